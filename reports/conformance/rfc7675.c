/* RFC 7675 is not part of RFC 8445: ICE works without consent. An agent that never asks for it gets advice; of one that asks,
 * all is judged. Consent is that of a link: of a pair and the credentials that it was checked with. */
#include "reports/conformance/rfc7675.h"

#include "core/base/err.h"
#include "reports/conformance/agent_events.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"
#include "reports/conformance/sessions.h"
#include "reports/conformance/transactions.h"

#include <stdlib.h>

#define EXPIRY (30 * NT_SEC)
#define LEAST (4 * NT_SEC)
#define MOST (6 * NT_SEC)
#define SETTLED NT_SEC /* requests sooner after the selection are checks that were under way */
#define SAME_GAPS 5    /* so many equal intervals in a row are not random */

struct link {
    uint32_t renewed;    /* the last valid response, or NT_VIEW_NONE */
    uint32_t forged;     /* the last one that does not authenticate, likewise */
    uint32_t revoked;    /* a 403, likewise */
    uint32_t asked;      /* the last request for consent, likewise */
    uint32_t nomination; /* the last NOMINATION that was sent on it */
    nt_time requested;   /* when the last check was sent on it, or may have been; 0: never */
    uint32_t outer;      /* the pair of the client and its server that carries it, likewise */
    nt_time selected;    /* NT_TIME_NEVER: it is not */
    nt_time came;        /* when the peer's last check came */
    nt_time said;        /* when data was last sent on it */
    nt_time since;       /* when it was last known to have consent: of the response, or of the selection */
    nt_time least, most; /* intervals in a row */
    unsigned gaps;
    bool flagged, late,
        unsure;       /* unsure: nominated by the peer after its check had succeeded: the next request may be another check */
    uint32_t doubted; /* that request, or NT_VIEW_NONE */
    uint16_t role;    /* the attribute of its last request, or 0 */
    bool conflicted;  /* since that request its role was in conflict with the peer's */
};

struct agent {
    bool any_success, asks;
};

struct state {
    struct nt_finder *finder;
    const struct nt_view *v;
    struct link *links;
    struct agent *agents;
    bool *repeats; /* by item: a request that repeats a check in the other role */
};

static unsigned frame_of(const struct state *s, uint32_t item)
{
    return item != NT_VIEW_NONE ? (unsigned)s->v->items[item].frame : 0;
}

static bool has_expired(const struct state *s, const struct link *l, nt_time now)
{
    return l->selected != NT_TIME_NEVER && now > l->since + EXPIRY + nt_tolerance(s->v);
}

/* "An endpoint does not need to maintain consent if it does not send application data": consent was lost, and not only let go, when
 * it was asked for in time and no answer came. */
static bool is_lost(const struct state *s, const struct link *l, nt_time now)
{
    if (!has_expired(s, l, now) || l->asked == NT_VIEW_NONE)
        return false;
    nt_time asked = s->v->items[l->asked].at;
    return asked > l->since && asked <= l->since + EXPIRY + nt_tolerance(s->v);
}

/* --- data --- */

/* The latest session's link of a pair on which a check has succeeded: its consent counts. One that comes later has none yet. */
static struct link *consenting_link(const struct state *s, const struct nt_item *m)
{
    for (uint32_t i = s->v->first_session[m->party + 1]; i-- > s->v->first_session[m->party];) {
        uint32_t link = nt_view_link(s->v, m->pair, i);
        if (link != NT_VIEW_NONE && s->links[link].renewed != NT_VIEW_NONE)
            return &s->links[link];
    }
    return NULL;
}

static void judge_expiry(struct state *s, const struct nt_item *m, const struct link *l)
{
    bool expired = has_expired(s, l, m->at);
    bool forged = l->forged != NT_VIEW_NONE && s->v->items[l->forged].at > l->since && m->at <= s->v->items[l->forged].at + EXPIRY;
    enum nt_rule rule = l->late ? NT_CONSENT_RULE_LATE : forged ? NT_CONSENT_RULE_FORGED : NT_CONSENT_RULE_EXPIRY;
    if (!s->agents[m->party].asks) {
        nt_require(s->finder, NT_CONSENT_RULE_NONE, m, !expired,
                   "data %" PRId64 " s after the last response, in packet %u; consent was never asked for",
                   (m->at - l->since) / NT_SEC, frame_of(s, l->renewed));
        return;
    }
    nt_exercise(s->finder, NT_CONSENT_RULE_EXPIRY);
    if (expired)
        nt_require(s->finder, rule, m, false,
                   "data %" PRId64 " s after the last valid response, in packet %u; expected 30 s at most",
                   (m->at - l->since) / NT_SEC, frame_of(s, l->renewed));
}

