/* The gateway in a fabric, with real packets:
 *
 *   A 10.0.0.2, .3 --- inside 10.0.0.0/24 ---.
 *                                             gw --- outside 203.0.113.0/24 --- O .7, .8
 *   B 10.9.0.2 ------- other 10.9.0.0/24 ----'   203.0.113.2
 *
 * with 2001:db8:1::/64 inside and 2001:db8:ff::/64 outside. Every packet that arrives has its checksums verified. */
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

static void on_event(void *user, const struct nt_trace_event *e)
{
    (void)user;
    if (e->kind != NT_TR_PACKET && logged < 256)
        log_of[logged++] = *e;
}

static void probe_recv(void *self, uint32_t port, struct nt_packet *p, nt_time t)
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

static void probe_run(void *self, nt_time t)
{
    (void)self, (void)t;
}

static nt_time probe_deadline(const void *self)
{
    (void)self;
    return NT_TIME_NEVER;
}

static void probe_del(void *self)
{
    (void)self;
}

static const struct nt_node_ops probe_ops = {.recv = probe_recv, .run = probe_run, .deadline = probe_deadline, .del = probe_del};

static void probe_new(struct probe *x, const char *name, uint32_t network, const char *const *addresses, size_t count)
{
    memset(x, 0, sizeof *x);
    x->f = f;
    x->node = nt_fabric_add_node(f, name, &probe_ops, x);
    uint32_t port = nt_fabric_attach(f, x->node, network, name);
    for (size_t i = 0; i < count; i++) {
        struct nt_addr own = addr(addresses[i]);
        assert_int_equal(nt_fabric_add_address(f, x->node, port, &own), 0);
    }
}

static void route(const char *prefix, uint32_t port)
{
    struct nt_route r = {.port = port};
    assert_int_equal(nt_prefix_parse(&r.prefix, prefix), 0);
    assert_int_equal(nt_routes_add(nt_gateway_routes(gw), &r), 0);
}

static uint32_t network(const char *name, uint32_t mtu)
{
    return nt_fabric_add_network(f, &(struct nt_network_config){.name = name, .delay = MS, .mtu = mtu});
}

static void world(struct nt_nat_policy p)
{
    const char *what = "";
    logged = 0;
    now = 0;
    if (nt_nat_policy_finish(&p, p.ports != 0, &what) != 0)
        fail_msg("%s", what);
    f = nt_fabric_new(&(struct nt_fabric_config){.seed = 1, .mtu_max = 2048, .trace = {.emit = on_event}});
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

static void end(void)
{
    nt_fabric_del(f);
}

static void run_on(void)
{
    now += 20 * MS;
    assert_int_not_equal(nt_fabric_run(f, now), NT_FABRIC_LIVELOCK);
}

static struct nt_addr gateway_hop(const struct probe *x, uint8_t family)
{
    return addr(family == NT_AF_IPV6 ? (x == &o ? "2001:db8:ff::2" : "2001:db8:1::1")
                : x == &o            ? "203.0.113.2"
                : x == &b            ? "10.9.0.1"
                                     : "10.0.0.1");
}

static void hand_over(struct probe *x, struct nt_packet *p)
{
    struct nt_addr hop = gateway_hop(x, p->family);
    nt_fabric_send(f, x->node, 0, &hop, p, now);
}

static struct nt_packet *udp(const char *src, const char *dst, size_t len, uint8_t ttl)
{
    uint8_t payload[1800];
    struct nt_addr s = addr(src), d = addr(dst);
    struct nt_packet *p = nt_fabric_packet(f, 2048);
    assert_non_null(p);
    for (size_t i = 0; i < len; i++)
        payload[i] = (uint8_t)(i * 7);
    assert_int_equal(nt_packet_udp(p, &s, &d, payload, len, ttl, 0, false, 77), 0);
    return p;
}

static void say(struct probe *x, const char *src, const char *dst)
{
    hand_over(x, udp(src, dst, 33, 64));
    run_on();
}

/* The last packet the probe got, which must be number `count`. */
static const struct nt_packet *last(const struct probe *x, size_t count, const char *src, const char *dst)
{
    char buf[NT_ADDR_TEXT];
    assert_int_equal(x->count, count);
    const struct nt_packet *p = &x->got[count - 1];
    assert_string_equal(nt_addr_format(&p->src, buf), src);
    assert_string_equal(nt_addr_format(&p->dst, buf), dst);
    return p;
}

/* The last event but gone is a drop with the reason and addresses ("" for any). */
static void dropped(enum nt_drop why, const char *first, const char *second)
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

static void translated(size_t i, int which, const char *from, const char *to)
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

static struct nt_nat_policy cone(void)
{
    return policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT);
}

