/* Which worlds the oracle accepts. */
#ifndef NT_ORACLE_OBJECTIONS_H
#define NT_ORACLE_OBJECTIONS_H

#include "scenarios/model/case.h"

/* Why the oracle cannot tell the paths of this world (static); NULL: it can. */
const char *nt_oracle_objection(const struct nt_scn_case *c);

#endif
