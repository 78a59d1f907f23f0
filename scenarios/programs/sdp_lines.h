/* Session descriptions as lines of text: lines of foreign agents are passed on unread. Whatever has to be understood is read by
 * core/sdp. */
#ifndef NT_PROGRAMS_SDP_LINES_H
#define NT_PROGRAMS_SDP_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* The next line from *at on, without its end; false: there is none. */
bool nt_sdp_next_line(const char *text, size_t len, size_t *at, const char **line, size_t *line_len);
/* Copies the rest of the first line that begins with `prefix` ("a=ice-ufrag:"); false: there is none, or it is too long. */
bool nt_sdp_find(const char *text, size_t len, const char *prefix, char *buf, size_t cap);
bool nt_sdp_has_line(const char *text, size_t len, const char *line, size_t line_len);
/* Is the tag one of those in the text, which has spaces between them? */
bool nt_sdp_has_tag(const char *text, const char *tag);
bool nt_sdp_trickles(const char *text, size_t len); /* a=ice-options has the tag */

#endif
