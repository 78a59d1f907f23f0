/* The command line: what each flag sets, and the error of each flag. */

#include "tests/unit/help.h"

#include "scenarios/command/command_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 300

static int run_nothing(const struct nt_options *o)
{
    (void)o;
    return NT_EXIT_OK;
}

static const struct nt_command commands[] = {
    {"run", "[FILE]...", "runs", run_nothing}, {"presets", "", "prints", run_nothing},       {"interop", "", "runs", run_nothing},
    {"bench", "", "measures", run_nothing},    {"diff", "OLD NEW", "compares", run_nothing}, {"serve", "", NULL, NULL},
    {"sweep", "", "sweeps", run_nothing},      {"help", "[COMMAND]", "helps", NULL},         {NULL, NULL, NULL, NULL},
};

/* Reads a command line whose words are separated by '|'. `text` backs the options, which live until the next line is read. */
static int read_line(struct nt_options *o, char *text, struct nt_diags *diags)
{
    static struct nt_options latest;
    char *argv[WORDS_MAX] = {(char[]){"natsim"}};
    int argc = 1;
    for (char *word = text; word != NULL && argc < WORDS_MAX; argc++) {
        argv[argc] = word;
        word = strchr(word, '|');
        if (word != NULL)
            *word++ = '\0';
    }
    nt_options_free(&latest);
    int r = nt_command_line_read(o, commands, argc, argv, diags);
    latest = *o;
    return r;
}

static struct nt_options accepted(char *text)
{
    struct nt_options o;
    struct nt_diags diags = {0};
    if (read_line(&o, text, &diags) != NT_EXIT_OK)
        fail_msg("%s: %s", text, nt_diags_format(&diags));
    assert_int_equal(diags.count, 0);
    return o;
}

static void assert_refused(const char *line, const char *expected)
{
    char text[200];
    struct nt_options o;
    struct nt_diags diags = {0};
    snprintf(text, sizeof text, "%s", line);
    assert_int_equal(read_line(&o, text, &diags), NT_EXIT_USAGE);
    char *found = nt_diags_format(&diags);
    assert_non_null(found);
    if (strncmp(found, expected, strlen(expected)) != 0 || strcmp(found + strlen(expected), "\n") != 0)
        fail_msg("%s: \"%s\", not \"%s\"", line, found, expected);
    free(found);
    nt_diags_clear(&diags);
}

TEST(without_flags_there_are_defaults)
{
    char text[] = "run";
    struct nt_options o = accepted(text);
    assert_ptr_equal(o.command, &commands[0]);
    assert_string_equal(o.out, "natsim-out");
    assert_int_equal(o.carrier, NT_CARRIER_BUILTIN);
    assert_int_equal(o.keep, NT_KEEP_ALL);
    assert_false(o.out_given || o.seed_given || o.seeds_given || o.shard_given || o.ranked || o.carrier_given || o.plain_pcap ||
                 o.fail_fast || o.stats || o.stamp || o.verbose || o.short_form || o.json || o.help || o.version);
    assert_int_equal(o.jobs + o.runs + o.args.count + o.filters.count + o.tags.count, 0);
    assert_null(o.agent_l);
    assert_null(o.agent_r);
}

TEST(each_flag_with_a_value_sets_its_own)
{
    char text[] = "--out|there|run|--jobs|7|--seeds=3..9|--shard|1/"
                  "3|--filter|a|--filter|b|--tag=t|--capture|failed|--capture-format|pcap|--until|1.5s|"
                  "--carrier|ns3|--agent-l|one x|--agent-r=two|--runs|5|file|-|--|--out";
    struct nt_options o = accepted(text);
    assert_string_equal(o.out, "there");
    assert_int_equal(o.jobs, 7);
    assert_true(o.out_given && o.seeds_given && o.shard_given && o.carrier_given && o.plain_pcap && !o.ranked);
    assert_int_equal(o.seed_first, 3);
    assert_int_equal(o.seed_last, 9);
    assert_int_equal(o.shard, 1);
    assert_int_equal(o.shards, 3);
    assert_int_equal(o.filters.count, 2);
    assert_string_equal(o.filters.items[1], "b");
    assert_string_equal(o.tags.items[0], "t");
    assert_int_equal(o.keep, NT_KEEP_FAILED);
    assert_int_equal(o.until, 1500 * NT_MSEC);
    assert_int_equal(o.carrier, NT_CARRIER_NS3);
    assert_string_equal(o.agent_l, "one x");
    assert_string_equal(o.agent_r, "two");
    assert_int_equal(o.runs, 5);
    assert_int_equal(o.args.count, 3); /* after "--" a flag is an argument, and "-" always is */
    assert_string_equal(o.args.items[2], "--out");
}

