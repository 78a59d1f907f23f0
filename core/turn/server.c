/* The TURN server as an endpoint: what arrives is handed to requests and relaying, ports and datagrams are pulled. */
#include "core/turn/server.h"
#include "core/base/err.h"
#include "core/turn/server_state.h"

#include <stdlib.h>
#include <string.h>

/* RFC 8656, 7.2: "the server SHOULD only allocate ports from the range 49152 - 65535" */
#define PORT_LOW 49152
#define PORT_HIGH 65535
/* RFC 8656, 2: "default [...] 600 seconds"; 7.2: "a maximum allowed lifetime value of no more than 3600 seconds" */
#define LIFETIME 600
#define LIFETIME_MAX 3600
/* RFC 8656, 5: "SHOULD expire the nonce at least once every hour" */
#define NONCE_LIFETIME (3600 * NT_SEC)
#define ALLOCATIONS_MAX 100000

void nt_turn_drop(const struct nt_turn_server *s, const struct nt_addr *client, const struct nt_addr *peer, const char *why,
                  nt_time now)
{
    struct nt_trace_event event = {.at = now, .kind = NT_TR_TURN_DROP, .text = why};
    if (client != NULL)
        event.a = *client;
    if (peer != NULL)
        event.b = *peer;
    nt_trace_emit(&s->config.trace, event);
}

uint32_t nt_turn_lifetime(const struct nt_turn_server *s, uint32_t asked)
{
    uint32_t wanted = asked < s->config.lifetime_max ? asked : s->config.lifetime_max;
    return wanted > s->config.lifetime ? wanted : s->config.lifetime;
}

uint32_t nt_turn_seconds_left(const struct nt_turn_relay *r, nt_time now)
{
    return (uint32_t)((r->expiry.at - now + NT_SEC - 1) / NT_SEC);
}

void nt_turn_released(struct nt_turn_server *s, struct nt_turn_relay *r, nt_time now)
{
    size_t user = (size_t)(r->owner->user - s->realm.users);
    nt_trace_emit(&s->config.trace,
                  (struct nt_trace_event){.at = now, .kind = NT_TR_TURN_RELEASED, .a = r->owner->client, .b = r->addr});
    if (nt_turn_relay_end(&s->allocations, r))
        s->held[user]--;
}

static void from_client(struct nt_turn_server *s, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_stun_msg msg;
    if (len > 0 && bytes[0] >= 64 && bytes[0] <= 79) {
        nt_turn_relay_channel_data(s, path, bytes, len, now);
        return;
    }
    if (!nt_stun_looks_like(bytes, len) || nt_stun_parse(&msg, bytes, len) != NT_OK) {
        nt_turn_drop(s, &path->remote, NULL, "neither STUN nor ChannelData", now);
        return;
    }
    bool turn = msg.method == NT_TURN_ALLOCATE || msg.method == NT_TURN_REFRESH || msg.method == NT_TURN_CREATE_PERMISSION ||
                msg.method == NT_TURN_CHANNEL_BIND;
    if (msg.class_ == NT_STUN_REQUEST && turn) {
        nt_turn_serve(s, path, &msg, now);
    } else if (msg.class_ == NT_STUN_INDICATION && msg.method == NT_TURN_SEND) {
        nt_turn_relay_send(s, path, &msg, now);
    } else if (msg.class_ == NT_STUN_REQUEST && msg.method == NT_STUN_BINDING) {
        uint8_t *room = nt_turn_outbox_room(&s->outbox, NT_TURN_MESSAGE_MAX);
        struct nt_path back = {.transport = NT_UDP, .local = path->local, .remote = path->remote};
        size_t n = room != NULL ? nt_stun_answer_binding(&msg, &path->remote, s->config.software, room, NT_TURN_MESSAGE_MAX) : 0;
        if (n > 0)
            nt_turn_outbox_commit(&s->outbox, &back, n);
    } else if (msg.class_ != NT_STUN_INDICATION || msg.method != NT_STUN_BINDING) {
        nt_turn_drop(s, &path->remote, NULL, "not for a TURN server", now);
    }
}

static void input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_turn_server *s = self;
    switch (kind) {
    case NT_IN_DATAGRAM:
        if (path->transport != NT_UDP)
            break;
        if (nt_addr_equal(&path->local, &s->config.listen))
            from_client(s, path, bytes, len, now);
        else
            nt_turn_relay_from_peer(s, path, bytes, len, now);
        break;
    case NT_IN_CONNECTED:
    case NT_IN_CLOSED: nt_turn_port_answered(s, path, kind == NT_IN_CONNECTED, now); break;
    case NT_IN_ICMP:
        if (len >= 2)
            nt_turn_relay_icmp(s, path, bytes[0], bytes[1], now);
        break;
    default: break;
    }
}

