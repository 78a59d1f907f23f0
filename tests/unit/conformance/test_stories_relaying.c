/* RFC 8656, 9 to 12, relaying: stories in which nobody breaks a rule, each of which was once taken for a breach or shows where
 * the rule ends; and stories in which one party breaks one rule, which is blamed at that frame, so often, and nobody else. */
#include "tests/unit/conformance/turn_stories.h"

/* --- what is relayed proves what was asked for --- */

/* The server's response is lost; a check comes through the relay and is answered at once (RFC 8445, 7.3). */
static void answered_through_the_relay(struct forge *f, uint16_t number)
{
    gather_relay(f);
    signal(f, true, 1);
    signal(f, false, 1);
    wait(f, 60);
    if (number != 0)
        ask_bind(f, number, f->r);
    else
        ask_permission(f, f->r);
    turn_answer(f, number != 0 ? NT_TURN_CHANNEL_BIND : NT_TURN_CREATE_PERMISSION, 0, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
    wait(f, 60);
    fresh(f);
    check(f, false, CONTROLLED, FORGE_TIE_R);
    relay_up(f, number);
    answer(f, true, f->r, 0);
    relay_down(f, number);
}

static void a_check_comes_before_the_permission_is_confirmed(struct forge *f)
{
    answered_through_the_relay(f, 0);
}

static void a_check_comes_before_the_channel_is_confirmed(struct forge *f)
{
    answered_through_the_relay(f, CHANNEL);
}

/* The channel proves a permission, which holds for all ports of the peer. */
static void data_to_another_port_before_the_channel_is_confirmed(struct forge *f)
{
    gather_relay(f);
    ask_bind(f, CHANNEL, f->r);
    turn_answer(f, NT_TURN_CHANNEL_BIND, 0, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
    wait(f, 60);
    data_from(f, TAP_R, f->r, f->relayed, "\x80 on the channel");
    as_channel_data(f, CHANNEL);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
    text(f, "\x80 to another port");
    wrap(f, NT_TURN_SEND, addr("10.0.0.2:6009"));
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
}

/* RFC 8656, 12: "the client MAY elect to send ChannelData messages before receiving the ChannelBind success response" */
static void channel_data_right_behind_the_request(struct forge *f)
{
    gather_relay(f);
    ask_bind(f, CHANNEL, f->r);
    turn_answer(f, NT_TURN_CHANNEL_BIND, 0, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
    text(f, "\x80 at once");
    relay_down(f, CHANNEL);
}

static void data_before_anything_was_relayed(struct forge *f)
{
    gather_relay(f);
    ask_permission(f, f->r);
    wait(f, 60);
    text(f, "\x80 data");
    wrap(f, NT_TURN_SEND, f->r);
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
}

static void channel_data_that_nobody_asked_for(struct forge *f)
{
    gather_relay(f);
    text(f, "\x80 data");
    as_channel_data(f, CHANNEL);
    guilty_next(f);
    send(f, TAP_L, TAP_NONE, f->l, f->stun);
}

/* A server of several threads: the peer's datagram overtakes the response. */
static void relayed_before_the_response_left(struct forge *f)
{
    gather_relay(f);
    ask_permission(f, f->r);
    uint8_t id[NT_STUN_ID];
    memcpy(id, f->id, sizeof id);
    data_from(f, TAP_R, f->r, f->relayed, "\x80 early");
    indicate(f, f->r);
    memcpy(f->id, id, sizeof id);
    tell_l(f, NT_TURN_CREATE_PERMISSION, 0);
}

static void relayed_long_before_the_response_left(struct forge *f)
{
    gather_relay(f);
    ask_permission(f, f->r);
    wait(f, 2000);
    data_from(f, TAP_R, f->r, f->relayed, "\x80 early");
    guilty_next(f);
    indicate(f, f->r);
}

/* --- bursts --- */

static void burst(struct forge *f, unsigned count, unsigned spoilt)
{
    char bytes[32];
    gather_relay(f);
    permit(f, f->r);
    for (unsigned i = 0; i < count; i++) {
        snprintf(bytes, sizeof bytes, "\x80 datagram %u", i);
        text(f, bytes);
        wrap(f, NT_TURN_SEND, f->r);
        frame(f, TAP_TURN, NT_DIR_IN, &f->l, &f->stun, f->buf, f->len);
        text(f, bytes);
        frame(f, TAP_TURN, NT_DIR_IN, &f->r, &f->relayed, f->buf, f->len);
    }
    for (unsigned i = 0; i < count; i++) {
        snprintf(bytes, sizeof bytes, i == spoilt ? "\x80 datagraM %u" : "\x80 datagram %u", i);
        text(f, bytes);
        if (i == spoilt)
            guilty_next(f);
        frame(f, TAP_TURN, NT_DIR_OUT, &f->relayed, &f->r, f->buf, f->len);
        snprintf(bytes, sizeof bytes, "\x80 datagram %u", i);
        text(f, bytes);
        wrap(f, NT_TURN_DATA, f->r);
        frame(f, TAP_TURN, NT_DIR_OUT, &f->stun, &f->l, f->buf, f->len);
    }
}

static void a_burst_of_a_thousand(struct forge *f)
{
    burst(f, 1000, UINT32_MAX);
}

static void relayed_after_two_seconds(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    data_from(f, TAP_R, f->r, f->relayed, "\x80 data");
    wait(f, 2000);
    guilty_next(f);
    indicate(f, f->r);
}

/* The machine was busy. */
static void a_real_server_relays_after_two_seconds(struct forge *f)
{
    f->real_time = true;
    relayed_after_two_seconds(f);
}

static void one_of_a_thousand_is_altered(struct forge *f)
{
    burst(f, 1000, 500);
}

/* --- permissions and channels end: RFC 8656, 9 and 12 --- */

static void a_permission_is_refreshed_by_a_request(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    wait(f, 290000);
    talk4(f);
    permit(f, f->r);
    wait(f, 290000);
    talk4(f);
    bind_channel(f, CHANNEL, f->r);
    wait(f, 290000);
    text(f, "\x80 on a channel");
    relay_down(f, CHANNEL);
}

static void a_permission_is_being_refreshed(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    wait(f, 290000);
    ask_permission(f, f->r);
    turn_answer(f, NT_TURN_CREATE_PERMISSION, 0, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
    wait(f, 15000);
    text(f, "\x80 in between");
    relay_down(f, 0);
}

static void a_permission_ran_out_at_the_client(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    wait(f, 301000);
    text(f, "\x80 late");
    wrap(f, NT_TURN_SEND, f->r);
    guilty_next(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
}

static void a_permission_lasts_too_long(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    wait(f, 302000);
    data_from(f, TAP_R, f->r, f->relayed, "\x80 late");
    guilty_next(f);
    indicate(f, f->r);
}

static void a_permission_is_refreshed_by_channel_data(struct forge *f)
{
    gather_relay(f);
    bind_channel(f, CHANNEL, f->r);
    wait(f, 200000);
    text(f, "\x80 on a channel");
    relay_down(f, CHANNEL);
    wait(f, 150000);
    text(f, "\x80 late");
    as_channel_data(f, CHANNEL);
    probe(f, TAP_TURN, f->l, f->stun);
    guilty_relay_to_peer(f, "\x80 late", f->r);
}

/* RFC 8656, 9: "decreases down once per second until it reaches zero" */
static void a_permission_ends_within_a_second(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    wait(f, 300500);
    data_from(f, TAP_R, f->r, f->relayed, "\x80 just in time");
    indicate(f, f->r);
}

/* What has just run out may be had anew. */
static void a_channel_is_bound_anew_as_soon_as_it_has_ended(struct forge *f)
{
    gather_relay(f);
    bind_channel(f, CHANNEL, f->r);
    wait(f, 600000);
    turn_request(f, NT_TURN_CHANNEL_BIND);
    nt_stun_add_u32(&f->b, NT_ATTR_CHANNEL_NUMBER, (uint32_t)CHANNEL << 16);
    add_peer(f, addr("10.0.0.7:7"));
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    turn_answer(f, NT_TURN_CHANNEL_BIND, 0, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
}

/* The peer's datagram has overtaken the response to ChannelBind. */
static void an_indication_leaves_behind_the_channel(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    ask_bind(f, CHANNEL, f->r);
    text(f, "\x80 data");
    frame(f, TAP_TURN, NT_DIR_IN, &f->r, &f->relayed, f->buf, f->len);
    turn_answer(f, NT_TURN_CHANNEL_BIND, 0, &f->alice);
    frame(f, TAP_TURN, NT_DIR_OUT, &f->stun, &f->l, f->buf, f->len);
    text(f, "\x80 data");
    indicate(f, f->r);
}

/* The peer's permission is refreshed all the time, the binding is not. */
static void bind_and_keep_the_permission(struct forge *f, bool data)
{
    gather_relay(f);
    bind_channel(f, CHANNEL, f->r);
    for (int i = 0; i < 3; i++) {
        wait(f, 200000);
        permit(f, f->r);
        if (data && i == 0) {
            text(f, "\x80 on a channel");
            relay_down(f, CHANNEL);
        }
    }
    wait(f, 2000);
}

static void a_binding_lasts_too_long(struct forge *f)
{
    bind_and_keep_the_permission(f, false);
    data_from(f, TAP_R, f->r, f->relayed, "\x80 late");
    as_channel_data(f, CHANNEL);
    guilty_next(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static void a_binding_is_refreshed_by_channel_data(struct forge *f)
{
    bind_and_keep_the_permission(f, true);
    text(f, "\x80 late");
    as_channel_data(f, CHANNEL);
    probe(f, TAP_TURN, f->l, f->stun);
    guilty_relay_to_peer(f, "\x80 late", f->r);
}

static void rebind_after(struct forge *f, int seconds, uint16_t number, struct nt_addr peer)
{
    gather_relay(f);
    bind_channel(f, CHANNEL, f->r);
    wait(f, seconds * 1000);
    ask_refresh(f, 3600, 0);
    refreshed(f, 3600);
    guilty_next(f);
    ask_bind(f, number, peer);
    tell_l(f, NT_TURN_CHANNEL_BIND, 0);
}

/* "the client MUST wait 5 minutes after the channel binding expires" */
static void a_channel_gets_another_peer_after_fifteen_minutes(struct forge *f)
{
    rebind_after(f, 901, CHANNEL, addr("10.0.0.7:7"));
}

static void a_channel_gets_another_peer_too_soon(struct forge *f)
{
    rebind_after(f, 800, CHANNEL, addr("10.0.0.7:7"));
}

static void a_peer_gets_another_channel_too_soon(struct forge *f)
{
    rebind_after(f, 800, CHANNEL + 1, f->r);
}

/* A binding that the server refuses leaves the channel to its peer. */
static void a_channel_keeps_its_peer(struct forge *f)
{
    gather_relay(f);
    signal(f, true, 1);
    signal(f, false, 1);
    bind_channel(f, CHANNEL, f->r);
    guilty_next(f);
    ask_bind(f, CHANNEL, addr("10.0.0.7:7"));
    tell_l(f, NT_TURN_CHANNEL_BIND, 400);
    wait(f, 60);
    fresh(f);
    check(f, false, CONTROLLED, FORGE_TIE_R);
    relay_up(f, CHANNEL);
    answer(f, true, f->r, 0);
    relay_down(f, CHANNEL);
}

static void refresh_late(struct forge *f)
{
    gather_relay(f);
    wait(f, 3600 * 1000);
    wait(f, 20 - 60);
    guilty_next(f);
    ask_permission(f, f->r);
}

/* Times of real programs are known to 25 ms. */
static void real_programs_are_a_moment_late(struct forge *f)
{
    f->real_time = true;
    refresh_late(f);
}

static void used_a_moment_after_it_has_expired(struct forge *f)
{
    refresh_late(f);
}

/* A server of RFC 5766 binds 0x5225 (coturn does): that is a breach, and what it relays on the channel is none. */
static void a_channel_of_rfc_5766_is_served(struct forge *f)
{
    gather_relay(f);
    wait(f, 60);
    turn_request(f, NT_TURN_CHANNEL_BIND);
    nt_stun_add_u32(&f->b, NT_ATTR_CHANNEL_NUMBER, UINT32_C(0x52250000));
    add_peer(f, f->r);
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    turn_answer(f, NT_TURN_CHANNEL_BIND, 0, &f->alice);
    guilty_next(f);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
    text(f, "\x80 on a channel");
    as_channel_data(f, 0x5225);
    probe(f, TAP_TURN, f->l, f->stun);
    text(f, "\x80 on a channel");
    send(f, TAP_TURN, TAP_R, f->relayed, f->r);
    data_from(f, TAP_R, f->r, f->relayed, "\x80 back");
    as_channel_data(f, 0x5225);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
}

/* --- relayed checks, which a client may pass over that believes in no permission: RFC 8656, 11.4 --- */

/* R's check comes to L through the relay. L does not answer it, and checks R later. */
static void a_relayed_check_is_not_answered(struct forge *f, uint16_t channel)
{
    wait(f, 60);
    fresh(f);
    check(f, false, CONTROLLED, f->tie_r);
    guilty_next(f);
    f->guilty += 3;
    relay_up(f, channel);
    wait(f, 600);
    fresh(f);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    relay_down(f, channel);
    answer(f, false, f->relayed, 0);
    relay_up(f, channel);
    wait(f, 600);
    ask_refresh(f, 3600, 0);
    refreshed(f, 3600);
}

static void begin_relayed_call(struct forge *f)
{
    gather_relay(f);
    signal(f, true, 1);
    signal(f, false, 1);
}

static void a_permitted_check_is_not_answered(struct forge *f)
{
    begin_relayed_call(f);
    permit(f, f->r);
    a_relayed_check_is_not_answered(f, 0);
}

static void a_check_from_a_channels_peer_is_not_answered(struct forge *f)
{
    begin_relayed_call(f);
    bind_channel(f, CHANNEL, f->r);
    a_relayed_check_is_not_answered(f, CHANNEL);
}

/* The server refreshes the permission after 299 s, and its answer is lost. */
/* RFC 8489, 6.2.1: the response comes when the transaction has ended. */
static void the_permission_is_granted_too_late(struct forge *f)
{
    begin_relayed_call(f);
    ask_permission(f, f->r);
    turn_answer(f, NT_TURN_CREATE_PERMISSION, 0, &f->alice);
    frame(f, TAP_TURN, NT_DIR_OUT, &f->stun, &f->l, f->buf, f->len);
    wait(f, 45000);
    frame(f, TAP_L, NT_DIR_IN, &f->stun, &f->l, f->buf, f->len);
    wait(f, 60);
    fresh(f);
    check(f, false, CONTROLLED, f->tie_r);
    relay_up(f, 0);
    wait(f, 600);
    permit(f, f->r);
    wait(f, 60);
    fresh(f);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    relay_down(f, 0);
    answer(f, false, f->relayed, 0);
    relay_up(f, 0);
}

/* A copy of the request that a step has damaged is refused; the answer to the request itself is still on its way, and the server
 * relays already. */
static void a_damaged_copy_is_refused_first(struct forge *f)
{
    uint8_t id[NT_STUN_ID];
    gather_relay(f);
    ask_permission(f, f->r);
    memcpy(id, f->id, sizeof id);
    f->buf[f->len - 1] ^= 0xff; /* of its integrity */
    probe(f, TAP_TURN, f->l, f->stun);
    challenge(f, 438, FORGE_NONCE2);
    patch_method(f, NT_TURN_CREATE_PERMISSION, NT_STUN_ERROR);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
    data_from(f, TAP_R, f->r, f->relayed, "\x80 here I am");
    indicate(f, f->r);
    memcpy(f->id, id, sizeof id);
    tell_l(f, NT_TURN_CREATE_PERMISSION, 0);
}

static void a_check_comes_when_the_permission_is_not_believed_in(struct forge *f)
{
    begin_relayed_call(f);
    permit(f, f->r);
    wait(f, 299000);
    turn_request(f, NT_TURN_CREATE_PERMISSION);
    add_peer(f, f->r);
    ask(f);
    turn_answer(f, NT_TURN_CREATE_PERMISSION, 0, &f->alice);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
    wait(f, 2000);
    fresh(f);
    check(f, false, CONTROLLED, f->tie_r);
    relay_up(f, 0);
    wait(f, 600);
    permit(f, f->r);
    wait(f, 60);
    fresh(f);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    relay_down(f, 0);
    answer(f, false, f->relayed, 0);
    relay_up(f, 0);
    wait(f, 600);
    ask_refresh(f, 3600, 0);
    refreshed(f, 3600);
}

/* R's check comes to L through the relay, and L, which checks R directly later, does not answer it. */
static void an_unbelieved_check_comes(struct forge *f)
{
    wait(f, 60);
    fresh(f);
    check(f, false, CONTROLLED, f->tie_r);
    relay_up(f, 0);
    wait(f, 600);
    fresh(f);
    check(f, true, CONTROLLING, FORGE_TIE_L);
    send(f, TAP_L, TAP_R, f->l, f->r);
    answer(f, false, f->l, 0);
    send(f, TAP_R, TAP_L, f->r, f->l);
    wait(f, 600);
}

static void a_permission_is_granted_without_integrity(struct forge *f)
{
    begin_relayed_call(f);
    ask_permission(f, f->r);
    turn_answer(f, NT_TURN_CREATE_PERMISSION, 0, NULL);
    guilty_next(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
    an_unbelieved_check_comes(f);
}

static void a_server_forgets_an_allocation_that_it_relays(struct forge *f)
{
    begin_relayed_call(f);
    permit(f, f->r);
    ask_refresh(f, 3600, 0);
    guilty_next(f);
    tell_l(f, NT_TURN_REFRESH, 437);
    an_unbelieved_check_comes(f);
}

/* --- peers: RFC 8656, 10.2, 12.2, 21.4 --- */

static void ask_in_ls_name(struct forge *f, uint16_t method, uint16_t number, struct nt_addr first, struct nt_addr second, int code)
{
    wait(f, 60);
    turn_request(f, method);
    if (number != 0)
        nt_stun_add_u32(&f->b, NT_ATTR_CHANNEL_NUMBER, (uint32_t)number << 16);
    add_peer(f, first);
    if (nt_addr_is_set(&second))
        add_peer(f, second);
    turn_signed(f);
    probe(f, TAP_TURN, f->l, f->stun);
    turn_answer(f, method, code, &f->alice);
    guilty_next(f);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
}

static const struct nt_addr nobody;

static void peers_are_refused_as_they_should_be(struct forge *f)
{
    gather_relay(f);
    ask_in_ls_name(f, NT_TURN_CREATE_PERMISSION, 0, addr("[2001:db8::1]:7"), nobody, 443);
    ask_in_ls_name(f, NT_TURN_CREATE_PERMISSION, 0, addr("[2002::1]:7"), nobody, 403);
    ask_in_ls_name(f, NT_TURN_CREATE_PERMISSION, 0, addr("[2002::1]:7"), nobody, 443);
    ask_in_ls_name(f, NT_TURN_CREATE_PERMISSION, 0, addr("127.0.0.1:7"), addr("[2001:db8::1]:7"), 403);
    ask_in_ls_name(f, NT_TURN_CREATE_PERMISSION, 0, addr("127.0.0.1:7"), nobody, 403);
    ask_in_ls_name(f, NT_TURN_CREATE_PERMISSION, 0, f->r, nobody, 508);
    ask_in_ls_name(f, NT_TURN_CHANNEL_BIND, CHANNEL, addr("[2001:db8::1]:7"), nobody, 443);
    ask_in_ls_name(f, NT_TURN_CHANNEL_BIND, CHANNEL, addr("[2002::1]:7"), nobody, 403);
    ask_in_ls_name(f, NT_TURN_CHANNEL_BIND, 0x5000, addr("[2001:db8::1]:7"), nobody, 400);
}

static void a_foreign_peer_is_forbidden(struct forge *f)
{
    gather_relay(f);
    ask_in_ls_name(f, NT_TURN_CREATE_PERMISSION, 0, addr("[2001:db8::1]:7"), nobody, 403);
}

static void a_peer_is_taken_for_a_foreign_one(struct forge *f)
{
    gather_relay(f);
    ask_in_ls_name(f, NT_TURN_CREATE_PERMISSION, 0, f->r, nobody, 443);
}

static void a_user_is_taken_for_another(struct forge *f)
{
    gather_relay(f);
    ask_in_ls_name(f, NT_TURN_CREATE_PERMISSION, 0, f->r, nobody, 441);
}

static void a_foreign_peer_among_others_is_granted(struct forge *f)
{
    gather_relay(f);
    ask_in_ls_name(f, NT_TURN_CREATE_PERMISSION, 0, f->r, addr("[2001:db8::1]:7"), 0);
}

static void a_channel_to_a_foreign_peer_is_forbidden(struct forge *f)
{
    gather_relay(f);
    ask_in_ls_name(f, NT_TURN_CHANNEL_BIND, CHANNEL, addr("[2001:db8::1]:7"), nobody, 403);
}

static void a_foreign_peer_among_others_gets_another_code(struct forge *f)
{
    gather_relay(f);
    ask_in_ls_name(f, NT_TURN_CREATE_PERMISSION, 0, f->r, addr("[2001:db8::1]:7"), 440);
}

static void a_channel_of_rfc_5766_to_a_foreign_peer_is_forbidden(struct forge *f)
{
    gather_relay(f);
    ask_in_ls_name(f, NT_TURN_CHANNEL_BIND, 0x5000, addr("[2001:db8::1]:7"), nobody, 403);
}

static void a_channel_of_rfc_5766_is_taken_for_a_foreign_peer(struct forge *f)
{
    gather_relay(f);
    ask_in_ls_name(f, NT_TURN_CHANNEL_BIND, 0x5000, f->r, nobody, 443);
}

static void a_channel_to_a_tunnel_is_granted(struct forge *f)
{
    gather_relay(f);
    ask_in_ls_name(f, NT_TURN_CHANNEL_BIND, CHANNEL, addr("[2002::1]:7"), nobody, 0);
}

static void a_channel_to_a_tunnel_is_granted_for_ipv6(struct forge *f)
{
    log_in_for_both(f, 3, NULL);
    ask_in_ls_name(f, NT_TURN_CHANNEL_BIND, CHANNEL, addr("[2001::1]:7"), nobody, 0);
}

/* RFC 8656, 10.2: the whole request is refused. */
static void half_of_a_refused_request_is_installed(struct forge *f)
{
    gather_relay(f);
    ask_in_ls_name(f, NT_TURN_CREATE_PERMISSION, 0, f->r, addr("127.0.0.1:7"), 403);
    wait(f, 2000);
    data_from(f, TAP_R, f->r, f->relayed, "\x80 data");
    guilty_next(f);
    indicate(f, f->r);
}

/* A 401 refuses the request as it was asked: no permission came of it, and none was refused. */
static void relayed_after_a_challenge(struct forge *f)
{
    gather_relay(f);
    wait(f, 60);
    turn_request(f, NT_TURN_CREATE_PERMISSION);
    add_peer(f, f->r);
    finish(f);
    probe(f, TAP_TURN, f->l, f->stun);
    challenge(f, 401, FORGE_NONCE);
    patch_method(f, NT_TURN_CREATE_PERMISSION, NT_STUN_ERROR);
    send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
    wait(f, 2000);
    data_from(f, TAP_R, f->r, f->relayed, "\x80 data");
    guilty_next(f);
    indicate(f, f->r);
}

/* --- ICMP: RFC 8656, 11.5 and 18.13 --- */

static void icmp_about(struct forge *f, struct nt_addr peer, const uint8_t *value, size_t len)
{
    fresh(f);
    start(f, NT_STUN_INDICATION, NT_TURN_DATA);
    add_peer(f, peer);
    nt_stun_add(&f->b, NT_ATTR_ICMP, value, len);
    finish(f);
    guilty_next(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static const uint8_t unreachable[8] = {0, 0, 3, 3, 0, 0, 0, 0}, too_big[8] = {0, 0, 3, 4, 0, 0, 5, 0xdc};

static void icmp_about_a_peer_with_a_channel(struct forge *f)
{
    gather_relay(f);
    bind_channel(f, CHANNEL, f->r);
    icmp_about(f, nt_addr_with_port(&f->r, 0), unreachable, sizeof unreachable);
    icmp_about(f, f->r, too_big, sizeof too_big);
}

static void icmp_about_a_stranger(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    icmp_about(f, addr("10.0.0.66:66"), unreachable, sizeof unreachable);
}

static void icmp_that_tells_an_mtu(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    told_mtu(f, 1500);
    icmp_for_l(f, f->r, too_big);
}

static void icmp_that_tells_another_mtu(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    told_mtu(f, 1280);
    guilty_next(f);
    icmp_for_l(f, f->r, too_big);
}

/* RFC 8656, 11.2 and 11.4: "the DATA attribute is allowed to contain zero bytes of data" */
static void an_empty_datagram_is_relayed(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    data_from(f, TAP_R, f->r, f->relayed, "");
    indicate(f, f->r);
    text(f, "");
    relay_down(f, 0);
    bind_channel(f, CHANNEL, f->r);
    data_from(f, TAP_R, f->r, f->relayed, "");
    as_channel_data(f, CHANNEL);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static void icmp_with_an_mtu_that_it_cannot_have(struct forge *f)
{
    static const uint8_t value[8] = {0, 0, 3, 3, 0, 0, 5, 0xdc};
    gather_relay(f);
    permit(f, f->r);
    icmp_about(f, f->r, value, sizeof value);
}

static void icmp_of_four_bytes(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    icmp_about(f, f->r, unreachable, 4);
}

/* --- the tests --- */

static const struct story stories[] = {
    STORY_OF(a_check_comes_before_the_permission_is_confirmed, "RFC8656-11.1-permission RFC8656-11.1-send"),
    STORY_OF(a_check_comes_before_the_channel_is_confirmed, "RFC8656-12-bound"),
    STORY_OF(data_to_another_port_before_the_channel_is_confirmed, "RFC8656-11.1-permission"),
    STORY_OF(channel_data_right_behind_the_request, "RFC8656-12-bound RFC8656-11.2-payload"),
    STORY_OF(relayed_before_the_response_left, "RFC8656-11.3-payload"),
    STORY_OF(a_real_server_relays_after_two_seconds, "RFC8656-11.3-payload"),
    STORY_OF(a_burst_of_a_thousand, "RFC8656-11.2-payload RFC8656-11.3-payload"),
    STORY_OF(a_permission_is_refreshed_by_a_request, "RFC8656-9-lifetime"),
    STORY_OF(a_permission_is_being_refreshed, "RFC8656-9-lifetime"),
    STORY_OF(a_channel_gets_another_peer_after_fifteen_minutes, "RFC8656-12-rebind RFC8656-12.2-refused"),
    STORY_OF(real_programs_are_a_moment_late, "RFC8656-8-refresh"),
    STORY_OF(peers_are_refused_as_they_should_be,
             "RFC8656-10.2-family RFC8656-12.2-family RFC8656-12.2-refused RFC8656-21.4-tunnels"),
    STORY_OF(icmp_that_tells_an_mtu, "RFC8656-18.13-mtu RFC8656-18.13-icmp"),
    STORY_OF(an_empty_datagram_is_relayed, "RFC8656-11.3-permission RFC8656-12-lifetime"),
    STORY_OF(a_permission_ends_within_a_second, "RFC8656-9-lifetime"),
    STORY_OF(a_channel_is_bound_anew_as_soon_as_it_has_ended, "RFC8656-12.2-refused"),
    STORY_OF(an_indication_leaves_behind_the_channel, "RFC8656-12.5-server"),
    STORY(a_check_comes_when_the_permission_is_not_believed_in),
    STORY(the_permission_is_granted_too_late),
    STORY(a_damaged_copy_is_refused_first),
    STORY_OF(icmp_about_a_peer_with_a_channel, "RFC8656-11.5-icmp RFC8656-11.5-permission RFC8656-18.13-icmp"),
};

static const struct breach breaches[] = {
    BREACH(data_before_anything_was_relayed, "RFC8656-11.1-permission", "L", 1),
    BREACH(channel_data_that_nobody_asked_for, "RFC8656-12-bound", "L", 1),
    BREACH(relayed_long_before_the_response_left, "RFC8656-11.3-permission", "turn", 1),
    BREACH(relayed_after_two_seconds, "RFC8656-11.3-payload", "turn", 1),
    BREACH(one_of_a_thousand_is_altered, "RFC8656-11.2-payload", "turn", 1),
    BREACH(a_permission_ran_out_at_the_client, "RFC8656-11.1-permission", "L", 1),
    BREACH(a_permission_lasts_too_long, "RFC8656-9-lifetime", "turn", 1),
    BREACH(a_permission_is_refreshed_by_channel_data, "RFC8656-12.6-refresh", "turn", 1),
    BREACH(a_binding_lasts_too_long, "RFC8656-12-lifetime", "turn", 1),
    BREACH(a_binding_is_refreshed_by_channel_data, "RFC8656-12.6-refresh", "turn", 1),
    BREACH(a_channel_gets_another_peer_too_soon, "RFC8656-12-rebind", "L", 1),
    BREACH(a_peer_gets_another_channel_too_soon, "RFC8656-12-rebind", "L", 1),
    BREACH(a_channel_keeps_its_peer, "RFC8656-12-rebind", "L", 1),
    BREACH(used_a_moment_after_it_has_expired, "RFC8656-8-refresh", "L", 1),
    BREACH(a_permitted_check_is_not_answered, "RFC8445-7.3-answer", "L", 1),
    BREACH(a_check_from_a_channels_peer_is_not_answered, "RFC8445-7.3-answer", "L", 1),
    BREACH(a_permission_is_granted_without_integrity, "RFC8489-9.2.4-integrity", "turn", 1),
    BREACH(a_server_forgets_an_allocation_that_it_relays, "RFC8656-6-kept", "turn", 1),
    BREACH(a_foreign_peer_is_forbidden, "RFC8656-10.2-family", "turn", 1),
    BREACH(a_peer_is_taken_for_a_foreign_one, "RFC8656-10.2-family", "turn", 1),
    BREACH(a_user_is_taken_for_another, "RFC8656-5-user", "turn", 1),
    BREACH(a_foreign_peer_among_others_is_granted, "RFC8656-10.2-family", "turn", 1),
    BREACH(a_channel_to_a_foreign_peer_is_forbidden, "RFC8656-12.2-family", "turn", 1),
    BREACH(a_foreign_peer_among_others_gets_another_code, "RFC8656-10.2-family", "turn", 1),
    BREACH(a_channel_of_rfc_5766_to_a_foreign_peer_is_forbidden, "RFC8656-12.2-refused", "turn", 1),
    BREACH(a_channel_of_rfc_5766_is_taken_for_a_foreign_peer, "RFC8656-12.2-refused", "turn", 1),
    BREACH(a_channel_to_a_tunnel_is_granted, "RFC8656-21.4-tunnels", "turn", 1),
    BREACH(a_channel_to_a_tunnel_is_granted_for_ipv6, "RFC8656-21.4-tunnels", "turn", 1),
    BREACH(half_of_a_refused_request_is_installed, "RFC8656-10.2-whole", "turn", 1),
    BREACH(relayed_after_a_challenge, "RFC8656-11.3-permission", "turn", 1),
    BREACH(icmp_that_tells_another_mtu, "RFC8656-18.13-mtu", "turn", 1),
    BREACH(a_channel_of_rfc_5766_is_served, "RFC8656-12.2-refused", "turn", 1),
    BREACH(icmp_about_a_stranger, "RFC8656-11.5-permission", "turn", 1),
    BREACH(icmp_with_an_mtu_that_it_cannot_have, "RFC8656-18.13-icmp", "turn", 1),
    BREACH(icmp_of_four_bytes, "RFC8489-14-sizes", "turn", 1),
};

TEST_STORIES_AND_BREACHES

/* More datagrams in a second than are remembered: it is said, and nobody is blamed. */
static void a_burst_of_ten_thousand(struct forge *f)
{
    burst(f, 10000, UINT32_MAX);
}

TEST(beyond_what_is_remembered_it_is_said_that_nothing_was_judged)
{
    struct nt_conf_verdict v;
    bool said = false;
    judge_story(a_burst_of_ten_thousand, &v);
    for (size_t i = 0; i < v.not_judged_count; i++)
        said = said || strcmp(v.not_judged[i].rule->id, "RFC8656-11.2-payload") == 0;
    assert_int_equal(v.violations.count, 0);
    assert_true(said);
    nt_conf_verdict_free(&v);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {STORIES_AND_BREACHES,
                                       cmocka_unit_test(beyond_what_is_remembered_it_is_said_that_nothing_was_judged)};
    return RUN_TESTS(tests);
}
