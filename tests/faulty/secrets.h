/* What a faulty party knows to sign with: the passwords that passed in descriptions, the logins of its scenario, and the requests
 * whose answers take the same key. */
#ifndef FAULTY_SECRETS_H
#define FAULTY_SECRETS_H

#include "scenarios/apps/app.h"
#include "tests/faulty/sdp_edit.h"
#include "tests/faulty/stun_edit.h"

#define SECRETS_PASSWORDS 16
#define SECRETS_REQUESTS 512
#define SECRETS_TEXT 257

struct secret_password {
    char ufrag[SECRETS_TEXT], pwd[SECRETS_TEXT];
};

struct secret_request {
    uint8_t id[NT_STUN_ID];
    bool outgoing;
    bool check;
    bool nominates;
    bool answered;
    uint16_t method;
    struct nt_addr local, peer;
    nt_time since;   /* when it was sent first */
    uint32_t times;  /* how often it was seen */
    bool consent;    /* the pair had been nominated before */
    uint32_t number; /* among the party's requests of this kind (check or not) and direction, from 1 */
    bool keyed;
    struct nt_stun_key key;
};

struct secrets {
    const struct nt_app_context *context;
    enum nt_app_part part; /* NT_APP_SERVER, or an agent's */
    struct secret_password passwords[SECRETS_PASSWORDS];
    size_t password_count;
    struct secret_request requests[SECRETS_REQUESTS]; /* a ring */
    size_t request_count;
    uint32_t numbers[2][2]; /* by outgoing, check */
};

/* A description passes. */
void secrets_learn(struct secrets *s, struct sdp_edit *sdp);
void secrets_add(struct secrets *s, const char *ufrag, const char *pwd); /* or changes the password */
/* The password of this fragment, or NULL. */
const char *secrets_password(const struct secrets *s, const char *ufrag, size_t len);
/* The key of a request, by its USERNAME and REALM; false: unknown, or it has none. */
bool secrets_key(const struct secrets *s, struct stun_edit *e, struct nt_stun_key *key);
/* Remembers a request; the same again is found. */
struct secret_request *secrets_note(struct secrets *s, struct stun_edit *e, bool outgoing, const struct nt_addr *local,
                                    const struct nt_addr *peer, nt_time now);
struct secret_request *secrets_find(struct secrets *s, const uint8_t id[NT_STUN_ID], bool outgoing); /* NULL: none */

/* A response to it passes. */
void secrets_answered(struct secret_request *r, const struct stun_edit *e);

#endif
