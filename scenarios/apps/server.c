#include "scenarios/apps/server.h"
#include "core/base/strings.h"
#include "core/stun/stun.h"
#include "core/turn/turn.h"
#include "scenarios/apps/refusals.h"
#include "scenarios/apps/slow_responses.h"

#include <stdlib.h>
#include <string.h>

#define LABEL_MAX_BYTES 300

struct nt_app_server {
    struct nt_stun_server *stun;
    struct nt_turn_server *turn;
    struct nt_rand rand;
    const struct nt_scn_server *scn;
    struct nt_host *host;
    struct nt_trace trace;
    struct nt_refusals refusals;
    struct nt_slow_responses *slow; /* NULL: no step slows it down */
};

static bool has_step(const struct nt_app_context *context, enum nt_scn_server_do what)
{
    const struct nt_scn_case *c = context->scn;
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_SERVER && c->steps[i].server_do == what && c->steps[i].where.index == context->index)
            return true;
    return false;
}

/* The address of that number in a family, with the port; unset: there is none. */
static struct nt_addr own_address(const struct nt_scn_server *scn, uint8_t family, size_t number, uint16_t port)
{
    for (size_t i = 0; i < scn->on.address_count; i++)
        if (scn->on.addresses[i].family == family && number-- == 0)
            return nt_addr_with_port(&scn->on.addresses[i], port);
    return (struct nt_addr){0};
}

/* Where it is, or is moved to. */
static bool uses_family(const struct nt_scn_case *c, const struct nt_scn_agent *agent, uint8_t family)
{
    const struct nt_scn_node node = {NT_SCN_NODE_AGENT, (uint32_t)(agent - c->agents)};
    const struct nt_scn_attachment *on;
    bool found = false;
    for (size_t i = 0; (on = nt_scn_place_at(c, node, i)) != NULL; i++)
        for (size_t k = 0; k < on->address_count; k++)
            found = found || on->addresses[k].family == family;
    return found && (family == NT_AF_IPV4 || agent->ipv6);
}

size_t nt_app_turn_addresses(const struct nt_scn_case *c, uint32_t server, const struct nt_scn_agent *agent, struct nt_addr out[2])
{
    static const uint8_t families[2] = {NT_AF_IPV4, NT_AF_IPV6};
    size_t n = 0;
    for (size_t f = 0; f < 2; f++) {
        struct nt_addr a = own_address(&c->servers[server], families[f], 0, NT_STUN_PORT);
        if (nt_addr_is_set(&a) && uses_family(c, agent, families[f]))
            out[n++] = a;
    }
    return n;
}

size_t nt_app_stun_addresses(const struct nt_scn_case *c, uint32_t server, const struct nt_scn_agent *agent, struct nt_addr out[1])
{
    struct nt_addr both[2];
    size_t n = nt_app_turn_addresses(c, server, agent, both);
    if (n > 0)
        out[0] = both[0];
    return n > 0 ? 1 : 0;
}

static struct nt_stun_decision decide(void *user, const struct nt_stun_msg *request, const struct nt_addr *from, nt_time now)
{
    struct nt_app_server *server = user;
    return nt_refusals_decide(&server->refusals, request, from, now);
}

/* A server that no step refuses requests of is not asked. */
static struct nt_stun_admission admission(struct nt_app_server *server, const struct nt_app_context *context)
{
    bool refuses = has_step(context, NT_SERVER_REFUSE);
    return (struct nt_stun_admission){.decide = refuses ? decide : NULL, .user = server};
}

static int run_server(struct nt_app_server *server, const struct nt_app_context *context, struct nt_endpoint endpoint)
{
    if (has_step(context, NT_SERVER_SLOW)) {
        server->slow = nt_slow_responses_new(endpoint, NT_STUN_PORT, &context->trace);
        if (server->slow == NULL)
            return NT_ENOMEM;
        endpoint = nt_slow_responses_endpoint(server->slow);
    }
    return nt_app_run(context, NT_APP_SERVER, endpoint) != NT_FABRIC_NONE ? NT_OK : NT_ENOMEM;
}

static int start_stun(struct nt_app_server *server, const struct nt_app_context *context)
{
    const struct nt_scn_server *scn = &context->scn->servers[context->index];
    struct nt_stun_server_config config = {.primary = own_address(scn, NT_AF_IPV4, 0, NT_STUN_PORT),
                                           .primary6 = own_address(scn, NT_AF_IPV6, 0, NT_STUN_PORT),
                                           .software = "natsim " NATSIM_VERSION,
                                           .admission = admission(server, context),
                                           .trace = context->trace};
    if (scn->behaviour) {
        config.alternate = own_address(scn, NT_AF_IPV4, 1, NT_STUN_ALTERNATE_PORT);
        config.alternate6 = own_address(scn, NT_AF_IPV6, 1, NT_STUN_ALTERNATE_PORT);
    }
    server->stun = nt_stun_server_new(&config);
    return server->stun != NULL ? run_server(server, context, nt_stun_server_endpoint(server->stun)) : NT_ENOMEM;
}

