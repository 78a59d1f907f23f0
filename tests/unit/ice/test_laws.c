/* Laws over random small worlds: roles and tie-breakers, NATs, limits, delays that reorder, loss. In the end no agent runs, but one
 * whose peer has failed, of which its owner would hear (RFC 8445, 8.1.1); without loss, where a path is known, both complete with
 * each other. Restarts by either side, at random times, some of them rolled back, change none of that. */
#include "net.h"

static struct net n;
static struct nt_rand dice;
static int lossy;

static uint32_t roll(uint32_t sides)
{
    return (uint32_t)nt_rand_below(&dice, sides);
}

/* Each packet has its own delay; some get lost. */
static int shake(struct net *net, int from, struct nt_path *path, uint8_t *bytes, size_t *len)
{
    (void)from, (void)path, (void)bytes, (void)len;
    net->delay = (nt_time)(5 + roll(roll(4) == 0 ? 200 : 40)) * NT_MSEC;
    return !lossy || roll(10) != 0;
}

struct world {
    struct nt_turn_server *turn;
    struct nt_rand rand;
    struct nt_addr turn_addr;
    enum nat_kind nat[2];
    bool relay[2];
    enum nt_ice_role role[2];
    uint64_t tie[2];
    uint16_t limit[2];
};

static const struct nt_turn_account accounts[] = {{"alice", "secret"}};

static void draw(struct world *w)
{
    static const enum nat_kind nats[] = {NAT_NONE, NAT_CONE, NAT_FULL, NAT_SYM};
    for (int i = 0; i < 2; i++) {
        w->nat[i] = nats[roll(4)];
        w->relay[i] = roll(2) == 0;
        w->role[i] = roll(2) == 0 ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED;
        w->tie[i] = 1 + roll(3);
        w->limit[i] = (uint16_t)(1 + roll(20));
    }
    lossy = roll(3) == 0;
}

static void build(struct world *w, uint32_t seed)
{
    static const char *const ips[] = {"10.1.0.2", "10.2.0.2"}, *const outside[] = {"203.0.113.2", "203.0.113.3"};
    struct nt_ice_turn turn;
    net_init(&n, 20 * NT_MSEC);
    n.filter = shake;
    w->turn_addr = addr("198.51.100.1:3478");
    nt_rand_init(&w->rand, seed, "turn");
    w->turn = nt_turn_server_new(&(struct nt_turn_server_config){.listen = w->turn_addr,
                                                                 .relay = addr("198.51.100.101"),
                                                                 .realm = "example.org",
                                                                 .accounts = accounts,
                                                                 .account_count = 1,
                                                                 .rand = &w->rand});
    turn = (struct nt_ice_turn){.server = w->turn_addr, .transport = NT_UDP, .user = "alice", .password = "secret"};
    for (int i = 0; i < 2; i++) {
        struct nt_ice_config c = {.role = w->role[i], .tie_breaker = w->tie[i], .max_pairs = w->limit[i], .turn = &turn};
        nt_rand_init(&c.rand, seed, ips[i]);
        c.turn_count = w->relay[i];
        c.stun = &w->turn_addr; /* the TURN server answers Binding requests, too */
        c.stun_count = 1;
        add_agent(&n, &c, ips[i], w->nat[i], outside[i]);
    }
    assert_non_null(w->turn);
    add_server(&n, nt_turn_server_endpoint(w->turn), "198.51.100.1");
}

static bool settled(int node)
{
    enum nt_ice_state state = nt_ice_state(n.nodes[node].agent);
    return state == NT_ICE_COMPLETED || state == NT_ICE_FAILED || state == NT_ICE_DISCONNECTED;
}

/* Both are directly reachable, so that no limit drops what connects. */
static bool must_complete(const struct world *w)
{
    return !lossy && w->nat[0] == NAT_NONE && w->nat[1] == NAT_NONE;
}

/* --- restarts --- */
static void run_a_little(void)
{
    run(&n, n.now + (nt_time)roll(roll(3) == 0 ? 20000 : 400) * NT_MSEC);
}

/* Its description, once there is one; false: there is none. */
static bool describe_node(int node, bool offer, struct nt_ice_description *d)
{
    for (int i = 0; i < 90; i++) {
        if (nt_ice_local(n.nodes[node].agent, offer, d) == NT_OK)
            return true;
        run(&n, n.now + 500 * NT_MSEC);
    }
    return false;
}

static void roll_back(void)
{
    for (int i = 0; i < 2; i++) {
        (void)nt_ice_rollback(n.nodes[i].agent, n.now);
        drain(&n, i);
        assert_int_equal(nt_ice_rollback(n.nodes[i].agent, n.now), NT_ESTATE);
    }
}

