/* The selection: files, filters, tags, seeds and shards, and what of them is refused. Files are written to a directory of the
 * test's own. */

#include "tests/unit/in_directory.h"

#include "scenarios/command/selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char scenario[] = "natsim: 1\n"
                               "claim: Two agents on one network.\n"
                               "tags: [%s]\n"
                               "seed: 11\n"
                               "matrix: {delay: [1ms, 2ms, 3ms]}\n"
                               "networks: {lan: {ipv4: 10.0.0.0/24, delay: \"${delay}\"}}\n"
                               "agents:\n"
                               "  L: {on: lan}\n"
                               "  R: {on: lan}\n"
                               "steps: [{at: 0s, call: {from: L, to: R}}]\n"
                               "expect: {path: direct}\n";

static void write_file(const char *name, const char *tag)
{
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    fprintf(f, scenario, tag);
    assert_int_equal(fclose(f), 0);
}

/* The scenario with `from` replaced by `to`. */
static void write_changed(const char *name, const char *from, const char *to)
{
    char text[sizeof scenario + 200], changed[sizeof text + 400];
    snprintf(text, sizeof text, scenario, "quick");
    const char *at = strstr(text, from);
    assert_non_null(at);
    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    fputs(changed, f);
    assert_int_equal(fclose(f), 0);
}

FIXTURE(make_files)
{
    if (in_directory(state) != 0 || mkdir("set", 0777) != 0)
        return -1;
    write_file("set/a.yaml", "quick");
    write_file("set/b.yaml", "slow");
    return 0;
}

FIXTURE(remove_files)
{
    int left = unlink("set/a.yaml") + unlink("set/b.yaml") + rmdir("set");
    return out_of_directory(state) + left;
}

/* A list of options with these words. */
#define WORDS(...)                                                                                                                 \
    (struct nt_option_list)                                                                                                        \
    {                                                                                                                              \
        .items = (const char *[]){__VA_ARGS__}, .count = sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)              \
    }

/* The ids, each with a blank after it. */
static const char *selected(const struct nt_options *o)
{
    static char text[2000];
    struct nt_selection s;
    struct nt_diags diags = {0};
    int r = nt_select(&s, o, "set", NT_CARRIER_ANY, &diags);
    if (r != NT_EXIT_OK)
        fail_msg("%s", nt_diags_format(&diags));
    text[0] = '\0';
    for (size_t i = 0; i < s.count; i++) {
        char *id = nt_selection_id(&s, i);
        strcat(strcat(text, id), " ");
        free(id);
    }
    nt_selection_free(&s);
    return text;
}

TEST(every_cell_of_every_file_is_selected_in_order)
{
    struct nt_options o = {0};
    assert_string_equal(selected(&o),
                        "set/a[delay=1ms] set/a[delay=2ms] set/a[delay=3ms] set/b[delay=1ms] set/b[delay=2ms] set/b[delay=3ms] ");
    o.args = WORDS("set/b.yaml", "set", "set/b"); /* named three times */
    assert_string_equal(selected(&o),
                        "set/a[delay=1ms] set/a[delay=2ms] set/a[delay=3ms] set/b[delay=1ms] set/b[delay=2ms] set/b[delay=3ms] ");
}

TEST(one_filter_and_one_tag_must_match)
{
    struct nt_options o = {.filters = WORDS("=1ms", "b[delay=2")};
    assert_string_equal(selected(&o), "set/a[delay=1ms] set/b[delay=1ms] set/b[delay=2ms] ");
    o.tags = WORDS("slow");
    assert_string_equal(selected(&o), "set/b[delay=1ms] set/b[delay=2ms] ");
    o.tags = WORDS("slow", "quick");
    assert_string_equal(selected(&o), "set/a[delay=1ms] set/b[delay=1ms] set/b[delay=2ms] ");
    o.tags = WORDS("slo");
    assert_string_equal(selected(&o), "");
}

TEST(each_cell_runs_with_each_seed)
{
    struct nt_options o = {.filters = WORDS("a[delay=1ms]"), .seeds_given = true, .seed_first = 4, .seed_last = 6};
    assert_string_equal(selected(&o), "set/a[delay=1ms]#seed=4 set/a[delay=1ms]#seed=5 set/a[delay=1ms]#seed=6 ");
    o.filters = WORDS("#seed=5"); /* filters see the seed */
    assert_string_equal(selected(&o),
                        "set/a[delay=1ms]#seed=5 set/a[delay=2ms]#seed=5 set/a[delay=3ms]#seed=5 set/b[delay=1ms]#seed=5 "
                        "set/b[delay=2ms]#seed=5 set/b[delay=3ms]#seed=5 ");
}

