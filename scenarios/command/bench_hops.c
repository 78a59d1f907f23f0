#include "scenarios/command/bench_hops.h"
#include "core/base/err.h"
#include "natsim/gateway/gateway.h"
#include "natsim/nat/policy/presets.h"
#include "scenarios/command/bench_cost.h"

#include <stdio.h>

enum { NODES = 100, HOPS = 10000, DATAGRAMS = 1000, PAYLOAD = 172 }; /* HOPS, DATAGRAMS: of a round. 200 bytes of IP */

static const uint8_t payload[PAYLOAD] = {128};

/* A node without a host: it sends on what it gets, or answers it. */
struct node {
    struct nt_fabric *fabric;
    uint32_t number;
    struct nt_addr next_hop;
    uint64_t *received;
};

static bool send_datagram(const struct node *n, const struct nt_addr *from, const struct nt_addr *to, nt_time now)
{
    struct nt_packet *p = nt_fabric_packet(n->fabric, 0);
    if (p == NULL || nt_packet_udp(p, from, to, payload, sizeof payload, 64, 0, false, 1) != NT_OK)
        return false;
    nt_fabric_send(n->fabric, n->number, 0, &n->next_hop, p, now);
    return true;
}

static void pass_on(void *self, uint32_t port, struct nt_packet *p, nt_time now)
{
    struct node *n = self;
    ++*n->received;
    nt_fabric_send(n->fabric, n->number, port, &n->next_hop, p, now);
}

static void answer(void *self, uint32_t port, struct nt_packet *p, nt_time now)
{
    struct node *n = self;
    struct nt_addr from = p->dst, to = p->src;
    (void)port;
    ++*n->received;
    nt_fabric_consumed(n->fabric, p);
    send_datagram(n, &from, &to, now);
}

static const struct nt_node_ops ring_ops = {.recv = pass_on}, end_ops = {.recv = answer};

static uint32_t add_network(struct nt_fabric *f, const char *name)
{
    return nt_fabric_add_network(f, &(struct nt_network_config){.name = name, .delay = NT_MSEC});
}

static bool add_node(struct node *n, const char *name, const struct nt_node_ops *ops, uint32_t network,
                     const struct nt_addr *address)
{
    n->number = nt_fabric_add_node(n->fabric, name, ops, n);
    return n->number != NT_FABRIC_NONE && nt_fabric_attach(n->fabric, n->number, network, name) == 0 &&
           nt_fabric_add_address(n->fabric, n->number, 0, address) == NT_OK;
}

/* What it costs until `items` packets have come; they come at the rate of `flying` each `step`. */
static bool measure(struct nt_bench *b, struct nt_fabric *f, const uint64_t *received, uint64_t items, nt_time step,
                    uint64_t flying)
{
    nt_fabric_run(f, 2 * step); /* everything is in its place */
    uint64_t before = *received, from = nt_bench_cost();
    nt_fabric_run(f, nt_fabric_now(f) + (nt_time)(items / flying) * step);
    b->cost = nt_bench_cost() - from;
    b->items = *received - before;
    return b->items > 0;
}

static struct nt_addr ring_address(uint32_t i)
{
    return nt_addr_v4(0x0a000001 + i % NODES, 0);
}

static bool build_ring(struct nt_fabric *f, struct node *ring, uint64_t *received)
{
    uint32_t network = add_network(f, "ring");
    bool good = network != NT_FABRIC_NONE;
    for (uint32_t i = 0; i < NODES && good; i++) {
        char name[16];
        struct nt_addr own = ring_address(i);
        snprintf(name, sizeof name, "n%u", (unsigned)i);
        ring[i] = (struct node){.fabric = f, .next_hop = ring_address(i + 1), .received = received};
        good = add_node(&ring[i], name, &ring_ops, network, &own);
    }
    for (uint32_t i = 0; i < NODES && good; i++) {
        struct nt_addr from = nt_addr_with_port(&ring[i].next_hop, 1), to = nt_addr_with_port(&ring[i].next_hop, 2);
        good = send_datagram(&ring[i], &from, &to, 0);
    }
    return good;
}

bool nt_bench_hop(struct nt_bench *b)
{
    struct node ring[NODES];
    uint64_t received = 0;
    struct nt_fabric *f = nt_fabric_new(&(struct nt_fabric_config){.seed = 1, .carrier = b->carrier});
    if (f == NULL)
        return false;
    bool good = build_ring(f, ring, &received) && measure(b, f, &received, (uint64_t)b->rounds * HOPS, NT_MSEC, NODES);
    nt_fabric_del(f);
    return good;
}

/* inside 10.0.0.2 --- 10.0.0.1 NAT 203.0.113.1 --- 203.0.113.2 outside */
static struct nt_gateway *build_nat(struct nt_fabric *f, uint32_t in, uint32_t out)
{
    struct nt_addr inside = nt_addr_v4(0x0a000001, 0), outside = nt_addr_v4(0xcb007101, 0);
    struct nt_nat_policy policy;
    const char *what;
    nt_nat_policy_init(&policy);
    nt_nat_preset_find("port-restricted-cone")->set(&policy);
    if (nt_nat_policy_finish(&policy, policy.ports != 0, &what) != NT_OK)
        return NULL;
    struct nt_gateway *g = nt_gateway_new(f, "nat", &policy);
    struct nt_route left = {.port = 0, .prefix = {.addr = nt_addr_v4(0x0a000000, 0), .bits = 24}};
    struct nt_route right = {.port = 1, .prefix = {.addr = nt_addr_v4(0xcb007100, 0), .bits = 24}};
    bool good = g != NULL && nt_gateway_attach_inside(g, in, "nat.inside", &inside, 1) == 0 &&
                nt_gateway_attach_outside(g, out, "nat.outside", &outside, 1) == 1 &&
                nt_routes_add(nt_gateway_routes(g), &left) == NT_OK && nt_routes_add(nt_gateway_routes(g), &right) == NT_OK;
    return good ? g : NULL;
}

bool nt_bench_nat_hop(struct nt_bench *b)
{
    struct nt_addr a = nt_addr_v4(0x0a000002, 5000), z = nt_addr_v4(0xcb007102, 6000);
    uint64_t received = 0;
    struct nt_fabric *f = nt_fabric_new(&(struct nt_fabric_config){.seed = 1});
    if (f == NULL)
        return false;
    struct node inside = {.fabric = f, .next_hop = nt_addr_v4(0x0a000001, 0), .received = &received};
    struct node outside = {.fabric = f, .next_hop = nt_addr_v4(0xcb007101, 0), .received = &received};
    struct nt_addr own = nt_addr_with_port(&a, 0), other = nt_addr_with_port(&z, 0);
    uint32_t in = add_network(f, "in"), out = add_network(f, "out");
    bool good = in != NT_FABRIC_NONE && out != NT_FABRIC_NONE && build_nat(f, in, out) != NULL &&
                add_node(&inside, "inside", &end_ops, in, &own) && add_node(&outside, "outside", &end_ops, out, &other);
    for (uint16_t i = 0; i < 10 && good; i++) {
        struct nt_addr from = nt_addr_with_port(&a, (uint16_t)(5000 + i));
        good = send_datagram(&inside, &from, &z, 0);
    }
    good = good && measure(b, f, &received, (uint64_t)b->rounds * DATAGRAMS, 2 * NT_MSEC, 10);
    nt_fabric_del(f);
    return good;
}
