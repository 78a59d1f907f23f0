#include "scenarios/language/checks/live.h"

#include <string.h>

static void check_machine(struct nt_load *l, uint32_t agent, const struct nt_scn_step *step)
{
    const struct nt_scn_case *c = l->c;
    if ((agent == c->caller || agent == c->callee) && c->agents[agent].exec == NULL)
        nt_diag_mend(nt_source_error(l->src, step->place,
                                     "'run' at agent '%s': real programs cannot run beside natsim's agent, which is in the call",
                                     c->agents[agent].name),
                     "give the agent an 'exec', or run the program at another one");
}

static void check_server(struct nt_load *l, uint32_t server, const struct nt_scn_step *step)
{
    const struct nt_scn_server *s = &l->c->servers[server];
    if ((s->kinds & NT_SCN_COTURN) == 0)
        nt_diag_mend(
            nt_source_error(l->src, step->place, "'run' at server '%s': real programs cannot run beside natsim's server", s->name),
            "run the program at an agent, or at a server of kind coturn");
}

static void check_sender(struct nt_load *l, const struct nt_scn_step *step)
{
    const struct nt_scn_case *c = l->c;
    if (step->from != NT_SCN_NONE && c->agents[step->from].exec != NULL)
        nt_diag_mend(nt_source_error(l->src, step->place, "'%s' of agent '%s': a process cannot be told to do this", step->text,
                                     c->agents[step->from].name),
                     "leave the step out");
}

static void check_command(struct nt_load *l, struct nt_place place, const char *command)
{
    size_t len = strlen(command);
    if (len > NT_SCN_COMMAND_MAX)
        nt_diag_mend(nt_source_error(l->src, place, "a command of %zu bytes: %d are the limit", len, NT_SCN_COMMAND_MAX),
                     "put it into a file");
}

/* A host runs its agent's process or coturn, and the programs of steps. */
static void check_program_step(struct nt_load *l, const struct nt_scn_step *step, uint32_t *agents, uint32_t *servers)
{
    const struct nt_scn_case *c = l->c;
    bool server = step->where.kind == NT_SCN_NODE_SERVER;
    uint32_t *count = &(server ? servers : agents)[step->where.index];
    uint32_t own = server ? (c->servers[step->where.index].kinds & NT_SCN_COTURN) != 0 : c->agents[step->where.index].exec != NULL;
    check_command(l, step->place, step->command);
    if (++*count + own == NT_SCN_PROGRAMS_MAX + 1)
        nt_diag_mend(nt_source_error(l->src, step->place, "'%s' runs more than %d programs", nt_scn_node_name(c, step->where),
                                     NT_SCN_PROGRAMS_MAX),
                     "run some of them at another node, or in one command");
}

static void check_programs(struct nt_load *l)
{
    const struct nt_scn_case *c = l->c;
    uint32_t *agents = nt_load_alloc(l, (c->agent_count + 1) * sizeof *agents);
    uint32_t *servers = nt_load_alloc(l, (c->server_count + 1) * sizeof *servers);
    if (agents == NULL || servers == NULL)
        return;
    for (size_t i = 0; i < c->agent_count; i++)
        if (c->agents[i].exec != NULL)
            check_command(l, c->agents[i].place, c->agents[i].exec);
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_RUN)
            check_program_step(l, &c->steps[i], agents, servers);
}

static void check_event(struct nt_load *l, struct nt_place place, struct nt_scn_node n, const char *event)
{
    bool agent = n.kind == NT_SCN_NODE_AGENT;
    if (n.kind == NT_SCN_NODE_NONE || event == NULL || nt_scn_is_reported(l->c, n, event))
        return;
    nt_diag_mend(nt_source_error(l->src, place, "'%s.%s': %s does not report this event", nt_scn_node_name(l->c, n), event,
                                 agent ? "a process" : "coturn"),
                 "%s",
                 agent ? "name offer-sent, offer-received, answer-sent, answer-received, gathered, selected, completed, failed, "
                         "disconnected, recovered, restarted, closed or moved"
                       : "name an event of an agent");
}

/* A process reports the pair that it selected, but not how it found it. */
static void check_agent_expect(struct nt_load *l, const struct nt_yaml *expect, uint32_t agent)
{
    static const char *const unreported[] = {"pairs", "peer-reflexive"};
    const struct nt_yaml *v = nt_yaml_get(expect, l->c->agents[agent].name);
    for (size_t i = 0; v != NULL && i < sizeof unreported / sizeof *unreported; i++) {
        const struct nt_yaml *key = v->kind == NT_YAML_MAP ? nt_yaml_get(v, unreported[i]) : NULL;
        if (key != NULL)
            nt_diag_mend(nt_load_error(l, key, "'%s' of agent '%s': a process does not report this", unreported[i],
                                       l->c->agents[agent].name),
                         "expect state, selected, candidates or checks");
    }
}

void nt_check_live_steps(struct nt_load *l)
{
    const struct nt_scn_case *c = l->c;
    check_programs(l);
    for (size_t i = 0; i < c->step_count; i++) {
        const struct nt_scn_step *s = &c->steps[i];
        check_event(l, s->place, s->after, s->event);
        if (s->kind == NT_STEP_RUN && s->where.kind == NT_SCN_NODE_AGENT)
            check_machine(l, s->where.index, s);
        else if (s->kind == NT_STEP_RUN && s->where.kind == NT_SCN_NODE_SERVER)
            check_server(l, s->where.index, s);
        else if (s->kind == NT_STEP_SEND || s->kind == NT_STEP_REOFFER || s->kind == NT_STEP_RENOMINATE)
            check_sender(l, s);
    }
}

void nt_check_live_expect(struct nt_load *l, const struct nt_yaml *expect)
{
    const struct nt_scn_case *c = l->c;
    if (!nt_scn_live(c))
        return;
    for (uint32_t i = 0; i < c->agent_count; i++)
        if (c->agents[i].exec != NULL)
            check_agent_expect(l, expect, i);
    for (size_t i = 0; i < c->expect.never_count; i++)
        check_event(l, c->expect.never[i].place, c->expect.never[i].node, c->expect.never[i].event);
    const struct nt_yaml *explore = nt_yaml_get(expect, "explore");
    if (explore != NULL)
        nt_diag_mend(nt_load_error(l, explore, "'explore' needs virtual time, and real programs run in real time"), "leave it out");
}
