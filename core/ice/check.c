/* Connectivity checks, the client's side (RFC 8445, section 7.2). */
#include "core/ice/agent.h"

#include <string.h>

/* RFC 8445, 14.3: RTO = MAX (500ms, Ta * N * (Num-Waiting + Num-In-Progress)) */
static nt_time rto(const struct nt_ice_agent *a)
{
    if (a->config.rto != NT_TIME_NEVER)
        return a->config.rto;
    nt_time busy = 0;
    for (size_t i = 0; i < a->session.pair_count; i++) {
        const struct nt_ice_pair *p = &a->session.pairs[i];
        busy += p->listed && (p->state == NT_ICE_WAITING || p->state == NT_ICE_IN_PROGRESS);
    }
    nt_time checks = (nt_time)a->session.listed * busy;
    if (checks > 0 && a->ta > NT_TIME_NEVER / checks) /* the peer's pacing may be anything */
        return NT_TIME_NEVER;
    return a->ta * checks > NT_STUN_RTO ? a->ta * checks : NT_STUN_RTO;
}

/* A free transaction, or the oldest cancelled one: there are more of them than pairs. */
static uint32_t free_check(const struct nt_ice_session *s)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < s->check_count; i++) {
        const struct nt_ice_check *c = &s->checks[i], *f = &s->checks[found];
        if (!c->used)
            return i;
        if (c->cancelled && (!f->cancelled || c->txn.started < f->txn.started))
            found = i;
    }
    return found;
}

static void push(struct nt_ice_agent *a, uint32_t index)
{
    const struct nt_ice_check *c = &a->session.checks[index];
    const struct nt_ice_pair *p = &a->session.pairs[c->pair];
    struct nt_ice_out *o = nt_ice_out_push(a, NT_ICE_OUT_CHECK, nt_ice_pair_own(a, p)->via, &nt_ice_pair_remote(a, p)->c.addr);
    if (o == NULL)
        return;
    o->index = index;
    memcpy(o->id, c->txn.id, NT_STUN_ID);
}

void nt_ice_check_start(struct nt_ice_agent *a, uint32_t pair, bool triggered, nt_time now)
{
    struct nt_ice_session *s = &a->session;
    struct nt_ice_pair *p = &s->pairs[pair];
    const struct nt_ice_candidate *own = &nt_ice_pair_own(a, p)->c;
    uint32_t index = free_check(s);
    struct nt_ice_check *c = &s->checks[index];
    uint8_t id[NT_STUN_ID];
    nt_rand_bytes(&a->config.rand, id, sizeof id);
    *c = (struct nt_ice_check){.used = true, .pair = pair, .role = s->role, .tie_breaker = s->tie_breaker,
                               .priority = nt_ice_prflx_priority(own), .nominate = p->nominate,
                               .use_candidate = p->nominating && s->role == NT_ICE_CONTROLLING};
    p->queued = 0;
    p->check = index;
    /* A valid pair stays Succeeded while its nominating check is under way: it is valid still. */
    if (p->state != NT_ICE_SUCCEEDED)
        nt_ice_pair_state(a, pair, NT_ICE_IN_PROGRESS, now);
    nt_stun_txn_start(&c->txn, id, rto(a), NT_STUN_RC, NT_STUN_RM, now);
    a->stats.checks_sent++;
    push(a, index);
    nt_ice_trace(a, NT_TR_ICE_CHECK_SENT, &own->addr, &nt_ice_pair_remote(a, p)->c.addr, own->stream, own->component, p->number,
                 (c->use_candidate ? 1 : 0) | (triggered ? 2 : 0), now);
}

/* RFC 8445, 7.3.1.4: "Cancellation means that the agent will not retransmit the Binding requests associated with the
 * connectivity-check transaction, will not treat the lack of response to be a failure, but will wait the duration of the
 * transaction timeout for a response." */
void nt_ice_check_cancel(struct nt_ice_agent *a, uint32_t pair)
{
    struct nt_ice_pair *p = &a->session.pairs[pair];
    if (p->check != NT_ICE_NONE)
        a->session.checks[p->check].cancelled = true;
    p->check = NT_ICE_NONE;
}

/* The attributes that a check, and a consent request, carry; in this order, integrity and fingerprint last. */
static int build(const struct nt_ice_list *list, const struct nt_ice_check *c, const uint8_t *id, uint8_t *buf,
                 size_t cap)
{
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, cap, NT_STUN_REQUEST, NT_STUN_BINDING, id);
    nt_stun_add_text(&b, NT_ATTR_USERNAME, list->username);
    nt_stun_add_u32(&b, NT_ATTR_PRIORITY, c->priority);
    nt_stun_add_u64(&b, c->role == NT_ICE_CONTROLLING ? NT_ATTR_ICE_CONTROLLING : NT_ATTR_ICE_CONTROLLED, c->tie_breaker);
    if (c->use_candidate)
        nt_stun_add(&b, NT_ATTR_USE_CANDIDATE, NULL, 0);
    nt_stun_add_integrity(&b, &list->key);
    nt_stun_add_fingerprint(&b);
    return nt_stun_finish(&b);
}

