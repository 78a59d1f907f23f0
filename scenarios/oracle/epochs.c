/* An epoch is the time between two changes of the world. A session that is sure to begin in one selects a pair of its world,
 * whatever was before; where none is sure to, the pair from before may go on, too, if its way can still be open. */
#include "scenarios/oracle/epochs.h"
#include "scenarios/oracle/paths.h"
#include "scenarios/oracle/world.h"

/* A session has a pair so long after it began, where all servers answer and there is a path. A server that does not answer holds
 * gathering up for 39.5 s, as long as RFC 8863 has checks last. */
#define SESSION (5 * NT_SEC)
#define SLOW_SESSION (100 * NT_SEC)
/* RFC 7675, 5.1: consent ends 30 s after the last answer, and is asked for every 4 to 6 s. An outage that is shorter ends no pair;
 */
#define OUTAGE_MAX (20 * NT_SEC)
/* one that lasts is noticed by then. */
#define NOTICED (50 * NT_SEC)
/* Without an interface an agent has sessions of the peer's that fail, after which the peer gives up. */
#define DEAD_MAX (60 * NT_SEC)
#define ANY_PATH (NT_PATH_DIRECT | NT_PATH_RELAYED | NT_PATH_NONE)

struct epochs {
    const struct nt_scn_case *scn;
    struct nt_oracle_changes changes;
    struct nt_oracle_world world;
    enum nt_scn_recover recover;
    unsigned found;  /* paths of the pairs that may be selected now */
    nt_time called;  /* when the first session has ended */
    nt_time settled; /* from when on no session is under way */
    bool may_fail;   /* a session may have failed */
    nt_time outage;  /* when what agents do not see began to change; NT_TIME_NEVER: they have had the time to notice it */
    bool lasting;    /* it may have ended pairs, if it lasts */
    nt_time dead_at; /* when one of them lost its last interface */
    bool dead[2];    /* the caller, the callee: it has lost all its interfaces since its session began */
    const char *why;
};

static bool is_over(const struct epochs *e)
{
    return e->why != NULL;
}

static void refuse(struct epochs *e, const char *why)
{
    if (e->why == NULL)
        e->why = why;
}

static uint32_t agent_of(const struct epochs *e, size_t side)
{
    return side == 0 ? e->scn->caller : e->scn->callee;
}

static nt_time signalling_delay(const struct nt_scn_case *c)
{
    nt_time by = 0;
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_SIGNALLING)
            by = nt_time_after(by, c->steps[i].by);
    return by;
}

static bool has_cuts(const struct nt_oracle_world *w)
{
    return w->cuts.down_count > 0 || w->cuts.partition_count > 0;
}

static bool has_server(const struct nt_scn_node *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (nodes[i].kind == NT_SCN_NODE_SERVER)
            return true;
    return false;
}

static bool may_cut_servers(const struct nt_oracle_world *w)
{
    for (size_t i = 0; i < w->cuts.partition_count; i++) {
        const struct nt_scn_step *p = w->cuts.partitions[i];
        if (has_server(p->side_a, p->side_a_count) || has_server(p->side_b, p->side_b_count))
            return true;
    }
    return w->cuts.down_count > 0;
}

/* --- sessions --- */

/* RFC 3261, 17.1.1.2: an offer waits for its answer for 32 s, and a server that does not answer holds up for longer who gathers
 * before it answers. */
static bool may_answer_late(const struct epochs *e)
{
    const struct nt_scn_agent *agents = e->scn->agents;
    bool trickle = agents[e->scn->caller].trickle != NT_ICE_TRICKLE_OFF && agents[e->scn->callee].trickle != NT_ICE_TRICKLE_OFF;
    return e->called > 0 && !trickle && may_cut_servers(&e->world);
}

static unsigned paths_of_world(struct epochs *e)
{
    const char *why;
    if (e->world.upset > 0)
        return ANY_PATH;
    unsigned found = nt_oracle_world_paths(&e->world, &why);
    if (found == 0)
        refuse(e, why);
    return may_answer_late(e) ? found | NT_PATH_NONE : found;
}

/* A session begins at `now`, or begins once what happened then is noticed. Where it may fail, others follow, until the agents give
 * up and the call ends. */
static void note_session(struct epochs *e, unsigned paths, nt_time now)
{
    nt_time length = may_cut_servers(&e->world) || nt_scn_lossy(e->scn) ? SLOW_SESSION : SESSION;
    e->settled = nt_time_after(now, nt_time_after(length, 2 * signalling_delay(e->scn)));
    e->may_fail |= (paths & NT_PATH_NONE) != 0;
}

