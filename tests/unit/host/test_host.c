/* Hosts:  A 10.0.0.2 --- net, 20 ms --- B 10.0.0.3 */
#include "natsim/packet/icmp.h"
#include "natsim/packet/packet.h"
#include "tests/unit/host/world.h"

static struct world w;
static struct peer a, b;
static uint32_t net;

FIXTURE(setup)
{
    world_new(&w, 1);
    net = network(&w, "net", (struct nt_network_config){.delay = 20 * NT_MSEC});
    peer_new(&a, &w, net, "A", "10.0.0.2", "10.0.0.2:5000");
    peer_new(&b, &w, net, "B", "10.0.0.3", "10.0.0.3:6000");
    return 0;
}

FIXTURE(teardown)
{
    nt_fabric_del(w.f);
    return 0;
}

static void kick(struct peer *p)
{
    nt_host_kick(p->host, nt_fabric_now(w.f));
}

static void run_all(void)
{
    assert_int_equal(nt_fabric_run(w.f, 3600 * NT_SEC), NT_FABRIC_IDLE);
}

TEST(test_binding)
{
    static const struct {
        const char *local;
        enum nt_request_kind kind;
        uint8_t transport;
        enum nt_input answer;
        uint16_t port;
    } rows[] = {
        {"10.0.0.2:0", NT_REQ_BIND, NT_UDP, NT_IN_CONNECTED, 50000},
        {"10.0.0.2:0", NT_REQ_BIND, NT_UDP, NT_IN_CONNECTED, 50001},
        {"10.0.0.2:5000", NT_REQ_BIND, NT_UDP, NT_IN_CLOSED, 5000}, /* in use */
        {"0.0.0.0:5000", NT_REQ_BIND, NT_UDP, NT_IN_CLOSED, 5000},  /* an address has it */
        {"10.0.0.9:5001", NT_REQ_BIND, NT_UDP, NT_IN_CLOSED, 5001}, /* not ours */
        {"0.0.0.0:53", NT_REQ_BIND, NT_UDP, NT_IN_CONNECTED, 53},
        {"10.0.0.2:53", NT_REQ_BIND, NT_UDP, NT_IN_CLOSED, 53}, /* the wildcard has it */
        {"10.0.0.2:80", NT_REQ_CONNECT, NT_TCP, NT_IN_CLOSED, 80},
    };
    assert_int_equal(a.in[0].kind, NT_IN_CONNECTED);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        a.request_count = a.request_next = 0;
        ask(&a, rows[i].kind, rows[i].transport, rows[i].local, (uint32_t)i + 7);
        kick(&a);
        assert_int_equal(last(&a)->kind, rows[i].answer);
        assert_int_equal(last(&a)->path.id, i + 7);
        assert_int_equal(last(&a)->path.local.port, rows[i].port);
    }
    a.request_count = a.request_next = 0;
    ask(&a, NT_REQ_CLOSE, NT_UDP, "10.0.0.2:5000", 0);
    ask(&a, NT_REQ_BIND, NT_UDP, "10.0.0.2:5000", 99);
    kick(&a);
    assert_int_equal(last(&a)->kind, NT_IN_CONNECTED);
    assert_int_equal(last(&a)->path.id, 99);
}

TEST(test_wildcard_without_a_family)
{
    b.request_count = b.request_next = 0;
    b.requests[b.request_count++] = (struct nt_request){.kind = NT_REQ_BIND, .path = {.transport = NT_UDP, .local = {.port = 777}}};
    kick(&b);
    say(&a, "10.0.0.2:5000", "10.0.0.3:777", 9, false);
    kick(&a);
    run_all();
    assert_int_equal(last(&b)->kind, NT_IN_DATAGRAM);
    assert_int_equal(last(&b)->path.local.ip[3], 3);
    /* An answer from the wildcard has the interface's address. */
    b.out[0].path = (struct nt_path){.transport = NT_UDP, .local = {.port = 777}, .remote = addr("10.0.0.2:5000")};
    b.out[0].len = 5;
    b.out_count = 1;
    kick(&b);
    run_all();
    struct nt_addr from = addr("10.0.0.3:777");
    assert_true(nt_addr_equal(&last(&a)->path.remote, &from));
}

