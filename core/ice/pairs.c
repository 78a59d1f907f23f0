#include "core/ice/pairs.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

struct nt_ice_pairs {
    struct nt_ice_record *record;
    const struct nt_ice_candidates *own, *remotes;
    enum nt_ice_role role;
    uint16_t limit;
    struct nt_ice_pair *items; /* by rising number */
    size_t count, cap, listed;
    uint32_t numbers; /* given so far */
    uint64_t queue_next;
};

struct nt_ice_pairs *nt_ice_pairs_new(struct nt_ice_record *record, const struct nt_ice_candidates *own,
                                      const struct nt_ice_candidates *remotes, uint16_t limit, enum nt_ice_role role)
{
    struct nt_ice_pairs *t = calloc(1, sizeof *t);
    if (t != NULL)
        *t = (struct nt_ice_pairs){.record = record, .own = own, .remotes = remotes, .limit = limit, .role = role};
    return t;
}

void nt_ice_pairs_del(struct nt_ice_pairs *t)
{
    if (t == NULL)
        return;
    free(t->items);
    free(t);
}

/* --- which --- */
static const struct nt_ice_candidate *own_of(const struct nt_ice_pairs *t, uint32_t own)
{
    return &nt_ice_candidates_at(t->own, own)->c;
}

static const struct nt_ice_candidate *remote_of(const struct nt_ice_pairs *t, uint32_t remote)
{
    return &nt_ice_candidates_at(t->remotes, remote)->c;
}

/* The place of a number, or where it would stand. */
static size_t place_of(const struct nt_ice_pairs *t, uint32_t number)
{
    size_t low = 0, high = t->count;
    if (number <= t->count && number > 0 && t->items[number - 1].number == number)
        return number - 1; /* as long as every number is a pair's */
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (t->items[mid].number < number)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static struct nt_ice_pair *pair_of(struct nt_ice_pairs *t, uint32_t number)
{
    return &t->items[place_of(t, number)];
}

const struct nt_ice_pair *nt_ice_pairs_get(const struct nt_ice_pairs *t, uint32_t number)
{
    size_t i = place_of(t, number);
    return i < t->count && t->items[i].number == number ? &t->items[i] : NULL;
}

const struct nt_ice_pair *nt_ice_pairs_find(const struct nt_ice_pairs *t, uint32_t own, uint32_t remote)
{
    const struct nt_ice_pair *found = NULL;
    for (size_t i = 0; i < t->count; i++) {
        const struct nt_ice_pair *p = &t->items[i];
        if (p->own == own && p->remote == remote && (p->listed || found == NULL))
            found = p;
    }
    return found;
}

size_t nt_ice_pairs_count(const struct nt_ice_pairs *t)
{
    return t->count;
}

const struct nt_ice_pair *nt_ice_pairs_at(const struct nt_ice_pairs *t, size_t i)
{
    return &t->items[i];
}

uint32_t nt_ice_pairs_new_number(struct nt_ice_pairs *t)
{
    return ++t->numbers;
}

uint32_t nt_ice_pairs_last_number(const struct nt_ice_pairs *t)
{
    return t->numbers;
}

/* --- what is told of them --- */
static const char no_way[] = "no packet can leave for the peer from this relayed candidate";

static void trace_pair(const struct nt_ice_pairs *t, enum nt_trace_kind kind, const struct nt_ice_pair *p, const char *why,
                       nt_time now)
{
    nt_ice_record_event(t->record, (struct nt_trace_event){.at = now,
                                                           .kind = kind,
                                                           .a = own_of(t, p->own)->addr,
                                                           .b = remote_of(t, p->remote)->addr,
                                                           .n = {p->stream, p->component, p->number, p->state},
                                                           .text = why});
}

static void enter_state(struct nt_ice_pairs *t, struct nt_ice_pair *p, enum nt_ice_pair_state state, const char *why, nt_time now)
{
    if (p->state == state || (p->ended && state != NT_ICE_PAIR_FAILED))
        return;
    p->state = state;
    trace_pair(t, NT_TR_ICE_PAIR, p, why, now);
}

static void set_state(struct nt_ice_pairs *t, struct nt_ice_pair *p, enum nt_ice_pair_state state, nt_time now)
{
    if (state == NT_ICE_WAITING && p->way == NT_ICE_WAY_CLOSED) /* Waiting means that it can be sent, or will be sendable */
        enter_state(t, p, NT_ICE_PAIR_FAILED, no_way, now);
    else
        enter_state(t, p, state, NULL, now);
}

/* --- priorities --- */
uint64_t nt_ice_pairs_priority(const struct nt_ice_pairs *t, uint32_t own, uint32_t remote)
{
    uint32_t ours = own_of(t, own)->priority, theirs = remote_of(t, remote)->priority;
    return t->role == NT_ICE_CONTROLLING ? nt_ice_pair_priority(ours, theirs) : nt_ice_pair_priority(theirs, ours);
}

void nt_ice_pairs_reprice(struct nt_ice_pairs *t)
{
    for (size_t i = 0; i < t->count; i++)
        t->items[i].priority = nt_ice_pairs_priority(t, t->items[i].own, t->items[i].remote);
}

void nt_ice_pairs_set_role(struct nt_ice_pairs *t, enum nt_ice_role role)
{
    t->role = role;
    for (size_t i = 0; i < t->count; i++)
        t->items[i].nominating = false;
    nt_ice_pairs_reprice(t);
}

/* --- the limit --- */
static bool is_relayed(const struct nt_ice_pairs *t, uint32_t own, uint32_t remote)
{
    return own_of(t, own)->type == NT_ICE_RELAY || remote_of(t, remote)->type == NT_ICE_RELAY;
}

/* Relayed pairs that direct ones never push out. */
static size_t relayed_kept(const struct nt_ice_pairs *t)
{
    size_t half = t->limit / 2U > 0 ? t->limit / 2U : 1;
    return half < NT_ICE_RELAYED_KEPT ? half : NT_ICE_RELAYED_KEPT;
}

size_t nt_ice_pairs_early_limit(const struct nt_ice_pairs *t)
{
    return t->limit > relayed_kept(t) ? t->limit - relayed_kept(t) : 1;
}

static size_t relayed_listed(const struct nt_ice_pairs *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct nt_ice_pair *p = &t->items[i];
        n += p->listed && p->state != NT_ICE_PAIR_FAILED && is_relayed(t, p->own, p->remote);
    }
    return n;
}

