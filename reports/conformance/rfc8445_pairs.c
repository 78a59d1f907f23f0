#include "reports/conformance/rfc8445_pairs.h"

#include "core/base/err.h"
#include "reports/conformance/agent_events.h"
#include "reports/conformance/allocations.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"
#include "reports/conformance/signalling.h"

#include <stdlib.h>

/* How long a triggered check may take at least: RFC 8445, 6.1.4.2 lets it wait its turn in the queue, one every Ta. */
#define TRIGGER_LEAST NT_SEC
#define TA_DEFAULT_MS 50
#define PAIRS_LIMIT 100 /* RFC 8445, 6.1.2.5: an agent that has checked so many may discard a pair before its triggered check */

struct pair {
    uint32_t success;    /* its last valid success response, or NT_VIEW_NONE */
    uint32_t asymmetric; /* the last one that came from another address */
    uint32_t waits;      /* the received check that must still trigger one, or NT_VIEW_NONE */
    nt_time waits_until;
    bool checked, nominated;
    bool peer_nominated; /* a check with USE-CANDIDATE was received and answered with success */
    bool given_up;       /* a client's pair with its TURN server: the client has asked to delete its allocation */
};

struct agent {
    bool any_success;
    uint32_t nominated;       /* the pair whose check with USE-CANDIDATE has succeeded (component 1) */
    uint32_t last_binding;    /* the last Binding message that it sends in the whole capture */
    uint32_t pairs;           /* that it has checked */
    nt_time selected;         /* when it first selected a pair; NT_TIME_NEVER: it did not */
    nt_time last_start, pace; /* when it last started a transaction, and Ta at that time */
    bool started;
};

struct state {
    struct nt_finder *finder;
    const struct nt_view *v;
    struct pair *pairs;
    struct agent *agents;
};

static nt_time ta(const struct nt_view *v, const struct nt_item *m)
{
    const struct nt_view_description *own = nt_view_described(v, m->party, NT_DIR_OUT),
                                     *peer = nt_view_described(v, m->party, NT_DIR_IN);
    uint32_t a = own != NULL && own->d.pacing_ms != 0 ? own->d.pacing_ms : TA_DEFAULT_MS;
    uint32_t b = peer != NULL && peer->at <= m->at ? (peer->d.pacing_ms != 0 ? peer->d.pacing_ms : TA_DEFAULT_MS) : 0;
    return (nt_time)(a > b ? a : b) * NT_MSEC;
}

/* RFC 8445, 14.2: gathering and checks share the pace, until ICE has selected a pair. */
static void judge_pace(struct state *s, const struct nt_item *m)
{
    struct agent *a = &s->agents[m->party];
    nt_time gap = m->at - a->last_start;
    if (m->excused || nt_item_is_held(s->v, m))
        return;
    bool judged = a->selected == NT_TIME_NEVER && a->started;
    if (judged)
        nt_exercise(s->finder, NT_ICE_RULE_PACING);
    if (judged && gap + nt_tolerance(s->v) < a->pace)
        nt_find_violation(s->finder, NT_ICE_RULE_PACING, m->party, m->frame, "%" PRId64 ".%03d ms after the transaction before",
                          gap / NT_MSEC, (int)(gap / NT_USEC % 1000));
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
        nt_require(s->finder, NT_ICE_RULE_ASYMMETRIC, m, false, "nominated on a response from another address");
    else
        nt_require(s->finder, NT_ICE_RULE_NOMINATE_VALID, m, valid, "no check on this pair has succeeded");
    if (a->nominated != NT_VIEW_NONE && (c == NULL || c->component == 1))
        nt_require(s->finder, NT_ICE_RULE_ONE_PAIR, m, a->nominated == m->pair, "another pair was nominated before");
}

static void settle_trigger(struct state *s, const struct nt_item *m, nt_time now)
{
    struct pair *p = &s->pairs[m->pair];
    if (p->waits == NT_VIEW_NONE)
        return;
    const struct nt_item *cause = &s->v->items[p->waits];
    bool late =
        !nt_item_is_held(s->v, m) && now > p->waits_until + nt_tolerance(s->v) && s->agents[m->party].selected > p->waits_until;
    nt_require(s->finder, NT_ICE_RULE_TRIGGERED, cause, !late, "no check in the other direction");
    p->waits = NT_VIEW_NONE;
}

