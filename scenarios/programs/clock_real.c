#include "scenarios/programs/clock_real.h"
#include "scenarios/programs/agent.h"
#include "scenarios/programs/programs_state.h"
#include "scenarios/programs/run_step.h"
#include "scenarios/world/parties.h"
#include "scenarios/world/steps.h"

#include <stdio.h>
#include <string.h>

static enum nt_ice_state state_of(const struct nt_world *w, uint32_t agent)
{
    struct nt_party party = nt_world_party(w, agent);
    return party.ops->state(party.self);
}

/* A state that changes is progress. */
static void note_states(struct nt_programs *programs, const struct nt_world *w)
{
    const struct nt_scn_case *c = programs->scn;
    if (c->caller == NT_SCN_NONE)
        return;
    enum nt_ice_state caller = state_of(w, c->caller), callee = state_of(w, c->callee);
    if (caller != programs->caller || callee != programs->callee)
        programs->changed = nt_world_now(w);
    programs->caller = caller;
    programs->callee = callee;
}

/* What steps hold back is waited for, too. */
static nt_time patience(const struct nt_scn_case *c)
{
    nt_time by = 0;
    for (size_t i = 0; i < c->step_count; i++)
        by = c->steps[i].by > by ? c->steps[i].by : by;
    return nt_time_after(NT_CLOCK_REAL_PATIENCE, by);
}

static nt_time later(nt_time a, nt_time b)
{
    return a > b ? a : b;
}

static nt_time verdict_deadline(const struct nt_programs *programs, const struct nt_world *w)
{
    nt_time call = nt_world_call_at(w);
    if (call == NT_TIME_NEVER)
        return NT_TIME_NEVER;
    return nt_time_after(later(later(call, nt_world_last_activity(w)), programs->changed), patience(programs->scn));
}

static bool is_late(const struct nt_programs *programs, const struct nt_world *w)
{
    return nt_world_now(w) >= verdict_deadline(programs, w);
}

/* Real programs are given the whole time for a verdict: an event that a step waits for may still come. */
static bool real_settled(void *user, const struct nt_world *w)
{
    struct nt_programs *programs = user;
    const struct nt_steps *steps = nt_world_steps(w);
    note_states(programs, w);
    nt_programs_note_time(programs);
    if (nt_programs_broken(programs))
        return true;
    if (!nt_steps_idle(steps))
        return false;
    if (is_late(programs, w))
        return true;
    bool steps_over = nt_world_call_at(w) == NT_TIME_NEVER || nt_steps_done(steps);
    return steps_over && nt_step_programs_done(programs->steps, nt_world_now(w)) && !nt_parties_go_on(w);
}

static nt_time real_end(void *user, const struct nt_world *w)
{
    if (nt_programs_broken(user))
        return nt_world_now(w);
    nt_time deadline = verdict_deadline(user, w);
    return nt_time_min(deadline, nt_time_after(nt_world_last_activity(w), NT_CLOCK_REAL_SETTLE));
}

static enum nt_fabric_end real_advance(void *user, struct nt_world *w, nt_time until)
{
    struct nt_programs *programs = user;
    return nt_live_run(programs->live, nt_world_fabric(w), until, NT_SEC);
}

static void real_cut(void *user, const struct nt_world *w, char *buf, size_t cap)
{
    const struct nt_programs *programs = user;
    buf[0] = '\0';
    if (nt_programs_broken(programs) || !nt_parties_go_on(w))
        return;
    int n = is_late(programs, w) ? snprintf(buf, cap, "after %d s without progress ", (int)(patience(programs->scn) / NT_SEC)) : 0;
    nt_parties_states(w, buf + n, cap - (size_t)n);
}

struct nt_run_clock nt_clock_real(struct nt_programs *programs)
{
    return (struct nt_run_clock){
        .settled = real_settled, .end = real_end, .advance = real_advance, .cut = real_cut, .real_time = true, .user = programs};
}
