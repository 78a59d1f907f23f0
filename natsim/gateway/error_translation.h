/* ICMP errors about packets that were translated (RFC 5508, section 4). */
#ifndef NT_GATEWAY_ERROR_TRANSLATION_H
#define NT_GATEWAY_ERROR_TRANSLATION_H

#include "core/base/time.h"
#include "natsim/packet/packet.h"

struct nt_gateway;

/* An ICMP error about a packet that was translated. `out` (RFC 5508, REQ-5): it comes from inside, its source and the quoted
 * destination become the external endpoint's. `in` (REQ-4): it is for inside, its destination and the quoted source become the
 * inside endpoint's; an error from outside keeps its own source. Both (REQ-7): the packet was hairpinned with an external source.
 */
void nt_error_translate(struct nt_gateway *g, struct nt_packet *p, bool out, bool in, nt_time now);
/* Of ICMP, a flow is kept of queries that left and replies that came in: an error about another message is about none. */
bool nt_error_quotes_no_flow(const struct nt_packet *p, uint8_t proto, bool came_in);

#endif
