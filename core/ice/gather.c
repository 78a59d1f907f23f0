#include "core/ice/gather.h"
#include "core/base/err.h"
#include "core/ice/bases.h"
#include "core/ice/candidates.h"
#include "core/ice/relay.h"

#include <stdlib.h>
#include <string.h>

enum source_state { SOURCE_IDLE = 0, SOURCE_ASKING, SOURCE_DONE, SOURCE_FAILED };

/* A STUN or TURN server as seen from one base. */
struct source {
    uint16_t base, server_index;
    bool turn;    /* it is asked for an allocation, not (or no longer) by a Binding request alone */
    bool of_turn; /* it is a TURN server's */
    enum source_state state;
    struct nt_addr server, mapped;
    bool binding; /* a Binding transaction is under way */
    struct nt_stun_txn txn;
    nt_time refresh_at; /* when the NAT's mapping to the server is refreshed */
};

struct nt_ice_gather {
    const struct nt_ice_env *env;
    struct source *items;
    size_t count;
    bool ready, done;
    bool stopped, closed;
    bool was_done, was_stopped; /* before the last nt_ice_gather_again */
};

struct nt_ice_gather *nt_ice_gather_new(const struct nt_ice_env *env)
{
    struct nt_ice_gather *g = calloc(1, sizeof *g);
    if (g != NULL)
        g->env = env;
    return g;
}

void nt_ice_gather_del(struct nt_ice_gather *g)
{
    if (g == NULL)
        return;
    free(g->items);
    free(g);
}

static bool trickles(const struct nt_ice_gather *g)
{
    return g->env->config->trickle != NT_ICE_TRICKLE_OFF;
}

static const struct nt_ice_base *base_of(const struct nt_ice_gather *g, const struct source *s)
{
    return nt_ice_bases_at(g->env->bases, s->base);
}

static void add_source(struct nt_ice_gather *g, uint16_t base, bool turn, size_t index, const struct nt_addr *server)
{
    if (server->family != nt_ice_bases_at(g->env->bases, base)->addr.family)
        return;
    /* One allocation for each 5-tuple (RFC 8656, 7.2). */
    for (size_t i = 0; turn && i < g->count; i++)
        if (g->items[i].turn && g->items[i].base == base && nt_addr_equal(&g->items[i].server, server))
            return; /* told by trace_unasked */
    g->items[g->count++] = (struct source){.base = base,
                                           .server_index = (uint16_t)index,
                                           .turn = turn,
                                           .of_turn = turn,
                                           .server = *server,
                                           .refresh_at = NT_TIME_NEVER};
}

static bool is_told_before(const struct nt_ice_turn *turn, size_t k)
{
    for (size_t i = 0; i < k; i++)
        if (nt_addr_equal(&turn[i].server, &turn[k].server))
            return true;
    return false;
}

static bool has_base_of(const struct nt_ice_gather *g, const struct nt_addr *server)
{
    for (uint16_t i = 0; i < nt_ice_bases_count(g->env->bases); i++)
        if (nt_ice_bases_at(g->env->bases, i)->addr.family == server->family)
            return true;
    return false;
}

static void trace_unasked(const struct nt_ice_gather *g, nt_time now)
{
    static const char no_base[] = "a server is not asked: no interface has its address family",
                      twice[] = "a TURN server is asked once, though it is given twice";
    const struct nt_ice_config *config = g->env->config;
    for (size_t k = 0; k < config->stun_count && config->policy == NT_ICE_ALL; k++)
        if (!has_base_of(g, &config->stun[k]))
            nt_ice_record_drop(g->env->record, NULL, &config->stun[k], no_base, now);
    for (size_t k = 0; k < config->turn_count; k++)
        if (!has_base_of(g, &config->turn[k].server))
            nt_ice_record_drop(g->env->record, NULL, &config->turn[k].server, no_base, now);
        else if (is_told_before(config->turn, k))
            nt_ice_record_drop(g->env->record, NULL, &config->turn[k].server, twice, now);
}

