/* A rank: one of the processes of a run that a launcher (mpirun, srun) starts, maybe on many machines, all with the same --out. It
 * takes the cases whose index modulo the size is its rank. */
#ifndef NT_COMMAND_RANK_H
#define NT_COMMAND_RANK_H

#include <stddef.h>
#include <stdint.h>

#define NT_RANKS_MAX 1000000
#define NT_RANK_RUN_BYTES 9 /* eight hexadecimal digits */

struct nt_rank {
    uint64_t rank, size;
    char run[NT_RANK_RUN_BYTES]; /* tells one start of the launcher from another; "": the launcher does not say */
};

/* Reads what the launcher has set in the environment. 0, or NT_EFORMAT with what is wrong and how to mend it in `why`. */
int nt_rank_from_launcher(struct nt_rank *rank, char *why, size_t cap);

#endif
