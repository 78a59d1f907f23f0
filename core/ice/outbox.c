/* What waits to be pulled: messages, built only when they leave, datagrams and events. */
#include "core/ice/agent.h"

#include <string.h>

struct nt_ice_out *nt_ice_out_push(struct nt_ice_agent *a, enum nt_ice_out_kind kind, struct nt_ice_via via, const struct nt_addr *to)
{
    if (a->out_count == NT_ICE_OUT_MAX) {
        a->stats.dropped++;
        return NULL;
    }
    struct nt_ice_out *o = &a->out[(a->out_head + a->out_count++) % NT_ICE_OUT_MAX];
    *o = (struct nt_ice_out){.kind = kind, .via = via, .to = *to};
    return o;
}

static struct nt_ice_event *event_at(const struct nt_ice_agent *a, unsigned i)
{
    return &a->events[(a->event_head + i) % a->event_cap];
}

/* The later of two of a kind (and of a component, of SELECTED) says what the earlier said, and more. */
static bool outdated(const struct nt_ice_agent *a, unsigned i, const struct nt_ice_event *ev)
{
    const struct nt_ice_event *x = event_at(a, i);
    bool known = x->kind == ev->kind && x->stream == ev->stream && x->component == ev->component;
    for (unsigned k = i + 1; k < a->event_count && !known; k++)
        known = x->kind == event_at(a, k)->kind && x->stream == event_at(a, k)->stream && x->component == event_at(a, k)->component;
    return known;
}

/* A full queue loses the first event that a later one makes needless. There is one: it has more places than there are kinds and
 * components, so the last state and the last selected pair of each component always reach the owner. */
void nt_ice_event_push(struct nt_ice_agent *a, const struct nt_ice_event *ev)
{
    if (a->event_count == a->event_cap) {
        unsigned i = 0;
        while (!outdated(a, i, ev))
            i++;
        for (; i + 1 < a->event_count; i++)
            *event_at(a, i) = *event_at(a, i + 1);
        a->event_count--;
        a->stats.dropped++;
    }
    *event_at(a, a->event_count++) = *ev;
}

/* They are in the list of candidates, which has room for each one. */
static bool next_candidate(struct nt_ice_agent *a, struct nt_ice_event *ev)
{
    while (nt_ice_trickles(a) && a->bases.shown < a->bases.own_count) {
        const struct nt_ice_candidate *c = &a->bases.own[a->bases.shown++].c;
        if (c->type == NT_ICE_PRFLX)
            continue;
        *ev = (struct nt_ice_event){.kind = NT_ICE_EV_CANDIDATE, .stream = c->stream, .component = c->component, .local = *c};
        return true;
    }
    return false;
}

int nt_ice_event(struct nt_ice_agent *a, struct nt_ice_event *ev)
{
    if (next_candidate(a, ev))
        return 1;
    if (a->event_count > 0) {
        *ev = a->events[a->event_head];
        a->event_head = (a->event_head + 1) % a->event_cap;
        a->event_count--;
        return 1;
    }
    if (!a->has_arrived)
        return 0;
    *ev = a->arrived;
    a->has_arrived = false;
    return 1;
}

static int build_binding(const struct nt_ice_agent *a, const struct nt_ice_out *o, uint8_t *buf, size_t cap)
{
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, cap, NT_STUN_REQUEST, NT_STUN_BINDING, o->id);
    if (a->config.software != NULL)
        nt_stun_add_text(&b, NT_ATTR_SOFTWARE, a->config.software);
    nt_stun_add_fingerprint(&b);
    return nt_stun_finish(&b);
}

/* RFC 8445, 11: "The Indication MUST NOT utilize any authentication mechanism. It SHOULD contain the FINGERPRINT attribute [...]
 * but it SHOULD NOT contain any other attributes." */
