/* The client's side of long-term credentials (RFC 8489, 9.2.3 and 9.2.5). */
#include "core/stun/login.h"

#include "core/base/strings.h"
#include "core/stun/security_features.h"

/* The content of a 401 or 438, before it is accepted. */
struct challenge {
    const struct nt_stun_attr *realm, *nonce, *algorithms;
    uint32_t features;
};

static bool fill_text(char *to, size_t cap, const char *from)
{
    size_t len = strlen(from);
    if (len >= cap)
        return false;
    memcpy(to, from, len + 1);
    return true;
}

void nt_stun_login_init(struct nt_stun_login *l, const char *user, const char *password)
{
    memset(l, 0, sizeof *l);
    l->unusable = !fill_text(l->user, NT_STUN_USER_BYTES, user) || !fill_text(l->password, sizeof l->password, password);
}

void nt_stun_login_sign(const struct nt_stun_login *l, struct nt_stun_builder *b)
{
    if (l->algorithm == 0)
        return; /* RFC 8489, 9.2.3.1: the first request "MUST omit" all of these */
    if (l->userhash) {
        uint8_t hash[32];
        nt_stun_userhash(hash, l->user, l->realm);
        nt_stun_add(b, NT_ATTR_USERHASH, hash, sizeof hash);
    } else {
        nt_stun_add_text(b, NT_ATTR_USERNAME, l->user);
    }
    nt_stun_add_text(b, NT_ATTR_REALM, l->realm);
    nt_stun_add_text(b, NT_ATTR_NONCE, l->nonce);
    if (l->algorithms_len != 0) {
        nt_stun_add(b, NT_ATTR_PASSWORD_ALGORITHMS, l->algorithms, l->algorithms_len);
        nt_stun_add_u32(b, NT_ATTR_PASSWORD_ALGORITHM, (uint32_t)l->algorithm << 16); /* no parameters */
    }
    if (l->sha256)
        nt_stun_add_integrity_sha256(b, &l->key);
    else
        nt_stun_add_integrity(b, &l->key);
}

static struct challenge read_challenge(const struct nt_stun_msg *m)
{
    struct challenge c = {
        .realm = nt_stun_find(m, NT_ATTR_REALM),
        .nonce = nt_stun_find(m, NT_ATTR_NONCE),
        .algorithms = nt_stun_find(m, NT_ATTR_PASSWORD_ALGORITHMS),
    };
    if (c.nonce != NULL)
        c.features = nt_nonce_features((const char *)c.nonce->value, c.nonce->len);
    return c;
}

/* RFC 8489, 9.2.1: the cookie announces a list, and there is none: it was removed on the way. */
static bool is_bid_down(const struct challenge *c)
{
    return (c->features & NT_FEATURE_PASSWORD_ALGORITHMS) != 0 && c->algorithms == NULL;
}

int nt_stun_login_verify(const struct nt_stun_login *l, const struct nt_stun_msg *response)
{
    /* RFC 8489, 9.2.5: "For all other responses, if the NONCE attribute starts with the "nonce cookie" with the STUN Security
     * Feature "Password algorithms" bit set to 1 but PASSWORD-ALGORITHMS is not present, the response MUST be ignored." */
    struct challenge c = read_challenge(response);
    if (is_bid_down(&c))
        return NT_EAUTH;
    /* The server answers a request that named an algorithm with MESSAGE-INTEGRITY-SHA256 (9.2.4), and one that did not with
     * MESSAGE-INTEGRITY: the weaker one in place of the stronger is a bid-down. */
    if (l->sha256)
        return response->integrity_sha256 == NULL && response->integrity != NULL ? NT_EAUTH
                                                                                 : nt_stun_verify_sha256(response, &l->key);
    return response->integrity != NULL ? nt_stun_verify(response, &l->key) : nt_stun_verify_sha256(response, &l->key);
}

/* RFC 8489, 14.9 and 14.10: fewer than 128 characters, at most 763 bytes. */
static bool is_text(const struct nt_stun_attr *a)
{
    unsigned characters = 0;
    if (a == NULL || a->len == 0 || a->len >= NT_STUN_TEXT_BYTES || memchr(a->value, '\0', a->len) != NULL)
        return false;
    for (unsigned i = 0; i < a->len; i++)
        characters += (a->value[i] & 0xc0) != 0x80;
    return characters < NT_STUN_TEXT_MAX;
}

static bool same_text(const char *text, const struct nt_stun_attr *a)
{
    return strlen(text) == a->len && memcmp(text, a->value, a->len) == 0;
}

static void take_text(char *to, const struct nt_stun_attr *a)
{
    memcpy(to, a->value, a->len);
    to[a->len] = '\0';
}

