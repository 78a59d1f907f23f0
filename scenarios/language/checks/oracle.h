/* What the oracle can predict. */
#ifndef NT_CHECKS_ORACLE_H
#define NT_CHECKS_ORACLE_H

#include "scenarios/language/keys/reader.h"

/* An error at `path: oracle` in the mapping `expect` when the oracle cannot predict the case. */
void nt_check_oracle(struct nt_load *l, const struct nt_yaml *expect);

#endif
