#include "scenarios/command/command.h"
#include "scenarios/command/bench.h"
#include "scenarios/command/carrier_module.h"
#include "scenarios/command/classify.h"
#include "scenarios/command/command_line.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/completion.h"
#include "scenarios/command/diff.h"
#include "scenarios/command/explain.h"
#include "scenarios/command/help.h"
#include "scenarios/command/info.h"
#include "scenarios/command/interop.h"
#include "scenarios/command/man.h"
#include "scenarios/command/merge.h"
#include "scenarios/command/rules.h"
#include "scenarios/command/run.h"
#include "scenarios/command/say.h"
#include "scenarios/command/sweep.h"
#include "scenarios/files/installed.h"
#include "scenarios/model/memory.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

// clang-format off
static const struct nt_command commands[] = {
    {"run", "[FILE|DIR|SUITE]...", "run scenarios (nothing: the classic suite) and write reports and captures", nt_command_run},
    {"list", "[FILE|DIR|SUITE]...", "print the ids of the cases (nothing: of all suites), one a line", nt_command_list},
    {"lint", "[FILE|DIR|SUITE]...", "check scenario files (nothing: all suites) without running them", nt_command_lint},
    {"explain", "CASE", "run one case and say why it ended so: verdict, steps, packets, check lists, NATs, rules", nt_command_explain},
    {"classify", "[POLICY]...", "measure every NAT policy and preset with an RFC 5780 client", nt_command_classify},
    {"rules", "[FILE|DIR|SUITE]...", "print the rules of conformance, or how often cases exercise each", nt_command_rules},
    {"presets", "", "print the named NATs with their policies and sources", nt_command_presets},
    {"schema", "", "print the JSON Schema of the scenario language", nt_command_schema},
    {"merge", "DIR...", "make one report of shards, of ranks, of several runs, or of a run that was killed", nt_command_merge},
    {"check", "CAPTURE...", NULL, NULL},
    {"sweep", "", "hold random worlds (--worlds N) against the oracle and the laws, and make those that fail smaller", nt_command_sweep},
    {"diff", "OLD NEW", "say which cases of two runs (directories or results.json) differ, and in what", nt_command_diff},
    {"interop", "[--short]", "run real ICE stacks with each other and with natsim's agent, behind pairs of NATs", nt_command_interop},
    {"serve", "", NULL, NULL},
    {"bench", "[NAME]...", "measure what messages, packets and cases cost (--runs: rounds of each, --json)", nt_command_bench},
    {"man", "", "print the manual page", nt_command_man},
    {"complete", "[WORD]...", "print what may stand in the place of the last word, as bash's completion asks", nt_command_complete},
    {"help", "[COMMAND]", "print this text, or the flags of a command", NULL},
    {NULL, NULL, NULL, NULL},
};
// clang-format on

static int print_version(void)
{
    printf("natsim " NATSIM_VERSION " (carriers: %s)\n", nt_carriers_text());
    fflush(stdout);
    nt_adapters_to_path();
    FILE *stacks = popen("stack --list 2>/dev/null", "r"); /* the names that `exec: "stack NAME"` takes */
    char line[300];
    while (stacks != NULL && fgets(line, sizeof line, stacks) != NULL)
        nt_say("  stack %.*s", (int)strcspn(line, "\n"), line);
    if (stacks != NULL)
        pclose(stacks);
    return NT_EXIT_OK;
}

/* Opens /dev/null in the place of standard descriptors that are closed, so that no output file gets one of their numbers. */
static void hold_standard_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

/* As `| head` does, which has read enough: no trouble of ours. */
static bool reader_has_left(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

static int run_command(int argc, char **argv)
{
    struct nt_options o;
    struct nt_diags diags = {0};
    int r = nt_command_line_read(&o, commands, argc, argv, &diags);
    if (r != NT_EXIT_OK) {
        fputs("natsim: ", stderr);
        nt_complain(&diags);
        nt_options_free(&o);
        return r;
    }
    r = o.help ? nt_print_help(&o) : o.version ? print_version() : o.command->run(&o);
    nt_options_free(&o);
    if ((fflush(stdout) != 0 || ferror(stdout)) && !reader_has_left()) {
        perror("natsim: standard output");
        return NT_EXIT_BROKEN;
    }
    return r;
}

int nt_command(int argc, char **argv)
{
    hold_standard_descriptors();
    int r = run_command(argc, argv);
    if (nt_memory_failures() == 0)
        return r;
    fputs("natsim: out of memory: nothing above is a verdict\n", stderr);
    return NT_EXIT_BROKEN;
}
