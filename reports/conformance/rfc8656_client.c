#include "reports/conformance/rfc8656_client.h"

#include "core/base/err.h"
#include "reports/conformance/message.h"
#include "reports/conformance/relay_view.h"

#define REBIND_WAIT (300 * NT_SEC) /* RFC 8656, 12: "the client MUST wait 5 minutes after the channel binding expires" */
/* RFC 8489, 6.2.1: so long a client may wait for a response, at the RTO of 500 ms. */
#define ANSWER_WITHIN (39500 * NT_MSEC)
#define UNANSWERED "a request that may have refreshed it was not answered"

static bool has_attr(const struct nt_finder *finder, const struct nt_item *m, uint16_t type)
{
    return nt_item_attr(finder->v, m, type) != NULL;
}

/* --- Allocate --- */

/* Sizes are judged by rfc8489_form.c. */
static void judge_transport(struct nt_finder *finder, const struct nt_item *m)
{
    uint32_t transport = 0;
    if (!has_attr(finder, m, NT_ATTR_REQUESTED_TRANSPORT))
        nt_require(finder, NT_TURN_RULE_TRANSPORT, m, false, "REQUESTED-TRANSPORT is missing");
    else if (nt_item_u32(finder->v, m, NT_ATTR_REQUESTED_TRANSPORT, &transport))
        nt_require(finder, NT_TURN_RULE_TRANSPORT, m, transport == UINT32_C(17) << 24,
                   "REQUESTED-TRANSPORT is 0x%08x, expected 0x11000000: UDP and zeros", (unsigned)transport);
}

/* RFC 8656, 18.6 and 18.11: "the 24 bits in the Reserved field MUST be set to zero by the client" */
static void judge_reserved(struct nt_finder *finder, const struct nt_item *m)
{
    static const uint16_t types[] = {NT_ATTR_REQUESTED_ADDRESS_FAMILY, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY};
    char name[NT_ITEM_TEXT];
    uint32_t value;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (nt_item_u32(finder->v, m, types[i], &value))
            nt_require(finder, NT_TURN_RULE_FAMILY_ZERO, m, (value & 0xffffff) == 0,
                       "%s is 0x%08x, expected zeros behind the family", nt_item_attr_name(types[i], name), (unsigned)value);
}

/* RFC 8656, 7.1: one address family may be named, or both; a token stands for an address that has one already. */
static void judge_families(struct nt_finder *finder, const struct nt_item *m)
{
    bool token = has_attr(finder, m, NT_ATTR_RESERVATION_TOKEN);
    size_t named = nt_item_count_attrs(finder->v, m, NT_ATTR_REQUESTED_ADDRESS_FAMILY);
    const struct nt_item_attr *additional = nt_item_attr(finder->v, m, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY);
    const struct nt_item_attr *even = nt_item_attr(finder->v, m, NT_ATTR_EVEN_PORT);
    nt_require(finder, NT_TURN_RULE_REQ_FAMILY, m, named <= (token ? 0u : 1u),
               "%zu REQUESTED-ADDRESS-FAMILY%s, expected at most %u", named, token ? " beside RESERVATION-TOKEN" : "",
               token ? 0u : 1u);
    if (additional == NULL)
        return;
    bool reserves = even != NULL && even->len > 0 && (even->value[0] & 0x80) != 0;
    const char *beside = named > 0  ? "REQUESTED-ADDRESS-FAMILY"
                         : token    ? "RESERVATION-TOKEN"
                         : reserves ? "EVEN-PORT with the R bit"
                                    : NULL;
    unsigned family = additional->len > 0 ? additional->value[0] : 0;
    if (beside != NULL)
        nt_require(finder, NT_TURN_RULE_ADDITIONAL, m, false, "ADDITIONAL-ADDRESS-FAMILY together with %s", beside);
    else
        nt_require(finder, NT_TURN_RULE_ADDITIONAL, m, family == 2, "ADDITIONAL-ADDRESS-FAMILY is %u, expected 2: IPv6", family);
}

