/* What comes: in order and out of order, within the window and beyond. */
#include "tests/unit/tcp/script.h"

/* clang-format off */
STORY(test_in_order, ACCEPTED, "< PA 1+10 ack 1", "> A 1 ack 11", "= 10 bytes", "< A 11+1000 ack 1", "< PA 1011+1000 ack 1", "> A 1 ack 2011", "= 2000 bytes", "= nothing")

/* Each is acknowledged at once: three duplicates and the peer sends what is missing. */
STORY(test_out_of_order, ACCEPTED, "< PA 101+100 ack 1", "> A 1 ack 1", "= nothing", "< PA 301+100 ack 1", "> A 1 ack 1", "< PA 201+100 ack 1", "> A 1 ack 1", "< PA 1+100 ack 1",
      "> A 1 ack 401", "= 400 bytes")

STORY(test_overlaps, ACCEPTED, "< PA 51+100 ack 1", "> A 1 ack 1", "< PA 1+10 ack 1", "> A 1 ack 11", "= 10 bytes", "< PA 1+100 ack 1", "> A 1 ack 151", "= 140 bytes",
      "< PA 1+200 ack 1", "> A 1 ack 201", "= 50 bytes")

STORY(test_duplicates, ACCEPTED, "< PA 1+10 ack 1", "> A 1 ack 11", "= 10 bytes", "< PA 1+10 ack 1", "discarded duplicate", "> A 1 ack 11", "= nothing", "< A 0+1 ack 1",
      "> A 1 ack 11")

STORY(test_outside, ACCEPTED, "< PA 65537+10 ack 1", "discarded state", "> A 1 ack 1", "= nothing")
/* clang-format on */

static const struct nt_tcp_config small = {.limits = {.received = 2000}};

#define SMALL "listen", "< S 0 mss 1000", "> SA 0 win 2000", "< A 1 ack 1", "= accepted"

/* Who does not read closes the window, and a step of it opens again: half of the buffer, or a segment (RFC 9293, 3.8.6.2.2). */
TEST(test_window)
{
    struct script s;
    script_new(&s, &small);
    RUN(&s, SMALL, "< A 1+1000 ack 1", "> A 1 ack 1001 win 1000", "< A 1001+1000 ack 1", "> A 1 ack 2001 win 0", "< A 2001+1 ack 1",
        "discarded no-room", "> A 1 ack 2001 win 0", "= 2000 bytes", "> A 1 ack 2001 win 2000", "< A 2001+1 ack 1",
        "> A 1 ack 2002 win 1999");
    nt_tcp_del(s.t);
}

/* A segment that goes beyond it is taken as far as it goes, without its FIN. */
TEST(test_beyond_the_window)
{
    struct script s;
    script_new(&s, &small);
    RUN(&s, SMALL, "< FPA 1+2500 ack 1", "> A 1 ack 2001 win 0", "state ESTABLISHED", "= 2000 bytes", "> A 1 ack 2001 win 2000",
        "< FPA 2001+500 ack 1", "> A 1 ack 2502", "= 500 bytes", "= closed by-peer");
    nt_tcp_del(s.t);
}

/* RFC 9293, 3.10.7.4: valid ACKs and RSTs count while the window is closed. */
TEST(test_closed_window)
{
    struct script s;
    script_new(&s, &small);
    RUN(&s, SMALL, "write 10", "> PA 1+10", "< A 1+2000 ack 1", "> A 11 ack 2001 win 0", "< PA 2001+10 ack 11",
        "> A 11 ack 2001 win 0", "+1000", "> nothing", "< A 2001 ack 11", "> nothing", "< FA 2001 ack 11", "> A 11 ack 2001 win 0",
        "state ESTABLISHED", "< R 2001", "= closed reset");
    nt_tcp_del(s.t);
}

/* Small reads do not move the window. */
TEST(test_silly_window)
{
    struct script s;
    script_new(&s, &small);
    RUN(&s, SMALL, "< A 1+100 ack 1", "> A 1 ack 101 win 1900", "= 100 bytes", "> nothing", "< A 101+100 ack 1",
        "> A 1 ack 201 win 1800", "= 100 bytes", "> nothing", "< A 201+900 ack 1", "> A 1 ack 1101 win 900", "= 900 bytes",
        "> A 1 ack 1101 win 2000");
    nt_tcp_del(s.t);
}

/* No more than so many holes; what joins others is taken still. */
TEST(test_holes)
{
    struct script s;
    char line[64];
    script_new(&s, NULL);
    RUN(&s, ACCEPTED);
    for (unsigned i = 1; i <= 33; i++) {
        snprintf(line, sizeof line, "< PA %u+10 ack 1", 1 + 100 * i);
        script_step(&s, line);
        script_step(&s, "> A 1 ack 1");
        assert_int_equal(s.discarded, i <= 32 ? 0 : NT_DISCARD_NO_ROOM);
    }
    RUN(&s, "< PA 1+3300 ack 1", "> A 1 ack 3301", "= 3300 bytes");
    nt_tcp_del(s.t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_order),          cmocka_unit_test(test_out_of_order),
        cmocka_unit_test(test_overlaps),          cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_outside),           cmocka_unit_test(test_window),
        cmocka_unit_test(test_beyond_the_window), cmocka_unit_test(test_closed_window),
        cmocka_unit_test(test_silly_window),      cmocka_unit_test(test_holes),
    };
    return RUN_TESTS(tests);
}
