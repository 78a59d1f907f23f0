/* Two runs side by side: which differences there are, in which group each case is, what is told of it. */

#include "tests/unit/in_directory.h"

#include "core/base/err.h"
#include "reports/result/result_json.h"
#include "scenarios/diff/diff.h"
#include "scenarios/diff/markdown.h"
#include "scenarios/diff/page.h"
#include "scenarios/diff/print.h"
#include "tests/unit/fail_alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T(s) (char *)(uintptr_t)(s)

struct told { /* a case, and what stands in its place in a results.json */
    struct nt_result_selected selected;
    struct nt_result_agent agent;
    struct nt_result_finding finding;
    struct nt_result_case c;
};

static void make(struct told *k, const char *id)
{
    *k = (struct told){.selected = {1, 1, {T("srflx"), addr("192.0.2.1:1")}, {T("host"), addr("192.0.2.2:2")}},
                       .agent = {.name = T("L"), .stack = T("natsim"), .state = T("completed"), .role = T("controlling")},
                       .finding = {T("RFC8445-7.1.1-priority"), T("L"), T("why"), 31, 3}};
    k->agent.selected = &k->selected;
    k->agent.selected_count = 1;
    k->c = (struct nt_result_case){.id = T(id), .file = T("a.yaml"), .reason = T(""), .path = T("direct"), .connect_ms = 600};
    k->c.agents = &k->agent;
    k->c.agent_count = 1;
}

static void write_results(const char *name, const struct nt_result_case *const *cases, size_t count, bool partial)
{
    struct nt_text t = {0};
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    fputs("{\"schema\": 1, \"natsim\": \"1.0.0\", \"seed\": 1, \"cases\": [", f);
    for (size_t i = 0; i < count; i++) {
        t.len = 0;
        nt_result_case_json(&t, cases[i]);
        fprintf(f, "%s%s", i > 0 ? ",\n" : "", t.p);
    }
    fputs(partial ? "], \"partial\": true}\n" : "]}\n", f);
    fclose(f);
    nt_text_free(&t);
}

static const struct nt_diff_options plain = {false, -1}, all = {true, 100};

static void compare(struct nt_diff *d, const struct nt_diff_options *o)
{
    struct nt_diags diags = {0};
    int err = nt_diff_make(d, "old.json", "new.json", o, &diags);
    assert_int_equal(diags.count, 0);
    assert_int_equal(err, NT_OK);
}

/* Compares the two cases, and expects one change. `also` NULL: none. */
static void expect_change(const struct told *before, const struct told *after, const struct nt_diff_options *o,
                          enum nt_diff_group group, const char *text, const char *also)
{
    struct nt_diff d;
    write_results("old.json", (const struct nt_result_case *const[]){&before->c}, 1, false);
    write_results("new.json", (const struct nt_result_case *const[]){&after->c}, 1, false);
    compare(&d, o);
    assert_int_equal(d.change_count, 1);
    assert_int_equal(d.changes[0].group, group);
    assert_string_equal(d.changes[0].text, text);
    assert_string_equal(d.changes[0].also, also != NULL ? also : "");
    bool differ = after->c.runs_passed > 0 && after->c.runs_failed > 0;
    assert_string_equal(d.changes[0].command,
                        differ ? "natsim run a.yaml --out natsim-again --seed 0 --runs 3" : "natsim explain a --seed 0");
    assert_int_equal(nt_diff_found(&d), 1);
    nt_diff_free(&d);
}

static void expect_same(const struct told *before, const struct told *after, const struct nt_diff_options *o, size_t advice_only)
{
    struct nt_diff d;
    write_results("old.json", (const struct nt_result_case *const[]){&before->c}, 1, false);
    write_results("new.json", (const struct nt_result_case *const[]){&after->c}, 1, false);
    compare(&d, o);
    assert_int_equal(d.change_count, 0);
    assert_int_equal(d.same, 1);
    assert_int_equal(d.advice_only, advice_only);
    nt_diff_free(&d);
}

