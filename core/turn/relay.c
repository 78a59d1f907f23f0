#include "core/turn/relay.h"
#include "core/base/err.h"
#include "core/turn/server_trace.h"

#include <string.h>

#define INDICATION_OVERHEAD (NT_STUN_HEADER + 24 + 4 + 3) /* XOR-PEER-ADDRESS of an IPv6 peer, DATA's header and padding */

/* In the texts, %a is the client and %b the peer. */
static const struct nt_why no_allocation = {NT_DISCARD_NO_ALLOCATION, "%a has no allocation"},
                           no_relay = {NT_DISCARD_NO_ALLOCATION, "%a has no relayed address of the family of %b"},
                           no_relayed_address = {NT_DISCARD_NO_ALLOCATION, "no allocation has this relayed address"},
                           no_permission = {NT_DISCARD_NO_PERMISSION, "no permission for %b"},
                           no_channel = {NT_DISCARD_NO_CHANNEL, "the channel is not bound"},
                           forbidden_peer = {NT_DISCARD_FORBIDDEN, "%b is the server itself"},
                           hops = {NT_DISCARD_HOPS, "the hop count is used up on the way to %b"},
                           too_large = {NT_DISCARD_SIZE, "too large to be wrapped for %a"},
                           no_datagram = {NT_DISCARD_SIZE, "too large for a datagram to %b"},
                           no_port = {NT_DISCARD_FORBIDDEN, "port 0 is nobody's"},
                           no_room = {NT_DISCARD_NO_ROOM, "the queue of the server is full"},
                           malformed = {NT_DISCARD_UNREADABLE, "malformed ChannelData"},
                           incomplete = {NT_DISCARD_UNREADABLE, "a Send indication without peer or data"},
                           own_datagram = {NT_DISCARD_UNUSED, "an ICMP error about a datagram of the server's own"},
                           not_relayed = {NT_DISCARD_UNUSED, "an ICMP error of a kind that is not relayed"},
                           unknown_attribute = {NT_DISCARD_UNSUPPORTED, "an indication with unknown required attributes"};

#define DSCP 0xfc /* of the TOS byte; the rest is ECN */

/* The path of a relayed datagram, with what it keeps of the incoming IP header. RFC 8656, 14: DSCP, ECN and (IPv4 to IPv4) DF
 * "Set the outgoing value to the incoming value"; 13 and 21.1.7: the TTL counts down, so that a loop between relays ends. 15, of
 * what came over TCP: "The server sets the outgoing value to the DSCP used by the TCP connection", "to Not-ECT", no DF; and 16, to
 * TCP: all is the connection's. */
static struct nt_path onward_path(const struct nt_path *in, const struct nt_path *out_way)
{
    struct nt_path out = *out_way;
    if (out.transport != NT_UDP)
        return out;
    if (in->transport != NT_UDP) {
        out.tos = in->tos & DSCP;
        return out;
    }
    const struct nt_addr *to = &out.remote;
    out.tos = in->tos;
    out.ttl = (uint8_t)(in->ttl > 0 ? in->ttl - 1 : 0);
    out.df = in->df && in->local.family == NT_AF_IPV4 && to->family == NT_AF_IPV4;
    return out;
}

/* RFC 8656, 14, the alternate behavior, where the preferred one would lose what does not fit: "always assume the incoming DF bit is
 * 0". */
static void fit_path(struct nt_path *out, const struct nt_turn_path_mtu *known, size_t len, nt_time now)
{
    if (out->df && known != NULL && !nt_turn_path_carries(known, len, now))
        out->df = 0;
}

/* Why nothing is relayed between them; NULL: it may be. */
static const struct nt_why *why_not_relayed(const struct nt_turn_server *s, const struct nt_turn_allocation *a,
                                            const struct nt_path *in, const struct nt_addr *peer, nt_time now)
{
    if (!nt_turn_permitted(&a->permissions, peer, now))
        return &no_permission;
    if (nt_addr_equal(peer, nt_turn_listen(s, peer->family)))
        return &forbidden_peer;
    if (peer->port == 0)
        return &no_port;
    return in->ttl == 1 && in->transport == NT_UDP && a->client.transport == NT_UDP ? &hops : NULL;
}

