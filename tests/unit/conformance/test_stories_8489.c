/* RFC 8489: stories in which nobody breaks a rule, each of which was once taken for a breach; and stories in which one party breaks
 * one rule, which is blamed at that frame and nobody else. */
#include "tests/unit/conformance/forge_server.h"
#include "tests/unit/conformance/stories.h"

/* --- whose password it is --- */

/* alice logs in to a server that she has not asked before, which answers with a nonce of its own. */
static void log_in(struct forge *f, unsigned tap, struct nt_addr server, const struct nt_stun_key *key, const char *nonce,
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

/* RFC 8489, 9.2.2: the key is made of the password that this server knows. */
static void two_servers_know_alice(struct forge *f)
{
    log_in(f, TAP_TURN, f->stun, &f->alice, FORGE_NONCE, f->relayed);
    log_in(f, TAP_TURN2, f->stun2, &f->alice2, FORGE_NONCE2, addr("198.51.100.1:50000"));
}

static void the_other_servers_password(struct forge *f)
{
    two_servers_know_alice(f);
    wait(f, 60);
    turn_request(f, NT_TURN_REFRESH);
    credentials(f, "alice", FORGE_NONCE2);
    sealed256(f, &f->alice);
    send(f, TAP_L, TAP_TURN2, f->l, f->stun2);
    start(f, NT_STUN_SUCCESS, NT_TURN_REFRESH);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 600);
    sealed256(f, &f->alice2);
    guilty_next(f);
    send(f, TAP_TURN2, TAP_NONE, f->stun2, f->l);
}

static void checks_of_both(struct forge *f)
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

/* RFC 8839, 5.4 asks for ufrags that are random, not for different ones of two agents. */
static void two_agents_have_one_ufrag(struct forge *f)
{
    f->ufrag_l = f->ufrag_r = "same";
    checks_of_both(f);
}

static void a_check_signed_with_nobodys_password(struct forge *f)
{
    two_agents_have_one_ufrag(f);
    wait(f, 60);
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "same:same");
    nt_stun_add_u32(&f->b, NT_ATTR_PRIORITY, FORGE_PRFLX);
    nt_stun_add_u64(&f->b, NT_ATTR_ICE_CONTROLLING, FORGE_TIE_L);
    sealed(f, &f->alice);
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, f->l, f->r);
}

/* --- fragments --- */

static void ask_many_permissions(struct forge *f)
{
    gather_relay(f);
    wait(f, 60);
    turn_request(f, NT_TURN_CREATE_PERMISSION);
    for (uint32_t i = 0; i < 60; i++)
        add_peer(f, nt_addr_v4(UINT32_C(0x0a010000) + i, 0));
    turn_signed(f);
}

static void grant_permissions(struct forge *f)
{
    turn_answer(f, NT_TURN_CREATE_PERMISSION, 0, &f->alice);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static void a_request_in_fragments_is_answered(struct forge *f)
{
    ask_many_permissions(f);
    send_fragments(f, TAP_L, TAP_TURN, f->l, f->stun, 0);
    grant_permissions(f);
    text(f, "\x80 to one of them");
    wrap(f, NT_TURN_SEND, addr("10.1.0.7:7"));
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
}

static void an_answer_to_half_a_request(struct forge *f)
{
    ask_many_permissions(f);
    send_fragments(f, TAP_L, TAP_TURN, f->l, f->stun, 1);
    guilty_next(f);
    grant_permissions(f);
}

static void what_came_in_fragments_is_relayed_otherwise(struct forge *f)
{
    uint8_t inner[1200];
    gather_relay(f);
    permission(f);
    memset(inner, 0x80, sizeof inner);
    memcpy(f->buf, inner, f->len = sizeof inner);
    wrap(f, NT_TURN_SEND, f->r);
    send_fragments(f, TAP_L, TAP_TURN, f->l, f->stun, 0);
    cross(f, TAP_TURN, TAP_NONE, f->relayed, f->r, inner, sizeof inner);
    inner[1000] = 0;
    guilty_next(f);
    cross(f, TAP_TURN, TAP_NONE, f->relayed, f->r, inner, sizeof inner);
}

/* --- the tests --- */

#define STORY(f)                                                                                                                   \
    {                                                                                                                              \
#f, f                                                                                                                      \
    }
#define BREACH(f, rule, party, count)                                                                                              \
    {                                                                                                                              \
#f, f, rule, party, count                                                                                                  \
    }

static const struct story stories[] = {
    STORY(two_servers_know_alice),
    STORY(two_agents_have_one_ufrag),
    STORY(a_request_in_fragments_is_answered),
};

static const struct breach breaches[] = {
    BREACH(the_other_servers_password, "RFC8489-9.2.4-wrong", "turn2", 1),
    BREACH(a_check_signed_with_nobodys_password, "RFC8489-14.5-hmac", "L", 1),
    BREACH(an_answer_to_half_a_request, "RFC8489-5-answer-id", "turn", 1),
    BREACH(what_came_in_fragments_is_relayed_otherwise, "RFC8656-11.2-payload", "turn", 1),
};

TEST(who_does_right_is_not_blamed)
{
    judge_stories(stories, sizeof stories / sizeof *stories);
}

TEST(who_breaks_a_rule_is_blamed_alone)
{
    judge_breaches(breaches, sizeof breaches / sizeof *breaches);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(who_does_right_is_not_blamed),
                                       cmocka_unit_test(who_breaks_a_rule_is_blamed_alone)};
    return RUN_TESTS(tests);
}