/* When a later session of the agent began: its description, or the peer's that it answers; NT_TIME_NEVER: there is none. */
static nt_time restarted_at(const struct state *s, uint32_t session)
{
    const struct nt_view_description *own = nt_view_session_first(s->v, session + 1, NT_DIR_OUT);
    return own != NULL ? own->at : NT_TIME_NEVER;
}

/* The link of a session before the newest, with consent, that carries this; NULL: there is none, or the newest has checked the
 * pair, too. */
static const struct link *link_before_restart(const struct state *s, const struct nt_item *m, nt_time *restarted)
{
    uint32_t first = s->v->first_session[m->party];
    for (uint32_t i = s->v->first_session[m->party + 1]; i-- > first;) {
        uint32_t number = nt_view_link(s->v, m->pair, i);
        const struct link *l = number != NT_VIEW_NONE ? &s->links[number] : NULL;
        if (l == NULL || l->renewed == NT_VIEW_NONE)
            continue;
        if (i >= m->session || l->selected == NT_TIME_NEVER)
            return NULL;
        *restarted = restarted_at(s, i);
        return l;
    }
    return NULL;
}

/* "an endpoint that continues to send traffic on the previously validated candidate pair during ICE restart MUST continue to
 * perform consent freshness on that candidate pair": two intervals at their longest have passed. */
static void judge_restart(struct state *s, const struct nt_item *m)
{
    nt_time restarted = NT_TIME_NEVER;
    const struct link *l = link_before_restart(s, m, &restarted);
    if (l == NULL || !s->agents[m->party].asks || nt_item_party(s->v, m)->moves || restarted == NT_TIME_NEVER ||
        m->at < nt_time_after(restarted, 2 * MOST))
        return;
    nt_time asked = l->requested != 0 ? l->requested : l->selected;
    nt_require(s->finder, NT_CONSENT_RULE_RESTART, m, m->at <= asked + 2 * MOST + nt_tolerance(s->v),
               "data on the pair of the session before, %" PRId64 " s after the last request for consent on it",
               (m->at - asked) / NT_SEC);
}

static void judge_data(void *state, const struct nt_item *m)
{
    struct state *s = state;
    nt_require(s->finder, NT_CONSENT_RULE_CONSENT, m, s->agents[m->party].any_success || nt_view_goes_without_ice(s->v, m),
               "data before any check has succeeded");
    struct link *l = consenting_link(s, m);
    if (l == NULL)
        return;
    l->said = m->at;
    judge_restart(s, m);
    if (l->revoked != NT_VIEW_NONE && nt_item_crosses(s->v, m, s->v->items[l->revoked].at))
        return;
    if (l->revoked != NT_VIEW_NONE)
        nt_require(s->finder, NT_CONSENT_RULE_REVOKED, m, false, "data after the 403 in packet %u", frame_of(s, l->revoked));
    else
        judge_expiry(s, m, l);
}

/* --- requests --- */

/* RFC 5245, 10 has keepalives each 15 s at least, and there are agents whose keepalives are checks. */
static bool may_be_keepalive(const struct state *s, const struct nt_item *m, nt_time gap)
{
    const struct nt_view_description *own = nt_view_session_first(s->v, m->session, NT_DIR_OUT);
    return gap > MOST + nt_tolerance(s->v) && own != NULL && !own->d.ice2;
}

static void judge_random(struct state *s, const struct nt_item *m, struct link *l, nt_time gap)
{
    nt_time same = 2 * nt_tolerance(s->v);
    bool joins = l->gaps > 0 && gap + same >= l->most && gap <= l->least + same;
    l->least = joins && l->least < gap ? l->least : gap;
    l->most = joins && l->most > gap ? l->most : gap;
    l->gaps = joins ? l->gaps + 1 : 1;
    nt_require(s->finder, NT_CONSENT_RULE_RANDOM, m, l->gaps != SAME_GAPS,
               "%d intervals in a row between %" PRId64 " and %" PRId64 " ms: they are not random", SAME_GAPS, l->least / NT_MSEC,
               l->most / NT_MSEC);
}

/* "An endpoint does not need to maintain consent if it does not send application data." */
static void judge_rate(struct state *s, const struct nt_item *m, const struct link *l, nt_time gap)
{
    bool rests = l->said <= s->v->items[l->asked].at + MOST || nt_item_party(s->v, m)->moves;
    nt_require(s->finder, NT_CONSENT_RULE_RATE, m, rests || gap <= MOST + nt_tolerance(s->v),
               "%" PRId64 " ms after the one in packet %u, expected 6000 ms at most", gap / NT_MSEC, frame_of(s, l->asked));
}

