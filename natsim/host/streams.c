#include "natsim/host/streams.h"
#include "core/base/err.h"
#include "natsim/host/host_out.h"
#include "natsim/host/host_state.h"
#include "natsim/host/secure.h"
#include "natsim/packet/icmp.h"
#include "natsim/tcp/tcp.h"

#include <stdio.h>

#define LABEL_MAX 128

/* The host's TCP; NULL without memory, and the run ends. */
static struct nt_tcp *stack_of(struct nt_host *h)
{
    char label[LABEL_MAX];
    struct nt_rand rand;
    struct nt_trace trace = *nt_fabric_trace(h->fabric);
    if (h->tcp != NULL)
        return h->tcp;
    trace.node = h->node;
    snprintf(label, sizeof label, "%s/tcp", nt_fabric_node_name(h->fabric, h->node));
    nt_fabric_stream(h->fabric, label, &rand);
    h->tcp = nt_tcp_new(&(struct nt_tcp_config){.rand = &rand, .trace = &trace});
    if (h->tcp == NULL)
        nt_fabric_out_of_memory(h->fabric);
    return h->tcp;
}

static int connect_stream(struct nt_host *h, struct nt_tcp *t, struct nt_path *path, struct nt_tcp_name name, nt_time now)
{
    struct nt_addr local = path->local;
    uint32_t mtu;
    if (!nt_out_find_source(h, &path->remote, &local, &mtu))
        return NT_ENOENT;
    int r = nt_tcp_connect(t, &local, &path->remote, mtu, name, now);
    if (r == NT_OK)
        path->local = local;
    return r;
}

static int listen_stream(struct nt_host *h, struct nt_tcp *t, struct nt_path *path, struct nt_tcp_name name)
{
    const struct nt_addr *a = &path->local;
    bool ours = a->family == NT_AF_NONE || nt_addr_is_any(a) || nt_host_owns(h, a);
    return ours ? nt_tcp_listen(t, &path->local, name) : NT_ENOENT;
}

enum nt_closed nt_streams_open(struct nt_host *h, uint32_t endpoint, struct nt_request *req, nt_time now)
{
    struct nt_tcp *t = stack_of(h);
    struct nt_tcp_name name = {endpoint, req->path.id};
    if (t == NULL || (name.id & NT_ACCEPTED) != 0)
        return NT_CLOSED_LIMIT;
    bool secure = req->path.transport == NT_TLS;
    if (secure && !nt_secure_open(h, endpoint, req, now))
        return NT_CLOSED_TLS;
    int r = req->kind == NT_REQ_LISTEN ? listen_stream(h, t, &req->path, name) : connect_stream(h, t, &req->path, name, now);
    if (secure && r != NT_OK)
        nt_secure_forget(h, name);
    if (r == NT_ENOMEM)
        nt_fabric_out_of_memory(h->fabric);
    return r == NT_OK ? 0 : r == NT_ENOENT || r == NT_EINVAL ? NT_CLOSED_UNREACHABLE : NT_CLOSED_LIMIT;
}

void nt_streams_close(struct nt_host *h, uint32_t endpoint, uint32_t id, nt_time now)
{
    struct nt_tcp_name name = {endpoint, id};
    if (h->tcp != NULL && !nt_secure_close(h, name, now))
        nt_tcp_close(h->tcp, name, now);
}

bool nt_streams_write(struct nt_host *h, uint32_t endpoint, const struct nt_path *path, const uint8_t *bytes, size_t len,
                      nt_time now)
{
    struct nt_tcp_name name = {endpoint, path->id};
    int r = h->tcp == NULL              ? NT_ENOENT
            : path->transport == NT_TLS ? nt_secure_write(h, name, bytes, len, now)
                                        : nt_tcp_write(h->tcp, name, bytes, len);
    if (r == NT_OK)
        return true;
    if (r == NT_ENOMEM)
        nt_fabric_out_of_memory(h->fabric);
    nt_out_tell_unsent(
        h, &path->remote,
        r == NT_ENOSPC ? "the peer does not read as fast as it is written to" : "the connection has ended, or there is none", now);
    return false;
}

int nt_streams_receive(struct nt_host *h, const struct nt_packet *p, nt_time now)
{
    struct nt_addr local = p->dst;
    uint32_t mtu;
    if (h->tcp == NULL || !nt_out_find_source(h, &p->src, &local, &mtu))
        return NT_ENOENT;
    return nt_tcp_input(h->tcp, p, mtu, now);
}

bool nt_streams_take_error(struct nt_host *h, const struct nt_packet *error, const struct nt_addr *local,
                           const struct nt_addr *remote)
{
    struct nt_tcp_error e = {.type = error->data[error->l4], .code = error->data[error->l4 + 1], .mtu = nt_packet_icmp_mtu(error)};
    return h->tcp != NULL && nt_packet_quoted_sequence(error, &e.seq) == NT_OK && nt_tcp_icmp(h->tcp, local, remote, &e);
}

void nt_streams_timer(struct nt_host *h, nt_time now)
{
    if (h->tcp != NULL)
        nt_tcp_timer(h->tcp, now);
    nt_secure_timer(h, now);
}

nt_time nt_streams_deadline(const struct nt_host *h)
{
    return h->tcp != NULL ? nt_time_min(nt_tcp_deadline(h->tcp), nt_secure_deadline(h)) : NT_TIME_NEVER;
}

static enum nt_input kind_of(enum nt_tcp_event_kind kind)
{
    switch (kind) {
    case NT_TCP_ACCEPTED: return NT_IN_ACCEPTED;
    case NT_TCP_CONNECTED: return NT_IN_CONNECTED;
    case NT_TCP_BYTES: return NT_IN_STREAM;
    case NT_TCP_CLOSED: break;
    }
    return NT_IN_CLOSED;
}

bool nt_streams_next(struct nt_host *h, struct nt_stream_input *in, nt_time now)
{
    struct nt_tcp_event e;
    do {
        if (nt_secure_next(h, in, now))
            return true;
        if (h->tcp == NULL || !nt_tcp_event(h->tcp, &e))
            return false;
    } while (nt_secure_take(h, &e, now));
    *in = (struct nt_stream_input){.endpoint = e.name.owner,
                                   .path = {.transport = NT_TCP, .id = e.name.id, .local = e.local, .remote = e.remote},
                                   .kind = kind_of(e.kind),
                                   .bytes = e.bytes,
                                   .len = e.len};
    if (e.kind == NT_TCP_CLOSED) {
        in->why = (uint8_t)e.why;
        nt_tcp_close(h->tcp, e.name, now); /* the endpoint's connection is over as a whole */
    }
    return true;
}

void nt_streams_send(struct nt_host *h, nt_time now)
{
    while (h->tcp != NULL) {
        struct nt_packet *p = nt_fabric_packet(h->fabric, 0);
        if (p == NULL)
            return;
        if (!nt_tcp_output(h->tcp, p, now)) {
            nt_fabric_consumed(h->fabric, p);
            return;
        }
        nt_out_segment(h, p, now);
    }
}
