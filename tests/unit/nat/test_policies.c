/* The nine policies of RFC 4787: which external port a destination gets (section 4.1), who gets in (section 5), and from which
 * port a reply leaves (table or pinned). The expected values are tables written by hand from the RFC's words. */
#include "tests/unit/nat/fixture.h"

#define FILTERED (-(int)NT_DROP_FILTERED)

/* Destinations X, X other port, Y, X again, from one inside endpoint. */
static const struct {
    enum nt_dependence mapping;
    int ports[4];
} MAPPED[] = {
    {NT_DEP_ENDPOINT_INDEPENDENT, {5000, 5000, 5000, 5000}},
    {NT_DEP_ADDRESS, {40000, 40000, 40001, 40000}},
    {NT_DEP_ADDRESS_AND_PORT, {40000, 40001, 40002, 40000}},
};

/* Only X has been sent to: who gets in at that port. */
static const struct {
    enum nt_dependence filtering;
    bool x, x_other_port, y;
} LET_IN[] = {
    {NT_DEP_ENDPOINT_INDEPENDENT, true, true, true},
    {NT_DEP_ADDRESS, true, true, false},
    {NT_DEP_ADDRESS_AND_PORT, true, false, false},
};

TEST(test_mapping)
{
    static const char *const to[] = {X, X_OTHER_PORT, Y, X};
    for (size_t m = 0; m < 3; m++) {
        for (size_t f = 0; f < 3; f++) {
            struct nt_nat *n = nat_of(policy_of(MAPPED[m].mapping, LET_IN[f].filtering));
            for (size_t i = 0; i < 4; i++)
                assert_int_equal(out(n, I1, to[i]), MAPPED[m].ports[i]);
            nt_nat_del(n);
        }
    }
}

TEST(test_filtering)
{
    for (size_t m = 0; m < 3; m++) {
        for (size_t f = 0; f < 3; f++) {
            struct nt_nat *n = nat_of(policy_of(MAPPED[m].mapping, LET_IN[f].filtering));
            int port = out(n, I1, X);
            assert_int_equal(in(n, X, port), 5000);
            assert_int_equal(in(n, X_OTHER_PORT, port), LET_IN[f].x_other_port ? 5000 : FILTERED);
            assert_int_equal(in(n, Y, port), LET_IN[f].y ? 5000 : FILTERED);
            assert_int_equal(in(n, X, port + 1), -(int)NT_DROP_NO_MAPPING);
            nt_nat_del(n);
        }
    }
}

/* Filter entries belong to their mapping: what another mapping of the endpoint has sent to opens nothing here. */
TEST(test_filter_scope)
{
    for (int scope = NT_SCOPE_MAPPING; scope <= NT_SCOPE_ENDPOINT; scope++) {
        struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS_AND_PORT);
        p.filter_scope = (enum nt_filter_scope)scope;
        struct nt_nat *n = nat_of(p);
        int to_x = out(n, I1, X), to_y = out(n, I1, Y);
        assert_int_equal(to_x, 40000);
        assert_int_equal(to_y, 40001);
        assert_int_equal(in(n, Y, to_x), scope == NT_SCOPE_ENDPOINT ? 5000 : FILTERED);
        assert_int_equal(in(n, X, to_y), scope == NT_SCOPE_ENDPOINT ? 5000 : FILTERED);
        nt_nat_del(n);
    }
}

/* I sends to X; Y sends to that port, and is let in only by endpoint-independent filtering; I answers Y. With address-dependent
 * filtering it is X's other port that is let in without having been sent to. */
TEST(test_replies)
{
    for (size_t m = 0; m < 3; m++) {
        for (size_t f = 0; f < 2; f++) {
            for (int pinned = 0; pinned < 2; pinned++) {
                const char *stranger = f == 0 ? Y : X_OTHER_PORT;
                struct nt_nat_policy p = policy_of(MAPPED[m].mapping, LET_IN[f].filtering);
                p.replies = pinned ? NT_REPLIES_PINNED : NT_REPLIES_TABLE;
                struct nt_nat *n = nat_of(p);
                int port = out(n, I1, X);
                assert_int_equal(in(n, stranger, port), 5000);
                bool same = pinned || m == 0 || (m == 1 && f == 1);
                assert_int_equal(out(n, I1, stranger), same ? port : port + 1);
                /* The pair stays where it is. */
                assert_int_equal(out(n, I1, stranger), same ? port : port + 1);
                nt_nat_del(n);
            }
        }
    }
}

/* With address-and-port-dependent filtering nobody is let in unasked, so that both kinds do the same. */
TEST(test_replies_strict)
{
    for (size_t m = 0; m < 3; m++) {
        for (int pinned = 0; pinned < 2; pinned++) {
            struct nt_nat_policy p = policy_of(MAPPED[m].mapping, NT_DEP_ADDRESS_AND_PORT);
            p.replies = pinned ? NT_REPLIES_PINNED : NT_REPLIES_TABLE;
            struct nt_nat *n = nat_of(p);
            int port = out(n, I1, X);
            assert_int_equal(in(n, Y, port), FILTERED);
            assert_int_equal(out(n, I1, Y), MAPPED[m].ports[2] - (m == 2));
            nt_nat_del(n);
        }
    }
}

/* What was first outbound stays there too: Y is mapped to a port of its own before it comes in at X's. */
TEST(test_pinned_outbound_first)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS_AND_PORT, NT_DEP_ENDPOINT_INDEPENDENT);
    p.replies = NT_REPLIES_PINNED;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out(n, I1, X), 40000);
    assert_int_equal(out(n, I1, Y), 40001);
    assert_int_equal(in(n, Y, 40000), 5000);
    assert_int_equal(out(n, I1, Y), 40001);
    nt_nat_del(n);
}

/* The flow lives by its own traffic; after that the rule picks the port again. */
TEST(test_pinned_ends)
{
    struct nt_nat_policy p = policy_of(NT_DEP_ADDRESS_AND_PORT, NT_DEP_ENDPOINT_INDEPENDENT);
    p.replies = NT_REPLIES_PINNED;
    struct nt_nat *n = nat_of(p);
    assert_int_equal(out_at(n, I1, X, 0), 40000);
    assert_int_equal(in_at(n, Y, 40000, 0), 5000);
    assert_int_equal(out_at(n, I1, X, 200 * NT_SEC), 40000); /* keeps the mapping, not the flow of Y */
    assert_int_equal(out_at(n, I1, Y, 300 * NT_SEC - 1), 40000);
    assert_int_equal(out_at(n, I1, X, 400 * NT_SEC), 40000);
    assert_int_equal(out_at(n, I1, Y, 600 * NT_SEC - 1), 40001);
    nt_nat_del(n);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_mapping),        cmocka_unit_test(test_filtering),
                                       cmocka_unit_test(test_filter_scope),   cmocka_unit_test(test_replies),
                                       cmocka_unit_test(test_replies_strict), cmocka_unit_test(test_pinned_outbound_first),
                                       cmocka_unit_test(test_pinned_ends)};
    return RUN_TESTS(tests);
}
