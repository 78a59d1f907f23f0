/* Stories of TURN servers that relay nothing, or seem to. */
#include "tests/unit/conformance/turn_stories.h"

/* --- who is not heard: RFC 8656, 9 and 11.3 --- */

/* R sends datagrams of 400 bytes, the longest of which it is sure that they fit into one packet everywhere. */
static void not_heard(struct forge *f, int count)
{
    char bytes[401] = "\x80";
    memset(bytes + 1, 'x', 399);
    for (int i = 0; i < count; i++) {
        wait(f, 400);
        text(f, bytes);
        send(f, TAP_R, TAP_TURN, f->r, f->relayed);
    }
}

/* It is not known whether a server that says nothing is alive. */
static void a_server_pauses(struct forge *f)
{
    f->real_time = true;
    gather_relay(f);
    permit(f, f->r);
    not_heard(f, 30);
    ask_refresh(f, 3600, 0);
    refreshed(f, 3600);
    not_heard(f, 3);
    indicate(f, f->r);
}

static void what_is_relayed_is_damaged(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    for (int i = 0; i < 10; i++) {
        not_heard(f, 1);
        text(f, "\x80 is anybody there?");
        wrap(f, NT_TURN_DATA, f->r);
        f->buf[1] ^= 0x40;
        f->marks = NT_MARK_DAMAGED;
        send(f, TAP_TURN, TAP_NONE, f->stun, f->l);
        f->marks = 0;
    }
}

static void a_permission_ends_too_soon(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    talk4(f);
    wait(f, 200000);
    not_heard(f, 5);
    guilty_next(f);
    f->guilty++; /* as the server gets it */
    not_heard(f, 1);
}

static void a_real_server_stops_listening(struct forge *f)
{
    f->real_time = true;
    gather_relay(f);
    permit(f, f->r);
    not_heard(f, 3);
    ask_refresh(f, 3600, 0);
    refreshed(f, 3600);
    not_heard(f, 3);
    guilty_next(f);
    f->guilty++;
    not_heard(f, 1);
}

/* --- who gets nothing: RFC 8656, 11.2 and 12.6 --- */

/* What L sends to a peer, so many times, and the server does not relay. */
static void not_relayed(struct forge *f, struct nt_addr peer, int count)
{
    for (int i = 0; i < count; i++) {
        wait(f, 399); /* and a millisecond on the way */
        text(f, "\x80 is anybody there?");
        wrap(f, NT_TURN_SEND, peer);
        send(f, TAP_L, TAP_TURN, f->l, f->stun);
    }
}

static void guilty_not_relayed(struct forge *f, struct nt_addr peer)
{
    guilty_next(f);
    f->guilty++; /* as the server gets it */
    not_relayed(f, peer, 1);
}

/* RFC 8656, 11.2: "The resulting UDP datagram is then sent to the peer." */
static void a_server_relays_nothing_to_a_peer(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    text(f, "\x80 here I am");
    relay_up(f, 0);
    permit(f, f->r);
    not_relayed(f, f->r, 4);
    text(f, "\x80 this one is relayed");
    relay_down(f, 0);
    not_relayed(f, f->r, 5);
    guilty_not_relayed(f, f->r);
}

/* Four datagrams may be lost by chance, however long that takes. */
static void a_server_relays_no_fifth_datagram(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    text(f, "\x80 here I am");
    relay_up(f, 0);
    for (int i = 0; i < 4; i++) {
        wait(f, 1000);
        not_relayed(f, f->r, 1);
    }
    wait(f, 1000);
    guilty_not_relayed(f, f->r);
}

static void a_server_relays_nothing_on_a_channel(struct forge *f)
{
    gather_relay(f);
    bind_channel(f, CHANNEL, f->r);
    text(f, "\x80 here I am");
    relay_up(f, CHANNEL);
    for (int i = 0; i < 6; i++) {
        wait(f, 400);
        text(f, "\x80 is anybody there?");
        as_channel_data(f, CHANNEL);
        if (i == 5)
            guilty_next(f);
        send(f, TAP_L, TAP_TURN, f->l, f->stun);
    }
    f->guilty++;
}

/* Its own relayed addresses it reaches. */
static void a_server_relays_nothing_to_itself(struct forge *f)
{
    gather_relay(f);
    permit(f, f->relayed);
    not_relayed(f, f->relayed, 5);
    guilty_not_relayed(f, f->relayed);
}

static void a_real_server_relays_to_itself(struct forge *f)
{
    f->real_time = true;
    gather_relay(f);
    permit(f, f->relayed);
    for (int i = 0; i < 10; i++) {
        not_relayed(f, f->relayed, 1);
        ask_refresh(f, 3600, 0);
        refreshed(f, 3600);
    }
}

/* The server may have no way to who was never heard, or not let him have data. */
static void a_peer_that_was_never_heard(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    not_relayed(f, f->r, 10);
}

