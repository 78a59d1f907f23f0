#include "scenarios/oracle/oracle.h"
#include "scenarios/oracle/epochs.h"

unsigned nt_oracle_paths(const struct nt_scn_case *c, const char **why)
{
    return nt_oracle_epochs(c, why);
}
