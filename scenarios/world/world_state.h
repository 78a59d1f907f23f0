/* The inside of a world, for the files of this room. */
#ifndef NT_WORLD_WORLD_STATE_H
#define NT_WORLD_WORLD_STATE_H

#include "natsim/gateway/gateway.h"
#include "scenarios/world/hooks.h"
#include "scenarios/world/observe.h"

struct nt_app_agent;
struct nt_app_server;
struct nt_platform;
struct nt_steps;

struct nt_world_server {
    struct nt_host *host;
    struct nt_app_server *app;
};

struct nt_world_agent {
    struct nt_host *host;
    struct nt_host *signal_host; /* its end of the management link */
    struct nt_app_agent *app;    /* NULL: a process */
    struct nt_party party;       /* either */
};

struct nt_world {
    const struct nt_scn_case *scn;
    uint64_t seed;
    struct nt_world_hooks hooks;
    struct nt_fabric *fabric;
    uint32_t *networks; /* fabric numbers, by network */
    struct nt_gateway **gateways;
    struct nt_world_server *servers;
    struct nt_world_agent *agents;
    struct nt_platform *platform; /* NULL: agents send their signalling to each other */
    struct nt_host *platform_host;
    struct nt_steps *steps;
    struct nt_observer observer;
    nt_time call_at;       /* when the call step ran; NT_TIME_NEVER: not yet */
    nt_time last_activity; /* the last step, or progress of an application */
};

#endif
