/* The oracle: the paths that a call can end with over all schedules, computed from networks, gateways, policies and the agents'
 * servers alone. It uses the case and the NAT policies, and none of the code that it judges. */
#ifndef NT_ORACLE_ORACLE_H
#define NT_ORACLE_ORACLE_H

#include "scenarios/model/case.h"

/* Bits of enum nt_path_bit (DIRECT, RELAYED, NONE) for the call between the two agents. 0: it cannot tell; *why (static) is the
 * reason. */
unsigned nt_oracle_paths(const struct nt_scn_case *c, const char **why);

#endif