static void send_to_peer(struct nt_turn_server *s, struct nt_turn_allocation *a, const struct nt_path *in,
                         const struct nt_addr *peer, const uint8_t *payload, size_t len, bool dont_fragment, nt_time now)
{
    const struct nt_turn_relay *r = nt_turn_relay_for(a, peer->family);
    const struct nt_why *why = r == NULL ? &no_relay : len > NT_DATAGRAM_MAX ? &no_datagram : why_not_relayed(s, a, in, peer, now);
    uint8_t *room = why == NULL ? nt_stun_outbox_room(&s->outbox, len + 1) : NULL;
    if (room == NULL) {
        nt_turn_trace_drop(s, why != NULL ? why : &no_room, &a->client.remote, peer, now);
        return;
    }
    memcpy(room, payload, len);
    struct nt_path out = onward_path(in, &(struct nt_path){.transport = NT_UDP, .local = r->addr, .remote = *peer});
    if (out.df)
        fit_path(&out, nt_turn_permission_path(&a->permissions, peer), len, now);
    /* RFC 8656, 14: DONT-FRAGMENT sets the DF bit; 13: it is ignored when the packet is translated. 15: "If the TCP traffic arrives
     * over IPv6, the server relies on the presence of the DONT-FRAGMENT attribute" */
    if (dont_fragment && in->local.family == peer->family && (peer->family == NT_AF_IPV4 || in->transport != NT_UDP))
        out.df = 1;
    nt_stun_outbox_commit(&s->outbox, &out, len);
}

void nt_turn_relay_channel_data(struct nt_turn_server *s, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    uint16_t number;
    const uint8_t *payload;
    size_t payload_len;
    struct nt_turn_allocation *a = nt_turn_by_client(&s->allocations, path);
    if (a == NULL || !nt_channel_data_parse(bytes, len, &number, &payload, &payload_len)) {
        nt_turn_trace_drop(s, a == NULL ? &no_allocation : &malformed, &path->remote, NULL, now);
        return;
    }
    const struct nt_turn_channel *channel = nt_turn_channel_by_number(&a->channels, number, now);
    if (channel == NULL)
        nt_turn_trace_drop(s, &no_channel, &path->remote, NULL, now);
    else
        send_to_peer(s, a, path, &channel->peer, payload, payload_len, false, now);
}

void nt_turn_relay_send(struct nt_turn_server *s, const struct nt_path *path, const struct nt_stun_msg *msg, nt_time now)
{
    struct nt_addr peer;
    const struct nt_stun_attr *data = nt_stun_find(msg, NT_ATTR_DATA);
    struct nt_turn_allocation *a = nt_turn_by_client(&s->allocations, path);
    const struct nt_why *why = NULL;
    if (a == NULL)
        why = &no_allocation;
    else if (msg->unknown_count > 0) /* RFC 8489, 6.3.2: an indication with unknown required attributes is discarded */
        why = &unknown_attribute;
    else if (data == NULL || nt_stun_get_addr(msg, NT_ATTR_XOR_PEER_ADDRESS, &peer) != NT_OK)
        why = &incomplete;
    if (why != NULL) {
        nt_turn_trace_drop(s, why, &path->remote, NULL, now);
        return;
    }
    send_to_peer(s, a, path, &peer, data->value, data->len, nt_stun_find(msg, NT_ATTR_DONT_FRAGMENT) != NULL, now);
}

/* A Data indication starts with its peer. */
static void start_data_indication(struct nt_turn_server *s, struct nt_stun_builder *b, uint8_t *room, size_t cap,
                                  const struct nt_addr *peer)
{
    uint8_t id[NT_STUN_ID];
    nt_rand_bytes(s->config.rand, id, sizeof id);
    nt_stun_start(b, room, cap, NT_STUN_INDICATION, NT_TURN_DATA, id);
    nt_stun_add_addr(b, NT_ATTR_XOR_PEER_ADDRESS, peer);
}

static int wrap_in_channel(const struct nt_turn_allocation *a, const struct nt_turn_channel *channel, const uint8_t *bytes,
                           size_t len, uint8_t *room, size_t cap)
{
    int n = nt_channel_data_write(room, cap, channel->number, bytes, len);
    return a->client.transport != NT_UDP ? nt_channel_data_pad(room, cap, n) : n;
}

static int wrap_for_client(struct nt_turn_server *s, const struct nt_turn_allocation *a, const struct nt_addr *peer,
                           const uint8_t *bytes, size_t len, uint8_t *room, size_t cap, nt_time now)
{
    /* RFC 8656, 12.5: "The server [...] MUST use the ChannelData message if a channel has been bound to the peer." */
    const struct nt_turn_channel *channel = nt_turn_channel_by_peer(&a->channels, peer, now);
    if (channel != NULL)
        return wrap_in_channel(a, channel, bytes, len, room, cap);
    struct nt_stun_builder b;
    start_data_indication(s, &b, room, cap, peer);
    nt_stun_add(&b, NT_ATTR_DATA, bytes, len);
    return nt_stun_finish(&b);
}