TEST(each_fact_has_its_group)
{
    struct told a, b;
    make(&a, "a");
    make(&b, "a");
    expect_same(&a, &b, &all, 0);

    b.c.outcome = NT_FAIL;
    b.c.reason = T("boom");
    b.c.path = T("none");
    expect_change(&a, &b, &plain, NT_DIFF_FAILING, "pass -> fail: boom", "path direct -> none");
    expect_change(&b, &a, &plain, NT_DIFF_PASSING, "fail -> pass", "path none -> direct");

    a.c.outcome = NT_FAIL;
    a.c.reason = T("bang");
    expect_change(&a, &b, &plain, NT_DIFF_WORSE_PATH, "path direct -> none", "reason bang -> boom");
    expect_change(&b, &a, &plain, NT_DIFF_BETTER_PATH, "path none -> direct", "reason boom -> bang");
    b.c.path = T("direct");
    expect_change(&a, &b, &plain, NT_DIFF_OTHER_REASON, "reason bang -> boom", NULL);
    b.c.outcome = NT_SKIP;
    expect_change(&a, &b, &plain, NT_DIFF_OTHER_OUTCOME, "fail -> skip: boom", NULL);

    make(&a, "a");
    make(&b, "a");
    b.selected.local.type = T("prflx");
    b.agent.state = T("failed");
    expect_change(&a, &b, &plain, NT_DIFF_TYPES, "L: srflx/host -> prflx/host", "L: completed -> failed");
    b.agent.selected_count = 0;
    expect_change(&a, &b, &plain, NT_DIFF_TYPES, "L: srflx/host -> no pair", "L: completed -> failed");
    b.agent.selected_count = 1;
    b.selected.local.type = T("srflx");
    expect_change(&a, &b, &plain, NT_DIFF_STATES, "L: completed -> failed", NULL);

    make(&a, "a");
    make(&b, "a");
    a.c.data_gap_ms = 800;
    b.c.data_gap_ms = 2020;
    expect_change(&a, &b, &plain, NT_DIFF_LONGER_GAP, "longest gap of data 800 ms -> 2020 ms", NULL);
    expect_change(&b, &a, &plain, NT_DIFF_SHORTER_GAP, "longest gap of data 2020 ms -> 800 ms", NULL);
}

TEST(rules_are_counted_by_rule_and_agent)
{
    struct told a, b;
    make(&a, "a");
    make(&b, "a");
    b.c.violations = &b.finding;
    b.c.violation_count = 1;
    expect_change(&a, &b, &plain, NT_DIFF_BREAKING, "RFC8445-7.1.1-priority by L: 0 -> 3", NULL);
    expect_change(&b, &a, &plain, NT_DIFF_KEEPING, "RFC8445-7.1.1-priority by L: 3 -> 0", NULL);
    a.finding.count = 4;
    a.c.violations = &a.finding;
    a.c.violation_count = 1;
    expect_change(&b, &a, &plain, NT_DIFF_BREAKING, "RFC8445-7.1.1-priority by L: 3 -> 4", NULL);
    a.finding.count = 3;
    a.finding.packet = 99;
    a.finding.detail = T("another frame");
    expect_same(&a, &b, &plain, 0);
}

TEST(entries_of_one_rule_are_added)
{
    struct told a, b;
    struct nt_result_finding two[] = {{T("r"), T("L"), T(""), 1, 1}, {T("q"), NULL, T(""), 1, 1}, {T("r"), T("L"), T(""), 2, 5}};
    make(&a, "a");
    make(&b, "a");
    b.c.violations = two;
    b.c.violation_count = 3;
    expect_change(&a, &b, &plain, NT_DIFF_BREAKING, "q: 0 -> 1, r by L: 0 -> 6", NULL);
}

