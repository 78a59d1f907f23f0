#include "scenarios/command/replace_agents.h"
#include "scenarios/language/text/arena.h"

#include <stdio.h>
#include <string.h>

static bool replace(struct nt_scn_case *c, const char *name, const char *command, char *why, size_t cap)
{
    for (size_t i = 0; command != NULL && i < c->agent_count; i++) {
        if (strcmp(c->agents[i].name, name) != 0)
            continue;
        c->agents[i].exec = nt_arena_text(c->arena, command, strlen(command));
        snprintf(why, cap, "out of memory");
        return c->agents[i].exec != NULL;
    }
    snprintf(why, cap, "%s has no agent '%s' that a process could stand for", c->id, name);
    return command == NULL;
}

static void forget(struct nt_scn_case *c)
{
    struct nt_scn_expect *e = &c->expect;
    for (size_t i = 0; i < c->agent_count; i++)
        e->agents[i] = (struct nt_scn_agent_expect){.place = e->agents[i].place, .state = -1};
    e->packet_count = e->rule_count = e->never_count = 0;
    e->conformance_asked = false;
    e->within = 0;
}

bool nt_replace_agents(struct nt_scn_case *c, const struct nt_options *o, char *why, size_t cap)
{
    if (o->agent_l == NULL && o->agent_r == NULL)
        return true;
    if (!replace(c, "L", o->agent_l, why, cap) || !replace(c, "R", o->agent_r, why, cap))
        return false;
    if (c->expect.explore_first > 0) {
        snprintf(why, cap, "%s explores orders in virtual time, and processes run in real time", c->id);
        return false;
    }
    forget(c);
    return true;
}
