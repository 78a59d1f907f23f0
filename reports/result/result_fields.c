#include "reports/result/result_fields.h"

#include <stddef.h>

/* The offset of a member, which must be of this type. */
#define AT(type, record, member) (offsetof(record, member) * _Generic(((record *)0)->member, type : 1u))
#define KEY(key) ", \"" key "\": ", key, sizeof(", \"" key "\": ") - 1
#define FIELD(kind, type, record, key, member, flags)                                                                              \
    {                                                                                                                              \
        KEY(key), NT_FIELD_##kind, flags, AT(type, record, member), 0, NULL                                                        \
    }
#define TEXT(record, key, member, flags) FIELD(TEXT, char *, record, key, member, flags)
#define U32(record, key, member, flags) FIELD(U32, uint32_t, record, key, member, flags)
#define U64(record, key, member, flags) FIELD(U64, uint64_t, record, key, member, flags)
#define TIME(record, key, member, flags) FIELD(TIME, int64_t, record, key, member, flags)
#define BOOL(record, key, member, flags) FIELD(BOOL, bool, record, key, member, flags)
#define ADDRESS(record, key, member, flags) FIELD(ADDRESS, struct nt_addr, record, key, member, flags)
#define ADDRESS_AND_PORT(record, member, flags) FIELD(ADDRESS_AND_PORT, struct nt_addr, record, "address", member, flags)
#define OBJECT(key, at, of, flags)                                                                                                 \
    {                                                                                                                              \
        KEY(key), NT_FIELD_OBJECT, flags, at, 0, &of                                                                               \
    }
#define MANY(kind, type, record, key, items, count, of, flags)                                                                     \
    {                                                                                                                              \
        KEY(key), NT_FIELD_##kind, flags, AT(type *, record, items), AT(size_t, record, count), &of                                \
    }
#define RECORD(fields, type)                                                                                                       \
    {                                                                                                                              \
        fields, sizeof fields / sizeof *fields, sizeof(type)                                                                       \
    }

#define CANDIDATE struct nt_result_candidate
#define END struct nt_result_end
#define SELECTED struct nt_result_selected
#define PAIR struct nt_result_pair
#define PRFLX struct nt_result_prflx
#define AGENT struct nt_result_agent
#define FINDING struct nt_result_finding
#define RULE_TEXT struct nt_result_rule_text
#define NOT_JUDGED struct nt_result_not_judged
#define SEND struct nt_result_send
#define LIMIT struct nt_result_limit
#define SILENCE struct nt_result_silence
#define FLOW struct nt_result_flow
#define PARAM struct nt_result_param
#define REASON struct nt_result_reason
#define STEP struct nt_result_step
#define RULE struct nt_result_rule
#define WHY_NOT struct nt_result_why_not
#define INTERFACE struct nt_result_interface
#define NODE struct nt_result_node
#define NETWORK struct nt_result_network
#define EVENT struct nt_result_event
#define LOG_FILE struct nt_result_log
#define CASE struct nt_result_case

#define NULLABLE NT_FIELD_NULL
#define OPTIONAL NT_FIELD_OPTIONAL
#define OVERVIEW NT_FIELD_OVERVIEW
#define DETAILS NT_FIELD_DETAILS
#define OWN NT_FIELD_OWN
#define LATER NT_FIELD_LATER
#define LOG (NT_FIELD_LOG | NT_FIELD_LATER)

// clang-format off
static const struct nt_field candidate_fields[] = {
    TEXT(CANDIDATE, "type", type, DETAILS),
    U32(CANDIDATE, "stream", stream, DETAILS),
    U32(CANDIDATE, "component", component, DETAILS),
    TEXT(CANDIDATE, "transport", transport, DETAILS),
    ADDRESS_AND_PORT(CANDIDATE, addr, DETAILS),
    ADDRESS(CANDIDATE, "base", base, DETAILS),
    ADDRESS(CANDIDATE, "related", related, DETAILS),
    U32(CANDIDATE, "priority", priority, DETAILS),
    TEXT(CANDIDATE, "foundation", foundation, DETAILS),
};
static const struct nt_record candidate_record = RECORD(candidate_fields, CANDIDATE);

