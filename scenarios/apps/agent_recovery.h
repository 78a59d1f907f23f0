/* What our agent does by itself when the way of its data ends: it restarts ICE (recover: restart; gather: continual, for an
 * interface that has come), or the call ends. core/ice says what happened; here it is decided. */
#ifndef NT_APPS_AGENT_RECOVERY_H
#define NT_APPS_AGENT_RECOVERY_H

#include "core/ice/ice.h"
#include "scenarios/apps/app.h"

struct nt_agent_signalling;

#define NT_RECOVERY_ATTEMPTS 5        /* restarts in a row, of either side, that come to nothing: then it gives up */
#define NT_RECOVERY_WAIT (1 * NT_SEC) /* before the second of them; it doubles with each */

struct nt_agent_recovery {
    const struct nt_app_context *context;
    struct nt_ice_agent *ice;
    struct nt_agent_signalling *signalling;
    bool restarts;                            /* recover: restart */
    bool continual;                           /* gather: continual */
    struct nt_addr up[NT_ICE_INTERFACES_MAX]; /* the addresses of interfaces that are up */
    size_t up_count;
    bool bare;         /* the first interface has come after there was none */
    bool lost, came;   /* an interface, since the last restart */
    bool owed;         /* an offer, NT_ICE_EV_OFFER_DUE */
    bool owes_restart; /* and it is a restart's */
    uint32_t attempts, restarts_seen;
    bool trying;       /* its own attempt is under way */
    bool settled;      /* ICE has completed: the session of the next restart worked */
    nt_time heard;     /* of an interface, of which there may be more to hear at once; NT_TIME_NEVER: all is heard */
    nt_time due;       /* of the next attempt; NT_TIME_NEVER: none waits */
    nt_time failed_at; /* NT_TIME_NEVER: ICE has not failed */
    bool unacknowledged;
    bool gave_up;
};

void nt_agent_recovery_init(struct nt_agent_recovery *r, const struct nt_app_context *context, struct nt_ice_agent *ice,
                            struct nt_agent_signalling *signalling);
/* An address of an interface is up, or down: it was handed to the ICE agent. Nothing is done until the timer, for others may
 * follow. */
void nt_agent_recovery_interface(struct nt_agent_recovery *r, const struct nt_addr *address, bool up, nt_time now);
void nt_agent_recovery_timer(struct nt_agent_recovery *r);
/* NT_ICE_EV_INTERFACE and NT_ICE_EV_OFFER_DUE. */
void nt_agent_recovery_event(struct nt_agent_recovery *r, const struct nt_ice_event *ev);
/* The peer may not have our answer to its offer: it restarts, or hangs up. */
void nt_agent_recovery_unacknowledged(struct nt_agent_recovery *r);
/* After all events: does what is to be done now. */
void nt_agent_recovery_act(struct nt_agent_recovery *r, nt_time now);
nt_time nt_agent_recovery_deadline(const struct nt_agent_recovery *r);
/* It is going to restart by itself. One that waits for an interface is not: that may never come. */
bool nt_agent_recovery_goes_on(const struct nt_agent_recovery *r);

#endif
