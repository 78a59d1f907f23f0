/* The command line of natsim. The commands are a table of the caller's (command.c), the flags one of options.c. */
#ifndef NT_COMMAND_OPTIONS_H
#define NT_COMMAND_OPTIONS_H

#include "core/base/diag.h"
#include "core/base/time.h"
#include "scenarios/command/rank.h"
#include "scenarios/model/case.h"

#include <stdbool.h>
#include <stdint.h>

#define NT_OPTION_LIST_MAX 256

enum nt_exit { NT_EXIT_OK = 0, NT_EXIT_FAILED = 1, NT_EXIT_USAGE = 2, NT_EXIT_BROKEN = 3 };
enum nt_keep { NT_KEEP_ALL = 0, NT_KEEP_FAILED, NT_KEEP_NONE };

struct nt_options;

struct nt_command {
    const char *name, *args;
    const char *help;                       /* one line for --help; NULL: not in this version */
    int (*run)(const struct nt_options *o); /* returns an exit code and prints errors on standard error */
};

struct nt_option_list {
    const char *items[NT_OPTION_LIST_MAX];
    size_t count;
};

struct nt_options {
    const struct nt_command *command; /* NULL only with help or version, which may stand instead of it */
    bool help, version;
    uint32_t given; /* the flags: bits, in the order of --help */
    struct nt_option_list args, filters, tags;
    const char *out;
    bool out_given;
    unsigned jobs; /* 0: one for each processor; as a rank: one */
    bool seed_given, seeds_given;
    uint64_t seed, seed_first, seed_last;
    bool shard_given;
    uint64_t shard, shards;
    bool ranked; /* --shard mpi: this process is one of several that a launcher started; it set shard and shards */
    struct nt_rank rank;
    enum nt_keep keep;
    bool plain_pcap, fail_fast, stats, stamp, verbose;
    nt_time until;
    enum nt_carrier_name carrier;
    bool carrier_given;            /* when it is not, list and lint accept a file that any carrier can run */
    const char *agent_l, *agent_r; /* the commands of processes that replace agents L and R; NULL: natsim's own agents */
    unsigned runs;                 /* of each case; 0: 1 */
    bool short_form;               /* --short, for interop */
    bool json;                     /* --json, for bench */
    uint64_t worlds;               /* of sweep; 0: as many as there are seeds */
    bool list_worlds;              /* --list, for sweep */
};

/* `commands` ends with a row without a name. NT_EXIT_OK, or NT_EXIT_USAGE with a diagnostic. */
int nt_options_read(struct nt_options *o, const struct nt_command *commands, int argc, char **argv, struct nt_diags *diags);
/* On standard output: all commands and flags, or those of one command (NULL: all). */
void nt_options_help(const struct nt_command *commands, const struct nt_command *one);

#endif
