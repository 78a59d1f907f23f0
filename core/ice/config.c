#include "core/ice/config.h"
#include "core/base/err.h"
#include "core/base/strings.h"
#include "core/stun/transaction.h"

#include <stdlib.h>
#include <string.h>

/* NT_EINVAL: RFC 8445, 14.2 (Ta), 14.3 ("Agents MUST NOT use an RTO value smaller than 500 ms"), 11 (Tr: "MUST NOT use a value
 * smaller than 15 seconds"). */
static int check_config(const struct nt_ice_config *c)
{
    if (c->mode != NT_ICE_FULL || c->nomination != NT_ICE_REGULAR)
        return NT_EUNSUPPORTED;
    for (size_t i = 0; i < c->turn_count && i < NT_ICE_SERVERS_MAX; i++)
        if (c->turn[i].transport > NT_TLS)
            return NT_EUNSUPPORTED;
    if ((c->role != NT_ICE_CONTROLLING && c->role != NT_ICE_CONTROLLED) || (c->ta != 0 && c->ta < 5 * NT_MSEC) ||
        (c->rto != 0 && c->rto < NT_STUN_RTO) || (c->keepalive != 0 && c->keepalive < NT_ICE_TR) || c->nomination_wait < 0)
        return NT_EINVAL;
    if (c->stun_count > NT_ICE_SERVERS_MAX || c->turn_count > NT_ICE_SERVERS_MAX || c->streams > NT_ICE_STREAMS_MAX ||
        c->components > NT_ICE_COMPONENTS_MAX)
        return NT_ELIMIT;
    return NT_OK;
}

static void set_defaults(struct nt_ice_config *c)
{
    c->streams = c->streams != 0 ? c->streams : 1;
    c->components = c->components != 0 ? c->components : 1;
    c->max_pairs = c->max_pairs != 0 ? c->max_pairs : 100;
    c->ta = c->ta != 0 ? c->ta : NT_ICE_TA;
    c->rto = c->rto != 0 ? c->rto : NT_STUN_RTO;
    c->keepalive = c->keepalive != 0 ? c->keepalive : NT_ICE_TR;
}

static int copy_turn(struct nt_ice_turn *to, const struct nt_ice_turn *from)
{
    *to = *from;
    to->user = to->password = to->name = NULL;
    to->transport = from->transport != 0 ? from->transport : NT_UDP;
    int r = NT_OK;
    to->user = nt_strdup(from->user != NULL ? from->user : "", &r);
    to->password = nt_strdup(from->password != NULL ? from->password : "", &r);
    to->name = from->name != NULL ? nt_strdup(from->name, &r) : NULL;
    return r;
}

int nt_ice_config_copy(struct nt_ice_config *copy, const struct nt_ice_config *config)
{
    *copy = (struct nt_ice_config){0};
    int r = check_config(config);
    if (r != NT_OK)
        return r;
    struct nt_addr *stun = calloc(config->stun_count + 1, sizeof *stun);
    struct nt_ice_turn *turn = calloc(config->turn_count + 1, sizeof *turn);
    *copy = *config;
    copy->stun = stun;
    copy->turn = turn;
    copy->software = config->software != NULL ? nt_strdup(config->software, &r) : NULL;
    if (stun == NULL || turn == NULL) {
        copy->turn_count = 0;
        return NT_ENOMEM;
    }
    if (config->stun_count > 0)
        memcpy(stun, config->stun, config->stun_count * sizeof *stun);
    for (size_t i = 0; i < config->turn_count; i++)
        if (copy_turn(&turn[i], &config->turn[i]) != NT_OK)
            r = NT_ENOMEM;
    set_defaults(copy);
    return r;
}

static void free_const(const void *p)
{
    free((void *)(uintptr_t)p);
}

void nt_ice_config_free(struct nt_ice_config *copy)
{
    for (size_t i = 0; i < copy->turn_count; i++) {
        free_const(copy->turn[i].user);
        free_const(copy->turn[i].password);
        free_const(copy->turn[i].name);
    }
    free_const(copy->stun);
    free_const(copy->turn);
    free_const(copy->software);
}