TEST(test_translate)
{
    world(cone());
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    const struct nt_packet *p = last(&o, 1, "203.0.113.2:5000", "203.0.113.7:7000");
    assert_int_equal(p->ttl, 63);
    translated(0, 0, "10.0.0.2:5000", "203.0.113.2:5000");
    assert_int_equal(log_of[0].kind, NT_TR_MAPPED);
    assert_int_equal(log_of[0].node, nt_gateway_node(gw));
    say(&o, "203.0.113.7:7000", "203.0.113.2:5000");
    (void)last(&a, 1, "203.0.113.7:7000", "10.0.0.2:5000");
    translated(1, 1, "203.0.113.2:5000", "10.0.0.2:5000");
    say(&o, "203.0.113.8:7000", "203.0.113.2:5000");
    dropped(NT_DROP_FILTERED, "203.0.113.8:7000", "10.0.0.2:5000");
    say(&o, "203.0.113.8:7000", "203.0.113.2:5001");
    dropped(NT_DROP_NO_MAPPING, "", "203.0.113.2:5001");
    struct nt_nat_mapping_info info;
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 1);
    assert_true(nt_nat_mapping_info(nt_gateway_nat(gw), 0, &info));
    assert_int_equal(info.expires, 300 * NT_SEC + MS);
    /* The timer runs by itself, to the nanosecond. */
    logged = 0;
    (void)nt_fabric_run(f, 300 * NT_SEC + MS - 1);
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 1);
    (void)nt_fabric_run(f, 300 * NT_SEC + MS);
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    assert_int_equal(log_of[0].kind, NT_TR_EXPIRED);
    assert_int_equal(log_of[0].at, 300 * NT_SEC + MS);
    end();
}

TEST(test_routes)
{
    world(cone());
    say(&a, "10.0.0.2:5000", "192.0.2.1:9"); /* no route: no mapping */
    dropped(NT_DROP_NO_ROUTE, "", "192.0.2.1:9");
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    say(&a, "10.0.0.2:5000", "10.9.0.2:9"); /* inside to inside */
    (void)last(&b, 1, "10.0.0.2:5000", "10.9.0.2:9");
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    say(&o, "203.0.113.7:9", "10.0.0.2:5000"); /* what is inside is unknown outside */
    dropped(NT_DROP_NO_ROUTE, "", "10.0.0.2:5000");
    say(&o, "203.0.113.7:9", "203.0.113.8:9"); /* not a router for its neighbours */
    dropped(NT_DROP_NO_ROUTE, "", "203.0.113.8:9");
    say(&a, "10.0.0.2:5000", "10.0.0.1:9");
    dropped(NT_DROP_NO_SOCKET_QUIET, "", "10.0.0.1:9");
    hand_over(&a, udp("10.0.0.2:5000", "203.0.113.7:9", 4, 1));
    run_on();
    dropped(NT_DROP_TTL, "", "");
    assert_int_equal(o.count, 0);
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    end();
}

