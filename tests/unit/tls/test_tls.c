/* TLS over memory: the life of a connection, its bytes, and each way in which it fails, with the reason. */
#include "pair.h"

static const char *program;

static void start_with(struct pair *p, uint64_t seed, bool tls12)
{
    struct nt_tls_config client = config_of(p, seed, CLIENT), server = config_of(p, seed, SERVER);
    client.tls12 = tls12;
    start_pair(p, &client, &server);
}

static void assert_open(const struct pair *p)
{
    assert_string_equal(nt_tls_reason(p->side[CLIENT]), "");
    assert_int_equal(nt_tls_state(p->side[CLIENT]), NT_TLS_OPEN);
    assert_int_equal(nt_tls_state(p->side[SERVER]), NT_TLS_OPEN);
}

/* A whole life: the digest of its bytes and of its key log. */
static uint64_t life(uint64_t seed, bool tls12, size_t piece)
{
    struct pair p = pair_of(seed);
    start_with(&p, seed, tls12);
    p.piece = piece;
    assert_int_equal(nt_tls_state(p.side[CLIENT]), NT_TLS_HANDSHAKE);
    assert_int_equal(nt_tls_write(p.side[CLIENT], (const uint8_t *)"early", 5, 0), NT_ESTATE);
    carry(&p);
    assert_open(&p);
    assert_true(nt_tls_deadline(p.side[CLIENT]) == NT_TIME_NEVER);
    assert_crosses(&p, CLIENT, "a question");
    assert_crosses(&p, SERVER, "an answer");
    nt_tls_close(p.side[CLIENT], 0);
    carry(&p);
    assert_int_equal(nt_tls_read(p.side[SERVER], (uint8_t[1]){0}, 1, 0), 0);
    assert_int_equal(nt_tls_state(p.side[SERVER]), NT_TLS_ENDED);
    assert_crosses(&p, SERVER, "the last word"); /* each way ends by itself */
    nt_tls_close(p.side[SERVER], 0);
    carry(&p);
    nt_tls_read(p.side[CLIENT], (uint8_t[1]){0}, 1, 0);
    assert_int_equal(nt_tls_state(p.side[CLIENT]), NT_TLS_ENDED);
    assert_int_equal(nt_tls_write(p.side[CLIENT], (const uint8_t *)"late", 4, 0), NT_ESTATE);
    assert_true(p.lines > 0);
    stop(&p);
    return p.digest;
}

TEST(both_versions)
{
    life(1, false, 1000000);
    life(1, true, 1000000);
}

TEST(split_at_every_byte)
{
    for (int tls12 = 0; tls12 < 2; tls12++)
        for (size_t piece = 1; piece < 1300; piece = piece < 40 ? piece + 1 : piece * 2)
            assert_true(life(1, tls12 == 1, piece) == life(1, tls12 == 1, 1000000));
}

/* One message is one record, and one chunk: 22 bytes more in 1.3 (5 header, 1 type, 16 tag). */
TEST(a_message_is_a_record)
{
    static uint8_t buf[20000];
    struct pair p = pair_of(1);
    start_with(&p, 1, false);
    carry(&p);
    assert_int_equal(nt_tls_write(p.side[CLIENT], buf, 100, 0), NT_OK);
    assert_int_equal(nt_tls_output(p.side[CLIENT], buf, sizeof buf), 122);
    assert_int_equal(nt_tls_output(p.side[CLIENT], buf, sizeof buf), 0);
    assert_int_equal(nt_tls_write(p.side[CLIENT], buf, 0, 0), NT_OK);
    assert_int_equal(nt_tls_output(p.side[CLIENT], buf, sizeof buf), 0);
    stop(&p);
}

static uint64_t in_a_process(uint64_t seed)
{
    char command[600], text[40] = "";
    snprintf(command, sizeof command, "'%s' digest %d", program, (int)seed);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    assert_non_null(fgets(text, sizeof text, f));
    assert_int_equal(pclose(f), 0);
    return strtoull(text, NULL, 16);
}

