/* Error codes of the server one by one, and its timers to the second, with hand-built requests (RFC 8656, 5 to 12, 19). */
#include "world.h"

#define PEER "203.0.113.7:5000"

static struct raw george, martha;

static struct world *ready(void)
{
    struct world *w = world_default();
    raw_init(&george, w, "198.51.100.2:7000", "George", "secret");
    raw_init(&martha, w, "198.51.100.3:7000", "Martha", "other");
    raw_login(&george);
    raw_login(&martha);
    return w;
}

static void start_allocate(struct raw *r)
{
    raw_start(r, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&r->b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
}

TEST(unauthorized)
{
    struct world *w = world_default();
    raw_init(&george, w, "198.51.100.2:7000", "George", "secret");
    static const uint16_t methods[] = {NT_TURN_ALLOCATE, NT_TURN_REFRESH, NT_TURN_CREATE_PERMISSION, NT_TURN_CHANNEL_BIND};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        raw_start(&george, NT_STUN_REQUEST, methods[i]);
        assert_int_equal(raw_send(&george), 401);
        assert_int_equal(george.answer.method, methods[i]);
        assert_non_null(nt_stun_find(&george.answer, NT_ATTR_REALM));
        assert_non_null(nt_stun_find(&george.answer, NT_ATTR_NONCE));
        assert_null(george.answer.integrity);
        /* SOFTWARE in Allocate and Refresh responses */
        assert_int_equal(nt_stun_find(&george.answer, NT_ATTR_SOFTWARE) != NULL, i < 2);
    }
    assert_int_equal(w->binds, 1);
    world_del(w);
}

TEST(success_response)
{
    struct world *w = ready();
    uint32_t lifetime;
    struct nt_addr mapped;
    assert_int_equal(raw_allocate(&george), 0);
    assert_int_equal(nt_stun_login_verify(&george.login, &george.answer), NT_OK);
    assert_int_equal(nt_stun_get_u32(&george.answer, NT_ATTR_LIFETIME, &lifetime), NT_OK);
    assert_int_equal(lifetime, 600);
    assert_int_equal(nt_stun_get_addr(&george.answer, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped), NT_OK);
    assert_true(nt_addr_equal(&mapped, &george.from));
    assert_null(nt_stun_find(&george.answer, NT_ATTR_RESERVATION_TOKEN));
    assert_null(nt_stun_find(&george.answer, NT_ATTR_NONCE));
    world_del(w);
}

/* RFC 8656, 7.2: the same transaction gets the same success, another one 437. */
TEST(allocate_twice)
{
    struct world *w = ready();
    assert_int_equal(raw_allocate(&george), 0);
    struct nt_addr first = raw_relayed(&george);
    for (int i = 0; i < 3; i++) {
        run_for(w, NT_SEC);
        assert_int_equal(raw_again(&george), 0);
        struct nt_addr again = raw_relayed(&george);
        assert_true(nt_addr_equal(&first, &again));
        assert_int_equal(nt_stun_login_verify(&george.login, &george.answer), NT_OK);
    }
    assert_int_equal(nt_turn_server_allocations(w->server), 1);
    assert_int_equal(raw_allocate(&george), 437);
    assert_int_equal(nt_stun_login_verify(&george.login, &george.answer), NT_OK);
    world_del(w);
}

TEST(bad_transport)
{
    struct world *w = ready();
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    assert_int_equal(raw_send(&george), 400);
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    nt_stun_add(&george.b, NT_ATTR_REQUESTED_TRANSPORT, "\x11", 1);
    assert_int_equal(raw_send(&george), 400);
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&george.b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(6) << 24);
    assert_int_equal(raw_send(&george), 442);
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_ALLOCATE); /* RFFU is ignored */
    nt_stun_add_u32(&george.b, NT_ATTR_REQUESTED_TRANSPORT, (UINT32_C(17) << 24) + 0xabcdef);
    assert_int_equal(raw_send(&george), 0);
    world_del(w);
}

TEST(unknown_attribute)
{
    struct world *w = ready();
    start_allocate(&george);
    nt_stun_add_u32(&george.b, 0x7ff0, 1);
    assert_int_equal(raw_send(&george), 420);
    const struct nt_stun_attr *list = nt_stun_find(&george.answer, NT_ATTR_UNKNOWN_ATTRIBUTES);
    assert_non_null(list);
    assert_int_equal(list->len, 2);
    assert_int_equal(nt_load16(list->value), 0x7ff0);
    start_allocate(&george); /* comprehension-optional: ignored; DONT-FRAGMENT: known */
    nt_stun_add_u32(&george.b, 0xfff0, 1);
    nt_stun_add(&george.b, NT_ATTR_DONT_FRAGMENT, NULL, 0);
    assert_int_equal(raw_send(&george), 0);
    world_del(w);
}

