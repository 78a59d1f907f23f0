/* Parsing walks the message once and checks every size; the accessors need no checks. */
#include "core/stun/message.h"

#include <nettle/memops.h>

#define ATTR_HEADER 4

static size_t padded(size_t len)
{
    return (len + 3) & ~(size_t)3;
}

bool nt_stun_looks_like(const uint8_t *bytes, size_t len)
{
    /* RFC 8489, 5: the two most significant bits are zero, "the last 2 bits of this field are always zero"; RFC 7983: 0..3 */
    return len >= NT_STUN_HEADER && bytes[0] <= 3 && nt_load32(bytes + 4) == NT_STUN_COOKIE && (bytes[3] & 3) == 0 &&
           nt_load16(bytes + 2) + (size_t)NT_STUN_HEADER <= len;
}

/* RFC 8489, 5, figure 3: C1 is bit 8 and C0 bit 4 of the type; the method's bits stand around them. */
static void split_type(struct nt_stun_msg *m, uint16_t type)
{
    m->class_ = (uint8_t)((type >> 7 & 2) | (type >> 4 & 1));
    m->method = (uint16_t)((type & 0xf) | (type >> 1 & 0x70) | (type >> 2 & 0xf80));
}

static int parse_header(struct nt_stun_msg *m, const uint8_t *bytes, size_t len)
{
    m->integrity = m->integrity_sha256 = m->fingerprint = NULL;
    m->count = m->unknown_count = m->old_count = 0;
    if (len < NT_STUN_HEADER)
        return NT_ESHORT;
    uint16_t length = nt_load16(bytes + 2);
    if ((bytes[0] & 0xc0) != 0 || nt_load32(bytes + 4) != NT_STUN_COOKIE || (length & 3) != 0)
        return NT_EFORMAT;
    if (length + (size_t)NT_STUN_HEADER != len)
        return length + (size_t)NT_STUN_HEADER > len ? NT_ESHORT : NT_EFORMAT;
    m->bytes = bytes;
    m->len = len;
    m->id = bytes + 8;
    split_type(m, nt_load16(bytes));
    return NT_OK;
}

static void note_unknown(struct nt_stun_msg *m, uint16_t type)
{
    for (unsigned i = 0; i < m->unknown_count; i++)
        if (m->unknown[i] == type)
            return;
    if (m->unknown_count < NT_STUN_UNKNOWN_MAX)
        m->unknown[m->unknown_count++] = type;
}

static bool is_response(const struct nt_stun_msg *m)
{
    return m->class_ == NT_STUN_SUCCESS || m->class_ == NT_STUN_ERROR;
}

/* RFC 8489, 6.3: "Known-but-unexpected attributes SHOULD be ignored": a client knows what any method has. A server refuses what
 * means nothing to the method. */
static bool is_unknown(const struct nt_stun_msg *m, uint16_t type)
{
    return type < 0x8000 && !(is_response(m) ? nt_stun_attr_known(type) : nt_stun_attr_known_to(type, m->method));
}

/* RFC 8489, 14.5 to 14.7: the sizes of the three attributes that close a message. */
static int note_closing(struct nt_stun_msg *m, const struct nt_stun_attr *a)
{
    if (a->type == NT_ATTR_MESSAGE_INTEGRITY) {
        m->integrity = a;
        return a->len == NT_STUN_HMAC ? NT_OK : NT_EFORMAT;
    }
    if (a->type == NT_ATTR_MESSAGE_INTEGRITY_SHA256) {
        /* "it MUST be at least 16 bytes and MUST be a multiple of 4 bytes" */
        m->integrity_sha256 = a;
        return a->len >= 16 && a->len <= NT_STUN_HMAC_SHA256 && a->len % 4 == 0 ? NT_OK : NT_EFORMAT;
    }
    /* "When present, the FINGERPRINT attribute MUST be the last attribute in the message" */
    size_t before = (size_t)(a->value - m->bytes) - ATTR_HEADER;
    m->fingerprint = a;
    if (a->len != 4 || before + 8 != m->len)
        return NT_EFORMAT;
    return nt_load32(a->value) == nt_stun_fingerprint(m->bytes, before) ? NT_OK : NT_EAUTH;
}

