/* The value of a=candidate (RFC 8839, 5.1), for this room. */
#ifndef NT_SDP_CANDIDATE_H
#define NT_SDP_CANDIDATE_H

#include "core/sdp/description.h"
#include "core/sdp/text.h"

/* What stands after "candidate:". 0 with *c filled (stream 0), NT_EFORMAT with the cursor's error, or NT_EUNSUPPORTED with *passed
 * filled for a right line this agent has to pass over. *c changes only on 0. */
int nt_candidate_scan(struct nt_ice_candidate *c, struct nt_ice_passed *passed, struct nt_cursor *in);
/* Reads one line into the stream: 0, also for one that is passed over there, or NT_EFORMAT, NT_ELIMIT, NT_ENOMEM with the cursor's
 * error. */
int nt_candidate_take(struct nt_ice_description *d, uint8_t stream, struct nt_cursor *in);
void nt_candidate_print(struct nt_out *out, const struct nt_ice_candidate *c);

#endif
