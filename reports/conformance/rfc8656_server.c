#include "reports/conformance/rfc8656_server.h"

#include "core/base/err.h"
#include "reports/conformance/allocations.h"
#include "reports/conformance/message.h"
#include "reports/conformance/relay_view.h"

#define RELAY_WITHIN NT_SEC /* for so long a queue on the server's link may hold what it relays */

static bool has_attr(const struct nt_relay_view *turn, const struct nt_item *m, uint16_t type)
{
    return nt_item_attr(turn->v, m, type) != NULL;
}

/* NULL: none */
static struct nt_relay *relay_of(const struct nt_relay_view *turn, uint32_t allocation)
{
    const struct nt_view *v = turn->v;
    const struct nt_view_allocation *a = &v->allocations[allocation];
    uint32_t pair = nt_view_pair(v, a->party, &a->local, &a->remote);
    return pair != NT_VIEW_NONE ? &turn->of[pair] : NULL;
}

/* --- Allocate --- */

static bool is_shared(const struct nt_relay_view *turn, const struct nt_item *m, const struct nt_addr *relayed)
{
    for (uint32_t i = 0; i < turn->v->allocation_count; i++) {
        const struct nt_view_allocation *a = &turn->v->allocations[i];
        const struct nt_relay *relay = a->party == m->party ? relay_of(turn, i) : NULL;
        if (relay != NULL && relay != &turn->of[m->pair] && nt_relay_is_live(relay, m->at - 2 * NT_TOLERANCE) &&
            nt_addr_equal(&relay->relayed, relayed))
            return true;
    }
    return false;
}

