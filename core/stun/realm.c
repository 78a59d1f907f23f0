#include "core/stun/realm.h"

#include "core/base/strings.h"
#include "core/stun/security_features.h"

#include <nettle/memops.h>
#include <stdlib.h>

/* A nonce is the cookie, the time of issue in hexadecimal, and a keyed hash of time, features and client, in hexadecimal. */
#define STAMP 8
#define MAC 16
#define NONCE_LEN (NT_NONCE_COOKIE_LEN + 2 * (STAMP + MAC))

void nt_stun_realm_renew_secret(struct nt_stun_realm *r, struct nt_rand *rand)
{
    uint8_t secret[32];
    nt_rand_bytes(rand, secret, sizeof secret);
    hmac_sha256_set_key(&r->secret, sizeof secret, secret);
}

int nt_stun_realm_init(struct nt_stun_realm *r, const char *realm, bool md5, bool sha256, nt_time nonce_lifetime,
                       struct nt_rand *rand)
{
    size_t len = strlen(realm);
    if (len == 0 || len >= NT_STUN_TEXT_MAX || (!md5 && !sha256))
        return NT_EINVAL;
    memset(r, 0, sizeof *r);
    memcpy(r->realm, realm, len);
    r->md5 = md5;
    r->sha256 = sha256;
    r->nonce_lifetime = nonce_lifetime;
    nt_stun_realm_renew_secret(r, rand);
    return NT_OK;
}

static const struct nt_stun_user *user_by_name(const struct nt_stun_realm *r, const uint8_t *name, size_t len)
{
    for (size_t i = 0; i < r->user_count; i++)
        if (strlen(r->users[i].name) == len && memcmp(r->users[i].name, name, len) == 0)
            return &r->users[i];
    return NULL;
}

static const struct nt_stun_user *user_by_hash(const struct nt_stun_realm *r, const uint8_t *hash, size_t len)
{
    for (size_t i = 0; i < r->user_count && len == sizeof r->users[i].hash; i++)
        if (memcmp(r->users[i].hash, hash, len) == 0)
            return &r->users[i];
    return NULL;
}

int nt_stun_realm_add_user(struct nt_stun_realm *r, const char *user, const char *password)
{
    size_t len = strlen(user);
    if (len == 0 || len >= NT_STUN_USER_BYTES)
        return NT_EINVAL;
    if (user_by_name(r, (const uint8_t *)user, len) != NULL)
        return NT_EEXIST;
    int err = NT_OK;
    struct nt_stun_user u = {.name = nt_strdup(user, &err), .until = NT_TIME_NEVER};
    struct nt_stun_user *users = err == NT_OK ? realloc(r->users, (r->user_count + 1) * sizeof *users) : NULL;
    if (users == NULL) {
        free(u.name);
        return NT_ENOMEM;
    }
    nt_stun_userhash(u.hash, user, r->realm);
    if (r->md5)
        nt_stun_key_long(&u.md5, NT_PASSWORD_MD5, user, r->realm, password);
    nt_stun_key_long(&u.sha256, NT_PASSWORD_SHA256, user, r->realm, password);
    users[r->user_count++] = u;
    r->users = users;
    return NT_OK;
}

int nt_stun_realm_end_user(struct nt_stun_realm *r, const char *user, nt_time until)
{
    for (size_t i = 0; i < r->user_count; i++)
        if (strcmp(r->users[i].name, user) == 0) {
            r->users[i].until = until;
            return NT_OK;
        }
    return NT_ENOENT;
}

void nt_stun_realm_free(struct nt_stun_realm *r)
{
    for (size_t i = 0; i < r->user_count; i++)
        free(r->users[i].name);
    free(r->users);
    r->users = NULL;
    r->user_count = 0;
}

static uint32_t features_of(const struct nt_stun_realm *r)
{
    return (r->sha256 ? NT_FEATURE_PASSWORD_ALGORITHMS : 0) | (r->userhash ? NT_FEATURE_USERNAME_ANONYMITY : 0);
}

