#include "scenarios/judge/expectations.h"
#include "pcap/filter.h"
#include "scenarios/judge/outcome.h"
#include "scenarios/judge/expectations_agent.h"
#include "scenarios/programs/machines.h"
#include "scenarios/oracle/oracle.h"
#include "scenarios/programs/run_step.h"
#include "scenarios/world/steps.h"
#include "scenarios/model/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PATHS_TEXT 40

static const char *paths_text(unsigned paths, char buf[PATHS_TEXT])
{
    snprintf(buf, PATHS_TEXT, "%s%s%s%s%s", paths & NT_PATH_DIRECT ? "direct" : "",
             (paths & NT_PATH_DIRECT) && (paths & ~(unsigned)NT_PATH_DIRECT) ? " or " : "", paths & NT_PATH_RELAYED ? "relayed" : "",
             (paths & NT_PATH_RELAYED) && (paths & NT_PATH_NONE) ? " or " : "", paths & NT_PATH_NONE ? "none" : "");
    return buf;
}

static unsigned path_bits(const char *path)
{
    return strcmp(path, "direct") == 0 ? NT_PATH_DIRECT : strcmp(path, "relayed") == 0 ? NT_PATH_RELAYED : NT_PATH_NONE;
}

/* What is wrong with the processes themselves is graver than what came of it. */
static void judge_processes(struct nt_verdict *v, const struct nt_judged *j)
{
    char why[400];
    enum nt_outcome fault = j->w->live != NULL ? nt_live_fault(j->w, why, sizeof why) : NT_PASS;
    if (fault == NT_PASS)
        return;
    if (fault == NT_FAIL) {
        nt_verdict_fail(v, v->fallback, 0, "%s", why);
        return;
    }
    nt_verdict_error(v, "%s", why);
    v->outcome = fault;
}

static void judge_run(struct nt_verdict *v, const struct nt_judged *j)
{
    const struct nt_scn_case *c = j->w->scn;
    const char *why;
    if (j->end == NT_END_LIVELOCK)
        nt_verdict_error(v, "livelock: a node's deadline does not move on");
    if (j->end == NT_END_NOMEM || j->w->observer.failed)
        nt_verdict_error(v, "out of memory");
    if (j->w->observer.capture->lost > 0)
        nt_verdict_error(v, "more packets than one capture can hold");
    const struct nt_scn_step *step = nt_steps_failed(j->w->steps, &why);
    if (step != NULL)
        nt_verdict_fail(v, step->place, 0, "step %s: %s", step->text, why);
    step = nt_steps_not_run(j->w->steps);
    if (step != NULL)
        nt_verdict_fail(v, step->place, 0, "step %s never ran: its event did not happen", step->text);
    if (j->end == NT_END_LIMIT)
        nt_verdict_fail(v, c->expect.limit_place, 0, "still going on after %g s, the limit", (double)c->expect.limit / NT_SEC);
}

static void judge_path(struct nt_verdict *v, const struct nt_judged *j, struct nt_result_case *r)
{
    const struct nt_scn_expect *e = &j->w->scn->expect;
    char expected[PATHS_TEXT];
    const char *why = "";
    uint32_t agent;
    unsigned says, went;
    unsigned want = e->path == NT_PATH_ORACLE ? nt_oracle_paths(j->w->scn, &why) : e->path;
    if (r->path != NULL && nt_describe_astray(j->w, &agent, &says, &went))
        nt_verdict_error(v, "the selected pair of %s says %s, its data went %s", j->w->scn->agents[agent].name, nt_describe_path(says), nt_describe_path(went));
    if (e->path == NT_PATH_UNASKED)
        return;
    r->expected_paths = want;
    if (want == 0)
        nt_verdict_error(v, "the oracle cannot tell: %s", why);
    else if (r->path == NULL)
        nt_verdict_fail(v, e->path_place, 0, "path: expected %s, there was no call", paths_text(want, expected));
    else if ((path_bits(r->path) & want) == 0)
        nt_verdict_fail(v, e->path_place, 0, "path: expected %s, found %s", paths_text(want, expected), r->path);
}

static void judge_data(struct nt_verdict *v, const struct nt_judged *j)
{
    const struct nt_scn_case *c = j->w->scn;
    const struct nt_result_case *r = j->result;
    if (c->expect.data_lost.set)
        nt_verdict_count(v, &c->expect.data_lost, (int64_t)r->data_lost, "data lost");
    else if (r->data_lost > 0 && !nt_scn_lossy(c) && r->path != NULL && path_bits(r->path) != NT_PATH_NONE)
        nt_verdict_fail(v, c->expect.data_place, 0, "data: %" PRIu64 " of %" PRIu64 " datagrams were lost", r->data_lost, r->data_sent);
}

/* A platform has a link to each agent: platform.signalling stands for all of them. */
static bool is_tap(const struct nt_capture_tap *t, const char *name)
{
    size_t len = strlen(name);
    return strncmp(t->name, name, len) == 0 && (t->name[len] == '\0' || (t->name[len] == '.' && strstr(name, ".signalling") != NULL));
}

