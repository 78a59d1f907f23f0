#include "tests/faulty/faults_turn_behaviour.h"
#include "core/turn/channel_data.h"
#include "tests/faulty/faulty.h"
#include "tests/faulty/turn_event.h"

/* --- requests that it does not send --- */

static bool is_integrity(uint16_t type)
{
    return type == NT_ATTR_MESSAGE_INTEGRITY || type == NT_ATTR_MESSAGE_INTEGRITY_SHA256;
}

static bool asks_to_release(const struct fault_event *e)
{
    return asks_refresh(e) && stun_edit_has(e->stun, NT_ATTR_LIFETIME) && stun_edit_u32(e->stun, NT_ATTR_LIFETIME) == 0;
}

static bool asks_to_keep(const struct fault_event *e)
{
    return asks_refresh(e) && !asks_to_release(e);
}

/* The request is not sent, and the inner client gets the success that it waits for. */
static void grant_self(struct fault_event *e, struct fault_memory *m)
{
    uint8_t buf[STUN_EDIT_POOL];
    struct stun_edit s = *e->stun;
    (void)m;
    s.class_ = NT_STUN_SUCCESS;
    s.count = 0;
    for (size_t i = 0; i < e->stun->count; i++)
        if (is_integrity(e->stun->attrs[i].type))
            s.attrs[s.count++] = e->stun->attrs[i];
    if (s.method == NT_TURN_REFRESH)
        stun_edit_set_u32(&s, NT_ATTR_LIFETIME, asks_to_release(e) ? 0 : 600);
    faulty_receive(e, buf, stun_edit_write(&s, e->key, buf, sizeof buf), NT_MSEC);
    e->dropped = true;
}

static bool asks_permission_signed(const struct fault_event *e)
{
    return asks_permission(e) && e->key != NULL;
}

static bool asks_channel_again(const struct fault_event *e)
{
    return asks_channel(e) && e->key != NULL && e->now > 100 * NT_SEC;
}

/* It binds no channel, so that data needs the permission. */
static void keep_no_permission(struct fault_event *e, struct fault_memory *m)
{
    if (asks_permission_signed(e) && e->now > 100 * NT_SEC)
        grant_self(e, m);
    e->dropped = e->dropped || asks_channel(e);
}

/* --- requests of its own --- */

/* A datagram to the server, without the frame of what is just seen. */
static void send_plain(struct fault_event *e, const uint8_t *bytes, size_t len, nt_time after)
{
    struct fault_event plain = *e;
    plain.frame = (struct frame){0};
    faulty_send(&plain, bytes, len, after);
}

static void send_request(struct fault_event *e, struct stun_edit *s, const struct nt_stun_key *key, nt_time after)
{
    uint8_t buf[STUN_EDIT_POOL], id[NT_STUN_ID];
    faulty_fresh_id(e->party, id);
    stun_edit_set_id(s, id);
    send_plain(e, buf, stun_edit_write(s, key, buf, sizeof buf), after);
}

static void keep_request(struct fault_event *e, struct fault_memory *m)
{
    if (e->len > sizeof m->text)
        return;
    memcpy(m->text, e->bytes, e->len);
    m->number = e->len;
    m->key = *e->key;
}

/* It deletes its allocation, and uses it. */
static void release_and_use(struct fault_event *e, struct fault_memory *m)
{
    struct stun_edit s;
    if (asks_permission_signed(e))
        keep_request(e, m);
    if (m->done || e->now < 2 * NT_SEC || !e->outgoing || !stun_edit_read(&s, (const uint8_t *)m->text, m->number))
        return;
    s.method = NT_TURN_REFRESH;
    stun_edit_remove(&s, NT_ATTR_XOR_PEER_ADDRESS);
    stun_edit_set_u32(&s, NT_ATTR_LIFETIME, 0);
    send_request(e, &s, &m->key, 0);
    m->done = true;
}

