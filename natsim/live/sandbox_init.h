/* The first process of a sandbox: makes the devices and private files, then runs commands until its owner is gone. With it
 * everything in its process namespace ends, browsers' grandchildren included. */
#ifndef NT_LIVE_SANDBOX_INIT_H
#define NT_LIVE_SANDBOX_INIT_H

#include "natsim/live/sandbox_config.h"

/* `fd` is its end of the socket. It waits there for NT_SANDBOX_MAPPED. */
_Noreturn void nt_sandbox_init(const struct nt_sandbox_config *config, int fd);

#endif
