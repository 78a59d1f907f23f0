/* A host: interfaces with addresses, UDP ports, TCP, TLS, source routing, and the endpoints (core/base/endpoint.h) that run on it.
 * It grants their requests, gives them what arrives, and sends their output. An IP stack from outside (of processes attached in
 * real time) can replace the endpoints: then whole packets go to it and come from it.
 *
 * Other rooms include this header alone. Of those that it includes, functions whose names begin with nt_host_ are for them:
 * endpoints.h (running endpoints), host_out.h (sending packets), security.h (certificates), interfaces.h (networks and addresses);
 * and all of route.h. */
#ifndef NT_HOST_HOST_H
#define NT_HOST_HOST_H

#include "natsim/fabric/fabric.h"
#include "natsim/host/endpoints.h"
#include "natsim/host/host_out.h"
#include "natsim/host/interfaces.h"
#include "natsim/host/route.h"
#include "natsim/host/security.h"
#include "natsim/host/stack.h"

struct nt_host;

/* Adds the node to the fabric, which owns it. */
struct nt_host *nt_host_new(struct nt_fabric *f, const char *name);
uint32_t nt_host_node(const struct nt_host *h);
struct nt_routes *nt_host_routes(struct nt_host *h);

/* For TLS, before anything asks for it; what it points to stays the caller's. Without it, requests for TLS are refused. */
void nt_host_set_security(struct nt_host *h, const struct nt_host_security *security);

/* From now on the stack takes the place of endpoints. NULL: they are back. */
void nt_host_attach_stack(struct nt_host *h, const struct nt_host_stack *stack);

#endif
