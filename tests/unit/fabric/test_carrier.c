/* A carrier from outside: one that holds frames for a while and loses some of them on the way.
 *
 *   a --- net (held back by the carrier) --- b */
#include "tests/unit/host/world.h"

#include "natsim/fabric/fabric_state.h"

#include <stdio.h>
#include <string.h>

#define MS NT_MSEC
#define FRAMES 64

struct frame {
    struct nt_packet *packet; /* NULL: gone */
    uint32_t to;
    nt_time at;
    bool lost;
};

struct slow {
    struct nt_carrier_events events;
    struct frame frames[FRAMES];
    size_t count;
    nt_time ran;
};

static struct slow slow;
static struct {
    uint64_t seed;
    size_t networks, attached, placed;
    char label[64];
    enum nt_medium medium;
    int32_t x;
    nt_time takes;       /* a frame */
    unsigned lose_every; /* 0: none */
    bool refuse, deleted;
} told;

static void *slow_new(const struct nt_carrier_events *events, uint64_t seed)
{
    slow = (struct slow){.events = *events};
    told.seed = seed;
    return &slow;
}

static int slow_network(void *self, uint32_t network, const struct nt_network_config *c)
{
    assert_ptr_equal(self, &slow);
    assert_int_equal(network, told.networks++);
    told.medium = c->medium;
    return told.refuse ? NT_EINVAL : NT_OK;
}

static int slow_attach(void *self, uint32_t attachment, uint32_t network, const char *label)
{
    (void)self, (void)network;
    assert_int_equal(attachment, told.attached++);
    snprintf(told.label, sizeof told.label, "%s", label);
    return NT_OK;
}

static int slow_place(void *self, uint32_t attachment, const struct nt_waypoint *points, size_t n)
{
    (void)self;
    told.placed = attachment + 1;
    told.x = points[n - 1].x;
    return NT_OK;
}

static void slow_send(void *self, uint32_t network, uint32_t from, uint32_t to, struct nt_packet *p, nt_time now, nt_time enter)
{
    struct slow *s = self;
    (void)network;
    assert_int_equal(from, p->from);
    assert_true(s->count < FRAMES && enter >= now);
    bool lost = told.lose_every > 0 && (s->count + 1) % told.lose_every == 0;
    s->frames[s->count++] = (struct frame){p, to, enter + told.takes, lost};
}

/* All that it has is queued. */
static void slow_down(void *self, uint32_t from, nt_time now)
{
    struct slow *s = self;
    for (size_t i = 0; i < s->count; i++) {
        struct nt_packet *p = s->frames[i].packet;
        if (p == NULL || p->from != from)
            continue;
        s->frames[i].packet = NULL;
        s->events.lost(s->events.user, p, NT_DROP_DOWN, now);
    }
}

static nt_time slow_next(void *self)
{
    struct slow *s = self;
    nt_time next = NT_TIME_NEVER;
    for (size_t i = 0; i < s->count; i++)
        if (s->frames[i].packet != NULL && s->frames[i].at < next)
            next = s->frames[i].at;
    return next;
}

static void slow_run(void *self, nt_time at)
{
    struct slow *s = self;
    assert_true(at >= s->ran);
    s->ran = at;
    for (size_t i = 0; i < s->count; i++) {
        struct frame *f = &s->frames[i];
        if (f->packet == NULL || f->at > at)
            continue;
        struct nt_packet *p = f->packet;
        f->packet = NULL;
        if (f->lost)
            s->events.lost(s->events.user, p, NT_DROP_RETRIES, at);
        else
            s->events.arrived(s->events.user, f->to, p, at);
    }
}

static void slow_del(void *self)
{
    (void)self;
    told.deleted = true;
}

static const struct nt_carrier_ops slow_ops = {.name = "slow",
                                               .new = slow_new,
                                               .network = slow_network,
                                               .attach = slow_attach,
                                               .place = slow_place,
                                               .send = slow_send,
                                               .down = slow_down,
                                               .next = slow_next,
                                               .run = slow_run,
                                               .del = slow_del};

struct lab {
    struct world w;
    struct peer a, b;
};

static void build(struct lab *l, nt_time takes, unsigned lose_every, struct nt_network_config config)
{
    memset(l, 0, sizeof *l);
    memset(&told, 0, sizeof told);
    told.takes = takes;
    told.lose_every = lose_every;
    l->w.f = nt_fabric_new(&(struct nt_fabric_config){.seed = 7, .carrier = &slow_ops, .trace = {.emit = record, .user = &l->w}});
    assert_non_null(l->w.f);
    uint32_t net = network(&l->w, "net", config);
    peer_new(&l->a, &l->w, net, "a", "10.0.0.2", "10.0.0.2:5000");
    peer_new(&l->b, &l->w, net, "b", "10.0.0.3", "10.0.0.3:5000");
}