static uint64_t seed_of_first(const struct nt_options *o)
{
    struct nt_selection s;
    struct nt_diags diags = {0};
    assert_int_equal(nt_select(&s, o, "set", NT_CARRIER_ANY, &diags), NT_EXIT_OK);
    struct nt_scn_case *c = nt_selection_case(&s, 0, o, &diags);
    assert_non_null(c);
    uint64_t seed = nt_selection_seed(&s, 0, c);
    nt_scn_case_del(c);
    nt_selection_free(&s);
    return seed;
}

TEST(the_seed_is_the_scenarios_own_unless_one_is_given)
{
    struct nt_options own = {0}, given = {.seed_given = true, .seed = 0},
                      several = {.seeds_given = true, .seed_first = 8, .seed_last = 9};
    assert_int_equal(seed_of_first(&own), 11);
    assert_int_equal(seed_of_first(&given), 0);
    assert_int_equal(seed_of_first(&several), 8);
}

/* Shards divide the cases that the filters leave; 3/3 is 0/3. */
TEST(shards_divide_the_cases)
{
    struct nt_options o = {.shard_given = true, .shard = 1, .shards = 3, .filters = WORDS("=1ms", "=3ms")};
    assert_string_equal(selected(&o), "set/a[delay=3ms] ");
    o.shard = 3;
    assert_string_equal(selected(&o), "set/a[delay=1ms] set/b[delay=3ms] ");
    struct nt_selection s;
    struct nt_diags diags = {0};
    assert_int_equal(nt_select(&s, &o, "set", NT_CARRIER_ANY, &diags), NT_EXIT_OK);
    assert_int_equal(s.total, 4);
    assert_int_equal(s.cases[1].order, 3); /* its place among all */
    nt_selection_free(&s);
}

static void assert_refused(const struct nt_options *o, const char *what, const char *mend)
{
    struct nt_selection s;
    struct nt_diags diags = {0};
    assert_int_equal(nt_select(&s, o, "set", NT_CARRIER_ANY, &diags), NT_EXIT_USAGE);
    assert_int_equal(diags.count, 1);
    assert_string_equal(diags.items[0].what, what);
    assert_string_equal(diags.items[0].mend, mend);
    nt_diags_clear(&diags);
    nt_selection_free(&s);
}

TEST(what_cannot_be_selected_is_refused)
{
    struct nt_options missing = {.args = WORDS("nowhere.yaml")};
    assert_refused(&missing, "no such file, directory or suite", "'natsim list' shows what there is");
    struct nt_options tags = {.tags = WORDS("slow", "slo")};
    assert_refused(&tags, "--tag 'slo' selects no case", "leave it out; 'natsim list' shows what there is");
    struct nt_options filters = {.filters = WORDS("=4ms", "=1ms")};
    assert_refused(&filters, "--filter '=4ms' selects no case", "leave it out; 'natsim list' shows what there is");
    write_file("set/a.yml", "again");
    struct nt_options twice = {0};
    assert_refused(&twice, "has the same id as set/a.yaml", "rename one, or run them apart");
    assert_int_equal(unlink("set/a.yml"), 0);
}

/* What the scenario says of its first case that is to be skipped; NULL: nothing. */
static const char *skipped(const struct nt_options *o, const char *from, const char *to, struct nt_place *place)
{
    static char why[300];
    struct nt_selection s;
    struct nt_diags diags = {0};
    write_changed("set/skip.yaml", from, to);
    struct nt_options one = *o;
    one.args = WORDS("set/skip.yaml");
    if (nt_select(&s, &one, NULL, NT_CARRIER_ANY, &diags) != NT_EXIT_OK)
        fail_msg("%s", nt_diags_format(&diags));
    struct nt_scn_case *c = nt_selection_case(&s, 0, &one, &diags);
    assert_non_null(c);
    snprintf(why, sizeof why, "%s", c->skip.why != NULL ? c->skip.why : "");
    *place = c->skip.place;
    nt_scn_case_del(c);
    nt_selection_free(&s);
    assert_int_equal(unlink("set/skip.yaml"), 0);
    return why[0] != '\0' ? why : NULL;
}

