#include "core/ice/relay.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "core/turn/client.h"

#include <stdlib.h>
#include <string.h>

struct nt_ice_relay {
    struct nt_turn_client *client;
    uint16_t base, next_base; /* next: NT_ICE_NO_BASE, or the one that is being bound for it */
    struct nt_addr relayed;
    struct nt_path connection; /* over TCP and TLS; id 0: there is none, nor is one asked for */
    bool connected;
    bool alive;    /* the allocation stands, and is a candidate */
    uint8_t *held; /* a message of the client that has not left yet: NT_TURN_REQUEST_MAX bytes */
    size_t held_len;
    bool held_paced; /* it starts a transaction and waits for the pacer */
    struct nt_path held_path;
};

struct nt_ice_relays {
    const struct nt_ice_config *config;
    struct nt_rand *rand;
    struct nt_ice_relay *items;
    size_t count, cap;
    size_t drained; /* items without events, from the first one */
    bool connects;  /* a server is asked over TCP or TLS */
    uint32_t next_connection;
};

struct nt_ice_relays *nt_ice_relays_new(const struct nt_ice_config *config, struct nt_rand *rand)
{
    struct nt_ice_relays *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->config = config;
    r->rand = rand;
    r->next_connection = NT_ICE_NO_BASE + 1U; /* requests to bind have the numbers below */
    for (size_t i = 0; i < config->turn_count; i++)
        r->connects = r->connects || config->turn[i].transport != NT_UDP;
    return r;
}

void nt_ice_relays_del(struct nt_ice_relays *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->count; i++) {
        nt_turn_client_del(r->items[i].client);
        free(r->items[i].held);
    }
    free(r->items);
    free(r);
}

int nt_ice_relays_reserve(struct nt_ice_relays *r, size_t sources)
{
    int err = nt_grow(&r->items, &r->cap, sources, sizeof *r->items, INT16_MAX);
    if (err == NT_OK && r->count < sources)
        r->count = sources;
    return err;
}

int nt_ice_relays_allocate(struct nt_ice_relays *r, uint16_t source, uint16_t base, const struct nt_addr *local, size_t server,
                           nt_time now)
{
    const struct nt_ice_turn *turn = &r->config->turn[server];
    struct nt_turn_client_config config = {.server = turn->server,
                                           .transport = turn->transport,
                                           .name = turn->name,
                                           .base = turn->transport == NT_UDP ? *local : nt_addr_with_port(local, 0),
                                           .family = turn->server.family,
                                           .user = turn->user,
                                           .password = turn->password,
                                           .software = r->config->software,
                                           .dont_fragment = r->config->dont_fragment,
                                           .rand = r->rand,
                                           .trace = r->config->trace};
    struct nt_ice_relay *relay = &r->items[source];
    relay->held = relay->held != NULL ? relay->held : malloc(NT_TURN_REQUEST_MAX);
    relay->client = relay->held != NULL ? nt_turn_client_new(&config) : NULL;
    if (relay->client == NULL)
        return NT_ENOMEM;
    relay->base = base;
    relay->next_base = NT_ICE_NO_BASE;
    nt_turn_client_allocate(relay->client, now);
    nt_ice_relays_pull(r, now);
    relay->held_paced = false; /* it has the pacer's turn already */
    return NT_OK;
}

bool nt_ice_relays_is_free(const struct nt_ice_relays *r, uint16_t source)
{
    const struct nt_ice_relay *relay = &r->items[source];
    return relay->client == NULL || (nt_turn_client_state(relay->client) == NT_TURN_GONE && relay->connection.id == 0);
}

void nt_ice_relays_forget(struct nt_ice_relays *r, uint16_t source)
{
    struct nt_ice_relay *relay = &r->items[source];
    nt_turn_client_del(relay->client);
    *relay = (struct nt_ice_relay){.held = relay->held};
}

bool nt_ice_relays_is_asked(const struct nt_ice_relays *r, uint16_t source)
{
    const struct nt_ice_relay *relay = &r->items[source];
    return relay->client != NULL && nt_turn_client_state(relay->client) == NT_TURN_ALLOCATING &&
           !nt_turn_client_is_over(relay->client);
}

bool nt_ice_relays_uses(const struct nt_ice_relays *r, uint16_t base)
{
    for (size_t i = 0; i < r->count; i++)
        if (!nt_ice_relays_is_free(r, (uint16_t)i) && (r->items[i].base == base || r->items[i].next_base == base))
            return true;
    return false;
}

