#define _GNU_SOURCE
#include "scenarios/programs/programs.h"
#include "scenarios/programs/agent.h"
#include "scenarios/programs/agent_signalling.h"
#include "scenarios/programs/coturn.h"
#include "scenarios/programs/packet_evidence.h"
#include "scenarios/programs/program_log.h"
#include "scenarios/programs/programs_state.h"
#include "scenarios/programs/run_step.h"
#include "scenarios/world/parties.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(NT_SCN_PROGRAMS_MAX == NT_MACHINE_PROGRAMS_MAX && NT_SCN_COMMAND_MAX == NT_SANDBOX_COMMAND_MAX - 1,
               "what the loader refuses cannot be run");

#define ROUND (20 * NT_MSEC) /* how often readiness is checked before the clock starts */

struct nt_programs *nt_programs_new(const struct nt_scn_case *c, const struct nt_program_logs *logs)
{
    struct nt_programs *programs = calloc(1, sizeof *programs);
    if (programs == NULL)
        return NULL;
    programs->scn = c;
    programs->logs = *logs;
    programs->processes = calloc(c->agent_count + 1, sizeof *programs->processes);
    programs->coturns = calloc(c->server_count + 1, sizeof *programs->coturns);
    if (programs->processes != NULL && programs->coturns != NULL)
        return programs;
    nt_programs_del(programs);
    return NULL;
}

/* Machines first: their programs speak to all the rest. */
void nt_programs_del(struct nt_programs *programs)
{
    if (programs == NULL)
        return;
    nt_machines_free(&programs->machines, programs->scn);
    for (size_t i = 0; programs->coturns != NULL && i < programs->scn->server_count; i++)
        nt_coturn_del(programs->coturns[i]);
    for (size_t i = 0; programs->processes != NULL && i < programs->scn->agent_count; i++)
        nt_process_del(programs->processes[i]);
    nt_step_programs_free(programs->steps);
    nt_live_del(programs->live);
    nt_evidence_del(programs->evidence);
    nt_program_files_del(programs->files);
    free(programs->processes);
    free(programs->coturns);
    free(programs);
}

/* --- hooks of the world --- */

static struct nt_party add_process(void *user, const struct nt_app_context *context)
{
    struct nt_programs *programs = user;
    struct nt_process *process = programs->processes[context->index] = nt_process_new(context);
    return process != NULL ? nt_process_party(process) : (struct nt_party){0};
}

static int start_step_program(void *user, const struct nt_scn_step *step, nt_time now)
{
    struct nt_programs *programs = user;
    return nt_step_program_start(&programs->steps, nt_machines_at(&programs->machines, step->where), programs->w, step,
                                 programs->files, &programs->logs, now);
}

struct nt_world_hooks nt_programs_hooks(struct nt_programs *programs)
{
    return (struct nt_world_hooks){.party = add_process, .run_step = start_step_program, .user = programs};
}

/* --- before the clock starts --- */

/* A scenario that has such a step was written for our own agent, and a process took its place. */
static bool can_do_steps(const struct nt_programs *programs, char *why, size_t cap)
{
    for (size_t i = 0; i < programs->scn->step_count; i++) {
        const struct nt_scn_step *s = &programs->scn->steps[i];
        bool told = (s->kind == NT_STEP_SEND || s->kind == NT_STEP_REOFFER || s->kind == NT_STEP_RENOMINATE) &&
                    programs->processes[s->from] != NULL;
        bool waits = s->event != NULL && !nt_scn_is_reported(programs->scn, s->after, s->event);
        if (told)
            snprintf(why, cap, "line %d: a process cannot be told to '%s'", s->place.line, s->text);
        else if (waits)
            snprintf(why, cap, "line %d: a process does not report '%s'", s->place.line, s->event);
        if (told || waits)
            return false;
    }
    return true;
}

static bool open_log(const struct nt_programs *programs, const char *name, struct nt_program_log *log, char *why, size_t cap)
{
    if (nt_program_log_open(log, &programs->logs, name))
        return true;
    snprintf(why, cap, "the log %s.%s.log cannot be written: %s", programs->logs.prefix, name, strerror(errno));
    return false;
}

