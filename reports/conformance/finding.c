#include "reports/conformance/finding.h"

#include <stdarg.h>
#include <stdio.h>

void nt_find_violation(struct nt_finder *finder, enum nt_rule rule, uint32_t party, uint32_t frame, const char *fmt, ...)
{
    size_t count;
    const struct nt_conf_rule *r = nt_conf_rules(&count) + rule;
    if (r->level != NT_CONF_MUST || finder->err != NT_OK)
        return;
    struct nt_conf_violation *violation = nt_conf_verdict_add(finder->verdict, &finder->err);
    if (violation == NULL)
        return;
    violation->rule = r;
    violation->party = finder->v->in->parties[party].name;
    violation->frame = frame;
    va_list args;
    va_start(args, fmt);
    vsnprintf(violation->detail, sizeof violation->detail, fmt, args);
    va_end(args);
}
