#include "natsim/host/host.h"
#include "core/base/err.h"
#include "natsim/host/host_in.h"
#include "natsim/host/host_state.h"
#include "natsim/host/secure.h"
#include "natsim/host/streams.h"
#include "natsim/tcp/tcp.h"

#include <stdlib.h>

static void host_run(void *self, nt_time now)
{
    struct nt_host *h = self;
    if (h->reassembly != NULL)
        nt_reassembly_run(h->reassembly, now);
    nt_streams_timer(h, now);
    nt_endpoints_timers(h, now);
}

static nt_time host_deadline(const void *self)
{
    const struct nt_host *h = self;
    nt_time reassembly = h->reassembly != NULL ? nt_reassembly_deadline(h->reassembly) : NT_TIME_NEVER;
    nt_time own = nt_time_min(reassembly, nt_streams_deadline(h));
    return h->stopped ? NT_TIME_NEVER : nt_time_min(own, nt_endpoints_deadline(h));
}

static void set_interface(struct nt_host *h, uint32_t port, bool up, nt_time now)
{
    if (h->interfaces[port].up == up)
        return;
    h->interfaces[port].up = up;
    nt_endpoints_tell_port(h, port, up, now);
    if (h->stack.link != NULL)
        h->stack.link(h->stack.user, port, up);
}

static int host_control(void *self, enum nt_control what, uint32_t port, nt_time now)
{
    struct nt_host *h = self;
    switch (what) {
    case NT_CTL_STOP: h->stopped = true; return NT_OK;
    case NT_CTL_START:
        h->stopped = false;
        nt_endpoints_drain_all(h, now);
        return NT_OK;
    case NT_CTL_PORT_DOWN:
    case NT_CTL_PORT_UP: set_interface(h, port, what == NT_CTL_PORT_UP, now); return NT_OK;
    case NT_CTL_REBOOT:
    case NT_CTL_FLUSH:
    case NT_CTL_RENUMBER: break;
    }
    return NT_EUNSUPPORTED;
}

static void host_del(void *self)
{
    struct nt_host *h = self;
    for (size_t i = 0; i < h->interface_count; i++)
        free(h->interfaces[i].addresses);
    free(h->interfaces);
    nt_map_free(&h->own);
    nt_routes_free(&h->routes);
    nt_udp_ports_free(&h->ports);
    nt_secure_del(h->secure);
    nt_tcp_del(h->tcp);
    free(h->endpoints);
    nt_reassembly_del(h->reassembly);
    free(h);
}

static const struct nt_node_ops host_ops = {nt_in_receive, host_run, host_deadline, host_control, host_del};

struct nt_host *nt_host_new(struct nt_fabric *f, const char *name)
{
    struct nt_host *h = calloc(1, sizeof *h);
    if (h == NULL)
        return NULL;
    h->fabric = f;
    nt_map_init(&h->own, sizeof(struct nt_addr));
    nt_udp_ports_init(&h->ports);
    h->node = nt_fabric_add_node(f, name, &host_ops, h);
    if (h->node == NT_FABRIC_NONE) {
        free(h);
        return NULL;
    }
    return h;
}

uint32_t nt_host_node(const struct nt_host *h)
{
    return h->node;
}

struct nt_routes *nt_host_routes(struct nt_host *h)
{
    return &h->routes;
}

void nt_host_set_security(struct nt_host *h, const struct nt_host_security *security)
{
    h->security = *security;
}

void nt_host_attach_stack(struct nt_host *h, const struct nt_host_stack *stack)
{
    h->stack = stack != NULL ? *stack : (struct nt_host_stack){0};
}
