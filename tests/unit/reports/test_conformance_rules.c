/* Each MUST rule of the conformance tables has a forged trace: the same call, with that rule broken. Then that rule is found broken,
 * and no other; the call as it should be breaks none. */
#include "tests/unit/reports/forge.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* --- gathering --- */

static void software(struct forge *f)
{
    char text[200];
    memset(text, 'x', sizeof text);
    text[is(f, "RFC8489-14.14-software") ? 150 : 7] = '\0';
    nt_stun_add_text(&f->b, NT_ATTR_SOFTWARE, text);
}

static void add_mapped(struct forge *f, struct nt_addr a)
{
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_MAPPED_ADDRESS, &a);
}

static void gather_binding(struct forge *f)
{
    struct nt_addr mapped = f->l, to = f->l;
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    software(f);
    sealed(f, NULL);
    if (is(f, "RFC8489-5-cookie"))
        f->buf[4] = 0;
    if (is(f, "RFC8489-5-length"))
        f->buf[f->len++] = 0;
    if (is(f, "RFC8489-14-align"))
        f->buf[3]++, f->buf[f->len++] = 0;
    if (is(f, "RFC8489-14-overrun"))
        nt_store16(f->buf + 22, 200);
    if (is(f, "RFC8489-14-padding")) { /* SOFTWARE has 7 bytes: one of padding */
        f->buf[20 + 4 + 7] = 0x20;
        nt_store32(f->buf + f->len - 4, nt_stun_fingerprint(f->buf, f->len - 8));
    }
    if (is(f, "RFC8489-14.7-fingerprint"))
        f->buf[f->len - 1] ^= 1;
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    if (is(f, "RFC8489-5-cookie"))
        return;
    if (is(f, "RFC8489-6.3.1.1-mapped"))
        mapped.port++;
    if (is(f, "RFC8489-6.3.1-id"))
        f->id[11] ^= 1;
    if (is(f, "RFC8489-6.3.1.1-source"))
        to.port++;
    start(f, NT_STUN_SUCCESS, is(f, "RFC8489-6.3.1.1-method") ? NT_TURN_REFRESH : NT_STUN_BINDING);
    add_mapped(f, mapped);
    if (is(f, "RFC8489-14.1-family")) {
        static const uint8_t strange[8] = {1, 1, 0, 1, 10, 0, 0, 1};
        nt_stun_add(&f->b, NT_ATTR_MAPPED_ADDRESS, strange, sizeof strange);
    }
    sealed(f, NULL);
    send(f, TAP_TURN, is(f, "RFC8489-6.3.1.1-source") ? TAP_NONE : TAP_L, f->stun, to);
}

static const uint8_t algorithms[8] = {0, NT_PASSWORD_MD5, 0, 0, 0, NT_PASSWORD_SHA256, 0, 0};
static const uint8_t chosen[4] = {0, NT_PASSWORD_SHA256, 0, 0};

static void challenge(struct forge *f, int code, const char *nonce)
{
    bool stale = code == 438;
    start(f, NT_STUN_ERROR, NT_TURN_ALLOCATE);
    char reason[140];
    memset(reason, 'x', sizeof reason);
    reason[130] = '\0';
    nt_stun_add_error(&f->b, code, is(f, "RFC8489-14.8-reason") ? reason : NULL);
    if (!(is(f, "RFC8489-9.2.4-stale") && stale))
        nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
    nt_stun_add_text(&f->b, NT_ATTR_NONCE, nonce);
    if (!is(f, "RFC8489-18.1-bit"))
        nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHMS, algorithms, sizeof algorithms);
    finish(f);
}

/* Credentials of a later request. */
static void credentials(struct forge *f, const char *user, const char *nonce)
{
    nt_stun_add_text(&f->b, NT_ATTR_USERNAME, user);
    nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
    nt_stun_add_text(&f->b, NT_ATTR_NONCE, nonce);
    nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHMS, algorithms, sizeof algorithms);
    nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHM, chosen, sizeof chosen);
}

static void allocate_attrs(struct forge *f)
{
    if (!is(f, "RFC8656-7.1-transport"))
        nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    else
        nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_TRANSPORT, (UINT32_C(17) << 24) + 1);
    for (int i = 0; i < (is(f, "RFC8656-7.1-family") ? 2 : 0); i++)
        nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(1) << 24);
    if (is(f, "RFC8656-7.1-token")) {
        nt_stun_add_u64(&f->b, NT_ATTR_RESERVATION_TOKEN, 1);
        nt_stun_add(&f->b, NT_ATTR_EVEN_PORT, "", 1);
    }
}

static void patch_method(struct forge *f, uint16_t method, enum nt_stun_class class_)
{
    uint8_t header[NT_STUN_HEADER];
    struct nt_stun_builder b;
    nt_stun_start(&b, header, sizeof header, class_, method, f->id);
    memcpy(f->buf, header, 2);
}

