/* The TURN server as an endpoint: what arrives goes to request.c or relay.c, ports and datagrams are pulled. */
#include "core/turn/server.h"
#include "core/base/err.h"
#include "core/base/strings.h"
#include "core/stun/binding_answer.h"
#include "core/turn/allocate.h"
#include "core/turn/refresh.h"
#include "core/turn/relay.h"
#include "core/turn/request.h"
#include "core/turn/server_trace.h"

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

static const struct nt_why unreadable = {NT_DISCARD_UNREADABLE, "neither STUN nor ChannelData"},
                           no_connection = {NT_DISCARD_STATE, "the connection has ended"},
                           not_taken = {NT_DISCARD_NO_ROOM, "%a does not read as fast as it is written to"},
                           not_for_us = {NT_DISCARD_UNSUPPORTED, "not for a TURN server"},
                           queue_full = {NT_DISCARD_NO_ROOM, "the queue of the server is full"};

static void answer_binding(struct nt_turn_server *s, const struct nt_path *path, const struct nt_stun_msg *msg, uint32_t cookie,
                           nt_time now)
{
    const struct nt_binding_sockets plain = {.at = {path->local}, .count = 1};
    const struct nt_binding_request q = {.msg = msg, .cookie = cookie, .path = path, .sockets = &plain};
    struct nt_stun_decision d = nt_stun_decide(&s->config.admission, msg, &path->remote, now);
    size_t cap = NT_STUN_ANSWER_MAX(msg->len);
    uint8_t *room = d.code != NT_UNANSWERED ? nt_stun_outbox_room(&s->outbox, cap) : NULL;
    if (room == NULL) {
        nt_turn_trace_drop(s, d.code == NT_UNANSWERED ? &nt_why_unanswered : &queue_full, &path->remote, NULL, now);
        return;
    }
    struct nt_path back;
    size_t len = nt_binding_answer(&q, &d, s->config.software, &back, room, cap);
    if (len > 0)
        nt_stun_outbox_commit(&s->outbox, &back, len);
}

static void take_message(struct nt_turn_server *s, const struct nt_path *path, const struct nt_stun_msg *msg, nt_time now)
{
    bool request = msg->class_ == NT_STUN_REQUEST, indication = msg->class_ == NT_STUN_INDICATION;
    if (request && nt_turn_serves(msg->method))
        nt_turn_serve(s, path, msg, now);
    else if (indication && msg->method == NT_TURN_SEND)
        nt_turn_relay_send(s, path, msg, now);
    else if (request && msg->method == NT_STUN_BINDING)
        answer_binding(s, path, msg, NT_STUN_COOKIE, now);
    else if (!indication || msg->method != NT_STUN_BINDING) /* a keepalive */
        nt_turn_trace_drop(s, &not_for_us, &path->remote, NULL, now);
}

static void take_from_client(struct nt_turn_server *s, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_stun_msg msg;
    uint8_t copy[NT_STUN_CLASSIC_MAX];
    if (len > 0 && bytes[0] >= 64 && bytes[0] <= 79) {
        nt_turn_relay_channel_data(s, path, bytes, len, now);
        return;
    }
    int r = nt_stun_parse(&msg, bytes, len);
    if (r == NT_OK)
        take_message(s, path, &msg, now);
    else if (r == NT_ELIMIT && msg.class_ == NT_STUN_REQUEST && (nt_turn_serves(msg.method) || msg.method == NT_STUN_BINDING))
        nt_turn_refuse_unread(s, path, &msg, now);
    else if (nt_stun_parse_classic(&msg, copy, bytes, len) == NT_OK)
        answer_binding(s, path, &msg, nt_load32(bytes + 4), now);
    else
        nt_turn_trace_drop(s, nt_stun_looks_like(bytes, len) ? nt_stun_flaw(r) : &unreadable, &path->remote, NULL, now);
}

/* Its allocation can be reached by nobody any more: the 5-tuple is gone. */
static void release_of(struct nt_turn_server *s, const struct nt_path *path, nt_time now)
{
    struct nt_turn_allocation *a = nt_turn_by_client(&s->allocations, path);
    if (a != NULL)
        nt_turn_release(s, a, now);
}

static void end_connection(struct nt_turn_server *s, struct nt_stun_connection *c, const char *why, nt_time now)
{
    release_of(s, &c->path, now);
    nt_stun_connection_end(&s->connections, c, why, now);
}

static void take_stream(struct nt_turn_server *s, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_stun_connection *c = nt_stun_connection_of(&s->connections, path);
    const uint8_t *message;
    size_t message_len;
    if (c == NULL) {
        nt_turn_trace_drop(s, &no_connection, &path->remote, NULL, now);
        return;
    }
    nt_stun_connection_put(&s->connections, c, path, bytes, len, now);
    while (nt_stun_connection_next(&s->connections, c, &message, &message_len, now))
        take_from_client(s, &c->path, message, message_len, now);
    const struct nt_why *broken = nt_stun_stream_broken(&c->stream);
    if (broken == NULL)
        return;
    nt_turn_trace_drop(s, broken, &path->remote, NULL, now);
    end_connection(s, c, broken->text, now);
}

static void take_closed(struct nt_turn_server *s, const struct nt_path *path, nt_time now)
{
    if (path->transport == NT_UDP) {
        nt_turn_port_answered(s, path, false, now);
        return;
    }
    release_of(s, path, now);
    nt_stun_connection_gone(&s->connections, path);
}

