/* The valid list (RFC 8445, section 7.2.5.3.2) and the local peer-reflexive candidates that come with it. */
#include "core/base/map.h"
#include "core/ice/agent.h"

#include <string.h>

int nt_ice_prflx_note(struct nt_ice_session *s, int side, const struct nt_addr *addr)
{
    int r = nt_grow(&s->prflx, &s->prflx_cap, s->prflx_count + 1, sizeof *s->prflx, 2 * NT_ICE_PRFLX_MAX);
    if (r == NT_OK)
        s->prflx[s->prflx_count++] = (struct nt_ice_prflx_seen){.side = side, .addr = *addr};
    return r;
}

/* An address may have several bases (RFC 8445, B.2), and be another one's after a NAT has lost its mappings: what was sent from this
 * base is answered to it. */
static uint32_t known_own(const struct nt_ice_agent *a, const struct nt_ice_own *sender, const struct nt_addr *mapped)
{
    for (uint32_t i = 0; i < a->bases.own_count; i++) {
        const struct nt_ice_own *o = &a->bases.own[i];
        if (o->c.stream == sender->c.stream && o->c.component == sender->c.component && nt_addr_equal(&o->c.addr, mapped) &&
            nt_ice_via_equal(o->via, sender->via))
            return i;
    }
    return NT_ICE_NONE;
}

/* RFC 8445, 7.2.5.3.1: "The type is peer reflexive. The base is the local candidate of the candidate pair from which the
 * Binding request was sent. The priority is the value of the PRIORITY attribute in the Binding request." */
uint32_t nt_ice_own_mapped(struct nt_ice_agent *a, uint32_t own, const struct nt_addr *mapped, const struct nt_addr *remote,
                           uint32_t priority, nt_time now)
{
    struct nt_ice_bases *b = &a->bases;
    uint32_t known = known_own(a, &b->own[own], mapped);
    if (known != NT_ICE_NONE)
        return known;
    if (b->prflx_count >= NT_ICE_PRFLX_MAX ||
        nt_grow(&b->own, &b->own_cap, b->own_count + 1, sizeof *b->own, SIZE_MAX / 1024) != NT_OK ||
        nt_ice_prflx_note(&a->session, 0, mapped) != NT_OK)
        return NT_ICE_NONE;
    const struct nt_ice_own *sender = &b->own[own];
    struct nt_ice_own *o = &b->own[b->own_count++];
    *o = (struct nt_ice_own){.c = sender->c, .via = sender->via, .server = *remote};
    o->c.type = NT_ICE_PRFLX;
    o->c.addr = *mapped;
    o->c.base = sender->c.addr;
    o->c.related = sender->c.addr;
    o->c.priority = priority;
    memset(o->c.foundation, 0, sizeof o->c.foundation);
    nt_ice_set_foundation(b->own, b->own_count);
    b->prflx_count++;
    a->stats.prflx_local++;
    nt_ice_trace(a, NT_TR_ICE_PRFLX_LOCAL, &o->c.addr, &o->c.base, o->c.stream, o->c.component, 0, 0, now);
    return (uint32_t)(b->own_count - 1);
}

uint32_t nt_ice_valid_add(struct nt_ice_agent *a, uint32_t generator, uint32_t own, nt_time now)
{
    struct nt_ice_session *s = &a->session;
    uint32_t remote = s->pairs[generator].remote, generated_by = s->pairs[generator].number;
    for (uint32_t i = 0; i < s->valid_count; i++) {
        struct nt_ice_valid *v = &s->valids[i];
        if (v->own == own && v->remote == remote && v->generated_by == generated_by) {
            v->gone = false;
            return i;
        }
    }
    if (nt_grow(&s->valids, &s->valid_cap, s->valid_count + 1, sizeof *s->valids, 2 * NT_ICE_PAIRS_KEPT) != NT_OK)
        return NT_ICE_NONE;
    uint32_t pair = nt_ice_pair_find(a, own, remote);
    if (pair != NT_ICE_NONE && !s->pairs[pair].listed)
        pair = NT_ICE_NONE;
    uint32_t number = pair != NT_ICE_NONE ? s->pairs[pair].number : ++s->numbers;
    s->valids[s->valid_count] = (struct nt_ice_valid){.number = number, .own = own, .remote = remote, .generator = generator,
                                                      .generated_by = generated_by, .pair = pair, .priority = nt_ice_pair_priority_of(a, own, remote)};
    if (pair == NT_ICE_NONE)
        nt_ice_trace(a, NT_TR_ICE_PAIR, &a->bases.own[own].c.addr, &s->remotes[remote].c.addr, a->bases.own[own].c.stream,
                     a->bases.own[own].c.component, number, NT_ICE_SUCCEEDED, now);
    return (uint32_t)s->valid_count++;
}

/* RFC 8445, 7.2.5.3.4: "the agent MUST remove the candidate pair from the valid list". */
void nt_ice_valid_remove(struct nt_ice_agent *a, uint32_t generator)
{
    for (uint32_t i = 0; i < a->session.valid_count; i++) {
        struct nt_ice_valid *v = &a->session.valids[i];
        if (v->generator == generator && !v->nominated)
            v->gone = true;
    }
}
