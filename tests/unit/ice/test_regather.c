/* Gathering anew for a restart: which servers are asked from which ports, and what is told.
 *
 *   a 10.1.0.2 --- NAT 203.0.113.2 --- 20 ms --- stun 203.0.113.100, turn 198.51.100.1
 *                                       \------- b 10.2.0.2 (no NAT)
 */
#include "net.h"
#include "tests/unit/fail_alloc.h"

#include "core/ice/agent.h"
#include "core/ice/bases.h"
#include "core/ice/relay.h"

#define ALLOCATE 0x0003

static struct net n;
static struct nt_stun_server *stun;
static struct nt_turn_server *turn;
static struct nt_rand turn_rand;
static const struct nt_turn_account accounts[] = {{"alice", "secret"}};
static struct nt_addr stun_addr;
static struct nt_ice_turn turn_of;
static int lost;
static char reasons[4096];

static void emit(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    lost += ev->kind == NT_TR_TURN_LOST;
    if ((ev->kind == NT_TR_ICE_DROPPED || ev->kind == NT_TR_TURN_LOST) && strlen(reasons) + 200 < sizeof reasons)
        snprintf(reasons + strlen(reasons), 200, "%s; ", ev->text);
}

static void make_servers(uint32_t quota)
{
    stun_addr = addr("203.0.113.100:3478");
    turn_of = (struct nt_ice_turn){.server = addr("198.51.100.1:3478"), .user = "alice", .password = "secret"};
    nt_rand_init(&turn_rand, 1, "turn");
    stun = nt_stun_server_new(&(struct nt_stun_server_config){.primary = stun_addr});
    turn = nt_turn_server_new(&(struct nt_turn_server_config){.listen = turn_of.server,
                                                              .relay = addr("198.51.100.101"),
                                                              .realm = "example.org",
                                                              .accounts = accounts,
                                                              .account_count = 1,
                                                              .quota = quota,
                                                              .rand = &turn_rand});
    assert_true(stun != NULL && turn != NULL);
    add_server(&n, nt_stun_server_endpoint(stun), "203.0.113.100");
    add_server(&n, nt_turn_server_endpoint(turn), "198.51.100.1");
}

static int a, b;

static struct nt_ice_agent *agent(int i)
{
    return n.nodes[i].agent;
}

static const struct nt_ice_env *env_of(int i)
{
    return nt_ice_agent_env(agent(i));
}

/* Both agents; `a` has the servers. */
static void begin_with(enum nt_ice_trickle trickle, enum nt_ice_policy policy, uint32_t quota, bool continual)
{
    struct nt_ice_config left = config_of(NT_ICE_CONTROLLING, "a"), right = config_of(NT_ICE_CONTROLLED, "b");
    lost = 0;
    reasons[0] = '\0';
    net_init(&n, 20 * NT_MSEC);
    make_servers(quota);
    left.stun = &stun_addr;
    left.stun_count = 1;
    left.turn = &turn_of;
    left.turn_count = 1;
    left.policy = policy;
    left.trickle = right.trickle = trickle;
    left.continual = continual;
    left.trace.emit = emit;
    a = add_agent(&n, &left, "10.1.0.2", NAT_CONE, "203.0.113.2");
    b = add_agent(&n, &right, "10.2.0.2", NAT_NONE, NULL);
    gather(&n, a);
    gather(&n, b);
    run(&n, n.now + NT_SEC);
}

static void begin(enum nt_ice_trickle trickle, enum nt_ice_policy policy, uint32_t quota)
{
    begin_with(trickle, policy, quota, false);
}

static void complete(void)
{
    assert_int_equal(tell(&n, a, b), NT_OK);
    assert_int_equal(tell(&n, b, a), NT_OK);
    run(&n, n.now + 2 * NT_SEC);
    assert_int_equal(nt_ice_state(agent(a)), NT_ICE_COMPLETED);
}

