#include "core/turn/client_requests.h"
#include "core/base/endpoint.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

#define TXNS_MAX (1 + 2 * NT_TURN_PEERS_MAX)

/* RFC 8656, 18.8: protocol 17 (UDP) in the first byte; 18.6: family 2 (IPv6) */
#define TRANSPORT_UDP (UINT32_C(17) << 24)
#define FAMILY_IPV6 (UINT32_C(2) << 24)

/* A request under way: its bytes stay the same for every retransmission. */
struct nt_turn_txn {
    struct nt_stun_txn clock;
    struct nt_turn_ask ask;
    bool due;           /* to be sent */
    bool signed_;       /* the response must be, too */
    uint32_t challenge; /* the number of challenges accepted before it was formed */
    uint32_t keys;      /* the login's, then */
    size_t len;
    uint8_t bytes[];
};

void nt_turn_requests_init(struct nt_turn_requests *r, const struct nt_turn_client_config *config, const char *user,
                           const char *password)
{
    *r = (struct nt_turn_requests){.config = config, .has_user = user != NULL && password != NULL};
    nt_stun_login_init(&r->login, r->has_user ? user : "", r->has_user ? password : "");
}

void nt_turn_requests_drop(struct nt_turn_requests *r)
{
    while (r->count > 0)
        free(r->txns[--r->count]);
}

void nt_turn_requests_free(struct nt_turn_requests *r)
{
    nt_turn_requests_drop(r);
    free(r->txns);
}

uint16_t nt_turn_ask_method(const struct nt_turn_ask *ask)
{
    switch (ask->kind) {
    case NT_TURN_ASK_ALLOCATE: return NT_TURN_ALLOCATE;
    case NT_TURN_ASK_PERMISSIONS: return NT_TURN_CREATE_PERMISSION;
    case NT_TURN_ASK_CHANNEL: return NT_TURN_CHANNEL_BIND;
    default: return NT_TURN_REFRESH;
    }
}

/* What each kind carries before the credentials. */
static void add_content(const struct nt_turn_client_config *config, const struct nt_turn_ask *ask, struct nt_stun_builder *b)
{
    if (ask->kind == NT_TURN_ASK_ALLOCATE) {
        nt_stun_add_u32(b, NT_ATTR_REQUESTED_TRANSPORT, TRANSPORT_UDP);
        if (config->family == NT_AF_IPV6)
            nt_stun_add_u32(b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, FAMILY_IPV6);
        /* RFC 8656, 7.1: "the client SHOULD include the DONT-FRAGMENT attribute in the Allocate request. This allows the client to
         * test whether this attribute is supported by the server." */
        if (config->dont_fragment)
            nt_stun_add(b, NT_ATTR_DONT_FRAGMENT, NULL, 0);
    }
    if (ask->kind == NT_TURN_ASK_RELEASE)
        nt_stun_add_u32(b, NT_ATTR_LIFETIME, 0);
    else if (config->lifetime != 0 && (ask->kind == NT_TURN_ASK_ALLOCATE || ask->kind == NT_TURN_ASK_REFRESH))
        nt_stun_add_u32(b, NT_ATTR_LIFETIME, config->lifetime);
    if (ask->kind == NT_TURN_ASK_CHANNEL)
        nt_stun_add_u32(b, NT_ATTR_CHANNEL_NUMBER, (uint32_t)ask->number << 16);
    for (uint8_t i = 0; i < ask->count; i++)
        nt_stun_add_addr(b, NT_ATTR_XOR_PEER_ADDRESS, &ask->peers[i]);
    /* RFC 8656, 5: "The client SHOULD include the SOFTWARE attribute in all Allocate and Refresh requests" */
    if (config->software != NULL && ask->count == 0)
        nt_stun_add_text(b, NT_ATTR_SOFTWARE, config->software);
}

/* RFC 8489, 6.2.2: over TCP and TLS "there are no retransmissions at the STUN protocol level. However, [...] if the client has not
 * received a response by Ti seconds after it sent the request message, it considers the transaction to have timed out." */
