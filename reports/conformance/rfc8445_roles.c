#include "reports/conformance/rfc8445_roles.h"

#include "core/base/err.h"
#include "reports/conformance/agent_events.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"

#include <stdlib.h>

enum role { UNKNOWN = 0, CONTROLLING, CONTROLLED };

struct agent {
    enum role role;
    bool refused;            /* a 487 came: the next check must show the other role */
    bool tie_known, tie_old; /* tie_old: a 487 came, so that it must change */
    uint64_t tie;
};

struct state {
    struct nt_finder *finder;
    const struct nt_view *v;
    struct agent *agents;
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

static void judge_request(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct nt_finder *finder = s->finder;
    struct agent *a = &s->agents[m->party];
    uint64_t tie = 0;
    enum role role = role_of(s->v, m, &tie);
    if (role == UNKNOWN || m->excused || m->first != nt_item_number(s->v, m) || !m->check)
        return;
    if (a->role != UNKNOWN)
        nt_require(finder, a->refused ? NT_ICE_RULE_SWITCH : NT_ICE_RULE_ONE_ROLE, m, role == a->role,
                   a->refused ? "the role of the request that was refused with 487" : "another role, and no conflict");
    if (a->tie_old)
        nt_require(finder, NT_ICE_RULE_NEW_TIE, m, tie != a->tie, "the tie-breaker that was refused with 487");
    else if (a->tie_known)
        nt_require(finder, NT_ICE_RULE_SAME_TIE, m, tie == a->tie, "another tie-breaker than before");
    *a = (struct agent){.role = role, .tie_known = true, .tie = tie};
}

/* RFC 8445, 7.2.5.1: 487 switches the role that the request had; a second one for the same role changes nothing. */
static void refusal_came(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct agent *a = &s->agents[m->party];
    const struct nt_item *q = &s->v->items[m->request];
    uint64_t tie;
    if (nt_item_code(s->v, m) != 487 || m->integrity != NT_SIGNED_RIGHT || !nt_item_is_first_answer(s->v, m))
        return;
    if (a->role == UNKNOWN || role_of(s->v, q, &tie) == UNKNOWN)
        return;
    if (role_of(s->v, q, &tie) != a->role) { /* a crossing check has switched the role; the tie-breaker changes all the same */
        a->tie_known = false;
        return;
    }
    if (q->pair != m->pair) { /* 7.2.5.1 lets the agent switch, 7.2.5.2.1 lets it only fail the pair: its next request tells */
        *a = (struct agent){.role = UNKNOWN};
        return;
    }
    a->role = other_role(a->role);
    a->refused = true;
    a->tie_old = a->tie_known;
}

/* RFC 8445, 7.3.1.1: if both agents are controlling, the one with the larger (or the same) tie-breaker stays so and answers 487; if
 * both are controlled, that one switches. */
static void judge_answer(void *state, const struct nt_item *m)
{
    struct state *s = state;
    struct nt_finder *finder = s->finder;
    struct agent *a = &s->agents[m->party];
    const struct nt_item *q = &s->v->items[m->request];
    uint64_t theirs = 0;
    enum role role = role_of(s->v, q, &theirs);
    int code = nt_item_code(s->v, m);
    if (role == UNKNOWN || m->excused || !nt_item_is_valid_check(s->v, q) || (m->class_ != NT_STUN_SUCCESS && code != 487))
        return;
    if (a->role == UNKNOWN) {
        a->role = code == 487 ? role : other_role(role);
        return;
    }
    if (role != a->role) {
        nt_require(finder, NT_ICE_RULE_CONFLICT, m, code != 487, "487 without a role conflict");
        return;
    }
    if (a->tie_known && !a->tie_old) {
        bool stays = (role == CONTROLLING) == (a->tie >= theirs);
        nt_require(finder, NT_ICE_RULE_CONFLICT, m, stays == (code == 487),
                   stays ? "no 487 to the agent that must switch" : "487 instead of a switch");
    }
    if (code != 487) {
        a->role = other_role(a->role);
        a->refused = false;
    }
}

void nt_rfc8445_roles_judge(struct nt_finder *finder)
{
    static const struct nt_agent_handlers handlers = {
        .request_sent = judge_request, .answer_sent = judge_answer, .refusal_came = refusal_came};
    struct state s = {.finder = finder, .v = finder->v, .agents = calloc(finder->v->in->party_count + 1, sizeof *s.agents)};
    if (s.agents != NULL)
        nt_agent_events(s.v, &handlers, &s);
    else
        finder->err = NT_ENOMEM;
    free(s.agents);
}
