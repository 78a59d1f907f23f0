/* The peer's candidates: signalled ones, and peer-reflexive ones learnt from its requests. */
#include "core/base/map.h"
#include "core/ice/agent.h"

#include <stdio.h>
#include <string.h>

uint32_t nt_ice_remote_find(const struct nt_ice_agent *a, uint8_t stream, uint16_t component, const struct nt_addr *addr)
{
    for (uint32_t i = 0; i < a->session.remote_count; i++) {
        const struct nt_ice_candidate *c = &a->session.remotes[i].c;
        if (c->stream == stream && c->component == component && nt_addr_equal(&c->addr, addr))
            return i;
    }
    return NT_ICE_NONE;
}

static bool foundation_taken(const struct nt_ice_agent *a, const char *foundation)
{
    for (size_t i = 0; i < a->session.remote_count; i++)
        if (strcmp(a->session.remotes[i].c.foundation, foundation) == 0)
            return true;
    return false;
}

/* RFC 8445, 7.3.1.3: "The foundation is an arbitrary value, different from the foundations of all other remote candidates." */
static void unique_foundation(const struct nt_ice_agent *a, struct nt_ice_candidate *c)
{
    size_t n = a->session.remote_prflx;
    do
        snprintf(c->foundation, sizeof c->foundation, "prflx/%zu", ++n);
    while (foundation_taken(a, c->foundation));
}

uint32_t nt_ice_remote_learn(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, uint32_t priority, nt_time now)
{
    struct nt_ice_session *s = &a->session;
    const struct nt_ice_base *b = &a->bases.items[via.base];
    size_t limit = (size_t)NT_ICE_CANDIDATES_MAX * a->config.streams + NT_ICE_PRFLX_MAX;
    if (s->remote_prflx >= NT_ICE_PRFLX_MAX ||
        nt_grow(&s->remotes, &s->remote_cap, s->remote_count + 1, sizeof *s->remotes, limit) != NT_OK ||
        nt_ice_prflx_note(s, 1, from) != NT_OK)
        return NT_ICE_NONE;
    struct nt_ice_remote r = {.c = {.type = NT_ICE_PRFLX, .stream = b->stream, .component = b->component, .transport = NT_UDP,
                                    .priority = priority, .addr = *from}};
    unique_foundation(a, &r.c);
    s->remotes[s->remote_count++] = r;
    s->remote_prflx++;
    a->stats.prflx_remote++;
    const struct nt_addr *to = via.relay >= 0 ? &a->bases.sources[via.relay].relayed : &b->addr;
    nt_ice_trace(a, NT_TR_ICE_PRFLX_REMOTE, from, to, b->stream, b->component, 0, 0, now);
    return (uint32_t)(s->remote_count - 1);
}

static enum nt_ice_pass unusable(const struct nt_ice_agent *a, const struct nt_ice_candidate *c)
{
    if (c->transport != NT_UDP)
        return NT_ICE_PASS_TCP;
    if (c->component < 1 || c->component > a->config.components)
        return NT_ICE_PASS_COMPONENT;
    if (c->addr.port == 0 || !nt_addr_is_set(&c->addr) || nt_addr_is_any(&c->addr) || nt_addr_is_multicast(&c->addr))
        return NT_ICE_PASS_ADDRESS;
    return c->addr.family == NT_AF_IPV6 && !a->config.ipv6 ? NT_ICE_PASS_IPV6 : NT_ICE_PASS_NONE;
}

static void pass_over(const struct nt_ice_agent *a, uint8_t stream, const struct nt_ice_passed *p, nt_time now)
{
    nt_trace_emit(&a->config.trace, (struct nt_trace_event){.at = now, .kind = NT_TR_ICE_PASSED_OVER, .a = p->addr,
                                                            .n = {stream, p->component, p->reason}, .text = nt_ice_pass_text(p->reason)});
}

static enum nt_ice_pass signalled(struct nt_ice_agent *a, const struct nt_ice_candidate *c)
{
    struct nt_ice_session *s = &a->session;
    uint32_t i = nt_ice_remote_find(a, c->stream, c->component, &c->addr);
    if (i == NT_ICE_NONE) {
        if (s->remote_count == s->remote_cap)
            return NT_ICE_PASS_LIMIT;
        s->remotes[s->remote_count++] = (struct nt_ice_remote){.c = *c, .signalled = true};
    } else if (!s->remotes[i].signalled) {
        /* RFC 8445, 7.3.1.3: "If any subsequent candidate exchanges contain this peer-reflexive candidate, it will signal the
         * actual foundation for the candidate." Type and priority come with it. */
        s->remotes[i] = (struct nt_ice_remote){.c = *c, .signalled = true};
        s->remote_prflx--;
    }
    return NT_ICE_PASS_NONE;
}

static int make_room(struct nt_ice_agent *a, size_t more)
{
    struct nt_ice_session *s = &a->session;
    size_t limit = (size_t)NT_ICE_CANDIDATES_MAX * a->config.streams, need = s->remote_count + more;
    return nt_grow(&s->remotes, &s->remote_cap, need < limit ? need : limit, sizeof *s->remotes, limit);
}

int nt_ice_remote_add(struct nt_ice_agent *a, uint8_t stream, const struct nt_ice_stream_description *s, nt_time now)
{
    int r = make_room(a, s->candidate_count);
    for (size_t k = 0; r == NT_OK && k < s->passed_over && k < NT_ICE_PASSED_MAX; k++)
        pass_over(a, stream, &s->passed[k], now);
    for (size_t k = 0; r == NT_OK && k < s->candidate_count; k++) {
        struct nt_ice_candidate c = s->candidates[k];
        c.stream = stream;
        memset(&c.base, 0, sizeof c.base);
        enum nt_ice_pass reason = unusable(a, &c);
        if (reason == NT_ICE_PASS_NONE)
            reason = signalled(a, &c);
        if (reason != NT_ICE_PASS_NONE)
            pass_over(a, stream, &(struct nt_ice_passed){reason, c.component, c.addr}, now);
    }
    return r;
}

/* RFC 8838, 14: "After an agent has received an end-of-candidates indication, it MUST ignore any newly received candidates for that
 * data stream": what is told again is not new. */
void nt_ice_remote_late(const struct nt_ice_agent *a, uint8_t stream, const struct nt_ice_stream_description *s, nt_time now)
{
    for (size_t k = 0; k < s->candidate_count; k++) {
        const struct nt_ice_candidate *c = &s->candidates[k];
        if (unusable(a, c) == NT_ICE_PASS_NONE && nt_ice_remote_find(a, stream, c->component, &c->addr) == NT_ICE_NONE)
            pass_over(a, stream, &(struct nt_ice_passed){NT_ICE_PASS_ENDED, c->component, c->addr}, now);
    }
}

int nt_ice_remote_update(struct nt_ice_agent *a, const struct nt_ice_description *d, nt_time now)
{
    size_t more = 0;
    for (size_t i = 0; i < d->stream_count; i++)
        more += d->streams[i].candidate_count;
    int r = make_room(a, more);
    for (size_t i = 0; r == NT_OK && i < d->stream_count; i++)
        r = nt_ice_remote_add(a, (uint8_t)(i + 1), &d->streams[i], now);
    return r;
}
