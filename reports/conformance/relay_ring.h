/* Inside of the room: the datagrams on their way through a TURN server, to find what a relayed one comes from. */
#ifndef NT_CONFORMANCE_RELAY_RING_H
#define NT_CONFORMANCE_RELAY_RING_H

#include "core/base/addr.h"
#include "core/base/time.h"

/* For so long a queue on the server's link may hold what it relays; a real server may also have to wait for a busy machine. */
#define NT_RELAY_WITHIN NT_SEC
#define NT_RELAY_WITHIN_REAL_TIME (5 * NT_SEC)
#define NT_RELAY_RING_FIRST 64u /* datagrams that are remembered; as many more as come within that time */
#define NT_RELAY_RING_MAX 8192u /* but no more than these */

/* What a message asks to relay, or what was relayed. The datagram itself is not kept. */
struct nt_relay_load {
    nt_time at;
    uint64_t hash;
    uint32_t len;
    uint16_t channel;    /* of ChannelData, whose peer the relay's channels tell; else 0 */
    struct nt_addr peer; /* else */
};

struct nt_relay_ring {
    struct nt_relay_load *loads; /* NULL until the first */
    uint32_t next, count, cap;
    nt_time within; /* for so long they count */
    nt_time lost;   /* when the youngest one came that was forgotten too soon; 0: none was */
};

struct nt_relay_load nt_relay_load(nt_time at, const uint8_t *bytes, size_t len);
int nt_relay_ring_add(struct nt_relay_ring *ring, const struct nt_relay_load *load, nt_time within); /* 0 or NT_ENOMEM */
/* The i-th last one, from 1 on, as long as it counts at a time; NULL: there are no more. */
const struct nt_relay_load *nt_relay_ring_at(const struct nt_relay_ring *ring, uint32_t i, nt_time at);
/* Datagrams of that time have been forgotten. */
static inline bool nt_relay_ring_forgot(const struct nt_relay_ring *ring, nt_time at)
{
    return ring->lost != 0 && ring->lost + ring->within >= at;
}
void nt_relay_ring_free(struct nt_relay_ring *ring);

#endif
