/* The simulated TCP at 10.9.0.2, for who compares it with the kernel's (tests/cli/test_tcp_kernel.py).
 *
 *     tcp_end steps              on virtual time: a command a line on standard input, and for each what leaves and what is told, up
 * to "." listen PORT | connect PORT TO | segment HEX | write N | shut | close | abort | read | wait MILLISECONDS tcp_end tun FD
 * SEED LOSS DUPLICATES DELAYS     in real time on a TUN device: it listens on port 7, and sends back what it gets. Of 1000 packets
 * each way so many are lost, come twice, or wait until others have passed. Prints what became of each connection. */
#define _GNU_SOURCE
#include "core/base/err.h"
#include "natsim/packet/segment.h"
#include "natsim/tcp/tcp.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PACKET_MAX = 65536, MTU = 1500, ECHO = 7, LISTENER = 1, HELD_MAX = 64, CHUNK = 65536, LINE_MAX_BYTES = 200000 };

static struct nt_addr own;
static struct nt_tcp *t;
static struct nt_tcp_name name = {1, 2};
static uint8_t bytes[PACKET_MAX];

static void pass_over(void *user, const struct nt_trace_event *e)
{
    (void)user, (void)e;
}

static bool read_packet(uint8_t *data, size_t len, struct nt_packet *p)
{
    *p = (struct nt_packet){.data = data, .len = (uint32_t)len, .cap = (uint32_t)len};
    return nt_packet_parse(p) == NT_OK && p->proto == NT_PROTO_TCP && nt_packet_checksums_good(p);
}

static bool take(struct nt_packet *p, nt_time now, struct nt_packet *answer)
{
    return nt_tcp_input(t, p, MTU, now) == NT_ENOENT && nt_tcp_refuse(p, answer);
}

/* Steps */

static void print_packet(const struct nt_packet *p)
{
    printf("out ");
    for (uint32_t i = 0; i < p->len; i++)
        printf("%02x", p->data[i]);
    printf("\n");
}

static void print_event(void)
{
    static const char *const why[] = {"", "by-peer", "refused", "reset", "timeout", "unreachable", "limit"};
    struct nt_tcp_event e;
    while (nt_tcp_event(t, &e)) {
        if (e.kind == NT_TCP_ACCEPTED)
            name = e.name;
        if (e.kind == NT_TCP_BYTES)
            printf("told %zu bytes\n", e.len);
        else
            printf("told %s %s\n",
                   e.kind == NT_TCP_ACCEPTED    ? "accepted"
                   : e.kind == NT_TCP_CONNECTED ? "connected"
                                                : "closed",
                   e.kind == NT_TCP_CLOSED ? why[e.why] : "");
    }
}

static void step_segment(const char *hex, nt_time now)
{
    uint8_t answer_bytes[100];
    struct nt_packet p, answer = {.data = answer_bytes, .cap = sizeof answer_bytes};
    size_t len = 0;
    for (unsigned value; sscanf(hex + 2 * len, "%2x", &value) == 1; len++)
        bytes[len] = (uint8_t)value;
    if (read_packet(bytes, len, &p) && take(&p, now, &answer))
        print_packet(&answer);
}

static void step(const char *line, nt_time *now)
{
    unsigned port = 0, to = 0;
    struct nt_addr peer = nt_addr_v4(0x0a090001, 0);
    if (sscanf(line, "listen %u", &port) == 1) {
        struct nt_addr at = nt_addr_with_port(&own, (uint16_t)port);
        (void)nt_tcp_listen(t, &at, (struct nt_tcp_name){1, LISTENER});
    } else if (sscanf(line, "connect %u %u", &port, &to) == 2) {
        struct nt_addr from = nt_addr_with_port(&own, (uint16_t)port);
        peer.port = (uint16_t)to;
        (void)nt_tcp_connect(t, &from, &peer, MTU, name, *now);
    } else if (strncmp(line, "segment ", 8) == 0) {
        step_segment(line + 8, *now);
    } else if (sscanf(line, "write %u", &port) == 1) {
        if (nt_tcp_write(t, name, memset(bytes, 'x', port), port) != NT_OK)
            printf("told not-written\n");
    } else if (strcmp(line, "shut") == 0) {
        nt_tcp_shut(t, name);
    } else if (strcmp(line, "close") == 0) {
        nt_tcp_close(t, name, *now);
    } else if (strcmp(line, "abort") == 0) {
        nt_tcp_abort(t, name);
    } else if (strcmp(line, "read") == 0) {
        print_event();
    } else if (sscanf(line, "wait %u", &port) == 1) {
        *now += port * NT_MSEC;
        nt_tcp_timer(t, *now);
    } else {
        printf("told no such step\n");
    }
}

static int run_steps(void)
{
    char *line = NULL;
    size_t cap = 0;
    nt_time now = NT_SEC;
    for (ssize_t n; (n = getline(&line, &cap, stdin)) > 0;) {
        struct nt_packet p = {.data = bytes, .cap = sizeof bytes};
        line[n - 1] = '\0';
        step(line, &now);
        while (nt_tcp_output(t, &p, now))
            print_packet(&p);
        printf(".\n");
        fflush(stdout);
    }
    free(line);
    return 0;
}

/* On a device */

struct impairment {
    struct nt_rand rand;
    unsigned loss, duplicates, delays;
    uint8_t held[HELD_MAX][MTU];
    size_t held_len[HELD_MAX], held_count;
};

static struct impairment in, out;
static int device;
static nt_time started;

