#include "scenarios/sweep/laws.h"
#include "reports/result/words.h"
#include "scenarios/sweep/laws_of_life.h"
#include "scenarios/sweep/laws_of_packets.h"
#include "scenarios/sweep/laws_of_runs.h"
#include "scenarios/sweep/world.h"

#include <stdio.h>
#include <string.h>

#define PAIRS_MAX 100 /* of an agent that no key limits */

const char *nt_law_name(enum nt_law law)
{
#define WORD(name, word, claim) word,
    static const char *const words[] = {NT_LAWS(WORD)};
    return words[law];
}

const char *nt_law_claim(enum nt_law law)
{
#define CLAIM(name, word, claim) claim,
    static const char *const claims[] = {NT_LAWS(CLAIM)};
    return claims[law];
}

static const char *state_of(const struct nt_observation *o, uint32_t agent)
{
    return o->r->agents[agent].state;
}

static enum nt_law_holds runs(const struct nt_observation *o, char *detail)
{
    if (o->r->outcome != NT_ERROR || o->untold)
        return NT_LAW_KEPT;
    snprintf(detail, NT_LAW_DETAIL, "%s", o->r->reason);
    return NT_LAW_BROKEN;
}

/* A trickled candidate is paired with peer-reflexive ones that are there already: more paths than the oracle knows of. */
static bool trickles(const struct nt_observation *o)
{
    return o->c->agents[o->c->caller].trickle != NT_ICE_TRICKLE_OFF || o->c->agents[o->c->callee].trickle != NT_ICE_TRICKLE_OFF;
}

static enum nt_law_holds oracle(const struct nt_observation *o, char *detail)
{
    char paths[NT_PATHS_TEXT];
    if (o->untold || o->r->expected_paths == 0 || o->r->path == NULL || trickles(o))
        return NT_LAW_NOT_TRIED;
    if ((nt_path_by_name(o->r->path) & o->r->expected_paths) != 0)
        return NT_LAW_KEPT;
    snprintf(detail, NT_LAW_DETAIL, "the path is %s, the oracle says %s", o->r->path, nt_paths_text(o->r->expected_paths, paths));
    return NT_LAW_BROKEN;
}

/* Only one of the agents nominates another pair when one has ended. */
static bool fails_over_alone(const struct nt_scn_case *c)
{
    return (c->agents[c->caller].recover == NT_RECOVER_FAILOVER) != (c->agents[c->callee].recover == NT_RECOVER_FAILOVER);
}

/* What a process breaks is counted, as in a run. A rule cannot see that the limit of pairs took a nominated pair off a list. Who
 * fails over alone breaks RFC 8445, 8.1.1, as is written of it. */
static bool is_excused(const struct nt_scn_case *c, const struct nt_result_finding *f)
{
    for (uint32_t i = 0; i < c->agent_count; i++)
        if (strcmp(c->agents[i].name, f->agent) == 0)
            return nt_scn_live_agent(c, i) ||
                   (c->agents[i].max_pairs < PAIRS_MAX && strcmp(f->rule, "RFC8838-13-nomination") == 0) ||
                   (fails_over_alone(c) && strcmp(f->rule, "RFC8445-8.1.1-one") == 0);
    return false;
}

static enum nt_law_holds conformance(const struct nt_observation *o, char *detail)
{
    for (size_t i = 0; i < o->r->violation_count; i++) {
        const struct nt_result_finding *f = &o->r->violations[i];
        if (is_excused(o->c, f))
            continue;
        snprintf(detail, NT_LAW_DETAIL, "%s" NT_LAW_BROKE "%s: %s", f->agent, f->rule, f->detail);
        return NT_LAW_BROKEN;
    }
    return NT_LAW_KEPT;
}

static bool has_ended(const char *state)
{
    static const char *const ended[] = {"completed", "failed", "disconnected", "closed"};
    for (size_t i = 0; i < sizeof ended / sizeof *ended; i++)
        if (strcmp(state, ended[i]) == 0)
            return true;
    return false;
}

/* A step may wait for an event that does not come: the case waits with it. */
static bool waits_for_a_step(const struct nt_result_case *r)
{
    for (size_t i = 0; i < r->step_count; i++)
        if (!r->steps[i].fired)
            return true;
    return false;
}

/* Who waits for a message that is lost for good waits as long as its owner does. */
static bool loses_signalling(const struct nt_scn_case *c)
{
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_SIGNALLING && c->steps[i].act == NT_SIGNAL_DROP)
            return true;
    return false;
}

/* The owner of one whose peer has failed would hear of that (RFC 8445, 8.1.1). Where a NAT forgets flows, a nomination may never
 * arrive, and no timer of the RFC ends the waiting for one. */
static enum nt_law_holds ends(const struct nt_observation *o, char *detail)
{
    if (o->c->expect.limit < NT_SWEEP_LIMIT * 60 * NT_SEC || nt_observation_moves_flows(o))
        return NT_LAW_NOT_TRIED;
    if (o->r->virtual_ms * NT_MSEC >= o->c->expect.limit && !waits_for_a_step(o->r)) {
        snprintf(detail, NT_LAW_DETAIL, "it runs to its limit");
        return NT_LAW_BROKEN;
    }
    for (int i = 0; i < 2 && !loses_signalling(o->c); i++) {
        uint32_t one = i == 0 ? o->c->caller : o->c->callee, other = i == 0 ? o->c->callee : o->c->caller;
        if (has_ended(state_of(o, one)) || strcmp(state_of(o, other), "failed") == 0)
            continue;
        snprintf(detail, NT_LAW_DETAIL, "%s is %s at the end, %s %s", o->c->agents[one].name, state_of(o, one),
                 o->c->agents[other].name, state_of(o, other));
        return NT_LAW_BROKEN;
    }
    return NT_LAW_KEPT;
}

