#include "core/ice/pacer.h"
#include "core/ice/outcome.h"
#include "core/ice/relay.h"

#include <stdlib.h>

struct nt_ice_pacer {
    const struct nt_ice_env *env;
    nt_time ta, next;
    nt_time looked_at;  /* when the timer ran last */
    bool turn_had_slot; /* a TURN client's request started last: a check goes first */
};

struct nt_ice_pacer *nt_ice_pacer_new(const struct nt_ice_env *env)
{
    struct nt_ice_pacer *p = calloc(1, sizeof *p);
    if (p != NULL)
        *p = (struct nt_ice_pacer){.env = env, .ta = env->config->ta, .looked_at = -1};
    return p;
}

void nt_ice_pacer_del(struct nt_ice_pacer *p)
{
    free(p);
}

void nt_ice_pacer_set_peer(struct nt_ice_pacer *p, uint32_t pacing_ms)
{
    nt_time theirs = pacing_ms != 0 ? (nt_time)pacing_ms * NT_MSEC : NT_ICE_TA;
    p->ta = theirs > p->env->config->ta ? theirs : p->env->config->ta;
}

void nt_ice_pacer_start(struct nt_ice_pacer *p, nt_time now)
{
    p->next = now;
}

void nt_ice_pacer_checks_first(struct nt_ice_pacer *p)
{
    p->turn_had_slot = true;
}

static bool start_check(struct nt_ice_pacer *p, struct nt_ice_session *session, nt_time now)
{
    struct nt_ice_lists *lists = nt_ice_session_lists(session);
    if (!nt_ice_lists_pending(lists, nt_ice_session_pairs(session)))
        return false;
    p->turn_had_slot = false;
    if (nt_ice_outcome_start_one(session, p->ta, now))
        return true;
    nt_ice_lists_set_look_at(lists, nt_time_after(now, p->ta));
    return false;
}

static bool start_one(struct nt_ice_pacer *p, struct nt_ice_gather *g, struct nt_ice_session *session, nt_time now)
{
    if (nt_ice_gather_start_one(g, now))
        return true;
    if (!p->turn_had_slot) {
        p->turn_had_slot = nt_ice_relays_start_one(p->env->relays, now);
        if (p->turn_had_slot)
            return true;
    }
    return (session != NULL && start_check(p, session, now)) || nt_ice_relays_start_one(p->env->relays, now);
}

static void use_slot(struct nt_ice_pacer *p, nt_time now)
{
    p->next = nt_time_after(now, p->ta);
}

void nt_ice_pacer_timer(struct nt_ice_pacer *p, struct nt_ice_gather *g, struct nt_ice_session *session, nt_time now)
{
    p->looked_at = now;
    if (now >= p->next && start_one(p, g, session, now))
        use_slot(p, now);
}

void nt_ice_pacer_output(struct nt_ice_pacer *p, nt_time now)
{
    if (p->looked_at == now && p->next <= now && nt_ice_relays_start_one(p->env->relays, now))
        use_slot(p, now);
}

nt_time nt_ice_pacer_next(const struct nt_ice_pacer *p)
{
    return p->next;
}

bool nt_ice_pacer_looked(const struct nt_ice_pacer *p, nt_time at)
{
    return p->looked_at >= at;
}