static int make_sources(struct nt_ice_gather *g, nt_time now)
{
    const struct nt_ice_config *config = g->env->config;
    uint16_t bases = nt_ice_bases_count(g->env->bases);
    size_t most = (config->stun_count + config->turn_count) * bases;
    if (most > NT_ICE_SOURCES_MAX)
        return NT_ELIMIT;
    g->items = calloc(most + 1, sizeof *g->items);
    if (g->items == NULL)
        return NT_ENOMEM;
    for (uint16_t base = 0; base < bases; base++) {
        for (size_t k = 0; k < config->stun_count && config->policy == NT_ICE_ALL; k++)
            add_source(g, base, false, k, &config->stun[k]);
        for (size_t k = 0; k < config->turn_count; k++)
            add_source(g, base, true, k, &config->turn[k].server);
    }
    trace_unasked(g, now);
    return NT_OK;
}

int nt_ice_gather_make(struct nt_ice_gather *g, nt_time now)
{
    int r = make_sources(g, now);
    if (r == NT_OK)
        r = nt_ice_relays_make(g->env->relays, g->count);
    /* Host candidates, two reflexive ones for a TURN server, and with trickle the peer-reflexive ones to come. */
    size_t most = nt_ice_bases_count(g->env->bases) + 2 * g->count + (trickles(g) ? NT_ICE_PRFLX_MAX : 0);
    if (r == NT_OK)
        r = nt_ice_candidates_reserve(g->env->own, most, most);
    if (r == NT_OK)
        return NT_OK;
    free(g->items);
    g->items = NULL;
    g->count = 0;
    return r;
}

/* `server`: where it was learnt; NULL for a host candidate. */
static struct nt_ice_entry make_own(const struct nt_ice_gather *g, enum nt_ice_type type, uint16_t base, const struct nt_addr *addr,
                                    const struct nt_addr *server, uint32_t rank)
{
    const struct nt_ice_base *b = nt_ice_bases_at(g->env->bases, base);
    return (struct nt_ice_entry){
        .c = {.type = type, .stream = b->stream, .component = b->component, .transport = NT_UDP, .addr = *addr, .base = *addr},
        .via = {.base = base, .relay = NT_ICE_DIRECT},
        .server = server != NULL ? *server : (struct nt_addr){0},
        .rank = rank};
}

static bool same_component(const struct nt_ice_gather *g, uint16_t base, uint16_t other)
{
    const struct nt_ice_base *b = nt_ice_bases_at(g->env->bases, base), *o = nt_ice_bases_at(g->env->bases, other);
    return b->stream == o->stream && b->component == o->component;
}

/* The place of what comes of a base or a source among all that may come of its type for its component. */
static uint32_t rank_of_base(const struct nt_ice_gather *g, uint16_t base)
{
    uint32_t n = 0;
    for (uint16_t i = 0; i < base; i++)
        n += same_component(g, i, base);
    return n;
}

static uint32_t rank_of_source(const struct nt_ice_gather *g, const struct source *s, bool turn_only)
{
    uint32_t n = 0;
    for (const struct source *o = g->items; o < s; o++)
        n += same_component(g, o->base, s->base) && (o->of_turn || !turn_only);
    return n;
}

static void add_hosts(struct nt_ice_gather *g)
{
    uint16_t bases = nt_ice_bases_count(g->env->bases);
    for (uint16_t i = 0; i < bases && g->env->config->policy == NT_ICE_ALL; i++) {
        const struct nt_ice_base *b = nt_ice_bases_at(g->env->bases, i);
        struct nt_ice_entry own = make_own(g, NT_ICE_HOST, i, &b->addr, NULL, rank_of_base(g, i));
        if (b->state == NT_ICE_BASE_BOUND && !b->spare)
            nt_ice_candidates_add(g->env->own, &own, trickles(g));
    }
}

/* RFC 8839, 5.1: "rel-addr" for privacy is the unspecified address with port 9. */
static struct nt_addr hidden(const struct nt_addr *like)
{
    return (struct nt_addr){.family = like->family, .port = 9};
}

static void add_reflexive(struct nt_ice_gather *g, const struct source *s)
{
    const struct nt_ice_base *b = base_of(g, s);
    if (!nt_addr_is_set(&s->mapped) || b->spare)
        return;
    struct nt_ice_entry own = make_own(g, NT_ICE_SRFLX, s->base, &s->mapped, &s->server, rank_of_source(g, s, false));
    own.c.base = own.c.related = b->addr;
    nt_ice_candidates_add(g->env->own, &own, trickles(g));
}

