#include "scenarios/language/sections/call_step.h"
#include "scenarios/language/sections/match.h"

#include "core/base/endpoint.h"
#include "scenarios/language/text/units.h"
#include "scenarios/model/words.h"

#include <stddef.h>

#define NODE(form, field) .offset = offsetof(struct form, field), .schema = "{\"type\": \"string\"}", .flags = NT_KEY_REQUIRED

struct call_form {
    const struct nt_yaml *from, *to;
};

static const struct nt_key call_keys[] = {
    {.name = "from", NODE(call_form, from), .doc = "the caller"},
    {.name = "to", NODE(call_form, to), .doc = "the callee"},
};
const struct nt_table nt_table_call = NT_TABLE("call", "'call'", call_keys);

struct reoffer_form {
    const struct nt_yaml *from;
};

static const struct nt_key reoffer_keys[] = {
    {.name = "from", NODE(reoffer_form, from), .doc = "the agent that offers"},
};
const struct nt_table nt_table_reoffer = NT_TABLE("reoffer", "'reoffer'", reoffer_keys);

struct agent_form {
    const struct nt_yaml *agent;
    uint16_t stream;
};

#define AGENT NODE(agent_form, agent)
static const struct nt_key restart_keys[] = {
    {.name = "agent", AGENT, .doc = "the agent that restarts"},
    {.name = "stream",
     .type = NT_KEY_U16,
     .offset = offsetof(struct agent_form, stream),
     .low = 1,
     .high = 1,
     .flags = NT_KEY_ONLY,
     .doc = "1, the default"},
};
const struct nt_table nt_table_restart = NT_TABLE("restart", "'restart'", restart_keys);

static const struct nt_key hangup_keys[] = {{.name = "agent", AGENT, .doc = "the agent that hangs up"}};
const struct nt_table nt_table_hangup = NT_TABLE("hangup", "'hangup'", hangup_keys);

struct renominate_form {
    const struct nt_yaml *agent, *remote;
};

static const struct nt_key renominate_keys[] = {
    {.name = "agent", NODE(renominate_form, agent), .doc = "the controlling agent"},
    {.name = "remote", NODE(renominate_form, remote), .doc = "the type or the address of the pair's remote candidate"},
};
const struct nt_table nt_table_renominate = NT_TABLE("renominate", "'renominate'", renominate_keys);

struct send_form {
    const struct nt_yaml *from, *to;
    struct nt_scn_send send;
};

#define SEND(field) .offset = offsetof(struct send_form, field)
static const struct nt_key send_keys[] = {
    {.name = "from", NODE(send_form, from), .doc = "the sender"},
    {.name = "to", NODE(send_form, to), .doc = "the receiver"},
    {.name = "bytes",
     .type = NT_KEY_U32,
     SEND(send.bytes),
     .low = 1,
     .high = NT_DATAGRAM_MAX,
     .doc = "payload of each datagram; 200 by default"},
    {.name = "count", .type = NT_KEY_U32, SEND(send.count), .low = 1, .high = 1000000, .doc = "number of datagrams; 10 by default"},
    {.name = "interval", .type = NT_KEY_TIME, SEND(send.interval), .doc = "between two datagrams; 20ms by default"},
    {.name = "df",
     .type = NT_KEY_BOOL,
     SEND(send.df),
     .doc = "on: the datagrams are not to be fragmented, neither by their sender nor, in IPv4, by a router; off by default"},
};
const struct nt_table nt_table_send = NT_TABLE("send", "'send'", send_keys);

struct signalling_form {
    const struct nt_yaml *from;
    nt_time delay;
    bool drop, duplicate, reject;
    int message;
};

#define SIGNALLING(field) .offset = offsetof(struct signalling_form, field)
static const struct nt_key signalling_keys[] = {
    {.name = "from", NODE(signalling_form, from), .doc = "the agent that sends the message"},
    {.name = "message",
     .type = NT_KEY_WORD,
     SIGNALLING(message),
     .words = nt_message_words,
     .doc = "offer, answer, candidate (a trickled one) or any, the default"},
    {.name = "delay",
     .type = NT_KEY_TIME,
     SIGNALLING(delay),
     .low = 1,
     .high = NT_UNIT_TIME_MAX,
     .doc = "by how much it is delayed"},
    {.name = "drop", .type = NT_KEY_BOOL, SIGNALLING(drop), .doc = "true: it is dropped"},
    {.name = "duplicate", .type = NT_KEY_BOOL, SIGNALLING(duplicate), .doc = "true: it arrives twice"},
    {.name = "reject",
     .type = NT_KEY_BOOL,
     SIGNALLING(reject),
     .doc = "true: the agent answers the peer's next offer with 488 (RFC 3261, 21.4.26)"},
};
const struct nt_table nt_table_signalling = NT_TABLE("signalling", "'signalling'", signalling_keys);

