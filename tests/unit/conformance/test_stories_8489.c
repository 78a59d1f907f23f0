/* RFC 8489, credentials: stories in which nobody breaks a rule, each of which was once taken for a breach; and stories in which one
 * party breaks one rule, which is blamed at that frame and nobody else. */
#include "tests/unit/conformance/forge_server.h"
#include "tests/unit/conformance/stories.h"

/* --- whose password it is --- */

/* RFC 8489, 9.2.2: the key is made of the password that this server knows. */
static void two_servers_know_alice(struct forge *f)
{
    log_in(f, TAP_TURN, f->stun, &f->alice, FORGE_NONCE, f->relayed);
    log_in(f, TAP_TURN2, f->stun2, &f->alice2, FORGE_NONCE2, addr("198.51.100.1:50000"));
}

static void the_other_servers_password(struct forge *f)
{
    two_servers_know_alice(f);
    wait(f, 60);
    turn_request(f, NT_TURN_REFRESH);
    credentials(f, "alice", FORGE_NONCE2);
    sealed256(f, &f->alice);
    send(f, TAP_L, TAP_TURN2, f->l, f->stun2);
    start(f, NT_STUN_SUCCESS, NT_TURN_REFRESH);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 600);
    sealed256(f, &f->alice2);
    guilty_next(f);
    send(f, TAP_TURN2, TAP_NONE, f->stun2, f->l);
}

/* RFC 8839, 5.4 asks for ufrags that are random, not for different ones of two agents. */
static void two_agents_have_one_ufrag(struct forge *f)
{
    f->ufrag_l = f->ufrag_r = "same";
    checks_of_both(f);
}

static void a_check_signed_with_nobodys_password(struct forge *f)
{
    two_agents_have_one_ufrag(f);
    wait(f, 60);
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "same:same");
    nt_stun_add_u32(&f->b, NT_ATTR_PRIORITY, FORGE_PRFLX);
    nt_stun_add_u64(&f->b, NT_ATTR_ICE_CONTROLLING, FORGE_TIE_L);
    sealed(f, &f->alice);
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, f->l, f->r);
}

/* What is told again is no other password: of one ufrag so many are kept, beyond which it could not be told whether one is right.
 */
static void a_wrong_check_after_twenty_offers(struct forge *f)
{
    for (int i = 0; i < 20; i++) {
        signal(f, true, 1);
        signal(f, false, 1);
    }
    wait(f, 60);
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "RRRR:LLLL");
    nt_stun_add_u32(&f->b, NT_ATTR_PRIORITY, FORGE_PRFLX);
    nt_stun_add_u64(&f->b, NT_ATTR_ICE_CONTROLLING, FORGE_TIE_L);
    sealed(f, &f->alice);
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, f->l, f->r);
}

/* --- logging in --- */

