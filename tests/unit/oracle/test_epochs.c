/* The oracle of a world that changes while its agents recover.
 *
 *   L -- home-left  -- nat-left  --+-- internet -- stun, turn
 *        cellular   -- carrier   --+
 *   R -- home-right -- nat-right --+
 */
#include "tests/unit/oracle/small_world.h"

#define STEPS_MAX 8

enum { NAT_LEFT, NAT_RIGHT, CARRIER };
enum { STUN, TURN };

static struct small_world w;
static struct nt_scn_step steps[STEPS_MAX];
static struct nt_scn_node sides[STEPS_MAX][2];

static struct nt_scn_step *step(nt_time at, enum nt_scn_step_kind kind, const char *text)
{
    struct nt_scn_step *s = &steps[w.c.step_count++];
    *s = (struct nt_scn_step){.at = at, .kind = kind, .text = (char *)(uintptr_t)text, .from = NT_SCN_NONE};
    return s;
}

/* A port-restricted NAT at home, a symmetric one of the carrier; the call begins at 0 s. */
static void begin(enum nt_scn_recover recover)
{
    struct nt_nat_policy home = preset("port-restricted-cone"), carrier = preset("symmetric");
    two_nats(&w, &home, &home);
    gateway(&w, CARRIER, 3, "100.64.0.1", 0, "203.0.113.4", &carrier);
    for (int i = 0; i < 2; i++) {
        w.agents[i].recover = recover;
        w.agents[i].continual = true;
    }
    w.c.steps = steps;
    step(0, NT_STEP_CALL, "call");
}

static struct nt_scn_step *move(nt_time at, uint32_t agent, uint32_t net, const char *ip, nt_time outage)
{
    struct nt_scn_step *s = step(at, NT_STEP_MOVE, "move");
    s->where = (struct nt_scn_node){NT_SCN_NODE_AGENT, agent};
    s->move_to = attach(&w, net, ip);
    s->outage = outage;
    return s;
}

static struct nt_scn_step *link_to(nt_time at, enum nt_scn_node_kind kind, uint32_t index, uint32_t port, bool up)
{
    struct nt_scn_step *s = step(at, NT_STEP_LINK, "link");
    s->where = (struct nt_scn_node){kind, index};
    s->port = port;
    s->up = up;
    return s;
}

static struct nt_scn_step *server(nt_time at, enum nt_scn_server_do what)
{
    struct nt_scn_step *s = step(at, NT_STEP_SERVER, "server");
    s->where = (struct nt_scn_node){NT_SCN_NODE_SERVER, TURN};
    s->server_do = what;
    return s;
}

static struct nt_scn_step *partition(nt_time at, nt_time duration)
{
    struct nt_scn_step *s = step(at, NT_STEP_PARTITION, "partition");
    struct nt_scn_node *side = sides[s - steps];
    side[0] = (struct nt_scn_node){NT_SCN_NODE_GATEWAY, NAT_LEFT};
    side[1] = (struct nt_scn_node){NT_SCN_NODE_GATEWAY, NAT_RIGHT};
    s->side_a = &side[0];
    s->side_b = &side[1];
    s->side_a_count = s->side_b_count = 1;
    s->duration = duration;
    return s;
}

static void assert_untold(const char *reason)
{
    const char *why = NULL;
    assert_int_equal(nt_oracle_paths(&w.c, &why), 0);
    assert_string_equal(why, reason);
}

TEST(what_agents_see_makes_a_session_of_the_new_world)
{
    begin(NT_RECOVER_RESTART);
    assert_int_equal(ask(&w), D);
    move(10 * NT_SEC, 0, 3, "100.64.0.2", 200 * NT_MSEC);
    assert_int_equal(ask(&w), R); /* symmetric against port-restricted */
    move(20 * NT_SEC, 0, 1, "10.1.0.3", 0);
    assert_int_equal(ask(&w), D); /* and back home, with another address */
    begin(NT_RECOVER_RESTART);
    move(10 * NT_SEC, 0, 2, "10.2.0.9", 0); /* into the peer's home */
    assert_int_equal(ask(&w), D);
    begin(NT_RECOVER_RESTART);
    move(10 * NT_SEC, 0, 3, "100.64.0.2", 0);
    move(10500 * NT_MSEC, 1, 3, "100.64.0.3", 0); /* both, half a second apart */
    assert_int_equal(ask(&w), D);
}

