#include "natsim/gateway/hop.h"

#include "natsim/gateway/gateway_state.h"
#include "natsim/gateway/icmp_error.h"
#include "natsim/gateway/send.h"

static enum nt_passage drop_expired(struct nt_gateway *g, struct nt_packet *p, uint32_t port, nt_time now)
{
    nt_gateway_drop_with(g, p, NT_DROP_TTL, &p->src, &p->dst, nt_icmp_error_expired(g, p, port, now), now);
    return NT_CONSUMED;
}

static void drop_larger(struct nt_gateway *g, struct nt_packet *p, uint32_t mtu, nt_time now)
{
    struct nt_packet *error = nt_icmp_error_too_big(g, p, mtu);
    nt_fabric_drop_too_large(g->fabric, g->node, p, nt_drop_answered(NT_DROP_MTU, error != NULL), mtu, now);
    if (error != NULL)
        nt_gateway_send(g, error, now);
}

/* Likewise the pieces of a packet that was put together: each is a packet of its own on that link. */
static enum nt_passage drop_larger_pieces(struct nt_gateway *g, struct nt_packet *whole, uint32_t mtu, nt_time now)
{
    for (struct nt_packet **link = &whole->pieces, *piece; (piece = *link) != NULL;) {
        if (piece->len <= mtu) {
            link = &piece->next;
            continue;
        }
        *link = piece->next;
        drop_larger(g, piece, mtu, now);
    }
    if (whole->pieces != NULL)
        return NT_PASSED;
    nt_fabric_consumed(g->fabric, whole);
    return NT_CONSUMED;
}

/* Drops a packet that may not be fragmented, if it is too big for the link that the route leads to. */
static enum nt_passage drop_too_big(struct nt_gateway *g, struct nt_packet *p, const struct nt_route *r, nt_time now)
{
    uint32_t mtu = nt_fabric_network_mtu(g->fabric, nt_fabric_port_network(g->fabric, g->node, r->port));
    if (p->pieces != NULL)
        return drop_larger_pieces(g, p, mtu, now);
    if (p->len <= mtu)
        return NT_PASSED;
    drop_larger(g, p, mtu, now);
    return NT_CONSUMED;
}

enum nt_passage nt_hop_or_drop(struct nt_gateway *g, struct nt_packet *p, uint32_t port, const struct nt_route *r, nt_time now)
{
    if (!nt_packet_hop(p))
        return drop_expired(g, p, port, now);
    return p->df ? drop_too_big(g, p, r, now) : NT_PASSED;
}

enum nt_passage nt_hop_or_drop_quietly(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    if (nt_packet_hop(p))
        return NT_PASSED;
    nt_gateway_drop(g, p, nt_drop_answered(NT_DROP_TTL, false), now);
    return NT_CONSUMED;
}
