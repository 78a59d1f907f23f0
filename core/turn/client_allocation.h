/* The life of a TURN client's allocation, from Allocate to the last Refresh (RFC 8656, sections 7.1, 7.3, 7.4 and 8). */
#ifndef NT_TURN_CLIENT_ALLOCATION_H
#define NT_TURN_CLIENT_ALLOCATION_H

#include "core/stun/stun.h"
#include "core/turn/client_event.h"
#include "core/turn/client_requests.h"

struct nt_turn_client_allocation {
    uint8_t family;
    enum nt_turn_client_state state;
    bool wants_request; /* Allocate, Refresh or the releasing Refresh, by state */
    bool release_asked; /* while still allocating */
    nt_time refresh, expires;
    nt_time again;      /* when it is asked for again, while WAITING; NT_TIME_NEVER: from another local address */
    uint8_t mismatches; /* local addresses that got 437, in a row */
    uint8_t failures;   /* of Refresh, in a row */
    struct nt_addr relayed, mapped;
    bool checking; /* the owner asks whether it stands */
    bool tell_allocated, tell_stands, tell_move, tell_failed, tell_released;
    int failed_code;
};

void nt_turn_client_allocation_init(struct nt_turn_client_allocation *a, uint8_t family);
void nt_turn_client_allocation_start(struct nt_turn_client_allocation *a);
bool nt_turn_client_allocation_check(struct nt_turn_client_allocation *a); /* false: it is not asked */
void nt_turn_client_allocation_release(struct nt_turn_client_allocation *a);
void nt_turn_client_allocation_end(struct nt_turn_client_allocation *a, int code); /* code 0: no response, or expired */
/* RFC 8656, 7.4: another local address is there to ask from, or (false) there is none. */
void nt_turn_client_allocation_move(struct nt_turn_client_allocation *a, bool moved, nt_time now);
/* Ends it when it has expired; true when a request is due. */
bool nt_turn_client_allocation_timer(struct nt_turn_client_allocation *a, nt_time now);
nt_time nt_turn_client_allocation_deadline(const struct nt_turn_client_allocation *a);
/* The request that it wants; false: none. */
bool nt_turn_client_allocation_ask(struct nt_turn_client_allocation *a, struct nt_turn_ask *ask);
void nt_turn_client_allocation_again(struct nt_turn_client_allocation *a);      /* the request must be made once more */
void nt_turn_client_allocation_unanswered(struct nt_turn_client_allocation *a); /* a Refresh; it is tried as long as it lives */
/* Its request got a success response. NULL: taken; otherwise why that is none. */
const char *nt_turn_client_allocation_succeeded(struct nt_turn_client_allocation *a, const struct nt_turn_ask *ask,
                                                const struct nt_stun_msg *m, nt_time now);
/* Its request has failed (code 0: no response, or none that counts): what follows, in static words. */
const char *nt_turn_client_allocation_refused(struct nt_turn_client_allocation *a, const struct nt_turn_ask *ask, int code,
                                              nt_time now);
bool nt_turn_client_allocation_granted_event(struct nt_turn_client_allocation *a, struct nt_turn_event *ev);
bool nt_turn_client_allocation_ended_event(struct nt_turn_client_allocation *a, struct nt_turn_event *ev);
/* Is it released, or about to be? */
static inline bool nt_turn_client_allocation_over(const struct nt_turn_client_allocation *a)
{
    return a->state == NT_TURN_RELEASING || a->state == NT_TURN_GONE || a->release_asked;
}

#endif
