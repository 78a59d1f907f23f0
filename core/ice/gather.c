/* Gathering (RFC 8445, section 5.1.1): bases, then one transaction for each (base, server) every Ta, then candidates. */
#include "core/base/map.h"
#include "core/ice/agent.h"

#include <stdlib.h>
#include <string.h>

static bool base_asked(const struct nt_ice_agent *a, const struct nt_addr *addr)
{
    return nt_ice_address_usable(addr, a->config.ipv6);
}

static int make_bases(struct nt_ice_agent *a)
{
    struct nt_ice_bases *b = &a->bases;
    size_t each = (size_t)a->config.streams * a->config.components;
    if (each * b->interface_count > NT_ICE_BASES_MAX)
        return NT_ELIMIT;
    b->items = calloc(each * b->interface_count + 1, sizeof *b->items);
    if (b->items == NULL)
        return NT_ENOMEM;
    for (size_t s = 0; s < a->config.streams; s++)
        for (size_t c = 0; c < a->config.components; c++)
            for (size_t i = 0; i < b->interface_count; i++)
                if (base_asked(a, &b->interfaces[i]))
                    b->items[b->count++] = (struct nt_ice_base){.addr = nt_addr_with_port(&b->interfaces[i], 0),
                                                                .stream = (uint8_t)(s + 1), .component = (uint16_t)(c + 1)};
    return NT_OK;
}

static struct nt_ice_source *add_source(struct nt_ice_agent *a, size_t base, bool turn, size_t index, const struct nt_addr *server)
{
    struct nt_ice_bases *b = &a->bases;
    if (server->family != b->items[base].addr.family)
        return NULL;
    /* One allocation for each 5-tuple (RFC 8656, 7.2). */
    for (size_t i = 0; turn && i < b->source_count; i++)
        if (b->sources[i].turn && b->sources[i].base == base && nt_addr_equal(&b->sources[i].server, server))
            return NULL;
    struct nt_ice_source *s = &b->sources[b->source_count++];
    *s = (struct nt_ice_source){.base = (uint16_t)base, .index = (uint16_t)index, .turn = turn, .server = *server,
                                .refresh_at = NT_TIME_NEVER};
    return s;
}

static int make_sources(struct nt_ice_agent *a)
{
    struct nt_ice_bases *b = &a->bases;
    size_t servers = a->config.stun_count + a->config.turn_count;
    if (servers * b->count > NT_ICE_SOURCES_MAX)
        return NT_ELIMIT;
    b->sources = calloc(servers * b->count + 1, sizeof *b->sources);
    if (b->sources == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < b->count; i++) {
        for (size_t k = 0; k < a->config.stun_count && a->config.policy == NT_ICE_ALL; k++)
            add_source(a, i, false, k, &a->config.stun[k]);
        for (size_t k = 0; k < a->config.turn_count; k++) {
            struct nt_ice_source *s = add_source(a, i, true, k, &a->config.turn[k].server);
            if (s != NULL && (s->held = malloc(NT_ICE_HELD_MAX)) == NULL)
                return NT_ENOMEM;
        }
    }
    return NT_OK;
}

static void free_bases(struct nt_ice_bases *b)
{
    for (size_t i = 0; i < b->source_count; i++)
        free(b->sources[i].held);
    free(b->sources);
    free(b->items);
    b->sources = NULL;
    b->items = NULL;
    b->count = b->source_count = 0;
}

int nt_ice_gather(struct nt_ice_agent *a, nt_time now)
{
    if (a->state != NT_ICE_NEW)
        return NT_ESTATE;
    int r = make_bases(a);
    if (r == NT_OK)
        r = make_sources(a);
    if (r == NT_OK) /* host, server-reflexive twice for a TURN server, and the peer-reflexive ones to come */
        r = nt_grow(&a->bases.own, &a->bases.own_cap, a->bases.count + 2 * a->bases.source_count +
                    (nt_ice_trickles(a) ? NT_ICE_PRFLX_MAX : 0), sizeof *a->bases.own, SIZE_MAX / 1024);
    if (r != NT_OK) {
        free_bases(&a->bases);
        return r;
    }
    nt_ice_set_state(a, NT_ICE_GATHERING);
    a->next_start = now;
    nt_ice_gather_input(a, now);
    nt_ice_settle(a, now);
    return NT_OK;
}

