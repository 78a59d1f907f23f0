#define _GNU_SOURCE
#include "natsim/live/sandbox_mend.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 240

/* Of Linux, of Debian before 11, of Ubuntu from 24.04. */
static const struct setting {
    const char *name, *file, *good;
    long bad;
} settings[] = {
    {"user.max_user_namespaces", "/proc/sys/user/max_user_namespaces", "10000", 0},
    {"kernel.unprivileged_userns_clone", "/proc/sys/kernel/unprivileged_userns_clone", "1", 0},
    {"kernel.apparmor_restrict_unprivileged_userns", "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "0", 1},
};

static bool is_bad(const struct setting *s)
{
    long value;
    FILE *f = fopen(s->file, "re");
    bool bad = f != NULL && fscanf(f, "%ld", &value) == 1 && value == s->bad;
    if (f != NULL)
        fclose(f);
    return bad;
}

/* What root would have to type; "" when nothing is known to be missing. */
static void write_line(char line[LINE_MAX_BYTES])
{
    size_t len = 0;
    line[0] = '\0';
    if (access("/dev/net/tun", R_OK | W_OK) != 0)
        len = (size_t)snprintf(line, LINE_MAX_BYTES, "%schmod 0666 /dev/net/tun", errno == ENOENT ? "modprobe tun && " : "");
    for (size_t i = 0, first = 1; i < sizeof settings / sizeof *settings; i++)
        if ((i == 0 || geteuid() != 0) && is_bad(&settings[i])) {
            const char *before = !first ? " " : len > 0 ? " && sysctl -w " : "sysctl -w ";
            len += (size_t)snprintf(line + len, LINE_MAX_BYTES - len, "%s%s=%s", before, settings[i].name, settings[i].good);
            first = 0;
        }
}

void nt_sandbox_explain(char *why, size_t cap, const char *what)
{
    char line[LINE_MAX_BYTES];
    bool root = geteuid() == 0;
    int n = snprintf(why, cap, "no real programs here: %.80s: ", what);
    size_t len = n > 0 && (size_t)n < cap ? (size_t)n : 0;
    write_line(line);
    if (strstr(what, "mount point") != NULL)
        snprintf(why + len, cap - len, "before the chroot, 'mount --bind DIR DIR'");
    else if (strstr(what, "not implemented") != NULL)
        snprintf(why + len, cap - len, "it needs Linux 5.12 or later");
    else if (root && strstr(line, "tun") != NULL)
        snprintf(why + len, cap - len, "'modprobe tun', or give the container /dev/net/tun");
    else if (line[0] != '\0')
        snprintf(why + len, cap - len, root ? "'%s'" : "run as root, or have an administrator run '%s'", line);
    else
        snprintf(why + len, cap - len, "the container must allow namespaces%s", root ? " (CAP_SYS_ADMIN, CAP_NET_ADMIN)" : "");
}
