#include "reports/conformance/rfc8445_roles.h"

#include "core/base/err.h"
#include "reports/conformance/agent_events.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"
#include "reports/conformance/sessions.h"
#include "reports/conformance/transactions.h"

#include <stdlib.h>

enum role { UNKNOWN = 0, CONTROLLING, CONTROLLED };

#define DETERMINED_ANEW "it does not say ice2, and by RFC 5245 a restart determines the roles anew: who offers it controls"

struct side { /* an agent in a session: each restart may choose a new tie-breaker (RFC 8445, 16.1) */
    enum role role;
    enum role before; /* of an agent that may determine its role anew: the one in the session before, if no conflict came since */
    bool begun;       /* it has sent, answered or got something */
    bool switched;    /* a 487 came: the next check must show the other role */
    uint32_t open;    /* a check in its own role whose answer is not seen, or was damaged: it may have switched; or NT_VIEW_NONE */
    uint32_t refusal; /* the last 487, after which the tie-breaker changes, or NT_VIEW_NONE */
    uint32_t shown;   /* the last check that it sent, or NT_VIEW_NONE */
    uint64_t tie, refused_tie;
    nt_time concluded; /* when a pair was nominated last: other checks may be given up then (RFC 8445, 8.1.2) */
};

struct state {
    struct nt_finder *finder;
    const struct nt_view *v;
    struct side *sides; /* by session */
};

static enum role role_of(const struct nt_view *v, const struct nt_item *m, uint64_t *tie)
{
    const struct nt_item_attr *a = nt_item_attr(v, m, NT_ATTR_ICE_CONTROLLING), *b = nt_item_attr(v, m, NT_ATTR_ICE_CONTROLLED);
    const struct nt_item_attr *one = a != NULL ? a : b;
    if ((a != NULL) == (b != NULL) || one->len != 8)
        return UNKNOWN;
    *tie = nt_load64(one->value);
    return a != NULL ? CONTROLLING : CONTROLLED;
}

static enum role other_role(enum role r)
{
    return r == CONTROLLING ? CONTROLLED : CONTROLLING;
}

static const char *role_name(enum role r)
{
    return r == CONTROLLING ? "controlling" : "controlled";
}

/* RFC 8445, 6.1.1: "an ICE agent MUST NOT redetermine the role as part of an ICE restart", unless one becomes lite. An offer that
 * comes to nothing changes no role. */
static bool neither_is_lite(const struct nt_view *v, uint32_t session)
{
    const struct nt_view_description *own = nt_view_session_first(v, session, NT_DIR_OUT),
                                     *peer = nt_view_session_first(v, session, NT_DIR_IN);
    return own != NULL && !own->d.lite && (peer == NULL || !peer->d.lite);
}

static bool keeps_role(const struct nt_view *v, uint32_t session)
{
    return neither_is_lite(v, session) && nt_view_session_first(v, session, NT_DIR_OUT)->d.ice2;
}

/* RFC 5245, 5.2: "A restart [...] causes a new selection of roles and tie-breakers". UNKNOWN: what was agreed on is not known. */
static enum role role_of_restart(const struct nt_view *v, uint32_t session)
{
    const struct nt_view_description *peer = nt_view_session_first(v, session, NT_DIR_IN);
    if (peer == NULL || v->in->parties[v->session_party[session]].told_partly)
        return UNKNOWN;
    return peer->offer ? CONTROLLED : CONTROLLING;
}

/* The role is the agent's: what switches it in one session may switch it in those beside it, whose checks are still under way. */
static void forget_other_roles(struct state *s, const struct nt_item *m)
{
    for (uint32_t i = s->v->first_session[m->party]; i < s->v->first_session[m->party + 1]; i++)
        if (i != m->session)
            s->sides[i].role = s->sides[i].before = UNKNOWN;
}

static struct side *side_of(struct state *s, const struct nt_item *m)
{
    struct side *a = &s->sides[m->session];
    uint32_t first = s->v->first_session[m->party], i = m->session;
    if (a->begun)
        return a;
    a->begun = true;
    while (i > first && keeps_role(s->v, i) && a->role == UNKNOWN)
        a->role = s->sides[--i].role;
    if (i > first && a->role == UNKNOWN) {
        a->before = neither_is_lite(s->v, i) ? s->sides[i - 1].role : UNKNOWN;
        forget_other_roles(s, m);
    }
    return a;
}

static unsigned frame_of(const struct state *s, uint32_t item)
{
    return item != NT_VIEW_NONE ? (unsigned)s->v->items[item].frame : 0;
}

