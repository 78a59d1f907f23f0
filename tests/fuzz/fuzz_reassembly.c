/* Fragments of few datagrams, with arbitrary headers and places, are put together, rewritten and taken apart: each piece is as long
 * as it was, and can be read; nothing is lost or kept. */
#include "natsim/packet/fragment.h"
#include "natsim/packet/reassembly.h"
#include "tests/fuzz/feed.h"

static struct nt_pool pool;

static void drop(void *user, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *src, const struct nt_addr *dst,
                 nt_time now)
{
    (void)user, (void)src, (void)dst, (void)now;
    CHECK(reason != NT_DROP_NONE);
    nt_pool_put(&pool, p);
}

static void take_apart(struct nt_packet *whole)
{
    struct nt_addr src = nt_addr_v4(0xcb007102, 40000), dst = nt_addr_v4(0xcb007103, 7000);
    uint32_t lengths[64];
    size_t n = 0;
    CHECK(!whole->fragment);
    for (const struct nt_packet *p = whole->pieces; p != NULL; p = p->next)
        if (n < 64)
            lengths[n++] = p->len;
    bool good = nt_packet_checksums_good(whole);
    if (whole->family == NT_AF_IPV4) {
        nt_packet_set_src(whole, &src);
        nt_packet_set_dst(whole, &dst);
        CHECK(!good || nt_packet_checksums_good(whole));
    }
    struct nt_packet *p = nt_reassembly_take_apart(&pool, whole);
    for (size_t i = 0; p != NULL; i++) {
        struct nt_packet *next = p->next;
        CHECK(i >= 64 || lengths[i] == p->len);
        CHECK(nt_packet_parse(p) == 0 && p->fragment);
        nt_pool_put(&pool, p);
        p = next;
    }
    CHECK(n > 1);
}

/* A packet of the bytes, cut to the MTU if it may be; its source and identification are among few. */
static void add(struct nt_reassembly *r, struct feed *f, nt_time now)
{
    uint8_t op = feed8(f);
    size_t len;
    const uint8_t *bytes = feed_chunk(f, 3000, &len);
    struct nt_packet *p = nt_pool_get(&pool, 3000);
    CHECK(p != NULL);
    memcpy(p->data, bytes, len);
    if (len >= 48) {
        bool v4 = bytes[0] >> 4 == 4;
        memset(p->data + (v4 ? 12 : 8), 1 + (op & 1), v4 ? 8 : 32);
        if (v4)
            p->data[4] = 0, p->data[5] = op >> 1 & 1;
    }
    p->len = (uint32_t)len;
    if (nt_packet_parse(p) != 0) {
        nt_pool_put(&pool, p);
        return;
    }
    p->fragment_id = 7;
    if (op & 4 && p->family == NT_AF_IPV6 && p->l4 == 40)
        p->df = 0;
    if (op & 8)
        (void)nt_fragment(&pool, &p, 68u + (op >> 4) * 40u);
    for (struct nt_packet *next; p != NULL; p = next) {
        next = p->next;
        p->next = NULL;
        if (p->fragment)
            CHECK(nt_reassembly_add(r, &p, now) == 0);
        if (p != NULL && p->pieces != NULL)
            take_apart(p);
        else if (p != NULL)
            nt_pool_put(&pool, p);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed f = {data, data + size};
    nt_pool_init(&pool, 1500);
    struct nt_reassembly *r = nt_reassembly_new(&pool, (struct nt_reassembly_drop){drop, NULL});
    CHECK(r != NULL);
    for (nt_time now = 0; f.p < f.end; now += feed8(&f) * NT_SEC) {
        add(r, &f, now);
        nt_reassembly_run(r, now);
    }
    nt_reassembly_forget(r, 0);
    CHECK(pool.out == 0);
    nt_reassembly_del(r);
    nt_pool_free(&pool);
    return 0;
}
