#include "scenarios/language/text/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CHUNK ((size_t)16 << 10)
#define CHUNK_MAX ((size_t)1 << 20)

struct chunk {
    struct chunk *next;
    size_t size, used;
    alignas(max_align_t) unsigned char bytes[];
};

struct nt_arena {
    struct chunk *chunks; /* the newest first */
    size_t total;
};

struct nt_arena *nt_arena_new(void)
{
    return calloc(1, sizeof(struct nt_arena));
}

void nt_arena_del(struct nt_arena *a)
{
    if (a == NULL)
        return;
    for (struct chunk *c = a->chunks, *next; c != NULL; c = next) {
        next = c->next;
        free(c);
    }
    free(a);
}

static struct chunk *add_chunk(struct nt_arena *a, size_t size)
{
    size_t want = a->chunks == NULL ? FIRST_CHUNK : a->chunks->size * 2;
    want = want > CHUNK_MAX ? CHUNK_MAX : want;
    want = want < size ? size : want;
    if (want > NT_ARENA_MAX - a->total)
        return NULL;
    struct chunk *c = malloc(sizeof *c + want);
    if (c == NULL)
        return NULL;
    *c = (struct chunk){.next = a->chunks, .size = want};
    a->chunks = c;
    a->total += want;
    return c;
}

void *nt_arena_alloc(struct nt_arena *a, size_t size)
{
    const size_t align = alignof(max_align_t);
    if (size > NT_ARENA_MAX)
        return NULL;
    size = (size + align - 1) / align * align;
    size = size == 0 ? align : size;
    struct chunk *c = a->chunks;
    if (c == NULL || size > c->size - c->used)
        c = add_chunk(a, size);
    if (c == NULL)
        return NULL;
    void *p = c->bytes + c->used;
    c->used += size;
    return memset(p, 0, size);
}

char *nt_arena_text(struct nt_arena *a, const char *text, size_t len)
{
    char *copy = nt_arena_alloc(a, len + 1);
    if (copy != NULL && len != 0)
        memcpy(copy, text, len);
    return copy;
}
