#include "reports/conformance/granted.h"

#include "core/base/err.h"
#include "reports/conformance/message.h"
#include "reports/conformance/transactions.h"

#include <stdlib.h>

#define PERMISSION_LIFETIME (300 * NT_SEC) /* RFC 8656, 9 */

static struct nt_view_tuple key_of(uint32_t pair, const struct nt_addr *peer)
{
    struct nt_view_tuple k = {.party = pair, .local = *peer};
    k.local.port = 0;
    return k;
}

void nt_granted_init(struct nt_granted *g)
{
    *g = (struct nt_granted){0};
    nt_map_init(&g->by_peer, sizeof(struct nt_view_tuple));
}

void nt_granted_free(struct nt_granted *g)
{
    nt_map_free(&g->by_peer);
    free(g->until);
}

/* Notes a time for a peer; for no address: when the allocation was lost. */
static int note_until(struct nt_granted *g, const struct nt_item *m, const struct nt_addr *peer, nt_time until)
{
    struct nt_view_tuple k = key_of(m->pair, peer);
    uint32_t at = nt_map_get(&g->by_peer, &k);
    int r = NT_OK;
    if (at == NT_MAP_NONE) {
        r = nt_grow(&g->until, &g->cap, g->count + 1, sizeof *g->until, NT_VIEW_MAX);
        at = (uint32_t)g->count;
        if (r == NT_OK)
            r = nt_map_put(&g->by_peer, &k, at);
        g->count += r == NT_OK;
    }
    if (r == NT_OK)
        g->until[at] = until;
    return r;
}

int nt_granted_note(struct nt_granted *g, const struct nt_view *v, const struct nt_item *m)
{
    const struct nt_item *q = &v->items[m->request];
    struct nt_addr peer;
    int r = NT_OK;
    if ((m->method != NT_TURN_CREATE_PERMISSION && m->method != NT_TURN_CHANNEL_BIND) || m->integrity != NT_SIGNED_RIGHT ||
        !nt_item_is_first_answer(v, m) || nt_item_is_late(v, m))
        return NT_OK;
    for (uint32_t i = 0; i < q->attr_count && r == NT_OK; i++) {
        const struct nt_item_attr *a = &v->attrs[q->attrs + i];
        if (a->type == NT_ATTR_XOR_PEER_ADDRESS && nt_item_attr_addr(q, a, &peer))
            r = note_until(g, m, &peer, m->at + PERMISSION_LIFETIME);
    }
    return r;
}

/* RFC 8656, 5: 437 says that there is no allocation. */
int nt_granted_lost(struct nt_granted *g, const struct nt_view *v, const struct nt_item *m)
{
    struct nt_addr none = {0};
    return nt_item_code(v, m) == 437 ? note_until(g, m, &none, m->at) : NT_OK;
}

static nt_time time_of(const struct nt_granted *g, uint32_t pair, const struct nt_addr *peer)
{
    struct nt_view_tuple k = key_of(pair, peer);
    uint32_t at = nt_map_get(&g->by_peer, &k);
    return at != NT_MAP_NONE ? g->until[at] : 0;
}

bool nt_granted_to(const struct nt_granted *g, const struct nt_item *inner)
{
    struct nt_addr none = {0};
    nt_time until = time_of(g, inner->outer, &inner->remote);
    return inner->at < until && until - PERMISSION_LIFETIME > time_of(g, inner->outer, &none);
}
