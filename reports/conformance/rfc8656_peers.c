#include "reports/conformance/rfc8656_peers.h"

#include "reports/conformance/message.h"
#include "reports/conformance/tunnels.h"

/* The XOR-PEER-ADDRESSes of a request. */
struct peers {
    unsigned count, invalid, foreign, tunnelled; /* foreign: of a family that the allocation has not */
    struct nt_addr stranger;                     /* a foreign one */
};

static struct peers read_peers(const struct nt_relay_view *turn, const struct nt_item *q, nt_time at)
{
    const struct nt_relay *relay = &turn->of[q->pair];
    struct peers peers = {0};
    struct nt_addr peer;
    for (uint32_t i = 0; i < q->attr_count; i++) {
        const struct nt_item_attr *a = &turn->v->attrs[q->attrs + i];
        if (a->type != NT_ATTR_XOR_PEER_ADDRESS)
            continue;
        peers.count++;
        if (!nt_item_attr_addr(q, a, &peer)) {
            peers.invalid++;
            continue;
        }
        peers.tunnelled += nt_address_is_tunnelled(&peer);
        if (nt_relay_side_is_live(turn, nt_relay_side(relay, peer.family), nt_maybe_at(at)))
            continue;
        peers.foreign++;
        peers.stranger = peer;
    }
    return peers;
}

/* RFC 8656, 10.2 and 12.2: 443. Where something else is wrong with the request, too, that may be said instead. */
static void judge_foreign(struct nt_relay_view *turn, enum nt_rule rule, const struct nt_item *m, const struct nt_item *q,
                          const struct peers *peers, int code)
{
    char answer[NT_ITEM_TEXT], text[NT_ADDR_TEXT];
    bool only = peers->foreign == peers->count && peers->tunnelled == 0;
    nt_require(turn->finder, rule, m, only ? code == 443 : code == 400 || code == 403 || code == 443,
               "answered with %s, expected 443: packet %u names %s, a family that the allocation of packet %u has not",
               nt_item_answer_text(turn->v, m, answer), (unsigned)q->frame, nt_addr_format_ip(&peers->stranger, text),
               (unsigned)turn->of[m->pair].frame);
}

void nt_rfc8656_judge_permission(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    char answer[NT_ITEM_TEXT];
    struct peers peers = read_peers(turn, q, m->at);
    if (peers.count == 0 || peers.invalid > 0)
        nt_require(turn->finder, NT_TURN_RULE_NO_PEER, m, code == 400 || (peers.count > peers.invalid && code != 0),
                   "answered with %s, expected 400: packet %u has %s XOR-PEER-ADDRESS", nt_item_answer_text(turn->v, m, answer),
                   (unsigned)q->frame, peers.count == 0 ? "no" : "an invalid");
    if (peers.foreign > 0 && peers.invalid == 0)
        judge_foreign(turn, NT_TURN_RULE_FOREIGN_PEER, m, q, &peers, code);
    else if (peers.count > 0 && peers.invalid == 0 && peers.tunnelled == 0)
        nt_require(turn->finder, NT_TURN_RULE_FOREIGN_PEER, m, code != 443,
                   "answered with 443, and packet %u names peers of the allocation's address family alone", (unsigned)q->frame);
    if (code != 0)
        nt_kept(turn->finder, NT_TURN_RULE_WHOLE, m);
}

/* Why a binding is refused with 400 (RFC 8656, 12.2); NULL: it is not. */
static const char *misbound(const struct nt_relay_view *turn, const struct nt_item *m, uint16_t number, const struct nt_addr *peer)
{
    const struct nt_relay *relay = &turn->of[m->pair];
    nt_time now = nt_surely_at(m->at);
    const struct nt_relay_grant *same = nt_relay_channel(turn, relay, number, now);
    const struct nt_relay_grant *to = nt_relay_channel_to(turn, relay, peer, now);
    if (number < 0x4000 || number > 0x4fff)
        return "the number is not from 0x4000 to 0x4fff";
    if (same != NULL && !nt_addr_equal(&same->peer, peer))
        return "the channel is bound to another peer";
    return to != NULL && to->number != number ? "the peer has another channel" : NULL;
}

static void judge_misbound(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, uint16_t number,
                           const char *why, bool foreign, int code)
{
    char answer[NT_ITEM_TEXT];
    nt_require(turn->finder, NT_TURN_RULE_CHANNEL_REFUSED, m, why == NULL || code == 400 || (foreign && code == 443),
               "answered with %s, expected 400 for channel 0x%04x of packet %u: %s", nt_item_answer_text(turn->v, m, answer),
               (unsigned)number, (unsigned)q->frame, why);
}

void nt_rfc8656_judge_channel(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    uint32_t value;
    struct nt_addr peer;
    bool whole =
        nt_item_u32(turn->v, q, NT_ATTR_CHANNEL_NUMBER, &value) && nt_item_addr(turn->v, q, NT_ATTR_XOR_PEER_ADDRESS, &peer);
    if (!whole) {
        judge_misbound(turn, m, q, 0, "CHANNEL-NUMBER or XOR-PEER-ADDRESS is missing or malformed", false, code);
        return;
    }
    struct peers peers = read_peers(turn, q, m->at);
    const char *why = misbound(turn, m, (uint16_t)(value >> 16), &peer);
    if (peers.tunnelled > 0 || nt_address_is_tunnelled(&m->remote))
        nt_require(turn->finder, NT_TURN_RULE_TUNNELS, m, code != 0, "a channel to or from a tunnel's address");
    if (peers.foreign == 0 || why != NULL)
        judge_misbound(turn, m, q, (uint16_t)(value >> 16), why, peers.foreign > 0, code);
    else if (peers.tunnelled == 0 || code != 0)
        judge_foreign(turn, NT_TURN_RULE_BIND_FAMILY, m, q, &peers, code);
}
