/* natsim explain: one case, its packets as a ladder, and the events of each agent's check list in time. */
#include "scenarios/command/explain.h"
#include "core/base/err.h"
#include "pcap/capture.h"
#include "reports/findings.h"
#include "reports/ladder/print.h"
#include "scenarios/command/carrier_module.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/conclusion.h"
#include "scenarios/command/say.h"
#include "scenarios/command/selection.h"
#include "scenarios/files/installed.h"
#include "scenarios/run/explore.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES 1024
#define EVENTS 1000000

/* "      12.345 ms  L              pair 3 waiting  10.1.0.2:50000 > 203.0.113.3:40000" */
static void print_event(const struct nt_result_case *r, const struct nt_result_event *e)
{
    const char *what = nt_event_text(r, e->what), *text = nt_event_text(r, e->text), *a = nt_event_text(r, e->a),
               *b = nt_event_text(r, e->b);
    char pair[40] = "";
    if (e->number > 0 && strncmp(what, "mapping", 7) != 0)
        snprintf(pair, sizeof pair, "pair %" PRIu64 " ", e->number);
    nt_say("%10" PRIu64 ".%03d ms  %-14s %s%s%s%s%s%s%s%s", e->at_us / 1000, (int)(e->at_us % 1000), nt_event_text(r, e->node),
           pair, what, *text != '\0' ? ": " : "", text, *a != '\0' ? "  " : "", a, *b != '\0' ? " > " : "", b);
}

static void print_outcome(const struct nt_console *console, const struct nt_result_case *r)
{
    struct nt_text bytes = {0};
    struct nt_strings strings;
    struct nt_brief b = {0};
    nt_strings_init(&strings);
    nt_brief_pack(&bytes, r);
    if (bytes.err == NT_OK && nt_brief_unpack(&b, bytes.p, bytes.len, &strings) == NT_OK)
        nt_console_case(console, &b);
    nt_brief_free(&b);
    nt_strings_free(&strings);
    nt_text_free(&bytes);
}

/* What the rules found, in a case that passed, too. */
static void print_findings(const struct nt_result_case *r)
{
    struct nt_text t = {0};
    nt_put_findings(&t, "violation", r->violations, r->violation_count, SIZE_MAX);
    nt_put_findings(&t, "advice", r->advice, r->advice_count, SIZE_MAX);
    nt_put_not_judged(&t, r);
    nt_put_why_not(&t, r, SIZE_MAX);
    if (t.len > 0 && t.err == NT_OK)
        nt_say_text(t.p);
    nt_text_free(&t);
}

/* The sentence that says most; all of them stand at the end. */
static void print_why(const struct nt_result_case *r)
{
    struct nt_text t = {0};
    nt_put_why_not(&t, r, 0);
    if (t.len > 0 && t.err == NT_OK)
        nt_say_text(t.p);
    nt_text_free(&t);
}

static void print_explanation(const struct nt_options *o, const struct nt_result_case *r, const struct nt_capture *capture)
{
    struct nt_console console = nt_console_on_stdout(o);
    struct nt_ladder ladder;
    console.verbose = true;
    nt_say("%s  seed %" PRIu64, r->id, r->seed);
    nt_say("%s", r->claim);
    puts("");
    print_why(r);
    if (nt_ladder_make(&ladder, capture, r) == NT_OK) {
        nt_ladder_print(&ladder, stdout, console.colour, o->verbose);
        nt_ladder_free(&ladder);
    }
    puts("");
    for (size_t i = 0; i < r->event_count; i++)
        print_event(r, &r->events[i]);
    puts("");
    print_findings(r);
    print_outcome(&console, r);
}

static int explain_case(const struct nt_options *o, const struct nt_carrier_ops *carrier, const struct nt_selection *s)
{
    struct nt_diags diags = {0};
    struct nt_scn_case *c = nt_selection_case(s, 0, o, &diags);
    if (c == NULL) {
        nt_complain(&diags);
        return NT_EXIT_USAGE;
    }
    struct nt_capture capture;
    struct nt_result_case result;
    struct nt_run_options options = {.seed = nt_selection_seed(s, 0, c),
                                     .seed_in_id = s->cases[0].seed_in_id,
                                     .carrier = carrier,
                                     .until = o->until,
                                     .story = EVENTS};
    nt_capture_init(&capture);
    nt_run_case(c, &options, &capture, NULL, &result);
    print_explanation(o, &result, &capture);
    int code = result.outcome == NT_PASS ? NT_EXIT_OK : result.outcome == NT_ERROR ? NT_EXIT_BROKEN : NT_EXIT_FAILED;
    nt_result_case_free(&result);
    nt_capture_free(&capture);
    nt_scn_case_del(c);
    return code;
}

/* An id, or a path, is that of a file, up to its "[" or "#", and then that of a case in it. */
static int select_by_id(const struct nt_options *given, const char *id, struct nt_selection *s, struct nt_diags *diags)
{
    char file[FILE_BYTES];
    size_t len = strcspn(id, "[#");
    const char *files[] = {file}, *filters[] = {id + len};
    struct nt_options o = *given;
    snprintf(file, sizeof file, "%.*s", (int)len, id);
    o.args = (struct nt_option_list){files, 1, 1};
    if (len < strlen(id))
        o.filters = (struct nt_option_list){filters, 1, 1};
    const char *seed = strstr(id, "#seed=");
    if (seed != NULL) {
        o.seeds_given = true;
        o.seed_first = o.seed_last = strtoull(seed + 6, NULL, 10);
    }
    return nt_select(s, &o, NULL, NT_CARRIER_ANY, diags);
}

int nt_command_explain(const struct nt_options *o)
{
    struct nt_selection s = {0};
    struct nt_diags diags = {0};
    nt_adapters_to_path();
    if (o->args.count != 1) {
        fputs("natsim: explain takes one case: an id that 'natsim list' shows\n", stderr);
        return NT_EXIT_USAGE;
    }
    int r = select_by_id(o, o->args.items[0], &s, &diags);
    if (r == NT_EXIT_OK && s.count != 1) {
        nt_diag_mend(nt_diag_add(&diags, NULL, 0, 0, "'%s' names %zu cases", o->args.items[0], s.count),
                     "give one id that 'natsim list' shows");
        r = NT_EXIT_USAGE;
    }
    const struct nt_carrier_ops *carrier = r == NT_EXIT_OK ? nt_carrier_load(o->carrier, &diags) : NULL;
    if (r == NT_EXIT_OK && carrier == NULL)
        r = NT_EXIT_USAGE;
    if (r != NT_EXIT_OK)
        nt_complain(&diags);
    else
        r = explain_case(o, carrier, &s);
    nt_selection_free(&s);
    return r;
}
