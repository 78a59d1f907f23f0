/* Both carriers in one run: packets for each second of processor time, and bytes for each node, on rings of 10 to 10,000 nodes.
 * Each node has one packet of 200 bytes in flight, and sends what it gets on to its neighbour over a network of 1 ms delay.
 *
 *   carriers_bench [MODULE]     MODULE: natsim-ns3.so, by default the one beside the program */
#define _GNU_SOURCE
#include "core/base/err.h"
#include "natsim/fabric/fabric.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NODES_MAX 10000
#define HOPS 3000000 /* of each figure */
#define PAYLOAD 172  /* 200 bytes of IP */

struct member {
    struct nt_fabric *fabric;
    uint32_t node;
    struct nt_addr next;
};

static struct member ring[NODES_MAX];
static unsigned long hops;

static void pass_on(void *self, uint32_t port, struct nt_packet *p, nt_time now)
{
    struct member *m = self;
    hops++;
    nt_fabric_send(m->fabric, m->node, port, &m->next, p, now);
}

static const struct nt_node_ops member_ops = {.recv = pass_on};

static struct nt_addr address(uint32_t i)
{
    return nt_addr_v4(UINT32_C(0x0a000001) + i, 0);
}

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "carriers_bench: %s\n", what);
    exit(1);
}

static void build(struct nt_fabric *f, uint32_t nodes)
{
    uint32_t net = nt_fabric_add_network(f, &(struct nt_network_config){.name = "ring", .delay = NT_MSEC});
    must(net != NT_FABRIC_NONE, "no network");
    for (uint32_t i = 0; i < nodes; i++) {
        char name[16];
        struct nt_addr own = address(i);
        snprintf(name, sizeof name, "n%u", (unsigned)i);
        ring[i] = (struct member){
            .fabric = f, .node = nt_fabric_add_node(f, name, &member_ops, &ring[i]), .next = address((i + 1) % nodes)};
        must(nt_fabric_attach(f, ring[i].node, net, name) == 0 && nt_fabric_add_address(f, ring[i].node, 0, &own) == NT_OK,
             "no node");
    }
}

static void send_one(struct member *m)
{
    uint8_t payload[PAYLOAD] = {128};
    struct nt_packet *p = nt_fabric_packet(m->fabric, 0);
    struct nt_addr from = nt_addr_with_port(&m->next, 1), to = nt_addr_with_port(&m->next, 2);
    must(p != NULL && nt_packet_udp(p, &from, &to, payload, sizeof payload, 64, 0, false, 1) == NT_OK, "no packet");
    nt_fabric_send(m->fabric, m->node, 0, &m->next, p, 0);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t memory(void)
{
    struct mallinfo2 m = mallinfo2();
    return m.uordblks + m.hblkhd;
}

struct figure {
    double rate, bytes; /* hops for each second; bytes for each node */
};

static struct figure measure(const struct nt_carrier_ops *carrier, uint32_t nodes)
{
    size_t before = memory();
    struct nt_fabric *f = nt_fabric_new(&(struct nt_fabric_config){.seed = 1, .carrier = carrier});
    must(f != NULL, "no fabric");
    build(f, nodes);
    for (uint32_t i = 0; i < nodes; i++)
        send_one(&ring[i]);
    nt_fabric_run(f, 2 * NT_MSEC); /* everything is in place */
    struct figure figure = {.bytes = (double)(memory() - before) / nodes};
    double from = seconds();
    hops = 0;
    nt_fabric_run(f, HOPS / nodes * NT_MSEC);
    figure.rate = (double)hops / (seconds() - from);
    nt_fabric_del(f);
    return figure;
}

static const struct nt_carrier_ops *load(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const struct nt_carrier_module *m = library != NULL ? dlsym(library, NT_CARRIER_SYMBOL) : NULL;
    must(m != NULL && m->abi == NT_CARRIER_ABI, library == NULL ? dlerror() : "the module is of another build");
    return m->ops;
}

static void beside(const char *program, char *path, size_t cap)
{
    const char *slash = strrchr(program, '/');
    snprintf(path, cap, "%.*s/natsim-ns3.so", slash != NULL ? (int)(slash - program) : 1, slash != NULL ? program : ".");
}

int main(int argc, char **argv)
{
    static const uint32_t sizes[] = {10, 100, 1000, NODES_MAX};
    char path[4096];
    beside(argv[0], path, sizeof path);
    const struct nt_carrier_ops *ns3 = load(argc > 1 ? argv[1] : path);
    puts("nodes  builtin hops/s  bytes/node  ns3 hops/s  bytes/node  builtin/ns3");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct figure ours = measure(&nt_carrier_builtin, sizes[i]), theirs = measure(ns3, sizes[i]);
        printf("%5u  %14.0f  %10.0f  %10.0f  %10.0f  %11.1f\n", (unsigned)sizes[i], ours.rate, ours.bytes, theirs.rate,
               theirs.bytes, ours.rate / theirs.rate);
    }
    return 0;
}
