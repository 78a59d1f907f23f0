#include "natsim/host/endpoints.h"
#include "core/base/err.h"
#include "natsim/host/host_out.h"
#include "natsim/host/host_state.h"
#include "natsim/host/streams.h"

#include <string.h>

#define ENDPOINTS_MAX 65536
#define OUTPUTS_MAX 100000 /* of one endpoint without time moving on */
#define ROUNDS_MAX 10000   /* of draining endpoints without returning */

static void close_port(struct nt_host *h, uint32_t endpoint, const struct nt_path *path, nt_time now)
{
    if (path->transport == NT_UDP)
        nt_udp_ports_close(&h->ports, &path->local, endpoint);
    else
        nt_streams_close(h, endpoint, path->id, now);
}

/* A connection is granted when the peer answers. */
static void answer_stream(struct nt_host *h, uint32_t endpoint, struct nt_request *req, nt_time now)
{
    const struct nt_endpoint *e = &h->endpoints[endpoint].endpoint;
    uint8_t why = (uint8_t)nt_streams_open(h, endpoint, req, now);
    if (why != 0)
        e->ops->input(e->self, &req->path, NT_IN_CLOSED, &why, 1, now);
    else if (req->kind == NT_REQ_LISTEN)
        e->ops->input(e->self, &req->path, NT_IN_CONNECTED, NULL, 0, now);
}

static void answer_bind(struct nt_host *h, uint32_t endpoint, struct nt_request *req, nt_time now)
{
    const struct nt_endpoint *e = &h->endpoints[endpoint].endpoint;
    struct nt_addr *local = &req->path.local;
    bool bindable = local->family == NT_AF_NONE || nt_addr_is_any(local) || nt_host_owns(h, local);
    bool granted = req->kind == NT_REQ_BIND && req->path.transport == NT_UDP && bindable &&
                   nt_udp_ports_bind(&h->ports, local, endpoint) == NT_OK;
    e->ops->input(e->self, &req->path, granted ? NT_IN_CONNECTED : NT_IN_CLOSED, NULL, 0, now);
}

static void answer_request(struct nt_host *h, uint32_t endpoint, struct nt_request *req, nt_time now)
{
    bool stream = req->kind == NT_REQ_LISTEN || req->kind == NT_REQ_CONNECT;
    if (req->kind == NT_REQ_CLOSE)
        close_port(h, endpoint, &req->path, now);
    else if (stream && req->path.transport != NT_UDP)
        answer_stream(h, endpoint, req, now);
    else
        answer_bind(h, endpoint, req, now);
}

static bool send_output(struct nt_host *h, uint32_t endpoint, const struct nt_path *path, const uint8_t *bytes, size_t len,
                        nt_time now)
{
    return path->transport == NT_UDP ? nt_out_datagram(h, endpoint, path, bytes, len, now)
                                     : nt_streams_write(h, endpoint, path, bytes, len, now);
}

static void drain_endpoint(struct nt_host *h, uint32_t endpoint, nt_time now)
{
    struct nt_endpoint e = h->endpoints[endpoint].endpoint;
    struct nt_request req;
    uint32_t n = 0;
    for (; n < OUTPUTS_MAX && e.ops->request != NULL && (memset(&req, 0, sizeof req), e.ops->request(e.self, &req)) != 0; n++)
        answer_request(h, endpoint, &req, now);
    uint8_t *buf = nt_fabric_scratch(h->fabric);
    for (; n < OUTPUTS_MAX && buf != NULL; n++) {
        struct nt_path path = {.transport = NT_UDP};
        size_t len = e.ops->output(e.self, &path, buf, NT_SCRATCH, now);
        if (len == 0)
            return;
        len = len != NT_OUTPUT_EMPTY ? len : 0;
        if (!send_output(h, endpoint, &path, buf, len, now))
            nt_endpoints_input(h, endpoint, &path, NT_IN_SEND_FAILED, NULL, 0, now);
    }
    if (n == OUTPUTS_MAX)
        nt_fabric_livelocked(h->fabric);
}

/* An endpoint hears the next thing of its connections; when there is none, their segments leave. False: there was none. An endpoint
 * is drained after each, so that its answer to bytes goes before the connection ends, and with the ACK. */
static bool tell_of_streams(struct nt_host *h, nt_time now)
{
    struct nt_stream_input in;
    if (h->tcp == NULL || h->stopped || nt_fabric_is_ending(h->fabric))
        return false;
    if (!nt_streams_next(h, &in, now)) {
        nt_streams_send(h, now);
        return false;
    }
    bool closed = in.kind == NT_IN_CLOSED;
    nt_endpoints_input(h, in.endpoint, &in.path, in.kind, closed ? &in.why : in.bytes, closed ? 1 : in.len, now);
    return true;
}

