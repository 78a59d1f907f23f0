/* The client against single hand-built responses: what it accepts, repeats, ignores and gives up on. */
#include "by_hand.h"

/* RFC 8656, 7.1; B151: no USERNAME in the first request. */
TEST(requests_as_the_rfc_has_them)
{
    uint32_t transport;
    nt_turn_client_allocate(c, w->now);
    next_request();
    assert_int_equal(asked.class_, NT_STUN_REQUEST);
    assert_int_equal(asked.method, NT_TURN_ALLOCATE);
    assert_int_equal(nt_stun_get_u32(&asked, NT_ATTR_REQUESTED_TRANSPORT, &transport), NT_OK);
    assert_int_equal(transport, 0x11000000);
    assert_non_null(nt_stun_find(&asked, NT_ATTR_SOFTWARE));
    assert_null(nt_stun_find(&asked, NT_ATTR_USERNAME));
    assert_null(nt_stun_find(&asked, NT_ATTR_LIFETIME));
    assert_null(asked.integrity);
    no_request();
    uint8_t first_id[NT_STUN_ID];
    memcpy(first_id, asked.id, sizeof first_id);
    assert_true(challenge(401, "nonce-1"));
    next_request();
    assert_memory_not_equal(first_id, asked.id, sizeof first_id);
    assert_int_equal(nt_stun_verify(&asked, &key), NT_OK);
    assert_memory_equal(nt_stun_find(&asked, NT_ATTR_NONCE)->value, "nonce-1", 7);
    assert_true(success(600));
    struct nt_turn_event ev;
    assert_int_equal(next_event(&ev), NT_TURN_EV_ALLOCATED);
    assert_true(nt_addr_equal(&ev.relayed, &relayed) && nt_addr_equal(&ev.mapped, &w->bases[0]));
    struct nt_addr peer = addr(PEER), got;
    assert_int_equal(nt_turn_client_bind_channel(c, &peer, w->now), NT_OK);
    next_request();
    uint32_t number;
    assert_int_equal(asked.method, NT_TURN_CHANNEL_BIND);
    assert_int_equal(nt_stun_get_u32(&asked, NT_ATTR_CHANNEL_NUMBER, &number), NT_OK);
    assert_int_equal(number, 0x40000000);
    assert_int_equal(nt_stun_get_addr(&asked, NT_ATTR_XOR_PEER_ADDRESS, &got), NT_OK);
    assert_true(nt_addr_equal(&got, &peer));
    no_request(); /* the ChannelBind brings the permission */
    assert_false(nt_turn_client_permitted(c, &peer));
    assert_true(success(0));
    assert_true(nt_turn_client_permitted(c, &peer));
    nt_turn_client_release(c, w->now);
    next_request();
    assert_int_equal(asked.method, NT_TURN_REFRESH);
    assert_int_equal(nt_stun_get_u32(&asked, NT_ATTR_LIFETIME, &number), NT_OK);
    assert_int_equal(number, 0);
}

/* RFC 8489, 9.2.5: "the response MUST be discarded, as if it had never been received" */
TEST(forged_responses)
{
    struct nt_turn_event ev;
    struct nt_stun_builder b;
    struct nt_stun_key right = key, wrong;
    nt_stun_key_long(&wrong, NT_PASSWORD_MD5, "George", "example.com", "guess");
    to_second_allocate();
    key = wrong;
    assert_true(success(600));
    assert_true(error(486));
    assert_true(error(300)); /* a 300 with a wrong integrity is a forged one */
    key = right;
    start(&b, NT_STUN_ERROR); /* no integrity */
    nt_stun_add_error(&b, 403, NULL);
    assert_true(finish(&b));
    nt_stun_start(&b, response, sizeof response, NT_STUN_SUCCESS, NT_TURN_REFRESH, asked.id); /* another method */
    nt_stun_add_integrity(&b, &key);
    assert_true(finish(&b));
    assert_int_equal(next_event(&ev), 0);
    no_request();
    /* nor from another address */
    struct nt_path path = {.transport = NT_UDP, .local = w->bases[0], .remote = addr("192.0.2.1:3479")};
    start(&b, NT_STUN_SUCCESS);
    nt_stun_add_integrity(&b, &key);
    assert_false(nt_turn_client_input(c, &path, response, (size_t)nt_stun_finish(&b), w->now));
    assert_true(success(600));
    assert_int_equal(next_event(&ev), NT_TURN_EV_ALLOCATED);
    assert_false(success(600)); /* a duplicate answers no request */
    assert_false(error(437));
    assert_int_equal(next_event(&ev), 0);
    assert_int_equal(nt_turn_client_state(c), NT_TURN_ALLOCATED);
}

