/* Inside of the room: the messages that an end of the signalling makes, and how they leave. */
#ifndef NT_APPS_SIP_SEND_H
#define NT_APPS_SIP_SEND_H

#include "scenarios/apps/sip_state.h"

struct nt_sip_message nt_sip_make_request(const struct nt_sip_end *sip, enum nt_sip_kind kind); /* ACK: of our last INVITE */
/* RFC 3261, 12.2.1.1: each request within a dialog has the next number. An INVITE is open from now on. */
struct nt_sip_message nt_sip_next_request(struct nt_sip_end *sip, enum nt_sip_kind kind);
struct nt_sip_message nt_sip_make_answer(struct nt_sip_end *sip); /* 200 to the peer's last INVITE */
/* Steps may act on it. A response to the peer's last INVITE closes that. */
void nt_sip_send_message(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now);
void nt_sip_send_untouched(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now);
void nt_sip_reject_theirs(struct nt_sip_end *sip, uint16_t status, nt_time now); /* the peer's last INVITE */
void nt_sip_send_trying(struct nt_sip_end *sip, nt_time now);                    /* 100 to the peer's last INVITE */
void nt_sip_send_bye(struct nt_sip_end *sip, const char *why, nt_time now);
/* BYE, at once or once our answer has been acknowledged; nothing before a dialog and after its end. */
void nt_sip_leave_call(struct nt_sip_end *sip, const char *why, nt_time now);
const char *nt_sip_why_unwritten(int err);

#endif
