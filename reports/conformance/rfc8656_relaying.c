#include "reports/conformance/rfc8656_relaying.h"

#include "reports/conformance/allocations.h"
#include "reports/conformance/message.h"
#include "reports/conformance/rfc8656_silence.h"
#include "reports/conformance/tunnels.h"

#define FORGOTTEN "more datagrams were on their way than are remembered (8192)"
#define EMPTY "datagrams without data are not kept"
#define IN_FRAGMENTS "it may have come in fragments that could not be joined"

#define NOT_SEEN "the allocation was made before the capture began, or the server has lost it"
#define PENDING "the request for the permission was not answered yet"

/* The relay of a leg; NULL: none. */
static struct nt_relay *relay_of(const struct nt_relay_view *turn, uint32_t allocation)
{
    const struct nt_view *v = turn->v;
    const struct nt_view_allocation *a = &v->allocations[allocation];
    uint32_t pair = nt_view_pair(v, a->party, &a->local, &a->remote);
    return pair != NT_VIEW_NONE && turn->of[pair].known ? &turn->of[pair] : NULL;
}

/* --- where relayed data comes from --- */

/* false: it carries nothing */
static bool read_load(const struct nt_relay_view *turn, const struct nt_item *m, struct nt_relay_load *l)
{
    if (m->leg != NT_VIEW_NONE) {
        *l = nt_relay_load(m->at, m->bytes, m->len);
        l->peer = m->direction == NT_DIR_IN ? m->remote : m->local;
        return true;
    }
    if (m->kind == NT_ITEM_CHANNEL) {
        *l = nt_relay_load(m->at, m->payload, m->payload_len);
        l->channel = m->channel;
        return true;
    }
    struct nt_addr peer;
    const struct nt_item_attr *data = nt_item_attr(turn->v, m, NT_ATTR_DATA);
    if (data == NULL || !nt_item_addr(turn->v, m, NT_ATTR_XOR_PEER_ADDRESS, &peer))
        return false;
    *l = nt_relay_load(m->at, data->value, data->len);
    l->peer = peer;
    return true;
}

static void add_load(struct nt_relay_view *turn, struct nt_relay_ring *ring, const struct nt_item *m)
{
    struct nt_relay_load l;
    if (read_load(turn, m, &l))
        nt_relay_add_load(turn, ring, &l);
}

/* What was asked for a moment ago: the server may have granted it, and its response be on the way. */
static bool is_pending(const struct nt_relay_grant *asked, nt_time now)
{
    return asked != NULL && asked->since + NT_RELAY_WITHIN >= now;
}

/* The peer that a load goes to or comes from; NULL: it is ChannelData, and its channel is unbound. */
static const struct nt_addr *peer_of(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_relay_load *l)
{
    if (l->channel == 0)
        return &l->peer;
    const struct nt_relay_grant *channel = nt_relay_channel(turn, relay, l->channel, nt_maybe_at(l->at));
    if (channel != NULL)
        return &channel->peer;
    channel = nt_relay_asked_channel(turn, relay, l->channel, l->at);
    return is_pending(channel, l->at) ? &channel->peer : NULL;
}

enum origin { ORIGIN_NONE, ORIGIN_FOUND, ORIGIN_UNBOUND, ORIGIN_FORGOTTEN };

/* Whether a ring has the message that a relayed datagram comes from. ORIGIN_UNBOUND: it came on `channel`, which is unbound. */
static enum origin find_origin(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_relay_ring *ring,
                               const struct nt_relay_load *l, const struct nt_addr *peer, uint16_t *channel)
{
    const struct nt_relay_load *from;
    enum origin origin = ORIGIN_NONE;
    for (uint32_t i = 1; (from = nt_relay_ring_at(ring, i, l->at)) != NULL; i++) {
        if (from->len != l->len || from->hash != l->hash)
            continue;
        const struct nt_addr *to = peer_of(turn, relay, from);
        if (to != NULL && nt_addr_equal(to, peer))
            return ORIGIN_FOUND;
        if (to == NULL) {
            origin = ORIGIN_UNBOUND;
            *channel = from->channel;
        }
    }
    return origin == ORIGIN_NONE && nt_relay_ring_forgot(ring, l->at) ? ORIGIN_FORGOTTEN : origin;
}

/* --- permissions and bindings that have ended --- */

/* ChannelData came on a channel since `from`, but for what was relayed just now. */
static bool came_on(const struct nt_relay *relay, uint16_t channel, nt_time from, nt_time now)
{
    const struct nt_relay_load *l;
    for (uint32_t i = 1; (l = nt_relay_ring_at(&relay->down, i, from + relay->down.within)) != NULL; i++)
        if (l->channel == channel && l->at >= from && l->at + NT_RELAY_WITHIN < now)
            return true;
    return false;
}

