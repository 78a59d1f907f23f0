/* The life of allocations, client and server against each other. */
#include "world.h"

#define PEER "203.0.113.7:5000"

TEST(whole_life)
{
    struct world *w = world_default();
    world_client(w, 0, "George", "secret", 0);
    struct nt_addr relayed = allocate(w, 0), peer = addr(PEER), other_port = addr("203.0.113.7:5001");
    /* RFC 8656, 5: the first Allocate without credentials, then with */
    assert_int_equal(requests(w, NT_TURN_ALLOCATE), 2);
    assert_int_equal(w->now, NT_SEC);
    assert_true(nt_addr_same_ip(&relayed, &(struct nt_addr){.family = NT_AF_IPV4, .ip = {192, 0, 2, 2}}));
    assert_true(relayed.port >= 49152);
    assert_true(nt_addr_equal(&event(w, NT_TURN_EV_ALLOCATED)->mapped, &w->bases[0]));
    assert_int_equal(w->traced[NT_TR_TURN_ALLOCATED], 1);
    uint8_t buf[100];
    assert_int_equal(nt_turn_client_wrap(w->clients[0], &peer, buf, 1, false, buf, sizeof buf), NT_ESTATE);
    assert_int_equal(nt_turn_client_permit(w->clients[0], &peer, w->now), NT_OK);
    run_for(w, NT_SEC);
    assert_true(nt_turn_client_permitted(w->clients[0], &other_port));
    client_sends(w, 0, &peer, "hello");
    assert_true(nt_addr_equal(&w->last.path.remote, &relayed) && nt_addr_equal(&w->last.path.local, &peer));
    assert_int_equal(w->last.len, 5);
    assert_memory_equal(w->last.bytes, "hello", 5);
    peer_sends(w, "203.0.113.7:5001", &relayed, "answer"); /* RFC 8656, 9: port numbers are not considered */
    assert_true(nt_addr_equal(&event(w, NT_TURN_EV_DATA)->peer, &other_port));
    assert_memory_equal(w->data, "answer", 6);
    assert_int_equal(nt_turn_client_bind_channel(w->clients[0], &peer, w->now), NT_OK);
    run_for(w, NT_SEC);
    assert_int_equal(events(w, NT_TURN_EV_CHANNEL), 1);
    assert_int_equal(w->traced[NT_TR_TURN_CHANNEL], 1);
    client_sends(w, 0, &peer, "by channel");
    assert_memory_equal(w->last.bytes, "by channel", 10);
    peer_sends(w, PEER, &relayed, "back");
    assert_true(nt_addr_equal(&event(w, NT_TURN_EV_DATA)->peer, &peer));
    assert_memory_equal(w->data, "back", 4);
    nt_turn_client_release(w->clients[0], w->now);
    run_for(w, NT_SEC);
    assert_int_equal(events(w, NT_TURN_EV_RELEASED), 1);
    assert_int_equal(nt_turn_server_allocations(w->server), 0);
    assert_int_equal(w->traced[NT_TR_TURN_RELEASED], 1);
    assert_int_equal(w->closes, 1);
    assert_int_equal(events(w, NT_TURN_EV_FAILED), 0);
    world_del(w);
}

/* Everything is kept alive for an hour, with the fewest requests. */
TEST(kept_alive)
{
    struct world *w = world_default();
    world_client(w, 0, "George", "secret", 0);
    struct nt_addr relayed = allocate(w, 0), peer = addr(PEER);
    nt_turn_client_bind_channel(w->clients[0], &peer, w->now);
    run_until(w, 3590 * NT_SEC);
    client_sends(w, 0, &peer, "still there");
    assert_memory_equal(w->last.bytes, "still there", 11);
    peer_sends(w, PEER, &relayed, "yes");
    assert_memory_equal(w->data, "yes", 3);
    /* 540 s between refreshes of 600 s things; the channel's own also renews the permission (240 s) */
    assert_int_equal(requests(w, NT_TURN_REFRESH), 3590 / 540);
    assert_int_equal(requests(w, NT_TURN_CHANNEL_BIND), 1 + 3590 / 540);
    assert_in_range(requests(w, NT_TURN_CREATE_PERMISSION), 8, 15);
    assert_int_equal(events(w, NT_TURN_EV_CHANNEL), 1);
    assert_int_equal(events(w, NT_TURN_EV_PERMITTED), 1);
    world_del(w);
}

