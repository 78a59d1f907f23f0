#include "core/ice/gather.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "core/ice/answers.h"
#include "core/ice/candidates.h"
#include "core/ice/gathered.h"
#include "core/ice/relay.h"

#include <stdlib.h>
#include <string.h>

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

static size_t free_places(const struct nt_ice_gather *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->count; i++)
        n += !g->items[i].used && nt_ice_relays_is_free(g->env->relays, (uint16_t)i);
    return n;
}

/* Room for so many more sources, and what they and `hosts` bases may bring. With trickle peer-reflexive candidates come between. */
static int make_room(struct nt_ice_gather *g, size_t hosts, size_t more)
{
    size_t places = free_places(g), count = g->count + (more > places ? more - places : 0);
    size_t expected = g->expected + hosts + 2 * more;
    size_t room = expected + (nt_ice_gather_trickles(g) || g->done ? NT_ICE_PRFLX_MAX : 0);
    if (expected > NT_ICE_GATHERED_MAX)
        return NT_ELIMIT;
    int r = nt_grow(&g->items, &g->cap, count, sizeof *g->items, NT_ICE_SOURCES_MAX);
    if (r == NT_OK)
        r = nt_ice_relays_reserve(g->env->relays, count);
    if (r == NT_OK)
        r = nt_ice_candidates_reserve(g->env->own, room, room);
    if (r == NT_OK)
        g->expected = expected;
    return r;
}

/* There is room. */
static struct nt_ice_source *take_place(struct nt_ice_gather *g)
{
    size_t i = 0;
    while (i < g->count && (g->items[i].used || !nt_ice_relays_is_free(g->env->relays, (uint16_t)i)))
        i++;
    if (i == g->count)
        g->count++;
    nt_ice_relays_forget(g->env->relays, (uint16_t)i);
    return &g->items[i];
}

static void put_source(struct nt_ice_gather *g, struct nt_ice_source s)
{
    s.used = true;
    s.of_turn = s.turn;
    s.refresh_at = NT_TIME_NEVER;
    s.state = g->stopped ? NT_ICE_SOURCE_FAILED : NT_ICE_SOURCE_IDLE;
    *take_place(g) = s;
}

static void add_source(struct nt_ice_gather *g, uint16_t base, bool turn, size_t index, const struct nt_addr *server)
{
    if (server->family != nt_ice_bases_at(g->env->bases, base)->addr.family)
        return;
    /* One allocation for each 5-tuple (RFC 8656, 7.2). */
    for (size_t i = 0; turn && i < g->count; i++)
        if (g->items[i].used && g->items[i].turn && g->items[i].base == base && nt_addr_equal(&g->items[i].server, server) &&
            nt_ice_source_transport(g, &g->items[i]) == g->env->config->turn[index].transport)
            return; /* told by nt_ice_gather_tell_unasked */
    put_source(
        g, (struct nt_ice_source){.base = base, .home = base, .server_index = (uint16_t)index, .turn = turn, .server = *server});
}

static bool is_told_before(const struct nt_ice_turn *turn, size_t k)
{
    for (size_t i = 0; i < k; i++)
        if (nt_addr_equal(&turn[i].server, &turn[k].server) && turn[i].transport == turn[k].transport)
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

void nt_ice_gather_tell_unasked(const struct nt_ice_gather *g, nt_time now)
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

/* Bases for candidates that have no sources yet. */
static size_t count_new_bases(const struct nt_ice_gather *g)
{
    size_t n = 0;
    for (uint16_t i = g->sourced; i < nt_ice_bases_count(g->env->bases); i++)
        n += !nt_ice_bases_at(g->env->bases, i)->spare;
    return n;
}

int nt_ice_gather_extend(struct nt_ice_gather *g)
{
    const struct nt_ice_config *config = g->env->config;
    size_t bases = count_new_bases(g);
    int r = make_room(g, bases, bases * (config->stun_count + config->turn_count));
    if (r != NT_OK)
        return r;
    for (; g->sourced < nt_ice_bases_count(g->env->bases); g->sourced++) {
        if (nt_ice_bases_at(g->env->bases, g->sourced)->spare)
            continue;
        for (size_t k = 0; k < config->stun_count && config->policy == NT_ICE_ALL; k++)
            add_source(g, g->sourced, false, k, &config->stun[k]);
        for (size_t k = 0; k < config->turn_count; k++)
            add_source(g, g->sourced, true, k, &config->turn[k].server);
    }
    return NT_OK;
}

static void add_hosts(struct nt_ice_gather *g)
{
    for (; g->hosted < nt_ice_bases_count(g->env->bases); g->hosted++)
        nt_ice_gathered_host(g, g->hosted);
}

/* Without trickle: all that was gathered; one description will tell of them. */
static void add_all(struct nt_ice_gather *g)
{
    add_hosts(g);
    for (size_t i = 0; i < g->count; i++)
        nt_ice_gathered_of(g, &g->items[i]);
    nt_ice_candidates_settle(g->env->own);
    for (uint32_t i = 0; i < nt_ice_candidates_count(g->env->own); i++)
        nt_ice_candidates_mark_told(g->env->own, i);
}

static void finish(struct nt_ice_gather *g)
{
    if (!nt_ice_gather_trickles(g))
        add_all(g);
    g->done = true;
}

void nt_ice_gather_bound(struct nt_ice_gather *g)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->items[i].state == NT_ICE_SOURCE_IDLE && nt_ice_source_base(g, &g->items[i])->state == NT_ICE_BASE_REFUSED)
            g->items[i].state = NT_ICE_SOURCE_FAILED;
    if (!nt_ice_bases_answered(g->env->bases) || !(nt_ice_gather_trickles(g) || g->done))
        return;
    g->ready = nt_ice_gather_trickles(g);
    add_hosts(g);
}

