#include "natsim/tcp/arrival.h"
#include "core/base/err.h"
#include "natsim/tcp/mss.h"
#include "natsim/tcp/sequence.h"
#include "natsim/tcp/table.h"

enum { SHIFT_MAX = 14 }; /* RFC 7323, 2.3: a larger one counts as 14 */

static const struct nt_why unsent_acked = {NT_DISCARD_STATE, "a segment that acknowledges what was not sent"},
                           no_handshake = {NT_DISCARD_STATE, "a segment without SYN, where one is waited for"},
                           blind_reset = {NT_DISCARD_STATE, "a reset whose sequence number is not the next one"},
                           late_syn = {NT_DISCARD_STATE, "a SYN for a connection that stands"},
                           no_ack = {NT_DISCARD_STATE, "a segment without ACK"},
                           old = {NT_DISCARD_DUPLICATE, "a segment that has come before"},
                           outside = {NT_DISCARD_STATE, "a segment outside of the window"},
                           closed_window = {NT_DISCARD_NO_ROOM, "bytes beyond the window"},
                           holes = {NT_DISCARD_NO_ROOM, "a segment out of order, where too much is missing before it"},
                           too_late = {NT_DISCARD_STATE, "bytes for a connection that its owner has closed"},
                           after_end = {NT_DISCARD_STATE, "bytes behind the end that the peer has sent"};

struct arrival {
    struct nt_tcp *t;
    struct nt_tcp_connection *c;
    const struct nt_segment *s;
    const struct nt_why *why;
    int err;
    nt_time now;
};

/* The segment ends here. */
static bool stop(struct arrival *a, const struct nt_why *why)
{
    a->why = why;
    return false;
}

static bool has(const struct arrival *a, uint8_t flag)
{
    return (a->s->flags & flag) != 0;
}

/* <SEQ=SEG.ACK><CTL=RST>, and the connection stays. */
static bool answer_reset(struct arrival *a, const struct nt_why *why)
{
    a->c->resets = true;
    a->c->reset_acks = false;
    a->c->reset_seq = a->s->ack;
    return stop(a, why);
}

void nt_arrival_learn(struct nt_tcp_connection *c, const struct nt_segment *syn)
{
    nt_receiver_start(&c->rcv, syn->seq);
    nt_tcp_sender_set_mss(&c->snd, nt_mss_of_syn((uint16_t)c->snd.mss, syn, c->local.family));
    c->scales = c->scales && syn->scales;
    c->snd.shift = !c->scales ? 0 : syn->shift < SHIFT_MAX ? syn->shift : SHIFT_MAX;
    if (!c->scales)
        nt_receiver_keep_unscaled(&c->rcv);
    nt_tcp_sender_set_window(&c->snd, syn->seq, (syn->flags & NT_TCP_ACK) != 0 ? syn->ack : c->snd.iss, syn->window);
}

static bool open_connection(struct arrival *a)
{
    struct nt_tcp_connection *c = a->c;
    if (c->listener != NT_MAP_NONE) {
        const struct nt_tcp_listener *l = &a->t->listeners[c->listener];
        a->err =
            nt_tcp_table_name(a->t, nt_tcp_table_index(a->t, c), (struct nt_tcp_name){l->name.owner, NT_ACCEPTED | a->t->accepted});
        if (a->err != NT_OK) {
            nt_connection_abort(c);
            return false;
        }
        a->t->accepted++;
        c->listener_id = l->name.id;
        c->orphan = false;
    }
    c->state = c->snd.shut ? NT_TCP_FIN_WAIT_1 : NT_TCP_ESTABLISHED;
    c->opened = true;
    return true;
}

