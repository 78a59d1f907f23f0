#include "scenarios/judge/outcome.h"
#include "scenarios/apps/result_text.h"
#include "scenarios/apps/data_flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t milliseconds_up(nt_time t)
{
    return (t + NT_MSEC - 1) / NT_MSEC;
}

const char *nt_describe_path(unsigned path)
{
    return path == NT_PATH_DIRECT ? "direct" : path == NT_PATH_RELAYED ? "relayed" : "none";
}

static int describe_prflx(const struct nt_world *w, uint32_t agent, struct nt_result_agent *r)
{
    int err = NT_OK;
    r->prflx = nt_describe_array(w->observer.prflx_count, sizeof *r->prflx, &err);
    for (size_t i = 0; i < w->observer.prflx_count && err == NT_OK; i++) {
        const struct nt_observed_prflx *p = &w->observer.prflx[i];
        if (p->agent == agent)
            r->prflx[r->prflx_count++] = (struct nt_result_prflx){.remote = p->remote, .addr = p->addr, .packet = p->frame};
    }
    return err;
}

static int describe_agent(const struct nt_world *w, uint32_t i, struct nt_result_agent *r)
{
    struct nt_party p = w->parties[i];
    int err = NT_OK;
    r->name = nt_describe_copy(w->scn->agents[i].name, &err);
    if (err != NT_OK || p.ops->describe(p.self, r) != NT_OK)
        return NT_ENOMEM;
    return describe_prflx(w, i, r);
}

/* --- path --- */

static bool is_relayed(const struct nt_scn_case *c, const struct nt_addr *a)
{
    for (size_t i = 0; i < c->server_count && nt_addr_is_set(a); i++)
        if (nt_addr_same_ip(a, &c->servers[i].relay) || nt_addr_same_ip(a, &c->servers[i].relay6))
            return true;
    return false;
}

static unsigned end_path(const struct nt_world *w, uint32_t agent, unsigned live_path)
{
    struct nt_party p = w->parties[agent];
    struct nt_addr local, remote;
    struct nt_data_count data = p.ops->data(p.self);
    if (w->live != NULL && data.sent > 0) /* what a process says of its data counts when packets bear it out */
        return live_path != 0 && data.received > 0 ? live_path : NT_PATH_NONE;
    if (!p.ops->selected(p.self, &local, &remote))
        return NT_PATH_NONE;
    if (data.sent > 0 && data.received == 0)
        return NT_PATH_NONE;
    return is_relayed(w->scn, &local) || is_relayed(w->scn, &remote) ? NT_PATH_RELAYED : NT_PATH_DIRECT;
}

static bool holds(const uint8_t *bytes, size_t len, const uint8_t *magic)
{
    const uint8_t *p = bytes, *end = bytes + len;
    while ((size_t)(end - p) >= NT_DATA_MAGIC && (p = memchr(p, magic[0], (size_t)(end - p) - NT_DATA_MAGIC + 1)) != NULL) {
        if (memcmp(p, magic, NT_DATA_MAGIC) == 0)
            return true;
        p++;
    }
    return false;
}

static bool at_server(const struct nt_world *w, uint32_t tap)
{
    uint32_t node = nt_fabric_tap_node(w->fabric, tap);
    return w->observer.nodes[node].kind == NT_SCN_NODE_SERVER;
}

static unsigned data_way(const struct nt_world *w, uint32_t agent)
{
    const struct nt_capture *c = w->observer.capture;
    struct nt_party p = w->parties[agent];
    struct nt_data_count data = p.ops->data(p.self);
    if (data.marked == 0 || data.magic == NULL)
        return 0; /* nothing arrived that could be followed */
    for (size_t i = 0; i < c->frame_count; i++)
        if (at_server(w, c->frames[i].tap) && holds(nt_capture_bytes(c, &c->frames[i]), c->frames[i].len, data.magic))
            return NT_PATH_RELAYED;
    return NT_PATH_DIRECT;
}

bool nt_describe_astray(const struct nt_world *w, uint32_t *agent, unsigned *says, unsigned *went)
{
    const struct nt_scn_case *c = w->scn;
    for (int i = 0; i < 2 && c->caller != NT_SCN_NONE && w->live == NULL; i++) {
        *agent = i == 0 ? c->caller : c->callee;
        *says = end_path(w, *agent, 0);
        *went = data_way(w, *agent);
        if (*says != NT_PATH_NONE && *went != 0 && *went != *says)
            return true;
    }
    return false;
}

static int describe_call(const struct nt_world *w, unsigned live_path, struct nt_result_case *r)
{
    const struct nt_scn_case *c = w->scn;
    int err = NT_OK;
    r->connect_ms = -1;
    if (c->caller == NT_SCN_NONE || w->call_at == NT_TIME_NEVER)
        return NT_OK;
    unsigned path = end_path(w, c->caller, live_path) | end_path(w, c->callee, live_path);
    path = (path & NT_PATH_NONE) != 0 ? NT_PATH_NONE : (path & NT_PATH_RELAYED) != 0 ? NT_PATH_RELAYED : NT_PATH_DIRECT;
    r->path = nt_describe_copy(nt_describe_path(path), &err);
    struct nt_party caller = w->parties[c->caller], callee = w->parties[c->callee];
    nt_time l = caller.ops->selected_at(caller.self), k = callee.ops->selected_at(callee.self);
    nt_time both = l > k ? l : k;
    if (both != NT_TIME_NEVER)
        r->connect_ms = milliseconds_up(both - w->call_at);
    return err;
}

int nt_describe(const struct nt_world *w, unsigned live_path, struct nt_result_case *r)
{
    const struct nt_scn_case *c = w->scn;
    int err = describe_call(w, live_path, r);
    r->virtual_ms = milliseconds_up(nt_fabric_now(w->fabric));
    r->packets = w->observer.capture->frame_count + w->observer.capture->lost;
    r->agents = nt_describe_array(c->agent_count, sizeof *r->agents, &err);
    for (uint32_t i = 0; i < c->agent_count && err == NT_OK; i++) {
        struct nt_data_count data = w->parties[i].ops->data(w->parties[i].self);
        r->data_sent += data.sent;
        r->data_lost += data.sent - data.received;
        err = describe_agent(w, i, &r->agents[i]);
        r->agent_count++;
    }
    return err;
}
