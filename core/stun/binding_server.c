/* The STUN server's endpoint: its sockets, one or four in each address family, its connections, and the answers that wait to be
 * pulled. */
#include "core/stun/binding_server.h"

#include "core/base/err.h"
#include "core/stun/binding_answer.h"
#include "core/stun/connections.h"
#include "core/stun/outbox.h"

#include <stdlib.h>

#define SOCKETS 4 /* of a service */

enum { V4, V6, SERVICES };

#define FIRST_LISTENER (SERVICES * SOCKETS) /* its request's id; those of UDP sockets are below it */

struct service {                       /* in one address family */
    struct nt_binding_sockets sockets; /* count: 4 once all of them are bound, 1 before */
    unsigned wanted, asked;            /* sockets to bind, and asked for */
    bool bound[SOCKETS];
};

struct nt_stun_server {
    struct nt_stun_server_config config;
    struct service services[SERVICES];
    struct nt_stun_connections connections;
    unsigned listens_asked;
    struct nt_stun_outbox outbox;
};

static const struct nt_why queue_full = {NT_DISCARD_NO_ROOM, "the queue of the server is full"},
                           not_binding = {NT_DISCARD_UNSUPPORTED, "not a Binding request"},
                           no_socket = {NT_DISCARD_NO_RECIPIENT, "no socket of this server has the address"},
                           no_connection = {NT_DISCARD_STATE, "the connection has ended"},
                           not_taken = {NT_DISCARD_NO_ROOM, "%a does not read as fast as it is written to"},
                           icmp_error = {NT_DISCARD_UNUSED, "ICMP errors are not acted on"},
                           too_long = {NT_DISCARD_SIZE, "the answer is too long"};

static struct service service_of(const struct nt_addr *primary, const struct nt_addr *alternate, bool udp)
{
    struct service made = {.wanted = !udp || !nt_addr_is_set(primary) ? 0
                                     : nt_addr_is_set(alternate)      ? SOCKETS
                                                                      : 1,
                           .sockets = {.count = 1}};
    for (unsigned i = 0; i < SOCKETS; i++)
        made.sockets.at[i] = nt_addr_with_port((i & 2) != 0 ? alternate : primary, (i & 1) != 0 ? alternate->port : primary->port);
    return made;
}

struct nt_stun_server *nt_stun_server_new(const struct nt_stun_server_config *config)
{
    struct nt_stun_server *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->config = *config;
    bool udp = nt_stun_serves_over(&config->transports, NT_UDP);
    s->services[V4] = service_of(&config->primary, &config->alternate, udp);
    s->services[V6] = service_of(&config->primary6, &config->alternate6, udp);
    nt_stun_connections_init(&s->connections, &config->transports, false, &s->config.trace);
    s->listens_asked = 2; /* the sockets of UDP are asked for by the services */
    return s;
}

void nt_stun_server_del(struct nt_stun_server *s)
{
    if (s == NULL)
        return;
    nt_stun_connections_free(&s->connections);
    nt_stun_outbox_free(&s->outbox);
    free(s);
}

/* RFC 5780, 6: "If a server cannot allocate the same ports on two different IP address, then it MUST NOT include an
 * OTHER-ADDRESS attribute in any Response and MUST respond with a 420" to CHANGE-REQUEST. */
static void socket_changed(struct nt_stun_server *s, const struct nt_path *path, bool bound)
{
    struct service *service = &s->services[path->id / SOCKETS % SERVICES];
    service->bound[path->id % SOCKETS] = bound;
    bool all = service->wanted == SOCKETS;
    for (unsigned i = 0; i < service->wanted; i++)
        all = all && service->bound[i];
    service->sockets.count = all ? SOCKETS : 1;
}

/* The service and the number of the socket that it came to; NULL: none of ours. */
static const struct service *find_socket(const struct nt_stun_server *s, const struct nt_addr *local, unsigned *at)
{
    const struct service *service = &s->services[local->family == NT_AF_IPV6 ? V6 : V4];
    for (*at = 0; *at < service->wanted; ++*at)
        if (nt_addr_equal(&service->sockets.at[*at], local))
            return service;
    return NULL;
}

/* NULL, or why there is no answer. */
static const struct nt_why *answer(struct nt_stun_server *s, struct nt_binding_request *q, const struct nt_stun_decision *d)
{
    struct nt_path path;
    const struct nt_binding_sockets listener = {.at = {q->path->local}, .count = 1};
    const struct service *service = q->path->transport == NT_UDP ? find_socket(s, &q->path->local, &q->at) : NULL;
    if (service == NULL && q->path->transport == NT_UDP)
        return &no_socket;
    if (d->code == NT_UNANSWERED)
        return &nt_why_unanswered;
    q->sockets = service != NULL ? &service->sockets : &listener;
    uint8_t *room = nt_stun_outbox_room(&s->outbox, NT_STUN_ANSWER_MAX(q->msg->len));
    if (room == NULL)
        return &queue_full;
    size_t len = nt_binding_answer(q, d, s->config.software, &path, room, NT_STUN_ANSWER_MAX(q->msg->len));
    if (len == 0)
        return &too_long;
    nt_stun_outbox_commit(&s->outbox, &path, len);
    return NULL;
}