int nt_ice_check_build(struct nt_ice_agent *a, const struct nt_ice_out *o, uint8_t *buf, size_t cap)
{
    const struct nt_ice_check *c = &a->session.checks[o->index];
    if (!c->used || memcmp(c->txn.id, o->id, NT_STUN_ID) != 0)
        return 0;
    uint8_t stream = nt_ice_pair_own(a, &a->session.pairs[c->pair])->c.stream;
    return build(&a->session.lists[stream - 1], c, o->id, buf, cap);
}

/* RFC 7675, 5.1: consent requests are checks without USE-CANDIDATE and without retransmission. */
int nt_ice_consent_build(struct nt_ice_agent *a, const struct nt_ice_out *o, uint8_t *buf, size_t cap)
{
    const struct nt_ice_component *component = &a->session.components[o->index];
    const struct nt_ice_valid *v = &a->session.valids[component->selected];
    const struct nt_ice_candidate *own = &nt_ice_pair_own(a, &a->session.pairs[v->generator])->c;
    struct nt_ice_check c = {.role = a->session.role, .tie_breaker = a->session.tie_breaker, .priority = nt_ice_prflx_priority(own)};
    return build(&a->session.lists[own->stream - 1], &c, o->id, buf, cap);
}

/* RFC 8445, 7.2.5.1; the role compared is that of the request, so that two of these in flight switch once. */
static void conflict(struct nt_ice_agent *a, struct nt_ice_check *c, nt_time now)
{
    uint32_t pair = c->pair;
    bool current = a->session.pairs[pair].check != NT_ICE_NONE && &a->session.checks[a->session.pairs[pair].check] == c;
    c->used = false;
    if (c->role == a->session.role) {
        uint64_t old = a->session.tie_breaker;
        nt_ice_role_switch(a, c->role == NT_ICE_CONTROLLING ? NT_ICE_CONTROLLED : NT_ICE_CONTROLLING, now);
        while (a->session.tie_breaker == old)
            a->session.tie_breaker = nt_rand_u64(&a->config.rand);
    }
    if (!current)
        return;
    a->session.pairs[pair].check = NT_ICE_NONE;
    nt_ice_pair_state(a, pair, NT_ICE_WAITING, now);
    nt_ice_pair_enqueue(a, pair, now);
}

/* RFC 8445, 7.2.5.3.4: the valid pair of a check with USE-CANDIDATE, ours or the peer's, gets the nominated flag. */
static bool nominates(const struct nt_ice_agent *a, const struct nt_ice_check *c, const struct nt_ice_pair *p)
{
    if (a->session.role == NT_ICE_CONTROLLING)
        return c->use_candidate && c->role == NT_ICE_CONTROLLING;
    return p->nominate;
}

static void forget_others(struct nt_ice_agent *a, uint32_t pair)
{
    struct nt_ice_pair *p = &a->session.pairs[pair];
    if (p->check != NT_ICE_NONE && a->session.checks[p->check].use_candidate)
        return; /* the nominating check goes on */
    nt_ice_check_cancel(a, pair);
    if (!p->nominating)
        p->queued = 0;
}

static void success(struct nt_ice_agent *a, struct nt_ice_check *c, const struct nt_addr *mapped, nt_time now)
{
    uint32_t pair = c->pair;
    struct nt_ice_pair *p = &a->session.pairs[pair];
    const struct nt_addr remote = nt_ice_pair_remote(a, p)->c.addr;
    uint32_t own = nt_ice_own_mapped(a, p->own, mapped, &remote, c->priority, now);
    uint32_t valid = own != NT_ICE_NONE ? nt_ice_valid_add(a, pair, own, now) : NT_ICE_NONE;
    bool nominated = nominates(a, c, p);
    p->rtt = now - c->txn.started;
    p->answered_at = now;
    p->receivable = true;
    if (p->check != NT_ICE_NONE && &a->session.checks[p->check] == c)
        p->check = NT_ICE_NONE;
    c->used = false;
    if (valid == NT_ICE_NONE) {
        nt_ice_pair_fail(a, pair, now);
        return;
    }
    forget_others(a, pair);
    const struct nt_ice_candidate *sender = &nt_ice_pair_own(a, p)->c;
    nt_ice_trace(a, NT_TR_ICE_CHECK_SUCCEEDED, &sender->addr, &remote, sender->stream, sender->component, p->number, 0, now);
    nt_ice_pair_state(a, pair, NT_ICE_SUCCEEDED, now);
    if (a->session.valids[valid].pair != NT_ICE_NONE)
        nt_ice_pair_state(a, a->session.valids[valid].pair, NT_ICE_SUCCEEDED, now);
    nt_ice_lists_unfreeze(a, pair, now);
    struct nt_ice_component *component = nt_ice_component_of(a, sender);
    component->first_valid = nt_time_min(component->first_valid, now);
    if (nominated)
        nt_ice_nominated(a, valid, now);
}

