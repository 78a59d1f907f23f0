/* Long-term credentials end to end: a client and a server exchange real messages (RFC 8489, 9.2). */
#include "core/stun/shared_secret.h"
#include "tests/unit/help.h"

#include "core/stun/login.h"
#include "core/stun/realm.h"
#include "tests/unit/fail_alloc.h"

#include <stdlib.h>

#define MATRIX "\xe3\x83\x9e\xe3\x83\x88\xe3\x83\xaa\xe3\x83\x83\xe3\x82\xaf\xe3\x82\xb9"

static const uint8_t id[NT_STUN_ID] = "transaction";
static struct nt_stun_realm realm;
static struct nt_stun_login login;
static struct nt_stun_auth auth;
static struct nt_addr client;
static uint8_t bytes[2048], reply_bytes[2048];
static struct nt_stun_msg msg, reply;

static void set_up(bool md5, bool sha256, bool userhash)
{
    struct nt_rand r;
    nt_rand_init(&r, 1, "server");
    client = nt_addr_v4(0xc0000201, 4000);
    assert_int_equal(nt_stun_realm_init(&realm, "example.org", md5, sha256, 600 * NT_SEC, &r), 0);
    realm.userhash = userhash;
    assert_int_equal(nt_stun_realm_add_user(&realm, "alice", "secret"), 0);
    assert_int_equal(nt_stun_realm_add_user(&realm, MATRIX, "TheMatrIX"), 0);
    nt_stun_login_init(&login, MATRIX, "TheMatrIX");
}

/* The request as the client signs it now, as parsed by the server. */
static void request(void)
{
    struct nt_stun_builder b;
    nt_stun_start(&b, bytes, sizeof bytes, NT_STUN_REQUEST, NT_TURN_ALLOCATE, id);
    nt_stun_add_u32(&b, NT_ATTR_LIFETIME, 600);
    nt_stun_login_sign(&login, &b);
    nt_stun_add_fingerprint(&b);
    assert_int_equal(nt_stun_parse(&msg, bytes, (size_t)nt_stun_finish(&b)), 0);
}

/* The server's answer to the last request, as parsed by the client; its error code, 0 for success. */
static int answer(nt_time now)
{
    struct nt_stun_builder b;
    auth = nt_stun_authenticate(&realm, &msg, &client, now);
    nt_stun_start(&b, reply_bytes, sizeof reply_bytes, auth.error ? NT_STUN_ERROR : NT_STUN_SUCCESS, msg.method, msg.id);
    if (auth.error != 0)
        nt_stun_add_error(&b, auth.error, NULL);
    if (auth.error == 401 || auth.error == 438)
        nt_stun_challenge(&realm, &b, &client, now);
    if (auth.error == 0 && auth.sha256)
        nt_stun_add_integrity_sha256(&b, auth.key);
    else if (auth.error == 0)
        nt_stun_add_integrity(&b, auth.key);
    assert_int_equal(nt_stun_parse(&reply, reply_bytes, (size_t)nt_stun_finish(&b)), 0);
    return auth.error;
}

/* A response made by hand. */
struct forged {
    int code;
    const char *realm, *nonce, *algorithms;
    size_t algorithms_len;
    bool signed_; /* with the key of the request: verified first */
};

static const char *refusal; /* why the last challenge was final */

static int challenged(const struct forged *f)
{
    struct nt_stun_builder b;
    nt_stun_start(&b, reply_bytes, sizeof reply_bytes, NT_STUN_ERROR, NT_TURN_ALLOCATE, id);
    nt_stun_add_error(&b, f->code, NULL);
    if (f->realm != NULL)
        nt_stun_add_text(&b, NT_ATTR_REALM, f->realm);
    if (f->nonce != NULL)
        nt_stun_add_text(&b, NT_ATTR_NONCE, f->nonce);
    if (f->algorithms != NULL)
        nt_stun_add(&b, NT_ATTR_PASSWORD_ALGORITHMS, f->algorithms, f->algorithms_len);
    if (f->signed_)
        nt_stun_add_integrity(&b, &login.key);
    assert_int_equal(nt_stun_parse(&reply, reply_bytes, (size_t)nt_stun_finish(&b)), 0);
    if (f->signed_)
        assert_int_equal(nt_stun_login_verify(&login, &reply), 0);
    refusal = nt_stun_login_refusal(&login, &reply, f->code);
    int again = nt_stun_login_take_challenge(&login, &reply, f->code);
    assert_int_equal(again, refusal == NULL);
    return again;
}