void nt_turn_relay_from_peer(struct nt_turn_server *s, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_turn_relay *r = nt_turn_by_relay(&s->allocations, &path->local);
    const struct nt_why *why = r == NULL ? &no_relayed_address : why_not_relayed(s, r->owner, path, &path->remote, now);
    if (why == NULL && len + INDICATION_OVERHEAD > NT_DATAGRAM_MAX)
        why = &too_large;
    uint8_t *room = why == NULL ? nt_stun_outbox_room(&s->outbox, len + INDICATION_OVERHEAD) : NULL;
    if (room == NULL) {
        nt_turn_trace_drop(s, why != NULL ? why : &no_room, r != NULL ? &r->owner->client.remote : NULL, &path->remote, now);
        return;
    }
    int wrapped = wrap_for_client(s, r->owner, &path->remote, bytes, len, room, len + INDICATION_OVERHEAD, now);
    struct nt_path out = onward_path(path, &r->owner->client);
    if (wrapped <= 0)
        return;
    fit_path(&out, &r->owner->path, (size_t)wrapped, now);
    nt_stun_outbox_commit(&s->outbox, &out, (size_t)wrapped);
}

/* RFC 8656, 11.5: "the type is either 3 or 11 for an ICMPv4 packet or either 1, 2, or 3 for an ICMPv6 packet" */
static bool is_relayed_error(uint8_t family, uint8_t type)
{
    return family == NT_AF_IPV4 ? type == 3 || type == 11 : type >= 1 && type <= 3;
}

/* RFC 8656, 18.13: reserved, type, code; "the Error Data field will be set to the Maximum Transmission Unit of the next-hop link".
 */
static void send_icmp(struct nt_turn_server *s, const struct nt_turn_allocation *a, const struct nt_addr *peer,
                      const uint8_t icmp[NT_ICMP_INPUT], uint8_t *room)
{
    struct nt_stun_builder b;
    uint8_t value[2 + NT_ICMP_INPUT] = {0, 0};
    memcpy(value + 2, icmp, NT_ICMP_INPUT);
    start_data_indication(s, &b, room, NT_TURN_MESSAGE_MAX, peer);
    nt_stun_add(&b, NT_ATTR_ICMP, value, sizeof value);
    nt_stun_outbox_commit(&s->outbox, &a->client, (size_t)nt_stun_finish(&b)); /* it is far shorter than NT_TURN_MESSAGE_MAX */
}

/* About a datagram that went to a client: all that is of use is the MTU. */
static void take_own_icmp(struct nt_turn_server *s, const struct nt_path *path, uint32_t mtu, nt_time now)
{
    struct nt_turn_allocation *a = nt_turn_by_client(&s->allocations, path);
    if (a != NULL && mtu > 0)
        nt_turn_path_mtu_learn(&a->path, mtu, now);
    else
        nt_turn_trace_drop(s, &own_datagram, NULL, &path->remote, now);
}

void nt_turn_relay_icmp(struct nt_turn_server *s, const struct nt_path *path, const uint8_t icmp[NT_ICMP_INPUT], nt_time now)
{
    /* The path is that of the datagram that caused the error: the permission must cover its destination. */
    struct nt_turn_relay *r = nt_turn_by_relay(&s->allocations, &path->local);
    uint32_t mtu = nt_load32(icmp + 2);
    if (r == NULL) {
        take_own_icmp(s, path, mtu, now);
        return;
    }
    if (!is_relayed_error(r->addr.family, icmp[0])) {
        nt_turn_trace_drop(s, &not_relayed, NULL, &path->remote, now);
        return;
    }
    bool permitted = nt_turn_permitted(&r->owner->permissions, &path->remote, now);
    uint8_t *room = permitted ? nt_stun_outbox_room(&s->outbox, NT_TURN_MESSAGE_MAX) : NULL;
    if (room == NULL) {
        nt_turn_trace_drop(s, permitted ? &no_room : &no_permission, &r->owner->client.remote, &path->remote, now);
        return;
    }
    if (mtu > 0)
        nt_turn_path_mtu_learn(nt_turn_permission_path(&r->owner->permissions, &path->remote), mtu, now);
    send_icmp(s, r->owner, &path->remote, icmp, room);
}
