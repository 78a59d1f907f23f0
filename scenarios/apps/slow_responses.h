/* An endpoint around that of a server: it holds back the server's responses for as long as a step says. What the server relays
 * passes at once. */
#ifndef NT_APPS_SLOW_RESPONSES_H
#define NT_APPS_SLOW_RESPONSES_H

#include "core/base/endpoint.h"
#include "core/base/trace.h"

struct nt_slow_responses;

/* `port`: the service's. NULL without memory. */
struct nt_slow_responses *nt_slow_responses_new(struct nt_endpoint server, uint16_t port, const struct nt_trace *trace);
void nt_slow_responses_del(struct nt_slow_responses *s);
struct nt_endpoint nt_slow_responses_endpoint(struct nt_slow_responses *s);
/* Responses that are made before `until` leave `by` later. */
void nt_slow_responses_begin(struct nt_slow_responses *s, nt_time by, nt_time until);
void nt_slow_responses_lose(struct nt_slow_responses *s); /* those that wait */

#endif
