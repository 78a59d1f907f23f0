/* Relays by TURN over TCP and TLS, beside those over UDP. The test is the owner, who connects, and the servers.
 *
 *   agent 10.0.0.1 --- turn 203.0.113.101: UDP and TCP 3478, TLS 443
 */
#include "peer.h"

#include "core/ice/agent.h"
#include "core/ice/bases.h"

#include <stdio.h>

#define SERVER "203.0.113.101:3478"
#define TI (39500 * NT_MSEC)

static const enum nt_transport transports[] = {NT_UDP, NT_TCP, NT_TLS};
static struct lab l;
static char told[4096];
static int discarded;
static nt_time ta; /* 0: the default */

static void emit(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    size_t n = strlen(told);
    discarded += ev->kind == NT_TR_DISCARDED;
    if (ev->kind == NT_TR_REQUEST_FAILED)
        snprintf(told + n, sizeof told - n, "%.*s: %s; ", (int)ev->len, (const char *)ev->bytes, ev->text);
    else if (ev->kind == NT_TR_TURN_LOST || ev->kind == NT_TR_TURN_DROPPED || ev->kind == NT_TR_ICE_DROPPED)
        snprintf(told + n, sizeof told - n, "%s; ", ev->text);
}

static struct nt_ice_turn server_over(enum nt_transport transport)
{
    return (struct nt_ice_turn){.server = addr(transport == NT_TLS ? "203.0.113.101:443" : SERVER),
                                .transport = (uint8_t)transport,
                                .name = transport == NT_TLS ? "turn.example.org" : NULL,
                                .user = "u",
                                .password = "p"};
}

/* `over`: a bit for each transport. */
static void begin_on(unsigned over, enum nt_ice_policy policy, enum nt_ice_trickle trickle, const char *second_interface)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLING);
    struct nt_ice_turn turn[3];
    int err;
    for (int i = 2; i >= 0; i--) /* the least liked first */
        if ((over & 1U << transports[i]) != 0)
            turn[c.turn_count++] = server_over(transports[i]);
    c.turn = turn;
    c.policy = policy;
    c.trickle = trickle;
    c.trace.emit = emit;
    c.ta = ta;
    memset(&l, 0, sizeof l);
    told[0] = '\0';
    discarded = 0;
    l.a = nt_ice_agent_new(&c, &err);
    assert_int_equal(err, NT_OK);
    nt_ice_input(l.a, &(struct nt_path){.local = addr("10.0.0.1")}, NT_IN_IF_UP, NULL, 0, 0);
    if (second_interface != NULL)
        nt_ice_input(l.a, &(struct nt_path){.local = addr(second_interface)}, NT_IN_IF_UP, NULL, 0, 0);
    nt_stun_key_short(&l.theirs, PEER_PWD);
    assert_int_equal(nt_ice_gather(l.a, 0), NT_OK);
    pull(&l);
    go(&l, 500 * NT_MSEC);
}

static void begin(unsigned over, enum nt_ice_policy policy)
{
    begin_on(over, policy, NT_ICE_TRICKLE_OFF, NULL);
}

/* How many such requests about connections there were. */
static int count_asked(enum nt_request_kind kind)
{
    int n = 0;
    for (int i = 0; i < l.asked_count; i++)
        n += l.asked[i].kind == kind;
    return n;
}

/* The last request to connect over the transport. */
static const struct nt_request *dialled(enum nt_transport transport)
{
    for (int i = l.asked_count; i-- > 0;)
        if (l.asked[i].kind == NT_REQ_CONNECT && l.asked[i].path.transport == transport)
            return &l.asked[i];
    fail_msg("no connection over %d is asked for", (int)transport);
    return NULL;
}

static bool is_closed(uint32_t id)
{
    for (int i = 0; i < l.asked_count; i++)
        if (l.asked[i].kind == NT_REQ_CLOSE && l.asked[i].path.id == id)
            return true;
    return false;
}

