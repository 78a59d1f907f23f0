/* Random draws of a world: one stream for each (number of the world, label), so that what is drawn of one part changes no other. */
#ifndef NT_SWEEP_DRAW_H
#define NT_SWEEP_DRAW_H

#include "core/base/rand.h"

#include <stdbool.h>

bool nt_draw_chance(struct nt_rand *r, unsigned percent);
unsigned nt_draw_between(struct nt_rand *r, unsigned low, unsigned high); /* both too */
const char *nt_draw_word(struct nt_rand *r, const char *const *words, size_t count);
/* One of these texts; a text that stands twice comes twice as often. */
#define NT_DRAW(r, ...)                                                                                                            \
    nt_draw_word(r, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))
/* Of the numbers 0..count-1 at least one, as bits; count at most 32. */
unsigned nt_draw_some(struct nt_rand *r, unsigned count, unsigned most);

#endif
