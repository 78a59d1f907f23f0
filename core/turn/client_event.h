/* What a TURN client tells its owner. */
#ifndef NT_TURN_CLIENT_EVENT_H
#define NT_TURN_CLIENT_EVENT_H

#include "core/base/addr.h"

#include <stddef.h>

enum nt_turn_client_state {
    NT_TURN_NEW,
    NT_TURN_ALLOCATING,
    NT_TURN_WAITING, /* refused: it will ask for an allocation again, by itself or when it is moved */
    NT_TURN_ALLOCATED,
    NT_TURN_RELEASING,
    NT_TURN_GONE
};

enum nt_turn_event_kind {
    NT_TURN_EV_ALLOCATED = 1, /* relayed, mapped */
    NT_TURN_EV_STANDS,        /* as nt_turn_client_check asked: the server does not say that it knows no allocation */
    NT_TURN_EV_MOVE,          /* the server takes the 5-tuple for another client's (437): nt_turn_client_move is awaited */
    NT_TURN_EV_FAILED,        /* code (0: no response that counts); also when an allocation ends. WAITING: one may still come */
    NT_TURN_EV_PERMITTED,     /* peer (its IP): by the response, or by data relayed from it before that */
    NT_TURN_EV_FORBIDDEN,     /* peer: permission or channel refused with code */
    NT_TURN_EV_CHANNEL,       /* peer */
    NT_TURN_EV_DATA,          /* peer, bytes, len: valid until the next call of input or event */
    NT_TURN_EV_ICMP,          /* peer, icmp_type, icmp_code, mtu */
    NT_TURN_EV_RELEASED
};

struct nt_turn_event {
    enum nt_turn_event_kind kind;
    struct nt_addr relayed, mapped, peer;
    int code;
    uint8_t icmp_type, icmp_code;
    uint32_t mtu; /* of the next hop, where the error speaks of one */
    const uint8_t *bytes;
    size_t len;
};

#endif
