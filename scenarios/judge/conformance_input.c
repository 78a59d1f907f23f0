#include "scenarios/judge/conformance_input.h"

#include "core/base/err.h"
#include "scenarios/world/steps.h"

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
    for (size_t i = 0; i < c->agent_count && r == NT_OK; i++) {
        r = add_party(&parties[*count], NT_CONF_AGENT, c->agents[i].name, c->agents[i].on, c->agents[i].on_count);
        parties[*count].carried = c->agents[i].exec != NULL;
        parties[*count].fails_over = c->agents[i].recover == NT_RECOVER_FAILOVER;
        parties[(*count)++].max_pairs = c->agents[i].max_pairs;
    }
    for (size_t i = 0; i < c->server_count && r == NT_OK; i++) {
        bool serves = (c->servers[i].kinds & (NT_SCN_STUN | NT_SCN_TURN)) != 0;
        r = add_party(&parties[*count], serves ? NT_CONF_SERVER : NT_CONF_PLATFORM, c->servers[i].name, &c->servers[i].on, 1);
        parties[(*count)++].lifetime = c->servers[i].lifetime;
    }
    for (size_t i = 0; i < c->gateway_count && r == NT_OK; i++)
        r = add_party(&parties[(*count)++], NT_CONF_GATEWAY, c->gateways[i].name, &c->gateways[i].outside, 1);
    return r;
}

static bool is_server_step(const struct nt_scn_step *s, enum nt_scn_server_do what, size_t server)
{
    return s->kind == NT_STEP_SERVER && s->server_do == what && s->where.index == server;
}

/* What steps do to a server: it is not blamed for it. */
static void note_server_steps(struct nt_conformance *j, const struct nt_scn_case *c)
{
    for (size_t server = 0; server < c->server_count; server++) {
        struct nt_conf_party *party = &j->parties[c->agent_count + server];
        party->reset_at = j->reset_at + j->reset_count;
        for (size_t i = 0; i < c->step_count; i++) {
            party->refuses |=
                is_server_step(&c->steps[i], NT_SERVER_REFUSE, server) || is_server_step(&c->steps[i], NT_SERVER_REVOKE, server);
            party->held |= is_server_step(&c->steps[i], NT_SERVER_SLOW, server);
            if (!is_server_step(&c->steps[i], NT_SERVER_RESET, server))
                continue;
            j->reset_at[j->reset_count] = NT_TIME_NEVER;
            j->reset_steps[j->reset_count++] = i;
            party->reset_count++;
        }
    }
}

/* Packets and descriptions that steps delay are not blamed on their senders, nor are pairs whose interfaces they take away. */
static void note_agent_steps(const struct nt_scn_case *c, struct nt_conf_party *parties)
{
    for (size_t i = 0; i < c->step_count; i++) {
        const struct nt_scn_step *s = &c->steps[i];
        bool agent = s->where.kind == NT_SCN_NODE_AGENT, server = s->where.kind == NT_SCN_NODE_SERVER;
        if (s->kind == NT_STEP_FAULT && s->fault == NT_FAULT_DELAY && (agent || server))
            parties[agent ? s->where.index : c->agent_count + s->where.index].held = true;
        if ((s->kind == NT_STEP_LINK || s->kind == NT_STEP_MOVE) && agent)
            parties[s->where.index].moves = true;
        if (s->kind == NT_STEP_SIGNALLING)
            parties[s->from].told_partly = true;
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
            users[n++] = (struct nt_conf_user){.server = (uint32_t)(c->agent_count + i), /* as add_parties counts */
                                               .realm = c->servers[i].realm,
                                               .user = c->servers[i].users[k].name,
                                               .password = c->servers[i].users[k].password,
                                               .until = c->servers[i].users[k].until};
}

static size_t count_logins(const struct nt_scn_case *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->agent_count; i++)
        n += c->agents[i].turn_count;
    return n;
}

