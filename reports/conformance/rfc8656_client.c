#include "reports/conformance/rfc8656_client.h"

#include "core/base/err.h"
#include "reports/conformance/message.h"
#include "reports/conformance/relay_view.h"

static size_t count_attrs(const struct nt_view *v, const struct nt_item *m, uint16_t type)
{
    size_t n = 0;
    for (uint32_t i = 0; i < m->attr_count; i++)
        n += v->attrs[m->attrs + i].type == type;
    return n;
}

static void judge_allocate(struct nt_finder *finder, const struct nt_item *m)
{
    uint32_t transport = 0;
    bool token = nt_item_attr(finder->v, m, NT_ATTR_RESERVATION_TOKEN) != NULL;
    bool there = nt_item_u32(finder->v, m, NT_ATTR_REQUESTED_TRANSPORT, &transport);
    nt_require(finder, NT_TURN_RULE_TRANSPORT, m, there && transport == UINT32_C(17) << 24,
               "REQUESTED-TRANSPORT is missing, or not UDP and zeros");
    nt_require(finder, NT_TURN_RULE_REQ_FAMILY, m, count_attrs(finder->v, m, NT_ATTR_REQUESTED_ADDRESS_FAMILY) <= (token ? 0u : 1u),
               "more REQUESTED-ADDRESS-FAMILY than allowed");
    nt_require(finder, NT_TURN_RULE_TOKEN, m, !token || nt_item_attr(finder->v, m, NT_ATTR_EVEN_PORT) == NULL,
               "RESERVATION-TOKEN with EVEN-PORT");
}

static void judge_bind(struct nt_finder *finder, const struct nt_item *m)
{
    uint32_t value = 0;
    bool there = nt_item_u32(finder->v, m, NT_ATTR_CHANNEL_NUMBER, &value);
    nt_require(finder, NT_TURN_RULE_CHANNEL_ZERO, m, there && (value & 0xffff) == 0,
               "CHANNEL-NUMBER has another size, or reserved bits set");
    if (!there)
        return;
    nt_exercise(finder, NT_TURN_RULE_CHANNEL_RANGE);
    if (value >> 16 < 0x4000 || value >> 16 > 0x4fff)
        nt_find_violation(finder, NT_TURN_RULE_CHANNEL_RANGE, m->party, m->frame, "channel 0x%04x", (unsigned)(value >> 16));
}

/* For a check it is enough that the permission was asked for (RFC 8445, 7.2.1: "if it had told the TURN server to"); other data
 * needs the server's success response (RFC 8656, 11.1), or something that the server has relayed from the peer. */
static void judge_send(struct nt_relay_view *turn, const struct nt_item *m)
{
    const struct nt_view *v = turn->v;
    const struct nt_item_attr *data = nt_item_attr(v, m, NT_ATTR_DATA);
    struct nt_addr peer;
    bool has_peer = nt_item_addr(v, m, NT_ATTR_XOR_PEER_ADDRESS, &peer);
    nt_require(turn->finder, NT_TURN_RULE_SEND, m, data != NULL && has_peer, "a Send indication without its peer or data");
    if (data == NULL || !has_peer || nt_item_is_held(v, m))
        return;
    bool check = data->len >= 2 && nt_load16(data->value) == NT_STUN_BINDING;
    const struct nt_relay *relay = &turn->of[m->pair];
    bool permitted = check ? nt_relay_was_asked(turn, relay, &peer, m->at) : nt_relay_permits(turn, relay, &peer, m->at);
    nt_require(turn->finder, check ? NT_ICE_RULE_PERMISSION : NT_TURN_RULE_SEND_PERMISSION, m, permitted,
               "there is no permission for the peer");
}

static void judge_alive(struct nt_relay_view *turn, const struct nt_item *m)
{
    const struct nt_relay *relay = &turn->of[m->pair];
    if (relay->live)
        nt_require(turn->finder, NT_TURN_RULE_REFRESHED, m, m->at <= relay->expires + NT_TOLERANCE, "the allocation had expired");
}

static void judge_request(struct nt_relay_view *turn, const struct nt_item *m)
{
    switch (m->method) {
    case NT_TURN_ALLOCATE: judge_allocate(turn->finder, m); break;
    case NT_TURN_CREATE_PERMISSION:
        nt_require(turn->finder, NT_TURN_RULE_PEERS, m, nt_item_attr(turn->v, m, NT_ATTR_XOR_PEER_ADDRESS) != NULL,
                   "no XOR-PEER-ADDRESS");
        judge_alive(turn, m);
        break;
    case NT_TURN_CHANNEL_BIND:
        judge_bind(turn->finder, m);
        judge_alive(turn, m);
        break;
    default: break;
    }
}

static void judge_channel_data(struct nt_relay_view *turn, const struct nt_item *m)
{
    bool bound = nt_relay_channel(turn, &turn->of[m->pair], m->channel, m->at) != NULL;
    judge_alive(turn, m);
    if (!nt_item_is_held(turn->v, m))
        nt_require(turn->finder, NT_TURN_RULE_CHANNEL_USE, m, bound, "ChannelData, and no confirmed channel");
}

static void judge_item(struct nt_relay_view *turn, const struct nt_item *m, uint32_t self)
{
    bool out = m->direction == NT_DIR_OUT;
    if (out && m->kind == NT_ITEM_CHANNEL && !m->excused && turn->of[m->pair].known)
        judge_channel_data(turn, m);
    if (!out && (m->kind == NT_ITEM_CHANNEL || nt_item_is(m, NT_TURN_DATA, NT_STUN_INDICATION)))
        nt_relay_follow_relayed(turn, m);
    if (m->kind != NT_ITEM_STUN)
        return;
    if (out && m->class_ == NT_STUN_REQUEST)
        nt_relay_follow_request(turn, m);
    if (out && nt_item_is(m, NT_TURN_SEND, NT_STUN_INDICATION) && !m->excused) {
        judge_send(turn, m);
        judge_alive(turn, m);
    } else if (out && m->class_ == NT_STUN_REQUEST && m->first == self && !m->excused) {
        judge_request(turn, m);
    } else if (!out && m->class_ == NT_STUN_SUCCESS && m->method != NT_STUN_BINDING && m->request != NT_VIEW_NONE) {
        nt_relay_follow_success(turn, m);
    }
}

void nt_rfc8656_client_item(struct nt_relay_view *turn, const struct nt_item *m, uint32_t self)
{
    if (nt_item_party(turn->v, m)->kind == NT_CONF_AGENT && !m->inner && nt_relay_view_reach(turn))
        judge_item(turn, m, self);
}
