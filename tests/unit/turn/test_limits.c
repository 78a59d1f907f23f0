/* Each limit of the server, reached: what is answered, and what the trace says. Times of expiry, to the nanosecond. */
#include "tests/unit/turn/world.h"

#include "core/turn/channel.h"
#include "core/turn/permission.h"

#define PEER "203.0.113.7:5000"

static struct world *world_of(uint32_t quota, uint32_t allocations, uint16_t low, uint16_t high)
{
    struct world *w = world_new();
    struct nt_turn_server_config c = server_config(w);
    c.quota = quota, c.allocations_max = allocations, c.port_low = low, c.port_high = high;
    world_serve(w, &c);
    return w;
}

/* An Allocate from a port of its own. */
static int allocate_from(struct world *w, unsigned port, bool reserve)
{
    char from[32];
    struct raw r;
    snprintf(from, sizeof from, "198.51.100.9:%u", port);
    raw_init(&r, w, from, "George", "secret");
    raw_login(&r);
    raw_start(&r, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&r.b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    if (reserve)
        nt_stun_add(&r.b, NT_ATTR_EVEN_PORT, "\x80", 1);
    return raw_send(&r);
}

static void assert_refused(const struct world *w, int code, const char *why)
{
    assert_int_equal(w->refused, code);
    assert_string_equal(w->refused_why, why);
}

TEST(quota)
{
    struct world *w = world_of(2, 0, 0, 0);
    assert_int_equal(allocate_from(w, 1, false), 0);
    assert_int_equal(allocate_from(w, 2, false), 0);
    assert_int_equal(allocate_from(w, 3, false), 486);
    assert_refused(w, 486, "the quota of the user");
    world_del(w);
}

TEST(allocations)
{
    struct world *w = world_of(0, 2, 0, 0);
    assert_int_equal(allocate_from(w, 1, false), 0);
    assert_int_equal(allocate_from(w, 2, false), 0);
    assert_int_equal(allocate_from(w, 3, false), 508);
    assert_refused(w, 508, "the limit of allocations");
    world_del(w);
}

TEST(ports)
{
    struct world *w = world_of(0, 0, 50000, 50001);
    assert_int_equal(allocate_from(w, 1, false), 0);
    assert_int_equal(allocate_from(w, 2, false), 0);
    assert_int_equal(allocate_from(w, 3, false), 508);
    assert_refused(w, 508, "no port is free");
    world_del(w);
}

/* 256 of them; each lasts 30 s, and all are made in less. */
TEST(reservations)
{
    struct world *w = world_of(0, 0, 0, 0);
    unsigned made = 0;
    while (made < 300 && allocate_from(w, 100 + made, true) == 0)
        made++;
    assert_int_equal(made, 256);
    assert_refused(w, 508, "the limit of reservations, or the next port is taken");
    run_for(w, 30 * NT_SEC);
    assert_int_equal(allocate_from(w, 99, true), 0);
    world_del(w);
}

TEST(permissions)
{
    struct world *w = world_of(0, 0, 0, 0);
    struct raw r;
    struct nt_addr first = addr("203.0.113.1:1");
    raw_init(&r, w, "198.51.100.9:7000", "George", "secret");
    raw_login(&r);
    assert_int_equal(raw_allocate(&r), 0);
    for (uint32_t n = 0; n < 1024; n += 128) {
        raw_start(&r, NT_STUN_REQUEST, NT_TURN_CREATE_PERMISSION);
        for (uint32_t i = 0; i < 128; i++) {
            struct nt_addr peer = nt_addr_plus(&first, n + i);
            nt_stun_add_addr(&r.b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
        }
        assert_int_equal(raw_send(&r), 0);
    }
    assert_int_equal(raw_permit(&r, "198.18.0.1:1"), 508);
    assert_refused(w, 508, "the limit of permissions of an allocation");
    assert_int_equal(raw_bind(&r, 0x4000, "198.18.0.1:1"), 508);
    assert_int_equal(raw_bind(&r, 0x4000, "203.0.113.1:9"), 0);
    world_del(w);
}

/* Datagrams that wait for their owner to pull them. */
TEST(outbox)
{
    struct world *w = world_of(0, 0, 0, 0);
    struct raw r;
    raw_init(&r, w, "198.51.100.9:7000", "George", "secret");
    raw_login(&r);
    assert_int_equal(raw_allocate(&r), 0);
    struct nt_addr relayed = raw_relayed(&r);
    assert_int_equal(raw_permit(&r, PEER), 0);
    assert_int_equal(w->traced[NT_TR_DISCARDED], 0);
    struct nt_path in = {.transport = NT_UDP, .local = relayed, .remote = addr(PEER)}, path;
    static uint8_t buf[NT_DATAGRAM_MAX];
    for (int i = 0; i < 4096 + 3; i++)
        w->end.ops->input(w->end.self, &in, NT_IN_DATAGRAM, buf, 10, w->now);
    assert_int_equal(w->traced[NT_TR_DISCARDED], 3);
    assert_string_equal(w->why, "no-room");
    raw_start(&r, NT_STUN_REQUEST, NT_STUN_BINDING); /* nor is there room for an answer */
    struct nt_path from = {.transport = NT_UDP, .local = w->listen, .remote = r.from};
    size_t len = (size_t)nt_stun_finish(&r.b);
    w->end.ops->input(w->end.self, &from, NT_IN_DATAGRAM, r.buf, len, w->now);
    assert_int_equal(w->traced[NT_TR_DISCARDED], 4);
    int sent = 0;
    while (w->end.ops->output(w->end.self, &path, buf, sizeof buf, w->now) > 0)
        sent++;
    assert_int_equal(sent, 4096);
    world_del(w);
}

/* Why a request is not authentic. */
TEST(refused_logins)
{
    struct world *w = world_of(0, 0, 0, 0);
    struct raw r;
    raw_init(&r, w, "198.51.100.9:1", "George", "wrong");
    raw_login(&r);
    assert_refused(w, 401, "no MESSAGE-INTEGRITY");
    assert_int_equal(raw_allocate(&r), 401);
    assert_refused(w, 401, "the integrity is wrong: another password");
    raw_init(&r, w, "198.51.100.9:2", "Nobody", "secret");
    raw_login(&r);
    assert_int_equal(raw_allocate(&r), 401);
    assert_refused(w, 401, "no such user");
    raw_init(&r, w, "198.51.100.9:3", "George", "secret");
    raw_login(&r);
    run_for(w, 3601 * NT_SEC);
    assert_int_equal(raw_allocate(&r), 438);
    assert_refused(w, 438, "the nonce is stale, or another client's");
    world_del(w);
}

/* RFC 8656, 9: "The Permission Lifetime MUST be 300 seconds": at the end of them it has expired. */
TEST(a_permission_at_its_end)
{
    struct nt_turn_permissions p;
    struct nt_addr peer = addr(PEER);
    nt_turn_permissions_init(&p);
    assert_true(nt_turn_permission_prepare(&p, &peer, 7) >= 0);
    assert_false(nt_turn_permitted(&p, &peer, 7));
    nt_turn_permission_install(&p, &peer, 7);
    assert_true(nt_turn_permitted(&p, &peer, 7));
    assert_true(nt_turn_permitted(&p, &peer, 7 + 300 * NT_SEC - 1));
    assert_false(nt_turn_permitted(&p, &peer, 7 + 300 * NT_SEC));
    nt_turn_permissions_free(&p);
}

/* RFC 8656, 12: "A channel binding lasts for 10 minutes": at the end of them the number and the peer are free for others. */
TEST(a_channel_at_its_end)
{
    struct nt_turn_channels c;
    struct nt_addr peer = addr(PEER), other = addr("203.0.113.8:5000");
    nt_time end = 7 + 600 * NT_SEC;
    nt_turn_channels_init(&c);
    assert_int_equal(nt_turn_channel_bind(&c, 0x4000, &peer, 7), NT_OK);
    assert_non_null(nt_turn_channel_by_number(&c, 0x4000, end - 1));
    assert_non_null(nt_turn_channel_by_peer(&c, &peer, end - 1));
    assert_int_equal(nt_turn_channel_bind(&c, 0x4000, &other, end - 1), NT_EEXIST);
    assert_int_equal(nt_turn_channel_bind(&c, 0x4001, &peer, end - 1), NT_EEXIST);
    assert_null(nt_turn_channel_by_number(&c, 0x4000, end));
    assert_null(nt_turn_channel_by_peer(&c, &peer, end));
    assert_int_equal(nt_turn_channel_bind(&c, 0x4000, &other, end), NT_OK);
    assert_int_equal(nt_turn_channel_bind(&c, 0x4001, &peer, end), NT_OK);
    end += 600 * NT_SEC;
    assert_int_equal(nt_turn_channel_bind(&c, 0x4002, &peer, end - 1), NT_EEXIST);
    assert_int_equal(nt_turn_channel_bind(&c, 0x4002, &peer, end), NT_OK);
    nt_turn_channels_free(&c);
}

/* RFC 8656, 8: an allocation that is not refreshed ends after its lifetime, and not a nanosecond later. */
TEST(an_allocation_at_its_end)
{
    struct world *w = world_of(0, 0, 0, 0);
    assert_int_equal(allocate_from(w, 1, false), 0);
    nt_time end = w->end.ops->deadline(w->end.self);
    w->end.ops->timer(w->end.self, end - 1);
    assert_int_equal(nt_turn_server_allocations(w->server), 1);
    w->end.ops->timer(w->end.self, end);
    assert_int_equal(nt_turn_server_allocations(w->server), 0);
    w->now = end;
    drain(w);
    world_del(w);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quota),
        cmocka_unit_test(allocations),
        cmocka_unit_test(ports),
        cmocka_unit_test(reservations),
        cmocka_unit_test(permissions),
        cmocka_unit_test(outbox),
        cmocka_unit_test(refused_logins),
        cmocka_unit_test(a_permission_at_its_end),
        cmocka_unit_test(a_channel_at_its_end),
        cmocka_unit_test(an_allocation_at_its_end),
    };
    return RUN_TESTS(tests);
}