static void write_hex(char *out, const uint8_t *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
}

/* RFC 8489, 9.2.4: "The server MUST NOT choose the same NONCE for two requests unless they have the same source IP address
 * and port." */
static void write_nonce(const struct nt_stun_realm *r, char out[NONCE_LEN], uint64_t issued, const struct nt_addr *from)
{
    uint8_t text[STAMP + 4 + 1 + 2 + sizeof from->ip], inner[SHA256_DIGEST_SIZE], mac[MAC];
    struct sha256_ctx sha = r->secret.inner;
    nt_store64(text, issued);
    nt_store32(text + STAMP, features_of(r));
    text[STAMP + 4] = from->family;
    nt_store16(text + STAMP + 5, from->port);
    memcpy(text + STAMP + 7, from->ip, sizeof from->ip);
    sha256_update(&sha, sizeof text, text);
    sha256_digest(&sha, sizeof inner, inner);
    sha = r->secret.outer;
    sha256_update(&sha, sizeof inner, inner);
    sha256_digest(&sha, sizeof mac, mac);
    nt_nonce_cookie_write(out, features_of(r));
    write_hex(out + NT_NONCE_COOKIE_LEN, text, STAMP);
    write_hex(out + NT_NONCE_COOKIE_LEN + 2 * STAMP, mac, MAC);
}

