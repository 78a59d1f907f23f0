/* The TURN client's requests: formed when there is something to ask, retransmitted bit by bit the same (RFC 8489, 6.2.1),
 * asked again after 401 and 438 (9.2.5), matched with their responses. */
#include "core/base/err.h"
#include "core/turn/client_state.h"

#include <stdlib.h>
#include <string.h>

/* RFC 8656, 18.8: protocol 17 (UDP) in the first byte */
#define TRANSPORT_UDP (UINT32_C(17) << 24)
#define FAMILY_IPV6 (UINT32_C(2) << 24)

static uint16_t method_of(const struct nt_turn_txn *t)
{
    switch (t->kind) {
    case NT_TXN_ALLOCATE: return NT_TURN_ALLOCATE;
    case NT_TXN_PERMIT: return NT_TURN_CREATE_PERMISSION;
    case NT_TXN_CHANNEL: return NT_TURN_CHANNEL_BIND;
    default: return NT_TURN_REFRESH;
    }
}

static void remove_txn(struct nt_turn_client *c, size_t i)
{
    free(c->txns[i]);
    memmove(c->txns + i, c->txns + i + 1, (--c->txn_count - i) * sizeof(struct nt_turn_txn *));
}

void nt_turn_requests_drop(struct nt_turn_client *c)
{
    while (c->txn_count > 0)
        free(c->txns[--c->txn_count]);
}

/* What each kind carries before the credentials. */
static void add_content(const struct nt_turn_client *c, const struct nt_turn_txn *t, struct nt_stun_builder *b)
{
    if (t->kind == NT_TXN_ALLOCATE) {
        nt_stun_add_u32(b, NT_ATTR_REQUESTED_TRANSPORT, TRANSPORT_UDP);
        if (c->config.family == NT_AF_IPV6)
            nt_stun_add_u32(b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, FAMILY_IPV6);
    }
    if (t->kind == NT_TXN_RELEASE)
        nt_stun_add_u32(b, NT_ATTR_LIFETIME, 0);
    else if (c->config.lifetime != 0 && (t->kind == NT_TXN_ALLOCATE || t->kind == NT_TXN_REFRESH))
        nt_stun_add_u32(b, NT_ATTR_LIFETIME, c->config.lifetime);
    if (t->kind == NT_TXN_CHANNEL)
        nt_stun_add_u32(b, NT_ATTR_CHANNEL_NUMBER, (uint32_t)c->channels.items[t->items[0]].number << 16);
    const struct nt_turn_keep *keep = t->kind == NT_TXN_CHANNEL ? &c->channels : &c->permissions;
    for (uint8_t i = 0; i < t->count; i++)
        nt_stun_add_addr(b, NT_ATTR_XOR_PEER_ADDRESS, &keep->items[t->items[i]].peer);
    /* RFC 8656, 5: "The client SHOULD include the SOFTWARE attribute in all Allocate and Refresh requests" */
    if (c->config.software != NULL && t->count == 0)
        nt_stun_add_text(b, NT_ATTR_SOFTWARE, c->config.software);
}

/* Forms the request and queues it; false without memory. */
static bool form(struct nt_turn_client *c, const struct nt_turn_txn *draft, nt_time now)
{
    uint8_t bytes[NT_TURN_REQUEST_MAX], id[NT_STUN_ID];
    struct nt_stun_builder b;
    nt_rand_bytes(c->config.rand, id, sizeof id);
    nt_stun_start(&b, bytes, sizeof bytes, NT_STUN_REQUEST, method_of(draft), id);
    add_content(c, draft, &b);
    nt_stun_login_sign(&c->login, &b);
    int len = nt_stun_finish(&b);
    if (len <= 0 || nt_grow(&c->txns, &c->txn_cap, c->txn_count + 1, sizeof *c->txns, NT_TURN_TXNS_MAX) != NT_OK)
        return false;
    struct nt_turn_txn *t = malloc(sizeof *t + (size_t)len);
    if (t == NULL)
        return false;
    *t = *draft;
    t->send = true;
    t->signed_ = c->login.algorithm != 0;
    t->challenge = c->challenges;
    t->keys = c->login.keys;
    t->len = (size_t)len;
    memcpy(t->bytes, bytes, t->len);
    nt_stun_txn_start(&t->clock, id, c->config.rto, NT_STUN_RC, NT_STUN_RM, now);
    c->txns[c->txn_count++] = t;
    return true;
}

/* The request is to be made once more. */
static void again(struct nt_turn_client *c, const struct nt_turn_txn *t, nt_time when)
{
    if (t->count == 0)
        c->wants_allocation_request = true;
    else
        nt_turn_peers_again(c, t);
    nt_turn_client_want(c, when);
}

/* What is to be asked next, if anything. */
static bool next_draft(struct nt_turn_client *c, struct nt_turn_txn *draft, nt_time now)
{
    enum nt_turn_txn_kind kind = NT_TXN_ALLOCATE;
    *draft = (struct nt_turn_txn){0};
    if (c->wants_allocation_request) {
        c->wants_allocation_request = false;
        kind = c->state == NT_TURN_ALLOCATING ? NT_TXN_ALLOCATE : c->state == NT_TURN_RELEASING ? NT_TXN_RELEASE : NT_TXN_REFRESH;
    } else if (c->state != NT_TURN_ALLOCATED || (draft->count = nt_turn_peers_next(c, &kind, draft->items, now)) == 0) {
        return false;
    }
    draft->kind = (uint8_t)kind;
    return true;
}