TEST(allocate_errors)
{
    static const int codes[] = {300, 400, 403, 420, 440, 441, 442, 500, 699};
    struct nt_turn_event ev;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        to_second_allocate();
        assert_true(error(codes[i]));
        assert_int_equal(next_event(&ev), NT_TURN_EV_FAILED);
        assert_int_equal(ev.code, codes[i]);
        assert_int_equal(w->told.code, codes[i]);
        assert_string_equal(w->told.reason, nt_stun_reason(codes[i]));
        assert_int_equal(nt_turn_client_state(c), NT_TURN_GONE);
        no_request();
        assert_int_equal(nt_turn_client_deadline(c), NT_TIME_NEVER);
        nt_turn_client_del(c);
        c = world_client(w, 0, "George", "secret", 0);
    }
}

/* B163: the reason phrase may be any bytes. */
TEST(strange_reason)
{
    struct nt_turn_event ev;
    struct nt_stun_builder b;
    to_second_allocate();
    start(&b, NT_STUN_ERROR);
    nt_stun_add(&b, NT_ATTR_ERROR_CODE, "\0\0\x04\x56\xff\xfe\xe4", 7);
    nt_stun_add_integrity(&b, &key);
    assert_true(finish(&b));
    assert_int_equal(next_event(&ev), NT_TURN_EV_FAILED);
    assert_int_equal(ev.code, 486);
}

TEST(stale_for_ever)
{
    struct nt_turn_event ev;
    char nonce[] = "nonce-A";
    int sent = 0;
    to_second_allocate();
    while (nt_turn_client_state(c) == NT_TURN_ALLOCATING) {
        assert_true(++sent < 20);
        nonce[6]++;
        assert_true(challenge(438, nonce));
        if (nt_turn_client_state(c) == NT_TURN_ALLOCATING)
            next_request();
    }
    assert_int_equal(next_event(&ev), NT_TURN_EV_FAILED);
    assert_int_equal(ev.code, 438);
}

/* A server that signs its challenges: with a new nonce each time, or with a new realm each time. */
TEST(signed_challenges_end)
{
    static const int codes[] = {438, 401};
    struct nt_turn_event ev;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        char nonce[] = "nonce-A", realm[] = "example.com";
        int sent = 2;
        to_second_allocate();
        while (nt_turn_client_state(c) == NT_TURN_ALLOCATING) {
            struct nt_stun_builder b;
            struct nt_stun_key with;
            nt_stun_key_long(&with, NT_PASSWORD_MD5, "George", realm, "secret");
            nonce[6]++;
            realm[0] = (char)(realm[0] + (codes[i] == 401));
            start(&b, NT_STUN_ERROR);
            nt_stun_add_error(&b, codes[i], NULL);
            nt_stun_add_text(&b, NT_ATTR_REALM, realm);
            nt_stun_add_text(&b, NT_ATTR_NONCE, nonce);
            nt_stun_add_integrity(&b, &with);
            assert_true(finish(&b));
            if (nt_turn_client_state(c) == NT_TURN_ALLOCATING) {
                next_request();
                assert_true(++sent < 20);
            }
        }
        assert_int_equal(sent, 2 + NT_STUN_RETRIES_MAX);
        assert_string_equal(w->told.reason, "too many challenges in a row");
        assert_int_equal(next_event(&ev), NT_TURN_EV_FAILED);
        assert_int_equal(ev.code, codes[i]);
        nt_turn_client_del(c);
        c = world_client(w, 0, "George", "secret", 0);
    }
}

/* Three requests are under way when the nonce goes stale: one challenge serves them all. */
TEST(stale_in_parallel)
{
    struct nt_turn_event ev;
    uint8_t ids[3][NT_STUN_ID];
    to_allocated(600);
    for (int i = 0; i < 3; i++) {
        struct nt_addr peer = nt_addr_with_port(&relayed, (uint16_t)(100 + i));
        peer.ip[3] = (uint8_t)(50 + i);
        nt_turn_client_bind_channel(c, &peer, w->now);
        next_request();
        memcpy(ids[i], asked.id, NT_STUN_ID);
    }
    for (int i = 0; i < 3; i++) {
        struct nt_stun_msg one = {.method = NT_TURN_CHANNEL_BIND, .id = ids[i]};
        asked = one;
        assert_true(challenge(438, "nonce-2"));
    }
    for (int i = 0; i < 3; i++) {
        next_request();
        assert_memory_equal(nt_stun_find(&asked, NT_ATTR_NONCE)->value, "nonce-2", 7);
        assert_true(success(0));
    }
    no_request();
    int channels = 0;
    while (nt_turn_client_event(c, &ev))
        channels += ev.kind == NT_TURN_EV_CHANNEL;
    assert_int_equal(channels, 3);
}

