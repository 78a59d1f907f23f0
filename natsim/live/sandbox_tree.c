#define _GNU_SOURCE
#include "natsim/live/sandbox_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OLD "/.old"   /* the outer root directory, while the new one is made */
#define NONE "/.none" /* an empty directory that nobody may enter */
#define DEPTH_MAX 16  /* of /etc */

/* --- parts of it: 0, or -1 with errno --- */

static int make_directory(const char *path)
{
    char part[PATH_MAX];
    if (snprintf(part, sizeof part, "%s/", path) >= (int)sizeof part) {
        errno = ENAMETOOLONG;
        return -1;
    }
    for (char *slash = part; (slash = strchr(slash + 1, '/')) != NULL; *slash = '/') {
        *slash = '\0';
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            return -1;
    }
    return 0;
}

static int make_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    close(fd);
    return n == (ssize_t)strlen(text) ? 0 : -1;
}

static int restrict_mount(const char *path, uint64_t attributes)
{
    struct mount_attr attr = {.attr_set = attributes};
    return mount_setattr(AT_FDCWD, path, AT_RECURSIVE, &attr, sizeof attr);
}

/* Shows an outer directory at a place that exists, with all that is mounted in it. */
static int show(const char *outer, const char *at)
{
    char from[PATH_MAX];
    snprintf(from, sizeof from, OLD "%s", outer);
    if (mount(from, at, NULL, MS_BIND | MS_REC, NULL) != 0)
        return -1;
    return restrict_mount(at, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

static int cover_file(const char *path)
{
    return mount(OLD "/dev/null", path, NULL, MS_BIND, NULL);
}

static int cover_directory(const char *path)
{
    return mount(NONE, path, NULL, MS_BIND, NULL);
}

/* Covers a file with a text. */
static int replace_file(const char *path, const char *text)
{
    const char *own = "/.text";
    if (make_file(own, text) != 0)
        return -1;
    int r = mount(own, path, NULL, MS_BIND, NULL) == 0 ? restrict_mount(path, MOUNT_ATTR_RDONLY) : errno == ENOENT ? 0 : -1;
    return unlink(own) == 0 ? r : -1;
}

/* --- the system's directories --- */

static const char *const shown[] = {"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "opt", "nix", "gnu"};
/* Of /etc, what everybody may read on many a machine, and yet is the machine's own. */
static const char *const hidden[] = {"apt",      "cni",       "docker",  "environment",    "environment.d", "gitconfig",
                                     "gshadow",  "gshadow-",  "hostid",  "kubernetes",     "letsencrypt",   "machine-id",
                                     "munge",    "netplan",   "netrc",   "NetworkManager", "npmrc",         "openvpn",
                                     "pip.conf", "ppp",       "rancher", "shadow",         "shadow-",       "ssh",
                                     "sudoers",  "sudoers.d", "wgetrc",  "wireguard",      "wpa_supplicant"};

bool nt_sandbox_shows(const char *path)
{
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        size_t len = strlen(shown[i]);
        if (path[0] == '/' && strncmp(path + 1, shown[i], len) == 0 && (path[len + 1] == '/' || path[len + 1] == '\0'))
            return true;
    }
    return false;
}

/* As outside: a symbolic link, a directory, or nothing. */
static int show_system(const char *name)
{
    char outer[64], at[64], to[PATH_MAX];
    struct stat st;
    snprintf(at, sizeof at, "/%s", name);
    snprintf(outer, sizeof outer, OLD "/%s", name);
    ssize_t n = readlink(outer, to, sizeof to - 1);
    if (n > 0) {
        to[n] = '\0';
        return symlink(to, at);
    }
    if (stat(outer, &st) != 0 || !S_ISDIR(st.st_mode))
        return 0;
    return mkdir(at, 0755) == 0 ? show(at, at) : -1;
}

/* Covers what not everybody may read; nothing is behind a symbolic link that is not seen by its own name. */
static int cover_private(const char *path, unsigned depth)
{
    DIR *dir = opendir(path);
    int r = dir == NULL ? -1 : 0;
    for (struct dirent *e; r == 0 && (e = readdir(dir)) != NULL;) {
        char name[PATH_MAX];
        struct stat st;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        if (lstat(name, &st) != 0 || S_ISLNK(st.st_mode))
            continue;
        if (S_ISDIR(st.st_mode) && (st.st_mode & 0005) != 0005)
            r = cover_directory(name);
        else if (S_ISDIR(st.st_mode) && depth > 0)
            r = cover_private(name, depth - 1);
        else if (!S_ISDIR(st.st_mode) && (st.st_mode & 0004) == 0)
            r = cover_file(name);
    }
    if (dir != NULL)
        closedir(dir);
    return r;
}

/* What administrators install is not deep. */
static int cover_private_if_there(const char *path)
{
    return access(path, R_OK | X_OK) == 0 ? cover_private(path, 2) : 0;
}

static int cover_names(void)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < sizeof hidden / sizeof *hidden; i++) {
        char path[64];
        struct stat st;
        snprintf(path, sizeof path, "/etc/%s", hidden[i]);
        if (lstat(path, &st) == 0 && !S_ISLNK(st.st_mode))
            r = S_ISDIR(st.st_mode) ? cover_directory(path) : cover_file(path);
    }
    return r;
}

/* A resolv.conf that is a link into /run has no target here, and so does not speak of DNS servers either. */
static int show_etc(const char *hosts)
{
    if (mkdir("/etc", 0755) != 0 || show("/etc", "/etc") != 0 || cover_private("/etc", DEPTH_MAX) != 0 || cover_names() != 0)
        return -1;
    return replace_file("/etc/hosts", hosts) == 0 ? replace_file("/etc/resolv.conf", "# no DNS server answers here\n") : -1;
}

