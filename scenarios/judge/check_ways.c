#include "scenarios/judge/check_ways.h"
#include "core/base/err.h"
#include "core/stun/stun.h"
#include "core/turn/channel_data.h"
#include "natsim/packet/packet.h"

#include <stdlib.h>
#include <string.h>

struct channel { /* that was asked for */
    struct nt_addr client, server, peer;
    uint16_t number;
};

struct finder {
    struct nt_check_ways *ways;
    const struct nt_world *w;
    const struct nt_capture *capture;
    struct channel *channels;
    size_t channel_count, channel_cap;
    int err;
};

/* A STUN message in a frame. Most frames show another hop of one that is known: only its id is read. */
struct seen {
    const uint8_t *bytes;
    size_t len;
    struct nt_addr src, dst; /* when it is located */
    struct nt_addr peer;     /* likewise: TURN carries it from or to this one; unset: it does not, or the channel is not known */
    bool carried;
    uint16_t channel; /* that carries it; 0: an indication, whose peer is read at once */
    uint32_t number;
    const struct nt_capture_frame *frame;
    struct nt_scn_node node; /* whose tap it is */
};

static uint16_t method_of(const uint8_t *bytes)
{
    uint16_t type = nt_load16(bytes);
    return (uint16_t)((type & 0xf) | (type >> 1 & 0x70) | (type >> 2 & 0xf80));
}

static uint8_t class_of(const uint8_t *bytes)
{
    uint16_t type = nt_load16(bytes);
    return (uint8_t)((type >> 7 & 2) | (type >> 4 & 1));
}

/* --- what TURN carries --- */

static void note_channel(struct finder *f, const struct seen *s)
{
    struct nt_stun_msg m;
    struct channel c = {.client = s->src, .server = s->dst};
    uint32_t number;
    if (nt_stun_parse(&m, s->bytes, s->len) != NT_OK || nt_stun_get_u32(&m, NT_ATTR_CHANNEL_NUMBER, &number) != NT_OK ||
        nt_stun_get_addr(&m, NT_ATTR_XOR_PEER_ADDRESS, &c.peer) != NT_OK)
        return;
    c.number = (uint16_t)(number >> 16);
    int err = nt_grow(&f->channels, &f->channel_cap, f->channel_count + 1, sizeof *f->channels, NT_CHECK_WAYS_MAX);
    if (err == NT_OK)
        f->channels[f->channel_count++] = c;
    f->err = err == NT_ENOMEM ? err : f->err;
}

/* Either end of a channel as an agent sees them. */
static struct nt_addr channel_peer(const struct finder *f, const struct seen *s, uint16_t number)
{
    for (size_t i = f->channel_count; i-- > 0;) {
        const struct channel *c = &f->channels[i];
        if (c->number == number && ((nt_addr_equal(&c->client, &s->src) && nt_addr_equal(&c->server, &s->dst)) ||
                                    (nt_addr_equal(&c->client, &s->dst) && nt_addr_equal(&c->server, &s->src))))
            return c->peer;
    }
    return (struct nt_addr){0};
}

static bool unwrap_indication(struct seen *s)
{
    struct nt_stun_msg m;
    const struct nt_stun_attr *data;
    if (nt_stun_parse(&m, s->bytes, s->len) != NT_OK || (data = nt_stun_find(&m, NT_ATTR_DATA)) == NULL ||
        nt_stun_get_addr(&m, NT_ATTR_XOR_PEER_ADDRESS, &s->peer) != NT_OK)
        return false;
    s->bytes = data->value;
    s->len = data->len;
    s->carried = true;
    return true;
}

/* The payload of a whole UDP datagram; NULL: it is none. */
static const uint8_t *udp_payload(const struct nt_capture *c, const struct nt_capture_frame *f, size_t *len)
{
    const uint8_t *ip = nt_capture_bytes(c, f);
    bool v4 = f->len > 28 && ip[0] >> 4 == 4;
    if (!v4 && (f->len <= 48 || ip[0] >> 4 != 6))
        return NULL;
    size_t at = (v4 ? (ip[0] & 15u) * 4 : 40) + 8u;
    bool whole = v4 ? ip[9] == NT_PROTO_UDP && (nt_load16(ip + 6) & 0x3fff) == 0 : ip[6] == NT_PROTO_UDP;
    *len = whole && at < f->len ? f->len - at : 0;
    return *len > 0 ? ip + at : NULL;
}

/* False: the frame has no message. */
static bool read_message(const struct finder *f, struct seen *s)
{
    s->bytes = udp_payload(f->capture, s->frame, &s->len);
    if (s->bytes == NULL)
        return false;
    if (nt_channel_data_parse(s->bytes, s->len, &s->channel, &s->bytes, &s->len)) {
        s->carried = true;
        return nt_stun_looks_like(s->bytes, s->len);
    }
    if (!nt_stun_looks_like(s->bytes, s->len))
        return false;
    if (class_of(s->bytes) == NT_STUN_INDICATION && method_of(s->bytes) != NT_STUN_BINDING)
        return unwrap_indication(s) && nt_stun_looks_like(s->bytes, s->len);
    return true;
}

