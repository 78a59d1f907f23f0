#define _GNU_SOURCE
#include "natsim/live/sandbox_init.h"
#include "core/base/err.h"
#include "natsim/live/sandbox_memory.h"
#include "natsim/live/sandbox_message.h"
#include "natsim/live/sandbox_rights.h"
#include "natsim/live/sandbox_tree.h"
#include "natsim/live/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMMANDS_MAX 64
#define ENVIRONMENT_MAX 16
#define MEMORY_ROUND 250 /* ms between two looks at the memory of programs */

struct init {
    const struct nt_sandbox_config *config;
    int tuns[NT_SANDBOX_INTERFACES_MAX]; /* the owner's, too */
    int owner, signals;
    struct {
        pid_t pid; /* 0: free */
        uint32_t id;
    } commands[COMMANDS_MAX];
};

static int write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    close(fd);
    return n == (ssize_t)strlen(text) ? 0 : -1;
}

static void set_ip(const char *family, const char *scope, const char *name, const char *value)
{
    char path[100];
    snprintf(path, sizeof path, "/proc/sys/net/%s/conf/%s/%s", family, scope, name);
    write_file(path, value);
}

static void set_ipv6(const char *scope, const char *name, const char *value)
{
    set_ip("ipv6", scope, name, value);
}

/* Before a device is up: keeps the kernel from addresses, solicitations and duplicate address detection of its own. */
static void tame_kernel(bool ipv6)
{
    static const char *const scopes[] = {"all", "default"}, *const off[] = {"accept_dad", "accept_ra", "router_solicitations"};
    for (size_t s = 0; s < 2; s++) {
        set_ip("ipv4", scopes[s], "rp_filter", "0");
        set_ip("ipv4", scopes[s], "ignore_routes_with_linkdown", "1"); /* another interface takes over */
        set_ipv6(scopes[s], "disable_ipv6", ipv6 ? "0" : "1");
        set_ipv6(scopes[s], "ignore_routes_with_linkdown", "1");
        for (size_t i = 0; ipv6 && i < sizeof off / sizeof *off; i++)
            set_ipv6(scopes[s], off[i], "0");
    }
    set_ipv6("default", "addr_gen_mode", "1"); /* at "all" it would give lo its address */
}

static _Noreturn void fail_setup(int owner, const char *what)
{
    struct nt_sandbox_message m = {.kind = NT_SANDBOX_FAILED};
    snprintf(m.text, sizeof m.text, "%s (%s)", what, strerror(errno));
    nt_sandbox_send(owner, &m, NULL, 0);
    _exit(1);
}

static void wait_for_users(int owner)
{
    struct nt_sandbox_message m;
    int none[NT_SANDBOX_INTERFACES_MAX];
    size_t count;
    int r;
    do
        r = nt_sandbox_receive(owner, &m, none, &count, true);
    while (r == NT_ENOENT);
    if (r != NT_OK || m.kind != NT_SANDBOX_MAPPED)
        _exit(1);
}

static const char *interface_name(char name[16], size_t i)
{
    snprintf(name, 16, "eth%u", (unsigned)(i % NT_SANDBOX_INTERFACES_MAX));
    return name;
}

static void set_up(const struct nt_sandbox_config *config, int owner, int *tuns)
{
    const char *what = NULL;
    char name[16];
    wait_for_users(owner);
    tame_kernel(config->ipv6);
    for (size_t i = 0; i < config->interface_count; i++) {
        if ((tuns[i] = nt_tun_open(interface_name(name, i), &config->interfaces[i], (unsigned)i, &what)) < 0)
            fail_setup(owner, what);
    }
    write_file("/proc/sys/user/max_user_namespaces", "0"); /* in this one */
    write_file("/proc/sys/kernel/shmall", "65536");        /* pages of System V's shared memory, in this one's IPC namespace */
    if (nt_sandbox_tree(config, &what) != 0)
        fail_setup(owner, what);
    struct nt_sandbox_message m = {.kind = NT_SANDBOX_READY};
    if (nt_sandbox_send(owner, &m, tuns, config->interface_count) != NT_OK)
        _exit(1);
}

/* All that programs find in their environment. */
static void make_environment(const struct nt_sandbox_config *config, char *all[ENVIRONMENT_MAX])
{
    static const char *const own[] = {"HOME=" NT_SANDBOX_HOME, "TMPDIR=" NT_SANDBOX_HOME, "LANG=C.UTF-8"};
    static const char *const plain[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL};
    const char *const *given = config->environment != NULL ? config->environment : plain;
    size_t count = 0;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        all[count++] = (char *)(uintptr_t)own[i];
    for (size_t i = 0; given[i] != NULL && count + 1 < ENVIRONMENT_MAX; i++)
        all[count++] = (char *)(uintptr_t)given[i];
    all[count] = NULL;
}

/* 126: the reason is its last words. */
static _Noreturn void fail_command(const char *what)
{
    fprintf(stderr, "%s (%s)\n", what, strerror(errno));
    fflush(stderr);
    _exit(126);
}

