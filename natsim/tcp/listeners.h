/* Who listens on which port, and which ports are free. */
#ifndef NT_TCP_LISTENERS_H
#define NT_TCP_LISTENERS_H

#include "natsim/tcp/tcp_state.h"

#define NT_TCP_LISTENERS_MAX 4096

int nt_listeners_add(struct nt_tcp *t, struct nt_addr *local, struct nt_tcp_name name); /* NT_EEXIST, NT_ELIMIT, NT_ENOMEM */
/* By index; NT_MAP_NONE: nobody. The one with this address before one with any. */
uint32_t nt_listeners_find(const struct nt_tcp *t, const struct nt_addr *local);
uint32_t nt_listeners_named(const struct nt_tcp *t, struct nt_tcp_name name);
/* A free port for a connection from local to remote, or NT_EEXIST; or whether the port that is there may be used. */
int nt_listeners_choose(struct nt_tcp *t, struct nt_addr *local, const struct nt_addr *remote, uint32_t owner);

#endif