/* RFC 8489, 9.2.5: after a 438 "the client MUST retry the request"; also when another request was refused before. */
TEST(stale_after_a_refusal)
{
    struct nt_turn_event ev;
    struct nt_addr peer = nt_addr_with_port(&relayed, 100);
    to_allocated(600);
    nt_turn_client_bind_channel(c, &peer, w->now);
    next_request();
    assert_true(challenge(401, "nonce-2")); /* the same realm: the credentials are wrong, or it was damaged on its way */
    assert_int_equal(next_event(&ev), NT_TURN_EV_FORBIDDEN);
    assert_int_equal(ev.code, 401);
    no_request();
    peer.ip[3] = 50;
    nt_turn_client_bind_channel(c, &peer, w->now);
    next_request();
    assert_true(challenge(438, "nonce-3"));
    next_request();
    assert_memory_equal(nt_stun_find(&asked, NT_ATTR_NONCE)->value, "nonce-3", 7);
    assert_true(success(0));
    assert_int_equal(next_event(&ev), NT_TURN_EV_PERMITTED);
    assert_int_equal(next_event(&ev), NT_TURN_EV_CHANNEL);
}

/* B112, B146, B147: refreshes follow the granted lifetime, however short. */
TEST(granted_lifetimes)
{
    static const uint32_t granted[] = {1, 2, 30, 60, 119, 120, 600, 3600, 0xffffffff};
    for (size_t i = 0; i < sizeof granted / sizeof *granted; i++) {
        to_allocated(granted[i]);
        nt_time due = nt_turn_client_deadline(c), end = w->now + granted[i] * NT_SEC;
        assert_true(due >= w->now + NT_SEC / 2);
        assert_true(due <= end - (granted[i] >= 120 ? 60 * NT_SEC : granted[i] * NT_SEC / 2));
        w->now = due;
        nt_turn_client_timer(c, w->now);
        next_request();
        assert_int_equal(asked.method, NT_TURN_REFRESH);
        no_request();
        assert_true(success(granted[i]));
        assert_true(nt_turn_client_deadline(c) >= w->now + NT_SEC / 2);
        w->now = NT_SEC * 100 * (nt_time)(i + 1);
        nt_turn_client_del(c);
        c = world_client(w, 0, "George", "secret", 0);
    }
    struct nt_turn_event ev;
    to_second_allocate();
    assert_true(success(0)); /* it has expired at once */
    assert_int_equal(next_event(&ev), NT_TURN_EV_FAILED);
}

TEST(other_family_is_deleted)
{
    struct nt_turn_event ev;
    uint32_t lifetime = 9;
    to_second_allocate();
    relayed = addr("[2001:db8::1]:50000");
    assert_true(success(600));
    next_request();
    assert_int_equal(asked.method, NT_TURN_REFRESH);
    assert_int_equal(nt_stun_get_u32(&asked, NT_ATTR_LIFETIME, &lifetime), NT_OK);
    assert_int_equal(lifetime, 0);
    assert_int_equal(next_event(&ev), NT_TURN_EV_FAILED);
    assert_true(success(0));
    assert_int_equal(next_event(&ev), NT_TURN_EV_RELEASED);
}

/* RFC 8656, 5: a 437 to anything but Allocate: the allocation is no longer there. */
TEST(allocation_lost)
{
    struct nt_turn_event ev;
    struct nt_addr peer = addr(PEER);
    to_allocated(600);
    nt_turn_client_permit(c, &peer, w->now);
    nt_turn_client_bind_channel(c, &peer, w->now);
    next_request();
    assert_true(error(437));
    assert_int_equal(next_event(&ev), NT_TURN_EV_FAILED);
    assert_int_equal(ev.code, 437);
    no_request();
    assert_int_equal(nt_turn_client_permit(c, &peer, w->now), NT_ESTATE);
    assert_int_equal(nt_turn_client_deadline(c), NT_TIME_NEVER);
    nt_turn_client_release(c, w->now);
    no_request();
}

