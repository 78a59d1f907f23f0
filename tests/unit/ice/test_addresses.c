/* Addresses that servers and the peer tell, and where nobody can be: each is refused with its reason, and what is left goes on. */
#include "peer.h"

#include <stdio.h>

static struct lab l;
static char told[2048];

static void emit(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    if (ev->kind == NT_TR_ICE_DROPPED || ev->kind == NT_TR_DISCARDED)
        snprintf(told + strlen(told), sizeof told - strlen(told), "%s; ", ev->text);
}

static const char *const stun_text = "the mapped address that a server told is refused: ",
                         *const turn_text = "the relayed address that a server told is refused: ",
                         *const check_text = "the mapped address in the response to a check is refused: ";

static void assert_told(const char *what, const char *why)
{
    char text[256];
    snprintf(text, sizeof text, "%s%s", what, why);
    assert_non_null(strstr(told, text));
    if (strstr(what, "is refused: ") != NULL) /* the message that tells it is discarded, so that its packet has a word */
        assert_non_null(strstr(told, "the address that it tells is refused; "));
}

static void begin(const char *own, const struct nt_addr *stun, const struct nt_ice_turn *turn)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLING);
    int err;
    c.ipv6 = true;
    c.stun = stun;
    c.stun_count = stun != NULL;
    c.turn = turn;
    c.turn_count = turn != NULL;
    c.trace.emit = emit;
    memset(&l, 0, sizeof l);
    told[0] = '\0';
    l.a = nt_ice_agent_new(&c, &err);
    assert_int_equal(err, NT_OK);
    l.base = addr(own);
    nt_ice_input(l.a, &(struct nt_path){.local = l.base}, NT_IN_IF_UP, NULL, 0, 0);
    l.base.port = 5000;
    nt_stun_key_short(&l.theirs, PEER_PWD);
    assert_int_equal(nt_ice_gather(l.a, 0), NT_OK);
    pull(&l);
    go(&l, NT_MSEC);
}

/* What a STUN server's answer brings: the number of candidates; `told` has the reason. */
static size_t gather_by(const char *own, const char *server, const char *mapped)
{
    struct nt_addr stun = addr(server);
    begin(own, &stun, NULL);
    struct out *o = next_out(&l, NT_STUN_REQUEST, server);
    assert_non_null(o);
    respond(&l, o, (struct reply){.mapped = mapped, .no_integrity = true});
    return nt_ice_candidate_count(l.a);
}

TEST(where_nobody_can_be)
{
    static const char *const never[] = {"10.0.0.2:0",     "0.0.0.0:6000",           "0.1.2.3:6000",      "127.0.0.1:6000",
                                        "224.0.0.1:6000", "255.255.255.255:6000",   "[::]:6000",         "[::1]:6000",
                                        "[ff02::1]:6000", "[::ffff:10.0.0.2]:6000", "[::10.0.0.2]:6000", "[2001:db8::1]:0"};
    static const char *const may[] = {"10.0.0.2:6000", "203.0.113.255:6000", "[2001:db8::1]:6000", "[fe80::1]:6000",
                                      "[64:ff9b::1]:6000"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        struct nt_addr a = addr(never[i]);
        assert_non_null(nt_addr_why_impossible(&a));
    }
    for (size_t i = 0; i < sizeof may / sizeof may[0]; i++) {
        struct nt_addr a = addr(may[i]);
        assert_null(nt_addr_why_impossible(&a));
    }
    assert_non_null(nt_addr_why_impossible(&(struct nt_addr){0}));
}

TEST(of_a_stun_server)
{
    static const char *const refused[][2] = {{"203.0.113.1:0", "its port is 0"},
                                             {"127.0.0.1:5000", "it is a loopback address"},
                                             {"0.0.0.0:5000", "it is the unspecified address"},
                                             {"224.0.0.1:5000", "it is a multicast address"},
                                             {"[2001:db8::1]:5000", "it is of the other address family"}};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_int_equal(gather_by("10.0.0.1", "203.0.113.100:3478", refused[i][0]), 1);
        assert_told(stun_text, refused[i][1]);
        lab_end(&l);
    }
    assert_int_equal(gather_by("10.0.0.1", "203.0.113.100:3478", "203.0.113.1:5000"), 2);
    assert_string_equal(told, "");
    lab_end(&l);
}

