/* A world built from a small case: its nodes, its parties, a call, and what the owner of real programs is asked for. */
#include "tests/unit/world/small.h"

TEST(test_every_node_of_the_case_is_a_node_of_the_fabric)
{
    struct small s;
    small_new(&s, SMALL);
    const struct nt_scn_node nodes[] = {
        agent_node(L), agent_node(R), server_node(STUN), server_node(PLATFORM), {NT_SCN_NODE_GATEWAY, 0}};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        uint32_t node = nt_world_node(s.w, nodes[i]);
        struct nt_scn_node back = nt_observer_node_at(nt_world_observer(s.w), node);
        assert_int_equal(back.kind, nodes[i].kind);
        assert_int_equal(back.index, nodes[i].index);
        assert_int_equal(nt_world_host(s.w, nodes[i]) == NULL, nodes[i].kind == NT_SCN_NODE_GATEWAY);
    }
    assert_int_equal(nt_world_node(s.w, (struct nt_scn_node){0}), NT_FABRIC_NONE);
    small_free(&s);
}

TEST(test_agents_and_the_platform_have_a_second_node_for_signalling)
{
    struct small s;
    uint32_t nodes[2];
    small_new(&s, SMALL);
    assert_int_equal(nt_world_nodes(s.w, agent_node(L), nodes), 2);
    assert_string_equal(nt_fabric_node_name(nt_world_fabric(s.w), nodes[1]), "L.signalling");
    assert_int_equal(nt_world_nodes(s.w, server_node(PLATFORM), nodes), 2);
    assert_string_equal(nt_fabric_node_name(nt_world_fabric(s.w), nodes[1]), "platform.signalling");
    assert_int_equal(nt_world_nodes(s.w, server_node(STUN), nodes), 1);
    assert_int_equal(nt_world_nodes(s.w, (struct nt_scn_node){NT_SCN_NODE_GATEWAY, 0}, nodes), 1);
    small_free(&s);
}

TEST(test_the_capture_has_a_tap_for_each_attachment)
{
    static const char *const expected[] = {
        "nat-left.inside", "nat-left.outside",    "stun.0",       "platform.0",           "L.0", "R.0",
        "L.signalling",    "platform.signalling", "R.signalling", "platform.signalling.1"};
    struct small s;
    small_new(&s, SMALL);
    assert_int_equal(s.capture.tap_count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < s.capture.tap_count; i++)
        assert_string_equal(s.capture.taps[i].name, expected[i]);
    small_free(&s);
}

TEST(test_a_call_connects_and_its_data_arrives)
{
    struct small s;
    struct nt_addr local, remote;
    char text[NT_ADDR_TEXT];
    small_new(&s, SMALL);
    assert_int_equal(nt_world_call_at(s.w), NT_TIME_NEVER);
    small_run(&s, 5 * NT_SEC);
    assert_int_equal(nt_world_call_at(s.w), 0);
    assert_false(nt_parties_wait(s.w));
    assert_false(nt_parties_go_on(s.w));
    struct nt_party l = nt_world_party(s.w, L), r = nt_world_party(s.w, R);
    assert_int_equal(l.ops->state(l.self), NT_ICE_COMPLETED);
    assert_int_equal(r.ops->state(r.self), NT_ICE_COMPLETED);
    assert_true(r.ops->selected(r.self, &local, &remote));
    assert_string_equal(nt_addr_format_ip(&remote, text), "203.0.113.2"); /* nat-left */
    struct nt_data_count data = nt_parties_data(s.w);
    assert_int_equal(data.sent, 20);
    assert_int_equal(data.received, 20);
    nt_time last = nt_world_last_activity(s.w); /* the last datagram */
    assert_true(last > 200 * NT_MSEC && last < NT_SEC);
    small_free(&s);
}

TEST(test_same_seed_same_capture)
{
    struct small a, b;
    small_new(&a, SMALL);
    small_new(&b, SMALL);
    small_run(&a, 2 * NT_SEC);
    small_run(&b, 2 * NT_SEC);
    assert_true(a.capture.frame_count > 40);
    assert_int_equal(a.capture.frame_count, b.capture.frame_count);
    for (size_t i = 0; i < a.capture.frame_count; i++) {
        const struct nt_capture_frame *x = &a.capture.frames[i], *y = &b.capture.frames[i];
        assert_int_equal(x->at, y->at);
        assert_int_equal(x->len, y->len);
        assert_memory_equal(nt_capture_bytes(&a.capture, x), nt_capture_bytes(&b.capture, y), x->len);
    }
    small_free(&a);
    small_free(&b);
}

/* --- events --- */

struct heard {
    size_t agents, servers, gateways;
};

static void listen(void *user, struct nt_scn_node node, const struct nt_trace_event *ev)
{
    struct heard *h = user;
    assert_int_not_equal(ev->kind, NT_TR_PACKET);
    h->agents += node.kind == NT_SCN_NODE_AGENT;
    h->servers += node.kind == NT_SCN_NODE_SERVER;
    h->gateways += node.kind == NT_SCN_NODE_GATEWAY;
}

TEST(test_a_listener_hears_the_events_of_nodes)
{
    struct small s;
    struct heard heard = {0};
    small_new(&s, SMALL);
    nt_world_listen(s.w, listen, &heard);
    small_run(&s, 2 * NT_SEC);
    assert_true(heard.agents > 10);
    assert_true(heard.gateways > 0); /* mappings */
    small_free(&s);
}

