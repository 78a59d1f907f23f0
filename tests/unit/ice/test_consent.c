/* Consent freshness (RFC 7675) and keepalives (RFC 8445, section 11) on the selected pair. */
#include "peer.h"

static struct lab l;

static void complete(bool no_consent)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    struct nt_ice_candidate r = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    c.no_consent = no_consent;
    lab_start(&l, &c);
    assert_int_equal(remote(&l, &r, 1), NT_OK);
    go(&l, 0);
    respond(&l, next_out(&l, NT_STUN_REQUEST, NULL), (struct reply){0});
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1, .use_candidate = true});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    l.next = l.count;
}

/* Intervals of 4 to 6 s, spread over the whole range; new ids; no USE-CANDIDATE; no retransmission. */
TEST(intervals)
{
    int bins[4] = {0};
    nt_time last = 0;
    uint8_t id[12] = {0};
    complete(false);
    for (int i = 0; i < 400; i++) {
        l.count = l.next = 0;
        while (l.count == 0)
            go(&l, nt_ice_deadline(l.a));
        struct out *o = next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000");
        assert_non_null(o);
        nt_time gap = o->at - last;
        assert_true(gap >= 4 * NT_SEC && gap <= 6 * NT_SEC);
        bins[gap == 6 * NT_SEC ? 3 : (gap - 4 * NT_SEC) / (NT_SEC / 2)]++;
        last = o->at;
        assert_memory_not_equal(id, o->bytes + 8, 12);
        memcpy(id, o->bytes + 8, 12);
        assert_false(carries(o, NT_ATTR_USE_CANDIDATE));
        assert_int_equal(nt_stun_verify(&o->m, &l.theirs), NT_OK);
        respond(&l, o, (struct reply){0});
    }
    for (int i = 0; i < 4; i++)
        assert_true(bins[i] > 60); /* 100 expected each */
    lab_end(&l);
}

TEST(expiry)
{
    static const uint8_t bytes[] = {200, 1, 2};
    struct nt_addr peer = addr("10.0.0.2:6000");
    struct nt_stun_key wrong;
    nt_stun_key_short(&wrong, "wrongwrongwrongwrongwrong");
    complete(false);
    /* data, requests, bad responses: none of them renews */
    while (l.now < 29 * NT_SEC) {
        go(&l, l.now + 100 * NT_MSEC);
        give(&l, &peer, bytes, sizeof bytes);
        struct out *o = next_out(&l, NT_STUN_REQUEST, NULL);
        if (o != NULL) {
            respond(&l, o, (struct reply){.key = &wrong});
            respond(&l, o, (struct reply){.from = "10.0.0.3:6000"});
            respond(&l, o, (struct reply){.code = 400});
        }
    }
    go(&l, 30 * NT_SEC - 1);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    assert_int_equal(nt_ice_send(l.a, 1, 1, bytes, sizeof bytes, false, l.now), NT_OK);
    pull(&l);
    int sent = l.count;
    go(&l, 30 * NT_SEC);
    assert_int_equal(l.state, NT_ICE_DISCONNECTED);
    assert_int_equal(nt_ice_send(l.a, 1, 1, bytes, sizeof bytes, false, l.now), NT_ESTATE);
    /* no resumption: neither a late response nor the peer's requests bring it back */
    for (int i = 0; i < sent; i++)
        if (l.outs[i].m.len > 0 && l.outs[i].m.class_ == NT_STUN_REQUEST)
            respond(&l, &l.outs[i], (struct reply){0});
    request(&l, "10.0.0.2:6000", (struct ask){.id = 77, .use_candidate = true});
    go(&l, 60 * NT_SEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_DISCONNECTED);
    assert_int_equal(nt_ice_send(l.a, 1, 1, bytes, sizeof bytes, false, l.now), NT_ESTATE);
    assert_int_equal(l.count, sent);
    lab_end(&l);
}

/* RFC 7675, 5.1: "Initial consent to send traffic is obtained using ICE": by the response to the check, and not by a nomination of
 * three seconds later. */
