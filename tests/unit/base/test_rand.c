/* The random streams: ChaCha20 against RFC 8439, independence of labels, bounds. */
#include "tests/unit/help.h"

#include "core/base/rand.h"

#include <stdio.h>
#include <string.h>

static void assert_stream(struct nt_rand *r, const char *hex)
{
    uint8_t bytes[64];
    char text[129];
    nt_rand_bytes(r, bytes, sizeof bytes);
    for (int i = 0; i < 64; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    assert_string_equal(text, hex);
}

/* RFC 8439, A.1, test vectors 1 and 2: key 0, nonce 0, blocks 0 and 1; then 3: key 00..01, block 1. */
TEST(appendix_a1)
{
    uint8_t key[32] = {0}, skipped[64];
    struct nt_rand r;
    nt_rand_init_key(&r, key);
    assert_stream(&r, "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
                      "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586");
    assert_stream(&r, "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
                      "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f");
    key[31] = 1;
    nt_rand_init_key(&r, key);
    nt_rand_bytes(&r, skipped, sizeof skipped);
    assert_stream(&r, "3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a"
                      "8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0");
}

/* RFC 8439, 2.3.2; its nonce is put in by hand, ours is 0. */
TEST(block_function)
{
    uint8_t key[32];
    struct nt_rand r;
    for (int i = 0; i < 32; i++)
        key[i] = (uint8_t)i;
    nt_rand_init_key(&r, key);
    r.state[12] = 1, r.state[13] = 0x09000000, r.state[14] = 0x4a000000;
    assert_stream(&r, "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
                      "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e");
}

TEST(streams)
{
    struct nt_rand a, b, c, d;
    uint8_t whole[100], parts[100];
    nt_rand_init(&a, 1, "L"), nt_rand_init(&b, 1, "L"), nt_rand_init(&c, 1, "R"), nt_rand_init(&d, 2, "L");
    uint64_t first = nt_rand_u64(&a);
    assert_true(first == nt_rand_u64(&b));
    assert_true(first != nt_rand_u64(&c));
    assert_true(first != nt_rand_u64(&d));
    nt_rand_bytes(&a, whole, 100); /* how it is cut does not matter */
    for (size_t at = 0, n = 1; at < 100; at += n, n = n % 7 + 1)
        nt_rand_bytes(&b, parts + at, n = n < 100 - at ? n : 100 - at);
    assert_memory_equal(whole, parts, 100);
}

TEST(bounds)
{
    struct nt_rand r;
    unsigned seen[10] = {0};
    nt_rand_init(&r, 1, "bounds");
    for (int i = 0; i < 10000; i++) {
        uint64_t v = nt_rand_below(&r, 10);
        assert_true(v < 10);
        seen[v]++;
        assert_true(nt_rand_below(&r, 1) == 0);
        assert_true(nt_rand_below(&r, UINT64_MAX) < UINT64_MAX);
    }
    for (int i = 0; i < 10; i++)
        assert_in_range(seen[i], 850, 1150); /* five standard deviations */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(appendix_a1), cmocka_unit_test(block_function), cmocka_unit_test(streams),
                                       cmocka_unit_test(bounds)};
    return RUN_TESTS(tests);
}