static void request_sent(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct pair *p = &s->pairs[m->pair];
    bool check = m->check;
    uint32_t lifetime;
    if (m->first != nt_item_number(s->v, m))
        return;
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

/* Both halves of a nomination are there: USE-CANDIDATE (the peer's, or its own in a check that succeeded), and a success on the
 * pair. */
static void note_selected(struct state *s, const struct nt_item *m)
{
    struct agent *a = &s->agents[m->party];
    s->pairs[m->pair].nominated = true;
    if (a->selected == NT_TIME_NEVER)
        a->selected = m->at;
}

static void success_came(void *state, const struct nt_item *m)
{
    struct state *s = state;
    const struct nt_item *q = &s->v->items[m->request];
    struct pair *p = &s->pairs[q->pair];
    if (q->pair != m->pair && m->integrity == NT_SIGNED_RIGHT) {
        p->asymmetric = nt_item_number(s->v, m);
        nt_exercise(s->finder, NT_ICE_RULE_ASYMMETRIC);
    }
    if (!nt_item_is_valid_success(s->v, m))
        return;
    settle_trigger(s, m, m->at);
    p->success = nt_item_number(s->v, m);
    s->agents[m->party].any_success = true;
    if (nt_item_attr(s->v, q, NT_ATTR_USE_CANDIDATE) != NULL) {
        s->agents[m->party].nominated = m->pair;
        note_selected(s, m);
    } else if (p->peer_nominated) {
        note_selected(s, m); /* the controlled side: USE-CANDIDATE came before */
    }
}

/* RFC 8445, 8.3.1: a candidate that was freed need not answer; checks still arrive that its TURN server relayed before it knew. */
static bool is_freed(const struct state *s, const struct nt_item *m)
{
    return m->inner && s->pairs[m->outer].given_up;
}

static bool is_in_use(const struct state *s, const struct nt_item *m)
{
    const struct nt_ice_candidate *c = nt_view_candidate(s->v, m->party, &m->local);
    return c != NULL && (c->type == NT_ICE_HOST || c->type == NT_ICE_RELAY) && !is_freed(s, m);
}

/* RFC 8445, 7.3; and RFC 8863, 4: an agent that has selected nothing goes on answering until the PAC timer ends. A relayed check
 * counts once the client has sent one on that pair: the server's response to CreatePermission may have been lost. */
static void judge_answered(struct state *s, const struct nt_item *m)
{
    const struct agent *a = &s->agents[m->party];
    uint32_t answer = s->v->items[m->first].answer;
    nt_time since = nt_view_checks_since(s->v, m->party);
    bool answered = answer != NT_VIEW_NONE && s->v->items[answer].at <= m->at + NT_ANSWER_WITHIN;
    bool active =
        a->last_binding != NT_VIEW_NONE && a->last_binding > nt_item_number(s->v, m) && s->v->items[a->last_binding].at > m->at;
    nt_time waits_until = nt_time_after(since, NT_STUN_TI) - nt_item_party(s->v, m)->told_late;
    bool patient =
        since <= m->at && m->at < waits_until && a->selected == NT_TIME_NEVER && s->v->bye[m->party] > m->at + NT_ANSWER_WITHIN;
    if (nt_item_is_held(s->v, m) || m->at + NT_ANSWER_WITHIN > s->v->end || !is_in_use(s, m) ||
        (m->inner && !s->pairs[m->pair].checked))
        return;
    if (answered || active)
        nt_require(s->finder, NT_ICE_RULE_ANSWERED, m, answered, "a valid check was not answered");
    if (patient && (answered || !active))
        nt_require(s->finder, NT_PAC_RULE_LISTENING, m, answered, "a valid check was not answered, and the PAC timer runs");
}

static void check_came(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct pair *p = &s->pairs[m->pair];
    const struct agent *a = &s->agents[m->party];
    uint32_t answer = s->v->items[m->first].answer;
    nt_time since = nt_view_checks_since(s->v, m->party);
    if (m->first != nt_item_number(s->v, m))
        return;
    judge_answered(s, m);
    if (answer == NT_VIEW_NONE || s->v->items[answer].class_ != NT_STUN_SUCCESS)
        return;
    if (nt_item_attr(s->v, m, NT_ATTR_USE_CANDIDATE) != NULL) {
        p->peer_nominated = true;
        if (p->success != NT_VIEW_NONE)
            note_selected(s, m);
    }
    if (p->success != NT_VIEW_NONE || p->waits != NT_VIEW_NONE || a->selected != NT_TIME_NEVER || since == NT_TIME_NEVER ||
        !is_in_use(s, m) || (m->inner && !p->checked) || a->pairs >= PAIRS_LIMIT)
        return;
    nt_time bound = ta(s->v, m) * (4 + 2 * (nt_time)a->pairs);
    p->waits = m->first;
    p->waits_until = (since > m->at ? since : m->at) + (bound > TRIGGER_LEAST ? bound : TRIGGER_LEAST);
}

static bool has_selected(const struct state *s, const struct nt_item *m)
{
    return s->agents[m->party].selected != NT_TIME_NEVER;
}

static void judge_data(void *state, const struct nt_item *m)
{
    const struct state *s = state;
    const struct pair *p = &s->pairs[m->pair];
    if (!s->agents[m->party].any_success || nt_item_is_held(s->v, m))
        return; /* data before any success is judged by RFC 7675 */
    nt_require(s->finder, NT_ICE_RULE_DATA_PAIR, m, p->success != NT_VIEW_NONE && (p->nominated || !has_selected(s, m)),
               "data on a pair that is not valid, or not selected");
}

/* Checks that are still to trigger one when the capture ends. */
static void settle_triggers(struct state *s)
{
    for (uint32_t i = 0; i < s->v->count; i++) {
        const struct nt_item *m = &s->v->items[i];
        const struct agent *a = &s->agents[m->party];
        if (m->leg != NT_VIEW_NONE || s->pairs[m->pair].waits != i)
            continue;
        nt_time until = s->pairs[m->pair].waits_until;
        bool active = a->last_binding != NT_VIEW_NONE && s->v->items[a->last_binding].at > until;
        if (active && until < s->v->end)
            settle_trigger(s, m, s->v->end);
    }
}

static void init_states(struct state *s)
{
    const struct nt_view *v = s->v;
    for (uint32_t i = 0; i < v->pair_count; i++)
        s->pairs[i].success = s->pairs[i].asymmetric = s->pairs[i].waits = NT_VIEW_NONE;
    for (size_t i = 0; i < v->in->party_count; i++) {
        s->agents[i].nominated = s->agents[i].last_binding = NT_VIEW_NONE;
        s->agents[i].selected = NT_TIME_NEVER;
    }
    for (uint32_t i = 0; i < v->count; i++)
        if (v->items[i].kind == NT_ITEM_STUN && v->items[i].method == NT_STUN_BINDING && v->items[i].direction == NT_DIR_OUT)
            s->agents[v->items[i].party].last_binding = i;
}

void nt_rfc8445_pairs_judge(struct nt_finder *finder)
{
    static const struct nt_agent_handlers handlers = {
        .data_sent = judge_data, .request_sent = request_sent, .success_came = success_came, .check_came = check_came};
    const struct nt_view *v = finder->v;
    struct state s = {.finder = finder,
                      .v = v,
                      .pairs = calloc(v->pair_count + 1u, sizeof *s.pairs),
                      .agents = calloc(v->in->party_count + 1, sizeof *s.agents)};
    if (s.pairs == NULL || s.agents == NULL) {
        finder->err = NT_ENOMEM;
    } else {
        init_states(&s);
        nt_agent_events(v, &handlers, &s);
        settle_triggers(&s);
    }
    free(s.pairs);
    free(s.agents);
}