TEST(initial_consent_is_as_old_as_the_response)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    struct nt_ice_candidate r = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    lab_start(&l, &c);
    assert_int_equal(remote(&l, &r, 1), NT_OK);
    go(&l, 0);
    respond(&l, next_out(&l, NT_STUN_REQUEST, NULL), (struct reply){0});
    go(&l, 3 * NT_SEC);
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1, .use_candidate = true});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    go(&l, 30 * NT_SEC - 1);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    go(&l, 30 * NT_SEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_DISCONNECTED);
    lab_end(&l);
}

/* A 15 s outage, then one answer: another 30 s from there. */
TEST(outage)
{
    complete(false);
    go(&l, 20 * NT_SEC);
    struct out *o = NULL, *p;
    while ((p = next_out(&l, NT_STUN_REQUEST, NULL)) != NULL)
        o = p;
    assert_non_null(o);
    respond(&l, o, (struct reply){0});
    go(&l, 50 * NT_SEC - 1);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    go(&l, 50 * NT_SEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_DISCONNECTED);
    lab_end(&l);
}

/* The same answer again, from the network or from who has heard it, is to no transaction: 30 s from the first one. */
TEST(an_answer_counts_once)
{
    complete(false);
    go(&l, 20 * NT_SEC);
    struct out *o = NULL, *p;
    while ((p = next_out(&l, NT_STUN_REQUEST, NULL)) != NULL)
        o = p;
    assert_non_null(o);
    const struct out answered = *o;
    respond(&l, &answered, (struct reply){0});
    while (l.now < 49 * NT_SEC) {
        go(&l, l.now + NT_SEC);
        respond(&l, &answered, (struct reply){0});
    }
    go(&l, 50 * NT_SEC - 1);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    go(&l, 50 * NT_SEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_DISCONNECTED);
    lab_end(&l);
}

/* RFC 7675, 5.2: an authenticated 403 revokes consent at once; a forged one, or one from elsewhere, does not. */
TEST(revoked)
{
    static const uint8_t bytes[] = {200, 1, 2};
    complete(false);
    go(&l, 6 * NT_SEC);
    struct out *o = next_out(&l, NT_STUN_REQUEST, NULL);
    assert_non_null(o);
    respond(&l, o, (struct reply){.code = 403, .no_integrity = true});
    respond(&l, o, (struct reply){.code = 403, .from = "10.0.0.3:6000"});
    respond(&l, o, (struct reply){.code = 400});
    assert_int_equal(l.state, NT_ICE_COMPLETED);
    assert_int_equal(nt_ice_send(l.a, 1, 1, bytes, sizeof bytes, false, l.now), NT_OK);
    respond(&l, o, (struct reply){.code = 403}); /* it has its answer */
    assert_int_equal(l.state, NT_ICE_COMPLETED);
    go(&l, 12 * NT_SEC);
    o = next_out(&l, NT_STUN_REQUEST, NULL);
    assert_non_null(o);
    respond(&l, o, (struct reply){.code = 403});
    assert_int_equal(l.state, NT_ICE_DISCONNECTED);
    assert_int_equal(nt_ice_send(l.a, 1, 1, bytes, sizeof bytes, false, l.now), NT_ESTATE);
    int sent = l.count;
    go(&l, 60 * NT_SEC);
    assert_int_equal(l.count, sent);
    lab_end(&l);
}

/* So does one to a check of the selected pair: here the one that shows the role taken in a late conflict. */
TEST(revoked_by_a_check)
{
    complete(false);
    request(&l, "10.0.0.2:6000", (struct ask){.id = 2, .role = NT_ICE_CONTROLLED, .tie = 1});
    assert_int_equal(nt_ice_role(l.a), NT_ICE_CONTROLLING);
    go(&l, NT_SEC);
    struct out *o = next_out(&l, NT_STUN_REQUEST, NULL);
    assert_true(o != NULL && carries(o, NT_ATTR_USE_CANDIDATE));
    respond(&l, o, (struct reply){.code = 403});
    assert_int_equal(l.state, NT_ICE_DISCONNECTED);
    lab_end(&l);
}

#define OTHER "10.0.0.3:6000"

