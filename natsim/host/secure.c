#include "natsim/host/secure.h"
#include "core/base/err.h"
#include "core/base/strings.h"
#include "core/tls/tls.h"
#include "natsim/host/host_state.h"
#include "natsim/host/secure_ends.h"
#include "natsim/tcp/tcp.h"

#include <stdio.h>
#include <stdlib.h>

#define LABEL_MAX 128
#define RECORD_MAX ((size_t)16384) /* plain bytes of one (RFC 8446, 5.1) */
#define SEAL_MAX ((size_t)64)      /* more than what encryption adds to a record */
#define LINGER (10 * NT_SEC)

struct nt_secure {
    struct nt_secure_ends ends;
    size_t accepting; /* handshakes that peers have begun */
    struct nt_rand rand;
    uint32_t connections; /* so many have had a stream of random bytes */
    uint8_t plain[RECORD_MAX], wire[2 * RECORD_MAX];
};

static struct nt_secure *secure_of(struct nt_host *h)
{
    char label[LABEL_MAX];
    if (h->secure != NULL)
        return h->secure;
    h->secure = calloc(1, sizeof *h->secure);
    if (h->secure == NULL) {
        nt_fabric_out_of_memory(h->fabric);
        return NULL;
    }
    nt_secure_ends_init(&h->secure->ends);
    snprintf(label, sizeof label, "%s/tls", nt_fabric_node_name(h->fabric, h->node));
    nt_fabric_stream(h->fabric, label, &h->secure->rand);
    return h->secure;
}

void nt_secure_del(struct nt_secure *s)
{
    if (s != NULL)
        nt_secure_ends_free(&s->ends);
    free(s);
}

static void tell(const struct nt_host *h, enum nt_trace_kind kind, const struct nt_path *path, const char *why, nt_time now)
{
    struct nt_trace trace = *nt_fabric_trace(h->fabric);
    trace.node = h->node;
    nt_trace_emit(&trace, (struct nt_trace_event){.at = now, .kind = kind, .a = path->local, .b = path->remote, .text = why});
}

static char *name_of_server(const struct nt_request *req, int *err)
{
    char text[NT_ADDR_TEXT];
    return nt_strdup(req->name != NULL ? req->name : nt_addr_format_ip(&req->path.remote, text), err);
}

bool nt_secure_open(struct nt_host *h, uint32_t endpoint, const struct nt_request *req, nt_time now)
{
    bool listens = req->kind == NT_REQ_LISTEN;
    if (listens ? h->security.identity == NULL : h->security.trust_count == 0) {
        tell(h, NT_TR_PORT_REFUSED, &req->path,
             listens ? "TLS: the host has no certificate" : "TLS: the host trusts no certificate of any server", now);
        return false;
    }
    struct nt_tcp_name name = {endpoint, req->path.id};
    struct nt_secure *s = secure_of(h);
    struct nt_secure_end *e = s != NULL && nt_secure_ends_find(&s->ends, name) == NULL ? nt_secure_ends_add(&s->ends, name) : NULL;
    int err = e != NULL ? NT_OK : NT_ENOMEM;
    if (e != NULL) {
        e->path = req->path;
        e->state = listens ? NT_SECURE_LISTENER : NT_SECURE_CONNECTING;
        e->server = listens ? NULL : name_of_server(req, &err);
    }
    if (err != NT_OK)
        nt_fabric_out_of_memory(h->fabric);
    return err == NT_OK;
}

static bool is_accepted(const struct nt_secure_end *e)
{
    return (e->name.id & NT_ACCEPTED) != 0;
}

static struct nt_secure_end *find(const struct nt_host *h, struct nt_tcp_name name)
{
    return h->secure != NULL ? nt_secure_ends_find(&h->secure->ends, name) : NULL;
}

static void forget(struct nt_secure *s, struct nt_secure_end *e)
{
    s->accepting -= e->state == NT_SECURE_SHAKING && is_accepted(e);
    nt_secure_ends_remove(&s->ends, e);
}

void nt_secure_forget(struct nt_host *h, struct nt_tcp_name name)
{
    struct nt_secure_end *e = find(h, name);
    if (e != NULL)
        forget(h->secure, e);
}

/* What TLS wants sent, as far as TCP takes it. */
static void flush(struct nt_host *h, struct nt_secure_end *e)
{
    struct nt_secure *s = h->secure;
    size_t n = 1;
    while (n > 0) {
        size_t room = nt_tcp_room(h->tcp, e->name);
        n = nt_tls_output(e->tls, s->wire, room < sizeof s->wire ? room : sizeof s->wire);
        if (n > 0 && nt_tcp_write(h->tcp, e->name, s->wire, n) == NT_ENOMEM)
            nt_fabric_out_of_memory(h->fabric);
    }
}

/* Over at once: FIN after what was written. */
static void end_now(struct nt_host *h, struct nt_secure_end *e, nt_time now)
{
    nt_tcp_close(h->tcp, e->name, now);
    forget(h->secure, e);
}

