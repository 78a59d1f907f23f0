#include "core/ice/record.h"
#include "core/base/strings.h"

#include <stdlib.h>

struct nt_ice_record {
    const struct nt_trace *trace;
    struct nt_ice_stats stats;
};

struct nt_ice_record *nt_ice_record_new(const struct nt_trace *trace)
{
    struct nt_ice_record *r = calloc(1, sizeof *r);
    if (r != NULL)
        r->trace = trace;
    return r;
}

void nt_ice_record_del(struct nt_ice_record *r)
{
    free(r);
}

void nt_ice_record_event(struct nt_ice_record *r, struct nt_trace_event ev)
{
    switch (ev.kind) {
    case NT_TR_ICE_CHECK_SENT: r->stats.checks_sent++; break;
    case NT_TR_ICE_CHECK_RECEIVED: r->stats.checks_received++; break;
    case NT_TR_ICE_PRFLX_LOCAL: r->stats.prflx_local++; break;
    case NT_TR_ICE_PRFLX_REMOTE: r->stats.prflx_remote++; break;
    case NT_TR_ICE_ROLE: r->stats.role_switches++; break;
    case NT_TR_ICE_RESTARTED: r->stats.restarts++; break;
    case NT_TR_ICE_DROPPED: r->stats.dropped++; break;
    default: break;
    }
    nt_trace_emit(r->trace, ev);
}

void nt_ice_record_discard(struct nt_ice_record *r, const struct nt_why *why, const struct nt_addr *local,
                           const struct nt_addr *remote, nt_time now)
{
    r->stats.dropped++;
    nt_trace_discard(r->trace, why, local, remote, now);
}

void nt_ice_record_drop(struct nt_ice_record *r, const struct nt_addr *local, const struct nt_addr *remote, const char *why,
                        nt_time now)
{
    struct nt_trace_event ev = {.at = now, .kind = NT_TR_ICE_DROPPED, .text = why};
    if (local != NULL)
        ev.a = *local;
    if (remote != NULL)
        ev.b = *remote;
    nt_ice_record_event(r, ev);
}

void nt_ice_record_refused_address(struct nt_ice_record *r, const struct nt_addr *local, const struct nt_addr *remote,
                                   const char *what, const char *why, nt_time now)
{
    static const struct nt_why refused = {NT_DISCARD_FORBIDDEN, "the address that it tells is refused"};
    char text[128];
    nt_ice_record_drop(r, local, remote, nt_join(text, sizeof text, what, why), now);
    nt_trace_discard(r->trace, &refused, local, remote, now);
}

void nt_ice_record_retransmission(struct nt_ice_record *r)
{
    r->stats.retransmissions++;
}

const struct nt_ice_stats *nt_ice_record_stats(const struct nt_ice_record *r)
{
    return &r->stats;
}
