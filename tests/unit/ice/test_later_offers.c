/* Offers within a session that restart nothing (RFC 8839, 4.3.4 and 4.4): remote-candidates, what the controlling agent owes its
 * peer, streams that are removed.
 *
 *   agent 10.0.0.1:5000 --- peer 10.0.0.2:6000
 */
#include <stdio.h>

#include "peer.h"

#define PEER "10.0.0.2:6000"

static struct lab l;
static char failed_because[200];
static int passed_over; /* lines of remote-candidates */

static void keep_reason(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    if (ev->kind == NT_TR_ICE_FAILED)
        snprintf(failed_because, sizeof failed_because, "%s", ev->text);
    passed_over += ev->kind == NT_TR_ICE_DROPPED && strstr(ev->text, "remote-candidates of a component") != NULL;
}

static struct nt_ice_description described(const char *from)
{
    struct nt_ice_description d;
    struct nt_ice_candidate c = candidate(from, NT_ICE_HOST, "1");
    assert_int_equal(nt_ice_description_init(&d, 1), NT_OK);
    strcpy(d.streams[0].ufrag, PEER_UFRAG);
    strcpy(d.streams[0].pwd, PEER_PWD);
    d.ice2 = true;
    d.streams[0].default_addr = addr(from);
    assert_int_equal(nt_ice_description_add(&d, &c), NT_OK);
    return d;
}

/* An agent that has the peer's first description. */
static void begin(enum nt_ice_role role, bool ice2)
{
    struct nt_ice_config c = lab_config(role);
    c.trace = (struct nt_trace){keep_reason, NULL, 0};
    failed_because[0] = '\0';
    lab_start(&l, &c);
    struct nt_ice_description d = described(PEER);
    d.ice2 = ice2;
    assert_int_equal(nt_ice_set_remote(l.a, &d, l.now), NT_OK);
    nt_ice_description_free(&d);
    pull(&l);
}

/* The peer has concluded, and names the pair. */
static struct nt_ice_description naming(const char *ours)
{
    struct nt_ice_description d = described(PEER);
    d.streams[0].remote_candidates[0] = (struct nt_ice_remote_candidate){1, addr(ours)};
    d.streams[0].remote_candidate_count = 1;
    return d;
}

static void removed(struct nt_ice_description *d)
{
    assert_int_equal(nt_ice_description_init(d, 1), NT_OK);
    d->streams[0].default_addr = addr("10.0.0.2:0");
}

static int set_offer(struct nt_ice_description *d)
{
    int r = nt_ice_set_offer(l.a, d, l.now);
    pull(&l);
    return r;
}

static int set_remote(struct nt_ice_description *d)
{
    int r = nt_ice_set_remote(l.a, d, l.now);
    nt_ice_description_free(d);
    pull(&l);
    return r;
}

static struct nt_ice_description local(bool offer)
{
    struct nt_ice_description d;
    assert_int_equal(nt_ice_local(l.a, offer, &d), NT_OK);
    return d;
}

/* RFC 8839, 4.4.2: "If at least one of the pairs is In-Progress, the agent SHOULD wait for those checks to complete"; the answer
 * then "MUST set the default destination for media to the candidates in the "remote-candidates" attribute". */
TEST(the_answer_waits_for_the_pair_that_is_named)
{
    struct nt_ice_description d, own;
    begin(NT_ICE_CONTROLLED, true);
    go(&l, 0);
    struct out *check = next_out(&l, NT_STUN_REQUEST, PEER);
    d = naming("192.0.2.77:1"); /* our address as the peer sees it, which our check is to tell us */
    assert_int_equal(set_offer(&d), NT_OK);
    assert_int_equal(l.kinds[NT_ICE_EV_LOCAL], 0);
    assert_int_equal(nt_ice_local(l.a, false, &own), NT_ESTATE);
    respond(&l, check, (struct reply){.mapped = "192.0.2.77:1"});
    assert_int_equal(l.kinds[NT_ICE_EV_LOCAL], 1);
    own = local(false);
    struct nt_addr named = addr("192.0.2.77:1");
    assert_true(nt_addr_equal(&own.streams[0].default_addr, &named));
    assert_int_equal(own.streams[0].candidate_count, 2); /* nothing is nominated yet: the same set, and what is named */
    assert_true(nt_addr_equal(&own.streams[0].candidates[1].addr, &named));
    nt_ice_description_free(&own);
    assert_int_equal(set_remote(&d), NT_OK);
    assert_int_equal(l.kinds[NT_ICE_EV_OFFER_DUE], 0);
    lab_end(&l);
}

