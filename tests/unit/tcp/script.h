/* Scripts of segments, after packetdrill: one host's TCP at 10.0.0.2 and a peer at 10.0.0.3 that is the script. A line is one step:
 *
 *   listen | connect              port 80 from 10.0.0.3 is listened on; or 10.0.0.3:80 connected to
 *   < FLAGS SEQ[+LEN] [ack N] [win N] [mss N] [ws N]   the peer sends
 *   > FLAGS SEQ[+LEN] [ack N] [win N] [mss N] [ws N]   the next segment that leaves; what is not named may be anything
 *   > nothing                     no segment leaves
 *   +SECONDS                      time goes on so far, and timers run
 *   write N [error] | shut | close | abort | stop      of the connection; stop: of the listener
 *   = accepted | connected | N bytes | closed WHY | nothing   what is told next; until then it waits, unread
 *   state NAME | held N           of the connection; of connections
 *   icmp TYPE/CODE SEQ [mtu N]    about our segment at SEQ
 *   discarded WORD                what was last discarded
 *
 * FLAGS are of SFRPA, or "none". Both sides' initial sequence numbers count as 0. */
#ifndef NT_TEST_SCRIPT_H
#define NT_TEST_SCRIPT_H

#include "tests/unit/help.h"

#include "core/base/bytes.h"
#include "natsim/packet/segment.h"
#include "natsim/tcp/tcp.h"

#include <stdio.h>
#include <stdlib.h>

enum { OWNER = 7, LISTENER = 1, CONNECTION = 2 };
#define PEER_ISS 0xfffffff0U

struct script {
    struct nt_tcp *t;
    nt_time now;
    uint32_t iss, mtu;
    bool known; /* our initial sequence number */
    struct nt_tcp_name name;
    struct nt_addr local, remote;
    uint32_t written, read;
    enum nt_discard discarded;
    const char *line;
    int input;
    bool v6;
};

static inline void script_discard(void *user, const struct nt_trace_event *e)
{
    struct script *s = user;
    assert_int_equal(e->kind, NT_TR_DISCARDED);
    s->discarded = (enum nt_discard)e->n[0];
}

/* The byte at each place of a stream. */
static inline uint8_t script_byte(uint32_t at)
{
    return (uint8_t)(at ^ at >> 8 ^ 0x5a);
}

static inline void script_new(struct script *s, const struct nt_tcp_config *config)
{
    struct nt_rand rand;
    struct nt_trace trace = {.emit = script_discard, .user = s};
    struct nt_tcp_config c = config != NULL ? *config : (struct nt_tcp_config){0};
    nt_rand_init(&rand, 1, "tcp");
    c.rand = &rand;
    c.trace = &trace;
    *s = (struct script){.mtu = 1500, .now = NT_SEC, .name = {OWNER, CONNECTION}};
    s->t = nt_tcp_new(&c);
    assert_non_null(s->t);
}

#define script_fail(s, ...) (print_error("%s: ", (s)->line), print_error(__VA_ARGS__), print_error("\n"), fail())

static inline uint32_t script_number(const char *line, const char *word, uint32_t otherwise)
{
    char key[16];
    snprintf(key, sizeof key, " %s ", word);
    const char *at = strstr(line, key);
    return at != NULL ? (uint32_t)strtoul(at + strlen(key), NULL, 10) : otherwise;
}

/* "< PA 1+100 ack 1": the segment with relative numbers. */
static inline void script_segment(const char *line, struct nt_segment *out)
{
    static const char letters[] = "FSRPA";
    const char *at = line + 2;
    *out = (struct nt_segment){0};
    if (strncmp(at, "none", 4) == 0)
        at += 4;
    for (; *at != ' '; at++)
        out->flags |= (uint8_t)(1 << (strchr(letters, *at) - letters));
    char *end;
    out->seq = (uint32_t)strtoul(at, &end, 10);
    out->len = *end == '+' ? (uint16_t)strtoul(end + 1, NULL, 10) : 0;
    out->ack = script_number(line, "ack", 0);
    out->window = (uint16_t)script_number(line, "win", 65535);
    out->mss = (uint16_t)script_number(line, "mss", 0);
    out->scales = strstr(line, " ws ") != NULL;
    out->shift = (uint8_t)script_number(line, "ws", 0);
}

static inline void script_send(struct script *s)
{
    uint8_t bytes[70000];
    struct nt_packet p = {.data = bytes, .cap = sizeof bytes};
    struct nt_segment g;
    script_segment(s->line, &g);
    uint32_t header = nt_segment_header(&g, s->v6 ? NT_AF_IPV6 : NT_AF_IPV4);
    for (uint32_t i = 0; i < g.len; i++)
        bytes[header + i] = script_byte(g.seq - 1 + i);
    g.seq += PEER_ISS;
    g.ack += (g.flags & NT_TCP_ACK) != 0 ? s->iss : 0;
    assert_int_equal(nt_segment_write(&p, &s->remote, &s->local, &g, 1), NT_OK);
    assert_true(nt_packet_checksums_good(&p));
    s->discarded = 0;
    s->input = nt_tcp_input(s->t, &p, s->mtu, s->now);
}

