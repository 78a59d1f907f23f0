#include "tests/faulty/faults_server_relaying.h"
#include "core/turn/channel_data.h"
#include "tests/faulty/faulty.h"
#include "tests/faulty/turn_event.h"

static void no_peer(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_XOR_PEER_ADDRESS);
}

static void no_data(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_DATA);
}

static void other_port(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr peer;
    (void)m;
    if (!stun_edit_addr(e->stun, NT_ATTR_XOR_PEER_ADDRESS, &peer))
        return;
    peer.port ^= 1;
    stun_edit_set_addr(e->stun, NT_ATTR_XOR_PEER_ADDRESS, &peer);
}

static void stranger(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr peer;
    (void)m;
    nt_addr_parse(&peer, e->path.local.family == NT_AF_IPV6 ? "[2001:db8:9::9]:9000" : "192.0.2.9:9000");
    stun_edit_set_addr(e->stun, NT_ATTR_XOR_PEER_ADDRESS, &peer);
}

static void other_data(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_DATA, "\x80 of nobody", 11);
}

static void data_as_request(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->class_ = NT_STUN_REQUEST;
}

static void indication_padding(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_SOFTWARE, "padded", 6);
    e->stun->padding = 0x20;
}

/* --- ChannelData --- */

static void other_channel(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    nt_store16(e->bytes, 0x4ffd);
}

static void too_long(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    nt_store16(e->bytes + 2, (uint16_t)(nt_load16(e->bytes + 2) + 8));
}

static void cut_short(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    nt_store16(e->bytes + 2, (uint16_t)(nt_load16(e->bytes + 2) - 8));
}

/* ChannelData becomes a Data indication of the peer whose channel was bound first. */
static void as_indication(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr peer;
    struct nt_stun_builder b;
    uint8_t payload[2048], id[NT_STUN_ID];
    size_t len = e->len - 4;
    if (!e->outgoing && is_of(e, NT_STUN_REQUEST, NT_TURN_CHANNEL_BIND) && !m->done)
        m->done = stun_edit_addr(e->stun, NT_ATTR_XOR_PEER_ADDRESS, &peer) && nt_addr_format(&peer, m->text) != NULL;
    if (!gives_channel_data(e) || e->len > sizeof payload || nt_addr_parse(&peer, m->text) != NT_OK)
        return;
    memcpy(payload, e->bytes + 4, len);
    faulty_fresh_id(e->party, id);
    nt_stun_start(&b, e->bytes, e->cap, NT_STUN_INDICATION, NT_TURN_DATA, id);
    nt_stun_add_addr(&b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
    nt_stun_add(&b, NT_ATTR_DATA, payload, len);
    e->len = (size_t)nt_stun_finish(&b);
}

/* --- what peers get --- */

static bool relays_data(const struct fault_event *e)
{
    return to_peer(e) && e->stun == NULL && e->len > 0;
}

static void change_data(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->bytes[e->len - 1] ^= 1;
}

static void cut_data(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (relays_data(e))
        e->len--;
}

static void relay_not(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->dropped = to_peer(e);
}

static void relay_back_not(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->dropped = gives_indication(e) || gives_channel_data(e);
}

static void relay_twice(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->doubled = to_peer(e);
}

static void relay_to_other_port(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (relays_data(e))
        e->path.remote.port ^= 1;
}

static void make_up_data(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (relays_data(e))
        faulty_send(e, (const uint8_t *)"\x80 of its own", 12, NT_MSEC);
}

// clang-format off
#define ROW(name, does, who, how) {name, does, NT_APP_SERVER, .when = who, .edit = how}
#define ACT(name, does, how) {name, does, NT_APP_SERVER, .acts = how}

const struct fault faults_of_server_relaying[] = {
    ROW("server-data-without-peer", "its Data indications have no XOR-PEER-ADDRESS", gives_indication, no_peer),
    ROW("server-data-without-data", "its Data indications have neither DATA nor ICMP", gives_indication, no_data),
    ROW("server-data-of-other-port", "XOR-PEER-ADDRESS of its Data indications has another port", gives_indication, other_port),
    ROW("server-data-of-stranger", "XOR-PEER-ADDRESS of its Data indications is a stranger", gives_indication, stranger),
    ROW("server-data-changed", "its Data indications have other data than the peer sent", gives_indication, other_data),
    ROW("server-data-as-request", "its Data indications are requests", gives_indication, data_as_request),
    ROW("server-data-padding", "the padding of its Data indications is not zero", gives_indication, indication_padding),
    ROW("server-other-channel", "its ChannelData is of another channel", gives_channel_data, other_channel),
    ROW("server-channel-data-too-long", "the length of its ChannelData is eight too long", gives_channel_data, too_long),
    ROW("server-channel-data-cut", "the length of its ChannelData is eight too short", gives_channel_data, cut_short),
    ACT("server-indication-for-channel", "it uses Data indications for a peer that has a channel", as_indication),
    ROW("server-changes-data", "what it relays to peers differs from what the client sent", relays_data, change_data),
    ACT("server-cuts-data", "what it relays to peers lacks the last byte", cut_data),
    ACT("server-relays-not", "it relays nothing to peers", relay_not),
    ACT("server-relays-back-not", "it relays nothing to clients", relay_back_not),
    ACT("server-relays-twice", "it relays each datagram twice: as a network does", relay_twice),
    ACT("server-relays-to-other-port", "it relays to another port of the peer", relay_to_other_port),
    ACT("server-makes-up-data", "it sends data of its own to peers", make_up_data),
    {0},
};
// clang-format on
