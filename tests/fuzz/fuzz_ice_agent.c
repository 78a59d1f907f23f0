/* A gathered ICE agent under a sequence of datagrams, descriptions, interface changes and timers. Beside arbitrary bytes there are
 * checks signed with the agent's own password and answers to its own requests, with arbitrary attributes, so that the code behind
 * MESSAGE-INTEGRITY is reached. */
#include "core/ice/ice.h"
#include "core/sdp/sdp.h"
#include "core/stun/stun.h"
#include "tests/fuzz/feed.h"

#define SENT_MAX 8

struct world {
    struct nt_ice_agent *agent;
    struct nt_rand rand;
    char ufrag[NT_ICE_CREDENTIAL_MAX + 1];
    struct nt_stun_key own, peer; /* of the own password, and of the peer's */
    struct nt_addr bases[4];
    size_t base_count;
    struct sent {
        struct nt_path path;
        uint8_t id[NT_STUN_ID];
        uint16_t method;
    } sent[SENT_MAX]; /* the last requests of the agent */
    size_t sent_count;
    uint16_t next_port;
    nt_time now;
};

static const char peer_pwd[] = "asd88fgpdd777uzjYhagZg", peer_ufrag[] = "8hhY";

static struct nt_addr host(void)
{
    return nt_addr_v4(0x0a010002, 0);
}

static void remember(struct world *w, const struct nt_path *path, const uint8_t *bytes, size_t len)
{
    struct nt_stun_msg m;
    if (nt_stun_parse(&m, bytes, len) != 0 || m.class_ != NT_STUN_REQUEST)
        return;
    struct sent *s = &w->sent[w->sent_count++ % SENT_MAX];
    s->path = *path;
    s->method = m.method;
    memcpy(s->id, m.id, NT_STUN_ID);
}

static void grant(struct world *w, struct nt_request *request)
{
    if (request->kind != NT_REQ_BIND)
        return;
    bool granted = w->base_count < 4;
    if (request->path.local.port == 0)
        request->path.local.port = ++w->next_port;
    if (granted)
        w->bases[w->base_count++] = request->path.local;
    nt_ice_input(w->agent, &request->path, granted ? NT_IN_CONNECTED : NT_IN_CLOSED, NULL, 0, w->now);
}

static void learn_credentials(struct world *w)
{
    struct nt_ice_description own;
    if (nt_ice_local(w->agent, false, &own) != 0)
        return;
    memcpy(w->ufrag, own.streams[0].ufrag, sizeof w->ufrag);
    nt_stun_key_short(&w->own, own.streams[0].pwd);
    nt_ice_description_free(&own);
}

static void drain(struct world *w)
{
    static uint8_t out[NT_DATAGRAM_MAX];
    struct nt_request request;
    struct nt_ice_event event;
    struct nt_path path = {0};
    size_t len, outputs = 0;
    while (nt_ice_request(w->agent, &request) == 1)
        grant(w, &request);
    while ((len = nt_ice_output(w->agent, &path, out, sizeof out, w->now)) > 0) {
        CHECK(++outputs < 10000);
        remember(w, &path, out, len);
    }
    while (nt_ice_event(w->agent, &event) == 1) {
        CHECK(event.kind != NT_ICE_EV_DATA || event.bytes != NULL);
        if (event.kind == NT_ICE_EV_GATHERED)
            learn_credentials(w);
    }
}

static void input(struct world *w, const struct nt_path *path, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = feed_copy(bytes, len);
    nt_ice_input(w->agent, path, NT_IN_DATAGRAM, copy, len, w->now);
    drain(w); /* data events point into the datagram */
    free(copy);
}

static struct nt_path path_from(const struct world *w, uint8_t n)
{
    static const uint32_t sources[] = {0xc0000201, 0xc0000301, 0xc6336402, 0xcb007107, 0x0a010003};
    struct nt_path path = {.transport = NT_UDP, .ttl = 64};
    path.local = w->base_count > 0 ? w->bases[n % w->base_count] : host();
    path.remote = nt_addr_v4(sources[n / 4 % 5], n / 4 % 5 < 2 ? 3478 : (uint16_t)(50000 + n / 32));
    return path;
}

