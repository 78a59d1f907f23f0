/* The heap of deadlines against a plain list, over many random steps: what is due comes out by time, then by order of adding. */
#include "tests/unit/help.h"

#include "core/base/err.h"
#include "core/base/rand.h"
#include "natsim/nat/deadlines.h"

#define MAX 200

static struct {
    bool there;
    uint32_t id;
    uint64_t order;
    nt_time at;
} list[MAX];

static int first(void)
{
    int best = -1;
    for (int i = 0; i < MAX; i++)
        if (list[i].there &&
            (best < 0 || list[i].at < list[best].at || (list[i].at == list[best].at && list[i].order < list[best].order)))
            best = i;
    return best;
}

TEST(test_against_a_list)
{
    struct nt_deadlines d;
    struct nt_rand r;
    uint64_t order = 0;
    nt_deadlines_init(&d, MAX);
    nt_rand_init(&r, 7, "deadlines");
    for (int step = 0; step < 20000; step++) {
        uint32_t i = (uint32_t)nt_rand_below(&r, MAX), kind, index;
        nt_time at = (nt_time)nt_rand_below(&r, 50), now = (nt_time)nt_rand_below(&r, 5);
        uint64_t what = nt_rand_below(&r, 4);
        if (!list[i].there) {
            assert_int_equal(nt_deadlines_add(&d, 3, i, at, &list[i].id), 0);
            list[i].there = true, list[i].at = at, list[i].order = order++;
        } else if (what == 0) {
            nt_deadlines_remove(&d, list[i].id);
            list[i].there = false;
        } else if (what == 1) {
            nt_deadlines_move(&d, list[i].id, at);
            list[i].at = at;
        }
        int best = first();
        assert_int_equal(nt_deadlines_next(&d), best < 0 ? NT_TIME_NEVER : list[best].at);
        if (nt_deadlines_due(&d, now, &kind, &index, &at)) {
            assert_true(at <= now);
            assert_int_equal(index, best);
            assert_int_equal(kind, 3);
            list[best].there = false;
        } else {
            assert_true(best < 0 || list[best].at > now);
        }
    }
    nt_deadlines_free(&d);
}

TEST(test_limit)
{
    struct nt_deadlines d;
    uint32_t id;
    nt_deadlines_init(&d, 2);
    assert_int_equal(nt_deadlines_add(&d, 0, 0, 1, &id), 0);
    assert_int_equal(nt_deadlines_add(&d, 0, 1, 2, &id), 0);
    assert_int_equal(nt_deadlines_add(&d, 0, 2, 3, &id), NT_ELIMIT);
    nt_deadlines_remove(&d, id);
    assert_int_equal(nt_deadlines_add(&d, 0, 2, 3, &id), 0);
    nt_deadlines_free(&d);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_a_list), cmocka_unit_test(test_limit)};
    return RUN_TESTS(tests);
}
