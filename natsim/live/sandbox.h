/* A sandbox: a network namespace of its own (and user, process and mount namespaces) in which real programs run. Its interfaces are
 * TUN devices whose packets the owner reads and writes. It has no name and vanishes with its first process, which ends when the
 * owner ends, in whatever way. What programs see, may do and may take: scenarios/SECURITY.md. Linux only. */
#ifndef NT_LIVE_SANDBOX_H
#define NT_LIVE_SANDBOX_H

#include "natsim/live/sandbox_config.h"

#include <sys/types.h>

#define NT_SANDBOX_WHY 340

struct nt_sandbox;

/* NULL with the reason in `why`, for people: what could not be done, and what helps. */
struct nt_sandbox *nt_sandbox_new(const struct nt_sandbox_config *config, char why[NT_SANDBOX_WHY]);
void nt_sandbox_del(struct nt_sandbox *s); /* kills all that runs in it */
/* The device of an interface: a read takes one packet, a write gives one; neither blocks. The sandbox closes it. */
int nt_sandbox_tun(const struct nt_sandbox *s, size_t interface);

/* Runs a command by /bin/sh. The caller's ends of its standard streams go to fds[0..2] (non-blocking; the caller closes them);
 * nt_sandbox_ended returns its `id`. 0, NT_EINVAL (too long), NT_EIO. */
int nt_sandbox_run(struct nt_sandbox *s, const char *command, uint32_t id, int fds[3]);
int nt_sandbox_loopback(struct nt_sandbox *s); /* brings lo up */
/* An interface loses its link, or has it again: programs see it as on a laptop whose cable is pulled, or whose Wi-Fi ends. */
int nt_sandbox_link(struct nt_sandbox *s, size_t interface, bool up);
/* The same, and it has these addresses and routes in place of all that it had. 0, NT_EINVAL (too many), NT_EIO. */
int nt_sandbox_readdress(struct nt_sandbox *s, size_t interface, const struct nt_sandbox_interface *i, bool up);
/* Readable when a command may have ended. */
int nt_sandbox_fd(const struct nt_sandbox *s);
/* A command that has ended since, with its status as from waitpid; false: none, or the whole sandbox is gone (*gone). */
bool nt_sandbox_ended(struct nt_sandbox *s, uint32_t *id, int *status, bool *gone);
bool nt_sandbox_out_of_memory(const struct nt_sandbox *s); /* its programs took too much, and were ended */
pid_t nt_sandbox_pid(const struct nt_sandbox *s);          /* of its first process */

#endif
