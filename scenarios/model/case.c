#include "scenarios/model/case.h"

#include <string.h>

const char *nt_scn_node_name(const struct nt_scn_case *c, struct nt_scn_node n)
{
    switch (n.kind) {
    case NT_SCN_NODE_GATEWAY: return c->gateways[n.index].name;
    case NT_SCN_NODE_SERVER: return c->servers[n.index].name;
    case NT_SCN_NODE_AGENT: return c->agents[n.index].name;
    case NT_SCN_NODE_NONE: break;
    }
    return "";
}

/* The k-th move; NULL: it is of another node. */
static const struct nt_scn_step *move_of(const struct nt_scn_case *c, size_t k, struct nt_scn_node n)
{
    const struct nt_scn_step *s = &c->steps[c->moves[k]];
    return s->where.kind == n.kind && s->where.index == n.index ? s : NULL;
}

const struct nt_scn_attachment *nt_scn_place_at(const struct nt_scn_case *c, struct nt_scn_node n, size_t k)
{
    bool agent = n.kind == NT_SCN_NODE_AGENT;
    size_t count = agent ? c->agents[n.index].on_count : 1;
    if (k < count)
        return agent ? &c->agents[n.index].on[k] : &c->servers[n.index].on;
    k -= count;
    for (size_t i = 0; i < c->move_count; i++)
        if (move_of(c, i, n) != NULL && k-- == 0)
            return &c->steps[c->moves[i]].move_to;
    return NULL;
}

bool nt_scn_ever_has(const struct nt_scn_case *c, struct nt_scn_node n, uint32_t network, const struct nt_addr *a)
{
    const struct nt_scn_attachment *on;
    for (size_t k = 0; (on = nt_scn_place_at(c, n, k)) != NULL; k++)
        for (size_t i = 0; on->network == network && i < on->address_count; i++)
            if (nt_addr_same_ip(&on->addresses[i], a))
                return true;
    return false;
}

bool nt_scn_moves(const struct nt_scn_case *c, struct nt_scn_node n, uint32_t port)
{
    for (size_t i = 0; i < c->move_count; i++)
        if (move_of(c, i, n) != NULL && c->steps[c->moves[i]].port == port)
            return true;
    return false;
}

const char *nt_scn_user_name(const struct nt_scn_server *s, const struct nt_scn_user *u)
{
    return s->secret != NULL ? strchr(u->name, ':') + 1 : u->name;
}

bool nt_scn_lossy(const struct nt_scn_case *c)
{
    for (size_t i = 0; i < c->network_count; i++)
        if (c->networks[i].loss > 0 || c->networks[i].burst.chance > 0 || c->networks[i].medium == NT_MEDIUM_WIFI)
            return true;
    return false;
}

/* Waiting in the queue and one crossing. On Wi-Fi the queue ends after 500 ms; distance and retries take less than another 500 ms.
 */
static nt_time longest_crossing(const struct nt_scn_network *n)
{
    nt_time way = n->medium == NT_MEDIUM_WIFI ? NT_SEC : nt_time_after(n->delay, n->jitter);
    if (n->rate > 0)
        way = nt_time_after(way, (nt_time)((uint64_t)(n->queue + 1) * n->mtu * 8 * 1000 / n->rate + 1) * NT_MSEC);
    return way;
}

nt_time nt_scn_longest_way(const struct nt_scn_case *c)
{
    nt_time way = 0;
    for (size_t i = 0; i < c->network_count; i++) {
        nt_time one = longest_crossing(&c->networks[i]);
        way = nt_time_after(way, nt_time_after(one, one));
    }
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_FAULT || c->steps[i].kind == NT_STEP_SIGNALLING)
            way = nt_time_after(way, c->steps[i].by);
    return way;
}

bool nt_scn_is_reported(const struct nt_scn_case *c, struct nt_scn_node n, const char *event)
{
    static const char *const of_processes[] = {"gathered",  "offer-sent", "offer-received", "answer-sent",  "answer-received",
                                               "selected",  "completed",  "failed",         "disconnected", "recovered",
                                               "restarted", "closed",     "moved"};
    if (n.kind == NT_SCN_NODE_SERVER)
        return (c->servers[n.index].kinds & NT_SCN_COTURN) == 0;
    if (n.kind != NT_SCN_NODE_AGENT || c->agents[n.index].exec == NULL)
        return true;
    for (size_t i = 0; i < sizeof of_processes / sizeof *of_processes; i++)
        if (strcmp(of_processes[i], event) == 0)
            return true;
    return false;
}

bool nt_scn_uses_ipv6(const struct nt_scn_case *c)
{
    for (size_t i = 0; i < c->agent_count; i++)
        if (c->agents[i].ipv6)
            return true;
    return false;
}

bool nt_scn_live_agent(const struct nt_scn_case *c, uint32_t agent)
{
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_RUN && c->steps[i].where.kind == NT_SCN_NODE_AGENT && c->steps[i].where.index == agent)
            return true;
    return c->agents[agent].exec != NULL;
}

bool nt_scn_live_server(const struct nt_scn_case *c, uint32_t server)
{
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_RUN && c->steps[i].where.kind == NT_SCN_NODE_SERVER && c->steps[i].where.index == server)
            return true;
    return (c->servers[server].kinds & NT_SCN_COTURN) != 0;
}

bool nt_scn_live(const struct nt_scn_case *c)
{
    bool live = false;
    for (uint32_t i = 0; i < c->agent_count; i++)
        live |= nt_scn_live_agent(c, i);
    for (uint32_t i = 0; i < c->server_count; i++)
        live |= nt_scn_live_server(c, i);
    return live;
}