static void log_in(bool md5, bool sha256, bool userhash)
{
    set_up(md5, sha256, userhash);
    request();
    assert_null(nt_stun_find(&msg, NT_ATTR_USERNAME)); /* the first request omits all */
    assert_int_equal(msg.count, 2);
    assert_int_equal(answer(NT_SEC), 401);
    assert_null(reply.integrity);
    assert_null(reply.integrity_sha256);
    assert_int_equal(nt_stun_login_take_challenge(&login, &reply, 401), 1);
    request();
    assert_int_equal(answer(2 * NT_SEC), 0);
    assert_ptr_equal(auth.user, &realm.users[1]);
    assert_int_equal(nt_stun_login_verify(&login, &reply), 0);
}

static bool has(uint16_t type)
{
    return nt_stun_find(&msg, type) != NULL;
}

TEST(md5_alone)
{
    log_in(true, false, false);
    assert_memory_equal(login.nonce, "obMatJos2AAAA", 13);
    assert_true(has(NT_ATTR_USERNAME) && !has(NT_ATTR_USERHASH));
    assert_true(!has(NT_ATTR_PASSWORD_ALGORITHM) && !has(NT_ATTR_PASSWORD_ALGORITHMS));
    assert_true(msg.integrity != NULL && msg.integrity_sha256 == NULL);
    assert_true(reply.integrity != NULL && reply.integrity_sha256 == NULL);
    nt_stun_realm_free(&realm);
}

/* 18.1: bit 0, the leftmost, is 0x800000: "gAAA"; with bit 1 "wAAA"; bit 1 alone "QAAA". */
TEST(sha256_offered)
{
    log_in(true, true, false);
    assert_memory_equal(login.nonce, "obMatJos2gAAA", 13);
    assert_int_equal(login.algorithm, NT_PASSWORD_SHA256);
    assert_true(has(NT_ATTR_PASSWORD_ALGORITHM) && has(NT_ATTR_PASSWORD_ALGORITHMS));
    assert_true(msg.integrity == NULL && msg.integrity_sha256 != NULL);
    assert_true(reply.integrity == NULL && reply.integrity_sha256 != NULL);
    nt_stun_realm_free(&realm);
}

TEST(anonymous_users)
{
    log_in(true, false, true);
    assert_memory_equal(login.nonce, "obMatJos2QAAA", 13);
    assert_true(has(NT_ATTR_USERHASH) && !has(NT_ATTR_USERNAME));
    nt_stun_realm_free(&realm);
    log_in(false, true, true);
    assert_memory_equal(login.nonce, "obMatJos2wAAA", 13);
    nt_stun_realm_free(&realm);
}

/* A client of RFC 5389 copies no algorithms: its request is "processed as though PASSWORD-ALGORITHM were MD5", and answered
 * with MESSAGE-INTEGRITY. */
TEST(old_client_at_a_new_server)
{
    for (int md5 = 0; md5 < 2; md5++) {
        log_in(md5 != 0, true, false);
        login.algorithms_len = 0;
        login.sha256 = false;
        nt_stun_key_long(&login.key, NT_PASSWORD_MD5, MATRIX, "example.org", "TheMatrIX");
        request();
        assert_int_equal(answer(2 * NT_SEC), md5 ? 0 : 401);
        if (md5) {
            assert_true(reply.integrity != NULL && reply.integrity_sha256 == NULL);
            assert_int_equal(nt_stun_login_verify(&login, &reply), 0);
        }
        nt_stun_realm_free(&realm);
    }
}

TEST(wrong_password_is_refused_once)
{
    set_up(true, true, false);
    nt_stun_login_init(&login, "alice", "guess");
    request();
    assert_int_equal(answer(NT_SEC), 401);
    assert_int_equal(nt_stun_login_take_challenge(&login, &reply, 401), 1);
    request();
    assert_int_equal(answer(2 * NT_SEC), 401); /* with another nonce: that alone is no reason to try again */
    assert_int_equal(nt_stun_login_take_challenge(&login, &reply, 401), 0);
    assert_memory_equal(login.nonce, nt_stun_find(&reply, NT_ATTR_NONCE)->value, strlen(login.nonce)); /* for other requests */
    nt_stun_login_init(&login, "mallory", "secret");
    request();
    answer(NT_SEC);
    assert_int_equal(nt_stun_login_take_challenge(&login, &reply, 401), 1);
    request();
    assert_int_equal(answer(NT_SEC), 401);
    nt_stun_realm_free(&realm);
}

