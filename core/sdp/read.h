/* Reading session descriptions (RFC 8866, section 9) and fragments of them. The reader is tolerant: a line that is malformed, of no
 * use here or beyond a limit is noted, and the others count. Attributes that are not of ICE are ignored without a note (RFC
 * 8866, 5.13). */
#ifndef NT_SDP_READ_H
#define NT_SDP_READ_H

#include "core/sdp/description.h"
#include "core/sdp/note.h"

#define NT_SDP_MAX 65536 /* what follows in a larger text does not count */
#define NT_SDP_LINE_MAX 4096

/* Into *d (initialised here; freed by the caller on success). 0; NT_EFORMAT: there is no m= line, so nothing is described;
 * NT_ENOMEM. With NT_EFORMAT the last note says why. *notes point into the text.
 *
 * What odd lines mean: blanks between words, at the end of a line, and other characters in credentials are tolerated. A candidate
 * whose extensions are malformed counts without them, any other malformed candidate does not. A line out of its place counts, one
 * of an unknown type does not, although RFC 8866, 5 has the description rejected. A section without ice-ufrag and ice-pwd does not
 * use ICE: its stream has no credentials (nt_ice_stream_uses_ice). */
int nt_sdp_read(struct nt_ice_description *d, const char *text, size_t len, struct nt_sdp_notes *notes);
/* RFC 8840, 9: what write.h's nt_sdp_write_fragment writes, such as the body of an INFO request. The streams are those that the
 * fragment lists, in its order; one without m= lines reads as one stream without tag. Results as above, but NT_EFORMAT means that
 * no stream has credentials, so that it cannot be told which session it is of. */
int nt_sdp_read_fragment(struct nt_ice_description *d, const char *text, size_t len, struct nt_sdp_notes *notes);

#endif