TEST(test_datagram)
{
    say(&a, "10.0.0.2:5000", "10.0.0.3:6000", 100, true);
    a.out[0].path.ttl = 9;
    a.out[0].path.tos = 0xb8;
    kick(&a);
    run_all();
    const struct got *g = datagram(&b, 0);
    struct nt_addr from = addr("10.0.0.2:5000"), to = addr("10.0.0.3:6000");
    assert_int_equal(g->at, 20 * NT_MSEC);
    assert_int_equal(g->len, 100);
    assert_true(nt_addr_equal(&g->path.remote, &from) && nt_addr_equal(&g->path.local, &to));
    assert_int_equal(g->path.ttl, 9);
    assert_int_equal(g->path.tos, 0xb8);
    assert_int_equal(g->path.df, 1);
    assert_int_equal(w.logged, 2);
    assert_int_equal(w.log[0].n[1], 2);
    assert_int_equal(w.log[0].node, nt_host_node(a.host));
    assert_int_equal(w.log[1].n[1], 1);
    assert_int_equal(w.log[1].node, nt_host_node(b.host));
    assert_int_equal(w.log[1].len, 128);
}

TEST(test_empty_datagram)
{
    say(&a, "10.0.0.2:5000", "10.0.0.3:6000", NT_OUTPUT_EMPTY, false);
    say(&a, "10.0.0.2:5000", "10.0.0.3:6000", 5, false);
    kick(&a);
    run_all();
    assert_int_equal(datagrams(&b), 2);
    assert_int_equal(b.in[b.in_count - 2].len, 0);
    assert_int_equal(b.in[b.in_count - 2].kind, NT_IN_DATAGRAM);
    assert_int_equal(last(&b)->len, 5);
}

TEST(test_closed_port)
{
    for (int i = 0; i < 3; i++)
        say(&a, "10.0.0.2:5000", "10.0.0.3:9", 10, false);
    kick(&a);
    run_all();
    /* One ICMP error in 10 ms, about the first. */
    assert_int_equal(drops(&w, NT_DROP_NO_SOCKET), 1);
    assert_int_equal(drops(&w, NT_DROP_NO_SOCKET | NT_DROP_QUIET), 2);
    assert_int_equal(a.in_count, 2);
    const struct got *g = last(&a);
    struct nt_addr to = addr("10.0.0.3:9");
    assert_int_equal(g->kind, NT_IN_ICMP);
    assert_int_equal(g->first[0], 3);
    assert_int_equal(g->first[1], 3);
    assert_true(nt_addr_equal(&g->path.remote, &to));
    assert_int_equal(g->path.local.port, 5000);
    /* The fate follows the packet's own event, before the error leaves. */
    size_t i = 3;
    assert_int_equal(w.log[i].n[1], 1);
    assert_int_equal(w.log[i + 1].kind, NT_TR_DROP);
    assert_int_equal(w.log[i + 1].n[0], w.log[i].n[0]);
    assert_int_equal(w.log[i + 2].kind, NT_TR_PACKET);
    assert_int_equal(w.log[i + 2].n[1], 2);
}

TEST(test_failures_before_leaving)
{
    static const struct {
        const char *from, *to;
        size_t len;
        bool df;
        enum nt_drop reason;
    } rows[] = {
        {"10.0.0.2:5000", "192.0.2.1:9", 10, false, NT_DROP_NO_ROUTE},
        {"10.0.0.2:5000", "10.0.0.3:9", 3000, true, NT_DROP_MTU},
        {"10.0.0.2:5001", "10.0.0.3:9", 10, false, NT_DROP_NO_SOCKET},
    };
    nt_routes_free(nt_host_routes(a.host));
    struct nt_route r = {.prefix = {.addr = addr("10.0.0.0"), .bits = 24}};
    assert_int_equal(nt_routes_add(nt_host_routes(a.host), &r), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        w.logged = 0;
        say(&a, rows[i].from, rows[i].to, rows[i].len, rows[i].df);
        kick(&a);
        assert_int_equal(w.logged, 2);
        assert_int_equal(w.log[0].kind, NT_TR_PACKET);
        assert_int_equal(w.log[0].n[1], 2);
        assert_int_equal(w.log[1].kind, NT_TR_DROP);
        assert_int_equal(w.log[1].n[1], rows[i].reason);
        assert_int_equal(last(&a)->kind, NT_IN_SEND_FAILED);
        struct nt_addr to = addr(rows[i].to);
        assert_true(nt_addr_equal(&last(&a)->path.remote, &to));
    }
}

