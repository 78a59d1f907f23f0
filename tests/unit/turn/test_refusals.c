/* What the client does about a request that fails: ask another server, from another address, later, or no more. It says so in the
 * trace, with the server's code and reason. */
#include "by_hand.h"

static void first_allocate(void)
{
    nt_turn_client_allocate(c, w->now);
    next_request();
}

/* RFC 8489, 10: a redirection need not be signed. */
static void redirect(const char *to, const char *also)
{
    struct nt_stun_builder b;
    struct nt_addr alternate = addr(to);
    start(&b, NT_STUN_ERROR);
    nt_stun_add_error(&b, 300, NULL);
    nt_stun_add_addr(&b, NT_ATTR_ALTERNATE_SERVER, &alternate);
    if (also != NULL) {
        alternate = addr(also);
        nt_stun_add_addr(&b, NT_ATTR_ALTERNATE_SERVER, &alternate);
    }
    assert_true(finish(&b));
}

static void expect_final(int code, const char *why)
{
    struct nt_turn_event ev;
    assert_int_equal(next_event(&ev), NT_TURN_EV_FAILED);
    assert_int_equal(ev.code, code);
    assert_int_equal(nt_turn_client_state(c), NT_TURN_GONE);
    assert_string_equal(w->told.text, why);
    no_request();
}

/* --- RFC 8489, 6.3.3 and 6.3.4 --- */
static bool unusable(bool success, bool odd, bool signed_)
{
    struct nt_stun_builder b;
    start(&b, success ? NT_STUN_SUCCESS : NT_STUN_ERROR);
    nt_stun_add_addr(&b, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed);
    nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &w->bases[0]);
    nt_stun_add_u32(&b, NT_ATTR_LIFETIME, 600);
    if (odd)
        nt_stun_add_u32(&b, 0x7ffe, 0);
    if (odd && !success)
        nt_stun_add_error(&b, 486, NULL);
    if (signed_)
        nt_stun_add_integrity(&b, &key);
    return finish(&b);
}

TEST(a_response_that_cannot_be_used_ends_its_request)
{
    static const struct {
        bool success, odd;
        const char *reason;
    } cases[] = {
        {true, true, "a response with unknown comprehension-required attributes"},
        {false, true, "a response with unknown comprehension-required attributes"},
        {false, false, "an error response without ERROR-CODE"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nt_addr peer = addr(PEER);
        struct nt_turn_event ev;
        first_allocate();
        assert_true(unusable(cases[i].success, cases[i].odd, false));
        expect_final(0, "not asked again");
        assert_string_equal(w->told.reason, cases[i].reason);
        nt_turn_client_del(c);
        c = world_client(w, 0, "George", "secret", 0);
        to_allocated(600);
        nt_turn_client_permit(c, &peer, w->now);
        next_request();
        assert_true(unusable(cases[i].success, cases[i].odd, false)); /* forged */
        assert_int_equal(next_event(&ev), 0);
        assert_string_equal(w->why, "integrity");
        assert_true(unusable(cases[i].success, cases[i].odd, true));
        assert_int_equal(next_event(&ev), NT_TURN_EV_FORBIDDEN);
        assert_int_equal(ev.code, 0);
        assert_int_equal(w->told.method, NT_TURN_CREATE_PERMISSION);
        assert_string_equal(w->told.reason, cases[i].reason);
        assert_true(nt_addr_same_ip(&w->told.of, &peer));
        nt_turn_client_del(c);
        c = world_client(w, 0, "George", "secret", 0);
    }
}

/* RFC 5389, 12.1 */
TEST(attributes_of_rfc_3489_are_passed_over)
{
    struct nt_turn_event ev;
    struct nt_stun_builder b;
    to_second_allocate();
    start(&b, NT_STUN_SUCCESS);
    nt_stun_add_addr(&b, NT_ATTR_SOURCE_ADDRESS, &server);
    nt_stun_add_addr(&b, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed);
    nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &w->bases[0]);
    nt_stun_add_u32(&b, NT_ATTR_LIFETIME, 600);
    nt_stun_add_integrity(&b, &key);
    assert_true(finish(&b));
    assert_int_equal(next_event(&ev), NT_TURN_EV_ALLOCATED);
    assert_int_equal(w->traced[NT_TR_STUN_PASSED_OVER], 1);
    assert_string_equal(w->told.text, "SOURCE-ADDRESS");
}

