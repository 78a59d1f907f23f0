/* The step `refuse`: which transactions it means. */
#include "tests/unit/help.h"

#include "scenarios/apps/refusals.h"

static struct nt_refusals all;
static struct nt_stun_msg msg; /* its id stands in `id` */
static uint8_t id[NT_STUN_ID];

static int decide(uint16_t method, uint8_t number, const char *from, nt_time now)
{
    struct nt_addr a = addr(from);
    msg.method = method;
    msg.id = id;
    id[0] = number;
    return nt_refusals_decide(&all, &msg, &a, now).code;
}

static struct nt_scn_step step(unsigned methods, int code, uint32_t *nth, size_t count)
{
    return (struct nt_scn_step){
        .kind = NT_STEP_SERVER, .server_do = NT_SERVER_REFUSE, .methods = methods, .code = code, .nth = nth, .nth_count = count};
}

/* A retransmission, with its id from its source, is the same transaction. */
TEST(transactions_are_counted)
{
    uint32_t nth[] = {4, 2};
    struct nt_scn_step s = step(NT_SCN_METHOD(NT_TURN_ALLOCATE), 486, nth, 2);
    assert_int_equal(nt_refusals_add(&all, &s, 0), NT_OK);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(decide(NT_TURN_ALLOCATE, 1, "192.0.2.1:1", 1), 0);
        assert_int_equal(decide(NT_TURN_REFRESH, 9, "192.0.2.1:1", 1), 0);
        assert_int_equal(decide(NT_TURN_ALLOCATE, 1, "192.0.2.1:2", 1), 486);
        assert_int_equal(decide(NT_TURN_ALLOCATE, 2, "192.0.2.1:1", 1), 0);
        assert_int_equal(decide(NT_TURN_ALLOCATE, 3, "192.0.2.1:1", 1), 486);
        for (uint8_t i = 4; i < 20; i++)
            assert_int_equal(decide(NT_TURN_ALLOCATE, i, "192.0.2.1:1", 1), 0);
    }
    nt_refusals_free(&all);
}

TEST(they_end_and_stand_beside_each_other)
{
    uint32_t second = 2;
    struct nt_scn_step none = step(NT_SCN_METHOD(NT_TURN_REFRESH) | NT_SCN_METHOD(NT_STUN_BINDING), NT_UNANSWERED, NULL, 0);
    struct nt_scn_step other = step(NT_SCN_METHOD(NT_TURN_REFRESH), 500, &second, 1);
    none.duration = 5 * NT_SEC;
    assert_int_equal(nt_refusals_add(&all, &none, NT_SEC), NT_OK);
    assert_int_equal(nt_refusals_add(&all, &other, NT_SEC), NT_OK);
    assert_int_equal(decide(NT_STUN_BINDING, 1, "192.0.2.1:1", NT_SEC), NT_UNANSWERED);
    assert_int_equal(decide(NT_TURN_REFRESH, 1, "192.0.2.1:1", 6 * NT_SEC - 1), NT_UNANSWERED); /* the other one counts it, too */
    assert_int_equal(decide(NT_STUN_BINDING, 1, "192.0.2.1:1", 6 * NT_SEC), 0);
    assert_int_equal(decide(NT_TURN_REFRESH, 2, "192.0.2.1:1", 6 * NT_SEC), 500);
    nt_refusals_free(&all);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(transactions_are_counted),
                                       cmocka_unit_test(they_end_and_stand_beside_each_other)};
    return RUN_TESTS(tests);
}
