/* What becomes of a TURN client within an agent when its server refuses: 437 moves it to a port of its own, 300 to another server,
 * and a wait ends with gathering. */
#include "peer.h"

#include <stdio.h>

#define SERVER "203.0.113.101:3478"

static struct lab l;
static char told[2048];
static enum nt_ice_trickle trickles;

static void emit(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    if (ev->kind == NT_TR_REQUEST_FAILED || ev->kind == NT_TR_TURN_DROPPED)
        snprintf(told + strlen(told), sizeof told - strlen(told), "%s; ", ev->text);
}

static void begin_with(struct nt_ice_config c, enum nt_ice_policy policy, const struct nt_addr *stun, enum nt_ice_trickle trickle)
{
    int err;
    c.stun = stun;
    c.stun_count = stun != NULL;
    c.policy = policy;
    c.trickle = trickles = trickle;
    c.trace.emit = emit;
    memset(&l, 0, sizeof l);
    told[0] = '\0';
    l.a = nt_ice_agent_new(&c, &err);
    assert_int_equal(err, NT_OK);
    nt_ice_input(l.a, &(struct nt_path){.local = addr("10.0.0.1")}, NT_IN_IF_UP, NULL, 0, 0);
    assert_int_equal(nt_ice_gather(l.a, 0), NT_OK);
    pull(&l);
}

static void begin(enum nt_ice_policy policy, const struct nt_addr *stun, enum nt_ice_trickle trickle)
{
    static struct nt_ice_turn turn = {.user = "u", .password = "p"};
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLING);
    turn.server = addr(SERVER);
    c.turn = &turn;
    c.turn_count = 1;
    begin_with(c, policy, stun, trickle);
}

static bool is_gathered(void)
{
    struct nt_ice_description d;
    if (nt_ice_local(l.a, true, &d) != NT_OK)
        return false;
    bool end = trickles == NT_ICE_TRICKLE_OFF || d.streams[0].end_of_candidates;
    nt_ice_description_free(&d);
    return end;
}

/* The next Allocate, to `server`, in time. */
static struct out *allocate(const char *server)
{
    go(&l, l.now + 100 * NT_MSEC);
    struct out *o = next_out(&l, NT_STUN_REQUEST, server);
    assert_non_null(o);
    assert_int_equal(o->m.method, NT_TURN_ALLOCATE);
    return o;
}

static void give_to(const struct out *o, struct nt_stun_builder *b)
{
    struct nt_path p = {.transport = NT_UDP, .local = o->path.local, .remote = o->path.remote};
    nt_ice_input(l.a, &p, NT_IN_DATAGRAM, b->w.start, (size_t)nt_stun_finish(b), l.now);
    pull(&l);
}

static void refuse(const struct out *o, int code, const char *alternate)
{
    uint8_t buf[200];
    struct nt_stun_builder b;
    struct nt_addr a = addr(alternate != NULL ? alternate : SERVER);
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_ERROR, NT_TURN_ALLOCATE, o->m.id);
    nt_stun_add_error(&b, code, NULL);
    if (alternate != NULL)
        nt_stun_add_addr(&b, NT_ATTR_ALTERNATE_SERVER, &a);
    give_to(o, &b);
}

static void grant_address(const struct out *o, struct nt_addr relayed)
{
    uint8_t buf[200];
    struct nt_stun_builder b;
    struct nt_addr mapped = addr("203.0.113.1:5000");
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_SUCCESS, NT_TURN_ALLOCATE, o->m.id);
    nt_stun_add_addr(&b, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed);
    nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
    nt_stun_add_u32(&b, NT_ATTR_LIFETIME, 600);
    give_to(o, &b);
}

static void grant(const struct out *o)
{
    grant_address(o, addr("203.0.113.101:40000"));
}

static size_t count_of(enum nt_ice_type type)
{
    size_t n = 0;
    for (size_t i = 0; i < nt_ice_candidate_count(l.a); i++)
        n += nt_ice_candidate_at(l.a, i)->type == type;
    return n;
}

