#include "scenarios/command/options.h"
#include "core/base/err.h"
#include "core/base/map.h"
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

int nt_option_refuse(struct nt_diags *diags, const char *what, const char *subject, const char *mend)
{
    nt_diag_mend(nt_diag_add(diags, NULL, 0, 0, "%s '%s'", what, subject), "%s", mend);
    return NT_EXIT_USAGE;
}

int nt_option_list_add(struct nt_option_list *list, const char *item, struct nt_diags *diags)
{
    int r = nt_grow(&list->items, &list->cap, list->count + 1, sizeof *list->items, NT_OPTION_LIST_MAX);
    if (r == NT_ELIMIT)
        return nt_option_refuse(diags, "more than " NT_OPTION_LIST_MAX_TEXT " arguments of a kind: no room for", item,
                                "name a directory instead");
    if (r != NT_OK)
        return nt_option_refuse(diags, "out of memory at", item, "name a directory instead");
    list->items[list->count++] = item;
    return NT_EXIT_OK;
}

void nt_options_free(struct nt_options *o)
{
    struct nt_option_list *const lists[] = {&o->args, &o->filters, &o->tags};
    for (size_t i = 0; i < COUNT(lists); i++) {
        free(lists[i]->items);
        *lists[i] = (struct nt_option_list){0};
    }
}

/* --- flags: one function each, with the flag's value --- */

static int set_out(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    o->out = value;
    o->out_given = true;
    return *value != '\0' ? NT_EXIT_OK : nt_option_refuse(diags, "--out cannot be", value, "a directory");
}

static int set_jobs(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    uint64_t n;
    if (nt_unit_integer(value, &n) != NT_UNIT_OK || n < 1 || n > JOBS_MAX)
        return nt_option_refuse(diags, "--jobs cannot be", value, "a number from 1 to 256");
    o->jobs = (unsigned)n;
    return NT_EXIT_OK;
}

static int set_runs(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    uint64_t n;
    if (nt_unit_integer(value, &n) != NT_UNIT_OK || n < 1 || n > RUNS_MAX)
        return nt_option_refuse(diags, "--runs cannot be", value, "a number from 1 to 1000");
    o->runs = (unsigned)n;
    return NT_EXIT_OK;
}

static int set_worlds(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    if (nt_unit_integer(value, &o->worlds) != NT_UNIT_OK || o->worlds < 1 || o->worlds > SEEDS_MAX)
        return nt_option_refuse(diags, "--worlds cannot be", value, "a number from 1 to 1000000");
    return NT_EXIT_OK;
}

static int set_seed(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    o->seed_given = true;
    if (nt_unit_integer(value, &o->seed) != NT_UNIT_OK || o->seed > INT64_MAX)
        return nt_option_refuse(diags, "--seed cannot be", value, "a number from 0 to 9223372036854775807");
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
        return nt_option_refuse(diags, "--seeds cannot be", value, "A..B, as in 1..200, a million at most");
    return NT_EXIT_OK;
}

static int set_shard(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    char why[300];
    o->shard_given = true;
    o->ranked = strcmp(value, "mpi") == 0;
    if (o->ranked) {
        if (nt_rank_from_launcher(&o->rank, why, sizeof why) != NT_OK)
            return nt_option_refuse(diags, "--shard", value, why);
        o->shard = o->rank.rank;
        o->shards = o->rank.size;
    } else if (read_range(value, "/", &o->shard, &o->shards) != NT_OK || o->shards == 0 || o->shards > NT_RANKS_MAX ||
               o->shard > o->shards) {
        return nt_option_refuse(diags, "--shard cannot be", value, "I/N, as in 1/3, or mpi");
    }
    return NT_EXIT_OK;
}

static int add_filter(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    return nt_option_list_add(&o->filters, value, diags);
}

static int add_tag(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    return nt_option_list_add(&o->tags, value, diags);
}

static int set_capture(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    static const char *const names[] = {"all", "failed", "none"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(value, names[i]) == 0) {
            o->keep = (enum nt_keep)i;
            return NT_EXIT_OK;
        }
    return nt_option_refuse(diags, "--capture cannot be", value, "all, failed or none");
}

