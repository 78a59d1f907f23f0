#include "natsim/tcp/sender.h"
#include "core/base/err.h"
#include "natsim/tcp/sequence.h"

#include <string.h>

#define PROBE_MAX (60 * NT_SEC) /* between two probes */

void nt_tcp_sender_init(struct nt_tcp_sender *s, uint32_t iss, uint32_t mss, nt_time now)
{
    *s = (struct nt_tcp_sender){.iss = iss,
                                .una = iss,
                                .nxt = iss,
                                .max = iss,
                                .end = iss + 1,
                                .mss = mss,
                                .timer = NT_TIME_NEVER,
                                .progress = now,
                                .sent = now};
    nt_rto_init(&s->rto);
    nt_congestion_init(&s->congestion, mss, iss);
}

void nt_tcp_sender_free(struct nt_tcp_sender *s)
{
    nt_ring_free(&s->ring);
    nt_writes_free(&s->writes);
}

/* The sequence number of the first byte in the ring. */
static uint32_t ring_from(const struct nt_tcp_sender *s)
{
    return s->una == s->iss ? s->iss + 1 : s->una;
}

/* What of `end` is behind it; with FIN acknowledged it is before una. */
static uint32_t held(const struct nt_tcp_sender *s)
{
    return nt_seq_before(s->end, ring_from(s)) ? 0 : s->end - ring_from(s);
}

size_t nt_tcp_sender_room(const struct nt_tcp_sender *s, size_t limit)
{
    return limit - held(s);
}

int nt_tcp_sender_write(struct nt_tcp_sender *s, const uint8_t *bytes, size_t len, size_t limit)
{
    uint32_t at = held(s);
    if (len > limit - at)
        return NT_ENOSPC;
    int r = nt_ring_reserve(&s->ring, at + len, limit);
    if (r == NT_OK && len > 0)
        r = nt_writes_add(&s->writes, s->end + (uint32_t)len);
    if (r != NT_OK)
        return r;
    nt_ring_put(&s->ring, at, bytes, len);
    s->end += (uint32_t)len;
    return NT_OK;
}

/* The piece at `from`: as long as the MSS and the end of its write allow, with FIN if that follows. False: there is none. */
static bool cut_piece(const struct nt_tcp_sender *s, uint32_t from, struct nt_sending *out)
{
    if (nt_seq_after(from, s->end) || (from == s->end && !s->shut))
        return false;
    uint32_t stop = from == s->end ? from : nt_writes_end(&s->writes, from), len = stop - from;
    if (len > s->mss)
        len = s->mss;
    *out = (struct nt_sending){.seq = from, .len = (uint16_t)len, .push = len > 0 && from + len == stop};
    out->fin = s->shut && from + len == s->end;
    return true;
}

/* Makes the piece fit into the window. RFC 9293, 3.8.6.2.1: less than there is goes only if it is half of the largest window that
 * the peer has offered. */
static bool fit_window(const struct nt_tcp_sender *s, uint32_t room, struct nt_sending *out)
{
    if ((uint32_t)out->len + out->fin <= room)
        return true;
    out->fin = false;
    if (out->len > 0 && out->len <= room)
        return true;
    if (out->len == 0 || room == 0 || room < s->max_wnd / 2)
        return false;
    out->len = (uint16_t)room;
    out->push = false;
    return true;
}

static void start_timer(struct nt_tcp_sender *s, nt_time now)
{
    s->timer = nt_time_after(now, s->rto.value);
    s->persists = false;
}

static void count_sent(struct nt_tcp_sender *s, const struct nt_sending *out, nt_time now)
{
    uint32_t stop = out->seq + out->len + out->syn + out->fin;
    if (out->seq == s->max && !s->timed) {
        s->timed = true;
        s->timed_end = stop;
        s->timed_from = now;
    }
    if (s->una == s->max && !s->persists)
        s->progress = now;
    s->max = nt_seq_max(s->max, stop);
    s->sent = now;
}

static void count_next(struct nt_tcp_sender *s, const struct nt_sending *out, nt_time now)
{
    if (s->timer == NT_TIME_NEVER || s->persists) {
        if (s->persists)
            s->progress = now;
        start_timer(s, now);
    }
    count_sent(s, out, now);
    s->nxt = out->seq + out->len + out->syn + out->fin;
}

static bool next_new(struct nt_tcp_sender *s, struct nt_sending *out, nt_time now)
{
    uint32_t flight = s->nxt - s->una;
    if (flight == 0 && s->una == s->max && now - s->sent > s->rto.value)
        nt_congestion_idle(&s->congestion);
    if (!cut_piece(s, s->nxt, out) || !fit_window(s, s->wnd > flight ? s->wnd - flight : 0, out))
        return false;
    if (flight > 0 && flight + out->len > nt_congestion_window(&s->congestion))
        return false;
    count_next(s, out, now);
    return true;
}

/* RFC 9293, 3.8.6.1: at least one octet of new data; what the window has room for, if it has some. */
static bool next_probe(struct nt_tcp_sender *s, struct nt_sending *out, nt_time now)
{
    if (!cut_piece(s, s->una, out))
        return false;
    uint32_t room = s->wnd > 1 ? s->wnd : 1;
    if (out->len > room || (out->len > 0 && (uint32_t)out->len + out->fin > room)) {
        out->fin = false;
        out->push = out->push && out->len <= room;
        out->len = out->len <= room ? out->len : (uint16_t)room;
    }
    count_sent(s, out, now);
    s->timed = false;
    return true;
}

