#include "reports/conformance/relay_view.h"

#include "core/base/err.h"
#include "reports/conformance/allocations.h"
#include "reports/conformance/message.h"
#include "reports/conformance/transactions.h"

#include <stdlib.h>

void nt_relay_view_init(struct nt_relay_view *turn, struct nt_finder *finder)
{
    *turn = (struct nt_relay_view){.finder = finder, .v = finder->v};
}

bool nt_relay_view_reach(struct nt_relay_view *turn)
{
    size_t count = turn->v->pair_count;
    if (turn->of_count == count)
        return true;
    int r = nt_reserve(&turn->of, &turn->of_cap, count, sizeof *turn->of, NT_VIEW_PAIRS_MAX);
    if (r != NT_OK) {
        turn->finder->err = r;
        return false;
    }
    for (size_t i = turn->of_count; i < count; i++)
        turn->of[i] = (struct nt_relay){.grants = NT_VIEW_NONE, .user = NT_VIEW_NONE, .transaction = NT_VIEW_NONE};
    turn->of_count = count;
    return true;
}

void nt_relay_view_free(struct nt_relay_view *turn)
{
    for (size_t i = 0; i < turn->of_count; i++) {
        nt_relay_ring_free(&turn->of[i].down);
        nt_relay_ring_free(&turn->of[i].up);
    }
    free(turn->of);
    free(turn->grants);
    free(turn->resets);
}

void nt_relay_add_load(struct nt_relay_view *turn, struct nt_relay_ring *ring, const struct nt_relay_load *load)
{
    int r = nt_relay_ring_add(ring, load, nt_relay_within(turn));
    if (r != NT_OK)
        turn->finder->err = r;
}

/* --- what an allocation has --- */

bool nt_relay_side_is_live(const struct nt_relay_view *turn, const struct nt_relay_side *side, nt_time now)
{
    return side->live && now <= side->expires + nt_tolerance(turn->v);
}

bool nt_relay_is_live(const struct nt_relay_view *turn, const struct nt_relay *relay, nt_time now)
{
    return nt_relay_side_is_live(turn, &relay->sides[0], now) || nt_relay_side_is_live(turn, &relay->sides[1], now);
}

static bool lasts(const struct nt_relay_view *turn, const struct nt_relay_grant *g, nt_time now)
{
    return now <= g->until + nt_tolerance(turn->v);
}

/* NULL: there is none */
static struct nt_relay_grant *find_grant(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer,
                                         enum nt_grant_kind kind, uint16_t number)
{
    for (uint32_t i = relay->grants; i != NT_VIEW_NONE; i = turn->grants[i].next) {
        struct nt_relay_grant *g = &turn->grants[i];
        if (g->kind == kind && g->number == number && nt_addr_equal(&g->peer, peer))
            return g;
    }
    return NULL;
}

const struct nt_relay_grant *nt_relay_grant_to(const struct nt_relay_view *turn, const struct nt_relay *relay,
                                               const struct nt_addr *peer, enum nt_grant_kind kind)
{
    struct nt_addr ip = nt_addr_with_port(peer, 0);
    return find_grant(turn, relay, &ip, kind, 0);
}

struct nt_relay_grant *nt_relay_permission(struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer)
{
    struct nt_addr ip = nt_addr_with_port(peer, 0);
    return find_grant(turn, relay, &ip, NT_GRANT_PERMISSION, 0);
}

void nt_relay_hear_all(struct nt_relay_view *turn, const struct nt_relay *relay)
{
    for (uint32_t i = relay->grants; i != NT_VIEW_NONE; i = turn->grants[i].next)
        turn->grants[i].to_client.count = 0;
}

static bool is_granted(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer,
                       enum nt_grant_kind kind, nt_time now)
{
    const struct nt_relay_grant *g = nt_relay_grant_to(turn, relay, peer, kind);
    return g != NULL && lasts(turn, g, now) && nt_relay_side_is_live(turn, nt_relay_side(relay, peer->family), now);
}

bool nt_relay_permits(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer, nt_time now)
{
    return is_granted(turn, relay, peer, NT_GRANT_PERMISSION, now);
}

bool nt_relay_was_asked(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer, nt_time now)
{
    return is_granted(turn, relay, peer, NT_GRANT_ASKED, now);
}

