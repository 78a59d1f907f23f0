#include "reports/conformance/allocations.h"

#include "core/base/err.h"
#include "reports/conformance/message.h"

uint32_t nt_view_pair(const struct nt_view *v, uint32_t party, const struct nt_addr *local, const struct nt_addr *remote)
{
    struct nt_view_tuple k = {party, *local, *remote};
    return nt_map_get(&v->by_pair, &k);
}

uint32_t nt_view_allocation(const struct nt_view *v, uint32_t party, const struct nt_addr *local, const struct nt_addr *remote)
{
    struct nt_view_tuple k = {party, *local, *remote};
    return nt_map_get(&v->by_tuple, &k);
}

uint32_t nt_view_relayed(const struct nt_view *v, uint32_t party, const struct nt_addr *relayed)
{
    struct nt_view_tuple k = {party, *relayed, {0}};
    return nt_map_get(&v->by_relayed, &k);
}

/* The one whose relayed address has the family; of a single allocation, that one. */
static uint32_t side_of(const struct nt_view *v, uint32_t allocation, uint8_t family)
{
    const struct nt_view_allocation *a = &v->allocations[allocation];
    return a->relayed.family == family || a->other == NT_VIEW_NONE ? allocation : a->other;
}

const struct nt_addr *nt_view_relayed_for(const struct nt_view *v, uint32_t allocation, uint8_t family)
{
    return &v->allocations[side_of(v, allocation, family)].relayed;
}

static const struct nt_view_channel *find_channel(const struct nt_view *v, uint32_t allocation, uint16_t number)
{
    for (uint32_t i = v->allocations[allocation].channels; i != NT_VIEW_NONE; i = v->channels[i].next)
        if (v->channels[i].number == number)
            return &v->channels[i];
    return NULL;
}

const struct nt_view_channel *nt_view_channel(const struct nt_view *v, uint32_t allocation, uint16_t number)
{
    const struct nt_view_channel *found = find_channel(v, allocation, number);
    uint32_t other = v->allocations[allocation].other;
    return found != NULL || other == NT_VIEW_NONE ? found : find_channel(v, other, number);
}

static int add_pair(struct nt_view *v, const struct nt_view_tuple *k)
{
    int r = nt_grow(&v->flows, &v->flow_cap, v->pair_count + 1u, sizeof *v->flows, NT_VIEW_PAIRS_MAX);
    if (r == NT_OK)
        r = nt_map_put(&v->by_pair, k, v->pair_count);
    if (r != NT_OK)
        return r;
    struct nt_view_flow *flow = &v->flows[v->pair_count++];
    *flow = (struct nt_view_flow){.tuple = *k, .leg = NT_VIEW_NONE};
    memset(flow->kept, 0xff, sizeof flow->kept); /* NT_VIEW_NONE */
    return NT_OK;
}

static bool is_flow(const struct nt_view_flow *flow, const struct nt_item *m)
{
    return flow->tuple.party == m->party && nt_addr_equal(&flow->tuple.local, &m->local) &&
           nt_addr_equal(&flow->tuple.remote, &m->remote);
}

/* Datagrams come on few pairs: a look at the one that had this place lately spares most searches. */
int nt_view_number_pair(struct nt_view *v, struct nt_item *m)
{
    uint32_t mixed = m->local.port + m->remote.port * 31u + m->party * 7u + m->remote.ip[3] + m->local.ip[3] * 5u;
    uint32_t *recent = &v->recent_pairs[mixed & ((1u << NT_VIEW_RECENT_BITS) - 1)];
    if (*recent != NT_VIEW_NONE && is_flow(&v->flows[*recent], m)) {
        m->pair = *recent;
        return NT_OK;
    }
    struct nt_view_tuple k = {m->party, m->local, m->remote};
    m->pair = nt_map_get(&v->by_pair, &k);
    if (m->pair == NT_VIEW_NONE) {
        m->pair = v->pair_count;
        int r = add_pair(v, &k);
        if (r != NT_OK)
            return r;
    }
    *recent = m->pair;
    return NT_OK;
}

