/* Messages out of a byte stream: RFC 8489, 6.2.2, RFC 8656, 12.5. */
#include "tests/unit/help.h"

#include "core/stun/message.h"
#include "core/stun/stream.h"

#include <stdlib.h>

static const uint8_t id[NT_STUN_ID] = "abcdefghijk";
static uint8_t stream[300000];
static size_t stream_len;

static void add_stun(size_t attribute)
{
    static const uint8_t zeros[65532];
    struct nt_stun_builder b;
    nt_stun_start(&b, stream + stream_len, sizeof stream - stream_len, NT_STUN_REQUEST, NT_STUN_BINDING, id);
    if (attribute > 0)
        nt_stun_add(&b, 0x8022, zeros, attribute);
    stream_len += (size_t)nt_stun_finish(&b);
}

/* ChannelData, padded. */
static void add_channel_data(size_t len)
{
    uint8_t *at = stream + stream_len;
    nt_store16(at, 0x4001);
    nt_store16(at + 2, (uint16_t)len);
    memset(at + 4, 0xff, len + 3);
    stream_len += (4 + len + 3) / 4 * 4;
}

/* Gives the stream in pieces, from copies of their own size: the length of each message, up to ten. */
static size_t read_in_pieces(size_t first, size_t each, size_t lens[10])
{
    struct nt_stun_stream s;
    size_t n = 0, checked = 0;
    nt_stun_stream_init(&s, true);
    for (size_t at = 0, len = first; at < stream_len; at += len, len = each) {
        const uint8_t *message;
        len = len < stream_len - at ? len : stream_len - at;
        uint8_t *piece = malloc(len > 0 ? len : 1);
        memcpy(piece, stream + at, len);
        nt_stun_stream_put(&s, piece, len);
        while (n < 10 && nt_stun_stream_next(&s, &message, &lens[n])) {
            assert_memory_equal(message, stream + checked, lens[n]);
            checked += lens[n++];
        }
        assert_null(nt_stun_stream_broken(&s));
        assert_int_equal(nt_stun_stream_is_half(&s), checked < at + len);
        free(piece);
    }
    nt_stun_stream_free(&s);
    return n;
}

static void begin(void)
{
    stream_len = 0;
    add_stun(0);
    add_channel_data(5);
    add_stun(12);
    add_channel_data(0);
    add_channel_data(8);
}

static void assert_five(const size_t lens[10], size_t n)
{
    static const size_t expected[] = {20, 12, 36, 4, 12};
    assert_int_equal(n, 5);
    assert_memory_equal(lens, expected, sizeof expected);
}

TEST(all_at_once)
{
    size_t lens[10];
    begin();
    assert_five(lens, read_in_pieces(stream_len, 1, lens));
}

TEST(split_at_every_byte)
{
    size_t lens[10];
    begin();
    for (size_t first = 0; first < stream_len; first++)
        assert_five(lens, read_in_pieces(first, stream_len, lens));
    for (size_t each = 1; each < stream_len; each++)
        assert_five(lens, read_in_pieces(each, each, lens));
}

/* A length field has 16 bits; that of STUN is a multiple of four. */
TEST(the_longest)
{
    size_t lens[10];
    stream_len = 0;
    add_stun(65528);
    add_channel_data(65535);
    add_channel_data(65533);
    add_channel_data(65532);
    add_stun(0);
    for (size_t each = 1; each <= 100000; each = each * 7 + 1) {
        assert_int_equal(read_in_pieces(each, each, lens), 5);
        assert_int_equal(lens[0], 20 + 65532);
        assert_int_equal(lens[1], 4 + 65536);
        assert_int_equal(lens[2], 4 + 65536);
        assert_int_equal(lens[3], 4 + 65532);
        assert_int_equal(lens[4], 20);
    }
}

/* How many bytes of the stream, one by one, are taken before it is broken, and why. */
static size_t broken_after(bool channels, const uint8_t *bytes, size_t len, const char **why)
{
    struct nt_stun_stream s;
    const uint8_t *message;
    size_t taken, message_len;
    nt_stun_stream_init(&s, channels);
    for (taken = 0; taken < len && nt_stun_stream_broken(&s) == NULL; taken++) {
        nt_stun_stream_put(&s, bytes + taken, 1);
        while (nt_stun_stream_next(&s, &message, &message_len))
            continue;
    }
    *why = nt_stun_stream_broken(&s) != NULL ? nt_stun_stream_broken(&s)->text : NULL;
    /* nothing is read from it any more, though it be a message */
    begin();
    nt_stun_stream_put(&s, stream, stream_len);
    assert_true(*why == NULL || !nt_stun_stream_next(&s, &message, &message_len));
    nt_stun_stream_free(&s);
    return taken;
}

TEST(what_is_neither)
{
    static const struct {
        const char *bytes;
        size_t len, broken_after;
        const char *why;
    } table[] = {{"\x04...", 4, 1, "neither STUN nor ChannelData begins here, and where a message would is not known"},
                 {"GET / HTTP/1.1", 14, 1, NULL}, /* a channel, as far as its first byte says */
                 {"\x16\x03\x01", 3, 1, "neither STUN nor ChannelData begins here, and where a message would is not known"},
                 {"\x50\x00\x00\x04....", 8, 1, "neither STUN nor ChannelData begins here, and where a message would is not known"},
                 {"\x00\x01\x00\x02", 4, 4, "a STUN message whose length is no multiple of four"},
                 {"\x00\x01\x00\x00!\x12\xa4\x43", 8, 8, "a STUN message without the magic cookie"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *why;
        size_t n = broken_after(true, (const uint8_t *)table[i].bytes, table[i].len, &why);
        if (table[i].why == NULL) {
            assert_null(why);
            continue;
        }
        assert_string_equal(why, table[i].why);
        assert_int_equal(n, table[i].broken_after);
    }
}

/* A server of STUN alone knows no ChannelData. */
TEST(without_channels)
{
    const char *why;
    assert_int_equal(broken_after(false, (const uint8_t *)"\x40\x01\x00\x00", 4, &why), 1);
    assert_string_equal(why, "no STUN message begins here, and where one would is not known");
}

/* What follows a message that is taken breaks the stream, too. */
TEST(broken_later)
{
    struct nt_stun_stream s;
    const uint8_t *message;
    size_t len;
    begin();
    stream[20] = 0xff;
    nt_stun_stream_init(&s, true);
    nt_stun_stream_put(&s, stream, stream_len);
    assert_true(nt_stun_stream_next(&s, &message, &len));
    assert_false(nt_stun_stream_next(&s, &message, &len));
    assert_non_null(nt_stun_stream_broken(&s));
    nt_stun_stream_free(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_at_once),      cmocka_unit_test(split_at_every_byte),
                                       cmocka_unit_test(the_longest),      cmocka_unit_test(what_is_neither),
                                       cmocka_unit_test(without_channels), cmocka_unit_test(broken_later)};
    return RUN_TESTS(tests);
}
