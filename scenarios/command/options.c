#include "scenarios/command/options.h"
#include "core/base/err.h"
#include "scenarios/language/text/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct {
    const char *name, *args, *help; /* help NULL: not in this version */
} commands[] = {
    {"run", "[FILE|DIR|SUITE]...", "run scenarios (nothing: the classic suite) and write reports and captures"},
    {"list", "[FILE|DIR|SUITE]...", "the cases that a run would run, one id a line"},
    {"lint", "[FILE|DIR|SUITE]...", "check scenario files without running them"},
    {"explain", "CASE", "run one case and show its packets and its check lists in time"},
    {"classify", "[POLICY]...", "measure every NAT policy and preset with an RFC 5780 client"},
    {"presets", "", "the named NATs, with their policies and sources"},
    {"schema", "", "the JSON Schema of the scenario language"},
    {"merge", "DIR...", "one report of shards, of ranks, of several runs, or of a run that was killed"},
    {"check", "CAPTURE...", NULL},
    {"sweep", "", NULL},
    {"diff", "OLD NEW", NULL},
    {"interop", "[--short]", "real ICE stacks with each other and with ours, behind pairs of NATs"},
    {"serve", "", NULL},
    {"bench", "", NULL},
};

enum flag {
    FLAG_OUT, FLAG_JOBS, FLAG_SEED, FLAG_SEEDS, FLAG_SHARD, FLAG_FILTER, FLAG_TAG, FLAG_CAPTURE, FLAG_FORMAT, FLAG_UNTIL,
    FLAG_FAIL_FAST, FLAG_STATS, FLAG_STAMP, FLAG_VERBOSE, FLAG_CARRIER, FLAG_AGENT_L, FLAG_AGENT_R, FLAG_RUNS, FLAG_SHORT, FLAG_HELP, FLAG_VERSION
};

static const struct {
    const char *name, *value, *help; /* value NULL: takes none */
    enum flag flag;
} flags[] = {
    {"--out", "DIR", "where the outputs go (natsim-out)", FLAG_OUT},
    {"--jobs", "N", "worker processes (one for each processor; 1 with --shard mpi)", FLAG_JOBS},
    {"--seed", "N", "instead of the scenario's seed", FLAG_SEED},
    {"--seeds", "A..B", "run every case once with each of these seeds", FLAG_SEEDS},
    {"--shard", "I/N|mpi", "only the cases whose index modulo N is I; mpi: rank and size that mpirun or srun sets, then merge", FLAG_SHARD},
    {"--filter", "TEXT", "only cases whose id holds the text; repeated: or", FLAG_FILTER},
    {"--tag", "TAG", "only files with the tag; repeated: or", FLAG_TAG},
    {"--capture", "all|failed|none", "which captures to keep (all)", FLAG_CAPTURE},
    {"--capture-format", "pcapng|pcap", "pcap: plain, without names and comments (pcapng)", FLAG_FORMAT},
    {"--until", "T", "run on to at least this virtual time", FLAG_UNTIL},
    {"--fail-fast", NULL, "stop at the first case that does not pass", FLAG_FAIL_FAST},
    {"--stats", NULL, "print cases, packets and processor time", FLAG_STATS},
    {"--stamp", NULL, "put the date into results.json", FLAG_STAMP},
    {"-v", NULL, "a line for each case", FLAG_VERBOSE},
    {"--carrier", "builtin|ns3", "what carries the frames: ns3 for CSMA, Wi-Fi and bursts of loss (builtin)", FLAG_CARRIER},
    {"--agent-l", "CMD", "a process in the place of agent L (tests/interop/README.md); path and data are judged", FLAG_AGENT_L},
    {"--agent-r", "CMD", "the same for agent R", FLAG_AGENT_R},
    {"--runs", "N", "run each case N times: one that is not the same each time fails (1; interop 3)", FLAG_RUNS},
    {"--short", NULL, "of interop: two pairs of NATs, one run", FLAG_SHORT},
    {"--help", NULL, "this text", FLAG_HELP},
    {"--version", NULL, "the version", FLAG_VERSION},
};

void nt_options_help(void)
{
    puts("natsim: ICE, STUN and TURN behind simulated NATs\n\nusage: natsim COMMAND [FLAGS] [ARGUMENTS]\n\ncommands:");
    for (size_t i = 0; i < COUNT(commands); i++)
        if (commands[i].help != NULL)
            printf("  %-9s %-22s %s\n", commands[i].name, commands[i].args, commands[i].help);
    puts("\nflags:");
    for (size_t i = 0; i < COUNT(flags); i++)
        printf("  %-16s %-16s %s\n", flags[i].name, flags[i].value != NULL ? flags[i].value : "", flags[i].help);
    puts("\nexit: 0 passed; 1 a case failed or all were skipped; 2 flags or input invalid, or nothing to run;\n"
         "      3 outputs cannot be written, or a case broke");
}

