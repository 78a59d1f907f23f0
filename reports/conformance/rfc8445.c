#include "reports/conformance/rfc8445.h"

#include "core/base/err.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"
#include "reports/conformance/sessions.h"
#include "reports/conformance/signalling.h"

#include <stdlib.h>

#define PAIRS_DEFAULT 100    /* 6.1.2.5 */
#define EARLY_MOST 64        /* sources that an agent need not remember more of before the peer's description */
#define REMEMBERED_MOST 1024 /* peer-reflexive candidates that it need not learn more of, whatever its limit of pairs */

static bool has_attr(const struct nt_finder *finder, const struct nt_item *m, uint16_t type)
{
    return nt_item_attr(finder->v, m, type) != NULL;
}

/* --- PRIORITY --- */

/* What the first check of a session says of its party's formula (RFC 8445, 5.1.2): the type preference of its peer-reflexive
 * candidates. */
struct formula {
    bool judged, follows;       /* follows: its candidates have priorities of 5.1.2.1's formula */
    uint32_t preference, shown; /* 0: it has shown none yet; the frame that shows it */
    uint32_t reflexive;         /* the greatest type preference of its server-reflexive candidates */
    uint32_t host;              /* that of its last host candidate; 0: it has none */
};

static void look_at_candidate(struct formula *f, const struct nt_ice_candidate *c)
{
    uint32_t preference = c->priority >> 24;
    f->follows = f->follows && preference <= 126 && (c->priority & 0xff) == ((256u - c->component) & 0xff);
    if (c->type == NT_ICE_SRFLX && preference > f->reflexive)
        f->reflexive = preference;
    if (c->type == NT_ICE_HOST)
        f->host = preference;
}

