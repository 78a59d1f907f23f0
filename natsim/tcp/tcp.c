#include "natsim/tcp/tcp.h"
#include "core/base/err.h"
#include "natsim/tcp/arrival.h"
#include "natsim/tcp/error.h"
#include "natsim/tcp/isn.h"
#include "natsim/tcp/listeners.h"
#include "natsim/tcp/mss.h"
#include "natsim/tcp/output.h"
#include "natsim/tcp/sequence.h"
#include "natsim/tcp/table.h"
#include "natsim/tcp/timeouts.h"
#include "natsim/tcp/timers.h"

#include <stdlib.h>

enum { CONNECTIONS = 65536, HALF_OPEN = 128, BYTES = 262144, BYTES_MAX = 1 << 30 };

static const struct nt_why full = {NT_DISCARD_NO_ROOM, "there are as many connections as there may be"},
                           half_open = {NT_DISCARD_NO_ROOM, "there are as many half-open connections as a listener may have"};

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
    return value != 0 ? value : otherwise;
}

struct nt_tcp *nt_tcp_new(const struct nt_tcp_config *config)
{
    struct nt_tcp *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    struct nt_rand rand = *config->rand;
    t->limits = (struct nt_tcp_limits){.connections = or_default(config->limits.connections, CONNECTIONS),
                                       .half_open = or_default(config->limits.half_open, HALF_OPEN),
                                       .send = or_default(config->limits.send, BYTES),
                                       .received = or_default(config->limits.received, BYTES)};
    t->limits.send = t->limits.send < BYTES_MAX ? t->limits.send : BYTES_MAX;
    t->limits.received = t->limits.received < BYTES_MAX ? t->limits.received : BYTES_MAX;
    t->keepalive = config->keepalive;
    t->trace = *config->trace;
    nt_rand_bytes(&rand, t->secret, sizeof t->secret);
    t->ip_id = (uint16_t)nt_rand_below(&rand, UINT16_MAX);
    nt_tcp_table_init(t);
    return t;
}

void nt_tcp_del(struct nt_tcp *t)
{
    if (t == NULL)
        return;
    nt_tcp_table_free(t);
    free(t);
}

/* After each change of a connection. */
static void settle(struct nt_tcp *t, struct nt_tcp_connection *c)
{
    if (c->listener != NT_MAP_NONE && c->state != NT_TCP_SYN_RECEIVED) {
        t->listeners[c->listener].half_open--;
        c->listener = NT_MAP_NONE;
    }
    nt_tcp_table_touch(t, c);
}

int nt_tcp_listen(struct nt_tcp *t, struct nt_addr *local, struct nt_tcp_name name)
{
    return nt_listeners_add(t, local, name);
}

/* A connection that begins, with what both sides of a handshake have. */
static void begin(struct nt_tcp *t, struct nt_tcp_connection *c, enum nt_tcp_state state, uint32_t iss, uint32_t mtu, nt_time now)
{
    uint16_t mss = nt_mss_of_mtu(mtu, c->local.family);
    c->state = state;
    c->scales = true;
    c->heard = now;
    nt_tcp_sender_init(&c->snd, iss, mss, now);
    nt_receiver_init(&c->rcv, t->limits.received, mss);
}

int nt_tcp_connect(struct nt_tcp *t, struct nt_addr *local, const struct nt_addr *remote, uint32_t mtu, struct nt_tcp_name name,
                   nt_time now)
{
    struct nt_addr from = *local;
    uint32_t index;
    if (local->family != remote->family || nt_addr_ip_len(local) == 0)
        return NT_EINVAL;
    if (nt_listeners_named(t, name) != NT_MAP_NONE || nt_tcp_table_named(t, name) != NULL)
        return NT_EEXIST;
    int r = nt_listeners_choose(t, &from, remote, name.owner);
    if (r == NT_OK)
        r = nt_tcp_table_add(t, &from, remote, &index);
    if (r != NT_OK)
        return r;
    struct nt_tcp_connection *c = &t->connections[index];
    c->active = true;
    begin(t, c, NT_TCP_SYN_SENT, nt_isn(t, &from, remote, now), mtu, now);
    if ((r = nt_tcp_table_name(t, index, name)) != NT_OK)
        nt_connection_end(c, 0);
    else
        *local = from;
    settle(t, c);
    return r;
}

int nt_tcp_write(struct nt_tcp *t, struct nt_tcp_name name, const uint8_t *bytes, size_t len)
{
    struct nt_tcp_connection *c = nt_tcp_table_named(t, name);
    if (c == NULL)
        return NT_ENOENT;
    if (c->orphan || c->snd.shut || c->state == NT_TCP_GONE)
        return NT_ESTATE;
    int r = nt_tcp_sender_write(&c->snd, bytes, len, t->limits.send);
    if (r == NT_OK)
        settle(t, c);
    return r;
}