static inline const char *script_show(const struct nt_segment *g, char buf[96])
{
    static const char letters[] = "FSRPA";
    char flags[8];
    size_t n = 0;
    for (size_t i = 0; i < 5; i++)
        if ((g->flags & 1 << i) != 0)
            flags[n++] = letters[i];
    flags[n] = '\0';
    snprintf(buf, 96, "%s %u+%u ack %u win %u mss %u ws %d", flags, g->seq, g->len, g->ack, g->window, g->mss,
             g->scales ? g->shift : -1);
    return buf;
}

static inline void script_expect(struct script *s)
{
    uint8_t bytes[70000];
    char buf[96];
    struct nt_packet p = {.data = bytes, .cap = sizeof bytes};
    struct nt_segment want, g;
    bool any = nt_tcp_output(s->t, &p, s->now);
    if (any) {
        assert_int_equal(nt_packet_parse(&p), NT_OK);
        assert_true(nt_packet_checksums_good(&p));
        assert_true(p.df);
        assert_int_equal(nt_segment_read(&p, &g), NT_OK);
        if (!s->known && (g.flags & NT_TCP_SYN) != 0) {
            s->iss = g.seq;
            s->known = true;
        }
        g.seq -= (g.flags & NT_TCP_RST) == 0 || g.seq != 0 ? s->iss : 0;
        g.ack -= (g.flags & NT_TCP_ACK) != 0 ? PEER_ISS : 0;
    }
    if (strcmp(s->line, "> nothing") == 0) {
        if (any)
            script_fail(s, "there is %s", script_show(&g, buf));
        return;
    }
    if (!any)
        script_fail(s, "no segment leaves");
    script_segment(s->line, &want);
    bool same = want.flags == g.flags && want.seq == g.seq && want.len == g.len;
    same = same && (strstr(s->line, " ack ") == NULL || want.ack == g.ack) &&
           (strstr(s->line, " win ") == NULL || want.window == g.window);
    same = same && (strstr(s->line, " mss ") == NULL || want.mss == g.mss) &&
           (strstr(s->line, " ws ") == NULL || (g.scales && want.shift == g.shift)) &&
           (strstr(s->line, " unscaled") == NULL || !g.scales);
    if (!same)
        script_fail(s, "it is %s", script_show(&g, buf));
    for (uint32_t i = 0; i < g.len; i++)
        assert_int_equal(g.data[i], script_byte(g.seq - 1 + i));
}

/* Time goes on; at the end of each step there must be an expectation for what timers have brought. */
static inline void script_wait(struct script *s)
{
    uint8_t bytes[2000];
    struct nt_packet p = {.data = bytes, .cap = sizeof bytes};
    if (nt_tcp_output(s->t, &p, s->now))
        script_fail(s, "a segment is left");
    nt_time until = s->now + (nt_time)(strtod(s->line + 1, NULL) * 1e6 + 0.5) * NT_USEC;
    if (nt_tcp_deadline(s->t) < until)
        script_fail(s, "a timer expires %.6f s earlier", (double)(until - nt_tcp_deadline(s->t)) / 1e9);
    s->now = until;
    if (nt_tcp_deadline(s->t) <= until)
        nt_tcp_timer(s->t, until);
}

static inline const char *script_why(enum nt_closed why)
{
    static const char *const words[] = {"-", "by-peer", "refused", "reset", "timeout", "unreachable", "limit", "tls"};
    return words[why];
}

static inline void script_told(struct script *s)
{
    char got[64] = "= nothing";
    struct nt_tcp_event e;
    if (nt_tcp_event(s->t, &e)) {
        if (e.kind == NT_TCP_ACCEPTED) {
            assert_int_equal(e.listener, LISTENER);
            assert_true((e.name.id & NT_ACCEPTED) != 0);
            s->name = e.name;
        }
        assert_int_equal(e.name.owner, OWNER);
        assert_int_equal(e.name.id, s->name.id);
        assert_true(nt_addr_equal(&e.remote, &s->remote));
        for (size_t i = 0; i < e.len; i++)
            assert_int_equal(e.bytes[i], script_byte(s->read + (uint32_t)i));
        s->read += (uint32_t)e.len;
        if (e.kind == NT_TCP_BYTES)
            snprintf(got, sizeof got, "= %zu bytes", e.len);
        else
            snprintf(got, sizeof got, "= %s%s%s",
                     e.kind == NT_TCP_ACCEPTED    ? "accepted"
                     : e.kind == NT_TCP_CONNECTED ? "connected"
                                                  : "closed",
                     e.kind == NT_TCP_CLOSED ? " " : "", e.kind == NT_TCP_CLOSED ? script_why(e.why) : "");
    }
    if (strcmp(got, s->line) != 0)
        script_fail(s, "it is '%s'", got);
}

