/* Trickle ICE: RFC 8838, sections 8 to 16, told by their sentences; and peers that nominate aggressively or are lite. */
#include "peer.h"

static struct lab l;
static struct nt_addr stun;

static struct nt_ice_config trickling(enum nt_ice_role role, bool with_stun)
{
    struct nt_ice_config c = lab_config(role);
    stun = addr("192.0.2.1:3478");
    c.trickle = NT_ICE_TRICKLE_FULL;
    c.stun = &stun;
    c.stun_count = with_stun ? 1 : 0;
    return c;
}

static int set_remote(const struct nt_ice_candidate *c, int count, bool trickle, bool end)
{
    struct nt_ice_description d;
    assert_int_equal(nt_ice_description_init(&d, 1), NT_OK);
    strcpy(d.streams[0].ufrag, PEER_UFRAG);
    strcpy(d.streams[0].pwd, PEER_PWD);
    strcpy(d.streams[0].mid, "1");
    d.trickle = trickle;
    d.streams[0].end_of_candidates = end;
    for (int i = 0; i < count; i++)
        assert_int_equal(nt_ice_description_add(&d, &c[i]), NT_OK);
    int r = nt_ice_set_remote(l.a, &d, l.now);
    nt_ice_description_free(&d);
    pull(&l);
    return r;
}

struct fragment {
    const char *mid, *pwd; /* NULL: right */
    bool end, session_end;
};

static int add(const struct nt_ice_candidate *c, int count, struct fragment f)
{
    struct nt_ice_description d;
    assert_int_equal(nt_ice_description_init(&d, 1), NT_OK);
    strcpy(d.streams[0].ufrag, PEER_UFRAG);
    strcpy(d.streams[0].pwd, f.pwd != NULL ? f.pwd : PEER_PWD);
    strcpy(d.streams[0].mid, f.mid != NULL ? f.mid : "1");
    d.streams[0].end_of_candidates = f.end;
    d.end_of_candidates = f.session_end;
    for (int i = 0; i < count; i++)
        assert_int_equal(nt_ice_description_add(&d, &c[i]), NT_OK);
    int r = nt_ice_add_remote(l.a, &d, l.now);
    nt_ice_description_free(&d);
    pull(&l);
    return r;
}

static void answer_stun(const char *mapped)
{
    struct out *o = next_out(&l, NT_STUN_REQUEST, "192.0.2.1:3478");
    assert_non_null(o);
    respond(&l, o, (struct reply){.mapped = mapped, .no_integrity = true});
}

/* What is told now: how many candidates, and whether they end. */
static size_t told(bool *end, struct nt_ice_candidate *last)
{
    struct nt_ice_description d;
    assert_int_equal(nt_ice_trickle(l.a, &d, l.now), NT_OK);
    size_t n = d.streams[0].candidate_count;
    assert_string_equal(d.streams[0].ufrag, l.ufrag);
    assert_string_equal(d.streams[0].pwd, l.pwd);
    assert_string_equal(d.streams[0].mid, "1");
    *end = d.streams[0].end_of_candidates;
    if (n > 0)
        *last = d.streams[0].candidates[n - 1];
    nt_ice_description_free(&d);
    pull(&l);
    return n;
}

TEST(candidates_are_told_in_order)
{
    struct nt_ice_config c = trickling(NT_ICE_CONTROLLED, true);
    struct nt_ice_candidate r = candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), last;
    struct nt_ice_description d;
    bool end;
    lab_start(&l, &c); /* describes what there is: the host candidate */
    assert_int_equal(nt_ice_candidate_count(l.a), 1);
    assert_int_equal(nt_ice_trickle(l.a, &d, l.now), NT_ESTATE); /* no peer yet */
    assert_int_equal(add(&r, 1, (struct fragment){0}), NT_ESTATE);
    assert_int_equal(set_remote(&r, 1, true, false), NT_OK);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_RUNNING); /* checks and gathering go on together */
    go(&l, 0);
    assert_int_equal(told(&end, &last), 1);
    assert_false(end);
    answer_stun("203.0.113.7:4000");
    assert_int_equal(told(&end, &last), 2);
    assert_true(end);
    assert_int_equal(last.type, NT_ICE_SRFLX);
    assert_string_equal(last.foundation, "2");
    assert_int_equal(last.priority, nt_ice_candidate_priority(100, 65535, 1));
    assert_int_equal(told(&end, &last), 2); /* RFC 8840, 4.4: the same list again */
    assert_true(end);
    lab_end(&l);
}

