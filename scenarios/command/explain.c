/* natsim explain: one case, its packets as a ladder, and the events of each agent's check list in time. */
#include "scenarios/command/explain.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "core/turn/turn.h"
#include "pcap/capture.h"
#include "reports/findings.h"
#include "reports/ladder/print.h"
#include "scenarios/command/carrier_module.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/conclusion.h"
#include "scenarios/command/say.h"
#include "scenarios/command/selection.h"
#include "scenarios/files/installed.h"
#include "scenarios/model/words.h"
#include "scenarios/run/explore.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINES_MAX 1000000
#define FILE_BYTES 1024

struct timeline {
    char **lines;
    size_t count, cap, left_out;
};

/* What happened, for the timeline; "": the ladder shows it. A kind that is not here is a warning of the compiler. */
static const char *event_text(const struct nt_trace_event *ev)
{
    switch (ev->kind) {
    case NT_TR_NODE: return "control";
    case NT_TR_STEP: return "step";
    case NT_TR_DISCARDED: return nt_discard_is_drop((enum nt_discard)ev->n[0]) ? "dropped" : "passed over";
    case NT_TR_UNSENT: return "not sent";
    case NT_TR_HELD: return "held back";
    case NT_TR_PORT_REFUSED: return "port refused";
    case NT_TR_ICE_PAIR: return nt_word_name(nt_pair_state_words, ev->n[3]);
    case NT_TR_ICE_PAIR_GONE: return "pruned";
    case NT_TR_ICE_CHECK_SENT:
        return (ev->n[3] & 1) != 0 ? "check sent, nominating" : ev->n[3] == 2 ? "check sent, triggered" : "check sent";
    case NT_TR_ICE_CHECK_RECEIVED: return "check received";
    case NT_TR_ICE_CHECK_ANSWERED: return "check answered";
    case NT_TR_ICE_CHECK_SUCCEEDED: return "check succeeded";
    case NT_TR_ICE_PRFLX_LOCAL: return "local peer-reflexive candidate";
    case NT_TR_ICE_PRFLX_REMOTE: return "remote peer-reflexive candidate";
    case NT_TR_ICE_PASSED_OVER: return "candidate passed over";
    case NT_TR_ICE_DROPPED: return "dropped";
    case NT_TR_ICE_REFUSED:
    case NT_TR_TURN_REFUSED: return "request refused";
    case NT_TR_ICE_PAIR_REFUSED: return "pair not formed";
    case NT_TR_ICE_ENDED: return "goes on without ICE";
    case NT_TR_OFFER_REJECTED: return "offer rejected";
    case NT_TR_SDP_NOTE: return "description";
    case NT_TR_MAPPED: return "mapping made";
    case NT_TR_EXPIRED: return "mapping expired";
    case NT_TR_CALL: return "call";
    case NT_TR_TURN_PERMISSION: return "permission";
    case NT_TR_TURN_CHANNEL: return "channel";
    case NT_TR_TURN_RELEASED: return "allocation released";
    case NT_TR_REQUEST_FAILED: return "request failed";
    case NT_TR_TURN_LOST: return "allocation lost";
    case NT_TR_TOO_BIG: return "told that a packet is too large";
    case NT_TR_TURN_DROPPED: return "not sent to the TURN server";
    case NT_TR_STUN_PASSED_OVER: return "attribute of RFC 3489 passed over";
    case NT_TR_ICE_GATHERED:
    case NT_TR_ICE_NOMINATED:
    case NT_TR_ICE_SELECTED:
    case NT_TR_ICE_COMPLETED:
    case NT_TR_ICE_FAILED:
    case NT_TR_ICE_CONSENT_LOST:
    case NT_TR_ICE_ROLE:
    case NT_TR_TURN_ALLOCATED:
    case NT_TR_OFFER_SENT:
    case NT_TR_OFFER_RECEIVED:
    case NT_TR_ANSWER_SENT:
    case NT_TR_ANSWER_RECEIVED: return nt_trace_name(ev->kind);
    case NT_TR_DROP: return ev->n[2] > 0 ? "dropped" : ""; /* later than it was shown */
    case NT_TR_PACKET:
    case NT_TR_TRANSLATED:
    case NT_TR_DATA_SENT:
    case NT_TR_DATA_RECEIVED: return "";
    }
    return "";
}