static void judge_allocate(struct nt_finder *finder, const struct nt_item *m)
{
    judge_transport(finder, m);
    judge_families(finder, m);
    judge_reserved(finder, m);
    nt_require(finder, NT_TURN_RULE_TOKEN, m,
               !has_attr(finder, m, NT_ATTR_RESERVATION_TOKEN) || !has_attr(finder, m, NT_ATTR_EVEN_PORT),
               "RESERVATION-TOKEN together with EVEN-PORT");
}

/* --- what needs an allocation --- */

static const char *family_name(uint8_t family)
{
    return family == NT_AF_IPV6 ? "IPv6" : "IPv4";
}

/* RFC 8656, 10.1 and 12.1: peers have the address family of a relayed address. */
static void judge_peer_families(struct nt_relay_view *turn, const struct nt_item *m)
{
    const struct nt_relay *relay = &turn->of[m->pair];
    struct nt_addr peer;
    if (!relay->known)
        return;
    for (uint32_t i = 0; i < m->attr_count; i++)
        if (turn->v->attrs[m->attrs + i].type == NT_ATTR_XOR_PEER_ADDRESS &&
            nt_item_attr_addr(m, &turn->v->attrs[m->attrs + i], &peer))
            nt_require(turn->finder, NT_TURN_RULE_PEER_FAMILY, m, nt_relay_side(relay, peer.family)->known,
                       "an %s peer, and no %s address was allocated in packet %u", family_name(peer.family),
                       family_name(peer.family), (unsigned)relay->frame);
}

/* The binding with which this one must not be at odds yet; NULL: none. */
static const struct nt_relay_grant *unfinished(const struct nt_relay_view *turn, const struct nt_item *m, uint16_t number,
                                               const struct nt_addr *peer)
{
    for (uint32_t i = turn->of[m->pair].grants; i != NT_VIEW_NONE; i = turn->grants[i].next) {
        const struct nt_relay_grant *g = &turn->grants[i];
        bool same_peer = nt_addr_equal(&g->peer, peer);
        if (g->kind == NT_GRANT_CHANNEL && (g->number == number) != same_peer &&
            m->at + nt_tolerance(turn->v) < g->since + NT_CHANNEL_LIFETIME + REBIND_WAIT)
            return g;
    }
    return NULL;
}

static void judge_rebinding(struct nt_relay_view *turn, const struct nt_item *m, uint16_t number)
{
    struct nt_addr peer;
    if (!nt_item_addr(turn->v, m, NT_ATTR_XOR_PEER_ADDRESS, &peer))
        return;
    char was[NT_ADDR_TEXT], now[NT_ADDR_TEXT];
    const struct nt_relay_grant *g = unfinished(turn, m, number, &peer);
    nt_require(turn->finder, NT_TURN_RULE_REBIND, m, g == NULL,
               "channel 0x%04x to %s, %" PRId64 " s after packet %u bound 0x%04x to %s; expected 900 s at least", (unsigned)number,
               nt_addr_format(&peer, now), (m->at - g->since) / NT_SEC, (unsigned)g->frame, (unsigned)g->number,
               nt_addr_format(&g->peer, was));
}

static void judge_bind(struct nt_relay_view *turn, const struct nt_item *m)
{
    uint32_t value = 0;
    struct nt_finder *finder = turn->finder;
    if (!has_attr(finder, m, NT_ATTR_CHANNEL_NUMBER))
        nt_require(finder, NT_TURN_RULE_CHANNEL_RANGE, m, false, "CHANNEL-NUMBER is missing");
    if (!nt_item_u32(turn->v, m, NT_ATTR_CHANNEL_NUMBER, &value))
        return;
    nt_require(finder, NT_TURN_RULE_CHANNEL_ZERO, m, (value & 0xffff) == 0,
               "the last two bytes of CHANNEL-NUMBER are 0x%04x, expected 0", (unsigned)(value & 0xffff));
    nt_require(finder, NT_TURN_RULE_CHANNEL_RANGE, m, value >> 16 >= 0x4000 && value >> 16 <= 0x4fff,
               "channel 0x%04x, expected 0x4000 to 0x4fff", (unsigned)(value >> 16));
    judge_rebinding(turn, m, (uint16_t)(value >> 16));
}

