#include "reports/conformance/rfc8839_answers.h"

#include "core/base/err.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"
#include "reports/conformance/sessions.h"
#include "reports/conformance/signalling.h"

#include <stdlib.h>

#define OFFERS_WITHIN (5 * NT_SEC) /* "MUST generate a subsequent offer": the peer's may come first, or the dialog may be busy */

/* --- the answer to remote-candidates: 4.4.2 --- */

/* A check from this remote candidate to the offerer's default destination has succeeded: the pair is in the valid list. */
static bool is_valid_pair(const struct told *t, const struct nt_addr *to, const struct nt_addr *from)
{
    const struct nt_view *v = t->finder->v;
    for (uint32_t i = 0; i < v->count && v->items[i].at <= t->d->at; i++) {
        const struct nt_item *m = &v->items[i];
        struct nt_addr mapped;
        if (m->party == t->d->party && m->kind == NT_ITEM_STUN && nt_addr_equal(&m->remote, to) && nt_item_makes_valid_pair(v, m) &&
            (nt_addr_equal(&m->local, from) ||
             (nt_item_addr(v, m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped) && nt_addr_equal(&mapped, from))))
            return true;
    }
    return false;
}

static bool has_address(const struct nt_ice_stream_description *s, const struct nt_ice_remote_candidate *r)
{
    for (size_t i = 0; i < s->candidate_count; i++)
        if (s->candidates[i].component == r->component && nt_addr_equal(&s->candidates[i].addr, &r->addr))
            return true;
    return false;
}

static bool has_default(const struct nt_ice_stream_description *s)
{
    const struct nt_ice_remote_candidate first = {1, s->default_addr};
    return has_address(s, &first);
}

static void judge_stream(const struct told *t, const struct nt_view_description *offer, size_t stream)
{
    const struct nt_ice_stream_description *asked = &offer->d.streams[stream], *s = &t->d->d.streams[stream];
    char seen[NT_ADDR_TEXT], want[NT_ADDR_TEXT];
    if (asked->remote_candidate_count == 0 || !nt_ice_stream_uses_ice(asked) || !nt_ice_stream_uses_ice(s))
        return;
    if (!is_valid_pair(t, &asked->default_addr, &asked->remote_candidates[0].addr)) {
        nt_not_judged(t->finder, NT_SDP_RULE_ANSWERED_REMOTE, t->d->party,
                      "no check of the pair has succeeded: it may have failed, and then they do not count");
        return;
    }
    for (size_t i = 0; i < asked->remote_candidate_count; i++) {
        const struct nt_ice_remote_candidate *r = &asked->remote_candidates[i];
        nt_require(t->finder, NT_SDP_RULE_ANSWERED_REMOTE, t->d, has_address(s, r),
                   "%s, of remote-candidates in packet %u, is no candidate of the answer", nt_addr_format(&r->addr, want),
                   (unsigned)offer->frame);
        if (r->component == 1 && has_address(s, r) && has_default(s))
            nt_require(t->finder, NT_SDP_RULE_ANSWERED_REMOTE, t->d, nt_addr_equal(&s->default_addr, &r->addr),
                       "the default destination is %s, expected %s of remote-candidates in packet %u",
                       nt_addr_format(&s->default_addr, seen), nt_addr_format(&r->addr, want), (unsigned)offer->frame);
    }
}

/* "It MUST set the default destination for media to the candidates in the 'remote-candidates' attribute from the offer [...] It
 * MUST include a 'candidate' attribute in the answer for each candidate in the 'remote-candidates' attribute in the offer." An
 * answer that restarts ICE has candidates that were gathered anew. */
void nt_rfc8839_judge_answer(const struct told *t)
{
    const struct nt_view_description *offer = t->d->offer || t->restarts ? NULL : nt_view_exchanged_for(t->finder->v, t->d);
    for (size_t i = 0; offer != NULL && !t->d->d.lite && i < offer->d.stream_count && i < t->d->d.stream_count; i++)
        judge_stream(t, offer, i);
}

/* --- the offer for a peer without ice2: 4.3.4 --- */

