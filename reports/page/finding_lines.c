#include "reports/page/finding_lines.h"

#include "core/base/err.h"
#include "core/base/shown.h"

#include <stdlib.h>
#include <string.h>

static const char *known(const char *agent)
{
    return agent != NULL ? agent : "-";
}

static bool are_alike(const struct nt_result_finding *a, const struct nt_result_finding *b)
{
    return strcmp(a->rule, b->rule) == 0 && strcmp(known(a->agent), known(b->agent)) == 0;
}

/* One before `i` of the same rule and agent has the line. */
static bool has_line(const struct nt_result_finding *found, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (are_alike(&found[k], &found[i]))
            return true;
    return false;
}

/* Names come from outside: none ends its line. */
static void put_line(struct nt_text *t, const char *kind, uint64_t times, const char *rule, const char *agent)
{
    char *shown_rule = nt_shown(rule, false), *shown_agent = nt_shown(known(agent), false);
    if (shown_rule != NULL && shown_agent != NULL)
        nt_text_printf(t, "%s %llu %s %s\n", kind, (unsigned long long)times, shown_rule, shown_agent);
    else
        t->err = NT_ENOMEM;
    free(shown_rule);
    free(shown_agent);
}

static void put_lines(struct nt_text *t, const char *kind, const struct nt_result_finding *found, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t times = 0;
        if (has_line(found, i))
            continue;
        for (size_t k = i; k < count; k++)
            times += are_alike(&found[k], &found[i]) ? found[k].count : 0;
        put_line(t, kind, times, found[i].rule, found[i].agent);
    }
}

void nt_put_finding_lines(struct nt_text *t, const struct nt_result_case *c)
{
    put_lines(t, "violation", c->violations, c->violation_count);
    put_lines(t, "advice", c->advice, c->advice_count);
    for (size_t i = 0; i < c->not_judged_count; i++)
        put_line(t, "not-judged", 1, c->not_judged[i].rule, c->not_judged[i].agent);
}
