/* Two hosts that bounce datagrams through a forwarding node:  left 10.0.0.2 --- R --- 10.1.0.2 right */
#ifndef NT_TEST_BOUNCER_H
#define NT_TEST_BOUNCER_H

#include "core/base/err.h"
#include "natsim/host/host.h"

#include <string.h>

enum { BOUNCER_BYTES = 120 };

/* An endpoint that sends a datagram for each one that it receives. */
struct bouncer {
    struct nt_host *host;
    struct nt_path path;
    unsigned long waiting, left, sent; /* datagrams to be sent now; that it may still send; that it has sent */
    bool bound;
};

struct router {
    struct nt_fabric *f;
    uint32_t node;
};

static struct bouncer bouncers[2];
static struct router router;

static void bouncer_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    struct bouncer *b = self;
    (void)path, (void)bytes, (void)len, (void)now;
    if (kind == NT_IN_DATAGRAM)
        b->waiting++;
}

static void bouncer_timer(void *self, nt_time now)
{
    (void)self, (void)now;
}

static size_t bouncer_output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct bouncer *b = self;
    (void)cap, (void)now;
    if (b->waiting == 0 || b->left == 0)
        return 0;
    b->waiting--;
    b->left--;
    b->sent++;
    *path = b->path;
    memset(buf, 1, BOUNCER_BYTES);
    return BOUNCER_BYTES;
}

static nt_time bouncer_deadline(const void *self)
{
    (void)self;
    return NT_TIME_NEVER;
}

static int bouncer_request(void *self, struct nt_request *req)
{
    struct bouncer *b = self;
    if (b->bound)
        return 0;
    b->bound = true;
    *req = (struct nt_request){.kind = NT_REQ_BIND, .path = b->path};
    return 1;
}

static void router_recv(void *self, uint32_t port, struct nt_packet *p, nt_time now)
{
    struct router *r = self;
    if (!nt_packet_hop(p)) {
        nt_fabric_drop(r->f, r->node, p, NT_DROP_TTL, &p->src, &p->dst, now);
        return;
    }
    struct nt_addr hop = p->dst;
    nt_fabric_send(r->f, r->node, 1 - port, &hop, p, now);
}

static bool bouncer_build_side(struct nt_fabric *f, uint32_t i, struct nt_network_config config, unsigned long left)
{
    static const struct nt_endpoint_ops ops = {bouncer_input, bouncer_timer, bouncer_output, bouncer_deadline, bouncer_request};
    static const char *const names[] = {"left", "right"};
    struct nt_addr own = nt_addr_v4(0x0a000002u + (i << 16), 5000), other = nt_addr_v4(0x0a010002u - (i << 16), 5000);
    struct nt_addr gateway = nt_addr_v4(0x0a000001u + (i << 16), 0);
    struct nt_route route = {.prefix = {.addr = {.family = NT_AF_IPV4}}, .via = gateway};
    struct bouncer *b = &bouncers[i];
    *b = (struct bouncer){.path = {.transport = NT_UDP, .local = own, .remote = other}, .left = left};
    config.name = names[i];
    uint32_t net = nt_fabric_add_network(f, &config);
    if (net == NT_FABRIC_NONE || nt_fabric_attach(f, router.node, net, "R") != i ||
        nt_fabric_add_address(f, router.node, i, &gateway) != NT_OK || (b->host = nt_host_new(f, names[i])) == NULL ||
        nt_host_attach(b->host, net, "h", &own, 1) != 0 || nt_routes_add(nt_host_routes(b->host), &route) != NT_OK)
        return false;
    return nt_host_run_endpoint(b->host, (struct nt_endpoint){&ops, b}, 0) != NT_FABRIC_NONE;
}

/* Both networks, the router and the bouncers; false without memory. Each bouncer sends `left` datagrams at most. */
static bool bouncer_build(struct nt_fabric *f, struct nt_network_config config, unsigned long left)
{
    static const struct nt_node_ops ops = {.recv = router_recv};
    router = (struct router){.f = f};
    router.node = nt_fabric_add_node(f, "R", &ops, &router);
    return router.node != NT_FABRIC_NONE && bouncer_build_side(f, 0, config, left) && bouncer_build_side(f, 1, config, left);
}

#endif