TEST(advice_and_times_when_asked_for)
{
    struct told a, b;
    make(&a, "a");
    make(&b, "a");
    b.c.advice = &b.finding;
    b.c.advice_count = 1;
    expect_same(&a, &b, &plain, 1);
    expect_change(&a, &b, &all, NT_DIFF_ADVICE, "RFC8445-7.1.1-priority by L: 0 -> 3", NULL);
    b.c.advice_count = 0;
    b.c.connect_ms = 700;
    expect_same(&a, &b, &all, 0);
    b.c.connect_ms = 701;
    expect_same(&a, &b, &plain, 0);
    expect_change(&a, &b, &all, NT_DIFF_LATER, "connected after 600 -> 701 ms", NULL);
    expect_change(&b, &a, &all, NT_DIFF_EARLIER, "connected after 701 -> 600 ms", NULL);
    b.c.connect_ms = -1;
    expect_same(&a, &b, &all, 0);
}

TEST(runs_of_a_case_are_told)
{
    struct told a, b;
    make(&a, "a");
    make(&b, "a");
    b.c.outcome = NT_FAIL;
    b.c.runs_passed = 2;
    b.c.runs_failed = 1;
    expect_change(&a, &b, &plain, NT_DIFF_FAILING, "pass -> fail (2 of 3 runs passed)", NULL);
    a = b;
    a.c.agents = &a.agent;
    a.agent.selected = &a.selected;
    a.c.runs_passed = 1;
    a.c.runs_failed = 2;
    expect_change(&b, &a, &plain, NT_DIFF_OTHER_OUTCOME, "fail (2 of 3 runs passed) -> fail (1 of 3 runs passed)", NULL);
}

/* 20 seeds of x, of which 3 fail in the new run; y only in the old run, z and w only in the new one. */
static void write_many(void)
{
    static struct told k[2][24];
    static char ids[20][20];
    const struct nt_result_case *cases[2][24];
    for (int i = 0; i < 20; i++) {
        snprintf(ids[i], sizeof ids[i], "x#seed=%d", i);
        make(&k[0][i], ids[i]);
        make(&k[1][i], ids[i]);
        k[0][i].c.seed = k[1][i].c.seed = (uint64_t)i;
    }
    for (int i = 5; i < 8; i++) {
        char *reason = malloc(40);
        snprintf(reason, 40, "lost at packet %d", i);
        k[1][i].c.outcome = NT_FAIL;
        k[1][i].c.reason = reason;
    }
    make(&k[0][20], "y");
    make(&k[1][20], "z");
    make(&k[1][21], "w");
    k[1][21].c.outcome = NT_ERROR;
    k[1][21].c.reason = T("crashed");
    for (int i = 0; i < 22; i++) {
        cases[0][i] = &k[0][i].c;
        cases[1][21 - i] = &k[1][i].c; /* the order in which cases stand is not looked at */
    }
    write_results("old.json", cases[0], 21, false);
    write_results("new.json", cases[1], 22, true);
    for (int i = 5; i < 8; i++)
        free(k[1][i].c.reason);
}

TEST(what_changed_alike_is_one_and_seeds_are_folded)
{
    struct nt_diff d;
    write_many();
    compare(&d, &plain);
    assert_int_equal(d.compared, 20);
    assert_int_equal(d.same, 17);
    assert_int_equal(d.change_count, 4);
    assert_int_equal(d.changes[0].group, NT_DIFF_FAILING);
    assert_string_equal(d.changes[0].text, "pass -> fail: lost at packet 7");
    assert_int_equal(d.changes[0].cases, 3);
    assert_int_equal(d.changes[0].member_count, 1);
    assert_string_equal(d.names.items[d.changes[0].members[0].name], "x");
    assert_int_equal(d.changes[0].members[0].cases, 3);
    assert_int_equal(d.changes[0].members[0].all, 20);
    assert_int_equal(d.changes[0].members[0].seed, 7);
    assert_int_equal(d.changes[1].group, NT_DIFF_CAME_FAILING);
    assert_string_equal(d.changes[1].text, "error: crashed");
    assert_int_equal(d.changes[2].group, NT_DIFF_CAME);
    assert_int_equal(d.changes[3].group, NT_DIFF_WENT);
    assert_null(d.changes[3].command);
    nt_diff_free(&d);
}