TEST(half_offers_whole_and_answers_early)
{
    struct nt_ice_config c = trickling(NT_ICE_CONTROLLING, true);
    struct nt_ice_description d;
    c.trickle = NT_ICE_TRICKLE_HALF;
    lab_start(&l, &c); /* has had an answer */
    assert_int_equal(nt_ice_local(l.a, true, &d), NT_ESTATE);
    go(&l, 0);
    answer_stun("203.0.113.7:4000");
    assert_int_equal(nt_ice_local(l.a, true, &d), NT_OK);
    assert_int_equal(d.streams[0].candidate_count, 2);
    assert_true(d.trickle && d.streams[0].end_of_candidates);
    nt_ice_description_free(&d);
    lab_end(&l);
}

TEST(redundant_ones_are_ignored)
{
    struct nt_ice_config c = trickling(NT_ICE_CONTROLLED, true);
    struct nt_ice_candidate r = candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), last;
    bool end;
    lab_start(&l, &c);
    assert_int_equal(set_remote(&r, 1, true, false), NT_OK);
    go(&l, 0);
    answer_stun(NULL); /* no NAT: the host's own address */
    assert_int_equal(told(&end, &last), 1);
    assert_true(end);
    lab_end(&l);
}

TEST(a_peer_without_trickle_gets_nothing)
{
    struct nt_ice_config c = trickling(NT_ICE_CONTROLLED, true);
    struct nt_ice_candidate r = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    struct nt_ice_description d;
    lab_start(&l, &c);
    assert_int_equal(set_remote(&r, 1, false, false), NT_OK);
    assert_int_equal(nt_ice_trickle(l.a, &d, l.now), NT_ESTATE);
    assert_int_equal(add(&r, 1, (struct fragment){0}), NT_ESTATE);
    lab_end(&l);
}

static enum nt_ice_pair_state state_of(const char *remote_addr)
{
    struct nt_ice_pair_info p = pair_to(&l, remote_addr);
    assert_int_not_equal(p.number, 0);
    return p.state;
}

/* RFC 8838, 12, with one foundation */
TEST(late_pairs_are_waiting_or_frozen)
{
    struct nt_ice_config c = trickling(NT_ICE_CONTROLLED, false);
    struct nt_ice_candidate r[5];
    static const char *const addrs[] = {"10.0.0.2:1", "10.0.0.2:2", "10.0.0.2:3", "10.0.0.2:4", "10.0.0.2:5"};
    for (int i = 0; i < 5; i++)
        r[i] = candidate(addrs[i], NT_ICE_HOST, i == 4 ? "g" : "f");
    r[1].priority -= 256;       /* below the first */
    r[2].priority = 2130706432; /* above all */
    r[3].priority -= 512;
    lab_start(&l, &c);
    assert_int_equal(set_remote(&r[0], 1, true, false), NT_OK);
    go(&l, 0);
    assert_int_equal(state_of(addrs[0]), NT_ICE_IN_PROGRESS);
    assert_int_equal(add(&r[1], 1, (struct fragment){0}), NT_OK);
    assert_int_equal(state_of(addrs[1]), NT_ICE_FROZEN); /* rule 3 */
    assert_int_equal(add(&r[2], 1, (struct fragment){0}), NT_OK);
    assert_int_equal(state_of(addrs[2]), NT_ICE_WAITING); /* rule 1 */
    assert_int_equal(add(&r[4], 1, (struct fragment){0}), NT_OK);
    assert_int_equal(state_of(addrs[4]), NT_ICE_WAITING); /* rule 1: the first of its foundation */
    respond(&l, next_out(&l, NT_STUN_REQUEST, addrs[0]), (struct reply){0});
    assert_int_equal(state_of(addrs[1]), NT_ICE_WAITING); /* RFC 8445, 7.2.5.3.3 */
    assert_int_equal(add(&r[3], 1, (struct fragment){0}), NT_OK);
    assert_int_equal(state_of(addrs[3]), NT_ICE_WAITING); /* rule 2 */
    lab_end(&l);
}

