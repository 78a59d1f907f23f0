#include "core/ice/candidates.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nt_ice_candidates {
    struct nt_ice_record *record;
    struct nt_ice_entry *items;
    size_t count, cap;
    size_t settled; /* own: gathered ones that are left */
    size_t learnt;  /* peer-reflexive ones */
    uint32_t shown; /* own: the first ones, which next_gathered has passed */
};

struct nt_ice_candidates *nt_ice_candidates_new(struct nt_ice_record *record)
{
    struct nt_ice_candidates *t = calloc(1, sizeof *t);
    if (t != NULL)
        t->record = record;
    return t;
}

void nt_ice_candidates_del(struct nt_ice_candidates *t)
{
    if (t == NULL)
        return;
    free(t->items);
    free(t);
}

uint32_t nt_ice_candidates_count(const struct nt_ice_candidates *t)
{
    return (uint32_t)t->count;
}

const struct nt_ice_entry *nt_ice_candidates_at(const struct nt_ice_candidates *t, uint32_t id)
{
    return &t->items[id];
}

int nt_ice_candidates_reserve(struct nt_ice_candidates *t, size_t more, size_t most)
{
    size_t need = t->count + more < most ? t->count + more : most;
    return nt_grow(&t->items, &t->cap, need, sizeof *t->items, most);
}

void nt_ice_candidates_mark_paired(struct nt_ice_candidates *t)
{
    for (size_t i = 0; i < t->count; i++)
        t->items[i].paired = t->items[i].told;
}

void nt_ice_candidates_mark_told(struct nt_ice_candidates *t, uint32_t id)
{
    t->items[id].told = true;
}

/* RFC 8445, 5.1.1.3 */
static bool same_foundation(const struct nt_ice_entry *a, const struct nt_ice_entry *b)
{
    return a->c.type == b->c.type && a->c.transport == b->c.transport && nt_addr_same_ip(&a->c.base, &b->c.base) &&
           (a->c.type == NT_ICE_HOST || nt_addr_same_ip(&a->server, &b->server)) && a->by_stream == b->by_stream;
}

/* Of the last one of `n`, which has none yet. */
static void set_foundation(struct nt_ice_entry *items, size_t n)
{
    struct nt_ice_entry *last = &items[n - 1];
    unsigned long highest = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        unsigned long number = strtoul(items[i].c.foundation, NULL, 10);
        highest = number > highest ? number : highest;
        if (same_foundation(&items[i], last)) {
            memcpy(last->c.foundation, items[i].c.foundation, sizeof last->c.foundation);
            return;
        }
    }
    snprintf(last->c.foundation, sizeof last->c.foundation, "%lu", highest + 1);
}

/* RFC 8445, 5.1.3: "A candidate is redundant if and only if its transport address and base equal those of another candidate"; the
 * lower priority goes; one that is gone counts for nothing. 5.1.1.2: "If a relayed candidate is identical to a host candidate [...]
 * the relayed candidate MUST be discarded". The kept ones are in falling preference. */
static bool is_redundant(const struct nt_ice_entry *kept, size_t n, const struct nt_ice_entry *e)
{
    for (size_t i = 0; i < n; i++) {
        if (!nt_addr_equal(&kept[i].c.addr, &e->c.addr) || kept[i].c.stream != e->c.stream || kept[i].gone)
            continue;
        if (nt_addr_equal(&kept[i].c.base, &e->c.base) || (e->c.type == NT_ICE_RELAY && kept[i].c.type == NT_ICE_HOST))
            return true;
    }
    return false;
}

static bool same_kind(const struct nt_ice_candidate *a, const struct nt_ice_candidate *b)
{
    return a->type == b->type && a->stream == b->stream && a->component == b->component;
}

static bool has_priority(const struct nt_ice_candidates *t, const struct nt_ice_entry *of, uint32_t priority)
{
    for (size_t i = 0; i < t->count; i++)
        if (&t->items[i] != of && t->items[i].c.priority == priority && same_kind(&t->items[i].c, &of->c))
            return true;
    return false;
}

/* The local preference of its place among those that may come, whichever comes first; a lower one if that is taken, as by one that
 * is gone: "the local preference MUST be unique" (RFC 8445, 5.1.2.1). */
static uint32_t free_priority(const struct nt_ice_candidates *t, const struct nt_ice_entry *e)
{
    uint32_t priority;
    uint16_t preference = (uint16_t)(UINT16_MAX - e->rank);
    do
        priority = nt_ice_candidate_priority(nt_ice_type_preference(e->c.type), preference, e->c.component);
    while (has_priority(t, e, priority) && preference-- > 0);
    return priority;
}

