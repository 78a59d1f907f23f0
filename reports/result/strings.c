#include "reports/result/strings.h"

#include "core/base/err.h"
#include "core/base/hash.h"

#include <stdlib.h>
#include <string.h>

void nt_strings_init(struct nt_strings *s)
{
    *s = (struct nt_strings){0};
    nt_map_init(&s->by_hash, sizeof(uint64_t));
}

void nt_strings_free(struct nt_strings *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->items[i]);
    free(s->items);
    nt_map_free(&s->by_hash);
    nt_strings_init(s);
}

static uint32_t add_string(struct nt_strings *s, uint64_t hash, const char *bytes, size_t len)
{
    char *copy = malloc(len + 1);
    int err = copy != NULL ? nt_grow(&s->items, &s->cap, s->count + 1, sizeof *s->items, UINT32_MAX - 2) : NT_ENOMEM;
    if (err == NT_OK)
        err = nt_map_put(&s->by_hash, &hash, (uint32_t)s->count);
    if (err != NT_OK) {
        free(copy);
        s->err = err;
        return 0;
    }
    memcpy(copy, bytes, len);
    copy[len] = '\0';
    s->items[s->count] = copy;
    return (uint32_t)s->count++;
}

uint32_t nt_string_number(struct nt_strings *s, const char *bytes, size_t len)
{
    uint64_t hash = nt_hash(bytes, len);
    uint32_t found = nt_map_get(&s->by_hash, &hash);
    if (found != NT_MAP_NONE && strncmp(s->items[found], bytes, len) == 0 && s->items[found][len] == '\0')
        return found;
    return add_string(s, hash, bytes, len);
}

void nt_strings_drop(struct nt_strings *s, size_t count)
{
    while (s->count > count) {
        char *last = s->items[--s->count];
        uint64_t hash = nt_hash(last, strlen(last));
        nt_map_remove(&s->by_hash, &hash);
        free(last);
    }
}
