/* The forged call, part two: the relay, and the server asked strange things. */
#ifndef TEST_FORGE_SERVER_H
#define TEST_FORGE_SERVER_H

#include "tests/unit/conformance/forge_checks.h"

#include "natsim/packet/icmp.h"

/* --- the relay --- */

static inline void turn_request(struct forge *f, uint16_t method)
{
    fresh(f);
    start(f, NT_STUN_REQUEST, method);
}

static inline void add_peer(struct forge *f, struct nt_addr peer)
{
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
}

static inline void turn_signed(struct forge *f)
{
    credentials(f, "alice", FORGE_NONCE);
    sealed256(f, &f->alice);
}

static inline void turn_answer(struct forge *f, uint16_t method, int code, const struct nt_stun_key *key)
{
    start(f, code == 0 ? NT_STUN_SUCCESS : NT_STUN_ERROR, method);
    if (code != 0)
        nt_stun_add_error(&f->b, code, NULL);
    else if (method == NT_TURN_REFRESH)
        nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 600);
    if (key != NULL)
        nt_stun_add_integrity_sha256(&f->b, key);
    finish(f);
}

static inline void permission(struct forge *f)
{
    wait(f, 1500);
    turn_request(f, NT_TURN_CREATE_PERMISSION);
    add_peer(f, f->r);
    turn_signed(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    start(f, NT_STUN_SUCCESS, NT_TURN_CREATE_PERMISSION);
    if (!is(f, "RFC8489-9.2.4-integrity"))
        nt_stun_add_integrity_sha256(&f->b, &f->alice);
    finish(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static inline void wrap(struct forge *f, uint16_t method, struct nt_addr peer)
{
    uint8_t inner[2048], id[NT_STUN_ID];
    size_t len = f->len;
    memcpy(inner, f->buf, len);
    memcpy(id, f->id, sizeof id);
    fresh(f);
    start(f, NT_STUN_INDICATION, method);
    add_peer(f, peer);
    nt_stun_add(&f->b, NT_ATTR_DATA, inner, len);
    finish(f);
    memcpy(f->id, id, sizeof id);
}

/* What is in the buffer goes from L through the relay to R, as a Send indication or on a channel. */
static inline void relay_down(struct forge *f, uint16_t channel)
{
    uint8_t inner[2048];
    size_t len = f->len;
    memcpy(inner, f->buf, len);
    if (channel != 0)
        f->len = (size_t)nt_channel_data_write(f->buf, sizeof f->buf, channel, inner, len);
    else
        wrap(f, NT_TURN_SEND, f->r);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    cross(f, TAP_TURN, TAP_R, f->relayed, f->r, inner, len);
}

static inline void relay_up(struct forge *f, uint16_t channel)
{
    uint8_t inner[2048];
    size_t len = f->len;
    memcpy(inner, f->buf, len);
    send(f, TAP_R, TAP_TURN, f->r, f->relayed);
    if (channel != 0)
        f->len = (size_t)nt_channel_data_write(f->buf, sizeof f->buf, channel, inner, len);
    else
        wrap(f, NT_TURN_DATA, f->r);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static inline void relayed_checks(struct forge *f)
{
    wait(f, 60);
    fresh(f);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    if (is(f, "RFC8445-7.2.1-permission")) {
        wrap(f, NT_TURN_SEND, f->r);
        send(f, TAP_L, TAP_TURN, f->l, f->stun);
        return;
    }
    relay_down(f, 0);
    answer(f, false, f->relayed, 0);
    relay_up(f, 0);
    wait(f, 60);
    fresh(f);
    check(f, false, CONTROLLED, f->tie_r);
    relay_up(f, 0);
    answer(f, true, f->r, 0);
    relay_down(f, 0);
}

static inline void channel(struct forge *f, uint16_t number)
{
    uint32_t value = (uint32_t)number << 16;
    wait(f, 60);
    turn_request(f, NT_TURN_CHANNEL_BIND);
    nt_stun_add_u32(&f->b, NT_ATTR_CHANNEL_NUMBER, value + (breaks(f, "RFC8656-18.1-reserved") ? 1 : 0));
    add_peer(f, f->r);
    turn_signed(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    turn_answer(f, NT_TURN_CHANNEL_BIND, 0, &f->alice);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

/* A check on the relayed pair once more, on the channel. */
static inline void channel_check(struct forge *f)
{
    channel(f, 0x4000);
    wait(f, 60);
    fresh(f);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    relay_down(f, 0x4000);
    answer(f, false, f->relayed, 0);
    if (breaks(f, "RFC8656-12.5-server"))
        f->broken_at += 2; /* the peer's datagram comes first */
    relay_up(f, is(f, "RFC8656-12.5-server") ? 0 : 0x4000);
    if (breaks(f, "RFC8656-12-range")) {
        turn_request(f, NT_TURN_CHANNEL_BIND);
        nt_stun_add_u32(&f->b, NT_ATTR_CHANNEL_NUMBER, UINT32_C(0x50000000));
        add_peer(f, addr("10.0.0.3:6000"));
        turn_signed(f);
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
    }
}

/* --- the server, asked strange things in L's name, or in somebody's --- */

static inline void refusal(struct forge *f, const char *rule, uint16_t method, int code, struct nt_addr from)
{
    const struct nt_stun_key *key = code == 400 || code == 401 ? NULL : &f->alice;
    turn_answer(f, method, is(f, rule) ? 0 : code, is(f, rule) ? &f->alice : key);
    send(f, TAP_TURN, TAP_NONE, f->stun, from);
}

/* As above, of authenticated requests: refusals are signed. */
static inline void signed_refusal(struct forge *f, const char *rule, uint16_t method, int code, struct nt_addr from,
                                  const struct nt_stun_key *key)
{
    turn_answer(f, method, breaks(f, rule) ? 0 : code, key);
    send(f, TAP_TURN, TAP_NONE, f->stun, from);
}

static inline void probe_credentials(struct forge *f)
{
    struct nt_addr other = addr("10.0.0.9:9000");
    turn_request(f, NT_TURN_REFRESH); /* none at all */
    finish(f);
    probe(f, TAP_TURN, other, f->stun);
    start(f, NT_STUN_ERROR, NT_TURN_REFRESH);
    nt_stun_add_error(&f->b, breaks(f, "RFC8656-7.2-authenticate") ? 437 : 401, NULL);
    if (!is(f, "RFC8489-9.2.4-challenge"))
        nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
    nt_stun_add_text(&f->b, NT_ATTR_NONCE,
                     is(f, "RFC8489-9.2.4-nonce") ? FORGE_NONCE
                     : is(f, "RFC8489-9.2.4-bit") ? "obMatJos2AAAAnumber3"
                                                  : "obMatJos2gAAAnumber3");
    nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHMS, algorithms, sizeof algorithms);
    finish(f);
    send(f, TAP_TURN, TAP_NONE, f->stun, other);

    turn_request(f, NT_TURN_REFRESH); /* no realm */
    nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "alice");
    sealed256(f, &f->alice);
    probe(f, TAP_TURN, other, f->stun);
    refusal(f, "RFC8489-9.2.4-incomplete", NT_TURN_REFRESH, 400, other);

    turn_request(f, NT_TURN_REFRESH); /* the wrong password */
    credentials(f, "alice", FORGE_NONCE);
    sealed256(f, &f->bob);
    probe(f, TAP_TURN, other, f->stun);
    challenge(f, 401, "obMatJos2gAAAnumber4");
    patch_method(f, NT_TURN_REFRESH, NT_STUN_ERROR);
    if (is(f, "RFC8489-9.2.4-wrong"))
        turn_answer(f, NT_TURN_REFRESH, 0, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, other);

    turn_request(f, NT_TURN_REFRESH); /* half of what the nonce asks for */
    nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "alice");
    nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
    nt_stun_add_text(&f->b, NT_ATTR_NONCE, FORGE_NONCE);
    nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHM, chosen, sizeof chosen);
    sealed256(f, &f->alice);
    probe(f, TAP_TURN, f->l, f->stun);
    refusal(f, "RFC8489-9.2.4-algorithms", NT_TURN_REFRESH, 400, f->l);
}

static inline void try_alternate(struct forge *f, struct nt_addr alternate, const struct nt_stun_key *key)
{
    start(f, NT_STUN_ERROR, NT_TURN_ALLOCATE);
    nt_stun_add_error(&f->b, 300, NULL);
    nt_stun_add_addr(&f->b, NT_ATTR_ALTERNATE_SERVER, &alternate);
    sealed256(f, key);
}

static inline void probe_redirect(struct forge *f)
{
    struct nt_addr other = addr("10.0.0.7:7000");
    turn_request(f, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    turn_signed(f);
    probe(f, TAP_TURN, other, f->stun);
    try_alternate(f, is(f, "RFC8489-10-family") ? addr("[2001:db8::1]:3478") : f->stun2, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, other);
}

static inline void allocate_at(struct forge *f, struct nt_addr from, struct nt_addr server, const char *user)
{
    wait(f, 60);
    turn_request(f, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    credentials(f, user, FORGE_NONCE);
    sealed256(f, &f->alice);
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, from, server);
}

/* L is sent from one server to the other, and back; there it ends. */
static inline void redirected(struct forge *f)
{
    struct nt_addr from = addr("10.0.0.1:5001");
    allocate_at(f, from, f->stun, "alice");
    try_alternate(f, f->stun2, &f->alice);
    send(f, TAP_NONE, TAP_L, f->stun, from);
    allocate_at(f, from, f->stun2, is(f, "RFC8489-10-credentials") ? "bob" : "alice");
    try_alternate(f, f->stun, &f->alice);
    send(f, TAP_NONE, TAP_L, f->stun2, from);
    if (is(f, "RFC8489-10-loop"))
        allocate_at(f, from, f->stun, "alice");
}

static inline void granted(struct forge *f, struct nt_addr client, struct nt_addr relayed, uint32_t lifetime)
{
    start(f, NT_STUN_SUCCESS, NT_TURN_ALLOCATE);
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, lifetime);
    add_mapped(f, client);
    sealed256(f, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, client);
}

/* What is asked in L's name, on its 5-tuple, and answered; otherwise in the trace that breaks the rule. */
static inline void ask_as_l(struct forge *f, const char *rule, uint16_t method, int code, int broken)
{
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    turn_answer(f, method, breaks(f, rule) ? broken : code, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
}

/* Likewise; the trace that breaks the rule grants it. */
static inline void ask_in_vain(struct forge *f, const char *rule, uint16_t method, int code)
{
    ask_as_l(f, rule, method, code, 0);
}

static inline void ask_allocate(struct forge *f, uint8_t transport)
{
    turn_request(f, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_TRANSPORT, (uint32_t)transport << 24);
}

/* Sends the request; the server should refuse it with `code`, and grants it in the trace that breaks the rule. */
static inline void allocate_in_vain(struct forge *f, const char *rule, int code, struct nt_addr client)
{
    turn_signed(f);
    probe(f, TAP_TURN, client, f->stun);
    if (breaks(f, rule))
        granted(f, client, addr("192.0.2.2:50010"), 600);
    else
        signed_refusal(f, "none", NT_TURN_ALLOCATE, code, client, &f->alice);
}

static inline void probe_allocate(struct forge *f)
{
    static const uint8_t no_room[4] = {2, 0, 5, 8};
    struct nt_addr client = addr("10.0.0.9:9001"), relayed = addr("192.0.2.2:50011");
    ask_allocate(f, 17); /* the 5-tuple has one */
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    if (breaks(f, "RFC8656-7.2-in-use"))
        granted(f, f->l, f->relayed, 600);
    else
        signed_refusal(f, "none", NT_TURN_ALLOCATE, 437, f->l, &f->alice);
    ask_allocate(f, 6);
    allocate_in_vain(f, "RFC8656-7.2-transport", 442, addr("10.0.0.9:9000"));
    ask_allocate(f, 17);
    nt_stun_add_u64(&f->b, NT_ATTR_RESERVATION_TOKEN, 1);
    nt_stun_add(&f->b, NT_ATTR_EVEN_PORT, "", 1);
    allocate_in_vain(f, "RFC8656-7.2-refused", 400, addr("10.0.0.9:9002"));
    ask_allocate(f, 17);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(2) << 24);
    allocate_in_vain(f, "RFC8656-7.2-family", 440, addr("10.0.0.9:9003"));
    ask_allocate(f, 17);
    nt_stun_add_u32(&f->b, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, UINT32_C(2) << 24);
    turn_signed(f);
    probe(f, TAP_TURN, client, f->stun);
    start(f, NT_STUN_SUCCESS, NT_TURN_ALLOCATE);
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed);
    if (!breaks(f, "RFC8656-7.2-dual"))
        nt_stun_add(&f->b, NT_ATTR_ADDRESS_ERROR_CODE, no_room, sizeof no_room);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 600);
    add_mapped(f, client);
    sealed256(f, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, client);
}

