#include "reports/result/result_json.h"

#include "core/base/err.h"
#include "reports/result/text.h"
#include "reports/result/words.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A failure to make the value is noticed here, too. */
static void put_value(json_t *object, const char *key, json_t *value, int *err)
{
    if (json_object_set_new(object, key, value) != 0)
        *err = NT_ENOMEM;
}

static void append_value(json_t *array, json_t *value, int *err)
{
    if (json_array_append_new(array, value) != 0)
        *err = NT_ENOMEM;
}

static json_t *make_text(const char *s)
{
    if (s == NULL)
        return json_null();
    json_t *v = json_string(s);
    if (v == NULL) { /* it is no UTF-8 */
        char *clean = nt_clean(s, true);
        v = clean != NULL ? json_string(clean) : NULL;
        free(clean);
    }
    return v;
}

static json_t *make_number(uint64_t v)
{
    return json_integer((json_int_t)v);
}

static json_t *make_address(const struct nt_addr *a)
{
    char buf[NT_ADDR_TEXT];
    return nt_addr_is_set(a) ? json_string(nt_addr_format(a, buf)) : json_null();
}

static void put_address_and_port(json_t *o, const struct nt_addr *a, int *err)
{
    char buf[NT_ADDR_TEXT];
    put_value(o, "address", nt_addr_is_set(a) ? json_string(nt_addr_format_ip(a, buf)) : json_null(), err);
    put_value(o, "port", make_number(a->port), err);
}

static json_t *make_candidate(const struct nt_result_candidate *c, int *err)
{
    json_t *o = json_object();
    put_value(o, "type", make_text(c->type), err);
    put_value(o, "stream", make_number(c->stream), err);
    put_value(o, "component", make_number(c->component), err);
    put_value(o, "transport", make_text(c->transport), err);
    put_address_and_port(o, &c->addr, err);
    put_value(o, "base", make_address(&c->base), err);
    put_value(o, "related", make_address(&c->related), err);
    put_value(o, "priority", make_number(c->priority), err);
    put_value(o, "foundation", make_text(c->foundation), err);
    return o;
}

static json_t *make_selected_end(const struct nt_result_end *e, int *err)
{
    json_t *o = json_object();
    put_value(o, "type", make_text(e->type), err);
    put_address_and_port(o, &e->addr, err);
    return o;
}

static json_t *make_selected(const struct nt_result_selected *s, int *err)
{
    json_t *o = json_object();
    put_value(o, "stream", make_number(s->stream), err);
    put_value(o, "component", make_number(s->component), err);
    put_value(o, "local", make_selected_end(&s->local, err), err);
    put_value(o, "remote", make_selected_end(&s->remote, err), err);
    return o;
}

static json_t *make_pair(const struct nt_result_pair *p, int *err)
{
    char priority[24];
    snprintf(priority, sizeof priority, "%llu", (unsigned long long)p->priority);
    json_t *o = json_object();
    put_value(o, "local", make_address(&p->local), err);
    put_value(o, "remote", make_address(&p->remote), err);
    put_value(o, "state", make_text(p->state), err);
    put_value(o, "base", make_address(&p->base), err);
    put_value(o, "generated_by", make_text(p->generated_by), err);
    put_value(o, "receivable", json_boolean(p->receivable), err);
    put_value(o, "sendable", json_boolean(p->sendable), err);
    put_value(o, "handshake", json_boolean(p->handshake), err);
    put_value(o, "valid", json_boolean(p->valid), err);
    put_value(o, "nominated", json_boolean(p->nominated), err);
    put_value(o, "priority", json_string(priority), err);
    put_value(o, "local_type", make_text(p->local_type), err);
    put_value(o, "remote_type", make_text(p->remote_type), err);
    return o;
}

static json_t *make_prflx(const struct nt_result_prflx *p, int *err)
{
    json_t *o = json_object();
    put_value(o, "side", json_string(p->remote ? "remote" : "local"), err);
    put_address_and_port(o, &p->addr, err);
    put_value(o, "packet", make_number(p->packet), err);
    return o;
}

static json_t *make_agent(const struct nt_result_agent *a, int *err)
{
    json_t *o = json_object(), *candidates = json_array(), *chosen = json_array(), *pairs = json_array(), *found = json_array();
    for (size_t i = 0; i < a->candidate_count; i++)
        append_value(candidates, make_candidate(&a->candidates[i], err), err);
    for (size_t i = 0; i < a->selected_count; i++)
        append_value(chosen, make_selected(&a->selected[i], err), err);
    for (size_t i = 0; i < a->pair_count; i++)
        append_value(pairs, make_pair(&a->pairs[i], err), err);
    for (size_t i = 0; i < a->prflx_count; i++)
        append_value(found, make_prflx(&a->prflx[i], err), err);
    put_value(o, "stack", make_text(a->stack), err);
    put_value(o, "state", make_text(a->state), err);
    put_value(o, "role", make_text(a->role), err);
    put_value(o, "candidates", candidates, err);
    put_value(o, "selected", chosen, err);
    put_value(o, "pairs", pairs, err);
    put_value(o, "peer_reflexive", found, err);
    put_value(o, "checks_sent", make_number(a->checks_sent), err);
    put_value(o, "checks_received", make_number(a->checks_received), err);
    return o;
}

