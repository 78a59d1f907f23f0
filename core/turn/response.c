#include "core/turn/response.h"
#include "core/turn/server_trace.h"

static const struct nt_why no_room = {NT_DISCARD_NO_ROOM, "the queue of the server is full"};

/* A list of unknown attributes is shorter than the request. */
static bool start_response(const struct nt_turn_request *q, struct nt_stun_builder *b, enum nt_stun_class class_, nt_time now)
{
    size_t cap = NT_TURN_MESSAGE_MAX + q->msg->len;
    uint8_t *room = nt_stun_outbox_room(&q->server->outbox, cap);
    if (room != NULL)
        nt_stun_start(b, room, cap, class_, q->msg->method, q->msg->id);
    else
        nt_turn_trace_drop(q->server, &no_room, &q->path->remote, NULL, now);
    return room != NULL;
}

/* RFC 8489, 9.2.4: a response carries the integrity with which the request was authenticated. */
static void add_integrity(struct nt_stun_builder *b, const struct nt_stun_key *key, bool sha256)
{
    if (key == NULL)
        return;
    if (sha256)
        nt_stun_add_integrity_sha256(b, key);
    else
        nt_stun_add_integrity(b, key);
}

static void finish_response(const struct nt_turn_request *q, struct nt_stun_builder *b)
{
    /* RFC 8656, 5: "The server SHOULD include the SOFTWARE attribute in all Allocate and Refresh responses" */
    if (q->server->config.software != NULL && (q->msg->method == NT_TURN_ALLOCATE || q->msg->method == NT_TURN_REFRESH))
        nt_stun_add_text(b, NT_ATTR_SOFTWARE, q->server->config.software);
    add_integrity(b, q->auth.key, q->auth.sha256);
    int len = nt_stun_finish(b);
    struct nt_path path = nt_stun_way_back(q->path);
    if (len > 0)
        nt_stun_outbox_commit(&q->server->outbox, &path, (size_t)len);
}

/* RFC 8489, 10: "If the transaction uses TLS or DTLS, [...] and if the server wants to redirect to a server that uses a different
 * certificate, then it MUST include an ALTERNATE-DOMAIN attribute" */
static void add_alternate(const struct nt_turn_request *q, struct nt_stun_builder *b)
{
    nt_stun_add_addr(b, NT_ATTR_ALTERNATE_SERVER, &q->decision.alternate);
    if (q->path->transport == NT_TLS && q->decision.domain != NULL)
        nt_stun_add_text(b, NT_ATTR_ALTERNATE_DOMAIN, q->decision.domain);
}

void nt_turn_respond_error(const struct nt_turn_request *q, const struct nt_turn_refusal *refusal, nt_time now)
{
    struct nt_stun_builder b;
    int code = refusal->code;
    nt_turn_trace_refused(q->server, &q->path->remote, code, refusal->why, now);
    if (!start_response(q, &b, NT_STUN_ERROR, now))
        return;
    nt_stun_add_error(&b, code, NULL);
    if (code == 300)
        add_alternate(q, &b);
    if (code == 401 || code == 438)
        nt_stun_challenge(&q->server->realm, &b, &q->path->remote, now);
    if (code == 420)
        nt_stun_add_unknown(&b, q->msg, NULL, 0);
    finish_response(q, &b);
}

void nt_turn_respond_success(const struct nt_turn_request *q, nt_time now)
{
    struct nt_stun_builder b;
    if (start_response(q, &b, NT_STUN_SUCCESS, now))
        finish_response(q, &b);
}

void nt_turn_respond_lifetime(const struct nt_turn_request *q, uint32_t lifetime, nt_time now)
{
    struct nt_stun_builder b;
    if (!start_response(q, &b, NT_STUN_SUCCESS, now))
        return;
    nt_stun_add_u32(&b, NT_ATTR_LIFETIME, lifetime);
    finish_response(q, &b);
}

static void add_relayed(struct nt_stun_builder *b, const struct nt_turn_allocation *a)
{
    for (int i = 0; i < NT_RELAYS; i++)
        if (a->relays[i].state == NT_RELAY_BOUND)
            nt_stun_add_addr(b, NT_ATTR_XOR_RELAYED_ADDRESS, &a->relays[i].addr);
}

static void add_seconds_left(struct nt_stun_builder *b, struct nt_turn_allocation *a, nt_time now)
{
    const struct nt_turn_relay *first = nt_turn_relay_for(a, NT_AF_IPV4);
    nt_time expires = first != NULL ? first->expiry.at : a->relays[NT_RELAY_V6].expiry.at;
    nt_stun_add_u32(b, NT_ATTR_LIFETIME, (uint32_t)((expires - now + NT_SEC - 1) / NT_SEC));
}

/* RFC 8656, 18.12: family, 13 bits reserved, class, number, reason phrase */
static void add_missing(struct nt_stun_builder *b, const struct nt_turn_allocation *a)
{
    uint8_t value[4] = {a->missing == NT_AF_IPV6 ? 2 : 1, 0, (uint8_t)(a->missing_code / 100), (uint8_t)(a->missing_code % 100)};
    nt_stun_add(b, NT_ATTR_ADDRESS_ERROR_CODE, value, sizeof value);
}

void nt_turn_respond_allocated(struct nt_turn_server *s, struct nt_turn_allocation *a, nt_time now)
{
    struct nt_stun_msg msg = {.method = NT_TURN_ALLOCATE, .id = a->id}; /* the request itself is long gone */
    struct nt_turn_request q = {.server = s, .path = &a->client, .msg = &msg, .auth = {.key = a->key, .sha256 = a->sha256}};
    struct nt_stun_builder b;
    if (!start_response(&q, &b, NT_STUN_SUCCESS, now))
        return;
    add_relayed(&b, a);
    add_seconds_left(&b, a, now);
    if (a->token != 0)
        nt_stun_add_u64(&b, NT_ATTR_RESERVATION_TOKEN, a->token);
    nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &a->client.remote);
    if (a->missing != NT_AF_NONE)
        add_missing(&b, a);
    finish_response(&q, &b);
}
