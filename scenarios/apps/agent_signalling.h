/* The signalling of our agent: offers, answers and trickled candidates, sent as early as RFC 8838 and RFC 8840 allow; the offers
 * within the call, and its end. */
#ifndef NT_APPS_AGENT_SIGNALLING_H
#define NT_APPS_AGENT_SIGNALLING_H

#include "core/ice/ice.h"
#include "scenarios/apps/app.h"

struct nt_sip_end;

struct nt_agent_signalling_config {
    const struct nt_app_context *context;
    struct nt_ice_agent *ice;
    uint32_t endpoint; /* of the ICE agent on its host */
    enum nt_ice_trickle mode;
    /* after a call that may have made some: gathering without interfaces ends at once */
    void (*read_events)(void *owner, nt_time now);
    void (*over)(void *owner, nt_time now);           /* the call has ended, by our word or the peer's */
    void (*unacknowledged)(void *owner, nt_time now); /* the peer may not have our answer to its offer within the call */
    void *owner;
};

/* An offer within the call that is to be made as soon as none is open (RFC 3261, 14.1). */
struct nt_agent_wish {
    bool offer, restart;
    nt_time from;      /* not before */
    uint32_t restarts; /* how many there had been when it was asked for: one of the peer's fulfils it, too */
};

struct nt_agent_signalling {
    struct nt_agent_signalling_config config;
    const struct nt_app_context *context;
    struct nt_ice_agent *ice;
    struct nt_sip_end *sip; /* NULL: the agent takes no part in the call */
    bool caller, answered, gathered;
    bool rejected;                   /* the first offer, ours or the peer's */
    struct nt_ice_description offer; /* the peer's, until our answer leaves */
    bool has_offer;
    nt_time taken_at;                   /* the last offer of the peer's within the call; NT_TIME_NEVER: there was none */
    bool making;                        /* our offer of a restart waits for the ICE agent (NT_ICE_EV_LOCAL) */
    struct nt_agent_wish wish, offered; /* offered: the one that is being made, or is open */
    bool trickles, peer_trickles;
    bool acknowledged;   /* the call: both sides have known of it */
    bool confirmed;      /* both sides know of the call, or of the restart that we have answered: candidates may follow */
    bool described;      /* our first description has left */
    bool has_candidates; /* to trickle since then */
};

/* 0 or NT_ENOMEM. */
int nt_agent_signalling_start(struct nt_agent_signalling *sig, const struct nt_agent_signalling_config *config);
void nt_agent_signalling_end(struct nt_agent_signalling *sig);
void nt_agent_signalling_call(struct nt_agent_signalling *sig, nt_time now);
/* An offer within the call, which restarts ICE or not. It is made once no other one is open, and again after one that meets the
 * peer's. 0; NT_ESTATE before an answered call, and after its end. */
int nt_agent_signalling_offer(struct nt_agent_signalling *sig, bool restart, nt_time now);
/* BYE. NT_ESTATE before an answered call, and after its end. */
int nt_agent_signalling_hang_up(struct nt_agent_signalling *sig, const char *why, nt_time now);
/* The ICE agent has a new candidate; it has gathered all; it has the description that was asked for within the call. */
void nt_agent_signalling_candidate(struct nt_agent_signalling *sig);
void nt_agent_signalling_gathered(struct nt_agent_signalling *sig, nt_time now);
void nt_agent_signalling_described(struct nt_agent_signalling *sig, nt_time now);
/* Sends what may be sent now: the first description, then new candidates; the offer that is wished for. */
void nt_agent_signalling_trickle(struct nt_agent_signalling *sig, nt_time now);
nt_time nt_agent_signalling_deadline(const struct nt_agent_signalling *sig);
bool nt_agent_signalling_waits(const struct nt_agent_signalling *sig); /* for the peer's first description */
/* An offer within the call is open, or is to be made. */
bool nt_agent_signalling_offers(const struct nt_agent_signalling *sig);
bool nt_agent_signalling_is_over(const struct nt_agent_signalling *sig);

#endif