static bool give_data(const char *peer, bool icmp)
{
    struct nt_stun_builder b;
    struct nt_addr a = addr(peer);
    static const uint8_t id[NT_STUN_ID] = {1};
    nt_stun_start(&b, response, sizeof response, NT_STUN_INDICATION, NT_TURN_DATA, id);
    nt_stun_add_addr(&b, NT_ATTR_XOR_PEER_ADDRESS, &a);
    if (icmp)
        nt_stun_add(&b, NT_ATTR_ICMP, "\0\0\x03\x04\0\0\x05\x78", 8);
    else
        nt_stun_add(&b, NT_ATTR_DATA, "data", 4);
    return finish(&b);
}

/* RFC 8656, 11.4, 11.6, 12, 12.6 */
TEST(what_is_believed)
{
    struct nt_turn_event ev;
    struct nt_addr peer = addr(PEER);
    to_allocated(600);
    assert_true(give_data(PEER, false));
    assert_int_equal(next_event(&ev), 0); /* no permission */
    assert_true(give("\x40\x00\x00\x01x", 5));
    assert_int_equal(next_event(&ev), 0); /* no channel */
    nt_turn_client_bind_channel(c, &peer, w->now);
    next_request();
    uint8_t buf[64];
    assert_int_equal(nt_turn_client_wrap(c, &peer, buf, 1, false, buf, sizeof buf), NT_ESTATE);
    assert_true(give("\x40\x00\x00\x01x", 5)); /* before the response */
    assert_int_equal(next_event(&ev), NT_TURN_EV_PERMITTED);
    assert_int_equal(next_event(&ev), NT_TURN_EV_DATA);
    assert_true(nt_addr_equal(&ev.peer, &peer));
    assert_int_equal(ev.len, 1);
    assert_int_equal(nt_turn_client_wrap(c, &peer, (const uint8_t *)"x", 1, false, buf, sizeof buf), 20 + 12 + 8);
    assert_memory_equal(buf, "\x00\x16", 2); /* B161: no ChannelData is sent before, but a Send indication may be */
    assert_true(success(0));
    assert_int_equal(next_event(&ev), NT_TURN_EV_CHANNEL);
    assert_int_equal(nt_turn_client_wrap(c, &peer, (const uint8_t *)"x", 1, false, buf, sizeof buf), 5);
    assert_memory_equal(buf, "\x40\x00\x00\x01x", 5);
    assert_true(give_data("203.0.113.7:9", false)); /* another port: a Data indication */
    assert_int_equal(next_event(&ev), NT_TURN_EV_DATA);
    assert_memory_equal(ev.bytes, "data", 4);
    assert_true(give_data("203.0.113.8:9", false));
    assert_int_equal(next_event(&ev), 0);
    assert_true(give_data(PEER, true));
    assert_int_equal(next_event(&ev), NT_TURN_EV_ICMP);
    assert_int_equal(ev.icmp_type, 3);
    assert_int_equal(ev.icmp_code, 4);
    assert_int_equal(ev.mtu, 1400);
    assert_true(give("\x40\x00\x00\x09x", 5)); /* too short */
    assert_int_equal(next_event(&ev), 0);
    assert_true(give("\x40\x00\x00\x00", 4)); /* empty is data, too */
    assert_int_equal(next_event(&ev), NT_TURN_EV_DATA);
    assert_int_equal(ev.len, 0);
    assert_false(give("\x16\xfe\xfdhandshake", 12)); /* DTLS is not ours */
    assert_false(give("", 0));
}

