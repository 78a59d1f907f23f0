/* Every limit of an agent that others can reach, and what is dropped at its end: told with the reason. Those of its tables of
 * pairs, checks, peer-reflexive candidates, interfaces and events are in test_pairs, test_outcomes, test_candidates, test_bases and
 * test_events. */
#include "peer.h"

#include <stdio.h>

#include "core/ice/agent.h"

static struct lab l;

static struct {
    int count;
    char last[200];
} told;

static void emit(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    if (ev->text == NULL || (ev->kind != NT_TR_ICE_DROPPED && ev->kind != NT_TR_ICE_REFUSED && ev->kind != NT_TR_ICE_PASSED_OVER))
        return;
    told.count++;
    snprintf(told.last, sizeof told.last, "%s", ev->text);
}

static struct nt_ice_config config(enum nt_ice_role role)
{
    struct nt_ice_config c = lab_config(role);
    c.trace.emit = emit;
    told.count = 0;
    told.last[0] = '\0';
    return c;
}

static void assert_told(int count, const char *text)
{
    assert_int_equal(told.count, count);
    assert_string_equal(told.last, text);
}

TEST(messages_to_send)
{
    struct nt_trace trace = {.emit = emit};
    struct nt_ice_record *record = nt_ice_record_new(&trace);
    assert_non_null(record);
    struct nt_ice_outbox *o = nt_ice_outbox_new(record);
    assert_non_null(o);
    struct nt_ice_message m = {.kind = NT_ICE_MSG_ANSWER, .to = addr("10.0.0.2:6000")};
    told.count = 0;
    for (int i = 0; i < NT_ICE_OUT_MAX; i++)
        assert_true(nt_ice_outbox_put(o, &m, 0));
    assert_int_equal(told.count, 0);
    assert_false(nt_ice_outbox_put(o, &m, 0));
    assert_told(1, "the queue of messages to send is full");
    nt_ice_outbox_clear(o, 0);
    assert_told(1 + NT_ICE_OUT_MAX, "a message that waited to leave, at the end of ICE");
    nt_ice_outbox_del(o);
    nt_ice_record_del(record);
}

TEST(length_of_a_message)
{
    char software[NT_ICE_MESSAGE_MAX + 1];
    struct nt_ice_config c = config(NT_ICE_CONTROLLING);
    struct nt_addr stun = addr("203.0.113.100:3478");
    int err;
    memset(software, 's', sizeof software - 1);
    software[sizeof software - 1] = '\0';
    c.software = software;
    c.stun = &stun;
    c.stun_count = 1;
    memset(&l, 0, sizeof l);
    l.a = nt_ice_agent_new(&c, &err);
    assert_non_null(l.a);
    nt_ice_input(l.a, &(struct nt_path){.local = addr("10.0.0.1")}, NT_IN_IF_UP, NULL, 0, 0);
    assert_int_equal(nt_ice_gather(l.a, 0), NT_OK);
    pull(&l);
    go(&l, NT_MSEC);
    assert_int_equal(l.count, 0);
    assert_told(1, "a STUN message would be longer than 1024 bytes");
    lab_end(&l);
}

TEST(early_requests)
{
    struct nt_ice_config c = config(NT_ICE_CONTROLLED);
    char from[32];
    lab_start(&l, &c);
    for (int i = 0; i <= NT_ICE_EARLY_MAX; i++) {
        snprintf(from, sizeof from, "10.0.0.2:%d", 1000 + i);
        assert_int_equal(told.count, 0);
        request(&l, from, (struct ask){.id = 1});
    }
    assert_told(1, "no room for another request before the peer's description");
    assert_int_equal(code_of(&l.outs[l.count - 1]), 400);
    lab_end(&l);
}

static struct nt_ice_description trickled(unsigned first, unsigned count)
{
    struct nt_ice_description d;
    assert_int_equal(nt_ice_description_init(&d, 1), NT_OK);
    d.trickle = true;
    strcpy(d.streams[0].ufrag, PEER_UFRAG);
    strcpy(d.streams[0].pwd, PEER_PWD);
    for (unsigned i = first; i < first + count; i++) {
        char where[32];
        snprintf(where, sizeof where, "10.0.1.1:%u", 1000 + i);
        struct nt_ice_candidate r = candidate(where, NT_ICE_HOST, "1");
        r.priority -= 256 * i;
        assert_int_equal(nt_ice_description_add(&d, &r), NT_OK);
    }
    return d;
}

