#include "tests/faulty/frame.h"
#include "core/turn/channel_data.h"

static bool parse(struct nt_stun_msg *m, const uint8_t *bytes, size_t len)
{
    return nt_stun_looks_like(bytes, len) && nt_stun_parse(m, bytes, len) == NT_OK;
}

void frames_learn(struct frames *f, const struct nt_addr *local, const struct nt_addr *server, const uint8_t *bytes, size_t len)
{
    struct nt_stun_msg m;
    uint32_t number;
    struct frame_channel c = {.local = *local, .server = *server};
    if (!parse(&m, bytes, len) || m.class_ != NT_STUN_REQUEST || m.method != NT_TURN_CHANNEL_BIND ||
        nt_stun_get_u32(&m, NT_ATTR_CHANNEL_NUMBER, &number) != NT_OK ||
        nt_stun_get_addr(&m, NT_ATTR_XOR_PEER_ADDRESS, &c.peer) != NT_OK)
        return;
    c.number = (uint16_t)(number >> 16);
    f->channels[f->count++ % FRAME_CHANNELS] = c;
}

/* The last one counts: a channel may have been bound again. */
static bool find_channel(const struct frames *f, const struct nt_path *path, struct frame *frame)
{
    for (size_t i = f->count; i > 0 && i + FRAME_CHANNELS > f->count; i--) {
        const struct frame_channel *c = &f->channels[(i - 1) % FRAME_CHANNELS];
        if (c->number == frame->channel && nt_addr_equal(&c->local, &path->local) && nt_addr_equal(&c->server, &path->remote)) {
            frame->peer = c->peer;
            return true;
        }
    }
    return false;
}

static bool read_indication(const struct nt_stun_msg *m, struct frame *frame, const uint8_t **payload, size_t *len)
{
    const struct nt_stun_attr *data = nt_stun_find(m, NT_ATTR_DATA);
    if (m->class_ != NT_STUN_INDICATION || (m->method != NT_TURN_SEND && m->method != NT_TURN_DATA) || data == NULL ||
        nt_stun_get_addr(m, NT_ATTR_XOR_PEER_ADDRESS, &frame->peer) != NT_OK)
        return false;
    memcpy(frame->id, m->id, NT_STUN_ID);
    *payload = data->value;
    *len = data->len;
    return true;
}

struct frame frame_read(const struct frames *f, const struct nt_path *path, const uint8_t *bytes, size_t len,
                        const uint8_t **payload, size_t *payload_len)
{
    struct frame frame = {0};
    struct nt_stun_msg m;
    if (nt_channel_data_parse(bytes, len, &frame.channel, payload, payload_len) && find_channel(f, path, &frame))
        frame.kind = FRAME_CHANNEL;
    else if (parse(&m, bytes, len) && read_indication(&m, &frame, payload, payload_len))
        frame.kind = FRAME_INDICATION;
    if (frame.kind == FRAME_NONE) {
        *payload = bytes;
        *payload_len = len;
    }
    return frame;
}

static size_t write_indication(const struct frame *f, bool outgoing, const uint8_t *payload, size_t len, uint8_t *buf, size_t cap)
{
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, cap, NT_STUN_INDICATION, outgoing ? NT_TURN_SEND : NT_TURN_DATA, f->id);
    nt_stun_add_addr(&b, NT_ATTR_XOR_PEER_ADDRESS, &f->peer);
    nt_stun_add(&b, NT_ATTR_DATA, payload, len);
    int n = nt_stun_finish(&b);
    return n > 0 ? (size_t)n : 0;
}

size_t frame_write(const struct frame *f, bool outgoing, const uint8_t *payload, size_t len, uint8_t *buf, size_t cap)
{
    if (f->kind == FRAME_INDICATION)
        return write_indication(f, outgoing, payload, len, buf, cap);
    if (f->kind == FRAME_CHANNEL) {
        int n = nt_channel_data_write(buf, cap, f->channel, payload, len);
        return n > 0 ? (size_t)n : 0;
    }
    memmove(buf, payload, len <= cap ? len : 0);
    return len <= cap ? len : 0;
}
