#include "scenarios/run/case.h"
#include "scenarios/judge/outcome.h"
#include "scenarios/run/explore.h"
#include "natsim/live/live.h"
#include "scenarios/judge/expectations.h"
#include "scenarios/programs/machines.h"
#include "scenarios/programs/run_step.h"
#include "scenarios/world/steps.h"
#include "scenarios/model/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAIL NT_SEC /* a case ends so long after its last activity */
#define PATIENCE (120 * NT_SEC) /* and so long after it when one waits for a description and the other still gathers or checks */

struct run {
    struct nt_world *w;
    const struct nt_run_listener *listener;
};

static void on_named(void *user, const struct nt_observed *o, const struct nt_trace_event *ev)
{
    struct run *run = user;
    if (run->w->steps != NULL)
        nt_steps_event(run->w->steps, o, ev->at);
}

static void on_any(void *user, const struct nt_trace_event *ev)
{
    struct run *run = user;
    if (run->listener != NULL && ev->node < run->w->observer.node_count)
        run->listener->event(run->listener->user, run->w->scn, run->w->observer.nodes[ev->node], ev);
}

/* Of the two parties of the call. */
static bool some_waits(const struct nt_world *w)
{
    const struct nt_scn_case *c = w->scn;
    if (c->caller == NT_SCN_NONE)
        return false;
    struct nt_party a = w->parties[c->caller], b = w->parties[c->callee];
    return a.ops->waits(a.self) || b.ops->waits(b.self);
}

static bool some_goes_on(const struct nt_world *w)
{
    const struct nt_scn_case *c = w->scn;
    if (c->caller == NT_SCN_NONE)
        return false;
    struct nt_party a = w->parties[c->caller], b = w->parties[c->callee];
    return a.ops->goes_on(a.self) || b.ops->goes_on(b.self);
}

static struct nt_data_count data_of(const struct nt_world *w)
{
    struct nt_data_count n = {0};
    for (size_t i = 0; i < w->scn->agent_count; i++) {
        struct nt_data_count one = w->parties[i].ops->data(w->parties[i].self);
        n.sent += one.sent;
        n.received += one.received;
    }
    return n;
}

/* Waiting in the queue and one crossing; on Wi-Fi the queue ends after 500 ms, and distance and retries take less than as long again. */
static nt_time longest_crossing(const struct nt_scn_network *n)
{
    nt_time way = n->medium == NT_MEDIUM_WIFI ? NT_SEC : nt_time_after(n->delay, n->jitter);
    if (n->rate > 0)
        way = nt_time_after(way, (nt_time)((uint64_t)(n->queue + 1) * n->mtu * 8 * 1000 / n->rate + 1) * NT_MSEC);
    return way;
}

/* No packet is longer on its way: each network there and back (a relay, a hairpin), waiting in its queue, and what steps add. */
static nt_time longest_way(const struct nt_scn_case *c)
{
    nt_time way = 0;
    for (size_t i = 0; i < c->network_count; i++) {
        nt_time one = longest_crossing(&c->networks[i]);
        way = nt_time_after(way, nt_time_after(one, one));
    }
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_FAULT || c->steps[i].kind == NT_STEP_SIGNALLING)
            way = nt_time_after(way, c->steps[i].by);
    return way;
}

/* A process that ended, or broke its contract, has settled the case. */
static bool broken(const struct nt_world *w)
{
    char why[400];
    return w->live != NULL && nt_live_fault(w, why, sizeof why) != NT_PASS;
}

/* A second after the last activity; datagrams and descriptions that have not arrived may still be on their way. */
static nt_time tail_end(const struct nt_world *w, nt_time way)
{
    struct nt_data_count data = data_of(w);
    bool waits = some_waits(w), runs = some_goes_on(w);
    nt_time wait = (waits || data.received < data.sent) && way > TAIL ? way : TAIL;
    if (broken(w))
        return nt_fabric_now(w->fabric);
    if (w->live != NULL && nt_live_late(w))
        return nt_time_after(w->call_at, NT_LIVE_VERDICT);
    if (w->live != NULL)
        return nt_time_after(w->last_activity, NT_LIVE_SETTLE);
    if (waits && runs)
        wait = nt_time_after(wait, PATIENCE);
    return nt_time_after(w->last_activity, wait);
}

/* Real programs are given the whole time for a verdict: what one waits for may still come, a step's event for one. */
static bool live_settled(const struct nt_world *w)
{
    bool quiet = nt_programs_done(w->programs, nt_fabric_now(w->fabric)) && !some_goes_on(w), no_call = w->call_at == NT_TIME_NEVER;
    return broken(w) || (nt_steps_idle(w->steps) && (nt_live_late(w) || (quiet && (no_call || nt_steps_done(w->steps)))));
}

