/* A stream in pieces: the messages are those that the same bytes give at once, each is whole, and they stand in the stream one
 * behind the other. The first byte says whether ChannelData may come, the second how long the pieces are. */
#include "core/stun/message.h"
#include "core/stun/stream.h"
#include "tests/fuzz/feed.h"

#define MESSAGES 64

struct read {
    size_t lens[MESSAGES], count, total;
    const struct nt_why *broken;
};

static struct read read_stream(const uint8_t *bytes, size_t size, size_t piece, bool channels)
{
    struct nt_stun_stream s;
    struct read r = {.count = 0};
    nt_stun_stream_init(&s, channels);
    for (size_t at = 0; at < size; at += piece) {
        size_t len = piece < size - at ? piece : size - at;
        const uint8_t *message;
        size_t message_len;
        uint8_t *copy = feed_copy(bytes + at, len);
        nt_stun_stream_put(&s, copy, len);
        while (nt_stun_stream_next(&s, &message, &message_len)) {
            CHECK(message_len >= 4 && message_len % 4 == 0 && r.total + message_len <= at + len);
            CHECK(memcmp(message, bytes + r.total, message_len) == 0);
            CHECK(channels || message[0] < 4);
            r.lens[r.count % MESSAGES] = message_len;
            r.count++;
            r.total += message_len;
        }
        free(copy);
    }
    r.broken = nt_stun_stream_broken(&s);
    CHECK(r.broken != NULL || nt_stun_stream_is_half(&s) == (r.total < size));
    nt_stun_stream_free(&s);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed f = {data, data + size};
    bool channels = (feed8(&f) & 1) != 0;
    size_t piece = feed8(&f) + 1U, left = (size_t)(f.end - f.p);
    struct read whole = read_stream(f.p, left, left + 1, channels), pieces = read_stream(f.p, left, piece, channels);
    CHECK(whole.count == pieces.count && whole.total == pieces.total && whole.broken == pieces.broken);
    CHECK(memcmp(whole.lens, pieces.lens, sizeof whole.lens) == 0);
    return 0;
}
