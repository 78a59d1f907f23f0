/* A STUN server for Binding (RFC 8489) in IPv4, IPv6 or both, over UDP, TCP and TLS, with NAT behaviour discovery on two addresses
 * (RFC 5780) when asked for, and classic STUN (RFC 3489; RFC 8489, section 11), both over UDP alone. An endpoint: it asks for its
 * ports by requests. */
#ifndef NT_STUN_BINDING_SERVER_H
#define NT_STUN_BINDING_SERVER_H

#include "core/base/endpoint.h"
#include "core/base/trace.h"
#include "core/stun/admission.h"
#include "core/stun/transports.h"

#define NT_STUN_PORT 3478
#define NT_STUN_ALTERNATE_PORT 3479

struct nt_stun_server_config {
    struct nt_addr primary, primary6;     /* address and port to serve; one of them may be unset */
    struct nt_addr alternate, alternate6; /* another address and port of the same family for RFC 5780; unset: plain service */
    struct nt_stun_transports transports; /* TCP and TLS: on the primary addresses */
    const char *software;                 /* NULL: no SOFTWARE attribute */
    struct nt_stun_admission admission;
    struct nt_trace trace;
};

struct nt_stun_server;

struct nt_stun_server *nt_stun_server_new(const struct nt_stun_server_config *config);
void nt_stun_server_del(struct nt_stun_server *s);
struct nt_endpoint nt_stun_server_endpoint(struct nt_stun_server *s);
/* Loses what is to be sent and its connections: a STUN server has no other state. Its owner then asks for requests, as after any
 * input. */
void nt_stun_server_reset(struct nt_stun_server *s, nt_time now);

#endif
