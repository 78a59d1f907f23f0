/* Inside of the room: the value of a=candidate (RFC 8839, 5.1; RFC 6544, 4.5 adds TCP, which is parsed and passed over). */
#ifndef NT_SDP_CANDIDATE_LINE_H
#define NT_SDP_CANDIDATE_LINE_H

#include "core/sdp/cursor.h"
#include "core/sdp/description.h"
#include "core/sdp/out.h"

/* Reads what follows "candidate:". 0 with *c filled (stream 0); NT_EFORMAT; NT_EUNSUPPORTED with *unsupported (static) for one that
 * is of no use here. What is malformed stands in the cursor, also when the candidate counts. *c changes only on 0. */
int nt_candidate_scan(struct nt_ice_candidate *c, const char **unsupported, struct nt_cursor *in);
void nt_candidate_print(struct nt_out *out, const struct nt_ice_candidate *c);

#endif
