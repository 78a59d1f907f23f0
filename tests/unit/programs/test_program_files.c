/* Which directories the programs of a case may read, and which program is hidden from them. The tree: d/cases, d/tools/agent
 * (executable), d/tools/data, d/home/agent, d/home/.x/agent, d/home/.y/bin/agent and lib. */
#include "tests/unit/help.h"

#include "scenarios/programs/program_files.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char d[64];

static const char *at(const char *name)
{
    static char paths[8][128];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", d, name);
    return path;
}

static void make_file(const char *name, mode_t mode)
{
    FILE *f = fopen(at(name), "w");
    assert_non_null(f);
    fclose(f);
    assert_int_equal(chmod(at(name), mode), 0);
}

static const char *const directories[] = {"cases", "tools", "home", "home/.x", "home/.y", "home/.y/bin", "home/.y/lib"};
static const char *const programs[] = {"tools/agent", "home/agent", "home/.x/agent", "home/.y/bin/agent"};

static int make_tree(void **state)
{
    (void)state;
    snprintf(d, sizeof d, "/tmp/natsim-test-XXXXXX");
    assert_non_null(mkdtemp(d));
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
        assert_int_equal(mkdir(at(directories[i]), 0755), 0);
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        make_file(programs[i], 0755);
    make_file("tools/data", 0644);
    setenv("HOME", at("home"), 1);
    setenv("PATH", "/usr/bin:/bin", 1);
    unsetenv("NATSIM_ADAPTERS");
    unsetenv("NATSIM_ADAPTER_BIN");
    return chdir(d);
}

static int remove_tree(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "cd / && /bin/rm -r '%s'", d);
    return system(command);
}

/* The files of a case in d/cases with one agent. */
static struct nt_program_files *of(const char *command)
{
    struct nt_scn_agent agent = {.name = (char *)(uintptr_t) "L", .exec = (char *)(uintptr_t)command};
    const struct nt_scn_case c = {.path = (char *)(uintptr_t) "cases/case.yaml", .agents = &agent, .agent_count = 1};
    struct nt_program_files *files = nt_program_files_new(&c);
    assert_non_null(files);
    return files;
}

/* The places that such a case shows, below d, sorted, "|" after each. */
static void assert_shown(const char *command, const char *expected)
{
    struct nt_program_files *files = of(command);
    struct nt_sandbox_config config = {0};
    char all[400] = "";
    nt_program_files_give(files, &config);
    for (size_t k = 0; k < sizeof directories / sizeof *directories; k++)
        for (size_t i = 0; i < config.place_count; i++)
            if (strcmp(config.places[i].real, at(directories[k])) == 0)
                snprintf(all + strlen(all), sizeof all - strlen(all), "%s|", directories[k]);
    assert_string_equal(all, expected);
    assert_string_equal(config.directory, d);
    assert_string_equal(config.environment[0], "PATH=/usr/bin:/bin");
    assert_null(config.environment[1]);
    nt_program_files_del(files);
}

static void assert_seen(const char *command)
{
    struct nt_program_files *files = of(command);
    char why[400];
    assert_false(nt_program_files_hide(files, command, why, sizeof why));
    nt_program_files_del(files);
}

TEST(the_directories_of_scenario_and_programs_are_shown)
{
    assert_shown(NULL, "cases|");
    assert_shown("cat tools/data", "cases|");
    assert_shown("tools/agent", "cases|tools|");
    assert_shown("A=1 exec 'tools/agent' -v", "cases|tools|");
    assert_shown("python3 ./tools/agent; x", "cases|tools|");
    assert_shown("/bin/ls", "cases|");
    assert_shown("tools/none", "cases|");
}

TEST(a_home_directory_is_not_shown)
{
    assert_shown("home/agent", "cases|");
    assert_shown("home/.x/agent", "cases|");
    assert_shown("home/.y/bin/agent", "cases|home/.y/bin|home/.y/lib|");
}

TEST(a_program_that_is_hidden_is_told)
{
    char command[200];
    assert_seen("tools/agent");
    assert_seen("tools/none");
    assert_seen("no-such-program");
    assert_seen("$HOME/agent");
    struct nt_program_files *files = of(NULL);
    char why[400];
    snprintf(command, sizeof command, "%s -v", at("home/agent"));
    assert_true(nt_program_files_hide(files, command, why, sizeof why));
    assert_non_null(strstr(why, "/home/agent' is hidden from programs, for it lies in a home directory itself: put it"));
    assert_true(nt_program_files_hide(files, "home/.x/agent", why, sizeof why));
    assert_non_null(strstr(why, "for it lies in a directory of a home whose name begins with a dot: put it"));
    assert_true(nt_program_files_hide(files, "tools/data", why, sizeof why));
    assert_non_null(strstr(why, "for it is not executable: 'chmod +x' it, or put it"));
    setenv("PATH", at("home/.x"), 1);
    assert_true(nt_program_files_hide(files, "agent", why, sizeof why));
    nt_program_files_del(files);
}

TEST(what_lies_in_another_is_shown_once)
{
    struct nt_sandbox_config config = {0};
    setenv("NATSIM_ADAPTERS", at("home/.y/bin"), 1);
    setenv("NATSIM_ADAPTER_BIN", at("tools"), 1);
    struct nt_program_files *files = of("tools/agent");
    nt_program_files_give(files, &config);
    assert_int_equal(config.place_count, 3);
    assert_true(strncmp(config.environment[1], "NATSIM_ADAPTER_BIN=/tmp/natsim-test-", 36) == 0);
    nt_program_files_del(files);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_directories_of_scenario_and_programs_are_shown, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(a_home_directory_is_not_shown, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(a_program_that_is_hidden_is_told, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(what_lies_in_another_is_shown_once, make_tree, remove_tree)};
    return RUN_TESTS(tests);
}
