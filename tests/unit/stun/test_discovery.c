/* The discovery client behind a small NAT, defined here, with our server outside: all nine policies, both reply kinds.
 *
 *     client 10.0.0.2 -- NAT 192.0.2.1.. -- 10 ms -- server 198.51.100.1, .2, ports 3478, 3479
 */
#include "tests/unit/help.h"

#include "core/stun/binding_server.h"
#include "core/stun/discovery.h"

#include <stdlib.h>

#define DELAY (10 * NT_MSEC)

enum { INSIDE, OUTSIDE };

struct packet {
    nt_time at;
    int side; /* where it arrives */
    struct nt_addr source, destination;
    size_t len;
    uint8_t bytes[1700];
};

struct mapping {
    struct nt_addr internal, external, remote; /* remote: the first destination, for the mapping rule */
    struct nt_addr allowed[16];
    unsigned allowed_count;
    nt_time made, used;
    bool replied;
};

static struct {
    enum nt_behaviour mapping, filtering;
    bool pinned, hairpin, external_source, preserve, none;
    bool reuse;       /* the latest expired mapping's port is given to the next one */
    bool same_source; /* the server answers from where it was asked, whatever CHANGE-REQUEST says */
    nt_time lifetime;
    nt_time fresh, stream; /* of a mapping without a reply, with one and traffic after 2 s; 0: as any */
    unsigned addresses;
    struct mapping maps[400];
    unsigned count;
    struct {
        struct nt_addr internal, remote;
        unsigned map;
    } pins[400];
    unsigned pin_count;
} nat;

static struct packet queue[64];
static unsigned queued;
static nt_time now;
static struct nt_endpoint client, server;
static uint16_t next_port;

static void push(int side, const struct nt_addr *source, const struct nt_addr *destination, const uint8_t *bytes, size_t len)
{
    assert_true(queued < 64 && len <= sizeof queue->bytes);
    struct packet *p = &queue[queued++];
    *p = (struct packet){.at = now + DELAY, .side = side, .source = *source, .destination = *destination, .len = len};
    memcpy(p->bytes, bytes, len);
}

static bool matches(enum nt_behaviour b, const struct nt_addr *a, const struct nt_addr *c)
{
    return b == NT_ENDPOINT_INDEPENDENT || (nt_addr_same_ip(a, c) && (b == NT_ADDRESS_DEPENDENT || a->port == c->port));
}

static nt_time life_of(const struct mapping *m)
{
    if (!m->replied && nat.fresh != 0)
        return nat.fresh;
    return m->replied && m->used - m->made > 2 * NT_SEC && nat.stream != 0 ? nat.stream : nat.lifetime;
}

static bool alive(const struct mapping *m)
{
    return now - m->used < life_of(m);
}

static struct mapping *map_out(const struct nt_addr *internal, const struct nt_addr *remote)
{
    for (unsigned i = 0; nat.pinned && i < nat.pin_count; i++)
        if (nt_addr_equal(&nat.pins[i].internal, internal) && nt_addr_equal(&nat.pins[i].remote, remote) &&
            alive(&nat.maps[nat.pins[i].map]))
            return &nat.maps[nat.pins[i].map];
    for (unsigned i = 0; i < nat.count; i++)
        if (alive(&nat.maps[i]) && nt_addr_equal(&nat.maps[i].internal, internal) &&
            matches(nat.mapping, &nat.maps[i].remote, remote))
            return &nat.maps[i];
    assert_true(nat.count < 400);
    struct mapping *m = &nat.maps[nat.count];
    *m = (struct mapping){.internal = *internal, .remote = *remote, .made = now};
    m->external = nt_addr_v4(0xc0000201 + nat.count % nat.addresses, (uint16_t)(nat.preserve ? internal->port : 20000 + nat.count));
    for (unsigned i = nat.count; nat.reuse && i-- > 0;)
        if (!alive(&nat.maps[i]) && nat.maps[i].external.port != 0) {
            m->external = nat.maps[i].external;
            nat.maps[i].external.port = 0;
            break;
        }
    nat.count++;
    return m;
}

static void pin(const struct nt_addr *internal, const struct nt_addr *remote, const struct mapping *m)
{
    assert_true(nat.pin_count < 400);
    nat.pins[nat.pin_count].internal = *internal;
    nat.pins[nat.pin_count].remote = *remote;
    nat.pins[nat.pin_count++].map = (unsigned)(m - nat.maps);
}