static uint32_t agent_of(struct nt_load *l, const struct nt_yaml *v)
{
    struct nt_scn_node n = nt_load_node(l, v, NT_LOAD_AGENT);
    return n.kind == NT_SCN_NODE_AGENT ? n.index : NT_SCN_NONE;
}

static void read_ends(struct nt_load *l, const struct nt_yaml *from, const struct nt_yaml *to, struct nt_scn_step *step)
{
    step->from = agent_of(l, from);
    step->to = agent_of(l, to);
    if (step->from == step->to && step->from != NT_SCN_NONE)
        nt_diag_mend(nt_load_error(l, to, "'from' and 'to' are the same agent"), "name two agents");
}

void nt_load_call(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    struct call_form f = {0};
    step->kind = NT_STEP_CALL;
    if (!nt_table_read(l, &nt_table_call, v, &f))
        return;
    read_ends(l, f.from, f.to, step);
    if (l->c->caller != NT_SCN_NONE)
        nt_diag_mend(nt_load_error(l, v, "a second call"), "one call per scenario: leave one out");
    l->c->caller = step->from;
    l->c->callee = step->to;
}

void nt_load_reoffer(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    struct reoffer_form f = {0};
    step->kind = NT_STEP_REOFFER;
    if (nt_table_read(l, &nt_table_reoffer, v, &f))
        step->from = agent_of(l, f.from);
}

static void read_agent_step(struct nt_load *l, const struct nt_table *table, const struct nt_yaml *v, struct nt_scn_step *step)
{
    struct agent_form f = {0};
    if (nt_table_read(l, table, v, &f))
        step->from = agent_of(l, f.agent);
}

void nt_load_restart(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    step->kind = NT_STEP_RESTART;
    read_agent_step(l, &nt_table_restart, v, step);
}

void nt_load_hangup(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    step->kind = NT_STEP_HANGUP;
    read_agent_step(l, &nt_table_hangup, v, step);
}

void nt_load_renominate(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    struct renominate_form f = {0};
    step->kind = NT_STEP_RENOMINATE;
    if (!nt_table_read(l, &nt_table_renominate, v, &f))
        return;
    step->from = agent_of(l, f.agent);
    if (nt_yaml_count(f.remote) == 1)
        nt_load_match(l, f.remote, &step->remote);
    else
        nt_diag_mend(nt_load_error(l, f.remote, "'remote' is one type or one address"), "write remote: relay, or an address");
}

void nt_load_send(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    struct send_form f = {.send = {.bytes = 200, .count = 10, .interval = 20 * NT_MSEC}};
    step->kind = NT_STEP_SEND;
    if (!nt_table_read(l, &nt_table_send, v, &f))
        return;
    read_ends(l, f.from, f.to, step);
    step->send = f.send;
}

void nt_load_signalling(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    struct signalling_form f = {.message = NT_MESSAGE_ANY};
    step->kind = NT_STEP_SIGNALLING;
    if (!nt_table_read(l, &nt_table_signalling, v, &f))
        return;
    step->from = agent_of(l, f.from);
    step->message = (enum nt_scn_message)f.message;
    step->by = f.delay;
    step->act = f.drop ? NT_SIGNAL_DROP : f.duplicate ? NT_SIGNAL_DUPLICATE : f.reject ? NT_SIGNAL_REJECT : NT_SIGNAL_DELAY;
    if ((f.delay > 0) + f.drop + f.duplicate + f.reject != 1)
        nt_diag_mend(nt_load_error(l, v, "'signalling' needs exactly one of 'delay', 'drop', 'duplicate' and 'reject'"),
                     "write delay: 200ms, drop: true, duplicate: true or reject: true");
    if (f.reject && step->message != NT_MESSAGE_ANSWER)
        nt_diag_mend(nt_load_error(l, v, "'reject' is an answer"), "write message: answer, too");
}