/* RFC 8489, 9.2.4: each request of a user who is not valid gets 401; RFC 8656: what was granted lives on. */
TEST(a_revoked_user_keeps_what_was_granted)
{
    struct world *w = world_default();
    world_client(w, 0, "George", "secret", 0);
    struct nt_addr relayed = allocate(w, 0), peer = addr(PEER);
    nt_turn_client_bind_channel(w->clients[0], &peer, w->now);
    run_until(w, 10 * NT_SEC);
    w->refused = 0;
    assert_int_equal(nt_turn_server_end_user(w->server, "Nobody", w->now), NT_ENOENT);
    assert_int_equal(nt_turn_server_end_user(w->server, "George", w->now), NT_OK);
    run_until(w, 200 * NT_SEC);
    peer_sends(w, PEER, &relayed, "still there");
    assert_memory_equal(w->data, "still there", 11);
    assert_int_equal(w->refused, 0);
    run_until(w, 550 * NT_SEC); /* permission, channel and allocation are to be refreshed by now */
    assert_int_equal(w->refused, 401);
    assert_string_equal(w->refused_why, "the credentials are no longer valid");
    assert_int_equal(nt_turn_server_allocations(w->server), 1);
    assert_int_equal(events(w, NT_TURN_EV_FAILED), 0);
    run_until(w, 610 * NT_SEC);
    assert_int_equal(nt_turn_server_allocations(w->server), 0);
    assert_int_equal(events(w, NT_TURN_EV_FAILED), 1);
    assert_int_equal(event(w, NT_TURN_EV_FAILED)->code, 401);
    world_del(w);
}

TEST(an_account_with_a_time)
{
    struct world *w = world_default();
    assert_int_equal(nt_turn_server_end_user(w->server, "George", 100 * NT_SEC), NT_OK);
    world_client(w, 0, "George", "secret", 0);
    allocate(w, 0);
    world_client(w, 1, "George", "secret", 0);
    run_until(w, 100 * NT_SEC);
    nt_turn_client_allocate(w->clients[1], w->now);
    run_for(w, NT_SEC);
    assert_int_equal(w->refused, 401);
    assert_int_equal(events(w, NT_TURN_EV_FAILED), 1);
    world_del(w);
}

/* B147: a lifetime below the usual margin. */
TEST(short_lifetime)
{
    struct world *w = world_new();
    struct nt_turn_server_config c = server_config(w);
    c.lifetime = 30;
    world_serve(w, &c);
    world_client(w, 0, "George", "secret", 0);
    allocate(w, 0);
    run_until(w, 600 * NT_SEC);
    assert_int_equal(nt_turn_client_state(w->clients[0]), NT_TURN_ALLOCATED);
    assert_in_range(requests(w, NT_TURN_REFRESH), 30, 45);
    world_del(w);
}

