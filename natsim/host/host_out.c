#include "natsim/host/host_out.h"
#include "core/base/err.h"
#include "natsim/host/host_state.h"

#include <string.h>

enum { TTL_DEFAULT = 64, HEADERS_MAX = 48 };

static uint32_t interface_with(const struct nt_host *h, const struct nt_addr *own)
{
    struct nt_addr key = nt_addr_with_port(own, 0);
    uint32_t i = nt_map_get(&h->own, &key);
    return i != NT_MAP_NONE ? i : NT_FABRIC_NONE;
}

static uint32_t interface_towards(const struct nt_host *h, const struct nt_addr *dst)
{
    const struct nt_route *r = nt_routes_find(&h->routes, dst, NT_FABRIC_NONE);
    return r != NULL ? r->port : NT_FABRIC_NONE;
}

/* The interface that has the source address; without one, the interface that routes to the destination. */
static uint32_t interface_for(const struct nt_host *h, const struct nt_addr *src, const struct nt_addr *dst)
{
    uint32_t i = interface_with(h, src);
    return i != NT_FABRIC_NONE ? i : interface_towards(h, dst);
}

static uint32_t link_mtu(const struct nt_host *h, uint32_t port)
{
    return nt_fabric_network_mtu(h->fabric, nt_fabric_port_network(h->fabric, h->node, port));
}

/* RFC 8200, 4.5: to send a packet that is larger than the MTU, a source may divide it into fragments. Its link does that, as with
 * IPv4. */
static bool allow_fragments(struct nt_host *h, struct nt_packet *p)
{
    if (p->family != NT_AF_IPV6)
        return false;
    p->df = 0;
    p->fragment_id = h->fragment_id++;
    return true;
}

/* Sends out of an interface. `df`: the sender does not want it in fragments. False: the packet cannot leave, and is dropped with
 * the reason. */
static bool send_from(struct nt_host *h, uint32_t port, struct nt_packet *p, bool df, nt_time now)
{
    if (nt_host_owns(h, &p->dst)) {
        nt_fabric_loop(h->fabric, h->node, port, p, now);
        return true;
    }
    const struct nt_route *r = nt_routes_find(&h->routes, &p->dst, port);
    if (r == NULL) {
        nt_fabric_refuse(h->fabric, h->node, port, p, NT_DROP_NO_ROUTE, now);
        return false;
    }
    bool fits = !p->df || p->len <= link_mtu(h, port) || (!df && allow_fragments(h, p)), leaves = fits && h->interfaces[port].up;
    struct nt_addr next_hop = nt_addr_is_set(&r->via) ? r->via : p->dst;
    nt_fabric_send(h->fabric, h->node, port, &next_hop, p, now);
    return leaves;
}

static struct nt_packet *make_datagram(struct nt_host *h, const struct nt_addr *src, const struct nt_path *path,
                                       const uint8_t *bytes, size_t len)
{
    struct nt_packet *p = nt_fabric_packet(h->fabric, (uint32_t)len + HEADERS_MAX);
    if (p == NULL)
        return NULL;
    uint8_t ttl = path->ttl != 0 ? path->ttl : TTL_DEFAULT;
    if (nt_packet_udp(p, src, &path->remote, bytes, len, ttl, path->tos, path->df != 0, h->ip_id++) == NT_OK)
        return p;
    nt_fabric_consumed(h->fabric, p);
    return NULL;
}

/* Sets the source address of a socket that is bound to none: the first of the family on the interface. */
static bool fill_source(const struct nt_host *h, uint32_t port, uint8_t family, struct nt_addr *src)
{
    const struct nt_interface *i = h->interfaces + port;
    for (size_t k = 0; k < i->count; k++) {
        if (i->addresses[k].family == family) {
            *src = nt_addr_with_port(&i->addresses[k], src->port);
            return true;
        }
    }
    return false;
}

void nt_out_tell_unsent(const struct nt_host *h, const struct nt_addr *to, const char *why, nt_time now)
{
    struct nt_trace trace = *nt_fabric_trace(h->fabric);
    trace.node = h->node;
    nt_trace_emit(&trace, (struct nt_trace_event){.at = now, .kind = NT_TR_UNSENT, .b = *to, .text = why});
}

/* The packet of an endpoint's datagram, and the interface it leaves by. NULL: why there is none. */
static const char *make_packet(struct nt_host *h, const struct nt_path *path, const uint8_t *bytes, size_t len, uint32_t *port,
                               struct nt_packet **p)
{
    struct nt_addr src = path->local;
    bool open = !nt_addr_is_set(&src) || nt_addr_is_any(&src);
    *port = open ? interface_towards(h, &path->remote) : interface_with(h, &src);
    if (*port == NT_FABRIC_NONE)
        return open ? "no interface leads there" : "no interface has the address that it is sent from";
    if (len > NT_DATAGRAM_MAX)
        return "longer than a datagram can be";
    if (open && !fill_source(h, *port, path->remote.family, &src))
        return "the interface that leads there has no address of this family";
    *p = make_datagram(h, &src, path, bytes, len);
    return *p != NULL ? NULL : "the addresses are of two families, or there is no memory";
}

