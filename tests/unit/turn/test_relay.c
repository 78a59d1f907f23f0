/* Relayed data (RFC 8656, 9, 11, 12, 14, 21): payloads pass unchanged, and what must not pass is dropped. */
#include "world.h"

#define PEER "203.0.113.7:5000"

static struct raw george;
static struct nt_addr relayed;

static struct world *ready(void)
{
    struct world *w = world_default();
    raw_init(&george, w, "198.51.100.2:7000", "George", "secret");
    raw_login(&george);
    assert_int_equal(raw_allocate(&george), 0);
    relayed = raw_relayed(&george);
    assert_int_equal(raw_permit(&george, PEER), 0);
    return w;
}

TEST(channel_data_form)
{
    static const uint8_t one[] = {0x40, 0x00, 0x00, 0x03, 'a', 'b', 'c', 0}; /* Figure 5, padded as over UDP it may be */
    static const uint8_t last[] = {0x4f, 0xff, 0x00, 0x00};
    uint16_t number;
    const uint8_t *payload;
    size_t len;
    uint8_t buf[8];
    assert_true(nt_channel_data_parse(one, 8, &number, &payload, &len));
    assert_int_equal(number, 0x4000);
    assert_int_equal(len, 3);
    assert_ptr_equal(payload, one + 4);
    assert_true(nt_channel_data_parse(one, 7, &number, &payload, &len));
    for (size_t n = 0; n < 7; n++)
        assert_false(nt_channel_data_parse(one, n, &number, &payload, &len));
    assert_true(nt_channel_data_parse(last, 4, &number, &payload, &len));
    assert_int_equal(len, 0);
    assert_false(nt_channel_data_parse((const uint8_t *)"\x50\x00\x00\x00", 4, &number, &payload, &len));
    assert_false(nt_channel_data_parse((const uint8_t *)"\x3f\xff\x00\x00", 4, &number, &payload, &len));
    assert_int_equal(nt_channel_data_write(buf, sizeof buf, 0x4000, (const uint8_t *)"abc", 3), 7);
    assert_memory_equal(buf, one, 7);
    assert_int_equal(nt_channel_data_write(buf, 6, 0x4000, (const uint8_t *)"abc", 3), NT_ENOSPC);
    assert_int_equal(nt_channel_data_write(buf, 6, 0x4000, buf, 65536), NT_EINVAL);
}