static const struct nt_field end_fields[] = {
    TEXT(END, "type", type, DETAILS),
    ADDRESS_AND_PORT(END, addr, DETAILS),
};
static const struct nt_record end_record = RECORD(end_fields, END);

static const struct nt_field selected_fields[] = {
    U32(SELECTED, "stream", stream, DETAILS),
    U32(SELECTED, "component", component, DETAILS),
    OBJECT("local", AT(END, SELECTED, local), end_record, DETAILS),
    OBJECT("remote", AT(END, SELECTED, remote), end_record, DETAILS),
};
static const struct nt_record selected_record = RECORD(selected_fields, SELECTED);

static const struct nt_field pair_fields[] = {
    ADDRESS(PAIR, "local", local, DETAILS),
    ADDRESS(PAIR, "remote", remote, DETAILS),
    TEXT(PAIR, "state", state, DETAILS),
    ADDRESS(PAIR, "base", base, DETAILS),
    TEXT(PAIR, "generated_by", generated_by, NULLABLE | DETAILS),
    BOOL(PAIR, "receivable", receivable, DETAILS),
    BOOL(PAIR, "sendable", sendable, DETAILS),
    BOOL(PAIR, "handshake", handshake, DETAILS),
    BOOL(PAIR, "valid", valid, DETAILS),
    BOOL(PAIR, "nominated", nominated, DETAILS),
    FIELD(DECIMAL, uint64_t, PAIR, "priority", priority, DETAILS),
    TEXT(PAIR, "local_type", local_type, NULLABLE | DETAILS),
    TEXT(PAIR, "remote_type", remote_type, NULLABLE | DETAILS),
};
static const struct nt_record pair_record = RECORD(pair_fields, PAIR);

static const struct nt_field prflx_fields[] = {
    FIELD(SIDE, bool, PRFLX, "side", remote, DETAILS),
    ADDRESS_AND_PORT(PRFLX, addr, DETAILS),
    U32(PRFLX, "packet", packet, DETAILS),
};
static const struct nt_record prflx_record = RECORD(prflx_fields, PRFLX);

static const struct nt_field agent_fields[] = {
    TEXT(AGENT, "name", name, NT_FIELD_NAME | DETAILS),
    TEXT(AGENT, "stack", stack, DETAILS),
    TEXT(AGENT, "state", state, DETAILS),
    TEXT(AGENT, "role", role, DETAILS),
    MANY(LIST, CANDIDATE, AGENT, "candidates", candidates, candidate_count, candidate_record, DETAILS),
    MANY(LIST, SELECTED, AGENT, "selected", selected, selected_count, selected_record, DETAILS),
    MANY(LIST, PAIR, AGENT, "pairs", pairs, pair_count, pair_record, DETAILS),
    MANY(LIST, PRFLX, AGENT, "peer_reflexive", prflx, prflx_count, prflx_record, DETAILS),
    U32(AGENT, "checks_sent", checks_sent, DETAILS),
    U32(AGENT, "checks_received", checks_received, DETAILS),
    U32(AGENT, "restarts", restarts, DETAILS),
};
static const struct nt_record agent_record = RECORD(agent_fields, AGENT);

static const struct nt_field finding_fields[] = {
    TEXT(FINDING, "rule", rule, DETAILS),
    TEXT(FINDING, "agent", agent, NULLABLE | DETAILS),
    U32(FINDING, "packet", packet, DETAILS),
    TEXT(FINDING, "detail", detail, NULLABLE | DETAILS),
    U32(FINDING, "count", count, DETAILS),
};
static const struct nt_record finding_record = RECORD(finding_fields, FINDING);