unsigned nt_item_relayed_addresses(const struct nt_view *v, const struct nt_item *m, struct nt_addr relayed[2])
{
    unsigned n = 0;
    for (uint32_t i = 0; i < m->attr_count && n < 2; i++)
        if (v->attrs[m->attrs + i].type == NT_ATTR_XOR_RELAYED_ADDRESS &&
            nt_item_attr_addr(m, &v->attrs[m->attrs + i], &relayed[n]))
            n += n == 0 || relayed[0].family != relayed[1].family;
    return n;
}

const char *nt_item_why_unreachable(const struct nt_item *m, const struct nt_addr *relayed)
{
    bool sent = m->direction == NT_DIR_OUT; /* by the server */
    if (nt_addr_equal(relayed, sent ? &m->local : &m->remote))
        return "the server itself is there";
    return nt_addr_equal(relayed, sent ? &m->remote : &m->local) ? "it is the client's own address"
                                                                 : nt_addr_why_impossible(relayed);
}

static bool is_known(const struct nt_view *v, uint32_t allocation, const struct nt_addr *relayed)
{
    return allocation != NT_VIEW_NONE && nt_addr_equal(nt_view_relayed_for(v, allocation, relayed->family), relayed);
}

static int add_relayed(struct nt_view *v, const struct nt_item *m, const struct nt_addr *relayed, uint32_t other)
{
    struct nt_view_tuple k = {m->party, m->local, m->remote}, by_relayed = {m->party, *relayed, {0}};
    int r = nt_grow(&v->allocations, &v->allocation_cap, v->allocation_count + 1, sizeof *v->allocations, NT_VIEW_MAX);
    if (r != NT_OK)
        return r;
    uint32_t n = (uint32_t)v->allocation_count++;
    v->allocations[n] = (struct nt_view_allocation){m->party, m->local, m->remote, *relayed, other, NT_VIEW_NONE};
    if (other != NT_VIEW_NONE)
        v->allocations[other].other = n;
    r = nt_map_put(&v->by_relayed, &by_relayed, n);
    return r != NT_OK || other != NT_VIEW_NONE ? r : nt_map_put(&v->by_tuple, &k, n);
}

int nt_view_add_allocation(struct nt_view *v, const struct nt_item *m)
{
    struct nt_addr relayed[2];
    unsigned count = nt_item_relayed_addresses(v, m, relayed);
    uint32_t known = nt_view_allocation(v, m->party, &m->local, &m->remote);
    uint32_t first = (uint32_t)v->allocation_count;
    if (count == 0 || (is_known(v, known, &relayed[0]) && is_known(v, known, &relayed[count - 1])))
        return NT_OK;
    int r = add_relayed(v, m, &relayed[0], NT_VIEW_NONE);
    return r == NT_OK && count == 2 ? add_relayed(v, m, &relayed[1], first) : r;
}

int nt_view_add_channel(struct nt_view *v, const struct nt_item *m, bool granted)
{
    uint32_t value, a = nt_view_allocation(v, m->party, &m->local, &m->remote);
    struct nt_addr peer;
    if (a == NT_VIEW_NONE || !nt_item_u32(v, m, NT_ATTR_CHANNEL_NUMBER, &value) ||
        !nt_item_addr(v, m, NT_ATTR_XOR_PEER_ADDRESS, &peer))
        return NT_OK;
    a = side_of(v, a, peer.family);
    const struct nt_view_channel *bound = find_channel(v, a, (uint16_t)(value >> 16));
    if (bound != NULL && (!granted || nt_addr_equal(&bound->peer, &peer)))
        return NT_OK;
    int r = nt_grow(&v->channels, &v->channel_cap, v->channel_count + 1, sizeof *v->channels, NT_VIEW_MAX);
    if (r != NT_OK)
        return r;
    v->channels[v->channel_count] = (struct nt_view_channel){a, v->allocations[a].channels, (uint16_t)(value >> 16), peer};
    v->allocations[a].channels = (uint32_t)v->channel_count++;
    return NT_OK;
}
