#include "pcap/annotate.h"

#include "core/base/diag.h"
#include "core/base/err.h"
#include "core/stun/stun.h"
#include "core/turn/channel_data.h"
#include "natsim/packet/icmp.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct text {
    char *buf;
    size_t cap, len;
};

static void add_text(struct text *t, const char *fmt, ...) NT_PRINTF(2, 3);

static void add_text(struct text *t, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(t->buf + t->len, t->cap - t->len, fmt, args);
    va_end(args);
    if (n > 0)
        t->len = (size_t)n < t->cap - t->len ? t->len + (size_t)n : t->cap - 1;
}

/* Bytes from outside, as printable ASCII. */
static void add_clean(struct text *t, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len && t->len + 1 < t->cap; i++)
        t->buf[t->len++] = bytes[i] >= 0x20 && bytes[i] < 0x7f ? (char)bytes[i] : '?';
    t->buf[t->len] = '\0';
}

static void add_addr(struct text *t, const struct nt_stun_msg *m, const char *before, uint16_t type)
{
    struct nt_addr a;
    char buf[NT_ADDR_TEXT];
    if (nt_stun_get_addr(m, type, &a) == NT_OK)
        add_text(t, " %s%s", before, nt_addr_format(&a, buf));
}

static void add_payload(struct text *t, const uint8_t *bytes, size_t len, int depth);

static void add_request(struct text *t, const struct nt_stun_msg *m)
{
    uint32_t v;
    add_text(t, " request");
    if (m->method == NT_TURN_CHANNEL_BIND && nt_stun_get_u32(m, NT_ATTR_CHANNEL_NUMBER, &v) == NT_OK)
        add_text(t, " 0x%04x", (unsigned)(v >> 16));
    if (m->method == NT_TURN_REFRESH && nt_stun_get_u32(m, NT_ATTR_LIFETIME, &v) == NT_OK)
        add_text(t, " %us", (unsigned)v);
    add_addr(t, m, "", NT_ATTR_XOR_PEER_ADDRESS);
    if (nt_stun_find(m, NT_ATTR_USE_CANDIDATE) != NULL)
        add_text(t, " USE-CANDIDATE");
}

static void add_success(struct text *t, const struct nt_stun_msg *m)
{
    add_text(t, " success");
    add_addr(t, m, "relayed ", NT_ATTR_XOR_RELAYED_ADDRESS);
    add_addr(t, m, "", NT_ATTR_XOR_MAPPED_ADDRESS);
}

static void add_error(struct text *t, const struct nt_stun_msg *m)
{
    int code;
    const char *reason;
    size_t len;
    add_text(t, " error");
    if (nt_stun_get_error(m, &code, &reason, &len) == NT_OK) {
        add_text(t, " %d ", code);
        add_clean(t, (const uint8_t *)reason, len < 40 ? len : 40);
    }
}

static void add_indication(struct text *t, const struct nt_stun_msg *m, int depth)
{
    const struct nt_stun_attr *data = nt_stun_find(m, NT_ATTR_DATA);
    add_text(t, " indication");
    add_addr(t, m, m->method == NT_TURN_DATA ? "from " : "to ", NT_ATTR_XOR_PEER_ADDRESS);
    if (data != NULL) {
        add_text(t, ": ");
        add_payload(t, data->value, data->len, depth + 1);
    }
}

static void add_stun(struct text *t, const struct nt_stun_msg *m, int depth)
{
    const char *name = nt_stun_method_name(m->method);
    if (name != NULL)
        add_text(t, "%s", name);
    else
        add_text(t, "STUN 0x%03x", m->method);
    switch (m->class_) {
    case NT_STUN_REQUEST: add_request(t, m); break;
    case NT_STUN_SUCCESS: add_success(t, m); break;
    case NT_STUN_ERROR: add_error(t, m); break;
    default: add_indication(t, m, depth);
    }
}

/* "INVITE sip:r@..." is "SIP INVITE", "SIP/2.0 200 OK" is "SIP 200 OK". */
static bool add_sip(struct text *t, const uint8_t *bytes, size_t len)
{
    const uint8_t *eol = memchr(bytes, '\r', len < 256 ? len : 256);
    if (eol == NULL)
        return false;
    size_t line = (size_t)(eol - bytes);
    if (line > 8 && memcmp(bytes, "SIP/2.0 ", 8) == 0) {
        add_text(t, "SIP ");
        add_clean(t, bytes + 8, line - 8 < 40 ? line - 8 : 40);
        return true;
    }
    const uint8_t *space = memchr(bytes, ' ', line);
    if (line < 12 || memcmp(eol - 8, " SIP/2.0", 8) != 0 || space == NULL)
        return false;
    add_text(t, "SIP ");
    add_clean(t, bytes, (size_t)(space - bytes) < 20 ? (size_t)(space - bytes) : 20);
    return true;
}

