/* Text from outside, made fit to be shown on a terminal, on a page and in XML. A character stands as it is, or, where a reader
 * could take it for something else, as its name:
 *
 *   \n \t \r \x1b    controls, and bytes that are no UTF-8
 *   [U+202E]         controls of C1 and of the direction of text, separators of lines, what is invisible, what no character is */
#ifndef NT_BASE_SHOWN_H
#define NT_BASE_SHOWN_H

#include <stdbool.h>
#include <stddef.h>

#define NT_SHOWN_BYTES 12 /* of a character as it is shown, with its NUL */

/* Puts the character at s, of which `left` bytes are there, into `text`. Returns how many bytes of s it takes; *plain: it stands as
 * it is. */
size_t nt_shown_character(const char *s, size_t left, char text[NT_SHOWN_BYTES], bool *plain);
/* A copy of the text as it is shown, "" of NULL; with `lines` newlines stay. NULL without memory; the caller frees. */
char *nt_shown(const char *s, bool lines);
bool nt_is_shown_plain(const char *s); /* all of it stands as it is */

#endif
