/* What a TURN client says about itself in the trace. `c` has the server and the base that are in use. */
#ifndef NT_TURN_CLIENT_TRACE_H
#define NT_TURN_CLIENT_TRACE_H

#include "core/stun/message.h"
#include "core/turn/client_config.h"
#include "core/turn/client_requests.h"

/* Something is not asked of the server; peer NULL: of none alone. */
void nt_turn_client_trace_drop(const struct nt_turn_client_config *c, const char *why, const struct nt_addr *peer, nt_time now);
/* A request has failed, by the response `m` or (NULL) without one: the event, in which `text` is missing, what the client does
 * about it. `reason`: why, when the response does not say it. */
struct nt_trace_event nt_turn_client_trace_failure(const struct nt_turn_client_config *c, const struct nt_turn_ask *ask, int code,
                                                   const struct nt_stun_msg *m, const char *reason, nt_time now);
/* `why`: static text; NULL: what the code says. */
void nt_turn_client_trace_lost(const struct nt_turn_client_config *c, const struct nt_addr *relayed, int code, const char *why,
                               nt_time now);
/* What RFC 3489 left in a response. */
void nt_turn_client_trace_old(const struct nt_turn_client_config *c, const struct nt_stun_msg *m, nt_time now);

#endif
