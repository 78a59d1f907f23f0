#include "scenarios/language/sections/step.h"
#include "scenarios/language/sections/call_step.h"
#include "scenarios/language/sections/dotted_name.h"
#include "scenarios/language/sections/fault.h"
#include "scenarios/language/sections/inject.h"
#include "scenarios/language/sections/program_step.h"
#include "scenarios/language/sections/server_step.h"
#include "scenarios/language/sections/world_step.h"

#include "natsim/fabric/fabric.h"

#include <stddef.h>
#include <string.h>

#define AFTER_NTH_MAX 1000000 /* the greatest number of an event */

struct form {
    const struct nt_yaml *at, *after, *delay, *action;
};

#define ACTION(def) .offset = offsetof(struct form, action), .schema = "{\"$ref\": \"#/$defs/" def "\"}"

static const struct nt_key keys[] = {
    {.name = "at",
     .offset = offsetof(struct form, at),
     .schema = "{\"$ref\": \"#/$defs/time\"}",
     .doc = "time since the start of the case"},
    {.name = "after",
     .offset = offsetof(struct form, after),
     .schema = "{\"anyOf\": [{\"type\": \"string\"}, {\"$ref\": \"#/$defs/after\"}]}",
     .doc = "the first event of this name, as in R.answer-received, or another one of them, as in {event: L.selected, nth: 2}"},
    {.name = "delay",
     .offset = offsetof(struct form, delay),
     .schema = "{\"anyOf\": [{\"$ref\": \"#/$defs/time\"}, {\"$ref\": \"#/$defs/delay\"}]}",
     .doc = "a time: how long after the event; a mapping: the fault that delays packets"},
    {.name = "call", ACTION("call"), .doc = "one agent calls another"},
    {.name = "reoffer", ACTION("reoffer"), .doc = "a subsequent offer with remote-candidates (RFC 8839, 4.4.1)"},
    {.name = "restart", ACTION("restart"), .doc = "an agent restarts ICE (RFC 8445, 9)"},
    {.name = "hangup", ACTION("hangup"), .doc = "an agent ends the call"},
    {.name = "renominate", ACTION("renominate"), .doc = "the controlling agent nominates another pair"},
    {.name = "send", ACTION("send"), .doc = "datagrams over the selected pair"},
    {.name = "link", ACTION("link"), .doc = "an attachment goes down or up"},
    {.name = "nat", ACTION("nat-step"), .doc = "a gateway loses its state"},
    {.name = "server", ACTION("server-step"), .doc = "a server stops, starts, loses its state, refuses or is slow"},
    {.name = "partition", ACTION("partition"), .doc = "nothing passes between two sets of nodes"},
    {.name = "signalling",
     ACTION("signalling"),
     .doc = "a signalling message is delayed, dropped or duplicated, or an offer is rejected"},
    {.name = "drop", ACTION("fault"), .doc = "packets are dropped"},
    {.name = "duplicate", ACTION("fault"), .doc = "packets are duplicated"},
    {.name = "corrupt", ACTION("fault"), .doc = "one bit of the payload is flipped and the checksums corrected"},
    {.name = "inject", ACTION("inject"), .doc = "a forged datagram or packet"},
    {.name = "run", ACTION("run"), .doc = "a real program on a machine; the case then runs in real time"},
    {.name = "move", ACTION("move"), .doc = "an attachment leaves its network for another one, or for another address"},
};
const struct nt_table nt_table_step = NT_TABLE("step", "a step", keys);

struct after_form {
    const struct nt_yaml *event;
    uint32_t nth;
};

