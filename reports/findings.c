#include "reports/findings.h"

static void put_finding(struct nt_text *t, const char *what, const struct nt_result_finding *f)
{
    nt_text_printf(t, "%s: %s: ", what, f->rule);
    if (f->agent != NULL)
        nt_text_printf(t, "%s, ", f->agent);
    nt_text_printf(t, "packet %u: %s", (unsigned)f->packet, f->detail != NULL ? f->detail : "");
    if (f->count > 1)
        nt_text_printf(t, " (%u times)", (unsigned)f->count);
    nt_text_put(t, "\n");
}

void nt_put_findings(struct nt_text *t, const char *what, const struct nt_result_finding *found, size_t count, size_t most)
{
    for (size_t i = 0; i < count && i < most; i++)
        put_finding(t, what, &found[i]);
    if (count > most)
        nt_text_printf(t, "%s: %zu more in results.json\n", what, count - most);
}

void nt_put_not_judged(struct nt_text *t, const struct nt_result_case *c)
{
    for (size_t i = 0; i < c->not_judged_count; i++)
        nt_text_printf(t, "not judged: %s: %s: %s\n", c->not_judged[i].rule, c->not_judged[i].agent, c->not_judged[i].why);
}
