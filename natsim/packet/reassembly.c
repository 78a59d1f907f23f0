#include "natsim/packet/reassembly.h"
#include "core/base/bytes.h"
#include "core/base/err.h"
#include "natsim/packet/checksum.h"
#include "natsim/packet/extension.h"
#include "natsim/packet/piece.h"
#include "natsim/packet/shares.h"

#include <stdlib.h>

struct datagram {
    struct nt_addr src, dst; /* without ports; src comes first for nt_shares_find_victim */
    uint32_t id;
    uint8_t proto; /* 0 for IPv6 */
    nt_time expires;
    struct nt_packet *pieces; /* by rising offset, without overlaps */
    uint32_t have, total;     /* octets of its data that are there, and in all; total is 0 until the last piece is there */
    uint32_t bytes;           /* that it counts for */
};

struct nt_reassembly {
    struct nt_pool *pool;
    struct nt_reassembly_drop drop;
    uint32_t bytes;
    struct nt_shares shares; /* bytes of each source's datagrams */
    struct datagram *items;  /* by the time of their end: those of a source by age */
    size_t count, cap;
};

struct nt_reassembly *nt_reassembly_new(struct nt_pool *pool, struct nt_reassembly_drop drop)
{
    struct nt_reassembly *r = calloc(1, sizeof *r);
    if (r != NULL) {
        r->pool = pool;
        r->drop = drop;
        nt_shares_init(&r->shares);
    }
    return r;
}

void nt_reassembly_del(struct nt_reassembly *r)
{
    if (r == NULL)
        return;
    nt_shares_free(&r->shares);
    free(r->items);
    free(r);
}

/* Counts bytes for a datagram, its source and all. */
static int count_bytes(struct nt_reassembly *r, struct datagram *d, uint32_t bytes)
{
    int err = nt_shares_add(&r->shares, &d->src, bytes);
    if (err != NT_OK)
        return err;
    d->bytes += bytes;
    r->bytes += bytes;
    return NT_OK;
}

static void remove_datagram(struct nt_reassembly *r, size_t i)
{
    const struct datagram *d = r->items + i;
    nt_shares_take(&r->shares, &d->src, d->bytes);
    r->bytes -= d->bytes;
    memmove(r->items + i, r->items + i + 1, (--r->count - i) * sizeof *r->items);
}

/* Forgets a datagram. Its pieces are dropped with the reason. */
static void give_up(struct nt_reassembly *r, size_t i, enum nt_drop why, nt_time now)
{
    struct nt_packet *p = r->items[i].pieces, *next;
    struct nt_addr src = r->items[i].src, dst = r->items[i].dst;
    for (; p != NULL; p = next) {
        next = p->next;
        r->drop.fn(r->drop.user, p, why, &src, &dst, now);
    }
    remove_datagram(r, i);
}

static int add_datagram(struct nt_reassembly *r, struct datagram d, size_t *place)
{
    size_t i = r->count;
    int err = nt_grow(&r->items, &r->cap, r->count + 1, sizeof *r->items, NT_REASSEMBLY_BYTES_MAX / NT_REASSEMBLY_DATAGRAM_COST);
    if (err == NT_OK)
        err = count_bytes(r, &d, NT_REASSEMBLY_DATAGRAM_COST);
    if (err != NT_OK)
        return err;
    while (i > 0 && r->items[i - 1].expires > d.expires)
        i--;
    memmove(r->items + i + 1, r->items + i, (r->count++ - i) * sizeof d);
    r->items[i] = d;
    *place = i;
    return NT_OK;
}

/* RFC 791, 3.2: the fields source, destination, protocol, and identification together. RFC 8200, 4.5 leaves out the protocol: what
 * later fragments name need not be what the first one names. */
static int find_or_add(struct nt_reassembly *r, const struct nt_packet *p, uint32_t id, size_t *place, nt_time now)
{
    bool v4 = p->family == NT_AF_IPV4;
    uint8_t proto = v4 ? p->proto : 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct datagram *d = r->items + i;
        if (d->id == id && d->proto == proto && nt_addr_same_ip(&d->src, &p->src) && nt_addr_same_ip(&d->dst, &p->dst)) {
            *place = i;
            return NT_OK;
        }
    }
    return add_datagram(r,
                        (struct datagram){.src = nt_addr_with_port(&p->src, 0),
                                          .dst = nt_addr_with_port(&p->dst, 0),
                                          .id = id,
                                          .proto = proto,
                                          .expires = nt_time_after(now, v4 ? NT_REASSEMBLY_TIME : NT_REASSEMBLY_TIME6)},
                        place);
}

enum fit { FITS, REPEATED, WRONG };

/* Finds where the piece belongs. RFC 5722: a datagram with overlapping fragments is discarded, and RFC 8200, 4.5 lets exact
 * duplicates be ignored; both are done for IPv4 too. */
static enum fit find_place(struct datagram *d, const struct nt_piece *p, struct nt_packet ***place)
{
    uint32_t end = p->at + p->len;
    struct nt_packet **link = &d->pieces;
    struct nt_piece before = {.more = true}, after;
    /* RFC 8200, 4.5: a length that is no multiple of 8 octets with M set, or a whole beyond 65,535: discarded. */
    if ((p->more && p->len % 8 != 0) || p->len == 0 || end > (uint32_t)UINT16_MAX - p->header)
        return WRONG;
    for (; *link != NULL && (after = nt_piece_of(*link)).at < p->at; link = &(*link)->next)
        before = after;
    if (*link != NULL && after.at == p->at && after.len == p->len && after.more == p->more)
        return REPEATED;
    if (before.at + before.len > p->at || !before.more)
        return WRONG;
    if (*link != NULL && (end > after.at || !p->more))
        return WRONG;
    *place = link;
    return FITS;
}