/* A channel is used whose binding has ended, or that was never bound. */
static void find_unbound(struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_item *m, uint16_t channel)
{
    const struct nt_relay_grant *past = nt_relay_past_channel(turn, relay, channel);
    if (past == NULL) {
        nt_require(turn->finder, NT_TURN_RULE_CHANNEL_UNBOUND, m, false, "channel 0x%04x was never bound", (unsigned)channel);
        return;
    }
    bool refreshed = came_on(relay, channel, m->at - NT_CHANNEL_LIFETIME, m->at);
    nt_require(turn->finder, refreshed ? NT_TURN_RULE_DATA_REFRESH : NT_TURN_RULE_CHANNEL_LIFE, m, false,
               "channel 0x%04x was bound in packet %u, %" PRId64 " s ago, expected 600 s at most%s", (unsigned)channel,
               (unsigned)past->frame, (m->at - past->since) / NT_SEC,
               refreshed ? ": ChannelData that came since does not refresh the binding" : "");
}

/* The channel to the peer on which the client's data may have been taken for a refreshment of the permission; 0: none. */
static uint16_t channel_used(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer,
                             nt_time now)
{
    for (uint32_t i = relay->grants; i != NT_VIEW_NONE; i = turn->grants[i].next) {
        const struct nt_relay_grant *g = &turn->grants[i];
        if (g->kind == NT_GRANT_CHANNEL && nt_addr_same_ip(&g->peer, peer) &&
            came_on(relay, g->number, now - NT_PERMISSION_LIFETIME, now))
            return g->number;
    }
    return 0;
}

static void find_expired(struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_item *m,
                         const struct nt_addr *peer, const struct nt_relay_grant *g)
{
    char text[NT_ADDR_TEXT];
    uint16_t channel = channel_used(turn, relay, peer, m->at);
    nt_require(turn->finder, channel != 0 ? NT_TURN_RULE_DATA_REFRESH : NT_TURN_RULE_PERMISSION_LIFE, m, false,
               "the permission for %s of packet %u is %" PRId64 " s old, expected 300 s at most%s", nt_addr_format_ip(peer, text),
               (unsigned)g->frame, (m->at - g->since) / NT_SEC,
               channel != 0 ? ": ChannelData that came since does not refresh it" : "");
}

/* What goes to a peer or comes from it needs a permission; `rule` says so. */
static void judge_permission(struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_item *m,
                             const struct nt_addr *peer, enum nt_rule rule)
{
    char text[NT_ADDR_TEXT];
    const struct nt_relay_grant *g = nt_relay_grant_to(turn, relay, peer, NT_GRANT_PERMISSION), *refused;
    bool permitted = nt_relay_permits(turn, relay, peer, nt_maybe_at(m->at));
    bool alive = nt_relay_side_is_live(turn, nt_relay_side(relay, peer->family), nt_maybe_at(m->at));
    if (!permitted && alive && is_pending(nt_relay_grant_to(turn, relay, peer, NT_GRANT_ASKED), m->at)) {
        nt_not_judged(turn->finder, rule, m->party, PENDING);
        return;
    }
    nt_kept(turn->finder, NT_TURN_RULE_PERMISSION_LIFE, m);
    if (!permitted && g != NULL && alive) {
        find_expired(turn, relay, m, peer, g);
        return;
    }
    refused = permitted ? NULL : nt_relay_grant_to(turn, relay, peer, NT_GRANT_REFUSED);
    if (refused != NULL && g == NULL) {
        nt_require(turn->finder, NT_TURN_RULE_WHOLE, m, false, "packet %u refused the permission for %s", (unsigned)refused->frame,
                   nt_addr_format_ip(peer, text));
        return;
    }
    nt_require(turn->finder, rule, m, permitted, "%s %s",
               alive ? "no permission was ever granted for" : "the allocation has ended:", nt_addr_format(peer, text));
}

/* --- to peers --- */

