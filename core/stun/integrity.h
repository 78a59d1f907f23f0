/* Keys and keyed hashes of STUN (RFC 8489, sections 9, 14.5 to 14.7). A key is set up once per password and then serves any
 * number of messages: it holds the HMAC's inner and outer states, of the hash that messages with such a key have as a rule. For the
 * other hash the states are made for each message. */
#ifndef NT_STUN_INTEGRITY_H
#define NT_STUN_INTEGRITY_H

#include <nettle/hmac.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_STUN_HMAC 20
#define NT_STUN_HMAC_SHA256 32

struct nt_stun_key {
    struct hmac_sha1_ctx sha1;
    struct hmac_sha256_ctx sha256;
    bool has_sha1, has_sha256; /* the states that are there; where one is not, `secret` is */
    uint8_t secret[64], secret_len;
};

/* Short-term: the password, prepared by the caller (ASCII needs no preparation). */
void nt_stun_key_short(struct nt_stun_key *k, const char *password);
/* Long-term: MD5 or SHA-256 of user:realm:password; algorithm NT_PASSWORD_MD5 or _SHA256. */
void nt_stun_key_long(struct nt_stun_key *k, int algorithm, const char *user, const char *realm, const char *password);
/* USERHASH: SHA-256(user:realm). */
void nt_stun_userhash(uint8_t out[32], const char *user, const char *realm);

void nt_stun_hmac(const struct nt_stun_key *k, const uint8_t *bytes, size_t len, uint16_t length_field, uint8_t out[NT_STUN_HMAC]);
void nt_stun_hmac_sha256(const struct nt_stun_key *k, const uint8_t *bytes, size_t len, uint16_t length_field,
                         uint8_t out[NT_STUN_HMAC_SHA256]);
/* CRC-32 xor 0x5354554e over `len` bytes. */
uint32_t nt_stun_fingerprint(const uint8_t *bytes, size_t len);

#endif
