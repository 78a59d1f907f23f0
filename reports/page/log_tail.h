/* The end of a program's log, for the page. */
#ifndef NT_PAGE_LOG_TAIL_H
#define NT_PAGE_LOG_TAIL_H

#include "reports/result/text.h"

#include <stdint.h>

#define NT_LOG_TAIL_MAX 16384 /* bytes of a log that the page shows: its last whole lines */

/* Appends the last lines of the file `dir`/`name`; a NUL in it becomes U+2400. Returns the length of the file, or -1: it cannot be
 * read, or is no regular file. */
int64_t nt_log_tail(struct nt_text *t, const char *dir, const char *name);

#endif
