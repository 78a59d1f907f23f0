/* What a host sends: datagrams of its endpoints, packets of its own or of an attached stack. */
#ifndef NT_HOST_HOST_OUT_H
#define NT_HOST_HOST_OUT_H

#include "core/base/endpoint.h"
#include "natsim/packet/packet.h"

struct nt_host;

/* Sends one UDP datagram with a forged or own source, out of the interface that routes it. 0, NT_ENOENT (no route), NT_EINVAL,
 * NT_ENOMEM. */
int nt_host_inject(struct nt_host *h, const struct nt_addr *src, const struct nt_addr *dst, const uint8_t *bytes, size_t len,
                   nt_time now);
/* Sends a whole IP packet as it is, wrong checksums included, out of the interface that routes it. 0, NT_ENOENT, NT_EFORMAT,
 * NT_ELIMIT, NT_ENOMEM. */
int nt_host_inject_packet(struct nt_host *h, const uint8_t *packet, size_t len, nt_time now);
/* A whole IP packet that the attached stack sent through interface `port`; it leaves by the interface of its source. 0, NT_EFORMAT,
 * NT_ELIMIT (too long), NT_ENOMEM. */
int nt_host_emit(struct nt_host *h, uint32_t port, const uint8_t *packet, size_t len, nt_time now);

/* Sends an endpoint's datagram; false: it cannot leave. */
bool nt_out_datagram(struct nt_host *h, uint32_t endpoint, const struct nt_path *path, const uint8_t *bytes, size_t len,
                     nt_time now);
/* The address that packets to `remote` leave from, if *local has none yet, and the MTU of the link of that; false: there is none,
 * or no way. */
bool nt_out_find_source(const struct nt_host *h, const struct nt_addr *remote, struct nt_addr *local, uint32_t *mtu);
void nt_out_segment(struct nt_host *h, struct nt_packet *p, nt_time now); /* of the host's TCP */
void nt_out_tell_unsent(const struct nt_host *h, const struct nt_addr *to, const char *why, nt_time now);
/* Sends a packet from the host's own address p->src. */
void nt_out_packet(struct nt_host *h, struct nt_packet *p, nt_time now);

#endif
