#include "natsim/tcp/writes.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "natsim/tcp/sequence.h"

#include <stdlib.h>
#include <string.h>

int nt_writes_add(struct nt_writes *w, uint32_t end)
{
    if (w->count - w->first == NT_TCP_WRITES_MAX) {
        w->ends[w->count - 1] = end;
        return NT_OK;
    }
    if (w->count == NT_TCP_WRITES_MAX || (w->first > 0 && w->count == w->cap)) {
        memmove(w->ends, w->ends + w->first, (w->count - w->first) * sizeof *w->ends);
        w->count -= w->first;
        w->first = 0;
    }
    int r = nt_grow(&w->ends, &w->cap, w->count + 1, sizeof *w->ends, NT_TCP_WRITES_MAX);
    if (r == NT_OK)
        w->ends[w->count++] = end;
    return r;
}

void nt_writes_free(struct nt_writes *w)
{
    free(w->ends);
    *w = (struct nt_writes){0};
}

uint32_t nt_writes_end(const struct nt_writes *w, uint32_t seq)
{
    size_t low = w->first, high = w->count - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (nt_seq_after(w->ends[middle], seq))
            high = middle;
        else
            low = middle + 1;
    }
    return w->ends[low];
}

void nt_writes_forget(struct nt_writes *w, uint32_t una)
{
    while (w->first < w->count && !nt_seq_after(w->ends[w->first], una))
        w->first++;
    if (w->first == w->count)
        w->first = w->count = 0;
}