/* RFC 8489, 6.3.1: all of them are listed; what other usages know, TURN does not. */
TEST(unknown_to_turn)
{
    struct world *w = ready();
    start_allocate(&george);
    nt_stun_add_u32(&george.b, NT_ATTR_PRIORITY, 1);
    nt_stun_add_u32(&george.b, NT_ATTR_CHANGE_REQUEST, 0);
    nt_stun_add_u32(&george.b, NT_ATTR_CONNECTION_ID, 1);
    for (uint16_t i = 0; i < 40; i++)
        nt_stun_add(&george.b, (uint16_t)(0x7f00 + i), NULL, 0);
    assert_int_equal(raw_send(&george), 420);
    const struct nt_stun_attr *list = nt_stun_find(&george.answer, NT_ATTR_UNKNOWN_ATTRIBUTES);
    assert_int_equal(list->len, 2 * 43);
    assert_int_equal(nt_load16(list->value), NT_ATTR_PRIORITY);
    assert_int_equal(nt_load16(list->value + 2 * 42), 0x7f27);
    world_del(w);
}

/* RFC 8656, 10.2: "MAY contain multiple such attributes"; all are installed, or none. */
TEST(many_peers)
{
    struct world *w = ready();
    struct nt_addr first = addr("203.0.113.1:1"), last = nt_addr_plus(&first, 119);
    char text[NT_ADDR_TEXT];
    assert_int_equal(raw_allocate(&george), 0);
    for (int forbidden = 1; forbidden >= 0; forbidden--) {
        raw_start(&george, NT_STUN_REQUEST, NT_TURN_CREATE_PERMISSION);
        for (uint32_t i = 0; i < 120; i++) {
            struct nt_addr peer = nt_addr_plus(&first, i), own = addr("127.0.0.1:1");
            nt_stun_add_addr(&george.b, NT_ATTR_XOR_PEER_ADDRESS, forbidden && i == 100 ? &own : &peer);
        }
        assert_int_equal(raw_send(&george), forbidden ? 403 : 0);
        assert_int_equal(raw_send_to(&george, "203.0.113.1:1", "x"), !forbidden);
        assert_int_equal(raw_send_to(&george, nt_addr_format(&last, text), "x"), !forbidden);
    }
    world_del(w);
}

/* More types of attributes than are read: 400, and a reason in the trace. */
TEST(too_many_attributes)
{
    struct world *w = ready();
    start_allocate(&george);
    for (uint16_t i = 0; i < 80; i++)
        nt_stun_add(&george.b, (uint16_t)(0x7000 + i), NULL, 0);
    assert_int_equal(raw_send(&george), 400);
    assert_int_equal(w->traced[NT_TR_DISCARDED], 1);
    assert_string_equal(w->why, "no-room");
    world_del(w);
}

/* RFC 8656, 7.2: a retransmission gets the same answer, also one whose integrity is of another kind than the answer's. */
TEST(allocate_again_with_sha256)
{
    struct world *w = world_new();
    struct nt_turn_server_config c = server_config(w);
    struct nt_stun_key key;
    c.sha256 = c.md5 = true;
    world_serve(w, &c);
    raw_init(&george, w, "198.51.100.2:7000", "George", "secret");
    raw_login(&george);
    nt_stun_key_long(&key, NT_PASSWORD_MD5, "George", "example.com", "secret");
    start_allocate(&george);
    nt_stun_add_text(&george.b, NT_ATTR_USERNAME, "George");
    nt_stun_add_text(&george.b, NT_ATTR_REALM, "example.com");
    nt_stun_add_text(&george.b, NT_ATTR_NONCE, george.login.nonce);
    nt_stun_add_integrity_sha256(&george.b, &key);
    george.len = nt_stun_finish(&george.b);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(raw_again(&george), 0);
        assert_non_null(george.answer.integrity); /* RFC 8489, 9.2.4: the request named no algorithm */
    }
    assert_int_equal(nt_turn_server_allocations(w->server), 1);
    world_del(w);
}

