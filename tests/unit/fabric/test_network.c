/* Networks: delay, MTU and fragments, addresses, attachments that are down, taps. */
#include "tests/unit/fabric/sinks.h"

TEST(test_delay)
{
    sinks_new(1, (struct nt_network_config){.delay = 7 * NT_MSEC}, 3);
    sink_send(0, 1, 1);
    sink_send(1, 0, 2);
    sink_send(0, 1, 3);
    sinks_run(NT_SEC);
    assert_int_equal(sinks[0].count, 1);
    assert_int_equal(sinks[1].count, 2);
    assert_int_equal(sinks[2].count, 0); /* a switch, not a hub */
    assert_int_equal(sinks[1].arrivals[0].at, 7 * NT_MSEC);
    assert_int_equal(sinks[1].arrivals[0].number, 1);
    assert_int_equal(sinks[1].arrivals[1].number, 3);
    assert_int_equal(drop_count, 0);
}

/* RFC 791: "every internet module must be able to forward a datagram of 68 octets without further fragmentation". */
TEST(test_mtu_of_a_network)
{
    sinks_new(1, (struct nt_network_config){0}, 1);
    assert_int_equal(nt_fabric_network_mtu(fabric, network), 1500);
    assert_int_equal(nt_fabric_add_network(fabric, &(struct nt_network_config){.name = "narrow", .mtu = 67}), NT_FABRIC_NONE);
    assert_int_equal(nt_fabric_add_network(fabric, &(struct nt_network_config){.name = "narrow", .mtu = 68}), 1);
    assert_int_equal(nt_fabric_network_mtu(fabric, 1), 68);
    assert_int_equal(nt_fabric_add_network(fabric, &(struct nt_network_config){.name = "back", .delay = -1}), NT_FABRIC_NONE);
}

TEST(test_packets_beyond_the_mtu)
{
    sinks_new(1, (struct nt_network_config){.delay = 1, .mtu = 576}, 2);
    sink_send_as(0, 1, 1, 576, true);
    sinks_run(NT_SEC);
    assert_int_equal(sinks[1].count, 1);
    sink_send_as(0, 1, 2, 577, true); /* Don't Fragment */
    sinks_run(2 * NT_SEC);
    assert_int_equal(sinks[1].count, 1);
    assert_int_equal(drop_count, 1);
    assert_int_equal(drops[0].reason, NT_DROP_MTU);
    assert_string_equal(drops[0].network, "net");
    sink_send_as(0, 1, 3, 1200, false); /* 1180 bytes of data, 552 in each fragment */
    sinks_run(3 * NT_SEC);
    assert_int_equal(sinks[1].count, 4);
    assert_int_equal(sinks[1].arrivals[1].len, 572);
    assert_int_equal(sinks[1].arrivals[2].len, 572);
    assert_int_equal(sinks[1].arrivals[3].len, 96);
    for (size_t i = 1; i < 4; i++)
        assert_true(sinks[1].arrivals[i].fragment);
    assert_int_equal(drop_count, 1);
}

TEST(test_addresses)
{
    struct nt_addr own = nt_addr_v4(0x0a000003, 0), other = nt_addr_v4(0x0a000009, 0), unset = {0};
    sinks_new(1, (struct nt_network_config){0}, 2);
    assert_int_equal(nt_fabric_add_address(fabric, 1, 0, &own), NT_OK); /* it has it already */
    assert_int_equal(nt_fabric_add_address(fabric, 0, 0, &own), NT_EEXIST);
    assert_int_equal(nt_fabric_add_address(fabric, 0, 1, &other), NT_EINVAL); /* no such port */
    assert_int_equal(nt_fabric_add_address(fabric, 0, 0, &unset), NT_EINVAL);
    assert_int_equal(nt_fabric_remove_address(fabric, 0, 0, &own), NT_ENOENT);
    assert_int_equal(nt_fabric_remove_address(fabric, 1, 0, &own), NT_OK);
    sink_send(0, 1, 1);
    sinks_run(NT_SEC);
    assert_int_equal(sinks[1].count, 0);
    assert_int_equal(drop_count, 1);
    assert_int_equal(drops[0].reason, NT_DROP_NO_HOST);
    assert_true(nt_addr_same_ip(&drops[0].b, &own)); /* the next hop is what nobody has */
    assert_int_equal(nt_fabric_add_address(fabric, 0, 0, &own), NT_OK);
}

