/* The application of one agent: our ICE agent on its host, its end of the signalling (SIP with SDP), and the data it sends over
 * the selected pair. */
#ifndef NT_SCENARIOS_APP_AGENT_H
#define NT_SCENARIOS_APP_AGENT_H

#include "core/sdp/sdp.h"
#include "scenarios/world.h"

#define NT_DATA_MIN 28          /* bytes of a data datagram with a header that tells it from all others */
#define NT_DATA_FLOWS_MAX 64    /* send steps of one agent, the default flow included */
#define NT_DATA_MAGIC 16

/* How many datagrams one agent sent and how many of them arrived. */
struct nt_data_count {
    uint64_t sent, received;
    uint64_t marked; /* of the received, those that carry the magic */
};

struct nt_app_agent *nt_app_agent_new(struct nt_world *w, uint32_t index);
void nt_app_agent_del(struct nt_app_agent *a);

/* Steps. */
void nt_app_agent_call(struct nt_app_agent *a, nt_time now);
int nt_app_agent_reoffer(struct nt_app_agent *a, nt_time now); /* NT_ESTATE before an answered call */
void nt_app_agent_signal(struct nt_app_agent *a, const struct nt_scn_step *step); /* from now on */
int nt_app_agent_send(struct nt_app_agent *a, uint32_t bytes, uint32_t count, nt_time interval, nt_time now);

const struct nt_ice_agent *nt_app_agent_ice(const struct nt_app_agent *a);
struct nt_data_count nt_app_agent_data(const struct nt_app_agent *a); /* sent by this agent */
bool nt_app_agent_waits(const struct nt_app_agent *a);                /* for the peer's first description, and for nothing else */
bool nt_app_agent_data_done(const struct nt_app_agent *a);            /* everything it has to send is sent */
nt_time nt_app_agent_selected_at(const struct nt_app_agent *a);       /* all components; NT_TIME_NEVER: not yet */
/* The 16 bytes at offset 4 of each of this agent's data datagrams of at least NT_DATA_MIN bytes. */
const uint8_t *nt_app_agent_magic(const struct nt_app_agent *a);

#endif
