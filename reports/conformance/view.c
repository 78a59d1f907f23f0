/* The walk over the capture. */
#include "reports/conformance/view.h"

#include "core/turn/channel_data.h"

#include <stdlib.h>

struct tuple_key { /* no padding: an address is 20 bytes */
    uint32_t party;
    struct nt_addr local, remote;
};

struct id_key {
    uint32_t party;
    uint8_t id[NT_STUN_ID];
    uint32_t direction;
};

struct name_key {
    char text[64];
};

bool nt_view_datagram(const struct nt_capture *c, const struct nt_capture_frame *f, struct nt_addr *src, struct nt_addr *dst,
                      const uint8_t **bytes, size_t *len)
{
    struct nt_packet p = {.data = (uint8_t *)(uintptr_t)nt_capture_bytes(c, f), .len = f->len, .cap = f->len};
    if (f->len == 0 || f->len != f->orig_len || nt_packet_parse(&p) != NT_OK || p.proto != NT_PROTO_UDP || p.fragment)
        return false;
    *src = p.src;
    *dst = p.dst;
    *bytes = p.data + p.payload;
    *len = p.payload_len;
    return true;
}

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
        bool judged = party != NT_MAP_NONE && (v->in->parties[party].kind == NT_CONF_AGENT || v->in->parties[party].kind == NT_CONF_SERVER);
        v->tap_party[i] = judged ? party : NT_VIEW_NONE;
        v->tap_signalling[i] = strstr(c->taps[i].name, ".signalling") != NULL;
    }
    nt_map_free(&by_name);
    return r;
}

bool nt_view_is_server(const struct nt_view *v, const struct nt_addr *a)
{
    for (size_t i = 0; i < v->in->party_count; i++)
        for (size_t k = 0; v->in->parties[i].kind == NT_CONF_SERVER && k < v->in->parties[i].address_count; k++)
            if (nt_addr_same_ip(&v->in->parties[i].addresses[k], a))
                return true;
    return false;
}

/* --- allocations --- */

uint32_t nt_view_allocation(const struct nt_view *v, uint32_t party, const struct nt_addr *local, const struct nt_addr *remote)
{
    struct tuple_key k = {party, *local, *remote};
    uint32_t found = nt_map_get(&v->by_tuple, &k);
    return found != NT_MAP_NONE ? found : NT_VIEW_NONE;
}

uint32_t nt_view_pair(const struct nt_view *v, uint32_t party, const struct nt_addr *local, const struct nt_addr *remote)
{
    struct tuple_key k = {party, *local, *remote};
    return nt_map_get(&v->by_pair, &k);
}

uint32_t nt_view_relayed(const struct nt_view *v, uint32_t party, const struct nt_addr *relayed)
{
    struct tuple_key k = {party, *relayed, {0}};
    return nt_map_get(&v->by_relayed, &k);
}

static int allocated(struct nt_view *v, const struct nt_item *m)
{
    struct nt_addr relayed;
    if (!nt_item_addr(v, m, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed))
        return NT_OK;
    uint32_t known = nt_view_allocation(v, m->party, &m->local, &m->remote);
    if (known != NT_VIEW_NONE && nt_addr_equal(&v->allocations[known].relayed, &relayed))
        return NT_OK;
    int r = nt_grow(&v->allocations, &v->allocation_cap, v->allocation_count + 1, sizeof *v->allocations, NT_VIEW_MAX);
    if (r != NT_OK)
        return r;
    uint32_t n = (uint32_t)v->allocation_count++;
    v->allocations[n] = (struct nt_view_allocation){m->party, m->local, m->remote, relayed, NT_VIEW_NONE};
    struct tuple_key k = {m->party, m->local, m->remote}, by_relayed = {m->party, relayed, {0}};
    r = nt_map_put(&v->by_tuple, &k, n);
    return r != NT_OK ? r : nt_map_put(&v->by_relayed, &by_relayed, n);
}

