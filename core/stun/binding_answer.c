/* Binding requests and their answers (RFC 8489, 6.3.1; RFC 5780, 6.1). */
#include "core/stun/binding_answer.h"

/* RFC 5780, 6.1: "a length of PADDING equal to the MTU on the outgoing interface, rounded up to an even multiple of four" */
#define PADDING_LEN 1500

static void add_unknown(struct nt_binding_answer *a, uint16_t type)
{
    if (a->unknown_count < NT_STUN_UNKNOWN_MAX)
        a->unknown[a->unknown_count++] = type;
}

/* What a server without an alternate address does not understand: RFC 5780, 6: "420 (Unknown Attribute) to any Request with a
 * CHANGE-REQUEST attribute"; 7.5: "Server support for RESPONSE-PORT is optional." */
static void collect_unknown(struct nt_binding_answer *a, const struct nt_stun_msg *m, bool behaviour)
{
    static const uint16_t of_behaviour[] = {NT_ATTR_CHANGE_REQUEST, NT_ATTR_RESPONSE_PORT, NT_ATTR_PADDING};
    for (size_t i = 0; !behaviour && i < sizeof of_behaviour / sizeof *of_behaviour; i++)
        if (nt_stun_find(m, of_behaviour[i]) != NULL)
            add_unknown(a, of_behaviour[i]);
    for (unsigned i = 0; i < m->unknown_count; i++)
        add_unknown(a, m->unknown[i]);
}

/* RFC 5780, 6.1, table 1: the socket to answer from. NT_EFORMAT: 400. */
static int read_change(const struct nt_stun_msg *m, unsigned *at)
{
    uint32_t flags = 0;
    int r = nt_stun_get_u32(m, NT_ATTR_CHANGE_REQUEST, &flags);
    *at ^= ((flags & NT_CHANGE_PORT) != 0 ? 1u : 0u) | ((flags & NT_CHANGE_IP) != 0 ? 2u : 0u);
    return r == NT_ENOENT ? NT_OK : r;
}

/* RFC 5780, 7.5: "a 16-bit unsigned integer in network byte order followed by 2 bytes of padding". Some senders count the
 * padding in the length, others do not. */
static int read_response_port(const struct nt_stun_msg *m, struct nt_addr *to)
{
    const struct nt_stun_attr *a = nt_stun_find(m, NT_ATTR_RESPONSE_PORT);
    if (a == NULL)
        return NT_OK;
    if ((a->len != 2 && a->len != 4) || nt_load16(a->value) == 0)
        return NT_EFORMAT;
    /* 6.1: "If the Request also contains the RESPONSE-PORT attribute the server MUST return an error response of type 400." */
    if (nt_stun_find(m, NT_ATTR_PADDING) != NULL)
        return NT_EFORMAT;
    to->port = nt_load16(a->value);
    return NT_OK;
}

bool nt_binding_answer_make(struct nt_binding_answer *a, const struct nt_stun_msg *request, uint32_t cookie,
                            const struct nt_addr *from, const struct nt_binding_sockets *sockets, unsigned at)
{
    /* A classic client's CHANGE-REQUEST is an unknown attribute (RFC 5389, 12.2). */
    bool behaviour = sockets->count == 4 && cookie == NT_STUN_COOKIE;
    unsigned out = at;
    if (request->class_ != NT_STUN_REQUEST || request->method != NT_STUN_BINDING)
        return false;
    *a = (struct nt_binding_answer){.cookie = cookie, .mapped = *from, .to = *from, .local = sockets->at[at]};
    memcpy(a->id, request->id, NT_STUN_ID);
    a->fingerprint = request->fingerprint != NULL;
    if (behaviour)
        a->other = sockets->at[at ^ 3u];
    collect_unknown(a, request, behaviour);
    if (a->unknown_count != 0) {
        a->code = 420;
    } else if (behaviour) {
        struct nt_addr to = *from;
        if (read_change(request, &out) != NT_OK || read_response_port(request, &to) != NT_OK) {
            a->code = 400;
        } else {
            a->padding = nt_stun_find(request, NT_ATTR_PADDING) != NULL;
            a->local = sockets->at[out];
            a->to = to;
        }
    }
    return true;
}

void nt_binding_answer_refuse(struct nt_binding_answer *a, const struct nt_stun_decision *d)
{
    a->code = (uint16_t)d->code;
    a->unknown_count = 0;
    a->alternate = d->alternate;
}

static void add_success(struct nt_stun_builder *b, const struct nt_binding_answer *a)
{
    static const uint8_t zeros[PADDING_LEN];
    bool behaviour = nt_addr_is_set(&a->other);
    /* RFC 5389, 12.2: an RFC 3489 client gets "a MAPPED-ADDRESS attribute instead of an XOR-MAPPED-ADDRESS attribute".
     * RFC 5780, 6.1: "The server MUST include both MAPPED-ADDRESS and XOR-MAPPED-ADDRESS in its Response." */
    if (a->cookie == NT_STUN_COOKIE)
        nt_stun_add_addr(b, NT_ATTR_XOR_MAPPED_ADDRESS, &a->mapped);
    if (a->cookie != NT_STUN_COOKIE || behaviour)
        nt_stun_add_addr(b, NT_ATTR_MAPPED_ADDRESS, &a->mapped);
    if (behaviour) {
        nt_stun_add_addr(b, NT_ATTR_RESPONSE_ORIGIN, &a->local);
        nt_stun_add_addr(b, NT_ATTR_OTHER_ADDRESS, &a->other);
    }
    if (a->padding)
        nt_stun_add(b, NT_ATTR_PADDING, zeros, sizeof zeros);
}

static void add_failure(struct nt_stun_builder *b, const struct nt_binding_answer *a)
{
    uint8_t types[2 * NT_STUN_UNKNOWN_MAX];
    nt_stun_add_error(b, a->code, NULL);
    if (a->code == 300)
        nt_stun_add_addr(b, NT_ATTR_ALTERNATE_SERVER, &a->alternate);
    for (size_t i = 0; i < a->unknown_count; i++)
        nt_store16(types + 2 * i, a->unknown[i]);
    if (a->code == 420)
        nt_stun_add(b, NT_ATTR_UNKNOWN_ATTRIBUTES, types, 2u * a->unknown_count);
}

size_t nt_binding_answer_write(const struct nt_binding_answer *a, const char *software, uint8_t *buf, size_t cap)
{
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, cap, a->code == 0 ? NT_STUN_SUCCESS : NT_STUN_ERROR, NT_STUN_BINDING, a->id);
    if (a->code == 0)
        add_success(&b, a);
    else
        add_failure(&b, a);
    if (software != NULL)
        nt_stun_add_text(&b, NT_ATTR_SOFTWARE, software);
    if (a->fingerprint)
        nt_stun_add_fingerprint(&b);
    int len = nt_stun_finish(&b);
    if (len < 0)
        return 0;
    nt_store32(buf + 4, a->cookie); /* only classic clients have another one, and their requests carry no FINGERPRINT */
    return (size_t)len;
}
