#include "tests/faulty/stun_edit.h"

const uint8_t *stun_edit_value(const struct stun_edit *e, const struct stun_edit_attr *a)
{
    return e->pool + a->at;
}

/* False: there is no room. */
static bool keep_value(struct stun_edit *e, uint16_t type, const void *value, size_t len, struct stun_edit_attr *a)
{
    if (len > STUN_EDIT_POOL - e->used)
        return false;
    *a = (struct stun_edit_attr){type, (uint16_t)len, (uint16_t)e->used};
    if (len > 0)
        memmove(e->pool + e->used, value, len);
    e->used += len;
    return true;
}

bool stun_edit_read(struct stun_edit *e, const uint8_t *bytes, size_t len)
{
    struct nt_stun_msg m;
    e->count = e->used = 0;
    if (!nt_stun_looks_like(bytes, len) || len > STUN_EDIT_POOL || nt_stun_parse(&m, bytes, len) != NT_OK)
        return false;
    e->class_ = m.class_;
    e->method = m.method;
    memcpy(e->id, m.id, NT_STUN_ID);
    e->cookie = NT_STUN_COOKIE;
    e->padding = 0;
    e->length_off = 0;
    e->trailing = 0;
    e->wrong_hmac = e->wrong_fingerprint = e->overrun = false;
    for (size_t at = NT_STUN_HEADER; at + 4 <= len;) {
        uint16_t n = nt_load16(bytes + at + 2);
        stun_edit_insert(e, e->count, nt_load16(bytes + at), bytes + at + 4, n);
        at += 4 + (((size_t)n + 3) & ~(size_t)3);
    }
    return true;
}

/* The bits of the class are 4 and 8 (RFC 8489, section 5). */
static uint16_t message_type(const struct stun_edit *e)
{
    unsigned m = e->method, c = e->class_;
    return (uint16_t)((m & 0xf) | (m & 0x70) << 1 | (m & 0xf80) << 2 | (c & 1) << 4 | (c & 2) << 7);
}

static void write_sha1(const struct stun_edit *e, const struct nt_stun_key *key, uint8_t *buf, struct nt_writer *w)
{
    uint8_t mac[NT_STUN_HMAC];
    size_t len = nt_writer_len(w) - 4;
    nt_stun_hmac(key, buf, len, (uint16_t)(len - NT_STUN_HEADER + 4 + sizeof mac), mac);
    mac[0] ^= e->wrong_hmac;
    nt_write(w, mac, sizeof mac);
}

static void write_sha256(const struct stun_edit *e, const struct nt_stun_key *key, uint8_t *buf, struct nt_writer *w, size_t size)
{
    uint8_t mac[NT_STUN_HMAC_SHA256];
    size_t len = nt_writer_len(w) - 4;
    nt_stun_hmac_sha256(key, buf, len, (uint16_t)(len - NT_STUN_HEADER + 4 + size), mac);
    mac[0] ^= e->wrong_hmac;
    nt_write(w, mac, size < sizeof mac ? size : sizeof mac);
}

static void write_fingerprint(const struct stun_edit *e, uint8_t *buf, struct nt_writer *w)
{
    uint8_t crc[4];
    size_t len = nt_writer_len(w) - 4;
    nt_store16(buf + 2, (uint16_t)(len - NT_STUN_HEADER + 8 + (size_t)e->length_off));
    nt_store32(crc, nt_stun_fingerprint(buf, len) ^ e->wrong_fingerprint);
    nt_write(w, crc, sizeof crc);
}

static void write_attr(const struct stun_edit *e, const struct stun_edit_attr *a, const struct nt_stun_key *key, uint8_t *buf,
                       struct nt_writer *w)
{
    nt_write16(w, a->type);
    nt_write16(w, a->len);
    if (a->type == NT_ATTR_MESSAGE_INTEGRITY && key != NULL)
        write_sha1(e, key, buf, w);
    else if (a->type == NT_ATTR_MESSAGE_INTEGRITY_SHA256 && key != NULL)
        write_sha256(e, key, buf, w, a->len);
    else if (a->type == NT_ATTR_FINGERPRINT)
        write_fingerprint(e, buf, w);
    else
        nt_write(w, stun_edit_value(e, a), a->len);
    for (size_t n = a->len; n % 4 != 0; n++)
        nt_write(w, &e->padding, 1);
}

size_t stun_edit_write(const struct stun_edit *e, const struct nt_stun_key *key, uint8_t *buf, size_t cap)
{
    struct nt_writer w = nt_writer_of(buf, cap);
    uint8_t cookie[4];
    nt_store32(cookie, e->cookie);
    nt_write16(&w, message_type(e));
    nt_write16(&w, 0);
    nt_write(&w, cookie, sizeof cookie);
    nt_write(&w, e->id, NT_STUN_ID);
    size_t last = 0;
    for (size_t i = 0; i < e->count; i++) {
        last = nt_writer_len(&w);
        write_attr(e, &e->attrs[i], key, buf, &w);
    }
    for (size_t i = 0; i < e->trailing; i++)
        nt_write(&w, "", 1);
    if (w.err != NT_OK)
        return 0;
    if (e->overrun && last > 0)
        nt_store16(buf + last + 2, (uint16_t)(nt_load16(buf + last + 2) + 8));
    nt_store16(buf + 2, (uint16_t)(nt_writer_len(&w) - NT_STUN_HEADER + (size_t)e->length_off));
    return nt_writer_len(&w);
}

struct stun_edit_attr *stun_edit_find(struct stun_edit *e, uint16_t type)
{
    for (size_t i = 0; i < e->count; i++)
        if (e->attrs[i].type == type)
            return &e->attrs[i];
    return NULL;
}

