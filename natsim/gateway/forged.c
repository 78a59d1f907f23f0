#include "natsim/gateway/forged.h"

#include "natsim/gateway/gateway_state.h"
#include "natsim/gateway/send.h"
#include "natsim/packet/martian.h"

/* RFC 4291, 2.5.6: "Routers must not forward any packets with Link-Local source or destination addresses to other links." Linux
 * forwards those of IPv4. */
static bool stays_on_its_link(const struct nt_addr *a)
{
    return a->family == NT_AF_IPV6 && nt_addr_is_link_local(a);
}

/* Linux drops what comes from an address of the router's own (fib_validate_source). On the other side of a NAT another may have it
 * (RFC 4787, REQ-7). */
static bool is_from_itself(const struct nt_gateway *g, const struct nt_packet *p, uint32_t port)
{
    if (!nt_own_addresses_has(&g->own, &p->src))
        return false;
    const struct nt_route *back = nt_routes_find(&g->routes, &p->src, NT_FABRIC_NONE);
    return nt_own_addresses_has_on(&g->own, port, &p->src) || (port != g->outside && (back == NULL || back->port != port));
}

/* The address because of which the packet is not let in: RFC 1812, 5.3.7. */
static const struct nt_addr *find_martian(const struct nt_gateway *g, const struct nt_packet *p, uint32_t port)
{
    if (nt_addr_is_martian(&p->src) || stays_on_its_link(&p->src) || is_from_itself(g, p, port))
        return &p->src;
    return nt_addr_is_martian(&p->dst) || stays_on_its_link(&p->dst) ? &p->dst : NULL;
}

enum nt_passage nt_forged_drop(struct nt_gateway *g, struct nt_packet *p, uint32_t port, nt_time now)
{
    const struct nt_addr *martian = find_martian(g, p, port);
    if ((p->marks & NT_MARK_INJECTED) != 0 && !nt_packet_header_good(p))
        nt_gateway_drop(g, p, NT_DROP_CHECKSUM, now);
    else if (martian != NULL)
        nt_fabric_drop(g->fabric, g->node, p, NT_DROP_MARTIAN, &p->src, martian, now);
    else
        return NT_PASSED;
    return NT_CONSUMED;
}
