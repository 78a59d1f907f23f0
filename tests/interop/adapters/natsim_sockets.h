/* The UDP sockets of one sans-IO endpoint (core/base/endpoint.h): one for each granted bind request, none of which blocks. */
#ifndef NT_INTEROP_SOCKETS_H
#define NT_INTEROP_SOCKETS_H

#include "core/base/endpoint.h"

#define NT_SOCKETS_MAX 32

struct nt_sockets { /* zeroed: none */
    struct {
        int fd;
        struct nt_addr local;
    } items[NT_SOCKETS_MAX];
    size_t count, turn; /* turn: whose datagram is read next */
};

/* The addresses of the interfaces that are up, without loopback and link-local ones: at most `cap`. */
size_t nt_sockets_interfaces(struct nt_addr *addrs, size_t cap);
/* A socket on *local, which gets the port that the system chose; 0 or NT_EIO, NT_ELIMIT. */
int nt_sockets_bind(struct nt_sockets *s, struct nt_addr *local);
/* From the socket bound to path->local. What cannot be sent is lost, as on the way. */
void nt_sockets_send(const struct nt_sockets *s, const struct nt_path *path, const uint8_t *bytes, size_t len);
/* The next datagram and its path: its length; 0: none is there. Takes the sockets by turns. */
size_t nt_sockets_receive(struct nt_sockets *s, struct nt_path *path, uint8_t *buf, size_t cap);
/* Waits for a datagram, for input on `fd`, or `timeout` (NT_TIME_NEVER: for ever). true: `fd` has something, or its end. */
bool nt_sockets_wait(const struct nt_sockets *s, int fd, nt_time timeout);
void nt_sockets_close(struct nt_sockets *s);

#endif
