/* A SIP message whose body, the description, is changed line by line. */
#ifndef FAULTY_SDP_EDIT_H
#define FAULTY_SDP_EDIT_H

#include "core/sdp/sdp.h"

#include <stdbool.h>
#include <stddef.h>

#define SDP_EDIT_MAX 65000
#define SDP_LINE_MAX 512

struct sdp_edit {
    enum nt_sip_kind kind;
    char head[SDP_LINE_MAX * 8]; /* the SIP headers */
    size_t head_len;
    char body[SDP_EDIT_MAX];
    size_t len;
};

bool sdp_edit_read(struct sdp_edit *s, const char *text, size_t len); /* false: it has no description */
size_t sdp_edit_write(const struct sdp_edit *s, char *buf, size_t cap);

/* Where the n-th line that begins so starts, n from 0; NULL: there is none. */
char *sdp_line(struct sdp_edit *s, const char *prefix, size_t n);
/* The line's text without its end. */
bool sdp_get(struct sdp_edit *s, const char *prefix, size_t n, char out[SDP_LINE_MAX]);
bool sdp_replace(struct sdp_edit *s, const char *prefix, size_t n, const char *line);
void sdp_remove(struct sdp_edit *s, const char *prefix, size_t n);
void sdp_insert_before(struct sdp_edit *s, char *at, const char *line); /* `at`: the start of a line, or the end */
void sdp_append(struct sdp_edit *s, const char *line);
/* The lines that begin so change places, the last with the first; the others stay where they are. */
void sdp_reverse(struct sdp_edit *s, const char *prefix);
/* The word of a line, from 0 and between blanks, becomes another; false: there is none. */
bool sdp_set_word(struct sdp_edit *s, const char *prefix, size_t n, size_t word, const char *text);
bool sdp_get_word(struct sdp_edit *s, const char *prefix, size_t n, size_t word, char out[SDP_LINE_MAX]);

#endif
