/* A gateway with an arbitrary policy under arbitrary IP packets from both sides. Whatever it lets through has right checksums, as
 * long as no fragment came: the checksum of a whole datagram is not ours to repair in its parts. */
#include "core/base/err.h"
#include "natsim/gateway/gateway.h"
#include "tests/fuzz/feed.h"

struct side {
    struct nt_fabric *fabric;
};

static bool fragments; /* one was sent in this run */

static void recv_packet(void *self, uint32_t port, struct nt_packet *p, nt_time now)
{
    struct side *side = self;
    (void)port, (void)now;
    CHECK(fragments || nt_packet_checksums_good(p));
    nt_fabric_consumed(side->fabric, p);
}

static void run(void *self, nt_time now)
{
    (void)self, (void)now;
}

static nt_time deadline(const void *self)
{
    (void)self;
    return NT_TIME_NEVER;
}

static int control(void *self, enum nt_control what, uint32_t port, nt_time now)
{
    (void)self, (void)what, (void)port, (void)now;
    return NT_EUNSUPPORTED;
}

static void del(void *self)
{
    free(self);
}

static const struct nt_node_ops ops = {recv_packet, run, deadline, control, del};

static uint32_t add_side(struct nt_fabric *f, uint32_t network, const char *name, const struct nt_addr *addresses, size_t count)
{
    struct side *side = calloc(1, sizeof *side);
    CHECK(side != NULL);
    side->fabric = f;
    uint32_t node = nt_fabric_add_node(f, name, &ops, side);
    CHECK(node != NT_FABRIC_NONE && nt_fabric_attach(f, node, network, name) == 0);
    for (size_t i = 0; i < count; i++)
        nt_fabric_add_address(f, node, 0, &addresses[i]);
    return node;
}

static bool make_policy(struct nt_nat_policy *p, struct feed *f)
{
    nt_nat_policy_init(p);
    p->mapping = (enum nt_dependence)(1 + feed8(f) % 3);
    p->filtering = (enum nt_dependence)(1 + feed8(f) % 3);
    p->ports = (enum nt_ports)(1 + feed8(f) % 4);
    p->conflict = (enum nt_conflict)(feed8(f) % 5);
    p->reuse = (enum nt_reuse)(feed8(f) % 3);
    p->hairpin = (enum nt_hairpin)(feed8(f) % 3);
    p->fragments = (enum nt_fragments)(feed8(f) % 3);
    uint8_t bits = feed8(f);
    p->replies = (enum nt_replies)(bits & 1);
    p->pooling = (enum nt_pooling)(bits >> 1 & 1);
    p->unsolicited = (enum nt_unsolicited)(bits >> 2 & 1);
    p->icmp_kills_mapping = bits >> 4 & 1;
    p->icmp = bits >> 3 & 1 ? (p->icmp_kills_mapping ? NT_ICMP_DROP_TOO_BIG : NT_ICMP_DROP) : NT_ICMP_TRANSLATE;
    if (p->unsolicited == NT_UNSOLICITED_REJECT) {
        p->answers = ~(unsigned)NT_ANSWER_LIMIT_HOST;
        p->icmp_burst = 2;
        p->icmp_interval = NT_SEC;
    }
    p->parity = bits >> 5 & 1;
    p->poison = bits >> 6 & 1 ? 10 * NT_SEC : 0;
    p->filter_scope = (enum nt_filter_scope)(bits >> 7 & 1);
    bits = feed8(f);
    p->ipv6 = (enum nt_v6_policy)(bits % 3);
    p->low_ports = (enum nt_low_ports)(bits % 3);
    p->refresh_inbound = bits >> 2 & 1;
    p->max_mappings = bits >> 3 & 1 ? 4 : 0;
    p->max_per_host = bits >> 4 & 1 ? 2 : 0;
    p->hold_down = bits >> 5 & 1 ? 5 * NT_SEC : 0;
    p->range_high = bits >> 6 & 1 ? 1030 : 65535;
    if (bits >> 7 & 1 && p->filtering == NT_DEP_ADDRESS_AND_PORT)
        p->filter_scope = NT_SCOPE_FLOW;
    if (p->max_per_host != 0 && p->hold_down != 0) {
        p->mapping_burst = 3;
        p->mapping_interval = NT_SEC;
    }
    if (p->max_mappings != 0 && p->max_per_host != 0 && p->hold_down == 0 && p->filter_scope != NT_SCOPE_FLOW)
        p->when_full = NT_FULL_STEAL;
    return nt_nat_policy_finish(p, true, NULL) == 0;
}

