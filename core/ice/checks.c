#include "core/ice/checks.h"
#include "core/base/err.h"

#include <stdlib.h>
#include <string.h>

struct nt_ice_checks {
    const struct nt_ice_env *env;
    const struct nt_ice_peer *peers;
    bool concluded;
    size_t count, cap; /* count: places in use so far */
    struct nt_ice_check items[];
};

struct nt_ice_checks *nt_ice_checks_new(const struct nt_ice_env *env, const struct nt_ice_peer *peers)
{
    size_t cap = 2 * (size_t)env->config->max_pairs + 32;
    struct nt_ice_checks *t = malloc(sizeof *t + cap * sizeof t->items[0]);
    if (t == NULL)
        return NULL;
    *t = (struct nt_ice_checks){.env = env, .peers = peers, .cap = cap}; /* a place is written when it is taken */
    return t;
}

void nt_ice_checks_del(struct nt_ice_checks *t)
{
    free(t);
}

static void end_check(struct nt_ice_checks *t, struct nt_ice_check *check)
{
    check->used = false;
    while (t->count > 0 && !t->items[t->count - 1].used)
        t->count--;
}

/* A free place, or that of the oldest cancelled check: there are more places than pairs. */
static size_t find_place(const struct nt_ice_checks *t)
{
    size_t found = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct nt_ice_check *check = &t->items[i], *best = &t->items[found];
        if (!check->used)
            return i;
        if (check->cancelled && (!best->cancelled || check->txn.started < best->txn.started))
            found = i;
    }
    return t->count < t->cap ? t->count : found;
}

static void send_check(struct nt_ice_checks *t, size_t i, nt_time now)
{
    const struct nt_ice_check *check = &t->items[i];
    struct nt_ice_message m = {
        .kind = NT_ICE_MSG_CHECK, .generation = t->env->generation, .via = check->via, .to = check->remote, .index = (uint32_t)i};
    memcpy(m.id, check->txn.id, NT_STUN_ID);
    nt_ice_outbox_put(t->env->outbox, &m, now);
}

void nt_ice_checks_start(struct nt_ice_checks *t, const struct nt_ice_check *check, const uint8_t id[NT_STUN_ID], nt_time rto,
                         nt_time now)
{
    nt_ice_checks_cancel(t, check->pair); /* one check of a pair is current */
    size_t i = find_place(t);
    if (i < t->count && t->items[i].used)
        nt_ice_record_drop(t->env->record, NULL, &t->items[i].remote,
                           "no room for a cancelled check: a response to it will not count", now);
    t->items[i] = *check;
    t->items[i].used = true;
    t->count = i < t->count ? t->count : i + 1;
    nt_stun_txn_start(&t->items[i].txn, id, rto, NT_STUN_RC, NT_STUN_RM, now);
    send_check(t, i, now);
}

/* The place of the pair's check that is not cancelled; t->count: there is none. */
static size_t find_current(const struct nt_ice_checks *t, uint32_t pair)
{
    size_t i = 0;
    while (i < t->count && !(t->items[i].used && !t->items[i].cancelled && t->items[i].pair == pair))
        i++;
    return i;
}

const struct nt_ice_check *nt_ice_checks_current(const struct nt_ice_checks *t, uint32_t pair)
{
    size_t i = find_current(t, pair);
    return i < t->count ? &t->items[i] : NULL;
}

/* Its pair is off the check list: only the role still depends on it. */
static bool is_past(const struct nt_ice_checks *t, const struct nt_ice_check *check)
{
    return t->concluded && check->cancelled;
}

bool nt_ice_checks_nominates(const struct nt_ice_checks *t, uint32_t pair)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct nt_ice_check *check = &t->items[i];
        if (check->used && check->pair == pair && check->request.use_candidate && !is_past(t, check))
            return true;
    }
    return false;
}

void nt_ice_checks_cancel(struct nt_ice_checks *t, uint32_t pair)
{
    size_t i = find_current(t, pair);
    if (i < t->count)
        t->items[i].cancelled = true;
}

void nt_ice_checks_conclude(struct nt_ice_checks *t)
{
    t->concluded = true;
}

void nt_ice_checks_end(struct nt_ice_checks *t)
{
    for (size_t i = 0; i < t->count; i++)
        t->items[i].used = false;
    t->count = 0;
}

static struct nt_ice_check *find_by_id(struct nt_ice_checks *t, const uint8_t *id)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i].used && memcmp(t->items[i].txn.id, id, NT_STUN_ID) == 0)
            return &t->items[i];
    return NULL;
}

