#include "reports/conformance/keys.h"

#include "core/base/err.h"
#include "reports/conformance/message.h"
#include "reports/conformance/servers.h"

struct ufrag_key { /* longer ones are known by their first 64 characters (RFC 8839 allows 256) */
    char text[64];
};

static struct ufrag_key ufrag_key(const char *ufrag, size_t len)
{
    struct ufrag_key k = {{0}};
    memcpy(k.text, ufrag, len < sizeof k.text ? len : sizeof k.text);
    return k;
}

static int new_key(struct nt_view *v, struct nt_view_key **key)
{
    int r = nt_reserve(&v->keys, &v->key_cap, v->key_count + 1, sizeof *v->keys, NT_VIEW_MAX);
    if (r == NT_OK)
        *key = &v->keys[v->key_count++];
    return r;
}

static bool is_known_already(const struct nt_view *v, uint32_t first, uint32_t party, const char *pwd)
{
    for (uint32_t i = first; i != NT_VIEW_NONE; i = v->keys[i].next)
        if (v->keys[i].party == party && strcmp(v->keys[i].password, pwd) == 0)
            return true;
    return false;
}

static size_t count_keys(const struct nt_view *v, uint32_t first)
{
    size_t n = 0;
    for (uint32_t i = first; i != NT_VIEW_NONE; i = v->keys[i].next)
        n++;
    return n;
}

int nt_view_add_password(struct nt_view *v, uint32_t party, const char *ufrag, const char *pwd)
{
    struct ufrag_key k = ufrag_key(ufrag, strlen(ufrag));
    struct nt_view_key *key;
    uint32_t first = nt_map_get(&v->by_ufrag, &k);
    if (is_known_already(v, first, party, pwd))
        return NT_OK;
    if (count_keys(v, first) == NT_VIEW_PASSWORDS_MAX) {
        v->keys[first].more = true;
        return NT_OK;
    }
    int r = new_key(v, &key);
    if (r != NT_OK)
        return r;
    *key = (struct nt_view_key){.party = party, .user = NT_VIEW_NONE, .next = first, .password = pwd};
    nt_stun_key_short(&key->key, pwd);
    return nt_map_put(&v->by_ufrag, &k, (uint32_t)v->key_count - 1);
}

static bool attr_equals(const struct nt_item_attr *a, const char *text)
{
    return a->len == strlen(text) && memcmp(a->value, text, a->len) == 0;
}

/* Of a user of the server that the item was sent to or came from; of any server where that one is not known. */
static bool is_user(const struct nt_view *v, const struct nt_item *m, uint32_t server, const struct nt_conf_user *u)
{
    const struct nt_item_attr *realm = nt_item_attr(v, m, NT_ATTR_REALM), *name = nt_item_attr(v, m, NT_ATTR_USERNAME);
    const struct nt_item_attr *hash = nt_item_attr(v, m, NT_ATTR_USERHASH);
    uint8_t want[32];
    if ((server != NT_VIEW_NONE && u->server != server) || realm == NULL || u->realm == NULL || !attr_equals(realm, u->realm))
        return false;
    if (name != NULL)
        return attr_equals(name, u->user);
    if (hash == NULL || hash->len != sizeof want)
        return false;
    nt_stun_userhash(want, u->user, u->realm);
    return memcmp(want, hash->value, sizeof want) == 0;
}

/* RFC 8489, 9.2.2: MD5 unless PASSWORD-ALGORITHM, which has two numbers, says otherwise. */
static int password_algorithm(const struct nt_view *v, const struct nt_item *m)
{
    const struct nt_item_attr *a = nt_item_attr(v, m, NT_ATTR_PASSWORD_ALGORITHM);
    bool sha256 = a != NULL && a->len >= 4 && nt_load16(a->value) == NT_PASSWORD_SHA256;
    return sha256 ? NT_PASSWORD_SHA256 : NT_PASSWORD_MD5;
}

/* The key of a user of the input, made when it is asked for first. */
static uint32_t key_of_user(struct nt_view *v, uint32_t user, int algorithm, int *err)
{
    const struct nt_conf_user *u = &v->in->users[user];
    struct ufrag_key k = {{0}};
    struct nt_view_key *key;
    k.text[0] = '\n'; /* no ufrag has this character */
    k.text[1] = (char)algorithm;
    memcpy(k.text + 2, &user, sizeof user);
    uint32_t found = nt_map_get(&v->by_ufrag, &k);
    if (found != NT_MAP_NONE || (*err = new_key(v, &key)) != NT_OK)
        return found;
    *key = (struct nt_view_key){.party = u->server, .user = user, .next = NT_VIEW_NONE};
    nt_stun_key_long(&key->key, algorithm, u->user, u->realm, u->password);
    *err = nt_map_put(&v->by_ufrag, &k, (uint32_t)v->key_count - 1);
    return (uint32_t)v->key_count - 1;
}

