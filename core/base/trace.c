#include "core/base/trace.h"

const char *nt_trace_name(enum nt_trace_kind kind)
{
    switch (kind) {
    case NT_TR_DROP: return "drop";
    case NT_TR_MAPPED: return "mapped";
    case NT_TR_EXPIRED: return "expired";
    case NT_TR_ICE_GATHERED: return "gathered";
    case NT_TR_ICE_CHECK_SENT: return "check-sent";
    case NT_TR_ICE_CHECK_RECEIVED: return "check-received";
    case NT_TR_ICE_PRFLX_LOCAL:
    case NT_TR_ICE_PRFLX_REMOTE: return "prflx";
    case NT_TR_ICE_NOMINATED: return "nominated";
    case NT_TR_ICE_SELECTED: return "selected";
    case NT_TR_ICE_COMPLETED: return "completed";
    case NT_TR_ICE_FAILED: return "failed";
    case NT_TR_ICE_CONSENT_LOST: return "consent-lost";
    case NT_TR_ICE_ROLE: return "role-switched";
    case NT_TR_ICE_RESTARTED: return "restarted";
    case NT_TR_ICE_DISCONNECTED: return "disconnected";
    case NT_TR_ICE_RECOVERED: return "recovered";
    case NT_TR_ICE_PAIR_CHANGED: return "pair-changed";
    case NT_TR_ICE_CLOSED: return "closed";
    case NT_TR_MOVED: return "moved";
    case NT_TR_TURN_ALLOCATED: return "allocated";
    case NT_TR_OFFER_SENT: return "offer-sent";
    case NT_TR_OFFER_RECEIVED: return "offer-received";
    case NT_TR_ANSWER_SENT: return "answer-sent";
    case NT_TR_ANSWER_RECEIVED: return "answer-received";
    default: return "";
    }
}

/* --- what is discarded --- */

static const char *const discards[NT_DISCARD_COUNT] = {
    [NT_DISCARD_UNREADABLE] = "unreadable",
    [NT_DISCARD_FINGERPRINT] = "fingerprint",
    [NT_DISCARD_INTEGRITY] = "integrity",
    [NT_DISCARD_UNSUPPORTED] = "unsupported",
    [NT_DISCARD_NO_ALLOCATION] = "no-allocation",
    [NT_DISCARD_NO_PERMISSION] = "no-permission",
    [NT_DISCARD_NO_CHANNEL] = "no-channel",
    [NT_DISCARD_FORBIDDEN] = "forbidden",
    [NT_DISCARD_HOPS] = "hops",
    [NT_DISCARD_SIZE] = "size",
    [NT_DISCARD_NO_ROOM] = "no-room",
    [NT_DISCARD_SOURCE] = "source",
    [NT_DISCARD_STATE] = "state",
    [NT_DISCARD_NO_RECIPIENT] = "no-recipient",
    [NT_DISCARD_NO_TRANSACTION] = "no-transaction",
    [NT_DISCARD_DUPLICATE] = "duplicate",
    [NT_DISCARD_OUTDATED] = "outdated",
    [NT_DISCARD_UNRELATED] = "unrelated",
    [NT_DISCARD_UNUSED] = "unused",
};

const char *nt_discard_name(enum nt_discard reason)
{
    return reason > 0 && reason < NT_DISCARD_COUNT ? discards[reason] : "unknown";
}

bool nt_discard_is_drop(enum nt_discard reason)
{
    return reason < NT_DISCARD_NO_TRANSACTION;
}

void nt_trace_discard(const struct nt_trace *t, const struct nt_why *why, const struct nt_addr *a, const struct nt_addr *b,
                      nt_time now)
{
    struct nt_trace_event event = {.at = now, .kind = NT_TR_DISCARDED, .n = {(int64_t)why->reason}, .text = why->text};
    if (a != NULL)
        event.a = *a;
    if (b != NULL)
        event.b = *b;
    nt_trace_emit(t, event);
}

static const char *address_text(char what, const struct nt_addr *a, const struct nt_addr *b, char text[NT_ADDR_TEXT])
{
    const struct nt_addr *which = what == 'a' ? a : b;
    if (which == NULL || !nt_addr_is_set(which))
        return "an unknown address";
    return what == 'i' || which->port == 0 ? nt_addr_format_ip(which, text) : nt_addr_format(which, text);
}

const char *nt_trace_detail(const char *why, const struct nt_addr *a, const struct nt_addr *b, char *buf, size_t cap)
{
    char text[NT_ADDR_TEXT];
    size_t n = 0;
    if (cap == 0)
        return "";
    for (const char *w = why; *w != '\0' && n + 1 < cap; w++) {
        if (*w != '%') {
            buf[n++] = *w;
            continue;
        }
        for (const char *t = address_text(*++w, a, b, text); *t != '\0' && n + 1 < cap; t++)
            buf[n++] = *t;
    }
    buf[n] = '\0';
    return buf;
}