TEST(test_loop)
{
    a.request_count = a.request_next = 0;
    ask(&a, NT_REQ_BIND, NT_UDP, "10.0.0.2:5001", 2);
    kick(&a);
    say(&a, "10.0.0.2:5000", "10.0.0.2:5001", 10, false);
    kick(&a);
    assert_int_equal(datagrams(&a), 0);
    run_all();
    assert_int_equal(datagrams(&a), 1);
    assert_int_equal(datagram(&a, 0)->at, 0);
    assert_int_equal(w.logged, 2);
    assert_int_equal(w.log[0].n[0], w.log[1].n[0]);
    assert_int_equal(w.log[0].n[1] * 10 + w.log[1].n[1], 21);
}

TEST(test_fragments)
{
    say(&a, "10.0.0.2:5000", "10.0.0.3:6000", 5000, false);
    say(&a, "10.0.0.2:5000", "10.0.0.3:6000", NT_DATAGRAM_MAX, false);
    kick(&a);
    run_all();
    assert_int_equal(datagrams(&b), 2);
    assert_int_equal(datagram(&b, 0)->len, 5000);
    assert_int_equal(datagram(&b, 1)->len, NT_DATAGRAM_MAX);
    /* 1480 bytes of data in each: 5008 / 1480 -> 4, 65515 / 1480 -> 45. */
    assert_int_equal(count(&w, NT_TR_PACKET, 2), 49);
    assert_int_equal(count(&w, NT_TR_PACKET, 1), 49);
    assert_int_equal(drops(&w, NT_DROP_FRAGMENT), 0);
}

TEST(test_reassembly_gives_up)
{
    static const uint32_t second[] = {1};
    struct nt_fault drop = {.kind = NT_FAULT_DROP,
                            .node = nt_host_node(b.host),
                            .on_arrival = true,
                            .nth = second,
                            .nth_count = 1,
                            .until = NT_TIME_NEVER};
    assert_int_equal(nt_fabric_add_fault(w.f, &drop), 0);
    say(&a, "10.0.0.2:5000", "10.0.0.3:6000", 5000, false);
    kick(&a);
    run_all();
    assert_int_equal(datagrams(&b), 0);
    assert_int_equal(drops(&w, NT_DROP_STEP), 1);
    assert_int_equal(drops(&w, NT_DROP_INCOMPLETE), 3); /* those that came */
    assert_int_equal(nt_fabric_now(w.f), 30 * NT_SEC + 20 * NT_MSEC);
    assert_int_equal(w.log[w.logged - 1].n[0], -1); /* no packet's event is before it: */
    assert_int_equal(w.log[w.logged - 1].n[2], 8);  /* it names one */
}

/* Loses the `nth` packet that arrives at B. */
static void lose(const uint32_t *nth)
{
    struct nt_fault drop = {.kind = NT_FAULT_DROP,
                            .node = nt_host_node(b.host),
                            .on_arrival = true,
                            .nth = nth,
                            .nth_count = 1,
                            .until = NT_TIME_NEVER};
    assert_int_equal(nt_fabric_add_fault(w.f, &drop), 0);
}

/* RFC 1122, 3.3.2: the sender is told, if the first fragment was there. */
TEST(the_sender_is_told_that_fragments_are_missing)
{
    static const uint32_t second[] = {2}, first[] = {1};
    lose(second);
    say(&a, "10.0.0.2:5000", "10.0.0.3:6000", 5000, false);
    kick(&a);
    run_all();
    assert_int_equal(last(&a)->kind, NT_IN_ICMP);
    assert_int_equal(last(&a)->first[0], NT_ICMP4_TIME_EXCEEDED);
    assert_int_equal(last(&a)->first[1], NT_ICMP_REASSEMBLY_TIME);
    assert_int_equal(last(&a)->at, 30 * NT_SEC + 40 * NT_MSEC);
    size_t told = a.in_count;
    lose(first);
    say(&a, "10.0.0.2:5000", "10.0.0.3:6000", 5000, false);
    kick(&a);
    run_all();
    assert_int_equal(drops(&w, NT_DROP_INCOMPLETE), 6);
    assert_int_equal(a.in_count, told);
}