/* `useless`: with an answer that is no challenge. */
static void ask_bare(struct forge *f, bool useless)
{
    wait(f, 60);
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    if (is(f, "RFC8489-9.2.3.1-first"))
        nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "alice");
    finish(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    if (useless) {
        start(f, NT_STUN_ERROR, NT_TURN_ALLOCATE);
        finish(f);
        if (is(f, "RFC8489-6.1-method"))
            patch_method(f, NT_TURN_ALLOCATE, NT_STUN_INDICATION);
    } else {
        challenge(f, 401, is(f, "RFC8489-9.2-cookie") ? "number1" : FORGE_NONCE);
    }
    if (is(f, "RFC8489-14.8-code")) /* ERROR-CODE stands first: its number */
        f->buf[20 + 4 + 3] = 100 + 1, f->buf[20 + 4 + 2] = 3;
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static void gather_relay(struct forge *f)
{
    struct nt_addr mapped = f->l;
    if (is(f, "RFC8489-6.1-method") || is(f, "RFC8489-6.3.1.1-error-code"))
        ask_bare(f, true);
    ask_bare(f, false);
    wait(f, is(f, "RFC8445-14.2-pacing") ? 20 : 60);
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    if (!is(f, "RFC8489-9.2.3.2-subsequent"))
        credentials(f, "alice", FORGE_NONCE);
    sealed256(f, &f->alice);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    if (is(f, "RFC8489-9.2.3.2-subsequent")) {
        start(f, NT_STUN_ERROR, NT_TURN_ALLOCATE);
        nt_stun_add_error(&f->b, 400, NULL);
        finish(f);
        send(f, TAP_TURN, TAP_L, f->stun, f->l);
        wait(f, 60);
        fresh(f);
        start(f, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
        allocate_attrs(f);
        credentials(f, "alice", FORGE_NONCE);
        sealed256(f, &f->alice);
        send(f, TAP_L, TAP_TURN, f->l, f->stun);
    }
    if (is(f, "RFC8656-7.2-mapped"))
        mapped.port++;
    start(f, NT_STUN_SUCCESS, NT_TURN_ALLOCATE);
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS, &f->relayed);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 3600);
    if (!is(f, "RFC8656-7.2-success"))
        add_mapped(f, mapped);
    if (is(f, "RFC8656-7.2-token"))
        nt_stun_add_u64(&f->b, NT_ATTR_RESERVATION_TOKEN, 1);
    sealed256(f, &f->alice);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

/* --- signalling --- */

static size_t describe(const struct forge *f, bool left, int version, char *sdp, size_t cap)
{
    bool l = left, again = version > 1;
    char relay[300] = "", extra[300] = "";
    const char *raddr = is(f, "RFC8839-5.1-related") ? "" : " raddr 10.0.0.1 rport 5000";
    if (l)
        snprintf(relay, sizeof relay, "a=candidate:%s 1 UDP 16777215 192.0.2.2 50000 typ relay%s\r\n",
                 is(f, "RFC8445-5.1.1.3-foundation") ? "1" : "2", raddr);
    if (!l && is(f, "RFC8445-5.1.2-unique"))
        snprintf(extra, sizeof extra, "a=candidate:7 1 UDP 2130706431 10.0.0.3 6000 typ host\r\n");
    if (!l && is(f, "RFC8445-5.1.2.1-type"))
        snprintf(extra, sizeof extra, "a=candidate:7 1 UDP 2130706175 10.0.0.3 6000 typ srflx raddr 10.0.0.2 rport 6000\r\n");
    if (!l && is(f, "RFC8445-5.1.1.1-loopback"))
        snprintf(extra, sizeof extra, "a=candidate:7 1 UDP 2130706175 127.0.0.1 6000 typ host\r\n");
    if (!l && is(f, "RFC8445-5.1.1.1-ipv6"))
        snprintf(extra, sizeof extra, "a=candidate:7 1 UDP 2130706175 fec0::1 6000 typ host\r\n");
    if (!l && is(f, "RFC8839-5.1-fqdn"))
        snprintf(extra, sizeof extra, "a=candidate:7 1 UDP 2130706175 host.example 6000 typ host\r\n");
    if (!l && is(f, "RFC8445-5.1.2.1-component"))
        snprintf(extra, sizeof extra, "a=candidate:7 1 UDP 2130706174 10.0.0.3 6000 typ host\r\n");
    if (!l && is(f, "RFC8839-5.1-components"))
        snprintf(extra, sizeof extra, "a=candidate:1 3 UDP 2130706173 10.0.0.2 6002 typ host\r\n");
    if (!l && again && is(f, "RFC8839-5-grammar"))
        snprintf(extra, sizeof extra, "a=candidate:7 1 UDP\r\n");
    if (!l && is(f, "RFC8839-4.4.1.2.2-remote"))
        snprintf(extra, sizeof extra, "a=remote-candidates:1 10.0.0.1 5000\r\n");
    const char *pwd = l ? "passwordofLpasswordofL" : is(f, "RFC8445-5.3-random") ? "passwordofLpasswordofL" : "passwordofRpasswordofR";
    const char *ufrag = l ? "LLLL" : "RRRR";
    if (!l && again && is(f, "RFC8839-5.4-ufrag"))
        ufrag = "RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR";
    if (again && (is(f, "RFC8839-4.4.1.1.1-restart") || is(f, "RFC8839-5.4-ufrag")) && l == is(f, "RFC8839-4.4.1.1.1-restart"))
        pwd = "anotherpwdanotherpwdxx";
    return (size_t)snprintf(sdp, cap,
                            "v=0\r\no=%s 1 %d IN IP4 10.0.0.%d\r\ns=-\r\nt=0 0\r\n%sa=ice-options:%s\r\n%sm=audio %d RTP/AVP 0\r\nc=IN IP4 10.0.0.%d\r\n"
                            "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=candidate:1 1 UDP 2130706431 10.0.0.%d %d typ host\r\n%s%s",
                            l ? "l" : "r", version, l ? 1 : 2, !l && is(f, "RFC8839-4.2.1.4-lite") ? "a=ice-lite\r\n" : "",
                            !l && is(f, "RFC8445-10-ice2") ? "rtp+ecn" : "ice2", again && is(f, "RFC8839-4.4.1.1.1-options") ? "a=ice-pacing:70\r\n" : "",
                            !l && is(f, "RFC8839-4.2.5-default") ? 6001 : l ? 5000 : 6000, l ? 1 : 2, ufrag, pwd, l ? 1 : 2, l ? 5000 : 6000,
                            relay, extra);
}

static void signal(struct forge *f, bool offer, int version)
{
    char sdp[2048], sip[3072];
    struct nt_addr l = at("198.18.0.1:5060"), r = at("198.18.0.2:5060");
    size_t n = describe(f, offer, version, sdp, sizeof sdp);
    struct nt_sip_message m = {.kind = offer ? NT_SIP_INVITE : NT_SIP_OK, .cseq = (uint32_t)version, .call_id = "1@natsim.invalid", .from = "l", .to = "r",
                               .branch = "z9hG4bK1", .via = l, .in_dialog = version > 1, .body = sdp, .body_len = n};
    int len = nt_sip_write(&m, sip, sizeof sip);
    if (len < 0)
        abort();
    if (offer)
        cross(f, TAP_L_SIGNALLING, TAP_R_SIGNALLING, l, r, (uint8_t *)sip, (size_t)len);
    else
        cross(f, TAP_R_SIGNALLING, TAP_L_SIGNALLING, r, l, (uint8_t *)sip, (size_t)len);
}

/* --- checks --- */

enum { CONTROLLING = 1, CONTROLLED = 2, NOMINATE = 4, SPOILT = 8 };

/* SPOILT: the check that the broken rule is about. */
static void check(struct forge *f, bool left, int flags, uint64_t tie)
{
    bool spoilt = (flags & SPOILT) != 0;
    const char *username = left ? "RRRR:LLLL" : "LLLL:RRRR";
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    if (spoilt && is(f, "RFC8445-7.2.2-username"))
        username = "RRRR:XXXX";
    if (!(spoilt && is(f, "RFC8489-9.1.2-credentials")))
        nt_stun_add_text(&f->b, NT_ATTR_USERNAME, username);
    if (!(spoilt && is(f, "RFC8445-7.1.1-priority")))
        nt_stun_add_u32(&f->b, NT_ATTR_PRIORITY, FORGE_PRFLX);
    if ((flags & CONTROLLING) != 0)
        nt_stun_add_u64(&f->b, NT_ATTR_ICE_CONTROLLING, tie);
    if ((flags & CONTROLLED) != 0 || (spoilt && is(f, "RFC8445-7.1.3-role")))
        nt_stun_add_u64(&f->b, NT_ATTR_ICE_CONTROLLED, tie);
    if ((flags & NOMINATE) != 0)
        nt_stun_add(&f->b, NT_ATTR_USE_CANDIDATE, "xxxx", spoilt && is(f, "RFC8489-14-sizes") ? 4 : 0);
    if (spoilt && is(f, "RFC8489-14.5-hmac"))
        nt_stun_add_integrity(&f->b, left ? &f->pwd_l : &f->pwd_r);
    else
        nt_stun_add_integrity(&f->b, left ? &f->pwd_r : &f->pwd_l);
    if (spoilt && is(f, "RFC8489-9-after-integrity"))
        nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 0);
    if (!(spoilt && is(f, "RFC8445-7.2.4-fingerprint")))
        nt_stun_add_fingerprint(&f->b);
    finish(f);
}

