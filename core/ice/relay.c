/* The TURN clients of gathering: their messages share the pacer, their data and permissions serve the checks. */
#include "core/ice/agent.h"

#include <string.h>

int nt_ice_relay_new(struct nt_ice_agent *a, struct nt_ice_source *s)
{
    const struct nt_ice_turn *t = &a->config.turn[s->index];
    struct nt_turn_client_config config = {.server = s->server, .transport = NT_UDP, .base = a->bases.items[s->base].addr,
                                           .family = s->server.family, .user = t->user, .password = t->password,
                                           .software = a->config.software, .rand = &a->config.rand};
    s->client = nt_turn_client_new(&config);
    return s->client != NULL ? NT_OK : NT_ENOMEM;
}

/* RFC 8445, 5.1.1.2: "If the Allocate request is rejected because the server lacks resources to fulfill it, the agent SHOULD
 * instead send a Binding request to obtain a server-reflexive candidate." */
static bool lacks_resources(int code)
{
    return code == 486 || code == 508;
}

static void fail_pairs(struct nt_ice_agent *a, size_t source, const struct nt_addr *peer, nt_time now)
{
    for (uint32_t i = 0; i < a->session.pair_count; i++) {
        const struct nt_ice_pair *p = &a->session.pairs[i];
        if (p->listed && nt_ice_pair_own(a, p)->via.relay == (int16_t)source && p->state != NT_ICE_PAIR_FAILED &&
            p->state != NT_ICE_SUCCEEDED && (peer == NULL || nt_addr_same_ip(&nt_ice_pair_remote(a, p)->c.addr, peer)))
            nt_ice_pair_fail(a, i, now);
    }
}

static void failed(struct nt_ice_agent *a, size_t i, int code, nt_time now)
{
    struct nt_ice_source *s = &a->bases.sources[i];
    bool asking = s->state == NT_ICE_SOURCE_ASKING;
    s->alive = false;
    if (asking && lacks_resources(code) && a->config.policy == NT_ICE_ALL) {
        s->turn = false;
        s->state = NT_ICE_SOURCE_IDLE;
        return;
    }
    fail_pairs(a, i, NULL, now);
    nt_ice_source_done(a, s, NT_ICE_SOURCE_FAILED, now);
}

static void handle(struct nt_ice_agent *a, size_t i, const struct nt_turn_event *ev, nt_time now)
{
    struct nt_ice_source *s = &a->bases.sources[i];
    struct nt_ice_via via = {.base = s->base, .relay = (int16_t)i};
    switch (ev->kind) {
    case NT_TURN_EV_ALLOCATED:
        if (s->state != NT_ICE_SOURCE_ASKING)
            break;
        s->alive = true;
        s->relayed = ev->relayed;
        s->mapped = ev->mapped;
        s->refresh_at = nt_time_after(now, a->config.keepalive);
        nt_ice_source_done(a, s, NT_ICE_SOURCE_DONE, now);
        break;
    case NT_TURN_EV_FAILED: failed(a, i, ev->code, now); break;
    case NT_TURN_EV_PERMITTED: a->session.tick = now; break;
    case NT_TURN_EV_FORBIDDEN:
        if (!nt_turn_client_permitted(s->client, &ev->peer))
            fail_pairs(a, i, &ev->peer, now);
        break;
    case NT_TURN_EV_DATA: nt_ice_dispatch(a, via, &ev->peer, ev->bytes, ev->len, now); break;
    case NT_TURN_EV_RELEASED: s->alive = false; break;
    default: break;
    }
}

static void events(struct nt_ice_agent *a, size_t i, nt_time now)
{
    struct nt_turn_event ev;
    while (a->bases.sources[i].client != NULL && nt_turn_client_event(a->bases.sources[i].client, &ev) == 1)
        handle(a, i, &ev, now);
}

bool nt_ice_relay_input(struct nt_ice_agent *a, uint16_t base, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    for (size_t i = 0; i < a->bases.source_count; i++) {
        struct nt_ice_source *s = &a->bases.sources[i];
        if (s->client == NULL || s->base != base || !nt_addr_equal(&s->server, &path->remote))
            continue;
        bool taken = nt_turn_client_input(s->client, path, bytes, len, now);
        events(a, i, now);
        if (taken)
            return true;
    }
    return false;
}

void nt_ice_relay_timer(struct nt_ice_agent *a, nt_time now)
{
    for (size_t i = 0; i < a->bases.source_count; i++) {
        if (a->bases.sources[i].client == NULL || nt_turn_client_deadline(a->bases.sources[i].client) > now)
            continue;
        nt_turn_client_timer(a->bases.sources[i].client, now);
        events(a, i, now);
    }
}

