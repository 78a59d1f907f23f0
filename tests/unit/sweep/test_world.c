/* Random worlds: the same number gives the same bytes, all of them load, and together they have every word. */
#include "tests/unit/help.h"

#include "natsim/nat/policy/presets.h"
#include "scenarios/language/load.h"
#include "scenarios/sweep/topology.h"
#include "scenarios/sweep/tree_text.h"
#include "scenarios/sweep/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLDS 2000

/* Every world's YAML, one after the other; they are drawn once. */
static struct nt_text all;
static unsigned deepest, interfaces;

/* How many gateways lead from this network to the internet. */
static unsigned level_of(const struct nt_tree *world, const char *network)
{
    const struct nt_tree *gateways = nt_tree_get(world, "gateways");
    for (size_t i = 0; gateways != NULL && i < gateways->count; i++) {
        const struct nt_tree *inside = nt_tree_get(gateways->items[i], "inside");
        for (size_t k = 0; k < inside->count; k++)
            if (strcmp(inside->items[k]->text, network) == 0)
                return 1 + level_of(world, nt_tree_text(gateways->items[i], "outside"));
    }
    return 0;
}

static void measure(const struct nt_tree *world)
{
    const struct nt_tree *agents = nt_tree_get(world, "agents");
    for (size_t i = 0; i < agents->count; i++) {
        const struct nt_tree *on = nt_tree_get(agents->items[i], "on");
        interfaces |= 1u << on->count;
        for (size_t k = 0; k < on->count; k++) {
            unsigned level = level_of(world, on->items[k]->text);
            deepest = level > deepest ? level : deepest;
        }
    }
}

FIXTURE(draw_all)
{
    for (unsigned n = 1; n <= WORLDS; n++) {
        struct nt_arena *a = nt_arena_new();
        assert_non_null(a);
        struct nt_tree *world = nt_sweep_world(a, n);
        measure(world);
        nt_tree_write_yaml(&all, world);
        nt_arena_del(a);
    }
    return all.err;
}

FIXTURE(forget_all)
{
    nt_text_free(&all);
    return 0;
}

static struct nt_text text_of(unsigned number, void (*write)(struct nt_text *out, const struct nt_tree *root))
{
    struct nt_arena *a = nt_arena_new();
    assert_non_null(a);
    struct nt_text text = {0};
    write(&text, nt_sweep_world(a, number));
    nt_arena_del(a);
    return text;
}

TEST(the_same_number_gives_the_same_bytes)
{
    for (unsigned n = 1; n <= 50; n++) {
        struct nt_text one = text_of(n, nt_tree_write_yaml), again = text_of(n, nt_tree_write_yaml),
                       other = text_of(n + 1, nt_tree_write_yaml);
        assert_string_equal(one.p, again.p);
        assert_string_not_equal(one.p, other.p);
        nt_text_free(&one);
        nt_text_free(&again);
        nt_text_free(&other);
    }
}

static void check_loads(const struct nt_text *text)
{
    struct nt_diags diags = {0};
    struct nt_scn_file *f = nt_scn_load_text(text->p, text->len, "world", "world.yaml", &diags);
    char *what = nt_diags_format(&diags);
    if (f == NULL)
        fail_msg("%s\n%s", what, text->p);
    free(what);
    nt_diags_clear(&diags);
    nt_scn_file_del(f);
}

TEST(every_world_loads)
{
    for (unsigned n = 1; n <= WORLDS; n++) {
        struct nt_text text = text_of(n, nt_tree_write_yaml);
        check_loads(&text);
        nt_text_free(&text);
    }
}

TEST(json_loads_as_well)
{
    for (unsigned n = 1; n <= 50; n++) {
        struct nt_text text = text_of(n, nt_tree_write_json);
        assert_null(strchr(text.p, '\n'));
        check_loads(&text);
        nt_text_free(&text);
    }
}

TEST(topologies_have_all_levels_and_numbers_of_interfaces)
{
    assert_int_equal(deepest, NT_SWEEP_LEVELS);
    assert_int_equal(interfaces, 0x7e); /* 1 to 6 */
    assert_non_null(strstr(all.p, "on: [net1], stun: [stun"));
    assert_non_null(strstr(all.p, "inside: [net1, net1b]"));
    assert_non_null(strstr(all.p, "ipv4: 192.168.1.0/24"));
    assert_non_null(strstr(all.p, "ipv6: \"2001:db8:0::/64\""));
}

TEST(every_preset_is_drawn)
{
    size_t count;
    const struct nt_nat_preset *presets = nt_nat_presets(&count);
    for (size_t i = 0; i < count; i++) {
        char wanted[80];
        snprintf(wanted, sizeof wanted, "nat: %s}", presets[i].name);
        if (strstr(all.p, wanted) == NULL)
            fail_msg("no gateway has %s", wanted);
    }
}

/* Parts of worlds: `words` ends with NULL. */
static void check_drawn(const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++)
        if (strstr(all.p, words[i]) == NULL)
            fail_msg("no world has %s", words[i]);
}

