/* A server of IPv6, and of both families (RFC 8656, 7.2, 13). */
#include "tests/unit/turn/world.h"

static struct raw six, four;

static struct world *world_of(bool v4, bool v6)
{
    struct world *w = world_new();
    struct nt_turn_server_config c = server_config(w);
    if (!v4)
        c.listen = c.relay = (struct nt_addr){0};
    if (v6)
        c.listen6 = addr("[2001:db8::1]:3478"), c.relay6 = addr("2001:db8::2");
    world_serve(w, &c);
    return w;
}

static void log_in(struct world *w, struct raw *r, const char *from)
{
    raw_init(r, w, from, "George", "secret");
    w->listen = addr(r->from.family == NT_AF_IPV6 ? "[2001:db8::1]:3478" : "192.0.2.1:3478");
    raw_login(r);
}

static int allocate_family(struct raw *r, uint32_t family, uint16_t attribute)
{
    raw_start(r, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&r->b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    if (family != 0)
        nt_stun_add_u32(&r->b, attribute, family << 24);
    return raw_send(r);
}

TEST(ipv6_alone)
{
    struct world *w = world_of(false, true);
    assert_int_equal(w->binds, 1);
    log_in(w, &six, "[2001:db8::7]:7000");
    assert_int_equal(allocate_family(&six, 0, 0), 440); /* without the attribute IPv4 is asked for */
    assert_int_equal(allocate_family(&six, 2, NT_ATTR_REQUESTED_ADDRESS_FAMILY), 0);
    struct nt_addr relayed = raw_relayed(&six);
    assert_int_equal(relayed.family, NT_AF_IPV6);
    assert_int_equal(raw_permit(&six, "[2001:db8::9]:1"), 0);
    assert_int_equal(raw_permit(&six, "203.0.113.9:1"), 443);
    assert_int_equal(raw_send_to(&six, "[2001:db8::9]:5", "out"), 1);
    assert_true(nt_addr_equal(&w->last.path.remote, &relayed));
    peer_sends(w, "[2001:db8::9]:5", &relayed, "back");
    assert_true(nt_addr_equal(&w->last.path.local, &six.from) && nt_addr_equal(&w->last.path.remote, &w->listen));
    assert_int_equal(raw_permit(&six, "[2001:db8::1]:3478"), 403); /* the service itself */
    raw_start(&six, NT_STUN_REQUEST, NT_STUN_BINDING);
    six.len = nt_stun_finish(&six.b);
    assert_int_equal(raw_again(&six), 0);
    world_del(w);
}

/* Clients of both families; each may have relayed addresses of either family, or both. */
TEST(both)
{
    struct world *w = world_of(true, true);
    assert_int_equal(w->binds, 2);
    log_in(w, &six, "[2001:db8::7]:7000");
    assert_int_equal(allocate_family(&six, 0, 0), 0);
    struct nt_addr relayed = raw_relayed(&six);
    assert_int_equal(relayed.family, NT_AF_IPV4);
    assert_int_equal(raw_permit(&six, "203.0.113.9:1"), 0);
    peer_sends(w, "203.0.113.9:5", &relayed, "four to six");
    assert_true(nt_addr_equal(&w->last.path.local, &six.from) && nt_addr_equal(&w->last.path.remote, &w->listen));
    assert_int_equal(raw_send_to(&six, "203.0.113.9:5", "six to four"), 1);
    log_in(w, &four, "198.51.100.9:7000");
    assert_int_equal(allocate_family(&four, 2, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY), 0);
    assert_int_equal(raw_permit(&four, "[2001:db8::9]:1"), 0);
    assert_int_equal(raw_permit(&four, "203.0.113.9:1"), 0);
    assert_int_equal(raw_send_to(&four, "[2001:db8::9]:5", "four to six"), 1);
    assert_int_equal(raw_send_to(&four, "203.0.113.9:5", "four to four"), 1);
    assert_int_equal(raw_permit(&four, "[2001:db8::1]:3478"), 403);
    assert_int_equal(nt_turn_server_allocations(w->server), 2);
    world_del(w);
}

TEST(neither)
{
    struct world *w = world_new();
    struct nt_turn_server_config c = server_config(w);
    c.listen = (struct nt_addr){0};
    assert_null(nt_turn_server_new(&c));
    world_del(w);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ipv6_alone), cmocka_unit_test(both), cmocka_unit_test(neither)};
    return RUN_TESTS(tests);
}
