#include "scenarios/sweep/observation.h"

#include <string.h>

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