/* RFC 8489, 9: "agents MUST ignore all attributes that follow MESSAGE-INTEGRITY, with the exception of the
 * MESSAGE-INTEGRITY-SHA256 and FINGERPRINT attributes", and all but FINGERPRINT after a lone MESSAGE-INTEGRITY-SHA256. */
static bool is_ignored(const struct nt_stun_msg *m, uint16_t type)
{
    if (type == NT_ATTR_FINGERPRINT)
        return false;
    return m->integrity_sha256 != NULL || (m->integrity != NULL && type != NT_ATTR_MESSAGE_INTEGRITY_SHA256);
}

/* RFC 8489, 6.3: "Unknown comprehension-optional attributes MUST be ignored by the agent." Many of them take nobody's place. */
static bool is_needless(uint16_t type)
{
    return type >= 0x8000 && !nt_stun_attr_known(type);
}

/* The attribute's place in the list; NULL: not listed. */
static struct nt_stun_attr *list_attr(struct nt_stun_msg *m, const struct nt_stun_attr *a)
{
    bool crowded = m->count >= NT_STUN_ATTRS_EACH;
    if (m->count == NT_STUN_ATTRS_MAX || (crowded && (is_needless(a->type) || nt_stun_find(m, a->type) != NULL)))
        return NULL;
    struct nt_stun_attr *listed = &m->attrs[m->count++];
    *listed = *a;
    return listed;
}

static int parse_attrs(struct nt_stun_msg *m)
{
    const uint8_t *p = m->bytes + NT_STUN_HEADER, *end = m->bytes + m->len;
    while (p < end) { /* all lengths are multiples of four, so an attribute's header is complete */
        uint16_t type = nt_load16(p), len = nt_load16(p + 2);
        const uint8_t *value = p + ATTR_HEADER;
        if (padded(len) > (size_t)(end - value))
            return NT_ESHORT;
        p = value + padded(len);
        if (is_ignored(m, type))
            continue;
        const struct nt_stun_attr *a = list_attr(m, &(struct nt_stun_attr){type, len, value});
        if (a == NULL && !is_needless(type) && nt_stun_find(m, type) == NULL)
            return NT_ELIMIT;
        if (a == NULL)
            continue;
        if (type == NT_ATTR_MESSAGE_INTEGRITY || type == NT_ATTR_MESSAGE_INTEGRITY_SHA256 || type == NT_ATTR_FINGERPRINT) {
            int r = note_closing(m, a);
            if (r != NT_OK)
                return r;
        } else if (is_response(m) && type <= NT_ATTR_REFLECTED_FROM && nt_stun_attr_is_old(type)) {
            m->old_count++;
        } else if (is_unknown(m, type)) {
            note_unknown(m, type);
        }
    }
    return NT_OK;
}

int nt_stun_parse(struct nt_stun_msg *m, const uint8_t *bytes, size_t len)
{
    int r = parse_header(m, bytes, len);
    return r != NT_OK ? r : parse_attrs(m);
}

const struct nt_why *nt_stun_flaw(int err)
{
    static const struct nt_why ends_early = {NT_DISCARD_UNREADABLE, "a STUN message that ends too early"},
                               too_many = {NT_DISCARD_NO_ROOM, "a STUN message with too many attributes"},
                               fingerprint = {NT_DISCARD_FINGERPRINT, "a STUN message with a wrong FINGERPRINT"},
                               malformed = {NT_DISCARD_UNREADABLE, "a malformed STUN message"};
    switch (err) {
    case NT_ESHORT: return &ends_early;
    case NT_ELIMIT: return &too_many;
    case NT_EAUTH: return &fingerprint;
    default: return &malformed;
    }
}

/* Where the attributes end that count whatever their type. */
static const uint8_t *end_of_content(const struct nt_stun_msg *m)
{
    const struct nt_stun_attr *closing = m->integrity != NULL ? m->integrity : m->integrity_sha256;
    return closing != NULL ? closing->value + closing->len : m->bytes + m->len;
}

