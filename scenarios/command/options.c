#include "scenarios/command/options.h"
#include "core/base/err.h"
#include "scenarios/language/text/units.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define JOBS_MAX 256
#define RUNS_MAX 1000
#define SEEDS_MAX 1000000
#define COMMANDS_MAX 32
#define FLAG_COMMANDS_MAX 8

static int complain(struct nt_diags *diags, const char *what, const char *subject, const char *mend)
{
    nt_diag_mend(nt_diag_add(diags, NULL, 0, 0, "%s '%s'", what, subject), "%s", mend);
    return NT_EXIT_USAGE;
}

static int add_to_list(struct nt_option_list *list, const char *item, struct nt_diags *diags)
{
    if (list->count == NT_OPTION_LIST_MAX)
        return complain(diags, "too many arguments: no room for", item, "name a directory instead");
    list->items[list->count++] = item;
    return NT_EXIT_OK;
}

/* --- flags: one function each, with the flag's value --- */

static int set_out(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    o->out = value;
    o->out_given = true;
    return *value != '\0' ? NT_EXIT_OK : complain(diags, "--out cannot be", value, "a directory");
}

static int set_jobs(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    uint64_t n;
    if (nt_unit_integer(value, &n) != NT_UNIT_OK || n < 1 || n > JOBS_MAX)
        return complain(diags, "--jobs cannot be", value, "a number from 1 to 256");
    o->jobs = (unsigned)n;
    return NT_EXIT_OK;
}

static int set_runs(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    uint64_t n;
    if (nt_unit_integer(value, &n) != NT_UNIT_OK || n < 1 || n > RUNS_MAX)
        return complain(diags, "--runs cannot be", value, "a number from 1 to 1000");
    o->runs = (unsigned)n;
    return NT_EXIT_OK;
}

static int set_worlds(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    if (nt_unit_integer(value, &o->worlds) != NT_UNIT_OK || o->worlds < 1 || o->worlds > SEEDS_MAX)
        return complain(diags, "--worlds cannot be", value, "a number from 1 to 1000000");
    return NT_EXIT_OK;
}

static int set_seed(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    o->seed_given = true;
    if (nt_unit_integer(value, &o->seed) != NT_UNIT_OK || o->seed > INT64_MAX)
        return complain(diags, "--seed cannot be", value, "a number from 0 to 9223372036854775807");
    return NT_EXIT_OK;
}

static int read_number(const char *text, uint64_t *n, const char **end)
{
    char *stop;
    if (*text < '0' || *text > '9')
        return NT_EFORMAT;
    errno = 0;
    *n = strtoull(text, &stop, 10);
    *end = stop;
    return errno == 0 ? NT_OK : NT_EFORMAT;
}

/* Two numbers with `between` between them. */
static int read_range(const char *text, const char *between, uint64_t *a, uint64_t *b)
{
    const char *end;
    if (read_number(text, a, &end) != NT_OK || strncmp(end, between, strlen(between)) != 0)
        return NT_EFORMAT;
    return nt_unit_integer(end + strlen(between), b) == NT_UNIT_OK ? NT_OK : NT_EFORMAT;
}

static int set_seeds(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    o->seeds_given = true;
    if (read_range(value, "..", &o->seed_first, &o->seed_last) != NT_OK || o->seed_last < o->seed_first ||
        o->seed_last > INT64_MAX || o->seed_last - o->seed_first >= SEEDS_MAX)
        return complain(diags, "--seeds cannot be", value, "A..B, as in 1..200, a million at most");
    return NT_EXIT_OK;
}

static int set_shard(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    char why[300];
    o->shard_given = true;
    o->ranked = strcmp(value, "mpi") == 0;
    if (o->ranked) {
        if (nt_rank_from_launcher(&o->rank, why, sizeof why) != NT_OK)
            return complain(diags, "--shard", value, why);
        o->shard = o->rank.rank;
        o->shards = o->rank.size;
    } else if (read_range(value, "/", &o->shard, &o->shards) != NT_OK || o->shards == 0 || o->shards > NT_RANKS_MAX ||
               o->shard > o->shards) {
        return complain(diags, "--shard cannot be", value, "I/N, as in 1/3, or mpi");
    }
    return NT_EXIT_OK;
}