static bool signs(const struct nt_view *v, const struct nt_item *m, const struct nt_stun_key *key)
{
    const struct nt_item_attr *sha1 = nt_item_attr(v, m, NT_ATTR_MESSAGE_INTEGRITY);
    const struct nt_item_attr *sha256 = nt_item_attr(v, m, NT_ATTR_MESSAGE_INTEGRITY_SHA256);
    uint8_t mac[NT_STUN_HMAC_SHA256];
    /* RFC 8489, 14.5: the length field "MUST point to the end of MESSAGE-INTEGRITY" */
    if (sha1 != NULL) {
        size_t before = (size_t)(sha1->value - m->bytes) - 4;
        nt_stun_hmac(key, m->bytes, before, (uint16_t)(before + 24 - NT_STUN_HEADER), mac);
        if (sha1->len != NT_STUN_HMAC || memcmp(mac, sha1->value, NT_STUN_HMAC) != 0)
            return false;
    }
    if (sha256 != NULL) {
        size_t before = (size_t)(sha256->value - m->bytes) - 4;
        nt_stun_hmac_sha256(key, m->bytes, before, (uint16_t)(before + 4 + sha256->len - NT_STUN_HEADER), mac);
        return sha256->len >= 16 && sha256->len <= sizeof mac && memcmp(mac, sha256->value, sha256->len) == 0;
    }
    return true;
}

static bool has_integrity(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_attr(v, m, NT_ATTR_MESSAGE_INTEGRITY) != NULL || nt_item_attr(v, m, NT_ATTR_MESSAGE_INTEGRITY_SHA256) != NULL;
}

static void verify_with(const struct nt_view *v, struct nt_item *m, uint32_t key)
{
    m->key = key;
    m->integrity = signs(v, m, &v->keys[key].key) ? NT_SIGNED_RIGHT : NT_SIGNED_WRONG;
}

/* The users of this name: of the server, one; where the server is not known, that one of them whose password signs the message. */
static void verify_long_term(struct nt_view *v, struct nt_item *m, int *err)
{
    uint32_t server = nt_item_server(v, m);
    for (uint32_t i = 0; i < v->in->user_count && *err == NT_OK && m->integrity != NT_SIGNED_RIGHT; i++) {
        if (!is_user(v, m, server, &v->in->users[i]))
            continue;
        uint32_t key = key_of_user(v, i, password_algorithm(v, m), err);
        if (*err == NT_OK)
            verify_with(v, m, key);
    }
    if (server == NT_VIEW_NONE && m->integrity == NT_SIGNED_WRONG) {
        m->key = NT_VIEW_NONE;
        m->integrity = NT_SIGNED_UNKNOWN;
    }
}

/* Before the colon stands the ufrag of the one that the message is for. */
static uint32_t first_of_ufrag(const struct nt_view *v, const struct nt_item_attr *username)
{
    const uint8_t *colon = memchr(username->value, ':', username->len);
    if (colon == NULL)
        return NT_VIEW_NONE;
    struct ufrag_key k = ufrag_key((const char *)username->value, (size_t)(colon - username->value));
    return nt_map_get(&v->by_ufrag, &k);
}

static bool is_receivers(const struct nt_view *v, const struct nt_item *m, uint32_t key)
{
    return (v->keys[key].party == m->party) == (m->direction == NT_DIR_IN);
}

/* Several agents may have the same ufrag: the key is that which signs the message; among equals, that of its receiver. */
static unsigned rank_key(const struct nt_view *v, const struct nt_item *m, uint32_t key)
{
    return (signs(v, m, &v->keys[key].key) ? 2u : 0u) + (is_receivers(v, m, key) ? 1u : 0u);
}

static void verify_short_term(const struct nt_view *v, struct nt_item *m, uint32_t first)
{
    unsigned best = 0;
    m->key = first;
    for (uint32_t i = first; i != NT_VIEW_NONE; i = v->keys[i].next) {
        unsigned rank = rank_key(v, m, i);
        if (rank <= best)
            continue;
        m->key = i;
        best = rank;
    }
    if (best >= 2)
        m->integrity = NT_SIGNED_RIGHT;
    else if (first != NT_VIEW_NONE && !v->keys[first].more)
        m->integrity = NT_SIGNED_WRONG;
}