static void send(struct lab *l, size_t n)
{
    for (size_t i = 0; i < n; i++)
        say(&l->a, "10.0.0.2:5000", "10.0.0.3:5000", 100, false);
    nt_host_kick(l->a.host, nt_fabric_now(l->w.f));
}

TEST(test_frames_go_its_way)
{
    struct lab l;
    build(&l, 7 * MS, 0, (struct nt_network_config){.delay = 20 * MS});
    assert_int_equal(told.seed, 7);
    assert_int_equal(told.attached, 2);
    assert_string_equal(told.label, "net/net/b.0");
    send(&l, 3);
    assert_int_equal(nt_fabric_next(l.w.f), 7 * MS);
    assert_int_equal(nt_fabric_run(l.w.f, NT_SEC), NT_FABRIC_IDLE);
    assert_int_equal(datagrams(&l.b), 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(datagram(&l.b, i)->at, 7 * MS); /* the carrier's time, not the network's delay */
        assert_int_equal(nt_load32(datagram(&l.b, i)->first), i);
    }
    nt_fabric_del(l.w.f);
    assert_true(told.deleted);
}

/* What is lost on the way is told then, of the frame it was. */
TEST(test_a_late_loss_names_its_packet)
{
    struct lab l;
    build(&l, 7 * MS, 2, (struct nt_network_config){.delay = 20 * MS});
    send(&l, 4);
    nt_fabric_run(l.w.f, NT_SEC);
    assert_int_equal(datagrams(&l.b), 2);
    assert_int_equal(drops(&l.w, NT_DROP_RETRIES), 2);
    size_t packets = 0, expected = 2;
    for (size_t i = 0; i < l.w.logged; i++) {
        const struct nt_trace_event *e = &l.w.log[i];
        packets += e->kind == NT_TR_PACKET;
        if (e->kind != NT_TR_DROP)
            continue;
        assert_int_equal(e->at, 7 * MS);
        assert_int_equal(e->n[0], 0);        /* a's tap */
        assert_int_equal(e->n[2], expected); /* its second and its fourth packet, while others came later */
        assert_true(packets >= 4);
        assert_string_equal(e->text, "net");
        expected += 2;
    }
    assert_int_equal(expected, 6);
    nt_fabric_del(l.w.f);
}

/* A switch has its own queue and draws under any carrier; a medium is the carrier's. */
TEST(test_who_queues_and_draws)
{
    struct lab l;
    struct nt_network_config config = {.rate = 1000000, .queue = 2, .delay = MS};
    build(&l, 0, 0, config);
    send(&l, 5);
    nt_fabric_run(l.w.f, NT_SEC);
    assert_int_equal(drops(&l.w, NT_DROP_QUEUE), 2);
    assert_int_equal(datagrams(&l.b), 3);
    assert_int_equal(datagram(&l.b, 0)->at, 128 * 8 * NT_USEC);
    nt_fabric_del(l.w.f);
    config.medium = NT_MEDIUM_P2P;
    build(&l, 0, 0, config);
    assert_int_equal(told.medium, NT_MEDIUM_P2P);
    send(&l, 5);
    nt_fabric_run(l.w.f, NT_SEC);
    assert_int_equal(datagrams(&l.b), 5);
    nt_fabric_del(l.w.f);
    config = (struct nt_network_config){.loss = NT_CHANCE_ONE};
    build(&l, 0, 0, config);
    send(&l, 5);
    nt_fabric_run(l.w.f, NT_SEC);
    assert_int_equal(drops(&l.w, NT_DROP_LOSS), 5);
    nt_fabric_del(l.w.f);
}

/* What waits in a carrier is lost when the link goes down; the carrier may ask whether a packet leaves. */
TEST(test_links_and_partitions)
{
    struct lab l;
    build(&l, 7 * MS, 0, (struct nt_network_config){.delay = 20 * MS});
    uint32_t a = nt_host_node(l.a.host), b = nt_host_node(l.b.host);
    send(&l, 2);
    nt_fabric_run(l.w.f, 2 * MS);
    assert_true(slow.count > 0);
    assert_int_equal(slow.events.departs(slow.events.user, 1, slow.frames[0].packet, 2 * MS), NT_DROP_NONE);
    assert_int_equal(nt_fabric_partition(l.w.f, &a, 1, &b, 1, false, 4 * MS), 0);
    assert_int_equal(slow.events.departs(slow.events.user, 1, slow.frames[0].packet, 2 * MS), NT_DROP_PARTITION);
    assert_int_equal(slow.events.departs(slow.events.user, 1, slow.frames[0].packet, 4 * MS), NT_DROP_NONE);
    nt_fabric_set_port(l.w.f, a, 0, false, 4 * MS);
    nt_fabric_run(l.w.f, NT_SEC);
    assert_int_equal(drops(&l.w, NT_DROP_DOWN), 2);
    assert_int_equal(l.w.log[l.w.logged - 1].at, 4 * MS);
    assert_int_equal(datagrams(&l.b), 0);
    nt_fabric_del(l.w.f);
}

