/* An agent's description as plain data: made, filled, copied, freed (RFC 8445, section 5.3). */
#include "core/ice/description.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

int nt_ice_description_init(struct nt_ice_description *d, size_t streams)
{
    if (streams > NT_ICE_STREAMS_MAX)
        return NT_ELIMIT;
    struct nt_ice_stream_description *items = calloc(streams > 0 ? streams : 1, sizeof *items);
    if (items == NULL)
        return NT_ENOMEM;
    *d = (struct nt_ice_description){.stream_count = streams, .streams = items};
    return NT_OK;
}

void nt_ice_description_free(struct nt_ice_description *d)
{
    for (size_t i = 0; i < d->stream_count; i++)
        free(d->streams[i].candidates);
    free(d->streams);
    *d = (struct nt_ice_description){0};
}

int nt_ice_description_add(struct nt_ice_description *d, const struct nt_ice_candidate *c)
{
    if (c->stream < 1 || c->stream > d->stream_count)
        return NT_EINVAL;
    struct nt_ice_stream_description *s = &d->streams[c->stream - 1];
    int r = nt_grow(&s->candidates, &s->candidate_cap, s->candidate_count + 1, sizeof *s->candidates, NT_ICE_CANDIDATES_MAX);
    if (r == NT_OK)
        s->candidates[s->candidate_count++] = *c;
    return r;
}

static int copy_stream(struct nt_ice_stream_description *to, const struct nt_ice_stream_description *from)
{
    struct nt_ice_candidate *candidates = NULL;
    if (from->candidate_count > 0) {
        candidates = malloc(from->candidate_count * sizeof *candidates);
        if (candidates == NULL)
            return NT_ENOMEM;
        memcpy(candidates, from->candidates, from->candidate_count * sizeof *candidates);
    }
    *to = *from;
    to->candidates = candidates;
    to->candidate_cap = from->candidate_count;
    return NT_OK;
}

int nt_ice_description_copy(struct nt_ice_description *to, const struct nt_ice_description *from)
{
    struct nt_ice_description out;
    int r = nt_ice_description_init(&out, from->stream_count);
    if (r != NT_OK)
        return r;
    out.lite = from->lite;
    out.ice2 = from->ice2;
    out.trickle = from->trickle;
    out.pacing_ms = from->pacing_ms;
    for (size_t i = 0; i < from->stream_count && r == NT_OK; i++)
        r = copy_stream(&out.streams[i], &from->streams[i]);
    if (r == NT_OK)
        *to = out;
    else
        nt_ice_description_free(&out);
    return r;
}
