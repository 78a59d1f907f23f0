/* Reassembly of fragmented IPv4 and IPv6 packets, bounded in memory and time. For hosts, and for gateways that reassemble: these
 * look at the whole, and send its pieces on. */
#ifndef NT_PACKET_REASSEMBLY_H
#define NT_PACKET_REASSEMBLY_H

#include "core/base/time.h"
#include "natsim/packet/drop.h"
#include "natsim/packet/pool.h"

/* Held at a time: the buffers of pieces, and so much for each datagram beside them, which keeps it below a thousand datagrams.
 * Beyond it the source that holds most loses its oldest datagram, so that nobody's fragments push out those of others. */
#define NT_REASSEMBLY_BYTES_MAX 4194304
#define NT_REASSEMBLY_DATAGRAM_COST 4096
/* RFC 4963, 5 keeps RFC 1122's 60 to 120 s for hosts; Linux and most NATs use 30 s. */
#define NT_REASSEMBLY_TIME (30 * NT_SEC)
#define NT_REASSEMBLY_TIME6 (60 * NT_SEC) /* RFC 8200, 4.5: within 60 seconds of the reception of the first-arriving fragment */

struct nt_reassembly;

/* Called for a packet that is dropped, and takes it. */
struct nt_reassembly_drop {
    void (*fn)(void *user, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *src, const struct nt_addr *dst,
               nt_time now);
    void *user;
};

struct nt_reassembly *nt_reassembly_new(struct nt_pool *pool, struct nt_reassembly_drop drop);
void nt_reassembly_del(struct nt_reassembly *r); /* NULL: nothing; the packets that it holds go with the pool */
/* Takes a fragment. 0: *p is the whole packet once it is complete, and owns its pieces; else NULL: the fragment is held, or was
 * dropped. NT_ENOMEM: *p is NULL, and what is held may lack the fragment. */
int nt_reassembly_add(struct nt_reassembly *r, struct nt_packet **p, nt_time now);
/* Ends a whole packet, and returns its pieces, a list by `next`: with its addresses and data, and with their own sizes, hop counts
 * and all else. What was changed in the whole has kept its length. */
struct nt_packet *nt_reassembly_take_apart(struct nt_pool *pool, struct nt_packet *whole);
nt_time nt_reassembly_deadline(const struct nt_reassembly *r);
void nt_reassembly_run(struct nt_reassembly *r, nt_time now);    /* drops what is too old */
void nt_reassembly_forget(struct nt_reassembly *r, nt_time now); /* drops everything */

#endif
