#include "scenarios/language/matrix.h"

#include "scenarios/language/text/names.h"
#include "scenarios/language/text/yaml_json.h"

#include <string.h>

#define VALUES_MAX 100000

/* A scalar, or {label: anything}. */
static bool read_value(struct nt_axis *axis, const struct nt_yaml *v, struct nt_source *src, struct nt_arena *arena)
{
    struct nt_axis_value *out = &axis->values[axis->count];
    if (v->open) {
        nt_diag_mend(nt_source_error(src, v->place, "a value of axis '%s' uses '${'", axis->name), "values are written out");
        return false;
    }
    if (v->kind == NT_YAML_LIST || (v->kind == NT_YAML_MAP && v->count != 1)) {
        nt_diag_mend(nt_source_error(src, v->place, "%s as value of axis '%s' needs a label", nt_yaml_kind_name(v), axis->name),
                     "write {NAME: ...}, with a name of your own: it stands in the case's id");
        return false;
    }
    bool labelled = v->kind == NT_YAML_MAP;
    out->value = labelled ? v->items[0] : v;
    out->label = labelled ? v->keys[0]->text : v->text;
    out->json = nt_yaml_json(out->value, arena);
    if (out->json == NULL) {
        nt_source_nomem(src);
        return false;
    }
    axis->count++;
    return true;
}

static bool read_axis(struct nt_axis *axis, const struct nt_yaml *key, const struct nt_yaml *v, struct nt_source *src,
                      struct nt_arena *arena)
{
    struct nt_names labels;
    axis->name = key->text;
    axis->place = key->place;
    if (key->len == 0 || strpbrk(key->text, "${}[],= ") != NULL) {
        nt_diag_mend(nt_source_error(src, key->place, "'%s' cannot be the name of an axis", key->text),
                     "write letters, digits and '-'");
        return false;
    }
    if (v->kind != NT_YAML_LIST || v->count == 0 || v->count > VALUES_MAX) {
        nt_diag_mend(nt_source_error(src, v->place, "axis '%s' must be a list of 1 to %d values", key->text, VALUES_MAX),
                     "write %s: [a, b]", key->text);
        return false;
    }
    axis->values = nt_arena_alloc(arena, v->count * sizeof *axis->values);
    if (axis->values == NULL || nt_names_init(&labels, arena, v->count) != 0) {
        nt_source_nomem(src);
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < v->count; i++) {
        if (!read_value(axis, v->items[i], src, arena)) {
            good = false;
        } else if (nt_names_add(&labels, axis->values[axis->count - 1].label, 0) != 0) {
            nt_diag_mend(nt_source_error(src, v->items[i]->place, "axis '%s' has the value '%s' twice", key->text,
                                         axis->values[axis->count - 1].label),
                         "leave one out, or give them labels");
            good = false;
        }
    }
    return good;
}

bool nt_matrix_read(struct nt_matrix *m, const struct nt_yaml *section, struct nt_source *src, struct nt_arena *arena)
{
    *m = (struct nt_matrix){.cells = 1};
    if (section == NULL)
        return true;
    if (section->kind != NT_YAML_MAP || section->count > NT_AXES_MAX) {
        nt_diag_mend(nt_source_error(src, section->place, "'matrix' must be a mapping of at most %d axes", NT_AXES_MAX),
                     "write matrix: {axis: [a, b]}");
        return false;
    }
    m->axes = nt_arena_alloc(arena, (section->count + 1) * sizeof *m->axes);
    if (m->axes == NULL) {
        nt_source_nomem(src);
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < section->count; i++) {
        good = read_axis(&m->axes[i], section->keys[i], section->items[i], src, arena) && good;
        m->count = i + 1;
        size_t n = m->axes[i].count > 0 ? m->axes[i].count : 1;
        m->cells = m->cells > NT_CELLS_MAX ? m->cells : m->cells * n;
    }
    if (m->cells > NT_CELLS_MAX) {
        nt_diag_mend(nt_source_error(src, section->place, "the matrix has more than %d cells", NT_CELLS_MAX),
                     "remove axes or values");
        good = false;
    }
    return good;
}

void nt_matrix_unused(const struct nt_matrix *m, struct nt_source *src)
{
    for (size_t i = 0; i < m->count; i++)
        if (!m->axes[i].used)
            nt_diag_mend(nt_source_error(src, m->axes[i].place, "axis '%s' is not used", m->axes[i].name),
                         "write \"${%s}\" where its value belongs, or leave it out", m->axes[i].name);
}

void nt_matrix_cell(const struct nt_matrix *m, size_t cell, size_t values[NT_AXES_MAX])
{
    for (size_t i = m->count; i > 0; i--) {
        values[i - 1] = cell % m->axes[i - 1].count;
        cell /= m->axes[i - 1].count;
    }
}
