/* The matrix: axes with labelled values, cells in order (last axis fastest), substitution of ${axis}, expect-where. */
#ifndef NT_LANGUAGE_MATRIX_H
#define NT_LANGUAGE_MATRIX_H

#include "scenarios/language/text/names.h"
#include "scenarios/language/text/source.h"
#include "scenarios/language/text/yaml.h"

#define NT_AXES_MAX 64

struct nt_axis_value {
    const struct nt_yaml *value;
    const char *label; /* as in the id */
    const char *json;
};

struct nt_axis {
    const char *name;
    struct nt_place place;
    struct nt_axis_value *values;
    size_t count;
    bool used;
};

struct nt_matrix {
    struct nt_axis *axes;
    size_t count;
    size_t cells; /* 1 without axes */
};

/* An expect-where entry: for each axis, which values it is for. */
struct nt_where {
    const struct nt_yaml *entry;
    bool **wanted; /* by axis: by value; NULL: all */
};

/* From the file's 'matrix' (NULL: none). False with errors. */
bool nt_matrix_read(struct nt_matrix *m, const struct nt_yaml *section, struct nt_source *s, struct nt_arena *a);
/* Marks the axes that the tree uses; unknown ones and open braces are errors. */
void nt_matrix_scan(struct nt_matrix *m, const struct nt_yaml *node, struct nt_source *s);
void nt_matrix_unused(const struct nt_matrix *m, struct nt_source *s); /* an error for each axis not used */
/* The value numbers of a cell, one for each axis. */
void nt_matrix_cell(const struct nt_matrix *m, size_t cell, size_t values[NT_AXES_MAX]);
/* The tree with every ${axis} replaced, in arena `a`; shares what has none. NULL with an error, or without memory. */
const struct nt_yaml *nt_substitute(const struct nt_matrix *m, const size_t *values, const struct nt_yaml *node,
                                    struct nt_source *s, struct nt_arena *a);

/* From 'expect-where' (NULL: none); NULL with errors, or when there is none. */
struct nt_where *nt_where_read(const struct nt_matrix *m, const struct nt_yaml *section, struct nt_source *s, struct nt_arena *a);
/* 'expect' with the entries that match the cell merged over it, in file order. NULL without memory (or when nothing is there). */
const struct nt_yaml *nt_where_merge(const struct nt_matrix *m, const struct nt_where *where, size_t count, const size_t *values,
                                     const struct nt_yaml *expect, struct nt_arena *a);

#endif
