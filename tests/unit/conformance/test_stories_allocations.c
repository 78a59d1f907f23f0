/* RFC 8656, 5 to 8, allocations: stories in which nobody breaks a rule, each of which was once taken for a breach or shows where
 * the rule ends; and stories in which one party breaks one rule, which is blamed at that frame, so often, and nobody else. */
#include "tests/unit/conformance/turn_stories.h"

/* --- who may ask --- */

static void answer_bare(struct forge *f, int code)
{
    wait(f, 60);
    turn_request(f, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    finish(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    if (code == 0) {
        start(f, NT_STUN_SUCCESS, NT_TURN_ALLOCATE);
        nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS, &f->relayed);
        nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 3600);
        add_mapped(f, f->l);
        finish(f);
    } else {
        start(f, NT_STUN_ERROR, NT_TURN_ALLOCATE);
        nt_stun_add_error(&f->b, code, NULL);
        if (code == 300)
            nt_stun_add_addr(&f->b, NT_ATTR_ALTERNATE_SERVER, &f->stun2);
        finish(f);
    }
    guilty_next(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

/* RFC 8656, 7.2 (10), (11): "At any point, the server MAY choose to reject the request" */
static void redirected_before_login(struct forge *f)
{
    answer_bare(f, 300);
}

static void over_quota_before_login(struct forge *f)
{
    answer_bare(f, 486);
}

static void forbidden_before_login(struct forge *f)
{
    answer_bare(f, 403);
}

static void granted_without_login(struct forge *f)
{
    answer_bare(f, 0);
}

/* RFC 8656, 7.2 (1): "MAY allow an unauthenticated request [...] from new and/or guest users" */
static void a_guest_is_served(struct forge *f)
{
    f->open = true;
    answer_bare(f, 0);
    wait(f, 60);
    turn_request(f, NT_TURN_CREATE_PERMISSION);
    add_peer(f, f->r);
    finish(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    turn_answer(f, NT_TURN_CREATE_PERMISSION, 0, NULL);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
    wait(f, 60);
    data_from(f, TAP_R, f->r, f->relayed, "\x80 for a guest");
    indicate(f, f->r);
    text(f, "\x80 of a guest");
    relay_down(f, 0);
}

/* --- dual allocations --- */

/* RFC 8656, 8.1: deleting one address "MUST NOT affect any permissions or channels associated with [...] the other address family"
 */
static void one_half_of_a_dual_allocation_ends(struct forge *f)
{
    log_in_for_both(f, 3, NULL);
    permit(f, addr(PEER6));
    permit(f, f->r);
    talk6(f);
    talk4(f);
    ask_refresh(f, 0, 2);
    refreshed(f, 0);
    talk4(f);
    wait(f, 60);
    turn_request(f, NT_TURN_REFRESH);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(2) << 24);
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    turn_answer(f, NT_TURN_REFRESH, 443, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
    ask_refresh(f, 3600, 0);
    refreshed(f, 3600);
    permit(f, f->r);
    bind_channel(f, CHANNEL, f->r);
    text(f, "\x80 on a channel");
    relay_down(f, CHANNEL);
}

/* RFC 8656, 7.2: "the server allocates a relayed transport address with an even port number"; of two addresses one is it. */
static void two_ports_are_allocated(struct forge *f, uint16_t first, uint16_t second)
{
    ask_bare(f, false);
    wait(f, 60);
    turn_request(f, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    nt_stun_add_u32(&f->b, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, UINT32_C(2) << 24);
    nt_stun_add(&f->b, NT_ATTR_EVEN_PORT, "\0", 1);
    ask(f);
    start(f, NT_STUN_SUCCESS, NT_TURN_ALLOCATE);
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS,
                     &(struct nt_addr){.family = NT_AF_IPV4, .port = first, .ip = {192, 0, 2, 2}});
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS,
                     &(struct nt_addr){.family = NT_AF_IPV6, .port = second, .ip = {0x20, 1, 13, 0xb8}});
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 3600);
    add_mapped(f, f->l);
    sealed256(f, &f->alice);
    guilty_next(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static void the_first_address_has_the_even_port(struct forge *f)
{
    two_ports_are_allocated(f, 50000, 50001);
}

static void the_second_address_has_the_even_port(struct forge *f)
{
    two_ports_are_allocated(f, 50001, 50000);
}

static void no_address_has_an_even_port(struct forge *f)
{
    two_ports_are_allocated(f, 50001, 50003);
}

static void channels_of_both_families(struct forge *f)
{
    log_in_for_both(f, 3, NULL);
    bind_channel(f, CHANNEL, addr(PEER6));
    bind_channel(f, CHANNEL + 1, f->r);
    data_from(f, TAP_NONE, addr(PEER6), addr(RELAYED6), "\x80 over IPv6");
    as_channel_data(f, CHANNEL);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
    data_from(f, TAP_R, f->r, f->relayed, "\x80 over IPv4");
    as_channel_data(f, CHANNEL + 1);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static void relayed_by_the_half_that_has_ended(struct forge *f)
{
    log_in_for_both(f, 3, NULL);
    permit(f, addr(PEER6));
    ask_refresh(f, 0, 2);
    refreshed(f, 0);
    data_from(f, TAP_NONE, addr(PEER6), addr(RELAYED6), "\x80 over IPv6");
    guilty_next(f);
    indicate(f, addr(PEER6));
}

/* A Refresh for the half that has ended; the server's answer is next, and wrong. */
static void refresh_what_has_ended(struct forge *f)
{
    log_in_for_both(f, 3, NULL);
    ask_refresh(f, 0, 2);
    refreshed(f, 0);
    wait(f, 60);
    turn_request(f, NT_TURN_REFRESH);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(2) << 24);
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    guilty_next(f);
}

static void the_half_that_has_ended_is_refreshed(struct forge *f)
{
    refresh_what_has_ended(f);
    refreshed(f, 600);
}

static void the_half_that_has_ended_is_refused_with_another_code(struct forge *f)
{
    refresh_what_has_ended(f);
    turn_answer(f, NT_TURN_REFRESH, 400, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
}

static void one_family_could_not_be_had(struct forge *f)
{
    static const uint8_t no_ipv6[4] = {2, 0, 4, 40};
    log_in_for_both(f, 1, no_ipv6);
}

static void one_family_is_missing_without_a_reason(struct forge *f)
{
    log_in_for_both(f, 1, NULL);
}

static void the_reason_is_for_the_other_family(struct forge *f)
{
    static const uint8_t no_ipv4[4] = {1, 0, 4, 40};
    log_in_for_both(f, 1, no_ipv4);
}

/* --- what an Allocate is answered with --- */

static void redirected_to_where_nobody_is(struct forge *f)
{
    f->stun2 = addr("127.0.0.1:3478");
    answer_bare(f, 300);
}

static void allocate_at_address(struct forge *f, struct nt_addr relayed)
{
    f->open = true;
    f->relayed = relayed;
    answer_bare(f, 0);
}

static void the_relayed_address_is_a_loopback_one(struct forge *f)
{
    allocate_at_address(f, addr("127.0.0.1:40000"));
}

static void the_relayed_address_is_the_servers(struct forge *f)
{
    allocate_at_address(f, f->stun);
}

static void the_relayed_address_is_the_clients(struct forge *f)
{
    allocate_at_address(f, f->l);
}

static void ask_tcp(struct forge *f, int code)
{
    turn_request(f, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(6) << 24);
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    guilty_next(f);
    if (code == 0)
        allocated(f, f->l, TAP_NONE, f->relayed, 600);
    else
        signed_refusal(f, "none", NT_TURN_ALLOCATE, code, f->l, &f->alice);
}

/* RFC 6062, 5.1: "If the client connection transport is not TCP or TLS, the server MUST reject the request with a 400" */
static void tcp_over_udp_is_refused_either_way(struct forge *f)
{
    ask_tcp(f, 400);
    ask_tcp(f, 442);
}

static void tcp_over_udp_is_granted(struct forge *f)
{
    ask_tcp(f, 0);
}

static void allocate_again(struct forge *f)
{
    gather_relay(f);
    wait(f, 1000);
    f->reset_at = f->now;
    wait(f, 1000);
    turn_request(f, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    ask(f);
    guilty_next(f);
    allocated(f, f->l, TAP_L, addr("192.0.2.2:50007"), 3600);
}

static void a_server_that_lost_its_state_allocates_anew(struct forge *f)
{
    allocate_again(f);
}

static void allocated_twice(struct forge *f)
{
    allocate_again(f);
    f->reset_at = 0;
}

static void a_server_that_lost_its_state_knows_no_allocation(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    wait(f, 1000);
    f->reset_at = f->now;
    ask_refresh(f, 3600, 0);
    tell_l(f, NT_TURN_REFRESH, 437);
}

static void an_allocation_is_denied_too_soon(struct forge *f)
{
    gather_relay(f);
    wait(f, 1000);
    ask_refresh(f, 3600, 0);
    guilty_next(f);
    tell_l(f, NT_TURN_REFRESH, 437);
}

static void a_permission_from_before_the_state_was_lost(struct forge *f)
{
    allocate_again(f);
    f->relayed = addr("192.0.2.2:50007");
    data_from(f, TAP_R, f->r, f->relayed, "\x80 data");
    guilty_next(f);
    indicate(f, f->r);
}

static void steps_make_the_server_refuse(struct forge *f)
{
    f->refuses = true;
    gather_relay(f);
    ask_permission(f, f->r);
    tell_l(f, NT_TURN_CREATE_PERMISSION, 486);
    ask_refresh(f, 3600, 0);
    tell_l(f, NT_TURN_REFRESH, 508);
}

/* --- lifetimes: RFC 8656, 7.2 --- */

static void allocate_for(struct forge *f, uint32_t asked, uint32_t set, uint32_t granted_for)
{
    f->lifetime = set;
    wait(f, 60);
    turn_request(f, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    if (asked != 0)
        nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, asked);
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    guilty_next(f);
    allocated(f, f->l, TAP_NONE, f->relayed, granted_for);
}

static void the_default_lifetime(struct forge *f)
{
    allocate_for(f, 0, 0, 600);
}

/* The request comes again after a second and a half: the server says what is left. */
static void an_allocation_is_answered_late(struct forge *f, uint32_t left)
{
    uint8_t again[512];
    turn_request(f, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    turn_signed(f);
    size_t len = f->len;
    memcpy(again, f->buf, len);
    probe(f, TAP_TURN, f->l, f->stun);
    wait(f, 1500);
    memcpy(f->buf, again, f->len = len);
    probe(f, TAP_TURN, f->l, f->stun);
    guilty_next(f);
    allocated(f, f->l, TAP_NONE, f->relayed, left);
}

static void a_repeated_allocate_gets_what_is_left(struct forge *f)
{
    an_allocation_is_answered_late(f, 599);
}

static void a_repeated_allocate_gets_less_than_is_left(struct forge *f)
{
    an_allocation_is_answered_late(f, 590);
}

static void less_than_the_default_was_asked_for(struct forge *f)
{
    allocate_for(f, 10, 0, 600);
}

static void as_long_as_was_asked_for(struct forge *f)
{
    allocate_for(f, 1800, 0, 1800);
}

static void no_longer_than_the_server_likes(struct forge *f)
{
    allocate_for(f, 3600, 0, 600);
}

static void a_server_that_is_set_to_1800(struct forge *f)
{
    allocate_for(f, 0, 1800, 1800);
}

static void a_server_that_is_set_to_1800_is_asked_for_3600(struct forge *f)
{
    allocate_for(f, 3600, 1800, 1800);
}

static void a_server_that_is_set_to_40(struct forge *f)
{
    allocate_for(f, 0, 40, 40);
}

static void one_second_less_than_the_default(struct forge *f)
{
    allocate_for(f, 0, 0, 599);
}

static void one_second_more_than_the_default(struct forge *f)
{
    allocate_for(f, 0, 0, 601);
}

static void one_second_more_than_was_asked_for(struct forge *f)
{
    allocate_for(f, 1800, 0, 1801);
}

static void one_second_less_than_the_server_is_set_to(struct forge *f)
{
    allocate_for(f, 3600, 1800, 1799);
}

static void one_second_more_than_the_server_is_set_to(struct forge *f)
{
    allocate_for(f, 0, 1800, 1801);
}

static void one_second_less_than_a_short_setting(struct forge *f)
{
    allocate_for(f, 0, 40, 39);
}

static void a_refresh_for_less_than_the_default(struct forge *f)
{
    gather_relay(f);
    ask_refresh(f, 1200, 0);
    guilty_next(f);
    refreshed(f, 599);
}

/* RFC 8656, 7.2: "there is a rare case where the server rejects the original request but accepts the retransmitted request" */
static void the_retransmitted_request_is_granted(struct forge *f)
{
    uint8_t bytes[1024];
    size_t len;
    ask_bare(f, false);
    wait(f, 60);
    turn_request(f, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    turn_signed(f);
    memcpy(bytes, f->buf, len = f->len);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    turn_answer(f, NT_TURN_ALLOCATE, 500, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
    wait(f, 500);
    for (int i = 0; i < 2; i++) {
        cross(f, TAP_L, TAP_TURN, f->l, f->stun, bytes, len);
        allocated(f, f->l, i == 0 ? TAP_NONE : TAP_L, f->relayed, 3600);
        wait(f, 1000);
    }
    permit(f, f->r);
    talk4(f);
}

/* --- refreshing: RFC 8656, 8 --- */

/* Nobody can know whether the server got it. */
static void a_refresh_is_on_its_way(struct forge *f)
{
    gather_relay(f);
    wait(f, 3590 * 1000);
    turn_request(f, NT_TURN_REFRESH);
    turn_signed(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
    wait(f, 15 * 1000);
    ask_permission(f, f->r);
    tell_l(f, NT_TURN_CREATE_PERMISSION, 437);
}

static void allocate_at_the_end(struct forge *f, int ms)
{
    gather_relay(f);
    wait(f, 3600 * 1000 + ms);
    turn_request(f, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    guilty_next(f);
    allocated(f, f->l, TAP_NONE, addr("192.0.2.2:50007"), 3600);
}

static void allocated_anew_as_soon_as_it_has_expired(struct forge *f)
{
    allocate_at_the_end(f, 0);
}

static void allocated_anew_two_seconds_early(struct forge *f)
{
    allocate_at_the_end(f, -2000);
}

static void a_refresh_was_refused_and_the_allocation_is_used(struct forge *f)
{
    gather_relay(f);
    wait(f, 3590 * 1000);
    f->refuses = true;
    ask_refresh(f, 3600, 0);
    tell_l(f, NT_TURN_REFRESH, 508);
    wait(f, 15 * 1000);
    guilty_next(f);
    ask_permission(f, f->r);
}

static void a_family_that_was_never_allocated_is_refreshed(struct forge *f)
{
    gather_relay(f);
    guilty_next(f);
    ask_refresh(f, 3600, 2);
    tell_l(f, NT_TURN_REFRESH, 443);
}

static void a_family_is_refused_with_a_code_for_peers(struct forge *f)
{
    turn_request(f, NT_TURN_ALLOCATE);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(17) << 24);
    nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(2) << 24);
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    guilty_next(f);
    signed_refusal(f, "none", NT_TURN_ALLOCATE, 443, f->l, &f->alice);
}

static void a_channel_is_used_after_its_allocation(struct forge *f)
{
    gather_relay(f);
    bind_channel(f, CHANNEL, f->r);
    ask_refresh(f, 0, 0);
    refreshed(f, 0);
    text(f, "\x80 too late");
    as_channel_data(f, CHANNEL);
    wait(f, 60);
    guilty_next(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
}

static void a_refresh_is_granted_without_a_lifetime(struct forge *f)
{
    gather_relay(f);
    ask_refresh(f, 3600, 0);
    start(f, NT_STUN_SUCCESS, NT_TURN_REFRESH);
    sealed256(f, &f->alice);
    guilty_next(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static void a_request_has_another_cookie(struct forge *f)
{
    gather_relay(f);
    wait(f, 60);
    turn_request(f, NT_TURN_REFRESH);
    turn_signed(f);
    f->buf[4] ^= 1;
    guilty_next(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
}

/* --- the tests --- */

static const struct story stories[] = {
    STORY_OF(redirected_before_login, "RFC8656-7.2-authenticate"),
    STORY_OF(over_quota_before_login, "RFC8656-7.2-authenticate"),
    STORY_OF(a_guest_is_served, "RFC8656-7.2-success RFC8656-11.2-permission RFC8656-11.3-permission"),
    STORY_OF(one_half_of_a_dual_allocation_ends, "RFC8656-7.2-dual RFC8656-8.2-family RFC8656-10.1-family RFC8656-11.2-payload"),
    STORY_OF(the_first_address_has_the_even_port, "RFC8656-7.2-even"),
    STORY_OF(the_second_address_has_the_even_port, "RFC8656-7.2-even"),
    STORY_OF(channels_of_both_families, "RFC8656-10.1-family RFC8656-11.3-payload"),
    STORY_OF(one_family_could_not_be_had, "RFC8656-7.2-dual"),
    STORY_OF(tcp_over_udp_is_refused_either_way, "RFC8656-7.2-transport"),
    STORY(a_server_that_lost_its_state_allocates_anew),
    STORY_OF(a_server_that_lost_its_state_knows_no_allocation, "RFC8656-5-no-allocation"),
    STORY(steps_make_the_server_refuse),
    STORY_OF(a_repeated_allocate_gets_what_is_left, "RFC8656-7.2-lifetime"),
    STORY_OF(the_default_lifetime, "RFC8656-7.2-lifetime"),
    STORY_OF(less_than_the_default_was_asked_for, "RFC8656-7.2-lifetime"),
    STORY_OF(as_long_as_was_asked_for, "RFC8656-7.2-lifetime"),
    STORY_OF(no_longer_than_the_server_likes, "RFC8656-7.2-lifetime"),
    STORY_OF(a_server_that_is_set_to_1800, "RFC8656-7.2-lifetime"),
    STORY_OF(a_server_that_is_set_to_1800_is_asked_for_3600, "RFC8656-7.2-lifetime"),
    STORY_OF(a_server_that_is_set_to_40, "RFC8656-7.2-lifetime"),
    STORY_OF(the_retransmitted_request_is_granted, "RFC8656-7.2-success RFC8656-11.2-permission RFC8656-11.1-permission"),
    STORY_OF(allocated_anew_as_soon_as_it_has_expired, "RFC8656-7.2-success"),
    STORY_OF(a_refresh_is_on_its_way, "RFC8656-5-no-allocation"),
};

static const struct breach breaches[] = {
    BREACH(a_channel_is_used_after_its_allocation, "RFC8656-12-bound", "L", 1),
    BREACH(a_refresh_is_granted_without_a_lifetime, "RFC8656-7.2-lifetime", "turn", 1),
    BREACH(a_request_has_another_cookie, "RFC8489-5-cookie", "L", 1),
    BREACH(a_repeated_allocate_gets_less_than_is_left, "RFC8656-7.2-lifetime", "turn", 1),
    BREACH(no_address_has_an_even_port, "RFC8656-7.2-even", "turn", 1),
    BREACH(forbidden_before_login, "RFC8656-7.2-authenticate", "turn", 1),
    BREACH(granted_without_login, "RFC8656-7.2-authenticate", "turn", 1),
    BREACH(relayed_by_the_half_that_has_ended, "RFC8656-11.3-permission", "turn", 1),
    BREACH(the_half_that_has_ended_is_refreshed, "RFC8656-8.2-family", "turn", 1),
    BREACH(the_half_that_has_ended_is_refused_with_another_code, "RFC8656-8.2-family", "turn", 1),
    BREACH(one_family_is_missing_without_a_reason, "RFC8656-7.2-dual", "turn", 1),
    BREACH(the_reason_is_for_the_other_family, "RFC8656-7.2-dual", "turn", 1),
    BREACH(redirected_to_where_nobody_is, "RFC8489-10-family", "turn", 1),
    BREACH(the_relayed_address_is_a_loopback_one, "RFC8656-7.2-relayed", "turn", 1),
    BREACH(the_relayed_address_is_the_servers, "RFC8656-7.2-relayed", "turn", 1),
    BREACH(the_relayed_address_is_the_clients, "RFC8656-7.2-relayed", "turn", 1),
    BREACH(tcp_over_udp_is_granted, "RFC8656-7.2-transport", "turn", 1),
    BREACH(allocated_twice, "RFC8656-7.2-in-use", "turn", 1),
    BREACH(an_allocation_is_denied_too_soon, "RFC8656-6-kept", "turn", 1),
    BREACH(a_permission_from_before_the_state_was_lost, "RFC8656-11.3-permission", "turn", 1),
    BREACH(one_second_less_than_the_default, "RFC8656-7.2-lifetime", "turn", 1),
    BREACH(one_second_more_than_the_default, "RFC8656-7.2-lifetime", "turn", 1),
    BREACH(one_second_more_than_was_asked_for, "RFC8656-7.2-lifetime", "turn", 1),
    BREACH(one_second_less_than_the_server_is_set_to, "RFC8656-7.2-lifetime", "turn", 1),
    BREACH(one_second_more_than_the_server_is_set_to, "RFC8656-7.2-lifetime", "turn", 1),
    BREACH(one_second_less_than_a_short_setting, "RFC8656-7.2-lifetime", "turn", 1),
    BREACH(a_refresh_for_less_than_the_default, "RFC8656-7.2-lifetime", "turn", 1),
    BREACH(allocated_anew_two_seconds_early, "RFC8656-7.2-in-use", "turn", 1),
    BREACH(a_refresh_was_refused_and_the_allocation_is_used, "RFC8656-8-refresh", "L", 1),
    BREACH(a_family_that_was_never_allocated_is_refreshed, "RFC8656-8.1-family", "L", 1),
    BREACH(a_family_is_refused_with_a_code_for_peers, "RFC8656-7.2-family", "turn", 1),
};

TEST_STORIES_AND_BREACHES

TEST(what_steps_make_a_server_refuse_is_not_judged)
{
    struct nt_conf_verdict v;
    judge_story(steps_make_the_server_refuse, &v);
    assert_int_equal(v.not_judged_count, 2);
    assert_string_equal(v.not_judged[0].party, "turn");
    nt_conf_verdict_free(&v);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {STORIES_AND_BREACHES, cmocka_unit_test(what_steps_make_a_server_refuse_is_not_judged)};
    return RUN_TESTS(tests);
}