TEST(a_success_without_what_it_must_have_is_a_failure)
{
    struct nt_stun_builder b;
    to_second_allocate();
    start(&b, NT_STUN_SUCCESS);
    nt_stun_add_u32(&b, NT_ATTR_LIFETIME, 600);
    nt_stun_add_integrity(&b, &key);
    assert_true(finish(&b));
    expect_final(0, "not asked again");
    assert_string_equal(w->told.reason, "a success response without an address");
}

/* --- 300 --- */
/* RFC 8656, 7.4: "it SHOULD try the Allocate request with the alternate server"; RFC 8489, 10: with "the same credentials". */
TEST(an_alternate_server_is_asked)
{
    struct nt_turn_event ev;
    to_second_allocate();
    redirect("[2001:db8::9]:3478", "192.0.2.9:3479"); /* the one of the request's family */
    assert_string_equal(w->told.text, "the alternate server is asked");
    assert_int_equal(w->told.code, 300);
    assert_true(nt_addr_equal(&w->told.of, &server));
    assert_int_equal(next_event(&ev), 0);
    server = addr("192.0.2.9:3479");
    assert_true(nt_addr_equal(nt_turn_client_server(c), &server));
    next_request();
    assert_int_equal(asked.method, NT_TURN_ALLOCATE);
    assert_null(nt_stun_find(&asked, NT_ATTR_NONCE)); /* that was the other server's */
    assert_true(challenge(401, "nonce-9"));
    next_request();
    assert_memory_equal(nt_stun_find(&asked, NT_ATTR_USERNAME)->value, "George", 6);
    assert_int_equal(nt_stun_verify(&asked, &key), NT_OK);
    assert_true(success(600));
    assert_int_equal(next_event(&ev), NT_TURN_EV_ALLOCATED);
    server = w->listen; /* what the first one sends is nobody's now */
    assert_false(give("\x40\x00\x00\x01x", 5));
}

static void forward_to(const char *to)
{
    redirect(to, NULL);
    server = addr(to);
    next_request();
}

/* RFC 8489, 10: "within the last five minutes, it MUST ignore the redirection and consider the transaction to have failed" */
TEST(redirections_in_a_circle_end)
{
    struct nt_turn_event ev;
    first_allocate();
    forward_to("192.0.2.9:3478");
    redirect("192.0.2.1:3478", NULL);
    expect_final(300, "not asked again: that server was asked within five minutes");
    nt_turn_client_del(c);
    server = w->listen;
    c = world_client(w, 0, "George", "secret", 0);
    first_allocate();
    forward_to("192.0.2.9:3478");
    w->now += 300 * NT_SEC; /* a response that comes as late as that: the first server is forgotten */
    redirect("192.0.2.1:3478", NULL);
    assert_int_equal(next_event(&ev), 0);
    server = w->listen;
    next_request();
}

TEST(redirections_have_a_limit)
{
    first_allocate();
    for (int i = 1; i < 8; i++) {
        char to[32];
        snprintf(to, sizeof to, "192.0.2.%d:3478", 20 + i);
        forward_to(to);
    }
    redirect("192.0.2.99:3478", NULL);
    expect_final(300, "not asked again: too many servers within five minutes");
}