TEST(missing_attributes_are_bad_requests)
{
    static const uint16_t types[] = {NT_ATTR_USERNAME, NT_ATTR_REALM, NT_ATTR_NONCE};
    log_in(true, false, false);
    for (size_t missing = 0; missing < 3; missing++) {
        struct nt_stun_builder b;
        const char *const texts[] = {login.user, login.realm, login.nonce};
        nt_stun_start(&b, bytes, sizeof bytes, NT_STUN_REQUEST, NT_TURN_ALLOCATE, id);
        for (size_t i = 0; i < 3; i++)
            if (i != missing)
                nt_stun_add_text(&b, types[i], texts[i]);
        nt_stun_add_integrity(&b, &login.key);
        assert_int_equal(nt_stun_parse(&msg, bytes, (size_t)nt_stun_finish(&b)), 0);
        assert_int_equal(answer(2 * NT_SEC), 400);
    }
    nt_stun_realm_free(&realm);
}

/* 9.2.4, third check: both attributes or none, the list as sent, the algorithm from the list. */
TEST(tampered_algorithms_are_bad_requests)
{
    static const uint8_t reversed[] = {0, 1, 0, 0, 0, 2, 0, 0}, longer[] = {0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0};
    log_in(true, true, false);
    struct nt_stun_login good = login;
    memcpy(login.algorithms, reversed, 8);
    request();
    assert_int_equal(answer(2 * NT_SEC), 400);
    login.algorithms_len = 4; /* half of the list */
    request();
    assert_int_equal(answer(2 * NT_SEC), 400);
    memcpy(login.algorithms, longer, 12), login.algorithms_len = 12;
    request();
    assert_int_equal(answer(2 * NT_SEC), 400);
    login = good, login.algorithm = 3; /* not in the list */
    request();
    assert_int_equal(answer(2 * NT_SEC), 400);
    for (int which = 0; which < 2; which++) { /* one of the two */
        struct nt_stun_builder b;
        nt_stun_start(&b, bytes, sizeof bytes, NT_STUN_REQUEST, NT_TURN_ALLOCATE, id);
        nt_stun_add_text(&b, NT_ATTR_USERNAME, good.user);
        nt_stun_add_text(&b, NT_ATTR_REALM, good.realm);
        nt_stun_add_text(&b, NT_ATTR_NONCE, good.nonce);
        if (which == 0)
            nt_stun_add(&b, NT_ATTR_PASSWORD_ALGORITHMS, good.algorithms, good.algorithms_len);
        else
            nt_stun_add_u32(&b, NT_ATTR_PASSWORD_ALGORITHM, NT_PASSWORD_SHA256 << 16);
        nt_stun_add_integrity_sha256(&b, &good.key);
        assert_int_equal(nt_stun_parse(&msg, bytes, (size_t)nt_stun_finish(&b)), 0);
        assert_int_equal(answer(2 * NT_SEC), 400);
    }
    nt_stun_realm_free(&realm);
}

/* MD5 chosen from the list: the key is derived by MD5, and both sides use MESSAGE-INTEGRITY-SHA256. */
TEST(md5_out_of_a_list)
{
    log_in(true, true, false);
    login.algorithm = NT_PASSWORD_MD5;
    nt_stun_key_long(&login.key, NT_PASSWORD_MD5, MATRIX, "example.org", "TheMatrIX");
    request();
    assert_int_equal(answer(2 * NT_SEC), 0);
    assert_non_null(reply.integrity_sha256);
    assert_int_equal(nt_stun_login_verify(&login, &reply), 0);
    nt_stun_realm_free(&realm);
}

TEST(stale_nonce)
{
    log_in(true, true, false); /* issued at 1 s, for 600 s */
    request();
    assert_int_equal(answer(601 * NT_SEC - 1), 0);
    assert_int_equal(answer(601 * NT_SEC), 438);
    assert_int_equal(nt_stun_login_take_challenge(&login, &reply, 438), 1);
    request();
    assert_int_equal(answer(602 * NT_SEC), 0);
    assert_int_equal(nt_stun_login_verify(&login, &reply), 0);
    nt_stun_realm_free(&realm);
}