static bool settled(const struct nt_world *w)
{
    if (w->live != NULL)
        return live_settled(w);
    return nt_steps_done(w->steps) && (!some_goes_on(w) || some_waits(w));
}

static enum nt_run_end ended(enum nt_fabric_end end)
{
    return end == NT_FABRIC_LIVELOCK ? NT_END_LIVELOCK : end == NT_FABRIC_NOMEM ? NT_END_NOMEM : NT_END_SETTLED;
}

/* Instant by instant, until nothing more is to come. */
static enum nt_run_end run_world(struct nt_world *w, nt_time until)
{
    nt_time limit = w->scn->expect.limit, way = longest_way(w->scn);
    for (;;) {
        nt_time next = nt_fabric_next(w->fabric), end = limit;
        if (settled(w)) {
            nt_time tail = tail_end(w, way);
            end = nt_time_min(limit, tail);
            end = end > until ? end : until; /* the file's lies within the limit; the command's is asked for */
        }
        bool last = next > end;
        enum nt_fabric_end r = w->live != NULL ? nt_live_run(w->live, w->fabric, last ? end : next, NT_SEC) : nt_fabric_run(w->fabric, last ? end : next);
        if (r == NT_FABRIC_LIVELOCK || r == NT_FABRIC_NOMEM)
            return ended(r);
        if (last && (w->live == NULL || nt_fabric_now(w->fabric) >= end))
            return settled(w) ? NT_END_SETTLED : NT_END_LIMIT;
    }
}

static int add_party(struct nt_conf_party *p, enum nt_conf_party_kind kind, const char *name, const struct nt_scn_attachment *on, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += on[i].address_count;
    struct nt_addr *all = calloc(n + 1, sizeof *all);
    if (all == NULL)
        return NT_ENOMEM;
    n = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < on[i].address_count; k++)
            all[n++] = on[i].addresses[k];
    *p = (struct nt_conf_party){.kind = kind, .name = name, .addresses = all, .address_count = n};
    return NT_OK;
}

static int add_parties(const struct nt_scn_case *c, struct nt_conf_party *parties, size_t *count)
{
    int r = NT_OK;
    for (size_t i = 0; i < c->agent_count && r == NT_OK; i++)
        r = add_party(&parties[(*count)++], NT_CONF_AGENT, c->agents[i].name, c->agents[i].on, c->agents[i].on_count);
    for (size_t i = 0; i < c->server_count && r == NT_OK; i++) {
        bool serves = (c->servers[i].kinds & (NT_SCN_STUN | NT_SCN_TURN)) != 0;
        r = add_party(&parties[(*count)++], serves ? NT_CONF_SERVER : NT_CONF_PLATFORM, c->servers[i].name, &c->servers[i].on, 1);
    }
    for (size_t i = 0; i < c->gateway_count && r == NT_OK; i++)
        r = add_party(&parties[(*count)++], NT_CONF_GATEWAY, c->gateways[i].name, &c->gateways[i].outside, 1);
    return r;
}

/* What steps hold back is no fault of who sent it. */
static void note_held(const struct nt_scn_case *c, struct nt_conf_party *parties)
{
    for (size_t i = 0; i < c->step_count; i++) {
        const struct nt_scn_step *s = &c->steps[i];
        bool agent = s->where.kind == NT_SCN_NODE_AGENT, server = s->where.kind == NT_SCN_NODE_SERVER;
        if (s->kind == NT_STEP_FAULT && s->fault == NT_FAULT_DELAY && (agent || server))
            parties[agent ? s->where.index : c->agent_count + s->where.index].held = true;
        if (s->kind == NT_STEP_SIGNALLING && s->act == NT_SIGNAL_DELAY && s->by > parties[s->from].told_late)
            parties[s->from].told_late = s->by;
    }
}

static size_t add_users(const struct nt_scn_case *c, struct nt_conf_user *users, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < c->server_count; i++)
        for (size_t k = 0; k < c->servers[i].user_count && n < cap; k++)
            users[n++] = (struct nt_conf_user){c->servers[i].realm, c->servers[i].users[k].name, c->servers[i].users[k].password};
    return n;
}

static int judge_conformance(const struct nt_world *w, struct nt_conf_verdict *verdict)
{
    const struct nt_scn_case *c = w->scn;
    size_t user_cap = 0, count = 0;
    for (size_t i = 0; i < c->server_count; i++)
        user_cap += c->servers[i].user_count;
    struct nt_conf_party *parties = calloc(c->agent_count + c->server_count + c->gateway_count + 1, sizeof *parties);
    struct nt_conf_user *users = calloc(user_cap + 1, sizeof *users);
    int r = parties == NULL || users == NULL ? NT_ENOMEM : add_parties(c, parties, &count);
    if (r == NT_OK) {
        note_held(c, parties);
        struct nt_conf_input in = {.capture = w->observer.capture, .parties = parties, .party_count = count, .users = users,
                                   .user_count = add_users(c, users, user_cap), .end = nt_fabric_now(w->fabric), .real_time = w->live != NULL};
        r = nt_conf_judge(&in, verdict);
    }
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)parties[i].addresses);
    free(parties);
    free(users);
    return r;
}

