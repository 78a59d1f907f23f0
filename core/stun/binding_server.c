/* The STUN server's endpoint: its one or four sockets, classic clients, the queue of answers. */
#include "core/stun/binding_server.h"

#include "core/stun/binding_answer.h"

#include <stdlib.h>
#include <string.h>

/* Answers that wait to be pulled. Further requests are dropped, as a full socket buffer drops them. */
#define QUEUE_MAX 32
/* No attribute of classic STUN makes a request longer than this. */
#define CLASSIC_MAX 548

struct nt_stun_server {
    struct nt_stun_server_config config;
    struct nt_binding_sockets sockets; /* count: 4 once all of them are bound, 1 before */
    unsigned wanted, asked;            /* sockets to bind, and asked for */
    bool bound[4];
    unsigned head, queued;
    struct nt_binding_answer queue[QUEUE_MAX]; /* last: only answers in the queue are initialized */
};

struct nt_stun_server *nt_stun_server_new(const struct nt_stun_server_config *config)
{
    struct nt_stun_server *s = malloc(sizeof *s);
    if (s == NULL)
        return NULL;
    memset(s, 0, offsetof(struct nt_stun_server, queue));
    s->config = *config;
    s->wanted = nt_addr_is_set(&config->alternate) ? 4 : 1;
    s->sockets.count = 1;
    for (unsigned i = 0; i < 4; i++) {
        const struct nt_addr *ip = (i & 2) != 0 ? &config->alternate : &config->primary;
        s->sockets.at[i] = nt_addr_with_port(ip, (i & 1) != 0 ? config->alternate.port : config->primary.port);
    }
    return s;
}

void nt_stun_server_del(struct nt_stun_server *s)
{
    free(s);
}

/* RFC 5780, 6: "If a server cannot allocate the same ports on two different IP address, then it MUST NOT include an
 * OTHER-ADDRESS attribute in any Response and MUST respond with a 420" to CHANGE-REQUEST. */
static void socket_changed(struct nt_stun_server *s, const struct nt_path *path, bool bound)
{
    bool all = s->wanted == 4;
    if (path->id >= s->wanted)
        return;
    s->bound[path->id] = bound;
    for (unsigned i = 0; i < s->wanted; i++)
        all = all && s->bound[i];
    s->sockets.count = all ? 4 : 1;
}

static const struct nt_why queue_full = {NT_DISCARD_NO_ROOM, "queue full"},
                           not_binding = {NT_DISCARD_UNSUPPORTED, "not a Binding request"},
                           no_socket = {NT_DISCARD_NO_RECIPIENT, "no socket of this server has the address"},
                           unreadable = {NT_DISCARD_UNREADABLE, "no STUN message, or a damaged one"},
                           icmp_error = {NT_DISCARD_UNUSED, "ICMP errors are not acted on"};

/* The number of the socket that it came to, or `wanted`. */
static unsigned socket_of(const struct nt_stun_server *s, const struct nt_addr *local)
{
    unsigned at = 0;
    while (at < s->wanted && !nt_addr_equal(&s->sockets.at[at], local))
        at++;
    return at;
}

/* NULL, or why there is no answer. */
static const struct nt_why *queue_answer(struct nt_stun_server *s, const struct nt_stun_msg *request, const struct nt_path *path,
                                         uint32_t cookie, nt_time now)
{
    unsigned at = socket_of(s, &path->local);
    if (at == s->wanted)
        return &no_socket;
    if (s->queued == QUEUE_MAX)
        return &queue_full;
    struct nt_binding_answer *a = &s->queue[(s->head + s->queued) % QUEUE_MAX];
    if (!nt_binding_answer_make(a, request, cookie, &path->remote, &s->sockets, at)) {
        bool keepalive = request->class_ == NT_STUN_INDICATION && request->method == NT_STUN_BINDING;
        return keepalive ? NULL : &not_binding;
    }
    struct nt_stun_decision d = nt_stun_decide(&s->config.admission, request, &path->remote, now);
    if (d.code == NT_UNANSWERED)
        return &nt_why_unanswered;
    if (d.code != 0)
        nt_binding_answer_refuse(a, &d);
    s->queued++;
    return NULL;
}