static struct nt_ice_own own_of(const struct nt_ice_agent *a, enum nt_ice_type type, size_t base, const struct nt_addr *addr,
                                const struct nt_addr *base_addr, const struct nt_addr *related, uint32_t rank)
{
    const struct nt_ice_base *b = &a->bases.items[base];
    struct nt_ice_own own = {.c = {.type = type, .stream = b->stream, .component = b->component, .transport = NT_UDP, .addr = *addr,
                                   .base = *base_addr},
                             .via = {.base = (uint16_t)base, .relay = NT_ICE_DIRECT}, .rank = rank};
    if (related != NULL)
        own.c.related = *related;
    return own;
}

/* With trickle each one is what it is at once; a redundant one is none. */
static void add_own(struct nt_ice_agent *a, const struct nt_ice_own *own)
{
    struct nt_ice_bases *b = &a->bases;
    b->own[b->own_count++] = *own;
    if (!nt_ice_trickles(a))
        return;
    if (nt_ice_candidate_join(b->own, b->own_count))
        b->settled++;
    else
        b->own_count--;
}

/* RFC 8839, 5.1: "rel-addr" for privacy is the unspecified address with port 9. */
static struct nt_addr hidden(const struct nt_addr *like)
{
    return (struct nt_addr){.family = like->family, .port = 9};
}

static void add_source_candidates(struct nt_ice_agent *a, size_t i)
{
    const struct nt_ice_source *s = &a->bases.sources[i];
    const struct nt_ice_base *b = &a->bases.items[s->base];
    bool open = a->config.policy == NT_ICE_ALL;
    if (open && nt_addr_is_set(&s->mapped) && s->mapped.family == b->addr.family) {
        struct nt_ice_own own = own_of(a, NT_ICE_SRFLX, s->base, &s->mapped, &b->addr, &b->addr, (uint32_t)i);
        own.server = s->server;
        add_own(a, &own);
    }
    if (s->alive) {
        struct nt_addr related = open && nt_addr_is_set(&s->mapped) ? s->mapped : hidden(&s->relayed);
        struct nt_ice_own own = own_of(a, NT_ICE_RELAY, s->base, &s->relayed, &s->relayed, &related, (uint32_t)i);
        own.server = s->server;
        own.via.relay = (int16_t)i;
        add_own(a, &own);
    }
}

static void add_hosts(struct nt_ice_agent *a)
{
    struct nt_ice_bases *b = &a->bases;
    for (size_t i = 0; i < b->count && a->config.policy == NT_ICE_ALL; i++)
        if (b->items[i].state == NT_ICE_BASE_BOUND) {
            struct nt_ice_own own = own_of(a, NT_ICE_HOST, i, &b->items[i].addr, &b->items[i].addr, NULL, (uint32_t)i);
            add_own(a, &own);
        }
}

static void add_all(struct nt_ice_agent *a)
{
    struct nt_ice_bases *b = &a->bases;
    add_hosts(a);
    for (size_t i = 0; i < b->source_count; i++)
        add_source_candidates(a, i);
    b->own_count = b->settled = nt_ice_candidates_settle(b->own, b->own_count);
    for (size_t i = 0; i < b->settled; i++)
        b->own[i].told = true; /* by the one description there will be */
}

static void finish(struct nt_ice_agent *a, nt_time now)
{
    struct nt_ice_bases *b = &a->bases;
    if (!nt_ice_trickles(a))
        add_all(a);
    b->gathered = true;
    nt_ice_event_push(a, &(struct nt_ice_event){.kind = NT_ICE_EV_GATHERED});
    nt_ice_trace(a, NT_TR_ICE_GATHERED, NULL, NULL, 0, 0, 0, 0, now);
    if (a->session.waiting)
        nt_ice_lists_form(a, now);
}

