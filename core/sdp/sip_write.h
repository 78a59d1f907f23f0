/* Writing SIP messages (RFC 3261): requests and 200 responses between two users of one domain. */
#ifndef NT_SDP_SIP_WRITE_H
#define NT_SDP_SIP_WRITE_H

#include "core/sdp/sip.h"

/* The length; NT_ENOSPC; NT_EINVAL for names that are not tokens (RFC 3261, 25.1) and a branch too long. Tags follow from call_id
 * and user; a branch gets the "z9hG4bK" it lacks. */
int nt_sip_write(const struct nt_sip_message *m, char *buf, size_t cap);

#endif
