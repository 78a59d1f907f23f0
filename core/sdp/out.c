#include "core/sdp/out.h"

#include "core/base/err.h"

#include <limits.h>
#include <stdarg.h>
#include <string.h>

static void put_number(struct nt_out *o, unsigned long long n, unsigned base, size_t digits)
{
    char text[24], *p = text + sizeof text;
    do
        *--p = "0123456789abcdef"[n % base];
    while ((n /= base) != 0);
    while ((size_t)(text + sizeof text - p) < digits)
        *--p = '0';
    nt_out_bytes(o, p, (size_t)(text + sizeof text - p));
}

/* The conversion at `fmt`, after its '%'; returns what follows it. The room needs these alone, and printf costs ten times as much.
 */
static const char *put_conversion(struct nt_out *o, const char *fmt, va_list *args)
{
    const char *text;
    switch (*fmt) {
    case 's': text = va_arg(*args, const char *), nt_out_bytes(o, text, strlen(text)); return fmt + 1;
    case 'u': put_number(o, va_arg(*args, unsigned), 10, 1); return fmt + 1;
    case 'z': put_number(o, va_arg(*args, size_t), 10, 1); return fmt + 2;        /* %zu */
    case '0': put_number(o, va_arg(*args, unsigned long), 16, 8); return fmt + 4; /* %08lx */
    default: break;
    }
    bool longer = fmt[1] == 'l'; /* %lu, %llu */
    put_number(o, longer ? va_arg(*args, unsigned long long) : va_arg(*args, unsigned long), 10, 1);
    return fmt + (longer ? 3 : 2);
}

void nt_out(struct nt_out *o, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    while (*fmt != '\0' && !o->full) {
        size_t plain = strcspn(fmt, "%");
        nt_out_bytes(o, fmt, plain);
        fmt += plain;
        if (*fmt == '%')
            fmt = put_conversion(o, fmt + 1, &args);
    }
    va_end(args);
    if (o->len == o->cap) /* the NUL counts */
        o->full = true;
    else
        o->buf[o->len] = '\0';
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
