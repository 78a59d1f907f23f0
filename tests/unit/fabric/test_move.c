/* An attachment that moves: what is lost with its network, and what it is on the next one.
 *
 *   node 0 (10.0.0.2) --- net --- node 1 (10.0.0.3), node 2 (10.0.0.4)        other */
#include "tests/unit/fabric/sinks.h"

#define MS NT_MSEC

static uint32_t other;

static void build(struct nt_network_config net, struct nt_network_config there)
{
    sinks_new(1, net, 3);
    there.name = "other";
    other = nt_fabric_add_network(fabric, &there);
    assert_int_equal(other, 1);
}

static void join_other(uint32_t node, const char *ip)
{
    struct nt_addr a = addr(ip);
    assert_int_equal(nt_fabric_join(fabric, node, 0, other), NT_OK);
    assert_int_equal(nt_fabric_add_address(fabric, node, 0, &a), NT_OK);
}

static void leave(uint32_t node)
{
    struct nt_addr a = nt_addr_v4(0x0a000002u + node, 0);
    nt_fabric_leave(fabric, node, 0, nt_fabric_now(fabric));
    nt_fabric_remove_address(fabric, node, 0, &a);
}

static void settle(uint32_t node)
{
    nt_fabric_settle(fabric, node, 0, nt_fabric_now(fabric));
}

TEST(test_what_is_on_the_way_is_lost)
{
    build((struct nt_network_config){.delay = 10 * MS}, (struct nt_network_config){.delay = MS});
    sink_send(0, 1, 7); /* to one that moves */
    sink_send(1, 0, 8); /* of one that moves: it is on its way */
    sinks_run(5 * MS);
    leave(1);
    join_other(1, "10.0.0.3");
    settle(1);
    sinks_run(NT_SEC);
    assert_int_equal(sinks[1].count, 0);
    assert_int_equal(sinks[0].count, 1);
    assert_int_equal(drop_count, 1);
    assert_int_equal(drops[0].reason, NT_DROP_LEFT);
    assert_int_equal(drops[0].at, 10 * MS);
    assert_string_equal(drops[0].network, "net");
}

