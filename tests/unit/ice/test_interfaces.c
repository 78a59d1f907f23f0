/* Interfaces that come and go (RFC 8445, 5.1.1.4).  agent 10.0.0.1, 10.0.0.3 --- peer 10.0.0.2:6000 */
#include "peer.h"

#include <stdio.h>

static struct lab l;

struct seen {
    int went, lost, came, candidates, gathered, closed, noted;
    char reasons[2048]; /* of what was dropped */
};

static struct seen seen;

static void emit(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    if (ev->kind == NT_TR_ICE_DROPPED || ev->kind == NT_TR_TURN_LOST)
        snprintf(seen.reasons + strlen(seen.reasons), sizeof seen.reasons - strlen(seen.reasons), "%s; ", ev->text);
    if (ev->kind == NT_TR_ICE_INTERFACE)
        seen.noted++;
}

/* As pull(), with an eye on interfaces: ports are 5000 and on by the number of the request. */
static void look(void)
{
    struct nt_request req;
    struct nt_ice_event ev;
    while (nt_ice_request(l.a, &req) == 1) {
        seen.closed += req.kind == NT_REQ_CLOSE;
        if (req.kind == NT_REQ_CLOSE)
            continue;
        req.path.local.port = (uint16_t)(4999 + req.path.id);
        nt_ice_input(l.a, &req.path, NT_IN_CONNECTED, NULL, 0, l.now);
    }
    while (nt_ice_event(l.a, &ev) == 1) {
        seen.went += ev.kind == NT_ICE_EV_INTERFACE && ev.interface == NT_ICE_IF_WENT;
        seen.lost += ev.kind == NT_ICE_EV_INTERFACE && ev.interface == NT_ICE_IF_LOST;
        seen.came += ev.kind == NT_ICE_EV_INTERFACE && ev.interface == NT_ICE_IF_CAME;
        seen.candidates += ev.kind == NT_ICE_EV_CANDIDATE;
        seen.gathered += ev.kind == NT_ICE_EV_GATHERED;
        if (ev.kind == NT_ICE_EV_STATE)
            l.state = ev.state;
    }
    pull(&l);
}

static void interface(const char *text, enum nt_input kind)
{
    nt_ice_input(l.a, &(struct nt_path){.local = addr(text)}, kind, NULL, 0, l.now);
    look();
}

static struct nt_ice_config config_with(bool continual, enum nt_ice_trickle trickle)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLING);
    c.continual = continual;
    c.trickle = trickle;
    c.trace.emit = emit;
    return c;
}

/* The agent with one interface, its host candidate, and the peer's. */
static void begin(struct nt_ice_config c)
{
    struct nt_ice_candidate r = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    memset(&seen, 0, sizeof seen);
    lab_start(&l, &c);
    look();
    assert_int_equal(remote(&l, &r, 1), NT_OK);
    go(&l, 0);
}

static void complete(void)
{
    struct out *o = next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000");
    while (o != NULL) {
        respond(&l, o, (struct reply){0});
        go(&l, l.now + 200 * NT_MSEC);
        o = next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000");
    }
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
}

TEST(a_selected_pair_ends_with_its_interface)
{
    uint8_t byte = 200;
    begin(config_with(false, NT_ICE_TRICKLE_OFF));
    complete();
    int count = l.count;
    interface("10.0.0.1", NT_IN_IF_DOWN);
    assert_int_equal(seen.lost, 1);
    assert_int_equal(seen.went, 0);
    assert_int_equal(seen.closed, 1);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_DISCONNECTED);
    assert_int_equal(nt_ice_send(l.a, 1, 1, &byte, 1, false, l.now), NT_ESTATE);
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_PAIR_FAILED);
    go(&l, l.now + 60 * NT_SEC); /* no consent request, either */
    assert_int_equal(l.count, count);
    interface("10.0.0.1", NT_IN_IF_DOWN); /* it has gone already */
    assert_int_equal(seen.lost, 1);
    lab_end(&l);
}

TEST(a_pair_fails_with_its_interface)
{
    begin(config_with(false, NT_ICE_TRICKLE_OFF));
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_IN_PROGRESS);
    interface("10.0.0.1", NT_IN_IF_DOWN);
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_PAIR_FAILED);
    assert_int_equal(seen.went, 1);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_RUNNING);
    int count = l.count;
    request(&l, "10.0.0.2:6000", (struct ask){.id = 1}); /* to a port that is given back */
    go(&l, l.now + 38 * NT_SEC);
    assert_int_equal(l.count, count);
    go(&l, l.now + 2 * NT_SEC); /* RFC 8863 */
    assert_int_equal(nt_ice_state(l.a), NT_ICE_FAILED);
    interface("10.0.0.3", NT_IN_IF_UP);
    assert_int_equal(seen.came, 0);
    assert_int_equal(seen.noted, 2); /* a restart uses it */
    lab_end(&l);
}