bool nt_stun_next_attr(const struct nt_stun_msg *m, struct nt_stun_attr *a)
{
    const uint8_t *p = a->value != NULL ? a->value + padded(a->len) : m->bytes + NT_STUN_HEADER;
    if (p >= end_of_content(m))
        return false;
    *a = (struct nt_stun_attr){nt_load16(p), nt_load16(p + 2), p + ATTR_HEADER};
    return true;
}

const struct nt_stun_attr *nt_stun_find(const struct nt_stun_msg *m, uint16_t type)
{
    for (unsigned i = 0; i < m->count; i++)
        if (m->attrs[i].type == type)
            return &m->attrs[i];
    return NULL;
}

static int find_sized(const struct nt_stun_msg *m, uint16_t type, uint16_t len, const uint8_t **value)
{
    const struct nt_stun_attr *a = nt_stun_find(m, type);
    if (a == NULL)
        return NT_ENOENT;
    *value = a->value;
    return a->len == len ? NT_OK : NT_EFORMAT;
}

int nt_stun_get_u32(const struct nt_stun_msg *m, uint16_t type, uint32_t *value)
{
    const uint8_t *p;
    int r = find_sized(m, type, 4, &p);
    if (r == NT_OK)
        *value = nt_load32(p);
    return r;
}

int nt_stun_get_u64(const struct nt_stun_msg *m, uint16_t type, uint64_t *value)
{
    const uint8_t *p;
    int r = find_sized(m, type, 8, &p);
    if (r == NT_OK)
        *value = nt_load64(p);
    return r;
}

static bool is_xored(uint16_t type)
{
    return type == NT_ATTR_XOR_MAPPED_ADDRESS || type == NT_ATTR_XOR_PEER_ADDRESS || type == NT_ATTR_XOR_RELAYED_ADDRESS;
}

/* RFC 8489, 14.2: the port is XORed with the cookie's upper half, the address with cookie and transaction id, which stand
 * side by side in the header. */
static void xor_addr(struct nt_addr *a, const uint8_t *cookie_and_id)
{
    a->port ^= NT_STUN_COOKIE >> 16;
    for (size_t i = 0; i < nt_addr_ip_len(a); i++)
        a->ip[i] ^= cookie_and_id[i];
}

int nt_stun_attr_addr(const struct nt_stun_msg *m, const struct nt_stun_attr *attr, struct nt_addr *a)
{
    struct nt_addr out = {0};
    if (attr->len == 8 && attr->value[1] == 1)
        out.family = NT_AF_IPV4;
    else if (attr->len == 20 && attr->value[1] == 2)
        out.family = NT_AF_IPV6;
    else
        return NT_EFORMAT;
    out.port = nt_load16(attr->value + 2);
    memcpy(out.ip, attr->value + 4, nt_addr_ip_len(&out));
    if (is_xored(attr->type))
        xor_addr(&out, m->bytes + 4);
    *a = out;
    return NT_OK;
}

int nt_stun_get_addr(const struct nt_stun_msg *m, uint16_t type, struct nt_addr *a)
{
    const struct nt_stun_attr *attr = nt_stun_find(m, type);
    return attr != NULL ? nt_stun_attr_addr(m, attr, a) : NT_ENOENT;
}

int nt_stun_get_error(const struct nt_stun_msg *m, int *code, const char **reason, size_t *reason_len)
{
    const struct nt_stun_attr *a = nt_stun_find(m, NT_ATTR_ERROR_CODE);
    if (a == NULL)
        return NT_ENOENT;
    /* RFC 8489, 14.8: "Receivers MUST ignore these bits. The Class ... MUST be between 3 and 6. The Number ... between 0
     * and 99." */
    if (a->len < 4 || (a->value[2] & 7) < 3 || (a->value[2] & 7) > 6 || a->value[3] > 99)
        return NT_EFORMAT;
    *code = (a->value[2] & 7) * 100 + a->value[3];
    if (reason != NULL) {
        *reason = (const char *)a->value + 4;
        *reason_len = a->len - 4u;
    }
    return NT_OK;
}

