/* Inside of the room: the ICE attributes of a session description: RFC 8839, section 5, and end-of-candidates of RFC 8840,
 * section 8. */
#ifndef NT_SDP_ATTRIBUTE_H
#define NT_SDP_ATTRIBUTE_H

#include "core/sdp/reader_state.h"

/* Reads what follows "a=". False: it does not count. A breach is in the cursor, other notes are made. */
bool nt_sdp_read_attribute(struct nt_sdp_reader *r, struct nt_cursor *in);

#endif
