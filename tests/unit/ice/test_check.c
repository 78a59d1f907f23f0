/* Checks both ways, message by message: what is sent, what is answered, what counts. */
#include "peer.h"

static struct lab l;

static void begin(enum nt_ice_role role)
{
    struct nt_ice_config c = lab_config(role);
    lab_start(&l, &c);
}

static void one_remote(void)
{
    struct nt_ice_candidate c = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    assert_int_equal(remote(&l, &c, 1), NT_OK);
    go(&l, l.now);
}

/* RFC 8445, 7.1 and 7.2.2 */
TEST(what_a_check_carries)
{
    begin(NT_ICE_CONTROLLED);
    one_remote();
    struct out *o = next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000");
    uint32_t priority;
    uint64_t tie;
    char user[64] = PEER_UFRAG ":";
    assert_non_null(o);
    strcat(user, l.ufrag);
    assert_int_equal(o->at, 0); /* the first check at once */
    const struct nt_stun_attr *u = nt_stun_find(&o->m, NT_ATTR_USERNAME);
    assert_non_null(u);
    assert_int_equal(u->len, strlen(user));
    assert_memory_equal(u->value, user, u->len);
    assert_int_equal(nt_stun_get_u32(&o->m, NT_ATTR_PRIORITY, &priority), NT_OK);
    assert_int_equal(priority, (UINT32_C(110) << 24) + (65535 << 8) + 255);
    assert_int_equal(nt_stun_get_u64(&o->m, NT_ATTR_ICE_CONTROLLED, &tie), NT_OK);
    assert_true(tie == UINT64_C(1) << 63);
    assert_false(carries(o, NT_ATTR_ICE_CONTROLLING));
    assert_false(carries(o, NT_ATTR_USE_CANDIDATE));
    assert_false(carries(o, NT_ATTR_SOFTWARE));
    assert_int_equal(nt_stun_verify(&o->m, &l.theirs), NT_OK);
    assert_non_null(o->m.fingerprint);
    lab_end(&l);
}

/* RFC 8489, 6.2.1: at 0, 500, 1500, 3500, 7500, 15500, 31500 ms; failed 39.5 s; the bytes identical */
TEST(retransmissions)
{
    static const nt_time when[] = {0, 500, 1500, 3500, 7500, 15500, 31500};
    begin(NT_ICE_CONTROLLED);
    one_remote();
    go(&l, 39499 * NT_MSEC);
    assert_int_equal(l.count, 7);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(l.outs[i].at, when[i] * NT_MSEC);
        assert_int_equal(l.outs[i].len, l.outs[0].len);
        assert_memory_equal(l.outs[i].bytes, l.outs[0].bytes, l.outs[0].len);
    }
    assert_int_equal(nt_ice_state(l.a), NT_ICE_RUNNING);
    go(&l, 39500 * NT_MSEC); /* RFC 8863, 4: the PAC timer and the transaction end together */
    assert_int_equal(nt_ice_state(l.a), NT_ICE_FAILED);
    go(&l, 100 * NT_SEC);
    assert_int_equal(l.count, 7); /* and nothing is sent any more */
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1});
    assert_int_equal(l.count, 7);
    lab_end(&l);
}

/* RFC 8863, 4: with nothing to check at all, not before 39.5 s */
TEST(patience)
{
    begin(NT_ICE_CONTROLLING);
    l.now = 45 * NT_SEC; /* the user thinks before answering: the timer starts with the checks */
    assert_int_equal(remote(&l, NULL, 0), NT_OK);
    go(&l, l.now + 39499 * NT_MSEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_RUNNING);
    request(&l, "10.0.0.9:7000", (struct ask){.id = 1}); /* a peer-reflexive peer at the last moment */
    go(&l, l.now + NT_MSEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_RUNNING);
    assert_non_null(next_out(&l, NT_STUN_SUCCESS, "10.0.0.9:7000"));
    assert_non_null(next_out(&l, NT_STUN_REQUEST, "10.0.0.9:7000"));
    go(&l, 200 * NT_SEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_FAILED);
    lab_end(&l);
}

