#include "scenarios/oracle/changes.h"

#include <stdlib.h>
#include <string.h>

/* A step without a part in the world: it changes nothing that a path is made of. */
static bool is_idle(const struct nt_scn_step *s)
{
    switch (s->kind) {
    case NT_STEP_CALL:
    case NT_STEP_SEND:
    case NT_STEP_REOFFER: return true;
    case NT_STEP_SIGNALLING: return s->act == NT_SIGNAL_DELAY;
    case NT_STEP_FAULT: return strcmp(s->text, "duplicate") == 0;
    default: return false;
    }
}

static bool is_signalling_node(const struct nt_scn_case *c, const struct nt_scn_node *n)
{
    return n->kind == NT_SCN_NODE_AGENT || (n->kind == NT_SCN_NODE_SERVER && (c->servers[n->index].kinds & NT_SCN_PLATFORM) != 0);
}

static bool has_signalling_node(const struct nt_scn_case *c, const struct nt_scn_node *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_signalling_node(c, &nodes[i]))
            return true;
    return false;
}

/* Where allocations are refused nothing else matters; without permissions there is no relay either. */
static bool is_known_refusal(const struct nt_scn_step *s)
{
    unsigned known = NT_ORACLE_BINDING | NT_ORACLE_ALLOCATE | NT_ORACLE_PERMISSION;
    return s->nth_count == 0 && s->code != 300 && ((s->methods & ~known) == 0 || (s->methods & NT_ORACLE_ALLOCATE) != 0);
}

static const char *objection_to_server(const struct nt_scn_step *s)
{
    if (s->server_do == NT_SERVER_SLOW && s->duration == 0)
        return "a server is slow to the end";
    if (s->server_do == NT_SERVER_REFUSE && !is_known_refusal(s))
        return "a server refuses some transactions";
    return NULL;
}

static const char *objection_to(const struct nt_scn_case *c, const struct nt_scn_step *s)
{
    switch (s->kind) {
    case NT_STEP_SIGNALLING: return "a step drops, duplicates or rejects signalling";
    case NT_STEP_INJECT:
    case NT_STEP_RUN: return "a step sends packets of its own";
    case NT_STEP_HANGUP: return "a step ends the call";
    case NT_STEP_RENOMINATE: return "a step chooses the pair";
    case NT_STEP_SERVER: return objection_to_server(s);
    case NT_STEP_FAULT: return s->duration == 0 ? "a step acts on packets to the end" : NULL;
    case NT_STEP_PARTITION:
        return has_signalling_node(c, s->side_a, s->side_a_count) && has_signalling_node(c, s->side_b, s->side_b_count)
                   ? "a partition holds up signalling"
                   : NULL;
    case NT_STEP_MOVE: return s->where.kind != NT_SCN_NODE_AGENT ? "a node moves that is no agent" : NULL;
    default: return NULL;
    }
}

static void add_change(struct nt_oracle_changes *changes, const struct nt_oracle_change *change)
{
    size_t at = changes->count++;
    for (; at > 0 && (changes->items[at - 1].at > change->at ||
                      (changes->items[at - 1].at == change->at && changes->items[at - 1].order > change->order));
         at--)
        changes->items[at] = changes->items[at - 1];
    changes->items[at] = *change;
}

static nt_time over_at(const struct nt_scn_step *s)
{
    if (s->kind == NT_STEP_MOVE)
        return nt_time_after(s->at, s->outage);
    nt_time until = s->duration > 0 ? nt_time_after(s->at, s->duration) : NT_TIME_NEVER;
    return s->kind == NT_STEP_FAULT || s->kind == NT_STEP_SERVER ? nt_time_after(until, s->by) : until;
}

static void add_step(struct nt_oracle_changes *changes, const struct nt_scn_step *s, size_t number)
{
    struct nt_oracle_change change = {.at = s->at, .step = s, .order = 2 * number};
    add_change(changes, &change);
    change.at = over_at(s);
    change.over = true;
    change.order++;
    if (change.at != NT_TIME_NEVER)
        add_change(changes, &change);
}

/* A credential ends for new allocations while the case goes on. */
static void add_expiries(struct nt_oracle_changes *changes, const struct nt_scn_case *c, nt_time end)
{
    const uint32_t agents[] = {c->caller, c->callee};
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < c->agents[agents[i]].turn_count; k++) {
            const struct nt_scn_turn_use *use = &c->agents[agents[i]].turn[k];
            if (use->valid != 0 && use->valid <= end)
                add_change(changes, &(struct nt_oracle_change){.at = use->valid, .expired = use, .order = SIZE_MAX});
        }
}

static size_t count_uses(const struct nt_scn_case *c)
{
    return c->agents[c->caller].turn_count + c->agents[c->callee].turn_count;
}

const char *nt_oracle_changes_find(struct nt_oracle_changes *changes, const struct nt_scn_case *c)
{
    nt_time last = 0;
    *changes = (struct nt_oracle_changes){.items = calloc(2 * c->step_count + count_uses(c) + 1, sizeof *changes->items)};
    if (changes->items == NULL)
        return "there is no memory";
    for (size_t i = 0; i < c->step_count; i++) {
        const struct nt_scn_step *s = &c->steps[i];
        const char *why = is_idle(s) ? NULL : objection_to(c, s);
        if (why == NULL && s->after.kind != NT_SCN_NODE_NONE && (!is_idle(s) || s->kind == NT_STEP_CALL))
            why = "the time of a step is not known before";
        if (why != NULL)
            return why;
        if (s->kind == NT_STEP_CALL) {
            changes->call_at = s->at;
            changes->call_order = 2 * i;
        }
        if (!is_idle(s))
            add_step(changes, s, i);
        last = s->at > last ? s->at : last;
    }
    add_expiries(changes, c, c->expect.until > last ? c->expect.until : last);
    return NULL;
}

void nt_oracle_changes_free(struct nt_oracle_changes *changes)
{
    free(changes->items);
}

bool nt_oracle_change_is_seen(const struct nt_oracle_change *change)
{
    const struct nt_scn_step *s = change->step;
    if (s == NULL)
        return false;
    return s->kind == NT_STEP_RESTART || s->kind == NT_STEP_MOVE || (s->kind == NT_STEP_LINK && s->where.kind == NT_SCN_NODE_AGENT);
}

bool nt_oracle_change_is_early(const struct nt_oracle_changes *changes, const struct nt_oracle_change *change)
{
    return change->at < changes->call_at || (change->at == changes->call_at && change->order < changes->call_order);
}
