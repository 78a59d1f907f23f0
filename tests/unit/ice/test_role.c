/* Role conflicts (RFC 8445, sections 7.2.5.1 and 7.3.1.1) with the tiebreakers that implementations got wrong. */
#include "net.h"
#include "peer.h"

static struct lab l;
static struct net n;

static const uint64_t top = UINT64_C(1) << 63;

static void begin(enum nt_ice_role role, uint64_t tie)
{
    struct nt_ice_config c = lab_config(role);
    c.tie_breaker = tie;
    lab_start(&l, &c);
}

static void incoming(enum nt_ice_role role, uint64_t ours, uint64_t theirs, bool conflict, enum nt_ice_role after)
{
    begin(role, ours);
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1, .role = role, .tie = theirs});
    struct out *o = &l.outs[0];
    assert_int_equal(l.count, 1);
    assert_int_equal(o->m.class_, conflict ? NT_STUN_ERROR : NT_STUN_SUCCESS);
    if (conflict) {
        assert_int_equal(code_of(o), 487);
        assert_int_equal(nt_stun_verify(&o->m, &l.ours), NT_OK); /* with MESSAGE-INTEGRITY, or the peer may drop it */
    }
    assert_int_equal(nt_ice_role(l.a), after);
    assert_int_equal(l.roles, after != role);
    lab_end(&l);
}

TEST(as_server)
{
    /* controlling: larger or equal keeps and says 487, smaller switches */
    incoming(NT_ICE_CONTROLLING, top, top, true, NT_ICE_CONTROLLING);
    incoming(NT_ICE_CONTROLLING, top, 1, true, NT_ICE_CONTROLLING);
    incoming(NT_ICE_CONTROLLING, 1, top, false, NT_ICE_CONTROLLED);
    incoming(NT_ICE_CONTROLLING, UINT64_MAX, top, true, NT_ICE_CONTROLLING);
    incoming(NT_ICE_CONTROLLING, top - 1, top, false, NT_ICE_CONTROLLED);
    incoming(NT_ICE_CONTROLLING, 1, 0, true, NT_ICE_CONTROLLING);
    incoming(NT_ICE_CONTROLLING, 1, UINT64_C(1) << 56, false, NT_ICE_CONTROLLED);
    /* controlled: larger or equal switches, smaller says 487 */
    incoming(NT_ICE_CONTROLLED, top, top, false, NT_ICE_CONTROLLING);
    incoming(NT_ICE_CONTROLLED, UINT64_MAX, 0, false, NT_ICE_CONTROLLING);
    incoming(NT_ICE_CONTROLLED, 1, top, true, NT_ICE_CONTROLLED);
    incoming(NT_ICE_CONTROLLED, top, UINT64_MAX, true, NT_ICE_CONTROLLED);
}

/* Two 487s for two checks in flight switch once; both pairs are checked again, with the new role and a new tiebreaker. */
TEST(two_in_flight)
{
    struct nt_ice_candidate c[2] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("10.0.0.3:6000", NT_ICE_HOST, "2")};
    uint64_t tie;
    c[1].priority -= 256;
    begin(NT_ICE_CONTROLLING, top);
    assert_int_equal(remote(&l, c, 2), NT_OK);
    go(&l, 60 * NT_MSEC);
    assert_int_equal(l.count, 2);
    respond(&l, &l.outs[0], (struct reply){.code = 487});
    assert_int_equal(nt_ice_role(l.a), NT_ICE_CONTROLLED);
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_WAITING);
    respond(&l, &l.outs[1], (struct reply){.code = 487});
    assert_int_equal(nt_ice_role(l.a), NT_ICE_CONTROLLED);
    assert_int_equal(nt_ice_stats(l.a).role_switches, 1);
    go(&l, 160 * NT_MSEC);
    assert_int_equal(l.count, 4);
    for (int i = 2; i < 4; i++) {
        assert_int_equal(nt_stun_get_u64(&l.outs[i].m, NT_ATTR_ICE_CONTROLLED, &tie), NT_OK);
        assert_true(tie != top);
    }
    struct nt_ice_pair_info p = pair_to(&l, "10.0.0.3:6000");
    assert_true(p.priority == nt_ice_pair_priority(p.remote.priority, p.local.priority)); /* recomputed */
    /* and a second conflict later is taken as well */
    respond(&l, &l.outs[2], (struct reply){.code = 487});
    assert_int_equal(nt_ice_role(l.a), NT_ICE_CONTROLLING);
    lab_end(&l);
}

