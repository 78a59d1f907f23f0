#include "core/ice/lists.h"

#include <stdlib.h>

struct list {
    enum nt_ice_list_state state;
    unsigned triggered_run;
};

struct nt_ice_lists {
    size_t count, next;
    nt_time look_at;
    struct list items[];
};

struct nt_ice_lists *nt_ice_lists_new(uint8_t streams)
{
    struct nt_ice_lists *t = calloc(1, sizeof *t + streams * sizeof t->items[0]);
    if (t != NULL)
        t->count = streams;
    return t;
}

void nt_ice_lists_del(struct nt_ice_lists *t)
{
    free(t);
}

enum nt_ice_list_state nt_ice_lists_state(const struct nt_ice_lists *t, uint8_t stream)
{
    return t->items[stream - 1].state;
}

size_t nt_ice_lists_count(const struct nt_ice_lists *t, enum nt_ice_list_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < t->count; i++)
        n += t->items[i].state == state;
    return n;
}

/* RFC 8445, 6.1.4.2, with a stated deviation: after three triggered checks in a row one waiting ordinary pair is checked, or an
 * address-and-port-dependent mapping with endpoint-independent filtering feeds the triggered queue for ever. */
static bool next_of_running(struct list *list, uint8_t stream, struct nt_ice_pairs *pairs, struct nt_ice_pick *pick, nt_time now)
{
    const struct nt_ice_pair *triggered = nt_ice_pairs_first_triggered(pairs, stream), *ordinary = NULL;
    if (triggered == NULL || list->triggered_run >= NT_ICE_TRIGGERED_RUN)
        ordinary = nt_ice_pairs_best_waiting(pairs, stream);
    if (triggered == NULL && ordinary == NULL) {
        nt_ice_pairs_unfreeze_idle(pairs, stream, now);
        ordinary = nt_ice_pairs_best_waiting(pairs, stream);
    }
    if (triggered == NULL && ordinary == NULL)
        return false;
    list->triggered_run = ordinary != NULL ? 0 : list->triggered_run + 1;
    *pick = (struct nt_ice_pick){.pair = ordinary != NULL ? ordinary->number : triggered->number, .triggered = ordinary == NULL};
    return true;
}

/* What the peer has nominated since (8.1.1). */
static bool next_of_completed(uint8_t stream, const struct nt_ice_pairs *pairs, struct nt_ice_pick *pick)
{
    const struct nt_ice_pair *p = nt_ice_pairs_first_triggered(pairs, stream);
    if (p != NULL)
        *pick = (struct nt_ice_pick){.pair = p->number, .triggered = true};
    return p != NULL;
}

bool nt_ice_lists_next(struct nt_ice_lists *t, struct nt_ice_pairs *pairs, struct nt_ice_pick *pick, nt_time now)
{
    for (size_t n = 0; n < t->count; n++) {
        size_t i = (t->next + n) % t->count;
        struct list *list = &t->items[i];
        uint8_t stream = (uint8_t)(i + 1);
        if ((list->state == NT_ICE_LIST_RUNNING && next_of_running(list, stream, pairs, pick, now)) ||
            (list->state == NT_ICE_LIST_COMPLETED && next_of_completed(stream, pairs, pick))) {
            t->next = i + 1;
            return true;
        }
    }
    return false;
}

bool nt_ice_lists_pending(const struct nt_ice_lists *t, const struct nt_ice_pairs *pairs)
{
    for (size_t i = 0; i < t->count; i++) {
        uint8_t stream = (uint8_t)(i + 1);
        if (t->items[i].state == NT_ICE_LIST_RUNNING && nt_ice_pairs_may_check(pairs, stream))
            return true;
        if (t->items[i].state == NT_ICE_LIST_COMPLETED && nt_ice_pairs_first_triggered(pairs, stream) != NULL)
            return true;
    }
    return false;
}

void nt_ice_lists_end(struct nt_ice_lists *t, uint8_t stream)
{
    t->items[stream - 1].state = NT_ICE_LIST_ENDED;
}

nt_time nt_ice_lists_look_at(const struct nt_ice_lists *t)
{
    return t->look_at;
}

void nt_ice_lists_set_look_at(struct nt_ice_lists *t, nt_time at)
{
    t->look_at = at;
}

void nt_ice_lists_fail(struct nt_ice_lists *t, uint8_t stream)
{
    if (t->items[stream - 1].state == NT_ICE_LIST_RUNNING)
        t->items[stream - 1].state = NT_ICE_LIST_FAILED;
}

/* RFC 8445, 7.2.5.4: "if all of the candidate pairs are in either Failed or Succeeded state, and if there is not a valid pair in
 * the valid list for each component" the check list fails. */
void nt_ice_lists_update(struct nt_ice_lists *t, uint8_t stream, const struct nt_ice_pairs *pairs,
                         const struct nt_ice_components *components, bool may_fail)
{
    struct list *list = &t->items[stream - 1];
    bool all_selected = true, all_valid = true;
    if (list->state != NT_ICE_LIST_RUNNING)
        return;
    for (size_t i = 0; i < nt_ice_components_count(components); i++) {
        const struct nt_ice_component *k = nt_ice_components_at(components, i);
        if (k->stream != stream || k->unused)
            continue;
        all_selected = all_selected && k->selected != NT_ICE_NONE;
        all_valid = all_valid && nt_ice_component_has_valid(k);
    }
    if (all_selected)
        list->state = NT_ICE_LIST_COMPLETED;
    else if (may_fail && !all_valid && nt_ice_pairs_all_ended(pairs, stream))
        list->state = NT_ICE_LIST_FAILED;
}
