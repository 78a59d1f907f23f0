/* The open ports: whose each is, and the array that the system polls, in which descriptors of the owner stand first. A port keeps
 * its place while it is open. */
#ifndef NT_SOCKETS_PORTS_H
#define NT_SOCKETS_PORTS_H

#include "core/base/map.h"
#include "natsim/sockets/udp.h"

#include <poll.h>

#define NT_PORTS_NONE UINT32_MAX
#define NT_PORTS_BEFORE 8 /* places in `polled` before those of the ports */

struct nt_port {
    struct nt_udp udp;
    uint32_t endpoint;
};

struct nt_ports {
    struct nt_port *items;
    struct pollfd *polled; /* fd -1: a free place */
    size_t count, cap, polled_cap, max, free_count;
    struct nt_map by_local; /* struct nt_addr -> place */
};

int nt_ports_init(struct nt_ports *p, size_t max); /* 0 or NT_ENOMEM */
void nt_ports_free(struct nt_ports *p);            /* closes all */
/* Opens *local, whose port then is the real one. NULL, or why not: static, or valid until the next call. */
const char *nt_ports_open(struct nt_ports *p, struct nt_addr *local, uint32_t endpoint);
/* The place of the endpoint's port, or NT_PORTS_NONE. */
uint32_t nt_ports_find(const struct nt_ports *p, const struct nt_addr *local, uint32_t endpoint);
void nt_ports_close(struct nt_ports *p, uint32_t place);
static inline bool nt_ports_is_open(const struct nt_ports *p, uint32_t place)
{
    return p->polled[NT_PORTS_BEFORE + place].fd >= 0;
}

#endif
