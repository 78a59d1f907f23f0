/* The retransmission clock of one request. */
#include "core/stun/transaction.h"

#include <string.h>

/* RFC 8489, 6.2.1: "If, after the last request, a duration equal to Rm times the RTO has passed without a response ... the
 * client SHOULD consider the transaction to have failed." */
static void set_deadline(struct nt_stun_txn *t, nt_time now)
{
    nt_time last = t->rm > 0 && t->rto > NT_TIME_NEVER / t->rm ? NT_TIME_NEVER : t->rto * t->rm;
    t->deadline = nt_time_after(now, t->sends < t->rc ? t->interval : last);
}

void nt_stun_txn_start(struct nt_stun_txn *t, const uint8_t id[NT_STUN_ID], nt_time rto, uint8_t rc, uint8_t rm, nt_time now)
{
    *t = (struct nt_stun_txn){.rto = rto, .interval = rto, .started = now, .sends = 1, .rc = rc, .rm = rm};
    memcpy(t->id, id, NT_STUN_ID);
    set_deadline(t, now);
}

enum nt_stun_txn_due nt_stun_txn_due(struct nt_stun_txn *t, nt_time now)
{
    if (now < t->deadline)
        return NT_TXN_WAIT;
    if (t->sends >= t->rc) {
        t->deadline = NT_TIME_NEVER; /* told once */
        return NT_TXN_TIMEOUT;
    }
    /* "starting with an interval of RTO, doubling after each retransmission" */
    t->sends++;
    t->interval = t->interval > NT_TIME_NEVER / 2 ? NT_TIME_NEVER : 2 * t->interval;
    set_deadline(t, now);
    return NT_TXN_SEND;
}
