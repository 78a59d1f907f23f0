/* The key `nth` of steps: which ones of what they wait for, counted from 1. */
#ifndef NT_SECTIONS_NTH_H
#define NT_SECTIONS_NTH_H

#include "scenarios/language/keys/reader.h"

/* A number or a list of numbers from 1 to `max`. */
void nt_load_nth(struct nt_load *l, const struct nt_yaml *v, uint32_t max, struct nt_scn_step *step);

#endif
