/* How hops are joined: what leaves one node and enters another is the same packet if payload and addresses are the same. What
 * enters a node and leaves it again is the same packet if the payload is the same: a NAT changes addresses only, and a TURN server
 * wraps and unwraps. What a node sends to itself leaves and enters by one tap. */
#include "reports/ladder/packet_way.h"

#include "core/base/err.h"
#include "core/base/hash.h"
#include "core/base/map.h"
#include "core/stun/stun.h"
#include "core/turn/channel_data.h"
#include "natsim/packet/packet.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_BACK 64 /* packets of the same payload that are looked at */

struct packet {
    struct nt_addr src, dst;
    uint64_t payload; /* a hash of it */
    bool icmp;
};

/* RFC 8489, 5: of the bits of the class only C0 is set. Most packets are none and need not be parsed. */
static bool is_indication(const uint8_t *p, size_t len)
{
    return nt_stun_looks_like(p, len) && (p[0] & 0x01) == 0 && (p[1] & 0x10) != 0;
}

/* What a Send or Data indication or ChannelData carries, or the payload itself. */
static uint64_t inner_hash(const uint8_t *p, size_t len, uint8_t proto)
{
    struct nt_stun_msg m;
    const struct nt_stun_attr *data;
    uint16_t channel;
    const uint8_t *inner;
    size_t inner_len;
    if (proto == NT_PROTO_UDP && nt_channel_data_parse(p, len, &channel, &inner, &inner_len))
        return nt_hash(inner, inner_len);
    if (proto == NT_PROTO_UDP && is_indication(p, len) && nt_stun_parse(&m, p, len) == NT_OK && m.class_ == NT_STUN_INDICATION &&
        (data = nt_stun_find(&m, NT_ATTR_DATA)) != NULL)
        return nt_hash(data->value, data->len);
    return nt_hash(p, len);
}

static struct packet packet_of(const struct nt_capture *c, const struct nt_capture_frame *f)
{
    struct nt_packet p = {.data = (uint8_t *)(uintptr_t)nt_capture_bytes(c, f), .len = f->len, .cap = f->len};
    if (f->len == 0 || nt_packet_parse(&p) != NT_OK)
        return (struct packet){.payload = nt_hash(nt_capture_bytes(c, f), f->len)};
    return (struct packet){.src = p.src,
                           .dst = p.dst,
                           .payload = inner_hash(p.data + p.payload, p.payload_len, p.proto) + p.proto,
                           .icmp = p.proto == NT_PROTO_ICMP || p.proto == NT_PROTO_ICMP6};
}

/* The frame leaves a node with both addresses changed, and not by a NAT: a TURN server has relayed it. */
static bool was_relayed(const struct nt_ways *w, const struct nt_way *way, const struct nt_capture *c,
                        const struct nt_capture_frame *f, const struct packet *p)
{
    const struct nt_capture_frame *last = &c->frames[way->last];
    if (last == f || last->fate != NT_FATE_PASSED || f->direction != NT_DIR_OUT || w->node_of[last->tap] != w->node_of[f->tap])
        return false;
    return !nt_addr_equal(&way->src, &p->src) && !nt_addr_equal(&way->dst, &p->dst);
}

static bool continues_way(const struct nt_ways *w, const struct nt_capture *c, const struct nt_way *way,
                          const struct nt_capture_frame *f, const struct packet *p)
{
    const struct nt_capture_frame *last = &c->frames[way->last];
    bool same_node = w->node_of[last->tap] == w->node_of[f->tap], loops = last->direction == NT_DIR_OUT && last->tap == f->tap;
    if (nt_capture_has_ended(last) || last->direction == f->direction || (!loops && (last->direction == NT_DIR_IN) != same_node))
        return false;
    /* A host that sends the same bytes from the address where it received them sends a packet of its own (an echo); on the
     * management links it is the platform, which passes messages on. No server relays ICMP: an echo request that a gateway answers
     * ends there, and the next one has the same bytes. */
    if (same_node && !loops)
        return way->signalling || (!nt_addr_equal(&way->dst, &p->src) && !(p->icmp && was_relayed(w, way, c, f, p)));
    return nt_addr_equal(&way->src, &p->src) && nt_addr_equal(&way->dst, &p->dst);
}

/* The oldest open way that the frame continues, or NT_MAP_NONE. */
static uint32_t find_way(const struct nt_ways *w, const struct nt_capture *c, uint32_t newest, const struct nt_capture_frame *f,
                         const struct packet *p)
{
    uint32_t found = NT_MAP_NONE;
    for (int i = 0; newest != NT_MAP_NONE && i < LOOK_BACK; i++, newest = w->ways[newest].before)
        if (continues_way(w, c, &w->ways[newest], f, p))
            found = newest;
    return found;
}

