#include "scenarios/diff/diff.h"

#include "core/base/err.h"
#include "core/base/map.h"
#include "core/base/strings.h"
#include "reports/result/command.h"
#include "scenarios/diff/alike.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 1200 /* bytes of what is said of a change */

enum side { OLD, NEW };

struct entry { /* a case of one run or of both */
    struct nt_diff_digest digest;
    bool in[2];
};

struct totals { /* seeds of one name */
    uint32_t in[2];
};

struct work {
    struct nt_diff *d;
    enum side side;
    struct nt_strings texts;
    struct nt_map by_id; /* of entries */
    struct entry *entries;
    size_t entry_count, entry_cap;
    struct totals *totals; /* by the number of the name */
    size_t totals_cap;
    struct nt_map by_text;   /* of changes: group, text without its numbers */
    struct nt_map by_member; /* of members: change, name */
    struct nt_text lead, also, key;
};

/* --- changes --- */

static char *copy_text(const struct nt_text *t, int *err)
{
    char text[TEXT_MAX + 8];
    size_t len = t->len;
    if (t->err != NT_OK)
        *err = t->err;
    if (*err != NT_OK || len <= TEXT_MAX)
        return *err == NT_OK ? nt_strdup(t->p, err) : NULL;
    for (len = TEXT_MAX; (t->p[len] & 0xc0) == 0x80;)
        len--;
    snprintf(text, sizeof text, "%.*s...", (int)len, t->p);
    return nt_strdup(text, err);
}

static int add_change(struct work *w, enum nt_diff_group group, const struct nt_result_case *c)
{
    struct nt_diff *d = w->d;
    int err = nt_grow(&d->changes, &d->change_cap, d->change_count + 1, sizeof *d->changes, NT_DIFF_CASES_MAX);
    if (err != NT_OK)
        return err;
    struct nt_diff_change *change = &d->changes[d->change_count];
    *change = (struct nt_diff_change){.group = group, .order = (uint32_t)d->change_count};
    d->change_count++;
    change->text = copy_text(&w->lead, &err);
    change->also = copy_text(&w->also, &err);
    change->command = c != NULL && err == NT_OK ? nt_result_replay(c) : NULL;
    return err == NT_OK && c != NULL && change->command == NULL ? NT_ENOMEM : err;
}

/* The change of this group that w->lead tells of, or NT_MAP_NONE and an error. */
static uint32_t find_change(struct work *w, enum nt_diff_group group, const struct nt_result_case *c, int *err)
{
    w->key.len = 0;
    nt_alike_key(&w->key, w->lead.p != NULL && group != NT_DIFF_LATER && group != NT_DIFF_EARLIER ? w->lead.p : "");
    const uint32_t key[2] = {group, w->key.err == NT_OK ? nt_string_number(&w->texts, w->key.p, w->key.len) : 0};
    *err = w->key.err != NT_OK ? w->key.err : w->texts.err;
    uint32_t n = *err == NT_OK ? nt_map_get(&w->by_text, key) : NT_MAP_NONE;
    if (*err != NT_OK || n != NT_MAP_NONE)
        return n;
    n = (uint32_t)w->d->change_count;
    *err = add_change(w, group, c);
    if (*err == NT_OK)
        *err = nt_map_put(&w->by_text, key, n);
    return n;
}

static int add_member(struct work *w, uint32_t number, const struct nt_diff_id *id)
{
    struct nt_diff_change *change = &w->d->changes[number];
    const uint32_t key[2] = {number, id->name};
    uint32_t n = nt_map_get(&w->by_member, key);
    if (n == NT_MAP_NONE) {
        n = (uint32_t)change->member_count;
        int err = nt_grow(&change->members, &change->member_cap, n + 1u, sizeof *change->members, NT_DIFF_CASES_MAX);
        if (err == NT_OK)
            err = nt_map_put(&w->by_member, key, n);
        if (err != NT_OK)
            return err;
        change->members[n] = (struct nt_diff_member){.name = id->name, .seed = id->seed, .seeded = id->seeded != 0};
        change->member_count++;
    }
    change->members[n].cases++;
    change->cases++;
    return NT_OK;
}

/* `c`: of the new run, or NULL. */
static int note_change(struct work *w, enum nt_diff_group group, const struct nt_diff_id *id, const struct nt_result_case *c)
{
    int err;
    w->d->in_group[group]++;
    uint32_t n = find_change(w, group, c, &err);
    return err == NT_OK ? add_member(w, n, id) : err;
}

/* --- cases --- */

static int compare_case(struct work *w, const struct nt_diff_digest *before, const struct nt_diff_digest *after,
                        const struct nt_result_case *c)
{
    const struct nt_diff_pair p = {before, after, &w->texts, &w->d->o};
    enum nt_diff_group group = nt_diff_group_of(&p);
    w->d->compared++;
    if (group == NT_DIFF_GROUP_COUNT) {
        w->d->same++;
        w->d->advice_only += before->facts[NT_FACT_ADVICE] != after->facts[NT_FACT_ADVICE];
        return NT_OK;
    }
    nt_diff_group_put(&w->lead, &w->also, group, &p);
    return note_change(w, group, &after->id, c);
}

static int note_alone(struct work *w, enum nt_diff_group group, const struct nt_diff_digest *digest, const struct nt_result_case *c)
{
    nt_diff_group_put_alone(&w->lead, digest, &w->texts);
    w->also.len = 0;
    nt_text_add(&w->also, "", 0);
    return note_change(w, group, &digest->id, c);
}

