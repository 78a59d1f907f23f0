/* A host as a node: its interfaces, and the endpoints that it calls, drains and times. */
#include "natsim/host/host.h"
#include "natsim/host/host_state.h"

#include <stdlib.h>
#include <string.h>

bool nt_host_owns(const struct nt_host *h, const struct nt_addr *a)
{
    struct nt_addr key = nt_addr_with_port(a, 0);
    return nt_map_get(&h->own, &key) != NT_MAP_NONE;
}

static void answer(struct nt_host *h, uint32_t endpoint, struct nt_request *req, nt_time now)
{
    const struct nt_endpoint *e = &h->endpoints[endpoint].endpoint;
    struct nt_addr *local = &req->path.local;
    if (req->kind == NT_REQ_CLOSE) {
        nt_ports_close(&h->ports, local, endpoint);
        return;
    }
    bool bindable = local->family == NT_AF_NONE || nt_addr_is_any(local) || nt_host_owns(h, local);
    bool granted = req->kind == NT_REQ_BIND && req->path.transport == NT_UDP && bindable && nt_ports_bind(&h->ports, local, endpoint) == NT_OK;
    e->ops->input(e->self, &req->path, granted ? NT_IN_CONNECTED : NT_IN_CLOSED, NULL, 0, now);
}

static void drain(struct nt_host *h, uint32_t endpoint, nt_time now)
{
    struct nt_endpoint e = h->endpoints[endpoint].endpoint;
    struct nt_request req;
    uint32_t n = 0;
    for (; n < NT_HOST_OUTPUTS_MAX && e.ops->request != NULL && (memset(&req, 0, sizeof req), e.ops->request(e.self, &req)) != 0; n++)
        answer(h, endpoint, &req, now);
    uint8_t *buf = nt_fabric_scratch(h->fabric);
    for (; n < NT_HOST_OUTPUTS_MAX && buf != NULL; n++) {
        struct nt_path path = {.transport = NT_UDP};
        size_t len = e.ops->output(e.self, &path, buf, NT_SCRATCH, now);
        if (len == 0)
            return;
        nt_host_output(h, endpoint, &path, buf, len, now);
    }
    if (n == NT_HOST_OUTPUTS_MAX)
        nt_fabric_livelocked(h->fabric);
}

/* Drains all that were called into, in their order, until none is left or the run is over. */
static void serve(struct nt_host *h, nt_time now)
{
    const struct nt_fabric *f = h->fabric;
    h->busy = true;
    for (uint32_t round = 0, i = 0; i < h->endpoint_count && !h->stopped && !f->livelock && !f->nomem;) {
        if (!h->endpoints[i].wanted) {
            i++;
            continue;
        }
        h->endpoints[i].wanted = false;
        drain(h, i, now);
        i = 0; /* draining one may have called into another */
        if (++round > NT_HOST_ROUNDS_MAX)
            nt_fabric_livelocked(h->fabric);
    }
    h->busy = false;
}

/* An endpoint that is being called is never called again before it returns: it is served when the outermost call ends. */
void nt_host_give(struct nt_host *h, uint32_t endpoint, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len,
                  nt_time now)
{
    struct nt_endpoint e = h->endpoints[endpoint].endpoint;
    bool inner = h->busy;
    h->busy = true;
    e.ops->input(e.self, path, kind, bytes, len, now);
    h->endpoints[endpoint].wanted = true;
    h->busy = inner;
    if (!inner)
        serve(h, now);
}

static void host_run(void *self, nt_time now)
{
    struct nt_host *h = self;
    if (h->reassembly != NULL)
        nt_reassembly_run(h->reassembly, now);
    h->busy = true;
    for (size_t i = 0; i < h->endpoint_count; i++) {
        struct nt_endpoint e = h->endpoints[i].endpoint;
        if (e.ops->deadline(e.self) <= now) {
            e.ops->timer(e.self, now);
            h->endpoints[i].wanted = true;
        }
    }
    serve(h, now);
}

static nt_time host_deadline(const void *self)
{
    const struct nt_host *h = self;
    nt_time at = h->reassembly != NULL ? nt_reassembly_deadline(h->reassembly) : NT_TIME_NEVER;
    if (h->stopped)
        return NT_TIME_NEVER;
    for (size_t i = 0; i < h->endpoint_count; i++)
        at = nt_time_min(at, h->endpoints[i].endpoint.ops->deadline(h->endpoints[i].endpoint.self));
    return at;
}

static void tell_interface(struct nt_host *h, uint32_t endpoint, const struct nt_interface *i, enum nt_input kind, nt_time now)
{
    for (size_t k = 0; k < i->count; k++) {
        struct nt_path path = {.transport = NT_UDP, .local = i->addresses[k]};
        nt_host_give(h, endpoint, &path, kind, NULL, 0, now);
    }
}

