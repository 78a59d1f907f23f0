/* Long-term credentials (RFC 8489, section 9.2), the server's side: users, nonces, and the checks of a request. */
#ifndef NT_STUN_REALM_H
#define NT_STUN_REALM_H

#include "core/base/rand.h"
#include "core/base/time.h"
#include "core/stun/credentials.h"
#include "core/stun/message.h"

struct nt_stun_user {
    char *name;
    uint8_t hash[32];
    struct nt_stun_key md5, sha256;
    nt_time until; /* from then on it is valid no longer */
};

struct nt_stun_realm {
    char realm[NT_STUN_TEXT_BYTES];
    bool md5, sha256; /* offered algorithms; with sha256, nonces have the cookie's bit and challenges PASSWORD-ALGORITHMS */
    nt_time nonce_lifetime;
    struct hmac_sha256_ctx secret; /* nonces are HMACs of client address and time under it, so that there is no state per client */
    struct nt_stun_user *users;
    size_t user_count;
    bool userhash; /* clients should send USERHASH (the cookie's anonymity bit); false after init, for the owner to set */
};

/* NT_EINVAL: an empty or too long realm, or no algorithm. */
int nt_stun_realm_init(struct nt_stun_realm *r, const char *realm, bool md5, bool sha256, nt_time nonce_lifetime,
                       struct nt_rand *rand);
/* Valid for ever. NT_EINVAL, NT_EEXIST, NT_ENOMEM. Adding moves the users in memory: add all of them before authenticating. */
int nt_stun_realm_add_user(struct nt_stun_realm *r, const char *user, const char *password);
/* The user is valid until that time, and gets 401 from then on. NT_ENOENT: there is none of that name. */
int nt_stun_realm_end_user(struct nt_stun_realm *r, const char *user, nt_time until);
void nt_stun_realm_renew_secret(struct nt_stun_realm *r, struct nt_rand *rand); /* all nonces are stale from now on */
void nt_stun_realm_free(struct nt_stun_realm *r);

struct nt_stun_auth {
    int error;       /* 0: authenticated; else the code to answer: 400, 401, 438 */
    const char *why; /* of the error */
    const struct nt_stun_user *user;
    const struct nt_stun_key *key; /* for the response */
    bool sha256;                   /* sign the response with MESSAGE-INTEGRITY-SHA256 */
};

/* The checks of section 9.2.4. */
struct nt_stun_auth nt_stun_authenticate(const struct nt_stun_realm *r, const struct nt_stun_msg *request,
                                         const struct nt_addr *from, nt_time now);
/* Adds REALM, NONCE and PASSWORD-ALGORITHMS to a 401 or 438. */
void nt_stun_challenge(const struct nt_stun_realm *r, struct nt_stun_builder *b, const struct nt_addr *from, nt_time now);

#endif
