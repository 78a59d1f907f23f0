/* Steps: when, and which action. */
#include "scenarios/language/key_table.h"
#include "scenarios/language/text/units.h"

#include "core/base/endpoint.h"
#include "natsim/fabric/fabric.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define SIDE_MAX 10000

struct form {
    const struct nt_yaml *at, *after, *delay, *call, *reoffer, *send, *link, *nat, *server, *partition, *signalling, *drop,
        *duplicate, *corrupt, *inject, *run;
};

#define ACTION(field, def) .offset = offsetof(struct form, field), .schema = "{\"$ref\": \"#/$defs/" def "\"}"

static const struct nt_key keys[] = {
    {.name = "at",
     .offset = offsetof(struct form, at),
     .schema = "{\"$ref\": \"#/$defs/time\"}",
     .doc = "when, from the start of the world"},
    {.name = "after",
     .offset = offsetof(struct form, after),
     .schema = "{\"type\": \"string\"}",
     .doc = "the first occurrence of an event, as in R.answer-received"},
    {.name = "delay",
     .offset = offsetof(struct form, delay),
     .schema = "{\"anyOf\": [{\"$ref\": \"#/$defs/time\"}, {\"$ref\": \"#/$defs/delay\"}]}",
     .doc = "a time: how long after the event; a mapping: packets are late"},
    {.name = "call", ACTION(call, "call"), .doc = "L calls R"},
    {.name = "reoffer", ACTION(reoffer, "reoffer"), .doc = "a subsequent offer with remote-candidates (RFC 8839, 4.4.1)"},
    {.name = "send", ACTION(send, "send"), .doc = "datagrams over the selected pair"},
    {.name = "link", ACTION(link, "link"), .doc = "an attachment goes down or up"},
    {.name = "nat", ACTION(nat, "nat-step"), .doc = "a gateway loses its state"},
    {.name = "server", ACTION(server, "server-step"), .doc = "a server stops or starts"},
    {.name = "partition", ACTION(partition, "partition"), .doc = "nothing passes between two sets of nodes"},
    {.name = "signalling", ACTION(signalling, "signalling"), .doc = "a message of the platform is late, lost or doubled"},
    {.name = "drop", ACTION(drop, "fault"), .doc = "packets are lost"},
    {.name = "duplicate", ACTION(duplicate, "fault"), .doc = "packets are doubled"},
    {.name = "corrupt", ACTION(corrupt, "fault"), .doc = "a payload bit is flipped, checksums repaired"},
    {.name = "inject", ACTION(inject, "inject"), .doc = "a forged datagram"},
    {.name = "run", ACTION(run, "run"), .doc = "a real program on a machine; the case then runs in real time"},
    {.name = "restart", .flags = NT_KEY_UNBUILT, .doc = "ICE restart"},
    {.name = "hangup", .flags = NT_KEY_UNBUILT, .doc = "the end of the call"},
    {.name = "move", .flags = NT_KEY_UNBUILT, .doc = "to another network"},
};
const struct nt_table nt_table_step = NT_TABLE("step", "a step", keys);

struct parties {
    const struct nt_yaml *from, *to, *message, *and_, *at;
    nt_time delay;
    bool drop, duplicate;
    int word;
};

#define FROM(field) .offset = offsetof(struct parties, field), .schema = "{\"type\": \"string\"}", .flags = NT_KEY_REQUIRED
#define STEP(field) .offset = offsetof(struct nt_scn_step, field)

static const struct nt_key call_keys[] = {{.name = "from", FROM(from), .doc = "the caller"},
                                          {.name = "to", FROM(to), .doc = "the callee"}};
const struct nt_table nt_table_call = NT_TABLE("call", "'call'", call_keys);

static const struct nt_key reoffer_keys[] = {{.name = "from", FROM(from), .doc = "the agent that offers"}};
const struct nt_table nt_table_reoffer = NT_TABLE("reoffer", "'reoffer'", reoffer_keys);

struct send_form {
    struct parties p;
    uint32_t bytes, count;
    nt_time interval;
};

