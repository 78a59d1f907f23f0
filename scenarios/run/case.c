#include "scenarios/run/case.h"
#include "natsim/fabric/fabric.h"
#include "reports/conformance/conformance.h"
#include "scenarios/judge/data_gaps.h"
#include "scenarios/judge/expectations.h"
#include "scenarios/judge/outcome.h"
#include "scenarios/judge/story.h"
#include "scenarios/judge/topology.h"
#include "scenarios/judge/why_not.h"
#include "scenarios/model/memory.h"
#include "scenarios/model/verdict.h"
#include "scenarios/programs/clock_real.h"
#include "scenarios/run/clock_virtual.h"
#include "scenarios/world/parties.h"

#include <stdio.h>

#define NT_CUT_MAX 200 /* bytes of what still goes on */

struct run {
    const struct nt_scn_case *scn;
    const struct nt_run_options *options;
    const struct nt_run_listener *listener;
    struct nt_capture *capture;
    struct nt_programs *programs;
    struct nt_world *w;
    struct nt_clock_virtual virtual_time;
    struct nt_story story;
};

static void hear_event(void *user, struct nt_scn_node node, const struct nt_trace_event *ev)
{
    struct run *run = user;
    if (run->story.limit > 0)
        nt_story_note(&run->story, run->scn, node, ev);
    if (run->listener != NULL && run->listener->event != NULL)
        run->listener->event(run->listener->user, run->scn, node, ev);
}

/* Runs the world until the case ends. */
static enum nt_run_end run_world(struct run *run, const struct nt_run_clock *clock)
{
    const struct nt_scn_expect *e = &run->scn->expect;
    struct nt_fabric *f = nt_world_fabric(run->w);
    nt_time until = run->options->until > e->until ? run->options->until : e->until;
    for (;;) {
        nt_time next = nt_fabric_next(f), end = e->limit;
        if (clock->settled(clock->user, run->w)) {
            end = nt_time_min(e->limit, clock->end(clock->user, run->w));
            end = end > until ? end : until; /* only --until may lie beyond the limit */
        }
        bool last = next > end;
        enum nt_fabric_end r = clock->advance(clock->user, run->w, last ? end : next);
        if (r == NT_FABRIC_LIVELOCK)
            return NT_END_LIVELOCK;
        if (r == NT_FABRIC_NOMEM)
            return NT_END_NOMEM;
        if (last && (r == NT_FABRIC_IDLE || nt_fabric_now(f) >= end))
            return clock->settled(clock->user, run->w) ? NT_END_SETTLED : NT_END_LIMIT;
    }
}

static void run_and_judge(struct run *run, const struct nt_run_clock *clock, struct nt_result_case *out)
{
    struct nt_conf_verdict verdict = {0};
    char cut[NT_CUT_MAX];
    struct nt_judged judged = {.cut = cut, .w = run->w, .programs = run->programs, .result = out, .conformance = &verdict};
    struct nt_watch *watch = nt_watch_new(run->w, clock->real_time);
    if (watch == NULL)
        return;
    judged.watch = watch;
    judged.end = run_world(run, clock);
    judged.seen_path = nt_programs_path(run->programs);
    clock->cut(clock->user, run->w, cut, sizeof cut);
    nt_parties_end(run->w);
    nt_watch_stopped(watch);
    nt_programs_end(run->programs);
    nt_capture_settle(run->capture);
    int r = nt_result_describe(run->w, judged.seen_path, out);
    if (r == NT_OK)
        r = nt_data_gaps_describe(run->w, out);
    if (r == NT_OK)
        r = nt_why_not_describe(run->w, out);
    if (r == NT_OK)
        r = nt_sizes_describe(run->w, nt_watch_size_limits(watch), out);
    if (r == NT_OK)
        r = nt_watch_conformance(watch, &verdict);
    if (r == NT_OK && run->listener != NULL && run->listener->judged != NULL)
        run->listener->judged(run->listener->user, &verdict);
    if (r == NT_OK)
        r = nt_result_add_conformance(&verdict, out);
    if (r == NT_OK)
        nt_expectations_judge(&judged, out);
    nt_conf_verdict_free(&verdict);
    nt_watch_del(watch);
}

/* Real programs that are not there or ended early kept the case from running. */
static void give_up(enum nt_outcome outcome, const char *why, const struct nt_scn_case *c, struct nt_result_case *out)
{
    struct nt_verdict v = {.outcome = outcome, .line = outcome == NT_FAIL ? c->place.line : 0};
    nt_verdict_put(&v, "%s", why);
    nt_verdict_give(&v, out);
}

static void run_in_real_time(struct run *run, struct nt_result_case *out)
{
    char why[NT_PROGRAMS_WHY];
    enum nt_outcome begun = nt_programs_begin(run->programs, run->w, why, sizeof why);
    struct nt_run_clock clock = nt_clock_real(run->programs);
    if (begun == NT_PASS)
        run_and_judge(run, &clock, out);
    else
        give_up(begun, why, run->scn, out);
}

static void run_in_virtual_time(struct run *run, struct nt_result_case *out)
{
    struct nt_run_clock clock = nt_clock_virtual(&run->virtual_time, run->scn);
    run_and_judge(run, &clock, out);
}

static bool make_world(struct run *run)
{
    if ((run->programs = nt_programs_new(run->scn, &run->options->logs)) == NULL)
        return false;
    struct nt_world_hooks hooks = nt_programs_hooks(run->programs);
    hooks.wrapper = run->options->wrapper;
    run->w = nt_world_new(run->scn, run->options->seed, run->options->carrier, &hooks, run->capture);
    if (run->w != NULL && (run->story.limit > 0 || (run->listener != NULL && run->listener->event != NULL)))
        nt_world_listen(run->w, hear_event, run);
    return run->w != NULL;
}

/* An agent or server that could not keep something may have failed the call for that alone. */
static void run_out_of_memory(struct nt_result_case *out)
{
    struct nt_verdict v = {0};
    out->outcome = NT_ERROR;
    nt_verdict_error(&v, "out of memory");
    nt_verdict_give(&v, out);
}

void nt_run_order(const struct nt_scn_case *c, const struct nt_run_options *options, struct nt_capture *capture,
                  const struct nt_run_listener *listener, struct nt_orders *orders, struct nt_result_case *out)
{
    struct run run = {.scn = c, .options = options, .listener = listener, .capture = capture};
    unsigned long failures = nt_memory_failures();
    nt_story_begin(&run.story, options->story);
    if (nt_result_identify(c, options->seed, options->seed_in_id, "out of memory", out) == NT_OK && make_world(&run)) {
        if (orders != NULL)
            nt_fabric_choose(nt_world_fabric(run.w), c->expect.explore_window, nt_orders_choose, orders);
        if (nt_scn_live(c))
            run_in_real_time(&run, out);
        else
            run_in_virtual_time(&run, out);
    }
    nt_programs_del(run.programs);
    nt_world_del(run.w);
    int err = nt_story_give(&run.story, out);
    if (options->story > 0 && err == NT_OK)
        err = nt_topology_describe(c, out);
    if (err != NT_OK || nt_memory_failures() != failures)
        run_out_of_memory(out);
}