TEST(every_length)
{
    struct world *w = ready();
    struct nt_addr peer = addr(PEER);
    uint8_t data[1400], message[MTU];
    nt_rand_bytes(&w->rand, data, sizeof data);
    for (size_t n = 1; n <= sizeof data; n += n < 12 ? 1 : 97) {
        raw_start(&george, NT_STUN_INDICATION, NT_TURN_SEND);
        nt_stun_add_addr(&george.b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
        nt_stun_add(&george.b, NT_ATTR_DATA, data, n);
        assert_int_equal(raw_bytes(&george, george.buf, (size_t)nt_stun_finish(&george.b)), 1);
        assert_int_equal(w->last.len, n);
        assert_memory_equal(w->last.bytes, data, n);
        assert_true(nt_addr_equal(&w->last.path.remote, &relayed)); /* B195 */
        struct nt_path back = {.transport = NT_UDP, .local = peer, .remote = relayed};
        put(w, &back, data, n);
        run_for(w, NT_SEC);
        struct nt_stun_msg m;
        struct nt_addr from;
        assert_int_equal(nt_stun_parse(&m, w->last.bytes, w->last.len), NT_OK);
        assert_int_equal(m.class_, NT_STUN_INDICATION);
        assert_int_equal(m.method, NT_TURN_DATA);
        assert_int_equal(nt_stun_get_addr(&m, NT_ATTR_XOR_PEER_ADDRESS, &from), NT_OK);
        assert_true(nt_addr_equal(&from, &peer));
        const struct nt_stun_attr *d = nt_stun_find(&m, NT_ATTR_DATA);
        assert_int_equal(d->len, n);
        assert_memory_equal(d->value, data, n);
        for (size_t pad = n; pad % 4 != 0; pad++)
            assert_int_equal(d->value[pad], 0); /* B175 */
    }
    assert_int_equal(raw_bind(&george, 0x4001, PEER), 0);
    for (size_t n = 1; n <= sizeof data; n += n < 12 ? 1 : 97) {
        int len = nt_channel_data_write(message, sizeof message, 0x4001, data, n);
        memset(message + len, 0xee, 3); /* padding is not forwarded */
        assert_int_equal(raw_bytes(&george, message, (size_t)len + (4 - n % 4) % 4), 1);
        assert_int_equal(w->last.len, n);
        assert_memory_equal(w->last.bytes, data, n);
        struct nt_path back = {.transport = NT_UDP, .local = peer, .remote = relayed};
        put(w, &back, data, n);
        run_for(w, NT_SEC);
        assert_int_equal(w->last.len, n + 4);
        assert_int_equal(nt_load16(w->last.bytes), 0x4001);
        assert_int_equal(nt_load16(w->last.bytes + 2), n);
        assert_memory_equal(w->last.bytes + 4, data, n);
    }
    world_del(w);
}

TEST(not_permitted)
{
    struct world *w = ready();
    int before = w->received;
    assert_int_equal(raw_send_to(&george, "203.0.113.8:5000", "x"), 0);
    assert_string_equal(w->why, "no-permission");
    peer_sends(w, "203.0.113.8:5000", &relayed, "x");
    assert_int_equal(w->received, before);
    assert_int_equal(w->traced[NT_TR_DISCARDED], 2);
    peer_sends(w, "203.0.113.7:1", &relayed, "x"); /* B183: any port of a permitted address */
    assert_int_equal(w->received, before + 1);
    /* ChannelData: not bound, outside the range, too short */
    assert_int_equal(raw_channel(&george, 0x4123, "x"), 0);
    assert_string_equal(w->why, "no-channel");
    assert_int_equal(raw_bind(&george, 0x4000, PEER), 0);
    assert_int_equal(raw_bytes(&george,
                               "\x40\x00\x00\x05"
                               "abcd",
                               8),
                     0);
    assert_string_equal(w->why, "unreadable");
    assert_int_equal(raw_bytes(&george,
                               "\x50\x00\x00\x01"
                               "a",
                               5),
                     0);
    /* from another client's address the channel means nothing */
    struct raw other;
    raw_init(&other, w, "198.51.100.2:7001", "George", "secret");
    assert_int_equal(raw_channel(&other, 0x4000, "x"), 0);
    assert_int_equal(raw_channel(&george, 0x4000, "x"), 1);
    /* Send without peer, without data, with an unknown required attribute */
    struct nt_addr peer = addr(PEER);
    raw_start(&george, NT_STUN_INDICATION, NT_TURN_SEND);
    nt_stun_add_addr(&george.b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
    assert_int_equal(raw_bytes(&george, george.buf, (size_t)nt_stun_finish(&george.b)), 0);
    raw_start(&george, NT_STUN_INDICATION, NT_TURN_SEND);
    nt_stun_add(&george.b, NT_ATTR_DATA, "x", 1);
    assert_int_equal(raw_bytes(&george, george.buf, (size_t)nt_stun_finish(&george.b)), 0);
    raw_start(&george, NT_STUN_INDICATION, NT_TURN_SEND);
    nt_stun_add_addr(&george.b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
    nt_stun_add(&george.b, NT_ATTR_DATA, "x", 1);
    nt_stun_add_u32(&george.b, 0x7ff1, 0);
    assert_int_equal(raw_bytes(&george, george.buf, (size_t)nt_stun_finish(&george.b)), 0);
    /* B177: two peers in one Send: the first counts (RFC 8489, 14: only the first is processed) */
    struct nt_addr second = addr("203.0.113.8:1");
    raw_start(&george, NT_STUN_INDICATION, NT_TURN_SEND);
    nt_stun_add_addr(&george.b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
    nt_stun_add_addr(&george.b, NT_ATTR_XOR_PEER_ADDRESS, &second);
    nt_stun_add(&george.b, NT_ATTR_DATA, "x", 1);
    assert_int_equal(raw_bytes(&george, george.buf, (size_t)nt_stun_finish(&george.b)), 1);
    assert_true(nt_addr_equal(&w->last.path.local, &peer));
    /* a peer sends to a port that is not relayed */
    before = w->received;
    struct nt_path stray = {.transport = NT_UDP, .local = relayed, .remote = peer};
    stray.local.port ^= 1;
    w->end.ops->input(w->end.self, &stray, NT_IN_DATAGRAM, (const uint8_t *)"x", 1, w->now);
    run_for(w, NT_SEC);
    assert_int_equal(w->received, before);
    world_del(w);
}

/* B170, B172, B173: all kinds of forbidden peers, with both requests. */
TEST(forbidden_peers)
{
    static const char *const refused[] = {"127.0.0.1:1",
                                          "127.255.255.254:1",
                                          "0.0.0.0:1",
                                          "0.1.2.3:1",
                                          "255.255.255.255:1",
                                          "224.0.0.1:1",
                                          "239.255.255.255:1",
                                          "192.0.2.1:3478",
                                          "192.0.2.1:9",
                                          "10.1.2.3:1",
                                          "10.1.3.255:1",
                                          "[::1]:1",
                                          "[::]:1",
                                          "[ff02::1]:1",
                                          "[::ffff:127.0.0.1]:1",
                                          "[::ffff:203.0.113.7]:1",
                                          "[::127.0.0.1]:1",
                                          "[64:ff9b::7f00:1]:1",
                                          "[64:ff9b::a01:203]:1",
                                          "[2002:7f00:1::]:1",
                                          "[2002:cb00:7107::1]:1",
                                          "[2001:0:102:304::1]:1",
                                          "[2001:db8:6000::1]:1",
                                          "[2001:db8:7fff::1]:1"};
    static const char *const allowed[] = {"203.0.113.7:1", "10.1.4.0:1",           "10.1.1.255:1",         "192.0.2.2:60000",
                                          "192.0.2.3:1",   "[2001:db8:8000::1]:1", "[2001:db8:5fff::1]:1", "[64:ff9b::cb00:7107]:1",
                                          "[2001:1::1]:1"};
    struct world *w = world_new();
    struct nt_turn_server_config c = server_config(w);
    struct nt_prefix deny[2];
    assert_int_equal(nt_prefix_parse(&deny[0], "10.1.2.0/23"), NT_OK);
    assert_int_equal(nt_prefix_parse(&deny[1], "2001:db8:6000::/35"), NT_OK); /* B171: the prefix does not end at a byte */
    c.deny = deny, c.deny_count = 2;
    c.relay6 = addr("2001:db8:2::2");
    world_serve(w, &c);
    raw_init(&george, w, "198.51.100.2:7000", "George", "secret");
    raw_login(&george);
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&george.b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    nt_stun_add_u32(&george.b, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, UINT32_C(2) << 24);
    assert_int_equal(raw_send(&george), 0);
    unsigned number = 0x4000;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_int_equal(raw_permit(&george, refused[i]), 403);
        assert_int_equal(raw_bind(&george, number++, refused[i]), 403);
        assert_int_equal(raw_send_to(&george, refused[i], "x"), 0);
    }
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        assert_int_equal(raw_permit(&george, allowed[i]), 0);
        assert_int_equal(raw_bind(&george, number++, allowed[i]), 0);
        assert_int_equal(raw_send_to(&george, allowed[i], "x"), 1);
    }
    /* RFC 8656, 21.4: nor may such an address allocate */
    struct raw tunnelled;
    raw_init(&tunnelled, w, "[2002:cb00:7107::1]:5", "George", "secret");
    raw_login(&tunnelled);
    assert_int_equal(raw_allocate(&tunnelled), 403);
    world_del(w);
}

/* One address for service and relaying: relayed addresses are peers, the service is not. */
TEST(one_address_for_all)
{
    struct world *w = world_new();
    struct nt_turn_server_config c = server_config(w);
    c.relay = addr("192.0.2.1");
    world_serve(w, &c);
    raw_init(&george, w, "198.51.100.2:7000", "George", "secret");
    raw_login(&george);
    assert_int_equal(raw_allocate(&george), 0);
    assert_int_equal(raw_permit(&george, "192.0.2.1:3478"), 0); /* the port does not count */
    assert_int_equal(raw_bind(&george, 0x4000, "192.0.2.1:3478"), 403);
    assert_int_equal(raw_send_to(&george, "192.0.2.1:3478", "x"), 0);
    assert_string_equal(w->why, "forbidden");
    assert_int_equal(raw_bind(&george, 0x4000, "192.0.2.1:50000"), 0);
    world_del(w);
}

static void send_with(struct world *w, struct nt_path path, bool dont_fragment, int expect)
{
    struct nt_addr peer = addr(PEER);
    raw_start(&george, NT_STUN_INDICATION, NT_TURN_SEND);
    nt_stun_add_addr(&george.b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
    if (dont_fragment)
        nt_stun_add(&george.b, NT_ATTR_DONT_FRAGMENT, NULL, 0);
    nt_stun_add(&george.b, NT_ATTR_DATA, "x", 1);
    int before = w->received;
    path.local = george.from, path.remote = w->listen, path.transport = NT_UDP;
    put(w, &path, george.buf, (size_t)nt_stun_finish(&george.b));
    run_for(w, NT_SEC);
    assert_int_equal(w->received - before, expect);
}

/* RFC 8656, 14 */
TEST(ip_header)
{
    struct world *w = ready();
    send_with(w, (struct nt_path){.tos = 0xb9, .ttl = 60}, false, 1);
    assert_int_equal(w->last.path.tos, 0xb9);
    assert_int_equal(w->last.path.ttl, 59);
    assert_int_equal(w->last.path.df, 0);
    send_with(w, (struct nt_path){.df = 1}, false, 1);
    assert_int_equal(w->last.path.df, 1);
    assert_int_equal(w->last.path.tos, 0);
    send_with(w, (struct nt_path){0}, true, 1);
    assert_int_equal(w->last.path.df, 1);
    send_with(w, (struct nt_path){.ttl = 2}, false, 1);
    assert_int_equal(w->last.path.ttl, 1);
    send_with(w, (struct nt_path){.ttl = 1}, false, 0); /* B179: never TTL 0, which would mean the default */
    assert_string_equal(w->why, "hops");
    struct nt_path back = {.transport = NT_UDP, .local = addr(PEER), .remote = relayed, .ttl = 1};
    int before = w->received;
    put(w, &back, "y", 1);
    run_for(w, NT_SEC);
    assert_int_equal(w->received, before);
    back = (struct nt_path){.transport = NT_UDP, .local = addr(PEER), .remote = relayed, .tos = 0x2e, .df = 1};
    put(w, &back, "y", 1);
    run_for(w, NT_SEC);
    assert_int_equal(w->last.path.tos, 0x2e);
    assert_int_equal(w->last.path.df, 1);
    world_del(w);
}

/* The largest and the smallest datagram. RFC 8656, 11.2: "the DATA attribute is allowed to contain zero bytes of data". */
TEST(sizes)
{
    struct world *w = ready();
    static uint8_t big[NT_DATAGRAM_MAX], out[NT_DATAGRAM_MAX];
    struct nt_path in = {.transport = NT_UDP, .local = relayed, .remote = addr(PEER)}, path;
    w->end.ops->input(w->end.self, &in, NT_IN_DATAGRAM, big, sizeof big - 51, w->now);
    assert_true(w->end.ops->output(w->end.self, &path, out, sizeof out, w->now) > sizeof big - 51);
    w->end.ops->input(w->end.self, &in, NT_IN_DATAGRAM, big, sizeof big, w->now);
    assert_int_equal(w->end.ops->output(w->end.self, &path, out, sizeof out, w->now), 0);
    assert_string_equal(w->why, "size");
    assert_int_equal(raw_bind(&george, 0x4000, PEER), 0);
    int dropped = w->traced[NT_TR_DISCARDED];
    assert_int_equal(raw_channel(&george, 0x4000, ""), 1);
    assert_int_equal(w->last.len, 0);
    assert_true(nt_addr_equal(&w->last.path.remote, &relayed));
    assert_int_equal(raw_send_to(&george, PEER, ""), 1);
    assert_int_equal(w->last.len, 0);
    assert_int_equal(w->traced[NT_TR_DISCARDED], dropped);
    peer_sends(w, PEER, &relayed, "");
    run_for(w, NT_SEC);
    assert_int_equal(w->last.len, 4); /* towards the client it is a ChannelData without payload */
    assert_memory_equal(w->last.bytes, "\x40\0\0\0", 4);
    world_del(w);
}

static int icmp_about(struct world *w, const struct nt_addr *local, const char *remote, uint8_t type, uint8_t code, uint32_t mtu)
{
    struct nt_path path = {.transport = NT_UDP, .local = *local, .remote = addr(remote)};
    uint8_t bytes[NT_ICMP_INPUT] = {type, code};
    int before = w->received;
    nt_store32(bytes + 2, mtu);
    w->end.ops->input(w->end.self, &path, NT_IN_ICMP, bytes, sizeof bytes, w->now);
    run_for(w, NT_SEC);
    return w->received - before;
}

static int icmp(struct world *w, const char *peer, uint8_t type, uint8_t code)
{
    return icmp_about(w, &relayed, peer, type, code, 0);
}

/* RFC 8656, 11.5 and 18.13 */
TEST(icmp_errors)
{
    struct world *w = ready();
    struct nt_stun_msg m;
    struct nt_addr peer;
    assert_int_equal(raw_bind(&george, 0x4000, PEER), 0); /* a Data indication even so (12.5) */
    assert_int_equal(icmp(w, PEER, 3, 3), 1);
    assert_int_equal(nt_stun_parse(&m, w->last.bytes, w->last.len), NT_OK);
    assert_int_equal(m.method, NT_TURN_DATA);
    assert_int_equal(nt_stun_get_addr(&m, NT_ATTR_XOR_PEER_ADDRESS, &peer), NT_OK);
    assert_int_equal(peer.port, 5000);
    assert_null(nt_stun_find(&m, NT_ATTR_DATA));
    const struct nt_stun_attr *a = nt_stun_find(&m, NT_ATTR_ICMP);
    assert_int_equal(a->len, 8);
    assert_memory_equal(a->value, "\0\0\x03\x03\0\0\0\0", 8);
    assert_int_equal(icmp(w, PEER, 11, 0), 1);
    assert_int_equal(icmp(w, PEER, 8, 0), 0);
    assert_int_equal(icmp(w, PEER, 1, 0), 0);
    assert_int_equal(icmp(w, "203.0.113.8:5000", 3, 3), 0);
    world_del(w);
}

/* RFC 8656, 18.13: the MTU of the next hop. */
TEST(too_big_says_how_big)
{
    struct world *w = ready();
    struct nt_stun_msg m;
    assert_int_equal(icmp_about(w, &relayed, PEER, 3, 4, 1280), 1);
    assert_int_equal(nt_stun_parse(&m, w->last.bytes, w->last.len), NT_OK);
    assert_memory_equal(nt_stun_find(&m, NT_ATTR_ICMP)->value, "\0\0\x03\x04\0\0\x05\0", 8);
    world_del(w);
}

/* DF of the client's, or the peer's, packet: whether that of the relayed datagram has it. */
static int df_towards_peer(struct world *w, size_t len, bool dont_fragment)
{
    static const uint8_t payload[1500];
    struct nt_addr peer = addr(PEER);
    struct nt_path path = {.transport = NT_UDP, .local = george.from, .remote = w->listen, .df = 1};
    raw_start(&george, NT_STUN_INDICATION, NT_TURN_SEND);
    nt_stun_add_addr(&george.b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
    nt_stun_add(&george.b, NT_ATTR_DATA, payload, len);
    if (dont_fragment)
        nt_stun_add(&george.b, NT_ATTR_DONT_FRAGMENT, NULL, 0);
    put(w, &path, george.buf, (size_t)nt_stun_finish(&george.b));
    run_for(w, NT_SEC);
    assert_int_equal(w->last.len, len);
    return w->last.path.df;
}

static int df_towards_client(struct world *w, size_t len)
{
    static const uint8_t payload[1500];
    struct nt_path path = {.transport = NT_UDP, .local = addr(PEER), .remote = relayed, .df = 1};
    put(w, &path, payload, len);
    run_for(w, NT_SEC);
    assert_true(w->last.len > len);
    return w->last.path.df;
}

/* What is known not to fit is not sent with DF again, for ten minutes; DONT-FRAGMENT means what it says. */
TEST(a_path_that_is_narrow)
{
    struct world *w = ready();
    assert_int_equal(raw_refresh(&george, 3600), 0);
    assert_int_equal(df_towards_peer(w, 1273, false), 1);
    assert_int_equal(icmp_about(w, &relayed, PEER, 3, 4, 1300), 1);
    assert_int_equal(df_towards_peer(w, 1272, false), 1);
    assert_int_equal(df_towards_peer(w, 1273, false), 0);
    assert_int_equal(df_towards_peer(w, 1273, true), 1);
    assert_int_equal(df_towards_client(w, 1273), 1); /* another path */
    assert_int_equal(icmp_about(w, &w->listen, "198.51.100.2:7000", 3, 4, 1300), 0);
    assert_int_equal(df_towards_client(w, 1100), 1);
    assert_int_equal(df_towards_client(w, 1273), 0);
    assert_int_equal(w->traced[NT_TR_DISCARDED], 0);
    assert_int_equal(icmp_about(w, &w->listen, "198.51.100.2:7000", 3, 3, 0), 0); /* of no use, and told */
    assert_int_equal(w->traced[NT_TR_DISCARDED], 1);
    run_for(w, 250 * NT_SEC);
    assert_int_equal(raw_permit(&george, PEER), 0);
    run_for(w, 250 * NT_SEC);
    assert_int_equal(raw_permit(&george, PEER), 0);
    assert_int_equal(df_towards_peer(w, 1273, false), 0);
    run_for(w, 100 * NT_SEC);
    assert_int_equal(df_towards_peer(w, 1273, false), 1);
    world_del(w);
}

/* Port 0 is nobody's: nothing is relayed to it or from it, and no channel is bound. */
TEST(port_0)
{
    struct world *w = ready();
    assert_int_equal(raw_send_to(&george, "203.0.113.7", "x"), 0);
    assert_string_equal(w->why, "forbidden");
    assert_int_equal(raw_bind(&george, 0x4000, "203.0.113.7"), 400);
    int before = w->received;
    peer_sends(w, "203.0.113.7", &relayed, "x");
    run_for(w, NT_SEC);
    assert_int_equal(w->received, before);
    assert_string_equal(w->why, "forbidden");
    world_del(w);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(channel_data_form),
        cmocka_unit_test(every_length),
        cmocka_unit_test(not_permitted),
        cmocka_unit_test(forbidden_peers),
        cmocka_unit_test(one_address_for_all),
        cmocka_unit_test(ip_header),
        cmocka_unit_test(sizes),
        cmocka_unit_test(icmp_errors),
        cmocka_unit_test(too_big_says_how_big),
        cmocka_unit_test(a_path_that_is_narrow),
        cmocka_unit_test(port_0),
    };
    return RUN_TESTS(tests);
}