/* The race that was won: the pair is valid already, or selected. */
TEST(the_answer_to_what_is_valid_comes_at_once)
{
    for (int nominated = 0; nominated < 2; nominated++) {
        begin(NT_ICE_CONTROLLED, true);
        go(&l, 0);
        respond(&l, next_out(&l, NT_STUN_REQUEST, PEER), (struct reply){0});
        if (nominated == 1)
            request(&l, PEER, (struct ask){.id = 1, .use_candidate = true});
        struct nt_ice_description d = naming("10.0.0.1:5000");
        assert_int_equal(set_offer(&d), NT_OK);
        assert_int_equal(l.kinds[NT_ICE_EV_LOCAL], 1);
        struct nt_ice_description own = local(false);
        assert_int_equal(own.streams[0].candidate_count, 1);
        assert_true(nt_addr_equal(&own.streams[0].default_addr, &l.base));
        assert_int_equal(own.streams[0].remote_candidate_count, 0);
        nt_ice_description_free(&own);
        assert_int_equal(set_remote(&d), NT_OK);
        assert_int_equal(nt_ice_state(l.a), nominated == 1 ? NT_ICE_COMPLETED : NT_ICE_RUNNING);
        lab_end(&l);
    }
}

/* What names a component that is not in use is passed over, and told. */
TEST(another_component_is_named)
{
    begin(NT_ICE_CONTROLLED, true);
    passed_over = 0;
    struct nt_ice_description d = naming("10.0.0.1:5000");
    d.streams[0].remote_candidates[0].component = 2;
    assert_int_equal(set_offer(&d), NT_OK);
    assert_int_equal(passed_over, 1);
    assert_int_equal(l.kinds[NT_ICE_EV_LOCAL], 1);
    nt_ice_description_free(&d);
    lab_end(&l);
}

/* "it is most likely that a network failure [...] has occurred. The agent SHOULD generate an answer for this data stream as if the
 * "remote-candidates" attribute had not been present, and then restart ICE". */
TEST(a_named_pair_that_fails)
{
    begin(NT_ICE_CONTROLLED, true);
    go(&l, 0);
    struct out *check = next_out(&l, NT_STUN_REQUEST, PEER);
    struct nt_ice_description d = naming("192.0.2.77:1");
    assert_int_equal(set_offer(&d), NT_OK);
    respond(&l, check, (struct reply){.code = 400});
    assert_int_equal(l.kinds[NT_ICE_EV_LOCAL], 1);
    struct nt_ice_description own = local(false);
    assert_int_equal(own.streams[0].candidate_count, 1);
    assert_true(nt_addr_equal(&own.streams[0].default_addr, &l.base));
    nt_ice_description_free(&own);
    assert_int_equal(l.kinds[NT_ICE_EV_OFFER_DUE], 0); /* not before the answer has left */
    assert_int_equal(set_remote(&d), NT_OK);
    assert_int_equal(l.kinds[NT_ICE_EV_OFFER_DUE], 1);
    assert_true(l.restart_due);
    assert_int_equal(nt_ice_restart(l.a, l.now), NT_OK);
    lab_end(&l);
}

