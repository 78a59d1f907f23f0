#include "scenarios/files/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART_BYTES 256 /* of a path; file systems take 255 bytes */

static const char *type_name(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFLNK: return "a symbolic link";
    case S_IFDIR: return "a directory";
    case S_IFIFO: return "a FIFO";
    case S_IFSOCK: return "a socket";
    case S_IFREG: return "a file";
    default: return "a device";
    }
}

static int refuse(const char *what, const char *name, bool last, char *why)
{
    if (last)
        snprintf(why, NT_INSIDE_WHY, "it is %s", what);
    else
        snprintf(why, NT_INSIDE_WHY, "%.100s is %s", name, what);
    errno = EINVAL;
    return -1;
}

/* Opens a member of a directory: the last of a path must be of the type, others are directories. It is looked at before it is
 * opened, since opening a device or a FIFO may do something, and again afterwards. */
static int open_member(int at, const char *name, bool last, mode_t type, char *why)
{
    const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    struct stat st;
    bool there = fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    if (there && (st.st_mode & S_IFMT) != (last ? type : S_IFDIR))
        return refuse(type_name(st.st_mode), name, last, why);
    int fd = there ? openat(at, name, flags) : -1;
    if (fd < 0) {
        int saved = errno;
        snprintf(why, NT_INSIDE_WHY, "%.100s%s%.50s", last ? "" : name, last ? "" : ": ", strerror(saved));
        errno = saved;
        return -1;
    }
    if (fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == (last ? type : S_IFDIR))
        return fd;
    close(fd);
    return refuse("another thing from one moment to the next", name, last, why);
}

/* The part of a path up to its next '/'. False: it leads out, or is too long. */
static bool take_part(const char **path, char part[PART_BYTES])
{
    size_t len = strcspn(*path, "/");
    errno = EINVAL;
    if (len == 0 || len >= PART_BYTES)
        return false;
    memcpy(part, *path, len);
    part[len] = '\0';
    *path += len + ((*path)[len] == '/');
    return strcmp(part, ".") != 0 && strcmp(part, "..") != 0;
}

static int open_inside(const char *dir, const char *name, mode_t type, char *why)
{
    char part[PART_BYTES];
    int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        snprintf(why, NT_INSIDE_WHY, "%.50s", strerror(errno));
    while (at >= 0 && *name != '\0') {
        int next = -1;
        if (take_part(&name, part))
            next = open_member(at, part, *name == '\0', type, why);
        else
            snprintf(why, NT_INSIDE_WHY, "it leads out of the directory, or is too long");
        int saved = errno;
        close(at);
        errno = saved;
        at = next;
    }
    return at;
}

int nt_inside_open(const char *dir, const char *name, char why[NT_INSIDE_WHY])
{
    return open_inside(dir, name, S_IFREG, why);
}

int nt_inside_open_bounded(const char *dir, const char *name, uint64_t most, char why[NT_INSIDE_WHY])
{
    struct stat st;
    int fd = nt_inside_open(dir, name, why);
    if (fd < 0 || (fstat(fd, &st) == 0 && (uint64_t)st.st_size <= most))
        return fd;
    close(fd);
    snprintf(why, NT_INSIDE_WHY, "it is larger than %" PRIu64 " GiB", most >> 30);
    errno = EFBIG;
    return -1;
}

int nt_inside_open_directory(const char *dir, const char *name, char why[NT_INSIDE_WHY])
{
    return open_inside(dir, name, S_IFDIR, why);
}