void nt_ice_relays_lose(struct nt_ice_relays *r, uint16_t source, const char *why, nt_time now)
{
    struct nt_ice_relay *relay = &r->items[source];
    nt_turn_client_lose(relay->client, why, now);
    relay->held_len = 0;
    r->drained = 0;
}

static bool is_gone(const struct nt_ice_bases *bases, uint16_t base)
{
    return base != NT_ICE_NO_BASE && nt_ice_bases_at(bases, base)->state == NT_ICE_BASE_GONE;
}

void nt_ice_relays_lose_bases(struct nt_ice_relays *r, const struct nt_ice_bases *bases, nt_time now)
{
    for (uint16_t i = 0; i < nt_ice_relays_count(r); i++)
        if (!nt_ice_relays_is_free(r, i) && (is_gone(bases, r->items[i].base) || is_gone(bases, r->items[i].next_base)))
            nt_ice_relays_lose(r, i, "its interface is gone", now);
}

void nt_ice_relays_adopt(struct nt_ice_relays *r, uint16_t source)
{
    r->items[source].alive = true;
}

bool nt_ice_relays_check(struct nt_ice_relays *r, uint16_t source, nt_time now)
{
    return nt_turn_client_check(r->items[source].client, now);
}

static void move_client(struct nt_ice_relays *r, struct nt_ice_relay *relay, const struct nt_addr *local, nt_time now)
{
    relay->base = local != NULL ? relay->next_base : relay->base;
    relay->next_base = NT_ICE_NO_BASE;
    nt_turn_client_move(relay->client, local, now);
    r->drained = 0;
}

void nt_ice_relays_move(struct nt_ice_relays *r, uint16_t source, uint16_t base, nt_time now)
{
    r->items[source].next_base = base;
    if (base == NT_ICE_NO_BASE)
        move_client(r, &r->items[source], NULL, now);
}

void nt_ice_relays_bound(struct nt_ice_relays *r, uint16_t base, const struct nt_addr *local, nt_time now)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->items[i].client != NULL && r->items[i].next_base == base)
            move_client(r, &r->items[i], local, now);
}

static bool is_waiting(const struct nt_ice_relay *relay)
{
    return relay->client != NULL && nt_turn_client_state(relay->client) == NT_TURN_WAITING;
}

void nt_ice_relays_stop_waiting(struct nt_ice_relays *r, nt_time now)
{
    for (size_t i = 0; i < r->count; i++) {
        if (!is_waiting(&r->items[i]))
            continue;
        nt_turn_client_release(r->items[i].client, now);
        r->drained = 0;
    }
}

bool nt_ice_relays_input(struct nt_ice_relays *r, uint16_t base, const struct nt_path *path, const uint8_t *bytes, size_t len,
                         nt_time now)
{
    for (size_t i = 0; i < r->count; i++) {
        struct nt_ice_relay *relay = &r->items[i];
        if (relay->client == NULL || relay->base != base || !nt_turn_client_input(relay->client, path, bytes, len, now))
            continue;
        r->drained = 0;
        return true;
    }
    return false;
}

/* What was to leave on the connection is gone with it. */
static void forget_connection(struct nt_ice_relay *relay)
{
    relay->connection = (struct nt_path){0};
    relay->connected = false;
    relay->held_len = 0;
}

int nt_ice_relays_request(struct nt_ice_relays *r, struct nt_request *req)
{
    for (size_t i = 0; r->connects && i < r->count; i++) {
        struct nt_ice_relay *relay = &r->items[i];
        if (relay->client == NULL || nt_turn_client_request(relay->client, r->next_connection, req) == 0)
            continue;
        forget_connection(relay);
        if (req->kind == NT_REQ_CONNECT) {
            relay->connection = req->path;
            r->next_connection++;
        }
        return 1;
    }
    return 0;
}

static struct nt_ice_relay *find_connection(const struct nt_ice_relays *r, uint32_t id)
{
    for (size_t i = 0; id != 0 && i < r->count; i++)
        if (r->items[i].connection.id == id)
            return &r->items[i];
    return NULL;
}

bool nt_ice_relays_heard(struct nt_ice_relays *r, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len,
                         nt_time now)
{
    struct nt_ice_relay *relay = find_connection(r, path->id);
    if (relay == NULL)
        return false;
    r->drained = 0;
    switch (kind) {
    case NT_IN_CONNECTED:
        relay->connection.local = path->local;
        relay->connected = true;
        return nt_turn_client_connected(relay->client, path, now);
    case NT_IN_STREAM: return nt_turn_client_stream(relay->client, path, bytes, len, now);
    case NT_IN_SEND_FAILED: return nt_turn_client_not_taken(relay->client, path, now);
    default: forget_connection(relay); return nt_turn_client_closed(relay->client, path, len > 0 ? bytes[0] : 0, now);
    }
}

