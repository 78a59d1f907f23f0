#include "scenarios/programs/packet_evidence.h"
#include "core/base/map.h"
#include "core/stun/stun.h"
#include "core/turn/channel_data.h"
#include "natsim/fabric/fabric.h"
#include "natsim/packet/packet.h"
#include "pcap/capture.h"
#include "scenarios/world/nodes.h"

#include <string.h>

#define WINDOW NT_SEC

/* The payload that the agent sent or gets: that of a ChannelData message, a Send or a Data indication, or the UDP payload itself.
 * NULL: it is a TURN message of another kind. */
static const uint8_t *unwrap(const uint8_t *bytes, size_t *len)
{
    struct nt_stun_msg m;
    uint16_t number;
    if (nt_channel_data_parse(bytes, *len, &number, &bytes, len))
        return bytes;
    if (!nt_stun_looks_like(bytes, *len) || nt_stun_parse(&m, bytes, *len) != NT_OK || m.method == NT_STUN_BINDING)
        return bytes;
    const struct nt_stun_attr *data = m.class_ == NT_STUN_INDICATION ? nt_stun_find(&m, NT_ATTR_DATA) : NULL;
    *len = data != NULL ? data->len : 0;
    return data != NULL ? data->value : NULL;
}

/* A frame's UDP payload, unwrapped, when it passed an interface of the agent; NULL: it did not. */
static const uint8_t *payload_at(const struct nt_world *w, uint32_t agent, const struct nt_capture_frame *f, struct nt_addr *src,
                                 size_t *len)
{
    struct nt_packet p = {.data = (uint8_t *)(uintptr_t)nt_capture_bytes(nt_world_observer(w)->capture, f), .len = f->len};
    if (nt_fabric_tap_node(nt_world_fabric(w), f->tap) != nt_world_node(w, (struct nt_scn_node){NT_SCN_NODE_AGENT, agent}) ||
        f->fate == NT_FATE_DROPPED || nt_packet_parse(&p) != NT_OK || p.proto != NT_PROTO_UDP || p.fragment)
        return NULL;
    *src = p.src;
    *len = p.payload_len;
    return unwrap(p.data + p.payload, len);
}

static bool is_server_address(const struct nt_scn_case *c, const struct nt_addr *a)
{
    for (size_t i = 0; i < c->server_count; i++)
        for (size_t k = 0; k < c->servers[i].on.address_count; k++)
            if (nt_addr_same_ip(a, &c->servers[i].on.addresses[k]))
                return true;
    return false;
}

/* How data reached one agent in the last second in which it got any; 0: it got none. */
static unsigned path_to(const struct nt_world *w, uint32_t agent)
{
    const struct nt_capture *c = nt_world_observer(w)->capture;
    size_t direct = 0, relayed = 0, len;
    nt_time from = -1;
    for (size_t i = c->frame_count; i-- > 0 && c->frames[i].at >= from;) {
        struct nt_addr src;
        const uint8_t *bytes = c->frames[i].direction == NT_DIR_IN ? payload_at(w, agent, &c->frames[i], &src, &len) : NULL;
        if (bytes == NULL || len == 0 || nt_stun_looks_like(bytes, len))
            continue;
        from = direct + relayed == 0 ? c->frames[i].at - WINDOW : from;
        *(is_server_address(nt_world_case(w), &src) ? &relayed : &direct) += 1;
    }
    return direct + relayed == 0 ? 0 : relayed > direct ? NT_PATH_RELAYED : NT_PATH_DIRECT;
}

unsigned nt_evidence_path(const struct nt_world *w)
{
    const struct nt_scn_case *c = nt_world_case(w);
    if (c->caller == NT_SCN_NONE)
        return NT_PATH_NONE;
    unsigned a = path_to(w, c->caller), b = path_to(w, c->callee);
    if (a == 0 || b == 0)
        return NT_PATH_NONE;
    return ((a | b) & NT_PATH_RELAYED) != 0 ? NT_PATH_RELAYED : NT_PATH_DIRECT;
}

void nt_evidence_checks(const struct nt_world *w, uint32_t agent, uint32_t *sent, uint32_t *received)
{
    const struct nt_capture *c = nt_world_observer(w)->capture;
    struct nt_map ids;
    struct nt_stun_msg m;
    struct nt_addr src;
    size_t len;
    *sent = *received = 0;
    nt_map_init(&ids, NT_STUN_ID);
    for (size_t i = 0; i < c->frame_count; i++) {
        const uint8_t *bytes = payload_at(w, agent, &c->frames[i], &src, &len);
        if (bytes == NULL || !nt_stun_looks_like(bytes, len) || nt_stun_parse(&m, bytes, len) != NT_OK ||
            m.method != NT_STUN_BINDING || m.class_ != NT_STUN_REQUEST || nt_stun_find(&m, NT_ATTR_PRIORITY) == NULL)
            continue;
        bool in = c->frames[i].direction == NT_DIR_IN;
        *received += in;
        *sent += !in && nt_map_get(&ids, m.id) == NT_MAP_NONE;
        if (!in && nt_map_put(&ids, m.id, 0) != NT_OK)
            break;
    }
    nt_map_free(&ids);
}
