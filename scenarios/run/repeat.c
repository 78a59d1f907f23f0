#include "scenarios/run/repeat.h"
#include "scenarios/model/verdict.h"
#include "scenarios/run/explore.h"

#include <stdio.h>
#include <string.h>

/* Keeps the result `one` and its capture. */
static void keep_result(struct nt_result_case *kept, struct nt_capture *kept_capture, struct nt_result_case *one,
                        struct nt_capture *capture)
{
    struct nt_capture swap = *kept_capture;
    *kept_capture = *capture;
    *capture = swap;
    nt_result_case_free(kept);
    *kept = *one;
}

static void mark_unstable(struct nt_result_case *r, uint32_t passed, uint32_t failed)
{
    struct nt_verdict v = {.outcome = NT_FAIL, .line = r->line, .packet = r->packet};
    nt_verdict_put(&v, "unstable: passed in %u of %u runs; in another: %s", (unsigned)passed, (unsigned)(passed + failed),
                   r->reason);
    nt_verdict_give(&v, r);
}

void nt_repeat_case(const struct nt_scn_case *c, const struct nt_run_options *options, unsigned runs, struct nt_capture *capture,
                    struct nt_capture *spare, struct nt_result_case *out)
{
    if (runs <= 1) {
        nt_run_case(c, options, capture, NULL, out);
        return;
    }
    *out = (struct nt_result_case){0};
    uint32_t passed = 0, failed = 0;
    bool over = false;
    for (unsigned i = 0; i < runs && !over; i++) {
        struct nt_result_case one;
        nt_run_case(c, options, spare, NULL, &one);
        passed += one.outcome == NT_PASS;
        failed += one.outcome == NT_FAIL;
        over = one.outcome == NT_SKIP || one.outcome == NT_ERROR;
        if (i == 0 || over || out->outcome == NT_PASS)
            keep_result(out, capture, &one, spare);
        else
            nt_result_case_free(&one);
    }
    out->runs_passed = passed;
    out->runs_failed = failed;
    if (passed > 0 && failed > 0 && !over)
        mark_unstable(out, passed, failed);
}