static void bind_other_peer(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr peer;
    struct stun_edit s;
    if (m->done || !asks_channel(e) || e->key == NULL || !stun_edit_addr(e->stun, NT_ATTR_XOR_PEER_ADDRESS, &peer))
        return;
    s = *e->stun;
    peer.port ^= 1;
    stun_edit_set_addr(&s, NT_ATTR_XOR_PEER_ADDRESS, &peer);
    send_request(e, &s, e->key, NT_SEC);
    m->done = true;
}

static void bind_other_channel(struct fault_event *e, struct fault_memory *m)
{
    struct stun_edit s;
    if (m->done || !asks_channel(e) || e->key == NULL)
        return;
    s = *e->stun;
    stun_edit_set_u32(&s, NT_ATTR_CHANNEL_NUMBER, UINT32_C(0x4ffe0000));
    send_request(e, &s, e->key, NT_SEC);
    m->done = true;
}

static void allocate_again(struct fault_event *e, struct fault_memory *m)
{
    struct stun_edit s;
    if (m->done || !asks_allocate(e) || e->key == NULL)
        return;
    s = *e->stun;
    send_request(e, &s, e->key, NT_SEC);
    m->done = true;
}

/* It asks again at once whenever it is refused. */
static void ask_for_ever(struct fault_event *e, struct fault_memory *m)
{
    struct stun_edit s;
    if (asks_signed(e))
        keep_request(e, m);
    if (e->outgoing || e->stun == NULL || e->stun->class_ != NT_STUN_ERROR || m->n >= 20 ||
        !stun_edit_read(&s, (const uint8_t *)m->text, m->number))
        return;
    send_request(e, &s, &m->key, 0);
    e->dropped = true;
    m->n++;
}

/* --- how often it asks --- */

static bool is_first(const struct fault_event *e)
{
    return asks_turn(e) && !is_again(e);
}

static void send_copy(struct fault_event *e, nt_time after)
{
    send_plain(e, e->bytes, e->len, after);
}

static void send_copies(struct fault_event *e, unsigned count, nt_time gap)
{
    for (unsigned i = 1; is_first(e) && i <= count; i++)
        send_copy(e, (nt_time)i * gap);
}

static void hurry(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    send_copies(e, 3, 2 * NT_MSEC);
}

static void send_eight_times(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    send_copies(e, 7, 1100 * NT_USEC);
}

static void send_after_answer(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (is_first(e))
        send_copy(e, 3 * NT_SEC);
}

static bool asks_again(const struct fault_event *e)
{
    return asks_turn(e) && is_again(e);
}

static void other_words(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_SOFTWARE, "again", 5);
}

static void other_id(struct fault_event *e, struct fault_memory *m)
{
    uint8_t id[NT_STUN_ID];
    (void)m;
    faulty_fresh_id(e->party, id);
    stun_edit_set_id(e->stun, id);
}

/* All transactions have the ID of the first; what comes back gets the right one for the inner client. */
static void use_one_id(struct fault_event *e, struct fault_memory *m)
{
    if (asks_turn(e)) {
        memcpy(m->other, e->stun->id, NT_STUN_ID);
        if (!m->done)
            memcpy(m->id, e->stun->id, NT_STUN_ID);
        m->done = true;
        if (e->key != NULL)
            m->key = *e->key;
        stun_edit_set_id(e->stun, m->id);
        e->changed = true;
    } else if (!e->outgoing && is_turn(e) && e->stun->class_ >= NT_STUN_SUCCESS) {
        stun_edit_set_id(e->stun, (const uint8_t *)m->other);
        e->key = &m->key;
        e->changed = true;
    }
}

/* --- what it sends to its peers --- */

static void no_data(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_DATA);
}

static void no_peer(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_XOR_PEER_ADDRESS);
}

static void as_request(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->class_ = NT_STUN_REQUEST;
}

static void unknown_attribute(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_add(e->stun, 0x7ff0, "none", 4);
}

static void padding(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_SOFTWARE, "padded", 6);
    e->stun->padding = 0x20;
}

static void stranger(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr peer;
    (void)m;
    nt_addr_parse(&peer, e->path.local.family == NT_AF_IPV6 ? "[2001:db8:9::9]:9000" : "192.0.2.9:9000");
    stun_edit_set_addr(e->stun, NT_ATTR_XOR_PEER_ADDRESS, &peer);
}

