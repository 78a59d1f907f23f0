/* Timers of mappings, flows and firewall states. Each packet that refreshes gives its state a new end, by the phase: new until the
 * first reply, replied from that packet on, stream from the packets after it once two seconds have passed; or by its remote port,
 * which changes nothing of what packets to other ports gave. */
#include "natsim/nat/lifetime.h"

#include "natsim/packet/protocol.h"

/* State that still has traffic after so long is a stream. The packet that is the first reply is none yet: Linux looks at "seen
 * reply" before it sets it (nf_conntrack_udp_packet). */
#define STREAM_AFTER (2 * NT_SEC)

static nt_time later_of(nt_time a, nt_time b)
{
    return a > b ? a : b;
}

static const nt_time *port_life(const struct nt_nat_policy *p, uint32_t proto, const struct nt_addr *remote)
{
    for (size_t i = 0; proto == NT_PROTO_UDP && i < p->life_by_port_count; i++)
        if (p->life_by_port[i].port == remote->port)
            return &p->life_by_port[i].life;
    return NULL;
}

/* `replied`: there was a reply before this packet. */
static nt_time phase_life(const struct nt_life *l, const struct nt_nat_policy *p, uint32_t proto, bool replied, nt_time now)
{
    if (proto == NT_PROTO_ICMP || proto == NT_PROTO_ICMP6)
        return p->icmp_lifetime;
    if (proto == NT_PROTO_TCP) /* of a firewall that does not follow connections */
        return p->tcp.life[l->replied ? NT_CONN_ESTABLISHED : NT_CONN_SYN_SENT];
    if (!l->replied)
        return p->life_new;
    return replied && now - l->made > STREAM_AFTER ? p->life_stream : p->life_replied;
}

struct nt_life nt_life_start(const struct nt_nat_policy *p, uint32_t proto, const struct nt_addr *remote, nt_time now)
{
    struct nt_life l = {.made = now, .refreshed = now};
    const nt_time *own = port_life(p, proto, remote);
    if (own != NULL)
        l.expires = l.by_port = nt_time_after(now, *own);
    else
        l.expires = l.by_phase = nt_time_after(now, phase_life(&l, p, proto, false, now));
    return l;
}

bool nt_life_packet(struct nt_life *l, const struct nt_nat_policy *p, uint32_t proto, const struct nt_addr *remote, bool inbound,
                    bool reply, nt_time now)
{
    bool replied = l->replied, refresh = inbound ? p->refresh_inbound : p->refresh_outbound;
    const nt_time *own = port_life(p, proto, remote);
    nt_time before = l->expires;
    l->replied = replied || reply;
    if (!refresh && l->replied == replied)
        return false;
    if (own != NULL && refresh) {
        l->by_port = later_of(l->by_port, nt_time_after(now, *own));
    } else if (own == NULL && (refresh || l->by_phase != 0)) {
        /* The first reply changes the timer even where it does not restart it. */
        l->refreshed = refresh ? now : l->refreshed;
        l->by_phase = nt_time_after(l->refreshed, phase_life(l, p, proto, replied, now));
    }
    l->expires = later_of(l->by_phase, l->by_port);
    return l->expires != before;
}
