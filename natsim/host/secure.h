/* TLS (core/tls) between a host's TCP and its endpoints. An endpoint hears of a connection when its handshake is done, then of its
 * plain bytes, and of its end; each chunk that it writes is a record. A connection that the endpoint has closed, or the peer, stays
 * for a while, so that both sides have said that there is no more to come. */
#ifndef NT_HOST_SECURE_H
#define NT_HOST_SECURE_H

#include "natsim/host/stream_input.h"
#include "natsim/tcp/tcp_types.h"

struct nt_host;
struct nt_secure;

#define NT_SECURE_HANDSHAKES_MAX 1024 /* that peers have begun, of one host at a time */

void nt_secure_del(struct nt_secure *s);
/* A request of TLS, whose TCP is to be asked for next. False: it is refused, and the trace is told why. */
bool nt_secure_open(struct nt_host *h, uint32_t endpoint, const struct nt_request *req, nt_time now);
void nt_secure_forget(struct nt_host *h, struct nt_tcp_name name); /* its TCP was refused */
/* An event of TCP; false: it is not about TLS. Then what endpoints are to be told, until there is nothing. */
bool nt_secure_take(struct nt_host *h, const struct nt_tcp_event *e, nt_time now);
bool nt_secure_next(struct nt_host *h, struct nt_stream_input *in, nt_time now);
/* Whole, or not at all: NT_ENOSPC, NT_ESTATE, NT_ENOENT, NT_ENOMEM. */
int nt_secure_write(struct nt_host *h, struct nt_tcp_name name, const uint8_t *bytes, size_t len, nt_time now);
/* False: it is not of TLS. */
bool nt_secure_close(struct nt_host *h, struct nt_tcp_name name, nt_time now);
void nt_secure_timer(struct nt_host *h, nt_time now);
nt_time nt_secure_deadline(const struct nt_host *h);

#endif
