/* The codec on malformed bytes, and on everything that the builder makes. */
#include "tests/unit/help.h"

#include "core/base/rand.h"
#include "core/stun/message.h"
#include "tests/unit/stun/vectors.h"

#include <stdlib.h>

static const uint8_t id[NT_STUN_ID] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
static uint8_t buf[70000];
static struct nt_stun_msg m;
static struct nt_stun_builder b;

static void start(enum nt_stun_class class_)
{
    nt_stun_start(&b, buf, 2048, class_, NT_STUN_BINDING, id);
}

/* Parses a copy of the exact size, so that a sanitizer sees each byte read too far. */
static int parse(const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    int r = nt_stun_parse(&m, copy, len);
    free(copy);
    return r;
}

TEST(every_prefix_is_refused)
{
    for (size_t n = 0; n < sizeof rfc5769_request; n++)
        assert_int_equal(parse(rfc5769_request, n), NT_ESHORT);
    assert_int_equal(parse(rfc5769_request, sizeof rfc5769_request), 0);
    memcpy(buf, rfc5769_request, sizeof rfc5769_request);
    assert_int_equal(parse(buf, sizeof rfc5769_request + 4), NT_EFORMAT);
}

/* FINGERPRINT covers every bit before it. A flipped length may swallow it; then the integrity does not hold. */
TEST(every_flipped_bit_is_noticed)
{
    struct nt_stun_key key;
    nt_stun_key_short(&key, "VOkJxbRl1RmTxUk/WvJxBt");
    for (size_t i = 0; i < 8 * sizeof rfc5769_ipv4; i++) {
        memcpy(buf, rfc5769_ipv4, sizeof rfc5769_ipv4);
        buf[i / 8] ^= (uint8_t)(1 << i % 8);
        if (nt_stun_parse(&m, buf, sizeof rfc5769_ipv4) != 0)
            continue;
        assert_null(m.fingerprint);
        assert_true(i / 8 >= 72 || nt_stun_verify(&m, &key) != 0);
    }
}

TEST(integrity_covers_every_byte_before_it)
{
    struct nt_stun_key key;
    nt_stun_key_short(&key, "secret");
    for (int sha256 = 0; sha256 < 2; sha256++) {
        start(NT_STUN_REQUEST);
        nt_stun_add_text(&b, NT_ATTR_USERNAME, "a:b");
        if (sha256)
            nt_stun_add_integrity_sha256(&b, &key);
        else
            nt_stun_add_integrity(&b, &key);
        size_t len = (size_t)nt_stun_finish(&b);
        int (*verify)(const struct nt_stun_msg *, const struct nt_stun_key *) = sha256 ? nt_stun_verify_sha256 : nt_stun_verify;
        for (size_t i = 8; i < len; i++) {
            if (i == 20 || i == 21 || i == 22 || i == 23 || (i >= 28 && i < 32))
                continue; /* types and lengths change what is found */
            buf[i] ^= 0x10;
            assert_int_equal(nt_stun_parse(&m, buf, len), 0);
            assert_int_equal(verify(&m, &key), NT_EAUTH);
            buf[i] ^= 0x10;
        }
        assert_int_equal(nt_stun_parse(&m, buf, len), 0);
        assert_int_equal(verify(&m, &key), 0);
    }
}

TEST(headers_are_checked)
{
    start(NT_STUN_REQUEST);
    assert_true(nt_stun_looks_like(buf, 20));
    assert_int_equal(parse(buf, 20), 0);
    buf[0] = 0x40;
    assert_int_equal(parse(buf, 20), NT_EFORMAT);
    assert_false(nt_stun_looks_like(buf, 20));
    buf[0] = 0x80; /* RTP */
    assert_false(nt_stun_looks_like(buf, 20));
    buf[0] = 0, buf[4] ^= 1;
    assert_int_equal(parse(buf, 20), NT_EFORMAT);
    assert_false(nt_stun_looks_like(buf, 20));
    buf[4] ^= 1, buf[3] = 3;
    assert_int_equal(parse(buf, 23), NT_EFORMAT);
    assert_false(nt_stun_looks_like(buf, 23));
    buf[3] = 4;
    assert_false(nt_stun_looks_like(buf, 20));
    assert_false(nt_stun_looks_like(buf, 19));
}

