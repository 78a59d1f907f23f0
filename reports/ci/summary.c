#include "reports/ci/summary.h"

#include "core/base/err.h"
#include "reports/ci/failures.h"
#include "reports/ci/markdown.h"

#include <inttypes.h>

#define FAILURES_SHOWN 50 /* GitHub takes 1 MiB for a step */

static void put_cases(struct nt_text *t, size_t n)
{
    nt_text_printf(t, "%zu case%s", n, n == 1 ? "" : "s");
}

static void put_head(struct nt_text *t, const struct nt_results *r, const size_t n[4])
{
    char part[NT_RESULTS_PART];
    size_t bad = n[NT_FAIL] + n[NT_ERROR];
    nt_text_put(t, "## natsim: ");
    if (bad > 0)
        nt_text_printf(t, "%zu of ", bad);
    put_cases(t, r->case_count);
    nt_text_put(t, bad > 0 ? " failed" : n[NT_PASS] > 0 ? ", none failed" : " skipped, none passed");
    if (r->partial)
        nt_text_printf(t, "\n\n**%s**", nt_results_part(r, part));
    nt_text_printf(t, "\n\n| passed | failed | errors | skipped |\n| ---: | ---: | ---: | ---: |\n| %zu | %zu | %zu | %zu |\n",
                   n[NT_PASS], n[NT_FAIL], n[NT_ERROR], n[NT_SKIP]);
}

static void put_failure(struct nt_text *t, const struct nt_ci_failure *f)
{
    const struct nt_brief *b = f->first;
    nt_text_put(t, "- ");
    nt_markdown_code(t, b->id);
    if (f->count > 1) {
        nt_text_put(t, " and ");
        put_cases(t, f->count - 1);
        nt_text_put(t, " more of its file, for the same cause");
    }
    nt_text_put(t, ": ");
    nt_markdown_code(t, b->reason);
    nt_text_put(t, "\n\n  ");
    nt_markdown_code(t, b->command);
    nt_text_put(t, "\n");
}

static void put_failures(struct nt_text *t, const struct nt_ci_failures *f)
{
    size_t hidden = f->others;
    nt_text_put(t, f->count > 0 ? "\n### What failed\n\n" : "");
    for (size_t i = 0; i < f->count; i++) {
        if (i < FAILURES_SHOWN)
            put_failure(t, &f->items[i]);
        else
            hidden += f->items[i].count;
    }
    if (hidden == 0)
        return;
    nt_text_put(t, "- and ");
    put_cases(t, hidden);
    nt_text_put(t, " more: see the report\n");
}

static void put_conformance(struct nt_text *t, const struct nt_results *r)
{
    uint64_t violations = 0, advice = 0;
    for (size_t i = 0; i < r->case_count; i++) {
        violations += r->cases[i].brief.n.violations;
        advice += r->cases[i].brief.n.advice;
    }
    if (violations + advice > 0)
        nt_text_printf(t, "\nBreaches of rules: %" PRIu64 "; advice: %" PRIu64 ".\n", violations, advice);
}

int nt_ci_summary(FILE *out, const struct nt_results *r)
{
    struct nt_ci_failures f;
    struct nt_text t = {0};
    size_t n[4];
    nt_results_count(r, n);
    int err = nt_ci_failures_make(&f, r);
    put_head(&t, r, n);
    put_failures(&t, &f);
    put_conformance(&t, r);
    if (err == NT_OK)
        err = t.err;
    if (err == NT_OK)
        fwrite(t.p, 1, t.len, out);
    nt_ci_failures_free(&f);
    nt_text_free(&t);
    return err;
}
