/* Every type and size is checked; the first fault is reported. */
#include "reports/result/result_parse.h"

#include "core/base/err.h"
#include "core/base/strings.h"
#include "reports/result/result_fields.h"
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

static json_t *get_object(struct in *in, const json_t *o, const char *key)
{
    json_t *v = json_object_get(o, key);
    if (!json_is_object(v))
        fault(in, NT_EFORMAT, key, "an object");
    return v;
}

static uint64_t get_decimal(struct in *in, const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    char *end = NULL;
    errno = 0;
    unsigned long long v = s != NULL && s[0] >= '0' && s[0] <= '9' ? strtoull(s, &end, 10) : 0;
    if (end == NULL || *end != '\0' || errno != 0)
        fault(in, NT_EFORMAT, key, "a decimal number of 64 bits in a string");
    return v;
}

static bool get_side(struct in *in, const json_t *o, const char *key)
{
    const char *side = json_string_value(json_object_get(o, key));
    if (side == NULL || (strcmp(side, nt_side_name(false)) != 0 && strcmp(side, nt_side_name(true)) != 0))
        fault(in, NT_EFORMAT, key, "\"local\" or \"remote\"");
    return side != NULL && strcmp(side, nt_side_name(true)) == 0;
}

static enum nt_outcome get_outcome(struct in *in, const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    for (int i = 0; s != NULL && i < 4; i++)
        if (strcmp(s, nt_outcome_name((enum nt_outcome)i)) == 0)
            return (enum nt_outcome)i;
    fault(in, NT_EFORMAT, key, "pass, fail, error or skip");
    return NT_ERROR;
}

static unsigned get_paths(struct in *in, const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key), *item;
    unsigned bits = 0;
    size_t i;
    if (json_is_null(v))
        return 0;
    if (!json_is_array(v))
        fault(in, NT_EFORMAT, key, "a list or null");
    json_array_foreach(v, i, item)
    {
        unsigned bit = json_is_string(item) ? nt_path_by_name(json_string_value(item)) : 0;
        if (bit == 0)
            fault(in, NT_EFORMAT, key, "of direct, relayed, none");
        bits |= bit;
    }
    return bits;
}

/* Zeroed room for the members of a list or map. NULL: there are none, or there was an error. */
static char *make_items(struct in *in, const struct nt_field *f, void *record, size_t n)
{
    char *items = in->err == NT_OK && n != 0 ? calloc(n, f->of->size) : NULL;
    if (in->err == NT_OK && n != 0 && items == NULL)
        no_memory(in);
    *(char **)(void *)((char *)record + f->at) = items;
    *(size_t *)(void *)((char *)record + f->count_at) = items != NULL ? n : 0;
    return items;
}

static void read_record(struct in *in, const json_t *o, const struct nt_record *r, void *record);

/* A list of the numbers of one struct, no more and no fewer. */
static void read_row(struct in *in, const json_t *v, const struct nt_field *f, char *item)
{
    if (json_array_size(v) != f->of->count)
        fault(in, NT_EFORMAT, f->name, "lists of numbers");
    for (size_t i = 0; i < f->of->count; i++) {
        const struct nt_field *member = &f->of->fields[i];
        json_int_t n = json_integer_value(json_array_get(v, i));
        if (!json_is_integer(json_array_get(v, i)) || n < 0 || (member->kind == NT_FIELD_U32 && n > UINT32_MAX)) {
            fault(in, NT_EFORMAT, f->name, "lists of numbers");
            return;
        }
        if (member->kind == NT_FIELD_U32)
            *(uint32_t *)(void *)(item + member->at) = (uint32_t)n;
        else
            *(uint64_t *)(void *)(item + member->at) = (uint64_t)n;
    }
}

/* An item is an object, in a list of texts a string, in one of rows a list. */
static void read_item(struct in *in, const json_t *v, const struct nt_field *f, char *item)
{
    if (f->kind == NT_FIELD_ROWS) {
        read_row(in, v, f, item);
        return;
    }
    const struct nt_field *text = &f->of->fields[0];
    if (f->kind == NT_FIELD_TEXTS && json_is_string(v))
        *(char **)(void *)(item + text->at) = nt_strdup(json_string_value(v), &in->err);
    else if (f->kind != NT_FIELD_TEXTS && json_is_object(v))
        read_record(in, v, f->of, item);
    else
        fault(in, NT_EFORMAT, f->name, f->kind == NT_FIELD_TEXTS ? "a list of strings" : "a list of objects");
}

static void read_list(struct in *in, const json_t *o, const struct nt_field *f, void *record)
{
    const json_t *v = json_object_get(o, f->name), *item;
    size_t i;
    if (v == NULL && (f->flags & NT_FIELD_OPTIONAL) != 0)
        return;
    if (!json_is_array(v)) {
        fault(in, NT_EFORMAT, f->name, "a list");
        return;
    }
    if (json_array_size(v) > NT_RESULT_ITEMS_MAX)
        fault(in, NT_ELIMIT, f->name, "a shorter list");
    char *items = make_items(in, f, record, json_array_size(v));
    if (items == NULL)
        return;
    json_array_foreach(v, i, item)
    {
        read_item(in, item, f, items + i * f->of->size);
    }
}

