/* A host's TCP is opened, written to, read and closed between arbitrary segments, some of which fit its connections, and ICMP
 * errors: its limits hold, its segments can be read, and after a timer its deadline is later. */
#include "core/base/err.h"
#include "natsim/packet/segment.h"
#include "natsim/tcp/tcp.h"
#include "tests/fuzz/feed.h"

enum { CONNECTIONS = 8, NAMES = 6, LISTENER = 100, OUTPUTS_MAX = 100000, TIMERS_MAX = 1000 };

struct world {
    struct nt_tcp *t;
    struct nt_addr local, peers[2];
    nt_time now;
    struct nt_tcp_name names[NAMES];
    uint32_t next_id;
    uint32_t seq, ack, end; /* of the last segment that left */
    struct nt_addr from, to;
};

static void discard(void *user, const struct nt_trace_event *e)
{
    (void)user;
    CHECK(e->kind == NT_TR_DISCARDED && e->text != NULL);
}

static void pull(struct world *w, bool read)
{
    static uint8_t bytes[1500];
    struct nt_packet p = {.data = bytes, .cap = sizeof bytes};
    struct nt_tcp_event e;
    struct nt_segment s;
    for (int n = 0; read && nt_tcp_event(w->t, &e); n++) {
        uint8_t sum = 0;
        for (size_t i = 0; i < e.len; i++)
            sum = (uint8_t)(sum + e.bytes[i]);
        CHECK(n < OUTPUTS_MAX && (e.kind != NT_TCP_BYTES || e.len > 0) && sum <= UINT8_MAX);
        if (e.kind == NT_TCP_ACCEPTED)
            w->names[e.name.id % NAMES] = e.name;
    }
    for (int n = 0; nt_tcp_output(w->t, &p, w->now); n++) {
        CHECK(n < OUTPUTS_MAX && nt_packet_parse(&p) == 0 && nt_packet_checksums_good(&p) && nt_segment_read(&p, &s) == 0);
        w->seq = s.ack;
        w->ack = s.seq;
        w->end = s.seq + nt_segment_length(&s);
        w->from = p.dst;
        w->to = p.src;
    }
    CHECK(nt_tcp_count(w->t) <= CONNECTIONS);
}

/* A segment that answers the last one, but for what the input changes. */
static void send_segment(struct world *w, struct feed *f)
{
    uint8_t bytes[3000], how = feed8(f);
    struct nt_packet p = {.data = bytes, .cap = sizeof bytes}, answer = {.data = (uint8_t[100]){0}, .cap = 100};
    size_t len = 0;
    const uint8_t *text = (how & 1) != 0 ? feed_chunk(f, 2000, &len) : NULL;
    struct nt_segment s = {.seq = w->seq, .ack = w->end, .flags = feed8(f), .window = feed16(f), .len = (uint16_t)len};
    if ((how & 2) != 0)
        s.seq += (uint32_t)(int32_t)(int16_t)feed16(f);
    if ((how & 4) != 0)
        s.ack += (uint32_t)(int32_t)(int16_t)feed16(f);
    if ((how & 8) != 0)
        s.mss = feed16(f);
    s.scales = (how & 16) != 0;
    s.shift = s.scales ? feed8(f) : 0;
    if (len > 0)
        memcpy(bytes + nt_segment_header(&s, NT_AF_IPV4), text, len);
    bool last = (how & 32) == 0 && nt_addr_is_set(&w->from);
    CHECK(nt_segment_write(&p, last ? &w->from : &w->peers[how >> 7], last ? &w->to : &w->local, &s, 1) == 0);
    if ((how & 64) != 0)
        p.data[p.l4 + 12] = feed8(f); /* another data offset */
    int r = nt_tcp_input(w->t, &p, 1500, w->now);
    CHECK(r == 0 || r == NT_ENOENT || r == NT_EFORMAT);
    if (r == NT_ENOENT)
        CHECK(!nt_tcp_refuse(&p, &answer) || nt_packet_parse(&answer) == 0);
}

static void call_owner(struct world *w, struct feed *f, uint8_t op)
{
    struct nt_tcp_name name = w->names[feed8(f) % NAMES];
    size_t len;
    const uint8_t *bytes = op == 1 ? feed_chunk(f, 5000, &len) : NULL;
    switch (op) {
    case 0: {
        struct nt_addr from = nt_addr_with_port(&w->local, 0);
        name = (struct nt_tcp_name){1, w->next_id++};
        if (nt_tcp_connect(w->t, &from, &w->peers[feed8(f) & 1], 68 + (uint32_t)feed16(f), name, w->now) == 0)
            w->names[name.id % NAMES] = name;
        break;
    }
    case 1: (void)nt_tcp_write(w->t, name, bytes, len); break;
    case 2: nt_tcp_shut(w->t, name); break;
    case 3: nt_tcp_close(w->t, name, w->now); break;
    default: nt_tcp_abort(w->t, name); break;
    }
}

static void send_error(struct world *w, struct feed *f)
{
    struct nt_tcp_error e = {.type = feed8(f), .code = feed8(f), .mtu = feed16(f), .seq = w->ack};
    (void)nt_tcp_icmp(w->t, &w->to, &w->from, &e);
}

/* Time goes on, timer by timer. */
static void wait(struct world *w, struct feed *f)
{
    nt_time until = w->now + (nt_time)feed16(f) * 10 * NT_MSEC;
    for (int n = 0; nt_tcp_deadline(w->t) <= until; n++) {
        CHECK(n < TIMERS_MAX && nt_tcp_deadline(w->t) >= w->now);
        w->now = nt_tcp_deadline(w->t);
        nt_tcp_timer(w->t, w->now);
        pull(w, false);
        CHECK(nt_tcp_deadline(w->t) > w->now);
    }
    w->now = until;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed f = {data, data + size};
    struct nt_rand rand;
    struct nt_trace trace = {.emit = discard};
    struct world w = {.local = nt_addr_v4(0x0a000002, 80), .peers = {nt_addr_v4(0x0a000003, 4000), nt_addr_v4(0x0a000003, 4001)}};
    nt_rand_init(&rand, 1, "tcp");
    w.t = nt_tcp_new(&(struct nt_tcp_config){
        .rand = &rand,
        .trace = &trace,
        .limits = {.connections = CONNECTIONS, .half_open = 3, .send = 10000, .received = 5000 + 1000U * feed8(&f)},
        .keepalive = {.idle = feed8(&f) * NT_SEC, .interval = NT_SEC, .probes = 3}});
    CHECK(w.t != NULL && nt_tcp_listen(w.t, &w.local, (struct nt_tcp_name){1, LISTENER}) == 0);
    while (f.p < f.end) {
        uint8_t op = feed8(&f);
        if (op < 128)
            send_segment(&w, &f);
        else if (op < 192)
            call_owner(&w, &f, op % 5);
        else if (op < 208)
            send_error(&w, &f);
        else
            pull(&w, true);
        pull(&w, (op & 1) != 0);
        if (op % 16 == 15)
            wait(&w, &f);
    }
    nt_tcp_del(w.t);
    return 0;
}
