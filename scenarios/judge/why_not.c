#include "scenarios/judge/why_not.h"
#include "core/base/err.h"
#include "core/base/strings.h"
#include "core/stun/attributes.h"
#include "scenarios/apps/result_array.h"
#include "scenarios/judge/check_ways.h"
#include "scenarios/judge/lost_data.h"
#include "scenarios/judge/why_lines.h"
#include "scenarios/judge/why_steps.h"
#include "scenarios/judge/why_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list {
    const struct nt_world *w;
    const struct nt_scn_case *scn;
    struct nt_check_ways ways;
    struct nt_result_case *r;
    size_t left_out;
    int err;
};

static struct nt_result_rule *copy_rules(const struct nt_why_entry *e, int *err)
{
    struct nt_result_rule *rules = nt_result_array(e->rule_count, sizeof *rules, err);
    for (size_t i = 0; i < e->rule_count && *err == NT_OK; i++)
        rules[i] = (struct nt_result_rule){nt_strdup(e->rules[i].node, err), nt_strdup(e->rules[i].key, err)};
    return rules;
}

/* Takes the entry's text. */
static void add_entry(struct list *l, struct nt_why_entry *e)
{
    l->err = l->err == NT_OK ? e->text.err : l->err;
    if (l->r->why_not_count == NT_WHY_NOT_MAX || e->text.err != NT_OK) {
        l->left_out += l->r->why_not_count == NT_WHY_NOT_MAX;
        nt_text_free(&e->text);
        return;
    }
    l->r->why_not[l->r->why_not_count] =
        (struct nt_result_why_not){.agent = nt_strdup(l->scn->agents[e->agent].name, &l->err),
                                   .local = e->pair != NULL ? e->pair->local : (struct nt_addr){0},
                                   .remote = e->pair != NULL ? e->pair->remote : (struct nt_addr){0},
                                   .packet = (int)e->packet,
                                   .node = nt_strdup(e->node, &l->err),
                                   .reason = nt_strdup(e->reason, &l->err),
                                   .text = e->text.p};
    struct nt_result_why_not *y = &l->r->why_not[l->r->why_not_count++];
    y->rules = copy_rules(e, &l->err);
    y->rule_count = y->rules != NULL ? e->rule_count : 0;
}

/* --- pairs --- */

static bool has_happened(const struct list *l, uint32_t agent, const char *event)
{
    return nt_observer_find(nt_world_observer(l->w), (struct nt_scn_node){NT_SCN_NODE_AGENT, agent}, event) != NULL;
}

static const struct nt_result_pair *selected_pair(const struct nt_result_agent *a)
{
    for (size_t i = 0; i < a->pair_count && a->selected_count > 0; i++)
        if (a->pairs[i].valid && nt_addr_equal(&a->pairs[i].local, &a->selected[0].local.addr) &&
            nt_addr_equal(&a->pairs[i].remote, &a->selected[0].remote.addr))
            return &a->pairs[i];
    return NULL;
}

/* One whose check succeeded stands in the list of valid pairs, as itself or as the pair that it generated. */
static bool is_to_explain(const struct nt_result_pair *p, const struct nt_result_pair *selected)
{
    return !p->valid && strcmp(p->state, "succeeded") != 0 && (selected == NULL || p->priority > selected->priority);
}

static bool is_relay(const struct nt_result_pair *p)
{
    return p->local_type != NULL && strcmp(p->local_type, "relay") == 0;
}

/* The agent has no place for more pairs (RFC 8445, 6.1.2.5). */
static bool is_beyond_limit(const struct list *l, uint32_t agent, const struct nt_result_pair *p)
{
    return strcmp(p->state, "frozen") == 0 && l->r->agents[agent].pair_count > l->scn->agents[agent].max_pairs;
}