/* Reads the addresses. */
static void locate(const struct finder *f, struct seen *s)
{
    struct nt_packet p = {
        .data = (uint8_t *)(uintptr_t)nt_capture_bytes(f->capture, s->frame), .len = s->frame->len, .cap = s->frame->len};
    if (nt_packet_parse(&p) != NT_OK)
        return;
    s->src = p.src;
    s->dst = p.dst;
    if (s->channel != 0)
        s->peer = channel_peer(f, s, s->channel);
}

/* --- transactions --- */

static bool is_response(const struct seen *s)
{
    return class_of(s->bytes) == NT_STUN_SUCCESS || class_of(s->bytes) == NT_STUN_ERROR;
}

/* An agent sends a request that was not seen before. */
static struct nt_check_way *begin_way(struct finder *f, const struct seen *s)
{
    struct nt_check_ways *ways = f->ways;
    if (s->node.kind != NT_SCN_NODE_AGENT || s->frame->direction != NT_DIR_OUT || class_of(s->bytes) != NT_STUN_REQUEST)
        return NULL;
    int err = nt_grow(&ways->of, &ways->cap, ways->count + 1, sizeof *ways->of, NT_CHECK_WAYS_MAX);
    if (err == NT_OK)
        err = nt_map_put(&ways->by_id, s->bytes + 8, (uint32_t)ways->count);
    ways->cut |= err == NT_ELIMIT;
    f->err = err == NT_ENOMEM ? err : f->err;
    if (err != NT_OK)
        return NULL;
    struct nt_check_way *way = &ways->of[ways->count++];
    *way = (struct nt_check_way){.agent = s->node.index, .src = s->src, .dst = s->dst, .method = method_of(s->bytes)};
    memcpy(way->id, s->bytes + 8, NT_STUN_ID);
    if (s->carried) {
        way->via = s->dst;
        way->src = (struct nt_addr){0};
        way->dst = s->peer;
    }
    return way;
}

static struct nt_check_way *way_of(struct finder *f, const struct seen *s)
{
    uint32_t i = nt_map_get(&f->ways->by_id, s->bytes + 8);
    return i != NT_MAP_NONE ? &f->ways->of[i] : begin_way(f, s);
}

static bool is_taken(const struct seen *s)
{
    return s->frame->direction == NT_DIR_IN && !nt_capture_has_ended(s->frame);
}

/* An agent got a response to no request that it still waits for. */
static bool is_late(const struct seen *s)
{
    return s->frame->fate == NT_FATE_DISCARDED && s->frame->reason == NT_DISCARD_NO_TRANSACTION;
}

static void note_response(struct nt_check_way *way, const struct seen *s)
{
    struct nt_stun_msg m;
    const char *reason;
    size_t reason_len;
    int code;
    way->success |= class_of(s->bytes) == NT_STUN_SUCCESS;
    if (class_of(s->bytes) == NT_STUN_ERROR && nt_stun_parse(&m, s->bytes, s->len) == NT_OK &&
        nt_stun_get_error(&m, &code, &reason, &reason_len) == NT_OK)
        way->code = (uint16_t)code;
    bool late = is_late(s);
    if ((!late && !is_taken(s)) || s->node.kind != NT_SCN_NODE_AGENT || s->node.index != way->agent)
        return;
    way->taken = s->number;
    way->late = late;
    way->answered_from = s->carried ? s->peer : s->src;
}

/* A server that relays a check shows the relayed address, and the peer. */
static void note_relaying(struct nt_check_way *way, const struct seen *s)
{
    if (s->carried || s->node.kind != NT_SCN_NODE_SERVER || s->frame->direction != NT_DIR_OUT)
        return;
    way->src = s->src;
    way->dst = s->dst;
}

static bool is_other_end(const struct nt_check_way *way, const struct seen *s)
{
    if (way->method != NT_STUN_BINDING || s->node.kind != NT_SCN_NODE_SERVER)
        return s->node.kind == NT_SCN_NODE_SERVER || (s->node.kind == NT_SCN_NODE_AGENT && s->node.index != way->agent);
    return !nt_addr_is_set(&way->via) && nt_addr_equal(&s->dst, &way->dst); /* a check may end at a server that relays it */
}

/* Gateways see what is on its way; agents and servers begin, relay and take it. */
static void note_message(struct finder *f, struct seen *s)
{
    if (s->node.kind != NT_SCN_NODE_GATEWAY)
        locate(f, s);
    struct nt_check_way *way = way_of(f, s);
    if (way == NULL)
        return;
    struct nt_way_seen *seen = is_response(s) ? &way->response : &way->request;
    seen->last = s->number;
    seen->ended = nt_capture_has_ended(s->frame) ? s->number : seen->ended;
    if (is_response(s)) {
        note_response(way, s);
        return;
    }
    if (nt_addr_is_set(&way->via))
        note_relaying(way, s);
    if (seen->arrived == 0 && is_taken(s) && is_other_end(way, s))
        seen->arrived = s->number;
    if (way->method == NT_TURN_CHANNEL_BIND && s->node.kind == NT_SCN_NODE_AGENT)
        note_channel(f, s);
}