/* The server sends from a relayed address. */
static void judge_to_peer(struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_item *m)
{
    const struct nt_relay_load l = nt_relay_load(m->at, m->bytes, m->len);
    char text[NT_ADDR_TEXT];
    uint16_t channel = 0;
    enum origin origin = find_origin(turn, relay, &relay->down, &l, &m->remote, &channel);
    bool in_fragments = origin == ORIGIN_NONE && turn->v->parties[m->party].fragmented;
    if (origin == ORIGIN_FORGOTTEN || in_fragments)
        nt_not_judged(turn->finder, NT_TURN_RULE_RELAY_PAYLOAD, m->party, in_fragments ? IN_FRAGMENTS : FORGOTTEN);
    else
        nt_require(turn->finder, NT_TURN_RULE_RELAY_PAYLOAD, m, origin != ORIGIN_NONE,
                   "%u bytes to %s: the client has sent no such data to it in the last %" PRId64 " s", (unsigned)m->len,
                   nt_addr_format(&m->remote, text), nt_relay_within(turn) / NT_SEC);
    nt_require(turn->finder, NT_TURN_RULE_FORWARD, m, !nt_address_is_tunnelled(&m->remote), "data for a tunnel's address: %s",
               nt_addr_format_ip(&m->remote, text));
    if (origin == ORIGIN_UNBOUND) {
        find_unbound(turn, relay, m, channel);
        return;
    }
    nt_kept(turn->finder, NT_TURN_RULE_CHANNEL_UNBOUND, m);
    judge_permission(turn, relay, m, &m->remote, NT_TURN_RULE_RELAY_PERMISSION);
}

/* --- at relayed addresses --- */

/* What goes to another relayed address of the server may not pass a tap again. */
static void note_to_itself(struct nt_relay_view *turn, const struct nt_item *m)
{
    uint32_t other = nt_view_relayed(turn->v, m->party, &m->remote);
    struct nt_relay *peer = other != NT_VIEW_NONE ? relay_of(turn, other) : NULL;
    if (peer != NULL)
        add_load(turn, &peer->up, m);
}

void nt_rfc8656_judge_leg(struct nt_relay_view *turn, const struct nt_item *m)
{
    struct nt_relay *relay = relay_of(turn, m->leg);
    if (relay == NULL) {
        nt_not_judged(turn->finder, NT_TURN_RULE_RELAY_PERMISSION, m->party, NOT_SEEN);
        return;
    }
    if (m->direction == NT_DIR_IN) {
        add_load(turn, &relay->up, m);
        nt_rfc8656_peer_sent(turn, relay, m);
        return;
    }
    if (!m->excused)
        judge_to_peer(turn, relay, m);
    nt_rfc8656_peer_got(turn, relay, &m->remote);
    note_to_itself(turn, m);
}

/* The peer to which the server surely lets this go; NULL: none. */
static const struct nt_addr *sure_peer(const struct nt_relay_view *turn, const struct nt_relay *relay,
                                       const struct nt_relay_load *l)
{
    const struct nt_relay_grant *channel = l->channel != 0 ? nt_relay_channel(turn, relay, l->channel, nt_surely_at(l->at)) : NULL;
    return l->channel == 0 ? &l->peer : channel != NULL ? &channel->peer : NULL;
}

void nt_rfc8656_note_sent(struct nt_relay_view *turn, const struct nt_item *m)
{
    struct nt_relay *relay = &turn->of[m->pair];
    struct nt_relay_load l;
    if (!read_load(turn, m, &l))
        return;
    nt_relay_add_load(turn, &relay->down, &l);
    const struct nt_addr *peer = sure_peer(turn, relay, &l);
    if (peer != NULL)
        nt_rfc8656_client_sent(turn, relay, m, peer, l.len);
}

/* --- to the client --- */

static void judge_origin(struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_item *m,
                         const struct nt_relay_load *l, const struct nt_addr *peer)
{
    char text[NT_ADDR_TEXT];
    uint16_t channel = 0;
    enum origin origin = find_origin(turn, relay, &relay->up, l, peer, &channel);
    bool in_fragments = origin == ORIGIN_NONE && turn->v->parties[m->party].fragmented;
    if (l->len == 0)
        nt_not_judged(turn->finder, NT_TURN_RULE_DATA_PAYLOAD, m->party, EMPTY);
    else if (origin == ORIGIN_FORGOTTEN || in_fragments)
        nt_not_judged(turn->finder, NT_TURN_RULE_DATA_PAYLOAD, m->party, in_fragments ? IN_FRAGMENTS : FORGOTTEN);
    else
        nt_require(turn->finder, NT_TURN_RULE_DATA_PAYLOAD, m, origin == ORIGIN_FOUND,
                   "%u bytes from %s: no such data has come from it in the last %" PRId64 " s", (unsigned)l->len,
                   nt_addr_format(peer, text), nt_relay_within(turn) / NT_SEC);
}

