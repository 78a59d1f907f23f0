#include "scenarios/judge/outcome.h"
#include "core/base/strings.h"
#include "scenarios/apps/data_flow.h"
#include "scenarios/apps/result_array.h"
#include "scenarios/model/step_text.h"
#include "scenarios/world/parties.h"
#include "scenarios/world/steps.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- which case it was --- */

static int copy_params(const struct nt_scn_case *c, struct nt_result_case *r)
{
    int err = NT_OK;
    r->params = nt_result_array(c->param_count, sizeof *r->params, &err);
    for (size_t i = 0; i < c->param_count && err == NT_OK; i++) {
        const struct nt_scn_param *p = &c->params[i];
        r->params[r->param_count++] =
            (struct nt_result_param){nt_strdup(p->name, &err), nt_strdup(p->json, &err), nt_strdup(p->label, &err)};
    }
    return err;
}

char *nt_result_id(const struct nt_scn_case *c, uint64_t seed, bool seed_in_id)
{
    size_t len = strlen(c->id) + 32;
    char *id = malloc(len);
    if (id != NULL)
        snprintf(id, len, seed_in_id ? "%s#seed=%" PRIu64 : "%s", c->id, seed);
    return id;
}

int nt_result_identify(const struct nt_scn_case *c, uint64_t seed, bool seed_in_id, const char *reason, struct nt_result_case *r)
{
    int err = NT_OK;
    *r = (struct nt_result_case){.seed = seed, .connect_ms = -1, .outcome = NT_ERROR};
    r->id = nt_result_id(c, seed, seed_in_id);
    r->file = nt_strdup(c->file, &err);
    r->claim = nt_strdup(c->claim, &err);
    if (r->id == NULL || err != NT_OK || nt_result_put_reason(r, reason) != NT_OK)
        return NT_ENOMEM;
    return copy_params(c, r);
}

/* --- what a finished world looks like --- */

static int64_t milliseconds_up(nt_time t)
{
    return (t + NT_MSEC - 1) / NT_MSEC;
}

static int describe_prflx(const struct nt_world *w, uint32_t agent, struct nt_result_agent *r)
{
    const struct nt_observer *o = nt_world_observer(w);
    int err = NT_OK;
    r->prflx = nt_result_array(o->prflx_count, sizeof *r->prflx, &err);
    for (size_t i = 0; i < o->prflx_count && err == NT_OK; i++) {
        const struct nt_observed_prflx *p = &o->prflx[i];
        if (p->agent == agent)
            r->prflx[r->prflx_count++] = (struct nt_result_prflx){.remote = p->remote, .addr = p->addr, .packet = p->frame};
    }
    return err;
}

static int describe_agent(const struct nt_world *w, uint32_t i, struct nt_result_agent *r)
{
    struct nt_party p = nt_world_party(w, i);
    int err = NT_OK;
    r->name = nt_strdup(nt_world_case(w)->agents[i].name, &err);
    if (err != NT_OK || p.ops->describe(p.self, r) != NT_OK)
        return NT_ENOMEM;
    return describe_prflx(w, i, r);
}

/* --- path --- */

static bool is_relayed(const struct nt_scn_case *c, const struct nt_addr *a)
{
    for (size_t i = 0; i < c->server_count && nt_addr_is_set(a); i++)
        if (nt_addr_same_ip(a, &c->servers[i].relay) || nt_addr_same_ip(a, &c->servers[i].relay6))
            return true;
    return false;
}

/* Where one side says that its data went. */
static unsigned end_path(const struct nt_world *w, uint32_t agent, unsigned seen_path)
{
    struct nt_party p = nt_world_party(w, agent);
    struct nt_addr local, remote;
    struct nt_data_count data = p.ops->data(p.self);
    if (seen_path != 0 && data.sent > 0) /* packets confirm what a process reports */
        return data.received > 0 ? seen_path : NT_PATH_NONE;
    if (!p.ops->selected(p.self, &local, &remote))
        return NT_PATH_NONE;
    if (data.sent > 0 && data.received == 0)
        return NT_PATH_NONE;
    return is_relayed(nt_world_case(w), &local) || is_relayed(nt_world_case(w), &remote) ? NT_PATH_RELAYED : NT_PATH_DIRECT;
}

