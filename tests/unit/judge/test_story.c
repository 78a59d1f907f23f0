/* The story of a case: its events with their texts, its limit; its topology. */
#include "core/base/err.h"
#include "reports/result/result.h"
#include "scenarios/judge/story.h"
#include "scenarios/judge/topology.h"
#include "tests/unit/fail_alloc.h"
#include "tests/unit/world/small.h"

#define NETWORKS                                                                                                                   \
    "natsim: 1\n"                                                                                                                  \
    "claim: A call.\n"                                                                                                             \
    "networks:\n"                                                                                                                  \
    "  internet:  {ipv4: 203.0.113.0/24, ipv6: \"2001:db8::/64\", delay: 1500us, loss: 2.5%, mtu: 1400}\n"                         \
    "  home-left: {ipv4: 10.1.0.0/24}\n"                                                                                           \
    "gateways:\n"                                                                                                                  \
    "  nat-left: {inside: home-left, outside: internet, nat: {mapping: endpoint-independent, filtering: address-dependent}}\n"     \
    "servers:\n"                                                                                                                   \
    "  stun: {kind: stun, on: internet}\n"                                                                                         \
    "agents:\n"                                                                                                                    \
    "  L: {on: [home-left, internet], ipv6: on, stun: stun}\n"                                                                     \
    "  R: {on: internet}\n"                                                                                                        \
    "steps:\n" SMALL_CALL

static struct nt_trace_event pair_event(nt_time at, int64_t pair, int64_t state, const char *text)
{
    struct nt_trace_event ev = {.at = at, .kind = NT_TR_ICE_PAIR, .n = {1, 1, pair, state}, .text = text};
    assert_int_equal(nt_addr_parse(&ev.a, "10.1.0.2:50000"), NT_OK);
    assert_int_equal(nt_addr_parse(&ev.b, "203.0.113.3:40000"), NT_OK);
    return ev;
}

static void note(struct nt_story *s, const struct nt_scn_case *c, const struct nt_trace_event *ev)
{
    nt_story_note(s, c, (struct nt_scn_node){NT_SCN_NODE_AGENT, 0}, ev);
}

TEST(events_have_their_texts)
{
    struct small s;
    struct nt_story story;
    struct nt_result_case r = {0};
    struct nt_trace_event first = pair_event(1500 * NT_USEC, 3, NT_ICE_WAITING, NULL),
                          second = pair_event(NT_SEC, 3, NT_ICE_PAIR_FAILED, "no answer"), packet = {.kind = NT_TR_PACKET};
    small_load(&s, NETWORKS);
    nt_story_begin(&story, 10);
    note(&story, s.scn, &first);
    note(&story, s.scn, &packet); /* the ladder's */
    note(&story, s.scn, &second);
    assert_int_equal(nt_story_give(&story, &r), NT_OK);
    assert_int_equal(r.event_count, 2);
    const struct nt_result_event *a = &r.events[0], *b = &r.events[1];
    assert_int_equal(a->at_us, 1500);
    assert_int_equal(b->at_us, 1000000);
    assert_string_equal(nt_event_text(&r, a->node), "L");
    assert_string_equal(nt_event_text(&r, a->what), "waiting");
    assert_string_equal(nt_event_text(&r, a->text), "");
    assert_string_equal(nt_event_text(&r, b->text), "no answer");
    assert_string_equal(nt_event_text(&r, b->a), "10.1.0.2:50000");
    assert_string_equal(nt_event_text(&r, b->b), "203.0.113.3:40000");
    assert_int_equal(b->number, 3);
    assert_int_equal(r.event_text_count, 7); /* each once */
    assert_string_equal(nt_event_text(&r, 7), "");
    nt_result_case_free(&r);
    small_free(&s);
}

TEST(a_move_is_told_from_there_to_here)
{
    struct small s;
    struct nt_story story;
    struct nt_result_case r = {0};
    struct nt_trace_event ev = {.kind = NT_TR_MOVED, .text = "L.0, from network 'home-left' to 'cafe'"};
    assert_int_equal(nt_addr_parse(&ev.a, "10.3.0.2"), NT_OK);
    assert_int_equal(nt_addr_parse(&ev.b, "10.1.0.2"), NT_OK);
    small_load(&s, NETWORKS);
    nt_story_begin(&story, 10);
    note(&story, s.scn, &ev);
    assert_int_equal(nt_story_give(&story, &r), NT_OK);
    assert_string_equal(nt_event_text(&r, r.events[0].what), "moved");
    assert_string_equal(nt_event_text(&r, r.events[0].a), "10.1.0.2");
    assert_string_equal(nt_event_text(&r, r.events[0].b), "10.3.0.2");
    assert_string_equal(nt_event_text(&r, r.events[0].text), ev.text);
    nt_result_case_free(&r);
    small_free(&s);
}

