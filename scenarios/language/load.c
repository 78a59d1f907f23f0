#include "scenarios/language/load.h"
#include "core/base/hash.h"

#include "scenarios/language/cell.h"
#include "scenarios/language/checks/usage.h"
#include "scenarios/language/substitute.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILTERS_MAX 4096   /* BPF texts known to compile */
#define BAD_CELLS_MAX 1000 /* cells with errors before the rest is not checked */

void nt_scn_case_del(struct nt_scn_case *c)
{
    if (c != NULL)
        nt_arena_del(c->arena);
}

static void check_version(struct nt_load *l, const struct nt_yaml *v)
{
    if (v == NULL || (v->kind == NT_YAML_SCALAR && !v->quoted && strcmp(v->text, "1") == 0))
        return;
    nt_diag_mend(
        nt_load_error(l, v, "'natsim: %s' is not in this version", v->kind == NT_YAML_SCALAR ? v->text : nt_yaml_kind_name(v)),
        "write natsim: 1");
}

static bool check_tags(struct nt_load *l, const struct nt_yaml *v)
{
    bool good = true;
    for (size_t i = 0; i < nt_yaml_count(v); i++) {
        const struct nt_yaml *item = nt_yaml_item(v, i);
        if (item->kind == NT_YAML_SCALAR && item->len > 0)
            continue;
        nt_load_error(l, item, "a tag must be a word, not %s", nt_yaml_kind_name(item));
        good = false;
    }
    return good;
}

/* Looks for axes in all values, except in the matrix itself and in 'when'. */
static void scan_axes(struct nt_scn_file *f)
{
    size_t before = f->src.errors;
    for (size_t i = 0; i < f->yaml->count; i++) {
        const struct nt_yaml *v = f->yaml->items[i];
        if (v != f->root.matrix && v != f->root.where)
            nt_substitute_scan(&f->matrix, v, &f->src);
    }
    for (size_t i = 0; i < f->where_count; i++)
        if (f->wheres[i].entry != NULL)
            nt_substitute_scan(&f->matrix, f->wheres[i].entry, &f->src);
    if (f->src.errors == before)
        nt_matrix_unused(&f->matrix, &f->src);
}

static bool read_file(struct nt_scn_file *f)
{
    struct nt_source *s = &f->src;
    struct nt_load l = {.src = s, .arena = f->arena};
    nt_table_read(&l, &nt_table_file, f->yaml, &f->root);
    if (f->yaml->kind != NT_YAML_MAP)
        return false;
    check_version(&l, f->root.natsim);
    bool tags = check_tags(&l, f->root.tags);
    size_t before = s->errors;
    bool good = nt_matrix_read(&f->matrix, f->root.matrix, s, f->arena);
    if (good && f->root.where != NULL) {
        f->wheres = nt_where_read(&f->matrix, f->root.where, s, f->arena);
        f->where_count = f->wheres != NULL ? f->root.where->count : 0;
    }
    if (good)
        scan_axes(f);
    if (l.nomem)
        nt_source_nomem(s);
    /* Cells are read in spite of other errors, so that all are reported at once, unless something is missing that every cell needs.
     */
    return s->errors == before && tags && !l.nomem && f->root.claim != NULL && f->root.networks != NULL;
}

static void check_cells(struct nt_scn_file *f, enum nt_carrier_name carrier)
{
    struct nt_file_check check = {.arena = f->arena, .carrier = carrier};
    size_t bad = 0, checked = 0;
    nt_map_init(&check.nodes, 8);
    if (nt_names_init(&check.filters, f->arena, FILTERS_MAX) != 0)
        nt_source_nomem(&f->src);
    for (; checked < f->matrix.cells && !nt_source_full(&f->src) && bad < BAD_CELLS_MAX; checked++) {
        struct nt_scn_case *c = nt_cell_case(f, checked, &f->src, &check);
        bad += c == NULL;
        nt_scn_case_del(c);
    }
    if (f->src.errors == 0)
        nt_report_unused(&check, &f->src);
    if (checked < f->matrix.cells)
        nt_source_error(&f->src, (struct nt_place){1, 1}, "too many errors: %zu of %zu cells are not checked",
                        f->matrix.cells - checked, f->matrix.cells);
    nt_map_free(&check.nodes);
    free(check.uses);
}

static struct nt_scn_file *new_file(const char *path, const char *text, size_t len, const char *id_path, const char *shown,
                                    struct nt_diags *diags)
{
    struct nt_scn_file *f = calloc(1, sizeof *f);
    if (f == NULL)
        return NULL;
    f->arena = nt_arena_new();
    f->id_path = strdup(id_path);
    f->path = strdup(path);
    f->nothing = (struct nt_yaml){.kind = NT_YAML_MAP, .weight = 1, .place = {1, 1}};
    int r = nt_source_init(&f->src, shown, text, len);
    f->src.diags = diags;
    f->src.warnings = &f->warnings;
    if (r == 0 && f->arena != NULL && f->id_path != NULL && f->path != NULL)
        return f;
    nt_scn_file_del(f);
    return NULL;
}

