/* A small routing table: longest prefix first, then order of adding. */
#ifndef NT_HOST_ROUTE_H
#define NT_HOST_ROUTE_H

#include "core/base/addr.h"

struct nt_route {
    struct nt_prefix prefix;
    uint32_t port;      /* of the node */
    struct nt_addr via; /* unset: on the link, the next hop is the destination */
};

struct nt_routes {
    struct nt_route *items;
    size_t count, cap;
};

int nt_routes_add(struct nt_routes *t, const struct nt_route *r);
/* NULL: no route. With `port` not NT_FABRIC_NONE only routes out of that port count (a host routes by source). */
const struct nt_route *nt_routes_find(const struct nt_routes *t, const struct nt_addr *to, uint32_t port);
void nt_routes_forget_port(struct nt_routes *t, uint32_t port);
void nt_routes_free(struct nt_routes *t);

#endif
