#include "reports/conformance/rfc8445_pairs.h"

#include "core/base/err.h"
#include "reports/conformance/agent_events.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"
#include "reports/conformance/rfc8445_answers.h"
#include "reports/conformance/rfc8445_data.h"
#include "reports/conformance/rfc8445_keepalives.h"
#include "reports/conformance/rfc8445_pacing.h"
#include "reports/conformance/rfc8445_restarts.h"
#include "reports/conformance/rfc8445_state.h"
#include "reports/conformance/sessions.h"
#include "reports/conformance/signalling.h"
#include "reports/conformance/transactions.h"

#include <stdlib.h>

/* How long a triggered check may take at least: RFC 8445, 6.1.4.2 lets it wait its turn in the queue, one every Ta. */
#define TRIGGER_LEAST NT_SEC
#define NOMINATES_WITHIN (NT_STUN_TI + NT_SEC)
#define PAIRS_LIMIT 100 /* RFC 8445, 6.1.2.5: an agent that has checked so many may discard a pair before its triggered check */

static const char old_agents[] = "neither agent has ice2: one of RFC 5245 may nominate aggressively";

static const char moved_agents[] = "steps take its interfaces down or to other networks: the pair may be gone";

/* --- nomination --- */

/* RFC 8445, 8.1.1: "A controlling agent that does not support this specification (i.e., it is implemented according to RFC 5245)
 * might nominate more than one candidate pair". */
static bool is_of_rfc5245(const struct nt_view *v, const struct nt_item *m)
{
    const struct nt_view_description *own = nt_view_session_first(v, m->session, NT_DIR_OUT);
    return own != NULL && !own->d.ice2;
}

/* The greatest one counts: one on another pair is greater than all before, one on the same pair is not less. */
static void judge_renomination(struct nt_seen *s, const struct nt_item *m)
{
    struct nt_seen_component *k = &s->components[m->place];
    uint32_t value = 0;
    bool there = nt_item_u32(s->v, m, NT_ATTR_NOMINATION, &value),
         another = k->named != NT_VIEW_NONE && s->v->items[k->named].link != m->link;
    if (another)
        nt_require(s->finder, NT_ICE_RULE_RENOMINATION, m, there && value > k->nomination,
                   "another pair than in packet %u is nominated with the NOMINATION %" PRIu32 "%s, expected more than %" PRIu32,
                   (unsigned)s->v->items[k->named].frame, value, there ? "" : " (none)", k->nomination);
    else if (there)
        nt_require(s->finder, NT_ICE_RULE_RENOMINATION, m, value >= k->nomination,
                   "the pair is nominated with the NOMINATION %" PRIu32 ", expected %" PRIu32 " at least", value, k->nomination);
    k->nomination = there && value > k->nomination ? value : k->nomination;
    k->named = nt_item_number(s->v, m);
}

static void judge_only_nomination(struct nt_seen *s, const struct nt_item *m)
{
    uint32_t before = s->components[m->place].nominated;
    if (nt_view_may_renominate(s->v, m->session))
        judge_renomination(s, m);
    else if (before != NT_VIEW_NONE && s->v->items[before].link != m->link && nt_view_may_fail_over(s->v))
        nt_not_judged(s->finder, NT_ICE_RULE_ONE_PAIR, m->party, "both agents are set to nominate another pair when one has ended");
    else if (before != NT_VIEW_NONE)
        nt_require(s->finder, NT_ICE_RULE_ONE_PAIR, m, s->v->items[before].link == m->link,
                   "nominated, but another pair of the component was nominated successfully in packet %u",
                   (unsigned)s->v->items[before].frame);
}

static void judge_nomination(struct nt_seen *s, const struct nt_item *m)
{
    const struct nt_seen_link *l = &s->links[m->link];
    bool valid = l->success != NT_VIEW_NONE || l->late_success;
    if (is_of_rfc5245(s->v, m)) {
        nt_not_judged(s->finder, NT_ICE_RULE_NOMINATE_VALID, m->party, old_agents);
        nt_not_judged(s->finder, NT_ICE_RULE_ONE_PAIR, m->party, old_agents);
        return;
    }
    if (l->asymmetric != NT_VIEW_NONE && !valid)
        nt_require(s->finder, NT_ICE_RULE_ASYMMETRIC, m, false, "nominated; the response in packet %u came from another address",
                   (unsigned)s->v->items[l->asymmetric].frame);
    else
        nt_require(s->finder, NT_ICE_RULE_NOMINATE_VALID, m, valid, "nominated, and no check on this pair has succeeded");
    judge_only_nomination(s, m);
}

