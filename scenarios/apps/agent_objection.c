#include "scenarios/apps/agent_objection.h"

static const char *objection_to_renomination(const struct nt_ice_agent *ice)
{
    if (nt_ice_state(ice) == NT_ICE_FAILED)
        return "ICE has failed";
    if (nt_ice_state(ice) != NT_ICE_COMPLETED)
        return "ICE has not completed";
    if (nt_ice_role(ice) != NT_ICE_CONTROLLING)
        return "the agent is controlled, and the controlling one nominates";
    return "no other valid pair has such a remote candidate";
}

const char *nt_agent_objection(const struct nt_agent_signalling *sig, const struct nt_ice_agent *ice,
                               const struct nt_scn_step *step)
{
    if (nt_agent_signalling_is_over(sig))
        return "the call is over";
    if (sig->rejected)
        return "the call was rejected";
    if (!sig->answered)
        return "the call is not answered yet";
    return step->kind == NT_STEP_RENOMINATE ? objection_to_renomination(ice) : "the ICE agent cannot do it now";
}