static void start_clock(const struct nt_turn_requests *r, struct nt_turn_txn *t, const uint8_t id[NT_STUN_ID], nt_time now)
{
    if (r->config->transport == NT_UDP)
        nt_stun_txn_start(&t->clock, id, r->config->rto, NT_STUN_RC, NT_STUN_RM, now);
    else
        nt_stun_txn_start(&t->clock, id, r->config->ti, 1, 1, now);
}

bool nt_turn_requests_form(struct nt_turn_requests *r, const struct nt_turn_ask *ask, nt_time now)
{
    uint8_t bytes[NT_TURN_REQUEST_MAX], id[NT_STUN_ID];
    struct nt_stun_builder b;
    nt_rand_bytes(r->config->rand, id, sizeof id);
    nt_stun_start(&b, bytes, sizeof bytes, NT_STUN_REQUEST, nt_turn_ask_method(ask), id);
    add_content(r->config, ask, &b);
    nt_stun_login_sign(&r->login, &b);
    int len = nt_stun_finish(&b);
    if (len <= 0 || nt_grow(&r->txns, &r->cap, r->count + 1, sizeof *r->txns, TXNS_MAX) != NT_OK)
        return false;
    struct nt_turn_txn *t = malloc(sizeof *t + (size_t)len);
    if (t == NULL)
        return false;
    *t = (struct nt_turn_txn){.ask = *ask,
                              .due = true,
                              .signed_ = r->login.algorithm != 0,
                              .challenge = r->challenges,
                              .keys = r->login.keys,
                              .len = (size_t)len};
    memcpy(t->bytes, bytes, t->len);
    start_clock(r, t, id, now);
    r->txns[r->count++] = t;
    return true;
}

size_t nt_turn_requests_output(struct nt_turn_requests *r, uint8_t *buf, size_t cap)
{
    for (size_t i = 0; i < r->count; i++) {
        struct nt_turn_txn *t = r->txns[i];
        if (!t->due)
            continue;
        t->due = false;
        if (t->len > cap)
            continue;
        memcpy(buf, t->bytes, t->len);
        return t->len;
    }
    return 0;
}

static void remove_txn(struct nt_turn_requests *r, size_t i)
{
    free(r->txns[i]);
    memmove(r->txns + i, r->txns + i + 1, (--r->count - i) * sizeof(struct nt_turn_txn *));
}

bool nt_turn_requests_expire(struct nt_turn_requests *r, struct nt_turn_ask *ask, nt_time now)
{
    for (size_t i = 0; i < r->count; i++) {
        struct nt_turn_txn *t = r->txns[i];
        enum nt_stun_txn_due due = nt_stun_txn_due(&t->clock, now);
        if (due == NT_TXN_SEND)
            t->due = true;
        if (due != NT_TXN_TIMEOUT)
            continue;
        *ask = t->ask;
        remove_txn(r, i);
        return true;
    }
    return false;
}

nt_time nt_turn_requests_deadline(const struct nt_turn_requests *r)
{
    nt_time t = NT_TIME_NEVER;
    for (size_t i = 0; i < r->count; i++)
        t = nt_time_min(t, r->txns[i]->due ? r->txns[i]->clock.started : r->txns[i]->clock.deadline);
    return t;
}

static size_t txn_of(const struct nt_turn_requests *r, const uint8_t id[NT_STUN_ID])
{
    size_t i = 0;
    while (i < r->count && memcmp(r->txns[i]->clock.id, id, NT_STUN_ID) != 0)
        i++;
    return i;
}

bool nt_turn_requests_retransmit(const struct nt_turn_requests *r, const uint8_t id[NT_STUN_ID])
{
    size_t i = txn_of(r, id);
    return i < r->count && r->txns[i]->clock.sends > 1;
}