/* RFC 8445, 7.3; RFC 8489, 9.1.3 */
TEST(authentication)
{
    struct nt_stun_key wrong;
    char other[300];
    nt_stun_key_short(&wrong, "wrongwrongwrongwrongwrong");
    begin(NT_ICE_CONTROLLED);
    one_remote();
    request(&l, "10.0.0.9:7000", (struct ask){.id = 1, .user = ""});
    assert_int_equal(code_of(next_out(&l, NT_STUN_ERROR, "10.0.0.9:7000")), 400);
    request(&l, "10.0.0.9:7000", (struct ask){.id = 2, .no_integrity = true});
    struct out *o = next_out(&l, NT_STUN_ERROR, "10.0.0.9:7000");
    assert_int_equal(code_of(o), 400);
    assert_null(o->m.integrity);
    assert_non_null(o->m.fingerprint);
    request(&l, "10.0.0.9:7000", (struct ask){.id = 3, .key = &wrong});
    assert_int_equal(code_of(next_out(&l, NT_STUN_ERROR, "10.0.0.9:7000")), 401);
    request(&l, "10.0.0.9:7000", (struct ask){.id = 4, .user = "other:peer"});
    assert_int_equal(code_of(next_out(&l, NT_STUN_ERROR, "10.0.0.9:7000")), 401);
    request(&l, "10.0.0.9:7000", (struct ask){.id = 5, .user = l.ufrag}); /* no colon */
    assert_int_equal(code_of(next_out(&l, NT_STUN_ERROR, "10.0.0.9:7000")), 401);
    assert_int_equal(nt_ice_stats(l.a).prflx_remote, 0);
    request(&l, "10.0.0.9:7000", (struct ask){.id = 6, .no_priority = true});
    assert_int_equal(code_of(next_out(&l, NT_STUN_ERROR, "10.0.0.9:7000")), 400);
    /* the right half may be anything */
    strcpy(other, l.ufrag);
    strcat(other, ":x");
    request(&l, "10.0.0.9:7000", (struct ask){.id = 7, .user = other});
    o = next_out(&l, NT_STUN_SUCCESS, "10.0.0.9:7000");
    struct nt_addr mapped, expected = addr("10.0.0.9:7000");
    assert_non_null(o);
    assert_int_equal(nt_stun_verify(&o->m, &l.ours), NT_OK);
    assert_int_equal(nt_stun_get_addr(&o->m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped), NT_OK);
    assert_true(nt_addr_equal(&mapped, &expected));
    lab_end(&l);
}

/* RFC 8445, 7.2.5.3.1 and 7.2.5.3.2 */
TEST(local_peer_reflexive)
{
    struct nt_addr expected = addr("192.0.2.1:4444");
    begin(NT_ICE_CONTROLLED);
    one_remote();
    respond(&l, next_out(&l, NT_STUN_REQUEST, NULL), (struct reply){.mapped = "192.0.2.1:4444"});
    assert_int_equal(nt_ice_stats(l.a).prflx_local, 1);
    assert_int_equal(nt_ice_pair_count(l.a), 2); /* the pair checked, and the valid one; nothing else is paired */
    struct nt_ice_pair_info p, v;
    nt_ice_pair_at(l.a, 0, &p);
    nt_ice_pair_at(l.a, 1, &v);
    assert_int_equal(p.state, NT_ICE_SUCCEEDED);
    assert_false(p.valid);
    assert_true(p.receivable);
    assert_true(v.valid);
    assert_int_equal(v.generated_by, p.number);
    assert_int_equal(v.local.type, NT_ICE_PRFLX);
    assert_true(nt_addr_equal(&v.local.addr, &expected));
    assert_int_equal(v.local.priority, (UINT32_C(110) << 24) + (65535 << 8) + 255);
    assert_true(nt_addr_equal(&v.base, &l.base));
    assert_string_not_equal(v.local.foundation, p.local.foundation);
    assert_int_equal(nt_ice_candidate_count(l.a), 1); /* reports list it as a discovery, not as a candidate */
    lab_end(&l);
}

static int succeeded;

static void count_succeeded(void *user, const struct nt_trace_event *ev)
{
    const struct nt_addr mapped = addr("192.0.2.1:4444");
    (void)user;
    succeeded += ev->kind == NT_TR_ICE_PAIR && ev->n[3] == NT_ICE_SUCCEEDED && nt_addr_equal(&ev->a, &mapped);
}

