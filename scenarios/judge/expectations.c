#include "scenarios/judge/expectations.h"
#include "reports/result/words.h"
#include "scenarios/judge/data_gaps.h"
#include "scenarios/judge/expectations_agent.h"
#include "scenarios/judge/outcome.h"
#include "scenarios/model/verdict.h"
#include "scenarios/oracle/oracle.h"
#include "scenarios/world/steps.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A fault of a program itself comes before its consequences. */
static void judge_programs(struct nt_verdict *v, const struct nt_judged *j)
{
    char why[NT_PROGRAMS_WHY];
    enum nt_outcome fault = nt_programs_fault(j->programs, why, sizeof why);
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
    if (j->end == NT_END_LIVELOCK)
        nt_verdict_error(v, "livelock: a node's deadline does not move on");
    if (j->end == NT_END_NOMEM || nt_world_observer(j->w)->failed)
        nt_verdict_error(v, "out of memory");
    if (!nt_fabric_chose_from_all(nt_world_fabric(j->w)))
        nt_verdict_error(v, "explore: packets are due at more than %d nodes within the window: make it shorter", NT_OPTIONS_MAX);
    if (nt_world_observer(j->w)->capture->lost > 0)
        nt_verdict_error(v, "more packets than one capture can hold");
    if (nt_world_observer(j->w)->capture->late > 0)
        nt_verdict_error(v, "the fate of %" PRIu64 " packets was told when they had left the window of %d packets",
                         nt_world_observer(j->w)->capture->late, NT_CAPTURE_WINDOW);
}

static void report_not_run(struct nt_verdict *v, const struct nt_judged *j, const struct nt_scn_step *step)
{
    const struct nt_observed *o = nt_observer_find(nt_world_observer(j->w), step->after, step->event);
    if (o == NULL)
        nt_verdict_fail(v, step->place, 0, "step %s never ran: its event did not happen", step->text);
    else
        nt_verdict_fail(v, step->place, 0, "step %s never ran: its event happened %" PRIu64 " of %u times", step->text, o->count,
                        (unsigned)step->after_nth);
}

/* What did not come about of what the scenario does: it follows from how the call went, and is told behind that. */
static void judge_steps(struct nt_verdict *v, const struct nt_judged *j)
{
    const struct nt_scn_case *c = nt_world_case(j->w);
    const char *why;
    const struct nt_scn_step *step = nt_steps_failed(nt_world_steps(j->w), &why);
    if (step != NULL)
        nt_verdict_fail(v, step->place, 0, "step %s: %s", step->text, why);
    step = nt_steps_not_run(nt_world_steps(j->w));
    if (step != NULL)
        report_not_run(v, j, step);
    if (j->end == NT_END_LIMIT)
        nt_verdict_fail(v, c->expect.limit_place, 0, "still going on after %g s, the limit", (double)c->expect.limit / NT_SEC);
}

/* Where data of the agent (NULL: of all) was dropped, if its size does not say it; or "". */
static void put_where_lost(const struct nt_result_case *r, const char *agent, char *buf, size_t cap)
{
    bool further = false;
    const char *where = r->data_found == NULL ? nt_result_where_lost(r, agent, &further) : NULL;
    int room = (int)cap - (int)sizeof ": ...; and further ones";
    snprintf(buf, cap, "%s%.*s%s%s", where != NULL ? ": " : "", room, where != NULL ? where : "",
             where != NULL && strlen(where) > (size_t)room ? "..." : "", further ? "; and further ones" : "");
}

/* A relay's refusal stands by itself, and says besides why there is no direct path. */
static void put_why(const struct nt_result_case *r, char *buf, size_t cap)
{
    const struct nt_result_why_not *besides = nt_result_why_besides(r);
    const char *text = nt_result_why(r)->text;
    if (besides == NULL)
        snprintf(buf, cap, ": %s", text);
    else
        snprintf(buf, cap, ": %s; and no direct path: %s", text + sizeof NT_WHY_UNCHECKED - 1, besides->text);
}

/* Why there is none although pairs were selected, or why it is not direct; or "". */
static const char *why_no_path(const struct nt_judged *j, const char *path, char *buf, size_t cap)
{
    uint32_t agent;
    uint64_t sent;
    buf[0] = '\0';
    if (nt_path_by_name(path) == NT_PATH_NONE && j->seen_path == 0 && nt_outcome_unheard(j->w, &agent, &sent)) {
        char where[NT_VERDICT_REASON / 2];
        const char *name = nt_world_case(j->w)->agents[agent].name;
        put_where_lost(j->result, name, where, sizeof where);
        snprintf(buf, cap, ": %s selected a pair, but none of the %" PRIu64 " datagrams that it sent arrived%s", name, sent, where);
    } else if (nt_path_by_name(path) != NT_PATH_DIRECT && nt_result_why(j->result) != NULL) {
        put_why(j->result, buf, cap);
    }
    return buf;
}

