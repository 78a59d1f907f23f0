/* The server's side of requests (RFC 8656, sections 5, 8.2, 10.2 and 12.2): authentication, the checks in the order of the
 * RFCs, and the responses. Allocate is in allocate.c. */
#include "core/base/err.h"
#include "core/turn/server_state.h"

#include <string.h>

static struct nt_path back(const struct nt_turn_request *q)
{
    return (struct nt_path){.transport = NT_UDP, .local = q->path->local, .remote = q->path->remote};
}

/* RFC 8489, 9.2.4: a response carries the integrity with which the request was authenticated. */
static void sign(struct nt_stun_builder *b, const struct nt_stun_key *key, bool sha256)
{
    if (key == NULL)
        return;
    if (sha256)
        nt_stun_add_integrity_sha256(b, key);
    else
        nt_stun_add_integrity(b, key);
}

static bool start(const struct nt_turn_request *q, struct nt_stun_builder *b, enum nt_stun_class class_)
{
    uint8_t *room = nt_turn_outbox_room(&q->server->outbox, NT_TURN_MESSAGE_MAX);
    if (room == NULL)
        return false;
    nt_stun_start(b, room, NT_TURN_MESSAGE_MAX, class_, q->msg->method, q->msg->id);
    return true;
}

static void finish(const struct nt_turn_request *q, struct nt_stun_builder *b)
{
    /* RFC 8656, 5: "The server SHOULD include the SOFTWARE attribute in all Allocate and Refresh responses" */
    if (q->server->config.software != NULL && (q->msg->method == NT_TURN_ALLOCATE || q->msg->method == NT_TURN_REFRESH))
        nt_stun_add_text(b, NT_ATTR_SOFTWARE, q->server->config.software);
    if (q->auth.error == 0)
        sign(b, q->auth.key, q->auth.sha256);
    int len = nt_stun_finish(b);
    struct nt_path path = back(q);
    if (len > 0)
        nt_turn_outbox_commit(&q->server->outbox, &path, (size_t)len);
}

static void add_unknown(struct nt_stun_builder *b, const struct nt_stun_msg *msg)
{
    uint8_t types[2 * NT_STUN_UNKNOWN_MAX];
    size_t n = msg->unknown_count < NT_STUN_UNKNOWN_MAX ? msg->unknown_count : NT_STUN_UNKNOWN_MAX;
    for (size_t i = 0; i < n; i++)
        nt_store16(types + 2 * i, msg->unknown[i]);
    nt_stun_add(b, NT_ATTR_UNKNOWN_ATTRIBUTES, types, 2 * n);
}

void nt_turn_answer_error(const struct nt_turn_request *q, int code, nt_time now)
{
    struct nt_stun_builder b;
    if (!start(q, &b, NT_STUN_ERROR))
        return;
    nt_stun_add_error(&b, code, NULL);
    if (code == 401 || code == 438)
        nt_stun_challenge(&q->server->realm, &b, &q->path->remote, now);
    if (code == 420)
        add_unknown(&b, q->msg);
    finish(q, &b);
}

static void answer_plain(const struct nt_turn_request *q)
{
    struct nt_stun_builder b;
    if (start(q, &b, NT_STUN_SUCCESS))
        finish(q, &b);
}

static void answer_lifetime(const struct nt_turn_request *q, uint32_t lifetime)
{
    struct nt_stun_builder b;
    if (!start(q, &b, NT_STUN_SUCCESS))
        return;
    nt_stun_add_u32(&b, NT_ATTR_LIFETIME, lifetime);
    finish(q, &b);
}

static void add_relayed(struct nt_stun_builder *b, const struct nt_turn_allocation *a)
{
    for (int i = 0; i < NT_RELAYS; i++)
        if (a->relays[i].state == NT_RELAY_BOUND)
            nt_stun_add_addr(b, NT_ATTR_XOR_RELAYED_ADDRESS, &a->relays[i].addr);
}

/* RFC 8656, 18.12: family, 13 bits reserved, class, number, reason phrase */
static void add_missing(struct nt_stun_builder *b, const struct nt_turn_allocation *a)
{
    uint8_t value[4] = {a->missing == NT_AF_IPV6 ? 2 : 1, 0, (uint8_t)(a->missing_code / 100), (uint8_t)(a->missing_code % 100)};
    nt_stun_add(b, NT_ATTR_ADDRESS_ERROR_CODE, value, sizeof value);
}

