/* RFC 8489, 6.2.1 and RFC 8445, 14.3: when requests are sent again. */
#include "reports/conformance/judge.h"

#include <stdlib.h>

struct sending { /* of a transaction, at its first item */
    nt_time last, gap;
    uint32_t sends;
};

static void judge_again(struct nt_judge *j, const struct nt_item *m, struct sending *s)
{
    nt_time gap = m->at - s->last;
    if (s->sends == 1 && nt_item_check(j->v, m) && nt_judge_breaks(j, NT_ICE_RULE_RTO, gap + nt_judge_tolerance(j->v) >= 500 * NT_MSEC))
        nt_judge_broken(j, NT_ICE_RULE_RTO, m->party, m->frame, "sent again after %" PRId64 " ms", gap / NT_MSEC);
    if (s->sends > 1)
        nt_judge_that(j, NT_STUN_RULE_DOUBLING, m, gap + nt_judge_tolerance(j->v) >= 2 * s->gap && gap <= 2 * s->gap + nt_judge_tolerance(j->v), "");
    s->gap = gap;
    s->last = m->at;
    s->sends++;
    nt_judge_that(j, NT_STUN_RULE_RC, m, s->sends <= NT_STUN_RC, "");
}

void nt_judge_timing(struct nt_judge *j)
{
    const struct nt_view *v = j->v;
    struct sending *all = calloc(v->count + 1, sizeof *all);
    if (all == NULL)
        j->err = NT_ENOMEM;
    for (uint32_t i = 0; all != NULL && i < v->count; i++) {
        const struct nt_item *m = &v->items[i];
        if (m->kind != NT_ITEM_STUN || m->class_ != NT_STUN_REQUEST || m->direction != NT_DIR_OUT || nt_item_party(v, m)->kind != NT_CONF_AGENT)
            continue;
        if (m->first == i)
            all[i] = (struct sending){.last = m->at, .sends = 1};
        else if (!m->copy && !nt_item_held(v, m) && v->items[m->first].pair == m->pair)
            judge_again(j, m, &all[m->first]);
    }
    free(all);
}