/* The header's length field with which the attribute was computed: it counts up to the attribute's end. */
static uint16_t length_to(const struct nt_stun_msg *m, const struct nt_stun_attr *a)
{
    return (uint16_t)(a->value + a->len - m->bytes - NT_STUN_HEADER);
}

int nt_stun_verify(const struct nt_stun_msg *m, const struct nt_stun_key *key)
{
    const struct nt_stun_attr *a = m->integrity;
    uint8_t mac[NT_STUN_HMAC];
    if (a == NULL)
        return NT_ENOENT;
    nt_stun_hmac(key, m->bytes, (size_t)(a->value - m->bytes) - ATTR_HEADER, length_to(m, a), mac);
    return memeql_sec(mac, a->value, sizeof mac) ? NT_OK : NT_EAUTH;
}

int nt_stun_verify_sha256(const struct nt_stun_msg *m, const struct nt_stun_key *key)
{
    const struct nt_stun_attr *a = m->integrity_sha256;
    uint8_t mac[NT_STUN_HMAC_SHA256];
    if (a == NULL)
        return NT_ENOENT;
    /* RFC 8489, 14.6: "The value must be the full 32 bytes unless the STUN Usage explicitly specifies that truncation is
     * allowed." None here does. */
    if (a->len != sizeof mac)
        return NT_EAUTH;
    nt_stun_hmac_sha256(key, m->bytes, (size_t)(a->value - m->bytes) - ATTR_HEADER, length_to(m, a), mac);
    return memeql_sec(mac, a->value, sizeof mac) ? NT_OK : NT_EAUTH;
}

/* --- building --- */

/* The header's length field is correct after every attribute. */
static void update_length(struct nt_stun_builder *b)
{
    size_t len = nt_writer_len(&b->w) - NT_STUN_HEADER;
    if (len > UINT16_MAX)
        b->w.err = NT_ENOSPC;
    else
        nt_store16(b->w.start + 2, (uint16_t)len);
}

/* Writes an attribute's header and padding: room for its value, or NULL. */
static uint8_t *add_room(struct nt_stun_builder *b, uint16_t type, size_t len)
{
    uint8_t *p = len <= UINT16_MAX ? nt_write_room(&b->w, ATTR_HEADER + padded(len)) : NULL;
    if (p == NULL) {
        b->w.err = NT_ENOSPC;
        return NULL;
    }
    update_length(b);
    nt_store16(p, type);
    nt_store16(p + 2, (uint16_t)len);
    if ((len & 3) != 0)
        memset(p + ATTR_HEADER + len, 0, padded(len) - len); /* RFC 8489, 14: "The padding bits MUST be set to zero" */
    return p + ATTR_HEADER;
}

void nt_stun_start(struct nt_stun_builder *b, uint8_t *buf, size_t cap, enum nt_stun_class class_, uint16_t method,
                   const uint8_t id[NT_STUN_ID])
{
    b->w = nt_writer_of(buf, cap);
    uint8_t *p = nt_write_room(&b->w, NT_STUN_HEADER);
    if (p == NULL)
        return;
    unsigned c = class_, m = method;
    nt_store16(p, (uint16_t)((m & 0xf) | (m & 0x70) << 1 | (m & 0xf80) << 2 | (c & 1) << 4 | (c & 2) << 7));
    nt_store16(p + 2, 0);
    nt_store32(p + 4, NT_STUN_COOKIE);
    memcpy(p + 8, id, NT_STUN_ID);
}

void nt_stun_add(struct nt_stun_builder *b, uint16_t type, const void *value, size_t len)
{
    uint8_t *p = add_room(b, type, len);
    if (p != NULL && len != 0)
        memcpy(p, value, len);
}

void nt_stun_add_text(struct nt_stun_builder *b, uint16_t type, const char *text)
{
    nt_stun_add(b, type, text, strlen(text));
}