#define SEND(field) .offset = offsetof(struct send_form, field)
static const struct nt_key send_keys[] = {
    {.name = "from", FROM(from), .doc = "the sender"},
    {.name = "to", FROM(to), .doc = "the receiver"},
    {.name = "bytes", .type = NT_KEY_U32, SEND(bytes), .low = 1, .high = NT_DATAGRAM_MAX, .doc = "of each datagram; 200 by default"},
    {.name = "count", .type = NT_KEY_U32, SEND(count), .low = 1, .high = 1000000, .doc = "10 by default"},
    {.name = "interval", .type = NT_KEY_TIME, SEND(interval), .doc = "20ms by default"},
};
const struct nt_table nt_table_send = NT_TABLE("send", "'send'", send_keys);

static const struct nt_word up_words[] = {{"down", 0, false}, {"up", 1, false}, {NULL, 0, false}};
static const struct nt_word nat_words[] = {
    {"reboot", NT_CTL_REBOOT, false}, {"flush", NT_CTL_FLUSH, false}, {"renumber", NT_CTL_RENUMBER, false}, {NULL, 0, false}};
static const struct nt_word server_words[] = {{"stop", NT_CTL_STOP, false}, {"start", NT_CTL_START, false}, {NULL, 0, false}};
static const struct nt_word message_words[] = {{"offer", NT_MESSAGE_OFFER, false},
                                               {"answer", NT_MESSAGE_ANSWER, false},
                                               {"any", NT_MESSAGE_ANY, false},
                                               {"candidate", NT_MESSAGE_CANDIDATE, false},
                                               {NULL, 0, false}};

#define WORD(w) .type = NT_KEY_WORD, .offset = offsetof(struct parties, word), .words = w
static const struct nt_key link_keys[] = {{.name = "at", FROM(at), .doc = "an attachment, as in L.0 or nat-left.outside"},
                                          {.name = "set", WORD(up_words), .flags = NT_KEY_REQUIRED, .doc = "down or up"}};
const struct nt_table nt_table_link = NT_TABLE("link", "'link'", link_keys);
static const struct nt_key nat_keys[] = {
    {.name = "at", FROM(at), .doc = "a gateway"},
    {.name = "do", WORD(nat_words), .flags = NT_KEY_REQUIRED, .doc = "reboot, flush or renumber"}};
const struct nt_table nt_table_nat = NT_TABLE("nat-step", "'nat'", nat_keys);
static const struct nt_key server_keys[] = {{.name = "at", FROM(at), .doc = "a server"},
                                            {.name = "do", WORD(server_words), .flags = NT_KEY_REQUIRED, .doc = "stop or start"}};
const struct nt_table nt_table_server_step = NT_TABLE("server-step", "'server'", server_keys);