/* 4.3.4: the checklist has failed; the offer removes the stream, the answer ends the exchange, the state stays. */
TEST(what_has_failed_is_removed_by_the_controlling_agent)
{
    for (int r = 0; r < 2; r++) {
        begin(r == 0 ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED, true);
        go(&l, 40 * NT_SEC);
        assert_int_equal(nt_ice_state(l.a), NT_ICE_FAILED);
        assert_int_equal(l.kinds[NT_ICE_EV_OFFER_DUE], r == 0);
        assert_false(l.restart_due);
        if (r == 0) {
            struct nt_ice_description own = local(true), d;
            assert_int_equal(own.streams[0].default_addr.port, 0);
            assert_true(nt_ice_stream_is_refused(&own.streams[0]));
            assert_int_equal(own.streams[0].candidate_count, 0);
            assert_string_equal(own.streams[0].ufrag, "");
            nt_ice_description_free(&own);
            removed(&d);
            assert_int_equal(set_remote(&d), NT_OK);
            assert_int_equal(nt_ice_rollback(l.a, l.now), NT_ESTATE); /* nothing is open */
        } else {
            struct nt_ice_description d;
            removed(&d);
            assert_int_equal(set_offer(&d), NT_OK);
            assert_int_equal(l.kinds[NT_ICE_EV_LOCAL], 1);
            struct nt_ice_description own = local(false);
            assert_true(nt_ice_stream_is_refused(&own.streams[0]));
            nt_ice_description_free(&own);
            assert_int_equal(set_remote(&d), NT_OK);
        }
        assert_int_equal(nt_ice_state(l.a), NT_ICE_FAILED);
        assert_int_equal(nt_ice_send(l.a, 1, 1, (const uint8_t *)"\x80", 1, false, l.now), NT_ESTATE);
        assert_int_equal(l.kinds[NT_ICE_EV_OFFER_DUE], r == 0);
        lab_end(&l);
    }
}

/* 4.4.3.1: "an agent MUST flush the valid list for that data stream": a stream that the peer removes before it has its pair has
 * failed; after that ICE has ended. */
TEST(a_stream_that_the_peer_removes)
{
    for (int selected = 0; selected < 2; selected++) {
        struct nt_ice_description d;
        begin(NT_ICE_CONTROLLED, true);
        go(&l, 0);
        if (selected == 1) {
            respond(&l, next_out(&l, NT_STUN_REQUEST, PEER), (struct reply){0});
            request(&l, PEER, (struct ask){.id = 1, .use_candidate = true});
        }
        removed(&d);
        assert_int_equal(set_offer(&d), NT_OK);
        assert_int_equal(nt_ice_state(l.a), selected == 1 ? NT_ICE_COMPLETED : NT_ICE_RUNNING); /* not before the answer */
        struct nt_ice_description own = local(false);
        assert_true(nt_ice_stream_is_refused(&own.streams[0]));
        nt_ice_description_free(&own);
        assert_int_equal(set_remote(&d), NT_OK);
        assert_int_equal(nt_ice_state(l.a), selected == 1 ? NT_ICE_CLOSED : NT_ICE_FAILED);
        if (selected == 0)
            assert_non_null(strstr(failed_because, "by the port 0"));
        assert_int_equal(nt_ice_send(l.a, 1, 1, (const uint8_t *)"\x80", 1, false, l.now), NT_ESTATE);
        lab_end(&l);
    }
}

/* 4.3.4: "If there are one or more pairs that do not match, and the peer did not indicate support for the 'ice2' ice-option". */
TEST(a_peer_without_ice2_hears_of_the_selected_pair)
{
    for (int ice2 = 0; ice2 < 2; ice2++)
        for (int other = 0; other < 2; other++) {
            begin(NT_ICE_CONTROLLING, ice2 == 1);
            go(&l, 0);
            respond(&l, next_out(&l, NT_STUN_REQUEST, PEER), (struct reply){.mapped = other == 1 ? "192.0.2.77:1" : NULL});
            go(&l, NT_SEC);
            respond(&l, next_out(&l, NT_STUN_REQUEST, PEER), (struct reply){.mapped = other == 1 ? "192.0.2.77:1" : NULL});
            assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
            assert_int_equal(l.kinds[NT_ICE_EV_OFFER_DUE], ice2 == 0 && other == 1);
            struct nt_ice_description own = local(true);
            struct nt_addr selected = addr(other == 1 ? "192.0.2.77:1" : "10.0.0.1:5000");
            assert_true(nt_addr_equal(&own.streams[0].default_addr, &selected));
            assert_int_equal(own.streams[0].remote_candidate_count, 1);
            nt_ice_description_free(&own);
            lab_end(&l);
        }
}

