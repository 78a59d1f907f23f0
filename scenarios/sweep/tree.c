#include "scenarios/sweep/tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SCALAR_MAX 400 /* bytes of one */

struct nt_tree *nt_tree_new(struct nt_arena *a, enum nt_tree_kind kind)
{
    struct nt_tree *t = nt_arena_alloc(a, sizeof *t);
    if (t != NULL)
        *t = (struct nt_tree){.arena = a, .kind = kind};
    return t;
}

struct nt_tree *nt_tree_copy(struct nt_arena *a, const struct nt_tree *from)
{
    struct nt_tree *t = from != NULL ? nt_tree_new(a, from->kind) : NULL;
    if (t == NULL)
        return NULL;
    t->key = from->key != NULL ? nt_arena_text(a, from->key, strlen(from->key)) : NULL;
    t->text = from->text != NULL ? nt_arena_text(a, from->text, strlen(from->text)) : NULL;
    t->items = nt_arena_alloc(a, from->count * sizeof(struct nt_tree *));
    for (size_t i = 0; i < from->count && t->items != NULL; i++)
        if ((t->items[t->count] = nt_tree_copy(a, from->items[i])) != NULL)
            t->count++;
    t->room = t->count;
    return t;
}

static bool has_room(struct nt_tree *t)
{
    if (t->count < t->room)
        return true;
    size_t room = t->room > 0 ? 2 * t->room : 4;
    struct nt_tree **items = nt_arena_alloc(t->arena, room * sizeof(struct nt_tree *));
    if (items == NULL)
        return false;
    for (size_t i = 0; i < t->count; i++)
        items[i] = t->items[i];
    t->items = items;
    t->room = room;
    return true;
}

static size_t find_key(const struct nt_tree *map, const char *key)
{
    size_t i = 0;
    while (i < map->count && (key == NULL || map->items[i]->key == NULL || strcmp(map->items[i]->key, key) != 0))
        i++;
    return i;
}

void nt_tree_hang(struct nt_tree *into, const char *key, struct nt_tree *what)
{
    if (into == NULL || what == NULL)
        return;
    what->key = key != NULL ? nt_arena_text(into->arena, key, strlen(key)) : NULL;
    size_t at = find_key(into, key);
    if (at < into->count)
        into->items[at] = what;
    else if (has_room(into))
        into->items[into->count++] = what;
}

struct nt_tree *nt_tree_put(struct nt_tree *into, const char *key, enum nt_tree_kind kind)
{
    struct nt_tree *t = into != NULL ? nt_tree_new(into->arena, kind) : NULL;
    nt_tree_hang(into, key, t);
    return t;
}

struct nt_tree *nt_tree_say(struct nt_tree *into, const char *key, const char *fmt, ...)
{
    char text[SCALAR_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct nt_tree *t = nt_tree_put(into, key, NT_TREE_SCALAR);
    if (t != NULL)
        t->text = nt_arena_text(t->arena, text, strlen(text));
    return t;
}

struct nt_tree *nt_tree_get(const struct nt_tree *map, const char *key)
{
    size_t at = map != NULL ? find_key(map, key) : 0;
    return map != NULL && at < map->count ? map->items[at] : NULL;
}

const char *nt_tree_text(const struct nt_tree *map, const char *key)
{
    const struct nt_tree *t = nt_tree_get(map, key);
    return t != NULL && t->text != NULL ? t->text : "";
}

void nt_tree_remove(struct nt_tree *from, size_t i)
{
    from->count--;
    memmove(&from->items[i], &from->items[i + 1], (from->count - i) * sizeof(struct nt_tree *));
}

void nt_tree_drop(struct nt_tree *map, const char *key)
{
    size_t at = map != NULL ? find_key(map, key) : 0;
    if (map != NULL && at < map->count)
        nt_tree_remove(map, at);
}

size_t nt_tree_weight(const struct nt_tree *t)
{
    size_t weight = 1;
    for (size_t i = 0; i < t->count; i++)
        weight += nt_tree_weight(t->items[i]);
    return weight;
}
