/* ${axis} in values: alone it becomes the value of the axis with its type; in a longer text, the text of the value. $${ is a
 * literal ${. */
#ifndef NT_LANGUAGE_SUBSTITUTE_H
#define NT_LANGUAGE_SUBSTITUTE_H

#include "scenarios/language/matrix.h"

/* Marks the axes that the tree uses; an unknown axis or an open brace is an error. */
void nt_substitute_scan(struct nt_matrix *m, const struct nt_yaml *node, struct nt_source *src);
/* The tree with every ${axis} replaced; subtrees without axes are shared. NULL with an error, or without memory. */
const struct nt_yaml *nt_substitute(const struct nt_matrix *m, const size_t *values, const struct nt_yaml *node,
                                    struct nt_source *src, struct nt_arena *arena);

#endif
