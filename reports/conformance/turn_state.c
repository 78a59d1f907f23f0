#include "reports/conformance/turn_state.h"

#include <stdlib.h>

#define ASKED 1 /* no channel has this number: the server was told of the peer, its answer is not there */

int nt_turn_states_init(struct nt_turn_states *s, struct nt_judge *j)
{
    *s = (struct nt_turn_states){.j = j, .of = calloc(j->v->pair_count + 1u, sizeof *s->of)};
    if (s->of == NULL)
        return NT_ENOMEM;
    for (uint32_t i = 0; i < j->v->pair_count; i++)
        s->of[i].grants = s->of[i].user = NT_VIEW_NONE;
    return NT_OK;
}

void nt_turn_states_free(struct nt_turn_states *s)
{
    for (uint32_t i = 0; s->of != NULL && i < s->j->v->pair_count; i++) {
        free(s->of[i].down);
        free(s->of[i].up);
    }
    free(s->of);
    free(s->grants);
}

bool nt_turn_states_live(const struct nt_turn_state *t, nt_time now)
{
    return t->live && now <= t->expires + NT_JUDGE_TOLERANCE;
}

static struct nt_turn_grant *find(const struct nt_turn_states *s, const struct nt_turn_state *t, const struct nt_addr *peer, uint16_t number)
{
    for (uint32_t i = t->grants; i != NT_VIEW_NONE; i = s->grants[i].next)
        if (s->grants[i].number == number && nt_addr_equal(&s->grants[i].peer, peer))
            return &s->grants[i];
    return NULL;
}

static void grant(struct nt_turn_states *s, struct nt_turn_state *t, const struct nt_addr *peer, uint16_t number, nt_time until)
{
    struct nt_turn_grant *g = find(s, t, peer, number);
    if (g != NULL) {
        g->until = until;
        return;
    }
    int r = nt_grow(&s->grants, &s->grant_cap, s->grant_count + 1, sizeof *s->grants, NT_VIEW_MAX);
    if (r != NT_OK) {
        s->j->err = r;
        return;
    }
    s->grants[s->grant_count] = (struct nt_turn_grant){*peer, number, until, t->grants};
    t->grants = (uint32_t)s->grant_count++;
}

static void permit(struct nt_turn_states *s, struct nt_turn_state *t, const struct nt_addr *peer, nt_time now)
{
    struct nt_addr ip = nt_addr_with_port(peer, 0);
    grant(s, t, &ip, 0, now + NT_TURN_STATE_PERMISSION);
}

bool nt_turn_states_permitted(const struct nt_turn_states *s, const struct nt_turn_state *t, const struct nt_addr *peer, nt_time now)
{
    struct nt_addr ip = nt_addr_with_port(peer, 0);
    const struct nt_turn_grant *g = find(s, t, &ip, 0);
    return g != NULL && now <= g->until + NT_JUDGE_TOLERANCE && nt_turn_states_live(t, now);
}

const struct nt_turn_grant *nt_turn_states_channel(const struct nt_turn_states *s, const struct nt_turn_state *t, uint16_t number, nt_time now)
{
    for (uint32_t i = t->grants; number != 0 && i != NT_VIEW_NONE; i = s->grants[i].next)
        if (s->grants[i].number == number && now <= s->grants[i].until + NT_JUDGE_TOLERANCE)
            return &s->grants[i];
    return NULL;
}

const struct nt_turn_grant *nt_turn_states_channel_to(const struct nt_turn_states *s, const struct nt_turn_state *t,
                                                      const struct nt_addr *peer, nt_time now)
{
    for (uint32_t i = t->grants; i != NT_VIEW_NONE; i = s->grants[i].next)
        if (s->grants[i].number != 0 && nt_addr_equal(&s->grants[i].peer, peer) && now <= s->grants[i].until + NT_JUDGE_TOLERANCE)
            return &s->grants[i];
    return NULL;
}

