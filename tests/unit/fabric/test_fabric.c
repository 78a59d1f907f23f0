/* The fabric:  A 10.0.0.2 --- net --- B 10.0.0.3 */
#include "tests/unit/host/world.h"

static struct world w;
static struct peer a, b;

static void build(uint64_t seed, struct nt_network_config c)
{
    world_new(&w, seed);
    uint32_t net = network(&w, "net", c);
    peer_new(&a, &w, net, "A", "10.0.0.2", "10.0.0.2:5000");
    peer_new(&b, &w, net, "B", "10.0.0.3", "10.0.0.3:6000");
}

static void say_many(size_t n, size_t len, nt_time interval)
{
    for (size_t i = 0; i < n; i++) {
        say(&a, "10.0.0.2:5000", "10.0.0.3:6000", len, false);
        nt_host_kick(a.host, (nt_time)i * interval);
    }
}

static void finish(void)
{
    assert_int_equal(nt_fabric_run(w.f, NT_TIME_NEVER), NT_FABRIC_IDLE);
}

static void done(void)
{
    nt_fabric_del(w.f);
}

/* Each fate comes right after the event of its packet at its tap. */
static void fates_follow(void)
{
    for (size_t i = 0; i < w.logged; i++) {
        if (w.log[i].kind != NT_TR_DROP || w.log[i].n[0] < 0)
            continue;
        assert_true(i > 0 && w.log[i - 1].kind == NT_TR_PACKET);
        assert_int_equal(w.log[i - 1].n[0], w.log[i].n[0]);
    }
}

static char order[16];

static void note_call(void *user, nt_time now)
{
    (void)now;
    strcat(order, user);
}

static void note_recv(void *self, uint32_t port, struct nt_packet *p, nt_time now)
{
    (void)port, (void)now;
    strcat(order, "d");
    nt_fabric_consumed(self, p);
}

static nt_time note_deadline(const void *self)
{
    (void)self;
    return order[0] == '\0' || strchr(order, 't') == NULL ? 10 : NT_TIME_NEVER;
}

static void note_run(void *self, nt_time now)
{
    (void)self, (void)now;
    strcat(order, "t");
}

TEST(test_total_order)
{
    static const struct nt_node_ops ops = {.recv = note_recv, .run = note_run, .deadline = note_deadline};
    struct nt_addr ip = addr("10.0.0.9");
    build(1, (struct nt_network_config){.delay = 10});
    uint32_t node = nt_fabric_add_node(w.f, "raw", &ops, w.f);
    order[0] = '\0';
    nt_fabric_attach(w.f, node, 0, "raw.0");
    nt_fabric_add_address(w.f, node, 0, &ip);
    nt_fabric_touch(w.f, node, 0);
    say(&a, "10.0.0.2:5000", "10.0.0.9:1", 1 + 4, false);
    nt_host_kick(a.host, 0);
    nt_fabric_at(w.f, 10, note_call, "1");
    nt_fabric_at(w.f, 10, note_call, "2");
    nt_fabric_at(w.f, 5, note_call, "0");
    assert_int_equal(nt_fabric_next(w.f), 5);
    assert_int_equal(nt_fabric_run(w.f, 9), NT_FABRIC_UNTIL);
    assert_int_equal(nt_fabric_now(w.f), 9);
    assert_string_equal(order, "0");
    finish();
    assert_string_equal(order, "012dt");
    done();
}

TEST(test_loss_duplicate)
{
    build(1, (struct nt_network_config){.loss = NT_CHANCE_ONE});
    say_many(50, 10, 1);
    finish();
    assert_int_equal(drops(&w, NT_DROP_LOSS), 50);
    assert_string_equal(w.log[1].text, "net");
    fates_follow();
    done();
    build(1, (struct nt_network_config){.duplicate = NT_CHANCE_ONE});
    say_many(50, 10, 1);
    finish();
    assert_int_equal(datagrams(&b), 100);
    done();
    /* One in ten of 1000: within 5 standard deviations (9.5 each) of 100. */
    build(7, (struct nt_network_config){.loss = NT_CHANCE_ONE / 10});
    say_many(1000, 10, 1);
    finish();
    assert_in_range(drops(&w, NT_DROP_LOSS), 53, 147);
    assert_int_equal(datagrams(&b) + drops(&w, NT_DROP_LOSS), 1000);
    done();
}

/* A node added before, which sends too, changes nobody's draws. */
TEST(test_streams_are_apart)
{
    static nt_time times[2][200];
    for (int with = 0; with < 2; with++) {
        struct peer c;
        struct nt_network_config n = {.delay = NT_MSEC, .jitter = 5 * NT_MSEC, .loss = NT_CHANCE_ONE / 5};
        world_new(&w, 3);
        uint32_t net = network(&w, "net", n);
        if (with)
            peer_new(&c, &w, net, "C", "10.0.0.4", "10.0.0.4:1");
        peer_new(&a, &w, net, "A", "10.0.0.2", "10.0.0.2:5000");
        peer_new(&b, &w, net, "B", "10.0.0.3", "10.0.0.3:6000");
        for (int i = 0; with && i < 20; i++)
            say(&c, "10.0.0.4:1", "10.0.0.3:9999", 10, false);
        if (with)
            nt_host_kick(c.host, 0);
        say_many(200, 10, NT_MSEC);
        finish();
        for (size_t i = 0; i < 200; i++)
            times[with][i] = i < datagrams(&b) ? datagram(&b, i)->at : -1;
        done();
    }
    assert_memory_equal(times[0], times[1], sizeof times[0]);
}