static nt_time real_now(void)
{
    struct timespec s;
    clock_gettime(CLOCK_MONOTONIC, &s);
    return (nt_time)s.tv_sec * NT_SEC + s.tv_nsec - started;
}

static bool happens(struct impairment *i, unsigned in_1000)
{
    return nt_rand_below(&i->rand, 1000) < in_1000;
}

static void pass_through(struct impairment *i, const uint8_t *data, size_t len, void (*on)(const uint8_t *data, size_t len))
{
    if (happens(i, i->loss))
        return;
    if (i->held_count < HELD_MAX && happens(i, i->delays)) {
        memcpy(i->held[i->held_count], data, len);
        i->held_len[i->held_count++] = len;
        return;
    }
    on(data, len);
    if (happens(i, i->duplicates))
        on(data, len);
    for (size_t k = i->held_count; k > 0 && happens(i, 500); k--) { /* the last that were held come first */
        i->held_count--;
        on(i->held[i->held_count], i->held_len[i->held_count]);
    }
}

static void to_device(const uint8_t *data, size_t len)
{
    if (write(device, data, len) < 0)
        perror("the device");
}

static void from_device(const uint8_t *data, size_t len)
{
    uint8_t copy[MTU], answer_bytes[100];
    struct nt_packet p, answer = {.data = answer_bytes, .cap = sizeof answer_bytes};
    memcpy(copy, data, len);
    if (read_packet(copy, len, &p) && take(&p, real_now(), &answer))
        pass_through(&out, answer.data, answer.len, to_device);
}

/* What it got and could not send back yet. */
static uint8_t *back;
static size_t back_len, back_cap, returned;

static void hear(const struct nt_tcp_event *e)
{
    if (e->kind == NT_TCP_ACCEPTED)
        name = e->name;
    if (e->kind == NT_TCP_BYTES && back_len + e->len <= back_cap) {
        memcpy(back + back_len, e->bytes, e->len);
        back_len += e->len;
    }
    if (e->kind == NT_TCP_CLOSED) {
        printf("closed %d after %zu bytes\n", (int)e->why, returned);
        fflush(stdout);
    }
}

static void echo(bool ended)
{
    while (back_len > 0) {
        size_t n = back_len < CHUNK ? back_len : CHUNK;
        if (nt_tcp_write(t, name, back, n) != NT_OK)
            return;
        memmove(back, back + n, back_len - n);
        back_len -= n;
        returned += n;
    }
    if (ended)
        nt_tcp_shut(t, name);
}

static void drain_device(void)
{
    static bool ended;
    struct nt_packet p = {.data = bytes, .cap = MTU};
    struct nt_tcp_event e;
    while (back_len < back_cap / 2 && nt_tcp_event(t, &e)) {
        hear(&e);
        ended = ended || e.kind == NT_TCP_CLOSED;
    }
    echo(ended);
    while (nt_tcp_output(t, &p, real_now()))
        pass_through(&out, p.data, p.len, to_device);
}

static int run_on_device(void)
{
    struct nt_addr at = nt_addr_with_port(&own, ECHO);
    started = real_now();
    back_cap = 4 << 20;
    back = malloc(back_cap);
    if (back == NULL || nt_tcp_listen(t, &at, (struct nt_tcp_name){1, LISTENER}) != NT_OK)
        return 1;
    printf("ready\n");
    fflush(stdout);
    for (;;) {
        nt_time wait = nt_tcp_deadline(t) == NT_TIME_NEVER ? 10 * NT_SEC : nt_tcp_deadline(t) - real_now();
        struct pollfd p[] = {{.fd = device, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
        poll(p, 2, wait > 0 ? (int)(wait / NT_MSEC) + 1 : 0);
        if (p[1].revents != 0)
            return 0; /* who has started it has ended */
        uint8_t packet[MTU];
        ssize_t n = p[0].revents != 0 ? read(device, packet, sizeof packet) : 0;
        if (n > 0)
            pass_through(&in, packet, (size_t)n, from_device);
        if (nt_tcp_deadline(t) <= real_now())
            nt_tcp_timer(t, real_now());
        drain_device();
    }
}

static void impair(struct impairment *i, uint64_t seed, const char *label, char **argv)
{
    nt_rand_init(&i->rand, seed, label);
    i->loss = (unsigned)atoi(argv[0]);
    i->duplicates = (unsigned)atoi(argv[1]);
    i->delays = (unsigned)atoi(argv[2]);
}

int main(int argc, char **argv)
{
    struct nt_rand rand;
    struct nt_trace trace = {.emit = pass_over};
    bool steps = argc == 2 && strcmp(argv[1], "steps") == 0, tun = argc == 7 && strcmp(argv[1], "tun") == 0;
    if (!steps && !tun) {
        fprintf(stderr, "usage: tcp_end steps | tcp_end tun FD SEED LOSS DUPLICATES DELAYS\n");
        return 2;
    }
    own = nt_addr_v4(0x0a090002, 0);
    uint64_t seed = tun ? strtoull(argv[3], NULL, 10) : 1;
    nt_rand_init(&rand, seed, "tcp");
    t = nt_tcp_new(&(struct nt_tcp_config){.rand = &rand, .trace = &trace});
    if (t == NULL)
        return 1;
    if (tun) {
        device = atoi(argv[2]);
        impair(&in, seed, "in", argv + 4);
        impair(&out, seed, "out", argv + 4);
    }
    int r = steps ? run_steps() : run_on_device();
    nt_tcp_del(t);
    free(back);
    return r;
}
