/* Real programs in a world: the machines they run on, their start before the clock's, and their end. */
#ifndef NT_PROGRAMS_MACHINES_H
#define NT_PROGRAMS_MACHINES_H

#include "reports/result/result.h"
#include "scenarios/world/world.h"

#include <stdio.h>

#define NT_LIVE_HELLO (30 * NT_SEC)   /* for all processes to say hello, by the machine's clock */
#define NT_LIVE_VERDICT (30 * NT_SEC) /* from the call, for data both ways */
#define NT_LIVE_SETTLE (2 * NT_SEC)   /* after data both ways: pairs may still change */
#define NT_LIVE_STOP (3 * NT_SEC)     /* to end after being told to */

/* Makes the machines, starts servers and agents, and waits until all are ready; the clock then starts. NT_PASS, or NT_SKIP (not
 * here, or unsupported), NT_FAIL, NT_ERROR with the reason. `logs`: beginning of the names of log files ("DIR/ID"); NULL: none. */
enum nt_outcome nt_live_begin(struct nt_world *w, const char *logs, char *why, size_t cap);
/* A log of the case, NAME.log; NULL: none is wanted, or it cannot be made. */
FILE *nt_live_log(const struct nt_world *w, const char *name);
/* Told to stop, and given the time for it; the machines end with the world. */
void nt_live_end(struct nt_world *w);
/* Is the time for a verdict over? */
bool nt_live_late(const struct nt_world *w);
/* Where the agents' data went in the last second in which there was any: NT_PATH_DIRECT, NT_PATH_RELAYED, 0: there was none. */
unsigned nt_live_path(const struct nt_world *w);
/* An agent's checks, as its packets show them: transactions sent, requests received. */
void nt_live_checks(const struct nt_world *w, uint32_t agent, uint32_t *sent, uint32_t *received);
/* What went wrong with the processes themselves: NT_PASS, or the first in the order of the file with its reason. */
enum nt_outcome nt_live_fault(const struct nt_world *w, char *why, size_t cap);

#endif
