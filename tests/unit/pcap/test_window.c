/* Captures that stream: what is kept, when readers see a packet, which fates come too late, and the file that is written behind the
 * window. */

#include "tests/unit/in_directory.h"

#include "core/base/err.h"
#include "pcap/comment.h"
#include "pcap/spool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES (NT_CAPTURE_KEPT_FRAMES + 3 * NT_CAPTURE_WINDOW + 7)

struct seen {
    uint32_t count, dropped;
};

/* A packet whose bytes tell its number and its length. */
static void show(struct nt_capture *c, uint32_t number, size_t len)
{
    static uint8_t buf[65536];
    memset(buf, (int)(number & 0xff), len);
    memcpy(buf, &number, sizeof number);
    struct nt_trace_event ev = {.at = number, .kind = NT_TR_PACKET, .n = {number % 2, NT_DIR_OUT, 0}, .bytes = buf, .len = len};
    nt_capture_trace(c, &ev);
}

static void lose(struct nt_capture *c, uint32_t number)
{
    struct nt_trace_event ev = {.kind = NT_TR_DROP, .n = {number % 2, NT_DROP_LOSS, number}};
    nt_capture_trace(c, &ev);
}

static void see(void *user, const struct nt_capture *c, const struct nt_capture_frame *f, uint32_t number)
{
    struct seen *seen = user;
    const uint8_t *p = nt_capture_bytes(c, f);
    uint32_t told;
    memcpy(&told, p, sizeof told);
    assert_int_equal(number, ++seen->count);
    assert_int_equal(told, number);
    assert_int_equal(f->at, number);
    assert_int_equal(p[f->len - 1], number & 0xff);
    seen->dropped += f->fate == NT_FATE_DROPPED;
}

static void begin(struct nt_capture *c, struct seen *seen)
{
    *seen = (struct seen){0};
    nt_capture_init(c);
    assert_int_equal(nt_capture_add_tap(c, "L.0", "L", NULL), 0);
    assert_int_equal(nt_capture_add_tap(c, "R.0", "R", NULL), 1);
    nt_capture_stream(c);
    nt_capture_add_reader(c, &(struct nt_capture_reader){.frame = see, .user = seen});
}

TEST(test_a_small_capture_is_kept_whole)
{
    struct nt_capture c;
    struct seen seen;
    begin(&c, &seen);
    for (uint32_t n = 1; n <= 1000; n++)
        show(&c, n, 60);
    lose(&c, 1);
    assert_int_equal(seen.count, 0); /* its fate may still be told */
    nt_capture_settle(&c);
    assert_int_equal(seen.count, 1000);
    assert_int_equal(seen.dropped, 1);
    assert_int_equal(c.frame_count, 1000);
    assert_false(c.windowed);
    lose(&c, 2);
    assert_int_equal(c.late, 1);
    nt_capture_free(&c);
}

TEST(test_the_window_follows_the_packets)
{
    struct nt_capture c;
    struct seen seen;
    begin(&c, &seen);
    for (uint32_t n = 1; n <= FRAMES; n++)
        show(&c, n, 60);
    assert_int_equal(c.total, FRAMES);
    assert_int_equal(c.frame_count, NT_CAPTURE_KEPT_FRAMES);
    assert_int_equal(seen.count, FRAMES - NT_CAPTURE_WINDOW);
    lose(&c, FRAMES - NT_CAPTURE_WINDOW + 1); /* the oldest in the window */
    assert_int_equal(c.late, 0);
    lose(&c, FRAMES - NT_CAPTURE_WINDOW);
    assert_int_equal(c.late, 1);
    assert_null(nt_capture_frame_at(&c, FRAMES - NT_CAPTURE_WINDOW));
    assert_int_equal(nt_capture_frame_at(&c, FRAMES)->at, FRAMES);
    nt_capture_settle(&c);
    assert_int_equal(seen.count, FRAMES);
    assert_int_equal(seen.dropped, 1);
    nt_capture_free(&c);
}