/* The answer of the one that the check came to: `left` answers. code 0: success. */
static void answer(struct forge *f, bool left, struct nt_addr source, int code)
{
    start(f, code == 0 ? NT_STUN_SUCCESS : NT_STUN_ERROR, NT_STUN_BINDING);
    if (code == 0)
        add_mapped(f, source);
    else
        nt_stun_add_error(&f->b, code, NULL);
    sealed(f, code == 400 || code == 401 ? NULL : left ? &f->pwd_l : &f->pwd_r);
}

/* L and R call each other controlling; L's first check is lost. */
static void role_conflict(struct forge *f)
{
    uint8_t first[NT_STUN_ID], bytes[2048];
    size_t len;
    nt_time sent;
    wait(f, 60);
    fresh(f);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    memcpy(first, f->id, sizeof first);
    memcpy(bytes, f->buf, len = f->len);
    sent = f->now;
    send(f, TAP_L, TAP_NONE, f->l, f->r);
    fresh(f);
    check(f, false, CONTROLLING, FORGE_TIE_R);
    send(f, TAP_R, TAP_L, f->r, f->l);
    answer(f, true, f->r, is(f, "RFC8445-7.3.1.1-conflict") ? 0 : 487);
    send(f, TAP_L, is(f, "RFC8445-7.3.1.1-conflict") ? TAP_NONE : TAP_R, f->l, f->r);
    if (is(f, "RFC8445-7.3.1.1-conflict"))
        return;
    wait(f, 60);
    fresh(f);
    f->tie_r = is(f, "RFC8445-7.2.5.1-tie-breaker") ? FORGE_TIE_R : FORGE_TIE_R + 1;
    check(f, false, is(f, "RFC8445-7.2.5.1-switch") ? CONTROLLING : CONTROLLED, f->tie_r);
    send(f, TAP_R, TAP_L, f->r, f->l);
    if (is(f, "RFC8445-7.2.5.1-switch"))
        return;
    answer(f, true, f->r, is(f, "RFC8445-7.3-left-half") ? 401 : 0);
    if (!is(f, "RFC8445-7.3-answer"))
        send(f, TAP_L, TAP_R, f->l, f->r);
    if (is(f, "RFC8445-7.3-answer") || is(f, "RFC8445-7.3-left-half")) { /* again, with more luck */
        wait(f, 60);
        fresh(f);
        check(f, false, CONTROLLED, f->tie_r);
        send(f, TAP_R, TAP_L, f->r, f->l);
        answer(f, true, f->r, 0);
        send(f, TAP_L, TAP_R, f->l, f->r);
    }
    f->now = sent + (is(f, "RFC8445-7.3.1.4-triggered") ? 3000 : is(f, "RFC8445-14.3-rto") ? 300 : 500) * NT_MSEC;
    memcpy(f->id, first, sizeof first);
    memcpy(f->buf, bytes, f->len = len);
    if (is(f, "RFC8489-6.2.1-identical"))
        check(f, true, CONTROLLING | NOMINATE, FORGE_TIE_L);
    send(f, TAP_L, TAP_R, f->l, is(f, "RFC8489-5-fresh-id") ? at("10.0.0.2:6001") : f->r);
    if (is(f, "RFC8489-5-fresh-id")) {
        fresh(f);
        wait(f, 60);
        check(f, true, CONTROLLING, FORGE_TIE_L);
        send(f, TAP_L, TAP_R, f->l, f->r);
    }
    answer(f, false, f->l, 0);
    send(f, TAP_R, TAP_L, f->r, f->l);
}

