/* A host: interfaces with addresses, UDP ports, source routing, and the endpoints (law 1) that run on it. It grants their
 * requests, gives them what arrives, and sends what they put out. Or an IP stack from outside (of processes attached in real time)
 * takes the place of endpoints: then whole packets go to it and come from it. */
#ifndef NT_HOST_HOST_H
#define NT_HOST_HOST_H

#include "core/base/endpoint.h"
#include "natsim/fabric/fabric.h"
#include "natsim/host/route.h"

#define NT_HOST_PORT_FIRST 50000 /* free ports are given out in order from here, then wrap to 1024 */

struct nt_host;

/* Adds the node to the fabric, which owns it. */
struct nt_host *nt_host_new(struct nt_fabric *f, const char *name);
uint32_t nt_host_node(const struct nt_host *h);
/* An interface on a network, with its addresses; its number, or NT_FABRIC_NONE. */
uint32_t nt_host_attach(struct nt_host *h, uint32_t network, const char *tap, const struct nt_addr *addresses, size_t count);
struct nt_routes *nt_host_routes(struct nt_host *h);
/* Runs an endpoint on the host; its number, or NT_FABRIC_NONE. The endpoint stays the caller's and must outlive the fabric's
 * runs. After calling into the endpoint from outside (starting it, say), call nt_host_kick. */
uint32_t nt_host_run_endpoint(struct nt_host *h, struct nt_endpoint e, nt_time now);
void nt_host_kick(struct nt_host *h, nt_time now);
/* NT_IN_IF_UP for each address of each interface, in order. */
void nt_host_announce(struct nt_host *h, uint32_t endpoint, nt_time now);
/* Sends one UDP datagram with a forged or own source, out of the interface that routes it. */
int nt_host_inject(struct nt_host *h, const struct nt_addr *src, const struct nt_addr *dst, const uint8_t *bytes, size_t len, nt_time now);

/* From now on packets for the host's own addresses go to `deliver` as they arrive, fragments too, and not to endpoints; false: it
 * has no room for the packet. */
void nt_host_attach_stack(struct nt_host *h, bool (*deliver)(void *user, uint32_t port, const uint8_t *packet, size_t len), void *user);
/* A whole IP packet that the stack sent through interface `port`; it leaves by its source's. 0, NT_EFORMAT, NT_ELIMIT (too long),
 * NT_ENOMEM. */
int nt_host_emit(struct nt_host *h, uint32_t port, const uint8_t *packet, size_t len, nt_time now);

#endif
