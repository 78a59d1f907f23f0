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

static struct nt_packet *blank_packet(uint32_t cap)
{
    struct nt_packet *p = nt_pool_get(&pool, cap);
    assert_non_null(p);
    return p;
}

static struct nt_packet *whole_between(const char *src, const char *dst, uint16_t id, size_t len)
{
    static uint8_t payload[60000];
    struct nt_addr s = addr(src), d = addr(dst);
    struct nt_packet *p = blank_packet((uint32_t)len + 48);
    for (size_t i = 0; i < len; i++)
        payload[i] = (uint8_t)(i * 13 + i / 251);
    assert_int_equal(nt_packet_udp(p, &s, &d, payload, len, 64, 0, false, id), 0);
    p->fragment_id = id;
    p->df = 0; /* IPv6: at its source */
    return p;
}

static struct nt_packet *whole(uint16_t id, size_t len)
{
    return whole_between("10.0.0.1:1", "10.0.0.2:2", id, len);
}

static size_t split(struct nt_packet *p, uint32_t mtu, struct nt_packet *pieces[64])
{
    size_t n = 0;
    uint16_t port = p->src.port;
    assert_int_equal(nt_fragment(&pool, &p, mtu), 0);
    for (; p != NULL; p = p->next)
        pieces[n++] = p;
    for (size_t i = 0; i < n; i++) {
        pieces[i]->next = NULL;
        assert_true(pieces[i]->len <= mtu);
        assert_true(nt_packet_checksums_good(pieces[i]));
        assert_int_equal(pieces[i]->first_fragment, i == 0);
        assert_int_equal(pieces[i]->src.port, i == 0 ? port : 0);
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
            copy = blank_packet(1500);
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

/* RFC 791, 3.2: "Every internet module must be able to forward a datagram of 68 octets without further fragmentation ... an
 * internet header may be up to 60 octets, and the minimum fragment is 8 octets": less than a TCP header. */
TEST(the_least_fragment_has_eight_octets)
{
    struct nt_packet *p = whole(9, 64), *pieces[64], *back = NULL;
    memmove(p->data + 60, p->data + 20, p->len - 20);
    memset(p->data + 20, 1, 40);
    p->data[0] = 0x4f, p->data[9] = NT_PROTO_TCP, p->len += 40;
    nt_store16(p->data + 2, (uint16_t)p->len);
    nt_store16(p->data + 72, 0x5000);
    assert_int_equal(nt_packet_parse(p), 0);
    nt_packet_fix_checksums(p);
    size_t n = split(p, 68, pieces);
    assert_int_equal(pieces[0]->len, 68);
    for (size_t i = 0; i < n; i++)
        back = give(pieces[i], 0);
    assert_non_null(back);
    assert_true(nt_packet_checksums_good(back));
    nt_pool_put(&pool, back);
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

/* The first of two pieces of a datagram; the second is lost, or kept in *second. */
static struct nt_packet *first_of(struct nt_packet *p, struct nt_packet **second)
{
    struct nt_packet *pieces[64];
    assert_int_equal(split(p, 576, pieces), 2);
    if (second != NULL)
        *second = pieces[1];
    else
        nt_pool_put(&pool, pieces[1]);
    return pieces[0];
}

enum { HELD = NT_REASSEMBLY_BYTES_MAX / (NT_REASSEMBLY_DATAGRAM_COST + 1500) }; /* by one source alone, of first pieces */

TEST(test_limits)
{
    for (uint16_t id = 0; id < 1000; id++)
        assert_null(give(first_of(whole(id, 1000), NULL), id));
    assert_int_equal(dropped[NT_DROP_REASSEMBLY], 1000 - HELD);
    assert_int_equal(nt_reassembly_deadline(r), 1000 - HELD + NT_REASSEMBLY_TIME); /* the oldest of those that are left */
    nt_reassembly_run(r, 1000 - HELD + NT_REASSEMBLY_TIME);
    assert_int_equal(nt_reassembly_deadline(r), 1001 - HELD + NT_REASSEMBLY_TIME);
    nt_reassembly_run(r, NT_TIME_NEVER);
    assert_int_equal(dropped[NT_DROP_INCOMPLETE], HELD);
    assert_int_equal(dropped[NT_DROP_REASSEMBLY], 1000 - HELD);
}

TEST(datagrams_may_be_interleaved)
{
    enum { COUNT = 300 };
    struct nt_packet *second[COUNT];
    for (uint32_t id = 0; id < COUNT; id++)
        assert_null(give(first_of(whole((uint16_t)id, 1000), &second[id]), id));
    for (uint32_t id = 0; id < COUNT; id++) {
        struct nt_packet *back = give(second[id], COUNT);
        assert_non_null(back);
        nt_pool_put(&pool, back);
    }
    assert_int_equal(pool.out, 0);
}

/* Whoever never completes its datagrams pushes out its own. */
TEST(nobody_pushes_out_the_datagrams_of_others)
{
    struct nt_packet *second[20];
    for (uint16_t id = 0; id < 20; id++)
        assert_null(give(first_of(whole(id, 1000), &second[id]), 0));
    for (uint16_t id = 0; id < 2000; id++)
        assert_null(give(first_of(whole_between("10.0.0.66:1", "10.0.0.2:2", id, 1000), NULL), 1));
    assert_int_equal(dropped[NT_DROP_REASSEMBLY], 2020 - HELD);
    for (uint16_t id = 0; id < 20; id++) {
        struct nt_packet *back = give(second[id], 2);
        assert_non_null(back);
        nt_pool_put(&pool, back);
    }
}

/* RFC 8200, 4.5: 60 s. The deadline is that of whichever ends first. */
TEST(ipv6_has_more_time)
{
    assert_null(give(first_of(whole_between("[2001:db8::1]:1", "[2001:db8::2]:2", 1, 1000), NULL), 0));
    assert_null(give(first_of(whole(1, 1000), NULL), NT_SEC));
    assert_null(give(first_of(whole_between("[2001:db8::1]:1", "[2001:db8::2]:2", 2, 1000), NULL), 2 * NT_SEC));
    assert_int_equal(nt_reassembly_deadline(r), 31 * NT_SEC);
    nt_reassembly_run(r, 31 * NT_SEC);
    assert_int_equal(nt_reassembly_deadline(r), 60 * NT_SEC);
    nt_reassembly_run(r, 60 * NT_SEC);
    assert_int_equal(nt_reassembly_deadline(r), 62 * NT_SEC);
    assert_int_equal(dropped[NT_DROP_INCOMPLETE], 2);
}

TEST(what_is_forgotten_is_told)
{
    assert_null(give(first_of(whole(1, 1000), NULL), 0));
    assert_null(give(first_of(whole(2, 1000), NULL), 0));
    nt_reassembly_forget(r, 1);
    assert_int_equal(dropped[NT_DROP_FORGOTTEN], 2);
    assert_true(nt_reassembly_deadline(r) == NT_TIME_NEVER);
    assert_int_equal(pool.out, 0);
}

/* Cut, joined, rewritten, and taken apart: the pieces of the datagram as it would have been cut from its new sender. */
static void rewritten_in_pieces(const char *src, const char *dst, const char *new_src, const char *new_dst)
{
    struct nt_packet *pieces[64], *expected[64], *back = NULL;
    struct nt_addr s = addr(new_src), d = addr(new_dst);
    size_t n = split(whole_between(src, dst, 7, 2500), 1000, pieces);
    assert_int_equal(split(whole_between(new_src, new_dst, 7, 2500), 1000, expected), n);
    for (size_t i = n; i-- > 0;)
        back = give(pieces[i], 0);
    assert_non_null(back);
    nt_packet_set_src(back, &s);
    nt_packet_set_dst(back, &d);
    assert_true(nt_packet_checksums_good(back));
    struct nt_packet *piece = nt_reassembly_take_apart(&pool, back);
    for (size_t i = 0; i < n; i++, piece = piece->next) {
        assert_ptr_equal(piece, pieces[i]);
        assert_int_equal(piece->len, expected[i]->len);
        assert_memory_equal(piece->data, expected[i]->data, piece->len);
        assert_true(nt_addr_equal(&piece->src, &expected[i]->src) && nt_addr_equal(&piece->dst, &expected[i]->dst));
    }
    assert_null(piece);
    assert_int_equal(pool.out, 2 * n);
}

TEST(a_whole_goes_back_to_its_pieces)
{
    rewritten_in_pieces("10.0.0.1:1", "10.0.0.2:2", "203.0.113.2:40000", "198.51.100.7:7000");
}

TEST(a_whole_goes_back_to_its_pieces_in_ipv6)
{
    rewritten_in_pieces("[2001:db8::1]:1", "[2001:db8::2]:2", "[2001:db8:9::2]:40000", "[2001:db8:7::1]:7000");
}

TEST(a_whole_ends_with_its_pieces)
{
    struct nt_packet *second, *p = first_of(whole(1, 1000), &second);
    assert_null(give(p, 0));
    nt_pool_put(&pool, give(second, 0));
    assert_int_equal(pool.out, 0);
}

static void put_options(struct nt_packet *p, const uint8_t *options, uint32_t len)
{
    memmove(p->data + 20 + len, p->data + 20, p->len - 20);
    memcpy(p->data + 20, options, len);
    p->data[0] = (uint8_t)(0x45 + len / 4);
    p->len += len;
    nt_store16(p->data + 2, (uint16_t)p->len);
    assert_int_equal(nt_packet_parse(p), 0);
    nt_packet_fix_checksums(p);
}

/* RFC 791, 3.1: Record Route (7) and Timestamp (68) are in the first fragment alone, Router Alert (148) in all. */
TEST(options_with_the_copied_flag_are_in_all_fragments)
{
    static const uint8_t options[] = {1, 7, 7, 4, 0, 0, 0, 0, 148, 4, 0, 0, 1, 68, 5, 5, 0, 0, 148, 6, 1, 2, 3, 4};
    static const uint8_t copied[] = {148, 4, 0, 0, 148, 6, 1, 2, 3, 4, 0, 0};
    struct nt_packet *pieces[64], *p = whole(1, 2000), *back = NULL;
    put_options(p, options, sizeof options);
    uint8_t before[2100];
    size_t len = p->len, n;
    memcpy(before, p->data, len);
    n = split(p, 576, pieces);
    assert_int_equal(n, 4);
    assert_memory_equal(pieces[0]->data + 20, options, sizeof options);
    for (size_t i = 1; i < n; i++) {
        assert_int_equal(pieces[i]->data[0], 0x45 + sizeof copied / 4);
        assert_memory_equal(pieces[i]->data + 20, copied, sizeof copied);
    }
    for (size_t i = 0; i < n; i++)
        back = give(pieces[i], 0);
    assert_non_null(back);
    assert_int_equal(back->len, len);
    assert_memory_equal(back->data, before, len);
}

/* Options that cannot be read end the list of those that are copied. */
TEST(malformed_options_are_not_copied)
{
    static const uint8_t lengths[] = {0, 1, 7, 255};
    for (size_t i = 0; i < sizeof lengths; i++) {
        struct nt_packet *pieces[64], *p = whole((uint16_t)i, 1000);
        put_options(p, (const uint8_t[]){148, lengths[i], 0, 0}, 4);
        assert_int_equal(split(p, 576, pieces), 2);
        assert_int_equal(pieces[1]->data[0], 0x45);
    }
}

static struct nt_packet *piece6(const struct nt_packet *of, uint32_t at, uint32_t len, bool more)
{
    struct nt_packet *p = blank_packet(1500);
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

/* RFC 8200, 4.5: the headers before the Fragment header are kept, and those behind it are data. */
TEST(extension_headers_around_a_fragment_header)
{
    enum { BEFORE = 8, BEHIND = 8 };
    struct nt_packet *p = whole_between("[2001:db8::1]:1", "[2001:db8::2]:2", 0, 200), *a = blank_packet(1500),
                     *b = blank_packet(1500);
    static const uint8_t hop[BEFORE] = {NT_EXT_FRAGMENT, 0, 1, 4}, destination[BEHIND] = {NT_PROTO_UDP, 0, 1, 4};
    uint8_t expected[300], *d = expected;
    memcpy(d, p->data, 40);
    memcpy(d + 40, hop, BEFORE);
    memcpy(d + 48, destination, BEHIND);
    memcpy(d + 56, p->data + 40, 208);
    nt_store16(d + 4, 224);
    d[6] = NT_EXT_HOP_BY_HOP;
    d[40] = NT_EXT_DESTINATION;
    for (int i = 0; i < 2; i++) { /* the first has the options and 104 octets, the second the other 104 */
        struct nt_packet *piece = i == 0 ? a : b;
        memcpy(piece->data, expected, 40);
        memcpy(piece->data + 40, hop, BEFORE);
        memset(piece->data + 48, 0, 8);
        piece->data[48] = i == 0 ? NT_EXT_DESTINATION : 123; /* what later ones name does not count */
        nt_store16(piece->data + 50, (uint16_t)(i == 0 ? 1 : 112));
        memcpy(piece->data + 56, expected + 48 + i * 112, 112);
        piece->len = 56 + (i == 0 ? 112 : 104);
        nt_store16(piece->data + 4, (uint16_t)(piece->len - 40));
        assert_int_equal(nt_packet_parse(piece), 0);
    }
    nt_pool_put(&pool, p);
    assert_null(give(b, 0));
    struct nt_packet *back = give(a, 0);
    assert_non_null(back);
    assert_int_equal(back->len, 264);
    assert_memory_equal(back->data, expected, 264);
    assert_int_equal(back->proto, NT_PROTO_UDP);
    assert_true(nt_packet_checksums_good(back));
}

TEST(test_ipv6)
{
    struct nt_addr s = addr("[2001:db8::1]:1"), d = addr("[2001:db8::2]:2");
    uint8_t payload[200] = {1, 2, 3};
    struct nt_packet *p = blank_packet(1500);
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
    const struct CMUnitTest tests[] = {
        T(test_any_order),
        T(test_twice),
        T(the_least_fragment_has_eight_octets),
        T(test_overlap),
        T(test_too_long),
        T(test_limits),
        T(datagrams_may_be_interleaved),
        T(nobody_pushes_out_the_datagrams_of_others),
        T(ipv6_has_more_time),
        T(what_is_forgotten_is_told),
        T(a_whole_goes_back_to_its_pieces),
        T(a_whole_goes_back_to_its_pieces_in_ipv6),
        T(a_whole_ends_with_its_pieces),
        T(options_with_the_copied_flag_are_in_all_fragments),
        T(malformed_options_are_not_copied),
        T(extension_headers_around_a_fragment_header),
        T(test_ipv6),
    };
    return RUN_TESTS(tests);
}
