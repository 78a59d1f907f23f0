/* RFC 8445, 7.2.5.1, 7.3.1.1 and 16.1: each agent's role and tie-breaker through time, as its checks and answers show them. */
#include "reports/conformance/judge.h"

#include <stdlib.h>

enum role { UNKNOWN = 0, CONTROLLING, CONTROLLED };

struct agent {
    enum role role;
    bool refused;       /* a 487 demanded the switch that the next check must show */
    bool tie_known, tie_old; /* tie_old: a 487 came, so that it must change */
    uint64_t tie;
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

static enum role other(enum role r)
{
    return r == CONTROLLING ? CONTROLLED : CONTROLLING;
}

static void judge_request(struct nt_judge *j, struct agent *a, const struct nt_item *m)
{
    uint64_t tie = 0;
    enum role role = role_of(j->v, m, &tie);
    if (role == UNKNOWN)
        return;
    if (a->role != UNKNOWN)
        nt_judge_that(j, a->refused ? NT_ICE_RULE_SWITCH : NT_ICE_RULE_ONE_ROLE, m, role == a->role,
                      a->refused ? "the role of the request that was refused with 487" : "another role, and no conflict");
    if (a->tie_old)
        nt_judge_that(j, NT_ICE_RULE_NEW_TIE, m, tie != a->tie, "the tie-breaker that was refused with 487");
    else if (a->tie_known)
        nt_judge_that(j, NT_ICE_RULE_SAME_TIE, m, tie == a->tie, "another tie-breaker than before");
    *a = (struct agent){.role = role, .tie_known = true, .tie = tie};
}

/* RFC 8445, 7.2.5.1: 487 switches the role that the request had; a second one for the same role changes nothing. */
static void refused(struct nt_judge *j, struct agent *a, const struct nt_item *m, uint32_t self)
{
    const struct nt_item *q = &j->v->items[m->request];
    uint64_t tie;
    if (nt_item_code(j->v, m) != 487 || m->integrity != NT_SIGNED_RIGHT || q->pair != m->pair || j->v->items[q->first].answer != self)
        return;
    if (a->role == UNKNOWN || role_of(j->v, q, &tie) != a->role)
        return;
    a->role = other(a->role);
    a->refused = true;
    a->tie_old = a->tie_known;
}

/* RFC 8445, 7.3.1.1: of two that are controlling, the one with the larger tie-breaker (or the same) stays and says 487; of two
 * that are controlled, that one switches. */
static void judge_answer(struct nt_judge *j, struct agent *a, const struct nt_item *m)
{
    const struct nt_item *q = &j->v->items[m->request];
    uint64_t theirs = 0;
    enum role role = role_of(j->v, q, &theirs);
    int code = nt_item_code(j->v, m);
    if (role == UNKNOWN || !nt_item_valid_check(j->v, q) || (m->class_ != NT_STUN_SUCCESS && code != 487))
        return;
    if (a->role == UNKNOWN) {
        a->role = code == 487 ? role : other(role);
        return;
    }
    if (role != a->role) {
        nt_judge_that(j, NT_ICE_RULE_CONFLICT, m, code != 487, "487 without a role conflict");
        return;
    }
    if (a->tie_known && !a->tie_old) {
        bool stays = (role == CONTROLLING) == (a->tie >= theirs);
        nt_judge_that(j, NT_ICE_RULE_CONFLICT, m, stays == (code == 487), stays ? "no 487 to the agent that must switch" : "487 instead of a switch");
    }
    if (code != 487) {
        a->role = other(a->role);
        a->refused = false;
    }
}

void nt_judge_roles(struct nt_judge *j)
{
    const struct nt_view *v = j->v;
    struct agent *agents = calloc(v->in->party_count + 1, sizeof *agents);
    if (agents == NULL)
        j->err = NT_ENOMEM;
    for (uint32_t i = 0; agents != NULL && i < v->count; i++) {
        const struct nt_item *m = &v->items[i];
        struct agent *a = &agents[m->party];
        if (m->kind != NT_ITEM_STUN || m->method != NT_STUN_BINDING || nt_item_party(v, m)->kind != NT_CONF_AGENT)
            continue;
        if (m->direction == NT_DIR_OUT && !m->excused && m->first == i && nt_item_check(v, m))
            judge_request(j, a, m);
        else if (m->direction == NT_DIR_IN && m->class_ == NT_STUN_ERROR && nt_item_check_response(v, m))
            refused(j, a, m, i);
        else if (m->direction == NT_DIR_OUT && !m->excused && nt_item_check_response(v, m))
            judge_answer(j, a, m);
    }
    free(agents);
}
