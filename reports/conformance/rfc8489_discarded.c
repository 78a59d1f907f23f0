#include "reports/conformance/rfc8489_discarded.h"

#include "reports/conformance/message.h"
#include "reports/conformance/signalling.h"

#define DISCARDED_MAX 64 /* responses with unknown attributes that are looked at */

/* A response that was to be discarded said this address, and none before `until` that was not. */
static bool is_said_elsewhere(const struct nt_view *v, const struct nt_item *bad, const struct nt_addr *mapped, nt_time until)
{
    struct nt_addr a;
    for (uint32_t i = 0; i < v->count && v->items[i].at <= until; i++) {
        const struct nt_item *m = &v->items[i];
        if (m->party == bad->party && m->direction == NT_DIR_IN && m->kind == NT_ITEM_STUN && m->class_ == NT_STUN_SUCCESS &&
            !m->unknown_required && nt_item_addr(v, m, NT_ATTR_XOR_MAPPED_ADDRESS, &a) && nt_addr_equal(&a, mapped))
            return true;
    }
    return false;
}

static void judge_taken(struct nt_finder *finder, const struct nt_item *m)
{
    const struct nt_view *v = finder->v;
    struct nt_addr mapped;
    char text[NT_ADDR_TEXT];
    const struct nt_view_description *d =
        nt_item_addr(v, m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped) ? nt_view_announced(v, m->party, &mapped, m->at) : NULL;
    bool taken = d != NULL && !nt_addr_equal(&mapped, &m->local) && !is_said_elsewhere(v, m, &mapped, d->at);
    if (!nt_is_judged(finder, NT_STUN_RULE_UNKNOWN_TAKEN, m->party))
        return;
    nt_exercise(finder, NT_STUN_RULE_UNKNOWN_TAKEN);
    if (taken)
        nt_find_violation(finder, NT_STUN_RULE_UNKNOWN_TAKEN, m->party, d->frame,
                          "it announces %s, which only packet %u said, with attributes that are not known",
                          nt_addr_format(&mapped, text), (unsigned)m->frame);
}

static bool is_to_discard(const struct nt_item *m)
{
    return m->kind == NT_ITEM_STUN && m->direction == NT_DIR_IN && m->class_ == NT_STUN_SUCCESS && m->unknown_required &&
           m->request != NT_VIEW_NONE && !m->inner;
}

void nt_rfc8489_discarded_judge(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    unsigned count = 0;
    for (uint32_t i = 0; i < v->count; i++) {
        if (!is_to_discard(&v->items[i]) || nt_item_party(v, &v->items[i])->kind != NT_CONF_AGENT)
            continue;
        if (count++ < DISCARDED_MAX)
            judge_taken(finder, &v->items[i]);
        else
            nt_not_judged(finder, NT_STUN_RULE_UNKNOWN_TAKEN, v->items[i].party,
                          "more responses than are looked at have unknown attributes");
    }
}
