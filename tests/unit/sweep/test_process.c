/* Worlds with a process in place of an agent: the language takes each of them, and the command comes through as it is. */
#include "tests/unit/help.h"

#include "scenarios/language/load.h"
#include "scenarios/sweep/find.h"
#include "scenarios/sweep/process.h"
#include "scenarios/sweep/tree_text.h"
#include "scenarios/sweep/world.h"

#include <string.h>

#define WORLDS 500
#define COMMAND "sh -c 'exec \"my agent\" --at=C:\\n\t#1' # {a: b}"

static struct nt_scn_file *load_world(unsigned number, const char *command)
{
    struct nt_arena *a = nt_arena_new();
    struct nt_tree *world = nt_sweep_world(a, number);
    struct nt_text text = {0};
    struct nt_diags diags = {0};
    nt_sweep_give_to_process(world, command);
    nt_tree_write_yaml(&text, world);
    struct nt_scn_file *file = nt_scn_load_text(text.p, text.len, "world", "world.yaml", &diags);
    if (file == NULL)
        fail_msg("world %u, line %d: %s\n%s", number, diags.items[0].line, diags.items[0].what, text.p);
    nt_diags_clear(&diags);
    nt_text_free(&text);
    nt_arena_del(a);
    return file;
}

TEST(each_world_loads_with_the_process_and_without_what_takes_long)
{
    struct nt_diags diags = {0};
    for (unsigned number = 1; number <= WORLDS; number++) {
        struct nt_scn_file *file = load_world(number, COMMAND);
        struct nt_scn_case *c = nt_scn_file_case(file, 0, &diags);
        assert_non_null(c);
        assert_string_equal(c->agents[0].name, "L");
        assert_string_equal(c->agents[0].exec, COMMAND);
        assert_null(c->agents[1].exec);
        for (size_t i = 0; i < c->step_count; i++) {
            assert_int_not_equal(c->steps[i].kind, NT_STEP_SEND);
            assert_true(c->steps[i].kind != NT_STEP_SIGNALLING || c->steps[i].by <= 3 * NT_SEC);
        }
        nt_scn_case_del(c);
        nt_scn_file_del(file);
    }
}

TEST(the_same_command_stands_in_json)
{
    struct nt_arena *a = nt_arena_new();
    struct nt_tree *root = nt_tree_new(a, NT_TREE_MAP);
    struct nt_text text = {0};
    nt_tree_say(root, "exec", "a \"b\" c\\d\x01");
    nt_tree_write_json(&text, root);
    assert_string_equal(text.p, "{\"exec\": \"a \\\"b\\\" c\\\\d\\u0001\"}");
    nt_text_free(&text);
    nt_arena_del(a);
}

TEST(what_does_not_happen_again_is_kept_as_it_is_and_said_so)
{
    struct nt_capture capture;
    struct nt_text text = {0};
    nt_capture_init(&capture);
    nt_sweep_find_crash(&(struct nt_sweep_hunt){.number = 1, .capture = &capture}, "the case crashed: signal 11", &text);
    assert_non_null(
        strstr(text.p, "# World 1 of natsim sweep, which kept the law when it was tried again: it breaks the law 'runs'"));
    assert_non_null(strstr(text.p, "\n# the case crashed: signal 11\nnatsim: 1\n"));
    assert_non_null(strstr(text.p, "\n  turn: "));
    nt_text_free(&text);
    nt_capture_free(&capture);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_world_loads_with_the_process_and_without_what_takes_long),
        cmocka_unit_test(the_same_command_stands_in_json),
        cmocka_unit_test(what_does_not_happen_again_is_kept_as_it_is_and_said_so),
    };
    return RUN_TESTS(tests);
}