/* Answers what asks on the other pair; the number of requests to the first one. */
static int live_on_other(nt_time until)
{
    int asked = 0;
    struct out *o;
    for (; l.now < until; go(&l, l.now + 100 * NT_MSEC))
        while ((o = next_out(&l, NT_STUN_REQUEST, NULL)) != NULL) {
            if (nt_addr_same_ip(&o->path.remote, &l.outs[0].path.remote))
                asked++;
            else
                respond(&l, o, (struct reply){0});
        }
    return asked;
}

static void complete_with_other(void)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    struct nt_ice_candidate r[2] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate(OTHER, NT_ICE_HOST, "2")};
    c.failover = true;
    r[1].priority -= 256;
    lab_start(&l, &c);
    assert_int_equal(remote(&l, r, 2), NT_OK);
    go(&l, 100 * NT_MSEC);
    respond(&l, next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000"), (struct reply){0});
    respond(&l, next_out(&l, NT_STUN_REQUEST, OTHER), (struct reply){0});
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1, .use_candidate = true});
}

/* With failover 403 ends the selected pair alone, whether it answers a request for consent or a check; the peer's checks on it get
 * 403.
 */
TEST(revoked_with_failover)
{
    for (int by_check = 0; by_check < 2; by_check++) {
        complete_with_other();
        if (by_check) /* which shows the role taken in a late conflict */
            request(&l, "10.0.0.2:6000", (struct ask){.id = 2, .role = NT_ICE_CONTROLLED, .tie = 1});
        go(&l, by_check ? NT_SEC : 6200 * NT_MSEC);
        struct out *o = next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000");
        assert_non_null(o);
        assert_int_equal(carries(o, NT_ATTR_USE_CANDIDATE), by_check);
        respond(&l, o, (struct reply){.code = 403});
        assert_int_equal(l.state, NT_ICE_COMPLETED);
        request(&l, "10.0.0.2:6000", (struct ask){.id = 3});
        assert_int_equal(code_of(next_out(&l, NT_STUN_ERROR, "10.0.0.2:6000")), 403);
        if (!by_check)
            request(&l, OTHER, (struct ask){.id = 4, .use_candidate = true});
        assert_int_equal(live_on_other(60 * NT_SEC), 0);
        assert_int_equal(l.state, NT_ICE_COMPLETED);
        lab_end(&l);
    }
}

/* The pair that is to follow is not the selected one yet. */
TEST(revoked_while_it_follows)
{
    complete_with_other();
    request(&l, "10.0.0.2:6000", (struct ask){.id = 2, .role = NT_ICE_CONTROLLED, .tie = 1});
    go(&l, NT_SEC);
    respond(&l, next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000"), (struct reply){.code = 403});
    go(&l, 2 * NT_SEC);
    struct out *o = next_out(&l, NT_STUN_REQUEST, OTHER);
    assert_true(o != NULL && carries(o, NT_ATTR_USE_CANDIDATE));
    respond(&l, o, (struct reply){.code = 403});
    request(&l, OTHER, (struct ask){.id = 3});
    assert_int_equal(code_of(next_out(&l, NT_STUN_ERROR, OTHER)), 403);
    lab_end(&l);
}

/* RFC 7675, 5.1: nominated later than consent would have been renewed, a pair is selected only once a new check is answered,
 * however long that takes; no data leaves before. */
TEST(nominated_late)
{
    static const uint8_t bytes[] = {200, 1, 2};
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    struct nt_ice_candidate r = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    lab_start(&l, &c);
    assert_int_equal(remote(&l, &r, 1), NT_OK);
    go(&l, 0);
    respond(&l, next_out(&l, NT_STUN_REQUEST, NULL), (struct reply){0});
    go(&l, 7 * NT_SEC);
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1, .use_candidate = true});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_RUNNING);
    assert_int_equal(nt_ice_send(l.a, 1, 1, bytes, sizeof bytes, false, l.now), NT_ESTATE);
    go(&l, 38 * NT_SEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_RUNNING);
    struct out *o = next_out(&l, NT_STUN_REQUEST, NULL);
    assert_non_null(o);
    respond(&l, o, (struct reply){0});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    assert_int_equal(nt_ice_send(l.a, 1, 1, bytes, sizeof bytes, false, l.now), NT_OK);
    go(&l, 38 * NT_SEC + 29 * NT_SEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    lab_end(&l);
}

