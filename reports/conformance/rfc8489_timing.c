#include "reports/conformance/rfc8489_timing.h"

#include "core/base/err.h"

#include "reports/conformance/rfc8445_pacing.h"

#include <stdlib.h>

struct sending { /* of a transaction, at its first item */
    nt_time last, gap;
    uint32_t sends;
};

/* RFC 8445, 14.3: the RTO of gathering and of checks. */
static void judge_rto(struct nt_finder *finder, const struct nt_item *m, nt_time gap)
{
    if (m->method == NT_STUN_BINDING || m->method == NT_TURN_ALLOCATE)
        nt_require(finder, NT_ICE_RULE_RTO, m, gap + nt_tolerance(finder->v) >= 500 * NT_MSEC,
                   "packet %u sent again after %" PRId64 " ms, expected 500 ms at least",
                   (unsigned)finder->v->items[m->first].frame, gap / NT_MSEC);
}

/* RFC 8445, 14.2: a retransmission may wait for its turn as well: this gap is longer by up to Ta, twice the one before by twice
 * that. */
static void judge_retransmission(struct nt_finder *finder, const struct nt_item *m, struct sending *s)
{
    nt_time gap = m->at - s->last, slack = 3 * nt_tolerance(finder->v) + 2 * nt_pacing_ta(finder->v, m, m->at);
    if (s->sends == 1)
        judge_rto(finder, m, gap);
    if (s->sends > 1)
        nt_require(finder, NT_STUN_RULE_DOUBLING, m, gap + slack >= 2 * s->gap && gap <= 2 * s->gap + slack,
                   "sent again after %" PRId64 " ms, expected %" PRId64 " ms", gap / NT_MSEC, 2 * s->gap / NT_MSEC);
    s->gap = gap;
    s->last = m->at;
    s->sends++;
    nt_require(finder, NT_STUN_RULE_RC, m, s->sends <= NT_STUN_RC, "sent %u times, expected %u at most", (unsigned)s->sends,
               (unsigned)NT_STUN_RC);
}

void nt_rfc8489_timing_judge(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    struct sending *all = calloc(v->count + 1, sizeof *all);
    if (all == NULL)
        finder->err = NT_ENOMEM;
    for (uint32_t i = 0; all != NULL && i < v->count; i++) {
        const struct nt_item *m = &v->items[i];
        if (m->kind != NT_ITEM_STUN || m->class_ != NT_STUN_REQUEST || m->direction != NT_DIR_OUT ||
            nt_item_party(v, m)->kind != NT_CONF_AGENT)
            continue;
        if (m->first == i)
            all[i] = (struct sending){.last = m->at, .sends = 1};
        else if (!m->copy && !nt_item_is_held(v, m) && v->items[m->first].pair == m->pair)
            judge_retransmission(finder, m, &all[m->first]);
    }
    free(all);
}
