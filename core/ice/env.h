/* What all parts of an agent are given: made and freed with the agent. */
#ifndef NT_ICE_ENV_H
#define NT_ICE_ENV_H

#include "core/ice/types.h"

struct nt_ice_env {
    const struct nt_ice_config *config;
    struct nt_rand *rand;
    struct nt_ice_record *record;
    struct nt_ice_events *events;
    struct nt_ice_outbox *outbox;
    struct nt_ice_bases *bases;
    struct nt_ice_candidates *own;
    struct nt_ice_relays *relays;
    struct nt_ice_components *components;
    struct nt_ice_consents *consents;
};

#endif