/* A pair that is valid and on no check list has no other event. */
TEST(a_valid_pair_of_a_discovered_candidate_is_traced)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    c.trace.emit = count_succeeded;
    lab_start(&l, &c);
    one_remote();
    respond(&l, next_out(&l, NT_STUN_REQUEST, NULL), (struct reply){.mapped = "192.0.2.1:4444"});
    assert_int_equal(succeeded, 1);
    lab_end(&l);
}

/* RFC 8445, 7.2.5.2.1, in each of its ways; and 9.1.4 of RFC 8489 before it */
TEST(what_does_not_count)
{
    struct nt_stun_key wrong;
    nt_stun_key_short(&wrong, "wrongwrongwrongwrongwrong");
    begin(NT_ICE_CONTROLLED);
    one_remote();
    struct out *o = next_out(&l, NT_STUN_REQUEST, NULL);
    respond(&l, o, (struct reply){.key = &wrong});
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_IN_PROGRESS);
    respond(&l, o, (struct reply){.no_integrity = true});
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_IN_PROGRESS);
    respond(&l, o, (struct reply){.code = 401, .no_integrity = true}); /* spoofed */
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_IN_PROGRESS);
    go(&l, 500 * NT_MSEC);
    assert_int_equal(l.count, 2); /* the transaction goes on */
    respond(&l, o, (struct reply){.from = "10.0.0.2:6001"});
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_PAIR_FAILED);
    respond(&l, o, (struct reply){0}); /* too late */
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_PAIR_FAILED);
    /* RFC 8445, 7.3.1.4: the peer's check makes a failed pair Waiting, and it is checked within Ta */
    nt_time then = l.now;
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1});
    go(&l, then + 50 * NT_MSEC);
    o = next_out(&l, NT_STUN_REQUEST, NULL);
    o = next_out(&l, NT_STUN_REQUEST, NULL);
    assert_non_null(o);
    respond(&l, o, (struct reply){.code = 500});
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_PAIR_FAILED);
    lab_end(&l);
}

/* RFC 8445, 7.3: before the peer's description requests are answered, and then acted upon */
TEST(early_check)
{
    begin(NT_ICE_CONTROLLED);
    request(&l, "10.0.0.9:7000", (struct ask){.id = 1, .priority = 12345, .use_candidate = true});
    request(&l, "10.0.0.2:6000", (struct ask){.id = 2});
    assert_non_null(next_out(&l, NT_STUN_SUCCESS, "10.0.0.9:7000"));
    assert_non_null(next_out(&l, NT_STUN_SUCCESS, "10.0.0.2:6000"));
    go(&l, NT_SEC);
    assert_int_equal(l.count, 2); /* no check without credentials */
    l.now = 2 * NT_SEC;
    one_remote();
    go(&l, l.now + 60 * NT_MSEC);
    struct nt_ice_pair_info p = pair_to(&l, "10.0.0.9:7000");
    assert_int_equal(p.remote.type, NT_ICE_PRFLX);
    assert_int_equal(p.remote.priority, 12345);
    assert_true(p.sendable);
    assert_true(pair_to(&l, "10.0.0.2:6000").sendable);
    assert_int_equal(nt_ice_stats(l.a).prflx_remote, 1);
    struct out *o = next_out(&l, NT_STUN_REQUEST, "10.0.0.9:7000");
    assert_int_equal(o->at, 2 * NT_SEC); /* triggered checks first */
    respond(&l, o, (struct reply){0});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED); /* the nomination was remembered */
    lab_end(&l);
}

TEST(signalled_later)
{
    struct nt_ice_candidate c[2] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("10.0.0.9:7000", NT_ICE_SRFLX, "77")};
    begin(NT_ICE_CONTROLLED);
    one_remote();
    request(&l, "10.0.0.9:7000", (struct ask){.id = 1, .priority = 12345});
    assert_int_equal(pair_to(&l, "10.0.0.9:7000").remote.type, NT_ICE_PRFLX);
    size_t pairs = nt_ice_pair_count(l.a);
    assert_int_equal(remote(&l, c, 2), NT_OK);
    assert_int_equal(nt_ice_pair_count(l.a), pairs); /* no second pair */
    struct nt_ice_pair_info p = pair_to(&l, "10.0.0.9:7000");
    assert_int_equal(p.remote.type, NT_ICE_SRFLX);
    assert_string_equal(p.remote.foundation, "77");
    assert_true(p.priority == nt_ice_pair_priority(c[1].priority, p.local.priority)); /* G is the peer's */
    assert_int_equal(nt_ice_stats(l.a).prflx_remote, 1);                              /* the discovery still counts */
    lab_end(&l);
}

