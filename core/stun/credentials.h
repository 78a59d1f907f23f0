/* Long-term credentials (RFC 8489, section 9.2), both sides: the client's retries after 401 and 438, the server's checks,
 * nonce cookie, PASSWORD-ALGORITHMS and USERHASH. */
#ifndef NT_STUN_CREDENTIALS_H
#define NT_STUN_CREDENTIALS_H

#include "core/base/rand.h"
#include "core/base/time.h"
#include "core/stun/message.h"

#define NT_STUN_TEXT_MAX 128      /* realm, nonce: fewer characters than this (14.9, 14.10) */
#define NT_STUN_TEXT_BYTES 764    /* and at most 763 bytes */
#define NT_STUN_STALE_MAX 4
#define NT_STUN_USER_BYTES 509    /* USERNAME: fewer than 509 bytes */

/* --- client --- */
struct nt_stun_login {
    char user[NT_STUN_USER_BYTES + 1], password[256];
    char realm[NT_STUN_TEXT_BYTES], nonce[NT_STUN_TEXT_BYTES]; /* "" until the server said */
    uint8_t algorithms[64]; /* PASSWORD-ALGORITHMS as received, to be copied unchanged */
    uint8_t algorithms_len;
    uint8_t algorithm;      /* 0 until a 401; NT_PASSWORD_MD5 or _SHA256 */
    bool userhash, sha256;  /* the nonce's security feature bits; integrity by SHA-256 */
    uint32_t keys;          /* how often realm, algorithm or the form of the user name have changed */
    bool unusable;          /* user name or password is too long: no challenge is answered */
    uint8_t stale;          /* 438, and 401 with another realm, since the last verified response: at most
                             * NT_STUN_STALE_MAX retries */
    struct nt_stun_key key;
};

/* A user name or password that is too long makes it `unusable`. */
void nt_stun_login_init(struct nt_stun_login *l, const char *user, const char *password);
/* Adds USERNAME or USERHASH, REALM, NONCE, PASSWORD-ALGORITHM(S) and the integrity attribute; nothing before a 401. */
void nt_stun_login_sign(const struct nt_stun_login *l, struct nt_stun_builder *b);
/* Verifies a response to a signed request: 0, NT_ENOENT (no integrity), NT_EAUTH. Over UDP a response that is not verified
 * must be discarded, as if it had never been received (9.2.5), 400 included; 401 and 438 go to nt_stun_login_challenged. */
int nt_stun_login_verify(struct nt_stun_login *l, const struct nt_stun_msg *response);
/* An error response to a request that was signed with `l` as it is: 1 = try it again with a new id (401 once, 438), 0 = final. */
int nt_stun_login_challenged(struct nt_stun_login *l, const struct nt_stun_msg *response, int code);

/* --- server --- */
struct nt_stun_user {
    char *name, *password;
    uint8_t hash[32];
    struct nt_stun_key md5, sha256;
};

struct nt_stun_realm {
    char realm[NT_STUN_TEXT_BYTES];
    bool md5, sha256;        /* offered algorithms; sha256 puts the cookie's bit and PASSWORD-ALGORITHMS in */
    nt_time nonce_lifetime;
    uint8_t secret[32];      /* nonces are HMACs of (client address, time) under it: no state per client */
    struct nt_stun_user *users;
    size_t user_count;
    bool userhash;           /* clients shall send USERHASH: the cookie's anonymity bit. false after init */
};

/* NT_EINVAL: an empty or too long realm, or no algorithm. */
int nt_stun_realm_init(struct nt_stun_realm *r, const char *realm, bool md5, bool sha256, nt_time nonce_lifetime, struct nt_rand *rand);
/* NT_EINVAL, NT_EEXIST, NT_ENOMEM. Users move: add all of them before authenticating. */
int nt_stun_realm_add_user(struct nt_stun_realm *r, const char *user, const char *password);
void nt_stun_realm_free(struct nt_stun_realm *r);

struct nt_stun_auth {
    int error;                      /* 0: authenticated; else the code to answer: 400, 401, 438 */
    const struct nt_stun_user *user;
    const struct nt_stun_key *key;  /* for the response */
    bool sha256;                    /* sign the response with MESSAGE-INTEGRITY-SHA256 */
};

/* Section 9.2.4 on a request from `from`. */
struct nt_stun_auth nt_stun_authenticate(const struct nt_stun_realm *r, const struct nt_stun_msg *request, const struct nt_addr *from,
                                         nt_time now);
/* Adds REALM, NONCE and PASSWORD-ALGORITHMS to a 401 or 438. */
void nt_stun_challenge(const struct nt_stun_realm *r, struct nt_stun_builder *b, const struct nt_addr *from, nt_time now);

#endif