static size_t send_due(struct nt_turn_client *c, uint8_t *buf, size_t cap)
{
    for (size_t i = 0; i < c->txn_count; i++) {
        struct nt_turn_txn *t = c->txns[i];
        if (!t->send)
            continue;
        t->send = false;
        if (t->len > cap)
            continue;
        memcpy(buf, t->bytes, t->len);
        return t->len;
    }
    return 0;
}

size_t nt_turn_requests_output(struct nt_turn_client *c, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_turn_txn draft;
    size_t n = send_due(c, buf, cap);
    while (n == 0 && now >= c->ready && next_draft(c, &draft, now)) {
        if (!form(c, &draft, now)) {
            again(c, &draft, nt_time_after(now, c->config.rto));
            break;
        }
        n = send_due(c, buf, cap);
    }
    return n;
}

/* RFC 8489, 6.2.1: no response after the last retransmission. A refresh is tried again for as long as what it refreshes
 * lives. */
static void timed_out(struct nt_turn_client *c, const struct nt_turn_txn *t, nt_time now)
{
    if (t->kind == NT_TXN_REFRESH)
        again(c, t, now);
    else if (t->count > 0)
        nt_turn_peers_timed_out(c, t, now);
    else
        nt_turn_client_fail(c, 0);
}

void nt_turn_requests_timer(struct nt_turn_client *c, nt_time now)
{
    for (size_t i = 0; i < c->txn_count;) {
        struct nt_turn_txn *t = c->txns[i];
        enum nt_stun_txn_due due = nt_stun_txn_due(&t->clock, now);
        if (due == NT_TXN_SEND)
            t->send = true;
        if (due != NT_TXN_TIMEOUT) {
            i++;
            continue;
        }
        struct nt_turn_txn over = *t;
        remove_txn(c, i);
        timed_out(c, &over, now);
    }
}

void nt_turn_client_left(struct nt_turn_client *c, const uint8_t id[NT_STUN_ID], nt_time now)
{
    for (size_t i = 0; i < c->txn_count; i++) {
        struct nt_turn_txn *t = c->txns[i];
        if (memcmp(t->clock.id, id, NT_STUN_ID) != 0)
            continue;
        nt_stun_txn_start(&t->clock, id, c->config.rto, NT_STUN_RC, NT_STUN_RM, now);
        t->send = false;
    }
}

nt_time nt_turn_requests_deadline(const struct nt_turn_client *c)
{
    nt_time t = NT_TIME_NEVER;
    for (size_t i = 0; i < c->txn_count; i++)
        t = nt_time_min(t, c->txns[i]->send ? c->txns[i]->clock.started : c->txns[i]->clock.deadline);
    return t;
}

/* RFC 8489, 9.2.5: a response without the right integrity "MUST be discarded, as if it had never been received", but for
 * 401 and 438, which have none, and section 10's 300, for which it may be impossible. */
static bool trusted(struct nt_turn_client *c, const struct nt_turn_txn *t, const struct nt_stun_msg *m, int code)
{
    if (!t->signed_)
        return true;
    int r = nt_stun_login_verify(&c->login, m);
    return r == NT_OK || code == 401 || code == 438 || (code == 300 && r == NT_ENOENT);
}

/* Whether the challenge is to be answered with a new request. One to a request that was made before the last challenge was taken needs
 * nothing but what is known by now: another nonce, or another key. */
static bool challenged(struct nt_turn_client *c, const struct nt_turn_txn *t, const struct nt_stun_msg *m, int code)
{
    if ((code != 401 && code != 438) || !c->has_user)
        return false;
    if (code == 401 ? t->keys != c->login.keys : t->challenge != c->challenges)
        return true;
    if (nt_stun_login_challenged(&c->login, m, code) != 1)
        return false;
    c->challenges++;
    return true;
}

bool nt_turn_requests_response(struct nt_turn_client *c, const struct nt_stun_msg *m, nt_time now)
{
    size_t i = 0;
    while (i < c->txn_count && memcmp(c->txns[i]->clock.id, m->id, NT_STUN_ID) != 0)
        i++;
    if (i == c->txn_count)
        return false;
    int code = 0;
    struct nt_turn_txn *t = c->txns[i];
    if (m->method != method_of(t) || m->unknown_count > 0 ||
        (m->class_ == NT_STUN_ERROR && nt_stun_get_error(m, &code, NULL, NULL) != NT_OK) || !trusted(c, t, m, code))
        return true;
    struct nt_turn_txn answered = *t;
    remove_txn(c, i);
    if (code != 401 && code != 438 && code != 300)
        nt_stun_login_settled(&c->login);
    if (challenged(c, &answered, m, code))
        again(c, &answered, now);
    else if (answered.count > 0)
        nt_turn_peers_answered(c, &answered, code, now);
    else
        nt_turn_client_answered(c, &answered, m, code, now);
    return true;
}