static const struct nt_field rule_text_fields[] = {
    TEXT(RULE_TEXT, "id", id, DETAILS),
    TEXT(RULE_TEXT, "level", level, DETAILS),
    TEXT(RULE_TEXT, "text", text, DETAILS),
};
static const struct nt_record rule_text_record = RECORD(rule_text_fields, RULE_TEXT);

static const struct nt_field not_judged_fields[] = {
    TEXT(NOT_JUDGED, "rule", rule, DETAILS),
    TEXT(NOT_JUDGED, "agent", agent, DETAILS),
    TEXT(NOT_JUDGED, "why", why, DETAILS),
};
static const struct nt_record not_judged_record = RECORD(not_judged_fields, NOT_JUDGED);

static const struct nt_field param_fields[] = {
    TEXT(PARAM, "name", name, NT_FIELD_NAME | OVERVIEW),
    TEXT(PARAM, "json", json, 0),
    TEXT(PARAM, "label", label, OVERVIEW),
};
static const struct nt_record param_record = RECORD(param_fields, PARAM);

static const struct nt_field at_fields[] = {
    FIELD(LINE, int, CASE, "line", line, OVERVIEW),
    U32(CASE, "packet", packet, OVERVIEW),
};
static const struct nt_record at_record = RECORD(at_fields, CASE);

static const struct nt_field conformance_fields[] = {
    U32(CASE, "rules_exercised", rules_exercised, OVERVIEW),
    MANY(LIST, FINDING, CASE, "violations", violations, violation_count, finding_record, DETAILS),
    MANY(LIST, FINDING, CASE, "advice", advice, advice_count, finding_record, DETAILS),
    MANY(LIST, NOT_JUDGED, CASE, "not_judged", not_judged, not_judged_count, not_judged_record, DETAILS),
};
static const struct nt_record conformance_record = RECORD(conformance_fields, CASE);

static const struct nt_field send_fields[] = {
    TEXT(SEND, "from", from, 0),
    U32(SEND, "bytes", bytes, 0),
    BOOL(SEND, "df", df, 0),
    U64(SEND, "sent", sent, 0),
    U64(SEND, "lost", lost, 0),
};
static const struct nt_record send_record = RECORD(send_fields, SEND);

static const struct nt_field limit_fields[] = {
    TEXT(LIMIT, "from", from, 0),
    U32(LIMIT, "bytes", bytes, 0),
    U32(LIMIT, "mtu", mtu, 0),
    TEXT(LIMIT, "at", at, 0),
    U32(LIMIT, "packet", packet, 0),
    BOOL(LIMIT, "with_df", with_df, 0),
    BOOL(LIMIT, "told", told, 0),
};
static const struct nt_record limit_record = RECORD(limit_fields, LIMIT);

static const struct nt_field silence_fields[] = {
    TIME(SILENCE, "at_ms", at_ms, DETAILS),
    TIME(SILENCE, "ms", ms, DETAILS),
    U64(SILENCE, "lost", lost, DETAILS),
    U64(SILENCE, "unsent", unsent, DETAILS),
};
static const struct nt_record silence_record = RECORD(silence_fields, SILENCE);

static const struct nt_field flow_fields[] = {
    TEXT(FLOW, "from", from, DETAILS),
    TIME(FLOW, "began_ms", began_ms, DETAILS),
    TIME(FLOW, "ended_ms", ended_ms, DETAILS),
    U64(FLOW, "sent", sent, DETAILS),
    U64(FLOW, "unsent", unsent, DETAILS),
    U64(FLOW, "lost", lost, DETAILS),
    TIME(FLOW, "gap_ms", gap_ms, DETAILS),
    TIME(FLOW, "gap_at_ms", gap_at_ms, DETAILS),
    MANY(LIST, SILENCE, FLOW, "silences", silences, silence_count, silence_record, DETAILS),
    U64(FLOW, "more_silences", more_silences, DETAILS),
};
static const struct nt_record flow_record = RECORD(flow_fields, FLOW);

