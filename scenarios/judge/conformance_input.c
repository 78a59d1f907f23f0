#include "scenarios/judge/conformance_input.h"

#include <stdlib.h>

static int add_party(struct nt_conf_party *party, enum nt_conf_party_kind kind, const char *name,
                     const struct nt_scn_attachment *on, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += on[i].address_count;
    struct nt_addr *all = calloc(n + 1, sizeof *all);
    if (all == NULL)
        return NT_ENOMEM;
    n = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < on[i].address_count; k++)
            all[n++] = on[i].addresses[k];
    *party = (struct nt_conf_party){.kind = kind, .name = name, .addresses = all, .address_count = n};
    return NT_OK;
}

static int add_parties(const struct nt_scn_case *c, struct nt_conf_party *parties, size_t *count)
{
    int r = NT_OK;
    for (size_t i = 0; i < c->agent_count && r == NT_OK; i++)
        r = add_party(&parties[(*count)++], NT_CONF_AGENT, c->agents[i].name, c->agents[i].on, c->agents[i].on_count);
    for (size_t i = 0; i < c->server_count && r == NT_OK; i++) {
        bool serves = (c->servers[i].kinds & (NT_SCN_STUN | NT_SCN_TURN)) != 0;
        r = add_party(&parties[(*count)++], serves ? NT_CONF_SERVER : NT_CONF_PLATFORM, c->servers[i].name, &c->servers[i].on, 1);
    }
    for (size_t i = 0; i < c->gateway_count && r == NT_OK; i++)
        r = add_party(&parties[(*count)++], NT_CONF_GATEWAY, c->gateways[i].name, &c->gateways[i].outside, 1);
    return r;
}

/* Packets and descriptions that steps delay are not blamed on their senders. */
static void note_delays(const struct nt_scn_case *c, struct nt_conf_party *parties)
{
    for (size_t i = 0; i < c->step_count; i++) {
        const struct nt_scn_step *s = &c->steps[i];
        bool agent = s->where.kind == NT_SCN_NODE_AGENT, server = s->where.kind == NT_SCN_NODE_SERVER;
        if (s->kind == NT_STEP_FAULT && s->fault == NT_FAULT_DELAY && (agent || server))
            parties[agent ? s->where.index : c->agent_count + s->where.index].held = true;
        if (s->kind == NT_STEP_SIGNALLING && s->act == NT_SIGNAL_DELAY && s->by > parties[s->from].told_late)
            parties[s->from].told_late = s->by;
    }
}

static size_t count_users(const struct nt_scn_case *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->server_count; i++)
        n += c->servers[i].user_count;
    return n;
}

static void add_users(const struct nt_scn_case *c, struct nt_conf_user *users)
{
    size_t n = 0;
    for (size_t i = 0; i < c->server_count; i++)
        for (size_t k = 0; k < c->servers[i].user_count; k++)
            users[n++] = (struct nt_conf_user){c->servers[i].realm, c->servers[i].users[k].name, c->servers[i].users[k].password};
}

int nt_conformance_judge_world(const struct nt_world *w, bool real_time, struct nt_conf_verdict *verdict)
{
    const struct nt_scn_case *c = nt_world_case(w);
    size_t count = 0, user_count = count_users(c);
    struct nt_conf_party *parties = calloc(c->agent_count + c->server_count + c->gateway_count + 1, sizeof *parties);
    struct nt_conf_user *users = calloc(user_count + 1, sizeof *users);
    int r = parties == NULL || users == NULL ? NT_ENOMEM : add_parties(c, parties, &count);
    if (r == NT_OK) {
        note_delays(c, parties);
        add_users(c, users);
        struct nt_conf_input in = {.capture = nt_world_observer(w)->capture,
                                   .parties = parties,
                                   .party_count = count,
                                   .users = users,
                                   .user_count = user_count,
                                   .end = nt_world_now(w),
                                   .real_time = real_time};
        r = nt_conf_judge(&in, verdict);
    }
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)parties[i].addresses);
    free(parties);
    free(users);
    return r;
}