TEST(test_stop_and_down)
{
    uint32_t node = nt_host_node(b.host);
    b.deadline = NT_SEC;
    assert_int_equal(nt_fabric_control(w.f, node, NT_CTL_STOP, 0, 0), 0);
    say(&a, "10.0.0.2:5000", "10.0.0.3:6000", 10, false);
    kick(&a);
    assert_int_equal(nt_fabric_run(w.f, 2 * NT_SEC), NT_FABRIC_IDLE);
    assert_int_equal(drops(&w, NT_DROP_STOPPED), 1);
    assert_int_equal(b.deadline, NT_SEC); /* frozen */
    assert_int_equal(nt_fabric_control(w.f, node, NT_CTL_START, 0, 2 * NT_SEC), 0);
    run_all();
    assert_true(b.deadline == NT_TIME_NEVER);
    size_t told = b.in_count;
    nt_fabric_set_port(w.f, node, 0, false, 2 * NT_SEC); /* it has not asked to be told */
    nt_host_announce(b.host, 0, 2 * NT_SEC);
    assert_int_equal(b.in_count, told);
    nt_fabric_set_port(w.f, node, 0, true, 2 * NT_SEC);
    assert_int_equal(last(&b)->kind, NT_IN_IF_UP);
    nt_fabric_set_port(w.f, node, 0, false, 2 * NT_SEC);
    assert_int_equal(last(&b)->kind, NT_IN_IF_DOWN);
    say(&a, "10.0.0.2:5000", "10.0.0.3:6000", 10, false);
    say(&b, "10.0.0.3:6000", "10.0.0.2:5000", 10, false);
    kick(&a);
    kick(&b);
    run_all();
    assert_int_equal(drops(&w, NT_DROP_DOWN), 1);
    assert_int_equal(drops(&w, NT_DROP_DOWN_THERE), 1);
    assert_int_equal(last(&b)->kind, NT_IN_SEND_FAILED);
    nt_fabric_set_port(w.f, node, 0, true, 2 * NT_SEC);
    assert_int_equal(last(&b)->kind, NT_IN_IF_UP);
    nt_host_announce(b.host, 0, 2 * NT_SEC);
    assert_int_equal(last(&b)->kind, NT_IN_IF_UP);
    say(&a, "10.0.0.2:5000", "10.0.0.3:6000", 10, false);
    kick(&a);
    run_all();
    assert_int_equal(datagrams(&b), 1);
    assert_int_equal(nt_fabric_control(w.f, node, NT_CTL_REBOOT, 0, 0), NT_EUNSUPPORTED);
}

TEST(test_a_move)
{
    uint32_t there = network(&w, "there", (struct nt_network_config){.delay = NT_MSEC});
    struct nt_addr own = addr("10.0.0.2"), cell = addr("10.3.0.2");
    const struct nt_route route = {.prefix = {.addr = addr("10.3.0.0"), .bits = 24}};
    struct peer c;
    peer_new(&c, &w, there, "C", "10.3.0.9", "10.3.0.9:6000");
    nt_host_announce(a.host, 0, 0);
    nt_host_leave(a.host, 0, NT_SEC);
    assert_int_equal(last(&a)->kind, NT_IN_IF_DOWN);
    assert_true(nt_addr_same_ip(&last(&a)->path.local, &own));
    size_t told = a.in_count;
    say(&a, "10.0.0.2:5000", "10.0.0.3:6000", 10, false);
    say(&b, "10.0.0.3:6000", "10.0.0.2:5000", 10, false);
    kick(&a);
    kick(&b);
    run_all();
    assert_int_equal(last(&a)->kind, NT_IN_SEND_FAILED);
    assert_int_equal(a.in_count, told + 1);
    assert_int_equal(w.unsent, 1); /* nobody has the address */
    assert_int_equal(drops(&w, NT_DROP_NO_HOST), 1);
    assert_int_equal(nt_routes_add(nt_host_routes(a.host), &route), NT_OK);
    assert_int_equal(nt_host_join(a.host, 0, there, &cell, 1, nt_fabric_now(w.f)), NT_OK);
    assert_int_equal(count(&w, NT_TR_MOVED, 0), 1);
    assert_true(nt_addr_same_ip(&w.log[w.logged - 1].a, &cell));
    assert_true(nt_addr_same_ip(&w.log[w.logged - 1].b, &own));
    assert_int_equal(last(&a)->kind, NT_IN_IF_UP);
    assert_true(nt_addr_same_ip(&last(&a)->path.local, &cell));
    a.request_count = a.request_next = 0;
    ask(&a, NT_REQ_BIND, NT_UDP, "10.0.0.2:5001", 1);
    ask(&a, NT_REQ_BIND, NT_UDP, "10.3.0.2:5000", 2);
    kick(&a);
    assert_int_equal(last(&a)->kind, NT_IN_CONNECTED);
    assert_int_equal(a.in[a.in_count - 2].kind, NT_IN_CLOSED);
    say(&a, "10.3.0.2:5000", "10.3.0.9:6000", 10, false);
    say(&c, "10.3.0.9:6000", "10.3.0.2:5000", 10, false);
    kick(&a);
    kick(&c);
    run_all();
    assert_int_equal(datagrams(&c), 1);
    assert_int_equal(datagrams(&a), 1);
    assert_true(nt_fabric_has_neighbor(w.f, nt_host_node(c.host), 0, &cell));
}

