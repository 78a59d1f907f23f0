/* What the two sides of a sandbox say to each other over their socket: its owner, and its first process. */
#ifndef NT_LIVE_SANDBOX_STATE_H
#define NT_LIVE_SANDBOX_STATE_H

#include "natsim/live/sandbox.h"

enum nt_sandbox_said { NT_SANDBOX_READY = 1, NT_SANDBOX_FAILED, NT_SANDBOX_RUN, NT_SANDBOX_LOOPBACK, NT_SANDBOX_ENDED };

struct nt_sandbox_message {
    uint32_t said;   /* enum nt_sandbox_said */
    uint32_t id;     /* run, ended */
    int32_t status;  /* ended */
    char text[NT_SANDBOX_COMMAND_MAX]; /* run: the command; failed: why */
};

/* One message with up to NT_SANDBOX_INTERFACES_MAX descriptors. 0, NT_EIO (errno), NT_ENOENT: nothing there; NT_ESTATE: the
 * other side is gone. */
int nt_sandbox_send(int fd, const struct nt_sandbox_message *m, const int *fds, size_t count);
int nt_sandbox_receive(int fd, struct nt_sandbox_message *m, int *fds, size_t *count, bool wait);

/* sandbox_init.c: the first process; `fd` is its end of the socket. */
_Noreturn void nt_sandbox_init(const struct nt_sandbox_config *config, int fd, uid_t uid, gid_t gid);

/* tun.c: an interface inside the namespace of the caller. The device, or -1 with errno and *what. */
int nt_tun_open(const char *name, const struct nt_sandbox_interface *i, unsigned metric, const char **what);
int nt_tun_loopback_up(void);

#endif
