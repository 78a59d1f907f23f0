/* The matrix: axes with labelled values, cells in order (last axis fastest). */
#ifndef NT_LANGUAGE_MATRIX_H
#define NT_LANGUAGE_MATRIX_H

#include "scenarios/language/text/source.h"
#include "scenarios/language/text/yaml.h"

#define NT_AXES_MAX 64
#define NT_CELLS_MAX 1000000 /* of one matrix */

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

/* From the section 'matrix' (NULL: there is none). False with errors. */
bool nt_matrix_read(struct nt_matrix *m, const struct nt_yaml *section, struct nt_source *src, struct nt_arena *arena);
void nt_matrix_unused(const struct nt_matrix *m, struct nt_source *src); /* an error for each unused axis */
/* The index of the value of each axis in a cell. */
void nt_matrix_cell(const struct nt_matrix *m, size_t cell, size_t values[NT_AXES_MAX]);

#endif