static void failure(struct nt_ice_agent *a, struct nt_ice_check *c, nt_time now)
{
    uint32_t pair = c->pair;
    bool cancelled = c->cancelled;
    c->used = false;
    if (!cancelled)
        nt_ice_pair_fail(a, pair, now);
}

static struct nt_ice_check *check_by_id(struct nt_ice_session *s, const uint8_t *id)
{
    for (size_t i = 0; i < s->check_count; i++)
        if (s->checks[i].used && memcmp(s->checks[i].txn.id, id, NT_STUN_ID) == 0)
            return &s->checks[i];
    return NULL;
}

/* RFC 8489, 9.1.4: a response without right integrity "MUST be discarded, as if it was never received". */
static bool authentic(const struct nt_ice_agent *a, const struct nt_ice_pair *p, const struct nt_stun_msg *m)
{
    return nt_stun_verify(m, &a->session.lists[nt_ice_pair_own(a, p)->c.stream - 1].key) == NT_OK;
}

/* Once ICE has completed, only checks that it goes on with matter. */
static bool over(const struct nt_ice_agent *a, const struct nt_ice_check *c)
{
    return a->state != NT_ICE_RUNNING && (a->state != NT_ICE_COMPLETED || c->cancelled || a->close_at != NT_TIME_NEVER);
}

bool nt_ice_check_response(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, const struct nt_stun_msg *m,
                           nt_time now)
{
    struct nt_ice_check *c = check_by_id(&a->session, m->id);
    struct nt_addr mapped;
    int code = 0;
    if (c == NULL || over(a, c))
        return false;
    const struct nt_ice_pair *p = &a->session.pairs[c->pair];
    if (!authentic(a, p, m)) {
        a->stats.dropped++;
        return true;
    }
    if (!p->listed) {
        c->used = false; /* what it checked is not on a check list any more */
        return true;
    }
    /* RFC 8445, 7.2.5.2.1: "If the addresses are not symmetric, the agent MUST set the candidate pair state to Failed." */
    bool symmetric = nt_ice_via_equal(via, nt_ice_pair_own(a, p)->via) && nt_addr_equal(from, &nt_ice_pair_remote(a, p)->c.addr);
    if (!symmetric || m->unknown_count > 0)
        failure(a, c, now);
    else if (m->class_ == NT_STUN_SUCCESS && nt_stun_get_addr(m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped) == NT_OK)
        success(a, c, &mapped, now);
    else if (m->class_ == NT_STUN_ERROR && nt_stun_get_error(m, &code, NULL, NULL) == NT_OK && code == 487)
        conflict(a, c, now);
    else
        failure(a, c, now);
    return true;
}

/* RFC 8445, 7.2.5.2.2; hard errors as in RFC 1122, 4.2.3.9 and RFC 4443: protocol or port unreachable. */
static bool hard(const struct nt_path *path, const uint8_t *bytes, size_t len)
{
    if (len < 2)
        return false;
    if (path->local.family == NT_AF_IPV4)
        return bytes[0] == 3 && (bytes[1] == 2 || bytes[1] == 3);
    return bytes[0] == 1 && bytes[1] == 4;
}

void nt_ice_check_icmp(struct nt_ice_agent *a, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time now)
{
    if (!a->config.icmp_errors || !hard(path, bytes, len))
        return;
    for (uint32_t i = 0; i < a->session.pair_count; i++) {
        const struct nt_ice_pair *p = &a->session.pairs[i];
        const struct nt_ice_own *own = nt_ice_pair_own(a, p);
        if (p->listed && p->state == NT_ICE_IN_PROGRESS && own->via.relay == NT_ICE_DIRECT &&
            nt_addr_equal(&own->c.addr, &path->local) && nt_addr_equal(&nt_ice_pair_remote(a, p)->c.addr, &path->remote))
            nt_ice_pair_fail(a, i, now);
    }
}

void nt_ice_check_timer(struct nt_ice_agent *a, nt_time now)
{
    for (uint32_t i = 0; i < a->session.check_count; i++) {
        struct nt_ice_check *c = &a->session.checks[i];
        if (!c->used || over(a, c))
            continue;
        enum nt_stun_txn_due due = nt_stun_txn_due(&c->txn, now);
        if (due == NT_TXN_TIMEOUT) {
            failure(a, c, now);
        } else if (due == NT_TXN_SEND && !c->cancelled) {
            a->stats.retransmissions++;
            push(a, i);
        }
    }
}

nt_time nt_ice_check_deadline(const struct nt_ice_agent *a)
{
    nt_time at = NT_TIME_NEVER;
    for (size_t i = 0; i < a->session.check_count; i++)
        if (a->session.checks[i].used && !over(a, &a->session.checks[i]))
            at = nt_time_min(at, a->session.checks[i].txn.deadline);
    return at;
}
