/* The order of keys is that of LANGUAGE.md, section 3; keys that it does not name follow. */
#include "reports/result/result_json.h"

#include "core/base/err.h"
#include "reports/result/text.h"
#include "reports/result/words.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each value is checked when it is put; the first failure sticks. */
static void put(json_t *object, const char *key, json_t *value, int *err)
{
    if (json_object_set_new(object, key, value) != 0)
        *err = NT_ENOMEM;
}

static void append(json_t *array, json_t *value, int *err)
{
    if (json_array_append_new(array, value) != 0)
        *err = NT_ENOMEM;
}

static json_t *text(const char *s)
{
    if (s == NULL)
        return json_null();
    json_t *v = json_string(s);
    if (v == NULL) { /* no UTF-8 */
        char *clean = nt_clean(s, true);
        v = clean != NULL ? json_string(clean) : NULL;
        free(clean);
    }
    return v;
}

static json_t *number(uint64_t v)
{
    return json_integer((json_int_t)v);
}

static json_t *address(const struct nt_addr *a)
{
    char buf[NT_ADDR_TEXT];
    return nt_addr_is_set(a) ? json_string(nt_addr_format(a, buf)) : json_null();
}

static void put_address_and_port(json_t *o, const struct nt_addr *a, int *err)
{
    char buf[NT_ADDR_TEXT];
    put(o, "address", nt_addr_is_set(a) ? json_string(nt_addr_format_ip(a, buf)) : json_null(), err);
    put(o, "port", number(a->port), err);
}

static json_t *candidate(const struct nt_result_candidate *c, int *err)
{
    json_t *o = json_object();
    put(o, "type", text(c->type), err);
    put(o, "stream", number(c->stream), err);
    put(o, "component", number(c->component), err);
    put(o, "transport", text(c->transport), err);
    put_address_and_port(o, &c->addr, err);
    put(o, "base", address(&c->base), err);
    put(o, "related", address(&c->related), err);
    put(o, "priority", number(c->priority), err);
    put(o, "foundation", text(c->foundation), err);
    return o;
}

static json_t *selected_end(const struct nt_result_end *e, int *err)
{
    json_t *o = json_object();
    put(o, "type", text(e->type), err);
    put_address_and_port(o, &e->addr, err);
    return o;
}

static json_t *selected(const struct nt_result_selected *s, int *err)
{
    json_t *o = json_object();
    put(o, "stream", number(s->stream), err);
    put(o, "component", number(s->component), err);
    put(o, "local", selected_end(&s->local, err), err);
    put(o, "remote", selected_end(&s->remote, err), err);
    return o;
}

static json_t *pair(const struct nt_result_pair *p, int *err)
{
    char priority[24];
    snprintf(priority, sizeof priority, "%llu", (unsigned long long)p->priority);
    json_t *o = json_object();
    put(o, "local", address(&p->local), err);
    put(o, "remote", address(&p->remote), err);
    put(o, "state", text(p->state), err);
    put(o, "base", address(&p->base), err);
    put(o, "generated_by", text(p->generated_by), err);
    put(o, "receivable", json_boolean(p->receivable), err);
    put(o, "sendable", json_boolean(p->sendable), err);
    put(o, "handshake", json_boolean(p->handshake), err);
    put(o, "valid", json_boolean(p->valid), err);
    put(o, "nominated", json_boolean(p->nominated), err);
    put(o, "priority", json_string(priority), err);
    put(o, "local_type", text(p->local_type), err);
    put(o, "remote_type", text(p->remote_type), err);
    return o;
}

static json_t *prflx(const struct nt_result_prflx *p, int *err)
{
    json_t *o = json_object();
    put(o, "side", json_string(p->remote ? "remote" : "local"), err);
    put_address_and_port(o, &p->addr, err);
    put(o, "packet", number(p->packet), err);
    return o;
}

static json_t *agent(const struct nt_result_agent *a, int *err)
{
    json_t *o = json_object(), *candidates = json_array(), *chosen = json_array(), *pairs = json_array(), *found = json_array();
    for (size_t i = 0; i < a->candidate_count; i++)
        append(candidates, candidate(&a->candidates[i], err), err);
    for (size_t i = 0; i < a->selected_count; i++)
        append(chosen, selected(&a->selected[i], err), err);
    for (size_t i = 0; i < a->pair_count; i++)
        append(pairs, pair(&a->pairs[i], err), err);
    for (size_t i = 0; i < a->prflx_count; i++)
        append(found, prflx(&a->prflx[i], err), err);
    put(o, "stack", text(a->stack), err);
    put(o, "state", text(a->state), err);
    put(o, "role", text(a->role), err);
    put(o, "candidates", candidates, err);
    put(o, "selected", chosen, err);
    put(o, "pairs", pairs, err);
    put(o, "peer_reflexive", found, err);
    put(o, "checks_sent", number(a->checks_sent), err);
    put(o, "checks_received", number(a->checks_received), err);
    return o;
}

