/* What responses carry beside what they must: attributes that nobody knows make the request fail at once (RFC 8489, 6.3.3), those
 * that RFC 3489 left are passed over (RFC 5389, 12.1), and both are told. */
#include "peer.h"

#include <stdio.h>

#define UNKNOWN 0x7ffe

static struct lab l;
static char told[2048];

static void emit(void *user, const struct nt_trace_event *ev)
{
    (void)user;
    if (ev->kind == NT_TR_REQUEST_FAILED)
        snprintf(told + strlen(told), sizeof told - strlen(told), "%d %.*s, %s; ", (int)ev->n[1], (int)ev->len,
                 (const char *)ev->bytes, ev->text);
    else if (ev->kind == NT_TR_ICE_DROPPED || ev->kind == NT_TR_DISCARDED || ev->kind == NT_TR_STUN_PASSED_OVER)
        snprintf(told + strlen(told), sizeof told - strlen(told), "%s; ", ev->text);
}

static void begin(const struct nt_addr *stun)
{
    struct nt_ice_config c = lab_config(NT_ICE_CONTROLLING);
    int err;
    c.stun = stun;
    c.stun_count = stun != NULL;
    c.trace.emit = emit;
    memset(&l, 0, sizeof l);
    told[0] = '\0';
    l.a = nt_ice_agent_new(&c, &err);
    assert_int_equal(err, NT_OK);
    l.base = addr("10.0.0.1");
    nt_ice_input(l.a, &(struct nt_path){.local = l.base}, NT_IN_IF_UP, NULL, 0, 0);
    l.base.port = 5000;
    nt_stun_key_short(&l.theirs, PEER_PWD);
    assert_int_equal(nt_ice_gather(l.a, 0), NT_OK);
    pull(&l);
    go(&l, NT_MSEC);
}

/* The number of candidates after the answer of a STUN server; gathering is over. */
static size_t gather_by(struct reply r)
{
    struct nt_addr stun = addr("203.0.113.100:3478");
    struct nt_ice_description d;
    begin(&stun);
    r.no_integrity = true;
    respond(&l, next_out(&l, NT_STUN_REQUEST, "203.0.113.100:3478"), r);
    assert_int_equal(nt_ice_local(l.a, true, &d), NT_OK);
    nt_ice_description_free(&d);
    return nt_ice_candidate_count(l.a);
}

TEST(of_a_stun_server)
{
    static const uint16_t old[] = {0x0002, 0x0003, 0x0004, 0x0005, 0x000b};
    static const char *const names[] = {"RESPONSE-ADDRESS; ", "CHANGE-REQUEST; ", "SOURCE-ADDRESS; ", "CHANGED-ADDRESS; ",
                                        "REFLECTED-FROM; "};
    for (size_t i = 0; i < sizeof old / sizeof *old; i++) {
        assert_int_equal(gather_by((struct reply){.mapped = "203.0.113.1:5000", .odd = old[i]}), 2);
        assert_string_equal(told, names[i]);
        lab_end(&l);
    }
    assert_int_equal(gather_by((struct reply){.mapped = "203.0.113.1:5000", .odd = UNKNOWN}), 1);
    assert_string_equal(told, "0 a response with unknown comprehension-required attributes, no candidate from it; ");
    lab_end(&l);
    assert_int_equal(gather_by((struct reply){.code = 500, .odd = UNKNOWN}), 1);
    lab_end(&l);
    assert_int_equal(gather_by((struct reply){.code = 500}), 1);
    assert_string_equal(told, "500 Server Error, no candidate from it; ");
    lab_end(&l);
}

TEST(of_none_at_all)
{
    struct nt_addr stun = addr("203.0.113.100:3478");
    begin(&stun);
    go(&l, NT_STUN_TI);
    assert_string_equal(told, "0 no response, no candidate from it; ");
    lab_end(&l);
}

