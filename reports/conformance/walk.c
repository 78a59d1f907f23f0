#include "reports/conformance/walk.h"

#include "core/base/err.h"
#include "core/turn/channel_data.h"
#include "natsim/packet/packet.h"
#include "reports/conformance/allocations.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/datagram.h"
#include "reports/conformance/fragments.h"
#include "reports/conformance/keeping.h"
#include "reports/conformance/keys.h"
#include "reports/conformance/message.h"
#include "reports/conformance/repeats.h"
#include "reports/conformance/sessions.h"
#include "reports/conformance/signalling.h"
#include "reports/conformance/transactions.h"

#include <stdlib.h>

#define FIRST_ITEMS 256

struct name_key {
    char text[64];
};

/* --- who stands where --- */

static struct name_key name_key(const char *name)
{
    struct name_key k = {{0}};
    size_t len = strlen(name);
    memcpy(k.text, name, len < sizeof k.text ? len : sizeof k.text);
    return k;
}

static int name_taps(struct nt_view *v)
{
    const struct nt_capture *c = v->in->capture;
    struct nt_map by_name;
    int r = NT_OK;
    nt_map_init(&by_name, sizeof(struct name_key));
    for (size_t i = 0; i < v->in->party_count && r == NT_OK; i++) {
        struct name_key k = name_key(v->in->parties[i].name);
        r = nt_map_put(&by_name, &k, (uint32_t)i);
    }
    for (size_t i = 0; i < c->tap_count && r == NT_OK; i++) {
        struct name_key k = name_key(c->taps[i].node);
        uint32_t party = nt_map_get(&by_name, &k);
        bool judged =
            party != NT_MAP_NONE && (v->in->parties[party].kind == NT_CONF_AGENT || v->in->parties[party].kind == NT_CONF_SERVER);
        v->taps[i].party = judged ? party : NT_VIEW_NONE;
        v->taps[i].signalling = strstr(c->taps[i].name, ".signalling") != NULL;
    }
    nt_map_free(&by_name);
    return r;
}

/* --- items --- */

/* ChannelData on a channel that somebody asked to bind, though its number is one that RFC 5766 allowed and RFC 8656 does not. */
static bool reads_as_old_channel(const struct nt_view *v, struct nt_item *m)
{
    if (m->len < NT_CHANNEL_HEADER || m->bytes[0] < 0x50 || m->bytes[0] > 0x7f ||
        nt_load16(m->bytes + 2) > m->len - NT_CHANNEL_HEADER)
        return false;
    uint32_t a = nt_view_allocation(v, m->party, &m->local, &m->remote);
    if (a == NT_VIEW_NONE || nt_view_channel(v, a, nt_load16(m->bytes)) == NULL)
        return false;
    m->channel = nt_load16(m->bytes);
    m->payload = m->bytes + NT_CHANNEL_HEADER;
    m->payload_len = nt_load16(m->bytes + 2);
    return true;
}

static bool reads_as_channel(const struct nt_view *v, struct nt_item *m)
{
    size_t payload;
    if (!nt_channel_data_parse(m->bytes, m->len, &m->channel, &m->payload, &payload))
        return reads_as_old_channel(v, m);
    m->payload_len = (uint32_t)payload;
    return true;
}

static uint8_t kind_of(const struct nt_view *v, struct nt_item *m)
{
    const uint8_t *bytes = m->bytes;
    if (m->len >= NT_STUN_HEADER && bytes[0] <= 3 && nt_load32(bytes + 4) == NT_STUN_COOKIE)
        return NT_ITEM_STUN;
    if (m->len >= NT_STUN_HEADER && bytes[0] <= 1 && nt_stun_method_name(nt_load16(bytes) & 0xfeef) != NULL &&
        nt_load16(bytes + 2) + (uint32_t)NT_STUN_HEADER == m->len)
        return NT_ITEM_OTHER;
    return reads_as_channel(v, m) ? NT_ITEM_CHANNEL : NT_ITEM_DATA;
}

/* ICE uses a socket when STUN has passed through it, or its address is a candidate, which the end of the capture tells. */
static int note_socket(struct nt_view *v, struct nt_item *m)
{
    struct nt_view_flow *flow = &v->flows[m->pair];
    struct nt_view_tuple k = {m->party, m->local, {0}};
    if (v->in->parties[m->party].kind != NT_CONF_AGENT || m->inner)
        return NT_OK;
    if (m->kind == NT_ITEM_DATA && !flow->ice_socket)
        flow->ice_socket = nt_map_get(&v->by_socket, &k) != NT_MAP_NONE;
    if (m->kind == NT_ITEM_STUN && !flow->ice_socket) {
        flow->ice_socket = true;
        return nt_map_put(&v->by_socket, &k, 1);
    }
    m->ice_socket = flow->ice_socket;
    return NT_OK;
}

