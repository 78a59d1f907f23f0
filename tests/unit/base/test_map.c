/* The hash map against a plain array, growing room, and both without memory. */
#include "tests/unit/help.h"

#include "core/base/err.h"
#include "core/base/map.h"
#include "core/base/rand.h"
#include "tests/unit/fail_alloc.h"

#include <stdlib.h>
#include <string.h>

TEST(like_an_array)
{
    static const size_t key_lens[] = {2, 6, 8, 20};
    for (size_t l = 0; l < 4; l++) {
        uint32_t model[500];
        size_t count = 0;
        struct nt_map m;
        struct nt_rand r;
        memset(model, 0xff, sizeof model);
        nt_rand_init(&r, 7, "map");
        nt_map_init(&m, key_lens[l]);
        for (int i = 0; i < 20000; i++) {
            uint8_t key[20] = {0};
            uint16_t k = (uint16_t)nt_rand_below(&r, 500);
            memcpy(key + key_lens[l] - 2, &k, 2);
            if (nt_rand_below(&r, 3) == 0) {
                count -= model[k] != NT_MAP_NONE;
                model[k] = NT_MAP_NONE;
                nt_map_remove(&m, key);
            } else {
                count += model[k] == NT_MAP_NONE;
                model[k] = (uint32_t)i;
                assert_int_equal(nt_map_put(&m, key, (uint32_t)i), 0);
            }
            k = (uint16_t)nt_rand_below(&r, 500);
            memcpy(key + key_lens[l] - 2, &k, 2);
            assert_int_equal(nt_map_get(&m, key), model[k]);
            assert_int_equal(m.count, count);
        }
        assert_true(m.capacity <= 2048); /* removed slots are taken again */
        nt_map_free(&m);
        assert_int_equal(nt_map_get(&m, "01234567890123456789"), NT_MAP_NONE);
    }
}

TEST(without_memory)
{
    struct nt_map m;
    nt_map_init(&m, 4);
    alloc_fail(ALLOC_ALL);
    assert_int_equal(nt_map_put(&m, "aaaa", 1), NT_ENOMEM);
    alloc_fail(ALLOC_NONE);
    assert_int_equal(nt_map_put(&m, "aaaa", 1), 0);
    alloc_fail(ALLOC_ALL);
    uint32_t added = 0;
    while (nt_map_put(&m, &added, added) == 0)
        added++;
    assert_true(added > 0);
    assert_int_equal(nt_map_put(&m, "aaaa", 2), 0); /* a key that is there needs no room */
    for (uint32_t i = 0; i < added; i++)
        assert_int_equal(nt_map_get(&m, &i), i);
    assert_int_equal(nt_map_get(&m, "aaaa"), 2);
    alloc_fail(ALLOC_NONE);
    nt_map_free(&m);
}

TEST(growing_room)
{
    int *items = NULL;
    size_t cap = 0;
    assert_int_equal(nt_grow(&items, &cap, 1, sizeof *items, 20), 0);
    assert_true(cap >= 1);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(nt_grow(&items, &cap, i + 1, sizeof *items, 20), 0);
        assert_int_equal(items[i], 0);
        items[i] = (int)i + 1;
    }
    assert_int_equal(cap, 20);
    assert_int_equal(nt_grow(&items, &cap, 21, sizeof *items, 20), NT_ELIMIT);
    alloc_fail(ALLOC_ALL);
    assert_int_equal(nt_grow(&items, &cap, 21, sizeof *items, 40), NT_ENOMEM);
    alloc_fail(ALLOC_NONE);
    assert_int_equal(cap, 20);
    for (int i = 0; i < 20; i++)
        assert_int_equal(items[i], i + 1);
    free(items);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(like_an_array), cmocka_unit_test(without_memory),
                                       cmocka_unit_test(growing_room)};
    return RUN_TESTS(tests);
}
