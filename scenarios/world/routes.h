/* The routes of every node: on-link prefixes, the default route to the gateway behind which a network lies, and the prefixes that a
 * forwarding gateway makes known outside. A prefix behind a translating gateway is unknown outside it. */
#ifndef NT_WORLD_ROUTES_H
#define NT_WORLD_ROUTES_H

struct nt_world;

int nt_world_route(struct nt_world *w); /* 0 or a negative error */

#endif
