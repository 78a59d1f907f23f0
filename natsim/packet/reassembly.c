#include "natsim/packet/reassembly.h"
#include "core/base/bytes.h"
#include "core/base/err.h"
#include "natsim/packet/checksum.h"

#include <stdlib.h>

struct datagram {
    struct nt_addr src, dst; /* without ports */
    uint32_t id;
    uint8_t proto;
    nt_time expires;
    struct nt_packet *pieces; /* by rising offset, without overlaps */
    uint32_t bytes;           /* of buffers */
};

struct nt_reassembly {
    struct nt_pool *pool;
    struct nt_reassembly_drop drop;
    uint32_t bytes;
    size_t count;
    struct datagram items[NT_REASSEMBLY_MAX]; /* the oldest first */
};

struct nt_reassembly *nt_reassembly_new(struct nt_pool *pool, struct nt_reassembly_drop drop)
{
    struct nt_reassembly *r = malloc(sizeof *r); /* items are written when they are added */
    if (r != NULL) {
        r->pool = pool;
        r->drop = drop;
        r->bytes = 0;
        r->count = 0;
    }
    return r;
}

void nt_reassembly_del(struct nt_reassembly *r)
{
    free(r);
}

static uint32_t offset_of(const struct nt_packet *p)
{
    return p->family == NT_AF_IPV4 ? (nt_load16(p->data + 6) & 0x1fffu) * 8 : nt_load16(p->data + 42) & 0xfff8u;
}

static bool more_of(const struct nt_packet *p)
{
    return p->family == NT_AF_IPV4 ? (p->data[6] & 0x20) != 0 : (p->data[43] & 1) != 0;
}

static uint32_t length_of(const struct nt_packet *p)
{
    return p->len - p->l4;
}

static void remove_datagram(struct nt_reassembly *r, size_t i)
{
    r->bytes -= r->items[i].bytes;
    memmove(r->items + i, r->items + i + 1, (--r->count - i) * sizeof *r->items);
}

/* Forgets a datagram. Its pieces are dropped with the reason; NT_DROP_NONE: they are no longer needed. */
static void give_up(struct nt_reassembly *r, size_t i, enum nt_drop why, nt_time now)
{
    struct nt_packet *p = r->items[i].pieces, *next;
    struct nt_addr src = r->items[i].src, dst = r->items[i].dst;
    for (; p != NULL; p = next) {
        next = p->next;
        if (why != NT_DROP_NONE)
            r->drop.fn(r->drop.user, p, why, &src, &dst, now);
        else
            nt_pool_put(r->pool, p);
    }
    remove_datagram(r, i);
}

/* RFC 791, 3.2: the fields source, destination, protocol, and identification together. RFC 8200, 4.5 leaves out
 * the protocol; it is compared for both, since senders write the same into all fragments. */
static size_t find_or_add(struct nt_reassembly *r, const struct nt_packet *p, nt_time now)
{
    uint32_t id = p->family == NT_AF_IPV4 ? nt_load16(p->data + 4) : nt_load32(p->data + 44);
    for (size_t i = 0; i < r->count; i++) {
        const struct datagram *d = r->items + i;
        if (d->id == id && d->proto == p->proto && nt_addr_same_ip(&d->src, &p->src) && nt_addr_same_ip(&d->dst, &p->dst))
            return i;
    }
    if (r->count == NT_REASSEMBLY_MAX)
        give_up(r, 0, NT_DROP_REASSEMBLY, now);
    r->items[r->count] = (struct datagram){.src = nt_addr_with_port(&p->src, 0),
                                           .dst = nt_addr_with_port(&p->dst, 0),
                                           .id = id,
                                           .proto = p->proto,
                                           .expires = nt_time_after(now, NT_REASSEMBLY_TIME)};
    return r->count++;
}

enum fit { FITS, REPEATED, WRONG };

/* Finds where the piece belongs. RFC 5722: a datagram with overlapping fragments is discarded, and RFC 8200, 4.5 lets exact
 * duplicates be ignored; both are done for IPv4 too. */