bool nt_ice_gather_settled(const struct nt_ice_gather *g)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->items[i].state < NT_ICE_SOURCE_DONE)
            return false;
    return nt_ice_bases_answered(g->env->bases);
}

/* RFC 8838, 13: "an agent MUST NOT convey any more candidates after it has conveyed an end-of-candidates indication", and another
 * interface may bring some. Half trickle's offer has to be whole. */
static bool is_left_open(const struct nt_ice_gather *g)
{
    return g->env->config->continual && g->env->config->trickle == NT_ICE_TRICKLE_FULL;
}

bool nt_ice_gather_finish(struct nt_ice_gather *g)
{
    if (g->stopped || g->done || is_left_open(g) || !nt_ice_gather_settled(g))
        return false;
    finish(g);
    return true;
}

/* The source brings nothing any more. */
static void give_up(struct nt_ice_gather *g, struct nt_ice_source *s, const char *why, nt_time now)
{
    if (s->state < NT_ICE_SOURCE_DONE) {
        nt_ice_record_drop(g->env->record, &nt_ice_source_base(g, s)->addr, &s->server, why, now);
        s->state = NT_ICE_SOURCE_FAILED;
        s->binding = false;
    }
}

bool nt_ice_gather_stop(struct nt_ice_gather *g, nt_time now)
{
    g->stopped = true;
    for (size_t i = 0; i < g->count; i++)
        give_up(g, &g->items[i], "a server is no longer asked: ICE has ended without what it might bring", now);
    if (g->done)
        return false;
    finish(g);
    return true;
}

void nt_ice_gather_close(struct nt_ice_gather *g)
{
    g->stopped = g->closed = true;
    for (size_t i = 0; i < g->count; i++)
        g->items[i].binding = false;
}

static void free_source(struct nt_ice_source *s)
{
    *s = (struct nt_ice_source){.state = NT_ICE_SOURCE_FAILED, .refresh_at = NT_TIME_NEVER};
}

void nt_ice_gather_lose_bases(struct nt_ice_gather *g, nt_time now)
{
    for (size_t i = 0; i < g->count; i++) {
        struct nt_ice_source *s = &g->items[i];
        if (!s->used || nt_ice_source_base(g, s)->state != NT_ICE_BASE_GONE)
            continue;
        give_up(g, s, "a server is no longer asked: the interface is gone", now);
        free_source(s);
    }
}

static void conclude_source(struct nt_ice_gather *g, struct nt_ice_source *s, enum nt_ice_source_state state)
{
    if (s->state >= NT_ICE_SOURCE_DONE)
        return;
    s->state = state;
    s->has_mapping = state == NT_ICE_SOURCE_DONE && !nt_ice_source_connects(g, s);
    if (nt_ice_gather_trickles(g) || g->done)
        nt_ice_gathered_of(g, s);
}

/* RFC 8445, 5.1.1.4: "For server-reflexive candidates learned through a Binding request, the bindings MUST be kept alive by
 * additional Binding requests to the server", until ICE is done. */
