#include "scenarios/language/text/names.h"
#include "core/base/err.h"

#include <stdio.h>
#include <string.h>

int nt_names_init(struct nt_names *n, struct nt_arena *a, size_t cap)
{
    *n = (struct nt_names){.cap = cap, .slot_count = 8};
    while (n->slot_count < 2 * cap)
        n->slot_count *= 2;
    n->words = nt_arena_alloc(a, cap * sizeof *n->words);
    n->values = nt_arena_alloc(a, cap * sizeof *n->values);
    n->slots = nt_arena_alloc(a, n->slot_count * sizeof *n->slots);
    if (n->words != NULL && n->values != NULL && n->slots != NULL)
        return NT_OK;
    *n = (struct nt_names){0};
    return NT_ENOMEM;
}

/* FNV-1a; nothing iterates in this order. */
static size_t slot_of(const struct nt_names *n, const char *word)
{
    uint32_t h = UINT32_C(2166136261);
    for (const char *p = word; *p != '\0'; p++)
        h = (h ^ (uint8_t)*p) * UINT32_C(16777619);
    size_t i = h & (n->slot_count - 1);
    while (n->slots[i] != 0 && strcmp(n->words[n->slots[i] - 1], word) != 0)
        i = (i + 1) & (n->slot_count - 1);
    return i;
}

int nt_names_add(struct nt_names *n, const char *word, uint32_t value)
{
    if (n->count == n->cap)
        return NT_ELIMIT;
    size_t i = slot_of(n, word);
    if (n->slots[i] != 0)
        return NT_EEXIST;
    n->words[n->count] = word;
    n->values[n->count] = value;
    n->slots[i] = (uint32_t)++n->count;
    return NT_OK;
}

uint32_t nt_names_find(const struct nt_names *n, const char *word)
{
    if (n->count == 0)
        return NT_NAMES_NONE;
    size_t i = slot_of(n, word);
    return n->slots[i] == 0 ? NT_NAMES_NONE : n->values[n->slots[i] - 1];
}

bool nt_suggest(struct nt_diag *d, const char *word, const char *const *words, size_t count)
{
    const char *near = nt_nearest(word, words, count);
    if (near != NULL)
        nt_diag_mend(d, "did you mean '%s'?", near);
    return near != NULL;
}

const char *nt_words_join(char *buf, size_t cap, const char *const *words, size_t count)
{
    size_t len = 0;
    *buf = '\0';
    for (size_t i = 0; i < count && len < cap; i++)
        len += (size_t)snprintf(buf + len, cap - len, "%s%s", i > 0 ? ", " : "", words[i]);
    return buf;
}
