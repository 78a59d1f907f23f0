/* What every table's judge works with: the view, and how it says that a rule was kept or broken. */
#ifndef NT_CONFORMANCE_JUDGE_H
#define NT_CONFORMANCE_JUDGE_H

#include "core/base/diag.h"
#include "reports/conformance/rules.h"
#include "reports/conformance/view.h"

#include <inttypes.h>

/* A response or a reaction later than this is none: the peer has retransmitted by then. */
#define NT_JUDGE_PROMPT (500 * NT_MSEC)

struct nt_judge {
    const struct nt_view *v;
    struct nt_conf_verdict *verdict;
    bool exercised[NT_RULE_COUNT];
    int err;
};

#define NT_JUDGE_TOLERANCE (5 * NT_MSEC)
/* When real programs ran a capture is as exact as the machine was idle. */
#define NT_JUDGE_TOLERANCE_LIVE (25 * NT_MSEC)

static inline nt_time nt_judge_tolerance(const struct nt_view *v)
{
    return v->in->real_time ? NT_JUDGE_TOLERANCE_LIVE : NT_JUDGE_TOLERANCE;
}

/* Notes that a rule had something to judge; true: it was broken, and nt_judge_broken must be told. */
static inline bool nt_judge_breaks(struct nt_judge *j, enum nt_rule rule, bool kept)
{
    j->exercised[rule] = true;
    return !kept;
}
void nt_judge_broken(struct nt_judge *j, enum nt_rule rule, uint32_t party, uint32_t frame, const char *fmt, ...) NT_PRINTF(5, 6);
/* Both in one, where a fixed text says it all. */
static inline void nt_judge_that(struct nt_judge *j, enum nt_rule rule, const struct nt_item *m, bool kept, const char *otherwise)
{
    if (nt_judge_breaks(j, rule, kept))
        nt_judge_broken(j, rule, m->party, m->frame, "%s", otherwise);
}

void nt_judge_stun(struct nt_judge *j);
void nt_judge_long_term(struct nt_judge *j); /* parts of RFC 8489 in files of their own */
void nt_judge_timing(struct nt_judge *j);
void nt_judge_ice(struct nt_judge *j);
void nt_judge_roles(struct nt_judge *j);
void nt_judge_pairs(struct nt_judge *j);
void nt_judge_turn(struct nt_judge *j);
void nt_judge_sdp(struct nt_judge *j);
void nt_judge_consent(struct nt_judge *j);
void nt_judge_patience(struct nt_judge *j);

#endif
