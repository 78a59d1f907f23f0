/* Published vectors: STUN messages in both directions, HMAC, hashes and CRC through our key interface. */
#include "tests/unit/help.h"

#include "core/stun/message.h"
#include "tests/unit/stun/vectors.h"

#include <stdio.h>

#define SHORT_PASSWORD "VOkJxbRl1RmTxUk/WvJxBt"
#define MATRIX "\xe3\x83\x9e\xe3\x83\x88\xe3\x83\xaa\xe3\x83\x83\xe3\x82\xaf\xe3\x82\xb9"

static struct nt_stun_msg m;

static void assert_text(uint16_t type, const char *text)
{
    const struct nt_stun_attr *a = nt_stun_find(&m, type);
    assert_non_null(a);
    assert_int_equal(a->len, strlen(text));
    assert_memory_equal(a->value, text, a->len);
}

static void assert_mapped(const char *text)
{
    struct nt_addr got, want;
    assert_int_equal(nt_addr_parse(&want, text), 0);
    assert_int_equal(nt_stun_get_addr(&m, NT_ATTR_XOR_MAPPED_ADDRESS, &got), 0);
    assert_true(nt_addr_equal(&got, &want));
}

TEST(parse_rfc5769_request)
{
    struct nt_stun_key key;
    uint32_t priority;
    uint64_t tie_breaker;
    assert_int_equal(nt_stun_parse(&m, rfc5769_request, sizeof rfc5769_request), 0);
    assert_int_equal(m.class_, NT_STUN_REQUEST);
    assert_int_equal(m.method, NT_STUN_BINDING);
    assert_int_equal(m.count, 6);
    assert_text(NT_ATTR_SOFTWARE, "STUN test client");
    assert_text(NT_ATTR_USERNAME, "evtj:h6vY");
    assert_int_equal(nt_stun_get_u32(&m, NT_ATTR_PRIORITY, &priority), 0);
    assert_int_equal(priority, 0x6e0001ff);
    assert_int_equal(nt_stun_get_u64(&m, NT_ATTR_ICE_CONTROLLED, &tie_breaker), 0);
    assert_true(tie_breaker == UINT64_C(0x932ff9b151263b36));
    assert_non_null(m.fingerprint);
    nt_stun_key_short(&key, SHORT_PASSWORD);
    assert_int_equal(nt_stun_verify(&m, &key), 0);
    nt_stun_key_short(&key, "VOkJxbRl1RmTxUk/WvJxBT");
    assert_int_equal(nt_stun_verify(&m, &key), NT_EAUTH);
}

TEST(parse_rfc5769_responses)
{
    struct nt_stun_key key;
    nt_stun_key_short(&key, SHORT_PASSWORD);
    assert_int_equal(nt_stun_parse(&m, rfc5769_ipv4, sizeof rfc5769_ipv4), 0);
    assert_int_equal(m.class_, NT_STUN_SUCCESS);
    assert_text(NT_ATTR_SOFTWARE, "test vector");
    assert_mapped("192.0.2.1:32853");
    assert_int_equal(nt_stun_verify(&m, &key), 0);
    assert_int_equal(nt_stun_parse(&m, rfc5769_ipv6, sizeof rfc5769_ipv6), 0);
    assert_mapped("[2001:db8:1234:5678:11:2233:4455:6677]:32853");
    assert_int_equal(nt_stun_verify(&m, &key), 0);
}

TEST(parse_rfc5769_long_term)
{
    struct nt_stun_key key;
    assert_int_equal(nt_stun_parse(&m, rfc5769_long_term, sizeof rfc5769_long_term), 0);
    assert_text(NT_ATTR_USERNAME, MATRIX);
    assert_text(NT_ATTR_NONCE, "f//499k954d6OL34oL9FSTvy64sA");
    assert_text(NT_ATTR_REALM, "example.org");
    assert_null(m.fingerprint);
    nt_stun_key_long(&key, NT_PASSWORD_MD5, MATRIX, "example.org", "TheMatrIX");
    assert_int_equal(nt_stun_verify(&m, &key), 0);
    nt_stun_key_long(&key, NT_PASSWORD_SHA256, MATRIX, "example.org", "TheMatrIX");
    assert_int_equal(nt_stun_verify(&m, &key), NT_EAUTH);
}

/* The vectors pad with spaces, which the builder never does: the spaces are put in before the integrity is computed. */
static void pad_with_spaces(struct nt_stun_builder *b, size_t n)
{
    memset(b->w.p - n, ' ', n);
}

TEST(build_rfc5769_request)
{
    uint8_t buf[200];
    struct nt_stun_builder b;
    struct nt_stun_key key;
    nt_stun_key_short(&key, SHORT_PASSWORD);
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_REQUEST, NT_STUN_BINDING, rfc5769_request + 8);
    nt_stun_add_text(&b, NT_ATTR_SOFTWARE, "STUN test client");
    nt_stun_add_u32(&b, NT_ATTR_PRIORITY, 0x6e0001ff);
    nt_stun_add_u64(&b, NT_ATTR_ICE_CONTROLLED, UINT64_C(0x932ff9b151263b36));
    nt_stun_add_text(&b, NT_ATTR_USERNAME, "evtj:h6vY");
    pad_with_spaces(&b, 3);
    nt_stun_add_integrity(&b, &key);
    nt_stun_add_fingerprint(&b);
    assert_int_equal(nt_stun_finish(&b), sizeof rfc5769_request);
    assert_memory_equal(buf, rfc5769_request, sizeof rfc5769_request);
}