/* There was a permission, and a request for it is on its way that may have refreshed it. */
static bool is_being_refreshed(const struct nt_relay_view *turn, const struct nt_relay *relay, const struct nt_addr *peer,
                               nt_time now)
{
    const struct nt_relay_grant *asked = nt_relay_grant_to(turn, relay, peer, NT_GRANT_ASKED);
    return asked != NULL && asked->since + ANSWER_WITHIN >= now &&
           nt_relay_grant_to(turn, relay, peer, NT_GRANT_PERMISSION) != NULL && nt_relay_is_live(turn, relay, now);
}

/* For a check it is enough that the permission was asked for (RFC 8445, 7.2.1: "if it had told the TURN server to"); other data
 * needs the server's success response (RFC 8656, 11.1), or something that the server has relayed from the peer. */
static void judge_send(struct nt_relay_view *turn, const struct nt_item *m)
{
    const struct nt_view *v = turn->v;
    const struct nt_item_attr *data = nt_item_attr(v, m, NT_ATTR_DATA);
    struct nt_addr peer;
    char text[NT_ADDR_TEXT];
    bool has_peer = nt_item_addr(v, m, NT_ATTR_XOR_PEER_ADDRESS, &peer);
    nt_require(turn->finder, NT_TURN_RULE_SEND, m, data != NULL && has_peer, "%s is missing",
               data != NULL ? "XOR-PEER-ADDRESS" : "DATA");
    if (data == NULL || !has_peer)
        return;
    bool check = data->len >= 2 && nt_load16(data->value) == NT_STUN_BINDING;
    const struct nt_relay *relay = &turn->of[m->pair];
    bool permitted = check ? nt_relay_was_asked(turn, relay, &peer, m->at) : nt_relay_permits(turn, relay, &peer, m->at);
    if (!permitted && !check && is_being_refreshed(turn, relay, &peer, m->at)) {
        nt_not_judged(turn->finder, NT_TURN_RULE_SEND_PERMISSION, m->party, UNANSWERED);
        return;
    }
    nt_require(turn->finder, check ? NT_ICE_RULE_PERMISSION : NT_TURN_RULE_SEND_PERMISSION, m, permitted,
               check ? "no permission for %s was asked for in the last 300 s"
                     : "no permission for %s: none was granted in the last 300 s",
               nt_addr_format_ip(&peer, text));
}

/* A Refresh that is on its way may have done what the client cannot know. */
static void judge_alive(struct nt_relay_view *turn, const struct nt_item *m)
{
    const struct nt_relay *relay = &turn->of[m->pair];
    const struct nt_relay_side *late = &relay->sides[relay->sides[1].expires > relay->sides[0].expires];
    bool alive = m->at <= late->expires + nt_tolerance(turn->v);
    if (!late->live)
        return;
    if (!alive && relay->refreshing != 0 && relay->refreshing + ANSWER_WITHIN >= m->at)
        nt_not_judged(turn->finder, NT_TURN_RULE_REFRESHED, m->party, UNANSWERED);
    else
        nt_require(turn->finder, NT_TURN_RULE_REFRESHED, m, alive, "the allocation of packet %u expired %" PRId64 " ms ago",
                   (unsigned)relay->frame, (m->at - late->expires) / NT_MSEC);
}

