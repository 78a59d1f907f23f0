/* What the trace says about a request to a server that has failed (NT_TR_REQUEST_FAILED), in words. */
#ifndef NT_STUN_FAILURE_H
#define NT_STUN_FAILURE_H

#include "core/base/trace.h"

/* "Allocate: 486 Allocation Quota Reached; not asked again for a minute" into buf, cut to fit. The server's reason phrase may be
 * any bytes: what is not printable ASCII becomes '?'. */
const char *nt_stun_failure_text(const struct nt_trace_event *ev, char *buf, size_t cap);

#endif