/* RFC 8838, 9: "it will compute its priority, type, foundation, and component ID according to regular ICE procedures"; it is
 * redundant if transport address and base are those of an existing candidate, "regardless of its priority". */
static void join_last(struct nt_ice_candidates *t)
{
    struct nt_ice_entry *e = &t->items[t->count - 1];
    if (is_redundant(t->items, t->count - 1, e)) {
        t->count--;
        return;
    }
    e->c.priority = free_priority(t, e);
    set_foundation(t->items, t->count);
    t->settled++;
}

bool nt_ice_candidates_add(struct nt_ice_candidates *t, const struct nt_ice_entry *e, bool settled)
{
    if (t->count == t->cap)
        return false;
    t->items[t->count++] = *e;
    if (settled)
        join_last(t);
    return true;
}

static int by_rank(const void *pa, const void *pb)
{
    const struct nt_ice_entry *a = pa, *b = pb;
    if (a->c.stream != b->c.stream)
        return a->c.stream < b->c.stream ? -1 : 1;
    if (a->c.component != b->c.component)
        return a->c.component < b->c.component ? -1 : 1;
    int preference = (int)nt_ice_type_preference(b->c.type) - (int)nt_ice_type_preference(a->c.type);
    if (preference != 0)
        return preference;
    return a->rank < b->rank ? -1 : a->rank > b->rank;
}

void nt_ice_candidates_settle(struct nt_ice_candidates *t)
{
    size_t kept = 0;
    if (t->count > 1)
        qsort(t->items, t->count, sizeof *t->items, by_rank);
    for (size_t i = 0; i < t->count; i++)
        if (!is_redundant(t->items, kept, &t->items[i]))
            t->items[kept++] = t->items[i];
    t->count = t->settled = kept;
    uint16_t preference = UINT16_MAX;
    for (size_t i = 0; i < kept; i++) {
        struct nt_ice_candidate *c = &t->items[i].c;
        /* RFC 8445, 5.1.2.1: "If there is only a single IP address, this value SHOULD be set to 65535"; otherwise unique. */
        preference = i > 0 && same_kind(&t->items[i - 1].c, c) ? (uint16_t)(preference - 1) : UINT16_MAX;
        c->priority = nt_ice_candidate_priority(nt_ice_type_preference(c->type), preference, c->component);
        set_foundation(t->items, i + 1);
    }
}

/* An address may have several bases (RFC 8445, B.2), and be another one's after a NAT has lost its mappings: what was sent from
 * this base is answered to it. */
static uint32_t find_mapped(const struct nt_ice_candidates *t, const struct nt_ice_entry *sender, const struct nt_addr *mapped)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const struct nt_ice_entry *e = &t->items[i];
        if (e->c.stream == sender->c.stream && e->c.component == sender->c.component && nt_addr_equal(&e->c.addr, mapped) &&
            nt_ice_via_equal(e->via, sender->via) && !e->gone)
            return i;
    }
    return NT_ICE_NONE;
}

/* Room for one more peer-reflexive candidate. */
static bool make_room(struct nt_ice_candidates *t, size_t limit, size_t most, const struct nt_addr *own,
                      const struct nt_addr *remote, nt_time now)
{
    if (t->learnt < limit && nt_grow(&t->items, &t->cap, t->count + 1, sizeof *t->items, most) == NT_OK)
        return true;
    nt_ice_record_drop(t->record, own, remote, "no room for another peer-reflexive candidate", now);
    return false;
}

/* RFC 8445, 7.2.5.3.1: "The type is peer reflexive. The base is the local candidate of the candidate pair from which the Binding
 * request was sent. The priority is the value of the PRIORITY attribute in the Binding request." */
