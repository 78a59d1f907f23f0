#include "scenarios/oracle/world.h"
#include "scenarios/oracle/paths.h"

#include <stdlib.h>
#include <string.h>

enum { REFUSES = 3 };
static const unsigned methods[REFUSES] = {NT_ORACLE_BINDING, NT_ORACLE_ALLOCATE, NT_ORACLE_PERMISSION};

static size_t count_interfaces(const struct nt_scn_case *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->agent_count; i++)
        n += c->agents[i].on_count;
    return n;
}

static size_t count_stun(const struct nt_scn_case *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->agent_count; i++)
        n += c->agents[i].stun_count;
    return n;
}

static size_t count_turn(const struct nt_scn_case *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->agent_count; i++)
        n += c->agents[i].turn_count;
    return n;
}

static size_t first_interface(const struct nt_scn_case *c, uint32_t agent)
{
    size_t n = 0;
    for (uint32_t i = 0; i < agent; i++)
        n += c->agents[i].on_count;
    return n;
}

static bool allocate(struct nt_oracle_world *w)
{
    const struct nt_scn_case *c = w->scn;
    w->c.agents = calloc(c->agent_count + 1, sizeof *w->c.agents);
    w->on = calloc(count_interfaces(c) + 1, sizeof *w->on);
    w->on_now = calloc(count_interfaces(c) + 1, sizeof *w->on_now);
    w->down = calloc(count_interfaces(c) + 1, sizeof *w->down);
    w->stun = calloc(count_stun(c) + 1, sizeof *w->stun);
    w->turn = calloc(count_turn(c) + 1, sizeof *w->turn);
    w->spoilt = calloc(count_turn(c) + 1, sizeof *w->spoilt);
    w->refuses = calloc((c->server_count + 1) * REFUSES, sizeof *w->refuses);
    return w->c.agents != NULL && w->on != NULL && w->on_now != NULL && w->down != NULL && w->stun != NULL && w->turn != NULL &&
           w->spoilt != NULL && w->refuses != NULL;
}

bool nt_oracle_world_init(struct nt_oracle_world *w, const struct nt_scn_case *c)
{
    *w = (struct nt_oracle_world){.scn = c, .c = *c};
    if (!allocate(w))
        return false;
    for (uint32_t i = 0; i < c->agent_count; i++)
        memcpy(w->on + first_interface(c, i), c->agents[i].on, c->agents[i].on_count * sizeof *w->on);
    return true;
}

void nt_oracle_world_free(struct nt_oracle_world *w)
{
    free(w->c.agents);
    free(w->on);
    free(w->on_now);
    free(w->down);
    free(w->stun);
    free(w->turn);
    free(w->spoilt);
    free(w->refuses);
}

/* --- changes --- */

static void take_down(struct nt_oracle_world *w, struct nt_oracle_place place)
{
    if (!nt_oracle_cuts_take_down(&w->cuts, place))
        w->limit = "more is down than the oracle keeps";
}

enum { LINK_DOWN = 1, ON_ITS_WAY = 2 };

static void set_down(struct nt_oracle_world *w, const struct nt_scn_step *s, uint8_t why, bool down)
{
    uint8_t *at = &w->down[first_interface(w->scn, s->where.index) + s->port];
    *at = (uint8_t)(down ? *at | why : *at & ~why);
}

static void change_link(struct nt_oracle_world *w, const struct nt_scn_step *s)
{
    struct nt_oracle_place place = {s->where.kind, s->where.index, s->port};
    if (s->where.kind == NT_SCN_NODE_AGENT)
        set_down(w, s, LINK_DOWN, !s->up);
    else if (s->up)
        nt_oracle_cuts_bring_up(&w->cuts, place);
    else
        take_down(w, place);
}

static void change_place(struct nt_oracle_world *w, const struct nt_scn_step *s, bool over)
{
    set_down(w, s, ON_ITS_WAY, !over);
    if (over)
        w->on[first_interface(w->scn, s->where.index) + s->port] = s->move_to;
}

/* The name in a credential; that of a time-limited one stands behind its time. */
static bool is_user(const struct nt_scn_turn_use *use, const char *name)
{
    const char *colon = use->valid != 0 ? strchr(use->user, ':') : NULL;
    return strcmp(colon != NULL ? colon + 1 : use->user, name) == 0;
}

static void spoil_uses(struct nt_oracle_world *w, const struct nt_oracle_change *change)
{
    const struct nt_scn_step *s = change->step;
    size_t n = 0;
    for (size_t i = 0; i < w->scn->agent_count; i++)
        for (size_t k = 0; k < w->scn->agents[i].turn_count; k++, n++) {
            const struct nt_scn_turn_use *use = &w->scn->agents[i].turn[k];
            w->spoilt[n] |= s == NULL ? use == change->expired : use->server == s->where.index && is_user(use, s->user);
        }
}

