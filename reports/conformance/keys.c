#include "reports/conformance/keys.h"

#include "core/base/err.h"
#include "reports/conformance/message.h"

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
    int r = nt_grow(&v->keys, &v->key_cap, v->key_count + 1, sizeof *v->keys, NT_VIEW_MAX);
    if (r == NT_OK)
        *key = &v->keys[v->key_count++];
    return r;
}

int nt_view_add_password(struct nt_view *v, uint32_t party, const char *ufrag, const char *pwd)
{
    struct ufrag_key k = ufrag_key(ufrag, strlen(ufrag));
    struct nt_view_key *key;
    if (nt_map_get(&v->by_ufrag, &k) != NT_MAP_NONE)
        return NT_OK;
    int r = new_key(v, &key);
    if (r != NT_OK)
        return r;
    key->party = party;
    key->user = NT_VIEW_NONE;
    nt_stun_key_short(&key->key, pwd);
    return nt_map_put(&v->by_ufrag, &k, (uint32_t)v->key_count - 1);
}

static uint32_t short_key(const struct nt_view *v, const struct nt_item_attr *username)
{
    const uint8_t *colon = memchr(username->value, ':', username->len);
    if (colon == NULL)
        return NT_VIEW_NONE;
    struct ufrag_key k = ufrag_key((const char *)username->value, (size_t)(colon - username->value));
    return nt_map_get(&v->by_ufrag, &k);
}

static bool attr_equals(const struct nt_item_attr *a, const char *text)
{
    return a->len == strlen(text) && memcmp(a->value, text, a->len) == 0;
}

static bool is_user(const struct nt_view *v, const struct nt_item *m, const struct nt_conf_user *u)
{
    const struct nt_item_attr *realm = nt_item_attr(v, m, NT_ATTR_REALM), *name = nt_item_attr(v, m, NT_ATTR_USERNAME);
    const struct nt_item_attr *hash = nt_item_attr(v, m, NT_ATTR_USERHASH);
    uint8_t want[32];
    if (realm == NULL || u->realm == NULL || !attr_equals(realm, u->realm))
        return false;
    if (name != NULL)
        return attr_equals(name, u->user);
    if (hash == NULL || hash->len != sizeof want)
        return false;
    nt_stun_userhash(want, u->user, u->realm);
    return memcmp(want, hash->value, sizeof want) == 0;
}

/* RFC 8489, 9.2.2: MD5 unless PASSWORD-ALGORITHM says otherwise. */
static uint32_t long_key(struct nt_view *v, const struct nt_item *m, int *err)
{
    const struct nt_item_attr *algorithm = nt_item_attr(v, m, NT_ATTR_PASSWORD_ALGORITHM);
    int a = algorithm != NULL && algorithm->len >= 2 && nt_load16(algorithm->value) == NT_PASSWORD_SHA256 ? NT_PASSWORD_SHA256
                                                                                                          : NT_PASSWORD_MD5;
    uint32_t user = 0;
    while (user < v->in->user_count && !is_user(v, m, &v->in->users[user]))
        user++;
    if (user == v->in->user_count)
        return NT_VIEW_NONE;
    struct ufrag_key k = {{0}};
    k.text[0] = '\n'; /* no ufrag has this character */
    k.text[1] = (char)a;
    memcpy(k.text + 2, &user, sizeof user);
    uint32_t found = nt_map_get(&v->by_ufrag, &k);
    struct nt_view_key *key;
    if (found != NT_MAP_NONE || (*err = new_key(v, &key)) != NT_OK)
        return found;
    const struct nt_conf_user *u = &v->in->users[user];
    key->party = NT_VIEW_NONE;
    key->user = user;
    nt_stun_key_long(&key->key, a, u->user, u->realm, u->password);
    *err = nt_map_put(&v->by_ufrag, &k, (uint32_t)v->key_count - 1);
    return (uint32_t)v->key_count - 1;
}

static bool verifies(const struct nt_view *v, const struct nt_item *m)
{
    const struct nt_item_attr *sha1 = nt_item_attr(v, m, NT_ATTR_MESSAGE_INTEGRITY);
    const struct nt_item_attr *sha256 = nt_item_attr(v, m, NT_ATTR_MESSAGE_INTEGRITY_SHA256);
    const struct nt_stun_key *key = &v->keys[m->key].key;
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

void nt_item_verify(struct nt_view *v, struct nt_item *m, int *err)
{
    const struct nt_item_attr *username = nt_item_attr(v, m, NT_ATTR_USERNAME);
    m->key = NT_VIEW_NONE;
    if (nt_item_is_response(m))
        m->key = m->request != NT_VIEW_NONE ? v->items[m->request].key : NT_VIEW_NONE;
    else if (m->same != NT_VIEW_NONE && v->items[m->same].key != NT_VIEW_NONE)
        m->key = v->items[m->same].key;
    else if (m->method == NT_STUN_BINDING && username != NULL)
        m->key = short_key(v, username);
    else if (m->method != NT_STUN_BINDING && has_integrity(v, m))
        m->key = long_key(v, m, err);
    if (!has_integrity(v, m))
        m->integrity = NT_SIGNED_NOT;
    else if (m->key == NT_VIEW_NONE)
        m->integrity = NT_SIGNED_UNKNOWN;
    else if (m->same != NT_VIEW_NONE && v->items[m->same].key == m->key)
        m->integrity = v->items[m->same].integrity;
    else
        m->integrity = verifies(v, m) ? NT_SIGNED_RIGHT : NT_SIGNED_WRONG;
}
