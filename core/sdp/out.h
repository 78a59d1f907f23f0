/* Inside of the room: formatted output into the caller's buffer. Once it is full it stays so. */
#ifndef NT_SDP_OUT_H
#define NT_SDP_OUT_H

#include "core/base/diag.h"

#include <stdbool.h>

struct nt_out {
    char *buf;
    size_t cap, len;
    bool full;
};

/* %s, %u, %lu, %llu, %zu and %08lx alone. */
void nt_out(struct nt_out *o, const char *fmt, ...) NT_PRINTF(2, 3);
void nt_out_bytes(struct nt_out *o, const char *bytes, size_t len);
int nt_out_result(const struct nt_out *o); /* the length, or NT_ENOSPC */

#endif
