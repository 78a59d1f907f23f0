/* Copies of strings, and names put together. */
#ifndef NT_BASE_STRINGS_H
#define NT_BASE_STRINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A copy for the caller to free; of NULL it is NULL. Without memory: NULL, and *err becomes NT_ENOMEM (else *err stays), so that
 * several copies can be made before it is looked at. */
char *nt_strdup(const char *s, int *err);
/* Writes `first`, then `second`, cut off where the buffer (of one byte at least) ends; returns `buf`. */
const char *nt_join(char *buf, size_t cap, const char *first, const char *second);
/* The length of the character at s, of which `left` bytes are there, by RFC 3629: no overlong forms, no surrogates, nothing beyond
 * U+10FFFF. 0: it is none. */
size_t nt_utf8_length(const char *s, size_t left);
bool nt_is_utf8(const uint8_t *bytes, size_t len);

#endif
