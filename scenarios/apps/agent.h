/* The application of one agent: our ICE agent on its host, its end of the signalling (SIP with SDP), and the data it sends over
 * the selected pair. */
#ifndef NT_APPS_AGENT_H
#define NT_APPS_AGENT_H

#include "core/sdp/sdp.h"
#include "scenarios/apps/party.h"
#include "scenarios/world/world.h"

#define NT_DATA_MIN 28          /* bytes of a data datagram with a header that tells it from all others */
#define NT_DATA_FLOWS_MAX 64    /* send steps of one agent, the default flow included */
#define NT_DATA_MAGIC 16
#define NT_DATA_ECHOES 20        /* that must come back from a process */

struct nt_app_agent *nt_app_agent_new(struct nt_world *w, uint32_t index);
void nt_app_agent_del(struct nt_app_agent *a);

struct nt_party nt_app_agent_party(struct nt_app_agent *a);
/* The peer is a process: data is probes that it sends back (tests/interop/README.md), or nothing for one whose data goes above DTLS,
 * which gets descriptions in the form of WebRTC. Before the call. */
void nt_app_agent_meets_process(struct nt_app_agent *a, bool webrtc);

/* The 16 bytes at offset 4 of each of this agent's data datagrams of at least NT_DATA_MIN bytes. */
const uint8_t *nt_app_agent_magic(const struct nt_app_agent *a);

#endif
