/* A gateway in a fabric, with real packets, for the tests of what it does with them:
 *
 *   A 10.0.0.2, .3 --- inside 10.0.0.0/24 ---.
 *                                             gw --- outside 203.0.113.0/24 --- O .7, .8
 *   B 10.9.0.2 ------- other 10.9.0.0/24 ----'   203.0.113.2
 *
 * with 2001:db8:1::/64 inside and 2001:db8:ff::/64 outside. Every packet that arrives has its checksums verified. */
#ifndef NT_TEST_GATEWAY_WORLD_H
#define NT_TEST_GATEWAY_WORLD_H

#include "tests/unit/help.h"
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/err.h"
#include "natsim/gateway/gateway.h"
#include "natsim/packet/fragment.h"
#include "natsim/packet/icmp.h"
#include "natsim/packet/pool.h"
#include "tests/unit/policy_of.h"

#define MAX 32
#define MS NT_MSEC
#define IN6 "[2001:db8:1::9]:5000"
#define OUT6 "[2001:db8:ff::7]:7000"

struct probe {
    struct nt_fabric *f;
    uint32_t node;
    struct nt_packet got[MAX];
    uint8_t bytes[MAX][2048];
    size_t count;
};

static struct probe a, b, o;
static struct nt_fabric *f;
static struct nt_gateway *gw;
static struct nt_trace_event log_of[256];
static size_t logged;
static nt_time now;

static inline void on_event(void *user, const struct nt_trace_event *e)
{
    (void)user;
    if (e->kind != NT_TR_PACKET && logged < 256)
        log_of[logged++] = *e;
}

static inline void probe_recv(void *self, uint32_t port, struct nt_packet *p, nt_time t)
{
    struct probe *x = self;
    (void)port, (void)t;
    assert_true(x->count < MAX && p->len <= 2048);
    assert_true(nt_packet_checksums_good(p));
    x->got[x->count] = *p;
    memcpy(x->bytes[x->count], p->data, p->len);
    x->got[x->count].data = x->bytes[x->count];
    x->count++;
    nt_fabric_consumed(x->f, p);
}

static inline void probe_run(void *self, nt_time t)
{
    (void)self, (void)t;
}

static inline nt_time probe_deadline(const void *self)
{
    (void)self;
    return NT_TIME_NEVER;
}

static inline void probe_del(void *self)
{
    (void)self;
}

static const struct nt_node_ops probe_ops = {.recv = probe_recv, .run = probe_run, .deadline = probe_deadline, .del = probe_del};

static inline void probe_new(struct probe *x, const char *name, uint32_t network, const char *const *addresses, size_t count)
{
    memset(x, 0, sizeof *x);
    x->f = f;
    x->node = nt_fabric_add_node(f, name, &probe_ops, x);
    assert_true(x->node != NT_FABRIC_NONE);
    uint32_t port = nt_fabric_attach(f, x->node, network, name);
    for (size_t i = 0; i < count; i++) {
        struct nt_addr own = addr(addresses[i]);
        assert_int_equal(nt_fabric_add_address(f, x->node, port, &own), 0);
    }
}

static inline void route(const char *prefix, uint32_t port)
{
    struct nt_route r = {.port = port};
    assert_int_equal(nt_prefix_parse(&r.prefix, prefix), 0);
    assert_int_equal(nt_routes_add(nt_gateway_routes(gw), &r), 0);
}

static inline uint32_t network(const char *name, uint32_t mtu)
{
    uint32_t n = nt_fabric_add_network(f, &(struct nt_network_config){.name = name, .delay = MS, .mtu = mtu});
    assert_true(n != NT_FABRIC_NONE);
    return n;
}

static inline struct nt_packet *blank_packet(uint32_t cap)
{
    struct nt_packet *p = nt_fabric_packet(f, cap);
    assert_non_null(p);
    return p;
}