/* Both halves of a nomination are there: USE-CANDIDATE (the peer's, or its own in a check that succeeded), and a success on the
 * pair. */
static void note_selected(struct nt_seen *s, const struct nt_item *m)
{
    struct nt_seen_component *k = &s->components[m->place];
    struct nt_seen_session *session = &s->sessions[m->session];
    s->links[m->link].nominated = true;
    if (k->selected != NT_TIME_NEVER)
        return;
    k->selected = session->concluded = m->at;
    k->frame = m->frame;
    session->open -= k->checked;
}

static void note_component(struct nt_seen *s, const struct nt_item *m)
{
    struct nt_seen_component *k = &s->components[m->place];
    s->sessions[m->session].open += !k->checked && k->selected == NT_TIME_NEVER;
    k->checked = true;
}

/* RFC 8445, 8.1.2: a checklist fails when a component of its stream has no valid pair. */
static bool has_failed(const struct nt_seen *s, const struct nt_view_place *place)
{
    for (size_t i = 0; i < s->v->place_count; i++) {
        const struct nt_view_place *other = &s->v->places[i];
        if (other->session == place->session && other->stream == place->stream && s->components[i].checked &&
            s->components[i].success == NT_VIEW_NONE)
            return true;
    }
    return false;
}

/* What a relay carried may have become impossible: the allocation or the permission is gone. */
static bool may_have_closed(const struct nt_seen *s, const struct nt_item *m)
{
    return m->inner && (s->given_up[m->outer] || s->refused[m->outer]);
}

/* "They are a matter of local optimization": but no check takes longer than Ti, after which nothing better can come. */
static void judge_never_nominated(struct nt_seen *s)
{
    for (uint32_t i = 0; i < s->v->place_count; i++) {
        const struct nt_seen_component *k = &s->components[i];
        const struct nt_item *m = k->success != NT_VIEW_NONE ? &s->v->items[k->success] : NULL;
        if (m == NULL || !s->agents[m->party].controls || m->session + 1 != s->v->first_session[m->party + 1] ||
            s->v->parties[m->party].bye <= m->at + NOMINATES_WITHIN || s->v->end <= m->at + NOMINATES_WITHIN ||
            has_failed(s, &s->v->places[i]))
            continue;
        if (nt_item_party(s->v, m)->moves) {
            nt_not_judged(s->finder, NT_ICE_RULE_NOMINATES, m->party, moved_agents);
            continue;
        }
        if (may_have_closed(s, m)) {
            nt_not_judged(s->finder, NT_ICE_RULE_NOMINATES, m->party,
                          "its TURN server has refused a request, or was told to release the allocation: the pair may be gone");
            continue;
        }
        nt_require(s->finder, NT_ICE_RULE_NOMINATES, m, k->proposed || k->selected != NT_TIME_NEVER,
                   "this pair was valid, and in the %" PRId64 " s that followed none was nominated", (s->v->end - m->at) / NT_SEC);
    }
}

/* --- triggered checks --- */

/* How many transactions with servers the agent begins between: RFC 8445, 14.2 paces them together with the checks. */
static nt_time count_gathering(const struct nt_seen *s, uint32_t party, nt_time from, nt_time to)
{
    nt_time n = 0;
    for (uint32_t i = 0; i < s->v->count && s->v->items[i].at <= to; i++) {
        const struct nt_item *m = &s->v->items[i];
        n += m->party == party && m->at >= from && m->kind == NT_ITEM_STUN && m->class_ == NT_STUN_REQUEST && !m->check &&
             m->direction == NT_DIR_OUT && m->first == i;
    }
    return n;
}

