/* What the scenario's own steps had done to nodes by a time, for the sentences of why_not. */
#ifndef NT_JUDGE_WHY_STEPS_H
#define NT_JUDGE_WHY_STEPS_H

#include "scenarios/world/world.h"

/* When the gateway was last renumbered until `by`; NT_TIME_NEVER: it was not. */
nt_time nt_why_renumbered(const struct nt_world *w, const struct nt_scn_gateway *g, nt_time by);
/* What a step first did to the mappings of the gateway between the two times, and when: "rebooted", "flushed", "renumbered"; NULL:
 * nothing. */
const char *nt_why_emptied(const struct nt_world *w, const struct nt_scn_gateway *g, nt_time from, nt_time by, nt_time *when);
/* Since when the attachment of that number is down at the end; NT_TIME_NEVER: it is up. */
nt_time nt_why_down_since(const struct nt_world *w, struct nt_scn_node node, uint32_t port);

/* The agent or server that had this address until a step moved it away, before `by`, and when; NULL: nobody, or who has it again.
 */
const char *nt_why_moved_away(const struct nt_world *w, const struct nt_addr *a, nt_time by, nt_time *when);

#endif