/* The response to CreatePermission is lost; what the server relays shows that the permission is there. */
TEST(relayed_data_proves_the_permission)
{
    struct nt_turn_event ev;
    struct nt_addr peer = addr(PEER), other = addr("203.0.113.8:5000");
    uint8_t buf[64];
    to_allocated(0xffffffff);
    nt_turn_client_permit(c, &peer, w->now);
    next_request();
    nt_time asked_at = w->now;
    w->now += NT_SEC;
    assert_false(nt_turn_client_permitted(c, &peer));
    assert_int_equal(nt_turn_client_wrap(c, &peer, buf, 1, false, buf, sizeof buf), NT_ESTATE);
    assert_true(give_data("203.0.113.7:9", false)); /* a permission holds for all ports of an IP */
    assert_int_equal(next_event(&ev), NT_TURN_EV_PERMITTED);
    assert_int_equal(next_event(&ev), NT_TURN_EV_DATA);
    assert_true(nt_turn_client_permitted(c, &peer));
    assert_int_equal(nt_turn_client_wrap(c, &peer, (const uint8_t *)"x", 1, false, buf, sizeof buf), 20 + 12 + 8);
    assert_memory_equal(buf, "\x00\x16", 2);
    assert_int_equal(nt_turn_client_wrap(c, &other, buf, 1, false, buf, sizeof buf), NT_ESTATE);
    /* the refusal of a ChannelBind to another port of the IP does not take the permission back */
    peer.port++;
    nt_turn_client_bind_channel(c, &peer, w->now);
    next_request();
    assert_true(error(508));
    assert_int_equal(next_event(&ev), NT_TURN_EV_FORBIDDEN);
    assert_true(nt_turn_client_permitted(c, &peer));
    /* no response ever comes: the client asks again and again, until the permission must have expired */
    int requests = 0;
    for (nt_time t = nt_turn_client_deadline(c); t < asked_at + 300 * NT_SEC; t = nt_turn_client_deadline(c)) {
        struct nt_path path;
        w->now = t;
        nt_turn_client_timer(c, w->now);
        while (nt_turn_client_output(c, &path, request, sizeof request, w->now) > 0)
            requests++;
        assert_true(nt_turn_client_permitted(c, &peer));
    }
    assert_true(requests > 7);
    assert_int_equal(next_event(&ev), 0);
    w->now = asked_at + 300 * NT_SEC;
    nt_turn_client_timer(c, w->now);
    assert_int_equal(next_event(&ev), NT_TURN_EV_FORBIDDEN);
    assert_false(nt_turn_client_permitted(c, &peer));
}

/* The response comes after the proof: a success gives no second event, a refusal takes the permission back. */
TEST(the_response_comes_after_the_proof)
{
    struct nt_turn_event ev;
    struct nt_addr peer = addr(PEER);
    to_allocated(600);
    nt_turn_client_permit(c, &peer, w->now);
    next_request();
    assert_true(give_data(PEER, true)); /* an ICMP error proves it, too */
    assert_int_equal(next_event(&ev), NT_TURN_EV_PERMITTED);
    assert_int_equal(next_event(&ev), NT_TURN_EV_ICMP);
    assert_true(success(0));
    assert_int_equal(next_event(&ev), 0);
    assert_true(nt_turn_client_permitted(c, &peer));
    peer.ip[3] = 8;
    nt_turn_client_bind_channel(c, &peer, w->now);
    next_request();
    assert_true(give_data("203.0.113.8:77", false)); /* the permission that a ChannelBind asks for holds for all ports */
    assert_int_equal(next_event(&ev), NT_TURN_EV_PERMITTED);
    assert_int_equal(next_event(&ev), NT_TURN_EV_DATA);
    assert_true(error(508));
    assert_int_equal(next_event(&ev), NT_TURN_EV_FORBIDDEN); /* the channel; the permission is kept alive */
    w->now += 240 * NT_SEC;
    nt_turn_client_timer(c, w->now);
    next_request();
    assert_int_equal(asked.method, NT_TURN_CREATE_PERMISSION);
    while (nt_turn_client_event(c, &ev))
        assert_int_not_equal(ev.kind, NT_TURN_EV_FORBIDDEN);
    nt_turn_client_release(c, w->now);
    next_request();
    assert_true(give_data("203.0.113.8:77", false));
    assert_int_equal(next_event(&ev), 0);
    nt_turn_client_del(c);
    c = world_client(w, 0, "George", "secret", 0);
    to_allocated(600);
    nt_turn_client_permit(c, &peer, w->now);
    next_request();
    assert_true(give_data("203.0.113.8:77", false));
    assert_true(error(403));
    assert_int_equal(next_event(&ev), NT_TURN_EV_FORBIDDEN);
    assert_int_equal(ev.code, 403);
    assert_false(nt_turn_client_permitted(c, &peer));
}

/* RFC 8656, 3.3: "A permission expires after 5 minutes if it is not refreshed"; this one has no response that says it is there. */
TEST(a_permission_that_data_proved_is_refreshed)
{
    struct nt_addr peer = addr(PEER), of;
    to_allocated(3600);
    nt_turn_client_bind_channel(c, &peer, w->now);
    next_request();
    assert_true(give_data(PEER, false));
    assert_true(error(508));
    w->now += 240 * NT_SEC;
    nt_turn_client_timer(c, w->now);
    next_request();
    assert_int_equal(asked.method, NT_TURN_CREATE_PERMISSION);
    assert_int_equal(nt_stun_get_addr(&asked, NT_ATTR_XOR_PEER_ADDRESS, &of), NT_OK);
    assert_true(nt_addr_same_ip(&of, &peer));
}