TEST(test_queues_are_emptied)
{
    build((struct nt_network_config){.delay = 10 * MS, .rate = 1000000}, (struct nt_network_config){.delay = MS});
    for (uint32_t i = 0; i < 3; i++) {
        sink_send(1, 0, i);      /* its own queue */
        sink_send(0, 1, 10 + i); /* somebody's, for it */
        sink_send(0, 2, 20 + i);
    }
    leave(1);
    assert_int_equal(drop_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(drops[i].reason, NT_DROP_DOWN);
    join_other(1, "10.0.0.9");
    settle(1);
    sinks_run(NT_SEC);
    assert_int_equal(drop_count, 6);
    for (size_t i = 3; i < 6; i++)
        assert_int_equal(drops[i].reason, NT_DROP_LEFT);
    assert_int_equal(drops[4].at, 3 * MS); /* as it departs: the line is as busy as before */
    assert_int_equal(sinks[2].count, 3);
    assert_int_equal(sinks[2].arrivals[2].at, 16 * MS);
    assert_int_equal(sinks[1].count, 0);
}

TEST(test_between_networks_nothing_leaves)
{
    build((struct nt_network_config){.delay = MS}, (struct nt_network_config){.delay = MS});
    leave(1);
    sink_send(1, 0, 1);
    sink_send(0, 1, 2);
    sinks_run(NT_SEC);
    assert_int_equal(drop_count, 2);
    assert_int_equal(drops[0].reason, NT_DROP_AWAY);
    assert_int_equal(drops[1].reason, NT_DROP_NO_HOST);
}

TEST(test_on_the_other_network)
{
    build((struct nt_network_config){.delay = MS}, (struct nt_network_config){.delay = 7 * MS, .rate = 1000000});
    leave(0);
    join_other(0, "10.0.0.2");
    settle(0);
    leave(1);
    join_other(1, "10.0.0.3");
    settle(1);
    assert_int_equal(nt_fabric_port_network(fabric, 1, 0), other);
    assert_string_equal(nt_fabric_port_tap(fabric, 1, 0), "n1");
    assert_int_equal(nt_fabric_tap_count(fabric), 3);
    sink_send(0, 1, 1);
    sink_send(0, 2, 2); /* it stayed */
    sinks_run(NT_SEC);
    assert_int_equal(sinks[1].arrivals[0].at, 8 * MS); /* 1 ms at 1 Mbit/s, and 7 */
    assert_int_equal(drops[0].reason, NT_DROP_NO_HOST);
    leave(0); /* and back, where there is no rate */
    assert_int_equal(nt_fabric_join(fabric, 0, 0, network), NT_OK);
    settle(0);
    nt_time now = nt_fabric_now(fabric);
    sink_send(0, 2, 3);
    sinks_run(NT_SEC);
    assert_int_equal(sinks[2].arrivals[0].at, now + MS);
}

/* What a control sets while it is away counts when it settles. */
TEST(test_links_that_are_set_meanwhile)
{
    static const struct {
        bool down_before, set, up, carries;
    } rows[] = {{false, false, false, true}, {true, false, false, false}, {false, true, false, false}, {true, true, true, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        build((struct nt_network_config){.delay = MS}, (struct nt_network_config){.delay = MS});
        if (rows[i].down_before)
            nt_fabric_set_port(fabric, 1, 0, false, 0);
        leave(1);
        if (rows[i].set)
            nt_fabric_set_port(fabric, 1, 0, rows[i].up, 0);
        sink_send(1, 0, 1);
        assert_int_equal(drops[0].reason, NT_DROP_AWAY);
        assert_int_equal(nt_fabric_join(fabric, 1, 0, network), NT_OK);
        settle(1);
        sink_send(1, 0, 2);
        sinks_run(NT_SEC);
        assert_int_equal(sinks[0].count, rows[i].carries ? 1 : 0);
        assert_int_equal(drop_count, rows[i].carries ? 1 : 2);
    }
}

/* Its draws do not begin again when it returns. */
TEST(test_random_streams)
{
    enum { MANY = 64 };
    bool arrived[2][MANY] = {{false}};
    build((struct nt_network_config){.loss = NT_CHANCE_ONE / 2}, (struct nt_network_config){.delay = MS});
    for (size_t time = 0; time < 2; time++) {
        sinks[0].count = 0;
        for (uint32_t i = 0; i < MANY; i++)
            sink_send(1, 0, i);
        sinks_run((nt_time)(time + 1) * NT_SEC);
        for (size_t i = 0; i < sinks[0].count; i++)
            arrived[time][sinks[0].arrivals[i].number] = true;
        leave(1);
        assert_int_equal(nt_fabric_join(fabric, 1, 0, network), NT_OK);
        settle(1);
    }
    assert_memory_not_equal(arrived[0], arrived[1], sizeof arrived[0]);
}

TEST(test_what_cannot_be_joined)
{
    build((struct nt_network_config){.delay = MS}, (struct nt_network_config){.delay = MS});
    assert_int_equal(nt_fabric_join(fabric, 1, 0, other), NT_EINVAL); /* it has not left */
    leave(1);
    assert_int_equal(nt_fabric_join(fabric, 1, 0, 2), NT_EINVAL);
    assert_int_equal(nt_fabric_join(fabric, 1, 1, other), NT_EINVAL);
}

FIXTURE(teardown)
{
    sinks_del();
    return 0;
}

int main(int argc, char **argv)
{
#define T(test) cmocka_unit_test_teardown(test, teardown)
    const struct CMUnitTest tests[] = {
        T(test_what_is_on_the_way_is_lost),   T(test_queues_are_emptied), T(test_between_networks_nothing_leaves),
        T(test_on_the_other_network),         T(test_random_streams),     T(test_what_cannot_be_joined),
        T(test_links_that_are_set_meanwhile),
    };
    return RUN_TESTS(tests);
}
