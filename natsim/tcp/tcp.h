/* The TCP of one host (RFC 9293), sans-IO: listeners and connections, which their owners name by numbers. Every call takes the
 * time; after calls the owner pulls what happened (nt_tcp_event), then what is to be sent (nt_tcp_output), until there is neither.
 *
 * What it does: RFC 9293 with simultaneous open and close and half-closed connections; RFC 6298, 5681, 6582, 3042, 6928; RFC 7323's
 * window scale; RFC 5961's challenge ACKs; RFC 1191's and 8201's path MTU; keepalive, which is off. What comes out of order is
 * held. It acknowledges each segment at once (no delayed ACK) and sends each write at once, as segments of its own (no Nagle). Not
 * there: timestamps, SACK, ECN, urgent data, data in a SYN. */
#ifndef NT_TCP_TCP_H
#define NT_TCP_TCP_H

#include "natsim/packet/packet.h"
#include "natsim/tcp/tcp_types.h"

struct nt_tcp;

struct nt_tcp *nt_tcp_new(const struct nt_tcp_config *config); /* NULL without memory */
void nt_tcp_del(struct nt_tcp *t);

/* Listens on *local, whose address may be unset or any, and whose port 0 is replaced by a free one. 0, NT_EEXIST (the port, or the
 * name), NT_ELIMIT, NT_ENOMEM. */
int nt_tcp_listen(struct nt_tcp *t, struct nt_addr *local, struct nt_tcp_name name);
/* Connects from *local, whose port 0 is replaced by a free one; a port on which the same owner listens serves, too. mtu: of the
 * link. 0, NT_EEXIST (there is that connection, the port is another's, or the name), NT_ELIMIT, NT_EINVAL (the families),
 * NT_ENOMEM.
 */
int nt_tcp_connect(struct nt_tcp *t, struct nt_addr *local, const struct nt_addr *remote, uint32_t mtu, struct nt_tcp_name name,
                   nt_time now);
/* Whole, or not at all: NT_ENOSPC, NT_ESTATE (this side has closed), NT_ENOENT (no such connection), NT_ENOMEM. */
int nt_tcp_write(struct nt_tcp *t, struct nt_tcp_name name, const uint8_t *bytes, size_t len);
size_t nt_tcp_room(const struct nt_tcp *t, struct nt_tcp_name name); /* so many bytes would be taken now; 0: or none ever */
/* FIN after what was written; what the peer sends is still read. */
void nt_tcp_shut(struct nt_tcp *t, struct nt_tcp_name name);
/* FIN after what was written, and nothing is heard of the connection any more; with bytes that the owner has not pulled, or that
 * still come, it is reset (RFC 9293, 3.6.1). A listener ends, with the connections that it has not told of. */
void nt_tcp_close(struct nt_tcp *t, struct nt_tcp_name name, nt_time now);
void nt_tcp_abort(struct nt_tcp *t, struct nt_tcp_name name); /* as nt_tcp_close, with RST */

/* A segment for this host, its checksums good; mtu: of the link that leads to its sender. 0; NT_ENOENT: it is for nobody
 * (nt_tcp_refuse); NT_EFORMAT, NT_ENOMEM. What else is discarded the trace is told. */
int nt_tcp_input(struct nt_tcp *t, const struct nt_packet *p, uint32_t mtu, nt_time now);
/* False: it is about nothing that is in flight. */
bool nt_tcp_icmp(struct nt_tcp *t, const struct nt_addr *local, const struct nt_addr *remote, const struct nt_tcp_error *e);
void nt_tcp_timer(struct nt_tcp *t, nt_time now);
nt_time nt_tcp_deadline(const struct nt_tcp *t); /* once all output is drained */
/* Writes the next segment, a whole packet, into p, whose buffer holds an MTU. False: there is none. */
bool nt_tcp_output(struct nt_tcp *t, struct nt_packet *p, nt_time now);
bool nt_tcp_event(struct nt_tcp *t, struct nt_tcp_event *e);

/* The answer to a segment for nobody (RFC 9293, 3.10.7.1) into p. False: there is none to a reset. */
bool nt_tcp_refuse(const struct nt_packet *about, struct nt_packet *p);

size_t nt_tcp_count(const struct nt_tcp *t);                                    /* of connections, in TIME-WAIT too */
const char *nt_tcp_state_name(const struct nt_tcp *t, struct nt_tcp_name name); /* "ESTABLISHED", ...; "CLOSED": there is none */

#endif