/* Each schedule of the oracle has a path. */
static bool is_promised(const struct nt_result_case *r)
{
    return r->expected_paths != 0 && (r->expected_paths & NT_PATH_NONE) == 0;
}

static const struct nt_addr *base_of(const struct nt_result_pair *p)
{
    return nt_addr_is_set(&p->base) ? &p->base : &p->local;
}

static bool has_pair(const struct nt_result_agent *a, const struct nt_result_pair *wanted)
{
    for (size_t i = 0; i < a->pair_count; i++)
        if (nt_addr_equal(base_of(&a->pairs[i]), base_of(wanted)) && nt_addr_equal(&a->pairs[i].remote, &wanted->remote))
            return true;
    return false;
}

/* Has this agent all pairs that carry the call without limits? */
static bool keeps_carriers(const struct nt_observation *o, uint32_t agent)
{
    const struct nt_result_agent *twin = &o->twin->agents[agent];
    for (size_t i = 0; i < twin->pair_count; i++) {
        const struct nt_result_pair *p = &twin->pairs[i];
        if (strcmp(p->state, "succeeded") == 0 &&
            (!has_pair(&o->r->agents[agent], p) || nt_sweep_limits_took(o->limits, agent, base_of(p), &p->remote)))
            return false;
    }
    return true;
}

static enum nt_law_holds completes_within_limits(const struct nt_observation *o, char *detail)
{
    if (!nt_result_completed(o->twin, o->c)) {
        if (!is_promised(o->twin))
            return NT_LAW_KEPT;
        snprintf(detail, NT_LAW_DETAIL, "the oracle knows a path, and without limits they do not complete, either");
        return NT_LAW_BROKEN;
    }
    for (size_t i = 0; i < o->limits->count; i++)
        if (o->limits->items[i].had_succeeded) {
            snprintf(detail, NT_LAW_DETAIL, "a pair of %s had Succeeded and was dropped at the limit",
                     o->c->agents[o->limits->items[i].agent].name);
            return NT_LAW_BROKEN;
        }
    if (!is_promised(o->twin) || !keeps_carriers(o, o->c->caller) || !keeps_carriers(o, o->c->callee))
        return NT_LAW_KEPT;
    snprintf(detail, NT_LAW_DETAIL, "no limit has taken what carries the call without limits, and they do not complete");
    return NT_LAW_BROKEN;
}

static enum nt_law_holds completes(const struct nt_observation *o, char *detail)
{
    char paths[NT_PATHS_TEXT];
    if (o->twin != NULL)
        return completes_within_limits(o, detail);
    if (!(o->faultless || o->settles) || o->untold || !is_promised(o->r))
        return NT_LAW_NOT_TRIED;
    if (nt_observation_completed(o))
        return NT_LAW_KEPT;
    snprintf(detail, NT_LAW_DETAIL, "the oracle says %s; %s is %s, %s %s", nt_paths_text(o->r->expected_paths, paths),
             o->c->agents[o->c->caller].name, state_of(o, o->c->caller), o->c->agents[o->c->callee].name,
             state_of(o, o->c->callee));
    return NT_LAW_BROKEN;
}

/* What no other law speaks of. */
static enum nt_law_holds passes(const struct nt_observation *o, char *detail)
{
    if (!nt_scn_live(o->c) || o->untold)
        return NT_LAW_NOT_TRIED;
    if (o->r->outcome == NT_PASS)
        return NT_LAW_KEPT;
    snprintf(detail, NT_LAW_DETAIL, "%s", o->r->reason);
    return NT_LAW_BROKEN;
}

enum nt_law_holds nt_law_try(enum nt_law law, const struct nt_observation *o, char detail[NT_LAW_DETAIL])
{
    static enum nt_law_holds (*const laws[NT_LAW_COUNT])(const struct nt_observation *o, char *detail) = {
        [NT_LAW_RUNS] = runs,
        [NT_LAW_ORACLE] = oracle,
        [NT_LAW_CONFORMANCE] = conformance,
        [NT_LAW_ENDS] = ends,
        [NT_LAW_COMPLETES] = completes,
        [NT_LAW_MIRRORED] = nt_law_mirrored,
        [NT_LAW_CONSENT] = nt_law_consent,
        [NT_LAW_PACING] = nt_law_pacing,
        [NT_LAW_GAP] = nt_law_gap,
        [NT_LAW_RELEASES] = nt_law_releases,
        [NT_LAW_REPEATS] = nt_law_repeats,
        [NT_LAW_READS_BACK] = nt_law_reads_back,
        [NT_LAW_PASSES] = passes,
    };
    detail[0] = '\0';
    return law == NT_LAW_RUNS || law == NT_LAW_PASSES || nt_result_has_states(o->r, o->c) ? laws[law](o, detail) : NT_LAW_NOT_TRIED;
}