static void extend_way(const struct nt_ways *w, struct nt_way *way, const struct nt_capture *c, uint32_t frame,
                       const struct packet *p)
{
    const struct nt_capture_frame *f = &c->frames[frame];
    uint32_t node = w->node_of[f->tap];
    bool tells = f->fate != NT_FATE_PASSED || was_relayed(w, way, c, f, p);
    way->last = frame;
    way->src = p->src;
    way->dst = p->dst;
    if ((way->node_count == 0 || way->nodes[way->node_count - 1] != node) && way->node_count < NT_WAY_HOPS_MAX)
        way->nodes[way->node_count++] = node;
    if (tells && way->frame_count < 2 * NT_WAY_HOPS_MAX)
        way->frames[way->frame_count++] = frame;
}

static bool management_link(const char *tap)
{
    const char *dot = strchr(tap, '.');
    return dot != NULL && strncmp(dot, ".signalling", strlen(".signalling")) == 0;
}

static int add_frame(struct nt_ways *w, struct nt_map *by_payload, const struct nt_capture *c, uint32_t frame)
{
    const struct nt_capture_frame *f = &c->frames[frame];
    if (w->node_of[f->tap] == NT_MAP_NONE)
        return NT_OK;
    struct packet p = packet_of(c, f);
    uint32_t newest = nt_map_get(by_payload, &p.payload), way = find_way(w, c, newest, f, &p);
    if (way == NT_MAP_NONE) {
        int err = nt_reserve(&w->ways, &w->cap, w->count + 1, sizeof *w->ways, NT_CAPTURE_KEPT_FRAMES);
        if (err == NT_OK)
            err = nt_map_put(by_payload, &p.payload, (uint32_t)w->count);
        if (err != NT_OK)
            return err;
        way = (uint32_t)w->count++;
        w->ways[way] =
            (struct nt_way){.first = frame, .last = frame, .before = newest, .signalling = management_link(c->taps[f->tap].name)};
    } else {
        w->next_frame[w->ways[way].last + 1] = frame + 1;
    }
    extend_way(w, &w->ways[way], c, frame, &p);
    return NT_OK;
}

static int name_nodes(struct nt_ways *w, const struct nt_capture *c)
{
    w->node_of = malloc((c->tap_count + 1) * sizeof *w->node_of);
    w->nodes = calloc(NT_LADDER_COLUMNS_MAX, sizeof *w->nodes);
    if (w->node_of == NULL || w->nodes == NULL)
        return NT_ENOMEM;
    for (size_t t = 0; t < c->tap_count; t++) {
        size_t n = 0;
        while (n < w->node_count && strcmp(w->nodes[n], c->taps[t].node) != 0)
            n++;
        if (n == w->node_count && n < NT_LADDER_COLUMNS_MAX)
            w->nodes[w->node_count++] = c->taps[t].node;
        w->node_of[t] = n < NT_LADDER_COLUMNS_MAX ? (uint32_t)n : NT_MAP_NONE;
    }
    return NT_OK;
}

/* As many as a case's capture has in memory while it runs, so that its file shows the same. */
static size_t frames_to_draw(const struct nt_capture *c)
{
    size_t n = 0;
    uint64_t bytes = 0;
    while (n < c->frame_count && n < NT_CAPTURE_KEPT_FRAMES && (bytes += c->frames[n].len) <= NT_CAPTURE_KEPT_BYTES)
        n++;
    return n;
}

int nt_ways_make(struct nt_ways *w, const struct nt_capture *c)
{
    struct nt_map by_payload;
    *w = (struct nt_ways){0};
    nt_map_init(&by_payload, sizeof(uint64_t));
    int err = name_nodes(w, c);
    w->frames = frames_to_draw(c);
    w->next_frame = calloc(w->frames + 1, sizeof *w->next_frame);
    if (w->next_frame == NULL)
        err = NT_ENOMEM;
    for (size_t i = 0; i < w->frames && err == NT_OK; i++)
        err = add_frame(w, &by_payload, c, (uint32_t)i);
    nt_map_free(&by_payload);
    if (err != NT_OK)
        nt_ways_free(w);
    return err;
}

void nt_ways_free(struct nt_ways *w)
{
    free(w->nodes);
    free(w->node_of);
    free(w->ways);
    free(w->next_frame);
    *w = (struct nt_ways){0};
}
