/* One world of a campaign: drawn, tried, and when it breaks a law made smaller. */
#ifndef NT_SWEEP_FIND_H
#define NT_SWEEP_FIND_H

#include "reports/result/text.h"
#include "scenarios/sweep/trial.h"

#include <stdint.h>

struct nt_sweep_hunt { /* for what breaks a law, in one world */
    uint64_t number;
    const char *process; /* the command of one in place of L, in real time; NULL: none */
    unsigned as_it_is;   /* bits of the laws for which a world is not made smaller */
    struct nt_capture *capture;
};

/* How long a worker may take for one world, what is made smaller of it included. */
unsigned nt_sweep_seconds(const struct nt_sweep_hunt *h);
/* The world as it is tried; NULL without memory. */
struct nt_tree *nt_sweep_world_of(const struct nt_sweep_hunt *h, struct nt_arena *a);
/* `scenario`: of a world that breaks a law, a file with what remains of it and still breaks the first of them, *law. */
void nt_sweep_find(const struct nt_sweep_hunt *h, struct nt_trial *out, enum nt_law *law, struct nt_text *scenario);
/* Likewise for one whose process crashed or hung: `why`. */
void nt_sweep_find_crash(const struct nt_sweep_hunt *h, const char *why, struct nt_text *scenario);

#endif