/* A datagram that was due at `since` or later has arrived. */
static bool has_arrived_since(const struct nt_data_count *data, nt_time since)
{
    for (size_t i = 0; i < data->flow_count; i++) {
        const struct nt_data_flow *f = &data->flows[i];
        for (uint32_t n = f->run.bytes < NT_DATA_MIN ? 0 : f->sent; n-- > 0 && nt_data_flow_due(f, n) >= since;)
            if (nt_data_flow_has_arrived(f, n))
                return true;
    }
    return false;
}

/* When data began to leave on the pair that is selected in the end. */
static nt_time last_pair_at(const struct nt_world *w, uint32_t agent)
{
    const struct nt_observed *o = nt_observer_find(nt_world_observer(w), (struct nt_scn_node){NT_SCN_NODE_AGENT, agent},
                                                   nt_trace_name(NT_TR_ICE_PAIR_CHANGED));
    return o != NULL ? o->last : 0;
}

/* Where packets show that it went; 0: no datagram arrived that can be followed. */
static unsigned data_way(const struct nt_world *w, const struct nt_watch *watch, uint32_t agent)
{
    struct nt_party p = nt_world_party(w, agent);
    struct nt_data_count data = p.ops->data(p.self);
    nt_time since = last_pair_at(w, agent);
    if (data.marked == 0 || data.magic == NULL || !has_arrived_since(&data, since))
        return 0;
    return nt_watch_saw_at_server(watch, agent, since) ? NT_PATH_RELAYED : NT_PATH_DIRECT;
}

bool nt_outcome_astray(const struct nt_world *w, const struct nt_watch *watch, uint32_t *agent, unsigned *says, unsigned *went)
{
    const struct nt_scn_case *c = nt_world_case(w);
    for (int i = 0; i < 2 && c->caller != NT_SCN_NONE; i++) {
        *agent = i == 0 ? c->caller : c->callee;
        *says = end_path(w, *agent, 0);
        *went = data_way(w, watch, *agent);
        if (*says != NT_PATH_NONE && *went != 0 && *went != *says)
            return true;
    }
    return false;
}

bool nt_outcome_unheard(const struct nt_world *w, uint32_t *agent, uint64_t *sent)
{
    const struct nt_scn_case *c = nt_world_case(w);
    struct nt_addr local, remote;
    for (int i = 0; i < 2 && c->caller != NT_SCN_NONE; i++) {
        *agent = i == 0 ? c->caller : c->callee;
        struct nt_party p = nt_world_party(w, *agent);
        struct nt_data_count data = p.ops->data(p.self);
        *sent = data.sent;
        if (data.sent > 0 && data.received == 0 && p.ops->selected(p.self, &local, &remote))
            return true;
    }
    return false;
}

static int describe_call(const struct nt_world *w, unsigned seen_path, struct nt_result_case *r)
{
    const struct nt_scn_case *c = nt_world_case(w);
    int err = NT_OK;
    r->connect_ms = -1;
    if (c->caller == NT_SCN_NONE || nt_world_call_at(w) == NT_TIME_NEVER)
        return NT_OK;
    unsigned path = end_path(w, c->caller, seen_path) | end_path(w, c->callee, seen_path);
    path = (path & NT_PATH_NONE) != 0 ? NT_PATH_NONE : (path & NT_PATH_RELAYED) != 0 ? NT_PATH_RELAYED : NT_PATH_DIRECT;
    r->path = nt_strdup(nt_path_name(path), &err);
    struct nt_party caller = nt_world_party(w, c->caller), callee = nt_world_party(w, c->callee);
    nt_time l = caller.ops->selected_at(caller.self), k = callee.ops->selected_at(callee.self);
    nt_time both = l > k ? l : k;
    if (both != NT_TIME_NEVER)
        r->connect_ms = milliseconds_up(both - nt_world_call_at(w));
    return err;
}

/* "link at L: down (line 12)" */
static char *step_text(const struct nt_scn_case *c, const struct nt_scn_step *s, int *err)
{
    char does[200], text[240];
    snprintf(text, sizeof text, "%s (line %d)", nt_scn_step_text(c, s, does, sizeof does), s->place.line);
    return nt_strdup(text, err);
}

