/* Streams that go on without ICE (RFC 8839, 4.2.5, 4.3.2, 4.3.3): those do, and no others; components that the peer lacks.
 *
 *   stream 1: agent 10.0.0.1:5000 --- peer 10.0.0.2:1       stream 2: agent 10.0.0.1:5001 --- peer 10.0.0.2:2
 */
#include "peer.h"

#include <stdio.h>

static struct lab l;
static char told[1024];

enum part { PART_ICE, PART_PLAIN, PART_MISMATCH, PART_REFUSED, PART_UNLISTED };

static void emit(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    if (ev->kind == NT_TR_ICE_ENDED)
        snprintf(told + strlen(told), sizeof told - strlen(told), "%d: %s; ", (int)ev->n[0], ev->text);
}

static void begin(void)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    int err;
    c.streams = 2;
    c.trace.emit = emit;
    memset(&l, 0, sizeof l);
    told[0] = '\0';
    l.a = nt_ice_agent_new(&c, &err);
    assert_int_equal(err, NT_OK);
    l.base = addr("10.0.0.1:5000");
    nt_ice_input(l.a, &(struct nt_path){.local = addr("10.0.0.1")}, NT_IN_IF_UP, NULL, 0, 0);
    nt_stun_key_short(&l.theirs, PEER_PWD);
}

static struct nt_ice_description part(enum part first, enum part second)
{
    const enum part parts[] = {first, second};
    struct nt_ice_description d;
    assert_int_equal(nt_ice_description_init(&d, 2), NT_OK);
    for (size_t i = 0; i < 2; i++) {
        struct nt_ice_candidate c = candidate(i == 0 ? "10.0.0.2:1" : "10.0.0.2:2", NT_ICE_HOST, "1");
        c.stream = (uint8_t)(i + 1);
        d.streams[i].default_addr = parts[i] == PART_REFUSED ? addr("10.0.0.2:0") : c.addr;
        d.streams[i].mismatch = parts[i] == PART_MISMATCH;
        d.streams[i].default_unlisted = parts[i] == PART_UNLISTED;
        if (parts[i] != PART_PLAIN) {
            strcpy(d.streams[i].ufrag, PEER_UFRAG);
            strcpy(d.streams[i].pwd, PEER_PWD);
        }
        if (parts[i] == PART_ICE || parts[i] == PART_UNLISTED)
            assert_int_equal(nt_ice_description_add(&d, &c), NT_OK);
    }
    return d;
}

static void offer(enum part first, enum part second)
{
    struct nt_ice_description d = part(first, second);
    assert_int_equal(nt_ice_set_offer(l.a, &d, l.now), NT_OK);
    nt_ice_description_free(&d);
}

static int set_remote(enum part first, enum part second)
{
    struct nt_ice_description d = part(first, second);
    int r = nt_ice_set_remote(l.a, &d, l.now);
    nt_ice_description_free(&d);
    pull(&l);
    return r;
}

static void start_gathering(void)
{
    assert_int_equal(nt_ice_gather(l.a, 0), NT_OK);
    pull(&l);
}

static struct nt_ice_description describe(bool as_offer)
{
    struct nt_ice_description d;
    assert_int_equal(nt_ice_local(l.a, as_offer, &d), NT_OK);
    strcpy(l.ufrag, d.streams[0].ufrag);
    nt_stun_key_short(&l.ours, d.streams[0].pwd);
    return d;
}

static void tell(bool as_offer)
{
    struct nt_ice_description d = describe(as_offer);
    nt_ice_description_free(&d);
}

