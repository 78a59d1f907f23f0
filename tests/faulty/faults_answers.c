#include "tests/faulty/faults_answers.h"
#include "tests/faulty/faulty.h"

static void no_answers(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->dropped = gets_check(e);
}

static void late(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->held = sends_answer(e) ? 20 * NT_SEC : 0;
}

/* From the third second of its checks on it neither checks nor answers. */
static void gives_up(struct fault_event *e, struct fault_memory *m)
{
    if (m->number == 0 && sends_check(e))
        m->number = (uint64_t)e->now;
    e->dropped = m->number != 0 && e->now >= (nt_time)m->number + 2 * NT_SEC && (is_check(e) || is_answer(e));
}

/* Later than a transaction lasts: RFC 8489, 6.2.1. */
static void too_late(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->held = sends_answer(e) ? 40 * NT_SEC : 0;
}

static void answers_twice(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->doubled = sends_answer(e);
}

static void wrong_mapped(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr a;
    (void)m;
    if (!stun_edit_addr(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS, &a))
        return;
    a.port ^= 1;
    stun_edit_set_addr(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS, &a);
}

static void no_mapped(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS);
}

/* As RFC 3489 had it. */
static void plain_mapped(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS);
    stun_edit_set_addr(e->stun, NT_ATTR_MAPPED_ADDRESS, &e->peer);
}

static void no_fingerprint(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_FINGERPRINT);
}

static void wrong_hmac(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->wrong_hmac = true;
}

static void no_integrity(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_MESSAGE_INTEGRITY);
}

/* Both kinds, where the request had one. */
static void more_integrity(struct fault_event *e, struct fault_memory *m)
{
    static const uint8_t room[NT_STUN_HMAC_SHA256];
    (void)m;
    for (size_t i = 0; i < e->stun->count; i++)
        if (e->stun->attrs[i].type == NT_ATTR_MESSAGE_INTEGRITY) {
            stun_edit_insert(e->stun, i + 1, NT_ATTR_MESSAGE_INTEGRITY_SHA256, room, sizeof room);
            return;
        }
}

static void other_id(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->id[11] ^= 1;
}

static void with_username(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_add(e->stun, NT_ATTR_USERNAME, "user:name", 9);
}

static void other_method(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->method = NT_TURN_ALLOCATE;
}

static void old_attribute(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_addr(e->stun, NT_ATTR_SOURCE_ADDRESS, &e->path.local);
}

static void unknown_attribute(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_add(e->stun, 0x7ff0, "none", 4);
}

static void wrong_family(struct fault_event *e, struct fault_memory *m)
{
    struct stun_edit_attr *a = stun_edit_find(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS);
    uint8_t value[20];
    (void)m;
    if (a == NULL)
        return;
    memcpy(value, stun_edit_value(e->stun, a), a->len);
    value[1] = 7;
    stun_edit_set(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS, value, a->len);
}

/* --- refusals --- */

static void refuse(struct fault_event *e, int code, const char *reason)
{
    e->stun->class_ = NT_STUN_ERROR;
    stun_edit_remove(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS);
    stun_edit_set_error(e->stun, code, reason);
}

static void refuse_500(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse(e, 500, NULL);
}

static void refuse_403(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse(e, 403, NULL);
}

static void refuse_400_unsigned(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse(e, 400, NULL);
    stun_edit_remove(e->stun, NT_ATTR_MESSAGE_INTEGRITY);
}

static void refuse_420(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse(e, 420, NULL);
}

static void refuse_without_code(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse(e, 500, NULL);
    stun_edit_remove(e->stun, NT_ATTR_ERROR_CODE);
}

static void refuse_299(struct fault_event *e, struct fault_memory *m)
{
    static const uint8_t value[8] = {0, 0, 2, 99, 'n', 'o', ' ', ' '};
    (void)m;
    refuse(e, 500, NULL);
    stun_edit_set(e->stun, NT_ATTR_ERROR_CODE, value, sizeof value);
}

static void refuse_at_length(struct fault_event *e, struct fault_memory *m)
{
    char reason[200];
    (void)m;
    memset(reason, 'x', sizeof reason);
    reason[sizeof reason - 1] = '\0';
    refuse(e, 500, reason);
}

static void redirect(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse(e, 300, NULL);
    stun_edit_set_addr(e->stun, NT_ATTR_ALTERNATE_SERVER, &e->peer);
}