/* What waited to leave from a port that is gone does not. */
TEST(a_message_that_waited_is_dropped)
{
    uint8_t buf[1500];
    struct nt_path path;
    begin(config_with(false, NT_ICE_TRICKLE_OFF));
    l.now = nt_ice_deadline(l.a);
    nt_ice_timer(l.a, l.now); /* the check is retransmitted */
    nt_ice_input(l.a, &(struct nt_path){.local = addr("10.0.0.1")}, NT_IN_IF_DOWN, NULL, 0, l.now);
    assert_int_equal(nt_ice_output(l.a, &path, buf, sizeof buf, l.now), 0);
    assert_string_equal(seen.reasons, "its interface is gone, or its port is given back; ");
    lab_end(&l);
}

TEST(gathering_ends_with_its_interfaces)
{
    for (int trickle = NT_ICE_TRICKLE_OFF; trickle <= NT_ICE_TRICKLE_FULL; trickle += NT_ICE_TRICKLE_FULL) {
        struct nt_addr stun = addr("203.0.113.100:3478");
        struct nt_ice_turn turn = {.server = addr("203.0.113.101:3478"), .user = "u", .password = "p"};
        struct nt_ice_config c = config_with(false, (enum nt_ice_trickle)trickle);
        struct nt_ice_description d;
        int err;
        c.stun = &stun;
        c.stun_count = 1;
        c.turn = &turn;
        c.turn_count = 1;
        memset(&seen, 0, sizeof seen);
        memset(&l, 0, sizeof l);
        l.a = nt_ice_agent_new(&c, &err);
        interface("10.0.0.9", NT_IN_IF_UP);
        interface("10.0.0.9", NT_IN_IF_DOWN); /* before gathering: as if it had never been */
        interface("10.0.0.1", NT_IN_IF_UP);
        assert_int_equal(nt_ice_gather(l.a, 0), NT_OK);
        look();
        go(&l, 200 * NT_MSEC); /* both servers are asked */
        assert_int_equal(seen.gathered, 0);
        interface("10.0.0.1", NT_IN_IF_DOWN);
        assert_int_equal(seen.gathered, 1);
        assert_int_equal(seen.went, 1);
        assert_int_equal(seen.closed, 1);
        assert_string_equal(seen.reasons, "a server is no longer asked: the interface is gone; "
                                          "a server is no longer asked: the interface is gone; ");
        assert_int_equal(nt_ice_local(l.a, true, &d), NT_OK);
        assert_int_equal(d.streams[0].candidate_count, 0);
        nt_ice_description_free(&d);
        int count = l.count;
        go(&l, 100 * NT_SEC);
        assert_int_equal(l.count, count);
        lab_end(&l);
    }
}

/* RFC 8838, 13: its candidates are told before a pair is selected, and so the end of candidates waits until then. */
TEST(an_interface_that_comes_is_trickled)
{
    struct nt_ice_description d;
    struct nt_ice_description theirs;
    struct nt_ice_candidate r = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
    struct nt_ice_config c = config_with(true, NT_ICE_TRICKLE_FULL);
    memset(&seen, 0, sizeof seen);
    lab_start(&l, &c);
    look();
    assert_int_equal(nt_ice_description_init(&theirs, 1), NT_OK);
    strcpy(theirs.streams[0].ufrag, PEER_UFRAG);
    strcpy(theirs.streams[0].pwd, PEER_PWD);
    theirs.trickle = true;
    assert_int_equal(nt_ice_description_add(&theirs, &r), NT_OK);
    assert_int_equal(nt_ice_set_remote(l.a, &theirs, l.now), NT_OK);
    nt_ice_description_free(&theirs);
    look();
    go(&l, 100 * NT_MSEC);
    assert_int_equal(nt_ice_trickle(l.a, &d, l.now), NT_OK);
    assert_int_equal(d.streams[0].candidate_count, 1);
    assert_false(d.streams[0].end_of_candidates || d.end_of_candidates);
    nt_ice_description_free(&d);
    seen.candidates = 0;
    interface("10.0.0.3", NT_IN_IF_UP);
    assert_int_equal(seen.came, 1);
    assert_int_equal(seen.candidates, 1);
    assert_int_equal(seen.gathered, 0);
    assert_int_equal(nt_ice_trickle(l.a, &d, l.now), NT_OK);
    assert_int_equal(d.streams[0].candidate_count, 2);
    assert_true(d.streams[0].candidates[0].priority > d.streams[0].candidates[1].priority);
    nt_ice_description_free(&d);
    go(&l, l.now + 100 * NT_MSEC);
    struct out *o = NULL;
    for (int i = 0; i < l.count; i++) /* a check from the new port */
        if (l.outs[i].path.local.port == 5001)
            o = &l.outs[i];
    assert_non_null(o);
    l.base = o->path.local;
    interface("10.0.0.1", NT_IN_IF_DOWN);
    assert_int_equal(seen.went, 1);
    respond(&l, o, (struct reply){0});
    look();
    go(&l, l.now + 200 * NT_MSEC);
    l.next = (int)(o - l.outs) + 1;
    complete();
    seen.candidates = 0;
    interface("10.0.0.4", NT_IN_IF_UP); /* too late for this session */
    assert_int_equal(seen.came, 2);
    assert_int_equal(nt_ice_trickle(l.a, &d, l.now), NT_OK);
    assert_int_equal(d.streams[0].candidate_count, 2);
    assert_true(d.streams[0].end_of_candidates || d.end_of_candidates);
    nt_ice_description_free(&d);
    lab_end(&l);
}