TEST(same_seed_same_bytes)
{
    for (int tls12 = 0; tls12 < 2; tls12++) {
        uint64_t first = life(7, tls12 == 1, 1000000);
        assert_true(life(7, tls12 == 1, 1000000) == first);
        assert_true(life(8, tls12 == 1, 1000000) != first);
    }
    assert_true(in_a_process(7) == life(7, false, 1000000));
    assert_true(in_a_process(8) == life(8, false, 1000000));
}

/* What one connection draws depends on no other one. */
TEST(beside_another)
{
    struct pair alone = pair_of(3), p = pair_of(3), q = pair_of(4);
    start_with(&alone, 3, false);
    carry(&alone);
    start_with(&q, 4, false);
    start_with(&p, 3, false);
    carry_from(&q, CLIENT);
    carry_from(&p, CLIENT);
    carry_from(&q, SERVER);
    carry(&p);
    carry(&q);
    assert_true(p.digest == alone.digest);
    assert_true(q.digest != alone.digest);
    stop(&alone);
    stop(&p);
    stop(&q);
}

/* Both sides fail, each with its reason. */
static void assert_refused(struct pair *p, const char *client, const char *server)
{
    carry(p);
    assert_int_equal(nt_tls_state(p->side[CLIENT]), NT_TLS_FAILED);
    assert_string_equal(nt_tls_reason(p->side[CLIENT]), client);
    if (server != NULL) {
        nt_tls_read(p->side[SERVER], (uint8_t[1]){0}, 1, p->now); /* in 1.3 it has answered before it hears of it */
        assert_int_equal(nt_tls_state(p->side[SERVER]), NT_TLS_FAILED);
        assert_string_equal(nt_tls_reason(p->side[SERVER]), server);
    }
    assert_int_equal(nt_tls_write(p->side[CLIENT], (const uint8_t *)"x", 1, p->now), NT_ESTATE);
    stop(p);
}

static void refuse(const char *name, bool signed_, int64_t from, int64_t until, nt_time now, const char *why, const char *alert)
{
    for (int tls12 = 0; tls12 < 2; tls12++) {
        struct pair p = pair_of(1);
        nt_tls_identity_del(p.identity);
        p.identity = make_identity(&p, name, signed_ ? p.authority : NULL, false, from, until);
        p.now = now;
        start_with(&p, 1, tls12 == 1);
        assert_refused(&p, why, alert);
    }
}

TEST(bad_certificates)
{
    refuse(NAME, true, EPOCH - YEAR, EPOCH - 1, 0, "the certificate has expired",
           "the peer has sent an alert: certificate expired");
    refuse(NAME, true, EPOCH - YEAR, EPOCH + 100, 101 * NT_SEC, "the certificate has expired",
           "the peer has sent an alert: certificate expired");
    refuse(NAME, true, EPOCH + 100, EPOCH + YEAR, 99 * NT_SEC, "the certificate is not valid yet",
           "the peer has sent an alert: bad certificate");
    refuse("other.example.com", true, EPOCH - YEAR, EPOCH + YEAR, 0, "the certificate is for another name",
           "the peer has sent an alert: bad certificate");
    refuse(NAME, false, EPOCH - YEAR, EPOCH + YEAR, 0, "the certificate is signed by itself",
           "the peer has sent an alert: unknown CA");
}

TEST(unknown_authority)
{
    struct pair p = pair_of(1);
    struct nt_tls_identity *other = p.authority;
    p.authority = make_identity(&p, "Another", NULL, true, EPOCH - YEAR, EPOCH + YEAR);
    start_with(&p, 1, false);
    nt_tls_identity_del(other);
    assert_refused(&p, "the certificate is signed by an authority that is not known", "the peer has sent an alert: unknown CA");
}

