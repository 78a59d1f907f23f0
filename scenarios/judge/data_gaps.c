#include "scenarios/judge/data_gaps.h"
#include "core/base/strings.h"
#include "scenarios/apps/result_array.h"
#include "scenarios/world/parties.h"

#include <inttypes.h>
#include <stdio.h>

/* The agent's flow that goes on with the call; NULL: it has none. */
static const struct nt_data_flow *flow_of(const struct nt_world *w, uint32_t agent)
{
    struct nt_party p = nt_world_party(w, agent);
    struct nt_data_count data = p.ops->data(p.self);
    for (size_t i = 0; i < data.flow_count; i++)
        if (data.flows[i].call != NULL)
            return &data.flows[i];
    return NULL;
}

static int64_t milliseconds(nt_time t)
{
    return (t + NT_MSEC - 1) / NT_MSEC;
}

static struct nt_result_silence describe_silence(const struct nt_data_flow *flow, const struct nt_data_silence *s)
{
    struct nt_result_silence r = {.at_ms = milliseconds(s->began), .ms = milliseconds(s->ended - s->began)};
    for (uint32_t n = s->first; n < s->next; n++) {
        bool lost = !nt_data_flow_has_arrived(flow, n);
        r.lost += lost;
        r.unsent += lost && !nt_data_call_was_sent(flow->call, n);
    }
    return r;
}

static int describe_flow(const struct nt_data_flow *flow, const char *from, struct nt_result_flow *r)
{
    const struct nt_data_call *call = flow->call;
    int err = NT_OK;
    *r = (struct nt_result_flow){.from = nt_strdup(from, &err),
                                 .began_ms = milliseconds(flow->began),
                                 .ended_ms = milliseconds(nt_time_min(call->stopped, call->ended)),
                                 .sent = flow->sent,
                                 .unsent = call->unsent_count,
                                 .lost = flow->sent - flow->received,
                                 .gap_ms = milliseconds(call->longest.ended - call->longest.began),
                                 .gap_at_ms = milliseconds(call->longest.began),
                                 .more_silences = call->further};
    r->silences = nt_result_array(call->kept_count, sizeof *r->silences, &err);
    for (size_t i = 0; i < call->kept_count && err == NT_OK; i++)
        r->silences[r->silence_count++] = describe_silence(flow, &call->kept[i]);
    return err;
}

int nt_data_gaps_describe(const struct nt_world *w, struct nt_result_case *r)
{
    const struct nt_scn_case *c = nt_world_case(w);
    uint32_t from;
    int err = NT_OK;
    if (!c->expect.data_during_call)
        return NT_OK;
    r->flows = nt_result_array(c->agent_count, sizeof *r->flows, &err);
    for (uint32_t i = 0; i < c->agent_count && err == NT_OK; i++)
        if (flow_of(w, i) != NULL)
            err = describe_flow(flow_of(w, i), c->agents[i].name, &r->flows[r->flow_count++]);
    const struct nt_data_flow *worst = nt_data_gaps_worst(w, &from);
    if (worst != NULL)
        r->data_gap_ms = milliseconds(worst->call->longest.ended - worst->call->longest.began);
    return err;
}

static nt_time gap_of(const struct nt_data_flow *flow)
{
    return flow->call->longest.ended - flow->call->longest.began;
}

const struct nt_data_flow *nt_data_gaps_worst(const struct nt_world *w, uint32_t *from)
{
    const struct nt_scn_case *c = nt_world_case(w);
    const struct nt_data_flow *caller = flow_of(w, c->caller), *callee = flow_of(w, c->callee);
    if (caller == NULL || callee == NULL)
        return NULL;
    bool second = gap_of(callee) > gap_of(caller);
    *from = second ? c->callee : c->caller;
    return second ? callee : caller;
}

void nt_data_gaps_text(const struct nt_world *w, uint32_t from, const struct nt_data_flow *flow, char *buf, size_t cap)
{
    const struct nt_scn_case *c = nt_world_case(w);
    const char *sender = c->agents[from].name, *receiver = c->agents[from == c->caller ? c->callee : c->caller].name;
    struct nt_result_silence s = describe_silence(flow, &flow->call->longest);
    bool to_end = flow->call->longest.ended >= nt_time_min(flow->call->stopped, flow->call->ended);
    int n = snprintf(buf, cap, "%s received nothing from %s from %" PRId64 " ms to %s%" PRId64 " ms", receiver, sender, s.at_ms,
                     to_end ? "the end, at " : "", s.at_ms + s.ms);
    if (s.lost > 0)
        n += snprintf(buf + n, cap - (size_t)n, "; %" PRIu64 " datagrams were lost", s.lost);
    if (s.unsent > 0)
        snprintf(buf + n, cap - (size_t)n, ", of which %s had no pair to send %" PRIu64 " on", sender, s.unsent);
}