/* B142: the nonce goes stale between any two methods. */
TEST(stale_nonce_everywhere)
{
    struct world *w = world_new();
    struct nt_turn_server_config c = server_config(w);
    c.nonce_lifetime = 5 * NT_SEC;
    world_serve(w, &c);
    world_client(w, 0, "George", "secret", 0);
    struct nt_addr relayed = allocate(w, 0), peer = addr(PEER), second = addr("203.0.113.8:1");
    run_for(w, 10 * NT_SEC);
    nt_turn_client_permit(w->clients[0], &peer, w->now);
    run_for(w, 10 * NT_SEC);
    assert_true(nt_turn_client_permitted(w->clients[0], &peer));
    assert_int_equal(requests(w, NT_TURN_CREATE_PERMISSION), 2);
    nt_turn_client_bind_channel(w->clients[0], &peer, w->now);
    run_for(w, 10 * NT_SEC);
    assert_int_equal(events(w, NT_TURN_EV_CHANNEL), 1);
    assert_int_equal(requests(w, NT_TURN_CHANNEL_BIND), 2);
    /* several at once: all are answered with the same new nonce */
    nt_turn_client_permit(w->clients[0], &second, w->now);
    for (int i = 0; i < 6; i++) {
        struct nt_addr more = nt_addr_with_port(&peer, (uint16_t)(6000 + i));
        nt_turn_client_bind_channel(w->clients[0], &more, w->now);
    }
    run_for(w, 10 * NT_SEC);
    assert_int_equal(events(w, NT_TURN_EV_CHANNEL), 7);
    run_until(w, 2000 * NT_SEC);
    peer_sends(w, PEER, &relayed, "on");
    assert_memory_equal(w->data, "on", 2);
    nt_turn_client_release(w->clients[0], w->now);
    run_for(w, 10 * NT_SEC);
    assert_int_equal(nt_turn_server_allocations(w->server), 0);
    assert_int_equal(events(w, NT_TURN_EV_FAILED), 0);
    assert_int_equal(events(w, NT_TURN_EV_FORBIDDEN), 0);
    world_del(w);
}

TEST(many_permissions_at_once)
{
    struct world *w = world_default();
    world_client(w, 0, "George", "secret", 0);
    allocate(w, 0);
    struct nt_addr first = addr("203.0.113.1:9");
    for (uint32_t i = 0; i < 12; i++) {
        struct nt_addr peer = nt_addr_plus(&first, i / 2); /* each IP twice */
        peer.port = (uint16_t)(1000 + i);
        assert_int_equal(nt_turn_client_permit(w->clients[0], &peer, w->now), NT_OK);
    }
    run_for(w, NT_SEC);
    assert_int_equal(requests(w, NT_TURN_CREATE_PERMISSION), 1);
    assert_int_equal(events(w, NT_TURN_EV_PERMITTED), 6);
    for (uint32_t i = 6; i < NT_TURN_PEERS_MAX; i++) {
        struct nt_addr peer = nt_addr_plus(&first, i);
        assert_int_equal(nt_turn_client_permit(w->clients[0], &peer, w->now), NT_OK);
    }
    struct nt_addr late = addr("198.18.0.1:1");
    assert_int_equal(nt_turn_client_permit(w->clients[0], &late, w->now), NT_ELIMIT);
    assert_int_equal(nt_turn_client_permit(w->clients[0], &first, w->now), NT_OK);
    run_for(w, NT_SEC);
    assert_int_equal(requests(w, NT_TURN_CREATE_PERMISSION), 1 + (NT_TURN_PEERS_MAX - 6 + 7) / 8);
    world_del(w);
}

/* One forbidden peer does not cost the others their permission. */
TEST(one_forbidden_of_many)
{
    struct world *w = world_default();
    world_client(w, 0, "George", "secret", 0);
    allocate(w, 0);
    struct nt_addr peers[3] = {addr("203.0.113.1:9"), addr("127.0.0.1:9"), addr("203.0.113.3:9")};
    for (int i = 0; i < 3; i++)
        nt_turn_client_permit(w->clients[0], &peers[i], w->now);
    run_for(w, NT_SEC);
    assert_true(nt_turn_client_permitted(w->clients[0], &peers[0]));
    assert_false(nt_turn_client_permitted(w->clients[0], &peers[1]));
    assert_true(nt_turn_client_permitted(w->clients[0], &peers[2]));
    assert_int_equal(events(w, NT_TURN_EV_FORBIDDEN), 1);
    assert_int_equal(event(w, NT_TURN_EV_FORBIDDEN)->code, 403);
    assert_true(nt_addr_same_ip(&event(w, NT_TURN_EV_FORBIDDEN)->peer, &peers[1]));
    assert_int_equal(requests(w, NT_TURN_CREATE_PERMISSION), 4);
    assert_int_equal(nt_turn_client_permit(w->clients[0], &peers[1], w->now), NT_EAUTH);
    /* and the others are refreshed together again */
    run_until(w, 250 * NT_SEC);
    assert_int_equal(requests(w, NT_TURN_CREATE_PERMISSION), 5);
    world_del(w);
}

