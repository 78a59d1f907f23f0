/* The matrix: its axes, the order of its cells, substitution of ${axis}, and expect-where. */
#include "scenarios/language/expect_where.h"
#include "scenarios/language/substitute.h"
#include "scenarios/language/text/yaml_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/help.h"

/* A parsed text with its matrix, if it has the key 'matrix'. */
struct doc {
    struct nt_arena *arena;
    struct nt_source src;
    struct nt_diags diags;
    struct nt_yaml *root;
    struct nt_matrix matrix;
    bool good;
};

static void open_doc(struct doc *d, const char *text)
{
    *d = (struct doc){.arena = nt_arena_new()};
    assert_non_null(d->arena);
    assert_int_equal(nt_source_init(&d->src, "x.yaml", text, strlen(text)), 0);
    d->src.diags = &d->diags;
    d->root = nt_yaml_parse(&d->src, d->arena);
    assert_non_null(d->root);
    d->good = nt_matrix_read(&d->matrix, nt_yaml_get(d->root, "matrix"), &d->src, d->arena);
}

static void close_doc(struct doc *d)
{
    nt_diags_clear(&d->diags);
    nt_source_free(&d->src);
    nt_arena_del(d->arena);
}

/* Exactly this one error was reported. */
static void assert_error(struct doc *d, int line, int column, const char *what)
{
    assert_int_equal(d->diags.count, 1);
    assert_string_equal(d->diags.items[0].what, what);
    assert_int_equal(d->diags.items[0].line, line);
    assert_int_equal(d->diags.items[0].column, column);
}

static void assert_json(struct doc *d, const struct nt_yaml *v, const char *json)
{
    assert_non_null(v);
    assert_string_equal(nt_yaml_json(v, d->arena), json);
}

TEST(cells_are_counted_and_the_last_axis_is_fastest)
{
    static const size_t expect[6][2] = {{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}};
    struct doc d;
    open_doc(&d, "matrix: {left: [a, b], right: [x, y, z]}");
    assert_true(d.good);
    assert_int_equal(d.matrix.cells, 6);
    for (size_t cell = 0; cell < 6; cell++) {
        size_t values[NT_AXES_MAX];
        nt_matrix_cell(&d.matrix, cell, values);
        assert_int_equal(values[0], expect[cell][0]);
        assert_int_equal(values[1], expect[cell][1]);
    }
    close_doc(&d);
}

TEST(without_a_matrix_there_is_one_cell)
{
    struct doc d;
    open_doc(&d, "claim: c");
    assert_true(d.good);
    assert_int_equal(d.matrix.count, 0);
    assert_int_equal(d.matrix.cells, 1);
    close_doc(&d);
}

TEST(values_have_labels_and_types)
{
    struct doc d;
    open_doc(&d, "matrix: {n: [1, '1x', 2.5, true, {easy: {preset: full-cone}}, {both: [1, 2]}]}");
    assert_true(d.good);
    static const char *const labels[] = {"1", "1x", "2.5", "true", "easy", "both"};
    static const char *const json[] = {"1", "\"1x\"", "2.5", "true", "{\"preset\":\"full-cone\"}", "[1,2]"};
    assert_int_equal(d.matrix.axes[0].count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(d.matrix.axes[0].values[i].label, labels[i]);
        assert_string_equal(d.matrix.axes[0].values[i].json, json[i]);
    }
    close_doc(&d);
}