TEST(test_events_are_observed_with_their_times)
{
    struct small s;
    small_new(&s, SMALL);
    small_run(&s, 2 * NT_SEC);
    const struct nt_observed *offer = small_event(&s, agent_node(L), "offer-sent"),
                             *got = small_event(&s, agent_node(R), "offer-received");
    assert_non_null(offer);
    assert_non_null(got);
    assert_int_equal(got->first - offer->first, 41 * NT_MSEC); /* the management links: home-left and internet, then internet */
    assert_null(small_event(&s, agent_node(R), "offer-sent"));
    const struct nt_observed *checks = small_event(&s, agent_node(L), "check-sent");
    assert_non_null(checks);
    assert_true(checks->count >= 2 && checks->last > checks->first);
    small_free(&s);
}

/* --- the owner of real programs --- */

struct owner {
    struct nt_app_context context;
    unsigned asked, steps;
    bool memory;
    int result;
};

static bool never(const void *self)
{
    (void)self;
    return false;
}

static struct nt_data_count nothing(const void *self)
{
    (void)self;
    return (struct nt_data_count){0};
}

static struct nt_party give_party(void *user, const struct nt_app_context *context)
{
    static const struct nt_party_ops ops = {.waits = never, .goes_on = never, .data = nothing};
    struct owner *o = user;
    o->context = *context;
    o->asked++;
    return o->memory ? (struct nt_party){.ops = &ops, .self = o} : (struct nt_party){0};
}

static int run_program(void *user, const struct nt_scn_step *step, nt_time now)
{
    struct owner *o = user;
    assert_string_equal(step->command, "true");
    assert_int_equal(now, NT_SEC);
    o->steps++;
    return o->result;
}

#define WITH_PROGRAMS                                                                                                              \
    SMALL_TOP "agents:\n"                                                                                                          \
              "  L: {on: home-left, role: controlling, stun: [stun]}\n"                                                            \
              "  R: {on: internet, exec: adapter}\n"                                                                               \
              "steps:\n"                                                                                                           \
              "  - {at: 1s, run: {at: R, command: \"true\"}}\n"                                                                    \
              "  - {at: 5s, call: {from: L, to: R}}\n"

TEST(test_a_process_is_a_party_of_its_owner)
{
    struct small s;
    struct owner owner = {.memory = true};
    struct nt_world_hooks hooks = {.party = give_party, .run_step = run_program, .user = &owner};
    char text[NT_ADDR_TEXT];
    small_load(&s, WITH_PROGRAMS);
    s.w = nt_world_new(s.scn, 1, NULL, &hooks, &s.capture);
    assert_non_null(s.w);
    assert_int_equal(owner.asked, 1);
    assert_ptr_equal(nt_world_party(s.w, R).self, &owner);
    assert_int_equal(owner.context.index, R);
    assert_int_equal(owner.context.peer_index, L);
    assert_ptr_equal(owner.context.peer->self, nt_world_party(s.w, L).self);
    assert_string_equal(nt_addr_format(&owner.context.signal_own, text), "198.18.0.6:5060");
    assert_string_equal(nt_addr_format(&owner.context.signal_peer, text), "198.18.0.5:5060");
    owner.context.active(owner.context.user, 7);
    assert_int_equal(nt_world_last_activity(s.w), 7);
    small_free(&s);
}

TEST(test_run_steps_are_their_owners)
{
    struct small s;
    struct owner owner = {.memory = true, .result = NT_EIO};
    struct nt_world_hooks hooks = {.party = give_party, .run_step = run_program, .user = &owner};
    const char *why;
    small_load(&s, WITH_PROGRAMS);
    s.w = nt_world_new(s.scn, 1, NULL, &hooks, &s.capture);
    assert_non_null(s.w);
    small_run(&s, 2 * NT_SEC);
    assert_int_equal(owner.steps, 1);
    assert_non_null(nt_steps_failed(nt_world_steps(s.w), &why));
    small_free(&s);
}

TEST(test_without_a_call_nobody_waits)
{
    struct small s;
    struct owner owner = {.memory = true};
    struct nt_world_hooks hooks = {.party = give_party, .run_step = run_program, .user = &owner};
    small_load(&s,
               SMALL_TOP "agents:\n  L: {on: home-left, stun: [stun]}\nsteps:\n  - {at: 1s, run: {at: L, command: \"true\"}}\n");
    s.w = nt_world_new(s.scn, 1, NULL, &hooks, &s.capture);
    assert_non_null(s.w);
    small_run(&s, 2 * NT_SEC);
    assert_int_equal(owner.steps, 1);
    assert_false(nt_parties_wait(s.w));
    assert_false(nt_parties_go_on(s.w));
    assert_int_equal(nt_world_call_at(s.w), NT_TIME_NEVER);
    small_free(&s);
}

TEST(test_no_party_no_world)
{
    struct small s;
    struct owner owner = {0};
    struct nt_world_hooks hooks = {.party = give_party, .run_step = run_program, .user = &owner};
    small_load(&s, WITH_PROGRAMS);
    assert_null(nt_world_new(s.scn, 1, NULL, &hooks, &s.capture));
    small_free(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_node_of_the_case_is_a_node_of_the_fabric),
        cmocka_unit_test(test_agents_and_the_platform_have_a_second_node_for_signalling),
        cmocka_unit_test(test_the_capture_has_a_tap_for_each_attachment),
        cmocka_unit_test(test_a_call_connects_and_its_data_arrives),
        cmocka_unit_test(test_without_a_call_nobody_waits),
        cmocka_unit_test(test_same_seed_same_capture),
        cmocka_unit_test(test_a_listener_hears_the_events_of_nodes),
        cmocka_unit_test(test_events_are_observed_with_their_times),
        cmocka_unit_test(test_a_process_is_a_party_of_its_owner),
        cmocka_unit_test(test_run_steps_are_their_owners),
        cmocka_unit_test(test_no_party_no_world),
    };
    return RUN_TESTS(tests);
}
