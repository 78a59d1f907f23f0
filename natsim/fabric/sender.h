/* A sending attachment of a network that has a rate or draws: the queue in which packets wait for their departure, and the random
 * stream that decides on those that have departed. */
#ifndef NT_FABRIC_SENDER_H
#define NT_FABRIC_SENDER_H

#include "core/base/rand.h"
#include "natsim/fabric/medium.h"
#include "natsim/fabric/packets.h"

struct nt_waiting {
    struct nt_packet *packet;
    uint32_t to; /* attachment; NT_FABRIC_NONE: it has left the network */
    nt_time departs;
};

struct nt_sender {
    struct nt_rand rand;
    nt_time busy_until;
    struct nt_waiting *queue; /* a ring; the first one is being sent */
    size_t cap, first, count;
};

struct nt_sender *nt_sender_new(uint64_t seed, const char *label); /* NULL without memory */
void nt_sender_del(struct nt_sender *s);                           /* NULL: nothing */

/* Takes the packet into the queue of the attachment that it leaves by, and tells the fabric when it departs; false: the queue is
 * full.
 */
bool nt_sender_enter(struct nt_fabric *f, struct nt_sender *s, const struct nt_network_config *c, uint32_t to, struct nt_packet *p,
                     nt_time now);
/* The next packet of the queue, if its time to depart is `now` or has passed. The caller's from then on. */
bool nt_sender_take_due(struct nt_sender *s, nt_time now, struct nt_waiting *next);
/* The attachment `to` has left the network: what waits for it will depart, and reach nobody. */
void nt_sender_lose_target(struct nt_sender *s, uint32_t to);
/* Stops sending: takes the next packet of the queue, departed or not. The line is free when the one that is cut would have ended.
 */
bool nt_sender_purge(struct nt_sender *s, struct nt_waiting *next);

#endif
