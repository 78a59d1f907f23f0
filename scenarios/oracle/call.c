#include "scenarios/oracle/call.h"

#include <string.h>

static uint8_t addr_family(const struct nt_oracle_call *x, uint16_t addr)
{
    return x->map.ips[x->table.addrs[addr].ip].family;
}

static uint16_t addr_number(struct nt_oracle_call *x, enum nt_oracle_addr_kind kind, uint32_t node, uint16_t inner,
                            const struct nt_addr *ip)
{
    struct nt_oracle_addr a = {.kind = kind, .node = node, .inner = inner, .ip = nt_oracle_ip_number(&x->map, ip)};
    /* A host may have several addresses, of one port each. */
    if (kind == NT_ORACLE_HOST || kind == NT_ORACLE_SERVICE || kind == NT_ORACLE_RELAY)
        a.remote = a.ip;
    if (a.ip == NT_ORACLE_IPS_MAX) {
        nt_oracle_table_limit(&x->table, "the world has more addresses than the oracle keeps");
        return 0;
    }
    return nt_oracle_addr_number(&x->table, &a);
}

static int base_number(const struct nt_oracle_side *s, uint16_t addr)
{
    for (size_t i = 0; i < s->base_count; i++)
        if (s->bases[i].addr == addr)
            return (int)i;
    return -1;
}

static bool is_relay(const struct nt_oracle_call *x, uint16_t addr)
{
    return x->table.addrs[addr].kind == NT_ORACLE_RELAY;
}

/* RFC 8656, 9: a permission is for an IP address without a port. An agent asks for one for each candidate of the peer; the server
 * refuses addresses that it denies. */
static bool is_permitted(const struct nt_oracle_call *x, uint8_t side, uint16_t relay, uint16_t peer)
{
    const struct nt_oracle_side *other = &x->sides[1 - side];
    const struct nt_scn_server *server = &x->map.scn->servers[x->table.addrs[relay].node];
    const struct nt_addr *ip = &x->map.ips[x->table.addrs[peer].ip];
    bool asked = false;
    for (size_t i = 0; i < other->candidate_count && !asked; i++)
        asked = x->table.addrs[other->candidates[i]].ip == x->table.addrs[peer].ip;
    for (size_t i = 0; i < server->deny_count; i++)
        if (server->deny[i].addr.family == ip->family && nt_prefix_contains(&server->deny[i], ip))
            return false;
    return asked;
}

/* --- gathering --- */

static void add_candidate(struct nt_oracle_call *x, struct nt_oracle_side *s, uint16_t addr)
{
    for (size_t i = 0; i < s->candidate_count; i++)
        if (s->candidates[i] == addr)
            return;
    if (s->candidate_count == NT_ORACLE_CANDIDATES_MAX)
        nt_oracle_table_limit(&x->table, "an agent has more candidates than the oracle keeps");
    else
        s->candidates[s->candidate_count++] = addr;
}

static void add_base(struct nt_oracle_call *x, struct nt_oracle_side *s, uint16_t addr, struct nt_oracle_place from)
{
    if (s->base_count == NT_ORACLE_BASES_MAX)
        nt_oracle_table_limit(&x->table, "an agent has more bases than the oracle keeps");
    else if (addr != 0)
        s->bases[s->base_count++] = (struct nt_oracle_base){addr, from};
}

/* Sends a request to the server and carries back the response. Returns the mapped address; 0: one of the two was lost. */
static uint16_t ask_server(struct nt_oracle_call *x, const struct nt_oracle_side *s, const struct nt_oracle_base *b,
                           uint32_t server)
{
    const struct nt_scn_attachment *on = &x->map.scn->servers[server].on;
    size_t i = 0;
    bool noticed = false;
    while (i < on->address_count && on->addresses[i].family != addr_family(x, b->addr))
        i++;
    if (i == on->address_count)
        return 0;
    uint16_t service = addr_number(x, NT_ORACLE_SERVICE, server, 0, &on->addresses[i]);
    struct nt_oracle_packet packet = {.at = b->from, .src = b->addr, .dst = service};
    if (service == 0 || nt_oracle_packet_send(&x->map, &x->table, &packet, 0, &noticed) != NT_ORACLE_ARRIVED)
        return 0;
    if (packet.at.kind != NT_SCN_NODE_SERVER || packet.at.index != server)
        return 0;
    uint16_t mapped = packet.src;
    packet = (struct nt_oracle_packet){.at = {NT_SCN_NODE_SERVER, server, 0}, .src = service, .dst = mapped};
    if (nt_oracle_packet_send(&x->map, &x->table, &packet, 0, &noticed) != NT_ORACLE_ARRIVED)
        return 0;
    bool back =
        packet.at.kind == NT_SCN_NODE_AGENT && packet.at.index == s->agent && packet.dst == b->addr && packet.src == service;
    return back ? mapped : 0;
}