/* Stream 1 is checked and selected as ever. */
static void complete_first(void)
{
    go(&l, l.now);
    struct out *o = next_out(&l, NT_STUN_REQUEST, "10.0.0.2:1");
    assert_non_null(o);
    respond(&l, o, (struct reply){0});
    request(&l, "10.0.0.2:1", (struct ask){.id = 1, .use_candidate = true});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    assert_int_equal(nt_ice_send(l.a, 1, 1, (const uint8_t *)"\x80", 1, false, l.now), NT_OK);
    assert_int_equal(nt_ice_send(l.a, 2, 1, (const uint8_t *)"\x80", 1, false, l.now), NT_ESTATE);
    assert_null(next_out(&l, NT_STUN_REQUEST, "10.0.0.2:2"));
}

TEST(one_section_of_an_offer)
{
    struct nt_addr own = addr("10.0.0.1:5001");
    begin();
    offer(PART_ICE, PART_PLAIN);
    assert_string_equal(told, "2: the peer does not use ICE: it has no ice-ufrag and ice-pwd; ");
    start_gathering();
    struct nt_ice_description d = describe(false);
    assert_int_equal(d.streams[0].candidate_count, 1);
    assert_true(d.ice2);
    assert_string_equal(d.streams[1].ufrag, "");
    assert_string_equal(d.streams[1].pwd, "");
    assert_int_equal(d.streams[1].candidate_count, 0);
    assert_true(nt_addr_equal(&d.streams[1].default_addr, &own));
    nt_ice_description_free(&d);
    assert_int_equal(set_remote(PART_ICE, PART_PLAIN), NT_OK);
    assert_int_equal(nt_ice_pair_count(l.a), 1);
    complete_first();
    /* what comes to the other's port is data, whoever sent it; it answers no check */
    pull(&l);
    int before = l.count;
    l.base = own;
    give(&l, &(struct nt_addr){.family = NT_AF_IPV4, .port = 9, .ip = {10, 0, 0, 77}}, (const uint8_t *)"\x80 media", 7);
    assert_int_equal(l.data, 1);
    request(&l, "10.0.0.2:2", (struct ask){.id = 2});
    assert_int_equal(l.count, before);
    lab_end(&l);
}

TEST(one_section_of_an_answer)
{
    static const enum part parts[] = {PART_MISMATCH, PART_REFUSED, PART_PLAIN};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        begin();
        start_gathering();
        tell(true);
        assert_int_equal(set_remote(PART_ICE, parts[i]), NT_OK);
        assert_non_null(strstr(told, "2: the peer "));
        complete_first();
        lab_end(&l);
    }
}

/* "the answerer MUST NOT include any ICE-related SDP attributes in the answer"; no check is made. */
TEST(an_offer_without_ice)
{
    begin();
    offer(PART_PLAIN, PART_PLAIN);
    start_gathering();
    struct nt_ice_description d = describe(false);
    assert_false(d.ice2 || d.trickle);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(d.streams[i].ufrag, "");
        assert_int_equal(d.streams[i].candidate_count, 0);
        assert_int_equal(d.streams[i].default_addr.port, 5000 + i);
    }
    nt_ice_description_free(&d);
    assert_int_equal(set_remote(PART_PLAIN, PART_PLAIN), NT_OK);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_CLOSED);
    assert_int_equal(l.count, 0);
    lab_end(&l);
}

TEST(an_answer_without_ice)
{
    static const enum part parts[] = {PART_PLAIN, PART_MISMATCH};
    for (size_t i = 0; i < 2; i++) {
        begin();
        start_gathering();
        tell(true);
        assert_int_equal(set_remote(parts[i], parts[i]), NT_OK);
        assert_int_equal(nt_ice_state(l.a), NT_ICE_CLOSED);
        go(&l, 50 * NT_SEC);
        assert_int_equal(l.count, 0);
        lab_end(&l);
    }
}