static const struct nt_field data_fields[] = {
    U64(CASE, "sent", data_sent, OVERVIEW),
    U64(CASE, "lost", data_lost, OVERVIEW),
    MANY(LIST, SEND, CASE, "sends", sends, send_count, send_record, OPTIONAL),
    MANY(LIST, LIMIT, CASE, "lost_above", limits, limit_count, limit_record, OPTIONAL),
    TEXT(CASE, "found", data_found, OPTIONAL | OVERVIEW),
    TIME(CASE, "gap_ms", data_gap_ms, OPTIONAL | LATER | DETAILS),
    MANY(LIST, FLOW, CASE, "flows", flows, flow_count, flow_record, OPTIONAL | DETAILS),
};
static const struct nt_record data_record = RECORD(data_fields, CASE);

static const struct nt_field reason_fields[] = {TEXT(REASON, "text", text, DETAILS)};
static const struct nt_record reason_record = RECORD(reason_fields, REASON);

static const struct nt_field step_fields[] = {
    TIME(STEP, "at_ms", at_ms, NULLABLE | DETAILS),
    TEXT(STEP, "what", what, DETAILS),
    BOOL(STEP, "fired", fired, DETAILS),
};
static const struct nt_record step_record = RECORD(step_fields, STEP);

static const struct nt_field rule_fields[] = {
    TEXT(RULE, "node", node, DETAILS),
    TEXT(RULE, "key", key, DETAILS),
};
static const struct nt_record rule_record = RECORD(rule_fields, RULE);

static const struct nt_field why_not_fields[] = {
    TEXT(WHY_NOT, "agent", agent, DETAILS),
    ADDRESS(WHY_NOT, "local", local, DETAILS),
    ADDRESS(WHY_NOT, "remote", remote, DETAILS),
    FIELD(LINE, int, WHY_NOT, "packet", packet, DETAILS),
    TEXT(WHY_NOT, "node", node, NULLABLE | DETAILS),
    TEXT(WHY_NOT, "reason", reason, DETAILS),
    TEXT(WHY_NOT, "text", text, DETAILS),
    MANY(LIST, RULE, WHY_NOT, "rules", rules, rule_count, rule_record, DETAILS),
};
static const struct nt_record why_not_record = RECORD(why_not_fields, WHY_NOT);

static const struct nt_field network_fields[] = {
    TEXT(NETWORK, "name", name, DETAILS),
    TEXT(NETWORK, "prefixes", prefixes, DETAILS),
    TEXT(NETWORK, "text", text, DETAILS),
};
static const struct nt_record network_record = RECORD(network_fields, NETWORK);

static const struct nt_field interface_fields[] = {
    TEXT(INTERFACE, "tap", tap, DETAILS),
    TEXT(INTERFACE, "network", network, DETAILS),
    TEXT(INTERFACE, "addresses", addresses, DETAILS),
};
static const struct nt_record interface_record = RECORD(interface_fields, INTERFACE);

static const struct nt_field node_fields[] = {
    TEXT(NODE, "name", name, DETAILS),
    TEXT(NODE, "kind", kind, DETAILS),
    TEXT(NODE, "text", text, DETAILS),
    MANY(LIST, INTERFACE, NODE, "interfaces", interfaces, interface_count, interface_record, DETAILS),
};
static const struct nt_record node_record = RECORD(node_fields, NODE);

static const struct nt_field event_fields[] = {
    U64(EVENT, "at_us", at_us, DETAILS),
    U32(EVENT, "node", node, DETAILS),
    U32(EVENT, "what", what, DETAILS),
    U32(EVENT, "text", text, DETAILS),
    U32(EVENT, "a", a, DETAILS),
    U32(EVENT, "b", b, DETAILS),
    U64(EVENT, "number", number, DETAILS),
};
static const struct nt_record event_record = RECORD(event_fields, EVENT);

static const struct nt_field log_file_fields[] = {TEXT(LOG_FILE, "name", name, 0)};
static const struct nt_record log_file_record = RECORD(log_file_fields, LOG_FILE);

