#define _GNU_SOURCE
#include "scenarios/programs/programs.h"
#include "scenarios/programs/agent.h"
#include "scenarios/programs/coturn.h"
#include "scenarios/programs/packet_evidence.h"
#include "scenarios/programs/program_log.h"
#include "scenarios/programs/programs_state.h"
#include "scenarios/programs/run_step.h"
#include "scenarios/world/parties.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUND (20 * NT_MSEC) /* how often readiness is checked before the clock starts */

struct nt_programs *nt_programs_new(const struct nt_scn_case *c, const char *logs)
{
    struct nt_programs *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->scn = c;
    p->logs = logs;
    p->processes = calloc(c->agent_count + 1, sizeof *p->processes);
    p->coturns = calloc(c->server_count + 1, sizeof *p->coturns);
    if (p->processes != NULL && p->coturns != NULL)
        return p;
    nt_programs_del(p);
    return NULL;
}

/* Machines first: their programs speak to all the rest. */
void nt_programs_del(struct nt_programs *p)
{
    if (p == NULL)
        return;
    nt_machines_free(&p->machines, p->scn);
    for (size_t i = 0; p->coturns != NULL && i < p->scn->server_count; i++)
        nt_coturn_del(p->coturns[i]);
    for (size_t i = 0; p->processes != NULL && i < p->scn->agent_count; i++)
        nt_process_del(p->processes[i]);
    nt_step_programs_free(p->steps);
    nt_live_del(p->live);
    free(p->processes);
    free(p->coturns);
    free(p);
}

/* --- hooks of the world --- */

static struct nt_party add_process(void *user, const struct nt_app_context *context)
{
    struct nt_programs *p = user;
    struct nt_process *process = p->processes[context->index] = nt_process_new(context);
    return process != NULL ? nt_process_party(process) : (struct nt_party){0};
}

static int start_step_program(void *user, const struct nt_scn_step *step, nt_time now)
{
    struct nt_programs *p = user;
    return nt_step_program_start(&p->steps, nt_machines_at(&p->machines, step->where), p->w, step, p->logs, now);
}

struct nt_world_hooks nt_programs_hooks(struct nt_programs *p)
{
    return (struct nt_world_hooks){.party = add_process, .run_step = start_step_program, .user = p};
}

/* --- before the clock starts --- */

/* A scenario that has such a step was written for our own agent, and a process took its place. */
static bool can_do_steps(const struct nt_programs *p, char *why, size_t cap)
{
    for (size_t i = 0; i < p->scn->step_count; i++) {
        const struct nt_scn_step *s = &p->scn->steps[i];
        if ((s->kind != NT_STEP_SEND && s->kind != NT_STEP_REOFFER) || p->processes[s->from] == NULL)
            continue;
        snprintf(why, cap, "line %d: a process cannot be told to '%s'", s->place.line, s->text);
        return false;
    }
    return true;
}

static bool start_coturn(struct nt_programs *p, uint32_t i)
{
    const struct nt_scn_server *scn = &p->scn->servers[i];
    p->coturns[i] = nt_coturn_new(p->machines.servers[i], scn, nt_program_log(p->logs, scn->name));
    return p->coturns[i] != NULL;
}

static enum nt_outcome start_all(struct nt_programs *p, char *why, size_t cap)
{
    const struct nt_scn_case *c = p->scn;
    snprintf(why, cap, "a process cannot be started");
    for (uint32_t i = 0; i < c->server_count; i++)
        if ((c->servers[i].kinds & NT_SCN_COTURN) != 0 && !start_coturn(p, i))
            return NT_ERROR;
    for (uint32_t i = 0; i < c->agent_count; i++)
        if (p->processes[i] != NULL &&
            nt_process_start(p->processes[i], p->machines.agents[i], p->w, nt_program_log(p->logs, c->agents[i].name)) != NT_OK)
            return NT_ERROR;
    return NT_PASS;
}

/* The name of the first agent, or else server, that is not ready yet; NULL: all are. */
static const char *first_unready(const struct nt_programs *p)
{
    for (uint32_t i = 0; i < p->scn->agent_count; i++)
        if (p->processes[i] != NULL && nt_process_hello(p->processes[i]) == NULL)
            return p->scn->agents[i].name;
    for (uint32_t i = 0; i < p->scn->server_count; i++)
        if (p->coturns[i] != NULL && !nt_coturn_ready(p->coturns[i]))
            return p->scn->servers[i].name;
    return NULL;
}

static enum nt_outcome wait_until_ready(struct nt_programs *p, char *why, size_t cap)
{
    nt_time deadline = nt_live_clock() + NT_PROGRAMS_HELLO;
    const char *unready;
    while ((unready = first_unready(p)) != NULL && nt_live_clock() < deadline) {
        nt_live_run(p->live, nt_world_fabric(p->w), 0, ROUND);
        enum nt_outcome fault = nt_programs_fault(p, why, cap);
        if (fault != NT_PASS)
            return fault;
    }
    if (unready == NULL)
        return NT_PASS;
    snprintf(why, cap, "%s: its process did not get ready within %d s", unready, (int)(NT_PROGRAMS_HELLO / NT_SEC));
    return NT_FAIL;
}

