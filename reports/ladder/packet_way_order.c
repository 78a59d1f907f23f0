/* The longest way is the backbone. Nodes within ways (gateways) are placed outwards from their neighbours, nodes at the ends of
 * ways only (servers) in the middle: hostA | natA | servers | natB | hostB. */
#include "reports/ladder/packet_way_order.h"

#include "core/base/err.h"

#include <stdlib.h>
#include <string.h>

struct order {
    uint32_t at[NT_LADDER_COLUMNS_MAX]; /* nodes from left to right */
    size_t count;
    bool inner[NT_LADDER_COLUMNS_MAX]; /* it is within some way */
};

static size_t place_of(const struct order *o, uint32_t node)
{
    size_t i = 0;
    while (i < o->count && o->at[i] != node)
        i++;
    return i;
}

static void insert_node(struct order *o, size_t place, uint32_t node)
{
    memmove(o->at + place + 1, o->at + place, (o->count - place) * sizeof *o->at);
    o->at[place] = node;
    o->count++;
}

/* Places a node beside one that is placed. */
static void put_beside(struct order *o, uint32_t node, size_t neighbour)
{
    bool wall = o->inner[o->at[neighbour]] || o->inner[node];
    if (wall && neighbour + 1 == o->count)
        insert_node(o, o->count, node);
    else if (wall && neighbour == 0)
        insert_node(o, 0, node);
    else if (o->inner[node])
        insert_node(o, neighbour < o->count / 2 ? neighbour + 1 : neighbour, node);
    else
        insert_node(o, (o->count + 1) / 2, node);
}

static void put_way(struct order *o, const struct nt_way *w)
{
    size_t known = 0;
    while (known < w->node_count && place_of(o, w->nodes[known]) == o->count)
        known++;
    if (known == w->node_count) {
        for (size_t i = 0; i < w->node_count; i++)
            if (place_of(o, w->nodes[i]) == o->count)
                insert_node(o, o->count, w->nodes[i]);
        return;
    }
    for (size_t i = known; i-- > 0;)
        if (place_of(o, w->nodes[i]) == o->count)
            put_beside(o, w->nodes[i], place_of(o, w->nodes[i + 1]));
    for (size_t i = known + 1; i < w->node_count; i++)
        if (place_of(o, w->nodes[i]) == o->count)
            put_beside(o, w->nodes[i], place_of(o, w->nodes[i - 1]));
}

/* Longest first. Signalling last: it bypasses the gateways, and so does not show which nodes are neighbours. */
static void put_ways(struct order *o, const struct nt_ways *w, bool signalling)
{
    for (uint32_t len = NT_WAY_HOPS_MAX; len > 0; len--)
        for (size_t i = 0; i < w->count; i++)
            if (w->ways[i].node_count == len && w->ways[i].signalling == signalling)
                put_way(o, &w->ways[i]);
}

/* The outer host that sends first stands left. */
static void orient_order(struct order *o, const struct nt_ways *w)
{
    size_t i = 0;
    while (o->count > 1 && i < w->count && w->ways[i].nodes[0] != o->at[0] && w->ways[i].nodes[0] != o->at[o->count - 1])
        i++;
    if (o->count < 2 || i == w->count || w->ways[i].nodes[0] == o->at[0])
        return;
    for (size_t low = 0, high = o->count - 1; low < high; low++, high--) {
        uint32_t x = o->at[low];
        o->at[low] = o->at[high];
        o->at[high] = x;
    }
}

int nt_ways_order(const struct nt_ways *w, uint32_t *column_of)
{
    struct order *o = calloc(1, sizeof *o);
    if (o == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < w->count; i++)
        for (uint32_t k = 1; k + 1 < w->ways[i].node_count && !w->ways[i].signalling; k++)
            o->inner[w->ways[i].nodes[k]] = true;
    put_ways(o, w, false);
    put_ways(o, w, true);
    orient_order(o, w);
    for (size_t n = 0, after = o->count; n < w->node_count; n++) {
        size_t place = place_of(o, (uint32_t)n);
        column_of[n] = (uint32_t)(place < o->count ? place : after++); /* nodes without packets: after the last */
    }
    free(o);
    return NT_OK;
}
