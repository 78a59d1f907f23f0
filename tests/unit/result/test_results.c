/* What the collecting process keeps: briefs in memory, texts in files; in the order of the run, whichever case finishes first. */

#include "tests/unit/in_directory.h"

#include "reports/result/results.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct nt_text texts_of(const char *id, enum nt_outcome outcome, const char *json, const char *junit, const char *details)
{
    struct nt_result_param param = {"axis", "1", "one"};
    struct nt_result_case c = {.id = (char *)(uintptr_t)id,
                               .file = "a.yaml",
                               .params = &param,
                               .param_count = 1,
                               .outcome = outcome,
                               .seed = 7,
                               .packets = 61,
                               .connect_ms = -1,
                               .path = "direct"};
    struct nt_text t = {0}, brief = {0};
    nt_brief_pack(&brief, &c);
    struct nt_texts_head head = {
        {(uint32_t)brief.len, (uint32_t)strlen(json), 5, (uint32_t)strlen(junit), 0, (uint32_t)strlen(details)}, 1000};
    nt_text_add(&t, (const char *)&head, sizeof head);
    nt_text_add(&t, brief.p, brief.len);
    nt_text_put(&t, json);
    nt_text_put(&t, ", \"x\"");
    nt_text_put(&t, junit);
    nt_text_put(&t, details);
    nt_text_free(&brief);
    return t;
}

static int take(struct nt_results *r, size_t index, const char *id, enum nt_outcome outcome)
{
    char json[80];
    snprintf(json, sizeof json, "{\"id\": \"%s\"}", id);
    struct nt_text t = texts_of(id, outcome, json, id, "details");
    int err = nt_results_take(r, index, "{\"order\": 1, ", t.p, t.len);
    nt_text_free(&t);
    return err;
}

static void begin(struct nt_results *r, size_t count)
{
    assert_int_equal(nt_results_begin(r, count), NT_OK);
    assert_int_equal(nt_append_open(&r->log, "cases.jsonl"), NT_OK);
    assert_int_equal(nt_append_open_unnamed(&r->others, "."), NT_OK);
}

static void expect_text(const struct nt_results *r, size_t index, enum nt_case_text which, const char *expected)
{
    struct nt_text t = {0};
    assert_int_equal(nt_results_text(r, index, which, &t), NT_OK);
    assert_string_equal(t.p, expected);
    assert_int_equal(t.len, strlen(expected));
    nt_text_free(&t);
}

static size_t file_size(const char *name)
{
    struct stat st;
    assert_int_equal(stat(name, &st), 0);
    return (size_t)st.st_size;
}

TEST(texts_come_back_in_the_order_of_the_run)
{
    struct nt_results r;
    size_t n[4];
    char part[NT_RESULTS_PART];
    begin(&r, 4);
    assert_int_equal(take(&r, 3, "d", NT_PASS), NT_OK);
    assert_int_equal(take(&r, 0, "a", NT_FAIL), NT_OK);
    assert_int_equal(take(&r, 2, "c", NT_PASS), NT_OK);
    assert_false(nt_results_has(&r, 1));
    nt_results_close_gaps(&r);
    assert_int_equal(r.case_count, 3);
    assert_true(r.partial);
    assert_string_equal(nt_results_part(&r, part), "part of a run: 3 of 4 cases");
    expect_text(&r, 0, NT_CASE_JSON, "{\"id\": \"a\"}");
    expect_text(&r, 1, NT_CASE_JUNIT, "c");
    expect_text(&r, 2, NT_CASE_OVERVIEW, "");
    expect_text(&r, 2, NT_CASE_DETAILS, "details");
    nt_results_count(&r, n);
    assert_int_equal(n[NT_PASS], 2);
    assert_int_equal(n[NT_FAIL], 1);
    const char line[] = "{\"order\": 1, \"id\": \"d\", \"x\"}\n{\"order\": 1, \"id\": \"a\", \"x\"}\n"
                        "{\"order\": 1, \"id\": \"c\", \"x\"}\n";
    char log[sizeof line];
    assert_int_equal(nt_append_read(&r.log, 0, log, sizeof line - 1), NT_OK);
    assert_memory_equal(log, line, sizeof line - 1);
    nt_results_free(&r);
}

TEST(a_brief_has_what_the_console_shows)
{
    struct nt_results r;
    begin(&r, 2);
    take(&r, 0, "a[axis=one]", NT_FAIL);
    take(&r, 1, "b", NT_PASS);
    const struct nt_brief *a = &r.cases[0].brief, *b = &r.cases[1].brief;
    assert_string_equal(a->id, "a[axis=one]");
    assert_string_equal(a->params[0].name, "axis");
    assert_string_equal(a->params[0].label, "one");
    assert_string_equal(a->path, "direct");
    assert_string_equal(a->claim, "");
    assert_string_equal(a->command, "natsim explain 'a[axis=one]' --seed 7");
    assert_string_equal(b->command, "");
    assert_ptr_equal(a->file, b->file); /* kept once */
    assert_int_equal(a->n.packets, 61);
    assert_int_equal(a->n.connect_ms, -1);
    nt_results_free(&r);
}

TEST(texts_that_are_cut_are_refused)
{
    struct nt_results r;
    struct nt_text t = texts_of("a", NT_PASS, "{}", "junit", "details");
    begin(&r, 1);
    for (size_t len = 0; len < t.len; len++)
        assert_int_equal(nt_results_take(&r, 0, "{", t.p, len), NT_EFORMAT);
    assert_false(nt_results_has(&r, 0));
    assert_int_equal(file_size("cases.jsonl"), 0);
    nt_text_free(&t);
    nt_results_free(&r);
}

TEST(details_are_wanted_until_the_page_is_full)
{
    struct nt_results r;
    size_t enough = NT_PAGE_DETAILS_MAX / 1000;
    begin(&r, enough + 1);
    for (size_t i = enough; i > 0; i--) /* cases whose predecessors are missing do not count yet */
        take(&r, i, "a", NT_PASS);
    assert_true(nt_results_want_details(&r));
    take(&r, 0, "a", NT_PASS);
    assert_false(nt_results_want_details(&r));
    nt_results_free(&r);
}

TEST(a_full_disk_leaves_no_half_line)
{
    struct nt_results r;
    struct rlimit old, little;
    begin(&r, 2);
    assert_int_equal(take(&r, 0, "a", NT_PASS), NT_OK);
    size_t before = file_size("cases.jsonl");
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    little = (struct rlimit){.rlim_cur = before + 5, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    int err = take(&r, 1, "b", NT_FAIL), why = errno;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(err, NT_EIO);
    assert_int_equal(why, EFBIG);
    assert_true(r.incomplete);
    assert_true(nt_results_has(&r, 1)); /* its outcome is known */
    assert_int_equal(file_size("cases.jsonl"), before);
    expect_text(&r, 0, NT_CASE_JSON, "{\"id\": \"a\"}");
    nt_results_free(&r);
}

FIXTURE(out_of_directory_with_a_log)
{
    return remove("cases.jsonl") + out_of_directory(state);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_come_back_in_the_order_of_the_run), cmocka_unit_test(a_brief_has_what_the_console_shows),
        cmocka_unit_test(texts_that_are_cut_are_refused),          cmocka_unit_test(details_are_wanted_until_the_page_is_full),
        cmocka_unit_test(a_full_disk_leaves_no_half_line),
    };
    return RUN_TESTS_WITHIN(tests, in_directory, out_of_directory_with_a_log);
}