/* When it is late, gathering counted. */
static nt_time late_after(const struct nt_seen *s, const struct nt_item *cause, nt_time until)
{
    nt_time gathering = count_gathering(s, cause->party, cause->at, until);
    return until + nt_pacing_ta(s->v, cause, cause->at) * gathering + nt_tolerance(s->v);
}

static void settle_trigger(struct nt_seen *s, const struct nt_item *m, nt_time now)
{
    struct nt_seen_link *l = &s->links[m->link];
    if (l->waits == NT_VIEW_NONE)
        return;
    const struct nt_item *cause = &s->v->items[l->waits];
    bool late = s->v->parties[m->party].bye > l->waits_until && now > l->waits_until + nt_tolerance(s->v) &&
                now > late_after(s, cause, l->waits_until) && s->components[m->place].selected > l->waits_until;
    if (late && nt_item_party(s->v, m)->moves) {
        nt_not_judged(s->finder, NT_ICE_RULE_TRIGGERED, m->party, moved_agents);
        late = false;
    }
    bool restarted = late && nt_view_generation_at(s->v, m->party, l->waits_until) > nt_view_generation(s->v, m);
    nt_require(s->finder, NT_ICE_RULE_TRIGGERED, cause, !late || restarted, "no check in the other direction within %" PRId64 " ms",
               (l->waits_until - cause->at) / NT_MSEC);
    l->waits = NT_VIEW_NONE;
    s->sessions[m->session].waiting--;
}

static nt_time count_queued(const struct nt_seen *s, const struct nt_item *m)
{
    nt_time n = 0;
    for (uint32_t i = s->v->first_session[m->party]; i < s->v->first_session[m->party + 1]; i++)
        n += (nt_time)s->sessions[i].pairs + s->sessions[i].waiting;
    return n;
}

/* The bound counts all that may be sent before: the pairs of the check lists, and those that wait in the triggered queues, of all
 * sessions of the agent. */
static void await_trigger(struct nt_seen *s, const struct nt_item *m, nt_time since)
{
    struct nt_seen_link *l = &s->links[m->link];
    struct nt_seen_session *session = &s->sessions[m->session];
    session->waiting++;
    nt_time from = since > m->at ? since : m->at, bound = nt_pacing_ta(s->v, m, from) * (4 + 2 * count_queued(s, m));
    l->waits = m->first;
    l->waits_until = from + (bound > TRIGGER_LEAST ? bound : TRIGGER_LEAST);
}

/* Checks that are still to trigger one when the capture ends. */
static void settle_triggers(struct nt_seen *s)
{
    for (uint32_t i = 0; i < s->v->count; i++) {
        const struct nt_item *m = &s->v->items[i];
        if (m->link == NT_VIEW_NONE || s->links[m->link].waits != i)
            continue;
        uint32_t last = s->sessions[m->session].last_binding;
        nt_time until = s->links[m->link].waits_until;
        bool active = last != NT_VIEW_NONE && s->v->items[last].at > until;
        if (active && until < s->v->end)
            settle_trigger(s, m, s->v->end);
    }
}

/* --- events --- */

static void note_release(struct nt_seen *s, const struct nt_item *m)
{
    uint32_t lifetime;
    if (m->method == NT_TURN_REFRESH)
        s->given_up[m->pair] = nt_item_u32(s->v, m, NT_ATTR_LIFETIME, &lifetime) && lifetime == 0;
    else if (m->method == NT_TURN_ALLOCATE)
        s->given_up[m->pair] = false;
}

static void count_pair(struct nt_seen *s, const struct nt_item *m)
{
    struct nt_seen_link *l = &s->links[m->link];
    s->sessions[m->session].pairs += !l->checked;
    l->checked = true;
}

static void judge_side(struct nt_seen *s, const struct nt_item *m)
{
    const struct nt_view_description *peer = nt_view_session_first(s->v, m->session, NT_DIR_IN);
    s->agents[m->party].controls = nt_item_attr(s->v, m, NT_ATTR_ICE_CONTROLLING) != NULL;
    if (peer != NULL && peer->d.lite && !s->sessions[m->session].conflicted)
        nt_require(s->finder, NT_ICE_RULE_FULL_CONTROLS, m, s->agents[m->party].controls,
                   "ICE-CONTROLLED, and the peer said ice-lite in packet %u", (unsigned)peer->frame);
}