static void explain_unchecked(struct list *l, uint32_t agent, const struct nt_result_pair *p)
{
    struct nt_why_entry e = {.agent = agent, .pair = p, .reason = "unchecked"};
    const struct nt_check_way *way = is_relay(p) ? nt_check_ways_permission(&l->ways, l->w, agent, &p->base, &p->remote) : NULL;
    if (way == NULL || !nt_why_permission(&e, l->w, way, &p->remote)) {
        bool beyond = !l->ways.cut && is_beyond_limit(l, agent, p);
        e.reason = beyond ? "max-pairs" : e.reason;
        if (l->ways.cut)
            nt_text_printf(&e.text, "what became of its checks is not known: packets are not kept without end; the pair is %s",
                           p->state);
        else if (beyond)
            nt_text_printf(&e.text, NT_WHY_UNCHECKED "%s has max-pairs: %u", l->scn->agents[agent].name,
                           (unsigned)l->scn->agents[agent].max_pairs);
        else
            nt_text_printf(&e.text, NT_WHY_UNCHECKED "the pair is %s", p->state);
    }
    add_entry(l, &e);
}

static void explain_pair(struct list *l, uint32_t agent, const struct nt_result_pair *p)
{
    struct nt_why_entry e = {.agent = agent, .pair = p};
    const struct nt_check_way *way = nt_check_ways_last(&l->ways, agent, &p->base, &p->remote, is_relay(p));
    if (way == NULL) {
        explain_unchecked(l, agent, p);
        return;
    }
    nt_why_check(&e, l->w, l->r, &l->ways, way);
    add_entry(l, &e);
}

static void explain_pairs(struct list *l, uint32_t agent)
{
    const struct nt_result_agent *a = &l->r->agents[agent];
    const struct nt_result_pair *selected = selected_pair(a);
    for (size_t i = 0; i < a->pair_count && l->err == NT_OK; i++)
        if (is_to_explain(&a->pairs[i], selected))
            explain_pair(l, agent, &a->pairs[i]);
}

/* --- what happened to the selected pair --- */

/* Those that had no pair to go by. */
static uint64_t count_unsent(const struct nt_lost_data *d)
{
    uint64_t unsent = !d->cut && d->left < d->marked ? d->marked - d->left : 0;
    return unsent < d->lost ? unsent : d->lost;
}

/* Those of which no dropped packet tells. */
static uint64_t count_unseen(const struct nt_lost_data *d)
{
    uint64_t seen = count_unsent(d);
    for (size_t i = 0; i < d->count; i++)
        seen += d->places[i].count;
    return seen < d->lost ? d->lost - seen : 0;
}

static void explain_unsent(struct list *l, uint32_t agent, const struct nt_lost_data *d)
{
    struct nt_why_entry e = {.agent = agent, .pair = selected_pair(&l->r->agents[agent]), .reason = "unsent"};
    const char *name = l->scn->agents[agent].name;
    nt_text_printf(&e.text,
                   NT_WHY_DATA "%" PRIu64 " of %s's %" PRIu64 " datagrams: %s had no selected pair, or no consent to send on it",
                   count_unsent(d), name, d->sent, name);
    add_entry(l, &e);
}

/* What is still on its way, too short to be told, or whose fragments were dropped and not their first. */
static void explain_unseen(struct list *l, uint32_t agent, const struct nt_lost_data *d)
{
    struct nt_why_entry e = {.agent = agent, .pair = selected_pair(&l->r->agents[agent]), .reason = "unseen"};
    const char *why = d->cut    ? "where is not known: packets are not kept without end"
                      : d->full ? "at further nodes, or for further reasons"
                                : "no packet that was dropped is known to have their beginning";
    nt_text_printf(&e.text, NT_WHY_DATA "%" PRIu64 " of %s's %" PRIu64 " datagrams: %s", count_unseen(d),
                   l->scn->agents[agent].name, d->sent, why);
    add_entry(l, &e);
}

static void explain_data(struct list *l, uint32_t agent)
{
    struct nt_lost_data d;
    if (!nt_lost_data_find(&d, l->w, agent))
        return;
    for (size_t i = 0; i < d.count; i++) {
        struct nt_why_entry e = {.agent = agent, .pair = selected_pair(&l->r->agents[agent])};
        nt_why_data(&e, l->w, l->r, &l->ways, &d, &d.places[i]);
        add_entry(l, &e);
    }
    if (count_unsent(&d) > 0)
        explain_unsent(l, agent, &d);
    if (count_unseen(&d) > 0)
        explain_unseen(l, agent, &d);
}