static void timer(void *self, nt_time now)
{
    struct nt_turn_server *s = self;
    struct nt_turn_timer *t;
    nt_turn_expire_reservations(s, now);
    while ((t = nt_turn_expiry_first(&s->allocations.expiry)) != NULL && t->at <= now)
        nt_turn_released(s, nt_turn_relay_by_id(&s->allocations, t->tag), now);
}

static size_t output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_turn_server *s = self;
    (void)now;
    return nt_turn_outbox_take(&s->outbox, path, buf, cap);
}

static nt_time deadline(const void *self)
{
    const struct nt_turn_server *s = self;
    const struct nt_turn_timer *first = nt_turn_expiry_first(&s->allocations.expiry);
    nt_time reservation = s->reservation_count > 0 ? s->reservations[0].expires : NT_TIME_NEVER;
    return nt_time_min(reservation, first != NULL ? first->at : NT_TIME_NEVER);
}

static int request(void *self, struct nt_request *req)
{
    struct nt_turn_server *s = self;
    if (!s->listen_asked) {
        s->listen_asked = true;
        *req = (struct nt_request){.kind = NT_REQ_BIND,
                                   .path = {.transport = NT_UDP, .id = NT_TURN_LISTEN_ID, .local = s->config.listen}};
        return 1;
    }
    return nt_turn_relay_request(&s->allocations, req);
}

struct nt_endpoint nt_turn_server_endpoint(struct nt_turn_server *s)
{
    static const struct nt_endpoint_ops ops = {
        .input = input, .timer = timer, .output = output, .deadline = deadline, .request = request};
    return (struct nt_endpoint){.ops = &ops, .self = s};
}

size_t nt_turn_server_allocations(const struct nt_turn_server *s)
{
    return s->allocations.live;
}

static void set_defaults(struct nt_turn_server_config *c)
{
    if (c->port_low == 0 && c->port_high == 0)
        c->port_low = PORT_LOW, c->port_high = PORT_HIGH;
    if (!c->md5 && !c->sha256)
        c->md5 = true;
    c->lifetime = c->lifetime != 0 ? c->lifetime : LIFETIME;
    c->lifetime_max = c->lifetime_max != 0 ? c->lifetime_max : LIFETIME_MAX;
    c->nonce_lifetime = c->nonce_lifetime != 0 ? c->nonce_lifetime : NONCE_LIFETIME;
    c->allocations_max = c->allocations_max != 0 ? c->allocations_max : ALLOCATIONS_MAX;
}

/* A copy of n bytes, or NULL; none for none. */
static void *copy(const void *bytes, size_t n, bool *failed)
{
    void *out = bytes != NULL && n > 0 ? malloc(n) : NULL;
    if (out != NULL)
        memcpy(out, bytes, n);
    else if (bytes != NULL && n > 0)
        *failed = true;
    return out;
}

static bool set_up(struct nt_turn_server *s, const struct nt_turn_server_config *config)
{
    bool failed = false;
    struct nt_turn_server_config *c = &s->config;
    c->deny = copy(config->deny, config->deny_count * sizeof *config->deny, &failed);
    c->software = copy(config->software, config->software != NULL ? strlen(config->software) + 1 : 0, &failed);
    s->held = calloc(c->account_count + 1, sizeof *s->held);
    if (failed || s->held == NULL ||
        nt_stun_realm_init(&s->realm, c->realm, c->md5, c->sha256, c->nonce_lifetime, c->rand) != NT_OK)
        return false;
    for (size_t i = 0; i < c->account_count; i++)
        if (nt_stun_realm_add_user(&s->realm, config->accounts[i].user, config->accounts[i].password) != NT_OK)
            return false;
    c->realm = NULL;
    c->accounts = NULL;
    return true;
}

struct nt_turn_server *nt_turn_server_new(const struct nt_turn_server_config *config)
{
    if (config->realm == NULL || config->rand == NULL || config->port_low > config->port_high)
        return NULL;
    struct nt_turn_server *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->config = *config;
    set_defaults(&s->config);
    nt_turn_allocations_init(&s->allocations);
    if (!set_up(s, config)) {
        nt_turn_server_del(s);
        return NULL;
    }
    return s;
}

void nt_turn_server_del(struct nt_turn_server *s)
{
    if (s == NULL)
        return;
    nt_turn_allocations_free(&s->allocations);
    nt_turn_outbox_free(&s->outbox);
    nt_stun_realm_free(&s->realm);
    free(s->reservations);
    free(s->held);
    free((void *)(uintptr_t)s->config.deny);
    free((void *)(uintptr_t)s->config.software);
    free(s);
}
