#define _GNU_SOURCE
#include "scenarios/programs/machines.h"
#include "natsim/live/live.h"
#include "natsim/live/machine.h"
#include "scenarios/programs/agent.h"
#include "scenarios/programs/coturn.h"
#include "scenarios/programs/run_step.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOSTS_MAX 65536
#define PATH_BYTES 4096
#define ROUND (20 * NT_MSEC) /* how often readiness is looked at before the clock starts */

/* --- machines --- */

static size_t add_hosts(char *buf, size_t len, const char *name, const struct nt_scn_attachment *on)
{
    char addr[NT_ADDR_TEXT];
    if (on->address_count == 0 || len + 400 > HOSTS_MAX)
        return len;
    return len + (size_t)snprintf(buf + len, HOSTS_MAX - len, "%s %s\n", nt_addr_format_ip(&on->addresses[0], addr), name);
}

/* The text of /etc/hosts: every node by its name. The caller frees it. */
static char *hosts_text(const struct nt_scn_case *c)
{
    char *buf = malloc(HOSTS_MAX);
    if (buf == NULL)
        return NULL;
    size_t len = (size_t)snprintf(buf, HOSTS_MAX, "127.0.0.1 localhost\n");
    for (size_t i = 0; i < c->server_count; i++)
        len = add_hosts(buf, len, c->servers[i].name, &c->servers[i].on);
    for (size_t i = 0; i < c->agent_count; i++)
        len = add_hosts(buf, len, c->agents[i].name, &c->agents[i].on[0]);
    return buf;
}

static struct nt_machine *make_machine(struct nt_world *w, struct nt_host *h, const struct nt_scn_attachment *on, size_t count, bool ipv6,
                                       const char *hosts, char why[NT_SANDBOX_WHY])
{
    struct nt_sandbox_interface interfaces[NT_SANDBOX_INTERFACES_MAX];
    struct nt_sandbox_config config = {.interfaces = interfaces, .ipv6 = ipv6, .hosts = hosts};
    for (size_t i = 0; i < count && i < NT_SANDBOX_INTERFACES_MAX; i++) {
        const struct nt_scn_network *n = &w->scn->networks[on[i].network];
        size_t addresses = 0; /* IPv4 ones are first */
        while (addresses < on[i].address_count && (ipv6 || on[i].addresses[addresses].family == NT_AF_IPV4))
            addresses++;
        interfaces[config.interface_count++] = (struct nt_sandbox_interface){.addresses = on[i].addresses, .address_count = addresses,
            .bits4 = n->ipv4.bits, .bits6 = n->ipv6.bits, .mtu = n->mtu};
    }
    return nt_machine_new(w->live, h, &config, why);
}

static enum nt_outcome make_machines(struct nt_world *w, char why[NT_SANDBOX_WHY])
{
    const struct nt_scn_case *c = w->scn;
    char *hosts = hosts_text(c);
    enum nt_outcome r = hosts != NULL ? NT_PASS : NT_ERROR;
    bool ipv6 = false;
    for (uint32_t i = 0; i < c->agent_count && r == NT_PASS; i++) {
        ipv6 |= c->agents[i].ipv6;
        if (nt_scn_live_agent(c, i) && (w->agent_machines[i] = make_machine(w, w->agent_hosts[i], c->agents[i].on, c->agents[i].on_count,
                                                                       c->agents[i].ipv6, hosts, why)) == NULL)
            r = NT_SKIP;
    }
    for (uint32_t i = 0; i < c->server_count && r == NT_PASS; i++)
        if (nt_scn_live_server(c, i) && (w->server_machines[i] = make_machine(w, w->server_hosts[i], &c->servers[i].on, 1, ipv6, hosts, why)) == NULL)
            r = NT_SKIP;
    free(hosts);
    return r;
}

/* --- start --- */

FILE *nt_live_log(const struct nt_world *w, const char *name)
{
    char path[PATH_BYTES];
    if (w->logs == NULL || snprintf(path, sizeof path, "%s.%s.log", w->logs, name) >= (int)sizeof path)
        return NULL;
    FILE *f = fopen(path, "we");
    if (f != NULL)
        setvbuf(f, NULL, _IOLBF, 0);
    return f;
}

static enum nt_outcome start_all(struct nt_world *w, char *why, size_t cap)
{
    const struct nt_scn_case *c = w->scn;
    snprintf(why, cap, "a process cannot be started");
    for (uint32_t i = 0; i < c->server_count; i++)
        if ((c->servers[i].kinds & NT_SCN_COTURN) != 0 &&
            (w->coturns[i] = nt_coturn_new(w->server_machines[i], &c->servers[i], nt_live_log(w, c->servers[i].name))) == NULL)
            return NT_ERROR;
    for (uint32_t i = 0; i < c->agent_count; i++)
        if (w->processes[i] != NULL && nt_app_process_start(w->processes[i], nt_live_log(w, c->agents[i].name)) != NT_OK)
            return NT_ERROR;
    return NT_PASS;
}

static bool all_ready(const struct nt_world *w)
{
    for (uint32_t i = 0; i < w->scn->server_count; i++)
        if (w->coturns[i] != NULL && !nt_coturn_ready(w->coturns[i]))
            return false;
    for (uint32_t i = 0; i < w->scn->agent_count; i++)
        if (w->processes[i] != NULL && nt_app_process_hello(w->processes[i]) == NULL)
            return false;
    return true;
}

