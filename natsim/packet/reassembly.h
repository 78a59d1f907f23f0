/* Reassembly of fragmented IPv4 and IPv6 packets, bounded in memory and time. For hosts, and gateways that reassemble. */
#ifndef NT_PACKET_REASSEMBLY_H
#define NT_PACKET_REASSEMBLY_H

#include "natsim/fabric/fabric.h"

#define NT_REASSEMBLY_MAX 64          /* datagrams at a time; beyond: the oldest is given up */
#define NT_REASSEMBLY_BYTES_MAX 4194304 /* held at a time; beyond: the oldest is given up */
/* RFC 4963, 5 keeps RFC 1122's 60 to 120 s for hosts; Linux and most NATs use 30 s. */
#define NT_REASSEMBLY_TIME (30 * NT_SEC)

struct nt_reassembly;

struct nt_reassembly *nt_reassembly_new(struct nt_fabric *f, uint32_t node);
void nt_reassembly_del(struct nt_reassembly *r); /* NULL: nothing; what it holds goes with the fabric's pool */
/* Takes a fragment. The whole packet once it is complete; else NULL: held, or ended with its reason. */
struct nt_packet *nt_reassembly_add(struct nt_reassembly *r, struct nt_packet *p, nt_time now);
nt_time nt_reassembly_deadline(const struct nt_reassembly *r);
void nt_reassembly_run(struct nt_reassembly *r, nt_time now); /* gives up what is too old */

#endif
