#include "reports/conformance/rfc8839_offers.h"

#include "reports/conformance/sessions.h"
#include "reports/conformance/signalling.h"

static const char *yes(bool flag)
{
    return flag ? "on" : "off";
}

/* --- credentials and options: 4.4.1.1.1 --- */

static void judge_credentials(const struct told *t)
{
    const struct nt_ice_description *a = &t->before->d, *b = &t->d->d;
    for (size_t i = 0; i < a->stream_count && i < b->stream_count; i++) {
        if (a->streams[i].ufrag[0] == '\0' || b->streams[i].ufrag[0] == '\0')
            continue;
        bool ufrag = strcmp(a->streams[i].ufrag, b->streams[i].ufrag) != 0, pwd = strcmp(a->streams[i].pwd, b->streams[i].pwd) != 0;
        nt_require(t->finder, NT_SDP_RULE_RESTART, t->d, ufrag == pwd, "%s has changed since packet %u, and %s has not",
                   ufrag ? "ice-ufrag" : "ice-pwd", (unsigned)t->before->frame, ufrag ? "ice-pwd" : "ice-ufrag");
    }
}

/* What the peer said to this description, and to the one before; false: one of them is not known. */
static bool find_peers(const struct told *t, const struct nt_ice_description **before, const struct nt_ice_description **now)
{
    const struct nt_view_description *a = nt_view_exchanged_for(t->finder->v, t->before),
                                     *b = nt_view_exchanged_for(t->finder->v, t->d);
    *before = a != NULL ? &a->d : NULL;
    *now = b != NULL ? &b->d : NULL;
    return a != NULL && b != NULL;
}

static bool has_changed(const struct nt_ice_description *a, const struct nt_ice_description *b, size_t stream)
{
    return stream < a->stream_count && stream < b->stream_count && a->streams[stream].ufrag[0] != '\0' &&
           b->streams[stream].ufrag[0] != '\0' && strcmp(a->streams[stream].ufrag, b->streams[stream].ufrag) != 0;
}

/* 4.4.2.1: who answers an offer that restarts a stream "MUST change" its credentials. */
static void judge_answered_restart(const struct told *t)
{
    const struct nt_ice_description *before, *now;
    if (t->d->offer || !find_peers(t, &before, &now))
        return;
    for (size_t i = 0; i < t->d->d.stream_count && i < t->before->d.stream_count; i++)
        if (has_changed(before, now, i) && nt_ice_stream_uses_ice(&t->d->d.streams[i]) && t->before->d.streams[i].ufrag[0] != '\0')
            nt_require(t->finder, NT_SDP_RULE_RESTART, t->d, has_changed(&t->before->d, &t->d->d, i),
                       "the offer restarts stream %zu, and its ice-ufrag has not changed since packet %u", i + 1,
                       (unsigned)t->before->frame);
}

static bool answers_restart(const struct told *t)
{
    const struct nt_ice_description *before, *now;
    if (t->d->offer)
        return false;
    if (!find_peers(t, &before, &now))
        return true;
    for (size_t i = 0; i < now->stream_count; i++)
        if (has_changed(before, now, i))
            return true;
    return false;
}

/* "MUST NOT modify [...] in a subsequent offer unless the offer is sent in order to request an ICE restart", 4.4.2.1: nor in an
 * answer, "unless the answer is sent for an offer that was used to request an ICE restart". */
static void judge_options(const struct told *t)
{
    const struct nt_ice_description *a = &t->before->d, *b = &t->d->d;
    bool kept = a->lite == b->lite && a->pacing_ms == b->pacing_ms && a->ice2 == b->ice2 && a->trickle == b->trickle;
    if (nt_view_uses_ice(t->before) && nt_view_uses_ice(t->d) && !t->restarts && !answers_restart(t))
        nt_require(t->finder, NT_SDP_RULE_OPTIONS, t->d, kept,
                   "without a restart: ice-pacing %" PRIu32 ", ice-lite %s, ice2 %s, trickle %s; in packet %u: %" PRIu32
                   ", %s, %s, %s",
                   b->pacing_ms, yes(b->lite), yes(b->ice2), yes(b->trickle), (unsigned)t->before->frame, a->pacing_ms,
                   yes(a->lite), yes(a->ice2), yes(a->trickle));
}