TEST(test_places)
{
    struct lab l;
    struct nt_waypoint points[2] = {{0, 1000, 0, 0}, {NT_SEC, 5000, 0, 0}};
    build(&l, 0, 0, (struct nt_network_config){.delay = MS});
    assert_int_equal(nt_fabric_place(l.w.f, nt_host_node(l.b.host), 0, points, 2), NT_OK);
    assert_int_equal(told.placed, 2);
    assert_int_equal(told.x, 5000);
    assert_int_equal(nt_fabric_place(l.w.f, nt_host_node(l.b.host), 1, points, 2), NT_EINVAL);
    assert_int_equal(nt_fabric_place(l.w.f, nt_host_node(l.b.host), 0, points, 0), NT_EINVAL);
    nt_fabric_del(l.w.f);
    world_new(&l.w, 1);
    uint32_t net = network(&l.w, "net", (struct nt_network_config){.delay = MS});
    peer_new(&l.a, &l.w, net, "a", "10.0.0.2", "10.0.0.2:5000");
    assert_int_equal(nt_fabric_place(l.w.f, nt_host_node(l.a.host), 0, points, 2), NT_EUNSUPPORTED);
    nt_fabric_del(l.w.f);
}

/* A carrier that goes on for ever does not keep a run from its end; one that cannot go on ends it; one that refuses a network gives
 * none. */
TEST(test_ends)
{
    struct lab l;
    build(&l, 5 * NT_SEC, 0, (struct nt_network_config){.delay = MS});
    send(&l, 1);
    assert_int_equal(nt_fabric_run(l.w.f, NT_SEC), NT_FABRIC_UNTIL);
    assert_int_equal(nt_fabric_now(l.w.f), NT_SEC);
    assert_int_equal(datagrams(&l.b), 0);
    assert_int_equal(nt_fabric_run(l.w.f, 5 * NT_SEC), NT_FABRIC_IDLE);
    assert_int_equal(datagrams(&l.b), 1);
    send(&l, 1);
    slow.events.failed(slow.events.user);
    assert_int_equal(nt_fabric_run(l.w.f, NT_SEC * 20), NT_FABRIC_NOMEM);
    told.refuse = true;
    assert_int_equal(nt_fabric_add_network(l.w.f, &(struct nt_network_config){.name = "no"}), NT_FABRIC_NONE);
    nt_fabric_del(l.w.f);
}

/* What happens at one instant has a bound. A carrier that moves the clock to an instant before its delivery does not make all of
 * them one. */
TEST(test_instants_are_counted_apart)
{
    struct lab l;
    build(&l, 7 * MS, 0, (struct nt_network_config){.delay = MS});
    for (int i = 0; i < 20; i++) {
        send(&l, 1);
        assert_int_equal(nt_fabric_run(l.w.f, NT_TIME_NEVER), NT_FABRIC_IDLE);
        assert_true(l.w.f->instant_events <= 2);
    }
    assert_int_equal(datagrams(&l.b), 20);
    nt_fabric_del(l.w.f);
}

/* 128 + 2 bytes of PPP at 3 Mbit/s: 346,666.67 ns; the nearest one, as ns-3 counts. */
TEST(test_a_line_of_the_built_in_carrier)
{
    struct lab l;
    memset(&l, 0, sizeof l);
    world_new(&l.w, 1);
    uint32_t net = network(&l.w, "net", (struct nt_network_config){.medium = NT_MEDIUM_P2P, .rate = 3000000, .delay = MS});
    peer_new(&l.a, &l.w, net, "a", "10.0.0.2", "10.0.0.2:5000");
    peer_new(&l.b, &l.w, net, "b", "10.0.0.3", "10.0.0.3:5000");
    send(&l, 2);
    nt_fabric_run(l.w.f, NT_SEC);
    assert_int_equal(datagram(&l.b, 0)->at, MS + 346667);
    assert_int_equal(datagram(&l.b, 1)->at, MS + 2 * 346667);
    nt_fabric_del(l.w.f);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_go_its_way),
        cmocka_unit_test(test_a_late_loss_names_its_packet),
        cmocka_unit_test(test_who_queues_and_draws),
        cmocka_unit_test(test_links_and_partitions),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_instants_are_counted_apart),
        cmocka_unit_test(test_a_line_of_the_built_in_carrier),
    };
    return RUN_TESTS(tests);
}
