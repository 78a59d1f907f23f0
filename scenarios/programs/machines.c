#include "scenarios/programs/machines.h"
#include "reports/result/text.h"
#include "scenarios/world/nodes.h"

#include <stdio.h>
#include <stdlib.h>

static void add_host(struct nt_text *t, const char *name, const struct nt_scn_attachment *on)
{
    char addr[NT_ADDR_TEXT];
    if (on->address_count > 0)
        nt_text_printf(t, "%s %s\n", nt_addr_format_ip(&on->addresses[0], addr), name);
}

/* The text of /etc/hosts: every node by its name. */
static void write_hosts(struct nt_text *t, const struct nt_scn_case *c)
{
    nt_text_put(t, "127.0.0.1 localhost\n");
    for (size_t i = 0; i < c->server_count; i++)
        add_host(t, c->servers[i].name, &c->servers[i].on);
    for (size_t i = 0; i < c->agent_count; i++)
        add_host(t, c->agents[i].name, &c->agents[i].on[0]);
}

struct making {
    struct nt_live *live;
    const struct nt_world *w;
    const struct nt_program_files *files;
    const char *hosts;
    char *why; /* NT_SANDBOX_WHY bytes */
};

static struct nt_machine *make_machine(const struct making *m, struct nt_scn_node n, const struct nt_scn_attachment *on,
                                       size_t count, bool ipv6)
{
    struct nt_sandbox_interface interfaces[NT_SANDBOX_INTERFACES_MAX];
    struct nt_sandbox_config config = {.interfaces = interfaces, .ipv6 = ipv6, .hosts = m->hosts};
    nt_program_files_give(m->files, &config);
    for (size_t i = 0; i < count && i < NT_SANDBOX_INTERFACES_MAX; i++) {
        const struct nt_scn_network *network = &nt_world_case(m->w)->networks[on[i].network];
        size_t addresses = 0; /* IPv4 ones are first */
        while (addresses < on[i].address_count && (ipv6 || on[i].addresses[addresses].family == NT_AF_IPV4))
            addresses++;
        interfaces[config.interface_count++] = (struct nt_sandbox_interface){.addresses = on[i].addresses,
                                                                             .address_count = addresses,
                                                                             .bits4 = network->ipv4.bits,
                                                                             .bits6 = network->ipv6.bits,
                                                                             .mtu = network->mtu};
    }
    return nt_machine_new(m->live, nt_world_host(m->w, n), &config, m->why);
}

static bool make_agent_machine(struct nt_machines *machines, const struct making *m, uint32_t i)
{
    const struct nt_scn_agent *scn = &nt_world_case(m->w)->agents[i];
    machines->agents[i] = make_machine(m, (struct nt_scn_node){NT_SCN_NODE_AGENT, i}, scn->on, scn->on_count, scn->ipv6);
    return machines->agents[i] != NULL;
}

static bool make_server_machine(struct nt_machines *machines, const struct making *m, uint32_t i, bool ipv6)
{
    machines->servers[i] =
        make_machine(m, (struct nt_scn_node){NT_SCN_NODE_SERVER, i}, &nt_world_case(m->w)->servers[i].on, 1, ipv6);
    return machines->servers[i] != NULL;
}

static bool make_all(struct nt_machines *machines, const struct making *m)
{
    const struct nt_scn_case *c = nt_world_case(m->w);
    for (uint32_t i = 0; i < c->agent_count; i++)
        if (nt_scn_live_agent(c, i) && !make_agent_machine(machines, m, i))
            return false;
    for (uint32_t i = 0; i < c->server_count; i++)
        if (nt_scn_live_server(c, i) && !make_server_machine(machines, m, i, nt_scn_uses_ipv6(c)))
            return false;
    return true;
}

enum nt_outcome nt_machines_make(struct nt_machines *machines, struct nt_live *live, const struct nt_world *w,
                                 const struct nt_program_files *files, char why[NT_SANDBOX_WHY])
{
    const struct nt_scn_case *c = nt_world_case(w);
    machines->agents = calloc(c->agent_count + 1, sizeof *machines->agents);
    machines->servers = calloc(c->server_count + 1, sizeof *machines->servers);
    struct nt_text hosts = {0};
    write_hosts(&hosts, c);
    struct making m = {.live = live, .w = w, .files = files, .hosts = hosts.p, .why = why};
    bool memory = machines->agents != NULL && machines->servers != NULL && hosts.err == NT_OK, made = false;
    snprintf(why, NT_SANDBOX_WHY, "out of memory");
    if (memory)
        made = make_all(machines, &m);
    nt_text_free(&hosts);
    return made ? NT_PASS : memory ? NT_SKIP : NT_ERROR;
}

void nt_machines_free(struct nt_machines *machines, const struct nt_scn_case *c)
{
    for (size_t i = 0; machines->agents != NULL && i < c->agent_count; i++)
        nt_machine_del(machines->agents[i]);
    for (size_t i = 0; machines->servers != NULL && i < c->server_count; i++)
        nt_machine_del(machines->servers[i]);
    free(machines->agents);
    free(machines->servers);
}

struct nt_machine *nt_machines_at(const struct nt_machines *machines, struct nt_scn_node n)
{
    return n.kind == NT_SCN_NODE_SERVER ? machines->servers[n.index] : machines->agents[n.index];
}
