/* What an ICMP error has said about the path to a client or a peer, so that a datagram that does not fit is not sent with DF for
 * ever: as a kernel does for its sockets. */
#ifndef NT_TURN_PATH_MTU_H
#define NT_TURN_PATH_MTU_H

#include "core/base/time.h"

#include <stdbool.h>
#include <stddef.h>

struct nt_turn_path_mtu {
    uint32_t bytes; /* of a packet; 0: not known */
    nt_time until;
};

void nt_turn_path_mtu_learn(struct nt_turn_path_mtu *m, uint32_t bytes, nt_time now);
/* Does a UDP datagram of so many bytes fit, in IPv4, as far as is known? */
bool nt_turn_path_carries(const struct nt_turn_path_mtu *m, size_t len, nt_time now);

#endif
