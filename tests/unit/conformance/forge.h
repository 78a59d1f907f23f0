/* Forged traces for the conformance rules: one call between L and R, with a STUN and TURN server, told frame by frame. It breaks no
 * rule, except the one it is asked to break. */
#ifndef TEST_FORGE_H
#define TEST_FORGE_H

#include "tests/unit/help.h"

#include "core/sdp/sdp.h"
#include "core/stun/stun.h"
#include "core/turn/channel_data.h"
#include "natsim/packet/fragment.h"
#include "reports/conformance/conformance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORGE_NONCE "obMatJos2gAAAnumber1"
#define FORGE_NONCE2 "obMatJos2gAAAnumber2"
#define FORGE_REALM "example.org"
#define FORGE_TIE_L UINT64_C(0x2000)
#define FORGE_TIE_R UINT64_C(0x1000)
#define FORGE_PRFLX ((UINT32_C(110) << 24) | UINT32_C(0xffffff))

enum { TAP_L, TAP_R, TAP_TURN, TAP_L_SIGNALLING, TAP_R_SIGNALLING, TAP_TURN2, TAP_COUNT, TAP_NONE };

struct forge {
    bool real_time;
    uint16_t max_pairs; /* L's limit, as it is stated */
    bool fails_over;    /* both agents are set to nominate another pair when one has ended */
    bool moves;         /* steps move L */
    bool told_partly;   /* a step held back or dropped what L told */
    bool held;          /* a step held back datagrams of L */
    bool carried;       /* L is a process */
    nt_time stopped;    /* when L was told to end; 0: never */
    bool open;          /* the server asks nobody for credentials: it has no users */
    bool refuses;       /* steps make the server refuse requests */
    nt_time reset_at;   /* when a step made the server lose its state; 0: never */
    uint32_t lifetime;  /* to which the server is set; 0: not known */
    struct nt_capture c;
    const char *broken;            /* the rule to break; "" for none */
    uint32_t broken_at;            /* the frame that breaks it, where the trace says so: breaks() */
    const char *ufrag_l, *ufrag_r; /* of four characters */
    struct nt_addr reflexive;      /* L announces a server-reflexive candidate there; family 0: none */
    uint32_t guilty;               /* the frame that breaks a rule: guilty_next() */
    nt_time now;
    uint32_t ids;
    uint32_t marks;
    uint64_t tie_r;                            /* R's tie-breaker after its switch */
    struct nt_addr l, r, stun, relayed, stun2; /* stun2: another server, which knows another password of alice */
    struct nt_stun_key pwd_l, pwd_r, alice, bob, alice2;
    uint8_t buf[2048];
    size_t len;
    struct nt_stun_builder b;
    uint8_t id[NT_STUN_ID];
};

static inline bool is(const struct forge *f, const char *rule)
{
    return strcmp(f->broken, rule) == 0;
}

/* --- frames --- */

static inline void frame_of(struct forge *f, unsigned tap, int direction, const uint8_t *packet, size_t len)
{
    struct nt_capture_frame *fr = tap != TAP_NONE ? nt_capture_append(&f->c, tap, f->now, packet, len) : NULL;
    if (tap == TAP_NONE)
        return;
    if (fr == NULL)
        abort();
    fr->direction = (uint8_t)direction;
    fr->marks = f->marks;
}

static inline void frame(struct forge *f, unsigned tap, int direction, const struct nt_addr *src, const struct nt_addr *dst,
                         const uint8_t *bytes, size_t len)
{
    uint8_t data[8192];
    struct nt_packet p = {.data = data, .cap = sizeof data};
    if (nt_packet_udp(&p, src, dst, bytes, len, 64, 0, false, 1) != NT_OK)
        abort();
    frame_of(f, tap, direction, data, p.len);
}

/* From a tap to another one, a millisecond away; TAP_NONE: it was lost, or came from nowhere. */
static inline void cross(struct forge *f, unsigned from, unsigned to, struct nt_addr src, struct nt_addr dst, const uint8_t *bytes,
                         size_t len)
{
    frame(f, from, NT_DIR_OUT, &src, &dst, bytes, len);
    f->now += NT_MSEC;
    frame(f, to, NT_DIR_IN, &src, &dst, bytes, len);
}

/* As cross, of what is in the buffer, in fragments for a path of 576 bytes; all but the first `lost` of them arrive. */
static inline void send_fragments(struct forge *f, unsigned from, unsigned to, struct nt_addr src, struct nt_addr dst,
                                  unsigned lost)
{
    struct nt_pool pool;
    nt_pool_init(&pool, sizeof f->buf);
    struct nt_packet *p = nt_pool_get(&pool, sizeof f->buf);
    if (p == NULL || nt_packet_udp(p, &src, &dst, f->buf, f->len, 64, 0, false, (uint16_t)++f->ids) != NT_OK ||
        nt_fragment(&pool, &p, 576) != NT_OK)
        abort();
    for (const struct nt_packet *piece = p; piece != NULL; piece = piece->next)
        frame_of(f, from, NT_DIR_OUT, piece->data, piece->len);
    f->now += NT_MSEC;
    for (const struct nt_packet *piece = p; piece != NULL; piece = piece->next)
        if (lost == 0)
            frame_of(f, to, NT_DIR_IN, piece->data, piece->len);
        else
            lost--;
    nt_pool_free(&pool);
}

static inline void send(struct forge *f, unsigned from, unsigned to, struct nt_addr src, struct nt_addr dst)
{
    cross(f, from, to, src, dst, f->buf, f->len);
}

