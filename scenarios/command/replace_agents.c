#include "scenarios/command/replace_agents.h"
#include "scenarios/language/text/arena.h"

#include <string.h>

#define MEND "--agent-l and --agent-r are for scenarios between L and R: leave this one out"

static bool replace_agent(struct nt_scn_case *c, const char *name, const char *command, struct nt_diags *diags)
{
    if (command == NULL)
        return true;
    if (strlen(command) > NT_SCN_COMMAND_MAX) {
        nt_diag_mend(nt_diag_add(diags, NULL, 0, 0, "the command of %s has more than %d bytes", name, NT_SCN_COMMAND_MAX),
                     "put it into a file");
        return false;
    }
    for (size_t i = 0; i < c->agent_count; i++) {
        if (strcmp(c->agents[i].name, name) != 0)
            continue;
        c->agents[i].exec = nt_arena_text(c->arena, command, strlen(command));
        if (c->agents[i].exec == NULL)
            nt_diag_add(diags, NULL, 0, 0, "out of memory");
        return c->agents[i].exec != NULL;
    }
    nt_diag_mend(nt_diag_add(diags, NULL, 0, 0, "%s has no agent '%s' that a process could replace", c->id, name), MEND);
    return false;
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

bool nt_replace_agents(struct nt_scn_case *c, const struct nt_options *o, struct nt_diags *diags)
{
    if (o->agent_l == NULL && o->agent_r == NULL)
        return true;
    if (!replace_agent(c, "L", o->agent_l, diags) || !replace_agent(c, "R", o->agent_r, diags))
        return false;
    if (c->expect.explore_first > 0) {
        nt_diag_mend(nt_diag_add(diags, NULL, 0, 0, "%s explores orders in virtual time, and processes run in real time", c->id),
                     MEND);
        return false;
    }
    clear_expectations_of_agents(c);
    return true;
}