static int add_filter(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    return add_to_list(&o->filters, value, diags);
}

static int add_tag(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    return add_to_list(&o->tags, value, diags);
}

static int set_capture(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    static const char *const names[] = {"all", "failed", "none"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(value, names[i]) == 0) {
            o->keep = (enum nt_keep)i;
            return NT_EXIT_OK;
        }
    return complain(diags, "--capture cannot be", value, "all, failed or none");
}

static int set_capture_format(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    o->plain_pcap = strcmp(value, "pcap") == 0;
    return o->plain_pcap || strcmp(value, "pcapng") == 0 ? NT_EXIT_OK
                                                         : complain(diags, "--capture-format cannot be", value, "pcapng or pcap");
}

static int set_carrier(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    bool ns3 = strcmp(value, "ns3") == 0;
    o->carrier = ns3 ? NT_CARRIER_NS3 : NT_CARRIER_BUILTIN;
    o->carrier_given = true;
    return ns3 || strcmp(value, "builtin") == 0 ? NT_EXIT_OK : complain(diags, "--carrier cannot be", value, "builtin or ns3");
}

static int set_until(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    return nt_unit_time(value, &o->until) == NT_UNIT_OK
               ? NT_EXIT_OK
               : complain(diags, "--until cannot be", value, "a time with its unit, as in 30s");
}

static int set_agent_l(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    o->agent_l = value;
    return *value != '\0' ? NT_EXIT_OK
                          : complain(diags, "a command is missing after", "--agent-l", "what starts the process, as for a shell");
}

static int set_agent_r(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    o->agent_r = value;
    return *value != '\0' ? NT_EXIT_OK
                          : complain(diags, "a command is missing after", "--agent-r", "what starts the process, as for a shell");
}

// clang-format off
#define RUN "run", "interop"
#define CASES RUN, "explain", "rules" /* which run cases */
static const struct flag {
    const char *name, *value, *help;                                                     /* value NULL: takes none */
    int (*set)(struct nt_options *o, const char *value, struct nt_diags *diags);         /* of a flag with a value */
    size_t on;                                                                           /* without: offset of its bool */
    const char *of[FLAG_COMMANDS_MAX];                                                   /* the commands that take it; none: all */
} flags[] = {
    {"--out", "DIR", "where the outputs go (natsim-out)", set_out, 0, {RUN, "merge", "sweep"}},
    {"--jobs", "N", "worker processes (one for each processor; 1 with --shard mpi)", set_jobs, 0, {RUN, "sweep"}},
    {"--seed", "N", "instead of the scenario's seed", set_seed, 0, {CASES, "classify"}},
    {"--seeds", "A..B", "run every case once with each of these seeds; of sweep: the numbers of the worlds", set_seeds, 0, {CASES, "list", "sweep"}},
    {"--shard", "I/N|mpi", "only cases whose index modulo N is I; mpi: take I and N from mpirun or srun, then merge", set_shard, 0,
     {RUN, "rules", "list"}},
    {"--filter", "TEXT", "only cases whose id contains the text; may be repeated, one match is enough", add_filter, 0,
     {RUN, "rules", "list"}},
    {"--tag", "TAG", "only files with the tag; may be repeated, one match is enough", add_tag, 0, {RUN, "rules", "list"}},
    {"--capture", "all|failed|none", "which captures to keep (all)", set_capture, 0, {RUN}},
    {"--capture-format", "pcapng|pcap", "pcap: plain, without names and comments (pcapng)", set_capture_format, 0, {RUN}},
    {"--until", "T", "run on to at least this virtual time", set_until, 0, {CASES}},
    {"--fail-fast", NULL, "stop at the first case that does not pass", NULL, offsetof(struct nt_options, fail_fast), {RUN}},
    {"--stats", NULL, "print cases, packets and processor time", NULL, offsetof(struct nt_options, stats), {RUN}},
    {"--stamp", NULL, "put the date into results.json", NULL, offsetof(struct nt_options, stamp), {RUN, "merge"}},
    {"-v", NULL, "a line for each case", NULL, offsetof(struct nt_options, verbose), {RUN}},
    {"--carrier", "builtin|ns3", "what carries the frames: ns3 for CSMA, Wi-Fi and bursts of loss (builtin)", set_carrier, 0,
     {CASES, "list", "lint", "bench"}},
    {"--agent-l", "CMD", "a process that replaces agent L (tests/interop/README.md); path and data are judged", set_agent_l, 0, {CASES, "sweep"}},
    {"--agent-r", "CMD", "the same for agent R", set_agent_r, 0, {CASES}},
    {"--runs", "N", "run each case N times; it fails unless all runs end the same (1; interop 3)", set_runs, 0, {RUN, "bench"}},
    {"--worlds", "N", "of sweep: so many random worlds", set_worlds, 0, {"sweep"}},
    {"--list", NULL, "of sweep: print the worlds instead of running them, a line of JSON each", NULL, offsetof(struct nt_options, list_worlds), {"sweep"}},
    {"--short", NULL, "of interop: two pairs of NATs, one run", NULL, offsetof(struct nt_options, short_form), {"interop"}},
    {"--json", NULL, "of bench: JSON instead of a table", NULL, offsetof(struct nt_options, json), {"bench"}},
    {"--help", NULL, "this text; after a command: its flags", NULL, offsetof(struct nt_options, help), {NULL}},
    {"--version", NULL, "the version", NULL, offsetof(struct nt_options, version), {NULL}},
};
// clang-format on