static void serve_all(struct nt_host *h, nt_time now)
{
    for (size_t i = 0; i < h->endpoint_count; i++)
        h->endpoints[i].wanted = true;
    if (!h->busy)
        serve(h, now);
}

static int host_control(void *self, enum nt_control what, uint32_t port, nt_time now)
{
    struct nt_host *h = self;
    switch (what) {
    case NT_CTL_STOP: h->stopped = true; return NT_OK;
    case NT_CTL_START:
        h->stopped = false;
        serve_all(h, now);
        return NT_OK;
    case NT_CTL_PORT_DOWN:
    case NT_CTL_PORT_UP:
        if (h->interfaces[port].up == (what == NT_CTL_PORT_UP))
            return NT_OK;
        h->interfaces[port].up = what == NT_CTL_PORT_UP;
        for (uint32_t i = 0; i < h->endpoint_count && !h->stopped; i++)
            tell_interface(h, i, h->interfaces + port, what == NT_CTL_PORT_UP ? NT_IN_IF_UP : NT_IN_IF_DOWN, now);
        return NT_OK;
    case NT_CTL_REBOOT:
    case NT_CTL_FLUSH:
    case NT_CTL_RENUMBER: break;
    }
    return NT_EUNSUPPORTED;
}

static void host_del(void *self)
{
    struct nt_host *h = self;
    for (size_t i = 0; i < h->interface_count; i++)
        free(h->interfaces[i].addresses);
    free(h->interfaces);
    nt_map_free(&h->own);
    nt_routes_free(&h->routes);
    nt_ports_free(&h->ports);
    free(h->endpoints);
    nt_reassembly_del(h->reassembly);
    free(h);
}

static const struct nt_node_ops host_ops = {nt_host_recv, host_run, host_deadline, host_control, host_del};

struct nt_host *nt_host_new(struct nt_fabric *f, const char *name)
{
    struct nt_host *h = calloc(1, sizeof *h);
    if (h == NULL)
        return NULL;
    h->fabric = f;
    nt_map_init(&h->own, sizeof(struct nt_addr));
    nt_ports_init(&h->ports);
    h->node = nt_fabric_add_node(f, name, &host_ops, h);
    if (h->node == NT_FABRIC_NONE) {
        free(h);
        return NULL;
    }
    return h;
}

uint32_t nt_host_node(const struct nt_host *h)
{
    return h->node;
}

struct nt_routes *nt_host_routes(struct nt_host *h)
{
    return &h->routes;
}

uint32_t nt_host_attach(struct nt_host *h, uint32_t network, const char *tap, const struct nt_addr *addresses, size_t count)
{
    struct nt_interface i = {.count = count, .up = true};
    if (nt_grow(&h->interfaces, &h->interface_cap, h->interface_count + 1, sizeof *h->interfaces, NT_NODES_MAX) != NT_OK ||
        (i.addresses = malloc((count > 0 ? count : 1) * sizeof *addresses)) == NULL)
        return NT_FABRIC_NONE;
    uint32_t port = nt_fabric_attach(h->fabric, h->node, network, tap);
    if (port == NT_FABRIC_NONE) {
        free(i.addresses);
        return NT_FABRIC_NONE;
    }
    h->interfaces[h->interface_count++] = i;
    for (size_t k = 0; k < count; k++) {
        i.addresses[k] = nt_addr_with_port(&addresses[k], 0);
        if (nt_fabric_add_address(h->fabric, h->node, port, &i.addresses[k]) != NT_OK || nt_map_put(&h->own, &i.addresses[k], port) != NT_OK)
            return NT_FABRIC_NONE;
    }
    return port;
}

void nt_host_attach_stack(struct nt_host *h, bool (*deliver)(void *user, uint32_t port, const uint8_t *packet, size_t len), void *user)
{
    h->deliver = deliver;
    h->stack = user;
}

uint32_t nt_host_run_endpoint(struct nt_host *h, struct nt_endpoint e, nt_time now)
{
    if (nt_grow(&h->endpoints, &h->endpoint_cap, h->endpoint_count + 1, sizeof *h->endpoints, NT_HOST_ENDPOINTS_MAX) != NT_OK)
        return NT_FABRIC_NONE;
    h->endpoints[h->endpoint_count] = (struct nt_host_endpoint){.endpoint = e};
    h->endpoint_count++;
    nt_host_kick(h, now);
    return (uint32_t)h->endpoint_count - 1;
}

void nt_host_kick(struct nt_host *h, nt_time now)
{
    serve_all(h, now);
    nt_fabric_touch(h->fabric, h->node, now);
}

void nt_host_announce(struct nt_host *h, uint32_t endpoint, nt_time now)
{
    for (size_t i = 0; i < h->interface_count; i++)
        if (h->interfaces[i].up)
            tell_interface(h, endpoint, h->interfaces + i, NT_IN_IF_UP, now);
    nt_fabric_touch(h->fabric, h->node, now);
}
