/* RFC 8445, 6.1.4 to 8.1 and 12.1: agents and pairs (5-tuples) through time: pacing, answers, triggered checks, nomination,
 * data. RFC 8863's demand to go on listening is an answer's, too. */
#include "reports/conformance/judge.h"

#include <stdlib.h>

/* How late a triggered check may be: RFC 8445, 6.1.4.2 lets it wait its turn in the queue, one every Ta. */
#define TRIGGER_LEAST NT_SEC
#define TA_DEFAULT_MS 50
#define PAIRS_LIMIT 100 /* RFC 8445, 6.1.2.5: who has checked so many may discard one before its turn */

struct pair {
    uint32_t success;    /* its last valid success response, or NT_VIEW_NONE */
    uint32_t asymmetric; /* the last one that came from elsewhere */
    uint32_t waits;      /* the check that still has to trigger one, or NT_VIEW_NONE */
    nt_time waits_until;
    bool checked, nominated, sent;
    bool given_up;       /* a client's with its TURN server: it has asked for the end of its allocation */
};

struct agent {
    bool any_success;
    uint32_t nominated;      /* the pair, by the success of its check with USE-CANDIDATE (component 1) */
    uint32_t last_binding;   /* the last Binding message that it sends in the trace */
    uint32_t pairs;          /* that it has checked */
    nt_time selected;        /* NT_TIME_NEVER: nothing was */
    nt_time last_start, pace; /* pace: Ta as it was then */
    bool started;
};

struct state {
    struct nt_judge *j;
    const struct nt_view *v;
    struct pair *pairs;
    struct agent *agents;
};

static nt_time ta(const struct nt_view *v, const struct nt_item *m)
{
    const struct nt_view_description *own = nt_view_described(v, m->party, NT_DIR_OUT), *peer = nt_view_described(v, m->party, NT_DIR_IN);
    uint32_t a = own != NULL && own->d.pacing_ms != 0 ? own->d.pacing_ms : TA_DEFAULT_MS;
    uint32_t b = peer != NULL && peer->at <= m->at ? (peer->d.pacing_ms != 0 ? peer->d.pacing_ms : TA_DEFAULT_MS) : 0;
    return (nt_time)(a > b ? a : b) * NT_MSEC;
}

/* RFC 8445, 14.2: gathering and checks share the pace, until ICE is done. */
static void judge_pace(struct state *s, const struct nt_item *m)
{
    struct agent *a = &s->agents[m->party];
    nt_time gap = m->at - a->last_start;
    if (m->excused || nt_item_held(s->v, m))
        return;
    if (a->selected == NT_TIME_NEVER && a->started && nt_judge_breaks(s->j, NT_ICE_RULE_PACING, gap + nt_judge_tolerance(s->v) >= a->pace))
        nt_judge_broken(s->j, NT_ICE_RULE_PACING, m->party, m->frame, "%" PRId64 ".%03d ms after the transaction before", gap / NT_MSEC,
                        (int)(gap / NT_USEC % 1000));
    a->started = true;
    a->last_start = m->at;
    a->pace = ta(s->v, m);
}

static void judge_nomination(struct state *s, const struct nt_item *m)
{
    const struct pair *p = &s->pairs[m->pair];
    const struct agent *a = &s->agents[m->party];
    const struct nt_ice_candidate *c = nt_view_candidate(s->v, m->party, &m->local);
    bool valid = p->success != NT_VIEW_NONE;
    if (p->asymmetric != NT_VIEW_NONE && !valid)
        nt_judge_that(s->j, NT_ICE_RULE_ASYMMETRIC, m, false, "nominated on a response from another address");
    else
        nt_judge_that(s->j, NT_ICE_RULE_NOMINATE_VALID, m, valid, "no check on this pair has succeeded");
    if (a->nominated != NT_VIEW_NONE && (c == NULL || c->component == 1))
        nt_judge_that(s->j, NT_ICE_RULE_ONE_PAIR, m, a->nominated == m->pair, "another pair was nominated before");
}

static void settle_trigger(struct state *s, const struct nt_item *m, nt_time now)
{
    struct pair *p = &s->pairs[m->pair];
    if (p->waits == NT_VIEW_NONE)
        return;
    const struct nt_item *cause = &s->v->items[p->waits];
    bool late = !nt_item_held(s->v, m) && now > p->waits_until + nt_judge_tolerance(s->v) && s->agents[m->party].selected > p->waits_until;
    nt_judge_that(s->j, NT_ICE_RULE_TRIGGERED, cause, !late, "no check in the other direction");
    p->waits = NT_VIEW_NONE;
}

