/* Laws of what a run leaves: its packets and its result. */
#ifndef NT_SWEEP_LAWS_OF_RUNS_H
#define NT_SWEEP_LAWS_OF_RUNS_H

#include "scenarios/sweep/observation.h"

enum nt_law_holds nt_law_repeats(const struct nt_observation *o, char *detail);
enum nt_law_holds nt_law_reads_back(const struct nt_observation *o, char *detail);

#endif