/* What the owner asks of a server that may have lost its state is asked by a Refresh; only 437 says that it has (RFC 8656, 8.3). */
TEST(an_allocation_is_checked)
{
    struct nt_turn_event ev;
    for (int code = 0; code <= 437; code += code == 0 ? 403 : 34) {
        to_allocated(600);
        assert_true(nt_turn_client_check(c, w->now));
        next_request();
        assert_int_equal(asked.method, NT_TURN_REFRESH);
        assert_true(nt_turn_client_check(c, w->now)); /* the answer to the request under way tells */
        no_request();
        assert_true(code == 0 ? success(600) : error(code));
        assert_int_equal(next_event(&ev), code == 437 ? NT_TURN_EV_FAILED : NT_TURN_EV_STANDS);
        assert_int_equal(next_event(&ev), 0);
        assert_true(nt_turn_client_check(c, w->now) == (code == 0)); /* what was refused is not asked again (RFC 8489, 9.2.5) */
        if (code == 437)
            assert_int_equal(nt_turn_client_state(c), NT_TURN_GONE);
        nt_turn_client_del(c);
        c = world_client(w, 0, "George", "secret", 0);
    }
    to_allocated(600);
    assert_true(nt_turn_client_check(c, w->now));
    next_request();
    for (int i = 0; i < 20 && next_event(&ev) == 0; i++) {
        struct nt_path path;
        w->now = nt_turn_client_deadline(c);
        nt_turn_client_timer(c, w->now);
        nt_turn_client_output(c, &path, request, sizeof request, w->now);
    }
    assert_int_equal(ev.kind, NT_TURN_EV_STANDS); /* it may be silent for another reason */
    assert_int_equal(nt_turn_client_state(c), NT_TURN_ALLOCATED);
}

/* RFC 8656, 9: "The Permission Lifetime MUST be 300 seconds": credentials that were revoked end it no earlier. */
TEST(a_refused_refresh_ends_no_permission)
{
    struct nt_turn_event ev;
    struct nt_addr peer = addr(PEER);
    to_allocated(3600);
    nt_turn_client_permit(c, &peer, w->now);
    next_request();
    assert_true(success(0));
    assert_int_equal(next_event(&ev), NT_TURN_EV_PERMITTED);
    w->now += 240 * NT_SEC;
    nt_turn_client_timer(c, w->now);
    next_request();
    assert_int_equal(asked.method, NT_TURN_CREATE_PERMISSION);
    assert_true(error(403));
    assert_int_equal(next_event(&ev), 0);
    assert_true(give_data(PEER, false));
    assert_int_equal(next_event(&ev), NT_TURN_EV_DATA);
    w->now += 60 * NT_SEC;
    nt_turn_client_timer(c, w->now);
    assert_int_equal(next_event(&ev), NT_TURN_EV_FORBIDDEN);
    assert_false(nt_turn_client_permitted(c, &peer));
}

TEST(a_refused_channel_may_be_bound)
{
    struct nt_turn_event ev;
    struct nt_addr peer = addr(PEER);
    to_allocated(600);
    nt_turn_client_bind_channel(c, &peer, w->now);
    next_request();
    assert_true(challenge(401, "nonce-2"));
    assert_int_equal(next_event(&ev), NT_TURN_EV_FORBIDDEN);
    assert_true(give("\x40\x00\x00\x01x", 5));
    assert_int_equal(next_event(&ev), 0); /* no permission either */
    nt_turn_client_permit(c, &peer, w->now);
    next_request();
    assert_true(success(0));
    assert_int_equal(next_event(&ev), NT_TURN_EV_PERMITTED);
    assert_true(give("\x40\x00\x00\x01x", 5));
    assert_int_equal(next_event(&ev), NT_TURN_EV_DATA);
    assert_true(nt_addr_equal(&ev.peer, &peer));
}

