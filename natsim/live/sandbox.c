/* The owner's side of a sandbox. */
#define _GNU_SOURCE
#include "natsim/live/sandbox.h"
#include "core/base/err.h"
#include "natsim/live/sandbox_init.h"
#include "natsim/live/sandbox_mend.h"
#include "natsim/live/sandbox_message.h"
#include "natsim/live/sandbox_user.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct nt_sandbox {
    pid_t pid;
    int fd;
    int tuns[NT_SANDBOX_INTERFACES_MAX];
    size_t tun_count;
    bool out_of_memory;
};

/* `what` could not be done, by errno. */
static void explain_failure(char why[NT_SANDBOX_WHY], const char *what)
{
    char text[80];
    snprintf(text, sizeof text, "%s (%s)", what, strerror(errno));
    nt_sandbox_explain(why, NT_SANDBOX_WHY, text);
}

static pid_t start_first_process(const struct nt_sandbox_config *config, int ends[2])
{
    unsigned long flags =
        CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | SIGCHLD;
    fflush(NULL);
    pid_t pid = (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
    if (pid == 0)
        nt_sandbox_init(config, ends[1]);
    return pid;
}

/* The first process goes on once its users are known. */
static int map_users(struct nt_sandbox *s)
{
    struct nt_sandbox_message m = {.kind = NT_SANDBOX_MAPPED};
    return nt_sandbox_map_users(s->pid) == 0 ? nt_sandbox_send(s->fd, &m, NULL, 0) : NT_EIO;
}

struct nt_sandbox *nt_sandbox_new(const struct nt_sandbox_config *config, char why[NT_SANDBOX_WHY])
{
    struct nt_sandbox *s = calloc(1, sizeof *s);
    struct nt_sandbox_message m;
    int ends[2];
    snprintf(why, NT_SANDBOX_WHY, "out of memory");
    if (s == NULL || config->interface_count > NT_SANDBOX_INTERFACES_MAX ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        free(s);
        return NULL;
    }
    s->pid = start_first_process(config, ends);
    close(ends[1]);
    s->fd = ends[0];
    if (s->pid < 0) {
        explain_failure(why, "a namespace cannot be made");
    } else if (map_users(s) != NT_OK) {
        explain_failure(why, "the user namespace cannot be set up");
    } else if (nt_sandbox_receive(s->fd, &m, s->tuns, &s->tun_count, true) != NT_OK) {
        nt_sandbox_explain(why, NT_SANDBOX_WHY, "the first process of a sandbox ended");
    } else if (m.kind == NT_SANDBOX_READY && s->tun_count == config->interface_count) {
        return s;
    } else {
        nt_sandbox_explain(why, NT_SANDBOX_WHY, m.text);
    }
    nt_sandbox_del(s);
    return NULL;
}

void nt_sandbox_del(struct nt_sandbox *s)
{
    if (s == NULL)
        return;
    close(s->fd);
    if (s->pid > 0) {
        kill(s->pid, SIGKILL); /* the kernel kills the rest of its process namespace before waitpid returns */
        while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    for (size_t i = 0; i < s->tun_count; i++)
        close(s->tuns[i]);
    free(s);
}

int nt_sandbox_tun(const struct nt_sandbox *s, size_t interface)
{
    return interface < s->tun_count ? s->tuns[interface] : -1;
}

int nt_sandbox_fd(const struct nt_sandbox *s)
{
    return s->fd;
}

bool nt_sandbox_out_of_memory(const struct nt_sandbox *s)
{
    return s->out_of_memory;
}

pid_t nt_sandbox_pid(const struct nt_sandbox *s)
{
    return s->pid;
}

/* The sandbox's end becomes ends[0], the command's ends[1], in either direction. */
static int make_pipe(int ends[2], bool sandbox_writes)
{
    int p[2];
    if (pipe2(p, O_CLOEXEC) != 0)
        return NT_EIO;
    ends[0] = p[sandbox_writes ? 1 : 0];
    ends[1] = p[sandbox_writes ? 0 : 1];
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return NT_OK;
}

int nt_sandbox_run(struct nt_sandbox *s, const char *command, uint32_t id, int fds[3])
{
    struct nt_sandbox_message m = {.kind = NT_SANDBOX_RUN, .id = id};
    int theirs[3], made = 0, r = NT_OK;
    if (snprintf(m.text, sizeof m.text, "%s", command) >= (int)sizeof m.text)
        return NT_EINVAL;
    for (; made < 3 && r == NT_OK; made += r == NT_OK) {
        int ends[2];
        r = make_pipe(ends, made == 0);
        if (r == NT_OK)
            fds[made] = ends[0], theirs[made] = ends[1];
    }
    if (r == NT_OK)
        r = nt_sandbox_send(s->fd, &m, theirs, 3);
    for (int i = 0; i < made; i++) {
        close(theirs[i]);
        if (r != NT_OK)
            close(fds[i]);
    }
    return r;
}

int nt_sandbox_loopback(struct nt_sandbox *s)
{
    struct nt_sandbox_message m = {.kind = NT_SANDBOX_LOOPBACK};
    return nt_sandbox_send(s->fd, &m, NULL, 0);
}

int nt_sandbox_link(struct nt_sandbox *s, size_t interface, bool up)
{
    struct nt_sandbox_message m = {.kind = NT_SANDBOX_INTERFACE, .change = {.interface = (uint32_t)interface, .carrier = up}};
    return nt_sandbox_send(s->fd, &m, NULL, 0);
}

int nt_sandbox_readdress(struct nt_sandbox *s, size_t interface, const struct nt_sandbox_interface *i, bool up)
{
    struct nt_sandbox_message m = {.kind = NT_SANDBOX_INTERFACE,
                                   .change = {.interface = (uint32_t)interface,
                                              .carrier = up,
                                              .readdressed = true,
                                              .bits4 = i->bits4,
                                              .bits6 = i->bits6,
                                              .mtu = i->mtu,
                                              .address_count = (uint32_t)i->address_count}};
    if (i->address_count > NT_SANDBOX_ADDRESSES_MAX)
        return NT_EINVAL;
    for (size_t k = 0; k < i->address_count; k++)
        m.change.addresses[k] = i->addresses[k];
    return nt_sandbox_send(s->fd, &m, NULL, 0);
}

bool nt_sandbox_ended(struct nt_sandbox *s, uint32_t *id, int *status, bool *gone)
{
    struct nt_sandbox_message m;
    int fds[NT_SANDBOX_INTERFACES_MAX];
    size_t count;
    int r = nt_sandbox_receive(s->fd, &m, fds, &count, false);
    *gone = r == NT_ESTATE;
    s->out_of_memory = s->out_of_memory || (r == NT_OK && m.kind == NT_SANDBOX_MEMORY);
    if (r != NT_OK || m.kind != NT_SANDBOX_ENDED)
        return false;
    *id = m.id;
    *status = m.status;
    return true;
}
