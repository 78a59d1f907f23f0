#include "scenarios/sweep/laws_of_packets.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "core/stun/stun.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONSENT (30 * NT_SEC)
#define AT_ONCE (5 * NT_SEC) /* of the two ways: no pair has changed between */
#define FLOW_TEXT (3 * NT_ADDR_TEXT + 16)

static const char *flow_text(const struct nt_sweep_datagram *d, char buf[FLOW_TEXT])
{
    char local[NT_ADDR_TEXT], remote[NT_ADDR_TEXT], peer[NT_ADDR_TEXT];
    bool relayed = nt_addr_is_set(&d->peer);
    snprintf(buf, FLOW_TEXT, "%s to %s%s%s", nt_addr_format(&d->local, local), nt_addr_format(&d->remote, remote),
             relayed ? " for " : "", relayed ? nt_addr_format(&d->peer, peer) : "");
    return buf;
}

/* A datagram of the data that scenarios send (apps/data_flow). */
static bool is_data(const struct nt_sweep_datagram *d)
{
    return d->len >= 24 && d->bytes[0] >= 128 && d->bytes[0] < 192;
}

/* --- mirrored --- */

static const struct nt_sweep_datagram *last_data(const struct nt_observation *o, uint32_t agent, bool out)
{
    for (size_t i = o->d->count; i > 0; i--) {
        const struct nt_sweep_datagram *d = &o->d->items[i - 1];
        if (d->agent == agent && d->out == out && (out || !d->dropped) && is_data(d))
            return d;
    }
    return NULL;
}

static bool are_at_once(const struct nt_sweep_datagram *a, const struct nt_sweep_datagram *b)
{
    return a->at <= nt_time_after(b->at, AT_ONCE) && b->at <= nt_time_after(a->at, AT_ONCE);
}

enum nt_law_holds nt_law_mirrored(const struct nt_observation *o, char *detail)
{
    char sends_text[FLOW_TEXT], arrives_text[FLOW_TEXT];
    if (o->d == NULL || !nt_observation_completed(o) || nt_observation_moves_flows(o))
        return NT_LAW_NOT_TRIED;
    for (int i = 0; i < 2; i++) {
        uint32_t agent = i == 0 ? o->c->caller : o->c->callee;
        const struct nt_sweep_datagram *sends = last_data(o, agent, true), *arrives = last_data(o, agent, false);
        if (arrives == NULL && o->faultless)
            snprintf(detail, NT_LAW_DETAIL, "no data have come to %s", o->c->agents[agent].name);
        else if (arrives != NULL && sends != NULL && are_at_once(arrives, sends) && !nt_sweep_same_flow(arrives, sends))
            snprintf(detail, NT_LAW_DETAIL, "%s sends on %s, the data of its peer come on %s", o->c->agents[agent].name,
                     flow_text(sends, sends_text), flow_text(arrives, arrives_text));
        if (detail[0] != '\0')
            return NT_LAW_BROKEN;
    }
    return NT_LAW_KEPT;
}

/* --- consent --- */

/* The latest request of this transaction on this flow, before; NULL: there is none. */
static const struct nt_sweep_datagram *request_of(const struct nt_sweep_datagrams *d, size_t response)
{
    const struct nt_sweep_datagram *r = &d->items[response];
    for (size_t i = response; i > 0; i--) {
        const struct nt_sweep_datagram *q = &d->items[i - 1];
        if (q->out && q->agent == r->agent && nt_stun_looks_like(q->bytes, q->len) && q->bytes[0] == 0 && q->bytes[1] == 1 &&
            memcmp(q->bytes + 8, r->bytes + 8, NT_STUN_ID) == 0 && nt_sweep_same_flow(q, r))
            return q;
    }
    return NULL;
}

static bool is_answer(const struct nt_sweep_datagram *d)
{
    return !d->out && !d->dropped && nt_stun_looks_like(d->bytes, d->len) && d->bytes[0] == 1 && d->bytes[1] == 1;
}

/* When the last answer came on the flow of a datagram; -1: never. */
static nt_time last_answer(const struct nt_sweep_datagrams *d, size_t data)
{
    for (size_t i = data; i > 0; i--) {
        const struct nt_sweep_datagram *a = &d->items[i - 1];
        if (a->agent == d->items[data].agent && is_answer(a) && nt_sweep_same_flow(a, &d->items[data]) &&
            request_of(d, i - 1) != NULL)
            return a->at;
    }
    return -1;
}

enum nt_law_holds nt_law_consent(const struct nt_observation *o, char *detail)
{
    char text[FLOW_TEXT];
    if (o->d == NULL)
        return NT_LAW_NOT_TRIED;
    for (size_t i = 0; i < o->d->count; i++) {
        const struct nt_sweep_datagram *d = &o->d->items[i];
        if (!d->out || !is_data(d) || o->c->agents[d->agent].no_consent)
            continue;
        nt_time answered = last_answer(o->d, i);
        if (answered >= 0 && d->at - answered <= CONSENT)
            continue;
        snprintf(detail, NT_LAW_DETAIL, "%s sends data on %s, ", o->c->agents[d->agent].name, flow_text(d, text));
        size_t len = strlen(detail);
        if (answered < 0)
            snprintf(detail + len, NT_LAW_DETAIL - len, "which was never answered");
        else
            snprintf(detail + len, NT_LAW_DETAIL - len, "%" PRId64 " ms after the last answer", (d->at - answered) / NT_MSEC);
        return NT_LAW_BROKEN;
    }
    return NT_LAW_KEPT;
}

/* --- pacing --- */

