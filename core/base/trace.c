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
    case NT_TR_TURN_ALLOCATED: return "allocated";
    case NT_TR_OFFER_SENT: return "offer-sent";
    case NT_TR_OFFER_RECEIVED: return "offer-received";
    case NT_TR_ANSWER_SENT: return "answer-sent";
    case NT_TR_ANSWER_RECEIVED: return "answer-received";
    default: return "";
    }
}
