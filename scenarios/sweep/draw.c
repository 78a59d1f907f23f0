#include "scenarios/sweep/draw.h"

bool nt_draw_chance(struct nt_rand *r, unsigned percent)
{
    return nt_rand_below(r, 100) < percent;
}

unsigned nt_draw_between(struct nt_rand *r, unsigned low, unsigned high)
{
    return low + (unsigned)nt_rand_below(r, high - low + 1);
}

const char *nt_draw_word(struct nt_rand *r, const char *const *words, size_t count)
{
    return words[nt_rand_below(r, count)];
}

unsigned nt_draw_some(struct nt_rand *r, unsigned count, unsigned most)
{
    unsigned bits = 0;
    for (unsigned n = nt_draw_between(r, 1, most); n > 0; n--)
        bits |= 1u << nt_rand_below(r, count);
    return bits;
}
