#include "scenarios/sweep/trial.h"
#include "core/base/err.h"
#include "reports/result/words.h"
#include "scenarios/language/load.h"
#include "scenarios/model/memory.h"
#include "scenarios/run/explore.h"
#include "scenarios/sweep/limits.h"
#include "scenarios/sweep/tree_text.h"
#include "scenarios/sweep/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNTOLD "the oracle cannot tell"
#define SHOWN "world.yaml"

struct one_run { /* of a tree */
    struct nt_scn_file *file;
    struct nt_scn_case *c; /* NULL: it does not load */
    struct nt_result_case result;
    struct nt_sweep_limits limits;
    struct nt_sweep_allocations allocations;
};

static void break_runs(struct nt_trial *out, const char *what)
{
    out->broken |= 1u << NT_LAW_RUNS;
    snprintf(out->detail[NT_LAW_RUNS], NT_LAW_DETAIL, "%s", what);
}

static void load(struct one_run *run, const struct nt_tree *world, struct nt_diags *diags)
{
    struct nt_text text = {0};
    if (world != NULL)
        nt_tree_write_yaml(&text, world);
    if (text.p != NULL && text.err == NT_OK)
        run->file = nt_scn_load_text(text.p, text.len, "world", SHOWN, diags);
    run->c = run->file != NULL ? nt_scn_file_case(run->file, 0, diags) : NULL;
    nt_text_free(&text);
}

static void hear_event(void *user, const struct nt_scn_case *c, struct nt_scn_node node, const struct nt_trace_event *ev)
{
    struct one_run *run = user;
    (void)c;
    nt_sweep_limits_event(&run->limits, node, ev);
    nt_sweep_allocations_event(&run->allocations, node, ev);
}

static void run_tree(struct one_run *run, const struct nt_tree *world, struct nt_capture *capture, struct nt_diags *diags)
{
    *run = (struct one_run){0};
    load(run, world, diags);
    if (run->c == NULL)
        return;
    struct nt_run_options options = {.seed = run->c->seed};
    struct nt_run_listener listener = {.event = hear_event, .user = run};
    nt_run_case(run->c, &options, capture, &listener, &run->result);
}

static void free_run(struct one_run *run)
{
    if (run->c != NULL)
        nt_result_case_free(&run->result);
    nt_sweep_limits_free(&run->limits);
    nt_scn_case_del(run->c);
    nt_scn_file_del(run->file);
}

/* --- the twin: the same world without limits of pairs, of which the oracle tells --- */

static bool is_limited(const struct nt_tree *agents)
{
    for (size_t i = 0; agents != NULL && i < agents->count; i++)
        if (nt_tree_get(agents->items[i], "max-pairs") != NULL)
            return true;
    return false;
}

static struct nt_tree *make_twin(struct nt_arena *a, const struct nt_tree *world)
{
    struct nt_tree *twin = nt_tree_copy(a, world), *agents = nt_tree_get(twin, "agents"), *expect = nt_tree_get(twin, "expect");
    for (size_t i = 0; agents != NULL && i < agents->count; i++)
        nt_tree_drop(agents->items[i], "max-pairs");
    if (expect == NULL)
        expect = nt_tree_put(twin, "expect", NT_TREE_MAP);
    nt_tree_say(expect, "path", "oracle");
    return twin;
}

/* --- judging --- */

static bool has_tag(const struct nt_scn_case *c, const char *tag)
{
    for (size_t i = 0; i < c->tag_count; i++)
        if (strcmp(c->tags[i], tag) == 0)
            return true;
    return false;
}

static bool is_untold(const struct nt_result_case *r)
{
    return r->outcome == NT_ERROR && strncmp(r->reason, UNTOLD, strlen(UNTOLD)) == 0;
}

