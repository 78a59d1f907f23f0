/* RFC 8489, transactions, forms and fragments: stories in which nobody breaks a rule, and stories in which one party breaks one. */
#include "tests/unit/conformance/forge_server.h"
#include "tests/unit/conformance/stories.h"

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

/* --- transactions --- */

/* RFC 8489, 5: "bit-wise identical to the previous request and sent from the same transport address to the same IP address" */
static void one_request_for_two_ports(struct forge *f)
{
    struct nt_addr ports[] = {f->stun, addr("192.0.2.1:3479")};
    uint8_t request[64];
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    finish(f);
    memcpy(request, f->buf, f->len);
    for (size_t i = 0; i < 2; i++)
        cross(f, TAP_L, TAP_TURN, f->l, ports[i], request, NT_STUN_HEADER);
    for (size_t i = 0; i < 2; i++) {
        start(f, NT_STUN_SUCCESS, NT_STUN_BINDING);
        add_mapped(f, f->l);
        finish(f);
        send(f, TAP_TURN, TAP_L, ports[i], f->l);
    }
}

static void one_id_for_two_addresses(struct forge *f)
{
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    finish(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun2);
}

static void retransmit_binding(struct forge *f, int gap)
{
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    finish(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
    wait(f, gap - 1);
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
    signal(f, true, 1);
}

static void gathering_is_patient(struct forge *f)
{
    retransmit_binding(f, 500);
}

static void gathering_is_hasty(struct forge *f)
{
    retransmit_binding(f, 100);
}

static void binding(struct forge *f)
{
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    finish(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
}

/* RFC 8489, 6.2.1: at 0, 500, 1500, 3500, 7500, 15500 and 31500 ms. */
static void seven_sends(struct forge *f)
{
    binding(f);
    for (int i = 0; i < 6; i++) {
        wait(f, (500 << i) - 1);
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
    }
}

static void eight_sends(struct forge *f)
{
    seven_sends(f);
    wait(f, (500 << 6) - 1);
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
}

static void an_interval_that_does_not_double(struct forge *f)
{
    binding(f);
    for (int i = 0; i < 2; i++) {
        wait(f, 499);
        guilty_next(f);
        send(f, TAP_L, TAP_NONE, f->l, f->stun);
    }
}

/* What answers no Binding request is none to it, and L asks on. */
static void sent_again_after_a_response_of_another_method(struct forge *f)
{
    uint8_t again[NT_STUN_HEADER];
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    finish(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    memcpy(again, f->buf, sizeof again);
    start(f, NT_STUN_SUCCESS, NT_TURN_REFRESH);
    add_mapped(f, f->l);
    finish(f);
    guilty_next(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
    wait(f, 498);
    cross(f, TAP_L, TAP_NONE, f->l, f->stun, again, sizeof again);
}

static void sent_again_after_the_response(struct forge *f)
{
    uint8_t again[NT_STUN_HEADER];
    binding(f);
    memcpy(again, f->buf, sizeof again);
    start(f, NT_STUN_SUCCESS, NT_STUN_BINDING);
    add_mapped(f, f->l);
    finish(f);
    probe(f, TAP_L, f->stun, f->l);
    wait(f, 498);
    guilty_next(f);
    cross(f, TAP_L, TAP_NONE, f->l, f->stun, again, sizeof again);
}

static void refreshed_by_server(struct forge *f, unsigned tap)
{
    start(f, NT_STUN_SUCCESS, NT_TURN_REFRESH);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 600);
    sealed256(f, &f->alice);
    send(f, TAP_TURN, tap, f->stun, f->l);
}

/* The response to a Refresh is lost, and the request comes again. */
static void a_refresh_comes_again(struct forge *f)
{
    uint8_t again[512];
    gather_relay(f);
    refresh_with(f, FORGE_NONCE);
    size_t len = f->len;
    memcpy(again, f->buf, len);
    refreshed_by_server(f, TAP_NONE);
    wait(f, 500);
    cross(f, TAP_L, TAP_TURN, f->l, f->stun, again, len);
}

/* RFC 8489, 6.3.1: it is answered as before. */
static void a_repeated_request_gets_the_same(struct forge *f)
{
    a_refresh_comes_again(f);
    refreshed_by_server(f, TAP_L);
}

static void a_repeated_request_gets_another_response(struct forge *f)
{
    a_refresh_comes_again(f);
    turn_answer(f, NT_TURN_REFRESH, 508, &f->alice);
    guilty_next(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

/* RFC 8489, 6.3.1 asks for equal state; what has run out since has run out. */
static void the_nonce_runs_out_between_two_sends(struct forge *f)
{
    a_refresh_comes_again(f);
    said_stale(f, FORGE_NONCE2);
}

static void ask_allocation(struct forge *f, const char *nonce, uint8_t id[NT_STUN_ID])
{
    wait(f, 60);
    turn_request(f, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    credentials(f, "alice", nonce);
    sealed256(f, &f->alice);
    memcpy(id, f->id, NT_STUN_ID);
}

static void allocated_as(struct forge *f, const uint8_t id[NT_STUN_ID], struct nt_addr relayed)
{
    memcpy(f->id, id, NT_STUN_ID);
    start(f, NT_STUN_SUCCESS, NT_TURN_ALLOCATE);
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 3600);
    add_mapped(f, f->l);
    sealed256(f, &f->alice);
}

/* A 438 has ended a transaction, and a success comes for it much later: the client has another allocation since, and the judge
 * takes that one's address for its relayed checks. */
static void a_success_comes_too_late(struct forge *f)
{
    uint8_t first[NT_STUN_ID], second[NT_STUN_ID], bytes[512];
    ask_bare(f, false);
    ask_allocation(f, FORGE_NONCE, first);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    challenge(f, 438, FORGE_NONCE2);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
    ask_allocation(f, FORGE_NONCE2, second);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    allocated_as(f, second, f->relayed);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
    signal(f, true, 1);
    signal(f, false, 1);
    wait(f, 1500);
    turn_request(f, NT_TURN_CREATE_PERMISSION);
    add_peer(f, f->r);
    credentials(f, "alice", FORGE_NONCE2);
    sealed256(f, &f->alice);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    turn_answer(f, NT_TURN_CREATE_PERMISSION, 0, &f->alice);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
    wait(f, 60);
    fresh(f);
    memcpy(second, f->id, sizeof second);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    size_t len = f->len;
    memcpy(bytes, f->buf, len);
    wrap(f, NT_TURN_SEND, f->r);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
    wait(f, 400);
    allocated_as(f, first, addr("192.0.2.2:50010"));
    send(f, TAP_NONE, TAP_L, f->stun, f->l);
    wait(f, 98);
    memcpy(f->id, second, sizeof second);
    memcpy(f->buf, bytes, f->len = len);
    relay_down(f, 0);
    answer(f, false, f->relayed, 0);
    relay_up(f, 0);
}

/* The server is slow, and the request comes again, damaged, before its response leaves. */
static void a_slow_response_to_the_first_of_two(struct forge *f)
{
    struct nt_addr from = addr("10.0.0.1:5001");
    gather_relay(f);
    turn_request(f, NT_TURN_REFRESH);
    turn_signed(f);
    send(f, TAP_L, TAP_TURN, from, f->stun);
    wait(f, 499);
    f->buf[f->len - 1] ^= 1;
    probe(f, TAP_TURN, from, f->stun);
    turn_answer(f, NT_TURN_REFRESH, 437, &f->alice);
    send(f, TAP_TURN, TAP_L, f->stun, from);
}

/* A step has the server refuse the Allocate, without integrity, so that it comes again: what is granted then is an allocation. */
static void an_allocate_is_granted_the_second_time(struct forge *f)
{
    uint8_t id[NT_STUN_ID], bytes[512];
    f->refuses = true;
    ask_bare(f, false);
    ask_allocation(f, FORGE_NONCE, id);
    size_t len = f->len;
    memcpy(bytes, f->buf, len);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    turn_answer(f, NT_TURN_ALLOCATE, 400, NULL);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
    wait(f, 498);
    cross(f, TAP_L, TAP_TURN, f->l, f->stun, bytes, len);
    allocated_as(f, id, f->relayed);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
    refresh_with(f, FORGE_NONCE);
    refreshed_by_server(f, TAP_L);
}

/* --- responses that are to be discarded --- */

/* A Binding response to L with an attribute; L announces the address, or does not. */
static void mapped_with(struct forge *f, uint16_t type, const char *mapped, bool announced)
{
    struct nt_addr a = addr(mapped);
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    finish(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
    start(f, NT_STUN_SUCCESS, NT_STUN_BINDING);
    add_mapped(f, a);
    nt_stun_add_addr(&f->b, type, &f->stun);
    finish(f);
    probe(f, TAP_L, f->stun, f->l);
    if (announced)
        f->reflexive = a;
    guilty_next(f);
    signal(f, true, 1);
    signal(f, false, 1);
}

/* As servers do that still think of RFC 3489. */
static void an_old_attribute_is_passed_over(struct forge *f)
{
    mapped_with(f, NT_ATTR_SOURCE_ADDRESS, "198.51.100.77:5000", true);
}

static void a_response_with_the_unknown_is_discarded(struct forge *f)
{
    mapped_with(f, 0x7f00, "198.51.100.77:5000", false);
}

static void a_response_with_the_unknown_makes_a_candidate(struct forge *f)
{
    mapped_with(f, 0x7f00, "198.51.100.77:5000", true);
}

static void a_success_with_the_unknown(struct forge *f)
{
    signal(f, true, 1);
    signal(f, false, 1);
    wait(f, 60);
    fresh(f);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    send(f, TAP_L, TAP_R, f->l, f->r);
    start(f, NT_STUN_SUCCESS, NT_STUN_BINDING);
    add_mapped(f, f->l);
    nt_stun_add_u32(&f->b, 0x7f00, 0);
    sealed(f, &f->pwd_r);
    send(f, TAP_R, TAP_L, f->r, f->l);
}

static void a_success_with_the_unknown_is_nominated(struct forge *f)
{
    a_success_with_the_unknown(f);
    wait(f, 60);
    fresh(f);
    check(f, true, CONTROLLING | NOMINATE, FORGE_TIE_L);
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, f->l, f->r);
}

static void an_old_attribute_in_a_response(struct forge *f)
{
    binding(f);
    probe(f, TAP_TURN, f->l, f->stun);
    start(f, NT_STUN_SUCCESS, NT_STUN_BINDING);
    add_mapped(f, f->l);
    nt_stun_add_addr(&f->b, NT_ATTR_SOURCE_ADDRESS, &f->stun);
    finish(f);
    guilty_next(f);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
}

static void a_username_in_a_long_term_response(struct forge *f)
{
    gather_relay(f);
    refresh_with(f, FORGE_NONCE);
    start(f, NT_STUN_SUCCESS, NT_TURN_REFRESH);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 600);
    nt_stun_add_text(&f->b, NT_ATTR_USERNAME, "alice");
    sealed256(f, &f->alice);
    guilty_next(f);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
}

static void an_attribute_after_the_integrity(struct forge *f)
{
    f->broken = "RFC8489-9-after-integrity";
    checks_of_both(f);
    wait(f, 60);
    fresh(f);
    check(f, true, CONTROLLING | SPOILT, FORGE_TIE_L);
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, f->l, f->r);
}

/* --- forms --- */

static void ask_unknown(struct forge *f, unsigned more)
{
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    for (unsigned i = 0; i <= more; i++)
        nt_stun_add_u32(&f->b, (uint16_t)(0x7f00 + i), 0);
    finish(f);
    probe(f, TAP_TURN, f->l, f->stun);
    guilty_next(f);
}

static void refuse_unknown(struct forge *f, const char *list, size_t len)
{
    start(f, NT_STUN_ERROR, NT_STUN_BINDING);
    nt_stun_add_error(&f->b, 420, NULL);
    nt_stun_add(&f->b, NT_ATTR_UNKNOWN_ATTRIBUTES, list, len);
    finish(f);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
}

static void a_stun_server_refuses_the_unknown(struct forge *f)
{
    ask_unknown(f, 1);
    refuse_unknown(f, "\x7f\x00\x7f\x01", 4);
}

static void a_stun_server_grants_the_unknown(struct forge *f)
{
    ask_unknown(f, 0);
    start(f, NT_STUN_SUCCESS, NT_STUN_BINDING);
    add_mapped(f, f->l);
    finish(f);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
}

static void a_list_lacks_an_attribute(struct forge *f)
{
    ask_unknown(f, 1);
    refuse_unknown(f, "\x7f\x00", 2);
}

static void a_list_has_an_attribute_of_its_own(struct forge *f)
{
    ask_unknown(f, 0);
    refuse_unknown(f, "\x7f\x00\x7f\x09", 4);
}

static void an_error_code_of_two_bytes(struct forge *f)
{
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    finish(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    start(f, NT_STUN_ERROR, NT_STUN_BINDING);
    nt_stun_add(&f->b, NT_ATTR_ERROR_CODE, "\0\0", 2);
    finish(f);
    guilty_next(f);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
}

static void an_address_family_of_one_byte(struct forge *f)
{
    gather_relay(f);
    wait(f, 60);
    turn_request(f, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    nt_stun_add(&f->b, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, "\2", 1);
    turn_signed(f);
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
}

static void ask_by(struct forge *f, const char *software)
{
    fresh(f);
    start(f, NT_STUN_REQUEST, NT_STUN_BINDING);
    nt_stun_add_text(&f->b, NT_ATTR_SOFTWARE, software);
    finish(f);
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
}

static void software_of_127_characters(struct forge *f)
{
    char text[127 * 2 + 1] = "";
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa4", 3);
    ask_by(f, text);
    ask_by(f, "\xe2\x82\xac \xf0\x9f\x98\x80");
}

static void software_in_latin_1(struct forge *f)
{
    ask_by(f, "M\xfcller");
}

static void software_in_overlong_characters(struct forge *f)
{
    ask_by(f, "\xc0\xaf");
}

static void software_with_half_a_surrogate(struct forge *f)
{
    ask_by(f, "\xed\xa0\x80");
}

static void software_that_ends_within_a_character(struct forge *f)
{
    ask_by(f, "x\xe2\x82");
}

static void an_icmp_of_four_bytes(struct forge *f)
{
    fresh(f);
    start(f, NT_STUN_INDICATION, NT_TURN_DATA);
    add_peer(f, f->r);
    nt_stun_add(&f->b, NT_ATTR_ICMP, "\0\0\3\0", 4);
    finish(f);
    guilty_next(f);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
}

/* RFC 8489, 14.14: "fewer than 128 characters" */
static void software_of_128_characters(struct forge *f)
{
    char text[129] = "";
    memset(text, 'x', 128);
    ask_by(f, text);
}

/* An error response that says no error: what is missing is named, and nothing else. */
static void a_signed_request_is_refused_without_a_code(struct forge *f)
{
    gather_relay(f);
    wait(f, 60);
    turn_request(f, NT_TURN_REFRESH);
    turn_signed(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    start(f, NT_STUN_ERROR, NT_TURN_REFRESH);
    finish(f);
    guilty_next(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

/* --- the tests --- */

static const struct story stories[] = {
    STORY_OF(a_request_in_fragments_is_answered, "RFC8489-5-answer-id RFC8656-11.1-permission"),
    STORY_OF(one_request_for_two_ports, "RFC8489-5-fresh-id RFC8489-6.3.1.2-source"),
    STORY(the_nonce_runs_out_between_two_sends),
    STORY_OF(gathering_is_patient, "RFC8445-14.3-rto"),
    STORY(an_old_attribute_is_passed_over),
    STORY_OF(software_of_127_characters, "RFC8489-14.14-software"),
    STORY_OF(a_success_comes_too_late, "RFC8489-5-fresh-id"),
    STORY(an_allocate_is_granted_the_second_time),
    STORY_OF(a_slow_response_to_the_first_of_two, "RFC8489-9.2.4-integrity"),
    STORY_OF(seven_sends, "RFC8489-6.2.1-doubling RFC8489-6.2.1-rc RFC8489-6.2.1-stop RFC8489-6.2.1-identical"),
    STORY_OF(a_repeated_request_gets_the_same, "RFC8489-6.3.1-repeat"),
    STORY_OF(a_response_with_the_unknown_is_discarded, "RFC8489-6.3.3-unknown"),
    STORY_OF(a_stun_server_refuses_the_unknown, "RFC8489-6.3.1-required RFC8489-6.3.1.1-unknown"),
};

static const struct breach breaches[] = {
    BREACH(software_of_128_characters, "RFC8489-14.14-software", "L", 1),
    BREACH(a_signed_request_is_refused_without_a_code, "RFC8489-6.3.1.1-error-code", "turn", 1),
    BREACH(an_answer_to_half_a_request, "RFC8489-5-answer-id", "turn", 1),
    BREACH(what_came_in_fragments_is_relayed_otherwise, "RFC8656-11.2-payload", "turn", 1),
    BREACH(one_id_for_two_addresses, "RFC8489-5-fresh-id", "L", 1),
    BREACH(a_response_with_the_unknown_makes_a_candidate, "RFC8489-6.3.3-unknown", "L", 1),
    BREACH(a_success_with_the_unknown_is_nominated, "RFC8445-8.1.1-valid", "L", 1),
    BREACH(eight_sends, "RFC8489-6.2.1-rc", "L", 1),
    BREACH(an_interval_that_does_not_double, "RFC8489-6.2.1-doubling", "L", 1),
    BREACH(sent_again_after_a_response_of_another_method, "RFC8489-6.3.1.1-method", "turn", 1),
    BREACH(sent_again_after_the_response, "RFC8489-6.2.1-stop", "L", 1),
    BREACH(a_repeated_request_gets_another_response, "RFC8489-6.3.1-repeat", "turn", 1),
    BREACH(an_old_attribute_in_a_response, "RFC8489-18.3-reserved", "turn", 1),
    BREACH(a_username_in_a_long_term_response, "RFC8489-9.2.4-no-username", "turn", 1),
    BREACH(an_attribute_after_the_integrity, "RFC8489-9-after-integrity", "L", 1),
    BREACH(gathering_is_hasty, "RFC8445-14.3-rto", "L", 1),
    BREACH(a_stun_server_grants_the_unknown, "RFC8489-6.3.1-required", "turn", 1),
    BREACH(a_list_lacks_an_attribute, "RFC8489-6.3.1.1-unknown", "turn", 1),
    BREACH(a_list_has_an_attribute_of_its_own, "RFC8489-6.3.1.1-unknown", "turn", 1),
    BREACH(an_error_code_of_two_bytes, "RFC8489-6.3.1.1-error-code", "turn", 1),
    BREACH(an_address_family_of_one_byte, "RFC8489-14-sizes", "L", 1),
    BREACH(software_in_latin_1, "RFC8489-14.14-software", "L", 1),
    BREACH(software_in_overlong_characters, "RFC8489-14.14-software", "L", 1),
    BREACH(software_with_half_a_surrogate, "RFC8489-14.14-software", "L", 1),
    BREACH(software_that_ends_within_a_character, "RFC8489-14.14-software", "L", 1),
    BREACH(an_icmp_of_four_bytes, "RFC8489-14-sizes", "turn", 1),
};

TEST_STORIES_AND_BREACHES

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {STORIES_AND_BREACHES};
    return RUN_TESTS(tests);
}
