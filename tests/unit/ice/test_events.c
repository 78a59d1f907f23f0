/* The queue of events for an owner who does not look. */

#include "tests/unit/help.h"

#include "core/ice/events.h"

#define STREAMS 8
#define COMPONENTS 2

static void select_all(struct nt_ice_events *e, uint32_t round)
{
    for (uint8_t s = 1; s <= STREAMS; s++)
        for (uint16_t k = 1; k <= COMPONENTS; k++)
            nt_ice_events_push(
                e, &(struct nt_ice_event){.kind = NT_ICE_EV_SELECTED, .stream = s, .component = k, .local = {.priority = round}},
                0);
}

/* More events than there is room for: the outdated ones go, those that are left keep their order. */
TEST(more_than_fit)
{
    enum { ROUNDS = 50 };
    struct nt_trace silent = {0};
    struct nt_ice_record *record = nt_ice_record_new(&silent);
    assert_non_null(record);
    struct nt_ice_events *e = nt_ice_events_new(record, STREAMS * COMPONENTS);
    assert_non_null(e);
    struct nt_ice_event ev;
    uint32_t last[STREAMS][COMPONENTS] = {{0}};
    int states = 0, roles = 0, gathered = 0;
    enum nt_ice_state at_end = NT_ICE_NEW;
    bool selected_after = false;
    assert_non_null(e);
    nt_ice_events_push(e, &(struct nt_ice_event){.kind = NT_ICE_EV_GATHERED}, 0);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        select_all(e, round);
        nt_ice_events_push(e, &(struct nt_ice_event){.kind = NT_ICE_EV_ROLE, .role = NT_ICE_CONTROLLED}, 0);
        nt_ice_events_push(
            e, &(struct nt_ice_event){.kind = NT_ICE_EV_STATE, .state = round < ROUNDS ? NT_ICE_RUNNING : NT_ICE_COMPLETED}, 0);
    }
    while (nt_ice_events_pull(e, &ev) == 1) {
        gathered += ev.kind == NT_ICE_EV_GATHERED;
        roles += ev.kind == NT_ICE_EV_ROLE;
        if (ev.kind == NT_ICE_EV_STATE) {
            states++;
            at_end = ev.state;
            selected_after = false;
        }
        if (ev.kind != NT_ICE_EV_SELECTED)
            continue;
        uint32_t *of = &last[ev.stream - 1][ev.component - 1];
        assert_true(ev.local.priority > *of);
        *of = ev.local.priority;
        selected_after = true;
    }
    assert_int_equal(gathered, 1);
    assert_true(roles >= 1 && states >= 1);
    assert_int_equal(at_end, NT_ICE_COMPLETED);
    assert_false(selected_after);
    for (int s = 0; s < STREAMS; s++)
        for (int k = 0; k < COMPONENTS; k++)
            assert_int_equal(last[s][k], ROUNDS);
    assert_true(nt_ice_record_stats(record)->dropped > 0); /* and each one that went is told */
    nt_ice_events_del(e);
    nt_ice_record_del(record);
}

static void push(struct nt_ice_events *e, uint16_t component, uint32_t round)
{
    nt_ice_events_push(
        e, &(struct nt_ice_event){.kind = NT_ICE_EV_SELECTED, .stream = 1, .component = component, .local = {.priority = round}},
        0);
}

enum { CAP = NT_ICE_EVENTS_SPARE + 1 };

/* The one outdated event is the first, and what outdates it comes at place `at`. */
static void outdated_by(uint16_t at)
{
    struct nt_trace silent = {0};
    struct nt_ice_record *record = nt_ice_record_new(&silent);
    assert_non_null(record);
    struct nt_ice_events *e = nt_ice_events_new(record, 1);
    assert_non_null(e);
    struct nt_ice_event ev;
    for (uint32_t i = 0; i < CAP; i++)
        push(e, i == at ? 0 : (uint16_t)i, i == at ? 2 : 1);
    push(e, CAP, 1);
    for (uint32_t i = 1; i <= CAP; i++) {
        assert_int_equal(nt_ice_events_pull(e, &ev), 1);
        assert_int_equal(ev.component, i == at ? 0 : i);
        assert_int_equal(ev.local.priority, i == at ? 2 : 1);
    }
    assert_int_equal(nt_ice_events_pull(e, &ev), 0);
    nt_ice_events_del(e);
    nt_ice_record_del(record);
}

TEST(an_event_is_outdated_by_any_later_one)
{
    outdated_by(1);
    outdated_by(2);
    outdated_by(CAP - 1);
}

TEST(data_is_last_and_only_until_the_next_input)
{
    static const uint8_t bytes[3] = {1, 2, 3};
    struct nt_trace silent = {0};
    struct nt_ice_record *record = nt_ice_record_new(&silent);
    assert_non_null(record);
    struct nt_ice_events *e = nt_ice_events_new(record, 1);
    assert_non_null(e);
    struct nt_ice_event ev;
    assert_int_equal(nt_ice_events_data(e, 1, 2, bytes, sizeof bytes), 0);
    nt_ice_events_push(e, &(struct nt_ice_event){.kind = NT_ICE_EV_GATHERED}, 0);
    assert_int_equal(nt_ice_events_pull(e, &ev), 1);
    assert_int_equal(ev.kind, NT_ICE_EV_GATHERED);
    assert_int_equal(nt_ice_events_pull(e, &ev), 1);
    assert_int_equal(ev.kind, NT_ICE_EV_DATA);
    assert_int_equal(ev.component, 2);
    assert_memory_equal(ev.bytes, bytes, sizeof bytes);
    assert_int_equal(nt_ice_events_pull(e, &ev), 0);
    assert_int_equal(nt_ice_events_data(e, 1, 1, bytes, 0), 0);
    nt_ice_events_forget_data(e);
    assert_int_equal(nt_ice_events_pull(e, &ev), 0);
    nt_ice_events_del(e);
    nt_ice_record_del(record);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(more_than_fit), cmocka_unit_test(an_event_is_outdated_by_any_later_one),
                                       cmocka_unit_test(data_is_last_and_only_until_the_next_input)};
    return RUN_TESTS(tests);
}
