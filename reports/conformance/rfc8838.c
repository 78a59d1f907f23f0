#include "reports/conformance/rfc8838.h"

#include "core/base/err.h"
#include "core/base/map.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/sessions.h"
#include "reports/conformance/signalling.h"

#define NOT_FINAL "its first INFO may have waited for the dialog, or who nominates is of RFC 5245"
#define WAITED "natsim may have held back its description or its first INFO: when it told this is not known"

/* --- what is conveyed --- */

/* One part of what is told, about one stream: its candidates belong to the session that its username fragment names. */
struct part {
    const struct told *t;
    const struct nt_ice_stream_description *s;
    uint32_t generation;
    uint8_t stream;
};

/* Of an earlier description, part `i`: it is about the same stream in the same session. */
static bool is_same_part(const struct part *p, const struct nt_view_description *e, size_t i)
{
    const struct nt_view *v = p->t->finder->v;
    bool same = strcmp(e->d.streams[i].ufrag, p->s->ufrag) == 0;
    return (same || nt_view_generation_of_part(v, e, i) == p->generation) && nt_view_stream_of(v, e, i) == p->stream;
}

static bool is_readable_earlier(const struct part *p, const struct nt_view_description *e)
{
    return e->err == NT_OK && e->direction == NT_DIR_OUT && e->party == p->t->d->party;
}

/* The earlier description that ends the candidates of this part, or NULL. */
static const struct nt_view_description *ended_before(const struct part *p)
{
    const struct nt_view *v = p->t->finder->v;
    for (uint32_t i = v->parties[p->t->d->party].description; &v->descriptions[i] != p->t->d; i = v->descriptions[i].next) {
        const struct nt_view_description *e = &v->descriptions[i];
        if (!is_readable_earlier(p, e))
            continue;
        bool ends = e->d.end_of_candidates && e->generation == p->generation;
        for (size_t s = 0; s < e->d.stream_count; s++)
            ends = ends || (e->d.streams[s].end_of_candidates && is_same_part(p, e, s));
        if (ends)
            return e;
    }
    return NULL;
}

static bool has_candidate(const struct nt_ice_stream_description *s, const struct nt_ice_candidate *c)
{
    for (size_t i = 0; i < s->candidate_count; i++)
        if (nt_told_same(&s->candidates[i], c))
            return true;
    return false;
}

static bool was_conveyed(const struct part *p, const struct nt_ice_candidate *c)
{
    const struct nt_view *v = p->t->finder->v;
    for (uint32_t i = v->parties[p->t->d->party].description; &v->descriptions[i] != p->t->d; i = v->descriptions[i].next) {
        const struct nt_view_description *e = &v->descriptions[i];
        for (size_t s = 0; is_readable_earlier(p, e) && s < e->d.stream_count; s++)
            if (is_same_part(p, e, s) && has_candidate(&e->d.streams[s], c))
                return true;
    }
    return false;
}

/* The first fragment of a process waits for its dialog; its description, towards a peer that does not trickle, for its last
 * candidate. */
static bool may_have_waited(const struct nt_view *v, const struct nt_view_description *d)
{
    if (!v->in->parties[d->party].carried)
        return false;
    for (uint32_t i = v->parties[d->party].description; &v->descriptions[i] != d; i = v->descriptions[i].next) {
        const struct nt_view_description *e = &v->descriptions[i];
        if (e->fragment == d->fragment && e->direction == NT_DIR_OUT && e->generation == d->generation)
            return false;
    }
    return true;
}

/* RFC 8445, 8.1.1: one of RFC 5245 may nominate with each check, and goes on. */
static bool may_go_on(const struct nt_view *v, const struct told *t, const struct nt_nomination *nomination)
{
    const struct nt_view_description *of =
        nt_view_session_first(v, v->items[nomination->item].session, nomination->own ? NT_DIR_OUT : NT_DIR_IN);
    return may_have_waited(v, t->d) || (of != NULL && !of->d.ice2);
}

