#include "scenarios/apps/server.h"
#include "core/base/strings.h"
#include "core/stun/stun.h"
#include "core/turn/turn.h"

#include <stdlib.h>

#define LABEL_MAX_BYTES 300

struct nt_app_server {
    struct nt_stun_server *stun;
    struct nt_turn_server *turn;
    struct nt_rand rand;
};

bool nt_app_server_address(const struct nt_scn_server *scn, uint8_t family, struct nt_addr *a)
{
    for (size_t i = 0; i < scn->on.address_count; i++)
        if (scn->on.addresses[i].family == family) {
            *a = nt_addr_with_port(&scn->on.addresses[i], NT_STUN_PORT);
            return true;
        }
    return false;
}

static int start_stun(struct nt_app_server *server, const struct nt_app_context *context)
{
    const struct nt_scn_server *scn = &context->scn->servers[context->index];
    struct nt_stun_server_config config = {.software = "natsim " NATSIM_VERSION};
    nt_app_server_address(scn, NT_AF_IPV4, &config.primary);
    if (scn->behaviour)
        config.alternate = nt_addr_with_port(&scn->on.addresses[1], NT_STUN_ALTERNATE_PORT);
    server->stun = nt_stun_server_new(&config);
    return server->stun != NULL && nt_host_run_endpoint(context->host, nt_stun_server_endpoint(server->stun), 0) != NT_FABRIC_NONE
               ? NT_OK
               : NT_ENOMEM;
}

static int start_turn(struct nt_app_server *server, const struct nt_app_context *context)
{
    const struct nt_scn_server *scn = &context->scn->servers[context->index];
    struct nt_turn_account *accounts = calloc(scn->user_count + 1, sizeof *accounts);
    struct nt_turn_server_config config = {.relay = scn->relay,
                                           .relay6 = scn->relay6,
                                           .port_low = scn->port_low,
                                           .port_high = scn->port_high,
                                           .realm = scn->realm,
                                           .accounts = accounts,
                                           .account_count = scn->user_count,
                                           .md5 = scn->md5,
                                           .sha256 = scn->sha256,
                                           .lifetime = scn->lifetime,
                                           .nonce_lifetime = scn->nonce_lifetime,
                                           .quota = scn->quota,
                                           .deny = scn->deny,
                                           .deny_count = scn->deny_count,
                                           .software = "natsim " NATSIM_VERSION,
                                           .rand = &server->rand,
                                           .trace = context->trace};
    if (accounts == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < scn->user_count; i++)
        accounts[i] = (struct nt_turn_account){scn->users[i].name, scn->users[i].password};
    nt_app_server_address(scn, NT_AF_IPV4, &config.listen);
    server->turn = nt_turn_server_new(&config);
    free(accounts);
    return server->turn != NULL && nt_host_run_endpoint(context->host, nt_turn_server_endpoint(server->turn), 0) != NT_FABRIC_NONE
               ? NT_OK
               : NT_ENOMEM;
}

struct nt_app_server *nt_app_server_new(const struct nt_app_context *context)
{
    const struct nt_scn_server *scn = &context->scn->servers[context->index];
    struct nt_app_server *server = calloc(1, sizeof *server);
    char label[LABEL_MAX_BYTES];
    if (server == NULL)
        return NULL;
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

void nt_app_server_del(struct nt_app_server *server)
{
    if (server == NULL)
        return;
    if (server->stun != NULL)
        nt_stun_server_del(server->stun);
    if (server->turn != NULL)
        nt_turn_server_del(server->turn);
    free(server);
}
