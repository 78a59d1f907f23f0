/* Sizes are checked where a block and an option begin. A file that ends within a block is truncated, not damaged. */
#include "pcap/read_pcapng.h"

#include "core/base/bytes.h"
#include "core/base/map.h"
#include "pcap/comment.h"
#include "pcap/format.h"
#include "pcap/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct interface {
    uint32_t link;
    uint64_t units; /* a second; 0: a power of two too large to count */
    int64_t offset; /* seconds */
    uint32_t snap;
};

struct reader {
    struct nt_capture *c;
    struct interface *interfaces; /* by tap of the capture, of all sections */
    size_t interface_cap;
    size_t first; /* the section's first tap */
    bool big;
    char *what;
    size_t cap;
};

struct option {
    uint16_t code, len;
    const uint8_t *value;
};

static uint32_t get32(const struct reader *r, const uint8_t *p)
{
    return r->big ? nt_load32(p) : (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint16_t get16(const struct reader *r, const uint8_t *p)
{
    return (uint16_t)(r->big ? p[0] << 8 | p[1] : p[0] | p[1] << 8);
}

static uint32_t read32(const struct reader *r, struct nt_reader *in)
{
    const uint8_t *p = nt_read(in, 4);
    return p != NULL ? get32(r, p) : 0;
}

static uint16_t read16(const struct reader *r, struct nt_reader *in)
{
    const uint8_t *p = nt_read(in, 2);
    return p != NULL ? get16(r, p) : 0;
}

/* `n` bytes and their padding. */
static const uint8_t *read_padded(struct nt_reader *in, size_t n)
{
    const uint8_t *p = nt_read(in, n);
    if (p != NULL)
        nt_read(in, (4 - n % 4) % 4);
    return p;
}

static bool next_option(const struct reader *r, struct nt_reader *in, struct option *o)
{
    if (in->err != NT_OK || nt_reader_left(in) < 4)
        return false;
    o->code = read16(r, in);
    o->len = read16(r, in);
    if (o->code == NT_OPT_END)
        return false;
    o->value = read_padded(in, o->len);
    return o->value != NULL;
}

static char *text_of(const uint8_t *p, size_t len)
{
    char *s = malloc(len + 1);
    if (s != NULL) {
        memcpy(s, p, len);
        s[len] = '\0';
    }
    return s;
}

static uint64_t units_of(uint8_t resolution)
{
    uint64_t units = 1;
    if (resolution & 0x80)
        return (resolution & 0x7f) < 64 ? UINT64_C(1) << (resolution & 0x7f) : 0;
    if (resolution > 19)
        return 0;
    while (resolution-- > 0)
        units *= 10;
    return units;
}

/* Replaces *old by the option's text. 0 or NT_ENOMEM. */
static int take_text(char **old, const struct option *o)
{
    char *s = text_of(o->value, o->len);
    if (s == NULL)
        return NT_ENOMEM;
    free(*old);
    *old = s;
    return NT_OK;
}

/* "nat-left.outside" and "platform.signalling.1" belong to the nodes "nat-left" and "platform". */
static int name_node(struct nt_capture_tap *t)
{
    const char *dot = strchr(t->name, '.');
    struct option o = {.value = (const uint8_t *)t->name,
                       .len = (uint16_t)(dot != NULL ? (size_t)(dot - t->name) : strlen(t->name))};
    return take_text(&t->node, &o);
}

static int interface_block(struct reader *r, struct nt_reader *in)
{
    char name[32];
    struct interface it = {.link = read16(r, in), .units = 1000000}; /* without if_tsresol: microseconds */
    read16(r, in);
    it.snap = read32(r, in);
    if (in->err != NT_OK)
        return NT_EFORMAT;
    snprintf(name, sizeof name, "interface%zu", r->c->tap_count - r->first);
    int tap = nt_capture_add_tap(r->c, name, name, NULL);
    if (tap < 0)
        return tap;
    int err = nt_grow(&r->interfaces, &r->interface_cap, (size_t)tap + 1, sizeof *r->interfaces, NT_CAPTURE_TAPS_MAX);
    struct nt_capture_tap *t = &r->c->taps[tap];
    for (struct option o; err == NT_OK && next_option(r, in, &o);) {
        if (o.code == NT_OPT_IF_NAME && o.len != 0)
            err = take_text(&t->name, &o);
        else if (o.code == NT_OPT_IF_DESCRIPTION)
            err = take_text(&t->description, &o);
        else if (o.code == NT_OPT_IF_TSRESOL && o.len == 1)
            it.units = units_of(o.value[0]);
        else if (o.code == NT_OPT_IF_TSOFFSET && o.len == 8)
            it.offset = (int64_t)((uint64_t)get32(r, o.value + (r->big ? 0 : 4)) << 32 | get32(r, o.value + (r->big ? 4 : 0)));
    }
    if (err == NT_OK)
        err = name_node(t);
    if (err == NT_OK)
        r->interfaces[tap] = it;
    return err;
}

/* A time that 64 bits of nanoseconds cannot count becomes the epoch. */
static nt_time time_of(const struct interface *it, uint64_t stamp)
{
    if (it->units == 0)
        return 0;
    uint64_t seconds = stamp / it->units, rest = stamp % it->units;
    uint64_t units = it->units;
    for (; units > UINT64_C(10000000000); units >>= 1) /* finer than a nanosecond: the product below must fit */
        rest >>= 1;
    uint64_t fraction = rest * (uint64_t)NT_SEC / units;
    if (seconds > 9000000000u || it->offset > 100000000 || it->offset < -9000000000)
        return 0;
    return ((int64_t)seconds + it->offset - NT_CAPTURE_EPOCH) * NT_SEC + (int64_t)fraction;
}

static int name_block(struct reader *r, struct nt_reader *in)
{
    while (in->err == NT_OK && nt_reader_left(in) >= 4) {
        uint16_t type = read16(r, in), len = read16(r, in);
        if (type == NT_NRB_END)
            break;
        const uint8_t *p = read_padded(in, len);
        size_t ip = type == NT_NRB_IPV4 ? 4 : type == NT_NRB_IPV6 ? 16 : 0;
        if (p == NULL || ip == 0 || len <= ip)
            continue;
        struct nt_addr a = {.family = ip == 4 ? NT_AF_IPV4 : NT_AF_IPV6};
        memcpy(a.ip, p, ip);
        char *name = text_of(p + ip, len - ip); /* the first of its names */
        int err = name != NULL ? nt_capture_add_name(r->c, &a, name) : NT_ENOMEM;
        free(name);
        if (err != NT_OK)
            return err;
    }
    return NT_OK;
}

static int packet_block(struct reader *r, struct nt_reader *in)
{
    uint32_t id = read32(r, in);
    uint64_t high = read32(r, in), low = read32(r, in);
    uint32_t len = read32(r, in), orig = read32(r, in);
    size_t tap = r->first + id;
    if (in->err != NT_OK || tap >= r->c->tap_count)
        return NT_EFORMAT;
    const uint8_t *data = read_padded(in, len);
    if (data == NULL)
        return NT_EFORMAT;
    const struct interface *it = &r->interfaces[tap];
    int err = nt_capture_append_link(r->c, (uint32_t)tap, time_of(it, high << 32 | low), it->link, data, len, orig);
    if (err != NT_OK)
        return err;
    size_t number = r->c->frame_count - 1;
    int comments = 0;
    for (struct option o; err == NT_OK && next_option(r, in, &o);) {
        struct nt_capture_frame *f = &r->c->frames[number];
        if (o.code == NT_OPT_COMMENT)
            err = nt_capture_read_comment(r->c, f, comments++, o.value, o.len);
        else if (o.code == NT_OPT_EPB_FLAGS && o.len == 4)
            f->direction = (uint8_t)(get32(r, o.value) & 3);
    }
    return err;
}

/* A packet of the first interface, without a time. */
static int simple_block(struct reader *r, struct nt_reader *in)
{
    uint32_t orig = read32(r, in);
    if (in->err != NT_OK || r->first >= r->c->tap_count)
        return NT_EFORMAT;
    const struct interface *it = &r->interfaces[r->first];
    size_t len = it->snap != 0 && it->snap < orig ? it->snap : orig;
    const uint8_t *data = nt_read(in, len);
    return data != NULL ? nt_capture_append_link(r->c, (uint32_t)r->first, 0, it->link, data, len, orig) : NT_EFORMAT;
}

/* Wireshark numbers journal and custom blocks like packets. */
static int numbered_block(struct reader *r)
{
    if (r->first >= r->c->tap_count)
        return NT_OK;
    return nt_capture_append_link(r->c, (uint32_t)r->first, 0, NT_LINKTYPE_RAW, (const uint8_t *)"", 0, 0);
}

static int read_block(struct reader *r, uint32_t type, const uint8_t *body, size_t len)
{
    struct nt_reader in = nt_reader_of(body, len);
    switch (type) {
    case NT_PCAPNG_IDB: return interface_block(r, &in);
    case NT_PCAPNG_NRB: return name_block(r, &in);
    case NT_PCAPNG_EPB: return packet_block(r, &in);
    case NT_PCAPNG_SPB: return simple_block(r, &in);
    case NT_PCAPNG_JOURNAL:
    case NT_PCAPNG_CUSTOM:
    case NT_PCAPNG_CUSTOM | 0x40000000u: return numbered_block(r);
    default: return NT_OK;
    }
}

/* A new section may change the byte order. */
static bool begin_section(struct reader *r, const uint8_t *p)
{
    r->big = nt_load32(p + 8) == NT_PCAPNG_MAGIC;
    r->first = r->c->tap_count;
    return get32(r, p + 8) == NT_PCAPNG_MAGIC;
}

static int refuse_damaged(struct reader *r, size_t at, const char *why)
{
    snprintf(r->what, r->cap, "damaged at byte %zu: %s", at, why);
    return NT_EFORMAT;
}

static int read_blocks(struct reader *r, const uint8_t *bytes, size_t len)
{
    for (size_t at = 0, total; at < len; at += total) {
        if (len - at < 12) {
            r->c->truncated_file = true;
            return NT_OK;
        }
        if (nt_load32(bytes + at) == NT_PCAPNG_SHB && !begin_section(r, bytes + at))
            return refuse_damaged(r, at, "no byte-order magic");
        uint32_t type = get32(r, bytes + at);
        total = get32(r, bytes + at + 4);
        if (total < 12 || total % 4 != 0)
            return refuse_damaged(r, at, "a block's length is impossible");
        if (total > len - at) {
            r->c->truncated_file = true;
            return NT_OK;
        }
        if (get32(r, bytes + at + total - 4) != total)
            return refuse_damaged(r, at, "a block's two lengths differ");
        int err = read_block(r, type, bytes + at + 8, total - 12);
        if (err == NT_EFORMAT)
            return refuse_damaged(r, at, "a block's parts do not fit");
        if (err == NT_ELIMIT)
            return refuse_damaged(r, at, "it holds more than can be read (2 GiB of packets)");
        if (err != NT_OK)
            return err;
    }
    return NT_OK;
}

int nt_capture_parse_pcapng(struct nt_capture *c, const uint8_t *bytes, size_t len, char *what, size_t cap)
{
    struct reader r = {.c = c, .what = what, .cap = cap};
    int err = read_blocks(&r, bytes, len);
    free(r.interfaces);
    if (err == NT_OK && c->truncated_file)
        snprintf(what, cap, "the file ends within a block; %zu packets were read", c->frame_count);
    return err;
}
