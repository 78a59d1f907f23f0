/* Laws of sessions that live through changes. */
#ifndef NT_SWEEP_LAWS_OF_LIFE_H
#define NT_SWEEP_LAWS_OF_LIFE_H

#include "scenarios/sweep/observation.h"

enum nt_law_holds nt_law_gap(const struct nt_observation *o, char *detail);
enum nt_law_holds nt_law_releases(const struct nt_observation *o, char *detail);

#endif
