#include "reports/ci/failures.h"

#include "core/base/err.h"
#include "core/base/map.h"
#include "reports/ci/alike.h"

#include <stdlib.h>

/* Failures are numbered as their keys are. */
static int add_failure(struct nt_ci_failures *f, struct nt_strings *keys, struct nt_text *key, const struct nt_brief *b)
{
    key->len = 0;
    nt_text_printf(key, "%d %s\n", (int)b->n.outcome, b->file);
    nt_alike_key(key, b->reason);
    uint32_t n = key->err == NT_OK ? nt_string_number(keys, key->p, key->len) : 0;
    if (key->err != NT_OK || keys->err != NT_OK)
        return NT_ENOMEM;
    int err = nt_grow(&f->items, &f->cap, keys->count, sizeof *f->items, NT_RESULTS_MAX);
    if (err != NT_OK)
        return err;
    if (n == f->count)
        f->items[f->count++] = (struct nt_ci_failure){.first = b};
    f->items[n].count++;
    f->cases++;
    return NT_OK;
}

int nt_ci_failures_make(struct nt_ci_failures *f, const struct nt_results *r)
{
    struct nt_strings keys;
    struct nt_text key = {0};
    int err = NT_OK;
    *f = (struct nt_ci_failures){0};
    nt_strings_init(&keys);
    for (size_t i = 0; i < r->case_count && err == NT_OK; i++) {
        const struct nt_brief *b = &r->cases[i].brief;
        if (b->n.outcome == NT_FAIL || b->n.outcome == NT_ERROR)
            err = add_failure(f, &keys, &key, b);
    }
    nt_strings_free(&keys);
    nt_text_free(&key);
    return err;
}

void nt_ci_failures_free(struct nt_ci_failures *f)
{
    free(f->items);
    *f = (struct nt_ci_failures){0};
}
