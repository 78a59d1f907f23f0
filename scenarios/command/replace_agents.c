#include "scenarios/command/replace_agents.h"
#include "core/base/err.h"
#include "scenarios/language/text/arena.h"

#include <string.h>

#define MEND ": leave out --agent-l and --agent-r, or this case"

static uint32_t find_agent(const struct nt_scn_case *c, const char *name)
{
    for (uint32_t i = 0; i < c->agent_count; i++)
        if (strcmp(c->agents[i].name, name) == 0)
            return i;
    return NT_SCN_NONE;
}

/* Why no process can take the place of this agent; NULL: one can. */
static const char *find_obstacle(const struct nt_scn_case *c, bool left)
{
    uint32_t agent = find_agent(c, left ? "L" : "R");
    if (agent == NT_SCN_NONE)
        return left ? "no agent 'L' that a process could replace" MEND : "no agent 'R' that a process could replace" MEND;
    if (c->expect.explore_first > 0)
        return "it explores orders in virtual time, and processes run in real time" MEND;
    if (c->caller == NT_SCN_NONE)
        return "without a call a process has nothing to do" MEND;
    if (agent != c->caller && agent != c->callee)
        return left ? "'L' has no part in the call: a process would have nothing to do" MEND
                    : "'R' has no part in the call: a process would have nothing to do" MEND;
    return NULL;
}

static int replace_agent(struct nt_scn_case *c, bool left, const char *command)
{
    if (command == NULL || c->skip.why != NULL)
        return NT_OK;
    c->skip.why = find_obstacle(c, left);
    if (c->skip.why != NULL)
        return NT_OK;
    struct nt_scn_agent *agent = &c->agents[find_agent(c, left ? "L" : "R")];
    agent->exec = nt_arena_text(c->arena, command, strlen(command));
    return agent->exec != NULL ? NT_OK : NT_ENOMEM;
}

static void clear_expectations_of_agents(struct nt_scn_case *c)
{
    struct nt_scn_expect *e = &c->expect;
    for (size_t i = 0; i < c->agent_count; i++)
        e->agents[i] = (struct nt_scn_agent_expect){.place = e->agents[i].place, .state = -1};
    e->packet_count = e->rule_count = e->never_count = 0;
    e->conformance_asked = false;
    e->within = 0;
}

int nt_replace_agents(struct nt_scn_case *c, const struct nt_options *o)
{
    if (o->agent_l == NULL && o->agent_r == NULL)
        return NT_OK;
    int r = replace_agent(c, true, o->agent_l);
    if (r == NT_OK)
        r = replace_agent(c, false, o->agent_r);
    if (r == NT_OK && c->skip.why == NULL)
        clear_expectations_of_agents(c);
    return r;
}
