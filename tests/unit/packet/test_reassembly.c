/* Fragmentation and reassembly: any order, duplicates, overlaps, limits; IPv6 fragments. */
#include "tests/unit/help.h"
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/rand.h"
#include "natsim/packet/fragment.h"
#include "natsim/packet/reassembly.h"

static struct nt_pool pool;
static struct nt_reassembly *r;
static size_t dropped[NT_DROP_COUNT];

static void on_drop(void *user, struct nt_packet *p, enum nt_drop why, const struct nt_addr *src, const struct nt_addr *dst,
                    nt_time now)
{
    (void)user, (void)now;
    assert_true(nt_addr_is_set(src) && nt_addr_is_set(dst));
    dropped[why]++;
    nt_pool_put(&pool, p);
}

FIXTURE(setup)
{
    memset(dropped, 0, sizeof dropped);
    nt_pool_init(&pool, 1500);
    r = nt_reassembly_new(&pool, (struct nt_reassembly_drop){on_drop, NULL});
    return r == NULL;
}

FIXTURE(teardown)
{
    nt_reassembly_del(r);
    nt_pool_free(&pool);
    return 0;
}

/* Gives the fragment; the whole packet, or NULL. */
static struct nt_packet *give(struct nt_packet *p, nt_time now)
{
    assert_int_equal(nt_reassembly_add(r, &p, now), 0);
    return p;
}

static struct nt_packet *whole(uint16_t id, size_t len)
{
    static uint8_t payload[60000];
    struct nt_addr s = addr("10.0.0.1:1"), d = addr("10.0.0.2:2");
    struct nt_packet *p = nt_pool_get(&pool, (uint32_t)len + 48);
    for (size_t i = 0; i < len; i++)
        payload[i] = (uint8_t)(i * 13 + i / 251);
    assert_int_equal(nt_packet_udp(p, &s, &d, payload, len, 64, 0, false, id), 0);
    return p;
}

static size_t split(struct nt_packet *p, uint32_t mtu, struct nt_packet *pieces[64])
{
    size_t n = 0;
    assert_int_equal(nt_fragment(&pool, &p, mtu), 0);
    for (; p != NULL; p = p->next)
        pieces[n++] = p;
    for (size_t i = 0; i < n; i++) {
        pieces[i]->next = NULL;
        assert_true(pieces[i]->len <= mtu);
        assert_true(nt_packet_checksums_good(pieces[i]));
        assert_int_equal(pieces[i]->first_fragment, i == 0);
        assert_int_equal(pieces[i]->src.port, i == 0 ? 1 : 0);
    }
    return n;
}

TEST(test_any_order)
{
    struct nt_rand rand;
    nt_rand_init(&rand, 1, "order");
    for (uint16_t round = 0; round < 50; round++) {
        struct nt_packet *pieces[64], *p = whole(round, 3000), *back = NULL, *copy;
        uint8_t bytes[3100];
        size_t len = p->len;
        memcpy(bytes, p->data, len);
        size_t n = split(p, 576, pieces);
        assert_int_equal(n, 6); /* 552 bytes of data each, 3008 in all */
        for (size_t i = n - 1; i > 0; i--) {
            size_t k = (size_t)nt_rand_below(&rand, i + 1);
            struct nt_packet *swap = pieces[i];
            pieces[i] = pieces[k], pieces[k] = swap;
        }
        for (size_t i = 0; i < n; i++) {
            assert_null(back);
            copy = nt_pool_get(&pool, 1500);
            copy->len = pieces[i]->len;
            memcpy(copy->data, pieces[i]->data, copy->len);
            assert_int_equal(nt_packet_parse(copy), 0);
            back = give(pieces[i], 0);
            if (i + 1 < n) /* an exact duplicate is dropped alone */
                assert_null(give(copy, 0));
        }
        assert_non_null(back);
        assert_int_equal(back->len, len);
        assert_memory_equal(back->data, bytes, len);
        assert_true(nt_packet_checksums_good(back));
        assert_true(nt_reassembly_deadline(r) == NT_TIME_NEVER);
        nt_pool_put(&pool, back);
    }
    assert_true(dropped[NT_DROP_REPEATED] > 0);
    assert_int_equal(dropped[NT_DROP_OVERLAP] + dropped[NT_DROP_INCOMPLETE] + dropped[NT_DROP_REASSEMBLY], 0);
}