static void end(void)
{
    net_free(&n);
    nt_stun_server_del(stun);
    nt_turn_server_del(turn);
}

/* `a` begins a restart, and has gathered. */
static void gather_again(void)
{
    assert_int_equal(nt_ice_restart(agent(a), n.now), NT_OK);
    drain(&n, a);
    run(&n, n.now + NT_SEC);
}

/* The rest of the exchange. */
static void exchange(void)
{
    struct nt_ice_description offer, answer;
    assert_int_equal(nt_ice_local(agent(a), true, &offer), NT_OK);
    assert_int_equal(nt_ice_set_offer(agent(b), &offer, n.now), NT_OK);
    drain(&n, b);
    run(&n, n.now + 100 * NT_MSEC);
    assert_int_equal(nt_ice_local(agent(b), false, &answer), NT_OK);
    assert_int_equal(nt_ice_set_remote(agent(b), &offer, n.now), NT_OK);
    drain(&n, b);
    assert_int_equal(nt_ice_set_remote(agent(a), &answer, n.now), NT_OK);
    drain(&n, a);
    nt_ice_description_free(&offer);
    nt_ice_description_free(&answer);
    run(&n, n.now + 2 * NT_SEC);
    assert_int_equal(nt_ice_state(agent(a)), NT_ICE_COMPLETED);
}

/* The candidate of this type in the description that `a` has now; unset: none. There is one at most. */
static struct nt_addr told(enum nt_ice_type type)
{
    struct nt_addr found = {0};
    struct nt_ice_description d;
    assert_int_equal(nt_ice_local(agent(a), true, &d), NT_OK);
    for (size_t i = 0; i < d.streams[0].candidate_count; i++) {
        if (d.streams[0].candidates[i].type != type)
            continue;
        assert_false(nt_addr_is_set(&found));
        found = d.streams[0].candidates[i].addr;
    }
    nt_ice_description_free(&d);
    return found;
}

/* How many ports of `a` have sent an Allocate; and each of them one, but for the challenge. */
static int allocate_ports(void)
{
    uint16_t ports[64], count = 0;
    int requests[64] = {0};
    for (int i = 0; i < n.log_count; i++) {
        const struct sent *s = &n.log[i];
        if (s->node != a || s->len < 20 || nt_load16(s->head) != ALLOCATE)
            continue;
        uint16_t k = 0;
        while (k < count && ports[k] != s->path.local.port)
            k++;
        ports[k] = s->path.local.port;
        count = (uint16_t)(count + (k == count));
        assert_true(++requests[k] <= 2);
        assert_true(count < 64);
    }
    return count;
}

static int live_bases(void)
{
    int live = 0;
    for (uint16_t i = 0; i < nt_ice_bases_count(env_of(a)->bases); i++)
        live += nt_ice_bases_at(env_of(a)->bases, i)->state != NT_ICE_BASE_GONE;
    return live;
}

/* B133: the allocation of the first session is released; the next one is asked for from a port of its own. */
TEST(a_released_allocation_is_asked_for_from_another_port)
{
    for (int trickle = NT_ICE_TRICKLE_OFF; trickle <= NT_ICE_TRICKLE_FULL; trickle += NT_ICE_TRICKLE_FULL) {
        begin((enum nt_ice_trickle)trickle, NT_ICE_ALL, 0);
        struct nt_addr host = told(NT_ICE_HOST), srflx = told(NT_ICE_SRFLX), relay = told(NT_ICE_RELAY);
        complete();
        run(&n, n.now + 5 * NT_SEC);
        assert_int_equal(nt_turn_server_allocations(turn), 0);
        assert_int_equal(allocate_ports(), 1);
        gather_again();
        assert_int_equal(allocate_ports(), 2);
        assert_int_equal(nt_turn_server_allocations(turn), 1);
        struct nt_addr next = told(NT_ICE_HOST);
        assert_true(nt_addr_equal(&next, &host)); /* the same ports (RFC 8445, 9, leaves that open) */
        next = told(NT_ICE_SRFLX);
        assert_true(nt_addr_equal(&next, &srflx));
        next = told(NT_ICE_RELAY);
        assert_true(nt_addr_is_set(&next) && !nt_addr_equal(&next, &relay));
        end();
    }
}

