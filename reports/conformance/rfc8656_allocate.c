#include "reports/conformance/rfc8656_allocate.h"

#include "reports/conformance/allocations.h"
#include "reports/conformance/message.h"
#include "reports/conformance/tunnels.h"

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
/* RFC 8656, 6 and 7.2: "the default lifetime value of 600 seconds", "a maximum allowed lifetime value of no more than 3600 seconds"
 */
#define LIFETIME_DEFAULT 600
#define LIFETIME_LONGEST 3600

static bool has_attr(const struct nt_relay_view *turn, const struct nt_item *m, uint16_t type)
{
    return nt_item_attr(turn->v, m, type) != NULL;
}

/* Of EVEN-PORT. */
static bool reserves(const struct nt_relay_view *turn, const struct nt_item *q)
{
    const struct nt_item_attr *even = nt_item_attr(turn->v, q, NT_ATTR_EVEN_PORT);
    return even != NULL && even->len == 1 && (even->value[0] & 0x80) != 0;
}

/* --- lifetimes --- */

/* A request that comes again may be answered with what is left: whole seconds since it came first. */
static uint32_t since_first(const struct nt_view *v, const struct nt_item *m, const struct nt_item *q)
{
    return (uint32_t)((m->at - v->items[q->first].at + NT_SEC - 1) / NT_SEC);
}

/* RFC 8656, 7.2: what was asked for, but no more than the server's longest lifetime, and no less than its default. A scenario says
 * at most one of the two. */
static void judge_lifetime(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, uint32_t lifetime)
{
    uint32_t asked = 0, set = nt_item_party(turn->v, m)->lifetime;
    bool known = set != 0;
    nt_item_u32(turn->v, q, NT_ATTR_LIFETIME, &asked);
    uint32_t least = known && set < LIFETIME_DEFAULT ? set : LIFETIME_DEFAULT, most = LIFETIME_DEFAULT;
    if (known && (asked < set ? asked : set) > least)
        least = asked < set ? asked : set;
    most = most < asked ? asked : most;
    most = most < set ? set : most;
    least -= least < since_first(turn->v, m, q) ? least : since_first(turn->v, m, q);
    nt_require(turn->finder, NT_TURN_RULE_LIFETIME, m, lifetime >= least && lifetime <= most,
               "LIFETIME is %u s, expected %u to %u: %u s were asked for in packet %u, and the server is set to %u (0: not known)",
               (unsigned)lifetime, (unsigned)least, (unsigned)most, (unsigned)asked, (unsigned)q->frame, (unsigned)set);
    nt_require(turn->finder, NT_TURN_RULE_LONGEST, m, lifetime <= LIFETIME_LONGEST, "LIFETIME is %u s, recommended 3600 s at most",
               (unsigned)lifetime);
}

/* --- an allocation --- */

/* The live allocation of another client that has the relayed address; NULL: none. */
static const struct nt_relay *holder(const struct nt_relay_view *turn, const struct nt_item *m, const struct nt_addr *relayed)
{
    const struct nt_view *v = turn->v;
    for (uint32_t i = 0; i < v->allocation_count; i++) {
        const struct nt_view_allocation *a = &v->allocations[i];
        if (a->party != m->party || !nt_addr_equal(&a->relayed, relayed))
            continue;
        uint32_t pair = nt_view_pair(v, a->party, &a->local, &a->remote);
        const struct nt_relay_side *side = pair != NT_VIEW_NONE ? nt_relay_side(&turn->of[pair], relayed->family) : NULL;
        if (side != NULL && pair != m->pair && nt_addr_equal(&side->relayed, relayed) &&
            nt_relay_side_is_live(turn, side, nt_surely_at(m->at)))
            return &turn->of[pair];
    }
    return NULL;
}