void nt_ice_relays_hang_up(struct nt_ice_relays *r, nt_time now)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->items[i].connection.id != 0)
            nt_turn_client_lose(r->items[i].client, "ICE has ended", now);
}

void nt_ice_relays_timer(struct nt_ice_relays *r, nt_time now)
{
    for (size_t i = 0; i < r->count; i++) {
        if (r->items[i].client == NULL || nt_turn_client_deadline(r->items[i].client) > now)
            continue;
        nt_turn_client_timer(r->items[i].client, now);
        r->drained = 0;
    }
}

/* A client whose message is held waits for the pacer, whatever else it has to send. */
nt_time nt_ice_relays_deadline(const struct nt_ice_relays *r, nt_time next_start)
{
    nt_time at = NT_TIME_NEVER;
    for (size_t i = 0; i < r->count; i++) {
        const struct nt_ice_relay *relay = &r->items[i];
        bool held = relay->held_len > 0 && relay->held_paced;
        nt_time own = relay->client != NULL ? nt_turn_client_deadline(relay->client) : NT_TIME_NEVER;
        at = nt_time_min(at, held ? next_start : own);
    }
    return at;
}

/* What the owner need not know is no event: kind 0. */
static struct nt_ice_relay_event translate(struct nt_ice_relay *relay, const struct nt_turn_event *from)
{
    struct nt_ice_relay_event ev = {
        .base = relay->base, .relayed = from->relayed, .mapped = from->mapped, .peer = from->peer, .code = from->code};
    switch (from->kind) {
    case NT_TURN_EV_ALLOCATED:
        relay->relayed = from->relayed;
        ev.kind = NT_ICE_RELAY_ALLOCATED;
        break;
    case NT_TURN_EV_STANDS: ev.kind = NT_ICE_RELAY_STANDS; break;
    case NT_TURN_EV_MOVE: ev.kind = NT_ICE_RELAY_MOVE; break;
    case NT_TURN_EV_FAILED:
        relay->alive = false;
        ev.kind = NT_ICE_RELAY_FAILED;
        break;
    case NT_TURN_EV_PERMITTED: ev.kind = NT_ICE_RELAY_OPENED; break;
    case NT_TURN_EV_FORBIDDEN:
        if (!nt_turn_client_permitted(relay->client, &from->peer)) /* a channel may be, and the permission stand */
            ev.kind = NT_ICE_RELAY_CLOSED;
        break;
    case NT_TURN_EV_DATA:
        ev.kind = NT_ICE_RELAY_DATA;
        ev.bytes = from->bytes;
        ev.len = from->len;
        break;
    case NT_TURN_EV_ICMP:
        ev.kind = NT_ICE_RELAY_ICMP;
        ev.icmp_type = from->icmp_type;
        ev.icmp_code = from->icmp_code;
        ev.mtu = from->mtu;
        break;
    case NT_TURN_EV_RELEASED:
        relay->alive = false;
        ev.kind = NT_ICE_RELAY_CLOSED;
        break;
    default: break;
    }
    return ev;
}

bool nt_ice_relays_event(struct nt_ice_relays *r, struct nt_ice_relay_event *ev)
{
    for (; r->drained < r->count; r->drained++) {
        struct nt_ice_relay *relay = &r->items[r->drained];
        struct nt_turn_event from;
        while (relay->client != NULL && nt_turn_client_event(relay->client, &from) == 1) {
            *ev = translate(relay, &from);
            ev->source = (uint16_t)r->drained;
            if (ev->kind != 0)
                return true;
        }
    }
    return false;
}

/* Is what is held the first message of a transaction? */
static bool starts_transaction(const struct nt_ice_relay *relay)
{
    bool request = relay->held_len >= NT_STUN_HEADER && nt_stun_looks_like(relay->held, relay->held_len) &&
                   (nt_load16(relay->held) & 0x0110) == 0;
    return request && !nt_turn_client_retransmits(relay->client, relay->held + NT_STUN_HEADER - NT_STUN_ID);
}

