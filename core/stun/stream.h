/* Messages out of a stream of bytes: STUN alone over TCP and TLS needs no framing (RFC 8489, 6.2.2), and TURN mixes ChannelData
 * into it, padded to a multiple of four (RFC 8656, 12.5). What is held is at most one message that is not whole yet. */
#ifndef NT_STUN_STREAM_H
#define NT_STUN_STREAM_H

#include "core/base/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nt_stun_stream {
    const uint8_t *in; /* what has come and is not read yet */
    size_t in_len;
    uint8_t *held; /* the beginning of a message */
    size_t held_len, cap;
    bool channels, whole; /* whole: what is held has been given out */
    const struct nt_why *broken;
};

void nt_stun_stream_init(struct nt_stun_stream *s, bool channels); /* channels: ChannelData may come, too */
void nt_stun_stream_free(struct nt_stun_stream *s);
/* The next bytes of the stream. They must stay as they are until nt_stun_stream_next says that no message is left in them. */
void nt_stun_stream_put(struct nt_stun_stream *s, const uint8_t *bytes, size_t len);
/* The next whole message: true. It is valid until the next call. Its length includes the padding of ChannelData. */
bool nt_stun_stream_next(struct nt_stun_stream *s, const uint8_t **message, size_t *len);
/* Has a message begun that is not whole? */
bool nt_stun_stream_is_half(const struct nt_stun_stream *s);
/* What came next was lost: nothing can be read any more. */
void nt_stun_stream_break(struct nt_stun_stream *s);
/* Why nothing can be read from the stream any more; NULL: it can. */
const struct nt_why *nt_stun_stream_broken(const struct nt_stun_stream *s);

#endif
