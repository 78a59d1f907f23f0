/* The world of one case: the fabric with its networks, gateways, servers and agents, the management links, and what was observed
 * while it ran. */
#ifndef NT_WORLD_WORLD_H
#define NT_WORLD_WORLD_H

#include "natsim/gateway/gateway.h"
#include "natsim/host/host.h"
#include "pcap/capture.h"
#include "scenarios/model/case.h"
#include "scenarios/world/observe.h"
#include "scenarios/apps/party.h"

struct nt_app_agent;
struct nt_app_process;
struct nt_coturn;
struct nt_live;
struct nt_machine;
struct nt_program_state;
struct nt_app_server;
struct nt_platform;
struct nt_steps;

struct nt_world {
    const struct nt_scn_case *scn;
    uint64_t seed;
    const struct nt_carrier_ops *carrier; /* NULL: the built-in one */
    struct nt_fabric *fabric;
    uint32_t *networks;             /* fabric numbers, by network */
    struct nt_gateway **gateways;
    struct nt_host **server_hosts;
    struct nt_app_server **servers;
    struct nt_host **agent_hosts;
    struct nt_app_agent **agents;   /* ours; NULL: a process in its place */
    struct nt_app_process **processes;
    struct nt_party *parties;       /* each agent, whichever it is */
    struct nt_host **signal_hosts;  /* of agents: their end of the management link */
    struct nt_host *platform_host;  /* NULL: agents talk to each other */
    struct nt_platform *platform;
    struct nt_steps *steps;
    struct nt_live *live;           /* NULL: virtual time */
    struct nt_machine **agent_machines, **server_machines; /* NULL: no real program runs there */
    struct nt_coturn **coturns;     /* by server */
    struct nt_program_state *programs; /* of run steps */
    const char *logs;               /* beginning of the names of their logs; NULL: none */
    struct nt_observer observer;
    nt_time call_at;                /* when the call step ran; NT_TIME_NEVER: not yet */
    nt_time last_activity;          /* the last step, datagram of data, or change to a terminal state */
};

/* `capture` receives every packet; it is cleared here, and its taps and names are those of the world. NULL without memory. */
struct nt_world *nt_world_new(const struct nt_scn_case *scn, uint64_t seed, const struct nt_carrier_ops *carrier, struct nt_capture *capture);
void nt_world_del(struct nt_world *w);

/* The fabric's node of a case's node; and all nodes that stand for it (the end of the management link too): at most 2. */
uint32_t nt_world_node(const struct nt_world *w, struct nt_scn_node n);
size_t nt_world_nodes(const struct nt_world *w, struct nt_scn_node n, uint32_t out[2]);
/* A trace for an object on that node. */
struct nt_trace nt_world_trace(struct nt_world *w, uint32_t node);

/* routes.c: every node's routes. */
int nt_world_route(struct nt_world *w);
/* signalling.c: the management links; the delay of the networks between two nodes' networks. */
int nt_world_signalling(struct nt_world *w);
void nt_signalling_ends(const struct nt_world *w, uint32_t agent, struct nt_addr *own, struct nt_addr *peer);

#endif
