/* TURN's frames around what an agent and its peer send each other: Send and Data indications, and ChannelData. */
#ifndef FAULTY_FRAME_H
#define FAULTY_FRAME_H

#include "core/base/endpoint.h"
#include "core/stun/stun.h"

#define FRAME_CHANNELS 64

enum frame_kind { FRAME_NONE = 0, FRAME_INDICATION, FRAME_CHANNEL };

struct frame {
    enum frame_kind kind;
    uint16_t channel;
    uint8_t id[NT_STUN_ID]; /* of an indication */
    struct nt_addr peer;
};

struct frame_channel {
    struct nt_addr local, server, peer;
    uint16_t number;
};

struct frames {
    struct frame_channel channels[FRAME_CHANNELS]; /* a ring */
    size_t count;
};

/* A request to bind a channel leaves. */
void frames_learn(struct frames *f, const struct nt_addr *local, const struct nt_addr *server, const uint8_t *bytes, size_t len);
/* The frame of a datagram, and the payload in it; FRAME_NONE: it is the payload. */
struct frame frame_read(const struct frames *f, const struct nt_path *path, const uint8_t *bytes, size_t len,
                        const uint8_t **payload, size_t *payload_len);
/* The payload in such a frame. The length; 0: it has no room. */
size_t frame_write(const struct frame *f, bool outgoing, const uint8_t *payload, size_t len, uint8_t *buf, size_t cap);

#endif
