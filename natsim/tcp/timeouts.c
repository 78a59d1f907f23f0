#include "natsim/tcp/timeouts.h"

/* RFC 9293, 3.8.3: R2 at least 100 s, and for a SYN at least 3 minutes. */
#define PATIENCE (100 * NT_SEC)
#define SYN_PATIENCE (180 * NT_SEC)
#define HALF_OPEN_PATIENCE (60 * NT_SEC) /* what a peer can make us hold; Linux ends after 63 s (tcp_synack_retries) */

static nt_time patience(const struct nt_tcp_connection *c)
{
    if (c->state == NT_TCP_SYN_RECEIVED && !c->active)
        return HALF_OPEN_PATIENCE;
    return nt_connection_is_synchronized(c) ? PATIENCE : SYN_PATIENCE;
}

/* RFC 9293, 3.9.2.2: the owner is told of a soft error when that comes to nothing. */
static void give_up(struct nt_tcp_connection *c)
{
    nt_connection_end(c, c->unreachable ? NT_CLOSED_UNREACHABLE : NT_CLOSED_TIMEOUT);
}

static nt_time next_keepalive(const struct nt_tcp *t, const struct nt_tcp_connection *c)
{
    bool watched = t->keepalive.idle > 0 && nt_connection_is_synchronized(c) && c->state != NT_TCP_TIME_WAIT;
    return watched ? c->heard + t->keepalive.idle + c->unheard * t->keepalive.interval : NT_TIME_NEVER;
}

static void keep_alive(const struct nt_tcp *t, struct nt_tcp_connection *c)
{
    if (c->unheard == t->keepalive.probes) {
        nt_connection_abort(c);
        c->why = NT_CLOSED_TIMEOUT;
        return;
    }
    c->unheard++;
    c->keeps = true;
}

void nt_timeouts_run(const struct nt_tcp *t, struct nt_tcp_connection *c, nt_time now)
{
    if (c->ends <= now)
        nt_connection_end(c, 0);
    if (c->snd.timer <= now && !nt_tcp_sender_expired(&c->snd, patience(c), now))
        give_up(c);
    if (next_keepalive(t, c) <= now)
        keep_alive(t, c);
}

nt_time nt_timeouts_next(const struct nt_tcp *t, const struct nt_tcp_connection *c)
{
    if (c->state == NT_TCP_GONE)
        return NT_TIME_NEVER;
    return nt_time_min(nt_time_min(c->ends, c->snd.timer), next_keepalive(t, c));
}
