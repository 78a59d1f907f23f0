/* A TURN server under a sequence of datagrams: arbitrary ones, and requests with arbitrary attributes that are signed by a user
 * who knows the password, so that the code behind the authentication is reached. */
#include "core/turn/turn.h"
#include "tests/fuzz/feed.h"

#define CLIENTS 3

struct world {
    struct nt_turn_server *server;
    struct nt_endpoint end;
    struct nt_stun_login logins[CLIENTS];
    struct nt_addr listen, relayed;
    struct nt_rand rand;
    uint16_t next_port;
    nt_time now;
};

static struct nt_addr client(uint8_t n)
{
    return nt_addr_v4(0xc6336401u + n, 5000);
}

/* A response teaches its client the nonce, and us the relayed address. */
static void learn(struct world *w, const struct nt_path *path, const uint8_t *bytes, size_t len)
{
    struct nt_stun_msg m;
    int code;
    if (nt_stun_parse(&m, bytes, len) != 0)
        return;
    nt_stun_get_addr(&m, NT_ATTR_XOR_RELAYED_ADDRESS, &w->relayed);
    for (uint8_t i = 0; i < CLIENTS; i++) {
        struct nt_addr a = client(i);
        if (nt_addr_equal(&a, &path->remote) && m.class_ == NT_STUN_ERROR && nt_stun_get_error(&m, &code, NULL, NULL) == 0)
            nt_stun_login_take_challenge(&w->logins[i], &m, code);
    }
}

static void drain(struct world *w)
{
    static uint8_t out[NT_DATAGRAM_MAX];
    struct nt_request request;
    struct nt_path path = {0};
    size_t len;
    while (w->end.ops->request(w->end.self, &request) == 1) {
        if (request.kind != NT_REQ_BIND)
            continue;
        bool refused = request.path.local.port % 7 == 3;
        if (request.path.local.port == 0)
            request.path.local.port = ++w->next_port;
        w->end.ops->input(w->end.self, &request.path, refused ? NT_IN_CLOSED : NT_IN_CONNECTED, NULL, 0, w->now);
    }
    while ((len = w->end.ops->output(w->end.self, &path, out, sizeof out, w->now)) > 0)
        learn(w, &path, out, len != NT_OUTPUT_EMPTY ? len : 0);
}

static void input(struct world *w, const struct nt_addr *from, const struct nt_addr *to, const uint8_t *bytes, size_t len)
{
    struct nt_path path = {.transport = NT_UDP, .ttl = 64, .local = *to, .remote = *from};
    uint8_t *copy = feed_copy(bytes, len);
    w->end.ops->input(w->end.self, &path, NT_IN_DATAGRAM, copy, len, w->now);
    free(copy);
    drain(w);
}

static void signed_request(struct world *w, uint8_t n, struct feed *f)
{
    static const uint16_t methods[] = {NT_TURN_ALLOCATE, NT_TURN_REFRESH, NT_TURN_CREATE_PERMISSION, NT_TURN_CHANNEL_BIND,
                                       NT_TURN_SEND,     NT_STUN_BINDING, NT_TURN_CONNECT,           0x0fff};
    static const uint16_t types[] = {NT_ATTR_REQUESTED_TRANSPORT,
                                     NT_ATTR_LIFETIME,
                                     NT_ATTR_XOR_PEER_ADDRESS,
                                     NT_ATTR_CHANNEL_NUMBER,
                                     NT_ATTR_DATA,
                                     NT_ATTR_EVEN_PORT,
                                     NT_ATTR_RESERVATION_TOKEN,
                                     NT_ATTR_REQUESTED_ADDRESS_FAMILY,
                                     NT_ATTR_ADDITIONAL_ADDRESS_FAMILY,
                                     NT_ATTR_DONT_FRAGMENT,
                                     0x7ffe,
                                     0xfffe};
    uint8_t buf[2048], id[NT_STUN_ID] = {0}, count = feed8(f);
    uint16_t method = methods[feed8(f) % 8];
    struct nt_stun_builder b;
    struct nt_addr from = client(n);
    nt_rand_bytes(&w->rand, id, sizeof id);
    nt_stun_start(&b, buf, sizeof buf, method == NT_TURN_SEND ? NT_STUN_INDICATION : NT_STUN_REQUEST, method, id);
    for (unsigned i = 0; i < count % 6u; i++) {
        uint16_t type = types[feed8(f) % 12];
        size_t len;
        const uint8_t *value = feed_chunk(f, 64, &len);
        struct nt_addr peer = nt_addr_v4(0xcb007100u + (uint32_t)len, 6000);
        if (type == NT_ATTR_XOR_PEER_ADDRESS && len < 8)
            nt_stun_add_addr(&b, type, &peer);
        else
            nt_stun_add(&b, type, value, len);
    }
    if (method != NT_TURN_SEND)
        nt_stun_login_sign(&w->logins[n], &b);
    int len = nt_stun_finish(&b);
    if (len > 0)
        input(w, &from, &w->listen, buf, (size_t)len);
}

static void step(struct world *w, struct feed *f)
{
    uint8_t op = feed8(f), n = (uint8_t)(op / 4 % CLIENTS);
    struct nt_addr from = client(n), peer = nt_addr_v4(0xcb007100u + n, 6000);
    size_t len;
    const uint8_t *bytes;
    switch (op % 4) {
    case 0:
        bytes = feed_chunk(f, 2000, &len);
        input(w, &from, &w->listen, bytes, len);
        break;
    case 1: signed_request(w, n, f); break;
    case 2:
        bytes = feed_chunk(f, 2000, &len);
        input(w, &peer, &w->relayed, bytes, len);
        break;
    default:
        w->now += feed16(f) * NT_SEC / 8;
        if (w->end.ops->deadline(w->end.self) <= w->now)
            w->end.ops->timer(w->end.self, w->now);
        drain(w);
        CHECK(w->end.ops->deadline(w->end.self) > w->now);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct nt_turn_account accounts[] = {{"George", "secret"}};
    struct world *w = calloc(1, sizeof *w);
    struct feed f = {data, data + size};
    CHECK(w != NULL);
    w->listen = nt_addr_v4(0xc0000201, 3478);
    w->next_port = 49151;
    nt_rand_init(&w->rand, 1, "fuzz");
    for (int i = 0; i < CLIENTS; i++)
        nt_stun_login_init(&w->logins[i], "George", "secret");
    uint8_t flags = feed8(&f);
    struct nt_turn_server_config config = {.listen = w->listen,
                                           .relay = nt_addr_v4(0xc0000202, 0),
                                           .realm = "example.org",
                                           .accounts = accounts,
                                           .account_count = 1,
                                           .md5 = flags & 1,
                                           .sha256 = flags & 2,
                                           .quota = flags & 4 ? 2 : 0,
                                           .rand = &w->rand};
    w->server = nt_turn_server_new(&config);
    CHECK(w->server != NULL);
    w->end = nt_turn_server_endpoint(w->server);
    drain(w);
    for (int steps = 0; f.p < f.end && steps < 200; steps++)
        step(w, &f);
    nt_turn_server_del(w->server);
    free(w);
    return 0;
}
