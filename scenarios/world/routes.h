/* The routes of every node: on-link prefixes, the default route to the gateway behind which a network lies, and the prefixes that a
 * forwarding gateway makes known outside. A prefix behind a translating gateway is unknown outside it. */
#ifndef NT_WORLD_ROUTES_H
#define NT_WORLD_ROUTES_H

#include <stdint.h>

struct nt_world;

struct nt_host;
struct nt_scn_attachment;

int nt_world_route(struct nt_world *w); /* 0 or a negative error */
/* Those of one interface of a host, which has none: it is there now. 0 or a negative error. */
int nt_world_route_interface(const struct nt_world *w, struct nt_host *h, const struct nt_scn_attachment *on, uint32_t port);

#endif