TEST(test_kinds)
{
    struct nt_nat_policy p;
    nt_nat_policy_init(&p);
    p.kind = NT_GW_NONE;
    world(p);
    say(&a, "10.0.0.2:5000", "203.0.113.7:9");
    (void)last(&o, 1, "10.0.0.2:5000", "203.0.113.7:9");
    say(&o, "203.0.113.8:9", "10.0.0.2:6000");
    (void)last(&a, 1, "203.0.113.8:9", "10.0.0.2:6000");
    say(&o, "203.0.113.8:9", "203.0.113.2:6000");
    dropped(NT_DROP_NO_SOCKET_QUIET, "", "203.0.113.2:6000");
    say(&o, "203.0.113.7:9", "203.0.113.8:9");
    dropped(NT_DROP_NO_ROUTE, "", "203.0.113.8:9");
    assert_int_equal(o.count, 1);
    end();
    for (int kind = NT_GW_BLOCKED_UDP; kind <= NT_GW_BLOCKED; kind++) {
        p.kind = (enum nt_gateway_kind)kind;
        world(p);
        say(&a, "10.0.0.2:5000", "203.0.113.7:9");
        dropped(NT_DROP_BLOCKED, "", "");
        struct nt_packet *about = udp("203.0.113.7:9", "10.0.0.2:6000", 4, 64), *error = nt_fabric_packet(f, 0);
        struct nt_addr from = addr("10.0.0.2");
        assert_int_equal(nt_packet_icmp_error(error, &from, about, 3, 3), 0);
        nt_fabric_consumed(f, about);
        hand_over(&a, error);
        run_on();
        assert_int_equal(o.count, kind == NT_GW_BLOCKED ? 0 : 1);
        end();
    }
    p = cone();
    p.deny_udp = true;
    world(p);
    say(&a, "10.0.0.2:5000", "203.0.113.7:9");
    dropped(NT_DROP_DENIED, "", "");
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    end();
}

TEST(test_hairpin)
{
    for (int mode = NT_HAIRPIN_NONE; mode <= NT_HAIRPIN_EXTERNAL; mode++) {
        struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT);
        p.hairpin = (enum nt_hairpin)mode;
        world(p);
        say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
        say(&a, "10.0.0.3:6000", "203.0.113.2:5000");
        if (mode == NT_HAIRPIN_NONE) {
            dropped(NT_DROP_HAIRPIN, "", "203.0.113.2:5000");
            assert_int_equal(a.count, 0);
        } else {
            (void)last(&a, 1, mode == NT_HAIRPIN_EXTERNAL ? "203.0.113.2:6000" : "10.0.0.3:6000", "10.0.0.2:5000");
            assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 2);
            say(&b, "10.9.0.2:6001", "203.0.113.2:6000"); /* from another inside network */
            (void)last(&a, 2, mode == NT_HAIRPIN_EXTERNAL ? "203.0.113.2:6001" : "10.9.0.2:6001", "10.0.0.3:6000");
        }
        assert_int_equal(o.count, 1);
        end();
    }
}

TEST(test_reject)
{
    for (int reject = 0; reject < 2; reject++) {
        struct nt_nat_policy p = cone();
        p.unsolicited = reject ? NT_UNSOLICITED_REJECT : NT_UNSOLICITED_DROP;
        world(p);
        say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
        say(&o, "203.0.113.8:9", "203.0.113.2:5000");
        dropped(NT_DROP_FILTERED, "", "");
        assert_int_equal(o.count, 1 + reject);
        if (reject) {
            struct nt_addr src, dst, quoted_src = addr("203.0.113.8:9"), quoted_dst = addr("203.0.113.2:5000");
            uint8_t proto;
            const struct nt_packet *e = last(&o, 2, "203.0.113.2:0", "203.0.113.8:0");
            assert_int_equal(e->data[e->l4], 3);
            assert_int_equal(e->data[e->l4 + 1], 3);
            assert_int_equal(nt_packet_quoted(e, &src, &dst, &proto), 0);
            assert_true(nt_addr_equal(&src, &quoted_src) && nt_addr_equal(&dst, &quoted_dst));
        }
        end();
    }
}

/* An error about `about`, from `from`, on its way through the gateway. */
static void send_error(struct probe *x, const char *from, const struct nt_packet *about)
{
    struct nt_addr src = addr(from);
    struct nt_packet *e = nt_fabric_packet(f, 0);
    assert_int_equal(nt_packet_icmp_error(e, &src, about, 3, 3), 0);
    hand_over(x, e);
    run_on();
}