/* One that is signed by itself may be trusted by itself. */
TEST(trusted_by_itself)
{
    struct pair p = pair_of(1);
    nt_tls_identity_del(p.authority);
    nt_tls_identity_del(p.identity);
    p.identity = make_identity(&p, NAME, NULL, false, EPOCH - YEAR, EPOCH + YEAR);
    p.authority = NULL;
    struct nt_tls_config client = config_of(&p, 1, CLIENT), server = config_of(&p, 1, SERVER);
    client.trust = (const struct nt_tls_identity *const *)&p.identity;
    start_pair(&p, &client, &server);
    carry(&p);
    assert_open(&p);
    stop(&p);
}

/* RFC 8489, 6.2.3: "optionally with a wildcard character as the leftmost label". */
TEST(names)
{
    static const struct {
        const char *certificate, *asked;
        bool good;
    } table[] = {{"*.example.com", "turn.example.com", true},
                 {"*.example.com", "a.turn.example.com", false},
                 {"t*.example.com", "turn.example.com", false},
                 {"TURN.example.COM", "turn.example.com", true},
                 {"192.0.2.1", "192.0.2.1", true},
                 {"192.0.2.1", "192.0.2.2", false},
                 {"2001:db8::1", "2001:db8::1", true},
                 {NAME, "192.0.2.1", false}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct pair p = pair_of(1);
        nt_tls_identity_del(p.identity);
        p.identity = make_identity(&p, table[i].certificate, p.authority, false, EPOCH - YEAR, EPOCH + YEAR);
        struct nt_tls_config client = config_of(&p, 1, CLIENT), server = config_of(&p, 1, SERVER);
        client.name = table[i].asked;
        start_pair(&p, &client, &server);
        carry(&p);
        assert_int_equal(nt_tls_state(p.side[CLIENT]), table[i].good ? NT_TLS_OPEN : NT_TLS_FAILED);
        if (!table[i].good)
            assert_string_equal(nt_tls_reason(p.side[CLIENT]), "the certificate is for another name");
        stop(&p);
    }
}

/* Who does not know whom it asks, or has no certificate to show, is nobody's peer. */
TEST(arguments)
{
    struct pair p = pair_of(1);
    struct nt_tls_config client = config_of(&p, 1, CLIENT), server = config_of(&p, 1, SERVER);
    client.name = NULL;
    server.identity = NULL;
    assert_null(nt_tls_new(&client, 0));
    assert_null(nt_tls_new(&server, 0));
    stop(&p);
}

TEST(protocol_is_offered)
{
    struct pair p = pair_of(1);
    struct nt_tls_config client = config_of(&p, 1, CLIENT), server = config_of(&p, 1, SERVER);
    client.alpn = "stun.nat-discovery";
    start_pair(&p, &client, &server);
    carry(&p);
    assert_open(&p);
    stop(&p);
}

/* RFC 8489, 6.2.3: the suites that "MUST be implemented", those with forward secrecy alone, and "MUST disable TLS-level
 * compression". The last one is no suite (RFC 5746). */
TEST(what_the_client_offers)
{
    static const uint8_t suites[] = {0, 10, 0x13, 0x01, 0xc0, 0x2b, 0xc0, 0x2f, 0x00, 0x9e, 0x00, 0xff, 1, 0};
    uint8_t hello[2000];
    struct pair p = pair_of(1);
    start_with(&p, 1, false);
    size_t n = nt_tls_output(p.side[CLIENT], hello, sizeof hello), at = 5 + 4 + 2 + 32;
    at += 1U + hello[at]; /* the session's id */
    assert_true(n > at + sizeof suites);
    assert_memory_equal(hello + at, suites, sizeof suites);
    stop(&p);
}

