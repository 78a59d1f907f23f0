/* Cases that did not pass, by their causes: those whose reasons say the same of different cells. */
#ifndef NT_REPORTS_CAUSES_H
#define NT_REPORTS_CAUSES_H

#include "reports/result/results.h"

#define NT_CAUSES_MAX 200 /* of one outcome; what has still others is counted */
#define NT_CAUSE_CASES_SHOWN 3

struct nt_cause {
    size_t count;
    size_t first[NT_CAUSE_CASES_SHOWN]; /* indices of cases */
    bool alike;                         /* the reasons differ in names of cells, or in numbers */
};

struct nt_causes {
    struct nt_cause *of; /* in the order of their first cases */
    size_t count, cap;
    size_t others; /* cases with causes beyond the limit, or beyond memory */
};

/* Do two reasons say the same, but for the values of the cells and for numbers? "L: stack libnice is not installed" and "L: stack
 * aioice is not installed" do where these are the values of an axis. */
bool nt_cause_is_same(const struct nt_brief *a, const struct nt_brief *b);
/* Of the cases with this outcome. To be freed. */
void nt_causes_find(struct nt_causes *causes, const struct nt_results *r, enum nt_outcome outcome);
void nt_causes_free(struct nt_causes *causes);

#endif