void nt_turn_answer_allocate(struct nt_turn_server *s, struct nt_turn_allocation *a, nt_time now)
{
    struct nt_stun_builder b;
    uint8_t *room = nt_turn_outbox_room(&s->outbox, NT_TURN_MESSAGE_MAX);
    if (room == NULL)
        return;
    nt_stun_start(&b, room, NT_TURN_MESSAGE_MAX, NT_STUN_SUCCESS, NT_TURN_ALLOCATE, a->id);
    add_relayed(&b, a);
    const struct nt_turn_relay *first = nt_turn_relay_for(a, NT_AF_IPV4);
    nt_stun_add_u32(&b, NT_ATTR_LIFETIME, nt_turn_seconds_left(first != NULL ? first : &a->relays[NT_RELAY_V6], now));
    if (a->token != 0)
        nt_stun_add_u64(&b, NT_ATTR_RESERVATION_TOKEN, a->token);
    nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &a->client);
    if (a->missing != NT_AF_NONE)
        add_missing(&b, a);
    if (s->config.software != NULL)
        nt_stun_add_text(&b, NT_ATTR_SOFTWARE, s->config.software);
    sign(&b, a->key, a->sha256);
    int len = nt_stun_finish(&b);
    struct nt_path path = {.transport = NT_UDP, .local = s->config.listen, .remote = a->client};
    if (len > 0)
        nt_turn_outbox_commit(&s->outbox, &path, (size_t)len);
}

/* The family a REQUESTED-ADDRESS-FAMILY asks for: 0 when absent, -1 for one that is unknown or malformed. */
static int requested_family(const struct nt_stun_msg *msg)
{
    uint32_t value;
    int r = nt_stun_get_u32(msg, NT_ATTR_REQUESTED_ADDRESS_FAMILY, &value);
    if (r == NT_ENOENT)
        return 0;
    return r != NT_OK ? -1 : value >> 24 == 1 ? NT_AF_IPV4 : value >> 24 == 2 ? NT_AF_IPV6 : -1;
}

static void serve_refresh(const struct nt_turn_request *q, nt_time now)
{
    struct nt_turn_server *s = q->server;
    uint32_t asked = 0;
    int has = nt_stun_get_u32(q->msg, NT_ATTR_LIFETIME, &asked);
    int family = requested_family(q->msg);
    if (has == NT_EFORMAT) {
        nt_turn_answer_error(q, 400, now);
        return;
    }
    /* RFC 8656, 8.2: "a Refresh Request with a REQUESTED-ADDRESS-FAMILY attribute and the attribute value does not match the
     * address family of the allocation, the server MUST reply with a 443" */
    if (family < 0 || (family > 0 && nt_turn_relay_for(q->allocation, (uint8_t)family) == NULL)) {
        nt_turn_answer_error(q, 443, now);
        return;
    }
    uint32_t lifetime = has == NT_OK && asked == 0 ? 0 : nt_turn_lifetime(s, asked);
    answer_lifetime(q, lifetime);
    struct nt_turn_relay *parts[NT_RELAYS] = {nt_turn_relay_for(q->allocation, NT_AF_IPV4),
                                              nt_turn_relay_for(q->allocation, NT_AF_IPV6)};
    for (int i = 0; i < NT_RELAYS; i++) {
        struct nt_turn_relay *r = parts[i];
        if (r == NULL || (family > 0 && r->addr.family != family))
            continue;
        if (lifetime == 0)
            nt_turn_released(s, r, now);
        else
            nt_turn_expiry_move(&s->allocations.expiry, &r->expiry, nt_time_after(now, lifetime * NT_SEC));
    }
}

/* What is wrong with a peer of a request: an error code, or 0. */
static int judge_peer(const struct nt_turn_request *q, const struct nt_addr *peer)
{
    /* RFC 8656, 10.2: "an address family that is not the same as that of a relayed transport address for the allocation [...]
     * 443 (Peer Address Family Mismatch)" */
    if (nt_turn_relay_for(q->allocation, peer->family) == NULL)
        return 443;
    return nt_turn_peer_forbidden(q->server, peer) ? 403 : 0;
}

/* RFC 8656, 10.2: at least one XOR-PEER-ADDRESS, all of them right, or nothing is installed. */
static int judge_peers(const struct nt_turn_request *q)
{
    int worst = 0, seen = 0;
    for (int i = 0; i < q->msg->count; i++) {
        struct nt_addr peer;
        if (q->msg->attrs[i].type != NT_ATTR_XOR_PEER_ADDRESS)
            continue;
        if (nt_stun_attr_addr(q->msg, &q->msg->attrs[i], &peer) != NT_OK)
            return 400;
        peer.port = 0;
        int code = judge_peer(q, &peer);
        worst = worst == 0 ? code : worst;
        seen++;
    }
    return seen == 0 ? 400 : worst;
}

static void install(const struct nt_turn_request *q, const struct nt_addr *peer, nt_time now)
{
    nt_turn_permission_install(&q->allocation->permissions, peer, now);
    nt_trace_emit(&q->server->config.trace,
                  (struct nt_trace_event){.at = now, .kind = NT_TR_TURN_PERMISSION, .a = q->allocation->client, .b = *peer});
}

