/* A case whose world changes while its agents recover: the pairs that are selected in the end, and so its paths. */
#ifndef NT_ORACLE_EPOCHS_H
#define NT_ORACLE_EPOCHS_H

#include "scenarios/model/case.h"

/* As nt_oracle_paths. */
unsigned nt_oracle_epochs(const struct nt_scn_case *c, const char **why);

#endif