static void judge_tie_breaker(struct state *s, const struct nt_item *m, const struct side *a, uint64_t tie)
{
    if (a->refusal != NT_VIEW_NONE)
        nt_require(s->finder, NT_ICE_RULE_NEW_TIE, m, tie != a->refused_tie,
                   "the tie-breaker %" PRIu64 " of the request that was refused with 487 in packet %u", tie,
                   frame_of(s, a->refusal));
    else if (a->shown != NT_VIEW_NONE)
        nt_require(s->finder, NT_ICE_RULE_SAME_TIE, m, tie == a->tie,
                   "the tie-breaker is %" PRIu64 ", in packet %u it was %" PRIu64, tie, frame_of(s, a->shown), a->tie);
}

/* 6.1.1: with a lite peer "the full agent MUST take the controlling role". */
static bool controls_for_lite(const struct state *s, const struct nt_item *m, enum role role)
{
    const struct nt_view_description *peer = nt_view_session_first(s->v, m->session, NT_DIR_IN);
    return role == CONTROLLING && peer != NULL && peer->d.lite;
}

static void judge_role(struct state *s, const struct nt_item *m, const struct side *a, enum role role)
{
    if (a->role == UNKNOWN)
        return;
    if (a->switched)
        nt_require(s->finder, NT_ICE_RULE_SWITCH, m, role == a->role, "still %s after the 487 in packet %u", role_name(role),
                   frame_of(s, a->refusal));
    else if (!controls_for_lite(s, m, role))
        nt_require(s->finder, NT_ICE_RULE_ONE_ROLE, m, role == a->role, "%s, without a conflict; before it was %s", role_name(role),
                   role_name(a->role));
}

/* The first check of an agent of RFC 5245 after a restart. */
static void judge_role_anew(struct state *s, const struct nt_item *m, const struct side *a, enum role role)
{
    enum role anew = a->before != UNKNOWN ? role_of_restart(s->v, m->session) : UNKNOWN;
    if (anew == UNKNOWN)
        return;
    if (role == anew && role != a->before)
        nt_not_judged(s->finder, NT_ICE_RULE_ONE_ROLE, m->party, DETERMINED_ANEW);
    else
        nt_require(s->finder, NT_ICE_RULE_ONE_ROLE, m, role == a->before,
                   "%s, without a conflict; before the restart it was %s, and who %s one is %s by RFC 5245, too", role_name(role),
                   role_name(a->before), anew == CONTROLLING ? "offers" : "answers", role_name(anew));
}

static bool crosses_refusal(const struct state *s, const struct nt_item *m, const struct side *a, enum role role)
{
    return a->switched && a->refusal != NT_VIEW_NONE && role != a->role && nt_item_crosses(s->v, m, s->v->items[a->refusal].at);
}

static void judge_request(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct side *a = side_of(s, m);
    uint64_t tie = 0;
    enum role role = role_of(s->v, m, &tie);
    if (role == UNKNOWN || m->excused || m->first != nt_item_number(s->v, m) || !m->check)
        return;
    if (crosses_refusal(s, m, a, role))
        return;
    if (a->open == NT_VIEW_NONE)
        judge_role(s, m, a, role);
    judge_role_anew(s, m, a, role);
    judge_tie_breaker(s, m, a, tie);
    *a = (struct side){.role = role,
                       .begun = true,
                       .open = NT_VIEW_NONE,
                       .refusal = NT_VIEW_NONE,
                       .shown = nt_item_number(s->v, m),
                       .tie = tie,
                       .concluded = a->concluded};
}

/* One that was damaged on its way ends no transaction. */
static bool is_first_valid(const struct nt_view *v, const struct nt_item *m)
{
    const struct nt_item *first = &v->items[v->items[v->items[m->request].first].answer];
    return first == m || !(nt_item_is_valid_error(v, first) || nt_item_is_valid_success(v, first));
}

/* RFC 8445, 7.2.5.1: 487 switches the role that the request had, unless the agent has switched since; "the agent MUST change the
 * tiebreaker value" in both cases. */
