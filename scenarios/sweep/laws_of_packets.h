/* The laws that packets show. */
#ifndef NT_SWEEP_LAWS_OF_PACKETS_H
#define NT_SWEEP_LAWS_OF_PACKETS_H

#include "scenarios/sweep/observation.h"

enum nt_law_holds nt_law_mirrored(const struct nt_observation *o, char *detail);
enum nt_law_holds nt_law_consent(const struct nt_observation *o, char *detail);
enum nt_law_holds nt_law_pacing(const struct nt_observation *o, char *detail);

#endif
