/* Ports in use, and the search for the next. */
#include "natsim/nat/ports.h"

#include "core/base/err.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_BITS 8192
#define SEQUENTIAL_START 40000 /* where sequential assignment starts, if the range has it */
#define DRAWS 16               /* of a random port; after them the next free one upward is taken */
/* Of ports that may be shared so many are tried upward from a random one, then half as many from another, and so on: all of a range
 * that is no larger, as Linux does (nf_nat_l4proto_unique_tuple, NF_NAT_MAX_ATTEMPTS). */
#define SHARED_TRIES 128
#define SHARED_TRIES_LAST 8

/* 65536 bits in pages that are made when the first bit in them is set: most NATs use few ports. */
struct nt_port_bits {
    uint8_t *pages[65536 / PAGE_BITS];
};

/* Of an external address. */
struct nt_port_external {
    struct nt_port_bits used[NT_SPACES], blocks;
    uint32_t next[NT_SPACES]; /* sequential: where the search starts; 0: not begun */
};

static bool bit_is_set(const struct nt_port_bits *bits, uint32_t i)
{
    const uint8_t *page = bits->pages[i / PAGE_BITS];
    return page != NULL && (page[i % PAGE_BITS >> 3] >> (i & 7) & 1) != 0;
}

static int set_bit(struct nt_port_bits *bits, uint32_t i)
{
    uint8_t **page = &bits->pages[i / PAGE_BITS];
    if (*page == NULL && (*page = calloc(1, PAGE_BITS / 8)) == NULL)
        return NT_ENOMEM;
    (*page)[i % PAGE_BITS >> 3] |= (uint8_t)(1u << (i & 7));
    return NT_OK;
}

static void clear_bit(struct nt_port_bits *bits, uint32_t i)
{
    if (bit_is_set(bits, i))
        bits->pages[i / PAGE_BITS][i % PAGE_BITS >> 3] &= (uint8_t) ~(1u << (i & 7));
}

static void free_pages(struct nt_port_bits *bits)
{
    for (size_t i = 0; i < sizeof bits->pages / sizeof *bits->pages; i++)
        free(bits->pages[i]);
}

int nt_port_table_init(struct nt_port_table *p, size_t externals)
{
    *p = (struct nt_port_table){.externals = calloc(externals, sizeof *p->externals), .count = externals};
    return p->externals != NULL ? NT_OK : NT_ENOMEM;
}

void nt_port_table_free(struct nt_port_table *p)
{
    for (size_t i = 0; i < p->count; i++) {
        for (int space = 0; space < NT_SPACES; space++)
            free_pages(&p->externals[i].used[space]);
        free_pages(&p->externals[i].blocks);
    }
    free(p->externals);
    *p = (struct nt_port_table){0};
}

void nt_port_table_restart(struct nt_port_table *p)
{
    for (size_t i = 0; i < p->count; i++)
        memset(p->externals[i].next, 0, sizeof p->externals[i].next);
}

static struct nt_port_bits *space_of(const struct nt_port_table *p, uint32_t external, enum nt_port_space space)
{
    return &p->externals[external].used[space];
}

static bool in_use(const struct nt_port_table *p, const struct nt_port_request *r, uint32_t port)
{
    return bit_is_set(space_of(p, r->external, r->space), port);
}

static bool in_range(const struct nt_port_request *r, uint32_t port)
{
    return port >= r->low && port <= r->high;
}

/* RFC 4787, REQ-4: "even ports will be mapped to even ports, and odd ports will be mapped to odd ports". */
static bool parity_fits(const struct nt_port_request *r, uint32_t port)
{
    return !r->parity || ((port ^ r->internal) & 1) == 0;
}

static bool is_free(const struct nt_port_table *p, const struct nt_port_request *r, uint32_t port)
{
    return parity_fits(r, port) && !in_use(p, r, port) && !r->barred(r->user, (uint16_t)port, false);
}

static bool is_sharable(const struct nt_port_table *p, const struct nt_port_request *r, uint32_t port)
{
    return parity_fits(r, port) && in_use(p, r, port) && !r->barred(r->user, (uint16_t)port, true);
}

static bool port_fits(const struct nt_port_table *p, const struct nt_port_request *r, uint32_t port)
{
    return in_range(r, port) && is_free(p, r, port);
}

/* RFC 4787, 4.2.3: a pair of RTP and RTCP ports; the even one is chosen so that the next is free too. */
static bool starts_pair(const struct nt_port_table *p, const struct nt_port_request *r, uint32_t port)
{
    return (port & 1) == 0 && in_range(r, port + 1) && !in_use(p, r, port + 1);
}

/* The first port that fits, from `start` upward, once round the range. */
static int next_free(const struct nt_port_table *p, const struct nt_port_request *r, uint32_t start, uint16_t *port)
{
    uint32_t span = (uint32_t)r->high - r->low + 1;
    uint32_t offset = in_range(r, start) ? start - r->low : 0;
    bool pairs = r->contiguity && (r->internal & 1) == 0;
    for (int pass = pairs ? 0 : 1; pass < 2; pass++) {
        for (uint32_t i = 0; i < span; i++) {
            uint32_t at = r->low + (offset + i) % span;
            if (port_fits(p, r, at) && (pass == 1 || starts_pair(p, r, at))) {
                *port = (uint16_t)at;
                return NT_OK;
            }
        }
    }
    return NT_ENOSPC;
}