/* Down at the sender when the packet leaves, and at the receiver when it arrives: what the receiver's link was before does not
 * count.
 */
TEST(test_attachments_that_are_down)
{
    sinks_new(1, (struct nt_network_config){.delay = 10 * NT_MSEC}, 2);
    nt_fabric_set_port(fabric, 0, 0, false, 0);
    sink_send(0, 1, 1);
    nt_fabric_set_port(fabric, 0, 0, true, 0);
    nt_fabric_set_port(fabric, 1, 0, false, 0);
    sink_send(0, 1, 2);
    sinks_run(5 * NT_MSEC);
    nt_fabric_set_port(fabric, 1, 0, true, 5 * NT_MSEC);
    sink_send(0, 1, 3);
    sinks_run(12 * NT_MSEC);
    assert_int_equal(sinks[1].count, 1);
    assert_int_equal(sinks[1].arrivals[0].number, 2);
    nt_fabric_set_port(fabric, 1, 0, false, 12 * NT_MSEC);
    sinks_run(NT_SEC);
    assert_int_equal(sinks[1].count, 1);
    assert_int_equal(drop_count, 2);
    assert_int_equal(drops[0].reason, NT_DROP_DOWN);
    assert_int_equal(drops[1].reason, NT_DROP_DOWN_THERE);
    assert_int_equal(drops[1].at, 15 * NT_MSEC);
    assert_int_equal(drops[1].tap, 0); /* where it was seen last, the third packet that was shown there */
    assert_int_equal(drops[1].shown, 3);
    assert_string_equal(drops[1].network, "net");
    nt_fabric_set_port(fabric, 1, 0, true, NT_SEC);
    sink_send(0, 1, 4);
    sinks_run(2 * NT_SEC);
    assert_int_equal(sinks[1].count, 2);
}

TEST(test_taps_and_ports)
{
    sinks_new(1, (struct nt_network_config){0}, 2);
    uint32_t second = nt_fabric_add_network(fabric, &(struct nt_network_config){.name = "second"});
    assert_int_equal(second, 1);
    assert_int_equal(nt_fabric_attach(fabric, 0, second, "n0.second"), 1);
    assert_int_equal(nt_fabric_tap_count(fabric), 3);
    assert_string_equal(nt_fabric_tap_name(fabric, 2), "n0.second");
    assert_int_equal(nt_fabric_tap_node(fabric, 2), 0);
    assert_int_equal(nt_fabric_tap_node(fabric, 1), 1);
    assert_int_equal(nt_fabric_port_network(fabric, 0, 0), network);
    assert_int_equal(nt_fabric_port_network(fabric, 0, 1), second);
    assert_int_equal(nt_fabric_port_network(fabric, 0, 2), NT_FABRIC_NONE);
    assert_int_equal(nt_fabric_port_network(fabric, 9, 0), NT_FABRIC_NONE);
}

/* The built-in carrier knows no places. */
TEST(test_places)
{
    static const struct nt_waypoint points[1] = {{.x = 1000}};
    sinks_new(1, (struct nt_network_config){0}, 1);
    assert_int_equal(nt_fabric_place(fabric, 0, 0, points, 1), NT_EUNSUPPORTED);
    assert_int_equal(nt_fabric_place(fabric, 0, 0, points, 0), NT_EINVAL);
    assert_int_equal(nt_fabric_place(fabric, 0, 1, points, 1), NT_EINVAL);
}

FIXTURE(teardown)
{
    sinks_del();
    return 0;
}

#define T(name) cmocka_unit_test_teardown(name, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {T(test_delay),     T(test_mtu_of_a_network),          T(test_packets_beyond_the_mtu),
                                       T(test_addresses), T(test_attachments_that_are_down), T(test_taps_and_ports),
                                       T(test_places)};
    return RUN_TESTS(tests);
}
