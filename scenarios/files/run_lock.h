/* The lock of a directory: byte ranges of one open file, which belong to the process. The kernel drops them when it ends, however
 * it ends, and processes that it forks never hold them. The process may have no second descriptor of the file: closing that one
 * would drop the lock, too. Functions return 0; NT_EEXIST: another process holds it; NT_EUNSUPPORTED: the file system has no locks;
 * NT_EIO (errno). */
#ifndef NT_FILES_RUN_LOCK_H
#define NT_FILES_RUN_LOCK_H

#include <stdint.h>

/* One process after another looks at the directory and takes its lock. Waits. */
int nt_run_lock_enter(int fd);
void nt_run_lock_leave(int fd);

int nt_run_lock_whole(int fd); /* for a run: while no other, no rank and no merge is at work */
int nt_run_lock_rank(int fd);  /* for a rank: while other ranks are at work */
/* From the lock of a run to that of a rank, without a moment between. */
void nt_run_lock_share(int fd);
int nt_run_lock_index(int fd, uint64_t rank); /* beside it: each rank once */
int nt_run_lock_merge(int fd);                /* for merge: while ranks may be at work, but no run and no other merge */
/* A rank that another process has locked. NT_ENOENT: none. */
int nt_run_lock_find_index(int fd, uint64_t *rank);

#endif