/* Without trickle the next offer tells of it. */
TEST(an_interface_that_comes_is_offered)
{
    struct nt_ice_description d;
    begin(config_with(true, NT_ICE_TRICKLE_OFF));
    interface("10.0.0.3", NT_IN_IF_UP);
    assert_int_equal(seen.came, 1);
    int count = l.count;
    go(&l, l.now + 100 * NT_MSEC);
    assert_int_equal(l.count, count); /* the peer does not know of it: no check is made from there */
    assert_int_equal(nt_ice_local(l.a, true, &d), NT_OK);
    assert_int_equal(d.streams[0].candidate_count, 2);
    nt_ice_description_free(&d);
    go(&l, l.now + 100 * NT_MSEC);
    assert_int_equal(l.count, count + 1);
    assert_int_equal(l.outs[count].path.local.port, 5001);
    lab_end(&l);
}

/* Before ICE has completed, and after: each time another port, which is given back. */
TEST(an_interface_flaps)
{
    for (int trickle = NT_ICE_TRICKLE_OFF; trickle <= NT_ICE_TRICKLE_FULL; trickle += NT_ICE_TRICKLE_FULL) {
        struct nt_addr stun = addr("203.0.113.100:3478");
        struct nt_ice_turn turn = {.server = addr("203.0.113.101:3478"), .user = "u", .password = "p"};
        struct nt_ice_config c = config_with(true, (enum nt_ice_trickle)trickle);
        memset(&seen, 0, sizeof seen);
        c.stun = &stun;
        c.stun_count = 1;
        c.turn = &turn;
        c.turn_count = 1;
        int err;
        memset(&l, 0, sizeof l);
        l.a = nt_ice_agent_new(&c, &err);
        interface("10.0.0.1", NT_IN_IF_UP);
        assert_int_equal(nt_ice_gather(l.a, 0), NT_OK);
        look();
        for (int i = 0; i < 100; i++) {
            go(&l, l.now + 120 * NT_MSEC); /* both servers are asked */
            interface("10.0.0.1", NT_IN_IF_DOWN);
            interface("10.0.0.1", NT_IN_IF_UP);
            l.count = l.next = 0;
        }
        assert_int_equal(seen.closed, 100);
        assert_int_equal(seen.came, 100);
        assert_int_equal(seen.went, 100);
        assert_null(strstr(seen.reasons, "room"));
        assert_int_equal(nt_ice_candidate_count(l.a), trickle == NT_ICE_TRICKLE_OFF ? 100 : 101);
        go(&l, l.now + 200 * NT_MSEC);
        assert_int_equal(l.count, 2); /* and both are asked from the last port */
        assert_int_equal(l.outs[0].path.local.port, 5100);
        assert_int_equal(l.outs[1].path.local.port, 5100);
        lab_end(&l);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_selected_pair_ends_with_its_interface),
                                       cmocka_unit_test(a_pair_fails_with_its_interface),
                                       cmocka_unit_test(a_message_that_waited_is_dropped),
                                       cmocka_unit_test(gathering_ends_with_its_interfaces),
                                       cmocka_unit_test(an_interface_that_comes_is_trickled),
                                       cmocka_unit_test(an_interface_that_comes_is_offered),
                                       cmocka_unit_test(an_interface_flaps)};
    return RUN_TESTS(tests);
}