/* The handshake begins, of a connection that TCP has. */
static void begin(struct nt_host *h, struct nt_secure_end *e, nt_time now)
{
    struct nt_secure *s = h->secure;
    const struct nt_host_security *own = &h->security;
    struct nt_tls_config config = {.server = is_accepted(e),
                                   .identity = own->identity,
                                   .trust = own->trust,
                                   .trust_count = own->trust_count,
                                   .name = e->server,
                                   .epoch = own->epoch,
                                   .rand = nt_rand_stream(&s->rand, ++s->connections),
                                   .key_log = own->key_log,
                                   .user = own->user};
    e->tls = nt_tls_new(&config, now);
    nt_secure_ends_push(&s->ends, e);
    if (e->tls == NULL) {
        tell(h, NT_TR_TLS_FAILED, &e->path, "no memory, or a name that no certificate can have", now);
        e->why = NT_CLOSED_TLS;
        return;
    }
    e->state = NT_SECURE_SHAKING;
    s->accepting += is_accepted(e);
    nt_secure_ends_set_due(&s->ends, e, nt_tls_deadline(e->tls));
}

static void accept_connection(struct nt_host *h, const struct nt_tcp_event *from, nt_time now)
{
    struct nt_secure *s = h->secure;
    struct nt_path path = {.transport = NT_TLS, .id = from->name.id, .local = from->local, .remote = from->remote};
    if (s->accepting >= NT_SECURE_HANDSHAKES_MAX) {
        tell(h, NT_TR_TLS_FAILED, &path, "too many handshakes at a time", now);
        nt_tcp_abort(h->tcp, from->name);
        return;
    }
    struct nt_secure_end *e = nt_secure_ends_add(&s->ends, from->name);
    if (e == NULL) {
        nt_fabric_out_of_memory(h->fabric);
        return;
    }
    e->path = path;
    e->state = NT_SECURE_CONNECTING;
    e->listener = from->listener;
    begin(h, e, now);
}

static void take_bytes(struct nt_host *h, struct nt_secure_end *e, const struct nt_tcp_event *from, nt_time now)
{
    if (nt_tls_input(e->tls, from->bytes, from->len, now) == NT_OK)
        return;
    tell(h, NT_TR_TLS_FAILED, &e->path, "more has come at once than is held", now);
    nt_tcp_abort(h->tcp, e->name);
    e->why = NT_CLOSED_TLS;
}

bool nt_secure_take(struct nt_host *h, const struct nt_tcp_event *from, nt_time now)
{
    struct nt_tcp_name listener = {from->name.owner, from->listener};
    struct nt_secure_end *e = find(h, from->kind == NT_TCP_ACCEPTED ? listener : from->name);
    if (e == NULL)
        return false;
    switch (from->kind) {
    case NT_TCP_ACCEPTED: accept_connection(h, from, now); return true;
    case NT_TCP_CONNECTED:
        e->path.local = from->local;
        begin(h, e, now);
        return true;
    case NT_TCP_BYTES: take_bytes(h, e, from, now); break;
    case NT_TCP_CLOSED:
        e->why = from->why;
        if (e->tls != NULL && e->why == NT_CLOSED_BY_PEER)
            nt_tls_input_end(e->tls, now);
        break;
    }
    nt_secure_ends_push(&h->secure->ends, e);
    return true;
}

/* Says that there is no more to come, and waits until the peer has said so. */
static void linger(struct nt_host *h, struct nt_secure_end *e, nt_time now)
{
    nt_tls_close(e->tls, now);
    flush(h, e);
    nt_tcp_shut(h->tcp, e->name);
    e->state = NT_SECURE_LINGERING;
    nt_secure_ends_set_due(&h->secure->ends, e, nt_time_after(now, LINGER));
}

static bool tell_open(struct nt_host *h, struct nt_secure_end *e, struct nt_stream_input *in)
{
    struct nt_secure *s = h->secure;
    in->kind = is_accepted(e) ? NT_IN_ACCEPTED : NT_IN_CONNECTED;
    s->accepting -= is_accepted(e);
    e->state = NT_SECURE_OPEN;
    nt_secure_ends_set_due(&s->ends, e, NT_TIME_NEVER);
    return true;
}

/* TCP has ended, or TLS has failed. */
static bool tell_failure(struct nt_host *h, struct nt_secure_end *e, struct nt_stream_input *in, nt_time now)
{
    bool known = e->state == NT_SECURE_OPEN || (e->state != NT_SECURE_LINGERING && !is_accepted(e));
    bool failed = e->tls != NULL && nt_tls_state(e->tls) == NT_TLS_FAILED;
    if (failed && e->state != NT_SECURE_LINGERING)
        tell(h, NT_TR_TLS_FAILED, &e->path, nt_tls_reason(e->tls), now);
    else if (e->state == NT_SECURE_SHAKING)
        tell(h, NT_TR_TLS_FAILED, &e->path, "TCP has ended within the handshake", now);
    in->kind = NT_IN_CLOSED;
    in->why = (uint8_t)(failed ? NT_CLOSED_TLS : e->why);
    end_now(h, e, now);
    return known;
}