static struct nt_path granted_path(const struct nt_request *req)
{
    struct nt_path p = req->path;
    p.local.port = (uint16_t)(30000 + (p.id & 0xff));
    return p;
}

static void grant_connection(const struct nt_request *req)
{
    struct nt_path p = granted_path(req);
    nt_ice_input(l.a, &p, NT_IN_CONNECTED, NULL, 0, l.now);
    pull(&l);
    go(&l, l.now + 200 * NT_MSEC);
}

static void end_connection(const struct nt_request *req, enum nt_closed why)
{
    struct nt_path p = granted_path(req);
    uint8_t byte = (uint8_t)why;
    nt_ice_input(l.a, &p, NT_IN_CLOSED, &byte, 1, l.now);
    pull(&l);
}

/* The next message of this method to the server over this transport. */
static struct out *next_over(enum nt_transport transport, uint16_t method)
{
    while (l.next < l.count) {
        struct out *o = &l.outs[l.next++];
        if (o->m.len > 0 && o->path.transport == transport && o->m.method == method)
            return o;
    }
    return NULL;
}

static int count_over(enum nt_transport transport, uint16_t method)
{
    int n = 0;
    for (int i = 0; i < l.count; i++)
        n += l.outs[i].m.len > 0 && l.outs[i].path.transport == transport && l.outs[i].m.method == method;
    return n;
}

static void give_bytes(const struct out *o, const uint8_t *bytes, size_t len)
{
    nt_ice_input(l.a, &o->path, o->path.transport == NT_UDP ? NT_IN_DATAGRAM : NT_IN_STREAM, bytes, len, l.now);
    pull(&l);
}

static void give_to(const struct out *o, struct nt_stun_builder *b)
{
    give_bytes(o, b->w.start, (size_t)nt_stun_finish(b));
}

static void accept_request(const struct out *o)
{
    uint8_t buf[200];
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_SUCCESS, o->m.method, o->m.id);
    if (o->m.method == NT_TURN_REFRESH)
        nt_stun_add_u32(&b, NT_ATTR_LIFETIME, 600);
    give_to(o, &b);
}

static struct nt_addr mapped_over(enum nt_transport transport)
{
    return nt_addr_with_port(&(struct nt_addr){.family = NT_AF_IPV4, .ip = {203, 0, 113, 1}}, (uint16_t)(6000 + transport));
}

static struct nt_addr relayed_over(enum nt_transport transport)
{
    struct nt_addr server = addr(SERVER);
    return nt_addr_with_port(&server, (uint16_t)(40000 + transport));
}

static void grant_allocation(const struct out *o)
{
    enum nt_transport transport = o->path.transport;
    struct nt_addr relayed = relayed_over(transport), mapped = mapped_over(transport);
    uint8_t buf[200];
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_SUCCESS, NT_TURN_ALLOCATE, o->m.id);
    nt_stun_add_addr(&b, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed);
    nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
    nt_stun_add_u32(&b, NT_ATTR_LIFETIME, 600);
    give_to(o, &b);
}

static void refuse_allocation(const struct out *o, int code)
{
    uint8_t buf[200];
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_ERROR, NT_TURN_ALLOCATE, o->m.id);
    nt_stun_add_error(&b, code, NULL);
    give_to(o, &b);
}

/* Everything that is asked for over the transport until there is an allocation. */
static const struct nt_request *relay_over(enum nt_transport transport)
{
    const struct nt_request *req = transport != NT_UDP ? dialled(transport) : NULL;
    if (req != NULL)
        grant_connection(req);
    l.next = 0;
    struct out *o = next_over(transport, NT_TURN_ALLOCATE);
    for (struct out *later = o; later != NULL; later = next_over(transport, NT_TURN_ALLOCATE))
        o = later;
    assert_non_null(o);
    grant_allocation(o);
    return req;
}

static bool is_gathered(void)
{
    return l.kinds[NT_ICE_EV_GATHERED] > 0;
}

static size_t count_of(enum nt_ice_type type)
{
    size_t n = 0;
    for (size_t i = 0; i < nt_ice_candidate_count(l.a); i++)
        n += nt_ice_candidate_at(l.a, i)->type == type;
    return n;
}