/* Long packets fill the window's bytes before its frames. */
TEST(test_long_packets_shorten_the_window)
{
    struct nt_capture c;
    struct seen seen;
    begin(&c, &seen);
    for (uint32_t n = 1; n <= 2000; n++)
        show(&c, n, 20 + n * 7919 % 60000);
    assert_true(c.frame_count < 2000);
    assert_true(c.windowed);
    assert_true(seen.count > 2000 - NT_CAPTURE_WINDOW_BYTES / 20000 && seen.count < 2000);
    nt_capture_settle(&c);
    assert_int_equal(seen.count, 2000);
    assert_int_equal(c.lost, 0);
    nt_capture_free(&c);
}

static void *file_bytes(const char *path, long *len)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    *len = ftell(f);
    rewind(f);
    void *all = malloc((size_t)*len);
    assert_non_null(all);
    assert_int_equal(fread(all, 1, (size_t)*len, f), (size_t)*len);
    fclose(f);
    return all;
}

static bool is_there(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f != NULL)
        fclose(f);
    return f != NULL;
}

static void compare_formats(bool plain)
{
    struct nt_capture c, whole;
    struct nt_spool spool;
    struct seen seen;
    long len, len_whole;
    begin(&c, &seen);
    nt_spool_aim(&spool, "spooled", ".part", "a claim", plain);
    nt_spool_attach(&spool, &c);
    nt_capture_init(&whole);
    nt_capture_add_tap(&whole, "L.0", "L", NULL);
    nt_capture_add_tap(&whole, "R.0", "R", NULL);
    for (uint32_t n = 1; n <= FRAMES; n++) {
        show(&c, n, 60);
        show(&whole, n, 60);
        if (n % 10 == 0) {
            lose(&c, n - 5);
            lose(&whole, n - 5);
        }
    }
    assert_true(is_there("spooled.part"));
    assert_int_equal(nt_spool_finish(&spool, &c), NT_OK);
    assert_false(is_there("spooled.part"));
    assert_int_equal(plain ? nt_capture_write_pcap(&whole, "whole") : nt_capture_write_pcapng(&whole, "whole", "a claim"), NT_OK);
    void *a = file_bytes("spooled", &len), *b = file_bytes("whole", &len_whole);
    assert_int_equal(len, len_whole);
    assert_memory_equal(a, b, (size_t)len);
    free(a);
    free(b);
    nt_capture_free(&c);
    nt_capture_free(&whole);
    remove("spooled");
    remove("whole");
}

TEST(test_the_file_is_that_of_a_capture_that_kept_all)
{
    compare_formats(false);
    compare_formats(true);
}

TEST(test_what_is_not_wanted_leaves_nothing)
{
    struct nt_capture c;
    struct nt_spool spool;
    struct seen seen;
    begin(&c, &seen);
    nt_spool_aim(&spool, "spooled", ".part", NULL, false);
    nt_spool_attach(&spool, &c);
    for (uint32_t n = 1; n <= 100; n++)
        show(&c, n, 60);
    assert_false(is_there("spooled.part")); /* a small one is written when it is wanted */
    for (uint32_t n = 101; n <= FRAMES; n++)
        show(&c, n, 60);
    assert_true(is_there("spooled.part"));
    nt_capture_clear(&c);
    assert_false(is_there("spooled.part"));
    nt_spool_discard(&spool);
    nt_capture_free(&c);
}

TEST(test_a_file_that_cannot_be_written_is_said_at_the_end)
{
    struct nt_capture c;
    struct nt_spool spool;
    struct seen seen;
    begin(&c, &seen);
    nt_spool_aim(&spool, "no/such/directory", ".part", NULL, false);
    nt_spool_attach(&spool, &c);
    for (uint32_t n = 1; n <= FRAMES; n++)
        show(&c, n, 60);
    assert_int_equal(nt_spool_finish(&spool, &c), NT_EIO);
    assert_int_equal(seen.count, FRAMES);
    nt_capture_free(&c);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_small_capture_is_kept_whole),
        cmocka_unit_test(test_the_window_follows_the_packets),
        cmocka_unit_test(test_long_packets_shorten_the_window),
        cmocka_unit_test(test_the_file_is_that_of_a_capture_that_kept_all),
        cmocka_unit_test(test_what_is_not_wanted_leaves_nothing),
        cmocka_unit_test(test_a_file_that_cannot_be_written_is_said_at_the_end),
    };
    return RUN_TESTS_WITHIN(tests, in_directory, out_of_directory);
}
