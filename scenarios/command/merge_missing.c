#include "scenarios/command/merge_missing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LINES_MAX 16 /* printed for one run; further parts are counted */

static int compare_numbers(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

/* By run, then by part, then by order. */
static int compare_places(const void *a, const void *b)
{
    const struct nt_case_place *x = a, *y = b;
    int c = compare_numbers(x->of, y->of);
    c = c != 0 ? c : compare_numbers(x->shards, y->shards);
    c = c != 0 ? c : compare_numbers(x->order % x->shards, y->order % y->shards);
    return c != 0 ? c : compare_numbers(x->order, y->order);
}

static bool are_of_same_run(const struct nt_case_place *a, const struct nt_case_place *b)
{
    return a->of == b->of && a->shards == b->shards;
}

/* Counts the different cases of the part at the beginning of `places`; *used: how many places they take. */
static uint64_t count_part(const struct nt_case_place *places, size_t count, uint64_t part, size_t *used)
{
    uint64_t n = 0;
    size_t i = 0;
    for (; i < count && are_of_same_run(places, &places[i]) && places[i].order % places[i].shards == part; i++)
        n += i == 0 || places[i].order != places[i - 1].order;
    *used = i;
    return n;
}

static void print_part(const struct nt_case_place *run, uint64_t part, uint64_t have, uint64_t want)
{
    if (run->shards == 1)
        fprintf(stderr, "natsim: %" PRIu64 " of the %" PRIu64 " cases of the run are here: it had not finished\n", have, want);
    else
        fprintf(stderr,
                "natsim: part %" PRIu64 " of %" PRIu64 ": %" PRIu64 " of its %" PRIu64
                " cases are here: give its directory too, or run it again with --shard %" PRIu64 "/%" PRIu64 "\n",
                part, run->shards, have, want, part, run->shards);
}

/* Prints the parts that lack cases, of the run whose places begin here, and counts them; *used: how many places the run takes. */
static uint64_t report_parts(const struct nt_case_place *places, size_t count, size_t *used)
{
    const struct nt_case_place *run = places;
    uint64_t lacking = 0, parts = run->shards < run->of ? run->shards : run->of;
    *used = 0;
    for (uint64_t part = 0; part < parts; part++) {
        size_t here = 0;
        uint64_t want = (run->of - part + run->shards - 1) / run->shards;
        uint64_t have =
            *used < count && are_of_same_run(run, places + *used) ? count_part(places + *used, count - *used, part, &here) : 0;
        *used += here;
        if (have < want && lacking++ < LINES_MAX)
            print_part(run, part, have, want);
    }
    if (lacking > LINES_MAX)
        fprintf(stderr, "natsim: and %" PRIu64 " more parts of %" PRIu64 " lack cases\n", lacking - LINES_MAX, run->shards);
    return lacking;
}

uint64_t nt_merge_sort_places(struct nt_case_place *places, size_t count)
{
    uint64_t whole = 0;
    if (count > 1)
        qsort(places, count, sizeof *places, compare_places);
    for (size_t i = 0; i < count; i++)
        whole += i == 0 || !are_of_same_run(&places[i - 1], &places[i]) ? places[i].of : 0;
    return whole;
}

bool nt_merge_report_missing_cases(const struct nt_case_place *places, size_t count)
{
    bool missing = false;
    for (size_t i = 0, used; i < count; i += used)
        missing |= report_parts(places + i, count - i, &used) > 0;
    return missing;
}

/* Ranks `first` to `end` - 1, if there are any. */
static bool report_ranks(uint64_t first, uint64_t end, uint64_t size)
{
    if (first >= end)
        return false;
    if (first + 1 == end)
        fprintf(stderr, "natsim: rank %" PRIu64 " of %" PRIu64 " has left no log: none of its cases is here\n", first, size);
    else
        fprintf(stderr, "natsim: ranks %" PRIu64 " to %" PRIu64 " of %" PRIu64 " have left no log: none of their cases is here\n",
                first, end - 1, size);
    return true;
}

bool nt_merge_report_missing_ranks(const struct nt_rank_log_list *logs)
{
    bool missing = false;
    uint64_t next = 0;
    for (size_t i = 0; i < logs->count; i++) {
        const struct nt_rank *rank = &logs->items[i].rank;
        missing |= report_ranks(next, rank->rank, rank->size);
        next = rank->rank + 1;
        if (i + 1 < logs->count && logs->items[i + 1].rank.size == rank->size)
            continue;
        missing |= report_ranks(next, rank->size, rank->size);
        next = 0;
    }
    return missing;
}