/* The relayed candidate over the transport; NULL: there is none. */
static const struct nt_ice_candidate *relayed(enum nt_transport transport)
{
    struct nt_addr at = relayed_over(transport);
    for (size_t i = 0; i < nt_ice_candidate_count(l.a); i++)
        if (nt_addr_equal(&nt_ice_candidate_at(l.a, i)->addr, &at))
            return nt_ice_candidate_at(l.a, i);
    return NULL;
}

TEST(connections_are_asked_for_from_the_interface_by_numbers_of_their_own)
{
    struct nt_addr any_port = addr("10.0.0.1:0");
    begin(1U << NT_UDP | 1U << NT_TCP | 1U << NT_TLS, NT_ICE_ALL);
    assert_int_equal(l.asked_count, 2);
    for (int i = 0; i < 2; i++) {
        const struct nt_request *req = dialled(i == 0 ? NT_TCP : NT_TLS);
        struct nt_ice_turn server = server_over(req->path.transport);
        assert_true(nt_addr_equal(&req->path.local, &any_port));
        assert_true(nt_addr_equal(&req->path.remote, &server.server));
        assert_true(req->path.id > NT_ICE_NO_BASE && (req->path.id & NT_ACCEPTED) == 0);
        assert_true(server.name == NULL ? req->name == NULL : strcmp(req->name, server.name) == 0);
    }
    assert_int_not_equal(dialled(NT_TCP)->path.id, dialled(NT_TLS)->path.id);
    assert_int_equal(count_over(NT_TCP, NT_TURN_ALLOCATE), 0); /* before there is a connection */
    grant_connection(dialled(NT_TCP));
    struct out *o = next_over(NT_TCP, NT_TURN_ALLOCATE);
    struct nt_path p = granted_path(dialled(NT_TCP));
    assert_non_null(o);
    assert_int_equal(o->path.id, p.id);
    assert_true(nt_addr_equal(&o->path.local, &p.local) && nt_addr_equal(&o->path.remote, &p.remote));
    lab_end(&l);
}

/* RFC 8445, 5.1.2.1 and 5.1.1.3: "They were obtained using the same transport protocol (TCP, UDP)." */
TEST(relays_over_udp_tcp_and_tls_are_candidates_in_this_order)
{
    begin(1U << NT_UDP | 1U << NT_TCP | 1U << NT_TLS, NT_ICE_ALL);
    relay_over(NT_TLS);
    relay_over(NT_TCP);
    assert_false(is_gathered());
    relay_over(NT_UDP);
    assert_true(is_gathered());
    assert_int_equal(count_of(NT_ICE_RELAY), 3);
    assert_true(relayed(NT_UDP)->priority > relayed(NT_TCP)->priority);
    assert_true(relayed(NT_TCP)->priority > relayed(NT_TLS)->priority);
    for (int i = 0; i < 3; i++) {
        struct nt_addr mapped = mapped_over(transports[i]);
        assert_true(nt_addr_equal(&relayed(transports[i])->related, &mapped));
        assert_int_equal(relayed(transports[i])->transport, NT_UDP);
    }
    assert_string_not_equal(relayed(NT_UDP)->foundation, relayed(NT_TCP)->foundation);
    assert_string_equal(relayed(NT_TCP)->foundation, relayed(NT_TLS)->foundation);
    assert_string_equal(told, ""); /* a server over UDP and TCP is none that is given twice */
    lab_end(&l);
}