TEST(redirections_to_nowhere_are_final)
{
    static const char *const to[] = {"[2001:db8::9]:3478", "192.0.2.9:0", "127.0.0.1:3478", "224.0.0.1:3478", "0.0.0.0:3478"};
    for (size_t i = 0; i < sizeof to / sizeof to[0]; i++) {
        first_allocate();
        redirect(to[i], NULL);
        expect_final(300, "not asked again: no ALTERNATE-SERVER of the request's family where a server can be");
        nt_turn_client_del(c);
        c = world_client(w, 0, "George", "secret", 0);
    }
    to_allocated(600); /* only Allocate is redirected */
    w->now = nt_turn_client_deadline(c);
    nt_turn_client_timer(c, w->now);
    next_request();
    redirect("192.0.2.9:3478", NULL);
    assert_string_equal(w->told.text, "the allocation is used until it expires");
    assert_true(nt_addr_equal(nt_turn_client_server(c), &server));
}

/* --- 437, 486, 508 to Allocate: RFC 8656, 7.4 --- */
/* "The client SHOULD try three different client transport addresses before giving up on this server. Once the client gives up on
 * the server, it SHOULD NOT try to create another allocation on the server for 2 minutes." */
TEST(a_mismatch_is_tried_from_three_addresses)
{
    struct nt_turn_event ev;
    to_second_allocate();
    for (int i = 1; i <= 3; i++) {
        assert_true(error(437));
        if (i == 3)
            break;
        assert_string_equal(w->told.text, "asked again from another local address");
        assert_int_equal(next_event(&ev), NT_TURN_EV_MOVE);
        no_request();
        assert_int_equal(nt_turn_client_deadline(c), NT_TIME_NEVER);
        w->bases[0].port++;
        nt_turn_client_move(c, &w->bases[0], w->now);
        next_request();
        assert_int_equal(asked.method, NT_TURN_ALLOCATE);
    }
    assert_string_equal(w->told.text, "the third local address in a row: not asked again for two minutes");
    assert_int_equal(next_event(&ev), NT_TURN_EV_FAILED);
    assert_int_equal(ev.code, 437);
    assert_int_equal(nt_turn_client_state(c), NT_TURN_WAITING);
    assert_true(nt_turn_client_deadline(c) == w->now + 120 * NT_SEC);
    w->now += 120 * NT_SEC;
    nt_turn_client_timer(c, w->now);
    next_request();
    assert_true(success(600));
    assert_int_equal(next_event(&ev), NT_TURN_EV_ALLOCATED);
    nt_turn_client_move(c, &server, w->now); /* means nothing now */
    assert_int_equal(nt_turn_client_state(c), NT_TURN_ALLOCATED);
}

TEST(an_owner_without_another_address_waits)
{
    struct nt_turn_event ev;
    to_second_allocate();
    assert_true(error(437));
    assert_int_equal(next_event(&ev), NT_TURN_EV_MOVE);
    nt_turn_client_move(c, NULL, w->now);
    assert_string_equal(w->told.text, "an allocation is not asked for for two minutes: there is no other local address");
    assert_int_equal(next_event(&ev), NT_TURN_EV_FAILED);
    assert_int_equal(ev.code, 437);
    assert_true(nt_turn_client_deadline(c) == w->now + 120 * NT_SEC);
    nt_turn_client_release(c, w->now);
    assert_string_equal(w->told.text, "an allocation is not asked for again: the owner needs none any more");
    assert_int_equal(next_event(&ev), NT_TURN_EV_RELEASED);
    assert_int_equal(nt_turn_client_deadline(c), NT_TIME_NEVER);
    no_request();
}