/* A link that is down is so on the other network, too. */
TEST(a_move_brings_no_link_up)
{
    begin(NT_RECOVER_RESTART);
    link_to(10 * NT_SEC, NT_SCN_NODE_AGENT, 0, 0, false);
    move(20 * NT_SEC, 0, 3, "100.64.0.2", 0);
    assert_int_equal(ask(&w), D | N); /* the end comes before it is noticed, or not */
    link_to(30 * NT_SEC, NT_SCN_NODE_AGENT, 0, 0, true);
    assert_int_equal(ask(&w), R);
}

TEST(a_restart_alone_changes_nothing)
{
    begin(NT_RECOVER_RESTART);
    step(10 * NT_SEC, NT_STEP_RESTART, "restart")->from = 0;
    assert_int_equal(ask(&w), D);
}

TEST(a_gateway_that_forgets_has_the_same_paths)
{
    begin(NT_RECOVER_RESTART);
    step(10 * NT_SEC, NT_STEP_NAT, "nat")->where = (struct nt_scn_node){NT_SCN_NODE_GATEWAY, NAT_LEFT};
    assert_untold("the case may end before its agents notice the last step: write an 'until' of 50 s behind it");
    w.c.expect.until = 60 * NT_SEC;
    assert_int_equal(ask(&w), D);
}

TEST(what_is_over_counts_nothing)
{
    begin(NT_RECOVER_RESTART);
    partition(10 * NT_SEC, 5 * NT_SEC);
    w.c.expect.until = 20 * NT_SEC;
    assert_int_equal(ask(&w), D);
    step(11 * NT_SEC, NT_STEP_FAULT, "drop")->duration = 2 * NT_SEC;
    assert_int_equal(ask(&w), D);
    steps[1].duration = 40 * NT_SEC;
    w.c.expect.until = 60 * NT_SEC;
    assert_untold("a step comes while a session may be under way");
    steps[1].duration = 200 * NT_SEC;
    w.c.expect.until = 220 * NT_SEC;
    assert_int_equal(ask(&w), D | R); /* consent may have ended: then a relay was found, and it stays */
}

TEST(what_lasts_leaves_what_can_still_work)
{
    begin(NT_RECOVER_RESTART);
    partition(10 * NT_SEC, 0);
    w.c.expect.until = 60 * NT_SEC;
    assert_int_equal(ask(&w), R);
    begin(NT_RECOVER_RESTART);
    server(10 * NT_SEC, NT_SERVER_STOP);
    w.c.expect.until = 60 * NT_SEC;
    assert_int_equal(ask(&w), D | N); /* should a session begin, its answer may come too late */
    w.agents[0].trickle = w.agents[1].trickle = NT_ICE_TRICKLE_HALF;
    assert_int_equal(ask(&w), D);
    begin(NT_RECOVER_RESTART);
    server(10 * NT_SEC, NT_SERVER_STOP);
    server(20 * NT_SEC, NT_SERVER_START);
    w.c.expect.until = 80 * NT_SEC;
    assert_int_equal(ask(&w), D);
    begin(NT_RECOVER_RESTART);
    link_to(10 * NT_SEC, NT_SCN_NODE_GATEWAY, NAT_LEFT, 1, false);
    w.c.expect.until = 70 * NT_SEC;
    assert_int_equal(ask(&w), N); /* nothing leads anywhere */
}

TEST(servers_that_serve_no_more)
{
    begin(NT_RECOVER_RESTART);
    server(10 * NT_SEC, NT_SERVER_REVOKE)->user = "alice";
    move(20 * NT_SEC, 0, 3, "100.64.0.2", 0);
    assert_int_equal(ask(&w), N);
    begin(NT_RECOVER_RESTART);
    struct nt_scn_step *refuse = server(0, NT_SERVER_REFUSE);
    refuse->methods = NT_SCN_METHOD(0x003);
    refuse->code = 486;
    move(20 * NT_SEC, 0, 3, "100.64.0.2", 0);
    assert_untold("a step comes while the call may be being made");
    refuse->methods = NT_SCN_METHOD(0x009);
    assert_untold("a server refuses some transactions");
}

