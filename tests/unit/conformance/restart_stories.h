/* What stories of calls that go on are made of: credentials of a first, second and third session, checks by the one that is in
 * force, and the end of the call. */
#ifndef TEST_RESTART_STORIES_H
#define TEST_RESTART_STORIES_H

#include "tests/unit/conformance/forge_call.h"
#include "tests/unit/conformance/stories.h"

#define CREDENTIALS_L "a=ice-ufrag:LLLL\r\na=ice-pwd:passwordofLpasswordofL\r\n"
#define CREDENTIALS_R "a=ice-ufrag:RRRR\r\na=ice-pwd:passwordofRpasswordofR\r\n"
#define AT_L "c=IN IP4 10.0.0.1\r\n"
#define AT_R "c=IN IP4 10.0.0.2\r\n"
#define HOST_L "a=candidate:1 1 UDP 2130706431 10.0.0.1 5000 typ host\r\n"
#define HOST_R "a=candidate:1 1 UDP 2130706431 10.0.0.2 6000 typ host\r\n"
#define AGAIN_L(n) "a=ice-ufrag:LLL" n "\r\na=ice-pwd:password" n "ofLpassword" n "ofL\r\n"
#define AGAIN_R(n) "a=ice-ufrag:RRR" n "\r\na=ice-pwd:password" n "ofRpassword" n "ofR\r\n"
#define AUDIO_L "m=audio 5000 RTP/AVP 0\r\n" AT_L
#define AUDIO_R "m=audio 6000 RTP/AVP 0\r\n" AT_R

static inline void are_now(struct forge *f, const char *l, const char *pwd_l, const char *r, const char *pwd_r)
{
    f->ufrag_l = l;
    f->ufrag_r = r;
    nt_stun_key_short(&f->pwd_l, pwd_l);
    nt_stun_key_short(&f->pwd_r, pwd_r);
}

static inline void first_ones(struct forge *f)
{
    are_now(f, "LLLL", "passwordofLpasswordofL", "RRRR", "passwordofRpasswordofR");
}

static inline void check_left(struct forge *f, int flags)
{
    ask_and_answer(f, &(struct ask){.left = true, .from = f->l, .to = f->r, .flags = CONTROLLING | flags});
}

static inline void check_right(struct forge *f)
{
    ask_and_answer(f, &(struct ask){.left = false, .from = f->r, .to = f->l, .flags = CONTROLLED});
}

static inline void goes_on(struct forge *f, int seconds)
{
    for (int i = 0; i < seconds; i += 5) {
        wait(f, 4500 + 173 * (i % 7));
        check_left(f, 0);
        wait(f, 100);
        check_right(f);
    }
}

static inline void second_ones(struct forge *f)
{
    are_now(f, "LLL2", "password2ofLpassword2ofL", "RRR2", "password2ofRpassword2ofR");
}

/* L restarts, and R answers. */
static inline void restarted(struct forge *f, unsigned cseq)
{
    convey(f, true, NT_SIP_INVITE, cseq, ice2, AUDIO_L AGAIN_L("2") HOST_L);
    convey(f, false, NT_SIP_OK, cseq, ice2, AUDIO_R AGAIN_R("2") HOST_R);
    second_ones(f);
}

static inline void hang_up(struct forge *f)
{
    char sip[1000];
    struct nt_addr l = addr("198.18.0.1:5060"), r = addr("198.18.0.2:5060");
    struct nt_sip_message bye = {.kind = NT_SIP_BYE,
                                 .cseq = 9,
                                 .call_id = "1@natsim.invalid",
                                 .from = "l",
                                 .to = "r",
                                 .branch = "z9hG4bK9",
                                 .via = l,
                                 .in_dialog = true};
    int len = nt_sip_write(&bye, sip, sizeof sip);
    if (len < 0)
        abort();
    cross(f, TAP_L_SIGNALLING, TAP_R_SIGNALLING, l, r, (uint8_t *)sip, (size_t)len);
}

/* R says that it is at work on L's offer. */
static inline void trying(struct forge *f, unsigned cseq)
{
    char sip[1000];
    struct nt_addr l = addr("198.18.0.1:5060"), r = addr("198.18.0.2:5060");
    struct nt_sip_message m = {.kind = NT_SIP_PROVISIONAL,
                               .status = 100,
                               .cseq = cseq,
                               .call_id = "1@natsim.invalid",
                               .from = "l",
                               .to = "r",
                               .branch = "z9hG4bK1",
                               .via = l,
                               .in_dialog = true};
    int len = nt_sip_write(&m, sip, sizeof sip);
    if (len < 0)
        abort();
    cross(f, TAP_R_SIGNALLING, TAP_L_SIGNALLING, r, l, (uint8_t *)sip, (size_t)len);
}

/* L releases its allocation. */
static inline void release_relay(struct forge *f)
{
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_TURN_REFRESH);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 0);
    credentials(f, "alice", FORGE_NONCE);
    sealed256(f, &f->alice);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    start(f, NT_STUN_SUCCESS, NT_TURN_REFRESH);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 0);
    sealed256(f, &f->alice);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

#endif
