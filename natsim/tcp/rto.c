#include "natsim/tcp/rto.h"

/* RFC 6298, 2.1: 1 s until a round trip is measured; 2.5: at least 60 s may be the most. */
#define RTO_FIRST NT_SEC
#define RTO_MAX (60 * NT_SEC)
/* RFC 6298, 2.4 asks for 1 s at least. The stacks in use wait less; Linux adds at least 200 ms to the smoothed round trip
 * (TCP_RTO_MIN as the least variation), which also keeps a steady round trip from expiring by itself. */
#define VARIATION_MIN (200 * NT_MSEC)
#define RTO_AFTER_SYN_LOSS (3 * NT_SEC)

void nt_rto_init(struct nt_rto *r)
{
    *r = (struct nt_rto){.value = RTO_FIRST};
}

/* 2.3 */
static nt_time computed(const struct nt_rto *r)
{
    nt_time variation = 4 * r->rttvar;
    return nt_time_min(r->srtt + (variation > VARIATION_MIN ? variation : VARIATION_MIN), RTO_MAX);
}

void nt_rto_measured(struct nt_rto *r, nt_time rtt)
{
    if (!r->measured) { /* 2.2 */
        r->srtt = rtt;
        r->rttvar = rtt / 2;
        r->measured = true;
    } else { /* 2.3, with alpha 1/8 and beta 1/4 */
        nt_time error = r->srtt > rtt ? r->srtt - rtt : rtt - r->srtt;
        r->rttvar += (error - r->rttvar) / 4;
        r->srtt += (rtt - r->srtt) / 8;
    }
    r->value = computed(r);
}

void nt_rto_acked(struct nt_rto *r)
{
    if (r->measured)
        r->value = nt_time_min(r->value, nt_time_min(2 * computed(r), RTO_MAX));
}

void nt_rto_expired(struct nt_rto *r)
{
    r->value = nt_time_min(2 * r->value, RTO_MAX);
}

void nt_rto_after_syn_loss(struct nt_rto *r)
{
    r->value = RTO_AFTER_SYN_LOSS;
}
