#include "core/sdp/out.h"

#include "core/base/err.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void nt_out(struct nt_out *o, const char *fmt, ...)
{
    va_list args;
    if (o->full)
        return;
    va_start(args, fmt);
    int n = vsnprintf(o->buf + o->len, o->cap - o->len, fmt, args);
    va_end(args);
    if (n < 0 || (size_t)n >= o->cap - o->len || o->len + (size_t)n > INT_MAX)
        o->full = true;
    else
        o->len += (size_t)n;
}

void nt_out_bytes(struct nt_out *o, const char *bytes, size_t len)
{
    if (o->full || len > o->cap - o->len || o->len + len > INT_MAX) {
        o->full = true;
        return;
    }
    if (len > 0)
        memcpy(o->buf + o->len, bytes, len);
    o->len += len;
}

int nt_out_result(const struct nt_out *o)
{
    return o->full ? NT_ENOSPC : (int)o->len;
}
