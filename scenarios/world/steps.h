/* The steps of a case: each runs at its time, or some time after an event. */
#ifndef NT_WORLD_STEPS_H
#define NT_WORLD_STEPS_H

#include "scenarios/world/observe.h"

struct nt_steps;
struct nt_world;

/* Schedules the steps that have a time; the others wait for their events. NULL without memory. */
struct nt_steps *nt_steps_new(struct nt_world *w);
void nt_steps_del(struct nt_steps *s);
/* A named event was observed: schedules the steps that wait for it. */
void nt_steps_event(struct nt_steps *s, const struct nt_observed *o, nt_time now);
bool nt_steps_done(const struct nt_steps *s); /* all have run, and what they move has arrived */
bool nt_steps_idle(const struct nt_steps *s); /* none is scheduled or goes on: the rest waits for events that have not happened */
const struct nt_scn_step *nt_steps_not_run(const struct nt_steps *s); /* the first that never ran, or NULL */
/* When the step of that number ran; NT_TIME_NEVER: it has not. */
nt_time nt_steps_ran_at(const struct nt_steps *s, size_t i);
bool nt_steps_succeeded(const struct nt_steps *s, size_t i); /* it ran, and could be done */
/* The first that failed, with the reason; NULL: none. */
const struct nt_scn_step *nt_steps_failed(const struct nt_steps *s, const char **why);

#endif