TEST(family)
{
    struct world *w = ready();
    start_allocate(&george);
    nt_stun_add_u32(&george.b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(2) << 24);
    assert_int_equal(raw_send(&george), 440);
    start_allocate(&george);
    nt_stun_add_u32(&george.b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(3) << 24);
    assert_int_equal(raw_send(&george), 440);
    start_allocate(&george);
    nt_stun_add_u32(&george.b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(1) << 24);
    nt_stun_add_u32(&george.b, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, UINT32_C(2) << 24);
    assert_int_equal(raw_send(&george), 400);
    start_allocate(&george);
    nt_stun_add_u32(&george.b, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, UINT32_C(1) << 24);
    assert_int_equal(raw_send(&george), 400);
    start_allocate(&george);
    nt_stun_add_u32(&george.b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(1) << 24);
    assert_int_equal(raw_send(&george), 0);
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_REFRESH);
    nt_stun_add_u32(&george.b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(2) << 24);
    assert_int_equal(raw_send(&george), 443);
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_REFRESH);
    nt_stun_add_u32(&george.b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(1) << 24);
    assert_int_equal(raw_send(&george), 0);
    assert_int_equal(raw_permit(&george, "[2001:db8::7]:1"), 443);
    assert_int_equal(raw_bind(&george, 0x4000, "[2001:db8::7]:1"), 443);
    world_del(w);
}

TEST(dual_allocation)
{
    struct world *w = world_new();
    struct nt_turn_server_config c = server_config(w);
    c.relay6 = addr("2001:db8:2::2");
    world_serve(w, &c);
    raw_init(&george, w, "198.51.100.2:7000", "George", "secret");
    raw_login(&george);
    start_allocate(&george);
    nt_stun_add_u32(&george.b, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, UINT32_C(2) << 24);
    assert_int_equal(raw_send(&george), 0);
    int families[7] = {0};
    for (int i = 0; i < george.answer.count; i++) {
        struct nt_addr a;
        if (george.answer.attrs[i].type == NT_ATTR_XOR_RELAYED_ADDRESS) {
            assert_int_equal(nt_stun_attr_addr(&george.answer, &george.answer.attrs[i], &a), NT_OK);
            families[a.family]++;
        }
    }
    assert_int_equal(families[NT_AF_IPV4], 1);
    assert_int_equal(families[NT_AF_IPV6], 1);
    assert_int_equal(raw_permit(&george, "[2001:db8::7]:1"), 0);
    assert_int_equal(raw_permit(&george, PEER), 0);
    assert_int_equal(raw_send_to(&george, "[2001:db8::7]:9", "six"), 1);
    assert_int_equal(w->last.path.remote.family, NT_AF_IPV6);
    assert_int_equal(raw_send_to(&george, PEER, "four"), 1);
    /* deleting one family leaves the other alone */
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_REFRESH);
    nt_stun_add_u32(&george.b, NT_ATTR_LIFETIME, 0);
    nt_stun_add_u32(&george.b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(2) << 24);
    assert_int_equal(raw_send(&george), 0);
    assert_int_equal(w->closes, 1);
    assert_int_equal(raw_send_to(&george, "[2001:db8::7]:9", "six"), 0);
    assert_int_equal(raw_send_to(&george, PEER, "four"), 1);
    assert_int_equal(raw_refresh(&george, 0), 0);
    assert_int_equal(w->closes, 2);
    assert_int_equal(nt_turn_server_allocations(w->server), 0);
    /* one family cannot be had: ADDRESS-ERROR-CODE */
    world_del(w);
    w = ready();
    start_allocate(&george);
    nt_stun_add_u32(&george.b, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, UINT32_C(2) << 24);
    assert_int_equal(raw_send(&george), 0);
    const struct nt_stun_attr *missing = nt_stun_find(&george.answer, NT_ATTR_ADDRESS_ERROR_CODE);
    assert_non_null(missing);
    assert_memory_equal(missing->value, "\x02\x00\x04\x28", 4);
    world_del(w);
}

TEST(no_allocation)
{
    struct world *w = ready();
    assert_int_equal(raw_refresh(&george, 600), 437);
    assert_int_equal(raw_permit(&george, PEER), 437);
    assert_int_equal(raw_bind(&george, 0x4000, PEER), 437);
    assert_int_equal(raw_send_to(&george, PEER, "x"), 0); /* indications and ChannelData: silently ignored */
    assert_int_equal(raw_channel(&george, 0x4000, "x"), 0);
    assert_string_equal(w->why, "no-allocation");
    /* B186: after a release */
    assert_int_equal(raw_allocate(&george), 0);
    assert_int_equal(raw_refresh(&george, 0), 0);
    assert_int_equal(raw_again(&george), 437);
    assert_int_equal(raw_permit(&george, PEER), 437);
    world_del(w);
}

