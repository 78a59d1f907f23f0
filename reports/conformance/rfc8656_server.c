/* RFC 8656, the server's side: its answers, and what it relays both ways. */
#include "reports/conformance/turn_state.h"

/* What is relayed leaves at once; a queue on the server's link may hold it for so long. */
#define RELAY_WITHIN NT_SEC

static bool has(const struct nt_turn_states *s, const struct nt_item *m, uint16_t type)
{
    return nt_item_attr(s->j->v, m, type) != NULL;
}

static struct nt_turn_state *state_of(const struct nt_turn_states *s, uint32_t allocation)
{
    const struct nt_view *v = s->j->v;
    const struct nt_view_allocation *a = &v->allocations[allocation];
    uint32_t pair = nt_view_pair(v, a->party, &a->local, &a->remote);
    return pair != NT_VIEW_NONE ? &s->of[pair] : NULL;
}

/* --- Allocate --- */

static bool shared(const struct nt_turn_states *s, const struct nt_item *m, const struct nt_addr *relayed)
{
    for (uint32_t i = 0; i < s->j->v->allocation_count; i++) {
        const struct nt_view_allocation *a = &s->j->v->allocations[i];
        const struct nt_turn_state *t = a->party == m->party ? state_of(s, i) : NULL;
        if (t != NULL && t != &s->of[m->pair] && nt_turn_states_live(t, m->at - 2 * NT_JUDGE_TOLERANCE) && nt_addr_equal(&t->relayed, relayed))
            return true;
    }
    return false;
}

