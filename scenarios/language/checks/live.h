/* Steps and expectations that are not possible with real programs. */
#ifndef NT_CHECKS_LIVE_H
#define NT_CHECKS_LIVE_H

#include "scenarios/language/keys/reader.h"

void nt_check_live_steps(struct nt_load *l);
void nt_check_live_expect(struct nt_load *l, const struct nt_yaml *expect);

#endif
