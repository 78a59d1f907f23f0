/* The forged call, part one: gathering, signalling, checks and their answers. */
#ifndef TEST_FORGE_CHECKS_H
#define TEST_FORGE_CHECKS_H

#include "tests/unit/conformance/forge.h"

/* --- gathering --- */

static inline void software(struct forge *f)
{
    char text[200];
    memset(text, 'x', sizeof text);
    text[is(f, "RFC8489-14.14-software") ? 150 : 7] = '\0';
    nt_stun_add_text(&f->b, NT_ATTR_SOFTWARE, text);
}

static inline void add_mapped(struct forge *f, struct nt_addr a)
{
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_MAPPED_ADDRESS, &a);
}

static inline void gather_binding(struct forge *f)
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
    if (is(f, "RFC8489-6.3.3-unknown"))
        f->reflexive = mapped = addr("198.51.100.77:5000");
    if (is(f, "RFC8489-5-answer-id"))
        f->id[11] ^= 1;
    if (is(f, "RFC8489-6.3.1.2-source"))
        to.port++;
    start(f, NT_STUN_SUCCESS, is(f, "RFC8489-6.3.1.1-method") ? NT_TURN_REFRESH : NT_STUN_BINDING);
    add_mapped(f, mapped);
    if (is(f, "RFC8489-14.1-family")) {
        static const uint8_t strange[8] = {1, 1, 0, 1, 10, 0, 0, 1};
        nt_stun_add(&f->b, NT_ATTR_MAPPED_ADDRESS, strange, sizeof strange);
    }
    if (is(f, "RFC8489-6.3.3-unknown"))
        nt_stun_add_u32(&f->b, 0x7f00, 0);
    sealed(f, NULL);
    f->marks = is(f, "RFC8489-6.3.3-unknown") ? NT_MARK_INJECTED : 0;
    send(f, TAP_TURN, is(f, "RFC8489-6.3.1.2-source") ? TAP_NONE : TAP_L, f->stun, to);
    f->marks = 0;
}

static const uint8_t algorithms[8] = {0, NT_PASSWORD_MD5, 0, 0, 0, NT_PASSWORD_SHA256, 0, 0};
static const uint8_t chosen[4] = {0, NT_PASSWORD_SHA256, 0, 0};

static inline void challenge(struct forge *f, int code, const char *nonce)
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
    nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHMS, algorithms, sizeof algorithms);
    finish(f);
}

static inline const char *first_nonce(const struct forge *f)
{
    return is(f, "RFC8489-9.2-cookie") ? "number1" : FORGE_NONCE;
}

/* Credentials of a later request. */
static inline void credentials(struct forge *f, const char *user, const char *nonce)
{
    nt_stun_add_text(&f->b, NT_ATTR_USERNAME, user);
    nt_stun_add_text(&f->b, NT_ATTR_REALM, FORGE_REALM);
    nt_stun_add_text(&f->b, NT_ATTR_NONCE, nonce);
    nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHMS, algorithms, sizeof algorithms);
    nt_stun_add(&f->b, NT_ATTR_PASSWORD_ALGORITHM, chosen, sizeof chosen);
}

static inline void allocate_attrs(struct forge *f)
{
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 3600);
}

static inline void patch_method(struct forge *f, uint16_t method, enum nt_stun_class class_)
{
    uint8_t header[NT_STUN_HEADER];
    struct nt_stun_builder b;
    nt_stun_start(&b, header, sizeof header, class_, method, f->id);
    memcpy(f->buf, header, 2);
}

