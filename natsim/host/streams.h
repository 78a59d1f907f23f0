/* The TCP of a host (natsim/tcp), and TLS on it (secure.h): the listeners and connections of its endpoints. It is made at the first
 * request for one. */
#ifndef NT_HOST_STREAMS_H
#define NT_HOST_STREAMS_H

#include "natsim/host/stream_input.h"
#include "natsim/packet/packet.h"

struct nt_host;

/* A request to listen or to connect. 0: granted, and path->local is the real one; whether the peer answers is told later. Or why
 * not. */
enum nt_closed nt_streams_open(struct nt_host *h, uint32_t endpoint, struct nt_request *req, nt_time now);
void nt_streams_close(struct nt_host *h, uint32_t endpoint, uint32_t id, nt_time now);
/* A chunk; false: it is not taken, and the trace is told why. */
bool nt_streams_write(struct nt_host *h, uint32_t endpoint, const struct nt_path *path, const uint8_t *bytes, size_t len,
                      nt_time now);
/* A segment, which it does not take. NT_ENOENT: it is for nobody. NT_EFORMAT, NT_ENOMEM. */
int nt_streams_receive(struct nt_host *h, const struct nt_packet *p, nt_time now);
/* An ICMP error about a segment from local to remote. False: about none that is in flight. */
bool nt_streams_take_error(struct nt_host *h, const struct nt_packet *error, const struct nt_addr *local,
                           const struct nt_addr *remote);
void nt_streams_timer(struct nt_host *h, nt_time now);
nt_time nt_streams_deadline(const struct nt_host *h);
bool nt_streams_next(struct nt_host *h, struct nt_stream_input *in, nt_time now); /* false: there is nothing to tell */
void nt_streams_send(struct nt_host *h, nt_time now);                             /* all segments that may leave now */

#endif