TEST(candidates_of_the_peer)
{
    struct nt_ice_config c = config(NT_ICE_CONTROLLED);
    c.trickle = NT_ICE_TRICKLE_FULL;
    c.max_pairs = 1000;
    lab_start(&l, &c);
    struct nt_ice_description d = trickled(0, NT_ICE_CANDIDATES_MAX);
    assert_int_equal(nt_ice_set_remote(l.a, &d, 0), NT_OK);
    nt_ice_description_free(&d);
    assert_int_equal(told.count, 0);
    d = trickled(NT_ICE_CANDIDATES_MAX, 1);
    assert_int_equal(nt_ice_add_remote(l.a, &d, 0), NT_OK);
    nt_ice_description_free(&d);
    assert_told(1, "there are too many");
    lab_end(&l);
}

TEST(valid_pairs)
{
    struct nt_ice_config c = config(NT_ICE_CONTROLLED);
    struct nt_ice_candidate r[2] = {candidate("10.0.0.2:1", NT_ICE_HOST, "1"), candidate("10.0.0.2:2", NT_ICE_HOST, "2")};
    struct nt_addr from = addr("10.0.0.2:1");
    lab_start(&l, &c);
    assert_int_equal(remote(&l, r, 2), NT_OK);
    struct nt_ice_session *s = nt_ice_agent_session(l.a);
    assert_int_equal(nt_ice_pairs_count(nt_ice_session_pairs(s)), 2);
    struct nt_ice_candidates *own = nt_ice_agent_env(l.a)->own;
    for (uint32_t i = 0; i <= NT_ICE_VALID_MAX; i++) {
        struct nt_addr mapped = nt_addr_v4(0xcb007101, (uint16_t)(1000 + i / 2));
        uint32_t id = nt_ice_candidates_mapped(own, 0, &mapped, &from, 1, 0);
        assert_int_equal(told.count, 0);
        assert_int_equal(nt_ice_session_add_valid(s, 1 + i % 2, id, 0) == NT_ICE_NONE, i == NT_ICE_VALID_MAX);
    }
    assert_told(1, "no room for another valid pair");
    lab_end(&l);
}

static int gather_with(uint8_t streams, uint16_t components, size_t servers)
{
    static struct nt_addr stun[NT_ICE_SERVERS_MAX];
    struct nt_ice_config c = config(NT_ICE_CONTROLLING);
    int err;
    for (size_t i = 0; i < servers; i++)
        stun[i] = nt_addr_v4(0xcb007164, (uint16_t)(3478 + i));
    c.streams = streams;
    c.components = components;
    c.stun = stun;
    c.stun_count = servers;
    struct nt_ice_agent *a = nt_ice_agent_new(&c, &err);
    assert_non_null(a);
    assert_int_equal(err, NT_OK);
    nt_ice_input(a, &(struct nt_path){.local = addr("10.0.0.1")}, NT_IN_IF_UP, NULL, 0, 0);
    int r = nt_ice_gather(a, 0);
    nt_ice_agent_del(a);
    return r;
}

TEST(ports_and_transactions_of_gathering)
{
    assert_int_equal(gather_with(4, 256, 0), NT_OK);
    assert_int_equal(gather_with(5, 256, 0), NT_ELIMIT);
    assert_int_equal(gather_with(1, 256, 16), NT_OK);
    assert_int_equal(gather_with(2, 256, 16), NT_ELIMIT);
}

TEST(unknown_attributes)
{
    struct nt_ice_config c = config(NT_ICE_CONTROLLED);
    static const unsigned counts[] = {1, NT_STUN_UNKNOWN_MAX - 1, NT_STUN_UNKNOWN_MAX};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        unsigned count = counts[k];
        uint8_t buf[600], id[NT_STUN_ID] = {1};
        char user[300];
        struct nt_stun_builder b;
        struct nt_addr from = addr("10.0.0.2:6000");
        told.count = 0;
        lab_start(&l, &c);
        snprintf(user, sizeof user, "%s:" PEER_UFRAG, l.ufrag);
        nt_stun_start(&b, buf, sizeof buf, NT_STUN_REQUEST, NT_STUN_BINDING, id);
        nt_stun_add_text(&b, NT_ATTR_USERNAME, user);
        for (unsigned i = 0; i < count; i++)
            nt_stun_add(&b, (uint16_t)(0x7f00 + i), NULL, 0);
        nt_stun_add_integrity(&b, &l.ours);
        nt_stun_add_fingerprint(&b);
        give(&l, &from, buf, (size_t)nt_stun_finish(&b));
        assert_int_equal(code_of(&l.outs[0]), 420);
        assert_int_equal(nt_stun_find(&l.outs[0].m, NT_ATTR_UNKNOWN_ATTRIBUTES)->len, 2 * count);
        assert_told(1, count < NT_STUN_UNKNOWN_MAX
                           ? "unknown comprehension-required attributes"
                           : "unknown comprehension-required attributes, of which the answer lists the first 16");
        lab_end(&l);
    }
}