struct world {
    struct nt_fabric *fabric;
    uint32_t inside, outside;
    struct nt_addr next_in, next_out; /* the gateway's */
};

/* An arbitrary packet; most bytes stay, addresses and ports are chosen from few so that flows meet. */
static void send_one(struct world *w, struct feed *f)
{
    uint8_t op = feed8(f), where = feed8(f);
    size_t len;
    const uint8_t *bytes = feed_chunk(f, 3000, &len);
    struct nt_packet *p = nt_fabric_packet(w->fabric, 4096);
    bool in = op & 1;
    CHECK(p != NULL);
    memcpy(p->data, bytes, len);
    p->len = (uint32_t)len;
    if (nt_packet_parse(p) != 0) {
        nt_fabric_consumed(w->fabric, p);
        return;
    }
    nt_packet_fix_checksums(p);
    fragments |= p->fragment;
    struct nt_addr host = nt_addr_v4(0x0a000002u + (where & 1), (uint16_t)(5000 + (where >> 1 & 3)));
    struct nt_addr peer = nt_addr_v4(0xc6336402u + (where >> 3 & 1), (uint16_t)(6000 + (where >> 4 & 1)));
    struct nt_addr external = nt_addr_with_port(&w->next_out, (uint16_t)(where & 32 ? p->dst.port : 5000 + (where >> 1 & 3)));
    if (op & 2 && p->family == NT_AF_IPV4) {
        nt_packet_set_src(p, in ? &host : &peer);
        nt_packet_set_dst(p, in && !(op & 4) ? &peer : &external);
    }
    nt_fabric_send(w->fabric, in ? w->inside : w->outside, 0, in ? &w->next_in : &w->next_out, p, nt_fabric_now(w->fabric));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed f = {data, data + size};
    struct nt_nat_policy policy;
    fragments = false;
    if (!make_policy(&policy, &f))
        return 0;
    struct nt_fabric_config config = {.seed = 1, .mtu_max = 4096};
    struct nt_network_config in = {.name = "in"}, out = {.name = "out"};
    struct world w = {
        .fabric = nt_fabric_new(&config), .next_in = nt_addr_v4(0x0a000001, 0), .next_out = nt_addr_v4(0xc6336401, 0)};
    CHECK(w.fabric != NULL);
    uint32_t inside = nt_fabric_add_network(w.fabric, &in), outside = nt_fabric_add_network(w.fabric, &out);
    struct nt_addr hosts[] = {nt_addr_v4(0x0a000002, 0), nt_addr_v4(0x0a000003, 0)};
    struct nt_addr peers[] = {nt_addr_v4(0xc6336402, 0), nt_addr_v4(0xc6336403, 0)};
    struct nt_gateway *g = nt_gateway_new(w.fabric, "nat", &policy);
    CHECK(g != NULL);
    nt_gateway_attach_inside(g, inside, "nat.inside", &w.next_in, 1);
    nt_gateway_attach_outside(g, outside, "nat.outside", &w.next_out, 1);
    struct nt_route to_inside = {.prefix = {nt_addr_v4(0x0a000000, 0), 24}, .port = 0};
    struct nt_route to_outside = {.prefix = {nt_addr_v4(0, 0), 0}, .port = 1};
    CHECK(nt_routes_add(nt_gateway_routes(g), &to_inside) == 0 && nt_routes_add(nt_gateway_routes(g), &to_outside) == 0);
    w.inside = add_side(w.fabric, inside, "inside", hosts, 2);
    w.outside = add_side(w.fabric, outside, "outside", peers, 2);
    for (int steps = 0; f.p < f.end && steps < 100; steps++) {
        nt_time wait = feed8(&f) * NT_SEC / 4;
        send_one(&w, &f);
        enum nt_fabric_end end = nt_fabric_run(w.fabric, nt_fabric_now(w.fabric) + wait);
        CHECK(end == NT_FABRIC_IDLE || end == NT_FABRIC_UNTIL);
    }
    nt_fabric_del(w.fabric);
    return 0;
}