bool nt_tcp_sender_next(struct nt_tcp_sender *s, struct nt_sending *out, nt_time now)
{
    if (s->nxt == s->iss) {
        *out = (struct nt_sending){.seq = s->iss, .syn = true};
        count_next(s, out, now);
        return true;
    }
    if (s->una == s->iss)
        return false;
    bool resends = s->resends, probes = s->probes;
    s->resends = s->probes = false;
    if (resends && cut_piece(s, s->una, out)) {
        count_sent(s, out, now);
        s->nxt = nt_seq_max(s->nxt, out->seq + out->len + out->fin);
        return true;
    }
    if (probes && s->persists)
        return next_probe(s, out, now);
    return next_new(s, out, now);
}

void nt_tcp_sender_rest(struct nt_tcp_sender *s, nt_time now)
{
    struct nt_sending piece;
    if (s->una == s->iss)
        return;
    bool blocked = s->nxt == s->una && cut_piece(s, s->nxt, &piece);
    if (blocked && !s->persists) {
        s->persists = true;
        s->probed = 0;
        s->progress = now;
        s->timer = nt_time_after(now, s->rto.value);
    }
}

static void restart_timer(struct nt_tcp_sender *s, nt_time now)
{
    if (s->una == s->max)
        nt_tcp_sender_stop(s);
    else
        start_timer(s, now);
}

static void measure(struct nt_tcp_sender *s, nt_time now)
{
    if (s->timed && !nt_seq_before(s->una, s->timed_end)) {
        nt_rto_measured(&s->rto, now - s->timed_from);
        s->timed = false;
    }
}

/* What is acknowledged leaves the ring. */
static void forget(struct nt_tcp_sender *s, uint32_t ack)
{
    uint32_t from = ring_from(s), to = nt_seq_min(ack, s->end);
    if (nt_seq_after(to, from))
        nt_ring_drop(&s->ring, to - from);
    nt_writes_forget(&s->writes, ack);
    s->una = ack;
    s->nxt = nt_seq_max(s->nxt, ack);
}

void nt_tcp_sender_acked(struct nt_tcp_sender *s, uint32_t ack, nt_time now)
{
    bool syn = s->una == s->iss, restart = true;
    uint32_t bytes = ack - s->una;
    forget(s, ack);
    nt_rto_acked(&s->rto);
    measure(s, now);
    if (syn && s->expiries > 0)
        nt_rto_after_syn_loss(&s->rto);
    if (!syn && nt_congestion_acked(&s->congestion, ack, bytes, s->max - ack, &restart) == NT_CONGESTION_RESEND) {
        s->resends = true;
        s->timed = false;
    }
    s->expiries = 0;
    s->progress = now;
    if (restart || s->una == s->max)
        restart_timer(s, now);
}

void nt_tcp_sender_heard(struct nt_tcp_sender *s, bool duplicate, nt_time now)
{
    if (s->persists) { /* RFC 9293, 3.8.6.1: the connection stays open as long as probes are acknowledged */
        s->progress = now;
        return;
    }
    if (duplicate && s->max != s->una && nt_congestion_duplicate(&s->congestion, s->una, s->max) == NT_CONGESTION_RESEND) {
        s->resends = true;
        s->timed = false; /* RFC 6298, 3 (Karn) */
    }
}

void nt_tcp_sender_set_window(struct nt_tcp_sender *s, uint32_t seq, uint32_t ack, uint32_t window)
{
    s->wnd = window;
    s->wl1 = seq;
    s->wl2 = ack;
    if (window > s->max_wnd)
        s->max_wnd = window;
}

void nt_tcp_sender_set_mss(struct nt_tcp_sender *s, uint32_t mss)
{
    s->mss = mss;
    nt_congestion_init(&s->congestion, mss, s->iss);
}

static void start_over(struct nt_tcp_sender *s)
{
    s->nxt = s->una;
    s->timed = s->resends = false;
}

void nt_tcp_sender_shrink(struct nt_tcp_sender *s, uint32_t mss)
{
    s->mss = mss;
    nt_congestion_set_mss(&s->congestion, mss);
    if (s->una != s->iss)
        start_over(s);
}

static bool persist(struct nt_tcp_sender *s, nt_time now)
{
    nt_time wait = s->rto.value;
    s->probed++;
    for (uint32_t i = 0; i < s->probed && wait < PROBE_MAX; i++)
        wait *= 2;
    s->timer = nt_time_after(now, nt_time_min(wait, PROBE_MAX));
    s->probes = true;
    return true;
}

bool nt_tcp_sender_expired(struct nt_tcp_sender *s, nt_time patience, nt_time now)
{
    if (now - s->progress >= patience) {
        nt_tcp_sender_stop(s);
        return false;
    }
    if (s->persists)
        return persist(s, now);
    nt_congestion_expired(&s->congestion, s->max - s->una, s->max, s->expiries++ > 0);
    nt_rto_expired(&s->rto);
    start_over(s);
    start_timer(s, now);
    return true;
}

void nt_tcp_sender_stop(struct nt_tcp_sender *s)
{
    s->timer = NT_TIME_NEVER;
    s->persists = false;
}

void nt_tcp_sender_repeat_syn(struct nt_tcp_sender *s)
{
    start_over(s);
}
