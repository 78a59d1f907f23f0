/* HMAC and CRC of STUN messages over nettle and libdeflate. */
#include "core/stun/integrity.h"

#include "core/base/bytes.h"
#include "core/stun/attributes.h"

#include <libdeflate.h>
#include <nettle/md5.h>
#include <string.h>

/* `sha256`: the hash that its messages have as a rule. A secret that is longer than a block has both states at once. */
static void set_key(struct nt_stun_key *k, bool sha256, const uint8_t *secret, size_t len)
{
    bool fits = len <= sizeof k->secret;
    k->has_sha1 = !sha256 || !fits;
    k->has_sha256 = sha256 || !fits;
    k->secret_len = fits ? (uint8_t)len : 0;
    memcpy(k->secret, secret, k->secret_len);
    if (k->has_sha1)
        hmac_sha1_set_key(&k->sha1, len, secret);
    if (k->has_sha256)
        hmac_sha256_set_key(&k->sha256, len, secret);
}

/* RFC 8489, 9.1.1: "key = OpaqueString(password)" */
void nt_stun_key_short(struct nt_stun_key *k, const char *password)
{
    set_key(k, false, (const uint8_t *)password, strlen(password));
}

/* RFC 8489, 9.2.2: user name and realm go in "with any quotes and trailing nulls removed". */
static size_t unquoted(const char **text)
{
    size_t len = strlen(*text);
    if (len < 2 || (*text)[0] != '"' || (*text)[len - 1] != '"')
        return len;
    (*text)++;
    return len - 2;
}

/* RFC 8489, 18.5.1.1: "key = MD5(username ":" OpaqueString(realm) ":" OpaqueString(password))", 16 bytes */
static void key_md5(struct nt_stun_key *k, const char *user, size_t user_len, const char *realm, size_t realm_len,
                    const char *password)
{
    struct md5_ctx md5;
    uint8_t key[MD5_DIGEST_SIZE];
    md5_init(&md5);
    md5_update(&md5, user_len, (const uint8_t *)user);
    md5_update(&md5, 1, (const uint8_t *)":");
    md5_update(&md5, realm_len, (const uint8_t *)realm);
    md5_update(&md5, 1, (const uint8_t *)":");
    md5_update(&md5, strlen(password), (const uint8_t *)password);
    md5_digest(&md5, sizeof key, key);
    set_key(k, false, key, sizeof key);
}

/* RFC 8489, 18.5.1.2: "key = SHA-256(username ":" OpaqueString(realm) ":" OpaqueString(password))", 32 bytes */
static void key_sha256(struct nt_stun_key *k, const char *user, size_t user_len, const char *realm, size_t realm_len,
                       const char *password)
{
    struct sha256_ctx sha;
    uint8_t key[SHA256_DIGEST_SIZE];
    sha256_init(&sha);
    sha256_update(&sha, user_len, (const uint8_t *)user);
    sha256_update(&sha, 1, (const uint8_t *)":");
    sha256_update(&sha, realm_len, (const uint8_t *)realm);
    sha256_update(&sha, 1, (const uint8_t *)":");
    sha256_update(&sha, strlen(password), (const uint8_t *)password);
    sha256_digest(&sha, sizeof key, key);
    set_key(k, true, key, sizeof key);
}

void nt_stun_key_long(struct nt_stun_key *k, int algorithm, const char *user, const char *realm, const char *password)
{
    size_t user_len = unquoted(&user);
    size_t realm_len = unquoted(&realm);
    if (algorithm == NT_PASSWORD_SHA256)
        key_sha256(k, user, user_len, realm, realm_len, password);
    else
        key_md5(k, user, user_len, realm, realm_len, password);
}

/* RFC 8489, 14.4: "userhash = SHA-256(OpaqueString(username) ":" OpaqueString(realm))" */
void nt_stun_userhash(uint8_t out[32], const char *user, const char *realm)
{
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, strlen(user), (const uint8_t *)user);
    sha256_update(&sha, 1, (const uint8_t *)":");
    sha256_update(&sha, strlen(realm), (const uint8_t *)realm);
    sha256_digest(&sha, SHA256_DIGEST_SIZE, out);
}

/* RFC 8489, 14.5: "The Length field of the STUN message header is adjusted to point to the end of the MESSAGE-INTEGRITY
 * attribute." The keyed states are copied: the key stays as it is. */
void nt_stun_hmac(const struct nt_stun_key *k, const uint8_t *bytes, size_t len, uint16_t length_field, uint8_t out[NT_STUN_HMAC])
{
    struct hmac_sha1_ctx made;
    const struct hmac_sha1_ctx *states = &k->sha1;
    if (!k->has_sha1) {
        hmac_sha1_set_key(&made, k->secret_len, k->secret);
        states = &made;
    }
    struct sha1_ctx sha = states->inner;
    uint8_t start[4] = {bytes[0], bytes[1], (uint8_t)(length_field >> 8), (uint8_t)length_field};
    uint8_t inner[SHA1_DIGEST_SIZE];
    sha1_update(&sha, sizeof start, start);
    sha1_update(&sha, len - sizeof start, bytes + sizeof start);
    sha1_digest(&sha, sizeof inner, inner);
    sha = states->outer;
    sha1_update(&sha, sizeof inner, inner);
    sha1_digest(&sha, NT_STUN_HMAC, out);
}

void nt_stun_hmac_sha256(const struct nt_stun_key *k, const uint8_t *bytes, size_t len, uint16_t length_field,
                         uint8_t out[NT_STUN_HMAC_SHA256])
{
    struct hmac_sha256_ctx made;
    const struct hmac_sha256_ctx *states = &k->sha256;
    if (!k->has_sha256) {
        hmac_sha256_set_key(&made, k->secret_len, k->secret);
        states = &made;
    }
    struct sha256_ctx sha = states->inner;
    uint8_t start[4] = {bytes[0], bytes[1], (uint8_t)(length_field >> 8), (uint8_t)length_field};
    uint8_t inner[SHA256_DIGEST_SIZE];
    sha256_update(&sha, sizeof start, start);
    sha256_update(&sha, len - sizeof start, bytes + sizeof start);
    sha256_digest(&sha, sizeof inner, inner);
    sha = states->outer;
    sha256_update(&sha, sizeof inner, inner);
    sha256_digest(&sha, NT_STUN_HMAC_SHA256, out);
}

/* RFC 8489, 14.7: "the CRC-32 of the STUN message up to (but excluding) the FINGERPRINT attribute itself, XOR'ed with the
 * 32-bit value 0x5354554e" */
uint32_t nt_stun_fingerprint(const uint8_t *bytes, size_t len)
{
    return libdeflate_crc32(0, bytes, len) ^ UINT32_C(0x5354554e);
}