/* Drains the endpoints that were called into, in their order, until none is left or the run ends. */
static void drain_wanted(struct nt_host *h, nt_time now)
{
    h->busy = true;
    for (uint32_t round = 0, i = 0; !h->stopped && !nt_fabric_is_ending(h->fabric);) {
        if (i < h->endpoint_count && !h->endpoints[i].wanted) {
            i++;
            continue;
        }
        if (i < h->endpoint_count) {
            h->endpoints[i].wanted = false;
            drain_endpoint(h, i, now);
        } else if (!tell_of_streams(h, now)) {
            break;
        }
        i = 0; /* draining one may have called into another */
        if (++round > ROUNDS_MAX)
            nt_fabric_livelocked(h->fabric);
    }
    h->busy = false;
}

void nt_endpoints_tell_of_streams(struct nt_host *h, nt_time now)
{
    if (!h->busy)
        drain_wanted(h, now);
}

void nt_endpoints_input(struct nt_host *h, uint32_t endpoint, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes,
                        size_t len, nt_time now)
{
    struct nt_endpoint e = h->endpoints[endpoint].endpoint;
    bool inner = h->busy;
    h->busy = true;
    e.ops->input(e.self, path, kind, bytes, len, now);
    h->endpoints[endpoint].wanted = true;
    h->busy = inner;
    if (!inner)
        drain_wanted(h, now);
}

void nt_endpoints_timers(struct nt_host *h, nt_time now)
{
    h->busy = true;
    for (size_t i = 0; i < h->endpoint_count; i++) {
        struct nt_endpoint e = h->endpoints[i].endpoint;
        if (e.ops->deadline(e.self) <= now) {
            e.ops->timer(e.self, now);
            h->endpoints[i].wanted = true;
        }
    }
    drain_wanted(h, now);
}

nt_time nt_endpoints_deadline(const struct nt_host *h)
{
    nt_time at = NT_TIME_NEVER;
    for (size_t i = 0; i < h->endpoint_count; i++)
        at = nt_time_min(at, h->endpoints[i].endpoint.ops->deadline(h->endpoints[i].endpoint.self));
    return at;
}

void nt_endpoints_drain_all(struct nt_host *h, nt_time now)
{
    for (size_t i = 0; i < h->endpoint_count; i++)
        h->endpoints[i].wanted = true;
    if (!h->busy)
        drain_wanted(h, now);
}

static void tell_interface(struct nt_host *h, uint32_t endpoint, const struct nt_interface *i, enum nt_input kind, nt_time now)
{
    for (size_t k = 0; k < i->count; k++) {
        struct nt_path path = {.transport = NT_UDP, .local = i->addresses[k]};
        nt_endpoints_input(h, endpoint, &path, kind, NULL, 0, now);
    }
}

void nt_endpoints_tell_port(struct nt_host *h, uint32_t port, bool up, nt_time now)
{
    for (uint32_t i = 0; i < h->endpoint_count && !h->stopped; i++)
        if (h->endpoints[i].announced)
            tell_interface(h, i, h->interfaces + port, up ? NT_IN_IF_UP : NT_IN_IF_DOWN, now);
}

uint32_t nt_host_run_endpoint(struct nt_host *h, struct nt_endpoint e, nt_time now)
{
    if (nt_grow(&h->endpoints, &h->endpoint_cap, h->endpoint_count + 1, sizeof *h->endpoints, ENDPOINTS_MAX) != NT_OK)
        return NT_FABRIC_NONE;
    h->endpoints[h->endpoint_count] = (struct nt_host_endpoint){.endpoint = e};
    h->endpoint_count++;
    nt_host_kick(h, now);
    return (uint32_t)h->endpoint_count - 1;
}

void nt_host_kick(struct nt_host *h, nt_time now)
{
    nt_endpoints_drain_all(h, now);
    nt_fabric_touch(h->fabric, h->node, now);
}

void nt_host_announce(struct nt_host *h, uint32_t endpoint, nt_time now)
{
    h->endpoints[endpoint].announced = true;
    for (size_t i = 0; i < h->interface_count; i++)
        if (h->interfaces[i].up)
            tell_interface(h, endpoint, h->interfaces + i, NT_IN_IF_UP, now);
    nt_fabric_touch(h->fabric, h->node, now);
}
