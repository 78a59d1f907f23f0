/* SYNs that the NAT does not let in (RFC 5382, REQ-4): what they get, and those that wait for it. */
#ifndef NT_GATEWAY_UNSOLICITED_H
#define NT_GATEWAY_UNSOLICITED_H

#include "core/base/time.h"
#include "natsim/packet/drop.h"
#include "natsim/packet/packet.h"

#define NT_UNSOLICITED_MAX 256 /* SYNs that wait; beyond: the oldest is dropped */

struct nt_gateway;
struct nt_waiting_syns;

void nt_unsolicited_del(struct nt_waiting_syns *u);
/* Takes a TCP segment that came from outside and is not let in, for the reason `why` with the addresses a and b. */
void nt_unsolicited_receive(struct nt_gateway *g, struct nt_packet *p, enum nt_drop why, const struct nt_addr *a,
                            const struct nt_addr *b, nt_time now);
/* Here and below g->unsolicited is not NULL: it is made with the first SYN that waits.
 * A SYN leaves from `external` to `remote`: "the NAT MUST silently drop the original unsolicited inbound SYN packet". */
void nt_unsolicited_cross(struct nt_gateway *g, const struct nt_addr *external, const struct nt_addr *remote, nt_time now);
void nt_unsolicited_run(struct nt_gateway *g, nt_time now);
nt_time nt_unsolicited_deadline(const struct nt_waiting_syns *u);
void nt_unsolicited_forget(struct nt_gateway *g, nt_time now);

#endif
