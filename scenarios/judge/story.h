/* The story of a case: what happened while it ran, event by event, packets apart. For `natsim explain` and the page. */
#ifndef NT_JUDGE_STORY_H
#define NT_JUDGE_STORY_H

#include "reports/result/case.h"
#include "reports/result/strings.h"
#include "scenarios/model/case.h"

#define NT_STORY_EVENTS 2000 /* of a case in a run's reports; further ones are counted */

#define NT_STORY_RECENT 16 /* addresses whose numbers are remembered */
#define NT_STORY_WORDS 64  /* likewise words */

struct nt_story {
    size_t limit; /* events; 0: none */
    struct nt_strings texts;
    struct nt_result_event *events;
    size_t count, cap;
    uint64_t missing;
    struct nt_story_address {
        struct nt_addr addr;
        uint32_t text;
    } recent[NT_STORY_RECENT];
    size_t next_recent;
    struct nt_story_word {
        const char *word;
        uint32_t number;
    } words[NT_STORY_WORDS];
    int err; /* NT_ENOMEM sticks */
};

void nt_story_begin(struct nt_story *s, size_t limit);
void nt_story_note(struct nt_story *s, const struct nt_scn_case *c, struct nt_scn_node node, const struct nt_trace_event *ev);
/* Hands the events over to *r. 0 or NT_ENOMEM. In any case the story is empty afterwards. */
int nt_story_give(struct nt_story *s, struct nt_result_case *r);

#endif