static int set_flag(struct nt_options *o, const struct flag *flag, const char *value, struct nt_diags *diags)
{
    if (flag->set != NULL)
        return flag->set(o, value, diags);
    *(bool *)((char *)o + flag->on) = true;
    return NT_EXIT_OK;
}

static bool takes_flag(const struct nt_command *command, const struct flag *flag)
{
    for (size_t i = 0; i < FLAG_COMMANDS_MAX && flag->of[i] != NULL; i++)
        if (strcmp(flag->of[i], command->name) == 0)
            return true;
    return flag->of[0] == NULL;
}

static void print_command(const struct nt_command *c)
{
    printf("usage: natsim %s [FLAGS]%s%s\n\n  %s\n", c->name, c->args[0] != '\0' ? " " : "", c->args, c->help);
}

static void print_commands(const struct nt_command *commands)
{
    puts("natsim: ICE, STUN and TURN behind simulated NATs\n\nusage: natsim COMMAND [FLAGS] [ARGUMENTS]\n\ncommands:");
    for (const struct nt_command *c = commands; c->name != NULL; c++)
        if (c->help != NULL)
            printf("  %-9s %-22s %s\n", c->name, c->args, c->help);
}

void nt_options_help(const struct nt_command *commands, const struct nt_command *one)
{
    if (one != NULL)
        print_command(one);
    else
        print_commands(commands);
    puts("\nflags:");
    for (size_t i = 0; i < COUNT(flags); i++)
        if (one == NULL || takes_flag(one, &flags[i]))
            printf("  %-16s %-16s %s\n", flags[i].name, flags[i].value != NULL ? flags[i].value : "", flags[i].help);
    puts("\nexit: 0 passed; 1 a case failed or all were skipped; 2 flags or input invalid, or nothing to run;\n"
         "      3 outputs cannot be written, or a case broke");
}

/* --- reading --- */

static int complain_unknown(struct nt_diags *diags, const char *what, const char *given, const char *const *names, size_t count)
{
    const char *near = strlen(given) > 2 ? nt_nearest(given, names, count) : NULL;
    struct nt_diag *d = nt_diag_add(diags, NULL, 0, 0, "no such %s '%s'", what, given);
    if (near != NULL)
        nt_diag_mend(d, "did you mean '%s'?", near);
    else
        nt_diag_mend(d, "'natsim --help' lists them");
    return NT_EXIT_USAGE;
}