/* RFC 8656, 7.4: "The client SHOULD pick another client transport address and retry the Allocate request". */
TEST(a_mismatch_moves_the_client_to_a_port_of_its_own)
{
    begin(NT_ICE_ALL, NULL, NT_ICE_TRICKLE_OFF);
    struct out *first = allocate(SERVER);
    refuse(first, 437, NULL);
    assert_false(is_gathered());
    struct out *second = allocate(SERVER);
    assert_int_not_equal(second->path.local.port, first->path.local.port);
    grant(second);
    assert_true(is_gathered());
    assert_int_equal(count_of(NT_ICE_HOST), 1); /* the port of the relay is no host candidate, nor the base of a reflexive one */
    assert_int_equal(count_of(NT_ICE_SRFLX), 0);
    assert_int_equal(count_of(NT_ICE_RELAY), 1);
    assert_string_equal(told, "asked again from another local address; ");
    lab_end(&l);
}

TEST(a_client_moves_twice)
{
    begin(NT_ICE_ALL, NULL, NT_ICE_TRICKLE_OFF);
    for (int i = 0; i < 3; i++)
        refuse(allocate(SERVER), 437, NULL);
    assert_true(is_gathered());
    assert_int_equal(nt_ice_candidate_count(l.a), 1);
    assert_non_null(
        strstr(told, "the third local address in a row: not asked again for two minutes; an allocation is not asked for again"));
    int before = l.count;
    go(&l, l.now + 300 * NT_SEC);
    assert_int_equal(l.count, before);
    lab_end(&l);
}

/* The owner has no other port: the bind is refused. */
TEST(a_client_that_cannot_move_gives_up)
{
    struct nt_request req;
    begin(NT_ICE_ALL, NULL, NT_ICE_TRICKLE_OFF);
    struct out *o = allocate(SERVER);
    uint8_t buf[100];
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_ERROR, NT_TURN_ALLOCATE, o->m.id);
    nt_stun_add_error(&b, 437, NULL);
    struct nt_path p = {.transport = NT_UDP, .local = o->path.local, .remote = o->path.remote};
    nt_ice_input(l.a, &p, NT_IN_DATAGRAM, buf, (size_t)nt_stun_finish(&b), l.now);
    assert_int_equal(nt_ice_request(l.a, &req), 1);
    nt_ice_input(l.a, &req.path, NT_IN_CLOSED, NULL, 0, l.now);
    pull(&l);
    assert_true(is_gathered());
    assert_int_equal(nt_ice_candidate_count(l.a), 1);
    assert_non_null(strstr(told, "an allocation is not asked for for two minutes: there is no other local address; "));
    lab_end(&l);
}

/* RFC 8656, 7.4, of 300: what the alternate server relays is the candidate. */
TEST(the_alternate_server_has_the_allocation)
{
    begin(NT_ICE_ALL, NULL, NT_ICE_TRICKLE_OFF);
    refuse(allocate(SERVER), 300, "203.0.113.102:3478");
    grant(allocate("203.0.113.102:3478"));
    assert_true(is_gathered());
    assert_int_equal(count_of(NT_ICE_RELAY), 1);
    assert_string_equal(told, "the alternate server is asked; ");
    go(&l, l.now + 15 * NT_SEC); /* the NAT's mapping to that server is kept alive */
    struct out *o = next_out(&l, NT_STUN_REQUEST, "203.0.113.102:3478");
    assert_non_null(o);
    assert_int_equal(o->m.method, NT_STUN_BINDING);
    lab_end(&l);
}

TEST(a_wait_ends_with_gathering)
{
    struct nt_addr slow = addr("203.0.113.200:3478");
    for (int alone = 0; alone < 2; alone++) {
        begin(alone ? NT_ICE_RELAY_ONLY : NT_ICE_ALL, &slow, NT_ICE_TRICKLE_FULL);
        refuse(allocate(SERVER), 508, NULL);
        assert_true(is_gathered() == (alone != 0));
        assert_string_equal(told, alone ? "not asked again for a minute; "
                                          "an allocation is not asked for again: the owner needs none any more; "
                                        : "not asked again for a minute; ");
        lab_end(&l);
    }
}