static int start_turn(struct nt_app_server *server, const struct nt_app_context *context)
{
    const struct nt_scn_server *scn = &context->scn->servers[context->index];
    struct nt_turn_account *accounts = calloc(scn->user_count + 1, sizeof *accounts);
    struct nt_turn_server_config config = {.listen = own_address(scn, NT_AF_IPV4, 0, NT_STUN_PORT),
                                           .listen6 = own_address(scn, NT_AF_IPV6, 0, NT_STUN_PORT),
                                           .relay = scn->relay,
                                           .relay6 = scn->relay6,
                                           .port_low = scn->port_low,
                                           .port_high = scn->port_high,
                                           .realm = scn->realm,
                                           .accounts = accounts,
                                           .account_count = scn->user_count,
                                           .md5 = scn->md5,
                                           .sha256 = scn->sha256,
                                           .lifetime = scn->lifetime,
                                           .lifetime_max = scn->lifetime,
                                           .nonce_lifetime = scn->nonce_lifetime,
                                           .quota = scn->quota,
                                           .deny = scn->deny,
                                           .deny_count = scn->deny_count,
                                           .software = "natsim " NATSIM_VERSION,
                                           .admission = admission(server, context),
                                           .rand = &server->rand,
                                           .trace = context->trace};
    if (accounts == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < scn->user_count; i++)
        accounts[i] = (struct nt_turn_account){scn->users[i].name, scn->users[i].password};
    server->turn = nt_turn_server_new(&config);
    free(accounts);
    for (size_t i = 0; server->turn != NULL && i < scn->user_count; i++)
        if (scn->users[i].until != 0)
            nt_turn_server_end_user(server->turn, scn->users[i].name, scn->users[i].until);
    return server->turn != NULL ? run_server(server, context, nt_turn_server_endpoint(server->turn)) : NT_ENOMEM;
}

struct nt_app_server *nt_app_server_new(const struct nt_app_context *context)
{
    const struct nt_scn_server *scn = &context->scn->servers[context->index];
    struct nt_app_server *server = calloc(1, sizeof *server);
    char label[LABEL_MAX_BYTES];
    if (server == NULL)
        return NULL;
    server->scn = scn;
    server->host = context->host;
    server->trace = context->trace;
    nt_join(label, sizeof label, "server/", scn->name);
    nt_fabric_stream(context->fabric, label, &server->rand);
    int r = NT_OK;
    if ((scn->kinds & NT_SCN_COTURN) != 0)
        return server; /* a real program serves */
    if ((scn->kinds & NT_SCN_TURN) != 0)
        r = start_turn(server, context);
    else if ((scn->kinds & NT_SCN_STUN) != 0)
        r = start_stun(server, context);
    if (r == NT_OK)
        return server;
    nt_app_server_del(server);
    return NULL;
}

static void reset(struct nt_app_server *server, nt_time now)
{
    if (server->turn != NULL)
        nt_turn_server_reset(server->turn, now);
    else
        nt_stun_server_reset(server->stun, now);
    if (server->slow != NULL)
        nt_slow_responses_lose(server->slow);
    nt_host_kick(server->host, now);
}

/* All credentials of the name. */
static int revoke(struct nt_app_server *server, const char *user, nt_time now)
{
    int r = server->turn != NULL ? NT_OK : NT_EUNSUPPORTED;
    for (size_t i = 0; i < server->scn->user_count && r == NT_OK; i++)
        if (strcmp(nt_scn_user_name(server->scn, &server->scn->users[i]), user) == 0)
            r = nt_turn_server_end_user(server->turn, server->scn->users[i].name, now);
    return r;
}

int nt_app_server_step(struct nt_app_server *server, const struct nt_scn_step *step, nt_time now)
{
    static const char *const names[] = {
        [NT_SERVER_RESET] = "reset", [NT_SERVER_REFUSE] = "refuse", [NT_SERVER_SLOW] = "slow", [NT_SERVER_REVOKE] = "revoke"};
    if (server->turn == NULL && server->stun == NULL)
        return NT_EUNSUPPORTED;
    nt_trace_emit(&server->trace,
                  (struct nt_trace_event){.at = now, .kind = NT_TR_NODE, .n = {-1}, .text = names[step->server_do]});
    if (step->server_do == NT_SERVER_REFUSE)
        return nt_refusals_add(&server->refusals, step, now);
    if (step->server_do == NT_SERVER_REVOKE)
        return revoke(server, step->user, now);
    if (step->server_do == NT_SERVER_SLOW)
        nt_slow_responses_begin(server->slow, step->by, step->duration > 0 ? nt_time_after(now, step->duration) : NT_TIME_NEVER);
    else
        reset(server, now);
    return NT_OK;
}

void nt_app_server_del(struct nt_app_server *server)
{
    if (server == NULL)
        return;
    if (server->stun != NULL)
        nt_stun_server_del(server->stun);
    if (server->turn != NULL)
        nt_turn_server_del(server->turn);
    nt_slow_responses_del(server->slow);
    nt_refusals_free(&server->refusals);
    free(server);
}
