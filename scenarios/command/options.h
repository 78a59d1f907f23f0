/* The flags of natsim: a table from which the reader of the command line, --help, the manual page and the completion are made. The
 * commands are another, of command.c. */
#ifndef NT_COMMAND_OPTIONS_H
#define NT_COMMAND_OPTIONS_H

#include "core/base/diag.h"
#include "core/base/time.h"
#include "scenarios/command/rank.h"
#include "scenarios/model/case.h"

#include <stdbool.h>
#include <stdint.h>

#define NT_OPTION_LIST_MAX 100000 /* as many files may be selected */
#define NT_OPTION_LIST_MAX_TEXT "100000"
#define NT_FLAG_COMMANDS_MAX 8

enum nt_exit { NT_EXIT_OK = 0, NT_EXIT_FAILED = 1, NT_EXIT_USAGE = 2, NT_EXIT_BROKEN = 3 };
enum nt_keep { NT_KEEP_ALL = 0, NT_KEEP_FAILED, NT_KEEP_NONE };

struct nt_options;

struct nt_command {
    const char *name, *args;
    const char *help;                       /* one line for --help; NULL: not in this version */
    int (*run)(const struct nt_options *o); /* returns an exit code and prints errors on standard error; NULL: prints help */
};

struct nt_flag {
    const char *name, *value;                                                    /* value NULL: takes none; A|B: one of these */
    const char *help;                                                            /* NULL: not in this version */
    int (*set)(struct nt_options *o, const char *value, struct nt_diags *diags); /* of a flag with a value */
    size_t on;                                                                   /* without: offset of its bool */
    const char *of[NT_FLAG_COMMANDS_MAX];                                        /* the commands that take it; none: all */
};

struct nt_option_list { /* words of the command line */
    const char **items;
    size_t count, cap;
};

struct nt_options {
    const struct nt_command *commands; /* all that there are */
    const struct nt_command *command;  /* NULL only with help or version, which may stand instead of it */
    bool help, version;
    const char *const *words; /* the command line as it was given, the program's name first */
    size_t word_count;
    uint64_t given; /* the flags: bits, in the order of nt_flags */
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
    bool plain_pcap, fail_fast, fail_on_skip, resume, stats, stamp, quiet, verbose;
    nt_time until;
    enum nt_carrier_name carrier;
    bool carrier_given;            /* when it is not, list and lint accept a file that any carrier can run */
    const char *agent_l, *agent_r; /* the commands of processes that replace agents L and R; NULL: natsim's own agents */
    bool no_exec;                  /* cases that execute programs are refused */
    unsigned runs;                 /* of each case; 0: 1 */
    bool short_form;               /* --short, for interop */
    bool json;                     /* --json, for bench */
    bool mermaid;                  /* --mermaid, for explain */
    uint64_t worlds;               /* of sweep; 0: as many as there are seeds */
    bool list_worlds;              /* --list, for sweep */
    bool advice, tolerance_given;  /* of diff */
    nt_time tolerance;
    const char *summary, *sarif; /* files; NULL: none */
    bool annotate_github;
};

const struct nt_flag *nt_flags(size_t *count);
bool nt_flag_is_of(const struct nt_flag *flag, const struct nt_command *command);
int nt_option_list_add(struct nt_option_list *list, const char *item, struct nt_diags *diags); /* as nt_option_refuse */
void nt_options_free(struct nt_options *o);
/* Adds the diagnostic "what 'subject': mend". NT_EXIT_USAGE. */
int nt_option_refuse(struct nt_diags *diags, const char *what, const char *subject, const char *mend);

#endif
