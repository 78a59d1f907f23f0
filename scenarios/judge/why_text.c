#include "scenarios/judge/why_text.h"
#include "core/base/err.h"
#include "natsim/packet/packet.h"
#include "scenarios/judge/why_causes.h"
#include "scenarios/judge/why_steps.h"

#include <inttypes.h>
#include <string.h>

struct scene {
    struct nt_why_entry *e;
    const struct nt_world *w;
    const struct nt_scn_case *scn;
    const struct nt_result_case *r;
    const struct nt_capture *capture;
    const struct nt_check_ways *ways;
    const struct nt_capture_frame *frame;
    struct nt_scn_node node;
    struct nt_addr src, dst; /* of the frame's packet */
    const char *sender;      /* who sent it, */
    const char *receiver;    /* and whom it was to reach; NULL: not known */
    const char *what;        /* "check", "answer", ... */
    const struct nt_check_way *way;
    bool answer; /* the packet is one to the check */
};

static void name_rule(struct nt_why_entry *e, const char *node, const char *key)
{
    for (size_t i = 0; i < e->rule_count; i++)
        if (strcmp(e->rules[i].node, node) == 0 && strcmp(e->rules[i].key, key) == 0)
            return;
    if (e->rule_count == NT_WHY_RULES_MAX)
        return;
    e->rules[e->rule_count].node = node;
    e->rules[e->rule_count++].key = key;
}

/* Its kind of NAT stands behind its name already. */
static bool is_described(const struct nt_why_entry *e, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = e->text.p; at != NULL && (at = strstr(at, name)) != NULL; at += len)
        if ((at == e->text.p || at[-1] == ' ') && strncmp(at + len, " (", 2) == 0)
            return true;
    return false;
}

/* "nat-left (symmetric)"; where it is named again, "nat-left" */
static void say_gateway(struct nt_why_entry *e, const struct nt_scn_gateway *g)
{
    if (is_described(e, g->name))
        nt_text_put(&e->text, g->name);
    else if (g->preset[0] != '\0')
        nt_text_printf(&e->text, "%s (%s)", g->name, g->preset);
    else
        nt_text_printf(&e->text, "%s (mapping %s, filtering %s)", g->name, nt_dependence_name(g->policy.mapping),
                       nt_dependence_name(g->policy.filtering));
}

static const struct nt_scn_gateway *gateway_of(const struct scene *s)
{
    return s->node.kind == NT_SCN_NODE_GATEWAY ? &s->scn->gateways[s->node.index] : NULL;
}

static void say_node(const struct scene *s)
{
    const struct nt_scn_gateway *g = gateway_of(s);
    if (g != NULL)
        say_gateway(s->e, g);
    else
        nt_text_printf(&s->e->text, "%s", nt_scn_node_name(s->scn, s->node));
}

/* --- lists of gateways --- */

/* "; nat-left (symmetric) and cgn (symmetric)" */
static void say_gateways(struct nt_why_entry *e, const struct nt_why_gateways *list, const char *key)
{
    for (size_t i = 0; i < list->count; i++) {
        nt_text_printf(&e->text, "%s", i == 0 ? "; " : i + 1 < list->count ? ", " : " and ");
        say_gateway(e, list->of[i]);
        name_rule(e, list->of[i]->name, key);
    }
}

/* "each destination", or "each destination address" */
static const char *destination_of(const struct nt_scn_gateway *g)
{
    return g->policy.mapping == NT_DEP_ADDRESS ? "each destination address" : "each destination";
}

/* `is_last`: the node is what the sentence has named last. */
static void say_map_each(const struct scene *s, const struct nt_why_gateways *list, bool is_last)
{
    if (is_last && list->count == 1 && list->of[0] == gateway_of(s)) {
        nt_text_printf(&s->e->text, "; it");
        name_rule(s->e, list->of[0]->name, "mapping");
    } else {
        say_gateways(s->e, list, "mapping");
    }
    nt_text_printf(&s->e->text, " map%s %s to a port of its own", list->count == 1 ? "s" : "", destination_of(list->of[0]));
}

/* --- what stopped a packet --- */

