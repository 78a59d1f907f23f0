/* What two runs are compared by: facts of a case. Each is a text of items, one a line, "key<TAB>value", sorted by key; the fact of
 * the whole case has one item without a key. Text of a result stands in it as core/base/shown.h shows it. */
#ifndef NT_DIFF_FACTS_H
#define NT_DIFF_FACTS_H

#include "reports/result/case.h"
#include "reports/result/text.h"

enum nt_diff_fact {
    NT_FACT_OUTCOME = 0, /* with the runs that passed, of several */
    NT_FACT_REASON,
    NT_FACT_PATH,
    NT_FACT_TYPES,      /* of the selected pairs, by agent */
    NT_FACT_STATES,     /* by agent */
    NT_FACT_GAP,        /* the longest of data that went on with the call */
    NT_FACT_VIOLATIONS, /* breaches, by rule and agent */
    NT_FACT_ADVICE,
    NT_FACT_COUNT
};

/* Replaces *t by a fact. t->err tells of missing memory. */
void nt_diff_fact_put(struct nt_text *t, enum nt_diff_fact fact, const struct nt_result_case *c);
/* Appends what differs between two texts of a fact: "L: completed -> failed, R: running -> failed". */
void nt_diff_fact_put_change(struct nt_text *t, enum nt_diff_fact fact, const char *before, const char *after);
/* Whether an item is larger, or came. Of violations: whether more is broken. */
bool nt_diff_fact_rose(const char *before, const char *after);

#endif