static int channel_asked(struct nt_view *v, const struct nt_item *m)
{
    uint32_t value, a = nt_view_allocation(v, m->party, &m->local, &m->remote);
    struct nt_addr peer;
    if (a == NT_VIEW_NONE || !nt_item_u32(v, m, NT_ATTR_CHANNEL_NUMBER, &value) || !nt_item_addr(v, m, NT_ATTR_XOR_PEER_ADDRESS, &peer))
        return NT_OK;
    int r = nt_grow(&v->channels, &v->channel_cap, v->channel_count + 1, sizeof *v->channels, NT_VIEW_MAX);
    if (r != NT_OK)
        return r;
    v->channels[v->channel_count] = (struct nt_view_channel){a, v->allocations[a].channels, (uint16_t)(value >> 16), peer};
    v->allocations[a].channels = (uint32_t)v->channel_count++;
    return NT_OK;
}

/* --- items --- */

static uint8_t kind_of(const uint8_t *bytes, size_t len, struct nt_item *m)
{
    size_t payload;
    if (len >= NT_STUN_HEADER && bytes[0] <= 3 && nt_load32(bytes + 4) == NT_STUN_COOKIE)
        return NT_ITEM_STUN;
    if (len >= NT_STUN_HEADER && bytes[0] <= 1 && (nt_load16(bytes) & 0xfeef) == NT_STUN_BINDING && nt_load16(bytes + 2) + (size_t)NT_STUN_HEADER == len)
        return NT_ITEM_OTHER;
    if (nt_channel_data_parse(bytes, len, &m->channel, &m->payload, &payload)) {
        m->payload_len = (uint32_t)payload;
        return NT_ITEM_CHANNEL;
    }
    return NT_ITEM_DATA;
}

/* A socket is ICE's when STUN has passed through it, or its address is a candidate. */
static int tell_stray(struct nt_view *v, struct nt_item *m)
{
    struct tuple_key k = {m->party, m->local, {0}};
    if (v->in->parties[m->party].kind != NT_CONF_AGENT || m->inner)
        return NT_OK;
    if (m->kind == NT_ITEM_STUN)
        return nt_map_put(&v->by_socket, &k, 1);
    if (m->kind == NT_ITEM_DATA && nt_map_get(&v->by_socket, &k) == NT_MAP_NONE && nt_view_candidate(v, m->party, &m->local) == NULL)
        m->kind = NT_ITEM_STRAY;
    return NT_OK;
}

static int number_pair(struct nt_view *v, struct nt_item *m)
{
    struct tuple_key k = {m->party, m->local, m->remote};
    m->pair = nt_map_get(&v->by_pair, &k);
    if (m->pair != NT_MAP_NONE)
        return NT_OK;
    m->pair = v->pair_count++;
    return nt_map_put(&v->by_pair, &k, m->pair);
}

#define SAME_ID 16 /* requests of one id that are looked at */

/* The request that a response answers: the last of its id. But a success answers none that was damaged on its way, and while a step
 * held it back a request may have come another way. */
static uint32_t answered_by(const struct nt_view *v, const struct nt_item *m, uint32_t last)
{
    uint32_t i = last;
    for (unsigned n = 0; i != NT_VIEW_NONE && n < SAME_ID; n++, i = v->items[i].before) {
        const struct nt_item *q = &v->items[i];
        bool broken = (q->flaws & ~NT_FLAW_PADDING) != 0 || q->integrity == NT_SIGNED_WRONG || q->integrity == NT_SIGNED_UNKNOWN;
        bool damaged = m->class_ == NT_STUN_SUCCESS && broken;
        if (!damaged && (!nt_item_held(v, m) || q->pair == m->pair))
            return i;
    }
    return last;
}

/* What came before with the same bytes on the same way; with others it was damaged on its way, or is another one's. */
static uint32_t same_before(const struct nt_view *v, const struct nt_item *m)
{
    uint32_t i = m->before;
    for (unsigned n = 0; i != NT_VIEW_NONE && n < SAME_ID; n++, i = v->items[i].before)
        if (v->items[i].pair == m->pair && nt_item_same_bytes(&v->items[i], m))
            return i;
    return NT_VIEW_NONE;
}