static void ask(struct forge *f, struct nt_addr from, struct nt_addr server, unsigned tap)
{
    wait(f, 60);
    turn_request(f, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    finish(f);
    send(f, TAP_L, tap, from, server);
}

static void ask_signed(struct forge *f, struct nt_addr from, struct nt_addr server, unsigned tap, const struct nt_stun_key *key,
                       const char *nonce)
{
    wait(f, 60);
    turn_request(f, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    credentials(f, "alice", nonce);
    sealed256(f, key);
    send(f, TAP_L, tap, from, server);
}

static void challenged(struct forge *f, struct nt_addr server, unsigned tap, struct nt_addr client, const char *nonce)
{
    challenge(f, 401, nonce);
    send(f, tap, TAP_L, server, client);
}

static void refresh_challenged(struct forge *f, const char *nonce)
{
    challenge(f, 401, nonce);
    patch_method(f, NT_TURN_REFRESH, NT_STUN_ERROR);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static void allocated(struct forge *f, struct nt_addr client, struct nt_addr relayed)
{
    start(f, NT_STUN_SUCCESS, NT_TURN_ALLOCATE);
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 3600);
    add_mapped(f, client);
    sealed256(f, &f->alice);
    send(f, TAP_TURN, TAP_L, f->stun, client);
}

static struct nt_stun_key mistyped(int algorithm)
{
    struct nt_stun_key key;
    nt_stun_key_long(&key, algorithm, "alice", FORGE_REALM, "mistyped");
    return key;
}

/* RFC 8489, 9.2.5: a retry that changes the password. */
static void the_password_is_typed_anew(struct forge *f)
{
    struct nt_stun_key wrong = mistyped(NT_PASSWORD_SHA256);
    ask(f, f->l, f->stun, TAP_TURN);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
    ask_signed(f, f->l, f->stun, TAP_TURN, &wrong, FORGE_NONCE);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
    ask_signed(f, f->l, f->stun, TAP_TURN, &f->alice, FORGE_NONCE);
    allocated(f, f->l, f->relayed);
}

/* Passwords that nobody was given: whether they differ cannot be told. */
static void two_unknown_passwords(struct forge *f)
{
    struct nt_stun_key second;
    nt_stun_key_long(&second, NT_PASSWORD_SHA256, "alice", FORGE_REALM, "guessed");
    ask(f, f->l, f->stun, TAP_TURN);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
    ask_signed(f, f->l, f->stun, TAP_TURN, &f->bob, FORGE_NONCE);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
    ask_signed(f, f->l, f->stun, TAP_TURN, &second, FORGE_NONCE);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
}

static void forty_retries_with_one_password(struct forge *f)
{
    struct nt_stun_key wrong = mistyped(NT_PASSWORD_SHA256);
    ask(f, f->l, f->stun, TAP_TURN);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
    for (int i = 0; i < 41; i++) {
        if (i == 1)
            f->guilty = (uint32_t)f->c.frame_count + 1;
        ask_signed(f, f->l, f->stun, TAP_TURN, &wrong, FORGE_NONCE);
        challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
        f->now -= 55 * NT_MSEC;
    }
}

static void forty_retries_with_the_stale_nonce(struct forge *f)
{
    gather_relay(f);
    for (int i = 0; i < 41; i++) {
        if (i == 1)
            guilty_next(f);
        refresh_with(f, FORGE_NONCE);
        said_stale(f, FORGE_NONCE2);
    }
}

/* RFC 8489, 9.2.5: "The request MUST contain the NONCE, copied from the error response." */
static void a_retry_with_another_nonce(struct forge *f)
{
    ask(f, f->l, f->stun, TAP_TURN);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
    guilty_next(f);
    ask_signed(f, f->l, f->stun, TAP_TURN, &f->alice, FORGE_NONCE2);
    allocated(f, f->l, f->relayed);
}

/* "The request MUST contain the REALM, copied from the error response." */
static void a_retry_with_another_realm(struct forge *f)
{
    struct nt_stun_key key;
    nt_stun_key_long(&key, NT_PASSWORD_SHA256, "alice", "example.com", "secret");
    ask(f, f->l, f->stun, TAP_TURN);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
    wait(f, 60);
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "alice");
    nt_stun_add_text(&f->b, NT_ATTR_REALM, "example.com");
    nt_stun_add_text(&f->b, NT_ATTR_NONCE, FORGE_NONCE);
    nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHMS, algorithms, sizeof algorithms);
    nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHM, chosen, sizeof chosen);
    sealed256(f, &key);
    guilty_next(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
}

/* What it sends meanwhile was made up before. */
static void a_real_client_has_not_read_the_challenge_yet(struct forge *f)
{
    struct nt_stun_key wrong = mistyped(NT_PASSWORD_SHA256);
    f->real_time = true;
    ask(f, f->l, f->stun, TAP_TURN);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
    ask_signed(f, f->l, f->stun, TAP_TURN, &wrong, FORGE_NONCE);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE2);
    f->now -= 55 * NT_MSEC;
    ask_signed(f, f->l, f->stun, TAP_TURN, &f->alice, FORGE_NONCE);
    allocated(f, f->l, f->relayed);
}