/* Nothing is told twice, and a link that is down stays so. */
TEST(test_a_move_of_a_link_that_is_down)
{
    uint32_t there = network(&w, "there", (struct nt_network_config){.delay = NT_MSEC});
    struct nt_addr cell = addr("10.3.0.2");
    nt_host_announce(a.host, 0, 0);
    nt_fabric_set_port(w.f, nt_host_node(a.host), 0, false, 0);
    size_t told = a.in_count;
    nt_host_leave(a.host, 0, NT_SEC);
    nt_host_leave(a.host, 0, NT_SEC);
    assert_int_equal(nt_host_join(a.host, 0, there, &cell, 1, NT_SEC), NT_OK);
    assert_int_equal(a.in_count, told);
    nt_fabric_set_port(w.f, nt_host_node(a.host), 0, true, NT_SEC);
    assert_int_equal(last(&a)->kind, NT_IN_IF_UP);
    assert_true(nt_addr_same_ip(&last(&a)->path.local, &cell));
}

TEST(test_a_move_to_an_address_that_is_taken)
{
    struct nt_addr theirs[2] = {addr("10.0.0.7"), addr("10.0.0.3")};
    nt_host_announce(a.host, 0, 0);
    nt_host_leave(a.host, 0, NT_SEC);
    assert_int_equal(nt_host_join(a.host, 0, net, theirs, 2, NT_SEC), NT_EEXIST);
    assert_int_equal(last(&a)->kind, NT_IN_IF_DOWN);
    assert_int_equal(count(&w, NT_TR_MOVED, 0), 0);
    assert_false(nt_fabric_has_neighbor(w.f, nt_host_node(b.host), 0, &theirs[0]));
    assert_true(nt_fabric_has_neighbor(w.f, nt_host_node(b.host), 0, &theirs[1]));
    nt_host_leave(b.host, 0, NT_SEC); /* it is free now */
    assert_int_equal(nt_host_join(a.host, 0, net, theirs, 2, NT_SEC), NT_OK);
    assert_int_equal(last(&a)->kind, NT_IN_IF_UP);
}

TEST(test_livelocks)
{
    a.stuck = true;
    a.deadline = NT_SEC;
    kick(&a);
    assert_int_equal(nt_fabric_run(w.f, NT_TIME_NEVER), NT_FABRIC_LIVELOCK);
    assert_int_equal(nt_fabric_now(w.f), NT_SEC);
}

/* It fails before a packet is made, at once and for ever: the run must end. */
TEST(test_endless_output)
{
    a.endless = true;
    a.deaf = true;
    say(&a, "10.0.0.2:5000", "10.0.0.3:6000", 10, false);
    a.out[0].path.transport = NT_TLS;
    kick(&a);
    assert_int_equal(nt_fabric_run(w.f, NT_TIME_NEVER), NT_FABRIC_LIVELOCK);
    assert_int_equal(w.log[0].kind, NT_TR_UNSENT);
    assert_string_equal(w.log[0].text, "the connection has ended, or there is none");
}

