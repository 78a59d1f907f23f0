#include "natsim/gateway/send.h"

#include "natsim/gateway/gateway_state.h"

void nt_gateway_send_by(struct nt_gateway *g, const struct nt_route *r, struct nt_packet *p, nt_time now)
{
    nt_fabric_send(g->fabric, g->node, r->port, nt_addr_is_set(&r->via) ? &r->via : &p->dst, p, now);
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
