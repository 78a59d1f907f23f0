/* One candidate by itself, as in "a=candidate:" without "a=", which is also how it is trickled. */
#ifndef NT_SDP_CANDIDATE_H
#define NT_SDP_CANDIDATE_H

#include "core/sdp/description.h"

/* The length, or NT_ENOSPC. */
int nt_sdp_write_candidate(const struct nt_ice_candidate *c, char *buf, size_t cap);
/* "candidate:..." with or without "a=". 0: *what is NULL, or what is malformed and tolerated; NT_EFORMAT with *what;
 * NT_EUNSUPPORTED with *what for TCP, names, unknown transports and types. The caller sets the stream. */
int nt_sdp_read_candidate(struct nt_ice_candidate *c, const char *text, size_t len, const char **what);
/* The same as browsers trickle it, into the description's stream (from 1), a fragment of RFC 8840's kind: 0 when it was added, or
 * empty (""; "candidate:"), which is the end of candidates; other results and *what as above; NT_ELIMIT, NT_ENOMEM with *what. */
int nt_sdp_add_candidate(struct nt_ice_description *d, uint8_t stream, const char *text, size_t len, const char **what);

#endif
