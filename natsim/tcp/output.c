#include "natsim/tcp/output.h"
#include "core/base/err.h"
#include "natsim/tcp/sequence.h"

static bool write_segment(struct nt_tcp *t, struct nt_tcp_connection *c, struct nt_packet *p, const struct nt_segment *s)
{
    return nt_segment_write(p, &c->local, &c->remote, s, t->ip_id++) == NT_OK;
}

/* ACK and window of a segment, which tells both. */
static void acknowledge(struct nt_tcp_connection *c, struct nt_segment *s)
{
    uint32_t window = nt_receiver_window(&c->rcv) >> (c->scales ? c->rcv.shift : 0);
    s->flags |= NT_TCP_ACK;
    s->ack = c->rcv.nxt;
    s->window = (uint16_t)(window < UINT16_MAX ? window : UINT16_MAX);
    c->acks = c->keeps = false;
}

static bool write_reset(struct nt_tcp *t, struct nt_tcp_connection *c, struct nt_packet *p)
{
    struct nt_segment s = {.seq = c->reset_seq, .flags = NT_TCP_RST};
    c->resets = false;
    if (c->reset_acks) {
        s.flags |= NT_TCP_ACK;
        s.ack = c->rcv.nxt;
    }
    c->reset_acks = false;
    return write_segment(t, c, p, &s);
}

static bool write_syn(struct nt_tcp *t, struct nt_tcp_connection *c, struct nt_packet *p)
{
    struct nt_segment s = {
        .seq = c->snd.iss, .flags = NT_TCP_SYN, .mss = (uint16_t)c->rcv.mss, .scales = c->scales, .shift = c->rcv.shift};
    if (c->state != NT_TCP_SYN_SENT)
        acknowledge(c, &s);
    s.window = nt_receiver_first_window(&c->rcv); /* RFC 7323, 2.2: that of a SYN is not scaled */
    return write_segment(t, c, p, &s);
}

static bool write_piece(struct nt_tcp *t, struct nt_tcp_connection *c, struct nt_packet *p, const struct nt_sending *piece)
{
    struct nt_segment s = {.seq = piece->seq, .len = piece->len};
    uint32_t header = nt_segment_header(&s, c->local.family);
    if (header + s.len > p->cap)
        return false;
    acknowledge(c, &s);
    s.flags |= (uint8_t)((piece->push ? NT_TCP_PSH : 0) | (piece->fin ? NT_TCP_FIN : 0));
    nt_ring_get(&c->snd.ring, piece->seq - c->snd.una, p->data + header, piece->len);
    return write_segment(t, c, p, &s);
}

bool nt_output_next(struct nt_tcp *t, struct nt_tcp_connection *c, struct nt_packet *p, nt_time now)
{
    struct nt_sending piece;
    if (c->resets)
        return write_reset(t, c, p);
    if (c->state == NT_TCP_GONE)
        return false;
    if (c->state != NT_TCP_TIME_WAIT && nt_tcp_sender_next(&c->snd, &piece, now))
        return piece.syn ? write_syn(t, c, p) : write_piece(t, c, p, &piece);
    if (c->acks || c->keeps) {
        /* RFC 9293, 3.8.4: SEG.SEQ of a keepalive is SND.NXT-1 */
        struct nt_segment s = {.seq = nt_tcp_sender_seq(&c->snd) - (c->keeps && !c->acks)};
        acknowledge(c, &s);
        return write_segment(t, c, p, &s);
    }
    if (c->state != NT_TCP_TIME_WAIT)
        nt_tcp_sender_rest(&c->snd, now);
    return false;
}