static void read_frame(struct finder *f, size_t number)
{
    struct seen s = {.number = (uint32_t)number, .frame = nt_capture_frame_at(f->capture, number)};
    if (s.frame == NULL) {
        f->ways->cut = true;
        return;
    }
    if (!read_message(f, &s))
        return;
    s.node = nt_observer_node_at(nt_world_observer(f->w), nt_fabric_tap_node(nt_world_fabric(f->w), s.frame->tap));
    note_message(f, &s);
}

int nt_check_ways_find(struct nt_check_ways *ways, const struct nt_world *w)
{
    struct finder f = {.ways = ways, .w = w, .capture = nt_world_observer(w)->capture};
    *ways = (struct nt_check_ways){0};
    nt_map_init(&ways->by_id, NT_STUN_ID);
    for (size_t i = 1; i <= f.capture->total && !ways->cut && f.err == NT_OK; i++)
        read_frame(&f, i);
    free(f.channels);
    return f.err;
}

void nt_check_ways_free(struct nt_check_ways *ways)
{
    nt_map_free(&ways->by_id);
    free(ways->of);
}

/* --- questions --- */

static bool is_of_pair(const struct nt_check_way *way, const struct nt_addr *base, const struct nt_addr *remote, bool relayed)
{
    bool local = relayed ? nt_addr_is_set(&way->via) && (!nt_addr_is_set(&way->src) || nt_addr_equal(&way->src, base))
                         : !nt_addr_is_set(&way->via) && nt_addr_equal(&way->src, base);
    return local && way->method == NT_STUN_BINDING && nt_addr_equal(&way->dst, remote);
}

const struct nt_check_way *nt_check_ways_last(const struct nt_check_ways *ways, uint32_t agent, const struct nt_addr *base,
                                              const struct nt_addr *remote, bool relayed)
{
    for (size_t i = ways->count; i-- > 0;)
        if (ways->of[i].agent == agent && is_of_pair(&ways->of[i], base, remote, relayed))
            return &ways->of[i];
    return NULL;
}

const struct nt_check_way *nt_check_ways_unanswered(const struct nt_check_ways *ways, uint32_t agent, const struct nt_addr *base,
                                                    const struct nt_addr *remote, bool relayed)
{
    const struct nt_check_way *first = NULL;
    for (size_t i = ways->count; i-- > 0;) {
        const struct nt_check_way *way = &ways->of[i];
        if (way->agent != agent || !is_of_pair(way, base, remote, relayed))
            continue;
        if (way->taken != 0)
            return first;
        first = way;
    }
    return first;
}

static bool asks_for(const struct nt_capture *capture, uint32_t number, const struct nt_addr *peer)
{
    const struct nt_capture_frame *f = nt_capture_frame_at(capture, number);
    struct nt_packet p = {0};
    struct nt_stun_msg m;
    struct nt_addr a;
    if (f == NULL)
        return false;
    p = (struct nt_packet){.data = (uint8_t *)(uintptr_t)nt_capture_bytes(capture, f), .len = f->len, .cap = f->len};
    if (nt_packet_parse(&p) != NT_OK || nt_stun_parse(&m, p.data + p.payload, p.payload_len) != NT_OK)
        return false;
    for (size_t i = 0; i < m.count; i++)
        if (m.attrs[i].type == NT_ATTR_XOR_PEER_ADDRESS && nt_stun_attr_addr(&m, &m.attrs[i], &a) == NT_OK &&
            nt_addr_same_ip(&a, peer))
            return true;
    return false;
}

const struct nt_scn_server *nt_check_ways_server(const struct nt_scn_case *c, const struct nt_addr *a)
{
    for (size_t i = 0; i < c->server_count; i++)
        for (size_t k = 0; k < c->servers[i].on.address_count; k++)
            if (nt_addr_same_ip(&c->servers[i].on.addresses[k], a))
                return &c->servers[i];
    return NULL;
}

const struct nt_check_way *nt_check_ways_permission(const struct nt_check_ways *ways, const struct nt_world *w, uint32_t agent,
                                                    const struct nt_addr *relayed, const struct nt_addr *peer)
{
    const struct nt_scn_server *server = nt_check_ways_server(nt_world_case(w), relayed);
    for (size_t i = ways->count; i-- > 0;)
        if (ways->of[i].agent == agent && ways->of[i].method == NT_TURN_CREATE_PERMISSION &&
            (server == NULL || server == nt_check_ways_server(nt_world_case(w), &ways->of[i].dst)) &&
            asks_for(nt_world_observer(w)->capture, ways->of[i].request.last, peer))
            return &ways->of[i];
    return NULL;
}

uint32_t nt_check_way_end(const struct nt_check_way *way, bool *response)
{
    *response = way->response.last != 0;
    if (way->taken != 0)
        return way->taken;
    const struct nt_way_seen *seen = *response ? &way->response : &way->request;
    if (!*response && seen->arrived != 0)
        return seen->arrived;
    return seen->ended != 0 ? seen->ended : seen->last;
}
