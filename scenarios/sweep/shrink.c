#include "scenarios/sweep/shrink.h"
#include "scenarios/sweep/tidy.h"

#include <string.h>

struct place { /* a node, counted from the root in the order of the text */
    struct nt_tree *parent;
    size_t at;
};

/* --- ways to make a tree smaller at a place; false: it is none here --- */

static bool remove_it(struct nt_tree *world, struct place p)
{
    (void)world;
    nt_tree_remove(p.parent, p.at);
    return true;
}

/* Everyone who is on one network comes to be on the other. */
static void move(struct nt_tree *t, const char *from, const char *to)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i]->kind != NT_TREE_SCALAR)
            move(t->items[i], from, to);
        else if (strcmp(t->items[i]->text, from) == 0)
            t->items[i]->text = to;
}

/* A gateway goes, and what is inside it comes to be outside. */
static bool join_networks(struct nt_tree *world, struct place p)
{
    struct nt_tree *inside = nt_tree_get(p.parent->items[p.at], "inside");
    const char *outside = nt_tree_text(p.parent->items[p.at], "outside");
    if (inside == NULL || outside[0] == '\0' || inside->count == 0)
        return false;
    nt_tree_remove(p.parent, p.at);
    move(world, inside->items[0]->text, outside);
    return true;
}

/* Plainer values of keys, the plainest first: a value is replaced by those alone that stand before it. */
static const char *const plain_values[][2] = {
    {"at", "0s"},
    {"delay", "1ms"},
    {"for", "1s"},
    {"by", "1s"},
    {"count", "1"},
    {"filter", "udp"},
    {"method", "any"},
    {"mapping", "endpoint-independent"},
    {"filtering", "endpoint-independent"},
    {"nat", "none"},
    {"nat", "full-cone"},
    {"nat", "symmetric"},
    {"nat", "port-restricted-cone"},
};
enum { PLAIN_VALUES = sizeof plain_values / sizeof *plain_values };

static bool make_plainer(struct place p, size_t value)
{
    const struct nt_tree *t = p.parent->items[p.at];
    if (t->key == NULL || strcmp(t->key, plain_values[value][0]) != 0)
        return false;
    for (size_t i = 0; t->kind == NT_TREE_SCALAR && i <= value; i++)
        if (strcmp(plain_values[i][0], t->key) == 0 && strcmp(plain_values[i][1], t->text) == 0)
            return false;
    nt_tree_say(p.parent, t->key, "%s", plain_values[value][1]);
    return true;
}

/* --- all ways at all places --- */

enum { WAYS = 2 + PLAIN_VALUES };

/* The place of node `number`, of which the root is 0; false: there are not so many. */
static bool find_place(struct nt_tree *t, size_t *number, struct place *out)
{
    for (size_t i = 0; i < t->count; i++) {
        if (--*number == 0) {
            *out = (struct place){t, i};
            return true;
        }
        if (find_place(t->items[i], number, out))
            return true;
    }
    return false;
}

static bool make_smaller(struct nt_tree *world, size_t number, size_t way)
{
    struct place p;
    if (!find_place(world, &number, &p))
        return false;
    return way == 0 ? remove_it(world, p) : way == 1 ? join_networks(world, p) : make_plainer(p, way - 2);
}

/* The smaller tree, if it still fails; NULL: it does not, or there is none. */
static struct nt_tree *try_smaller(struct nt_shrink *s, const struct nt_tree *root, size_t number, size_t way)
{
    struct nt_arena *scratch = nt_arena_new();
    struct nt_tree *smaller = scratch != NULL ? nt_tree_copy(scratch, root) : NULL;
    bool fails = false;
    if (smaller != NULL && make_smaller(smaller, number, way)) {
        nt_sweep_tidy(smaller);
        s->tries++;
        fails = s->fails(s->user, smaller);
    }
    struct nt_tree *kept = fails ? nt_tree_copy(root->arena, smaller) : NULL;
    nt_arena_del(scratch);
    return kept;
}

/* Later nodes first: steps and agents say what of the topology is needed. */
static struct nt_tree *shrink_once(struct nt_shrink *s, struct nt_tree *root, bool *smaller)
{
    for (size_t number = nt_tree_weight(root) - 1; number > 0; number--)
        for (size_t way = 0; way < WAYS && s->tries < s->tries_max; way++) {
            struct nt_tree *less = try_smaller(s, root, number, way);
            if (less == NULL)
                continue;
            *smaller = true;
            root = less;
            if (number >= nt_tree_weight(root))
                number = nt_tree_weight(root);
            break;
        }
    return root;
}

struct nt_tree *nt_shrink(struct nt_shrink *s, struct nt_arena *a, const struct nt_tree *from)
{
    struct nt_tree *root = nt_tree_copy(a, from);
    bool smaller = root != NULL;
    while (smaller && s->tries < s->tries_max) {
        smaller = false;
        root = shrink_once(s, root, &smaller);
    }
    return root;
}