static struct nt_scn_file *load_bytes(const char *path, const char *text, size_t len, const char *id_path, const char *shown,
                                      enum nt_carrier_name carrier, struct nt_diags *diags)
{
    size_t before = diags->count;
    if (len > NT_SCN_FILE_MAX) {
        nt_diag_mend(nt_diag_add(diags, shown, 1, 1, "the file has more than %zu MiB", NT_SCN_FILE_MAX >> 20),
                     "a scenario is small: use a matrix, or several files");
        return NULL;
    }
    struct nt_scn_file *f = new_file(path, text, len, id_path, shown, diags);
    if (f == NULL) {
        nt_diag_add(diags, shown, 0, 0, "out of memory");
        return NULL;
    }
    f->yaml = nt_yaml_parse(&f->src, f->arena);
    if (f->yaml != NULL && read_file(f))
        check_cells(f, carrier);
    if (f->yaml != NULL && f->src.errors == 0 && diags->count == before) {
        f->claim = strdup(f->root.claim->text);
        f->src.diags = NULL;
        if (f->claim != NULL)
            return f;
        nt_diag_add(diags, shown, 0, 0, "out of memory");
    }
    nt_scn_file_del(f);
    return NULL;
}

struct nt_scn_file *nt_scn_load_text(const char *text, size_t len, const char *id_path, const char *shown, struct nt_diags *diags)
{
    return load_bytes(shown, text, len, id_path, shown, NT_CARRIER_ANY, diags);
}

struct nt_scn_file *nt_scn_load(const char *path, const char *id_path, const char *shown, enum nt_carrier_name carrier,
                                struct nt_diags *diags)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL) {
        nt_diag_mend(nt_diag_add(diags, shown, 0, 0, "cannot be read (%s)", strerror(errno)), "check its permissions");
        return NULL;
    }
    char *text = malloc(NT_SCN_FILE_MAX + 1);
    size_t len = text != NULL ? fread(text, 1, NT_SCN_FILE_MAX + 1, in) : 0;
    bool failed = ferror(in) != 0;
    int why = errno;
    fclose(in);
    struct nt_scn_file *f = NULL;
    if (text == NULL)
        nt_diag_add(diags, shown, 0, 0, "out of memory");
    else if (failed)
        nt_diag_mend(nt_diag_add(diags, shown, 0, 0, "cannot be read (%s)", strerror(why)), "give a file that can be");
    else
        f = load_bytes(path, text, len, id_path, shown, carrier, diags);
    free(text);
    return f;
}

void nt_scn_file_del(struct nt_scn_file *f)
{
    if (f == NULL)
        return;
    nt_source_free(&f->src);
    nt_diags_clear(&f->warnings);
    nt_arena_del(f->arena);
    free(f->id_path);
    free(f->path);
    free(f->claim);
    free(f);
}

size_t nt_scn_file_cases(const struct nt_scn_file *f)
{
    return f->matrix.cells;
}

const char *nt_scn_file_claim(const struct nt_scn_file *f)
{
    return f->claim;
}

const char *nt_scn_file_shown(const struct nt_scn_file *f)
{
    return f->src.shown;
}

uint64_t nt_scn_file_hash(const struct nt_scn_file *f)
{
    return nt_hash_written(f->src.text, f->src.len);
}

const struct nt_diags *nt_scn_file_warnings(const struct nt_scn_file *f)
{
    return &f->warnings;
}

bool nt_scn_file_has_tag(const struct nt_scn_file *f, const char *tag)
{
    for (size_t i = 0; i < nt_yaml_count(f->root.tags); i++)
        if (strcmp(nt_yaml_item(f->root.tags, i)->text, tag) == 0)
            return true;
    return false;
}

char *nt_scn_file_case_id(const struct nt_scn_file *f, size_t i)
{
    return nt_cell_id(f, i);
}

struct nt_scn_case *nt_scn_file_case(const struct nt_scn_file *f, size_t i, struct nt_diags *diags)
{
    struct nt_source src = f->src; /* shares the text */
    src.diags = diags;
    src.warnings = NULL; /* they were given when the file was loaded */
    src.errors = 0;
    if (i < f->matrix.cells)
        return nt_cell_case(f, i, &src, NULL);
    nt_diag_add(diags, f->src.shown, 0, 0, "there is no case %zu", i);
    return NULL;
}
