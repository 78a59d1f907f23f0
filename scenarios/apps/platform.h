/* The signalling platform: an endpoint that forwards SIP messages between the agents; it reads only their addressees. */
#ifndef NT_APPS_PLATFORM_H
#define NT_APPS_PLATFORM_H

#include "core/base/endpoint.h"
#include "core/base/trace.h"

#include <stddef.h>

#define NT_SIP_PORT 5060
#define NT_SIP_DATAGRAM_MAX 65000
#define NT_PLATFORM_QUEUE_MAX 64 /* messages waiting to leave */

struct nt_platform;

struct nt_platform *nt_platform_new(const struct nt_trace *trace); /* for what it does not forward */
void nt_platform_del(struct nt_platform *p);
/* Adds a user: its name (kept by the caller), and the addresses of the platform and the user on their link. */
int nt_platform_add(struct nt_platform *p, const char *user, const struct nt_addr *own, const struct nt_addr *theirs);
struct nt_endpoint nt_platform_endpoint(struct nt_platform *p);

#endif