/* Send indications become ChannelData, though no channel was bound. */
static void as_channel_data(struct fault_event *e, struct fault_memory *m)
{
    uint8_t payload[STUN_EDIT_POOL];
    const struct stun_edit_attr *data = sends_indication(e) ? stun_edit_find(e->stun, NT_ATTR_DATA) : NULL;
    (void)m;
    if (data == NULL)
        return;
    memcpy(payload, stun_edit_value(e->stun, data), data->len);
    e->len = (size_t)nt_channel_data_write(e->bytes, e->cap, 0x4123, payload, data->len);
}

static void other_channel(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    nt_store16(e->bytes, 0x4ffd);
}

static void channel_too_high(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    nt_store16(e->bytes, 0x5000);
}

static void channel_data_too_long(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    nt_store16(e->bytes + 2, (uint16_t)(nt_load16(e->bytes + 2) + 8));
}

// clang-format off
#define ROW(name, does, who, how) {name, does, NT_APP_ICE, .frames = true, .when = who, .edit = how}
#define ACT(name, does, how) {name, does, NT_APP_ICE, .frames = true, .acts = how}

const struct fault faults_of_turn_behaviour[] = {
    ROW("turn-sends-without-permission", "it asks for no permission, and sends", asks_permission_signed, grant_self),
    ACT("turn-permission-not-refreshed", "it binds no channels and does not refresh its permissions, and sends", keep_no_permission),
    ROW("turn-channel-not-refreshed", "it does not refresh its channels, and sends on them", asks_channel_again, grant_self),
    ROW("turn-refresh-missing", "it does not refresh its allocation, and uses it", asks_to_keep, grant_self),
    ROW("turn-not-released", "it does not delete an allocation that it does not need: its right", asks_to_release, grant_self),
    ACT("turn-released-but-used", "it deletes its allocation, and uses it", release_and_use),
    ACT("turn-channel-of-two-peers", "it binds a channel to a second peer", bind_other_peer),
    ACT("turn-peer-of-two-channels", "it binds a peer to a second channel", bind_other_channel),
    ACT("turn-allocates-again", "it asks for a second allocation on its 5-tuple: the server refuses it", allocate_again),
    ACT("turn-asks-for-ever", "it asks again at once whenever it is refused, twenty times", ask_for_ever),
    ACT("turn-hurries", "it sends each request four times in six milliseconds", hurry),
    ACT("turn-sends-after-answer", "it sends each request again three seconds after the answer", send_after_answer),
    ACT("turn-sends-eight-times", "it sends each request eight times before an answer can come", send_eight_times),
    ROW("turn-other-words", "its retransmissions differ from the request", asks_again, other_words),
    ROW("turn-other-id", "its retransmissions are new transactions: each of them is a request", asks_again, other_id),
    ACT("turn-one-id", "all its transactions have one ID", use_one_id),
    ROW("turn-send-without-data", "its Send indications have no DATA", sends_indication, no_data),
    ROW("turn-send-without-peer", "its Send indications have no XOR-PEER-ADDRESS", sends_indication, no_peer),
    ROW("turn-send-as-request", "its Send indications are requests", sends_indication, as_request),
    ROW("turn-send-unknown-attribute", "its Send indications have an unknown attribute that must be understood: its right", sends_indication, unknown_attribute),
    ROW("turn-send-padding", "the padding in its Send indications is not zero", sends_indication, padding),
    ROW("turn-send-to-stranger", "its Send indications go to a peer without a permission", sends_indication, stranger),
    ACT("turn-channel-data-at-once", "it sends ChannelData before it has bound a channel", as_channel_data),
    ROW("turn-other-channel", "its ChannelData is of a channel that it did not bind", sends_channel_data, other_channel),
    ROW("turn-channel-too-high", "its ChannelData is of channel 0x5000", sends_channel_data, channel_too_high),
    ROW("turn-channel-data-too-long", "the length of its ChannelData is eight too long", sends_channel_data, channel_data_too_long),
    {0},
};
// clang-format on
