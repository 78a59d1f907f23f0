#include "scenarios/command/merge_missing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LINES_MAX 16 /* said of one run; further parts are counted */

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

/* By run, then by part, then by order. */
static int by_part(const void *a, const void *b)
{
    const struct nt_case_place *x = a, *y = b;
    int c = compare(x->of, y->of);
    c = c != 0 ? c : compare(x->shards, y->shards);
    c = c != 0 ? c : compare(x->order % x->shards, y->order % y->shards);
    return c != 0 ? c : compare(x->order, y->order);
}

static bool of_one_run(const struct nt_case_place *a, const struct nt_case_place *b)
{
    return a->of == b->of && a->shards == b->shards;
}

/* How many different cases of the part stand at the beginning of `places`; `used` places are behind then. */
static uint64_t count_part(const struct nt_case_place *places, size_t count, uint64_t part, size_t *used)
{
    uint64_t n = 0;
    size_t i = 0;
    for (; i < count && of_one_run(places, &places[i]) && places[i].order % places[i].shards == part; i++)
        n += i == 0 || places[i].order != places[i - 1].order;
    *used = i;
    return n;
}

static void say_part(const struct nt_case_place *run, uint64_t part, uint64_t have, uint64_t want)
{
    if (run->shards == 1)
        fprintf(stderr, "natsim: %" PRIu64 " of the %" PRIu64 " cases of the run are here: it had not finished\n", have, want);
    else
        fprintf(stderr, "natsim: part %" PRIu64 " of %" PRIu64 ": %" PRIu64 " of its %" PRIu64 " cases are here: give its directory too, or run it again with --shard %" PRIu64 "/%" PRIu64 "\n",
                part, run->shards, have, want, part, run->shards);
}

/* Of the run whose places begin here, until they end at `*used`: how many parts lack cases. */
static uint64_t lacking_parts(const struct nt_case_place *places, size_t count, size_t *used)
{
    const struct nt_case_place *run = places;
    uint64_t lacking = 0, parts = run->shards < run->of ? run->shards : run->of;
    *used = 0;
    for (uint64_t part = 0; part < parts; part++) {
        size_t here = 0;
        uint64_t want = (run->of - part + run->shards - 1) / run->shards;
        uint64_t have = *used < count && of_one_run(run, places + *used) ? count_part(places + *used, count - *used, part, &here) : 0;
        *used += here;
        if (have < want && lacking++ < LINES_MAX)
            say_part(run, part, have, want);
    }
    if (lacking > LINES_MAX)
        fprintf(stderr, "natsim: and %" PRIu64 " more parts of %" PRIu64 " lack cases\n", lacking - LINES_MAX, run->shards);
    return lacking;
}

bool nt_complete_lacks(struct nt_case_place *places, size_t count)
{
    bool lacks = false;
    if (count > 1)
        qsort(places, count, sizeof *places, by_part);
    for (size_t i = 0, used; i < count; i += used)
        if (lacking_parts(places + i, count - i, &used) > 0 && places[i].shards > 1)
            lacks = true;
    return lacks;
}