static bool is_due(const struct nt_ice_gather *g, const struct nt_ice_source *s, nt_time now)
{
    if (g->closed)
        return false;
    return s->state == NT_ICE_SOURCE_IDLE || (!g->stopped && !s->binding && s->refresh_at <= now);
}

static void send_binding(struct nt_ice_gather *g, const struct nt_ice_source *s, nt_time now)
{
    struct nt_ice_message m = {.kind = NT_ICE_MSG_BINDING, .via = {.base = s->base, .relay = NT_ICE_DIRECT}, .to = s->server};
    memcpy(m.id, s->txn.id, NT_STUN_ID);
    nt_ice_outbox_put(g->env->outbox, &m, now);
}

static void ask_binding(struct nt_ice_gather *g, struct nt_ice_source *s, nt_time now)
{
    uint8_t id[NT_STUN_ID];
    nt_rand_bytes(g->env->rand, id, sizeof id);
    nt_stun_txn_start(&s->txn, id, NT_STUN_RTO, NT_STUN_RC, NT_STUN_RM, now);
    s->binding = true;
    s->refresh_at = NT_TIME_NEVER;
    send_binding(g, s, now);
}

static void ask_allocation(struct nt_ice_gather *g, struct nt_ice_source *s, nt_time now)
{
    int r = nt_ice_relays_allocate(g->env->relays, (uint16_t)(s - g->items), s->base, &nt_ice_source_base(g, s)->addr,
                                   s->server_index, now);
    if (r != NT_OK) {
        nt_ice_record_drop(g->env->record, &nt_ice_source_base(g, s)->addr, &s->server,
                           "an Allocate: no memory, or SOFTWARE or the server's name is too long", now);
        conclude_source(g, s, NT_ICE_SOURCE_FAILED);
    }
}

/* Whether the server knows the allocation still is all that there is to ask on a connection. */
static void ask_check(struct nt_ice_gather *g, struct nt_ice_source *s, nt_time now)
{
    uint16_t i = (uint16_t)(s - g->items);
    s->checking = nt_ice_relays_check(g->env->relays, i, now);
    if (!s->checking)
        conclude_source(g, s, nt_ice_relays_stands(g->env->relays, i) ? NT_ICE_SOURCE_DONE : NT_ICE_SOURCE_FAILED);
}

bool nt_ice_gather_start_one(struct nt_ice_gather *g, nt_time now)
{
    if (!nt_ice_bases_answered(g->env->bases))
        return false;
    for (size_t i = 0; i < g->count; i++) {
        struct nt_ice_source *s = &g->items[i];
        if (!is_due(g, s, now))
            continue;
        bool first = s->state == NT_ICE_SOURCE_IDLE;
        s->state = first ? NT_ICE_SOURCE_ASKING : s->state;
        if (first && s->turn) {
            ask_allocation(g, s, now);
        } else if (nt_ice_source_connects(g, s)) {
            ask_check(g, s, now);
        } else {
            ask_binding(g, s, now);
            if (first)
                s->checking = s->checking && nt_ice_relays_check(g->env->relays, (uint16_t)i, now);
        }
        return true;
    }
    return false;
}

/* A server that answers is awaited until it has said whether it knows the allocation. */
static void end_binding(struct nt_ice_gather *g, struct nt_ice_source *s, bool good, nt_time refresh_at)
{
    bool stands = nt_ice_relays_stands(g->env->relays, (uint16_t)(s - g->items));
    s->binding = false;
    s->refresh_at = refresh_at;
    s->checking = s->checking && good && stands;
    if (!s->checking)
        conclude_source(g, s, good ? NT_ICE_SOURCE_DONE : NT_ICE_SOURCE_FAILED);
}

/* False: nobody can be there. */
static bool accept_mapped(struct nt_ice_gather *g, struct nt_ice_source *s, const struct nt_addr *mapped, nt_time now)
{
    const struct nt_addr *base = &nt_ice_source_base(g, s)->addr;
    const char *why = nt_ice_why_not_mapped(base, mapped, &s->server);
    if (why != NULL)
        nt_ice_record_refused_address(g->env->record, base, &s->server, "the mapped address that a server told is refused: ", why,
                                      now);
    else
        s->mapped = *mapped;
    return why == NULL;
}

static bool has_allocation(const struct nt_ice_gather *g, const struct nt_ice_source *s)
{
    uint16_t i = (uint16_t)(s - g->items);
    return nt_ice_relays_stands(g->env->relays, i) || nt_ice_relays_is_asked(g->env->relays, i);
}