static const struct nt_key partition_keys[] = {
    {.name = "between",
     .offset = offsetof(struct parties, from),
     .schema = "{\"$ref\": \"#/$defs/names\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "nodes"},
    {.name = "and",
     .offset = offsetof(struct parties, and_),
     .schema = "{\"$ref\": \"#/$defs/names\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "nodes"},
    {.name = "for",
     .type = NT_KEY_TIME,
     .offset = offsetof(struct parties, delay),
     .low = 1,
     .high = NT_UNIT_TIME_MAX,
     .doc = "without end by default"},
};
const struct nt_table nt_table_partition = NT_TABLE("partition", "'partition'", partition_keys);

static const struct nt_key signalling_keys[] = {
    {.name = "from", FROM(from), .doc = "the agent that sends"},
    {.name = "message", WORD(message_words), .doc = "offer, answer, candidate (trickled ones) or any"},
    {.name = "delay",
     .type = NT_KEY_TIME,
     .offset = offsetof(struct parties, delay),
     .low = 1,
     .high = NT_UNIT_TIME_MAX,
     .doc = "how late it comes"},
    {.name = "drop", .type = NT_KEY_BOOL, .offset = offsetof(struct parties, drop), .doc = "true: it is lost"},
    {.name = "duplicate", .type = NT_KEY_BOOL, .offset = offsetof(struct parties, duplicate), .doc = "true: it comes twice"},
};
const struct nt_table nt_table_signalling = NT_TABLE("signalling", "'signalling'", signalling_keys);

struct run_form {
    const struct nt_yaml *at, *prints;
    char *command;
    nt_time duration;
};

static const struct nt_key run_keys[] = {
    {.name = "at",
     .offset = offsetof(struct run_form, at),
     .schema = "{\"type\": \"string\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "an agent or a server: the machine"},
    {.name = "command",
     .type = NT_KEY_TEXT,
     .offset = offsetof(struct run_form, command),
     .flags = NT_KEY_REQUIRED,
     .doc = "for the shell; status 127 skips the case"},
    {.name = "prints",
     .offset = offsetof(struct run_form, prints),
     .schema = "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"array\", \"items\": {\"type\": \"string\"}}]}",
     .doc = "texts that it must print; without: it must end with status 0"},
    {.name = "for",
     .type = NT_KEY_TIME,
     .offset = offsetof(struct run_form, duration),
     .low = 1,
     .high = NT_UNIT_TIME_MAX,
     .doc = "the time it has; 60s by default"},
};
const struct nt_table nt_table_run = NT_TABLE("run", "'run'", run_keys);

static uint32_t agent_of(struct nt_load *l, const struct nt_yaml *v)
{
    struct nt_scn_node n = nt_load_node(l, v, NT_LOAD_AGENT);
    return n.kind == NT_SCN_NODE_AGENT ? n.index : NT_SCN_NONE;
}

static void read_pair(struct nt_load *l, const struct parties *p, struct nt_scn_step *s)
{
    s->from = agent_of(l, p->from);
    s->to = agent_of(l, p->to);
    if (s->from == s->to && s->from != NT_SCN_NONE)
        nt_diag_mend(nt_load_error(l, p->to, "'from' and 'to' are the same agent"), "name two agents");
}

static void read_call(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *s)
{
    struct parties p = {0};
    s->kind = NT_STEP_CALL;
    if (!nt_table_read(l, &nt_table_call, v, &p))
        return;
    read_pair(l, &p, s);
    if (l->c->caller != NT_SCN_NONE)
        nt_diag_mend(nt_load_error(l, v, "a second call"), "one call per scenario: leave one out");
    l->c->caller = s->from;
    l->c->callee = s->to;
}

static void read_reoffer(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *s)
{
    struct parties p = {0};
    s->kind = NT_STEP_REOFFER;
    if (nt_table_read(l, &nt_table_reoffer, v, &p))
        s->from = agent_of(l, p.from);
}

static void read_send(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *s)
{
    struct send_form f = {.bytes = 200, .count = 10, .interval = 20 * NT_MSEC};
    s->kind = NT_STEP_SEND;
    if (!nt_table_read(l, &nt_table_send, v, &f))
        return;
    read_pair(l, &f.p, s);
    s->bytes = f.bytes;
    s->count = f.count;
    s->interval = f.interval;
}

static void read_link(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *s)
{
    struct parties p = {0};
    s->kind = NT_STEP_LINK;
    if (!nt_table_read(l, &nt_table_link, v, &p))
        return;
    s->up = p.word != 0;
    nt_load_port(l, p.at, &s->where, &s->port);
}

static void read_control(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *s, bool nat)
{
    struct parties p = {0};
    s->kind = nat ? NT_STEP_NAT : NT_STEP_SERVER;
    if (!nt_table_read(l, nat ? &nt_table_nat : &nt_table_server_step, v, &p))
        return;
    s->control = p.word;
    s->where = nt_load_node(l, p.at, nat ? NT_LOAD_GATEWAY : NT_LOAD_SERVER);
}

static struct nt_scn_node *read_side(struct nt_load *l, const struct nt_yaml *v, size_t *count)
{
    size_t n = nt_load_count(v);
    if (n == 0 || n > SIDE_MAX) {
        nt_diag_mend(nt_load_error(l, v, "%zu nodes on one side of a partition", n), "name 1 to %d", SIDE_MAX);
        return NULL;
    }
    struct nt_scn_node *side = nt_load_alloc(l, n * sizeof *side);
    for (size_t i = 0; side != NULL && i < n; i++)
        side[i] = nt_load_node(l, nt_load_item(v, i), NT_LOAD_ANY);
    *count = n;
    return side;
}

static void read_partition(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *s)
{
    struct parties p = {0};
    s->kind = NT_STEP_PARTITION;
    if (!nt_table_read(l, &nt_table_partition, v, &p))
        return;
    s->side_a = read_side(l, p.from, &s->side_a_count);
    s->side_b = read_side(l, p.and_, &s->side_b_count);
    s->duration = p.delay;
}

static void read_signalling(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *s)
{
    struct parties p = {.word = NT_MESSAGE_ANY};
    s->kind = NT_STEP_SIGNALLING;
    if (!nt_table_read(l, &nt_table_signalling, v, &p))
        return;
    s->from = agent_of(l, p.from);
    s->message = (enum nt_scn_message)p.word;
    s->by = p.delay;
    s->act = p.drop ? NT_SIGNAL_DROP : p.duplicate ? NT_SIGNAL_DUPLICATE : NT_SIGNAL_DELAY;
    if ((p.delay > 0) + p.drop + p.duplicate != 1)
        nt_diag_mend(nt_load_error(l, v, "'signalling' needs exactly one of 'delay', 'drop' and 'duplicate'"),
                     "write delay: 200ms, drop: true or duplicate: true");
}

static void read_run(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *s)
{
    static const struct nt_key text = {.name = "prints", .type = NT_KEY_TEXT};
    struct run_form f = {0};
    s->kind = NT_STEP_RUN;
    if (!nt_table_read(l, &nt_table_run, v, &f))
        return;
    s->where = nt_load_node(l, f.at, NT_LOAD_AGENT | NT_LOAD_SERVER);
    s->command = f.command;
    s->duration = f.duration;
    size_t n = f.prints != NULL ? nt_load_count(f.prints) : 0;
    s->prints = nt_load_alloc(l, (n + 1) * sizeof *s->prints);
    for (size_t i = 0; s->prints != NULL && i < n; i++)
        s->print_count += nt_key_read(l, &text, nt_load_item(f.prints, i), &s->prints[s->print_count]);
}

static void read_when(struct nt_load *l, const struct nt_yaml *v, const struct form *f, bool delay_is_time, struct nt_scn_step *s)
{
    static const struct nt_key at = {.name = "at", .type = NT_KEY_TIME};
    static const struct nt_key delay = {.name = "delay", .type = NT_KEY_TIME};
    if ((f->at != NULL) == (f->after != NULL)) {
        nt_diag_mend(nt_load_error(l, v, f->at != NULL ? "'at' and 'after' exclude each other" : "a step needs 'at' or 'after'"),
                     f->at != NULL ? "leave one out" : "write at: 0s, or after: L.gathered");
        return;
    }
    if (f->at != NULL)
        nt_key_read(l, &at, f->at, &s->at);
    else
        nt_load_event(l, f->after, &s->after, &s->event);
    if (delay_is_time && f->at != NULL)
        nt_diag_mend(nt_load_error(l, f->delay, "'delay' goes with 'after', not with 'at'"), "add it to 'at'");
    else if (delay_is_time)
        nt_key_read(l, &delay, f->delay, &s->delay);
}

static void read_action(struct nt_load *l, const char *name, const struct nt_yaml *v, struct nt_scn_step *s, size_t number)
{
    static const struct {
        const char *name;
        void (*read)(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *s);
        int fault;
    } actions[] = {
        {"call", read_call, 0},
        {"reoffer", read_reoffer, 0},
        {"send", read_send, 0},
        {"link", read_link, 0},
        {"partition", read_partition, 0},
        {"signalling", read_signalling, 0},
        {"run", read_run, 0},
        {"drop", nt_load_fault, NT_FAULT_DROP},
        {"duplicate", nt_load_fault, NT_FAULT_DUPLICATE},
        {"corrupt", nt_load_fault, NT_FAULT_CORRUPT},
        {"delay", nt_load_fault, NT_FAULT_DELAY},
    };
    s->text = nt_load_text(l, name);
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (strcmp(actions[i].name, name) == 0) {
            s->fault = actions[i].fault;
            actions[i].read(l, v, s);
            return;
        }
    if (strcmp(name, "inject") == 0)
        nt_load_inject(l, v, s, number);
    else
        read_control(l, v, s, strcmp(name, "nat") == 0);
}

static void read_step(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *s, size_t number)
{
    struct form f = {0};
    size_t actions = 0;
    if (!nt_table_read(l, &nt_table_step, v, &f))
        return;
    bool delay_is_time = f.delay != NULL && f.delay->kind != NT_YAML_MAP;
    read_when(l, v, &f, delay_is_time, s);
    for (size_t i = 0; i < v->count; i++) {
        const char *name = v->keys[i]->text;
        if (strcmp(name, "at") == 0 || strcmp(name, "after") == 0 || (delay_is_time && strcmp(name, "delay") == 0))
            continue;
        if (actions++ == 0)
            read_action(l, name, v->items[i], s, number);
        else
            nt_diag_mend(nt_load_error(l, v->keys[i], "a second action, '%s', in one step", name), "write a step of its own");
    }
    if (actions == 0)
        nt_diag_mend(nt_load_error(l, v, "a step without an action"), "write call: {from: L, to: R}, or another one");
}

/* Steps that speak of the call's agents. */
static void check_parties(struct nt_load *l, const struct nt_yaml *section)
{
    const struct nt_scn_case *c = l->c;
    for (size_t i = 0; i < c->step_count; i++) {
        const struct nt_scn_step *s = &c->steps[i];
        if (s->kind != NT_STEP_REOFFER && s->kind != NT_STEP_SEND && s->kind != NT_STEP_SIGNALLING)
            continue;
        const uint32_t who[2] = {s->from, s->kind == NT_STEP_SEND ? s->to : s->from};
        for (size_t j = 0; j < 2; j++)
            if (who[j] != NT_SCN_NONE && who[j] != c->caller && who[j] != c->callee && (j == 0 || who[1] != who[0]))
                nt_diag_mend(nt_load_error(l, section->items[i], "agent '%s' is not in the call", c->agents[who[j]].name),
                             "name '%s' or '%s'", c->agents[c->caller].name, c->agents[c->callee].name);
    }
}

void nt_load_steps(struct nt_load *l, const struct nt_yaml *section)
{
    struct nt_scn_case *c = l->c;
    size_t n = section != NULL ? section->count : 0, before = l->src->errors;
    c->steps = nt_load_alloc(l, (n + 1) * sizeof *c->steps);
    l->mentioned = nt_load_alloc(l, c->agent_count + 1);
    for (size_t i = 0; c->steps != NULL && i < n; i++) {
        c->steps[i] = (struct nt_scn_step){.place = section->items[i]->place, .from = NT_SCN_NONE, .to = NT_SCN_NONE};
        c->step_count = i + 1;
        read_step(l, section->items[i], &c->steps[i], i + 1);
    }
    if (l->src->errors != before || l->nomem)
        return;
    bool runs = false;
    for (size_t i = 0; i < c->step_count; i++)
        runs |= c->steps[i].kind == NT_STEP_RUN;
    if (c->caller == NT_SCN_NONE && c->agent_count > 0 && !runs)
        nt_diag_mend(nt_source_error(l->src, section != NULL ? section->place : c->place, "no step calls"),
                     "write steps: [{at: 0s, call: {from: L, to: R}}]");
    else if (c->caller != NT_SCN_NONE && c->callee != NT_SCN_NONE)
        check_parties(l, section);
}
