/* ${axis} in values: alone it becomes the value of the axis with its type, within a longer text its text; $${ is a literal ${. */
#ifndef NT_LANGUAGE_SUBSTITUTE_H
#define NT_LANGUAGE_SUBSTITUTE_H

#include "scenarios/language/matrix.h"

/* Marks the axes that the tree uses; unknown ones and open braces are errors. */
void nt_substitute_scan(struct nt_matrix *m, const struct nt_yaml *node, struct nt_source *s);
/* The tree with every ${axis} replaced, in arena `a`; shares what has none. NULL with an error, or without memory. */
const struct nt_yaml *nt_substitute(const struct nt_matrix *m, const size_t *values, const struct nt_yaml *node,
                                    struct nt_source *s, struct nt_arena *a);

#endif
