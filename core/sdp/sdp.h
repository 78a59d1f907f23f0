/* ICE in SDP (RFC 8839, 8866): session descriptions with one m= line for each stream, and SIP messages over UDP that carry
 * them (RFC 3261; only as much as an offer and an answer between two known parties need). Texts need no NUL. */
#ifndef NT_SDP_SDP_H
#define NT_SDP_SDP_H

#include "core/base/diag.h"
#include "core/sdp/description.h"

#define NT_SDP_MAX 65536 /* larger texts are refused */
#define NT_SDP_LINE_MAX 4096

struct nt_sdp_error {
    size_t line, column;   /* from 1 */
    const char *what;      /* static */
};

/* What WebRTC stacks want beside ICE (RFC 8841, 8842) before they look at it. Nothing here speaks DTLS. */
struct nt_sdp_datachannel {
    const char *fingerprint; /* SHA-256 of a certificate, as "AB:CD:..."; NULL: all zero, that of nobody */
    const char *setup;       /* of RFC 8842: NULL: "actpass", as in an offer; "active" or "passive" in an answer */
};

struct nt_sdp_write {
    uint64_t session_id, version; /* o= */
    const char *user;             /* o= username; NULL: "-" */
    /* The streams are WebRTC data channels in one BUNDLE; one without identification tag has its number, from 0. */
    const struct nt_sdp_datachannel *datachannel;
};

/* The text's length, or NT_ENOSPC. CRLF lines. A stream whose default_addr has a family and the port 0 is a refused one: it
 * gets no candidates, and a stream read with the port 0 is given back like that. `user` has no spaces. */
int nt_sdp_write(const struct nt_ice_description *d, const struct nt_sdp_write *options, char *buf, size_t cap);
/* Into *d (initialised here; freed by the caller on success). 0, or NT_EFORMAT, NT_ELIMIT, NT_ENOMEM, each with *error.
 * Unknown attributes and extension pairs are passed over; candidates with names (.local, FQDN), zones, TCP, unknown transports
 * or types, and those of refused streams, are noted in passed_over. Unknown types of lines are an error (RFC 8866, 5). */
int nt_sdp_read(struct nt_ice_description *d, const char *text, size_t len, struct nt_sdp_error *error);
/* RFC 8840, 9: the body of an INFO request that trickles: pseudo m= lines with credentials, identification tag, candidates and
 * end-of-candidates; what else a description holds is not written. Read streams are those the fragment lists, in its order; one
 * without m= lines reads as one stream without tag. Results as above. */
int nt_sdp_write_fragment(const struct nt_ice_description *d, char *buf, size_t cap);
int nt_sdp_read_fragment(struct nt_ice_description *d, const char *text, size_t len, struct nt_sdp_error *error);
/* One candidate as in "a=candidate:" without "a=" (also the trickle form): the length, or NT_ENOSPC. */
int nt_sdp_write_candidate(const struct nt_ice_candidate *c, char *buf, size_t cap);
/* "candidate:..." with or without "a=". 0, NT_EFORMAT with *what, NT_EUNSUPPORTED with *what for TCP, names, unknown transports
 * and types. The stream is the caller's to set. */
int nt_sdp_read_candidate(struct nt_ice_candidate *c, const char *text, size_t len, const char **what);
/* The same as browsers trickle it, into the description's stream (from 1), a fragment of RFC 8840's kind: 0 when it was added, passed
 * over (and noted there), or empty (""; "candidate:"), which is the end of candidates; NT_EFORMAT, NT_ELIMIT, NT_ENOMEM with
 * *what. */
int nt_sdp_add_candidate(struct nt_ice_description *d, uint8_t stream, const char *text, size_t len, const char **what);

/* --- SIP framing --- */
enum nt_sip_kind { NT_SIP_INVITE = 1, NT_SIP_OK, NT_SIP_ACK, NT_SIP_BYE, NT_SIP_INFO };

struct nt_sip_message {
    enum nt_sip_kind kind;
    enum nt_sip_kind answered; /* of NT_SIP_OK: the request; 0 when writing: NT_SIP_INVITE */
    bool trickle, trickle_required; /* written, of INVITE and its 200: RFC 8840's option tag and info package */
    bool in_dialog;            /* To has a tag: every message but the first INVITE of a call */
    uint32_t cseq;             /* below 2^31 */
    char call_id[64], from[64], to[64], branch[64]; /* from, to: user names; the domain is "natsim.invalid" */
    struct nt_addr via;                             /* the requester's: a response has its request's via, branch, from, to */
    const char *content_type;                       /* NULL: "application/sdp"; in a parsed message within its text */
    size_t content_type_len;
    const char *body;
    size_t body_len;
};

/* The length; NT_ENOSPC; NT_EINVAL for names that are not tokens (RFC 3261, 25.1) and a branch too long. Tags follow from call_id
 * and user; a branch gets the "z9hG4bK" it lacks. */
int nt_sip_write(const struct nt_sip_message *m, char *buf, size_t cap);
int nt_sip_read(struct nt_sip_message *m, const char *text, size_t len); /* 0, NT_EFORMAT; other methods and statuses too */

#endif
