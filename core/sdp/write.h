/* Writing session descriptions (RFC 8839, section 4.2.1) and fragments of them. */
#ifndef NT_SDP_WRITE_H
#define NT_SDP_WRITE_H

#include "core/sdp/description.h"

/* What WebRTC stacks demand besides ICE (RFC 8841, 8842). Nothing here speaks DTLS. */
struct nt_sdp_datachannel {
    const char *fingerprint; /* SHA-256 of a certificate, as "AB:CD:..."; NULL: all zeros, which is nobody's */
    const char *setup;       /* RFC 8842; NULL: "actpass", as in an offer; "active" or "passive" in an answer */
};

struct nt_sdp_write {
    uint64_t session_id, version; /* o= */
    const char *user;             /* o= username, without spaces; NULL: "-" */
    /* The streams are WebRTC data channels in one BUNDLE; one without identification tag gets its number, from 0. */
    const struct nt_sdp_datachannel *datachannel;
};

/* The text's length, or NT_ENOSPC. CRLF lines. A stream whose default_addr has a family and the port 0 is refused: it gets no
 * candidates. A stream read with the port 0 is written like that. */
int nt_sdp_write(const struct nt_ice_description *d, const struct nt_sdp_write *options, char *buf, size_t cap);
/* RFC 8840, 9: the body of an INFO request that trickles: pseudo m= lines with credentials, identification tag, candidates and
 * end-of-candidates; nothing else of a description is written. */
int nt_sdp_write_fragment(const struct nt_ice_description *d, char *buf, size_t cap);

#endif
