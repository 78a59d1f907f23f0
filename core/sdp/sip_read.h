/* Reading SIP messages (RFC 3261, section 7): the headers that a call between two users needs; others are ignored. */
#ifndef NT_SDP_SIP_READ_H
#define NT_SDP_SIP_READ_H

#include "core/sdp/sip.h"

/* 0 or NT_EFORMAT, also for other methods and statuses. */
int nt_sip_read(struct nt_sip_message *m, const char *text, size_t len);

#endif