static void judge_allocated(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q)
{
    struct nt_finder *finder = turn->finder;
    struct nt_addr relayed, mapped;
    uint32_t lifetime = 0, asked = 0;
    const struct nt_item_attr *even = nt_item_attr(finder->v, q, NT_ATTR_EVEN_PORT);
    bool has_relayed = nt_item_addr(finder->v, m, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed);
    bool has_mapped = nt_item_addr(finder->v, m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
    bool has_lifetime = nt_item_u32(finder->v, m, NT_ATTR_LIFETIME, &lifetime);
    nt_require(finder, NT_TURN_RULE_SUCCESS, m, has_relayed && has_mapped && has_lifetime,
               "one of its three attributes is missing");
    if (has_mapped)
        nt_require(finder, NT_TURN_RULE_ALLOC_MAPPED, m, nt_addr_equal(&mapped, &m->remote), "it is not the client's address");
    if (!has_relayed)
        return;
    bool reserve = even != NULL && even->len == 1 && (even->value[0] & 0x80) != 0;
    if (even != NULL)
        nt_require(finder, NT_TURN_RULE_EVEN, m, relayed.port % 2 == 0, "an odd port");
    nt_require(finder, NT_TURN_RULE_RESERVED, m, has_attr(turn, m, NT_ATTR_RESERVATION_TOKEN) == reserve,
               "RESERVATION-TOKEN does not follow the R bit");
    nt_require(finder, NT_TURN_RULE_PORTS, m, relayed.port >= 1024, "relayed port %u, expected 1024 or more",
               (unsigned)relayed.port);
    nt_require(finder, NT_TURN_RULE_RELAY_UNIQUE, m, !is_shared(turn, m, &relayed), "another allocation has this relayed address");
    nt_item_u32(finder->v, q, NT_ATTR_LIFETIME, &asked);
    nt_require(finder, NT_TURN_RULE_LIFETIME, m, lifetime >= (asked < 3600 ? asked : 3600), "LIFETIME is %u s, %u s were asked for",
               (unsigned)lifetime, (unsigned)asked);
}

static void judge_allocate(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    uint32_t transport = 0;
    if (!nt_item_is_first_answer(turn->v, m))
        return; /* the request was retransmitted */
    if (nt_relay_is_live(&turn->of[m->pair], m->at - 2 * NT_TOLERANCE)) {
        nt_require(turn->finder, NT_TURN_RULE_IN_USE, m, code == 437, "the 5-tuple has an allocation");
        return;
    }
    if (!nt_item_u32(turn->v, q, NT_ATTR_REQUESTED_TRANSPORT, &transport))
        nt_require(turn->finder, NT_TURN_RULE_BAD_TRANSPORT, m, code == 400, "no REQUESTED-TRANSPORT, and no 400");
    else
        nt_require(turn->finder, NT_TURN_RULE_BAD_TRANSPORT, m, transport >> 24 == 17 || code == 442,
                   "another transport, and no 442");
    if (code == 0)
        judge_allocated(turn, m, q);
}

/* --- what needs an allocation --- */

static bool tunnelled(const struct nt_addr *a)
{
    /* RFC 8656, 21.4: 2002::/16 and 2001::/32 */
    return a->family == NT_AF_IPV6 && a->ip[0] == 0x20 && (a->ip[1] == 2 || (a->ip[1] == 1 && a->ip[2] == 0 && a->ip[3] == 0));
}

static void judge_permission(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    const struct nt_view *v = turn->v;
    bool none = true, foreign = false, tunnel = false;
    struct nt_addr peer;
    for (uint32_t i = 0; i < q->attr_count; i++)
        if (v->attrs[q->attrs + i].type == NT_ATTR_XOR_PEER_ADDRESS && nt_item_attr_addr(q, &v->attrs[q->attrs + i], &peer)) {
            none = false;
            foreign = foreign || peer.family != turn->of[m->pair].relayed.family;
            tunnel = tunnel || tunnelled(&peer);
        }
    nt_require(turn->finder, NT_TURN_RULE_NO_PEER, m, none ? code == 400 : tunnel || !foreign || code != 0,
               "a request without a peer, or with a foreign one, was granted");
    if (tunnel)
        nt_require(turn->finder, NT_TURN_RULE_TUNNELS, m, code != 0, "a permission for a tunnel's address");
}

static void judge_channel(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    uint32_t value;
    struct nt_addr peer;
    nt_time now = m->at - 2 * NT_TOLERANCE;
    if (!nt_item_u32(turn->v, q, NT_ATTR_CHANNEL_NUMBER, &value) || !nt_item_addr(turn->v, q, NT_ATTR_XOR_PEER_ADDRESS, &peer))
        return;
    uint16_t number = (uint16_t)(value >> 16);
    const struct nt_relay_grant *same = nt_relay_channel(turn, &turn->of[m->pair], number, now);
    const struct nt_relay_grant *to = nt_relay_channel_to(turn, &turn->of[m->pair], &peer, now);
    bool range = number >= 0x4000 && number <= 0x4fff;
    bool bad = !range || (same != NULL && !nt_addr_equal(&same->peer, &peer)) || (to != NULL && to->number != number);
    nt_require(turn->finder, NT_TURN_RULE_CHANNEL_REFUSED, m, !bad || code == 400, "it was not refused with 400");
}

static void judge_refresh(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    uint32_t asked = 1, granted = 1, family;
    if (nt_item_u32(turn->v, q, NT_ATTR_REQUESTED_ADDRESS_FAMILY, &family)) {
        bool other = (family >> 24 == 2 ? NT_AF_IPV6 : NT_AF_IPV4) != turn->of[m->pair].relayed.family;
        nt_require(turn->finder, NT_TURN_RULE_REFRESH_FAMILY, m, !other || code == 443, "another family, and no 443");
    }
    if (code == 0 && nt_item_u32(turn->v, q, NT_ATTR_LIFETIME, &asked) && asked == 0)
        nt_require(turn->finder, NT_TURN_RULE_ZERO, m, nt_item_u32(turn->v, m, NT_ATTR_LIFETIME, &granted) && granted == 0,
                   "another lifetime than 0");
}

static void judge_without_allocation(struct nt_relay_view *turn, const struct nt_item *m, int code)
{
    bool removed = turn->of[m->pair].removed;
    if (code != 400 && nt_item_is_first_answer(turn->v, m)) /* a malformed request is refused first: RFC 8489, 9.2.4 */
        nt_require(turn->finder, removed ? NT_TURN_RULE_REMOVED : NT_TURN_RULE_NO_ALLOCATION, m, code == 437,
                   "there is no allocation, and no 437");
}

static void judge_with_allocation(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    const struct nt_relay *relay = &turn->of[m->pair];
    bool other = relay->user != NT_VIEW_NONE && turn->v->keys[q->key].user != relay->user;
    nt_require(turn->finder, NT_TURN_RULE_OTHER_USER, m, !other || code == 441, "another user than the allocation's, and no 441");
    if (other)
        return;
    if (m->method == NT_TURN_REFRESH)
        judge_refresh(turn, m, q, code);
    else if (m->method == NT_TURN_CREATE_PERMISSION)
        judge_permission(turn, m, q, code);
    else if (m->method == NT_TURN_CHANNEL_BIND)
        judge_channel(turn, m, q, code);
    if (m->class_ == NT_STUN_SUCCESS)
        nt_relay_follow_success(turn, m);
}

static void judge_answer(struct nt_relay_view *turn, const struct nt_item *m)
{
    const struct nt_view *v = turn->v;
    const struct nt_item *q = &v->items[m->request];
    int code = nt_item_code(v, m);
    if (q->integrity != NT_SIGNED_RIGHT || code == 401 || code == 438 || code == 420)
        return;
    if (m->method == NT_TURN_ALLOCATE) {
        judge_allocate(turn, m, q, code);
        if (m->class_ == NT_STUN_SUCCESS)
            nt_relay_follow_success(turn, m);
    } else if (nt_relay_is_live(&turn->of[m->pair], m->at)) {
        judge_with_allocation(turn, m, q, code);
    } else {
        judge_without_allocation(turn, m, code);
    }
}

/* --- relaying --- */

static uint64_t hash_of(const uint8_t *p, size_t len)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325), word = 0;
    for (; len >= sizeof word; p += sizeof word, len -= sizeof word) {
        memcpy(&word, p, sizeof word);
        h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    for (; len > 0; p++, len--)
        h = (h ^ *p) * UINT64_C(0x100000001b3);
    return h;
}

