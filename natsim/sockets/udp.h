/* One UDP socket: datagrams with what their packets say beside them, and the ICMP errors about them. It never blocks. */
#ifndef NT_SOCKETS_UDP_H
#define NT_SOCKETS_UDP_H

#include "core/base/endpoint.h"

struct nt_udp {
    int fd;
    struct nt_addr local;
    uint8_t df; /* what the socket is set to */
};

enum nt_udp_got { NT_UDP_NOTHING = 0, NT_UDP_DATAGRAM, NT_UDP_TOO_LONG, NT_UDP_ICMP };

/* These two: 0, or the system's errno. */
int nt_udp_open(struct nt_udp *u, const struct nt_addr *local); /* u->local then has the real port */
int nt_udp_send(struct nt_udp *u, const struct nt_path *path, const uint8_t *bytes, size_t len);

/* The next datagram; the first `cap` bytes of one that is too long. */
enum nt_udp_got nt_udp_receive(const struct nt_udp *u, struct nt_path *path, uint8_t *buf, size_t cap, size_t *len);
/* The next ICMP error, as the bytes of an endpoint's NT_IN_ICMP; path: that of the datagram it is about. */
enum nt_udp_got nt_udp_receive_error(const struct nt_udp *u, struct nt_path *path, uint8_t icmp[NT_ICMP_INPUT]);

#endif
