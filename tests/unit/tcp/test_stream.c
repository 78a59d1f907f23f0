/* Two TCPs and a wire between them that loses, duplicates and reorders:  A 10.0.0.2 === B 10.0.0.3
 * Whatever it does, both streams arrive whole, both sides are told of the end, nothing is held in the end, and the same seed gives
 * the same segments. */
#include "tests/unit/help.h"

#include "core/base/hash.h"
#include "natsim/packet/segment.h"
#include "natsim/tcp/tcp.h"

#include <stdlib.h>

enum { WIRE_MAX = 4096, PACKET_MAX = 1500, WORLDS = 1000 };

struct on_wire {
    nt_time at;
    uint64_t number;
    int to;
    struct nt_packet p;
    uint8_t bytes[PACKET_MAX];
};

struct side {
    struct nt_tcp *t;
    struct nt_tcp_name name;
    bool open, ended, closed;
    enum nt_closed why;
    uint32_t to_write, written, read, chunk;
};

struct wire {
    nt_time delay, jitter;
    uint32_t loss, duplicates; /* in 1000 */
    long lose;                 /* this packet alone, from 0; -1: none */
    uint32_t mtu;
};

struct world {
    struct side sides[2];
    struct wire wire;
    struct nt_rand rand;
    struct on_wire *packets;
    size_t count;
    uint64_t numbers, sent;
    nt_time now;
    uint64_t digest;
    bool shuts;
};

static void discard(void *user, const struct nt_trace_event *e)
{
    (void)user;
    (void)e;
}

static uint8_t byte_at(int side, uint32_t at)
{
    return (uint8_t)(at * 7 + (at >> 9) + (uint32_t)side);
}

static void put_on_wire(struct world *w, int to, const struct nt_packet *p)
{
    assert_true(w->count < WIRE_MAX);
    struct on_wire *o = &w->packets[w->count++];
    nt_time jitter = w->wire.jitter > 0 ? (nt_time)nt_rand_below(&w->rand, (uint64_t)w->wire.jitter) : 0;
    o->at = w->now + w->wire.delay + jitter;
    o->number = w->numbers++;
    o->to = to;
    memcpy(o->bytes, p->data, p->len);
    o->p = *p;
    o->p.data = o->bytes;
}

static bool is_lost(struct world *w)
{
    long number = (long)w->sent++;
    return number == w->wire.lose || nt_rand_below(&w->rand, 1000) < w->wire.loss;
}

static void feed(struct world *w, int i)
{
    struct side *s = &w->sides[i];
    uint8_t bytes[8192];
    while (s->open && !s->closed && s->written < s->to_write) {
        uint32_t n = s->to_write - s->written < s->chunk ? s->to_write - s->written : s->chunk;
        for (uint32_t k = 0; k < n; k++)
            bytes[k] = byte_at(i, s->written + k);
        if (nt_tcp_write(s->t, s->name, bytes, n) != NT_OK)
            return;
        s->written += n;
    }
    if (s->open && !s->closed && s->written == s->to_write && (s->ended || w->shuts)) {
        s->closed = true;
        nt_tcp_shut(s->t, s->name);
    }
}

static void take_event(struct world *w, int i, const struct nt_tcp_event *e)
{
    struct side *s = &w->sides[i];
    switch (e->kind) {
    case NT_TCP_ACCEPTED:
        s->name = e->name;
        s->open = true;
        break;
    case NT_TCP_CONNECTED: s->open = true; break;
    case NT_TCP_BYTES:
        for (size_t k = 0; k < e->len; k++)
            assert_int_equal(e->bytes[k], byte_at(1 - i, s->read + (uint32_t)k));
        s->read += (uint32_t)e->len;
        break;
    case NT_TCP_CLOSED:
        s->ended = true;
        s->why = e->why;
        break;
    }
}

/* What both have to tell and to send. */
static void drain(struct world *w)
{
    uint8_t bytes[PACKET_MAX];
    struct nt_packet p = {.data = bytes, .cap = sizeof bytes};
    for (int i = 0; i < 2; i++) {
        struct nt_tcp_event e;
        while (nt_tcp_event(w->sides[i].t, &e))
            take_event(w, i, &e);
        feed(w, i);
        while (nt_tcp_output(w->sides[i].t, &p, w->now)) {
            assert_true(p.len <= w->wire.mtu);
            w->digest = w->digest * 31 + nt_hash_written(p.data, p.len) + (uint64_t)w->now;
            if (is_lost(w))
                continue;
            put_on_wire(w, 1 - i, &p);
            if (nt_rand_below(&w->rand, 1000) < w->wire.duplicates)
                put_on_wire(w, 1 - i, &p);
        }
    }
}

static size_t first_on_wire(const struct world *w)
{
    size_t first = 0;
    for (size_t i = 1; i < w->count; i++)
        if (w->packets[i].at < w->packets[first].at ||
            (w->packets[i].at == w->packets[first].at && w->packets[i].number < w->packets[first].number))
            first = i;
    return first;
}

static void arrive(struct world *w, size_t i)
{
    struct on_wire *o = &w->packets[i];
    o->p.data = o->bytes;
    nt_tcp_input(w->sides[o->to].t, &o->p, w->wire.mtu, w->now);
    w->packets[i] = w->packets[--w->count];
}

