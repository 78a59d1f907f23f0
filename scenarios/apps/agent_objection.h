/* Why our agent refuses a step of the call with NT_ESTATE: a sentence for its user. */
#ifndef NT_APPS_AGENT_OBJECTION_H
#define NT_APPS_AGENT_OBJECTION_H

#include "scenarios/apps/agent_signalling.h"

const char *nt_agent_objection(const struct nt_agent_signalling *sig, const struct nt_ice_agent *ice,
                               const struct nt_scn_step *step);

#endif
