#include "scenarios/command/merge_order.h"
#include "scenarios/command/options.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int compare_places(const void *a, const void *b)
{
    const struct nt_merged_case *x = a, *y = b;
    uint64_t i = x->place.order, j = y->place.order;
    return i != j ? i < j ? -1 : 1 : strcmp(x->id, y->id);
}

static int compare_ids(const void *a, const void *b)
{
    const struct nt_merged_case *x = a, *y = b;
    int c = strcmp(x->id, y->id);
    return c != 0 ? c : x->log != y->log ? x->log < y->log ? -1 : 1 : x->line < y->line ? -1 : x->line > y->line;
}

static int keep_places(struct nt_merge *m)
{
    m->places = malloc((m->count + 1) * sizeof *m->places);
    if (m->places == NULL)
        return nt_merge_no_memory();
    for (size_t i = 0; i < m->count; i++)
        m->places[i] = m->cases[i].place;
    m->place_count = m->count;
    return NT_EXIT_OK;
}

static void sort_cases(struct nt_merge *m, int (*compare)(const void *a, const void *b))
{
    if (m->count > 1)
        qsort(m->cases, m->count, sizeof *m->cases, compare);
}

/* A case that is in two directories counts once; the two must be equal. */
static int drop_duplicates(struct nt_merge *m)
{
    size_t kept = 0;
    int r = NT_EXIT_OK;
    sort_cases(m, compare_ids);
    for (size_t i = 0; i < m->count; i++) {
        struct nt_merged_case *k = &m->cases[i], *before = kept > 0 ? &m->cases[kept - 1] : NULL;
        if (before == NULL || strcmp(before->id, k->id) != 0) {
            m->cases[kept++] = *k;
            continue;
        }
        if (before->result_hash != k->result_hash)
            r = nt_merge_complain(m->logs[k->log].dir, 0, k->id,
                                  "two directories differ in this case: merge runs of the same version and seed");
        nt_merged_case_free(k);
    }
    m->count = kept;
    sort_cases(m, compare_places);
    return r;
}

static int compare_captures(const void *a, const void *b)
{
    const struct nt_merged_case *const *x = a, *const *y = b;
    return strcasecmp((*x)->capture, (*y)->capture);
}

/* One file of the output cannot be the capture of two cases, wherever file systems fold case. */
static int check_captures_differ(const struct nt_merge *m)
{
    const struct nt_merged_case **with = malloc((m->count + 1) * sizeof *with);
    size_t n = 0;
    int r = NT_EXIT_OK;
    if (with == NULL)
        return nt_merge_no_memory();
    for (size_t i = 0; i < m->count; i++)
        if (m->cases[i].capture != NULL)
            with[n++] = &m->cases[i];
    if (n > 1)
        qsort(with, n, sizeof *with, compare_captures);
    for (size_t i = 1; i < n && r == NT_EXIT_OK; i++)
        if (compare_captures(&with[i], &with[i - 1]) == 0)
            r = nt_merge_complain_at(m, with[i], "another case has the same 'capture'",
                                     "merge the runs into directories of their own");
    free(with);
    return r;
}

int nt_merge_order(struct nt_merge *m)
{
    int r = keep_places(m);
    if (r == NT_EXIT_OK)
        r = drop_duplicates(m);
    return r == NT_EXIT_OK ? check_captures_differ(m) : r;
}
