/* SIP messages over UDP, as plain data. */
#ifndef NT_SDP_SIP_H
#define NT_SDP_SIP_H

#include "core/base/addr.h"

#define NT_SIP_DOMAIN "natsim.invalid"
#define NT_SIP_PORT 5060 /* RFC 3261, 19.1.2 */
#define NT_SIP_TEXT_MAX 255

enum nt_sip_kind { NT_SIP_INVITE = 1, NT_SIP_OK, NT_SIP_ACK, NT_SIP_BYE, NT_SIP_INFO, NT_SIP_REJECTED, NT_SIP_PROVISIONAL };

struct nt_sip_message {
    enum nt_sip_kind kind;
    enum nt_sip_kind answered;      /* of a response: the request; 0 when writing: NT_SIP_INVITE */
    uint16_t status;                /* of NT_SIP_REJECTED: 300 to 699; written: one of nt_sip_phrase, or 0, which is 488; of
                                     * NT_SIP_PROVISIONAL: 100 to 199; written: 100 alone */
    bool retries;                   /* of NT_SIP_REJECTED: Retry-After is there */
    uint32_t retry_after;           /* seconds */
    bool trickle, trickle_required; /* written, of INVITE and its 200: RFC 8840's option tag and info package */
    bool in_dialog;                 /* To has a tag: every message but the first INVITE of a call */
    uint32_t cseq;                  /* below 2^31 */
    char call_id[NT_SIP_TEXT_MAX + 1], branch[NT_SIP_TEXT_MAX + 1];
    char from[NT_SIP_TEXT_MAX + 1], to[NT_SIP_TEXT_MAX + 1]; /* user names; the domain is NT_SIP_DOMAIN */
    struct nt_addr via;       /* the requester's: a response has the via, branch, from, to of its request */
    const char *content_type; /* NULL: "application/sdp"; in a parsed message within its text */
    size_t content_type_len;
    const char *body;
    size_t body_len;
};

static inline bool nt_sip_is_response(enum nt_sip_kind kind)
{
    return kind == NT_SIP_OK || kind == NT_SIP_REJECTED || kind == NT_SIP_PROVISIONAL;
}

/* RFC 3261, 6: "All 2xx, 3xx, 4xx, 5xx and 6xx responses are final." */
static inline bool nt_sip_is_final(enum nt_sip_kind kind)
{
    return nt_sip_is_response(kind) && kind != NT_SIP_PROVISIONAL;
}

const char *nt_sip_method(enum nt_sip_kind kind); /* "INVITE"; NULL: it is no request */
/* "Request Pending" of 491; NULL: such a rejection is not written. */
const char *nt_sip_phrase(uint16_t status);

#endif
