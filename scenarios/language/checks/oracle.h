/* What the oracle can predict. */
#ifndef NT_CHECKS_ORACLE_H
#define NT_CHECKS_ORACLE_H

#include "scenarios/language/keys/reader.h"

/* `path: oracle` of the mapping `expect`: an error when the oracle cannot predict this case. */
void nt_check_oracle(struct nt_load *l, const struct nt_yaml *expect);

#endif