TEST(attributes_stay_inside)
{
    start(NT_STUN_REQUEST);
    nt_stun_add(&b, NT_ATTR_USERNAME, "abcd", 4);
    for (unsigned len = 5; len < 65536; len += 97) {
        nt_store16(buf + 22, (uint16_t)len);
        assert_int_equal(parse(buf, 28), NT_ESHORT);
    }
    nt_store16(buf + 22, 0xffff); /* its padded length does not fit in 16 bits */
    assert_int_equal(parse(buf, 28), NT_ESHORT);
    nt_store16(buf + 22, 1); /* padding is not part of the value, whatever is in it */
    assert_int_equal(parse(buf, 28), 0);
    assert_int_equal(m.attrs[0].len, 1);
}

TEST(closing_attributes_have_their_sizes)
{
    static const uint8_t zeros[64];
    for (size_t len = 0; len <= 40; len++) {
        start(NT_STUN_REQUEST);
        nt_stun_add(&b, NT_ATTR_MESSAGE_INTEGRITY, zeros, len);
        assert_int_equal(parse(buf, (size_t)nt_stun_finish(&b)), len == 20 ? 0 : NT_EFORMAT);
        start(NT_STUN_REQUEST);
        nt_stun_add(&b, NT_ATTR_MESSAGE_INTEGRITY_SHA256, zeros, len);
        assert_int_equal(parse(buf, (size_t)nt_stun_finish(&b)), len >= 16 && len <= 32 && len % 4 == 0 ? 0 : NT_EFORMAT);
        if (len != 4) {
            start(NT_STUN_REQUEST);
            nt_stun_add(&b, NT_ATTR_FINGERPRINT, zeros, len);
            assert_int_equal(parse(buf, (size_t)nt_stun_finish(&b)), NT_EFORMAT);
        }
    }
}

/* RFC 8489, 14.6: truncation is allowed by no usage here. */
TEST(truncated_sha256_is_not_accepted)
{
    struct nt_stun_key key;
    uint8_t mac[32];
    nt_stun_key_short(&key, "secret");
    start(NT_STUN_REQUEST);
    nt_stun_hmac_sha256(&key, buf, 20, 20, mac);
    nt_stun_add(&b, NT_ATTR_MESSAGE_INTEGRITY_SHA256, mac, 16);
    assert_int_equal(nt_stun_parse(&m, buf, (size_t)nt_stun_finish(&b)), 0);
    assert_int_equal(nt_stun_verify_sha256(&m, &key), NT_EAUTH);
}

TEST(what_follows_integrity_is_ignored)
{
    struct nt_stun_key key;
    nt_stun_key_short(&key, "secret");
    start(NT_STUN_REQUEST);
    nt_stun_add_text(&b, NT_ATTR_USERNAME, "first");
    nt_stun_add_integrity(&b, &key);
    nt_stun_add_text(&b, NT_ATTR_REALM, "ignored");
    nt_stun_add(&b, 0x7ffe, "x", 1);
    nt_stun_add_integrity(&b, &key);
    nt_stun_add_integrity_sha256(&b, &key);
    nt_stun_add(&b, NT_ATTR_NONCE, "ignored", 7);
    nt_stun_add_fingerprint(&b);
    assert_int_equal(nt_stun_parse(&m, buf, (size_t)nt_stun_finish(&b)), 0);
    assert_int_equal(m.count, 4);
    assert_int_equal(m.unknown_count, 0);
    assert_ptr_equal(m.integrity, &m.attrs[1]);
    assert_ptr_equal(m.integrity_sha256, &m.attrs[2]);
    assert_ptr_equal(m.fingerprint, &m.attrs[3]);
    assert_null(nt_stun_find(&m, NT_ATTR_REALM));
    assert_int_equal(nt_stun_verify(&m, &key), 0);
    assert_int_equal(nt_stun_verify_sha256(&m, &key), 0);
}

TEST(fingerprint_is_last)
{
    start(NT_STUN_REQUEST);
    nt_stun_add_fingerprint(&b);
    nt_stun_add_text(&b, NT_ATTR_SOFTWARE, "after");
    size_t len = (size_t)nt_stun_finish(&b);
    nt_store32(buf + 24, nt_stun_fingerprint(buf, 20)); /* correct for this length, but in the wrong place */
    assert_int_equal(parse(buf, len), NT_EFORMAT);
}