TEST(nonce_serves_one_client)
{
    log_in(true, false, false);
    client.port++;
    request();
    assert_int_equal(answer(2 * NT_SEC), 438);
    client.port--;
    assert_int_equal(answer(2 * NT_SEC), 0);
    client.ip[3]++;
    assert_int_equal(answer(2 * NT_SEC), 438);
    client.ip[3]--;
    for (size_t i = 13; login.nonce[i] != '\0'; i++) { /* neither a nonce nor its time can be forged */
        char was = login.nonce[i];
        login.nonce[i] = was == '0' ? '1' : '0';
        request();
        assert_int_equal(answer(2 * NT_SEC), 438);
        login.nonce[i] = was;
    }
    memcpy(login.nonce, "obMatJos2QAAA", 13); /* nor can its features */
    request();
    assert_int_equal(answer(2 * NT_SEC), 438);
    nt_stun_realm_free(&realm);
}

TEST(endless_438_ends)
{
    static char nonce[] = "nonce0";
    struct forged f = {438, "example.org", nonce, NULL, 0, false};
    int retries = 0;
    log_in(true, false, false);
    while (challenged(&f) == 1 && retries < 100)
        retries++, nonce[5]++;
    assert_int_equal(retries, NT_STUN_RETRIES_MAX);
    assert_string_equal(refusal, "too many challenges in a row");
    assert_string_equal(login.nonce, nonce); /* requests to come have the last one all the same */
    nt_stun_realm_free(&realm);
    log_in(true, false, false);
    for (int i = 1; i <= 20; i++) { /* the nonce grows old 20 times, each time renewed and used */
        request();
        assert_int_equal(answer(i * 1000 * NT_SEC), 438);
        assert_int_equal(nt_stun_login_take_challenge(&login, &reply, 438), 1);
        request();
        assert_int_equal(answer(i * 1000 * NT_SEC + 1), 0);
        assert_int_equal(nt_stun_login_verify(&login, &reply), 0);
        nt_stun_login_settled(&login);
    }
    nt_stun_realm_free(&realm);
}

/* A server that names another realm each time: the client stops, too. */
TEST(endless_realms_end)
{
    static char name[] = "realm0";
    struct forged f = {401, name, "nonce", NULL, 0, false};
    int retries = 0;
    nt_stun_login_init(&login, "alice", "secret");
    while (challenged(&f) == 1 && retries < 100)
        retries++, name[5] ^= 1;
    assert_int_equal(retries, 1 + NT_STUN_RETRIES_MAX);
}

/* Signed challenges count like unsigned ones; only a request that has ended starts the count again. */
TEST(signed_challenges_end)
{
    static char nonce[] = "nonce0", name[] = "realm0";
    const struct forged first = {401, name, nonce, NULL, 0, false};
    struct forged f = {438, name, nonce, NULL, 0, true};
    int retries = 0;
    nt_stun_login_init(&login, "alice", "secret");
    assert_int_equal(challenged(&first), 1);
    for (nonce[5]++; challenged(&f) == 1 && retries < 100; nonce[5]++)
        retries++;
    assert_int_equal(retries, NT_STUN_RETRIES_MAX);
    nt_stun_login_init(&login, "alice", "secret");
    assert_int_equal(challenged(&first), 1);
    f.code = 401;
    retries = 0;
    for (name[5]++; challenged(&f) == 1 && retries < 100; name[5]++)
        retries++;
    assert_int_equal(retries, NT_STUN_RETRIES_MAX);
    nt_stun_login_settled(&login);
    assert_int_equal(challenged(&f), 1);
}

TEST(what_is_final_says_why)
{
    const struct forged first = {401, "example.org", "nonce", NULL, 0, false},
                        stale = {438, "example.org", "nonce", NULL, 0, false};
    const struct forged stripped = {401, "example.org", "obMatJos2gAAAx", NULL, 0, false};
    const struct forged strange = {401, "example.org", "obMatJos2gAAAx", "\0\7\0\0", 4, false};
    nt_stun_login_init(&login, "alice", "secret");
    assert_int_equal(challenged(&stripped), 0);
    assert_string_equal(refusal, "a challenge from which the password algorithms were removed");
    assert_int_equal(challenged(&strange), 0);
    assert_string_equal(refusal, "no password algorithm of the challenge is supported");
    assert_int_equal(challenged(&first), 1);
    assert_int_equal(challenged(&first), 0);
    assert_string_equal(refusal, "the server does not accept these credentials");
    assert_int_equal(challenged(&stale), 0);
    assert_string_equal(refusal, "the nonce is the one that was stale");
    nt_stun_login_forget(&login); /* another server: the same user, and a fresh start */
    assert_string_equal(login.user, "alice");
    assert_int_equal(challenged(&first), 1);
    assert_int_equal(login.retries, 0);
}

