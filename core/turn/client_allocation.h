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
    struct nt_addr relayed, mapped;
    bool tell_allocated, tell_failed, tell_released;
    int failed_code;
};

void nt_turn_client_allocation_init(struct nt_turn_client_allocation *a, uint8_t family);
void nt_turn_client_allocation_start(struct nt_turn_client_allocation *a);
void nt_turn_client_allocation_release(struct nt_turn_client_allocation *a);
void nt_turn_client_allocation_fail(struct nt_turn_client_allocation *a, int code); /* code 0: no response, or expired */
/* Ends it when it has expired; true when a Refresh is due. */
bool nt_turn_client_allocation_timer(struct nt_turn_client_allocation *a, nt_time now);
nt_time nt_turn_client_allocation_deadline(const struct nt_turn_client_allocation *a);
/* The request that it wants; false: none. */
bool nt_turn_client_allocation_ask(struct nt_turn_client_allocation *a, struct nt_turn_ask *ask);
void nt_turn_client_allocation_again(struct nt_turn_client_allocation *a); /* the request must be made once more */
/* Its request was answered; code 0: with success. */
void nt_turn_client_allocation_answered(struct nt_turn_client_allocation *a, const struct nt_turn_ask *ask,
                                        const struct nt_stun_msg *m, int code, nt_time now);
bool nt_turn_client_allocation_granted_event(struct nt_turn_client_allocation *a, struct nt_turn_event *ev);
bool nt_turn_client_allocation_ended_event(struct nt_turn_client_allocation *a, struct nt_turn_event *ev);
/* Is it released, or about to be? */
static inline bool nt_turn_client_allocation_over(const struct nt_turn_client_allocation *a)
{
    return a->state == NT_TURN_RELEASING || a->state == NT_TURN_GONE || a->release_asked;
}

#endif