/* RFC 8445, 5.1.1.2: a reflexive candidate is of its base's transport. */
TEST(a_mapping_of_tcp_is_no_candidate)
{
    struct nt_addr mapped = mapped_over(NT_UDP);
    begin(1U << NT_UDP | 1U << NT_TCP, NT_ICE_ALL);
    relay_over(NT_TCP);
    relay_over(NT_UDP);
    assert_int_equal(count_of(NT_ICE_SRFLX), 1);
    assert_true(nt_addr_equal(&nt_ice_candidate_at(l.a, 1)->addr, &mapped));
    go(&l, l.now + 60 * NT_SEC); /* nor is the mapping kept by Binding requests to the server's TCP port, or on the connection */
    assert_int_equal(count_over(NT_TCP, NT_STUN_BINDING) + count_over(NT_TCP, NT_TURN_REFRESH), 0);
    assert_int_equal(count_over(NT_UDP, NT_STUN_BINDING), 7); /* as the one of UDP is, and nobody answers */
    lab_end(&l);
}

/* The relay over UDP of the second interface is preferred to the one over TLS of the first. */
TEST(no_relay_over_tls_is_preferred_to_one_over_udp)
{
    for (int trickle = 0; trickle < 2; trickle++) {
        uint32_t worst_udp = UINT32_MAX, best_tls = 0;
        begin_on(1U << NT_UDP | 1U << NT_TLS, NT_ICE_RELAY_ONLY, trickle ? NT_ICE_TRICKLE_FULL : NT_ICE_TRICKLE_OFF, "10.1.0.1");
        struct nt_request tls[2] = {l.asked[0], l.asked[1]};
        assert_int_equal(l.asked_count, 2);
        grant_connection(&tls[0]);
        grant_connection(&tls[1]);
        for (int i = 0, n = l.count; i < n; i++) {
            struct out *o = &l.outs[i];
            if (o->m.len == 0 || o->m.method != NT_TURN_ALLOCATE)
                continue;
            struct nt_addr at = relayed_over(o->path.transport), mapped = mapped_over(o->path.transport);
            uint8_t buf[200];
            struct nt_stun_builder b;
            at.port = (uint16_t)(at.port + 10 * o->path.local.ip[1]);
            nt_stun_start(&b, buf, sizeof buf, NT_STUN_SUCCESS, NT_TURN_ALLOCATE, o->m.id);
            nt_stun_add_addr(&b, NT_ATTR_XOR_RELAYED_ADDRESS, &at);
            nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
            nt_stun_add_u32(&b, NT_ATTR_LIFETIME, 600);
            give_to(o, &b);
        }
        assert_int_equal(count_of(NT_ICE_RELAY), 4);
        for (size_t i = 0; i < 4; i++) {
            const struct nt_ice_candidate *c = nt_ice_candidate_at(l.a, i);
            if (c->addr.port % 10 == NT_UDP && c->priority < worst_udp)
                worst_udp = c->priority;
            if (c->addr.port % 10 == NT_TLS && c->priority > best_tls)
                best_tls = c->priority;
        }
        assert_true(worst_udp > best_tls && best_tls > 0);
        lab_end(&l);
    }
}

/* Nobody answers to connect: gathering without trickle waits as long as for an answer over UDP; nothing else does. */
TEST(a_blocked_way_holds_up_only_the_end_of_gathering)
{
    for (int trickle = 0; trickle < 2; trickle++) {
        begin_on(1U << NT_UDP | 1U << NT_TLS, NT_ICE_ALL, trickle ? NT_ICE_TRICKLE_FULL : NT_ICE_TRICKLE_OFF, NULL);
        uint32_t id = dialled(NT_TLS)->path.id;
        relay_over(NT_UDP);
        assert_int_equal(l.kinds[NT_ICE_EV_CANDIDATE], trickle ? 3 : 0);
        go(&l, TI - NT_MSEC);
        assert_false(is_gathered() || is_closed(id));
        go(&l, TI + NT_SEC);
        assert_true(is_gathered() && is_closed(id));
        assert_int_equal(count_of(NT_ICE_RELAY), 1);
        assert_string_equal(told, "no connection to the server after 39.5 seconds: not asked again; ");
        lab_end(&l);
    }
}

