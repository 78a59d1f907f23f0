#include "scenarios/run/clock_virtual.h"
#include "scenarios/world/parties.h"
#include "scenarios/world/steps.h"

#define TAIL NT_SEC             /* a case ends so long after its last activity */
#define PATIENCE (120 * NT_SEC) /* longer when one side waits for a description and the other still gathers or checks */

static bool virtual_settled(void *user, const struct nt_world *w)
{
    (void)user;
    return nt_steps_done(nt_world_steps(w)) && (!nt_parties_go_on(w) || nt_parties_wait(w));
}

/* A second after the last activity, or later when datagrams or descriptions may still be on their way. */
static nt_time virtual_end(void *user, const struct nt_world *w)
{
    const struct nt_clock_virtual *clock = user;
    struct nt_data_count data = nt_parties_data(w);
    bool waits = nt_parties_wait(w), missing = waits || data.received < data.sent;
    nt_time tail = missing && clock->longest_way > TAIL ? clock->longest_way : TAIL;
    if (waits && nt_parties_go_on(w))
        tail = nt_time_after(tail, PATIENCE);
    return nt_time_after(nt_world_last_activity(w), tail);
}

static enum nt_fabric_end virtual_advance(void *user, struct nt_world *w, nt_time until)
{
    (void)user;
    return nt_fabric_run(nt_world_fabric(w), until);
}

static void virtual_cut(void *user, const struct nt_world *w, char *buf, size_t cap)
{
    (void)user;
    buf[0] = '\0';
    if (nt_parties_go_on(w))
        nt_parties_states(w, buf, cap);
}

struct nt_run_clock nt_clock_virtual(struct nt_clock_virtual *clock, const struct nt_scn_case *c)
{
    clock->longest_way = nt_scn_longest_way(c);
    return (struct nt_run_clock){
        .settled = virtual_settled, .end = virtual_end, .advance = virtual_advance, .cut = virtual_cut, .user = clock};
}