static bool start_coturn(struct nt_programs *programs, uint32_t i, char *why, size_t cap)
{
    const struct nt_scn_server *scn = &programs->scn->servers[i];
    struct nt_program_log log;
    if (!open_log(programs, scn->name, &log, why, cap))
        return false;
    programs->coturns[i] = nt_coturn_new(programs->machines.servers[i], scn, nt_scn_uses_ipv6(programs->scn), &log, why, cap);
    return programs->coturns[i] != NULL;
}

static bool start_process(struct nt_programs *programs, uint32_t i, char *why, size_t cap)
{
    struct nt_program_log log;
    if (!open_log(programs, programs->scn->agents[i].name, &log, why, cap))
        return false;
    nt_program_files_tell(programs->files, programs->scn->agents[i].exec, &log);
    return nt_process_start(programs->processes[i], programs->machines.agents[i], programs->evidence, &log) == NT_OK;
}

static enum nt_outcome start_all(struct nt_programs *programs, char *why, size_t cap)
{
    const struct nt_scn_case *c = programs->scn;
    snprintf(why, cap, "a process cannot be started");
    for (uint32_t i = 0; i < c->server_count; i++)
        if ((c->servers[i].kinds & NT_SCN_COTURN) != 0 && !start_coturn(programs, i, why, cap))
            return NT_ERROR;
    for (uint32_t i = 0; i < c->agent_count; i++)
        if (programs->processes[i] != NULL && !start_process(programs, i, why, cap))
            return NT_ERROR;
    return NT_PASS;
}

/* The first agent without a hello; NT_SCN_NONE: there is none. */
static uint32_t first_unheard(const struct nt_programs *programs)
{
    for (uint32_t i = 0; i < programs->scn->agent_count; i++)
        if (programs->processes[i] != NULL && nt_process_hello(programs->processes[i]) == NULL)
            return i;
    return NT_SCN_NONE;
}

/* The first server that is not ready yet; NT_SCN_NONE: all are. */
static uint32_t first_unready(const struct nt_programs *programs)
{
    for (uint32_t i = 0; i < programs->scn->server_count; i++)
        if (programs->coturns[i] != NULL && !nt_coturn_ready(programs->coturns[i]))
            return i;
    return NT_SCN_NONE;
}

/* Most often it was printed and not flushed. */
static void tell_unheard(const struct nt_programs *programs, uint32_t agent, char *why, size_t cap)
{
    const char *line = nt_process_last_line(programs->processes[agent]);
    snprintf(
        why, cap,
        "%s broke the contract of adapters: it has not said 'hello' within %d s of its start: {\"t\":\"hello\",\"kind\":\"ice\"} "
        "is expected as its first line, flushed; it printed %s%s%s",
        programs->scn->agents[agent].name, (int)(NT_PROGRAMS_HELLO / NT_SEC), *line != '\0' ? "no message, at last '" : "nothing",
        line, *line != '\0' ? "'" : "");
}

static enum nt_outcome wait_until_ready(struct nt_programs *programs, char *why, size_t cap)
{
    nt_time deadline = nt_live_clock() + NT_PROGRAMS_HELLO;
    uint32_t agent, server = NT_SCN_NONE;
    while ((agent = first_unheard(programs)) != NT_SCN_NONE || (server = first_unready(programs)) != NT_SCN_NONE) {
        if (nt_live_clock() >= deadline)
            break;
        nt_live_run(programs->live, nt_world_fabric(programs->w), 0, ROUND);
        nt_programs_note_time(programs);
        enum nt_outcome fault = nt_programs_fault(programs, why, cap);
        if (fault != NT_PASS)
            return fault;
    }
    if (agent != NT_SCN_NONE)
        tell_unheard(programs, agent, why, cap);
    else if (server != NT_SCN_NONE)
        snprintf(why, cap, "%s: coturn did not get ready within %d s", programs->scn->servers[server].name,
                 (int)(NT_PROGRAMS_HELLO / NT_SEC));
    else
        return NT_PASS;
    return NT_FAIL;
}