static int64_t count_packets(const struct nt_capture *c, const struct nt_scn_packets_expect *e, const struct nt_bpf *filter)
{
    int64_t n = 0;
    for (size_t i = 0; i < c->frame_count; i++) {
        const struct nt_capture_frame *f = &c->frames[i];
        if (is_tap(&c->taps[f->tap], e->tap) && (e->direction == 0 || f->direction == e->direction) &&
            (filter == NULL || nt_bpf_match(filter, nt_capture_bytes(c, f), f->len)))
            n++;
    }
    return n;
}

static void judge_packets(struct nt_verdict *v, const struct nt_judged *j)
{
    const struct nt_scn_expect *e = &j->w->scn->expect;
    for (size_t i = 0; i < e->packet_count; i++) {
        const struct nt_scn_packets_expect *p = &e->packets[i];
        char what[200];
        struct nt_bpf *filter = p->filter != NULL ? nt_bpf_new(p->filter, what, sizeof what) : NULL;
        if (p->filter != NULL && filter == NULL)
            nt_verdict_error(v, "filter '%s': %s", p->filter, what);
        snprintf(what, sizeof what, "packets at %s%s%s", p->tap, p->filter != NULL ? " matching " : "", p->filter != NULL ? p->filter : "");
        nt_verdict_count(v, &p->count, count_packets(j->w->observer.capture, p, filter), what);
        nt_bpf_del(filter);
    }
}

static void judge_events(struct nt_verdict *v, const struct nt_judged *j)
{
    const struct nt_scn_expect *e = &j->w->scn->expect;
    for (size_t i = 0; i < e->never_count; i++) {
        const struct nt_observed *o = nt_observer_find(&j->w->observer, e->never[i].node, e->never[i].event);
        if (o != NULL)
            nt_verdict_fail(v, e->never[i].place, o->frame, "never: %s.%s happened at %" PRId64 " ms",
                            nt_scn_node_name(j->w->scn, e->never[i].node), e->never[i].event, o->first / NT_MSEC);
    }
    if (e->within == 0)
        return;
    if (j->result->connect_ms < 0)
        nt_verdict_fail(v, e->within_place, 0, "within: expected both selected within %" PRId64 " ms, they never were", e->within / NT_MSEC);
    else if (j->result->connect_ms * NT_MSEC > e->within)
        nt_verdict_fail(v, e->within_place, 0, "within: expected %" PRId64 " ms at most, took %" PRId64 " ms", e->within / NT_MSEC, j->result->connect_ms);
}

static bool violated(const struct nt_conf_verdict *verdict, const char *rule)
{
    for (size_t i = 0; i < verdict->count; i++)
        if (strcmp(verdict->violations[i].rule->id, rule) == 0)
            return true;
    return false;
}

/* A party that is a real program, not ours. */
static bool is_foreign(const struct nt_scn_case *c, const char *party)
{
    for (uint32_t i = 0; i < c->agent_count; i++)
        if (strcmp(c->agents[i].name, party) == 0)
            return nt_scn_live_agent(c, i);
    for (uint32_t i = 0; i < c->server_count; i++)
        if (strcmp(c->servers[i].name, party) == 0)
            return nt_scn_live_server(c, i);
    return false;
}

static void judge_conformance(struct nt_verdict *v, const struct nt_judged *j)
{
    const struct nt_scn_expect *e = &j->w->scn->expect;
    const struct nt_conf_violation *first = j->conformance->count > 0 ? &j->conformance->violations[0] : NULL;
    for (size_t i = 0; i < e->rule_count; i++)
        if (!violated(j->conformance, e->rules[i]))
            nt_verdict_fail(v, e->conformance_place, 0, "conformance: expected %s to be broken, it was not", e->rules[i]);
    for (size_t i = 0; i < j->conformance->count && !e->conformance_asked; i++) {
        first = &j->conformance->violations[i];
        if (!is_foreign(j->w->scn, first->party))
            break;
        first = NULL; /* of a process: listed, and its case fails only when the scenario asks for conformance */
    }
    if (e->rule_count == 0 && first != NULL)
        nt_verdict_fail(v, e->conformance_place, first->frame, "conformance: %s broke %s: %s", first->party, first->rule->id, first->detail);
}

void nt_judge(const struct nt_judged *j, struct nt_result_case *r)
{
    struct nt_verdict v = {.fallback = j->w->scn->place};
    judge_processes(&v, j);
    if (v.outcome == NT_SKIP) {
        nt_verdict_give(&v, r);
        return;
    }
    judge_run(&v, j);
    nt_programs_judge(&v, j->w);
    judge_path(&v, j, r);
    for (uint32_t i = 0; i < j->w->scn->agent_count; i++)
        nt_judge_agent(&v, j->w, i, &r->agents[i]);
    judge_data(&v, j);
    judge_packets(&v, j);
    judge_events(&v, j);
    judge_conformance(&v, j);
    nt_verdict_give(&v, r);
}
