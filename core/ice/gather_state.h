/* The state of gathering, for the files that make it up: gather.c, which writes it, gathered.c, which makes candidates of it, and
 * answered.c, which reads what servers answer. */
#ifndef NT_ICE_GATHER_STATE_H
#define NT_ICE_GATHER_STATE_H

#include "core/ice/bases.h"
#include "core/ice/env.h"
#include "core/stun/stun.h"

enum nt_ice_source_state { NT_ICE_SOURCE_IDLE = 0, NT_ICE_SOURCE_ASKING, NT_ICE_SOURCE_DONE, NT_ICE_SOURCE_FAILED };

/* A STUN or TURN server as seen from one base. */
struct nt_ice_source {
    bool used;                         /* false: a free place */
    bool turn;                         /* it is asked for an allocation, not (or no longer) by a Binding request alone */
    bool of_turn;                      /* it is a TURN server's */
    bool extra;                        /* its base is a port for an allocation in place of one that `home` had */
    bool has_mapping;                  /* at the NAT, as far as is known: it is kept alive */
    bool binding;                      /* a Binding transaction is under way */
    bool checking;                     /* its server is asked whether it knows the allocation */
    uint16_t base, home, server_index; /* home: the one that host candidates come of */
    enum nt_ice_source_state state;
    struct nt_addr server, mapped;
    struct nt_addr client; /* of an allocation: as the server sees it */
    struct nt_stun_txn txn;
    nt_time refresh_at; /* when the NAT's mapping to the server is refreshed */
};

struct nt_ice_gather {
    const struct nt_ice_env *env;
    struct nt_ice_source *items;
    size_t count, cap;
    size_t expected;  /* candidates that may come into the present table */
    uint16_t sourced; /* bases that have their sources, from the first one */
    uint16_t hosted;  /* and their host candidates */
    bool ready, done;
    bool stopped, closed;
    bool was_done, was_stopped; /* before it began anew */
};

static inline bool nt_ice_gather_trickles(const struct nt_ice_gather *g)
{
    return g->env->config->trickle != NT_ICE_TRICKLE_OFF;
}

static inline uint8_t nt_ice_source_transport(const struct nt_ice_gather *g, const struct nt_ice_source *s)
{
    return s->of_turn ? g->env->config->turn[s->server_index].transport : NT_UDP;
}

/* It is asked over TCP or TLS: by a connection, which has a port of its own. RFC 8445, 5.1.1.2 has the base's transport for what is
 * reflexive, so that its mapped address is no candidate, and no Binding request is sent. */
static inline bool nt_ice_source_connects(const struct nt_ice_gather *g, const struct nt_ice_source *s)
{
    return nt_ice_source_transport(g, s) != NT_UDP;
}

static inline const struct nt_ice_base *nt_ice_source_base(const struct nt_ice_gather *g, const struct nt_ice_source *s)
{
    return nt_ice_bases_at(g->env->bases, s->base);
}

#endif
