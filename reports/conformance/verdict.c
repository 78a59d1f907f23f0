#include "reports/conformance/verdict.h"

#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

struct nt_conf_finding *nt_conf_verdict_add(struct nt_conf_findings *f)
{
    if (nt_grow(&f->of, &f->cap, f->count + 1, sizeof *f->of, SIZE_MAX) != NT_OK)
        return NULL;
    f->of[f->count] = (struct nt_conf_finding){0};
    return &f->of[f->count++];
}

int nt_conf_verdict_add_not_judged(struct nt_conf_verdict *v, const struct nt_conf_not_judged *n)
{
    int r = nt_grow(&v->not_judged, &v->not_judged_cap, v->not_judged_count + 1, sizeof *v->not_judged, SIZE_MAX);
    if (r == NT_OK)
        v->not_judged[v->not_judged_count++] = *n;
    return r;
}

bool nt_conf_is_exercised(const struct nt_conf_verdict *v, const struct nt_conf_rule *rule)
{
    size_t count, i = (size_t)(rule - nt_conf_rules(&count));
    return (v->exercised_rules[i / 64] >> (i % 64) & 1) != 0;
}

static int by_frame(const void *pa, const void *pb)
{
    const struct nt_conf_finding *a = pa, *b = pb;
    if (a->frame != b->frame)
        return a->frame < b->frame ? -1 : 1;
    if (a->rule != b->rule)
        return a->rule < b->rule ? -1 : 1;
    int party = strcmp(a->party, b->party);
    return party != 0 ? party : strcmp(a->detail, b->detail);
}

static void sort(struct nt_conf_findings *f)
{
    if (f->count > 1)
        qsort(f->of, f->count, sizeof *f->of, by_frame);
}

void nt_conf_verdict_sort(struct nt_conf_verdict *v)
{
    sort(&v->violations);
    sort(&v->advice);
}

void nt_conf_verdict_free(struct nt_conf_verdict *v)
{
    free(v->violations.of);
    free(v->advice.of);
    free(v->not_judged);
    *v = (struct nt_conf_verdict){0};
}