/* A check of L with something wrong with it, answered as it deserves. */
static void spoilt_check(struct forge *f)
{
    static const char *const rules[] = {"RFC8445-7.1.1-priority", "RFC8445-7.2.2-username", "RFC8489-9.1.2-credentials",
                                        "RFC8445-7.1.3-role", "RFC8489-14.5-hmac", "RFC8489-9-after-integrity", "RFC8445-7.2.4-fingerprint"};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (is(f, rules[i])) {
            wait(f, 60);
            fresh(f);
            check(f, true, CONTROLLING | SPOILT, FORGE_TIE_L);
            send(f, TAP_L, TAP_NONE, f->l, f->r);
        }
    bool controlled = is(f, "RFC8445-7.1.2-use-candidate"), tie = is(f, "RFC8445-16.1-tie-breaker"), role = is(f, "RFC8445-6.1.1-role");
    if (controlled || tie || role) {
        wait(f, 60);
        fresh(f);
        check(f, false, controlled ? CONTROLLED | NOMINATE : role ? CONTROLLING : CONTROLLED, f->tie_r + (tie ? 1 : 0));
        send(f, TAP_R, TAP_NONE, f->r, f->l);
    }
}

/* --- the relay --- */

static void turn_request(struct forge *f, uint16_t method)
{
    fresh(f);
    start(f, NT_STUN_REQUEST, method);
}

static void add_peer(struct forge *f, struct nt_addr peer)
{
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_PEER_ADDRESS, &peer);
}

static void turn_signed(struct forge *f)
{
    credentials(f, "alice", FORGE_NONCE);
    sealed256(f, &f->alice);
}

static void turn_answer(struct forge *f, uint16_t method, int code, const struct nt_stun_key *key)
{
    start(f, code == 0 ? NT_STUN_SUCCESS : NT_STUN_ERROR, method);
    if (code != 0)
        nt_stun_add_error(&f->b, code, NULL);
    if (key != NULL)
        nt_stun_add_integrity_sha256(&f->b, key);
    finish(f);
}

static void permission(struct forge *f)
{
    wait(f, 1500);
    turn_request(f, NT_TURN_CREATE_PERMISSION);
    add_peer(f, f->r);
    if (is(f, "RFC8489-9.2.5-algorithms")) {
        nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "alice");
        nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
        nt_stun_add_text(&f->b, NT_ATTR_NONCE, FORGE_NONCE);
        nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHMS, algorithms + 4, 4);
        nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHM, chosen, sizeof chosen);
        sealed256(f, &f->alice);
    } else if (is(f, "RFC8489-9.2.5-sha256")) {
        credentials(f, "alice", FORGE_NONCE);
        nt_stun_add_integrity(&f->b, &f->alice);
        sealed256(f, &f->alice);
    } else {
        turn_signed(f);
    }
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    turn_answer(f, NT_TURN_CREATE_PERMISSION, 0, NULL);
    start(f, NT_STUN_SUCCESS, NT_TURN_CREATE_PERMISSION);
    if (is(f, "RFC8489-9.1.3-no-username"))
        nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "alice");
    if (is(f, "RFC8489-9.2.5-sha256"))
        nt_stun_add_integrity(&f->b, &f->alice);
    else if (!is(f, "RFC8489-9.1.3-integrity"))
        nt_stun_add_integrity_sha256(&f->b, &f->alice);
    finish(f);
    if (!is(f, "RFC8445-7.2.1-permission")) /* lost: the client does not know */
        send(f, TAP_TURN, TAP_L, f->stun, f->l);
    else
        send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
}

static void wrap(struct forge *f, uint16_t method, struct nt_addr peer)
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
static void relay_down(struct forge *f, uint16_t channel)
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

static void relay_up(struct forge *f, uint16_t channel)
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

static void relayed_checks(struct forge *f)
{
    wait(f, 60);
    fresh(f);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    relay_down(f, 0);
    if (is(f, "RFC8445-7.2.1-permission"))
        return;
    answer(f, false, f->relayed, 0);
    relay_up(f, 0);
    wait(f, 60);
    fresh(f);
    check(f, false, CONTROLLED, f->tie_r);
    relay_up(f, 0);
    answer(f, true, f->r, 0);
    relay_down(f, 0);
}

