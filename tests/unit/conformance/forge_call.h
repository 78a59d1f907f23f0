/* A call of a story's own: descriptions, fragments, checks and data, as the story words them. */
#ifndef TEST_FORGE_CALL_H
#define TEST_FORGE_CALL_H

#include "tests/unit/conformance/forge_server.h"

/* --- a call of one's own --- */

/* A description with these lines of the session and of its media sections (NT_SIP_INVITE, NT_SIP_OK), or a fragment (NT_SIP_INFO).
 */
static inline void convey(struct forge *f, bool left, enum nt_sip_kind kind, unsigned cseq, const char *session, const char *media)
{
    char sdp[2048], sip[3072];
    struct nt_addr l = addr("198.18.0.1:5060"), r = addr("198.18.0.2:5060");
    char head[100] = "";
    if (kind != NT_SIP_INFO)
        snprintf(head, sizeof head, "v=0\r\no=x 1 %u IN IP4 10.0.0.1\r\ns=-\r\nt=0 0\r\n", cseq);
    int n = snprintf(sdp, sizeof sdp, "%s%s%s", head, session, media);
    struct nt_sip_message m = {.kind = kind,
                               .cseq = cseq,
                               .call_id = "1@natsim.invalid",
                               .from = "l",
                               .to = "r",
                               .branch = "z9hG4bK1",
                               .via = l,
                               .in_dialog = cseq > 1,
                               .content_type = kind == NT_SIP_INFO ? "application/trickle-ice-sdpfrag" : NULL,
                               .body = sdp,
                               .body_len = (size_t)n};
    int len = nt_sip_write(&m, sip, sizeof sip);
    if (len < 0 || n >= (int)sizeof sdp)
        abort();
    cross(f, left ? TAP_L_SIGNALLING : TAP_R_SIGNALLING, left ? TAP_R_SIGNALLING : TAP_L_SIGNALLING, left ? l : r, left ? r : l,
          (uint8_t *)sip, (size_t)len);
}

static const char ice2[] = "a=ice-options:ice2\r\n";
static const char audio_l[] =
    "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\na=ice-ufrag:LLLL\r\na=ice-pwd:passwordofLpasswordofL\r\n"
    "a=candidate:1 1 UDP 2130706431 10.0.0.1 5000 typ host\r\n";
static const char audio_r[] =
    "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\na=ice-ufrag:RRRR\r\na=ice-pwd:passwordofRpasswordofR\r\n"
    "a=candidate:1 1 UDP 2130706431 10.0.0.2 6000 typ host\r\n";

static inline void offer_and_answer(struct forge *f, const char *l, const char *r)
{
    convey(f, true, NT_SIP_INVITE, 1, ice2, l);
    convey(f, false, NT_SIP_OK, 1, ice2, r);
}

/* A check from one side to the other, after a while; its sender is as L and R are in this story. */
struct ask {
    bool left;
    struct nt_addr from, to;
    int flags;
    uint32_t priority;
    uint64_t tie;
    uint32_t nomination; /* 0: no such attribute */
};

static inline void ask(struct forge *f, const struct ask *a, unsigned tap)
{
    char username[16];
    fresh(f);
    snprintf(username, sizeof username, "%s:%s", a->left ? f->ufrag_r : f->ufrag_l, a->left ? f->ufrag_l : f->ufrag_r);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    nt_stun_add_text(&f->b, NT_ATTR_USERNAME, username);
    nt_stun_add_u32(&f->b, NT_ATTR_PRIORITY, a->priority != 0 ? a->priority : FORGE_PRFLX);
    uint64_t tie = a->tie != 0 ? a->tie : a->left ? FORGE_TIE_L : FORGE_TIE_R;
    if ((a->flags & CONTROLLING) != 0)
        nt_stun_add_u64(&f->b, NT_ATTR_ICE_CONTROLLING, tie);
    if ((a->flags & CONTROLLING) == 0 || (a->flags & CONTROLLED) != 0)
        nt_stun_add_u64(&f->b, NT_ATTR_ICE_CONTROLLED, tie);
    if ((a->flags & NOMINATE) != 0)
        nt_stun_add(&f->b, NT_ATTR_USE_CANDIDATE, "", 0);
    if (a->nomination != 0)
        nt_stun_add_u32(&f->b, NT_ATTR_NOMINATION, a->nomination);
    sealed(f, a->left ? &f->pwd_r : &f->pwd_l);
    send(f, a->left ? TAP_L : TAP_R, tap, a->from, a->to);
}

static inline void ask_and_answer(struct forge *f, const struct ask *a)
{
    wait(f, 60);
    ask(f, a, a->left ? TAP_R : TAP_L);
    answer(f, !a->left, a->from, 0);
    send(f, a->left ? TAP_R : TAP_L, a->left ? TAP_L : TAP_R, a->to, a->from);
}

static inline void say(struct forge *f, bool left, struct nt_addr from, struct nt_addr to)
{
    text(f, "\x80 data");
    send(f, left ? TAP_L : TAP_R, left ? TAP_R : TAP_L, from, to);
}

/* Both check a pair, L controlling, and L nominates it. */
static inline void pair_up(struct forge *f, struct nt_addr l, struct nt_addr r, int nominate)
{
    ask_and_answer(f, &(struct ask){.left = true, .from = l, .to = r, .flags = CONTROLLING});
    ask_and_answer(f, &(struct ask){.left = false, .from = r, .to = l, .flags = CONTROLLED});
    if (nominate != 0)
        ask_and_answer(f, &(struct ask){.left = true, .from = l, .to = r, .flags = CONTROLLING | NOMINATE});
}

static inline void agree(struct forge *f)
{
    offer_and_answer(f, audio_l, audio_r);
    pair_up(f, f->l, f->r, NOMINATE);
}

#endif