/* --- remote-candidates and what stands in an offer after nomination: 4.4.1.2.2 --- */

/* Another stream restarts. */
static bool goes_on(const struct told *t, size_t stream)
{
    return stream < t->before->d.stream_count && strcmp(t->before->d.streams[stream].ufrag, t->d->d.streams[stream].ufrag) == 0;
}

/* RFC 8839, 5.2: by a controlling agent, of what is completed, and in no other case. NULL: so it is, or it is not known:
 * lite agents complete without a nomination (4.4.1.3). */
static const char *why_no_remote_candidates(const struct told *t, const struct nt_nominations *nominations, size_t stream)
{
    const struct nt_view *v = t->finder->v;
    const struct nt_nomination *n = &nominations->of[nt_view_session(v, t->d->party, t->d->generation)];
    if (!t->d->offer)
        return "an answer";
    if (t->before == NULL)
        return "a first offer";
    if (t->restarts)
        return goes_on(t, stream) ? NULL : "an offer that restarts ICE";
    if (n->item != NT_VIEW_NONE && v->items[n->item].at <= t->d->at)
        return n->own ? NULL : "the offer of a controlled agent";
    return n->doubtful || t->d->d.lite || v->parties[t->d->party].streams || v->cut != 0 || t->d->d.stream_count > 1
               ? NULL
               : "an offer before nomination";
}

static void judge_remote_candidates(const struct told *t, const struct nt_nominations *nominations)
{
    for (size_t i = 0; i < t->d->d.stream_count; i++) {
        const char *where = why_no_remote_candidates(t, nominations, i);
        nt_require(t->finder, NT_SDP_RULE_REMOTE_CANDIDATES, t->d, t->d->d.streams[i].remote_candidate_count == 0 || where == NULL,
                   "remote-candidates in %s", where != NULL ? where : "");
    }
}

/* That its party takes part in with one component: with a=rtcp-mux one side alone may have announced two. */
static bool has_one_component(const struct nt_view_description *d)
{
    for (size_t i = 0; d != NULL && i < d->d.streams[0].candidate_count; i++)
        if (d->d.streams[0].candidates[i].component != 1)
            return false;
    return d != NULL;
}

/* Of a session with one component only: what it selected is known, and which candidates belong to it. */
static const struct nt_nomination *nomination_before(const struct told *t, const struct nt_nominations *nominations)
{
    const struct nt_view *v = t->finder->v;
    uint32_t session = nt_view_session(v, t->d->party, t->d->generation);
    const struct nt_nomination *n = &nominations->of[session];
    bool plain = t->d->d.stream_count == 1 && nt_view_place_count(v, session) == 1 &&
                 (has_one_component(nt_view_session_first(v, session, NT_DIR_OUT)) ||
                  has_one_component(nt_view_session_first(v, session, NT_DIR_IN)));
    return plain && n->item != NT_VIEW_NONE && v->items[n->item].at < t->d->at ? n : NULL;
}

/* With aggressive nomination (RFC 5245) the pair that is used is not the one that was nominated first. */
static bool both_have_ice2(const struct nt_view *v, uint32_t session)
{
    const struct nt_view_description *own = nt_view_session_first(v, session, NT_DIR_OUT),
                                     *peer = nt_view_session_first(v, session, NT_DIR_IN);
    return own != NULL && own->d.ice2 && peer != NULL && peer->d.ice2;
}

/* The offer's one candidate is its own base, and another than the one that the nominated pair's checks left from. */
static void judge_nominated_candidate(const struct told *t, const struct nt_item *m)
{
    const struct nt_view *v = t->finder->v;
    const struct nt_ice_candidate *c = &t->d->d.streams[0].candidates[0];
    const struct nt_ice_candidate *nominated = nt_view_session_candidate(v, m->session, &m->local);
    bool base = c->type == NT_ICE_HOST || c->type == NT_ICE_RELAY;
    char seen[NT_ADDR_TEXT], want[NT_ADDR_TEXT];
    if (!base || nominated == NULL || !nt_addr_equal(&nominated->addr, &m->local) || !both_have_ice2(v, m->session))
        return;
    nt_require(t->finder, NT_SDP_RULE_AFTER_NOMINATION, t->d, nt_addr_equal(&c->addr, &m->local),
               "the candidate %s in an offer, expected %s of the pair nominated in packet %u", nt_addr_format(&c->addr, seen),
               nt_addr_format(&m->local, want), (unsigned)m->frame);
}

