/* Messages that wait to leave. Each is built only when it is pulled. */
#ifndef NT_ICE_OUTBOX_H
#define NT_ICE_OUTBOX_H

#include "core/ice/candidate.h"
#include "core/ice/record.h"
#include "core/stun/stun.h"

#define NT_ICE_OUT_MAX 128      /* messages waiting to leave */
#define NT_ICE_MESSAGE_MAX 1024 /* bytes of any STUN message that an agent makes */

enum nt_ice_message_kind {
    NT_ICE_MSG_BINDING = 1,
    NT_ICE_MSG_CHECK,
    NT_ICE_MSG_ANSWER,
    NT_ICE_MSG_CONSENT,
    NT_ICE_MSG_BACKUP,
    NT_ICE_MSG_KEEPALIVE
};

struct nt_ice_message {
    enum nt_ice_message_kind kind;
    uint32_t generation; /* of the session whose it is; one of gathering is the agent's */
    struct nt_ice_via via;
    struct nt_addr to;
    uint8_t id[NT_STUN_ID];
    uint32_t index; /* of the check, or the component */
    /* of an answer */
    int code;       /* 0: success */
    bool sha256;    /* sign it as the request was signed */
    bool unsigned_; /* 400 and 401 before authentication */
    uint16_t unknown[NT_STUN_UNKNOWN_MAX], unknown_count;
};

struct nt_ice_outbox;

struct nt_ice_outbox *nt_ice_outbox_new(struct nt_ice_record *record); /* NULL without memory */
void nt_ice_outbox_del(struct nt_ice_outbox *o);
bool nt_ice_outbox_put(struct nt_ice_outbox *o, const struct nt_ice_message *m,
                       nt_time now);                                        /* false: it is full, the message is dropped */
bool nt_ice_outbox_take(struct nt_ice_outbox *o, struct nt_ice_message *m); /* false: there is none */
void nt_ice_outbox_clear(struct nt_ice_outbox *o, nt_time now);             /* nothing more is sent */

#endif
