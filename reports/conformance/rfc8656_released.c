#include "reports/conformance/rfc8656_released.h"

#include "core/base/err.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"

#include <stdlib.h>

#define RELEASED_WITHIN (5 * NT_SEC) /* of the end of the call; a request may be refused with 438, and sent again */

struct allocation { /* by pair of a client and its server */
    uint32_t item;  /* the success that granted it, or NT_VIEW_NONE */
    nt_time until;  /* it ends by itself */
    bool released;  /* its deletion was asked for, or the server said that there is none */
};

static bool is_deletion(const struct nt_view *v, const struct nt_item *m)
{
    uint32_t lifetime;
    return nt_item_is(m, NT_TURN_REFRESH, NT_STUN_REQUEST) && nt_item_u32(v, m, NT_ATTR_LIFETIME, &lifetime) && lifetime == 0;
}

static void follow(const struct nt_view *v, struct allocation *a, const struct nt_item *m, uint32_t self)
{
    uint32_t lifetime = 0;
    bool granted = nt_item_is(m, NT_TURN_ALLOCATE, NT_STUN_SUCCESS) || nt_item_is(m, NT_TURN_REFRESH, NT_STUN_SUCCESS);
    if (m->direction == NT_DIR_OUT) {
        a->released |= is_deletion(v, m);
    } else if (granted && nt_item_u32(v, m, NT_ATTR_LIFETIME, &lifetime)) {
        if (nt_item_is(m, NT_TURN_ALLOCATE, NT_STUN_SUCCESS) && m->request != NT_VIEW_NONE) {
            a->item = self;
            a->released = false;
        }
        if (lifetime != 0)
            a->until = m->at + (nt_time)lifetime * NT_SEC;
    } else if (m->class_ == NT_STUN_ERROR && nt_item_code(v, m) == 437) {
        a->released = true;
    }
}

/* A call that never came about may end by itself on both sides, with nothing that tells the client. */
static bool was_nominated(const struct nt_view *v, uint32_t party)
{
    for (uint32_t i = 0; i < v->count; i++)
        if (v->items[i].party == party && nt_item_is(&v->items[i], NT_STUN_BINDING, NT_STUN_SUCCESS) &&
            nt_item_answers_check(v, &v->items[i]) && nt_item_nominates(v, &v->items[v->items[i].request]))
            return true;
    return false;
}

/* The first BYE that is seen: who is told to end may have to wait until it can say so. */
static nt_time end_of_call(const struct nt_view_party *p)
{
    nt_time sent = p->bye_sent.frame != 0 ? p->bye_sent.at : NT_TIME_NEVER,
            came = p->bye_came.frame != 0 ? p->bye_came.at : NT_TIME_NEVER;
    nt_time seen = nt_time_min(sent, came);
    return seen != NT_TIME_NEVER ? seen : p->bye;
}

static void judge_allocation(struct nt_finder *finder, const struct allocation *a)
{
    const struct nt_view *v = finder->v;
    const struct nt_item *m = a->item != NT_VIEW_NONE ? &v->items[a->item] : NULL;
    nt_time ended = m != NULL ? end_of_call(&v->parties[m->party]) : NT_TIME_NEVER, by = nt_time_after(ended, RELEASED_WITHIN);
    if (m == NULL || ended == NT_TIME_NEVER || m->at > ended || v->end < by || a->until < by)
        return;
    if (!a->released && !was_nominated(v, m->party))
        nt_not_judged(finder, NT_TURN_RULE_RELEASED, m->party, "no pair was nominated: the call never came about");
    else if (!a->released && nt_item_party(v, m)->moves)
        nt_not_judged(finder, NT_TURN_RULE_RELEASED, m->party, "steps take its interfaces down or to other networks");
    else
        nt_require(finder, NT_TURN_RULE_RELEASED, m, a->released,
                   "this allocation is not deleted within %" PRId64 " s of the end of the call", RELEASED_WITHIN / NT_SEC);
}

void nt_rfc8656_released_judge(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    struct allocation *of = calloc(v->pair_count + 1u, sizeof *of);
    if (of == NULL) {
        finder->err = NT_ENOMEM;
        return;
    }
    for (uint32_t i = 0; i < v->pair_count; i++)
        of[i].item = NT_VIEW_NONE;
    for (uint32_t i = 0; i < v->count; i++)
        if (v->items[i].kind == NT_ITEM_STUN && nt_item_party(v, &v->items[i])->kind == NT_CONF_AGENT)
            follow(v, &of[v->items[i].pair], &v->items[i], i);
    for (uint32_t i = 0; i < v->pair_count; i++)
        judge_allocation(finder, &of[i]);
    free(of);
}
