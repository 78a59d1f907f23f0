#include "natsim/gateway/local.h"

#include "natsim/gateway/gateway_state.h"
#include "natsim/gateway/icmp_error.h"
#include "natsim/gateway/send.h"
#include "natsim/packet/icmp.h"

/* RFC 8200, 4.5: as the source of a packet that is larger than the link's MTU, the gateway may divide it. */
static void allow_fragments(struct nt_gateway *g, struct nt_packet *p)
{
    const struct nt_route *r = p->family == NT_AF_IPV6 ? nt_routes_find(&g->routes, &p->dst, NT_FABRIC_NONE) : NULL;
    if (r == NULL || p->len <= nt_fabric_network_mtu(g->fabric, nt_fabric_port_network(g->fabric, g->node, r->port)))
        return;
    p->df = 0;
    p->fragment_id = g->fragment_id++;
}

/* RFC 1812, 4.3.3.6: "A router MUST implement an ICMP Echo server function that receives Echo Requests sent to the router, and
 * sends corresponding Echo Replies." */
static void answer_echo(struct nt_gateway *g, struct nt_packet *request, nt_time now)
{
    if (!nt_packet_checksums_good(request)) {
        nt_gateway_drop(g, request, NT_DROP_CHECKSUM, now);
        return;
    }
    struct nt_packet *p = nt_fabric_copy(g->fabric, request);
    nt_fabric_consumed(g->fabric, request);
    if (p == NULL)
        return;
    nt_packet_reply_echo(p);
    allow_fragments(g, p);
    nt_gateway_send(g, p, now);
}

void nt_local_receive(struct nt_gateway *g, struct nt_packet *p, bool from_inside, enum nt_drop why, const struct nt_addr *a,
                      const struct nt_addr *b, nt_time now)
{
    unsigned echo = from_inside ? NT_ANSWER_ECHO : NT_ANSWER_ECHO_OUTSIDE;
    if ((g->policy.answers & echo) != 0 && !p->fragment && nt_packet_is_echo(p))
        answer_echo(g, p, now);
    else
        nt_gateway_drop_with(g, p, why, a, b, nt_icmp_error_closed(g, p, from_inside, now), now);
}
