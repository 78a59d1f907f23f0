/* The kinds of differences between two runs, the worst first. */
#ifndef NT_DIFF_GROUPS_H
#define NT_DIFF_GROUPS_H

#include "scenarios/diff/digest.h"

// clang-format off
/* X(name, title, mark, what it is about). A case is in one of them: the first that differs decides,
 * of outcome, path, violations, reason, types, states, gap, advice, time. */
#define NT_DIFF_GROUPS(X) \
    X(FAILING, "newly failing", BAD, OUTCOME) \
    X(CAME_FAILING, "failing, and only in the new run", BAD, OUTCOME) \
    X(WORSE_PATH, "a worse path", BAD, PATH) \
    X(BREAKING, "more rules broken", BAD, VIOLATIONS) \
    X(OTHER_OUTCOME, "another outcome", CHANGED, OUTCOME) \
    X(OTHER_REASON, "not passed for another reason", CHANGED, REASON) \
    X(TYPES, "other types of the selected pair", CHANGED, TYPES) \
    X(STATES, "other states of agents", CHANGED, STATES) \
    X(LONGER_GAP, "a longer gap of data", CHANGED, GAP) \
    X(LATER, "connected later", CHANGED, COUNT) \
    X(ADVICE, "other advice", CHANGED, ADVICE) \
    X(PASSING, "newly passing", GOOD, OUTCOME) \
    X(BETTER_PATH, "a better path", GOOD, PATH) \
    X(KEEPING, "fewer rules broken", GOOD, VIOLATIONS) \
    X(SHORTER_GAP, "a shorter gap of data", GOOD, GAP) \
    X(EARLIER, "connected earlier", GOOD, COUNT) \
    X(CAME, "only in the new run", CHANGED, OUTCOME) \
    X(WENT, "only in the old run", CHANGED, OUTCOME)
// clang-format on

#define NT_DIFF_GROUP_NAME(name, title, mark, lead) NT_DIFF_##name,
enum nt_diff_group { NT_DIFF_GROUPS(NT_DIFF_GROUP_NAME) NT_DIFF_GROUP_COUNT };

enum nt_diff_mark { NT_DIFF_BAD, NT_DIFF_CHANGED, NT_DIFF_GOOD };

struct nt_diff_options {
    bool advice;       /* is compared, too */
    int64_t tolerance; /* of the times to connect, in milliseconds; -1: they are not compared */
};

const char *nt_diff_group_title(enum nt_diff_group g);
enum nt_diff_mark nt_diff_group_mark(enum nt_diff_group g);
struct nt_diff_pair { /* a case of both runs */
    const struct nt_diff_digest *before, *after;
    const struct nt_strings *texts;
    const struct nt_diff_options *o;
};

/* Of a case that only the new run has. */
enum nt_diff_group nt_diff_group_of_new(const struct nt_diff_digest *d);
/* NT_DIFF_GROUP_COUNT: there is no difference. */
enum nt_diff_group nt_diff_group_of(const struct nt_diff_pair *p);
/* Replaces *lead by what the group is about, and *also by what differs beside it ("" when nothing does). */
void nt_diff_group_put(struct nt_text *lead, struct nt_text *also, enum nt_diff_group g, const struct nt_diff_pair *p);
/* Replaces *lead by the outcome of a case that only one run has. */
void nt_diff_group_put_alone(struct nt_text *lead, const struct nt_diff_digest *d, const struct nt_strings *texts);

#endif
