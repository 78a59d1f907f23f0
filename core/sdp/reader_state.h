/* Inside of the room: the state of reading one session description. */
#ifndef NT_SDP_READER_STATE_H
#define NT_SDP_READER_STATE_H

#include "core/sdp/description.h"

struct nt_sdp_section {
    size_t line;               /* of its m= */
    bool connected;            /* it has a c= line */
    uint16_t port;             /* of m= */
    struct nt_addr connection; /* of the first c=; unset when it is a name or of another network */
};

struct nt_sdp_reader {
    struct nt_ice_description *d; /* has room for every m= line */
    const char *p, *end;
    size_t line;                    /* of the text; the current one */
    uint8_t place;                  /* in the order of lines of a section */
    struct nt_sdp_section *section; /* the stream's; NULL in the session part */
    struct nt_sdp_section session, sections[NT_ICE_STREAMS_MAX];
    size_t streams;                                                        /* begun so far */
    char ufrag[NT_ICE_CREDENTIAL_MAX + 1], pwd[NT_ICE_CREDENTIAL_MAX + 1]; /* of the session part */
    bool end_of_candidates;
    bool fragment; /* of RFC 8840, 9.2 */
    bool bare;     /* the fragment has no m= lines */
};

#endif