/* The peer's crossing check has switched the role; the 487 to our earlier check changes the tiebreaker all the same. */
TEST(answered_after_the_switch)
{
    struct nt_ice_candidate c = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    uint64_t tie;
    begin(NT_ICE_CONTROLLING, 1);
    assert_int_equal(remote(&l, &c, 1), NT_OK);
    go(&l, 0);
    struct out *first = next_out(&l, NT_STUN_REQUEST, NULL);
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1, .role = NT_ICE_CONTROLLING, .tie = top});
    assert_int_equal(nt_ice_role(l.a), NT_ICE_CONTROLLED);
    respond(&l, first, (struct reply){.code = 487});
    assert_int_equal(nt_ice_role(l.a), NT_ICE_CONTROLLED);
    assert_int_equal(nt_ice_stats(l.a).role_switches, 1);
    go(&l, 60 * NT_MSEC);
    struct out *next = next_out(&l, NT_STUN_REQUEST, NULL);
    assert_non_null(next);
    assert_int_equal(nt_stun_get_u64(&next->m, NT_ATTR_ICE_CONTROLLED, &tie), NT_OK);
    assert_true(tie != 1);
    lab_end(&l);
}

static bool is_controlling(const struct out *o)
{
    return o != NULL && carries(o, NT_ATTR_ICE_CONTROLLING);
}

/* Three pairs, of which two may be listed: the one whose check is under way gives its place to the one that the peer's check makes,
 * of this priority. Then its check meets 487. The peer may hear of the new role from the pairs that connect alone: both are checked
 * again, the better one to nominate it. */
static void show_role(uint32_t priority)
{
    struct nt_ice_candidate c[2] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("10.0.0.3:6000", NT_ICE_HOST, "2")};
    struct nt_ice_config config = lab_config(NT_ICE_CONTROLLED);
    config.max_pairs = 2;
    c[1].priority -= 256;
    lab_start(&l, &config);
    assert_int_equal(remote(&l, c, 2), NT_OK);
    go(&l, 60 * NT_MSEC);
    struct out *first = next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000"), *gone = next_out(&l, NT_STUN_REQUEST, "10.0.0.3:6000");
    respond(&l, first, (struct reply){0});
    request(&l, "10.0.0.4:6000", (struct ask){.id = 1, .priority = priority});
    go(&l, 110 * NT_MSEC);
    respond(&l, next_out(&l, NT_STUN_REQUEST, "10.0.0.4:6000"), (struct reply){0});
    respond(&l, gone, (struct reply){.code = 487});
    assert_int_equal(nt_ice_role(l.a), NT_ICE_CONTROLLING);
    int before = l.next;
    go(&l, 300 * NT_MSEC);
    assert_true(is_controlling(next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000")));
    l.next = before;
    assert_true(is_controlling(next_out(&l, NT_STUN_REQUEST, "10.0.0.4:6000")));
    lab_end(&l);
}

TEST(pairs_that_connect_show_the_new_role)
{
    uint32_t first = candidate("10.0.0.2:6000", NT_ICE_HOST, "1").priority;
    show_role(first - 1);
    show_role(first + 1);
}

/* 487 to every check, in either role: no conflict that could be settled. The pair fails, and the session in its time. */
TEST(refused_for_ever)
{
    struct nt_ice_candidate c = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    struct out *o;
    begin(NT_ICE_CONTROLLING, top);
    assert_int_equal(remote(&l, &c, 1), NT_OK);
    for (nt_time at = 0; at <= 40 * NT_SEC; at += 50 * NT_MSEC) {
        go(&l, at);
        while ((o = next_out(&l, NT_STUN_REQUEST, NULL)) != NULL)
            respond(&l, o, (struct reply){.code = 487});
    }
    assert_int_equal(nt_ice_stats(l.a).role_switches, 17);
    assert_int_equal(nt_ice_stats(l.a).checks_sent, 17);
    assert_int_equal(l.state, NT_ICE_FAILED);
    lab_end(&l);
}

/* And after ICE has completed, to each request: consent is not renewed, and little else is sent. */
TEST(refused_after_completion)
{
    struct nt_ice_candidate c = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    struct out *o;
    begin(NT_ICE_CONTROLLING, top);
    assert_int_equal(remote(&l, &c, 1), NT_OK);
    for (nt_time at = 0; at <= 40 * NT_SEC; at += 50 * NT_MSEC) {
        go(&l, at);
        while ((o = next_out(&l, NT_STUN_REQUEST, NULL)) != NULL)
            respond(&l, o, (struct reply){.code = l.state == NT_ICE_RUNNING ? 0 : 487});
    }
    assert_int_equal(l.state, NT_ICE_DISCONNECTED);
    assert_true(l.count < 40);
    lab_end(&l);
}

/* Two pairs, of which the second has the lower priority; its check succeeds. */
static void begin_two(enum nt_ice_role role)
{
    struct nt_ice_candidate c[2] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("10.0.0.3:6000", NT_ICE_HOST, "2")};
    c[1].priority -= 256;
    begin(role, 1);
    assert_int_equal(remote(&l, c, 2), NT_OK);
    go(&l, 60 * NT_MSEC);
    respond(&l, &l.outs[1], (struct reply){0});
}