/* At a server: the allocation to whose relayed address the item came, or from which it left. */
static uint32_t leg_of(struct nt_view *v, const struct nt_item *m)
{
    struct nt_view_flow *flow = &v->flows[m->pair];
    struct nt_view_tuple relayed = {m->party, m->local, {0}};
    if (m->inner || v->allocation_count == 0 || v->in->parties[m->party].kind != NT_CONF_SERVER)
        return NT_VIEW_NONE;
    if (flow->leg_of != v->allocation_count) {
        flow->leg = nt_map_get(&v->by_relayed, &relayed);
        flow->leg_of = (uint32_t)v->allocation_count;
    }
    return flow->leg;
}

/* At an agent: what a Send or Data indication or ChannelData carries; false: nothing that can be told. */
static bool read_inner(const struct nt_view *v, const struct nt_item *outer, struct nt_item *m)
{
    uint32_t a = nt_view_allocation(v, outer->party, &outer->local, &outer->remote);
    if (a == NT_VIEW_NONE)
        return false;
    *m = (struct nt_item){.at = outer->at,
                          .frame = outer->frame,
                          .party = outer->party,
                          .direction = outer->direction,
                          .excused = outer->excused,
                          .inner = true,
                          .outer = outer->pair};
    if (outer->kind == NT_ITEM_CHANNEL) {
        const struct nt_view_channel *channel = nt_view_channel(v, a, outer->channel);
        if (channel == NULL)
            return false;
        m->local = v->allocations[channel->allocation].relayed;
        m->remote = channel->peer;
        m->bytes = outer->payload;
        m->len = outer->payload_len;
        return true;
    }
    const struct nt_item_attr *data = nt_item_attr(v, outer, NT_ATTR_DATA);
    if (data == NULL || !nt_item_addr(v, outer, NT_ATTR_XOR_PEER_ADDRESS, &m->remote))
        return false;
    m->local = *nt_view_relayed_for(v, a, m->remote.family);
    m->bytes = data->value;
    m->len = data->len;
    return true;
}

static bool is_clients(const struct nt_view *v, const struct nt_item *m)
{
    return v->in->parties[m->party].kind == NT_CONF_AGENT;
}

static bool carries_data(const struct nt_view *v, const struct nt_item *m)
{
    return !m->inner && is_clients(v, m) &&
           (m->kind == NT_ITEM_CHANNEL || nt_item_is(m, NT_TURN_SEND, NT_STUN_INDICATION) ||
            nt_item_is(m, NT_TURN_DATA, NT_STUN_INDICATION));
}

/* A server tells a client the address that its socket is seen from: the base of that server-reflexive candidate. */
static int note_mapped(struct nt_view *v, const struct nt_item *m)
{
    struct nt_view_tuple k = {.party = m->party, .local = m->local};
    bool told = m->kind == NT_ITEM_STUN && m->class_ == NT_STUN_SUCCESS && m->direction == NT_DIR_IN && !m->inner &&
                is_clients(v, m) && m->request != NT_VIEW_NONE && !v->items[m->request].check;
    return told && nt_item_addr(v, m, NT_ATTR_XOR_MAPPED_ADDRESS, &k.remote) ? nt_map_put(&v->by_mapped, &k, 1) : NT_OK;
}

/* What follows from an item for the items to come. */
static int follow_turn(struct nt_view *v, const struct nt_item *m)
{
    if (m->kind != NT_ITEM_STUN || m->leg != NT_VIEW_NONE || m->inner)
        return NT_OK;
    bool ignored = is_clients(v, m) && nt_item_is_response(m) && m->request != NT_VIEW_NONE && nt_item_is_ignored(v, m);
    if (nt_item_is(m, NT_TURN_ALLOCATE, NT_STUN_SUCCESS) && (m->direction == NT_DIR_IN) == is_clients(v, m) && !ignored)
        return nt_view_add_allocation(v, m);
    if (nt_item_is(m, NT_TURN_CHANNEL_BIND, NT_STUN_REQUEST) && (m->direction == NT_DIR_OUT) == is_clients(v, m))
        return nt_view_add_channel(v, m, false);
    if (nt_item_is(m, NT_TURN_CHANNEL_BIND, NT_STUN_SUCCESS) && (m->direction == NT_DIR_IN) == is_clients(v, m) &&
        m->request != NT_VIEW_NONE && !ignored)
        return nt_view_add_channel(v, &v->items[m->request], true);
    return NT_OK;
}

/* As nt_grow, but the room is not zeroed: each item is written whole. */
static int grow_items(struct nt_view *v)
{
    if (v->count < v->cap)
        return NT_OK;
    size_t cap = v->cap == 0 ? FIRST_ITEMS : 2 * v->cap;
    struct nt_item *items = realloc(v->items, cap * sizeof *items);
    if (items == NULL)
        return NT_ENOMEM;
    v->items = items;
    v->cap = cap;
    return NT_OK;
}