static struct nt_ice_outcome end_with(struct nt_ice_checks *t, struct nt_ice_check *check, enum nt_ice_result result)
{
    struct nt_ice_outcome out = {.result = result, .check = *check};
    end_check(t, check);
    return out;
}

static struct nt_ice_outcome fail_with(struct nt_ice_checks *t, struct nt_ice_check *check, const char *why)
{
    struct nt_ice_outcome out = end_with(t, check, NT_ICE_RESULT_FAILED);
    out.why = why;
    return out;
}

static const struct nt_why wrong_integrity = {NT_DISCARD_INTEGRITY, "a response to a check has no right MESSAGE-INTEGRITY"};

struct nt_ice_outcome nt_ice_checks_response(struct nt_ice_checks *t, struct nt_ice_via via, const struct nt_addr *from,
                                             const struct nt_stun_msg *m, nt_time now)
{
    struct nt_ice_check *check = find_by_id(t, m->id);
    struct nt_addr mapped;
    int code = 0;
    if (check == NULL)
        return (struct nt_ice_outcome){.result = NT_ICE_RESULT_NONE};
    /* RFC 8489, 9.1.4: a response without right integrity "MUST be discarded, as if it was never received". */
    if (nt_stun_verify(m, &t->peers[check->stream - 1].key) != NT_OK) {
        nt_ice_record_discard(t->env->record, &wrong_integrity, NULL, from, now);
        return (struct nt_ice_outcome){.result = NT_ICE_RESULT_DISCARDED};
    }
    /* RFC 8445, 7.2.5.1 stands before 7.2.5.2.1 and asks for no symmetry: a role that is not switched draws 487 again and again. */
    bool error = m->class_ == NT_STUN_ERROR && m->unknown_count == 0 && nt_stun_get_error(m, &code, NULL, NULL) == NT_OK;
    if (error && code == 487) {
        struct nt_ice_outcome out = end_with(t, check, NT_ICE_RESULT_CONFLICT);
        out.why = "the peer answered 487 (Role Conflict) too often";
        return out;
    }
    if (is_past(t, check)) {
        end_check(t, check);
        return (struct nt_ice_outcome){.result = NT_ICE_RESULT_NONE};
    }
    /* RFC 8445, 7.2.5.2.1: "If the addresses are not symmetric, the agent MUST set the candidate pair state to Failed." */
    bool symmetric = nt_ice_via_equal(via, check->via) && nt_addr_equal(from, &check->remote);
    if (!symmetric)
        return fail_with(t, check, "the response came another way than the check went");
    if (m->unknown_count > 0)
        return fail_with(t, check, "the response has unknown comprehension-required attributes");
    if (m->class_ == NT_STUN_ERROR) {
        struct nt_ice_outcome out =
            fail_with(t, check, error ? "the peer answered with an error" : "an error response without ERROR-CODE");
        out.code = code;
        return out;
    }
    if (nt_stun_get_addr(m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped) != NT_OK)
        return fail_with(t, check, "the response has no XOR-MAPPED-ADDRESS");
    struct nt_ice_outcome out = end_with(t, check, NT_ICE_RESULT_SUCCEEDED);
    out.mapped = mapped;
    return out;
}

bool nt_ice_checks_timer(struct nt_ice_checks *t, nt_time now, struct nt_ice_outcome *out)
{
    for (size_t i = 0; i < t->count; i++) {
        struct nt_ice_check *check = &t->items[i];
        enum nt_stun_txn_due due = check->used ? nt_stun_txn_due(&check->txn, now) : NT_TXN_WAIT;
        if (due == NT_TXN_TIMEOUT) {
            *out = fail_with(t, check, "no response");
            return true;
        } else if (due == NT_TXN_SEND && !check->cancelled) {
            nt_ice_record_retransmission(t->env->record);
            send_check(t, i, now);
        }
    }
    return false;
}

nt_time nt_ice_checks_deadline(const struct nt_ice_checks *t)
{
    nt_time at = NT_TIME_NEVER;
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i].used && !is_past(t, &t->items[i]))
            at = nt_time_min(at, t->items[i].txn.deadline);
    return at;
}

int nt_ice_checks_build(const struct nt_ice_checks *t, const struct nt_ice_message *m, uint8_t *buf, size_t cap)
{
    const struct nt_ice_check *check = &t->items[m->index];
    if (m->index >= t->count || !check->used || memcmp(check->txn.id, m->id, NT_STUN_ID) != 0)
        return 0;
    return nt_ice_peer_request(&t->peers[check->stream - 1], &check->request, m->id, buf, cap);
}