TEST(no_capacity_means_a_minute)
{
    static const int codes[] = {486, 508};
    struct nt_turn_event ev;
    to_second_allocate();
    for (size_t i = 0; i < 2; i++) {
        assert_true(error(codes[i]));
        assert_int_equal(next_event(&ev), NT_TURN_EV_FAILED);
        assert_int_equal(ev.code, codes[i]);
        assert_int_equal(nt_turn_client_state(c), NT_TURN_WAITING);
        assert_string_equal(w->told.text, "not asked again for a minute");
        assert_string_equal(w->told.reason, nt_stun_reason(codes[i]));
        w->now += 60 * NT_SEC - 1;
        nt_turn_client_timer(c, w->now);
        no_request();
        w->now++;
        nt_turn_client_timer(c, w->now);
        next_request();
        assert_int_equal(asked.method, NT_TURN_ALLOCATE);
    }
    nt_turn_client_release(c, w->now); /* while it is asked for */
    assert_true(error(486));
    assert_int_equal(next_event(&ev), NT_TURN_EV_RELEASED);
    assert_int_equal(nt_turn_client_state(c), NT_TURN_GONE);
}

/* --- Refresh --- */
static void to_refresh(void)
{
    w->now = nt_turn_client_deadline(c);
    nt_turn_client_timer(c, w->now);
    next_request();
    assert_int_equal(asked.method, NT_TURN_REFRESH);
}

/* RFC 8656, 8: "the client MUST refresh it before it expires"; RFC 8489, 6.3.4: 5xx may be resent four times. */
TEST(a_refresh_is_tried_again_while_the_allocation_lives)
{
    static const int codes[] = {500, 508, 0};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct nt_turn_event ev;
        to_allocated(600);
        nt_time end = w->now + 600 * NT_SEC;
        to_refresh();
        for (int k = 0; k < 4; k++) {
            assert_true(codes[i] != 0 ? error(codes[i]) : unusable(false, true, true));
            assert_string_equal(w->told.text, "asked again before the allocation expires");
            to_refresh();
        }
        assert_true(w->now == end - 12 * NT_SEC);
        if (i == 0) { /* the last one has luck */
            assert_true(success(600));
            to_refresh();
            assert_true(error(500));
            assert_string_equal(w->told.text, "asked again before the allocation expires");
        } else {
            assert_true(codes[i] != 0 ? error(codes[i]) : unusable(false, true, true));
            assert_string_equal(w->told.text, "the allocation is used until it expires");
            assert_true(nt_turn_client_deadline(c) == end);
            w->now = end;
            nt_turn_client_timer(c, w->now);
            no_request();
            assert_int_equal(next_event(&ev), NT_TURN_EV_FAILED);
            assert_int_equal(ev.code, codes[i]);
            assert_string_equal(w->told.text, "it has expired");
            assert_true(nt_addr_equal(&w->told.of, &relayed));
        }
        nt_turn_client_del(c);
        c = world_client(w, 0, "George", "secret", 0);
    }
}

/* RFC 8656, 8.3: "it should consider the allocation no longer exists" */
TEST(a_mismatch_ends_the_allocation)
{
    struct nt_turn_event ev;
    to_allocated(600);
    to_refresh();
    assert_true(error(437));
    assert_string_equal(w->told.text, "the server has none");
    assert_int_equal(w->traced[NT_TR_TURN_LOST], 1);
    assert_int_equal(next_event(&ev), NT_TURN_EV_FAILED);
    assert_int_equal(ev.code, 437);
    assert_int_equal(nt_turn_client_state(c), NT_TURN_GONE);
}

/* --- peers --- */
TEST(a_permission_is_tried_again_while_it_lives)
{
    struct nt_turn_event ev;
    struct nt_addr peer = addr(PEER);
    to_allocated(3600);
    nt_turn_client_permit(c, &peer, w->now);
    next_request();
    assert_true(success(0));
    assert_int_equal(next_event(&ev), NT_TURN_EV_PERMITTED);
    for (int i = 0; i <= 4; i++) {
        w->now = nt_turn_client_deadline(c);
        nt_turn_client_timer(c, w->now);
        next_request();
        assert_int_equal(asked.method, NT_TURN_CREATE_PERMISSION);
        assert_true(error(508));
        assert_int_equal(next_event(&ev), 0);
        assert_true(nt_turn_client_permitted(c, &peer));
        assert_string_equal(w->told.text, i < 4 ? "asked again before it expires" : "it is used until it expires");
    }
    w->now = 300 * NT_SEC;
    nt_turn_client_timer(c, w->now);
    assert_int_equal(next_event(&ev), NT_TURN_EV_FORBIDDEN);
    assert_false(nt_turn_client_permitted(c, &peer));
}

