#include "natsim/tcp/connection.h"

/* RFC 9293, 3.4.2: MSL is 2 minutes there; Linux stays in TIME-WAIT for 60 s in all (TCP_TIMEWAIT_LEN), and so long an orphan waits
 * for the peer's FIN (tcp_fin_timeout). */
#define TIME_WAIT (60 * NT_SEC)
#define FIN_WAIT (60 * NT_SEC)
/* RFC 5961, 7: no more than 10 challenge ACKs in any 5 seconds. */
#define CHALLENGE_SPAN (5 * NT_SEC)
enum { CHALLENGES_MAX = 10 };

void nt_connection_shut(struct nt_tcp_connection *c)
{
    if (c->state == NT_TCP_ESTABLISHED)
        c->state = NT_TCP_FIN_WAIT_1;
    else if (c->state == NT_TCP_CLOSE_WAIT)
        c->state = NT_TCP_LAST_ACK;
    else if (c->state != NT_TCP_SYN_RECEIVED)
        return;
    c->snd.shut = true;
}

void nt_connection_enter_time_wait(struct nt_tcp_connection *c, nt_time now)
{
    c->state = NT_TCP_TIME_WAIT;
    nt_tcp_sender_stop(&c->snd);
    nt_tcp_sender_free(&c->snd);
    c->ends = nt_time_after(now, TIME_WAIT);
}

void nt_connection_enter_fin_wait_2(struct nt_tcp_connection *c, nt_time now)
{
    c->state = NT_TCP_FIN_WAIT_2;
    if (c->orphan)
        c->ends = nt_time_after(now, FIN_WAIT);
}

void nt_connection_end(struct nt_tcp_connection *c, enum nt_closed why)
{
    c->state = NT_TCP_GONE;
    c->acks = c->keeps = c->resets = false;
    c->ends = NT_TIME_NEVER;
    nt_tcp_sender_stop(&c->snd);
    nt_tcp_sender_free(&c->snd);
    if (why != 0) { /* RFC 9293, 3.10.7.4: all segment queues should be flushed */
        c->rcv.given = c->rcv.nxt;
        c->rcv.ended = false;
        nt_receiver_free(&c->rcv);
        c->lost = true;
        c->why = why;
    }
}

void nt_connection_abort(struct nt_tcp_connection *c)
{
    bool tells = c->state != NT_TCP_SYN_SENT && c->state != NT_TCP_TIME_WAIT && c->state != NT_TCP_GONE;
    uint32_t seq = nt_tcp_sender_seq(&c->snd);
    nt_connection_end(c, NT_CLOSED_RESET);
    c->resets = c->reset_acks = tells;
    c->reset_seq = seq;
}

void nt_connection_close(struct nt_tcp_connection *c, nt_time now)
{
    c->orphan = true;
    if (c->state == NT_TCP_SYN_SENT || c->state == NT_TCP_GONE)
        nt_connection_end(c, 0);
    else if (nt_receiver_unread(&c->rcv) > 0)
        nt_connection_abort(c);
    else if (c->state == NT_TCP_FIN_WAIT_2)
        nt_connection_enter_fin_wait_2(c, now);
    else
        nt_connection_shut(c);
}

bool nt_connection_challenge(struct nt_tcp_connection *c, nt_time now)
{
    if (c->challenges == 0 || now - c->challenged >= CHALLENGE_SPAN) {
        c->challenged = now;
        c->challenges = 0;
    }
    if (c->challenges == CHALLENGES_MAX)
        return false;
    c->challenges++;
    c->acks = true;
    return true;
}