/* A step changes what leaves the agent: its first transmissions may not be seen in time. */
static bool is_disturbed(const struct nt_observation *o, uint32_t agent)
{
    for (size_t i = 0; i < o->c->step_count; i++) {
        const struct nt_scn_step *s = &o->c->steps[i];
        if (s->kind == NT_STEP_FAULT && s->where.kind == NT_SCN_NODE_AGENT && s->where.index == agent)
            return true;
    }
    return false;
}

struct validated { /* a flow on which a check of a session has succeeded */
    const struct nt_sweep_datagram *request;
    struct nt_stun_attr user;
};

struct pacing {
    const struct nt_observation *o;
    uint32_t agent;
    nt_time own, both; /* Ta, of this agent and of the call */
    uint8_t (*seen)[NT_STUN_ID];
    size_t seen_count, seen_cap;
    struct validated *validated;
    size_t validated_count, validated_cap;
    nt_time before, gap; /* when a transaction began, and how long none may begin after it; before -1: none has */
};

static bool is_known(const struct pacing *p, const uint8_t *id)
{
    for (size_t i = p->seen_count; i > 0; i--)
        if (memcmp(p->seen[i - 1], id, NT_STUN_ID) == 0)
            return true;
    return false;
}

/* The session of a check is told by its USERNAME. */
static bool is_validated(const struct pacing *p, const struct nt_sweep_datagram *d, const struct nt_stun_attr *user)
{
    for (size_t i = 0; user != NULL && i < p->validated_count; i++) {
        const struct validated *v = &p->validated[i];
        if (v->user.len == user->len && memcmp(v->user.value, user->value, user->len) == 0 && nt_sweep_same_flow(v->request, d))
            return true;
    }
    return false;
}

static int note_request(struct pacing *p, const struct nt_stun_msg *m)
{
    if (is_known(p, m->id))
        return NT_OK;
    int err = nt_grow(&p->seen, &p->seen_cap, p->seen_count + 1, sizeof *p->seen, SIZE_MAX / 64);
    if (err == NT_OK)
        memcpy(p->seen[p->seen_count++], m->id, NT_STUN_ID);
    return err;
}

static int note_success(struct pacing *p, size_t response)
{
    struct nt_stun_msg m;
    const struct nt_sweep_datagram *q = request_of(p->o->d, response);
    const struct nt_stun_attr *user =
        q != NULL && nt_stun_parse(&m, q->bytes, q->len) == NT_OK ? nt_stun_find(&m, NT_ATTR_USERNAME) : NULL;
    if (user == NULL || is_validated(p, q, user))
        return NT_OK;
    int err = nt_grow(&p->validated, &p->validated_cap, p->validated_count + 1, sizeof *p->validated, SIZE_MAX / 256);
    if (err == NT_OK)
        p->validated[p->validated_count++] = (struct validated){q, *user};
    return err;
}

/* A transaction begins too early after the one before. Consent requests are apart: those on a pair that is valid, in its session.
 */
static bool is_hasty(struct pacing *p, const struct nt_sweep_datagram *d, const struct nt_stun_msg *m, char *detail)
{
    char text[FLOW_TEXT];
    bool nominates = nt_stun_find(m, NT_ATTR_USE_CANDIDATE) != NULL || nt_stun_find(m, NT_ATTR_NOMINATION) != NULL,
         check = nt_stun_find(m, NT_ATTR_PRIORITY) != NULL;
    if (!d->out || is_known(p, m->id) || (!nominates && is_validated(p, d, nt_stun_find(m, NT_ATTR_USERNAME))))
        return false;
    bool hasty = p->before >= 0 && d->at - p->before < p->gap;
    if (hasty)
        snprintf(detail, NT_LAW_DETAIL, "%s begins a transaction on %s %" PRId64 " us after the one before, Ta is %" PRId64 " ms",
                 p->o->c->agents[p->agent].name, flow_text(d, text), (d->at - p->before) / NT_USEC, p->gap / NT_MSEC);
    p->before = d->at;
    p->gap = check ? p->both : p->own;
    return hasty;
}

static int take_datagram(struct pacing *p, size_t i, bool *hasty, char *detail)
{
    struct nt_stun_msg m;
    const struct nt_sweep_datagram *d = &p->o->d->items[i];
    if (d->agent != p->agent)
        return NT_OK;
    if (is_answer(d))
        return note_success(p, i);
    if (nt_stun_parse(&m, d->bytes, d->len) != NT_OK || m.class_ != NT_STUN_REQUEST)
        return NT_OK;
    *hasty = is_hasty(p, d, &m, detail);
    return note_request(p, &m);
}

static enum nt_law_holds pace(struct pacing *p, char *detail)
{
    bool hasty = false;
    int err = NT_OK;
    for (size_t i = 0; i < p->o->d->count && !hasty && err == NT_OK; i++)
        err = take_datagram(p, i, &hasty, detail);
    free(p->seen);
    free(p->validated);
    return hasty ? NT_LAW_BROKEN : err != NT_OK ? NT_LAW_NOT_TRIED : NT_LAW_KEPT;
}

enum nt_law_holds nt_law_pacing(const struct nt_observation *o, char *detail)
{
    enum nt_law_holds holds = o->d != NULL ? NT_LAW_KEPT : NT_LAW_NOT_TRIED;
    for (int i = 0; i < 2 && holds == NT_LAW_KEPT; i++) {
        uint32_t one = i == 0 ? o->c->caller : o->c->callee, other = i == 0 ? o->c->callee : o->c->caller;
        nt_time own = o->c->agents[one].ta, theirs = o->c->agents[other].ta;
        struct pacing p = {.o = o, .agent = one, .own = own, .both = own > theirs ? own : theirs, .before = -1};
        if (!is_disturbed(o, one))
            holds = pace(&p, detail);
    }
    return holds;
}