static void channel(struct forge *f, uint16_t number)
{
    uint32_t value = (uint32_t)number << 16;
    wait(f, 60);
    turn_request(f, NT_TURN_CHANNEL_BIND);
    nt_stun_add_u32(&f->b, NT_ATTR_CHANNEL_NUMBER, value + (is(f, "RFC8656-18.1-reserved") ? 1 : 0));
    add_peer(f, f->r);
    turn_signed(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    turn_answer(f, NT_TURN_CHANNEL_BIND, 0, &f->alice);
    send(f, TAP_TURN, is(f, "RFC8656-12.5-bound") ? TAP_NONE : TAP_L, f->stun, f->l);
}

/* A check on the relayed pair once more, on the channel. */
static void channel_check(struct forge *f)
{
    channel(f, 0x4000);
    wait(f, 60);
    fresh(f);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    relay_down(f, 0x4000);
    answer(f, false, f->relayed, 0);
    relay_up(f, is(f, "RFC8656-12.5-server") ? 0 : 0x4000);
    if (is(f, "RFC8656-12-range")) {
        turn_request(f, NT_TURN_CHANNEL_BIND);
        nt_stun_add_u32(&f->b, NT_ATTR_CHANNEL_NUMBER, UINT32_C(0x50000000));
        add_peer(f, f->r);
        turn_signed(f);
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
    }
}

/* --- the server, asked strange things in L's name, or in somebody's --- */

static void refusal(struct forge *f, const char *rule, uint16_t method, int code, struct nt_addr from)
{
    const struct nt_stun_key *key = code == 400 || code == 401 ? NULL : &f->alice;
    turn_answer(f, method, is(f, rule) ? 0 : code, is(f, rule) ? &f->alice : key);
    send(f, TAP_TURN, TAP_NONE, f->stun, from);
}

/* As above, of authenticated requests: refusals are signed. */
static void signed_refusal(struct forge *f, const char *rule, uint16_t method, int code, struct nt_addr from, const struct nt_stun_key *key)
{
    turn_answer(f, method, is(f, rule) ? 0 : code, key);
    send(f, TAP_TURN, TAP_NONE, f->stun, from);
}

static void probe_credentials(struct forge *f)
{
    struct nt_addr other = at("10.0.0.9:9000");
    turn_request(f, NT_TURN_REFRESH); /* none at all */
    finish(f);
    probe(f, TAP_TURN, other, f->stun);
    start(f, NT_STUN_ERROR, NT_TURN_REFRESH);
    nt_stun_add_error(&f->b, is(f, "RFC8656-5-authenticate") ? 437 : 401, NULL);
    if (!is(f, "RFC8489-9.2.4-challenge"))
        nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
    nt_stun_add_text(&f->b, NT_ATTR_NONCE, is(f, "RFC8489-9.2.4-nonce") ? FORGE_NONCE : "obMatJos2gAAAnumber3");
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
    refusal(f, "RFC8489-9.2.4-wrong", NT_TURN_REFRESH, 400, other);
}

static void granted(struct forge *f, struct nt_addr client)
{
    start(f, NT_STUN_SUCCESS, NT_TURN_ALLOCATE);
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS, &f->relayed);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 3600);
    add_mapped(f, client);
    sealed256(f, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, client);
}

static void probe_allocation(struct forge *f)
{
    struct nt_addr other = at("10.0.0.9:9000"), v6 = at("[2002::1]:7");
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
    turn_request(f, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    if (is(f, "RFC8656-7.2-in-use"))
        granted(f, f->l);
    else
        signed_refusal(f, "none", NT_TURN_ALLOCATE, 437, f->l, &f->alice);
    turn_request(f, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(6) << 24);
    turn_signed(f);
    probe(f, TAP_TURN, other, f->stun);
    signed_refusal(f, "none", NT_TURN_ALLOCATE, is(f, "RFC8656-7.2-transport") ? 400 : 442, other, &f->alice);
    turn_request(f, NT_TURN_REFRESH);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(2) << 24);
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    signed_refusal(f, "RFC8656-8.2-family", NT_TURN_REFRESH, 443, f->l, &f->alice);
    turn_request(f, NT_TURN_CREATE_PERMISSION);
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    signed_refusal(f, "RFC8656-10.2-none", NT_TURN_CREATE_PERMISSION, 400, f->l, &f->alice);
    turn_request(f, NT_TURN_CREATE_PERMISSION);
    add_peer(f, v6);
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    signed_refusal(f, "RFC8656-21.4-tunnels", NT_TURN_CREATE_PERMISSION, 443, f->l, &f->alice);
    turn_request(f, NT_TURN_CHANNEL_BIND);
    nt_stun_add_u32(&f->b, NT_ATTR_CHANNEL_NUMBER, UINT32_C(0x60000000));
    add_peer(f, at("10.0.0.7:7"));
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    signed_refusal(f, "RFC8656-12.2-refused", NT_TURN_CHANNEL_BIND, 400, f->l, &f->alice);
}

static void probe_unknown(struct forge *f)
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
static void probe_even(struct forge *f)
{
    struct nt_addr other = at("10.0.0.8:8000"), relayed = at("192.0.2.2:50002");
    uint8_t reserve = 0x80;
    turn_request(f, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    nt_stun_add(&f->b, NT_ATTR_EVEN_PORT, &reserve, 1);
    turn_signed(f);
    probe(f, TAP_TURN, other, f->stun);
    if (is(f, "RFC8656-7.2-even"))
        relayed.port++;
    if (is(f, "RFC8656-7.2-unique"))
        relayed = f->relayed;
    start(f, NT_STUN_SUCCESS, NT_TURN_ALLOCATE);
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 600);
    add_mapped(f, other);
    nt_stun_add_u64(&f->b, NT_ATTR_RESERVATION_TOKEN, 7);
    sealed256(f, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, other);
}