static int copy_violations(const struct nt_conf_verdict *v, struct nt_result_case *r)
{
    r->rules_exercised = v->exercised;
    r->violations = calloc(v->count + 1, sizeof *r->violations);
    if (r->violations == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < v->count; i++) {
        struct nt_result_violation *to = &r->violations[r->violation_count++];
        *to = (struct nt_result_violation){strdup(v->violations[i].rule->id), strdup(v->violations[i].party), strdup(v->violations[i].detail),
                                           v->violations[i].frame};
        if (to->rule == NULL || to->agent == NULL || to->detail == NULL)
            return NT_ENOMEM;
    }
    return NT_OK;
}

static int copy_params(const struct nt_scn_case *c, struct nt_result_case *r)
{
    r->params = calloc(c->param_count + 1, sizeof *r->params);
    if (r->params == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < c->param_count; i++) {
        struct nt_result_param *to = &r->params[r->param_count++];
        *to = (struct nt_result_param){strdup(c->params[i].name), strdup(c->params[i].json), strdup(c->params[i].label)};
        if (to->name == NULL || to->json == NULL || to->label == NULL)
            return NT_ENOMEM;
    }
    return NT_OK;
}

static int identify(const struct nt_scn_case *c, const struct nt_run_options *o, struct nt_result_case *r)
{
    size_t len = strlen(c->id) + 32;
    *r = (struct nt_result_case){.seed = o->seed, .connect_ms = -1, .outcome = NT_ERROR};
    r->id = malloc(len);
    r->file = strdup(c->file);
    r->claim = strdup(c->claim);
    r->reason = strdup("out of memory");
    if (r->id == NULL || r->file == NULL || r->claim == NULL || r->reason == NULL)
        return NT_ENOMEM;
    snprintf(r->id, len, o->seed_in_id ? "%s#seed=%" PRIu64 : "%s", c->id, o->seed);
    return copy_params(c, r);
}

/* What kept the case from running, or broke it: real programs that are not there, or ended. */
static void give_up(enum nt_outcome outcome, const char *why, const struct nt_scn_case *c, struct nt_result_case *out)
{
    struct nt_verdict v = {.outcome = outcome, .line = outcome == NT_FAIL ? c->place.line : 0};
    snprintf(v.reason, sizeof v.reason, "%s", why);
    nt_verdict_give(&v, out);
}

static int run_and_judge(struct run *run, nt_time until, struct nt_result_case *out)
{
    struct nt_conf_verdict verdict = {0};
    struct nt_judged judged = {.w = run->w, .result = out, .conformance = &verdict};
    judged.end = run_world(run->w, until > run->w->scn->expect.until ? until : run->w->scn->expect.until);
    judged.live_path = run->w->live != NULL ? nt_live_path(run->w) : 0;
    if (run->w->live != NULL)
        nt_live_end(run->w);
    int r = nt_describe(run->w, judged.live_path, out);
    if (r == NT_OK)
        r = judge_conformance(run->w, &verdict);
    if (r == NT_OK)
        r = copy_violations(&verdict, out);
    if (r == NT_OK)
        nt_judge(&judged, out);
    nt_conf_verdict_free(&verdict);
    return r;
}

void nt_run_order(const struct nt_scn_case *c, const struct nt_run_options *options, struct nt_capture *capture,
                  const struct nt_run_listener *listener, struct nt_orders *orders, struct nt_result_case *out)
{
    struct run run = {.listener = listener};
    if (identify(c, options, out) != NT_OK || (run.w = nt_world_new(c, options->seed, options->carrier, capture)) == NULL)
        return;
    run.w->observer.named = on_named;
    run.w->observer.any = on_any;
    run.w->observer.user = &run;
    if (orders != NULL)
        nt_fabric_choose(run.w->fabric, &(struct nt_choice){.window = c->expect.explore_window, .choose = nt_orders_choose, .user = orders});
    char why[400];
    enum nt_outcome begun = nt_scn_live(c) ? nt_live_begin(run.w, options->logs, why, sizeof why) : NT_PASS;
    if (begun == NT_PASS)
        run_and_judge(&run, options->until, out);
    else
        give_up(begun, why, c, out);
    nt_world_del(run.w);
}

void nt_run_case(const struct nt_scn_case *c, const struct nt_run_options *options, struct nt_capture *capture,
                 const struct nt_run_listener *listener, struct nt_result_case *out)
{
    if (c->expect.explore_first > 0)
        nt_explore_case(c, options, capture, listener, out);
    else
        nt_run_order(c, options, capture, listener, NULL, out);
}
