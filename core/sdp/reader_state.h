/* Inside of the room: the state of reading one session description. */
#ifndef NT_SDP_READER_STATE_H
#define NT_SDP_READER_STATE_H

#include "core/sdp/cursor.h"
#include "core/sdp/description.h"
#include "core/sdp/note.h"

struct nt_sdp_line {
    size_t number; /* from 1 */
    struct nt_span text;
};

struct nt_sdp_section {
    struct nt_sdp_line line;   /* its m= */
    bool connected;            /* it has a c= line */
    bool lacks_candidates;     /* there are candidates that do not count */
    bool has_port;             /* false: that of its m= cannot be read */
    uint16_t port;             /* of m= */
    struct nt_addr connection; /* of the first c=; unset when it is a name or of another network */
};

struct nt_sdp_reader {
    struct nt_ice_description *d; /* has room for the m= lines, up to NT_ICE_STREAMS_MAX */
    struct nt_sdp_notes *notes;
    const char *p, *end;                      /* what has not been read */
    struct nt_sdp_line line;                  /* the current one */
    uint8_t place;                            /* the highest in the order of lines of a section so far */
    struct nt_sdp_section *section;           /* the stream's; NULL in the session part */
    struct nt_sdp_section session, *sections; /* NT_ICE_STREAMS_MAX, each set when it begins */
    size_t streams;                           /* begun so far */
    bool beyond;                              /* in a section that has no room in the description */
    char ufrag[NT_ICE_CREDENTIAL_MAX + 1], pwd[NT_ICE_CREDENTIAL_MAX + 1]; /* of the session part */
    bool end_of_candidates;
    bool fragment;      /* of RFC 8840, 9.2 */
    bool bare;          /* the fragment has no m= lines */
    bool newline_noted; /* that lines end with LF alone */
    int err;            /* NT_ENOMEM ends the reading */
};

/* Notes a finding at a place of a line. */
static inline void nt_sdp_reader_note(struct nt_sdp_reader *r, const struct nt_sdp_line *line, const char *at,
                                      struct nt_sdp_note note)
{
    note.line = line->number;
    note.column = (size_t)(at - line->text.p) + 1;
    note.text = line->text.p;
    note.len = line->text.len;
    nt_sdp_notes_add(r->notes, note);
}

#endif
