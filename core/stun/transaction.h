/* The retransmission timer of one request over UDP (RFC 8489, section 6.2.1). The owner keeps the bytes and sends the same ones
 * again. Over TCP and TLS: one send, then Ti. */
#ifndef NT_STUN_TRANSACTION_H
#define NT_STUN_TRANSACTION_H

#include "core/base/time.h"
#include "core/stun/message.h"

/* RFC 8489, 6.2.1: "RTO ... SHOULD be greater than or equal to 500 ms", "Rc SHOULD be configurable and SHOULD have a
 * default of 7", "Rm SHOULD be configurable and SHOULD have a default of 16" */
#define NT_STUN_RTO (500 * NT_MSEC)
#define NT_STUN_RC 7
#define NT_STUN_RM 16
#define NT_STUN_TI (39500 * NT_MSEC)

struct nt_stun_txn {
    uint8_t id[NT_STUN_ID];
    nt_time rto;      /* the first one */
    nt_time interval; /* the current one */
    nt_time deadline; /* next retransmission, or the end */
    nt_time started;
    uint8_t sends, rc, rm;
};

enum nt_stun_txn_due { NT_TXN_WAIT = 0, NT_TXN_SEND, NT_TXN_TIMEOUT };

/* The first send happens at `now`, by the caller. */
void nt_stun_txn_start(struct nt_stun_txn *t, const uint8_t id[NT_STUN_ID], nt_time rto, uint8_t rc, uint8_t rm, nt_time now);
/* What is due at `now`. NT_TXN_SEND: the bytes are to be sent again, which is counted. */
enum nt_stun_txn_due nt_stun_txn_due(struct nt_stun_txn *t, nt_time now);

#endif