static json_t *make_params(const struct nt_result_case *c, int *err)
{
    json_t *o = json_object();
    for (size_t i = 0; i < c->param_count; i++) {
        json_error_t why;
        json_t *v = c->params[i].json != NULL ? json_loads(c->params[i].json, JSON_DECODE_ANY, &why) : NULL;
        put_value(o, c->params[i].name, v != NULL ? v : make_text(c->params[i].label), err);
    }
    return o;
}

/* Labels of values that are mappings or lists; others are their own labels. */
static json_t *make_labels(const struct nt_result_case *c, int *err)
{
    json_t *o = json_object();
    for (size_t i = 0; i < c->param_count; i++)
        if (c->params[i].json != NULL && (c->params[i].json[0] == '{' || c->params[i].json[0] == '[') && c->params[i].label != NULL)
            put_value(o, c->params[i].name, make_text(c->params[i].label), err);
    return o;
}

static json_t *make_expected_path(unsigned bits, int *err)
{
    if (bits == 0)
        return json_null();
    json_t *list = json_array();
    for (unsigned bit = NT_PATH_DIRECT; bit <= NT_PATH_NONE; bit <<= 1)
        if (bits & bit)
            append_value(list, json_string(nt_path_name(bit)), err);
    return list;
}

static json_t *make_conformance(const struct nt_result_case *c, int *err)
{
    json_t *o = json_object(), *list = json_array();
    for (size_t i = 0; i < c->violation_count; i++) {
        const struct nt_result_violation *v = &c->violations[i];
        json_t *item = json_object();
        put_value(item, "rule", make_text(v->rule), err);
        put_value(item, "agent", make_text(v->agent), err);
        put_value(item, "packet", make_number(v->packet), err);
        put_value(item, "detail", make_text(v->detail), err);
        append_value(list, item, err);
    }
    put_value(o, "rules_exercised", make_number(c->rules_exercised), err);
    put_value(o, "violations", list, err);
    return o;
}

static json_t *make_runs(const struct nt_result_case *c, int *err)
{
    json_t *o = json_object();
    put_value(o, "pass", make_number(c->runs_passed), err);
    put_value(o, "fail", make_number(c->runs_failed), err);
    return o;
}

static json_t *make_case(const struct nt_result_case *c, int *err)
{
    json_t *o = json_object(), *at = json_object(), *agents = json_object(), *data = json_object(), *names;
    put_value(at, "line", c->line != 0 ? json_integer(c->line) : json_null(), err);
    put_value(at, "packet", make_number(c->packet), err);
    for (size_t i = 0; i < c->agent_count; i++)
        put_value(agents, c->agents[i].name, make_agent(&c->agents[i], err), err);
    put_value(data, "sent", make_number(c->data_sent), err);
    put_value(data, "lost", make_number(c->data_lost), err);
    put_value(o, "id", make_text(c->id), err);
    put_value(o, "file", make_text(c->file), err);
    put_value(o, "params", make_params(c, err), err);
    put_value(o, "seed", make_number(c->seed), err);
    put_value(o, "outcome", json_string(nt_outcome_name(c->outcome)), err);
    put_value(o, "reason", make_text(c->reason != NULL ? c->reason : ""), err);
    put_value(o, "at", at, err);
    put_value(o, "path", make_text(c->path), err);
    put_value(o, "expected_path", make_expected_path(c->expected_paths, err), err);
    put_value(o, "connect_ms", c->connect_ms >= 0 ? json_integer(c->connect_ms) : json_null(), err);
    put_value(o, "virtual_ms", json_integer(c->virtual_ms), err);
    put_value(o, "packets", make_number(c->packets), err);
    put_value(o, "agents", agents, err);
    put_value(o, "conformance", make_conformance(c, err), err);
    put_value(o, "data", data, err);
    if (c->runs_passed + c->runs_failed > 0)
        put_value(o, "runs", make_runs(c, err), err);
    if (c->agent_l != NULL)
        put_value(o, "agent_l", make_text(c->agent_l), err);
    if (c->agent_r != NULL)
        put_value(o, "agent_r", make_text(c->agent_r), err);
    if (c->carrier != NULL)
        put_value(o, "carrier", make_text(c->carrier), err);
    put_value(o, "capture", make_text(c->capture), err);
    put_value(o, "claim", make_text(c->claim), err);
    names = make_labels(c, err);
    if (json_object_size(names) != 0)
        put_value(o, "labels", names, err);
    else
        json_decref(names);
    return o;
}

char *nt_result_case_to_json(const struct nt_result_case *c)
{
    int err = NT_OK;
    json_t *o = make_case(c, &err);
    char *out = err == NT_OK ? json_dumps(o, JSON_REAL_PRECISION(15)) : NULL;
    json_decref(o);
    return out;
}
