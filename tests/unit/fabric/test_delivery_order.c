/* Orders of deliveries chosen from outside. */
#include "natsim/fabric/fabric.h"

#include <string.h>

#include "tests/unit/help.h"

#define NODES 3

/* Three nodes on one network; what arrives where, in order. */
struct arrival {
    uint32_t node;
    nt_time at;
    char what;
};

struct lab {
    struct nt_fabric *f;
    struct arrival seen[16];
    size_t count;
    uint32_t asked[16]; /* options of each choice */
    size_t choices;
    const uint32_t *answers;
};

struct node {
    struct lab *lab;
    uint32_t number;
};

static void recv(void *self, uint32_t port, struct nt_packet *p, nt_time now)
{
    struct node *n = self;
    (void)port;
    n->lab->seen[n->lab->count++] = (struct arrival){n->number, now, (char)p->data[p->payload]};
    nt_fabric_consumed(n->lab->f, p);
}

static void nothing(void *self)
{
    (void)self;
}

static uint32_t choose(void *user, uint32_t options)
{
    struct lab *l = user;
    l->asked[l->choices] = options;
    return l->answers[l->choices++];
}

static struct nt_addr address(uint32_t node)
{
    return nt_addr_v4(0x0a000002 + node, 0);
}

static void build(struct lab *l, struct node *nodes)
{
    static const struct nt_node_ops ops = {.recv = recv, .del = nothing};
    struct nt_fabric_config config = {.seed = 1};
    struct nt_network_config lan = {.name = "lan", .delay = 10 * NT_MSEC};
    l->f = nt_fabric_new(&config);
    assert_non_null(l->f);
    uint32_t network = nt_fabric_add_network(l->f, &lan);
    assert_int_equal(network, 0);
    for (uint32_t i = 0; i < NODES; i++) {
        struct nt_addr a = address(i);
        nodes[i] = (struct node){l, i};
        assert_int_equal(nt_fabric_add_node(l->f, "n", &ops, &nodes[i]), i);
        assert_int_equal(nt_fabric_attach(l->f, i, network, "tap"), 0);
        assert_int_equal(nt_fabric_add_address(l->f, i, 0, &a), 0);
    }
}

static void send(struct lab *l, uint32_t from, uint32_t to, char what, nt_time now)
{
    struct nt_packet *p = nt_fabric_packet(l->f, 0);
    assert_non_null(p);
    struct nt_addr src = address(from), dst = address(to);
    src.port = dst.port = 5000;
    assert_int_equal(nt_packet_udp(p, &src, &dst, (const uint8_t *)&what, 1, 64, 0, false, 0), 0);
    dst.port = 0;
    nt_fabric_send(l->f, from, 0, &dst, p, now);
}

/* a to 1 at 10 ms, b to 2 at 12 ms, c to 1 at 12 ms, d to 0 at 30 ms */
static void later(void *user, nt_time now)
{
    struct lab *l = user;
    if (now == 2 * NT_MSEC) {
        send(l, 0, 2, 'b', now);
        send(l, 2, 1, 'c', now);
    } else {
        send(l, now == 0 ? 0 : 1, now == 0 ? 1 : 0, now == 0 ? 'a' : 'd', now);
    }
}

static void play(struct lab *l, nt_time window, const uint32_t *answers, const char *expected)
{
    struct node nodes[NODES];
    char order[16] = "";
    *l = (struct lab){.answers = answers};
    build(l, nodes);
    if (answers != NULL)
        nt_fabric_choose(l->f, window, choose, l);
    nt_fabric_at(l->f, 0, later, l);
    nt_fabric_at(l->f, 2 * NT_MSEC, later, l);
    nt_fabric_at(l->f, 20 * NT_MSEC, later, l);
    assert_int_equal(nt_fabric_run(l->f, NT_SEC), NT_FABRIC_IDLE);
    for (size_t i = 0; i < l->count; i++)
        order[i] = l->seen[i].what;
    assert_string_equal(order, expected);
    nt_fabric_del(l->f);
}

TEST(test_the_order_of_time_without_a_choice)
{
    struct lab l;
    play(&l, 0, NULL, "abcd");
    assert_int_equal(l.seen[1].at, 12 * NT_MSEC);
}

TEST(test_a_later_delivery_at_another_node_comes_first_and_now)
{
    struct lab l;
    static const uint32_t answers[] = {1, 0, 0, 0};
    play(&l, 5 * NT_MSEC, answers, "bacd");
    assert_int_equal(l.seen[0].at, 10 * NT_MSEC);
    assert_int_equal(l.seen[1].at, 10 * NT_MSEC);
    assert_int_equal(l.asked[0], 2);
    assert_int_equal(l.choices, 1); /* a and c are at one node, d is alone */
}

TEST(test_packets_to_one_node_keep_their_order)
{
    struct lab l;
    static const uint32_t answers[] = {0, 1, 0, 0};
    play(&l, 5 * NT_MSEC, answers, "acbd");
    assert_int_equal(l.choices, 2);
}

TEST(test_nothing_beyond_the_window_takes_part)
{
    struct lab l;
    static const uint32_t answers[] = {1, 1, 1, 1};
    play(&l, NT_MSEC, answers, "acbd"); /* b and c alone are within a millisecond of each other */
    assert_int_equal(l.choices, 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_order_of_time_without_a_choice),
        cmocka_unit_test(test_a_later_delivery_at_another_node_comes_first_and_now),
        cmocka_unit_test(test_packets_to_one_node_keep_their_order),
        cmocka_unit_test(test_nothing_beyond_the_window_takes_part),
    };
    return RUN_TESTS(tests);
}
