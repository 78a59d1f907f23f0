#include "scenarios/language/checks/reach.h"
#include "natsim/fabric/fabric.h"

#include <string.h>

static bool has_family(const struct nt_scn_attachment *on, int family)
{
    for (size_t i = 0; i < on->address_count; i++)
        if (on->addresses[i].family == family)
            return true;
    return false;
}

/* An agent without `ipv6: on` does not use its IPv6 addresses. */
static bool uses_family(const struct nt_scn_agent *a, const struct nt_scn_attachment *on, int family)
{
    return (family == NT_AF_IPV4 || a->ipv6) && has_family(on, family);
}

/* Where it is, or is moved to. */
static const struct nt_scn_attachment *place_of(const struct nt_scn_case *c, const struct nt_scn_agent *a, size_t k)
{
    return nt_scn_place_at(c, (struct nt_scn_node){NT_SCN_NODE_AGENT, (uint32_t)(a - c->agents)}, k);
}

/* --- ways --- */

static bool has_inside(const struct nt_scn_gateway *g, const bool *reached)
{
    for (size_t i = 0; i < g->inside_count; i++)
        if (reached[g->inside[i].network])
            return true;
    return false;
}

/* Inside prefixes are unknown outside where IPv4 is translated. */
static bool routes_inwards(const struct nt_scn_gateway *g, int family)
{
    return family == NT_AF_IPV6 || g->policy.kind != NT_GW_TRANSLATE;
}

/* False: nothing is new. */
static bool cross(const struct nt_scn_gateway *g, int family, bool *reached)
{
    bool inside = has_inside(g, reached), outside = reached[g->outside.network], changed = inside && !outside;
    reached[g->outside.network] |= inside;
    for (size_t i = 0; i < g->inside_count && (inside || (outside && routes_inwards(g, family))); i++) {
        changed |= !reached[g->inside[i].network];
        reached[g->inside[i].network] = true;
    }
    return changed;
}

static bool way_leads(const struct nt_scn_case *c, const struct nt_scn_agent *a, const struct nt_scn_server *s, int family,
                      bool *reached)
{
    const struct nt_scn_attachment *at;
    bool changed = true;
    memset(reached, 0, c->network_count);
    for (size_t i = 0; (at = place_of(c, a, i)) != NULL; i++)
        reached[at->network] |= uses_family(a, at, family);
    while (changed) {
        changed = false;
        for (size_t i = 0; i < c->gateway_count; i++)
            changed |= cross(&c->gateways[i], family, reached);
    }
    return has_family(&s->on, family) && reached[s->on.network];
}

static bool shares_family(const struct nt_scn_case *c, const struct nt_scn_agent *a, const struct nt_scn_server *s)
{
    const struct nt_scn_attachment *at;
    for (size_t i = 0; (at = place_of(c, a, i)) != NULL; i++)
        if ((uses_family(a, at, NT_AF_IPV4) && has_family(&s->on, NT_AF_IPV4)) ||
            (uses_family(a, at, NT_AF_IPV6) && has_family(&s->on, NT_AF_IPV6)))
            return true;
    return false;
}

static void check_way(struct nt_load *l, const struct nt_scn_agent *a, uint32_t server, struct nt_place place, bool *reached)
{
    const struct nt_scn_case *c = l->c;
    const struct nt_scn_server *s = &c->servers[server];
    if (!shares_family(c, a, s)) {
        nt_diag_mend(nt_source_warn(l->src, place, "agent '%s' and server '%s' have no IP version in common: it is never asked",
                                    a->name, s->name),
                     has_family(&s->on, NT_AF_IPV6) && !a->ipv6
                         ? "write 'ipv6: on' at the agent, or give the network of the server 'ipv4'"
                         : "give both networks 'ipv4', or both 'ipv6'");
        return;
    }
    if (!way_leads(c, a, s, NT_AF_IPV4, reached) && !way_leads(c, a, s, NT_AF_IPV6, reached))
        nt_diag_mend(nt_source_warn(l->src, place, "no way leads from agent '%s' to server '%s' on network '%s': it never answers",
                                    a->name, s->name, c->networks[s->on.network].name),
                     "join the networks by a gateway, or put the server outside of NATs");
}

/* --- what a relay denies --- */

static bool is_denied(const struct nt_scn_server *s, const struct nt_addr *a)
{
    for (size_t i = 0; i < s->deny_count; i++)
        if (nt_prefix_contains(&s->deny[i], a))
            return true;
    return false;
}

static bool denies_all(const struct nt_scn_server *s, const struct nt_scn_attachment *on)
{
    for (size_t i = 0; i < on->address_count; i++)
        if (!is_denied(s, &on->addresses[i]))
            return false;
    return true;
}

/* Whatever NATs give it: any of the case may stand before it. */
static bool denies_outsides(const struct nt_scn_server *s, const struct nt_scn_case *c)
{
    for (size_t i = 0; i < c->gateway_count; i++)
        if (c->gateways[i].policy.kind == NT_GW_TRANSLATE && !denies_all(s, &c->gateways[i].outside))
            return false;
    return true;
}

static bool denies_relays(const struct nt_scn_server *s, const struct nt_scn_case *c, const struct nt_scn_agent *a)
{
    for (size_t i = 0; i < a->turn_count; i++) {
        const struct nt_scn_server *relay = &c->servers[a->turn[i].server];
        if ((nt_addr_is_set(&relay->relay) && !is_denied(s, &relay->relay)) ||
            (nt_addr_is_set(&relay->relay6) && !is_denied(s, &relay->relay6)))
            return false;
    }
    return true;
}

static bool denies_peer(const struct nt_scn_server *s, const struct nt_scn_case *c, const struct nt_scn_agent *peer)
{
    const struct nt_scn_attachment *at;
    for (size_t i = 0; (at = place_of(c, peer, i)) != NULL; i++)
        if (!denies_all(s, at))
            return false;
    return denies_outsides(s, c) && denies_relays(s, c, peer);
}

/* Addresses of NATs may be others later. */
static bool renumbers(const struct nt_scn_case *c)
{
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_NAT && c->steps[i].control == NT_CTL_RENUMBER)
            return true;
    return false;
}

static void check_denials(struct nt_load *l, const struct nt_scn_agent *a, const struct nt_scn_agent *peer)
{
    for (size_t i = 0; i < a->turn_count && !renumbers(l->c); i++) {
        const struct nt_scn_server *s = &l->c->servers[a->turn[i].server];
        if (s->deny_count > 0 && denies_peer(s, l->c, peer))
            nt_diag_mend(nt_source_warn(l->src, a->turn[i].place,
                                        "server '%s' denies every address that '%s' can have: it relays nothing of agent '%s'",
                                        s->name, peer->name, a->name),
                         "narrow its 'deny'");
    }
}

void nt_check_reach(struct nt_load *l)
{
    const struct nt_scn_case *c = l->c;
    bool *reached = nt_load_alloc(l, c->network_count + 1);
    for (size_t i = 0; i < c->agent_count && reached != NULL; i++) {
        const struct nt_scn_agent *a = &c->agents[i];
        for (size_t k = 0; k < a->stun_count; k++)
            check_way(l, a, a->stun[k], a->stun_places[k], reached);
        for (size_t k = 0; k < a->turn_count; k++)
            check_way(l, a, a->turn[k].server, a->turn[k].place, reached);
    }
    if (c->caller == NT_SCN_NONE)
        return;
    check_denials(l, &c->agents[c->caller], &c->agents[c->callee]);
    check_denials(l, &c->agents[c->callee], &c->agents[c->caller]);
}
