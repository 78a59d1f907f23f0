#include "tests/faulty/secrets.h"

#include <stdio.h>
#include <string.h>

#define UFRAG "a=ice-ufrag:"
#define PWD "a=ice-pwd:"

void secrets_learn(struct secrets *s, struct sdp_edit *sdp)
{
    char ufrag[SDP_LINE_MAX], pwd[SDP_LINE_MAX];
    if (!sdp_get(sdp, UFRAG, 0, ufrag) || !sdp_get(sdp, PWD, 0, pwd))
        return;
    const char *name = ufrag + strlen(UFRAG);
    if (secrets_password(s, name, strlen(name)) != NULL)
        return;
    struct secret_password *p = &s->passwords[s->password_count++ % SECRETS_PASSWORDS];
    snprintf(p->ufrag, sizeof p->ufrag, "%.*s", SECRETS_TEXT - 1, name);
    snprintf(p->pwd, sizeof p->pwd, "%.*s", SECRETS_TEXT - 1, pwd + strlen(PWD));
}

const char *secrets_password(const struct secrets *s, const char *ufrag, size_t len)
{
    size_t count = s->password_count < SECRETS_PASSWORDS ? s->password_count : SECRETS_PASSWORDS;
    for (size_t i = 0; i < count; i++)
        if (strlen(s->passwords[i].ufrag) == len && memcmp(s->passwords[i].ufrag, ufrag, len) == 0)
            return s->passwords[i].pwd;
    return NULL;
}

static bool short_term_key(const struct secrets *s, const struct stun_edit_attr *username, struct nt_stun_key *key)
{
    const char *text = (const char *)username->value, *colon = memchr(text, ':', username->len);
    const char *pwd = colon != NULL ? secrets_password(s, text, (size_t)(colon - text)) : NULL;
    if (pwd != NULL)
        nt_stun_key_short(key, pwd);
    return pwd != NULL;
}

static bool is_user(const struct stun_edit_attr *username, const struct stun_edit_attr *hash, const char *user, const char *realm)
{
    uint8_t own[32];
    if (username != NULL)
        return strlen(user) == username->len && memcmp(user, username->value, username->len) == 0;
    nt_stun_userhash(own, user, realm);
    return hash->len == sizeof own && memcmp(own, hash->value, sizeof own) == 0;
}

/* The i-th login that the scenario gives to this party; false: there are no more. */
static bool login(const struct secrets *s, size_t i, const char **user, const char **password)
{
    const struct nt_scn_case *c = s->context->scn;
    if (s->part == NT_APP_SERVER) {
        const struct nt_scn_server *server = &c->servers[s->context->index];
        if (i < server->user_count)
            *user = server->users[i].name, *password = server->users[i].password;
        return i < server->user_count;
    }
    const struct nt_scn_agent *agent = &c->agents[s->context->index];
    if (i < agent->turn_count)
        *user = agent->turn[i].user, *password = agent->turn[i].password;
    return i < agent->turn_count;
}

static bool long_term_key(const struct secrets *s, struct stun_edit *e, const struct stun_edit_attr *realm_attr,
                          struct nt_stun_key *key)
{
    const struct stun_edit_attr *username = stun_edit_find(e, NT_ATTR_USERNAME), *hash = stun_edit_find(e, NT_ATTR_USERHASH);
    const struct stun_edit_attr *algorithm = stun_edit_find(e, NT_ATTR_PASSWORD_ALGORITHM);
    const char *user, *password;
    char realm[NT_STUN_TEXT_BYTES];
    snprintf(realm, sizeof realm, "%.*s", (int)realm_attr->len, (const char *)realm_attr->value);
    for (size_t i = 0; (username != NULL || hash != NULL) && login(s, i, &user, &password); i++)
        if (is_user(username, hash, user, realm)) {
            nt_stun_key_long(key, algorithm != NULL ? nt_load16(algorithm->value) : NT_PASSWORD_MD5, user, realm, password);
            return true;
        }
    return false;
}

bool secrets_key(const struct secrets *s, struct stun_edit *e, struct nt_stun_key *key)
{
    const struct stun_edit_attr *realm = stun_edit_find(e, NT_ATTR_REALM), *username = stun_edit_find(e, NT_ATTR_USERNAME);
    if (realm != NULL)
        return long_term_key(s, e, realm, key);
    return username != NULL && short_term_key(s, username, key);
}

struct secret_request *secrets_find(struct secrets *s, const uint8_t id[NT_STUN_ID], bool outgoing)
{
    size_t count = s->request_count < SECRETS_REQUESTS ? s->request_count : SECRETS_REQUESTS;
    for (size_t i = 0; i < count; i++) {
        struct secret_request *r = &s->requests[(s->request_count - 1 - i) % SECRETS_REQUESTS];
        if (r->outgoing == outgoing && memcmp(r->id, id, NT_STUN_ID) == 0)
            return r;
    }
    return NULL;
}

struct secret_request *secrets_note(struct secrets *s, struct stun_edit *e, bool outgoing, const struct nt_addr *local,
                                    const struct nt_addr *peer, nt_time now)
{
    struct secret_request *r = secrets_find(s, e->id, outgoing);
    if (r != NULL)
        return r;
    r = &s->requests[s->request_count++ % SECRETS_REQUESTS];
    *r = (struct secret_request){.outgoing = outgoing,
                                 .check = e->method == NT_STUN_BINDING && stun_edit_has(e, NT_ATTR_USERNAME),
                                 .nominates = stun_edit_has(e, NT_ATTR_USE_CANDIDATE),
                                 .method = e->method,
                                 .local = *local,
                                 .peer = *peer,
                                 .since = now};
    memcpy(r->id, e->id, NT_STUN_ID);
    r->number = ++s->numbers[outgoing][r->check];
    r->keyed = secrets_key(s, e, &r->key);
    return r;
}
