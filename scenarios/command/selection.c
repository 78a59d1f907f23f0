#include "scenarios/command/selection.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/no_exec.h"
#include "scenarios/command/replace_agents.h"
#include "scenarios/files/installed.h"
#include "scenarios/language/text/arena.h"
#include "scenarios/model/carrier.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int load_files(struct nt_selection *s, enum nt_carrier_name carrier, struct nt_diags *diags)
{
    s->files = calloc(s->found.count + 1, sizeof(struct nt_scn_file *));
    if (s->files == NULL)
        return NT_EXIT_BROKEN;
    s->file_count = s->found.count;
    for (size_t i = 0; i < s->file_count; i++) {
        const struct nt_suite_file *f = &s->found.items[i];
        s->files[i] = nt_scn_load(f->path, f->id_path, f->shown, carrier, diags);
    }
    return diags->count == 0 ? NT_EXIT_OK : NT_EXIT_USAGE;
}

static bool has_tag(struct nt_selection *s, const struct nt_scn_file *f, const struct nt_option_list *tags)
{
    bool has = tags->count == 0;
    for (size_t i = 0; i < tags->count; i++)
        if (nt_scn_file_has_tag(f, tags->items[i]))
            has = s->tag_matched[i] = true;
    return has;
}

static bool matches_filter(struct nt_selection *s, const char *id, const struct nt_option_list *filters)
{
    bool matches = filters->count == 0;
    for (size_t i = 0; i < filters->count; i++)
        if (strstr(id, filters->items[i]) != NULL)
            matches = s->filter_matched[i] = true;
    return matches;
}

static int check_matched(const char *flag, const struct nt_option_list *list, const bool *matched, struct nt_diags *diags)
{
    int r = NT_EXIT_OK;
    for (size_t i = 0; i < list->count; i++)
        if (!matched[i]) {
            nt_diag_mend(nt_diag_add(diags, NULL, 0, 0, "%s '%s' selects no case", flag, list->items[i]),
                         "leave it out; 'natsim list' shows what there is");
            r = NT_EXIT_USAGE;
        }
    return r;
}

static int add_case(struct nt_selection *s, const struct nt_selected_case *c)
{
    int r = nt_grow(&s->cases, &s->cap, s->count + 1, sizeof *s->cases, NT_SELECTION_MAX);
    if (r == NT_OK)
        s->cases[s->count++] = *c;
    return r;
}

static char *make_id(const struct nt_selection *s, const struct nt_selected_case *c)
{
    char *id = nt_scn_file_case_id(s->files[c->file], c->index);
    if (id == NULL || !c->seed_in_id)
        return id;
    size_t len = strlen(id) + 32;
    char *with = malloc(len);
    if (with != NULL)
        snprintf(with, len, "%s#seed=%" PRIu64, id, c->seed);
    free(id);
    return with;
}

char *nt_selection_id(const struct nt_selection *s, size_t i)
{
    return make_id(s, &s->cases[i]);
}

/* A case that the carrier cannot run is skipped. */
static int ask_carrier(struct nt_scn_case *c, enum nt_carrier_name carrier)
{
    struct nt_carrier_lack lack;
    char why[200];
    size_t at = 0;
    if (!nt_carrier_next_lack(c, carrier, &at, &lack))
        return NT_OK;
    snprintf(why, sizeof why, "%s: %s", lack.what, lack.mend);
    c->skip.why = nt_arena_text(c->arena, why, strlen(why));
    c->skip.place = lack.place;
    return c->skip.why != NULL ? NT_OK : NT_ENOMEM;
}

struct nt_scn_case *nt_selection_case(const struct nt_selection *s, size_t i, const struct nt_options *o, struct nt_diags *diags)
{
    struct nt_scn_case *c = nt_scn_file_case(s->files[s->cases[i].file], s->cases[i].index, diags);
    int r = c != NULL ? ask_carrier(c, o->carrier) : NT_OK;
    if (c != NULL && r == NT_OK)
        r = nt_replace_agents(c, o);
    if (r == NT_OK)
        return c;
    nt_diag_add(diags, NULL, 0, 0, "out of memory");
    nt_scn_case_del(c);
    return NULL;
}

uint64_t nt_selection_seed(const struct nt_selection *s, size_t i, const struct nt_scn_case *c)
{
    return s->cases[i].own_seed ? c->seed : s->cases[i].seed;
}