static void refusal_came(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct side *a = side_of(s, m);
    uint64_t tie = 0;
    enum role asked = role_of(s->v, &s->v->items[m->request], &tie);
    if (nt_item_code(s->v, m) != 487 || !nt_item_is_valid_error(s->v, m) || !is_first_valid(s->v, m) || asked == UNKNOWN)
        return;
    if (s->v->items[m->request].at < a->concluded || nt_item_is_late(s->v, m)) {
        a->role = UNKNOWN; /* its next request tells */
        a->refusal = a->shown = NT_VIEW_NONE;
        return;
    }
    a->refusal = nt_item_number(s->v, m);
    a->refused_tie = tie;
    if (asked != a->role)
        return;
    forget_other_roles(s, m);
    if (s->v->items[m->request].pair !=
        m->pair) { /* 7.2.5.1 lets it switch, 7.2.5.2.1 only fail the pair: its next request tells */
        a->role = UNKNOWN;
        a->refusal = a->shown = NT_VIEW_NONE;
        a->switched = false;
        return;
    }
    a->role = other_role(asked);
    a->switched = true;
}

/* RFC 8445, 7.3.1.1: if both agents are controlling, the one with the larger (or the same) tie-breaker stays so and answers 487; if
 * both are controlled, that one switches. */
static void judge_conflict(struct state *s, const struct nt_item *m, struct side *a, enum role role, uint64_t theirs)
{
    bool stays = (role == CONTROLLING) == (a->tie >= theirs), refused = nt_item_code(s->v, m) == 487;
    bool known = a->shown != NT_VIEW_NONE && a->refusal == NT_VIEW_NONE;
    forget_other_roles(s, m);
    if (known)
        nt_require(s->finder, NT_ICE_RULE_CONFLICT, m, stays == refused,
                   "%s to a %s agent with the tie-breaker %" PRIu64 "; its own, in packet %u, is %" PRIu64,
                   refused ? "487" : "success", role_name(role), theirs, frame_of(s, a->shown), a->tie);
    if (known && stays != refused)
        a->role = UNKNOWN; /* what it holds itself for is not known */
    else if (!refused) {
        a->role = other_role(a->role);
        a->switched = false;
    }
}

static void judge_answer(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct side *a = side_of(s, m);
    const struct nt_item *q = &s->v->items[m->request];
    uint64_t theirs = 0;
    enum role role = role_of(s->v, q, &theirs);
    int code = nt_item_code(s->v, m);
    if (role == a->role && !nt_item_is_valid_check(s->v, q))
        a->role = UNKNOWN; /* it may have switched, or not */
    if (m->class_ == NT_STUN_SUCCESS && nt_item_nominates(s->v, q))
        a->concluded = m->at;
    if (role == UNKNOWN || m->excused || !nt_item_is_valid_check(s->v, q))
        return;
    if (a->open != NT_VIEW_NONE && a->open != q->first)
        a->role = UNKNOWN;
    a->open = NT_VIEW_NONE;
    if (m->class_ != NT_STUN_SUCCESS && code != 487)
        a->role = role == a->role ? UNKNOWN : a->role; /* refused for another reason: it may have switched before, or not */
    else if (a->role == UNKNOWN)
        a->role = code == 487 ? role : other_role(role);
    else if (role == a->role)
        judge_conflict(s, m, a, role, theirs);
    else
        nt_require(s->finder, NT_ICE_RULE_CONFLICT, m, code != 487, "487 to a %s agent, and it is %s itself", role_name(role),
                   role_name(a->role));
}

static void check_came(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct side *a = side_of(s, m);
    uint64_t tie;
    enum role role = role_of(s->v, m, &tie);
    if (role != UNKNOWN && role == a->role && a->open == NT_VIEW_NONE)
        a->open = m->first;
    if (role == a->before)
        a->before = UNKNOWN; /* a conflict: it may have switched */
}

static void success_came(void *state, const struct nt_item *m)
{
    struct state *s = state;
    if (nt_item_is_valid_success(s->v, m) && nt_item_nominates(s->v, &s->v->items[m->request]))
        side_of(s, m)->concluded = m->at;
}

void nt_rfc8445_roles_judge(struct nt_finder *finder)
{
    static const struct nt_agent_handlers handlers = {.request_sent = judge_request,
                                                      .answer_sent = judge_answer,
                                                      .check_came = check_came,
                                                      .success_came = success_came,
                                                      .refusal_came = refusal_came};
    const struct nt_view *v = finder->v;
    size_t count = v->first_session[v->in->party_count];
    struct state s = {.finder = finder, .v = v, .sides = calloc(count + 1, sizeof *s.sides)};
    for (size_t i = 0; s.sides != NULL && i < count; i++)
        s.sides[i].open = s.sides[i].refusal = s.sides[i].shown = NT_VIEW_NONE;
    if (s.sides != NULL)
        nt_agent_events(v, &handlers, &s);
    else
        finder->err = NT_ENOMEM;
    free(s.sides);
}