/* --- the kernel's --- */

static const char *const devices[] = {"null", "zero", "full", "random", "urandom", "tty"};

bool nt_sandbox_makes(const char *path)
{
    static const char *const made[] = {"/", "/dev", "/dev/shm", "/dev/pts", "/tmp", "/var/tmp"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        if (strcmp(path, made[i]) == 0)
            return true;
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        if (strncmp(path, "/dev/", 5) == 0 && strcmp(path + 5, devices[i]) == 0)
            return true;
    return strncmp(path, "/proc", 5) == 0 && (path[5] == '/' || path[5] == '\0');
}

static int make_devices(void)
{
    static const char *const links[][2] = {{"/proc/self/fd", "/dev/fd"},
                                           {"/proc/self/fd/0", "/dev/stdin"},
                                           {"/proc/self/fd/1", "/dev/stdout"},
                                           {"/proc/self/fd/2", "/dev/stderr"},
                                           {"pts/ptmx", "/dev/ptmx"}};
    char options[64];
    int r = make_directory("/dev/pts") == 0 ? make_directory("/dev/shm") : -1;
    for (size_t i = 0; r == 0 && i < sizeof devices / sizeof *devices; i++) {
        char from[32], at[32];
        snprintf(from, sizeof from, OLD "/dev/%s", devices[i]);
        snprintf(at, sizeof at, "/dev/%s", devices[i]);
        r = make_file(at, "") == 0 ? mount(from, at, NULL, MS_BIND, NULL) : -1;
    }
    for (size_t i = 0; r == 0 && i < sizeof links / sizeof *links; i++)
        r = symlink(links[i][0], links[i][1]);
    snprintf(options, sizeof options, "mode=1777,uid=0,gid=0,size=%dm", NT_SANDBOX_SHM_MIB);
    if (r == 0)
        r = mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, options);
    return r == 0 ? mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0600") : -1;
}

/* A container may forbid a new /proc: programs then see the outer one, in which the kernel shows them nothing of an outer process
 * but its name, its command line and its numbers. */
static int show_processes(void)
{
    if (mkdir("/proc", 0755) != 0)
        return -1;
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0)
        return cover_private("/proc", 0);
    return errno == EPERM || errno == EBUSY ? show("/proc", "/proc") : -1;
}

/* --- what is theirs --- */

static int make_home(void)
{
    char options[96];
    snprintf(options, sizeof options, "mode=1777,uid=0,gid=0,size=%dm,nr_inodes=%d", NT_SANDBOX_DISK_MIB, NT_SANDBOX_INODES);
    if (mkdir(NT_SANDBOX_HOME, 0755) != 0 || mount("tmpfs", NT_SANDBOX_HOME, "tmpfs", MS_NOSUID | MS_NODEV, options) != 0)
        return -1;
    return mkdir("/run", 0755) == 0 && mkdir("/var", 0755) == 0 ? symlink(NT_SANDBOX_HOME, "/var/tmp") : -1;
}

static int show_place(const struct nt_sandbox_place *place)
{
    char above[PATH_MAX];
    if (make_directory(place->real) != 0 || show(place->real, place->real) != 0)
        return -1;
    if (strcmp(place->path, place->real) == 0)
        return 0;
    snprintf(above, sizeof above, "%s", place->path);
    *strrchr(above, '/') = '\0';
    return make_directory(above) == 0 && (symlink(place->real, place->path) == 0 || errno == EEXIST) ? 0 : -1;
}

static int show_places(const struct nt_sandbox_config *config)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < config->place_count; i++)
        r = show_place(&config->places[i]);
    return r == 0 && config->directory != NULL && !nt_sandbox_shows(config->directory) ? make_directory(config->directory) : r;
}

/* --- the whole --- */

/* What was mounted at the place of the new root directory is where it was once the two have changed places. */
static int begin(void)
{
    if (mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=4m") != 0 || mkdir("/tmp" OLD, 0700) != 0 ||
        syscall(SYS_pivot_root, "/tmp", "/tmp" OLD) != 0 || chdir("/") != 0)
        return -1;
    umask(0022);
    return mkdir(NONE, 0);
}

/* The root directory itself is closed last: what is mounted in it keeps its own rights. */
static int end(void)
{
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
    if (umount2(OLD, MNT_DETACH) != 0 || rmdir(OLD) != 0)
        return -1;
    return mount_setattr(AT_FDCWD, "/", 0, &attr, sizeof attr);
}

int nt_sandbox_tree(const struct nt_sandbox_config *config, const char **what)
{
    *what = "/ is no mount point"; /* in a plain chroot mounts would be seen outside */
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return -1;
    *what = "the root directory of programs cannot be made";
    if (begin() != 0)
        return -1;
    *what = "the system's directories cannot be shown";
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (show_system(shown[i]) != 0)
            return -1;
    if (cover_private_if_there("/opt") != 0 || cover_private_if_there("/usr/local") != 0)
        return -1;
    *what = "/etc cannot be shown";
    if (show_etc(config->hosts) != 0)
        return -1;
    *what = "/dev and /proc cannot be made";
    if (make_devices() != 0 || show_processes() != 0)
        return -1;
    *what = "a directory of the scenario's cannot be shown";
    if (make_home() != 0 || show_places(config) != 0)
        return -1;
    *what = "the outer files cannot be hidden";
    return end();
}
