/* Which cases the oracle accepts, and its answer. */
#include "scenarios/oracle/oracle.h"

#include "scenarios/oracle/schedules.h"

#include <stdlib.h>

/* RFC 8863: a call has an outcome after 39.5 s at the latest; paths are found in the first seconds, between retransmissions. */
#define LIFE_MIN (10 * NT_SEC)
#define WAY_MAX (LIFE_MIN / 4) /* of a packet: a request and its response, through a relay, within LIFE_MIN */
/* How many mappings one base of an agent can need at a gateway. One, if mappings are endpoint-independent and nothing is poisoned;
 * otherwise one for each server and each address of the peer, with discovered ones, whose number a filter bounds. */
#define MAPPINGS_OF_BASE 24
#define MAPPINGS_ENDLESS 200

static uint32_t mappings_needed(const struct nt_nat_policy *p, uint32_t bases)
{
    if (p->poison != 0 || (p->mapping != NT_DEP_ENDPOINT_INDEPENDENT && p->filtering == NT_DEP_ENDPOINT_INDEPENDENT))
        return MAPPINGS_ENDLESS;
    return p->mapping == NT_DEP_ENDPOINT_INDEPENDENT ? bases : MAPPINGS_OF_BASE * bases;
}

static const char *policy_objection(const struct nt_nat_policy *p, uint32_t bases)
{
    bool dependent = p->mapping != NT_DEP_ENDPOINT_INDEPENDENT;
    uint32_t needed = mappings_needed(p, bases);
    uint32_t ports = (p->parity ? 2 : 1) * needed; /* RFC 4787, 4.2.2: port parity leaves half of them */
    if (p->kind != NT_GW_TRANSLATE)
        return NULL;
    if (p->life_new < LIFE_MIN || p->life_replied < LIFE_MIN || p->life_stream < LIFE_MIN)
        return "a mapping lives for less than 10 s";
    for (size_t i = 0; i < p->life_by_port_count; i++)
        if (p->life_by_port[i].life < LIFE_MIN)
            return "a mapping lives for less than 10 s";
    if (p->filter_lifetime != 0 && p->filter_lifetime < LIFE_MIN)
        return "a filter entry lives for less than 10 s";
    if (p->poison != 0 && p->poison < LIFE_MIN)
        return "poison lives for less than 10 s";
    if ((p->max_mappings != 0 && p->max_mappings < needed) || (p->max_per_host != 0 && p->max_per_host < needed))
        return "a gateway has too few mappings for every order";
    if ((uint32_t)(p->range_high - p->range_low) + 1 < ports || (p->block != 0 && p->block < ports))
        return "a gateway has too few ports for every order";
    if (p->conflict == NT_CONFLICT_FAIL && p->ports == NT_PORTS_PRESERVE && (dependent || p->poison != 0))
        return "a port in use fails a mapping";
    if (p->pooling == NT_POOLING_ARBITRARY && p->addresses > 1 && (dependent || p->poison != 0))
        return "the external address of a mapping is arbitrary";
    return NULL;
}

/* Do the agents that use the server want more allocations than its quota for a user? */
static bool exceeds_quota(const struct nt_scn_case *c, uint32_t server)
{
    size_t wanted = 0;
    for (size_t i = 0; i < c->agent_count; i++)
        for (size_t k = 0; k < c->agents[i].turn_count; k++)
            wanted += c->agents[i].turn[k].server == server ? c->agents[i].on_count : 0;
    return c->servers[server].quota != 0 && wanted > c->servers[server].quota;
}

static bool has_rejecting_gateway(const struct nt_scn_case *c)
{
    for (size_t i = 0; i < c->gateway_count; i++)
        if (c->gateways[i].policy.kind == NT_GW_TRANSLATE && c->gateways[i].policy.unsolicited == NT_UNSOLICITED_REJECT)
            return true;
    return false;
}

/* Beyond some seconds there and back, transactions and timers end before packets arrive. */
static bool has_slow_way(const struct nt_scn_case *c)
{
    nt_time way = 0;
    for (size_t i = 0; i < c->network_count; i++)
        way = nt_time_after(way, nt_time_after(c->networks[i].delay, c->networks[i].jitter));
    return way > WAY_MAX;
}

static const char *case_objection(const struct nt_scn_case *c)
{
    if (c->caller >= c->agent_count || c->callee >= c->agent_count)
        return "there is no call";
    if (has_slow_way(c))
        return "packets may be under way for more than 2.5 s";
    bool icmp = c->agents[c->caller].icmp_errors || c->agents[c->callee].icmp_errors;
    uint32_t bases = (uint32_t)(c->agents[c->caller].on_count + c->agents[c->callee].on_count);
    for (size_t i = 0; i < c->gateway_count; i++) {
        const struct nt_nat_policy *p = &c->gateways[i].policy;
        const char *why = policy_objection(p, bases);
        if (why != NULL)
            return why;
        if (icmp && p->kind == NT_GW_TRANSLATE && p->unsolicited == NT_UNSOLICITED_REJECT)
            return "ICMP errors fail pairs, in an order that time decides";
        if (p->kind == NT_GW_TRANSLATE && p->icmp_kills_mapping && has_rejecting_gateway(c))
            return "ICMP errors end mappings, in an order that time decides";
    }
    for (uint32_t i = 0; i < c->server_count; i++)
        if ((c->servers[i].kinds & NT_SCN_TURN) != 0 && exceeds_quota(c, i))
            return "a TURN server's quota is less than what the agents want";
    return NULL;
}

/* RFC 8445, 6.1.2.5: no pairs are discarded, not even with candidates that some order discovers. */
static bool fits_max_pairs(const struct nt_oracle_call *x)
{
    for (int i = 0; i < 2; i++) {
        const struct nt_oracle_side *s = &x->sides[i];
        size_t pairs = s->base_count * x->sides[1 - i].candidate_count + nt_oracle_call_discovered(x, s);
        if (pairs > x->map.scn->agents[s->agent].max_pairs)
            return false;
    }
    return true;
}

unsigned nt_oracle_paths(const struct nt_scn_case *c, const char **why)
{
    *why = case_objection(c);
    if (*why != NULL)
        return 0;
    struct nt_oracle_call *x = malloc(sizeof *x);
    unsigned found = 0;
    *why = "out of memory";
    if (x == NULL)
        return 0;
    nt_oracle_call_init(x, c);
    bool fits = fits_max_pairs(x);
    if (fits)
        found = nt_oracle_schedules_explore(x, why);
    if (!fits || (found != 0 && !fits_max_pairs(x))) {
        *why = "there are more pairs than max-pairs";
        found = 0;
    }
    free(x);
    if (found != 0)
        *why = "";
    return found;
}
