/* Inside of the room: what an end of the signalling makes of what comes. */
#ifndef NT_APPS_SIP_RECEIVE_H
#define NT_APPS_SIP_RECEIVE_H

#include "scenarios/apps/sip_state.h"

void nt_sip_receive(struct nt_sip_end *sip, const uint8_t *bytes, size_t len, nt_time now);
void nt_sip_discard_input(const struct nt_sip_end *sip, enum nt_discard reason, const char *text, nt_time now);
/* Our offer is over, and not accepted; `text` says why in the trace. */
void nt_sip_close_ours(struct nt_sip_end *sip, const struct nt_sip_refusal *refusal, const char *text, nt_time now);

#endif