static void allocated(struct nt_turn_states *s, struct nt_turn_state *t, const struct nt_item *m)
{
    uint32_t lifetime = 0;
    nt_item_u32(s->j->v, m, NT_ATTR_LIFETIME, &lifetime);
    t->known = t->live = true;
    t->removed = false;
    t->expires = m->at + (nt_time)lifetime * NT_SEC;
    t->grants = NT_VIEW_NONE;
    t->user = m->key != NT_VIEW_NONE ? s->j->v->keys[m->key].user : NT_VIEW_NONE;
    nt_item_addr(s->j->v, m, NT_ATTR_XOR_RELAYED_ADDRESS, &t->relayed);
}

static void refreshed(struct nt_turn_states *s, struct nt_turn_state *t, const struct nt_item *m)
{
    uint32_t lifetime;
    if (!nt_item_u32(s->j->v, m, NT_ATTR_LIFETIME, &lifetime))
        return;
    if (lifetime == 0) {
        t->live = false;
        t->removed = true;
    } else {
        t->expires = m->at + (nt_time)lifetime * NT_SEC;
    }
}

void nt_turn_states_granted(struct nt_turn_states *s, const struct nt_item *m)
{
    const struct nt_view *v = s->j->v;
    const struct nt_item *q = &v->items[m->request];
    struct nt_turn_state *t = &s->of[m->pair];
    struct nt_addr peer;
    uint32_t number;
    if (m->method == NT_TURN_ALLOCATE && v->items[q->first].answer != NT_VIEW_NONE && &v->items[v->items[q->first].answer] == m)
        allocated(s, t, m);
    if (m->method == NT_TURN_REFRESH)
        refreshed(s, t, m);
    for (uint32_t i = 0; m->method == NT_TURN_CREATE_PERMISSION && i < q->attr_count; i++)
        if (v->attrs[q->attrs + i].type == NT_ATTR_XOR_PEER_ADDRESS && nt_item_attr_addr(q, &v->attrs[q->attrs + i], &peer))
            permit(s, t, &peer, m->at);
    if (m->method == NT_TURN_CHANNEL_BIND && nt_item_addr(v, q, NT_ATTR_XOR_PEER_ADDRESS, &peer) &&
        nt_item_u32(v, q, NT_ATTR_CHANNEL_NUMBER, &number)) {
        grant(s, t, &peer, (uint16_t)(number >> 16), m->at + NT_TURN_STATE_CHANNEL);
        permit(s, t, &peer, m->at);
    }
}

void nt_turn_states_asked(struct nt_turn_states *s, const struct nt_item *m)
{
    const struct nt_view *v = s->j->v;
    struct nt_addr peer;
    for (uint32_t i = 0; i < m->attr_count && (m->method == NT_TURN_CREATE_PERMISSION || m->method == NT_TURN_CHANNEL_BIND); i++)
        if (v->attrs[m->attrs + i].type == NT_ATTR_XOR_PEER_ADDRESS && nt_item_attr_addr(m, &v->attrs[m->attrs + i], &peer)) {
            struct nt_addr ip = nt_addr_with_port(&peer, 0);
            grant(s, &s->of[m->pair], &ip, ASKED, m->at + NT_TURN_STATE_PERMISSION);
        }
}

bool nt_turn_states_told(const struct nt_turn_states *s, const struct nt_turn_state *t, const struct nt_addr *peer, nt_time now)
{
    struct nt_addr ip = nt_addr_with_port(peer, 0);
    const struct nt_turn_grant *g = find(s, t, &ip, ASKED);
    return g != NULL && now <= g->until + NT_JUDGE_TOLERANCE && nt_turn_states_live(t, now);
}

void nt_turn_states_note(struct nt_turn_states *s, uint32_t **ring, unsigned *next, uint32_t item)
{
    if (*ring == NULL) {
        *ring = malloc(NT_TURN_STATE_RECENT * sizeof **ring);
        for (unsigned i = 0; *ring != NULL && i < NT_TURN_STATE_RECENT; i++)
            (*ring)[i] = NT_VIEW_NONE;
    }
    if (*ring == NULL)
        s->j->err = NT_ENOMEM;
    else
        (*ring)[(*next)++ % NT_TURN_STATE_RECENT] = item;
}
