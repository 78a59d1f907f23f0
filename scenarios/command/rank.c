#include "scenarios/command/rank.h"
#include "core/base/err.h"
#include "scenarios/language/text/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* In this order: inside a Slurm job Open MPI's mpirun is what started us; then MPICH and Intel MPI; then srun alone. `run`:
 * variables whose values all ranks of one start share and no other start has. Under mpirun the step id of Slurm is no such value:
 * one start may take several steps. */
static const struct {
    const char *rank, *size, *run[2];
} launchers[] = {
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", {"PMIX_NAMESPACE", NULL}},
    {"PMI_RANK", "PMI_SIZE", {"SLURM_JOB_ID", NULL}},
    {"SLURM_PROCID", "SLURM_NTASKS", {"SLURM_JOB_ID", "SLURM_STEP_ID"}},
};

static const char *or_empty(const char *value)
{
    return value != NULL ? value : "";
}

/* A hash of the launcher's own name for this start. Without such a name the logs of two starts of one size look alike. */
static void name_run(const char *const names[2], char run[NT_RANK_RUN_BYTES])
{
    uint32_t hash = UINT32_C(0x811c9dc5);
    run[0] = '\0';
    for (size_t i = 0; i < 2 && names[i] != NULL; i++) {
        const char *value = getenv(names[i]);
        for (const char *c = value; c != NULL && *c != '\0'; c++)
            hash = (hash ^ (uint8_t)*c) * UINT32_C(0x01000193);
        if (value != NULL)
            snprintf(run, NT_RANK_RUN_BYTES, "%08" PRIx32, hash);
        hash = (hash ^ '/') * UINT32_C(0x01000193);
    }
}

int nt_rank_from_launcher(struct nt_rank *rank, char *why, size_t cap)
{
    *rank = (struct nt_rank){.size = 0};
    for (size_t i = 0; i < COUNT(launchers); i++) {
        const char *own = getenv(launchers[i].rank), *size = getenv(launchers[i].size);
        if (own == NULL && size == NULL)
            continue;
        if (nt_unit_integer(or_empty(own), &rank->rank) != NT_UNIT_OK ||
            nt_unit_integer(or_empty(size), &rank->size) != NT_UNIT_OK || rank->rank >= rank->size || rank->size > NT_RANKS_MAX) {
            snprintf(why, cap, "%s is '%s' and %s is '%s': the launcher sets a rank from 0 and a size above it, of at most %d",
                     launchers[i].rank, or_empty(own), launchers[i].size, or_empty(size), NT_RANKS_MAX);
            return NT_EFORMAT;
        }
        name_run(launchers[i].run, rank->run);
        return NT_OK;
    }
    snprintf(why, cap, "no launcher has set a rank (%s, %s or %s): mpirun natsim run ... --shard mpi", launchers[0].rank,
             launchers[1].rank, launchers[2].rank);
    return NT_EFORMAT;
}