static const struct nt_why *take_message(struct nt_stun_server *s, const struct nt_path *path, const struct nt_stun_msg *msg,
                                         uint32_t cookie, nt_time now)
{
    struct nt_binding_request q = {.msg = msg, .cookie = cookie, .path = path};
    if (msg->class_ == NT_STUN_INDICATION && msg->method == NT_STUN_BINDING)
        return NULL; /* a keepalive */
    if (msg->class_ != NT_STUN_REQUEST || msg->method != NT_STUN_BINDING)
        return &not_binding;
    struct nt_stun_decision d = nt_stun_decide(&s->config.admission, msg, &path->remote, now);
    return answer(s, &q, &d);
}

/* A request with more attributes than can be read gets 400. */
static void refuse_unread(struct nt_stun_server *s, const struct nt_path *path, const struct nt_stun_msg *msg)
{
    struct nt_binding_request q = {.msg = msg, .cookie = NT_STUN_COOKIE, .path = path};
    if (msg->class_ == NT_STUN_REQUEST && msg->method == NT_STUN_BINDING)
        answer(s, &q, &(struct nt_stun_decision){.code = 400});
}

static const struct nt_why *take_bytes(struct nt_stun_server *s, const struct nt_path *path, const uint8_t *bytes, size_t len,
                                       nt_time now)
{
    uint8_t copy[NT_STUN_CLASSIC_MAX];
    struct nt_stun_msg msg;
    int r = nt_stun_parse(&msg, bytes, len);
    if (r == NT_OK)
        return take_message(s, path, &msg, NT_STUN_COOKIE, now);
    if (r == NT_ELIMIT)
        refuse_unread(s, path, &msg);
    else if (nt_stun_parse_classic(&msg, copy, bytes, len) == NT_OK)
        return take_message(s, path, &msg, nt_load32(bytes + 4), now);
    return nt_stun_flaw(r);
}

static void take_stream(struct nt_stun_server *s, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_stun_connection *c = nt_stun_connection_of(&s->connections, path);
    const struct nt_why *why = c == NULL ? &no_connection : NULL;
    const uint8_t *message;
    size_t message_len;
    if (c != NULL)
        nt_stun_connection_put(&s->connections, c, path, bytes, len, now);
    while (c != NULL && nt_stun_connection_next(&s->connections, c, &message, &message_len, now)) {
        const struct nt_why *unanswered = take_bytes(s, &c->path, message, message_len, now);
        why = why == NULL ? unanswered : why;
    }
    const struct nt_why *broken = c != NULL ? nt_stun_stream_broken(&c->stream) : NULL;
    if (broken != NULL)
        nt_stun_connection_end(&s->connections, c, broken->text, now);
    why = broken != NULL ? broken : why;
    if (why != NULL)
        nt_trace_discard(&s->config.trace, why, &path->remote, NULL, now);
}

static void server_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_stun_server *s = self;
    const struct nt_why *why = NULL;
    switch (kind) {
    case NT_IN_DATAGRAM: why = take_bytes(s, path, bytes, len, now); break;
    case NT_IN_STREAM: take_stream(s, path, bytes, len, now); break;
    case NT_IN_CONNECTED:
    case NT_IN_CLOSED:
        if (path->transport == NT_UDP)
            socket_changed(s, path, kind == NT_IN_CONNECTED);
        else if (kind == NT_IN_CLOSED)
            nt_stun_connection_gone(&s->connections, path);
        break;
    case NT_IN_ACCEPTED: nt_stun_connection_accept(&s->connections, path, now); break;
    case NT_IN_SEND_FAILED: why = path->transport != NT_UDP ? &not_taken : NULL; break;
    case NT_IN_ICMP: why = &icmp_error; break;
    default: break;
    }
    if (why != NULL)
        nt_trace_discard(&s->config.trace, why, &path->remote, NULL, now);
}

static void server_timer(void *self, nt_time now)
{
    struct nt_stun_server *s = self;
    struct nt_stun_connection *c;
    const char *why;
    while ((c = nt_stun_connection_overdue(&s->connections, &why, now)) != NULL)
        nt_stun_connection_end(&s->connections, c, why, now);
    nt_stun_connections_timer(&s->connections, now);
}

static size_t server_output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_stun_server *s = self;
    (void)now;
    return nt_stun_outbox_take(&s->outbox, path, buf, cap);
}

static nt_time server_deadline(const void *self)
{
    const struct nt_stun_server *s = self;
    return nt_stun_connections_deadline(&s->connections);
}

static int server_request(void *self, struct nt_request *req)
{
    struct nt_stun_server *s = self;
    for (uint32_t i = 0; i < SERVICES; i++) {
        struct service *service = &s->services[i];
        if (service->asked == service->wanted)
            continue;
        *req = (struct nt_request){.kind = NT_REQ_BIND};
        req->path =
            (struct nt_path){.transport = NT_UDP, .id = i * SOCKETS + service->asked, .local = service->sockets.at[service->asked]};
        service->asked++;
        return 1;
    }
    while (s->listens_asked < NT_STUN_LISTENS) {
        unsigned n = s->listens_asked++;
        bool listens = nt_stun_listen_request(&s->config.transports, &s->config.primary, &s->config.primary6, n, req);
        req->path.id = FIRST_LISTENER + n;
        if (listens)
            return 1;
    }
    return nt_stun_connections_request(&s->connections, req);
}

struct nt_endpoint nt_stun_server_endpoint(struct nt_stun_server *s)
{
    static const struct nt_endpoint_ops ops = {server_input, server_timer, server_output, server_deadline, server_request};
    return (struct nt_endpoint){&ops, s};
}

void nt_stun_server_reset(struct nt_stun_server *s, nt_time now)
{
    nt_stun_outbox_free(&s->outbox);
    nt_stun_connections_reset(&s->connections, now);
}