TEST(unknown_attributes_are_listed_once)
{
    uint8_t other[256];
    struct nt_stun_msg answer;
    start(NT_STUN_REQUEST);
    for (uint16_t i = 0; i < 20; i++) {
        nt_stun_add(&b, (uint16_t)(0x7000 + i), NULL, 0);
        nt_stun_add(&b, 0x7000, NULL, 0);
        nt_stun_add(&b, (uint16_t)(0xf000 + i), NULL, 0); /* comprehension-optional */
    }
    assert_int_equal(nt_stun_parse(&m, buf, (size_t)nt_stun_finish(&b)), 0);
    assert_int_equal(m.unknown_count, NT_STUN_UNKNOWN_MAX);
    assert_int_equal(m.unknown[0], 0x7000);
    assert_int_equal(m.unknown[15], 0x700f);
    nt_stun_start(&b, other, sizeof other, NT_STUN_ERROR, NT_STUN_BINDING, m.id);
    nt_stun_add_unknown(&b, &m, (const uint16_t[]){3}, 1);
    assert_int_equal(nt_stun_parse(&answer, other, (size_t)nt_stun_finish(&b)), 0);
    const struct nt_stun_attr *list = nt_stun_find(&answer, NT_ATTR_UNKNOWN_ATTRIBUTES);
    assert_int_equal(list->len, 2 * 21);
    for (uint16_t i = 0; i < 20; i++)
        assert_int_equal(nt_load16(list->value + 2 * i), 0x7000 + i);
    assert_int_equal(nt_load16(list->value + 40), 3);
}

/* Attributes that repeat are as many as fit in the message; further types have a limit. */
TEST(many_attributes)
{
    struct nt_stun_key key;
    nt_stun_key_short(&key, "secret");
    start(NT_STUN_REQUEST);
    for (uint32_t i = 0; i < 100; i++)
        nt_stun_add_u32(&b, NT_ATTR_LIFETIME, i);
    nt_stun_add_text(&b, NT_ATTR_USERNAME, "user");
    nt_stun_add_u32(&b, NT_ATTR_LIFETIME, 100);
    nt_stun_add_integrity(&b, &key);
    nt_stun_add_integrity_sha256(&b, &key);
    nt_stun_add_fingerprint(&b);
    assert_int_equal(nt_stun_parse(&m, buf, (size_t)nt_stun_finish(&b)), 0);
    assert_int_equal(m.count, NT_STUN_ATTRS_EACH + 4);
    assert_non_null(nt_stun_find(&m, NT_ATTR_USERNAME));
    assert_non_null(m.fingerprint);
    assert_int_equal(nt_stun_verify(&m, &key), 0);
    assert_int_equal(nt_stun_verify_sha256(&m, &key), 0);
    struct nt_stun_attr a = {0};
    uint32_t seen = 0;
    while (nt_stun_next_attr(&m, &a))
        if (a.type == NT_ATTR_LIFETIME)
            assert_int_equal(nt_load32(a.value), seen++);
    assert_int_equal(seen, 101);
    for (uint16_t count = NT_STUN_ATTRS_MAX; count < NT_STUN_ATTRS_MAX + 2; count++) {
        start(NT_STUN_REQUEST);
        for (uint16_t i = 0; i < count; i++)
            nt_stun_add(&b, (uint16_t)(0x7000 + i), NULL, 0);
        assert_int_equal(nt_stun_parse(&m, buf, (size_t)nt_stun_finish(&b)), count == NT_STUN_ATTRS_MAX ? 0 : NT_ELIMIT);
        assert_int_equal(m.class_, NT_STUN_REQUEST);
    }
}