/* How dear a pair is at the limit. */
enum standing { STANDING_FAILED, STANDING_FORMED, STANDING_HEARD, STANDING_KEPT };

/* The peer's check was answered with success, and the check that follows of it (RFC 8445, 7.3.1.4) has not ended. */
static bool is_promised(const struct nt_ice_pair *p)
{
    return p->sendable && (p->queued != 0 || p->state == NT_ICE_IN_PROGRESS);
}

/* `heard_counts`: to a new relayed pair, those that the peer's check came on are dearer than those that were only formed. */
static enum standing standing_of(const struct nt_ice_pair *p, bool heard_counts)
{
    if (p->state == NT_ICE_SUCCEEDED || p->valid > 0 || p->nominating || p->use_candidate_pending)
        return STANDING_KEPT;
    if (is_promised(p))
        return STANDING_KEPT;
    if (p->state == NT_ICE_PAIR_FAILED)
        return STANDING_FAILED;
    return p->sendable && heard_counts ? STANDING_HEARD : STANDING_FORMED;
}

/* The pair that goes first, of those that are not kept and, if they are `spared`, are not relayed; NULL: there is none. */
static struct nt_ice_pair *find_victim(const struct nt_ice_pairs *t, bool relayed_spared, bool heard_counts)
{
    struct nt_ice_pair *found = NULL;
    for (size_t i = 0; i < t->count; i++) {
        struct nt_ice_pair *p = &t->items[i];
        enum standing standing = standing_of(p, heard_counts);
        if (!p->listed || standing == STANDING_KEPT)
            continue;
        if (relayed_spared && standing != STANDING_FAILED && is_relayed(t, p->own, p->remote))
            continue;
        enum standing best = found != NULL ? standing_of(found, heard_counts) : STANDING_KEPT;
        if (standing < best || (standing == best && p->priority < found->priority))
            found = p;
    }
    return found;
}

/* Makes room on the check lists for a pair; false: the new one is the one to go. RFC 8445, 6.1.2.5 has the lowest priority go.
 * Stated deviations: failed pairs go first; valid, nominated and promised ones never; direct pairs push out no relayed one when
 * there are few of them, and are pushed out for these; a relayed pair on which the peer's check came pushes out one that was only
 * formed. */