/* RFC 8656, 5: "MUST be rejected with a 441 (Wrong Credentials) error" */
TEST(wrong_credentials)
{
    struct world *w = ready();
    assert_int_equal(raw_allocate(&george), 0);
    raw_init(&martha, w, "198.51.100.2:7000", "Martha", "other");
    raw_login(&martha);
    assert_int_equal(raw_refresh(&martha, 0), 441);
    assert_int_equal(raw_permit(&martha, PEER), 441);
    assert_int_equal(raw_bind(&martha, 0x4000, PEER), 441);
    assert_int_equal(nt_turn_server_allocations(w->server), 1);
    world_del(w);
}

TEST(quota)
{
    struct world *w = world_new();
    struct nt_turn_server_config c = server_config(w);
    struct raw third;
    c.quota = 1;
    c.allocations_max = 2;
    world_serve(w, &c);
    raw_init(&george, w, "198.51.100.2:7000", "George", "secret");
    raw_init(&third, w, "198.51.100.2:7001", "George", "secret");
    raw_init(&martha, w, "198.51.100.3:7000", "Martha", "other");
    raw_login(&george);
    raw_login(&third);
    raw_login(&martha);
    assert_int_equal(raw_allocate(&george), 0);
    assert_int_equal(raw_allocate(&third), 486);
    assert_int_equal(raw_allocate(&martha), 0);
    assert_int_equal(raw_refresh(&george, 0), 0);
    assert_int_equal(raw_allocate(&third), 0);
    run_for(w, 601 * NT_SEC); /* by expiry, too */
    assert_int_equal(nt_turn_server_allocations(w->server), 0);
    assert_int_equal(raw_allocate(&george), 0);
    world_del(w);
}

TEST(capacity)
{
    struct world *w = world_new();
    struct nt_turn_server_config c = server_config(w);
    c.port_low = 50000, c.port_high = 50002;
    world_serve(w, &c);
    raw_init(&george, w, "198.51.100.2:7000", "George", "secret");
    raw_login(&george);
    w->refuse_binds = 2; /* other programs have the ports */
    assert_int_equal(raw_allocate(&george), 0);
    assert_int_equal(w->binds, 4);
    assert_int_equal(raw_refresh(&george, 0), 0);
    w->refuse_binds = 3;
    assert_int_equal(raw_allocate(&george), 508);
    assert_int_equal(nt_stun_login_verify(&george.login, &george.answer), NT_OK);
    assert_int_equal(nt_turn_server_allocations(w->server), 0);
    /* all ports in use */
    struct raw others[3];
    for (int i = 0; i < 3; i++) {
        char from[32];
        snprintf(from, sizeof from, "198.51.100.9:%d", 9000 + i);
        raw_init(&others[i], w, from, "Martha", "other");
        raw_login(&others[i]);
        assert_int_equal(raw_allocate(&others[i]), 0);
        assert_in_range(raw_relayed(&others[i]).port, 50000, 50002);
    }
    assert_int_equal(raw_allocate(&george), 508);
    assert_int_equal(raw_refresh(&others[1], 0), 0);
    assert_int_equal(raw_allocate(&george), 0);
    world_del(w);
}

static int allocate_even(struct raw *r, uint8_t bits)
{
    start_allocate(r);
    nt_stun_add(&r->b, NT_ATTR_EVEN_PORT, &bits, 1);
    return raw_send(r);
}

static int redeem(struct raw *r, uint64_t token)
{
    start_allocate(r);
    nt_stun_add_u64(&r->b, NT_ATTR_RESERVATION_TOKEN, token);
    return raw_send(r);
}