static inline void probe_peers(struct forge *f)
{
    struct nt_addr v6 = addr("[2001:db8::1]:7"), tunnel = addr("[2002::1]:7");
    turn_request(f, NT_TURN_CREATE_PERMISSION);
    ask_in_vain(f, "RFC8656-10.2-none", NT_TURN_CREATE_PERMISSION, 400);
    turn_request(f, NT_TURN_CREATE_PERMISSION);
    add_peer(f, v6);
    ask_as_l(f, "RFC8656-10.2-family", NT_TURN_CREATE_PERMISSION, 443, 403);
    turn_request(f, NT_TURN_CREATE_PERMISSION);
    add_peer(f, addr("10.0.0.68:68"));
    add_peer(f, addr("127.0.0.1:7"));
    ask_as_l(f, "RFC8656-6-kept", NT_TURN_CREATE_PERMISSION, 403, 437);
    turn_request(f, NT_TURN_CHANNEL_BIND);
    nt_stun_add_u32(&f->b, NT_ATTR_CHANNEL_NUMBER, UINT32_C(0x60000000));
    add_peer(f, addr("10.0.0.7:7"));
    ask_in_vain(f, "RFC8656-12.2-refused", NT_TURN_CHANNEL_BIND, 400);
    turn_request(f, NT_TURN_CHANNEL_BIND);
    nt_stun_add_u32(&f->b, NT_ATTR_CHANNEL_NUMBER, UINT32_C(0x40020000));
    add_peer(f, v6);
    ask_in_vain(f, "RFC8656-12.2-family", NT_TURN_CHANNEL_BIND, 443);
    turn_request(f, NT_TURN_CHANNEL_BIND);
    nt_stun_add_u32(&f->b, NT_ATTR_CHANNEL_NUMBER, UINT32_C(0x40030000));
    add_peer(f, tunnel);
    ask_in_vain(f, "RFC8656-21.4-tunnels", NT_TURN_CHANNEL_BIND, 443);
}