static const struct nt_field runs_fields[] = {
    U32(CASE, "pass", runs_passed, OVERVIEW),
    U32(CASE, "fail", runs_failed, OVERVIEW),
    TEXT(CASE, "passed_capture", passed_capture, OPTIONAL | OVERVIEW),
    MANY(TEXTS, LOG_FILE, CASE, "passed_logs", passed_logs, passed_log_count, log_file_record, OPTIONAL),
};
static const struct nt_record runs_record = RECORD(runs_fields, CASE);

static const struct nt_field case_fields[] = {
    TEXT(CASE, "id", id, OVERVIEW | OWN),
    TEXT(CASE, "file", file, OVERVIEW),
    MANY(PARAMS, PARAM, CASE, "params", params, param_count, param_record, OVERVIEW),
    FIELD(SEED, uint64_t, CASE, "seed", seed, OVERVIEW),
    FIELD(OUTCOME, enum nt_outcome, CASE, "outcome", outcome, OVERVIEW),
    TEXT(CASE, "reason", reason, NT_FIELD_EMPTY | OVERVIEW),
    OBJECT("at", 0, at_record, OVERVIEW),
    TEXT(CASE, "path", path, NULLABLE | OVERVIEW),
    FIELD(PATHS, unsigned, CASE, "expected_path", expected_paths, OVERVIEW),
    TIME(CASE, "connect_ms", connect_ms, NULLABLE | OVERVIEW),
    TIME(CASE, "virtual_ms", virtual_ms, OVERVIEW),
    U64(CASE, "packets", packets, OVERVIEW),
    MANY(MAP, AGENT, CASE, "agents", agents, agent_count, agent_record, DETAILS),
    OBJECT("conformance", 0, conformance_record, OVERVIEW | DETAILS),
    OBJECT("data", 0, data_record, OVERVIEW | DETAILS),
    OBJECT("runs", 0, runs_record, OPTIONAL | OVERVIEW),
    TEXT(CASE, "agent_l", agent_l, OPTIONAL),
    TEXT(CASE, "agent_r", agent_r, OPTIONAL),
    TEXT(CASE, "carrier", carrier, OPTIONAL | OVERVIEW),
    TEXT(CASE, "capture", capture, NULLABLE | OVERVIEW | OWN),
    TEXT(CASE, "claim", claim, NULLABLE | OVERVIEW),
    MANY(LABELS, PARAM, CASE, "labels", params, param_count, param_record, 0),
    MANY(TEXTS, REASON, CASE, "reasons", reasons, reason_count, reason_record, LATER | DETAILS),
    MANY(LIST, STEP, CASE, "steps", steps, step_count, step_record, LATER | DETAILS),
    MANY(LIST, WHY_NOT, CASE, "why_not", why_not, why_not_count, why_not_record, LATER | DETAILS),
    MANY(TEXTS, LOG_FILE, CASE, "logs", logs, log_count, log_file_record, OPTIONAL),
    TIME(CASE, "wall_ms", wall_ms, LOG),
    TEXT(CASE, "found_at", found_at, OPTIONAL | LOG),
    TEXT(CASE, "source", source, OPTIONAL | LOG | OVERVIEW),
    MANY(LIST, NETWORK, CASE, "networks", networks, network_count, network_record, LOG | DETAILS),
    MANY(LIST, NODE, CASE, "nodes", nodes, node_count, node_record, LOG | DETAILS),
    MANY(LIST, RULE_TEXT, CASE, "rule_texts", rule_texts, rule_text_count, rule_text_record, OPTIONAL | LOG | DETAILS),
    MANY(TEXTS, REASON, CASE, "event_texts", event_texts, event_text_count, reason_record, LOG | DETAILS),
    MANY(ROWS, EVENT, CASE, "events", events, event_count, event_record, LOG | DETAILS),
};
const struct nt_record nt_case_record = RECORD(case_fields, CASE);
// clang-format on
