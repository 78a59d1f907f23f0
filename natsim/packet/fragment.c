#include "natsim/packet/fragment.h"
#include "core/base/bytes.h"
#include "core/base/err.h"
#include "natsim/packet/checksum.h"

enum { IP4_HEADER = 20, IP6_HEADER = 40, FRAGMENT_HEADER = 8, HEADER_MAX = 60 };

struct header {
    uint8_t bytes[HEADER_MAX];
    uint32_t len;
};

/* The length of the option of IPv4 at `option`, which has `left` bytes; 0: it is the end of them, or malformed. */
static uint32_t option_length(const uint8_t *option, uint32_t left)
{
    enum { END = 0, NO_OPERATION = 1 };
    if (left == 0 || option[0] == END)
        return 0;
    if (option[0] == NO_OPERATION)
        return 1;
    return left >= 2 && option[1] >= 2 && option[1] <= left ? option[1] : 0;
}

/* RFC 791, 3.1: an option with the copied flag is in all fragments, one without it in the first alone. The header is padded with
 * zeros to a multiple of 4 octets. */
static struct header later_header4(const uint8_t *ip)
{
    struct header h = {.len = IP4_HEADER};
    uint32_t end = (ip[0] & 15u) * 4, size;
    memcpy(h.bytes, ip, IP4_HEADER);
    for (uint32_t at = IP4_HEADER; (size = option_length(ip + at, end - at)) > 0; at += size) {
        if ((ip[at] & 0x80) == 0)
            continue;
        memcpy(h.bytes + h.len, ip + at, size);
        h.len += size;
    }
    h.len = (h.len + 3) / 4 * 4;
    h.bytes[0] = (uint8_t)(0x40 | h.len / 4);
    return h;
}

static struct header first_header4(const uint8_t *ip)
{
    struct header h = {.len = (ip[0] & 15u) * 4};
    memcpy(h.bytes, ip, h.len);
    return h;
}

/* RFC 8200, 4.5: the headers of the original packet that are in all fragments, then the Fragment header. */
static struct header header6(const struct nt_packet *whole)
{
    struct header h = {.len = IP6_HEADER + FRAGMENT_HEADER};
    memcpy(h.bytes, whole->data, IP6_HEADER);
    h.bytes[6] = NT_EXT_FRAGMENT;
    h.bytes[IP6_HEADER] = whole->data[6];
    nt_store32(h.bytes + IP6_HEADER + 4, whole->fragment_id);
    return h;
}

/* Writes the length and the place of a piece into its header. */
static void set_place(struct nt_packet *p, uint32_t header, uint32_t at, bool more)
{
    if (p->data[0] >> 4 == 6) {
        nt_store16(p->data + 4, (uint16_t)(p->len - IP6_HEADER));
        nt_store16(p->data + IP6_HEADER + 2, (uint16_t)(at | more));
        return;
    }
    uint32_t flags = nt_load16(p->data + 6);
    nt_store16(p->data + 2, (uint16_t)p->len);
    /* The last piece keeps the More Fragments flag of a packet that was a fragment itself. */
    nt_store16(p->data + 6, (uint16_t)(((flags & 0x1fff) + at / 8) | (more ? 0x2000 : flags & 0x2000)));
    nt_store16(p->data + 10, 0);
    nt_store16(p->data + 10, nt_checksum_end(nt_checksum_add(0, p->data, header)));
}

/* A packet of the header and `len` bytes of data, which lie at `at` among the data of the whole. */
static struct nt_packet *cut_piece(struct nt_pool *pool, const struct nt_packet *whole, const struct header *h, const uint8_t *data,
                                   uint32_t at, uint32_t len)
{
    struct nt_packet *p = nt_pool_get(pool, h->len + len);
    if (p == NULL)
        return NULL;
    p->len = h->len + len;
    p->marks = whole->marks;
    p->origin = whole->origin;
    memcpy(p->data, h->bytes, h->len);
    memcpy(p->data + h->len, data + at, len);
    set_place(p, h->len, at, data + at + len < whole->data + whole->len);
    if (nt_packet_parse(p) != NT_OK) {
        nt_pool_put(pool, p);
        return NULL;
    }
    return p;
}

static void put_list(struct nt_pool *pool, struct nt_packet *p)
{
    for (struct nt_packet *next; p != NULL; p = next) {
        next = p->next;
        nt_pool_put(pool, p);
    }
}

int nt_fragment(struct nt_pool *pool, struct nt_packet **p, uint32_t mtu)
{
    const struct nt_packet *whole = *p;
    bool v4 = whole->family == NT_AF_IPV4;
    if (whole->df)
        return NT_EINVAL;
    struct header first = v4 ? first_header4(whole->data) : header6(whole), later = v4 ? later_header4(whole->data) : first;
    if (mtu < first.len + 8)
        return NT_EINVAL;
    const uint8_t *data = whole->data + (v4 ? first.len : (uint32_t)IP6_HEADER);
    uint32_t left = whole->len - (uint32_t)(data - whole->data);
    struct nt_packet *list = NULL, **end = &list;
    for (uint32_t at = 0, len; left > 0; at += len, left -= len) {
        const struct header *h = at == 0 ? &first : &later;
        uint32_t room = (mtu - h->len) / 8 * 8;
        len = left < room ? left : room;
        *end = cut_piece(pool, whole, h, data, at, len);
        if (*end == NULL) {
            put_list(pool, list);
            return NT_ENOMEM;
        }
        end = &(*end)->next;
    }
    nt_pool_put(pool, *p);
    *p = list;
    return NT_OK;
}
