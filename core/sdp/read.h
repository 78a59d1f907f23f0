/* Reading session descriptions (RFC 8866, section 9) and fragments of them. */
#ifndef NT_SDP_READ_H
#define NT_SDP_READ_H

#include "core/sdp/description.h"

#define NT_SDP_MAX 65536 /* larger texts are refused */
#define NT_SDP_LINE_MAX 4096

struct nt_sdp_error {
    size_t line, column; /* from 1 */
    const char *what;    /* static */
};

/* Into *d (initialised here; freed by the caller on success). 0, or NT_EFORMAT, NT_ELIMIT, NT_ENOMEM, each with *error.
 * Unknown attributes and extension pairs are ignored; candidates with names (.local, FQDN) or zones, of TCP, of unknown transports
 * or types, and those of refused streams, are noted in passed_over. Unknown types of lines are an error (RFC 8866, 5). */
int nt_sdp_read(struct nt_ice_description *d, const char *text, size_t len, struct nt_sdp_error *error);
/* RFC 8840, 9: what write.h's nt_sdp_write_fragment writes. The streams are those that the fragment lists, in its order; one
 * without m= lines reads as one stream without tag. Results as above. */
int nt_sdp_read_fragment(struct nt_ice_description *d, const char *text, size_t len, struct nt_sdp_error *error);

#endif