static struct nt_addr source_at(const struct scene *s, uint32_t number)
{
    const struct nt_capture_frame *f = nt_capture_frame_at(s->capture, number);
    struct nt_packet p = {0};
    if (f == NULL)
        return p.src;
    p = (struct nt_packet){.data = (uint8_t *)(uintptr_t)nt_capture_bytes(s->capture, f), .len = f->len, .cap = f->len};
    return nt_packet_parse(&p) == NT_OK ? p.src : (struct nt_addr){0};
}

static bool is_filtered_at(const struct scene *s, const struct nt_check_way *way, const struct nt_scn_gateway *g)
{
    const struct nt_capture_frame *f = nt_capture_frame_at(s->capture, way->request.ended);
    if (f == NULL || f->fate != NT_FATE_DROPPED || (f->reason & 0xff) != NT_DROP_FILTERED)
        return false;
    struct nt_scn_node n = nt_observer_node_at(nt_world_observer(s->w), nt_fabric_tap_node(nt_world_fabric(s->w), f->tap));
    return n.kind == NT_SCN_NODE_GATEWAY && &s->scn->gateways[n.index] == g;
}

static bool say_not_let_in_by(const struct scene *s, const struct nt_scn_gateway *g)
{
    char to[NT_ADDR_TEXT];
    for (size_t i = s->ways->count; i-- > 0;) {
        const struct nt_check_way *way = &s->ways->of[i];
        if (way->agent == s->e->agent || nt_addr_is_set(&way->via) || !is_filtered_at(s, way, g))
            continue;
        nt_text_printf(&s->e->text, "; and %s had not let in %s's to %s", g->name, s->receiver, nt_addr_format(&way->dst, to));
        name_rule(s->e, g->name, "filtering");
        return true;
    }
    return false;
}

/* Where replies leave from the port that let the other side in, the sender's own NATs could have done so, and had its check sent
 * from a port that the receiver knows. */
static void say_not_let_in_either(const struct scene *s, const struct nt_why_causes *causes)
{
    bool pinned = causes->way_out.count > 0;
    for (size_t i = 0; i < causes->sent_from.count; i++)
        pinned &= causes->sent_from.of[i]->policy.replies == NT_REPLIES_PINNED;
    for (size_t i = causes->way_out.count; pinned && i-- > 0;)
        if (say_not_let_in_by(s, causes->way_out.of[i]))
            return;
}

/* Of a check, also where its answer was stopped. */
static struct nt_why_causes find_causes(const struct scene *s)
{
    struct nt_why_causes causes;
    uint32_t other = s->e->agent == s->scn->caller ? s->scn->callee : s->scn->caller;
    struct nt_why_question q = {.scn = s->scn,
                                .sender = s->e->agent,
                                .receiver = other,
                                .knowledge = &s->r->agents[other],
                                .pair = s->e->pair,
                                .src = s->answer ? source_at(s, s->way->request.arrived) : s->src,
                                .dst = s->way->dst};
    nt_why_find_causes(&causes, &q);
    return causes;
}

static void say_hairpin(const struct scene *s, const struct nt_scn_gateway *g)
{
    if (g->policy.hairpin == NT_HAIRPIN_EXTERNAL)
        return;
    name_rule(s->e, g->name, "hairpin");
    if (g->policy.hairpin == NT_HAIRPIN_INTERNAL)
        nt_text_printf(&s->e->text, "; %s hairpins without translating the source", g->name);
}

/* Reads a packet that leaves the gateway; false: the frame is none. */
static bool read_leaving(const struct scene *s, size_t number, const struct nt_scn_gateway *g, struct nt_packet *p)
{
    const struct nt_capture_frame *f = nt_capture_frame_at(s->capture, number);
    if (f == NULL || f->direction != NT_DIR_OUT)
        return false;
    struct nt_scn_node n = nt_observer_node_at(nt_world_observer(s->w), nt_fabric_tap_node(nt_world_fabric(s->w), f->tap));
    *p = (struct nt_packet){.data = (uint8_t *)(uintptr_t)nt_capture_bytes(s->capture, f), .len = f->len, .cap = f->len};
    return n.kind == NT_SCN_NODE_GATEWAY && &s->scn->gateways[n.index] == g && nt_packet_parse(p) == NT_OK;
}

/* When a packet from `src` (NULL: from anybody) to `dst` (NULL: to anybody) last left the gateway before this frame; NT_TIME_NEVER:
 * none did. */