TEST(test_icmp_errors)
{
    struct nt_addr src, dst, want;
    uint8_t proto;
    world(cone());
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    send_error(&o, "203.0.113.8", &o.got[0]); /* a router on the way says so */
    const struct nt_packet *e = last(&a, 1, "203.0.113.8:0", "10.0.0.2:0");
    assert_int_equal(nt_packet_quoted(e, &src, &dst, &proto), 0);
    want = addr("10.0.0.2:5000");
    assert_true(nt_addr_equal(&src, &want));
    /* The other way: an error from inside about what was let in. */
    say(&o, "203.0.113.7:7000", "203.0.113.2:5000");
    send_error(&a, "10.0.0.2", &a.got[1]);
    e = last(&o, 2, "203.0.113.2:0", "203.0.113.7:0");
    assert_int_equal(nt_packet_quoted(e, &src, &dst, &proto), 0);
    want = addr("203.0.113.2:5000");
    assert_true(nt_addr_equal(&dst, &want));
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 1);
    end();

    struct nt_nat_policy p = cone();
    p.icmp = NT_ICMP_DROP;
    world(p);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    send_error(&o, "203.0.113.7", &o.got[0]);
    dropped(NT_DROP_DENIED, "", "");
    assert_int_equal(a.count, 0);
    end();

    p = cone();
    p.icmp_kills_mapping = true;
    world(p);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    send_error(&o, "203.0.113.7", &o.got[0]);
    assert_int_equal(a.count, 1);
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    end();
}

/* An error about a hairpinned packet goes back the way it came. */
TEST(test_icmp_error_hairpinned)
{
    struct nt_addr src, dst, quoted_src = addr("10.0.0.3:6000"), quoted_dst = addr("203.0.113.2:5000");
    uint8_t proto;
    struct nt_nat_policy p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT);
    p.hairpin = NT_HAIRPIN_EXTERNAL;
    world(p);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    say(&a, "10.0.0.3:6000", "203.0.113.2:5000");
    send_error(&a, "10.0.0.2", &a.got[0]);
    const struct nt_packet *e = last(&a, 2, "203.0.113.2:0", "10.0.0.3:0");
    assert_int_equal(nt_packet_quoted(e, &src, &dst, &proto), 0);
    assert_true(nt_addr_equal(&src, &quoted_src));
    assert_true(nt_addr_equal(&dst, &quoted_dst));
    end();
}

/* An error that was damaged is not repaired on its way. */
TEST(test_icmp_error_damaged)
{
    world(cone());
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    struct nt_addr src = addr("203.0.113.7");
    struct nt_packet *e = nt_fabric_packet(f, 0);
    assert_int_equal(nt_packet_icmp_error(e, &src, &o.got[0], 3, 3), 0);
    e->data[e->len - 1] ^= 1;
    hand_over(&o, e);
    run_on();
    dropped(NT_DROP_CHECKSUM, "", "");
    assert_int_equal(a.count, 0);
    end();
}

/* RFC 5508, REQ-8: "unable to establish a NAT Session ... due to resource constraints": code 13 to the sender. */
/* RFC 4787, REQ-13, and RFC 4443, 3.2: the sender is told what fits; the quoted packet is the one it knows. */
TEST(test_too_big)
{
    struct nt_nat_policy open = cone();
    open.ipv6 = NT_V6_OPEN;
    world(open);
    for (int v6 = 0; v6 < 2; v6++) {
        struct nt_packet *p = v6 ? udp("[2001:db8:1::9]:5000", "[2001:db8:ff::7]:7000", 1600, 64)
                                 : udp("10.0.0.2:5000", "203.0.113.7:7000", 1600, 64);
        if (!v6) {
            p->df = 1;
            nt_store16(p->data + 6, 0x4000);
            nt_packet_fix_checksums(p);
        }
        hand_over(&a, p);
        run_on();
        dropped(NT_DROP_MTU, "", "");
        assert_int_equal(o.count, 0);
        const struct nt_packet *error =
            v6 ? last(&a, 2, "[2001:db8:1::1]:0", "[2001:db8:1::9]:0") : last(&a, 1, "10.0.0.1:0", "10.0.0.2:0");
        struct nt_addr src, dst;
        uint8_t proto;
        char buf[NT_ADDR_TEXT];
        assert_int_equal(error->data[error->l4], v6 ? 2 : 3);
        assert_int_equal(error->data[error->l4 + 1], v6 ? 0 : 4);
        assert_int_equal(nt_load32(error->data + error->l4 + 4), 1500);
        assert_int_equal(nt_packet_quoted(error, &src, &dst, &proto), 0);
        assert_string_equal(nt_addr_format(&src, buf), v6 ? "[2001:db8:1::9]:5000" : "10.0.0.2:5000");
        assert_string_equal(nt_addr_format(&dst, buf), v6 ? "[2001:db8:ff::7]:7000" : "203.0.113.7:7000");
    }
    hand_over(&a, udp("10.0.0.2:5000", "203.0.113.7:7000", 1600, 64)); /* without DF: in pieces */
    run_on();
    assert_int_equal(o.count, 2);
    assert_int_equal(a.count, 2);
    end();
}