static const char *late_one(const struct nt_world *w)
{
    for (uint32_t i = 0; i < w->scn->agent_count; i++)
        if (w->processes[i] != NULL && nt_app_process_hello(w->processes[i]) == NULL)
            return w->scn->agents[i].name;
    for (uint32_t i = 0; i < w->scn->server_count; i++)
        if (w->coturns[i] != NULL && !nt_coturn_ready(w->coturns[i]))
            return w->scn->servers[i].name;
    return "";
}

/* What ends before the call, with whatever status, is not there for it. */
enum nt_outcome nt_live_fault(const struct nt_world *w, char *why, size_t cap)
{
    enum nt_outcome r = NT_PASS;
    for (uint32_t i = 0; i < w->scn->server_count && r == NT_PASS; i++)
        if (w->coturns[i] != NULL)
            r = nt_coturn_fault(w->coturns[i], why, cap);
    for (uint32_t i = 0; i < w->scn->agent_count && r == NT_PASS; i++)
        if (w->processes[i] != NULL)
            r = nt_app_process_fault(w->processes[i], why, cap);
    return r == NT_PASS ? nt_programs_fault(w->programs, why, cap) : r;
}

static enum nt_outcome wait_ready(struct nt_world *w, char *why, size_t cap)
{
    nt_time deadline = nt_live_clock() + NT_LIVE_HELLO;
    enum nt_outcome r = NT_PASS;
    while (r == NT_PASS && !all_ready(w) && nt_live_clock() < deadline) {
        nt_live_run(w->live, w->fabric, 0, ROUND);
        r = nt_live_fault(w, why, cap);
    }
    if (r == NT_PASS && !all_ready(w)) {
        snprintf(why, cap, "%s: its process did not get ready within %d s", late_one(w), (int)(NT_LIVE_HELLO / NT_SEC));
        return NT_FAIL;
    }
    return r;
}

/* Only equal kinds are paired; ours meets both. */
static enum nt_outcome introduce(struct nt_world *w, char *why, size_t cap)
{
    const struct nt_scn_case *c = w->scn;
    if (c->caller == NT_SCN_NONE)
        return NT_PASS;
    struct nt_app_process *p[2] = {w->processes[c->caller], w->processes[c->callee]};
    const struct nt_adapter_hello *h[2] = {0};
    for (int i = 0; i < 2; i++)
        h[i] = p[i] != NULL ? nt_app_process_hello(p[i]) : NULL;
    if (h[0] != NULL && h[1] != NULL && h[0]->webrtc != h[1]->webrtc) {
        snprintf(why, cap, "%s is a WebRTC stack, %s a bare ICE agent: they cannot be paired", h[h[0]->webrtc ? 0 : 1]->stack,
                 h[h[0]->webrtc ? 1 : 0]->stack);
        return NT_SKIP;
    }
    for (int i = 0; i < 2; i++) {
        struct nt_party party = w->parties[i == 0 ? c->caller : c->callee];
        const struct nt_adapter_hello *other = h[1 - i];
        bool trickles = other != NULL ? other->trickle : c->agents[i == 0 ? c->callee : c->caller].trickle != NT_ICE_TRICKLE_OFF;
        party.ops->meets(party.self, &(struct nt_peer_kind){.process = other != NULL, .webrtc = other != NULL && other->webrtc, .trickles = trickles});
    }
    return NT_PASS;
}

/* A scenario that has such a step was written for our own agent; a process came in its place. */
static bool can_be_told(const struct nt_world *w, char *why, size_t cap)
{
    for (size_t i = 0; i < w->scn->step_count; i++) {
        const struct nt_scn_step *s = &w->scn->steps[i];
        bool speaks = s->kind == NT_STEP_SEND || s->kind == NT_STEP_REOFFER;
        if (!speaks || w->processes[s->from] == NULL)
            continue;
        snprintf(why, cap, "line %d: a process cannot be told to '%s'", s->place.line, s->text);
        return false;
    }
    return true;
}

enum nt_outcome nt_live_begin(struct nt_world *w, const char *logs, char *why, size_t cap)
{
    char reason[NT_SANDBOX_WHY] = "out of memory";
    if (!can_be_told(w, why, cap))
        return NT_SKIP;
    signal(SIGPIPE, SIG_IGN); /* a process that has ended is a write that fails */
    w->live = nt_live_new();
    w->logs = logs;
    enum nt_outcome r = w->live != NULL ? make_machines(w, reason) : NT_ERROR;
    if (r != NT_PASS)
        snprintf(why, cap, "%s", reason);
    if (r == NT_PASS)
        r = start_all(w, why, cap);
    if (r == NT_PASS)
        r = wait_ready(w, why, cap);
    if (r == NT_PASS)
        r = introduce(w, why, cap);
    if (r == NT_PASS)
        nt_live_start(w->live);
    return r;
}

/* --- run and end --- */

bool nt_live_late(const struct nt_world *w)
{
    return w->call_at != NT_TIME_NEVER && nt_fabric_now(w->fabric) >= nt_time_after(w->call_at, NT_LIVE_VERDICT);
}

static bool all_ended(const struct nt_world *w)
{
    for (uint32_t i = 0; i < w->scn->agent_count; i++)
        if (w->processes[i] != NULL && !nt_app_process_ended(w->processes[i]))
            return false;
    return true;
}

void nt_live_end(struct nt_world *w)
{
    for (uint32_t i = 0; i < w->scn->agent_count; i++)
        if (w->processes[i] != NULL)
            nt_app_process_stop(w->processes[i]);
    nt_time until = nt_time_after(nt_fabric_now(w->fabric), NT_LIVE_STOP);
    while (!all_ended(w) && nt_fabric_now(w->fabric) < until)
        if (nt_live_run(w->live, w->fabric, until, NT_LIVE_STOP) != NT_FABRIC_UNTIL)
            return;
}
