/* A check ends in an outcome: each kind of response, and none, by itself. */
#include "parts.h"

#include "core/ice/checks.h"

static struct parts p;
static struct nt_ice_outbox *outbox;
static struct nt_ice_config config;
static struct nt_ice_env env;
static struct nt_ice_checks *checks;
static struct nt_ice_peer peer;
static struct nt_ice_check check;
static struct nt_stun_msg parsed;
static uint8_t bytes[600];

static void begin(uint16_t limit)
{
    parts_init(&p);
    outbox = nt_ice_outbox_new(p.record);
    assert_non_null(outbox);
    peer = nt_ice_peer_of("peer", "peerpeerpeerpeerpeerpeer", "ours");
    config.max_pairs = limit;
    env = (struct nt_ice_env){.config = &config, .record = p.record, .outbox = outbox};
    checks = nt_ice_checks_new(&env, &peer);
    assert_non_null(checks);
    check = (struct nt_ice_check){.stream = 1,
                                  .pair = 7,
                                  .via = {.base = 0, .relay = NT_ICE_DIRECT},
                                  .remote = addr("10.0.0.2:6000"),
                                  .request = {.role = NT_ICE_CONTROLLING, .tie_breaker = 5, .priority = 9}};
}

static void end(void)
{
    nt_ice_checks_del(checks);
    nt_ice_outbox_del(outbox);
    parts_free(&p);
}

static const uint8_t *id_of(uint8_t n)
{
    static uint8_t id[NT_STUN_ID];
    memset(id, 0, sizeof id);
    id[0] = n;
    return id;
}

static void start(uint8_t n, nt_time now)
{
    nt_ice_checks_start(checks, &check, id_of(n), NT_STUN_RTO, now);
}

struct reply {
    int code; /* 0: success */
    bool unsigned_, unmapped, odd;
    const char *from;
};

static struct nt_ice_outcome respond(uint8_t n, struct reply r)
{
    struct nt_stun_builder b;
    struct nt_addr mapped = addr("192.0.2.1:4444"), from = r.from != NULL ? addr(r.from) : check.remote;
    nt_stun_start(&b, bytes, sizeof bytes, r.code == 0 ? NT_STUN_SUCCESS : NT_STUN_ERROR, NT_STUN_BINDING, id_of(n));
    if (r.code != 0)
        nt_stun_add_error(&b, r.code, NULL);
    else if (!r.unmapped)
        nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
    if (r.odd)
        nt_stun_add_u32(&b, 0x7ffe, 0);
    if (!r.unsigned_)
        nt_stun_add_integrity(&b, &peer.key);
    nt_stun_add_fingerprint(&b);
    int len = nt_stun_finish(&b);
    assert_true(len > 0);
    assert_int_equal(nt_stun_parse(&parsed, bytes, (size_t)len), NT_OK);
    return nt_ice_checks_response(checks, check.via, &from, &parsed, 60 * NT_MSEC);
}

TEST(each_response_has_its_outcome)
{
    static const struct {
        struct reply reply;
        enum nt_ice_result result;
    } cases[] = {
        {{0}, NT_ICE_RESULT_SUCCEEDED},
        {{.unsigned_ = true}, NT_ICE_RESULT_DISCARDED},
        {{.from = "10.0.0.2:6001"}, NT_ICE_RESULT_FAILED}, /* 7.2.5.2.1 */
        {{.unmapped = true}, NT_ICE_RESULT_FAILED},
        {{.odd = true}, NT_ICE_RESULT_FAILED}, /* RFC 8489, 6.3.3 */
        {{.code = 487}, NT_ICE_RESULT_CONFLICT},
        {{.code = 487, .odd = true}, NT_ICE_RESULT_FAILED}, /* no role is switched for it */
        {{.code = 400}, NT_ICE_RESULT_FAILED},
        {{.code = 401, .unsigned_ = true}, NT_ICE_RESULT_DISCARDED}, /* spoofed */
    };
    struct nt_addr mapped = addr("192.0.2.1:4444");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(10);
        start(1, 0);
        struct nt_ice_outcome out = respond(1, cases[i].reply);
        assert_int_equal(out.result, cases[i].result);
        bool goes_on = out.result == NT_ICE_RESULT_DISCARDED;
        assert_int_equal(nt_ice_checks_current(checks, 7) != NULL, goes_on);
        assert_true(goes_on == (last_told(&p, NT_TR_DISCARDED) != NULL)); /* what is discarded is told */
        assert_int_equal(respond(1, (struct reply){0}).result, goes_on ? NT_ICE_RESULT_SUCCEEDED : NT_ICE_RESULT_NONE);
        if (!goes_on) {
            assert_int_equal(out.check.pair, 7);
            assert_true(out.check.request.tie_breaker == 5);
        }
        assert_true(out.result != NT_ICE_RESULT_SUCCEEDED || nt_addr_equal(&out.mapped, &mapped));
        end();
    }
    begin(10);
    assert_int_equal(respond(1, (struct reply){0}).result, NT_ICE_RESULT_NONE);
    end();
}