static int build_keepalive(const struct nt_ice_out *o, uint8_t *buf, size_t cap)
{
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, cap, NT_STUN_INDICATION, NT_STUN_BINDING, o->id);
    nt_stun_add_fingerprint(&b);
    return nt_stun_finish(&b);
}

static int build(struct nt_ice_agent *a, const struct nt_ice_out *o, uint8_t *buf, size_t cap)
{
    switch (o->kind) {
    case NT_ICE_OUT_BINDING: return build_binding(a, o, buf, cap);
    case NT_ICE_OUT_CHECK: return nt_ice_check_build(a, o, buf, cap);
    case NT_ICE_OUT_ANSWER: return nt_ice_answer_build(a, o, buf, cap);
    case NT_ICE_OUT_CONSENT: return nt_ice_consent_build(a, o, buf, cap);
    default: return build_keepalive(o, buf, cap);
    }
}

/* Sends `bytes` by `via`: as they are, or wrapped for the TURN server. 0: it cannot be sent. */
static size_t leave(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *to, const uint8_t *bytes, size_t len,
                    struct nt_path *path, uint8_t *buf, size_t cap)
{
    *path = (struct nt_path){.transport = NT_UDP, .local = a->bases.items[via.base].addr, .remote = *to};
    if (via.relay == NT_ICE_DIRECT) {
        if (len > cap)
            return 0;
        memmove(buf, bytes, len);
        return len;
    }
    const struct nt_ice_source *s = &a->bases.sources[via.relay];
    path->remote = s->server;
    int n = s->client != NULL ? nt_turn_client_wrap(s->client, to, bytes, len, buf, cap) : NT_ESTATE;
    return n > 0 ? (size_t)n : 0;
}

static void trace_answer(const struct nt_ice_agent *a, const struct nt_ice_out *o, nt_time now)
{
    const struct nt_ice_base *b = &a->bases.items[o->via.base];
    const struct nt_addr *from = o->via.relay >= 0 ? &a->bases.sources[o->via.relay].relayed : &b->addr;
    if (o->kind == NT_ICE_OUT_ANSWER && o->code == 0)
        nt_ice_trace(a, NT_TR_ICE_CHECK_ANSWERED, from, &o->to, b->stream, b->component, 0, 0, now);
}

static size_t next_message(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    while (a->out_count > 0) {
        struct nt_ice_out o = a->out[a->out_head];
        a->out_head = (a->out_head + 1) % NT_ICE_OUT_MAX;
        a->out_count--;
        int len = build(a, &o, a->scratch, sizeof a->scratch);
        size_t n = len > 0 ? leave(a, o.via, &o.to, a->scratch, (size_t)len, path, buf, cap) : 0;
        if (n == 0)
            continue;
        trace_answer(a, &o, now);
        return n;
    }
    return 0;
}

static size_t next_datagram(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    while (a->data_count > 0) {
        const struct nt_ice_datagram *d = &a->data[a->data_head];
        struct nt_ice_component *c = &a->session.components[d->component];
        a->data_head = (a->data_head + 1) % NT_ICE_DATA_MAX;
        a->data_count--;
        if (c->selected == NT_ICE_NONE || c->lost || a->close_at != NT_TIME_NEVER)
            continue;
        const struct nt_ice_valid *v = &a->session.valids[c->selected];
        size_t n = leave(a, a->bases.own[v->own].via, &a->session.remotes[v->remote].c.addr, d->bytes, d->len, path, buf, cap);
        if (n == 0)
            continue;
        c->sent_at = now;
        return n;
    }
    return 0;
}

size_t nt_ice_output(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    size_t n = next_message(a, path, buf, cap, now);
    if (n == 0)
        n = next_datagram(a, path, buf, cap, now);
    if (n == 0 && a->bases.source_count > 0 && !nt_ice_silent(a))
        n = nt_ice_relay_output(a, path, buf, cap, now);
    if (n == 0)
        nt_ice_reckon(a);
    return n;
}
