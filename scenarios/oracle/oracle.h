/* The oracle: which paths a call can end with over all schedules, from networks, gateways, policies and the agents' servers alone.
 * It never reads the code it judges: of natsim it includes the policy's data, of the rest the case. */
#ifndef NT_ORACLE_ORACLE_H
#define NT_ORACLE_ORACLE_H

#include "scenarios/model/case.h"

/* Bits of enum nt_path_bit (DIRECT, RELAYED, NONE) for the call between the two agents. 0: it cannot be told, and `why` (static)
 * says why. */
unsigned nt_oracle_paths(const struct nt_scn_case *c, const char **why);

#endif
