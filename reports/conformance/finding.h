/* Inside of the room: how a judge says that a rule was kept or broken, or that it could not be judged. */
#ifndef NT_CONFORMANCE_FINDING_H
#define NT_CONFORMANCE_FINDING_H

#include "core/base/diag.h"
#include "reports/conformance/rule_numbers.h"
#include "reports/conformance/verdict.h"
#include "reports/conformance/view.h"

#include <inttypes.h>

/* Of a rule and a party. */
enum nt_finder_state { NT_FINDER_JUDGES = 0, NT_FINDER_NOT_BOUND, NT_FINDER_LACKS };

struct nt_finder_tally {    /* of a rule and a party */
    uint32_t count, last;   /* findings; the last one listed */
    const char *not_judged; /* why; NULL: nothing was left out */
};

struct nt_finder {
    const struct nt_view *v;
    struct nt_conf_verdict *verdict;
    uint8_t *states;                 /* enum nt_finder_state, at party * NT_RULE_COUNT + rule */
    struct nt_finder_tally *tallies; /* likewise; NULL until the first */
    bool exercised[NT_RULE_COUNT];
    int err; /* NT_ENOMEM ends the judgement */
};

int nt_finder_init(struct nt_finder *finder); /* of a view that has been made, and a verdict: 0 or NT_ENOMEM */
void nt_finder_free(struct nt_finder *finder);
/* The view has ended: it is known who is an ICE agent. */
void nt_finder_bind(struct nt_finder *finder);
/* Hands what was not judged to the verdict, once. */
void nt_finder_end(struct nt_finder *finder);

/* Notes that a rule was not judged for a party; the first reason stands. `why` is a constant. */
void nt_not_judged(struct nt_finder *finder, enum nt_rule rule, uint32_t party, const char *why);
void nt_finder_lacks(struct nt_finder *finder, enum nt_rule rule, uint32_t party);

/* Whether the rule binds the party and has what it needs; if only the latter is missing, that is noted. */
static inline bool nt_is_judged(struct nt_finder *finder, enum nt_rule rule, uint32_t party)
{
    uint8_t state = finder->states[party * NT_RULE_COUNT + rule];
    if (state == NT_FINDER_LACKS)
        nt_finder_lacks(finder, rule, party);
    return state == NT_FINDER_JUDGES;
}

/* Notes that a rule had something to judge. */
static inline void nt_exercise(struct nt_finder *finder, enum nt_rule rule)
{
    finder->exercised[rule] = true;
}

/* The rule is broken by a party it binds, in a frame. The text says the value seen, the value expected, and where another message
 * matters its frame. */
void nt_find_violation(struct nt_finder *finder, enum nt_rule rule, uint32_t party, uint32_t frame, const char *fmt, ...)
    NT_PRINTF(5, 6);

/* The rule is exercised by this item of a party that it binds; unless `kept`, it is broken, and the format and its arguments say
 * how. They are read only then. */
#define nt_require(finder, rule, m, kept, ...)                                                                                     \
    do {                                                                                                                           \
        if (!nt_is_judged((finder), (rule), (m)->party))                                                                           \
            break;                                                                                                                 \
        nt_exercise((finder), (rule));                                                                                             \
        if (!(kept))                                                                                                               \
            nt_find_violation((finder), (rule), (m)->party, (m)->frame, __VA_ARGS__);                                              \
    } while (0)

/* As nt_require where nothing is wrong. */
static inline void nt_kept(struct nt_finder *finder, enum nt_rule rule, const struct nt_item *m)
{
    if (nt_is_judged(finder, rule, m->party))
        nt_exercise(finder, rule);
}

#endif
