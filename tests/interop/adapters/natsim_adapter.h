/* natsim's own ICE agent as an adapter of README.md, on natsim/sockets/: nothing else here but the public headers of core/. */
#ifndef NT_INTEROP_NATSIM_ADAPTER_H
#define NT_INTEROP_NATSIM_ADAPTER_H

#include "core/base/endpoint.h"

#include <stdbool.h>

#define NT_ADAPTER_LINES_MAX 8192

struct nt_adapter_config {
    const char *stack; /* as `hello` names it */
    bool trickles;     /* else it tells all its candidates when gathering has ended */
    nt_time ta;        /* between its checks (RFC 8445, 14.2); 0: the agent's default */
    /* Who stands between the agent and its sockets; NULL: nobody. The endpoint that runs instead of `inner`. */
    struct nt_endpoint (*wrap)(void *user, struct nt_endpoint inner);
    /* Of the one who wraps: what either side tells, as lines of SDP (NUL-terminated, in NT_ADAPTER_LINES_MAX bytes), the
     * description first. Its own may be changed; false: it is not told. NULL: told as it is. */
    bool (*describe)(void *user, char *lines, bool own, bool first, nt_time now);
    void *user;
};

int nt_adapter_run(const struct nt_adapter_config *config); /* the exit status of the program */

#endif
