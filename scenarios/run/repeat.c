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

/* Its other reasons stay behind. */
static void mark_unstable(struct nt_result_case *r, uint32_t passed, uint32_t failed)
{
    char reason[NT_VERDICT_REASON + 100];
    snprintf(reason, sizeof reason, "unstable: passed in %u of %u runs; in another: %s", (unsigned)passed,
             (unsigned)(passed + failed), r->reason);
    if (nt_result_reword_reason(r, reason) != NT_OK)
        r->outcome = NT_ERROR;
}

void nt_repeat_case(const struct nt_scn_case *c, const struct nt_run_options *options, unsigned runs,
                    const struct nt_repeat_files *files, struct nt_capture *capture, struct nt_capture *spare,
                    struct nt_result_case *out)
{
    struct nt_run_options o = *options;
    if (runs <= 1) {
        nt_run_case(c, options, capture, NULL, out);
        return;
    }
    *out = (struct nt_result_case){0};
    uint32_t passed = 0, failed = 0;
    bool over = false;
    for (unsigned i = 0; i < runs && !over; i++) {
        struct nt_result_case one;
        nt_run_case(c, &o, spare, NULL, &one);
        over = one.outcome == NT_SKIP || one.outcome == NT_ERROR;
        bool passes = one.outcome == NT_PASS, decides = i == 0 || over || (failed == 0 && !passes);
        struct nt_capture *other = NULL; /* they differ from now on */
        if (passes && passed == 0 && failed > 0)
            other = spare;
        else if (!passes && !over && failed == 0 && passed > 0)
            other = capture;
        if (files != NULL)
            files->ended(files->user, decides, other);
        if (decides)
            keep_result(out, capture, &one, spare);
        else
            nt_result_case_free(&one);
        passed += passes;
        failed += !passes && !over;
        o.logs.prefix = files != NULL ? files->later_logs : NULL;
    }
    out->runs_passed = passed;
    out->runs_failed = failed;
    if (passed > 0 && failed > 0 && !over)
        mark_unstable(out, passed, failed);
}
