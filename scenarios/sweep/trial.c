#include "scenarios/sweep/trial.h"
#include "core/base/err.h"
#include "reports/result/words.h"
#include "scenarios/language/load.h"
#include "scenarios/model/memory.h"
#include "scenarios/run/explore.h"
#include "scenarios/sweep/world.h"

#include <stdio.h>
#include <string.h>

#define UNTOLD "the oracle cannot tell"
#define SHOWN "world.yaml"

static void break_runs(struct nt_trial *out, const char *what)
{
    out->broken |= 1u << NT_LAW_RUNS;
    snprintf(out->detail[NT_LAW_RUNS], NT_LAW_DETAIL, "%s", what);
}

static bool has_tag(const struct nt_scn_case *c, const char *tag)
{
    for (size_t i = 0; i < c->tag_count; i++)
        if (strcmp(c->tags[i], tag) == 0)
            return true;
    return false;
}

static void hold_against_laws(const struct nt_observation *o, struct nt_trial *out)
{
    for (unsigned law = 0; law < NT_LAW_COUNT; law++) {
        enum nt_law_holds holds = nt_law_try((enum nt_law)law, o, out->detail[law]);
        out->tried |= holds != NT_LAW_NOT_TRIED ? 1u << law : 0;
        out->broken |= holds == NT_LAW_BROKEN ? 1u << law : 0;
    }
}

static void judge(const struct nt_scn_case *c, const struct nt_result_case *r, const struct nt_capture *capture,
                  struct nt_trial *out)
{
    struct nt_sweep_datagrams d = {0};
    struct nt_observation o = {.c = c, .r = r, .faultless = has_tag(c, NT_SWEEP_FAULTLESS)};
    out->path = r->path != NULL ? nt_path_by_name(r->path) : 0;
    out->untold = o.untold = r->outcome == NT_ERROR && strncmp(r->reason, UNTOLD, strlen(UNTOLD)) == 0;
    if (out->untold)
        snprintf(out->why, sizeof out->why, "%s", r->reason);
    if (!capture->windowed && capture->lost == 0 && nt_sweep_datagrams_read(&d, c, capture) == NT_OK)
        o.d = &d;
    hold_against_laws(&o, out);
    nt_sweep_datagrams_free(&d);
}

static void run_case(const struct nt_scn_case *c, struct nt_capture *capture, struct nt_trial *out)
{
    struct nt_run_options options = {.seed = c->seed};
    struct nt_result_case r;
    nt_run_case(c, &options, capture, NULL, &r);
    judge(c, &r, capture, out);
    nt_result_case_free(&r);
}

static void say_why_not(const struct nt_diags *diags, struct nt_trial *out)
{
    char what[NT_LAW_DETAIL];
    const struct nt_diag *first = diags->count > 0 ? &diags->items[0] : NULL;
    snprintf(what, sizeof what, "it does not load: line %d: %s", first != NULL ? first->line : 0,
             first != NULL && first->what != NULL ? first->what : "out of memory");
    break_runs(out, what);
}

void nt_trial_run(const char *scenario, size_t len, struct nt_capture *capture, struct nt_trial *out)
{
    struct nt_diags diags = {0};
    unsigned long failures = nt_memory_failures();
    *out = (struct nt_trial){0};
    struct nt_scn_file *f = nt_scn_load_text(scenario, len, "world", SHOWN, &diags);
    struct nt_scn_case *c = f != NULL ? nt_scn_file_case(f, 0, &diags) : NULL;
    out->loaded = c != NULL;
    if (c != NULL)
        run_case(c, capture, out);
    else
        say_why_not(&diags, out);
    if (nt_memory_failures() != failures)
        break_runs(out, "out of memory");
    nt_scn_case_del(c);
    nt_scn_file_del(f);
    nt_diags_clear(&diags);
}