/* RFC 8656 has no rule for peers; for Allocate: not "until it believes the problem has been fixed". */
TEST(a_refused_peer_may_be_asked_for_after_a_minute)
{
    struct nt_turn_event ev;
    struct nt_addr peer = addr(PEER);
    to_allocated(600);
    nt_turn_client_permit(c, &peer, w->now);
    next_request();
    assert_true(error(403));
    assert_int_equal(next_event(&ev), NT_TURN_EV_FORBIDDEN);
    assert_string_equal(w->told.reason, "Forbidden");
    assert_string_equal(w->told.text, "not asked again for a minute");
    w->now += 59 * NT_SEC;
    assert_int_equal(nt_turn_client_permit(c, &peer, w->now), NT_EAUTH);
    assert_string_equal(w->told.text, "not asked for: the server has refused the peer");
    no_request();
    w->now += NT_SEC;
    nt_turn_client_timer(c, w->now);
    no_request(); /* not by itself */
    assert_int_equal(nt_turn_client_permit(c, &peer, w->now), NT_OK);
    next_request();
    assert_true(success(0));
    assert_int_equal(next_event(&ev), NT_TURN_EV_PERMITTED);
}

/* RFC 8489, 9.2.5: what was refused is not asked again with the same credentials; what was granted before lives as long as it does.
 */
TEST(a_peer_is_not_asked_for_with_credentials_that_were_refused)
{
    struct nt_addr peer = addr(PEER);
    for (int granted = 0; granted < 2; granted++) {
        to_allocated(3600);
        nt_turn_client_permit(c, &peer, w->now);
        next_request();
        if (granted) {
            assert_true(success(0));
            w->now += 240 * NT_SEC;
            nt_turn_client_timer(c, w->now);
            next_request();
        }
        assert_true(error(401)); /* the challenge has the realm of the one before */
        assert_true(nt_turn_client_permitted(c, &peer) == (granted != 0));
        assert_int_equal(nt_turn_client_permit(c, &peer, w->now), granted ? NT_OK : NT_EAUTH);
        no_request();
        w->now += 120 * NT_SEC;
        nt_turn_client_timer(c, w->now);
        assert_false(nt_turn_client_permitted(c, &peer));
        assert_int_equal(nt_turn_client_permit(c, &peer, w->now), NT_EAUTH);
        no_request();
        nt_turn_client_del(c);
        c = world_client(w, 0, "George", "secret", 0);
    }
}

TEST(a_limit_of_peers_is_told)
{
    struct nt_addr peer = addr(PEER), six = addr("[2001:db8::7]:1");
    to_allocated(600);
    for (int i = 0; i < NT_TURN_PEERS_MAX; i++) {
        peer.ip[2] = (uint8_t)i;
        assert_int_equal(nt_turn_client_permit(c, &peer, w->now), NT_OK);
    }
    assert_int_equal(w->traced[NT_TR_TURN_DROPPED], 0);
    peer = addr("203.0.113.99:5000");
    assert_int_equal(nt_turn_client_permit(c, &peer, w->now), NT_ELIMIT);
    assert_string_equal(w->told.text, "not asked for: there are as many peers as the client keeps");
    assert_true(nt_addr_equal(&w->told.of, &peer));
    assert_int_equal(nt_turn_client_bind_channel(c, &peer, w->now), NT_ELIMIT);
    assert_int_equal(w->traced[NT_TR_TURN_DROPPED], 2);
    assert_int_equal(nt_turn_client_permit(c, &six, w->now), NT_EINVAL);
    assert_int_equal(w->traced[NT_TR_TURN_DROPPED], 3);
}

