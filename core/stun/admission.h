/* What the owner of a server decides about a request that the server would serve. RFC 8656, 7.2: "At any point, the server MAY
 * choose to reject the request with a 486 (Allocation Quota Reached) error", and "at any point" with a 300 (Try Alternate). */
#ifndef NT_STUN_ADMISSION_H
#define NT_STUN_ADMISSION_H

#include "core/base/trace.h"
#include "core/stun/message.h"

#define NT_UNANSWERED (-1) /* in place of an error code: the request gets no answer */

struct nt_stun_decision {
    int code;                 /* 0: the request is served; or the error code, or NT_UNANSWERED */
    struct nt_addr alternate; /* ALTERNATE-SERVER of 300 */
    const char *domain;       /* of it over TLS, ALTERNATE-DOMAIN: the name in its certificate; NULL: the same as here */
};

struct nt_stun_admission {
    /* Asked after authentication, where the method has it; for a retransmission, too. NULL: all requests are served. */
    struct nt_stun_decision (*decide)(void *user, const struct nt_stun_msg *request, const struct nt_addr *from, nt_time now);
    void *user;
};

struct nt_stun_decision nt_stun_decide(const struct nt_stun_admission *a, const struct nt_stun_msg *request,
                                       const struct nt_addr *from, nt_time now);
extern const struct nt_why nt_why_unanswered; /* of what NT_UNANSWERED discards */

#endif
