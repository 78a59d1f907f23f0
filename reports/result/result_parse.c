/* Every type and size is checked; the first fault is reported. */
#include "reports/result/result_parse.h"

#include "core/base/err.h"
#include "core/base/strings.h"
#include "reports/result/text.h"
#include "reports/result/words.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct in {
    char *what;
    size_t cap;
    int err;
};

static void fault(struct in *in, int err, const char *key, const char *must)
{
    if (in->err != NT_OK)
        return;
    in->err = err;
    snprintf(in->what, in->cap, "'%s' must be %s", key, must);
}

static void no_memory(struct in *in)
{
    if (in->err == NT_OK)
        in->err = NT_ENOMEM;
}

/* A string; with `null` it may be null or missing. */
static char *get_text(struct in *in, const json_t *o, const char *key, bool null)
{
    const json_t *v = json_object_get(o, key);
    if (null && (v == NULL || json_is_null(v)))
        return NULL;
    if (!json_is_string(v)) {
        fault(in, NT_EFORMAT, key, null ? "a string or null" : "a string");
        return NULL;
    }
    return nt_strdup(json_string_value(v), &in->err);
}

static uint64_t get_number(struct in *in, const json_t *o, const char *key, uint64_t max)
{
    const json_t *v = json_object_get(o, key);
    /* An unsigned number of 64 bits was written as the signed number with the same bits. */
    if (!json_is_integer(v) || (max != UINT64_MAX && (json_integer_value(v) < 0 || (uint64_t)json_integer_value(v) > max))) {
        fault(in, NT_EFORMAT, key, "an integer in its range");
        return 0;
    }
    return (uint64_t)json_integer_value(v);
}

static uint32_t get_u32(struct in *in, const json_t *o, const char *key)
{
    return (uint32_t)get_number(in, o, key, UINT32_MAX);
}

static bool get_bool(struct in *in, const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_boolean(v))
        fault(in, NT_EFORMAT, key, "true or false");
    return json_is_true(v);
}

static struct nt_addr get_address(struct in *in, const json_t *o, const char *key)
{
    struct nt_addr a = {0};
    const json_t *v = json_object_get(o, key);
    if (!json_is_null(v) && (!json_is_string(v) || nt_addr_parse(&a, json_string_value(v)) != NT_OK))
        fault(in, NT_EFORMAT, key, "an address or null");
    return a;
}

static struct nt_addr get_address_and_port(struct in *in, const json_t *o)
{
    struct nt_addr a = get_address(in, o, "address");
    uint16_t port = (uint16_t)get_number(in, o, "port", UINT16_MAX);
    return nt_addr_is_set(&a) ? nt_addr_with_port(&a, port) : a;
}

static const json_t *get_object(struct in *in, const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_object(v))
        fault(in, NT_EFORMAT, key, "an object");
    return v;
}

/* Zeroed room for the members of a list, all of which must be objects; *n is their number, or 0 on an error. */
static void *get_list(struct in *in, const json_t *o, const char *key, size_t size, const json_t **list, size_t *n)
{
    const json_t *v = json_object_get(o, key), *item;
    size_t i;
    *list = v;
    *n = 0;
    if (!json_is_array(v)) {
        fault(in, NT_EFORMAT, key, "a list");
        return NULL;
    }
    if (json_array_size(v) > NT_RESULT_ITEMS_MAX)
        fault(in, NT_ELIMIT, key, "a shorter list");
    json_array_foreach(v, i, item)
    {
        if (!json_is_object(item))
            fault(in, NT_EFORMAT, key, "a list of objects");
    }
    if (in->err != NT_OK || json_array_size(v) == 0)
        return NULL;
    void *room = calloc(json_array_size(v), size);
    if (room == NULL)
        no_memory(in);
    else
        *n = json_array_size(v);
    return room;
}

static void read_candidates(struct in *in, const json_t *o, struct nt_result_agent *a)
{
    const json_t *list;
    a->candidates = get_list(in, o, "candidates", sizeof *a->candidates, &list, &a->candidate_count);
    for (size_t i = 0; i < a->candidate_count; i++) {
        const json_t *v = json_array_get(list, i);
        struct nt_result_candidate *c = &a->candidates[i];
        c->type = get_text(in, v, "type", false);
        c->stream = get_u32(in, v, "stream");
        c->component = get_u32(in, v, "component");
        c->transport = get_text(in, v, "transport", false);
        c->addr = get_address_and_port(in, v);
        c->base = get_address(in, v, "base");
        c->related = get_address(in, v, "related");
        c->priority = get_u32(in, v, "priority");
        c->foundation = get_text(in, v, "foundation", false);
    }
}

static struct nt_result_end read_selected_end(struct in *in, const json_t *o, const char *key)
{
    const json_t *v = get_object(in, o, key);
    struct nt_result_end e = {.type = get_text(in, v, "type", false)};
    e.addr = get_address_and_port(in, v);
    return e;
}