static bool make_room(struct nt_ice_pairs *t, uint32_t own, uint32_t remote, enum nt_ice_why why, uint32_t *pruned, nt_time now)
{
    if (t->listed < t->limit)
        return true;
    bool relayed = is_relayed(t, own, remote), forced = why == NT_ICE_NOMINATED || why == NT_ICE_ANSWERED;
    size_t relayed_count = relayed_listed(t);
    bool takes_kept_place = relayed && relayed_count < relayed_kept(t);
    const struct nt_ice_pair *victim = find_victim(t, takes_kept_place || (!relayed && relayed_count <= relayed_kept(t)), relayed);
    if (victim == NULL && forced)
        victim = find_victim(t, false, relayed);
    if (victim == NULL)
        return false;
    enum standing standing = why != NT_ICE_FORMED && relayed ? STANDING_HEARD : STANDING_FORMED,
                  theirs = standing_of(victim, relayed);
    bool wins = standing > theirs || (standing == theirs && nt_ice_pairs_priority(t, own, remote) >= victim->priority);
    if (theirs != STANDING_FAILED && !forced && !takes_kept_place && !wins)
        return false;
    *pruned = victim->number;
    nt_ice_pairs_prune(t, victim->number, "the limit of pairs", now);
    return true;
}

/* --- admission --- */
/* Forgets the first pair that is neither listed nor valid, and has not ended. */
static bool forget_one(struct nt_ice_pairs *t, nt_time now)
{
    size_t i = 0;
    while (i < t->count && (t->items[i].listed || t->items[i].valid > 0 || t->items[i].ended))
        i++;
    if (i == t->count)
        return false;
    nt_ice_record_drop(t->record, &own_of(t, t->items[i].own)->addr, &remote_of(t, t->items[i].remote)->addr,
                       "no room to remember more pairs: one that is off its check list is in no report any more", now);
    memmove(&t->items[i], &t->items[i + 1], (t->count - i - 1) * sizeof *t->items);
    t->count--;
    return true;
}

/* A new pair at the end; NULL without memory. */
static struct nt_ice_pair *append_pair(struct nt_ice_pairs *t, uint32_t own, uint32_t remote, nt_time now)
{
    if (t->count >= NT_ICE_PAIRS_KEPT && t->count >= t->limit && !forget_one(t, now))
        return NULL;
    if (nt_grow(&t->items, &t->cap, t->count + 1, sizeof *t->items, UINT16_MAX + NT_ICE_PAIRS_KEPT) != NT_OK)
        return NULL;
    const struct nt_ice_entry *e = nt_ice_candidates_at(t->own, own);
    struct nt_ice_pair *p = &t->items[t->count++];
    *p = (struct nt_ice_pair){
        .number = ++t->numbers, .own = own, .remote = remote, .via = e->via, .stream = e->c.stream, .component = e->c.component};
    return p;
}

static struct nt_ice_admission refuse(const struct nt_ice_pairs *t, uint32_t own, uint32_t remote, const char *why, nt_time now)
{
    const struct nt_ice_candidate *c = own_of(t, own);
    nt_ice_record_event(t->record, (struct nt_trace_event){.at = now,
                                                           .kind = NT_TR_ICE_PAIR_REFUSED,
                                                           .a = c->addr,
                                                           .b = remote_of(t, remote)->addr,
                                                           .n = {c->stream, c->component},
                                                           .text = why});
    return (struct nt_ice_admission){.refusal = why};
}

struct nt_ice_admission nt_ice_pairs_admit(struct nt_ice_pairs *t, uint32_t own, uint32_t remote, enum nt_ice_way way,
                                           enum nt_ice_why why, nt_time now)
{
    struct nt_ice_admission admission = {0};
    const struct nt_ice_pair *known = nt_ice_pairs_find(t, own, remote);
    if (known != NULL && known->ended)
        return refuse(t, own, remote, "its consent was lost: only a restart brings it back", now);
    if (known != NULL && known->listed)
        return (struct nt_ice_admission){.pair = known->number};
    if (way == NT_ICE_WAY_CLOSED)
        return refuse(t, own, remote, no_way, now);
    if (!make_room(t, own, remote, why, &admission.pruned, now))
        return refuse(t, own, remote, "the limit of pairs", now);
    struct nt_ice_pair *p = known != NULL ? pair_of(t, known->number) : append_pair(t, own, remote, now);
    if (p == NULL)
        return refuse(t, own, remote, "no memory", now);
    p->state = NT_ICE_FROZEN;
    p->way = way;
    p->priority = nt_ice_pairs_priority(t, own, remote);
    p->listed = true;
    t->listed++;
    admission.pair = p->number;
    trace_pair(t, NT_TR_ICE_PAIR, p, NULL, now);
    return admission;
}

