/* Bytes in hexadecimal. */
#ifndef NT_SECTIONS_HEX_H
#define NT_SECTIONS_HEX_H

#include "scenarios/language/keys/reader.h"

/* Pairs of digits, optionally with spaces between them and 0x before them; at most `cap` bytes. False with an error. */
bool nt_load_hex(struct nt_load *l, const struct nt_yaml *v, uint8_t *out, size_t cap, size_t *len);

#endif
