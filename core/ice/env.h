/* What all parts of a check session are given. The first ones are the agent's, the last ones each session's own. */
#ifndef NT_ICE_ENV_H
#define NT_ICE_ENV_H

#include "core/ice/types.h"

struct nt_ice_env {
    const struct nt_ice_config *config;
    struct nt_ice_record *record;
    struct nt_ice_events *events;
    struct nt_ice_outbox *outbox;
    struct nt_ice_bases *bases;
    struct nt_ice_relays *relays;
    uint32_t generation; /* of the session: 0, and one more with each restart */
    struct nt_rand *rand;
    struct nt_ice_candidates *own;
    struct nt_ice_components *components;
    struct nt_ice_consents *consents;
    struct nt_ice_backups *backups; /* NULL: none are kept */
};

#endif