/* Fragments of fragments (two networks with falling MTUs) make the same whole. */
TEST(test_twice)
{
    struct nt_packet *first[64], *second[64], *back = NULL;
    size_t n = split(whole(9, 4000), 1500, first);
    for (size_t i = 0; i < n; i++) {
        struct nt_packet *p = first[i];
        if (p->len <= 576) {
            back = give(p, 0);
            continue;
        }
        assert_int_equal(nt_fragment(&pool, &p, 576), 0);
        size_t m = 0;
        for (; p != NULL; p = p->next)
            second[m++] = p;
        for (size_t k = 0; k < m; k++)
            back = give(second[k], 0);
    }
    assert_non_null(back);
    assert_int_equal(back->len, 4028);
    assert_true(nt_packet_checksums_good(back));
}

/* RFC 5722: overlapping fragments end the datagram. */
TEST(test_overlap)
{
    struct nt_packet *pieces[64];
    split(whole(1, 3000), 576, pieces);
    nt_store16(pieces[1]->data + 6, (uint16_t)(nt_load16(pieces[1]->data + 6) - 1));
    assert_null(give(pieces[0], 0));
    assert_null(give(pieces[1], 0));
    assert_int_equal(dropped[NT_DROP_OVERLAP], 2);
    assert_true(nt_reassembly_deadline(r) == NT_TIME_NEVER);
}

/* RFC 791's "ping of death": the last fragment ends beyond 65,535. */
TEST(test_too_long)
{
    struct nt_packet *pieces[64];
    split(whole(1, 1000), 576, pieces);
    nt_store16(pieces[1]->data + 6, 0x1fff);
    assert_null(give(pieces[1], 0));
    assert_int_equal(dropped[NT_DROP_OVERLAP], 1);
}

TEST(test_limits)
{
    struct nt_packet *pieces[64];
    for (uint16_t id = 0; id < 500; id++) {
        split(whole(id, 1000), 576, pieces);
        assert_null(give(pieces[0], id));
        nt_pool_put(&pool, pieces[1]);
    }
    /* The oldest of the 64 that are left began at 436. */
    assert_int_equal(nt_reassembly_deadline(r), 436 + NT_REASSEMBLY_TIME);
    nt_reassembly_run(r, 436 + NT_REASSEMBLY_TIME);
    assert_int_equal(nt_reassembly_deadline(r), 437 + NT_REASSEMBLY_TIME);
    nt_reassembly_run(r, NT_TIME_NEVER);
    assert_int_equal(dropped[NT_DROP_REASSEMBLY], 436);
    assert_int_equal(dropped[NT_DROP_INCOMPLETE], 64);
}

static struct nt_packet *piece6(const struct nt_packet *of, uint32_t at, uint32_t len, bool more)
{
    struct nt_packet *p = nt_pool_get(&pool, 1500);
    memcpy(p->data, of->data, 40);
    nt_store16(p->data + 4, (uint16_t)(8 + len));
    p->data[6] = 44;
    p->data[40] = NT_PROTO_UDP, p->data[41] = 0;
    nt_store16(p->data + 42, (uint16_t)(at | more));
    nt_store32(p->data + 44, 0xabcdef01);
    memcpy(p->data + 48, of->data + 40 + at, len);
    p->len = 48 + len;
    assert_int_equal(nt_packet_parse(p), 0);
    return p;
}

TEST(test_ipv6)
{
    struct nt_addr s = addr("[2001:db8::1]:1"), d = addr("[2001:db8::2]:2");
    uint8_t payload[200] = {1, 2, 3};
    struct nt_packet *p = nt_pool_get(&pool, 1500);
    assert_int_equal(nt_packet_udp(p, &s, &d, payload, sizeof payload, 64, 0, false, 0), 0);
    assert_null(give(piece6(p, 104, 104, false), 0));
    struct nt_packet *back = give(piece6(p, 0, 104, true), 0);
    assert_non_null(back);
    assert_int_equal(back->len, p->len);
    assert_memory_equal(back->data, p->data, p->len);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {T(test_any_order), T(test_twice),  T(test_overlap),
                                       T(test_too_long),  T(test_limits), T(test_ipv6)};
    return RUN_TESTS(tests);
}