uint32_t nt_ice_candidates_mapped(struct nt_ice_candidates *t, uint32_t sender, const struct nt_addr *mapped,
                                  const struct nt_addr *remote, uint32_t priority, nt_time now)
{
    uint32_t known = find_mapped(t, &t->items[sender], mapped);
    if (known != NT_ICE_NONE)
        return known;
    if (!make_room(t, NT_ICE_PRFLX_MAX, SIZE_MAX / sizeof *t->items, mapped, remote, now))
        return NT_ICE_NONE;
    const struct nt_ice_entry *from = &t->items[sender];
    struct nt_ice_entry *e = &t->items[t->count++];
    *e = (struct nt_ice_entry){.c = from->c, .via = from->via, .server = *remote};
    e->c.type = NT_ICE_PRFLX;
    e->c.addr = *mapped;
    e->c.base = from->c.addr;
    e->c.related = from->c.addr;
    e->c.priority = priority;
    memset(e->c.foundation, 0, sizeof e->c.foundation);
    set_foundation(t->items, t->count);
    t->learnt++;
    nt_ice_record_event(
        t->record,
        (struct nt_trace_event){
            .at = now, .kind = NT_TR_ICE_PRFLX_LOCAL, .a = e->c.addr, .b = e->c.base, .n = {e->c.stream, e->c.component}});
    return (uint32_t)(t->count - 1);
}

uint32_t nt_ice_candidates_sender(const struct nt_ice_candidates *t, struct nt_ice_via via)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const struct nt_ice_entry *e = &t->items[i];
        if (nt_ice_via_equal(e->via, via) && !e->gone && (e->c.type == NT_ICE_HOST || e->c.type == NT_ICE_RELAY))
            return i;
    }
    return NT_ICE_NONE;
}

void nt_ice_candidates_retire(struct nt_ice_candidates *t, struct nt_ice_via via)
{
    for (size_t i = 0; i < t->count; i++)
        if (nt_ice_via_equal(t->items[i].via, via))
            t->items[i].gone = true;
}

size_t nt_ice_candidates_settled(const struct nt_ice_candidates *t)
{
    return t->settled;
}

const struct nt_ice_candidate *nt_ice_candidates_next_gathered(struct nt_ice_candidates *t)
{
    while (t->shown < t->count) {
        const struct nt_ice_entry *e = &t->items[t->shown++];
        if (e->c.type != NT_ICE_PRFLX && !e->gone)
            return &e->c;
    }
    return NULL;
}

uint32_t nt_ice_candidates_find(const struct nt_ice_candidates *t, uint8_t stream, uint16_t component, const struct nt_addr *addr)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const struct nt_ice_candidate *c = &t->items[i].c;
        if (c->stream == stream && c->component == component && nt_addr_equal(&c->addr, addr))
            return i;
    }
    return NT_ICE_NONE;
}

static bool has_foundation(const struct nt_ice_candidates *t, const char *foundation)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->items[i].c.foundation, foundation) == 0)
            return true;
    return false;
}

/* RFC 8445, 7.3.1.3: "The foundation is an arbitrary value, different from the foundations of all other remote candidates." */
static void set_unique_foundation(const struct nt_ice_candidates *t, struct nt_ice_candidate *c)
{
    size_t n = t->learnt;
    do
        snprintf(c->foundation, sizeof c->foundation, "prflx/%zu", ++n);
    while (has_foundation(t, c->foundation));
}

uint32_t nt_ice_candidates_learn(struct nt_ice_candidates *t, const struct nt_ice_candidate *learnt, size_t limit, size_t told,
                                 const struct nt_addr *to, nt_time now)
{
    if (!make_room(t, limit, told + limit, to, &learnt->addr, now))
        return NT_ICE_NONE;
    struct nt_ice_entry e = {.c = *learnt};
    set_unique_foundation(t, &e.c);
    t->items[t->count++] = e;
    t->learnt++;
    nt_ice_record_event(
        t->record,
        (struct nt_trace_event){
            .at = now, .kind = NT_TR_ICE_PRFLX_REMOTE, .a = learnt->addr, .b = *to, .n = {learnt->stream, learnt->component}});
    return (uint32_t)(t->count - 1);
}

bool nt_ice_candidates_signalled(struct nt_ice_candidates *t, const struct nt_ice_candidate *c)
{
    uint32_t i = nt_ice_candidates_find(t, c->stream, c->component, &c->addr);
    if (i == NT_ICE_NONE) {
        if (t->count == t->cap)
            return false;
        t->items[t->count++] = (struct nt_ice_entry){.c = *c, .told = true};
    } else if (!t->items[i].told) {
        /* RFC 8445, 7.3.1.3: "If any subsequent candidate exchanges contain this peer-reflexive candidate, it will signal the
         * actual foundation for the candidate." Type and priority come with it. */
        t->items[i] = (struct nt_ice_entry){.c = *c, .told = true};
        t->learnt--;
    }
    return true;
}

void nt_ice_candidates_replace(struct nt_ice_candidates *t, uint32_t id, const struct nt_ice_candidate *c)
{
    t->items[id].c = *c;
}