bool stun_edit_has(const struct stun_edit *e, uint16_t type)
{
    for (size_t i = 0; i < e->count; i++)
        if (e->attrs[i].type == type)
            return true;
    return false;
}

bool stun_edit_is_signed(const struct stun_edit *e)
{
    return stun_edit_has(e, NT_ATTR_MESSAGE_INTEGRITY) || stun_edit_has(e, NT_ATTR_MESSAGE_INTEGRITY_SHA256);
}

void stun_edit_remove(struct stun_edit *e, uint16_t type)
{
    size_t kept = 0;
    for (size_t i = 0; i < e->count; i++)
        if (e->attrs[i].type != type)
            e->attrs[kept++] = e->attrs[i];
    e->count = kept;
}

void stun_edit_insert(struct stun_edit *e, size_t at, uint16_t type, const void *value, size_t len)
{
    struct stun_edit_attr a;
    if (e->count == STUN_EDIT_ATTRS || !keep_value(e, type, value, len, &a))
        return;
    memmove(&e->attrs[at + 1], &e->attrs[at], (e->count - at) * sizeof e->attrs[0]);
    e->attrs[at] = a;
    e->count++;
}

static bool is_trailer(uint16_t type)
{
    return type == NT_ATTR_MESSAGE_INTEGRITY || type == NT_ATTR_MESSAGE_INTEGRITY_SHA256 || type == NT_ATTR_FINGERPRINT;
}

void stun_edit_add(struct stun_edit *e, uint16_t type, const void *value, size_t len)
{
    size_t at = 0;
    while (at < e->count && !is_trailer(e->attrs[at].type))
        at++;
    stun_edit_insert(e, at, type, value, len);
}

void stun_edit_set(struct stun_edit *e, uint16_t type, const void *value, size_t len)
{
    struct stun_edit_attr *a = stun_edit_find(e, type);
    if (a == NULL)
        stun_edit_add(e, type, value, len);
    else
        keep_value(e, type, value, len, a);
}

void stun_edit_set_u32(struct stun_edit *e, uint16_t type, uint32_t value)
{
    uint8_t bytes[4];
    nt_store32(bytes, value);
    stun_edit_set(e, type, bytes, sizeof bytes);
}

void stun_edit_set_u64(struct stun_edit *e, uint16_t type, uint64_t value)
{
    uint8_t bytes[8];
    nt_store64(bytes, value);
    stun_edit_set(e, type, bytes, sizeof bytes);
}

/* The codec writes the one attribute, and what it wrote is taken over. */
static void set_from(struct stun_edit *e, uint16_t type, struct nt_stun_builder *b)
{
    int len = nt_stun_finish(b);
    if (len > NT_STUN_HEADER + 4)
        stun_edit_set(e, type, b->w.start + NT_STUN_HEADER + 4, nt_load16(b->w.start + NT_STUN_HEADER + 2));
}

void stun_edit_set_addr(struct stun_edit *e, uint16_t type, const struct nt_addr *a)
{
    uint8_t buf[64];
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_SUCCESS, e->method, e->id);
    nt_stun_add_addr(&b, type, a);
    set_from(e, type, &b);
}

void stun_edit_set_error(struct stun_edit *e, int code, const char *reason)
{
    uint8_t buf[512];
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_ERROR, e->method, e->id);
    nt_stun_add_error(&b, code, reason);
    set_from(e, NT_ATTR_ERROR_CODE, &b);
}

uint32_t stun_edit_u32(struct stun_edit *e, uint16_t type)
{
    const struct stun_edit_attr *a = stun_edit_find(e, type);
    return a != NULL && a->len == 4 ? nt_load32(stun_edit_value(e, a)) : 0;
}

uint64_t stun_edit_u64(struct stun_edit *e, uint16_t type)
{
    const struct stun_edit_attr *a = stun_edit_find(e, type);
    return a != NULL && a->len == 8 ? nt_load64(stun_edit_value(e, a)) : 0;
}

bool stun_edit_addr(struct stun_edit *e, uint16_t type, struct nt_addr *a)
{
    uint8_t buf[256];
    struct nt_stun_msg m;
    struct nt_stun_builder b;
    const struct stun_edit_attr *attr = stun_edit_find(e, type);
    if (attr == NULL)
        return false;
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_SUCCESS, e->method, e->id);
    nt_stun_add(&b, type, stun_edit_value(e, attr), attr->len);
    int len = nt_stun_finish(&b);
    return len > 0 && nt_stun_parse(&m, buf, (size_t)len) == NT_OK && nt_stun_get_addr(&m, type, a) == NT_OK;
}

int stun_edit_error(struct stun_edit *e)
{
    const struct stun_edit_attr *a = stun_edit_find(e, NT_ATTR_ERROR_CODE);
    return a != NULL && a->len >= 4 ? (stun_edit_value(e, a)[2] & 7) * 100 + stun_edit_value(e, a)[3] : 0;
}

void stun_edit_set_id(struct stun_edit *e, const uint8_t id[NT_STUN_ID])
{
    static const uint16_t types[] = {NT_ATTR_XOR_MAPPED_ADDRESS, NT_ATTR_XOR_PEER_ADDRESS, NT_ATTR_XOR_RELAYED_ADDRESS};
    uint8_t old[NT_STUN_ID];
    struct nt_addr a;
    memcpy(old, e->id, sizeof old);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        memcpy(e->id, old, sizeof old);
        if (!stun_edit_addr(e, types[i], &a))
            continue;
        memcpy(e->id, id, NT_STUN_ID);
        stun_edit_set_addr(e, types[i], &a);
    }
    memcpy(e->id, id, NT_STUN_ID);
}