static void assert_exceeded(const struct nt_packet *e, const char *src, const char *dst)
{
    struct nt_addr quoted_src, quoted_dst;
    uint8_t proto;
    char buf[NT_ADDR_TEXT];
    assert_int_equal(e->data[e->l4], e->family == NT_AF_IPV4 ? 11 : 3); /* RFC 792; RFC 4443, 3.3 */
    assert_int_equal(e->data[e->l4 + 1], 0);
    assert_int_equal(nt_load32(e->data + e->l4 + 4), 0);
    assert_int_equal(nt_packet_quoted(e, &quoted_src, &quoted_dst, &proto), 0);
    assert_string_equal(nt_addr_format(&quoted_src, buf), src);
    assert_string_equal(nt_addr_format(&quoted_dst, buf), dst);
}

/* The sender is told, by the address of the link the packet came from. */
TEST(test_ttl)
{
    world(cone());
    hand_over(&a, udp("10.0.0.2:5000", "203.0.113.7:7000", 33, 1));
    run_on();
    dropped(NT_DROP_TTL, "10.0.0.2:5000", "203.0.113.7:7000");
    assert_exceeded(last(&a, 1, "10.0.0.1:0", "10.0.0.2:0"), "10.0.0.2:5000", "203.0.113.7:7000");
    hand_over(&a, udp("[2001:db8:1::9]:5000", "[2001:db8:ff::7]:7000", 33, 1));
    run_on();
    assert_exceeded(last(&a, 2, "[2001:db8:1::1]:0", "[2001:db8:1::9]:0"), "[2001:db8:1::9]:5000", "[2001:db8:ff::7]:7000");
    hand_over(&o, udp("203.0.113.7:7000", "203.0.113.2:5000", 33, 1));
    run_on();
    assert_exceeded(last(&o, 1, "203.0.113.2:0", "203.0.113.7:0"), "203.0.113.7:7000", "203.0.113.2:5000");
    /* From a host elsewhere: still by the link it came from, not by that towards the host. */
    hand_over(&b, udp("10.0.0.3:5000", "203.0.113.7:7000", 33, 1));
    run_on();
    assert_exceeded(last(&a, 3, "10.9.0.1:0", "10.0.0.3:0"), "10.0.0.3:5000", "203.0.113.7:7000");
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    end();
}

/* RFC 1812, 4.3.2.7: what is never answered with an error. */
TEST(test_ttl_unanswered)
{
    world(cone());
    struct nt_addr from = addr("10.0.0.2");
    struct nt_packet *about = udp("203.0.113.7:7000", "10.0.0.2:5000", 33, 64), *e = nt_fabric_packet(f, 0);
    assert_int_equal(nt_packet_icmp_error(e, &from, about, 3, 3), 0);
    nt_fabric_consumed(f, about);
    e->ttl = e->data[8] = 1;
    nt_packet_fix_checksums(e);
    hand_over(&a, e);
    run_on();
    dropped(NT_DROP_TTL, "10.0.0.2:0", "203.0.113.7:0");
    struct nt_packet *piece = udp("10.0.0.2:5000", "203.0.113.7:7000", 33, 1);
    nt_store16(piece->data + 6, 100);
    assert_int_equal(nt_packet_parse(piece), 0);
    nt_packet_fix_checksums(piece);
    assert_true(piece->fragment && !piece->first_fragment);
    hand_over(&a, piece);
    run_on();
    dropped(NT_DROP_TTL, "", "");
    hand_over(&a, udp("0.0.0.0:5000", "203.0.113.7:7000", 33, 1));
    run_on();
    dropped(NT_DROP_TTL, "", "");
    assert_int_equal(a.count + b.count + o.count, 0);
    end();
}

