/* The server's responses, signed as the request was. */
#ifndef NT_TURN_RESPONSE_H
#define NT_TURN_RESPONSE_H

#include "core/turn/server_state.h"

/* Why a request is answered with an error. */
struct nt_turn_refusal {
    int code; /* 0: it is not */
    const char *why;
};

/* With a challenge for 401 and 438, UNKNOWN-ATTRIBUTES for 420, and ALTERNATE-SERVER for 300. */
void nt_turn_respond_error(const struct nt_turn_request *q, const struct nt_turn_refusal *refusal, nt_time now);
void nt_turn_respond_success(const struct nt_turn_request *q, nt_time now);
void nt_turn_respond_lifetime(const struct nt_turn_request *q, uint32_t lifetime, nt_time now);
/* The success response to the Allocate request that made the allocation; for a retransmitted one, too. */
void nt_turn_respond_allocated(struct nt_turn_server *s, struct nt_turn_allocation *a, nt_time now);

#endif
