/* Consent freshness (RFC 7675) and keepalives (RFC 8445, section 11) of selected pairs. */
#include "core/ice/agent.h"

#include <string.h>

#define INTERVAL (5 * NT_SEC)
#define SPREAD_MS 2000 /* 0.8 to 1.2 of the interval: 4000 to 6000 ms */

/* RFC 7675, 5.1: "Each consent check interval MUST be randomized from 0.8 to 1.2 times the base interval", "MUST NOT set the
 * period between checks to less than 4 seconds". */
static nt_time interval(struct nt_ice_agent *a)
{
    return INTERVAL - INTERVAL / 5 + (nt_time)nt_rand_below(&a->config.rand, SPREAD_MS + 1) * NT_MSEC;
}

static size_t component_count(const struct nt_ice_agent *a)
{
    return a->session.components != NULL ? (size_t)a->config.streams * a->config.components : 0;
}

/* RFC 7675, 5.1: "Initial consent to send traffic is obtained using ICE"; it counts from the last response. One that is older than
 * the longest interval, of a pair that is nominated long after its check, is asked for at once. */
void nt_ice_consent_begin(struct nt_ice_agent *a, struct nt_ice_component *c, nt_time now)
{
    c->consented_at = a->session.pairs[a->session.valids[c->selected].generator].answered_at;
    c->consent_at = nt_time_after(now, interval(a));
    if (now - c->consented_at > INTERVAL + INTERVAL / 5)
        c->consent_at = now;
    c->sent_at = now;
    c->asked_at = c->consented_at;
    memset(c->consent, 0, sizeof c->consent);
    c->consent_next = 0;
}

static bool on_selected(const struct nt_ice_agent *a, const struct nt_ice_component *c, struct nt_ice_via via, const struct nt_addr *from)
{
    const struct nt_ice_valid *v = &a->session.valids[c->selected];
    return nt_ice_via_equal(a->bases.own[v->own].via, via) && nt_addr_equal(&a->session.remotes[v->remote].c.addr, from);
}

static bool asked(const struct nt_ice_component *c, const uint8_t *id)
{
    unsigned n = c->consent_next < NT_ICE_CONSENT_IDS ? c->consent_next : NT_ICE_CONSENT_IDS;
    for (unsigned i = 0; i < n; i++)
        if (memcmp(c->consent[i], id, NT_STUN_ID) == 0)
            return true;
    return false;
}

/* A valid response renews consent: authentic, to one of ours, from where it was sent to. Nothing else does. */
bool nt_ice_consent_response(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, const struct nt_stun_msg *m,
                             nt_time now)
{
    for (size_t i = 0; i < component_count(a); i++) {
        struct nt_ice_component *c = &a->session.components[i];
        if (c->selected == NT_ICE_NONE || !asked(c, m->id))
            continue;
        uint8_t stream = a->bases.own[a->session.valids[c->selected].own].c.stream;
        if (!c->lost && m->class_ == NT_STUN_SUCCESS && m->unknown_count == 0 && on_selected(a, c, via, from) &&
            nt_stun_verify(m, &a->session.lists[stream - 1].key) == NT_OK)
            c->consented_at = now;
        else
            a->stats.dropped++;
        return true;
    }
    return false;
}

static struct nt_ice_out *send(struct nt_ice_agent *a, size_t i, enum nt_ice_out_kind kind, nt_time now)
{
    struct nt_ice_component *c = &a->session.components[i];
    const struct nt_ice_valid *v = &a->session.valids[c->selected];
    struct nt_ice_out *o = nt_ice_out_push(a, kind, a->bases.own[v->own].via, &a->session.remotes[v->remote].c.addr);
    if (o == NULL)
        return NULL;
    o->index = (uint32_t)i;
    nt_rand_bytes(&a->config.rand, o->id, sizeof o->id);
    c->sent_at = now;
    return o;
}

/* RFC 7675, 5.1: a new transaction id for each request, no retransmission. */
static void ask(struct nt_ice_agent *a, size_t i, nt_time now)
{
    struct nt_ice_component *c = &a->session.components[i];
    struct nt_ice_out *o = send(a, i, NT_ICE_OUT_CONSENT, now);
    c->consent_at = nt_time_after(now, interval(a));
    c->asked_at = now;
    if (o != NULL)
        memcpy(c->consent[c->consent_next++ % NT_ICE_CONSENT_IDS], o->id, NT_STUN_ID);
}

static void lose(struct nt_ice_agent *a, struct nt_ice_component *c, nt_time now)
{
    const struct nt_ice_valid *v = &a->session.valids[c->selected];
    const struct nt_ice_candidate *own = &a->bases.own[v->own].c;
    c->lost = true;
    nt_ice_trace(a, NT_TR_ICE_CONSENT_LOST, &own->addr, &a->session.remotes[v->remote].c.addr, own->stream, own->component, 0, 0, now);
    nt_ice_set_state(a, NT_ICE_DISCONNECTED);
}

static bool keeps(const struct nt_ice_agent *a, const struct nt_ice_component *c)
{
    return c->selected != NT_ICE_NONE && !c->lost && a->close_at == NT_TIME_NEVER &&
           (a->state == NT_ICE_RUNNING || a->state == NT_ICE_COMPLETED);
}

void nt_ice_consent_timer(struct nt_ice_agent *a, nt_time now)
{
    for (size_t i = 0; i < component_count(a); i++) {
        struct nt_ice_component *c = &a->session.components[i];
        if (!keeps(a, c))
            continue;
        if (a->config.no_consent) {
            if (now - c->sent_at >= a->config.keepalive)
                send(a, i, NT_ICE_OUT_KEEPALIVE, now);
        } else if (now - c->consented_at >= NT_ICE_CONSENT_EXPIRY) {
            lose(a, c, now);
        } else if (now >= c->consent_at) {
            ask(a, i, now);
        }
    }
}

nt_time nt_ice_consent_deadline(const struct nt_ice_agent *a)
{
    nt_time at = NT_TIME_NEVER;
    for (size_t i = 0; i < component_count(a); i++) {
        const struct nt_ice_component *c = &a->session.components[i];
        if (!keeps(a, c))
            continue;
        if (a->config.no_consent)
            at = nt_time_min(at, nt_time_after(c->sent_at, a->config.keepalive));
        else
            at = nt_time_min(at, nt_time_min(c->consent_at, nt_time_after(c->consented_at, NT_ICE_CONSENT_EXPIRY)));
    }
    return at;
}
