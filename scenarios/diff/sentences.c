#include "scenarios/diff/sentences.h"

#include "core/base/shown.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void put_shown(struct nt_text *t, const char *s)
{
    char *shown = nt_shown(s, false);
    if (shown == NULL)
        t->err = NT_ENOMEM;
    nt_text_put(t, shown);
    free(shown);
}

void nt_diff_put_cases(struct nt_text *t, size_t n)
{
    nt_text_printf(t, "%zu case%s", n, n == 1 ? "" : "s");
}

void nt_diff_put_headline(struct nt_text *t, const struct nt_diff *d)
{
    size_t found = nt_diff_found(d);
    nt_text_put(t, "natsim diff: ");
    if (found == 0)
        nt_text_put(t, "no difference");
    else
        nt_text_printf(t, "%zu case%s", found, found == 1 ? " differs" : "s differ");
}

void nt_diff_put_run(struct nt_text *t, const struct nt_diff_run *run)
{
    static const char *const words[] = {" passed", " failed", " errors", " skipped"};
    const char *before = ": ";
    nt_text_put(t, "natsim ");
    put_shown(t, run->natsim != NULL ? run->natsim : "of an unknown version");
    nt_text_put(t, ", ");
    nt_diff_put_cases(t, run->cases);
    for (int i = NT_PASS; i <= NT_SKIP; i++) {
        if (run->outcomes[i] == 0)
            continue;
        nt_text_printf(t, "%s%zu%s", before, run->outcomes[i], words[i]);
        before = ", ";
    }
    nt_text_put(t, run->partial ? "; part of a run" : "");
}

void nt_diff_put_seeds(struct nt_text *t, const struct nt_diff_member *m)
{
    if (m->seeded)
        nt_text_printf(t, " in %u of %u seed%s, such as %" PRIu64, (unsigned)m->cases, (unsigned)m->all, m->all == 1 ? "" : "s",
                       m->seed);
}

static void put_alone(struct nt_text *t, size_t cases, enum nt_diff_group group)
{
    if (cases > 0)
        nt_text_printf(t, "; %zu %s", cases, nt_diff_group_title(group));
}

void nt_diff_put_totals(struct nt_text *t, const struct nt_diff *d)
{
    nt_diff_put_cases(t, d->compared);
    nt_text_printf(t, " in both runs: %zu the same, %zu differ", d->same, d->compared - d->same);
    put_alone(t, d->in_group[NT_DIFF_CAME] + d->in_group[NT_DIFF_CAME_FAILING], NT_DIFF_CAME);
    put_alone(t, d->in_group[NT_DIFF_WENT], NT_DIFF_WENT);
}

static void note_versions(struct nt_text *t, const struct nt_diff *d)
{
    const char *a = d->runs[0].natsim, *b = d->runs[1].natsim;
    if (a == NULL || b == NULL || strcmp(a, b) != 0)
        nt_text_put(t, "the two runs are of different versions of natsim");
}

static void note_seeds(struct nt_text *t, const struct nt_diff *d)
{
    if (d->runs[0].seed != d->runs[1].seed)
        nt_text_printf(t, "the two runs have different seeds: %" PRId64 " and %" PRId64, d->runs[0].seed, d->runs[1].seed);
}

static void note_old_part(struct nt_text *t, const struct nt_diff *d)
{
    if (d->runs[0].partial)
        nt_text_put(t, "the old run is part of a run: what only the new run has may not have been run then");
}

static void note_new_part(struct nt_text *t, const struct nt_diff *d)
{
    if (d->runs[1].partial)
        nt_text_put(t, "the new run is part of a run: what only the old run has may not have been run yet");
}

static void note_advice(struct nt_text *t, const struct nt_diff *d)
{
    if (d->advice_only > 0)
        nt_text_printf(t, "of those that are the same, %zu got other advice: --advice compares it", d->advice_only);
}

bool nt_diff_put_note(struct nt_text *t, const struct nt_diff *d, size_t number)
{
    static void (*const notes[])(struct nt_text * t, const struct nt_diff *d) = {note_versions, note_seeds, note_old_part,
                                                                                 note_new_part, note_advice};
    if (number >= sizeof notes / sizeof *notes)
        return false;
    notes[number](t, d);
    return true;
}