/* RFC 5389, 12.2: "A STUN server can detect when a given Binding request message was sent from an RFC 3489 client by the
 * absence of the correct value in the magic cookie field." The rest of the message is parsed as usual. */
static const struct nt_why *answer_classic(struct nt_stun_server *s, const uint8_t *bytes, size_t len, const struct nt_path *path,
                                           nt_time now)
{
    uint8_t copy[CLASSIC_MAX];
    struct nt_stun_msg request;
    if (len < NT_STUN_HEADER || len > sizeof copy || nt_load32(bytes + 4) == NT_STUN_COOKIE)
        return &unreadable;
    memcpy(copy, bytes, len);
    nt_store32(copy + 4, NT_STUN_COOKIE);
    if (nt_stun_parse(&request, copy, len) != NT_OK || request.fingerprint != NULL)
        return &unreadable;
    return queue_answer(s, &request, path, nt_load32(bytes + 4), now);
}

static const struct nt_why *take_datagram(struct nt_stun_server *s, const uint8_t *bytes, size_t len, const struct nt_path *path,
                                          nt_time now)
{
    struct nt_stun_msg request;
    int r = nt_stun_parse(&request, bytes, len);
    if (r == NT_OK)
        return queue_answer(s, &request, path, NT_STUN_COOKIE, now);
    return r == NT_EAUTH ? nt_stun_flaw(r) : answer_classic(s, bytes, len, path, now);
}

static void server_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_stun_server *s = self;
    const struct nt_why *why = kind == NT_IN_ICMP ? &icmp_error : NULL;
    if (kind == NT_IN_CONNECTED || kind == NT_IN_CLOSED)
        socket_changed(s, path, kind == NT_IN_CONNECTED);
    else if (kind == NT_IN_DATAGRAM)
        why = take_datagram(s, bytes, len, path, now);
    if (why != NULL)
        nt_trace_discard(&s->config.trace, why, &path->remote, NULL, now);
}

static void server_timer(void *self, nt_time now)
{
    (void)self, (void)now;
}

static size_t server_output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_stun_server *s = self;
    (void)now;
    while (s->queued > 0) {
        const struct nt_binding_answer *a = &s->queue[s->head];
        s->head = (s->head + 1) % QUEUE_MAX;
        s->queued--;
        size_t len = nt_binding_answer_write(a, s->config.software, buf, cap);
        if (len > 0) {
            *path = (struct nt_path){.transport = NT_UDP, .local = a->local, .remote = a->to};
            return len;
        }
    }
    return 0;
}

static nt_time server_deadline(const void *self)
{
    (void)self;
    return NT_TIME_NEVER;
}

static int server_request(void *self, struct nt_request *req)
{
    struct nt_stun_server *s = self;
    if (s->asked == s->wanted)
        return 0;
    *req = (struct nt_request){.kind = NT_REQ_BIND};
    req->path = (struct nt_path){.transport = NT_UDP, .id = s->asked, .local = s->sockets.at[s->asked]};
    s->asked++;
    return 1;
}

struct nt_endpoint nt_stun_server_endpoint(struct nt_stun_server *s)
{
    static const struct nt_endpoint_ops ops = {server_input, server_timer, server_output, server_deadline, server_request};
    return (struct nt_endpoint){&ops, s};
}

void nt_stun_server_reset(struct nt_stun_server *s)
{
    s->queued = 0;
}

size_t nt_stun_answer_binding(const struct nt_stun_msg *request, const struct nt_addr *from, const struct nt_stun_decision *d,
                              const char *software, uint8_t *buf, size_t cap)
{
    struct nt_binding_answer a;
    struct nt_binding_sockets plain = {.count = 1};
    if (!nt_binding_answer_make(&a, request, NT_STUN_COOKIE, from, &plain, 0))
        return 0;
    if (d->code != 0)
        nt_binding_answer_refuse(&a, d);
    return nt_binding_answer_write(&a, software, buf, cap);
}