static void build_response(const char *mapped, const uint8_t *want, size_t len)
{
    uint8_t buf[200];
    struct nt_stun_builder b;
    struct nt_stun_key key;
    struct nt_addr a;
    assert_int_equal(nt_addr_parse(&a, mapped), 0);
    nt_stun_key_short(&key, SHORT_PASSWORD);
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_SUCCESS, NT_STUN_BINDING, want + 8);
    nt_stun_add_text(&b, NT_ATTR_SOFTWARE, "test vector");
    pad_with_spaces(&b, 1);
    nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &a);
    nt_stun_add_integrity(&b, &key);
    nt_stun_add_fingerprint(&b);
    assert_int_equal(nt_stun_finish(&b), len);
    assert_memory_equal(buf, want, len);
}

TEST(build_rfc5769_responses)
{
    build_response("192.0.2.1:32853", rfc5769_ipv4, sizeof rfc5769_ipv4);
    build_response("[2001:db8:1234:5678:11:2233:4455:6677]:32853", rfc5769_ipv6, sizeof rfc5769_ipv6);
}

TEST(build_rfc5769_long_term)
{
    uint8_t buf[200];
    struct nt_stun_builder b;
    struct nt_stun_key key;
    nt_stun_key_long(&key, NT_PASSWORD_MD5, MATRIX, "example.org", "TheMatrIX");
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_REQUEST, NT_STUN_BINDING, rfc5769_long_term + 8);
    nt_stun_add_text(&b, NT_ATTR_USERNAME, MATRIX);
    nt_stun_add_text(&b, NT_ATTR_NONCE, "f//499k954d6OL34oL9FSTvy64sA");
    nt_stun_add_text(&b, NT_ATTR_REALM, "example.org");
    nt_stun_add_integrity(&b, &key);
    assert_int_equal(nt_stun_finish(&b), sizeof rfc5769_long_term);
    assert_memory_equal(buf, rfc5769_long_term, sizeof rfc5769_long_term);
}

/* As printed, the length field is 20 too high and PASSWORD-ALGORITHM is missing: the message does not parse, its hash holds
 * for the printed length. */
TEST(rfc8489_b1_as_printed)
{
    uint8_t hash[32], mac[32];
    struct nt_stun_key key;
    const size_t before = sizeof rfc8489_b1 - 36;
    nt_stun_userhash(hash, MATRIX, "example.org");
    assert_memory_equal(hash, rfc8489_b1 + 24, 32);
    assert_int_equal(nt_stun_parse(&m, rfc8489_b1, sizeof rfc8489_b1), NT_ESHORT);
    nt_stun_key_long(&key, NT_PASSWORD_SHA256, MATRIX, "example.org", "TheMatrIX");
    nt_stun_hmac_sha256(&key, rfc8489_b1, before, 0x9c, mac);
    assert_memory_equal(mac, rfc8489_b1 + before + 4, 32);
}

/* libjuice, test/stun.c: the same with length 0x90 and PASSWORD-ALGORITHM SHA-256. */
TEST(rfc8489_b1_corrected)
{
    static const uint8_t want[32] = {0xb5, 0xc7, 0xbf, 0x00, 0x5b, 0x6c, 0x52, 0xa2, 0x1c, 0x51, 0xc5,
                                     0xe8, 0x92, 0xf8, 0x19, 0x24, 0x13, 0x62, 0x96, 0xcb, 0x92, 0x7c,
                                     0x43, 0x14, 0x93, 0x09, 0x27, 0x8c, 0xc6, 0x51, 0x8e, 0x65};
    uint8_t buf[200], hash[32];
    struct nt_stun_builder b;
    struct nt_stun_key key;
    nt_stun_key_long(&key, NT_PASSWORD_SHA256, MATRIX, "example.org", "TheMatrIX");
    nt_stun_userhash(hash, MATRIX, "example.org");
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_REQUEST, NT_STUN_BINDING, rfc8489_b1 + 8);
    nt_stun_add(&b, NT_ATTR_USERHASH, hash, sizeof hash);
    nt_stun_add_text(&b, NT_ATTR_NONCE, "obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA");
    nt_stun_add_text(&b, NT_ATTR_REALM, "example.org");
    nt_stun_add_u32(&b, NT_ATTR_PASSWORD_ALGORITHM, 0x00020000);
    nt_stun_add_integrity_sha256(&b, &key);
    assert_int_equal(nt_stun_finish(&b), 0x90 + 20);
    assert_int_equal(nt_load16(buf + 2), 0x90);
    assert_memory_equal(buf + 132, want, sizeof want);
    assert_memory_equal(buf + 4, rfc8489_b1 + 4, 116); /* up to REALM's end as printed */
    assert_int_equal(nt_stun_parse(&m, buf, 0x90 + 20), 0);
    assert_int_equal(nt_stun_verify_sha256(&m, &key), 0);
    assert_int_equal(nt_stun_verify(&m, &key), NT_ENOENT);
}

