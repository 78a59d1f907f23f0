#include "scenarios/language/checks/effect.h"

#include <string.h>

static bool is_in_call(const struct nt_scn_case *c, uint32_t agent)
{
    return agent == c->caller || agent == c->callee;
}

/* A warning alone: an agent may be kept in a file for a call of another day. */
static void warn_of_bystanders(struct nt_load *l)
{
    const struct nt_scn_case *c = l->c;
    for (uint32_t i = 0; i < c->agent_count; i++)
        if (!is_in_call(c, i) && c->agents[i].call_key != NULL)
            nt_diag_mend(nt_source_warn(l->src, c->agents[i].call_at, "'%s' has no effect: agent '%s' is not in the call",
                                        c->agents[i].call_key, c->agents[i].name),
                         "leave it out");
}

/* A platform has management links alone: its place on a network sees no packet. */
static bool is_mere_platform(const struct nt_scn_case *c, struct nt_scn_node n)
{
    return n.kind == NT_SCN_NODE_SERVER && c->servers[n.index].kinds == NT_SCN_PLATFORM;
}

static void check_platform(struct nt_load *l, const struct nt_scn_step *s)
{
    bool concerned = s->kind == NT_STEP_FAULT || s->kind == NT_STEP_LINK || s->kind == NT_STEP_SERVER || s->kind == NT_STEP_MOVE;
    if (concerned && is_mere_platform(l->c, s->where))
        nt_diag_mend(nt_source_error(l->src, s->place,
                                     "'%s' has no effect at '%s', a platform, which signalling reaches by links of its own",
                                     s->text, nt_scn_node_name(l->c, s->where)),
                     "use 'signalling' or 'partition'");
}

static bool is_ever_down(const struct nt_scn_case *c, const struct nt_scn_step *up)
{
    for (size_t i = 0; i < c->step_count; i++) {
        const struct nt_scn_step *s = &c->steps[i];
        if (s->kind == NT_STEP_LINK && !s->up && s->where.kind == up->where.kind && s->where.index == up->where.index &&
            s->port == up->port)
            return true;
    }
    return false;
}

/* A warning alone: a step may be left over while one looks for those that matter. */
static void check_link(struct nt_load *l, const struct nt_scn_step *s)
{
    if (s->kind == NT_STEP_LINK && s->up && !is_ever_down(l->c, s))
        nt_diag_mend(nt_source_warn(l->src, s->place, "'set: up' has no effect: no step sets this attachment down"),
                     "leave it out");
}

static bool is_ever_moved(const struct nt_scn_case *c, struct nt_scn_node n)
{
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_MOVE && c->steps[i].where.kind == n.kind && c->steps[i].where.index == n.index)
            return true;
    return false;
}

static bool is_of_the_call(const struct nt_scn_step *s)
{
    switch (s->kind) {
    case NT_STEP_REOFFER:
    case NT_STEP_RESTART:
    case NT_STEP_HANGUP:
    case NT_STEP_RENOMINATE:
    case NT_STEP_SIGNALLING: return true;
    default: return false;
    }
}

static void check_call(struct nt_load *l, const struct nt_scn_step *s)
{
    const struct nt_scn_case *c = l->c;
    if (!is_of_the_call(s) || s->from == NT_SCN_NONE || is_in_call(c, s->from))
        return;
    if (c->caller == NT_SCN_NONE)
        nt_diag_mend(nt_source_error(l->src, s->place, "'%s' has no effect: there is no call", s->text),
                     "add a step call: {from: L, to: R}, or leave it out");
    else
        nt_diag_mend(nt_source_error(l->src, s->place, "'%s' has no effect: agent '%s' is not in the call", s->text,
                                     c->agents[s->from].name),
                     "name one that is");
}

/* A warning alone: the agents of a suite may differ in it. Processes say themselves whether they have it. */
static void warn_of_lone_renomination(struct nt_load *l)
{
    const struct nt_scn_case *c = l->c;
    if (c->caller >= c->agent_count || c->callee >= c->agent_count) /* no call, or agents that were not read */
        return;
    const struct nt_scn_agent *a = &c->agents[c->caller], *b = &c->agents[c->callee];
    if (a->renomination == b->renomination || a->exec != NULL || b->exec != NULL)
        return;
    const struct nt_scn_agent *with = a->renomination ? a : b, *without = a->renomination ? b : a;
    nt_diag_mend(nt_source_warn(l->src, with->place, "'renomination' of agent '%s' has no effect: agent '%s' has not that option",
                                with->name, without->name),
                 "write renomination: on in line %d, too, or leave it out", without->place.line);
}