static int set_capture_format(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    o->plain_pcap = strcmp(value, "pcap") == 0;
    return o->plain_pcap || strcmp(value, "pcapng") == 0
               ? NT_EXIT_OK
               : nt_option_refuse(diags, "--capture-format cannot be", value, "pcapng or pcap");
}

static int set_carrier(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    bool ns3 = strcmp(value, "ns3") == 0;
    o->carrier = ns3 ? NT_CARRIER_NS3 : NT_CARRIER_BUILTIN;
    o->carrier_given = true;
    return ns3 || strcmp(value, "builtin") == 0 ? NT_EXIT_OK
                                                : nt_option_refuse(diags, "--carrier cannot be", value, "builtin or ns3");
}

static int set_until(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    return nt_unit_time(value, &o->until) == NT_UNIT_OK
               ? NT_EXIT_OK
               : nt_option_refuse(diags, "--until cannot be", value, "a time with its unit, as in 30s");
}

static int set_command(const char **command, const char *flag, const char *value, struct nt_diags *diags)
{
    *command = value;
    if (*value == '\0')
        return nt_option_refuse(diags, "a command is missing after", flag, "what starts the process, as for a shell");
    if (strlen(value) > NT_SCN_COMMAND_MAX)
        return nt_option_refuse(diags, "a command of more than 32767 bytes after", flag, "put it into a file");
    return NT_EXIT_OK;
}

static int set_agent_l(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    return set_command(&o->agent_l, "--agent-l", value, diags);
}

static int set_agent_r(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    return set_command(&o->agent_r, "--agent-r", value, diags);
}

static int set_tolerance(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    o->tolerance_given = true;
    return nt_unit_time(value, &o->tolerance) == NT_UNIT_OK
               ? NT_EXIT_OK
               : nt_option_refuse(diags, "--tolerance cannot be", value, "a time with its unit, as in 100ms");
}

static int set_summary(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    o->summary = value;
    return *value != '\0' ? NT_EXIT_OK : nt_option_refuse(diags, "--summary cannot be", value, "a file");
}

static int set_sarif(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    o->sarif = value;
    return *value != '\0' ? NT_EXIT_OK : nt_option_refuse(diags, "--sarif cannot be", value, "a file");
}

static int set_annotations(struct nt_options *o, const char *value, struct nt_diags *diags)
{
    o->annotate_github = strcmp(value, "github") == 0;
    return o->annotate_github ? NT_EXIT_OK : nt_option_refuse(diags, "--annotations cannot be", value, "github");
}

