/* Where agents' data went, by the packets that arrived at them: needs no word of theirs. */
#include "core/stun/stun.h"
#include "core/turn/channel_data.h"
#include "scenarios/live_world.h"

#include <string.h>

#define WINDOW NT_SEC

/* The application's bytes of a UDP payload, out of a ChannelData message or Data indication; false: it carries none. */
static bool application(const uint8_t **bytes, size_t *len)
{
    struct nt_stun_msg m;
    uint16_t number;
    if (nt_channel_data_parse(*bytes, *len, &number, bytes, len))
        return *len > 0 && !nt_stun_looks_like(*bytes, *len);
    if (!nt_stun_looks_like(*bytes, *len))
        return *len > 0;
    if (nt_stun_parse(&m, *bytes, *len) != NT_OK || m.class_ != NT_STUN_INDICATION || m.method != NT_TURN_DATA)
        return false;
    const struct nt_stun_attr *data = nt_stun_find(&m, NT_ATTR_DATA);
    if (data == NULL || data->len == 0)
        return false;
    *bytes = data->value;
    *len = data->len;
    return !nt_stun_looks_like(*bytes, *len);
}

static bool of_server(const struct nt_scn_case *c, const struct nt_addr *a)
{
    for (size_t i = 0; i < c->server_count; i++)
        for (size_t k = 0; k < c->servers[i].on.address_count; k++)
            if (nt_addr_same_ip(a, &c->servers[i].on.addresses[k]))
                return true;
    return false;
}

/* Is it data for the agent's application? Then whether a server sent it. */
static bool is_data(const struct nt_world *w, const struct nt_capture_frame *f, bool *relayed)
{
    struct nt_packet p = {.data = (uint8_t *)(uintptr_t)nt_capture_bytes(w->observer.capture, f), .len = f->len};
    if (f->direction != NT_DIR_IN || f->fate == NT_FATE_DROPPED || nt_packet_parse(&p) != NT_OK || p.proto != NT_PROTO_UDP || p.fragment)
        return false;
    const uint8_t *bytes = p.data + p.payload;
    size_t len = p.payload_len;
    *relayed = of_server(w->scn, &p.src);
    return application(&bytes, &len);
}

/* One agent's, in the last second in which it got any. */
static unsigned path_of(const struct nt_world *w, uint32_t agent)
{
    const struct nt_capture *c = w->observer.capture;
    size_t direct = 0, relayed = 0;
    nt_time from = -1;
    uint32_t node = nt_host_node(w->agent_hosts[agent]);
    for (size_t i = c->frame_count; i-- > 0 && c->frames[i].at >= from;) {
        bool by_server;
        if (nt_fabric_tap_node(w->fabric, c->frames[i].tap) != node || !is_data(w, &c->frames[i], &by_server))
            continue;
        from = direct + relayed == 0 ? c->frames[i].at - WINDOW : from;
        *(by_server ? &relayed : &direct) += 1;
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