void nt_ice_relays_pull(struct nt_ice_relays *r, nt_time now)
{
    for (size_t i = 0; i < r->count; i++) {
        struct nt_ice_relay *relay = &r->items[i];
        if (relay->client == NULL || relay->held_len > 0)
            continue;
        relay->held_len = nt_turn_client_output(relay->client, &relay->held_path, relay->held, NT_TURN_REQUEST_MAX, now);
        relay->held_paced = relay->held_len > 0 && starts_transaction(relay);
    }
}

bool nt_ice_relays_start_one(struct nt_ice_relays *r, nt_time now)
{
    for (size_t i = 0; i < r->count; i++) {
        struct nt_ice_relay *relay = &r->items[i];
        if (relay->held_len > 0 && relay->held_paced) {
            relay->held_paced = false;
            nt_turn_client_left(relay->client, relay->held + NT_STUN_HEADER - NT_STUN_ID, now);
            return true;
        }
    }
    return false;
}

size_t nt_ice_relays_output(struct nt_ice_relays *r, struct nt_path *path, uint8_t *buf, size_t cap)
{
    for (size_t i = 0; i < r->count; i++) {
        struct nt_ice_relay *relay = &r->items[i];
        size_t len = relay->held_len;
        if (len == 0 || relay->held_paced || len > cap)
            continue;
        memcpy(buf, relay->held, len);
        *path = relay->held_path;
        relay->held_len = 0;
        return len;
    }
    return 0;
}

uint16_t nt_ice_relays_count(const struct nt_ice_relays *r)
{
    return (uint16_t)r->count;
}

bool nt_ice_relays_alive(const struct nt_ice_relays *r, uint16_t source)
{
    return r->items[source].alive;
}

bool nt_ice_relays_stands(const struct nt_ice_relays *r, uint16_t source)
{
    return r->items[source].alive && nt_turn_client_state(r->items[source].client) == NT_TURN_ALLOCATED;
}

const struct nt_addr *nt_ice_relays_address(const struct nt_ice_relays *r, uint16_t source)
{
    return &r->items[source].relayed;
}

const struct nt_addr *nt_ice_relays_server(const struct nt_ice_relays *r, uint16_t source)
{
    return nt_turn_client_server(r->items[source].client);
}

int nt_ice_relays_permit(struct nt_ice_relays *r, uint16_t source, const struct nt_addr *peer, nt_time now)
{
    struct nt_ice_relay *relay = &r->items[source];
    return relay->alive ? nt_turn_client_permit(relay->client, peer, now) : NT_ESTATE;
}

bool nt_ice_relays_permitted(const struct nt_ice_relays *r, uint16_t source, const struct nt_addr *peer)
{
    const struct nt_ice_relay *relay = &r->items[source];
    return relay->alive && nt_turn_client_permitted(relay->client, peer);
}

void nt_ice_relays_bind_channel(struct nt_ice_relays *r, uint16_t source, const struct nt_addr *peer, nt_time now)
{
    nt_turn_client_bind_channel(r->items[source].client, peer, now);
}

size_t nt_ice_relays_wrap(struct nt_ice_relays *r, uint16_t source, const struct nt_addr *peer, const uint8_t *bytes, size_t len,
                          struct nt_path *path, uint8_t *buf, size_t cap)
{
    struct nt_ice_relay *relay = &r->items[source];
    int n = relay->client != NULL ? nt_turn_client_wrap(relay->client, peer, bytes, len, path->df != 0, buf, cap) : NT_ESTATE;
    if (n > 0 && relay->connection.id != 0)
        *path = relay->connection;
    if (n > 0)
        path->remote = *nt_turn_client_server(relay->client);
    return n > 0 ? (size_t)n : 0;
}

static bool has_allocation(const struct nt_ice_relay *relay)
{
    enum nt_turn_client_state state = relay->client != NULL ? nt_turn_client_state(relay->client) : NT_TURN_GONE;
    return state == NT_TURN_ALLOCATING || state == NT_TURN_WAITING || state == NT_TURN_ALLOCATED;
}

void nt_ice_relays_release(struct nt_ice_relays *r, uint16_t source, nt_time now)
{
    struct nt_ice_relay *relay = &r->items[source];
    if (!has_allocation(relay))
        return;
    nt_turn_client_release(relay->client, now);
    if (relay->connection.id != 0 && !relay->connected) /* the server has heard of nothing */
        nt_turn_client_lose(relay->client, "there is no connection to its server yet", now);
    r->drained = 0;
}

bool nt_ice_relays_released(const struct nt_ice_relays *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (has_allocation(&r->items[i]) ||
            (r->items[i].client != NULL && nt_turn_client_state(r->items[i].client) == NT_TURN_RELEASING))
            return false;
    return true;
}
