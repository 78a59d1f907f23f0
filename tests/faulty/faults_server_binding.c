#include "tests/faulty/faults_server_binding.h"
#include "tests/faulty/faulty.h"
#include "tests/faulty/turn_event.h"

/* --- where the client is seen --- */

static struct nt_addr mapped(const struct fault_event *e)
{
    struct nt_addr a = {0};
    stun_edit_addr(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS, &a);
    return a;
}

static void set_mapped(struct fault_event *e, struct nt_addr a)
{
    stun_edit_set_addr(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS, &a);
}

static void wrong_port(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr a = mapped(e);
    (void)m;
    a.port ^= 1;
    set_mapped(e, a);
}

static void port_zero(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr a = mapped(e);
    (void)m;
    a.port = 0;
    set_mapped(e, a);
}

static void wrong_ip(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr a = mapped(e);
    (void)m;
    a.ip[3] ^= 1;
    set_mapped(e, a);
}

static void own_address(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    set_mapped(e, e->path.local);
}

static void other_family(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr a;
    (void)m;
    nt_addr_parse(&a, mapped(e).family == NT_AF_IPV6 ? "10.1.0.9:9000" : "[2001:db8:1::9]:9000");
    set_mapped(e, a);
}

static void no_mapped(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS);
}

static void only_mapped(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr a = mapped(e);
    no_mapped(e, m);
    stun_edit_set_addr(e->stun, NT_ATTR_MAPPED_ADDRESS, &a);
}

/* As RFC 3489 had it, with the XORed address beside it: deployed servers do. */
static void both_mapped(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr a = mapped(e);
    (void)m;
    stun_edit_set_addr(e->stun, NT_ATTR_MAPPED_ADDRESS, &a);
}

static void mapped_unknown_family(struct fault_event *e, struct fault_memory *m)
{
    uint8_t value[20] = {0, 3};
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS, value, sizeof value);
}

static void mapped_too_long(struct fault_event *e, struct fault_memory *m)
{
    uint8_t value[12] = {0, 1};
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS, value, sizeof value);
}

/* --- errors --- */

static void refuse(struct fault_event *e, int code, const char *reason)
{
    e->stun->class_ = NT_STUN_ERROR;
    e->stun->count = 0;
    stun_edit_set_error(e->stun, code, reason);
}

static void error_without_code(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->class_ = NT_STUN_ERROR;
    e->stun->count = 0;
}

static void class_seven(struct fault_event *e, struct fault_memory *m)
{
    static const uint8_t value[] = {0, 0, 7, 1, 'n', 'o', 'n', 'e'};
    error_without_code(e, m);
    stun_edit_set(e->stun, NT_ATTR_ERROR_CODE, value, sizeof value);
}

static void long_reason(struct fault_event *e, struct fault_memory *m)
{
    uint8_t value[4 + 130] = {0, 0, 5, 0};
    memset(value + 4, 'x', sizeof value - 4);
    error_without_code(e, m);
    stun_edit_set(e->stun, NT_ATTR_ERROR_CODE, value, sizeof value);
}

static void reason_not_utf8(struct fault_event *e, struct fault_memory *m)
{
    static const uint8_t value[] = {0, 0, 5, 0, 'n', 0xff, 'n', 'e'};
    error_without_code(e, m);
    stun_edit_set(e->stun, NT_ATTR_ERROR_CODE, value, sizeof value);
}

static void says_unknown(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse(e, 420, "Unknown Attribute");
}

static void says_server_error(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse(e, 500, "Server Error");
}

static void redirects_nowhere(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse(e, 300, "Try Alternate");
}

static void redirects_to_other_family(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr a;
    redirects_nowhere(e, m);
    nt_addr_parse(&a, e->path.local.family == NT_AF_IPV6 ? "10.1.0.9:3478" : "[2001:db8:1::9]:3478");
    stun_edit_set_addr(e->stun, NT_ATTR_ALTERNATE_SERVER, &a);
}

/* --- form --- */

