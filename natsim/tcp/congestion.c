#include "natsim/tcp/congestion.h"
#include "natsim/tcp/sequence.h"

#define CWND_MAX (UINT32_C(1) << 30)
enum { DUPLICATES = 3 }; /* RFC 5681, 3.2: the third duplicate tells of a loss */

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t most(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* RFC 6928, 2 */
static uint32_t initial_window(const struct nt_congestion *c)
{
    return least(10 * c->mss, most(2 * c->mss, 14600));
}

void nt_congestion_init(struct nt_congestion *c, uint32_t mss, uint32_t iss)
{
    *c = (struct nt_congestion){.mss = mss, .ssthresh = CWND_MAX, .recover = iss};
    c->cwnd = initial_window(c);
}

void nt_congestion_set_mss(struct nt_congestion *c, uint32_t mss)
{
    c->mss = mss;
}

/* RFC 3042: the first two duplicates let one segment more go out each. */
uint32_t nt_congestion_window(const struct nt_congestion *c)
{
    return c->cwnd + (c->recovering ? 0 : least(c->duplicates, DUPLICATES - 1) * c->mss);
}

static void grow(struct nt_congestion *c, uint32_t bytes)
{
    if (c->cwnd < c->ssthresh) { /* RFC 5681, 3.1, equation 2 */
        c->cwnd = least(c->cwnd + least(bytes, c->mss), CWND_MAX);
        return;
    }
    c->acked += bytes;
    if (c->acked >= c->cwnd) {
        c->acked -= c->cwnd;
        c->cwnd = least(c->cwnd + c->mss, CWND_MAX);
    }
}

/* RFC 6582, 3.2, step 3: an acknowledgment in fast recovery. */
static enum nt_congestion_answer acked_in_recovery(struct nt_congestion *c, uint32_t una, uint32_t bytes, uint32_t flight,
                                                   bool *restart)
{
    if (!nt_seq_before(una, c->recover)) { /* a full acknowledgment */
        c->cwnd = least(c->ssthresh, most(flight, c->mss) + c->mss);
        c->recovering = false;
        return NT_CONGESTION_GO_ON;
    }
    c->cwnd = c->cwnd > bytes ? c->cwnd - bytes : 0;
    if (bytes >= c->mss || c->cwnd < c->mss)
        c->cwnd += c->mss;
    *restart = !c->partial; /* step 4: the timer is reset by the first one alone */
    c->partial = true;
    return NT_CONGESTION_RESEND;
}

enum nt_congestion_answer nt_congestion_acked(struct nt_congestion *c, uint32_t una, uint32_t bytes, uint32_t flight, bool *restart)
{
    *restart = true;
    c->duplicates = 0;
    if (c->recovering)
        return acked_in_recovery(c, una, bytes, flight, restart);
    grow(c, bytes);
    return NT_CONGESTION_GO_ON;
}

/* RFC 5681, equation 4 */
static uint32_t half(const struct nt_congestion *c, uint32_t flight)
{
    return most(flight / 2, 2 * c->mss);
}

enum nt_congestion_answer nt_congestion_duplicate(struct nt_congestion *c, uint32_t una, uint32_t max)
{
    if (c->recovering) {
        c->cwnd = least(c->cwnd + c->mss, CWND_MAX);
        return NT_CONGESTION_GO_ON;
    }
    /* RFC 6582, 3.2, step 2: not again for what was in flight at the last loss */
    if (++c->duplicates != DUPLICATES || !nt_seq_after(una, c->recover))
        return NT_CONGESTION_GO_ON;
    c->ssthresh = half(c, max - una);
    c->cwnd = c->ssthresh + DUPLICATES * c->mss;
    c->recover = max;
    c->recovering = true;
    c->partial = false;
    return NT_CONGESTION_RESEND;
}

void nt_congestion_expired(struct nt_congestion *c, uint32_t flight, uint32_t max, bool again)
{
    if (!again)
        c->ssthresh = half(c, flight);
    c->cwnd = c->mss;
    c->acked = c->duplicates = 0;
    c->recover = max;
    c->recovering = false;
}

/* RFC 5681, 4.1 */
void nt_congestion_idle(struct nt_congestion *c)
{
    c->cwnd = least(c->cwnd, initial_window(c));
}