/* --- freezing --- */
/* The same foundation. */
static bool same_group(const struct nt_ice_pairs *t, const struct nt_ice_pair *p, const struct nt_ice_pair *q)
{
    return strcmp(own_of(t, p->own)->foundation, own_of(t, q->own)->foundation) == 0 &&
           strcmp(remote_of(t, p->remote)->foundation, remote_of(t, q->remote)->foundation) == 0;
}

static bool comes_before(const struct nt_ice_pair *p, const struct nt_ice_pair *q)
{
    if (p->stream != q->stream)
        return p->stream < q->stream;
    return p->component != q->component ? p->component < q->component : p->priority > q->priority;
}

/* RFC 8445, 6.1.2.6: "For each foundation, the agent sets the state of exactly one candidate pair to the Waiting state": the first
 * one "ordered by the lowest component ID and then the highest priority" in the first check list that has it. */
static void unfreeze_group_of(struct nt_ice_pairs *t, struct nt_ice_pair *pair, nt_time now)
{
    struct nt_ice_pair *first = pair;
    bool succeeded = false;
    for (size_t i = 0; i < t->count; i++) {
        struct nt_ice_pair *p = &t->items[i];
        if (!p->listed || !same_group(t, p, pair))
            continue;
        if (p->state == NT_ICE_SUCCEEDED)
            succeeded = true; /* 7.2.5.3.3 has been through: a pair that comes later follows */
        else if (p->state != NT_ICE_FROZEN)
            return;
        else if (comes_before(p, first))
            first = p;
    }
    set_state(t, succeeded ? pair : first, NT_ICE_WAITING, now);
}

void nt_ice_pairs_set_initial_states(struct nt_ice_pairs *t, nt_time now)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i].listed && t->items[i].state == NT_ICE_FROZEN)
            unfreeze_group_of(t, &t->items[i], now);
}

/* RFC 8838, 12: a pair that comes later is Waiting if it is the topmost of its foundation ("the lowest component ID and, if the
 * component IDs are equal, the highest priority"), or if one of them has Succeeded; "In all other cases, set the state to Frozen".
 */
static void set_late_state(struct nt_ice_pairs *t, struct nt_ice_pair *late, nt_time now)
{
    bool topmost = true, succeeded = false;
    for (size_t i = 0; i < t->count; i++) {
        const struct nt_ice_pair *p = &t->items[i];
        if (p == late || !p->listed || !same_group(t, p, late))
            continue;
        topmost = topmost && !comes_before(p, late);
        succeeded = succeeded || p->state == NT_ICE_SUCCEEDED;
    }
    if (topmost || succeeded)
        set_state(t, late, NT_ICE_WAITING, now);
}

void nt_ice_pairs_set_late_states(struct nt_ice_pairs *t, uint32_t after, nt_time now)
{
    for (size_t i = place_of(t, after + 1); i < t->count; i++)
        if (t->items[i].listed && t->items[i].state == NT_ICE_FROZEN)
            set_late_state(t, &t->items[i], now);
}

void nt_ice_pairs_unfreeze_group(struct nt_ice_pairs *t, uint32_t pair, nt_time now)
{
    const struct nt_ice_pair *succeeded = pair_of(t, pair);
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i].listed && t->items[i].state == NT_ICE_FROZEN && same_group(t, &t->items[i], succeeded))
            set_state(t, &t->items[i], NT_ICE_WAITING, now);
}

static bool is_group_busy(const struct nt_ice_pairs *t, const struct nt_ice_pair *pair)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct nt_ice_pair *p = &t->items[i];
        if (p->listed && (p->state == NT_ICE_WAITING || p->state == NT_ICE_IN_PROGRESS) && same_group(t, p, pair))
            return true;
    }
    return false;
}

static bool is_on(const struct nt_ice_pair *p, uint8_t stream)
{
    return p->listed && p->stream == stream;
}

