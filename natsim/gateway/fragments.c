#include "natsim/gateway/fragments.h"

#include "core/base/err.h"
#include "natsim/gateway/gateway_state.h"
#include "natsim/gateway/send.h"

void nt_fragments_learn(struct nt_gateway *g, const struct nt_packet *p, const struct nt_addr *src, const struct nt_addr *dst,
                        nt_time now)
{
    if (g->in_order == NULL)
        g->in_order = nt_in_order_new();
    if (g->in_order == NULL || nt_in_order_learn(g->in_order, p, src, dst, now) != NT_OK)
        nt_fabric_out_of_memory(g->fabric);
}

/* Translates a later fragment as its first one was, and sends it on. */
static enum nt_passage send_in_order(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    struct nt_addr src = p->src, dst = p->dst;
    if (g->in_order == NULL || !nt_in_order_apply(g->in_order, p, now))
        return NT_PASSED;
    if (!nt_addr_same_ip(&src, &p->src))
        nt_fabric_translated(g->fabric, g->node, p, 0, &src, &p->src, now);
    if (!nt_addr_same_ip(&dst, &p->dst))
        nt_fabric_translated(g->fabric, g->node, p, 1, &dst, &p->dst, now);
    if (nt_hop_or_drop_quietly(g, p, now) == NT_PASSED)
        nt_gateway_send(g, p, now);
    return NT_CONSUMED;
}

static void drop_fragment(void *user, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *src,
                          const struct nt_addr *dst, nt_time now)
{
    const struct nt_gateway *g = user;
    nt_fabric_drop_held(g->fabric, g->node, p, reason, src, dst, now);
}

/* The whole packet, or NULL: it is not there yet, or has ended. */
static struct nt_packet *reassemble(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    if (g->reassembly == NULL)
        g->reassembly = nt_reassembly_new(nt_fabric_pool(g->fabric), (struct nt_reassembly_drop){drop_fragment, g});
    if (g->reassembly != NULL && nt_reassembly_add(g->reassembly, &p, now) == NT_OK)
        return p;
    nt_fabric_out_of_memory(g->fabric);
    return NULL;
}

enum nt_passage nt_fragments_join_or_drop(struct nt_gateway *g, struct nt_packet **p, nt_time now)
{
    if (!(*p)->fragment)
        return NT_PASSED;
    if (g->policy.fragments == NT_FRAG_REASSEMBLE)
        return (*p = reassemble(g, *p, now)) != NULL ? NT_PASSED : NT_CONSUMED;
    if (g->policy.fragments == NT_FRAG_IN_ORDER) {
        if ((*p)->first_fragment)
            return NT_PASSED;
        if (send_in_order(g, *p, now) == NT_CONSUMED)
            return NT_CONSUMED;
    }
    nt_gateway_drop(g, *p, NT_DROP_FRAGMENT, now);
    return NT_CONSUMED;
}
