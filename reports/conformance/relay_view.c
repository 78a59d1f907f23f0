#include "reports/conformance/relay_view.h"

#include "core/base/err.h"
#include "reports/conformance/allocations.h"
#include "reports/conformance/message.h"

#include <stdlib.h>

/* RFC 8656, 9 and 12: "The Permission Lifetime MUST be 300 seconds", "Channel bindings last for 10 minutes" */
#define PERMISSION_LIFETIME (300 * NT_SEC)
#define CHANNEL_LIFETIME (600 * NT_SEC)
#define ASKED 1 /* in place of a channel number, which is never 1 */

void nt_relay_view_init(struct nt_relay_view *turn, struct nt_finder *finder)
{
    *turn = (struct nt_relay_view){.finder = finder, .v = finder->v};
}

bool nt_relay_view_reach(struct nt_relay_view *turn)
{
    size_t count = turn->v->pair_count;
    if (turn->of_count == count)
        return true;
    int r = nt_grow(&turn->of, &turn->of_cap, count, sizeof *turn->of, NT_VIEW_PAIRS_MAX);
    if (r != NT_OK) {
        turn->finder->err = r;
        return false;
    }
    for (size_t i = turn->of_count; i < count; i++)
        turn->of[i].grants = turn->of[i].user = NT_VIEW_NONE;
    turn->of_count = count;
    return true;
}

void nt_relay_view_free(struct nt_relay_view *turn)
{
    for (size_t i = 0; i < turn->of_count; i++) {
        free(turn->of[i].down.loads);
        free(turn->of[i].up.loads);
    }
    free(turn->of);
    free(turn->grants);
}

bool nt_relay_is_live(const struct nt_relay *relay, nt_time now)
{
    return relay->live && now <= relay->expires + NT_TOLERANCE;
}

/* NULL: there is none */
static struct nt_relay_grant *find_grant(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer,
                                         uint16_t number)
{
    for (uint32_t i = relay->grants; i != NT_VIEW_NONE; i = turn->grants[i].next)
        if (turn->grants[i].number == number && nt_addr_equal(&turn->grants[i].peer, peer))
            return &turn->grants[i];
    return NULL;
}

static void set_grant(struct nt_relay_view *turn, struct nt_relay *relay, const struct nt_addr *peer, uint16_t number,
                      nt_time until)
{
    struct nt_relay_grant *g = find_grant(turn, relay, peer, number);
    if (g != NULL) {
        g->until = until;
        return;
    }
    int r = nt_grow(&turn->grants, &turn->grant_cap, turn->grant_count + 1, sizeof *turn->grants, NT_VIEW_MAX);
    if (r != NT_OK) {
        turn->finder->err = r;
        return;
    }
    turn->grants[turn->grant_count] = (struct nt_relay_grant){*peer, number, until, relay->grants};
    relay->grants = (uint32_t)turn->grant_count++;
}

static void set_permission(struct nt_relay_view *turn, struct nt_relay *relay, const struct nt_addr *peer, nt_time now)
{
    struct nt_addr ip = nt_addr_with_port(peer, 0);
    set_grant(turn, relay, &ip, 0, now + PERMISSION_LIFETIME);
}

bool nt_relay_permits(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer, nt_time now)
{
    struct nt_addr ip = nt_addr_with_port(peer, 0);
    const struct nt_relay_grant *g = find_grant(turn, relay, &ip, 0);
    return g != NULL && now <= g->until + NT_TOLERANCE && nt_relay_is_live(relay, now);
}

const struct nt_relay_grant *nt_relay_channel(const struct nt_relay_view *turn, const struct nt_relay *relay, uint16_t number,
                                              nt_time now)
{
    for (uint32_t i = relay->grants; number != 0 && i != NT_VIEW_NONE; i = turn->grants[i].next)
        if (turn->grants[i].number == number && now <= turn->grants[i].until + NT_TOLERANCE)
            return &turn->grants[i];
    return NULL;
}

const struct nt_relay_grant *nt_relay_channel_to(const struct nt_relay_view *turn, const struct nt_relay *relay,
                                                 const struct nt_addr *peer, nt_time now)
{
    for (uint32_t i = relay->grants; i != NT_VIEW_NONE; i = turn->grants[i].next)
        if (turn->grants[i].number != 0 && nt_addr_equal(&turn->grants[i].peer, peer) &&
            now <= turn->grants[i].until + NT_TOLERANCE)
            return &turn->grants[i];
    return NULL;
}

static void note_allocated(struct nt_relay_view *turn, struct nt_relay *relay, const struct nt_item *m)
{
    uint32_t lifetime = 0;
    nt_item_u32(turn->v, m, NT_ATTR_LIFETIME, &lifetime);
    relay->known = relay->live = true;
    relay->removed = false;
    relay->expires = m->at + (nt_time)lifetime * NT_SEC;
    relay->grants = NT_VIEW_NONE;
    relay->user = m->key != NT_VIEW_NONE ? turn->v->keys[m->key].user : NT_VIEW_NONE;
    nt_item_addr(turn->v, m, NT_ATTR_XOR_RELAYED_ADDRESS, &relay->relayed);
}