static int read_message(struct nt_view *v, struct nt_item *m, uint32_t self, bool kept)
{
    int r = NT_OK;
    nt_view_find_same(v, m, kept ? self : NT_VIEW_NONE);
    if (kept && m->same == NT_VIEW_NONE)
        m->bytes = nt_view_store(v, m->bytes, m->len, &r);
    if (r == NT_OK)
        nt_item_read_stun(v, m, &r);
    if (r != NT_OK)
        return r;
    nt_item_note_check(v, m);
    r = nt_view_match_transaction(v, m, self);
    if (r != NT_OK)
        return r;
    nt_item_verify(v, m, &r);
    nt_item_note_roles(v, m);
    return r;
}

static int read_item(struct nt_view *v, struct nt_item *m, uint32_t self, bool *kept)
{
    int r = nt_view_number_pair(v, m);
    if (r != NT_OK)
        return r;
    m->request = m->answer = m->key = m->before = m->same = NT_VIEW_NONE;
    m->first = self;
    m->count = 1;
    m->leg = leg_of(v, m);
    m->kind = m->leg == NT_VIEW_NONE ? kind_of(v, m) : (uint8_t)NT_ITEM_DATA;
    if (m->kind == NT_ITEM_STUN)
        nt_item_read_type(m);
    r = note_socket(v, m);
    if (r == NT_OK)
        r = nt_view_keep(v, m, self, kept);
    if (r == NT_OK && m->kind == NT_ITEM_STUN)
        return read_message(v, m, self, *kept);
    if (r == NT_OK && m->kind == NT_ITEM_OTHER)
        m->bytes = nt_view_store(v, m->bytes, m->len, &r);
    return r;
}

static int add_item(struct nt_view *v, const struct nt_item *given)
{
    uint32_t self = (uint32_t)v->count;
    size_t attrs = v->attr_count;
    struct nt_item inner;
    bool kept;
    int r = grow_items(v);
    if (r != NT_OK)
        return r;
    struct nt_item *m = &v->items[self];
    *m = *given;
    r = read_item(v, m, self, &kept);
    if (r == NT_OK && kept)
        v->count++;
    if (r == NT_OK)
        r = note_mapped(v, m);
    if (r == NT_OK)
        r = follow_turn(v, m);
    if (r != NT_OK)
        return r;
    v->show(v->show_user, m, kept ? self : NT_VIEW_NONE);
    bool more = carries_data(v, m) && read_inner(v, m, &inner);
    if (m->kind == NT_ITEM_DATA || m->kind == NT_ITEM_CHANNEL)
        m->bytes = m->payload = NULL;
    if (!kept)
        v->attr_count = attrs;
    return more ? add_item(v, &inner) : NT_OK;
}

static int read_datagram(struct nt_view *v, const struct nt_capture_frame *f, const struct nt_item *datagram)
{
    if (datagram->len == 0)
        return NT_OK;
    if (v->taps[f->tap].signalling)
        return nt_view_read_signalling(v, f, datagram->frame, datagram->bytes, datagram->len);
    return add_item(v, datagram);
}

/* A datagram that comes in fragments is an item of the frame that completes it. */
static int read_fragment(struct nt_view *v, const struct nt_capture *c, const struct nt_capture_frame *f, struct nt_item *m)
{
    struct nt_packet *whole;
    int r = nt_view_join(v, c, f, &whole);
    if (r != NT_OK || whole == NULL)
        return r;
    bool out = f->direction == NT_DIR_OUT;
    m->local = out ? whole->src : whole->dst;
    m->remote = out ? whole->dst : whole->src;
    m->excused = (whole->marks & (NT_MARK_DAMAGED | NT_MARK_INJECTED)) != 0;
    m->bytes = whole->data + whole->payload;
    m->len = whole->payload_len;
    r = whole->proto == NT_PROTO_UDP ? read_datagram(v, f, m) : NT_OK;
    nt_view_put_whole(v, whole);
    return r;
}

static void note_mtu(struct nt_view *v, const struct nt_capture *c, const struct nt_capture_frame *f, const struct nt_item *m)
{
    uint32_t mtu = m->direction == NT_DIR_IN ? nt_capture_told_mtu(c, f) : 0;
    if (mtu != 0)
        v->parties[m->party].told_mtu = (struct nt_view_mtu){m->at, m->frame, mtu};
}