static inline void world(struct nt_nat_policy p)
{
    const char *what = "";
    logged = 0;
    now = 0;
    if (nt_nat_policy_finish(&p, p.ports != 0, &what) != 0)
        fail_msg("%s", what);
    f = nt_fabric_new(&(struct nt_fabric_config){.seed = 1, .mtu_max = 2048, .trace = {.emit = on_event}});
    assert_non_null(f);
    uint32_t inside = network("inside", 2048), other = network("other", 1500), outside = network("outside", 1500);
    gw = nt_gateway_new(f, "gw", &p);
    assert_non_null(gw);
    struct nt_addr own[2] = {addr("10.0.0.1"), addr("2001:db8:1::1")}, own2 = addr("10.9.0.1"),
                   out[2] = {addr("203.0.113.2"), addr("2001:db8:ff::2")};
    assert_int_equal(nt_gateway_attach_inside(gw, inside, "gw.inside", own, 2), 0);
    assert_int_equal(nt_gateway_attach_inside(gw, other, "gw.other", &own2, 1), 1);
    assert_int_equal(nt_gateway_attach_outside(gw, outside, "gw.outside", out, 2), 2);
    route("10.0.0.0/24", 0), route("10.9.0.0/24", 1), route("203.0.113.0/24", 2);
    route("2001:db8:1::/64", 0), route("2001:db8:ff::/64", 2);
    probe_new(&a, "A", inside, (const char *const[]){"10.0.0.2", "10.0.0.3", "2001:db8:1::9"}, 3);
    probe_new(&b, "B", other, (const char *const[]){"10.9.0.2"}, 1);
    probe_new(&o, "O", outside, (const char *const[]){"203.0.113.7", "203.0.113.8", "2001:db8:ff::7", "2001:db8:ff::8"}, 4);
}

static inline void end(void)
{
    nt_fabric_del(f);
}

static inline void run_on(void)
{
    now += 20 * MS;
    assert_int_not_equal(nt_fabric_run(f, now), NT_FABRIC_LIVELOCK);
}

static inline struct nt_addr gateway_hop(const struct probe *x, uint8_t family)
{
    return addr(family == NT_AF_IPV6 ? (x == &o ? "2001:db8:ff::2" : "2001:db8:1::1")
                : x == &o            ? "203.0.113.2"
                : x == &b            ? "10.9.0.1"
                                     : "10.0.0.1");
}

static inline void hand_over(struct probe *x, struct nt_packet *p)
{
    struct nt_addr hop = gateway_hop(x, p->family);
    nt_fabric_send(f, x->node, 0, &hop, p, now);
}

static inline struct nt_packet *udp(const char *src, const char *dst, size_t len, uint8_t ttl)
{
    uint8_t payload[1800];
    struct nt_addr s = addr(src), d = addr(dst);
    struct nt_packet *p = blank_packet(2048);
    for (size_t i = 0; i < len; i++)
        payload[i] = (uint8_t)(i * 7);
    assert_int_equal(nt_packet_udp(p, &s, &d, payload, len, ttl, 0, false, 77), 0);
    return p;
}

static inline void say(struct probe *x, const char *src, const char *dst)
{
    hand_over(x, udp(src, dst, 33, 64));
    run_on();
}

/* The last packet the probe got, which must be number `count`. */
static inline const struct nt_packet *last(const struct probe *x, size_t count, const char *src, const char *dst)
{
    char buf[NT_ADDR_TEXT];
    assert_int_equal(x->count, count);
    const struct nt_packet *p = &x->got[count - 1];
    assert_string_equal(nt_addr_format(&p->src, buf), src);
    assert_string_equal(nt_addr_format(&p->dst, buf), dst);
    return p;
}

/* The last event but gone is a drop with the reason and addresses ("" for any). */
static inline void dropped(enum nt_drop why, const char *first, const char *second)
{
    char buf[NT_ADDR_TEXT];
    size_t i = logged;
    while (i > 0 && log_of[i - 1].kind != NT_TR_DROP)
        i--;
    assert_true(i > 0);
    assert_int_equal(log_of[i - 1].n[1], why);
    if (*first != '\0')
        assert_string_equal(nt_addr_format(&log_of[i - 1].a, buf), first);
    if (*second != '\0')
        assert_string_equal(nt_addr_format(&log_of[i - 1].b, buf), second);
    logged = 0;
}

static inline void translated(size_t i, int which, const char *from, const char *to)
{
    char buf[NT_ADDR_TEXT];
    size_t n = 0;
    for (size_t k = 0; k < logged; k++) {
        if (log_of[k].kind != NT_TR_TRANSLATED || n++ != i)
            continue;
        assert_int_equal(log_of[k].n[1], which);
        assert_string_equal(nt_addr_format(&log_of[k].a, buf), from);
        assert_string_equal(nt_addr_format(&log_of[k].b, buf), to);
        return;
    }
    fail_msg("no translation %zu", i);
}

static inline struct nt_nat_policy cone(void)
{
    return policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT);
}

/* An ICMP echo made by hand: type, identifier 7, sequence 1. */
static inline struct nt_packet *echo(const char *src, const char *dst, uint8_t type, uint16_t id)
{
    struct nt_packet *p = udp(src, dst, 12, 64);
    p->data[9] = NT_PROTO_ICMP;
    p->data[20] = type, p->data[21] = 0;
    nt_store16(p->data + 24, id);
    nt_store16(p->data + 26, 1);
    assert_int_equal(nt_packet_parse(p), 0);
    nt_packet_fix_checksums(p);
    return p;
}

#endif