/* RFC 8656, 7.2: an allocation belongs to a 5-tuple as the server sees it. The same port of ours would be that 5-tuple again, once
 * a NAT has its former mapping back. */
static void ask_elsewhere(struct nt_ice_gather *g, uint16_t home, uint16_t server_index, nt_time now)
{
    const struct nt_addr *server = &g->env->config->turn[server_index].server;
    const char *why = NULL;
    uint16_t base = home; /* another connection has another port */
    if (make_room(g, 0, 1) != NT_OK)
        why = "no allocation is asked for: no room, or no memory";
    else if (g->env->config->turn[server_index].transport == NT_UDP &&
             (base = nt_ice_bases_add_spare(g->env->bases, home)) == NT_ICE_NO_BASE)
        why = "no allocation is asked for: no room for another port";
    else
        put_source(g,
                   (struct nt_ice_source){
                       .base = base, .home = home, .server_index = server_index, .turn = true, .extra = true, .server = *server});
    if (why != NULL)
        nt_ice_record_drop(g->env->record, &nt_ice_bases_at(g->env->bases, home)->addr, server, why, now);
}

/* The server does not know the client of an allocation any more when a NAT has given it another address. */
static void lose_unknown(struct nt_ice_gather *g, const struct nt_ice_source *s, nt_time now)
{
    uint16_t i = (uint16_t)(s - g->items);
    if (!nt_ice_relays_stands(g->env->relays, i) || !nt_addr_is_set(&s->client) || nt_addr_equal(&s->client, &s->mapped))
        return;
    nt_ice_relays_lose(g->env->relays, i, "its server sees another client: the NAT has another mapping", now);
    ask_elsewhere(g, s->home, s->server_index, now);
}

/* What the first response of a source tells; later ones only show that the mapping lives. */
static bool take_mapped(struct nt_ice_gather *g, struct nt_ice_source *s, const struct nt_stun_msg *m, nt_time now)
{
    struct nt_addr mapped;
    struct nt_ice_failure f = {0};
    if (nt_ice_answers_mapped(m, &mapped, &f))
        return s->state != NT_ICE_SOURCE_ASKING || accept_mapped(g, s, &mapped, now);
    nt_ice_answers_tell_failure(g, s, &f, now);
    return false;
}

bool nt_ice_gather_response(struct nt_ice_gather *g, uint16_t base, const struct nt_addr *from, const struct nt_stun_msg *m,
                            nt_time now)
{
    for (size_t i = 0; i < g->count; i++) {
        struct nt_ice_source *s = &g->items[i];
        if (s->base != base || !s->binding || memcmp(s->txn.id, m->id, NT_STUN_ID) != 0 || !nt_addr_equal(&s->server, from))
            continue;
        bool asked = s->state == NT_ICE_SOURCE_ASKING, good = take_mapped(g, s, m, now);
        if (asked && good)
            lose_unknown(g, s, now);
        end_binding(g, &g->items[i], good, nt_time_after(now, g->env->config->keepalive));
        return true;
    }
    return false;
}

static void end_unanswered(struct nt_ice_gather *g, struct nt_ice_source *s, nt_time now)
{
    struct nt_ice_failure f = nt_ice_answers_failure("no response");
    nt_ice_answers_tell_failure(g, s, &f, now);
    end_binding(g, s, false, s->state == NT_ICE_SOURCE_ASKING ? NT_TIME_NEVER : nt_time_after(now, g->env->config->keepalive));
}

void nt_ice_gather_timer(struct nt_ice_gather *g, nt_time now)
{
    for (size_t i = 0; i < g->count; i++) {
        struct nt_ice_source *s = &g->items[i];
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
        const struct nt_ice_source *s = &g->items[i];
        if (s->binding)
            at = nt_time_min(at, s->txn.deadline);
        else if (s->state == NT_ICE_SOURCE_IDLE && !g->closed)
            at = nt_time_min(at, next_start);
        else if (s->refresh_at != NT_TIME_NEVER && !g->stopped)
            at = nt_time_min(at, s->refresh_at > next_start ? s->refresh_at : next_start);
    }
    return at;
}

/* The allocation may be another server's than the one asked first, through another port, and late: after a refusal. What is asked
 * from an interface that has come after gathering is not late. */
