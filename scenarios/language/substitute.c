#include "scenarios/language/substitute.h"

#include "scenarios/language/text/names.h"

#include <string.h>

struct part {
    const char *literal; /* literal characters first */
    size_t literal_len;
    const struct nt_axis *axis; /* then the value of this axis; NULL: none */
    size_t number;
    const char *next;
    bool broken;
};

static void report_unknown_axis(const struct nt_matrix *m, const struct nt_yaml *at, const char *name, struct nt_source *src)
{
    const char *names[NT_AXES_MAX];
    for (size_t i = 0; i < m->count; i++)
        names[i] = m->axes[i].name;
    struct nt_diag *d = nt_source_error(src, at->place, "unknown axis '%s'", name);
    const char *near = nt_nearest(name, names, m->count);
    if (near != NULL)
        nt_diag_mend(d, "did you mean '${%s}'?", near);
    else
        nt_diag_mend(d, "name it in 'matrix', or write '$${' for a literal '${'");
}

/* The next part of a text: literal characters, then at most one axis. */
static struct part next_part(const struct nt_matrix *m, const struct nt_yaml *at, const char *p, struct nt_source *src)
{
    struct part out = {.literal = p};
    const char *dollar = strstr(p, "${");
    if (dollar != NULL && dollar > p && dollar[-1] == '$') { /* $${: drop one $ */
        out.literal_len = (size_t)(dollar - p) - 1;
        out.next = dollar;
        return out;
    }
    out.literal_len = dollar != NULL ? (size_t)(dollar - p) : strlen(p);
    out.next = p + out.literal_len;
    if (dollar == NULL)
        return out;
    const char *name = dollar + 2, *end = strchr(name, '}');
    char text[128] = "";
    size_t len = end != NULL ? (size_t)(end - name) : 0;
    if (end == NULL || len == 0 || len >= sizeof text) {
        nt_diag_mend(nt_source_error(src, at->place, "'${' without an axis's name and '}'"),
                     "write '${axis}', or '$${' for a literal '${'");
        out.broken = true;
        return out;
    }
    memcpy(text, name, len);
    out.next = end + 1;
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->axes[i].name, text) == 0) {
            out.axis = &m->axes[i];
            out.number = i;
            return out;
        }
    report_unknown_axis(m, at, text, src);
    out.broken = true;
    return out;
}

/* After an escape the next two characters, "${", are literal. */
static bool is_escape(const struct part *p)
{
    return p->axis == NULL && !p->broken && strncmp(p->next, "${", 2) == 0;
}

static void scan_scalar(struct nt_matrix *m, const struct nt_yaml *node, struct nt_source *src)
{
    for (const char *p = node->text; *p != '\0';) {
        struct part part = next_part(m, node, p, src);
        if (part.broken)
            return;
        if (part.axis != NULL)
            m->axes[part.number].used = true;
        p = part.next + (is_escape(&part) ? 2 : 0);
    }
}

void nt_substitute_scan(struct nt_matrix *m, const struct nt_yaml *node, struct nt_source *src)
{
    if (!node->open)
        return;
    if (node->kind == NT_YAML_SCALAR)
        scan_scalar(m, node, src);
    for (size_t i = 0; node->kind != NT_YAML_SCALAR && i < node->count; i++)
        nt_substitute_scan(m, node->items[i], src);
}

static const struct nt_yaml *whole_value(const struct nt_matrix *m, const size_t *values, const struct nt_yaml *node,
                                         struct nt_source *src)
{
    if (strncmp(node->text, "${", 2) != 0)
        return NULL;
    struct part part = next_part(m, node, node->text, src);
    return part.axis != NULL && *part.next == '\0' ? part.axis->values[values[part.number]].value : NULL;
}

/* Writes the text with the values of its axes; returns its length. `out` NULL: only counts. */
static size_t write_text(const struct nt_matrix *m, const size_t *values, const struct nt_yaml *node, struct nt_source *src,
                         char *out, bool *good)
{
    size_t len = 0;
    for (const char *p = node->text; *p != '\0';) {
        struct part part = next_part(m, node, p, src);
        size_t extra = is_escape(&part) ? 2 : 0;
        const char *value = extra != 0 ? "${" : "";
        if (part.axis != NULL) {
            const struct nt_yaml *v = part.axis->values[values[part.number]].value;
            if (v->kind != NT_YAML_SCALAR) {
                nt_diag_mend(nt_source_error(src, node->place, "'${%s}' is %s", part.axis->name, nt_yaml_kind_name(v)),
                             "it can be a whole value, not part of a text");
                part.broken = true;
            } else {
                value = v->text;
            }
        }
        if (part.broken) {
            *good = false;
            return 0;
        }
        if (out != NULL) {
            memcpy(out + len, part.literal, part.literal_len);
            memcpy(out + len + part.literal_len, value, strlen(value));
        }
        len += part.literal_len + strlen(value);
        p = part.next + extra;
    }
    return len;
}

static const struct nt_yaml *substitute_scalar(const struct nt_matrix *m, const size_t *values, const struct nt_yaml *node,
                                               struct nt_source *src, struct nt_arena *arena)
{
    const struct nt_yaml *whole = whole_value(m, values, node, src);
    if (whole != NULL)
        return whole;
    bool good = true;
    size_t len = write_text(m, values, node, src, NULL, &good);
    struct nt_yaml *out = good ? nt_arena_alloc(arena, sizeof *out) : NULL;
    char *text = good ? nt_arena_alloc(arena, len + 1) : NULL;
    if (out == NULL || text == NULL)
        return NULL;
    write_text(m, values, node, src, text, &good);
    *out = *node;
    out->text = text;
    out->len = len;
    out->open = false;
    return out;
}

const struct nt_yaml *nt_substitute(const struct nt_matrix *m, const size_t *values, const struct nt_yaml *node,
                                    struct nt_source *src, struct nt_arena *arena)
{
    if (!node->open)
        return node;
    if (node->kind == NT_YAML_SCALAR)
        return substitute_scalar(m, values, node, src, arena);
    struct nt_yaml *out = nt_arena_alloc(arena, sizeof *out);
    struct nt_yaml **items = nt_arena_alloc(arena, (node->count + 1) * sizeof *items);
    if (out == NULL || items == NULL)
        return NULL;
    *out = *node;
    out->items = items;
    out->open = false;
    bool good = true;
    for (size_t i = 0; i < node->count; i++) {
        const struct nt_yaml *item = nt_substitute(m, values, node->items[i], src, arena);
        items[i] = (struct nt_yaml *)item; /* nobody writes to the tree from here on */
        good = good && item != NULL;
    }
    return good ? out : NULL;
}
