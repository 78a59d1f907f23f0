/* Inside of the room: an end of the signalling, and what its two files ask of each other. sip_end.c sends, sip_receive.c takes what
 * comes. */
#ifndef NT_APPS_SIP_STATE_H
#define NT_APPS_SIP_STATE_H

#include "core/base/rand.h"
#include "scenarios/apps/sip_end.h"

/* The peer's last INVITE. */
struct nt_sip_theirs {
    struct nt_sip_message invite; /* without its texts: the response copies its headers (RFC 3261, 8.2.6.2) */
    bool open;                    /* it is not answered yet */
    bool accepted;
    char *response; /* for when it comes again (17.2.1) */
    size_t response_len;
};

struct nt_sip_end {
    struct nt_sip_end_config config;
    bool bind_asked;
    uint32_t cseq, invite_cseq; /* of our last request, and of our last INVITE */
    bool in_dialog;             /* an answer came or left */
    bool owner;                 /* of the Call-ID: the first INVITE was ours */
    bool over;                  /* BYE has been sent, or has come */
    bool open;                  /* our last INVITE is not answered yet */
    nt_time open_until;         /* timer B */
    struct nt_sip_theirs theirs;
    bool rejects; /* a step rejects the peer's next offer */
    uint64_t version;
    bool webrtc;
    bool draws; /* `rand` is there */
    struct nt_rand rand;
    char call_id[NT_SIP_TEXT_MAX + 1];
    struct nt_sip_queue queue;
};

/* sip_end.c: */
struct nt_sip_message nt_sip_make_request(const struct nt_sip_end *sip, enum nt_sip_kind kind);
void nt_sip_send_untouched(struct nt_sip_end *sip, const struct nt_sip_message *m, nt_time now);
void nt_sip_reject_theirs(struct nt_sip_end *sip, uint16_t status, nt_time now); /* the peer's last INVITE */
/* sip_receive.c: */
void nt_sip_receive(struct nt_sip_end *sip, const uint8_t *bytes, size_t len, nt_time now);
void nt_sip_discard_input(const struct nt_sip_end *sip, enum nt_discard reason, const char *text, nt_time now);
/* Our offer is over, and not accepted; `text` says why in the trace. */
void nt_sip_end_offer(struct nt_sip_end *sip, const struct nt_sip_refusal *refusal, const char *text, nt_time now);

#endif