TEST(beyond_the_limit_events_are_counted)
{
    struct small s;
    struct nt_story story;
    struct nt_result_case r = {0};
    struct nt_trace_event ev = pair_event(NT_SEC, 1, NT_ICE_WAITING, NULL);
    small_load(&s, NETWORKS);
    nt_story_begin(&story, 2);
    for (int i = 0; i < 5; i++)
        note(&story, s.scn, &ev);
    assert_int_equal(nt_story_give(&story, &r), NT_OK);
    assert_int_equal(r.event_count, 3);
    assert_string_equal(nt_event_text(&r, r.events[2].what), "3 more events are not listed");
    assert_int_equal(r.events[2].at_us, 1000000);
    nt_result_case_free(&r);
    small_free(&s);
}

static const struct nt_result_node *node_named(const struct nt_result_case *r, const char *name)
{
    for (size_t i = 0; i < r->node_count; i++)
        if (strcmp(r->nodes[i].name, name) == 0)
            return &r->nodes[i];
    fail_msg("no node %s", name);
    return NULL;
}

TEST(the_topology_is_that_of_the_scenario)
{
    struct small s;
    struct nt_result_case r = {0};
    small_load(&s, NETWORKS);
    assert_int_equal(nt_topology_describe(s.scn, &r), NT_OK);
    assert_int_equal(r.network_count, 2);
    assert_string_equal(r.networks[0].prefixes, "203.0.113.0/24, 2001:db8::/64");
    assert_string_equal(r.networks[0].text, "delay 1500 us, loss 2.5 %, MTU 1400");
    const struct nt_result_node *left = node_named(&r, "L"), *nat = node_named(&r, "nat-left"), *stun = node_named(&r, "stun");
    assert_string_equal(left->kind, "agent");
    assert_int_equal(left->interface_count, 2);
    assert_string_equal(left->interfaces[1].tap, "L.1");
    assert_string_equal(left->interfaces[1].network, "internet");
    assert_string_equal(nat->text, "mapping endpoint-independent, filtering address-dependent");
    assert_string_equal(nat->interfaces[0].tap, "nat-left.inside");
    assert_string_equal(nat->interfaces[0].addresses, "10.1.0.1");
    assert_string_equal(nat->interfaces[1].tap, "nat-left.outside");
    assert_string_equal(stun->text, "STUN");
    nt_result_case_free(&r);
    small_free(&s);
}

/* Each place of an attachment, so that its addresses lead to it. */
TEST(the_topology_has_what_attachments_move_to)
{
    struct small s;
    struct nt_result_case r = {0};
    small_load(&s, NETWORKS "  - {at: 1s, move: {at: L.1, to: home-left}}\n  - {at: 2s, move: {at: stun, to: home-left}}\n");
    assert_int_equal(nt_topology_describe(s.scn, &r), NT_OK);
    const struct nt_result_node *l = &r.nodes[0], *stun = &r.nodes[r.node_count - 1];
    assert_int_equal(l->interface_count, 3);
    assert_string_equal(l->interfaces[2].tap, "L.1");
    assert_string_equal(l->interfaces[2].network, "home-left");
    assert_string_equal(l->interfaces[2].addresses, "10.1.0.3");
    assert_int_equal(stun->interface_count, 2);
    assert_string_equal(stun->interfaces[1].addresses, "10.1.0.4");
    nt_result_case_free(&r);
    small_free(&s);
}

TEST(without_memory_there_is_no_part_of_a_topology)
{
    struct small s;
    long at = 0;
    small_load(&s, NETWORKS);
    for (;; at++) {
        struct nt_result_case r = {0};
        alloc_fail(at);
        int err = nt_topology_describe(s.scn, &r);
        bool reached = alloc_failed();
        if (reached) {
            assert_int_equal(err, NT_ENOMEM);
            assert_int_equal(r.node_count + r.network_count, 0);
        }
        nt_result_case_free(&r);
        if (!reached)
            break;
    }
    assert_true(at >= 20);
    small_free(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(events_have_their_texts),
                                       cmocka_unit_test(a_move_is_told_from_there_to_here),
                                       cmocka_unit_test(beyond_the_limit_events_are_counted),
                                       cmocka_unit_test(the_topology_is_that_of_the_scenario),
                                       cmocka_unit_test(the_topology_has_what_attachments_move_to),
                                       cmocka_unit_test(without_memory_there_is_no_part_of_a_topology)};
    return RUN_TESTS(tests);
}
