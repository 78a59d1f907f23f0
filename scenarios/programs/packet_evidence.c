/* What agents did, by the packets at their interfaces: needs no word of theirs. */
#include "core/base/map.h"
#include "core/stun/stun.h"
#include "core/turn/channel_data.h"
#include "scenarios/programs/machines.h"

#include <string.h>

#define WINDOW NT_SEC

/* What a UDP payload is for the agent: the payload itself, or what a ChannelData message, a Send or a Data indication carries. NULL:
 * TURN's own. */
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

/* A frame's UDP payload, unwrapped, when it passed at an interface of the agent; NULL: it did not. */
static const uint8_t *payload_at(const struct nt_world *w, uint32_t agent, const struct nt_capture_frame *f, struct nt_addr *src, size_t *len)
{
    struct nt_packet p = {.data = (uint8_t *)(uintptr_t)nt_capture_bytes(w->observer.capture, f), .len = f->len};
    if (nt_fabric_tap_node(w->fabric, f->tap) != nt_host_node(w->agent_hosts[agent]) || f->fate == NT_FATE_DROPPED ||
        nt_packet_parse(&p) != NT_OK || p.proto != NT_PROTO_UDP || p.fragment)
        return NULL;
    *src = p.src;
    *len = p.payload_len;
    return unwrap(p.data + p.payload, len);
}

static bool of_server(const struct nt_scn_case *c, const struct nt_addr *a)
{
    for (size_t i = 0; i < c->server_count; i++)
        for (size_t k = 0; k < c->servers[i].on.address_count; k++)
            if (nt_addr_same_ip(a, &c->servers[i].on.addresses[k]))
                return true;
    return false;
}

/* One agent's, in the last second in which it got any data. */
static unsigned path_of(const struct nt_world *w, uint32_t agent)
{
    const struct nt_capture *c = w->observer.capture;
    size_t direct = 0, relayed = 0, len;
    nt_time from = -1;
    for (size_t i = c->frame_count; i-- > 0 && c->frames[i].at >= from;) {
        struct nt_addr src;
        const uint8_t *bytes = c->frames[i].direction == NT_DIR_IN ? payload_at(w, agent, &c->frames[i], &src, &len) : NULL;
        if (bytes == NULL || len == 0 || nt_stun_looks_like(bytes, len))
            continue;
        from = direct + relayed == 0 ? c->frames[i].at - WINDOW : from;
        *(of_server(w->scn, &src) ? &relayed : &direct) += 1;
    }
    return direct + relayed == 0 ? 0 : relayed > direct ? NT_PATH_RELAYED : NT_PATH_DIRECT;
}

unsigned nt_live_path(const struct nt_world *w)
{
    const struct nt_scn_case *c = w->scn;
    if (c->caller == NT_SCN_NONE)
        return 0;
    unsigned a = path_of(w, c->caller), b = path_of(w, c->callee);
    if (a == 0 || b == 0)
        return 0;
    return ((a | b) & NT_PATH_RELAYED) != 0 ? NT_PATH_RELAYED : NT_PATH_DIRECT;
}

void nt_live_checks(const struct nt_world *w, uint32_t agent, uint32_t *sent, uint32_t *received)
{
    const struct nt_capture *c = w->observer.capture;
    struct nt_map ids;
    struct nt_stun_msg m;
    struct nt_addr src;
    size_t len;
    *sent = *received = 0;
    nt_map_init(&ids, NT_STUN_ID);
    for (size_t i = 0; i < c->frame_count; i++) {
        const uint8_t *bytes = payload_at(w, agent, &c->frames[i], &src, &len);
        if (bytes == NULL || !nt_stun_looks_like(bytes, len) || nt_stun_parse(&m, bytes, len) != NT_OK || m.method != NT_STUN_BINDING ||
            m.class_ != NT_STUN_REQUEST || nt_stun_find(&m, NT_ATTR_PRIORITY) == NULL)
            continue;
        bool in = c->frames[i].direction == NT_DIR_IN;
        *received += in;
        *sent += !in && nt_map_get(&ids, m.id) == NT_MAP_NONE;
        if (!in && nt_map_put(&ids, m.id, 0) != NT_OK)
            break;
    }
    nt_map_free(&ids);
}