/* Each request is made anew with the nonce that it was told itself. */
static void another_request_is_challenged_meanwhile(struct forge *f)
{
    ask(f, f->l, f->stun, TAP_TURN);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
    turn_request(f, NT_TURN_REFRESH);
    finish(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    refresh_challenged(f, FORGE_NONCE2);
    ask_signed(f, f->l, f->stun, TAP_TURN, &f->alice, FORGE_NONCE);
    allocated(f, f->l, f->relayed);
}

/* The 438 without REALM is the server's breach: the client takes its nonce all the same. */
static void a_retry_after_a_438_without_realm(struct forge *f)
{
    ask(f, f->l, f->stun, TAP_TURN);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
    ask_signed(f, f->l, f->stun, TAP_TURN, &f->alice, FORGE_NONCE);
    start(f, NT_STUN_ERROR, NT_TURN_ALLOCATE);
    nt_stun_add_error(&f->b, 438, NULL);
    nt_stun_add_text(&f->b, NT_ATTR_NONCE, FORGE_NONCE2);
    nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHMS, algorithms, sizeof algorithms);
    finish(f);
    guilty_next(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
    ask_signed(f, f->l, f->stun, TAP_TURN, &f->alice, FORGE_NONCE2);
    allocated(f, f->l, f->relayed);
}

/* RFC 8489, 9.2.4: a list of algorithms that is not "the value sent in the response that sent this NONCE" gets 400 before the user
 * gets 401. A step has damaged that response: the server may have sent another list. */
static void the_list_of_algorithms_may_be_another(struct forge *f)
{
    struct nt_stun_key wrong = mistyped(NT_PASSWORD_SHA256);
    ask(f, f->l, f->stun, TAP_TURN);
    f->marks = NT_MARK_DAMAGED;
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
    f->marks = 0;
    ask_signed(f, f->l, f->stun, TAP_TURN, &wrong, FORGE_NONCE);
    turn_answer(f, NT_TURN_ALLOCATE, 400, NULL);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static void the_list_of_algorithms_is_the_servers(struct forge *f)
{
    struct nt_stun_key wrong = mistyped(NT_PASSWORD_SHA256);
    ask(f, f->l, f->stun, TAP_TURN);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
    ask_signed(f, f->l, f->stun, TAP_TURN, &wrong, FORGE_NONCE);
    guilty_next(f);
    turn_answer(f, NT_TURN_ALLOCATE, 400, NULL);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

/* RFC 8489, 9.2.4: what is left to say of a request that authenticates is of TURN. */
static void a_right_user_is_refused(struct forge *f)
{
    gather_relay(f);
    refresh_with(f, FORGE_NONCE);
    guilty_next(f);
    refresh_challenged(f, FORGE_NONCE);
}

/* A damaged copy of the request was refused before. */
static void a_right_user_is_refused_as_the_damaged_copy_was(struct forge *f)
{
    uint8_t request[2048];
    gather_relay(f);
    refresh_with(f, FORGE_NONCE);
    size_t len = f->len;
    memcpy(request, f->buf, len);
    f->c.frames[f->c.frame_count - 1].marks = NT_MARK_DAMAGED;
    f->c.bytes[f->c.frames[f->c.frame_count - 1].offset + f->c.frames[f->c.frame_count - 1].len - 1] ^= 0xff;
    refresh_challenged(f, FORGE_NONCE);
    memcpy(f->buf, request, len);
    f->len = len;
    wait(f, 600);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    refresh_challenged(f, FORGE_NONCE);
}

/* The nonce offers no algorithm: the server tries the key of MD5 alone. */
static void an_algorithm_that_was_not_offered(struct forge *f)
{
    ask(f, f->l, f->stun, TAP_TURN);
    start(f, NT_STUN_ERROR, NT_TURN_ALLOCATE);
    nt_stun_add_error(&f->b, 401, NULL);
    nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
    nt_stun_add_text(&f->b, NT_ATTR_NONCE, "number1");
    finish(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
    ask_signed(f, f->l, f->stun, TAP_TURN, &f->alice, "number1");
    start(f, NT_STUN_ERROR, NT_TURN_ALLOCATE);
    nt_stun_add_error(&f->b, 401, NULL);
    nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
    nt_stun_add_text(&f->b, NT_ATTR_NONCE, "number1");
    finish(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

/* RFC 8489, 9.2.3.2 speaks of requests after a success: nobody has logged in here. */
static void nobody_logs_in(struct forge *f)
{
    ask(f, f->l, f->stun, TAP_TURN);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
    wait(f, 30000);
    ask(f, f->l, f->stun, TAP_TURN);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
}

/* The client has lost its state, and begins again on its port. */
static void a_client_starts_afresh(struct forge *f)
{
    gather_relay(f);
    wait(f, 30000);
    ask(f, f->l, f->stun, TAP_TURN);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
    for (int i = 0; i < 2; i++) {
        refresh_with(f, FORGE_NONCE);
        turn_answer(f, NT_TURN_REFRESH, 0, &f->alice);
        send(f, TAP_TURN, TAP_L, f->stun, f->l);
    }
}

static void a_bare_refresh_after_a_success(struct forge *f)
{
    gather_relay(f);
    turn_request(f, NT_TURN_REFRESH);
    finish(f);
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
}

/* RFC 8489, 9.2.3: a server is known by its IP address, and 9.2.4: a nonce is for one source, at any port of the server. */
static void another_port_of_a_known_server(struct forge *f)
{
    struct nt_addr other = addr("192.0.2.1:5349"), from = addr("10.0.0.1:5001");
    gather_relay(f);
    ask_signed(f, from, other, TAP_TURN, &f->alice, "obMatJos2gAAAnumber5");
    challenged(f, other, TAP_TURN, from, "obMatJos2gAAAnumber6");
    ask(f, f->l, other, TAP_TURN);
    challenged(f, other, TAP_TURN, f->l, FORGE_NONCE);
}

static void one_nonce_for_two_sources(struct forge *f)
{
    struct nt_addr from = addr("10.0.0.1:5001");
    ask(f, f->l, f->stun, TAP_TURN);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
    ask(f, from, f->stun, TAP_TURN);
    guilty_next(f);
    challenged(f, f->stun, TAP_TURN, from, FORGE_NONCE);
}

static void credentials_before_any_challenge(struct forge *f)
{
    guilty_next(f);
    ask_signed(f, f->l, f->stun2, TAP_NONE, &f->alice2, "guessed");
}

/* RFC 8656, 7.2: whatever the credentials are. */
static void refused_at_any_point(struct forge *f)
{
    static const int codes[] = {486, 500};
    struct nt_stun_key wrong = mistyped(NT_PASSWORD_SHA256);
    ask(f, f->l, f->stun, TAP_TURN);
    challenged(f, f->stun, TAP_TURN, f->l, FORGE_NONCE);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        ask_signed(f, f->l, f->stun, TAP_TURN, &wrong, FORGE_NONCE);
        turn_answer(f, NT_TURN_ALLOCATE, codes[i], NULL);
        send(f, TAP_TURN, TAP_L, f->stun, f->l);
    }
}

/* --- algorithms --- */

static void permit(struct forge *f)
{
    wait(f, 1500);
    turn_request(f, NT_TURN_CREATE_PERMISSION);
    add_peer(f, f->r);
    nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "alice");
    nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
    nt_stun_add_text(&f->b, NT_ATTR_NONCE, FORGE_NONCE);
}

static void permitted(struct forge *f, const struct nt_stun_key *sha1, const struct nt_stun_key *sha256)
{
    start(f, NT_STUN_SUCCESS, NT_TURN_CREATE_PERMISSION);
    if (sha1 != NULL)
        nt_stun_add_integrity(&f->b, sha1);
    if (sha256 != NULL)
        nt_stun_add_integrity_sha256(&f->b, sha256);
    finish(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

/* RFC 8489, 9.2.4: such a request "is processed as though PASSWORD-ALGORITHM were MD5", and answered with MESSAGE-INTEGRITY. */
static void a_client_of_rfc_5389(struct forge *f)
{
    struct nt_stun_key md5;
    nt_stun_key_long(&md5, NT_PASSWORD_MD5, "alice", FORGE_REALM, "secret");
    gather_relay(f);
    permit(f);
    nt_stun_add_integrity(&f->b, &md5);
    finish(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    permitted(f, &md5, NULL);
}

/* As above, of whoever signs twice: seen at the server, for the client should have named an algorithm. */
static void no_algorithm_is_named(struct forge *f, bool sha1, bool answer_sha256)
{
    struct nt_stun_key md5;
    nt_stun_key_long(&md5, NT_PASSWORD_MD5, "alice", FORGE_REALM, "secret");
    gather_relay(f);
    permit(f);
    if (sha1)
        nt_stun_add_integrity(&f->b, &md5);
    nt_stun_add_integrity_sha256(&f->b, &md5);
    finish(f);
    probe(f, TAP_TURN, f->l, f->stun);
    guilty_next(f);
    permitted(f, answer_sha256 ? NULL : &md5, answer_sha256 ? &md5 : NULL);
}

static void sha256_without_an_algorithm(struct forge *f)
{
    no_algorithm_is_named(f, false, false);
}

static void both_kinds_without_an_algorithm(struct forge *f)
{
    no_algorithm_is_named(f, true, false);
}

static void sha256_for_a_request_without_an_algorithm(struct forge *f)
{
    no_algorithm_is_named(f, true, true);
}

static void both_kinds_in_a_long_term_response(struct forge *f)
{
    gather_relay(f);
    wait(f, 1500);
    turn_request(f, NT_TURN_CREATE_PERMISSION);
    add_peer(f, f->r);
    turn_signed(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    guilty_next(f);
    permitted(f, &f->alice, &f->alice);
}

static void a_challenge_without_algorithms_is_not_retried(struct forge *f)
{
    gather_relay(f);
    bid_down(f, false);
}

static void a_challenge_without_algorithms_is_retried(struct forge *f)
{
    gather_relay(f);
    bid_down(f, true);
}

static void challenged_after_a_refresh(struct forge *f, const char *nonce, bool with_algorithms)
{
    start(f, NT_STUN_ERROR, NT_TURN_REFRESH);
    nt_stun_add_error(&f->b, 401, NULL);
    nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
    nt_stun_add_text(&f->b, NT_ATTR_NONCE, nonce);
    if (with_algorithms)
        nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHMS, algorithms, sizeof algorithms);
    finish(f);
    probe(f, TAP_L, f->stun, f->l);
}

static void refresh_as_rfc_5389_has_it(struct forge *f, const char *nonce)
{
    struct nt_stun_key md5;
    nt_stun_key_long(&md5, NT_PASSWORD_MD5, "alice", FORGE_REALM, "secret");
    wait(f, 60);
    turn_request(f, NT_TURN_REFRESH);
    nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "alice");
    nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
    nt_stun_add_text(&f->b, NT_ATTR_NONCE, nonce);
    nt_stun_add_integrity(&f->b, &md5);
    finish(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
}

/* What tells that L is a client of RFC 8489 is the very first packet, if any. */
static void retried_after_a_first_packet(struct forge *f, bool of_rfc_8489)
{
    turn_request(f, NT_TURN_REFRESH);
    if (of_rfc_8489)
        nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHMS, algorithms, sizeof algorithms);
    finish(f);
    f->marks = NT_MARK_INJECTED; /* whether it should have it is not the question here */
    send(f, TAP_L, TAP_NONE, f->l, f->stun2);
    f->marks = 0;
    wait(f, 60);
    turn_request(f, NT_TURN_REFRESH);
    finish(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
    challenged_after_a_refresh(f, FORGE_NONCE, true);
    refresh_as_rfc_5389_has_it(f, FORGE_NONCE);
    challenged_after_a_refresh(f, FORGE_NONCE2, false);
    guilty_next(f);
    refresh_as_rfc_5389_has_it(f, FORGE_NONCE2);
}

static void a_client_of_rfc_5389_retries(struct forge *f)
{
    retried_after_a_first_packet(f, false);
}

static void a_client_that_began_with_rfc_8489_retries(struct forge *f)
{
    retried_after_a_first_packet(f, true);
}

/* RFC 8489, 9.2.4: "This response MUST include NONCE, REALM, and PASSWORD-ALGORITHMS" */
static void a_438_without_algorithms(struct forge *f)
{
    gather_relay(f);
    refresh_with(f, FORGE_NONCE);
    start(f, NT_STUN_ERROR, NT_TURN_REFRESH);
    nt_stun_add_error(&f->b, 438, NULL);
    nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
    nt_stun_add_text(&f->b, NT_ATTR_NONCE, "obMatJos2AAAAnumber2");
    finish(f);
    guilty_next(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static void a_stranger_gets_no_algorithms(struct forge *f)
{
    struct nt_stun_key key;
    nt_stun_key_long(&key, NT_PASSWORD_SHA256, "carol", FORGE_REALM, "secret");
    gather_relay(f);
    turn_request(f, NT_TURN_REFRESH);
    credentials(f, "carol", FORGE_NONCE);
    sealed256(f, &key);
    probe(f, TAP_TURN, f->l, f->stun);
    start(f, NT_STUN_ERROR, NT_TURN_REFRESH);
    nt_stun_add_error(&f->b, 401, NULL);
    nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
    nt_stun_add_text(&f->b, NT_ATTR_NONCE, "obMatJos2AAAAnumber2");
    finish(f);
    guilty_next(f);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
}

/* The nonce cookie sets "Username anonymity", bit 1, as well. */
static void asked_to_be_anonymous(struct forge *f, bool obeys)
{
    static const char nonce[] = "obMatJos2wAAAnumber1";
    uint8_t hash[32];
    ask(f, f->l, f->stun, TAP_TURN);
    challenged(f, f->stun, TAP_TURN, f->l, nonce);
    wait(f, 60);
    turn_request(f, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    nt_stun_userhash(hash, "alice", FORGE_REALM);
    if (obeys)
        nt_stun_add(&f->b, NT_ATTR_USERHASH, hash, sizeof hash);
    else
        nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "alice");
    nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
    nt_stun_add_text(&f->b, NT_ATTR_NONCE, nonce);
    nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHMS, algorithms, sizeof algorithms);
    nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHM, chosen, sizeof chosen);
    sealed256(f, &f->alice);
    guilty_next(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    allocated(f, f->l, f->relayed);
}

static void an_anonymous_client(struct forge *f)
{
    asked_to_be_anonymous(f, true);
}

static void a_client_that_tells_its_name(struct forge *f)
{
    asked_to_be_anonymous(f, false);
}

/* --- redirects --- */

static void a_loop_of_redirects_is_left(struct forge *f)
{
    gather_relay(f);
    redirected(f);
}

static void a_loop_of_redirects_is_followed(struct forge *f)
{
    f->broken = "RFC8489-10-loop";
    gather_relay(f);
    redirected(f);
}

/* --- both kinds of a check --- */

static void check_with_both(struct forge *f, unsigned tap)
{
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "RRRR:LLLL");
    nt_stun_add_u32(&f->b, NT_ATTR_PRIORITY, FORGE_PRFLX);
    nt_stun_add_u64(&f->b, NT_ATTR_ICE_CONTROLLING, FORGE_TIE_L);
    nt_stun_add_integrity(&f->b, &f->pwd_r);
    nt_stun_add_integrity_sha256(&f->b, &f->pwd_r);
    nt_stun_add_fingerprint(&f->b);
    finish(f);
    send(f, TAP_L, tap, f->l, f->r);
}

static void answer_with(struct forge *f, bool sha1, bool sha256, unsigned tap)
{
    start(f, NT_STUN_SUCCESS, NT_STUN_BINDING);
    add_mapped(f, f->l);
    if (sha1)
        nt_stun_add_integrity(&f->b, &f->pwd_r);
    if (sha256)
        nt_stun_add_integrity_sha256(&f->b, &f->pwd_r);
    nt_stun_add_fingerprint(&f->b);
    finish(f);
    send(f, tap, TAP_L, f->r, f->l);
}

/* L checks R with both kinds of integrity, and R triggers a check of its own. */
static void both_kinds_are_answered(struct forge *f, bool sha1, bool sha256)
{
    signal(f, true, 1);
    signal(f, false, 1);
    wait(f, 60);
    check_with_both(f, TAP_R);
    guilty_next(f);
    answer_with(f, sha1, sha256, TAP_R);
    wait(f, 60);
    fresh(f);
    check(f, false, CONTROLLED, FORGE_TIE_R);
    send(f, TAP_R, TAP_L, f->r, f->l);
    answer(f, true, f->r, 0);
    send(f, TAP_L, TAP_R, f->l, f->r);
}

/* RFC 8489, 9.1.3: "a request that contains a MESSAGE-INTEGRITY-SHA256 attribute" is answered with it alone. */
static void both_kinds_are_answered_with_sha256(struct forge *f)
{
    both_kinds_are_answered(f, false, true);
}

static void both_kinds_are_answered_with_both(struct forge *f)
{
    both_kinds_are_answered(f, true, true);
}

static void both_kinds_are_answered_with_sha1(struct forge *f)
{
    both_kinds_are_answered(f, true, false);
}

static void both_kinds_again_after_the_response(struct forge *f)
{
    both_kinds_are_answered(f, false, true);
    wait(f, 60);
    guilty_next(f);
    check_with_both(f, TAP_R);
    answer_with(f, false, true, TAP_R);
}

/* The response comes when the transaction has ended: L need not know which kind it had. */
static void both_kinds_again_after_a_late_response(struct forge *f)
{
    signal(f, true, 1);
    signal(f, false, 1);
    wait(f, 60);
    check_with_both(f, TAP_NONE);
    wait(f, 45000);
    answer_with(f, false, true, TAP_NONE);
    wait(f, 60);
    check_with_both(f, TAP_NONE);
}

/* --- the tests --- */

static const struct story stories[] = {
    STORY_OF(two_servers_know_alice, "RFC8489-9.2.4-integrity RFC8489-14.5-hmac"),
    STORY_OF(two_agents_have_one_ufrag, "RFC8489-14.5-hmac RFC8489-9.1.3-integrity"),
    STORY_OF(the_password_is_typed_anew, "RFC8489-9.2.5-no-loop"),
    STORY(two_unknown_passwords),
    STORY(both_kinds_again_after_a_late_response),
    STORY_OF(a_real_client_has_not_read_the_challenge_yet, "RFC8489-9.2.5-challenged RFC8489-9.2.4-right"),
    STORY(another_request_is_challenged_meanwhile),
    STORY(an_algorithm_that_was_not_offered),
    STORY(a_right_user_is_refused_as_the_damaged_copy_was),
    STORY_OF(the_list_of_algorithms_may_be_another, "RFC8489-9.2.4-wrong"),
    STORY(refused_at_any_point),
    STORY_OF(nobody_logs_in, "RFC8489-9.2.3.1-first"),
    STORY_OF(a_client_starts_afresh, "RFC8489-9.2.3.2-subsequent"),
    STORY_OF(another_port_of_a_known_server, "RFC8489-9.2.3.1-first RFC8489-9.2.4-nonce"),
    STORY_OF(a_client_of_rfc_5389, "RFC8489-9.2.4-integrity"),
    STORY_OF(sha256_without_an_algorithm, "RFC8489-9.2.4-integrity"),
    STORY_OF(both_kinds_without_an_algorithm, "RFC8489-9.2.4-integrity"),
    STORY_OF(a_challenge_without_algorithms_is_not_retried, "RFC8489-9.2.5-bid-down"),
    STORY(a_client_of_rfc_5389_retries),
    STORY_OF(an_anonymous_client, "RFC8489-9.2.5-username RFC8489-9.2.4-integrity"),
    STORY_OF(a_loop_of_redirects_is_left, "RFC8489-10-loop RFC8489-10-credentials"),
    STORY_OF(both_kinds_are_answered_with_sha256, "RFC8489-9.1.3-integrity"),
};

static const struct breach breaches[] = {
    BREACH(the_other_servers_password, "RFC8489-9.2.4-wrong", "turn2", 1),
    BREACH(a_check_signed_with_nobodys_password, "RFC8489-14.5-hmac", "L", 1),
    BREACH(a_wrong_check_after_twenty_offers, "RFC8489-14.5-hmac", "L", 1),
    BREACH(forty_retries_with_one_password, "RFC8489-9.2.5-no-loop", "L", 40),
    BREACH(forty_retries_with_the_stale_nonce, "RFC8489-9.2.5-stale-retry", "L", 40),
    BREACH(a_retry_with_another_nonce, "RFC8489-9.2.5-challenged", "L", 1),
    BREACH(a_retry_with_another_realm, "RFC8489-9.2.5-challenged", "L", 1),
    BREACH(the_list_of_algorithms_is_the_servers, "RFC8489-9.2.4-wrong", "turn", 1),
    BREACH(a_retry_after_a_438_without_realm, "RFC8489-9.2.4-stale", "turn", 1),
    BREACH(a_right_user_is_refused, "RFC8489-9.2.4-right", "turn", 1),
    BREACH(a_bare_refresh_after_a_success, "RFC8489-9.2.3.2-subsequent", "L", 1),
    BREACH(one_nonce_for_two_sources, "RFC8489-9.2.4-nonce", "turn", 1),
    BREACH(credentials_before_any_challenge, "RFC8489-9.2.3.1-first", "L", 1),
    BREACH(sha256_for_a_request_without_an_algorithm, "RFC8489-9.2.4-integrity", "turn", 1),
    BREACH(both_kinds_in_a_long_term_response, "RFC8489-9.2.4-integrity", "turn", 1),
    BREACH(a_challenge_without_algorithms_is_retried, "RFC8489-9.2.5-bid-down", "L", 1),
    BREACH(a_client_that_began_with_rfc_8489_retries, "RFC8489-9.2.5-bid-down", "L", 1),
    BREACH(a_client_that_tells_its_name, "RFC8489-9.2.5-username", "L", 1),
    BREACH(a_438_without_algorithms, "RFC8489-9.2.4-stale", "turn", 1),
    BREACH(a_stranger_gets_no_algorithms, "RFC8489-9.2.4-challenge", "turn", 1),
    BREACH(a_loop_of_redirects_is_followed, "RFC8489-10-loop", "L", 1),
    BREACH(both_kinds_are_answered_with_both, "RFC8489-9.1.3-integrity", "R", 1),
    BREACH(both_kinds_are_answered_with_sha1, "RFC8489-9.1.3-integrity", "R", 1),
    BREACH(both_kinds_again_after_the_response, "RFC8489-9.1.5-kind", "L", 1),
};

TEST_STORIES_AND_BREACHES

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {STORIES_AND_BREACHES};
    return RUN_TESTS(tests);
}