static void add_attributes(struct nt_stun_builder *b, struct feed *f)
{
    static const uint16_t types[] = {NT_ATTR_PRIORITY,
                                     NT_ATTR_USE_CANDIDATE,
                                     NT_ATTR_ICE_CONTROLLED,
                                     NT_ATTR_ICE_CONTROLLING,
                                     NT_ATTR_XOR_MAPPED_ADDRESS,
                                     NT_ATTR_XOR_RELAYED_ADDRESS,
                                     NT_ATTR_LIFETIME,
                                     NT_ATTR_ERROR_CODE,
                                     NT_ATTR_REALM,
                                     NT_ATTR_NONCE,
                                     NT_ATTR_DATA,
                                     NT_ATTR_XOR_PEER_ADDRESS,
                                     0x7ffe,
                                     0xfffe};
    uint8_t count = feed8(f);
    for (unsigned i = 0; i < count % 6u; i++) {
        uint8_t type = feed8(f);
        size_t len;
        const uint8_t *value = feed_chunk(f, 200, &len);
        struct nt_addr a = nt_addr_v4(0xcb007107, (uint16_t)(50000 + len));
        switch (types[type % 14]) {
        case NT_ATTR_XOR_MAPPED_ADDRESS:
        case NT_ATTR_XOR_RELAYED_ADDRESS: nt_stun_add_addr(b, types[type % 14], &a); break;
        case NT_ATTR_ERROR_CODE: nt_stun_add_error(b, 300 + (int)(len * 3 + type) % 400, NULL); break;
        case NT_ATTR_PRIORITY: nt_stun_add_u32(b, NT_ATTR_PRIORITY, len == 0 ? 1853824767 : (uint32_t)len); break;
        default: nt_stun_add(b, types[type % 14], value, len);
        }
    }
}

/* The peer's check; with a flag it is under another user name. */
static void check(struct world *w, struct feed *f)
{
    uint8_t buf[2048], id[NT_STUN_ID], where = feed8(f), flags = feed8(f);
    char user[2 * NT_ICE_CREDENTIAL_MAX + 2];
    struct nt_stun_builder b;
    struct nt_path path = path_from(w, where);
    nt_rand_bytes(&w->rand, id, sizeof id);
    nt_stun_start(&b, buf, sizeof buf, flags & 1 ? NT_STUN_INDICATION : NT_STUN_REQUEST, NT_STUN_BINDING, id);
    snprintf(user, sizeof user, flags & 2 ? "%s" : "%s:%s", w->ufrag, peer_ufrag);
    nt_stun_add_text(&b, NT_ATTR_USERNAME, user);
    if (!(flags & 4))
        nt_stun_add_u32(&b, NT_ATTR_PRIORITY, 1853824767);
    if (flags & 24)
        nt_stun_add_u64(&b, flags & 8 ? NT_ATTR_ICE_CONTROLLING : NT_ATTR_ICE_CONTROLLED, flags & 32 ? UINT64_MAX : 1);
    if (flags & 64)
        nt_stun_add(&b, NT_ATTR_USE_CANDIDATE, NULL, 0);
    add_attributes(&b, f);
    nt_stun_add_integrity(&b, &w->own);
    nt_stun_add_fingerprint(&b);
    int len = nt_stun_finish(&b);
    if (len > 0)
        input(w, &path, buf, (size_t)len);
}

/* An answer to one of the last requests. */
static void answer(struct world *w, struct feed *f)
{
    uint8_t buf[2048], which = feed8(f), flags = feed8(f);
    struct nt_stun_builder b;
    if (w->sent_count == 0)
        return;
    const struct sent *s = &w->sent[which % (w->sent_count < SENT_MAX ? w->sent_count : SENT_MAX)];
    struct nt_path path = {.transport = NT_UDP, .ttl = 64, .local = s->path.local, .remote = s->path.remote};
    if (flags & 1)
        path.remote.port++;
    nt_stun_start(&b, buf, sizeof buf, flags & 2 ? NT_STUN_ERROR : NT_STUN_SUCCESS, s->method, s->id);
    if (!(flags & 6))
        nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &s->path.local);
    add_attributes(&b, f);
    nt_stun_add_integrity(&b, &w->peer);
    nt_stun_add_fingerprint(&b);
    int len = nt_stun_finish(&b);
    if (len > 0)
        input(w, &path, buf, (size_t)len);
}