static bool step(struct world *w)
{
    nt_time timer = nt_time_min(nt_tcp_deadline(w->sides[0].t), nt_tcp_deadline(w->sides[1].t));
    size_t first = first_on_wire(w);
    if (w->count > 0 && w->packets[first].at <= timer) {
        w->now = w->packets[first].at;
        arrive(w, first);
    } else if (timer != NT_TIME_NEVER) {
        w->now = timer;
        nt_tcp_timer(w->sides[0].t, w->now);
        nt_tcp_timer(w->sides[1].t, w->now);
        drain(w);
        assert_true(nt_tcp_deadline(w->sides[0].t) > w->now && nt_tcp_deadline(w->sides[1].t) > w->now);
        return true;
    } else {
        return false;
    }
    drain(w);
    return true;
}

static void world_new(struct world *w, uint64_t seed)
{
    *w = (struct world){.packets = w->packets, .wire = {.delay = NT_MSEC, .lose = -1, .mtu = PACKET_MAX}, .shuts = true};
    nt_rand_init(&w->rand, seed, "wire");
    for (int i = 0; i < 2; i++) {
        struct nt_rand rand;
        struct nt_trace trace = {.emit = discard};
        nt_rand_init(&rand, seed, i == 0 ? "A" : "B");
        struct nt_tcp_limits limits = {.send = (uint32_t)(20000 + nt_rand_below(&w->rand, 100000)),
                                       .received = (uint32_t)(2000 + nt_rand_below(&w->rand, 200000))};
        w->sides[i].t = nt_tcp_new(&(struct nt_tcp_config){.rand = &rand, .trace = &trace, .limits = limits});
        assert_non_null(w->sides[i].t);
        w->sides[i].name = (struct nt_tcp_name){1, 2};
        w->sides[i].chunk = (uint32_t)(1 + nt_rand_below(&w->rand, 5000));
    }
}

static void world_del(struct world *w)
{
    nt_tcp_del(w->sides[0].t);
    nt_tcp_del(w->sides[1].t);
}

/* Runs until nothing happens any more. */
static void world_run(struct world *w, bool both_connect)
{
    struct nt_addr a = addr("10.0.0.2:1000"), b = addr("10.0.0.3:2000");
    if (both_connect)
        assert_int_equal(nt_tcp_connect(w->sides[1].t, &b, &a, w->wire.mtu, w->sides[1].name, w->now), NT_OK);
    else
        assert_int_equal(nt_tcp_listen(w->sides[1].t, &b, (struct nt_tcp_name){1, 1}), NT_OK);
    assert_int_equal(nt_tcp_connect(w->sides[0].t, &a, &b, w->wire.mtu, w->sides[0].name, w->now), NT_OK);
    drain(w);
    for (int n = 0; step(w); n++)
        assert_true(n < 1000000);
}

static void check_whole(const struct world *w)
{
    for (int i = 0; i < 2; i++) {
        assert_true(w->sides[i].open && w->sides[i].ended);
        assert_int_equal(w->sides[i].why, NT_CLOSED_BY_PEER);
        assert_int_equal(w->sides[i].read, w->sides[1 - i].to_write);
        assert_int_equal(nt_tcp_count(w->sides[i].t), 0);
    }
}

static uint64_t random_world(struct world *w, uint64_t seed)
{
    world_new(w, seed);
    w->wire.delay = (nt_time)nt_rand_below(&w->rand, 200) * NT_MSEC + NT_MSEC;
    w->wire.jitter = nt_rand_below(&w->rand, 2) == 0 ? 0 : (nt_time)nt_rand_below(&w->rand, 50) * NT_MSEC;
    w->wire.loss = nt_rand_below(&w->rand, 3) == 0 ? 0 : (uint32_t)nt_rand_below(&w->rand, 150);
    w->wire.duplicates = nt_rand_below(&w->rand, 2) == 0 ? 0 : (uint32_t)nt_rand_below(&w->rand, 200);
    w->wire.mtu = (uint32_t)(300 + nt_rand_below(&w->rand, 1201));
    w->shuts = nt_rand_below(&w->rand, 2) == 0;
    for (int i = 0; i < 2; i++)
        w->sides[i].to_write = nt_rand_below(&w->rand, 4) == 0 ? 0 : (uint32_t)nt_rand_below(&w->rand, 60000);
    bool both = nt_rand_below(&w->rand, 3) == 0;
    if (!w->shuts) { /* one ends first */
        w->sides[0].ended = true;
    }
    world_run(w, both);
    check_whole(w);
    world_del(w);
    return w->digest;
}

TEST(test_random_worlds)
{
    struct world w = {.packets = malloc(WIRE_MAX * sizeof *w.packets)};
    uint64_t last = 0;
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        uint64_t digest = random_world(&w, seed);
        assert_true(digest != last);
        last = digest;
        if (seed % 10 == 0)
            assert_true(random_world(&w, seed) == digest);
    }
    free(w.packets);
}

/* Forty segments, and each packet lost once, of either side. */
TEST(test_each_loss)
{
    struct world w = {.packets = malloc(WIRE_MAX * sizeof *w.packets)};
    uint64_t all = 1;
    for (long lose = -1; lose < (long)all; lose++) {
        world_new(&w, 1);
        w.wire.lose = lose;
        w.wire.delay = 20 * NT_MSEC;
        w.sides[0].to_write = 40 * 1460;
        w.sides[0].chunk = 1460;
        world_run(&w, false);
        check_whole(&w);
        if (lose == -1)
            all = w.sent;
        else /* one is sent again, and what follows from that */
            assert_in_range(w.sent, all, all + 20);
        world_del(&w);
    }
    assert_in_range(all, 80, 100);
    free(w.packets);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_worlds), cmocka_unit_test(test_each_loss)};
    return RUN_TESTS(tests);
}
