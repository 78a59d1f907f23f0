#include "scenarios/sweep/limits.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

#define LIMIT "the limit of pairs"

struct nt_sweep_succeeded {
    uint32_t agent;
    int64_t pair;
};

static bool has_succeeded(const struct nt_sweep_limits *l, uint32_t agent, int64_t pair)
{
    for (size_t i = 0; i < l->succeeded_count; i++)
        if (l->succeeded[i].agent == agent && l->succeeded[i].pair == pair)
            return true;
    return false;
}

static void note_success(struct nt_sweep_limits *l, uint32_t agent, int64_t pair)
{
    if (nt_grow(&l->succeeded, &l->succeeded_cap, l->succeeded_count + 1, sizeof *l->succeeded, SIZE_MAX / 64) == NT_OK)
        l->succeeded[l->succeeded_count++] = (struct nt_sweep_succeeded){agent, pair};
}

static void note_gone(struct nt_sweep_limits *l, uint32_t agent, const struct nt_trace_event *ev)
{
    bool succeeded = ev->kind == NT_TR_ICE_PAIR_GONE && has_succeeded(l, agent, ev->n[2]);
    if (nt_grow(&l->items, &l->cap, l->count + 1, sizeof *l->items, SIZE_MAX / 256) == NT_OK)
        l->items[l->count++] = (struct nt_sweep_gone){agent, ev->a, ev->b, succeeded};
}

void nt_sweep_limits_event(struct nt_sweep_limits *l, struct nt_scn_node node, const struct nt_trace_event *ev)
{
    if (node.kind != NT_SCN_NODE_AGENT)
        return;
    if (ev->kind == NT_TR_ICE_PAIR && ev->n[3] == NT_ICE_SUCCEEDED)
        note_success(l, node.index, ev->n[2]);
    bool gone = ev->kind == NT_TR_ICE_PAIR_GONE || ev->kind == NT_TR_ICE_PAIR_REFUSED;
    if (gone && ev->text != NULL && strcmp(ev->text, LIMIT) == 0)
        note_gone(l, node.index, ev);
}

void nt_sweep_limits_free(struct nt_sweep_limits *l)
{
    free(l->items);
    free(l->succeeded);
}

bool nt_sweep_limits_took(const struct nt_sweep_limits *l, uint32_t agent, const struct nt_addr *local,
                          const struct nt_addr *remote)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->items[i].agent == agent && nt_addr_equal(&l->items[i].local, local) && nt_addr_equal(&l->items[i].remote, remote))
            return true;
    return false;
}
