#include "core/turn/allocate.h"
#include "core/base/err.h"
#include "core/turn/peer_filter.h"
#include "core/turn/refresh.h"
#include "core/turn/response.h"
#include "core/turn/server_trace.h"

#include <string.h>

struct wish {
    bool has_token, has_even, has_family;
    bool reserve;
    uint8_t family;
    bool dual;
    uint32_t lifetime;
    uint64_t token;
};

/* IPPROTO_UDP, the only value RFC 8656 allows in REQUESTED-TRANSPORT (18.8) */
#define PROTOCOL_UDP 17

#define NONE ((struct nt_turn_refusal){0, NULL})

/* The attributes that contradict each other, in the order of section 7.2. */
static struct nt_turn_refusal check_wish(const struct wish *w, uint32_t family, uint32_t additional)
{
    if (w->has_token && (w->has_even || w->has_family || w->dual))
        return (struct nt_turn_refusal){400, "RESERVATION-TOKEN with EVEN-PORT or an address family"};
    if (w->has_family && w->dual)
        return (struct nt_turn_refusal){400, "REQUESTED-ADDRESS-FAMILY with ADDITIONAL-ADDRESS-FAMILY"};
    if (family != 1 && family != 2)
        return (struct nt_turn_refusal){440, "an unknown address family"};
    if (w->dual && (w->reserve || additional != 2))
        return (struct nt_turn_refusal){400, "ADDITIONAL-ADDRESS-FAMILY with a reservation, or not IPv6"};
    return NONE;
}

static struct nt_turn_refusal read_wish(const struct nt_stun_msg *m, struct wish *w)
{
    uint32_t transport, family = 1 << 24, additional = 2 << 24;
    const struct nt_stun_attr *even = nt_stun_find(m, NT_ATTR_EVEN_PORT);
    if (nt_stun_get_u32(m, NT_ATTR_REQUESTED_TRANSPORT, &transport) != NT_OK)
        return (struct nt_turn_refusal){400, "no REQUESTED-TRANSPORT, or a malformed one"};
    if (transport >> 24 != PROTOCOL_UDP)
        return (struct nt_turn_refusal){442, "only UDP is relayed"};
    int token = nt_stun_get_u64(m, NT_ATTR_RESERVATION_TOKEN, &w->token);
    int fam = nt_stun_get_u32(m, NT_ATTR_REQUESTED_ADDRESS_FAMILY, &family);
    int add = nt_stun_get_u32(m, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, &additional);
    if (token == NT_EFORMAT || fam == NT_EFORMAT || add == NT_EFORMAT || (even != NULL && even->len != 1) ||
        nt_stun_get_u32(m, NT_ATTR_LIFETIME, &w->lifetime) == NT_EFORMAT)
        return (struct nt_turn_refusal){400, "a malformed attribute"};
    w->has_token = token == NT_OK, w->has_family = fam == NT_OK, w->dual = add == NT_OK, w->has_even = even != NULL;
    w->reserve = even != NULL && (even->value[0] & 0x80) != 0;
    w->family = family >> 24 == 2 ? NT_AF_IPV6 : NT_AF_IPV4;
    return check_wish(w, family >> 24, additional >> 24);
}

static const struct nt_addr *relay_ip(const struct nt_turn_server *s, uint8_t family)
{
    const struct nt_addr *ip = family == NT_AF_IPV6 ? &s->config.relay6 : &s->config.relay;
    return ip->family == family ? ip : NULL;
}

/* The limits of the server, and what it has. */
static struct nt_turn_refusal check_capacity(const struct nt_turn_request *q, const struct wish *w)
{
    const struct nt_turn_server *s = q->server;
    if (w->has_token && !nt_turn_reservation_known(&s->reservations, w->token))
        return (struct nt_turn_refusal){508, "no reservation has this token"};
    if (!w->dual && !w->has_token && relay_ip(s, w->family) == NULL)
        return (struct nt_turn_refusal){440, "the server does not relay this address family"};
    if (s->config.quota != 0 && s->allocations.held[nt_turn_request_user(q)] >= s->config.quota)
        return (struct nt_turn_refusal){486, "the quota of the user"};
    return s->allocations.live >= s->config.allocations_max ? (struct nt_turn_refusal){508, "the limit of allocations"} : NONE;
}

