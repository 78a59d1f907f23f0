/* Timers of mappings, flows and firewall states: new until a reply, then replied, then stream; or by remote port. */
#include "natsim/nat/lifetime.h"

#include "natsim/packet/protocol.h"

/* A state that still has traffic after so long is a stream (measured on Linux: facts of the preset linux-masq). */
#define STREAM_AFTER (2 * NT_SEC)

static const nt_time *port_life(const struct nt_nat_policy *p, uint32_t proto, const struct nt_addr *remote)
{
    for (size_t i = 0; proto == NT_PROTO_UDP && i < p->life_by_port_count; i++)
        if (p->life_by_port[i].port == remote->port)
            return &p->life_by_port[i].life;
    return NULL;
}

static nt_time phase_life(const struct nt_life *l, const struct nt_nat_policy *p, uint32_t proto, nt_time now)
{
    if (proto == NT_PROTO_ICMP || proto == NT_PROTO_ICMP6)
        return p->icmp_lifetime;
    if (!l->replied)
        return p->life_new;
    return now - l->made > STREAM_AFTER ? p->life_stream : p->life_replied;
}

struct nt_life nt_life_start(const struct nt_nat_policy *p, uint32_t proto, const struct nt_addr *remote, nt_time now)
{
    struct nt_life l = {.made = now, .refreshed = now};
    const nt_time *own = port_life(p, proto, remote);
    l.expires = nt_time_after(now, own != NULL ? *own : phase_life(&l, p, proto, now));
    return l;
}

bool nt_life_packet(struct nt_life *l, const struct nt_nat_policy *p, uint32_t proto, const struct nt_addr *remote, bool inbound,
                    bool reply, nt_time now)
{
    bool first_reply = reply && !l->replied, refresh = inbound ? p->refresh_inbound : p->refresh_outbound;
    const nt_time *own = port_life(p, proto, remote);
    nt_time before = l->expires;
    l->replied = l->replied || reply;
    if (refresh)
        l->refreshed = now;
    if (!refresh && !first_reply)
        return false;
    /* The first reply changes the timer even where it does not restart it. */
    nt_time expires = nt_time_after(l->refreshed, own != NULL ? *own : phase_life(l, p, proto, now));
    if (own == NULL || expires > before) /* the short timer of one port does not shorten a life that other packets extended */
        l->expires = expires;
    return l->expires != before;
}