size_t nt_tcp_room(const struct nt_tcp *t, struct nt_tcp_name name)
{
    const struct nt_tcp_connection *c = nt_tcp_table_named(t, name);
    bool writable = c != NULL && !c->orphan && !c->snd.shut && c->state != NT_TCP_GONE;
    return writable ? nt_tcp_sender_room(&c->snd, t->limits.send) : 0;
}

void nt_tcp_shut(struct nt_tcp *t, struct nt_tcp_name name)
{
    struct nt_tcp_connection *c = nt_tcp_table_named(t, name);
    if (c == NULL)
        return;
    nt_connection_shut(c);
    settle(t, c);
}

static void end_listener(struct nt_tcp *t, uint32_t listener)
{
    for (size_t i = 0; i < t->connection_count; i++) {
        struct nt_tcp_connection *c = &t->connections[i];
        if (c->used && c->listener == listener) {
            nt_connection_end(c, 0);
            settle(t, c);
        }
    }
    t->listeners[listener].used = false;
}

void nt_tcp_close(struct nt_tcp *t, struct nt_tcp_name name, nt_time now)
{
    uint32_t listener = nt_listeners_named(t, name);
    struct nt_tcp_connection *c = nt_tcp_table_named(t, name);
    if (listener != NT_MAP_NONE)
        end_listener(t, listener);
    if (c == NULL)
        return;
    nt_connection_close(c, now);
    settle(t, c);
}

void nt_tcp_abort(struct nt_tcp *t, struct nt_tcp_name name)
{
    struct nt_tcp_connection *c = nt_tcp_table_named(t, name);
    if (c == NULL)
        return;
    c->orphan = true;
    nt_connection_abort(c);
    settle(t, c);
}

/* A segment for a listener. */
struct knock {
    const struct nt_packet *p;
    const struct nt_segment *s;
    uint32_t listener, mtu;
    bool reopens; /* a connection in TIME-WAIT, which has sent up to `max` */
    uint32_t max;
};

/* RFC 9293, 3.6.1: that of a reopened connection is larger than what the old one has used; by as much as Linux's. */
static uint32_t choose_iss(const struct nt_tcp *t, const struct knock *k, nt_time now)
{
    return k->reopens ? k->max + UINT16_MAX + 2 : nt_isn(t, &k->p->dst, &k->p->src, now);
}

/* 3.10.7.2 */
static int in_listen(struct nt_tcp *t, const struct knock *k, const struct nt_why **why, nt_time now)
{
    struct nt_tcp_listener *l = &t->listeners[k->listener];
    uint32_t index;
    if ((k->s->flags & (NT_TCP_RST | NT_TCP_ACK | NT_TCP_SYN)) != NT_TCP_SYN)
        return NT_ENOENT;
    if (l->half_open == t->limits.half_open) {
        *why = &half_open;
        return NT_OK;
    }
    int r = nt_tcp_table_add(t, &k->p->dst, &k->p->src, &index);
    if (r != NT_OK) {
        *why = r == NT_ELIMIT ? &full : NULL;
        return r == NT_ELIMIT ? NT_OK : r;
    }
    struct nt_tcp_connection *c = &t->connections[index];
    c->listener = k->listener;
    c->orphan = true; /* until it is accepted */
    l->half_open++;
    begin(t, c, NT_TCP_SYN_RECEIVED, choose_iss(t, k, now), k->mtu, now);
    nt_arrival_learn(c, k->s);
    settle(t, c);
    return NT_OK;
}

/* RFC 9293, 3.6.1 (MAY-2): a SYN reopens a connection in TIME-WAIT, if its sequence number is larger than any of the old ones. */
static bool reopens(const struct nt_tcp_connection *c, const struct nt_segment *s)
{
    return c->state == NT_TCP_TIME_WAIT && (s->flags & (NT_TCP_SYN | NT_TCP_ACK | NT_TCP_RST)) == NT_TCP_SYN &&
           nt_seq_after(s->seq, c->rcv.nxt);
}

