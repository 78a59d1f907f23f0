/* What one agent tells the other about itself: candidates, credentials, options (RFC 8445, section 5.3; RFC 8839), as plain data.
 * The agent makes and takes it; write.h and read.h turn it into text and back. */
#ifndef NT_SDP_DESCRIPTION_H
#define NT_SDP_DESCRIPTION_H

#include "core/base/addr.h"
#include "core/base/endpoint.h"

#define NT_ICE_STREAMS_MAX 32
#define NT_ICE_COMPONENTS_MAX 256
#define NT_ICE_CANDIDATES_MAX 256 /* of one stream in one description; more are refused */
#define NT_ICE_FOUNDATION_MAX 32  /* RFC 8839, 5.1 */
#define NT_ICE_CREDENTIAL_MAX 256 /* RFC 8839, 5.4 */
#define NT_ICE_UFRAG_MIN 4
#define NT_ICE_PWD_MIN 22
#define NT_ICE_MID_MAX 32 /* longer identification tags are ignored */

enum nt_ice_type { NT_ICE_HOST = 0, NT_ICE_SRFLX, NT_ICE_PRFLX, NT_ICE_RELAY };
enum nt_ice_tcp_type { NT_ICE_TCP_NONE = 0, NT_ICE_TCP_ACTIVE, NT_ICE_TCP_PASSIVE, NT_ICE_TCP_SO };

struct nt_ice_candidate {
    enum nt_ice_type type;
    uint8_t stream;     /* from 1 */
    uint16_t component; /* from 1 */
    uint8_t transport;  /* enum nt_transport */
    uint8_t tcp_type;   /* enum nt_ice_tcp_type */
    uint32_t priority;
    struct nt_addr addr;
    struct nt_addr base;    /* local candidates: where it is sent from; unset for remote ones */
    struct nt_addr related; /* unset: none */
    char foundation[NT_ICE_FOUNDATION_MAX + 1];
};

struct nt_ice_remote_candidate { /* RFC 8839, 5.2 */
    uint16_t component;
    struct nt_addr addr;
};

struct nt_ice_stream_description {
    char mid[NT_ICE_MID_MAX + 1]; /* RFC 5888: names the stream in a fragment of RFC 8840; "": none */
    char ufrag[NT_ICE_CREDENTIAL_MAX + 1], pwd[NT_ICE_CREDENTIAL_MAX + 1]; /* "": none */
    struct nt_ice_candidate *candidates;                                   /* owned by the description */
    size_t candidate_count, candidate_cap;
    size_t remote_candidate_count;
    struct nt_addr default_addr; /* c= and m= of component 1; unset: "0.0.0.0 9"; with the port 0: the stream is refused */
    bool end_of_candidates;
    bool mismatch;         /* a=ice-mismatch */
    bool default_unlisted; /* read: there are candidates, all of them were read, and none is default_addr (RFC 8839, 4.2.5) */
    struct nt_ice_remote_candidate remote_candidates[NT_ICE_COMPONENTS_MAX]; /* the last member: zeroed up to here */
};

struct nt_ice_description {
    bool lite, ice2, trickle;
    bool renomination;      /* the option of draft-thatcher-ice-renomination */
    bool end_of_candidates; /* of a fragment: of all streams (RFC 8840, 4.4), those it does not list included */
    uint32_t pacing_ms;     /* a=ice-pacing; 0: absent, that is 50 */
    size_t stream_count;
    struct nt_ice_stream_description *streams; /* owned */
};

int nt_ice_description_init(struct nt_ice_description *d,
                            size_t streams); /* zeroed, but for remote_candidates; 0 or NT_ENOMEM, NT_ELIMIT */
void nt_ice_description_free(struct nt_ice_description *d);
int nt_ice_description_add(struct nt_ice_description *d, const struct nt_ice_candidate *c); /* to c->stream; copies */

/* RFC 3264, 6: by the port 0. */
bool nt_ice_stream_is_refused(const struct nt_ice_stream_description *s);
/* It has credentials, is not refused, and has no ice-mismatch (RFC 8839, 4.2.5). */
bool nt_ice_stream_uses_ice(const struct nt_ice_stream_description *s);

const char *nt_ice_type_name(enum nt_ice_type type);   /* "host", "srflx", "prflx", "relay" */
int nt_ice_type_by_name(const char *name, size_t len); /* or -1 */

#endif
