#include "scenarios/oracle/objections.h"
#include "scenarios/oracle/call.h"

/* RFC 8863: a call has an outcome after 39.5 s at the latest; paths are found in the first seconds, between retransmissions. What
 * ends later, poison or the flow of a check, leaves what another order of packets would have left. */
#define POISON_MIN (10 * NT_SEC)
#define WAY_MAX (POISON_MIN / 4) /* of a packet: a request and its response, through a relay, within POISON_MIN */
/* RFC 8445, 5.1.1.4: candidates "MUST be kept alive" while gathering goes on, which a dead server holds up for 39.5 s, and while
 * the answer is under way; 11: Tr is 15 s. */
#define KEEPALIVE (15 * NT_SEC)
/* An agent's checks last for 39.5 s (RFC 8489, 6.2.1), and the other must begin meanwhile. */
#define LATE_MAX (30 * NT_SEC)
/* How many mappings one base of an agent can need at a gateway. One, if mappings are endpoint-independent and nothing is poisoned,
 * there and at the gateways between; otherwise one for each server and each address of the peer, with discovered ones, whose number
 * a filter bounds. */
#define MAPPINGS_OF_BASE 24
#define MAPPINGS_ENDLESS 200
#define PORTS_ENOUGH (2 * MAPPINGS_OF_BASE * 2 * NT_ORACLE_BASES_MAX) /* for both agents' bases, with parity */

static bool has_inside(const struct nt_scn_gateway *g, uint32_t network)
{
    for (size_t i = 0; i < g->inside_count; i++)
        if (g->inside[i].network == network)
            return true;
    return false;
}

static bool is_behind(const struct nt_scn_case *c, uint32_t network, uint32_t g)
{
    for (uint32_t i = 0; i < c->gateway_count; i++)
        if (has_inside(&c->gateways[i], network) && (i == g || is_behind(c, c->gateways[i].outside.network, g)))
            return true;
    return false;
}

/* The IPv4 bases of the two agents behind a gateway. */
static uint32_t count_bases_behind(const struct nt_scn_case *c, uint32_t g)
{
    const uint32_t agents[] = {c->caller, c->callee};
    uint32_t n = 0;
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < c->agents[agents[i]].on_count; k++) {
            const struct nt_scn_attachment *at = &c->agents[agents[i]].on[k];
            for (size_t a = 0; a < at->address_count && is_behind(c, at->network, g); a++)
                n += at->addresses[a].family == NT_AF_IPV4;
        }
    return n;
}

static uint32_t mappings_by(const struct nt_nat_policy *p, uint32_t bases)
{
    if (p->kind != NT_GW_TRANSLATE)
        return bases;
    if (p->poison != 0 || (p->mapping != NT_DEP_ENDPOINT_INDEPENDENT && p->filtering == NT_DEP_ENDPOINT_INDEPENDENT))
        return MAPPINGS_ENDLESS;
    return p->mapping == NT_DEP_ENDPOINT_INDEPENDENT ? bases : MAPPINGS_OF_BASE * bases;
}

struct need {
    uint32_t all, of_host; /* mappings; an inside host is a base, or another gateway with all that is behind */
};

static struct need mappings_needed(const struct nt_scn_case *c, uint32_t g)
{
    uint32_t bases = count_bases_behind(c, g), most = mappings_by(&c->gateways[g].policy, bases);
    bool nested = false;
    for (uint32_t i = 0; i < c->gateway_count; i++)
        if (i != g && is_behind(c, c->gateways[i].outside.network, g)) {
            uint32_t inner = mappings_by(&c->gateways[i].policy, bases);
            most = inner > most ? inner : most;
            nested = true;
        }
    return (struct need){most, nested ? most : mappings_by(&c->gateways[g].policy, 1)};
}

static const char *room_objection(const struct nt_scn_case *c, uint32_t g)
{
    const struct nt_nat_policy *p = &c->gateways[g].policy;
    uint32_t span = (uint32_t)(p->range_high - p->range_low) + 1;
    if (p->max_mappings == 0 && p->max_per_host == 0 && p->block == 0 && span >= PORTS_ENOUGH)
        return NULL;
    struct need n = mappings_needed(c, g);
    if ((p->max_mappings != 0 && p->max_mappings < n.all) || (p->max_per_host != 0 && p->max_per_host < n.of_host) ||
        (p->mapping_burst != 0 && p->mapping_burst < n.of_host))
        return "a gateway has too few mappings for every order";
    /* RFC 4787, 4.2.2: port parity leaves half of the ports. Where `conflict: overload` uses one for two destinations instead,
     * which two decides what the peers see. */
    uint32_t pair = p->parity ? 2 : 1;
    if (span < pair * n.all || (p->block != 0 && p->block < pair * n.of_host))
        return "a gateway has too few ports for every order";
    return NULL;
}

/* Agents, STUN and TURN servers have ports from 1024 up, and gateways and relays give others where their ranges say so. */
static bool is_a_port(const struct nt_scn_case *c, uint16_t port)
{
    bool given = port >= 1024;
    for (size_t i = 0; i < c->gateway_count && !given; i++)
        given = c->gateways[i].policy.kind == NT_GW_TRANSLATE && c->gateways[i].policy.range_low <= port;
    for (size_t i = 0; i < c->server_count && !given; i++)
        given = c->servers[i].port_low != 0 && c->servers[i].port_low <= port;
    return given;
}

