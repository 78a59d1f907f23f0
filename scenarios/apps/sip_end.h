/* An agent's end of the signalling: an endpoint on its management host that sends and receives offers, answers and trickled
 * candidates as SIP, and ends the call. The scenario's signalling steps act on what it sends. The links lose nothing by
 * themselves, so that nothing is sent again (RFC 3261, 17.1.1.2: timers A, E and G; 13.3.1.4: an answer); what a step
 * loses is lost for good. How long one side waits for the other is as there. */
#ifndef NT_APPS_SIP_END_H
#define NT_APPS_SIP_END_H

#include "scenarios/apps/sip_types.h"

struct nt_sip_end *nt_sip_end_new(const struct nt_sip_end_config *config); /* runs itself on the host */
void nt_sip_end_del(struct nt_sip_end *sip);
/* RFC 8840's option tag and info package, from now on. */
void nt_sip_end_trickle(struct nt_sip_end *sip, bool on, bool required);
/* Descriptions have the form of WebRTC data channels from now on, so that browsers accept them; DTLS is not answered. */
void nt_sip_end_webrtc(struct nt_sip_end *sip, bool on);
/* Sends an offer, an answer, or (NT_SIP_INFO, within the call) trickled candidates. */
void nt_sip_end_send(struct nt_sip_end *sip, enum nt_sip_kind kind, const struct nt_ice_description *d, nt_time now);
/* The peer's last offer is not acceptable: it gets 488. */
void nt_sip_end_reject(struct nt_sip_end *sip, nt_time now);
/* The peer's last offer meets one that our side is making: it gets 491, as where ours is on its way (RFC 3261, 14.2). */
void nt_sip_end_meet(struct nt_sip_end *sip, nt_time now);
/* The same as nt_sip_end_send with the text of the body. */
void nt_sip_end_send_text(struct nt_sip_end *sip, enum nt_sip_kind kind, const char *text, size_t len, nt_time now);
/* RFC 3261, 14.1: an offer, ours or the peer's, is not answered yet: another one "MUST NOT" be sent. */
bool nt_sip_end_is_busy(const struct nt_sip_end *sip);
/* The call ends, `why` for the trace. RFC 3261, 15.1.1: it is over as soon as BYE is sent, whatever is answered. */
void nt_sip_end_bye(struct nt_sip_end *sip, const char *why, nt_time now);
bool nt_sip_end_is_over(const struct nt_sip_end *sip); /* BYE has been sent, or has come */
/* A signalling step: as nt_sip_queue_fault, or the peer's next offer is rejected. 0 or NT_ENOMEM. */
int nt_sip_end_fault(struct nt_sip_end *sip, enum nt_scn_message message, enum nt_scn_signal_act act, nt_time by);

#endif
