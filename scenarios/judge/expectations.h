/* Expectations held against what happened. The first that does not hold is the case's reason, with its line. */
#ifndef NT_JUDGE_EXPECTATIONS_H
#define NT_JUDGE_EXPECTATIONS_H

#include "reports/conformance/conformance.h"
#include "reports/result/result.h"
#include "scenarios/world/world.h"

enum nt_run_end { NT_END_SETTLED = 0, NT_END_UNTIL, NT_END_LIMIT, NT_END_LIVELOCK, NT_END_NOMEM };

struct nt_judged {
    const struct nt_world *w;
    const struct nt_result_case *result; /* filled but for the outcome */
    const struct nt_conf_verdict *conformance;
    enum nt_run_end end;
    unsigned live_path;   /* real programs: where packets went in the end; a bit of enum nt_path_bit, 0: none did */
};

/* Sets outcome, reason, line and packet of *r. */
void nt_judge(const struct nt_judged *j, struct nt_result_case *r);

#endif
