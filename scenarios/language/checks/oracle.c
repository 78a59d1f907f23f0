#include "scenarios/language/checks/oracle.h"

#include "scenarios/language/checks/media.h"

static bool recovers(const struct nt_scn_case *c, uint32_t agent)
{
    return agent < c->agent_count && c->agents[agent].recover != NT_RECOVER_NONE;
}

static bool is_signalling(const struct nt_scn_case *c, const struct nt_scn_node *n)
{
    return n->kind == NT_SCN_NODE_AGENT || (n->kind == NT_SCN_NODE_SERVER && (c->servers[n->index].kinds & NT_SCN_PLATFORM) != 0);
}

static bool has_signalling(const struct nt_scn_case *c, const struct nt_scn_node *side, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_signalling(c, &side[i]))
            return true;
    return false;
}

/* No agent recovers from it. The oracle itself has more to say, of times. */
static bool is_beyond_recovery(const struct nt_scn_case *c, const struct nt_scn_step *s)
{
    return s->kind == NT_STEP_HANGUP || (s->kind == NT_STEP_PARTITION && has_signalling(c, s->side_a, s->side_a_count) &&
                                         has_signalling(c, s->side_b, s->side_b_count));
}

/* A step that the oracle cannot account for; NULL: there is none. It predicts all schedules of a call that nothing disturbs, or
 * that both agents recover. */
static const char *find_disturbance(const struct nt_scn_case *c)
{
    bool recovered = recovers(c, c->caller) && recovers(c, c->callee);
    for (size_t i = 0; i < c->step_count; i++) {
        const struct nt_scn_step *s = &c->steps[i];
        bool fine =
            s->kind == NT_STEP_CALL || s->kind == NT_STEP_SEND || (s->kind == NT_STEP_SIGNALLING && s->act == NT_SIGNAL_DELAY);
        if (recovered ? is_beyond_recovery(c, s) : !fine && s->kind != 0)
            return s->text;
    }
    return NULL;
}

/* An agent whose relay may end while the case lasts; NULL: there is none. */
static const struct nt_scn_agent *find_expiring(const struct nt_scn_case *c)
{
    for (size_t i = 0; i < c->agent_count; i++)
        for (size_t k = 0; k < c->agents[i].turn_count; k++)
            if (c->agents[i].turn[k].valid > 0)
                return &c->agents[i];
    return NULL;
}

void nt_check_oracle(struct nt_load *l, const struct nt_yaml *expect)
{
    const struct nt_yaml *v = nt_yaml_get(expect, "path");
    if (l->c->expect.path != NT_PATH_ORACLE)
        return;
    const char *step = find_disturbance(l->c), *chance = nt_medium_chance(l->c);
    const struct nt_scn_agent *expiring = find_expiring(l->c);
    if (step == NULL && chance == NULL && expiring == NULL)
        return;
    struct nt_diag *d = step != NULL     ? nt_load_error(l, v, "'oracle' cannot predict a case with the step '%s'", step)
                        : chance != NULL ? nt_load_error(l, v, "'oracle' cannot predict a case with %s", chance)
                                         : nt_load_error(l, v, "'oracle' cannot predict when the credential of '%s' ends ('valid')",
                                                         expiring->name);
    nt_diag_mend(d, "write path: direct, relayed or none");
}