static void judge_path(struct nt_verdict *v, const struct nt_judged *j, struct nt_result_case *r)
{
    const struct nt_scn_expect *e = &nt_world_case(j->w)->expect;
    char expected[NT_PATHS_TEXT], none[NT_VERDICT_REASON];
    const char *why = "";
    uint32_t agent;
    unsigned says, went;
    unsigned want = e->path == NT_PATH_ORACLE ? nt_oracle_paths(nt_world_case(j->w), &why) : e->path;
    if (r->path != NULL && j->seen_path == 0 && nt_outcome_astray(j->w, j->watch, &agent, &says, &went))
        nt_verdict_error(v, "the selected pair of %s says %s, its data went %s", nt_world_case(j->w)->agents[agent].name,
                         nt_path_name(says), nt_path_name(went));
    if (e->path == NT_PATH_UNASKED)
        return;
    r->expected_paths = want;
    if (want == 0)
        nt_verdict_error(v, "the oracle cannot tell: %s", why);
    else if (r->path == NULL)
        nt_verdict_fail(v, e->path_place, 0, "path: expected %s, there was no call", nt_paths_text(want, expected));
    else if ((nt_path_by_name(r->path) & want) == 0)
        nt_verdict_fail(v, e->path_place, 0, "path: expected %s, found %s%s", nt_paths_text(want, expected), r->path,
                        why_no_path(j, r->path, none, sizeof none));
}

static void judge_limit(struct nt_verdict *v, const struct nt_judged *j)
{
    const struct nt_scn_count *expected = &nt_world_case(j->w)->expect.lost_above;
    const struct nt_result_case *r = j->result;
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < r->limit_count; i++)
        least = r->limits[i].bytes < least ? r->limits[i].bytes : least;
    if (expected->set && r->limit_count == 0)
        nt_verdict_fail(v, expected->place, 0, "data lost above: expected a size, but no data was lost for its size alone");
    nt_verdict_count(v, expected, least, "data lost above");
}

static void judge_gap(struct nt_verdict *v, const struct nt_judged *j)
{
    const struct nt_scn_case *c = nt_world_case(j->w);
    const struct nt_scn_count *expected = &c->expect.data_gap;
    char text[NT_VERDICT_REASON / 2], where[NT_VERDICT_REASON / 2];
    uint32_t from;
    const struct nt_data_flow *worst = expected->set ? nt_data_gaps_worst(j->w, &from) : NULL;
    if (expected->set && worst == NULL)
        nt_verdict_fail(v, expected->place, 0,
                        "data gap: no data went on with the call, for never had both agents a selected pair");
    if (worst == NULL)
        return;
    nt_data_gaps_text(j->w, from, worst, text, sizeof text);
    put_where_lost(j->result, c->agents[from].name, where, sizeof where);
    nt_verdict_span(v, expected, worst->call->longest.ended - worst->call->longest.began, "data gap", text, where);
}

static void judge_data(struct nt_verdict *v, const struct nt_judged *j)
{
    const struct nt_scn_case *c = nt_world_case(j->w);
    const struct nt_result_case *r = j->result;
    bool connected = r->path == NULL || r->connect_ms >= 0;
    char where[NT_VERDICT_REASON];
    judge_gap(v, j);
    put_where_lost(r, NULL, where, sizeof where);
    if (c->expect.data_lost.set)
        nt_verdict_count(v, &c->expect.data_lost, (int64_t)r->data_lost,
                         connected ? "data lost" : "data lost (never had both agents a selected pair)");
    else if (!c->expect.data_during_call && r->data_lost > 0 && !nt_scn_lossy(c) && r->path != NULL &&
             nt_path_by_name(r->path) != NT_PATH_NONE)
        nt_verdict_fail(v, c->expect.data_place, 0, "data: %" PRIu64 " of %" PRIu64 " datagrams were lost%s", r->data_lost,
                        r->data_sent, where);
    judge_limit(v, j);
}

static void judge_packets(struct nt_verdict *v, const struct nt_judged *j)
{
    const struct nt_scn_expect *e = &nt_world_case(j->w)->expect;
    for (size_t i = 0; i < e->packet_count; i++) {
        const struct nt_scn_packets_expect *p = &e->packets[i];
        char what[200];
        const char *wrong;
        int64_t count = nt_watch_packets(j->watch, i, &wrong);
        if (wrong != NULL)
            nt_verdict_error(v, "filter '%s': %s", p->filter, wrong);
        snprintf(what, sizeof what, "packets at %s%s%s", p->tap, p->filter != NULL ? " matching " : "",
                 p->filter != NULL ? p->filter : "");
        nt_verdict_count(v, &p->count, count, what);
    }
}