void nt_rfc8656_judge_to_client(struct nt_relay_view *turn, const struct nt_item *m)
{
    struct nt_relay *relay = &turn->of[m->pair];
    struct nt_relay_load l;
    if (!read_load(turn, m, &l))
        return;
    if (!relay->known) {
        nt_not_judged(turn->finder, NT_TURN_RULE_PEER_PERMISSION, m->party, NOT_SEEN);
        return;
    }
    const struct nt_addr *peer = peer_of(turn, relay, &l);
    if (m->kind == NT_ITEM_CHANNEL && peer == NULL) {
        find_unbound(turn, relay, m, m->channel);
        return;
    }
    if (m->kind == NT_ITEM_CHANNEL)
        nt_kept(turn->finder, NT_TURN_RULE_CHANNEL_LIFE, m);
    judge_permission(turn, relay, m, peer, NT_TURN_RULE_PEER_PERMISSION);
    nt_rfc8656_client_got(turn, relay, peer);
    /* What a real server sends from one of its addresses to another stays in its kernel, where there is no tap. */
    if (turn->v->in->real_time && nt_view_relayed(turn->v, m->party, peer) != NT_VIEW_NONE)
        nt_not_judged(turn->finder, NT_TURN_RULE_DATA_PAYLOAD, m->party, "it came from the server itself, past the tap");
    else
        judge_origin(turn, relay, m, &l, peer);
}

static bool tells_mtu(const struct nt_addr *peer, unsigned type, unsigned code)
{
    return peer->family == NT_AF_IPV6 ? type == 2 : type == 3 && code == 4;
}

/* RFC 8656, 18.13: "the Error Data field will be set to the Maximum Transmission Unit of the next-hop link" */
static void judge_mtu(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_addr *peer, unsigned type, unsigned code,
                      unsigned data)
{
    const struct nt_view_mtu *told = &turn->v->parties[m->party].told_mtu;
    if (tells_mtu(peer, type, code) && told->mtu != 0 && told->at + NT_RELAY_WITHIN >= m->at)
        nt_require(turn->finder, NT_TURN_RULE_MTU, m, data == told->mtu, "Error Data is %u, expected %u: the MTU told in packet %u",
                   data, (unsigned)told->mtu, (unsigned)told->frame);
}

static void judge_icmp(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item_attr *icmp,
                       const struct nt_addr *peer)
{
    if (icmp->len != 8)
        return; /* rfc8489_form.c judges that */
    unsigned reserved = nt_load16(icmp->value), type = icmp->value[2], code = icmp->value[3], data = nt_load32(icmp->value + 4);
    bool relayed = peer->family == NT_AF_IPV6 ? type >= 1 && type <= 3 : type == 3 || type == 11;
    nt_require(turn->finder, NT_TURN_RULE_ICMP, m, relayed, "ICMP type %u, expected %s", type,
               peer->family == NT_AF_IPV6 ? "1, 2 or 3" : "3 or 11");
    judge_mtu(turn, m, peer, type, code, data);
    nt_require(turn->finder, NT_TURN_RULE_ICMP_FORM, m, reserved == 0 && (data == 0 || tells_mtu(peer, type, code)),
               "reserved bytes 0x%04x, Error Data %u; expected 0 for ICMP type %u, code %u", reserved, data, type, code);
    if (turn->of[m->pair].known)
        judge_permission(turn, &turn->of[m->pair], m, peer, NT_TURN_RULE_ICMP_PERMISSION);
}

void nt_rfc8656_judge_indication(struct nt_relay_view *turn, const struct nt_item *m)
{
    struct nt_addr peer;
    char text[NT_ADDR_TEXT];
    const struct nt_item_attr *icmp = nt_item_attr(turn->v, m, NT_ATTR_ICMP), *data = nt_item_attr(turn->v, m, NT_ATTR_DATA);
    bool has_peer = nt_item_addr(turn->v, m, NT_ATTR_XOR_PEER_ADDRESS, &peer), whole = data != NULL || icmp != NULL;
    nt_require(turn->finder, NT_TURN_RULE_DATA, m, has_peer && whole, "missing:%s%s", has_peer ? "" : " XOR-PEER-ADDRESS",
               whole ? "" : " DATA or ICMP");
    if (has_peer && icmp != NULL)
        judge_icmp(turn, m, icmp, &peer);
    if (!has_peer || data == NULL)
        return;
    const struct nt_relay_grant *bound = nt_relay_channel_to(turn, &turn->of[m->pair], &peer, nt_surely_at(m->at));
    if (bound != NULL && bound->since + 2 * nt_tolerance(turn->v) > m->at)
        bound = NULL; /* it may have been made up before the channel was bound */
    nt_require(turn->finder, NT_TURN_RULE_CHANNEL_SERVER, m, bound == NULL,
               "a Data indication, and %s has channel 0x%04x since packet %u", nt_addr_format(&peer, text), (unsigned)bound->number,
               (unsigned)bound->frame);
    nt_rfc8656_judge_to_client(turn, m);
}