static void nat_in(const struct packet *p, const struct nt_addr *source_seen)
{
    for (unsigned i = 0; i < nat.count; i++) {
        struct mapping *m = &nat.maps[i];
        bool let_in = nat.filtering == NT_ENDPOINT_INDEPENDENT;
        for (unsigned k = 0; k < m->allowed_count; k++)
            let_in = let_in || matches(nat.filtering, &m->allowed[k], &p->source);
        if (!alive(m) || !nt_addr_equal(&m->external, &p->destination) || !let_in)
            continue;
        m->replied = true;
        if (nat.pinned)
            pin(&m->internal, &p->source, m);
        push(INSIDE, source_seen, &m->internal, p->bytes, p->len);
        return;
    }
}

static void nat_out(struct packet *p)
{
    if (nat.none) {
        push(OUTSIDE, &p->source, &p->destination, p->bytes, p->len);
        return;
    }
    struct nt_addr inside = p->source;
    struct mapping *m = map_out(&p->source, &p->destination);
    m->used = now;
    if (m->allowed_count < 16)
        m->allowed[m->allowed_count++] = p->destination;
    if (nat.pinned)
        pin(&p->source, &p->destination, m);
    p->source = m->external;
    bool own = (p->destination.ip[0] == 192);
    if (own && nat.hairpin)
        nat_in(p, nat.external_source ? &p->source : &inside);
    else if (!own)
        push(OUTSIDE, &p->source, &p->destination, p->bytes, p->len);
}

static void serve(struct nt_endpoint e, int side)
{
    struct nt_request req;
    struct packet p = {0};
    struct nt_path path;
    while (e.ops->request(e.self, &req))
        if (req.kind == NT_REQ_BIND) {
            if (req.path.local.port == 0)
                req.path.local.port = next_port++;
            e.ops->input(e.self, &req.path, NT_IN_CONNECTED, NULL, 0, now);
        }
    while ((p.len = e.ops->output(e.self, &path, p.bytes, sizeof p.bytes, now)) > 0) {
        p.source = path.local, p.destination = path.remote;
        if (side == OUTSIDE && nat.same_source)
            p.source = nt_addr_v4(0xc6336401, 3478);
        if (side == INSIDE)
            nat_out(&p);
        else if (nat.none)
            push(INSIDE, &p.source, &p.destination, p.bytes, p.len);
        else
            nat_in(&p, &p.source);
    }
}

static void step(void)
{
    nt_time next = client.ops->deadline(client.self);
    unsigned first = queued;
    for (unsigned i = 0; i < queued; i++)
        if (first == queued || queue[i].at < queue[first].at)
            first = i;
    if (first < queued && queue[first].at <= next) {
        struct packet p = queue[first];
        struct nt_endpoint e = p.side == INSIDE ? client : server;
        struct nt_path path = {.transport = NT_UDP, .local = p.destination, .remote = p.source};
        memmove(&queue[first], &queue[first + 1], (queued - first - 1) * sizeof *queue);
        queued--;
        now = p.at;
        e.ops->input(e.self, &path, NT_IN_DATAGRAM, p.bytes, p.len, now);
        serve(e, p.side);
        return;
    }
    assert_true(next != NT_TIME_NEVER);
    now = next > now ? next : now;
    client.ops->timer(client.self, now);
    serve(client, INSIDE);
    assert_true(client.ops->deadline(client.self) > now); /* law 1: no livelock */
}

static struct nt_discovery_result run_phase(nt_time lifetime_max, bool behaviour, enum nt_lifetime_phase phase)
{
    struct nt_rand rand;
    struct nt_discovery_config dc = {.lifetime_max = lifetime_max, .lifetime_phase = phase, .rand = &rand};
    struct nt_stun_server_config sc = {0};
    struct nt_discovery_result result;
    nt_rand_init(&rand, 1, "client");
    assert_int_equal(nt_addr_parse(&dc.local, "10.0.0.2"), 0);
    assert_int_equal(nt_addr_parse(&dc.server, "198.51.100.1:3478"), 0);
    sc.primary = dc.server;
    if (behaviour)
        assert_int_equal(nt_addr_parse(&sc.alternate, "198.51.100.2:3479"), 0);
    struct nt_stun_server *s = nt_stun_server_new(&sc);
    assert_non_null(s);
    struct nt_discovery *d = nt_discovery_new(&dc);
    assert_non_null(d);
    server = nt_stun_server_endpoint(s), client = nt_discovery_endpoint(d);
    now = 0, queued = 0, next_port = 50000;
    nat.count = nat.pin_count = 0;
    serve(server, OUTSIDE);
    nt_discovery_start(d, now);
    serve(client, INSIDE);
    while (!nt_discovery_result(d)->done)
        step();
    result = *nt_discovery_result(d);
    nt_discovery_del(d);
    nt_stun_server_del(s);
    return result;
}

