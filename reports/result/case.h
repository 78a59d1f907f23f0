/* One finished case, as plain data with the shape of its entry in results.json (result_fields.h). Strings are malloc'd and owned.
 * "null" below is what JSON has when the value is unset. */
#ifndef NT_RESULT_CASE_H
#define NT_RESULT_CASE_H

#include "core/base/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum nt_outcome { NT_PASS = 0, NT_FAIL, NT_ERROR, NT_SKIP };

struct nt_result_param {
    char *name, *json, *label; /* json: the value with its type */
};

struct nt_result_candidate {
    char *type; /* "host", ... */
    uint32_t stream, component;
    char *transport;                    /* "udp" */
    struct nt_addr addr, base, related; /* unset: null */
    uint32_t priority;
    char *foundation;
};

struct nt_result_end {
    char *type;
    struct nt_addr addr;
};

struct nt_result_selected {
    uint32_t stream, component;
    struct nt_result_end local, remote;
};

struct nt_result_pair {
    struct nt_addr local, remote, base;
    char *local_type, *remote_type; /* may be NULL */
    char *state;                    /* "frozen", "waiting", "in-progress", "succeeded", "failed" */
    char *generated_by;             /* "local>remote" of the pair whose check made this valid pair; NULL: null */
    bool receivable, sendable, handshake, valid, nominated;
    uint64_t priority; /* a decimal string in JSON */
};

struct nt_result_prflx {
    bool remote;
    struct nt_addr addr;
    uint32_t packet; /* frame of discovery, 0: none */
};

struct nt_result_agent {
    char *name, *stack, *state, *role;
    struct nt_result_candidate *candidates;
    size_t candidate_count;
    struct nt_result_selected *selected;
    size_t selected_count;
    struct nt_result_pair *pairs;
    size_t pair_count;
    struct nt_result_prflx *prflx;
    size_t prflx_count;
    uint32_t checks_sent, checks_received;
    uint32_t restarts; /* how often its credentials changed */
};

struct nt_result_finding { /* a violation, or advice */
    char *rule, *agent, *detail;
    uint32_t packet;
    uint32_t count; /* breaches that it stands for */
};

struct nt_result_rule_text { /* of a rule that is named in a finding */
    char *id, *level, *text; /* "MUST", and what the RFC says */
};

struct nt_result_not_judged {
    char *rule, *agent, *why;
};

struct nt_result_send { /* the datagrams of one step `send` */
    char *from;         /* agent */
    uint32_t bytes;
    bool df;
    uint64_t sent, lost;
};

struct nt_result_limit { /* larger data of this agent is lost */
    char *from;
    uint32_t bytes, mtu;
    char *at;        /* the node that drops it: the agent itself when its own link is too narrow */
    uint32_t packet; /* the frame that shows it */
    bool with_df;    /* data that may be fragmented passes */
    bool told;       /* the agent learnt it: its host refused it, or an ICMP error came */
};

struct nt_result_silence { /* of one way, longer than NT_SILENCE_MIN and NT_SILENCE_INTERVALS (data_call.h) */
    int64_t at_ms, ms;
    uint64_t lost;   /* datagrams that were due meanwhile, and never arrived; */
    uint64_t unsent; /* of them, those that their agent had no pair to send on */
};

struct nt_result_flow { /* data that went on with the call, one way */
    char *from;
    int64_t began_ms, ended_ms;  /* when its first datagram was due, and until when they were awaited */
    uint64_t sent, unsent, lost; /* sent: all that were due */
    int64_t gap_ms, gap_at_ms;   /* the longest silence of its receiver, from its first datagram to the end */
    struct nt_result_silence *silences;
    size_t silence_count;
    uint64_t more_silences; /* shorter ones that are not listed */
};

struct nt_result_reason {
    char *text;
};

struct nt_result_log { /* of a real program */
    char *name;        /* "logs/....log" */
};

struct nt_result_step {
    int64_t at_ms; /* when it ran, rounded up; -1: null, it has not */
    char *what;
    bool fired;
};

struct nt_result_rule { /* of a node's policy */
    char *node, *key;   /* "filtering" */
};

/* What kept a pair from becoming valid, when none is selected or a worse one is; or, without addresses, what kept an agent from
 * having pairs or candidates. */