TEST(even_ports_and_tokens)
{
    struct world *w = ready();
    uint64_t token = 0, again = 0;
    for (int i = 0; i < 8; i++) {
        assert_int_equal(allocate_even(&george, 0), 0);
        assert_int_equal(raw_relayed(&george).port % 2, 0);
        assert_null(nt_stun_find(&george.answer, NT_ATTR_RESERVATION_TOKEN));
        assert_int_equal(raw_refresh(&george, 0), 0);
    }
    assert_int_equal(allocate_even(&george, 0x80), 0);
    struct nt_addr even = raw_relayed(&george);
    assert_int_equal(nt_stun_get_u64(&george.answer, NT_ATTR_RESERVATION_TOKEN, &token), NT_OK);
    int id_len = george.len;
    assert_int_equal(raw_again(&george), 0); /* the repeated success has the same token */
    assert_int_equal(george.len, id_len);
    assert_int_equal(nt_stun_get_u64(&george.answer, NT_ATTR_RESERVATION_TOKEN, &again), NT_OK);
    assert_true(token == again);
    assert_int_equal(redeem(&martha, token + 1), 508); /* B166 */
    run_until(w, w->now + 29 * NT_SEC);
    assert_int_equal(redeem(&martha, token), 0);
    assert_int_equal(raw_relayed(&martha).port, even.port + 1);
    assert_int_equal(raw_refresh(&martha, 0), 0);
    assert_int_equal(redeem(&martha, token), 508); /* once only */
    assert_int_equal(raw_refresh(&george, 0), 0);
    assert_int_equal(allocate_even(&george, 0x80), 0);
    assert_int_equal(nt_stun_get_u64(&george.answer, NT_ATTR_RESERVATION_TOKEN, &token), NT_OK);
    run_for(w, 31 * NT_SEC);
    assert_int_equal(redeem(&martha, token), 508);
    /* contradictions: 400 */
    start_allocate(&martha);
    nt_stun_add_u64(&martha.b, NT_ATTR_RESERVATION_TOKEN, token);
    nt_stun_add(&martha.b, NT_ATTR_EVEN_PORT, "", 1);
    assert_int_equal(raw_send(&martha), 400);
    start_allocate(&martha);
    nt_stun_add_u64(&martha.b, NT_ATTR_RESERVATION_TOKEN, token);
    nt_stun_add_u32(&martha.b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(1) << 24);
    assert_int_equal(raw_send(&martha), 400);
    start_allocate(&martha);
    nt_stun_add(&martha.b, NT_ATTR_EVEN_PORT, "\x80", 1);
    nt_stun_add_u32(&martha.b, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, UINT32_C(2) << 24);
    assert_int_equal(raw_send(&martha), 400);
    world_del(w);
}

static uint32_t granted(struct raw *r)
{
    uint32_t lifetime = 12345;
    assert_int_equal(nt_stun_get_u32(&r->answer, NT_ATTR_LIFETIME, &lifetime), NT_OK);
    return lifetime;
}

/* RFC 8656, 7.2 and 8.2: max(default, min(asked, max)) */
TEST(lifetimes)
{
    struct world *w = ready();
    static const uint32_t asked[] = {1, 599, 601, 1200, 3600, 3601, 0xffffffff}, want[] = {600, 600, 601, 1200, 3600, 3600, 3600};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        start_allocate(&george);
        nt_stun_add_u32(&george.b, NT_ATTR_LIFETIME, asked[i]);
        assert_int_equal(raw_send(&george), 0);
        assert_int_equal(granted(&george), want[i]);
        assert_int_equal(raw_refresh(&george, asked[i]), 0);
        assert_int_equal(granted(&george), want[i]);
        assert_int_equal(raw_refresh(&george, 0), 0);
        assert_int_equal(granted(&george), 0);
    }
    /* a refresh may shorten: expiry to the second */
    start_allocate(&george);
    nt_stun_add_u32(&george.b, NT_ATTR_LIFETIME, 3600);
    assert_int_equal(raw_send(&george), 0);
    nt_time sent = w->now;
    assert_int_equal(raw_refresh(&george, 600), 0);
    run_until(w, sent + 599 * NT_SEC);
    assert_int_equal(nt_turn_server_allocations(w->server), 1);
    run_until(w, sent + 601 * NT_SEC);
    assert_int_equal(nt_turn_server_allocations(w->server), 0);
    world_del(w);
}