static bool read_stamp(const uint8_t *text, uint64_t *stamp)
{
    *stamp = 0;
    for (size_t i = 0; i < 2 * STAMP; i++) {
        unsigned c = text[i];
        if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
            return false;
        *stamp = *stamp << 4 | (c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return true;
}

static bool nonce_is_fresh(const struct nt_stun_realm *r, const struct nt_stun_attr *nonce, const struct nt_addr *from, nt_time now)
{
    char ours[NONCE_LEN];
    uint64_t issued;
    if (nonce->len != NONCE_LEN || !read_stamp(nonce->value + NT_NONCE_COOKIE_LEN, &issued))
        return false;
    write_nonce(r, ours, issued, from);
    return memeql_sec(ours, nonce->value, NONCE_LEN) && issued <= (uint64_t)now && now - (nt_time)issued < r->nonce_lifetime;
}

/* PASSWORD-ALGORITHMS in order of preference: the stronger first. */
static size_t write_algorithms(const struct nt_stun_realm *r, uint8_t out[8])
{
    nt_store32(out, (uint32_t)NT_PASSWORD_SHA256 << 16);
    if (r->md5)
        nt_store32(out + 4, (uint32_t)NT_PASSWORD_MD5 << 16);
    return r->md5 ? 8 : 4;
}

void nt_stun_challenge(const struct nt_stun_realm *r, struct nt_stun_builder *b, const struct nt_addr *from, nt_time now)
{
    char nonce[NONCE_LEN];
    uint8_t algorithms[8];
    write_nonce(r, nonce, (uint64_t)now, from);
    nt_stun_add_text(b, NT_ATTR_REALM, r->realm);
    nt_stun_add(b, NT_ATTR_NONCE, nonce, sizeof nonce);
    /* "If the server adds a PASSWORD-ALGORITHMS attribute, it MUST set the STUN Security Feature "Password algorithms" bit" */
    if (r->sha256)
        nt_stun_add(b, NT_ATTR_PASSWORD_ALGORITHMS, algorithms, write_algorithms(r, algorithms));
}

/* RFC 8489, 9.2.4, third check. The algorithm to use, or -1 for 400. `named`: the request names it. */
static int requested_algorithm(const struct nt_stun_realm *r, const struct nt_stun_msg *m, const struct nt_stun_attr *nonce,
                               bool *named)
{
    const struct nt_stun_attr *list = nt_stun_find(m, NT_ATTR_PASSWORD_ALGORITHMS);
    uint8_t ours[8];
    uint32_t one;
    *named = false;
    if ((nt_nonce_features((const char *)nonce->value, nonce->len) & NT_FEATURE_PASSWORD_ALGORITHMS) == 0)
        return NT_PASSWORD_MD5;
    int has_one = nt_stun_get_u32(m, NT_ATTR_PASSWORD_ALGORITHM, &one);
    /* "If the request contains neither ... processed as though PASSWORD-ALGORITHM were MD5" */
    if (list == NULL && has_one == NT_ENOENT)
        return NT_PASSWORD_MD5;
    *named = true;
    /* "unless (1) PASSWORD-ALGORITHM and PASSWORD-ALGORITHMS are both present, (2) PASSWORD-ALGORITHMS matches the value sent
     * in the response that sent this NONCE, and (3) PASSWORD-ALGORITHM matches one of the entries": 400 */
    if (list == NULL || has_one != NT_OK || !r->sha256)
        return -1;
    size_t len = write_algorithms(r, ours);
    if (list->len != len || memcmp(list->value, ours, len) != 0)
        return -1;
    for (size_t i = 0; i < len; i += 4)
        if (nt_load32(ours + i) == one)
            return (int)(one >> 16);
    return -1;
}

struct nt_stun_auth nt_stun_authenticate(const struct nt_stun_realm *r, const struct nt_stun_msg *request,
                                         const struct nt_addr *from, nt_time now)
{
    const struct nt_stun_attr *name = nt_stun_find(request, NT_ATTR_USERNAME), *hash = nt_stun_find(request, NT_ATTR_USERHASH);
    const struct nt_stun_attr *realm = nt_stun_find(request, NT_ATTR_REALM), *nonce = nt_stun_find(request, NT_ATTR_NONCE);
    bool named;
    if (request->integrity == NULL && request->integrity_sha256 == NULL)
        return (struct nt_stun_auth){.error = 401, .why = "no MESSAGE-INTEGRITY"};
    if ((name == NULL && hash == NULL) || realm == NULL || nonce == NULL)
        return (struct nt_stun_auth){.error = 400, .why = "MESSAGE-INTEGRITY without USERNAME or USERHASH, REALM or NONCE"};
    int algorithm = requested_algorithm(r, request, nonce, &named);
    if (algorithm < 0)
        return (struct nt_stun_auth){.error = 400, .why = "other password algorithms than were offered"};
    const struct nt_stun_user *u = name != NULL ? user_by_name(r, name->value, name->len) : user_by_hash(r, hash->value, hash->len);
    if (u == NULL)
        return (struct nt_stun_auth){.error = 401, .why = "no such user"};
    if (realm->len != strlen(r->realm) || memcmp(realm->value, r->realm, realm->len) != 0)
        return (struct nt_stun_auth){.error = 401, .why = "another realm"};
    if (algorithm == NT_PASSWORD_MD5 && !r->md5)
        return (struct nt_stun_auth){.error = 401, .why = "MD5 is not offered"};
    const struct nt_stun_key *key = algorithm == NT_PASSWORD_SHA256 ? &u->sha256 : &u->md5;
    /* "If the MESSAGE-INTEGRITY-SHA256 attribute is present, compute the value ... Otherwise ..." */
    int r_mac = request->integrity_sha256 != NULL ? nt_stun_verify_sha256(request, key) : nt_stun_verify(request, key);
    if (r_mac != NT_OK)
        return (struct nt_stun_auth){.error = 401, .why = "the integrity is wrong: another password"};
    if (now >= u->until)
        return (struct nt_stun_auth){.error = 401, .why = "the credentials are no longer valid"};
    if (!nonce_is_fresh(r, nonce, from, now))
        return (struct nt_stun_auth){.error = 438, .why = "the nonce is stale, or another client's"};
    /* "Any response generated by the server MUST include the MESSAGE-INTEGRITY-SHA256 attribute ... unless the request was
     * processed as though PASSWORD-ALGORITHM was MD5" */
    return (struct nt_stun_auth){.user = u, .key = key, .sha256 = named};
}
