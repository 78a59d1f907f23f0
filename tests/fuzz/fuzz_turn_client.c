/* A TURN client, over UDP or (when the input has an odd length) TCP, under a sequence of messages of its server: arbitrary ones,
 * and responses to its requests with arbitrary attributes, signed or not, by one who knows the password. After its timer, and once
 * it has sent what it has to send, it waits. */
#include "core/turn/turn.h"
#include "tests/fuzz/feed.h"

#define REQUESTS 8 /* the last ones that the client has sent */

struct world {
    struct nt_turn_client *client;
    struct nt_addr server, base;
    struct nt_stun_key key;
    struct nt_rand rand;
    nt_time now;
    uint32_t connection; /* over TCP; 0: none */
    unsigned sent;
    struct {
        uint8_t id[NT_STUN_ID];
        uint16_t method;
    } requests[REQUESTS];
};

/* A connection that is asked for is there at once. */
static void serve_requests(struct world *w)
{
    struct nt_request req;
    while (nt_turn_client_request(w->client, w->connection + 1, &req) == 1)
        if (req.kind == NT_REQ_CONNECT) {
            w->connection = req.path.id;
            req.path.local.port = 49721;
            CHECK(nt_turn_client_connected(w->client, &req.path, w->now));
        }
}

static void drain(struct world *w)
{
    serve_requests(w);
    uint8_t out[NT_TURN_REQUEST_MAX];
    struct nt_turn_event ev;
    struct nt_path path;
    size_t len, sends = 0;
    while (nt_turn_client_event(w->client, &ev) == 1)
        if (ev.kind == NT_TURN_EV_DATA && ev.len > 0)
            CHECK(ev.bytes[0] + ev.bytes[ev.len - 1] >= 0); /* they are there */
    serve_requests(w);
    while ((len = nt_turn_client_output(w->client, &path, out, sizeof out, w->now)) > 0) {
        struct nt_stun_msg m;
        CHECK(++sends <= 2 * 257 && nt_stun_parse(&m, out, len) == 0 && m.class_ == NT_STUN_REQUEST);
        w->server = path.remote; /* it may have been redirected */
        w->requests[w->sent % REQUESTS].method = m.method;
        memcpy(w->requests[w->sent++ % REQUESTS].id, m.id, NT_STUN_ID);
    }
}

static void input(struct world *w, const uint8_t *bytes, size_t len)
{
    struct nt_path path = {.transport = NT_UDP, .local = w->base, .remote = w->server};
    uint8_t *copy = feed_copy(bytes, len);
    path.id = w->connection;
    if (w->connection == 0) {
        nt_turn_client_input(w->client, &path, copy, len, w->now);
    } else {
        path.transport = NT_TCP;
        nt_turn_client_stream(w->client, &path, copy, len, w->now);
    }
    free(copy);
    drain(w);
}

static struct nt_addr peer_of(uint8_t n)
{
    return nt_addr_v4(0xcb007100u + n, (uint16_t)(6000 + n % 3));
}

static void add_attributes(struct nt_stun_builder *b, struct feed *f)
{
    static const uint16_t types[] = {NT_ATTR_XOR_RELAYED_ADDRESS,
                                     NT_ATTR_XOR_MAPPED_ADDRESS,
                                     NT_ATTR_LIFETIME,
                                     NT_ATTR_REALM,
                                     NT_ATTR_NONCE,
                                     NT_ATTR_PASSWORD_ALGORITHMS,
                                     NT_ATTR_ALTERNATE_SERVER,
                                     NT_ATTR_XOR_PEER_ADDRESS,
                                     NT_ATTR_DATA,
                                     NT_ATTR_ICMP,
                                     0x0004,
                                     0x7ffe,
                                     0xfffe};
    for (unsigned i = 0, count = feed8(f) % 6u; i < count; i++) {
        uint16_t type = types[feed8(f) % (sizeof types / sizeof *types)];
        size_t len;
        const uint8_t *value = feed_chunk(f, 64, &len);
        struct nt_addr peer = peer_of((uint8_t)len);
        if ((type == NT_ATTR_XOR_PEER_ADDRESS || type == NT_ATTR_ALTERNATE_SERVER || type == NT_ATTR_XOR_RELAYED_ADDRESS ||
             type == NT_ATTR_XOR_MAPPED_ADDRESS) &&
            len < 8)
            nt_stun_add_addr(b, type, &peer);
        else
            nt_stun_add(b, type, value, len);
    }
}