/* `useless`: with an answer that is no challenge. */
static inline void ask_bare(struct forge *f, bool useless)
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
        challenge(f, 401, first_nonce(f));
    }
    if (is(f, "RFC8489-14.8-code")) /* ERROR-CODE stands first: its number */
        f->buf[20 + 4 + 3] = 100 + 1, f->buf[20 + 4 + 2] = 3;
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static inline void gather_relay(struct forge *f)
{
    struct nt_addr mapped = f->l;
    if (is(f, "RFC8489-6.1-method") || is(f, "RFC8489-6.3.1.1-error-code"))
        ask_bare(f, true);
    ask_bare(f, false);
    wait(f, is(f, "RFC8445-14.2-pacing") ? 20 : 60);
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    credentials(f, "alice", first_nonce(f));
    sealed256(f, &f->alice);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    if (breaks(f, "RFC8656-7.2-mapped"))
        mapped.port++;
    start(f, NT_STUN_SUCCESS, NT_TURN_ALLOCATE);
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS, &f->relayed);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 3600);
    if (!breaks(f, "RFC8656-7.2-success"))
        add_mapped(f, mapped);
    if (breaks(f, "RFC8656-7.2-token"))
        nt_stun_add_u64(&f->b, NT_ATTR_RESERVATION_TOKEN, 1);
    sealed256(f, &f->alice);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

/* alice logs in to a server that she has not asked before, which answers with a nonce of its own. */
static inline void log_in(struct forge *f, unsigned tap, struct nt_addr server, const struct nt_stun_key *key, const char *nonce,
                          struct nt_addr relayed)
{
    wait(f, 60);
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    finish(f);
    send(f, TAP_L, tap, f->l, server);
    challenge(f, 401, nonce);
    send(f, tap, TAP_L, server, f->l);
    wait(f, 60);
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    credentials(f, "alice", nonce);
    sealed256(f, key);
    send(f, TAP_L, tap, f->l, server);
    start(f, NT_STUN_SUCCESS, NT_TURN_ALLOCATE);
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 3600);
    add_mapped(f, f->l);
    sealed256(f, key);
    send(f, tap, TAP_L, server, f->l);
}

/* --- signalling --- */

static inline size_t describe(const struct forge *f, bool left, int version, char *sdp, size_t cap)
{
    bool l = left, again = version > 1;
    char relay[300] = "", extra[300] = "";
    char reflexive[NT_ADDR_TEXT];
    const char *raddr = is(f, "RFC8839-5.1-related") ? "" : " raddr 10.0.0.1 rport 5000";
    if (l)
        snprintf(relay, sizeof relay, "a=candidate:%s 1 UDP 16777215 192.0.2.2 50000 typ relay%s\r\n",
                 is(f, "RFC8445-5.1.1.3-foundation") ? "1" : "2", raddr);
    if (l && f->reflexive.family != 0)
        snprintf(extra, sizeof extra, "a=candidate:3 1 UDP 1694498815 %s %u typ srflx raddr 10.0.0.1 rport 5000\r\n",
                 nt_addr_format_ip(&f->reflexive, reflexive), (unsigned)f->reflexive.port);
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
    if (l && again) { /* ICE has concluded */
        relay[0] = '\0';
        snprintf(extra, sizeof extra, "a=remote-candidates:1 10.0.0.2 6000\r\n");
    }
    if (!l && is(f, "RFC8839-4.4.1.2.2-remote"))
        snprintf(extra, sizeof extra, "a=remote-candidates:1 10.0.0.1 5000\r\n");
    const char *pwd = l                             ? "passwordofLpasswordofL"
                      : is(f, "RFC8445-5.3-random") ? "passwordofLpasswordofL"
                                                    : "passwordofRpasswordofR";
    const char *ufrag = l ? f->ufrag_l : f->ufrag_r;
    if (!l && again && is(f, "RFC8839-5.4-ufrag"))
        ufrag = "RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR";
    if (again && (is(f, "RFC8839-4.4.1.1.1-restart") || is(f, "RFC8839-5.4-ufrag")) && l == is(f, "RFC8839-4.4.1.1.1-restart"))
        pwd = "anotherpwdanotherpwdxx";
    return (size_t)snprintf(
        sdp, cap,
        "v=0\r\no=%s 1 %d IN IP4 10.0.0.%d\r\ns=-\r\nt=0 0\r\n%sa=ice-options:%s\r\n%sm=audio %d RTP/AVP 0\r\nc=IN IP4 10.0.0.%d\r\n"
        "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=candidate:1 1 UDP 2130706431 10.0.0.%d %d typ host\r\n%s%s",
        l ? "l" : "r", version, l ? 1 : 2, !l && is(f, "RFC8839-4.2.1.4-lite") ? "a=ice-lite\r\n" : "",
        !l && is(f, "RFC8445-10-ice2") ? "rtp+ecn" : "ice2",
        l && again && is(f, "RFC8839-4.4.1.1.1-options") ? "a=ice-pacing:70\r\n" : "",
        !l && is(f, "RFC8839-4.2.5-default") ? 6001
        : l                                  ? 5000
                                             : 6000,
        l ? 1 : 2, ufrag, pwd, l ? 1 : 2, l ? 5000 : 6000, relay, extra);
}