/* What an attribute is for decides which methods know it (RFC 8489, 6.3). */
TEST(known_by_method)
{
    static const struct {
        uint16_t type, method;
        bool known;
    } rows[] = {
        {NT_ATTR_USERNAME, NT_STUN_BINDING, true},
        {NT_ATTR_USERNAME, NT_TURN_REFRESH, true},
        {NT_ATTR_PRIORITY, NT_STUN_BINDING, true},
        {NT_ATTR_PRIORITY, NT_TURN_ALLOCATE, false},
        {NT_ATTR_CHANGE_REQUEST, NT_TURN_ALLOCATE, false},
        {NT_ATTR_CHANNEL_NUMBER, NT_TURN_ALLOCATE, true}, /* "Known-but-unexpected attributes SHOULD be ignored" */
        {NT_ATTR_LIFETIME, NT_STUN_BINDING, false},
        {NT_ATTR_CONNECTION_ID, NT_TURN_ALLOCATE, false},
        {NT_ATTR_CONNECTION_ID, NT_TURN_CONNECT, true},
        {0x7000, NT_STUN_BINDING, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(nt_stun_attr_known_to(rows[i].type, rows[i].method), rows[i].known);
}

/* RFC 8489, 6.3: "Known-but-unexpected attributes SHOULD be ignored by the agent." */
TEST(what_another_method_has_is_known_to_a_client)
{
    for (int response = 0; response < 2; response++) {
        start(response ? NT_STUN_SUCCESS : NT_STUN_REQUEST);
        nt_stun_add_u32(&b, NT_ATTR_LIFETIME, 600);
        assert_int_equal(nt_stun_parse(&m, buf, (size_t)nt_stun_finish(&b)), 0);
        assert_int_equal(m.method, NT_STUN_BINDING);
        assert_int_equal(m.unknown_count, !response);
    }
}

/* RFC 5389, 12.1: old servers send these, and clients pass over them. In a request they are unknown, as all else of them is. */
TEST(old_attributes_of_responses_are_passed_over)
{
    static const uint16_t old[] = {0x0002, 0x0003, 0x0004, 0x0005, 0x000b};
    static const enum nt_stun_class classes[] = {NT_STUN_SUCCESS, NT_STUN_ERROR, NT_STUN_REQUEST, NT_STUN_INDICATION};
    for (size_t k = 0; k < 4; k++) {
        bool response = k < 2;
        start(classes[k]);
        for (size_t i = 0; i < sizeof old / sizeof *old; i++)
            nt_stun_add(&b, old[i], "\0\1\0\0abcd", 8);
        assert_int_equal(nt_stun_parse(&m, buf, (size_t)nt_stun_finish(&b)), 0);
        assert_int_equal(m.old_count, response ? 5 : 0);
        assert_int_equal(m.unknown_count, response ? 0 : 4); /* CHANGE-REQUEST is RFC 5780's */
        nt_stun_add(&b, 0x0007, NULL, 0);                    /* PASSWORD, and what never was */
        nt_stun_add(&b, 0x0010, NULL, 0);
        assert_int_equal(nt_stun_parse(&m, buf, (size_t)nt_stun_finish(&b)), 0);
        assert_int_equal(m.unknown_count, response ? 2 : 6);
    }
}

/* RFC 8489, 6.3: they "MUST be ignored", however many there are. */
TEST(unknown_optional_attributes_have_no_limit)
{
    uint32_t lifetime = 0;
    start(NT_STUN_SUCCESS);
    for (int i = 0; i < 90; i++)
        nt_stun_add(&b, (uint16_t)(0xf000 + i), NULL, 0);
    nt_stun_add_u32(&b, NT_ATTR_LIFETIME, 7);
    assert_int_equal(nt_stun_parse(&m, buf, (size_t)nt_stun_finish(&b)), NT_OK);
    assert_int_equal(nt_stun_get_u32(&m, NT_ATTR_LIFETIME, &lifetime), NT_OK);
    assert_int_equal(lifetime, 7);
}

TEST(what_cannot_be_read_says_why)
{
    start(NT_STUN_REQUEST);
    for (int i = 0; i <= NT_STUN_ATTRS_MAX; i++)
        nt_stun_add(&b, (uint16_t)(0x7000 + i), NULL, 0);
    int err = nt_stun_parse(&m, buf, (size_t)nt_stun_finish(&b));
    assert_string_equal(nt_stun_flaw(err)->text, "a STUN message with too many attributes");
    assert_string_equal(nt_stun_flaw(nt_stun_parse(&m, buf, 19))->text, "a STUN message that ends too early");
    buf[3] |= 1;
    assert_string_equal(nt_stun_flaw(nt_stun_parse(&m, buf, 20))->text, "a malformed STUN message");
}

TEST(accessors_check_sizes)
{
    uint32_t v32 = 7;
    uint64_t v64 = 7;
    struct nt_addr a;
    int code = 7;
    start(NT_STUN_ERROR);
    nt_stun_add(&b, NT_ATTR_PRIORITY, "abc", 3);
    nt_stun_add(&b, NT_ATTR_ICE_CONTROLLING, "abcd", 4);
    nt_stun_add(&b, NT_ATTR_XOR_MAPPED_ADDRESS, "\0\2\0\0abcd", 8); /* IPv6 of four bytes */
    nt_stun_add(&b, NT_ATTR_MAPPED_ADDRESS, "\0\3\0\0abcd", 8);     /* no such family */
    nt_stun_add(&b, NT_ATTR_RESPONSE_ORIGIN, "\0\1\0\0abcdefgh", 12);
    nt_stun_add(&b, NT_ATTR_XOR_PEER_ADDRESS, NULL, 0);
    nt_stun_add(&b, NT_ATTR_ERROR_CODE, "\0\0\4", 3);
    assert_int_equal(nt_stun_parse(&m, buf, (size_t)nt_stun_finish(&b)), 0);
    assert_int_equal(nt_stun_get_u32(&m, NT_ATTR_PRIORITY, &v32), NT_EFORMAT);
    assert_int_equal(nt_stun_get_u32(&m, NT_ATTR_LIFETIME, &v32), NT_ENOENT);
    assert_int_equal(nt_stun_get_u64(&m, NT_ATTR_ICE_CONTROLLING, &v64), NT_EFORMAT);
    assert_int_equal(nt_stun_get_u64(&m, NT_ATTR_ICE_CONTROLLED, &v64), NT_ENOENT);
    assert_int_equal(nt_stun_get_addr(&m, NT_ATTR_XOR_MAPPED_ADDRESS, &a), NT_EFORMAT);
    assert_int_equal(nt_stun_get_addr(&m, NT_ATTR_MAPPED_ADDRESS, &a), NT_EFORMAT);
    assert_int_equal(nt_stun_get_addr(&m, NT_ATTR_RESPONSE_ORIGIN, &a), NT_EFORMAT);
    assert_int_equal(nt_stun_get_addr(&m, NT_ATTR_XOR_PEER_ADDRESS, &a), NT_EFORMAT);
    assert_int_equal(nt_stun_get_addr(&m, NT_ATTR_OTHER_ADDRESS, &a), NT_ENOENT);
    assert_int_equal(nt_stun_get_error(&m, &code, NULL, NULL), NT_EFORMAT);
    assert_int_equal(v32, 7);
    assert_true(v64 == 7);
    assert_int_equal(code, 7);
}

TEST(error_codes)
{
    static const int good[] = {300, 399, 400, 401, 420, 438, 487, 500, 699};
    static const uint8_t bad[][4] = {{0, 0, 2, 0}, {0, 0, 7, 0}, {0, 0, 4, 100}, {0, 0, 0, 1}};
    const char *reason;
    size_t len;
    int code;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        start(NT_STUN_ERROR);
        nt_stun_add_error(&b, good[i], NULL);
        assert_int_equal(nt_stun_parse(&m, buf, (size_t)nt_stun_finish(&b)), 0);
        assert_int_equal(nt_stun_get_error(&m, &code, &reason, &len), 0);
        assert_int_equal(code, good[i]);
        assert_int_equal(len, strlen(nt_stun_reason(code)));
        assert_memory_equal(reason, nt_stun_reason(code), len);
    }
    for (size_t i = 0; i < 4; i++) {
        start(NT_STUN_ERROR);
        nt_stun_add(&b, NT_ATTR_ERROR_CODE, bad[i], 4);
        assert_int_equal(nt_stun_parse(&m, buf, (size_t)nt_stun_finish(&b)), 0);
        assert_int_equal(nt_stun_get_error(&m, &code, &reason, &len), NT_EFORMAT);
    }
    start(NT_STUN_ERROR);
    nt_stun_add(&b, NT_ATTR_ERROR_CODE, "\xff\xff\xfc\x14why", 7); /* reserved bits are ignored */
    assert_int_equal(nt_stun_parse(&m, buf, (size_t)nt_stun_finish(&b)), 0);
    assert_int_equal(nt_stun_get_error(&m, &code, &reason, &len), 0);
    assert_int_equal(code, 420);
    assert_string_equal(nt_stun_reason(401), "Unauthenticated");
    assert_string_equal(nt_stun_reason(699), "Error");
}

/* RFC 8489, 5: M11..M0 around C1 and C0. 0x0111 is a Binding error, 0x0016 a Send indication (RFC 5766's 0x006). */
TEST(types_are_split_and_joined)
{
    static const struct {
        uint16_t type, method;
        uint8_t class_;
    } known[] = {{0x0001, 1, 0}, {0x0011, 1, 1}, {0x0101, 1, 2}, {0x0111, 1, 3}, {0x0016, 6, 1}, {0x3eef, 0xfff, 0}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        nt_stun_start(&b, buf, 20, (enum nt_stun_class)known[i].class_, known[i].method, id);
        assert_int_equal(nt_load16(buf), known[i].type);
    }
    for (uint16_t method = 0; method < 0x1000; method++)
        for (uint8_t c = 0; c < 4; c++) {
            nt_stun_start(&b, buf, 20, (enum nt_stun_class)c, method, id);
            assert_int_equal(nt_stun_parse(&m, buf, 20), 0);
            assert_int_equal(m.method, method);
            assert_int_equal(m.class_, c);
        }
}

TEST(addresses_round_trip)
{
    static const char *const texts[] = {"0.0.0.0:0", "255.255.255.255:65535", "203.0.113.2:5000", "[::]:0", "[2001:db8::1]:3478"};
    static const uint16_t types[] = {NT_ATTR_MAPPED_ADDRESS,      NT_ATTR_XOR_MAPPED_ADDRESS, NT_ATTR_XOR_PEER_ADDRESS,
                                     NT_ATTR_XOR_RELAYED_ADDRESS, NT_ATTR_OTHER_ADDRESS,      NT_ATTR_RESPONSE_ORIGIN};
    struct nt_addr a, got;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
            assert_int_equal(nt_addr_parse(&a, texts[i]), 0);
            start(NT_STUN_SUCCESS);
            nt_stun_add_addr(&b, types[k], &a);
            assert_int_equal(nt_stun_parse(&m, buf, (size_t)nt_stun_finish(&b)), 0);
            assert_int_equal(nt_stun_get_addr(&m, types[k], &got), 0);
            assert_true(nt_addr_equal(&a, &got));
            bool plain = memcmp(m.attrs[0].value + 4, a.ip, nt_addr_ip_len(&a)) == 0;
            assert_int_equal(plain, types[k] == NT_ATTR_MAPPED_ADDRESS || types[k] >= 0x8000);
        }
}

