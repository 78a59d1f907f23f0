#include "scenarios/sweep/taps.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "core/stun/stun.h"
#include "core/turn/channel_data.h"
#include "natsim/packet/packet.h"

#include <stdlib.h>
#include <string.h>

#define TURN_PORT 3478
#define CHANNELS_MAX 256

struct channel {
    uint32_t tap;
    struct nt_addr local, remote, peer;
    uint16_t number;
};

struct reader {
    struct nt_sweep_datagrams *d;
    const struct nt_scn_case *scn;
    const struct nt_capture *c;
    uint32_t *agents; /* by tap: whose it is; NT_SCN_NONE: no agent's interface */
    struct channel channels[CHANNELS_MAX];
    size_t channel_count;
};

/* NAME.NUMBER of an agent; its tap of the signalling has no number. */
static uint32_t agent_of_tap(const struct nt_scn_case *scn, const struct nt_capture_tap *tap)
{
    size_t len = strlen(tap->node);
    for (uint32_t i = 0; i < scn->agent_count; i++)
        if (strcmp(scn->agents[i].name, tap->node) == 0 && strncmp(tap->name, tap->node, len) == 0 && tap->name[len] == '.' &&
            strspn(tap->name + len + 1, "0123456789") == strlen(tap->name + len + 1))
            return i;
    return NT_SCN_NONE;
}

static bool is_of_channel(const struct channel *a, const struct nt_sweep_datagram *d, uint16_t number)
{
    return a->tap == d->tap && a->number == number && nt_addr_equal(&a->local, &d->local) && nt_addr_equal(&a->remote, &d->remote);
}

static void bind_channel(struct reader *r, const struct nt_sweep_datagram *d, const struct nt_stun_msg *m)
{
    uint32_t number;
    struct nt_addr peer;
    size_t i = 0;
    if (nt_stun_get_u32(m, NT_ATTR_CHANNEL_NUMBER, &number) != NT_OK ||
        nt_stun_get_addr(m, NT_ATTR_XOR_PEER_ADDRESS, &peer) != NT_OK)
        return;
    while (i < r->channel_count && !is_of_channel(&r->channels[i], d, (uint16_t)(number >> 16)))
        i++;
    if (i == CHANNELS_MAX)
        return;
    r->channels[i] = (struct channel){d->tap, d->local, d->remote, peer, (uint16_t)(number >> 16)};
    r->channel_count += i == r->channel_count;
}

static bool unwrap_channel(const struct reader *r, struct nt_sweep_datagram *d)
{
    uint16_t number;
    const uint8_t *payload;
    size_t len;
    if (!nt_channel_data_parse(d->bytes, d->len, &number, &payload, &len))
        return false;
    for (size_t i = 0; i < r->channel_count; i++)
        if (is_of_channel(&r->channels[i], d, number))
            d->peer = r->channels[i].peer;
    d->bytes = payload;
    d->len = len;
    return true;
}

/* What goes to and comes from TURN servers. */
static void unwrap(struct reader *r, struct nt_sweep_datagram *d)
{
    struct nt_stun_msg m;
    if (d->remote.port != TURN_PORT || unwrap_channel(r, d) || nt_stun_parse(&m, d->bytes, d->len) != NT_OK)
        return;
    const struct nt_stun_attr *data = nt_stun_find(&m, NT_ATTR_DATA);
    if (m.method == NT_TURN_CHANNEL_BIND)
        bind_channel(r, d, &m);
    else if ((m.method == NT_TURN_SEND || m.method == NT_TURN_DATA) && data != NULL &&
             nt_stun_get_addr(&m, NT_ATTR_XOR_PEER_ADDRESS, &d->peer) == NT_OK) {
        d->bytes = data->value;
        d->len = data->len;
    }
}

static int add_datagram(struct reader *r, const struct nt_capture_frame *f, const struct nt_packet *p, uint32_t agent)
{
    struct nt_sweep_datagrams *d = r->d;
    bool out = f->direction == NT_DIR_OUT;
    int err = nt_grow(&d->items, &d->cap, d->count + 1, sizeof *d->items, SIZE_MAX / sizeof *d->items);
    if (err != NT_OK)
        return err;
    d->items[d->count] = (struct nt_sweep_datagram){.at = f->at,
                                                    .agent = agent,
                                                    .tap = f->tap,
                                                    .out = out,
                                                    .dropped = f->fate == NT_FATE_DROPPED,
                                                    .local = out ? p->src : p->dst,
                                                    .remote = out ? p->dst : p->src,
                                                    .bytes = p->data + p->payload,
                                                    .len = p->payload_len};
    unwrap(r, &d->items[d->count++]);
    return NT_OK;
}

static int read_frames(struct reader *r)
{
    int err = NT_OK;
    for (size_t i = 0; i < r->c->frame_count && err == NT_OK; i++) {
        const struct nt_capture_frame *f = &r->c->frames[i];
        struct nt_packet p = {.data = r->c->bytes + f->offset, .len = f->len, .cap = f->len};
        if (f->len == 0 || r->agents[f->tap] == NT_SCN_NONE || nt_packet_parse(&p) != NT_OK)
            continue;
        if (p.proto == NT_PROTO_UDP && (!p.fragment || p.first_fragment))
            err = add_datagram(r, f, &p, r->agents[f->tap]);
    }
    return err;
}

int nt_sweep_datagrams_read(struct nt_sweep_datagrams *d, const struct nt_scn_case *scn, const struct nt_capture *c)
{
    struct reader r = {.d = d, .scn = scn, .c = c, .agents = calloc(c->tap_count + 1, sizeof *r.agents)};
    *d = (struct nt_sweep_datagrams){0};
    for (size_t i = 0; r.agents != NULL && i < c->tap_count; i++)
        r.agents[i] = agent_of_tap(scn, &c->taps[i]);
    int err = r.agents != NULL ? read_frames(&r) : NT_ENOMEM;
    free(r.agents);
    return err;
}

void nt_sweep_datagrams_free(struct nt_sweep_datagrams *d)
{
    free(d->items);
}

bool nt_sweep_same_flow(const struct nt_sweep_datagram *a, const struct nt_sweep_datagram *b)
{
    return a->tap == b->tap && nt_addr_equal(&a->local, &b->local) && nt_addr_equal(&a->remote, &b->remote) &&
           nt_addr_equal(&a->peer, &b->peer);
}
