/* The heap of timers: always the earliest first, and at the same time the one made first. */

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "core/base/rand.h"
#include "core/turn/expiry.h"

#define N 300

static struct nt_turn_timer timers[N];

static const struct nt_turn_timer *least(void)
{
    const struct nt_turn_timer *best = NULL;
    for (int i = 0; i < N; i++)
        if (timers[i].place != 0 && (best == NULL || timers[i].at < best->at)) /* made in the order of the array */
            best = &timers[i];
    return best;
}

TEST(order)
{
    struct nt_turn_expiry e = {0};
    struct nt_rand r;
    nt_rand_init(&r, 1, "expiry");
    for (uint32_t i = 0; i < N; i++) {
        assert_int_equal(nt_turn_expiry_add(&e, &timers[i], i, N), NT_OK);
        nt_turn_expiry_move(&e, &timers[i], (nt_time)nt_rand_below(&r, 40));
        assert_ptr_equal(nt_turn_expiry_first(&e), least());
    }
    struct nt_turn_timer extra = {0};
    assert_int_equal(nt_turn_expiry_add(&e, &extra, 0, N), NT_ELIMIT);
    for (int k = 0; k < 3000; k++) {
        struct nt_turn_timer *t = &timers[nt_rand_below(&r, N)];
        if (t->place == 0)
            continue;
        nt_turn_expiry_move(&e, t, (nt_time)nt_rand_below(&r, 40));
        if (nt_rand_below(&r, 20) == 0)
            nt_turn_expiry_remove(&e, t);
        nt_turn_expiry_remove(&e, t->place == 0 ? t : &extra); /* twice does no harm */
        assert_ptr_equal(nt_turn_expiry_first(&e), least());
    }
    while (nt_turn_expiry_first(&e) != NULL) {
        assert_ptr_equal(nt_turn_expiry_first(&e), least());
        nt_turn_expiry_remove(&e, nt_turn_expiry_first(&e));
    }
    nt_turn_expiry_free(&e);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(order)};
    return RUN_TESTS(tests);
}
