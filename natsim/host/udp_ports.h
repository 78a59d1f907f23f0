/* The UDP ports of a host: which endpoint has which. */
#ifndef NT_HOST_UDP_PORTS_H
#define NT_HOST_UDP_PORTS_H

#include "core/base/addr.h"
#include "core/base/map.h"

#define NT_UDP_PORT_CLOSED UINT32_MAX

struct nt_udp_socket {
    struct nt_addr local; /* ip unset or any: every address (of the family) */
    uint32_t endpoint;
    bool used;
};

struct nt_udp_ports {
    struct nt_udp_socket *sockets;
    size_t count, cap;
    uint32_t free_hint;     /* no free slot lies before it */
    struct nt_map by_local; /* struct nt_addr -> socket */
    struct nt_map by_port;  /* (family, port) -> number of sockets */
    uint16_t next;          /* the next free port to try: from 50000 up, then from 1024 */
};

void nt_udp_ports_init(struct nt_udp_ports *t);
void nt_udp_ports_free(struct nt_udp_ports *t);
/* Binds *local; port 0 is replaced by a free one. 0, NT_EEXIST, NT_ELIMIT or NT_ENOMEM. */
int nt_udp_ports_bind(struct nt_udp_ports *t, struct nt_addr *local, uint32_t endpoint);
int nt_udp_ports_close(struct nt_udp_ports *t, const struct nt_addr *local, uint32_t endpoint);
/* The endpoint that has the port of this own address, or NT_UDP_PORT_CLOSED. */
uint32_t nt_udp_ports_find(const struct nt_udp_ports *t, const struct nt_addr *local);

#endif