/* Client to client over two allocations of one server: the datagram goes through the server's own relayed ports. */
TEST(relay_to_relay)
{
    struct world *w = world_default();
    world_client(w, 0, "George", "secret", 0);
    world_client(w, 1, "Martha", "other", 0);
    struct nt_addr left = allocate(w, 0), right = allocate(w, 1);
    assert_false(nt_addr_equal(&left, &right));
    nt_turn_client_permit(w->clients[0], &right, w->now);
    nt_turn_client_permit(w->clients[1], &left, w->now);
    run_for(w, NT_SEC);
    client_sends(w, 0, &right, "through both");
    run_for(w, NT_SEC);
    assert_true(nt_addr_equal(&event(w, NT_TURN_EV_DATA)->peer, &left));
    assert_memory_equal(w->data, "through both", 12);
    world_del(w);
}

static bool lose_one_answer(struct world *w, struct packet *p)
{
    bool answer = nt_addr_equal(&p->path.remote, &w->listen) && nt_load16(p->bytes) == w->user;
    if (answer)
        w->user = 0;
    return answer;
}

/* B149, B184: the request whose response is lost is retransmitted, and gets the same response. */
TEST(lost_responses)
{
    struct world *w = world_default();
    world_client(w, 0, "George", "secret", 0);
    struct nt_addr peer = addr(PEER);
    w->drop = lose_one_answer;
    w->user = 0x0103; /* Allocate success */
    allocate(w, 0);
    assert_int_equal(requests(w, NT_TURN_ALLOCATE), 3);
    assert_int_equal(nt_turn_server_allocations(w->server), 1);
    w->user = 0x0109; /* ChannelBind success */
    nt_turn_client_bind_channel(w->clients[0], &peer, w->now);
    run_for(w, 2 * NT_SEC);
    assert_int_equal(requests(w, NT_TURN_CHANNEL_BIND), 2);
    assert_int_equal(events(w, NT_TURN_EV_CHANNEL), 1);
    assert_int_equal(w->dropped, 2);
    w->user = 0x0104; /* Refresh success, to the releasing one: then 437, which is as good */
    nt_turn_client_release(w->clients[0], w->now);
    run_for(w, 2 * NT_SEC);
    assert_int_equal(events(w, NT_TURN_EV_RELEASED), 1);
    assert_int_equal(events(w, NT_TURN_EV_FAILED), 0);
    world_del(w);
}

static bool lose_all(struct world *w, struct packet *p)
{
    static uint8_t first[MTU];
    if (w->dropped == 0)
        memcpy(first, p->bytes, p->len);
    assert_memory_equal(first, p->bytes, p->len);
    return true;
}

/* RFC 8489, 6.2.1: seven sends at 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s, failure at 39.5 s; every one the same bytes. */
TEST(nobody_answers)
{
    struct world *w = world_default();
    world_client(w, 0, "George", "secret", 0);
    w->drop = lose_all;
    nt_turn_client_allocate(w->clients[0], w->now);
    run_until(w, 39499 * NT_MSEC);
    assert_int_equal(w->dropped, 7);
    assert_int_equal(events(w, NT_TURN_EV_FAILED), 0);
    run_until(w, 39500 * NT_MSEC);
    assert_int_equal(event(w, NT_TURN_EV_FAILED)->code, 0);
    assert_int_equal(nt_turn_client_deadline(w->clients[0]), NT_TIME_NEVER);
    world_del(w);
}