/* The NAT knows the peer's address from STUN alone: the server that refuses everything tells none. */
TEST(a_server_that_refuses_tells_no_address)
{
    begin(NT_RECOVER_RESTART);
    w.agents[0].stun_count = w.agents[1].stun_count = 0;
    struct nt_scn_step *s = server(10 * NT_SEC, NT_SERVER_REFUSE);
    s->code = 486;
    s->methods = NT_SCN_METHOD(0x003);
    move(20 * NT_SEC, 0, 1, "10.1.0.9", 0);
    assert_int_equal(ask(&w), D);
    s->methods |= NT_SCN_METHOD(0x001);
    assert_int_equal(ask(&w), N);
}

TEST(long_without_an_interface)
{
    begin(NT_RECOVER_RESTART);
    link_to(10 * NT_SEC, NT_SCN_NODE_AGENT, 0, 0, false);
    link_to(60 * NT_SEC, NT_SCN_NODE_AGENT, 0, 0, true);
    assert_int_equal(ask(&w), D);
    steps[2].at = 71 * NT_SEC;
    assert_untold("an agent was without an interface for so long that the call may be over");
}

TEST(credentials_that_expire)
{
    begin(NT_RECOVER_RESTART);
    w.use.valid = 60 * NT_SEC;
    w.use.user = "1735689660:alice";
    w.agents[1].turn_count = 0;
    assert_int_equal(ask(&w), D);
    move(20 * NT_SEC, 0, 3, "100.64.0.2", 0);
    assert_int_equal(ask(&w), R); /* it still holds */
    steps[1].at = 130 * NT_SEC;
    w.c.expect.until = 200 * NT_SEC;
    unsigned expired = ask(&w);
    assert_int_equal(expired & R, 0);
    assert_int_equal(expired & N, N);
    w.use.valid = 0;
}

TEST(failover_uses_what_was_there)
{
    begin(NT_RECOVER_FAILOVER);
    move(10 * NT_SEC, 0, 3, "100.64.0.2", 0);
    assert_int_equal(ask(&w), R); /* no pair is left, and gathering again begins a session */
    w.agents[0].continual = false;
    assert_int_equal(ask(&w), D | N);
    move(20 * NT_SEC, 1, 3, "100.64.0.3", 0);
    assert_int_equal(ask(&w), D); /* nor by the one does the other, which gathers again */
    begin(NT_RECOVER_FAILOVER);
    partition(10 * NT_SEC, 0);
    w.c.expect.until = 60 * NT_SEC;
    assert_untold("which pair follows depends on the pairs that were valid before");
    steps[1].duration = 5 * NT_SEC;
    step(20 * NT_SEC, NT_STEP_RESTART, "restart")->from = 0;
    assert_int_equal(ask(&w), D);
    begin(NT_RECOVER_FAILOVER);
    w.agents[1].recover = NT_RECOVER_RESTART;
    partition(10 * NT_SEC, 0);
    assert_untold("one agent fails over, and the other restarts");
}

TEST(before_the_call_the_world_is_what_it_is)
{
    begin(NT_RECOVER_RESTART);
    steps[0].at = NT_SEC;
    partition(0, 0);
    assert_int_equal(ask(&w), R);
}

