#include "reports/conformance/rfc8445_keepalives.h"

#include "core/base/err.h"

#include <stdlib.h>

/* "Agents SHOULD use a Tr value of 15 seconds. Agents MAY use a bigger value" */
#define TR (15 * NT_SEC)

struct sent {      /* by pair */
    uint32_t last; /* what was last sent on it, data first; NT_VIEW_NONE: nothing yet */
};

/* A check that is sent again, or begins another session, tells nothing: its pair may have ended long before. */
static bool keeps_alive(const struct nt_seen *s, const struct nt_item *before, const struct nt_item *m)
{
    return m->kind == NT_ITEM_DATA || (m->first == nt_item_number(s->v, m) && m->session == before->session);
}

/* Sent on a pair that has carried data: it must not have been silent for longer than Tr. What a step has damaged was sent. */
static void judge_gap(struct nt_seen *s, struct sent *sent, const struct nt_item *m)
{
    if ((m->kind != NT_ITEM_DATA || m->excused) && sent->last == NT_VIEW_NONE)
        return;
    if (sent->last != NT_VIEW_NONE && !m->excused && keeps_alive(s, &s->v->items[sent->last], m)) {
        const struct nt_item *before = &s->v->items[sent->last];
        bool kept = m->at <= before->at + TR + nt_tolerance(s->v), unsure = !kept && nt_item_party(s->v, m)->moves;
        if (unsure)
            nt_not_judged(s->finder, NT_ICE_RULE_KEEPALIVE, m->party, "steps take its interfaces down or to other networks");
        nt_require(s->finder, NT_ICE_RULE_KEEPALIVE, m, kept || unsure,
                   "nothing was sent on this pair for %" PRId64 " ms since packet %u, expected 15000 ms at most",
                   (m->at - before->at) / NT_MSEC, (unsigned)before->frame);
    }
    sent->last = nt_item_number(s->v, m);
}

void nt_keepalives_judge(struct nt_seen *s)
{
    if (s->v->end < TR)
        return;
    struct sent *sent = calloc(s->v->pair_count + 1u, sizeof *sent);
    if (sent == NULL)
        s->finder->err = NT_ENOMEM;
    for (uint32_t i = 0; sent != NULL && i < s->v->pair_count; i++)
        sent[i].last = NT_VIEW_NONE;
    for (uint32_t i = 0; sent != NULL && i < s->v->count; i++) {
        const struct nt_item *m = &s->v->items[i];
        bool counts = m->direction == NT_DIR_OUT && nt_item_party(s->v, m)->kind == NT_CONF_AGENT;
        if (counts && (m->kind == NT_ITEM_DATA || m->kind == NT_ITEM_STUN))
            judge_gap(s, &sent[m->pair], m);
    }
    free(sent);
}