/* Another server is asked so late that gathering goes on for more than a minute: the one that lacked resources is asked again. */
TEST(an_allocation_after_a_minute_is_a_candidate_while_gathering_goes_on)
{
    struct nt_ice_turn turn[2] = {{.server = addr(SERVER), .user = "u", .password = "p"},
                                  {.server = addr("203.0.113.200:3478"), .user = "u", .password = "p"}};
    for (int trickle = 0; trickle < 2; trickle++) {
        struct nt_ice_config c = lab_config(NT_ICE_CONTROLLING);
        c.turn = turn;
        c.turn_count = 2;
        c.ta = 30 * NT_SEC;
        begin_with(c, NT_ICE_RELAY_ONLY, NULL, trickle ? NT_ICE_TRICKLE_FULL : NT_ICE_TRICKLE_OFF);
        refuse(allocate(SERVER), 508, NULL);
        go(&l, 61 * NT_SEC);
        assert_false(is_gathered());
        grant(allocate(SERVER));
        assert_int_equal(count_of(NT_ICE_RELAY), trickle);
        go(&l, 70 * NT_SEC);
        assert_true(is_gathered());
        assert_int_equal(count_of(NT_ICE_RELAY), 1);
        lab_end(&l);
    }
}

/* The length of the Allocate if it leaves into a buffer of `cap` bytes within 100 ms, or 0. */
static size_t length_into(size_t cap)
{
    struct nt_path path = {0};
    uint8_t buf[1500];
    size_t len = 0;
    begin(NT_ICE_RELAY_ONLY, NULL, NT_ICE_TRICKLE_OFF);
    for (; len == 0 && nt_ice_deadline(l.a) <= 100 * NT_MSEC; len = nt_ice_output(l.a, &path, buf, cap, l.now)) {
        l.now = nt_ice_deadline(l.a);
        nt_ice_timer(l.a, l.now);
    }
    lab_end(&l);
    return len;
}

TEST(a_request_fills_the_owners_buffer_to_its_end)
{
    size_t len = length_into(1500);
    assert_true(len > 0);
    assert_int_equal(length_into(len), len);
    assert_int_equal(length_into(len - 1), 0);
}

static bool is_permission(const struct out *o)
{
    return o->m.len > 0 && o->m.method == NT_TURN_CREATE_PERMISSION && o->m.class_ == NT_STUN_REQUEST;
}

static void forbid(const struct out *o)
{
    uint8_t buf[100];
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_ERROR, NT_TURN_CREATE_PERMISSION, o->m.id);
    nt_stun_add_error(&b, 403, NULL);
    give_to(o, &b);
}

/* How often the message was sent from `first` on. */
static int sends_of(const struct out *o, int first)
{
    int n = 0;
    for (int i = first; i < l.count; i++)
        n += is_permission(&l.outs[i]) && memcmp(l.outs[i].m.id, o->m.id, NT_STUN_ID) == 0;
    return n;
}

/* RFC 8489, 6.2.1: seven times, however many requests are under way: each starts when the pacer lets it, and once. */
TEST(many_requests_are_retransmitted_as_often_as_one)
{
    struct nt_ice_candidate c[20];
    begin(NT_ICE_RELAY_ONLY, NULL, NT_ICE_TRICKLE_OFF);
    grant(allocate(SERVER));
    for (int i = 0; i < 20; i++) {
        char text[32], foundation[8];
        snprintf(text, sizeof text, "198.51.100.%d:6000", 1 + i);
        snprintf(foundation, sizeof foundation, "%d", 1 + i);
        c[i] = candidate(text, NT_ICE_HOST, foundation);
    }
    assert_int_equal(remote(&l, c, 20), NT_OK);
    int first = l.count;
    go(&l, l.now + 300 * NT_MSEC);
    int alone = l.count;
    for (int i = first > 3 ? first - 3 : 0; i < alone; i++) /* one peer is denied: each is asked for alone */
        if (is_permission(&l.outs[i]))
            forbid(&l.outs[i]);
    first = alone;
    go(&l, l.now + 120 * NT_SEC);
    int requests = 0;
    for (int i = first; i < l.count; i++) {
        if (!is_permission(&l.outs[i]))
            continue;
        assert_int_equal(sends_of(&l.outs[i], first), 7);
        requests++;
    }
    assert_int_equal(requests, 20 * 7);
    lab_end(&l);
}