/* The peer's request to our first pair, from which we take the other role. */
static void switch_to(enum nt_ice_role role, uint8_t id)
{
    request(&l, "10.0.0.2:6000", (struct ask){.id = id, .role = nt_ice_role(l.a), .tie = role == NT_ICE_CONTROLLING ? 0 : top});
    assert_int_equal(nt_ice_role(l.a), role);
}

static int nominating_to(const char *to)
{
    struct nt_addr remote_addr = addr(to);
    int count = 0;
    for (int i = 0; i < l.count; i++)
        count += l.outs[i].m.class_ == NT_STUN_REQUEST && carries(&l.outs[i], NT_ATTR_USE_CANDIDATE) &&
                 nt_addr_equal(&l.outs[i].path.remote, &remote_addr);
    return count;
}

static bool is_selected(const char *to)
{
    struct nt_ice_candidate own, theirs;
    struct nt_addr remote_addr = addr(to);
    return nt_ice_selected(l.a, 1, 1, &own, &theirs) && nt_addr_equal(&theirs.addr, &remote_addr);
}

/* RFC 8445, 8.1.1: "one and only one candidate pair". Our nomination of the second pair is under way when the role is switched, and
 * again: the first, which has succeeded meanwhile, is not nominated beside it. */
TEST(one_nomination_over_switches)
{
    begin_two(NT_ICE_CONTROLLING);
    go(&l, 250 * NT_MSEC);
    assert_int_equal(nominating_to("10.0.0.3:6000"), 1);
    struct out *first = next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000");
    switch_to(NT_ICE_CONTROLLED, 1);
    respond(&l, first, (struct reply){0});
    switch_to(NT_ICE_CONTROLLING, 2);
    go(&l, 400 * NT_MSEC);
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_SUCCEEDED);
    assert_int_equal(nominating_to("10.0.0.2:6000"), 0);
    assert_int_equal(nominating_to("10.0.0.3:6000"), 2);
    respond(&l, &l.outs[l.count - 1], (struct reply){0});
    assert_int_equal(l.state, NT_ICE_COMPLETED);
    assert_true(is_selected("10.0.0.3:6000"));
    lab_end(&l);
}

/* We have accepted the nomination of the first pair, of which the check is under way, and become controlling: we nominate no other
 * one. If that check fails, we do. */
static void accepted_nomination(int code, const char *selected)
{
    begin_two(NT_ICE_CONTROLLED);
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1, .use_candidate = true});
    go(&l, 110 * NT_MSEC);
    struct out *triggered = &l.outs[l.count - 1];
    request(&l, "10.0.0.3:6000", (struct ask){.id = 2, .role = NT_ICE_CONTROLLED, .tie = 0});
    assert_int_equal(nt_ice_role(l.a), NT_ICE_CONTROLLING);
    go(&l, 400 * NT_MSEC);
    assert_int_equal(nominating_to("10.0.0.3:6000"), 0);
    respond(&l, triggered, (struct reply){.code = code});
    go(&l, 600 * NT_MSEC);
    assert_int_equal(nominating_to(selected), 1); /* of ours, or once more of the peer's */
    respond(&l, &l.outs[l.count - 1], (struct reply){0});
    assert_int_equal(l.state, NT_ICE_COMPLETED);
    assert_true(is_selected(selected));
    lab_end(&l);
}

TEST(no_other_nomination_than_the_accepted_one)
{
    accepted_nomination(0, "10.0.0.2:6000");
    accepted_nomination(400, "10.0.0.3:6000");
}

/* Ours of the first pair is under way when the peer, controlling meanwhile, nominates the second: the peer may have accepted ours,
 * and of two "the agents MUST [...] use the pairs with the highest priority" (RFC 8445, 8.1.1). */
TEST(nominations_of_both)
{
    begin_two(NT_ICE_CONTROLLING);
    respond(&l, &l.outs[0], (struct reply){0});
    go(&l, 150 * NT_MSEC);
    struct out *ours = &l.outs[l.count - 1];
    assert_int_equal(nominating_to("10.0.0.2:6000"), 1);
    switch_to(NT_ICE_CONTROLLED, 1);
    request(&l, "10.0.0.3:6000", (struct ask){.id = 2, .use_candidate = true});
    assert_int_equal(l.state, NT_ICE_COMPLETED);
    assert_true(is_selected("10.0.0.3:6000"));
    respond(&l, ours, (struct reply){0});
    assert_true(is_selected("10.0.0.2:6000"));
    lab_end(&l);
}

