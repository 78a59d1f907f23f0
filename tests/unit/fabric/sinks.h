/* For tests of the fabric: nodes that note what arrives, with a recorded trace.
 *
 *   node 0 (10.0.0.2) --- network --- node 1 (10.0.0.3), ... */
#ifndef NT_TEST_SINKS_H
#define NT_TEST_SINKS_H

#include "tests/unit/help.h"
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/err.h"
#include "natsim/fabric/fabric.h"

enum { ARRIVALS_MAX = 4096, SINKS_MAX = 4, DROPS_MAX = 4096 };

struct arrival {
    nt_time at;
    uint32_t number; /* as sent */
    uint32_t len;
    bool fragment;
};

struct sink {
    struct arrival arrivals[ARRIVALS_MAX];
    size_t count;
};

struct drop {
    nt_time at;
    uint64_t shown; /* 0: the latest at its tap */
    int64_t tap;
    enum nt_drop reason;
    struct nt_addr b;
    const char *network;
};

static struct nt_fabric *fabric;
static uint32_t network;
static struct sink sinks[SINKS_MAX];
static struct drop drops[DROPS_MAX];
static size_t drop_count;

static inline void sink_recv(void *self, uint32_t port, struct nt_packet *p, nt_time now)
{
    struct sink *s = self;
    (void)port;
    assert_true(s->count < ARRIVALS_MAX);
    assert_true(nt_packet_checksums_good(p));
    uint32_t number = p->payload_len >= 4 ? nt_load32(p->data + p->payload) : 0;
    s->arrivals[s->count++] = (struct arrival){.at = now, .number = number, .len = p->len, .fragment = p->fragment};
    nt_fabric_consumed(fabric, p);
}

static inline void note_drop(void *user, const struct nt_trace_event *e)
{
    (void)user;
    if (e->kind != NT_TR_DROP)
        return;
    assert_true(drop_count < DROPS_MAX);
    drops[drop_count++] = (struct drop){
        .at = e->at, .shown = (uint64_t)e->n[2], .tap = e->n[0], .reason = (enum nt_drop)e->n[1], .b = e->b, .network = e->text};
}

static inline void sinks_del(void)
{
    nt_fabric_del(fabric);
    fabric = NULL;
}

static inline void sinks_new(uint64_t seed, struct nt_network_config config, uint32_t nodes)
{
    static const struct nt_node_ops ops = {.recv = sink_recv};
    static const char *const names[SINKS_MAX] = {"n0", "n1", "n2", "n3"};
    sinks_del();
    memset(sinks, 0, sizeof sinks);
    drop_count = 0;
    fabric = nt_fabric_new(&(struct nt_fabric_config){.seed = seed, .trace = {.emit = note_drop}});
    assert_non_null(fabric);
    if (config.name == NULL)
        config.name = "net";
    network = nt_fabric_add_network(fabric, &config);
    assert_int_equal(network, 0);
    for (uint32_t i = 0; i < nodes; i++) {
        struct nt_addr a = nt_addr_v4(0x0a000002u + i, 0);
        assert_int_equal(nt_fabric_add_node(fabric, names[i], &ops, &sinks[i]), i);
        assert_int_equal(nt_fabric_attach(fabric, i, network, names[i]), 0);
        assert_int_equal(nt_fabric_add_address(fabric, i, 0, &a), 0);
    }
}

/* Sends a packet of `len` bytes in all (32 at least), whose payload begins with the number. */
static inline void sink_send_as(uint32_t from, uint32_t to, uint32_t number, size_t len, bool df)
{
    struct nt_addr src = nt_addr_v4(0x0a000002u + from, 5000), dst = nt_addr_v4(0x0a000002u + to, 5000);
    struct nt_packet *p = nt_fabric_packet(fabric, (uint32_t)len);
    uint8_t payload[4096] = {0};
    assert_non_null(p);
    nt_store32(payload, number);
    assert_int_equal(nt_packet_udp(p, &src, &dst, payload, len - 28, 64, 0, df, (uint16_t)number), 0);
    nt_fabric_send(fabric, from, 0, &dst, p, nt_fabric_now(fabric));
}

static inline void sink_send(uint32_t from, uint32_t to, uint32_t number)
{
    sink_send_as(from, to, number, 125, true);
}

static inline void sinks_run(nt_time until)
{
    enum nt_fabric_end end = nt_fabric_run(fabric, until);
    assert_true(end == NT_FABRIC_IDLE || end == NT_FABRIC_UNTIL);
}

#endif