static _Noreturn void exec_command(const struct nt_sandbox_config *config, const char *command, const int *fds)
{
    char *environment[ENVIRONMENT_MAX];
    sigset_t none;
    sigemptyset(&none);
    setsid();
    for (int i = 0; i < 3; i++)
        dup2(fds[i], i);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    close_range(3, ~0U, 0);
    make_environment(config, environment);
    if (nt_sandbox_restrict() != 0)
        fail_command("natsim cannot take this program's rights away");
    if (chdir(config->directory != NULL ? config->directory : NT_SANDBOX_HOME) != 0)
        fail_command("the program cannot enter natsim's directory");
    execle("/bin/sh", "sh", "-c", command, (char *)NULL, environment);
    fail_command("/bin/sh cannot be executed");
}

static void tell_end(struct init *in, uint32_t id, int status)
{
    struct nt_sandbox_message m = {.kind = NT_SANDBOX_ENDED, .id = id, .status = status};
    nt_sandbox_send(in->owner, &m, NULL, 0);
}

static void run_command(struct init *in, const struct nt_sandbox_message *m, const int *fds, size_t count)
{
    size_t i = 0;
    while (i < COMMANDS_MAX && in->commands[i].pid != 0)
        i++;
    pid_t pid = i < COMMANDS_MAX && count == 3 ? fork() : -1;
    if (pid == 0)
        exec_command(in->config, m->text, fds);
    if (pid > 0) {
        in->commands[i].pid = pid;
        in->commands[i].id = m->id;
    } else {
        tell_end(in, m->id, 126 << 8);
    }
}

static void reap(struct init *in)
{
    struct signalfd_siginfo info;
    int status;
    if (read(in->signals, &info, sizeof info) < 0)
        return;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        for (size_t i = 0; i < COMMANDS_MAX; i++)
            if (in->commands[i].pid == pid) {
                in->commands[i].pid = 0;
                tell_end(in, in->commands[i].id, status);
            }
}

/* What it has is lost first, so that programs are told in the order of a laptop that roams. */
static void change_interface(const struct init *in, const struct nt_sandbox_change *change)
{
    struct nt_sandbox_interface i = {.addresses = change->addresses,
                                     .address_count = change->address_count,
                                     .bits4 = change->bits4,
                                     .bits6 = change->bits6,
                                     .mtu = change->mtu};
    char name[16];
    if (change->interface >= in->config->interface_count)
        return;
    if (!change->carrier)
        nt_tun_carrier(in->tuns[change->interface], false);
    if (change->readdressed)
        nt_tun_readdress(interface_name(name, change->interface), &i, change->interface);
    if (change->carrier)
        nt_tun_carrier(in->tuns[change->interface], true);
}

static void read_message(struct init *in)
{
    struct nt_sandbox_message m;
    int fds[NT_SANDBOX_INTERFACES_MAX];
    size_t count;
    int r = nt_sandbox_receive(in->owner, &m, fds, &count, true);
    if (r == NT_ESTATE)
        _exit(0);
    if (r != NT_OK)
        return;
    if (m.kind == NT_SANDBOX_RUN)
        run_command(in, &m, fds, count);
    else if (m.kind == NT_SANDBOX_LOOPBACK)
        nt_tun_loopback_up();
    else if (m.kind == NT_SANDBOX_INTERFACE)
        change_interface(in, &m.change);
    for (size_t i = 0; i < count; i++)
        close(fds[i]);
}

/* Closes all descriptors but `fd`: the owner's others would outlive it here, and other sandboxes would never see it end. */
static int keep_only(int fd)
{
    int null = open("/dev/null", O_RDWR);
    for (int i = 0; i < 3; i++)
        dup2(null, i);
    if (dup2(fd, 3) < 0)
        _exit(1);
    close_range(4, ~0U, 0);
    fcntl(3, F_SETFD, FD_CLOEXEC);
    return 3;
}

static bool has_commands(const struct init *in)
{
    for (size_t i = 0; i < COMMANDS_MAX; i++)
        if (in->commands[i].pid != 0)
            return true;
    return false;
}

static void limit_memory(const struct init *in)
{
    struct nt_sandbox_message m = {.kind = NT_SANDBOX_MEMORY};
    if (!nt_sandbox_takes_more((uint64_t)NT_SANDBOX_MEMORY_MIB << 20))
        return;
    nt_sandbox_send(in->owner, &m, NULL, 0);
    kill(-1, SIGKILL); /* everybody else in here */
}

_Noreturn void nt_sandbox_init(const struct nt_sandbox_config *config, int fd)
{
    struct init in = {.config = config, .owner = keep_only(fd)};
    sigset_t child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    in.signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    set_up(config, in.owner, in.tuns);
    for (;;) {
        struct pollfd fds[2] = {{.fd = in.owner, .events = POLLIN}, {.fd = in.signals, .events = POLLIN}};
        if (has_commands(&in))
            limit_memory(&in);
        if (poll(fds, 2, has_commands(&in) ? MEMORY_ROUND : -1) <= 0)
            continue;
        if (fds[1].revents != 0)
            reap(&in);
        if (fds[0].revents != 0)
            read_message(&in);
    }
}