static struct nt_discovery_result run(nt_time lifetime_max, bool behaviour)
{
    return run_phase(lifetime_max, behaviour, NT_LIFETIME_REPLIED);
}

static void policy(enum nt_behaviour mapping, enum nt_behaviour filtering)
{
    memset(&nat, 0, sizeof nat);
    nat.mapping = mapping, nat.filtering = filtering;
    nat.lifetime = 300 * NT_SEC;
    nat.addresses = 1;
}

/* For which of the nine the reply kind can be told: see behaviour.c. */
static bool tells_replies(enum nt_behaviour m, enum nt_behaviour f)
{
    return (f == NT_ENDPOINT_INDEPENDENT && m != NT_ENDPOINT_INDEPENDENT) ||
           (f == NT_ADDRESS_DEPENDENT && m == NT_ADDRESS_AND_PORT_DEPENDENT);
}

TEST(nine_policies_two_reply_kinds)
{
    for (int m = 1; m <= 3; m++)
        for (int f = 1; f <= 3; f++)
            for (int pinned = 0; pinned < 2; pinned++) {
                policy((enum nt_behaviour)m, (enum nt_behaviour)f);
                nat.pinned = pinned != 0;
                struct nt_discovery_result r = run(0, true);
                assert_true(r.reachable && r.natted);
                assert_int_equal(r.mapping, m);
                assert_int_equal(r.filtering, f);
                assert_int_equal(r.pinned, tells_replies(nat.mapping, nat.filtering) ? pinned : -1);
                assert_int_equal(r.port_preservation, 0);
                assert_false(r.hairpin);
                assert_true(r.lifetime_low == 0 && r.lifetime_high == 0);
                assert_int_equal(r.mapped.ip[0], 192);
            }
}

TEST(hairpinning)
{
    for (int m = 1; m <= 3; m++)
        for (int f = 1; f <= 3; f++)
            for (int external = 0; external < 2; external++) {
                bool seen = m == 1 || f == 1;
                policy((enum nt_behaviour)m, (enum nt_behaviour)f);
                nat.hairpin = true, nat.external_source = external != 0;
                struct nt_discovery_result r = run(0, true);
                assert_int_equal(r.hairpin, seen);
                assert_int_equal(r.hairpin_known, seen);
                assert_int_equal(r.hairpin_external, seen && external);
            }
    policy(NT_ENDPOINT_INDEPENDENT, NT_ADDRESS_AND_PORT_DEPENDENT);
    assert_true(run(0, true).hairpin_known);
}

TEST(lifetime)
{
    static const int seconds[] = {30, 119, 300, 599};
    for (int m = 1; m <= 3; m += 2)
        for (size_t i = 0; i < 4; i++) {
            policy((enum nt_behaviour)m, NT_ADDRESS_AND_PORT_DEPENDENT);
            nat.lifetime = seconds[i] * NT_SEC;
            struct nt_discovery_result r = run(600 * NT_SEC, true);
            assert_true(r.lifetime_low <= nat.lifetime && nat.lifetime <= r.lifetime_high);
            assert_true(r.lifetime_high - r.lifetime_low <= 2 * NT_SEC);
        }
    policy(NT_ENDPOINT_INDEPENDENT, NT_ENDPOINT_INDEPENDENT);
    nat.lifetime = 3600 * NT_SEC;
    struct nt_discovery_result r = run(600 * NT_SEC, true);
    assert_true(r.lifetime_low >= 600 * NT_SEC && r.lifetime_high == NT_TIME_NEVER);
}