static void explain_consent(struct list *l, uint32_t agent)
{
    const struct nt_result_pair *p = selected_pair(&l->r->agents[agent]);
    const struct nt_check_way *way =
        p != NULL ? nt_check_ways_unanswered(&l->ways, agent, &p->base, &p->remote, is_relay(p)) : NULL;
    struct nt_why_entry e = {.agent = agent, .pair = p};
    if (way == NULL || l->ways.cut)
        return;
    nt_text_put(&e.text, NT_WHY_CONSENT);
    nt_why_check(&e, l->w, l->r, &l->ways, way);
    add_entry(l, &e);
}

/* --- what never began --- */

/* The last request of the agent to one of the server's addresses. */
static const struct nt_check_way *last_request(const struct list *l, uint32_t agent, uint32_t server, uint16_t method)
{
    const struct nt_scn_attachment *on = &l->scn->servers[server].on;
    for (size_t i = l->ways.count; i-- > 0;)
        for (size_t k = 0; k < on->address_count; k++)
            if (l->ways.of[i].agent == agent && l->ways.of[i].method == method &&
                nt_addr_same_ip(&l->ways.of[i].dst, &on->addresses[k]))
                return &l->ways.of[i];
    return NULL;
}

static bool has_candidate(const struct nt_result_agent *a, const char *type)
{
    for (size_t i = 0; i < a->candidate_count; i++)
        if (strcmp(a->candidates[i].type, type) == 0)
            return true;
    return false;
}

static void explain_server(struct list *l, uint32_t agent, uint32_t server, uint16_t method)
{
    struct nt_why_entry e = {.agent = agent};
    const struct nt_check_way *way = last_request(l, agent, server, method);
    if (way != NULL && way->success && way->taken != 0)
        return;
    bool srflx = method == NT_STUN_BINDING;
    bool has_other = has_candidate(&l->r->agents[agent], srflx ? "srflx" : "relay");
    nt_why_request(&e, l->w, way, server, srflx ? "server-reflexive" : "relayed", has_other);
    add_entry(l, &e);
}

/* A server that gave no candidate. */
static void explain_servers(struct list *l, uint32_t agent)
{
    const struct nt_scn_agent *a = &l->scn->agents[agent];
    for (size_t i = 0; i < a->stun_count && a->policy != NT_ICE_RELAY_ONLY; i++)
        explain_server(l, agent, a->stun[i], NT_STUN_BINDING);
    for (size_t i = 0; i < a->turn_count; i++)
        explain_server(l, agent, a->turn[i].server, NT_TURN_ALLOCATE);
}

/* It would not take a direct path. */
static bool only_relays(const struct list *l, uint32_t agent)
{
    return l->scn->agents[agent].policy == NT_ICE_RELAY_ONLY && l->scn->agents[agent].exec == NULL;
}

/* ": R.0 is down since 0 ms" */
static void say_down(const struct list *l, uint32_t agent, struct nt_why_entry *e)
{
    const struct nt_scn_agent *a = &l->scn->agents[agent];
    bool first = true;
    for (uint32_t i = 0; i < a->on_count; i++) {
        nt_time since = nt_why_down_since(l->w, (struct nt_scn_node){NT_SCN_NODE_AGENT, agent}, i);
        if (since == NT_TIME_NEVER)
            continue;
        nt_text_printf(&e->text, "%s%s.%u is down since %" PRId64 " ms", first ? ": " : ", ", a->name, (unsigned)i,
                       (since + NT_MSEC - 1) / NT_MSEC);
        first = false;
        e->node = a->name;
    }
}

/* An agent of ours without a pair: the other side's description did not come, or has no candidate for it. Of a process neither is
 * known for certain. */