TEST(slow_handshake)
{
    for (int i = 0; i < SIDES; i++) {
        struct pair p = pair_of(1);
        start_with(&p, 1, false);
        assert_true(nt_tls_deadline(p.side[i]) == NT_TLS_HANDSHAKE_MAX);
        nt_tls_timer(p.side[i], NT_TLS_HANDSHAKE_MAX - 1);
        assert_int_equal(nt_tls_state(p.side[i]), NT_TLS_HANDSHAKE);
        nt_tls_timer(p.side[i], NT_TLS_HANDSHAKE_MAX);
        assert_int_equal(nt_tls_state(p.side[i]), NT_TLS_FAILED);
        assert_string_equal(nt_tls_reason(p.side[i]), "the handshake takes too long");
        assert_true(nt_tls_deadline(p.side[i]) == NT_TIME_NEVER);
        stop(&p);
    }
}

TEST(cut_off)
{
    struct pair p = pair_of(1);
    start_with(&p, 1, false);
    nt_tls_input_end(p.side[SERVER], 0);
    assert_string_equal(nt_tls_reason(p.side[SERVER]), "the stream ended within the handshake");
    stop(&p);

    p = pair_of(1);
    start_with(&p, 1, false);
    carry(&p);
    assert_int_equal(nt_tls_write(p.side[CLIENT], (const uint8_t *)"all", 3, 0), NT_OK);
    carry(&p);
    nt_tls_input_end(p.side[SERVER], 0);
    uint8_t buf[10];
    assert_int_equal(nt_tls_read(p.side[SERVER], buf, sizeof buf, 0), 3); /* what came is there */
    assert_int_equal(nt_tls_read(p.side[SERVER], buf, sizeof buf, 0), 0);
    assert_int_equal(nt_tls_state(p.side[SERVER]), NT_TLS_FAILED);
    assert_string_equal(nt_tls_reason(p.side[SERVER]), "cut off: the stream ended without close_notify");
    stop(&p);
}

/* After close_notify the end of the stream is as it should be. */
TEST(ended_in_order)
{
    struct pair p = pair_of(1);
    start_with(&p, 1, false);
    carry(&p);
    nt_tls_close(p.side[CLIENT], 0);
    carry(&p);
    nt_tls_input_end(p.side[SERVER], 0);
    assert_int_equal(nt_tls_state(p.side[SERVER]), NT_TLS_ENDED);
    stop(&p);
}

TEST(garbage)
{
    struct pair p = pair_of(1);
    start_with(&p, 1, false);
    assert_int_equal(nt_tls_input(p.side[SERVER], (const uint8_t *)"GET / HTTP/1.1\r\n\r\n", 18, 0), NT_OK);
    assert_int_equal(nt_tls_state(p.side[SERVER]), NT_TLS_FAILED);
    assert_string_equal(nt_tls_reason(p.side[SERVER]), "TLS: http request");
    assert_int_equal(nt_tls_input(p.side[CLIENT], (const uint8_t *)"\x00\x01\x00\x00!\x12\xa4\x42", 8, 0), NT_OK);
    assert_int_equal(nt_tls_state(p.side[CLIENT]), NT_TLS_FAILED);
    stop(&p);
}

static size_t damaged_at;
static int damaged_from;

static void damage_one(uint8_t *bytes, size_t len, size_t at, int from)
{
    if (from == damaged_from && damaged_at >= at && damaged_at < at + len)
        bytes[damaged_at - at] ^= 0x55;
}

/* One byte of either side damaged, wherever: nothing of it is ever read, and nothing breaks. */
TEST(damaged)
{
    for (damaged_from = 0; damaged_from < SIDES; damaged_from++)
        for (damaged_at = 0; damaged_at < 1300; damaged_at += 7) {
            struct pair p = pair_of(1);
            char buf[30] = "";
            start_with(&p, 1, false);
            p.damage = damage_one;
            carry(&p);
            for (int from = 0; from < SIDES; from++)
                if (nt_tls_write(p.side[from], (const uint8_t *)"hello", 5, 0) == NT_OK) {
                    carry(&p);
                    size_t n = nt_tls_read(p.side[1 - from], (uint8_t *)buf, sizeof buf, 0);
                    assert_true(n == 0 || (n == 5 && memcmp(buf, "hello", 5) == 0));
                }
            stop(&p);
        }
}