/* A restart within three seconds of completion: the allocation stands. */
TEST(an_allocation_that_stands_is_told_again)
{
    for (int trickle = NT_ICE_TRICKLE_OFF; trickle <= NT_ICE_TRICKLE_FULL; trickle += NT_ICE_TRICKLE_FULL) {
        for (int policy = NT_ICE_ALL; policy <= NT_ICE_RELAY_ONLY; policy++) {
            begin((enum nt_ice_trickle)trickle, (enum nt_ice_policy)policy, 0);
            struct nt_addr relay = told(NT_ICE_RELAY);
            complete();
            gather_again();
            struct nt_addr next = told(NT_ICE_RELAY);
            assert_true(nt_addr_equal(&next, &relay));
            assert_int_equal(allocate_ports(), 1);
            exchange();
            run(&n, n.now + 5 * NT_SEC);
            assert_int_equal(nt_turn_server_allocations(turn), policy == NT_ICE_RELAY_ONLY);
            end();
        }
    }
}

/* The NAT has another address since: what the server knows as its client is nobody any more. */
TEST(a_renumbered_nat_costs_the_allocation)
{
    for (int trickle = NT_ICE_TRICKLE_OFF; trickle <= NT_ICE_TRICKLE_FULL; trickle += NT_ICE_TRICKLE_FULL) {
        begin((enum nt_ice_trickle)trickle, NT_ICE_ALL, 0);
        struct nt_addr relay = told(NT_ICE_RELAY), outside = addr("203.0.113.77");
        complete();
        n.nodes[a].outside = outside;
        n.nodes[a].map_count = 0;
        gather_again();
        struct nt_addr next = told(NT_ICE_SRFLX);
        assert_true(nt_addr_same_ip(&next, &outside));
        next = told(NT_ICE_RELAY);
        assert_true(nt_addr_is_set(&next) && !nt_addr_equal(&next, &relay));
        assert_int_equal(allocate_ports(), 2);
        assert_int_equal(lost, 1);
        assert_string_equal(reasons, "its server sees another client: the NAT has another mapping; ");
        end();
    }
}

/* The server was reset since: it is asked by a Refresh, and says 437. */
TEST(a_server_that_was_reset_costs_the_allocation)
{
    for (int trickle = NT_ICE_TRICKLE_OFF; trickle <= NT_ICE_TRICKLE_FULL; trickle += NT_ICE_TRICKLE_FULL) {
        for (int policy = NT_ICE_ALL; policy <= NT_ICE_RELAY_ONLY; policy++) {
            begin((enum nt_ice_trickle)trickle, (enum nt_ice_policy)policy, 0);
            struct nt_addr relay = told(NT_ICE_RELAY);
            complete();
            nt_turn_server_reset(turn, n.now);
            gather_again();
            struct nt_addr next = told(NT_ICE_RELAY);
            assert_true(nt_addr_is_set(&next) && !nt_addr_equal(&next, &relay));
            assert_int_equal(allocate_ports(), 2);
            assert_int_equal(nt_turn_server_allocations(turn), 1);
            assert_int_equal(lost, 1);
            exchange();
            end();
        }
    }
}