static void add_relayed(struct nt_ice_gather *g, const struct source *s, bool open)
{
    uint16_t i = (uint16_t)(s - g->items);
    if (!nt_ice_relays_alive(g->env->relays, i))
        return;
    struct nt_ice_entry own =
        make_own(g, NT_ICE_RELAY, s->base, nt_ice_relays_address(g->env->relays, i), &s->server, rank_of_source(g, s, true));
    own.c.related = open && nt_addr_is_set(&s->mapped) ? s->mapped : hidden(&own.c.addr);
    own.via.relay = (int16_t)i;
    nt_ice_candidates_add(g->env->own, &own, trickles(g));
}

static void add_source_candidates(struct nt_ice_gather *g, const struct source *s)
{
    bool open = g->env->config->policy == NT_ICE_ALL;
    if (open)
        add_reflexive(g, s);
    add_relayed(g, s, open);
}

/* Without trickle: all that was gathered; one description will tell of them. */
static void add_all(struct nt_ice_gather *g)
{
    add_hosts(g);
    for (size_t i = 0; i < g->count; i++)
        add_source_candidates(g, &g->items[i]);
    nt_ice_candidates_settle(g->env->own);
    for (uint32_t i = 0; i < nt_ice_candidates_count(g->env->own); i++)
        nt_ice_candidates_mark_told(g->env->own, i);
}

static void finish(struct nt_ice_gather *g)
{
    if (!trickles(g))
        add_all(g);
    g->done = true;
}

/* With trickle: what there is without asking. */
static void show_hosts_and_relays(struct nt_ice_gather *g)
{
    g->ready = true;
    add_hosts(g);
    for (size_t i = 0; i < g->count; i++)
        if (g->items[i].state == SOURCE_DONE)
            add_source_candidates(g, &g->items[i]);
}

static void ask_again(struct nt_ice_gather *g, struct source *s)
{
    if (base_of(g, s)->state == NT_ICE_BASE_REFUSED)
        return;
    if (s->of_turn) {
        s->state = nt_ice_relays_alive(g->env->relays, (uint16_t)(s - g->items)) ? SOURCE_DONE : s->state;
        return;
    }
    s->state = SOURCE_IDLE;
    s->binding = false;
    s->refresh_at = NT_TIME_NEVER;
    s->mapped = (struct nt_addr){0};
}

int nt_ice_gather_again(struct nt_ice_gather *g, nt_time now)
{
    size_t most = nt_ice_bases_count(g->env->bases) + 2 * g->count + (trickles(g) ? NT_ICE_PRFLX_MAX : 0);
    (void)now;
    int r = nt_ice_candidates_reserve(g->env->own, most, most);
    if (r != NT_OK)
        return r;
    g->was_done = g->done;
    g->was_stopped = g->stopped;
    g->done = g->stopped = false;
    for (size_t i = 0; i < g->count; i++)
        ask_again(g, &g->items[i]);
    if (trickles(g) && g->ready)
        show_hosts_and_relays(g);
    return NT_OK;
}

void nt_ice_gather_back(struct nt_ice_gather *g, nt_time now)
{
    (void)now;
    g->done = g->was_done;
    g->stopped = g->was_stopped;
    if (!g->was_done) {
        show_hosts_and_relays(g);
        return;
    }
    for (size_t i = 0; i < g->count; i++) {
        struct source *s = &g->items[i];
        s->binding = s->binding && s->state == SOURCE_DONE;
        s->state = s->state < SOURCE_DONE ? SOURCE_DONE : s->state;
    }
}

void nt_ice_gather_bound(struct nt_ice_gather *g)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->items[i].state == SOURCE_IDLE && base_of(g, &g->items[i])->state == NT_ICE_BASE_REFUSED)
            g->items[i].state = SOURCE_FAILED;
    if (trickles(g) && !g->ready && nt_ice_bases_answered(g->env->bases)) {
        g->ready = true;
        add_hosts(g);
    }
}

bool nt_ice_gather_finish(struct nt_ice_gather *g)
{
    if (g->stopped || g->done || !nt_ice_bases_answered(g->env->bases))
        return false;
    for (size_t i = 0; i < g->count; i++)
        if (g->items[i].state < SOURCE_DONE)
            return false;
    finish(g);
    return true;
}

