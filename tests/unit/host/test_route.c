/* Routing tables: the longest prefix wins, among equals the first that was added; a host asks for the routes of one interface. */
#include "tests/unit/help.h"

#include "natsim/fabric/fabric.h"
#include "natsim/host/route.h"

static struct nt_routes routes;

FIXTURE(setup)
{
    routes = (struct nt_routes){0};
    return 0;
}

FIXTURE(teardown)
{
    nt_routes_free(&routes);
    return 0;
}

static void add(const char *network, uint8_t bits, uint32_t port)
{
    struct nt_route r = {.prefix = {.addr = addr(network), .bits = bits}, .port = port};
    assert_int_equal(nt_routes_add(&routes, &r), 0);
}

/* The port of the route to an address, -1: there is none. */
static int find_on(const char *to, uint32_t port)
{
    struct nt_addr a = addr(to);
    const struct nt_route *r = nt_routes_find(&routes, &a, port);
    return r != NULL ? (int)r->port : -1;
}

static int find(const char *to)
{
    return find_on(to, NT_FABRIC_NONE);
}

TEST(test_longest_prefix)
{
    assert_int_equal(find("10.1.2.3"), -1);
    add("10.0.0.0", 8, 1);
    add("10.1.2.0", 24, 2);
    add("0.0.0.0", 0, 3);
    add("10.1.0.0", 16, 4);
    add("10.1.2.3", 32, 5);
    assert_int_equal(find("10.1.2.3"), 5);
    assert_int_equal(find("10.1.2.4"), 2);
    assert_int_equal(find("10.1.3.4"), 4);
    assert_int_equal(find("10.2.3.4"), 1);
    assert_int_equal(find("192.0.2.1"), 3);
    assert_int_equal(find("10.1.2.3:7000"), 5); /* the port counts for nothing */
}

TEST(test_first_of_equals)
{
    add("10.0.0.0", 8, 1);
    add("10.0.0.0", 8, 2);
    add("10.0.0.0", 9, 3);
    add("10.0.0.0", 9, 4);
    assert_int_equal(find("10.200.0.1"), 1);
    assert_int_equal(find("10.1.0.1"), 3);
}

/* A host with two interfaces: the source address has chosen the interface, whose own route counts, were it the shorter one. */
TEST(test_routes_of_one_port)
{
    add("198.51.100.0", 24, 0);
    add("0.0.0.0", 0, 1);
    assert_int_equal(find_on("198.51.100.7", 0), 0);
    assert_int_equal(find_on("198.51.100.7", 1), 1);
    assert_int_equal(find_on("203.0.113.1", 0), -1);
    assert_int_equal(find_on("203.0.113.1", 2), -1);
}

TEST(test_families_are_apart)
{
    add("0.0.0.0", 0, 4);
    assert_int_equal(find("2001:db8::1"), -1);
    add("::", 0, 6);
    add("2001:db8::", 32, 7);
    assert_int_equal(find("2001:db8::1"), 7);
    assert_int_equal(find("2001:db9::1"), 6);
    assert_int_equal(find("192.0.2.1"), 4);
}

TEST(test_next_hop)
{
    struct nt_addr to = addr("192.0.2.1");
    struct nt_route r = {.prefix = {.addr = addr("0.0.0.0")}, .port = 1, .via = addr("10.0.0.1")};
    assert_int_equal(nt_routes_add(&routes, &r), 0);
    r.via = addr("10.0.0.9"); /* the table has a copy */
    struct nt_addr via = addr("10.0.0.1");
    assert_true(nt_addr_same_ip(&nt_routes_find(&routes, &to, NT_FABRIC_NONE)->via, &via));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {T(test_longest_prefix), T(test_first_of_equals), T(test_routes_of_one_port),
                                       T(test_families_are_apart), T(test_next_hop)};
    return RUN_TESTS(tests);
}
