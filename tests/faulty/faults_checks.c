#include "tests/faulty/faults_checks.h"
#include "tests/faulty/faulty.h"

/* --- checks --- */

static void wrong_priority(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (!sends_check(e))
        return;
    stun_edit_set_u32(e->stun, NT_ATTR_PRIORITY, stun_edit_u32(e->stun, NT_ATTR_PRIORITY) - 0x100);
    e->changed = true;
}

static void no_priority(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (!sends_check(e))
        return;
    stun_edit_remove(e->stun, NT_ATTR_PRIORITY);
    e->changed = true;
}

static void no_fingerprint(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (!sends_check(e))
        return;
    stun_edit_remove(e->stun, NT_ATTR_FINGERPRINT);
    e->changed = true;
}

static void no_integrity(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (!sends_check(e))
        return;
    stun_edit_remove(e->stun, NT_ATTR_MESSAGE_INTEGRITY);
    e->changed = true;
}

static void both_roles(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (!sends_check(e))
        return;
    bool controls = stun_edit_has(e->stun, NT_ATTR_ICE_CONTROLLING);
    stun_edit_set_u64(e->stun, controls ? NT_ATTR_ICE_CONTROLLED : NT_ATTR_ICE_CONTROLLING, 1);
    e->changed = true;
}

static void changes_tie_breaker(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (!sends_check(e))
        return;
    bool controls = stun_edit_has(e->stun, NT_ATTR_ICE_CONTROLLING);
    stun_edit_set_u64(e->stun, controls ? NT_ATTR_ICE_CONTROLLING : NT_ATTR_ICE_CONTROLLED, e->request->number);
    e->changed = true;
}

/* --- answers --- */

static void no_answers(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->dropped = gets_check(e);
}

static void wrong_mapped(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr a;
    (void)m;
    if (!sends_success(e) || !stun_edit_addr(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS, &a))
        return;
    a.port ^= 1;
    stun_edit_set_addr(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS, &a);
    e->changed = true;
}

static void answers_without_fingerprint(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (!sends_answer(e))
        return;
    stun_edit_remove(e->stun, NT_ATTR_FINGERPRINT);
    e->changed = true;
}

static void answers_wrongly_signed(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (sends_answer(e))
        e->changed = e->stun->wrong_hmac = true;
}

const struct fault faults_of_checks[] = {
    {"wrong-priority", "PRIORITY of its checks has another local preference than its candidate", NT_APP_ICE,
     .acts = wrong_priority},
    {"no-priority", "its checks have no PRIORITY", NT_APP_ICE, .acts = no_priority},
    {"no-fingerprint", "its checks have no FINGERPRINT", NT_APP_ICE, .acts = no_fingerprint},
    {"no-integrity", "its checks have no MESSAGE-INTEGRITY", NT_APP_ICE, .acts = no_integrity},
    {"both-roles", "its checks have both ICE-CONTROLLING and ICE-CONTROLLED", NT_APP_ICE, .acts = both_roles},
    {"changes-tie-breaker", "each of its checks has a new tie-breaker", NT_APP_ICE, .acts = changes_tie_breaker},
    {"no-answers", "it does not answer checks", NT_APP_ICE, .acts = no_answers},
    {"wrong-mapped", "XOR-MAPPED-ADDRESS of its answers is another port than the check came from", NT_APP_ICE,
     .acts = wrong_mapped},
    {"answers-without-fingerprint", "its answers have no FINGERPRINT", NT_APP_ICE, .acts = answers_without_fingerprint},
    {"answers-wrongly-signed", "the HMAC of its answers is wrong", NT_APP_ICE, .acts = answers_wrongly_signed},
    {0},
};