TEST(known_candidates_mean_nothing)
{
    struct nt_ice_config c = trickling(NT_ICE_CONTROLLED, false);
    struct nt_ice_candidate r[2] = {candidate("10.0.0.2:1", NT_ICE_HOST, "1"), candidate("10.0.0.2:2", NT_ICE_HOST, "2")};
    lab_start(&l, &c);
    assert_int_equal(set_remote(r, 0, true, false), NT_OK);
    assert_int_equal(add(r, 2, (struct fragment){0}), NT_OK); /* the later message first: it has all */
    assert_int_equal(add(r, 1, (struct fragment){0}), NT_OK);
    assert_int_equal(add(r, 2, (struct fragment){0}), NT_OK);
    assert_int_equal(nt_ice_pair_count(l.a), 2);
    go(&l, 400 * NT_MSEC);
    assert_int_equal(nt_ice_stats(l.a).checks_sent, 2);
    lab_end(&l);
}

/* RFC 8838, 11: the peer's check was first, even before any candidate was known. */
TEST(a_signalled_copy_takes_over)
{
    struct nt_ice_config c = trickling(NT_ICE_CONTROLLED, false);
    struct nt_ice_candidate r = candidate("203.0.113.9:7000", NT_ICE_SRFLX, "7"), x, y;
    lab_start(&l, &c);
    assert_int_equal(set_remote(&r, 0, true, false), NT_OK);
    request(&l, "203.0.113.9:7000", (struct ask){.id = 1, .priority = 1862270975, .use_candidate = true});
    go(&l, 100 * NT_MSEC);
    struct out *o = next_out(&l, NT_STUN_REQUEST, "203.0.113.9:7000");
    assert_non_null(o); /* triggered though the check list was empty */
    assert_int_equal(pair_to(&l, "203.0.113.9:7000").remote.type, NT_ICE_PRFLX);
    assert_int_equal(add(&r, 1, (struct fragment){0}), NT_OK);
    struct nt_ice_pair_info p = pair_to(&l, "203.0.113.9:7000");
    assert_int_equal(nt_ice_pair_count(l.a), 1);
    assert_int_equal(p.remote.type, NT_ICE_SRFLX);
    assert_string_equal(p.remote.foundation, "7");
    assert_int_equal(p.priority, nt_ice_pair_priority(r.priority, p.local.priority));
    assert_int_equal(p.state, NT_ICE_IN_PROGRESS); /* the check goes on, and so does the nomination */
    assert_true(p.sendable);
    respond(&l, o, (struct reply){0});
    assert_true(nt_ice_selected(l.a, 1, 1, &x, &y));
    assert_int_equal(y.type, NT_ICE_SRFLX);
    assert_int_equal(nt_ice_stats(l.a).checks_sent, 1);
    lab_end(&l);
}

/* RFC 8838, 8 and 14 */
TEST(a_list_fails_after_the_end_alone)
{
    struct nt_ice_config c = trickling(NT_ICE_CONTROLLED, false);
    struct nt_ice_candidate r = candidate("10.0.0.2:1", NT_ICE_HOST, "1"), late = candidate("10.0.0.2:2", NT_ICE_HOST, "2");
    for (int session = 0; session < 2; session++) {
        lab_start(&l, &c);
        assert_int_equal(set_remote(&r, 1, true, false), NT_OK);
        go(&l, 60 * NT_SEC);
        assert_int_equal(state_of("10.0.0.2:1"), NT_ICE_PAIR_FAILED);
        assert_int_equal(nt_ice_state(l.a), NT_ICE_RUNNING);
        assert_int_equal(add(NULL, 0, (struct fragment){.end = session == 0, .session_end = session == 1}), NT_OK);
        assert_int_equal(nt_ice_state(l.a), NT_ICE_FAILED);
        lab_end(&l);
    }
    lab_start(&l, &c);
    assert_int_equal(set_remote(&r, 1, true, true), NT_OK); /* the end came with the description */
    assert_int_equal(add(&late, 1, (struct fragment){0}), NT_OK);
    assert_int_equal(nt_ice_pair_count(l.a), 1);
    go(&l, 39 * NT_SEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_RUNNING);
    go(&l, 41 * NT_SEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_FAILED);
    lab_end(&l);
}