static nt_time had_left(const struct scene *s, const struct nt_scn_gateway *g, const struct nt_addr *src, const struct nt_addr *dst,
                        bool port)
{
    struct nt_packet p;
    for (size_t i = s->e->packet; i-- > 1;)
        if (read_leaving(s, i, g, &p) && (src == NULL || nt_addr_equal(&p.src, src)) &&
            (dst == NULL || (port ? nt_addr_equal(&p.dst, dst) : nt_addr_same_ip(&p.dst, dst))))
            return nt_capture_frame_at(s->capture, i)->at;
    return NT_TIME_NEVER;
}

/* The NAT that dropped this packet keeps the port to which it came from who answers it. */
static void say_kept_from_answers(const struct scene *s, const struct nt_scn_gateway *g)
{
    char to[NT_ADDR_TEXT];
    struct nt_packet p;
    for (size_t i = 1; i <= s->capture->total && g->policy.poison != 0; i++) {
        if (!read_leaving(s, i, g, &p) || !nt_addr_equal(&p.dst, &s->src) || !nt_addr_same_ip(&p.src, &s->dst) ||
            p.src.port == s->dst.port)
            continue;
        nt_text_printf(&s->e->text, "; it took another port than %u to %s, from where a packet had come that it did not let in",
                       s->dst.port, nt_addr_format(&s->src, to));
        name_rule(s->e, g->name, "poison");
        return;
    }
}

/* A NAT that keeps a port from who sends after a packet came to it that was not let in. */
static void say_poisoned(const struct scene *s, const struct nt_why_causes *causes)
{
    for (size_t i = 0; i < causes->way_out.count; i++) {
        const struct nt_scn_gateway *g = causes->way_out.of[i];
        if (g->policy.poison == 0)
            continue;
        nt_text_printf(&s->e->text, "; %s took another port than %u, to which a packet had come that it did not let in", g->name,
                       causes->known_port);
        name_rule(s->e, g->name, "poison");
        return;
    }
}

static int64_t milliseconds(nt_time at)
{
    return (at + NT_MSEC - 1) / NT_MSEC;
}

/* The port that the receiver knows was that of a mapping that has expired, or that a step took away. */
static bool say_new_mapping(const struct scene *s, const struct nt_why_causes *causes)
{
    for (size_t i = 0; i < causes->way_out.count; i++) {
        const struct nt_scn_gateway *g = causes->way_out.of[i];
        struct nt_scn_node n = {NT_SCN_NODE_GATEWAY, (uint32_t)(g - s->scn->gateways)};
        if (g->policy.poison != 0 || nt_observer_find(nt_world_observer(s->w), n, nt_trace_name(NT_TR_EXPIRED)) == NULL)
            continue;
        nt_time at;
        const char *emptied = nt_why_emptied(s->w, g, 0, s->frame->at, &at);
        if (emptied != NULL) {
            nt_text_printf(&s->e->text, "; %s was %s at %" PRId64 " ms, and %s knows its port %u of before", g->name, emptied,
                           milliseconds(at), s->receiver, causes->known_port);
            return true;
        }
        nt_text_printf(&s->e->text, "; the mapping of %s to port %u, which %s knows, had expired", g->name, causes->known_port,
                       s->receiver);
        name_rule(s->e, g->name, "lifetime");
        return true;
    }
    return false;
}

/* How it was hairpinned; whose mappings gave the check, or the receiver's packets, a port of its own. */
static void say_ports(const struct scene *s, const struct nt_why_causes *causes)
{
    char to[NT_ADDR_TEXT];
    size_t said = s->e->text.len;
    if (causes->hairpins)
        say_hairpin(s, causes->way_in.of[0]);
    if (causes->sent_from.count > 0) {
        say_map_each(s, &causes->sent_from, s->e->text.len == said);
        if (causes->known_port != 0)
            nt_text_printf(&s->e->text, ", and %s knows port %u",
                           nt_scn_node_name(s->scn, (struct nt_scn_node){NT_SCN_NODE_AGENT, causes->receiver}), causes->known_port);
    }
    if (causes->sent_from.count == 0 && causes->known_port != 0 && causes->known_port != s->src.port && !say_new_mapping(s, causes))
        say_poisoned(s, causes);
    if (causes->asked.count > 0) {
        say_map_each(s, &causes->asked, s->e->text.len == said);
        nt_text_printf(&s->e->text, ", and %s is that for another", nt_addr_format(&s->way->dst, to));
    }
}

