#include "scenarios/programs/clock_real.h"
#include "scenarios/programs/programs_state.h"
#include "scenarios/programs/run_step.h"
#include "scenarios/world/parties.h"
#include "scenarios/world/steps.h"

static nt_time verdict_deadline(const struct nt_world *w)
{
    nt_time call = nt_world_call_at(w);
    return call != NT_TIME_NEVER ? nt_time_after(call, NT_CLOCK_REAL_VERDICT) : NT_TIME_NEVER;
}

static bool is_late(const struct nt_world *w)
{
    return nt_world_now(w) >= verdict_deadline(w);
}

/* Real programs are given the whole time for a verdict: an event that a step waits for may still come. */
static bool real_settled(void *user, const struct nt_world *w)
{
    const struct nt_programs *programs = user;
    const struct nt_steps *steps = nt_world_steps(w);
    if (nt_programs_broken(programs))
        return true;
    if (!nt_steps_idle(steps))
        return false;
    if (is_late(w))
        return true;
    bool steps_over = nt_world_call_at(w) == NT_TIME_NEVER || nt_steps_done(steps);
    return steps_over && nt_step_programs_done(programs->steps, nt_world_now(w)) && !nt_parties_go_on(w);
}

static nt_time real_end(void *user, const struct nt_world *w)
{
    if (nt_programs_broken(user))
        return nt_world_now(w);
    return is_late(w) ? verdict_deadline(w) : nt_time_after(nt_world_last_activity(w), NT_CLOCK_REAL_SETTLE);
}

static enum nt_fabric_end real_advance(void *user, struct nt_world *w, nt_time until)
{
    struct nt_programs *programs = user;
    return nt_live_run(programs->live, nt_world_fabric(w), until, NT_SEC);
}

struct nt_run_clock nt_clock_real(struct nt_programs *programs)
{
    return (struct nt_run_clock){
        .settled = real_settled, .end = real_end, .advance = real_advance, .real_time = true, .user = programs};
}
