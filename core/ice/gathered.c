#include "core/ice/gathered.h"
#include "core/ice/candidates.h"
#include "core/ice/relay.h"

/* `from`: where it was learnt; NULL for a host candidate. */
static struct nt_ice_entry make_own(const struct nt_ice_gather *g, enum nt_ice_type type, uint16_t base, const struct nt_addr *addr,
                                    const struct nt_ice_source *from, uint32_t rank)
{
    const struct nt_ice_base *b = nt_ice_bases_at(g->env->bases, base);
    return (struct nt_ice_entry){
        .c = {.type = type, .stream = b->stream, .component = b->component, .transport = NT_UDP, .addr = *addr, .base = *addr},
        .via = {.base = base, .relay = NT_ICE_DIRECT},
        .server = from != NULL ? from->server : (struct nt_addr){0},
        .by_stream = from != NULL && nt_ice_source_connects(g, from),
        .rank = rank};
}

/* RFC 8445, 5.1.2.1 leaves local preferences to the agent: over whichever interface, TURN over UDP comes before TCP, where what was
 * lost holds up what follows, and that before TLS. */
static uint32_t rank_of_transport(const struct nt_ice_gather *g, const struct nt_ice_source *s)
{
    return nt_ice_source_transport(g, s) - (uint32_t)NT_UDP;
}

/* The place of what comes of a source among all that may come of its type for its component. */
static uint32_t rank_of_source(const struct nt_ice_gather *g, const struct nt_ice_source *s, bool turn_only)
{
    const struct nt_ice_config *config = g->env->config;
    uint32_t rank = nt_ice_bases_at(g->env->bases, s->home)->rank, stun = (uint32_t)config->stun_count,
             turn = (uint32_t)config->turn_count;
    return turn_only ? rank_of_transport(g, s) * NT_ICE_INTERFACES_MAX * turn + rank * turn + s->server_index
                     : rank * (stun + turn) + (s->of_turn ? stun : 0) + s->server_index;
}

/* What is told one by one, or is to join what has been told, is at once what it is. */
static void add_candidate(struct nt_ice_gather *g, const struct nt_ice_entry *own)
{
    nt_ice_candidates_add(g->env->own, own, nt_ice_gather_trickles(g) || g->done);
}

void nt_ice_gathered_host(struct nt_ice_gather *g, uint16_t base)
{
    const struct nt_ice_base *b = nt_ice_bases_at(g->env->bases, base);
    struct nt_ice_entry own = make_own(g, NT_ICE_HOST, base, &b->addr, NULL, b->rank);
    if (b->state == NT_ICE_BASE_BOUND && !b->spare && g->env->config->policy == NT_ICE_ALL)
        add_candidate(g, &own);
}

/* RFC 8839, 5.1: "rel-addr" for privacy is the unspecified address with port 9. */
static struct nt_addr hidden(const struct nt_addr *like)
{
    return (struct nt_addr){.family = like->family, .port = 9};
}

static void add_reflexive(struct nt_ice_gather *g, const struct nt_ice_source *s)
{
    const struct nt_ice_base *b = nt_ice_source_base(g, s);
    if (!nt_addr_is_set(&s->mapped) || b->spare || nt_ice_source_connects(g, s))
        return;
    struct nt_ice_entry own = make_own(g, NT_ICE_SRFLX, s->base, &s->mapped, s, rank_of_source(g, s, false));
    own.c.base = own.c.related = b->addr;
    add_candidate(g, &own);
}

void nt_ice_gathered_relayed(struct nt_ice_gather *g, const struct nt_ice_source *s)
{
    bool open = g->env->config->policy == NT_ICE_ALL;
    uint16_t i = (uint16_t)(s - g->items);
    if (!nt_ice_relays_stands(g->env->relays, i))
        return;
    struct nt_ice_entry own =
        make_own(g, NT_ICE_RELAY, s->base, nt_ice_relays_address(g->env->relays, i), s, rank_of_source(g, s, true));
    own.c.related = open && nt_addr_is_set(&s->mapped) ? s->mapped : hidden(&own.c.addr);
    own.via.relay = (int16_t)i;
    add_candidate(g, &own);
}

/* An allocation that stands is told, whether or not its server has answered a Binding request since. */
void nt_ice_gathered_of(struct nt_ice_gather *g, const struct nt_ice_source *s)
{
    if (g->env->config->policy == NT_ICE_ALL && s->state == NT_ICE_SOURCE_DONE)
        add_reflexive(g, s);
    nt_ice_gathered_relayed(g, s);
}
