/* Inside of the room: the value of a=candidate (RFC 8839, 5.1; RFC 6544, 4.5 adds TCP, which is parsed and passed over). */
#ifndef NT_SDP_CANDIDATE_LINE_H
#define NT_SDP_CANDIDATE_LINE_H

#include "core/sdp/cursor.h"
#include "core/sdp/description.h"
#include "core/sdp/out.h"

/* Reads what follows "candidate:". 0 with *c filled (stream 0), NT_EFORMAT, or NT_EUNSUPPORTED with *passed filled for a
 * well-formed candidate that is passed over. What is malformed stands in the cursor, also when the candidate counts. *c changes
 * only on 0. */
int nt_candidate_scan(struct nt_ice_candidate *c, struct nt_ice_passed *passed, struct nt_cursor *in);
/* Reads it into the stream: 0, also when it is passed over, or NT_EFORMAT, NT_ELIMIT, NT_ENOMEM with the cursor's error. */
int nt_candidate_take(struct nt_ice_description *d, uint8_t stream, struct nt_cursor *in);
void nt_candidate_print(struct nt_out *out, const struct nt_ice_candidate *c);

#endif
