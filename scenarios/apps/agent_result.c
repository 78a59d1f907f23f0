#include "scenarios/apps/agent_result.h"
#include "core/base/strings.h"
#include "scenarios/apps/result_array.h"
#include "scenarios/model/words.h"

#include <stdlib.h>
#include <string.h>

static int describe_candidates(const struct nt_ice_agent *ice, struct nt_result_agent *r)
{
    int err = NT_OK;
    size_t n = nt_ice_candidate_count(ice);
    r->candidates = nt_result_array(n, sizeof *r->candidates, &err);
    for (size_t i = 0; i < n && err == NT_OK; i++) {
        const struct nt_ice_candidate *c = nt_ice_candidate_at(ice, i);
        r->candidates[i] = (struct nt_result_candidate){.type = nt_strdup(nt_ice_type_name(c->type), &err),
                                                        .stream = c->stream,
                                                        .component = c->component,
                                                        .transport = nt_strdup("udp", &err),
                                                        .addr = c->addr,
                                                        .base = c->base,
                                                        .related = c->related,
                                                        .priority = c->priority,
                                                        .foundation = nt_strdup(c->foundation, &err)};
        r->candidate_count++;
    }
    return err;
}

static char *pair_name(const struct nt_ice_pair_info *p, int *err)
{
    char both[2 * NT_ADDR_TEXT];
    size_t local = strlen(nt_addr_format(&p->local.addr, both));
    both[local] = '>';
    nt_addr_format(&p->remote.addr, both + local + 1);
    return nt_strdup(both, err);
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
    r->pairs = nt_result_array(n, sizeof *r->pairs, &err);
    for (size_t i = 0; i < n && err == NT_OK; i++) {
        struct nt_ice_pair_info p;
        nt_ice_pair_at(ice, i, &p);
        r->pairs[i] = (struct nt_result_pair){.local = p.local.addr,
                                              .remote = p.remote.addr,
                                              .base = p.base,
                                              .local_type = nt_strdup(nt_ice_type_name(p.local.type), &err),
                                              .remote_type = nt_strdup(nt_ice_type_name(p.remote.type), &err),
                                              .state = nt_strdup(nt_word_name(nt_pair_state_words, (int)p.state), &err),
                                              .generated_by = generated_by(ice, p.generated_by, &err),
                                              .receivable = p.receivable,
                                              .sendable = p.sendable,
                                              .handshake = p.receivable && p.sendable,
                                              .valid = p.valid,
                                              .nominated = p.nominated,
                                              .priority = p.priority};
        r->pair_count++;
    }
    return err;
}

static int describe_selected(const struct nt_ice_agent *ice, struct nt_result_agent *r)
{
    int err = NT_OK;
    struct nt_ice_candidate local, remote;
    r->selected = nt_result_array(1, sizeof *r->selected, &err);
    if (err != NT_OK || !nt_ice_selected(ice, 1, 1, &local, &remote))
        return err;
    r->selected[0] = (struct nt_result_selected){.stream = 1,
                                                 .component = 1,
                                                 .local = {nt_strdup(nt_ice_type_name(local.type), &err), local.addr},
                                                 .remote = {nt_strdup(nt_ice_type_name(remote.type), &err), remote.addr}};
    r->selected_count = 1;
    return err;
}

int nt_agent_result(const struct nt_ice_agent *ice, enum nt_ice_state state, struct nt_result_agent *r)
{
    struct nt_ice_stats stats = nt_ice_stats(ice);
    int err = NT_OK;
    r->stack = nt_strdup("natsim", &err);
    r->state = nt_strdup(nt_agent_state_name(state), &err);
    r->role = nt_strdup(nt_role_name(nt_ice_role(ice)), &err);
    r->checks_sent = stats.checks_sent;
    r->checks_received = stats.checks_received;
    r->restarts = stats.restarts;
    if (err != NT_OK || describe_candidates(ice, r) != NT_OK || describe_pairs(ice, r) != NT_OK)
        return NT_ENOMEM;
    return describe_selected(ice, r);
}