/* RFC 8656, 8: the client refreshes the allocation before it expires, retransmissions in their time, for what comes after failure.
 */
TEST(an_allocation_is_kept_after_failure)
{
    struct nt_ice_candidate peers = candidate("198.51.100.1:6000", NT_ICE_HOST, "1");
    int refreshes = 0;
    begin(NT_ICE_RELAY_ONLY, NULL, NT_ICE_TRICKLE_OFF);
    grant(allocate(SERVER));
    assert_int_equal(remote(&l, &peers, 1), NT_OK);
    go(&l, 500 * NT_SEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_FAILED);
    int first = l.count;
    go(&l, 550 * NT_SEC);
    for (int i = first; i < l.count; i++)
        refreshes += l.outs[i].m.method == NT_TURN_REFRESH;
    assert_int_equal(refreshes, 5); /* from 540 s on, after 0.5 s, 1.5 s, 3.5 s, 7.5 s */
    lab_end(&l);
}

static void permit(const struct out *o)
{
    uint8_t buf[100];
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_SUCCESS, NT_TURN_CREATE_PERMISSION, o->m.id);
    give_to(o, &b);
}

/* The peer's success response to the check in a Send indication, through the relay. */
static void answer_through_relay(const struct out *o, const struct nt_addr *relayed)
{
    uint8_t response[200], buf[400];
    struct nt_stun_builder b;
    struct nt_stun_msg check;
    struct nt_addr peer;
    const struct nt_stun_attr *data = nt_stun_find(&o->m, NT_ATTR_DATA);
    assert_int_equal(nt_stun_get_addr(&o->m, NT_ATTR_XOR_PEER_ADDRESS, &peer), NT_OK);
    assert_int_equal(nt_stun_parse(&check, data->value, data->len), NT_OK);
    nt_stun_start(&b, response, sizeof response, NT_STUN_SUCCESS, NT_STUN_BINDING, check.id);
    nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, relayed);
    nt_stun_add_integrity(&b, &l.theirs);
    nt_stun_add_fingerprint(&b);
    int len = nt_stun_finish(&b);
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_INDICATION, NT_TURN_DATA, check.id);
    nt_stun_add_addr(&b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
    nt_stun_add(&b, NT_ATTR_DATA, response, (size_t)len);
    give_to(o, &b);
}

/* What the server and the peer of component 1 do about a message; the other component has no peer. True: the server says that the
 * allocation is gone. */
static bool act_on(const struct out *o)
{
    const struct nt_addr relayed = nt_addr_with_port(&o->path.remote, (uint16_t)(o->path.local.port + 35000));
    uint8_t buf[100];
    struct nt_stun_builder b;
    if (o->m.len == 0)
        return false;
    if (o->m.method == NT_TURN_ALLOCATE)
        grant_address(o, relayed);
    else if (is_permission(o))
        permit(o);
    else if (o->m.method == NT_TURN_SEND && o->path.local.port == 5000)
        answer_through_relay(o, &relayed);
    if (o->m.method != NT_TURN_CHANNEL_BIND)
        return false;
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_ERROR, NT_TURN_CHANNEL_BIND, o->m.id);
    nt_stun_add_error(&b, 437, NULL);
    give_to(o, &b);
    return true;
}

static bool act_until_gone(nt_time until)
{
    bool gone = false;
    for (; l.now < until && !gone; go(&l, l.now + 20 * NT_MSEC))
        while (l.next < l.count && !gone)
            gone = act_on(&l.outs[l.next++]);
    return gone;
}