static enum fit find_place(struct datagram *d, const struct nt_packet *p, struct nt_packet ***place)
{
    uint32_t at = offset_of(p), end = at + length_of(p);
    struct nt_packet **link = &d->pieces;
    const struct nt_packet *before = NULL;
    /* RFC 8200, 4.5: a length that is no multiple of 8 octets with M set, or a whole beyond 65,535: discarded. */
    if ((more_of(p) && length_of(p) % 8 != 0) || length_of(p) == 0 || end > (uint32_t)UINT16_MAX - p->l4)
        return WRONG;
    while (*link != NULL && offset_of(*link) < at)
        before = *link, link = &(*link)->next;
    if (*link != NULL && offset_of(*link) == at && length_of(*link) == length_of(p) && more_of(*link) == more_of(p))
        return REPEATED;
    if (before != NULL && (offset_of(before) + length_of(before) > at || !more_of(before)))
        return WRONG;
    if (*link != NULL && (end > offset_of(*link) || !more_of(p)))
        return WRONG;
    *place = link;
    return FITS;
}

/* The length of the data once it is all there, else 0. */
static uint32_t complete_length(const struct datagram *d)
{
    uint32_t at = 0;
    for (const struct nt_packet *p = d->pieces; p != NULL; p = p->next) {
        if (offset_of(p) != at)
            return 0;
        at += length_of(p);
        if (!more_of(p))
            return at;
    }
    return 0;
}

/* Writes the first piece's header without its fragmentation fields; its length. */
static uint32_t write_header(struct nt_packet *whole, const struct nt_packet *first, uint32_t len)
{
    uint8_t *d = whole->data;
    if (first->family == NT_AF_IPV4) {
        memcpy(d, first->data, first->l4);
        nt_store16(d + 2, (uint16_t)(first->l4 + len));
        nt_store16(d + 6, nt_load16(d + 6) & 0x4000);
        nt_store16(d + 10, 0);
        nt_store16(d + 10, nt_checksum_end(nt_checksum_add(0, d, first->l4)));
        return first->l4;
    }
    memcpy(d, first->data, 40);
    nt_store16(d + 4, (uint16_t)len);
    d[6] = first->data[40];
    return 40;
}

static int join_pieces(struct nt_reassembly *r, size_t i, uint32_t len, struct nt_packet **p, nt_time now)
{
    const struct datagram *d = r->items + i;
    struct nt_packet *whole = nt_pool_get(r->pool, d->pieces->l4 + len);
    int result = whole != NULL ? NT_OK : NT_ENOMEM;
    if (whole != NULL) {
        uint32_t at = write_header(whole, d->pieces, len);
        whole->shown = 0;
        for (const struct nt_packet *piece = d->pieces; piece != NULL; piece = piece->next) {
            memcpy(whole->data + at, piece->data + piece->l4, length_of(piece));
            at += length_of(piece);
            whole->marks |= piece->marks;
            whole->origin = piece->origin;
            whole->shown = piece->shown > whole->shown ? piece->shown : whole->shown; /* the one that has just come */
        }
        whole->len = at;
        if (nt_packet_parse(whole) != NT_OK) {
            r->drop.fn(r->drop.user, whole, NT_DROP_MALFORMED, &d->src, &d->dst, now);
            whole = NULL;
        }
    }
    give_up(r, i, NT_DROP_NONE, now);
    *p = whole;
    return result;
}

int nt_reassembly_add(struct nt_reassembly *r, struct nt_packet **p, nt_time now)
{
    struct nt_packet *piece = *p, **place;
    *p = NULL;
    while (r->count > 0 && r->bytes + piece->cap > NT_REASSEMBLY_BYTES_MAX)
        give_up(r, 0, NT_DROP_REASSEMBLY, now);
    size_t i = find_or_add(r, piece, now);
    struct datagram *d = r->items + i;
    enum fit fit = find_place(d, piece, &place);
    if (fit != FITS) {
        r->drop.fn(r->drop.user, piece, fit == REPEATED ? NT_DROP_REPEATED : NT_DROP_OVERLAP, &piece->src, &piece->dst, now);
        if (fit == WRONG)
            give_up(r, i, NT_DROP_OVERLAP, now);
        return NT_OK;
    }
    piece->next = *place;
    *place = piece;
    d->bytes += piece->cap;
    r->bytes += piece->cap;
    uint32_t len = complete_length(d);
    return len > 0 ? join_pieces(r, i, len, p, now) : NT_OK;
}

nt_time nt_reassembly_deadline(const struct nt_reassembly *r)
{
    return r->count > 0 ? r->items[0].expires : NT_TIME_NEVER;
}

void nt_reassembly_run(struct nt_reassembly *r, nt_time now)
{
    while (r->count > 0 && r->items[0].expires <= now)
        give_up(r, 0, NT_DROP_INCOMPLETE, now);
}