static void request_sent(struct state *s, const struct nt_item *m)
{
    struct pair *p = &s->pairs[m->pair];
    bool check = nt_item_check(s->v, m);
    uint32_t lifetime;
    judge_pace(s, m);
    if (m->method == NT_TURN_REFRESH)
        p->given_up = nt_item_u32(s->v, m, NT_ATTR_LIFETIME, &lifetime) && lifetime == 0;
    else if (m->method == NT_TURN_ALLOCATE)
        p->given_up = false;
    if (!check)
        return;
    settle_trigger(s, m, m->at);
    s->agents[m->party].pairs += !p->checked;
    p->checked = true;
    if (nt_item_attr(s->v, m, NT_ATTR_USE_CANDIDATE) != NULL && !m->excused)
        judge_nomination(s, m);
}

/* Both halves of a nomination are there: the peer's flag (or ours, answered), and a success on the pair. */
static void selected(struct state *s, const struct nt_item *m)
{
    struct agent *a = &s->agents[m->party];
    s->pairs[m->pair].nominated = true;
    if (a->selected == NT_TIME_NEVER)
        a->selected = m->at;
}

static void success_came(struct state *s, const struct nt_item *m, uint32_t self)
{
    const struct nt_item *q = &s->v->items[m->request];
    struct pair *p = &s->pairs[q->pair];
    if (q->pair != m->pair && m->integrity == NT_SIGNED_RIGHT) {
        p->asymmetric = self;
        s->j->exercised[NT_ICE_RULE_ASYMMETRIC] = true;
    }
    if (!nt_item_valid_success(s->v, m))
        return;
    settle_trigger(s, m, m->at);
    p->success = self;
    s->agents[m->party].any_success = true;
    if (nt_item_attr(s->v, q, NT_ATTR_USE_CANDIDATE) != NULL) {
        s->agents[m->party].nominated = m->pair;
        selected(s, m);
    } else if (p->sent) {
        selected(s, m); /* the controlled side: the flag came before */
    }
}

/* RFC 8445, 8.3.1: what is freed need not answer. What its server sent before it knew still comes. */
static bool freed(const struct state *s, const struct nt_item *m)
{
    uint32_t pair = m->inner ? nt_view_pair(s->v, m->party, &m->base, &m->server) : NT_VIEW_NONE;
    return pair != NT_VIEW_NONE && s->pairs[pair].given_up;
}

static bool in_use(const struct state *s, const struct nt_item *m)
{
    const struct nt_ice_candidate *c = nt_view_candidate(s->v, m->party, &m->local);
    return c != NULL && (c->type == NT_ICE_HOST || c->type == NT_ICE_RELAY) && !freed(s, m);
}

static nt_time running_since(const struct nt_view *v, uint32_t party)
{
    const struct nt_view_description *own = nt_view_described(v, party, NT_DIR_OUT), *peer = nt_view_described(v, party, NT_DIR_IN);
    if (own == NULL || peer == NULL)
        return NT_TIME_NEVER;
    return own->at > peer->at ? own->at : peer->at;
}

/* RFC 8445, 7.3; and RFC 8863, 4: until the PAC timer ends an agent that has nothing selected goes on. A relayed check counts once
 * the client has shown that it may answer there: the server's word about the permission may be lost. */
static void judge_answered(struct state *s, const struct nt_item *m, uint32_t self)
{
    const struct agent *a = &s->agents[m->party];
    uint32_t answer = s->v->items[m->first].answer;
    nt_time since = running_since(s->v, m->party);
    bool answered = answer != NT_VIEW_NONE && s->v->items[answer].at <= m->at + NT_JUDGE_PROMPT;
    bool active = a->last_binding != NT_VIEW_NONE && a->last_binding > self && s->v->items[a->last_binding].at > m->at;
    nt_time waits_until = nt_time_after(since, NT_STUN_TI) - nt_item_party(s->v, m)->told_late;
    bool patient = since <= m->at && m->at < waits_until && a->selected == NT_TIME_NEVER &&
                   s->v->bye[m->party] > m->at + NT_JUDGE_PROMPT;
    if (nt_item_held(s->v, m) || m->at + NT_JUDGE_PROMPT > s->v->in->end || !in_use(s, m) || (m->inner && !s->pairs[m->pair].checked))
        return;
    if (answered || active)
        nt_judge_that(s->j, NT_ICE_RULE_ANSWERED, m, answered, "a valid check was not answered");
    if (patient && (answered || !active))
        nt_judge_that(s->j, NT_PAC_RULE_LISTENING, m, answered, "a valid check was not answered, and the PAC timer runs");
}