static void read_selected(struct in *in, const json_t *o, struct nt_result_agent *a)
{
    const json_t *list;
    a->selected = get_list(in, o, "selected", sizeof *a->selected, &list, &a->selected_count);
    for (size_t i = 0; i < a->selected_count; i++) {
        const json_t *v = json_array_get(list, i);
        a->selected[i].stream = get_u32(in, v, "stream");
        a->selected[i].component = get_u32(in, v, "component");
        a->selected[i].local = read_selected_end(in, v, "local");
        a->selected[i].remote = read_selected_end(in, v, "remote");
    }
}

static uint64_t get_priority(struct in *in, const json_t *o)
{
    const char *s = json_string_value(json_object_get(o, "priority"));
    char *end = NULL;
    errno = 0;
    unsigned long long v = s != NULL && s[0] >= '0' && s[0] <= '9' ? strtoull(s, &end, 10) : 0;
    if (end == NULL || *end != '\0' || errno != 0)
        fault(in, NT_EFORMAT, "priority", "a decimal number of 64 bits in a string");
    return v;
}

static void read_pairs(struct in *in, const json_t *o, struct nt_result_agent *a)
{
    const json_t *list;
    a->pairs = get_list(in, o, "pairs", sizeof *a->pairs, &list, &a->pair_count);
    for (size_t i = 0; i < a->pair_count; i++) {
        const json_t *v = json_array_get(list, i);
        struct nt_result_pair *p = &a->pairs[i];
        p->local = get_address(in, v, "local");
        p->remote = get_address(in, v, "remote");
        p->state = get_text(in, v, "state", false);
        p->base = get_address(in, v, "base");
        p->generated_by = get_text(in, v, "generated_by", true);
        p->receivable = get_bool(in, v, "receivable");
        p->sendable = get_bool(in, v, "sendable");
        p->handshake = get_bool(in, v, "handshake");
        p->valid = get_bool(in, v, "valid");
        p->nominated = get_bool(in, v, "nominated");
        p->priority = get_priority(in, v);
        p->local_type = get_text(in, v, "local_type", true);
        p->remote_type = get_text(in, v, "remote_type", true);
    }
}

static void read_prflx(struct in *in, const json_t *o, struct nt_result_agent *a)
{
    const json_t *list;
    a->prflx = get_list(in, o, "peer_reflexive", sizeof *a->prflx, &list, &a->prflx_count);
    for (size_t i = 0; i < a->prflx_count; i++) {
        const json_t *v = json_array_get(list, i);
        const char *side = json_string_value(json_object_get(v, "side"));
        if (side == NULL || (strcmp(side, "local") != 0 && strcmp(side, "remote") != 0))
            fault(in, NT_EFORMAT, "side", "\"local\" or \"remote\"");
        a->prflx[i].remote = side != NULL && strcmp(side, "remote") == 0;
        a->prflx[i].addr = get_address_and_port(in, v);
        a->prflx[i].packet = get_u32(in, v, "packet");
    }
}

static void read_agents(struct in *in, const json_t *o, struct nt_result_case *c)
{
    const json_t *map = get_object(in, o, "agents");
    size_t n = json_object_size(map), i = 0;
    if (n > NT_RESULT_ITEMS_MAX)
        fault(in, NT_ELIMIT, "agents", "fewer");
    c->agents = in->err == NT_OK && n != 0 ? calloc(n, sizeof *c->agents) : NULL;
    if (in->err == NT_OK && n != 0 && c->agents == NULL)
        no_memory(in);
    if (c->agents == NULL)
        return;
    c->agent_count = n;
    for (void *it = json_object_iter((json_t *)(uintptr_t)map); it != NULL;
         it = json_object_iter_next((json_t *)(uintptr_t)map, it), i++) {
        struct nt_result_agent *a = &c->agents[i];
        const json_t *v = json_object_iter_value(it);
        a->name = nt_strdup(json_object_iter_key(it), &in->err);
        a->stack = get_text(in, v, "stack", false);
        a->state = get_text(in, v, "state", false);
        a->role = get_text(in, v, "role", false);
        read_candidates(in, v, a);
        read_selected(in, v, a);
        read_pairs(in, v, a);
        read_prflx(in, v, a);
        a->checks_sent = get_u32(in, v, "checks_sent");
        a->checks_received = get_u32(in, v, "checks_received");
    }
}

static void read_params(struct in *in, const json_t *o, struct nt_result_case *c)
{
    const json_t *map = get_object(in, o, "params"), *labels = json_object_get(o, "labels");
    size_t n = json_object_size(map), i = 0;
    c->params = in->err == NT_OK && n != 0 ? calloc(n, sizeof *c->params) : NULL;
    if (c->params == NULL) {
        if (in->err == NT_OK && n != 0)
            no_memory(in);
        return;
    }
    c->param_count = n;
    for (void *it = json_object_iter((json_t *)(uintptr_t)map); it != NULL;
         it = json_object_iter_next((json_t *)(uintptr_t)map, it), i++) {
        struct nt_result_param *p = &c->params[i];
        const json_t *v = json_object_iter_value(it);
        const char *label = json_string_value(json_object_get(labels, json_object_iter_key(it)));
        p->name = nt_strdup(json_object_iter_key(it), &in->err);
        p->json = json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        if (p->json == NULL)
            no_memory(in);
        p->label = nt_strdup(label != NULL ? label : json_is_string(v) ? json_string_value(v) : p->json, &in->err);
    }
}