TEST(builder_says_when_it_is_full)
{
    static uint8_t big[65536];
    struct nt_stun_key key;
    nt_stun_key_short(&key, "secret");
    for (size_t cap = 0; cap < 20 + 8 + 12 + 24 + 36 + 8; cap++) {
        memset(buf, 0xee, 128);
        nt_stun_start(&b, buf, cap, NT_STUN_REQUEST, NT_STUN_BINDING, id);
        nt_stun_add_u32(&b, NT_ATTR_PRIORITY, 1);
        nt_stun_add_text(&b, NT_ATTR_USERNAME, "abcde");
        nt_stun_add_integrity(&b, &key);
        nt_stun_add_integrity_sha256(&b, &key);
        nt_stun_add_fingerprint(&b);
        assert_int_equal(nt_stun_finish(&b), NT_ENOSPC);
        assert_int_equal(buf[cap], 0xee);
    }
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_REQUEST, NT_STUN_BINDING, id);
    nt_stun_add(&b, NT_ATTR_DATA, big, 65536); /* longer than a length field can say */
    assert_int_equal(nt_stun_finish(&b), NT_ENOSPC);
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_REQUEST, NT_STUN_BINDING, id);
    nt_stun_add(&b, NT_ATTR_DATA, big, 65535); /* with its header, the message is */
    assert_int_equal(nt_stun_finish(&b), NT_ENOSPC);
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_REQUEST, NT_STUN_BINDING, id);
    nt_stun_add(&b, NT_ATTR_DATA, big, 65528);
    assert_int_equal(nt_stun_finish(&b), 20 + 4 + 65528);
}