/* The last description that a party had sent, or got, until a time. */
static const struct nt_view_description *last_until(const struct nt_view *v, uint32_t party, int direction, nt_time at)
{
    const struct nt_view_description *last = NULL;
    for (uint32_t i = v->parties[party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        if (nt_view_is_full(d) && d->direction == direction && d->at <= at)
            last = d;
    }
    return last;
}

static bool offers_after(const struct nt_view *v, uint32_t party, nt_time at)
{
    for (uint32_t i = v->parties[party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        if (nt_view_is_full(d) && d->offer && d->at >= at)
            return true;
    }
    return false;
}

/* The nominated pair is the one of both default destinations, at a time. Its local candidate may be the base, or what the peer sees
 * of it. */
static bool is_default_pair(const struct nt_view *v, const struct nt_item *m, nt_time at)
{
    const struct nt_view_description *own = last_until(v, m->party, NT_DIR_OUT, at), *peer = last_until(v, m->party, NT_DIR_IN, at);
    struct nt_addr mapped = m->local;
    nt_item_addr(v, m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
    return own == NULL || peer == NULL || own->d.stream_count != 1 || peer->d.stream_count != 1 ||
           (nt_addr_equal(&peer->d.streams[0].default_addr, &m->remote) &&
            (nt_addr_equal(&own->d.streams[0].default_addr, &m->local) || nt_addr_equal(&own->d.streams[0].default_addr, &mapped)));
}

static void judge_alignment(struct nt_finder *finder, uint32_t session, const struct nt_nomination *n)
{
    const struct nt_view *v = finder->v;
    const struct nt_view_description *own = nt_view_session_first(v, session, NT_DIR_OUT),
                                     *peer = nt_view_session_first(v, session, NT_DIR_IN);
    if (n->item == NT_VIEW_NONE || !n->own || v->in->parties[v->session_party[session]].carried || own == NULL || peer == NULL ||
        !own->d.ice2 || peer->d.ice2 || own->d.lite)
        return;
    const struct nt_item *m = &v->items[n->item];
    nt_time by = m->at + OFFERS_WITHIN;
    if (is_default_pair(v, m, m->at) || nt_view_place_count(v, session) != 1 || by > v->end || v->parties[m->party].bye <= by)
        return;
    /* An answer to the peer's own offer may say as much. */
    nt_require(finder, NT_SDP_RULE_ALIGNED, m, offers_after(v, m->party, m->at) || is_default_pair(v, m, by),
               "a pair other than the default one is nominated, the peer has no ice2, and no offer follows within %" PRId64 " s",
               OFFERS_WITHIN / NT_SEC);
}

/* --- the offer that removes what has failed: 4.3.4 --- */

struct seen { /* of a component: by place */
    bool checked, valid;
};

struct failing { /* of the latest session that an agent has agreed on */
    uint32_t session;
    uint32_t last;  /* its last check, or NT_VIEW_NONE */
    bool component; /* one was checked, and none of its pairs became valid */
    bool contested; /* the peer says that it controls */
};

static void look_at(const struct nt_view *v, struct seen *places, struct failing *f)
{
    for (uint32_t i = 0; i < v->count; i++) {
        const struct nt_item *m = &v->items[i];
        if (m->session != f->session || m->kind != NT_ITEM_STUN)
            continue;
        if (m->check && m->direction == NT_DIR_OUT) {
            places[m->place].checked = true;
            f->last = i;
        }
        f->contested |= m->check && m->direction == NT_DIR_IN && nt_item_attr(v, m, NT_ATTR_ICE_CONTROLLING) != NULL;
        places[m->place].valid |= m->direction == NT_DIR_IN && nt_item_is_valid_success(v, m);
    }
    for (size_t i = 0; i < v->place_count; i++)
        f->component = f->component || (v->places[i].session == f->session && places[i].checked && !places[i].valid);
}

/* Either agent's: a restart, or what the peer makes of it, comes first. */
static bool is_offered_after(const struct nt_view *v, uint32_t party, nt_time since)
{
    for (uint32_t i = v->parties[party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next)
        if (!v->descriptions[i].fragment && v->descriptions[i].at > since)
            return true;
    return false;
}

/* Its check list has Failed for certain when Ti has passed since its last check: nothing that comes could still make it valid. One
 * that trickles may wait for the end of candidates. */
static void judge_failed(struct nt_finder *finder, uint32_t party, struct seen *places)
{
    const struct nt_view *v = finder->v;
    struct failing f = {.session = nt_view_session(v, party, nt_view_agreed_generation_at(v, party, v->end)), .last = NT_VIEW_NONE};
    const struct nt_view_description *own = nt_view_session_first(v, f.session, NT_DIR_OUT),
                                     *peer = nt_view_session_first(v, f.session, NT_DIR_IN);
    nt_time since = nt_view_session_since(v, f.session);
    if (own == NULL || peer == NULL || since == NT_TIME_NEVER || own->d.trickle || peer->d.trickle ||
        v->in->parties[party].carried || nt_view_has_ended_ice(v, party, v->end) || is_offered_after(v, party, since))
        return;
    look_at(v, places, &f);
    if (!f.component || f.contested || f.last == NT_VIEW_NONE)
        return;
    const struct nt_item *m = &v->items[f.last];
    nt_time by = nt_time_after(m->at > since ? m->at : since, NT_STUN_TI) + OFFERS_WITHIN;
    if (nt_item_attr(v, m, NT_ATTR_ICE_CONTROLLING) == NULL || by > v->end || v->parties[party].bye <= by)
        return;
    nt_require(finder, NT_SDP_RULE_FAILED, m, false,
               "the last check; no pair of a component became valid, and within %" PRId64
               " s no offer with the port 0, no restart and no "
               "BYE followed",
               (by - m->at) / NT_SEC);
}

void nt_rfc8839_judge_owed(struct nt_finder *finder, const struct nt_nominations *nominations)
{
    const struct nt_view *v = finder->v;
    for (uint32_t session = 0; session < v->first_session[v->in->party_count]; session++)
        judge_alignment(finder, session, &nominations->of[session]);
    struct seen *places = calloc(v->place_count + 1, sizeof *places);
    if (places == NULL)
        finder->err = NT_ENOMEM;
    for (uint32_t party = 0; places != NULL && party < v->in->party_count; party++)
        if (v->in->parties[party].kind == NT_CONF_AGENT)
            judge_failed(finder, party, places);
    free(places);
}