/* Who is given more than it is asked for keeps no more than the limit. */
TEST(limits)
{
    static uint8_t buf[16000];
    struct pair p = pair_of(1);
    int taken = 0, r;
    start_with(&p, 1, false);
    carry(&p);
    while ((r = nt_tls_write(p.side[CLIENT], buf, sizeof buf, 0)) == NT_OK)
        assert_true(++taken < 100);
    assert_int_equal(r, NT_ENOSPC);
    assert_int_equal(taken, 16);
    size_t n, held = 0;
    while ((n = nt_tls_output(p.side[CLIENT], buf, sizeof buf)) > 0 && held + n <= NT_TLS_HELD_MAX) {
        assert_int_equal(nt_tls_input(p.side[SERVER], buf, n, 0), NT_OK);
        held += n;
    }
    static uint8_t more[NT_TLS_HELD_MAX + 1];
    assert_int_equal(nt_tls_input(p.side[SERVER], more, sizeof more, 0), NT_ELIMIT);
    assert_int_equal(nt_tls_input(p.side[SERVER], more, NT_TLS_HELD_MAX, 0), NT_ELIMIT);
    assert_int_equal(nt_tls_state(p.side[SERVER]), NT_TLS_OPEN);
    stop(&p);
}

TEST(identities_as_files)
{
    struct pair p = pair_of(1);
    char certificate[2000], key[2000];
    assert_int_equal(nt_tls_identity_pem(p.identity, certificate, key, sizeof key), NT_OK);
    assert_non_null(strstr(certificate, "-----BEGIN CERTIFICATE-----"));
    assert_non_null(strstr(key, "PRIVATE KEY-----"));
    assert_int_equal(nt_tls_identity_pem(p.identity, certificate, key, 100), NT_ENOSPC);
    stop(&p);
}

/* What two programs of STUN over TLS write, with the keys, for tests from outside. */
static void show_stun(bool tls12)
{
    static const uint8_t request[20] = "\0\1\0\0!\x12\xa4\x42", response[20] = "\1\1\0\0!\x12\xa4\x42";
    struct pair p = pair_of(1);
    struct nt_tls_config client = config_of(&p, 1, CLIENT), server = config_of(&p, 1, SERVER);
    client.tls12 = tls12;
    client.alpn = "stun.nat-discovery"; /* RFC 7443 */
    server.key_log = NULL;
    p.show = true;
    start_pair(&p, &client, &server);
    carry(&p);
    nt_tls_write(p.side[CLIENT], request, sizeof request, 0);
    carry(&p);
    nt_tls_write(p.side[SERVER], response, sizeof response, 0);
    carry(&p);
    stop(&p);
}

int main(int argc, char **argv)
{
    program = argv[0];
    if (argc == 3 && strcmp(argv[1], "show") == 0) {
        show_stun(strcmp(argv[2], "1.2") == 0);
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "digest") == 0) {
        printf("%llx\n", (unsigned long long)life(strtoull(argv[2], NULL, 10), false, 1000000));
        return 0;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_versions),
                                       cmocka_unit_test(split_at_every_byte),
                                       cmocka_unit_test(a_message_is_a_record),
                                       cmocka_unit_test(same_seed_same_bytes),
                                       cmocka_unit_test(beside_another),
                                       cmocka_unit_test(bad_certificates),
                                       cmocka_unit_test(unknown_authority),
                                       cmocka_unit_test(trusted_by_itself),
                                       cmocka_unit_test(names),
                                       cmocka_unit_test(arguments),
                                       cmocka_unit_test(protocol_is_offered),
                                       cmocka_unit_test(what_the_client_offers),
                                       cmocka_unit_test(slow_handshake),
                                       cmocka_unit_test(cut_off),
                                       cmocka_unit_test(ended_in_order),
                                       cmocka_unit_test(garbage),
                                       cmocka_unit_test(damaged),
                                       cmocka_unit_test(limits),
                                       cmocka_unit_test(identities_as_files)};
    return RUN_TESTS(tests);
}
