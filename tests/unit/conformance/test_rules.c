/* Each MUST rule of the conformance tables has a forged trace: the same call, with that rule broken. Then that rule is found
 * broken, and no other; the call as it should be breaks none. */
#include "tests/unit/conformance/blames.h"
#include "tests/unit/conformance/forge_server.h"

#include "tests/unit/help.h"

/* --- an agent, asked strange things --- */

static void probe_agent(struct forge *f)
{
    struct nt_addr stranger = addr("10.7.7.7:7777"), source = stranger;
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
    static const char *const rules[] = {"RFC8445-7.3-mapped", "RFC8445-7.3-alternate", "RFC8445-7.3-refused",
                                        "RFC8489-9.1.3-integrity", "RFC8489-9.1.3-no-username"};
    bool any = false;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        any = any || is(f, rules[i]);
    if (!any)
        return;
    if (is(f, "RFC8445-7.3-mapped"))
        mapped.port++;
    wait(f, 60);
    fresh(f);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    send(f, TAP_L, TAP_R, f->l, f->r);
    if (is(f, "RFC8445-7.3-refused")) {
        answer(f, false, f->l, 500);
        send(f, TAP_R, TAP_L, f->r, f->l);
        return;
    }
    start(f, NT_STUN_SUCCESS, NT_STUN_BINDING);
    add_mapped(f, mapped);
    if (is(f, "RFC8445-7.3-alternate"))
        nt_stun_add_addr(&f->b, NT_ATTR_ALTERNATE_SERVER, &f->stun);
    if (is(f, "RFC8489-9.1.3-no-username"))
        nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "LLLL:RRRR");
    sealed(f, is(f, "RFC8489-9.1.3-integrity") ? NULL : &f->pwd_r);
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
        send(f, TAP_L, TAP_NONE, f->l, addr("10.0.0.2:6002"));
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
    if (is(f, "RFC7675-5.2-revoked")) {
        answer(f, false, f->l, 403);
        send(f, TAP_R, TAP_L, f->r, f->l);
        text(f, "\x80 data");
        send(f, TAP_L, TAP_R, f->l, f->r);
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
    refreshed(f, 600);
}

static void channel_data(struct forge *f)
{
    text(f, "\x80 on a channel");
    uint8_t inner[64];
    size_t len = f->len;
    memcpy(inner, f->buf, len);
    f->len = (size_t)nt_channel_data_write(f->buf, sizeof f->buf, 0x4000, inner, len);
    probe(f, TAP_TURN, f->l, f->stun);
    f->broken_at = (uint32_t)f->c.frame_count + 1;
    cross(f, TAP_TURN, TAP_NONE, f->relayed, f->r, inner, len);
}

/* The server relays what it should not any more: about 100 s after the channel was bound. */
static bool relayed_too_long(struct forge *f)
{
    bool permission = is(f, "RFC8656-9-lifetime"), binding = is(f, "RFC8656-12-lifetime"), data = is(f, "RFC8656-12.6-refresh");
    if (!permission && !binding && !data)
        return false;
    wait(f, data ? 120000 : binding ? 600000 : 350000);
    channel_data(f);
    wait(f, 150000);
    if (data)
        channel_data(f);
    return true;
}