TEST(each_flag_without_a_value_sets_its_own)
{
    static const struct {
        const char *line;
        size_t at;
    } rows[] = {
        {"run|--fail-fast", offsetof(struct nt_options, fail_fast)},
        {"run|--stats", offsetof(struct nt_options, stats)},
        {"run|--stamp", offsetof(struct nt_options, stamp)},
        {"run|-v", offsetof(struct nt_options, verbose)},
        {"interop|--short", offsetof(struct nt_options, short_form)},
        {"run|--help", offsetof(struct nt_options, help)},
        {"run|--version", offsetof(struct nt_options, version)},
        {"bench|--json", offsetof(struct nt_options, json)},
        {"run|--quiet", offsetof(struct nt_options, quiet)},
        {"run|--fail-on-skip", offsetof(struct nt_options, fail_on_skip)},
        {"run|--no-exec", offsetof(struct nt_options, no_exec)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[40];
        snprintf(text, sizeof text, "%s", rows[i].line);
        struct nt_options o = accepted(text);
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
            assert_int_equal(*(bool *)((char *)&o + rows[k].at), i == k);
    }
}

TEST(each_flag_refuses_what_it_cannot_use)
{
    static const char *const rows[][2] = {
        {"run|--out=", "--out cannot be '': a directory"},
        {"run|--jobs|0", "--jobs cannot be '0': a number from 1 to 256"},
        {"run|--jobs|257", "--jobs cannot be '257': a number from 1 to 256"},
        {"run|--jobs|4x", "--jobs cannot be '4x': a number from 1 to 256"},
        {"run|--jobs|99999999999999999999", "--jobs cannot be '99999999999999999999': a number from 1 to 256"},
        {"run|--runs|0", "--runs cannot be '0': a number from 1 to 1000"},
        {"run|--runs|1001", "--runs cannot be '1001': a number from 1 to 1000"},
        {"run|--seed|-1", "--seed cannot be '-1': a number from 0 to 9223372036854775807"},
        {"run|--seed|9223372036854775808", "--seed cannot be '9223372036854775808': a number from 0 to 9223372036854775807"},
        {"run|--seeds|5", "--seeds cannot be '5': A..B, as in 1..200, a million at most"},
        {"run|--seeds|5..1", "--seeds cannot be '5..1': A..B, as in 1..200, a million at most"},
        {"run|--seeds|0..1000000", "--seeds cannot be '0..1000000': A..B, as in 1..200, a million at most"},
        {"run|--seeds|1..2x", "--seeds cannot be '1..2x': A..B, as in 1..200, a million at most"},
        {"run|--shard|4/3", "--shard cannot be '4/3': I/N, as in 1/3, or mpi"},
        {"run|--shard|0/0", "--shard cannot be '0/0': I/N, as in 1/3, or mpi"},
        {"run|--shard|1", "--shard cannot be '1': I/N, as in 1/3, or mpi"},
        {"run|--shard|0/1000001", "--shard cannot be '0/1000001': I/N, as in 1/3, or mpi"},
        {"run|--capture|some", "--capture cannot be 'some': all, failed or none"},
        {"run|--capture-format|erf", "--capture-format cannot be 'erf': pcapng or pcap"},
        {"run|--until|5", "--until cannot be '5': a time with its unit, as in 30s"},
        {"run|--carrier|pigeon", "--carrier cannot be 'pigeon': builtin or ns3"},
        {"run|--agent-l=", "a command is missing after '--agent-l': what starts the process, as for a shell"},
        {"run|--agent-r=", "a command is missing after '--agent-r': what starts the process, as for a shell"},
        {"run|--no-exec|--agent-l|x", "--no-exec does not go with '--agent-l': it starts a process: leave one of them out"},
        {"run|--stats=yes", "takes no value: '--stats=yes': --stats"},
        {"run|--filter", "a value is missing after '--filter': TEXT"},
        {"run|--tag", "a value is missing after '--tag': TAG"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_refused(rows[i][0], rows[i][1]);
}

TEST(ranges_may_end_at_their_limits)
{
    char one[] = "run|--seeds|0..999999|--shard|3/3|--jobs|256|--runs|1000",
         two[] = "run|--seed|9223372036854775807|--shard|0/1000000";
    struct nt_options o = accepted(one);
    assert_int_equal(o.seed_last, 999999);
    assert_int_equal(o.shard, 3); /* the last part has two names: 3/3 and 0/3 */
    o = accepted(two);
    assert_int_equal(o.seed, INT64_MAX);
    assert_int_equal(o.shards, 1000000);
}

TEST(words_that_do_not_go_together_are_refused)
{
    assert_refused("run|--seed|1|--seeds|1..2", "--seed does not go with '--seeds': give one of them");
    assert_refused("presets|x", "too many arguments: 'x': the command takes none");
    assert_refused("--stats", "a command is missing after 'natsim': 'natsim --help' lists them");
    assert_refused("serve", "not in this version: 'serve': 'natsim --help' lists what there is");
    assert_refused("runn", "no such command 'runn': did you mean 'run'?");
    assert_refused("xyzzy", "no such command 'xyzzy': 'natsim --help' lists them");
    assert_refused("run|--filtre|x", "no such flag '--filtre': did you mean '--filter'?");
    assert_refused("run|-q", "no such flag '-q': 'natsim --help' lists them"); /* nothing of two characters is near */
    assert_refused("run|--quiet|-v", "--quiet does not go with '-v': give one of them");
    assert_refused("--help|prests", "no such command 'prests': did you mean 'presets'?");
    char help[] = "--help|presets|x";
    assert_true(accepted(help).help);
}

TEST(a_flag_without_effect_on_the_command_is_refused)
{
    assert_refused("--out|x|presets",
                   "--out has no effect on 'presets': leave it out; it is a flag of run, interop, merge, sweep, diff");
    assert_refused("run|--json", "--json has no effect on 'run': leave it out; it is a flag of bench");
    assert_refused("bench|--seed=3", "--seed has no effect on 'bench': leave it out; it is a flag of run, interop, explain, rules, "
                                     "classify");
    char help[] = "presets|--help";
    assert_true(accepted(help).help);
}

TEST(help_is_asked_for_in_several_ways)
{
    static const char *const all[] = {"--help", "-h", "help"}, *const one[] = {"run|--help", "run|-h", "-h|run", "help|run",
                                                                               "--help|run"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char text[40];
        snprintf(text, sizeof text, "%s", all[i]);
        struct nt_options o = accepted(text);
        assert_true(o.help && o.command == NULL);
    }
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        char text[40];
        snprintf(text, sizeof text, "%s", one[i]);
        struct nt_options o = accepted(text);
        assert_true(o.help && o.command == &commands[0]);
    }
}

TEST(flags_of_ci_and_of_diff)
{
    char run[] = "run|--summary|s.md|--sarif=x.sarif|--annotations|github",
         diff[] = "diff|--advice|--tolerance|100ms|--summary|s|a|b";
    struct nt_options o = accepted(run);
    assert_string_equal(o.summary, "s.md");
    assert_string_equal(o.sarif, "x.sarif");
    assert_true(o.annotate_github);
    o = accepted(diff);
    assert_true(o.advice && o.tolerance_given);
    assert_int_equal(o.tolerance, 100 * NT_MSEC);
    assert_refused("run|--summary|", "--summary cannot be '': a file");
    assert_refused("run|--sarif=", "--sarif cannot be '': a file");
    assert_refused("run|--annotations|gitlab", "--annotations cannot be 'gitlab': github");
    assert_refused("diff|--tolerance|100", "--tolerance cannot be '100': a time with its unit, as in 100ms");
    assert_refused("run|--advice", "--advice has no effect on 'run': leave it out; it is a flag of diff");
    assert_refused("diff|--sarif|x|a|b", "--sarif has no effect on 'diff': leave it out; it is a flag of run, interop, merge");
}

/* A shell's glob of many files fits. */
TEST(a_list_takes_as_many_files_as_may_be_selected_and_refuses_the_next)
{
    static char *argv[NT_OPTION_LIST_MAX + 3] = {"natsim", "run"};
    for (int i = 0; i <= NT_OPTION_LIST_MAX; i++)
        argv[i + 2] = "a";
    struct nt_options o;
    struct nt_diags diags = {0};
    assert_int_equal(nt_command_line_read(&o, commands, NT_OPTION_LIST_MAX + 2, argv, &diags), NT_EXIT_OK);
    assert_int_equal(o.args.count, NT_OPTION_LIST_MAX);
    nt_options_free(&o);
    assert_int_equal(nt_command_line_read(&o, commands, NT_OPTION_LIST_MAX + 3, argv, &diags), NT_EXIT_USAGE);
    assert_string_equal(diags.items[0].what, "more than 100000 arguments of a kind: no room for 'a'");
    nt_options_free(&o);
    nt_diags_clear(&diags);
}

TEST(a_process_needs_a_command_that_fits)
{
    static char line[NT_SCN_COMMAND_MAX + 30] = "run|--agent-r|";
    size_t head = strlen(line);
    memset(line + head, 'x', NT_SCN_COMMAND_MAX);
    struct nt_options o = accepted(line);
    assert_int_equal(strlen(o.agent_r), NT_SCN_COMMAND_MAX);
    memset(line, 0, sizeof line);
    strcpy(line, "run|--agent-r|");
    memset(line + head, 'x', NT_SCN_COMMAND_MAX + 1);
    struct nt_diags diags = {0};
    assert_int_equal(read_line(&o, line, &diags), NT_EXIT_USAGE);
    assert_string_equal(diags.items[0].what, "a command of more than 32767 bytes after '--agent-r'");
    nt_diags_clear(&diags);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_flags_there_are_defaults),
        cmocka_unit_test(each_flag_with_a_value_sets_its_own),
        cmocka_unit_test(each_flag_without_a_value_sets_its_own),
        cmocka_unit_test(each_flag_refuses_what_it_cannot_use),
        cmocka_unit_test(ranges_may_end_at_their_limits),
        cmocka_unit_test(words_that_do_not_go_together_are_refused),
        cmocka_unit_test(a_flag_without_effect_on_the_command_is_refused),
        cmocka_unit_test(help_is_asked_for_in_several_ways),
        cmocka_unit_test(flags_of_ci_and_of_diff),
        cmocka_unit_test(a_list_takes_as_many_files_as_may_be_selected_and_refuses_the_next),
        cmocka_unit_test(a_process_needs_a_command_that_fits),
    };
    return RUN_TESTS(tests);
}