/* Ours of the second pair has succeeded when the peer's of the first is accepted, and we are controlling again: RFC 8445, 8.1.1:
 * "the agent MUST NOT nominate another pair". */
TEST(the_peers_nomination_is_not_repeated_after_ours)
{
    begin_two(NT_ICE_CONTROLLING);
    go(&l, 250 * NT_MSEC);
    respond(&l, &l.outs[0], (struct reply){0});
    respond(&l, &l.outs[l.count - 1], (struct reply){0});
    assert_int_equal(l.state, NT_ICE_COMPLETED);
    switch_to(NT_ICE_CONTROLLED, 1);
    request(&l, "10.0.0.2:6000", (struct ask){.id = 2, .use_candidate = true});
    assert_true(is_selected("10.0.0.2:6000"));
    switch_to(NT_ICE_CONTROLLING, 3);
    go(&l, NT_SEC);
    assert_int_equal(nominating_to("10.0.0.2:6000"), 0);
    lab_end(&l);
}

/* RFC 8445, 7.2.5.1, of a check that was cancelled before ICE completed: "The agent MUST change the tiebreaker value". */
TEST(cancelled_check_refused_after_completion)
{
    struct nt_ice_candidate c = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    uint64_t tie;
    begin(NT_ICE_CONTROLLING, top);
    assert_int_equal(remote(&l, &c, 1), NT_OK);
    go(&l, 0);
    struct out *cancelled = next_out(&l, NT_STUN_REQUEST, NULL), *o;
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1});
    for (nt_time at = 50 * NT_MSEC; l.state != NT_ICE_COMPLETED; at += 50 * NT_MSEC) {
        go(&l, at);
        while ((o = next_out(&l, NT_STUN_REQUEST, NULL)) != NULL)
            respond(&l, o, (struct reply){0});
    }
    respond(&l, cancelled, (struct reply){.code = 487});
    go(&l, 10 * NT_SEC);
    assert_non_null(o = next_out(&l, NT_STUN_REQUEST, NULL));
    assert_int_equal(nt_stun_get_u64(&o->m, NT_ATTR_ICE_CONTROLLED, &tie), NT_OK);
    assert_true(tie != top);
    assert_true(o->at > NT_SEC); /* a consent request: that check's pair is not checked again */
    lab_end(&l);
}

/* Both start in one role: exactly one ends controlling, and the call completes. */
static void both(enum nt_ice_role role, uint64_t left, uint64_t right)
{
    struct nt_ice_config lc = config_of(role, "l"), rc = config_of(role, "r");
    struct nt_ice_candidate x, y;
    lc.tie_breaker = left;
    rc.tie_breaker = right;
    net_init(&n, 20 * NT_MSEC);
    int a = add_agent(&n, &lc, "10.1.0.2", NAT_NONE, NULL), b = add_agent(&n, &rc, "10.2.0.2", NAT_NONE, NULL);
    gather(&n, a);
    gather(&n, b);
    run(&n, NT_SEC);
    assert_int_equal(tell(&n, a, b), NT_OK);
    assert_int_equal(tell(&n, b, a), NT_OK);
    run(&n, 4 * NT_SEC);
    assert_int_equal(nt_ice_state(n.nodes[a].agent), NT_ICE_COMPLETED);
    assert_int_equal(nt_ice_state(n.nodes[b].agent), NT_ICE_COMPLETED);
    assert_int_equal(nt_ice_role(n.nodes[a].agent) + nt_ice_role(n.nodes[b].agent), NT_ICE_CONTROLLING + NT_ICE_CONTROLLED);
    assert_true(nt_ice_selected(n.nodes[a].agent, 1, 1, &x, &y));
    net_free(&n);
}

TEST(both_alike)
{
    static const uint64_t ties[] = {1, UINT64_C(1) << 63, UINT64_MAX};
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) {
            both(NT_ICE_CONTROLLING, ties[i], ties[k]);
            both(NT_ICE_CONTROLLED, ties[i], ties[k]);
        }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_server),
                                       cmocka_unit_test(two_in_flight),
                                       cmocka_unit_test(answered_after_the_switch),
                                       cmocka_unit_test(pairs_that_connect_show_the_new_role),
                                       cmocka_unit_test(refused_for_ever),
                                       cmocka_unit_test(refused_after_completion),
                                       cmocka_unit_test(one_nomination_over_switches),
                                       cmocka_unit_test(no_other_nomination_than_the_accepted_one),
                                       cmocka_unit_test(nominations_of_both),
                                       cmocka_unit_test(the_peers_nomination_is_not_repeated_after_ours),
                                       cmocka_unit_test(cancelled_check_refused_after_completion),
                                       cmocka_unit_test(both_alike)};
    return RUN_TESTS(tests);
}