static void released(struct forge *f)
{
    if (relayed_too_long(f))
        return;
    wait(f, is(f, "RFC8656-8-refresh") ? 3600000 : 1000);
    if (breaks(f, "RFC8656-8-refresh")) {
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
    refreshed(f, breaks(f, "RFC8656-8.2-zero") ? 600 : 0);
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
        send(f, TAP_NONE, TAP_L, addr("10.0.0.2:6001"), f->l);
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
    if (!is(f, "RFC8445-7.2.1-permission"))
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
    probe_redirect(f);
    redirected(f);
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

/* Tells the frame that breaks the rule, or 0 where the trace does not say it. */
static uint32_t judge_story(const char *broken, struct nt_conf_verdict *verdict)
{
    struct forge *f = malloc(sizeof *f);
    if (f == NULL)
        abort();
    forge_init(f, broken);
    tell(f);
    assert_int_equal(forge_judge(f, verdict), NT_OK);
    uint32_t broken_at = f->broken_at;
    nt_capture_free(&f->c);
    free(f);
    return broken_at;
}

static size_t report(const struct nt_conf_verdict *v, const char *broken)
{
    size_t others = 0;
    for (size_t i = 0; i < v->violations.count; i++)
        if (strcmp(v->violations.of[i].rule->id, broken) != 0) {
            print_error("breaking %s: frame %u, %s broke %s: %s\n", broken, (unsigned)v->violations.of[i].frame,
                        v->violations.of[i].party, v->violations.of[i].rule->id, v->violations.of[i].detail);
            others++;
        }
    return others;
}

/* Who is blamed, and how often; of RFC 8656 also at which frame. */
static size_t report_blame(const struct nt_conf_verdict *v, const struct nt_conf_rule *rule, uint32_t broken_at)
{
    struct blame want = {rule->id, rule->binds == NT_CONF_BINDS_SERVER ? "turn" : "L", 1};
    for (size_t i = 0; i < sizeof blames / sizeof blames[0]; i++)
        want = strcmp(blames[i].rule, rule->id) == 0 ? blames[i] : want;
    if (v->violations.count == 0)
        return 0;
    const struct nt_conf_finding *found = &v->violations.of[0];
    bool frame = strncmp(rule->id, "RFC8656", 7) != 0 || found->frame == broken_at,
         right = v->violations.count == want.count && frame;
    for (size_t i = 0; i < v->violations.count; i++)
        right = right && strcmp(v->violations.of[i].party, want.party) == 0;
    if (!right)
        print_error("%s: %zu violations, the first at frame %u by %s; expected %u, all by %s\n", rule->id, v->violations.count,
                    (unsigned)found->frame, found->party, want.count, want.party);
    return !right;
}

TEST(the_call_as_it_should_be)
{
    struct nt_conf_verdict v;
    judge_story("", &v);
    assert_int_equal(report(&v, ""), 0);
    assert_int_equal(v.violations.count, 0);
    assert_true(v.exercised >= 120);
    nt_conf_verdict_free(&v);
}

/* Rules that a story breaks, in a test_stories_*.c, need not be broken here as well. */
static bool breaks_in_a_story(const char *rule)
{
    static const char *const files[] = {"8489", "8489_transactions", "allocations", "relaying", "silence", "ice",
                                        "sdp",  "trickle",           "restarts",    "ends"};
    static char source[1 << 20];
    char path[300], quoted[80];
    snprintf(quoted, sizeof quoted, ", \"%s\", \"", rule);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, TEST_SOURCE_DIR "/tests/unit/conformance/test_stories_%s.c", files[i]);
        FILE *f = fopen(path, "r");
        size_t n = f != NULL ? fread(source, 1, sizeof source - 1, f) : 0;
        if (f != NULL)
            fclose(f);
        source[n] = '\0';
        if (strstr(source, quoted) != NULL)
            return true;
    }
    return false;
}