bool nt_ice_gather_stop(struct nt_ice_gather *g, nt_time now)
{
    g->stopped = true;
    if (g->done)
        return false;
    for (size_t i = 0; i < g->count; i++)
        if (g->items[i].state < SOURCE_DONE) {
            nt_ice_record_drop(g->env->record, &base_of(g, &g->items[i])->addr, &g->items[i].server,
                               "a server is no longer asked: ICE has ended without what it might bring", now);
            g->items[i].state = SOURCE_FAILED;
            g->items[i].binding = false;
        }
    finish(g);
    return true;
}

void nt_ice_gather_close(struct nt_ice_gather *g)
{
    g->stopped = g->closed = true;
    for (size_t i = 0; i < g->count; i++)
        g->items[i].binding = false;
}

static void conclude_source(struct nt_ice_gather *g, struct source *s, enum source_state state)
{
    if (s->state >= SOURCE_DONE)
        return;
    s->state = state;
    if (state == SOURCE_DONE && trickles(g))
        add_source_candidates(g, s);
}

/* RFC 8445, 5.1.1.4: "For server-reflexive candidates learned through a Binding request, the bindings MUST be kept alive by
 * additional Binding requests to the server", until ICE is done. */
static bool is_due(const struct nt_ice_gather *g, const struct source *s, nt_time now)
{
    if (g->closed)
        return false;
    return s->state == SOURCE_IDLE || (!g->stopped && !s->binding && s->refresh_at <= now);
}

static void send_binding(struct nt_ice_gather *g, const struct source *s, nt_time now)
{
    struct nt_ice_message m = {.kind = NT_ICE_MSG_BINDING, .via = {.base = s->base, .relay = NT_ICE_DIRECT}, .to = s->server};
    memcpy(m.id, s->txn.id, NT_STUN_ID);
    nt_ice_outbox_put(g->env->outbox, &m, now);
}

static void ask_binding(struct nt_ice_gather *g, struct source *s, nt_time now)
{
    uint8_t id[NT_STUN_ID];
    nt_rand_bytes(g->env->rand, id, sizeof id);
    nt_stun_txn_start(&s->txn, id, NT_STUN_RTO, NT_STUN_RC, NT_STUN_RM, now);
    s->binding = true;
    s->refresh_at = NT_TIME_NEVER;
    send_binding(g, s, now);
}

static void ask_allocation(struct nt_ice_gather *g, struct source *s, nt_time now)
{
    int r = nt_ice_relays_allocate(g->env->relays, (uint16_t)(s - g->items), s->base, &base_of(g, s)->addr, s->server_index, now);
    if (r != NT_OK) {
        nt_ice_record_drop(g->env->record, &base_of(g, s)->addr, &s->server, "an Allocate: no memory, or SOFTWARE is too long",
                           now);
        conclude_source(g, s, SOURCE_FAILED);
    }
}

bool nt_ice_gather_start_one(struct nt_ice_gather *g, nt_time now)
{
    if (!nt_ice_bases_answered(g->env->bases))
        return false;
    for (size_t i = 0; i < g->count; i++) {
        struct source *s = &g->items[i];
        if (!is_due(g, s, now))
            continue;
        bool first = s->state == SOURCE_IDLE;
        s->state = first ? SOURCE_ASKING : s->state;
        if (first && s->turn)
            ask_allocation(g, s, now);
        else
            ask_binding(g, s, now);
        return true;
    }
    return false;
}

static void end_binding(struct nt_ice_gather *g, struct source *s, bool good, nt_time refresh_at)
{
    s->binding = false;
    s->refresh_at = refresh_at;
    conclude_source(g, s, good ? SOURCE_DONE : SOURCE_FAILED);
}

/* Why a Binding request to a server failed. */
struct failure {
    int code;           /* 0: the server's counts for nothing */
    const char *reason; /* its phrase, or our words */
    size_t len;
};

static struct failure in_words(const char *reason)
{
    return (struct failure){.reason = reason, .len = strlen(reason)};
}

