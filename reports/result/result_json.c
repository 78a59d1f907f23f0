#include "reports/result/result_json.h"

#include "core/base/err.h"
#include "reports/result/json_text.h"
#include "reports/result/result_fields.h"
#include "reports/result/words.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

/* The address's own characters need no escape. */
static void put_address(struct nt_text *t, const struct nt_addr *a, bool with_port)
{
    char buf[NT_ADDR_TEXT];
    if (!nt_addr_is_set(a)) {
        nt_text_add(t, "null", 4);
        return;
    }
    nt_text_add(t, "\"", 1);
    nt_text_put(t, with_port ? nt_addr_format(a, buf) : nt_addr_format_ip(a, buf));
    nt_text_add(t, "\"", 1);
}

static void put_paths(struct nt_text *t, unsigned bits)
{
    const char *before = "[";
    if (bits == 0) {
        nt_text_put(t, "null");
        return;
    }
    for (unsigned bit = NT_PATH_DIRECT; bit <= NT_PATH_NONE; bit <<= 1) {
        if ((bits & bit) == 0)
            continue;
        nt_text_put(t, before);
        nt_json_string(t, nt_path_name(bit));
        before = ", ";
    }
    nt_text_put(t, "]");
}

static bool is_list_or_object(const char *json)
{
    return json != NULL && (json[0] == '{' || json[0] == '[');
}

/* Strings, integers and words have one form only; others are put into that of results.json. */
static void put_param(struct nt_text *t, const struct nt_result_param *p)
{
    json_error_t why;
    if (p->json != NULL && !is_list_or_object(p->json) &&
        (p->json[0] == '"' || strpbrk(p->json, ".eE") == NULL || p->json[0] > '9')) {
        nt_text_put(t, p->json);
        return;
    }
    json_t *v = p->json != NULL ? json_loads(p->json, JSON_DECODE_ANY, &why) : NULL;
    char *text = v != NULL ? json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) : NULL;
    if (text != NULL)
        nt_text_put(t, text);
    else
        nt_json_string(t, p->label);
    free(text);
    json_decref(v);
}

static void put_key(struct nt_text *t, const char *key, bool first)
{
    nt_text_put(t, first ? "" : ", ");
    nt_json_string(t, key);
    nt_text_add(t, ": ", 2);
}

static void put_params(struct nt_text *t, const struct nt_result_param *params, size_t count)
{
    nt_text_add(t, "{", 1);
    for (size_t i = 0; i < count; i++) {
        put_key(t, params[i].name, i == 0);
        put_param(t, &params[i]);
    }
    nt_text_add(t, "}", 1);
}

/* Labels of values that are mappings or lists; others are their own labels. */
static bool has_label(const struct nt_result_param *p)
{
    return is_list_or_object(p->json) && p->label != NULL;
}

static void put_labels(struct nt_text *t, const struct nt_result_param *params, size_t count)
{
    bool first = true;
    nt_text_add(t, "{", 1);
    for (size_t i = 0; i < count; i++) {
        if (!has_label(&params[i]))
            continue;
        put_key(t, params[i].name, first);
        nt_json_string(t, params[i].label);
        first = false;
    }
    nt_text_add(t, "}", 1);
}

static void put_record(struct nt_text *t, const struct nt_record *r, const void *record);

static void put_list(struct nt_text *t, const struct nt_field *f, const void *record)
{
    const char *items = nt_field_items(f, record);
    size_t n = nt_field_count(f, record);
    nt_text_add(t, "[", 1);
    for (size_t i = 0; i < n; i++) {
        nt_text_add(t, ", ", i == 0 ? 0 : 2);
        put_record(t, f->of, items + i * f->of->size);
    }
    nt_text_add(t, "]", 1);
}

static void put_texts(struct nt_text *t, const struct nt_field *f, const void *record)
{
    const char *items = nt_field_items(f, record);
    nt_text_add(t, "[", 1);
    for (size_t i = 0; i < nt_field_count(f, record); i++) {
        nt_text_add(t, ", ", i == 0 ? 0 : 2);
        nt_json_string(t, *(char *const *)nt_field_member(&f->of->fields[0], items + i * f->of->size));
    }
    nt_text_add(t, "]", 1);
}

static uint64_t number_at(const struct nt_field *f, const char *item)
{
    const void *at = nt_field_member(f, item);
    return f->kind == NT_FIELD_U32 ? *(const uint32_t *)at : *(const uint64_t *)at;
}

static void put_rows(struct nt_text *t, const struct nt_field *f, const void *record)
{
    const char *items = nt_field_items(f, record);
    nt_text_add(t, "[", 1);
    for (size_t i = 0; i < nt_field_count(f, record); i++) {
        nt_text_add(t, ", ", i == 0 ? 0 : 2);
        for (size_t k = 0; k < f->of->count; k++) {
            nt_text_add(t, k == 0 ? "[" : ",", 1);
            nt_json_unsigned(t, number_at(&f->of->fields[k], items + i * f->of->size));
        }
        nt_text_add(t, "]", 1);
    }
    nt_text_add(t, "]", 1);
}

static void put_map(struct nt_text *t, const struct nt_field *f, const void *record)
{
    const char *items = nt_field_items(f, record);
    size_t n = nt_field_count(f, record);
    nt_text_add(t, "{", 1);
    for (size_t i = 0; i < n; i++) {
        const char *item = items + i * f->of->size;
        put_key(t, *(char *const *)nt_field_member(&f->of->fields[0], item), i == 0);
        put_record(t, f->of, item);
    }
    nt_text_add(t, "}", 1);
}