/* An error response without ERROR-CODE is one all the same (RFC 8489, 6.3.4). */
TEST(of_a_stun_server_without_error_code)
{
    struct nt_addr stun = addr("203.0.113.100:3478");
    struct nt_ice_description d;
    uint8_t buf[64], id[NT_STUN_ID];
    struct nt_stun_builder b;
    begin(&stun);
    memcpy(id, next_out(&l, NT_STUN_REQUEST, "203.0.113.100:3478")->bytes + 8, sizeof id);
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_ERROR, NT_STUN_BINDING, id);
    give(&l, &stun, buf, (size_t)nt_stun_finish(&b));
    assert_int_equal(nt_ice_local(l.a, true, &d), NT_OK);
    nt_ice_description_free(&d);
    assert_string_equal(told, "0 an error response without ERROR-CODE, no candidate from it; ");
    lab_end(&l);
}

/* NT_STUN_ATTRS_MAX */
TEST(more_than_a_message_may_have)
{
    struct nt_addr stun = addr("203.0.113.100:3478");
    uint8_t buf[600];
    struct nt_stun_builder b;
    begin(&stun);
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_SUCCESS, NT_STUN_BINDING, next_out(&l, NT_STUN_REQUEST, NULL)->bytes + 8);
    for (int i = 0; i <= NT_STUN_ATTRS_MAX; i++)
        nt_stun_add(&b, (uint16_t)(0x7000 + i), NULL, 0);
    give(&l, &stun, buf, (size_t)nt_stun_finish(&b));
    assert_string_equal(told, "a STUN message with too many attributes; ");
    lab_end(&l);
}

TEST(of_a_check)
{
    struct nt_ice_candidate c[2] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1"), candidate("10.0.0.3:6000", NT_ICE_HOST, "2")};
    begin(NULL);
    assert_int_equal(remote(&l, c, 2), NT_OK);
    go(&l, l.now + 60 * NT_MSEC);
    respond(&l, next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000"), (struct reply){.odd = UNKNOWN});
    assert_int_equal(pair_to(&l, "10.0.0.2:6000").state, NT_ICE_PAIR_FAILED);
    respond(&l, next_out(&l, NT_STUN_REQUEST, "10.0.0.3:6000"), (struct reply){.odd = 0x0004});
    assert_int_equal(pair_to(&l, "10.0.0.3:6000").state, NT_ICE_SUCCEEDED);
    assert_non_null(strstr(told, "SOURCE-ADDRESS; "));
    lab_end(&l);
}

/* RFC 7675, 5.1: "a valid STUN response". A consent request is not retransmitted: one that fails renews nothing. */
TEST(of_a_consent_request)
{
    struct nt_ice_candidate c[1] = {candidate("10.0.0.2:6000", NT_ICE_HOST, "1")};
    for (int odd = 0; odd < 2; odd++) {
        begin(NULL);
        assert_int_equal(remote(&l, c, 1), NT_OK);
        go(&l, l.now + 60 * NT_MSEC);
        for (int i = 0; i < 2; i++) { /* the check, and the nominating one */
            respond(&l, next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000"), (struct reply){0});
            go(&l, l.now + 60 * NT_MSEC);
        }
        assert_int_equal(nt_ice_state(l.a), NT_ICE_COMPLETED);
        nt_time end = l.now + 40 * NT_SEC;
        while (l.now < end && nt_ice_state(l.a) == NT_ICE_COMPLETED) {
            struct out *o = next_out(&l, NT_STUN_REQUEST, "10.0.0.2:6000");
            if (o != NULL)
                respond(&l, o, (struct reply){.odd = odd ? UNKNOWN : 0x0004});
            go(&l, l.now + 100 * NT_MSEC);
        }
        assert_int_equal(nt_ice_state(l.a), odd ? NT_ICE_DISCONNECTED : NT_ICE_COMPLETED);
        lab_end(&l);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_stun_server), cmocka_unit_test(of_a_stun_server_without_error_code),
        cmocka_unit_test(of_none_at_all),   cmocka_unit_test(more_than_a_message_may_have),
        cmocka_unit_test(of_a_check),       cmocka_unit_test(of_a_consent_request),
    };
    return RUN_TESTS(tests);
}
