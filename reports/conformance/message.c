#include "reports/conformance/message.h"

#include "core/base/err.h"

#include <stdio.h>
#include <string.h>

static bool fingerprint_right(const struct nt_item *m, const uint8_t *value, uint16_t len)
{
    size_t before = (size_t)(value - m->bytes) - 4;
    return len == 4 && before + 8 == m->len && nt_load32(value) == nt_stun_fingerprint(m->bytes, before);
}

static int add_attr(struct nt_view *v, struct nt_item *m, uint16_t type, uint16_t len, const uint8_t *value)
{
    int r = nt_reserve(&v->attrs, &v->attr_cap, v->attr_count + 1, sizeof *v->attrs, NT_VIEW_MAX);
    if (r != NT_OK)
        return r;
    v->attrs[v->attr_count++] = (struct nt_item_attr){type, len, value};
    m->attr_count++;
    m->has |= nt_item_attr_bit(type);
    m->unknown_required =
        m->unknown_required || (nt_attr_is_unknown(type) && !(nt_item_is_response(m) && nt_stun_attr_is_old(type)));
    return NT_OK;
}

/* RFC 8489, 14: "the padding bits MUST be set to zero on sending" */
static bool padding_zero(const uint8_t *value, size_t len)
{
    for (size_t i = len; (i & 3) != 0; i++)
        if (value[i] != 0)
            return false;
    return true;
}

struct reading {
    const uint8_t *at;
    bool sha1, sha256; /* the integrity has been read */
};

static uint8_t flaws_of(const struct nt_item *m, const struct reading *r, const struct nt_item_attr *a)
{
    bool after = r->sha256 || (r->sha1 && a->type != NT_ATTR_MESSAGE_INTEGRITY_SHA256);
    uint8_t flaws = padding_zero(a->value, a->len) ? 0 : NT_FLAW_PADDING;
    if (a->type == NT_ATTR_FINGERPRINT && !fingerprint_right(m, a->value, a->len))
        flaws |= NT_FLAW_FINGERPRINT;
    if (a->type != NT_ATTR_FINGERPRINT && after)
        flaws |= NT_FLAW_AFTER;
    return flaws;
}

/* The next attribute and its flaws; false: there is none, or it goes beyond the message. */
static bool read_attr(const struct nt_item *m, struct reading *r, struct nt_item_attr *a, uint8_t *flaws)
{
    const uint8_t *end = m->bytes + m->len;
    *flaws = 0;
    if (end - r->at < 4)
        return false;
    *a = (struct nt_item_attr){nt_load16(r->at), nt_load16(r->at + 2), r->at + 4};
    size_t padded = (a->len + 3u) & ~(size_t)3;
    if (padded > (size_t)(end - a->value)) {
        *flaws = NT_FLAW_OVERRUN;
        return false;
    }
    *flaws = flaws_of(m, r, a);
    r->at = a->value + padded;
    r->sha1 = r->sha1 || a->type == NT_ATTR_MESSAGE_INTEGRITY;
    r->sha256 = r->sha256 || a->type == NT_ATTR_MESSAGE_INTEGRITY_SHA256;
    return true;
}

/* What follows the integrity is not kept: RFC 8489, 9. */
static int read_attrs(struct nt_view *v, struct nt_item *m)
{
    struct reading reading = {.at = m->bytes + NT_STUN_HEADER};
    struct nt_item_attr a;
    uint8_t flaws;
    int r = NT_OK;
    while (r == NT_OK && read_attr(m, &reading, &a, &flaws)) {
        m->flaws |= flaws;
        if ((flaws & NT_FLAW_AFTER) == 0)
            r = add_attr(v, m, a.type, a.len, a.value);
    }
    m->flaws |= flaws;
    return r;
}

struct nt_item_attr nt_item_flawed_attr(const struct nt_item *m, uint8_t flaw)
{
    struct reading reading = {.at = m->bytes + NT_STUN_HEADER};
    struct nt_item_attr a = {0};
    uint8_t flaws;
    while (read_attr(m, &reading, &a, &flaws))
        if ((flaws & flaw) != 0)
            return a;
    return a;
}

/* What was decoded before. The bytes are the earlier item's, into which its attributes point. */
static void copy_decoded(struct nt_item *m, const struct nt_item *before)
{
    m->bytes = before->bytes;
    m->id = before->id;
    m->flaws = before->flaws;
    m->attrs = before->attrs;
    m->attr_count = before->attr_count;
    m->has = before->has;
    m->unknown_required = before->unknown_required;
}

void nt_item_read_type(struct nt_item *m)
{
    uint16_t type = nt_load16(m->bytes);
    m->class_ = (uint8_t)((type >> 7 & 2) | (type >> 4 & 1));
    m->method = (uint16_t)((type & 0xf) | (type >> 1 & 0x70) | (type >> 2 & 0xf80));
}

