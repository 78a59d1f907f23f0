/* A scenario while it is made and shrunk: maps, lists and scalars, in the order of the file. Nodes live in the arena of their root;
 * every function takes NULL for a node that memory did not suffice for, and then does nothing. */
#ifndef NT_SWEEP_TREE_H
#define NT_SWEEP_TREE_H

#include "core/base/diag.h"
#include "scenarios/language/text/arena.h"

#include <stdbool.h>

enum nt_tree_kind { NT_TREE_SCALAR = 1, NT_TREE_LIST, NT_TREE_MAP };

struct nt_tree {
    struct nt_arena *arena;
    enum nt_tree_kind kind;
    const char *key;  /* in a map */
    const char *text; /* of a scalar */
    struct nt_tree **items;
    size_t count, room;
};

struct nt_tree *nt_tree_new(struct nt_arena *a, enum nt_tree_kind kind); /* a root */
struct nt_tree *nt_tree_copy(struct nt_arena *a, const struct nt_tree *from);
/* Appends a node, to a list with the key NULL; a key that a map has already is replaced where it stands. */
struct nt_tree *nt_tree_put(struct nt_tree *into, const char *key, enum nt_tree_kind kind);
struct nt_tree *nt_tree_say(struct nt_tree *into, const char *key, const char *fmt, ...) NT_PRINTF(3, 4); /* likewise a scalar */
/* Appends what was made apart, in the same arena. */
void nt_tree_hang(struct nt_tree *into, const char *key, struct nt_tree *what);
struct nt_tree *nt_tree_get(const struct nt_tree *map, const char *key); /* NULL: it has none */
const char *nt_tree_text(const struct nt_tree *map, const char *key);    /* of a scalar; "" without one */
void nt_tree_remove(struct nt_tree *from, size_t i);
void nt_tree_drop(struct nt_tree *map, const char *key); /* a key that it may have */
size_t nt_tree_weight(const struct nt_tree *t);          /* how many nodes it has, itself too */

#endif