TEST(test_inject)
{
    struct nt_addr src = addr("192.0.2.1:1"), dst = addr("10.0.0.3:6000");
    assert_int_equal(nt_host_inject(a.host, &src, &dst, (const uint8_t *)"forged", 6, 0), 0);
    run_all();
    assert_int_equal(w.log[0].n[2], NT_MARK_INJECTED);
    assert_int_equal(w.log[1].n[2], NT_MARK_INJECTED);
    assert_true(nt_addr_equal(&datagram(&b, 0)->path.remote, &src));
}

/* RFC 1122, 3.2.1.3: "A host MUST silently discard an incoming datagram containing an IP source address that is invalid"; 3.2.2: no
 * error about what comes from Class E. */
TEST(test_martians)
{
    static const char *const from[] = {"127.0.0.1:1", "224.0.0.1:1", "0.0.0.0:1", "255.255.255.255:1", "240.0.0.1:1"};
    struct nt_addr open = addr("10.0.0.3:6000"), closed = addr("10.0.0.3:9");
    for (size_t i = 0; i < 5; i++) {
        struct nt_addr src = addr(from[i]);
        assert_int_equal(nt_host_inject(a.host, &src, i < 4 ? &open : &closed, (const uint8_t *)"forged", 6, 0), 0);
    }
    run_all();
    assert_int_equal(drops(&w, NT_DROP_MARTIAN), 4);
    assert_int_equal(drops(&w, NT_DROP_NO_SOCKET | NT_DROP_QUIET), 1);
    assert_int_equal(datagrams(&b), 0);
}

TEST(a_packet_is_injected_as_it_is)
{
    /* an echo request from 192.0.2.1 to 10.0.0.3, a source route option that was used up, a wrong ICMP checksum */
    uint8_t echo[32] = {0x46, 0, 0, 32, 0, 0, 0, 0, 64, 1, 0, 0, 192, 0, 2, 1, 10, 0, 0, 3, 0x83, 3, 4, 0, 8, 0, 0xff, 0xff, 0, 7};
    struct nt_packet p = {.data = echo, .len = sizeof echo};
    assert_int_equal(nt_packet_parse(&p), 0);
    nt_packet_fix_checksums(&p);
    echo[26] ^= 1;
    assert_int_equal(nt_host_inject_packet(a.host, echo, sizeof echo, 0), 0);
    run_all();
    assert_int_equal(w.log[0].n[2], NT_MARK_INJECTED);
    assert_int_equal(w.log[2].kind, NT_TR_DROP);
    assert_int_equal(w.log[2].n[1], NT_DROP_CHECKSUM);
    assert_int_equal(nt_host_inject_packet(a.host, echo, 12, 0), NT_ESHORT);
}

/* A node that is no host, for bytes of our own. */
struct raw {
    uint8_t last[2000];
    size_t len;
    struct nt_fabric *f;
};

static void raw_recv(void *self, uint32_t port, struct nt_packet *p, nt_time now)
{
    struct raw *r = self;
    (void)port, (void)now;
    memcpy(r->last, p->data, p->len);
    r->len = p->len;
    nt_fabric_consumed(r->f, p);
}

TEST(test_echo)
{
    static const struct nt_node_ops ops = {.recv = raw_recv};
    static const uint8_t echo[] = {8, 0, 0, 0, 0x12, 0x34, 0, 1, 'a', 'b'};
    struct raw r = {.f = w.f};
    uint32_t node = nt_fabric_add_node(w.f, "raw", &ops, &r);
    struct nt_addr ip = addr("10.0.0.9"), to = addr("10.0.0.3");
    assert_int_equal(nt_fabric_attach(w.f, node, net, "raw.0"), 0);
    assert_int_equal(nt_fabric_add_address(w.f, node, 0, &ip), 0);
    for (int bad = 0; bad < 2; bad++) {
        struct nt_packet *p = nt_fabric_packet(w.f, 0);
        assert_non_null(p);
        p->len = (uint32_t)(nt_packet_ip_header(p, &ip, &to, NT_PROTO_ICMP, sizeof echo, 64, 0, false, 1) + sizeof echo);
        memcpy(p->data + 20, echo, sizeof echo);
        assert_int_equal(nt_packet_parse(p), 0);
        nt_packet_fix_checksums(p);
        p->data[29] = (uint8_t)(p->data[29] + bad);
        r.len = 0;
        nt_fabric_send(w.f, node, 0, &to, p, nt_fabric_now(w.f));
        run_all();
        assert_int_equal(r.len, bad ? 0 : 30);
        assert_int_equal(drops(&w, NT_DROP_CHECKSUM), bad);
    }
    struct nt_packet reply = {.data = r.last, .len = 30};
    assert_int_equal(nt_packet_parse(&reply), 0);
    assert_true(nt_packet_checksums_good(&reply));
    assert_int_equal(r.last[20], 0);
    assert_memory_equal(r.last + 24, echo + 4, 6);
}