static void judge_interval(struct state *s, const struct nt_item *m, struct link *l)
{
    nt_time gap = l->asked != NT_VIEW_NONE ? m->at - s->v->items[l->asked].at : 0;
    if (l->asked != NT_VIEW_NONE && may_be_keepalive(s, m, gap)) {
        nt_not_judged(s->finder, NT_CONSENT_RULE_RANDOM, m->party, "its checks may be keepalives of an agent of RFC 5245");
        nt_not_judged(s->finder, NT_CONSENT_RULE_RATE, m->party, "its checks may be keepalives of an agent of RFC 5245");
    } else if (l->asked != NT_VIEW_NONE) {
        nt_require(s->finder, NT_CONSENT_RULE_INTERVAL, m, gap + nt_tolerance(s->v) >= LEAST,
                   "%" PRId64 " ms after the one in packet %u, expected 4000 ms at least", gap / NT_MSEC, frame_of(s, l->asked));
        judge_rate(s, m, l, gap);
        judge_random(s, m, l, gap);
    }
    l->asked = nt_item_number(s->v, m);
}

/* On the selected pair requests are for consent, whether they repeat USE-CANDIDATE or not, once checks have settled. */
static bool is_for_consent(const struct state *s, const struct link *l, const struct nt_item *m)
{
    const struct nt_item *first = &s->v->items[m->first];
    return l->selected != NT_TIME_NEVER && m->first != l->doubted && !s->repeats[m->first] && first->at > l->selected + SETTLED &&
           !m->copy && m->check;
}

/* The request that may be another check was not answered: the pair waits or has failed, and a check that comes triggers one more
 * (RFC 8445, 7.3.1.4). */
static bool may_be_triggered(const struct link *l, nt_time now)
{
    return l->doubted != NT_VIEW_NONE && l->renewed != NT_VIEW_NONE && l->renewed < l->doubted && now <= l->came + SETTLED;
}

/* One that nominates the pair again, in place of another, is not for consent. */
static bool renominates(const struct state *s, const struct nt_item *m, struct link *l)
{
    uint32_t value = 0;
    bool there = nt_item_u32(s->v, m, NT_ATTR_NOMINATION, &value), changes = there && value != l->nomination;
    l->nomination = there ? value : l->nomination;
    return changes || (nt_item_party(s->v, m)->fails_over && nt_item_nominates(s->v, m));
}

/* RFC 8445, 7.2.5.1 and 7.3.1.1: who switches its role in a conflict checks the pair again at once, and that is not for consent. */
static bool is_check_again(struct state *s, struct link *l, const struct nt_item *m)
{
    uint16_t role = nt_item_attr(s->v, m, NT_ATTR_ICE_CONTROLLING) != NULL ? NT_ATTR_ICE_CONTROLLING : NT_ATTR_ICE_CONTROLLED;
    bool switches = l->conflicted || (l->role != 0 && l->role != role) || renominates(s, m, l);
    l->role = role;
    l->conflicted = false;
    if (switches) {
        l->asked = NT_VIEW_NONE;
        s->repeats[m->first] = true;
    }
    return switches;
}

static void judge_request(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct link *l = &s->links[m->link];
    bool first_sending = m->first == nt_item_number(s->v, m);
    if (m->check)
        l->requested = m->at;
    if (m->excused)
        return;
    l->outer = m->inner ? m->outer : NT_VIEW_NONE;
    if (first_sending && (l->unsure || may_be_triggered(l, m->at))) {
        l->doubted = m->first;
        l->unsure = false;
    }
    bool switches = first_sending && m->check && is_check_again(s, l, m);
    if (switches || !is_for_consent(s, l, m))
        return;
    s->agents[m->party].asks |=
        !may_be_keepalive(s, m, l->asked != NT_VIEW_NONE ? m->at - s->v->items[l->asked].at : NT_TIME_NEVER);
    nt_require(s->finder, NT_CONSENT_RULE_FRESH, m, first_sending, "the request of packet %u was sent again",
               frame_of(s, m->first));
    bool lost = is_lost(s, l, m->at);
    nt_require(s->finder, NT_CONSENT_RULE_AGAIN, m, !lost,
               "a request with the credentials whose consent was lost 30 s after packet %u", frame_of(s, l->renewed));
    if (first_sending && !lost)
        judge_interval(s, m, l);
}

