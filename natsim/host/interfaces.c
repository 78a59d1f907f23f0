#include "natsim/host/interfaces.h"
#include "core/base/err.h"
#include "natsim/fabric/fabric.h"
#include "natsim/host/host_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTERFACES_MAX 16000000
#define MOVE_TEXT 400

/* The interface, which has none, has these addresses. 0, NT_EEXIST, NT_ENOMEM: none. */
static int take_addresses(struct nt_host *h, uint32_t port, const struct nt_addr *addresses, size_t count)
{
    struct nt_interface *i = &h->interfaces[port];
    struct nt_addr *own = malloc((count > 0 ? count : 1) * sizeof *own);
    int r = own != NULL ? NT_OK : NT_ENOMEM;
    size_t n = 0;
    for (; n < count && r == NT_OK; n++) {
        own[n] = nt_addr_with_port(&addresses[n], 0);
        r = nt_fabric_add_address(h->fabric, h->node, port, &own[n]);
        if (r == NT_OK && (r = nt_map_put(&h->own, &own[n], port)) != NT_OK)
            nt_fabric_remove_address(h->fabric, h->node, port, &own[n]);
    }
    free(i->addresses);
    i->addresses = own;
    i->count = r == NT_OK ? n : n > 0 ? n - 1 : 0;
    return r;
}

static void drop_addresses(struct nt_host *h, uint32_t port)
{
    struct nt_interface *i = &h->interfaces[port];
    for (size_t k = 0; k < i->count; k++) {
        nt_fabric_remove_address(h->fabric, h->node, port, &i->addresses[k]);
        nt_map_remove(&h->own, &i->addresses[k]);
    }
    i->count = 0;
}

uint32_t nt_host_attach(struct nt_host *h, uint32_t network, const char *tap, const struct nt_addr *addresses, size_t count)
{
    if (nt_grow(&h->interfaces, &h->interface_cap, h->interface_count + 1, sizeof *h->interfaces, INTERFACES_MAX) != NT_OK)
        return NT_FABRIC_NONE;
    uint32_t port = nt_fabric_attach(h->fabric, h->node, network, tap);
    if (port == NT_FABRIC_NONE)
        return NT_FABRIC_NONE;
    h->interfaces[h->interface_count++] = (struct nt_interface){.up = true};
    return take_addresses(h, port, addresses, count) == NT_OK ? port : NT_FABRIC_NONE;
}

/* The stack from outside has the interface's addresses, as they are now. */
static void tell_stack(const struct nt_host *h, uint32_t port)
{
    const struct nt_interface *i = &h->interfaces[port];
    if (h->stack.moved != NULL)
        h->stack.moved(h->stack.user, port, i->addresses, i->count,
                       nt_fabric_network_mtu(h->fabric, nt_fabric_port_network(h->fabric, h->node, port)));
}

void nt_host_leave(struct nt_host *h, uint32_t port, nt_time now)
{
    struct nt_interface *i = &h->interfaces[port];
    nt_fabric_leave(h->fabric, h->node, port, now);
    if (i->count > 0)
        i->before = i->addresses[0];
    drop_addresses(h, port);
    nt_routes_forget_port(&h->routes, port);
    tell_stack(h, port);
}

static void tell_moved(const struct nt_host *h, uint32_t port, const char *before, nt_time now)
{
    char text[MOVE_TEXT];
    const struct nt_interface *i = &h->interfaces[port];
    const char *there = nt_fabric_network_name(h->fabric, nt_fabric_port_network(h->fabric, h->node, port));
    const char *tap = nt_fabric_port_tap(h->fabric, h->node, port);
    if (strcmp(before, there) == 0)
        snprintf(text, sizeof text, "%s, to another address on network '%s'", tap, there);
    else
        snprintf(text, sizeof text, "%s, from network '%s' to '%s'", tap, before, there);
    struct nt_trace trace = *nt_fabric_trace(h->fabric);
    trace.node = h->node;
    struct nt_trace_event ev = {.at = now, .kind = NT_TR_MOVED, .n = {port}, .b = i->before, .text = text};
    if (i->count > 0)
        ev.a = i->addresses[0];
    nt_trace_emit(&trace, ev);
}

int nt_host_join(struct nt_host *h, uint32_t port, uint32_t network, const struct nt_addr *addresses, size_t count, nt_time now)
{
    const char *before = nt_fabric_network_name(h->fabric, nt_fabric_port_network(h->fabric, h->node, port));
    int r = nt_fabric_join(h->fabric, h->node, port, network);
    if (r == NT_OK && (r = take_addresses(h, port, addresses, count)) != NT_OK)
        drop_addresses(h, port);
    if (r != NT_OK)
        return r;
    tell_moved(h, port, before, now);
    tell_stack(h, port);
    nt_fabric_settle(h->fabric, h->node, port, now);
    return NT_OK;
}
