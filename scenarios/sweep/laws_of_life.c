#include "scenarios/sweep/laws_of_life.h"
#include "reports/result/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How long data stay away at most: after what an agent sees, and after what consent tells (RFC 7675, 5.1). */
#define GAP_SEEN (2 * NT_SEC)
#define GAP_TOLD (40 * NT_SEC)

/* A relayed pair is nominated 500 ms and four round trips after the first valid pair; of a check that is sent again the round trip
 * has its RTO in it, 500 ms. */
#define RELAYED_WAIT (2500 * NT_MSEC)

/* --- gap --- */

static bool is_side(const struct nt_observation *o, const struct nt_scn_node *n)
{
    return n->kind == NT_SCN_NODE_AGENT && (n->index == o->c->caller || n->index == o->c->callee);
}

static bool is_idle(const struct nt_scn_step *s)
{
    return s->kind == NT_STEP_CALL || s->kind == NT_STEP_REOFFER || s->kind == NT_STEP_SIGNALLING;
}

/* An agent sees what the step changes. */
static bool is_seen(const struct nt_observation *o, const struct nt_scn_step *s)
{
    return s->kind == NT_STEP_RESTART || ((s->kind == NT_STEP_MOVE || s->kind == NT_STEP_LINK) && is_side(o, &s->where));
}

/* How long the interface stays away; NT_TIME_NEVER: to the end. */
static nt_time away(const struct nt_scn_case *c, size_t down)
{
    const struct nt_scn_step *d = &c->steps[down];
    for (size_t i = 0; i < c->step_count; i++) {
        const struct nt_scn_step *s = &c->steps[i];
        if (s->kind == NT_STEP_LINK && s->up && s->where.index == d->where.index && s->port == d->port && s->at >= d->at)
            return s->at - d->at;
    }
    return NT_TIME_NEVER;
}

/* The time in which an agent may have no interface at all; NT_TIME_NEVER: it is not known. */
static nt_time outage(const struct nt_scn_case *c)
{
    nt_time sum = 0;
    for (size_t i = 0; i < c->step_count; i++) {
        const struct nt_scn_step *s = &c->steps[i];
        if (s->kind == NT_STEP_MOVE)
            sum = nt_time_after(sum, s->outage);
        if (s->kind == NT_STEP_LINK && !s->up && c->agents[s->where.index].on_count == 1)
            sum = nt_time_after(sum, away(c, i));
    }
    return sum;
}

/* Both begin a session when theirs has no pair left, tell candidates as they come, and gather again. */
static bool recover_at_once(const struct nt_observation *o)
{
    const struct nt_scn_agent *caller = &o->c->agents[o->c->caller], *callee = &o->c->agents[o->c->callee];
    return caller->trickle == NT_ICE_TRICKLE_FULL && callee->trickle == NT_ICE_TRICKLE_FULL && caller->continual &&
           callee->continual;
}

/* All pairs may be checked before the one that connects, and each check takes its way. */
static nt_time checking(const struct nt_observation *o)
{
    size_t pairs = 0;
    nt_time ta = 0;
    for (uint32_t i = 0; i < o->r->agent_count; i++) {
        pairs = o->r->agents[i].pair_count > pairs ? o->r->agents[i].pair_count : pairs;
        ta = o->c->agents[i].ta > ta ? o->c->agents[i].ta : ta;
    }
    return (nt_time)pairs * ta + 4 * nt_scn_longest_way(o->c);
}

/* What the suites promise of data; NT_TIME_NEVER: nothing. */
static nt_time longest_gap(const struct nt_observation *o)
{
    bool seen = true;
    for (size_t i = 0; i < o->c->step_count; i++)
        seen = seen && (is_idle(&o->c->steps[i]) || is_seen(o, &o->c->steps[i]));
    nt_time figure = !seen ? GAP_TOLD : recover_at_once(o) ? GAP_SEEN : NT_TIME_NEVER;
    if (o->r->path != NULL && nt_path_by_name(o->r->path) == NT_PATH_RELAYED)
        figure = nt_time_after(figure, RELAYED_WAIT);
    return nt_time_after(nt_time_after(figure, outage(o->c)), checking(o));
}

static bool restarts_for_itself(const struct nt_observation *o)
{
    return o->c->agents[o->c->caller].recover == NT_RECOVER_RESTART && o->c->agents[o->c->callee].recover == NT_RECOVER_RESTART;
}

enum nt_law_holds nt_law_gap(const struct nt_observation *o, char *detail)
{
    bool promised = o->r->expected_paths != 0 && (o->r->expected_paths & NT_PATH_NONE) == 0;
    if (!o->c->expect.data_during_call || !promised || o->untold || !restarts_for_itself(o))
        return NT_LAW_NOT_TRIED;
    nt_time most = longest_gap(o);
    if (most == NT_TIME_NEVER)
        return NT_LAW_NOT_TRIED;
    if (o->r->data_gap_ms * NT_MSEC <= most)
        return NT_LAW_KEPT;
    snprintf(detail, NT_LAW_DETAIL, "data stay away for %" PRId64 " ms, expected %" PRId64 " ms at most", o->r->data_gap_ms,
             most / NT_MSEC);
    return NT_LAW_BROKEN;
}

/* --- releases --- */

/* Somebody hangs up, and nothing comes between the agents and their servers. */
static bool only_hangs_up(const struct nt_scn_case *c)
{
    bool hangs_up = false;
    for (size_t i = 0; i < c->step_count; i++)
        switch (c->steps[i].kind) {
        case NT_STEP_HANGUP: hangs_up = true; break;
        case NT_STEP_CALL:
        case NT_STEP_REOFFER:
        case NT_STEP_SEND:
        case NT_STEP_SIGNALLING:
        case NT_STEP_RESTART:
        case NT_STEP_RENOMINATE: break;
        default: return false;
        }
    return hangs_up && !nt_scn_lossy(c);
}

enum nt_law_holds nt_law_releases(const struct nt_observation *o, char *detail)
{
    char relayed[NT_ADDR_TEXT];
    bool closed =
        strcmp(o->r->agents[o->c->caller].state, "closed") == 0 && strcmp(o->r->agents[o->c->callee].state, "closed") == 0;
    if (!closed || !only_hangs_up(o->c) || nt_observation_moves_flows(o))
        return NT_LAW_NOT_TRIED;
    if (o->allocations->living == 0)
        return NT_LAW_KEPT;
    snprintf(detail, NT_LAW_DETAIL, "allocations that live at the end: %zu; the last one that was granted: %s",
             o->allocations->living, nt_addr_format(&o->allocations->last, relayed));
    return NT_LAW_BROKEN;
}