/* An ICMP error about nothing that was sent from here is passed over, and says so. */
TEST(test_an_unrelated_icmp_error)
{
    struct nt_addr from = addr("10.0.0.2:5000"), to = addr("10.0.0.3:6001"), about = addr("10.0.0.2:5002");
    uint8_t quoted[100];
    struct nt_packet q = {.data = quoted, .cap = sizeof quoted};
    assert_int_equal(nt_packet_udp(&q, &about, &to, (const uint8_t *)"x", 1, 64, 0, false, 1), 0);
    struct nt_packet *p = nt_fabric_packet(w.f, 0);
    assert_non_null(p);
    to.port = from.port = 0;
    assert_int_equal(nt_packet_icmp_error(p, &to, &q, NT_ICMP4_UNREACHABLE, NT_ICMP4_PORT), 0);
    nt_fabric_send(w.f, nt_host_node(b.host), 0, &from, p, 0);
    run_all();
    const struct nt_trace_event *e = &w.log[w.logged - 1];
    assert_int_equal(e->kind, NT_TR_DISCARDED);
    assert_int_equal(e->node, nt_host_node(a.host));
    assert_int_equal(e->n[0], NT_DISCARD_UNRELATED);
}

static bool take_nothing(void *user, uint32_t port, const uint8_t *packet, size_t len)
{
    (void)user, (void)port, (void)packet, (void)len;
    return false;
}

/* What an attached stack does not take, and what it sends that cannot become a packet. */
TEST(test_an_attached_stack)
{
    static const uint8_t two_fragment_headers[56] = {0x60, 0, 0, 0, 0, 16, 44, 64, [40] = 44, [48] = 59};
    nt_host_attach_stack(b.host, &(struct nt_host_stack){.deliver = take_nothing});
    say(&a, "10.0.0.2:5000", "10.0.0.3:6000", 10, false);
    kick(&a);
    run_all();
    assert_int_equal(drops(&w, NT_DROP_STACK), 1);
    assert_int_equal(nt_host_emit(b.host, 0, two_fragment_headers, sizeof two_fragment_headers, 0), NT_EFORMAT);
    const struct nt_trace_event *e = &w.log[w.logged - 1];
    assert_int_equal(e->kind, NT_TR_UNSENT);
    assert_int_equal(e->node, nt_host_node(b.host));
    assert_string_equal(e->text, "a packet that cannot be read");
}

TEST(test_ipv6)
{
    struct peer x, y;
    peer_new(&x, &w, net, "X", "2001:db8::2", "[2001:db8::2]:1");
    peer_new(&y, &w, net, "Y", "2001:db8::3", "[2001:db8::3]:2");
    say(&x, "[2001:db8::2]:1", "[2001:db8::3]:2", 100, false);
    say(&x, "[2001:db8::2]:1", "[2001:db8::3]:3", 100, false);
    say(&x, "[2001:db8::2]:1", "[2001:db8::3]:2", 1500, true);
    kick(&x);
    run_all();
    assert_int_equal(datagrams(&y), 1);
    assert_int_equal(drops(&w, NT_DROP_MTU), 1);
    assert_int_equal(last(&x)->kind, NT_IN_ICMP);
    assert_int_equal(last(&x)->first[0] * 10 + last(&x)->first[1], 14);
}