static void verify_request(struct nt_view *v, struct nt_item *m, int *err)
{
    const struct nt_item_attr *username = nt_item_attr(v, m, NT_ATTR_USERNAME);
    if (m->method != NT_STUN_BINDING)
        verify_long_term(v, m, err);
    else if (username != NULL)
        verify_short_term(v, m, first_of_ufrag(v, username));
}

static void verify_response(const struct nt_view *v, struct nt_item *m)
{
    uint32_t key = m->request != NT_VIEW_NONE ? v->items[m->request].key : NT_VIEW_NONE;
    if (key != NT_VIEW_NONE)
        verify_with(v, m, key);
}

/* The same message at another tap is not verified again. */
static bool was_verified(const struct nt_view *v, const struct nt_item *m)
{
    const struct nt_item *same = m->same != NT_VIEW_NONE ? &v->items[m->same] : NULL;
    if (same == NULL || same->integrity != NT_SIGNED_RIGHT)
        return false;
    if (nt_item_is_response(m))
        return m->request != NT_VIEW_NONE && v->items[m->request].key == same->key;
    uint32_t server = m->method != NT_STUN_BINDING ? nt_item_server(v, m) : NT_VIEW_NONE;
    return server == NT_VIEW_NONE || v->keys[same->key].party == server;
}

/* Of two agents that have the same ufrag and the same password each may have sent it to the other, or to itself. */
static uint32_t key_at_tap(const struct nt_view *v, const struct nt_item *m, uint32_t key)
{
    const struct nt_item_attr *username = nt_item_attr(v, m, NT_ATTR_USERNAME);
    bool short_term = m->method == NT_STUN_BINDING && m->class_ == NT_STUN_REQUEST && username != NULL;
    if (!short_term || is_receivers(v, m, key))
        return key;
    for (uint32_t i = first_of_ufrag(v, username); i != NT_VIEW_NONE; i = v->keys[i].next)
        if (is_receivers(v, m, i) && strcmp(v->keys[i].password, v->keys[key].password) == 0)
            return i;
    return key;
}

void nt_item_verify(struct nt_view *v, struct nt_item *m, int *err)
{
    m->key = NT_VIEW_NONE;
    m->integrity = has_integrity(v, m) ? NT_SIGNED_UNKNOWN : NT_SIGNED_NOT;
    if (m->integrity == NT_SIGNED_NOT)
        return;
    if (was_verified(v, m)) {
        m->key = key_at_tap(v, m, v->items[m->same].key);
        m->integrity = NT_SIGNED_RIGHT;
    } else if (nt_item_is_response(m)) {
        verify_response(v, m);
    } else {
        verify_request(v, m, err);
    }
}

bool nt_item_is_authenticated(const struct nt_view *v, const struct nt_item *m, const struct nt_item *q)
{
    int code = nt_item_code(v, m);
    return q->integrity == NT_SIGNED_RIGHT && code != 300 && code != 400 && code != 401 && code != 438;
}

bool nt_item_is_signed_by(const struct nt_view *v, const struct nt_item *m, const struct nt_conf_login *login)
{
    const struct nt_item_attr *realm = nt_item_attr(v, m, NT_ATTR_REALM);
    char text[768];
    struct nt_stun_key key;
    if (!has_integrity(v, m) || realm == NULL || realm->len >= sizeof text)
        return false;
    memcpy(text, realm->value, realm->len);
    text[realm->len] = '\0';
    nt_stun_key_long(&key, password_algorithm(v, m), login->user, text, login->password);
    return signs(v, m, &key);
}

uint32_t nt_item_other_key(const struct nt_view *v, const struct nt_item *m)
{
    for (uint32_t i = 0; i < v->key_count; i++)
        if (i != m->key && v->keys[i].user == NT_VIEW_NONE && v->keys[i].party == v->keys[m->key].party &&
            signs(v, m, &v->keys[i].key))
            return i;
    return NT_VIEW_NONE;
}

bool nt_view_has_users(const struct nt_view *v, uint32_t server)
{
    for (size_t i = 0; i < v->in->user_count; i++)
        if (v->in->users[i].server == server)
            return true;
    return false;
}
