/* Inside of the room: a cursor over one line of words separated by single spaces. Other blanks are tolerated. The first breach of
 * the grammar sticks; what can be read in spite of it is read. */
#ifndef NT_SDP_CURSOR_H
#define NT_SDP_CURSOR_H

#include "core/sdp/span.h"

struct nt_cursor {
    const char *p, *end;
    const char *at;   /* where the breach is */
    const char *what; /* static; NULL: none so far */
};

struct nt_cursor nt_cursor_of(const char *text, size_t len);
/* Keeps the first breach; always false. */
bool nt_cursor_fail(struct nt_cursor *c, const char *at, const char *what);
bool nt_cursor_at_end(const struct nt_cursor *c);
/* Reads one space, which the grammars of SDP demand between words; several blanks are a breach. False: there is none. */
bool nt_cursor_space(struct nt_cursor *c);
/* Reads the bytes up to the next blank or the end; `what` is the breach when there are none. */
bool nt_cursor_word(struct nt_cursor *c, struct nt_span *word, const char *what);
/* Reads a word of 1 to `digits` digits, between `low` and `high`. */
bool nt_cursor_number(struct nt_cursor *c, unsigned digits, uint64_t low, uint64_t high, uint64_t *value, const char *what);
/* Blanks at the end of the line, which belong to nothing: a breach, and cut off. */
void nt_cursor_trim(struct nt_cursor *c);

#endif