static void gather_stun(struct nt_oracle_call *x, struct nt_oracle_side *s, const struct nt_oracle_base *b, uint32_t server,
                        bool signalled)
{
    uint16_t mapped = ask_server(x, s, b, server);
    if (mapped != 0 && signalled)
        add_candidate(x, s, mapped);
}

/* A time-limited credential is made with the server's secret. */
static bool is_user(const struct nt_scn_server *server, const struct nt_scn_turn_use *use)
{
    if (use->user == NULL || use->valid != 0)
        return use->user != NULL;
    for (size_t i = 0; i < server->user_count; i++)
        if (strcmp(server->users[i].name, use->user) == 0)
            return strcmp(server->users[i].password, use->password) == 0;
    return false;
}

static void gather_turn(struct nt_oracle_call *x, struct nt_oracle_side *s, const struct nt_oracle_base *b,
                        const struct nt_scn_turn_use *use, bool signalled)
{
    const struct nt_scn_server *server = &x->map.scn->servers[use->server];
    /* RFC 8656, 7.2: without REQUESTED-ADDRESS-FAMILY the relayed address is an IPv4 one; an agent asks for its base's family. */
    const struct nt_addr *relay = addr_family(x, b->addr) == NT_AF_IPV6 ? &server->relay6 : &server->relay;
    uint16_t mapped = ask_server(x, s, b, use->server);
    if (mapped == 0)
        return;
    if (signalled)
        add_candidate(x, s, mapped);
    if (!is_user(server, use) || !nt_addr_is_set(relay))
        return;
    uint16_t addr = addr_number(x, NT_ORACLE_RELAY, use->server, b->addr, relay);
    if (addr == 0 || base_number(s, addr) >= 0)
        return;
    add_base(x, s, addr, (struct nt_oracle_place){NT_SCN_NODE_SERVER, use->server, 0});
    add_candidate(x, s, addr);
}

static size_t host_bases(struct nt_oracle_call *x, uint32_t agent, struct nt_oracle_base hosts[NT_ORACLE_BASES_MAX])
{
    const struct nt_scn_agent *a = &x->map.scn->agents[agent];
    size_t count = 0;
    for (uint32_t p = 0; p < a->on_count; p++)
        for (size_t i = 0; i < a->on[p].address_count; i++) {
            if (a->on[p].addresses[i].family == NT_AF_IPV6 && !a->ipv6)
                continue;
            if (count == NT_ORACLE_BASES_MAX) {
                nt_oracle_table_limit(&x->table, "an agent has more bases than the oracle keeps");
                return count;
            }
            uint16_t addr = addr_number(x, NT_ORACLE_HOST, agent, (uint16_t)p, &a->on[p].addresses[i]);
            hosts[count++] = (struct nt_oracle_base){addr, {NT_SCN_NODE_AGENT, agent, p}};
        }
    return count;
}

static void gather_candidates(struct nt_oracle_call *x, struct nt_oracle_side *s)
{
    const struct nt_scn_agent *a = &x->map.scn->agents[s->agent];
    struct nt_oracle_base hosts[NT_ORACLE_BASES_MAX];
    size_t count = host_bases(x, s->agent, hosts);
    bool all = a->policy == NT_ICE_ALL;
    for (size_t i = 0; i < count && all; i++) {
        add_base(x, s, hosts[i].addr, hosts[i].from);
        add_candidate(x, s, hosts[i].addr);
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < a->stun_count; k++)
            gather_stun(x, s, &hosts[i], a->stun[k], all);
        for (size_t k = 0; k < a->turn_count; k++)
            gather_turn(x, s, &hosts[i], &a->turn[k], all);
    }
}

