/* Connectivity checks: the transactions (RFC 8445, section 7.2). A check ends in an outcome, which changes nothing but the check
 * itself: what follows from it is the session's. */
#ifndef NT_ICE_CHECKS_H
#define NT_ICE_CHECKS_H

#include "core/ice/env.h"
#include "core/ice/outbox.h"
#include "core/ice/peer.h"

struct nt_ice_check {
    bool used, cancelled;
    uint8_t stream;
    uint32_t pair; /* its number */
    struct nt_ice_via via;
    struct nt_addr remote;
    struct nt_ice_request request; /* as sent: retransmissions are identical */
    struct nt_stun_txn txn;
};

enum nt_ice_result {
    NT_ICE_RESULT_NONE = 0,  /* no response to a check */
    NT_ICE_RESULT_DISCARDED, /* as if it was never received: the check goes on */
    NT_ICE_RESULT_FAILED,    /* 7.2.5.2 */
    NT_ICE_RESULT_CONFLICT,  /* 7.2.5.1 */
    NT_ICE_RESULT_SUCCEEDED  /* 7.2.5.3 */
};

struct nt_ice_outcome {
    enum nt_ice_result result;
    struct nt_ice_check check; /* as it was before it ended */
    struct nt_addr mapped;     /* of a success */
    const char *why;           /* of a failure, or of a conflict that does not settle */
    int code;                  /* of an error response */
};

struct nt_ice_checks;

/* `peers`: of each stream, for as long as the checks live. Of the pairs that the limit allows one check each can be under way, and
 * cancelled ones beside them. NULL without memory. */
struct nt_ice_checks *nt_ice_checks_new(const struct nt_ice_env *env, const struct nt_ice_peer *peers);
void nt_ice_checks_del(struct nt_ice_checks *t);
/* Sends a check as `check` says (pair, stream, via, remote, request). */
void nt_ice_checks_start(struct nt_ice_checks *t, const struct nt_ice_check *check, const uint8_t id[NT_STUN_ID], nt_time rto,
                         nt_time now);
/* RFC 8445, 7.3.1.4: "Cancellation means that the agent will not retransmit the Binding requests associated with the
 * connectivity-check transaction, will not treat the lack of response to be a failure, but will wait the duration of the
 * transaction timeout". */
void nt_ice_checks_cancel(struct nt_ice_checks *t, uint32_t pair);
/* ICE has completed: of the responses to cancelled checks only 487 counts any more. */
void nt_ice_checks_conclude(struct nt_ice_checks *t);
void nt_ice_checks_end(struct nt_ice_checks *t); /* all: responses are to no check any more */
const struct nt_ice_check *nt_ice_checks_current(const struct nt_ice_checks *t, uint32_t pair); /* the one not cancelled, or NULL */
/* A check of the pair with USE-CANDIDATE has not ended: one that is cancelled may be answered with success, too. */
bool nt_ice_checks_nominates(const struct nt_ice_checks *t, uint32_t pair);
/* What a response that came from `from` by `via` means. */
struct nt_ice_outcome nt_ice_checks_response(struct nt_ice_checks *t, struct nt_ice_via via, const struct nt_addr *from,
                                             const struct nt_stun_msg *m, nt_time now);
/* Retransmits what is due. True: a check has timed out, and *out is its outcome; call again. */
bool nt_ice_checks_timer(struct nt_ice_checks *t, nt_time now, struct nt_ice_outcome *out);
nt_time nt_ice_checks_deadline(const struct nt_ice_checks *t);
int nt_ice_checks_build(const struct nt_ice_checks *t, const struct nt_ice_message *m, uint8_t *buf,
                        size_t cap); /* 0: it has ended */

#endif
