/* expect-where: entries that are merged over 'expect' in the cells they name. */
#ifndef NT_LANGUAGE_EXPECT_WHERE_H
#define NT_LANGUAGE_EXPECT_WHERE_H

#include "scenarios/language/keys/key_table.h"
#include "scenarios/language/matrix.h"

extern const struct nt_table nt_table_where;

/* An expect-where entry: for each axis, which values it is for. */
struct nt_where {
    const struct nt_yaml *entry;
    bool **wanted; /* by axis: by value; NULL: all */
};

/* From 'expect-where' (NULL: none); NULL with errors, or when there is none. */
struct nt_where *nt_where_read(const struct nt_matrix *m, const struct nt_yaml *section, struct nt_source *s, struct nt_arena *a);
/* 'expect' with the entries that match the cell merged over it, in file order. NULL without memory (or when nothing is there). */
const struct nt_yaml *nt_where_merge(const struct nt_matrix *m, const struct nt_where *where, size_t count, const size_t *values,
                                     const struct nt_yaml *expect, struct nt_arena *a);

#endif