/* A mapping without a reply is made by a request whose answer goes to another port; a stream by two requests, some time apart. */
TEST(lifetime_by_phase)
{
    for (int m = 1; m <= 3; m++)
        for (int phase = 0; phase < NT_LIFETIME_PHASES; phase++) {
            policy((enum nt_behaviour)m, NT_ADDRESS_AND_PORT_DEPENDENT);
            nat.fresh = 30 * NT_SEC, nat.lifetime = 60 * NT_SEC, nat.stream = 120 * NT_SEC;
            nt_time lives[] = {[NT_LIFETIME_REPLIED] = 60, [NT_LIFETIME_NEW] = 30, [NT_LIFETIME_STREAM] = 120};
            struct nt_discovery_result r = run_phase(600 * NT_SEC, true, (enum nt_lifetime_phase)phase);
            assert_true(r.lifetime_low <= lives[phase] * NT_SEC && lives[phase] * NT_SEC <= r.lifetime_high);
            assert_true(r.lifetime_high - r.lifetime_low <= 2 * NT_SEC);
        }
    assert_string_equal(run_phase(600 * NT_SEC, false, NT_LIFETIME_NEW).lacks[1],
                        "lifetime: the server did not answer when a binding was made"); /* no RESPONSE-PORT there */
}

/* Each mapping gets another of three addresses: Y must be chosen so that it has X's. */
TEST(lifetime_behind_a_pool)
{
    policy(NT_ENDPOINT_INDEPENDENT, NT_ENDPOINT_INDEPENDENT);
    nat.addresses = 3;
    nat.lifetime = 100 * NT_SEC;
    struct nt_discovery_result r = run(600 * NT_SEC, true);
    assert_true(r.lifetime_low <= nat.lifetime && nat.lifetime <= r.lifetime_high);
    assert_true(r.lifetime_high - r.lifetime_low <= 2 * NT_SEC);
}

/* 4.6: "If the client receives the Binding Response on port Y (which is possible if the old binding expired, and the NAT
 * allocated the same public address and port to the new binding) ... the binding has expired." */
TEST(lifetime_with_reused_ports)
{
    policy(NT_ENDPOINT_INDEPENDENT, NT_ENDPOINT_INDEPENDENT);
    nat.reuse = true;
    nat.lifetime = 100 * NT_SEC;
    struct nt_discovery_result r = run(600 * NT_SEC, true);
    assert_true(r.lifetime_low <= nat.lifetime && nat.lifetime <= r.lifetime_high);
    assert_true(r.lifetime_high - r.lifetime_low <= 2 * NT_SEC);
}

TEST(server_without_change)
{
    policy(NT_ENDPOINT_INDEPENDENT, NT_ADDRESS_AND_PORT_DEPENDENT);
    nat.same_source = true;
    assert_int_equal(run(0, true).filtering, NT_BEHAVIOUR_UNKNOWN);
}

TEST(port_preservation)
{
    policy(NT_ENDPOINT_INDEPENDENT, NT_ADDRESS_DEPENDENT);
    nat.preserve = true;
    assert_int_equal(run(0, true).port_preservation, 1);
}

TEST(without_nat)
{
    policy(NT_ENDPOINT_INDEPENDENT, NT_ENDPOINT_INDEPENDENT);
    nat.none = true;
    struct nt_discovery_result r = run(60 * NT_SEC, true);
    assert_true(r.reachable && !r.natted && !r.hairpin && !r.hairpin_known);
    assert_int_equal(r.mapping, NT_ENDPOINT_INDEPENDENT);
    assert_int_equal(r.filtering, NT_ENDPOINT_INDEPENDENT);
    assert_true(r.lifetime_high == NT_TIME_NEVER);
}

TEST(plain_server)
{
    policy(NT_ENDPOINT_INDEPENDENT, NT_ENDPOINT_INDEPENDENT);
    nat.hairpin = true;
    struct nt_discovery_result r = run(60 * NT_SEC, false);
    assert_true(r.reachable && r.natted && r.hairpin);
    assert_string_equal(r.lacks[0], "the server has no OTHER-ADDRESS: mapping and filtering cannot be measured");
    assert_int_equal(r.mapping, NT_BEHAVIOUR_UNKNOWN);
    assert_int_equal(r.filtering, NT_BEHAVIOUR_UNKNOWN);
    assert_int_equal(r.pinned, -1);
    assert_true(r.lifetime_low == 0 && r.lifetime_high == 0); /* no RESPONSE-PORT there */
}

