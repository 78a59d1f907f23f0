/* Inside of the room: a description that an agent sent and that is judged, for the files on signalling. */
#ifndef NT_CONFORMANCE_TOLD_H
#define NT_CONFORMANCE_TOLD_H

#include "reports/conformance/finding.h"

struct told {
    struct nt_finder *finder;
    const struct nt_view_description *d;
    const struct nt_view_description
        *before; /* what its sender described last, in the same session if it did, or NULL: it is the first */
    const struct nt_view_description *last; /* what it described last, whatever the session; or NULL */
    bool restarts;                          /* it changes the credentials of `before` */
};

static inline bool nt_told_same(const struct nt_ice_candidate *a, const struct nt_ice_candidate *b)
{
    return a->stream == b->stream && a->component == b->component && a->transport == b->transport && a->tcp_type == b->tcp_type &&
           nt_addr_equal(&a->addr, &b->addr);
}

/* Whether a candidate with this address and component is in a description, and where. */
static inline const struct nt_ice_candidate *nt_told_candidate(const struct nt_ice_description *d, const struct nt_ice_candidate *c)
{
    for (size_t s = 0; s < d->stream_count; s++)
        for (size_t i = 0; i < d->streams[s].candidate_count; i++)
            if (nt_told_same(&d->streams[s].candidates[i], c))
                return &d->streams[s].candidates[i];
    return NULL;
}

#endif
