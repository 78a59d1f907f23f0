/* The queue against a plain sorted list, with timers that move and vanish. */
#include "tests/unit/help.h"

#include "core/base/rand.h"
#include "natsim/fabric/queue.h"

enum { NODES = 20, STEPS = 20000 };

TEST(test_class_and_sequence)
{
    struct nt_queue q = {0};
    struct nt_event e;
    static const uint32_t order[] = {4, 1, 3, 2, 0};
    assert_int_equal(nt_queue_nodes(&q, 3), 0);
    assert_int_equal(nt_queue_timer(&q, 2, 5), 0);
    assert_int_equal(nt_queue_push(&q, NT_EV_DELIVERY, (struct nt_event){.at = 5, .target = 1}), 0);
    assert_int_equal(nt_queue_push(&q, NT_EV_DELIVERY, (struct nt_event){.at = 5, .target = 3}), 0);
    assert_int_equal(nt_queue_push(&q, NT_EV_CALL, (struct nt_event){.at = 5, .target = 4}), 0);
    assert_int_equal(nt_queue_push(&q, NT_EV_CALL, (struct nt_event){.at = 6, .target = 0}), 0);
    for (size_t i = 0; i < 5; i++) {
        assert_true(nt_queue_pop(&q, &e));
        assert_int_equal(e.target, order[i]);
    }
    assert_false(nt_queue_pop(&q, &e));
    nt_queue_free(&q);
}

TEST(test_one_timer_for_each_node)
{
    struct nt_queue q = {0};
    nt_time timers[NODES];
    struct nt_rand r;
    nt_time now = 0;
    size_t deliveries = 0;
    nt_rand_init(&r, 1, "queue");
    assert_int_equal(nt_queue_nodes(&q, NODES), 0);
    for (int i = 0; i < NODES; i++)
        timers[i] = NT_TIME_NEVER;
    for (int step = 0; step < STEPS; step++) {
        uint32_t what = (uint32_t)nt_rand_below(&r, 4), node = (uint32_t)nt_rand_below(&r, NODES);
        nt_time at = now + (nt_time)nt_rand_below(&r, 50);
        if (what == 0) {
            assert_int_equal(nt_queue_push(&q, NT_EV_DELIVERY, (struct nt_event){.at = at, .target = 0}), 0);
            deliveries++;
        } else if (what == 1) {
            timers[node] = nt_rand_below(&r, 5) == 0 ? NT_TIME_NEVER : at;
            assert_int_equal(nt_queue_timer(&q, node, timers[node]), 0);
        } else {
            struct nt_event e;
            nt_time first = NT_TIME_NEVER;
            size_t live = 0;
            for (int i = 0; i < NODES; i++) {
                first = nt_time_min(first, timers[i]);
                live += timers[i] != NT_TIME_NEVER;
            }
            assert_int_equal(q.count, live + deliveries);
            if (!nt_queue_pop(&q, &e))
                continue;
            assert_true(e.at >= now && e.at <= first);
            now = e.at;
            if (nt_event_class_of(&e) == NT_EV_TIMER) {
                assert_int_equal(e.at, timers[e.target]);
                timers[e.target] = NT_TIME_NEVER;
            } else {
                deliveries--;
            }
        }
    }
    nt_queue_free(&q);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_class_and_sequence), cmocka_unit_test(test_one_timer_for_each_node)};
    return RUN_TESTS(tests);
}
