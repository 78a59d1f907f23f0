/* Long-term credentials (RFC 8489, section 9.2), the client's side: signing, verifying, and the retries after 401 and 438. */
#ifndef NT_STUN_LOGIN_H
#define NT_STUN_LOGIN_H

#include "core/stun/credentials.h"
#include "core/stun/message.h"

#define NT_STUN_RETRIES_MAX 4 /* in a row */

struct nt_stun_login {
    char user[NT_STUN_USER_BYTES + 1], password[NT_STUN_PASSWORD_MAX + 1];
    char realm[NT_STUN_TEXT_BYTES], nonce[NT_STUN_TEXT_BYTES]; /* "" before the first challenge */
    uint8_t algorithms[64];                                    /* PASSWORD-ALGORITHMS as received, to be copied unchanged */
    uint8_t algorithms_len;
    uint8_t algorithm;     /* 0 until a 401; NT_PASSWORD_MD5 or _SHA256 */
    bool userhash, sha256; /* the nonce's security feature bits; integrity by SHA-256 */
    uint32_t keys;         /* how often realm, algorithm or the form of the user name have changed */
    bool unusable;         /* user name or password is too long: no challenge is answered */
    uint8_t retries;       /* after 438, and after 401 with another realm, since nt_stun_login_settled */
    struct nt_stun_key key;
};

/* A user name or password that is too long makes it `unusable`. */
void nt_stun_login_init(struct nt_stun_login *l, const char *user, const char *password);
/* Adds USERNAME or USERHASH, REALM, NONCE, PASSWORD-ALGORITHM(S) and the integrity attribute; nothing before a 401. */
void nt_stun_login_sign(const struct nt_stun_login *l, struct nt_stun_builder *b);
/* Verifies a response to a signed request: 0, NT_ENOENT (no integrity), NT_EAUTH. Over UDP a response that is not verified
 * must be discarded, as if it had never been received (9.2.5), 400 included; 401 and 438 go to nt_stun_login_take_challenge. */
int nt_stun_login_verify(const struct nt_stun_login *l, const struct nt_stun_msg *response);
/* Why the request must not be made again after this 401 or 438; NULL: it may. `l` is as the request was signed with. After
 * NT_STUN_RETRIES_MAX retries in a row every challenge is final, signed or not. */
const char *nt_stun_login_refusal(const struct nt_stun_login *l, const struct nt_stun_msg *response, int code);
/* The same, and takes over what the challenge says: true = try it again with a new id, false = final. The nonce of a 438 is taken
 * over even after too many of them: requests to come have it. */
bool nt_stun_login_take_challenge(struct nt_stun_login *l, const struct nt_stun_msg *response, int code);
/* A verified response that was no challenge has ended a request: the count of retries in a row starts again. */
void nt_stun_login_settled(struct nt_stun_login *l);
void nt_stun_login_forget(struct nt_stun_login *l); /* another server: only user name and password stay */

#endif