static void server_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_turn_server *s = self;
    switch (kind) {
    case NT_IN_DATAGRAM:
        if (path->transport != NT_UDP)
            break;
        if (nt_addr_equal(&path->local, nt_turn_listen(s, path->local.family)))
            take_from_client(s, path, bytes, len, now);
        else
            nt_turn_relay_from_peer(s, path, bytes, len, now);
        break;
    case NT_IN_STREAM: take_stream(s, path, bytes, len, now); break;
    case NT_IN_ACCEPTED: nt_stun_connection_accept(&s->connections, path, now); break;
    case NT_IN_CONNECTED: nt_turn_port_answered(s, path, true, now); break;
    case NT_IN_CLOSED: take_closed(s, path, now); break;
    case NT_IN_SEND_FAILED:
        if (path->transport != NT_UDP)
            nt_turn_trace_drop(s, &not_taken, &path->remote, NULL, now);
        break;
    case NT_IN_ICMP:
        if (len == NT_ICMP_INPUT)
            nt_turn_relay_icmp(s, path, bytes, now);
        break;
    default: break;
    }
}

static void server_timer(void *self, nt_time now)
{
    struct nt_turn_server *s = self;
    struct nt_stun_connection *c;
    const char *why;
    nt_turn_reservations_expire(&s->reservations, &s->allocations, now);
    nt_turn_expire_allocations(s, now);
    while ((c = nt_stun_connection_overdue(&s->connections, &why, now)) != NULL)
        if (c->queue == NT_STUN_OPEN && nt_turn_by_client(&s->allocations, &c->path) != NULL)
            nt_stun_connection_stays(&s->connections, c, now); /* for as long as its allocation is refreshed */
        else
            end_connection(s, c, why, now);
    nt_stun_connections_timer(&s->connections, now);
}

static size_t server_output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_turn_server *s = self;
    (void)now;
    return nt_stun_outbox_take(&s->outbox, path, buf, cap);
}

static nt_time server_deadline(const void *self)
{
    const struct nt_turn_server *s = self;
    nt_time own = nt_time_min(nt_turn_reservations_deadline(&s->reservations), nt_turn_allocations_deadline(&s->allocations));
    return nt_time_min(own, nt_stun_connections_deadline(&s->connections));
}

static int server_request(void *self, struct nt_request *req)
{
    struct nt_turn_server *s = self;
    while (s->listens_asked < NT_STUN_LISTENS) {
        unsigned n = s->listens_asked++;
        bool listens = nt_stun_listen_request(&s->config.transports, &s->config.listen, &s->config.listen6, n, req);
        req->path.id = n + 1;
        if (listens)
            return 1;
    }
    return nt_turn_relay_request(&s->allocations, req) == 1 || nt_stun_connections_request(&s->connections, req) == 1;
}

struct nt_endpoint nt_turn_server_endpoint(struct nt_turn_server *s)
{
    static const struct nt_endpoint_ops ops = {.input = server_input,
                                               .timer = server_timer,
                                               .output = server_output,
                                               .deadline = server_deadline,
                                               .request = server_request};
    return (struct nt_endpoint){.ops = &ops, .self = s};
}

int nt_turn_server_end_user(struct nt_turn_server *s, const char *user, nt_time until)
{
    return nt_stun_realm_end_user(&s->realm, user, until);
}

size_t nt_turn_server_allocations(const struct nt_turn_server *s)
{
    return s->allocations.live;
}

void nt_turn_server_reset(struct nt_turn_server *s, nt_time now)
{
    nt_turn_release_allocations(s, now);
    nt_turn_reservations_expire(&s->reservations, &s->allocations, NT_TIME_NEVER);
    nt_stun_outbox_free(&s->outbox);
    nt_stun_connections_reset(&s->connections, now);
    nt_stun_realm_renew_secret(&s->realm, s->config.rand);
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

static struct nt_prefix *copy_prefixes(const struct nt_prefix *prefixes, size_t count, int *err)
{
    struct nt_prefix *copy = count > 0 ? malloc(count * sizeof *copy) : NULL;
    if (copy != NULL)
        memcpy(copy, prefixes, count * sizeof *copy);
    else if (count > 0)
        *err = NT_ENOMEM;
    return copy;
}

static bool set_up(struct nt_turn_server *s, const struct nt_turn_server_config *config)
{
    int err = NT_OK;
    struct nt_turn_server_config *c = &s->config;
    c->deny = copy_prefixes(config->deny, config->deny_count, &err);
    c->software = nt_strdup(config->software, &err);
    if (nt_turn_allocations_init(&s->allocations, c->account_count) != NT_OK || err != NT_OK ||
        nt_turn_address_hold(&s->allocations, &c->listen) != NT_OK || nt_turn_address_hold(&s->allocations, &c->listen6) != NT_OK ||
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
    nt_stun_connections_init(&s->connections, &config->transports, true, &s->config.trace);
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
    nt_stun_connections_free(&s->connections);
    nt_stun_outbox_free(&s->outbox);
    nt_stun_realm_free(&s->realm);
    nt_turn_reservations_free(&s->reservations);
    free((void *)(uintptr_t)s->config.deny);
    free((void *)(uintptr_t)s->config.software);
    free(s);
}