struct nt_result_why_not {
    char *agent;
    struct nt_addr local, remote; /* unset: null */
    int packet;                   /* the frame that ended the last check, or shows it last; 0: null: nothing was sent */
    char *node;                   /* where that was; NULL: null */
    char *reason;                 /* a word: that of its drop, or "no-answer", "unchecked", ... */
    char *text;                   /* a sentence */
    struct nt_result_rule *rules; /* the policies that the sentence names */
    size_t rule_count;
};

struct nt_result_interface { /* of a node, to a network */
    char *tap;               /* "nat-left.outside" */
    char *network;
    char *addresses; /* "203.0.113.2, 2001:db8::2" */
};

struct nt_result_node { /* of the simulated internet */
    char *name;
    char *kind;                             /* "agent", "gateway", "server" */
    char *text;                             /* its policy, its services, its program */
    struct nt_result_interface *interfaces; /* of a gateway: those inside first, the one outside last */
    size_t interface_count;
};

struct nt_result_network {
    char *name;
    char *prefixes; /* "203.0.113.0/24" */
    char *text;     /* "delay 20 ms, loss 1 %"; "": nothing of this kind */
};

/* Something that happened while the case ran, packets apart. Its texts are numbers into those of the case. */
struct nt_result_event {
    uint64_t at_us;
    uint32_t node, what; /* "nat-left", "mapping made" */
    uint32_t text;       /* why; "" */
    uint32_t a, b;       /* addresses: local and remote, inside and outside; "": unset */
    uint64_t number;     /* of the pair or the mapping that it is about; 0: of none */
};

struct nt_result_case {
    char *id, *file, *claim;
    struct nt_result_param *params;
    size_t param_count;
    uint64_t seed;
    enum nt_outcome outcome;
    char *reason;            /* "" on pass: one line that says what was expected and what was found */
    int line;                /* 0: null */
    uint32_t packet;         /* frame; 0: none */
    char *path;              /* a word of words.h; NULL: null (not judged) */
    unsigned expected_paths; /* enum nt_path_bit; 0: null */
    int64_t connect_ms;      /* rounded up; -1: null */
    int64_t virtual_ms;
    uint64_t packets; /* frames over all taps */
    struct nt_result_agent *agents;
    size_t agent_count;
    uint32_t rules_exercised;
    struct nt_result_finding *violations, *advice;
    size_t violation_count, advice_count;
    struct nt_result_not_judged *not_judged;
    size_t not_judged_count;
    uint64_t data_sent, data_lost;
    struct nt_result_send *sends;
    size_t send_count;
    struct nt_result_limit *limits;
    size_t limit_count;
    int64_t data_gap_ms; /* of data that went on with the call, the longest gap of both ways; 0: none did */
    struct nt_result_flow *flows;
    size_t flow_count;
    char *data_found;                  /* "connected; data above 1,252 bytes is lost (...)"; NULL: nothing of this kind */
    uint32_t runs_passed, runs_failed; /* both 0: the case was run once */
    char *passed_capture;              /* of the first run that passed, where others did not; NULL: none was kept */
    struct nt_result_log *passed_logs; /* names of its programs' logs */
    size_t passed_log_count;
    char *agent_l, *agent_r;          /* commands that replaced L and R (--agent-l, --agent-r); NULL: none did */
    char *carrier;                    /* NULL: the built-in one */
    char *capture;                    /* "captures/....pcapng"; NULL: null */
    struct nt_result_reason *reasons; /* all that the verdict has, the cause first */
    size_t reason_count;
    struct nt_result_step *steps;
    size_t step_count;
    struct nt_result_why_not *why_not;
    size_t why_not_count;
    struct nt_result_log *logs;
    size_t log_count;
    int64_t wall_ms; /* of the machine's clock, rounded up; in the log and junit.xml alone */
    char *found_at; /* in the log alone: the path of the file from where natsim was started, if it lies below and `file` is not that
                       path; else NULL */
    /* In the log and the page, not in results.json: */
    char *source; /* the text of the scenario's file, of the first case of that file; else NULL */
    struct nt_result_network *networks;
    size_t network_count;
    struct nt_result_node *nodes;
    size_t node_count;
    struct nt_result_rule_text *rule_texts; /* of the rules of violations, advice and not_judged */
    size_t rule_text_count;
    struct nt_result_reason *event_texts;
    size_t event_text_count;
    struct nt_result_event *events; /* in the order of time; where a limit was reached, the last one says so */
    size_t event_count;
};

#endif