TEST(test_prohibited)
{
    struct nt_nat_policy p = cone();
    p.unsolicited = NT_UNSOLICITED_REJECT;
    p.max_mappings = 1;
    world(p);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    say(&b, "10.9.0.2:5001", "203.0.113.7:7000");
    dropped(NT_DROP_LIMIT, "10.9.0.2:5001", "203.0.113.7:7000");
    const struct nt_packet *e = last(&b, 1, "10.9.0.1:0", "10.9.0.2:0");
    assert_int_equal(e->data[e->l4], 3);
    assert_int_equal(e->data[e->l4 + 1], 13);
    end();
}

/* An ICMP echo made by hand: type, identifier 7, sequence 1. */
static struct nt_packet *echo(const char *src, const char *dst, uint8_t type, uint16_t id)
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

TEST(test_icmp_echo)
{
    world(cone());
    hand_over(&a, echo("10.0.0.2:1", "203.0.113.7:1", 8, 7));
    run_on();
    (void)last(&o, 1, "203.0.113.2:7", "203.0.113.7:7");
    hand_over(&a, echo("10.0.0.3:1", "203.0.113.7:1", 8, 7));
    run_on();
    (void)last(&o, 2, "203.0.113.2:8", "203.0.113.7:8");
    hand_over(&o, echo("203.0.113.7:1", "203.0.113.2:1", 0, 8));
    run_on();
    (void)last(&a, 1, "203.0.113.7:7", "10.0.0.3:7");
    hand_over(&o, echo("203.0.113.8:1", "203.0.113.2:1", 0, 8));
    run_on();
    dropped(NT_DROP_FILTERED, "", "");
    hand_over(&o, echo("203.0.113.7:1", "203.0.113.2:1", 8, 8));
    run_on();
    dropped(NT_DROP_NO_MAPPING, "", "");
    end();
}

TEST(test_other_protocol)
{
    world(cone());
    struct nt_packet *p = udp("10.0.0.2:5000", "203.0.113.7:80", 40, 64);
    p->data[9] = NT_PROTO_TCP;
    assert_int_equal(nt_packet_parse(p), 0);
    nt_packet_fix_checksums(p);
    hand_over(&a, p);
    run_on();
    dropped(NT_DROP_PROTOCOL, "", "");
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    end();
}

/* A datagram of three fragments, sent in the given order. */
static void send_fragments(const int order[3])
{
    struct nt_packet *list = udp("10.0.0.2:5000", "203.0.113.7:7000", 1400, 64), *piece[3];
    assert_int_equal(nt_fragment(nt_fabric_pool(f), &list, 600), 0);
    for (int i = 0; i < 3; i++) {
        assert_non_null(list);
        piece[i] = list;
        list = list->next;
        piece[i]->next = NULL;
    }
    assert_null(list);
    for (int i = 0; i < 3; i++) {
        hand_over(&a, piece[order[i]]);
        run_on();
    }
}

TEST(test_fragments)
{
    static const int straight[3] = {0, 1, 2}, mixed[3] = {1, 0, 2};
    for (int way = NT_FRAG_REASSEMBLE; way <= NT_FRAG_DROP; way++) {
        for (int m = 0; m < 2; m++) {
            struct nt_nat_policy p = cone();
            p.fragments = (enum nt_fragments)way;
            world(p);
            send_fragments(m ? mixed : straight);
            /* Reassembled: one packet, for it fits the outside. In order: all, but the one that came before the first. */
            assert_int_equal(o.count, way == NT_FRAG_REASSEMBLE ? 1 : way == NT_FRAG_DROP ? 0 : m ? 2 : 3);
            for (size_t i = 0; i < o.count; i++) {
                struct nt_addr want = addr("203.0.113.2");
                assert_true(nt_addr_same_ip(&o.got[i].src, &want));
                assert_int_equal(nt_load16(o.got[i].data + 4), 77);
            }
            if (o.count > 0)
                assert_int_equal(o.got[0].src.port, 5000);
            if (way == NT_FRAG_REASSEMBLE) {
                assert_int_equal(o.got[0].payload_len, 1400);
                assert_int_equal(o.got[0].data[o.got[0].payload + 1399], (uint8_t)(1399 * 7));
            } else if (way == NT_FRAG_DROP || m) {
                dropped(NT_DROP_FRAGMENT, "", "");
            }
            end();
        }
    }
}

