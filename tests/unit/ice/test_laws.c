/* Laws over random small worlds: roles and tie-breakers, NATs, limits, delays that reorder, loss. In the end no agent runs, but one
 * whose peer has failed, of which its owner would hear (RFC 8445, 8.1.1); without loss, where a path is known, both complete with
 * each other. Restarts by either side, at random times, some of them rolled back, change none of that; nor do interfaces that are
 * silent for a while, or give way to others, and nominations of other pairs, once a restart has followed. What has lost its consent
 * is never asked again before that (RFC 7675, 5.1), and with failover nothing is lost where another pair connects. */
#include "net.h"

static struct net n;
static struct nt_rand dice;
static int lossy;
static struct nt_addr silent; /* an interface: nothing passes */

/* Pairs that have lost their consent in the current session of an agent. */
struct ended {
    struct nt_addr own, peer;
};

static struct ended ended[2][64];
static int ended_count[2];

static uint32_t roll(uint32_t sides)
{
    return (uint32_t)nt_rand_below(&dice, sides);
}

/* Each packet has its own delay; some get lost. */
static int shake(struct net *net, int from, struct nt_path *path, uint8_t *bytes, size_t *len)
{
    (void)from, (void)bytes, (void)len;
    if (nt_addr_same_ip(&path->local, &silent) || nt_addr_same_ip(&path->remote, &silent))
        return 0;
    net->delay = (nt_time)(5 + roll(roll(4) == 0 ? 200 : 40)) * NT_MSEC;
    return !lossy || roll(10) != 0;
}

static bool is_end(const char *why)
{
    return why != NULL && (strstr(why, "its consent is lost") != NULL || strstr(why, "403") != NULL);
}

static void watch(void *user, const struct nt_trace_event *ev)
{
    int i = *(const int *)user;
    if (ev->kind == NT_TR_ICE_RESTARTED)
        ended_count[i] = 0;
    if (ev->kind == NT_TR_ICE_PAIR && ev->n[3] == NT_ICE_PAIR_FAILED && is_end(ev->text) && ended_count[i] < 64)
        ended[i][ended_count[i]++] = (struct ended){ev->a, ev->b};
    for (int k = 0; ev->kind == NT_TR_ICE_CHECK_SENT && k < ended_count[i]; k++)
        assert_false(nt_addr_equal(&ended[i][k].own, &ev->a) && nt_addr_equal(&ended[i][k].peer, &ev->b));
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
    bool failover[2], renomination[2], second[2]; /* second: another interface, without a NAT */
};

static const struct nt_turn_account accounts[] = {{"alice", "secret"}};

/* Whichever interface falls silent, another pair connects, and is known. */
static void draw_resilient(struct world *w)
{
    lossy = false;
    for (int i = 0; i < 2; i++) {
        w->nat[i] = NAT_NONE;
        w->failover[i] = w->second[i] = true;
        w->limit[i] = (uint16_t)(w->limit[i] + 8);
    }
}

static void draw(struct world *w)
{
    static const enum nat_kind nats[] = {NAT_NONE, NAT_NONE, NAT_CONE, NAT_FULL, NAT_SYM};
    for (int i = 0; i < 2; i++) {
        w->nat[i] = nats[roll(5)];
        w->relay[i] = roll(2) == 0;
        w->role[i] = roll(2) == 0 ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED;
        w->tie[i] = 1 + roll(3);
        w->limit[i] = (uint16_t)(1 + roll(20));
        w->failover[i] = roll(2) == 0;
        w->renomination[i] = roll(2) == 0;
        w->second[i] = w->nat[i] == NAT_NONE && roll(2) == 0;
        ended_count[i] = 0;
    }
    silent = (struct nt_addr){0};
    lossy = roll(3) == 0;
    if (roll(4) == 0)
        draw_resilient(w);
}