/* RFC 8489, 14.9 and 14.10: "fewer than 128 characters". */
TEST(a_realm_that_is_too_long_is_told)
{
    static char realm[200];
    struct nt_stun_builder b;
    memset(realm, 'r', 128);
    first_allocate();
    start(&b, NT_STUN_ERROR);
    nt_stun_add_error(&b, 401, NULL);
    nt_stun_add_text(&b, NT_ATTR_REALM, realm);
    nt_stun_add_text(&b, NT_ATTR_NONCE, "nonce");
    assert_true(finish(&b));
    expect_final(401, "not asked again");
    assert_string_equal(w->told.reason, "a challenge without REALM or NONCE, or with one of 128 characters or more");
}

/* --- what comes and is not taken --- */
static void indication(bool peer, bool data, bool odd)
{
    struct nt_stun_builder b;
    struct nt_addr from = addr(PEER);
    static const uint8_t id[NT_STUN_ID] = {1};
    nt_stun_start(&b, response, sizeof response, NT_STUN_INDICATION, NT_TURN_DATA, id);
    if (peer)
        nt_stun_add_addr(&b, NT_ATTR_XOR_PEER_ADDRESS, &from);
    if (data)
        nt_stun_add(&b, NT_ATTR_DATA, "data", 4);
    if (odd)
        nt_stun_add_u32(&b, 0x7ffe, 0);
    assert_true(finish(&b));
}

TEST(what_is_discarded_says_why)
{
    struct nt_turn_event ev;
    struct nt_addr peer = addr(PEER);
    to_allocated(600);
    indication(true, true, false);
    assert_string_equal(w->why, "no-permission");
    nt_turn_client_permit(c, &peer, w->now);
    next_request();
    indication(true, true, true);
    assert_string_equal(w->why, "unsupported");
    indication(false, true, false);
    assert_string_equal(w->why, "unreadable");
    w->why = NULL;
    indication(true, false, false);
    assert_string_equal(w->why, "unreadable");
    assert_true(give("\x40\x00\x00\x01x", 5));
    assert_string_equal(w->why, "no-channel");
    assert_true(give("\x40\x00\x00\x09x", 5));
    assert_string_equal(w->why, "unreadable");
    assert_int_equal(w->traced[NT_TR_DISCARDED], 6);
    while (next_event(&ev) != 0)
        assert_int_not_equal(ev.kind, NT_TURN_EV_DATA);
}

TEST(no_response_is_told)
{
    struct nt_path path;
    first_allocate();
    while (nt_turn_client_deadline(c) != NT_TIME_NEVER) {
        w->now = nt_turn_client_deadline(c);
        nt_turn_client_timer(c, w->now);
        nt_turn_client_output(c, &path, request, sizeof request, w->now);
    }
    expect_final(0, "not asked again");
    assert_string_equal(w->told.reason, "no response");
    assert_true(w->told.at == NT_STUN_TI);
}

int main(int argc, char **argv)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_response_that_cannot_be_used_ends_its_request),
        T(attributes_of_rfc_3489_are_passed_over),
        T(a_success_without_what_it_must_have_is_a_failure),
        T(an_alternate_server_is_asked),
        T(redirections_in_a_circle_end),
        T(redirections_have_a_limit),
        T(redirections_to_nowhere_are_final),
        T(a_mismatch_is_tried_from_three_addresses),
        T(an_owner_without_another_address_waits),
        T(no_capacity_means_a_minute),
        T(a_refresh_is_tried_again_while_the_allocation_lives),
        T(a_mismatch_ends_the_allocation),
        T(a_permission_is_tried_again_while_it_lives),
        T(a_refused_peer_may_be_asked_for_after_a_minute),
        T(a_peer_is_not_asked_for_with_credentials_that_were_refused),
        T(a_limit_of_peers_is_told),
        T(a_realm_that_is_too_long_is_told),
        T(what_is_discarded_says_why),
        T(no_response_is_told),
    };
    return RUN_TESTS(tests);
}
