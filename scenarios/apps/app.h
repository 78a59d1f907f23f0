/* What the world gives to an application: its case, its hosts, its peer. The application copies it. */
#ifndef NT_APPS_APP_H
#define NT_APPS_APP_H

#include "natsim/fabric/fabric.h"
#include "natsim/host/host.h"
#include "scenarios/apps/party.h"

/* An application is one endpoint on a host, or two. */
enum nt_app_part {
    NT_APP_ICE = 1,    /* of an agent */
    NT_APP_SIGNALLING, /* of an agent: its end of the management link, on signal_host */
    NT_APP_SERVER
};

struct nt_app_context;

/* Who stands between applications and their hosts: tests do. */
struct nt_app_wrapper {
    /* The endpoint that runs instead of `inner`, which it may call; its memory is the wrapper's. NULL: every one runs itself. */
    struct nt_endpoint (*wrap)(void *user, const struct nt_app_context *context, enum nt_app_part part, struct nt_endpoint inner);
    void *user;
};

struct nt_app_context {
    const struct nt_scn_case *scn;
    uint32_t index; /* of the agent or the server in the case */
    uint64_t seed;  /* of the run */
    struct nt_fabric *fabric;
    struct nt_host *host;
    struct nt_trace trace; /* for events of the host's node */
    struct nt_app_wrapper wrapper;
    /* of agents alone */
    struct nt_host *signal_host;            /* its end of the management link */
    struct nt_addr signal_own, signal_peer; /* its address there, and the next hop of its messages; with ports */
    uint32_t peer_index;                    /* the other agent of the call; NT_SCN_NONE: it takes no part in the call */
    const struct nt_party *peer;            /* the same agent; NULL without one. Filled before the first step */
    /* The application makes progress (data, a description, a final state): the case goes on for a while. */
    void (*active)(void *user, nt_time now);
    void *user;
};

/* Runs a part of the application on its host: the number of the endpoint there, or NT_FABRIC_NONE. */
uint32_t nt_app_run(const struct nt_app_context *context, enum nt_app_part part, struct nt_endpoint endpoint);

#endif
