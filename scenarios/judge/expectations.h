/* Judges whether the expectations of a case hold. The first that does not is the reason, with its line. */
#ifndef NT_JUDGE_EXPECTATIONS_H
#define NT_JUDGE_EXPECTATIONS_H

#include "reports/conformance/conformance.h"
#include "reports/result/result.h"
#include "scenarios/judge/watch.h"
#include "scenarios/programs/programs.h"
#include "scenarios/world/world.h"

enum nt_run_end { NT_END_SETTLED = 0, NT_END_LIMIT, NT_END_LIVELOCK, NT_END_NOMEM };

struct nt_judged {
    const struct nt_world *w;
    const struct nt_programs *programs;
    const struct nt_watch *watch;        /* of its packets, all of which have settled */
    const struct nt_result_case *result; /* filled but for the outcome */
    const struct nt_conf_verdict *conformance;
    enum nt_run_end end;
    unsigned seen_path; /* of real programs, as in nt_result_describe */
    const char *cut;    /* what was still going on when its time was over; "": nothing */
};

/* Sets outcome, reason, line and packet of *r. */
void nt_expectations_judge(const struct nt_judged *j, struct nt_result_case *r);

#endif
