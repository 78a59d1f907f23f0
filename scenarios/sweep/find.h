/* One world of a campaign: drawn, tried, and when it breaks a law made smaller. */
#ifndef NT_SWEEP_FIND_H
#define NT_SWEEP_FIND_H

#include "reports/result/text.h"
#include "scenarios/sweep/trial.h"

#include <stdint.h>

/* `scenario`: of a world that breaks a law, a file with what remains of it and still breaks the first of them, *law; or all of it,
 * if that law's bit is in `as_it_is`. */
void nt_sweep_find(uint64_t number, unsigned as_it_is, struct nt_capture *capture, struct nt_trial *out, enum nt_law *law,
                   struct nt_text *scenario);
/* Likewise for one whose process crashed or hung: `why`. */
void nt_sweep_find_crash(uint64_t number, const char *why, struct nt_capture *capture, struct nt_text *scenario);

#endif