/* RFC 8445, 7.3.1.4: a cancelled check is not sent again and its timeout is no failure, but its response counts; once ICE has
 * completed, only a role conflict does. */
TEST(cancelled_checks)
{
    struct nt_ice_outcome out;
    struct nt_ice_message m;
    begin(10);
    start(1, 0);
    nt_ice_checks_cancel(checks, 7);
    start(2, 10 * NT_MSEC);
    while (nt_ice_outbox_take(outbox, &m))
        ;
    assert_false(nt_ice_checks_timer(checks, 600 * NT_MSEC, &out));
    assert_true(nt_ice_outbox_take(outbox, &m) && m.id[0] == 2);
    assert_false(nt_ice_outbox_take(outbox, &m));
    assert_int_equal(nt_ice_record_stats(p.record)->retransmissions, 1);
    out = respond(1, (struct reply){0});
    assert_int_equal(out.result, NT_ICE_RESULT_SUCCEEDED);
    assert_true(out.check.cancelled);
    start(3, 700 * NT_MSEC); /* one check of a pair is current: the second is cancelled */
    assert_int_equal(nt_ice_checks_current(checks, 7)->txn.id[0], 3);
    nt_ice_checks_conclude(checks);
    assert_int_equal(respond(2, (struct reply){0}).result, NT_ICE_RESULT_NONE);
    nt_ice_checks_cancel(checks, 7);
    assert_int_equal(respond(3, (struct reply){0}).result, NT_ICE_RESULT_NONE);
    start(4, 800 * NT_MSEC);
    nt_ice_checks_cancel(checks, 7);
    assert_int_equal(respond(4, (struct reply){.code = 487}).result, NT_ICE_RESULT_CONFLICT);
    assert_int_equal(nt_ice_checks_deadline(checks), NT_TIME_NEVER);
    end();
}

TEST(no_response_is_a_failure)
{
    struct nt_ice_outcome out;
    begin(10);
    start(1, 0);
    while (nt_ice_checks_deadline(checks) < NT_STUN_TI)
        assert_false(nt_ice_checks_timer(checks, nt_ice_checks_deadline(checks), &out));
    assert_true(nt_ice_checks_timer(checks, NT_STUN_TI, &out));
    assert_int_equal(out.result, NT_ICE_RESULT_FAILED);
    assert_false(out.check.cancelled);
    assert_false(nt_ice_checks_timer(checks, NT_STUN_TI, &out));
    end();
}

/* More cancelled checks than there is room for: the oldest goes, and it is told. */
TEST(room_for_cancelled_checks)
{
    begin(1);
    for (uint8_t i = 0; i < 36; i++)
        start(i, i * NT_MSEC);
    assert_string_equal(last_told(&p, NT_TR_ICE_DROPPED)->text, "no room for a cancelled check: a response to it will not count");
    assert_int_equal(respond(0, (struct reply){0}).result, NT_ICE_RESULT_NONE);
    assert_int_equal(respond(35, (struct reply){0}).result, NT_ICE_RESULT_SUCCEEDED);
    assert_int_equal(respond(34, (struct reply){0}).result, NT_ICE_RESULT_SUCCEEDED);
    end();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_response_has_its_outcome), cmocka_unit_test(cancelled_checks),
                                       cmocka_unit_test(no_response_is_a_failure), cmocka_unit_test(room_for_cancelled_checks)};
    return RUN_TESTS(tests);
}