void nt_oracle_call_init(struct nt_oracle_call *x, const struct nt_scn_case *c, const struct nt_oracle_cuts *cuts)
{
    memset(x->sides, 0, sizeof x->sides);
    nt_oracle_map_init(&x->map, c, cuts);
    nt_oracle_table_init(&x->table);
    x->held_count = 1;
    x->sides[0].agent = c->caller;
    x->sides[1].agent = c->callee;
    gather_candidates(x, &x->sides[0]);
    gather_candidates(x, &x->sides[1]);
}

/* --- checks --- */

/* The base of `side` that receives a packet which arrived at a host; -1: none. */
static int receiving_base(const struct nt_oracle_call *x, uint8_t side, const struct nt_oracle_packet *packet)
{
    const struct nt_oracle_side *s = &x->sides[side];
    int base = base_number(s, packet->dst);
    if (base < 0)
        return -1;
    if (is_relay(x, packet->dst))
        return packet->at.kind == NT_SCN_NODE_SERVER && packet->at.index == x->table.addrs[packet->dst].node &&
                       is_permitted(x, side, packet->dst, packet->src)
                   ? base
                   : -1;
    return packet->at.kind == NT_SCN_NODE_AGENT && packet->at.index == s->agent ? base : -1;
}

static bool may_send(const struct nt_oracle_call *x, uint8_t side, uint8_t base, uint16_t to)
{
    uint16_t from = x->sides[side].bases[base].addr;
    return addr_family(x, from) == addr_family(x, to) && (!is_relay(x, from) || is_permitted(x, side, from, to));
}

static bool is_candidate(const struct nt_oracle_side *s, uint16_t addr)
{
    for (size_t i = 0; i < s->candidate_count; i++)
        if (s->candidates[i] == addr)
            return true;
    return false;
}

/* RFC 8445, 7.3.1.3: if the source of a request is no remote candidate, it is a peer-reflexive one for the base that received it.
 */
static void discover_source(struct nt_oracle_call *x, uint8_t side, int base, uint16_t source)
{
    uint16_t b = x->sides[side].bases[base].addr;
    if (!is_candidate(&x->sides[1 - side], source) && x->table.addrs[source].depth <= NT_ORACLE_DEPTH_MAX)
        nt_oracle_fact_set(&x->table, NT_ORACLE_FACT_KNOWN, 0, b, 0, source);
}

size_t nt_oracle_call_pairs(const struct nt_oracle_call *x, uint8_t side)
{
    const struct nt_oracle_side *s = &x->sides[side];
    size_t n = s->base_count * x->sides[1 - side].candidate_count;
    for (size_t i = 1; i < x->table.fact_count; i++)
        n += x->table.facts[i].kind == NT_ORACLE_FACT_KNOWN && base_number(s, x->table.facts[i].a) >= 0;
    return n;
}

/* RFC 8445, 7.2.5.2.1: the response must come from the address that the request was sent to, to the one that it was sent from. */
static bool respond_to_check(struct nt_oracle_call *x, const struct nt_oracle_check *k, uint8_t peer_base, uint16_t source)
{
    const struct nt_oracle_base *b = &x->sides[1 - k->side].bases[peer_base];
    struct nt_oracle_packet packet = {.at = b->from, .src = b->addr, .dst = source};
    bool noticed = false;
    if (!may_send(x, (uint8_t)(1 - k->side), peer_base, source))
        return false;
    if (nt_oracle_packet_send(&x->map, &x->table, &packet, 0, &noticed) != NT_ORACLE_ARRIVED)
        return false;
    return packet.src == k->to && receiving_base(x, k->side, &packet) == (int)k->base;
}

