/* expect-where: entries that are merged over 'expect' in the cells they name. */
#ifndef NT_LANGUAGE_EXPECT_WHERE_H
#define NT_LANGUAGE_EXPECT_WHERE_H

#include "scenarios/language/keys/key_table.h"
#include "scenarios/language/matrix.h"

extern const struct nt_table nt_table_where;

/* An entry of expect-where, with the values of each axis that it applies to. */
struct nt_where {
    const struct nt_yaml *entry;
    bool **wanted; /* by axis, by value; NULL: all values of the axis */
};

/* The entries of the section. An entry with errors stays empty; NULL with errors, or without memory. */
struct nt_where *nt_where_read(const struct nt_matrix *m, const struct nt_yaml *section, struct nt_source *src,
                               struct nt_arena *arena);
/* 'expect' with the entries that apply to the cell merged over it, in file order. NULL without memory. */
const struct nt_yaml *nt_where_merge(const struct nt_matrix *m, const struct nt_where *where, size_t count, const size_t *values,
                                     const struct nt_yaml *expect, struct nt_arena *arena);

#endif