static void build(struct world *w, uint32_t seed)
{
    static int numbers[] = {0, 1};
    static const char *const ips[] = {"10.1.0.2", "10.2.0.2"}, *const seconds[] = {"10.1.1.2", "10.2.1.2"},
                             *const outside[] = {"203.0.113.2", "203.0.113.3"};
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
        c.failover = w->failover[i];
        c.renomination = w->renomination[i];
        c.trace = (struct nt_trace){watch, &numbers[i], 0};
        nt_rand_init(&c.rand, seed, ips[i]);
        c.turn_count = w->relay[i];
        c.stun = &w->turn_addr; /* the TURN server answers Binding requests, too */
        c.stun_count = 1;
        add_agent(&n, &c, ips[i], w->nat[i], outside[i]);
        if (!w->second[i])
            continue;
        n.nodes[i].also = addr(seconds[i]);
        nt_ice_input(n.nodes[i].agent, &(struct nt_path){.local = n.nodes[i].also}, NT_IN_IF_UP, NULL, 0, n.now);
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

static void answer_restart(int by, const struct nt_ice_description *offer, bool may_end)
{
    struct nt_ice_agent *peer = n.nodes[1 - by].agent;
    struct nt_ice_description answer;
    assert_int_equal(nt_ice_set_offer(peer, offer, n.now), NT_OK);
    drain(&n, 1 - by);
    if (may_end && roll(6) == 0) {
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
        answer_restart(by, &offer, true);
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

/* --- what befalls a call --- */
static void interface(int node, const struct nt_addr *local, enum nt_input kind)
{
    nt_ice_input(n.nodes[node].agent, &(struct nt_path){.local = *local}, kind, NULL, 0, n.now);
    drain(&n, node);
}

/* Another address in place of the first one's, before or after that has gone. */
static void move(int node)
{
    struct nt_addr before = n.nodes[node].ip, after = nt_addr_plus(&before, 1);
    bool first = roll(2) == 0;
    if (first)
        interface(node, &before, NT_IN_IF_DOWN);
    n.nodes[node].ip = after;
    interface(node, &after, NT_IN_IF_UP);
    if (!first)
        interface(node, &before, NT_IN_IF_DOWN);
}

static void renominate(int node)
{
    static const enum nt_ice_type types[] = {NT_ICE_HOST, NT_ICE_SRFLX, NT_ICE_RELAY};
    struct nt_addr any = {0};
    (void)nt_ice_renominate(n.nodes[node].agent, types[roll(3)], &any, n.now);
    drain(&n, node);
}

/* With failover the other interface's pairs take over: all direct ones have a place, and are among the four best others. */
static bool must_go_on(const struct world *w, int node)
{
    bool full = w->limit[0] >= 8 && w->limit[1] >= 8, both = w->failover[0] && w->failover[1];
    for (int i = 0; i < 2; i++)
        both = both && w->nat[i] == NAT_NONE && nt_ice_state(n.nodes[i].agent) == NT_ICE_COMPLETED;
    return !lossy && full && both && w->second[node];
}

static void fall_silent(const struct world *w, int node, bool broken, uint32_t seed)
{
    struct nt_ice_candidate own, peer;
    bool goes_on = !broken && must_go_on(w, node);
    silent = n.nodes[node].ip;
    if (w->second[node] && nt_ice_selected(n.nodes[node].agent, 1, 1, &own, &peer) &&
        nt_addr_same_ip(&own.addr, &n.nodes[node].also)) /* the one in use */
        silent = n.nodes[node].also;
    run(&n, n.now + (nt_time)roll(60000) * NT_MSEC);
    silent = (struct nt_addr){0};
    run_a_little();
    for (int i = 0; i < 2; i++)
        if (goes_on && nt_ice_state(n.nodes[i].agent) != NT_ICE_COMPLETED)
            fail_msg("seed %u: agent %d has not followed", seed, i);
}

static void mend(void)
{
    struct nt_ice_description offer;
    assert_int_equal(nt_ice_restart(n.nodes[0].agent, n.now), NT_OK);
    drain(&n, 0);
    assert_true(describe_node(0, true, &offer));
    answer_restart(0, &offer, false);
    nt_ice_description_free(&offer);
}

/* A restart mends what it has cost. */
static void befall(const struct world *w, uint32_t seed)
{
    bool broken = false;
    for (uint32_t k = 1 + roll(3); k > 0; k--) {
        int node = (int)roll(2);
        uint32_t what = roll(4);
        if (what == 0)
            move(node);
        else if (what == 1)
            fall_silent(w, node, broken, seed);
        else
            renominate(node);
        broken = broken || what <= 1;
        run_a_little();
    }
    if (broken)
        mend();
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
    if (roll(2) == 0)
        befall(&w, seed);
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
    unsigned first = 1, last = 1000;
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