static char *printed(int (*write)(FILE *out, const struct nt_diff *d), const struct nt_diff *d)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_int_equal(write(out, d), NT_OK);
    fclose(out);
    return text;
}

static int print_narrow(FILE *out, const struct nt_diff *d)
{
    return nt_diff_print(&(struct nt_console){.out = out, .width = 60}, d);
}

static void expect_within(const char *text, size_t columns)
{
    for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1)
        assert_in_range(end - text, 0, columns + 2); /* a mark has three bytes */
}

TEST(all_three_forms_tell_it)
{
    static int (*const forms[])(FILE * out, const struct nt_diff *d) = {print_narrow, nt_diff_markdown, nt_diff_page};
    struct nt_diff d;
    write_many();
    compare(&d, &plain);
    for (int i = 0; i < 3; i++) {
        char *text = printed(forms[i], &d);
        assert_non_null(strstr(text, "newly failing"));
        assert_non_null(strstr(text, "lost at packet 7"));
        assert_non_null(strstr(text, "in 3 of 20 seeds, such as 7"));
        assert_non_null(strstr(text, "--seed 7"));
        assert_non_null(strstr(text, "only in the old run"));
        assert_non_null(strstr(text, "the new run is part of a run"));
        if (i == 0)
            expect_within(text, 60);
        free(text);
    }
    nt_diff_free(&d);
}

TEST(text_from_outside_is_shown_and_not_sent)
{
    struct told a, b;
    struct nt_diff d;
    make(&a, "<a>\033[31m`@me`");
    make(&b, "<a>\033[31m`@me`");
    b.c.outcome = NT_FAIL;
    b.c.reason = T("<script>alert(1)</script> \033]0;x\007 *b* \xe2\x80\xae");
    write_results("old.json", (const struct nt_result_case *const[]){&a.c}, 1, false);
    write_results("new.json", (const struct nt_result_case *const[]){&b.c}, 1, false);
    compare(&d, &plain);
    char *screen = printed(print_narrow, &d), *markdown = printed(nt_diff_markdown, &d), *page = printed(nt_diff_page, &d);
    assert_null(strchr(screen, '\033'));
    assert_null(strchr(screen, '\007'));
    assert_non_null(strstr(markdown, "`` <a>\\x1b[31m`@me` ``"));
    assert_non_null(strstr(markdown, "`pass -> fail: <script>"));
    assert_null(strstr(page, "<script"));
    assert_non_null(strstr(page, "&lt;script&gt;"));
    free(screen);
    free(markdown);
    free(page);
    nt_diff_free(&d);
}

