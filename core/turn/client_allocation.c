#include "core/turn/client_allocation.h"
#include "core/base/err.h"
#include "core/turn/client_resend.h"

/* RFC 8656, 8: "It is suggested that the client refresh the allocation roughly 1 minute before it expires." */
#define REFRESH_MARGIN 60
/* RFC 8656, 7.4, of 437: "The client SHOULD try three different client transport addresses before giving up on this server. Once
 * the client gives up on the server, it SHOULD NOT try to create another allocation on the server for 2 minutes." Of 486 and 508:
 * "SHOULD wait at least 1 minute". */
#define ADDRESSES_MAX 3
#define AFTER_MISMATCH (120 * NT_SEC)
#define AFTER_NO_CAPACITY (60 * NT_SEC)

void nt_turn_client_allocation_init(struct nt_turn_client_allocation *a, uint8_t family)
{
    *a = (struct nt_turn_client_allocation){
        .family = family, .refresh = NT_TIME_NEVER, .expires = NT_TIME_NEVER, .again = NT_TIME_NEVER};
}

static void set_state(struct nt_turn_client_allocation *a, enum nt_turn_client_state state, bool wants_request)
{
    a->state = state;
    a->wants_request = wants_request;
    a->refresh = a->expires = a->again = NT_TIME_NEVER;
}

void nt_turn_client_allocation_start(struct nt_turn_client_allocation *a)
{
    if (a->state == NT_TURN_NEW)
        set_state(a, NT_TURN_ALLOCATING, true);
}

static void end_released(struct nt_turn_client_allocation *a)
{
    set_state(a, NT_TURN_GONE, false);
    a->tell_released = true;
}

void nt_turn_client_allocation_end(struct nt_turn_client_allocation *a, int code)
{
    bool releasing = a->state == NT_TURN_RELEASING || a->release_asked;
    set_state(a, NT_TURN_GONE, false);
    a->tell_failed = !releasing;
    a->tell_released = a->tell_released || releasing;
    a->failed_code = code;
}

/* RFC 8489, 9.2.5: what the server has refused is not asked again with the same credentials. */
bool nt_turn_client_allocation_check(struct nt_turn_client_allocation *a)
{
    if (a->state != NT_TURN_ALLOCATED || !nt_turn_is_passing(a->failed_code))
        return false;
    a->wants_request = a->wants_request || !a->checking;
    a->checking = true;
    return true;
}

/* The server has not said that it does not know the allocation. */
static void note_stands(struct nt_turn_client_allocation *a)
{
    a->tell_stands = a->tell_stands || a->checking;
    a->checking = false;
}

void nt_turn_client_allocation_release(struct nt_turn_client_allocation *a)
{
    switch (a->state) {
    case NT_TURN_NEW:
    case NT_TURN_WAITING: end_released(a); break;
    case NT_TURN_ALLOCATING: a->release_asked = true; break; /* the response says whether there is something to release */
    case NT_TURN_ALLOCATED: set_state(a, NT_TURN_RELEASING, true); break;
    default: break;
    }
}

/* It will be asked for again. */
static void wait_until(struct nt_turn_client_allocation *a, nt_time again, int code)
{
    set_state(a, NT_TURN_WAITING, false);
    a->again = again;
    a->tell_failed = again != NT_TIME_NEVER;
    a->tell_move = !a->tell_failed;
    a->failed_code = code;
}

void nt_turn_client_allocation_move(struct nt_turn_client_allocation *a, bool moved, nt_time now)
{
    if (a->state != NT_TURN_WAITING || a->again != NT_TIME_NEVER)
        return;
    a->tell_move = false;
    if (moved)
        set_state(a, NT_TURN_ALLOCATING, true);
    else
        wait_until(a, nt_time_after(now, AFTER_MISMATCH), 437);
}

bool nt_turn_client_allocation_timer(struct nt_turn_client_allocation *a, nt_time now)
{
    if (a->state == NT_TURN_WAITING && now >= a->again) {
        set_state(a, NT_TURN_ALLOCATING, true);
        return true;
    }
    if (a->state == NT_TURN_ALLOCATED && now >= a->expires)
        nt_turn_client_allocation_end(a, a->failed_code);
    if (a->state != NT_TURN_ALLOCATED || now < a->refresh)
        return false;
    a->refresh = NT_TIME_NEVER;
    a->wants_request = true;
    return true;
}

nt_time nt_turn_client_allocation_deadline(const struct nt_turn_client_allocation *a)
{
    return nt_time_min(a->again, nt_time_min(a->refresh, a->expires));
}

bool nt_turn_client_allocation_ask(struct nt_turn_client_allocation *a, struct nt_turn_ask *ask)
{
    if (!a->wants_request)
        return false;
    a->wants_request = false;
    *ask = (struct nt_turn_ask){.kind = NT_TURN_ASK_REFRESH};
    if (a->state == NT_TURN_ALLOCATING)
        ask->kind = NT_TURN_ASK_ALLOCATE;
    else if (a->state == NT_TURN_RELEASING)
        ask->kind = NT_TURN_ASK_RELEASE;
    return true;
}

void nt_turn_client_allocation_again(struct nt_turn_client_allocation *a)
{
    a->wants_request = true;
}

void nt_turn_client_allocation_unanswered(struct nt_turn_client_allocation *a)
{
    note_stands(a);
    a->wants_request = true;
}