/* The request has arrived at a host. A path exists when checks in both directions have succeeded. */
static void receive_check(struct nt_oracle_call *x, const struct nt_oracle_check *k, const struct nt_oracle_packet *packet)
{
    uint8_t peer = (uint8_t)(1 - k->side);
    int at = receiving_base(x, peer, packet);
    if (at < 0)
        return;
    uint16_t own = x->sides[k->side].bases[k->base].addr, peer_base = x->sides[peer].bases[at].addr;
    discover_source(x, peer, at, packet->src);
    if (!respond_to_check(x, k, (uint8_t)at, packet->src))
        return;
    nt_oracle_fact_set(&x->table, NT_ORACLE_FACT_VALID, 0, own, k->to, 0);
    if (!nt_oracle_fact_holds(&x->table, NT_ORACLE_FACT_VALID, 0, peer_base, packet->src, 0))
        return;
    bool relayed = is_relay(x, own) || is_relay(x, k->to) || is_relay(x, packet->src) || is_relay(x, peer_base);
    nt_oracle_fact_set(&x->table, NT_ORACLE_FACT_GOOD, 0, relayed ? NT_PATH_RELAYED : NT_PATH_DIRECT, 0, 0);
}

static struct nt_oracle_packet request_packet(const struct nt_oracle_call *x, const struct nt_oracle_check *k)
{
    const struct nt_oracle_base *b = &x->sides[k->side].bases[k->base];
    return (struct nt_oracle_packet){.at = b->from, .src = b->addr, .dst = k->to};
}

bool nt_oracle_check_send(struct nt_oracle_call *x, const struct nt_oracle_check *k)
{
    struct nt_oracle_packet packet = request_packet(x, k);
    bool noticed = false;
    if (!may_send(x, k->side, k->base, k->to))
        return false;
    if (nt_oracle_packet_send(&x->map, &x->table, &packet, 0, &noticed) == NT_ORACLE_ARRIVED)
        receive_check(x, k, &packet);
    return noticed;
}

static bool same_place(const struct nt_oracle_place *a, const struct nt_oracle_place *b)
{
    return a->kind == b->kind && a->index == b->index && a->port == b->port;
}

static uint16_t held_number(struct nt_oracle_call *x, const struct nt_oracle_check *k, const struct nt_oracle_packet *packet)
{
    for (uint16_t i = 1; i < x->held_count; i++) {
        const struct nt_oracle_held *f = &x->held[i];
        if (f->check.side == k->side && f->check.base == k->base && f->check.to == k->to && f->packet.src == packet->src &&
            f->packet.dst == packet->dst && same_place(&f->packet.at, &packet->at))
            return i;
    }
    if (x->held_count == NT_ORACLE_HELD_MAX) {
        nt_oracle_table_limit(&x->table, "the world has more requests that can be held than the oracle keeps");
        return 0;
    }
    x->held[x->held_count] = (struct nt_oracle_held){*k, *packet};
    return x->held_count++;
}

bool nt_oracle_check_send_held(struct nt_oracle_call *x, const struct nt_oracle_check *k, unsigned place)
{
    struct nt_oracle_packet packet = request_packet(x, k);
    bool noticed = false;
    if (!may_send(x, k->side, k->base, k->to) ||
        nt_oracle_packet_send(&x->map, &x->table, &packet, place, &noticed) != NT_ORACLE_HELD)
        return false;
    uint16_t number = held_number(x, k, &packet);
    if (number != 0)
        nt_oracle_fact_set(&x->table, NT_ORACLE_FACT_HELD, 0, 0, 0, number);
    return number != 0;
}

void nt_oracle_check_release(struct nt_oracle_call *x, uint16_t number)
{
    const struct nt_oracle_held *f = &x->held[number];
    struct nt_oracle_packet packet = f->packet;
    nt_oracle_fact_clear(&x->table, NT_ORACLE_FACT_HELD, 0, 0, 0, number);
    if (nt_oracle_packet_release(&x->map, &x->table, &packet) == NT_ORACLE_ARRIVED)
        receive_check(x, &f->check, &packet);
}

bool nt_oracle_check_target(const struct nt_oracle_call *x, uint8_t side, uint8_t base, size_t i, uint16_t *to)
{
    const struct nt_oracle_side *peer = &x->sides[1 - side];
    if (i < peer->candidate_count) {
        *to = peer->candidates[i];
        return true;
    }
    *to =
        nt_oracle_fact_value_nth(&x->table, NT_ORACLE_FACT_KNOWN, 0, x->sides[side].bases[base].addr, 0, i - peer->candidate_count);
    return *to != 0;
}
