/* The selected cases as the jobs of workers. */
#ifndef NT_COMMAND_JOBS_H
#define NT_COMMAND_JOBS_H

#include "natsim/fabric/fabric.h"
#include "pcap/spool.h"
#include "reports/result/text.h"
#include "scenarios/command/selection.h"
#include "scenarios/files/run_record.h"

struct nt_jobs {
    const struct nt_options *o;
    const struct nt_selection *s;
    const struct nt_run_record *record; /* gets the names of the files that cases write */
    const struct nt_carrier_ops *carrier;
    struct nt_capture capture, spare; /* of the worker, used again by each case; spare: of cases that run several times */
    struct nt_spool spools[2];        /* their overflows */
    struct nt_scn_case *cell;         /* the latest case's: its other seeds come next. NULL: none */
    size_t cell_job;                  /* of which job */
};

void nt_jobs_free(struct nt_jobs *jobs); /* captures and cell */

/* Runs a case and writes its capture, in a worker; makes its texts. `wanted`: enum nt_texts_wanted. 0 or NT_ENOMEM. */
int nt_jobs_run(struct nt_jobs *jobs, size_t job, unsigned wanted, struct nt_text *texts);
/* Makes the texts of a case whose worker crashed or hung after `wall_ms`; `why` is its reason. 0 or NT_ENOMEM. */
int nt_jobs_lost(const struct nt_jobs *jobs, size_t job, const char *why, int64_t wall_ms, unsigned wanted, struct nt_text *texts);
/* Removes what the worker of a case that was cut left of it. */
void nt_jobs_cut(const struct nt_jobs *jobs, size_t job);

#endif
