/* Reading SIP messages (RFC 3261, section 7): the headers that a call between two users needs; others are ignored. */
#ifndef NT_SDP_SIP_READ_H
#define NT_SDP_SIP_READ_H

#include "core/sdp/sip.h"

/* 0; NT_EUNSUPPORTED: a request or response of a kind that nt_sip_kind lacks; NT_ELIMIT: a call id, a branch or a user name of more
 * than NT_SIP_TEXT_MAX bytes; NT_EFORMAT: no SIP message, or one that breaks RFC 3261. */
int nt_sip_read(struct nt_sip_message *m, const char *text, size_t len);

#endif