/* B160: a peer always gets the same number again, and no other peer ever gets it. */
TEST(channel_numbers)
{
    struct nt_turn_event ev;
    struct nt_addr peer = addr(PEER), other = addr("203.0.113.7:5001");
    uint32_t number;
    to_allocated(0xffffffff);
    nt_turn_client_bind_channel(c, &peer, w->now);
    next_request();
    assert_true(success(0));
    while (nt_turn_client_event(c, &ev))
        ;
    nt_time end = w->now + 600 * NT_SEC;
    bool refreshed = false;
    for (nt_time t = nt_turn_client_deadline(c); t <= end; t = nt_turn_client_deadline(c)) {
        struct nt_path path;
        w->now = t > w->now ? t : w->now;
        nt_turn_client_timer(c, w->now);
        while (nt_turn_client_output(c, &path, request, sizeof request, w->now) > 0)
            refreshed = refreshed || (nt_load16(request) == NT_TURN_CHANNEL_BIND && w->now < end - 30 * NT_SEC);
    }
    assert_true(refreshed);
    int lost = 0;
    while (nt_turn_client_event(c, &ev))
        lost += ev.kind == NT_TURN_EV_FORBIDDEN && nt_addr_equal(&ev.peer, &peer) && ev.code == 0;
    assert_int_equal(lost, 1);
    w->now = end + 41 * NT_SEC;
    nt_turn_client_timer(c, w->now);
    nt_turn_client_bind_channel(c, &other, w->now);
    nt_turn_client_bind_channel(c, &peer, w->now);
    int seen = 0;
    for (struct nt_path path; nt_turn_client_output(c, &path, request, sizeof request, w->now) > 0;) {
        struct nt_addr to;
        assert_int_equal(nt_stun_parse(&asked, request, 20u + nt_load16(request + 2)), NT_OK);
        if (asked.method != NT_TURN_CHANNEL_BIND)
            continue;
        assert_int_equal(nt_stun_get_addr(&asked, NT_ATTR_XOR_PEER_ADDRESS, &to), NT_OK);
        assert_int_equal(nt_stun_get_u32(&asked, NT_ATTR_CHANNEL_NUMBER, &number), NT_OK);
        assert_int_equal(number >> 16, nt_addr_equal(&to, &peer) ? 0x4000 : 0x4001);
        seen |= nt_addr_equal(&to, &peer) ? 1 : 2;
    }
    assert_int_equal(seen, 3);
}

/* The configured lifetime is in Allocate and in every Refresh; a refusal ends a channel, a permission, the allocation. */
TEST(configured_lifetime_and_refusals)
{
    struct nt_turn_event ev;
    uint32_t lifetime = 0;
    nt_turn_client_release(c, w->now); /* nothing to release yet */
    no_request();
    assert_int_equal(next_event(&ev), NT_TURN_EV_RELEASED);
    nt_turn_client_del(c);
    c = world_client(w, 0, "George", "secret", 1800);
    to_allocated(1200);
    assert_int_equal(nt_stun_get_u32(&asked, NT_ATTR_LIFETIME, &lifetime), NT_OK);
    assert_int_equal(lifetime, 1800);
    struct nt_addr peer = addr(PEER);
    nt_turn_client_bind_channel(c, &peer, w->now);
    next_request();
    assert_true(error(403));
    assert_int_equal(next_event(&ev), NT_TURN_EV_FORBIDDEN);
    assert_int_equal(ev.code, 403);
    assert_true(nt_addr_equal(&ev.peer, &peer));
    assert_int_equal(nt_turn_client_bind_channel(c, &peer, w->now), NT_EAUTH);
    assert_int_equal(nt_turn_client_permit(c, &peer, w->now), NT_OK); /* the permission is not refused */
    next_request();
    assert_true(success(0));
    assert_int_equal(next_event(&ev), NT_TURN_EV_PERMITTED);
    w->now += 1140 * NT_SEC;
    nt_turn_client_timer(c, w->now);
    next_request();
    assert_int_equal(asked.method, NT_TURN_REFRESH);
    assert_int_equal(nt_stun_get_u32(&asked, NT_ATTR_LIFETIME, &lifetime), NT_OK);
    assert_int_equal(lifetime, 1800);
    assert_true(error(441));
    assert_int_equal(next_event(&ev), NT_TURN_EV_FORBIDDEN); /* the permission was not refreshed in time */
    assert_int_equal(next_event(&ev), 0);
    assert_string_equal(w->told.text, "the allocation is used until it expires");
    assert_true(nt_turn_client_deadline(c) == w->now + 60 * NT_SEC);
    w->now += 60 * NT_SEC;
    nt_turn_client_timer(c, w->now);
    assert_int_equal(w->traced[NT_TR_TURN_LOST], 1);
    assert_int_equal(next_event(&ev), NT_TURN_EV_FAILED);
    assert_int_equal(ev.code, 441);
    assert_int_equal(nt_turn_client_state(c), NT_TURN_GONE);
}