/* Which other NATs would have stopped what `g` has stopped. */
static void say_filters(const struct scene *s, const struct nt_why_causes *causes, const struct nt_scn_gateway *g)
{
    struct nt_why_gateways others = {.count = 0};
    for (size_t i = 0; i < causes->filters.count; i++)
        if (causes->filters.of[i] != g)
            others.of[others.count++] = causes->filters.of[i];
        else
            name_rule(s->e, g->name, "filtering");
    say_gateways(s->e, &others, "filtering");
    if (others.count > 0)
        nt_text_printf(&s->e->text, " would not have let it in, either");
}

/* The sender's NAT got another address after the receiver had learnt the one before. */
static bool say_renumbered(const struct scene *s, const struct nt_why_causes *causes)
{
    for (size_t i = causes->way_out.count; i-- > 0;) {
        nt_time at = nt_why_renumbered(s->w, causes->way_out.of[i], s->frame->at);
        if (at == NT_TIME_NEVER)
            continue;
        nt_text_printf(&s->e->text, "; %s was renumbered at %" PRId64 " ms, and %s knows its address of before",
                       causes->way_out.of[i]->name, milliseconds(at), s->receiver);
        return true;
    }
    return false;
}

/* Why `g` did not expect the packet: a mapping of its own for each destination, at either side, or an address that was not told;
 * and what would have stopped it next. */
static void say_causes(const struct scene *s, const struct nt_scn_gateway *g)
{
    char at[NT_ADDR_TEXT];
    struct nt_why_causes causes = find_causes(s);
    say_ports(s, &causes);
    if (s->answer)
        return;
    if (causes.known_port == s->src.port && causes.asked.count == 0)
        say_kept_from_answers(s, g);
    say_filters(s, &causes, g);
    say_not_let_in_either(s, &causes);
    if (causes.known_port == 0 && say_renumbered(s, &causes))
        return;
    if (causes.sent_from.count == 0 && causes.asked.count == 0 && causes.known_port == 0 && !causes.hairpins)
        nt_text_printf(&s->e->text, "; %s knows no candidate at %s", s->receiver, nt_addr_format_ip(&s->src, at));
}

/* The receiver had sent there, in time for nothing: the filter's entry has ended, or was taken away. */
static bool is_forgotten(const struct scene *s, const struct nt_scn_gateway *g)
{
    if (s->e->pair == NULL || s->answer || g->policy.filtering == NT_DEP_ENDPOINT_INDEPENDENT)
        return false;
    struct nt_why_causes causes = find_causes(s);
    bool expected = causes.known_port == s->src.port && causes.asked.count == 0 && !causes.hairpins;
    return (expected || nt_check_ways_server(s->scn, &s->src) != NULL) &&
           had_left(s, g, &s->dst, &s->src, g->policy.filtering == NT_DEP_ADDRESS_AND_PORT) != NT_TIME_NEVER;
}

static const char *what_was_sent_to(const struct nt_scn_gateway *g, bool ipv6)
{
    return ipv6 || g->policy.filtering == NT_DEP_ADDRESS_AND_PORT ? "that address and port" : "that address";
}

/* Nothing came from behind the filter to the sender, or nothing of the mapping that the packet was for: others had sent there. */
static void say_not_sent(const struct scene *s, const struct nt_scn_gateway *g, bool ipv6)
{
    char to[NT_ADDR_TEXT];
    bool others = had_left(s, g, NULL, &s->src, ipv6 || g->policy.filtering == NT_DEP_ADDRESS_AND_PORT) != NT_TIME_NEVER;
    nt_text_printf(&s->e->text, ", for nothing had been sent to %s from %s", what_was_sent_to(g, ipv6),
                   others ? nt_addr_format(&s->dst, to) : "behind it");
}