TEST(what_cannot_be_told)
{
    static const struct {
        enum nt_scn_step_kind kind;
        const char *text, *why;
    } rows[] = {
        {NT_STEP_INJECT, "inject", "a step sends packets of its own"},
        {NT_STEP_RUN, "run", "a step sends packets of its own"},
        {NT_STEP_HANGUP, "hangup", "a step ends the call"},
        {NT_STEP_RENOMINATE, "renominate", "a step chooses the pair"},
        {NT_STEP_FAULT, "drop", "a step acts on packets to the end"},
        {NT_STEP_SIGNALLING, "signalling", "a step drops, duplicates or rejects signalling"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(NT_RECOVER_RESTART);
        step(10 * NT_SEC, rows[i].kind, rows[i].text)->act = NT_SIGNAL_DROP;
        assert_untold(rows[i].why);
    }
    begin(NT_RECOVER_RESTART);
    move(10 * NT_SEC, 0, 3, "100.64.0.2", 0)->after = (struct nt_scn_node){NT_SCN_NODE_AGENT, 0};
    assert_untold("the time of a step is not known before");
    begin(NT_RECOVER_NONE);
    move(10 * NT_SEC, 0, 3, "100.64.0.2", 0);
    assert_untold("a step changes the world, and an agent does not recover");
    begin(NT_RECOVER_RESTART);
    partition(2 * NT_SEC, 0);
    assert_untold("a step comes while the call may be being made");
    begin(NT_RECOVER_RESTART);
    without_turn(&w);
    move(10 * NT_SEC, 0, 3, "100.64.0.2", 0);
    assert_int_equal(ask(&w), N);
    move(60 * NT_SEC, 0, 1, "10.1.0.2", 0);
    assert_untold("a session may have failed before the step, and the call may be over");
    begin(NT_RECOVER_RESTART);
    move(10 * NT_SEC, 0, 3, "100.64.0.2", 3 * NT_SEC);
    assert_untold("the case may end before a step is over: write a later 'until'");
    w.c.expect.until = 14 * NT_SEC;
    assert_int_equal(ask(&w), R);
    begin(NT_RECOVER_RESTART);
    move(10 * NT_SEC, 0, 3, "100.64.0.2", 0);
    w.servers[TURN].quota = 9;
    assert_untold("a TURN server keeps allocations of the session before, and has a quota");
    begin(NT_RECOVER_RESTART);
    move(10 * NT_SEC, 0, 3, "100.64.0.2", 0);
    w.gateways[CARRIER].policy.max_per_host = 200;
    assert_untold("a gateway keeps mappings of the session before, and has a limit");
    begin(NT_RECOVER_RESTART);
    struct nt_scn_step *s = partition(10 * NT_SEC, 0);
    sides[s - steps][0] = (struct nt_scn_node){NT_SCN_NODE_AGENT, 0};
    sides[s - steps][1] = (struct nt_scn_node){NT_SCN_NODE_AGENT, 1};
    assert_untold("a partition holds up signalling");
}

/* L has two interfaces: whether the pair was on the one that goes down is not known. */
TEST(one_of_two_interfaces)
{
    struct nt_scn_attachment both[2];
    begin(NT_RECOVER_RESTART);
    both[0] = w.on[0];
    both[1] = attach(&w, 3, "100.64.0.2");
    w.agents[0].on = both;
    w.agents[0].on_count = 2;
    without_turn(&w);
    assert_int_equal(ask(&w), D);
    link_to(10 * NT_SEC, NT_SCN_NODE_AGENT, 0, 0, false);
    assert_int_equal(ask(&w), D | N);
}

TEST(one_way_of_a_partition)
{
    begin(NT_RECOVER_RESTART);
    w.c.expect.until = 60 * NT_SEC;
    struct nt_scn_step *s = partition(10 * NT_SEC, 0);
    for (int way = NT_WAY_BOTH; way <= NT_WAY_TO; way++) {
        s->way = (enum nt_scn_way)way;
        assert_int_equal(ask(&w), R); /* a check needs both ways */
    }
    w.servers[TURN].on.network = 3; /* not on the internet: nobody finds it */
    assert_int_equal(ask(&w) & R, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_agents_see_makes_a_session_of_the_new_world),
                                       cmocka_unit_test(a_move_brings_no_link_up),
                                       cmocka_unit_test(a_restart_alone_changes_nothing),
                                       cmocka_unit_test(a_gateway_that_forgets_has_the_same_paths),
                                       cmocka_unit_test(what_is_over_counts_nothing),
                                       cmocka_unit_test(what_lasts_leaves_what_can_still_work),
                                       cmocka_unit_test(servers_that_serve_no_more),
                                       cmocka_unit_test(a_server_that_refuses_tells_no_address),
                                       cmocka_unit_test(long_without_an_interface),
                                       cmocka_unit_test(credentials_that_expire),
                                       cmocka_unit_test(failover_uses_what_was_there),
                                       cmocka_unit_test(before_the_call_the_world_is_what_it_is),
                                       cmocka_unit_test(what_cannot_be_told),
                                       cmocka_unit_test(one_of_two_interfaces),
                                       cmocka_unit_test(one_way_of_a_partition)};
    return RUN_TESTS(tests);
}