TEST(padding_is_zero)
{
    static const uint8_t zeros[3];
    for (size_t len = 0; len < 9; len++) {
        memset(buf, 0xff, 64);
        start(NT_STUN_REQUEST);
        nt_stun_add(&b, NT_ATTR_DATA, "abcdefghi", len);
        size_t total = (size_t)nt_stun_finish(&b);
        assert_int_equal(total, 24 + (len + 3) / 4 * 4);
        assert_memory_equal(buf + 24 + len, zeros, total - 24 - len);
    }
}

TEST(names)
{
    unsigned known = 0;
    for (unsigned type = 0; type < 65536; type++) {
        const char *name = nt_stun_attr_name((uint16_t)type);
        bool old = nt_stun_attr_is_old((uint16_t)type) && type != NT_ATTR_CHANGE_REQUEST; /* that one is of RFC 5780, too */
        assert_int_equal(name != NULL, old || nt_stun_attr_known((uint16_t)type));
        if (name != NULL) {
            assert_int_equal(nt_stun_attr_by_name(name), type);
            known++;
        }
    }
    assert_int_equal(known, 44);
    assert_string_equal(nt_stun_attr_name(0x0020), "XOR-MAPPED-ADDRESS");
    uint16_t number;
    const char *name;
    for (size_t i = 0; (name = nt_stun_named(NT_STUN_ATTRIBUTES, i, &number)) != NULL; i++, known--)
        assert_string_equal(nt_stun_attr_name(number), name);
    assert_int_equal(known, 0);
    assert_string_equal(nt_stun_named(NT_STUN_METHODS, 0, &number), "Binding");
    assert_int_equal(number, 1);
    assert_string_equal(nt_stun_named(NT_STUN_REASONS, 0, &number), "Try Alternate");
    assert_int_equal(number, 300);
    assert_int_equal(nt_stun_attr_by_name("NO-SUCH"), -1);
    assert_string_equal(nt_stun_method_name(3), "Allocate");
    assert_int_equal(nt_stun_method_by_name("ChannelBind"), 9);
    assert_null(nt_stun_method_name(2));
    assert_int_equal(nt_stun_method_by_name("binding"), -1);
}