static void refusal_came(void *state, const struct nt_item *m)
{
    struct nt_seen *s = state;
    if (nt_item_is_valid_error(s->v, m) && nt_item_code(s->v, m) == 487)
        s->sessions[m->session].conflicted = true;
}

static void request_sent(void *state, const struct nt_item *m)
{
    struct nt_seen *s = state;
    if (m->first != nt_item_number(s->v, m))
        return;
    nt_pacing_started(s, m);
    note_release(s, m);
    if (!m->check)
        return;
    note_component(s, m);
    settle_trigger(s, m, m->at);
    count_pair(s, m);
    nt_restarts_judge_check(s, m);
    judge_side(s, m);
    bool flagged = nt_item_nominates(s->v, m);
    s->components[m->place].proposed |= flagged || m->excused; /* what was damaged may have been flagged */
    if (flagged && !m->excused)
        judge_nomination(s, m);
}

static void success_came(void *state, const struct nt_item *m)
{
    struct nt_seen *s = state;
    const struct nt_item *q = &s->v->items[m->request];
    if (q->pair != m->pair && m->integrity == NT_SIGNED_RIGHT) {
        s->links[q->link].asymmetric = nt_item_number(s->v, m);
        nt_exercise(s->finder, NT_ICE_RULE_ASYMMETRIC);
    }
    if (!nt_item_is_valid_success(s->v, m))
        return;
    struct nt_seen_link *l = &s->links[m->link];
    settle_trigger(s, m, m->at);
    s->sessions[m->session].any_success = true;
    if (nt_item_is_late(s->v, m)) {
        l->late_success = true;
        return;
    }
    l->success = nt_item_number(s->v, m);
    if (!nt_item_makes_valid_pair(s->v, m))
        return;
    if (s->components[m->place].success == NT_VIEW_NONE)
        s->components[m->place].success = l->success;
    bool own = nt_item_nominates(s->v, q);
    if (own && s->components[m->place].nominated == NT_VIEW_NONE)
        s->components[m->place].nominated = nt_item_number(s->v, m);
    if (own || l->peer_nominated) /* the controlled side: USE-CANDIDATE came before */
        note_selected(s, m);
}

/* 7.3.1.1: who does not refuse a check of an agent that controls is controlled, or switches to that. An answer that a step has
 * damaged may have been either. */
static void yield_control(struct nt_seen *s, const struct nt_item *m, uint32_t answer)
{
    bool refused = answer != NT_VIEW_NONE && s->v->items[answer].class_ == NT_STUN_ERROR && !s->v->items[answer].excused;
    if (nt_item_attr(s->v, m, NT_ATTR_ICE_CONTROLLING) != NULL && !refused)
        s->agents[m->party].controls = false;
}

static void check_came(void *state, const struct nt_item *m)
{
    struct nt_seen *s = state;
    struct nt_seen_link *l = &s->links[m->link];
    uint32_t answer = s->v->items[m->first].answer;
    nt_time since = nt_view_session_since(s->v, m->session);
    if (m->first != nt_item_number(s->v, m))
        return;
    note_component(s, m);
    s->sessions[m->session].conflicted |= nt_item_attr(s->v, m, NT_ATTR_ICE_CONTROLLING) != NULL;
    nt_answers_judge(s, m);
    yield_control(s, m, answer);
    if (answer == NT_VIEW_NONE || s->v->items[answer].class_ != NT_STUN_SUCCESS)
        return;
    if (nt_item_nominates(s->v, m)) {
        l->peer_nominated = s->components[m->place].peer_nominated = true;
        if (l->success != NT_VIEW_NONE)
            note_selected(s, m);
    }
    bool done = l->success != NT_VIEW_NONE || l->late_success || l->waits != NT_VIEW_NONE ||
                s->components[m->place].selected != NT_TIME_NEVER;
    bool bound = since != NT_TIME_NEVER && nt_answers_in_use(s, m) && (!m->inner || nt_granted_to(&s->granted, m));
    bool fresh = m->before == NT_VIEW_NONE; /* another with its id came before: this one may pass for its retransmission */
    if (!done && bound && fresh && s->sessions[m->session].pairs < PAIRS_LIMIT)
        await_trigger(s, m, since);
}

