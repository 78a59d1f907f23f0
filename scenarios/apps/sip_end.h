/* An agent's end of the signalling: an endpoint on its management host that sends and receives offers, answers and trickled
 * candidates as SIP. The scenario's signalling steps act on what it sends. */
#ifndef NT_APPS_SIP_END_H
#define NT_APPS_SIP_END_H

#include "core/sdp/sdp.h"
#include "scenarios/apps/app.h"

#define NT_SIP_QUEUE_MAX 32 /* messages on their way out */

struct nt_sip_end;

struct nt_sip_end_config {
    const struct nt_app_context *context; /* of the agent; the caller's */
    const char *user, *peer;              /* names; the caller's */
    struct nt_addr own, via;              /* with ports */
    uint64_t seed;                        /* of the session: o= and Call-ID */
    struct nt_trace trace; /* what is odd in a description, what is not taken and what does not leave; of the host's node */
    /* Offers RFC 8840's option tag and info package; requires the peer's support. */
    bool trickle, trickle_required;
    /* An offer (NT_SIP_INVITE), an answer (NT_SIP_OK) or trickled candidates (NT_SIP_INFO) arrived; the receiver frees the
     * description. NT_SIP_ACK: our answer has arrived, NT_SIP_REJECTED: the peer rejects our offer; no description. */
    void (*receive)(void *receiver, enum nt_sip_kind kind, struct nt_ice_description *d, nt_time now);
    /* Instead of `receive`: the text of the body, for agents that read it themselves. NT_SIP_ACK: no text. */
    void (*receive_text)(void *receiver, enum nt_sip_kind kind, const char *text, size_t len, nt_time now);
    void *receiver;
};

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
/* The same as nt_sip_end_send with the text of the body. */
void nt_sip_end_send_text(struct nt_sip_end *sip, enum nt_sip_kind kind, const char *text, size_t len, nt_time now);
/* From now on messages of this kind are delayed, dropped or duplicated on the link; for the trace they are sent. 0 or NT_ENOMEM. */
int nt_sip_end_fault(struct nt_sip_end *sip, enum nt_scn_message message, enum nt_scn_signal_act act, nt_time by);

#endif
