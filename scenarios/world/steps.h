/* The steps of a case: each runs at its time, or some time after the first occurrence of an event. */
#ifndef NT_WORLD_STEPS_H
#define NT_WORLD_STEPS_H

#include "scenarios/world/world.h"

struct nt_steps;

/* Schedules what has a time; the others wait for their events. NULL without memory. */
struct nt_steps *nt_steps_new(struct nt_world *w);
void nt_steps_del(struct nt_steps *s);
/* The observer's: an event with a name happened for the first time or again. */
void nt_steps_event(struct nt_steps *s, const struct nt_observed *o, nt_time now);
bool nt_steps_done(const struct nt_steps *s);
bool nt_steps_idle(const struct nt_steps *s); /* all have run but those whose events have not happened */
const struct nt_scn_step *nt_steps_not_run(const struct nt_steps *s); /* the first that never ran, or NULL */
/* The first that ran and could not be done, with the reason; NULL: none. */
const struct nt_scn_step *nt_steps_failed(const struct nt_steps *s, const char **why);

#endif