TEST(permission_errors)
{
    struct world *w = ready();
    struct nt_addr good = addr(PEER), bad = addr("127.0.0.1:1");
    assert_int_equal(raw_allocate(&george), 0);
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_CREATE_PERMISSION);
    assert_int_equal(raw_send(&george), 400);
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_CREATE_PERMISSION);
    nt_stun_add(&george.b, NT_ATTR_XOR_PEER_ADDRESS, "abc", 3);
    assert_int_equal(raw_send(&george), 400);
    /* all or nothing, in both orders */
    for (int i = 0; i < 2; i++) {
        raw_start(&george, NT_STUN_REQUEST, NT_TURN_CREATE_PERMISSION);
        nt_stun_add_addr(&george.b, NT_ATTR_XOR_PEER_ADDRESS, i == 0 ? &good : &bad);
        nt_stun_add_addr(&george.b, NT_ATTR_XOR_PEER_ADDRESS, i == 0 ? &bad : &good);
        assert_int_equal(raw_send(&george), 403);
        assert_int_equal(raw_send_to(&george, PEER, "x"), 0);
        assert_string_equal(w->why, "no-permission");
    }
    struct nt_addr second = addr("203.0.113.8:0"); /* B191: all of them, not the first or the last */
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_CREATE_PERMISSION);
    nt_stun_add_addr(&george.b, NT_ATTR_XOR_PEER_ADDRESS, &good);
    nt_stun_add_addr(&george.b, NT_ATTR_XOR_PEER_ADDRESS, &second);
    assert_int_equal(raw_send(&george), 0);
    assert_int_equal(raw_send_to(&george, PEER, "x"), 1);
    assert_int_equal(raw_send_to(&george, "203.0.113.8:77", "x"), 1);
    world_del(w);
}

TEST(permission_lasts_300_seconds)
{
    struct world *w = ready();
    assert_int_equal(raw_allocate(&george), 0);
    assert_int_equal(raw_refresh(&george, 3600), 0);
    nt_time asked = w->now + LATENCY; /* when it reaches the server */
    assert_int_equal(raw_permit(&george, PEER), 0);
    run_until(w, asked - LATENCY + 299 * NT_SEC);
    assert_int_equal(raw_send_to(&george, PEER, "x"), 1); /* does not refresh it */
    run_until(w, asked - LATENCY + 300 * NT_SEC - 1);
    assert_int_equal(raw_send_to(&george, PEER, "x"), 1);
    assert_int_equal(raw_send_to(&george, PEER, "x"), 0);
    run_until(w, asked + 301 * NT_SEC);
    assert_int_equal(raw_send_to(&george, PEER, "x"), 0);
    assert_int_equal(raw_permit(&george, PEER), 0);
    assert_int_equal(raw_send_to(&george, PEER, "x"), 1);
    world_del(w);
}

TEST(channel_errors)
{
    struct world *w = ready();
    assert_int_equal(raw_allocate(&george), 0);
    assert_int_equal(raw_bind(&george, 0x3fff, PEER), 400);
    assert_int_equal(raw_bind(&george, 0x5000, PEER), 400); /* B178 */
    assert_int_equal(raw_bind(&george, 0x7fff, PEER), 400);
    assert_int_equal(raw_bind(&george, 0x4fff, PEER), 0);
    assert_int_equal(raw_bind(&george, 0x4fff, PEER), 0);
    assert_int_equal(raw_bind(&george, 0x4fff, "203.0.113.7:5001"), 400);
    assert_int_equal(raw_bind(&george, 0x4000, PEER), 400);
    assert_int_equal(raw_bind(&george, 0x4000, "203.0.113.7:5001"), 0);
    assert_int_equal(raw_bind(&george, 0x4001, "127.0.0.1:1"), 403);
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_CHANNEL_BIND);
    nt_stun_add_u32(&george.b, NT_ATTR_CHANNEL_NUMBER, 0x40020000);
    assert_int_equal(raw_send(&george), 400);
    struct nt_addr peer = addr(PEER);
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_CHANNEL_BIND);
    nt_stun_add_addr(&george.b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
    assert_int_equal(raw_send(&george), 400);
    /* another allocation has channels of its own */
    assert_int_equal(raw_allocate(&martha), 0);
    assert_int_equal(raw_bind(&martha, 0x4fff, "203.0.113.9:1"), 0);
    world_del(w);
}