/* The allocation goes while another component has no pair yet: whether the nominated pair still connects is for consent to say. */
TEST(a_nominated_pair_does_not_fail_with_its_relay)
{
    struct nt_ice_candidate c[2] = {candidate("10.0.0.2:5000", NT_ICE_HOST, "1"), candidate("10.0.0.2:5001", NT_ICE_HOST, "1")};
    static struct nt_ice_turn turn = {.user = "u", .password = "p"};
    struct nt_ice_config config = lab_config(NT_ICE_CONTROLLING);
    struct nt_ice_candidate own, peers;
    turn.server = addr(SERVER);
    config.turn = &turn;
    config.turn_count = 1;
    config.components = 2;
    c[1].component = 2;
    c[1].priority--;
    begin_with(config, NT_ICE_RELAY_ONLY, NULL, NT_ICE_TRICKLE_OFF);
    nt_stun_key_short(&l.theirs, PEER_PWD);
    assert_false(act_until_gone(500 * NT_MSEC));
    assert_true(is_gathered());
    assert_int_equal(remote(&l, c, 2), NT_OK);
    assert_true(act_until_gone(10 * NT_SEC));
    assert_true(nt_ice_selected(l.a, 1, 1, &own, &peers));
    assert_int_equal(nt_ice_state(l.a), NT_ICE_RUNNING);
    assert_int_equal(pair_to(&l, "10.0.0.2:5000").state, NT_ICE_SUCCEEDED);
    lab_end(&l);
}

/* The server reports an ICMP error of `type` and `code` about the peer; is the owner told that a packet was too big? */
static bool tells_too_big(const struct out *from, uint8_t type, uint8_t code)
{
    const uint8_t id[NT_STUN_ID] = {1}, value[8] = {0, 0, type, code, 0, 0, 5, 0x14};
    const struct nt_addr peer = addr("10.0.0.2:5000");
    struct nt_path path = {.transport = NT_UDP, .local = from->path.local, .remote = from->path.remote};
    struct nt_ice_event ev;
    uint8_t buf[100];
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_INDICATION, NT_TURN_DATA, id);
    nt_stun_add_addr(&b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
    nt_stun_add(&b, NT_ATTR_ICMP, value, sizeof value);
    nt_ice_input(l.a, &path, NT_IN_DATAGRAM, buf, (size_t)nt_stun_finish(&b), l.now);
    bool is_told = nt_ice_event(l.a, &ev) == 1;
    assert_true(!is_told || (ev.kind == NT_ICE_EV_TOO_BIG && ev.mtu == 0x514 && nt_addr_equal(&ev.remote.addr, &peer)));
    return is_told;
}

/* RFC 8656, 11.6: "the client signals the application of the error condition" */
TEST(what_a_relay_reports_of_a_packet_that_is_too_big_is_told)
{
    struct nt_ice_candidate c = candidate("10.0.0.2:5000", NT_ICE_HOST, "1");
    begin(NT_ICE_RELAY_ONLY, NULL, NT_ICE_TRICKLE_OFF);
    grant(allocate(SERVER));
    assert_int_equal(remote(&l, &c, 1), NT_OK);
    go(&l, l.now + 100 * NT_MSEC);
    struct out *o = next_out(&l, NT_STUN_REQUEST, SERVER);
    assert_true(is_permission(o));
    permit(o);
    assert_true(tells_too_big(o, 3, 4));
    assert_false(tells_too_big(o, 3, 3));
    assert_false(tells_too_big(o, 11, 4));
    lab_end(&l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mismatch_moves_the_client_to_a_port_of_its_own),
        cmocka_unit_test(a_client_moves_twice),
        cmocka_unit_test(a_client_that_cannot_move_gives_up),
        cmocka_unit_test(the_alternate_server_has_the_allocation),
        cmocka_unit_test(a_wait_ends_with_gathering),
        cmocka_unit_test(an_allocation_after_a_minute_is_a_candidate_while_gathering_goes_on),
        cmocka_unit_test(many_requests_are_retransmitted_as_often_as_one),
        cmocka_unit_test(an_allocation_is_kept_after_failure),
        cmocka_unit_test(a_nominated_pair_does_not_fail_with_its_relay),
        cmocka_unit_test(a_request_fills_the_owners_buffer_to_its_end),
        cmocka_unit_test(what_a_relay_reports_of_a_packet_that_is_too_big_is_told),
    };
    return RUN_TESTS(tests);
}