void nt_stun_add_u32(struct nt_stun_builder *b, uint16_t type, uint32_t value)
{
    uint8_t *p = add_room(b, type, 4);
    if (p != NULL)
        nt_store32(p, value);
}

void nt_stun_add_u64(struct nt_stun_builder *b, uint16_t type, uint64_t value)
{
    uint8_t *p = add_room(b, type, 8);
    if (p != NULL)
        nt_store64(p, value);
}

void nt_stun_add_addr(struct nt_stun_builder *b, uint16_t type, const struct nt_addr *a)
{
    struct nt_addr wire = *a;
    uint8_t *p = add_room(b, type, 4 + nt_addr_ip_len(a));
    if (p == NULL)
        return;
    if (is_xored(type))
        xor_addr(&wire, b->w.start + 4);
    p[0] = 0;
    p[1] = a->family == NT_AF_IPV6 ? 2 : 1;
    nt_store16(p + 2, wire.port);
    memcpy(p + 4, wire.ip, nt_addr_ip_len(a));
}

/* Writes each unknown type once, unless `out` is NULL; their number. */
static size_t list_unknown(const struct nt_stun_msg *m, uint8_t *out)
{
    uint8_t seen[0x8000 / 8] = {0};
    struct nt_stun_attr a = {0};
    size_t n = 0;
    while (nt_stun_next_attr(m, &a)) {
        if (!is_unknown(m, a.type) || (seen[a.type / 8] & 1 << a.type % 8) != 0)
            continue;
        seen[a.type / 8] |= (uint8_t)(1 << a.type % 8);
        if (out != NULL)
            nt_store16(out + 2 * n, a.type);
        n++;
    }
    return n;
}

void nt_stun_add_unknown(struct nt_stun_builder *b, const struct nt_stun_msg *m, const uint16_t *also, size_t also_count)
{
    size_t n = list_unknown(m, NULL);
    uint8_t *p = add_room(b, NT_ATTR_UNKNOWN_ATTRIBUTES, 2 * (n + also_count));
    if (p == NULL)
        return;
    list_unknown(m, p);
    for (size_t i = 0; i < also_count; i++)
        nt_store16(p + 2 * (n + i), also[i]);
}

void nt_stun_add_error(struct nt_stun_builder *b, int code, const char *reason)
{
    const char *text = reason != NULL ? reason : nt_stun_reason(code);
    size_t len = strlen(text);
    uint8_t *p = add_room(b, NT_ATTR_ERROR_CODE, 4 + len);
    if (p == NULL)
        return;
    nt_store16(p, 0);
    p[2] = (uint8_t)(code / 100);
    p[3] = (uint8_t)(code % 100);
    memcpy(p + 4, text, len);
}

void nt_stun_add_integrity(struct nt_stun_builder *b, const struct nt_stun_key *key)
{
    size_t before = nt_writer_len(&b->w);
    uint8_t *p = add_room(b, NT_ATTR_MESSAGE_INTEGRITY, NT_STUN_HMAC);
    if (p != NULL)
        nt_stun_hmac(key, b->w.start, before, nt_load16(b->w.start + 2), p);
}

void nt_stun_add_integrity_sha256(struct nt_stun_builder *b, const struct nt_stun_key *key)
{
    size_t before = nt_writer_len(&b->w);
    uint8_t *p = add_room(b, NT_ATTR_MESSAGE_INTEGRITY_SHA256, NT_STUN_HMAC_SHA256);
    if (p != NULL)
        nt_stun_hmac_sha256(key, b->w.start, before, nt_load16(b->w.start + 2), p);
}

void nt_stun_add_fingerprint(struct nt_stun_builder *b)
{
    size_t before = nt_writer_len(&b->w);
    uint8_t *p = add_room(b, NT_ATTR_FINGERPRINT, 4);
    if (p != NULL)
        nt_store32(p, nt_stun_fingerprint(b->w.start, before));
}

int nt_stun_finish(const struct nt_stun_builder *b)
{
    return b->w.err != NT_OK ? b->w.err : (int)nt_writer_len(&b->w);
}