void nt_ice_pairs_unfreeze_idle(struct nt_ice_pairs *t, uint8_t stream, nt_time now)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i].state == NT_ICE_FROZEN && is_on(&t->items[i], stream) && !is_group_busy(t, &t->items[i]))
            set_state(t, &t->items[i], NT_ICE_WAITING, now);
}

/* --- one pair's life --- */
bool nt_ice_pairs_is_new_request(struct nt_ice_pairs *t, uint32_t pair, const uint8_t id[NT_STUN_ID])
{
    struct nt_ice_pair *p = pair_of(t, pair);
    for (size_t i = 0; i < NT_ICE_SEEN; i++)
        if (memcmp(p->seen[i], id, NT_STUN_ID) == 0)
            return false;
    memcpy(p->seen[p->seen_next++ % NT_ICE_SEEN], id, NT_STUN_ID);
    return true;
}

void nt_ice_pairs_answered(struct nt_ice_pairs *t, uint32_t pair)
{
    struct nt_ice_pair *p = pair_of(t, pair);
    p->sendable = true;
}

void nt_ice_pairs_enqueue(struct nt_ice_pairs *t, uint32_t pair)
{
    struct nt_ice_pair *p = pair_of(t, pair);
    if (p->queued == 0 && p->listed && !p->ended && p->way != NT_ICE_WAY_CLOSED)
        p->queued = ++t->queue_next;
}

void nt_ice_pairs_dequeue(struct nt_ice_pairs *t, uint32_t pair)
{
    struct nt_ice_pair *p = pair_of(t, pair);
    p->queued = 0;
}

void nt_ice_pairs_trigger(struct nt_ice_pairs *t, uint32_t pair, nt_time now)
{
    set_state(t, pair_of(t, pair), NT_ICE_WAITING, now);
    nt_ice_pairs_enqueue(t, pair);
}

void nt_ice_pairs_begin_check(struct nt_ice_pairs *t, uint32_t pair, nt_time now)
{
    struct nt_ice_pair *p = pair_of(t, pair);
    p->queued = 0;
    /* A pair stays Succeeded while its nominating check is under way: it is valid still. */
    if (p->state != NT_ICE_SUCCEEDED)
        set_state(t, p, NT_ICE_IN_PROGRESS, now);
}

void nt_ice_pairs_note_success(struct nt_ice_pairs *t, uint32_t pair, nt_time started, nt_time now)
{
    struct nt_ice_pair *p = pair_of(t, pair);
    p->rtt = now - started;
    p->answered_at = now;
    p->receivable = true;
}

void nt_ice_pairs_note_answer(struct nt_ice_pairs *t, uint32_t pair, nt_time now)
{
    struct nt_ice_pair *p = pair_of(t, pair);
    p->answered_at = now;
}

void nt_ice_pairs_succeed(struct nt_ice_pairs *t, uint32_t pair, nt_time now)
{
    set_state(t, pair_of(t, pair), NT_ICE_SUCCEEDED, now);
}

void nt_ice_pairs_fail(struct nt_ice_pairs *t, uint32_t pair, const char *why, nt_time now)
{
    struct nt_ice_pair *p = pair_of(t, pair);
    p->queued = 0;
    p->nominating = p->use_candidate_pending = false;
    enter_state(t, p, NT_ICE_PAIR_FAILED, why, now);
}

void nt_ice_pairs_end(struct nt_ice_pairs *t, uint32_t pair, const char *why, nt_time now)
{
    struct nt_ice_pair *p = pair_of(t, pair);
    nt_ice_pairs_fail(t, pair, why, now);
    p->ended = true;
}

void nt_ice_pairs_prune(struct nt_ice_pairs *t, uint32_t pair, const char *why, nt_time now)
{
    struct nt_ice_pair *p = pair_of(t, pair);
    if (!p->listed)
        return;
    p->listed = false;
    p->queued = 0;
    p->nominating = p->use_candidate_pending = false;
    t->listed--;
    trace_pair(t, NT_TR_ICE_PAIR_GONE, p, why, now);
}

void nt_ice_pairs_set_nominating(struct nt_ice_pairs *t, uint32_t pair)
{
    struct nt_ice_pair *p = pair_of(t, pair);
    p->nominating = !p->ended;
    nt_ice_pairs_enqueue(t, pair);
}