/* RFC 8489, 9.2.5: "the first algorithm supported on the list"; 0 when there is none. */
static uint8_t choose_algorithm(const struct nt_stun_attr *list)
{
    if (list == NULL)
        return NT_PASSWORD_MD5;
    struct nt_reader r = nt_reader_of(list->value, list->len);
    while (nt_reader_left(&r) > 0) {
        uint16_t algorithm = nt_read16(&r), len = nt_read16(&r);
        nt_read(&r, (len + 3u) & ~3u);
        if (r.err != NT_OK)
            return 0;
        if ((algorithm == NT_PASSWORD_MD5 || algorithm == NT_PASSWORD_SHA256) && len == 0)
            return (uint8_t)algorithm;
    }
    return 0;
}

static const char *flaw_of_challenge(const struct nt_stun_login *l, const struct challenge *c, int code)
{
    if (!is_text(c->nonce) || (c->realm != NULL ? !is_text(c->realm) : code == 401))
        return "a challenge without REALM or NONCE, or with one of 128 characters or more";
    if (c->realm != NULL && !nt_is_utf8(c->realm->value, c->realm->len)) /* 14.9; the request would have it, too */
        return "a challenge whose REALM is no UTF-8";
    if (c->algorithms != NULL && (c->algorithms->len == 0 || c->algorithms->len > sizeof l->algorithms))
        return "a challenge with no password algorithms, or with more than 64 bytes of them";
    /* 9.2.5: "then the client MUST NOT retry the request"; "all the subsequent requests MUST be authenticated using
     * MESSAGE-INTEGRITY-SHA256 only", so a list that was there cannot go away again. */
    if (is_bid_down(c) || (l->sha256 && c->algorithms == NULL))
        return "a challenge from which the password algorithms were removed";
    return choose_algorithm(c->algorithms) == 0 ? "no password algorithm of the challenge is supported" : NULL;
}

/* "The client MUST NOT perform this retry if it is not changing the USERNAME, USERHASH, REALM, or its associated password from the
 * previous attempt." */
static bool changes_nothing(const struct nt_stun_login *l, const struct challenge *c, int code)
{
    bool userhash = (c->features & NT_FEATURE_USERNAME_ANONYMITY) != 0;
    if (code == 438)
        return l->algorithm == 0 || same_text(l->nonce, c->nonce);
    return l->algorithm != 0 && same_text(l->realm, c->realm) && (!userhash || l->userhash);
}

static const char too_many[] = "too many challenges in a row", not_accepted[] = "the server does not accept these credentials";

static const char *refusal_of(const struct nt_stun_login *l, const struct challenge *c, int code)
{
    if (l->unusable)
        return "the user name or the password is too long";
    const char *flaw = flaw_of_challenge(l, c, code);
    if (flaw != NULL)
        return flaw;
    if (l->retries == NT_STUN_RETRIES_MAX)
        return too_many;
    if (!changes_nothing(l, c, code))
        return NULL;
    return code == 438 ? "the nonce is the one that was stale" : not_accepted;
}

const char *nt_stun_login_refusal(const struct nt_stun_login *l, const struct nt_stun_msg *response, int code)
{
    struct challenge c = read_challenge(response);
    return refusal_of(l, &c, code);
}

static void adopt(struct nt_stun_login *l, const struct challenge *c)
{
    uint8_t algorithm = choose_algorithm(c->algorithms);
    bool other_key = algorithm != l->algorithm || (c->realm != NULL && !same_text(l->realm, c->realm));
    take_text(l->nonce, c->nonce);
    if (c->realm != NULL)
        take_text(l->realm, c->realm);
    l->algorithms_len = 0;
    if (c->algorithms != NULL) {
        memcpy(l->algorithms, c->algorithms->value, c->algorithms->len);
        l->algorithms_len = (uint8_t)c->algorithms->len;
        l->sha256 = true;
    }
    l->algorithm = algorithm;
    bool userhash = (c->features & NT_FEATURE_USERNAME_ANONYMITY) != 0;
    l->keys += other_key || userhash != l->userhash;
    l->userhash = userhash;
    if (other_key)
        nt_stun_key_long(&l->key, algorithm, l->user, l->realm, l->password);
}

bool nt_stun_login_take_challenge(struct nt_stun_login *l, const struct nt_stun_msg *response, int code)
{
    struct challenge c = read_challenge(response);
    const char *refusal = code == 401 || code == 438 ? refusal_of(l, &c, code) : "";
    bool again = refusal == NULL;
    if (again && l->algorithm != 0)
        l->retries++;
    if (again || refusal == not_accepted || (refusal == too_many && code == 438 && !changes_nothing(l, &c, code)))
        adopt(l, &c); /* the nonce before serves no other request either */
    return again;
}

void nt_stun_login_settled(struct nt_stun_login *l)
{
    l->retries = 0;
}

void nt_stun_login_forget(struct nt_stun_login *l)
{
    struct nt_stun_login fresh = {.keys = l->keys + 1, .unusable = l->unusable};
    memcpy(fresh.user, l->user, sizeof fresh.user);
    memcpy(fresh.password, l->password, sizeof fresh.password);
    *l = fresh;
}