static void judge_new(const struct part *p, const struct nt_ice_candidate *c, const struct nt_nomination *nomination)
{
    const struct told *t = p->t;
    const struct nt_view *v = t->finder->v;
    const struct nt_view_description *end = ended_before(p);
    bool nominated = nomination->item != NT_VIEW_NONE && v->items[nomination->item].at < t->d->at;
    char which[NT_ADDR_TEXT];
    nt_addr_format(&c->addr, which);
    nt_require(t->finder, NT_TRICKLE_RULE_AFTER_END, t->d, end == NULL, "%s is new, after end-of-candidates in packet %u", which,
               end != NULL ? (unsigned)end->frame : 0);
    if (nominated && may_go_on(v, t, nomination))
        nt_not_judged(t->finder, NT_TRICKLE_RULE_NOMINATED, t->d->party, NOT_FINAL);
    else
        nt_require(t->finder, NT_TRICKLE_RULE_NOMINATED, t->d, !nominated, "%s is new, after the nomination in packet %u", which,
                   nominated ? (unsigned)v->items[nomination->item].frame : 0);
}

void nt_rfc8838_judge_told(const struct told *t, const struct nt_nominations *nominations)
{
    const struct nt_view *v = t->finder->v;
    for (size_t i = 0; t->d->fragment && i < t->d->d.stream_count; i++) {
        const struct nt_ice_stream_description *s = &t->d->d.streams[i];
        struct part p = {t, s, nt_view_generation_of_part(v, t->d, i), nt_view_stream_of(v, t->d, i)};
        for (size_t k = 0; k < s->candidate_count; k++)
            if (!was_conveyed(&p, &s->candidates[k]))
                judge_new(&p, &s->candidates[k], &nominations->of[nt_view_session(v, t->d->party, p.generation)]);
    }
}

static bool lacks_credentials(const struct nt_ice_stream_description *s)
{
    return (s->ufrag[0] == '\0') != (s->pwd[0] == '\0');
}

/* RFC 8840, 4.4: they "allow mapping them to a specific ICE generation". What lacks them is a breach of grammar. natsim words the
 * fragments of a process. */
