#include "reports/findings.h"
#include "reports/result/result.h"

#include <string.h>

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

/* "L 10.1.0.2:50000 > 203.0.113.3:40000, packet 17: " */
void nt_put_pair(struct nt_text *t, const struct nt_result_why_not *y)
{
    char local[NT_ADDR_TEXT], remote[NT_ADDR_TEXT];
    nt_text_printf(t, "why not: %s", y->agent);
    if (nt_addr_is_set(&y->local))
        nt_text_printf(t, " %s > %s", nt_addr_format(&y->local, local), nt_addr_format(&y->remote, remote));
    if (y->packet != 0)
        nt_text_printf(t, ", packet %d", y->packet);
    nt_text_printf(t, ": %s\n", y->text);
}

void nt_put_why_not(struct nt_text *t, const struct nt_result_case *c, size_t most)
{
    const struct nt_result_why_not *first = nt_result_why(c);
    if (first != NULL)
        nt_text_printf(t, "%s: %s\n", c->path != NULL && strcmp(c->path, "direct") == 0 ? "no better pair" : "not direct",
                       first->text);
    for (size_t i = 0; i < c->why_not_count && i < most; i++)
        nt_put_pair(t, &c->why_not[i]);
    if (c->why_not_count > most && most > 0)
        nt_text_printf(t, "why not: %zu more in results.json\n", c->why_not_count - most);
}

void nt_put_not_judged(struct nt_text *t, const struct nt_result_case *c)
{
    for (size_t i = 0; i < c->not_judged_count; i++)
        nt_text_printf(t, "not judged: %s: %s: %s\n", c->not_judged[i].rule, c->not_judged[i].agent, c->not_judged[i].why);
}
