#include "scenarios/sweep/laws.h"
#include "reports/result/words.h"
#include "scenarios/sweep/laws_of_packets.h"

#include <stdio.h>
#include <string.h>

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

bool nt_law_both_completed(const struct nt_observation *o)
{
    return strcmp(state_of(o, o->c->caller), "completed") == 0 && strcmp(state_of(o, o->c->callee), "completed") == 0;
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

static enum nt_law_holds conformance(const struct nt_observation *o, char *detail)
{
    if (o->r->violation_count == 0)
        return NT_LAW_KEPT;
    const struct nt_result_finding *f = &o->r->violations[0];
    snprintf(detail, NT_LAW_DETAIL, "%s broke %s: %s", f->agent, f->rule, f->detail);
    return NT_LAW_BROKEN;
}

static bool has_ended(const char *state)
{
    static const char *const ended[] = {"completed", "failed", "disconnected", "closed"};
    for (size_t i = 0; i < sizeof ended / sizeof *ended; i++)
        if (strcmp(state, ended[i]) == 0)
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

/* The owner of one whose peer has failed would hear of that (RFC 8445, 8.1.1). */
static enum nt_law_holds ends(const struct nt_observation *o, char *detail)
{
    if (loses_signalling(o->c))
        return NT_LAW_NOT_TRIED;
    for (int i = 0; i < 2; i++) {
        uint32_t one = i == 0 ? o->c->caller : o->c->callee, other = i == 0 ? o->c->callee : o->c->caller;
        if (has_ended(state_of(o, one)) || strcmp(state_of(o, other), "failed") == 0)
            continue;
        snprintf(detail, NT_LAW_DETAIL, "%s is %s at the end, %s %s", o->c->agents[one].name, state_of(o, one),
                 o->c->agents[other].name, state_of(o, other));
        return NT_LAW_BROKEN;
    }
    return NT_LAW_KEPT;
}

static enum nt_law_holds completes(const struct nt_observation *o, char *detail)
{
    char paths[NT_PATHS_TEXT];
    if (!o->faultless || o->untold || o->r->expected_paths == 0 || (o->r->expected_paths & NT_PATH_NONE) != 0)
        return NT_LAW_NOT_TRIED;
    if (nt_law_both_completed(o))
        return NT_LAW_KEPT;
    snprintf(detail, NT_LAW_DETAIL, "the oracle says %s; %s is %s, %s %s", nt_paths_text(o->r->expected_paths, paths),
             o->c->agents[o->c->caller].name, state_of(o, o->c->caller), o->c->agents[o->c->callee].name,
             state_of(o, o->c->callee));
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
    };
    bool ran = o->r->agent_count > o->c->caller && o->r->agent_count > o->c->callee && o->r->agents[o->c->caller].state != NULL &&
               o->r->agents[o->c->callee].state != NULL;
    detail[0] = '\0';
    return law == NT_LAW_RUNS || ran ? laws[law](o, detail) : NT_LAW_NOT_TRIED;
}