// clang-format off
#define RUN "run", "interop"
#define CASES RUN, "explain", "rules" /* which run cases */
static const struct nt_flag flags[] = {
    {"--out", "DIR", "where the outputs go (natsim-out; merge of one directory: there; diff without it: no page)", set_out, 0, {RUN, "merge", "sweep", "diff"}},
    {"--jobs", "N", "worker processes (one for each processor; 1 with --shard mpi)", set_jobs, 0, {RUN, "sweep"}},
    {"--seed", "N", "instead of the scenario's seed", set_seed, 0, {CASES, "classify"}},
    {"--seeds", "A..B", "run every case once with each of these seeds; of explain: one, as in 7..7; of sweep: the numbers of the worlds", set_seeds, 0, {CASES, "list", "sweep"}},
    {"--shard", "I/N|mpi", "only cases whose index modulo N is I; mpi: take I and N from mpirun or srun, then merge", set_shard, 0,
     {RUN, "rules", "list"}},
    {"--filter", "TEXT", "only cases whose id contains the text; may be repeated, one match is enough", add_filter, 0,
     {RUN, "rules", "list"}},
    {"--tag", "TAG", "only files with the tag; may be repeated, one match is enough", add_tag, 0, {RUN, "rules", "list"}},
    {"--capture", "all|failed|none", "which captures to keep (all)", set_capture, 0, {RUN}},
    {"--capture-format", "pcapng|pcap", "pcap: plain, without names and comments (pcapng)", set_capture_format, 0, {RUN}},
    {"--until", "T", "run on to at least this virtual time", set_until, 0, {CASES}},
    {"--fail-fast", NULL, "stop at the first case that does not pass", NULL, offsetof(struct nt_options, fail_fast), {RUN}},
    {"--resume", NULL, "go on with the run in --out: only what has not finished", NULL, offsetof(struct nt_options, resume), {RUN}},
    {"--stats", NULL, "print cases, packets and processor time", NULL, offsetof(struct nt_options, stats), {RUN}},
    {"--stamp", NULL, "put the date into results.json", NULL, offsetof(struct nt_options, stamp), {RUN, "merge"}},
    {"--fail-on-skip", NULL, "exit with 1 when a case was skipped", NULL, offsetof(struct nt_options, fail_on_skip), {RUN, "merge"}},
    {"--quiet", NULL, "print what did not pass and the counts, nothing else", NULL, offsetof(struct nt_options, quiet), {RUN, "merge"}},
    {"-v", NULL, "a line for each case; of explain: each packet by itself", NULL, offsetof(struct nt_options, verbose), {RUN, "explain"}},
    {"--carrier", "builtin|ns3", "what carries the frames: ns3 for CSMA, Wi-Fi and bursts of loss (builtin)", set_carrier, 0,
     {CASES, "list", "lint", "bench"}},
    {"--agent-l", "CMD", "a process that replaces agent L, in real time (tests/interop/README.md); path and data are judged", set_agent_l, 0, {CASES, "sweep"}},
    {"--agent-r", "CMD", "the same for agent R", set_agent_r, 0, {CASES}},
    {"--no-exec", NULL, "refuse cases that execute a program: exec, run, coturn (scenarios/SECURITY.md)", NULL,
     offsetof(struct nt_options, no_exec), {CASES, "list", "lint"}},
    {"--runs", "N", "run each case N times; it fails unless all runs end the same (1; interop 3)", set_runs, 0, {RUN, "bench"}},
    {"--worlds", "N", "of sweep: so many random worlds (100 with --agent-l)", set_worlds, 0, {"sweep"}},
    {"--list", NULL, "of sweep: print the worlds instead of running them, a line of JSON each", NULL, offsetof(struct nt_options, list_worlds), {"sweep"}},
    {"--short", NULL, "of interop: two pairs of NATs, one run", NULL, offsetof(struct nt_options, short_form), {"interop"}},
    {"--mermaid", NULL, "of explain: a sequence diagram that GitHub shows in a pull request", NULL, offsetof(struct nt_options, mermaid), {"explain"}},
    {"--json", NULL, "of bench: JSON instead of a table", NULL, offsetof(struct nt_options, json), {"bench"}},
    {"--advice", NULL, "of diff: compare advice, too", NULL, offsetof(struct nt_options, advice), {"diff"}},
    {"--tolerance", "T", "of diff: compare times to connect, too, and pass over differences up to this one", set_tolerance, 0, {"diff"}},
    {"--summary", "FILE", "append Markdown for the summary of a CI's step", set_summary, 0, {RUN, "merge", "diff"}},
    {"--sarif", "FILE", "what failed, and the rules that were broken, as SARIF 2.1.0", set_sarif, 0, {RUN, "merge"}},
    {"--annotations", "github", "print what failed as GitHub's workflow commands", set_annotations, 0, {RUN, "merge"}},
    {"--help", NULL, "this text; after a command: its flags", NULL, offsetof(struct nt_options, help), {NULL}},
    {"-h", NULL, "as --help", NULL, offsetof(struct nt_options, help), {NULL}},
    {"--version", NULL, "the version", NULL, offsetof(struct nt_options, version), {NULL}},
};
// clang-format on

const struct nt_flag *nt_flags(size_t *count)
{
    *count = COUNT(flags);
    return flags;
}

bool nt_flag_is_of(const struct nt_flag *flag, const struct nt_command *command)
{
    for (size_t i = 0; i < NT_FLAG_COMMANDS_MAX && flag->of[i] != NULL; i++)
        if (strcmp(flag->of[i], command->name) == 0)
            return true;
    return flag->of[0] == NULL;
}