static void hold_against_laws(const struct nt_observation *o, struct nt_trial *out)
{
    for (unsigned law = 0; law < NT_LAW_COUNT; law++) {
        enum nt_law_holds holds = nt_law_try((enum nt_law)law, o, out->detail[law]);
        out->tried |= holds != NT_LAW_NOT_TRIED ? 1u << law : 0;
        out->broken |= holds == NT_LAW_BROKEN ? 1u << law : 0;
    }
}

/* Runs the twin, where it may say more than the world itself. */
static void observe_twin(struct nt_observation *o, struct one_run *twin, const struct nt_tree *world)
{
    struct nt_arena *a = nt_arena_new();
    struct nt_capture capture;
    struct nt_diags diags = {0};
    nt_capture_init(&capture);
    run_tree(twin, a != NULL ? make_twin(a, world) : NULL, &capture, &diags);
    if (twin->c != NULL && !is_untold(&twin->result) && nt_result_has_states(&twin->result, twin->c))
        o->twin = &twin->result;
    nt_capture_free(&capture);
    nt_diags_clear(&diags);
    nt_arena_del(a);
}

/* Each once. */
static void list_rules(const struct nt_scn_case *c, const struct nt_result_case *r, struct nt_trial *out)
{
    size_t len = 0;
    for (size_t i = 0; i < r->violation_count && nt_scn_live(c); i++) {
        char line[NT_LAW_DETAIL];
        snprintf(line, sizeof line, "%s broke %s\n", r->violations[i].agent, r->violations[i].rule);
        if (strstr(out->rules, line) == NULL && len + strlen(line) < sizeof out->rules)
            len += (size_t)snprintf(out->rules + len, sizeof out->rules - len, "%s", line);
    }
}

static void judge(const struct one_run *run, const struct nt_tree *world, const struct nt_capture *capture, struct nt_trial *out)
{
    struct nt_sweep_datagrams d = {0};
    struct one_run twin = {0};
    const struct nt_result_case *r = &run->result;
    struct nt_observation o = {.c = run->c,
                               .r = r,
                               .limits = &run->limits,
                               .allocations = &run->allocations,
                               .faultless = has_tag(run->c, NT_SWEEP_FAULTLESS),
                               .settles = has_tag(run->c, NT_SWEEP_CHANGES)};
    out->path = r->path != NULL ? nt_path_by_name(r->path) : 0;
    out->skipped = r->outcome == NT_SKIP;
    out->untold = o.untold = is_untold(r) || out->skipped;
    list_rules(run->c, r, out);
    if (out->untold)
        snprintf(out->why, sizeof out->why, "%s", r->reason);
    if (!nt_scn_live(run->c) && !capture->windowed && capture->lost == 0 && nt_sweep_datagrams_read(&d, run->c, capture) == NT_OK) {
        o.d = &d;
        o.packets = capture;
    }
    if (o.faultless && is_limited(nt_tree_get(world, "agents")) && nt_result_has_states(r, run->c) && !nt_observation_completed(&o))
        observe_twin(&o, &twin, world);
    hold_against_laws(&o, out);
    nt_sweep_datagrams_free(&d);
    free_run(&twin);
}

static void say_why_not(const struct nt_diags *diags, struct nt_trial *out)
{
    char what[NT_LAW_DETAIL];
    const struct nt_diag *first = diags->count > 0 ? &diags->items[0] : NULL;
    snprintf(what, sizeof what, "it does not load: line %d: %s", first != NULL ? first->line : 0,
             first != NULL && first->what != NULL ? first->what : "out of memory");
    break_runs(out, what);
}

void nt_trial_run(const struct nt_tree *world, struct nt_capture *capture, struct nt_trial *out)
{
    struct one_run run;
    struct nt_diags diags = {0};
    unsigned long failures = nt_memory_failures();
    *out = (struct nt_trial){0};
    run_tree(&run, world, capture, &diags);
    out->loaded = run.c != NULL;
    if (out->loaded)
        judge(&run, world, capture, out);
    else
        say_why_not(&diags, out);
    if (nt_memory_failures() != failures)
        break_runs(out, "out of memory");
    free_run(&run);
    nt_diags_clear(&diags);
}