/* A client whose message is held waits for the pacer, whatever else it has to send. */
nt_time nt_ice_relay_deadline(const struct nt_ice_agent *a)
{
    nt_time at = NT_TIME_NEVER;
    for (size_t i = 0; i < a->bases.source_count; i++) {
        const struct nt_ice_source *s = &a->bases.sources[i];
        bool held = s->held_len > 0 && s->held_paced;
        nt_time own = s->client != NULL ? nt_turn_client_deadline(s->client) : NT_TIME_NEVER;
        at = nt_time_min(at, held ? a->next_start : own);
    }
    return at;
}

/* Is this the first message of a transaction? Its id is remembered. */
static bool starts(struct nt_ice_source *s)
{
    if (s->held_len < NT_STUN_HEADER || !nt_stun_looks_like(s->held, s->held_len) || (nt_load16(s->held) & 0x0110) != 0)
        return false;
    const uint8_t *id = s->held + NT_STUN_HEADER - NT_STUN_ID;
    for (size_t i = 0; i < sizeof s->known / sizeof s->known[0]; i++)
        if (memcmp(s->known[i], id, NT_STUN_ID) == 0)
            return false;
    memcpy(s->known[s->known_next++ % (sizeof s->known / sizeof s->known[0])], id, NT_STUN_ID);
    return true;
}

/* RFC 8445, 14.2: all transactions share Ta, so what a client wants to send is held until the pacer lets it go. */
void nt_ice_relay_pull(struct nt_ice_agent *a, nt_time now)
{
    for (size_t i = 0; i < a->bases.source_count; i++) {
        struct nt_ice_source *s = &a->bases.sources[i];
        if (s->client == NULL || s->held_len > 0)
            continue;
        s->held_len = nt_turn_client_output(s->client, &s->held_path, s->held, NT_ICE_HELD_MAX, now);
        s->held_paced = s->held_len > 0 && starts(s);
    }
}

bool nt_ice_relay_turn(struct nt_ice_agent *a, nt_time now)
{
    for (size_t i = 0; i < a->bases.source_count; i++) {
        struct nt_ice_source *s = &a->bases.sources[i];
        if (s->held_len > 0 && s->held_paced) {
            s->held_paced = false;
            nt_turn_client_left(s->client, s->held + NT_STUN_HEADER - NT_STUN_ID, now);
            return true;
        }
    }
    return false;
}

size_t nt_ice_relay_output(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    nt_ice_relay_pull(a, now);
    if (a->paced_at == now && a->next_start <= now && nt_ice_relay_turn(a, now))
        nt_ice_paced(a, now);
    for (size_t i = 0; i < a->bases.source_count; i++) {
        struct nt_ice_source *s = &a->bases.sources[i];
        size_t len = s->held_len;
        if (len == 0 || s->held_paced || len > cap)
            continue;
        memcpy(buf, s->held, len);
        *path = s->held_path;
        s->held_len = 0;
        return len;
    }
    return 0;
}

/* RFC 8445, 7.2.1: "the agent MUST create a permission in the TURN server [...] towards the remote candidate" */
void nt_ice_relay_permit(struct nt_ice_agent *a, nt_time now)
{
    for (size_t i = 0; i < a->bases.source_count; i++) {
        const struct nt_ice_source *s = &a->bases.sources[i];
        if (!s->alive)
            continue;
        for (size_t k = 0; k < a->session.remote_count; k++) {
            const struct nt_addr *peer = &a->session.remotes[k].c.addr;
            if (peer->family == s->relayed.family && nt_turn_client_permit(s->client, peer, now) != NT_OK)
                fail_pairs(a, i, peer, now);
        }
    }
}

static bool in_use(const struct nt_ice_agent *a, size_t source)
{
    for (size_t i = 0; a->session.components != NULL && i < (size_t)a->config.streams * a->config.components; i++) {
        uint32_t v = a->session.components[i].selected;
        if (v != NT_ICE_NONE && a->bases.own[a->session.valids[v].own].via.relay == (int16_t)source)
            return true;
    }
    return false;
}

/* RFC 8445, 8.3: candidates that no selected pair uses are freed; a relayed one by a Refresh with lifetime 0. */
void nt_ice_relay_free(struct nt_ice_agent *a, bool all, nt_time now)
{
    for (size_t i = 0; i < a->bases.source_count; i++) {
        struct nt_ice_source *s = &a->bases.sources[i];
        if (s->client == NULL || (!all && in_use(a, i)))
            continue;
        enum nt_turn_client_state state = nt_turn_client_state(s->client);
        if (state == NT_TURN_ALLOCATED || state == NT_TURN_ALLOCATING)
            nt_turn_client_release(s->client, now);
        events(a, i, now);
    }
}
