/* The data of our agent: what it sends over the selected pair, and what arrives. Between two of our agents it is numbered
 * datagrams; a process sends our probes back. */
#ifndef NT_APPS_AGENT_DATA_H
#define NT_APPS_AGENT_DATA_H

#include "core/ice/ice.h"
#include "scenarios/apps/app.h"
#include "scenarios/apps/data_flow.h"

#define NT_DATA_FLOWS_MAX 64 /* send steps of one agent, the default flow included */
#define NT_DATA_ECHOES 20    /* that must come back from a process */

enum nt_data_mode { NT_DATA_NUMBERED = 0, NT_DATA_PROBES, NT_DATA_NONE };

struct nt_agent_data {
    const struct nt_app_context *context;
    struct nt_ice_agent *ice;
    enum nt_data_mode mode;
    size_t flow_count;
    bool default_flow;         /* the scenario has no send step: ten datagrams after selection */
    bool during_call;          /* datagrams from then to the end, instead */
    struct nt_data_flow *call; /* their flow; NULL: it has not begun */
    bool unsent;               /* the last of them had nothing to be sent on */
    bool told;                 /* an ICMP error has said that a packet was too large */
    uint8_t magic[NT_DATA_MAGIC];
    struct nt_data_flow flows[NT_DATA_FLOWS_MAX]; /* last: those in use alone are initialized */
};

void nt_agent_data_init(struct nt_agent_data *data, const struct nt_app_context *context, struct nt_ice_agent *ice);
void nt_agent_data_free(struct nt_agent_data *data);
/* The first pair is selected: probes, the flow of the call or the default flow begins. */
void nt_agent_data_selected(struct nt_agent_data *data, nt_time now);
/* A send step: 0, NT_EUNSUPPORTED (the peer is a process), NT_ELIMIT, NT_ENOMEM. */
int nt_agent_data_add_flow(struct nt_agent_data *data, const struct nt_scn_send *run, nt_time now);
/* Gives the ICE agent all datagrams whose time has come. */
void nt_agent_data_send_due(struct nt_agent_data *data, nt_time now);
void nt_agent_data_receive(struct nt_agent_data *data, const uint8_t *bytes, size_t len, nt_time now);
/* The agent hangs up: nothing more is sent, and what the peer sends is not received any more. */
void nt_agent_data_hang_up(struct nt_agent_data *data, nt_time now);
/* As in nt_party_ops. */
bool nt_agent_data_note_delivery(struct nt_agent_data *data, const uint8_t *bytes, size_t len, uint32_t *number, nt_time now);
void nt_agent_data_unheard(struct nt_agent_data *data, nt_time now);
/* NT_ICE_EV_TOO_BIG: it is told on. The sizes that are sent are the scenario's, and stay as they are. */
void nt_agent_data_too_big(struct nt_agent_data *data, const struct nt_ice_event *ev, nt_time now);
nt_time nt_agent_data_deadline(const struct nt_agent_data *data);
bool nt_agent_data_done(const struct nt_agent_data *data); /* all is sent; of probes, enough came back */
struct nt_data_count nt_agent_data_count(const struct nt_agent_data *data);

#endif
