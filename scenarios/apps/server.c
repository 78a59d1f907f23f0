#include "scenarios/apps/server.h"
#include "core/stun/stun.h"
#include "core/turn/turn.h"

#include <stdio.h>
#include <stdlib.h>

#define LABEL_MAX_BYTES 300

struct nt_app_server {
    struct nt_stun_server *stun;
    struct nt_turn_server *turn;
    struct nt_rand rand;
};

bool nt_app_server_address(const struct nt_scn_server *s, uint8_t family, struct nt_addr *a)
{
    for (size_t i = 0; i < s->on.address_count; i++)
        if (s->on.addresses[i].family == family) {
            *a = nt_addr_with_port(&s->on.addresses[i], NT_STUN_PORT);
            return true;
        }
    return false;
}

static int start_stun(struct nt_app_server *s, struct nt_world *w, uint32_t index)
{
    const struct nt_scn_server *scn = &w->scn->servers[index];
    struct nt_host *h = w->server_hosts[index];
    struct nt_stun_server_config config = {.software = "natsim " NATSIM_VERSION};
    nt_app_server_address(scn, NT_AF_IPV4, &config.primary);
    if (scn->behaviour)
        config.alternate = nt_addr_with_port(&scn->on.addresses[1], NT_STUN_ALTERNATE_PORT);
    s->stun = nt_stun_server_new(&config);
    return s->stun != NULL && nt_host_run_endpoint(h, nt_stun_server_endpoint(s->stun), 0) != NT_FABRIC_NONE ? NT_OK : NT_ENOMEM;
}

static int start_turn(struct nt_app_server *s, struct nt_world *w, uint32_t index)
{
    const struct nt_scn_server *scn = &w->scn->servers[index];
    struct nt_host *h = w->server_hosts[index];
    struct nt_turn_account *accounts = calloc(scn->user_count + 1, sizeof *accounts);
    struct nt_turn_server_config config = {.relay = scn->relay, .relay6 = scn->relay6, .port_low = scn->port_low, .port_high = scn->port_high,
        .realm = scn->realm, .accounts = accounts, .account_count = scn->user_count, .md5 = scn->md5, .sha256 = scn->sha256,
        .lifetime = scn->lifetime, .nonce_lifetime = scn->nonce_lifetime, .quota = scn->quota, .deny = scn->deny,
        .deny_count = scn->deny_count, .software = "natsim " NATSIM_VERSION, .rand = &s->rand,
        .trace = nt_world_trace(w, nt_host_node(h))};
    if (accounts == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < scn->user_count; i++)
        accounts[i] = (struct nt_turn_account){scn->users[i].name, scn->users[i].password};
    nt_app_server_address(scn, NT_AF_IPV4, &config.listen);
    s->turn = nt_turn_server_new(&config);
    free(accounts);
    return s->turn != NULL && nt_host_run_endpoint(h, nt_turn_server_endpoint(s->turn), 0) != NT_FABRIC_NONE ? NT_OK : NT_ENOMEM;
}

struct nt_app_server *nt_app_server_new(struct nt_world *w, uint32_t index)
{
    const struct nt_scn_server *scn = &w->scn->servers[index];
    struct nt_app_server *s = calloc(1, sizeof *s);
    char label[LABEL_MAX_BYTES];
    if (s == NULL)
        return NULL;
    snprintf(label, sizeof label, "server/%s", scn->name);
    nt_fabric_stream(w->fabric, label, &s->rand);
    int r = NT_OK;
    if ((scn->kinds & NT_SCN_COTURN) != 0)
        return s; /* its process serves */
    if ((scn->kinds & NT_SCN_TURN) != 0)
        r = start_turn(s, w, index);
    else if ((scn->kinds & NT_SCN_STUN) != 0)
        r = start_stun(s, w, index);
    if (r == NT_OK)
        return s;
    nt_app_server_del(s);
    return NULL;
}

void nt_app_server_del(struct nt_app_server *s)
{
    if (s == NULL)
        return;
    if (s->stun != NULL)
        nt_stun_server_del(s->stun);
    if (s->turn != NULL)
        nt_turn_server_del(s->turn);
    free(s);
}
