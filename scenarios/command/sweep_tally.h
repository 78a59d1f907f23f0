/* What came of the worlds of a campaign: counts, reasons, and where the failures are. */
#ifndef NT_COMMAND_SWEEP_TALLY_H
#define NT_COMMAND_SWEEP_TALLY_H

#include "reports/result/words.h"
#include "scenarios/sweep/trial.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_TALLY_TEXTS 24 /* further ones are counted as one */

struct nt_tally_text { /* how often something was said */
    char text[NT_LAW_DETAIL];
    uint64_t count;
};

struct nt_tally {
    char **files; /* of failures */
    size_t file_count, file_cap;
    uint64_t worlds, skipped, paths[NT_PATH_NONE + 1], tried[NT_LAW_COUNT], failures[NT_LAW_COUNT];
    struct nt_tally_text reasons[NT_TALLY_TEXTS]; /* why nothing can be said of a world */
    struct nt_tally_text rules[NT_TALLY_TEXTS];   /* that a process broke */
};

void nt_tally_world(struct nt_tally *t, const struct nt_trial *trial);
void nt_tally_lost_world(struct nt_tally *t);                                /* its process crashed or hung */
int nt_tally_failure(struct nt_tally *t, enum nt_law law, const char *path); /* 0 or NT_ENOMEM */
/* process: one was in place of an agent. */
void nt_tally_print(const struct nt_tally *t, bool process);
void nt_tally_free(struct nt_tally *t);

#endif