/* --- what the server relays wrongly --- */

static void text(struct forge *f, const char *bytes)
{
    f->len = strlen(bytes);
    memcpy(f->buf, bytes, f->len);
}

static void wrong_relaying(struct forge *f)
{
    struct nt_addr stranger = at("10.0.0.66:66");
    static const uint8_t icmp[8] = {0, 0, 5, 0, 0, 0, 0, 0};
    text(f, "\x80 to a stranger");
    wrap(f, NT_TURN_SEND, stranger);
    probe(f, TAP_TURN, f->l, f->stun);
    text(f, "\x80 to a stranger");
    if (is(f, "RFC8656-11.2-permission"))
        send(f, TAP_TURN, TAP_NONE, f->relayed, stranger);
    text(f, "\x80 of nobody");
    if (is(f, "RFC8656-11.2-payload"))
        send(f, TAP_TURN, TAP_NONE, f->relayed, f->r);
    text(f, "\x80 on no channel");
    uint8_t plain[64];
    size_t len = f->len;
    memcpy(plain, f->buf, len);
    f->len = (size_t)nt_channel_data_write(f->buf, sizeof f->buf, 0x4fff, plain, len);
    probe(f, TAP_TURN, f->l, f->stun);
    if (is(f, "RFC8656-12.6-unbound"))
        cross(f, TAP_TURN, TAP_NONE, f->relayed, f->r, plain, len);
    text(f, "\x80 of a stranger");
    probe(f, TAP_TURN, stranger, f->relayed);
    wrap(f, NT_TURN_DATA, stranger);
    if (is(f, "RFC8656-11.3-permission"))
        send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
    text(f, "\x80 never sent");
    memcpy(plain, f->buf, len = f->len);
    f->len = (size_t)nt_channel_data_write(f->buf, sizeof f->buf, 0x4000, plain, len);
    if (is(f, "RFC8656-11.3-payload"))
        send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
    fresh(f);
    start(f, NT_STUN_INDICATION, NT_TURN_DATA);
    add_peer(f, stranger);
    if (!is(f, "RFC8656-11.3-data")) {
        uint8_t error[8];
        memcpy(error, icmp, sizeof error);
        error[2] = is(f, "RFC8656-11.5-icmp") ? 5 : 3;
        nt_stun_add(&f->b, NT_ATTR_ICMP, error, sizeof error);
    }
    finish(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static void wrong_client(struct forge *f)
{
    if (is(f, "RFC8656-11.1-permission")) {
        fresh(f);
        start(f, NT_STUN_INDICATION, NT_STUN_BINDING);
        sealed(f, NULL);
        wrap(f, NT_TURN_SEND, at("10.0.0.67:67"));
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
    }
    if (is(f, "RFC8656-11.1-send")) {
        fresh(f);
        start(f, NT_STUN_INDICATION, NT_TURN_SEND);
        add_peer(f, f->r);
        finish(f);
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
    }
    if (is(f, "RFC8656-9.1-peers")) {
        turn_request(f, NT_TURN_CREATE_PERMISSION);
        turn_signed(f);
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

/* --- an agent, asked strange things --- */

static void probe_agent(struct forge *f)
{
    struct nt_addr stranger = at("10.7.7.7:7777"), source = stranger;
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING); /* no credentials */
    nt_stun_add_u32(&f->b, NT_ATTR_PRIORITY, 1);
    sealed(f, NULL);
    probe(f, TAP_R, stranger, f->r);
    answer(f, false, source, is(f, "RFC8489-9.1.3-missing") ? 401 : 400);
    send(f, TAP_R, TAP_NONE, f->r, stranger);
    fresh(f);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING); /* the wrong password */
    nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "RRRR:LLLL");
    nt_stun_add_u32(&f->b, NT_ATTR_PRIORITY, 1);
    nt_stun_add_u64(&f->b, NT_ATTR_ICE_CONTROLLING, FORGE_TIE_L);
    sealed(f, &f->alice);
    probe(f, TAP_R, stranger, f->r);
    start(f, NT_STUN_ERROR, NT_STUN_BINDING);
    nt_stun_add_error(&f->b, is(f, "RFC8489-9.1.3-wrong") ? 400 : 401, NULL);
    sealed(f, is(f, "RFC8489-9.1.3-plain-error") ? &f->pwd_r : NULL);
    send(f, TAP_R, TAP_NONE, f->r, stranger);
}

/* --- nomination, data, consent --- */

static void wrong_answer(struct forge *f)
{
    struct nt_addr mapped = f->l;
    if (!is(f, "RFC8445-7.3-mapped") && !is(f, "RFC8445-7.3-alternate"))
        return;
    if (is(f, "RFC8445-7.3-mapped"))
        mapped.port++;
    wait(f, 60);
    fresh(f);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    send(f, TAP_L, TAP_R, f->l, f->r);
    start(f, NT_STUN_SUCCESS, NT_STUN_BINDING);
    add_mapped(f, mapped);
    if (is(f, "RFC8445-7.3-alternate"))
        nt_stun_add_addr(&f->b, NT_ATTR_ALTERNATE_SERVER, &f->stun);
    sealed(f, &f->pwd_r);
    send(f, TAP_R, TAP_L, f->r, f->l);
}

static void nominate(struct forge *f, struct nt_addr to, unsigned tap)
{
    wait(f, 60);
    fresh(f);
    check(f, true, CONTROLLING | NOMINATE | (is(f, "RFC8489-14-sizes") ? SPOILT : 0), FORGE_TIE_L);
    send(f, TAP_L, tap, f->l, to);
}

static void nominated(struct forge *f)
{
    nominate(f, f->r, TAP_R);
    answer(f, false, f->l, 0);
    send(f, TAP_R, TAP_L, f->r, f->l);
    if (is(f, "RFC8445-8.1.1-one")) {
        wait(f, 60);
        fresh(f);
        check(f, true, CONTROLLING | NOMINATE, FORGE_TIE_L);
        relay_down(f, 0);
        answer(f, false, f->relayed, 0);
        relay_up(f, 0);
    }
}

static void data(struct forge *f)
{
    text(f, "\x80 data");
    send(f, TAP_L, TAP_R, f->l, f->r);
    text(f, "\x80 data");
    send(f, TAP_R, TAP_L, f->r, f->l);
    if (is(f, "RFC8445-12.1-valid"))
        send(f, TAP_L, TAP_NONE, f->l, at("10.0.0.2:6002"));
}

static void keepalive(struct forge *f)
{
    fresh(f);
    start(f, NT_STUN_INDICATION, NT_STUN_BINDING);
    sealed(f, is(f, "RFC8445-11-indication") ? &f->pwd_r : NULL);
    send(f, TAP_L, TAP_R, f->l, f->r);
}

static void ask_consent(struct forge *f, bool answered)
{
    fresh(f);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    send(f, TAP_L, TAP_R, f->l, f->r);
    if (is(f, "RFC7675-5.1-fresh") && answered) {
        uint8_t again[2048];
        size_t len = f->len;
        memcpy(again, f->buf, len);
        answer(f, false, f->l, 0);
        send(f, TAP_R, TAP_NONE, f->r, f->l);
        wait(f, 500);
        cross(f, TAP_L, TAP_R, f->l, f->r, again, len);
    }
    answer(f, false, f->l, 0);
    send(f, TAP_R, answered ? TAP_L : TAP_NONE, f->r, f->l);
}

static void consent(struct forge *f)
{
    for (int i = 0; i < 12; i++) {
        wait(f, is(f, "RFC7675-5.1-random") ? 5000 : is(f, "RFC7675-5.1-interval") && i == 5 ? 3000 : 4500 + 73 * i);
        ask_consent(f, true);
        if (i == 0)
            data(f);
    }
}

/* Consent ends: a last request is never answered, or 40 s late. */
static void consent_ends(struct forge *f)
{
    wait(f, 5000);
    ask_consent(f, false);
    if (is(f, "RFC7675-5.1-forged")) {
        start(f, NT_STUN_SUCCESS, NT_STUN_BINDING);
        add_mapped(f, f->l);
        sealed(f, &f->alice);
        f->marks = NT_MARK_INJECTED;
        wait(f, 10000);
        send(f, TAP_NONE, TAP_L, f->r, f->l);
        f->marks = 0;
    }
    wait(f, is(f, "RFC7675-5.1-forged") ? 20000 : 40000);
    if (is(f, "RFC7675-5.1-late")) {
        answer(f, false, f->l, 0);
        send(f, TAP_NONE, TAP_L, f->r, f->l);
    }
    if (is(f, "RFC7675-5.1-again")) {
        fresh(f);
        check(f, true, CONTROLLING, FORGE_TIE_L);
        send(f, TAP_L, TAP_NONE, f->l, f->r);
    }
    text(f, "\x80 data");
    if (is(f, "RFC7675-5.1-late") || is(f, "RFC7675-5.1-forged") || is(f, "RFC7675-5.1-expiry"))
        send(f, TAP_L, TAP_R, f->l, f->r);
}

/* --- the allocation's end --- */

static void refresh(struct forge *f, const char *nonce)
{
    turn_request(f, NT_TURN_REFRESH);
    credentials(f, "alice", nonce);
    sealed256(f, &f->alice);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
}

static void refreshed(struct forge *f, uint32_t lifetime)
{
    start(f, NT_STUN_SUCCESS, NT_TURN_REFRESH);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, lifetime);
    sealed256(f, &f->alice);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static void stale(struct forge *f)
{
    refresh(f, FORGE_NONCE);
    challenge(f, 438, FORGE_NONCE2);
    patch_method(f, NT_TURN_REFRESH, NT_STUN_ERROR);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
    wait(f, 1500);
    refresh(f, is(f, "RFC8489-9.2.5-stale-retry") ? FORGE_NONCE : FORGE_NONCE2);
    if (is(f, "RFC8489-9.2.5-no-loop")) {
        challenge(f, 401, FORGE_NONCE2);
        patch_method(f, NT_TURN_REFRESH, NT_STUN_ERROR);
        send(f, TAP_TURN, TAP_L, f->stun, f->l);
        wait(f, 1500);
        refresh(f, FORGE_NONCE2);
    }
    refreshed(f, 600);
}

static void released(struct forge *f)
{
    wait(f, is(f, "RFC8656-8-refresh") ? 3600000 : 1000);
    if (is(f, "RFC8656-8-refresh")) {
        turn_request(f, NT_TURN_CREATE_PERMISSION);
        add_peer(f, f->r);
        credentials(f, "alice", FORGE_NONCE2);
        sealed256(f, &f->alice);
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
        return;
    }
    turn_request(f, NT_TURN_REFRESH);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 0);
    credentials(f, "alice", FORGE_NONCE2);
    sealed256(f, &f->alice);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    refreshed(f, is(f, "RFC8656-8.2-zero") ? 600 : 0);
    if (is(f, "RFC8656-8.2-zero"))
        return;
    turn_request(f, NT_TURN_CREATE_PERMISSION);
    add_peer(f, f->r);
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    signed_refusal(f, "RFC8656-8.2-removed", NT_TURN_CREATE_PERMISSION, 437, f->l, &f->alice);
}

