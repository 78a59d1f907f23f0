/* The owner's side of a sandbox. */
#define _GNU_SOURCE
#include "natsim/live/sandbox.h"
#include "core/base/err.h"
#include "natsim/live/sandbox_init.h"
#include "natsim/live/sandbox_message.h"

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
};

/* Says what prevents sandboxes here, and what helps. */
static void explain_failure(char why[NT_SANDBOX_WHY], const char *what, bool root)
{
    const char *mend = strstr(what, "/dev/net/tun") != NULL  ? (root ? "'modprobe tun', or give the container /dev/net/tun"
                                                                     : "run as root, or 'chmod 0666 /dev/net/tun'")
                       : strstr(what, "mount point") != NULL ? "before the chroot, 'mount --bind DIR DIR'"
                       : root                                ? "the container must allow namespaces (CAP_SYS_ADMIN, CAP_NET_ADMIN)"
                              : "run as root, or allow user namespaces (sysctl user.max_user_namespaces)";
    if (snprintf(why, NT_SANDBOX_WHY, "no real programs here: %.80s: %s", what, mend) < 0)
        why[0] = '\0';
}

static pid_t start_first_process(const struct nt_sandbox_config *config, int ends[2])
{
    uid_t uid = geteuid();
    gid_t gid = getegid();
    unsigned long flags = CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | SIGCHLD;
    if (uid != 0)
        flags |= CLONE_NEWUSER;
    fflush(NULL);
    pid_t pid = (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
    if (pid == 0)
        nt_sandbox_init(config, ends[1], uid, gid);
    return pid;
}

struct nt_sandbox *nt_sandbox_new(const struct nt_sandbox_config *config, char why[NT_SANDBOX_WHY])
{
    struct nt_sandbox *s = calloc(1, sizeof *s);
    struct nt_sandbox_message m;
    int ends[2];
    bool root = geteuid() == 0;
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
        char what[80];
        snprintf(what, sizeof what, "a namespace cannot be made (%s)", strerror(errno));
        explain_failure(why, what, root);
    } else if (nt_sandbox_receive(s->fd, &m, s->tuns, &s->tun_count, true) != NT_OK) {
        explain_failure(why, "the first process of a sandbox ended", root);
    } else if (m.kind == NT_SANDBOX_READY && s->tun_count == config->interface_count) {
        return s;
    } else {
        explain_failure(why, m.text, root);
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

bool nt_sandbox_ended(struct nt_sandbox *s, uint32_t *id, int *status, bool *gone)
{
    struct nt_sandbox_message m;
    int fds[NT_SANDBOX_INTERFACES_MAX];
    size_t count;
    int r = nt_sandbox_receive(s->fd, &m, fds, &count, false);
    *gone = r == NT_ESTATE;
    if (r != NT_OK || m.kind != NT_SANDBOX_ENDED)
        return false;
    *id = m.id;
    *status = m.status;
    return true;
}
