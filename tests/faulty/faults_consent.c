#include "tests/faulty/faults_consent.h"
#include "tests/faulty/faulty.h"

/* --- consent: the inner agent's requests for it are not sent, and it does not know --- */

static void ask_nothing(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (sends_consent(e) && e->key != NULL)
        faulty_answer_self(e);
}

/* Its own requests begin instead. */
static void ask_itself(struct fault_event *e, struct fault_memory *m)
{
    if (!sends_consent(e) || e->key == NULL)
        return;
    faulty_answer_self(e);
    if (!m->done)
        m->wakes = e->now;
    m->done = true;
}

static void ask_now(struct faulty *party, nt_time now)
{
    const struct fault_pair *pair = faulty_nominated(party);
    if (pair != NULL)
        faulty_send_check(party, pair, pair->check, now);
}

static void ask_by_the_clock(struct faulty *party, struct fault_memory *m, nt_time now)
{
    ask_now(party, now);
    m->wakes = now + 5 * NT_SEC;
}

static void ask_seldom(struct faulty *party, struct fault_memory *m, nt_time now)
{
    ask_now(party, now);
    m->wakes = now + 8 * NT_SEC + (nt_time)nt_rand_below(faulty_rand(party), 2 * NT_SEC);
}

static void ask_for_ever(struct faulty *party, struct fault_memory *m, nt_time now)
{
    ask_now(party, now);
    m->wakes = now + 4200 * NT_MSEC + (nt_time)nt_rand_below(faulty_rand(party), 1600 * NT_MSEC);
}

static void ask_more(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (sends_consent(e))
        faulty_send_check(e->party, faulty_pair_of(e->party, e), *e->stun, nt_time_after(e->now, NT_SEC));
}

static void ask_again(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (sends_consent(e))
        faulty_send(e, e->bytes, e->len, 500 * NT_MSEC);
}

static bool grants_consent(const struct fault_event *e)
{
    return sends_success(e) && e->request->consent;
}

static void revoke(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->class_ = NT_STUN_ERROR;
    stun_edit_remove(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS);
    stun_edit_set_error(e->stun, 403, NULL);
}

/* --- data --- */

static const uint8_t data[32] = {0x80, 'd', 'a', 't', 'a'};

static void data_before_consent(struct fault_event *e, struct fault_memory *m)
{
    if (sends_check(e) && !m->done)
        faulty_send(e, data, sizeof data, 0);
    m->done = m->done || sends_check(e);
}

static void data_elsewhere(struct fault_event *e, struct fault_memory *m)
{
    if (!sends_data(e) || ++m->n <= 3)
        return;
    for (size_t i = 0; faulty_pair(e->party, i) != NULL; i++) {
        const struct fault_pair *pair = faulty_pair(e->party, i);
        if (pair->nominated || (!pair->succeeded && !nt_addr_is_set(&pair->peer)))
            continue;
        faulty_send_on(e->party, pair, e->bytes, e->len, e->now);
        e->dropped = true;
        return;
    }
}

static void data_to_a_stranger(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (sends_data(e) && e->frame.kind == FRAME_NONE)
        e->path.remote.port ^= 1;
}

static void begin_data(struct fault_event *e, struct fault_memory *m)
{
    if (sends_data(e) && !m->done) {
        m->done = true;
        m->wakes = nt_time_after(e->now, NT_SEC);
    }
}

static void data_for_ever(struct faulty *party, struct fault_memory *m, nt_time now)
{
    const struct fault_pair *pair = faulty_nominated(party);
    if (pair != NULL)
        faulty_send_on(party, pair, data, sizeof data, now);
    m->wakes = now + 500 * NT_MSEC;
}

/* --- keepalives --- */

static bool sends_indication(const struct fault_event *e)
{
    return e->outgoing && e->stun != NULL && e->stun->class_ == NT_STUN_INDICATION && e->stun->method == NT_STUN_BINDING;
}

static void sign_indication(struct fault_event *e, struct fault_memory *m)
{
    static const uint8_t room[NT_STUN_HMAC];
    struct fault_pair *pair = faulty_pair_of(e->party, e);
    const struct stun_edit_attr *name = pair != NULL ? stun_edit_find(&pair->check, NT_ATTR_USERNAME) : NULL;
    (void)m;
    if (name == NULL)
        return;
    e->key = &pair->key;
    stun_edit_insert(e->stun, 0, NT_ATTR_MESSAGE_INTEGRITY, room, sizeof room);
    stun_edit_insert(e->stun, 0, NT_ATTR_USERNAME, stun_edit_value(&pair->check, name), name->len);
}

static void no_keepalives(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (sends_indication(e))
        e->dropped = true;
    else
        ask_nothing(e, m);
}

const struct fault faults_of_consent[] = {
    {"no-consent", "it never asks for consent", NT_APP_ICE, .acts = ask_nothing},
    {"consent-by-the-clock", "it asks for consent each 5 s", NT_APP_ICE, .acts = ask_itself, .timer = ask_by_the_clock},
    {"consent-seldom", "it asks for consent each 8 to 10 s", NT_APP_ICE, .acts = ask_itself, .timer = ask_seldom},
    {"consent-for-ever", "it goes on to ask for consent when there is none any more", NT_APP_ICE, .acts = ask_itself,
     .timer = ask_for_ever},
    {"consent-too-often", "it asks for consent once more after a second", NT_APP_ICE, .acts = ask_more},
    {"consent-again", "it sends each request for consent twice", NT_APP_ICE, .acts = ask_again},
    {"revokes", "does right: it revokes consent", NT_APP_ICE, .when = grants_consent, .edit = revoke},
    {"data-before-consent", "it sends data before a check has succeeded", NT_APP_ICE, .acts = data_before_consent},
    {"data-elsewhere", "it sends data on a pair that is not selected", NT_APP_ICE, .acts = data_elsewhere},
    {"data-to-a-stranger", "it sends data to a port that is no candidate", NT_APP_ICE, .acts = data_to_a_stranger},
    {"data-for-ever", "it goes on with data, whatever becomes of consent", NT_APP_ICE, .acts = begin_data, .timer = data_for_ever},
    {"signed-keepalives", "its keepalive indications are signed", NT_APP_ICE, .when = sends_indication, .edit = sign_indication},
    {"no-keepalives", "it sends neither requests for consent nor keepalives", NT_APP_ICE, .acts = no_keepalives},
    {0},
};