TEST(why_there_is_no_connection_is_told)
{
    static const struct {
        enum nt_closed why;
        const char *told;
    } cases[] = {{NT_CLOSED_REFUSED, "the server refuses the connection: not asked again; "},
                 {NT_CLOSED_TIMEOUT, "nobody answers on the connection to the server: not asked again; "},
                 {NT_CLOSED_UNREACHABLE, "the server cannot be reached: not asked again; "},
                 {NT_CLOSED_TLS, "TLS with the server has failed: not asked again; "}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(1U << NT_TLS, NT_ICE_ALL);
        end_connection(dialled(NT_TLS), cases[i].why);
        assert_true(is_gathered());
        assert_int_equal(nt_ice_candidate_count(l.a), 1);
        assert_string_equal(told, cases[i].told);
        assert_int_equal(count_asked(NT_REQ_CLOSE), 0); /* it is gone already */
        lab_end(&l);
    }
}

/* RFC 8489, 6.2.2: a request over TCP is not sent again, and fails after Ti. */
TEST(a_request_on_a_connection_leaves_once)
{
    begin(1U << NT_TCP, NT_ICE_ALL);
    grant_connection(dialled(NT_TCP));
    go(&l, l.now + TI + NT_SEC);
    assert_int_equal(count_over(NT_TCP, NT_TURN_ALLOCATE), 1);
    assert_true(is_gathered() && is_closed(dialled(NT_TCP)->path.id));
    assert_string_equal(told, "no response: not asked again; ");
    lab_end(&l);
}

/* RFC 8445, 5.1.1.2 would have a Binding request sent, which brings nothing over TCP. */
TEST(a_server_without_resources_is_asked_for_nothing_else_over_tcp)
{
    begin(1U << NT_TCP, NT_ICE_ALL);
    grant_connection(dialled(NT_TCP));
    refuse_allocation(next_over(NT_TCP, NT_TURN_ALLOCATE), 508);
    assert_true(is_gathered());
    go(&l, l.now + 5 * NT_SEC);
    for (int i = 0; i < l.count; i++)
        assert_true(l.outs[i].m.method != NT_STUN_BINDING);
    assert_true(is_closed(dialled(NT_TCP)->path.id));
    lab_end(&l);
}

/* The peer's success response to the check in a Send indication, through the relay, byte by byte. */
static void answer_check(const struct out *o)
{
    uint8_t response[200], buf[400];
    struct nt_stun_builder b;
    struct nt_stun_msg check;
    struct nt_addr peer, seen = relayed_over(o->path.transport);
    const struct nt_stun_attr *data = nt_stun_find(&o->m, NT_ATTR_DATA);
    assert_int_equal(nt_stun_get_addr(&o->m, NT_ATTR_XOR_PEER_ADDRESS, &peer), NT_OK);
    assert_int_equal(nt_stun_parse(&check, data->value, data->len), NT_OK);
    nt_stun_start(&b, response, sizeof response, NT_STUN_SUCCESS, NT_STUN_BINDING, check.id);
    nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &seen);
    nt_stun_add_integrity(&b, &l.theirs);
    nt_stun_add_fingerprint(&b);
    int len = nt_stun_finish(&b);
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_INDICATION, NT_TURN_DATA, check.id);
    nt_stun_add_addr(&b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
    nt_stun_add(&b, NT_ATTR_DATA, response, (size_t)len);
    len = nt_stun_finish(&b);
    for (int i = 0; i < len; i++)
        give_bytes(o, buf + i, 1);
}

/* The relay over TCP has a permission for the peer, whose candidate is told; the check that leaves by it. */
static struct out *check_through_relay(void)
{
    struct nt_ice_candidate c = candidate("10.0.0.2:5000", NT_ICE_HOST, "1");
    assert_int_equal(remote(&l, &c, 1), NT_OK);
    go(&l, l.now + 200 * NT_MSEC);
    l.next = 0;
    struct out *o = next_over(NT_TCP, NT_TURN_CREATE_PERMISSION);
    assert_non_null(o);
    accept_request(o);
    go(&l, l.now + 200 * NT_MSEC);
    o = next_over(NT_TCP, NT_TURN_SEND);
    assert_non_null(o);
    return o;
}

