/* RFC 8863: an agent that has nothing selected keeps its candidates until the PAC timer ends. That it goes on answering is judged
 * where answers are. */
#include "reports/conformance/judge.h"

#include <stdlib.h>

/* RFC 8863, 4: "the timer's duration [...] MUST be [...] the value of RFC 5389's Ti", 39.5 s by default */
#define PAC NT_STUN_TI

static nt_time checks_since(const struct nt_view *v, uint32_t party)
{
    const struct nt_view_description *own = nt_view_described(v, party, NT_DIR_OUT), *peer = nt_view_described(v, party, NT_DIR_IN);
    return own == NULL || peer == NULL ? NT_TIME_NEVER : own->at > peer->at ? own->at : peer->at;
}

static bool releases(const struct nt_view *v, const struct nt_item *m)
{
    uint32_t lifetime;
    return m->direction == NT_DIR_OUT && !m->excused && nt_item_is(m, NT_TURN_REFRESH, NT_STUN_REQUEST) &&
           nt_item_u32(v, m, NT_ATTR_LIFETIME, &lifetime) && lifetime == 0;
}

/* Something may be selected: a check with USE-CANDIDATE was answered, by it or for it. */
static bool nominates(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_is(m, NT_STUN_BINDING, NT_STUN_SUCCESS) && nt_item_check_response(v, m) &&
           nt_item_attr(v, &v->items[m->request], NT_ATTR_USE_CANDIDATE) != NULL;
}

void nt_judge_patience(struct nt_judge *j)
{
    const struct nt_view *v = j->v;
    bool *nominated = calloc(v->in->party_count + 1, sizeof *nominated);
    if (nominated == NULL)
        j->err = NT_ENOMEM;
    for (uint32_t i = 0; nominated != NULL && i < v->count; i++) {
        const struct nt_item *m = &v->items[i];
        if (nt_item_party(v, m)->kind != NT_CONF_AGENT || m->kind != NT_ITEM_STUN)
            continue;
        if (nominates(v, m))
            nominated[m->party] = true;
        if (!releases(v, m) || nominated[m->party] || v->bye[m->party] <= m->at)
            continue;
        nt_time since = checks_since(v, m->party);
        if (since != NT_TIME_NEVER && m->at >= since)
            nt_judge_that(j, NT_PAC_RULE_PATIENCE, m, m->at + nt_judge_tolerance(j->v) >= nt_time_after(since, PAC), "an allocation is released early");
    }
    free(nominated);
}