static void say_filtered(const struct scene *s)
{
    const struct nt_scn_gateway *g = gateway_of(s);
    char from[NT_ADDR_TEXT];
    bool ipv6 = s->src.family == NT_AF_IPV6;
    say_node(s);
    nt_text_printf(&s->e->text, " dropped %s's %s from %s", s->sender, s->what, nt_addr_format(&s->src, from));
    if (g == NULL)
        return;
    if (g->policy.hairpin == NT_HAIRPIN_EXTERNAL && nt_addr_is_set(&s->frame->a) && !nt_addr_same_ip(&s->frame->a, &s->src))
        nt_text_printf(&s->e->text, ", which it hairpins from %s", nt_addr_format(&s->frame->a, from));
    if (!ipv6 && is_forgotten(s, g)) {
        nt_text_printf(&s->e->text, ", for it had forgotten what was sent to %s from behind it", what_was_sent_to(g, false));
        name_rule(s->e, g->name, "filtering");
        return;
    }
    say_not_sent(s, g, ipv6);
    name_rule(s->e, g->name, ipv6 ? "ipv6" : "filtering");
    if (!ipv6 && s->e->pair != NULL)
        say_causes(s, g);
}

static void say_unreachable(const struct scene *s)
{
    char to[NT_ADDR_TEXT];
    const struct nt_scn_gateway *g = nt_why_gateway_before(s->scn, &s->dst);
    nt_text_printf(&s->e->text, "no way leads from %s to %s", nt_scn_node_name(s->scn, s->node), nt_addr_format_ip(&s->dst, to));
    if (g != NULL)
        nt_text_printf(&s->e->text, ", an address behind %s", g->name);
    const struct nt_scn_gateway *had = nt_why_translator(s->scn, &s->dst);
    nt_time at = had != NULL ? nt_why_renumbered(s->w, had, s->frame->at) : NT_TIME_NEVER;
    if (at != NT_TIME_NEVER)
        nt_text_printf(&s->e->text, ", which %s had until it was renumbered at %" PRId64 " ms", had->name, milliseconds(at));
    const char *moved = nt_why_moved_away(s->w, &s->dst, s->frame->at, &at);
    if (moved != NULL)
        nt_text_printf(&s->e->text, ", which %s had until it moved at %" PRId64 " ms", moved, milliseconds(at));
}

/* RFC 8445, 7.2.5.2.1: source and destination of the response must be destination and source of the request. */
static void say_asymmetric(const struct scene *s)
{
    char asked[NT_ADDR_TEXT], answered[NT_ADDR_TEXT];
    s->e->reason = "not-symmetric";
    nt_text_printf(&s->e->text, "%s answered %s's check to %s from %s, which counts as failed", s->sender, s->receiver,
                   nt_addr_format(&s->way->dst, asked), nt_addr_format(&s->way->answered_from, answered));
    struct nt_why_causes causes = find_causes(s);
    say_ports(s, &causes);
}

/* The key of a policy by which a gateway drops what may not pass; NULL: no policy says so. */
static const char *key_of(enum nt_drop reason)
{
    switch (reason) {
    case NT_DROP_HAIRPIN: return "hairpin";
    case NT_DROP_BLOCKED: return "nat";
    case NT_DROP_DENIED: return "deny";
    case NT_DROP_UNALLOWED: return "allow";
    case NT_DROP_LIMIT: return "limits";
    case NT_DROP_NO_PORT: return "range";
    case NT_DROP_FRAGMENT: return "fragments";
    default: return NULL;
    }
}

/* Blocked by `g`; and by others, or it could not have come there anyway. */
static void say_blocked(const struct scene *s, const struct nt_scn_gateway *g)
{
    char to[NT_ADDR_TEXT];
    const struct nt_scn_gateway *before = nt_why_gateway_before(s->scn, &s->dst);
    struct nt_why_gateways list;
    if (before != NULL && s->dst.family == NT_AF_IPV4) {
        nt_text_printf(&s->e->text, "; and %s is an address behind %s", nt_addr_format_ip(&s->dst, to), before->name);
        return;
    }
    nt_why_find_blocking(&list, s->scn, s->e->agent, s->e->pair);
    name_rule(s->e, g->name, "nat");
    for (size_t i = 0; i < list.count; i++) {
        name_rule(s->e, list.of[i]->name, "nat");
        if (list.of[i] != g)
            nt_text_printf(&s->e->text, "; %s blocks it, too", list.of[i]->name);
    }
}

