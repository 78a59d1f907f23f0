/* An agent that never sends a consent request does not use consent: ICE works without it. */
#include "reports/conformance/rfc7675.h"

#include "core/base/err.h"
#include "reports/conformance/agent_events.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"

#include <stdlib.h>

#define EXPIRY (30 * NT_SEC)
#define LEAST (4 * NT_SEC)
#define MOST (6 * NT_SEC)
#define SETTLED NT_SEC /* requests sooner after the selection are checks that were under way */
#define SAME_GAPS 8    /* so many equal intervals in a row are not random */

struct pair {
    nt_time renewed, forged; /* the last valid response, the last one that does not authenticate; NT_TIME_NEVER: none */
    nt_time selected, asked, gap;
    bool flagged, late;
    bool unsure; /* the peer nominated it after its check had succeeded: the next request may be another check */
    unsigned same;
};

struct agent {
    bool any_success, asks;
};

struct state {
    struct nt_finder *finder;
    const struct nt_view *v;
    struct pair *pairs;
    struct agent *agents;
};

static bool has_expired(const struct pair *p, nt_time now)
{
    return p->selected != NT_TIME_NEVER && p->renewed != NT_TIME_NEVER && now > p->renewed + EXPIRY + NT_TOLERANCE;
}

static void judge_data(void *state, const struct nt_item *m)
{
    struct state *s = state;
    const struct pair *p = &s->pairs[m->pair];
    bool expired = has_expired(p, m->at),
         forged = p->forged != NT_TIME_NEVER && p->forged > p->renewed && m->at <= p->forged + EXPIRY;
    nt_require(s->finder, NT_CONSENT_RULE_CONSENT, m, s->agents[m->party].any_success, "data before any check has succeeded");
    if (p->renewed == NT_TIME_NEVER || !s->agents[m->party].asks)
        return;
    nt_exercise(s->finder, NT_CONSENT_RULE_EXPIRY);
    if (expired)
        nt_require(s->finder,
                   p->late  ? NT_CONSENT_RULE_LATE
                   : forged ? NT_CONSENT_RULE_FORGED
                            : NT_CONSENT_RULE_EXPIRY,
                   m, false, "data more than 30 s after the last valid response");
}

static void judge_interval(struct state *s, const struct nt_item *m, struct pair *p)
{
    nt_time gap = m->at - p->asked;
    if (p->asked != NT_TIME_NEVER) {
        nt_time apart = gap > p->gap ? gap - p->gap : p->gap - gap;
        nt_exercise(s->finder, NT_CONSENT_RULE_INTERVAL);
        if (gap + nt_tolerance(s->v) < LEAST)
            nt_find_violation(s->finder, NT_CONSENT_RULE_INTERVAL, m->party, m->frame, "%" PRId64 " ms after the one before",
                              gap / NT_MSEC);
        nt_require(s->finder, NT_CONSENT_RULE_RATE, m, gap <= MOST + nt_tolerance(s->v),
                   "%" PRId64 " ms after the one before, expected 6000 ms at most", gap / NT_MSEC);
        p->same = apart <= 2 * NT_MSEC ? p->same + 1 : 0;
        if (p->same == SAME_GAPS)
            nt_require(s->finder, NT_CONSENT_RULE_RANDOM, m, false, "always the same interval");
        nt_exercise(s->finder, NT_CONSENT_RULE_RANDOM);
        p->gap = gap;
    }
    p->asked = m->at;
}

static void judge_request(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct pair *p = &s->pairs[m->pair];
    const struct nt_item *first = &s->v->items[m->first];
    bool settled = p->selected != NT_TIME_NEVER && !p->unsure && first->at > p->selected + SETTLED;
    bool first_sending = first == m;
    bool consent = settled && nt_item_attr(s->v, m, NT_ATTR_USE_CANDIDATE) == NULL;
    if (!consent || m->copy || m->excused || !m->check || nt_item_is_held(s->v, m))
        return;
    s->agents[m->party].asks = true;
    nt_require(s->finder, NT_CONSENT_RULE_FRESH, m, first_sending, "a consent request was sent again");
    if (p->asked != NT_TIME_NEVER) /* else the nomination never had a response */
        nt_require(s->finder, NT_CONSENT_RULE_AGAIN, m, !has_expired(p, m->at),
                   "the pair is used again after its consent was lost");
    if (first_sending && !has_expired(p, m->at))
        judge_interval(s, m, p);
}

static void select_if(struct pair *p, bool flag, nt_time now)
{
    p->flagged = p->flagged || flag;
    if (p->flagged && p->renewed != NT_TIME_NEVER && p->selected == NT_TIME_NEVER)
        p->selected = p->renewed = now; /* "After ICE concludes on a particular candidate pair [...] consent is maintained" */
}

static void nominated_by_peer(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct pair *p = &s->pairs[m->pair];
    bool before = p->selected != NT_TIME_NEVER;
    if (nt_item_attr(s->v, m, NT_ATTR_USE_CANDIDATE) == NULL)
        return;
    select_if(p, true, m->at);
    p->unsure = p->unsure || (!before && p->selected != NT_TIME_NEVER);
}

static void success_came(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct pair *p = &s->pairs[m->pair];
    if (!nt_item_is_valid_success(s->v, m)) {
        if (m->integrity != NT_SIGNED_RIGHT && s->v->items[m->request].pair == m->pair) {
            p->forged = m->at;
            nt_exercise(s->finder, NT_CONSENT_RULE_FORGED);
        }
        return;
    }
    s->agents[m->party].any_success = true;
    if (has_expired(p, m->at)) {
        p->late = true;
        nt_exercise(s->finder, NT_CONSENT_RULE_LATE);
        return;
    }
    p->renewed = m->at;
    p->unsure = false;
    select_if(p, nt_item_attr(s->v, &s->v->items[m->request], NT_ATTR_USE_CANDIDATE) != NULL, m->at);
}

void nt_rfc7675_judge(struct nt_finder *finder)
{
    static const struct nt_agent_handlers handlers = {
        .data_sent = judge_data, .request_sent = judge_request, .success_came = success_came, .check_came = nominated_by_peer};
    const struct nt_view *v = finder->v;
    struct state s = {.finder = finder,
                      .v = v,
                      .pairs = calloc(v->pair_count + 1u, sizeof *s.pairs),
                      .agents = calloc(v->in->party_count + 1, sizeof *s.agents)};
    if (s.pairs == NULL || s.agents == NULL)
        finder->err = NT_ENOMEM;
    for (uint32_t i = 0; finder->err == NT_OK && i < v->pair_count; i++)
        s.pairs[i].renewed = s.pairs[i].forged = s.pairs[i].selected = s.pairs[i].asked = NT_TIME_NEVER;
    if (finder->err == NT_OK)
        nt_agent_events(v, &handlers, &s);
    free(s.pairs);
    free(s.agents);
}
