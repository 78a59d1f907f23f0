#include "reports/conformance/rfc8839_restarts.h"

#include "reports/conformance/sessions.h"
#include "reports/conformance/signalling.h"

/* Both have the stream, with credentials, and these are the same. */
static bool goes_on(const struct nt_ice_description *a, const struct nt_ice_description *b, size_t stream)
{
    return stream < a->stream_count && stream < b->stream_count && a->streams[stream].ufrag[0] != '\0' &&
           strcmp(a->streams[stream].ufrag, b->streams[stream].ufrag) == 0;
}

/* --- hold: 4.4.1.1.1 --- */

static bool is_anywhere(const struct nt_addr *a) /* "0.0.0.0 9" says that there is no default candidate yet */
{
    return nt_addr_is_set(a) && nt_addr_is_any(a) && a->port != 9 && a->port != 0;
}

/* "setting the connection address [...] to '0.0.0.0' (for IPv4) / '::' (for IPv6) will cause an ICE restart. Consequently, ICE
 * implementations MUST NOT utilize this mechanism for call hold" */
static void judge_hold(const struct told *t)
{
    const struct nt_ice_description *a = &t->before->d, *b = &t->d->d;
    for (size_t i = 0; t->d->offer && i < b->stream_count; i++)
        if (goes_on(a, b, i) && nt_addr_is_set(&b->streams[i].default_addr))
            nt_require(t->finder, NT_SDP_RULE_HOLD, t->d, !is_anywhere(&b->streams[i].default_addr),
                       "the connection address of stream %zu is that of nobody, and its credentials are those of packet %u", i + 1,
                       (unsigned)t->before->frame);
}

/* --- before nomination: 4.4.1.2.1 --- */

static bool has_candidate(const struct nt_ice_stream_description *s, const struct nt_ice_candidate *c)
{
    for (size_t i = 0; i < s->candidate_count; i++)
        if (nt_told_same(&s->candidates[i], c))
            return true;
    return false;
}

/* Nothing of its session was nominated when it was sent, as far as that can be told: of a lite agent it cannot. */
static bool is_before_nomination(const struct told *t, const struct nt_nominations *nominations)
{
    const struct nt_view *v = t->finder->v;
    const struct nt_nomination *n = &nominations->of[nt_view_session(v, t->d->party, t->d->generation)];
    return (n->item == NT_VIEW_NONE || v->items[n->item].at > t->d->at) && !n->doubtful && !t->d->d.lite &&
           !v->parties[t->d->party].streams && v->cut == 0;
}

/* "in each 'm=' section for which a candidate pair has not yet been nominated, the offer MUST include the same set of ICE-related
 * information that the offerer included in the previous offer or answer. The agent MAY include additional candidates" */
static void judge_same(const struct told *t, const struct nt_nominations *nominations)
{
    const struct nt_ice_description *a = &t->before->d, *b = &t->d->d;
    char which[NT_ADDR_TEXT];
    if (!t->d->offer || t->before->generation != t->d->generation || t->d->notes->of_kind[NT_SDP_LIMIT] > 0 ||
        !is_before_nomination(t, nominations))
        return;
    for (size_t i = 0; i < b->stream_count; i++)
        for (size_t k = 0; goes_on(a, b, i) && nt_ice_stream_uses_ice(&b->streams[i]) && k < a->streams[i].candidate_count; k++)
            nt_require(t->finder, NT_SDP_RULE_SAME, t->d, has_candidate(&b->streams[i], &a->streams[i].candidates[k]),
                       "%s of packet %u is missing, and no pair is nominated yet",
                       nt_addr_format(&a->streams[i].candidates[k].addr, which), (unsigned)t->before->frame);
}

/* --- credentials --- */

static bool has_credential(const struct nt_ice_description *d, const struct nt_ice_stream_description *s)
{
    for (size_t i = 0; i < d->stream_count; i++)
        if (strcmp(d->streams[i].ufrag, s->ufrag) == 0 || strcmp(d->streams[i].pwd, s->pwd) == 0)
            return true;
    return false;
}

/* Of a session that a restart has replaced, once the peer had agreed to that: before it nothing stands in the way of a new attempt.
 */
static bool is_replaced(const struct told *t, const struct nt_view_description *e)
{
    const struct nt_view *v = t->finder->v;
    return nt_view_is_full(e) && e->direction == NT_DIR_OUT &&
           e->generation < nt_view_agreed_generation_at(v, t->d->party, t->d->at - 1);
}

/* RFC 8445, 5.3: "The values MUST be unguessable": the peer and all on the way have seen those. What a stream keeps is not new. */
static void judge_fresh(const struct told *t)
{
    const struct nt_view *v = t->finder->v;
    const struct nt_ice_description *d = &t->d->d;
    for (uint32_t i = v->parties[t->d->party].description; &v->descriptions[i] != t->d; i = v->descriptions[i].next) {
        const struct nt_view_description *e = &v->descriptions[i];
        for (size_t k = 0; is_replaced(t, e) && k < d->stream_count; k++) {
            const struct nt_ice_stream_description *s = &d->streams[k];
            bool changes = s->ufrag[0] != '\0' && k < t->last->d.stream_count && !goes_on(&t->last->d, d, k);
            if (changes)
                nt_require(t->finder, NT_ICE_RULE_FRESH, t->d, !has_credential(&e->d, s),
                           "stream %zu has the ice-ufrag or the ice-pwd of packet %u again, which a restart has replaced since",
                           k + 1, (unsigned)e->frame);
        }
    }
}

/* --- after an answer without ICE: 4.4.3.1 --- */

/* The last offer before this one that was answered, without ICE, when it was not so before; NULL: there is none. */
static const struct nt_view_description *answered_without_ice(const struct told *t)
{
    const struct nt_view *v = t->finder->v;
    const struct nt_view_description *last = NULL;
    bool before = false;
    for (uint32_t i = v->parties[t->d->party].description; &v->descriptions[i] != t->d; i = v->descriptions[i].next) {
        const struct nt_view_description *e = &v->descriptions[i];
        const struct nt_view_description *peer =
            nt_view_is_full(e) && e->direction == NT_DIR_OUT ? nt_view_exchanged_for(v, e) : NULL;
        if (peer == NULL)
            continue;
        bool without = before && e->offer && nt_view_uses_ice(e) && !nt_view_uses_ice(peer);
        last = without ? e : NULL;
        before = before || nt_view_uses_ice(peer);
    }
    return last;
}

/* "if the ICE support is no longer indicated in the SDP answer [...] When the agent sends a new offer, it MUST perform an ICE
 * restart." */
static void judge_return(const struct told *t)
{
    const struct nt_view_description *without = t->d->offer ? answered_without_ice(t) : NULL;
    for (size_t i = 0; without != NULL && i < t->d->d.stream_count; i++)
        if (nt_ice_stream_uses_ice(&t->d->d.streams[i]))
            nt_require(t->finder, NT_SDP_RULE_RETURN, t->d, !goes_on(&without->d, &t->d->d, i),
                       "the offer in packet %u was answered without ICE, and stream %zu has its credentials again",
                       (unsigned)without->frame, i + 1);
}

void nt_rfc8839_judge_change(const struct told *t, const struct nt_nominations *nominations)
{
    judge_hold(t);
    judge_same(t, nominations);
    judge_fresh(t);
    judge_return(t);
}
