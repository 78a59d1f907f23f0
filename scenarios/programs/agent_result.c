#include "scenarios/programs/agent_result.h"
#include "core/base/strings.h"
#include "core/sdp/sdp.h"
#include "scenarios/apps/result_array.h"
#include "scenarios/model/words.h"
#include "scenarios/programs/agent_signalling.h"
#include "scenarios/programs/packet_evidence.h"

#include <stdio.h>
#include <string.h>

static struct nt_result_candidate describe_candidate(const struct nt_ice_candidate *c, int *err)
{
    return (struct nt_result_candidate){.type = nt_strdup(nt_ice_type_name(c->type), err),
                                        .stream = 1,
                                        .component = c->component,
                                        .transport = nt_strdup("udp", err),
                                        .addr = c->addr,
                                        .base = nt_addr_is_set(&c->related) ? c->related : c->addr,
                                        .related = c->related,
                                        .priority = c->priority,
                                        .foundation = nt_strdup(c->foundation, err)};
}

/* One whose address is a name, or of another transport: it has no address here. False: it is no candidate. */
static bool describe_other(const char *line, struct nt_result_candidate *r, int *err)
{
    char foundation[33], transport[8], type[8];
    unsigned component, priority;
    if (sscanf(line, "candidate:%32s %u %7s %u %*s %*s typ %7s", foundation, &component, transport, &priority, type) != 5 ||
        nt_ice_type_by_name(type, strlen(type)) < 0)
        return false;
    for (char *c = transport; *c != '\0'; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c);
    *r = (struct nt_result_candidate){.type = nt_strdup(type, err),
                                      .stream = 1,
                                      .component = (uint16_t)component,
                                      .transport = nt_strdup(transport, err),
                                      .priority = priority,
                                      .foundation = nt_strdup(foundation, err)};
    return true;
}

static int describe_candidates(const struct nt_process *process, struct nt_result_agent *r)
{
    int err = NT_OK;
    r->candidates = nt_result_array(process->candidates.count, sizeof *r->candidates, &err);
    for (size_t i = 0; err == NT_OK && i < process->candidates.count; i++) {
        struct nt_ice_candidate c;
        const char *what;
        const char *line = process->candidates.items[i];
        struct nt_result_candidate *one = &r->candidates[r->candidate_count];
        bool read = nt_sdp_read_candidate(&c, line, strlen(line), &what) == NT_OK;
        if (read)
            *one = describe_candidate(&c, &err);
        r->candidate_count += read || describe_other(line, one, &err);
    }
    return err;
}

static int describe_selected(const struct nt_process *process, struct nt_result_agent *r)
{
    int err = NT_OK;
    r->selected = nt_result_array(1, sizeof *r->selected, &err);
    if (err != NT_OK || !process->has_selected)
        return err;
    r->selected[r->selected_count++] =
        (struct nt_result_selected){.stream = 1,
                                    .component = 1,
                                    .local = {nt_strdup(nt_ice_type_name(process->local.type), &err), process->local.addr},
                                    .remote = {nt_strdup(nt_ice_type_name(process->remote.type), &err), process->remote.addr}};
    return err;
}

/* Packets show it; before the first check, it is the one that it was told. */
static enum nt_ice_role role_of(const struct nt_process *process)
{
    enum nt_ice_role seen = nt_evidence_role(process->evidence, process->context.index);
    return seen != 0 ? seen : nt_process_controlling(process) ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED;
}

int nt_process_result(const struct nt_process *process, enum nt_ice_state state, struct nt_result_agent *r)
{
    const struct nt_adapter_hello *h = process->adapter != NULL ? nt_adapter_hello(process->adapter) : NULL;
    char stack[140] = "process";
    int err = NT_OK;
    if (h != NULL)
        snprintf(stack, sizeof stack, "%s%s%s", h->stack, h->version[0] ? " " : "", h->version);
    r->stack = nt_strdup(stack, &err);
    r->state = nt_strdup(nt_agent_state_name(state), &err);
    r->role = nt_strdup(nt_role_name(role_of(process)), &err);
    r->restarts = process->restarts;
    r->pairs = nt_result_array(0, sizeof *r->pairs, &err);
    nt_evidence_checks(process->evidence, process->context.index, &r->checks_sent, &r->checks_received);
    if (err != NT_OK || describe_candidates(process, r) != NT_OK)
        return NT_ENOMEM;
    return describe_selected(process, r);
}