static void look_at_formula(const struct nt_view *v, const struct nt_item *m, struct formula *f)
{
    *f = (struct formula){.judged = true, .follows = true};
    for (uint32_t i = v->parties[m->party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        bool told = d->err == NT_OK && d->direction == NT_DIR_OUT && d->generation == nt_view_generation(v, m);
        for (size_t k = 0; told && k < d->d.stream_count; k++)
            for (size_t n = 0; n < d->d.streams[k].candidate_count; n++)
                look_at_candidate(f, &d->d.streams[k].candidates[n]);
    }
}

/* RFC 8445, 7.1.1: the priority that the local candidate would have if it were peer-reflexive: local preference and component stay.
 * 5.1.2.1: its type preference is the same in all checks, at most 126, and "MUST be higher than" that of server-reflexive ones. */
static void judge_priority_value(struct nt_finder *finder, const struct nt_item *m, struct formula *f,
                                 const struct nt_ice_candidate *c, uint32_t priority)
{
    uint32_t preference = priority >> 24;
    if (f->shown == 0) {
        f->preference = preference;
        f->shown = m->frame;
    }
    nt_require(finder, NT_ICE_RULE_PRIORITY, m, (priority & 0xffffff) == (c->priority & 0xffffff) && preference == f->preference,
               "PRIORITY is %" PRIu32 ", expected %" PRIu32 " (type preference of packet %u; the rest from the candidate's %" PRIu32
               ")",
               priority, f->preference << 24 | (c->priority & 0xffffff), (unsigned)f->shown, c->priority);
    nt_require(finder, NT_ICE_RULE_PRIORITY, m, preference <= 126 && preference > f->reflexive,
               "the type preference of PRIORITY %" PRIu32 " is %" PRIu32 ", expected above %" PRIu32
               " of server-reflexive ones, 126 at most",
               priority, preference, f->reflexive);
    nt_require(finder, NT_ICE_RULE_TYPE_PREF, m, f->host == 0 || preference != f->host,
               "the type preference of PRIORITY %" PRIu32 " is %" PRIu32 ", that of host candidates", priority, preference);
}

static void judge_priority(struct nt_finder *finder, struct formula *formulas, const struct nt_item *m)
{
    uint32_t priority = 0;
    bool there = nt_item_u32(finder->v, m, NT_ATTR_PRIORITY, &priority);
    nt_require(finder, NT_ICE_RULE_PRIORITY, m, there, "PRIORITY is missing");
    const struct nt_ice_candidate *c = nt_view_session_candidate(finder->v, m->session, &m->local);
    struct formula *f = &formulas[m->session];
    if (!there || c == NULL)
        return;
    if (!f->judged)
        look_at_formula(finder->v, m, f);
    if (f->follows)
        judge_priority_value(finder, m, f, c, priority);
    else
        nt_not_judged(finder, NT_ICE_RULE_PRIORITY, m->party, "its candidates have priorities of another formula");
}

/* --- USERNAME --- */

static bool username_right(const struct nt_finder *finder, const struct nt_item *m, const struct nt_view_description *own,
                           const struct nt_view_description *peer)
{
    const struct nt_item_attr *u = nt_item_attr(finder->v, m, NT_ATTR_USERNAME);
    for (size_t i = 0; i < own->d.stream_count && i < peer->d.stream_count; i++) {
        const char *left = peer->d.streams[i].ufrag, *right = own->d.streams[i].ufrag;
        size_t a = strlen(left), b = strlen(right);
        if (u->len == a + 1 + b && memcmp(u->value, left, a) == 0 && u->value[a] == ':' && memcmp(u->value + a + 1, right, b) == 0)
            return true;
    }
    return false;
}

/* An answer that was not seen had the credentials of this session, as `own` has. */
static bool was_exchanged_unseen(const struct nt_finder *finder, const struct nt_item *m, const struct nt_view_description *own)
{
    const struct nt_view *v = finder->v;
    for (uint32_t i = v->parties[m->party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next)
        if (nt_view_may_have_answered(v, &v->descriptions[i], m->at) && username_right(finder, m, own, &v->descriptions[i]))
            return true;
    return false;
}

/* A stream may have been added since the first description of the session. */
static bool username_was_exchanged(const struct nt_finder *finder, const struct nt_item *m)
{
    const struct nt_view *v = finder->v;
    for (uint32_t i = v->parties[m->party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *own = &v->descriptions[i];
        const struct nt_view_description *peer = nt_view_is_of_session(v, own, m->session) ? nt_view_exchanged_for(v, own) : NULL;
        if (peer != NULL && (username_right(finder, m, own, peer) || was_exchanged_unseen(finder, m, own)))
            return true;
    }
    return false;
}

/* An offer that restarts, and nothing has come that could be its answer: its credentials are not in use yet (RFC 8839, 4.4). */
static bool is_unanswered(const struct nt_finder *finder, const struct nt_item *m, const struct nt_view_description *own)
{
    const struct nt_view *v = finder->v;
    bool unanswered = own->offer && nt_view_generation(v, m) > 0;
    for (uint32_t i = own->next; i != NT_VIEW_NONE; i = v->descriptions[i].next)
        unanswered = unanswered && (v->descriptions[i].fragment || v->descriptions[i].direction == NT_DIR_OUT);
    return unanswered;
}

static void judge_username(struct nt_finder *finder, const struct nt_item *m)
{
    const struct nt_item_attr *u = nt_item_attr(finder->v, m, NT_ATTR_USERNAME);
    const struct nt_view_description *own = nt_view_session_first(finder->v, m->session, NT_DIR_OUT),
                                     *peer = nt_view_session_first(finder->v, m->session, NT_DIR_IN);
    if (own != NULL && u != NULL && peer == NULL && is_unanswered(finder, m, own))
        nt_require(finder, NT_ICE_RULE_CHECK_USERNAME, m, false,
                   "USERNAME is '%.*s', and the offer in packet %u that has these credentials is not answered",
                   u->len > 96 ? 96 : (int)u->len, (const char *)u->value, (unsigned)own->frame);
    if (own == NULL || peer == NULL || own->d.stream_count == 0 || peer->d.stream_count == 0 || u == NULL)
        return;
    nt_require(finder, NT_ICE_RULE_CHECK_USERNAME, m, username_was_exchanged(finder, m),
               "USERNAME is '%.*s', expected '%.64s:%.64s' of packets %u and %u", u->len > 96 ? 96 : (int)u->len,
               (const char *)u->value, peer->d.streams[0].ufrag, own->d.streams[0].ufrag, (unsigned)peer->frame,
               (unsigned)own->frame);
}

static void judge_check(struct nt_finder *finder, struct formula *formulas, const struct nt_item *m)
{
    bool controlling = has_attr(finder, m, NT_ATTR_ICE_CONTROLLING), controlled = has_attr(finder, m, NT_ATTR_ICE_CONTROLLED);
    judge_priority(finder, formulas, m);
    nt_require(finder, NT_ICE_RULE_ROLE, m, controlling != controlled,
               controlling ? "both ICE-CONTROLLING and ICE-CONTROLLED" : "neither ICE-CONTROLLING nor ICE-CONTROLLED");
    if (controlling != controlled)
        nt_require(finder, NT_ICE_RULE_USE_CANDIDATE, m, controlling || !has_attr(finder, m, NT_ATTR_USE_CANDIDATE),
                   "USE-CANDIDATE beside ICE-CONTROLLED");
    judge_username(finder, m);
    nt_require(finder, NT_ICE_RULE_CHECK_FINGERPRINT, m, has_attr(finder, m, NT_ATTR_FINGERPRINT), "a check without FINGERPRINT");
}

/* --- answers --- */

/* What an agent has to do with candidate pairs so far: those that its candidates and the peer's make, and those that checks came
 * on. */
struct pair_counts {
    bool *seen;      /* by pair */
    uint32_t *heard; /* by party: pairs with a check on them */
};

static void count_pair(struct pair_counts *counts, const struct nt_item *m)
{
    counts->heard[m->party] += !counts->seen[m->pair];
    counts->seen[m->pair] = true;
}

static uint32_t formed_pairs(const struct nt_ice_description *own, const struct nt_ice_description *peer)
{
    uint32_t n = 0;
    for (size_t i = 0; i < own->stream_count && i < peer->stream_count; i++)
        for (size_t k = 0; k < own->streams[i].candidate_count; k++) {
            const struct nt_ice_candidate *c = &own->streams[i].candidates[k];
            bool base = c->type == NT_ICE_HOST || c->type == NT_ICE_RELAY;
            for (size_t m = 0; base && m < peer->streams[i].candidate_count; m++)
                n += c->component == peer->streams[i].candidates[m].component;
        }
    return n;
}

/* RFC 8445, 6.1.2.5: the number of pairs MUST be limited. At the limit a request that gets no pair may be refused; before the
 * peer's description, when as many sources have asked as half of the pairs. With trickle it is not known how many pairs there are.
 */
static bool may_be_at_limit(const struct nt_finder *finder, const struct pair_counts *counts, const struct nt_item *q)
{
    const struct nt_view_description *own = nt_view_session_first(finder->v, q->session, NT_DIR_OUT),
                                     *peer = nt_view_session_first(finder->v, q->session, NT_DIR_IN);
    uint32_t limit = nt_item_party(finder->v, q)->max_pairs, heard = counts->heard[q->party];
    limit = limit != 0 ? limit : PAIRS_DEFAULT;
    if (heard >= REMEMBERED_MOST || (own != NULL && own->d.trickle))
        return true;
    if (own == NULL || peer == NULL || peer->at > q->at)
        return heard >= EARLY_MOST || heard > limit / 2;
    return formed_pairs(&own->d, &peer->d) + heard > limit;
}

/* RFC 8445, 7.3.1.5: a nomination that is not accepted MUST be rejected, "e.g., 400". */
static bool may_be_refused(const struct nt_finder *finder, const struct pair_counts *counts, const struct nt_item *q, int code)
{
    return code == 400 && (has_attr(finder, q, NT_ATTR_USE_CANDIDATE) || may_be_at_limit(finder, counts, q));
}

static void judge_mapped(struct nt_finder *finder, const struct nt_item *m, const struct nt_item *q)
{
    char seen[NT_ADDR_TEXT] = "missing", want[NT_ADDR_TEXT] = "";
    struct nt_addr mapped;
    bool there = nt_item_addr(finder->v, m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
    bool right = there && nt_addr_equal(&mapped, &q->remote);
    if (there && !right)
        nt_addr_format(&mapped, seen);
    if (!right)
        nt_addr_format(&q->remote, want);
    nt_require(finder, NT_ICE_RULE_CHECK_MAPPED, m, right, "XOR-MAPPED-ADDRESS is %s, expected %s, the source of packet %u", seen,
               want, (unsigned)q->frame);
}

/* An authentic check of this session is answered with success, or 487 where roles conflict, or 403 to revoke consent (RFC 7675,
 * 5.2). Credentials of a session before a restart may be forgotten. */
static void judge_refusal(struct nt_finder *finder, const struct pair_counts *counts, const struct nt_item *m,
                          const struct nt_item *q)
{
    const struct nt_view *v = finder->v;
    int code = m->class_ == NT_STUN_ERROR ? nt_item_code(v, m) : 0;
    if (!nt_item_is_valid_check(v, q) || may_be_refused(finder, counts, q, code) ||
        nt_view_is_superseded(v, q, q->at + NT_ANSWER_WITHIN) || nt_view_may_be_given_up(v, q, m->at))
        return;
    nt_require(finder, NT_ICE_RULE_LEFT_HALF, m, code != 401 && code != 400, "%d to the authentic check in packet %u", code,
               (unsigned)q->frame);
    if (code != 401 && code != 400)
        nt_require(finder, NT_ICE_RULE_REFUSED, m, m->class_ == NT_STUN_SUCCESS || code == 487 || code == 403,
                   "%d to the authentic check in packet %u", code, (unsigned)q->frame);
}

static void judge_answer(struct nt_finder *finder, const struct pair_counts *counts, const struct nt_item *m)
{
    const struct nt_item *q = &finder->v->items[m->request];
    nt_require(finder, NT_ICE_RULE_CHECK_FINGERPRINT, m, has_attr(finder, m, NT_ATTR_FINGERPRINT),
               "no FINGERPRINT in the response to packet %u", (unsigned)q->frame);
    nt_require(finder, NT_ICE_RULE_ALTERNATE, m,
               !has_attr(finder, m, NT_ATTR_ALTERNATE_SERVER) && nt_item_code(finder->v, m) != 300,
               "ALTERNATE-SERVER in the response to the check in packet %u", (unsigned)q->frame);
    if (m->class_ == NT_STUN_SUCCESS)
        judge_mapped(finder, m, q);
    judge_refusal(finder, counts, m, q);
}

static void judge_indication(struct nt_finder *finder, const struct nt_item *m)
{
    nt_require(finder, NT_ICE_RULE_INDICATION, m, !has_attr(finder, m, NT_ATTR_USERNAME) && m->integrity == NT_SIGNED_NOT,
               "a keepalive with %s", has_attr(finder, m, NT_ATTR_USERNAME) ? "USERNAME" : "integrity");
}

static void judge_items(struct nt_finder *finder, struct pair_counts *counts, struct formula *formulas)
{
    const struct nt_view *v = finder->v;
    for (uint32_t i = 0; i < v->count; i++) {
        const struct nt_item *m = &v->items[i];
        if (m->check)
            count_pair(counts, m);
        if (m->direction != NT_DIR_OUT || m->excused || m->kind != NT_ITEM_STUN || nt_item_party(v, m)->kind != NT_CONF_AGENT)
            continue;
        if ((m->flaws & NT_FLAWS_UNREADABLE) != 0)
            continue;
        if (m->check)
            judge_check(finder, formulas, m);
        else if (nt_item_answers_check(v, m))
            judge_answer(finder, counts, m);
        else if (nt_item_is(m, NT_STUN_BINDING, NT_STUN_INDICATION))
            judge_indication(finder, m);
    }
}

void nt_rfc8445_judge(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    struct pair_counts counts = {.seen = calloc(v->pair_count + 1u, sizeof *counts.seen),
                                 .heard = calloc(v->in->party_count + 1, sizeof *counts.heard)};
    struct formula *formulas = calloc(v->first_session[v->in->party_count] + 1u, sizeof *formulas);
    if (counts.seen == NULL || counts.heard == NULL || formulas == NULL)
        finder->err = NT_ENOMEM;
    else
        judge_items(finder, &counts, formulas);
    free(counts.seen);
    free(counts.heard);
    free(formulas);
}