TEST(unreachable_and_refused)
{
    struct nt_rand rand;
    struct nt_request req;
    struct nt_discovery_config dc = {.rand = &rand};
    nt_rand_init(&rand, 1, "client");
    for (int refused = 0; refused < 2; refused++) {
        struct nt_discovery *d = nt_discovery_new(&dc);
        assert_non_null(d);
        struct nt_endpoint e = nt_discovery_endpoint(d);
        struct nt_path path;
        uint8_t buf[1500];
        nt_discovery_start(d, 0);
        assert_int_equal(e.ops->request(e.self, &req), 1);
        assert_true(e.ops->deadline(e.self) == NT_TIME_NEVER); /* nothing before the port is there */
        req.path.local.port = 1;
        e.ops->input(e.self, &req.path, refused ? NT_IN_CLOSED : NT_IN_CONNECTED, NULL, 0, 0);
        for (nt_time t = 0; !nt_discovery_result(d)->done; t = e.ops->deadline(e.self)) {
            assert_true(t < 60 * NT_SEC);
            e.ops->timer(e.self, t);
            while (e.ops->output(e.self, &path, buf, sizeof buf, t) > 0) {
            }
        }
        assert_false(nt_discovery_result(d)->reachable);
        assert_string_equal(nt_discovery_result(d)->lacks[0], refused ? "a port was refused" : "the server does not answer");
        assert_int_equal(e.ops->request(e.self, &req), !refused); /* the port is given back */
        assert_true(refused || req.kind == NT_REQ_CLOSE);
        nt_discovery_del(d);
    }
}

/* --- a server by hand --- */
static const char *discarded; /* why the last datagram was dropped */

static void emit(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    if (ev->kind == NT_TR_DISCARDED)
        discarded = ev->text;
}

struct hand {
    uint16_t odd;  /* an attribute of every response; 0: none */
    bool no_error; /* an error response without ERROR-CODE */
    bool no_port;  /* RESPONSE-PORT is not known: 420 */
    int strangers; /* so many ports in a row get another address than the one that is measured */
    int answers;   /* it answers so many requests; 0: all */
    nt_time life;  /* of a mapping */
};

static struct {
    int answers, ports; /* ports: that have asked for their mapping since one was measured */
    nt_time made;       /* when the mapping was that is measured */
} by_hand;

/* The answer to a request that left by `path`, where it arrives. */
static size_t answer_by_hand(const struct hand *h, const struct nt_stun_msg *m, struct nt_path *path, uint8_t *buf, size_t cap,
                             nt_time t)
{
    struct nt_stun_builder b;
    struct nt_addr mapped = nt_addr_v4(0xcb007101, path->local.port);
    uint32_t port = 0;
    bool measured = nt_stun_get_u32(m, NT_ATTR_RESPONSE_PORT, &port) == NT_OK;
    if (measured && !h->no_port && t - by_hand.made <= h->life)
        path->local.port = (uint16_t)(port >> 16);
    if (by_hand.ports == 0)
        by_hand.made = t;
    if (by_hand.ports > 0 && by_hand.ports <= h->strangers && !measured)
        mapped.ip[3] = 2;
    by_hand.ports = measured ? 0 : by_hand.ports + 1;
    nt_stun_start(&b, buf, cap, h->no_error || (measured && h->no_port) ? NT_STUN_ERROR : NT_STUN_SUCCESS, NT_STUN_BINDING, m->id);
    if (measured && h->no_port)
        nt_stun_add_error(&b, 420, NULL);
    else
        nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
    if (h->odd != 0)
        nt_stun_add_u32(&b, h->odd, 0);
    return (size_t)nt_stun_finish(&b);
}

static void bind_all(struct nt_endpoint e, nt_time t)
{
    static uint16_t port = 1000;
    struct nt_request req;
    while (e.ops->request(e.self, &req))
        if (req.kind == NT_REQ_BIND) {
            req.path.local.port = ++port;
            e.ops->input(e.self, &req.path, NT_IN_CONNECTED, NULL, 0, t);
        }
}