static bool lose_to_server(struct world *w, struct packet *p)
{
    (void)p;
    return w->user != 0;
}

/* The server is gone: the client fails exactly when the allocation expires. */
TEST(server_goes_away)
{
    struct world *w = world_default();
    world_client(w, 0, "George", "secret", 0);
    allocate(w, 0);
    struct nt_addr peer = addr(PEER);
    nt_turn_client_permit(w->clients[0], &peer, w->now);
    run_for(w, NT_SEC);
    w->drop = lose_to_server;
    w->user = 1;
    run_until(w, 299 * NT_SEC);
    assert_true(nt_turn_client_permitted(w->clients[0], &peer));
    run_until(w, 302 * NT_SEC);
    assert_false(nt_turn_client_permitted(w->clients[0], &peer));
    assert_int_equal(event(w, NT_TURN_EV_FORBIDDEN)->code, 0);
    run_until(w, 599 * NT_SEC);
    assert_int_equal(events(w, NT_TURN_EV_FAILED), 0);
    run_until(w, 602 * NT_SEC);
    assert_int_equal(event(w, NT_TURN_EV_FAILED)->code, 0);
    assert_int_equal(nt_turn_server_allocations(w->server), 0);
    world_del(w);
}

TEST(wrong_password)
{
    struct world *w = world_default();
    world_client(w, 0, "George", "wrong", 0);
    nt_turn_client_allocate(w->clients[0], w->now);
    run_for(w, 5 * NT_SEC);
    assert_int_equal(event(w, NT_TURN_EV_FAILED)->code, 401);
    assert_int_equal(requests(w, NT_TURN_ALLOCATE), 2);
    world_del(w);
}

TEST(released_while_allocating)
{
    struct world *w = world_default();
    world_client(w, 0, "George", "secret", 0);
    nt_turn_client_allocate(w->clients[0], w->now);
    run_for(w, 3 * LATENCY); /* the second request is on its way */
    nt_turn_client_release(w->clients[0], w->now);
    run_for(w, NT_SEC);
    assert_int_equal(nt_turn_server_allocations(w->server), 0);
    assert_int_equal(w->closes, 1);
    assert_int_equal(events(w, NT_TURN_EV_ALLOCATED), 0);
    assert_int_equal(events(w, NT_TURN_EV_RELEASED), 1);
    world_del(w);
}

/* SHA-256 credentials all the way. */
TEST(sha256)
{
    struct world *w = world_new();
    struct nt_turn_server_config c = server_config(w);
    c.sha256 = true;
    world_serve(w, &c);
    world_client(w, 0, "George", "secret", 0);
    allocate(w, 0);
    struct nt_addr peer = addr(PEER);
    nt_turn_client_bind_channel(w->clients[0], &peer, w->now);
    run_until(w, 1200 * NT_SEC);
    assert_int_equal(nt_turn_client_state(w->clients[0]), NT_TURN_ALLOCATED);
    client_sends(w, 0, &peer, "x");
    assert_memory_equal(w->last.bytes, "x", 1);
    world_del(w);
}

/* An IPv6 relayed address from an IPv4 client (RFC 8656, 7.1: REQUESTED-ADDRESS-FAMILY). */
TEST(ipv6_relay)
{
    struct world *w = world_new();
    struct nt_turn_server_config c = server_config(w);
    c.relay6 = addr("2001:db8:2::2");
    world_serve(w, &c);
    w->bases[0] = addr("198.51.100.2:49721");
    struct nt_turn_client_config cc = {.server = w->listen,
                                       .transport = NT_UDP,
                                       .base = w->bases[0],
                                       .family = NT_AF_IPV6,
                                       .user = "George",
                                       .password = "secret",
                                       .rand = &w->rand};
    w->clients[0] = nt_turn_client_new(&cc);
    assert_non_null(w->clients[0]);
    struct nt_addr relayed = allocate(w, 0), peer = addr("[2001:db8:7::7]:5000");
    uint8_t buf[64];
    assert_int_equal(relayed.family, NT_AF_IPV6);
    nt_turn_client_permit(w->clients[0], &peer, w->now);
    run_for(w, NT_SEC);
    assert_int_equal(nt_turn_client_wrap(w->clients[0], &peer, buf, 1, false, buf, sizeof buf), 1 + NT_TURN_OVERHEAD);
    client_sends(w, 0, &peer, "six");
    assert_true(nt_addr_equal(&w->last.path.remote, &relayed));
    peer_sends(w, "[2001:db8:7::7]:1", &relayed, "back");
    assert_memory_equal(w->data, "back", 4);
    world_del(w);
}