static void begin_session(struct epochs *e, nt_time now)
{
    e->found = paths_of_world(e);
    e->outage = NT_TIME_NEVER;
    e->dead[0] = e->dead[1] = false;
    note_session(e, e->found, now);
}

/* A session may begin, or the pair goes on. */
static void may_begin_session(struct epochs *e, nt_time now)
{
    const char *why = NULL;
    unsigned paths = paths_of_world(e), survivors = e->world.upset > 0 ? ANY_PATH : nt_oracle_world_survivors(&e->world, &why);
    if (why != NULL)
        refuse(e, why);
    if (e->recover == NT_RECOVER_FAILOVER)
        refuse(e, "which pair follows depends on the pairs that were valid before");
    e->found = paths | (e->found & (survivors | NT_PATH_NONE));
    note_session(e, paths, now);
}

/* --- changes --- */

/* Agents have not seen it, and it has lasted. */
static void notice_outage(struct epochs *e, nt_time last)
{
    if (e->outage == NT_TIME_NEVER)
        return;
    e->outage = NT_TIME_NEVER;
    may_begin_session(e, nt_time_after(last, NOTICED));
}

/* Changes of one moment: items [from, to). */
struct moment {
    size_t from, to;
    nt_time at;
    bool seen, unseen, restart, lasting;
};

static struct moment next_moment(const struct epochs *e, size_t from)
{
    const struct nt_oracle_changes *all = &e->changes;
    struct moment m = {.from = from, .to = from, .at = all->items[from].at};
    for (; m.to < all->count && all->items[m.to].at == m.at; m.to++) {
        const struct nt_oracle_change *change = &all->items[m.to];
        bool seen = nt_oracle_change_is_seen(change);
        m.seen |= seen;
        m.unseen |= !seen;
        m.restart |= seen && change->step->kind == NT_STEP_RESTART;
        bool passes = change->step != NULL && (change->step->kind == NT_STEP_PARTITION || change->step->kind == NT_STEP_FAULT);
        m.lasting |= !seen && !passes;
    }
    return m;
}

/* An agent that had no interface left has one again: with `recover: restart`, or `gather: continual`, it begins a session, and no
 * pair is left to go on. */
static bool comes_back(const struct epochs *e)
{
    for (size_t side = 0; side < 2; side++)
        if (e->dead[side] && nt_oracle_world_has_interface(&e->world, agent_of(e, side)) &&
            (e->recover == NT_RECOVER_RESTART || e->scn->agents[agent_of(e, side)].continual))
            return true;
    return false;
}

static bool has_lost_all(struct epochs *e)
{
    bool lost = false;
    for (size_t side = 0; side < 2; side++)
        if (!nt_oracle_world_has_interface(&e->world, agent_of(e, side)))
            e->dead[side] = lost = true;
    return lost;
}

static void apply_moment(struct epochs *e, const struct moment *m)
{
    for (size_t i = m->from; i < m->to; i++) {
        bool alive = !e->dead[0] && !e->dead[1];
        nt_oracle_world_change(&e->world, &e->changes.items[i]);
        if (has_lost_all(e))
            e->found |= NT_PATH_NONE;
        if (alive && (e->dead[0] || e->dead[1]))
            e->dead_at = m->at;
    }
}

/* Does it come while a session may be under way, which then selects of two worlds at once? */
static bool comes_between(const struct epochs *e, const struct moment *m)
{
    return e->outage == NT_TIME_NEVER && m->at < e->settled; /* a brief outage may go on */
}

static void follow_unseen(struct epochs *e, const struct moment *m)
{
    if (e->outage == NT_TIME_NEVER)
        e->outage = m->at;
    e->lasting |= m->lasting;
    /* Sessions that begin when it is noticed are between these. */
    e->settled = nt_time_after(m->at, NOTICED);
}

/* `before`: the moment before it. */
static void follow_moment(struct epochs *e, const struct moment *m, nt_time before)
{
    if (e->outage != NT_TIME_NEVER && m->at > nt_time_after(e->outage, OUTAGE_MAX))
        notice_outage(e, before);
    if (e->may_fail)
        refuse(e, "a session may have failed before the step, and the call may be over");
    bool between = comes_between(e, m);
    if (m->at < e->called)
        refuse(e, "a step comes while the call may be being made");
    apply_moment(e, m);
    bool back = comes_back(e);
    if (back && m->at > nt_time_after(e->dead_at, DEAD_MAX))
        refuse(e, "an agent was without an interface for so long that the call may be over");
    if (m->restart || back) {
        begin_session(e, m->at);
        return;
    }
    if (e->dead[0] || e->dead[1]) {
        e->settled = m->at;
        return;
    }
    if (between)
        refuse(e, "a step comes while a session may be under way");
    if (m->seen)
        may_begin_session(e, m->at);
    if (m->unseen)
        follow_unseen(e, m);
}

