/* Inside of the room: a request of a TURN client after the server has refused one with 401 or 438 (RFC 8489, 9.2.5). */
#ifndef NT_CONFORMANCE_RFC8489_RETRY_H
#define NT_CONFORMANCE_RFC8489_RETRY_H

#include "reports/conformance/finding.h"

struct nt_told {                   /* what the server has told the client; NULL: it has not */
    const struct nt_item *last;    /* the last 401 or 438 */
    const struct nt_item *nonce;   /* the last one with a NONCE; one without a REALM is not the last of the others */
    const struct nt_item *stale;   /* the last 438 */
    const struct nt_item *refused; /* the last 401 to a request with credentials */
};

/* Of a request with USERNAME or USERHASH, REALM, NONCE and integrity, after a 401 or 438. */
void nt_rfc8489_retry_judge(struct nt_finder *finder, const struct nt_item *m, const struct nt_told *told);

#endif