static void tell_failure(const struct nt_ice_gather *g, const struct source *s, const struct failure *f, nt_time now)
{
    bool first = s->state == SOURCE_ASKING;
    nt_ice_record_event(g->env->record,
                        (struct nt_trace_event){.at = now,
                                                .kind = NT_TR_REQUEST_FAILED,
                                                .a = base_of(g, s)->addr,
                                                .b = s->server,
                                                .n = {NT_STUN_BINDING, f->code},
                                                .text = first ? "no candidate from it" : "asked again with the next keepalive",
                                                .bytes = (const uint8_t *)f->reason,
                                                .len = f->len});
}

/* The base's address as the server sees it; false: *f says why there is none. RFC 8489, 6.3.3: unknown comprehension-required
 * attributes make the transaction fail. RFC 8445, 5.1.1.2: "any ALTERNATE-SERVER attribute in a response is ignored"; "MUST support
 * the backwards-compatibility mode". */
static bool read_mapped(const struct nt_stun_msg *m, struct nt_addr *mapped, struct failure *f)
{
    if (m->unknown_count > 0)
        *f = in_words("a response with unknown comprehension-required attributes");
    else if (m->class_ == NT_STUN_SUCCESS)
        *f = in_words("a success response without a mapped address");
    else if (nt_stun_get_error(m, &f->code, &f->reason, &f->len) != NT_OK)
        *f = in_words("an error response without ERROR-CODE");
    return m->unknown_count == 0 && m->class_ == NT_STUN_SUCCESS &&
           (nt_stun_get_addr(m, NT_ATTR_XOR_MAPPED_ADDRESS, mapped) == NT_OK ||
            nt_stun_get_addr(m, NT_ATTR_MAPPED_ADDRESS, mapped) == NT_OK);
}

/* False: nobody can be there. */
static bool accept_mapped(struct nt_ice_gather *g, struct source *s, const struct nt_addr *mapped, nt_time now)
{
    const struct nt_addr *base = &base_of(g, s)->addr;
    const char *why = nt_ice_why_not_mapped(base, mapped, &s->server);
    if (why != NULL)
        nt_ice_record_refused_address(g->env->record, base, &s->server, "the mapped address that a server told is refused: ", why,
                                      now);
    else
        s->mapped = *mapped;
    return why == NULL;
}

/* What the first response of a source tells; later ones only show that the mapping lives. */
static bool take_mapped(struct nt_ice_gather *g, struct source *s, const struct nt_stun_msg *m, nt_time now)
{
    struct nt_addr mapped;
    struct failure f = {0};
    if (read_mapped(m, &mapped, &f))
        return s->state != SOURCE_ASKING || accept_mapped(g, s, &mapped, now);
    tell_failure(g, s, &f, now);
    return false;
}

bool nt_ice_gather_response(struct nt_ice_gather *g, uint16_t base, const struct nt_addr *from, const struct nt_stun_msg *m,
                            nt_time now)
{
    for (size_t i = 0; i < g->count; i++) {
        struct source *s = &g->items[i];
        if (s->base != base || !s->binding || memcmp(s->txn.id, m->id, NT_STUN_ID) != 0 || !nt_addr_equal(&s->server, from))
            continue;
        end_binding(g, s, take_mapped(g, s, m, now), nt_time_after(now, g->env->config->keepalive));
        return true;
    }
    return false;
}

static void end_unanswered(struct nt_ice_gather *g, struct source *s, nt_time now)
{
    struct failure f = in_words("no response");
    tell_failure(g, s, &f, now);
    end_binding(g, s, false, s->state == SOURCE_ASKING ? NT_TIME_NEVER : nt_time_after(now, g->env->config->keepalive));
}

void nt_ice_gather_timer(struct nt_ice_gather *g, nt_time now)
{
    for (size_t i = 0; i < g->count; i++) {
        struct source *s = &g->items[i];
        enum nt_stun_txn_due due = s->binding ? nt_stun_txn_due(&s->txn, now) : NT_TXN_WAIT;
        if (due == NT_TXN_SEND)
            send_binding(g, s, now);
        else if (due == NT_TXN_TIMEOUT)
            end_unanswered(g, s, now);
    }
}