/* 3.10.7.3 */
static bool in_syn_sent(struct arrival *a)
{
    struct nt_tcp_connection *c = a->c;
    bool acked = has(a, NT_TCP_ACK);
    if (acked && (!nt_seq_after(a->s->ack, c->snd.iss) || nt_seq_after(a->s->ack, c->snd.max)))
        return has(a, NT_TCP_RST) ? stop(a, &unsent_acked) : answer_reset(a, &unsent_acked);
    if (has(a, NT_TCP_RST)) {
        if (!acked)
            return stop(a, &blind_reset);
        nt_connection_end(c, NT_CLOSED_REFUSED);
        return false;
    }
    if (!has(a, NT_TCP_SYN))
        return stop(a, &no_handshake);
    nt_arrival_learn(c, a->s);
    if (acked) {
        nt_tcp_sender_acked(&c->snd, a->s->ack, a->now);
        c->acks = true;
        return open_connection(a);
    }
    c->state = NT_TCP_SYN_RECEIVED;
    nt_tcp_sender_repeat_syn(&c->snd);
    return true;
}

/* An unacceptable segment is answered by an ACK (3.10.7.4, first). One without text could go to and fro for ever: those are
 * limited. */
static bool refuse_unacceptable(struct arrival *a)
{
    struct nt_tcp_connection *c = a->c;
    bool past = !nt_seq_after(a->s->seq + nt_segment_length(a->s), c->rcv.nxt);
    if (has(a, NT_TCP_RST))
        return stop(a, &blind_reset);
    if (nt_segment_length(a->s) > 0)
        c->acks = true;
    else
        nt_connection_challenge(c, a->now);
    if (c->state == NT_TCP_TIME_WAIT && has(a, NT_TCP_FIN) && past)
        nt_connection_enter_time_wait(c, a->now);
    return stop(a, past ? &old : &outside);
}

static bool take_reset(struct arrival *a)
{
    struct nt_tcp_connection *c = a->c;
    if (a->s->seq != c->rcv.nxt) { /* RFC 5961, 3.2 */
        nt_connection_challenge(c, a->now);
        return stop(a, &blind_reset);
    }
    if (c->state == NT_TCP_SYN_RECEIVED)
        nt_connection_end(c, c->active ? NT_CLOSED_REFUSED : 0);
    else
        nt_connection_end(c, c->state == NT_TCP_TIME_WAIT ? 0 : NT_CLOSED_RESET);
    return false;
}

static bool refuse_syn(struct arrival *a)
{
    if (a->c->state == NT_TCP_SYN_RECEIVED && !a->c->active)
        nt_connection_end(a->c, 0); /* the listener waits for the next one */
    else
        nt_connection_challenge(a->c, a->now); /* RFC 5961, 4.2 */
    return stop(a, &late_syn);
}

static uint32_t window_of(const struct arrival *a)
{
    return (uint32_t)a->s->window << a->c->snd.shift;
}

/* RFC 5681, 2: a duplicate acknowledgment has no data, and the same window. */
static bool is_duplicate(const struct arrival *a)
{
    return nt_segment_length(a->s) == 0 && window_of(a) == a->c->snd.wnd;
}

static bool is_newer_window(const struct arrival *a)
{
    const struct nt_tcp_sender *snd = &a->c->snd;
    return nt_seq_before(snd->wl1, a->s->seq) || (snd->wl1 == a->s->seq && !nt_seq_after(snd->wl2, a->s->ack));
}

/* What the acknowledgment of our FIN changes; false: the connection has ended. */
static bool follow_fin(struct arrival *a)
{
    struct nt_tcp_connection *c = a->c;
    if (!nt_tcp_sender_fin_acked(&c->snd))
        return true;
    if (c->state == NT_TCP_FIN_WAIT_1)
        nt_connection_enter_fin_wait_2(c, a->now);
    else if (c->state == NT_TCP_CLOSING)
        nt_connection_enter_time_wait(c, a->now);
    else if (c->state == NT_TCP_LAST_ACK)
        nt_connection_end(c, 0);
    return c->state != NT_TCP_GONE;
}

