#include "scenarios/describe.h"
#include "scenarios/app_agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t milliseconds_up(nt_time t)
{
    return (t + NT_MSEC - 1) / NT_MSEC;
}

const char *nt_describe_state(enum nt_ice_state s)
{
    static const char *const names[] = {"new", "gathering", "running", "completed", "failed", "disconnected", "closed"};
    return names[s];
}

static const char *pair_state_name(enum nt_ice_pair_state s)
{
    static const char *const names[] = {"frozen", "waiting", "in-progress", "succeeded", "failed"};
    return names[s];
}

const char *nt_describe_path(unsigned path)
{
    return path == NT_PATH_DIRECT ? "direct" : path == NT_PATH_RELAYED ? "relayed" : "none";
}

/* strdup that remembers a failure. */
static char *text(const char *s, int *err)
{
    char *copy = strdup(s);
    if (copy == NULL)
        *err = NT_ENOMEM;
    return copy;
}

static void *array(size_t count, size_t size, int *err)
{
    void *p = calloc(count + 1, size);
    if (p == NULL)
        *err = NT_ENOMEM;
    return p;
}

static int describe_candidates(const struct nt_ice_agent *ice, struct nt_result_agent *r)
{
    int err = NT_OK;
    size_t n = nt_ice_candidate_count(ice);
    r->candidates = array(n, sizeof *r->candidates, &err);
    for (size_t i = 0; i < n && err == NT_OK; i++) {
        const struct nt_ice_candidate *c = nt_ice_candidate_at(ice, i);
        r->candidates[i] = (struct nt_result_candidate){.type = text(nt_ice_type_name(c->type), &err), .stream = c->stream,
            .component = c->component, .transport = text("udp", &err), .addr = c->addr, .base = c->base, .related = c->related,
            .priority = c->priority, .foundation = text(c->foundation, &err)};
        r->candidate_count++;
    }
    return err;
}

static char *pair_name(const struct nt_ice_pair_info *p, int *err)
{
    char local[NT_ADDR_TEXT], remote[NT_ADDR_TEXT], both[2 * NT_ADDR_TEXT + 2];
    snprintf(both, sizeof both, "%s>%s", nt_addr_format(&p->local.addr, local), nt_addr_format(&p->remote.addr, remote));
    return text(both, err);
}

static char *generated_by(const struct nt_ice_agent *ice, uint32_t number, int *err)
{
    struct nt_ice_pair_info p;
    for (size_t i = 0; number != 0 && i < nt_ice_pair_count(ice); i++) {
        nt_ice_pair_at(ice, i, &p);
        if (p.number == number)
            return pair_name(&p, err);
    }
    return NULL;
}

static int describe_pairs(const struct nt_ice_agent *ice, struct nt_result_agent *r)
{
    int err = NT_OK;
    size_t n = nt_ice_pair_count(ice);
    r->pairs = array(n, sizeof *r->pairs, &err);
    for (size_t i = 0; i < n && err == NT_OK; i++) {
        struct nt_ice_pair_info p;
        nt_ice_pair_at(ice, i, &p);
        r->pairs[i] = (struct nt_result_pair){.local = p.local.addr, .remote = p.remote.addr, .base = p.base,
            .local_type = text(nt_ice_type_name(p.local.type), &err), .remote_type = text(nt_ice_type_name(p.remote.type), &err),
            .state = text(pair_state_name(p.state), &err), .generated_by = generated_by(ice, p.generated_by, &err),
            .receivable = p.receivable, .sendable = p.sendable, .handshake = p.receivable && p.sendable, .valid = p.valid,
            .nominated = p.nominated, .priority = p.priority};
        r->pair_count++;
    }
    return err;
}

static int describe_prflx(const struct nt_world *w, uint32_t agent, struct nt_result_agent *r)
{
    int err = NT_OK;
    r->prflx = array(w->observer.prflx_count, sizeof *r->prflx, &err);
    for (size_t i = 0; i < w->observer.prflx_count && err == NT_OK; i++) {
        const struct nt_observed_prflx *p = &w->observer.prflx[i];
        if (p->agent == agent)
            r->prflx[r->prflx_count++] = (struct nt_result_prflx){.remote = p->remote, .addr = p->addr, .packet = p->frame};
    }
    return err;
}

static int describe_selected(const struct nt_ice_agent *ice, struct nt_result_agent *r)
{
    int err = NT_OK;
    struct nt_ice_candidate local, remote;
    r->selected = array(1, sizeof *r->selected, &err);
    if (err != NT_OK || !nt_ice_selected(ice, 1, 1, &local, &remote))
        return err;
    r->selected[0] = (struct nt_result_selected){.stream = 1, .component = 1,
        .local = {text(nt_ice_type_name(local.type), &err), local.addr}, .remote = {text(nt_ice_type_name(remote.type), &err), remote.addr}};
    r->selected_count = 1;
    return err;
}