/* What a network or a step did to a packet that the node sent, or was to get. */
static bool is_no_fault_of_node(enum nt_drop reason)
{
    return reason == NT_DROP_LOSS || reason == NT_DROP_QUEUE || reason == NT_DROP_DOWN || reason == NT_DROP_DOWN_THERE ||
           reason == NT_DROP_AWAY || reason == NT_DROP_LEFT || reason == NT_DROP_PARTITION || reason == NT_DROP_STEP;
}

/* The scenario's step, when it can only be that one. */
static void say_which_step(const struct scene *s)
{
    const struct nt_scn_step *only = NULL;
    for (size_t i = 0; i < s->scn->step_count; i++) {
        const struct nt_scn_step *step = &s->scn->steps[i];
        if (step->kind != NT_STEP_FAULT || step->fault != NT_FAULT_DROP || step->where.kind != s->node.kind ||
            step->where.index != s->node.index)
            continue;
        if (only != NULL)
            return;
        only = step;
    }
    if (only != NULL)
        nt_text_printf(&s->e->text, " (line %d)", only->place.line);
}

static void say_expired(const struct scene *s, const struct nt_scn_gateway *g)
{
    const struct nt_nat_policy *p = &g->policy;
    name_rule(s->e, g->name, "lifetime");
    if (p->life_new == p->life_replied && p->life_new == p->life_stream)
        nt_text_printf(&s->e->text, ": a mapping of %s lives for %" PRId64 " ms", g->name, milliseconds(p->life_new));
    else
        nt_text_printf(&s->e->text, ": a mapping of %s had expired", g->name);
}

static nt_time longest_life(const struct nt_nat_policy *p)
{
    nt_time life = p->life_new > p->life_replied ? p->life_new : p->life_replied;
    return life > p->life_stream ? life : p->life_stream;
}

/* What the gateway had a mapping for, and has no longer. */
static void say_forgotten_mapping(const struct scene *s, const struct nt_scn_gateway *g)
{
    nt_time left = had_left(s, g, &s->dst, NULL, false), at;
    if (left == NT_TIME_NEVER)
        return;
    nt_text_printf(&s->e->text, " any more");
    const char *emptied = nt_why_emptied(s->w, g, left, s->frame->at, &at);
    if (emptied != NULL && at - left < longest_life(&g->policy))
        nt_text_printf(&s->e->text, ": %s was %s at %" PRId64 " ms", g->name, emptied, milliseconds(at));
    else if (nt_observer_find(nt_world_observer(s->w), s->node, nt_trace_name(NT_TR_EXPIRED)) != NULL)
        say_expired(s, g);
}

static void say_dropped(const struct scene *s, enum nt_drop reason)
{
    char detail[160], from[NT_ADDR_TEXT];
    const struct nt_scn_gateway *g = gateway_of(s);
    const char *key = key_of(reason);
    nt_drop_detail(reason, &s->frame->a, &s->frame->b, detail, sizeof detail);
    nt_addr_format(&s->src, from);
    if (is_no_fault_of_node(reason)) {
        nt_text_printf(&s->e->text, "%s's %s from %s came no further than ", s->sender, s->what, from);
        say_node(s);
        nt_text_printf(&s->e->text, ": %s", detail);
        if (reason == NT_DROP_STEP)
            say_which_step(s);
        return;
    }
    say_node(s);
    nt_text_printf(&s->e->text, " dropped %s's %s from %s: %s", s->sender, s->what, from, detail);
    if (g != NULL && reason == NT_DROP_NO_MAPPING)
        say_forgotten_mapping(s, g);
    if (g == NULL || key == NULL)
        return;
    if (reason == NT_DROP_BLOCKED) {
        say_blocked(s, g);
        return;
    }
    name_rule(s->e, g->name, s->src.family == NT_AF_IPV6 && reason != NT_DROP_FRAGMENT ? "ipv6" : key);
    if (reason == NT_DROP_HAIRPIN && s->e->pair != NULL)
        say_causes(s, g);
    if ((reason == NT_DROP_LIMIT || reason == NT_DROP_NO_PORT) && nt_why_maps_each(g)) {
        nt_text_printf(&s->e->text, "; it maps %s to a port of its own", destination_of(g));
        name_rule(s->e, g->name, "mapping");
    }
}

