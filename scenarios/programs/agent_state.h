/* The inside of an agent that is a process, shared by app_process.c (its life and what it reports) and process_signalling.c. */
#ifndef NT_PROGRAMS_AGENT_STATE_H
#define NT_PROGRAMS_AGENT_STATE_H

#include "reports/result/text.h"
#include "scenarios/programs/agent.h"
#include "scenarios/apps/sip_end.h"

#define NT_PROCESS_LINES_MAX 512 /* candidates of one side */
#define NT_PROCESS_LINE_MAX 1024 /* bytes of one */
#define NT_PROCESS_WHY_MAX 200

struct nt_line_list {
    char *items[NT_PROCESS_LINES_MAX];
    size_t count;
};

struct nt_app_process {
    struct nt_world *w;
    uint32_t index;
    struct nt_trace trace;
    struct nt_adapter *adapter;
    FILE *log;
    struct nt_sip_end *sip;
    enum nt_ice_trickle trickle;
    bool caller, meets_webrtc_alone; /* ours meets a WebRTC stack: no data, ICE is the verdict */
    /* its own side of the signalling */
    bool described, ended_candidates, sent, news;
    char ufrag[NT_ICE_CREDENTIAL_MAX + 1], pwd[NT_ICE_CREDENTIAL_MAX + 1], mid[NT_ICE_MID_MAX + 1];
    bool ice2; /* its options say so */
    struct nt_text sdp;
    struct nt_line_list candidates; /* told by it */
    /* the peer's */
    bool has_offer, answered, confirmed, peer_trickles, told_end;
    struct nt_line_list peer_candidates; /* told to it */
    /* what it reports */
    enum nt_ice_state state;
    bool has_selected, open, data_ok, bye, stopping, ended, ended_early; /* early: before it was told to stop */
    struct nt_adapter_end local, remote;
    nt_time selected_at;
    uint32_t echoes;
    int status;
    char wrong[NT_PROCESS_WHY_MAX];
};

static inline const struct nt_scn_agent *nt_process_scn(const struct nt_app_process *p)
{
    return &p->w->scn->agents[p->index];
}

void nt_process_emit(struct nt_app_process *p, enum nt_trace_kind kind, nt_time now); /* app_process.c */

/* process_signalling.c: JSON lines become SIP with SDP, and back. */
int nt_process_connect(struct nt_app_process *p); /* its end of the signalling; NT_ENOMEM */
void nt_process_start_call(struct nt_app_process *p); /* says 'start' */
void nt_process_described(struct nt_app_process *p, const struct nt_adapter_event *ev, nt_time now);
void nt_process_candidate(struct nt_app_process *p, const char *candidate, nt_time now);
void nt_process_candidates_end(struct nt_app_process *p, nt_time now);
bool nt_process_controlling(const struct nt_app_process *p);
void nt_process_free_lines(struct nt_app_process *p);

#endif