static void expect_refused(const char *text, const char *what)
{
    struct nt_diags diags = {0};
    struct nt_diff d;
    FILE *f = fopen("old.json", "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(nt_diff_make(&d, "old.json", "old.json", &plain, &diags), NT_EFORMAT);
    char *said = nt_diags_format(&diags);
    if (strstr(said, what) == NULL)
        fail_msg("'%s' is not in '%s'", what, said);
    free(said);
    nt_diags_clear(&diags);
    nt_diff_free(&d);
}

TEST(what_is_no_results_is_refused_with_its_place)
{
    expect_refused("", "it holds no results of a run");
    expect_refused("[]", "it holds no results of a run");
    expect_refused("{\"a\": 1}", "it holds no results of a run");
    expect_refused("{\"schema\": 1}", "it holds no results of a run");
    expect_refused("{\"schema\": 2, \"cases\": []}",
                   "old.json:1: its schema is 2, this natsim reads 1: compare with the natsim that wrote it");
    expect_refused("{\"schema\": \"1\", \"cases\": []}", "'schema' must be a number");
    expect_refused("{\"schema\": 1, \"cases\": 7}", "'cases' must be a list");
    expect_refused("{\"schema\": 1,\n\"cases\": [\n{}]}", "old.json:3: case 1: 'id' must be a string");
    expect_refused("{\"schema\": 1,\n\"cases\": [\n{\"id\": \"a\"", "old.json:3: it ends in the middle");
    expect_refused("{\"schema\": 1, \"cases\": []} x", "not JSON");
    expect_refused("{\"schema\": 1 \"cases\": []}", "not JSON");
    expect_refused("{schema: 1}", "it ends in the middle");
}

TEST(an_id_that_is_there_twice_is_refused)
{
    struct told a;
    struct nt_diags diags = {0};
    struct nt_diff d;
    make(&a, "a#seed=1");
    write_results("old.json", (const struct nt_result_case *const[]){&a.c, &a.c}, 2, false);
    assert_int_equal(nt_diff_make(&d, "old.json", "old.json", &plain, &diags), NT_EFORMAT);
    assert_string_equal(diags.items[0].what, "case 2: 'a' is there twice");
    nt_diags_clear(&diags);
    nt_diff_free(&d);
}

TEST(a_directory_has_results_json)
{
    struct nt_diags diags = {0};
    struct nt_diff d;
    struct told a;
    assert_int_equal(nt_diff_make(&d, ".", ".", &plain, &diags), NT_EFORMAT);
    assert_string_equal(diags.items[0].what, "has no results.json");
    nt_diags_clear(&diags);
    nt_diff_free(&d);
    make(&a, "a");
    write_results("results.json", (const struct nt_result_case *const[]){&a.c}, 1, false);
    assert_int_equal(nt_diff_make(&d, ".", "results.json", &plain, &diags), NT_OK);
    assert_int_equal(d.same, 1);
    nt_diff_free(&d);
    remove("results.json");
    assert_int_equal(symlink("/etc/hostname", "results.json"), 0);
    assert_int_equal(nt_diff_make(&d, ".", ".", &plain, &diags), NT_EFORMAT);
    nt_diags_clear(&diags);
    nt_diff_free(&d);
    remove("results.json");
}

static int whole_way(void)
{
    struct nt_diags diags = {0};
    struct nt_diff d;
    FILE *out = fopen("/dev/null", "w");
    assert_non_null(out);
    int err = nt_diff_make(&d, "old.json", "new.json", &all, &diags);
    if (err == NT_OK)
        err = nt_diff_page(out, &d);
    if (err == NT_OK)
        err = nt_diff_markdown(out, &d);
    fclose(out);
    nt_diags_clear(&diags);
    nt_diff_free(&d);
    return err;
}

TEST(each_allocation_may_fail)
{
    write_many();
    assert_int_equal(whole_way(), NT_OK);
    alloc_fail_each(whole_way);
}

FIXTURE(remove_files)
{
    remove("old.json");
    remove("new.json");
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_fact_has_its_group, remove_files),
        cmocka_unit_test_teardown(rules_are_counted_by_rule_and_agent, remove_files),
        cmocka_unit_test_teardown(entries_of_one_rule_are_added, remove_files),
        cmocka_unit_test_teardown(advice_and_times_when_asked_for, remove_files),
        cmocka_unit_test_teardown(runs_of_a_case_are_told, remove_files),
        cmocka_unit_test_teardown(what_changed_alike_is_one_and_seeds_are_folded, remove_files),
        cmocka_unit_test_teardown(all_three_forms_tell_it, remove_files),
        cmocka_unit_test_teardown(text_from_outside_is_shown_and_not_sent, remove_files),
        cmocka_unit_test_teardown(what_is_no_results_is_refused_with_its_place, remove_files),
        cmocka_unit_test_teardown(an_id_that_is_there_twice_is_refused, remove_files),
        cmocka_unit_test_teardown(a_directory_has_results_json, remove_files),
        cmocka_unit_test_teardown(each_allocation_may_fail, remove_files),
    };
    return RUN_TESTS_WITHIN(tests, in_directory, out_of_directory);
}