static struct nt_relay_load load_of(nt_time at, const uint8_t *bytes, size_t len)
{
    return (struct nt_relay_load){.at = at, .hash = hash_of(bytes, len), .len = (uint32_t)len};
}

/* false: it carries nothing */
static bool read_load(const struct nt_relay_view *turn, const struct nt_item *m, struct nt_relay_load *l)
{
    if (m->leg != NT_VIEW_NONE) {
        *l = load_of(m->at, m->bytes, m->len);
        l->peer = m->direction == NT_DIR_IN ? m->remote : m->local;
        return true;
    }
    if (m->kind == NT_ITEM_CHANNEL) {
        *l = load_of(m->at, m->payload, m->payload_len);
        l->channel = m->channel;
        return true;
    }
    struct nt_addr peer;
    const struct nt_item_attr *data = nt_item_attr(turn->v, m, NT_ATTR_DATA);
    if (data == NULL || !nt_item_addr(turn->v, m, NT_ATTR_XOR_PEER_ADDRESS, &peer))
        return false;
    *l = load_of(m->at, data->value, data->len);
    l->peer = peer;
    return true;
}

/* The peer that a load goes to or comes from; NULL: it is ChannelData, and its channel is unbound. */
static const struct nt_addr *peer_of(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_relay_load *l)
{
    if (l->channel == 0)
        return &l->peer;
    const struct nt_relay_grant *channel = nt_relay_channel(turn, relay, l->channel, l->at);
    return channel != NULL ? &channel->peer : NULL;
}

/* Whether a ring has the message that a relayed datagram comes from; *unbound: it came on an unbound channel. More datagrams within
 * RELAY_WITHIN than a ring remembers: it cannot be told, and nobody is blamed. */
static bool find_origin(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_relay_ring *ring,
                        const struct nt_relay_load *l, const struct nt_addr *peer, bool *unbound)
{
    for (unsigned i = 1; i <= ring->count; i++) {
        const struct nt_relay_load *from = &ring->loads[(ring->next - i) % NT_RELAY_RING];
        if (from->at + RELAY_WITHIN < l->at)
            return false;
        if (from->len != l->len || from->hash != l->hash)
            continue;
        const struct nt_addr *to = peer_of(turn, relay, from);
        *unbound = to == NULL;
        if (to == NULL || nt_addr_equal(to, peer))
            return true;
    }
    *unbound = false;
    return ring->count == NT_RELAY_RING;
}

static void add_load(struct nt_relay_view *turn, struct nt_relay_ring *ring, const struct nt_item *m)
{
    struct nt_relay_load l;
    if (read_load(turn, m, &l))
        nt_relay_ring_add(turn, ring, &l);
}

/* The server sends from a relayed address. */
static void judge_to_peer(struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_item *m)
{
    const struct nt_relay_load l = load_of(m->at, m->bytes, m->len);
    bool unbound = false;
    bool known = find_origin(turn, relay, &relay->down, &l, &m->remote, &unbound);
    if (!known && turn->v->fragmented[m->party])
        return; /* it may have come in fragments that could not be joined */
    nt_require(turn->finder, NT_TURN_RULE_RELAY_PAYLOAD, m, known, "the client has not sent this to the peer");
    nt_require(turn->finder, NT_TURN_RULE_CHANNEL_UNBOUND, m, !unbound, "it came on an unbound channel");
    if (!unbound)
        nt_require(turn->finder, NT_TURN_RULE_RELAY_PERMISSION, m, nt_relay_permits(turn, relay, &m->remote, m->at),
                   "there is no permission for this peer");
    /* What goes to another relayed address of the server may not pass a tap again. */
    uint32_t other = nt_view_relayed(turn->v, m->party, &m->remote);
    struct nt_relay *peer = other != NT_VIEW_NONE ? relay_of(turn, other) : NULL;
    if (peer != NULL)
        add_load(turn, &peer->up, m);
}