/* Writes the first piece's header without its fragmentation fields. */
static void write_header(uint8_t *d, const struct nt_packet *first, uint32_t header, uint32_t len)
{
    struct nt_extensions e;
    memcpy(d, first->data, header);
    if (first->family == NT_AF_IPV4) {
        nt_store16(d + 2, (uint16_t)(header + len));
        nt_store16(d + 6, nt_load16(d + 6) & 0x4000);
        nt_store16(d + 10, 0);
        nt_store16(d + 10, nt_checksum_end(nt_checksum_add(0, d, header)));
        return;
    }
    (void)nt_extensions_read(first->data, first->len, &e);
    nt_store16(d + 4, (uint16_t)(header - 40 + len));
    d[e.named_at] = first->data[e.fragment];
}

/* The data of a whole packet go to its pieces, or come from them. */
static void copy_data(struct nt_packet *whole, bool to_pieces)
{
    uint8_t *data = whole->data + whole->pieces_at;
    for (struct nt_packet *p = whole->pieces; p != NULL; p = p->next) {
        struct nt_piece piece = nt_piece_of(p);
        uint8_t *here = p->data + piece.data, *there = data + piece.at;
        memcpy(to_pieces ? here : there, to_pieces ? there : here, piece.len);
    }
}

/* What is known of the whole beside its bytes, and what may differ between its pieces. */
static void inherit(struct nt_packet *whole)
{
    whole->shown = 0;
    for (const struct nt_packet *p = whole->pieces; p != NULL; p = p->next) {
        whole->marks |= p->marks;
        whole->origin = p->origin;
        whole->shown = p->shown > whole->shown ? p->shown : whole->shown; /* the one that has just come */
        whole->ttl = p->ttl < whole->ttl ? p->ttl : whole->ttl;
    }
}

static int join_pieces(struct nt_reassembly *r, size_t i, struct nt_packet **p, nt_time now)
{
    struct datagram d = r->items[i];
    uint32_t header = nt_piece_of(d.pieces).header, len = d.total;
    if (header + len > UINT16_MAX) {
        give_up(r, i, NT_DROP_OVERLAP, now);
        return NT_OK;
    }
    struct nt_packet *whole = nt_pool_get(r->pool, header + len);
    if (whole == NULL)
        return NT_ENOMEM;
    remove_datagram(r, i);
    whole->pieces = d.pieces;
    whole->pieces_at = header;
    whole->len = header + len;
    write_header(whole->data, d.pieces, header, len);
    copy_data(whole, false);
    if (nt_packet_parse(whole) != NT_OK) {
        r->drop.fn(r->drop.user, whole, NT_DROP_MALFORMED, &d.src, &d.dst, now);
        return NT_OK;
    }
    inherit(whole);
    *p = whole;
    return NT_OK;
}

static void rewrite_address(struct nt_packet *piece, bool src, const struct nt_addr *a)
{
    struct nt_headers h = nt_packet_headers(piece);
    h.transport = false; /* what is behind the IP header is the whole's already */
    nt_headers_rewrite(&h, src, a);
}

struct nt_packet *nt_reassembly_take_apart(struct nt_pool *pool, struct nt_packet *whole)
{
    struct nt_packet *pieces = whole->pieces;
    copy_data(whole, true);
    for (struct nt_packet *p = pieces; p != NULL; p = p->next) {
        rewrite_address(p, true, &whole->src);
        rewrite_address(p, false, &whole->dst);
        (void)nt_packet_parse(p); /* its form is as it was */
    }
    whole->pieces = NULL;
    nt_pool_put(pool, whole);
    return pieces;
}

static void make_room(struct nt_reassembly *r, uint32_t bytes, nt_time now)
{
    while (r->count > 0 && r->bytes + NT_REASSEMBLY_DATAGRAM_COST + bytes > NT_REASSEMBLY_BYTES_MAX)
        give_up(r, nt_shares_find_victim(&r->shares, r->items, r->count, sizeof *r->items), NT_DROP_REASSEMBLY, now);
}

/* Puts the packet among the pieces of datagram `i`; false: it does not belong there, and is dropped. */
static bool place_piece(struct nt_reassembly *r, size_t i, struct nt_packet *p, const struct nt_piece *piece, nt_time now)
{
    struct datagram *d = r->items + i;
    struct nt_packet **place;
    enum fit fit = find_place(d, piece, &place);
    if (fit == FITS) {
        p->next = *place;
        *place = p;
        d->have += piece->len;
        if (!piece->more)
            d->total = piece->at + piece->len;
        (void)count_bytes(r, d, p->cap); /* its source is counted already */
        return true;
    }
    r->drop.fn(r->drop.user, p, fit == REPEATED ? NT_DROP_REPEATED : NT_DROP_OVERLAP, &p->src, &p->dst, now);
    if (fit == WRONG)
        give_up(r, i, NT_DROP_OVERLAP, now);
    return false;
}

int nt_reassembly_add(struct nt_reassembly *r, struct nt_packet **p, nt_time now)
{
    struct nt_packet *packet = *p;
    struct nt_piece piece = nt_piece_of(packet);
    size_t i;
    *p = NULL;
    make_room(r, packet->cap, now);
    int err = find_or_add(r, packet, piece.id, &i, now);
    if (err != NT_OK) {
        nt_pool_put(r->pool, packet);
        return err;
    }
    bool complete = place_piece(r, i, packet, &piece, now) && r->items[i].have == r->items[i].total;
    return complete ? join_pieces(r, i, p, now) : NT_OK;
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

void nt_reassembly_forget(struct nt_reassembly *r, nt_time now)
{
    while (r->count > 0)
        give_up(r, 0, NT_DROP_FORGOTTEN, now);
}
