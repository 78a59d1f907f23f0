/* Inside of the room: how a judge says that a rule was kept or broken. */
#ifndef NT_CONFORMANCE_FINDING_H
#define NT_CONFORMANCE_FINDING_H

#include "core/base/diag.h"
#include "reports/conformance/rule_numbers.h"
#include "reports/conformance/verdict.h"
#include "reports/conformance/view.h"

#include <inttypes.h>

struct nt_finder {
    const struct nt_view *v;
    struct nt_conf_verdict *verdict;
    bool exercised[NT_RULE_COUNT];
    int err; /* NT_ENOMEM ends the judgement */
};

/* Notes that a rule had something to judge. */
static inline void nt_exercise(struct nt_finder *finder, enum nt_rule rule)
{
    finder->exercised[rule] = true;
}

void nt_find_violation(struct nt_finder *finder, enum nt_rule rule, uint32_t party, uint32_t frame, const char *fmt, ...)
    NT_PRINTF(5, 6);

/* The rule is exercised by this item; unless `kept`, it is violated, and `otherwise` says how ("" where a SHOULD is not reported).
 */
static inline void nt_require(struct nt_finder *finder, enum nt_rule rule, const struct nt_item *m, bool kept,
                              const char *otherwise)
{
    nt_exercise(finder, rule);
    if (!kept)
        nt_find_violation(finder, rule, m->party, m->frame, "%s", otherwise);
}

#endif