/* Pieces that were translated one by one make the whole datagram with its right checksum. */
TEST(test_fragments_in_order_make_the_whole)
{
    static const int straight[3] = {0, 1, 2};
    uint8_t whole[2048];
    struct nt_nat_policy p = cone();
    p.fragments = NT_FRAG_IN_ORDER;
    world(p);
    send_fragments(straight);
    assert_int_equal(o.count, 3);
    memcpy(whole, o.got[0].data, 20);
    size_t len = 20;
    for (size_t i = 0; i < 3; i++) {
        memcpy(whole + len, o.got[i].data + 20, o.got[i].len - 20);
        len += o.got[i].len - 20;
    }
    nt_store16(whole + 2, (uint16_t)len);
    nt_store16(whole + 6, 0);
    struct nt_packet q = {.data = whole, .len = (uint32_t)len, .cap = sizeof whole};
    assert_int_equal(nt_packet_parse(&q), 0);
    uint16_t udp_sum = nt_load16(whole + 26);
    nt_packet_fix_checksums(&q);
    assert_int_equal(nt_load16(whole + 26), udp_sum);
    end();
}

/* Reassembled in a world whose inside carries more than the outside: fragmented again where it goes out. */
TEST(test_fragmented_again)
{
    world(cone());
    hand_over(&a, udp("10.0.0.2:5000", "203.0.113.7:7000", 1700, 64));
    run_on();
    assert_int_equal(o.count, 2);
    assert_true(o.got[0].first_fragment);
    assert_int_equal(o.got[0].src.port, 5000);
    end();
}

#define IN6 "[2001:db8:1::9]:5000"
#define OUT6 "[2001:db8:ff::7]:7000"

TEST(test_ipv6)
{
    static const struct {
        enum nt_dependence filtering;
        size_t passed; /* of: same, other port, other address */
    } rows[] = {{NT_DEP_ENDPOINT_INDEPENDENT, 3}, {NT_DEP_ADDRESS, 2}, {NT_DEP_ADDRESS_AND_PORT, 1}};
    for (size_t i = 0; i < 3; i++) {
        world(policy_of(NT_DEP_ADDRESS_AND_PORT, rows[i].filtering));
        say(&o, OUT6, IN6);
        dropped(NT_DROP_FIREWALL, OUT6, IN6);
        say(&a, IN6, OUT6);
        (void)last(&o, 1, IN6, OUT6); /* nothing is translated */
        say(&o, OUT6, IN6);
        say(&o, "[2001:db8:ff::7]:7001", IN6);
        say(&o, "[2001:db8:ff::8]:7000", IN6);
        assert_int_equal(a.count, rows[i].passed);
        say(&o, OUT6, "[2001:db8:1::9]:5001");
        dropped(NT_DROP_FIREWALL, OUT6, "[2001:db8:1::9]:5001");
        assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
        /* The state ends as a mapping does. */
        now = 300 * NT_SEC + 100 * MS;
        (void)nt_fabric_run(f, now);
        logged = 0;
        say(&o, OUT6, IN6);
        dropped(NT_DROP_FIREWALL, "", "");
        end();
    }
}