TEST(checks_leave_on_the_connection_and_are_answered_there)
{
    struct nt_ice_candidate own, peers;
    begin(1U << NT_TCP, NT_ICE_RELAY_ONLY);
    struct nt_path p = granted_path(relay_over(NT_TCP));
    struct out *o = check_through_relay();
    assert_int_equal(o->path.id, p.id);
    assert_true(nt_addr_equal(&o->path.local, &p.local) && nt_addr_equal(&o->path.remote, &p.remote));
    answer_check(o);
    for (int i = 0; i < 20 && !nt_ice_selected(l.a, 1, 1, &own, &peers); i++) {
        go(&l, l.now + 200 * NT_MSEC);
        while ((o = next_over(NT_TCP, NT_TURN_SEND)) != NULL)
            answer_check(o);
    }
    assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
    assert_true(nt_addr_equal(&own.addr, &relayed(NT_TCP)->addr));
    assert_string_equal(told, "");
    lab_end(&l);
}

TEST(the_loss_of_the_connection_ends_the_relay)
{
    begin(1U << NT_TCP, NT_ICE_RELAY_ONLY);
    const struct nt_request req = *relay_over(NT_TCP);
    check_through_relay();
    end_connection(&req, NT_CLOSED_RESET);
    assert_string_equal(told, "the connection to the server was reset; ");
    int before = l.count;
    go(&l, l.now + 2 * NT_SEC);
    for (int i = before; i < l.count; i++)
        assert_int_not_equal(l.outs[i].path.transport, NT_TCP);
    assert_int_equal(pair_to(&l, "10.0.0.2:5000").state, NT_ICE_PAIR_FAILED);
    assert_int_equal(count_asked(NT_REQ_CLOSE), 0);
    lab_end(&l);
}

/* It waited for the pacer. */
TEST(a_request_ends_with_its_connection)
{
    struct nt_ice_candidate c = candidate("10.0.0.2:5000", NT_ICE_HOST, "1");
    begin(1U << NT_TCP, NT_ICE_RELAY_ONLY);
    const struct nt_request req = *relay_over(NT_TCP);
    assert_int_equal(remote(&l, &c, 1), NT_OK);
    assert_int_equal(count_over(NT_TCP, NT_TURN_CREATE_PERMISSION), 0);
    end_connection(&req, NT_CLOSED_RESET);
    go(&l, l.now + NT_SEC);
    assert_int_equal(count_over(NT_TCP, NT_TURN_CREATE_PERMISSION), 0);
    lab_end(&l);
}

TEST(what_the_connection_does_not_take_is_told)
{
    begin(1U << NT_TCP, NT_ICE_RELAY_ONLY);
    struct nt_path p = granted_path(relay_over(NT_TCP));
    nt_ice_input(l.a, &p, NT_IN_SEND_FAILED, NULL, 0, l.now);
    assert_string_equal(told, "lost: the server does not read as fast as it is written to; ");
    lab_end(&l);
}

TEST(news_of_other_connections_is_dropped)
{
    static const enum nt_input kinds[] = {NT_IN_CONNECTED, NT_IN_STREAM, NT_IN_SEND_FAILED, NT_IN_CLOSED};
    begin(1U << NT_TCP, NT_ICE_ALL);
    struct nt_path p = granted_path(dialled(NT_TCP));
    for (int i = 0; i < 8; i++) {
        p.id = i < 4 ? p.id + 1 : 0;
        nt_ice_input(l.a, &p, kinds[i % 4], (const uint8_t *)"\1", 1, l.now);
        pull(&l);
        assert_int_equal(discarded, i + 1);
    }
    relay_over(NT_TCP);
    assert_true(is_gathered() && relayed(NT_TCP) != NULL);
    lab_end(&l);
}

/* --- an ICE restart --- */
static void restart(void)
{
    l.kinds[NT_ICE_EV_GATHERED] = 0;
    l.next = l.count;
    assert_int_equal(nt_ice_restart(l.a, l.now), NT_OK);
    pull(&l);
    go(&l, l.now + 500 * NT_MSEC);
}

