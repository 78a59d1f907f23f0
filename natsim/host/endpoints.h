/* The endpoints of a host: it calls them, drains what they send, and grants their requests. An endpoint is never called again
 * before it returns: it is drained when the outermost call ends. */
#ifndef NT_HOST_ENDPOINTS_H
#define NT_HOST_ENDPOINTS_H

#include "core/base/endpoint.h"

struct nt_host;

/* Runs an endpoint on the host; its number, or NT_FABRIC_NONE. The endpoint stays the caller's and must outlive the fabric's
 * runs. After calling into the endpoint from outside (starting it, say), call nt_host_kick. */
uint32_t nt_host_run_endpoint(struct nt_host *h, struct nt_endpoint e, nt_time now);
void nt_host_kick(struct nt_host *h, nt_time now);
/* NT_IN_IF_UP for each address of each interface that is up, in order; from now on it hears of those that go down and come up. */
void nt_host_announce(struct nt_host *h, uint32_t endpoint, nt_time now);

void nt_endpoints_input(struct nt_host *h, uint32_t endpoint, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes,
                        size_t len, nt_time now);
void nt_endpoints_tell_of_streams(struct nt_host *h, nt_time now); /* after the host's TCP was called into */
void nt_endpoints_timers(struct nt_host *h, nt_time now);          /* calls those whose deadline has come */
nt_time nt_endpoints_deadline(const struct nt_host *h);
void nt_endpoints_drain_all(struct nt_host *h, nt_time now);
/* those that interfaces were announced to, that one went up or down */
void nt_endpoints_tell_port(struct nt_host *h, uint32_t port, bool up, nt_time now);

#endif