/* The peer's offer crosses: it was made before the peer had its pair, and its default destination is another than what is selected,
 * once it counts. One offer does, whatever the answer is. */
TEST(a_peer_without_ice2_has_offered_meanwhile)
{
    begin(NT_ICE_CONTROLLING, false);
    go(&l, 0);
    respond(&l, next_out(&l, NT_STUN_REQUEST, PEER), (struct reply){0});
    struct nt_ice_description d = described(PEER), own;
    d.ice2 = false;
    d.streams[0].default_addr = addr("192.0.2.78:1");
    assert_int_equal(set_offer(&d), NT_OK);
    go(&l, NT_SEC);
    respond(&l, next_out(&l, NT_STUN_REQUEST, PEER), (struct reply){0});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    own = local(false);
    nt_ice_description_free(&own);
    assert_int_equal(l.kinds[NT_ICE_EV_OFFER_DUE], 0);
    assert_int_equal(set_remote(&d), NT_OK);
    assert_int_equal(l.kinds[NT_ICE_EV_OFFER_DUE], 1);
    own = local(true);
    nt_ice_description_free(&own);
    d = described(PEER);
    d.ice2 = false;
    d.streams[0].default_addr = addr("192.0.2.78:1");
    assert_int_equal(set_remote(&d), NT_OK);
    assert_int_equal(l.kinds[NT_ICE_EV_OFFER_DUE], 1);
    lab_end(&l);
}

/* Glare, and what is refused: the exchange is rolled back, and nothing has happened. */
TEST(an_offer_that_is_refused)
{
    begin(NT_ICE_CONTROLLING, true);
    struct nt_ice_description own = local(true), d = described(PEER);
    nt_ice_description_free(&own);
    assert_int_equal(set_offer(&d), NT_ESTATE);
    assert_int_equal(nt_ice_restart(l.a, l.now), NT_ESTATE);
    assert_int_equal(nt_ice_rollback(l.a, l.now), NT_OK);
    assert_int_equal(set_offer(&d), NT_OK);
    assert_int_equal(nt_ice_local(l.a, true, &own), NT_ESTATE);
    assert_int_equal(nt_ice_rollback(l.a, l.now), NT_OK);
    assert_int_equal(nt_ice_rollback(l.a, l.now), NT_ESTATE);
    d.pacing_ms = 77; /* 4.4.2.1: "the answerer MUST reject the offer" */
    assert_int_equal(set_offer(&d), NT_EINVAL);
    nt_ice_description_free(&d);
    assert_int_equal(nt_ice_rollback(l.a, l.now), NT_ESTATE);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_RUNNING);
    lab_end(&l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_answer_waits_for_the_pair_that_is_named),
        cmocka_unit_test(the_answer_to_what_is_valid_comes_at_once),
        cmocka_unit_test(another_component_is_named),
        cmocka_unit_test(a_named_pair_that_fails),
        cmocka_unit_test(what_has_failed_is_removed_by_the_controlling_agent),
        cmocka_unit_test(a_stream_that_the_peer_removes),
        cmocka_unit_test(a_peer_without_ice2_hears_of_the_selected_pair),
        cmocka_unit_test(a_peer_without_ice2_has_offered_meanwhile),
        cmocka_unit_test(an_offer_that_is_refused),
    };
    return RUN_TESTS(tests);
}
