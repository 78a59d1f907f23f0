#include "tests/faulty/faults_timing.h"
#include "tests/faulty/faulty.h"

static bool is_new_check(const struct fault_event *e)
{
    return sends_check(e) && !is_again(e) && !e->request->consent;
}

static void check_twice(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (is_new_check(e) && e->key != NULL && !e->request->nominates)
        faulty_send_check(e->party, faulty_pair_of(e->party, e), *e->stun, e->now);
}

static void resend_soon(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (is_new_check(e))
        faulty_send(e, e->bytes, e->len, 100 * NT_MSEC);
}

/* Its own retransmissions, at equal intervals. */
static void resend_evenly(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    for (int i = 1; i < 7 && is_new_check(e); i++)
        faulty_send(e, e->bytes, e->len, i * 500 * NT_MSEC);
    e->dropped = sends_check(e) && is_again(e);
}

/* RFC 8489, 6.2.1: the seventh is the last. */
static void resend_more(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (sends_check(e) && e->request->times == 7)
        faulty_send(e, e->bytes, e->len, 33 * NT_SEC);
}

static void resend_after_answer(struct fault_event *e, struct fault_memory *m)
{
    uint8_t buf[STUN_EDIT_POOL];
    const struct fault_pair *pair = gets_success(e) ? faulty_pair_of(e->party, e) : NULL;
    if (pair != NULL && e->request->times == 1 && !m->done && memcmp(pair->check.id, e->stun->id, NT_STUN_ID) == 0) {
        m->done = true;
        faulty_send(e, buf, stun_edit_write(&pair->check, &pair->key, buf, sizeof buf), 600 * NT_MSEC);
    }
}

static bool sends_check_again(const struct fault_event *e)
{
    return sends_check(e) && is_again(e);
}

static void differ(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_SOFTWARE, "else", 4);
}

static bool answers_came(const struct fault_event *e)
{
    const struct fault_pair *pair = faulty_pair_of(e->party, e);
    return pair != NULL && pair->succeeded;
}

/* The nomination, or the first check for consent, has the id of the first check; the inner agent sees its own. */
static void reuse_id(struct fault_event *e, struct fault_memory *m)
{
    if (sends_check(e) && m->n == 0) {
        m->n = 1;
        memcpy(m->id, e->stun->id, NT_STUN_ID);
    } else if (sends_check(e) && (m->n == 1 || memcmp(m->text, e->stun->id, NT_STUN_ID) == 0) && answers_came(e)) {
        m->n = 2;
        memcpy(m->text, e->stun->id, NT_STUN_ID);
        memcpy(e->stun->id, m->id, NT_STUN_ID);
        e->changed = true;
    }
    if (gets_answer(e) && m->n == 2 && memcmp(e->stun->id, m->id, NT_STUN_ID) == 0) {
        memcpy(e->stun->id, m->text, NT_STUN_ID);
        e->changed = true;
    }
}

const struct fault faults_of_timing[] = {
    {"faster-than-ta", "it starts two checks at once", NT_APP_ICE, .acts = check_twice},
    {"rto-100ms", "it sends a check again after 100 ms", NT_APP_ICE, .acts = resend_soon},
    {"no-doubling", "it sends a check again each 500 ms", NT_APP_ICE, .acts = resend_evenly},
    {"resends-more", "it sends a check an eighth time", NT_APP_ICE, .acts = resend_more},
    {"resends-after-answer", "it sends a check again that has been answered", NT_APP_ICE, .acts = resend_after_answer},
    {"resends-otherwise", "its retransmissions have another SOFTWARE", NT_APP_ICE, .when = sends_check_again, .edit = differ},
    {"reuses-id", "two of its checks have the same transaction id", NT_APP_ICE, .acts = reuse_id},
    {0},
};
