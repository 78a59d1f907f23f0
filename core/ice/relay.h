/* The TURN clients: one for each source that is a TURN server. Their requests share the agent's pacer, their allocations carry
 * checks and data. What happens to them is pulled as events. Over TCP and TLS each has a connection of its own. */
#ifndef NT_ICE_RELAY_H
#define NT_ICE_RELAY_H

#include "core/ice/bases.h"
#include "core/ice/record.h"

enum nt_ice_relay_event_kind {
    NT_ICE_RELAY_ALLOCATED = 1, /* relayed, mapped; nt_ice_relays_adopt takes it into use */
    NT_ICE_RELAY_STANDS,        /* nt_ice_relays_check has asked, and the server does not say that it knows none */
    NT_ICE_RELAY_MOVE,          /* the server takes the port for another client's: nt_ice_relays_move is awaited */
    NT_ICE_RELAY_FAILED,        /* code: the allocation is refused, or gone */
    NT_ICE_RELAY_OPENED,        /* packets can leave for the peer */
    NT_ICE_RELAY_CLOSED,        /* none can leave for the peer (unset: for anybody) */
    NT_ICE_RELAY_DATA,          /* peer, bytes, len: valid until the next input */
    NT_ICE_RELAY_ICMP           /* the server reports an ICMP error about the peer: icmp_type, icmp_code, mtu */
};

struct nt_ice_relay_event {
    enum nt_ice_relay_event_kind kind;
    uint16_t source, base;
    struct nt_addr relayed, mapped, peer;
    int code;
    uint8_t icmp_type, icmp_code;
    uint32_t mtu;
    const uint8_t *bytes;
    size_t len;
};

struct nt_ice_relays;

struct nt_ice_relays *nt_ice_relays_new(const struct nt_ice_config *config, struct nt_rand *rand); /* NULL without memory */
void nt_ice_relays_del(struct nt_ice_relays *r);
int nt_ice_relays_reserve(struct nt_ice_relays *r, size_t sources); /* room for so many: NT_OK or NT_ENOMEM */
/* A client for `source`, which asks for an allocation at once. NT_OK or NT_ENOMEM. */
int nt_ice_relays_allocate(struct nt_ice_relays *r, uint16_t source, uint16_t base, const struct nt_addr *local, size_t server,
                           nt_time now);
/* It has no client, or one whose life is over, and the owner knows that its connection is, too. */
bool nt_ice_relays_is_free(const struct nt_ice_relays *r, uint16_t source);
void nt_ice_relays_forget(struct nt_ice_relays *r, uint16_t source);         /* and none at all any more */
bool nt_ice_relays_is_asked(const struct nt_ice_relays *r, uint16_t source); /* an Allocate is under way */
bool nt_ice_relays_uses(const struct nt_ice_relays *r, uint16_t base);       /* a client does, or waits for it */
/* The allocation is out of reach, for static reason `why`. And those of all bases that are gone. */
void nt_ice_relays_lose(struct nt_ice_relays *r, uint16_t source, const char *why, nt_time now);
void nt_ice_relays_lose_bases(struct nt_ice_relays *r, const struct nt_ice_bases *bases, nt_time now);
void nt_ice_relays_adopt(struct nt_ice_relays *r, uint16_t source); /* its allocation becomes a candidate */
/* Does the server know the allocation still? NT_ICE_RELAY_STANDS follows, or NT_ICE_RELAY_FAILED. False: it is not asked. */
bool nt_ice_relays_check(struct nt_ice_relays *r, uint16_t source, nt_time now);
/* RFC 8656, 7.4: the client of `source` asks from base `base` instead, once that is bound; NT_ICE_NO_BASE: there is none. */
void nt_ice_relays_move(struct nt_ice_relays *r, uint16_t source, uint16_t base, nt_time now);
void nt_ice_relays_bound(struct nt_ice_relays *r, uint16_t base, const struct nt_addr *local, nt_time now); /* NULL: refused */
void nt_ice_relays_stop_waiting(struct nt_ice_relays *r, nt_time now); /* no allocation is asked for again later */
bool nt_ice_relays_input(struct nt_ice_relays *r, uint16_t base, const struct nt_path *path, const uint8_t *bytes, size_t len,
                         nt_time now);
/* The next request about connections, whose numbers are higher than any of bases. 1: *req is one. */
int nt_ice_relays_request(struct nt_ice_relays *r, struct nt_request *req);
/* NT_IN_CONNECTED, NT_IN_CLOSED, NT_IN_STREAM or NT_IN_SEND_FAILED of connection path->id. False: it is none of ours. */
bool nt_ice_relays_heard(struct nt_ice_relays *r, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len,
                         nt_time now);
void nt_ice_relays_hang_up(struct nt_ice_relays *r, nt_time now); /* no connection is of use any more */
void nt_ice_relays_timer(struct nt_ice_relays *r, nt_time now);
nt_time nt_ice_relays_deadline(const struct nt_ice_relays *r, nt_time next_start);
bool nt_ice_relays_event(struct nt_ice_relays *r, struct nt_ice_relay_event *ev); /* false: there is none */

/* RFC 8445, 14.2: all transactions share Ta, so what starts one is held until the pacer lets it go. */
void nt_ice_relays_pull(struct nt_ice_relays *r, nt_time now);
bool nt_ice_relays_start_one(struct nt_ice_relays *r, nt_time now); /* lets one go; false: none is held */
size_t nt_ice_relays_output(struct nt_ice_relays *r, struct nt_path *path, uint8_t *buf, size_t cap);

/* Adopted allocations. */
uint16_t nt_ice_relays_count(const struct nt_ice_relays *r); /* of all sources */
bool nt_ice_relays_alive(const struct nt_ice_relays *r, uint16_t source);
bool nt_ice_relays_stands(const struct nt_ice_relays *r, uint16_t source); /* alive, and not about to be released */
const struct nt_addr *nt_ice_relays_address(const struct nt_ice_relays *r, uint16_t source);
const struct nt_addr *nt_ice_relays_server(const struct nt_ice_relays *r, uint16_t source); /* the one that has the allocation */
/* RFC 8445, 7.2.1: asks for a permission towards the peer. NT_OK: packets can leave for it, or will once the server has answered (a
 * RELAY_OPENED or RELAY_CLOSED follows). Other: they never can. */
int nt_ice_relays_permit(struct nt_ice_relays *r, uint16_t source, const struct nt_addr *peer, nt_time now);
bool nt_ice_relays_permitted(const struct nt_ice_relays *r, uint16_t source, const struct nt_addr *peer);
void nt_ice_relays_bind_channel(struct nt_ice_relays *r, uint16_t source, const struct nt_addr *peer, nt_time now);
/* `bytes` for the peer as they leave for the server, whose address goes into path->remote, and the connection, if there is one,
 * into the rest of it; path->df holds for the way to the peer, too. 0: they cannot leave. */
size_t nt_ice_relays_wrap(struct nt_ice_relays *r, uint16_t source, const struct nt_addr *peer, const uint8_t *bytes, size_t len,
                          struct nt_path *path, uint8_t *buf, size_t cap);
void nt_ice_relays_release(struct nt_ice_relays *r, uint16_t source, nt_time now); /* by a Refresh with lifetime 0 */
bool nt_ice_relays_released(const struct nt_ice_relays *r);                        /* no allocation is left or asked for */

#endif