/* A retransmitted request is answered again and triggers nothing new; a new one on an In-Progress pair does, and the late
 * response to the cancelled check counts (two agents with RTT > RTO must not cancel each other for ever). */
TEST(retriggering)
{
    begin(NT_ICE_CONTROLLED);
    one_remote();
    struct out *first = next_out(&l, NT_STUN_REQUEST, NULL);
    for (int i = 0; i < 3; i++)
        request(&l, "10.0.0.2:6000", (struct ask){.id = 1});
    go(&l, 400 * NT_MSEC);
    int answers = 0, checks = 0;
    for (int i = 0; i < l.count; i++) {
        answers += l.outs[i].m.class_ == NT_STUN_SUCCESS;
        checks += l.outs[i].m.class_ == NT_STUN_REQUEST;
    }
    assert_int_equal(answers, 3);
    assert_int_equal(checks, 2); /* the ordinary one and one triggered */
    for (uint8_t i = 2; i < 8; i++) {
        l.now += 800 * NT_MSEC;
        go(&l, l.now);
        request(&l, "10.0.0.2:6000", (struct ask){.id = i});
    }
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_WAITING);
    respond(&l, first, (struct reply){0});
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_SUCCEEDED);
    int count = l.count;
    go(&l, l.now + 30 * NT_SEC);
    assert_int_equal(l.count, count); /* nothing of it is sent any more */
    request(&l, "10.0.0.2:6000", (struct ask){.id = 99});
    go(&l, l.now + NT_SEC);
    assert_int_equal(l.count, count + 1); /* the answer: a Succeeded pair triggers nothing */
    lab_end(&l);
}

/* 7.1.2 and 7.3.1.5: nominated when our own check succeeds; data before and after */
TEST(controlled_nomination)
{
    static const uint8_t bytes[] = {200, 1, 2};
    struct nt_addr peer = addr("10.0.0.2:6000"), stranger = addr("10.0.0.3:6000");
    begin(NT_ICE_CONTROLLED);
    one_remote();
    assert_int_equal(nt_ice_send(l.a, 1, 1, bytes, sizeof bytes, false, l.now), NT_ESTATE);
    struct out *o = next_out(&l, NT_STUN_REQUEST, NULL);
    give(&l, &stranger, bytes, sizeof bytes);
    assert_int_equal(l.data, 0);
    give(&l, &peer, bytes, sizeof bytes);
    assert_int_equal(l.data, 1); /* 12.2: a candidate of the peer, though no pair is valid yet */
    respond(&l, o, (struct reply){0});
    give(&l, &peer, bytes, sizeof bytes);
    assert_int_equal(l.data, 2);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_RUNNING);
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1, .use_candidate = true});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    give(&l, &stranger, bytes, sizeof bytes);
    assert_int_equal(l.data, 2);
    assert_int_equal(nt_ice_send(l.a, 1, 1, bytes, sizeof bytes, false, l.now), NT_OK);
    pull(&l);
    assert_int_equal(l.outs[l.count - 1].len, sizeof bytes);
    assert_int_equal(l.outs[l.count - 1].path.df, 0);
    assert_int_equal(nt_ice_send(l.a, 1, 1, bytes, sizeof bytes, true, l.now), NT_OK);
    pull(&l);
    assert_int_equal(l.outs[l.count - 1].path.df, 1);
    for (int i = 0; i < 64; i++)
        assert_int_equal(nt_ice_send(l.a, 1, 1, bytes, sizeof bytes, false, l.now), NT_OK);
    assert_int_equal(nt_ice_send(l.a, 1, 1, bytes, sizeof bytes, false, l.now), NT_ELIMIT);
    pull(&l);
    lab_end(&l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_check_carries),
        cmocka_unit_test(retransmissions),
        cmocka_unit_test(patience),
        cmocka_unit_test(authentication),
        cmocka_unit_test(local_peer_reflexive),
        cmocka_unit_test(a_valid_pair_of_a_discovered_candidate_is_traced),
        cmocka_unit_test(what_does_not_count),
        cmocka_unit_test(early_check),
        cmocka_unit_test(signalled_later),
        cmocka_unit_test(retriggering),
        cmocka_unit_test(controlled_nomination),
    };
    return RUN_TESTS(tests);
}
