/* The TURN client's requests: formed when there is something to ask, over UDP retransmitted bit by bit the same (RFC 8489, 6.2.1),
 * matched with their responses. */
#ifndef NT_TURN_CLIENT_REQUESTS_H
#define NT_TURN_CLIENT_REQUESTS_H

#include "core/stun/stun.h"
#include "core/turn/client_config.h"

#define NT_TURN_BATCH_MAX 8 /* peers of one CreatePermission */

enum nt_turn_ask_kind {
    NT_TURN_ASK_ALLOCATE,
    NT_TURN_ASK_REFRESH,
    NT_TURN_ASK_RELEASE,
    NT_TURN_ASK_PERMISSIONS,
    NT_TURN_ASK_CHANNEL
};

/* What a request asks for. */
struct nt_turn_ask {
    uint8_t kind;                      /* enum nt_turn_ask_kind */
    uint8_t count;                     /* of peers */
    uint16_t number;                   /* of the channel, of ASK_CHANNEL only */
    uint16_t items[NT_TURN_BATCH_MAX]; /* `count` places among the client's permissions or channels */
    struct nt_addr peers[NT_TURN_BATCH_MAX];
};

enum nt_turn_outcome {
    NT_TURN_FOREIGN,    /* no response to a request that is under way */
    NT_TURN_DISCARDED,  /* a response that must be treated as if it had never been received */
    NT_TURN_CHALLENGED, /* 401 or 438: the request must be made once more */
    NT_TURN_SUCCEEDED,
    NT_TURN_FAILED /* an error, or a response that makes the request fail, whatever it says */
};

/* What a response means. */
struct nt_turn_reply {
    enum nt_turn_outcome outcome;
    const struct nt_why *discard; /* of DISCARDED */
    struct nt_turn_ask ask;       /* what the request asked for, unless FOREIGN or DISCARDED */
    int code;                     /* of FAILED; 0: there is none that counts */
    const char *why;              /* static words of FAILED; NULL: the code says it */
};

struct nt_turn_txn;

struct nt_turn_requests {
    const struct nt_turn_client_config *config;
    struct nt_stun_login login;
    bool has_user;
    uint32_t challenges;       /* accepted so far */
    struct nt_turn_txn **txns; /* in the order they were made */
    size_t count, cap;
};

/* `config` must outlive it; of a user, it needs the password, too. */
void nt_turn_requests_init(struct nt_turn_requests *r, const struct nt_turn_client_config *config, const char *user,
                           const char *password);
void nt_turn_requests_free(struct nt_turn_requests *r);
void nt_turn_requests_drop(struct nt_turn_requests *r); /* all that are under way */
/* Forms a request, which is due at once; false without memory. */
bool nt_turn_requests_form(struct nt_turn_requests *r, const struct nt_turn_ask *ask, nt_time now);
/* The bytes of the next request that is due, for the first time or again: their length, 0 for none. */
size_t nt_turn_requests_output(struct nt_turn_requests *r, uint8_t *buf, size_t cap);
/* Runs the retransmission timers. True when a request has got no response in time: it is under way no more, *ask is what it asked
 * for, and the timers must be run again. */
bool nt_turn_requests_expire(struct nt_turn_requests *r, struct nt_turn_ask *ask, nt_time now);
nt_time nt_turn_requests_deadline(const struct nt_turn_requests *r);
bool nt_turn_requests_retransmit(const struct nt_turn_requests *r, const uint8_t id[NT_STUN_ID]); /* has it been sent before? */
/* The request leaves only now. */
void nt_turn_requests_left(struct nt_turn_requests *r, const uint8_t id[NT_STUN_ID], nt_time now);
/* Takes a success or error response. Unless FOREIGN or DISCARDED the request is under way no more. */
void nt_turn_requests_take(struct nt_turn_requests *r, const struct nt_stun_msg *m, struct nt_turn_reply *reply);
void nt_turn_requests_forget_server(struct nt_turn_requests *r); /* the next ones go to another server, with the same credentials */
uint16_t nt_turn_ask_method(const struct nt_turn_ask *ask);

#endif
