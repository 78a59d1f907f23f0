/* What the owner of a TURN server may do to it: decide about requests, and make it lose its state. */
#include "tests/unit/turn/world.h"

static struct raw george;
static struct nt_stun_decision decision;
static uint16_t decide_on; /* this method; 0: all */

static struct nt_stun_decision decide(void *user, const struct nt_stun_msg *request, const struct nt_addr *from, nt_time now)
{
    struct world *w = user;
    assert_true(nt_addr_equal(from, &george.from) && now == w->now);
    w->user++;
    return decide_on == 0 || request->method == decide_on ? decision : (struct nt_stun_decision){0};
}

static struct world *world_that_decides(void)
{
    struct world *w = world_new();
    struct nt_turn_server_config c = server_config(w);
    c.admission = (struct nt_stun_admission){.decide = decide, .user = w};
    decision = (struct nt_stun_decision){0};
    decide_on = 0;
    world_serve(w, &c);
    raw_init(&george, w, "198.51.100.9:5000", "George", "secret");
    raw_login(&george);
    return w;
}

/* Only what is authentic is decided on, and the error is signed as a success would be. */
TEST(refused_after_authentication)
{
    struct world *w = world_that_decides();
    assert_int_equal(w->user, 0);
    decision.code = 486;
    assert_int_equal(raw_allocate(&george), 486);
    assert_int_equal(w->user, 1);
    assert_int_equal(nt_stun_login_verify(&george.login, &george.answer), NT_OK);
    assert_int_equal(nt_turn_server_allocations(w->server), 0);
    assert_int_equal(raw_again(&george), 486);
    decision.code = 0;
    assert_int_equal(raw_allocate(&george), 0);
    decide_on = NT_TURN_CREATE_PERMISSION, decision.code = 403;
    assert_int_equal(raw_permit(&george, "203.0.113.5:1"), 403);
    assert_int_equal(raw_refresh(&george, 600), 0);
    assert_int_equal(raw_send_to(&george, "203.0.113.5:1", "hi"), 0);
    assert_string_equal(w->why, "no-permission");
    world_del(w);
}

TEST(an_alternate_server)
{
    struct world *w = world_that_decides();
    struct nt_addr other = addr("192.0.2.77:3478"), named;
    decision = (struct nt_stun_decision){.code = 300, .alternate = other};
    assert_int_equal(raw_allocate(&george), 300);
    assert_int_equal(nt_stun_get_addr(&george.answer, NT_ATTR_ALTERNATE_SERVER, &named), NT_OK);
    assert_true(nt_addr_equal(&named, &other));
    assert_int_equal(nt_stun_login_verify(&george.login, &george.answer), NT_OK);
    world_del(w);
}

/* RFC 8489, 9.2.4: a challenge has realm and nonce and "SHOULD NOT include [...] MESSAGE-INTEGRITY". */
TEST(a_challenge_is_not_signed)
{
    struct world *w = world_that_decides();
    static const int codes[] = {401, 438};
    for (size_t i = 0; i < 2; i++) {
        decision.code = codes[i];
        assert_int_equal(raw_allocate(&george), codes[i]);
        assert_non_null(nt_stun_find(&george.answer, NT_ATTR_NONCE));
        assert_null(george.answer.integrity);
        assert_null(george.answer.integrity_sha256);
    }
    world_del(w);
}

TEST(unanswered_with_a_reason)
{
    struct world *w = world_that_decides();
    decision.code = NT_UNANSWERED;
    assert_int_equal(raw_allocate(&george), -1);
    assert_int_equal(w->traced[NT_TR_DISCARDED], 1);
    assert_string_equal(w->why, "forbidden");
    raw_start(&george, NT_STUN_REQUEST, NT_STUN_BINDING);
    george.len = nt_stun_finish(&george.b);
    assert_int_equal(raw_again(&george), -1);
    assert_int_equal(w->traced[NT_TR_DISCARDED], 2);
    decision.code = 500;
    assert_int_equal(raw_again(&george), 500);
    world_del(w);
}

/* A restarted server knows no allocation (437), no reservation (508) and none of its nonces (438); its ports are free. */
TEST(reset_loses_all_state)
{
    struct world *w = world_default();
    raw_init(&george, w, "198.51.100.9:5000", "George", "secret");
    raw_login(&george);
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&george.b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    nt_stun_add(&george.b, NT_ATTR_EVEN_PORT, "\x80", 1);
    assert_int_equal(raw_send(&george), 0);
    struct nt_addr relayed = raw_relayed(&george);
    uint64_t token;
    assert_int_equal(nt_stun_get_u64(&george.answer, NT_ATTR_RESERVATION_TOKEN, &token), NT_OK);
    assert_int_equal(raw_permit(&george, "203.0.113.5:1"), 0);
    nt_turn_server_reset(w->server, w->now);
    drain(w);
    assert_int_equal(nt_turn_server_allocations(w->server), 0);
    assert_int_equal(w->closes, 1);
    assert_int_equal(w->traced[NT_TR_TURN_RELEASED], 1);
    assert_true(w->end.ops->deadline(w->end.self) == NT_TIME_NEVER);
    int before = w->received;
    peer_sends(w, "203.0.113.5:1", &relayed, "hi");
    assert_int_equal(w->received, before + 1); /* by whoever has that port now */
    assert_true(nt_addr_equal(&w->last.path.local, &relayed));
    assert_int_equal(raw_refresh(&george, 600), 438);
    assert_int_equal(nt_stun_login_take_challenge(&george.login, &george.answer, 438), 1);
    assert_int_equal(raw_refresh(&george, 600), 437);
    raw_start(&george, NT_STUN_REQUEST, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&george.b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    nt_stun_add_u64(&george.b, NT_ATTR_RESERVATION_TOKEN, token);
    assert_int_equal(raw_send(&george), 508);
    assert_int_equal(raw_allocate(&george), 0);
    world_del(w);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_after_authentication), cmocka_unit_test(an_alternate_server),
        cmocka_unit_test(a_challenge_is_not_signed),    cmocka_unit_test(unanswered_with_a_reason),
        cmocka_unit_test(reset_loses_all_state),
    };
    return RUN_TESTS(tests);
}