/* Reads what the request asks for. */
static struct nt_turn_refusal check_allocate(const struct nt_turn_request *q, struct wish *w)
{
    if (nt_turn_tunnelled(&q->path->remote))
        return (struct nt_turn_refusal){403, "the client's address is a tunnel's"};
    /* RFC 8656, 7.2: "The server checks if the 5-tuple is currently in use by an existing allocation" */
    if (q->allocation != NULL)
        return (struct nt_turn_refusal){437, "the client has an allocation"};
    struct nt_turn_refusal refusal = read_wish(q->msg, w);
    return refusal.code != 0 ? refusal : check_capacity(q, w);
}

/* RFC 8656, 7.2 recommends the randomised ports of RFC 6056: the next free one from a random start on (algorithm 1). */
static bool ask_for_port(struct nt_turn_server *s, struct nt_turn_relay *r, const struct nt_addr *ip)
{
    const struct nt_turn_allocation *a = r->owner;
    uint32_t span = (uint32_t)s->config.port_high - s->config.port_low + 1;
    while (r->tries < span) {
        uint16_t port = (uint16_t)(s->config.port_low + (r->start + r->tries++) % span);
        struct nt_addr addr = nt_addr_with_port(ip, port);
        if (nt_turn_address_taken(&s->allocations, &addr) || (a->even && port % 2 != 0))
            continue;
        struct nt_addr next = nt_addr_with_port(ip, (uint16_t)(port + 1));
        if (a->reserve && (port >= s->config.port_high || nt_turn_address_taken(&s->allocations, &next)))
            continue;
        return nt_turn_relay_bind(&s->allocations, r, &addr) == NT_OK;
    }
    return false;
}

static bool open_relay(struct nt_turn_server *s, struct nt_turn_allocation *a, uint8_t family)
{
    struct nt_turn_relay *r = &a->relays[family == NT_AF_IPV6 ? NT_RELAY_V6 : NT_RELAY_V4];
    const struct nt_addr *ip = relay_ip(s, family);
    uint32_t span = (uint32_t)s->config.port_high - s->config.port_low + 1;
    r->start = (uint32_t)nt_rand_below(s->config.rand, span);
    if (ip != NULL && ask_for_port(s, r, ip))
        return true;
    a->missing = family;
    a->missing_code = ip == NULL ? 440 : 508;
    return false;
}

static bool open_reserved(struct nt_turn_server *s, struct nt_turn_allocation *a, uint64_t token)
{
    struct nt_addr addr = nt_turn_reservation_redeem(&s->reservations, &s->allocations, token);
    a->redeemed = true;
    return nt_turn_relay_bind(&s->allocations, &a->relays[addr.family == NT_AF_IPV6 ? NT_RELAY_V6 : NT_RELAY_V4], &addr) == NT_OK;
}

static bool open_relays(struct nt_turn_server *s, struct nt_turn_allocation *a, const struct wish *w)
{
    if (w->has_token)
        return open_reserved(s, a, w->token);
    if (!w->dual)
        return open_relay(s, a, w->family);
    bool v4 = open_relay(s, a, NT_AF_IPV4);
    bool v6 = open_relay(s, a, NT_AF_IPV6);
    return v4 || v6;
}

static const struct nt_turn_refusal no_memory = {508, "no memory"}, no_relay = {440, "the server relays nothing"},
                                    no_port = {508, "no port is free"},
                                    no_reservation = {508, "the limit of reservations, or the next port is taken"};

