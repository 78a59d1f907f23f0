/* The nomination rule at its exact milliseconds, and what follows when the nominating check fails. */
#include "peer.h"

static struct lab l;

static void begin(nt_time wait)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLING);
    c.nomination_wait = wait;
    lab_start(&l, &c);
}

/* The check with USE-CANDIDATE, or NULL. */
static struct out *nominating(void)
{
    for (int i = 0; i < l.count; i++)
        if (l.outs[i].m.len > 0 && l.outs[i].m.class_ == NT_STUN_REQUEST && carries(&l.outs[i], NT_ATTR_USE_CANDIDATE))
            return &l.outs[i];
    return NULL;
}

TEST(at_once_when_best)
{
    struct nt_ice_candidate c[2] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("203.0.113.9:6000", NT_ICE_SRFLX, "2")};
    begin(0);
    assert_int_equal(remote(&l, c, 2), NT_OK);
    go(&l, 60 * NT_MSEC);
    respond(&l, &l.outs[0], (struct reply){0}); /* at 60 ms; nothing better is left */
    go(&l, 200 * NT_MSEC);
    struct out *o = nominating();
    assert_non_null(o);
    assert_int_equal(o->at, 100 * NT_MSEC); /* the next Ta: checks at 0, 50, 100 */
    assert_int_equal(o->path.remote.port, 6000);
    respond(&l, o, (struct reply){0});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    int count = l.count;
    respond(&l, &l.outs[1], (struct reply){0}); /* the other pair's answer: late, no effect */
    go(&l, 3900 * NT_MSEC);
    assert_int_equal(l.count, count);                       /* cancelled checks are not retransmitted */
    request(&l, "203.0.113.9:6000", (struct ask){.id = 9}); /* 8.1.2: still answered */
    assert_int_equal(l.count, count + 1);
    assert_int_equal(l.outs[count].m.class_, NT_STUN_SUCCESS);
    lab_end(&l);
}

/* RFC 8445, 8.1.2: "the ICE agent MUST remove all candidate pairs for the same component from the checklist", and cancel what is
 * under way for them. */
TEST(what_is_not_selected_is_not_checked_any_more)
{
    struct nt_ice_candidate c[3] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("203.0.113.9:6000", NT_ICE_SRFLX, "2"),
                                    candidate("203.0.113.8:6000", NT_ICE_SRFLX, "3")};
    begin(0);
    assert_int_equal(remote(&l, c, 3), NT_OK);
    go(&l, 110 * NT_MSEC);
    assert_int_equal(l.count, 3);
    respond(&l, &l.outs[0], (struct reply){0});
    go(&l, 200 * NT_MSEC);
    respond(&l, nominating(), (struct reply){0});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    int count = l.count;
    go(&l, 3900 * NT_MSEC);
    assert_int_equal(l.count, count);
    lab_end(&l);
}

TEST(direct_after_100ms)
{
    struct nt_ice_candidate c[2] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("203.0.113.9:6000", NT_ICE_SRFLX, "2")};
    begin(0);
    assert_int_equal(remote(&l, c, 2), NT_OK);
    go(&l, 210 * NT_MSEC);
    respond(&l, &l.outs[1], (struct reply){0}); /* the worse pair, at 210 ms */
    go(&l, 309 * NT_MSEC + 999999);
    assert_null(nominating());
    go(&l, 310 * NT_MSEC);
    struct out *o = nominating();
    assert_non_null(o);
    assert_int_equal(o->at, 310 * NT_MSEC);
    lab_end(&l);
}

TEST(relayed_after_500ms_and_4_rtt)
{
    struct nt_ice_candidate c[2] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("203.0.113.9:6000", NT_ICE_RELAY, "2")};
    begin(0);
    assert_int_equal(remote(&l, c, 2), NT_OK);
    go(&l, 130 * NT_MSEC);
    respond(&l, &l.outs[1], (struct reply){0}); /* sent at 50, answered at 130: RTT 80 ms */
    go(&l, 949 * NT_MSEC + 999999);
    assert_null(nominating());
    go(&l, 950 * NT_MSEC); /* 130 + 500 + 4 * 80 */
    struct out *o = nominating();
    assert_non_null(o);
    assert_int_equal(o->at, 950 * NT_MSEC);
    lab_end(&l);
    begin(300 * NT_MSEC); /* `nomination-wait` replaces the bound */
    assert_int_equal(remote(&l, c, 2), NT_OK);
    go(&l, 130 * NT_MSEC);
    respond(&l, &l.outs[1], (struct reply){0});
    go(&l, 429 * NT_MSEC);
    assert_null(nominating());
    go(&l, 430 * NT_MSEC);
    assert_non_null(nominating());
    lab_end(&l);
}

