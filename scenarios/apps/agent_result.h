/* One of our ICE agents as the plain data of a result. */
#ifndef NT_APPS_AGENT_RESULT_H
#define NT_APPS_AGENT_RESULT_H

#include "core/ice/ice.h"
#include "reports/result/result.h"

/* Fills stack, state, role, candidates, pairs, selected pairs and counts. 0 or NT_ENOMEM. */
int nt_agent_result(const struct nt_ice_agent *ice, enum nt_ice_state state, struct nt_result_agent *r);

#endif
