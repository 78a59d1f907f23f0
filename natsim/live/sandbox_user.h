/* The user namespace of a sandbox. Its programs are root in there, and outside a user who may write nothing: with root outside it
 * is `nobody` (65534), else whoever started natsim. */
#ifndef NT_LIVE_SANDBOX_USER_H
#define NT_LIVE_SANDBOX_USER_H

#include <stdbool.h>
#include <sys/types.h>

/* For the owner: gives the users of a process that waits in a new user namespace their outer ones. 0 or -1 with errno. */
int nt_sandbox_map_users(pid_t pid);

#endif