void nt_item_read_stun(struct nt_view *v, struct nt_item *m, int *err)
{
    if (m->same != NT_VIEW_NONE) {
        copy_decoded(m, &v->items[m->same]);
        return;
    }
    uint16_t length = nt_load16(m->bytes + 2);
    m->id = m->bytes + 8;
    m->attrs = (uint32_t)v->attr_count;
    if (length + (uint32_t)NT_STUN_HEADER != m->len)
        m->flaws |= NT_FLAW_LENGTH;
    else if ((length & 3) != 0)
        m->flaws |= NT_FLAW_ALIGN;
    else
        *err = read_attrs(v, m);
}

const struct nt_item_attr *nt_item_search_attr(const struct nt_view *v, const struct nt_item *m, uint16_t type)
{
    for (uint32_t i = 0; i < m->attr_count; i++)
        if (v->attrs[m->attrs + i].type == type)
            return &v->attrs[m->attrs + i];
    return NULL;
}

size_t nt_item_count_attrs(const struct nt_view *v, const struct nt_item *m, uint16_t type)
{
    size_t n = 0;
    for (uint32_t i = 0; i < m->attr_count; i++)
        n += v->attrs[m->attrs + i].type == type;
    return n;
}

bool nt_item_attr_addr(const struct nt_item *m, const struct nt_item_attr *attr, struct nt_addr *a)
{
    struct nt_stun_msg msg;
    struct nt_stun_attr view = {attr->type, attr->len, attr->value};
    msg.bytes = m->bytes;
    return nt_stun_attr_addr(&msg, &view, a) == NT_OK;
}

bool nt_item_addr(const struct nt_view *v, const struct nt_item *m, uint16_t type, struct nt_addr *a)
{
    const struct nt_item_attr *attr = nt_item_attr(v, m, type);
    return attr != NULL && nt_item_attr_addr(m, attr, a);
}

bool nt_item_u32(const struct nt_view *v, const struct nt_item *m, uint16_t type, uint32_t *value)
{
    const struct nt_item_attr *attr = nt_item_attr(v, m, type);
    if (attr == NULL || attr->len != 4)
        return false;
    *value = nt_load32(attr->value);
    return true;
}

static bool both_have(const struct nt_view *v, const struct nt_item *a, const struct nt_item *b, uint16_t type)
{
    return nt_item_attr(v, a, type) != NULL && nt_item_attr(v, b, type) != NULL;
}

bool nt_item_has_kind_of(const struct nt_view *v, const struct nt_item *m, const struct nt_item *q)
{
    return both_have(v, m, q, NT_ATTR_MESSAGE_INTEGRITY) || both_have(v, m, q, NT_ATTR_MESSAGE_INTEGRITY_SHA256);
}

int nt_item_code(const struct nt_view *v, const struct nt_item *m)
{
    const struct nt_item_attr *attr = m->class_ == NT_STUN_ERROR ? nt_item_attr(v, m, NT_ATTR_ERROR_CODE) : NULL;
    return attr != NULL && attr->len >= 4 ? (attr->value[2] & 7) * 100 + attr->value[3] : 0;
}

bool nt_item_same_text(const struct nt_item_attr *a, const struct nt_item_attr *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return a->len == b->len && memcmp(a->value, b->value, a->len) == 0;
}

const char *nt_item_answer_text(const struct nt_view *v, const struct nt_item *m, char text[NT_ITEM_TEXT])
{
    int code = nt_item_code(v, m);
    if (m->class_ == NT_STUN_SUCCESS)
        return "success";
    if (code == 0)
        return "an error without a code";
    snprintf(text, NT_ITEM_TEXT, "%d", code);
    return text;
}

const char *nt_item_integrity_text(const struct nt_view *v, const struct nt_item *m)
{
    bool sha1 = nt_item_attr(v, m, NT_ATTR_MESSAGE_INTEGRITY) != NULL;
    bool sha256 = nt_item_attr(v, m, NT_ATTR_MESSAGE_INTEGRITY_SHA256) != NULL;
    if (sha1 && sha256)
        return "MESSAGE-INTEGRITY and MESSAGE-INTEGRITY-SHA256";
    return sha1 ? "MESSAGE-INTEGRITY" : sha256 ? "MESSAGE-INTEGRITY-SHA256" : "no integrity";
}

const char *nt_item_attr_name(uint16_t type, char text[NT_ITEM_TEXT])
{
    const char *name = nt_stun_attr_name(type);
    if (name != NULL)
        return name;
    snprintf(text, NT_ITEM_TEXT, "attribute 0x%04x", (unsigned)type);
    return text;
}

const char *nt_item_value_text(const struct nt_item_attr *a, char text[NT_ITEM_TEXT])
{
    size_t most = NT_ITEM_TEXT - sizeof "...", len = a != NULL && a->len < most ? a->len : most;
    if (a == NULL)
        return "none";
    for (size_t i = 0; i < len; i++)
        text[i] = a->value[i] >= ' ' && a->value[i] <= '~' ? (char)a->value[i] : '?';
    memcpy(text + len, a->len > most ? "..." : "", a->len > most ? sizeof "..." : 1);
    return text;
}