static bool is_told(enum nt_transport transport)
{
    struct nt_ice_description d;
    struct nt_addr at = relayed_over(transport), mapped = mapped_over(transport);
    bool found = false;
    assert_int_equal(nt_ice_local(l.a, true, &d), NT_OK);
    for (size_t i = 0; i < d.streams[0].candidate_count; i++)
        found = found || (nt_addr_equal(&d.streams[0].candidates[i].addr, &at) &&
                          nt_addr_equal(&d.streams[0].candidates[i].related, &mapped));
    nt_ice_description_free(&d);
    return found;
}

TEST(a_restart_keeps_what_is_connected)
{
    begin(1U << NT_TCP, NT_ICE_ALL);
    relay_over(NT_TCP);
    check_through_relay();
    for (int i = 0; i < 3; i++) {
        restart();
        assert_false(is_gathered());
        struct out *o = next_over(NT_TCP, NT_TURN_REFRESH);
        assert_non_null(o);
        accept_request(o);
        assert_true(is_gathered());
        assert_true(is_told(NT_TCP));
        assert_int_equal(nt_ice_rollback(l.a, l.now), NT_OK);
        assert_non_null(relayed(NT_TCP));
    }
    assert_int_equal(l.asked_count, 1);
    go(&l, l.now + 60 * NT_SEC);
    assert_int_equal(count_over(NT_TCP, NT_TURN_REFRESH), 3);
    assert_int_equal(count_over(NT_TCP, NT_STUN_BINDING), 0);
    lab_end(&l);
}

/* Its allocation has ended before the restart, or ends when its server is asked for it. */
TEST(a_restart_connects_anew_after_a_loss)
{
    for (int late = 0; late < 2; late++) {
        begin(1U << NT_TCP, NT_ICE_ALL);
        const struct nt_request first = *relay_over(NT_TCP);
        check_through_relay();
        if (!late)
            end_connection(&first, NT_CLOSED_BY_PEER);
        restart();
        if (late) {
            assert_non_null(next_over(NT_TCP, NT_TURN_REFRESH));
            end_connection(&first, NT_CLOSED_BY_PEER);
            go(&l, l.now + 200 * NT_MSEC);
        }
        assert_false(is_gathered());
        assert_int_equal(count_asked(NT_REQ_CONNECT), 2);
        assert_int_not_equal(dialled(NT_TCP)->path.id, first.path.id);
        relay_over(NT_TCP);
        assert_true(is_gathered());
        assert_true(is_told(NT_TCP));
        assert_int_equal(nt_ice_bases_count(nt_ice_agent_env(l.a)->bases), 1); /* which needs no other port over UDP */
        lab_end(&l);
    }
}

/* What a rolled back restart has asked for, and may be refused for another minute, is given up by the next one. */
TEST(a_connection_whose_allocation_is_not_awaited_is_closed)
{
    begin(1U << NT_TCP | 1U << NT_TLS, NT_ICE_ALL);
    const struct nt_request first = *relay_over(NT_TCP);
    end_connection(dialled(NT_TLS), NT_CLOSED_REFUSED);
    check_through_relay();
    end_connection(&first, NT_CLOSED_BY_PEER);
    restart();
    const struct nt_request second = *dialled(NT_TCP);
    grant_connection(&second);
    refuse_allocation(next_over(NT_TCP, NT_TURN_ALLOCATE), 508);
    assert_false(is_gathered() || is_closed(second.path.id)); /* the connection over TLS is awaited */
    assert_int_equal(nt_ice_rollback(l.a, l.now), NT_OK);
    restart();
    assert_true(is_closed(second.path.id));
    assert_int_not_equal(dialled(NT_TCP)->path.id, second.path.id);
    lab_end(&l);
}