static int complain(struct nt_diags *diags, const char *what, const char *subject, const char *mend)
{
    nt_diag_mend(nt_diag_add(diags, NULL, 0, 0, "%s '%s'", what, subject), "%s", mend);
    return NT_EXIT_USAGE;
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

static int read_range(const char *text, const char *between, uint64_t *a, uint64_t *b)
{
    const char *end;
    if (read_number(text, a, &end) != NT_OK || strncmp(end, between, strlen(between)) != 0)
        return NT_EFORMAT;
    return read_number(end + strlen(between), b, &end) == NT_OK && *end == '\0' ? NT_OK : NT_EFORMAT;
}

static int push(struct nt_option_list *list, const char *item, struct nt_diags *diags)
{
    if (list->count == NT_OPTION_LIST_MAX)
        return complain(diags, "too many arguments: no room for", item, "name a directory instead");
    list->items[list->count++] = item;
    return NT_EXIT_OK;
}

static int choose(const char *value, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(value, names[i]) == 0)
            return (int)i;
    return -1;
}

static int set_shard(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    char why[300];
    o->shard_given = true;
    o->ranked = strcmp(value, "mpi") == 0;
    if (o->ranked) {
        if (nt_rank_find(&o->rank, why, sizeof why) != NT_OK)
            return complain(diags, "--shard", value, why);
        o->shard = o->rank.rank;
        o->shards = o->rank.size;
    } else if (read_range(value, "/", &o->shard, &o->shards) != NT_OK || o->shards == 0 || o->shards > NT_RANKS_MAX || o->shard > o->shards)
        return complain(diags, "--shard cannot be", value, "I/N, as in 1/3, or mpi");
    return NT_EXIT_OK;
}

static int set_number(struct nt_options *o, enum flag flag, const char *value, struct nt_diags *diags)
{
    uint64_t n = 0;
    const char *end = "";
    switch (flag) {
    case FLAG_JOBS:
        if (read_number(value, &n, &end) != NT_OK || *end != '\0' || n < 1 || n > 256)
            return complain(diags, "--jobs cannot be", value, "a number from 1 to 256");
        o->jobs = (unsigned)n;
        return NT_EXIT_OK;
    case FLAG_RUNS:
        if (read_number(value, &n, &end) != NT_OK || *end != '\0' || n < 1 || n > 1000)
            return complain(diags, "--runs cannot be", value, "a number from 1 to 1000");
        o->runs = (unsigned)n;
        return NT_EXIT_OK;
    case FLAG_SEED:
        o->seed_given = true;
        if (read_number(value, &o->seed, &end) != NT_OK || *end != '\0' || o->seed > INT64_MAX)
            return complain(diags, "--seed cannot be", value, "a number from 0 to 9223372036854775807");
        return NT_EXIT_OK;
    case FLAG_SEEDS:
        o->seeds_given = true;
        if (read_range(value, "..", &o->seed_first, &o->seed_last) != NT_OK || o->seed_last < o->seed_first ||
            o->seed_last > INT64_MAX || o->seed_last - o->seed_first >= 1000000)
            return complain(diags, "--seeds cannot be", value, "A..B, as in 1..200, a million at most");
        return NT_EXIT_OK;
    default:
        return set_shard(o, value, diags);
    }
}

static int set_choice(struct nt_options *o, enum flag flag, const char *value, struct nt_diags *diags)
{
    static const char *const keep[] = {"all", "failed", "none"}, *const formats[] = {"pcapng", "pcap"}, *const carriers[] = {"builtin", "ns3"};
    int n = flag == FLAG_CAPTURE ? choose(value, keep, 3) : flag == FLAG_FORMAT ? choose(value, formats, 2) : choose(value, carriers, 2);
    if (n < 0 && flag == FLAG_CAPTURE)
        return complain(diags, "--capture cannot be", value, "all, failed or none");
    if (n < 0 && flag == FLAG_FORMAT)
        return complain(diags, "--capture-format cannot be", value, "pcapng or pcap");
    if (n < 0)
        return complain(diags, "--carrier cannot be", value, "builtin or ns3");
    if (flag == FLAG_CAPTURE)
        o->keep = (enum nt_keep)n;
    if (flag == FLAG_FORMAT)
        o->plain_pcap = n == 1;
    if (flag == FLAG_CARRIER) {
        o->carrier = n == 1 ? NT_CARRIER_NS3 : NT_CARRIER_BUILTIN;
        o->carrier_given = true;
    }
    return NT_EXIT_OK;
}