/* RFC 8656, 8.1 */
static void judge_refresh(struct nt_relay_view *turn, const struct nt_item *m)
{
    const struct nt_relay *relay = &turn->of[m->pair];
    uint32_t value;
    judge_reserved(turn->finder, m);
    if (!relay->known || !nt_item_u32(turn->v, m, NT_ATTR_REQUESTED_ADDRESS_FAMILY, &value))
        return;
    unsigned family = value >> 24;
    const struct nt_relay_side *side = nt_relay_side(relay, family == 2 ? NT_AF_IPV6 : NT_AF_IPV4);
    nt_require(turn->finder, NT_TURN_RULE_REFRESH_KNOWN, m, (family == 1 || family == 2) && side->known && !side->removed,
               "family %u, which the allocation of packet %u has not%s", family, (unsigned)relay->frame,
               side->removed ? " any more" : "");
}

static void judge_request(struct nt_relay_view *turn, const struct nt_item *m)
{
    switch (m->method) {
    case NT_TURN_ALLOCATE: judge_allocate(turn->finder, m); break;
    case NT_TURN_REFRESH: judge_refresh(turn, m); break;
    case NT_TURN_CREATE_PERMISSION:
        nt_require(turn->finder, NT_TURN_RULE_PEERS, m, has_attr(turn->finder, m, NT_ATTR_XOR_PEER_ADDRESS), "no XOR-PEER-ADDRESS");
        judge_peer_families(turn, m);
        judge_alive(turn, m);
        break;
    case NT_TURN_CHANNEL_BIND:
        judge_bind(turn, m);
        judge_peer_families(turn, m);
        judge_alive(turn, m);
        break;
    default: break;
    }
}

/* RFC 8656, 12: "the client MAY elect to send ChannelData messages before receiving the ChannelBind success response". */
static void judge_channel_data(struct nt_relay_view *turn, const struct nt_item *m)
{
    const struct nt_relay *relay = &turn->of[m->pair];
    bool bound =
        nt_relay_channel(turn, relay, m->channel, m->at) != NULL || nt_relay_asked_channel(turn, relay, m->channel, m->at) != NULL;
    judge_alive(turn, m);
    nt_require(turn->finder, NT_TURN_RULE_CHANNEL_USE, m, bound, "ChannelData on 0x%04x, which the client has not asked to bind%s",
               (unsigned)m->channel, nt_relay_past_channel(turn, relay, m->channel) != NULL ? " for ten minutes" : "");
}

static void judge_item(struct nt_relay_view *turn, const struct nt_item *m, uint32_t self)
{
    bool out = m->direction == NT_DIR_OUT;
    if (out && m->kind == NT_ITEM_CHANNEL && !m->excused && turn->of[m->pair].known)
        judge_channel_data(turn, m);
    if (!out && (m->kind == NT_ITEM_CHANNEL || nt_item_is(m, NT_TURN_DATA, NT_STUN_INDICATION)))
        nt_relay_follow_relayed(turn, m);
    if (m->kind != NT_ITEM_STUN || (out && (m->flaws & NT_FLAWS_UNREADABLE) != 0))
        return;
    if (out && nt_item_is(m, NT_TURN_SEND, NT_STUN_INDICATION) && !m->excused) {
        judge_send(turn, m);
        judge_alive(turn, m);
    } else if (out && m->class_ == NT_STUN_REQUEST && m->first == self && !m->excused) {
        judge_request(turn, m);
    } else if (!out && m->class_ == NT_STUN_SUCCESS && m->method != NT_STUN_BINDING && m->request != NT_VIEW_NONE) {
        nt_relay_follow_success(turn, m);
    } else if (!out && nt_item_is(m, NT_TURN_REFRESH, NT_STUN_ERROR)) {
        turn->of[m->pair].refreshing = 0;
    }
    if (out && m->class_ == NT_STUN_REQUEST)
        nt_relay_follow_request(turn, m);
}

void nt_rfc8656_client_item(struct nt_relay_view *turn, const struct nt_item *m, uint32_t self)
{
    if (nt_item_party(turn->v, m)->kind == NT_CONF_AGENT && !m->inner && nt_relay_view_reach(turn))
        judge_item(turn, m, self);
}