/* --- the end --- */
TEST(a_connection_is_closed_when_its_allocation_is_released)
{
    begin(1U << NT_TCP, NT_ICE_ALL);
    uint32_t id = relay_over(NT_TCP)->path.id;
    nt_ice_close(l.a, l.now);
    pull(&l);
    go(&l, l.now + 200 * NT_MSEC);
    struct out *o = next_over(NT_TCP, NT_TURN_REFRESH);
    assert_non_null(o);
    assert_false(is_closed(id));
    accept_request(o);
    assert_true(is_closed(id));
    assert_int_equal(nt_ice_state(l.a), NT_ICE_CLOSED);
    lab_end(&l);
}

/* The Refresh waits for the pacer, so that the end of ICE comes before that of its transaction. */
TEST(a_connection_is_closed_when_its_server_does_not_answer_the_release)
{
    ta = 5 * NT_SEC;
    begin(1U << NT_TCP, NT_ICE_ALL);
    ta = 0;
    const struct nt_request req = *dialled(NT_TCP);
    grant_connection(&req);
    go(&l, 6 * NT_SEC);
    grant_allocation(next_over(NT_TCP, NT_TURN_ALLOCATE));
    nt_ice_close(l.a, l.now);
    pull(&l);
    go(&l, l.now + TI - NT_MSEC);
    assert_false(is_closed(req.path.id) || nt_ice_state(l.a) == NT_ICE_CLOSED);
    assert_int_equal(count_over(NT_TCP, NT_TURN_REFRESH), 1);
    go(&l, l.now + NT_MSEC);
    assert_int_equal(nt_ice_state(l.a), NT_ICE_CLOSED);
    assert_true(is_closed(req.path.id));
    lab_end(&l);
}

TEST(a_connection_that_is_not_there_yet_is_given_up_at_once)
{
    begin(1U << NT_TCP, NT_ICE_ALL);
    uint32_t id = dialled(NT_TCP)->path.id;
    nt_ice_close(l.a, l.now);
    pull(&l);
    assert_true(is_closed(id));
    assert_int_equal(nt_ice_state(l.a), NT_ICE_CLOSED);
    lab_end(&l);
}

TEST(a_connection_ends_with_its_interface)
{
    begin(1U << NT_TCP, NT_ICE_ALL);
    uint32_t id = relay_over(NT_TCP)->path.id;
    nt_ice_input(l.a, &(struct nt_path){.local = addr("10.0.0.1")}, NT_IN_IF_DOWN, NULL, 0, l.now);
    pull(&l);
    assert_true(is_closed(id));
    lab_end(&l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_are_asked_for_from_the_interface_by_numbers_of_their_own),
        cmocka_unit_test(relays_over_udp_tcp_and_tls_are_candidates_in_this_order),
        cmocka_unit_test(a_mapping_of_tcp_is_no_candidate),
        cmocka_unit_test(no_relay_over_tls_is_preferred_to_one_over_udp),
        cmocka_unit_test(a_blocked_way_holds_up_only_the_end_of_gathering),
        cmocka_unit_test(why_there_is_no_connection_is_told),
        cmocka_unit_test(a_request_on_a_connection_leaves_once),
        cmocka_unit_test(a_server_without_resources_is_asked_for_nothing_else_over_tcp),
        cmocka_unit_test(checks_leave_on_the_connection_and_are_answered_there),
        cmocka_unit_test(the_loss_of_the_connection_ends_the_relay),
        cmocka_unit_test(a_request_ends_with_its_connection),
        cmocka_unit_test(what_the_connection_does_not_take_is_told),
        cmocka_unit_test(news_of_other_connections_is_dropped),
        cmocka_unit_test(a_restart_keeps_what_is_connected),
        cmocka_unit_test(a_restart_connects_anew_after_a_loss),
        cmocka_unit_test(a_connection_whose_allocation_is_not_awaited_is_closed),
        cmocka_unit_test(a_connection_is_closed_when_its_allocation_is_released),
        cmocka_unit_test(a_connection_is_closed_when_its_server_does_not_answer_the_release),
        cmocka_unit_test(a_connection_that_is_not_there_yet_is_given_up_at_once),
        cmocka_unit_test(a_connection_ends_with_its_interface),
    };
    return RUN_TESTS(tests);
}
