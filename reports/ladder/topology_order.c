/* A gateway is as many steps away from an agent as there are gateways between them, itself included; 0: the agent is not behind it.
 * One that two agents are behind stands on the caller's side. */
#include "reports/ladder/topology_order.h"

#include "reports/result/result.h"

#include <string.h>

struct order {
    const struct nt_ways *w;
    const struct nt_result_node *of[NT_LADDER_COLUMNS_MAX]; /* what is known of each node; NULL: nothing */
    bool placed[NT_LADDER_COLUMNS_MAX];
    uint32_t *column_of;
    uint32_t next;
};

static void place(struct order *o, size_t node)
{
    if (!o->placed[node])
        o->column_of[node] = o->next++;
    o->placed[node] = true;
}

static bool is_kind(const struct order *o, size_t node, const char *kind)
{
    return o->of[node] != NULL && strcmp(o->of[node]->kind, kind) == 0;
}

static bool has_interface(const struct nt_result_node *n, size_t first, size_t last, const char *network)
{
    for (size_t i = first; i < last; i++)
        if (strcmp(n->interfaces[i].network, network) == 0)
            return true;
    return false;
}

/* Does one of the inside interfaces of the gateway lie in a network of the agent, or in that outside of a nearer gateway? */
static bool is_next(const struct order *o, const struct nt_result_node *gateway, size_t agent, const uint32_t *steps, uint32_t step)
{
    size_t inside = gateway->interface_count > 0 ? gateway->interface_count - 1 : 0;
    for (size_t i = 0; i < o->of[agent]->interface_count; i++)
        if (has_interface(gateway, 0, inside, o->of[agent]->interfaces[i].network))
            return true;
    for (size_t n = 0; n < o->w->node_count; n++)
        if (steps[n] > 0 && steps[n] < step &&
            has_interface(gateway, 0, inside, o->of[n]->interfaces[o->of[n]->interface_count - 1].network))
            return true;
    return false;
}

/* Returns the steps to the farthest one. */
static uint32_t count_steps(const struct order *o, size_t agent, uint32_t *steps)
{
    memset(steps, 0, NT_LADDER_COLUMNS_MAX * sizeof *steps);
    for (uint32_t step = 1;; step++) {
        bool found = false;
        for (size_t n = 0; n < o->w->node_count; n++)
            if (steps[n] == 0 && is_kind(o, n, "gateway") && is_next(o, o->of[n], agent, steps, step)) {
                steps[n] = step;
                found = true;
            }
        if (!found)
            return step - 1;
    }
}

static void place_outwards(struct order *o, size_t agent)
{
    uint32_t steps[NT_LADDER_COLUMNS_MAX], most = count_steps(o, agent, steps);
    place(o, agent);
    for (uint32_t step = 1; step <= most; step++)
        for (size_t n = 0; n < o->w->node_count; n++)
            if (steps[n] == step)
                place(o, n);
}

static void place_inwards(struct order *o, size_t agent)
{
    uint32_t steps[NT_LADDER_COLUMNS_MAX];
    for (uint32_t step = count_steps(o, agent, steps); step > 0; step--)
        for (size_t n = 0; n < o->w->node_count; n++)
            if (steps[n] == step)
                place(o, n);
    place(o, agent);
}

static size_t find_node(const struct nt_ways *w, const char *name)
{
    size_t n = 0;
    while (n < w->node_count && strcmp(w->nodes[n], name) != 0)
        n++;
    return n;
}

/* Where something happened first; node_count: nowhere. */
static size_t find_event(const struct nt_ways *w, const struct nt_result_case *k, const char *what)
{
    for (size_t i = 0; i < k->event_count; i++)
        if (strcmp(nt_event_text(k, k->events[i].what), what) == 0)
            return find_node(w, nt_event_text(k, k->events[i].node));
    return w->node_count;
}

/* The first agent, in the order of the case, other than this one. */
static size_t first_agent(const struct order *o, const struct nt_result_case *k, size_t but)
{
    for (size_t i = 0; i < k->node_count; i++) {
        size_t n = find_node(o->w, k->nodes[i].name);
        if (n < o->w->node_count && n != but && is_kind(o, n, "agent"))
            return n;
    }
    return o->w->node_count;
}

/* Servers, nodes of which nothing is known, and gateways that no agent is behind. */
static void place_middle(struct order *o)
{
    uint32_t steps[NT_LADDER_COLUMNS_MAX];
    bool outside[NT_LADDER_COLUMNS_MAX] = {false};
    for (size_t agent = 0; agent < o->w->node_count; agent++) {
        if (!is_kind(o, agent, "agent"))
            continue;
        count_steps(o, agent, steps);
        for (size_t n = 0; n < o->w->node_count; n++)
            outside[n] = outside[n] || n == agent || steps[n] > 0;
    }
    for (size_t n = 0; n < o->w->node_count; n++)
        if (!outside[n])
            place(o, n);
}

void nt_topology_order(const struct nt_ways *w, const struct nt_result_case *k, uint32_t *column_of)
{
    struct order o = {.w = w, .column_of = column_of};
    for (size_t i = 0; i < k->node_count; i++) {
        size_t n = find_node(w, k->nodes[i].name);
        if (n < w->node_count)
            o.of[n] = &k->nodes[i];
    }
    size_t caller = find_event(w, k, "call"), callee = find_event(w, k, "offer-received");
    if (caller == w->node_count || !is_kind(&o, caller, "agent"))
        caller = first_agent(&o, k, w->node_count);
    if (callee == w->node_count || callee == caller || !is_kind(&o, callee, "agent"))
        callee = first_agent(&o, k, caller);
    if (caller < w->node_count)
        place_outwards(&o, caller);
    place_middle(&o);
    for (size_t n = 0; n < w->node_count; n++)
        if (n != callee && is_kind(&o, n, "agent"))
            place_inwards(&o, n);
    if (callee < w->node_count)
        place_inwards(&o, callee);
}