const struct nt_adapter_hello *nt_programs_hello(const struct nt_programs *programs, uint32_t agent)
{
    return programs->processes[agent] != NULL ? nt_process_hello(programs->processes[agent]) : NULL;
}

/* Tells an agent of the call about the other one. */
static void introduce_peer(struct nt_programs *programs, uint32_t agent, uint32_t peer)
{
    const struct nt_adapter_hello *hello = nt_programs_hello(programs, peer);
    struct nt_party party = nt_world_party(programs->w, agent);
    struct nt_peer_kind kind = {.process = hello != NULL,
                                .webrtc = hello != NULL && hello->webrtc,
                                .trickles =
                                    hello != NULL ? hello->trickle : programs->scn->agents[peer].trickle != NT_ICE_TRICKLE_OFF};
    party.ops->meets(party.self, &kind);
}

/* Both sides take part in a restart: one offers, the other answers. */
static bool can_restart(const struct nt_programs *programs, uint32_t agent, char *why, size_t cap)
{
    const struct nt_adapter_hello *hello = nt_programs_hello(programs, agent);
    const struct nt_scn_case *c = programs->scn;
    for (size_t i = 0; hello != NULL && !hello->restart && i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_RESTART) {
            snprintf(why, cap, "line %d: %s %s of %s does not restart ICE: \"caps\" of its 'hello' has no \"restart\"",
                     c->steps[i].place.line, hello->stack, hello->version, c->agents[agent].name);
            return false;
        }
    return true;
}

/* Only processes of equal kinds are paired; our agent meets both. */
static enum nt_outcome introduce(struct nt_programs *programs, char *why, size_t cap)
{
    const struct nt_scn_case *c = programs->scn;
    if (c->caller == NT_SCN_NONE)
        return NT_PASS;
    const struct nt_adapter_hello *caller = nt_programs_hello(programs, c->caller),
                                  *callee = nt_programs_hello(programs, c->callee);
    if (caller != NULL && callee != NULL && caller->webrtc != callee->webrtc) {
        snprintf(why, cap, "%s is a WebRTC stack, %s a bare ICE agent: they cannot be paired",
                 (caller->webrtc ? caller : callee)->stack, (caller->webrtc ? callee : caller)->stack);
        return NT_SKIP;
    }
    if (!can_restart(programs, c->caller, why, cap) || !can_restart(programs, c->callee, why, cap))
        return NT_SKIP;
    introduce_peer(programs, c->caller, c->callee);
    introduce_peer(programs, c->callee, c->caller);
    return NT_PASS;
}

static enum nt_outcome make_machines(struct nt_programs *programs, char *why, size_t cap)
{
    char reason[NT_SANDBOX_WHY] = "out of memory";
    programs->live = nt_live_new();
    enum nt_outcome r = programs->live != NULL
                            ? nt_machines_make(&programs->machines, programs->live, programs->w, programs->files, reason)
                            : NT_ERROR;
    if (r != NT_PASS)
        snprintf(why, cap, "%s", reason);
    return r;
}

/* Are all programs of commands there for them? */
static enum nt_outcome find_files(struct nt_programs *programs, char *why, size_t cap)
{
    const struct nt_scn_case *c = programs->scn;
    size_t len;
    if ((programs->files = nt_program_files_new(c)) == NULL) {
        snprintf(why, cap, "out of memory");
        return NT_ERROR;
    }
    for (size_t i = 0; i < c->agent_count; i++) {
        len = c->agents[i].exec != NULL ? (size_t)snprintf(why, cap, "%s: ", c->agents[i].name) : cap;
        if (len < cap && nt_program_files_hide(programs->files, c->agents[i].exec, why + len, cap - len))
            return NT_ERROR;
    }
    for (size_t i = 0; i < c->step_count; i++) {
        len = c->steps[i].kind == NT_STEP_RUN ? (size_t)snprintf(why, cap, "line %d: ", c->steps[i].place.line) : cap;
        if (len < cap && nt_program_files_hide(programs->files, c->steps[i].command, why + len, cap - len))
            return NT_ERROR;
    }
    return NT_PASS;
}