static void judge_allocated(struct nt_turn_states *s, const struct nt_item *m, const struct nt_item *q)
{
    struct nt_judge *j = s->j;
    struct nt_addr relayed, mapped;
    uint32_t lifetime = 0, asked = 0;
    const struct nt_item_attr *even = nt_item_attr(j->v, q, NT_ATTR_EVEN_PORT);
    bool has_relayed = nt_item_addr(j->v, m, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed);
    bool has_mapped = nt_item_addr(j->v, m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
    bool has_lifetime = nt_item_u32(j->v, m, NT_ATTR_LIFETIME, &lifetime);
    nt_judge_that(j, NT_TURN_RULE_SUCCESS, m, has_relayed && has_mapped && has_lifetime, "one of its three attributes is missing");
    if (has_mapped)
        nt_judge_that(j, NT_TURN_RULE_ALLOC_MAPPED, m, nt_addr_equal(&mapped, &m->remote), "it is not the client's address");
    if (!has_relayed)
        return;
    bool reserve = even != NULL && even->len == 1 && (even->value[0] & 0x80) != 0;
    if (even != NULL)
        nt_judge_that(j, NT_TURN_RULE_EVEN, m, relayed.port % 2 == 0, "an odd port");
    nt_judge_that(j, NT_TURN_RULE_RESERVED, m, has(s, m, NT_ATTR_RESERVATION_TOKEN) == reserve, "RESERVATION-TOKEN does not follow the R bit");
    nt_judge_that(j, NT_TURN_RULE_PORTS, m, relayed.port >= 1024, "");
    nt_judge_that(j, NT_TURN_RULE_RELAY_UNIQUE, m, !shared(s, m, &relayed), "another allocation has this relayed address");
    nt_item_u32(j->v, q, NT_ATTR_LIFETIME, &asked);
    nt_judge_that(j, NT_TURN_RULE_LIFETIME, m, lifetime >= (asked < 3600 ? asked : 3600), "");
}

static void judge_allocate(struct nt_turn_states *s, const struct nt_item *m, const struct nt_item *q, int code)
{
    uint32_t transport = 0;
    if (&s->j->v->items[s->j->v->items[q->first].answer] != m)
        return; /* a repeated request */
    if (nt_turn_states_live(&s->of[m->pair], m->at - 2 * NT_JUDGE_TOLERANCE)) {
        nt_judge_that(s->j, NT_TURN_RULE_IN_USE, m, code == 437, "the 5-tuple has an allocation");
        return;
    }
    if (!nt_item_u32(s->j->v, q, NT_ATTR_REQUESTED_TRANSPORT, &transport))
        nt_judge_that(s->j, NT_TURN_RULE_BAD_TRANSPORT, m, code == 400, "no REQUESTED-TRANSPORT, and no 400");
    else
        nt_judge_that(s->j, NT_TURN_RULE_BAD_TRANSPORT, m, transport >> 24 == 17 || code == 442, "another transport, and no 442");
    if (code == 0)
        judge_allocated(s, m, q);
}

/* --- what needs an allocation --- */

static bool tunnelled(const struct nt_addr *a)
{
    /* RFC 8656, 21.4: 2002::/16 and 2001::/32 */
    return a->family == NT_AF_IPV6 && a->ip[0] == 0x20 && (a->ip[1] == 2 || (a->ip[1] == 1 && a->ip[2] == 0 && a->ip[3] == 0));
}

static void judge_permission(struct nt_turn_states *s, const struct nt_item *m, const struct nt_item *q, int code)
{
    const struct nt_view *v = s->j->v;
    bool none = true, foreign = false, tunnel = false;
    struct nt_addr peer;
    for (uint32_t i = 0; i < q->attr_count; i++)
        if (v->attrs[q->attrs + i].type == NT_ATTR_XOR_PEER_ADDRESS && nt_item_attr_addr(q, &v->attrs[q->attrs + i], &peer)) {
            none = false;
            foreign = foreign || peer.family != s->of[m->pair].relayed.family;
            tunnel = tunnel || tunnelled(&peer);
        }
    nt_judge_that(s->j, NT_TURN_RULE_NO_PEER, m, none ? code == 400 : tunnel || !foreign || code != 0,
                  "a request without a peer, or with a foreign one, was granted");
    if (tunnel)
        nt_judge_that(s->j, NT_TURN_RULE_TUNNELS, m, code != 0, "a permission for a tunnel's address");
}

static void judge_channel(struct nt_turn_states *s, const struct nt_item *m, const struct nt_item *q, int code)
{
    uint32_t value;
    struct nt_addr peer;
    nt_time now = m->at - 2 * NT_JUDGE_TOLERANCE;
    if (!nt_item_u32(s->j->v, q, NT_ATTR_CHANNEL_NUMBER, &value) || !nt_item_addr(s->j->v, q, NT_ATTR_XOR_PEER_ADDRESS, &peer))
        return;
    uint16_t number = (uint16_t)(value >> 16);
    const struct nt_turn_grant *same = nt_turn_states_channel(s, &s->of[m->pair], number, now);
    const struct nt_turn_grant *to = nt_turn_states_channel_to(s, &s->of[m->pair], &peer, now);
    bool range = number >= 0x4000 && number <= 0x4fff;
    bool bad = !range || (same != NULL && !nt_addr_equal(&same->peer, &peer)) || (to != NULL && to->number != number);
    nt_judge_that(s->j, NT_TURN_RULE_CHANNEL_REFUSED, m, !bad || code == 400, "it was not refused with 400");
}

static void judge_refresh(struct nt_turn_states *s, const struct nt_item *m, const struct nt_item *q, int code)
{
    uint32_t asked = 1, granted = 1, family;
    if (nt_item_u32(s->j->v, q, NT_ATTR_REQUESTED_ADDRESS_FAMILY, &family)) {
        bool other = (family >> 24 == 2 ? NT_AF_IPV6 : NT_AF_IPV4) != s->of[m->pair].relayed.family;
        nt_judge_that(s->j, NT_TURN_RULE_REFRESH_FAMILY, m, !other || code == 443, "another family, and no 443");
    }
    if (code == 0 && nt_item_u32(s->j->v, q, NT_ATTR_LIFETIME, &asked) && asked == 0)
        nt_judge_that(s->j, NT_TURN_RULE_ZERO, m, nt_item_u32(s->j->v, m, NT_ATTR_LIFETIME, &granted) && granted == 0, "another lifetime than 0");
}

/* A request without an allocation, or of another user: true when that settles it. */
static bool refused(struct nt_turn_states *s, const struct nt_item *m, const struct nt_item *q, int code)
{
    const struct nt_turn_state *t = &s->of[m->pair];
    if (!nt_turn_states_live(t, m->at)) {
        bool malformed = code == 400; /* found first: RFC 8489, 9.2.4, on PASSWORD-ALGORITHMS for one */
        if (!malformed && &s->j->v->items[s->j->v->items[q->first].answer] == m)
            nt_judge_that(s->j, t->removed ? NT_TURN_RULE_REMOVED : NT_TURN_RULE_NO_ALLOCATION, m, code == 437, "there is no allocation, and no 437");
        return true;
    }
    bool other = t->user != NT_VIEW_NONE && s->j->v->keys[q->key].user != t->user;
    nt_judge_that(s->j, NT_TURN_RULE_OTHER_USER, m, !other || code == 441, "another user than the allocation's, and no 441");
    return other;
}

static void judge_answer(struct nt_turn_states *s, const struct nt_item *m)
{
    const struct nt_view *v = s->j->v;
    const struct nt_item *q = &v->items[m->request];
    int code = nt_item_code(v, m);
    if (q->integrity != NT_SIGNED_RIGHT || code == 401 || code == 438 || code == 420)
        return;
    if (m->method == NT_TURN_ALLOCATE)
        judge_allocate(s, m, q, code);
    else if (refused(s, m, q, code))
        return;
    else if (m->method == NT_TURN_REFRESH)
        judge_refresh(s, m, q, code);
    else if (m->method == NT_TURN_CREATE_PERMISSION)
        judge_permission(s, m, q, code);
    else if (m->method == NT_TURN_CHANNEL_BIND)
        judge_channel(s, m, q, code);
    if (m->class_ == NT_STUN_SUCCESS)
        nt_turn_states_granted(s, m);
}

/* --- relaying --- */

struct load { /* what a message wants relayed: the peer and the bytes */
    struct nt_addr peer;
    const uint8_t *bytes;
    size_t len;
    bool unbound; /* ChannelData without a channel */
};

static bool load_of(const struct nt_turn_states *s, const struct nt_turn_state *t, const struct nt_item *m, struct load *l)
{
    *l = (struct load){.bytes = m->bytes, .len = m->len, .peer = m->direction == NT_DIR_IN || m->leg == NT_VIEW_NONE ? m->remote : m->local};
    if (m->leg != NT_VIEW_NONE)
        return true;
    if (m->kind == NT_ITEM_CHANNEL) {
        const struct nt_turn_grant *c = nt_turn_states_channel(s, t, m->channel, m->at);
        l->bytes = m->payload;
        l->len = m->payload_len;
        l->unbound = c == NULL;
        if (c != NULL)
            l->peer = c->peer;
        return true;
    }
    const struct nt_item_attr *data = nt_item_attr(s->j->v, m, NT_ATTR_DATA);
    if (data == NULL || !nt_item_addr(s->j->v, m, NT_ATTR_XOR_PEER_ADDRESS, &l->peer))
        return false;
    l->bytes = data->value;
    l->len = data->len;
    return true;
}

/* Whether a ring has the message that a relayed datagram comes from. */
static bool comes_from(const struct nt_turn_states *s, const struct nt_turn_state *t, const uint32_t *ring, unsigned next, const struct load *l,
                       nt_time now, bool *unbound)
{
    const struct nt_view *v = s->j->v;
    for (unsigned i = 1; ring != NULL && i <= NT_TURN_STATE_RECENT; i++) {
        uint32_t n = ring[(next - i) % NT_TURN_STATE_RECENT];
        struct load from;
        if (n == NT_VIEW_NONE || v->items[n].at + RELAY_WITHIN < now)
            return false;
        if (!load_of(s, t, &v->items[n], &from) || from.len != l->len || memcmp(from.bytes, l->bytes, l->len) != 0)
            continue;
        *unbound = from.unbound;
        if (from.unbound || nt_addr_equal(&from.peer, &l->peer))
            return true;
    }
    return false;
}

static void judge_leg_out(struct nt_turn_states *s, const struct nt_item *m, uint32_t self)
{
    struct nt_turn_state *t = state_of(s, m->leg);
    struct load l = {.peer = m->remote, .bytes = m->bytes, .len = m->len};
    bool unbound = false;
    if (t == NULL)
        return;
    bool known = comes_from(s, t, t->down, t->down_next, &l, m->at, &unbound);
    if (!known && s->j->v->fragmented[m->party])
        return; /* it may have come in fragments: with TURN's header it does not fit where the datagram does */
    nt_judge_that(s->j, NT_TURN_RULE_RELAY_PAYLOAD, m, known, "the client has not sent this to the peer");
    nt_judge_that(s->j, NT_TURN_RULE_CHANNEL_UNBOUND, m, !unbound, "it came on an unbound channel");
    if (!unbound)
        nt_judge_that(s->j, NT_TURN_RULE_RELAY_PERMISSION, m, nt_turn_states_permitted(s, t, &m->remote, m->at), "there is no permission for this peer");
    /* From one relayed address of the server to another: whether or not it passes a tap again. */
    uint32_t other = nt_view_relayed(s->j->v, m->party, &m->remote);
    struct nt_turn_state *peer = other != NT_VIEW_NONE ? state_of(s, other) : NULL;
    if (peer != NULL)
        nt_turn_states_note(s, &peer->up, &peer->up_next, self);
}

static void judge_up(struct nt_turn_states *s, const struct nt_item *m)
{
    struct nt_turn_state *t = &s->of[m->pair];
    struct load l;
    bool unbound = false;
    if (!load_of(s, t, m, &l) || l.unbound)
        return;
    nt_judge_that(s->j, NT_TURN_RULE_PEER_PERMISSION, m, nt_turn_states_permitted(s, t, &l.peer, m->at), "there is no permission for this peer");
    /* A real server's kernel takes what goes from one of its addresses to another past every tap. */
    bool unseen = s->j->v->in->real_time && nt_view_relayed(s->j->v, m->party, &l.peer) != NT_VIEW_NONE;
    if (!unseen)
        nt_judge_that(s->j, NT_TURN_RULE_DATA_PAYLOAD, m, comes_from(s, t, t->up, t->up_next, &l, m->at, &unbound), "no peer has sent this");
}

static void judge_indication(struct nt_turn_states *s, const struct nt_item *m)
{
    struct nt_addr peer;
    const struct nt_item_attr *icmp = nt_item_attr(s->j->v, m, NT_ATTR_ICMP);
    bool has_peer = nt_item_addr(s->j->v, m, NT_ATTR_XOR_PEER_ADDRESS, &peer), data = has(s, m, NT_ATTR_DATA);
    nt_judge_that(s->j, NT_TURN_RULE_DATA, m, has_peer && (data || icmp != NULL), "XOR-PEER-ADDRESS, DATA or ICMP is missing");
    if (icmp != NULL && icmp->len == 8) {
        uint8_t type = icmp->value[2];
        bool relayed = has_peer && peer.family == NT_AF_IPV6 ? type >= 1 && type <= 3 : type == 3 || type == 11;
        nt_judge_that(s->j, NT_TURN_RULE_ICMP, m, relayed && icmp->value[0] == 0 && icmp->value[1] == 0, "a type that is not relayed, or reserved bits");
    }
    if (!has_peer || !data)
        return;
    bool channel = nt_turn_states_channel_to(s, &s->of[m->pair], &peer, m->at + 2 * NT_JUDGE_TOLERANCE) != NULL;
    nt_judge_that(s->j, NT_TURN_RULE_CHANNEL_SERVER, m, !channel, "a Data indication, and the peer has a channel");
    judge_up(s, m);
}

static void step(struct nt_turn_states *s, const struct nt_item *m, uint32_t self)
{
    struct nt_turn_state *t = m->leg != NT_VIEW_NONE ? state_of(s, m->leg) : &s->of[m->pair];
    bool out = m->direction == NT_DIR_OUT;
    if (t == NULL)
        return;
    if (m->leg != NT_VIEW_NONE && out && !m->excused)
        judge_leg_out(s, m, self);
    else if (m->leg != NT_VIEW_NONE && !out)
        nt_turn_states_note(s, &t->up, &t->up_next, self);
    else if (m->leg != NT_VIEW_NONE)
        return;
    else if (!out && (m->kind == NT_ITEM_CHANNEL || nt_item_is(m, NT_TURN_SEND, NT_STUN_INDICATION)))
        nt_turn_states_note(s, &t->down, &t->down_next, self);
    else if (out && !m->excused && m->kind == NT_ITEM_CHANNEL)
        judge_up(s, m);
    else if (out && !m->excused && nt_item_is(m, NT_TURN_DATA, NT_STUN_INDICATION))
        judge_indication(s, m);
    else if (out && nt_item_response(m) && m->method != NT_STUN_BINDING && m->request != NT_VIEW_NONE)
        judge_answer(s, m);
}

/* What a server has granted is read from its answers: not of one whose answers a step held back. */
static bool followed(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_party(v, m)->kind == NT_CONF_SERVER && !nt_item_held(v, m);
}

void nt_judge_turn_server(struct nt_judge *j)
{
    struct nt_turn_states s;
    j->err = nt_turn_states_init(&s, j);
    for (uint32_t i = 0; j->err == NT_OK && i < j->v->count; i++)
        if (followed(j->v, &j->v->items[i]))
            step(&s, &j->v->items[i], i);
    nt_turn_states_free(&s);
}
