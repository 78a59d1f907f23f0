#include "scenarios/language/expect_where.h"

#include <stddef.h>
#include <string.h>

static const struct nt_key keys[] = {
    {.name = "when",
     .schema = "{\"type\": \"object\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "axis: value, or list of values; a value that is a mapping is named by its label"},
};
const struct nt_table nt_table_where = {
    .def = "where", .noun = "an entry of 'expect-where'", .keys = keys, .count = 1, .rest = "true"};

static void unknown_value(const struct nt_axis *axis, const struct nt_yaml *v, struct nt_source *src)
{
    const char *names[64];
    size_t n = axis->count < 64 ? axis->count : 64;
    for (size_t i = 0; i < n; i++)
        names[i] = axis->values[i].label;
    const char *text = v->kind == NT_YAML_SCALAR ? v->text : nt_yaml_kind_name(v);
    struct nt_diag *d = nt_source_error(src, v->place, "axis '%s' has no value '%s': this entry matches no cell", axis->name, text);
    if (v->kind != NT_YAML_SCALAR || !nt_suggest(d, text, names, n))
        nt_diag_mend(d, "see 'matrix' in line %d", axis->place.line);
}

static bool *read_values(const struct nt_axis *axis, const struct nt_yaml *v, struct nt_source *src, struct nt_arena *arena)
{
    bool *wanted = nt_arena_alloc(arena, axis->count);
    if (wanted == NULL)
        return NULL;
    if (nt_yaml_count(v) == 0)
        nt_diag_mend(nt_source_error(src, v->place, "an empty list: this entry matches no cell"), "name values of axis '%s'",
                     axis->name);
    for (size_t i = 0; i < nt_yaml_count(v); i++) {
        const struct nt_yaml *item = nt_yaml_item(v, i);
        size_t j = 0;
        while (j < axis->count && (item->kind != NT_YAML_SCALAR || strcmp(axis->values[j].label, item->text) != 0))
            j++;
        if (j < axis->count)
            wanted[j] = true;
        else
            unknown_value(axis, item, src);
    }
    return wanted;
}

static bool read_when(const struct nt_matrix *m, const struct nt_yaml *when, struct nt_where *w, struct nt_source *src,
                      struct nt_arena *arena)
{
    if (when->kind != NT_YAML_MAP) {
        nt_diag_mend(nt_source_error(src, when->place, "'when' must be a mapping, not %s", nt_yaml_kind_name(when)),
                     "write when: {axis: value}");
        return false;
    }
    w->wanted = nt_arena_alloc(arena, (m->count + 1) * sizeof *w->wanted);
    for (size_t i = 0; w->wanted != NULL && i < when->count; i++) {
        const char *names[NT_AXES_MAX];
        size_t j = 0;
        for (; j < m->count && strcmp(m->axes[j].name, when->keys[i]->text) != 0; j++)
            names[j] = m->axes[j].name;
        if (j < m->count) {
            w->wanted[j] = read_values(&m->axes[j], when->items[i], src, arena);
            continue;
        }
        struct nt_diag *d = nt_source_error(src, when->keys[i]->place, "unknown axis '%s'", when->keys[i]->text);
        if (!nt_suggest(d, when->keys[i]->text, names, m->count))
            nt_diag_mend(d, "name it in 'matrix'");
    }
    return w->wanted != NULL;
}

/* The entry without its 'when'. */
static const struct nt_yaml *without_when(const struct nt_yaml *entry, struct nt_arena *arena)
{
    struct nt_yaml *out = nt_arena_alloc(arena, sizeof *out);
    struct nt_yaml **lists = nt_arena_alloc(arena, (2 * entry->count + 1) * sizeof *lists);
    if (out == NULL || lists == NULL)
        return NULL;
    *out = *entry;
    out->count = 0;
    out->keys = lists;
    out->items = lists + entry->count;
    for (size_t i = 0; i < entry->count; i++)
        if (strcmp(entry->keys[i]->text, "when") != 0) {
            out->keys[out->count] = entry->keys[i];
            out->items[out->count++] = entry->items[i];
        }
    return out;
}

struct nt_where *nt_where_read(const struct nt_matrix *m, const struct nt_yaml *section, struct nt_source *src,
                               struct nt_arena *arena)
{
    if (section->kind != NT_YAML_LIST) {
        nt_diag_mend(nt_source_error(src, section->place, "'expect-where' must be a list, not %s", nt_yaml_kind_name(section)),
                     "write - {when: {axis: value}, ...}");
        return NULL;
    }
    struct nt_where *where = nt_arena_alloc(arena, (section->count + 1) * sizeof *where);
    for (size_t i = 0; where != NULL && i < section->count; i++) {
        const struct nt_yaml *entry = section->items[i], *when = nt_yaml_get(entry, "when");
        if (entry->kind != NT_YAML_MAP || when == NULL) {
            nt_diag_mend(nt_source_error(src, entry->place, "'when' is missing"),
                         "an entry of 'expect-where' needs it: when: {axis: value}");
            continue;
        }
        if (read_when(m, when, &where[i], src, arena))
            where[i].entry = without_when(entry, arena);
    }
    return where;
}

/* Mappings are merged at every level; any other value replaces the old one. */
static const struct nt_yaml *merge_trees(const struct nt_yaml *base, const struct nt_yaml *over, struct nt_arena *arena)
{
    if (base == NULL || base->kind != NT_YAML_MAP || over->kind != NT_YAML_MAP)
        return over;
    struct nt_yaml *out = nt_arena_alloc(arena, sizeof *out);
    struct nt_yaml **lists = nt_arena_alloc(arena, 2 * (base->count + over->count + 1) * sizeof *lists);
    if (out == NULL || lists == NULL)
        return NULL;
    *out = *base;
    out->open = base->open || over->open;
    out->keys = lists;
    out->items = lists + base->count + over->count;
    if (base->count > 0) {
        memcpy(out->keys, base->keys, base->count * sizeof *lists);
        memcpy(out->items, base->items, base->count * sizeof *lists);
    }
    for (size_t i = 0; i < over->count; i++) {
        size_t j = 0;
        while (j < base->count && strcmp(base->keys[j]->text, over->keys[i]->text) != 0)
            j++;
        const struct nt_yaml *value = merge_trees(j < base->count ? base->items[j] : NULL, over->items[i], arena);
        if (value == NULL)
            return NULL;
        j = j < base->count ? j : out->count++;
        out->keys[j] = over->keys[i];
        out->items[j] = (struct nt_yaml *)value; /* nobody writes to the tree from here on */
    }
    return out;
}

static bool cell_matches(const struct nt_matrix *m, const struct nt_where *w, const size_t *values)
{
    for (size_t i = 0; i < m->count; i++)
        if (w->wanted[i] != NULL && !w->wanted[i][values[i]])
            return false;
    return true;
}

const struct nt_yaml *nt_where_merge(const struct nt_matrix *m, const struct nt_where *where, size_t count, const size_t *values,
                                     const struct nt_yaml *expect, struct nt_arena *arena)
{
    for (size_t i = 0; i < count; i++) {
        if (where[i].entry == NULL || !cell_matches(m, &where[i], values))
            continue;
        expect = merge_trees(expect, where[i].entry, arena);
        if (expect == NULL)
            return NULL;
    }
    return expect;
}