const struct nt_adapter_hello *nt_programs_hello(const struct nt_programs *p, uint32_t agent)
{
    return p->processes[agent] != NULL ? nt_process_hello(p->processes[agent]) : NULL;
}

/* Tells an agent of the call about the other one. */
static void introduce_peer(struct nt_programs *p, uint32_t agent, uint32_t peer)
{
    const struct nt_adapter_hello *hello = nt_programs_hello(p, peer);
    struct nt_party party = nt_world_party(p->w, agent);
    struct nt_peer_kind kind = {.process = hello != NULL, .webrtc = hello != NULL && hello->webrtc,
        .trickles = hello != NULL ? hello->trickle : p->scn->agents[peer].trickle != NT_ICE_TRICKLE_OFF};
    party.ops->meets(party.self, &kind);
}

/* Only processes of equal kinds are paired; our agent meets both. */
static enum nt_outcome introduce(struct nt_programs *p, char *why, size_t cap)
{
    const struct nt_scn_case *c = p->scn;
    if (c->caller == NT_SCN_NONE)
        return NT_PASS;
    const struct nt_adapter_hello *caller = nt_programs_hello(p, c->caller), *callee = nt_programs_hello(p, c->callee);
    if (caller != NULL && callee != NULL && caller->webrtc != callee->webrtc) {
        snprintf(why, cap, "%s is a WebRTC stack, %s a bare ICE agent: they cannot be paired", (caller->webrtc ? caller : callee)->stack,
                 (caller->webrtc ? callee : caller)->stack);
        return NT_SKIP;
    }
    introduce_peer(p, c->caller, c->callee);
    introduce_peer(p, c->callee, c->caller);
    return NT_PASS;
}

static enum nt_outcome make_machines(struct nt_programs *p, char *why, size_t cap)
{
    char reason[NT_SANDBOX_WHY] = "out of memory";
    p->live = nt_live_new();
    enum nt_outcome r = p->live != NULL ? nt_machines_make(&p->machines, p->live, p->w, reason) : NT_ERROR;
    if (r != NT_PASS)
        snprintf(why, cap, "%s", reason);
    return r;
}

enum nt_outcome nt_programs_begin(struct nt_programs *p, struct nt_world *w, char *why, size_t cap)
{
    p->w = w;
    if (!can_do_steps(p, why, cap))
        return NT_SKIP;
    signal(SIGPIPE, SIG_IGN); /* writing to a process that has ended fails */
    enum nt_outcome r = make_machines(p, why, cap);
    if (r == NT_PASS)
        r = start_all(p, why, cap);
    if (r == NT_PASS)
        r = wait_until_ready(p, why, cap);
    if (r == NT_PASS)
        r = introduce(p, why, cap);
    if (r == NT_PASS)
        nt_live_start(p->live);
    return r;
}

/* --- faults, evidence, end --- */

bool nt_programs_broken(const struct nt_programs *p)
{
    for (uint32_t i = 0; i < p->scn->server_count; i++)
        if (p->coturns[i] != NULL && nt_coturn_ended(p->coturns[i]))
            return true;
    for (uint32_t i = 0; i < p->scn->agent_count; i++)
        if (p->processes[i] != NULL && nt_process_broken(p->processes[i]))
            return true;
    return nt_step_programs_absent(p->steps) != NULL;
}

/* A server that ends before the call, with whatever status, is missing in it. */
enum nt_outcome nt_programs_fault(const struct nt_programs *p, char *why, size_t cap)
{
    enum nt_outcome r = NT_PASS;
    for (uint32_t i = 0; i < p->scn->server_count && r == NT_PASS; i++)
        if (p->coturns[i] != NULL)
            r = nt_coturn_fault(p->coturns[i], why, cap);
    for (uint32_t i = 0; i < p->scn->agent_count && r == NT_PASS; i++)
        if (p->processes[i] != NULL)
            r = nt_process_fault(p->processes[i], why, cap);
    return r == NT_PASS ? nt_step_programs_fault(p->steps, why, cap) : r;
}

void nt_programs_judge(struct nt_verdict *v, const struct nt_programs *p)
{
    nt_step_programs_judge(v, p->steps);
}

unsigned nt_programs_path(const struct nt_programs *p)
{
    return p->live != NULL ? nt_evidence_path(p->w) : 0;
}

static bool all_ended(const struct nt_programs *p)
{
    for (uint32_t i = 0; i < p->scn->agent_count; i++)
        if (p->processes[i] != NULL && !nt_process_ended(p->processes[i]))
            return false;
    return true;
}

void nt_programs_end(struct nt_programs *p)
{
    if (all_ended(p))
        return;
    for (uint32_t i = 0; i < p->scn->agent_count; i++)
        if (p->processes[i] != NULL)
            nt_process_stop(p->processes[i]);
    nt_time until = nt_time_after(nt_world_now(p->w), NT_PROGRAMS_STOP);
    while (!all_ended(p) && nt_world_now(p->w) < until)
        if (nt_live_run(p->live, nt_world_fabric(p->w), until, NT_PROGRAMS_STOP) != NT_FABRIC_UNTIL)
            return;
}
