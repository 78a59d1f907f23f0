/* Real time: a clock that starts when it is told to, descriptors to wait for, and the fabric run up to the clock. Events of the
 * fabric happen at their own times, never ahead of the clock; a packet that a program sends gets the time at which it is read. */
#ifndef NT_LIVE_LIVE_H
#define NT_LIVE_LIVE_H

#include "natsim/fabric/fabric.h"

struct nt_live;

struct nt_live *nt_live_new(void);
void nt_live_del(struct nt_live *l);
/* Calls `ready` when the descriptor is readable or hung up; 0, NT_ENOMEM, or NT_ELIMIT: too many are watched. May be called from
 * within `ready`, as nt_live_ignore. */
int nt_live_watch(struct nt_live *l, int fd, void (*ready)(void *user, nt_time now), void *user);
void nt_live_ignore(struct nt_live *l, int fd);
void nt_live_start(struct nt_live *l); /* now is time 0; before, it stands still at 0 */
bool nt_live_started(const struct nt_live *l);
/* Waits until something happens, `until` at the latest; the fabric has then run to the current time. `patience`: the longest wait
 * by the machine's clock. */
enum nt_fabric_end nt_live_run(struct nt_live *l, struct nt_fabric *f, nt_time until, nt_time patience);
nt_time nt_live_clock(void); /* the machine's, monotonic */

#endif
