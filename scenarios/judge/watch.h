/* What is judged of packets while they go by, so that none has to be kept for it: conformance, the counts of expect.packets, and
 * whether data came to a server. */
#ifndef NT_JUDGE_WATCH_H
#define NT_JUDGE_WATCH_H

#include "reports/conformance/conformance.h"
#include "scenarios/judge/sizes.h"
#include "scenarios/world/world.h"

struct nt_watch;

/* Reads the world's capture from its first packet: to be made before any has settled. `real_time`: times are measured. The world
 * outlives it. NULL without memory. */
struct nt_watch *nt_watch_new(const struct nt_world *w, bool real_time);
void nt_watch_del(struct nt_watch *watch);

/* The processes among the agents are told to end. */
void nt_watch_stopped(struct nt_watch *watch);
/* Once, after the last packet has settled. 0 or NT_ENOMEM; *verdict is to be freed either way. */
int nt_watch_conformance(struct nt_watch *watch, struct nt_conf_verdict *verdict);
/* How many packets expectation `i` of expect.packets counts; *wrong: why its filter is none, or NULL. */
int64_t nt_watch_packets(const struct nt_watch *watch, size_t i, const char **wrong);
/* Whether a datagram of this agent's data, due at `since` or later, came to a server. */
bool nt_watch_saw_at_server(const struct nt_watch *watch, uint32_t agent, nt_time since);
/* Of each agent: where its data was dropped for its size. */
const struct nt_size_limits *nt_watch_size_limits(const struct nt_watch *watch);

#endif