/* For any bytes, a listed attribute lies within them. */
TEST(random_bytes_do_no_harm)
{
    struct nt_rand r;
    nt_rand_init(&r, 1, "message");
    for (int round = 0; round < 20000; round++) {
        size_t len = 4 * (size_t)nt_rand_below(&r, 30);
        memcpy(buf, rfc5769_request, 108);
        for (unsigned i = 0; i < 4; i++)
            nt_store16(buf + 20 + 2 * (size_t)nt_rand_below(&r, 40), (uint16_t)nt_rand_below(&r, 60));
        nt_store16(buf + 2, (uint16_t)len);
        uint8_t *copy = malloc(len + 20);
        assert_non_null(copy);
        memcpy(copy, buf, len + 20);
        if (nt_stun_parse(&m, copy, len + 20) == 0)
            for (unsigned i = 0; i < m.count; i++)
                assert_true(m.attrs[i].value >= copy + 24 && m.attrs[i].value + m.attrs[i].len <= copy + len + 20);
        free(copy);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(every_flipped_bit_is_noticed),
        cmocka_unit_test(integrity_covers_every_byte_before_it),
        cmocka_unit_test(headers_are_checked),
        cmocka_unit_test(attributes_stay_inside),
        cmocka_unit_test(closing_attributes_have_their_sizes),
        cmocka_unit_test(truncated_sha256_is_not_accepted),
        cmocka_unit_test(what_follows_integrity_is_ignored),
        cmocka_unit_test(fingerprint_is_last),
        cmocka_unit_test(unknown_attributes_are_listed_once),
        cmocka_unit_test(what_another_method_has_is_known_to_a_client),
        cmocka_unit_test(old_attributes_of_responses_are_passed_over),
        cmocka_unit_test(unknown_optional_attributes_have_no_limit),
        cmocka_unit_test(what_cannot_be_read_says_why),
        cmocka_unit_test(many_attributes),
        cmocka_unit_test(known_by_method),
        cmocka_unit_test(accessors_check_sizes),
        cmocka_unit_test(error_codes),
        cmocka_unit_test(types_are_split_and_joined),
        cmocka_unit_test(addresses_round_trip),
        cmocka_unit_test(builder_says_when_it_is_full),
        cmocka_unit_test(padding_is_zero),
        cmocka_unit_test(names),
        cmocka_unit_test(random_bytes_do_no_harm),
    };
    return RUN_TESTS(tests);
}
