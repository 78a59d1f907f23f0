#include "scenarios/world/parties.h"
#include "scenarios/model/words.h"
#include "scenarios/world/world_state.h"

#include <stdio.h>

struct nt_party nt_world_party(const struct nt_world *w, uint32_t agent)
{
    return w->agents[agent].party;
}

bool nt_parties_wait(const struct nt_world *w)
{
    if (w->scn->caller == NT_SCN_NONE)
        return false;
    struct nt_party caller = w->agents[w->scn->caller].party, callee = w->agents[w->scn->callee].party;
    return caller.ops->waits(caller.self) || callee.ops->waits(callee.self);
}

bool nt_parties_go_on(const struct nt_world *w)
{
    if (w->scn->caller == NT_SCN_NONE)
        return false;
    struct nt_party caller = w->agents[w->scn->caller].party, callee = w->agents[w->scn->callee].party;
    return caller.ops->goes_on(caller.self) || callee.ops->goes_on(callee.self);
}

static const char *state_name(const struct nt_world *w, uint32_t agent)
{
    struct nt_party party = w->agents[agent].party;
    return nt_agent_state_name(party.ops->state(party.self));
}

void nt_parties_states(const struct nt_world *w, char *buf, size_t cap)
{
    const struct nt_scn_case *c = w->scn;
    buf[0] = '\0';
    if (c->caller != NT_SCN_NONE)
        snprintf(buf, cap, "%s was %s, and %s %s", c->agents[c->caller].name, state_name(w, c->caller), c->agents[c->callee].name,
                 state_name(w, c->callee));
}

struct nt_data_count nt_parties_data(const struct nt_world *w)
{
    struct nt_data_count all = {0};
    for (size_t i = 0; i < w->scn->agent_count; i++) {
        struct nt_party party = w->agents[i].party;
        struct nt_data_count one = party.ops->data(party.self);
        all.sent += one.sent;
        all.received += one.received;
    }
    return all;
}

void nt_parties_end(const struct nt_world *w)
{
    for (size_t i = 0; i < w->scn->agent_count; i++)
        w->agents[i].party.ops->unheard(w->agents[i].party.self, nt_fabric_now(w->fabric));
}
