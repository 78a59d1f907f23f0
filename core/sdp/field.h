/* Inside of the room: the lines of a description, their order, and the fields that ICE needs. The ICE attributes are in
 * attribute.h. */
#ifndef NT_SDP_FIELD_H
#define NT_SDP_FIELD_H

#include "core/sdp/reader_state.h"

/* Reads one line. False: it does not count. A breach is in the cursor, other notes are made. */
bool nt_sdp_read_field(struct nt_sdp_reader *r, struct nt_cursor *in);
/* A line that cannot be read as a whole: if it begins a section, that counts. */
void nt_sdp_skip_field(struct nt_sdp_reader *r, const struct nt_cursor *in);

#endif
