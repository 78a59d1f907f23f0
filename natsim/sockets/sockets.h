/* Any endpoint of core (core/base/endpoint.h) on real UDP sockets, IPv4 and IPv6, in real time: its requests become sockets, what
 * arrives its input, its output datagrams. One thread; the owner calls nt_sockets_turn until it has what it wants.
 *
 * Paths. In: ttl and tos of the datagram; df is not known of one that arrives, and 0. Out: ttl, tos and df are those of its packet;
 * a datagram with df that is larger than the interface's MTU is not sent, an earlier ICMP error does not count. A port that is
 * bound to the unspecified address has that as its local one, both ways; the system chooses where its datagrams leave from. IPv6
 * addresses have no zone here: link-local ones cannot be bound.
 *
 * Requests. TCP is refused (NT_IN_CLOSED). What the system refuses is, too, and the trace says why.
 *
 * ICMP errors reach the endpoint whose datagram they are about, as far as the system tells them: of IPv4, "fragmentation needed"
 * only while the last datagram of that port had df. */
#ifndef NT_SOCKETS_SOCKETS_H
#define NT_SOCKETS_SOCKETS_H

#include "core/base/endpoint.h"
#include "core/base/trace.h"

#define NT_SOCKETS_NONE UINT32_MAX
#define NT_SOCKETS_ENDPOINTS_MAX 64
#define NT_SOCKETS_WATCHED_MAX 8

struct nt_sockets;

/* At most so many ports are open at a time. The trace is told of ports that are refused (NT_TR_PORT_REFUSED), of datagrams that
 * cannot be sent (NT_TR_UNSENT) or are too long to be taken (NT_TR_DISCARDED). NULL: no memory. */
struct nt_sockets *nt_sockets_new(size_t ports_max, const struct nt_trace *trace);
void nt_sockets_del(struct nt_sockets *s); /* closes all ports; NULL: nothing */

/* Monotonic, 0 at nt_sockets_new. */
nt_time nt_sockets_now(const struct nt_sockets *s);

/* Runs an endpoint, which stays the caller's and outlives `s`; it may be called into between turns and by `ready`. Its number, or
 * NT_SOCKETS_NONE: there are too many. */
uint32_t nt_sockets_run_endpoint(struct nt_sockets *s, struct nt_endpoint e);
/* NT_IN_IF_UP for each address of the interfaces that are up, but loopback and link-local ones. Later changes are not told. 0, or
 * NT_EIO: the system does not say. */
int nt_sockets_announce(struct nt_sockets *s, uint32_t endpoint);
/* Calls `ready` when the descriptor can be read or has ended; 0 or NT_ELIMIT. */
int nt_sockets_watch(struct nt_sockets *s, int fd, void (*ready)(void *user, nt_time now), void *user);

/* Sends what endpoints have, waits until something happens, `until` at the latest, and handles all that has happened. */
void nt_sockets_turn(struct nt_sockets *s, nt_time until);

#endif