static void say_discarded(const struct scene *s)
{
    char detail[160];
    nt_text_printf(&s->e->text, "%s did not take %s's %s: %s", nt_scn_node_name(s->scn, s->node), s->sender, s->what,
                   nt_trace_detail(s->frame->why != NULL ? s->frame->why : "", &s->frame->a, &s->frame->b, detail, sizeof detail));
}

/* The frame at which a packet ended. */
static void say_end(const struct scene *s)
{
    enum nt_drop reason = (enum nt_drop)(s->frame->reason & ~(unsigned)(NT_DROP_TOLD | NT_DROP_QUIET));
    if (s->frame->fate == NT_FATE_DISCARDED) {
        s->e->reason = nt_discard_name((enum nt_discard)s->frame->reason);
        say_discarded(s);
        return;
    }
    s->e->reason = nt_drop_name(reason);
    if (reason == NT_DROP_FILTERED || reason == NT_DROP_FIREWALL)
        say_filtered(s);
    else if (reason == NT_DROP_NO_ROUTE || reason == NT_DROP_NO_HOST)
        say_unreachable(s);
    else
        say_dropped(s, reason);
}

/* --- entries --- */

/* False: the packet is not kept any more. */
static bool look_at(struct scene *s, uint32_t number)
{
    s->frame = nt_capture_frame_at(s->capture, number);
    s->e->packet = number;
    if (s->frame == NULL)
        return false;
    struct nt_packet p = {
        .data = (uint8_t *)(uintptr_t)nt_capture_bytes(s->capture, s->frame), .len = s->frame->len, .cap = s->frame->len};
    s->node = nt_observer_node_at(nt_world_observer(s->w), nt_fabric_tap_node(nt_world_fabric(s->w), s->frame->tap));
    s->e->node = nt_scn_node_name(s->scn, s->node);
    if (nt_packet_parse(&p) == NT_OK) {
        s->src = p.src;
        s->dst = p.dst;
    }
    return true;
}

static struct scene set_scene(struct nt_why_entry *e, const struct nt_world *w, const struct nt_result_case *r)
{
    return (struct scene){.e = e, .w = w, .scn = nt_world_case(w), .r = r, .capture = nt_world_observer(w)->capture};
}

static void say_way(struct scene *s, const struct nt_check_way *way, const char *from, const char *to, const char *asked)
{
    bool response;
    bool there = look_at(s, nt_check_way_end(way, &response));
    s->answer = response;
    s->sender = response ? to : from;
    s->receiver = response ? from : to;
    s->what = response ? "answer" : asked;
    if (!there) {
        s->e->reason = "not-kept";
        nt_text_printf(&s->e->text, "the packets of %s's %s are not kept any more", from, asked);
    } else if (nt_capture_has_ended(s->frame)) {
        say_end(s);
    } else if (!response && way->request.arrived != 0) {
        s->e->reason = "no-answer";
        nt_text_printf(&s->e->text, "%s got %s's %s and did not answer it", s->e->node, from, asked);
    } else {
        s->e->reason = "under-way";
        nt_text_printf(&s->e->text, "%s's %s was still under way", s->sender, s->what);
    }
}

static const char *name_of(const struct nt_scn_case *c, uint32_t agent)
{
    return c->agents[agent].name;
}

void nt_why_check(struct nt_why_entry *e, const struct nt_world *w, const struct nt_result_case *r,
                  const struct nt_check_ways *ways, const struct nt_check_way *way)
{
    struct scene s = set_scene(e, w, r);
    s.ways = ways;
    s.way = way;
    const char *from = name_of(s.scn, e->agent), *to = name_of(s.scn, e->agent == s.scn->caller ? s.scn->callee : s.scn->caller);
    if (way->taken == 0) {
        say_way(&s, way, from, to, "check");
        return;
    }
    look_at(&s, way->taken);
    s.sender = to;
    s.receiver = from;
    s.answer = true;
    if (!way->success) {
        e->reason = "refused";
        nt_text_printf(&e->text, "%s refused %s's check with %u", to, from, way->code);
    } else if (!nt_addr_equal(&way->answered_from, &way->dst)) {
        say_asymmetric(&s);
    } else {
        e->reason = way->late ? "late-answer" : "answered";
        nt_text_printf(&e->text,
                       way->late ? "%s answered %s's check when %s had ended it"
                                 : "%s answered %s's check, and the pair of %s has not become valid",
                       to, from, from);
    }
}