static int set(struct nt_options *o, enum flag flag, const char *name, const char *value, struct nt_diags *diags)
{
    switch (flag) {
    case FLAG_OUT: o->out = value, o->out_given = true; return *value != '\0' ? NT_EXIT_OK : complain(diags, "--out cannot be", value, "a directory");
    case FLAG_JOBS:
    case FLAG_RUNS:
    case FLAG_SEED:
    case FLAG_SEEDS:
    case FLAG_SHARD: return set_number(o, flag, value, diags);
    case FLAG_FILTER: return push(&o->filters, value, diags);
    case FLAG_TAG: return push(&o->tags, value, diags);
    case FLAG_CAPTURE:
    case FLAG_FORMAT:
    case FLAG_CARRIER: return set_choice(o, flag, value, diags);
    case FLAG_UNTIL: return nt_unit_time(value, &o->until) == NT_UNIT_OK ? NT_EXIT_OK : complain(diags, "--until cannot be", value, "a time with its unit, as in 30s");
    case FLAG_FAIL_FAST: o->fail_fast = true; return NT_EXIT_OK;
    case FLAG_STATS: o->stats = true; return NT_EXIT_OK;
    case FLAG_STAMP: o->stamp = true; return NT_EXIT_OK;
    case FLAG_VERBOSE: o->verbose = true; return NT_EXIT_OK;
    case FLAG_HELP: o->command = "help"; return NT_EXIT_OK;
    case FLAG_VERSION: o->command = "version"; return NT_EXIT_OK;
    case FLAG_SHORT: o->short_form = true; return NT_EXIT_OK;
    case FLAG_AGENT_L:
    case FLAG_AGENT_R: *(flag == FLAG_AGENT_L ? &o->agent_l : &o->agent_r) = value; break;
    }
    return *value != '\0' ? NT_EXIT_OK : complain(diags, "a command is missing after", name, "what starts the process, as for a shell");
}

static int unknown(struct nt_diags *diags, const char *what, const char *given, const char *const *names, size_t count)
{
    const char *near = nt_nearest(given, names, count);
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
        names[k] = flags[k].name;
        if (strlen(flags[k].name) != len || strncmp(flags[k].name, given, len) != 0)
            continue;
        if (flags[k].value == NULL)
            return equals == NULL ? set(o, flags[k].flag, flags[k].name, "", diags) : complain(diags, "takes no value:", given, flags[k].name);
        if (equals != NULL)
            return set(o, flags[k].flag, flags[k].name, equals + 1, diags);
        if (*i + 1 == argc)
            return complain(diags, "a value is missing after", given, flags[k].value);
        return set(o, flags[k].flag, flags[k].name, argv[++*i], diags);
    }
    return unknown(diags, "flag", given, names, COUNT(flags));
}

static int read_command(struct nt_options *o, const char *given, struct nt_diags *diags)
{
    const char *names[COUNT(commands)];
    for (size_t k = 0; k < COUNT(commands); k++) {
        names[k] = commands[k].name;
        if (strcmp(commands[k].name, given) != 0)
            continue;
        o->command = commands[k].name;
        return commands[k].help != NULL ? NT_EXIT_OK : complain(diags, "not in this version:", given, "'natsim --help' lists what there is");
    }
    return unknown(diags, "command", given, names, COUNT(commands));
}

static bool takes_arguments(const char *command)
{
    for (size_t k = 0; k < COUNT(commands); k++)
        if (strcmp(commands[k].name, command) == 0)
            return commands[k].args[0] != '\0';
    return true;
}

int nt_options_read(struct nt_options *o, int argc, char **argv, struct nt_diags *diags)
{
    *o = (struct nt_options){.out = "natsim-out", .carrier = NT_CARRIER_BUILTIN};
    bool only_args = false;
    for (int i = 1; i < argc; i++) {
        int r;
        if (!only_args && strcmp(argv[i], "--") == 0)
            only_args = true, r = NT_EXIT_OK;
        else if (!only_args && argv[i][0] == '-' && argv[i][1] != '\0')
            r = read_flag(o, argc, argv, &i, diags);
        else if (o->command == NULL)
            r = read_command(o, argv[i], diags);
        else
            r = push(&o->args, argv[i], diags);
        if (r != NT_EXIT_OK)
            return r;
    }
    if (o->seed_given && o->seeds_given)
        return complain(diags, "not both:", "--seed and --seeds", "give one of them");
    if (o->command != NULL && o->args.count > 0 && !takes_arguments(o->command))
        return complain(diags, "too many arguments:", o->args.items[0], "the command takes none");
    return o->command != NULL ? NT_EXIT_OK : complain(diags, "a command is missing after", "natsim", "'natsim --help' lists them");
}
