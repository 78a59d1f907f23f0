#include "scenarios/files/run_lock.h"
#include "core/base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { ENTRY = 0, RUN = 1, MERGE = 2, INDEXES = 16 }; /* bytes of the file */

static int set_lock(int fd, int command, short type, int64_t at)
{
    struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)at, .l_len = 1};
    int r;
    do
        r = fcntl(fd, command, &l);
    while (r != 0 && errno == EINTR);
    if (r == 0)
        return NT_OK;
    if (errno == EAGAIN || errno == EACCES)
        return NT_EEXIST;
    return errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP || errno == EINVAL ? NT_EUNSUPPORTED : NT_EIO;
}

int nt_run_lock_enter(int fd)
{
    return set_lock(fd, F_SETLKW, F_WRLCK, ENTRY);
}

void nt_run_lock_leave(int fd)
{
    set_lock(fd, F_SETLK, F_UNLCK, ENTRY);
}

int nt_run_lock_whole(int fd)
{
    int r = set_lock(fd, F_SETLK, F_WRLCK, RUN);
    if (r != NT_OK)
        return r;
    if ((r = set_lock(fd, F_SETLK, F_WRLCK, MERGE)) != NT_OK)
        set_lock(fd, F_SETLK, F_UNLCK, RUN);
    return r;
}

int nt_run_lock_rank(int fd)
{
    return set_lock(fd, F_SETLK, F_RDLCK, RUN);
}

void nt_run_lock_share(int fd)
{
    set_lock(fd, F_SETLK, F_RDLCK, RUN);
    set_lock(fd, F_SETLK, F_UNLCK, MERGE);
}

int nt_run_lock_index(int fd, uint64_t rank)
{
    return set_lock(fd, F_SETLK, F_WRLCK, INDEXES + (int64_t)rank);
}

int nt_run_lock_merge(int fd)
{
    return set_lock(fd, F_SETLK, F_WRLCK, MERGE);
}

int nt_run_lock_find_index(int fd, uint64_t *rank)
{
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = INDEXES};
    if (fcntl(fd, F_GETLK, &l) != 0 || l.l_type == F_UNLCK || l.l_start < INDEXES)
        return NT_ENOENT;
    *rank = (uint64_t)l.l_start - INDEXES;
    return NT_OK;
}
