/* The world of one case: the fabric with its networks, gateways, servers and agents, the management links, the steps, and what was
 * observed while it ran. */
#ifndef NT_WORLD_WORLD_H
#define NT_WORLD_WORLD_H

#include "scenarios/world/hooks.h"
#include "scenarios/world/observe.h"

struct nt_steps;
struct nt_world;

/* `carrier`: of the frames; NULL: the built-in one. `hooks` is copied; NULL: the case has no real programs. `capture` receives
 * every packet; it is cleared here, and its taps and names are those of the world. NULL without memory. */
struct nt_world *nt_world_new(const struct nt_scn_case *scn, uint64_t seed, const struct nt_carrier_ops *carrier,
                              const struct nt_world_hooks *hooks, struct nt_capture *capture);
void nt_world_del(struct nt_world *w);
/* Each trace event but packets, with the node that it belongs to, from now on. */
void nt_world_listen(struct nt_world *w, void (*any)(void *user, struct nt_scn_node node, const struct nt_trace_event *ev),
                     void *user);
void nt_world_active(void *world, nt_time now); /* as nt_app_context's active */

const struct nt_scn_case *nt_world_case(const struct nt_world *w);
struct nt_fabric *nt_world_fabric(const struct nt_world *w);
const struct nt_observer *nt_world_observer(const struct nt_world *w);
const struct nt_steps *nt_world_steps(const struct nt_world *w);
nt_time nt_world_now(const struct nt_world *w);
nt_time nt_world_call_at(const struct nt_world *w);       /* when the call step ran; NT_TIME_NEVER: not yet */
nt_time nt_world_last_activity(const struct nt_world *w); /* the last step, or progress of an application */

#endif