/* A default destination that is no candidate: in an answer ICE ends for all, in an offer it goes on. */
TEST(a_mismatch)
{
    for (int as_offer = 0; as_offer < 2; as_offer++) {
        begin();
        start_gathering();
        tell(as_offer == 1);
        assert_int_equal(set_remote(PART_ICE, PART_UNLISTED), NT_OK);
        assert_int_equal(nt_ice_state(l.a), as_offer == 1 ? NT_ICE_CLOSED : NT_ICE_RUNNING);
        if (as_offer == 1)
            assert_string_equal(told, "1: the default destination of the answer is no candidate (ICE mismatch); "
                                      "2: the default destination of the answer is no candidate (ICE mismatch); ");
        else
            assert_string_equal(told, "");
        lab_end(&l);
    }
}

/* RFC 8839, 4.4.3.1: a later answer in which a stream has no ICE any more; it cannot come back without a restart. */
TEST(later)
{
    begin();
    start_gathering();
    tell(false);
    assert_int_equal(set_remote(PART_ICE, PART_PLAIN), NT_OK);
    complete_first();
    assert_int_equal(set_remote(PART_ICE, PART_ICE), NT_EUNSUPPORTED);
    assert_int_equal(set_remote(PART_PLAIN, PART_PLAIN), NT_OK);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_CLOSED);
    int before = l.count;
    go(&l, 100 * NT_SEC);
    assert_int_equal(l.count, before);
    lab_end(&l);
}

/* RFC 8839, 4.4.2.1: an offer that changes these without a restart is rejected, and nothing of it is taken. */
TEST(other_attributes)
{
    struct nt_ice_candidate c = candidate("10.0.0.2:9", NT_ICE_HOST, "2");
    begin();
    start_gathering();
    tell(false);
    assert_int_equal(set_remote(PART_ICE, PART_PLAIN), NT_OK);
    for (int i = 0; i < 4; i++) {
        struct nt_ice_description d = part(PART_ICE, PART_PLAIN);
        assert_int_equal(nt_ice_description_add(&d, &c), NT_OK);
        d.lite = i == 0;
        d.ice2 = i == 1;
        d.trickle = i == 2;
        d.pacing_ms = i == 3 ? 100 : 0;
        assert_int_equal(nt_ice_set_remote(l.a, &d, l.now), NT_EINVAL);
        nt_ice_description_free(&d);
    }
    assert_int_equal(nt_ice_pair_count(l.a), 1);
    complete_first();
    lab_end(&l);
}

/* RFC 8445, 6.1.2.2: of two components the peer has one, so there is one. */
TEST(a_component_that_the_peer_lacks)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLED);
    struct nt_ice_candidate r = candidate("10.0.0.2:1", NT_ICE_HOST, "1");
    struct nt_ice_description d;
    c.components = 2;
    c.trace.emit = emit;
    told[0] = '\0';
    lab_start(&l, &c);
    assert_int_equal(remote(&l, &r, 1), NT_OK);
    assert_string_equal(told, "1: the peer has no such component; ");
    go(&l, 0);
    respond(&l, next_out(&l, NT_STUN_REQUEST, "10.0.0.2:1"), (struct reply){0});
    request(&l, "10.0.0.2:1", (struct ask){.id = 1, .use_candidate = true});
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    assert_int_equal(nt_ice_send(l.a, 1, 1, (const uint8_t *)"\x80", 1, false, l.now), NT_OK);
    assert_int_equal(nt_ice_send(l.a, 1, 2, (const uint8_t *)"\x80", 1, false, l.now), NT_ESTATE);
    assert_int_equal(nt_ice_local(l.a, true, &d), NT_OK);
    assert_int_equal(d.streams[0].candidate_count, 1);
    nt_ice_description_free(&d);
    lab_end(&l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_section_of_an_offer),
                                       cmocka_unit_test(one_section_of_an_answer),
                                       cmocka_unit_test(an_offer_without_ice),
                                       cmocka_unit_test(an_answer_without_ice),
                                       cmocka_unit_test(a_mismatch),
                                       cmocka_unit_test(later),
                                       cmocka_unit_test(other_attributes),
                                       cmocka_unit_test(a_component_that_the_peer_lacks)};
    return RUN_TESTS(tests);
}
