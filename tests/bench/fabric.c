/* Nanoseconds for each hop of the fabric: two hosts bounce datagrams through a forwarding node. Built by hand, from the project's root:
 *   cc -std=c11 -D_POSIX_C_SOURCE=200809L -O3 -DNDEBUG -I. -o fabric_bench tests/bench/fabric.c natsim/[a-z]*.c natsim/nat/[a-z]*.c core/base/[a-z]*.c
 *   ./fabric_bench [IN-FLIGHT] [SECONDS OF VIRTUAL TIME] */
#include "natsim/host/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct bouncer {
    struct nt_host *host;
    struct nt_path path;
    unsigned long waiting, sent;
    bool bound;
};

static void input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    struct bouncer *b = self;
    (void)path, (void)bytes, (void)len, (void)now;
    if (kind == NT_IN_DATAGRAM)
        b->waiting++;
}

static void timer(void *self, nt_time now)
{
    (void)self, (void)now;
}

static size_t output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct bouncer *b = self;
    (void)cap, (void)now;
    if (b->waiting == 0)
        return 0;
    b->waiting--;
    b->sent++;
    *path = b->path;
    memset(buf, 1, 120);
    return 120;
}

static nt_time deadline(const void *self)
{
    (void)self;
    return NT_TIME_NEVER;
}

static int request(void *self, struct nt_request *req)
{
    struct bouncer *b = self;
    if (b->bound)
        return 0;
    b->bound = true;
    *req = (struct nt_request){.kind = NT_REQ_BIND, .path = b->path};
    return 1;
}

struct router {
    struct nt_fabric *f;
    uint32_t node;
};

static void forward(void *self, uint32_t port, struct nt_packet *p, nt_time now)
{
    struct router *r = self;
    struct nt_addr hop = p->dst;
    if (nt_packet_hop(p))
        nt_fabric_send(r->f, r->node, 1 - port, &hop, p, now);
    else
        nt_fabric_drop(r->f, r->node, p, NT_DROP_TTL, &p->src, &p->dst, now);
}

static const struct nt_endpoint_ops endpoint_ops = {input, timer, output, deadline, request};
static const struct nt_node_ops router_ops = {.recv = forward};
static struct bouncer sides[2];

static void build(struct nt_fabric *f, struct router *r, uint32_t i)
{
    static const char *const names[] = {"left", "right"};
    struct nt_network_config c = {.name = names[i], .delay = NT_MSEC};
    struct nt_addr own = nt_addr_v4(0x0a000002u + (i << 16), 5000), other = nt_addr_v4(0x0a010002u - (i << 16), 5000);
    struct nt_route route = {.prefix = {.addr = {.family = NT_AF_IPV4}}, .via = nt_addr_v4(0x0a000001u + (i << 16), 0)};
    uint32_t net = nt_fabric_add_network(f, &c);
    sides[i].path = (struct nt_path){.transport = NT_UDP, .local = own, .remote = other};
    nt_fabric_attach(f, r->node, net, "R");
    nt_fabric_add_address(f, r->node, i, &route.via);
    sides[i].host = nt_host_new(f, names[i]);
    nt_host_attach(sides[i].host, net, names[i], &own, 1);
    nt_routes_add(nt_host_routes(sides[i].host), &route);
    nt_host_run_endpoint(sides[i].host, (struct nt_endpoint){&endpoint_ops, &sides[i]}, 0);
}

int main(int argc, char **argv)
{
    struct nt_fabric *f = nt_fabric_new(&(struct nt_fabric_config){.seed = 1});
    struct router r = {.f = f};
    struct timespec from, to;
    r.node = nt_fabric_add_node(f, "R", &router_ops, &r);
    build(f, &r, 0);
    build(f, &r, 1);
    sides[0].waiting = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    nt_host_kick(sides[0].host, 0);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    enum nt_fabric_end end = nt_fabric_run(f, (argc > 2 ? strtol(argv[2], NULL, 10) : 20) * NT_SEC);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    unsigned long hops = 2 * (sides[0].sent + sides[1].sent);
    double ns = (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
    printf("end %d, %lu hops, %.1f ns/hop\n", (int)end, hops, ns / (double)hops);
    nt_fabric_del(f);
    return 0;
}