/* Gathering ends when every bind and every transaction is answered or has failed. */
static void finish_if_done(struct nt_ice_agent *a, nt_time now)
{
    struct nt_ice_bases *b = &a->bases;
    if ((a->state != NT_ICE_GATHERING && a->state != NT_ICE_RUNNING) || b->gathered || b->answered < b->count)
        return;
    for (size_t i = 0; i < b->source_count; i++)
        if (b->sources[i].state < NT_ICE_SOURCE_DONE)
            return;
    finish(a, now);
}

void nt_ice_gather_input(struct nt_ice_agent *a, nt_time now)
{
    struct nt_ice_bases *b = &a->bases;
    for (size_t i = 0; i < b->source_count; i++)
        if (b->sources[i].state == NT_ICE_SOURCE_IDLE && b->items[b->sources[i].base].state == NT_ICE_BASE_REFUSED)
            b->sources[i].state = NT_ICE_SOURCE_FAILED;
    if (nt_ice_trickles(a) && !b->ready && b->answered == b->count) {
        b->ready = true;
        add_hosts(a);
        if (a->session.waiting)
            nt_ice_lists_form(a, now);
    }
    finish_if_done(a, now);
}

void nt_ice_gather_stop(struct nt_ice_agent *a, nt_time now)
{
    struct nt_ice_bases *b = &a->bases;
    if (b->gathered)
        return;
    for (size_t i = 0; i < b->source_count; i++)
        if (b->sources[i].state < NT_ICE_SOURCE_DONE) {
            b->sources[i].state = NT_ICE_SOURCE_FAILED;
            b->sources[i].binding = false;
        }
    finish(a, now);
}

void nt_ice_source_done(struct nt_ice_agent *a, struct nt_ice_source *s, enum nt_ice_source_state state, nt_time now)
{
    bool found = s->state < NT_ICE_SOURCE_DONE && state == NT_ICE_SOURCE_DONE;
    if (s->state < NT_ICE_SOURCE_DONE)
        s->state = state;
    if (found && nt_ice_trickles(a))
        add_source_candidates(a, (size_t)(s - a->bases.sources));
    finish_if_done(a, now);
}

/* RFC 8445, 5.1.1.4: "For server-reflexive candidates learned through a Binding request, the bindings MUST be kept alive by
 * additional Binding requests to the server", until ICE is done. */
static bool keeps_bindings(const struct nt_ice_agent *a)
{
    return a->state == NT_ICE_GATHERING || a->state == NT_ICE_RUNNING;
}

static bool due(const struct nt_ice_agent *a, const struct nt_ice_source *s, nt_time now)
{
    if (a->close_at != NT_TIME_NEVER)
        return false;
    return s->state == NT_ICE_SOURCE_IDLE || (keeps_bindings(a) && !s->binding && s->refresh_at <= now);
}

static void ask_binding(struct nt_ice_agent *a, struct nt_ice_source *s, nt_time now)
{
    uint8_t id[NT_STUN_ID];
    struct nt_ice_via via = {.base = s->base, .relay = NT_ICE_DIRECT};
    nt_rand_bytes(&a->config.rand, id, sizeof id);
    nt_stun_txn_start(&s->txn, id, NT_STUN_RTO, NT_STUN_RC, NT_STUN_RM, now);
    s->binding = true;
    s->refresh_at = NT_TIME_NEVER;
    struct nt_ice_out *o = nt_ice_out_push(a, NT_ICE_OUT_BINDING, via, &s->server);
    if (o != NULL)
        memcpy(o->id, id, sizeof id);
}

static void ask_allocation(struct nt_ice_agent *a, struct nt_ice_source *s, nt_time now)
{
    if (nt_ice_relay_new(a, s) != NT_OK) {
        nt_ice_source_done(a, s, NT_ICE_SOURCE_FAILED, now);
        return;
    }
    nt_turn_client_allocate(s->client, now);
    nt_ice_relay_pull(a, now);
    s->held_paced = false; /* this slot is its */
}