static void granted(void *state, const struct nt_item *m)
{
    struct nt_seen *s = state;
    if (nt_granted_note(&s->granted, s->v, m) != NT_OK)
        s->finder->err = NT_ENOMEM;
}

static void denied(void *state, const struct nt_item *m)
{
    struct nt_seen *s = state;
    s->refused[m->pair] |= s->v->items[m->request].integrity != NT_SIGNED_NOT; /* else it was a challenge */
    /* RFC 8656, 5: 437 says that there is no allocation; another request may be granted all the same, too late for the client. */
    s->given_up[m->pair] |= nt_item_code(s->v, m) == 437;
    if (nt_granted_lost(&s->granted, s->v, m) != NT_OK)
        s->finder->err = NT_ENOMEM;
}

static void data_sent(void *state, const struct nt_item *m)
{
    nt_data_judge(state, m);
}

/* --- the walk --- */

static bool make_state(struct nt_seen *s)
{
    const struct nt_view *v = s->v;
    size_t parties = v->in->party_count;
    s->links = calloc(v->link_count + 1u, sizeof *s->links);
    s->components = calloc(v->place_count + 1, sizeof *s->components);
    s->sessions = calloc(v->first_session[parties] + 1u, sizeof *s->sessions);
    s->agents = calloc(parties + 1, sizeof *s->agents);
    s->given_up = calloc(v->pair_count + 1u, sizeof *s->given_up);
    s->refused = calloc(v->pair_count + 1u, sizeof *s->refused);
    return s->links != NULL && s->components != NULL && s->sessions != NULL && s->agents != NULL && s->given_up != NULL &&
           s->refused != NULL;
}

/* A check that an agent sends, or an answer, whose request is not always known: an agent answers nothing else than checks. It
 * refuses those of sessions that it knows no more, too. */
static bool is_of_a_check(const struct nt_item *m)
{
    bool sent = m->kind == NT_ITEM_STUN && m->direction == NT_DIR_OUT && m->method == NT_STUN_BINDING && m->session != NT_VIEW_NONE;
    return sent && (m->check || m->class_ == NT_STUN_SUCCESS);
}

static void init_state(struct nt_seen *s)
{
    const struct nt_view *v = s->v;
    for (uint32_t i = 0; i < v->link_count; i++)
        s->links[i].success = s->links[i].asymmetric = s->links[i].waits = NT_VIEW_NONE;
    for (size_t i = 0; i < v->place_count; i++)
        s->components[i] = (struct nt_seen_component){
            .success = NT_VIEW_NONE, .named = NT_VIEW_NONE, .nominated = NT_VIEW_NONE, .selected = NT_TIME_NEVER};
    for (size_t i = 0; i < v->first_session[v->in->party_count]; i++)
        s->sessions[i] = (struct nt_seen_session){.concluded = NT_TIME_NEVER, .last_binding = NT_VIEW_NONE};
    for (size_t i = 0; i < v->in->party_count; i++)
        s->agents[i].started = NT_VIEW_NONE;
    for (uint32_t i = 0; i < v->count; i++)
        if (is_of_a_check(&v->items[i]))
            s->sessions[v->items[i].session].last_binding = i;
}

void nt_rfc8445_pairs_judge(struct nt_finder *finder)
{
    static const struct nt_agent_handlers handlers = {.data_sent = data_sent,
                                                      .request_sent = request_sent,
                                                      .success_came = success_came,
                                                      .check_came = check_came,
                                                      .refusal_came = refusal_came,
                                                      .granted = granted,
                                                      .denied = denied};
    struct nt_seen s = {.finder = finder, .v = finder->v};
    nt_granted_init(&s.granted);
    if (make_state(&s)) {
        init_state(&s);
        nt_agent_events(s.v, &handlers, &s);
        settle_triggers(&s);
        judge_never_nominated(&s);
        nt_keepalives_judge(&s);
    } else {
        finder->err = NT_ENOMEM;
    }
    nt_granted_free(&s.granted);
    free(s.links);
    free(s.components);
    free(s.sessions);
    free(s.agents);
    free(s.given_up);
    free(s.refused);
}
