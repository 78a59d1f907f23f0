/* Memory: a warm relay allocates nothing, and each allocation that fails once breaks nothing. */
#include "tests/unit/fail_alloc.h"
#include "world.h"

static void round_trips(struct world *w, const struct nt_addr *relayed, int n)
{
    struct nt_addr by_send = addr("203.0.113.7:5000"), by_channel = addr("203.0.113.8:5000");
    uint8_t buf[1500], data[1000] = {1};
    for (int i = 0; i < n; i++) {
        const struct nt_addr *peer = i % 2 != 0 ? &by_send : &by_channel;
        int len = nt_turn_client_wrap(w->clients[0], peer, data, sizeof data, false, buf, sizeof buf);
        assert_true(len > 0);
        struct nt_path path = {.transport = NT_UDP, .local = w->bases[0], .remote = w->listen};
        struct nt_path back = {.transport = NT_UDP, .local = *peer, .remote = *relayed};
        put(w, &path, buf, (size_t)len);
        put(w, &back, data, sizeof data);
        run_for(w, 3 * LATENCY);
        w->event_count = 0;
    }
}

TEST(warm_relay_allocates_nothing)
{
    struct world *w = world_default();
    struct nt_addr by_send = addr("203.0.113.7:5000"), by_channel = addr("203.0.113.8:5000");
    world_client(w, 0, "George", "secret", 0);
    struct nt_addr relayed = allocate(w, 0);
    nt_turn_client_permit(w->clients[0], &by_send, w->now);
    nt_turn_client_bind_channel(w->clients[0], &by_channel, w->now);
    run_for(w, NT_SEC);
    round_trips(w, &relayed, 4);
    int received = w->received;
    alloc_fail(ALLOC_NONE);
    round_trips(w, &relayed, 500);
    assert_int_equal(alloc_count, 0);
    assert_int_equal(w->received - received, 500);
    world_del(w);
}

/* One client's life; any call may fail for lack of memory. */
static void scenario(struct world *w)
{
    struct nt_addr first = addr("203.0.113.1:5000"), channel_peer = addr("203.0.113.7:5000");
    struct nt_turn_server_config sc = server_config(w);
    struct raw raw;
    sc.deny = &(struct nt_prefix){.addr = {.family = NT_AF_IPV4, .ip = {10}}, .bits = 8};
    sc.deny_count = 1;
    w->server = nt_turn_server_new(&sc);
    w->listen = sc.listen;
    if (w->server == NULL)
        return;
    w->end = nt_turn_server_endpoint(w->server);
    grant_ports(w);
    w->bases[0] = addr("198.51.100.2:49721");
    struct nt_turn_client_config cc = {.server = sc.listen,
                                       .transport = NT_UDP,
                                       .base = w->bases[0],
                                       .user = "George",
                                       .password = "secret",
                                       .software = "test client",
                                       .rand = &w->rand};
    w->clients[0] = nt_turn_client_new(&cc);
    if (w->clients[0] == NULL)
        return;
    nt_turn_client_allocate(w->clients[0], w->now);
    run_for(w, 3 * NT_SEC);
    for (uint32_t i = 0; i < 20; i++) {
        struct nt_addr peer = nt_addr_plus(&first, i);
        int r = nt_turn_client_permit(w->clients[0], &peer, w->now);
        assert_true(r == NT_OK || r == NT_ENOMEM || r == NT_ESTATE);
        r = nt_turn_client_bind_channel(w->clients[0], &peer, w->now);
        assert_true(r == NT_OK || r == NT_ENOMEM || r == NT_ESTATE);
        run_for(w, NT_SEC);
    }
    struct nt_path in = {.transport = NT_UDP, .local = channel_peer, .remote = w->bound_count > 1 ? w->bound[1] : first};
    put(w, &in, "payload", 7);
    run_for(w, 400 * NT_SEC);
    raw_init(&raw, w, "198.51.100.9:1", "Martha", "other");
    raw_start(&raw, NT_STUN_REQUEST, NT_TURN_REFRESH);
    if (raw_send(&raw) == 401 && nt_stun_login_take_challenge(&raw.login, &raw.answer, 401) == 1) {
        raw_start(&raw, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
        nt_stun_add_u32(&raw.b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
        nt_stun_add(&raw.b, NT_ATTR_EVEN_PORT, "\x80", 1);
        raw_send(&raw);
    }
    nt_turn_client_release(w->clients[0], w->now);
    run_for(w, 700 * NT_SEC);
    assert_int_equal(nt_turn_server_allocations(w->server), 0);
    assert_true(w->bound_count == 1); /* nothing but the listening port */
}

TEST(each_allocation_fails_once)
{
    bool reached = true;
    for (long n = 0; reached; n++) {
        struct world *w = world_new();
        alloc_fail(n);
        scenario(w);
        reached = alloc_failed();
        world_del(w);
        assert_true(reached || n > 40);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(warm_relay_allocates_nothing),
        cmocka_unit_test(each_allocation_fails_once),
    };
    return RUN_TESTS(tests);
}