/* A request joins the transaction of an earlier one of its id. */
static void join(const struct nt_view *v, struct nt_item *m, uint32_t self)
{
    const struct nt_item *before = &v->items[m->before], *first = &v->items[before->first];
    uint32_t same = same_before(v, m);
    m->copy = m->at - before->at <= NT_MSEC && m->pair == before->pair && nt_item_same_bytes(m, before);
    m->reused_id = m->direction == NT_DIR_OUT && !nt_item_same_bytes(m, first) && !first->excused && !m->excused && first->answer != NT_VIEW_NONE;
    if (m->direction == NT_DIR_OUT || m->excused)
        m->first = m->reused_id ? self : before->first;
    else
        m->first = same != NT_VIEW_NONE ? v->items[same].first : self;
}

/* Requests are known by the party that sees them, their id and their direction. */
static int match(struct nt_view *v, struct nt_item *m, uint32_t self)
{
    bool response = nt_item_response(m);
    struct id_key k = {.party = m->party, .direction = response ? (m->direction == NT_DIR_IN ? NT_DIR_OUT : NT_DIR_IN) : m->direction};
    memcpy(k.id, m->id, NT_STUN_ID);
    uint32_t found = m->class_ == NT_STUN_INDICATION ? NT_MAP_NONE : nt_map_get(&v->by_id, &k);
    m->first = self;
    if (response) {
        m->request = NT_VIEW_NONE;
        if (found == NT_MAP_NONE)
            return NT_OK;
        m->request = answered_by(v, m, found);
        if (v->items[v->items[m->request].first].answer == NT_VIEW_NONE)
            v->items[v->items[m->request].first].answer = self;
        return NT_OK;
    }
    if (m->class_ != NT_STUN_REQUEST)
        return NT_OK;
    m->before = found != NT_MAP_NONE ? found : NT_VIEW_NONE;
    if (found != NT_MAP_NONE)
        join(v, m, self);
    return nt_map_put(&v->by_id, &k, self);
}

static int add_item(struct nt_view *v, struct nt_item m);

/* At an agent: what a Send or Data indication or ChannelData carries. */
static int add_inner(struct nt_view *v, const struct nt_item *outer)
{
    struct nt_item m = {.at = outer->at, .frame = outer->frame, .party = outer->party, .direction = outer->direction,
                        .excused = outer->excused, .inner = true, .server = outer->remote, .base = outer->local};
    uint32_t a = nt_view_allocation(v, outer->party, &outer->local, &outer->remote);
    if (a == NT_VIEW_NONE)
        return NT_OK;
    m.local = v->allocations[a].relayed;
    if (outer->kind == NT_ITEM_CHANNEL) {
        uint32_t c = v->allocations[a].channels;
        while (c != NT_VIEW_NONE && v->channels[c].number != outer->channel)
            c = v->channels[c].next;
        if (c == NT_VIEW_NONE)
            return NT_OK;
        m.remote = v->channels[c].peer;
        m.bytes = outer->payload;
        m.len = outer->payload_len;
    } else {
        const struct nt_item_attr *data = nt_item_attr(v, outer, NT_ATTR_DATA);
        if (data == NULL || !nt_item_addr(v, outer, NT_ATTR_XOR_PEER_ADDRESS, &m.remote))
            return NT_OK;
        m.bytes = data->value;
        m.len = data->len;
    }
    return add_item(v, m);
}

static int follow(struct nt_view *v, const struct nt_item *m)
{
    bool client = v->in->parties[m->party].kind == NT_CONF_AGENT;
    if (m->leg != NT_VIEW_NONE || m->inner)
        return NT_OK;
    if (nt_item_is(m, NT_TURN_ALLOCATE, NT_STUN_SUCCESS) && (m->direction == NT_DIR_IN) == client)
        return allocated(v, m);
    if (nt_item_is(m, NT_TURN_CHANNEL_BIND, NT_STUN_REQUEST) && (m->direction == NT_DIR_OUT) == client)
        return channel_asked(v, m);
    bool carries = m->kind == NT_ITEM_CHANNEL || nt_item_is(m, NT_TURN_SEND, NT_STUN_INDICATION) || nt_item_is(m, NT_TURN_DATA, NT_STUN_INDICATION);
    return client && carries ? add_inner(v, m) : NT_OK;
}

