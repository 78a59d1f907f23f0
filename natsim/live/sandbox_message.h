/* The messages between the two sides of a sandbox, its owner and its first process, over their socket. */
#ifndef NT_LIVE_SANDBOX_MESSAGE_H
#define NT_LIVE_SANDBOX_MESSAGE_H

#include "natsim/live/sandbox_config.h"

enum nt_sandbox_message_kind {
    NT_SANDBOX_MAPPED = 1, /* to it: its users are known */
    NT_SANDBOX_READY,
    NT_SANDBOX_FAILED,
    NT_SANDBOX_RUN,
    NT_SANDBOX_LOOPBACK,
    NT_SANDBOX_INTERFACE, /* to it: one of its interfaces changes (struct nt_sandbox_change) */
    NT_SANDBOX_ENDED,
    NT_SANDBOX_MEMORY /* from it: all programs are ended, for they took too much */
};

struct nt_sandbox_change {
    uint32_t interface; /* its number */
    bool carrier;       /* there is a link */
    bool readdressed;   /* the rest counts */
    uint8_t bits4, bits6;
    uint32_t mtu;
    uint32_t address_count;
    struct nt_addr addresses[NT_SANDBOX_ADDRESSES_MAX];
};

struct nt_sandbox_message {
    uint32_t kind;                     /* enum nt_sandbox_message_kind */
    uint32_t id;                       /* run, ended */
    int32_t status;                    /* ended */
    struct nt_sandbox_change change;   /* interface */
    char text[NT_SANDBOX_COMMAND_MAX]; /* run: the command; failed: why */
};

/* One message with up to NT_SANDBOX_INTERFACES_MAX descriptors. 0, NT_EIO (errno), NT_ENOENT: none has come; NT_ESTATE: the other
 * side is gone. */
int nt_sandbox_send(int fd, const struct nt_sandbox_message *m, const int *fds, size_t count);
int nt_sandbox_receive(int fd, struct nt_sandbox_message *m, int *fds, size_t *count, bool wait);

#endif
