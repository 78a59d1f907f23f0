#include "reports/conformance/rfc8863.h"

#include "core/base/err.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"
#include "reports/conformance/signalling.h"

#include <stdlib.h>

/* RFC 8863, 4: "the timer's duration [...] MUST be [...] the value of RFC 5389's Ti", 39.5 s by default */
#define PAC NT_STUN_TI

static bool is_release(const struct nt_view *v, const struct nt_item *m)
{
    uint32_t lifetime;
    return m->direction == NT_DIR_OUT && !m->excused && nt_item_is(m, NT_TURN_REFRESH, NT_STUN_REQUEST) &&
           nt_item_u32(v, m, NT_ATTR_LIFETIME, &lifetime) && lifetime == 0;
}

/* Something may be selected: a check with USE-CANDIDATE succeeded, its own or the peer's. */
static bool is_nomination(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_is(m, NT_STUN_BINDING, NT_STUN_SUCCESS) && nt_item_answers_check(v, m) &&
           nt_item_attr(v, &v->items[m->request], NT_ATTR_USE_CANDIDATE) != NULL;
}

void nt_rfc8863_judge(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    bool *nominated = calloc(v->in->party_count + 1, sizeof *nominated);
    if (nominated == NULL)
        finder->err = NT_ENOMEM;
    for (uint32_t i = 0; nominated != NULL && i < v->count; i++) {
        const struct nt_item *m = &v->items[i];
        if (nt_item_party(v, m)->kind != NT_CONF_AGENT || m->kind != NT_ITEM_STUN)
            continue;
        if (is_nomination(v, m))
            nominated[m->party] = true;
        if (!is_release(v, m) || nominated[m->party] || v->bye[m->party] <= m->at)
            continue;
        nt_time since = nt_view_checks_since(v, m->party);
        if (since != NT_TIME_NEVER && m->at >= since)
            nt_require(finder, NT_PAC_RULE_PATIENCE, m, m->at + nt_tolerance(finder->v) >= nt_time_after(since, PAC),
                       "an allocation is released early");
    }
    free(nominated);
}