/* --- ends of the story that come too early --- */

static bool ends_early(struct forge *f)
{
    if (is(f, "RFC7675-5.1-consent")) {
        text(f, "\x80 data");
        send(f, TAP_L, TAP_NONE, f->l, f->r);
        return true;
    }
    if (is(f, "RFC8445-8.1.1-valid")) {
        nominate(f, f->r, TAP_NONE);
        return true;
    }
    if (is(f, "RFC8445-7.2.5.2.1-symmetric")) {
        wait(f, 60);
        fresh(f);
        check(f, true, CONTROLLING, FORGE_TIE_L);
        send(f, TAP_L, TAP_R, f->l, f->r);
        answer(f, false, f->l, 0);
        send(f, TAP_R, TAP_NONE, f->r, f->l);
        send(f, TAP_NONE, TAP_L, at("10.0.0.2:6001"), f->l);
        nominate(f, f->r, TAP_NONE);
        return true;
    }
    if (is(f, "RFC8863-4-patience")) {
        wait(f, 10000);
        turn_request(f, NT_TURN_REFRESH);
        nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 0);
        turn_signed(f);
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
        return true;
    }
    if (is(f, "RFC8863-4-listening")) {
        wait(f, 10000);
        fresh(f);
        check(f, true, CONTROLLING, FORGE_TIE_L);
        send(f, TAP_L, TAP_R, f->l, f->r);
        wait(f, 5000);
        return true;
    }
    return false;
}