static inline void signal(struct forge *f, bool offer, int version)
{
    char sdp[2048], sip[3072];
    struct nt_addr l = addr("198.18.0.1:5060"), r = addr("198.18.0.2:5060");
    size_t n = describe(f, offer, version, sdp, sizeof sdp);
    struct nt_sip_message m = {.kind = offer ? NT_SIP_INVITE : NT_SIP_OK,
                               .cseq = (uint32_t)version,
                               .call_id = "1@natsim.invalid",
                               .from = "l",
                               .to = "r",
                               .branch = "z9hG4bK1",
                               .via = l,
                               .in_dialog = version > 1,
                               .body = sdp,
                               .body_len = n};
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
static inline void check(struct forge *f, bool left, int flags, uint64_t tie)
{
    bool spoilt = (flags & SPOILT) != 0;
    char username[16];
    snprintf(username, sizeof username, "%.4s:%.4s", left ? f->ufrag_r : f->ufrag_l,
             spoilt && is(f, "RFC8445-7.2.2-username") ? "XXXX"
             : left                                    ? f->ufrag_l
                                                       : f->ufrag_r);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
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
    else if (spoilt && is(f, "RFC8489-9.1.5-kind"))
        nt_stun_add_integrity_sha256(&f->b, left ? &f->pwd_r : &f->pwd_l);
    else
        nt_stun_add_integrity(&f->b, left ? &f->pwd_r : &f->pwd_l);
    if (spoilt && is(f, "RFC8489-9-after-integrity"))
        nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 0);
    if (!(spoilt && is(f, "RFC8445-7.2.4-fingerprint")))
        nt_stun_add_fingerprint(&f->b);
    finish(f);
}

/* The answer of the one that the check came to: `left` answers. code 0: success. */
static inline void answer(struct forge *f, bool left, struct nt_addr source, int code)
{
    start(f, code == 0 ? NT_STUN_SUCCESS : NT_STUN_ERROR, NT_STUN_BINDING);
    if (code == 0)
        add_mapped(f, source);
    else
        nt_stun_add_error(&f->b, code, NULL);
    sealed(f, code == 400 || code == 401 ? NULL : left ? &f->pwd_l : &f->pwd_r);
}

/* L and R call each other controlling; L's first check is lost. */
static inline void role_conflict(struct forge *f)
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
    send(f, TAP_L, TAP_R, f->l, is(f, "RFC8489-5-fresh-id") ? addr("10.0.0.3:6000") : f->r);
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
static inline void spoilt_check(struct forge *f)
{
    static const char *const rules[] = {"RFC8445-7.1.1-priority",    "RFC8445-7.2.2-username", "RFC8489-9.1.2-credentials",
                                        "RFC8445-7.1.3-role",        "RFC8489-14.5-hmac",      "RFC8489-9-after-integrity",
                                        "RFC8445-7.2.4-fingerprint", "RFC8489-9.1.5-kind"};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (is(f, rules[i])) {
            wait(f, 60);
            fresh(f);
            check(f, true, CONTROLLING | SPOILT, FORGE_TIE_L);
            send(f, TAP_L, TAP_NONE, f->l, f->r);
        }
    bool controlled = is(f, "RFC8445-7.1.2-use-candidate"), tie = is(f, "RFC8445-16.1-tie-breaker"),
         role = is(f, "RFC8445-6.1.1-role");
    if (controlled || tie || role) {
        wait(f, 60);
        fresh(f);
        check(f, false, controlled ? CONTROLLED | NOMINATE : role ? CONTROLLING : CONTROLLED, f->tie_r + (tie ? 1 : 0));
        send(f, TAP_R, TAP_NONE, f->r, f->l);
    }
}

#endif