static const struct nt_relay_grant *live_channel(const struct nt_relay_view *turn, const struct nt_relay *relay,
                                                 enum nt_grant_kind kind, uint16_t number, nt_time now)
{
    for (uint32_t i = relay->grants; i != NT_VIEW_NONE; i = turn->grants[i].next) {
        const struct nt_relay_grant *g = &turn->grants[i];
        if (g->kind == kind && g->number == number && lasts(turn, g, now) && !nt_relay_side(relay, g->peer.family)->removed)
            return g;
    }
    return NULL;
}

const struct nt_relay_grant *nt_relay_channel(const struct nt_relay_view *turn, const struct nt_relay *relay, uint16_t number,
                                              nt_time now)
{
    return live_channel(turn, relay, NT_GRANT_CHANNEL, number, now);
}

const struct nt_relay_grant *nt_relay_asked_channel(const struct nt_relay_view *turn, const struct nt_relay *relay, uint16_t number,
                                                    nt_time now)
{
    return live_channel(turn, relay, NT_GRANT_ASKED_CHANNEL, number, now);
}

const struct nt_relay_grant *nt_relay_channel_to(const struct nt_relay_view *turn, const struct nt_relay *relay,
                                                 const struct nt_addr *peer, nt_time now)
{
    for (uint32_t i = relay->grants; i != NT_VIEW_NONE; i = turn->grants[i].next) {
        const struct nt_relay_grant *g = &turn->grants[i];
        if (g->kind == NT_GRANT_CHANNEL && nt_addr_equal(&g->peer, peer) && lasts(turn, g, now))
            return g;
    }
    return NULL;
}

const struct nt_relay_grant *nt_relay_past_channel(const struct nt_relay_view *turn, const struct nt_relay *relay, uint16_t number)
{
    const struct nt_relay_grant *last = NULL;
    for (uint32_t i = relay->grants; i != NT_VIEW_NONE; i = turn->grants[i].next) {
        const struct nt_relay_grant *g = &turn->grants[i];
        if (g->kind == NT_GRANT_CHANNEL && g->number == number && (last == NULL || g->until > last->until))
            last = g;
    }
    return last;
}

/* --- what messages change --- */

static void set_grant(struct nt_relay_view *turn, struct nt_relay *relay, const struct nt_relay_grant *given)
{
    struct nt_relay_grant *g = find_grant(turn, relay, &given->peer, given->kind, given->number);
    if (g != NULL) {
        uint32_t next = g->next;
        bool reached = g->reached;
        *g = *given;
        g->next = next;
        g->reached = reached;
        return;
    }
    int r = nt_reserve(&turn->grants, &turn->grant_cap, turn->grant_count + 1, sizeof *turn->grants, NT_VIEW_MAX);
    if (r != NT_OK) {
        turn->finder->err = r;
        return;
    }
    turn->grants[turn->grant_count] = *given;
    turn->grants[turn->grant_count].next = relay->grants;
    relay->grants = (uint32_t)turn->grant_count++;
}

static void set_permission(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_addr *peer, enum nt_grant_kind kind,
                           nt_time since)
{
    set_grant(turn, &turn->of[m->pair],
              &(struct nt_relay_grant){.peer = nt_addr_with_port(peer, 0),
                                       .kind = (uint8_t)kind,
                                       .since = since,
                                       .until = since + NT_PERMISSION_LIFETIME,
                                       .frame = m->frame});
}

static void set_channel(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_addr *peer, uint16_t number,
                        enum nt_grant_kind kind, nt_time since)
{
    set_grant(turn, &turn->of[m->pair],
              &(struct nt_relay_grant){.peer = *peer,
                                       .number = number,
                                       .kind = (uint8_t)kind,
                                       .since = since,
                                       .until = since + NT_CHANNEL_LIFETIME,
                                       .frame = m->frame});
}

/* Of a request that names peers: the i-th attribute, if it is one. */
static bool peer_at(const struct nt_view *v, const struct nt_item *q, uint32_t i, struct nt_addr *peer)
{
    const struct nt_item_attr *a = &v->attrs[q->attrs + i];
    return a->type == NT_ATTR_XOR_PEER_ADDRESS && nt_item_attr_addr(q, a, peer);
}

