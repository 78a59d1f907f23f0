/* RFC 8656, section 20, as a script: the client at 198.51.100.2:49721 behind a NAT (192.0.2.1:7000), the server 192.0.2.15 with
 * a longest lifetime of 20 minutes, peers A 192.0.2.150:32102 and B 192.0.2.210:49191, user George, realm example.com, SHA-256.
 * Every message and attribute that the figures 12 to 18 show is looked for. */
#include "world.h"

#define PEER_A "192.0.2.150:32102"
#define PEER_B "192.0.2.210:49191"

static struct raw client;

/* Figures 12 to 18: what a signed request carries. */
static void check_signed_request(void)
{
    static const uint16_t carried[] = {NT_ATTR_USERNAME,
                                       NT_ATTR_REALM,
                                       NT_ATTR_NONCE,
                                       NT_ATTR_PASSWORD_ALGORITHMS,
                                       NT_ATTR_PASSWORD_ALGORITHM,
                                       NT_ATTR_MESSAGE_INTEGRITY_SHA256};
    struct nt_stun_msg m;
    assert_int_equal(nt_stun_parse(&m, client.buf, (size_t)client.len), NT_OK);
    for (size_t i = 0; i < sizeof carried / sizeof *carried; i++)
        assert_non_null(nt_stun_find(&m, carried[i]));
    uint32_t algorithm;
    assert_int_equal(nt_stun_get_u32(&m, NT_ATTR_PASSWORD_ALGORITHM, &algorithm), NT_OK);
    assert_int_equal(algorithm >> 16, NT_PASSWORD_SHA256);
}

/* "success responses contain a MESSAGE-INTEGRITY-SHA256 attribute [...] but no USERNAME, REALM, and NONCE attributes" */
static void check_signed_response(bool software)
{
    assert_int_equal(nt_stun_verify_sha256(&client.answer, &client.login.key), NT_OK);
    assert_null(nt_stun_find(&client.answer, NT_ATTR_USERNAME));
    assert_null(nt_stun_find(&client.answer, NT_ATTR_REALM));
    assert_null(nt_stun_find(&client.answer, NT_ATTR_NONCE));
    const struct nt_stun_attr *s = nt_stun_find(&client.answer, NT_ATTR_SOFTWARE);
    assert_int_equal(s != NULL, software);
    if (s != NULL)
        assert_memory_equal(s->value, "Example server, version 1.17", s->len);
}

static void check_challenge(int code)
{
    const struct nt_stun_attr *realm = nt_stun_find(&client.answer, NT_ATTR_REALM);
    const struct nt_stun_attr *nonce = nt_stun_find(&client.answer, NT_ATTR_NONCE);
    const struct nt_stun_attr *algorithms = nt_stun_find(&client.answer, NT_ATTR_PASSWORD_ALGORITHMS);
    assert_memory_equal(realm->value, "example.com", 11);
    assert_memory_equal(nonce->value, "obMatJos2", 9); /* the nonce cookie (RFC 8489, 9.2) */
    assert_int_equal(algorithms->len, 8);
    assert_int_equal(client.code, code);
    assert_int_equal(nt_stun_login_take_challenge(&client.login, &client.answer, code), 1);
}