static void fingerprint(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (!stun_edit_has(e->stun, NT_ATTR_FINGERPRINT))
        stun_edit_insert(e->stun, e->stun->count, NT_ATTR_FINGERPRINT, "\0\0\0", 4);
}

static void wrong_fingerprint(struct fault_event *e, struct fault_memory *m)
{
    fingerprint(e, m);
    e->stun->wrong_fingerprint = true;
}

static void fingerprint_first(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_FINGERPRINT);
    stun_edit_insert(e->stun, 0, NT_ATTR_FINGERPRINT, "\0\0\0", 4);
}

static void software_too_long(struct fault_event *e, struct fault_memory *m)
{
    char name[130];
    (void)m;
    memset(name, 'x', sizeof name);
    stun_edit_set(e->stun, NT_ATTR_SOFTWARE, name, sizeof name);
}

static void padding(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_SOFTWARE, "padded", 6);
    e->stun->padding = 0x20;
}

static void wrong_length(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->length_off = 4;
}

static void odd_length(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->length_off = 1;
}

static void wrong_cookie(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->cookie ^= 1;
}

static void overrun(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->overrun = true;
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

static void other_method(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->method = e->stun->method == NT_TURN_REFRESH ? NT_TURN_ALLOCATE : NT_TURN_REFRESH;
}

static void other_id(struct fault_event *e, struct fault_memory *m)
{
    uint8_t id[NT_STUN_ID];
    (void)m;
    faulty_fresh_id(e->party, id);
    stun_edit_set_id(e->stun, id);
}

static void as_request(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->class_ = NT_STUN_INDICATION;
}

/* --- when and from where --- */

static void answer_twice(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->doubled = responds(e);
}

static void answer_late(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (responds(e))
        e->held = 3 * NT_SEC;
}

static void answer_not(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->dropped = responds(e);
}

static void answer_from_elsewhere(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (responds(e))
        e->path.local.port = 3480;
}

/* The second answer is another one. */
static void change_mind(struct fault_event *e, struct fault_memory *m)
{
    uint8_t buf[STUN_EDIT_POOL];
    struct stun_edit s;
    (void)m;
    if (!responds(e))
        return;
    s = *e->stun;
    s.class_ = NT_STUN_ERROR;
    s.count = 0;
    stun_edit_set_error(&s, 500, "Server Error");
    for (size_t i = 0; i < e->stun->count; i++)
        if (e->stun->attrs[i].type == NT_ATTR_MESSAGE_INTEGRITY || e->stun->attrs[i].type == NT_ATTR_MESSAGE_INTEGRITY_SHA256) {
            uint8_t room[NT_STUN_HMAC_SHA256] = {0};
            stun_edit_insert(&s, s.count, e->stun->attrs[i].type, room, e->stun->attrs[i].len);
        }
    faulty_send(e, buf, stun_edit_write(&s, e->key, buf, sizeof buf), 2 * NT_MSEC);
}

/* It sends what nobody asked for, beside each answer. */
static void answer_unasked(struct fault_event *e, struct fault_memory *m)
{
    uint8_t buf[STUN_EDIT_POOL], id[NT_STUN_ID];
    struct stun_edit s;
    (void)m;
    if (!responds(e))
        return;
    s = *e->stun;
    faulty_fresh_id(e->party, id);
    stun_edit_set_id(&s, id);
    faulty_send(e, buf, stun_edit_write(&s, e->key, buf, sizeof buf), NT_MSEC);
}

// clang-format off
#define ROW(name, does, who, how) {name, does, NT_APP_SERVER, .when = who, .edit = how}
#define ACT(name, does, how) {name, does, NT_APP_SERVER, .acts = how}

const struct fault faults_of_server_binding[] = {
    ROW("server-wrong-port", "XOR-MAPPED-ADDRESS of its Binding responses has another port", tells_mapped, wrong_port),
    ROW("server-port-zero", "XOR-MAPPED-ADDRESS of its Binding responses has port 0", tells_mapped, port_zero),
    ROW("server-wrong-ip", "XOR-MAPPED-ADDRESS of its Binding responses is another host", tells_mapped, wrong_ip),
    ROW("server-own-address", "XOR-MAPPED-ADDRESS of its Binding responses is its own", tells_mapped, own_address),
    ROW("server-other-family", "XOR-MAPPED-ADDRESS of its Binding responses has the other family", tells_mapped, other_family),
    ROW("server-no-mapped", "its Binding responses have no address", tells_mapped, no_mapped),
    ROW("server-only-mapped", "its Binding responses have MAPPED-ADDRESS alone", tells_mapped, only_mapped),
    ROW("server-both-mapped", "its Binding responses have MAPPED-ADDRESS, too: as deployed ones", tells_mapped, both_mapped),
    ROW("server-unknown-family", "XOR-MAPPED-ADDRESS of its Binding responses has family 3", tells_mapped, mapped_unknown_family),
    ROW("server-mapped-too-long", "XOR-MAPPED-ADDRESS of its Binding responses has a size of its own", tells_mapped, mapped_too_long),
    ROW("server-error-without-code", "it refuses Binding requests without ERROR-CODE", tells_mapped, error_without_code),
    ROW("server-class-seven", "it refuses Binding requests with 701", tells_mapped, class_seven),
    ROW("server-long-reason", "it refuses Binding requests with a reason of 130 characters", tells_mapped, long_reason),
    ROW("server-reason-not-utf8", "it refuses Binding requests with a reason that is no UTF-8", tells_mapped, reason_not_utf8),
    ROW("server-says-unknown", "it refuses Binding requests with 420, and lists no attributes", tells_mapped, says_unknown),
    ROW("server-says-error", "it refuses Binding requests with 500: its right", tells_mapped, says_server_error),
    ROW("server-redirects-nowhere", "it refuses Binding requests with 300, and names no server", tells_mapped, redirects_nowhere),
    ROW("server-redirects-to-other-family", "it refuses Binding requests with 300, and names a server of the other family", tells_mapped, redirects_to_other_family),
    ROW("server-fingerprint", "its responses have FINGERPRINT: its right", responds, fingerprint),
    ROW("server-wrong-fingerprint", "FINGERPRINT of its responses is wrong", responds, wrong_fingerprint),
    ROW("server-fingerprint-first", "FINGERPRINT of its responses comes first", responds, fingerprint_first),
    ROW("server-software-too-long", "SOFTWARE of its responses has 130 characters", responds, software_too_long),
    ROW("server-padding", "the padding of its attributes is not zero", responds, padding),
    ROW("server-wrong-length", "the length of its responses is four too long", responds, wrong_length),
    ROW("server-odd-length", "the length of its responses is one too long", responds, odd_length),
    ROW("server-wrong-cookie", "its responses have another magic cookie", responds, wrong_cookie),
    ROW("server-overrun", "the last attribute of its responses goes beyond them", responds, overrun),
    ROW("server-old-attribute", "its responses have SOURCE-ADDRESS", responds, old_attribute),
    ROW("server-unknown-attribute", "its responses have an unknown attribute that must be understood: they are discarded", responds, unknown_attribute),
    ROW("server-other-method", "its responses have another method than the request", responds, other_method),
    ROW("server-other-id", "its responses have another transaction ID", responds, other_id),
    ROW("server-as-indication", "its responses are indications", responds, as_request),
    ACT("server-answers-twice", "it sends each response twice: as a network does", answer_twice),
    ACT("server-answers-late", "it answers after three seconds: its right", answer_late),
    ACT("server-answers-not", "it does not answer", answer_not),
    ACT("server-answers-from-elsewhere", "it answers from another port", answer_from_elsewhere),
    ACT("server-changes-mind", "after each response it sends an error", change_mind),
    ACT("server-answers-unasked", "beside each response it sends one that nobody asked for", answer_unasked),
    {0},
};
// clang-format on