TEST(data_that_waited)
{
    static const uint8_t bytes[] = {200};
    struct nt_ice_config c = config(NT_ICE_CONTROLLED);
    struct nt_ice_candidate r = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    lab_start(&l, &c);
    assert_int_equal(remote(&l, &r, 1), NT_OK);
    go(&l, 0);
    respond(&l, next_out(&l, NT_STUN_REQUEST, NULL), (struct reply){0});
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1, .use_candidate = true});
    assert_int_equal(nt_ice_send(l.a, 1, 1, bytes, 1, false, l.now), NT_OK);
    assert_int_equal(nt_ice_send(l.a, 1, 1, bytes, 1, false, l.now), NT_OK);
    told.count = 0;
    nt_ice_close(l.a, l.now);
    assert_told(2, "data that waited to leave, at the end of ICE");
    lab_end(&l);
}

TEST(servers_that_are_not_asked)
{
    struct nt_addr stun = addr("[2001:db8::9]:3478");
    struct nt_ice_turn turn = {.server = addr("203.0.113.101:3478"), .user = "u", .password = "p"}, twice[2] = {turn, turn};
    struct nt_request req;
    int err;
    for (int second = 0; second < 2; second++) {
        struct nt_ice_config c = config(NT_ICE_CONTROLLING);
        c.stun = &stun;
        c.stun_count = second == 0;
        c.turn = twice;
        c.turn_count = second == 0 ? 0 : 2;
        struct nt_ice_agent *a = nt_ice_agent_new(&c, &err);
        assert_non_null(a);
        nt_ice_input(a, &(struct nt_path){.local = addr("10.0.0.1")}, NT_IN_IF_UP, NULL, 0, 0);
        assert_int_equal(nt_ice_gather(a, 0), NT_OK);
        assert_told(1, second == 0 ? "a server is not asked: no interface has its address family"
                                   : "a TURN server is asked once, though it is given twice");
        assert_int_equal(nt_ice_request(a, &req), 1);
        nt_ice_input(a, &req.path, NT_IN_CLOSED, NULL, 0, 0);
        assert_told(2, "a port is refused: it has no candidates");
        nt_ice_agent_del(a);
    }
}

TEST(what_means_nothing)
{
    struct nt_ice_config c = config(NT_ICE_CONTROLLING);
    struct nt_ice_candidate r = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    struct nt_path path = {.id = 99, .local = addr("10.0.0.1")};
    lab_start(&l, &c);
    assert_int_equal(remote(&l, &r, 1), NT_OK);
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1, .use_candidate = true});
    assert_told(1, "USE-CANDIDATE of the controlled agent is passed over (RFC 8445, 7.1.2)");
    nt_ice_input(l.a, &path, NT_IN_IF_UP, NULL, 0, l.now); /* it is there */
    path.local = addr("10.0.0.99");
    nt_ice_input(l.a, &path, NT_IN_IF_DOWN, NULL, 0, l.now); /* it never was */
    nt_ice_input(l.a, &path, NT_IN_CONNECTED, NULL, 0, l.now);
    assert_told(2, "an answer to no bind request of ours");
    lab_end(&l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(messages_to_send),
                                       cmocka_unit_test(length_of_a_message),
                                       cmocka_unit_test(early_requests),
                                       cmocka_unit_test(candidates_of_the_peer),
                                       cmocka_unit_test(valid_pairs),
                                       cmocka_unit_test(ports_and_transactions_of_gathering),
                                       cmocka_unit_test(unknown_attributes),
                                       cmocka_unit_test(data_that_waited),
                                       cmocka_unit_test(servers_that_are_not_asked),
                                       cmocka_unit_test(what_means_nothing)};
    return RUN_TESTS(tests);
}