static bool has_user(const struct nt_scn_case *c, uint32_t agent, uint32_t server, const char **user)
{
    for (size_t i = 0; i < c->agents[agent].turn_count; i++) {
        const struct nt_scn_turn_use *use = &c->agents[agent].turn[i];
        *user = use->server == server ? use->user : *user;
    }
    for (size_t i = 0; i < c->servers[server].user_count && *user != NULL; i++)
        if (strcmp(c->servers[server].users[i].name, *user) == 0)
            return true;
    return *user == NULL;
}

void nt_why_request(struct nt_why_entry *e, const struct nt_world *w, const struct nt_check_way *way, uint32_t server,
                    const char *kind, bool has_other)
{
    struct scene s = set_scene(e, w, NULL);
    const char *from = name_of(s.scn, e->agent), *to = s.scn->servers[server].name, *user = NULL;
    nt_text_printf(&e->text, has_other ? "no %s candidate of %s: " : "no %s candidate: ", kind, to);
    if (way == NULL) {
        e->reason = "unasked";
        nt_text_printf(&e->text, "%s did not ask %s", from, to);
    } else if (way->taken == 0) {
        say_way(&s, way, from, to, "request");
    } else {
        look_at(&s, way->taken);
        e->reason = "refused";
        nt_text_printf(&e->text, "%s refused %s with %u", to, from, way->code);
        if (!has_user(s.scn, e->agent, server, &user))
            nt_text_printf(&e->text, ": it has no user '%s'", user);
    }
}

/* 437: the request came from another address than the one that the allocation is of (RFC 8656, 7.2). */
static void say_mismatch(const struct scene *s, uint32_t agent)
{
    const struct nt_scn_agent *a = &s->scn->agents[agent];
    for (size_t i = 0; i < s->scn->gateway_count; i++) {
        const struct nt_scn_gateway *g = &s->scn->gateways[i];
        nt_time at = nt_why_renumbered(s->w, g, s->frame->at);
        const char *how = at != NT_TIME_NEVER ? "renumbered" : nt_why_emptied(s->w, g, 0, s->frame->at, &at);
        if (how != NULL && nt_why_is_before(s->scn, a, g))
            nt_text_printf(&s->e->text, ": %s was %s at %" PRId64 " ms, and the allocation is of its %s of before", g->name, how,
                           milliseconds(at), strcmp(how, "renumbered") == 0 ? "address" : "port");
    }
}

bool nt_why_permission(struct nt_why_entry *e, const struct nt_world *w, const struct nt_check_way *way, const struct nt_addr *peer)
{
    char ip[NT_ADDR_TEXT];
    struct scene s = set_scene(e, w, NULL);
    const struct nt_scn_server *server = nt_check_ways_server(s.scn, &way->dst);
    if (server == NULL || (way->taken != 0 && way->success))
        return false;
    const char *from = name_of(s.scn, e->agent), *to = server->name;
    nt_text_put(&e->text, NT_WHY_UNCHECKED);
    if (way->taken == 0) {
        say_way(&s, way, from, to, "request for a permission");
        return true;
    }
    look_at(&s, way->taken);
    e->reason = "refused";
    nt_text_printf(&e->text, "%s refused %s a permission for %s with %u", to, from, nt_addr_format_ip(peer, ip), way->code);
    if (way->code == 437)
        say_mismatch(&s, e->agent);
    return true;
}

void nt_why_data(struct nt_why_entry *e, const struct nt_world *w, const struct nt_result_case *r, const struct nt_check_ways *ways,
                 const struct nt_lost_data *d, const struct nt_lost_place *place)
{
    struct scene s = set_scene(e, w, r);
    struct nt_check_way way = {.agent = e->agent, .dst = e->pair != NULL ? e->pair->remote : (struct nt_addr){0}};
    s.ways = ways;
    s.way = &way;
    s.sender = name_of(s.scn, e->agent);
    s.receiver = name_of(s.scn, e->agent == s.scn->caller ? s.scn->callee : s.scn->caller);
    s.what = "data";
    nt_text_printf(&e->text, NT_WHY_DATA "%" PRIu64 " of %s's %" PRIu64 " datagrams: ", place->count, s.sender, d->sent);
    if (look_at(&s, place->packet))
        say_end(&s);
}
