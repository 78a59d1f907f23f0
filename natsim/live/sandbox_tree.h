/* The files that the programs of a sandbox see: a new root directory in memory with the system's directories, without what not
 * everybody may read, and with the directories that are given; all of it read-only. They write to /tmp and /dev/shm, which are in
 * memory, have a limit, and end with the sandbox. Home directories, /run, /sys, devices and all the rest are not there. */
#ifndef NT_LIVE_SANDBOX_TREE_H
#define NT_LIVE_SANDBOX_TREE_H

#include "natsim/live/sandbox_config.h"

/* For the first process of new user, mount and process namespaces: its root directory is then the new one. 0, or -1 with errno and
 * *what (static) went wrong. */
int nt_sandbox_tree(const struct nt_sandbox_config *config, const char **what);
/* Is it in a directory of the system that programs see without being given it? */
bool nt_sandbox_shows(const char *path);
/* Do programs have one of their own by that name, and do not miss the system's? */
bool nt_sandbox_makes(const char *path);

#endif
