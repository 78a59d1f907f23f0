/* What reading a text found out of order: one note for each finding, in the order of lines. */
#ifndef NT_SDP_NOTE_H
#define NT_SDP_NOTE_H

#include <stdbool.h>
#include <stddef.h>

enum nt_sdp_note_kind {
    NT_SDP_BREACH,      /* the sender does not follow RFC 8839, 8840 or 8866 (of TCP candidates: 6544) */
    NT_SDP_UNSUPPORTED, /* in order, but of no use here */
    NT_SDP_LIMIT        /* in order, but beyond a limit of this reader */
};
#define NT_SDP_NOTE_KINDS 3
#define NT_SDP_NOTES_MAX 32 /* that are kept; further ones are counted only */

struct nt_sdp_note {
    enum nt_sdp_note_kind kind;
    bool used;           /* the line counts all the same */
    size_t line, column; /* from 1 */
    const char *what;    /* static */
    const char *text;    /* the line, without its end, in the text that was read */
    size_t len;
};

struct nt_sdp_notes {
    size_t count; /* of all; the first NT_SDP_NOTES_MAX of them are kept */
    size_t of_kind[NT_SDP_NOTE_KINDS];
    struct nt_sdp_note notes[NT_SDP_NOTES_MAX];
};

extern const char nt_sdp_note_refused[]; /* what a note says of a stream with the port 0 that has candidates */

void nt_sdp_notes_clear(struct nt_sdp_notes *n);
void nt_sdp_notes_add(struct nt_sdp_notes *n, struct nt_sdp_note note);
size_t nt_sdp_notes_kept(const struct nt_sdp_notes *n);

#endif