static int describe_steps(const struct nt_world *w, struct nt_result_case *r)
{
    const struct nt_scn_case *c = nt_world_case(w);
    int err = NT_OK;
    r->steps = nt_result_array(c->step_count, sizeof *r->steps, &err);
    for (size_t i = 0; i < c->step_count && err == NT_OK; i++) {
        nt_time at = nt_steps_ran_at(nt_world_steps(w), i);
        bool fired = at != NT_TIME_NEVER;
        r->steps[r->step_count++] =
            (struct nt_result_step){fired ? milliseconds_up(at) : -1, step_text(c, &c->steps[i], &err), fired};
    }
    return err;
}

int nt_result_describe(const struct nt_world *w, unsigned seen_path, struct nt_result_case *r)
{
    const struct nt_scn_case *c = nt_world_case(w);
    int err = describe_call(w, seen_path, r);
    r->virtual_ms = milliseconds_up(nt_world_now(w));
    struct nt_data_count data = nt_parties_data(w);
    r->data_sent = data.sent;
    r->data_lost = data.sent - data.received;
    r->packets = nt_world_observer(w)->capture->total + nt_world_observer(w)->capture->lost;
    r->agents = nt_result_array(c->agent_count, sizeof *r->agents, &err);
    for (uint32_t i = 0; i < c->agent_count && err == NT_OK; i++) {
        err = describe_agent(w, i, &r->agents[i]);
        r->agent_count++;
    }
    return err == NT_OK ? describe_steps(w, r) : err;
}

static struct nt_result_finding *list_findings(const struct nt_conf_findings *found, size_t *count, int *err)
{
    struct nt_result_finding *list = nt_result_array(found->count, sizeof *list, err);
    *count = 0;
    for (size_t i = 0; i < found->count && *err == NT_OK; i++) {
        const struct nt_conf_finding *f = &found->of[i];
        list[(*count)++] = (struct nt_result_finding){nt_strdup(f->rule->id, err), nt_strdup(f->party, err),
                                                      nt_strdup(f->detail, err), f->frame, f->count};
    }
    return list;
}

static bool has_rule_text(const struct nt_result_case *r, const char *id)
{
    for (size_t i = 0; i < r->rule_text_count; i++)
        if (strcmp(r->rule_texts[i].id, id) == 0)
            return true;
    return false;
}

static void add_rule_text(struct nt_result_case *r, const struct nt_conf_rule *rule, int *err)
{
    if (*err == NT_OK && !has_rule_text(r, rule->id))
        r->rule_texts[r->rule_text_count++] = (struct nt_result_rule_text){
            nt_strdup(rule->id, err), nt_strdup(nt_conf_level_name(rule->level), err), nt_strdup(rule->text, err)};
}

/* The page tells what a rule says: once for each that is named. */
static int list_rule_texts(const struct nt_conf_verdict *v, struct nt_result_case *r)
{
    int err = NT_OK;
    size_t most = v->violations.count + v->advice.count + v->not_judged_count;
    r->rule_texts = most > 0 ? nt_result_array(most, sizeof *r->rule_texts, &err) : NULL;
    for (size_t i = 0; i < v->violations.count; i++)
        add_rule_text(r, v->violations.of[i].rule, &err);
    for (size_t i = 0; i < v->advice.count; i++)
        add_rule_text(r, v->advice.of[i].rule, &err);
    for (size_t i = 0; i < v->not_judged_count; i++)
        add_rule_text(r, v->not_judged[i].rule, &err);
    return err;
}

int nt_result_add_conformance(const struct nt_conf_verdict *verdict, struct nt_result_case *r)
{
    int err = NT_OK;
    r->rules_exercised = verdict->exercised;
    r->violations = list_findings(&verdict->violations, &r->violation_count, &err);
    r->advice = list_findings(&verdict->advice, &r->advice_count, &err);
    r->not_judged = nt_result_array(verdict->not_judged_count, sizeof *r->not_judged, &err);
    for (size_t i = 0; i < verdict->not_judged_count && err == NT_OK; i++) {
        const struct nt_conf_not_judged *n = &verdict->not_judged[i];
        r->not_judged[r->not_judged_count++] =
            (struct nt_result_not_judged){nt_strdup(n->rule->id, &err), nt_strdup(n->party, &err), nt_strdup(n->why, &err)};
    }
    return err == NT_OK ? list_rule_texts(verdict, r) : err;
}