/* That of the pair which was nominated last before the description; NULL: which one that was is not known. */
static const struct nt_item *nominated_item(const struct told *t, const struct nt_nomination *n)
{
    const struct nt_view *v = t->finder->v;
    const struct nt_item *first = &v->items[n->item], *last = &v->items[n->last];
    bool may_change = nt_view_may_renominate(v, first->session) || nt_view_may_fail_over(v);
    return first->link == last->link ? first : may_change && last->at < t->d->at ? last : NULL;
}

/* "The attribute contains the remote candidates corresponding to the nominated pair in the valid list". */
static void judge_remote_address(const struct told *t, const struct nt_item *m)
{
    const struct nt_ice_stream_description *s = &t->d->d.streams[0];
    char seen[NT_ADDR_TEXT], want[NT_ADDR_TEXT];
    if (s->remote_candidate_count == 1 && both_have_ice2(t->finder->v, m->session))
        nt_require(t->finder, NT_SDP_RULE_REMOTE_CANDIDATES, t->d, nt_addr_equal(&s->remote_candidates[0].addr, &m->remote),
                   "remote-candidates has %s, expected %s of the pair nominated in packet %u",
                   nt_addr_format(&s->remote_candidates[0].addr, seen), nt_addr_format(&m->remote, want), (unsigned)m->frame);
}

static void judge_after_nomination(const struct told *t, const struct nt_nominations *nominations)
{
    const struct nt_nomination *n = t->d->offer && t->before != NULL && !t->restarts ? nomination_before(t, nominations) : NULL;
    if (n == NULL || !nt_ice_stream_uses_ice(&t->d->d.streams[0]))
        return;
    const struct nt_ice_stream_description *s = &t->d->d.streams[0];
    unsigned frame = (unsigned)t->finder->v->items[n->item].frame;
    const struct nt_item *m = nominated_item(t, n);
    nt_require(t->finder, NT_SDP_RULE_AFTER_NOMINATION, t->d, s->candidate_count == 1,
               "%zu candidates in an offer after the nomination in packet %u, expected one for the component", s->candidate_count,
               frame);
    if (s->candidate_count == 1 && m != NULL)
        judge_nominated_candidate(t, m);
    if (n->own && m != NULL)
        judge_remote_address(t, m);
    if (n->own)
        nt_require(t->finder, NT_SDP_RULE_REMOTE_CANDIDATES, t->d, s->remote_candidate_count > 0,
                   "no remote-candidates in the offer of the controlling agent after the nomination in packet %u", frame);
}

/* --- sections that do not use ICE --- */

static void judge_mismatch(const struct told *t)
{
    for (size_t i = 0; i < t->d->d.stream_count; i++)
        if (t->d->d.streams[i].mismatch)
            nt_require(t->finder, NT_SDP_RULE_MISMATCH, t->d, t->d->d.streams[i].candidate_count == 0,
                       "%zu candidates beside ice-mismatch", t->d->d.streams[i].candidate_count);
}

/* The reader does not count the candidates of a refused stream: it notes that there are some. */
static void judge_removed(const struct told *t)
{
    bool refused = false;
    for (size_t i = 0; i < t->d->d.stream_count; i++)
        refused = refused || nt_ice_stream_is_refused(&t->d->d.streams[i]);
    for (size_t i = 0; refused && i < nt_sdp_notes_kept(t->d->notes); i++)
        nt_require(t->finder, NT_SDP_RULE_REMOVED, t->d, t->d->notes->notes[i].what != nt_sdp_note_refused,
                   "line %zu: a stream with the port 0, and candidates", t->d->notes->notes[i].line);
}

void nt_rfc8839_judge_exchange(const struct told *t, const struct nt_nominations *nominations)
{
    judge_mismatch(t);
    judge_removed(t);
    judge_remote_candidates(t, nominations);
    judge_after_nomination(t, nominations);
    if (t->before == NULL)
        return;
    judge_credentials(t);
    judge_answered_restart(t);
    judge_options(t);
}