TEST(fragments_of_others_are_refused)
{
    struct nt_ice_config c = trickling(NT_ICE_CONTROLLED, false);
    struct nt_ice_candidate r = candidate("10.0.0.2:1", NT_ICE_HOST, "1");
    lab_start(&l, &c);
    assert_int_equal(set_remote(&r, 0, true, false), NT_OK);
    assert_int_equal(add(&r, 1, (struct fragment){.pwd = "someoneelsessomeoneelse", .end = true}), NT_EINVAL);
    assert_int_equal(add(&r, 1, (struct fragment){.mid = "2"}), NT_EINVAL);
    assert_int_equal(nt_ice_pair_count(l.a), 0);
    assert_int_equal(add(&r, 1, (struct fragment){0}), NT_OK);
    assert_int_equal(nt_ice_pair_count(l.a), 1);
    lab_end(&l);
}

/* RFC 8838, 13: nothing is told after nomination; gathering ends with ICE. */
TEST(nothing_is_told_after_nomination)
{
    struct nt_ice_config c = trickling(NT_ICE_CONTROLLED, true);
    struct nt_ice_candidate r = candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), last;
    bool end;
    lab_start(&l, &c);
    assert_int_equal(set_remote(&r, 1, true, true), NT_OK);
    go(&l, 60 * NT_MSEC);
    struct out *server = next_out(&l, NT_STUN_REQUEST, "192.0.2.1:3478"), *o = next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000");
    assert_non_null(o);
    respond(&l, o, (struct reply){0});
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1, .use_candidate = true});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    respond(&l, server, (struct reply){.mapped = "203.0.113.7:4000", .no_integrity = true});
    assert_int_equal(told(&end, &last), 1);
    assert_true(end);
    assert_int_equal(nt_ice_candidate_count(l.a), 1);
    lab_end(&l);
}

/* The controlling agent waits for what may come as long as for a better pair that is being checked. */
static const char *why_failed;

static void note_failure(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    if (ev->kind == NT_TR_ICE_FAILED)
        why_failed = ev->text;
}

/* RFC 8863, 5: the end of candidates is lost, and is no longer waited for 79 s after the peer told something last. */
TEST(the_end_is_not_waited_for_without_end)
{
    struct nt_ice_config c = trickling(NT_ICE_CONTROLLED, false);
    struct nt_ice_candidate r = candidate("10.0.0.2:1", NT_ICE_HOST, "1");
    c.trace.emit = note_failure;
    for (int fragments = 0; fragments < 2; fragments++) {
        nt_time last = fragments == 1 ? 50 * NT_SEC : 0;
        lab_start(&l, &c);
        assert_int_equal(set_remote(&r, 1, true, false), NT_OK);
        go(&l, last);
        if (fragments == 1)
            assert_int_equal(add(&r, 1, (struct fragment){0}), NT_OK);
        go(&l, last + NT_ICE_LAST_CANDIDATE - 1);
        assert_int_equal(nt_ice_state(l.a), NT_ICE_RUNNING);
        go(&l, last + NT_ICE_LAST_CANDIDATE);
        assert_int_equal(nt_ice_state(l.a), NT_ICE_FAILED);
        assert_non_null(strstr(why_failed, "the end of the peer's candidates has not come"));
        lab_end(&l);
    }
}
TEST(nomination_waits_for_the_end)
{
    struct nt_ice_config c = trickling(NT_ICE_CONTROLLING, false);
    struct nt_ice_candidate r = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    for (int end = 0; end < 2; end++) {
        lab_start(&l, &c);
        assert_int_equal(set_remote(&r, 1, true, end == 1), NT_OK);
        go(&l, 0);
        respond(&l, next_out(&l, NT_STUN_REQUEST, NULL), (struct reply){0});
        go(&l, 90 * NT_MSEC);
        struct out *o = next_out(&l, NT_STUN_REQUEST, NULL);
        assert_int_equal(o != NULL && carries(o, NT_ATTR_USE_CANDIDATE), end);
        go(&l, 160 * NT_MSEC);
        o = end == 1 ? o : next_out(&l, NT_STUN_REQUEST, NULL);
        assert_true(o != NULL && carries(o, NT_ATTR_USE_CANDIDATE));
        lab_end(&l);
    }
}