void nt_turn_requests_left(struct nt_turn_requests *r, const uint8_t id[NT_STUN_ID], nt_time now)
{
    size_t i = txn_of(r, id);
    if (i == r->count)
        return;
    start_clock(r, r->txns[i], id, now);
    r->txns[i]->due = false;
}

/* RFC 8489, 9.2.5: a response without the right integrity "MUST be discarded, as if it had never been received", but for
 * 401 and 438, which have none, and section 10's 300, for which it may be impossible. */
static bool is_trusted(const struct nt_turn_requests *r, const struct nt_turn_txn *t, const struct nt_stun_msg *m, int code)
{
    if (!t->signed_)
        return true;
    int verified = nt_stun_login_verify(&r->login, m);
    return verified == NT_OK || code == 401 || code == 438 || (code == 300 && verified == NT_ENOENT);
}

/* Accepts a challenge to the request: NULL when it must be made once more, otherwise why not. A request that was formed before the
 * last challenge was accepted needs nothing but what that one has brought: another nonce, or another key. */
static const char *accept_challenge(struct nt_turn_requests *r, const struct nt_turn_txn *t, const struct nt_stun_msg *m, int code)
{
    if (!r->has_user)
        return "there is no user name and password";
    if (code == 401 ? t->keys != r->login.keys : t->challenge != r->challenges)
        return NULL;
    const char *why = nt_stun_login_refusal(&r->login, m, code);
    if (nt_stun_login_take_challenge(&r->login, m, code))
        r->challenges++;
    return why;
}

/* RFC 8489, 6.3.3 and 6.3.4: why the transaction fails whatever the response says; NULL: it does not. */
static const char *flaw_of(const struct nt_stun_msg *m, int code)
{
    if (m->unknown_count > 0)
        return "a response with unknown comprehension-required attributes";
    return m->class_ == NT_STUN_ERROR && code == 0 ? "an error response without ERROR-CODE" : NULL;
}

static void judge_reply(struct nt_turn_requests *r, const struct nt_turn_txn *t, const struct nt_stun_msg *m,
                        struct nt_turn_reply *reply)
{
    reply->outcome = NT_TURN_FAILED;
    reply->why = flaw_of(m, reply->code);
    if (reply->why != NULL) {
        reply->code = 0;
    } else if (reply->code == 401 || reply->code == 438) {
        reply->why = accept_challenge(r, t, m, reply->code);
        reply->outcome = reply->why == NULL ? NT_TURN_CHALLENGED : NT_TURN_FAILED;
    } else {
        reply->outcome = m->class_ == NT_STUN_SUCCESS ? NT_TURN_SUCCEEDED : NT_TURN_FAILED;
        if (reply->code != 300) /* it need not be signed */
            nt_stun_login_settled(&r->login);
    }
}

static const struct nt_why other_method = {NT_DISCARD_UNRELATED, "a response of another method than its request"},
                           no_integrity = {NT_DISCARD_INTEGRITY, "a response of the TURN server without right MESSAGE-INTEGRITY"};

void nt_turn_requests_take(struct nt_turn_requests *r, const struct nt_stun_msg *m, struct nt_turn_reply *reply)
{
    size_t i = txn_of(r, m->id);
    *reply = (struct nt_turn_reply){.outcome = NT_TURN_FOREIGN};
    if (i == r->count)
        return;
    struct nt_turn_txn *t = r->txns[i];
    reply->outcome = NT_TURN_DISCARDED;
    if (m->class_ == NT_STUN_ERROR)
        nt_stun_get_error(m, &reply->code, NULL, NULL);
    if (m->method != nt_turn_ask_method(&t->ask))
        reply->discard = &other_method;
    else if (!is_trusted(r, t, m, reply->code))
        reply->discard = &no_integrity;
    if (reply->discard != NULL)
        return;
    judge_reply(r, t, m, reply);
    reply->ask = t->ask;
    remove_txn(r, i);
}

void nt_turn_requests_forget_server(struct nt_turn_requests *r)
{
    nt_stun_login_forget(&r->login);
}
