/* One world tried: loaded, run, and held against the laws. */
#ifndef NT_SWEEP_TRIAL_H
#define NT_SWEEP_TRIAL_H

#include "scenarios/sweep/laws.h"
#include "scenarios/sweep/tree.h"

struct nt_trial {
    bool loaded;            /* else `detail` of the law `runs` says why it was not */
    unsigned broken, tried; /* bits of enum nt_law */
    unsigned path;          /* enum nt_path_bit; 0: there is none */
    bool untold;            /* the oracle cannot tell; of `why` it is the reason */
    bool skipped;           /* a process does not support it, or cannot run here: likewise */
    char why[NT_LAW_DETAIL];
    char rules[NT_LAW_DETAIL];                /* that a process broke, a line each; those that fit */
    char detail[NT_LAW_COUNT][NT_LAW_DETAIL]; /* of each law that is broken */
};

/* NULL, for want of memory, breaks the law `runs`. The capture is the caller's, and holds the packets afterwards. */
void nt_trial_run(const struct nt_tree *world, struct nt_capture *capture, struct nt_trial *out);

#endif