static const struct nt_key after_keys[] = {
    {.name = "event",
     .offset = offsetof(struct after_form, event),
     .schema = "{\"type\": \"string\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "an event, as in L.selected"},
    {.name = "nth",
     .type = NT_KEY_U32,
     .offset = offsetof(struct after_form, nth),
     .low = 1,
     .high = AFTER_NTH_MAX,
     .doc = "which one, counted from 1, the default"},
};
const struct nt_table nt_table_after = NT_TABLE("after", "'after'", after_keys);

/* NODE.word */
static bool is_event(const struct nt_load *l, const struct nt_yaml *v)
{
    const char *dot = v->kind == NT_YAML_SCALAR ? strchr(v->text, '.') : NULL;
    for (size_t i = 0; dot != NULL && i < l->nodes.count; i++)
        if (strlen(l->nodes.words[i]) == (size_t)(dot - v->text) &&
            strncmp(l->nodes.words[i], v->text, (size_t)(dot - v->text)) == 0)
            return true;
    return false;
}

static void read_after(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    struct after_form f = {.event = v, .nth = 1};
    if (v->kind == NT_YAML_MAP && !nt_table_read(l, &nt_table_after, v, &f))
        return;
    step->after_nth = f.nth;
    nt_load_event(l, f.event, &step->after, &step->event);
}

static void read_when(struct nt_load *l, const struct nt_yaml *v, const struct form *f, bool delay_is_time,
                      struct nt_scn_step *step)
{
    static const struct nt_key at = {.name = "at", .type = NT_KEY_TIME};
    static const struct nt_key delay = {.name = "delay", .type = NT_KEY_TIME};
    if ((f->at != NULL) == (f->after != NULL)) {
        nt_diag_mend(nt_load_error(l, v, f->at != NULL ? "'at' and 'after' exclude each other" : "a step needs 'at' or 'after'"),
                     f->at != NULL ? "leave one out" : "write at: 0s, or after: L.gathered");
        return;
    }
    if (f->at != NULL && is_event(l, f->at))
        nt_diag_mend(nt_load_error(l, f->at, "'%s' is an event, not a time", f->at->text), "write after: %s", f->at->text);
    else if (f->at != NULL)
        nt_key_read(l, &at, f->at, &step->at);
    else
        read_after(l, f->after, step);
    if (delay_is_time && f->at != NULL)
        nt_diag_mend(nt_load_error(l, f->delay, "'delay' goes with 'after', not with 'at'"), "add it to 'at'");
    else if (delay_is_time)
        nt_key_read(l, &delay, f->delay, &step->delay);
}

static void read_action(struct nt_load *l, const char *name, const struct nt_yaml *v, struct nt_scn_step *step)
{
    static const struct {
        const char *name;
        void (*read)(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step);
        int fault;
    } actions[] = {
        {"call", nt_load_call, 0},
        {"reoffer", nt_load_reoffer, 0},
        {"restart", nt_load_restart, 0},
        {"hangup", nt_load_hangup, 0},
        {"renominate", nt_load_renominate, 0},
        {"send", nt_load_send, 0},
        {"link", nt_load_link, 0},
        {"move", nt_load_move, 0},
        {"partition", nt_load_partition, 0},
        {"signalling", nt_load_signalling, 0},
        {"nat", nt_load_nat_step, 0},
        {"server", nt_load_server_step, 0},
        {"inject", nt_load_inject, 0},
        {"run", nt_load_run, 0},
        {"drop", nt_load_fault, NT_FAULT_DROP},
        {"duplicate", nt_load_fault, NT_FAULT_DUPLICATE},
        {"corrupt", nt_load_fault, NT_FAULT_CORRUPT},
        {"delay", nt_load_fault, NT_FAULT_DELAY},
    };
    step->text = nt_load_text(l, name);
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (strcmp(actions[i].name, name) == 0) {
            step->fault = actions[i].fault;
            actions[i].read(l, v, step);
            return;
        }
}

static void read_step(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    struct form f = {0};
    size_t actions = 0;
    if (!nt_table_read(l, &nt_table_step, v, &f))
        return;
    bool delay_is_time = f.delay != NULL && f.delay->kind != NT_YAML_MAP;
    read_when(l, v, &f, delay_is_time, step);
    for (size_t i = 0; i < v->count; i++) {
        const char *name = v->keys[i]->text;
        if (strcmp(name, "at") == 0 || strcmp(name, "after") == 0 || (delay_is_time && strcmp(name, "delay") == 0))
            continue;
        if (actions++ == 0)
            read_action(l, name, v->items[i], step);
        else
            nt_diag_mend(nt_load_error(l, v->keys[i], "a second action, '%s', in one step", name), "write a step of its own");
    }
    if (actions == 0)
        nt_diag_mend(nt_load_error(l, v, "a step without an action"), "write call: {from: L, to: R}, or another one");
}

static bool is_of_call(const struct nt_scn_step *step)
{
    return step->kind == NT_STEP_REOFFER || step->kind == NT_STEP_RESTART || step->kind == NT_STEP_HANGUP ||
           step->kind == NT_STEP_RENOMINATE || step->kind == NT_STEP_SEND || step->kind == NT_STEP_SIGNALLING;
}

/* Steps whose agents must be in the call. */
static void check_agents_in_call(struct nt_load *l, const struct nt_yaml *section)
{
    const struct nt_scn_case *c = l->c;
    for (size_t i = 0; i < c->step_count; i++) {
        const struct nt_scn_step *step = &c->steps[i];
        if (!is_of_call(step))
            continue;
        const uint32_t who[2] = {step->from, step->kind == NT_STEP_SEND ? step->to : step->from};
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
        read_step(l, section->items[i], &c->steps[i]);
    }
    if (l->src->errors != before || l->nomem)
        return;
    if (c->step_count == 0 && c->agent_count > 0)
        nt_diag_mend(nt_source_error(l->src, section != NULL ? section->place : c->place, "no step is a call"),
                     "write steps: [{at: 0s, call: {from: L, to: R}}]");
    if (c->caller != NT_SCN_NONE && c->callee != NT_SCN_NONE)
        check_agents_in_call(l, section);
}
