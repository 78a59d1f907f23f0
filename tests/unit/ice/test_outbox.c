/* Events that wait for an owner who is slow: the last state and the last selected pair of each component are never lost. */
#include "net.h"

#include "core/ice/agent.h"

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
static void slow_owners(void **state)
{
    struct nt_ice_config l = config(NT_ICE_CONTROLLING, "l"), r = config(NT_ICE_CONTROLLED, "r");
    (void)state;
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

static void select_all(struct nt_ice_agent *a, uint32_t round)
{
    for (uint8_t s = 1; s <= STREAMS; s++)
        for (uint16_t k = 1; k <= COMPONENTS; k++)
            nt_ice_event_push(a, &(struct nt_ice_event){.kind = NT_ICE_EV_SELECTED, .stream = s, .component = k,
                                                        .local = {.priority = round}});
}

/* More events than there is room for: the outdated ones go, those that are left keep their order. */
static void more_than_fit(void **state)
{
    enum { ROUNDS = 50 };
    struct nt_ice_config c = config(NT_ICE_CONTROLLING, "l");
    struct nt_ice_event ev;
    uint32_t last[STREAMS][COMPONENTS] = {{0}};
    int err, states = 0, roles = 0, gathered = 0;
    enum nt_ice_state at_end = NT_ICE_NEW;
    bool selected_after = false;
    (void)state;
    struct nt_ice_agent *a = nt_ice_agent_new(&c, &err);
    assert_non_null(a);
    nt_ice_event_push(a, &(struct nt_ice_event){.kind = NT_ICE_EV_GATHERED});
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        select_all(a, round);
        nt_ice_event_push(a, &(struct nt_ice_event){.kind = NT_ICE_EV_ROLE, .role = NT_ICE_CONTROLLED});
        nt_ice_event_push(a, &(struct nt_ice_event){.kind = NT_ICE_EV_STATE, .state = round < ROUNDS ? NT_ICE_RUNNING : NT_ICE_COMPLETED});
    }
    while (nt_ice_event(a, &ev) == 1) {
        gathered += ev.kind == NT_ICE_EV_GATHERED;
        roles += ev.kind == NT_ICE_EV_ROLE;
        if (ev.kind == NT_ICE_EV_STATE) {
            states++;
            at_end = ev.state;
            selected_after = false;
        }
        if (ev.kind != NT_ICE_EV_SELECTED)
            continue;
        uint32_t *of = &last[ev.stream - 1][ev.component - 1];
        assert_true(ev.local.priority > *of);
        *of = ev.local.priority;
        selected_after = true;
    }
    assert_int_equal(gathered, 1);
    assert_true(roles >= 1 && states >= 1);
    assert_int_equal(at_end, NT_ICE_COMPLETED);
    assert_false(selected_after);
    for (int s = 0; s < STREAMS; s++)
        for (int k = 0; k < COMPONENTS; k++)
            assert_int_equal(last[s][k], ROUNDS);
    nt_ice_agent_del(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(slow_owners), cmocka_unit_test(more_than_fit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