static int count_seed(struct work *w, const struct nt_diff_id *id)
{
    int err = nt_grow(&w->totals, &w->totals_cap, id->name + (size_t)1, sizeof *w->totals, UINT32_MAX);
    if (err == NT_OK)
        w->totals[id->name].in[w->side] += id->seeded;
    return err;
}

static int add_entry(struct work *w, const struct nt_diff_digest *digest)
{
    int err = nt_grow(&w->entries, &w->entry_cap, w->entry_count + 1, sizeof *w->entries, 2 * (size_t)NT_DIFF_CASES_MAX);
    if (err == NT_OK)
        err = nt_map_put(&w->by_id, &digest->id, (uint32_t)w->entry_count);
    if (err != NT_OK)
        return err;
    w->entries[w->entry_count] = (struct entry){.digest = *digest};
    w->entries[w->entry_count++].in[w->side] = true;
    return NT_OK;
}

static int take_digest(struct work *w, const struct nt_diff_digest *digest, const struct nt_result_case *c, char *what)
{
    uint32_t n = nt_map_get(&w->by_id, &digest->id);
    struct entry *known = n != NT_MAP_NONE ? &w->entries[n] : NULL;
    if (known != NULL && known->in[w->side]) {
        snprintf(what, NT_DIFF_WHAT, "'%.150s' is there twice", w->d->names.items[digest->id.name]);
        return NT_EINVAL;
    }
    int err = count_seed(w, &digest->id);
    if (err != NT_OK)
        return err;
    if (known != NULL) {
        known->in[w->side] = true;
        return compare_case(w, &known->digest, digest, c);
    }
    err = add_entry(w, digest);
    return err == NT_OK && w->side == NEW ? note_alone(w, nt_diff_group_of_new(digest), digest, c) : err;
}

static int take_case(void *user, const struct nt_result_case *c, char what[NT_DIFF_WHAT])
{
    struct work *w = user;
    struct nt_diff_digest digest;
    if (w->d->runs[w->side].cases > NT_DIFF_CASES_MAX) {
        snprintf(what, NT_DIFF_WHAT, "more than %d cases", NT_DIFF_CASES_MAX);
        return NT_EINVAL;
    }
    int err = nt_diff_digest_make(&digest, c, &w->d->names, &w->texts);
    return err == NT_OK ? take_digest(w, &digest, c, what) : err;
}

static int note_gone(struct work *w)
{
    int err = NT_OK;
    for (size_t i = 0; i < w->entry_count && err == NT_OK; i++)
        if (!w->entries[i].in[NEW])
            err = note_alone(w, NT_DIFF_WENT, &w->entries[i].digest, NULL);
    return err;
}

/* --- the whole --- */

static int read_run(struct work *w, enum side side, struct nt_diags *diags)
{
    const struct nt_diff_taker taker = {take_case, w};
    w->side = side;
    return nt_diff_run_read(&w->d->runs[side], &taker, diags);
}

static int compare_changes(const void *a, const void *b)
{
    const struct nt_diff_change *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->cases != y->cases)
        return x->cases > y->cases ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

/* Of how many cases of its name each member speaks. */
static void note_totals(struct work *w)
{
    for (size_t i = 0; i < w->d->change_count; i++) {
        struct nt_diff_change *change = &w->d->changes[i];
        for (size_t k = 0; k < change->member_count; k++)
            change->members[k].all = w->totals[change->members[k].name].in[change->group == NT_DIFF_WENT ? OLD : NEW];
    }
}

static void free_work(struct work *w)
{
    nt_strings_free(&w->texts);
    nt_map_free(&w->by_id);
    nt_map_free(&w->by_text);
    nt_map_free(&w->by_member);
    free(w->entries);
    free(w->totals);
    nt_text_free(&w->lead);
    nt_text_free(&w->also);
    nt_text_free(&w->key);
}

int nt_diff_make(struct nt_diff *d, const char *before, const char *after, const struct nt_diff_options *o, struct nt_diags *diags)
{
    struct work w = {.d = d};
    *d = (struct nt_diff){.runs = {{.name = before}, {.name = after}}, .o = *o};
    nt_strings_init(&d->names);
    nt_strings_init(&w.texts);
    nt_map_init(&w.by_id, sizeof(struct nt_diff_id));
    nt_map_init(&w.by_text, 2 * sizeof(uint32_t));
    nt_map_init(&w.by_member, 2 * sizeof(uint32_t));
    int err = read_run(&w, OLD, diags);
    if (err == NT_OK)
        err = read_run(&w, NEW, diags);
    if (err == NT_OK)
        err = note_gone(&w);
    note_totals(&w);
    if (d->change_count > 1)
        qsort(d->changes, d->change_count, sizeof *d->changes, compare_changes);
    free_work(&w);
    return err;
}

void nt_diff_free(struct nt_diff *d)
{
    for (size_t i = 0; i < d->change_count; i++) {
        free(d->changes[i].text);
        free(d->changes[i].also);
        free(d->changes[i].command);
        free(d->changes[i].members);
    }
    free(d->changes);
    nt_strings_free(&d->names);
    nt_diff_run_free(&d->runs[OLD]);
    nt_diff_run_free(&d->runs[NEW]);
}

size_t nt_diff_found(const struct nt_diff *d)
{
    size_t n = 0;
    for (int i = 0; i < NT_DIFF_GROUP_COUNT; i++)
        n += d->in_group[i];
    return n;
}

size_t nt_diff_group_span(const struct nt_diff *d, size_t first)
{
    size_t n = 0;
    while (first + n < d->change_count && d->changes[first + n].group == d->changes[first].group)
        n++;
    return n;
}
