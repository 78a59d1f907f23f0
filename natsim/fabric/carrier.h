/* A carrier takes frames from one attachment of a network to another. The built-in one (carrier.c) hands them over after the
 * network's delay; another carrier, with its own queue of events, can replace it.
 *
 * Under every carrier the fabric itself decides: who answers for an address, MTU and fragments, attachments that are down,
 * partitions, faults, taps; and for a network without a medium also its rate, queue, jitter, loss, duplicates and reordering.
 * A packet knows the attachment that it left by: p->from. */
#ifndef NT_FABRIC_CARRIER_H
#define NT_FABRIC_CARRIER_H

#include "natsim/fabric/medium.h"
#include "natsim/packet/drop.h"
#include "natsim/packet/packet.h"

/* What a carrier tells the fabric. It returns each packet that it was given by `arrived` or `lost`, or keeps it to the end. */
struct nt_carrier_events {
    void *user;
    /* On a network with a medium that it models, a carrier asks this of each packet: when its last bit has left or, if the carrier
     * cannot tell, when it is sent. Any answer but NT_DROP_NONE ends the packet's way: it is lost, for that reason. */
    enum nt_drop (*departs)(void *user, uint32_t to, const struct nt_packet *p, nt_time now);
    void (*arrived)(void *user, uint32_t to, struct nt_packet *p, nt_time now);
    void (*lost)(void *user, struct nt_packet *p, enum nt_drop reason, nt_time now);
    void (*failed)(void *user); /* no memory, or a channel that cannot be made: the run ends with NT_FABRIC_NOMEM */
};

struct nt_carrier_ops {
    const char *name;
    void *(*new)(const struct nt_carrier_events *events, uint64_t seed); /* NULL without memory */
    /* Networks and attachments are numbered from 0, as the fabric's; each is announced once, in order. 0 or a negative enum nt_err.
     * The label of an attachment never changes: its random streams are derived from it. */
    int (*network)(void *self, uint32_t network, const struct nt_network_config *config);
    int (*attach)(void *self, uint32_t attachment, uint32_t network, const char *label);
    int (*place)(void *self, uint32_t attachment, const struct nt_waypoint *points, size_t count); /* before the first packet */
    /* Takes the packet, which enters the network at `enter`, `now` or later. */
    void (*send)(void *self, uint32_t network, uint32_t from, uint32_t to, struct nt_packet *p, nt_time now, nt_time enter);
    /* The link of the attachment has gone down: what has not departed is lost, for NT_DROP_DOWN. NULL: nothing waits in the
     * carrier. */
    void (*down)(void *self, uint32_t from, nt_time now);
    nt_time (*next)(void *self);         /* time of its next event, or NT_TIME_NEVER; NULL: it has no events of its own */
    void (*run)(void *self, nt_time at); /* everything due up to and including `at` */
    void (*del)(void *self);
};

extern const struct nt_carrier_ops nt_carrier_builtin;

/* What a loadable module with a carrier exports, under the name NT_CARRIER_SYMBOL. `abi` guards against a module of another build.
 */
struct nt_carrier_module {
    uint64_t abi;        /* NT_CARRIER_ABI */
    const char *version; /* of natsim */
    const char *library; /* what carries, with its version */
    const struct nt_carrier_ops *ops;
};
#define NT_CARRIER_SYMBOL "nt_carrier_module"
#define NT_CARRIER_ABI                                                                                                             \
    ((uint64_t)sizeof(struct nt_packet) << 48 | (uint64_t)sizeof(struct nt_carrier_ops) << 32 | sizeof(struct nt_network_config))

#endif