/* Whether an optional field is set; a list is when it has items, a time when it is above 0, an object when one of its numbers is.
 */
static bool is_set(const struct nt_field *f, const void *record)
{
    if (f->kind == NT_FIELD_LIST || f->kind == NT_FIELD_TEXTS)
        return nt_field_count(f, record) > 0;
    if (f->kind == NT_FIELD_TEXT)
        return *(char *const *)nt_field_member(f, record) != NULL;
    if (f->kind == NT_FIELD_TIME)
        return *(const int64_t *)nt_field_member(f, record) > 0;
    for (size_t i = 0; i < f->of->count; i++)
        if (f->of->fields[i].kind == NT_FIELD_U32 &&
            *(const uint32_t *)nt_field_member(&f->of->fields[i], nt_field_member(f, record)) != 0)
            return true;
    return false;
}

static bool is_left_out(const struct nt_field *f, const void *record)
{
    if (f->kind == NT_FIELD_LABELS) {
        const struct nt_result_param *params = (const void *)nt_field_items(f, record);
        for (size_t i = 0; i < nt_field_count(f, record); i++)
            if (has_label(&params[i]))
                return false;
        return true;
    }
    return (f->flags & NT_FIELD_NAME) != 0 || ((f->flags & NT_FIELD_OPTIONAL) != 0 && !is_set(f, record));
}

static void put_number_or_null(struct nt_text *t, int64_t v, bool null)
{
    if (null)
        nt_text_add(t, "null", 4);
    else
        nt_json_number(t, v);
}

static void put_text(struct nt_text *t, const struct nt_field *f, const char *s)
{
    nt_json_string(t, s == NULL && (f->flags & NT_FIELD_EMPTY) != 0 ? "" : s);
}

static void put_value(struct nt_text *t, const struct nt_field *f, const void *record)
{
    const void *at = nt_field_member(f, record);
    bool may_be_null = (f->flags & NT_FIELD_NULL) != 0;
    switch (f->kind) {
    case NT_FIELD_TEXT: put_text(t, f, *(char *const *)at); break;
    case NT_FIELD_U32: nt_json_unsigned(t, *(const uint32_t *)at); break;
    case NT_FIELD_U64:
    case NT_FIELD_SEED: nt_json_number(t, (int64_t) * (const uint64_t *)at); break;
    case NT_FIELD_TIME: put_number_or_null(t, *(const int64_t *)at, may_be_null && *(const int64_t *)at < 0); break;
    case NT_FIELD_LINE: put_number_or_null(t, *(const int *)at, *(const int *)at == 0); break;
    case NT_FIELD_BOOL: nt_text_put(t, *(const bool *)at ? "true" : "false"); break;
    case NT_FIELD_DECIMAL:
        nt_text_add(t, "\"", 1);
        nt_json_unsigned(t, *(const uint64_t *)at);
        nt_text_add(t, "\"", 1);
        break;
    case NT_FIELD_ADDRESS: put_address(t, at, true); break;
    case NT_FIELD_ADDRESS_AND_PORT:
        put_address(t, at, false);
        nt_text_put(t, ", \"port\": ");
        nt_json_unsigned(t, ((const struct nt_addr *)at)->port);
        break;
    case NT_FIELD_SIDE: nt_json_string(t, nt_side_name(*(const bool *)at)); break;
    case NT_FIELD_OUTCOME: nt_json_string(t, nt_outcome_name(*(const enum nt_outcome *)at)); break;
    case NT_FIELD_PATHS: put_paths(t, *(const unsigned *)at); break;
    case NT_FIELD_OBJECT: put_record(t, f->of, at); break;
    case NT_FIELD_LIST: put_list(t, f, record); break;
    case NT_FIELD_ROWS: put_rows(t, f, record); break;
    case NT_FIELD_TEXTS: put_texts(t, f, record); break;
    case NT_FIELD_MAP: put_map(t, f, record); break;
    case NT_FIELD_PARAMS: put_params(t, (const void *)nt_field_items(f, record), nt_field_count(f, record)); break;
    case NT_FIELD_LABELS: put_labels(t, (const void *)nt_field_items(f, record), nt_field_count(f, record)); break;
    }
}

/* `comma`: 2 before the first field of an object, which has none before it. */
static void put_fields(struct nt_text *t, const struct nt_record *r, const void *record, unsigned log, size_t comma)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct nt_field *f = &r->fields[i];
        if ((f->flags & NT_FIELD_LOG) != log || is_left_out(f, record))
            continue;
        nt_text_add(t, f->key + comma, f->key_len - comma);
        put_value(t, f, record);
        comma = 0;
    }
}

static void put_record(struct nt_text *t, const struct nt_record *r, const void *record)
{
    nt_text_add(t, "{", 1);
    put_fields(t, r, record, 0, 2);
    nt_text_add(t, "}", 1);
}

void nt_result_case_json(struct nt_text *t, const struct nt_result_case *c)
{
    put_record(t, &nt_case_record, c);
}

void nt_result_case_log(struct nt_text *t, const struct nt_result_case *c)
{
    put_fields(t, &nt_case_record, c, NT_FIELD_LOG, 0);
}