static bool lives_less(const struct nt_scn_case *c, const struct nt_nat_policy *p, nt_time least)
{
    for (size_t i = 0; i < p->life_by_port_count; i++)
        if (p->life_by_port[i].life < least && is_a_port(c, p->life_by_port[i].port))
            return true;
    return p->life_new < least || p->life_replied < least || p->life_stream < least ||
           (p->filter_lifetime != 0 && p->filter_lifetime < least);
}

/* `life`: the least that keepalives keep. Keys about ICMP messages, fragments and low ports change no path: checks are small, and
 * agents have ports above 1023. */
static const char *policy_objection(const struct nt_scn_case *c, uint32_t g, nt_time life)
{
    const struct nt_nat_policy *p = &c->gateways[g].policy;
    /* Agents use the same ports: that of one is in use when another comes. */
    bool clashes = p->mapping != NT_DEP_ENDPOINT_INDEPENDENT || p->poison != 0 || count_bases_behind(c, g) > 1;
    if (lives_less(c, p, life))
        return "a mapping or its filter entry ends between two keepalives";
    if (p->poison != 0 && p->poison < POISON_MIN)
        return "poison lives for less than 10 s";
    if (p->conflict == NT_CONFLICT_FAIL && p->ports == NT_PORTS_PRESERVE && clashes)
        return "a port in use fails a mapping";
    return NULL;
}

/* The gateway says that a port is closed: a hard error, which ends a check (RFC 8445, 7.2.5.2.2). */
static bool sends_hard_errors(const struct nt_nat_policy *p)
{
    return p->kind == NT_GW_TRANSLATE && (p->unsolicited == NT_UNSOLICITED_REJECT || (p->answers & NT_ANSWER_PORT) != 0);
}

static bool sends_errors(const struct nt_nat_policy *p)
{
    unsigned answers = NT_ANSWER_ROUTE | NT_ANSWER_HOST | (p->deny_udp ? NT_ANSWER_LIMIT | NT_ANSWER_LIMIT_HOST : 0);
    return sends_hard_errors(p) || (p->answers & answers) != 0;
}

static const char *gateway_objection(const struct nt_scn_case *c, uint32_t g, nt_time life)
{
    const struct nt_nat_policy *p = &c->gateways[g].policy;
    bool icmp = c->agents[c->caller].icmp_errors || c->agents[c->callee].icmp_errors;
    if (p->kind != NT_GW_TRANSLATE)
        return NULL;
    const char *why = policy_objection(c, g, life);
    if (why == NULL)
        why = room_objection(c, g);
    if (why == NULL && icmp && sends_hard_errors(p))
        return "ICMP errors fail pairs, in an order that time decides";
    for (size_t i = 0; why == NULL && p->icmp_kills_mapping && i < c->gateway_count; i++)
        if (sends_errors(&c->gateways[i].policy))
            return "ICMP errors end mappings, in an order that time decides";
    return why;
}

/* Do the agents that use the server want more allocations than its quota for a user? */
static bool exceeds_quota(const struct nt_scn_case *c, uint32_t server)
{
    size_t wanted = 0;
    for (size_t i = 0; i < c->agent_count; i++)
        for (size_t k = 0; k < c->agents[i].turn_count; k++)
            wanted += c->agents[i].turn[k].server == server ? c->agents[i].on_count : 0;
    return c->servers[server].quota != 0 && wanted > c->servers[server].quota;
}

/* Of a packet over all networks. */
static nt_time longest_way(const struct nt_scn_case *c)
{
    nt_time way = 0;
    for (size_t i = 0; i < c->network_count; i++)
        way = nt_time_after(way, nt_time_after(c->networks[i].delay, c->networks[i].jitter));
    return way;
}

/* The next keepalive follows the response to the one before. */
static nt_time between_keepalives(const struct nt_scn_case *c)
{
    nt_time longest = KEEPALIVE;
    const uint32_t agents[] = {c->caller, c->callee};
    for (size_t i = 0; i < 2; i++)
        if (c->agents[agents[i]].keepalive > longest)
            longest = c->agents[agents[i]].keepalive;
    return nt_time_after(longest, 2 * longest_way(c));
}

static nt_time signalling_delay(const struct nt_scn_case *c)
{
    nt_time by = 0;
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_SIGNALLING)
            by = nt_time_after(by, c->steps[i].by);
    return by;
}

const char *nt_oracle_objection(const struct nt_scn_case *c)
{
    if (c->caller >= c->agent_count || c->callee >= c->agent_count)
        return "there is no call";
    /* Beyond some seconds there and back, transactions and timers end before packets arrive. */
    if (longest_way(c) > WAY_MAX)
        return "packets may be under way for more than 2.5 s";
    if (signalling_delay(c) > LATE_MAX)
        return "signalling is delayed by more than 30 s";
    nt_time life = between_keepalives(c) + 1;
    for (uint32_t i = 0; i < c->gateway_count; i++) {
        const char *why = gateway_objection(c, i, life);
        if (why != NULL)
            return why;
    }
    for (uint32_t i = 0; i < c->server_count; i++)
        if ((c->servers[i].kinds & NT_SCN_TURN) != 0 && exceeds_quota(c, i))
            return "a TURN server's quota is less than what the agents want";
    return NULL;
}