void nt_ice_pairs_set_use_candidate_pending(struct nt_ice_pairs *t, uint32_t pair)
{
    struct nt_ice_pair *p = pair_of(t, pair);
    p->use_candidate_pending = !p->ended;
}

void nt_ice_pairs_clear_nomination(struct nt_ice_pairs *t, uint32_t pair)
{
    struct nt_ice_pair *p = pair_of(t, pair);
    p->nominating = p->use_candidate_pending = false;
}

void nt_ice_pairs_hold(struct nt_ice_pairs *t, uint32_t pair)
{
    struct nt_ice_pair *p = pair_of(t, pair);
    if (nt_ice_pairs_get(t, pair) != NULL)
        p->valid++;
}

void nt_ice_pairs_release(struct nt_ice_pairs *t, uint32_t pair)
{
    struct nt_ice_pair *p = pair_of(t, pair);
    if (nt_ice_pairs_get(t, pair) != NULL)
        p->valid--;
}

void nt_ice_pairs_set_way(struct nt_ice_pairs *t, uint32_t pair, enum nt_ice_way way)
{
    struct nt_ice_pair *p = pair_of(t, pair);
    p->way = way;
}

/* --- questions --- */
/* RFC 8445, 7.2.1: a check from a relayed candidate waits for its permission; it does not keep others waiting. */
static bool is_sendable(const struct nt_ice_pair *p)
{
    return p->way == NT_ICE_WAY_OPEN;
}

const struct nt_ice_pair *nt_ice_pairs_first_triggered(const struct nt_ice_pairs *t, uint8_t stream)
{
    const struct nt_ice_pair *found = NULL;
    for (size_t i = 0; i < t->count; i++) {
        const struct nt_ice_pair *p = &t->items[i];
        if (p->queued != 0 && is_on(p, stream) && is_sendable(p) && (found == NULL || p->queued < found->queued))
            found = p;
    }
    return found;
}

/* "the highest-priority candidate pair (if there are multiple pairs with the same priority, the pair with the lowest component ID
 * is picked)" that is Waiting, not in the triggered-check queue */
const struct nt_ice_pair *nt_ice_pairs_best_waiting(const struct nt_ice_pairs *t, uint8_t stream)
{
    const struct nt_ice_pair *found = NULL;
    for (size_t i = 0; i < t->count; i++) {
        const struct nt_ice_pair *p = &t->items[i];
        if (p->state != NT_ICE_WAITING || p->queued != 0 || !is_on(p, stream) || !is_sendable(p))
            continue;
        if (found == NULL || p->priority > found->priority || (p->priority == found->priority && p->component < found->component))
            found = p;
    }
    return found;
}

bool nt_ice_pairs_may_check(const struct nt_ice_pairs *t, uint8_t stream)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct nt_ice_pair *p = &t->items[i];
        if (is_on(p, stream) && (p->queued != 0 || p->state == NT_ICE_WAITING || p->state == NT_ICE_FROZEN))
            return true;
    }
    return false;
}

bool nt_ice_pairs_all_ended(const struct nt_ice_pairs *t, uint8_t stream)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct nt_ice_pair *p = &t->items[i];
        if (is_on(p, stream) && (p->queued != 0 || (p->state != NT_ICE_SUCCEEDED && p->state != NT_ICE_PAIR_FAILED)))
            return false;
    }
    return true;
}

bool nt_ice_pairs_better_to_come(const struct nt_ice_pairs *t, uint8_t stream, uint16_t component, uint64_t priority)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct nt_ice_pair *p = &t->items[i];
        if (is_on(p, stream) && p->component == component && p->state <= NT_ICE_IN_PROGRESS && p->priority > priority)
            return true;
    }
    return false;
}

bool nt_ice_pairs_has_begun(const struct nt_ice_pairs *t, uint32_t remote)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i].listed && t->items[i].remote == remote && t->items[i].state >= NT_ICE_IN_PROGRESS)
            return true;
    return false;
}

size_t nt_ice_pairs_listed(const struct nt_ice_pairs *t)
{
    return t->listed;
}

size_t nt_ice_pairs_busy(const struct nt_ice_pairs *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->count; i++)
        n += t->items[i].listed && (t->items[i].state == NT_ICE_WAITING || t->items[i].state == NT_ICE_IN_PROGRESS);
    return n;
}