TEST(wrong_axes_are_errors_at_their_place)
{
    static const struct {
        const char *text;
        int column;
        const char *what;
    } rows[] = {
        {"matrix: [a]", 9, "'matrix' must be a mapping of at most 64 axes"},
        {"matrix: {n: []}", 13, "axis 'n' must be a list of 1 to 100000 values"},
        {"matrix: {n: a}", 13, "axis 'n' must be a list of 1 to 100000 values"},
        {"matrix: {a b: [1]}", 10, "'a b' cannot be the name of an axis"},
        {"matrix: {n: [[1, 2]]}", 14, "a list as value of axis 'n' needs a label"},
        {"matrix: {n: [{a: 1, b: 2}]}", 14, "a mapping as value of axis 'n' needs a label"},
        {"matrix: {n: [1, 2, 1]}", 20, "axis 'n' has the value '1' twice"},
        {"matrix: {n: [1, {1: 2}]}", 17, "axis 'n' has the value '1' twice"},
        {"matrix: {n: ['${m}']}", 14, "a value of axis 'n' uses '${'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct doc d;
        open_doc(&d, rows[i].text);
        assert_false(d.good);
        assert_error(&d, 1, rows[i].column, rows[i].what);
        close_doc(&d);
    }
}

TEST(more_cells_than_the_limit_are_an_error)
{
    char text[4000] = "matrix:";
    for (int axis = 0; axis < 7; axis++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "\n  a%d: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]", axis);
    struct doc d;
    open_doc(&d, text);
    assert_false(d.good);
    assert_error(&d, 2, 3, "the matrix has more than 1000000 cells");
    close_doc(&d);
}

/* The tree under `v:` in the cell with these value indices. */
static const struct nt_yaml *substituted(struct doc *d, const size_t *values)
{
    return nt_substitute(&d->matrix, values, nt_yaml_get(d->root, "v"), &d->src, d->arena);
}

TEST(axes_are_replaced_alone_with_their_type_and_in_texts_by_their_text)
{
    static const struct {
        const char *value, *json;
    } rows[] = {
        {"\"${n}\"", "7"},
        {"\"${nat}\"", "{\"preset\":\"symmetric\"}"},
        {"\"${n}ms\"", "\"7ms\""},
        {"\"${n}${n}\"", "\"77\""},
        {"\"a $${n} ${n} $$ $\"", "\"a ${n} 7 $$ $\""},
        {"[plain, {k: \"${n}\"}]", "[\"plain\",{\"k\":7}]"},
        {"{\"${n}\": x}", "{\"${n}\":\"x\"}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[300];
        snprintf(text, sizeof text, "matrix: {n: [5, 7], nat: [none, {s: {preset: symmetric}}]}\nv: %s\n", rows[i].value);
        struct doc d;
        open_doc(&d, text);
        assert_json(&d, substituted(&d, (const size_t[]){1, 1}), rows[i].json);
        assert_int_equal(d.diags.count, 0);
        close_doc(&d);
    }
}

TEST(what_has_no_axis_is_shared)
{
    struct doc d;
    open_doc(&d, "matrix: {n: [1]}\nv: {a: {deep: [1, 2]}, b: \"${n}\"}\n");
    const struct nt_yaml *v = substituted(&d, (const size_t[]){0});
    assert_ptr_equal(nt_yaml_get(v, "a"), nt_yaml_get(nt_yaml_get(d.root, "v"), "a"));
    assert_ptr_not_equal(v, nt_yaml_get(d.root, "v"));
    close_doc(&d);
}

TEST(wrong_references_are_errors)
{
    static const struct {
        const char *value, *what;
    } rows[] = {
        {"\"${m}\"", "unknown axis 'm'"},
        {"\"${n\"", "'${' without an axis's name and '}'"},
        {"\"${}\"", "'${' without an axis's name and '}'"},
        {"\"x${nat}\"", "'${nat}' is a mapping"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[300];
        snprintf(text, sizeof text, "matrix: {n: [5], nat: [{s: {preset: symmetric}}]}\nv: %s\n", rows[i].value);
        struct doc d;
        open_doc(&d, text);
        assert_null(substituted(&d, (const size_t[]){0, 0}));
        assert_error(&d, 2, 4, rows[i].what);
        close_doc(&d);
    }
}

TEST(axes_that_nothing_uses_are_errors)
{
    struct doc d;
    open_doc(&d, "matrix: {used: [1], escaped: [2]}\nv: [\"${used}\", \"$${escaped}\"]\n");
    nt_substitute_scan(&d.matrix, nt_yaml_get(d.root, "v"), &d.src);
    nt_matrix_unused(&d.matrix, &d.src);
    assert_error(&d, 1, 21, "axis 'escaped' is not used");
    close_doc(&d);
}

static const struct nt_yaml *merged(struct doc *d, const size_t *values)
{
    const struct nt_yaml *section = nt_yaml_get(d->root, "expect-where");
    struct nt_where *wheres = nt_where_read(&d->matrix, section, &d->src, d->arena);
    assert_non_null(wheres);
    return nt_where_merge(&d->matrix, wheres, section->count, values, nt_yaml_get(d->root, "expect"), d->arena);
}

TEST(expectations_are_merged_in_file_order_where_every_axis_matches)
{
    struct doc d;
    open_doc(&d, "matrix: {left: [a, b], right: [x, y, {z: 1}]}\n"
                 "expect: {path: direct, L: {state: completed, checks: 1}}\n"
                 "expect-where:\n"
                 "  - {when: {left: b}, path: relayed, L: {checks: 2}}\n"
                 "  - {when: {left: b, right: [y, z]}, path: none, R: {state: failed}}\n"
                 "  - {when: {}, within: 3s}\n");
    assert_json(&d, merged(&d, (const size_t[]){0, 1}),
                "{\"path\":\"direct\",\"L\":{\"state\":\"completed\",\"checks\":1},\"within\":\"3s\"}");
    assert_json(&d, merged(&d, (const size_t[]){1, 0}),
                "{\"path\":\"relayed\",\"L\":{\"state\":\"completed\",\"checks\":2},\"within\":\"3s\"}");
    assert_json(&d, merged(&d, (const size_t[]){1, 2}),
                "{\"path\":\"none\",\"L\":{\"state\":\"completed\",\"checks\":2},\"R\":{\"state\":\"failed\"},\"within\":\"3s\"}");
    assert_int_equal(d.diags.count, 0);
    close_doc(&d);
}

TEST(entries_that_match_no_cell_are_errors)
{
    static const struct {
        const char *entry;
        int column;
        const char *what;
    } rows[] = {
        {"{when: {left: c}}", 30, "axis 'left' has no value 'c': this entry matches no cell"},
        {"{when: {left: []}}", 30, "an empty list: this entry matches no cell"},
        {"{when: {rihgt: a}}", 24, "unknown axis 'rihgt'"},
        {"{when: a}", 23, "'when' must be a mapping, not a value"},
        {"{path: none}", 16, "'when' is missing"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[300];
        snprintf(text, sizeof text, "matrix: {left: [a, b]}\nexpect-where: [%s]\n", rows[i].entry);
        struct doc d;
        open_doc(&d, text);
        nt_where_read(&d.matrix, nt_yaml_get(d.root, "expect-where"), &d.src, d.arena);
        assert_error(&d, 2, rows[i].column, rows[i].what);
        close_doc(&d);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_counted_and_the_last_axis_is_fastest),
        cmocka_unit_test(without_a_matrix_there_is_one_cell),
        cmocka_unit_test(values_have_labels_and_types),
        cmocka_unit_test(wrong_axes_are_errors_at_their_place),
        cmocka_unit_test(more_cells_than_the_limit_are_an_error),
        cmocka_unit_test(axes_are_replaced_alone_with_their_type_and_in_texts_by_their_text),
        cmocka_unit_test(what_has_no_axis_is_shared),
        cmocka_unit_test(wrong_references_are_errors),
        cmocka_unit_test(axes_that_nothing_uses_are_errors),
        cmocka_unit_test(expectations_are_merged_in_file_order_where_every_axis_matches),
        cmocka_unit_test(entries_that_match_no_cell_are_errors),
    };
    return RUN_TESTS(tests);
}
