/* The observer alone: events by node with their times, peer-reflexive candidates with the packets that brought them. */
#include "scenarios/world/observe.h"

#include "tests/unit/help.h"

static const struct nt_scn_node left = {NT_SCN_NODE_AGENT, 0}, right = {NT_SCN_NODE_AGENT, 1};

struct fixture {
    struct nt_capture capture;
    struct nt_observer o;
    size_t named, any;
};

static void count_named(void *user, const struct nt_observed *o, const struct nt_trace_event *ev)
{
    (void)o, (void)ev;
    ((struct fixture *)user)->named++;
}

static void count_any(void *user, struct nt_scn_node node, const struct nt_trace_event *ev)
{
    (void)node, (void)ev;
    ((struct fixture *)user)->any++;
}

static void begin(struct fixture *f)
{
    *f = (struct fixture){0};
    nt_capture_init(&f->capture);
    f->o = (struct nt_observer){.capture = &f->capture, .named = count_named, .named_user = f, .any = count_any, .any_user = f};
    assert_int_equal(nt_observer_node(&f->o, 3, left), NT_OK);
    assert_int_equal(nt_observer_node(&f->o, 5, right), NT_OK);
}

static void end(struct fixture *f)
{
    nt_observer_free(&f->o);
    nt_capture_free(&f->capture);
}

static void emit(struct fixture *f, uint32_t node, enum nt_trace_kind kind, nt_time at, uint16_t a, uint16_t b)
{
    struct nt_trace_event ev = {
        .at = at, .node = node, .kind = kind, .a = nt_addr_v4(0x0a000001, a), .b = nt_addr_v4(0x0a000002, b)};
    nt_observer_emit(&f->o, &ev);
}

TEST(test_nodes_are_known_by_their_numbers)
{
    struct fixture f;
    begin(&f);
    assert_int_equal(nt_observer_node_at(&f.o, 3).index, 0);
    assert_int_equal(nt_observer_node_at(&f.o, 5).index, 1);
    assert_int_equal(nt_observer_node_at(&f.o, 4).kind, NT_SCN_NODE_NONE);
    assert_int_equal(nt_observer_node_at(&f.o, 1000000).kind, NT_SCN_NODE_NONE);
    end(&f);
}

TEST(test_first_last_and_count)
{
    struct fixture f;
    begin(&f);
    for (int i = 1; i <= 3; i++)
        emit(&f, 3, NT_TR_ICE_CHECK_SENT, i * NT_MSEC, 1, 2);
    emit(&f, 5, NT_TR_ICE_CHECK_SENT, 9 * NT_MSEC, 1, 2);
    const struct nt_observed *e = nt_observer_find(&f.o, left, "check-sent");
    assert_non_null(e);
    assert_int_equal(e->first, NT_MSEC);
    assert_int_equal(e->last, 3 * NT_MSEC);
    assert_int_equal(e->count, 3);
    assert_int_equal(nt_observer_find(&f.o, right, "check-sent")->count, 1);
    assert_null(nt_observer_find(&f.o, right, "selected"));
    assert_int_equal(f.named, 4);
    end(&f);
}

TEST(test_events_of_unknown_nodes_are_not_told)
{
    struct fixture f;
    begin(&f);
    emit(&f, 4, NT_TR_ICE_CHECK_SENT, 0, 1, 2);          /* a number without a node */
    emit(&f, UINT32_MAX, NT_TR_ICE_CHECK_SENT, 0, 1, 2); /* the fabric itself */
    assert_int_equal(f.named, 0);
    assert_int_equal(f.any, 1);
    assert_int_equal(f.o.event_count, 0);
    end(&f);
}

TEST(test_a_remote_candidate_has_the_frame_of_its_first_check)
{
    struct fixture f;
    begin(&f);
    emit(&f, 3, NT_TR_ICE_CHECK_RECEIVED, 0, 1, 7); /* from port 7, after no frame */
    f.capture.total = 4;
    struct nt_trace_event found = {.node = 3, .kind = NT_TR_ICE_PRFLX_REMOTE, .a = nt_addr_v4(0x0a000002, 7)};
    nt_observer_emit(&f.o, &found);
    found.a.port = 8; /* no check from there was seen */
    nt_observer_emit(&f.o, &found);
    found.kind = NT_TR_ICE_PRFLX_LOCAL;
    nt_observer_emit(&f.o, &found);
    assert_int_equal(f.o.prflx_count, 3);
    assert_int_equal(f.o.prflx[0].frame, 0);
    assert_int_equal(f.o.prflx[1].frame, 4);
    assert_true(f.o.prflx[1].remote);
    assert_false(f.o.prflx[2].remote);
    f.capture.total = 0;
    end(&f);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nodes_are_known_by_their_numbers),
        cmocka_unit_test(test_first_last_and_count),
        cmocka_unit_test(test_events_of_unknown_nodes_are_not_told),
        cmocka_unit_test(test_a_remote_candidate_has_the_frame_of_its_first_check),
    };
    return RUN_TESTS(tests);
}
