/* When connections have something to do: a heap in the order (time, place). */
#ifndef NT_TCP_TIMERS_H
#define NT_TCP_TIMERS_H

#include "natsim/tcp/tcp_state.h"

int nt_timers_reserve(struct nt_tcp *t, size_t connections); /* NT_ENOMEM */
void nt_timers_set(struct nt_tcp *t, uint32_t connection, nt_time at);
nt_time nt_timers_next(const struct nt_tcp *t);
/* The first connection that is due, whose timer is off then; NT_MAP_NONE. */
uint32_t nt_timers_due(struct nt_tcp *t, nt_time now);

#endif
