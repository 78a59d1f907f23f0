/* Which changes are alike. */
#ifndef NT_DIFF_ALIKE_H
#define NT_DIFF_ALIKE_H

#include "reports/result/text.h"

/* Appends the text with each number in it (of an address, a packet, a time) as '#': texts with one such key are alike. */
void nt_alike_key(struct nt_text *key, const char *text);

#endif
