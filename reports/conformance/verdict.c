#include "reports/conformance/verdict.h"

#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

struct nt_conf_violation *nt_conf_verdict_add(struct nt_conf_verdict *v, int *err)
{
    if (v->count == NT_CONF_VIOLATIONS_MAX)
        return NULL;
    *err = nt_grow(&v->violations, &v->cap, v->count + 1, sizeof *v->violations, NT_CONF_VIOLATIONS_MAX);
    if (*err != NT_OK)
        return NULL;
    v->violations[v->count] = (struct nt_conf_violation){0};
    return &v->violations[v->count++];
}

static int by_frame(const void *pa, const void *pb)
{
    const struct nt_conf_violation *a = pa, *b = pb;
    if (a->frame != b->frame)
        return a->frame < b->frame ? -1 : 1;
    if (a->rule != b->rule)
        return a->rule < b->rule ? -1 : 1;
    int party = strcmp(a->party, b->party);
    return party != 0 ? party : strcmp(a->detail, b->detail);
}

void nt_conf_verdict_sort(struct nt_conf_verdict *v)
{
    if (v->count > 1)
        qsort(v->violations, v->count, sizeof *v->violations, by_frame);
}

void nt_conf_verdict_free(struct nt_conf_verdict *v)
{
    free(v->violations);
    *v = (struct nt_conf_verdict){0};
}