static inline void probe_allocation(struct forge *f)
{
    struct nt_addr other = addr("10.0.0.9:9000");
    turn_request(f, NT_TURN_REFRESH);
    turn_signed(f);
    probe(f, TAP_TURN, other, f->stun);
    signed_refusal(f, "RFC8656-5-no-allocation", NT_TURN_REFRESH, 437, other, &f->alice);
    if (is(f, "RFC8489-6.3.1-repeat"))
        signed_refusal(f, "none", NT_TURN_REFRESH, 508, other, &f->alice);
    turn_request(f, NT_TURN_REFRESH);
    credentials(f, "bob", FORGE_NONCE);
    sealed256(f, &f->bob);
    probe(f, TAP_TURN, f->l, f->stun);
    signed_refusal(f, "RFC8656-5-user", NT_TURN_REFRESH, 441, f->l, &f->bob);
    turn_request(f, NT_TURN_REFRESH);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(2) << 24);
    ask_in_vain(f, "RFC8656-8.2-family", NT_TURN_REFRESH, 443);
    probe_peers(f);
    probe_allocate(f);
}

static inline void probe_unknown(struct forge *f)
{
    turn_request(f, NT_TURN_REFRESH);
    nt_stun_add_u32(&f->b, 0x7f00, 0);
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    start(f, NT_STUN_ERROR, NT_TURN_REFRESH);
    nt_stun_add_error(&f->b, is(f, "RFC8489-6.3.1-required") ? 443 : 420, NULL);
    if (!is(f, "RFC8489-6.3.1.1-unknown"))
        nt_stun_add(&f->b, NT_ATTR_UNKNOWN_ATTRIBUTES, "\x7f\x00", 2);
    sealed256(f, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
    if (is(f, "RFC8489-14.6-length")) { /* 12 of the 32 bytes */
        f->buf[f->len - 33] = 12;
        f->len -= 20;
        nt_store16(f->buf + 2, (uint16_t)(f->len - NT_STUN_HEADER));
        send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
    }
}

/* An allocation with a reserved port. */
static inline void probe_even(struct forge *f)
{
    struct nt_addr other = addr("10.0.0.8:8000"), relayed = addr("192.0.2.2:50002");
    uint8_t reserve = 0x80;
    turn_request(f, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    nt_stun_add(&f->b, NT_ATTR_EVEN_PORT, &reserve, 1);
    turn_signed(f);
    probe(f, TAP_TURN, other, f->stun);
    if (breaks(f, "RFC8656-7.2-even"))
        relayed.port++;
    if (breaks(f, "RFC8656-6-unique"))
        relayed = f->relayed;
    start(f, NT_STUN_SUCCESS, NT_TURN_ALLOCATE);
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed);
    if (breaks(f, "RFC8656-7.2-relayed")) {
        struct nt_addr more = addr("192.0.2.2:50004");
        nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS, &more);
    }
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, breaks(f, "RFC8656-7.2-lifetime") ? 599 : 600);
    add_mapped(f, other);
    nt_stun_add_u64(&f->b, NT_ATTR_RESERVATION_TOKEN, 7);
    sealed256(f, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, other);
}