static void respond(struct world *w, struct feed *f)
{
    static const uint16_t codes[] = {300, 400, 401, 403, 420, 437, 438, 440, 441, 442, 443, 486, 500, 508, 600};
    uint8_t buf[2048], how = feed8(f);
    unsigned i = feed8(f) % REQUESTS;
    struct nt_addr relayed = nt_addr_v4(0xc0000202, 50000);
    struct nt_stun_builder b;
    bool error = how & 1;
    nt_stun_start(&b, buf, sizeof buf, error ? NT_STUN_ERROR : NT_STUN_SUCCESS, w->requests[i].method, w->requests[i].id);
    if (error && (how & 2))
        nt_stun_add_error(&b, codes[feed8(f) % (sizeof codes / sizeof *codes)], NULL);
    if (!error && (how & 2)) {
        nt_stun_add_addr(&b, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed);
        nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &w->base);
        nt_stun_add_u32(&b, NT_ATTR_LIFETIME, feed16(f));
    }
    if (how & 4) {
        char nonce[8] = {'n', (char)('a' + feed8(f) % 26)};
        nt_stun_add_text(&b, NT_ATTR_REALM, "example.org");
        nt_stun_add_text(&b, NT_ATTR_NONCE, nonce);
    }
    if (how & 8)
        add_attributes(&b, f);
    if (how & 16)
        nt_stun_add_integrity(&b, &w->key);
    int len = nt_stun_finish(&b);
    if (len > 0)
        input(w, buf, (size_t)len);
}

static void indicate(struct world *w, struct feed *f)
{
    static const uint8_t id[NT_STUN_ID] = {1};
    uint8_t buf[2048];
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_INDICATION, NT_TURN_DATA, id);
    add_attributes(&b, f);
    int len = nt_stun_finish(&b);
    if (len > 0)
        input(w, buf, (size_t)len);
}

static void owner_asks(struct world *w, uint8_t op, uint8_t n)
{
    struct nt_addr peer = peer_of(n);
    static const uint8_t payload[256];
    uint8_t out[300];
    switch (op % 5) {
    case 0: nt_turn_client_permit(w->client, &peer, w->now); break;
    case 1: nt_turn_client_bind_channel(w->client, &peer, w->now); break;
    case 2: nt_turn_client_wrap(w->client, &peer, payload, n, false, out, sizeof out); break;
    case 3:
        w->base.port = (uint16_t)(w->base.port + (n & 1));
        nt_turn_client_move(w->client, n & 2 ? &w->base : NULL, w->now);
        break;
    default: nt_turn_client_release(w->client, w->now);
    }
    drain(w);
}

static void step(struct world *w, struct feed *f)
{
    uint8_t op = feed8(f);
    size_t len;
    const uint8_t *bytes;
    switch (op % 8) {
    case 0:
        bytes = feed_chunk(f, 2000, &len);
        input(w, bytes, len);
        break;
    case 1: indicate(w, f); break;
    case 2: owner_asks(w, op / 8, feed8(f)); break;
    case 3:
        w->now += feed16(f) * NT_SEC / 8;
        if (nt_turn_client_deadline(w->client) <= w->now)
            nt_turn_client_timer(w->client, w->now);
        drain(w);
        CHECK(nt_turn_client_deadline(w->client) > w->now);
        break;
    default: respond(w, f);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world *w = calloc(1, sizeof *w);
    struct feed f = {data, data + size};
    CHECK(w != NULL);
    w->server = nt_addr_v4(0xc0000201, 3478);
    w->base = nt_addr_v4(0xc6336402, 49721);
    nt_rand_init(&w->rand, 1, "fuzz");
    nt_stun_key_long(&w->key, NT_PASSWORD_MD5, "George", "example.org", "secret");
    struct nt_turn_client_config config = {.server = w->server,
                                           .transport = size % 2 != 0 ? NT_TCP : NT_UDP,
                                           .base = w->base,
                                           .user = "George",
                                           .password = "secret",
                                           .rand = &w->rand};
    w->client = nt_turn_client_new(&config);
    CHECK(w->client != NULL);
    nt_turn_client_allocate(w->client, w->now);
    drain(w);
    for (int steps = 0; f.p < f.end && steps < 300; steps++)
        step(w, &f);
    nt_turn_client_del(w->client);
    free(w);
    return 0;
}