static void read_map(struct in *in, const json_t *o, const struct nt_field *f, void *record)
{
    json_t *v = get_object(in, o, f->name), *item;
    const char *key;
    size_t n = json_object_size(v);
    if (n > NT_RESULT_ITEMS_MAX)
        fault(in, NT_ELIMIT, f->name, "fewer");
    char *items = make_items(in, f, record, n);
    if (items == NULL)
        return;
    json_object_foreach(v, key, item)
    {
        *(char **)(void *)(items + f->of->fields[0].at) = nt_strdup(key, &in->err);
        read_record(in, item, f->of, items);
        items += f->of->size;
    }
}

/* Names, values and labels of parameters. */
static void read_params(struct in *in, const json_t *o, const struct nt_field *f, void *record)
{
    const json_t *labels = json_object_get(o, "labels");
    json_t *map = get_object(in, o, f->name), *v;
    const char *key;
    if (json_object_size(map) > NT_RESULT_ITEMS_MAX)
        fault(in, NT_ELIMIT, f->name, "fewer");
    struct nt_result_param *p = (struct nt_result_param *)(void *)make_items(in, f, record, json_object_size(map));
    if (p == NULL)
        return;
    json_object_foreach(map, key, v)
    {
        const char *label = json_string_value(json_object_get(labels, key));
        p->name = nt_strdup(key, &in->err);
        p->json = json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        if (p->json == NULL)
            no_memory(in);
        p->label = nt_strdup(label != NULL ? label : json_is_string(v) ? json_string_value(v) : p->json, &in->err);
        p++;
    }
}

static char *get_field_text(struct in *in, const json_t *o, const struct nt_field *f)
{
    if ((f->flags & NT_FIELD_OPTIONAL) != 0 && json_object_get(o, f->name) == NULL)
        return NULL;
    return get_text(in, o, f->name, (f->flags & NT_FIELD_NULL) != 0);
}

static void read_object(struct in *in, const json_t *o, const struct nt_field *f, void *at)
{
    if ((f->flags & NT_FIELD_OPTIONAL) == 0 || json_object_get(o, f->name) != NULL)
        read_record(in, get_object(in, o, f->name), f->of, at);
}

static void read_value(struct in *in, const json_t *o, const struct nt_field *f, void *record)
{
    void *at = (char *)record + f->at;
    if ((f->flags & NT_FIELD_LATER) != 0 && json_object_get(o, f->name) == NULL)
        return;
    bool null = (f->kind == NT_FIELD_LINE || (f->flags & NT_FIELD_NULL) != 0) && json_is_null(json_object_get(o, f->name));
    switch (f->kind) {
    case NT_FIELD_TEXT: *(char **)at = get_field_text(in, o, f); break;
    case NT_FIELD_U32: *(uint32_t *)at = (uint32_t)get_number(in, o, f->name, UINT32_MAX); break;
    case NT_FIELD_U64: *(uint64_t *)at = get_number(in, o, f->name, INT64_MAX); break;
    case NT_FIELD_SEED: *(uint64_t *)at = get_number(in, o, f->name, UINT64_MAX); break;
    case NT_FIELD_TIME: *(int64_t *)at = null ? -1 : (int64_t)get_number(in, o, f->name, INT64_MAX); break;
    case NT_FIELD_LINE: *(int *)at = null ? 0 : (int)get_number(in, o, f->name, INT32_MAX); break;
    case NT_FIELD_BOOL: *(bool *)at = get_bool(in, o, f->name); break;
    case NT_FIELD_DECIMAL: *(uint64_t *)at = get_decimal(in, o, f->name); break;
    case NT_FIELD_ADDRESS: *(struct nt_addr *)at = get_address(in, o, f->name); break;
    case NT_FIELD_ADDRESS_AND_PORT: *(struct nt_addr *)at = get_address_and_port(in, o); break;
    case NT_FIELD_SIDE: *(bool *)at = get_side(in, o, f->name); break;
    case NT_FIELD_OUTCOME: *(enum nt_outcome *)at = get_outcome(in, o, f->name); break;
    case NT_FIELD_PATHS: *(unsigned *)at = get_paths(in, o, f->name); break;
    case NT_FIELD_OBJECT: read_object(in, o, f, at); break;
    case NT_FIELD_LIST:
    case NT_FIELD_ROWS:
    case NT_FIELD_TEXTS: read_list(in, o, f, record); break;
    case NT_FIELD_MAP: read_map(in, o, f, record); break;
    case NT_FIELD_PARAMS: read_params(in, o, f, record); break;
    case NT_FIELD_LABELS: break; /* read with the parameters */
    }
}

static void read_record(struct in *in, const json_t *o, const struct nt_record *r, void *record)
{
    for (size_t i = 0; i < r->count; i++)
        if ((r->fields[i].flags & NT_FIELD_NAME) == 0)
            read_value(in, o, &r->fields[i], record);
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
        read_record(&in, o, &nt_case_record, c);
    else
        fault(&in, NT_EFORMAT, "case", "an object");
    json_decref(o);
    if (in.err != NT_OK)
        nt_result_case_free(c);
    return in.err;
}
