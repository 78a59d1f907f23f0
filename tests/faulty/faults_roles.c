#include "tests/faulty/faults_roles.h"
#include "tests/faulty/faulty.h"

static uint16_t role_attr(const struct fault_event *e)
{
    return stun_edit_has(e->stun, NT_ATTR_ICE_CONTROLLING) ? NT_ATTR_ICE_CONTROLLING : NT_ATTR_ICE_CONTROLLED;
}

static void set_role(struct fault_event *e, uint16_t attr)
{
    uint64_t tie = stun_edit_u64(e->stun, role_attr(e));
    stun_edit_remove(e->stun, role_attr(e));
    stun_edit_set_u64(e->stun, attr, tie);
}

static void change_role(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    set_role(e, role_attr(e) == NT_ATTR_ICE_CONTROLLED ? NT_ATTR_ICE_CONTROLLING : NT_ATTR_ICE_CONTROLLED);
}

/* What the inner agent does after a 487 is hidden. */
static void ignore_487(struct fault_event *e, struct fault_memory *m)
{
    if (sends_check(e) && m->n == 0)
        m->n = role_attr(e);
    if (sends_check(e) && m->n != role_attr(e)) {
        set_role(e, (uint16_t)m->n);
        e->changed = true;
    }
}

static void keep_tie_breaker(struct fault_event *e, struct fault_memory *m)
{
    if (m->number == 0)
        m->number = stun_edit_u64(e->stun, role_attr(e));
    stun_edit_set_u64(e->stun, role_attr(e), m->number);
}

static bool refuses_a_conflict(const struct fault_event *e)
{
    return sends_error(e) && stun_edit_error(e->stun) == 487;
}

static void accept_conflict(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->class_ = NT_STUN_SUCCESS;
    stun_edit_remove(e->stun, NT_ATTR_ERROR_CODE);
    stun_edit_set_addr(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS, &e->peer);
}

static bool grants_the_first(const struct fault_event *e)
{
    return sends_success(e) && e->request->number == 1;
}

static void claim_conflict(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->class_ = NT_STUN_ERROR;
    stun_edit_remove(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS);
    stun_edit_set_error(e->stun, 487, NULL);
}

/* --- nomination --- */

static void nominate(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_USE_CANDIDATE, "", 0);
}

static bool sends_check_as_controlled(const struct fault_event *e)
{
    return sends_check(e) && stun_edit_has(e->stun, NT_ATTR_ICE_CONTROLLED);
}

static bool sends_check_as_controlling(const struct fault_event *e)
{
    return sends_check(e) && stun_edit_has(e->stun, NT_ATTR_ICE_CONTROLLING);
}

static void propose_nothing(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_USE_CANDIDATE);
}

/* The first other pair on which a check has succeeded. */
static struct fault_pair *other_pair(struct faulty *party)
{
    for (size_t i = 0; faulty_pair(party, i) != NULL; i++) {
        struct fault_pair *pair = faulty_pair(party, i);
        if (pair->succeeded && !pair->nominated)
            return pair;
    }
    return NULL;
}

static void nominate_another(struct fault_event *e, struct fault_memory *m)
{
    struct fault_pair *other = gets_success(e) && e->request->nominates && !m->done ? other_pair(e->party) : NULL;
    if (other == NULL)
        return;
    m->done = true;
    stun_edit_set(&other->check, NT_ATTR_USE_CANDIDATE, "", 0);
    faulty_send_check(e->party, other, other->check, nt_time_after(e->now, 60 * NT_MSEC));
}

/* The inner agent thinks that its checks succeed. */
static void check_nothing(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (sends_check(e) && e->key != NULL)
        faulty_answer_self(e);
}

const struct fault faults_of_roles[] = {
    {"changes-role", "its checks for consent have the other role", NT_APP_ICE, .when = sends_consent, .edit = change_role},
    {"ignores-487", "it keeps its role after a 487, with a new tie-breaker", NT_APP_ICE, .acts = ignore_487},
    {"keeps-tie-breaker", "it keeps its tie-breaker after a 487", NT_APP_ICE, .when = sends_check, .edit = keep_tie_breaker},
    {"accepts-conflict", "it grants a check in its own role that it should refuse with 487", NT_APP_ICE, .when = refuses_a_conflict,
     .edit = accept_conflict},
    {"refuses-without-conflict", "it answers the first check with 487, and roles do not conflict", NT_APP_ICE,
     .when = grants_the_first, .edit = claim_conflict},
    {"nominates-as-controlled", "it is controlled, and its checks have USE-CANDIDATE", NT_APP_ICE,
     .when = sends_check_as_controlled, .edit = nominate},
    {"nominates-at-once", "it controls, and all its checks have USE-CANDIDATE", NT_APP_ICE, .when = sends_check_as_controlling,
     .edit = nominate},
    {"never-nominates", "it controls, and never sends USE-CANDIDATE", NT_APP_ICE, .when = sends_check, .edit = propose_nothing},
    {"nominates-two", "it nominates a second pair, too", NT_APP_ICE, .acts = nominate_another},
    {"checks-nothing", "it sends no checks, and is not lite", NT_APP_ICE, .acts = check_nothing},
    {0},
};