TEST(each_must_has_a_trace_that_breaks_it)
{
    size_t count, musts = 0, missed = 0, others = 0;
    const struct nt_conf_rule *rules = nt_conf_rules(&count);
    for (size_t i = 0; i < count; i++) {
        struct nt_conf_verdict v;
        if (rules[i].level == NT_CONF_SHOULD)
            continue;
        musts++;
        uint32_t broken_at = judge_story(rules[i].id, &v);
        size_t wrong = report(&v, rules[i].id);
        others += report_blame(&v, &rules[i], broken_at);
        if (v.violations.count == wrong && !breaks_in_a_story(rules[i].id)) {
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

TEST(ids_are_unique_and_found)
{
    size_t count;
    const struct nt_conf_rule *rules = nt_conf_rules(&count);
    for (size_t i = 0; i < count; i++)
        assert_ptr_equal(nt_conf_rule_find(rules[i].id), &rules[i]);
    assert_null(nt_conf_rule_find("RFC1-1-none"));
}

TEST(an_empty_trace_exercises_nothing)
{
    struct forge f;
    struct nt_conf_verdict v;
    forge_init(&f, "");
    assert_int_equal(forge_judge(&f, &v), NT_OK);
    assert_int_equal(v.violations.count, 0);
    assert_int_equal(v.exercised, 0);
    nt_conf_verdict_free(&v);
    nt_capture_free(&f.c);
}

/* RFC 8863, 4: but for the end of the scenario it would wait. */
TEST(who_is_told_to_stop_may_release_its_allocation)
{
    struct forge *f = malloc(sizeof *f);
    struct nt_conf_verdict v;
    assert_non_null(f);
    for (int told = 0; told < 2; told++) {
        forge_init(f, "RFC8863-4-patience");
        tell(f);
        f->stopped = told ? f->now - NT_MSEC : 0;
        assert_int_equal(forge_judge(f, &v), NT_OK);
        assert_int_equal(v.violations.count, told ? 0 : 1);
        nt_conf_verdict_free(&v);
        nt_capture_free(&f->c);
    }
    free(f);
}

/* --- what real stacks do and natsim's own never does: the rules blame who did it, and nobody else --- */

static void judged(struct forge *f, struct nt_conf_verdict *v)
{
    assert_int_equal(forge_judge(f, v), NT_OK);
    nt_capture_free(&f->c);
}

/* As libjuice, which takes the id of its first Allocate request for the one with credentials, too. */
TEST(one_id_for_two_requests)
{
    struct forge f;
    struct nt_conf_verdict v;
    forge_init(&f, "");
    ask_bare(&f, false);
    wait(&f, 60);
    start(&f, NT_STUN_REQUEST, NT_TURN_ALLOCATE); /* without a fresh id */
    allocate_attrs(&f);
    credentials(&f, "alice", FORGE_NONCE);
    sealed256(&f, &f.alice);
    send(&f, TAP_L, TAP_TURN, f.l, f.stun);
    start(&f, NT_STUN_SUCCESS, NT_TURN_ALLOCATE);
    nt_stun_add_addr(&f.b, NT_ATTR_XOR_RELAYED_ADDRESS, &f.relayed);
    nt_stun_add_u32(&f.b, NT_ATTR_LIFETIME, 3600);
    add_mapped(&f, f.l);
    sealed256(&f, &f.alice);
    send(&f, TAP_TURN, TAP_L, f.stun, f.l);
    permission(&f); /* the allocation is there: nothing that follows is without one */
    judged(&f, &v);
    assert_int_equal(v.violations.count, 1);
    assert_string_equal(v.violations.of[0].rule->id, "RFC8489-5-fresh-id");
    assert_string_equal(v.violations.of[0].party, "L");
    nt_conf_verdict_free(&v);
}

/* RFC 8489, 11: without the cookie, both ways; so libnice asks its STUN server. */
static void classic_binding(struct forge *f, bool asked)
{
    uint8_t request[NT_STUN_HEADER], answer[NT_STUN_HEADER];
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    finish(f);
    memcpy(request, f->buf, sizeof request);
    nt_store32(request + 4, 0x01020304);
    memcpy(answer, request, sizeof answer);
    answer[0] = 1;
    if (asked)
        cross(f, TAP_L, TAP_TURN, f->l, f->stun, request, sizeof request);
    cross(f, TAP_TURN, TAP_L, f->stun, f->l, answer, sizeof answer);
}

TEST(a_classic_client_is_answered_in_kind)
{
    struct forge f;
    struct nt_conf_verdict v;
    forge_init(&f, "");
    classic_binding(&f, true);
    judged(&f, &v);
    assert_int_equal(v.violations.count, 1);
    assert_string_equal(v.violations.of[0].rule->id, "RFC8489-5-cookie");
    assert_string_equal(v.violations.of[0].party, "L");
    nt_conf_verdict_free(&v);
}

TEST(nobody_asked_for_a_classic_answer)
{
    struct forge f;
    struct nt_conf_verdict v;
    forge_init(&f, "");
    classic_binding(&f, false);
    judged(&f, &v);
    assert_int_equal(v.violations.count, 1);
    assert_string_equal(v.violations.of[0].party, "turn");
    nt_conf_verdict_free(&v);
}

/* A browser asks DNS from a port of its own; the same bytes from a candidate's port are data without consent. */
TEST(what_ice_does_not_carry_is_not_its_data)
{
    for (int ours = 0; ours < 2; ours++) {
        struct forge f;
        struct nt_conf_verdict v;
        forge_init(&f, "");
        signal(&f, true, 1);
        signal(&f, false, 1);
        text(&f, "\xf5\x4f query");
        send(&f, TAP_L, TAP_NONE, ours ? f.l : addr("10.0.0.1:7373"), addr("10.0.0.99:53"));
        judged(&f, &v);
        assert_int_equal(v.violations.count, ours);
        assert_true(!ours || strcmp(v.violations.of[0].rule->id, "RFC7675-5.1-consent") == 0);
        nt_conf_verdict_free(&v);
    }
}

/* Timers of real programs are seen as late as the machine is busy: 30 ms for 50 pass, and 20 ms do not. */
TEST(real_time_is_known_less_exactly)
{
    static const struct {
        bool real_time;
        unsigned gap;
        size_t count;
    } cases[] = {{false, 50, 0}, {false, 30, 1}, {true, 30, 0}, {true, 20, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct forge f;
        struct nt_conf_verdict v;
        forge_init(&f, "");
        f.real_time = cases[i].real_time;
        signal(&f, true, 1);
        signal(&f, false, 1);
        for (int n = 0; n < 2; n++) {
            fresh(&f);
            check(&f, true, CONTROLLING, FORGE_TIE_L);
            nt_time sent = f.now;
            send(&f, TAP_L, TAP_NONE, f.l, n == 0 ? f.r : addr("10.0.0.9:9000"));
            f.now = sent + cases[i].gap * NT_MSEC;
        }
        judged(&f, &v);
        assert_int_equal(v.violations.count, cases[i].count);
        assert_true(v.violations.count == 0 || strcmp(v.violations.of[0].rule->id, "RFC8445-14.2-pacing") == 0);
        nt_conf_verdict_free(&v);
    }
}

/* RFC 8445, 7.2.1: it is created when the server was told; browsers send their checks right behind the request. */
TEST(a_permission_is_created_when_the_server_was_told)
{
    struct forge f;
    struct nt_conf_verdict v;
    forge_init(&f, "");
    gather_relay(&f);
    signal(&f, true, 1);
    signal(&f, false, 1);
    wait(&f, 60);
    turn_request(&f, NT_TURN_CREATE_PERMISSION);
    add_peer(&f, f.r);
    turn_signed(&f);
    send(&f, TAP_L, TAP_TURN, f.l, f.stun);
    wait(&f, 60);
    fresh(&f);
    check(&f, true, CONTROLLING, FORGE_TIE_L);
    wrap(&f, NT_TURN_SEND, f.r);
    send(&f, TAP_L, TAP_TURN, f.l, f.stun);
    judged(&f, &v);
    for (size_t i = 0; i < v.violations.count; i++)
        assert_string_not_equal(v.violations.of[i].rule->id, "RFC8445-7.2.1-permission");
    nt_conf_verdict_free(&v);
}

/* RFC 8445, 7.3.1.5: a nomination that is not accepted is rejected, "e.g., 400"; 6.1.2.5: an agent whose check lists are full may
 * refuse a check that gets no pair. Otherwise an authentic check is accepted. */
TEST(which_checks_may_be_refused)
{
    static const struct {
        int flags, code;
        uint16_t max_pairs;
        bool described;
        size_t count;
    } cases[] = {
        {CONTROLLING, 400, 0, true, 1},
        {CONTROLLING | NOMINATE, 400, 0, true, 0},
        {CONTROLLING | NOMINATE, 401, 0, true, 1},
        {CONTROLLING, 400, 1, true, 0},
        {CONTROLLING, 401, 1, true, 1},
        {CONTROLLING, 400, 10, true, 1},
        {CONTROLLING, 400, 1, false, 0},
        {CONTROLLING, 400, 10, false, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct forge f;
        struct nt_conf_verdict v;
        size_t refused = 0;
        forge_init(&f, "");
        f.max_pairs = cases[i].max_pairs;
        signal(&f, true, 1);
        if (cases[i].described)
            signal(&f, false, 1);
        wait(&f, 60);
        fresh(&f);
        check(&f, false, cases[i].flags, FORGE_TIE_R);
        send(&f, TAP_R, TAP_L, f.r, f.l);
        answer(&f, true, f.r, cases[i].code);
        send(&f, TAP_L, TAP_R, f.l, f.r);
        judged(&f, &v);
        for (size_t k = 0; k < v.violations.count; k++)
            refused += strcmp(v.violations.of[k].rule->id, "RFC8445-7.3-left-half") == 0;
        assert_int_equal(refused, cases[i].count);
        nt_conf_verdict_free(&v);
    }
}

/* RFC 8656, 11.1, and RFC 8445, 7.3: the response to CreatePermission is lost, and a check comes through the relay: it is answered
 * at once. The same Send indication before anything was relayed is a violation. */
TEST(what_the_server_relays_proves_the_permission)
{
    for (int relayed = 0; relayed < 3; relayed++) { /* nothing, a Data indication, ChannelData */
        struct forge f;
        struct nt_conf_verdict v;
        size_t found = 0;
        uint16_t number = relayed == 2 ? 0x4000 : 0;
        forge_init(&f, "");
        gather_relay(&f);
        signal(&f, true, 1);
        signal(&f, false, 1);
        wait(&f, 60);
        turn_request(&f, number != 0 ? NT_TURN_CHANNEL_BIND : NT_TURN_CREATE_PERMISSION);
        if (number != 0)
            nt_stun_add_u32(&f.b, NT_ATTR_CHANNEL_NUMBER, (uint32_t)number << 16);
        add_peer(&f, f.r);
        turn_signed(&f);
        send(&f, TAP_L, TAP_TURN, f.l, f.stun);
        turn_answer(&f, number != 0 ? NT_TURN_CHANNEL_BIND : NT_TURN_CREATE_PERMISSION, 0, &f.alice);
        send(&f, TAP_TURN, TAP_NONE, f.stun, f.l);
        wait(&f, 60);
        fresh(&f);
        check(&f, false, CONTROLLED, f.tie_r);
        if (relayed != 0)
            relay_up(&f, number);
        answer(&f, true, f.r, 0);
        relay_down(&f, number);
        judged(&f, &v);
        for (size_t i = 0; i < v.violations.count; i++)
            found += strncmp(v.violations.of[i].rule->id, "RFC8656-11.1", 12) == 0 ||
                     strncmp(v.violations.of[i].rule->id, "RFC8656-12.5", 12) == 0;
        assert_int_equal(found, relayed == 0);
        nt_conf_verdict_free(&v);
    }
}

/* RFC 8445, 8.3.1: a candidate that is freed need not answer; the server learns of it later than it was said. */
TEST(who_gave_up_an_allocation_answers_nothing_by_it)
{
    for (uint32_t lifetime = 0; lifetime <= 600; lifetime += 600) {
        struct forge f;
        struct nt_conf_verdict v;
        size_t unanswered = 0;
        forge_init(&f, "");
        gather_relay(&f);
        signal(&f, true, 1);
        signal(&f, false, 1);
        permission(&f);
        relayed_checks(&f);
        nominated(&f);
        wait(&f, 1000);
        turn_request(&f, NT_TURN_REFRESH);
        nt_stun_add_u32(&f.b, NT_ATTR_LIFETIME, lifetime);
        turn_signed(&f);
        send(&f, TAP_L, TAP_NONE, f.l, f.stun);
        fresh(&f);
        check(&f, false, CONTROLLED, f.tie_r);
        relay_up(&f, 0);
        wait(&f, 2000);
        ask_consent(&f, true);
        answer(&f, false, f.l, 0);
        send(&f, TAP_R, TAP_L, f.r, f.l);
        wait(&f, 1000);
        judged(&f, &v);
        for (size_t i = 0; i < v.violations.count; i++)
            unanswered += strcmp(v.violations.of[i].rule->id, "RFC8445-7.3-answer") == 0;
        assert_int_equal(unanswered, lifetime == 0 ? 0 : 1);
        nt_conf_verdict_free(&v);
    }
}

/* --- more than is kept --- */

/* Beyond what is kept one by one, the first datagram of each second stands for the others, and is judged. */
TEST(data_of_a_flood_is_judged_by_the_second)
{
    struct forge f;
    struct nt_conf_verdict v;
    forge_init(&f, "");
    gather_binding(&f);
    gather_relay(&f);
    signal(&f, true, 1);
    signal(&f, false, 1);
    role_conflict(&f);
    nominated(&f);
    for (int i = 0; i < 40000; i++) {
        text(&f, "\x80 flood");
        send(&f, TAP_L, TAP_R, f.l, f.r);
    }
    f.now = (f.now / NT_SEC + 1) * NT_SEC;
    for (int i = 0; i < 500; i++)
        send(&f, TAP_L, TAP_NONE, f.l, addr("10.0.0.2:6002")); /* a pair that is not valid */
    wait(&f, 1000);
    send(&f, TAP_L, TAP_NONE, f.l, addr("10.0.0.2:6002"));
    judged(&f, &v);
    assert_int_equal(v.cut, 0);
    assert_int_equal(report(&v, "RFC8445-12.1-valid"), 0);
    assert_int_equal(v.violations.count, 2);
    assert_string_equal(v.violations.of[0].rule->id, "RFC8445-12.1-valid");
    assert_string_equal(v.violations.of[1].rule->id, "RFC8445-12.1-valid");
    nt_conf_verdict_free(&v);
}

TEST(a_limit_that_is_reached_is_said)
{
    struct forge f;
    struct nt_conf_verdict v;
    forge_init(&f, "");
    for (int i = 0; i < 50001; i++)
        keepalive(&f);
    judged(&f, &v);
    assert_int_equal(v.cut, 100001); /* the frames before hold as many messages as are kept */
    assert_non_null(v.cut_why);
    assert_int_equal(v.violations.count, 0);
    nt_conf_verdict_free(&v);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ids_are_unique_and_found),
                                       cmocka_unit_test(an_empty_trace_exercises_nothing),
                                       cmocka_unit_test(the_call_as_it_should_be),
                                       cmocka_unit_test(each_must_has_a_trace_that_breaks_it),
                                       cmocka_unit_test(who_is_told_to_stop_may_release_its_allocation),
                                       cmocka_unit_test(one_id_for_two_requests),
                                       cmocka_unit_test(a_classic_client_is_answered_in_kind),
                                       cmocka_unit_test(nobody_asked_for_a_classic_answer),
                                       cmocka_unit_test(what_ice_does_not_carry_is_not_its_data),
                                       cmocka_unit_test(real_time_is_known_less_exactly),
                                       cmocka_unit_test(a_permission_is_created_when_the_server_was_told),
                                       cmocka_unit_test(which_checks_may_be_refused),
                                       cmocka_unit_test(what_the_server_relays_proves_the_permission),
                                       cmocka_unit_test(who_gave_up_an_allocation_answers_nothing_by_it),
                                       cmocka_unit_test(data_of_a_flood_is_judged_by_the_second),
                                       cmocka_unit_test(a_limit_that_is_reached_is_said)};
    return RUN_TESTS(tests);
}