static void judge_relayed(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_addr *relayed)
{
    struct nt_finder *finder = turn->finder;
    char text[NT_ADDR_TEXT];
    const char *why = nt_item_why_unreachable(m, relayed);
    const struct nt_relay *other = holder(turn, m, relayed);
    nt_require(finder, NT_TURN_RULE_RELAYED_COUNT, m, why == NULL, "XOR-RELAYED-ADDRESS is %s: %s", nt_addr_format(relayed, text),
               why);
    nt_require(finder, NT_TURN_RULE_PORTS, m, relayed->port >= 1024, "relayed port %u, expected 1024 or more",
               (unsigned)relayed->port);
    nt_require(finder, NT_TURN_RULE_RELAY_UNIQUE, m, other == NULL, "relayed address %s is that of the allocation of packet %u",
               nt_addr_format(relayed, text), (unsigned)other->frame);
}

static const char *families_of(const struct nt_addr *relayed, unsigned count)
{
    return count == 2 ? "IPv4 and IPv6" : count == 0 ? "none" : relayed[0].family == NT_AF_IPV6 ? "IPv6" : "IPv4";
}

/* RFC 8656, 7.2 (9): what is missing of a dual allocation has its reason in ADDRESS-ERROR-CODE. */
static void judge_dual(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_addr *relayed, unsigned count)
{
    const struct nt_item_attr *why = nt_item_attr(turn->v, m, NT_ATTR_ADDRESS_ERROR_CODE);
    unsigned code = why != NULL && why->len >= 4 ? (why->value[2] & 7u) * 100 + why->value[3] : 0;
    unsigned family = why != NULL && why->len >= 4 ? why->value[0] : 0, missing = relayed[0].family == NT_AF_IPV6 ? 1 : 2;
    if (count == 2)
        nt_require(turn->finder, NT_TURN_RULE_DUAL, m, why == NULL, "both addresses, and ADDRESS-ERROR-CODE %u", code);
    else if (why == NULL)
        nt_require(turn->finder, NT_TURN_RULE_DUAL, m, false, "%s alone, and no ADDRESS-ERROR-CODE says why",
                   families_of(relayed, count));
    else
        nt_require(turn->finder, NT_TURN_RULE_DUAL, m, (code == 440 || code == 508) && family == missing,
                   "%s alone, and ADDRESS-ERROR-CODE is %u for family %u, expected 440 or 508 for family %u",
                   families_of(relayed, count), code, family, missing);
}

/* Which families were to be allocated; a token stands for an address that has one already. */
static void judge_families(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q)
{
    uint32_t named = 0;
    struct nt_addr relayed[2];
    unsigned count = nt_item_relayed_addresses(turn->v, m, relayed);
    size_t total = nt_item_count_attrs(turn->v, m, NT_ATTR_XOR_RELAYED_ADDRESS);
    bool dual = has_attr(turn, q, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY);
    if (count == 0)
        return;
    nt_require(turn->finder, NT_TURN_RULE_RELAYED_COUNT, m, total == count && total <= (dual ? 2u : 1u),
               "%zu XOR-RELAYED-ADDRESS (%s), expected %s", total, families_of(relayed, count),
               dual ? "one of each family" : "one");
    if (has_attr(turn, q, NT_ATTR_RESERVATION_TOKEN))
        return;
    if (dual) {
        judge_dual(turn, m, relayed, count);
        return;
    }
    nt_item_u32(turn->v, q, NT_ATTR_REQUESTED_ADDRESS_FAMILY, &named);
    uint8_t want = named >> 24 == 2 ? NT_AF_IPV6 : NT_AF_IPV4;
    nt_require(turn->finder, NT_TURN_RULE_GRANTED_FAMILY, m, relayed[0].family == want || count == 2,
               "%s was allocated, expected %s: packet %u asks for %s", families_of(relayed, count),
               want == NT_AF_IPV6 ? "IPv6" : "IPv4", (unsigned)q->frame, named == 0 ? "no family" : "it");
}

