/* The table of fields: every member makes the way into JSON and back; strings and numbers are what jansson writes. */

#include "tests/unit/help.h"

#include "reports/result/json_text.h"
#include "reports/result/result_fields.h"
#include "reports/result/result_json.h"
#include "reports/result/result_parse.h"
#include "reports/result/words.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text, *json;
} strings[] = {
    {"", "\"\""},
    {"a/b \x7f<>&'", "\"a/b \x7f<>&'\""},
    {"\"\\", "\"\\\"\\\\\""},
    {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
    {"\x01\x1f", "\"\\u0001\\u001F\""},
    {"\xc3\xa9 \xe2\x9c\x93 \xf0\x9f\x98\x80", "\"\xc3\xa9 \xe2\x9c\x93 \xf0\x9f\x98\x80\""},
    {"\xc2\x80", "\"\xc2\x80\""},
    /* not UTF-8: as it is shown */
    {"\x01\n\xff\"\xc3\xa9", "\"\\\\x01\\n\\\\xff\\\"\xc3\xa9\""},
    {"\xe2\x9c", "\"\\\\xe2\\\\x9c\""},
    {"\xed\xa0\x80", "\"\\\\xed\\\\xa0\\\\x80\""},
};

TEST(strings_are_those_of_jansson)
{
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        struct nt_text t = {0};
        json_error_t why;
        nt_json_string(&t, strings[i].text);
        assert_string_equal(t.p, strings[i].json);
        json_t *v = json_loads(t.p, JSON_DECODE_ANY, &why);
        char *again = json_dumps(v, JSON_ENCODE_ANY);
        assert_string_equal(again, strings[i].json);
        free(again);
        json_decref(v);
        nt_text_free(&t);
    }
}

TEST(numbers_have_all_their_bits)
{
    struct nt_text t = {0};
    nt_json_number(&t, INT64_MIN);
    nt_json_number(&t, -1);
    nt_json_number(&t, 0);
    nt_json_unsigned(&t, UINT64_MAX);
    nt_json_string(&t, NULL);
    assert_string_equal(t.p, "-9223372036854775808-1018446744073709551615null");
    nt_text_free(&t);
}

static void set_members(const struct nt_record *r, void *record, uint32_t *n);

static char *make_items(const struct nt_field *f, void *record)
{
    char *items = calloc(2, f->of->size);
    assert_non_null(items);
    *(char **)(void *)((char *)record + f->at) = items;
    *(size_t *)(void *)((char *)record + f->count_at) = 2;
    return items;
}

static void set_params(struct nt_result_param *p)
{
    p[0] = (struct nt_result_param){strdup("n"), strdup("0.10000000000000001"), strdup("0.1")};
    p[1] = (struct nt_result_param){strdup("o"), strdup("{\"a\":[1.5,\"x\"]}"), strdup("label")};
}

static void set_member(const struct nt_field *f, void *record, uint32_t *n)
{
    char text[60], *items;
    void *at = (char *)record + f->at;
    snprintf(text, sizeof text, "%s \xe2\x9c\x93 %u", f->name, (unsigned)++*n);
    switch (f->kind) {
    case NT_FIELD_TEXT: *(char **)at = strdup(text); break;
    case NT_FIELD_U32: *(uint32_t *)at = *n; break;
    case NT_FIELD_U64:
    case NT_FIELD_DECIMAL: *(uint64_t *)at = UINT64_C(1) << 40 | *n; break;
    case NT_FIELD_SEED: *(uint64_t *)at = UINT64_MAX - *n; break;
    case NT_FIELD_TIME: *(int64_t *)at = *n; break;
    case NT_FIELD_LINE: *(int *)at = (int)*n; break;
    case NT_FIELD_BOOL:
    case NT_FIELD_SIDE: *(bool *)at = true; break;
    case NT_FIELD_ADDRESS:
    case NT_FIELD_ADDRESS_AND_PORT: *(struct nt_addr *)at = nt_addr_v4(0x0a000000 + *n, (uint16_t)(1000 + *n)); break;
    case NT_FIELD_OUTCOME: *(enum nt_outcome *)at = NT_SKIP; break;
    case NT_FIELD_PATHS: *(unsigned *)at = NT_PATH_DIRECT | NT_PATH_NONE; break;
    case NT_FIELD_OBJECT: set_members(f->of, at, n); break;
    case NT_FIELD_LIST:
    case NT_FIELD_ROWS:
    case NT_FIELD_TEXTS:
    case NT_FIELD_MAP:
        items = make_items(f, record);
        set_members(f->of, items, n);
        set_members(f->of, items + f->of->size, n);
        break;
    case NT_FIELD_PARAMS: set_params((struct nt_result_param *)(void *)make_items(f, record)); break;
    case NT_FIELD_LABELS: break;
    }
}

static void set_members(const struct nt_record *r, void *record, uint32_t *n)
{
    for (size_t i = 0; i < r->count; i++)
        set_member(&r->fields[i], record, n);
}

/* A case as a line of the log. */
static void put_line(struct nt_text *t, const struct nt_result_case *c)
{
    nt_result_case_json(t, c);
    t->len--;
    nt_result_case_log(t, c);
    nt_text_put(t, "}");
}

TEST(every_field_makes_the_way_there_and_back)
{
    struct nt_result_case c = {0}, d;
    struct nt_text json = {0}, again = {0}, results = {0};
    char what[200] = "";
    uint32_t n = 0;
    set_members(&nt_case_record, &c, &n);
    put_line(&json, &c);
    assert_non_null(strstr(json.p, "\"params\": {\"n\": 0.1, \"o\": {\"a\": [1.5, \"x\"]}}"));
    for (size_t i = 0; i < nt_case_record.count; i++)
        assert_non_null(strstr(json.p, nt_case_record.fields[i].key + (i == 0 ? 2 : 0)));
    if (nt_result_case_from_json(&d, json.p, json.len, what, sizeof what) != NT_OK)
        fail_msg("%s", what);
    put_line(&again, &d);
    assert_string_equal(again.p, json.p);
    nt_result_case_json(&results, &c);
    for (size_t i = 0; i < nt_case_record.count; i++)
        assert_int_equal(strstr(results.p, nt_case_record.fields[i].key + (i == 0 ? 2 : 0)) == NULL,
                         (nt_case_record.fields[i].flags & NT_FIELD_LOG) != 0);
    nt_text_free(&results);
    nt_text_free(&json);
    nt_text_free(&again);
    nt_result_case_free(&c);
    nt_result_case_free(&d);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_those_of_jansson),
        cmocka_unit_test(numbers_have_all_their_bits),
        cmocka_unit_test(every_field_makes_the_way_there_and_back),
    };
    return RUN_TESTS(tests);
}
