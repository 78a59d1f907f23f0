/* The paths of one world over all schedules. */
#ifndef NT_ORACLE_PATHS_H
#define NT_ORACLE_PATHS_H

#include "scenarios/oracle/cuts.h"

/* As nt_oracle_paths, of the world as it stands, whatever the steps do. `cuts` NULL: nothing is cut. */
unsigned nt_oracle_paths_of(const struct nt_scn_case *c, const struct nt_oracle_cuts *cuts, const char **why);
/* All paths that there would be if every NAT let everything in: DIRECT, RELAYED, both, or 0. *why becomes what the oracle cannot
 * tell, or stays. */
unsigned nt_oracle_paths_open(const struct nt_scn_case *c, const struct nt_oracle_cuts *cuts, const char **why);

#endif