static int add_item(struct nt_view *v, struct nt_item m)
{
    uint32_t self = (uint32_t)v->count;
    struct tuple_key relayed = {m.party, m.local, {0}};
    int r = nt_grow(&v->items, &v->cap, v->count + 1, sizeof *v->items, NT_VIEW_MAX);
    if (r != NT_OK)
        return r;
    m.leg = m.inner || v->in->parties[m.party].kind != NT_CONF_SERVER ? NT_VIEW_NONE : nt_map_get(&v->by_relayed, &relayed);
    m.leg = m.leg == NT_MAP_NONE ? NT_VIEW_NONE : m.leg;
    m.request = m.answer = m.key = m.before = NT_VIEW_NONE;
    m.first = self;
    m.kind = m.leg == NT_VIEW_NONE ? kind_of(m.bytes, m.len, &m) : (uint8_t)NT_ITEM_DATA;
    r = tell_stray(v, &m);
    if (r == NT_OK)
        r = number_pair(v, &m);
    if (r == NT_OK && m.kind == NT_ITEM_STUN) {
        nt_item_read_stun(v, &m, &r);
        if (r == NT_OK)
            r = match(v, &m, self);
        if (r == NT_OK)
            nt_view_sign(v, &m, &r);
    }
    v->items[v->count++] = m;
    return r != NT_OK ? r : follow(v, &m);
}

/* What came in fragments is not put together here: a judge may have to know that there is more than the items. */
static void note_fragment(struct nt_view *v, const struct nt_capture_frame *f)
{
    const uint8_t *bytes = nt_capture_bytes(v->in->capture, f);
    struct nt_packet p = {.data = (uint8_t *)(uintptr_t)bytes, .len = f->len, .cap = f->len};
    if (f->len > 0 && f->direction == NT_DIR_IN && nt_packet_parse(&p) == NT_OK && p.fragment)
        v->fragmented[v->tap_party[f->tap]] = true;
}

static int walk(struct nt_view *v)
{
    const struct nt_capture *c = v->in->capture;
    int r = NT_OK;
    for (uint32_t i = 1; i <= c->frame_count && r == NT_OK; i++) {
        const struct nt_capture_frame *f = &c->frames[i - 1];
        struct nt_item m = {.at = f->at, .frame = i, .direction = f->direction,
                            .excused = (f->marks & (NT_MARK_DAMAGED | NT_MARK_INJECTED)) != 0};
        struct nt_addr src, dst;
        size_t len;
        if (f->tap >= c->tap_count || v->tap_party[f->tap] == NT_VIEW_NONE || v->tap_signalling[f->tap] ||
            (f->direction != NT_DIR_IN && f->direction != NT_DIR_OUT) || (f->direction == NT_DIR_IN && f->fate == NT_FATE_DROPPED))
            continue;
        if (!nt_view_datagram(c, f, &src, &dst, &m.bytes, &len) || len == 0) {
            note_fragment(v, f);
            continue;
        }
        m.party = v->tap_party[f->tap];
        m.len = (uint32_t)len;
        m.local = m.base = f->direction == NT_DIR_OUT ? src : dst;
        m.remote = f->direction == NT_DIR_OUT ? dst : src;
        r = add_item(v, m);
    }
    return r == NT_ELIMIT ? NT_OK : r;
}