TEST(channel_lasts_600_seconds)
{
    struct world *w = ready();
    assert_int_equal(raw_allocate(&george), 0);
    assert_int_equal(raw_refresh(&george, 3600), 0);
    nt_time sent = w->now;
    assert_int_equal(raw_bind(&george, 0x4000, PEER), 0);
    assert_int_equal(raw_channel(&george, 0x4000, "x"), 1); /* ChannelBind installs the permission */
    run_until(w, sent + 301 * NT_SEC);
    assert_int_equal(raw_channel(&george, 0x4000, "x"), 0); /* which lives 300 s */
    assert_string_equal(w->why, "no-permission");
    assert_int_equal(raw_permit(&george, PEER), 0); /* does not refresh the channel */
    run_until(w, sent + 570 * NT_SEC);
    assert_int_equal(raw_permit(&george, PEER), 0);
    run_until(w, sent + 599 * NT_SEC);
    assert_int_equal(raw_channel(&george, 0x4000, "x"), 1);
    assert_int_equal(raw_bind(&george, 0x4001, PEER), 400);
    run_until(w, sent + 601 * NT_SEC);
    assert_int_equal(raw_channel(&george, 0x4000, "x"), 0);
    assert_string_equal(w->why, "no-channel");
    assert_int_equal(raw_bind(&george, 0x4001, PEER), 0); /* both are free again */
    assert_int_equal(raw_bind(&george, 0x4000, "203.0.113.7:9"), 0);
    assert_int_equal(raw_channel(&george, 0x4000, "x"), 1);
    assert_int_equal(w->last.path.local.port, 9);
    world_del(w);
}

/* RFC 8489, 9.2.4: valid credentials with an old nonce get 438, whatever the method. */
TEST(stale_nonce)
{
    struct world *w = ready();
    assert_int_equal(raw_allocate(&george), 0);
    struct raw allocate_request = george;
    run_for(w, 599 * NT_SEC);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(raw_refresh(&george, 3600), 0);
        run_for(w, 500 * NT_SEC);
    }
    run_for(w, 101 * NT_SEC);
    assert_int_equal(raw_refresh(&george, 600), 438);
    assert_int_equal(raw_permit(&george, PEER), 438);
    assert_int_equal(raw_bind(&george, 0x4000, PEER), 438);
    assert_int_equal(raw_allocate(&george), 438);
    assert_int_equal(nt_stun_login_take_challenge(&george.login, &george.answer, 438), 1);
    assert_int_equal(raw_permit(&george, PEER), 0);
    assert_int_equal(raw_again(&allocate_request), 0); /* the retransmitted Allocate is still recognised */
    world_del(w);
}

/* Beyond the stated limits the answer is 508; expired entries make room. */
TEST(limits)
{
    struct world *w = ready();
    struct nt_addr first = addr("203.0.113.1:1");
    uint32_t installed = 0;
    assert_int_equal(raw_allocate(&george), 0);
    assert_int_equal(raw_refresh(&george, 3600), 0);
    for (int code = 0; code == 0;) {
        raw_start(&george, NT_STUN_REQUEST, NT_TURN_CREATE_PERMISSION);
        for (uint32_t i = 0; i < 32; i++) {
            struct nt_addr peer = nt_addr_plus(&first, installed + i);
            nt_stun_add_addr(&george.b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
        }
        code = raw_send(&george);
        assert_true(code == 0 || code == 508);
        installed += code == 0 ? 32 : 0;
    }
    for (uint32_t i = 0; i < installed; i += 31) { /* each of them is installed */
        char text[NT_ADDR_TEXT];
        struct nt_addr peer = nt_addr_plus(&first, i);
        assert_int_equal(raw_send_to(&george, nt_addr_format(&peer, text), "x"), 1);
    }
    assert_int_equal(installed, 1024);
    assert_int_equal(raw_bind(&george, 0x4000, PEER), 0); /* an installed one */
    assert_int_equal(raw_bind(&george, 0x4001, "198.18.0.1:1"), 508);
    run_for(w, 300 * NT_SEC);
    assert_int_equal(raw_permit(&george, "198.18.0.1:1"), 0);
    assert_int_equal(raw_send_to(&george, "198.18.0.1:1", "x"), 1);
    assert_int_equal(raw_send_to(&george, PEER, "x"), 0);
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_REFRESH);
    nt_stun_add(&george.b, NT_ATTR_LIFETIME, "\0", 1);
    assert_int_equal(raw_send(&george), 400);
    world_del(w);
}