/* What a step has damaged may have been a request for consent, of its own pair or of one that TURN carries. */
static void damaged_sent(void *state, const struct nt_item *m)
{
    struct state *s = state;
    for (uint32_t i = 0; i < s->v->link_count; i++) {
        struct link *l = &s->links[i];
        if ((i != m->link && (m->inner || l->outer != m->pair)) || l->asked == NT_VIEW_NONE)
            continue;
        l->asked = NT_VIEW_NONE;
        l->requested = m->at;
        nt_not_judged(s->finder, NT_CONSENT_RULE_RATE, m->party, "a step damaged what may have been a request for consent");
    }
}

/* --- what came --- */

static void select_if(struct link *l, bool flag, nt_time now)
{
    l->flagged = l->flagged || flag;
    if (l->flagged && l->renewed != NT_VIEW_NONE && l->selected == NT_TIME_NEVER)
        l->selected = l->since = now; /* "After ICE concludes on a particular candidate pair [...] consent is maintained" */
}

static void check_came(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct link *l = &s->links[m->link];
    bool before = l->selected != NT_TIME_NEVER;
    l->came = m->at;
    if (!nt_item_nominates(s->v, m))
        return;
    select_if(l, true, m->at);
    l->unsure = l->unsure || (!before && l->selected != NT_TIME_NEVER);
}

/* It may have switched. A check that claims both roles is in conflict with each. */
static void answer_sent(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct link *l = &s->links[m->link];
    const struct nt_item *q = &s->v->items[m->request];
    bool controlling = nt_item_attr(s->v, q, NT_ATTR_ICE_CONTROLLING) != NULL;
    bool controlled = nt_item_attr(s->v, q, NT_ATTR_ICE_CONTROLLED) != NULL;
    l->conflicted = l->conflicted || (controlling && (controlled || l->role == NT_ATTR_ICE_CONTROLLING)) ||
                    (controlled && l->role == NT_ATTR_ICE_CONTROLLED);
}

static void success_came(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct link *l = &s->links[m->link];
    if (!nt_item_is_valid_success(s->v, m)) {
        if (m->integrity != NT_SIGNED_RIGHT && s->v->items[m->request].pair == m->pair) {
            l->forged = nt_item_number(s->v, m);
            nt_exercise(s->finder, NT_CONSENT_RULE_FORGED);
        }
        return;
    }
    if (l->selected == NT_TIME_NEVER && !nt_item_makes_valid_pair(s->v, m))
        return;
    s->agents[m->party].any_success = true;
    if (l->selected == NT_TIME_NEVER && nt_item_is_late(s->v, m))
        return;
    if (is_lost(s, l, m->at)) {
        l->late = true;
        nt_exercise(s->finder, NT_CONSENT_RULE_LATE);
        return;
    }
    l->renewed = nt_item_number(s->v, m);
    l->since = m->at;
    l->unsure = false;
    select_if(l, nt_item_nominates(s->v, &s->v->items[m->request]), m->at);
}

static void refusal_came(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct link *l = &s->links[m->link];
    bool valid = nt_item_is_valid_error(s->v, m) && s->v->items[m->request].pair == m->pair;
    l->conflicted = l->conflicted || (valid && nt_item_code(s->v, m) == 487);
    if (valid && nt_item_code(s->v, m) == 403 && l->selected != NT_TIME_NEVER && l->revoked == NT_VIEW_NONE)
        l->revoked = nt_item_number(s->v, m);
}

void nt_rfc7675_judge(struct nt_finder *finder)
{
    static const struct nt_agent_handlers handlers = {.data_sent = judge_data,
                                                      .damaged_sent = damaged_sent,
                                                      .request_sent = judge_request,
                                                      .answer_sent = answer_sent,
                                                      .success_came = success_came,
                                                      .refusal_came = refusal_came,
                                                      .check_came = check_came};
    const struct nt_view *v = finder->v;
    struct state s = {.finder = finder,
                      .v = v,
                      .links = calloc(v->link_count + 1u, sizeof *s.links),
                      .agents = calloc(v->in->party_count + 1, sizeof *s.agents),
                      .repeats = calloc(v->count + 1, sizeof *s.repeats)};
    if (s.links == NULL || s.agents == NULL || s.repeats == NULL)
        finder->err = NT_ENOMEM;
    for (uint32_t i = 0; finder->err == NT_OK && i < v->link_count; i++)
        s.links[i] = (struct link){.renewed = NT_VIEW_NONE,
                                   .forged = NT_VIEW_NONE,
                                   .revoked = NT_VIEW_NONE,
                                   .asked = NT_VIEW_NONE,
                                   .outer = NT_VIEW_NONE,
                                   .doubted = NT_VIEW_NONE,
                                   .selected = NT_TIME_NEVER};
    if (finder->err == NT_OK)
        nt_agent_events(v, &handlers, &s);
    free(s.links);
    free(s.agents);
    free(s.repeats);
}