TEST(test_ipv6_error)
{
    world(cone());
    say(&a, IN6, OUT6);
    struct nt_addr router = addr("2001:db8:ff::8");
    struct nt_packet *e = nt_fabric_packet(f, 0);
    assert_int_equal(nt_packet_icmp_error(e, &router, &o.got[0], 1, 4), 0);
    hand_over(&o, e);
    run_on();
    (void)last(&a, 1, "[2001:db8:ff::8]:0", "[2001:db8:1::9]:0");
    struct nt_packet *forged = udp("[2001:db8:1::9]:5001", OUT6, 4, 64);
    e = nt_fabric_packet(f, 0);
    assert_int_equal(nt_packet_icmp_error(e, &router, forged, 1, 4), 0);
    nt_fabric_consumed(f, forged);
    hand_over(&o, e);
    run_on();
    dropped(NT_DROP_FIREWALL, "", "");
    end();
}

TEST(test_ipv6_modes)
{
    struct nt_nat_policy p = cone();
    p.ipv6 = NT_V6_OPEN;
    world(p);
    say(&o, OUT6, IN6);
    (void)last(&a, 1, OUT6, IN6);
    end();
    p.ipv6 = NT_V6_NONE;
    world(p);
    say(&a, IN6, OUT6);
    dropped(NT_DROP_DENIED, "", "");
    assert_int_equal(o.count, 0);
    end();
}

TEST(test_control)
{
    world(policy_of(NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS_AND_PORT));
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    say(&a, IN6, OUT6);
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_FLUSH, 0, now), 0);
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    say(&o, OUT6, IN6);
    dropped(NT_DROP_FIREWALL, "", "");
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    (void)last(&o, 3, "203.0.113.2:40001", "203.0.113.7:7000");
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_REBOOT, 0, now), 0);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    (void)last(&o, 4, "203.0.113.2:40000", "203.0.113.7:7000");
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_STOP, 0, now), NT_EUNSUPPORTED);
    end();
}

/* The external address is one a hundred further on its network (the next free), and the old one is nobody's. */
TEST(test_renumber)
{
    world(cone());
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_RENUMBER, 0, now), 0);
    assert_int_equal(nt_nat_count(nt_gateway_nat(gw)), 0);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    (void)last(&o, 2, "203.0.113.102:5000", "203.0.113.7:7000");
    struct nt_addr fresh = addr("203.0.113.102"), old = addr("203.0.113.2");
    nt_fabric_send(f, o.node, 0, &fresh, udp("203.0.113.7:7000", "203.0.113.102:5000", 5, 64), now);
    run_on();
    (void)last(&a, 1, "203.0.113.7:7000", "10.0.0.2:5000");
    nt_fabric_send(f, o.node, 0, &old, udp("203.0.113.7:7000", "203.0.113.2:5000", 5, 64), now);
    run_on();
    dropped(NT_DROP_NO_HOST, "", "");
    /* 202, then round the network of 254 hosts: 48. */
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_RENUMBER, 0, now), 0);
    assert_int_equal(nt_fabric_control(f, nt_gateway_node(gw), NT_CTL_RENUMBER, 0, now), 0);
    say(&a, "10.0.0.2:5000", "203.0.113.7:7000");
    (void)last(&o, 3, "203.0.113.48:5000", "203.0.113.7:7000");
    end();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_translate),
                                       cmocka_unit_test(test_routes),
                                       cmocka_unit_test(test_kinds),
                                       cmocka_unit_test(test_hairpin),
                                       cmocka_unit_test(test_reject),
                                       cmocka_unit_test(test_icmp_errors),
                                       cmocka_unit_test(test_icmp_error_hairpinned),
                                       cmocka_unit_test(test_icmp_error_damaged),
                                       cmocka_unit_test(test_prohibited),
                                       cmocka_unit_test(test_too_big),
                                       cmocka_unit_test(test_ttl),
                                       cmocka_unit_test(test_ttl_unanswered),
                                       cmocka_unit_test(test_icmp_echo),
                                       cmocka_unit_test(test_other_protocol),
                                       cmocka_unit_test(test_fragments),
                                       cmocka_unit_test(test_fragments_in_order_make_the_whole),
                                       cmocka_unit_test(test_fragmented_again),
                                       cmocka_unit_test(test_ipv6),
                                       cmocka_unit_test(test_ipv6_error),
                                       cmocka_unit_test(test_ipv6_modes),
                                       cmocka_unit_test(test_control),
                                       cmocka_unit_test(test_renumber)};
    return RUN_TESTS(tests);
}