static void add_payload(struct text *t, const uint8_t *bytes, size_t len, int depth)
{
    struct nt_stun_msg m;
    uint16_t channel;
    const uint8_t *inner;
    size_t inner_len;
    if (depth < 3 && nt_stun_looks_like(bytes, len) && nt_stun_parse(&m, bytes, len) == NT_OK) {
        add_stun(t, &m, depth);
    } else if (nt_stun_looks_like(bytes, len)) {
        add_text(t, "STUN, damaged, %zu bytes", len);
    } else if (depth < 3 && nt_channel_data_parse(bytes, len, &channel, &inner, &inner_len)) {
        add_text(t, "ChannelData 0x%04x", channel);
        if (nt_stun_looks_like(inner, inner_len)) {
            add_text(t, ": ");
            add_payload(t, inner, inner_len, depth + 1);
        } else {
            add_text(t, " %zu bytes", inner_len);
        }
    } else if (!add_sip(t, bytes, len)) {
        add_text(t, "data %zu bytes", len);
    }
}

/* A message of STUN once, whatever was done to it. */
static bool has_cookie(const uint8_t *bytes, size_t len)
{
    return len >= 8 && memcmp(bytes + 4, "\x21\x12\xa4\x42", 4) == 0;
}

static bool is_data(const uint8_t *bytes, size_t len, int depth)
{
    char scratch[64];
    struct text t = {.buf = scratch, .cap = sizeof scratch};
    struct nt_stun_msg m;
    const struct nt_stun_attr *data;
    uint16_t channel;
    const uint8_t *inner;
    size_t inner_len;
    if (nt_stun_looks_like(bytes, len))
        return depth < 3 && nt_stun_parse(&m, bytes, len) == NT_OK && m.class_ == NT_STUN_INDICATION &&
               (data = nt_stun_find(&m, NT_ATTR_DATA)) != NULL && is_data(data->value, data->len, depth + 1);
    if (depth < 3 && nt_channel_data_parse(bytes, len, &channel, &inner, &inner_len))
        return is_data(inner, inner_len, depth + 1);
    return !has_cookie(bytes, len) && !add_sip(&t, bytes, len);
}

static void add_icmp(struct text *t, const struct nt_packet *p)
{
    uint8_t type = p->payload_len > 0 ? p->data[p->l4] : 0, code = p->payload_len > 1 ? p->data[p->l4 + 1] : 0;
    const char *name = p->proto == NT_PROTO_ICMP6 ? "ICMPv6" : "ICMP";
    struct nt_addr src, dst;
    uint8_t proto;
    char buf[NT_ADDR_TEXT];
    add_text(t, "%s type %u code %u", name, type, code);
    if (nt_packet_quoted(p, &src, &dst, &proto) == NT_OK)
        add_text(t, " about %s", nt_addr_format(&dst, buf));
}

static void add_tcp(struct text *t, const struct nt_packet *p)
{
    static const char *const flags[] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG"};
    if ((size_t)p->l4 + 20 > p->len) {
        add_text(t, "TCP, damaged");
        return;
    }
    add_text(t, "TCP");
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (p->data[p->l4 + 13] >> i & 1)
            add_text(t, " %s", flags[i]);
}

const char *nt_annotate(const uint8_t *ip_packet, size_t len, char *buf, size_t cap)
{
    if (cap == 0)
        return "";
    struct text t = {.buf = buf, .cap = cap};
    /* Parsing only reads; the packet's shape is for writers too. */
    struct nt_packet p = {.data = (uint8_t *)(uintptr_t)ip_packet, .len = (uint32_t)len, .cap = (uint32_t)len};
    buf[0] = '\0';
    if (len == 0)
        add_text(&t, "not an IP packet");
    else if (nt_packet_parse(&p) != NT_OK)
        add_text(&t, "damaged packet, %zu bytes", len);
    else if (p.fragment && !p.first_fragment)
        add_text(&t, "fragment, %u bytes", p.len);
    else if (p.proto == NT_PROTO_UDP)
        add_payload(&t, p.data + p.payload, p.payload_len, 0);
    else if (p.proto == NT_PROTO_TCP)
        add_tcp(&t, &p);
    else if (p.proto == NT_PROTO_ICMP || p.proto == NT_PROTO_ICMP6)
        add_icmp(&t, &p);
    else
        add_text(&t, "protocol %u, %u bytes", p.proto, p.len);
    return buf;
}

bool nt_is_data(const uint8_t *ip_packet, size_t len)
{
    struct nt_packet p = {.data = (uint8_t *)(uintptr_t)ip_packet, .len = (uint32_t)len, .cap = (uint32_t)len};
    if (len == 0 || nt_packet_parse(&p) != NT_OK)
        return false;
    return (p.fragment && !p.first_fragment) || (p.proto == NT_PROTO_UDP && is_data(p.data + p.payload, p.payload_len, 0));
}
