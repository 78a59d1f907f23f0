#include "scenarios/judge/lost_data.h"
#include "natsim/packet/protocol.h"
#include "scenarios/apps/data_flow.h"
#include "scenarios/world/parties.h"

#include <string.h>

struct finder {
    struct nt_lost_data *d;
    const struct nt_world *w;
    const struct nt_capture *capture;
    struct nt_data_count data;
    uint32_t agent;
};

/* An ICMP error quotes the datagram that it is about. */
static bool is_icmp(const uint8_t *ip, size_t len)
{
    if (len < 41 || ip[0] >> 4 != 6)
        return len > 9 && ip[0] >> 4 == 4 && ip[9] == NT_PROTO_ICMP;
    return (ip[6] == NT_EXT_FRAGMENT ? ip[40] : ip[6]) == NT_PROTO_ICMP6;
}

/* The datagram of a packet that begins with it, plain or as a relay carries it. False: it has none of the agent's. */
static bool read_datagram(const struct finder *f, const struct nt_capture_frame *frame, uint8_t *flow, uint32_t *number)
{
    const uint8_t *p = nt_capture_bytes(f->capture, frame), *end = p + frame->len;
    const uint8_t *magic = f->data.magic;
    if (is_icmp(p, frame->len))
        return false;
    while ((size_t)(end - p) >= NT_DATA_MIN && (p = memchr(p, magic[0], (size_t)(end - p) - NT_DATA_MAGIC + 1)) != NULL) {
        const uint8_t *at = p - NT_DATA_MAGIC_AT;
        if (at >= nt_capture_bytes(f->capture, frame) && memcmp(p, magic, NT_DATA_MAGIC) == 0)
            return nt_data_read(at, (size_t)(end - at), magic, flow, number) && *flow < f->data.flow_count;
        p++;
    }
    return false;
}

static bool has_arrived(const struct finder *f, uint8_t flow, uint32_t number)
{
    const struct nt_data_flow *its = &f->data.flows[flow];
    return number >= its->sent || nt_data_flow_has_arrived(its, number);
}

static struct nt_lost_place *place_of(struct nt_lost_data *d, const struct nt_capture_frame *frame)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->places[i].tap == frame->tap && d->places[i].reason == frame->reason && d->places[i].fate == frame->fate)
            return &d->places[i];
    d->full |= d->count == NT_LOST_PLACES_MAX;
    if (d->full)
        return NULL;
    d->places[d->count] = (struct nt_lost_place){.tap = frame->tap, .reason = frame->reason, .fate = frame->fate};
    return &d->places[d->count++];
}

static bool is_own_tap(const struct finder *f, uint32_t tap)
{
    struct nt_scn_node n = nt_observer_node_at(nt_world_observer(f->w), nt_fabric_tap_node(nt_world_fabric(f->w), tap));
    return n.kind == NT_SCN_NODE_AGENT && n.index == f->agent;
}

static void look_at(struct finder *f, uint32_t number)
{
    const struct nt_capture_frame *frame = nt_capture_frame_at(f->capture, number);
    uint8_t flow;
    uint32_t datagram;
    if (frame == NULL) {
        f->d->cut = true;
        return;
    }
    bool leaves = frame->direction == NT_DIR_OUT && is_own_tap(f, frame->tap);
    if ((!leaves && !nt_capture_has_ended(frame)) || !read_datagram(f, frame, &flow, &datagram))
        return;
    f->d->left += leaves && datagram < f->data.flows[flow].sent;
    if (!nt_capture_has_ended(frame) || has_arrived(f, flow, datagram))
        return;
    struct nt_lost_place *place = place_of(f->d, frame);
    if (place == NULL)
        return;
    place->packet = place->count++ == 0 ? number : place->packet;
}

static void sort_places(struct nt_lost_data *d)
{
    for (size_t i = 1; i < d->count; i++)
        for (size_t k = i; k > 0 && d->places[k].count > d->places[k - 1].count; k--) {
            struct nt_lost_place swap = d->places[k];
            d->places[k] = d->places[k - 1];
            d->places[k - 1] = swap;
        }
}

static uint64_t count_marked(const struct nt_data_count *data)
{
    uint64_t marked = 0;
    for (size_t i = 0; i < data->flow_count; i++)
        marked += data->flows[i].run.bytes >= NT_DATA_MIN ? data->flows[i].sent : 0;
    return marked;
}

bool nt_lost_data_find(struct nt_lost_data *d, const struct nt_world *w, uint32_t agent)
{
    struct nt_party p = nt_world_party(w, agent);
    struct finder f = {.d = d, .w = w, .capture = nt_world_observer(w)->capture, .data = p.ops->data(p.self), .agent = agent};
    *d = (struct nt_lost_data){.sent = f.data.sent, .lost = f.data.sent - f.data.received, .marked = count_marked(&f.data)};
    if (d->lost == 0 || f.data.magic == NULL || f.data.flow_count == 0)
        return false;
    for (size_t i = 1; i <= f.capture->total; i++)
        look_at(&f, (uint32_t)i);
    sort_places(d);
    return true;
}
