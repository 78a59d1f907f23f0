/* The inside of an agent that is a process, for agent.c (its life and what it reports) and agent_signalling.c. */
#ifndef NT_PROGRAMS_AGENT_STATE_H
#define NT_PROGRAMS_AGENT_STATE_H

#include "reports/result/text.h"
#include "scenarios/apps/app.h"
#include "scenarios/apps/sip_end.h"
#include "scenarios/programs/adapter_pipe.h"
#include "scenarios/programs/line_list.h"

#include <stdio.h>

#define NT_PROCESS_DESCRIPTION_MAX 64000    /* bytes: one SIP message carries it */
#define NT_PROCESS_OWED (45 * NT_SEC)       /* for its description, and the end of its candidates, since it last said something */
#define NT_PROCESS_OWED_ALONE (15 * NT_SEC) /* for that end, when there is no server that may not answer */
#define NT_PROCESS_CLOSED (2 * NT_SEC)      /* between the end of its standard output and its own */

struct nt_evidence;

struct nt_process {
    struct nt_app_context context;
    const struct nt_evidence *evidence; /* NULL until it is started, as is the adapter */
    struct nt_adapter *adapter;
    struct nt_program_log log;
    struct nt_sip_end *sip;
    enum nt_ice_trickle trickle;
    bool caller, started;   /* started: told 'start' */
    bool in_call;           /* there has been an answer */
    bool offers;            /* the latest offer is its own, or will be */
    nt_time retry_at;       /* its offer met the peer's: when it goes out again; NT_TIME_NEVER: it does not */
    bool has_servers;       /* its candidates may wait for one that does not answer */
    bool webrtc_meets_ours; /* there is no data then: ICE alone is judged */
    /* its own side of the signalling, since the latest offer was asked for or came */
    bool described, ended_candidates, sent;
    bool has_candidates; /* to trickle since the last message */
    char ufrag[NT_ICE_CREDENTIAL_MAX + 1], pwd[NT_ICE_CREDENTIAL_MAX + 1], mid[NT_ICE_MID_MAX + 1];
    bool ice2; /* its options say so */
    struct nt_text sdp;
    struct nt_line_list candidates; /* told by it */
    uint64_t version;               /* of its descriptions */
    struct nt_addr selected;        /* its own candidate that the peer's latest offer names; unset: none */
    uint32_t restarts;              /* how often its credentials have changed */
    /* the peer's, likewise */
    bool has_offer, answered, confirmed, peer_trickles, told_end;
    char peer_ufrag[NT_ICE_CREDENTIAL_MAX + 1];
    struct nt_line_list peer_candidates; /* told to it */
    /* what it reports */
    enum nt_ice_state state;
    bool has_selected, open, data_ok, bye, stopping, ended, ended_early; /* early: before it was told to stop */
    bool lost;                                                           /* its state says so, after data came back */
    bool hung_up;                                                        /* by either side */
    nt_time heard_at;                                                    /* when it was started, or told the last that it owes */
    nt_time closed_at; /* by the machine's clock: its standard output, before it was told to stop; 0: it is open */
    struct nt_adapter_end local, remote;
    nt_time selected_at;
    uint32_t echoes;
    int status;
    char wrong[NT_ADAPTER_WHY_MAX];
};

static inline const struct nt_scn_agent *nt_process_scn(const struct nt_process *process)
{
    return &process->context.scn->agents[process->context.index];
}

static inline void nt_process_active(const struct nt_process *process, nt_time now)
{
    process->context.active(process->context.user, now);
}

/* The first breach of the contract is the one that is told. */
static inline void nt_process_broke(struct nt_process *process, const char *what)
{
    if (process->wrong[0] == '\0')
        snprintf(process->wrong, sizeof process->wrong, "%s", what);
}

static inline void nt_process_emit(const struct nt_process *process, enum nt_trace_kind kind, nt_time now)
{
    nt_trace_emit(&process->context.trace, (struct nt_trace_event){.at = now, .kind = kind});
}

#endif
