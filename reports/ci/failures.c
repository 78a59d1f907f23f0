#include "reports/ci/failures.h"

#include "core/base/err.h"
#include "core/base/map.h"
#include "reports/causes.h"

#include <stdlib.h>
#include <string.h>

static struct nt_ci_failure *find_failure(const struct nt_ci_failures *f, const struct nt_brief *b)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct nt_brief *first = f->items[i].first;
        if (first->n.outcome == b->n.outcome && strcmp(first->file, b->file) == 0 && nt_cause_is_same(first, b))
            return &f->items[i];
    }
    return NULL;
}

static int add_failure(struct nt_ci_failures *f, const struct nt_brief *b)
{
    struct nt_ci_failure *known = find_failure(f, b);
    if (known != NULL) {
        known->count++;
        return NT_OK;
    }
    int err = nt_grow(&f->items, &f->cap, f->count + 1, sizeof *f->items, NT_CI_FAILURES_MAX);
    if (err == NT_OK)
        f->items[f->count++] = (struct nt_ci_failure){b, 1};
    f->others += err == NT_ELIMIT;
    return err == NT_ELIMIT ? NT_OK : err;
}

int nt_ci_failures_make(struct nt_ci_failures *f, const struct nt_results *r)
{
    int err = NT_OK;
    *f = (struct nt_ci_failures){0};
    for (size_t i = 0; i < r->case_count && err == NT_OK; i++) {
        const struct nt_brief *b = &r->cases[i].brief;
        if (b->n.outcome == NT_FAIL || b->n.outcome == NT_ERROR)
            err = add_failure(f, b);
    }
    return err;
}

void nt_ci_failures_free(struct nt_ci_failures *f)
{
    free(f->items);
    *f = (struct nt_ci_failures){0};
}