/* 3.10.7.4, fifth */
static bool take_ack(struct arrival *a)
{
    struct nt_tcp_connection *c = a->c;
    struct nt_tcp_sender *snd = &c->snd;
    uint32_t ack = a->s->ack;
    bool forward = nt_seq_after(ack, snd->una);
    if (!has(a, NT_TCP_ACK))
        return stop(a, &no_ack);
    if (c->state == NT_TCP_SYN_RECEIVED) {
        if (!forward || nt_seq_after(ack, snd->max))
            return answer_reset(a, &unsent_acked);
        if (!open_connection(a))
            return false;
        nt_tcp_sender_set_window(snd, a->s->seq, ack, window_of(a));
    }
    if (nt_seq_after(ack, snd->max) || nt_seq_before(ack, snd->una - snd->max_wnd)) { /* RFC 5961, 5.2 */
        nt_connection_challenge(c, a->now);
        return stop(a, nt_seq_after(ack, snd->max) ? &unsent_acked : &old);
    }
    if (c->state == NT_TCP_TIME_WAIT)
        return true;
    if (forward)
        nt_tcp_sender_acked(snd, ack, a->now);
    else if (ack == snd->una)
        nt_tcp_sender_heard(snd, is_duplicate(a), a->now);
    if (ack == snd->una && is_newer_window(a))
        nt_tcp_sender_set_window(snd, a->s->seq, ack, window_of(a));
    return follow_fin(a);
}

/* 3.10.7.4, seventh and eighth */
static bool take_text(struct arrival *a)
{
    struct nt_tcp_connection *c = a->c;
    bool fresh;
    if (nt_segment_length(a->s) == 0)
        return true;
    if (c->rcv.ended)
        return stop(a, &after_end);
    if (c->orphan && a->s->len > 0 && nt_seq_after(a->s->seq + a->s->len, c->rcv.nxt)) {
        nt_connection_abort(c);
        return stop(a, &too_late);
    }
    int r = nt_receiver_take(&c->rcv, a->s, &fresh);
    if (r == NT_ENOMEM) {
        a->err = r;
        return false;
    }
    c->acks = true;
    if (r == NT_OK && fresh)
        return true;
    return stop(a, r != NT_OK ? &holes : a->s->seq == c->rcv.nxt ? &closed_window : &old);
}

static void take_fin(struct arrival *a)
{
    struct nt_tcp_connection *c = a->c;
    if (!c->rcv.ended)
        return;
    if (c->state == NT_TCP_ESTABLISHED)
        c->state = NT_TCP_CLOSE_WAIT;
    else if (c->state == NT_TCP_FIN_WAIT_1)
        c->state = NT_TCP_CLOSING;
    else if (c->state == NT_TCP_FIN_WAIT_2)
        nt_connection_enter_time_wait(c, a->now);
}

/* A SYN that comes once more, for its answer was lost; and the SYN-ACK that ends a simultaneous open (RFC 9293, figure 8), whose
 * SYN is old. *as: the segment without it. False: it ends here. */
static bool is_handshake(struct arrival *a, struct nt_segment *as)
{
    struct nt_tcp_connection *c = a->c;
    if (c->state != NT_TCP_SYN_RECEIVED || !has(a, NT_TCP_SYN) || has(a, NT_TCP_RST) || a->s->seq != c->rcv.nxt - 1)
        return true;
    if (!has(a, NT_TCP_ACK)) {
        nt_tcp_sender_repeat_syn(&c->snd);
        return stop(a, &old);
    }
    *as = *a->s;
    as->seq++;
    as->flags &= (uint8_t)~NT_TCP_SYN;
    a->s = as;
    return true;
}

/* 3.10.7.4 */
static void in_other_states(struct arrival *a)
{
    struct nt_segment as;
    if (!is_handshake(a, &as))
        return;
    if (!nt_receiver_accepts(&a->c->rcv, a->s)) {
        refuse_unacceptable(a);
        return;
    }
    a->c->heard = a->now;
    a->c->unheard = 0;
    if (has(a, NT_TCP_RST))
        take_reset(a);
    else if (has(a, NT_TCP_SYN))
        refuse_syn(a);
    else if (take_ack(a) && take_text(a))
        take_fin(a);
}

int nt_arrival(struct nt_tcp *t, struct nt_tcp_connection *c, const struct nt_segment *s, const struct nt_why **why, nt_time now)
{
    struct arrival a = {.t = t, .c = c, .s = s, .now = now};
    if (c->state == NT_TCP_SYN_SENT)
        in_syn_sent(&a);
    else
        in_other_states(&a);
    *why = a.why;
    return a.err;
}
