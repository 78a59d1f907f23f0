#include "scenarios/command/bench_stun.h"
#include "core/turn/turn.h"
#include "scenarios/command/bench_cost.h"

#include <string.h>

enum { CHECKS = 1000, DATAGRAMS = 1000, PAYLOAD = 160, PUMPS = 100 }; /* of a round, but for the last two */

static const char password[] = "VOkJxbRl1RmTxUk/WvJxBt";

static int write_check(uint8_t *buf, size_t cap, const struct nt_stun_key *key, uint8_t number)
{
    const uint8_t id[NT_STUN_ID] = {1, 2, 3, number};
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, cap, NT_STUN_REQUEST, NT_STUN_BINDING, id);
    nt_stun_add_text(&b, NT_ATTR_USERNAME, "evtj:h6vY");
    nt_stun_add_u32(&b, NT_ATTR_PRIORITY, 0x6e0001ff);
    nt_stun_add_u64(&b, NT_ATTR_ICE_CONTROLLING, 0x932ff9b151263b36);
    nt_stun_add_integrity(&b, key);
    nt_stun_add_fingerprint(&b);
    return nt_stun_finish(&b);
}

bool nt_bench_check_written(struct nt_bench *b)
{
    uint8_t buf[200];
    struct nt_stun_key key;
    bool good = true;
    nt_stun_key_short(&key, password);
    b->items = (uint64_t)b->rounds * CHECKS;
    uint64_t from = nt_bench_cost();
    for (uint64_t i = 0; i < b->items; i++)
        good = good && write_check(buf, sizeof buf, &key, (uint8_t)i) > 0;
    b->cost = nt_bench_cost() - from;
    return good;
}

bool nt_bench_check_read(struct nt_bench *b)
{
    uint8_t buf[200];
    struct nt_stun_key key;
    struct nt_stun_msg m;
    nt_stun_key_short(&key, password);
    int len = write_check(buf, sizeof buf, &key, 0);
    bool good = len > 0;
    b->items = (uint64_t)b->rounds * CHECKS;
    uint64_t from = nt_bench_cost();
    for (uint64_t i = 0; i < b->items && good; i++)
        good = nt_stun_parse(&m, buf, (size_t)len) == NT_OK && nt_stun_verify(&m, &key) == NT_OK;
    b->cost = nt_bench_cost() - from;
    return good;
}

/* A client and a server that hand each other their datagrams. */
struct relay {
    struct nt_rand rand;
    struct nt_turn_server *server;
    struct nt_turn_client *client;
    struct nt_endpoint end; /* the server's */
    struct nt_addr base, listen, peer, relayed;
    uint8_t payload[PAYLOAD], buf[2048];
};

static void grant_ports(struct relay *r)
{
    struct nt_request request;
    while (r->end.ops->request(r->end.self, &request) == 1)
        r->end.ops->input(r->end.self, &request.path, NT_IN_CONNECTED, NULL, 0, 0);
}

static void read_events(struct relay *r)
{
    struct nt_turn_event ev;
    while (nt_turn_client_event(r->client, &ev) == 1)
        if (ev.kind == NT_TURN_EV_ALLOCATED)
            r->relayed = ev.relayed;
}

/* What the server has to send: to the client, or away. How many datagrams went away. */
static unsigned server_sends(struct relay *r)
{
    struct nt_path path;
    unsigned away = 0;
    for (size_t len; (len = r->end.ops->output(r->end.self, &path, r->buf, sizeof r->buf, 0)) > 0;) {
        struct nt_path back = {.transport = NT_UDP, .local = path.remote, .remote = path.local};
        if (!nt_addr_equal(&path.remote, &r->base))
            away++;
        else if (nt_turn_client_input(r->client, &back, r->buf, len, 0))
            read_events(r);
    }
    return away;
}

static void server_receives(struct relay *r, const struct nt_addr *to, const struct nt_addr *from, const uint8_t *bytes, size_t len)
{
    struct nt_path path = {.transport = NT_UDP, .local = *to, .remote = *from};
    r->end.ops->input(r->end.self, &path, NT_IN_DATAGRAM, bytes, len, 0);
    grant_ports(r);
}

/* Allocates, and gets the permission. */
static bool open_relay(struct relay *r)
{
    nt_turn_client_allocate(r->client, 0);
    bool good = nt_turn_client_permit(r->client, &r->peer, 0) == NT_OK;
    for (int i = 0; good && i < PUMPS && !nt_turn_client_permitted(r->client, &r->peer); i++) {
        struct nt_path path;
        size_t len = nt_turn_client_output(r->client, &path, r->buf, sizeof r->buf, 0);
        if (len > 0)
            server_receives(r, &path.remote, &path.local, r->buf, len);
        server_sends(r);
    }
    return good && nt_turn_client_permitted(r->client, &r->peer) && nt_addr_is_set(&r->relayed);
}

static bool new_relay(struct relay *r)
{
    static const struct nt_turn_account account = {.user = "alice", .password = "secret"};
    *r = (struct relay){
        .base = nt_addr_v4(0xc0000202, 5000), .listen = nt_addr_v4(0xcb007103, 3478), .peer = nt_addr_v4(0xc6336407, 6000)};
    nt_rand_init(&r->rand, 1, "bench");
    struct nt_turn_server_config server = {.listen = r->listen,
                                           .relay = nt_addr_with_port(&r->listen, 0),
                                           .realm = "example.org",
                                           .accounts = &account,
                                           .account_count = 1,
                                           .md5 = true,
                                           .sha256 = true,
                                           .rand = &r->rand};
    struct nt_turn_client_config client = {.server = r->listen,
                                           .transport = NT_UDP,
                                           .base = r->base,
                                           .user = account.user,
                                           .password = account.password,
                                           .rand = &r->rand};
    r->server = nt_turn_server_new(&server);
    r->client = nt_turn_client_new(&client);
    if (r->server == NULL || r->client == NULL)
        return false;
    r->end = nt_turn_server_endpoint(r->server);
    grant_ports(r);
    return open_relay(r);
}

/* A datagram to the peer, and one from it. */
static bool relay_both_ways(struct relay *r)
{
    uint8_t wrapped[PAYLOAD + NT_TURN_OVERHEAD];
    int len = nt_turn_client_wrap(r->client, &r->peer, r->payload, sizeof r->payload, false, wrapped, sizeof wrapped);
    if (len <= 0)
        return false;
    server_receives(r, &r->listen, &r->base, wrapped, (size_t)len);
    bool good = server_sends(r) == 1;
    server_receives(r, &r->relayed, &r->peer, r->payload, sizeof r->payload);
    return good && server_sends(r) == 0;
}

bool nt_bench_relay(struct nt_bench *b)
{
    struct relay r;
    bool good = new_relay(&r);
    b->items = (uint64_t)b->rounds * DATAGRAMS;
    uint64_t from = nt_bench_cost();
    for (uint64_t i = 0; i < b->items && good; i += 2)
        good = relay_both_ways(&r);
    b->cost = nt_bench_cost() - from;
    nt_turn_client_del(r.client);
    nt_turn_server_del(r.server);
    return good;
}
