#include "core/stun/binding_answer.h"

#include "core/base/err.h"
#include "core/stun/attributes.h"

#include <stdio.h>
#include <string.h>

/* RFC 5780, 6.1: "a length of PADDING equal to the MTU on the outgoing interface, rounded up to an even multiple of four" */
#define PADDING_LEN 1500
#define BINDING_REQUEST 0x0001

static bool is_classic(const struct nt_binding_request *q)
{
    return q->cookie != NT_STUN_COOKIE;
}

static bool has_behaviour(const struct nt_binding_request *q)
{
    return q->sockets->count == 4;
}

/* RFC 5389, 12.2: "A STUN server can detect when a given Binding request message was sent from an RFC 3489 client by the
 * absence of the correct value in the magic cookie field." The rest of the message is parsed as usual. */
int nt_stun_parse_classic(struct nt_stun_msg *m, uint8_t copy[NT_STUN_CLASSIC_MAX], const uint8_t *bytes, size_t len)
{
    if (len < NT_STUN_HEADER || len > NT_STUN_CLASSIC_MAX || nt_load16(bytes) != BINDING_REQUEST ||
        nt_load32(bytes + 4) == NT_STUN_COOKIE)
        return NT_EFORMAT;
    memcpy(copy, bytes, len);
    nt_store32(copy + 4, NT_STUN_COOKIE);
    int r = nt_stun_parse(m, copy, len);
    return r == NT_OK && m->fingerprint != NULL ? NT_EFORMAT : r;
}

/* RFC 3489, 8.1: in classic STUN the flags of CHANGE-REQUEST may ask for nothing. */
static bool asks_nothing(const struct nt_binding_request *q, const struct nt_stun_attr *change)
{
    return is_classic(q) && change->len == 4 && (nt_load32(change->value) & (NT_CHANGE_IP | NT_CHANGE_PORT)) == 0;
}

/* What the server does not understand though the method knows it. RFC 5780, 6: without an alternate address "420 (Unknown
 * Attribute) to any Request with a CHANGE-REQUEST attribute"; 7.5: "Server support for RESPONSE-PORT is optional." */
