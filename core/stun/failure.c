#include "core/stun/failure.h"
#include "core/stun/attributes.h"

#include <stdio.h>

#define REASON_MAX 80

static void copy_printable(char out[REASON_MAX], const uint8_t *bytes, size_t len)
{
    size_t n = 0;
    for (; n < len && n + 1 < REASON_MAX; n++)
        out[n] = bytes[n] >= ' ' && bytes[n] < 0x7f ? (char)bytes[n] : '?';
    out[n] = '\0';
}

const char *nt_stun_failure_text(const struct nt_trace_event *ev, char *buf, size_t cap)
{
    char code[8] = "", reason[REASON_MAX];
    const char *method = nt_stun_method_name((uint16_t)ev->n[0]);
    copy_printable(reason, ev->bytes, ev->len);
    if (ev->n[1] != 0)
        snprintf(code, sizeof code, "%u ", (unsigned)ev->n[1] % 1000);
    snprintf(buf, cap, "%s: %s%s; %s", method != NULL ? method : "?", code, reason, ev->text);
    return buf;
}
