/* No allocation on the hot path:  A 10.0.0.2 --- left --- R (forwards) --- right --- B 10.1.0.2
 * And no crash without memory: each allocation of a small world is made to fail once. */
#include "world.h"
#include "tests/unit/fail_alloc.h"

#include <stdio.h>
#include <stdlib.h>

struct bouncer {
    struct nt_host *host;
    struct nt_path path;
    size_t left, waiting;
    bool bound;
};

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
    *path = b->path;
    memset(buf, 1, 120);
    return 120;
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

struct router {
    struct nt_fabric *f;
    uint32_t node;
};

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

static struct bouncer sides[2];
static struct router router;

static bool build_side(struct nt_fabric *f, int i)
{
    static const struct nt_endpoint_ops ops = {bouncer_input, bouncer_timer, bouncer_output, bouncer_deadline, bouncer_request};
    static const char *const names[] = {"left", "right"};
    struct nt_network_config c = {.name = names[i], .delay = NT_MSEC, .jitter = NT_MSEC, .rate = 1000000000, .loss = 1};
    struct nt_addr own = nt_addr_v4(0x0a000002u + ((uint32_t)i << 16), 5000), other = nt_addr_v4(0x0a010002u - ((uint32_t)i << 16), 5000);
    struct nt_addr gateway = nt_addr_v4(0x0a000001u + ((uint32_t)i << 16), 0);
    struct nt_route r = {.prefix = {.addr = {.family = NT_AF_IPV4}}, .via = gateway};
    sides[i] = (struct bouncer){.path = {.transport = NT_UDP, .local = own, .remote = other}, .left = 1000000};
    uint32_t net = nt_fabric_add_network(f, &c);
    if (net == NT_FABRIC_NONE || nt_fabric_attach(f, router.node, net, "R") != (uint32_t)i ||
        nt_fabric_add_address(f, router.node, (uint32_t)i, &gateway) != NT_OK || (sides[i].host = nt_host_new(f, names[i])) == NULL ||
        nt_host_attach(sides[i].host, net, "h", &own, 1) != 0 || nt_routes_add(nt_host_routes(sides[i].host), &r) != NT_OK)
        return false;
    return nt_host_run_endpoint(sides[i].host, (struct nt_endpoint){&ops, &sides[i]}, 0) != NT_FABRIC_NONE;
}

static struct nt_fabric *build(void)
{
    static const struct nt_node_ops ops = {.recv = router_recv};
    struct nt_fabric *f = nt_fabric_new(&(struct nt_fabric_config){.seed = 1});
    if (f == NULL)
        return NULL;
    router = (struct router){.f = f};
    router.node = nt_fabric_add_node(f, "R", &ops, &router);
    if (router.node != NT_FABRIC_NONE && build_side(f, 0) && build_side(f, 1))
        return f;
    nt_fabric_del(f);
    return NULL;
}

static void test_no_allocation(void **state)
{
    struct nt_fabric *f = build();
    (void)state;
    assert_non_null(f);
    sides[0].waiting = 50; /* datagrams that go to and fro */
    nt_host_kick(sides[0].host, 0);
    assert_int_equal(nt_fabric_run(f, 10 * NT_SEC), NT_FABRIC_UNTIL); /* arrays grow to their high-water marks */
    size_t before = sides[0].left + sides[1].left;
    alloc_fail(ALLOC_NONE);
    nt_fabric_run(f, 13 * NT_SEC);
    long allocations = alloc_count;
    assert_true(before - sides[0].left - sides[1].left > 10000);
    assert_int_equal(allocations, 0);
    nt_fabric_del(f);
}

static void test_without_memory(void **state)
{
    (void)state;
    for (long n = 0;; n++) {
        alloc_fail(n);
        struct nt_fabric *f = build();
        enum nt_fabric_end end = NT_FABRIC_NOMEM;
        if (f != NULL) {
            sides[0].waiting = 20;
            sides[0].path.remote.port = 5000;
            nt_host_kick(sides[0].host, 0);
            end = nt_fabric_run(f, NT_SEC / 20);
        }
        bool failed = alloc_failed();
        nt_fabric_del(f);
        if (!failed) {
            assert_int_equal(end, NT_FABRIC_UNTIL);
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_allocation), cmocka_unit_test(test_without_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