static inline void script_write(struct script *s)
{
    uint8_t bytes[300000];
    uint32_t len = (uint32_t)strtoul(s->line + 6, NULL, 10);
    for (uint32_t i = 0; i < len; i++)
        bytes[i] = script_byte(s->written + i);
    int r = nt_tcp_write(s->t, s->name, bytes, len), want = strstr(s->line, "no-space") != NULL ? NT_ENOSPC
                                                            : strstr(s->line, "state") != NULL  ? NT_ESTATE
                                                            : strstr(s->line, "none") != NULL   ? NT_ENOENT
                                                                                                : NT_OK;
    if (r != want)
        script_fail(s, "it is %s", nt_strerror(r));
    s->written += r == NT_OK ? len : 0;
}

static inline void script_icmp(struct script *s)
{
    struct nt_tcp_error e = {.mtu = script_number(s->line, "mtu", 0)};
    char *end;
    e.type = (uint8_t)strtoul(s->line + 5, &end, 10);
    e.code = (uint8_t)strtoul(end + 1, &end, 10);
    e.seq = (uint32_t)strtoul(end, NULL, 10) + s->iss;
    s->input = nt_tcp_icmp(s->t, &s->local, &s->remote, &e) ? NT_OK : NT_ENOENT;
}

static inline void script_open(struct script *s)
{
    bool listens = strcmp(s->line, "listen") == 0;
    s->local = addr(s->v6 ? listens ? "[2001:db8::2]:80" : "[2001:db8::2]:0" : listens ? "10.0.0.2:80" : "10.0.0.2:0");
    s->remote = addr(s->v6 ? listens ? "[2001:db8::3]:4000" : "[2001:db8::3]:80" : listens ? "10.0.0.3:4000" : "10.0.0.3:80");
    s->known = false;
    s->read = s->written = 0;
    int r = listens ? nt_tcp_listen(s->t, &s->local, (struct nt_tcp_name){OWNER, LISTENER})
                    : nt_tcp_connect(s->t, &s->local, &s->remote, s->mtu, s->name, s->now);
    assert_int_equal(r, NT_OK);
}

static inline void script_check(struct script *s)
{
    if (strncmp(s->line, "state ", 6) == 0) {
        if (strcmp(nt_tcp_state_name(s->t, s->name), s->line + 6) != 0)
            script_fail(s, "it is %s", nt_tcp_state_name(s->t, s->name));
    } else if (strncmp(s->line, "held ", 5) == 0) {
        if (nt_tcp_count(s->t) != strtoul(s->line + 5, NULL, 10))
            script_fail(s, "there are %zu", nt_tcp_count(s->t));
    } else if (strncmp(s->line, "discarded ", 10) == 0) {
        const char *word = s->discarded != 0 ? nt_discard_name(s->discarded) : "nothing";
        if (strcmp(word, s->line + 10) != 0)
            script_fail(s, "it is %s", word);
    } else if (strcmp(s->line, "for nobody") == 0) {
        assert_int_equal(s->input, NT_ENOENT);
    } else {
        script_fail(s, "no such step");
    }
}

static inline void script_step(struct script *s, const char *line)
{
    s->line = line;
    switch (line[0]) {
    case '<': script_send(s); return;
    case '>': script_expect(s); return;
    case '+': script_wait(s); return;
    case '=': script_told(s); return;
    case 'w': script_write(s); return;
    default: break;
    }
    if (strcmp(line, "listen") == 0 || strcmp(line, "connect") == 0)
        script_open(s);
    else if (strncmp(line, "icmp ", 5) == 0)
        script_icmp(s);
    else if (strcmp(line, "shut") == 0)
        nt_tcp_shut(s->t, s->name);
    else if (strcmp(line, "close") == 0)
        nt_tcp_close(s->t, s->name, s->now);
    else if (strcmp(line, "abort") == 0)
        nt_tcp_abort(s->t, s->name);
    else if (strcmp(line, "stop") == 0)
        nt_tcp_close(s->t, (struct nt_tcp_name){OWNER, LISTENER}, s->now);
    else
        script_check(s);
}

static inline void script_steps(struct script *s, const char *const *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        script_step(s, lines[i]);
}

#define RUN(s, ...)                                                                                                                \
    do {                                                                                                                           \
        static const char *const lines[] = {__VA_ARGS__};                                                                          \
        script_steps(s, lines, sizeof lines / sizeof *lines);                                                                      \
    } while (0)
#define STORY(name, ...)                                                                                                           \
    TEST(name)                                                                                                                     \
    {                                                                                                                              \
        struct script s;                                                                                                           \
        script_new(&s, NULL);                                                                                                      \
        RUN(&s, __VA_ARGS__);                                                                                                      \
        nt_tcp_del(s.t);                                                                                                           \
    }

/* clang-format off */
#define ACCEPTED "listen", "< S 0 mss 1000 win 10000", "> SA 0 ack 1", "< A 1 ack 1 win 10000", "> nothing", "= accepted", "= nothing"
#define CONNECTED "connect", "> S 0 mss 1460", "< SA 0 ack 1 mss 1000 win 10000", "= connected", "> A 1 ack 1", "> nothing"
/* clang-format on */

#endif