/* 9.2.1, 9.2.5: an attacker on the way takes the algorithms out. */
TEST(bid_down_is_noticed)
{
    static const char list[] = "\0\2\0\0\0\1\0\0", md5[] = "\0\1\0\0", strange[] = "\0\7\0\3abc\0\0\2\0\0", broken[] = "\0\2\0\xff";
    const struct forged stripped = {401, "example.org", "obMatJos2gAAAx", NULL, 0, false};
    const struct forged whole = {401, "example.org", "obMatJos2gAAAx", list, 8, false};
    const struct forged foreign = {401, "example.org", "obMatJos2gAAAx", strange, 12, false};
    const struct forged bad = {401, "example.org", "obMatJos2gAAAx", broken, 4, false};
    const struct forged only_unknown = {401, "example.org", "obMatJos2gAAAx", strange, 8, false};
    const struct forged weaker = {438, "example.org", "plain", NULL, 0, false};
    const struct forged listed = {438, "example.org", "obMatJos2gAAAy", md5, 4, false};
    nt_stun_login_init(&login, "alice", "secret");
    assert_int_equal(challenged(&stripped), 0);
    nt_stun_login_init(&login, "alice", "secret");
    assert_int_equal(challenged(&only_unknown), 0);
    nt_stun_login_init(&login, "alice", "secret");
    assert_int_equal(challenged(&bad), 0); /* parameters that run over the end */
    nt_stun_login_init(&login, "alice", "secret");
    assert_int_equal(challenged(&foreign), 1); /* the first supported one of the list */
    assert_int_equal(login.algorithm, NT_PASSWORD_SHA256);
    nt_stun_login_init(&login, "alice", "secret");
    assert_int_equal(challenged(&whole), 1);
    assert_int_equal(challenged(&listed), 1); /* another list: still MESSAGE-INTEGRITY-SHA256 only */
    assert_true(login.sha256 && login.algorithm == NT_PASSWORD_MD5);
    assert_int_equal(challenged(&weaker), 0);
    assert_true(login.sha256);
}

TEST(responses_are_verified)
{
    struct nt_stun_builder b;
    log_in(true, true, false);
    nt_stun_start(&b, reply_bytes, sizeof reply_bytes, NT_STUN_SUCCESS, NT_TURN_ALLOCATE, id);
    assert_int_equal(nt_stun_parse(&reply, reply_bytes, (size_t)nt_stun_finish(&b)), 0);
    assert_int_equal(nt_stun_login_verify(&login, &reply), NT_ENOENT);
    nt_stun_add_integrity(&b, &login.key); /* valid, but the weaker one */
    assert_int_equal(nt_stun_parse(&reply, reply_bytes, (size_t)nt_stun_finish(&b)), 0);
    assert_int_equal(nt_stun_login_verify(&login, &reply), NT_EAUTH);
    nt_stun_start(&b, reply_bytes, sizeof reply_bytes, NT_STUN_SUCCESS, NT_TURN_ALLOCATE, id);
    nt_stun_add_text(&b, NT_ATTR_NONCE, "obMatJos2gAAAx"); /* features without the list: to be ignored */
    nt_stun_add_integrity_sha256(&b, &login.key);
    assert_int_equal(nt_stun_parse(&reply, reply_bytes, (size_t)nt_stun_finish(&b)), 0);
    assert_int_equal(nt_stun_login_verify(&login, &reply), NT_EAUTH);
    nt_stun_realm_free(&realm);
}