/* Both agents need the option. Processes say themselves whether they have it. */
static void check_renomination(struct nt_load *l, const struct nt_scn_step *s)
{
    const struct nt_scn_case *c = l->c;
    const uint32_t both[] = {c->caller, c->callee};
    for (size_t i = 0; s->kind == NT_STEP_RENOMINATE && i < 2 && both[i] != NT_SCN_NONE; i++)
        if (!c->agents[both[i]].renomination && c->agents[both[i]].exec == NULL)
            nt_diag_mend(nt_source_error(l->src, s->place, "'renominate' has no effect: agent '%s' has not that option",
                                         c->agents[both[i]].name),
                         "write renomination: on in line %d", c->agents[both[i]].place.line);
}

/* Why the node never has this event; NULL: it may. */
static const char *never_happens(const struct nt_scn_case *c, struct nt_scn_node n, const char *event)
{
    if (strcmp(event, "moved") == 0)
        return is_ever_moved(c, n) ? NULL : "no step moves it";
    if (n.kind == NT_SCN_NODE_AGENT && !is_in_call(c, n.index))
        return "the agent is not in the call";
    if (n.kind == NT_SCN_NODE_SERVER && strcmp(event, "allocated") == 0 && (c->servers[n.index].kinds & NT_SCN_TURN) == 0)
        return "the server is no TURN server";
    return NULL;
}

static void check_event(struct nt_load *l, struct nt_place place, struct nt_scn_node n, const char *event)
{
    const char *why = n.kind != NT_SCN_NODE_NONE && event != NULL ? never_happens(l->c, n, event) : NULL;
    if (why != NULL)
        nt_diag_mend(nt_source_error(l->src, place, "'%s.%s' cannot happen: %s", nt_scn_node_name(l->c, n), event, why),
                     "name another event, or leave it out");
}

void nt_check_effect_of_steps(struct nt_load *l)
{
    const struct nt_scn_case *c = l->c;
    warn_of_bystanders(l);
    warn_of_lone_renomination(l);
    for (size_t i = 0; i < c->step_count; i++) {
        check_platform(l, &c->steps[i]);
        check_link(l, &c->steps[i]);
        check_call(l, &c->steps[i]);
        check_renomination(l, &c->steps[i]);
        check_event(l, c->steps[i].place, c->steps[i].after, c->steps[i].event);
    }
}

/* Without a call, packets are judged, or what programs print. */
static void check_judged(struct nt_load *l)
{
    const struct nt_scn_case *c = l->c;
    bool judged = c->caller != NT_SCN_NONE || c->expect.packet_count > 0 || c->step_count == 0;
    for (size_t i = 0; i < c->step_count; i++)
        judged |= c->steps[i].kind == NT_STEP_RUN;
    if (!judged)
        nt_diag_mend(nt_source_error(l->src, c->steps[0].place, "no step is a call, and no packets are expected"),
                     "write steps: [{at: 0s, call: {from: L, to: R}}]");
}

/* Data go on with the call between two of natsim's agents. */
static void check_data_of_call(struct nt_load *l)
{
    const struct nt_scn_case *c = l->c;
    const struct nt_scn_expect *e = &c->expect;
    if (!e->data_during_call || c->caller == NT_SCN_NONE)
        return;
    const char *process = c->agents[c->caller].exec != NULL   ? c->agents[c->caller].name
                          : c->agents[c->callee].exec != NULL ? c->agents[c->callee].name
                                                              : NULL;
    if (process != NULL)
        nt_diag_mend(
            nt_source_error(l->src, e->data_place, "'during: call' with agent '%s', a process, is not in this version", process),
            "leave it out: data to a process are probes that it sends back");
    if (e->limit / e->data_interval > NT_SCN_CALL_DATA_MAX)
        nt_diag_mend(nt_source_error(l->src, e->data_place, "until 'limit' this makes more than %d datagrams of one agent",
                                     NT_SCN_CALL_DATA_MAX),
                     "write a longer 'interval', or a lower 'limit'");
}

void nt_check_effect_of_expect(struct nt_load *l, const struct nt_yaml *expect)
{
    static const char *const of_calls[] = {"path", "data", "within"};
    const struct nt_scn_case *c = l->c;
    check_judged(l);
    check_data_of_call(l);
    for (size_t i = 0; i < c->expect.never_count; i++)
        check_event(l, c->expect.never[i].place, c->expect.never[i].node, c->expect.never[i].event);
    for (uint32_t i = 0; i < c->agent_count; i++) {
        const struct nt_yaml *key = !is_in_call(c, i) ? nt_yaml_key(expect, c->agents[i].name) : NULL;
        if (key != NULL)
            nt_diag_mend(nt_load_error(l, key, "agent '%s' is not in the call", c->agents[i].name),
                         "expect packets at it, or nothing");
    }
    for (size_t i = 0; c->caller == NT_SCN_NONE && i < sizeof of_calls / sizeof *of_calls; i++) {
        const struct nt_yaml *key = nt_yaml_key(expect, of_calls[i]);
        if (key != NULL)
            nt_diag_mend(nt_load_error(l, key, "'%s' has no effect: there is no call", of_calls[i]),
                         "add a step call: {from: L, to: R}, or leave it out");
    }
}
