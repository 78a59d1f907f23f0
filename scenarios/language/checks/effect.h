/* What a cell asks for and what can have no effect in it: keys and steps of agents that are not in the call, steps at a platform,
 * events that cannot happen. */
#ifndef NT_CHECKS_EFFECT_H
#define NT_CHECKS_EFFECT_H

#include "scenarios/language/keys/reader.h"

void nt_check_effect_of_steps(struct nt_load *l); /* and of agents, after the steps */
void nt_check_effect_of_expect(struct nt_load *l, const struct nt_yaml *expect);

#endif