/* --- the whole --- */

static const char *recover_objection(const struct nt_scn_case *c)
{
    enum nt_scn_recover caller = c->agents[c->caller].recover, callee = c->agents[c->callee].recover;
    if (caller == NT_RECOVER_NONE || callee == NT_RECOVER_NONE)
        return "a step changes the world, and an agent does not recover";
    return caller != callee ? "one agent fails over, and the other restarts" : NULL;
}

/* What a session leaves counts for the next one, too. */
static const char *room_objection(const struct nt_scn_case *c)
{
    for (size_t i = 0; i < c->gateway_count; i++) {
        const struct nt_nat_policy *p = &c->gateways[i].policy;
        bool few = p->max_mappings != 0 || p->max_per_host != 0 || p->block != 0 || p->mapping_burst != 0 || p->range_low > 1024 ||
                   p->range_high < UINT16_MAX;
        if (p->kind == NT_GW_TRANSLATE && few)
            return "a gateway keeps mappings of the session before, and has a limit";
    }
    for (size_t i = 0; i < c->server_count; i++)
        if (c->servers[i].quota != 0)
            return "a TURN server keeps allocations of the session before, and has a quota";
    return NULL;
}

/* Does the case go on until its agents have noticed what has changed last, and have settled? */
static const char *end_objection(const struct epochs *e, nt_time last)
{
    const struct nt_scn_expect *expect = &e->scn->expect;
    nt_time end = NT_SEC - 1; /* it ends a second after its last step, or later */
    for (size_t i = 0; i < e->scn->step_count; i++)
        end = e->scn->steps[i].at + NT_SEC - 1 > end ? e->scn->steps[i].at + NT_SEC - 1 : end;
    end = expect->until > end ? expect->until : end;
    if (last > end)
        return "the case may end before a step is over: write a later 'until'";
    bool lasting = e->lasting || has_cuts(&e->world) || e->world.upset > 0;
    return e->outage != NT_TIME_NEVER && lasting && nt_time_after(last, NOTICED) > end
               ? "the case may end before its agents notice the last step: write an 'until' of 50 s behind it"
               : NULL;
}

static void follow_changes(struct epochs *e, size_t from)
{
    nt_time last = e->changes.call_at;
    for (size_t i = from; i < e->changes.count && !is_over(e);) {
        struct moment m = next_moment(e, i);
        follow_moment(e, &m, last);
        last = m.at;
        i = m.to;
    }
    if (!is_over(e))
        refuse(e, end_objection(e, last));
    if (!is_over(e))
        notice_outage(e, last);
}

static unsigned follow_case(struct epochs *e)
{
    size_t i = 0;
    for (; i < e->changes.count && nt_oracle_change_is_early(&e->changes, &e->changes.items[i]); i++)
        nt_oracle_world_change(&e->world, &e->changes.items[i]);
    begin_session(e, e->changes.call_at);
    e->called = e->settled;
    if (i < e->changes.count)
        refuse(e, recover_objection(e->scn));
    if (i < e->changes.count && !is_over(e))
        refuse(e, room_objection(e->scn));
    if (!is_over(e))
        follow_changes(e, i);
    return is_over(e) ? 0 : e->found;
}

unsigned nt_oracle_epochs(const struct nt_scn_case *c, const char **why)
{
    struct epochs e = {.scn = c, .outage = NT_TIME_NEVER};
    unsigned found = 0;
    if (c->caller >= c->agent_count || c->callee >= c->agent_count) {
        *why = "there is no call";
        return 0;
    }
    e.recover = c->agents[c->caller].recover;
    e.why = nt_oracle_changes_find(&e.changes, c);
    if (e.why == NULL && e.changes.count == 0)
        found = nt_oracle_paths_of(c, NULL, why);
    else if (e.why == NULL && nt_oracle_world_init(&e.world, c))
        found = follow_case(&e);
    else
        refuse(&e, "there is no memory");
    nt_oracle_world_free(&e.world);
    nt_oracle_changes_free(&e.changes);
    if (e.why != NULL)
        *why = e.why;
    else if (found != 0)
        *why = "";
    return found;
}
