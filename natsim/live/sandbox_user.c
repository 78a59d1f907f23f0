#define _GNU_SOURCE
#include "natsim/live/sandbox_user.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int write_file(pid_t pid, const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    close(fd);
    return n == (ssize_t)strlen(text) ? 0 : -1;
}

/* The first that is allowed: outer root is another user than root inside, and every file has an owner that is known inside, so that
 * what root may read can be read; all users, or those that a container has. */
static int map_from_root(pid_t pid, const char *name)
{
    static const char *const maps[] = {"0 65534 1\n1 0 65534\n65535 65535 4294901760\n", "0 65534 1\n1 0 65534\n"};
    int r = -1;
    for (size_t i = 0; r != 0 && i < sizeof maps / sizeof *maps; i++)
        r = write_file(pid, name, maps[i]);
    return r;
}

static int map_one(pid_t pid, const char *name, unsigned id)
{
    char line[32];
    snprintf(line, sizeof line, "0 %u 1", id);
    return write_file(pid, name, line);
}

/* user_namespaces(7): without privilege one may map one's own identity alone, and must deny setgroups first. A container may have
 * too few users even for root. */
int nt_sandbox_map_users(pid_t pid)
{
    uid_t uid = geteuid();
    if (uid == 0 && map_from_root(pid, "uid_map") == 0)
        return map_from_root(pid, "gid_map");
    if (map_one(pid, "uid_map", (unsigned)uid) != 0)
        return -1;
    write_file(pid, "setgroups", "deny");
    return map_one(pid, "gid_map", (unsigned)getegid());
}