/* The user's quota was used up by somebody; it is free when ICE restarts. */
TEST(a_refused_allocation_is_asked_for_again)
{
    begin(NT_ICE_TRICKLE_OFF, NT_ICE_ALL, 1);
    struct nt_ice_config c = config_of(NT_ICE_CONTROLLED, "c");
    c.turn = &turn_of;
    c.turn_count = 1;
    c.stun = &stun_addr;
    c.stun_count = 1;
    int r = add_agent(&n, &c, "10.3.0.2", NAT_NONE, NULL); /* `a` has the only one */
    gather(&n, r);
    run(&n, n.now + NT_SEC);
    assert_int_equal(tell(&n, a, r), NT_OK);
    assert_int_equal(tell(&n, r, a), NT_OK);
    run(&n, n.now + 5 * NT_SEC); /* and releases it */
    assert_int_equal(nt_ice_state(agent(r)), NT_ICE_COMPLETED);
    a = r;
    assert_int_equal(allocate_ports(), 1);
    gather_again();
    struct nt_addr relay = told(NT_ICE_RELAY);
    assert_true(nt_addr_is_set(&relay));
    assert_int_equal(allocate_ports(), 2);
    end();
}

/* Nothing grows: ports, clients, candidates. */
TEST(many_restarts)
{
    for (int trickle = NT_ICE_TRICKLE_OFF; trickle <= NT_ICE_TRICKLE_FULL; trickle += NT_ICE_TRICKLE_FULL) {
        begin((enum nt_ice_trickle)trickle, NT_ICE_ALL, 0);
        complete();
        run(&n, n.now + 5 * NT_SEC);
        for (int i = 0; i < 30; i++) {
            gather_again();
            struct nt_addr relay = told(NT_ICE_RELAY), srflx = told(NT_ICE_SRFLX);
            assert_true(nt_addr_is_set(&relay) && nt_addr_is_set(&srflx));
            assert_int_equal(live_bases(), 2);
            assert_int_equal(nt_ice_relays_count(env_of(a)->relays), 3); /* the servers', and a port for the allocation */
            assert_int_equal(nt_turn_server_allocations(turn), 1);
            if (i % 3 == 0)
                assert_int_equal(nt_ice_rollback(agent(a), n.now), NT_OK);
            else
                exchange();
            drain(&n, a);
            run(&n, n.now + 5 * NT_SEC);
            assert_int_equal(nt_turn_server_allocations(turn), 0);
            n.log_count = 0;
            n.nodes[a].map_count = 0; /* the NAT has forgotten */
        }
        assert_null(strstr(reasons, "room"));
        end();
    }
}

/* The session goes on as it was: what the restart has brought is given back. */
TEST(a_restart_that_comes_to_nothing)
{
    for (int trickle = NT_ICE_TRICKLE_OFF; trickle <= NT_ICE_TRICKLE_FULL; trickle += NT_ICE_TRICKLE_FULL)
        for (nt_time wait = 0; wait < 300 * NT_MSEC; wait += 20 * NT_MSEC) {
            begin((enum nt_ice_trickle)trickle, NT_ICE_ALL, 0);
            complete();
            run(&n, n.now + 5 * NT_SEC);
            size_t count = nt_ice_candidate_count(agent(a));
            assert_int_equal(nt_ice_restart(agent(a), n.now), NT_OK);
            drain(&n, a);
            run(&n, n.now + wait);
            assert_int_equal(nt_ice_rollback(agent(a), n.now), NT_OK);
            drain(&n, a);
            run(&n, n.now + 5 * NT_SEC);
            assert_int_equal(nt_ice_candidate_count(agent(a)), count);
            assert_int_equal(nt_turn_server_allocations(turn), 0);
            assert_int_equal(nt_ice_state(agent(a)), NT_ICE_COMPLETED);
            end();
        }
}

