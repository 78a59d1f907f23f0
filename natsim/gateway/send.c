#include "natsim/gateway/send.h"

#include "natsim/gateway/gateway_state.h"

/* RFC 8200, 4.5 and 5: fragments are made by their source alone. Those of a packet that was looked at whole go on as they came; in
 * IPv4, too, as in Linux. */
static void send_pieces(struct nt_gateway *g, uint32_t port, struct nt_addr hop, struct nt_packet *whole, nt_time now)
{
    struct nt_packet *piece = nt_reassembly_take_apart(nt_fabric_pool(g->fabric), whole);
    for (struct nt_packet *next; piece != NULL; piece = next) {
        next = piece->next;
        nt_fabric_send(g->fabric, g->node, port, &hop, piece, now);
    }
}

void nt_gateway_send_to(struct nt_gateway *g, uint32_t port, const struct nt_addr *hop, struct nt_packet *p, nt_time now)
{
    if (p->pieces == NULL)
        nt_fabric_send(g->fabric, g->node, port, hop, p, now);
    else
        send_pieces(g, port, *hop, p, now); /* it may be the address of the whole */
}

void nt_gateway_send_by(struct nt_gateway *g, const struct nt_route *r, struct nt_packet *p, nt_time now)
{
    const struct nt_addr *hop = nt_addr_is_set(&r->via) ? &r->via : &p->dst;
    nt_gateway_send_to(g, r->port, hop, p, now);
}

void nt_gateway_send(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    const struct nt_route *r = nt_routes_find(&g->routes, &p->dst, NT_FABRIC_NONE);
    if (r == NULL)
        nt_fabric_drop(g->fabric, g->node, p, NT_DROP_NO_ROUTE, NULL, &p->dst, now);
    else
        nt_gateway_send_by(g, r, p, now);
}

void nt_gateway_drop(struct nt_gateway *g, struct nt_packet *p, enum nt_drop why, nt_time now)
{
    nt_fabric_drop(g->fabric, g->node, p, why, &p->src, &p->dst, now);
}

void nt_gateway_drop_with(struct nt_gateway *g, struct nt_packet *p, enum nt_drop why, const struct nt_addr *a,
                          const struct nt_addr *b, struct nt_packet *error, nt_time now)
{
    nt_fabric_drop(g->fabric, g->node, p, nt_drop_answered(why, error != NULL), a, b, now);
    if (error != NULL)
        nt_gateway_send(g, error, now);
}

void nt_gateway_set_src(struct nt_gateway *g, struct nt_packet *p, const struct nt_addr *to, nt_time now)
{
    struct nt_addr from = p->src;
    if (nt_addr_equal(&from, to))
        return;
    nt_packet_set_src(p, to);
    nt_fabric_translated(g->fabric, g->node, p, 0, &from, &p->src, now);
}

void nt_gateway_set_dst(struct nt_gateway *g, struct nt_packet *p, const struct nt_addr *to, nt_time now)
{
    struct nt_addr from = p->dst;
    if (nt_addr_equal(&from, to))
        return;
    nt_packet_set_dst(p, to);
    nt_fabric_translated(g->fabric, g->node, p, 1, &from, &p->dst, now);
}