/* An attacker's, or what a step damaged: its sender is not judged, who gets it is. */
static inline void probe(struct forge *f, unsigned to, struct nt_addr src, struct nt_addr dst)
{
    f->marks = NT_MARK_INJECTED;
    send(f, TAP_NONE, to, src, dst);
    f->marks = 0;
}

/* The next frame is the one that breaks a rule. */
static inline void guilty_next(struct forge *f)
{
    f->guilty = (uint32_t)f->c.frame_count + 1;
}

/* As is(), of the frame that comes next. */
static inline bool breaks(struct forge *f, const char *rule)
{
    if (is(f, rule))
        f->broken_at = (uint32_t)f->c.frame_count + 1;
    return is(f, rule);
}

static inline void wait(struct forge *f, int ms)
{
    f->now += ms * NT_MSEC;
}

/* --- messages --- */

static inline void fresh(struct forge *f)
{
    memset(f->id, 0x11, sizeof f->id);
    nt_store32(f->id, ++f->ids);
}

static inline void start(struct forge *f, enum nt_stun_class class_, uint16_t method)
{
    nt_stun_start(&f->b, f->buf, sizeof f->buf, class_, method, f->id);
}

static inline void finish(struct forge *f)
{
    int n = nt_stun_finish(&f->b);
    if (n < 0)
        abort();
    f->len = (size_t)n;
}

static inline void sealed(struct forge *f, const struct nt_stun_key *key)
{
    if (key != NULL)
        nt_stun_add_integrity(&f->b, key);
    nt_stun_add_fingerprint(&f->b);
    finish(f);
}

static inline void sealed256(struct forge *f, const struct nt_stun_key *key)
{
    nt_stun_add_integrity_sha256(&f->b, key);
    finish(f);
}

static inline void forge_init(struct forge *f, const char *broken)
{
    static const char *const taps[][2] = {{"L.0", "L"},          {"R.0", "R"},          {"turn.0", "turn"},
                                          {"L.signalling", "L"}, {"R.signalling", "R"}, {"turn2.0", "turn2"}};
    memset(f, 0, sizeof *f);
    nt_capture_init(&f->c);
    for (unsigned i = 0; i < TAP_COUNT; i++)
        if (nt_capture_add_tap(&f->c, taps[i][0], taps[i][1], NULL) < 0)
            abort();
    f->broken = broken;
    f->now = NT_SEC;
    f->l = addr("10.0.0.1:5000");
    f->r = addr("10.0.0.2:6000");
    f->stun = addr("192.0.2.1:3478");
    f->relayed = addr("192.0.2.2:50000");
    f->stun2 = addr("198.51.100.1:3478");
    f->ufrag_l = "LLLL";
    f->ufrag_r = "RRRR";
    nt_stun_key_short(&f->pwd_l, "passwordofLpasswordofL");
    nt_stun_key_short(&f->pwd_r, is(f, "RFC8445-5.3-random") ? "passwordofLpasswordofL" : "passwordofRpasswordofR");
    nt_stun_key_long(&f->alice, NT_PASSWORD_SHA256, "alice", FORGE_REALM, "secret");
    nt_stun_key_long(&f->alice2, NT_PASSWORD_SHA256, "alice", FORGE_REALM, "other");
    nt_stun_key_long(&f->bob, NT_PASSWORD_SHA256, "bob", FORGE_REALM, "hidden");
}

/* Judges the trace as far as it was told; the verdict is the caller's to free. */
static inline int forge_judge(struct forge *f, struct nt_conf_verdict *verdict)
{
    const struct nt_addr l[] = {addr("10.0.0.1")}, r[] = {addr("10.0.0.2")}, turn[] = {addr("192.0.2.1"), addr("192.0.2.2")},
                         turn2[] = {addr("198.51.100.1")};
    const struct nt_conf_party parties[] = {
        {.kind = NT_CONF_AGENT,
         .name = "L",
         .addresses = l,
         .address_count = 1,
         .max_pairs = f->max_pairs,
         .fails_over = f->fails_over,
         .moves = f->moves,
         .told_partly = f->told_partly,
         .held = f->held,
         .carried = f->carried,
         .stopped = f->stopped},
        {.kind = NT_CONF_AGENT, .name = "R", .addresses = r, .address_count = 1, .fails_over = f->fails_over},
        {.kind = NT_CONF_SERVER,
         .name = "turn",
         .addresses = turn,
         .address_count = 2,
         .refuses = f->refuses,
         .reset_at = &f->reset_at,
         .reset_count = f->reset_at != 0,
         .lifetime = f->lifetime},
        {.kind = NT_CONF_SERVER, .name = "turn2", .addresses = turn2, .address_count = 1}};
    const struct nt_conf_user users[] = {
        {2, FORGE_REALM, "alice", "secret", 0}, {2, FORGE_REALM, "bob", "hidden", 0}, {3, FORGE_REALM, "alice", "other", 0}};
    const struct nt_conf_login logins[] = {{0, "alice", "secret"}, {0, "alice", "mistyped"}};
    const struct nt_conf_input in = {.capture = &f->c,
                                     .parties = parties,
                                     .party_count = 4,
                                     .users = users,
                                     .user_count = f->open ? 0 : 3,
                                     .logins = logins,
                                     .login_count = 2,
                                     .end = f->now,
                                     .real_time = f->real_time};
    return nt_conf_judge(&in, verdict);
}

#endif
