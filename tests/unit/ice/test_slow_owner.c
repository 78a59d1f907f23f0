/* An owner that is slow: the last state and the last selected pair of each component reach it. */
#include "net.h"

#define STREAMS 8
#define COMPONENTS 2

static struct net n;

static struct nt_ice_config config(enum nt_ice_role role, const char *label)
{
    struct nt_ice_config c = config_of(role, label);
    c.streams = STREAMS;
    c.components = COMPONENTS;
    return c;
}

/* A call whose owners look at nothing before its end. */
TEST(slow_owners)
{
    struct nt_ice_config l = config(NT_ICE_CONTROLLING, "l"), r = config(NT_ICE_CONTROLLED, "r");
    net_init(&n, 20 * NT_MSEC);
    add_agent(&n, &l, "10.1.0.2", NAT_NONE, NULL);
    add_agent(&n, &r, "10.2.0.2", NAT_NONE, NULL);
    n.nodes[0].lazy = n.nodes[1].lazy = 1;
    gather(&n, 0);
    gather(&n, 1);
    assert_int_equal(tell(&n, 0, 1), NT_OK);
    assert_int_equal(tell(&n, 1, 0), NT_OK);
    run(&n, 10 * NT_SEC);
    for (int i = 0; i < 2; i++) {
        n.nodes[i].lazy = 0;
        n.nodes[i].completed_at = -1;
        events_of(&n, i);
        assert_int_equal(n.nodes[i].selected_count, STREAMS * COMPONENTS);
        assert_int_equal(n.nodes[i].completed_at, n.now);
    }
    net_free(&n);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(slow_owners)};
    return RUN_TESTS(tests);
}
