#include "natsim/packet/pool.h"

#include <stdlib.h>

enum { SMALL = 384, JUMBO = 65576 };

struct nt_pool_block {
    struct nt_packet packet; /* first: a packet's address is its block's */
    struct nt_pool_block *all;
    uint8_t bytes[];
};

void nt_pool_init(struct nt_pool *pool, uint32_t mtu_max)
{
    *pool = (struct nt_pool){.cap = {SMALL, mtu_max, JUMBO}};
    if (pool->cap[1] < SMALL)
        pool->cap[1] = SMALL;
}

static struct nt_packet *make_block(struct nt_pool *pool, uint32_t cap)
{
    size_t size = sizeof(struct nt_pool_block) + cap;
    if (pool->bytes + size > NT_POOL_BYTES_MAX)
        return NULL;
    struct nt_pool_block *b = malloc(size);
    if (b == NULL)
        return NULL;
    pool->bytes += size;
    b->packet.data = b->bytes;
    b->packet.cap = cap;
    b->packet.pieces = NULL;
    b->all = pool->all;
    pool->all = b;
    return &b->packet;
}

struct nt_packet *nt_pool_get(struct nt_pool *pool, uint32_t cap)
{
    int class = 0;
    while (class < NT_POOL_CLASSES && pool->cap[class] < cap)
        class ++;
    if (class == NT_POOL_CLASSES)
        return NULL;
    struct nt_packet *p = pool->free[class];
    if (p != NULL)
        pool->free[class] = p->next;
    else
        p = make_block(pool, pool->cap[class]);
    if (p == NULL)
        return NULL;
    p->next = NULL;
    p->len = 0;
    p->marks = 0;
    p->origin = NT_PACKET_NEW;
    pool->out++;
    return p;
}

static inline void put_one(struct nt_pool *pool, struct nt_packet *p)
{
    int class = 0;
    while (pool->cap[class] < p->cap)
        class ++;
    p->next = pool->free[class];
    pool->free[class] = p;
    pool->out--;
}

/* A free packet owns no pieces. */
static void put_pieces(struct nt_pool *pool, struct nt_packet *whole)
{
    for (struct nt_packet *next; whole->pieces != NULL; whole->pieces = next) {
        next = whole->pieces->next;
        put_one(pool, whole->pieces);
    }
}

void nt_pool_put(struct nt_pool *pool, struct nt_packet *p)
{
    put_one(pool, p);
    if (p->pieces != NULL)
        put_pieces(pool, p);
}

void nt_pool_free(struct nt_pool *pool)
{
    while (pool->all != NULL) {
        struct nt_pool_block *b = pool->all;
        pool->all = b->all;
        free(b);
    }
}
