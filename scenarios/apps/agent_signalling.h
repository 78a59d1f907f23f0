/* The signalling of our agent: offers, answers and trickled candidates, sent as early as RFC 8838 and RFC 8840 allow. */
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
    void (*read_events)(void *owner,
                        nt_time now); /* after a call that may have made some: gathering without interfaces ends at once */
    void *owner;
};

struct nt_agent_signalling {
    struct nt_agent_signalling_config config;
    const struct nt_app_context *context;
    struct nt_ice_agent *ice;
    struct nt_sip_end *sip; /* NULL: the agent takes no part in the call */
    bool caller, answered, gathered;
    bool rejected;                   /* the first offer, ours or the peer's */
    struct nt_ice_description offer; /* the callee's, until its answer leaves */
    bool has_offer;
    bool trickles, peer_trickles;
    bool confirmed;      /* both sides know of the call, so candidates may follow */
    bool described;      /* our first description has left */
    bool has_candidates; /* to trickle since then */
};

/* 0 or NT_ENOMEM. */
int nt_agent_signalling_start(struct nt_agent_signalling *sig, const struct nt_agent_signalling_config *config);
void nt_agent_signalling_end(struct nt_agent_signalling *sig);
void nt_agent_signalling_call(struct nt_agent_signalling *sig, nt_time now);
int nt_agent_signalling_reoffer(struct nt_agent_signalling *sig, nt_time now); /* NT_ESTATE before an answered call */
/* The ICE agent has a new candidate; it has gathered all. */
void nt_agent_signalling_candidate(struct nt_agent_signalling *sig);
void nt_agent_signalling_gathered(struct nt_agent_signalling *sig, nt_time now);
/* Sends what may be sent now: the first description, then new candidates. */
void nt_agent_signalling_trickle(struct nt_agent_signalling *sig, nt_time now);
bool nt_agent_signalling_waits(const struct nt_agent_signalling *sig); /* for the peer's first description */

#endif