bool nt_ice_source_start(struct nt_ice_agent *a, nt_time now)
{
    struct nt_ice_bases *b = &a->bases;
    if (b->answered < b->count)
        return false;
    for (size_t i = 0; i < b->source_count; i++) {
        struct nt_ice_source *s = &b->sources[i];
        if (!due(a, s, now))
            continue;
        bool first = s->state == NT_ICE_SOURCE_IDLE;
        s->state = first ? NT_ICE_SOURCE_ASKING : s->state;
        if (first && s->turn)
            ask_allocation(a, s, now);
        else
            ask_binding(a, s, now);
        return true;
    }
    return false;
}

bool nt_ice_source_response(struct nt_ice_agent *a, uint16_t base, const struct nt_addr *from, const struct nt_stun_msg *m, nt_time now)
{
    for (size_t i = 0; i < a->bases.source_count; i++) {
        struct nt_ice_source *s = &a->bases.sources[i];
        if (s->base != base || !s->binding || memcmp(s->txn.id, m->id, NT_STUN_ID) != 0 || !nt_addr_equal(&s->server, from))
            continue;
        struct nt_addr mapped;
        /* RFC 8489, 6.3.3: unknown comprehension-required attributes make the transaction fail. RFC 8445, 5.1.1.2: "any
         * ALTERNATE-SERVER attribute in a response is ignored"; "MUST support the backwards-compatibility mode". */
        bool good = m->class_ == NT_STUN_SUCCESS && m->unknown_count == 0 &&
                    (nt_stun_get_addr(m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped) == NT_OK ||
                     nt_stun_get_addr(m, NT_ATTR_MAPPED_ADDRESS, &mapped) == NT_OK);
        s->binding = false;
        s->refresh_at = nt_time_after(now, a->config.keepalive);
        if (good && s->state == NT_ICE_SOURCE_ASKING)
            s->mapped = mapped;
        nt_ice_source_done(a, s, good ? NT_ICE_SOURCE_DONE : NT_ICE_SOURCE_FAILED, now);
        return true;
    }
    return false;
}

void nt_ice_gather_timer(struct nt_ice_agent *a, nt_time now)
{
    for (size_t i = 0; i < a->bases.source_count; i++) {
        struct nt_ice_source *s = &a->bases.sources[i];
        if (!s->binding)
            continue;
        enum nt_stun_txn_due what = nt_stun_txn_due(&s->txn, now);
        struct nt_ice_via via = {.base = s->base, .relay = NT_ICE_DIRECT};
        if (what == NT_TXN_SEND) {
            struct nt_ice_out *o = nt_ice_out_push(a, NT_ICE_OUT_BINDING, via, &s->server);
            if (o != NULL)
                memcpy(o->id, s->txn.id, NT_STUN_ID);
        } else if (what == NT_TXN_TIMEOUT) {
            s->binding = false;
            s->refresh_at = s->state == NT_ICE_SOURCE_ASKING ? NT_TIME_NEVER : nt_time_after(now, a->config.keepalive);
            nt_ice_source_done(a, s, NT_ICE_SOURCE_FAILED, now);
        }
    }
}

nt_time nt_ice_gather_deadline(const struct nt_ice_agent *a)
{
    nt_time at = NT_TIME_NEVER;
    for (size_t i = 0; i < a->bases.source_count && a->bases.answered >= a->bases.count; i++) {
        const struct nt_ice_source *s = &a->bases.sources[i];
        if (s->binding)
            at = nt_time_min(at, s->txn.deadline);
        else if (s->state == NT_ICE_SOURCE_IDLE && a->close_at == NT_TIME_NEVER)
            at = nt_time_min(at, a->next_start);
        else if (s->refresh_at != NT_TIME_NEVER && keeps_bindings(a) && a->close_at == NT_TIME_NEVER)
            at = nt_time_min(at, s->refresh_at > a->next_start ? s->refresh_at : a->next_start);
    }
    return at;
}