/* The server sends a peer's data to the client. */
static void judge_to_client(struct nt_relay_view *turn, const struct nt_item *m)
{
    struct nt_relay *relay = &turn->of[m->pair];
    struct nt_relay_load l;
    bool unbound = false;
    const struct nt_addr *peer = read_load(turn, m, &l) ? peer_of(turn, relay, &l) : NULL;
    if (peer == NULL)
        return;
    nt_require(turn->finder, NT_TURN_RULE_PEER_PERMISSION, m, nt_relay_permits(turn, relay, peer, m->at),
               "there is no permission for this peer");
    /* What a real server sends from one of its addresses to another stays in its kernel, where there is no tap. */
    bool unseen = turn->v->in->real_time && nt_view_relayed(turn->v, m->party, peer) != NT_VIEW_NONE;
    if (!unseen)
        nt_require(turn->finder, NT_TURN_RULE_DATA_PAYLOAD, m, find_origin(turn, relay, &relay->up, &l, peer, &unbound),
                   "no peer has sent this");
}

static void judge_indication(struct nt_relay_view *turn, const struct nt_item *m)
{
    struct nt_addr peer;
    const struct nt_item_attr *icmp = nt_item_attr(turn->v, m, NT_ATTR_ICMP);
    bool has_peer = nt_item_addr(turn->v, m, NT_ATTR_XOR_PEER_ADDRESS, &peer), data = has_attr(turn, m, NT_ATTR_DATA);
    nt_require(turn->finder, NT_TURN_RULE_DATA, m, has_peer && (data || icmp != NULL), "XOR-PEER-ADDRESS, DATA or ICMP is missing");
    if (icmp != NULL && icmp->len == 8) {
        uint8_t type = icmp->value[2];
        bool relayed = has_peer && peer.family == NT_AF_IPV6 ? type >= 1 && type <= 3 : type == 3 || type == 11;
        nt_require(turn->finder, NT_TURN_RULE_ICMP, m, relayed && icmp->value[0] == 0 && icmp->value[1] == 0,
                   "a type that is not relayed, or reserved bits");
    }
    if (!has_peer || !data)
        return;
    bool bound = nt_relay_channel_to(turn, &turn->of[m->pair], &peer, m->at + 2 * NT_TOLERANCE) != NULL;
    nt_require(turn->finder, NT_TURN_RULE_CHANNEL_SERVER, m, !bound, "a Data indication, and the peer has a channel");
    judge_to_client(turn, m);
}

static void judge_leg(struct nt_relay_view *turn, const struct nt_item *m)
{
    struct nt_relay *relay = relay_of(turn, m->leg);
    if (m->direction == NT_DIR_IN && relay != NULL)
        add_load(turn, &relay->up, m);
    else if (m->direction == NT_DIR_OUT && relay != NULL && !m->excused)
        judge_to_peer(turn, relay, m);
}

static void judge_item(struct nt_relay_view *turn, const struct nt_item *m)
{
    bool out = m->direction == NT_DIR_OUT;
    if (m->leg != NT_VIEW_NONE)
        judge_leg(turn, m);
    else if (!out && (m->kind == NT_ITEM_CHANNEL || nt_item_is(m, NT_TURN_SEND, NT_STUN_INDICATION)))
        add_load(turn, &turn->of[m->pair].down, m);
    else if (out && !m->excused && m->kind == NT_ITEM_CHANNEL)
        judge_to_client(turn, m);
    else if (out && !m->excused && nt_item_is(m, NT_TURN_DATA, NT_STUN_INDICATION))
        judge_indication(turn, m);
    else if (out && nt_item_is_response(m) && m->method != NT_STUN_BINDING && m->request != NT_VIEW_NONE)
        judge_answer(turn, m);
}

/* What a server has granted is read from its responses. If a step held them back it is not known. */
static bool is_followed(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_party(v, m)->kind == NT_CONF_SERVER && !nt_item_is_held(v, m);
}

void nt_rfc8656_server_item(struct nt_relay_view *turn, const struct nt_item *m)
{
    if (is_followed(turn->v, m) && nt_relay_view_reach(turn))
        judge_item(turn, m);
}
