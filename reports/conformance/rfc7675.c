/* RFC 7675: consent on each pair that was selected. An agent that never asks for consent does not use it: ICE can do without. */
#include "reports/conformance/judge.h"

#include <stdlib.h>

#define EXPIRY (30 * NT_SEC)
#define LEAST (4 * NT_SEC)
#define MOST (6 * NT_SEC)
/* Requests right after the selection are checks that were under way. */
#define SETTLED NT_SEC
#define SAME_GAPS 8

struct pair {
    nt_time renewed, forged;  /* the last valid response, the last one that does not authenticate; NT_TIME_NEVER: none */
    nt_time selected, asked, gap;
    bool flagged, late;
    bool unsure;              /* the peer has nominated it after its check: it may be checked anew first */
    unsigned same;
};

struct agent {
    bool any_success, asks;
};

struct state {
    struct nt_judge *j;
    const struct nt_view *v;
    struct pair *pairs;
    struct agent *agents;
};

static bool expired(const struct pair *p, nt_time now)
{
    return p->selected != NT_TIME_NEVER && p->renewed != NT_TIME_NEVER && now > p->renewed + EXPIRY + NT_JUDGE_TOLERANCE;
}

static void judge_data(struct state *s, const struct nt_item *m)
{
    const struct pair *p = &s->pairs[m->pair];
    bool over = expired(p, m->at), forged = p->forged != NT_TIME_NEVER && p->forged > p->renewed && m->at <= p->forged + EXPIRY;
    nt_judge_that(s->j, NT_CONSENT_RULE_CONSENT, m, s->agents[m->party].any_success, "data before any check has succeeded");
    if (p->renewed == NT_TIME_NEVER || !s->agents[m->party].asks)
        return;
    s->j->exercised[NT_CONSENT_RULE_EXPIRY] = true;
    if (over)
        nt_judge_that(s->j, p->late ? NT_CONSENT_RULE_LATE : forged ? NT_CONSENT_RULE_FORGED : NT_CONSENT_RULE_EXPIRY, m, false,
                      "data more than 30 s after the last valid response");
}

static void judge_interval(struct state *s, const struct nt_item *m, struct pair *p)
{
    nt_time gap = m->at - p->asked;
    if (p->asked != NT_TIME_NEVER) {
        nt_time apart = gap > p->gap ? gap - p->gap : p->gap - gap;
        if (nt_judge_breaks(s->j, NT_CONSENT_RULE_INTERVAL, gap + nt_judge_tolerance(s->v) >= LEAST))
            nt_judge_broken(s->j, NT_CONSENT_RULE_INTERVAL, m->party, m->frame, "%" PRId64 " ms after the one before", gap / NT_MSEC);
        nt_judge_that(s->j, NT_CONSENT_RULE_RATE, m, gap <= MOST + nt_judge_tolerance(s->v), "");
        p->same = apart <= 2 * NT_MSEC ? p->same + 1 : 0;
        if (p->same == SAME_GAPS)
            nt_judge_that(s->j, NT_CONSENT_RULE_RANDOM, m, false, "always the same interval");
        s->j->exercised[NT_CONSENT_RULE_RANDOM] = true;
        p->gap = gap;
    }
    p->asked = m->at;
}

static void judge_request(struct state *s, const struct nt_item *m, uint32_t self)
{
    struct pair *p = &s->pairs[m->pair];
    const struct nt_item *first = &s->v->items[m->first];
    bool settled = p->selected != NT_TIME_NEVER && !p->unsure && first->at > p->selected + SETTLED;
    bool consent = settled && nt_item_attr(s->v, m, NT_ATTR_USE_CANDIDATE) == NULL;
    if (!consent || m->copy || nt_item_held(s->v, m))
        return;
    s->agents[m->party].asks = true;
    nt_judge_that(s->j, NT_CONSENT_RULE_FRESH, m, m->first == self, "a consent request was sent again");
    if (p->asked != NT_TIME_NEVER) /* else it was nominated in vain: a check that never had an answer */
        nt_judge_that(s->j, NT_CONSENT_RULE_AGAIN, m, !expired(p, m->at), "the pair is used again after its consent was lost");
    if (m->first == self && !expired(p, m->at))
        judge_interval(s, m, p);
}

static void select_if(struct pair *p, bool flag, nt_time now)
{
    p->flagged = p->flagged || flag;
    if (p->flagged && p->renewed != NT_TIME_NEVER && p->selected == NT_TIME_NEVER)
        p->selected = p->renewed = now; /* "After ICE concludes on a particular candidate pair [...] consent is maintained" */
}

static void nominated_by_peer(struct pair *p, nt_time now)
{
    bool before = p->selected != NT_TIME_NEVER;
    select_if(p, true, now);
    p->unsure = p->unsure || (!before && p->selected != NT_TIME_NEVER);
}

static void response_came(struct state *s, const struct nt_item *m)
{
    struct pair *p = &s->pairs[m->pair];
    if (!nt_item_valid_success(s->v, m)) {
        if (m->integrity != NT_SIGNED_RIGHT && s->v->items[m->request].pair == m->pair) {
            p->forged = m->at;
            s->j->exercised[NT_CONSENT_RULE_FORGED] = true;
        }
        return;
    }
    s->agents[m->party].any_success = true;
    if (expired(p, m->at)) {
        p->late = true;
        s->j->exercised[NT_CONSENT_RULE_LATE] = true;
        return;
    }
    p->renewed = m->at;
    p->unsure = false;
    select_if(p, nt_item_attr(s->v, &s->v->items[m->request], NT_ATTR_USE_CANDIDATE) != NULL, m->at);
}

static void step(struct state *s, const struct nt_item *m, uint32_t self)
{
    bool out = m->direction == NT_DIR_OUT;
    if (out && m->kind == NT_ITEM_DATA && !m->excused)
        judge_data(s, m);
    if (m->kind != NT_ITEM_STUN)
        return;
    if (out && nt_item_check(s->v, m) && !m->excused)
        judge_request(s, m, self);
    else if (!out && nt_item_is(m, NT_STUN_BINDING, NT_STUN_SUCCESS) && nt_item_check_response(s->v, m))
        response_came(s, m);
    else if (!out && nt_item_attr(s->v, m, NT_ATTR_USE_CANDIDATE) != NULL && nt_item_valid_check(s->v, m))
        nominated_by_peer(&s->pairs[m->pair], m->at);
}

void nt_judge_consent(struct nt_judge *j)
{
    const struct nt_view *v = j->v;
    struct state s = {.j = j, .v = v, .pairs = calloc(v->pair_count + 1u, sizeof *s.pairs), .agents = calloc(v->in->party_count + 1, sizeof *s.agents)};
    if (s.pairs == NULL || s.agents == NULL)
        j->err = NT_ENOMEM;
    for (uint32_t i = 0; j->err == NT_OK && i < v->pair_count; i++)
        s.pairs[i].renewed = s.pairs[i].forged = s.pairs[i].selected = s.pairs[i].asked = NT_TIME_NEVER;
    for (uint32_t i = 0; j->err == NT_OK && i < v->count; i++)
        if (nt_item_party(v, &v->items[i])->kind == NT_CONF_AGENT)
            step(&s, &v->items[i], i);
    free(s.pairs);
    free(s.agents);
}