static bool damage(struct world *w, struct packet *p)
{
    if (nt_rand_below(&w->rand, 3) != 0)
        return false;
    for (uint64_t n = 1 + nt_rand_below(&w->rand, 3); n > 0; n--)
        p->bytes[nt_rand_below(&w->rand, p->len)] = (uint8_t)nt_rand_below(&w->rand, 256);
    if (nt_rand_below(&w->rand, 4) == 0)
        p->len = 1 + (size_t)nt_rand_below(&w->rand, p->len);
    return false;
}

/* A third of the datagrams is damaged in different ways: nothing breaks, and nothing is left behind. */
TEST(damaged)
{
    int allocated = 0;
    for (uint64_t seed = 0; seed < 60; seed++) {
        struct world *w = world_new();
        struct nt_turn_server_config c = server_config(w);
        nt_rand_init(&w->rand, seed, "damage");
        c.sha256 = seed % 2 != 0;
        world_serve(w, &c);
        w->drop = damage;
        world_client(w, 0, "George", "secret", 0);
        nt_turn_client_allocate(w->clients[0], w->now);
        for (int i = 0; i < 20; i++) {
            struct nt_addr peer = nt_addr_v4(UINT32_C(0xcb007101) + (uint32_t)i % 4, (uint16_t)(5000 + i));
            uint8_t buf[MTU], data[40] = {0};
            run_for(w, NT_SEC);
            nt_turn_client_permit(w->clients[0], &peer, w->now);
            nt_turn_client_bind_channel(w->clients[0], &peer, w->now);
            int n = nt_turn_client_wrap(w->clients[0], &peer, data, sizeof data, false, buf, sizeof buf);
            struct nt_path path = {.transport = NT_UDP, .local = w->bases[0], .remote = w->listen};
            if (n > 0)
                put(w, &path, buf, (size_t)n);
        }
        allocated += events(w, NT_TURN_EV_ALLOCATED);
        nt_turn_client_release(w->clients[0], w->now);
        run_for(w, 4000 * NT_SEC);
        assert_int_equal(nt_turn_client_state(w->clients[0]), NT_TURN_GONE);
        assert_int_equal(nt_turn_server_allocations(w->server), 0);
        assert_int_equal(w->bound_count, 1);
        world_del(w);
    }
    assert_true(allocated > 40);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_life),
        cmocka_unit_test(kept_alive),
        cmocka_unit_test(a_revoked_user_keeps_what_was_granted),
        cmocka_unit_test(an_account_with_a_time),
        cmocka_unit_test(short_lifetime),
        cmocka_unit_test(stale_nonce_everywhere),
        cmocka_unit_test(many_permissions_at_once),
        cmocka_unit_test(one_forbidden_of_many),
        cmocka_unit_test(relay_to_relay),
        cmocka_unit_test(lost_responses),
        cmocka_unit_test(nobody_answers),
        cmocka_unit_test(server_goes_away),
        cmocka_unit_test(wrong_password),
        cmocka_unit_test(released_while_allocating),
        cmocka_unit_test(sha256),
        cmocka_unit_test(ipv6_relay),
        cmocka_unit_test(damaged),
    };
    return RUN_TESTS(tests);
}