TEST(a_case_that_the_carrier_lacks_something_for_is_skipped)
{
    struct nt_options builtin = {.carrier = NT_CARRIER_BUILTIN}, ns3 = {.carrier = NT_CARRIER_NS3};
    struct nt_place place;
    const char *explore = "expect: {explore: {first: 2, window: 1ms}, outcomes: [direct]}";
    assert_string_equal(skipped(&builtin, "ipv4: 10.0.0.0/24,", "medium: csma, rate: 10Mbit, ipv4: 10.0.0.0/24,", &place),
                        "the built-in carrier has no 'csma': use --carrier ns3, or leave out 'medium'");
    assert_int_equal(place.line, 6);
    assert_null(skipped(&ns3, "ipv4: 10.0.0.0/24,", "medium: csma, rate: 10Mbit, ipv4: 10.0.0.0/24,", &place));
    assert_string_equal(skipped(&ns3, "expect: {path: direct}", explore, &place),
                        "the carrier ns3 cannot run other orders of deliveries ('explore'): use --carrier builtin");
    assert_null(skipped(&builtin, "expect: {path: direct}", explore, &place));
    const char *call = "call: {from: L, to: R}}", *moves = "call: {from: L, to: R}}, {at: 5s, move: {at: L, to: lan}}";
    assert_string_equal(skipped(&ns3, call, moves, &place),
                        "the carrier ns3 cannot move an attachment to another network ('move'): use --carrier builtin");
    assert_null(skipped(&builtin, call, moves, &place));
}

TEST(a_case_in_which_a_process_has_no_part_is_skipped)
{
    struct nt_options left = {.agent_l = "true"}, right = {.agent_r = "true"};
    struct nt_place place;
    const char *call = "steps: [{at: 0s, call: {from: L, to: R}}]\nexpect: {path: direct}\n",
               *none = "steps: [{at: 0s, inject: {at: L, as: '10.0.0.2:9', to: '10.0.0.3:9', hex: '00'}}]\n"
                       "expect: {packets: [{at: R.0, filter: udp, count: 1}]}\n";
    assert_null(skipped(&left, "", "", &place));
    assert_non_null(
        strstr(skipped(&left, "expect: {path: direct}", "expect: {explore: {first: 2, window: 1ms}, outcomes: [direct]}", &place),
               "it explores orders in virtual time"));
    assert_non_null(strstr(skipped(&left, call, none, &place), "without a call a process has nothing to do: leave out --agent-l"));
    struct nt_options nobody = {0};
    assert_null(skipped(&nobody, call, none, &place));
    const char *moves = "steps: [{at: 0s, call: {from: L, to: R}}, {at: 5s, move: {at: L, to: lan}}]\nexpect: {path: direct}\n";
    assert_null(skipped(&left, call, moves, &place)); /* it moves with its machine */
    assert_non_null(strstr(skipped(&right, "  R: {on: lan}\nsteps: [{at: 0s, call: {from: L, to: R}}]",
                                   "  S: {on: lan}\nsteps: [{at: 0s, call: {from: L, to: S}}]", &place),
                           "no agent 'R' that a process could replace"));
    assert_non_null(
        strstr(skipped(&right, call,
                       "  S: {on: lan}\nsteps: [{at: 0s, call: {from: L, to: S}}, {at: 5s, link: {at: R.0, set: down}}]\n"
                       "expect: {path: direct}\n",
                       &place),
               "'R' has no part in the call"));
}

TEST(processes_replace_agents_that_there_are)
{
    struct nt_options o = {.agent_l = "true"};
    struct nt_selection s;
    struct nt_diags diags = {0};
    assert_int_equal(nt_select(&s, &o, "set", NT_CARRIER_ANY, &diags), NT_EXIT_OK);
    struct nt_scn_case *c = nt_selection_case(&s, 0, &o, &diags);
    assert_non_null(c);
    assert_string_equal(c->agents[0].exec, "true");
    assert_null(c->agents[1].exec);
    assert_int_equal(c->expect.path, NT_PATH_DIRECT);
    nt_scn_case_del(c);
    nt_selection_free(&s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_of_every_file_is_selected_in_order),
        cmocka_unit_test(one_filter_and_one_tag_must_match),
        cmocka_unit_test(each_cell_runs_with_each_seed),
        cmocka_unit_test(the_seed_is_the_scenarios_own_unless_one_is_given),
        cmocka_unit_test(shards_divide_the_cases),
        cmocka_unit_test(what_cannot_be_selected_is_refused),
        cmocka_unit_test(a_case_that_the_carrier_lacks_something_for_is_skipped),
        cmocka_unit_test(a_case_in_which_a_process_has_no_part_is_skipped),
        cmocka_unit_test(processes_replace_agents_that_there_are),
    };
    return RUN_TESTS_WITHIN(tests, make_files, remove_files);
}