static void note_refreshed(struct nt_relay_view *turn, struct nt_relay *relay, const struct nt_item *m)
{
    uint32_t lifetime;
    if (!nt_item_u32(turn->v, m, NT_ATTR_LIFETIME, &lifetime))
        return;
    if (lifetime == 0) {
        relay->live = false;
        relay->removed = true;
    } else {
        relay->expires = m->at + (nt_time)lifetime * NT_SEC;
    }
}

void nt_relay_follow_success(struct nt_relay_view *turn, const struct nt_item *m)
{
    const struct nt_view *v = turn->v;
    const struct nt_item *q = &v->items[m->request];
    struct nt_relay *relay = &turn->of[m->pair];
    struct nt_addr peer;
    uint32_t number;
    if (m->method == NT_TURN_ALLOCATE && nt_item_is_first_answer(v, m))
        note_allocated(turn, relay, m);
    if (m->method == NT_TURN_REFRESH)
        note_refreshed(turn, relay, m);
    for (uint32_t i = 0; m->method == NT_TURN_CREATE_PERMISSION && i < q->attr_count; i++)
        if (v->attrs[q->attrs + i].type == NT_ATTR_XOR_PEER_ADDRESS && nt_item_attr_addr(q, &v->attrs[q->attrs + i], &peer))
            set_permission(turn, relay, &peer, m->at);
    if (m->method == NT_TURN_CHANNEL_BIND && nt_item_addr(v, q, NT_ATTR_XOR_PEER_ADDRESS, &peer) &&
        nt_item_u32(v, q, NT_ATTR_CHANNEL_NUMBER, &number)) {
        set_grant(turn, relay, &peer, (uint16_t)(number >> 16), m->at + CHANNEL_LIFETIME);
        set_permission(turn, relay, &peer, m->at);
    }
}

void nt_relay_follow_request(struct nt_relay_view *turn, const struct nt_item *m)
{
    const struct nt_view *v = turn->v;
    struct nt_addr peer;
    for (uint32_t i = 0; i < m->attr_count && (m->method == NT_TURN_CREATE_PERMISSION || m->method == NT_TURN_CHANNEL_BIND); i++)
        if (v->attrs[m->attrs + i].type == NT_ATTR_XOR_PEER_ADDRESS && nt_item_attr_addr(m, &v->attrs[m->attrs + i], &peer)) {
            struct nt_addr ip = nt_addr_with_port(&peer, 0);
            set_grant(turn, &turn->of[m->pair], &ip, ASKED, m->at + PERMISSION_LIFETIME);
        }
}

/* What the server relays from a peer proves the permission (and the channel) that it was asked for, though its response is lost. */
void nt_relay_follow_relayed(struct nt_relay_view *turn, const struct nt_item *m)
{
    const struct nt_view *v = turn->v;
    struct nt_relay *relay = &turn->of[m->pair];
    uint32_t a = nt_view_allocation(v, m->party, &m->local, &m->remote);
    const struct nt_view_channel *channel =
        m->kind == NT_ITEM_CHANNEL && a != NT_VIEW_NONE ? nt_view_channel(v, a, m->channel) : NULL;
    struct nt_addr peer;
    if (channel != NULL)
        peer = channel->peer;
    else if (m->kind == NT_ITEM_CHANNEL || !nt_item_addr(v, m, NT_ATTR_XOR_PEER_ADDRESS, &peer))
        return;
    struct nt_addr ip = nt_addr_with_port(&peer, 0);
    const struct nt_relay_grant *asked = find_grant(turn, relay, &ip, ASKED);
    nt_time until = asked != NULL ? asked->until : 0;
    if (m->at > until)
        return;
    if (!nt_relay_permits(turn, relay, &peer, m->at))
        set_grant(turn, relay, &ip, 0, until);
    if (channel != NULL && nt_relay_channel(turn, relay, channel->number, m->at) == NULL)
        set_grant(turn, relay, &peer, channel->number, until - PERMISSION_LIFETIME + CHANNEL_LIFETIME);
}

bool nt_relay_was_asked(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer, nt_time now)
{
    struct nt_addr ip = nt_addr_with_port(peer, 0);
    const struct nt_relay_grant *g = find_grant(turn, relay, &ip, ASKED);
    return g != NULL && now <= g->until + NT_TOLERANCE && nt_relay_is_live(relay, now);
}

void nt_relay_ring_add(struct nt_relay_view *turn, struct nt_relay_ring *ring, const struct nt_relay_load *load)
{
    if (ring->loads == NULL)
        ring->loads = malloc(NT_RELAY_RING * sizeof *ring->loads);
    if (ring->loads == NULL) {
        turn->finder->err = NT_ENOMEM;
        return;
    }
    ring->loads[ring->next++ % NT_RELAY_RING] = *load;
    ring->count += ring->count < NT_RELAY_RING;
}