int nt_tcp_input(struct nt_tcp *t, const struct nt_packet *p, uint32_t mtu, nt_time now)
{
    struct nt_segment s;
    const struct nt_why *why = NULL;
    int r = nt_segment_read(p, &s);
    if (r != NT_OK)
        return r;
    struct nt_tcp_connection *c = nt_tcp_table_find(t, &p->dst, &p->src);
    struct knock k = {.p = p, .s = &s, .mtu = mtu, .reopens = c != NULL && reopens(c, &s), .listener = NT_MAP_NONE};
    if (c == NULL || k.reopens)
        k.listener = nt_listeners_find(t, &p->dst);
    if (c != NULL && k.listener != NT_MAP_NONE) {
        k.max = c->snd.max;
        nt_connection_end(c, 0);
        settle(t, c);
    }
    if (k.listener != NT_MAP_NONE) {
        r = in_listen(t, &k, &why, now);
    } else if (c != NULL) {
        r = nt_arrival(t, c, &s, &why, now);
        settle(t, c);
    } else {
        r = NT_ENOENT;
    }
    if (why != NULL)
        nt_trace_discard(&t->trace, why, &p->src, &p->dst, now);
    return r;
}

bool nt_tcp_icmp(struct nt_tcp *t, const struct nt_addr *local, const struct nt_addr *remote, const struct nt_tcp_error *e)
{
    struct nt_tcp_connection *c = nt_tcp_table_find(t, local, remote);
    if (c == NULL || !nt_error_take(c, e))
        return false;
    settle(t, c);
    return true;
}

void nt_tcp_timer(struct nt_tcp *t, nt_time now)
{
    for (uint32_t i; (i = nt_timers_due(t, now)) != NT_MAP_NONE;) {
        nt_timeouts_run(t, &t->connections[i], now);
        settle(t, &t->connections[i]);
    }
}

nt_time nt_tcp_deadline(const struct nt_tcp *t)
{
    return nt_timers_next(t);
}

bool nt_tcp_output(struct nt_tcp *t, struct nt_packet *p, nt_time now)
{
    for (struct nt_tcp_connection *c; (c = nt_tcp_table_first(t, NT_TCP_TO_SEND)) != NULL;) {
        if (nt_output_next(t, c, p, now))
            return true;
        nt_timers_set(t, nt_tcp_table_index(t, c), nt_timeouts_next(t, c));
        nt_tcp_table_shift(t, NT_TCP_TO_SEND);
    }
    return false;
}

/* The next that is to be told of a connection; false: nothing. */
static bool next_event(struct nt_tcp *t, struct nt_tcp_connection *c, struct nt_tcp_event *e)
{
    *e = (struct nt_tcp_event){.name = c->name, .listener = c->listener_id, .local = c->local, .remote = c->remote};
    if (c->orphan)
        return false;
    if (c->opened && !c->open_told) {
        c->open_told = true;
        e->kind = c->active ? NT_TCP_CONNECTED : NT_TCP_ACCEPTED;
        return true;
    }
    if (nt_receiver_unread(&c->rcv) > 0) {
        e->kind = NT_TCP_BYTES;
        e->bytes = nt_receiver_read(&c->rcv, &e->len);
        if (c->state != NT_TCP_GONE && nt_receiver_opens(&c->rcv)) {
            c->acks = true;
            nt_tcp_table_touch(t, c);
        }
        return true;
    }
    e->kind = NT_TCP_CLOSED;
    e->why = c->lost ? c->why : NT_CLOSED_BY_PEER;
    if (!c->lost && (!c->rcv.ended || c->end_told))
        return false;
    c->lost = false;
    c->end_told = true;
    return true;
}

bool nt_tcp_event(struct nt_tcp *t, struct nt_tcp_event *e)
{
    for (struct nt_tcp_connection *c; (c = nt_tcp_table_first(t, NT_TCP_TO_TELL)) != NULL;) {
        if (next_event(t, c, e))
            return true;
        nt_tcp_table_shift(t, NT_TCP_TO_TELL);
    }
    return false;
}

bool nt_tcp_refuse(const struct nt_packet *about, struct nt_packet *p)
{
    struct nt_segment s;
    if (nt_segment_read(about, &s) != NT_OK || (s.flags & NT_TCP_RST) != 0)
        return false;
    struct nt_segment reset = {.flags = NT_TCP_RST | NT_TCP_ACK, .ack = s.seq + nt_segment_length(&s)};
    if ((s.flags & NT_TCP_ACK) != 0)
        reset = (struct nt_segment){.flags = NT_TCP_RST, .seq = s.ack};
    return nt_segment_write(p, &about->dst, &about->src, &reset, 0) == NT_OK;
}

size_t nt_tcp_count(const struct nt_tcp *t)
{
    return t->live;
}

const char *nt_tcp_state_name(const struct nt_tcp *t, struct nt_tcp_name name)
{
    static const char *const names[] = {"CLOSED",     "SYN-SENT",   "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
                                        "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",      "LAST-ACK",    "TIME-WAIT"};
    const struct nt_tcp_connection *c = nt_tcp_table_named(t, name);
    return names[c != NULL ? c->state : NT_TCP_GONE];
}