TEST(keepalives)
{
    static const uint8_t bytes[] = {200, 1, 2};
    complete(true);
    go(&l, 15 * NT_SEC - 1);
    assert_null(next_out(&l, NT_STUN_INDICATION, NULL));
    go(&l, 15 * NT_SEC);
    struct out *o = next_out(&l, NT_STUN_INDICATION, "10.0.0.2:6000");
    assert_non_null(o);
    assert_int_equal(o->m.count, 1);
    assert_non_null(o->m.fingerprint);
    go(&l, 20 * NT_SEC);
    assert_int_equal(nt_ice_send(l.a, 1, 1, bytes, sizeof bytes, false, l.now), NT_OK);
    pull(&l);
    go(&l, 35 * NT_SEC - 1);
    assert_null(next_out(&l, NT_STUN_INDICATION, NULL)); /* data keeps the binding alive */
    go(&l, 35 * NT_SEC);
    assert_non_null(next_out(&l, NT_STUN_INDICATION, NULL));
    go(&l, 200 * NT_SEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    lab_end(&l);
}

/* RFC 8489, 6.2.1: a transaction ends with its response, also when ICE has completed meanwhile. */
TEST(refresh_answered_after_completion)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    struct nt_addr stun = addr("192.0.2.1:3478");
    struct nt_ice_candidate peer = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    struct nt_ice_description d;
    c.stun = &stun;
    c.stun_count = 1;
    memset(&l, 0, sizeof l);
    int err;
    l.a = nt_ice_agent_new(&c, &err);
    assert_non_null(l.a);
    l.base = addr("10.0.0.1:5000");
    nt_ice_input(l.a, &(struct nt_path){.local = addr("10.0.0.1")}, NT_IN_IF_UP, NULL, 0, 0);
    assert_int_equal(nt_ice_gather(l.a, 0), NT_OK);
    pull(&l);
    go(&l, NT_MSEC);
    struct out *o = next_out(&l, NT_STUN_REQUEST, "192.0.2.1:3478");
    assert_non_null(o);
    respond(&l, o, (struct reply){.mapped = "203.0.113.1:5000", .no_integrity = true});
    assert_int_equal(nt_ice_local(l.a, false, &d), NT_OK);
    strcpy(l.ufrag, d.streams[0].ufrag);
    nt_stun_key_short(&l.ours, d.streams[0].pwd);
    nt_stun_key_short(&l.theirs, PEER_PWD);
    nt_ice_description_free(&d);
    go(&l, 14900 * NT_MSEC);
    assert_int_equal(remote(&l, &peer, 1), NT_OK);
    go(&l, 15100 * NT_MSEC);
    struct out *check = next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000");
    struct out *refresh = next_out(&l, NT_STUN_REQUEST, "192.0.2.1:3478");
    assert_true(check != NULL && refresh != NULL);
    request(&l, "10.0.0.2:6000", (struct ask){.use_candidate = true, .id = 1});
    respond(&l, check, (struct reply){0});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    respond(&l, refresh, (struct reply){.mapped = "203.0.113.1:5000", .no_integrity = true});
    go(&l, 25 * NT_SEC);
    assert_null(next_out(&l, NT_STUN_REQUEST, "192.0.2.1:3478"));
    lab_end(&l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(intervals),
                                       cmocka_unit_test(initial_consent_is_as_old_as_the_response),
                                       cmocka_unit_test(expiry),
                                       cmocka_unit_test(outage),
                                       cmocka_unit_test(an_answer_counts_once),
                                       cmocka_unit_test(revoked),
                                       cmocka_unit_test(revoked_by_a_check),
                                       cmocka_unit_test(revoked_with_failover),
                                       cmocka_unit_test(revoked_while_it_follows),
                                       cmocka_unit_test(nominated_late),
                                       cmocka_unit_test(keepalives),
                                       cmocka_unit_test(refresh_answered_after_completion)};
    return RUN_TESTS(tests);
}
