#include "core/ice/fallback.h"

/* NULL: the stream uses ICE; otherwise why not. */
static const char *why_without_ice(const struct nt_ice_stream_description *d)
{
    if (nt_ice_stream_is_refused(d))
        return "the peer refuses the stream, by the port 0";
    if (d->mismatch)
        return "the peer answers with ice-mismatch";
    return nt_ice_stream_uses_ice(d) ? NULL : "the peer does not use ICE: it has no ice-ufrag and ice-pwd";
}

/* Candidates that trickle in may still be the default destination. */
static bool is_mismatched(const struct nt_ice_description *d)
{
    for (size_t i = 0; i < d->stream_count; i++) {
        const struct nt_ice_stream_description *stream = &d->streams[i];
        bool more = d->trickle && !stream->end_of_candidates;
        if (nt_ice_stream_uses_ice(stream) && stream->default_unlisted && !more)
            return true;
    }
    return false;
}

void nt_ice_fallback_take(struct nt_ice_session *s, const struct nt_ice_description *d, nt_time now)
{
    /* RFC 8839, 4.3.3: "If the offerer detects an ICE mismatch for one or more data streams in the answer [...] the offerer MUST
     * terminate the usage of ICE for the entire session". What the answerer does about one is left open by 4.2.5: ICE goes on. */
    bool mismatched = nt_ice_session_offered(s) && is_mismatched(d);
    for (size_t i = 0; i < d->stream_count; i++) {
        uint8_t stream = (uint8_t)(i + 1);
        const char *why = why_without_ice(&d->streams[i]);
        if (why == NULL && mismatched)
            why = "the default destination of the answer is no candidate (ICE mismatch)";
        if (why != NULL)
            nt_ice_session_end_ice(s, stream, why, now);
        else if (!nt_ice_session_described(s))
            nt_ice_session_begin_ice(s, stream);
    }
}

/* Where media are awaited without ICE: as seen by a STUN server, or else the host's address. */
static struct nt_addr plain_default(const struct nt_ice_candidates *own, uint8_t stream)
{
    struct nt_addr found = {0};
    for (uint32_t i = 0; i < nt_ice_candidates_count(own); i++) {
        const struct nt_ice_candidate *c = &nt_ice_candidates_at(own, i)->c;
        bool is_better = c->type == NT_ICE_SRFLX || (c->type == NT_ICE_HOST && !nt_addr_is_set(&found));
        if (c->stream == stream && c->component == 1 && is_better)
            found = c->addr;
    }
    return found;
}

static bool has_failed(const struct nt_ice_session *s, uint8_t stream)
{
    return nt_ice_session_described(s) && nt_ice_lists_state(nt_ice_session_lists(s), stream) == NT_ICE_LIST_FAILED;
}

static void strip_stream(const struct nt_ice_session *s, uint8_t stream, bool removed, struct nt_ice_stream_description *d)
{
    struct nt_addr plain = plain_default(nt_ice_session_env(s)->own, stream);
    d->ufrag[0] = d->pwd[0] = '\0';
    d->candidate_count = d->remote_candidate_count = 0;
    d->end_of_candidates = false;
    d->default_addr = removed ? nt_addr_v4(0, 0) : plain;
    if (removed && nt_addr_is_set(&plain))
        d->default_addr = nt_addr_with_port(&plain, 0);
}

void nt_ice_fallback_strip(const struct nt_ice_session *s, const struct nt_ice_peer_offer *answered, struct nt_ice_description *d)
{
    bool any = false;
    for (size_t i = 0; i < d->stream_count; i++) {
        uint8_t stream = (uint8_t)(i + 1);
        bool removed = has_failed(s, stream) || (answered != NULL && nt_ice_peer_offer_refuses(answered, stream));
        bool plain = !nt_ice_session_uses_ice(s, stream) || (answered != NULL && !nt_ice_peer_offer_uses_ice(answered, stream));
        if (removed || plain)
            strip_stream(s, stream, removed, &d->streams[i]);
        any = any || !(removed || plain);
    }
    if (any)
        return;
    d->lite = d->ice2 = d->trickle = d->renomination = false;
    d->pacing_ms = 0;
}
