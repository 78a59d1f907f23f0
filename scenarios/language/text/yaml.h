/* A YAML document as a tree in an arena, with the place of every key and value. An alias shares the node of its anchor; duplicate
 * keys, tags and a second document are errors. */
#ifndef NT_TEXT_YAML_H
#define NT_TEXT_YAML_H

#include "scenarios/language/text/arena.h"
#include "scenarios/language/text/source.h"

/* Limits, with aliases expanded. */
#define NT_YAML_DEPTH_MAX 64
#define NT_YAML_NODES_MAX 2000000

enum nt_yaml_kind { NT_YAML_SCALAR = 1, NT_YAML_LIST, NT_YAML_MAP };

struct nt_yaml {
    enum nt_yaml_kind kind;
    bool quoted;     /* scalar: a string, even if it looks like a number */
    bool open;       /* "${" is in it or below it, except in keys */
    uint8_t height;  /* levels below, with aliases expanded */
    uint32_t weight; /* nodes of this subtree, with aliases expanded */
    struct nt_place place;
    const char *text; /* scalar, with a NUL after it */
    size_t len;
    size_t count;           /* of a list or a map */
    struct nt_yaml **items; /* list items, map values */
    struct nt_yaml **keys;  /* map keys: scalars */
};

/* The root, or NULL with errors in the source's diagnostics. */
struct nt_yaml *nt_yaml_parse(struct nt_source *s, struct nt_arena *a);
/* The value of a key of a map, or NULL; `node` may be anything, or NULL. */
struct nt_yaml *nt_yaml_get(const struct nt_yaml *node, const char *key);
/* The key itself, for its place. */
struct nt_yaml *nt_yaml_key(const struct nt_yaml *node, const char *key);
/* A value as a list: the items of a list, or the value alone; NULL has none. */
size_t nt_yaml_count(const struct nt_yaml *v);
const struct nt_yaml *nt_yaml_item(const struct nt_yaml *v, size_t i);
bool nt_yaml_is_null(const struct nt_yaml *node); /* "", null, ~ */
/* "a list", "a mapping", "a value", "nothing": for messages. */
const char *nt_yaml_kind_name(const struct nt_yaml *node);

#endif