void nt_ice_gather_allocated(struct nt_ice_gather *g, uint16_t source, uint16_t base, const struct nt_addr *mapped, nt_time now)
{
    struct nt_ice_source *s = &g->items[source];
    bool first = s->turn && s->state == NT_ICE_SOURCE_ASKING, late = g->done && !first;
    if (late)
        nt_ice_record_drop(g->env->record, &nt_ice_source_base(g, s)->addr, &s->server,
                           "an allocation that comes after gathering is released", now);
    if (late || !nt_ice_answers_accept_relayed(g, s, &nt_ice_bases_at(g->env->bases, base)->addr, mapped, now)) {
        nt_ice_relays_release(g->env->relays, source, now);
        conclude_source(g, s, NT_ICE_SOURCE_FAILED);
        return;
    }
    nt_ice_relays_adopt(g->env->relays, source);
    s->base = base;
    s->client = *mapped;
    s->server = *nt_ice_relays_server(g->env->relays, source);
    if (first) {
        accept_mapped(g, s, mapped, now);
        s->refresh_at = nt_ice_source_connects(g, s) ? NT_TIME_NEVER : nt_time_after(now, g->env->config->keepalive);
        conclude_source(g, s, NT_ICE_SOURCE_DONE);
    } else if (nt_ice_gather_trickles(g)) {
        nt_ice_gathered_relayed(g, s);
    }
}

static void end_checking(struct nt_ice_gather *g, struct nt_ice_source *s)
{
    bool asked = s->checking && s->state == NT_ICE_SOURCE_ASKING;
    s->checking = false;
    if (asked && !s->binding)
        conclude_source(g, s, NT_ICE_SOURCE_DONE);
}

void nt_ice_gather_stands(struct nt_ice_gather *g, uint16_t source)
{
    end_checking(g, &g->items[source]);
}

/* RFC 8445, 5.1.1.2: "If the Allocate request is rejected because the server lacks resources to fulfill it, the agent SHOULD
 * instead send a Binding request to obtain a server-reflexive candidate." */