static void judge_events(struct nt_verdict *v, const struct nt_judged *j)
{
    const struct nt_scn_expect *e = &nt_world_case(j->w)->expect;
    for (size_t i = 0; i < e->never_count; i++) {
        const struct nt_observed *o = nt_observer_find(nt_world_observer(j->w), e->never[i].node, e->never[i].event);
        if (o != NULL)
            nt_verdict_fail(v, e->never[i].place, o->frame, "never: %s.%s happened at %" PRId64 " ms",
                            nt_scn_node_name(nt_world_case(j->w), e->never[i].node), e->never[i].event, o->first / NT_MSEC);
    }
    if (e->within == 0)
        return;
    if (j->result->connect_ms < 0)
        nt_verdict_fail(v, e->within_place, 0, "within: expected both selected within %" PRId64 " ms, they never were",
                        e->within / NT_MSEC);
    else if (j->result->connect_ms * NT_MSEC > e->within)
        nt_verdict_fail(v, e->within_place, 0, "within: expected %" PRId64 " ms at most, took %" PRId64 " ms", e->within / NT_MSEC,
                        j->result->connect_ms);
}

static bool is_found(const struct nt_conf_findings *found, const char *rule)
{
    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->of[i].rule->id, rule) == 0)
            return true;
    return false;
}

static const char *why_not_judged(const struct nt_conf_verdict *verdict, const char *rule)
{
    for (size_t i = 0; i < verdict->not_judged_count; i++)
        if (strcmp(verdict->not_judged[i].rule->id, rule) == 0)
            return verdict->not_judged[i].why;
    return NULL;
}

static void judge_expected_rule(struct nt_verdict *v, const struct nt_judged *j, const char *rule)
{
    const struct nt_scn_expect *e = &nt_world_case(j->w)->expect;
    if (is_found(&j->conformance->violations, rule) || is_found(&j->conformance->advice, rule))
        return;
    const char *why = why_not_judged(j->conformance, rule);
    nt_verdict_fail(v, e->conformance_place, 0, "conformance: expected %s to be broken, it was not%s%s", rule,
                    why != NULL ? "; not judged: " : "", why != NULL ? why : "");
}

/* The party is a real program. */
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
    const struct nt_scn_expect *e = &nt_world_case(j->w)->expect;
    const struct nt_conf_findings *violations = &j->conformance->violations;
    const struct nt_conf_finding *first = violations->count > 0 ? &violations->of[0] : NULL;
    if (j->conformance->cut != 0)
        nt_verdict_error(v, "conformance: not judged from packet %u on: %s", (unsigned)j->conformance->cut,
                         j->conformance->cut_why);
    for (size_t i = 0; i < e->rule_count; i++)
        judge_expected_rule(v, j, e->rules[i]);
    for (size_t i = 0; i < violations->count && !e->conformance_asked; i++) {
        first = &violations->of[i];
        if (!is_foreign(nt_world_case(j->w), first->party))
            break;
        first = NULL; /* violations of real programs are listed, but fail the case only when the scenario asks for conformance */
    }
    if (e->rule_count == 0 && first != NULL)
        nt_verdict_fail(v, e->conformance_place, first->frame, "conformance: %s broke %s: %s", first->party, first->rule->id,
                        first->detail);
}

/* What may be the reason of a failure, in brackets behind it. */
static void tell_besides(struct nt_verdict *v, const char *what, const char *found)
{
    char reason[NT_VERDICT_REASON];
    if (v->outcome != NT_FAIL || found == NULL || found[0] == '\0')
        return;
    memcpy(reason, v->reason, sizeof reason);
    nt_verdict_put(v, "%s (%s%s)", reason, what, found);
}

void nt_expectations_judge(const struct nt_judged *j, struct nt_result_case *r)
{
    struct nt_verdict v = {.fallback = nt_world_case(j->w)->place};
    judge_programs(&v, j);
    if (v.outcome == NT_SKIP) {
        nt_verdict_give(&v, r);
        return;
    }
    judge_run(&v, j);
    nt_programs_judge(&v, j->programs);
    judge_path(&v, j, r);
    for (uint32_t i = 0; i < nt_world_case(j->w)->agent_count; i++)
        nt_expectations_judge_agent(&v, &nt_world_case(j->w)->expect.agents[i], nt_programs_hello(j->programs, i), &r->agents[i],
                                    nt_result_why_no_consent(r, r->agents[i].name));
    judge_steps(&v, j);
    judge_data(&v, j);
    tell_besides(&v, "", r->data_found);
    judge_packets(&v, j);
    judge_events(&v, j);
    judge_conformance(&v, j);
    tell_besides(&v, "cut: ", j->cut);
    nt_verdict_give(&v, r);
}
