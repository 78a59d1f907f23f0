#include "tests/faulty/faults_form.h"
#include "tests/faulty/faulty.h"

static bool sends_binding(const struct fault_event *e)
{
    return sends_check(e) || sends_success(e);
}

static void padding(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_SOFTWARE, "other", 5);
    e->stun->padding = 0x20;
}

static void wrong_length(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->length_off = 4;
}

static void unaligned_length(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->trailing = 2;
}

static void overrun(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->overrun = true;
}

static void wrong_cookie(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->cookie ^= 1;
}

static void wrong_fingerprint(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->wrong_fingerprint = true;
}

static void fingerprint_first(struct fault_event *e, struct fault_memory *m)
{
    static const uint8_t room[4];
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_FINGERPRINT);
    stun_edit_insert(e->stun, 0, NT_ATTR_FINGERPRINT, room, sizeof room);
}

static void long_priority(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u64(e->stun, NT_ATTR_PRIORITY, (uint64_t)stun_edit_u32(e->stun, NT_ATTR_PRIORITY) << 32);
}

static void long_software(struct fault_event *e, struct fault_memory *m)
{
    char text[300];
    (void)m;
    memset(text, 'x', sizeof text);
    stun_edit_set(e->stun, NT_ATTR_SOFTWARE, text, sizeof text);
}

static void odd_software(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_SOFTWARE, "\xff\xfe\xff\xfe", 4);
}

static void after_integrity(struct fault_event *e, struct fault_memory *m)
{
    size_t last = e->stun->count - (e->stun->count > 0 && e->stun->attrs[e->stun->count - 1].type == NT_ATTR_FINGERPRINT);
    (void)m;
    stun_edit_insert(e->stun, last, NT_ATTR_SOFTWARE, "late", 4);
}

static void short_sha256(struct fault_event *e, struct fault_memory *m)
{
    static const uint8_t room[12];
    (void)m;
    for (size_t i = 0; i < e->stun->count; i++)
        if (e->stun->attrs[i].type == NT_ATTR_MESSAGE_INTEGRITY) {
            stun_edit_insert(e->stun, i + 1, NT_ATTR_MESSAGE_INTEGRITY_SHA256, room, sizeof room);
            return;
        }
}

static bool is_message(const struct fault_event *e)
{
    return e->stun != NULL && (e->key != NULL || !stun_edit_is_signed(e->stun));
}

static bool is_description(const struct fault_event *e)
{
    return e->sdp != NULL;
}

static void change_nothing(struct fault_event *e, struct fault_memory *m)
{
    (void)e;
    (void)m;
}

/* A request with the method Send, which there are indications of alone; beside the check. */
static void wrong_class(struct fault_event *e, struct fault_memory *m)
{
    uint8_t buf[64];
    if (m->done || !sends_check(e))
        return;
    m->done = true;
    struct stun_edit made = {.class_ = NT_STUN_REQUEST, .method = NT_TURN_SEND, .cookie = NT_STUN_COOKIE};
    faulty_fresh_id(e->party, made.id);
    faulty_send(e, buf, stun_edit_write(&made, NULL, buf, sizeof buf), NT_SEC);
}

const struct fault faults_of_form[] = {
    {"rewrites", "does right: it reads all messages and writes them again", NT_APP_ICE, .when = is_message, .edit = change_nothing},
    {"rewrites-descriptions", "does right: it reads all descriptions and writes them again", NT_APP_SIGNALLING,
     .when = is_description, .edit = change_nothing},
    {"padding", "padding of its checks and answers is not zero", NT_APP_ICE, .when = sends_binding, .edit = padding},
    {"wrong-length", "the length of its checks and answers is 4 too large", NT_APP_ICE, .when = sends_binding,
     .edit = wrong_length},
    {"unaligned-length", "the length of its checks and answers is no multiple of four", NT_APP_ICE, .when = sends_binding,
     .edit = unaligned_length},
    {"overrun", "the last attribute of its checks and answers ends beyond the message", NT_APP_ICE, .when = sends_binding,
     .edit = overrun},
    {"wrong-cookie", "the magic cookie of its checks and answers is wrong", NT_APP_ICE, .when = sends_binding,
     .edit = wrong_cookie},
    {"wrong-fingerprint", "FINGERPRINT of its checks and answers is wrong", NT_APP_ICE, .when = sends_binding,
     .edit = wrong_fingerprint},
    {"fingerprint-first", "FINGERPRINT of its checks and answers is the first attribute", NT_APP_ICE, .when = sends_binding,
     .edit = fingerprint_first},
    {"long-priority", "PRIORITY of its checks has 8 bytes", NT_APP_ICE, .when = sends_check, .edit = long_priority},
    {"long-software", "SOFTWARE of its checks and answers has 300 characters", NT_APP_ICE, .when = sends_binding,
     .edit = long_software},
    {"odd-software", "SOFTWARE of its checks and answers is not UTF-8", NT_APP_ICE, .when = sends_binding, .edit = odd_software},
    {"after-integrity", "SOFTWARE of its checks and answers follows the integrity", NT_APP_ICE, .when = sends_binding,
     .edit = after_integrity},
    {"short-sha256", "MESSAGE-INTEGRITY-SHA256 of its checks has 12 bytes", NT_APP_ICE, .when = sends_check, .edit = short_sha256},
    {"wrong-class", "it sends a request of the method Send", NT_APP_ICE, .acts = wrong_class},
    {0},
};