static void describe(struct world *w, struct feed *f, bool arbitrary)
{
    static const char text[] = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nc=IN IP4 0.0.0.0\nt=0 0\na=ice-options:ice2\na=ice-ufrag:8hhY\n"
                               "a=ice-pwd:asd88fgpdd777uzjYhagZg\nm=application 9 udp octet-stream\n"
                               "a=candidate:1 1 UDP 2130706431 198.51.100.2 50000 typ host\n"
                               "a=candidate:2 1 UDP 1694498815 203.0.113.7 50001 typ srflx raddr 198.51.100.2 rport 50000\n";
    size_t len = sizeof text - 1;
    struct nt_ice_description d;
    struct nt_sdp_notes notes;
    const char *given = arbitrary ? (const char *)feed_chunk(f, NT_SDP_MAX, &len) : text;
    if (nt_sdp_read(&d, given, len, &notes) != 0)
        return;
    if (arbitrary)
        nt_ice_set_offer(w->agent, &d, w->now);
    nt_ice_set_remote(w->agent, &d, w->now);
    nt_ice_description_free(&d);
}

/* On to the next deadline, at most as far as the input says. */
static void advance(struct world *w, struct feed *f)
{
    nt_time until = w->now + feed16(f) * (10 * NT_MSEC);
    for (int i = 0; i < 100 && nt_ice_deadline(w->agent) <= until; i++) {
        w->now = nt_ice_deadline(w->agent) > w->now ? nt_ice_deadline(w->agent) : w->now;
        nt_ice_timer(w->agent, w->now);
        drain(w);
        CHECK(nt_ice_deadline(w->agent) > w->now);
    }
}

static void step(struct world *w, struct feed *f)
{
    uint8_t op = feed8(f);
    struct nt_path path = path_from(w, op >> 3);
    size_t len;
    const uint8_t *bytes;
    switch (op % 8) {
    case 0:
        bytes = feed_chunk(f, 2000, &len);
        input(w, &path, bytes, len);
        break;
    case 1: check(w, f); break;
    case 2: answer(w, f); break;
    case 3: describe(w, f, op & 8); break;
    case 4:
        if (op == 252)
            nt_ice_close(w->agent, w->now);
        bytes = feed_chunk(f, 1500, &len);
        nt_ice_send(w->agent, 1, (uint16_t)(1 + (op >> 3) % 2), bytes, len, false, w->now);
        break;
    case 5:
        nt_ice_input(w->agent, &path, op & 8 ? NT_IN_SEND_FAILED : NT_IN_ICMP, (const uint8_t *)"\3\3", op & 8 ? 0 : 2, w->now);
        break;
    case 6:
        path.local = nt_addr_with_port(&path.local, 0);
        nt_ice_input(w->agent, &path, op & 8 ? NT_IN_IF_UP : NT_IN_IF_DOWN, NULL, 0, w->now);
        break;
    default: advance(w, f);
    }
    drain(w);
}

static struct nt_ice_agent *new_agent(const struct world *w, uint8_t flags)
{
    static const struct nt_ice_turn turn = {.server = {.family = NT_AF_IPV4, .port = 3478, .ip = {192, 0, 3, 1}},
                                            .transport = NT_UDP,
                                            .user = "George",
                                            .password = "secret"};
    struct nt_addr stun = nt_addr_v4(0xc0000201, 3478);
    int err = 0;
    struct nt_ice_config config = {.role = flags & 1 ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED,
                                   .nomination = flags & 2 ? NT_ICE_AGGRESSIVE : NT_ICE_REGULAR,
                                   .policy = flags & 4 ? NT_ICE_RELAY_ONLY : NT_ICE_ALL,
                                   .no_consent = flags & 8,
                                   .icmp_errors = flags & 16,
                                   .components = flags & 32 ? 2 : 1,
                                   .stun = &stun,
                                   .stun_count = 1,
                                   .turn = &turn,
                                   .turn_count = flags & 64 ? 1 : 0};
    config.rand = w->rand;
    struct nt_ice_agent *agent = nt_ice_agent_new(&config, &err);
    CHECK(agent != NULL || err < 0);
    return agent;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world *w = calloc(1, sizeof *w);
    struct feed f = {data, data + size};
    struct nt_path interface = {.transport = NT_UDP, .local = host()};
    CHECK(w != NULL);
    w->next_port = 49999;
    nt_rand_init(&w->rand, 1, "fuzz");
    w->agent = new_agent(w, feed8(&f));
    if (w->agent != NULL) {
        nt_stun_key_short(&w->peer, peer_pwd);
        nt_ice_input(w->agent, &interface, NT_IN_IF_UP, NULL, 0, w->now);
        nt_ice_gather(w->agent, w->now);
        drain(w);
        for (int steps = 0; f.p < f.end && steps < 200; steps++)
            step(w, &f);
        nt_ice_agent_del(w->agent);
    }
    free(w);
    return 0;
}