static void tell(struct forge *f)
{
    gather_binding(f);
    gather_relay(f);
    signal(f, true, 1);
    signal(f, false, 1);
    if (ends_early(f))
        return;
    role_conflict(f);
    if (is(f, "RFC8445-7.3.1.1-conflict") || is(f, "RFC8445-7.2.5.1-switch"))
        return;
    spoilt_check(f);
    wrong_answer(f);
    permission(f);
    relayed_checks(f);
    if (is(f, "RFC8445-7.2.1-permission"))
        return;
    probe_agent(f);
    nominated(f);
    data(f);
    channel_check(f);
    probe_credentials(f);
    probe_allocation(f);
    probe_unknown(f);
    probe_even(f);
    wrong_relaying(f);
    wrong_client(f);
    keepalive(f);
    signal(f, true, 2);
    stale(f);
    consent(f);
    consent_ends(f);
    released(f);
    signal(f, false, 2);
}

/* --- the tests --- */

static void judge_story(const char *broken, struct nt_conf_verdict *verdict)
{
    struct forge *f = malloc(sizeof *f);
    if (f == NULL)
        abort();
    forge_init(f, broken);
    tell(f);
    forge_judge(f, verdict);
    nt_capture_free(&f->c);
    free(f);
}

static size_t report(const struct nt_conf_verdict *v, const char *broken)
{
    size_t others = 0;
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->violations[i].rule->id, broken) != 0) {
            print_error("breaking %s: frame %u, %s broke %s: %s\n", broken, (unsigned)v->violations[i].frame, v->violations[i].party,
                        v->violations[i].rule->id, v->violations[i].detail);
            others++;
        }
    return others;
}

static void the_call_as_it_should_be(void **state)
{
    struct nt_conf_verdict v;
    (void)state;
    judge_story("", &v);
    assert_int_equal(report(&v, ""), 0);
    assert_int_equal(v.count, 0);
    assert_true(v.exercised >= 120);
    nt_conf_verdict_free(&v);
}

static void each_must_has_a_trace_that_breaks_it(void **state)
{
    size_t count, musts = 0, missed = 0, others = 0;
    const struct nt_conf_rule *rules = nt_conf_rules(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct nt_conf_verdict v;
        if (rules[i].level != NT_CONF_MUST)
            continue;
        musts++;
        judge_story(rules[i].id, &v);
        size_t wrong = report(&v, rules[i].id);
        if (v.count == wrong) {
            print_error("%s: its trace does not break it\n", rules[i].id);
            missed++;
        }
        others += wrong;
        nt_conf_verdict_free(&v);
    }
    assert_int_equal(missed, 0);
    assert_int_equal(others, 0);
    assert_true(musts >= 60);
}

static void ids_are_unique_and_found(void **state)
{
    size_t count;
    const struct nt_conf_rule *rules = nt_conf_rules(&count);
    (void)state;
    for (size_t i = 0; i < count; i++)
        assert_ptr_equal(nt_conf_rule_find(rules[i].id), &rules[i]);
    assert_null(nt_conf_rule_find("RFC1-1-none"));
}

static void an_empty_trace_exercises_nothing(void **state)
{
    struct forge f;
    struct nt_conf_verdict v;
    (void)state;
    forge_init(&f, "");
    forge_judge(&f, &v);
    assert_int_equal(v.count, 0);
    assert_int_equal(v.exercised, 0);
    nt_conf_verdict_free(&v);
    nt_capture_free(&f.c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ids_are_unique_and_found), cmocka_unit_test(an_empty_trace_exercises_nothing),
                                       cmocka_unit_test(the_call_as_it_should_be), cmocka_unit_test(each_must_has_a_trace_that_breaks_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