static int read_flag(struct nt_options *o, int argc, char **argv, int *i, struct nt_diags *diags)
{
    const char *names[COUNT(flags)], *given = argv[*i], *equals = strchr(given, '=');
    size_t len = equals != NULL ? (size_t)(equals - given) : strlen(given);
    for (size_t k = 0; k < COUNT(flags); k++) {
        const struct flag *flag = &flags[k];
        names[k] = flag->name;
        if (strlen(flag->name) != len || strncmp(flag->name, given, len) != 0)
            continue;
        o->given |= UINT32_C(1) << k;
        if (flag->value == NULL)
            return equals == NULL ? set_flag(o, flag, "", diags) : complain(diags, "takes no value:", given, flag->name);
        if (equals != NULL)
            return set_flag(o, flag, equals + 1, diags);
        if (*i + 1 == argc)
            return complain(diags, "a value is missing after", given, flag->value);
        return set_flag(o, flag, argv[++*i], diags);
    }
    return complain_unknown(diags, "flag", given, names, COUNT(flags));
}

static int read_command(struct nt_options *o, const struct nt_command *commands, const char *given, struct nt_diags *diags)
{
    const char *names[COMMANDS_MAX];
    size_t count = 0;
    for (const struct nt_command *c = commands; c->name != NULL; c++) {
        if (count < COMMANDS_MAX)
            names[count++] = c->name;
        if (strcmp(c->name, given) != 0)
            continue;
        o->command = c;
        return c->help != NULL ? NT_EXIT_OK : complain(diags, "not in this version:", given, "'natsim --help' lists what there is");
    }
    return complain_unknown(diags, "command", given, names, count);
}

static int read_words(struct nt_options *o, const struct nt_command *commands, int argc, char **argv, struct nt_diags *diags)
{
    bool only_args = false;
    int r = NT_EXIT_OK;
    for (int i = 1; i < argc && r == NT_EXIT_OK; i++) {
        if (!only_args && strcmp(argv[i], "--") == 0)
            only_args = true;
        else if (!only_args && argv[i][0] == '-' && argv[i][1] != '\0')
            r = read_flag(o, argc, argv, &i, diags);
        else if (o->command == NULL && !o->version)
            r = read_command(o, commands, argv[i], diags);
        else
            r = add_to_list(&o->args, argv[i], diags);
    }
    return r;
}

static int complain_not_taken(const struct nt_command *command, const struct flag *flag, struct nt_diags *diags)
{
    char takers[200] = "";
    for (size_t i = 0, len = 0; i < FLAG_COMMANDS_MAX && flag->of[i] != NULL && len < sizeof takers; i++)
        len += (size_t)snprintf(takers + len, sizeof takers - len, "%s%s", i > 0 ? ", " : "", flag->of[i]);
    nt_diag_mend(nt_diag_add(diags, NULL, 0, 0, "%s has no effect on '%s'", flag->name, command->name),
                 "leave it out; it is a flag of %s", takers);
    return NT_EXIT_USAGE;
}

/* A flag without effect is an error. */
static int check_flags(const struct nt_options *o, struct nt_diags *diags)
{
    for (size_t i = 0; i < COUNT(flags); i++)
        if ((o->given >> i & 1) != 0 && !takes_flag(o->command, &flags[i]))
            return complain_not_taken(o->command, &flags[i], diags);
    return NT_EXIT_OK;
}

int nt_options_read(struct nt_options *o, const struct nt_command *commands, int argc, char **argv, struct nt_diags *diags)
{
    *o = (struct nt_options){.out = "natsim-out", .carrier = NT_CARRIER_BUILTIN};
    int r = read_words(o, commands, argc, argv, diags);
    if (r != NT_EXIT_OK)
        return r;
    if (o->seed_given && o->seeds_given)
        return complain(diags, "not both:", "--seed and --seeds", "give one of them");
    if (o->help || o->version)
        return NT_EXIT_OK;
    if (o->command == NULL)
        return complain(diags, "a command is missing after", "natsim", "'natsim --help' lists them");
    if (o->args.count > 0 && o->command->args[0] == '\0')
        return complain(diags, "too many arguments:", o->args.items[0], "the command takes none");
    return check_flags(o, diags);
}
