/* The selected cases as the jobs of workers. */
#ifndef NT_COMMAND_JOBS_H
#define NT_COMMAND_JOBS_H

#include "natsim/fabric/fabric.h"
#include "pcap/capture.h"
#include "reports/result/result.h"
#include "scenarios/command/selection.h"

struct nt_jobs {
    const struct nt_options *o;
    const struct nt_selection *s;
    const struct nt_carrier_ops *carrier;
    struct nt_capture capture; /* of the worker, used again by each case */
};

/* Runs a case and writes its capture, in a worker. Returns its result as JSON, which the caller frees; NULL without memory. */
char *nt_jobs_run(struct nt_jobs *jobs, size_t job);
/* Makes the result of a case whose worker crashed or hung; `why` is its reason. 0 or NT_ENOMEM; *r is to be freed either way. */
int nt_jobs_lost(const struct nt_jobs *jobs, size_t job, const char *why, struct nt_result_case *r);

#endif