static void refuse_420_with_list(struct fault_event *e, struct fault_memory *m)
{
    static const uint8_t priority[2] = {0, NT_ATTR_PRIORITY};
    (void)m;
    refuse(e, 420, NULL);
    stun_edit_add(e->stun, NT_ATTR_UNKNOWN_ATTRIBUTES, priority, sizeof priority);
}

/* Every second answer to one transaction is a refusal. */
static bool answers_again(const struct fault_event *e)
{
    return sends_success(e) && e->request->times > 1;
}

const struct fault faults_of_answers[] = {
    {"no-answers", "it does not answer checks", NT_APP_ICE, .acts = no_answers},
    {"gives-up", "it has failed after 2 s: it checks and answers no more", NT_APP_ICE, .acts = gives_up},
    {"answers-late", "it answers checks 20 s late", NT_APP_ICE, .acts = late},
    {"answers-too-late", "it answers checks 40 s late", NT_APP_ICE, .acts = too_late},
    {"answers-twice", "does right: it sends each answer twice", NT_APP_ICE, .acts = answers_twice},
    {"wrong-mapped", "XOR-MAPPED-ADDRESS of its answers is another port than the check came from", NT_APP_ICE,
     .when = sends_success, .edit = wrong_mapped},
    {"no-mapped", "its answers have no XOR-MAPPED-ADDRESS", NT_APP_ICE, .when = sends_success, .edit = no_mapped},
    {"plain-mapped", "its answers have MAPPED-ADDRESS alone", NT_APP_ICE, .when = sends_success, .edit = plain_mapped},
    {"wrong-family", "XOR-MAPPED-ADDRESS of its answers is of family 7", NT_APP_ICE, .when = sends_success, .edit = wrong_family},
    {"answers-without-fingerprint", "its answers have no FINGERPRINT", NT_APP_ICE, .when = sends_answer, .edit = no_fingerprint},
    {"answers-wrongly-signed", "the HMAC of its answers is wrong", NT_APP_ICE, .when = sends_success, .edit = wrong_hmac},
    {"answers-without-integrity", "its answers have no integrity", NT_APP_ICE, .when = sends_success, .edit = no_integrity},
    {"answers-with-more-integrity", "its answers have MESSAGE-INTEGRITY-SHA256, too", NT_APP_ICE, .when = sends_success,
     .edit = more_integrity},
    {"answers-other-id", "its answers have another transaction id", NT_APP_ICE, .when = sends_answer, .edit = other_id},
    {"answers-with-username", "its answers have a USERNAME", NT_APP_ICE, .when = sends_success, .edit = with_username},
    {"answers-other-method", "its answers have the method Allocate", NT_APP_ICE, .when = sends_answer, .edit = other_method},
    {"answers-old-attribute", "its answers have SOURCE-ADDRESS of RFC 3489", NT_APP_ICE, .when = sends_success,
     .edit = old_attribute},
    {"answers-unknown-attribute", "its answers have an attribute that must be understood and that nobody knows", NT_APP_ICE,
     .when = sends_success, .edit = unknown_attribute},
    {"answers-otherwise-again", "it refuses a retransmission of a check that it has granted", NT_APP_ICE, .when = answers_again,
     .edit = refuse_500},
    {"refuses-500", "it answers checks with 500", NT_APP_ICE, .when = sends_success, .edit = refuse_500},
    {"refuses-403", "does right: it revokes consent from the beginning, and answers checks with 403", NT_APP_ICE,
     .when = sends_success, .edit = refuse_403},
    {"refuses-400", "it answers checks with 400 and without integrity", NT_APP_ICE, .when = sends_success,
     .edit = refuse_400_unsigned},
    {"refuses-420", "it answers checks with 420 and does not say what it does not know", NT_APP_ICE, .when = sends_success,
     .edit = refuse_420},
    {"refuses-420-priority", "it answers checks with 420 because of PRIORITY", NT_APP_ICE, .when = sends_success,
     .edit = refuse_420_with_list},
    {"refuses-without-code", "it answers checks with an error without ERROR-CODE", NT_APP_ICE, .when = sends_success,
     .edit = refuse_without_code},
    {"refuses-299", "it answers checks with the error 299", NT_APP_ICE, .when = sends_success, .edit = refuse_299},
    {"refuses-at-length", "it answers checks with 500 and a reason of 199 characters", NT_APP_ICE, .when = sends_success,
     .edit = refuse_at_length},
    {"redirects", "it answers checks with 300 and ALTERNATE-SERVER", NT_APP_ICE, .when = sends_success, .edit = redirect},
    {0},
};