/* The margin must not use up a lifetime of a minute or two, nor may a very short one cause a storm of refreshes. */
static void take_lifetime(struct nt_turn_client_allocation *a, uint32_t seconds, nt_time now)
{
    nt_time lifetime = seconds * NT_SEC;
    nt_time early = seconds >= 2 * REFRESH_MARGIN ? REFRESH_MARGIN * NT_SEC : lifetime / 2;
    a->refresh = nt_time_after(now, lifetime - early);
    a->expires = nt_time_after(now, lifetime);
    a->failures = 0;
    a->failed_code = 0;
}

/* A success response to Allocate; false when it lacks an address. */
static bool take_allocated(struct nt_turn_client_allocation *a, const struct nt_stun_msg *m, uint32_t lifetime, nt_time now)
{
    struct nt_addr relayed, mapped;
    if (nt_stun_get_addr(m, NT_ATTR_XOR_RELAYED_ADDRESS, &relayed) != NT_OK ||
        nt_stun_get_addr(m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped) != NT_OK)
        return false;
    /* RFC 8656, 7.3: "If these addresses are not part of an address family or families that the client is prepared to handle,
     * then the client MUST delete the allocation" */
    if (a->release_asked || relayed.family != a->family) {
        a->tell_failed = !a->release_asked;
        a->failed_code = 440;
        set_state(a, NT_TURN_RELEASING, true);
        return true;
    }
    a->relayed = relayed;
    a->mapped = mapped;
    a->state = NT_TURN_ALLOCATED;
    a->tell_allocated = true;
    take_lifetime(a, lifetime, now);
    return true;
}

const char *nt_turn_client_allocation_succeeded(struct nt_turn_client_allocation *a, const struct nt_turn_ask *ask,
                                                const struct nt_stun_msg *m, nt_time now)
{
    uint32_t lifetime = 0;
    if (ask->kind == NT_TURN_ASK_RELEASE) {
        end_released(a);
        return NULL;
    }
    if (nt_stun_get_u32(m, NT_ATTR_LIFETIME, &lifetime) != NT_OK)
        return "a success response without LIFETIME";
    if (lifetime == 0)
        return "a success response with a lifetime of zero";
    if (ask->kind == NT_TURN_ASK_REFRESH) {
        take_lifetime(a, lifetime, now);
        note_stands(a);
    } else if (!take_allocated(a, m, lifetime, now))
        return "a success response without an address";
    return NULL;
}

/* RFC 8656, 7.4 */
static const char *allocate_refused(struct nt_turn_client_allocation *a, int code, nt_time now)
{
    if (!a->release_asked && code == 437 && ++a->mismatches < ADDRESSES_MAX) {
        wait_until(a, NT_TIME_NEVER, code);
        return "asked again from another local address";
    }
    a->mismatches = 0;
    if (!a->release_asked && code == 437) {
        wait_until(a, nt_time_after(now, AFTER_MISMATCH), code);
        return "the third local address in a row: not asked again for two minutes";
    }
    if (!a->release_asked && (code == 486 || code == 508)) {
        wait_until(a, nt_time_after(now, AFTER_NO_CAPACITY), code);
        return "not asked again for a minute";
    }
    nt_turn_client_allocation_end(a, code);
    return "not asked again";
}

/* RFC 8656, 8: "the client MUST refresh it before it expires"; 8.3: after 437 it "should consider the allocation no longer exists".
 */
static const char *refresh_refused(struct nt_turn_client_allocation *a, int code, nt_time now)
{
    if (code == 437) {
        nt_turn_client_allocation_end(a, code);
        return "the allocation is gone";
    }
    note_stands(a);
    a->failed_code = code;
    a->refresh = nt_turn_is_passing(code) ? nt_turn_resend_at(a->failures++, a->expires, now) : NT_TIME_NEVER;
    return a->refresh != NT_TIME_NEVER ? "asked again before the allocation expires" : "the allocation is used until it expires";
}

const char *nt_turn_client_allocation_refused(struct nt_turn_client_allocation *a, const struct nt_turn_ask *ask, int code,
                                              nt_time now)
{
    switch (ask->kind) {
    case NT_TURN_ASK_ALLOCATE: return allocate_refused(a, code, now);
    case NT_TURN_ASK_REFRESH: return refresh_refused(a, code, now);
    default:
        /* RFC 8656, 8.3: a 437 here means that "it should consider its request as having effectively succeeded"; after any
         * other error there is nothing left to try. */
        end_released(a);
        return "nothing is left to be released, or to be tried";
    }
}

bool nt_turn_client_allocation_granted_event(struct nt_turn_client_allocation *a, struct nt_turn_event *ev)
{
    if (a->tell_stands && a->state == NT_TURN_ALLOCATED) {
        a->tell_stands = false;
        *ev = (struct nt_turn_event){.kind = NT_TURN_EV_STANDS};
        return true;
    }
    if (!a->tell_allocated)
        return false;
    a->tell_allocated = false;
    *ev = (struct nt_turn_event){.kind = NT_TURN_EV_ALLOCATED, .relayed = a->relayed, .mapped = a->mapped};
    return true;
}

bool nt_turn_client_allocation_ended_event(struct nt_turn_client_allocation *a, struct nt_turn_event *ev)
{
    if (a->tell_move) {
        a->tell_move = false;
        *ev = (struct nt_turn_event){.kind = NT_TURN_EV_MOVE};
        return true;
    }
    if (a->tell_failed) {
        a->tell_failed = false;
        *ev = (struct nt_turn_event){.kind = NT_TURN_EV_FAILED, .code = a->failed_code};
        return true;
    }
    if (a->tell_released) {
        a->tell_released = false;
        *ev = (struct nt_turn_event){.kind = NT_TURN_EV_RELEASED};
        return true;
    }
    return false;
}
