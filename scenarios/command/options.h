/* The command line of natsim: one table of commands, one of flags. */
#ifndef NT_COMMAND_OPTIONS_H
#define NT_COMMAND_OPTIONS_H

#include "core/base/diag.h"
#include "core/base/time.h"
#include "scenarios/model/case.h"
#include "scenarios/command/ranks.h"

#include <stdbool.h>
#include <stdint.h>

#define NT_OPTION_LIST_MAX 256

enum nt_exit { NT_EXIT_OK = 0, NT_EXIT_FAILED = 1, NT_EXIT_USAGE = 2, NT_EXIT_BROKEN = 3 };
enum nt_keep { NT_KEEP_ALL = 0, NT_KEEP_FAILED, NT_KEEP_NONE };

struct nt_option_list {
    const char *items[NT_OPTION_LIST_MAX];
    size_t count;
};

struct nt_options {
    const char *command;
    struct nt_option_list args, filters, tags;
    const char *out;
    bool out_given;
    unsigned jobs;                   /* 0: one for each processor; one, as a rank */
    bool seed_given, seeds_given;
    uint64_t seed, seed_first, seed_last;
    bool shard_given;
    uint64_t shard, shards;
    bool ranked;                     /* --shard mpi: one of the processes that a launcher started; shard and shards are as it set them */
    struct nt_rank rank;
    enum nt_keep keep;
    bool plain_pcap, fail_fast, stats, stamp, verbose;
    nt_time until;
    enum nt_carrier_name carrier;
    bool carrier_given; /* list and lint take a file for whichever carrier when it is not */
    const char *agent_l, *agent_r;   /* commands of processes in the place of agents L and R; NULL: ours */
    unsigned runs;                   /* of each case; 0: 1 */
    bool short_form;                 /* of interop */
};

/* NT_EXIT_OK, or NT_EXIT_USAGE with a diagnostic. */
int nt_options_read(struct nt_options *o, int argc, char **argv, struct nt_diags *diags);
void nt_options_help(void); /* on standard output */

#endif