TEST(texts_have_limits)
{
    static char longest[200], user[600], algorithms[68];
    struct forged f = {401, longest, "nonce", NULL, 0, false};
    memset(longest, 'r', 127);
    nt_stun_login_init(&login, "alice", "secret");
    assert_int_equal(challenged(&f), 1);
    longest[127] = 'r';
    nt_stun_login_init(&login, "alice", "secret");
    assert_int_equal(challenged(&f), 0);
    assert_string_equal(refusal, "a challenge without REALM or NONCE, or with one of 128 characters or more");
    f.realm = "r\xff";
    nt_stun_login_init(&login, "alice", "secret");
    assert_int_equal(challenged(&f), 0);
    assert_string_equal(refusal, "a challenge whose REALM is no UTF-8");
    f.realm = NULL;
    nt_stun_login_init(&login, "alice", "secret");
    assert_int_equal(challenged(&f), 0);
    f = (struct forged){401, "example.org", "obMatJos2gAAAx", algorithms, sizeof algorithms, false};
    nt_stun_login_init(&login, "alice", "secret");
    assert_int_equal(challenged(&f), 0);
    assert_string_equal(refusal, "a challenge with no password algorithms, or with more than 64 bytes of them");
    memset(user, 'u', 509);
    nt_stun_login_init(&login, user, "secret");
    assert_true(login.unusable);
    f = (struct forged){401, "example.org", "nonce", NULL, 0, false};
    assert_int_equal(challenged(&f), 0);
    assert_string_equal(refusal, "the user name or the password is too long");
    nt_stun_login_init(&login, "alice", user); /* 255 bytes at most */
    assert_int_equal(challenged(&f), 0);
    set_up(true, true, false);
    assert_int_equal(nt_stun_realm_add_user(&realm, user, "x"), NT_EINVAL);
    assert_int_equal(nt_stun_realm_add_user(&realm, "", "x"), NT_EINVAL);
    assert_int_equal(nt_stun_realm_add_user(&realm, "alice", "x"), NT_EEXIST);
    nt_stun_realm_free(&realm);
    struct nt_rand r;
    nt_rand_init(&r, 1, "x");
    assert_int_equal(nt_stun_realm_init(&realm, "", true, true, 1, &r), NT_EINVAL);
    assert_int_equal(nt_stun_realm_init(&realm, longest, true, true, 1, &r), NT_EINVAL);
    assert_int_equal(nt_stun_realm_init(&realm, "x", false, false, 1, &r), NT_EINVAL);
}

TEST(credentials_that_end)
{
    log_in(true, true, false);
    assert_int_equal(nt_stun_realm_end_user(&realm, MATRIX, 5 * NT_SEC), NT_OK);
    assert_int_equal(nt_stun_realm_end_user(&realm, "mallory", NT_SEC), NT_ENOENT);
    assert_int_equal(answer(5 * NT_SEC - 1), 0);
    assert_int_equal(answer(5 * NT_SEC), 401);
    assert_string_equal(auth.why, "the credentials are no longer valid");
    assert_null(auth.key); /* a challenge is not signed */
    assert_int_equal(nt_stun_login_take_challenge(&login, &reply, 401), 0);
    nt_stun_realm_free(&realm);
}

/* Vectors made by Python's hmac and base64. */
TEST(passwords_made_from_a_secret)
{
    char password[NT_STUN_SECRET_PASSWORD];
    nt_stun_secret_password("north", "1735689690:alice", password);
    assert_string_equal(password, "VsMGiPhPzL3rdV/Ua41gonZRjZM=");
    nt_stun_secret_password("logen", "1445438400:user", password);
    assert_string_equal(password, "FMXp7AqNNEl+8QJzsYRg+e1XJQc=");
}

TEST(allocations_may_fail)
{
    set_up(true, true, false);
    for (int n = 0; n < 2; n++) {
        alloc_fail(n);
        assert_int_equal(nt_stun_realm_add_user(&realm, "bob", "x"), NT_ENOMEM);
        assert_true(alloc_failed());
        assert_int_equal(realm.user_count, 2);
    }
    assert_int_equal(nt_stun_realm_add_user(&realm, "bob", "x"), 0);
    nt_stun_realm_free(&realm);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(md5_alone),
        cmocka_unit_test(sha256_offered),
        cmocka_unit_test(anonymous_users),
        cmocka_unit_test(old_client_at_a_new_server),
        cmocka_unit_test(wrong_password_is_refused_once),
        cmocka_unit_test(missing_attributes_are_bad_requests),
        cmocka_unit_test(tampered_algorithms_are_bad_requests),
        cmocka_unit_test(md5_out_of_a_list),
        cmocka_unit_test(stale_nonce),
        cmocka_unit_test(nonce_serves_one_client),
        cmocka_unit_test(endless_438_ends),
        cmocka_unit_test(endless_realms_end),
        cmocka_unit_test(signed_challenges_end),
        cmocka_unit_test(what_is_final_says_why),
        cmocka_unit_test(bid_down_is_noticed),
        cmocka_unit_test(responses_are_verified),
        cmocka_unit_test(texts_have_limits),
        cmocka_unit_test(credentials_that_end),
        cmocka_unit_test(passwords_made_from_a_secret),
        cmocka_unit_test(allocations_may_fail),
    };
    return RUN_TESTS(tests);
}
