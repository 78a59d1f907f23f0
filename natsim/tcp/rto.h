/* The retransmission timeout (RFC 6298). */
#ifndef NT_TCP_RTO_H
#define NT_TCP_RTO_H

#include "core/base/time.h"

#include <stdbool.h>
#include <stdint.h>

struct nt_rto {
    nt_time srtt, rttvar, value;
    bool measured;
};

void nt_rto_init(struct nt_rto *r);
void nt_rto_measured(struct nt_rto *r, nt_time rtt);
void nt_rto_expired(struct nt_rto *r); /* doubles it */
/* Something was acknowledged, which need not be a measurement. RFC 9293, 3.8.1: the backoff is for the same segment. One doubling
 * stays until a round trip is measured, for it may have become longer. */
void nt_rto_acked(struct nt_rto *r);
/* RFC 6298, 5.7: the SYN was retransmitted, and data begin. */
void nt_rto_after_syn_loss(struct nt_rto *r);

#endif