void nt_turn_serve_allocate(const struct nt_turn_request *q, nt_time now)
{
    struct nt_turn_server *s = q->server;
    struct wish w = {0};
    struct nt_turn_refusal refusal = check_allocate(q, &w);
    struct nt_turn_allocation *a =
        refusal.code == 0 ? nt_turn_allocation_new(&s->allocations, q->path, nt_turn_request_user(q)) : NULL;
    if (a == NULL) {
        nt_turn_respond_error(q, refusal.code != 0 ? &refusal : &no_memory, now);
        return;
    }
    memcpy(a->id, q->msg->id, NT_STUN_ID);
    a->key = q->auth.key, a->sha256 = q->auth.sha256;
    a->even = w.has_even, a->reserve = w.reserve;
    a->lifetime = nt_turn_granted_lifetime(&s->config, w.lifetime);
    if (!open_relays(s, a, &w)) {
        nt_turn_allocation_end(&s->allocations, a);
        bool none = relay_ip(s, NT_AF_IPV4) == NULL && relay_ip(s, NT_AF_IPV6) == NULL;
        nt_turn_respond_error(q, none ? &no_relay : &no_port, now);
    }
}

/* The port after an even one is held for whoever brings the token. */
static bool reserve_next(struct nt_turn_server *s, struct nt_turn_allocation *a, const struct nt_turn_relay *r, nt_time now)
{
    struct nt_addr next = nt_addr_with_port(&r->addr, (uint16_t)(r->addr.port + 1));
    a->token = nt_turn_reservation_make(&s->reservations, &s->allocations, &next, s->config.rand, now);
    return a->token != 0;
}

/* An error long after its request: what the response needs of the request is rebuilt. */
static void respond_failure(struct nt_turn_server *s, struct nt_turn_allocation *a, const struct nt_turn_refusal *refusal,
                            nt_time now)
{
    struct nt_stun_msg msg = {.method = NT_TURN_ALLOCATE, .id = a->id};
    struct nt_turn_request q = {.server = s, .path = &a->client, .msg = &msg, .auth = {.key = a->key, .sha256 = a->sha256}};
    nt_turn_respond_error(&q, refusal, now);
}

static bool is_pending(const struct nt_turn_allocation *a)
{
    return a->relays[NT_RELAY_V4].state == NT_RELAY_BINDING || a->relays[NT_RELAY_V6].state == NT_RELAY_BINDING;
}

static void conclude_allocate(struct nt_turn_server *s, struct nt_turn_allocation *a, nt_time now)
{
    struct nt_turn_relay *first = nt_turn_relay_for(a, NT_AF_IPV4);
    first = first != NULL ? first : nt_turn_relay_for(a, NT_AF_IPV6);
    if (first == NULL || (a->reserve && !reserve_next(s, a, first, now))) {
        respond_failure(s, a, first == NULL ? &no_port : &no_reservation, now);
        nt_turn_allocation_end(&s->allocations, a);
        return;
    }
    a->answered = true;
    for (int i = 0; i < NT_RELAYS; i++)
        if (a->relays[i].state == NT_RELAY_BOUND) {
            nt_turn_relay_expires(&s->allocations, &a->relays[i], nt_time_after(now, a->lifetime * NT_SEC));
            nt_turn_trace_between(s, NT_TR_TURN_ALLOCATED, &a->client.remote, &a->relays[i].addr, 0, now);
        }
    nt_turn_respond_allocated(s, a, now);
}

void nt_turn_port_answered(struct nt_turn_server *s, const struct nt_path *path, bool granted, nt_time now)
{
    struct nt_turn_relay *r = nt_turn_relay_by_id(&s->allocations, path->id);
    if (r == NULL || r->state != NT_RELAY_BINDING)
        return;
    struct nt_turn_allocation *a = r->owner;
    uint8_t family = r->addr.family;
    if (granted) {
        nt_turn_relay_bound(r);
    } else {
        nt_turn_relay_refused(&s->allocations, r);
        if (!a->redeemed && ask_for_port(s, r, relay_ip(s, family)))
            return;
        a->missing = family;
        a->missing_code = 508;
    }
    if (!is_pending(a))
        conclude_allocate(s, a, now);
}