static json_t *params(const struct nt_result_case *c, int *err)
{
    json_t *o = json_object();
    for (size_t i = 0; i < c->param_count; i++) {
        json_error_t why;
        json_t *v = c->params[i].json != NULL ? json_loads(c->params[i].json, JSON_DECODE_ANY, &why) : NULL;
        put(o, c->params[i].name, v != NULL ? v : text(c->params[i].label), err);
    }
    return o;
}

/* Labels of values that are not their own: mappings. */
static json_t *labels(const struct nt_result_case *c, int *err)
{
    json_t *o = json_object();
    for (size_t i = 0; i < c->param_count; i++)
        if (c->params[i].json != NULL && (c->params[i].json[0] == '{' || c->params[i].json[0] == '[') && c->params[i].label != NULL)
            put(o, c->params[i].name, text(c->params[i].label), err);
    return o;
}

static json_t *expected_path(unsigned bits, int *err)
{
    if (bits == 0)
        return json_null();
    json_t *list = json_array();
    for (unsigned bit = NT_PATH_DIRECT; bit <= NT_PATH_NONE; bit <<= 1)
        if (bits & bit)
            append(list, json_string(nt_path_name(bit)), err);
    return list;
}

static json_t *conformance(const struct nt_result_case *c, int *err)
{
    json_t *o = json_object(), *list = json_array();
    for (size_t i = 0; i < c->violation_count; i++) {
        const struct nt_result_violation *v = &c->violations[i];
        json_t *item = json_object();
        put(item, "rule", text(v->rule), err);
        put(item, "agent", text(v->agent), err);
        put(item, "packet", number(v->packet), err);
        put(item, "detail", text(v->detail), err);
        append(list, item, err);
    }
    put(o, "rules_exercised", number(c->rules_exercised), err);
    put(o, "violations", list, err);
    return o;
}

static json_t *runs(const struct nt_result_case *c, int *err)
{
    json_t *o = json_object();
    put(o, "pass", number(c->runs_passed), err);
    put(o, "fail", number(c->runs_failed), err);
    return o;
}

static json_t *whole_case(const struct nt_result_case *c, int *err)
{
    json_t *o = json_object(), *at = json_object(), *agents = json_object(), *data = json_object(), *names;
    put(at, "line", c->line != 0 ? json_integer(c->line) : json_null(), err);
    put(at, "packet", number(c->packet), err);
    for (size_t i = 0; i < c->agent_count; i++)
        put(agents, c->agents[i].name, agent(&c->agents[i], err), err);
    put(data, "sent", number(c->data_sent), err);
    put(data, "lost", number(c->data_lost), err);
    put(o, "id", text(c->id), err);
    put(o, "file", text(c->file), err);
    put(o, "params", params(c, err), err);
    put(o, "seed", number(c->seed), err);
    put(o, "outcome", json_string(nt_outcome_name(c->outcome)), err);
    put(o, "reason", text(c->reason != NULL ? c->reason : ""), err);
    put(o, "at", at, err);
    put(o, "path", text(c->path), err);
    put(o, "expected_path", expected_path(c->expected_paths, err), err);
    put(o, "connect_ms", c->connect_ms >= 0 ? json_integer(c->connect_ms) : json_null(), err);
    put(o, "virtual_ms", json_integer(c->virtual_ms), err);
    put(o, "packets", number(c->packets), err);
    put(o, "agents", agents, err);
    put(o, "conformance", conformance(c, err), err);
    put(o, "data", data, err);
    if (c->runs_passed + c->runs_failed > 0)
        put(o, "runs", runs(c, err), err);
    if (c->agent_l != NULL)
        put(o, "agent_l", text(c->agent_l), err);
    if (c->agent_r != NULL)
        put(o, "agent_r", text(c->agent_r), err);
    if (c->carrier != NULL)
        put(o, "carrier", text(c->carrier), err);
    put(o, "capture", text(c->capture), err);
    put(o, "claim", text(c->claim), err);
    names = labels(c, err);
    if (json_object_size(names) != 0)
        put(o, "labels", names, err);
    else
        json_decref(names);
    return o;
}

char *nt_result_case_to_json(const struct nt_result_case *c)
{
    int err = NT_OK;
    json_t *o = whole_case(c, &err);
    char *out = err == NT_OK ? json_dumps(o, JSON_REAL_PRECISION(15)) : NULL;
    json_decref(o);
    return out;
}