static bool tell_bytes(struct nt_host *h, struct nt_secure_end *e, struct nt_stream_input *in, nt_time now)
{
    in->kind = NT_IN_STREAM;
    in->bytes = h->secure->plain;
    in->len = nt_tls_read(e->tls, h->secure->plain, sizeof h->secure->plain, now);
    if (in->len == 0)
        return false;
    if (e->state == NT_SECURE_OPEN)
        return true;
    nt_tcp_abort(h->tcp, e->name); /* it comes after the endpoint's close, as with TCP (RFC 9293, 3.6.1) */
    end_now(h, e, now);
    return false;
}

/* False: the first connection that is ready has nothing to tell, and is not ready any more. */
static bool tell_of_first(struct nt_host *h, struct nt_stream_input *in, nt_time now)
{
    struct nt_secure *s = h->secure;
    struct nt_secure_end *e = s->ends.first_ready;
    *in = (struct nt_stream_input){.endpoint = e->name.owner, .path = e->path};
    if (e->tls == NULL)
        return tell_failure(h, e, in, now);
    if (e->state == NT_SECURE_SHAKING && nt_tls_state(e->tls) == NT_TLS_OPEN)
        return tell_open(h, e, in);
    if (tell_bytes(h, e, in, now))
        return true;
    if (s->ends.first_ready != e)
        return false;
    flush(h, e);
    enum nt_tls_state state = nt_tls_state(e->tls);
    bool broken = state == NT_TLS_FAILED || (e->why != 0 && e->why != NT_CLOSED_BY_PEER);
    if (broken || (e->state == NT_SECURE_LINGERING && e->why != 0))
        return tell_failure(h, e, in, now);
    nt_secure_ends_pop(&s->ends);
    if (state != NT_TLS_ENDED || e->state != NT_SECURE_OPEN)
        return false;
    in->kind = NT_IN_CLOSED;
    in->why = NT_CLOSED_BY_PEER;
    linger(h, e, now);
    return true;
}

bool nt_secure_next(struct nt_host *h, struct nt_stream_input *in, nt_time now)
{
    while (h->secure != NULL && h->secure->ends.first_ready != NULL && !nt_fabric_is_ending(h->fabric))
        if (tell_of_first(h, in, now))
            return true;
    return false;
}

int nt_secure_write(struct nt_host *h, struct nt_tcp_name name, const uint8_t *bytes, size_t len, nt_time now)
{
    struct nt_secure_end *e = find(h, name);
    size_t sealed = len + (len / RECORD_MAX + 1) * SEAL_MAX;
    if (e == NULL)
        return NT_ENOENT;
    if (e->state != NT_SECURE_OPEN)
        return NT_ESTATE;
    flush(h, e);
    if (nt_tcp_room(h->tcp, name) < sealed)
        return NT_ENOSPC;
    int r = nt_tls_write(e->tls, bytes, len, now);
    flush(h, e);
    return r;
}

/* The handshakes that a listener has begun end with it. */
static void end_listener(struct nt_host *h, struct nt_secure_end *e, nt_time now)
{
    struct nt_secure *s = h->secure;
    struct nt_tcp_name name = e->name;
    for (size_t i = s->ends.count; i-- > 0;) {
        struct nt_secure_end *other = s->ends.slots[i];
        if (other->name.owner != name.owner || !is_accepted(other) || other->listener != name.id ||
            other->state != NT_SECURE_SHAKING)
            continue;
        tell(h, NT_TR_TLS_FAILED, &other->path, "the listener is closed within the handshake", now);
        nt_tcp_abort(h->tcp, other->name);
        forget(s, other);
    }
    end_now(h, e, now);
}

bool nt_secure_close(struct nt_host *h, struct nt_tcp_name name, nt_time now)
{
    struct nt_secure_end *e = find(h, name);
    if (e == NULL)
        return false;
    if (e->state == NT_SECURE_LISTENER)
        end_listener(h, e, now);
    else if (e->state == NT_SECURE_OPEN)
        linger(h, e, now);
    else if (e->state != NT_SECURE_LINGERING)
        end_now(h, e, now);
    return true;
}

void nt_secure_timer(struct nt_host *h, nt_time now)
{
    struct nt_secure *s = h->secure;
    if (s == NULL || s->ends.due > now)
        return;
    for (size_t i = s->ends.count; i-- > 0;) {
        struct nt_secure_end *e = s->ends.slots[i];
        if (e->due > now)
            continue;
        if (e->state == NT_SECURE_LINGERING) {
            end_now(h, e, now);
            continue;
        }
        nt_tls_timer(e->tls, now);
        nt_secure_ends_set_due(&s->ends, e, NT_TIME_NEVER);
        nt_secure_ends_push(&s->ends, e);
    }
}

nt_time nt_secure_deadline(const struct nt_host *h)
{
    return h->secure != NULL ? h->secure->ends.due : NT_TIME_NEVER;
}
