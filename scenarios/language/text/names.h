/* Names of a scenario, each with a number, found in constant time. Memory is from an arena. */
#ifndef NT_TEXT_NAMES_H
#define NT_TEXT_NAMES_H

#include "core/base/diag.h"
#include "scenarios/language/text/arena.h"

#include <stdbool.h>
#include <stdint.h>

#define NT_NAMES_NONE UINT32_MAX

struct nt_names {
    const char **words; /* in order of adding */
    uint32_t *values;
    size_t count, cap, slot_count;
    uint32_t *slots; /* word number + 1; 0: free */
};

int nt_names_init(struct nt_names *n, struct nt_arena *a, size_t cap); /* 0 or NT_ENOMEM */
/* The caller keeps the word. 0, NT_EEXIST, or NT_ELIMIT beyond the capacity. */
int nt_names_add(struct nt_names *n, const char *word, uint32_t value);
uint32_t nt_names_find(const struct nt_names *n, const char *word); /* or NT_NAMES_NONE */

/* For errors about an unknown word: adds "did you mean 'x'?" with the nearest of `words`; false: none is near. */
bool nt_suggest(struct nt_diag *d, const char *word, const char *const *words, size_t count);
/* "a, b, c", cut at the end of the buffer. Returns buf. */
const char *nt_words_join(char *buf, size_t cap, const char *const *words, size_t count);

#endif