static void change_server(struct nt_oracle_world *w, const struct nt_oracle_change *change)
{
    const struct nt_scn_step *s = change->step;
    struct nt_oracle_place node = {NT_SCN_NODE_SERVER, s->where.index, NT_ORACLE_ANY};
    if (s->server_do == NT_SERVER_STOP)
        take_down(w, node);
    else if (s->server_do == NT_SERVER_START)
        nt_oracle_cuts_bring_up(&w->cuts, node);
    else if (s->server_do == NT_SERVER_REVOKE)
        spoil_uses(w, change);
    else if (s->server_do == NT_SERVER_SLOW)
        w->upset += change->over ? (size_t)-1 : 1;
    for (size_t m = 0; m < REFUSES && s->server_do == NT_SERVER_REFUSE; m++)
        if ((s->methods & methods[m]) != 0)
            w->refuses[s->where.index * REFUSES + m] += change->over ? -1U : 1;
}

static void change_partition(struct nt_oracle_world *w, const struct nt_oracle_change *change)
{
    if (change->over)
        nt_oracle_cuts_heal(&w->cuts, change->step);
    else if (!nt_oracle_cuts_part(&w->cuts, change->step))
        w->limit = "the world has more partitions than the oracle keeps";
}

void nt_oracle_world_change(struct nt_oracle_world *w, const struct nt_oracle_change *change)
{
    if (change->step == NULL) {
        spoil_uses(w, change);
        return;
    }
    switch (change->step->kind) {
    case NT_STEP_LINK: change_link(w, change->step); break;
    case NT_STEP_MOVE: change_place(w, change->step, change->over); break;
    case NT_STEP_SERVER: change_server(w, change); break;
    case NT_STEP_PARTITION: change_partition(w, change); break;
    case NT_STEP_FAULT: w->upset += change->over ? (size_t)-1 : 1; break;
    default: break; /* a NAT's state, or the session begins anew */
    }
}

bool nt_oracle_world_has_interface(const struct nt_oracle_world *w, uint32_t agent)
{
    for (size_t i = 0; i < w->scn->agents[agent].on_count; i++)
        if (w->down[first_interface(w->scn, agent) + i] == 0)
            return true;
    return false;
}

/* --- the case of now --- */

static bool refuses(const struct nt_oracle_world *w, uint32_t server, size_t method)
{
    return w->refuses[server * REFUSES + method] > 0;
}

static void attach_agent(struct nt_oracle_world *w, const struct nt_scn_agent *was, struct nt_scn_agent *a, size_t first)
{
    a->on = w->on_now + first;
    for (size_t k = 0; k < was->on_count; k++) {
        a->on[k] = w->on[first + k];
        a->on[k].address_count = w->down[first + k] != 0 ? 0 : w->on[first + k].address_count;
    }
}

static void keep_stun(struct nt_oracle_world *w, const struct nt_scn_agent *was, struct nt_scn_agent *a, size_t first)
{
    a->stun = w->stun + first;
    a->stun_count = 0;
    for (size_t k = 0; k < was->stun_count; k++)
        if (!refuses(w, was->stun[k], 0))
            a->stun[a->stun_count++] = was->stun[k];
}

/* Where a server allocates nothing, Binding tells the mapped address. */
static void keep_turn(struct nt_oracle_world *w, const struct nt_scn_agent *was, struct nt_scn_agent *a, size_t first)
{
    a->turn = w->turn + first;
    a->turn_count = 0;
    for (size_t k = 0; k < was->turn_count; k++) {
        uint32_t server = was->turn[k].server;
        bool allocates = !w->spoilt[first + k] && !refuses(w, server, 1);
        struct nt_scn_turn_use use = was->turn[k];
        if (!allocates && refuses(w, server, 0))
            continue;
        if (!allocates || refuses(w, server, 2))
            use.user = NULL;
        a->turn[a->turn_count++] = use;
    }
}

/* `kept`: servers serve whom they have served before. */
static void make_case(struct nt_oracle_world *w, bool kept)
{
    const struct nt_scn_case *scn = w->scn;
    size_t on = 0, stun = 0, turn = 0;
    for (size_t i = 0; i < scn->agent_count; i++) {
        const struct nt_scn_agent *was = &scn->agents[i];
        struct nt_scn_agent *a = &w->c.agents[i];
        *a = *was;
        attach_agent(w, was, a, on);
        if (!kept) {
            keep_stun(w, was, a, stun);
            keep_turn(w, was, a, turn);
        }
        on += was->on_count;
        stun += was->stun_count;
        turn += was->turn_count;
    }
}

unsigned nt_oracle_world_paths(struct nt_oracle_world *w, const char **why)
{
    *why = w->limit;
    if (w->limit != NULL)
        return 0;
    make_case(w, false);
    return nt_oracle_paths_of(&w->c, &w->cuts, why);
}

unsigned nt_oracle_world_survivors(struct nt_oracle_world *w, const char **why)
{
    struct nt_oracle_cuts spare = w->cuts;
    *why = NULL;
    make_case(w, true);
    unsigned relayed = nt_oracle_paths_open(&w->c, &w->cuts, why) & NT_PATH_RELAYED;
    spare.spare_servers = true;
    return *why != NULL ? 0 : relayed | (nt_oracle_paths_open(&w->c, &spare, why) & NT_PATH_DIRECT);
}
