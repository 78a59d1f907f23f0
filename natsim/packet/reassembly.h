/* Reassembly of fragmented IPv4 and IPv6 packets, bounded in memory and time. For hosts, and for gateways that reassemble. */
#ifndef NT_PACKET_REASSEMBLY_H
#define NT_PACKET_REASSEMBLY_H

#include "core/base/time.h"
#include "natsim/packet/drop.h"
#include "natsim/packet/pool.h"

#define NT_REASSEMBLY_MAX 64            /* datagrams at a time; beyond: the oldest is given up */
#define NT_REASSEMBLY_BYTES_MAX 4194304 /* held at a time; beyond: the oldest is given up */
/* RFC 4963, 5 keeps RFC 1122's 60 to 120 s for hosts; Linux and most NATs use 30 s. */
#define NT_REASSEMBLY_TIME (30 * NT_SEC)

struct nt_reassembly;

/* Called for a packet that is dropped, and takes it. */
struct nt_reassembly_drop {
    void (*fn)(void *user, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *src, const struct nt_addr *dst,
               nt_time now);
    void *user;
};

struct nt_reassembly *nt_reassembly_new(struct nt_pool *pool, struct nt_reassembly_drop drop);
void nt_reassembly_del(struct nt_reassembly *r); /* NULL: nothing; the packets that it holds go with the pool */
/* Takes a fragment. 0: *p is the whole packet once it is complete, else NULL: the fragment is held, or was dropped. NT_ENOMEM: no
 * buffer for the whole packet; the datagram is gone, and *p is NULL. */
int nt_reassembly_add(struct nt_reassembly *r, struct nt_packet **p, nt_time now);
nt_time nt_reassembly_deadline(const struct nt_reassembly *r);
void nt_reassembly_run(struct nt_reassembly *r, nt_time now); /* drops what is too old */

#endif
