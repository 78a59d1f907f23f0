#define _GNU_SOURCE
#include "natsim/live/sandbox_message.h"
#include "core/base/err.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

int nt_sandbox_send(int fd, const struct nt_sandbox_message *m, const int *fds, size_t count)
{
    union {
        char bytes[CMSG_SPACE(NT_SANDBOX_INTERFACES_MAX * sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct iovec io = {.iov_base = (void *)(uintptr_t)m,
                       .iov_len = offsetof(struct nt_sandbox_message, text) + strlen(m->text) + 1};
    struct msghdr h = {.msg_iov = &io, .msg_iovlen = 1};
    if (count > 0) {
        h.msg_control = control.bytes;
        h.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&h);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(c), fds, count * sizeof(int));
    }
    return sendmsg(fd, &h, MSG_NOSIGNAL) >= 0 ? NT_OK : NT_EIO;
}

int nt_sandbox_receive(int fd, struct nt_sandbox_message *m, int *fds, size_t *count, bool wait)
{
    union {
        char bytes[CMSG_SPACE(NT_SANDBOX_INTERFACES_MAX * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec io = {.iov_base = m, .iov_len = sizeof *m};
    struct msghdr h = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    *count = 0;
    ssize_t n = recvmsg(fd, &h, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? NT_ENOENT : NT_ESTATE;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&h); c != NULL; c = CMSG_NXTHDR(&h, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        *count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(fds, CMSG_DATA(c), *count * sizeof(int));
    }
    if (n < (ssize_t)offsetof(struct nt_sandbox_message, text) + 1)
        return NT_ESTATE;
    ((char *)m)[n - 1] = '\0';
    return NT_OK;
}