nt_time nt_ice_gather_deadline(const struct nt_ice_gather *g, nt_time next_start)
{
    nt_time at = NT_TIME_NEVER;
    for (size_t i = 0; i < g->count && nt_ice_bases_answered(g->env->bases); i++) {
        const struct source *s = &g->items[i];
        if (s->binding)
            at = nt_time_min(at, s->txn.deadline);
        else if (s->state == SOURCE_IDLE && !g->closed)
            at = nt_time_min(at, next_start);
        else if (s->refresh_at != NT_TIME_NEVER && !g->stopped)
            at = nt_time_min(at, s->refresh_at > next_start ? s->refresh_at : next_start);
    }
    return at;
}

/* The server listens at one address, and the client sends from another: peers cannot reach the relay at either. */
static const char *why_not_relayed(const struct nt_addr *relayed, const struct nt_addr *server, const struct nt_addr *base,
                                   const struct nt_addr *mapped)
{
    if (nt_addr_equal(relayed, server))
        return "the server itself is there";
    if (nt_addr_equal(relayed, base) || nt_addr_equal(relayed, mapped))
        return "it is the client's own address";
    return nt_addr_why_impossible(relayed);
}

static bool accept_relayed(struct nt_ice_gather *g, const struct source *s, const struct nt_addr *base,
                           const struct nt_addr *mapped, nt_time now)
{
    uint16_t source = (uint16_t)(s - g->items);
    const struct nt_addr *server = nt_ice_relays_server(g->env->relays, source);
    const char *why = why_not_relayed(nt_ice_relays_address(g->env->relays, source), server, base, mapped);
    if (why != NULL)
        nt_ice_record_refused_address(g->env->record, base, server, "the relayed address that a server told is refused: ", why,
                                      now);
    return why == NULL;
}

/* The allocation may be another server's than the one asked first, through another port, and late: after a refusal. */
void nt_ice_gather_allocated(struct nt_ice_gather *g, uint16_t source, uint16_t base, const struct nt_addr *mapped, nt_time now)
{
    struct source *s = &g->items[source];
    bool first = s->turn && s->state == SOURCE_ASKING;
    if (g->done)
        nt_ice_record_drop(g->env->record, &base_of(g, s)->addr, &s->server, "an allocation that comes after gathering is released",
                           now);
    if (g->done || !accept_relayed(g, s, &nt_ice_bases_at(g->env->bases, base)->addr, mapped, now)) {
        nt_ice_relays_release(g->env->relays, source, now);
        conclude_source(g, s, SOURCE_FAILED);
        return;
    }
    nt_ice_relays_adopt(g->env->relays, source);
    s->base = base;
    s->server = *nt_ice_relays_server(g->env->relays, source);
    if (first) {
        accept_mapped(g, s, mapped, now);
        s->refresh_at = nt_time_after(now, g->env->config->keepalive);
        conclude_source(g, s, SOURCE_DONE);
    } else if (trickles(g)) {
        add_relayed(g, s, g->env->config->policy == NT_ICE_ALL);
    }
}

/* RFC 8445, 5.1.1.2: "If the Allocate request is rejected because the server lacks resources to fulfill it, the agent SHOULD
 * instead send a Binding request to obtain a server-reflexive candidate." */
void nt_ice_gather_refused(struct nt_ice_gather *g, uint16_t source, int code)
{
    struct source *s = &g->items[source];
    bool lacks_resources = code == 486 || code == 508;
    if (s->state == SOURCE_ASKING && lacks_resources && g->env->config->policy == NT_ICE_ALL) {
        s->turn = false;
        s->state = SOURCE_IDLE;
        return;
    }
    conclude_source(g, s, SOURCE_FAILED);
}

bool nt_ice_gather_ready(const struct nt_ice_gather *g)
{
    return g->ready;
}

bool nt_ice_gather_done(const struct nt_ice_gather *g)
{
    return g->done;
}

int nt_ice_gather_build(const struct nt_ice_gather *g, const struct nt_ice_message *m, uint8_t *buf, size_t cap)
{
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, cap, NT_STUN_REQUEST, NT_STUN_BINDING, m->id);
    if (g->env->config->software != NULL)
        nt_stun_add_text(&b, NT_ATTR_SOFTWARE, g->env->config->software);
    nt_stun_add_fingerprint(&b);
    return nt_stun_finish(&b);
}
