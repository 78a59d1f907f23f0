/* A TURN client and server of core over the hosts' TCP:
 *
 *    client 10.0.0.2 --- net, 20 ms --- server 10.0.0.3:3478, relaying there; the peer is a second endpoint on the client's host */
#include "tests/unit/help.h"

#include "core/turn/turn.h"
#include "natsim/host/host.h"

#include <stdlib.h>
#include <string.h>

static struct nt_fabric *f;
static struct nt_host *here, *there;
static struct nt_rand rand_stream;
static struct nt_turn_server *server;

/* The client as an endpoint, with what it has heard. */
static struct nt_turn_client *client;
static uint32_t next_id = 1;
static int allocated, permitted, channels, released, failed, datas;
static struct nt_addr relayed;
static char data[100];
static uint8_t to_send[200];
static size_t to_send_len;
static struct nt_path way;

/* The peer: what it gets by UDP it sends back. */
static struct nt_addr peer_at;
static uint8_t echo[200];
static size_t echo_len;
static struct nt_path echo_way;
static bool peer_asked;

static void take_events(void)
{
    struct nt_turn_event ev;
    while (nt_turn_client_event(client, &ev)) {
        allocated += ev.kind == NT_TURN_EV_ALLOCATED;
        permitted += ev.kind == NT_TURN_EV_PERMITTED;
        channels += ev.kind == NT_TURN_EV_CHANNEL;
        released += ev.kind == NT_TURN_EV_RELEASED;
        failed += ev.kind == NT_TURN_EV_FAILED;
        if (ev.kind == NT_TURN_EV_ALLOCATED)
            relayed = ev.relayed;
        if (ev.kind != NT_TURN_EV_DATA)
            continue;
        datas++;
        memcpy(data, ev.bytes, ev.len);
        data[ev.len] = '\0';
    }
}

static void client_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    (void)self;
    bool ours = false;
    switch (kind) {
    case NT_IN_CONNECTED: ours = nt_turn_client_connected(client, path, now); break;
    case NT_IN_CLOSED: ours = nt_turn_client_closed(client, path, (enum nt_closed)bytes[0], now); break;
    case NT_IN_STREAM: ours = nt_turn_client_stream(client, path, bytes, len, now); break;
    default: break;
    }
    assert_true(ours);
    take_events();
}

static void client_timer(void *self, nt_time now)
{
    (void)self;
    nt_turn_client_timer(client, now);
    take_events();
}

static size_t client_output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    (void)self;
    size_t n = nt_turn_client_output(client, path, buf, cap, now);
    if (n > 0) {
        way = *path;
        return n;
    }
    n = to_send_len;
    memcpy(buf, to_send, n);
    *path = way;
    to_send_len = 0;
    return n;
}

static nt_time client_deadline(const void *self)
{
    (void)self;
    return nt_turn_client_deadline(client);
}

static int client_request(void *self, struct nt_request *req)
{
    (void)self;
    int r = nt_turn_client_request(client, next_id, req);
    next_id += r == 1 && req->kind == NT_REQ_CONNECT;
    return r;
}

static void peer_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    (void)self, (void)now;
    if (kind == NT_IN_CONNECTED)
        peer_at = path->local;
    if (kind != NT_IN_DATAGRAM)
        return;
    memcpy(echo, bytes, len);
    echo_len = len;
    echo_way = (struct nt_path){.transport = NT_UDP, .local = path->local, .remote = path->remote};
}

static size_t peer_output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    (void)self, (void)cap, (void)now;
    size_t n = echo_len;
    memcpy(buf, echo, n);
    *path = echo_way;
    echo_len = 0;
    return n;
}

static void no_timer(void *self, nt_time now)
{
    (void)self, (void)now;
}

static nt_time no_deadline(const void *self)
{
    (void)self;
    return NT_TIME_NEVER;
}

static int peer_request(void *self, struct nt_request *req)
{
    (void)self;
    *req = (struct nt_request){.kind = NT_REQ_BIND, .path = {.transport = NT_UDP, .id = 1, .local = addr("10.0.0.2:7000")}};
    bool asks = !peer_asked;
    peer_asked = true;
    return asks;
}