static size_t list_unserved(const struct nt_binding_request *q, uint16_t out[3])
{
    const struct nt_stun_attr *change = nt_stun_find(q->msg, NT_ATTR_CHANGE_REQUEST);
    size_t n = 0;
    if (!has_behaviour(q) && change != NULL && !asks_nothing(q, change))
        out[n++] = NT_ATTR_CHANGE_REQUEST;
    static const uint16_t later[] = {NT_ATTR_RESPONSE_PORT, NT_ATTR_PADDING};
    for (size_t i = 0; (!has_behaviour(q) || is_classic(q)) && i < 2; i++)
        if (nt_stun_find(q->msg, later[i]) != NULL)
            out[n++] = later[i];
    return n;
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

/* The path of a success response; NT_EFORMAT: 400. */
static int read_path(const struct nt_binding_request *q, struct nt_path *path)
{
    unsigned out = q->at;
    if (!has_behaviour(q))
        return NT_OK;
    int r = read_change(q->msg, &out);
    path->local = q->sockets->at[out];
    return r != NT_OK ? r : read_response_port(q->msg, &path->remote);
}

/* RFC 5389, 12.2: an RFC 3489 client gets "a MAPPED-ADDRESS attribute instead of an XOR-MAPPED-ADDRESS attribute". RFC 3489, 8.1:
 * the server adds SOURCE-ADDRESS and CHANGED-ADDRESS; here one that has another address does. */
static void add_classic_success(struct nt_stun_builder *b, const struct nt_binding_request *q, const struct nt_path *path)
{
    nt_stun_add_addr(b, NT_ATTR_MAPPED_ADDRESS, &q->path->remote);
    if (!has_behaviour(q))
        return;
    nt_stun_add_addr(b, NT_ATTR_SOURCE_ADDRESS, &path->local);
    nt_stun_add_addr(b, NT_ATTR_CHANGED_ADDRESS, &q->sockets->at[q->at ^ 3u]);
}

static void add_success(struct nt_stun_builder *b, const struct nt_binding_request *q, const struct nt_path *path)
{
    static const uint8_t zeros[PADDING_LEN];
    nt_stun_add_addr(b, NT_ATTR_XOR_MAPPED_ADDRESS, &q->path->remote);
    if (!has_behaviour(q))
        return;
    /* RFC 5780, 6.1: "The server MUST include both MAPPED-ADDRESS and XOR-MAPPED-ADDRESS in its Response." */
    nt_stun_add_addr(b, NT_ATTR_MAPPED_ADDRESS, &q->path->remote);
    nt_stun_add_addr(b, NT_ATTR_RESPONSE_ORIGIN, &path->local);
    nt_stun_add_addr(b, NT_ATTR_OTHER_ADDRESS, &q->sockets->at[q->at ^ 3u]);
    if (nt_stun_find(q->msg, NT_ATTR_PADDING) != NULL)
        nt_stun_add(b, NT_ATTR_PADDING, zeros, sizeof zeros);
}

/* RFC 3489, 11.2.9: "The lengths of the reason phrases MUST be a multiple of 4 (measured in bytes). This can be accomplished by
 * added spaces to the end of the text". */
static void add_classic_error(struct nt_stun_builder *b, int code)
{
    char text[64];
    const char *reason = nt_stun_reason(code);
    snprintf(text, sizeof text, "%-*s", (int)((strlen(reason) + 3) / 4 * 4), reason);
    nt_stun_add_error(b, code, text);
}

/* RFC 3489, 11.2.10: "If the number of unknown attributes is an odd number, one of the attributes MUST be repeated in the list". It
 * takes the place of the padding. */
static void repeat_one(struct nt_stun_builder *b, size_t attribute)
{
    uint8_t *a = b->w.start + attribute;
    uint16_t len = b->w.err == NT_OK ? nt_load16(a + 2) : 0;
    if (len % 4 == 0)
        return;
    memcpy(a + 4 + len, a + 4, 2);
    nt_store16(a + 2, (uint16_t)(len + 2));
}

static void add_failure(struct nt_stun_builder *b, const struct nt_binding_request *q, int code, const struct nt_addr *alternate)
{
    uint16_t unserved[3];
    if (is_classic(q))
        add_classic_error(b, code);
    else
        nt_stun_add_error(b, code, NULL);
    size_t attribute = nt_writer_len(&b->w);
    if (code == 420)
        nt_stun_add_unknown(b, q->msg, unserved, list_unserved(q, unserved));
    if (code == 420 && is_classic(q))
        repeat_one(b, attribute);
    if (code == 300)
        nt_stun_add_addr(b, NT_ATTR_ALTERNATE_SERVER, alternate);
}

/* The error code, or 0 and the path of the response. */
static int decide_answer(const struct nt_binding_request *q, const struct nt_stun_decision *d, struct nt_path *path)
{
    uint16_t unserved[3];
    if (d->code != 0)
        return d->code;
    if (q->msg->unknown_count > 0 || list_unserved(q, unserved) > 0)
        return 420;
    return read_path(q, path) != NT_OK ? 400 : 0;
}

size_t nt_binding_answer(const struct nt_binding_request *q, const struct nt_stun_decision *d, const char *software,
                         struct nt_path *path, uint8_t *buf, size_t cap)
{
    struct nt_path back = nt_stun_way_back(q->path);
    struct nt_stun_builder b;
    back.local = q->sockets->at[q->at];
    *path = back;
    int code = decide_answer(q, d, path);
    if (code != 0)
        *path = back;
    nt_stun_start(&b, buf, cap, code == 0 ? NT_STUN_SUCCESS : NT_STUN_ERROR, NT_STUN_BINDING, q->msg->id);
    if (code != 0)
        add_failure(&b, q, code, &d->alternate);
    else if (is_classic(q))
        add_classic_success(&b, q, path);
    else
        add_success(&b, q, path);
    if (software != NULL)
        nt_stun_add_text(&b, NT_ATTR_SOFTWARE, software);
    if (q->msg->fingerprint != NULL)
        nt_stun_add_fingerprint(&b);
    int len = nt_stun_finish(&b);
    if (len < 0)
        return 0;
    nt_store32(buf + 4, q->cookie); /* only classic clients have another one, and their requests carry no FINGERPRINT */
    return (size_t)len;
}
