/* What an end of the signalling (sip_end.h) is made of, and what it tells. */
#ifndef NT_APPS_SIP_TYPES_H
#define NT_APPS_SIP_TYPES_H

#include "core/sdp/sdp.h"
#include "scenarios/apps/app.h"

#define NT_SIP_TIMER_B (32 * NT_SEC)        /* RFC 3261, 17.1.1.2: 64*T1 */
#define NT_SIP_TRYING_AFTER (200 * NT_MSEC) /* 17.2.1 */
/* RFC 3261 bounds the time between 100 and the final response for proxies alone: 16.6, 11: "The timer MUST be larger than 3
 * minutes." An end of its own has the same patience. */
#define NT_SIP_TIMER_C (181 * NT_SEC)
#define NT_SIP_UNACKNOWLEDGED "our answer was not acknowledged within 32 s" /* why a call ends: 13.3.1.4 */

struct nt_sip_end;

/* What became of an offer that has not been accepted. */
struct nt_sip_refusal {
    uint16_t status;     /* 408: no answer within NT_SIP_TIMER_B, or NT_SIP_TIMER_C after 100 */
    nt_time retry_after; /* it may be tried again so long from now; NT_TIME_NEVER: it is not to be */
};

struct nt_sip_end_config {
    const struct nt_app_context *context; /* of the agent; the caller's */
    const char *user, *peer;              /* names; the caller's */
    struct nt_addr own, via;              /* with ports */
    uint64_t seed;                        /* of the session: o= and Call-ID */
    struct nt_trace trace; /* what is odd in a description, what is not taken and what does not leave; of the host's node */
    /* Offers RFC 8840's option tag and info package; requires the peer's support. */
    bool trickle, trickle_required;
    /* An offer (NT_SIP_INVITE), an answer (NT_SIP_OK) or trickled candidates (NT_SIP_INFO) arrived; the receiver frees the
     * description. NT_SIP_ACK: our answer has arrived; NT_SIP_BYE: the call is over by the peer's word; no description. */
    void (*receive)(void *receiver, enum nt_sip_kind kind, struct nt_ice_description *d, nt_time now);
    /* Our offer is over, and not accepted: the session goes on as it was (RFC 3261, 14.1), or there is none. */
    void (*refused)(void *receiver, const struct nt_sip_refusal *refusal, nt_time now);
    /* Our answer is not acknowledged within NT_SIP_TIMER_B (RFC 3261, 13.3.1.4: the session "SHOULD be terminated"). */
    void (*unacknowledged)(void *receiver, nt_time now);
    /* Instead of all: the text of the body, for agents that read it themselves. NT_SIP_ACK and NT_SIP_BYE: no text. */
    void (*receive_text)(void *receiver, enum nt_sip_kind kind, const char *text, size_t len, nt_time now);
    void *receiver;
};

#endif
