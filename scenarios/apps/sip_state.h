/* Inside of the room: the state of an end of the signalling. */
#ifndef NT_APPS_SIP_STATE_H
#define NT_APPS_SIP_STATE_H

#include "core/base/rand.h"
#include "scenarios/apps/sip_queue.h"
#include "scenarios/apps/sip_types.h"

/* The peer's last INVITE. */
struct nt_sip_theirs {
    struct nt_sip_message invite; /* without its texts: the response copies its headers (RFC 3261, 8.2.6.2) */
    bool open;                    /* it is not answered yet */
    bool accepted;
    bool unacknowledged; /* our answer, by its ACK */
    nt_time trying_at;   /* when 100 is due; NT_TIME_NEVER: it has been sent, or needs not be */
    bool tried;          /* 100 has been sent */
    nt_time ack_until;   /* our answer waits for its ACK; NT_TIME_NEVER: none does */
    char *response;      /* for when it comes again (17.2.1) */
    size_t response_len;
};

struct nt_sip_end {
    struct nt_sip_end_config config;
    bool bind_asked;
    uint32_t cseq, invite_cseq; /* of our last request, and of our last INVITE */
    bool in_dialog;             /* an answer came or left */
    bool owner;                 /* of the Call-ID: the first INVITE was ours */
    bool over;                  /* BYE has been sent, is to be, or has come */
    const char *bye;            /* it is to be sent, for this reason, once our answer is acknowledged, or not; NULL: it is not */
    nt_time bye_until;
    bool open;          /* our last INVITE is not answered yet */
    bool in_progress;   /* 100 has come */
    nt_time open_until; /* timer B, or C */
    bool given_up;      /* our last INVITE, by either: its answer may still come */
    struct nt_sip_theirs theirs;
    bool rejects; /* a step rejects the peer's next offer */
    uint64_t version;
    bool webrtc;
    bool draws; /* `rand` is there */
    struct nt_rand rand;
    char call_id[NT_SIP_TEXT_MAX + 1];
    struct nt_sip_queue queue;
};

#endif