static void check_came(struct state *s, const struct nt_item *m, uint32_t self)
{
    struct pair *p = &s->pairs[m->pair];
    const struct agent *a = &s->agents[m->party];
    uint32_t answer = s->v->items[m->first].answer;
    nt_time since = running_since(s->v, m->party);
    if (m->first != self)
        return;
    judge_answered(s, m, self);
    if (answer == NT_VIEW_NONE || s->v->items[answer].class_ != NT_STUN_SUCCESS)
        return;
    if (nt_item_attr(s->v, m, NT_ATTR_USE_CANDIDATE) != NULL) {
        p->sent = true;
        if (p->success != NT_VIEW_NONE)
            selected(s, m);
    }
    if (p->success != NT_VIEW_NONE || p->waits != NT_VIEW_NONE || a->selected != NT_TIME_NEVER || since == NT_TIME_NEVER || !in_use(s, m) ||
        (m->inner && !p->checked) || a->pairs >= PAIRS_LIMIT)
        return;
    nt_time bound = ta(s->v, m) * (4 + 2 * (nt_time)a->pairs);
    p->waits = self;
    p->waits_until = (since > m->at ? since : m->at) + (bound > TRIGGER_LEAST ? bound : TRIGGER_LEAST);
}

static bool any_nominated(const struct state *s, const struct nt_item *m)
{
    return s->agents[m->party].selected != NT_TIME_NEVER;
}

static void judge_data(struct state *s, const struct nt_item *m)
{
    const struct pair *p = &s->pairs[m->pair];
    if (!s->agents[m->party].any_success || nt_item_held(s->v, m))
        return; /* the first is RFC 7675's business */
    nt_judge_that(s->j, NT_ICE_RULE_DATA_PAIR, m, p->success != NT_VIEW_NONE && (p->nominated || !any_nominated(s, m)),
                  "data on a pair that is not valid, or not selected");
}

static void step(struct state *s, const struct nt_item *m, uint32_t self)
{
    bool out = m->direction == NT_DIR_OUT;
    if (out && m->kind == NT_ITEM_DATA && !m->excused)
        judge_data(s, m);
    if (m->kind != NT_ITEM_STUN)
        return;
    if (out && m->class_ == NT_STUN_REQUEST && m->first == self)
        request_sent(s, m);
    else if (!out && nt_item_is(m, NT_STUN_BINDING, NT_STUN_SUCCESS) && nt_item_check_response(s->v, m))
        success_came(s, m, self);
    else if (!out && nt_item_valid_check(s->v, m))
        check_came(s, m, self);
}

static void finish(struct state *s)
{
    for (uint32_t i = 0; i < s->v->count; i++) {
        const struct nt_item *m = &s->v->items[i];
        const struct agent *a = &s->agents[m->party];
        if (m->leg != NT_VIEW_NONE || s->pairs[m->pair].waits != i)
            continue;
        nt_time until = s->pairs[m->pair].waits_until;
        bool active = a->last_binding != NT_VIEW_NONE && s->v->items[a->last_binding].at > until;
        if (active && until < s->v->in->end)
            settle_trigger(s, m, s->v->in->end);
    }
}

void nt_judge_pairs(struct nt_judge *j)
{
    const struct nt_view *v = j->v;
    struct state s = {.j = j, .v = v, .pairs = calloc(v->pair_count + 1u, sizeof *s.pairs), .agents = calloc(v->in->party_count + 1, sizeof *s.agents)};
    if (s.pairs == NULL || s.agents == NULL) {
        j->err = NT_ENOMEM;
    } else {
        for (uint32_t i = 0; i < v->pair_count; i++)
            s.pairs[i].success = s.pairs[i].asymmetric = s.pairs[i].waits = NT_VIEW_NONE;
        for (size_t i = 0; i < v->in->party_count; i++) {
            s.agents[i].nominated = s.agents[i].last_binding = NT_VIEW_NONE;
            s.agents[i].selected = NT_TIME_NEVER;
        }
        for (uint32_t i = 0; i < v->count; i++)
            if (v->items[i].kind == NT_ITEM_STUN && v->items[i].method == NT_STUN_BINDING && v->items[i].direction == NT_DIR_OUT)
                s.agents[v->items[i].party].last_binding = i;
        for (uint32_t i = 0; i < v->count; i++)
            if (nt_item_party(v, &v->items[i])->kind == NT_CONF_AGENT)
                step(&s, &v->items[i], i);
        finish(&s);
    }
    free(s.pairs);
    free(s.agents);
}