bool nt_out_datagram(struct nt_host *h, uint32_t endpoint, const struct nt_path *path, const uint8_t *bytes, size_t len,
                     nt_time now)
{
    struct nt_packet *p = NULL;
    uint32_t port;
    const char *why = make_packet(h, path, bytes, len, &port, &p);
    if (why != NULL) {
        nt_out_tell_unsent(h, &path->remote, why, now);
        return false;
    }
    if (nt_udp_ports_find(&h->ports, &path->local) != endpoint) {
        nt_fabric_refuse(h->fabric, h->node, port, p, NT_DROP_NO_SOCKET, now);
        return false;
    }
    return send_from(h, port, p, path->df != 0, now);
}

bool nt_out_find_source(const struct nt_host *h, const struct nt_addr *remote, struct nt_addr *local, uint32_t *mtu)
{
    bool open = !nt_addr_is_set(local) || nt_addr_is_any(local);
    uint32_t port = open ? interface_towards(h, remote) : interface_with(h, local);
    bool found = port != NT_FABRIC_NONE && (!open || fill_source(h, port, remote->family, local));
    if (found)
        *mtu = link_mtu(h, port);
    return found;
}

void nt_out_segment(struct nt_host *h, struct nt_packet *p, nt_time now)
{
    uint32_t port = interface_with(h, &p->src);
    if (port != NT_FABRIC_NONE) {
        send_from(h, port, p, true, now);
        return;
    }
    nt_out_tell_unsent(h, &p->dst, "no interface has the address that it is sent from", now);
    nt_fabric_consumed(h->fabric, p);
}

void nt_out_packet(struct nt_host *h, struct nt_packet *p, nt_time now)
{
    uint32_t port = interface_for(h, &p->src, &p->dst);
    if (port == NT_FABRIC_NONE) {
        nt_out_tell_unsent(h, &p->dst, "no interface leads there", now);
        nt_fabric_consumed(h->fabric, p);
        return;
    }
    send_from(h, port, p, false, now);
}

int nt_host_inject(struct nt_host *h, const struct nt_addr *src, const struct nt_addr *dst, const uint8_t *bytes, size_t len,
                   nt_time now)
{
    struct nt_path path = {.transport = NT_UDP, .remote = *dst};
    uint32_t port = interface_for(h, src, dst);
    if (port == NT_FABRIC_NONE)
        return NT_ENOENT;
    if (len > NT_DATAGRAM_MAX || src->family != dst->family)
        return NT_EINVAL;
    struct nt_packet *p = make_datagram(h, src, &path, bytes, len);
    if (p == NULL)
        return NT_ENOMEM;
    p->marks |= NT_MARK_INJECTED;
    send_from(h, port, p, false, now);
    return NT_OK;
}

/* A packet of these bytes, not parsed yet. 0, NT_ELIMIT, NT_ENOMEM. */
static int copy_packet(struct nt_host *h, const uint8_t *bytes, size_t len, struct nt_packet **out)
{
    struct nt_packet *p = len <= UINT16_MAX ? nt_fabric_packet(h->fabric, (uint32_t)len) : NULL;
    if (p == NULL)
        return len <= UINT16_MAX ? NT_ENOMEM : NT_ELIMIT;
    memcpy(p->data, bytes, len);
    p->len = (uint32_t)len;
    *out = p;
    return NT_OK;
}

int nt_host_inject_packet(struct nt_host *h, const uint8_t *packet, size_t len, nt_time now)
{
    struct nt_packet *p = NULL;
    int r = copy_packet(h, packet, len, &p);
    if (r != NT_OK)
        return r;
    r = nt_packet_parse(p);
    uint32_t port = r == NT_OK ? interface_for(h, &p->src, &p->dst) : NT_FABRIC_NONE;
    if (port == NT_FABRIC_NONE) {
        nt_fabric_consumed(h->fabric, p);
        return r != NT_OK ? r : NT_ENOENT;
    }
    p->marks |= NT_MARK_INJECTED;
    send_from(h, port, p, true, now);
    return NT_OK;
}

int nt_host_emit(struct nt_host *h, uint32_t port, const uint8_t *packet, size_t len, nt_time now)
{
    struct nt_packet *p = NULL;
    int r = copy_packet(h, packet, len, &p);
    if (r == NT_ELIMIT)
        nt_out_tell_unsent(h, &(struct nt_addr){0}, "longer than a packet can be", now);
    if (r != NT_OK)
        return r;
    r = nt_packet_parse(p);
    if (r != NT_OK)
        p->dst = (struct nt_addr){0};
    if (r != NT_OK || h->stopped) {
        nt_out_tell_unsent(h, &p->dst, r == NT_OK ? "the host is stopped" : "a packet that cannot be read", now);
        nt_fabric_consumed(h->fabric, p);
        return r;
    }
    struct nt_addr key = nt_addr_with_port(&p->src, 0);
    uint32_t own = nt_map_get(&h->own, &key);
    if (own != NT_MAP_NONE)
        send_from(h, own, p, true, now);
    else
        nt_fabric_refuse(h->fabric, h->node, port, p, NT_DROP_NO_ROUTE, now);
    return NT_OK;
}
