#include "tests/faulty/secrets.h"

#include <stdio.h>
#include <string.h>

#define UFRAG "a=ice-ufrag:"
#define PWD "a=ice-pwd:"

void secrets_add(struct secrets *s, const char *ufrag, const char *pwd)
{
    size_t at = 0;
    while (at < s->password_count && at < SECRETS_PASSWORDS && strcmp(s->passwords[at].ufrag, ufrag) != 0)
        at++;
    if (at == s->password_count || at == SECRETS_PASSWORDS)
        at = s->password_count++ % SECRETS_PASSWORDS;
    snprintf(s->passwords[at].ufrag, SECRETS_TEXT, "%.*s", SECRETS_TEXT - 1, ufrag);
    snprintf(s->passwords[at].pwd, SECRETS_TEXT, "%.*s", SECRETS_TEXT - 1, pwd);
}

void secrets_learn(struct secrets *s, struct sdp_edit *sdp)
{
    char ufrag[SDP_LINE_MAX], pwd[SDP_LINE_MAX];
    if (!sdp_get(sdp, UFRAG, 0, ufrag) || !sdp_get(sdp, PWD, 0, pwd))
        return;
    const char *name = ufrag + strlen(UFRAG);
    if (secrets_password(s, name, strlen(name)) == NULL)
        secrets_add(s, name, pwd + strlen(PWD));
}

const char *secrets_password(const struct secrets *s, const char *ufrag, size_t len)
{
    size_t count = s->password_count < SECRETS_PASSWORDS ? s->password_count : SECRETS_PASSWORDS;
    for (size_t i = 0; i < count; i++)
        if (strlen(s->passwords[i].ufrag) == len && memcmp(s->passwords[i].ufrag, ufrag, len) == 0)
            return s->passwords[i].pwd;
    return NULL;
}

static bool short_term_key(const struct secrets *s, const char *username, size_t len, struct nt_stun_key *key)
{
    const char *colon = memchr(username, ':', len);
    const char *pwd = colon != NULL ? secrets_password(s, username, (size_t)(colon - username)) : NULL;
    if (pwd != NULL)
        nt_stun_key_short(key, pwd);
    return pwd != NULL;
}

static bool is_value(const struct stun_edit *e, const struct stun_edit_attr *a, const void *value, size_t len)
{
    return a != NULL && a->len == len && memcmp(stun_edit_value(e, a), value, len) == 0;
}

static bool is_user(struct stun_edit *e, const char *user, const char *realm)
{
    uint8_t hash[32];
    nt_stun_userhash(hash, user, realm);
    return is_value(e, stun_edit_find(e, NT_ATTR_USERNAME), user, strlen(user)) ||
           is_value(e, stun_edit_find(e, NT_ATTR_USERHASH), hash, sizeof hash);
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
    const struct stun_edit_attr *algorithm = stun_edit_find(e, NT_ATTR_PASSWORD_ALGORITHM);
    int kind = algorithm != NULL ? nt_load16(stun_edit_value(e, algorithm)) : NT_PASSWORD_MD5;
    const char *user, *password;
    char realm[NT_STUN_TEXT_BYTES];
    snprintf(realm, sizeof realm, "%.*s", (int)realm_attr->len, (const char *)stun_edit_value(e, realm_attr));
    for (size_t i = 0; login(s, i, &user, &password); i++)
        if (is_user(e, user, realm)) {
            nt_stun_key_long(key, kind, user, realm, password);
            return true;
        }
    return false;
}

bool secrets_key(const struct secrets *s, struct stun_edit *e, struct nt_stun_key *key)
{
    const struct stun_edit_attr *realm = stun_edit_find(e, NT_ATTR_REALM), *username = stun_edit_find(e, NT_ATTR_USERNAME);
    if (realm != NULL)
        return long_term_key(s, e, realm, key);
    return username != NULL && short_term_key(s, (const char *)stun_edit_value(e, username), username->len, key);
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

static bool is_nominated(const struct secrets *s, const struct nt_addr *local, const struct nt_addr *peer)
{
    for (size_t i = 0; i < s->request_count && i < SECRETS_REQUESTS; i++) {
        const struct secret_request *r = &s->requests[i];
        if (r->nominates && r->answered && nt_addr_equal(&r->local, local) && nt_addr_equal(&r->peer, peer))
            return true;
    }
    return false;
}

void secrets_answered(struct secret_request *r, const struct stun_edit *e)
{
    r->answered = r->answered || e->class_ == NT_STUN_SUCCESS;
}

struct secret_request *secrets_note(struct secrets *s, struct stun_edit *e, bool outgoing, const struct nt_addr *local,
                                    const struct nt_addr *peer, nt_time now)
{
    struct secret_request *r = secrets_find(s, e->id, outgoing);
    if (r != NULL) {
        r->times++;
        return r;
    }
    bool consent = is_nominated(s, local, peer);
    r = &s->requests[s->request_count++ % SECRETS_REQUESTS];
    *r = (struct secret_request){.outgoing = outgoing,
                                 .check = e->method == NT_STUN_BINDING && stun_edit_has(e, NT_ATTR_USERNAME),
                                 .nominates = stun_edit_has(e, NT_ATTR_USE_CANDIDATE),
                                 .method = e->method,
                                 .local = *local,
                                 .peer = *peer,
                                 .since = now,
                                 .times = 1,
                                 .consent = consent};
    memcpy(r->id, e->id, NT_STUN_ID);
    r->number = ++s->numbers[outgoing][r->check];
    r->keyed = secrets_key(s, e, &r->key);
    return r;
}
