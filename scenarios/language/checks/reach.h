/* Servers that cannot give an agent a candidate, or a path, whatever happens: no way leads to them, they have no IP version in
 * common with it, or they deny whatever the peer may have. Warnings: a scenario may be about what follows. */
#ifndef NT_CHECKS_REACH_H
#define NT_CHECKS_REACH_H

#include "scenarios/language/keys/reader.h"

void nt_check_reach(struct nt_load *l);

#endif
