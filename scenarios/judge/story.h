/* The story of a case: what happened while it ran, event by event, packets apart. For `natsim explain` and the page. */
#ifndef NT_JUDGE_STORY_H
#define NT_JUDGE_STORY_H

#include "reports/result/case.h"
#include "scenarios/model/case.h"

#define NT_STORY_EVENTS 2000 /* of a case in a run's reports; further ones are counted */

struct nt_story {
    size_t limit; /* events */
    struct nt_result_event *events;
    size_t count, cap;
    uint64_t missing;
    int err; /* NT_ENOMEM sticks */
};

void nt_story_note(struct nt_story *s, const struct nt_scn_case *c, struct nt_scn_node node, const struct nt_trace_event *ev);
/* Hands the events over to *r. 0 or NT_ENOMEM. In any case the story is empty afterwards. */
int nt_story_give(struct nt_story *s, struct nt_result_case *r);

#endif