void nt_ice_gather_refused(struct nt_ice_gather *g, uint16_t source, int code, nt_time now)
{
    struct nt_ice_source *s = &g->items[source];
    if (s->checking && s->state == NT_ICE_SOURCE_ASKING) {
        ask_elsewhere(g, s->home, s->server_index, now);
        end_checking(g, &g->items[source]);
        return;
    }
    bool lacks_resources = (code == 486 || code == 508) && !nt_ice_source_connects(g, s);
    if (!s->turn)
        return; /* a Binding request is under way, or has been answered */
    if (s->state == NT_ICE_SOURCE_ASKING && lacks_resources && g->env->config->policy == NT_ICE_ALL && !s->extra) {
        s->turn = false;
        s->state = NT_ICE_SOURCE_IDLE;
        return;
    }
    conclude_source(g, s, NT_ICE_SOURCE_FAILED);
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

/* --- an ICE restart --- */
static void close_unused_ports(struct nt_ice_gather *g)
{
    for (uint16_t i = 0; i < nt_ice_bases_count(g->env->bases); i++)
        if (nt_ice_bases_at(g->env->bases, i)->spare && !nt_ice_relays_uses(g->env->relays, i))
            nt_ice_bases_close(g->env->bases, i);
}

/* The allocation is gone, refused, or about to be released. Its server is asked for the mapped address of `home` alone from now on.
 */
static void end_allocation(struct nt_ice_gather *g, struct nt_ice_source *s, nt_time now)
{
    nt_ice_relays_release(g->env->relays, (uint16_t)(s - g->items), now); /* one that waits to ask again */
    if (s->extra) {
        free_source(s);
        return;
    }
    s->base = s->home;
    s->server = g->env->config->turn[s->server_index].server;
    s->client = (struct nt_addr){0};
}

static void renew_source(struct nt_ice_gather *g, struct nt_ice_source *s, nt_time now)
{
    bool unasked = s->turn && s->state == NT_ICE_SOURCE_IDLE,
         stands = nt_ice_relays_stands(g->env->relays, (uint16_t)(s - g->items));
    if (!s->used || unasked)
        return;
    if (s->turn && nt_ice_relays_is_asked(g->env->relays, (uint16_t)(s - g->items))) {
        s->state = NT_ICE_SOURCE_ASKING;
        return;
    }
    if (s->of_turn && !stands)
        end_allocation(g, s, now);
    s->turn = s->binding = false;
    s->checking = stands;
    s->refresh_at = NT_TIME_NEVER;
    if (!nt_ice_source_connects(g, s)) /* the one of a connection is its end's */
        s->mapped = (struct nt_addr){0};
    bool asks = s->used && (stands || (g->env->config->policy == NT_ICE_ALL && !nt_ice_source_connects(g, s)));
    s->state = asks ? NT_ICE_SOURCE_IDLE : NT_ICE_SOURCE_FAILED;
}

/* Has the server an allocation for this home, or is it asked for one? */
static bool is_relayed(const struct nt_ice_gather *g, const struct nt_ice_source *s)
{
    for (size_t i = 0; i < g->count; i++) {
        const struct nt_ice_source *o = &g->items[i];
        bool same = o->used && o->of_turn && o->home == s->home && o->server_index == s->server_index;
        if (same && (has_allocation(g, o) || (o->turn && o->state == NT_ICE_SOURCE_IDLE)))
            return true;
    }
    return false;
}

static void begin_anew(struct nt_ice_gather *g, nt_time now)
{
    size_t count = g->count; /* those that come meanwhile are new */
    close_unused_ports(g);
    for (size_t i = 0; i < count; i++)
        renew_source(g, &g->items[i], now);
    for (size_t i = 0; i < count; i++) {
        struct nt_ice_source s = g->items[i];
        if (s.used && s.of_turn && !s.extra && !is_relayed(g, &s))
            ask_elsewhere(g, s.home, s.server_index, now);
    }
    nt_ice_gather_tell_unasked(g, now);
}

/* What the bases and sources there are may bring. */
static size_t count_expected(const struct nt_ice_gather *g)
{
    size_t n = 0;
    for (uint16_t i = 0; i < g->sourced; i++) {
        const struct nt_ice_base *b = nt_ice_bases_at(g->env->bases, i);
        n += !b->spare && b->state != NT_ICE_BASE_GONE;
    }
    for (size_t i = 0; i < g->count; i++)
        n += g->items[i].used ? 2 : 0;
    return n;
}

int nt_ice_gather_again(struct nt_ice_gather *g, nt_time now)
{
    struct nt_ice_gather before = *g;
    int r = nt_ice_bases_make(g->env->bases, g->env->config);
    if (r == NT_ELIMIT)
        nt_ice_record_drop(g->env->record, NULL, NULL, "no room for the ports of another interface", now);
    g->stopped = g->done = g->ready = false;
    g->hosted = 0;
    g->expected = count_expected(g);
    r = r == NT_ENOMEM ? r : nt_ice_gather_extend(g);
    if (r != NT_OK) {
        before.items = g->items; /* which may have been moved */
        before.cap = g->cap;
        *g = before;
        return r;
    }
    g->was_done = before.done;
    g->was_stopped = before.stopped;
    begin_anew(g, now);
    return NT_OK;
}

/* What stays of a source when nothing comes of a restart, and gathering had ended before it. */
static void take_back(struct nt_ice_gather *g, struct nt_ice_source *s, nt_time now)
{
    uint16_t i = (uint16_t)(s - g->items);
    struct nt_ice_via via = {.base = s->base, .relay = (int16_t)i};
    if (s->state < NT_ICE_SOURCE_DONE)
        give_up(g, s, "a server is no longer asked: nothing has come of the restart", now);
    s->refresh_at = s->has_mapping && !g->stopped ? nt_time_after(now, g->env->config->keepalive) : NT_TIME_NEVER;
    if (s->of_turn && has_allocation(g, s) && nt_ice_candidates_sender(g->env->own, via) == NT_ICE_NONE)
        nt_ice_relays_release(g->env->relays, i, now);
}

void nt_ice_gather_back(struct nt_ice_gather *g, nt_time now)
{
    g->done = g->was_done;
    g->stopped = g->was_stopped;
    if (g->done) {
        g->hosted = nt_ice_bases_count(g->env->bases);
        for (size_t i = 0; i < g->count; i++)
            if (g->items[i].used)
                take_back(g, &g->items[i], now);
        return;
    }
    g->hosted = 0;
    g->ready = false;
    size_t more = g->expected + NT_ICE_PRFLX_MAX;
    if (nt_ice_candidates_reserve(g->env->own, more, SIZE_MAX / sizeof(struct nt_ice_entry)) != NT_OK)
        nt_ice_record_drop(g->env->record, NULL, NULL, "no memory for the candidates that came during a restart", now);
    nt_ice_gather_bound(g);
    for (size_t i = 0; i < g->count && nt_ice_gather_trickles(g); i++)
        if (g->items[i].state >= NT_ICE_SOURCE_DONE)
            nt_ice_gathered_of(g, &g->items[i]);
}
