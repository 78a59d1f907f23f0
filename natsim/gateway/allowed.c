#include "natsim/gateway/allowed.h"

#include "core/base/err.h"
#include "natsim/gateway/gateway_state.h"
#include "natsim/gateway/icmp_error.h"
#include "natsim/gateway/send.h"
#include "natsim/packet/icmp.h"

static bool may_be_reached(const struct nt_gateway *g, uint8_t proto, const struct nt_addr *to)
{
    if (proto != NT_PROTO_UDP && proto != NT_PROTO_TCP)
        return false;
    return nt_nat_policy_allows(&g->policy, proto == NT_PROTO_UDP ? NT_ALLOWED_UDP : NT_ALLOWED_TCP, to->port);
}

enum nt_passage nt_allowed_or_drop(struct nt_gateway *g, struct nt_packet *p, nt_time now)
{
    if (g->begun_outside == NULL || nt_packet_is_icmp_error(p) || may_be_reached(g, p->proto, &p->dst) ||
        nt_firewall_in(g->begun_outside, p->proto, &p->dst, &p->src, now))
        return NT_PASSED;
    nt_gateway_drop_with(g, p, NT_DROP_UNALLOWED, &p->src, &p->dst, nt_icmp_error_prohibited(g, p, now), now);
    return NT_CONSUMED;
}

enum nt_drop nt_allowed_admit(struct nt_gateway *g, uint8_t proto, const struct nt_addr *remote, const struct nt_addr *internal,
                              nt_time now)
{
    if (g->begun_outside == NULL || may_be_reached(g, proto, remote))
        return NT_DROP_NONE;
    return nt_firewall_out(g->begun_outside, proto, internal, remote, now) == NT_OK ? NT_DROP_NONE : NT_DROP_LIMIT;
}