static enum nt_outcome get_outcome(struct in *in, const json_t *o)
{
    const char *s = json_string_value(json_object_get(o, "outcome"));
    for (int i = 0; s != NULL && i < 4; i++)
        if (strcmp(s, nt_outcome_name((enum nt_outcome)i)) == 0)
            return (enum nt_outcome)i;
    fault(in, NT_EFORMAT, "outcome", "pass, fail, error or skip");
    return NT_ERROR;
}

static unsigned get_expected(struct in *in, const json_t *o)
{
    const json_t *v = json_object_get(o, "expected_path"), *item;
    unsigned bits = 0;
    size_t i;
    if (json_is_null(v))
        return 0;
    if (!json_is_array(v))
        fault(in, NT_EFORMAT, "expected_path", "a list or null");
    json_array_foreach(v, i, item)
    {
        unsigned bit = json_is_string(item) ? nt_path_by_name(json_string_value(item)) : 0;
        if (bit == 0)
            fault(in, NT_EFORMAT, "expected_path", "of direct, relayed, none");
        bits |= bit;
    }
    return bits;
}

static void read_conformance(struct in *in, const json_t *o, struct nt_result_case *c)
{
    const json_t *v = get_object(in, o, "conformance"), *list;
    c->rules_exercised = get_u32(in, v, "rules_exercised");
    c->violations = get_list(in, v, "violations", sizeof *c->violations, &list, &c->violation_count);
    for (size_t i = 0; i < c->violation_count; i++) {
        const json_t *item = json_array_get(list, i);
        c->violations[i].rule = get_text(in, item, "rule", false);
        c->violations[i].agent = get_text(in, item, "agent", true);
        c->violations[i].packet = get_u32(in, item, "packet");
        c->violations[i].detail = get_text(in, item, "detail", true);
    }
}

static int64_t get_number_or(struct in *in, const json_t *o, const char *key, int64_t null)
{
    return json_is_null(json_object_get(o, key)) ? null : (int64_t)get_number(in, o, key, INT64_MAX);
}

static void read_case(struct in *in, const json_t *o, struct nt_result_case *c)
{
    const json_t *at = get_object(in, o, "at"), *data = get_object(in, o, "data");
    c->id = get_text(in, o, "id", false);
    c->file = get_text(in, o, "file", false);
    read_params(in, o, c);
    c->seed = get_number(in, o, "seed", UINT64_MAX);
    c->outcome = get_outcome(in, o);
    c->reason = get_text(in, o, "reason", false);
    c->line = json_is_null(json_object_get(at, "line")) ? 0 : (int)get_number(in, at, "line", INT32_MAX);
    c->packet = get_u32(in, at, "packet");
    c->path = get_text(in, o, "path", true);
    c->expected_paths = get_expected(in, o);
    c->connect_ms = get_number_or(in, o, "connect_ms", -1);
    c->virtual_ms = (int64_t)get_number(in, o, "virtual_ms", INT64_MAX);
    c->packets = get_number(in, o, "packets", INT64_MAX);
    read_agents(in, o, c);
    read_conformance(in, o, c);
    c->data_sent = get_number(in, data, "sent", INT64_MAX);
    c->data_lost = get_number(in, data, "lost", INT64_MAX);
    if (json_object_get(o, "runs") != NULL) {
        const json_t *runs = get_object(in, o, "runs");
        c->runs_passed = get_u32(in, runs, "pass");
        c->runs_failed = get_u32(in, runs, "fail");
    }
    if (json_object_get(o, "agent_l") != NULL)
        c->agent_l = get_text(in, o, "agent_l", false);
    if (json_object_get(o, "agent_r") != NULL)
        c->agent_r = get_text(in, o, "agent_r", false);
    if (json_object_get(o, "carrier") != NULL)
        c->carrier = get_text(in, o, "carrier", false);
    c->capture = get_text(in, o, "capture", true);
    c->claim = get_text(in, o, "claim", true);
}

int nt_result_case_from_json(struct nt_result_case *c, const char *json, size_t len, char *what, size_t cap)
{
    struct in in = {.what = what, .cap = cap};
    json_error_t why;
    *c = (struct nt_result_case){0};
    if (len > NT_RESULT_JSON_MAX) {
        snprintf(what, cap, "a case of %zu bytes is too long", len);
        return NT_ELIMIT;
    }
    json_t *o = json_loadb(json, len, JSON_REJECT_DUPLICATES, &why);
    if (o == NULL) {
        snprintf(what, cap, "column %d: %s", why.column, why.text);
        return NT_EFORMAT;
    }
    if (json_is_object(o))
        read_case(&in, o, c);
    else
        fault(&in, NT_EFORMAT, "case", "an object");
    json_decref(o);
    if (in.err != NT_OK)
        nt_result_case_free(c);
    return in.err;
}
