/* What one of our ICE agents looks like, as the result's plain data. */
#ifndef NT_APPS_AGENT_RESULT_H
#define NT_APPS_AGENT_RESULT_H

#include "core/ice/ice.h"
#include "reports/result/result.h"

/* Fills stack, state, role, candidates, pairs, selected pairs and counts. 0 or NT_ENOMEM. */
int nt_describe_ice(const struct nt_ice_agent *ice, struct nt_result_agent *r);

#endif
