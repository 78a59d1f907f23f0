/* How long segments may be (RFC 9293, 3.7.1). */
#ifndef NT_TCP_MSS_H
#define NT_TCP_MSS_H

#include "natsim/tcp/connection.h"

uint16_t nt_mss_of_mtu(uint32_t mtu, uint8_t family);
/* What we may send: what our path takes, and what the peer's SYN says, or else the default. */
uint16_t nt_mss_of_syn(uint16_t own, const struct nt_segment *syn, uint8_t family);

#endif