/* An interface that came meanwhile has bases in the next session, one that went has none. */
TEST(a_restart_uses_the_interfaces_that_there_are)
{
    begin(NT_ICE_TRICKLE_FULL, NT_ICE_ALL, 0);
    complete();
    run(&n, n.now + 5 * NT_SEC);
    struct nt_addr more = addr("10.1.0.2"), other = addr("10.1.0.3");
    n.nodes[a].ip = other;
    nt_ice_input(agent(a), &(struct nt_path){.local = other}, NT_IN_IF_UP, NULL, 0, n.now);
    nt_ice_input(agent(a), &(struct nt_path){.local = more}, NT_IN_IF_DOWN, NULL, 0, n.now);
    drain(&n, a);
    assert_int_equal(nt_ice_state(agent(a)), NT_ICE_DISCONNECTED);
    gather_again();
    struct nt_addr host = told(NT_ICE_HOST), srflx = told(NT_ICE_SRFLX), relay = told(NT_ICE_RELAY);
    assert_true(nt_addr_same_ip(&host, &other));
    assert_true(nt_addr_is_set(&srflx) && nt_addr_is_set(&relay));
    exchange();
    assert_int_equal(live_bases(), 1);
    end();
}

/* Once gathering has ended, and ICE has not, an interface comes. What its servers bring is told by the next description. */
TEST(servers_of_an_interface_that_comes)
{
    begin_with(NT_ICE_TRICKLE_OFF, NT_ICE_ALL, 0, true);
    n.nodes[a].nat = NAT_NONE; /* it knows one inside address */
    n.nodes[a].also = addr("10.1.0.3");
    nt_ice_input(agent(a), &(struct nt_path){.local = n.nodes[a].also}, NT_IN_IF_UP, NULL, 0, n.now);
    drain(&n, a);
    run(&n, n.now + NT_SEC);
    assert_int_equal(nt_turn_server_allocations(turn), 2);
    assert_null(strstr(reasons, "released"));
    struct nt_ice_description d;
    assert_int_equal(nt_ice_local(agent(a), true, &d), NT_OK);
    int relays = 0;
    for (size_t i = 0; i < d.streams[0].candidate_count; i++)
        relays += d.streams[0].candidates[i].type == NT_ICE_RELAY;
    assert_int_equal(relays, 2);
    nt_ice_description_free(&d);
    end();
}

static int restart_without_memory(void)
{
    int r = nt_ice_restart(agent(a), n.now);
    if (r == NT_ENOMEM) {
        assert_int_equal(nt_ice_state(agent(a)), NT_ICE_COMPLETED);
        assert_int_equal(nt_ice_rollback(agent(a), n.now), NT_ESTATE);
    } else {
        assert_int_equal(nt_ice_rollback(agent(a), n.now), NT_OK);
    }
    return r;
}

/* Each allocation of a restart fails once; what cannot be asked for is told. */
TEST(without_memory)
{
    begin(NT_ICE_TRICKLE_FULL, NT_ICE_ALL, 0);
    complete();
    run(&n, n.now + 5 * NT_SEC);
    bool spared = false;
    for (long i = 0;; i++) {
        alloc_fail(i);
        int r = restart_without_memory();
        bool failed = alloc_failed();
        assert_true(r == NT_ENOMEM || r == NT_OK);
        spared = spared || (failed && r == NT_OK);
        if (!failed)
            break;
    }
    assert_true(spared == (strstr(reasons, "no allocation is asked for: no room, or no memory") != NULL));
    run(&n, n.now + 5 * NT_SEC);
    gather_again();
    struct nt_addr relay = told(NT_ICE_RELAY);
    assert_true(nt_addr_is_set(&relay));
    exchange();
    end();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_released_allocation_is_asked_for_from_another_port),
                                       cmocka_unit_test(an_allocation_that_stands_is_told_again),
                                       cmocka_unit_test(a_renumbered_nat_costs_the_allocation),
                                       cmocka_unit_test(a_server_that_was_reset_costs_the_allocation),
                                       cmocka_unit_test(a_refused_allocation_is_asked_for_again),
                                       cmocka_unit_test(many_restarts),
                                       cmocka_unit_test(a_restart_that_comes_to_nothing),
                                       cmocka_unit_test(a_restart_uses_the_interfaces_that_there_are),
                                       cmocka_unit_test(servers_of_an_interface_that_comes),
                                       cmocka_unit_test(without_memory)};
    return RUN_TESTS(tests);
}
