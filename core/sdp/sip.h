/* What the two halves of the SIP framing share. */
#ifndef NT_SDP_SIP_H
#define NT_SDP_SIP_H

#include "core/sdp/sdp.h"

#define NT_SIP_DOMAIN "natsim.invalid"
#define NT_SIP_PORT 5060 /* RFC 3261, 19.1.2 */

const char *nt_sip_method(enum nt_sip_kind kind); /* NULL: it is no request */

#endif