/* RFC 8200, 4.5: 1,448 octets of data in each of the first two fragments of 3,008. The identifications are the host's own. */
TEST(a_host_fragments_ipv6)
{
    struct peer x, y;
    peer_new(&x, &w, net, "X", "2001:db8::2", "[2001:db8::2]:1");
    peer_new(&y, &w, net, "Y", "2001:db8::3", "[2001:db8::3]:2");
    say(&x, "[2001:db8::2]:1", "[2001:db8::3]:2", 3000, false);
    say(&x, "[2001:db8::2]:1", "[2001:db8::3]:2", 1452, false);
    say(&x, "[2001:db8::2]:1", "[2001:db8::3]:2", NT_DATAGRAM_MAX - 20, false);
    kick(&x);
    run_all();
    assert_int_equal(datagrams(&y), 3);
    assert_int_equal(datagram(&y, 0)->len, 3000);
    assert_int_equal(datagram(&y, 1)->len, 1452);
    assert_int_equal(datagram(&y, 2)->len, NT_DATAGRAM_MAX - 20);
    assert_int_equal(count(&w, NT_TR_PACKET, 2), 3 + 1 + 46);
    assert_int_equal(w.log[0].len, 1496);
    assert_int_equal(w.log[2].len, 40 + 8 + 3008 - 2 * 1448);
}

/* 60 s after the first fragment. */
TEST(reassembly_of_ipv6_gives_up)
{
    static const uint32_t second[] = {2};
    struct peer x;
    peer_new(&x, &w, net, "X", "2001:db8::2", "[2001:db8::2]:1");
    peer_new(&b, &w, net, "B6", "2001:db8::3", "[2001:db8::3]:2");
    lose(second);
    say(&x, "[2001:db8::2]:1", "[2001:db8::3]:2", 3000, false);
    kick(&x);
    run_all();
    assert_int_equal(drops(&w, NT_DROP_INCOMPLETE), 2);
    assert_int_equal(last(&x)->kind, NT_IN_ICMP);
    assert_int_equal(last(&x)->first[0], NT_ICMP6_TIME_EXCEEDED);
    assert_int_equal(last(&x)->first[1], NT_ICMP_REASSEMBLY_TIME);
    assert_int_equal(last(&x)->at, 60 * NT_SEC + 40 * NT_MSEC);
}

/* A packet of IPv6 from a program, with Hop-by-Hop and Destination options. */
TEST(extension_headers_are_passed_over)
{
    struct peer x, y;
    uint8_t bytes[200];
    struct nt_packet p = {.data = bytes, .cap = sizeof bytes};
    struct nt_addr from = addr("[2001:db8::2]:1"), to = addr("[2001:db8::3]:2");
    static const uint8_t options[16] = {NT_EXT_DESTINATION, 0, 1, 4, 0, 0, 0, 0, NT_PROTO_UDP, 0, 1, 4, 0, 0, 0, 0};
    peer_new(&x, &w, net, "X", "2001:db8::2", "[2001:db8::2]:1");
    peer_new(&y, &w, net, "Y", "2001:db8::3", "[2001:db8::3]:2");
    assert_int_equal(nt_packet_udp(&p, &from, &to, (const uint8_t *)"data", 4, 64, 0, false, 0), 0);
    memmove(bytes + 56, bytes + 40, p.len - 40);
    memcpy(bytes + 40, options, sizeof options);
    bytes[6] = NT_EXT_HOP_BY_HOP;
    nt_store16(bytes + 4, (uint16_t)(p.len - 40 + 16));
    assert_int_equal(nt_host_emit(x.host, 0, bytes, p.len + 16, 0), 0);
    run_all();
    assert_int_equal(datagrams(&y), 1);
    assert_int_equal(datagram(&y, 0)->len, 4);
    assert_memory_equal(datagram(&y, 0)->first, "data", 4);
    assert_true(nt_addr_equal(&datagram(&y, 0)->path.remote, &from));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(test_binding),
        T(test_wildcard_without_a_family),
        T(test_datagram),
        T(test_empty_datagram),
        T(test_closed_port),
        T(test_failures_before_leaving),
        T(test_loop),
        T(test_fragments),
        T(test_reassembly_gives_up),
        T(the_sender_is_told_that_fragments_are_missing),
        T(test_stop_and_down),
        T(test_a_move),
        T(test_a_move_of_a_link_that_is_down),
        T(test_a_move_to_an_address_that_is_taken),
        T(test_livelocks),
        T(test_endless_output),
        T(test_inject),
        T(test_martians),
        T(a_packet_is_injected_as_it_is),
        T(test_echo),
        T(test_an_unrelated_icmp_error),
        T(test_an_attached_stack),
        T(test_ipv6),
        T(a_host_fragments_ipv6),
        T(reassembly_of_ipv6_gives_up),
        T(extension_headers_are_passed_over),
    };
    return RUN_TESTS(tests);
}