/* RFC 8445, 6.1.1 and 7.2: a lite peer sends no checks; the full agent controls, and nominates what its own checks found. */
TEST(a_lite_peer_is_controlled)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    struct nt_ice_candidate r = candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), x, y;
    struct nt_ice_description d;
    lab_start(&l, &c);
    assert_int_equal(nt_ice_description_init(&d, 1), NT_OK);
    strcpy(d.streams[0].ufrag, PEER_UFRAG);
    strcpy(d.streams[0].pwd, PEER_PWD);
    d.lite = true;
    assert_int_equal(nt_ice_description_add(&d, &r), NT_OK);
    assert_int_equal(nt_ice_set_remote(l.a, &d, 0), NT_OK);
    assert_int_equal(nt_ice_set_remote(l.a, &d, 0), NT_OK); /* said again, nothing is another than before */
    nt_ice_description_free(&d);
    pull(&l);
    assert_int_equal(nt_ice_role(l.a), NT_ICE_CONTROLLING);
    assert_int_equal(nt_ice_stats(l.a).role_switches, 0); /* 6.1.1, not 7.3.1.1 */
    go(&l, 0);
    struct out *o = next_out(&l, NT_STUN_REQUEST, NULL);
    assert_true(carries(o, NT_ATTR_ICE_CONTROLLING) && !carries(o, NT_ATTR_USE_CANDIDATE));
    respond(&l, o, (struct reply){0});
    go(&l, NT_SEC);
    o = next_out(&l, NT_STUN_REQUEST, NULL);
    assert_true(o != NULL && carries(o, NT_ATTR_USE_CANDIDATE));
    respond(&l, o, (struct reply){0});
    assert_true(nt_ice_selected(l.a, 1, 1, &x, &y));
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    lab_end(&l);
}

/* RFC 8445, 8.1.1: of an aggressive peer's nominations the one of highest priority counts, whatever their order. */
TEST(aggressive_nomination_is_followed)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    struct nt_ice_candidate r[2] = {candidate("10.0.0.2:1", NT_ICE_HOST, "1"), candidate("10.0.0.2:2", NT_ICE_HOST, "2")}, x, y;
    r[1].priority -= 256;
    for (int first = 0; first < 2; first++) {
        lab_start(&l, &c);
        assert_int_equal(remote(&l, r, 2), NT_OK);
        go(&l, 60 * NT_MSEC);
        respond(&l, next_out(&l, NT_STUN_REQUEST, "10.0.0.2:1"), (struct reply){0});
        respond(&l, next_out(&l, NT_STUN_REQUEST, "10.0.0.2:2"), (struct reply){0});
        request(&l, first == 0 ? "10.0.0.2:1" : "10.0.0.2:2", (struct ask){.id = 1, .use_candidate = true});
        assert_true(nt_ice_selected(l.a, 1, 1, &x, &y));
        assert_int_equal(y.addr.port, first + 1);
        request(&l, first == 0 ? "10.0.0.2:2" : "10.0.0.2:1", (struct ask){.id = 2, .use_candidate = true});
        assert_true(nt_ice_selected(l.a, 1, 1, &x, &y));
        assert_int_equal(y.addr.port, 1);
        assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
        lab_end(&l);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(candidates_are_told_in_order),
        cmocka_unit_test(half_offers_whole_and_answers_early),
        cmocka_unit_test(redundant_ones_are_ignored),
        cmocka_unit_test(a_peer_without_trickle_gets_nothing),
        cmocka_unit_test(late_pairs_are_waiting_or_frozen),
        cmocka_unit_test(known_candidates_mean_nothing),
        cmocka_unit_test(a_signalled_copy_takes_over),
        cmocka_unit_test(a_list_fails_after_the_end_alone),
        cmocka_unit_test(the_end_is_not_waited_for_without_end),
        cmocka_unit_test(fragments_of_others_are_refused),
        cmocka_unit_test(nothing_is_told_after_nomination),
        cmocka_unit_test(nomination_waits_for_the_end),
        cmocka_unit_test(a_lite_peer_is_controlled),
        cmocka_unit_test(aggressive_nomination_is_followed),
    };
    return RUN_TESTS(tests);
}
