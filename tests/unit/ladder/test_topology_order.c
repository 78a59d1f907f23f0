/* The order of the columns where the topology is known. A node is written NAME:KIND:NETWORKS, of a gateway the networks inside
 * first. */

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "reports/ladder/topology_order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES 16
#define INTERFACES 4

struct topology {
    struct nt_result_node nodes[NODES];
    struct nt_result_interface interfaces[NODES][INTERFACES];
    struct nt_result_event events[2];
    struct nt_result_case k;
    char *names[NODES + 1];
    struct nt_ways w;
    char text[400];
};

static void read_node(struct topology *t, char *text)
{
    struct nt_result_node *n = &t->nodes[t->k.node_count];
    char *rest, *kind, *network;
    n->name = strtok_r(text, ":", &rest);
    kind = strtok_r(NULL, ":", &rest);
    n->kind = *kind == 'a' ? "agent" : *kind == 'g' ? "gateway" : "server";
    n->interfaces = t->interfaces[t->k.node_count];
    while ((network = strtok_r(NULL, ":", &rest)) != NULL)
        n->interfaces[n->interface_count++].network = network;
    t->names[t->k.node_count++] = n->name;
}

/* `caller`, `callee`: what their events say; NULL: no such event. */
static const char *ordered(const char *nodes, const char *caller, const char *callee)
{
    static char out[200];
    struct topology t = {.k.nodes = t.nodes, .k.events = t.events, .w.nodes = t.names};
    uint32_t column_of[NT_LADDER_COLUMNS_MAX];
    char *rest, *node;
    snprintf(t.text, sizeof t.text, "%s", nodes);
    for (node = strtok_r(t.text, " ", &rest); node != NULL; node = strtok_r(NULL, " ", &rest))
        read_node(&t, node);
    struct nt_result_reason event_texts[] = {
        {"call"}, {"offer-received"}, {(char *)(uintptr_t)caller}, {(char *)(uintptr_t)callee}};
    t.k.event_texts = event_texts;
    t.k.event_text_count = 4;
    if (caller != NULL)
        t.events[t.k.event_count++] = (struct nt_result_event){.what = 0, .node = 2};
    if (callee != NULL)
        t.events[t.k.event_count++] = (struct nt_result_event){.what = 1, .node = 3};
    t.names[t.k.node_count] = "unknown";
    t.w.node_count = t.k.node_count + 1;
    nt_topology_order(&t.w, &t.k, column_of);
    out[0] = '\0';
    for (size_t column = 0; column < t.w.node_count; column++)
        for (size_t n = 0; n < t.w.node_count; n++)
            if (column_of[n] == column)
                snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s", column > 0 ? " " : "", t.names[n]);
    return out;
}

#define TWO_SIDES "g1:g:n1:net g2:g:n2:net stun:s:net platform:s:net "

TEST(the_caller_stands_left_and_the_callee_right)
{
    assert_string_equal(ordered(TWO_SIDES "L:a:n1 R:a:n2", "L", "R"), "L g1 stun platform unknown g2 R");
    assert_string_equal(ordered(TWO_SIDES "L:a:n1 R:a:n2", "R", "L"), "R g2 stun platform unknown g1 L");
    assert_string_equal(ordered(TWO_SIDES "L:a:n1 R:a:n2", NULL, NULL), "L g1 stun platform unknown g2 R");
    assert_string_equal(ordered(TWO_SIDES "L:a:n1 R:a:n2", "R", NULL), "R g2 stun platform unknown g1 L");
}

TEST(gateways_stand_as_they_are_nested)
{
    assert_string_equal(ordered("g1:g:n1:net g2:g:n2:n1 g3:g:n3:n2 stun:s:net L:a:n3 R:a:net", "L", "R"),
                        "L g3 g2 g1 stun unknown R");
    assert_string_equal(ordered("g1:g:n1:net g2:g:n2:n1 g3:g:n3:n2 stun:s:net L:a:n3 R:a:net", "R", "L"),
                        "R stun unknown g1 g2 g3 L");
}

TEST(a_gateway_of_both_sides_stands_beside_the_callers)
{
    assert_string_equal(ordered("cgn:g:c:net h1:g:n1:c h2:g:n2:c stun:s:net L:a:n1 R:a:n2", "L", "R"),
                        "L h1 cgn stun unknown h2 R");
}

TEST(an_agent_may_have_several_networks)
{
    assert_string_equal(ordered("wifi:g:w:net lte:g:m:net g:g:n:net L:a:w:m R:a:n", "L", "R"), "L wifi lte unknown g R");
    assert_string_equal(ordered("two:g:a:b:net L:a:a R:a:b", "L", "R"), "L two unknown R");
}

TEST(others_stand_between)
{
    assert_string_equal(ordered("g1:g:n1:net g2:g:n2:net g3:g:n3:net s:s:net L:a:n1 R:a:n2 B:a:n3", "L", "R"),
                        "L g1 s unknown g3 B g2 R");
    assert_string_equal(ordered("idle:g:x:net g1:g:n1:net L:a:n1 R:a:net", "L", "R"), "L g1 idle unknown R");
}

TEST(there_may_be_no_agents)
{
    assert_string_equal(ordered("g1:g:n1:net s:s:net", NULL, NULL), "g1 s unknown");
    assert_string_equal(ordered("s:s:net L:a:net", "elsewhere", "L"), "L s unknown");
    assert_string_equal(ordered("g1:g L:a", "L", "L"), "L g1 unknown");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_caller_stands_left_and_the_callee_right),
                                       cmocka_unit_test(gateways_stand_as_they_are_nested),
                                       cmocka_unit_test(a_gateway_of_both_sides_stands_beside_the_callers),
                                       cmocka_unit_test(an_agent_may_have_several_networks),
                                       cmocka_unit_test(others_stand_between),
                                       cmocka_unit_test(there_may_be_no_agents)};
    return RUN_TESTS(tests);
}