static void judge_allocated(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q)
{
    struct nt_finder *finder = turn->finder;
    struct nt_addr relayed[2], mapped;
    char text[NT_ADDR_TEXT], want[NT_ADDR_TEXT];
    uint32_t lifetime = 0;
    unsigned count = nt_item_relayed_addresses(turn->v, m, relayed);
    bool has_mapped = nt_item_addr(finder->v, m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
    bool has_lifetime = nt_item_u32(finder->v, m, NT_ATTR_LIFETIME, &lifetime);
    nt_require(finder, NT_TURN_RULE_SUCCESS, m, count > 0 && has_mapped && has_lifetime, "missing:%s%s%s",
               count == 0 ? " XOR-RELAYED-ADDRESS" : "", has_lifetime ? "" : " LIFETIME", has_mapped ? "" : " XOR-MAPPED-ADDRESS");
    if (has_mapped)
        nt_require(finder, NT_TURN_RULE_ALLOC_MAPPED, m, nt_addr_equal(&mapped, &m->remote),
                   "XOR-MAPPED-ADDRESS is %s, expected %s", nt_addr_format(&mapped, text), nt_addr_format(&m->remote, want));
    for (unsigned i = 0; i < count; i++)
        judge_relayed(turn, m, &relayed[i]);
    if (count > 0 && has_attr(turn, q, NT_ATTR_EVEN_PORT)) /* of two addresses the request says no more than of one */
        nt_require(finder, NT_TURN_RULE_EVEN, m, relayed[0].port % 2 == 0 || relayed[count - 1].port % 2 == 0,
                   "relayed port %u, expected an even one: EVEN-PORT in packet %u", (unsigned)relayed[0].port, (unsigned)q->frame);
    bool token = has_attr(turn, m, NT_ATTR_RESERVATION_TOKEN);
    nt_require(finder, NT_TURN_RULE_RESERVED, m, token == reserves(turn, q),
               token ? "RESERVATION-TOKEN, and packet %u has not asked for it with EVEN-PORT's R bit"
                     : "no RESERVATION-TOKEN, and packet %u asks for it with EVEN-PORT's R bit",
               (unsigned)q->frame);
    judge_families(turn, m, q);
    if (has_lifetime)
        judge_lifetime(turn, m, q, lifetime);
}

/* --- the request --- */

/* RFC 8656, 7.2 (5), (6), (8), (9): attributes that contradict each other; NULL: none do. `late`: after the check of what the
 * server can do. */
static const char *contradiction(const struct nt_relay_view *turn, const struct nt_item *q, bool *late)
{
    uint32_t additional = 0;
    bool token = has_attr(turn, q, NT_ATTR_RESERVATION_TOKEN), named = has_attr(turn, q, NT_ATTR_REQUESTED_ADDRESS_FAMILY);
    bool dual = nt_item_u32(turn->v, q, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, &additional);
    *late = false;
    if (token && has_attr(turn, q, NT_ATTR_EVEN_PORT))
        return "RESERVATION-TOKEN and EVEN-PORT";
    if (token && (named || dual))
        return "RESERVATION-TOKEN and an address family";
    if (named && dual)
        return "REQUESTED-ADDRESS-FAMILY and ADDITIONAL-ADDRESS-FAMILY";
    *late = true;
    if (dual && reserves(turn, q))
        return "ADDITIONAL-ADDRESS-FAMILY and EVEN-PORT's R bit";
    return dual && additional >> 24 == 1 ? "ADDITIONAL-ADDRESS-FAMILY for IPv4" : NULL;
}

static void judge_contradiction(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    char answer[NT_ITEM_TEXT];
    bool late;
    const char *what = contradiction(turn, q, &late);
    if (what != NULL)
        nt_require(turn->finder, NT_TURN_RULE_CONTRADICTION, m, code == 400 || (late && (code == 440 || code == 508)),
                   "answered with %s, expected 400: packet %u has %s", nt_item_answer_text(turn->v, m, answer), (unsigned)q->frame,
                   what);
}

/* Whether the transport is one that this server serves. RFC 6062, 5.1: a TCP allocation that is asked for over UDP gets 400. */
static bool judge_transport(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    uint32_t value = 0;
    char answer[NT_ITEM_TEXT];
    bool there = nt_item_u32(turn->v, q, NT_ATTR_REQUESTED_TRANSPORT, &value);
    unsigned transport = value >> 24;
    bool tcp = there && transport == PROTOCOL_TCP, right = there && transport == PROTOCOL_UDP;
    bool refused = (!there || tcp) && code == 400;
    nt_require(turn->finder, NT_TURN_RULE_BAD_TRANSPORT, m, right || refused || (there && code == 442),
               "answered with %s, expected %s: packet %u asks for transport %u (0: none)", nt_item_answer_text(turn->v, m, answer),
               !there ? "400"
               : tcp  ? "442 or 400"
                      : "442",
               (unsigned)q->frame, transport);
    return right;
}

/* RFC 8656, 7.2 (10), (11): 486 and 300 may come at any point; the caller passes them over. */
void nt_rfc8656_judge_allocate(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    const struct nt_relay *relay = &turn->of[m->pair];
    char answer[NT_ITEM_TEXT];
    /* 7.2: a retransmission of a request that was granted gets the same; of one that was refused, perhaps more luck. */
    if (relay->transaction == q->first || (code != 0 && !nt_item_is_first_answer(turn->v, m)))
        return;
    if (nt_address_is_tunnelled(&m->remote))
        nt_require(turn->finder, NT_TURN_RULE_TUNNELS, m, code != 0, "an allocation for a client at a tunnel's address");
    if (nt_relay_is_live(turn, relay, nt_surely_at(m->at))) {
        nt_require(turn->finder, NT_TURN_RULE_IN_USE, m, code == 437,
                   "answered with %s, expected 437: the 5-tuple has the allocation of packet %u",
                   nt_item_answer_text(turn->v, m, answer), (unsigned)relay->frame);
        return;
    }
    if (!judge_transport(turn, m, q, code))
        return;
    judge_contradiction(turn, m, q, code);
    if (code == 0)
        judge_allocated(turn, m, q);
    else
        nt_require(turn->finder, NT_TURN_RULE_GRANTED_FAMILY, m, code != 443,
                   "answered with 443, expected 440 for a family that the "
                   "server does not allocate: 443 is about peers");
}

/* --- Refresh --- */

static void judge_refresh_family(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    uint32_t value;
    char answer[NT_ITEM_TEXT];
    if (!nt_item_u32(turn->v, q, NT_ATTR_REQUESTED_ADDRESS_FAMILY, &value))
        return;
    unsigned family = value >> 24;
    bool legal = family == 1 || family == 2;
    const struct nt_relay_side *side = nt_relay_side(&turn->of[m->pair], family == 2 ? NT_AF_IPV6 : NT_AF_IPV4);
    bool has = legal && nt_relay_side_is_live(turn, side, nt_maybe_at(m->at));
    nt_require(turn->finder, NT_TURN_RULE_REFRESH_FAMILY, m, has || code == 443 || (!legal && code == 400),
               "answered with %s, expected 443: packet %u names family %u, which the allocation has not",
               nt_item_answer_text(turn->v, m, answer), (unsigned)q->frame, family);
}

void nt_rfc8656_judge_refresh(struct nt_relay_view *turn, const struct nt_item *m, const struct nt_item *q, int code)
{
    uint32_t asked = 1, granted = 0;
    judge_refresh_family(turn, m, q, code);
    if (code != 0)
        return;
    bool has = nt_item_u32(turn->v, m, NT_ATTR_LIFETIME, &granted);
    if (nt_item_u32(turn->v, q, NT_ATTR_LIFETIME, &asked) && asked == 0)
        nt_require(turn->finder, NT_TURN_RULE_ZERO, m, has && granted == 0, "LIFETIME is %s%u, expected 0: packet %u asks for 0",
                   has ? "" : "missing, ", (unsigned)granted, (unsigned)q->frame);
    else if (has)
        judge_lifetime(turn, m, q, granted);
    else if (nt_item_attr(turn->v, m, NT_ATTR_LIFETIME) == NULL) /* rfc8489_form.c judges its size */
        nt_require(turn->finder, NT_TURN_RULE_LIFETIME, m, false, "LIFETIME is missing");
}
