#include "scenarios/command/explanation.h"
#include "core/base/err.h"
#include "reports/console.h"
#include "reports/findings.h"
#include "reports/ladder/mermaid.h"
#include "reports/ladder/print.h"
#include "reports/result/command.h"
#include "reports/result/result.h"
#include "scenarios/command/conclusion.h"
#include "scenarios/command/say.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void print_text(struct nt_text *t)
{
    if (t->len > 0 && t->err == NT_OK) {
        t->p[t->len - 1] = '\0'; /* its last newline */
        nt_say_text(t->p);
    }
    nt_text_free(t);
}

/* Where the verdict comes from, in the scenario and in the capture. */
static void print_place(const struct nt_result_case *r)
{
    if (r->line > 0)
        nt_say("scenario: %s:%d", r->file, r->line);
    if (r->packet > 0)
        nt_say("packet: %u", (unsigned)r->packet);
}

static void print_verdict(const struct nt_console *console, const struct nt_result_case *r)
{
    struct nt_text t = {0};
    print_outcome(console, r);
    print_place(r);
    for (size_t i = 1; i < r->reason_count; i++)
        nt_say("also: %s", r->reasons[i].text);
    nt_put_why_not(&t, r, 0);
    print_text(&t);
    nt_say("claim: %s", r->claim);
}

static void print_steps(const struct nt_result_case *r)
{
    if (r->step_count > 0)
        puts("\nsteps:");
    for (size_t i = 0; i < r->step_count; i++)
        if (r->steps[i].fired)
            nt_say("%10" PRId64 " ms  %s", r->steps[i].at_ms, r->steps[i].what);
        else
            nt_say("        never  %s", r->steps[i].what);
}

/* Data that went on with the call: each way, and its silences. */
static void print_flows(const struct nt_result_case *r)
{
    if (r->flow_count > 0)
        puts("\ndata during the call:");
    for (size_t i = 0; i < r->flow_count; i++) {
        const struct nt_result_flow *f = &r->flows[i];
        nt_say("  %s sent %" PRIu64 ", %" PRIu64 " were lost, %" PRIu64
               " of them without a pair to go on; the longest gap: %" PRId64 " ms, from %" PRId64 " ms",
               f->from, f->sent, f->lost, f->unsent, f->gap_ms, f->gap_at_ms);
        for (size_t k = 0; k < f->silence_count; k++)
            nt_say("%10" PRId64 " ms  none of %s's for %" PRId64 " ms, %" PRIu64 " lost", f->silences[k].at_ms, f->from,
                   f->silences[k].ms, f->silences[k].lost);
        if (f->more_silences > 0)
            nt_say("  and %" PRIu64 " shorter silences", f->more_silences);
    }
}

static void print_ladder(const struct nt_console *console, const struct nt_result_case *r, const struct nt_capture *capture,
                         bool unfolded)
{
    struct nt_ladder ladder;
    if (nt_ladder_make(&ladder, capture, r) != NT_OK) {
        puts("\npackets: out of memory");
        return;
    }
    if (ladder.row_count > 0) {
        printf("\npackets%s:\n", unfolded ? "" : ", those that say the same in one line (-v: each)");
        nt_ladder_print(&ladder, stdout, console->colour, unfolded);
    }
    nt_ladder_free(&ladder);
}

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

static bool is_gateway(const struct nt_result_case *r, const char *node)
{
    for (size_t i = 0; i < r->node_count; i++)
        if (strcmp(r->nodes[i].name, node) == 0)
            return strcmp(r->nodes[i].kind, "gateway") == 0;
    return false;
}

/* Those of gateways, or of the rest. */
static void print_events(const struct nt_result_case *r, const char *title, bool gateways)
{
    bool begun = false;
    for (size_t i = 0; i < r->event_count; i++) {
        if (is_gateway(r, nt_event_text(r, r->events[i].node)) != gateways)
            continue;
        if (!begun)
            printf("\n%s:\n", title);
        begun = true;
        print_event(r, &r->events[i]);
    }
}

/* What the rules found, in a case that passed, too. */
static void print_findings(const struct nt_result_case *r)
{
    struct nt_text t = {0};
    nt_put_findings(&t, "violation", r->violations, r->violation_count, SIZE_MAX);
    nt_put_findings(&t, "advice", r->advice, r->advice_count, SIZE_MAX);
    nt_put_not_judged(&t, r);
    for (size_t i = 0; i < r->why_not_count; i++)
        nt_put_pair(&t, &r->why_not[i]);
    if (t.len > 0)
        puts("");
    print_text(&t);
}

void nt_print_explanation(const struct nt_options *o, const struct nt_result_case *r, const struct nt_capture *capture)
{
    struct nt_console console = nt_console_on_stdout(o);
    console.verbose = true;
    print_verdict(&console, r);
    print_steps(r);
    print_flows(r);
    print_ladder(&console, r, capture, o->verbose);
    print_events(r, "agents and servers", false);
    print_events(r, "NATs and firewalls", true);
    print_findings(r);
}

void nt_print_diagram(const struct nt_result_case *r, const struct nt_capture *capture)
{
    struct nt_ladder ladder;
    struct nt_text t = {0};
    char *command = nt_result_explain(r);
    int err = nt_ladder_make(&ladder, capture, r);
    if (err == NT_OK)
        nt_ladder_mermaid(&ladder, r, command != NULL ? command : "natsim explain", &t);
    if (err == NT_OK && t.err == NT_OK)
        fputs(t.p, stdout);
    else
        nt_say_error("out of memory");
    nt_text_free(&t);
    free(command);
    nt_ladder_free(&ladder);
}