static int random_free(const struct nt_port_table *p, const struct nt_port_request *r, struct nt_rand *rand, uint16_t *port)
{
    uint32_t at = r->low;
    for (int i = 0; i < DRAWS; i++) {
        at = r->low + (uint32_t)nt_rand_below(rand, (uint64_t)r->high - r->low + 1);
        if (port_fits(p, r, at)) {
            *port = (uint16_t)at;
            return NT_OK;
        }
    }
    return next_free(p, r, at, port);
}

/* A random port that is free or may be shared. */
static int random_sharable(const struct nt_port_table *p, const struct nt_port_request *r, struct nt_rand *rand, uint16_t *port)
{
    uint32_t span = (uint32_t)r->high - r->low + 1, whole = span <= SHARED_TRIES;
    uint32_t most = whole ? span : SHARED_TRIES, least = whole ? span : SHARED_TRIES_LAST;
    for (uint32_t tries = most; tries >= least; tries /= 2) {
        uint32_t offset = (uint32_t)nt_rand_below(rand, span);
        for (uint32_t i = 0; i < tries; i++) {
            uint32_t at = r->low + (offset + i) % span;
            if (is_free(p, r, at) || is_sharable(p, r, at)) {
                *port = (uint16_t)at;
                return NT_OK;
            }
        }
    }
    return NT_ENOSPC;
}

static int sequential(struct nt_port_table *p, const struct nt_port_request *r, uint16_t *port)
{
    if (r->low_class)
        return next_free(p, r, r->low, port);
    uint32_t *next = &p->externals[r->external].next[r->space];
    uint32_t start = *next != 0 ? *next : in_range(r, SEQUENTIAL_START) ? SEQUENTIAL_START : r->low;
    int err = next_free(p, r, start, port);
    if (err == NT_OK)
        *next = *port == r->high ? r->low : *port + 1u;
    return err;
}

static bool may_keep(const struct nt_port_table *p, const struct nt_port_request *r)
{
    bool share = r->sharing == NT_SHARE_READILY;
    return (in_range(r, r->internal) || r->any_kept) && (is_free(p, r, r->internal) || (share && is_sharable(p, r, r->internal)));
}

static int preserve(const struct nt_port_table *p, const struct nt_port_request *r, struct nt_rand *rand, uint16_t *port)
{
    if (may_keep(p, r)) {
        *port = r->internal;
        return NT_OK;
    }
    switch (r->conflict) {
    case NT_CONFLICT_FAIL: return NT_ENOSPC;
    case NT_CONFLICT_RANDOM:
        return r->sharing == NT_SHARE_READILY ? random_sharable(p, r, rand, port) : random_free(p, r, rand, port);
    case NT_CONFLICT_LOWEST: return next_free(p, r, r->low, port);
    case NT_CONFLICT_NEXT:
    case NT_CONFLICT_OVERLOAD: break;
    }
    return next_free(p, r, r->internal + 1u, port);
}

static int choose_by_policy(struct nt_port_table *p, const struct nt_port_request *r, struct nt_rand *rand, uint16_t *port)
{
    if (r->contiguity && r->buddy >= 0 && port_fits(p, r, (uint32_t)r->buddy)) {
        *port = (uint16_t)r->buddy;
        return NT_OK;
    }
    switch (r->ports) {
    case NT_PORTS_SEQUENTIAL: return sequential(p, r, port);
    case NT_PORTS_RANDOM: return random_free(p, r, rand, port);
    case NT_PORTS_PRESERVE:
    case NT_PORTS_OVERLOAD: break;
    }
    return preserve(p, r, rand, port);
}

/* A port by the policy; where none is left, one of the other parity, which REQ-4 of RFC 4787 but recommends against; then one that
 * is shared. */
static int choose_port(struct nt_port_table *p, const struct nt_port_request *r, struct nt_rand *rand, uint16_t *port)
{
    int err = choose_by_policy(p, r, rand, port);
    if (err != NT_ENOSPC || r->conflict == NT_CONFLICT_FAIL)
        return err;
    struct nt_port_request any = *r;
    any.parity = false;
    if (r->parity)
        err = choose_by_policy(p, &any, rand, port);
    return err == NT_ENOSPC && r->sharing != NT_SHARE_NEVER ? random_sharable(p, &any, rand, port) : err;
}

int nt_port_table_take(struct nt_port_table *p, const struct nt_port_request *r, struct nt_rand *rand, uint16_t *port)
{
    int err = choose_port(p, r, rand, port);
    return err == NT_OK ? set_bit(space_of(p, r->external, r->space), *port) : err;
}

bool nt_port_would_do(const struct nt_port_request *r, uint16_t port)
{
    bool keeps = r->ports == NT_PORTS_PRESERVE || r->ports == NT_PORTS_OVERLOAD;
    if (keeps && port == r->internal && r->any_kept)
        return true;
    if (r->conflict != NT_CONFLICT_FAIL)
        return in_range(r, port);
    return in_range(r, port) && (keeps ? port == r->internal : parity_fits(r, port));
}

void nt_port_table_release(struct nt_port_table *p, uint32_t external, enum nt_port_space space, uint16_t port)
{
    clear_bit(space_of(p, external, space), port);
}

int nt_port_table_take_block(struct nt_port_table *p, uint32_t external, uint32_t count, uint32_t *block)
{
    struct nt_port_bits *blocks = &p->externals[external].blocks;
    for (uint32_t i = 0; i < count; i++) {
        if (!bit_is_set(blocks, i)) {
            int err = set_bit(blocks, i);
            if (err == NT_OK)
                *block = i;
            return err;
        }
    }
    return NT_ENOSPC;
}

void nt_port_table_release_block(struct nt_port_table *p, uint32_t external, uint32_t block)
{
    clear_bit(&p->externals[external].blocks, block);
}