static int describe_agent(const struct nt_world *w, uint32_t i, struct nt_result_agent *r)
{
    const struct nt_ice_agent *ice = nt_app_agent_ice(w->agents[i]);
    struct nt_ice_stats stats = nt_ice_stats(ice);
    int err = NT_OK;
    r->name = text(w->scn->agents[i].name, &err);
    r->stack = text("natsim", &err);
    r->state = text(nt_describe_state(nt_ice_state(ice)), &err);
    r->role = text(nt_ice_role(ice) == NT_ICE_CONTROLLING ? "controlling" : "controlled", &err);
    r->checks_sent = stats.checks_sent;
    r->checks_received = stats.checks_received;
    if (err != NT_OK || describe_candidates(ice, r) != NT_OK || describe_pairs(ice, r) != NT_OK || describe_prflx(w, i, r) != NT_OK)
        return NT_ENOMEM;
    return describe_selected(ice, r);
}

/* --- path --- */

static bool is_relayed(const struct nt_scn_case *c, const struct nt_addr *a)
{
    for (size_t i = 0; i < c->server_count; i++)
        if (nt_addr_same_ip(a, &c->servers[i].relay) || nt_addr_same_ip(a, &c->servers[i].relay6))
            return true;
    return false;
}

static unsigned end_path(const struct nt_world *w, uint32_t agent)
{
    struct nt_ice_candidate local, remote;
    if (!nt_ice_selected(nt_app_agent_ice(w->agents[agent]), 1, 1, &local, &remote))
        return NT_PATH_NONE;
    struct nt_data_count data = nt_app_agent_data(w->agents[agent]);
    if (data.sent > 0 && data.received == 0)
        return NT_PATH_NONE;
    return is_relayed(w->scn, &local.addr) || is_relayed(w->scn, &remote.addr) ? NT_PATH_RELAYED : NT_PATH_DIRECT;
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
    if (nt_app_agent_data(w->agents[agent]).marked == 0)
        return 0; /* nothing arrived that could be followed */
    for (size_t i = 0; i < c->frame_count; i++)
        if (at_server(w, c->frames[i].tap) && holds(nt_capture_bytes(c, &c->frames[i]), c->frames[i].len, nt_app_agent_magic(w->agents[agent])))
            return NT_PATH_RELAYED;
    return NT_PATH_DIRECT;
}

unsigned nt_describe_data_ways(const struct nt_world *w)
{
    const struct nt_scn_case *c = w->scn;
    return c->caller == NT_SCN_NONE ? 0 : data_way(w, c->caller) | data_way(w, c->callee);
}

static int describe_call(const struct nt_world *w, struct nt_result_case *r)
{
    const struct nt_scn_case *c = w->scn;
    int err = NT_OK;
    r->connect_ms = -1;
    if (c->caller == NT_SCN_NONE || w->call_at == NT_TIME_NEVER)
        return NT_OK;
    unsigned path = end_path(w, c->caller) | end_path(w, c->callee);
    path = (path & NT_PATH_NONE) != 0 ? NT_PATH_NONE : (path & NT_PATH_RELAYED) != 0 ? NT_PATH_RELAYED : NT_PATH_DIRECT;
    r->path = text(nt_describe_path(path), &err);
    nt_time l = nt_app_agent_selected_at(w->agents[c->caller]), k = nt_app_agent_selected_at(w->agents[c->callee]);
    nt_time both = l > k ? l : k;
    if (both != NT_TIME_NEVER)
        r->connect_ms = milliseconds_up(both - w->call_at);
    return err;
}

int nt_describe(const struct nt_world *w, struct nt_result_case *r)
{
    const struct nt_scn_case *c = w->scn;
    int err = describe_call(w, r);
    r->virtual_ms = milliseconds_up(nt_fabric_now(w->fabric));
    r->packets = w->observer.capture->frame_count + w->observer.capture->lost;
    r->agents = array(c->agent_count, sizeof *r->agents, &err);
    for (uint32_t i = 0; i < c->agent_count && err == NT_OK; i++) {
        struct nt_data_count data = nt_app_agent_data(w->agents[i]);
        r->data_sent += data.sent;
        r->data_lost += data.sent - data.received;
        err = describe_agent(w, i, &r->agents[i]);
        r->agent_count++;
    }
    return err;
}