static void a_real_server_pauses_and_relays_nothing(struct forge *f)
{
    f->real_time = true;
    gather_relay(f);
    permit(f, f->r);
    text(f, "\x80 here I am");
    relay_up(f, 0);
    not_relayed(f, f->r, 10);
}

/* RFC 8656, 11.2: a server that cannot set the DF bit discards it. */
static void send_unfragmented(struct forge *f, const char *bytes)
{
    wait(f, 400);
    fresh(f);
    start(f, NT_STUN_INDICATION, NT_TURN_SEND);
    add_peer(f, f->r);
    nt_stun_add(&f->b, NT_ATTR_DONT_FRAGMENT, NULL, 0);
    nt_stun_add(&f->b, NT_ATTR_DATA, bytes, strlen(bytes));
    finish(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
}

static void send_with_what_is_unknown(struct forge *f)
{
    fresh(f);
    start(f, NT_STUN_INDICATION, NT_TURN_SEND);
    add_peer(f, f->r);
    nt_stun_add(&f->b, 0x7f00, "what", 4);
    nt_stun_add(&f->b, NT_ATTR_DATA, "\x80 data", 6);
    finish(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
}

/* RFC 8656, 21.4: nothing SHOULD be relayed to the address of a tunnel, whatever comes from it. */
static void a_tunnel_is_heard(struct forge *f)
{
    const struct nt_addr tunnel = addr("[2002:c000:204::9]:6000");
    log_in_for_both(f, 3, NULL);
    f->guilty = 0;
    permit(f, tunnel);
    data_from(f, TAP_NONE, tunnel, addr(RELAYED6), "\x80 here I am");
    indicate(f, tunnel);
    not_relayed(f, tunnel, 10);
}

/* The client's own fault. */
static void what_a_server_cannot_read(struct forge *f)
{
    gather_relay(f);
    permit(f, f->r);
    text(f, "\x80 here I am");
    relay_up(f, 0);
    guilty_next(f);
    for (int i = 0; i < 10; i++) {
        wait(f, 400);
        fresh(f);
        start(f, NT_STUN_INDICATION, NT_TURN_SEND);
        add_peer(f, f->r);
        nt_stun_add(&f->b, NT_ATTR_DATA, "\x80 data", 6);
        nt_stun_add_fingerprint(&f->b);
        finish(f);
        f->buf[f->len - 1] ^= 1;
        send(f, TAP_L, TAP_TURN, f->l, f->stun);
    }
}

static void what_a_server_need_not_relay(struct forge *f)
{
    char large[402] = "\x80";
    struct nt_addr nowhere = f->r;
    nowhere.port = 0;
    memset(large + 1, 'x', 400);
    gather_relay(f);
    permit(f, f->r);
    text(f, "\x80 here I am");
    relay_up(f, 0);
    for (int i = 0; i < 10; i++) {
        wait(f, 400);
        text(f, large);
        wrap(f, NT_TURN_SEND, f->r);
        send(f, TAP_L, TAP_TURN, f->l, f->stun);
        f->len = 0;
        wrap(f, NT_TURN_SEND, f->r);
        send(f, TAP_L, TAP_TURN, f->l, f->stun);
        text(f, "\x80 forged");
        wrap(f, NT_TURN_SEND, f->r);
        probe(f, TAP_TURN, f->l, f->stun);
        send_unfragmented(f, "\x80 whole or not at all");
        send_with_what_is_unknown(f);
        not_relayed(f, nowhere, 1);
    }
}

/* --- the tests --- */

static const struct story stories[] = {
    STORY(a_server_pauses),
    STORY(what_is_relayed_is_damaged),
    STORY(a_real_server_relays_to_itself),
    STORY_OF(a_peer_that_was_never_heard, "RFC8656-11.1-permission"),
    STORY_OF(a_real_server_pauses_and_relays_nothing, "RFC8656-11.2-relayed"),
    STORY(what_a_server_need_not_relay),
    STORY(a_tunnel_is_heard),
};

static const struct breach breaches[] = {
    BREACH(a_permission_ends_too_soon, "RFC8656-9-lifetime", "turn", 1),
    BREACH(a_real_server_stops_listening, "RFC8656-9-lifetime", "turn", 1),
    BREACH(a_server_relays_nothing_to_a_peer, "RFC8656-11.2-relayed", "turn", 1),
    BREACH(a_server_relays_no_fifth_datagram, "RFC8656-11.2-relayed", "turn", 1),
    BREACH(what_a_server_cannot_read, "RFC8489-14.7-fingerprint", "L", 10),
    BREACH(a_server_relays_nothing_on_a_channel, "RFC8656-11.2-relayed", "turn", 1),
    BREACH(a_server_relays_nothing_to_itself, "RFC8656-11.2-relayed", "turn", 1),
};

TEST_STORIES_AND_BREACHES

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {STORIES_AND_BREACHES};
    return RUN_TESTS(tests);
}
