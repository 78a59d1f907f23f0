#include "scenarios/files/shared_names.h"
#include "core/base/err.h"
#include "core/base/hash.h"
#include "core/base/map.h"
#include "scenarios/files/output.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 220 /* file systems take 255 with the ending */
#define HASH_BYTES 17  /* "_" and the digits */
#define NAMES_MAX ((size_t)1 << 32)

/* Returns how long it is. */
static size_t write_name(char name[NAME_BYTES + HASH_BYTES + 1], const char *id, size_t len, bool shared)
{
    size_t n = 0, kept = len < NAME_BYTES ? len : NAME_BYTES - HASH_BYTES - 1;
    for (; n < kept; n++)
        name[n] = nt_output_is_plain(id[n]) ? id[n] : '_';
    name[n] = '\0';
    if (shared || kept < len)
        n += (size_t)snprintf(name + n, HASH_BYTES + 1, "_%016" PRIx64, nt_hash_written(id, len));
    return n;
}

/* Of the name as a file system that folds case knows it. */
static uint64_t hash_name(const char *id, size_t len, bool shared)
{
    char name[NAME_BYTES + HASH_BYTES + 1];
    size_t n = write_name(name, id, len, shared);
    for (char *c = name; c < name + n; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return nt_hash(name, n);
}

int nt_shared_names_add(struct nt_shared_names *names, const char *id)
{
    size_t len = strlen(id);
    int err = nt_grow(&names->items, &names->cap, names->count + 1, sizeof *names->items, NAMES_MAX);
    if (err == NT_OK)
        names->items[names->count++] = (struct nt_name_hashes){hash_name(id, len, false), hash_name(id, len, true), false};
    return err;
}

static int order(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_plain(const void *a, const void *b)
{
    return order(((const struct nt_name_hashes *)a)->plain, ((const struct nt_name_hashes *)b)->plain);
}

static int compare_full(const void *a, const void *b)
{
    return order(((const struct nt_name_hashes *)a)->full, ((const struct nt_name_hashes *)b)->full);
}

/* The first with this plain name; `count` when there is none. */
static size_t find(const struct nt_shared_names *names, uint64_t plain)
{
    size_t low = 0, high = names->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (names->items[middle].plain < plain)
            low = middle + 1;
        else
            high = middle;
    }
    return low < names->count && names->items[low].plain == plain ? low : names->count;
}

/* The plain name of another may be the full name of this one: then that one is shared, too. */
static void mark_shared(struct nt_shared_names *names, size_t i)
{
    while (i < names->count && !names->items[i].shared) {
        names->items[i].shared = true;
        i = find(names, names->items[i].full);
    }
}

static void sort(struct nt_shared_names *names, int (*compare)(const void *a, const void *b))
{
    if (names->count > 1)
        qsort(names->items, names->count, sizeof *names->items, compare);
}

static void keep_shared(struct nt_shared_names *names)
{
    size_t kept = 0;
    for (size_t i = 1; i < names->count; i++)
        if (names->items[i - 1].plain == names->items[i].plain) {
            mark_shared(names, i - 1);
            mark_shared(names, i);
        }
    for (size_t i = 0; i < names->count; i++)
        if (names->items[i].shared)
            names->items[kept++] = names->items[i];
    names->count = kept;
}

int nt_shared_names_settle(struct nt_shared_names *names)
{
    int err = NT_OK;
    sort(names, compare_plain);
    keep_shared(names);
    sort(names, compare_full);
    for (size_t i = 1; i < names->count; i++)
        if (names->items[i - 1].full == names->items[i].full)
            err = NT_EEXIST;
    sort(names, compare_plain);
    return err;
}

void nt_shared_names_free(struct nt_shared_names *names)
{
    free(names->items);
    *names = (struct nt_shared_names){0};
}

char *nt_shared_names_of(const struct nt_shared_names *names, const char *id)
{
    size_t len = strlen(id);
    char name[NAME_BYTES + HASH_BYTES + 1];
    write_name(name, id, len, find(names, hash_name(id, len, false)) < names->count);
    return strdup(name);
}
