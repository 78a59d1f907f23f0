#include "scenarios/sweep/observation.h"

#include <string.h>

#define SHORT_LIFE (20 * NT_SEC) /* of a mapping: keepalives come every 15 to 18 s */

bool nt_result_has_states(const struct nt_result_case *r, const struct nt_scn_case *c)
{
    return r->agent_count > c->caller && r->agent_count > c->callee && r->agents[c->caller].state != NULL &&
           r->agents[c->callee].state != NULL;
}

bool nt_result_completed(const struct nt_result_case *r, const struct nt_scn_case *c)
{
    return strcmp(r->agents[c->caller].state, "completed") == 0 && strcmp(r->agents[c->callee].state, "completed") == 0;
}

bool nt_observation_completed(const struct nt_observation *o)
{
    return nt_result_completed(o->r, o->c);
}

/* A mapping may end while its flow goes on: it lives shorter than the time between keepalives, or makes room for others. */
static bool forgets_flows(const struct nt_nat_policy *p)
{
    nt_time shortest = nt_time_min(p->life_new, nt_time_min(p->life_replied, p->life_stream));
    return p->kind == NT_GW_TRANSLATE && (shortest < SHORT_LIFE || p->icmp_kills_mapping || p->max_mappings > 0 ||
                                          p->max_per_host > 0 || p->when_full == NT_FULL_STEAL);
}

bool nt_observation_moves_flows(const struct nt_observation *o)
{
    const struct nt_scn_case *c = o->c;
    for (size_t i = 0; i < c->gateway_count; i++)
        if (forgets_flows(&c->gateways[i].policy))
            return true;
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_NAT || (c->steps[i].kind == NT_STEP_SERVER && c->steps[i].server_do == NT_SERVER_RESET))
            return true;
    return false;
}
