/* The allocations of a TURN server (RFC 8656, section 6): found by client and by relayed address, counted for each user, with their
 * ports and their expiry. */
#ifndef NT_TURN_ALLOCATION_H
#define NT_TURN_ALLOCATION_H

#include "core/base/endpoint.h"
#include "core/stun/stun.h"
#include "core/stun/transports.h"
#include "core/turn/channel.h"
#include "core/turn/expiry.h"
#include "core/turn/permission.h"

enum nt_turn_relay_state {
    NT_RELAY_NONE,    /* not there, or gone */
    NT_RELAY_BINDING, /* the endpoint's owner was or will be asked for the port */
    NT_RELAY_BOUND,
    NT_RELAY_CLOSING /* the endpoint's owner is to be told */
};

struct nt_turn_allocation;

struct nt_turn_relay { /* one relayed transport address */
    struct nt_turn_timer expiry;
    struct nt_turn_allocation *owner;
    struct nt_turn_relay *next; /* in the queue of port requests */
    struct nt_addr addr;
    uint8_t state, queued;
    uint32_t start, tries; /* allocate.c's search for a port */
};

enum { NT_RELAY_V4, NT_RELAY_V6, NT_RELAYS };

struct nt_turn_allocation {
    uint32_t index, user;         /* its slot; the index of its user */
    struct nt_path client;        /* the 5-tuple, as what goes to the client has it; of TCP and TLS, id is the connection's */
    struct nt_turn_path_mtu path; /* to the client, over UDP */
    /* The Allocate request and what became of it: allocate.c. */
    uint8_t id[NT_STUN_ID];
    const struct nt_stun_key *key; /* for the response */
    bool sha256;
    bool answered, even, reserve, redeemed;
    uint32_t lifetime; /* granted first, in seconds */
    uint64_t token;    /* 0: none was given */
    uint8_t missing;   /* enum nt_family of a dual allocation's part that could not be had */
    int missing_code;  /* 440 or 508 */

    struct nt_turn_relay relays[NT_RELAYS];
    struct nt_turn_permissions permissions;
    struct nt_turn_channels channels;
};

struct nt_turn_allocation_slot {
    struct nt_turn_allocation *allocation;
    uint32_t next_free;
};

struct nt_turn_allocations {
    struct nt_turn_allocation_slot *slots;
    size_t count, cap;                 /* of slots */
    size_t live;                       /* allocations that a client holds or is getting */
    uint32_t *held;                    /* how many of them each user has */
    uint32_t first_free;               /* slot; NT_MAP_NONE: none */
    struct nt_map by_client, by_relay; /* to a slot; to slot * NT_RELAYS + family, or NT_TURN_HELD */
    struct nt_turn_expiry expiry;
    struct nt_turn_relay *first_ask, *last_ask; /* the queue of port requests */
};

#define NT_TURN_HELD (NT_MAP_NONE - 2)
#define NT_TURN_SLOTS_MAX (UINT32_C(1) << 24)

int nt_turn_allocations_init(struct nt_turn_allocations *t, size_t users); /* 0 or NT_ENOMEM */
void nt_turn_allocations_free(struct nt_turn_allocations *t);
/* `client`: the path on which it is asked for. NULL without memory. */
struct nt_turn_allocation *nt_turn_allocation_new(struct nt_turn_allocations *t, const struct nt_path *client, uint32_t user);
/* Ends both parts; what is bound is closed, then the allocation frees itself. */
void nt_turn_allocation_end(struct nt_turn_allocations *t, struct nt_turn_allocation *a);
/* Ends one part; with the last one the allocation ends. */
void nt_turn_relay_end(struct nt_turn_allocations *t, struct nt_turn_relay *r);
/* Asks the endpoint's owner to bind `addr` for `r`. 0 or NT_ENOMEM. */
int nt_turn_relay_bind(struct nt_turn_allocations *t, struct nt_turn_relay *r, const struct nt_addr *addr);
/* The endpoint's owner has bound it, or refused to. */
void nt_turn_relay_bound(struct nt_turn_relay *r);
void nt_turn_relay_refused(struct nt_turn_allocations *t, struct nt_turn_relay *r);
void nt_turn_relay_expires(struct nt_turn_allocations *t, struct nt_turn_relay *r, nt_time at);

/* Is the address relayed, being bound, or held? A held one is given to no allocation. */
bool nt_turn_address_taken(const struct nt_turn_allocations *t, const struct nt_addr *addr);
int nt_turn_address_hold(struct nt_turn_allocations *t, const struct nt_addr *addr); /* 0, NT_EEXIST when taken, or NT_ENOMEM */
void nt_turn_address_release(struct nt_turn_allocations *t, const struct nt_addr *addr);

struct nt_turn_allocation *nt_turn_by_client(const struct nt_turn_allocations *t, const struct nt_path *client);
struct nt_turn_relay *nt_turn_by_relay(const struct nt_turn_allocations *t, const struct nt_addr *relayed); /* bound ones */
struct nt_turn_relay *nt_turn_relay_by_id(const struct nt_turn_allocations *t, uint32_t id);                /* of a port request */
struct nt_turn_relay *nt_turn_relay_expired(const struct nt_turn_allocations *t, nt_time now); /* the first one; NULL for none */
nt_time nt_turn_allocations_deadline(const struct nt_turn_allocations *t);
static inline struct nt_turn_relay *nt_turn_relay_for(struct nt_turn_allocation *a, uint8_t family)
{
    struct nt_turn_relay *r = &a->relays[family == NT_AF_IPV6 ? NT_RELAY_V6 : NT_RELAY_V4];
    return r->state == NT_RELAY_BOUND ? r : NULL;
}
/* The next port request; 0: none. */
int nt_turn_relay_request(struct nt_turn_allocations *t, struct nt_request *req);

#endif