static struct nt_discovery_result run_by_hand(const struct hand *h, nt_time lifetime_max)
{
    struct nt_rand rand;
    struct nt_discovery_config dc = {
        .local = nt_addr_v4(0x0a000002, 0), .server = nt_addr_v4(0xc6336401, 3478), .lifetime_max = lifetime_max, .rand = &rand};
    uint8_t buf[200], reply[200];
    struct nt_stun_msg m;
    dc.trace.emit = emit;
    nt_rand_init(&rand, 1, "client");
    memset(&by_hand, 0, sizeof by_hand);
    by_hand.ports = -3; /* one for the mapping and two for hairpinning come first */
    struct nt_discovery *d = nt_discovery_new(&dc);
    assert_non_null(d);
    struct nt_endpoint e = nt_discovery_endpoint(d);
    struct nt_path path;
    size_t n;
    nt_discovery_start(d, 0);
    for (nt_time t = 0; !nt_discovery_result(d)->done; t = e.ops->deadline(e.self)) {
        bind_all(e, t);
        e.ops->timer(e.self, t);
        while ((n = e.ops->output(e.self, &path, buf, sizeof buf, t)) > 0) {
            assert_int_equal(nt_stun_parse(&m, buf, n), NT_OK);
            if (!nt_addr_equal(&path.remote, &dc.server) || (h->answers > 0 && by_hand.answers == h->answers))
                continue; /* hairpinning: it does not come back */
            by_hand.answers++;
            n = answer_by_hand(h, &m, &path, reply, sizeof reply, t);
            e.ops->input(e.self, &path, NT_IN_DATAGRAM, reply, n, t);
        }
        bind_all(e, t);
    }
    struct nt_discovery_result r = *nt_discovery_result(d);
    e.ops->input(e.self, &path, NT_IN_DATAGRAM, reply, 20, 0);
    assert_string_equal(discarded, "the discovery is over");
    nt_discovery_del(d);
    return r;
}

/* RFC 8489, 6.3.3 and 6.3.4: such a response makes the transaction fail, at once. */
TEST(responses_that_cannot_be_used)
{
    const struct hand odd = {.odd = 0x7ffe}, old = {.odd = 0x0004}, no_error = {.no_error = true};
    assert_false(run_by_hand(&odd, 0).reachable);
    assert_false(run_by_hand(&no_error, 0).reachable);
    assert_string_equal(run_by_hand(&no_error, 0).lacks[0], "the server does not answer with an address");
    assert_true(run_by_hand(&old, 0).reachable);
}

TEST(what_is_not_measured_says_why)
{
    static const struct {
        struct hand hand;
        const char *why;
    } cases[] = {
        {{.no_port = true}, "lifetime: the server has no RESPONSE-PORT"},
        {{.answers = 1}, "hairpinning: the server did not answer"},
        {{.answers = 3}, "lifetime: the server did not answer when a binding was made"},
        {{.answers = 4}, "lifetime: the server did not answer a second port"},
        {{.life = -1}, "lifetime: what the server sends to the other port does not arrive, even at once"},
        {{.strangers = 8}, "lifetime: eight ports in a row got other external addresses than the one that is measured"},
        {{.strangers = 7, .life = 5 * NT_SEC}, "all the ports that a discovery may have are used"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nt_discovery_result r = run_by_hand(&cases[i].hand, NT_TIME_NEVER / 4);
        assert_string_equal(r.lacks[0], "the server has no OTHER-ADDRESS: mapping and filtering cannot be measured");
        assert_string_equal(r.lacks[1], cases[i].why);
    }
    struct nt_discovery_result all = run_by_hand(&(struct hand){.strangers = 7, .life = NT_TIME_NEVER}, 60 * NT_SEC);
    assert_true(all.lifetime_high == NT_TIME_NEVER && all.lacks[1] == NULL);
}

TEST(names)
{
    assert_string_equal(nt_behaviour_name(NT_BEHAVIOUR_UNKNOWN), "unknown");
    assert_string_equal(nt_behaviour_name(NT_ADDRESS_AND_PORT_DEPENDENT), "address-and-port-dependent");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nine_policies_two_reply_kinds),
        cmocka_unit_test(hairpinning),
        cmocka_unit_test(lifetime),
        cmocka_unit_test(lifetime_by_phase),
        cmocka_unit_test(lifetime_behind_a_pool),
        cmocka_unit_test(lifetime_with_reused_ports),
        cmocka_unit_test(server_without_change),
        cmocka_unit_test(port_preservation),
        cmocka_unit_test(without_nat),
        cmocka_unit_test(plain_server),
        cmocka_unit_test(unreachable_and_refused),
        cmocka_unit_test(responses_that_cannot_be_used),
        cmocka_unit_test(what_is_not_measured_says_why),
        cmocka_unit_test(names),
    };
    return RUN_TESTS(tests);
}