/* RFC 8445, 5.1.1.2: through a NAT64, an IPv6 base has an IPv4 address. */
TEST(of_a_server_behind_nat64)
{
    assert_int_equal(gather_by("2001:db8::2", "[2001:db8:1::9]:3478", "203.0.113.1:5000"), 1);
    assert_told(stun_text, "it is of the other address family");
    lab_end(&l);
    assert_int_equal(gather_by("2001:db8::2", "[64:ff9b::cb00:7164]:3478", "203.0.113.1:5000"), 2);
    const struct nt_ice_candidate *c = nt_ice_candidate_at(l.a, 1);
    struct nt_addr mapped = addr("203.0.113.1:5000");
    assert_int_equal(c->type, NT_ICE_SRFLX);
    assert_true(nt_addr_equal(&c->addr, &mapped) && nt_addr_equal(&c->base, &l.base));
    lab_end(&l);
}

TEST(of_a_turn_server)
{
    static const char *const relayed[][2] = {{"203.0.113.101:0", "its port is 0"},
                                             {"127.0.0.1:40000", "it is a loopback address"},
                                             {"10.0.0.1:5000", "it is the client's own address"},
                                             {"203.0.113.1:5000", "it is the client's own address"},
                                             {"203.0.113.101:3478", "the server itself is there"},
                                             {"203.0.113.101:40000", NULL}};
    struct nt_ice_turn turn = {.server = addr("203.0.113.101:3478"), .user = "u", .password = "p"};
    for (size_t i = 0; i < sizeof relayed / sizeof relayed[0]; i++) {
        const char *why = relayed[i][1];
        uint8_t buf[200];
        struct nt_stun_builder b;
        struct nt_addr address = addr(relayed[i][0]), mapped = addr(why != NULL ? "203.0.113.1:5000" : "203.0.113.1:0");
        begin("10.0.0.1", NULL, &turn);
        struct out *o = next_out(&l, NT_STUN_REQUEST, "203.0.113.101:3478");
        assert_non_null(o);
        nt_stun_start(&b, buf, sizeof buf, NT_STUN_SUCCESS, NT_TURN_ALLOCATE, o->bytes + 8);
        nt_stun_add_addr(&b, NT_ATTR_XOR_RELAYED_ADDRESS, &address);
        nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
        nt_stun_add_u32(&b, NT_ATTR_LIFETIME, 600);
        give(&l, &turn.server, buf, (size_t)nt_stun_finish(&b));
        assert_told(why != NULL ? turn_text : stun_text, why != NULL ? why : "its port is 0");
        assert_int_equal(nt_ice_candidate_count(l.a), why != NULL ? 1 : 2); /* the host's, and the relayed one */
        lab_end(&l);
    }
}

/* The pair fails; a port that was mapped anew is believed. */
TEST(of_the_peer)
{
    static const char *const mapped[][2] = {{"203.0.113.1:0", "its port is 0"},
                                            {"127.0.0.1:5000", "it is a loopback address"},
                                            {"[2001:db8::1]:5000", "it is of the other address family"},
                                            {"203.0.113.1:5000", NULL}};
    for (size_t i = 0; i < 4; i++) {
        struct nt_ice_candidate c = candidate("10.0.0.2:6000", NT_ICE_HOST, "1");
        begin("10.0.0.1", NULL, NULL);
        assert_int_equal(remote(&l, &c, 1), NT_OK);
        go(&l, 50 * NT_MSEC);
        respond(&l, next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000"), (struct reply){.mapped = mapped[i][0]});
        assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, i < 3 ? NT_ICE_PAIR_FAILED : NT_ICE_SUCCEEDED);
        if (i < 3)
            assert_told(check_text, mapped[i][1]);
        lab_end(&l);
    }
}

/* A request that could not be answered. */
TEST(of_a_source)
{
    struct nt_ice_description d;
    begin("10.0.0.1", NULL, NULL);
    assert_int_equal(nt_ice_local(l.a, true, &d), NT_OK);
    strcpy(l.ufrag, d.streams[0].ufrag);
    nt_stun_key_short(&l.ours, d.streams[0].pwd);
    nt_ice_description_free(&d);
    int before = l.count;
    request(&l, "10.0.0.2:0", (struct ask){.id = 1});
    assert_int_equal(l.count, before);
    assert_told("", "a request from an address where nobody can be");
    lab_end(&l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_nobody_can_be), cmocka_unit_test(of_a_stun_server), cmocka_unit_test(of_a_server_behind_nat64),
        cmocka_unit_test(of_a_turn_server),    cmocka_unit_test(of_the_peer),      cmocka_unit_test(of_a_source)};
    return RUN_TESTS(tests);
}