/* Of a ChannelBind request. */
static bool channel_of(const struct nt_view *v, const struct nt_item *q, struct nt_addr *peer, uint16_t *number)
{
    uint32_t value;
    if (q->method != NT_TURN_CHANNEL_BIND || !nt_item_addr(v, q, NT_ATTR_XOR_PEER_ADDRESS, peer) ||
        !nt_item_u32(v, q, NT_ATTR_CHANNEL_NUMBER, &value))
        return false;
    *number = (uint16_t)(value >> 16);
    return true;
}

static void note_allocated(struct nt_relay_view *turn, struct nt_relay *relay, const struct nt_item *m)
{
    uint32_t lifetime = 0;
    struct nt_addr relayed[2];
    unsigned count = nt_item_relayed_addresses(turn->v, m, relayed);
    nt_item_u32(turn->v, m, NT_ATTR_LIFETIME, &lifetime);
    relay->known = true;
    relay->frame = m->frame;
    relay->transaction = turn->v->items[m->request].first;
    relay->grants = NT_VIEW_NONE;
    relay->user = m->key != NT_VIEW_NONE ? turn->v->keys[m->key].user : NT_VIEW_NONE;
    memset(relay->sides, 0, sizeof relay->sides);
    for (unsigned i = 0; i < count; i++)
        relay->sides[relayed[i].family == NT_AF_IPV6] = (struct nt_relay_side){
            .known = true, .live = true, .expires = m->at + (nt_time)lifetime * NT_SEC, .relayed = relayed[i]};
}

/* The families that a Refresh request is about: RFC 8656, 8.1. */
static bool refreshes(const struct nt_view *v, const struct nt_item *q, unsigned side)
{
    uint32_t family;
    return !nt_item_u32(v, q, NT_ATTR_REQUESTED_ADDRESS_FAMILY, &family) || (family >> 24 == 2) == (side == 1);
}

static void note_refreshed(struct nt_relay_view *turn, struct nt_relay *relay, const struct nt_item *m)
{
    uint32_t lifetime;
    relay->refreshing = 0;
    if (!nt_item_u32(turn->v, m, NT_ATTR_LIFETIME, &lifetime))
        return;
    for (unsigned i = 0; i < 2; i++) {
        struct nt_relay_side *side = &relay->sides[i];
        if (!side->known || !refreshes(turn->v, &turn->v->items[m->request], i))
            continue;
        side->removed = side->removed || lifetime == 0;
        side->live = side->live && lifetime != 0;
        side->expires = m->at + (nt_time)lifetime * NT_SEC;
    }
}

static void forget(struct nt_relay *relay)
{
    relay->known = false;
    relay->grants = relay->user = relay->transaction = NT_VIEW_NONE;
    memset(relay->sides, 0, sizeof relay->sides);
}

void nt_relay_follow_resets(struct nt_relay_view *turn, const struct nt_item *m)
{
    const struct nt_conf_party *party = nt_item_party(turn->v, m);
    size_t behind = 0;
    for (size_t i = 0; i < party->reset_count; i++)
        behind += party->reset_at[i] < m->at;
    if (behind == 0)
        return;
    if (turn->resets == NULL)
        turn->resets = calloc(turn->v->in->party_count, sizeof *turn->resets);
    if (turn->resets == NULL) {
        turn->finder->err = NT_ENOMEM;
        return;
    }
    for (uint32_t i = 0; i < turn->of_count && turn->resets[m->party] != behind; i++)
        if (turn->v->flows[i].tuple.party == m->party)
            forget(&turn->of[i]);
    turn->resets[m->party] = behind;
}

/* Not the response to a retransmission; at the client one that it takes. */
static bool is_new_grant(const struct nt_view *v, const struct nt_relay *relay, const struct nt_item *m)
{
    return relay->transaction != v->items[m->request].first && (m->direction == NT_DIR_OUT || !nt_item_is_ignored(v, m));
}

