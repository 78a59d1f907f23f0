/* RFC 8489, 6.2.1: the schedule of one request. */
#include "tests/unit/help.h"

#include "core/stun/transaction.h"

static const uint8_t id[NT_STUN_ID] = "abcdefghijkl";

static void schedule(const nt_time *sends, size_t n, nt_time end, nt_time rto, uint8_t rc, uint8_t rm, nt_time start)
{
    struct nt_stun_txn t;
    nt_stun_txn_start(&t, id, rto, rc, rm, start);
    assert_memory_equal(t.id, id, NT_STUN_ID);
    assert_true(t.started == start);
    for (size_t i = 1; i < n; i++) {
        assert_true(t.deadline == start + sends[i]);
        assert_int_equal(nt_stun_txn_due(&t, t.deadline - 1), NT_TXN_WAIT);
        assert_int_equal(nt_stun_txn_due(&t, start + sends[i]), NT_TXN_SEND);
        assert_int_equal(nt_stun_txn_due(&t, start + sends[i]), NT_TXN_WAIT);
        assert_int_equal(t.sends, i + 1);
    }
    assert_true(t.deadline == start + end);
    assert_int_equal(nt_stun_txn_due(&t, t.deadline - 1), NT_TXN_WAIT);
    assert_int_equal(nt_stun_txn_due(&t, start + end), NT_TXN_TIMEOUT);
    assert_true(t.deadline == NT_TIME_NEVER);
}

TEST(defaults)
{
    static const nt_time sends[] = {
        0, 500 * NT_MSEC, 1500 * NT_MSEC, 3500 * NT_MSEC, 7500 * NT_MSEC, 15500 * NT_MSEC, 31500 * NT_MSEC};
    schedule(sends, 7, 39500 * NT_MSEC, NT_STUN_RTO, NT_STUN_RC, NT_STUN_RM, 0);
    schedule(sends, 7, 39500 * NT_MSEC, NT_STUN_RTO, NT_STUN_RC, NT_STUN_RM, 123456789);
}

TEST(over_tcp)
{
    static const nt_time once[] = {0};
    schedule(once, 1, NT_STUN_TI, NT_STUN_TI, 1, 1, 5 * NT_SEC);
}

TEST(far_ends_saturate)
{
    struct nt_stun_txn t;
    nt_stun_txn_start(&t, id, NT_TIME_NEVER / 2 + 1, 3, 16, 0);
    assert_int_equal(nt_stun_txn_due(&t, t.deadline), NT_TXN_SEND);
    assert_true(t.deadline == NT_TIME_NEVER);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(defaults), cmocka_unit_test(over_tcp), cmocka_unit_test(far_ends_saturate)};
    return RUN_TESTS(tests);
}