/* Why it happened, or "". */
static const char *reason_text(const struct nt_trace_event *ev, char *buf, size_t cap)
{
    char detail[160];
    if (ev->kind == NT_TR_REQUEST_FAILED)
        return nt_stun_failure_text(ev, buf, cap);
    if (ev->kind == NT_TR_DISCARDED)
        snprintf(buf, cap, "%s: %s", nt_discard_name((enum nt_discard)ev->n[0]),
                 nt_trace_detail(ev->text, &ev->a, &ev->b, detail, sizeof detail));
    else if (ev->kind == NT_TR_STEP)
        snprintf(buf, cap, "%s (line %d)", ev->text, (int)ev->n[0]);
    else if (ev->kind == NT_TR_DROP)
        snprintf(buf, cap, "%s: %s", nt_drop_name((enum nt_drop)ev->n[1]),
                 nt_drop_detail((enum nt_drop)ev->n[1], &ev->a, &ev->b, detail, sizeof detail));
    else if (ev->kind == NT_TR_TURN_REFUSED)
        snprintf(buf, cap, "%" PRId64 ": %s", ev->n[0], ev->text);
    else if (ev->kind == NT_TR_TOO_BIG && ev->n[0] > 0)
        snprintf(buf, cap, "the MTU is %" PRId64, ev->n[0]);
    else
        snprintf(buf, cap, "%s", ev->text != NULL ? ev->text : "");
    return buf;
}

static bool is_of_a_pair(enum nt_trace_kind kind)
{
    return kind == NT_TR_ICE_PAIR || kind == NT_TR_ICE_PAIR_GONE || kind == NT_TR_ICE_CHECK_SENT ||
           kind == NT_TR_ICE_CHECK_SUCCEEDED;
}

static void add_event(void *user, const struct nt_scn_case *c, struct nt_scn_node node, const struct nt_trace_event *ev)
{
    struct timeline *t = user;
    char a[NT_ADDR_TEXT], b[NT_ADDR_TEXT], reason[320], line[640], pair[40] = "";
    const char *what = event_text(ev), *why = reason_text(ev, reason, sizeof reason);
    if (*what == '\0')
        return;
    if (nt_grow(&t->lines, &t->cap, t->count + 1, sizeof *t->lines, LINES_MAX) != NT_OK) {
        t->left_out++;
        return;
    }
    if (is_of_a_pair(ev->kind))
        snprintf(pair, sizeof pair, "pair %" PRId64 " ", ev->n[2]);
    snprintf(line, sizeof line, "%10" PRId64 ".%03d ms  %-14s %s%s%s%s%s%s%s%s", ev->at / NT_MSEC, (int)(ev->at / NT_USEC % 1000),
             nt_scn_node_name(c, node), pair, what, *why != '\0' ? ": " : "", why, nt_addr_is_set(&ev->a) ? "  " : "",
             nt_addr_is_set(&ev->a) ? nt_addr_format(&ev->a, a) : "", nt_addr_is_set(&ev->b) ? " > " : "",
             nt_addr_is_set(&ev->b) ? nt_addr_format(&ev->b, b) : "");
    t->lines[t->count] = strdup(line);
    t->count += t->lines[t->count] != NULL;
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

static void print_explanation(const struct nt_options *o, const struct nt_result_case *r, const struct nt_capture *capture,
                              struct timeline *t)
{
    struct nt_console console = nt_console_on_stdout(o);
    struct nt_ladder ladder;
    console.verbose = true;
    nt_say("%s  seed %" PRIu64, r->id, r->seed);
    nt_say("%s", r->claim);
    puts("");
    print_why(r);
    if (nt_ladder_make(&ladder, capture) == NT_OK) {
        nt_ladder_print(&ladder, stdout, console.colour);
        nt_ladder_free(&ladder);
    }
    puts("");
    for (size_t i = 0; i < t->count; i++) {
        nt_say("%s", t->lines[i]);
        free(t->lines[i]);
    }
    free(t->lines);
    if (t->left_out > 0)
        printf("%zu more events are not shown\n", t->left_out);
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
    struct timeline t = {0};
    struct nt_capture capture;
    struct nt_result_case result;
    struct nt_run_listener listener = {.event = add_event, .user = &t};
    struct nt_run_options options = {
        .seed = nt_selection_seed(s, 0, c), .seed_in_id = s->cases[0].seed_in_id, .carrier = carrier, .until = o->until};
    nt_capture_init(&capture);
    nt_run_case(c, &options, &capture, &listener, &result);
    print_explanation(o, &result, &capture, &t);
    int code = result.outcome == NT_PASS ? NT_EXIT_OK : result.outcome == NT_ERROR ? NT_EXIT_BROKEN : NT_EXIT_FAILED;
    nt_result_case_free(&result);
    nt_capture_free(&capture);
    nt_scn_case_del(c);
    return code;
}

/* An id is that of a file, up to its "[" or "#", and then that of a case in it. */
static int select_by_id(const struct nt_options *given, const char *id, struct nt_selection *s, struct nt_diags *diags)
{
    char file[FILE_BYTES];
    const char *files[] = {file}, *filters[] = {id};
    size_t len = strcspn(id, "[#");
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