static void serve_permissions(const struct nt_turn_request *q, nt_time now)
{
    struct nt_addr peer;
    int code = judge_peers(q);
    for (int i = 0; code == 0 && i < q->msg->count; i++)
        if (q->msg->attrs[i].type == NT_ATTR_XOR_PEER_ADDRESS && nt_stun_attr_addr(q->msg, &q->msg->attrs[i], &peer) == NT_OK &&
            nt_turn_permission_room(&q->allocation->permissions, &peer, now) < 0)
            code = 508;
    if (code != 0) {
        nt_turn_answer_error(q, code, now);
        return;
    }
    for (int i = 0; i < q->msg->count; i++)
        if (q->msg->attrs[i].type == NT_ATTR_XOR_PEER_ADDRESS && nt_stun_attr_addr(q->msg, &q->msg->attrs[i], &peer) == NT_OK)
            install(q, &peer, now);
    answer_plain(q);
}

static int bind_channel(const struct nt_turn_request *q, nt_time now)
{
    uint32_t value;
    struct nt_addr peer;
    if (nt_stun_get_u32(q->msg, NT_ATTR_CHANNEL_NUMBER, &value) != NT_OK ||
        nt_stun_get_addr(q->msg, NT_ATTR_XOR_PEER_ADDRESS, &peer) != NT_OK)
        return 400;
    uint16_t number = (uint16_t)(value >> 16);
    if (number < NT_CHANNEL_MIN || number > NT_CHANNEL_MAX)
        return 400;
    int code = judge_peer(q, &peer);
    if (code != 0)
        return code;
    if (nt_turn_permission_room(&q->allocation->permissions, &peer, now) < 0)
        return 508;
    int r = nt_turn_channel_bind(&q->allocation->channels, number, &peer, now);
    if (r != NT_OK)
        return r == NT_EEXIST ? 400 : 508;
    install(q, &peer, now);
    nt_trace_emit(
        &q->server->config.trace,
        (struct nt_trace_event){.at = now, .kind = NT_TR_TURN_CHANNEL, .a = q->allocation->client, .b = peer, .n = {number}});
    return 0;
}

static void serve_channel(const struct nt_turn_request *q, nt_time now)
{
    int code = bind_channel(q, now);
    if (code != 0)
        nt_turn_answer_error(q, code, now);
    else
        answer_plain(q);
}

/* RFC 8656, 7.2: a retransmitted Allocate is told by the transaction id that created the allocation. Its own integrity is
 * the proof, so that a nonce that has expired since does not matter. */
static bool repeated_allocate(const struct nt_turn_request *q)
{
    const struct nt_turn_allocation *a = q->allocation;
    if (a == NULL || q->msg->method != NT_TURN_ALLOCATE || memcmp(a->id, q->msg->id, NT_STUN_ID) != 0)
        return false;
    return (a->sha256 ? nt_stun_verify_sha256(q->msg, a->key) : nt_stun_verify(q->msg, a->key)) == NT_OK;
}

static bool authenticated(const struct nt_turn_request *q, nt_time now)
{
    int code = q->auth.error;
    /* RFC 8489, 6.3.1: unknown comprehension-required attributes, after authentication */
    if (code == 0 && q->msg->unknown_count > 0)
        code = 420;
    /* RFC 8656, 5: every request but Allocate needs an allocation, and the user who made it */
    else if (code == 0 && q->msg->method != NT_TURN_ALLOCATE && (q->allocation == NULL || !q->allocation->answered))
        code = 437;
    else if (code == 0 && q->msg->method != NT_TURN_ALLOCATE && q->auth.user != q->allocation->user)
        code = 441;
    if (code != 0)
        nt_turn_answer_error(q, code, now);
    return code == 0;
}

void nt_turn_serve(struct nt_turn_server *s, const struct nt_path *path, const struct nt_stun_msg *msg, nt_time now)
{
    struct nt_turn_request q = {.server = s, .path = path, .msg = msg};
    q.allocation = nt_turn_by_client(&s->allocations, &path->remote);
    if (repeated_allocate(&q)) {
        if (q.allocation->answered)
            nt_turn_answer_allocate(s, q.allocation, now);
        return;
    }
    q.auth = nt_stun_authenticate(&s->realm, msg, &path->remote, now);
    if (!authenticated(&q, now))
        return;
    switch (msg->method) {
    case NT_TURN_ALLOCATE: nt_turn_serve_allocate(&q, now); break;
    case NT_TURN_REFRESH: serve_refresh(&q, now); break;
    case NT_TURN_CREATE_PERMISSION: serve_permissions(&q, now); break;
    default: serve_channel(&q, now); break;
    }
}
