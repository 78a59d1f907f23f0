/* Time-limited long-term credentials, made from a secret that a TURN server shares with who hands them out: "use-auth-secret" of
 * deployed servers, draft-uberti-behave-turn-rest-00, 2.2: "username = expiry timestamp ":" user, password =
 * base64(HMAC(secret, username))" with SHA-1. The server needs no list of users. */
#ifndef NT_STUN_SHARED_SECRET_H
#define NT_STUN_SHARED_SECRET_H

#define NT_STUN_SECRET_PASSWORD 29 /* base64 of 20 bytes, and NUL */

void nt_stun_secret_password(const char *secret, const char *username, char out[NT_STUN_SECRET_PASSWORD]);

#endif