static void assert_hmac(const char *key_text, const char *text, size_t len, const char *sha1_hex, const char *sha256_hex)
{
    struct nt_stun_key key;
    uint8_t mac[32];
    char hex[65];
    nt_stun_key_short(&key, key_text);
    for (int round = 0; round < 2; round++) { /* a key serves any number of messages */
        nt_stun_hmac(&key, (const uint8_t *)text, len, nt_load16((const uint8_t *)text + 2), mac);
        for (int i = 0; i < 20; i++)
            snprintf(hex + 2 * i, 3, "%02x", mac[i]);
        if (sha1_hex != NULL)
            assert_string_equal(hex, sha1_hex);
        nt_stun_hmac_sha256(&key, (const uint8_t *)text, len, nt_load16((const uint8_t *)text + 2), mac);
        for (int i = 0; i < 32; i++)
            snprintf(hex + 2 * i, 3, "%02x", mac[i]);
        if (sha256_hex != NULL)
            assert_string_equal(hex, sha256_hex);
    }
}

/* RFC 2202, section 3, and RFC 4231, section 4 (cases with the same key and data share a line). */
TEST(hmac_vectors)
{
    char key20[21] = {0}, aa20[21] = {0}, key25[26] = {0}, aa80[81] = {0}, aa131[132] = {0}, dd[50], cd[50];
    memset(key20, 0x0b, 20), memset(aa20, 0xaa, 20), memset(aa80, 0xaa, 80), memset(aa131, 0xaa, 131);
    memset(dd, 0xdd, sizeof dd), memset(cd, 0xcd, sizeof cd);
    for (int i = 0; i < 25; i++)
        key25[i] = (char)(i + 1);
    assert_hmac(key20, "Hi There", 8, "b617318655057264e28bc0b6fb378c8ef146be00",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_hmac("Jefe", "what do ya want for nothing?", 28, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_hmac(aa20, dd, sizeof dd, "125d7342b9ac11cd91a39af48aa17b4f63f175d3",
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    assert_hmac(key25, cd, sizeof cd, "4c9007f4026250c6bc8414f9bf50c86c2d7235da",
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
    assert_hmac(aa80, "Test Using Larger Than Block-Size Key - Hash Key First", 54, "aa4ae5e15272d00e95705637ce8a3b55ed402112",
                NULL);
    assert_hmac(aa131, "Test Using Larger Than Block-Size Key - Hash Key First", 54, NULL,
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

/* RFC 8489, 9.2.2: MD5("user:realm:pass") = 8493fbc53ba582fb4c044c456bdc40eb */
TEST(long_term_key)
{
    static const uint8_t md5[16] = {0x84, 0x93, 0xfb, 0xc5, 0x3b, 0xa5, 0x82, 0xfb, 0x4c, 0x04, 0x4c, 0x45, 0x6b, 0xdc, 0x40, 0xeb};
    struct nt_stun_key ours, theirs = {.has_sha1 = true};
    uint8_t a[20], b[20];
    hmac_sha1_set_key(&theirs.sha1, sizeof md5, md5);
    nt_stun_hmac(&theirs, rfc5769_request, sizeof rfc5769_request, 7, a);
    nt_stun_key_long(&ours, NT_PASSWORD_MD5, "user", "realm", "pass");
    nt_stun_hmac(&ours, rfc5769_request, sizeof rfc5769_request, 7, b);
    assert_memory_equal(a, b, 20);
    nt_stun_key_long(&ours, NT_PASSWORD_MD5, "\"user\"", "\"realm\"", "pass"); /* "with any quotes ... removed" */
    nt_stun_hmac(&ours, rfc5769_request, sizeof rfc5769_request, 7, b);
    assert_memory_equal(a, b, 20);
}

TEST(crc_check_value)
{
    assert_int_equal(nt_stun_fingerprint((const uint8_t *)"123456789", 9), UINT32_C(0xcbf43926) ^ UINT32_C(0x5354554e));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse_rfc5769_request),
        cmocka_unit_test(parse_rfc5769_responses),
        cmocka_unit_test(parse_rfc5769_long_term),
        cmocka_unit_test(build_rfc5769_request),
        cmocka_unit_test(build_rfc5769_responses),
        cmocka_unit_test(build_rfc5769_long_term),
        cmocka_unit_test(rfc8489_b1_as_printed),
        cmocka_unit_test(rfc8489_b1_corrected),
        cmocka_unit_test(hmac_vectors),
        cmocka_unit_test(long_term_key),
        cmocka_unit_test(crc_check_value),
    };
    return RUN_TESTS(tests);
}