/* The nominating check is lost for ever: the next best valid pair takes its place, and only one is nominated in the end. */
TEST(next_best)
{
    struct nt_ice_candidate c[2] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("203.0.113.9:6000", NT_ICE_SRFLX, "2")};
    begin(0);
    assert_int_equal(remote(&l, c, 2), NT_OK);
    go(&l, 60 * NT_MSEC);
    respond(&l, &l.outs[1], (struct reply){0});
    respond(&l, &l.outs[0], (struct reply){0});
    go(&l, 200 * NT_MSEC);
    struct out *o = nominating();
    struct nt_addr best = addr("10.0.0.2:6000"), second = addr("203.0.113.9:6000");
    assert_non_null(o);
    assert_true(nt_addr_equal(&o->path.remote, &best));
    nt_time sent = o->at;
    int before = l.count;
    go(&l, sent + 39500 * NT_MSEC);
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_PAIR_FAILED);
    assert_false(pair_to(&l, "10.0.0.2:6000").valid);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_RUNNING);
    go(&l, sent + 39600 * NT_MSEC);
    o = &l.outs[l.count - 1];
    assert_true(l.count > before);
    assert_true(nt_addr_equal(&o->path.remote, &second));
    assert_true(carries(o, NT_ATTR_USE_CANDIDATE));
    respond(&l, o, (struct reply){0});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    lab_end(&l);
}

/* Two checks answered within one round trip: one nomination. */
TEST(only_one)
{
    struct nt_ice_candidate c[2] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("203.0.113.9:6000", NT_ICE_SRFLX, "2")};
    begin(0);
    assert_int_equal(remote(&l, c, 2), NT_OK);
    go(&l, 60 * NT_MSEC);
    respond(&l, &l.outs[0], (struct reply){0});
    respond(&l, &l.outs[1], (struct reply){0});
    go(&l, NT_SEC);
    int count = 0;
    for (int i = 0; i < l.count; i++)
        count +=
            l.outs[i].m.class_ == NT_STUN_REQUEST && carries(&l.outs[i], NT_ATTR_USE_CANDIDATE) && l.outs[i].at < 500 * NT_MSEC;
    assert_int_equal(count, 1);
    lab_end(&l);
}

/* Every answer to the nominating check is lost, so that the peer has its pair and we do not: its consent requests show it to be
 * there, and the pair is nominated anew. A request that comes before a retransmission was due asks for nothing. */
TEST(anew_where_the_peer_is)
{
    struct nt_ice_candidate c = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    begin(0);
    assert_int_equal(remote(&l, &c, 1), NT_OK);
    go(&l, 20 * NT_MSEC);
    respond(&l, &l.outs[0], (struct reply){0});
    go(&l, 200 * NT_MSEC);
    struct out *first = nominating();
    assert_non_null(first);
    nt_time sent = first->at;
    int before = l.count;
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1});
    go(&l, sent + 450 * NT_MSEC);
    assert_int_equal(l.count, before + 1); /* the answer alone */
    go(&l, sent + 5 * NT_SEC);             /* retransmitted at 0.5, 1.5 and 3.5 s */
    before = l.count;
    request(&l, "10.0.0.2:6000", (struct ask){.id = 2});
    go(&l, sent + 5100 * NT_MSEC);
    assert_int_equal(l.count, before + 2);
    struct out *o = l.outs[before].m.class_ == NT_STUN_REQUEST ? &l.outs[before] : &l.outs[before + 1];
    assert_true(carries(o, NT_ATTR_USE_CANDIDATE));
    assert_memory_not_equal(o->m.id, nominating()->m.id, NT_STUN_ID); /* a new transaction */
    respond(&l, o, (struct reply){0});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    lab_end(&l);
}

/* RFC 8445, 7.3.1.5: the check of the pair that the peer nominated fails. Another pair is valid, but the peer, which has its
 * answer, may nominate no other: we wait for as long as its own check could have run, and fail. */
static void after_failed_nomination(bool another)
{
    struct nt_ice_candidate c[2] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("10.0.0.3:6000", NT_ICE_HOST, "2")};
    struct nt_ice_config config = lab_config(NT_ICE_CONTROLLED);
    c[1].priority -= 256;
    lab_start(&l, &config);
    assert_int_equal(remote(&l, c, 2), NT_OK);
    go(&l, 60 * NT_MSEC);
    respond(&l, &l.outs[0], (struct reply){0});
    request(&l, "10.0.0.3:6000", (struct ask){.id = 1, .use_candidate = true});
    go(&l, 110 * NT_MSEC);
    respond(&l, &l.outs[l.count - 1], (struct reply){.code = 400});
    assert_int_equal(pair_to(&l, "10.0.0.3:6000").state, NT_ICE_PAIR_FAILED);
    go(&l, 39 * NT_SEC);
    assert_int_equal(l.state, NT_ICE_RUNNING);
    if (another)
        request(&l, "10.0.0.2:6000", (struct ask){.id = 2, .use_candidate = true});
    go(&l, 39500 * NT_MSEC + 120 * NT_MSEC);
    if (another)
        respond(&l, &l.outs[l.count - 1], (struct reply){0}); /* consent is older than six seconds: it was checked again */
    assert_int_equal(l.state, another ? NT_ICE_COMPLETED : NT_ICE_FAILED);
    lab_end(&l);
}

TEST(nomination_of_the_peer_fails)
{
    after_failed_nomination(false);
    after_failed_nomination(true);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_once_when_best),
        cmocka_unit_test(what_is_not_selected_is_not_checked_any_more),
        cmocka_unit_test(direct_after_100ms),
        cmocka_unit_test(relayed_after_500ms_and_4_rtt),
        cmocka_unit_test(next_best),
        cmocka_unit_test(only_one),
        cmocka_unit_test(anew_where_the_peer_is),
        cmocka_unit_test(nomination_of_the_peer_fails),
    };
    return RUN_TESTS(tests);
}
