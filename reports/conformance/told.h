/* Inside of the room: a description that an agent sent and that is judged, for the files on signalling. */
#ifndef NT_CONFORMANCE_TOLD_H
#define NT_CONFORMANCE_TOLD_H

#include "reports/conformance/finding.h"

struct told {
    struct nt_finder *finder;
    const struct nt_view_description *d;
    const struct nt_view_description
        *before;   /* what its sender described last, in the same session if it did, or NULL: it is the first */
    bool restarts; /* it changes the credentials of `before` */
};

/* Whether a candidate with this address and component is in a description, and where. */
static inline const struct nt_ice_candidate *nt_told_candidate(const struct nt_ice_description *d, const struct nt_ice_candidate *c)
{
    for (size_t s = 0; s < d->stream_count; s++)
        for (size_t i = 0; i < d->streams[s].candidate_count; i++) {
            const struct nt_ice_candidate *e = &d->streams[s].candidates[i];
            if (e->stream == c->stream && e->component == c->component && e->transport == c->transport &&
                e->tcp_type == c->tcp_type && nt_addr_equal(&e->addr, &c->addr))
                return e;
        }
    return NULL;
}

#endif