void nt_relay_follow_success(struct nt_relay_view *turn, const struct nt_item *m)
{
    const struct nt_view *v = turn->v;
    const struct nt_item *q = &v->items[m->request];
    struct nt_relay *relay = &turn->of[m->pair];
    struct nt_addr peer;
    uint16_t number;
    if (m->method == NT_TURN_ALLOCATE && is_new_grant(v, relay, m))
        note_allocated(turn, relay, m);
    if (m->method == NT_TURN_REFRESH)
        note_refreshed(turn, relay, m);
    for (uint32_t i = 0; m->method == NT_TURN_CREATE_PERMISSION && i < q->attr_count; i++)
        if (peer_at(v, q, i, &peer))
            set_permission(turn, m, &peer, NT_GRANT_PERMISSION, m->at);
    if (m->method == NT_TURN_CHANNEL_BIND && channel_of(v, q, &peer, &number)) {
        set_channel(turn, m, &peer, number, NT_GRANT_CHANNEL, m->at);
        set_permission(turn, m, &peer, NT_GRANT_PERMISSION, m->at);
    }
}

static bool names_peers(const struct nt_item *q)
{
    return q->method == NT_TURN_CREATE_PERMISSION || q->method == NT_TURN_CHANNEL_BIND;
}

void nt_relay_follow_request(struct nt_relay_view *turn, const struct nt_item *m)
{
    struct nt_addr peer;
    uint16_t number;
    for (uint32_t i = 0; i < m->attr_count && names_peers(m); i++)
        if (peer_at(turn->v, m, i, &peer))
            set_permission(turn, m, &peer, NT_GRANT_ASKED, m->at);
    if (channel_of(turn->v, m, &peer, &number))
        set_channel(turn, m, &peer, number, NT_GRANT_ASKED_CHANNEL, m->at);
    if (m->method == NT_TURN_REFRESH)
        turn->of[m->pair].refreshing = m->at;
}

/* What was asked for in vain is as if it had never been; not so what a damaged copy of a request asks for, since the request itself
 * may be granted. Of several permissions none was installed (RFC 8656, 10.2). */
void nt_relay_follow_refusal(struct nt_relay_view *turn, const struct nt_item *m)
{
    const struct nt_view *v = turn->v;
    const struct nt_item *q = &v->items[m->request];
    const nt_time never = -NT_CHANNEL_LIFETIME - NT_SEC;
    int code = nt_item_code(v, m);
    bool copy = q->excused && q->first != m->request;
    struct nt_addr peer;
    uint16_t number;
    for (uint32_t i = 0; i < q->attr_count && names_peers(q) && !copy; i++)
        if (peer_at(v, q, i, &peer)) {
            set_permission(turn, m, &peer, NT_GRANT_ASKED, never);
            if (code != 401 && code != 438)
                set_permission(turn, m, &peer, NT_GRANT_REFUSED, m->at);
        }
    if (!copy && channel_of(v, q, &peer, &number))
        set_channel(turn, m, &peer, number, NT_GRANT_ASKED_CHANNEL, never);
}

/* What the server relays from a peer proves the permission, and the channel that was asked for, though the response is lost: for as
 * long as what was asked for lasts, or for what is answered at once (RFC 8445, 7.3). */
void nt_relay_follow_relayed(struct nt_relay_view *turn, const struct nt_item *m)
{
    struct nt_relay *relay = &turn->of[m->pair];
    const struct nt_relay_grant *channel =
        m->kind == NT_ITEM_CHANNEL ? nt_relay_asked_channel(turn, relay, m->channel, m->at) : NULL;
    struct nt_addr peer;
    if (channel != NULL)
        peer = channel->peer;
    else if (m->kind == NT_ITEM_CHANNEL || !nt_item_addr(turn->v, m, NT_ATTR_XOR_PEER_ADDRESS, &peer))
        return;
    const struct nt_relay_grant *asked = nt_relay_grant_to(turn, relay, &peer, NT_GRANT_ASKED);
    nt_time now_alone = m->at + NT_SEC - NT_PERMISSION_LIFETIME, since = channel != NULL ? channel->since : 0;
    if (!nt_relay_permits(turn, relay, &peer, m->at))
        set_permission(turn, m, &peer, NT_GRANT_PERMISSION, asked != NULL && m->at <= asked->until ? asked->since : now_alone);
    if (channel != NULL && nt_relay_channel(turn, relay, m->channel, m->at) == NULL)
        set_channel(turn, m, &peer, m->channel, NT_GRANT_CHANNEL, since);
}