TEST(test_jitter_keeps_order)
{
    nt_time least = NT_TIME_NEVER, most = 0;
    build(5, (struct nt_network_config){.delay = 20 * NT_MSEC, .jitter = 10 * NT_MSEC});
    say_many(300, 10, 4 * NT_MSEC);
    finish();
    assert_int_equal(datagrams(&b), 300);
    for (uint32_t i = 0; i < 300; i++) {
        const struct got *g = datagram(&b, i);
        nt_time took = g->at - (nt_time)i * 4 * NT_MSEC;
        assert_int_equal(nt_load32(g->first), i);
        assert_true(took >= 20 * NT_MSEC && took <= 30 * NT_MSEC);
        least = took < least ? took : least;
        most = took > most ? took : most;
    }
    assert_true(most - least > 5 * NT_MSEC);
    done();
}

TEST(test_reorder)
{
    size_t early = 0;
    build(5, (struct nt_network_config){.delay = NT_MSEC, .reorder = NT_CHANCE_ONE / 10});
    say_many(200, 10, NT_MSEC / 10);
    finish();
    assert_int_equal(datagrams(&b), 200);
    for (size_t i = 1; i < 200; i++)
        early += nt_load32(datagram(&b, i)->first) < nt_load32(datagram(&b, i - 1)->first);
    assert_true(early > 5);
    done();
}

/* 1000 bytes of IP packet at 1 Mbit/s: 8 ms each. */
TEST(test_rate_and_queue)
{
    build(1, (struct nt_network_config){.delay = 20 * NT_MSEC, .rate = 1000000, .queue = 10});
    say_many(20, 972, 0);
    finish();
    assert_int_equal(datagrams(&b), 11);
    assert_int_equal(drops(&w, NT_DROP_QUEUE), 9);
    for (uint32_t i = 0; i < 11; i++)
        assert_int_equal(datagram(&b, i)->at, 20 * NT_MSEC + (i + 1) * 8 * NT_MSEC);
    fates_follow();
    done();
    /* A sender a little faster than the network: the ring goes round and grows while it is wrapped. */
    build(1, (struct nt_network_config){.rate = 1000000, .queue = 30});
    say_many(300, 972, 7 * NT_MSEC);
    finish();
    assert_int_equal(datagrams(&b) + drops(&w, NT_DROP_QUEUE), 300);
    for (uint32_t i = 0; i < 200; i++)
        assert_int_equal(datagram(&b, i)->at, (i + 1) * 8 * NT_MSEC);
    done();
}

TEST(test_no_host)
{
    struct nt_addr gone = addr("10.0.0.3");
    build(1, (struct nt_network_config){.delay = 1});
    assert_int_equal(nt_fabric_add_address(w.f, nt_host_node(a.host), 0, &gone), NT_EEXIST);
    assert_int_equal(nt_fabric_remove_address(w.f, nt_host_node(a.host), 0, &gone), NT_ENOENT);
    assert_int_equal(nt_fabric_remove_address(w.f, nt_host_node(b.host), 0, &gone), 0);
    say_many(1, 10, 0);
    say(&a, "10.0.0.2:5000", "255.255.255.255:9", 10, false);
    nt_host_kick(a.host, 0);
    finish();
    assert_int_equal(drops(&w, NT_DROP_NO_HOST), 2);
    assert_true(nt_addr_same_ip(&w.log[1].b, &gone));
    fates_follow();
    done();
}

TEST(test_partition)
{
    build(1, (struct nt_network_config){.delay = 1});
    uint32_t left = nt_host_node(a.host), right = nt_host_node(b.host);
    assert_int_equal(nt_fabric_partition(w.f, &right, 1, &left, 1, false, 5 * NT_SEC), 0);
    say_many(10, 10, NT_SEC);
    finish();
    assert_int_equal(drops(&w, NT_DROP_PARTITION), 5);
    assert_int_equal(datagrams(&b), 5);
    fates_follow();
    done();
}

TEST(test_partition_of_one_way)
{
    build(1, (struct nt_network_config){.delay = 1});
    uint32_t left = nt_host_node(a.host), right = nt_host_node(b.host);
    assert_int_equal(nt_fabric_partition(w.f, &right, 1, &left, 1, true, 5 * NT_SEC), 0);
    say_many(10, 10, NT_SEC);
    finish();
    assert_int_equal(drops(&w, NT_DROP_PARTITION), 0);
    assert_int_equal(datagrams(&b), 10);
    assert_int_equal(nt_fabric_partition(w.f, &left, 1, &right, 1, true, NT_TIME_NEVER), 0);
    say_many(10, 10, NT_SEC);
    finish();
    assert_int_equal(drops(&w, NT_DROP_PARTITION), 10);
    done();
}