/* Adds one cell of a matrix, once for each seed. */
static int add_cell(struct nt_selection *s, const struct nt_options *o, uint32_t file, uint32_t index)
{
    uint64_t first = o->seeds_given ? o->seed_first : o->seed, last = o->seeds_given ? o->seed_last : o->seed;
    for (uint64_t seed = first;; seed++) {
        struct nt_selected_case c = {.file = file,
                                     .index = index,
                                     .seed = seed,
                                     .seed_in_id = o->seeds_given,
                                     .own_seed = !o->seeds_given && !o->seed_given,
                                     .order = s->total};
        char *id = make_id(s, &c);
        bool wanted = id != NULL && matches_filter(s, id, &o->filters);
        int r = id == NULL ? NT_ENOMEM : wanted ? nt_shared_names_add(&s->names, id) : NT_OK;
        free(id);
        if (wanted) {
            if (r == NT_OK && (!o->shard_given || s->total % o->shards == o->shard % o->shards))
                r = add_case(s, &c);
            s->total++;
        }
        if (r != NT_OK)
            return r;
        if (seed == last)
            return NT_OK;
    }
}

static int add_cells(struct nt_selection *s, const struct nt_options *o)
{
    for (uint32_t f = 0; f < s->file_count; f++) {
        size_t n = has_tag(s, s->files[f], &o->tags) ? nt_scn_file_cases(s->files[f]) : 0;
        for (uint32_t i = 0; i < n; i++)
            if (add_cell(s, o, f, i) != NT_OK)
                return NT_EXIT_BROKEN;
    }
    return NT_EXIT_OK;
}

static int settle_names(struct nt_selection *s, struct nt_diags *diags)
{
    if (nt_shared_names_settle(&s->names) == NT_OK)
        return NT_EXIT_OK;
    nt_diag_mend(
        nt_diag_add(diags, NULL, 0, 0, "two of the cases would write one capture, for the hashes of their ids are the same"),
        "rename a file, or run them apart");
    return NT_EXIT_USAGE;
}

static int find_files(struct nt_selection *s, const struct nt_options *o, const char *fallback, struct nt_diags *diags)
{
    int r = NT_OK;
    if (o->args.count == 0) {
        const char *argument = fallback != NULL ? fallback : nt_suites_directory();
        r = nt_suites_add(&s->found, argument != NULL ? argument : "suites", diags);
    }
    for (size_t i = 0; i < o->args.count; i++) {
        int one = nt_suites_add(&s->found, o->args.items[i], diags);
        r = one != NT_OK ? one : r;
    }
    nt_suites_sort(&s->found);
    nt_complain(&s->found.notes);
    for (size_t i = 1; i < s->found.count; i++)
        if (strcmp(s->found.items[i - 1].id_path, s->found.items[i].id_path) == 0) {
            nt_diag_mend(nt_diag_add(diags, s->found.items[i].path, 0, 0, "has the same id as %s", s->found.items[i - 1].path),
                         "rename one, or run them apart");
            r = NT_EEXIST;
        }
    return r;
}

static int refuse_programs(const struct nt_selection *s, struct nt_diags *diags)
{
    for (size_t i = 0; i < s->count; i++) {
        uint32_t file = s->cases[i].file;
        struct nt_scn_case *c = nt_scn_file_case(s->files[file], s->cases[i].index, diags);
        if (c == NULL)
            return NT_EXIT_USAGE;
        nt_refuse_programs(c, s->found.items[file].shown, diags);
        nt_scn_case_del(c);
    }
    return diags->count + diags->dropped == 0 ? NT_EXIT_OK : NT_EXIT_USAGE;
}

int nt_select(struct nt_selection *s, const struct nt_options *o, const char *fallback, enum nt_carrier_name carrier,
              struct nt_diags *diags)
{
    *s = (struct nt_selection){.filter_matched = calloc(o->filters.count + 1, sizeof(bool)),
                               .tag_matched = calloc(o->tags.count + 1, sizeof(bool))};
    if (s->filter_matched == NULL || s->tag_matched == NULL)
        return NT_EXIT_BROKEN;
    if (find_files(s, o, fallback, diags) != NT_OK)
        return NT_EXIT_USAGE;
    int r = load_files(s, carrier, diags);
    if (r == NT_EXIT_OK)
        r = add_cells(s, o);
    if (r == NT_EXIT_OK)
        r = settle_names(s, diags);
    if (r == NT_EXIT_OK && o->no_exec)
        r = refuse_programs(s, diags);
    if (r == NT_EXIT_OK && s->total > 0) /* of nothing at all the command speaks */
        r = check_matched("--filter", &o->filters, s->filter_matched, diags);
    if (r == NT_EXIT_OK && s->total > 0)
        r = check_matched("--tag", &o->tags, s->tag_matched, diags);
    return r;
}

void nt_selection_free(struct nt_selection *s)
{
    for (size_t i = 0; i < s->file_count; i++)
        if (s->files[i] != NULL)
            nt_scn_file_del(s->files[i]);
    free(s->files);
    free(s->cases);
    free(s->filter_matched);
    free(s->tag_matched);
    nt_shared_names_free(&s->names);
    nt_suites_free(&s->found);
}
