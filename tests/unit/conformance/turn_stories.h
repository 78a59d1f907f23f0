/* What stories of TURN are made of: L's requests and the server's answers, and what is relayed. */
#ifndef TEST_TURN_STORIES_H
#define TEST_TURN_STORIES_H

#include "tests/unit/conformance/forge_server.h"
#include "tests/unit/conformance/stories.h"

#define CHANNEL 0x4000

static inline void allocated(struct forge *f, struct nt_addr client, unsigned tap, struct nt_addr relayed, uint32_t lifetime)
{
    start(f, NT_STUN_SUCCESS, NT_TURN_ALLOCATE);
    nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, lifetime);
    add_mapped(f, client);
    sealed256(f, &f->alice);
    send(f, TAP_TURN, tap, f->stun, client);
}

/* L's request with what has been added to it. */
static inline void ask(struct forge *f)
{
    turn_signed(f);
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
}

static inline void tell_l(struct forge *f, uint16_t method, int code)
{
    turn_answer(f, method, code, &f->alice);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static inline void ask_permission(struct forge *f, struct nt_addr peer)
{
    wait(f, 60);
    turn_request(f, NT_TURN_CREATE_PERMISSION);
    add_peer(f, peer);
    ask(f);
}

static inline void permit(struct forge *f, struct nt_addr peer)
{
    ask_permission(f, peer);
    tell_l(f, NT_TURN_CREATE_PERMISSION, 0);
}

static inline void ask_bind(struct forge *f, uint16_t number, struct nt_addr peer)
{
    wait(f, 60);
    turn_request(f, NT_TURN_CHANNEL_BIND);
    nt_stun_add_u32(&f->b, NT_ATTR_CHANNEL_NUMBER, (uint32_t)number << 16);
    add_peer(f, peer);
    ask(f);
}

static inline void bind_channel(struct forge *f, uint16_t number, struct nt_addr peer)
{
    ask_bind(f, number, peer);
    tell_l(f, NT_TURN_CHANNEL_BIND, 0);
}

static inline void ask_refresh(struct forge *f, uint32_t lifetime, unsigned family)
{
    wait(f, 60);
    turn_request(f, NT_TURN_REFRESH);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, lifetime);
    if (family != 0)
        nt_stun_add_u32(&f->b, NT_ATTR_REQUESTED_ADDRESS_FAMILY, family << 24);
    ask(f);
}

static inline void refreshed(struct forge *f, uint32_t lifetime)
{
    start(f, NT_STUN_SUCCESS, NT_TURN_REFRESH);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, lifetime);
    sealed256(f, &f->alice);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static inline void data_from(struct forge *f, unsigned tap, struct nt_addr peer, struct nt_addr relayed, const char *bytes)
{
    text(f, bytes);
    send(f, tap, TAP_TURN, peer, relayed);
    text(f, bytes);
}

/* What is in the buffer, from the server to L. */
static inline void indicate(struct forge *f, struct nt_addr peer)
{
    wrap(f, NT_TURN_DATA, peer);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static inline void as_channel_data(struct forge *f, uint16_t number)
{
    uint8_t inner[2048];
    size_t len = f->len;
    memcpy(inner, f->buf, len);
    f->len = (size_t)nt_channel_data_write(f->buf, sizeof f->buf, number, inner, len);
}

/* The server sends what it should not, from here. */
static inline void guilty_relay_to_peer(struct forge *f, const char *bytes, struct nt_addr peer)
{
    text(f, bytes);
    guilty_next(f);
    send(f, TAP_TURN, TAP_NONE, f->relayed, peer);
}

/* --- two address families --- */

#define RELAYED6 "[2001:db8::5]:50000"
#define PEER6 "[2001:db8::9]:6000"

static inline void log_in_for_both(struct forge *f, unsigned families, const uint8_t *why)
{
    struct nt_addr relayed6 = addr(RELAYED6);
    ask_bare(f, false);
    wait(f, 60);
    turn_request(f, NT_TURN_ALLOCATE);
    allocate_attrs(f);
    nt_stun_add_u32(&f->b, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, UINT32_C(2) << 24);
    ask(f);
    start(f, NT_STUN_SUCCESS, NT_TURN_ALLOCATE);
    if ((families & 1) != 0)
        nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS, &f->relayed);
    if ((families & 2) != 0)
        nt_stun_add_addr(&f->b, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed6);
    if (why != NULL)
        nt_stun_add(&f->b, NT_ATTR_ADDRESS_ERROR_CODE, why, 4);
    nt_stun_add_u32(&f->b, NT_ATTR_LIFETIME, 3600);
    add_mapped(f, f->l);
    sealed256(f, &f->alice);
    guilty_next(f);
    send(f, TAP_TURN, TAP_L, f->stun, f->l);
}

static inline void talk6(struct forge *f)
{
    data_from(f, TAP_NONE, addr(PEER6), addr(RELAYED6), "\x80 over IPv6");
    indicate(f, addr(PEER6));
    text(f, "\x80 back");
    wrap(f, NT_TURN_SEND, addr(PEER6));
    send(f, TAP_L, TAP_TURN, f->l, f->stun);
    text(f, "\x80 back");
    send(f, TAP_TURN, TAP_NONE, addr(RELAYED6), addr(PEER6));
}

static inline void talk4(struct forge *f)
{
    data_from(f, TAP_R, f->r, f->relayed, "\x80 over IPv4");
    indicate(f, f->r);
    text(f, "\x80 back");
    relay_down(f, 0);
}

#endif