int nt_view_init(struct nt_view *v, const struct nt_conf_input *in)
{
    size_t taps = in->capture->tap_count + 1, parties = in->party_count + 1;
    *v = (struct nt_view){.in = in};
    nt_map_init(&v->by_id, sizeof(struct id_key));
    nt_map_init(&v->by_pair, sizeof(struct tuple_key));
    nt_map_init(&v->by_tuple, sizeof(struct tuple_key));
    nt_map_init(&v->by_relayed, sizeof(struct tuple_key));
    nt_map_init(&v->by_socket, sizeof(struct tuple_key));
    nt_map_init(&v->by_ufrag, 64);
    v->tap_party = malloc(taps * sizeof *v->tap_party);
    v->tap_signalling = calloc(taps, sizeof *v->tap_signalling);
    v->party_description = malloc(parties * sizeof *v->party_description);
    v->bye = malloc(parties * sizeof *v->bye);
    v->fragmented = calloc(parties, sizeof *v->fragmented);
    bool all = v->tap_party != NULL && v->tap_signalling != NULL && v->party_description != NULL && v->bye != NULL && v->fragmented != NULL;
    int r = all ? NT_OK : NT_ENOMEM;
    for (size_t i = 0; i < parties && r == NT_OK; i++) {
        v->party_description[i] = NT_VIEW_NONE;
        v->bye[i] = NT_TIME_NEVER;
    }
    if (r == NT_OK)
        r = name_taps(v);
    if (r == NT_OK)
        r = nt_view_read_signalling(v);
    return r != NT_OK ? r : walk(v);
}

void nt_view_free(struct nt_view *v)
{
    for (size_t i = 0; i < v->description_count; i++) {
        free(v->descriptions[i].error);
        if (v->descriptions[i].err == NT_OK)
            nt_ice_description_free(&v->descriptions[i].d);
    }
    nt_map_free(&v->by_id);
    nt_map_free(&v->by_pair);
    nt_map_free(&v->by_tuple);
    nt_map_free(&v->by_relayed);
    nt_map_free(&v->by_socket);
    nt_map_free(&v->by_ufrag);
    free(v->items);
    free(v->attrs);
    free(v->keys);
    free(v->descriptions);
    free(v->allocations);
    free(v->channels);
    free(v->tap_party);
    free(v->tap_signalling);
    free(v->party_description);
    free(v->bye);
    free(v->fragmented);
}

/* --- what an item is --- */

static bool has_ice(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_attr(v, m, NT_ATTR_USERNAME) != NULL || nt_item_attr(v, m, NT_ATTR_PRIORITY) != NULL ||
           nt_item_attr(v, m, NT_ATTR_ICE_CONTROLLING) != NULL || nt_item_attr(v, m, NT_ATTR_ICE_CONTROLLED) != NULL ||
           nt_item_attr(v, m, NT_ATTR_MESSAGE_INTEGRITY) != NULL;
}

bool nt_item_check(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_is(m, NT_STUN_BINDING, NT_STUN_REQUEST) && v->in->parties[m->party].kind == NT_CONF_AGENT &&
           (has_ice(v, m) || m->inner || !nt_view_is_server(v, &m->remote));
}

bool nt_item_check_response(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_response(m) && m->request != NT_VIEW_NONE && nt_item_check(v, &v->items[m->request]);
}

bool nt_item_valid_check(const struct nt_view *v, const struct nt_item *m)
{
    bool conflicting = (nt_item_attr(v, m, NT_ATTR_ICE_CONTROLLING) != NULL) == (nt_item_attr(v, m, NT_ATTR_ICE_CONTROLLED) != NULL);
    if (m->direction != NT_DIR_IN || !nt_item_check(v, m) || (m->flaws & ~NT_FLAW_PADDING) != 0 || conflicting ||
        m->integrity != NT_SIGNED_RIGHT || v->keys[m->key].party != m->party || nt_item_attr(v, m, NT_ATTR_FINGERPRINT) == NULL ||
        nt_item_attr(v, m, NT_ATTR_PRIORITY) == NULL)
        return false;
    for (uint32_t i = 0; i < m->attr_count; i++)
        if (v->attrs[m->attrs + i].type < 0x8000 && !nt_stun_attr_known(v->attrs[m->attrs + i].type))
            return false;
    return true;
}

bool nt_item_valid_success(const struct nt_view *v, const struct nt_item *m)
{
    return m->direction == NT_DIR_IN && nt_item_is(m, NT_STUN_BINDING, NT_STUN_SUCCESS) && nt_item_check_response(v, m) &&
           (m->flaws & ~NT_FLAW_PADDING) == 0 && m->integrity == NT_SIGNED_RIGHT && v->items[m->request].pair == m->pair;
}