static size_t add_logins(const struct nt_scn_case *c, struct nt_conf_login *logins)
{
    size_t n = 0;
    for (size_t i = 0; i < c->agent_count; i++)
        for (size_t k = 0; k < c->agents[i].turn_count; k++)
            if (c->agents[i].turn[k].user != NULL && c->agents[i].turn[k].password != NULL)
                logins[n++] = (struct nt_conf_login){(uint32_t)i, c->agents[i].turn[k].user, c->agents[i].turn[k].password};
    return n;
}

int nt_conformance_begin(struct nt_conformance *j, const struct nt_world *w, bool real_time)
{
    const struct nt_scn_case *c = nt_world_case(w);
    size_t user_count = count_users(c);
    *j = (struct nt_conformance){.parties = calloc(c->agent_count + c->server_count + c->gateway_count + 1, sizeof *j->parties),
                                 .users = calloc(user_count + 1, sizeof *j->users),
                                 .logins = calloc(count_logins(c) + 1, sizeof *j->logins),
                                 .scn = c,
                                 .steps = nt_world_steps(w),
                                 .reset_at = calloc(c->step_count + 1, sizeof *j->reset_at),
                                 .reset_steps = calloc(c->step_count + 1, sizeof *j->reset_steps)};
    bool memory = j->parties != NULL && j->users != NULL && j->logins != NULL && j->reset_at != NULL && j->reset_steps != NULL;
    int r = memory ? add_parties(c, j->parties, &j->party_count) : NT_ENOMEM;
    if (r != NT_OK)
        return r;
    note_server_steps(j, c);
    note_agent_steps(c, j->parties);
    add_users(c, j->users);
    struct nt_conf_input in = {.capture = nt_world_observer(w)->capture,
                               .parties = j->parties,
                               .party_count = j->party_count,
                               .users = j->users,
                               .user_count = user_count,
                               .logins = j->logins,
                               .login_count = add_logins(c, j->logins),
                               .real_time = real_time};
    j->conf = nt_conf_new(&in);
    return j->conf != NULL ? NT_OK : NT_ENOMEM;
}

void nt_conformance_frame(struct nt_conformance *j, const struct nt_capture *c, const struct nt_capture_frame *f, uint32_t number)
{
    for (size_t i = 0; i < j->reset_count; i++)
        j->reset_at[i] = nt_steps_ran_at(j->steps, j->reset_steps[i]);
    nt_conf_frame(j->conf, c, f, number);
}

void nt_conformance_stopped(struct nt_conformance *j, uint32_t agent, nt_time now)
{
    j->parties[agent].stopped = now; /* as add_parties counts */
}

/* Who is told to hang up ends from then on; its BYE may leave later (RFC 3261, 15). */
static void note_hangups(struct nt_conformance *j)
{
    for (size_t i = 0; i < j->scn->step_count; i++) {
        uint32_t agent = j->scn->steps[i].from;
        if (j->scn->steps[i].kind != NT_STEP_HANGUP || !nt_steps_succeeded(j->steps, i))
            continue;
        nt_time at = nt_steps_ran_at(j->steps, i);
        if (j->parties[agent].stopped == 0 || at < j->parties[agent].stopped)
            nt_conformance_stopped(j, agent, at);
    }
}

int nt_conformance_end(struct nt_conformance *j, nt_time end, struct nt_conf_verdict *verdict)
{
    note_hangups(j);
    struct nt_conf *conf = j->conf;
    j->conf = NULL;
    return nt_conf_end(conf, end, verdict);
}

void nt_conformance_free(struct nt_conformance *j)
{
    nt_conf_del(j->conf);
    for (size_t i = 0; i < j->party_count; i++)
        free((void *)(uintptr_t)j->parties[i].addresses);
    free(j->parties);
    free(j->users);
    free(j->logins);
    free(j->reset_at);
    free(j->reset_steps);
}