static void answer_restart(int by, const struct nt_ice_description *offer)
{
    struct nt_ice_agent *peer = n.nodes[1 - by].agent;
    struct nt_ice_description answer;
    assert_int_equal(nt_ice_set_offer(peer, offer, n.now), NT_OK);
    drain(&n, 1 - by);
    if (roll(6) == 0) {
        roll_back();
        return;
    }
    assert_true(describe_node(1 - by, false, &answer));
    assert_int_equal(nt_ice_set_remote(peer, offer, n.now), NT_OK);
    drain(&n, 1 - by);
    run(&n, n.now + (nt_time)roll(300) * NT_MSEC);
    assert_int_equal(nt_ice_set_remote(n.nodes[by].agent, &answer, n.now), NT_OK);
    drain(&n, by);
    nt_ice_description_free(&answer);
}

static void restart(int by)
{
    struct nt_ice_description offer;
    if (roll(4) == 0) { /* both at once: one of them gives way */
        assert_int_equal(nt_ice_restart(n.nodes[1 - by].agent, n.now), NT_OK);
        drain(&n, 1 - by);
    }
    assert_int_equal(nt_ice_restart(n.nodes[by].agent, n.now), NT_OK);
    drain(&n, by);
    assert_true(describe_node(by, true, &offer));
    (void)nt_ice_rollback(n.nodes[1 - by].agent, n.now);
    if (roll(6) == 0)
        roll_back();
    else
        answer_restart(by, &offer);
    nt_ice_description_free(&offer);
}

static void restart_at_times(uint32_t times)
{
    uint32_t before[2];
    for (uint32_t k = 0; k < times; k++) {
        for (int i = 0; i < 2; i++)
            before[i] = nt_ice_stats(n.nodes[i].agent).restarts;
        restart((int)roll(2));
        run_a_little();
        for (int i = 0; i < 2; i++) { /* both, or neither */
            uint32_t more = nt_ice_stats(n.nodes[i].agent).restarts - before[i];
            assert_true(more <= 1 && more == nt_ice_stats(n.nodes[1 - i].agent).restarts - before[1 - i]);
        }
    }
}

static void one_world(uint32_t seed)
{
    struct world w = {0};
    struct nt_ice_candidate l[2], r[2];
    nt_rand_init(&dice, seed, "world");
    draw(&w);
    build(&w, seed);
    for (int i = 0; i < 2; i++)
        gather(&n, i);
    run(&n, 45 * NT_SEC);
    assert_int_equal(tell(&n, 0, 1), NT_OK);
    run(&n, n.now + (nt_time)roll(300) * NT_MSEC);
    assert_int_equal(tell(&n, 1, 0), NT_OK);
    if (roll(2) == 0)
        run(&n, n.now + 120 * NT_SEC);
    else
        run_a_little();
    restart_at_times(roll(3) == 0 ? 0 : 1 + roll(4));
    run(&n, n.now + 120 * NT_SEC);
    bool completed = true;
    for (int i = 0; i < 2; i++) {
        if (!settled(i) && nt_ice_state(n.nodes[1 - i].agent) != NT_ICE_FAILED)
            fail_msg("seed %u: agent %d runs for ever", seed, i);
        completed = completed && nt_ice_selected(n.nodes[i].agent, 1, 1, &l[i], &r[i]);
        assert_true(nt_ice_pair_count(n.nodes[i].agent) > 0);
    }
    if (must_complete(&w) && !completed)
        fail_msg("seed %u: not completed", seed);
    if (completed && !lossy && nt_ice_role(n.nodes[0].agent) == nt_ice_role(n.nodes[1].agent))
        fail_msg("seed %u: both have one role", seed);
    if (completed && !lossy && (!nt_addr_equal(&l[0].addr, &r[1].addr) || !nt_addr_equal(&l[1].addr, &r[0].addr)))
        fail_msg("seed %u: they have selected different pairs", seed);
    net_free(&n);
    nt_turn_server_del(w.turn);
}

TEST(random_worlds)
{
    const char *range = getenv("ICE_LAW_WORLDS"); /* "first-last": other worlds than the usual ones */
    unsigned first = 1, last = 400;
    if (range != NULL)
        assert_int_equal(sscanf(range, "%u-%u", &first, &last), 2);
    for (unsigned seed = first; seed <= last; seed++)
        one_world(seed);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_worlds)};
    return RUN_TESTS(tests);
}
