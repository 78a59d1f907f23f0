#include "scenarios/apps/refusals.h"

#include <stdlib.h>
#include <string.h>

#define REFUSALS_MAX 65536

struct transaction { /* no padding: it is a key */
    struct nt_addr from;
    uint8_t id[NT_STUN_ID];
};

void nt_refusals_free(struct nt_refusals *all)
{
    for (size_t i = 0; i < all->count; i++)
        nt_map_free(&all->items[i].seen);
    free(all->items);
    *all = (struct nt_refusals){0};
}

int nt_refusals_add(struct nt_refusals *all, const struct nt_scn_step *step, nt_time now)
{
    int r = nt_grow(&all->items, &all->cap, all->count + 1, sizeof *all->items, REFUSALS_MAX);
    if (r != NT_OK)
        return r;
    struct nt_refusal *refusal = &all->items[all->count++];
    *refusal = (struct nt_refusal){.step = step, .until = step->duration > 0 ? nt_time_after(now, step->duration) : NT_TIME_NEVER};
    nt_map_init(&refusal->seen, sizeof(struct transaction));
    for (size_t i = 0; i < step->nth_count; i++)
        refusal->last = step->nth[i] > refusal->last ? step->nth[i] : refusal->last;
    return NT_OK;
}

/* The number of the request's transaction, from 1; 0: beyond the last one that counts. */
static uint32_t number_transaction(struct nt_refusal *r, const struct nt_stun_msg *request, const struct nt_addr *from)
{
    struct transaction t = {.from = *from};
    memcpy(t.id, request->id, NT_STUN_ID);
    uint32_t known = nt_map_get(&r->seen, &t);
    if (known != NT_MAP_NONE)
        return known;
    return r->count < r->last && nt_map_put(&r->seen, &t, r->count + 1) == NT_OK ? ++r->count : 0;
}

static bool is_meant(struct nt_refusal *r, const struct nt_stun_msg *request, const struct nt_addr *from, nt_time now)
{
    const struct nt_scn_step *step = r->step;
    if (now >= r->until || (step->methods & NT_SCN_METHOD(request->method)) == 0)
        return false;
    uint32_t number = step->nth_count > 0 ? number_transaction(r, request, from) : 0;
    bool meant = step->nth_count == 0;
    for (size_t i = 0; number != 0 && i < step->nth_count; i++)
        meant = meant || step->nth[i] == number;
    return meant;
}

struct nt_stun_decision nt_refusals_decide(struct nt_refusals *all, const struct nt_stun_msg *request, const struct nt_addr *from,
                                           nt_time now)
{
    const struct nt_scn_step *first = NULL;
    for (size_t i = 0; i < all->count; i++) /* all count the transaction */
        if (is_meant(&all->items[i], request, from, now) && first == NULL)
            first = all->items[i].step;
    return first != NULL ? (struct nt_stun_decision){.code = first->code, .alternate = first->alternate}
                         : (struct nt_stun_decision){0};
}