static void start_allocate(void)
{
    raw_start(&client, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    nt_stun_add_text(&client.b, NT_ATTR_SOFTWARE, "Example client, version 1.03");
    nt_stun_add_u32(&client.b, NT_ATTR_LIFETIME, 3600);
    nt_stun_add_u32(&client.b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    nt_stun_add(&client.b, NT_ATTR_DONT_FRAGMENT, NULL, 0);
}

static struct nt_addr figure_12(void)
{
    uint32_t lifetime;
    struct nt_addr mapped, nat = addr("192.0.2.1:7000");
    start_allocate();
    assert_int_equal(raw_send(&client), 401);
    assert_non_null(nt_stun_find(&client.answer, NT_ATTR_SOFTWARE));
    check_challenge(401);
    start_allocate();
    assert_int_equal(raw_send(&client), 0);
    check_signed_request();
    check_signed_response(true);
    assert_int_equal(nt_stun_get_u32(&client.answer, NT_ATTR_LIFETIME, &lifetime), NT_OK);
    assert_int_equal(lifetime, 1200);
    assert_int_equal(nt_stun_get_addr(&client.answer, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped), NT_OK);
    assert_true(nt_addr_equal(&mapped, &nat));
    struct nt_addr relayed = raw_relayed(&client), expected = addr("192.0.2.15:50000");
    assert_true(nt_addr_equal(&relayed, &expected));
    return relayed;
}

static void figure_13_and_14(struct world *w, const struct nt_addr *relayed)
{
    struct nt_addr a = addr(PEER_A), from;
    assert_int_equal(raw_permit(&client, "192.0.2.150:0"), 0);
    check_signed_request();
    check_signed_response(false);
    raw_start(&client, NT_STUN_INDICATION, NT_TURN_SEND);
    nt_stun_add_addr(&client.b, NT_ATTR_XOR_PEER_ADDRESS, &a);
    nt_stun_add(&client.b, NT_ATTR_DONT_FRAGMENT, NULL, 0);
    nt_stun_add(&client.b, NT_ATTR_DATA, "to A", 4);
    assert_int_equal(raw_bytes(&client, client.buf, (size_t)nt_stun_finish(&client.b)), 1);
    assert_true(nt_addr_equal(&w->last.path.local, &a) && nt_addr_equal(&w->last.path.remote, relayed));
    assert_int_equal(w->last.path.df, 1);
    assert_memory_equal(w->last.bytes, "to A", 4);
    peer_sends(w, PEER_A, relayed, "from A");
    run_for(w, NT_SEC);
    struct nt_stun_msg m;
    assert_true(nt_addr_equal(&w->last.path.local, &client.from) && nt_addr_equal(&w->last.path.remote, &w->listen));
    assert_int_equal(nt_stun_parse(&m, w->last.bytes, w->last.len), NT_OK);
    assert_int_equal(m.class_, NT_STUN_INDICATION);
    assert_int_equal(m.method, NT_TURN_DATA);
    assert_int_equal(nt_stun_get_addr(&m, NT_ATTR_XOR_PEER_ADDRESS, &from), NT_OK);
    assert_true(nt_addr_equal(&from, &a));
    assert_memory_equal(nt_stun_find(&m, NT_ATTR_DATA)->value, "from A", 6);
    assert_null(m.integrity_sha256); /* "Indications cannot be authenticated" */
}

static void figure_15_to_17(struct world *w, const struct nt_addr *relayed)
{
    struct nt_addr b = addr(PEER_B);
    assert_int_equal(raw_bind(&client, 0x4000, PEER_B), 0);
    check_signed_request();
    check_signed_response(false);
    assert_int_equal(raw_channel(&client, 0x4000, "to B"), 1);
    assert_true(nt_addr_equal(&w->last.path.local, &b) && nt_addr_equal(&w->last.path.remote, relayed));
    assert_memory_equal(w->last.bytes, "to B", 4);
    peer_sends(w, PEER_B, relayed, "from B");
    run_for(w, NT_SEC);
    assert_int_equal(w->last.len, 10);
    assert_memory_equal(w->last.bytes,
                        "\x40\x00\x00\x06"
                        "from B",
                        10);
    run_for(w, 500 * NT_SEC);
    assert_int_equal(raw_bind(&client, 0x4000, PEER_B), 0);
    run_for(w, 200 * NT_SEC);
    assert_int_equal(raw_channel(&client, 0x4000, "again"), 1);
}

static void start_refresh(void)
{
    raw_start(&client, NT_STUN_REQUEST, NT_TURN_REFRESH);
    nt_stun_add_text(&client.b, NT_ATTR_SOFTWARE, "Example client, version 1.03");
}

static void figure_18(struct world *w)
{
    uint32_t lifetime;
    run_until(w, 1100 * NT_SEC);
    start_refresh();
    assert_int_equal(raw_send(&client), 438);
    assert_non_null(nt_stun_find(&client.answer, NT_ATTR_SOFTWARE));
    check_challenge(438);
    start_refresh();
    assert_int_equal(raw_send(&client), 0);
    check_signed_request();
    check_signed_response(true);
    assert_int_equal(nt_stun_get_u32(&client.answer, NT_ATTR_LIFETIME, &lifetime), NT_OK);
    assert_int_equal(lifetime, 600);
}

TEST(detailed_example)
{
    struct world *w = world_new();
    struct nt_turn_server_config c = server_config(w);
    c.listen = addr("192.0.2.14:3478"); /* the project's servers relay on an address of its own */
    c.relay = addr("192.0.2.15");
    c.port_low = c.port_high = 50000;
    c.lifetime_max = 1200;
    c.nonce_lifetime = 1000 * NT_SEC;
    c.md5 = c.sha256 = true;
    c.software = "Example server, version 1.17";
    world_serve(w, &c);
    raw_init(&client, w, "192.0.2.1:7000", "George", "secret");
    struct nt_addr relayed = figure_12();
    figure_13_and_14(w, &relayed);
    figure_15_to_17(w, &relayed);
    figure_18(w);
    world_del(w);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(detailed_example)};
    return RUN_TESTS(tests);
}