static struct nt_host *host_at(const char *name, const char *ip, uint32_t net)
{
    struct nt_addr own = addr(ip);
    struct nt_route r = {.prefix = {.addr = {.family = own.family}}};
    struct nt_host *h = nt_host_new(f, name);
    assert_non_null(h);
    assert_int_equal(nt_host_attach(h, net, name, &own, 1), 0);
    assert_int_equal(nt_routes_add(nt_host_routes(h), &r), 0);
    return h;
}

static void run_for(nt_time span)
{
    nt_fabric_run(f, nt_fabric_now(f) + span);
}

static void kick(void)
{
    nt_host_kick(here, nt_fabric_now(f));
    run_for(NT_SEC);
}

static void start(void)
{
    static const struct nt_endpoint_ops client_ops = {client_input, client_timer, client_output, client_deadline, client_request},
                                        peer_ops = {peer_input, no_timer, peer_output, no_deadline, peer_request};
    static const struct nt_turn_account accounts[] = {{"George", "secret"}};
    f = nt_fabric_new(&(struct nt_fabric_config){.seed = 1});
    uint32_t net = nt_fabric_add_network(f, &(struct nt_network_config){.name = "net", .delay = 20 * NT_MSEC});
    assert_int_not_equal(net, NT_FABRIC_NONE);
    here = host_at("here", "10.0.0.2", net);
    there = host_at("there", "10.0.0.3", net);
    nt_rand_init(&rand_stream, 1, "turn");
    server = nt_turn_server_new(&(struct nt_turn_server_config){.listen = addr("10.0.0.3:3478"),
                                                                .transports = {.over = NT_STUN_OVER(NT_TCP)},
                                                                .relay = addr("10.0.0.3"),
                                                                .realm = "example.com",
                                                                .accounts = accounts,
                                                                .account_count = 1,
                                                                .rand = &rand_stream});
    client = nt_turn_client_new(&(struct nt_turn_client_config){.server = addr("10.0.0.3:3478"),
                                                                .transport = NT_TCP,
                                                                .base = addr("10.0.0.2:0"),
                                                                .user = "George",
                                                                .password = "secret",
                                                                .rand = &rand_stream});
    assert_non_null(server);
    assert_non_null(client);
    assert_int_equal(nt_host_run_endpoint(there, nt_turn_server_endpoint(server), 0), 0);
    assert_int_equal(nt_host_run_endpoint(here, (struct nt_endpoint){&client_ops, NULL}, 0), 0);
    assert_int_equal(nt_host_run_endpoint(here, (struct nt_endpoint){&peer_ops, NULL}, 0), 1);
}

static void send_to_peer(const char *text)
{
    int n = nt_turn_client_wrap(client, &peer_at, (const uint8_t *)text, strlen(text), false, to_send, sizeof to_send);
    assert_true(n > 0);
    to_send_len = (size_t)n;
    kick();
}

TEST(a_life_over_tcp)
{
    start();
    nt_turn_client_allocate(client, nt_fabric_now(f));
    kick();
    assert_int_equal(allocated, 1);
    assert_int_equal(nt_turn_server_allocations(server), 1);
    nt_turn_client_permit(client, &peer_at, nt_fabric_now(f));
    kick();
    assert_int_equal(permitted, 1);
    send_to_peer("hello");
    assert_int_equal(datas, 1);
    assert_string_equal(data, "hello");
    nt_turn_client_bind_channel(client, &peer_at, nt_fabric_now(f));
    kick();
    assert_int_equal(channels, 1);
    send_to_peer("on the channel");
    assert_int_equal(datas, 2);
    assert_string_equal(data, "on the channel");
    run_for(3600 * NT_SEC); /* refreshes keep it all, and the connection */
    assert_int_equal(nt_turn_server_allocations(server), 1);
    send_to_peer("an hour later");
    assert_string_equal(data, "an hour later");
    assert_int_equal(next_id, 2);
    nt_turn_client_release(client, nt_fabric_now(f));
    kick();
    assert_int_equal(released, 1);
    assert_int_equal(failed, 0);
    assert_int_equal(nt_turn_server_allocations(server), 0);
    assert_int_equal(nt_fabric_run(f, nt_fabric_now(f) + 3600 * NT_SEC), NT_FABRIC_IDLE); /* nothing is held: no timer runs */
    nt_fabric_del(f);
    nt_turn_client_del(client);
    nt_turn_server_del(server);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_life_over_tcp)};
    return RUN_TESTS(tests);
}