static bool big(void *user, const uint8_t *ip, size_t len)
{
    (void)user, (void)ip;
    return len > 100;
}

static const uint32_t first_and_third[] = {1, 3};

static void with_fault(enum nt_fault_kind kind, bool on_arrival)
{
    build(1, (struct nt_network_config){.delay = 10 * NT_MSEC});
    struct nt_fault t = {.kind = kind,
                         .node = nt_host_node(on_arrival ? b.host : a.host),
                         .on_arrival = on_arrival,
                         .match = big,
                         .nth = first_and_third,
                         .nth_count = 2,
                         .until = NT_TIME_NEVER,
                         .by = 50 * NT_MSEC};
    assert_int_equal(nt_fabric_add_fault(w.f, &t), 0);
    say_many(1, 10, 0); /* does not match */
    say_many(4, 200, NT_MSEC);
    finish();
    fates_follow();
}

TEST(test_faults)
{
    for (int arrival = 0; arrival < 2; arrival++) {
        with_fault(NT_FAULT_DROP, arrival);
        assert_int_equal(drops(&w, NT_DROP_STEP), 2);
        assert_int_equal(count(&w, NT_TR_PACKET, 1), arrival ? 5 : 3);
        assert_int_equal(datagrams(&b), 3);
        assert_int_equal(nt_load32(datagram(&b, 1)->first), 2);
        assert_int_equal(nt_load32(datagram(&b, 2)->first), 4);
        done();
        with_fault(NT_FAULT_DUPLICATE, arrival);
        assert_int_equal(datagrams(&b), 7);
        done();
        with_fault(NT_FAULT_DELAY, arrival);
        assert_int_equal(datagrams(&b), 5);
        assert_int_equal(nt_load32(datagram(&b, 3)->first), 1);
        assert_int_equal(datagram(&b, 3)->at, 60 * NT_MSEC);
        assert_int_equal(datagram(&b, 4)->at, 62 * NT_MSEC);
        done();
        with_fault(NT_FAULT_CORRUPT, arrival);
        assert_int_equal(datagrams(&b), 5); /* the checksums are right */
        size_t damaged = 0;
        for (size_t i = 0; i < w.logged; i++)
            damaged += w.log[i].kind == NT_TR_PACKET && w.log[i].n[1] == 1 && w.log[i].n[2] == NT_MARK_DAMAGED;
        assert_int_equal(damaged, 2);
        done();
    }
}

TEST(test_fault_ends)
{
    build(1, (struct nt_network_config){.delay = 1});
    struct nt_fault t = {.kind = NT_FAULT_DROP, .node = nt_host_node(a.host), .until = 5 * NT_SEC};
    assert_int_equal(nt_fabric_add_fault(w.f, &t), 0);
    say_many(10, 10, NT_SEC);
    finish();
    assert_int_equal(drops(&w, NT_DROP_STEP), 5);
    done();
}

static size_t echoes;

/* Answers each of A's packets as it is shown leaving, three times in all. */
static void kick_on_event(void *user, const struct nt_trace_event *e)
{
    record(user, e);
    if (e->kind != NT_TR_PACKET || e->n[1] != 2 || echoes == 3)
        return;
    echoes++;
    say(&a, "10.0.0.2:5000", "10.0.0.3:6000", 10, false);
    nt_host_kick(a.host, e->at);
}

/* With a delay, the first packet leaves after a fault has held it. */
static void read_and_send(nt_time delay)
{
    echoes = 0;
    memset(&w, 0, sizeof w);
    w.f = nt_fabric_new(&(struct nt_fabric_config){.seed = 1, .trace = {.emit = kick_on_event, .user = &w}});
    assert_non_null(w.f);
    uint32_t net = network(&w, "net", (struct nt_network_config){.delay = 1, .loss = NT_CHANCE_ONE});
    peer_new(&a, &w, net, "A", "10.0.0.2", "10.0.0.2:5000");
    peer_new(&b, &w, net, "B", "10.0.0.3", "10.0.0.3:6000");
    struct nt_fault t = {.kind = NT_FAULT_DELAY, .node = nt_host_node(a.host), .until = 1, .by = delay};
    assert_int_equal(nt_fabric_add_fault(w.f, &t), 0);
    say_many(1, 10, 0);
    finish();
    assert_int_equal(count(&w, NT_TR_PACKET, 2), 4);
    assert_int_equal(drops(&w, NT_DROP_LOSS), 4);
    fates_follow();
    done();
}

TEST(test_reader_sends)
{
    read_and_send(0);
    read_and_send(NT_MSEC);
}

#define T(name) cmocka_unit_test(name)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(test_total_order),    T(test_loss_duplicate), T(test_streams_are_apart), T(test_jitter_keeps_order),   T(test_reorder),
        T(test_rate_and_queue), T(test_no_host),        T(test_partition),         T(test_partition_of_one_way), T(test_faults),
        T(test_fault_ends),     T(test_reader_sends),
    };
    return RUN_TESTS(tests);
}