enum nt_outcome nt_programs_begin(struct nt_programs *programs, struct nt_world *w, char *why, size_t cap)
{
    programs->w = w;
    if ((programs->evidence = nt_evidence_new(w)) == NULL) {
        snprintf(why, cap, "out of memory");
        return NT_ERROR;
    }
    if (!can_do_steps(programs, why, cap))
        return NT_SKIP;
    signal(SIGPIPE, SIG_IGN); /* writing to a process that has ended fails */
    enum nt_outcome r = find_files(programs, why, cap);
    if (r == NT_PASS)
        r = make_machines(programs, why, cap);
    if (r == NT_PASS)
        r = start_all(programs, why, cap);
    if (r == NT_PASS)
        r = wait_until_ready(programs, why, cap);
    if (r == NT_PASS)
        r = introduce(programs, why, cap);
    if (r == NT_PASS)
        nt_live_start(programs->live);
    return r;
}

/* --- faults, evidence, end --- */

void nt_programs_note_time(struct nt_programs *programs)
{
    nt_evidence_note(programs->evidence);
    for (uint32_t i = 0; i < programs->scn->agent_count; i++)
        if (programs->processes[i] != NULL)
            nt_process_note_time(programs->processes[i]);
}

bool nt_programs_broken(const struct nt_programs *programs)
{
    for (uint32_t i = 0; i < programs->scn->server_count; i++)
        if (programs->coturns[i] != NULL && nt_coturn_ended(programs->coturns[i]))
            return true;
    for (uint32_t i = 0; i < programs->scn->agent_count; i++)
        if (programs->processes[i] != NULL && nt_process_broken(programs->processes[i]))
            return true;
    return nt_step_programs_absent(programs->steps) != NULL;
}

/* A server that ends before the call, with whatever status, is missing in it. */
enum nt_outcome nt_programs_fault(const struct nt_programs *programs, char *why, size_t cap)
{
    enum nt_outcome r = NT_PASS;
    for (uint32_t i = 0; i < programs->scn->server_count && r == NT_PASS; i++)
        if (programs->coturns[i] != NULL)
            r = nt_coturn_fault(programs->coturns[i], why, cap);
    for (uint32_t i = 0; i < programs->scn->agent_count && r == NT_PASS; i++)
        if (programs->processes[i] != NULL)
            r = nt_process_fault(programs->processes[i], why, cap);
    return r == NT_PASS ? nt_step_programs_fault(programs->steps, why, cap) : r;
}

void nt_programs_judge(struct nt_verdict *v, const struct nt_programs *programs)
{
    uint32_t agent;
    const char *limit = programs->live != NULL ? nt_evidence_limit(programs->evidence, &agent) : NULL;
    if (limit != NULL)
        nt_verdict_error(v, "%s: %s", programs->scn->agents[agent].name, limit);
    nt_step_programs_judge(v, programs->steps);
}

unsigned nt_programs_path(const struct nt_programs *programs)
{
    return programs->live != NULL ? nt_evidence_path(programs->evidence) : 0;
}

static bool all_ended(const struct nt_programs *programs)
{
    for (uint32_t i = 0; i < programs->scn->agent_count; i++)
        if (programs->processes[i] != NULL && !nt_process_ended(programs->processes[i]))
            return false;
    return true;
}

void nt_programs_end(struct nt_programs *programs)
{
    if (all_ended(programs))
        return;
    for (uint32_t i = 0; i < programs->scn->agent_count; i++)
        if (programs->processes[i] != NULL)
            nt_process_stop(programs->processes[i]);
    nt_time until = nt_time_after(nt_world_now(programs->w), NT_PROGRAMS_STOP);
    while (!all_ended(programs) && nt_world_now(programs->w) < until)
        if (nt_live_run(programs->live, nt_world_fabric(programs->w), until, NT_PROGRAMS_STOP) != NT_FABRIC_UNTIL)
            return;
}