static void explain_none(struct list *l, uint32_t agent)
{
    struct nt_why_entry e = {.agent = agent, .reason = "no-pairs"};
    bool offered = agent == l->scn->callee;
    const char *awaited = offered ? "offer" : "answer", *peer = l->scn->agents[offered ? l->scn->caller : l->scn->callee].name;
    if (l->r->agents[agent].pair_count > 0 || l->scn->agents[agent].exec != NULL)
        return;
    if (!has_happened(l, agent, offered ? "offer-received" : "answer-received")) {
        e.reason = offered ? "no-offer" : "no-answer";
        bool both = !offered && !has_happened(l, l->scn->callee, "offer-received") && l->scn->agents[l->scn->callee].exec == NULL;
        nt_text_printf(&e.text, both ? "%s got no %s of %s, which got no offer" : "%s got no %s of %s", l->scn->agents[agent].name,
                       awaited, peer);
    } else if (l->r->agents[agent].candidate_count == 0) {
        e.reason = "no-candidates";
        nt_text_printf(&e.text, "%s has no candidate%s", l->scn->agents[agent].name,
                       only_relays(l, agent) ? ": its policy is relay" : "");
        say_down(l, agent, &e);
    } else {
        nt_text_printf(&e.text, "no candidate of %s pairs with one of %s", peer, l->scn->agents[agent].name);
    }
    add_entry(l, &e);
}

/* A candidate in it would have made a pair. */
static void explain_lines(struct list *l, uint32_t agent)
{
    char text[NT_WHY_LINE_BYTES];
    struct nt_why_lines lines = {0};
    while (l->err == NT_OK && nt_why_lines_next(&lines, l->w, agent, text)) {
        struct nt_why_entry e = {
            .agent = agent, .packet = lines.packet, .node = l->scn->agents[agent].name, .reason = "passed-over"};
        nt_text_printf(&e.text, "%s passed over %s", l->scn->agents[agent].name, text);
        add_entry(l, &e);
    }
}

/* --- all of it --- */

static bool has_better(const struct nt_result_agent *a)
{
    const struct nt_result_pair *selected = selected_pair(a);
    for (size_t i = 0; i < a->pair_count; i++)
        if (is_to_explain(&a->pairs[i], selected))
            return true;
    return selected == NULL;
}

static void say_left_out(struct list *l)
{
    struct nt_result_why_not *last = &l->r->why_not[l->r->why_not_count - 1];
    char text[80];
    snprintf(text, sizeof text, "and %zu more of which nothing is said", l->left_out + 1);
    free(last->text);
    last->text = nt_strdup(text, &l->err);
}

static void explain_policy(struct list *l, uint32_t agent)
{
    struct nt_why_entry e = {.agent = agent, .reason = "policy"};
    nt_text_printf(&e.text, "%s has only relayed candidates, for its policy is relay", l->scn->agents[agent].name);
    add_entry(l, &e);
}

static bool has_lost_consent(const struct list *l, uint32_t agent)
{
    return strcmp(l->r->agents[agent].state, "disconnected") == 0 && has_happened(l, agent, "consent-lost");
}

static void explain_agent(struct list *l, uint32_t agent)
{
    if (l->r->data_lost > 0)
        explain_data(l, agent);
    if (has_lost_consent(l, agent))
        explain_consent(l, agent);
    if (only_relays(l, agent))
        explain_policy(l, agent);
    if (!has_better(&l->r->agents[agent]))
        return;
    explain_servers(l, agent);
    explain_lines(l, agent);
    explain_none(l, agent);
    explain_pairs(l, agent);
}

static bool is_to_tell(const struct list *l, uint32_t agent)
{
    return only_relays(l, agent) || has_better(&l->r->agents[agent]) || has_lost_consent(l, agent) || l->r->data_lost > 0;
}

int nt_why_not_describe(const struct nt_world *w, struct nt_result_case *r)
{
    struct list l = {.w = w, .scn = nt_world_case(w), .r = r};
    uint32_t sides[] = {l.scn->caller, l.scn->callee};
    if (l.scn->caller == NT_SCN_NONE || (!is_to_tell(&l, sides[0]) && !is_to_tell(&l, sides[1])))
        return NT_OK;
    l.err = nt_check_ways_find(&l.ways, w);
    if (l.err == NT_OK)
        r->why_not = nt_result_array(NT_WHY_NOT_MAX, sizeof *r->why_not, &l.err);
    for (size_t i = 0; i < 2 && l.err == NT_OK; i++)
        explain_agent(&l, sides[i]);
    if (l.err == NT_OK && l.left_out > 0)
        say_left_out(&l);
    nt_check_ways_free(&l.ways);
    if (l.err != NT_OK)
        nt_result_forget_list(r, "why_not");
    return l.err;
}