/* --- what many stories begin with --- */

static inline void checks_of_both(struct forge *f)
{
    signal(f, true, 1);
    signal(f, false, 1);
    wait(f, 60);
    fresh(f);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    send(f, TAP_L, TAP_R, f->l, f->r);
    answer(f, false, f->l, 0);
    send(f, TAP_R, TAP_L, f->r, f->l);
    wait(f, 60);
    fresh(f);
    check(f, false, CONTROLLED, FORGE_TIE_R);
    send(f, TAP_R, TAP_L, f->r, f->l);
    answer(f, true, f->r, 0);
    send(f, TAP_L, TAP_R, f->l, f->r);
}

static inline void refresh_with(struct forge *f, const char *nonce)
{
    turn_request(f, NT_TURN_REFRESH);
    credentials(f, "alice", nonce);
    sealed256(f, &f->alice);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
}

static inline void said_stale(struct forge *f, const char *nonce)
{
    challenge(f, 438, nonce);
    patch_method(f, NT_TURN_REFRESH, NT_STUN_ERROR);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

/* --- what the server relays wrongly --- */

static inline void text(struct forge *f, const char *bytes)
{
    f->len = strlen(bytes);
    memcpy(f->buf, bytes, f->len);
}

/* A router tells the server that what it sent to R was too big. */
static inline void told_mtu(struct forge *f, uint32_t mtu)
{
    uint8_t sent[1500], error[600], bytes[1400] = {0};
    struct nt_packet about = {.data = sent, .cap = sizeof sent}, p = {.data = error, .cap = sizeof error};
    struct nt_addr router = addr("192.0.2.254");
    if (nt_packet_udp(&about, &f->relayed, &f->r, bytes, sizeof bytes, 64, 0, true, 1) != NT_OK ||
        nt_packet_icmp_error(&p, &router, &about, NT_ICMP4_UNREACHABLE, NT_ICMP4_FRAGMENTATION_NEEDED) != NT_OK)
        abort();
    nt_packet_set_icmp_mtu(&p, mtu);
    struct nt_capture_frame *fr = nt_capture_append(&f->c, TAP_TURN, f->now, error, p.len);
    if (fr == NULL)
        abort();
    fr->direction = NT_DIR_IN;
}

static inline void icmp_for_l(struct forge *f, struct nt_addr peer, const uint8_t value[8])
{
    fresh(f);
    start(f, NT_STUN_INDICATION, NT_TURN_DATA);
    add_peer(f, peer);
    nt_stun_add(&f->b, NT_ATTR_ICMP, value, 8);
    finish(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static inline void wrong_relaying(struct forge *f)
{
    static const uint8_t of_1280[8] = {0, 0, 3, 4, 0, 0, 5, 0}, of_none[8] = {0, 0, 3, 4, 0, 0, 0, 0};
    struct nt_addr stranger = addr("10.0.0.66:66");
    static const uint8_t icmp[8] = {0, 0, 5, 0, 0, 0, 0, 0};
    text(f, "\x80 to a stranger");
    wrap(f, NT_TURN_SEND, stranger);
    probe(f, TAP_TURN, f->l, f->stun);
    text(f, "\x80 to a stranger");
    if (breaks(f, "RFC8656-11.2-permission"))
        send(f, TAP_TURN, TAP_NONE, f->relayed, stranger);
    text(f, "\x80 to whom was refused");
    wrap(f, NT_TURN_SEND, addr("10.0.0.68:68"));
    probe(f, TAP_TURN, f->l, f->stun);
    text(f, "\x80 to whom was refused");
    if (breaks(f, "RFC8656-10.2-whole"))
        send(f, TAP_TURN, TAP_NONE, f->relayed, addr("10.0.0.68:68"));
    text(f, "\x80 of nobody");
    if (breaks(f, "RFC8656-11.2-payload"))
        send(f, TAP_TURN, TAP_NONE, f->relayed, f->r);
    text(f, "\x80 on no channel");
    uint8_t plain[64];
    size_t len = f->len;
    memcpy(plain, f->buf, len);
    f->len = (size_t)nt_channel_data_write(f->buf, sizeof f->buf, 0x4fff, plain, len);
    probe(f, TAP_TURN, f->l, f->stun);
    if (breaks(f, "RFC8656-12.6-unbound"))
        cross(f, TAP_TURN, TAP_NONE, f->relayed, f->r, plain, len);
    text(f, "\x80 of a stranger");
    probe(f, TAP_TURN, stranger, f->relayed);
    wrap(f, NT_TURN_DATA, stranger);
    if (breaks(f, "RFC8656-11.3-permission"))
        send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
    text(f, "\x80 never sent");
    memcpy(plain, f->buf, len = f->len);
    f->len = (size_t)nt_channel_data_write(f->buf, sizeof f->buf, 0x4000, plain, len);
    if (breaks(f, "RFC8656-11.3-payload"))
        send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
    if (is(f, "RFC8656-7.2-in-use"))
        return; /* the new allocation has no permissions */
    told_mtu(f, 1280);
    icmp_for_l(f, f->r, breaks(f, "RFC8656-18.13-mtu") ? of_none : of_1280);
    fresh(f);
    start(f, NT_STUN_INDICATION, NT_TURN_DATA);
    add_peer(f, breaks(f, "RFC8656-11.5-permission") ? stranger : f->r);
    if (!breaks(f, "RFC8656-11.3-data")) {
        uint8_t error[8];
        memcpy(error, icmp, sizeof error);
        error[2] = breaks(f, "RFC8656-11.5-icmp") ? 5 : 3;
        error[7] = breaks(f, "RFC8656-18.13-icmp") ? 1 : 0;
        nt_stun_add(&f->b, NT_ATTR_ICMP, error, sizeof error);
    }
    finish(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

/* Somebody on the way has taken PASSWORD-ALGORITHMS out of a challenge. */
static inline void bid_down(struct forge *f, bool retried)
{
    turn_request(f, NT_TURN_REFRESH);
    turn_signed(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
    start(f, NT_STUN_ERROR, NT_TURN_REFRESH);
    nt_stun_add_error(&f->b, 401, NULL);
    nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
    nt_stun_add_text(&f->b, NT_ATTR_NONCE, FORGE_NONCE2);
    finish(f);
    probe(f, TAP_L, f->stun, f->l);
    if (!retried)
        return;
    turn_request(f, NT_TURN_REFRESH);
    credentials(f, "alice", FORGE_NONCE2);
    sealed256(f, &f->alice);
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
}

/* An Allocate request of L that is lost. */
static inline void wrong_allocate(struct forge *f)
{
    bool transport = breaks(f, "RFC8656-7.1-transport"), family = breaks(f, "RFC8656-7.1-family");
    bool token = breaks(f, "RFC8656-7.1-token"), additional = breaks(f, "RFC8656-7.1-additional");
    bool reserved = breaks(f, "RFC8656-18.6-reserved");
    if (!transport && !family && !token && !additional && !reserved)
        return;
    turn_request(f, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_TRANSPORT, (UINT32_C(17) << 24) + (transport ? 1 : 0));
    for (int i = 0; i < (family ? 2 : reserved ? 1 : 0); i++)
        nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, (UINT32_C(1) << 24) + (reserved ? 1 : 0));
    if (token || additional)
        nt_stun_add(&f->b, NT_ATTR_EVEN_PORT, "\x80", 1);
    if (token)
        nt_stun_add_u64(&f->b, NT_ATTR_RESERVATION_TOKEN, 1);
    if (additional)
        nt_stun_add_u32(&f->b, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, UINT32_C(2) << 24);
    turn_signed(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
}

static inline void wrong_client(struct forge *f)
{
    if (breaks(f, "RFC8656-11.1-permission")) {
        fresh(f);
        start(f, NT_STUN_INDICATION, NT_STUN_BINDING);
        sealed(f, NULL);
        wrap(f, NT_TURN_SEND, addr("10.0.0.67:67"));
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
    }
    if (breaks(f, "RFC8656-11.1-send")) {
        fresh(f);
        start(f, NT_STUN_INDICATION, NT_TURN_SEND);
        add_peer(f, f->r);
        finish(f);
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
    }
    if (breaks(f, "RFC8656-10.1-peers") || breaks(f, "RFC8656-10.1-family")) {
        turn_request(f, NT_TURN_CREATE_PERMISSION);
        if (breaks(f, "RFC8656-10.1-family"))
            add_peer(f, addr("[2001:db8::1]:7"));
        turn_signed(f);
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
    }
    if (is(f, "RFC8489-9.2.3.2-subsequent")) {
        turn_request(f, NT_TURN_CREATE_PERMISSION);
        add_peer(f, f->r);
        finish(f);
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
    }
    if (is(f, "RFC8489-9.2.5-algorithms") || is(f, "RFC8489-9.2.5-sha256")) {
        bool algorithm = is(f, "RFC8489-9.2.5-algorithms");
        turn_request(f, NT_TURN_CREATE_PERMISSION);
        add_peer(f, f->r);
        nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "alice");
        nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
        nt_stun_add_text(&f->b, NT_ATTR_NONCE, FORGE_NONCE);
        nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHMS, algorithms + (algorithm ? 4 : 0), algorithm ? 4 : 8);
        nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHM, chosen, sizeof chosen);
        if (!algorithm)
            nt_stun_add_integrity(&f->b, &f->alice);
        sealed256(f, &f->alice);
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
    }
    if (is(f, "RFC8489-9.2.5-bid-down"))
        bid_down(f, true);
    wrong_allocate(f);
    if (breaks(f, "RFC8656-8.1-family")) {
        turn_request(f, NT_TURN_REFRESH);
        nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(2) << 24);
        turn_signed(f);
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
    }
    if (breaks(f, "RFC8656-12-rebind")) {
        turn_request(f, NT_TURN_CHANNEL_BIND);
        nt_stun_add_u32(&f->b, NT_ATTR_CHANNEL_NUMBER, UINT32_C(0x40010000));
        add_peer(f, f->r);
        turn_signed(f);
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
    }
    if (breaks(f, "RFC8656-12-bound")) {
        fresh(f);
        start(f, NT_STUN_INDICATION, NT_STUN_BINDING);
        sealed(f, NULL);
        uint8_t inner[64];
        size_t len = f->len;
        memcpy(inner, f->buf, len);
        f->len = (size_t)nt_channel_data_write(f->buf, sizeof f->buf, 0x4ffe, inner, len);
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
    }
    if (is(f, "RFC8489-14.9-texts") || is(f, "RFC8489-14.3-username")) {
        char longest[600];
        bool nonce = is(f, "RFC8489-14.9-texts");
        memset(longest, 'x', sizeof longest);
        longest[nonce ? 130 : 520] = '\0';
        turn_request(f, NT_TURN_REFRESH);
        credentials(f, nonce ? "alice" : longest, nonce ? longest : FORGE_NONCE);
        sealed256(f, &f->alice);
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
    }
}

/* --- a call with all of it, and nothing after it that another part needs --- */

static inline void tell_call(struct forge *f)
{
    gather_binding(f);
    gather_relay(f);
    signal(f, true, 1);
    signal(f, false, 1);
    role_conflict(f);
    spoilt_check(f);
    permission(f);
    relayed_checks(f);
    channel_check(f);
    probe_credentials(f);
    probe_allocation(f);
    probe_unknown(f);
    probe_even(f);
    wrong_relaying(f);
    send_fragments(f, TAP_L, TAP_TURN, f->l, f->stun, 0);
    memset(f->buf, 0x80, f->len = 1200);
    send_fragments(f, TAP_L, TAP_TURN, f->l, f->stun, 0);
    wrong_client(f);
}

#endif
