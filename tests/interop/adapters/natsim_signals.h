/* What one natsim agent and its peer tell each other over the lines of README.md: each a description, then candidates one by one
 * and their end. It trickles (RFC 8838) if both do. */
#ifndef NT_INTEROP_SIGNALS_H
#define NT_INTEROP_SIGNALS_H

#include "core/ice/ice.h"

#include <jansson.h>

struct nt_signals { /* zeroed, but for the first four */
    bool trickles, offerer;
    bool (*describe)(void *user, char *lines, bool own, bool first, nt_time now); /* natsim_adapter.h */
    void *user;
    bool news;                                    /* there may be something to tell */
    bool described, gathered, ended;              /* ours: told; all there; all told */
    bool waits;                                   /* for our description of a restart */
    size_t told;                                  /* of our candidates */
    char ufrag[NT_ICE_CREDENTIAL_MAX + 1];        /* as told; "": not, or several */
    bool came, peer_trickles, peer_ended, agreed; /* the peer's: its description; its end; the agent has the description */
    struct nt_ice_description remote;             /* what has come until then */
};

int nt_signals_init(struct nt_signals *s);
void nt_signals_free(struct nt_signals *s);
/* A `signal` from the peer. What cannot be used is logged. */
void nt_signals_take(struct nt_signals *s, struct nt_ice_agent *ice, const json_t *line, nt_time now);
void nt_signals_restart(struct nt_signals *s, struct nt_ice_agent *ice, nt_time now); /* natsim says so */
/* What the agent's events say. */
void nt_signals_event(struct nt_signals *s, const struct nt_ice_event *event);
/* Tells the peer what is new, and the agent the peer's description once that may be. */
void nt_signals_run(struct nt_signals *s, struct nt_ice_agent *ice, nt_time now);

#endif