TEST(arguments)
{
    struct nt_addr six = addr("[2001:db8::7]:1"), peer = addr(PEER);
    uint8_t buf[64];
    assert_int_equal(nt_turn_client_permit(c, &six, w->now), NT_EINVAL);
    assert_int_equal(nt_turn_client_bind_channel(c, &six, w->now), NT_EINVAL);
    assert_int_equal(nt_turn_client_permit(c, &peer, w->now), NT_OK); /* asked for once there is an allocation */
    no_request();
    assert_int_equal(nt_turn_client_deadline(c), NT_TIME_NEVER);
    to_allocated(600);
    next_request();
    assert_int_equal(asked.method, NT_TURN_CREATE_PERMISSION);
    assert_true(success(0));
    int n = nt_turn_client_wrap(c, &peer, buf, 8, false, buf, sizeof buf - 20);
    assert_int_equal(n, 44);
    assert_true(n <= 8 + NT_TURN_OVERHEAD);
    assert_int_equal(nt_turn_client_wrap(c, &peer, buf, 8, false, buf, 43), NT_ENOSPC);
    struct nt_turn_client_config bad = {.server = server, .transport = NT_TLS + 1, .base = w->bases[0], .rand = &w->rand};
    assert_null(nt_turn_client_new(&bad));
    char name[257] = "";
    memset(name, 'n', 256);
    bad.transport = NT_TLS;
    bad.name = name;
    assert_null(nt_turn_client_new(&bad));
    name[255] = '\0';
    struct nt_turn_client *good = nt_turn_client_new(&bad);
    assert_non_null(good);
    nt_turn_client_del(good);
}

static bool has_dont_fragment(const uint8_t *bytes, int len)
{
    struct nt_stun_msg m;
    assert_int_equal(nt_stun_parse(&m, bytes, (size_t)len), NT_OK);
    assert_int_equal(nt_stun_find(&m, NT_ATTR_DATA)->len, 1);
    return nt_stun_find(&m, NT_ATTR_DONT_FRAGMENT) != NULL;
}

/* RFC 8656, 7.1 and 11.1: a client that may use DONT-FRAGMENT asks for it when it allocates. */
TEST(data_that_is_not_to_be_fragmented)
{
    struct nt_turn_client_config config = {.server = server,
                                           .transport = NT_UDP,
                                           .base = w->bases[0],
                                           .user = "George",
                                           .password = "secret",
                                           .dont_fragment = true,
                                           .rand = &w->rand};
    struct nt_addr peer = addr(PEER);
    uint8_t buf[64];
    nt_turn_client_del(w->clients[0]);
    c = w->clients[0] = nt_turn_client_new(&config);
    assert_non_null(c);
    to_allocated(600);
    assert_int_equal(asked.method, NT_TURN_ALLOCATE);
    assert_non_null(nt_stun_find(&asked, NT_ATTR_DONT_FRAGMENT));
    nt_turn_client_permit(c, &peer, w->now);
    next_request();
    assert_null(nt_stun_find(&asked, NT_ATTR_DONT_FRAGMENT));
    assert_true(success(0));
    assert_true(has_dont_fragment(buf, nt_turn_client_wrap(c, &peer, (const uint8_t *)"x", 1, true, buf, sizeof buf)));
    assert_false(has_dont_fragment(buf, nt_turn_client_wrap(c, &peer, (const uint8_t *)"x", 1, false, buf, sizeof buf)));
    nt_turn_client_bind_channel(c, &peer, w->now);
    next_request();
    assert_true(success(0)); /* ChannelData has no such attribute: DF of its packet says it (14) */
    assert_int_equal(nt_turn_client_wrap(c, &peer, (const uint8_t *)"x", 1, true, buf, sizeof buf), 5);
}

int main(int argc, char **argv)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(requests_as_the_rfc_has_them),
        T(forged_responses),
        T(allocate_errors),
        T(strange_reason),
        T(stale_for_ever),
        T(signed_challenges_end),
        T(stale_in_parallel),
        T(stale_after_a_refusal),
        T(granted_lifetimes),
        T(other_family_is_deleted),
        T(allocation_lost),
        T(what_is_believed),
        T(relayed_data_proves_the_permission),
        T(the_response_comes_after_the_proof),
        T(a_permission_that_data_proved_is_refreshed),
        T(an_allocation_is_checked),
        T(a_refused_refresh_ends_no_permission),
        T(a_refused_channel_may_be_bound),
        T(channel_numbers),
        T(configured_lifetime_and_refusals),
        T(arguments),
        T(data_that_is_not_to_be_fragmented),
    };
    return RUN_TESTS(tests);
}