static bool is_of_a_description(const struct told *t, const struct nt_ice_stream_description *s)
{
    const struct nt_view *v = t->finder->v;
    for (uint32_t i = v->parties[t->d->party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *e = &v->descriptions[i];
        if (e->fragment || e->direction != NT_DIR_OUT)
            continue;
        bool found = e->err != NT_OK; /* what could not be read may have them */
        for (size_t k = 0; e->err == NT_OK && k < e->d.stream_count; k++)
            found = found || lacks_credentials(&e->d.streams[k]) ||
                    (strcmp(e->d.streams[k].ufrag, s->ufrag) == 0 && strcmp(e->d.streams[k].pwd, s->pwd) == 0);
        if (found)
            return true;
    }
    return false;
}

void nt_rfc8840_judge_told(const struct told *t)
{
    bool judged = t->d->fragment && !t->finder->v->in->parties[t->d->party].carried;
    for (size_t i = 0; judged && i < t->d->d.stream_count; i++) {
        const struct nt_ice_stream_description *s = &t->d->d.streams[i];
        if (s->ufrag[0] != '\0' && s->pwd[0] != '\0')
            nt_require(t->finder, NT_INFO_RULE_CREDENTIALS, t->d, is_of_a_description(t, s),
                       "ice-ufrag %.32s with its ice-pwd stands in no description of this agent", s->ufrag);
    }
}

/* --- what is checked --- */

/* The description that conveyed the candidate of a check first in its session, or NULL: it is announced nowhere in it, as a
 * peer-reflexive one; a relayed one is never that. */
static const struct nt_view_description *conveyed_by(const struct nt_view *v, const struct nt_item *m)
{
    for (uint32_t i = v->parties[m->party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        bool of_session = d->err == NT_OK && d->direction == NT_DIR_OUT && d->generation == nt_view_generation(v, m);
        if (of_session && nt_view_candidate_in(&d->d, &m->local) != NULL)
            return d;
    }
    return NULL;
}

/* RFC 8838, 10: "An agent MUST NOT pair a local candidate until it has been trickled to the remote party." */
void nt_rfc8838_judge_checks(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    bool any = false;
    for (uint32_t p = 0; p < v->in->party_count; p++)
        any = any || v->parties[p].trickles;
    for (uint32_t i = 0; any && i < v->count; i++) {
        const struct nt_item *m = &v->items[i];
        if (!m->check || m->direction != NT_DIR_OUT || m->excused || m->first != i || !v->parties[m->party].trickles)
            continue;
        const struct nt_view_description *d = conveyed_by(v, m);
        bool told = d == NULL || d->at <= m->at + nt_tolerance(v);
        if (!told && may_have_waited(v, d))
            nt_not_judged(finder, NT_TRICKLE_RULE_CONVEYED, m->party, WAITED);
        else if (d != NULL)
            nt_require(finder, NT_TRICKLE_RULE_CONVEYED, m, told, "a check from a candidate that was conveyed only in packet %u",
                       (unsigned)d->frame);
        else if (m->inner && !v->in->parties[m->party].carried)
            nt_require(finder, NT_TRICKLE_RULE_CONVEYED, m, false, "a check from a relayed candidate that was never conveyed");
    }
}

/* --- whose candidates are checked --- */

/* A session of the peer whose offer came before the check, and may have been answered with the credentials of this session. */
static bool may_be_of(const struct nt_view *v, uint32_t generation, const struct nt_item *m)
{
    for (uint32_t i = v->parties[m->party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next)
        if (v->descriptions[i].generation == generation && nt_view_may_have_answered(v, &v->descriptions[i], m->at))
            return true;
    return false;
}

/* Whether the session of the peer has told the address that a check goes to; *elsewhere: another one has. */
static bool is_told_in(const struct nt_view *v, const struct nt_item *m, uint32_t generation, bool *elsewhere)
{
    for (uint32_t i = v->parties[m->party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        if (d->direction != NT_DIR_IN)
            continue;
        if (d->err != NT_OK)
            return true; /* it may have */
        for (size_t s = 0; s < d->d.stream_count; s++) {
            bool has = false;
            for (size_t k = 0; k < d->d.streams[s].candidate_count; k++)
                has = has || nt_addr_equal(&d->d.streams[s].candidates[k].addr, &m->remote);
            uint32_t of = nt_view_generation_of_part(v, d, s);
            if (has && (d->generation == generation || of == generation || may_be_of(v, of, m)))
                return true;
            *elsewhere = *elsewhere || has;
        }
    }
    return false;
}

/* "if there is an ICE restart, any delayed updates for a previous session can be recognized as such and ignored": a remote
 * candidate of this session is one that its descriptions have, or a check of this session came from. */
static void judge_remote(struct nt_finder *finder, const struct nt_item *m, const struct nt_map *heard)
{
    const struct nt_view *v = finder->v;
    const struct nt_view_description *peer = nt_view_session_first(v, m->session, NT_DIR_IN);
    struct nt_view_tuple k = {.party = m->session, .remote = m->remote};
    bool elsewhere = false;
    char which[NT_ADDR_TEXT];
    if (peer == NULL || nt_map_get(heard, &k) != NT_MAP_NONE || is_told_in(v, m, peer->generation, &elsewhere))
        return;
    if (elsewhere)
        nt_require(finder, NT_TRICKLE_RULE_SESSION, m, false,
                   "a check to %s, which the peer has told for another session alone, and not for that of packet %u",
                   nt_addr_format(&m->remote, which), (unsigned)peer->frame);
}

void nt_rfc8838_judge_remotes(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    struct nt_map heard;
    nt_map_init(&heard, sizeof(struct nt_view_tuple));
    for (uint32_t i = 0; i < v->count && finder->err == NT_OK; i++) {
        const struct nt_item *m = &v->items[i];
        if (!m->check || m->session == NT_VIEW_NONE || nt_view_session_count(v, m->party) == 1)
            continue;
        struct nt_view_tuple k = {.party = m->session, .remote = m->remote};
        if (m->direction == NT_DIR_IN && m->integrity == NT_SIGNED_RIGHT)
            finder->err = nt_map_put(&heard, &k, i);
        else if (m->direction == NT_DIR_OUT && m->first == i && !m->excused) {
            judge_remote(finder, m, &heard);
            nt_kept(finder, NT_TRICKLE_RULE_SESSION, m);
        }
    }
    nt_map_free(&heard);
}