TEST(every_word_of_a_policy_is_drawn)
{
    static const char *const words[] = {"{mapping: endpoint-independent, filtering: address-dependent",
                                        "{mapping: endpoint-independent, filtering: address-and-port-dependent",
                                        "{mapping: address-dependent, filtering: endpoint-independent",
                                        "{mapping: address-dependent, filtering: address-and-port-dependent",
                                        "{mapping: address-and-port-dependent, filtering: endpoint-independent",
                                        "{mapping: address-and-port-dependent, filtering: address-dependent",
                                        "replies: table",
                                        "replies: pinned",
                                        "hairpin: none",
                                        "hairpin: internal-source",
                                        "hairpin: external-source",
                                        "filter-scope: flow",
                                        "filter-scope: endpoint",
                                        "filter-scope: mapping",
                                        "poison: 30s",
                                        "unsolicited: reject",
                                        "unsolicited: drop",
                                        "ports: random",
                                        "ports: sequential",
                                        "ports: preserve",
                                        "ports: overload",
                                        "reuse: latest-by-source-if-tuple-unique",
                                        "reuse: by-source",
                                        "reuse: never",
                                        "conflict: pick-new",
                                        "conflict: lowest",
                                        "conflict: random",
                                        "conflict: overload",
                                        "conflict: fail",
                                        "low-ports: in-range",
                                        "low-ports: same-class",
                                        "low-ports: linux",
                                        "block: 256",
                                        "parity: true",
                                        "contiguity: true",
                                        "addresses: 3",
                                        "pooling: arbitrary",
                                        "pooling: paired",
                                        "lifetimes: {",
                                        "lifetime: 2s",
                                        "lifetime-by-port: {",
                                        "hold-down: 65s",
                                        "refresh: [inbound]",
                                        "refresh: [inbound, outbound]",
                                        "fragments: in-order",
                                        "fragments: drop",
                                        "fragments: reassemble",
                                        "ipv6: firewall",
                                        "ipv6: open",
                                        "ipv6: none",
                                        "icmp: drop,",
                                        "icmp: drop-too-big",
                                        "answers: [none]",
                                        "limit-host",
                                        "echo-outside",
                                        "icmp-rate: {",
                                        "icmp-kills-mapping: true",
                                        "icmp-lifetime: 5s",
                                        "range: 4000..4003",
                                        "max-mappings: 1",
                                        "max-per-host: 1",
                                        "when-full: steal",
                                        "when-full: refuse",
                                        "filter-lifetime: 1s",
                                        "deny: [udp]",
                                        "nat: none",
                                        "preset: none",
                                        "nat: blocked-udp",
                                        "nat: blocked}",
                                        NULL};
    check_drawn(words);
}

TEST(every_option_of_agents_servers_and_lines_is_drawn)
{
    static const char *const words[] = {"role: controlling",  "role: controlled",     "tie-breaker: 5",      "tie-breaker: 1",
                                        "max-pairs: 1",       "max-pairs: 20",        "trickle: half",       "trickle: full",
                                        "ta: 20ms",           "nomination-wait: 1ms", "rto: formula",        "keepalive: 18s",
                                        "ice2: false",        "icmp-errors: true",    "consent: off",        "policy: relay",
                                        "prefer: ipv4",       "behaviour: true",      "auth: [md5]",         "auth: [sha256]",
                                        "lifetime: 40s",      "nonce-lifetime: 2s",   "ports: 50000..50100", "quota: 1",
                                        "deny: [10.0.0.0/8]", "stun-inside: {",       "realm: example.org",  "jitter: 100ms",
                                        "reorder: 30%",       "duplicate: 20%",       "loss: 20%",           NULL};
    check_drawn(words);
}

TEST(every_kind_of_step_is_drawn)
{
    static const char *const words[] = {"call: {",
                                        "send: {",
                                        "signalling: {from: L, message: any, delay: ",
                                        "drop: true",
                                        "duplicate: true",
                                        "drop: {where",
                                        "delay: {where",
                                        "duplicate: {where",
                                        "corrupt: {where",
                                        "udp[8:2] = 0x0008",
                                        "udp[8:2] = 0x0108",
                                        "udp[8:2] = 0x0009",
                                        "udp[8:2] = 0x0109",
                                        "do: stop",
                                        "do: start",
                                        "do: reset",
                                        "do: refuse",
                                        "do: slow",
                                        "code: none",
                                        "method: channel-bind",
                                        "do: reboot",
                                        "do: flush",
                                        "do: renumber",
                                        "set: down",
                                        "set: up",
                                        "partition: {",
                                        NULL};
    check_drawn(words);
}

TEST(every_change_in_the_life_of_a_session_is_drawn)
{
    static const char *const words[] = {"restart: {agent: L}",
                                        "restart: {agent: R}",
                                        "reject: true",
                                        "reoffer: {from: ",
                                        "renominate: {agent: L, remote: relay}",
                                        "hangup: {agent: ",
                                        "move: {at: L.0, to: ",
                                        "move: {at: R.1, to: ",
                                        "outage: 12s",
                                        "do: revoke, user: alice",
                                        "recover: none",
                                        "recover: failover",
                                        "recover: restart",
                                        "gather: continual",
                                        "renomination: on",
                                        "data: {during: call, interval: 100ms, ",
                                        "until: ",
                                        "tags: [changes]",
                                        NULL};
    check_drawn(words);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_number_gives_the_same_bytes),
        cmocka_unit_test(every_world_loads),
        cmocka_unit_test(json_loads_as_well),
        cmocka_unit_test(topologies_have_all_levels_and_numbers_of_interfaces),
        cmocka_unit_test(every_preset_is_drawn),
        cmocka_unit_test(every_word_of_a_policy_is_drawn),
        cmocka_unit_test(every_option_of_agents_servers_and_lines_is_drawn),
        cmocka_unit_test(every_kind_of_step_is_drawn),
        cmocka_unit_test(every_change_in_the_life_of_a_session_is_drawn),
    };
    return RUN_TESTS_WITHIN(tests, draw_all, forget_all);
}