/* Number, peer and entry of an expired channel can be used again, in every order. */
TEST(channels_reused)
{
    struct world *w = ready();
    assert_int_equal(raw_allocate(&george), 0);
    assert_int_equal(raw_refresh(&george, 3600), 0);
    for (unsigned i = 0; i < 8; i++) { /* as many as the first array holds */
        char peer[32];
        snprintf(peer, sizeof peer, "203.0.113.7:%u", 100 + i);
        assert_int_equal(raw_bind(&george, 0x4000 + i, peer), 0);
    }
    run_for(w, 601 * NT_SEC);
    assert_int_equal(raw_bind(&george, 0x4001, "203.0.113.7:100"), 0); /* another's number, another's peer */
    assert_int_equal(raw_bind(&george, 0x4100, "203.0.113.7:102"), 0);
    assert_int_equal(raw_bind(&george, 0x4003, "203.0.113.7:999"), 0);
    assert_int_equal(raw_bind(&george, 0x4200, "203.0.113.9:1"), 0);
    static const struct {
        unsigned number;
        uint16_t port;
    } bound[] = {{0x4001, 100}, {0x4100, 102}, {0x4003, 999}, {0x4200, 1}};
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++) {
        assert_int_equal(raw_channel(&george, bound[i].number, "x"), 1);
        assert_int_equal(w->last.path.local.port, bound[i].port);
    }
    assert_int_equal(raw_channel(&george, 0x4000, "x"), 0);
    assert_int_equal(raw_channel(&george, 0x4002, "x"), 0);
    assert_int_equal(raw_bind(&george, 0x4300, "203.0.113.9:2"), 0); /* in the place of one that nobody has asked for again */
    assert_int_equal(raw_channel(&george, 0x4300, "x"), 1);
    for (unsigned i = 4; i < 8; i++)
        assert_int_equal(raw_channel(&george, 0x4000 + i, "x"), 0);
    world_del(w);
}

TEST(binding)
{
    struct world *w = ready();
    struct nt_addr mapped;
    raw_start(&george, NT_STUN_REQUEST, NT_STUN_BINDING);
    george.len = nt_stun_finish(&george.b);
    assert_int_equal(raw_again(&george), 0);
    assert_int_equal(nt_stun_get_addr(&george.answer, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped), NT_OK);
    assert_true(nt_addr_equal(&mapped, &george.from));
    nt_store32(george.buf + 4, 0x01020304); /* a classic client's, without the cookie: MAPPED-ADDRESS */
    assert_int_equal(raw_bytes(&george, george.buf, 20), 1);
    assert_int_equal(nt_load32(w->last.bytes + 4), 0x01020304);
    nt_store32(w->last.bytes + 4, NT_STUN_COOKIE);
    assert_int_equal(nt_stun_parse(&george.answer, w->last.bytes, w->last.len), NT_OK);
    assert_int_equal(nt_stun_get_addr(&george.answer, NT_ATTR_MAPPED_ADDRESS, &mapped), NT_OK);
    assert_true(nt_addr_equal(&mapped, &george.from));
    /* garbage of every kind is counted and stops nothing */
    assert_int_equal(raw_bytes(&george, "\x80\x60garbage", 9), 0);
    assert_int_equal(raw_bytes(&george, "\x40", 1), 0);
    assert_int_equal(raw_bytes(&george, "\x00\x01", 2), 0);
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_CONNECT);
    george.len = nt_stun_finish(&george.b);
    assert_int_equal(raw_again(&george), -1);
    assert_true(w->traced[NT_TR_DISCARDED] >= 4);
    world_del(w);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unauthorized),
        cmocka_unit_test(success_response),
        cmocka_unit_test(allocate_twice),
        cmocka_unit_test(bad_transport),
        cmocka_unit_test(unknown_attribute),
        cmocka_unit_test(unknown_to_turn),
        cmocka_unit_test(many_peers),
        cmocka_unit_test(too_many_attributes),
        cmocka_unit_test(allocate_again_with_sha256),
        cmocka_unit_test(family),
        cmocka_unit_test(dual_allocation),
        cmocka_unit_test(no_allocation),
        cmocka_unit_test(wrong_credentials),
        cmocka_unit_test(quota),
        cmocka_unit_test(capacity),
        cmocka_unit_test(even_ports_and_tokens),
        cmocka_unit_test(lifetimes),
        cmocka_unit_test(permission_errors),
        cmocka_unit_test(permission_lasts_300_seconds),
        cmocka_unit_test(channel_errors),
        cmocka_unit_test(channel_lasts_600_seconds),
        cmocka_unit_test(stale_nonce),
        cmocka_unit_test(limits),
        cmocka_unit_test(channels_reused),
        cmocka_unit_test(binding),
    };
    return RUN_TESTS(tests);
}