static int read_frame(struct nt_view *v, const struct nt_capture *c, const struct nt_capture_frame *f, uint32_t number)
{
    struct nt_addr src, dst;
    const uint8_t *bytes;
    size_t len;
    struct nt_item m = {.at = f->at, .frame = number, .party = v->taps[f->tap].party, .direction = f->direction};
    if (!nt_capture_datagram(c, f, &src, &dst, &bytes, &len)) {
        note_mtu(v, c, f, &m);
        v->parties[m.party].streams = v->parties[m.party].streams || nt_capture_is_tcp(c, f);
        return read_fragment(v, c, f, &m);
    }
    bool out = f->direction == NT_DIR_OUT;
    m.excused = (f->marks & (NT_MARK_DAMAGED | NT_MARK_INJECTED)) != 0;
    m.bytes = bytes;
    m.len = (uint32_t)len;
    m.local = out ? src : dst;
    m.remote = out ? dst : src;
    return read_datagram(v, f, &m);
}

int nt_view_frame(struct nt_view *v, const struct nt_capture *c, const struct nt_capture_frame *f, uint32_t number)
{
    if (v->cut != 0 || f->tap >= v->tap_count || v->taps[f->tap].party == NT_VIEW_NONE ||
        (f->direction != NT_DIR_IN && f->direction != NT_DIR_OUT) || (f->direction == NT_DIR_IN && f->fate == NT_FATE_DROPPED))
        return NT_OK;
    int r = read_frame(v, c, f, number);
    if (r == NT_ELIMIT)
        nt_view_cut(v, number, "more messages, addresses or descriptions than are kept of one case");
    return r == NT_ELIMIT ? NT_OK : r;
}

/* Who was told to end has said BYE, as it were. */
static void note_stops(struct nt_view *v)
{
    for (size_t i = 0; i < v->in->party_count; i++)
        if (v->in->parties[i].stopped != 0)
            v->parties[i].bye = nt_time_min(v->parties[i].bye, v->in->parties[i].stopped);
}

int nt_view_end(struct nt_view *v, nt_time end)
{
    v->end = end;
    note_stops(v);
    nt_view_place_fragments(v);
    for (size_t i = 0; i < v->count; i++) {
        struct nt_item *m = &v->items[i];
        if (m->kind == NT_ITEM_DATA && !m->ice_socket && !m->inner && is_clients(v, m) &&
            nt_view_local_candidate(v, m->party, &m->local) == NULL)
            m->kind = NT_ITEM_STRAY;
    }
    return nt_view_number_sessions(v);
}

int nt_view_init(struct nt_view *v, const struct nt_conf_input *in)
{
    size_t taps = in->capture->tap_count + 1, parties = in->party_count + 1;
    *v = (struct nt_view){.in = in, .tap_count = in->capture->tap_count};
    memset(v->recent, 0xff, sizeof v->recent); /* NT_VIEW_NONE */
    memset(v->recent_pairs, 0xff, sizeof v->recent_pairs);
    nt_map_init(&v->by_id, sizeof(struct nt_view_id));
    nt_map_init(&v->by_pair, sizeof(struct nt_view_tuple));
    nt_map_init(&v->by_tuple, sizeof(struct nt_view_tuple));
    nt_map_init(&v->by_relayed, sizeof(struct nt_view_tuple));
    nt_map_init(&v->by_socket, sizeof(struct nt_view_tuple));
    nt_map_init(&v->by_ufrag, 64);
    nt_map_init(&v->by_place, sizeof(struct nt_view_place));
    nt_map_init(&v->by_link, sizeof(struct nt_view_linked));
    nt_map_init(&v->by_mapped, sizeof(struct nt_view_tuple));
    v->taps = calloc(taps, sizeof *v->taps);
    v->parties = malloc(parties * sizeof *v->parties);
    if (v->taps == NULL || v->parties == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < parties; i++)
        v->parties[i] = (struct nt_view_party){.description = NT_VIEW_NONE, .bye = NT_TIME_NEVER};
    return name_taps(v);
}

void nt_view_free(struct nt_view *v)
{
    for (size_t i = 0; i < v->description_count; i++) {
        if (v->descriptions[i].copy)
            continue;
        free(v->descriptions[i].notes);
        if (v->descriptions[i].err == NT_OK)
            nt_ice_description_free(&v->descriptions[i].d);
    }
    nt_map_free(&v->by_id);
    nt_map_free(&v->by_pair);
    nt_map_free(&v->by_tuple);
    nt_map_free(&v->by_relayed);
    nt_map_free(&v->by_socket);
    nt_map_free(&v->by_ufrag);
    nt_map_free(&v->by_place);
    nt_map_free(&v->by_link);
    nt_map_free(&v->by_mapped);
    nt_view_free_chunks(v);
    nt_view_free_fragments(v);
    free(v->items);
    free(v->flows);
    free(v->attrs);
    free(v->keys);
    free(v->descriptions);
    free(v->sips);
    free(v->allocations);
    free(v->channels);
    free(v->taps);
    free(v->parties);
    free(v->first_session);
    free(v->session_party);
    free(v->untold);
    free(v->places);
}
